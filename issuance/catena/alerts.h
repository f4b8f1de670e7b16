/*
 * alerts.h - an alert list out of a CSV file into issued, over its API, by a supervisor of a passport office.
 *
 * Columns: uin, reference (these must be there), kind (alert when it is empty, or court).  An entry that stands already is none to be set again; one
 * that was lifted and is in the list again is set again.  What is not in the list any more is lifted by another officer, one by one.
 */
#ifndef CATENA_ALERTS_H
#define CATENA_ALERTS_H

#include "issuance/catena/rows.h"

struct alerts_import {
	struct bytes text; /* the file; borrowed */
	const char *rejects_file;
	struct client *supervisor;
	bool quiet;
};
/* Whether the file is such a list at all: before anybody signs in. */
int alerts_check_header(struct bytes text, struct err *err);
/* Every row stands afterwards, or was refused.  -1 when the import could not go on: a repetition goes on. */
int alerts_import(const struct alerts_import *import, struct rows_counts *counts, struct err *err);

#endif
