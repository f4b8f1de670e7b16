/*
 * estimates.h - estimates of how many vital events occurred, out of a CSV file into civild, over its API, by a statistician.
 *
 * Columns: event, year, events, source (these must be there), place and sex (empty: the whole country, both).
 */
#ifndef CATENA_ESTIMATES_H
#define CATENA_ESTIMATES_H

#include "issuance/catena/rows.h"

/* Every row becomes imported or refused; the same row again is the same estimate.  `arg` is the statistician's client. */
extern const struct rows_job estimates_rows;

#endif
