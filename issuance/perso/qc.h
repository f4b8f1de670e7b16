/*
 * qc.h - quality control: reads back what was made and compares it with the registry.  Doc 9303-4 (page and MRZ), 9303-10 (files),
 * 9303-11 5.1 (passive authentication).  Pure: no database, no clock.
 *
 * The MRZ of DG1 is parsed (all check digits) and compared with the registry; the MRZ of the data page is read from the picture;
 * DG2 must hold the portrait; the hashes must be those of the document's record and of EF.SOD; EF.SOD must verify under the CSCA.
 */
#ifndef CATENA_PERSO_QC_H
#define CATENA_PERSO_QC_H

#include "issuance/perso/chip.h"
#include "issuance/perso/datapage.h"
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
	const struct perso_order *order; /* what the registry says */
	struct bytes portrait;           /* JPEG, as enrolled */
	const struct chip_files *files;  /* as read back */
	struct bytes sod;                /* EF.SOD; n 0: not signed */
	struct bytes data_page;          /* PNG of the side that has the machine readable zone */
	struct datapage *datapage;
	const struct truststore *store; /* the State's CSCA */
	int64_t at;
};
void qc_examine(const struct qc_input *in, struct qc_report *report);

#endif
