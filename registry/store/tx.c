/*
 * A transaction on one connection in pipeline mode.
 *
 * Statements are put into libpq's buffer and travel when somebody waits for an answer: BEGIN goes with the first query, queued
 * statements with the next query or the COMMIT.  Each trip ends with a Sync; after an error the server skips everything up
 * to it, a COMMIT included.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/store/sqlerr.h"
#include "registry/store/tx.h"

enum { MAX_ARGS = 64 };

void
tx_start(struct tx *tx, struct conn *conn, enum db_isolation isolation)
{
	tx->conn = conn;
	tx->isolation = isolation;
	tx->begun = tx->commit_sent = tx->failed = tx->is_again = tx->is_lost = false;
	conn->npending = 0;
}

static int
fail_with(struct tx *tx, const struct err *why, struct err *err)
{
	if (!tx->failed) {
		tx->failed = true;
		tx->first = *why;
	}
	return err_set(err, tx->first.kind, "%s", tx->first.text);
}

static int
fail_lost(struct tx *tx, struct err *err)
{
	struct err why = ERR_INIT;

	if (!tx->is_lost) {
		tx->is_lost = true;
		if (tx->commit_sent)
			err_set(&why, FAIL_AGAIN, "database: the connection was lost while the commit was under way");
		else
			sql_connection_error(tx->conn->pg, "database", &why);
		/* a server error before the loss is final: then the transaction did not happen */
		if (!tx->failed)
			tx->is_again = !tx->commit_sent;
	}
	return fail_with(tx, &why, err);
}

/* ---- sending ---- */

struct marshal {
	const char *values[MAX_ARGS];
	int lengths[MAX_ARGS];
	int formats[MAX_ARGS];
	char text[MAX_ARGS][UUID_TEXT];
};

static int
marshal(struct marshal *m, const struct query *q, const struct arg *args, size_t n, struct err *err)
{
	assert(n <= MAX_ARGS);
	for (size_t i = 0; i < n; i++) {
		const struct arg *a = &args[i];

		m->values[i] = m->text[i];
		m->formats[i] = 0;
		m->lengths[i] = 0;
		switch (a->type) {
		case ARG_T_NULL:
			m->values[i] = NULL;
			break;
		case ARG_T_TEXT:
			m->values[i] = a->u.text;
			break;
		case ARG_T_STRING:
			if (a->u.bytes.n > 0 && memchr(a->u.bytes.p, 0, a->u.bytes.n) != NULL)
				return err_set(err, FAIL_INPUT, "text holds a NUL character, which the registry cannot keep");
			/* fall through */
		case ARG_T_BYTES:
			if (a->u.bytes.n > INT32_MAX / 2)
				return err_set(err, FAIL_TOO_LARGE, "database: argument %zu of %s has %zu octets", i + 1, q->name, a->u.bytes.n);
			m->values[i] = a->u.bytes.n > 0 ? (const char *)a->u.bytes.p : "";
			m->lengths[i] = (int)a->u.bytes.n;
			m->formats[i] = 1;
			break;
		case ARG_T_UUID:
			uuid_format(&a->u.uuid, m->text[i]);
			break;
		case ARG_T_INT:
			snprintf(m->text[i], sizeof(m->text[i]), "%" PRId64, a->u.integer);
			break;
		case ARG_T_BOOL:
			strcpy(m->text[i], a->u.boolean ? "t" : "f");
			break;
		}
	}
	return 0;
}

static int
push(struct tx *tx, const struct query *q, const struct arg *args, size_t n, struct pending p, struct err *err)
{
	struct conn *conn = tx->conn;
	struct marshal m;

	if (conn->npending == conn->room) {
		size_t room = conn->room == 0 ? 32 : 2 * conn->room;
		struct pending *grown = realloc(conn->pending, room * sizeof(*grown));

		if (grown == NULL)
			return err_errno(err, "database: queued statements");
		conn->pending = grown;
		conn->room = room;
	}
	if (marshal(&m, q, args, n, err) == -1)
		return -1;
	if (PQsendQueryPrepared(conn->pg, q->name, (int)n, m.values, m.lengths, m.formats, q->is_binary) != 1)
		return fail_lost(tx, err);
	p.name = q->name;
	conn->pending[conn->npending++] = p;
	return 0;
}

