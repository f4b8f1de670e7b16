#include "registry/store/outbox.h"

#include <stdio.h>

enum { ADDRESS_AT_ONCE = 500 };

enum { Q_ADDRESS,
	Q_CLAIM,
	Q_OUTCOME };
const struct query outbox_queries[] = {
	[Q_ADDRESS] = { "outbox_address", "SELECT outbox_address($1)" },
	[Q_CLAIM] = { "outbox_claim", "SELECT outbox_id, subscriber_id, url, key, cms FROM outbox_claim($1, $2)" },
	[Q_OUTCOME] = { "outbox_outcome", "SELECT outbox_outcome($1, $2, $3)" },
	{ NULL, NULL }
};

#define AT_UTC(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
enum { Q_COUNTS,
	Q_LIST };
const struct query outbox_read_queries[] = {
	[Q_COUNTS] = { "outbox_counts", "SELECT count(*), count(*) FILTER (WHERE is_stuck) FROM outbox_waiting" },
	[Q_LIST] = { "outbox_list",
		"SELECT jsonb_strip_nulls(jsonb_build_object('id', w.outbox_id, 'topic', w.topic, 'subject_id', w.subject_id, 'subscriber', w.subscriber, 'created_at', " AT_UTC("w.created_at") ", 'attempts', w.attempts, 'next_at', " AT_UTC("w.next_at") ", 'problem', w.last_problem, 'is_stuck', w.is_stuck))::text FROM outbox_waiting w"
																															     " WHERE (NOT $1::boolean OR w.is_stuck) AND w.outbox_id > $2 ORDER BY w.outbox_id, w.subscriber LIMIT $3" },
	{ NULL, NULL }
};

enum { Q_UNSIGNED,
	Q_SIGN };
const struct query outbox_sign_queries[] = {
	[Q_UNSIGNED] = { "outbox_unsigned", "SELECT outbox_id, content FROM outbox_unsigned($1)" },
	[Q_SIGN] = { "outbox_sign", "INSERT INTO outbox_message (outbox_id, cms, certificate_id) VALUES ($1, $2, $3) ON CONFLICT (outbox_id) DO NOTHING" },
	{ NULL, NULL }
};

void
outbox_due_clear(struct outbox_due *due, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_clear(&due[i].cms);
}

int
outbox_address(struct tx *tx, int64_t *n, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &outbox_queries[Q_ADDRESS], ARGS(arg_int(ADDRESS_AT_ONCE)), FAIL_INTERNAL, "outbox: no answer", &rows, err) == -1)
		return -1;
	*n = row_int(rows, 0, 0);
	rows_free(rows);
	return 0;
}

int
outbox_claim(struct tx *tx, unsigned seconds, struct outbox_due *due, size_t *n, struct err *err)
{
	struct rows *rows = NULL;
	size_t made = 0;
	int rc = 0;

	if (tx_query(tx, &outbox_queries[Q_CLAIM], ARGS(arg_int(OUTBOX_CLAIM), arg_int(seconds)), &rows, err) == -1)
		return -1;
	for (; rc == 0 && made < rows_count(rows) && made < OUTBOX_CLAIM; made++) {
		struct outbox_due *d = &due[made];

		*d = (struct outbox_due){ .outbox_id = row_int(rows, made, 0), .cms = BUF_INIT };
		snprintf(d->url, sizeof(d->url), "%s", row_text(rows, made, 2));
		rc = row_uuid(rows, made, 1, &d->subscriber_id, err) == -1 || row_uuid(rows, made, 3, &d->key, err) == -1 || row_bytes(rows, made, 4, &d->cms, err) == -1 ? -1 : 0;
	}
	rows_free(rows);
	if (rc == 0)
		*n = made;
	else
		outbox_due_clear(due, made);
	return rc;
}

int
outbox_outcome(struct tx *tx, const struct outbox_due *due, const char *problem, struct err *err)
{
	return tx_later(tx, &outbox_queries[Q_OUTCOME], ARGS(arg_int(due->outbox_id), arg_uuid(&due->subscriber_id), arg_text(problem)), -1, NULL, err);
}

int
outbox_counts(struct tx *tx, struct outbox_counts *counts, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &outbox_read_queries[Q_COUNTS], NULL, 0, FAIL_INTERNAL, "outbox: no answer", &rows, err) == -1)
		return -1;
	counts->waiting = row_int(rows, 0, 0);
	counts->stuck = row_int(rows, 0, 1);
	rows_free(rows);
	return 0;
}

int
outbox_list(struct tx *tx, bool stuck, int64_t after, unsigned limit, json_t **items, bool *more, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query(tx, &outbox_read_queries[Q_LIST], ARGS(arg_bool(stuck), arg_int(after), arg_int((int64_t)limit + 1)), &rows, err) == -1)
		return -1;
	rc = rows_json_list(rows, 0, limit, items, more, err);
	rows_free(rows);
	return rc;
}

int
outbox_unsigned(struct tx *tx, unsigned n, outbox_unsigned_work *work, void *arg, size_t *done, struct err *err)
{
	struct rows *rows = NULL;
	int rc = 0;

	if (tx_query(tx, &outbox_sign_queries[Q_UNSIGNED], ARGS(arg_int(n)), &rows, err) == -1)
		return -1;
	for (size_t i = 0; rc == 0 && i < rows_count(rows); i++)
		rc = work(tx, row_int(rows, i, 0), bytes_str(row_text(rows, i, 1)), arg, err);
	*done = rows_count(rows);
	rows_free(rows);
	return rc;
}

int
outbox_sign(struct tx *tx, int64_t outbox_id, struct bytes cms, const struct uuid *certificate_id, struct err *err)
{
	return tx_later(tx, &outbox_sign_queries[Q_SIGN], ARGS(arg_int(outbox_id), arg_bytes(cms), arg_uuid(certificate_id)), -1, NULL, err);
}
