/*
 * refusals.h - what signd refuses is in the ledger with its reason (an audit_event "signature_refused"), in a transaction of its own, so
 * that it stands whatever becomes of the request.
 *
 * A flood of refused requests must not become a flood of the ledger, which keeps everything for good:
 *   - the same document refused again for the same reason within REFUSALS_SAME_S is counted, not written;
 *   - of all others REFUSALS_BURST are written one by one, and then one for each second;
 *   - what was counted is written as one event with its number every REFUSALS_SUM_S, and at the end.
 * The first refusal of a document for a reason is so written unless thousands come at once, and none is lost to the count.
 */
#ifndef CATENA_SIGND_REFUSALS_H
#define CATENA_SIGND_REFUSALS_H

#include "pki/signclient.h"
#include "registry/store/db.h"

enum { REFUSALS_SAME_S = 3600,
	REFUSALS_BURST = 1024,
	REFUSALS_SUM_S = 60 };

struct refusals;
/* The pool's queries include audit_queries.  refusals_start: the thread that writes the sums. */
int refusals_new(struct db *db, struct refusals **refusals, struct err *err);
int refusals_start(struct refusals *refusals, struct err *err);
/* Those of a batch whose err says so.  When they cannot be written they are counted, and the log says so. */
void refusals_of_batch(struct refusals *refusals, const struct sign_order *orders, size_t n);
/* A request refused as a whole. */
void refusals_of_request(struct refusals *refusals, const struct err *why);
void refusals_free(struct refusals *refusals); /* writes what was counted */

#endif
