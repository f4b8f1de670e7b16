/*
 * outbox.h - notifications on their way to subscribers (0224-subscribers.sql).  Delivery: database role catena_outbox; looking: catena_reader; what signd
 * signs: catena_signer.
 */
#ifndef CATENA_STORE_OUTBOX_H
#define CATENA_STORE_OUTBOX_H

#include "registry/store/db.h"

enum { OUTBOX_CLAIM = 16,
	OUTBOX_URL = 501 };

struct outbox_due {
	int64_t outbox_id;
	struct uuid subscriber_id;
	struct uuid key; /* the same for each attempt */
	char url[OUTBOX_URL];
	struct buf cms; /* the signed notification */
};
void outbox_due_clear(struct outbox_due *due, size_t n);

/* Looks up the subscribers of the oldest; *n: of how many. */
int outbox_address(struct tx *tx, int64_t *n, struct err *err);
/* At most OUTBOX_CLAIM that are due, taken for so many seconds.  The caller clears due[0..*n). */
int outbox_claim(struct tx *tx, unsigned seconds, struct outbox_due *due, size_t *n, struct err *err);
/* problem NULL: delivered.  Queued. */
int outbox_outcome(struct tx *tx, const struct outbox_due *due, const char *problem, struct err *err);

struct outbox_counts {
	int64_t waiting, stuck;
};
int outbox_counts(struct tx *tx, struct outbox_counts *counts, struct err *err);
/* What subscribers do not have yet, oldest first: { id, topic, subject_id, subscriber, created_at, attempts, next_at, problem?, is_stuck }.  stuck: only these. */
int outbox_list(struct tx *tx, bool stuck, int64_t after, unsigned limit, json_t **items, bool *more, struct err *err);

typedef int outbox_unsigned_work(struct tx *tx, int64_t outbox_id, struct bytes content, void *arg, struct err *err);
/* Calls `work` for at most n that are not signed yet; *done counts. */
int outbox_unsigned(struct tx *tx, unsigned n, outbox_unsigned_work *work, void *arg, size_t *done, struct err *err);
/* Queued. */
int outbox_sign(struct tx *tx, int64_t outbox_id, struct bytes cms, const struct uuid *certificate_id, struct err *err);

extern const struct query outbox_queries[], outbox_read_queries[], outbox_sign_queries[];

#endif
