/*
 * idempotency.h - the answers given to client-made UUIDs (invariant 7).
 *
 * A change first guards its key, does its work, and stores its answer, all in one transaction; the primary key lets only one of
 * two win.  Whoever fails looks afterwards, in a transaction of its own, whether an answer is there.
 */
#ifndef CATENA_STORE_IDEMPOTENCY_H
#define CATENA_STORE_IDEMPOTENCY_H

#include "registry/base/digest.h"
#include "registry/store/db.h"

extern const struct query idempotency_queries[];

/* Queued: fails with FAIL_CONFLICT, on its way to the database, when an answer is stored under the key. */
int idempotency_guard(struct tx *tx, const struct uuid *key, const struct uuid *principal, struct err *err);
/* Queued. */
int idempotency_store(struct tx *tx, const struct uuid *key, const struct uuid *principal, const char *route,
	const uint8_t body_sha256[SHA256_LEN], int status, struct bytes reply, struct err *err);
/*
 * 1 with *status and *reply (appended) when the key has an answer to this very request; 0 when it has none; -1 FAIL_CONFLICT
 * when it was used for another request.
 */
int idempotency_find(struct tx *tx, const struct uuid *key, const struct uuid *principal, const char *route,
	const uint8_t body_sha256[SHA256_LEN], int *status, struct buf *reply, struct err *err);

#endif
