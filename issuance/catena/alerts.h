/*
 * alerts.h - an alert list out of a CSV file into issued, over its API, by a supervisor of a passport office.
 *
 * Columns: uin, reference (these must be there), kind (alert when it is empty, or court).  An entry that stands already is none to be set again; one
 * that was lifted and is in the list again is set again.  What is not in the list any more is lifted by another officer, one by one.
 */
#ifndef CATENA_ALERTS_H
#define CATENA_ALERTS_H

#include "issuance/catena/rows.h"

/* Every row stands afterwards, or was refused; `arg` is the supervisor's client. */
extern const struct rows_job alerts_rows;

#endif
