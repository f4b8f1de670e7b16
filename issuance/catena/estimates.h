/*
 * estimates.h - estimates of how many vital events occurred, out of a CSV file into civild, over its API, by a statistician.
 *
 * Columns: event, year, events, source (these must be there), place and sex (empty: the whole country, both).
 */
#ifndef CATENA_ESTIMATES_H
#define CATENA_ESTIMATES_H

#include "issuance/catena/rows.h"

struct estimates_import {
	struct bytes text; /* the file; borrowed */
	const char *rejects_file;
	struct client *statistician;
	bool quiet;
};
/* Whether the file is one of estimates at all: before anybody signs in. */
int estimates_check_header(struct bytes text, struct err *err);
/* Every row becomes imported or refused; the same row again is the same estimate.  -1 when the import could not go on. */
int estimates_import(const struct estimates_import *import, struct rows_counts *counts, struct err *err);

#endif
