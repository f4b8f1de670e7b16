/*
 * witness.h - one who stands beside the suite of a rig and remembers: whether the ledger checks, whether its heads are signed and each
 * continues the one before, and what the registry must say of the persons of a load.
 */
#ifndef CATENA_TESTS_WITNESS_H
#define CATENA_TESTS_WITNESS_H

#include "registry/store/ledger.h"
#include "tests/service/load.h"
#include "tests/service/rig.h"

struct witness;
struct witness *witness_new(struct rig *r);
void witness_free(struct witness *w);

/*
 * Waits until the newest head covers every entry (30 s), then recomputes everything, signatures too.  Findings are printed as
 * TAP comments; their number, or -1 with *err.
 */
int witness_ledger(struct witness *w, struct ledger_counts *counts, struct err *err);
/* Asks registryd for the newest head: signed by the ledger key, and a continuation of the one seen before.  -1 with *err. */
int witness_head(struct witness *w, struct treehead *head, struct err *err);
/* Holds the registry against what was acknowledged, both ways, while nothing is under way.  Rules that do not hold; they are printed. */
int witness_compare(struct witness *w, const struct load_person *person, size_t n);

#endif
