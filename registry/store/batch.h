/*
 * batch.h - orders to personalise, in batches that stations take from.  Database role catena_issuance.
 *
 * A batch is running, stopped or completed; an order waits, is held by a station until a moment, is done or has failed (0183-batches.sql).  Whatever a
 * station that died held can be taken by another when its time has passed; that both work on it does no harm, because an application gets its document
 * once (issuance/perso/station.h).
 */
#ifndef CATENA_STORE_BATCH_H
#define CATENA_STORE_BATCH_H

#include <jansson.h>

#include "registry/store/db.h"

enum { BATCH_ORDERS_MAX = 10000 };

struct batch_new {
	struct uuid id, office_id, officer_id;
	int64_t limit; /* at most so many of the office's approved applications that are in no open batch, the oldest first */
};
/* Sent at once; FAIL_CONFLICT when none waits. */
int batch_add(struct tx *tx, const struct batch_new *b, struct err *err);
int batch_office(struct tx *tx, const struct uuid *id, struct uuid *office_id, struct err *err); /* FAIL_NOT_FOUND */
/* event: stop (with a reason), resume.  Queued; FAIL_CONFLICT when it is sent. */
int batch_decide(struct tx *tx, const struct uuid *id, const char *event, const struct uuid *officer_id, const char *reason, struct err *err);
/*
 * { id, office_id, officer_id, officer, state, created_at, changed_at, total, waiting, held, done, failed, stations: [{ station, held, done, failed, until? }],
 * holding: [{ application_id, station, until }], notices: [{ station, detail, since }: why stations wait], carried: [{ number, booklet, station, at }: half made elsewhere, the booklet belongs at that station now], problems: [{ application_id, detail },
 * the first hundred], spoiled: [{ number, booklet, reason, at }, the first hundred], decisions: [{ event, officer_id, officer, reason?, at }] }.  FAIL_NOT_FOUND.
 */
int batch_read(struct tx *tx, const struct uuid *id, json_t **batch, struct err *err);
/* One page of an office's batches, newest first, as far as `stations` above.  before: all zero for the first page. */
int batch_list(struct tx *tx, const struct uuid *office_id, const struct uuid *before, unsigned limit, json_t **items, bool *more, struct err *err);

/*
 * Numbers of the batch's documents that are signed and not yet delivered, in the order of their booklets' serials, at most `limit`: those whose serial
 * comes after `after` ("": all).
 */
int batch_numbers(struct tx *tx, const struct uuid *id, const char *after, int64_t limit, json_t **numbers, struct err *err);

/* ---- for a station ---- */

struct order {
	struct uuid id, application_id, officer_id; /* the officer who gave the order */
};
/* The next n orders, held for so many seconds; *found of them. */
int orders_claim(struct tx *tx, const char *station, size_t n, unsigned seconds, struct order *orders, size_t *found, struct err *err);
/* Back to be tried again; orders NULL: all that the station holds. */
int orders_release(struct tx *tx, const char *station, const struct uuid *orders, size_t n, struct err *err);
/* problems[i] NULL: the document is personalised.  Repeating does nothing.  Completes the batch with its last order. */
int orders_finish(struct tx *tx, const char *station, const struct uuid *orders, const char *const *problems, size_t n, struct err *err);

extern const struct query batch_queries[];

#endif
