/*
 * content.h - what the files of a chip say, for the eye of an officer: each file decoded by the readers of registry/doc9303, and of each data group
 * whether its digest is the one that EF.SOD signs.  Pure.  Doc 9303-10 4.
 *
 * Not passive authentication: whose signature it is, is told by its verdicts (pki/passive.h), which stand beside it.
 */
#ifndef CATENA_PERSO_CONTENT_H
#define CATENA_PERSO_CONTENT_H

#include "issuance/perso/chip.h"
#include "pki/passive.h"

/*
 * [{ name, octets, digest?, says?, problem? }, EF.CardAccess, EF.COM, the data groups, EF.SOD, as far as they are there]: digest, of data groups: "good", "bad", "unsigned" (EF.SOD is
 * not there, cannot be read or does not cover it); says: what the file holds, members by its kind; problem: why it cannot be read.
 * sod n 0: the document is not signed, and there is no such entry.  today: for two-digit years.  Personal data.
 */
int chip_content(const struct chip_files *files, struct bytes sod, struct date today, json_t **list, struct err *err);
/* [{ check, grade, detail, data_group? }] */
int chip_verdicts(const struct passive *passive, json_t **list, struct err *err);

#endif
