/* offices.h - offices and places out of CSV files (docs/demo/README.md describes the columns). */
#ifndef CATENA_OFFICES_H
#define CATENA_OFFICES_H

#include "issuance/catena/state.h"

struct offices_counts {
	unsigned added, there; /* there: the registry has the code, which is left as it is */
};
/* One transaction: all rows or none; FAIL_INPUT names line and column. */
int offices_import(struct db *db, struct bytes csv, struct offices_counts *counts, struct err *err);
int places_import(struct db *db, struct bytes csv, struct offices_counts *counts, struct err *err);
int offices_db(const struct state *state, struct db **db, struct err *err);

#endif