static const struct pending plain = { NULL, -1, false, NULL };

static int
send_query(struct tx *tx, const struct query *q, const struct arg *args, size_t n, struct pending p, struct err *err)
{
	if (tx->failed)
		return fail_with(tx, &tx->first, err);
	if (!tx->begun) {
		if (push(tx, &conn_queries[CONN_BEGIN_READ_COMMITTED + tx->isolation], NULL, 0, plain, err) == -1)
			return -1;
		tx->begun = true;
	}
	return push(tx, q, args, n, p, err);
}

/* ---- receiving ---- */

/* Judges one result; the transaction fails with the first bad one. */
static void
judge(struct tx *tx, const struct pending *p, const PGresult *r)
{
	struct err why = ERR_INIT;
	ExecStatusType status = PQresultStatus(r);

	if (tx->failed)
		return;
	if (status == PGRES_PIPELINE_ABORTED)
		err_set(&why, FAIL_INTERNAL, "database: %s was skipped", p->name); /* the error before it was missed: ours */
	else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		sql_error(r, p->name, &why);
	else if (p->is_guard && PQntuples(r) > 0)
		err_set(&why, FAIL_CONFLICT, "%s", p->what);
	else if (p->wanted >= 0 && atoi(PQcmdTuples((PGresult *)r)) != p->wanted)
		err_set(&why, FAIL_CONFLICT, "%s", p->what);
	else
		return;
	tx->is_again = sql_is_retryable(r);
	fail_with(tx, &why, &why);
}

/* The server said FATAL and hangs up: no answer to this statement, but news about the connection. */
static bool
is_good_bye(const PGconn *pg, const PGresult *r)
{
	const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);

	return PQstatus(pg) == CONNECTION_BAD || (severity != NULL && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0));
}

/* Sends all that is queued and reads all answers; the last one's rows into *last unless NULL. */
static int
exchange(struct tx *tx, PGresult **last, struct err *err)
{
	struct conn *conn = tx->conn;
	PGresult *r, *keep = NULL;
	size_t i;

	if (tx->is_lost)
		return fail_lost(tx, err);
	if (PQpipelineSync(conn->pg) != 1)
		return fail_lost(tx, err);
	for (i = 0; i < conn->npending; i++) {
		while ((r = PQgetResult(conn->pg)) != NULL) {
			if (is_good_bye(conn->pg, r)) {
				PQclear(r);
				goto lost;
			}
			judge(tx, &conn->pending[i], r);
			if (last != NULL && i == conn->npending - 1 && keep == NULL)
				keep = r;
			else
				PQclear(r);
		}
		if (PQstatus(conn->pg) == CONNECTION_BAD)
			goto lost;
	}
	conn->npending = 0;
	r = PQgetResult(conn->pg);
	if (PQresultStatus(r) != PGRES_PIPELINE_SYNC) {
		PQclear(r);
		goto lost;
	}
	PQclear(r);
	if (tx->failed) {
		PQclear(keep);
		return fail_with(tx, &tx->first, err);
	}
	if (last != NULL)
		*last = keep;
	return 0;
lost:
	PQclear(keep);
	return fail_lost(tx, err);
}

/* ---- for the store's modules ---- */

int
tx_query(struct tx *tx, const struct query *q, const struct arg *args, size_t n, struct rows **rows, struct err *err)
{
	PGresult *r = NULL;

	if (send_query(tx, q, args, n, plain, err) == -1 || exchange(tx, &r, err) == -1)
		return -1;
	*rows = (struct rows *)r; /* opaque outside: rows.c */
	return 0;
}

