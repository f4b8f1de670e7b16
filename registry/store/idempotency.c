#include <string.h>

#include "registry/store/idempotency.h"

enum { GUARD,
	STORE,
	FIND };
const struct query idempotency_queries[] = {
	[GUARD] = { "idempotency_guard", "SELECT FROM idempotency WHERE key = $1 AND principal_id = $2" },
	[STORE] = { "idempotency_store",
		"INSERT INTO idempotency (key, principal_id, route, body_sha256, status, reply) VALUES ($1, $2, $3, $4, $5, $6)" },
	[FIND] = { "idempotency_find",
		"SELECT status, reply, route = $3 AND body_sha256 = $4 FROM idempotency WHERE key = $1 AND principal_id = $2" },
	{ NULL, NULL },
};

int
idempotency_guard(struct tx *tx, const struct uuid *key, const struct uuid *principal, struct err *err)
{
	return tx_guard(tx, &idempotency_queries[GUARD], ARGS(arg_uuid(key), arg_uuid(principal)),
		"the Idempotency-Key was used before", err);
}

int
idempotency_store(struct tx *tx, const struct uuid *key, const struct uuid *principal, const char *route,
	const uint8_t body_sha256[SHA256_LEN], int status, struct bytes reply, struct err *err)
{
	return tx_later(tx, &idempotency_queries[STORE],
		ARGS(arg_uuid(key), arg_uuid(principal), arg_text(route), arg_bytes(BYTES(body_sha256, SHA256_LEN)), arg_int(status),
			arg_bytes(reply)),
		-1, "", err);
}

int
idempotency_find(struct tx *tx, const struct uuid *key, const struct uuid *principal, const char *route,
	const uint8_t body_sha256[SHA256_LEN], int *status, struct buf *reply, struct err *err)
{
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &idempotency_queries[FIND],
		    ARGS(arg_uuid(key), arg_uuid(principal), arg_text(route), arg_bytes(BYTES(body_sha256, SHA256_LEN))), &rows, err) == -1)
		return -1;
	if (rows_count(rows) == 0) {
		rc = 0;
	} else if (!row_bool(rows, 0, 2)) {
		err_set(err, FAIL_CONFLICT, "the Idempotency-Key was used for another request");
	} else if (row_bytes(rows, 0, 1, reply, err) == 0) {
		*status = (int)row_int(rows, 0, 0);
		rc = 1;
	}
	rows_free(rows);
	return rc;
}
