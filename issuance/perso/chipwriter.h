/*
 * chipwriter.h - the station's reader, in which blank booklets are put one after the other and their chips written.
 *
 * A chip is looked at first: nothing is decided and no number taken before a blank one of the right kind is there.  When it was written and locked it is
 * inspected as any terminal would, must prove that it has its keys, and must hold what was written; only then was it written.
 */
#ifndef CATENA_PERSO_CHIPWRITER_H
#define CATENA_PERSO_CHIPWRITER_H
#include "issuance/inspect/inspect.h"
#include "issuance/perso/chip.h"
#include "issuance/perso/chipkeys.h"

struct chipwriter;
/* reader: the beginning of its name; profile: the kind of chips (chipprofile.h).  FAIL_INPUT: no such kind. */
int chipwriter_new(const char *reader, const char *profile, struct chipwriter **writer, struct err *err);
void chipwriter_free(struct chipwriter *writer);
const struct chip_profile *chipwriter_profile(const struct chipwriter *writer);

/*
 * Connects to the chip in the reader, until chipwriter_close.  -1 FAIL_AGAIN whatever is the matter - no service, no reader, no chip, a chip of another kind, one that is
 * not empty - with a sentence for who puts booklets in.  *was_clear is set when the blank that lay there before, if one did, does not any more: no chip, or one that is not blank.
 */
int chipwriter_open(struct chipwriter *writer, bool *was_clear, struct err *err);
void chipwriter_close(struct chipwriter *writer); /* also when nothing is open */
/* Whether chips of this kind take the document, before there is a number for it: FAIL_INPUT. */
int chipwriter_check(const struct chipwriter *writer, const struct chip_files *files, const struct chipkeys *keys, struct err *err);
/*
 * Writes, locks, inspects.  The chip of chipwriter_open is there.  FAIL_INPUT: no chip of this kind can take the document, nothing was written; else the booklet is
 * spoiled: FAIL_AGAIN the chip is gone, FAIL_CONFLICT it refused or is not as it was written.
 */
int chipwriter_write(struct chipwriter *writer, const struct chip_files *files, struct bytes sod, const struct chipkeys *keys, struct err *err);

/*
 * Reads the chip in a reader as inspection does, opened with the MRZ (90, 72 or 88 characters).  store NULL: nothing is trusted.  *found is cleared by the caller.  FAIL_NOT_FOUND: no
 * chip there.
 */
int chip_read_document(const char *reader, struct bytes mrz, const struct truststore *store, int64_t at, struct inspection *found, struct err *err);
/* Whether what was read is these files, all and no other.  FAIL_CONFLICT names the first that is not. */
int chip_holds(const struct inspection *found, const struct chip_files *files, struct bytes sod, struct err *err);

#endif