int
tx_query_one(struct tx *tx, const struct query *q, const struct arg *args, size_t n, enum fail none, const char *what,
	struct rows **rows, struct err *err)
{
	struct rows *r = NULL;

	if (tx_query(tx, q, args, n, &r, err) == -1)
		return -1;
	if (rows_count(r) != 1) {
		size_t count = rows_count(r);

		rows_free(r);
		if (count > 1)
			return err_set(err, FAIL_INTERNAL, "database: %s gave %zu rows, wanted one", q->name, count);
		return err_set(err, none, "%s", what);
	}
	*rows = r;
	return 0;
}

int
tx_query_json(struct tx *tx, const struct query *q, const struct arg *args, size_t n, const char *none, json_t **value, struct err *err)
{
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, q, args, n, &rows, err) == -1)
		return -1;
	if (rows_count(rows) == 0 || row_is_null(rows, 0, 0))
		err_set(err, FAIL_NOT_FOUND, "%s", none);
	else
		rc = row_json(rows, 0, 0, value, err);
	rows_free(rows);
	return rc;
}

void
sql_uuid_array(const struct uuid *ids, size_t n, struct buf *array)
{
	char text[UUID_TEXT];

	buf_str(array, "{");
	for (size_t i = 0; i < n; i++)
		buf_printf(array, "%s%s", i == 0 ? "" : ",", uuid_format(&ids[i], text));
	buf_str(array, "}");
}

int
tx_later(struct tx *tx, const struct query *q, const struct arg *args, size_t n, int wanted, const char *what, struct err *err)
{
	return send_query(tx, q, args, n, (struct pending){ NULL, wanted, false, what }, err);
}

int
tx_guard(struct tx *tx, const struct query *q, const struct arg *args, size_t n, const char *what, struct err *err)
{
	return send_query(tx, q, args, n, (struct pending){ NULL, -1, true, what }, err);
}

int
tx_flush(struct tx *tx, struct err *err)
{
	if (tx->failed)
		return fail_with(tx, &tx->first, err);
	return tx->conn->npending == 0 ? 0 : exchange(tx, NULL, err);
}

/* ---- for the runner ---- */

int
tx_commit(struct tx *tx, struct err *err)
{
	PGresult *r = NULL;
	bool counted = false;
	int rc;

	if (tx->failed)
		return fail_with(tx, &tx->first, err); /* the work went on after a failure: it still is one */
	if (!tx->begun)
		return 0;
	for (size_t i = 0; i < tx->conn->npending; i++)
		counted |= tx->conn->pending[i].wanted >= 0;
	if (counted && exchange(tx, NULL, err) == -1)
		return -1;
	if (push(tx, &conn_queries[CONN_COMMIT], NULL, 0, plain, err) == -1)
		return -1;
	tx->commit_sent = true;
	if (exchange(tx, &r, err) == -1)
		return -1;
	tx->begun = false;
	/* a COMMIT of a failed transaction succeeds as ROLLBACK */
	rc = strcmp(PQcmdStatus(r), "COMMIT") == 0 ? 0 : err_set(err, FAIL_INTERNAL, "database: the transaction was rolled back");
	PQclear(r);
	return rc;
}

void
tx_rollback(struct tx *tx)
{
	struct err ignored = ERR_INIT;

	/* first what is still queued, so that an error there does not skip the ROLLBACK */
	if (!tx->begun || tx->is_lost)
		return;
	if (tx->conn->npending > 0)
		exchange(tx, NULL, &ignored);
	if (tx->is_lost || PQtransactionStatus(tx->conn->pg) == PQTRANS_IDLE)
		return;
	tx->commit_sent = false;
	if (push(tx, &conn_queries[CONN_ROLLBACK], NULL, 0, plain, &ignored) == -1)
		return;
	exchange(tx, NULL, &ignored);
}
