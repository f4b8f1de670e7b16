/*
 * qc.h - quality control: reads back what was made and compares it with the registry.  Doc 9303-4 (page and MRZ), 9303-10 (files),
 * 9303-11 5.1 (passive authentication).  Pure: no database, no clock.
 *
 * The MRZ of DG1 is parsed (all check digits) and compared with the registry; the MRZ of the data page is read from the picture;
 * DG2 must hold the portrait, as it was made fit for the chip; the hashes must be those of the document's record and of EF.SOD; EF.SOD must verify under the CSCA.
 * A chip that was read must open, prove that it has its keys and hold exactly what the registry says; a page that was read must say what DG1 says; the booklet must
 * be the one that the document was made in.  Of a document whose chip a station wrote (chip_profile) all three are wanted: what was not looked at is an item that
 * is not good, and says what to do.  Of one whose chip is written elsewhere what was composed is compared, and these as far as they are given.
 * Of a document without chip the seal is read from the picture, module by module, must verify under the CSCA and say what the printed MRZ says
 * (Doc 9303-13).
 */
#ifndef CATENA_PERSO_QC_H
#define CATENA_PERSO_QC_H

#include "issuance/perso/chip.h"
#include "issuance/perso/datapage.h"
#include "issuance/inspect/inspect.h"
#include "pki/passive.h"

enum { QC_MAX_ITEMS = 40 };

struct qc_item {
	const char *check; /* fixed word for programs: "mrz", "data_page", "passive_authentication" */
	bool is_good;
	char text[240]; /* a sentence for the officer; names no holder */
};
struct qc_report {
	struct qc_item item[QC_MAX_ITEMS];
	unsigned n;
	bool passed; /* all items are good */
};

struct qc_input {
	const struct perso_order *order;          /* what the registry says */
	const struct chip_files *made;            /* composed from it */
	const struct chip_files *files;           /* as read back; those made again when no chip was read */
	struct bytes sod;                         /* EF.SOD as read back or, of a kind without chip, the seal; n 0: not signed */
	struct bytes signer;                      /* certificate that made the seal, DER; of documents with a chip it is in EF.SOD */
	const struct inspection *chip;            /* how the chip was read; NULL: it was not */
	struct bytes registered_sod;              /* of the registry */
	const char *page_mrz;                     /* what a page reader read, without line ends; NULL: it was not */
	const char *booklet, *registered_booklet; /* serial, as it stands in the booklet, and of the registry; booklet NULL: nobody looked */
	struct bytes data_page;                   /* PNG of the side that has the machine readable zone */
	struct datapage *datapage;
	const struct truststore *store; /* the State's CSCA */
	int64_t at;
};
void qc_examine(const struct qc_input *in, struct qc_report *report);

#endif
