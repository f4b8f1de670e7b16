/*
 * chip.h - the files of a passport's chip, composed from the order and the portrait.  Doc 9303-10: EF.COM, DG1, DG2, DG11, DG12.
 *
 * Pure and repeatable: the same rows give the same octets, so nothing of it is stored and quality control can compose it again.
 * DG14, DG15 and EF.CardAccess hold the public halves of the chip's keys; they are of the rows, too (chipkeys.h).
 * DG11: full name in national characters, personal number, full date of birth, place of birth; DG12: authority and date of issue.
 */
#ifndef CATENA_PERSO_CHIP_H
#define CATENA_PERSO_CHIP_H

#include "issuance/perso/order.h"
#include "registry/doc9303/ldsso.h"

struct chip_files {
	struct buf com, card_access; /* card_access empty: the chip has none */
	struct buf dg[LDS_DGS + 1];  /* dg[1] .. dg[16]; empty: the chip has none */
};
#define CHIP_FILES_INIT ((struct chip_files){ .com = BUF_INIT })

/* What the installation decides, once for all documents of a day. */
struct chip_rules {
	struct date iso39794_from; /* documents issued on this day or later have DG2 in ISO/IEC 39794-5, earlier ones in 19794-5 */
};
extern const struct chip_rules chip_rules_usual; /* 2030-01-01: obligatory from then on (Doc 9303-9) */
/* -1 FAIL_INPUT: no day, or later than it may be. */
int chip_rules_parse(const char *iso39794_from, struct chip_rules *rules, struct err *err);

/* By which standard DG2 of a document issued on that day is: "19794" or "39794". */
const char *chip_dg2_standard(const struct chip_rules *rules, struct date issued_on);
/* portrait_jpeg: as enrolled; what the document has of it says p->portrait_form. */
int chip_compose(const struct perso_order *order, struct bytes portrait_jpeg, const struct chip_rules *rules, struct chip_files *files,
	struct err *err);
/* The only face of a DG2 in either form; it is what its record says.  The image points into dg2. */
int chip_portrait(struct bytes dg2, struct bytes *image, struct err *err);
void chip_clear(struct chip_files *files); /* wipes */

/* Hashes of all data groups there are, as they will be signed. */
int chip_hash(const struct chip_files *files, int hash_bits, struct ldsso *lds, struct err *err);
/* {"1":"hex",...} appended: document.dg_hashes. */
void chip_hashes_json(const struct ldsso *lds, struct buf *json);
/* -1 FAIL_CONFLICT naming the first data group whose hash is not the row's. */
int chip_hashes_agree(const struct ldsso *lds, const json_t *dg_hashes, struct err *err);
/* "EF.COM", "EF.SOD", "EF.CardAccess", "EF.DG1" or "DG1": the file; BYTES_NONE when the chip has none of that name. */
struct bytes chip_file(const struct chip_files *files, struct bytes sod, const char *name);

#endif
