/*
 * db.h - the registry's database: a pool of connections, prepared queries, one transaction runner.
 *
 * Every query is a constant beside the function that runs it; each connection prepares all of its program's when it opens,
 * so a bad one fails at boot.  Below db_run() nothing retries: the runner begins, calls back, commits, and repeats the whole
 * callback on a serialization failure, a deadlock or a connection that died before the commit was sent, a bounded number of times.
 * When the connection dies while the commit is under way the outcome is unknown: FAIL_AGAIN, and the client repeats with the
 * same idempotency key (invariant 7).
 */
#ifndef CATENA_STORE_DB_H
#define CATENA_STORE_DB_H

#include <jansson.h>

#include "registry/base/date.h"
#include "registry/base/uuid.h"

struct db;
struct tx;
struct rows;

struct query {
	const char *name; /* the prepared statement's name; NULL ends a set */
	const char *sql;  /* $1..$n */
	bool is_binary;   /* octets come as they are, not as hexadecimal; then a date column is cast to text in `sql` */
};

enum { DB_STATEMENT_SECONDS = 30,
	DB_TRIES = 5 }; /* how often db_run runs its work at most */

struct db_options {
	const char *conninfo;               /* libpq keywords or URI; several hosts allowed */
	const char *role;                   /* database role, overrides conninfo's user; NULL: as conninfo says */
	unsigned connections;               /* most that are open at once */
	unsigned wait_ms;                   /* how long a borrower waits for a free one before FAIL_AGAIN */
	unsigned statement_seconds;         /* a statement that runs longer is FAIL_AGAIN; 0: DB_STATEMENT_SECONDS */
	const struct query *const *queries; /* NULL-terminated list of the program's query sets */
};
/* Copies the options (the sets of queries themselves must stay).  Opens one connection, checks the schema version and prepares the queries: so a daemon fails at start, not at noon. */
int db_open(const struct db_options *options, struct db **db, struct err *err);
void db_close(struct db *db);
/* 0 when a connection answers now: for /readyz.  FAIL_AGAIN else. */
int db_ready(struct db *db, struct err *err);

struct db_stats {
	unsigned open, busy;                                /* connections */
	uint64_t connects, transactions, retries, timeouts; /* since the start; timeouts: no connection was free in wait_ms */
};
void db_stats(struct db *db, struct db_stats *stats);

enum db_isolation { DB_READ_COMMITTED,
	DB_REPEATABLE_READ,
	DB_SERIALIZABLE,
	DB_READ_ONLY /* repeatable read, read only */ };
typedef int db_work(struct tx *tx, void *arg, struct err *err);
/* `work` may run several times: it must not change anything outside the transaction that it does not set anew. */
int db_run(struct db *db, enum db_isolation isolation, db_work *work, void *arg, struct err *err);

/* ---- inside a transaction (used by registry/store only; programs call the typed functions) ---- */
enum arg_type { ARG_T_NULL,
	ARG_T_TEXT,
	ARG_T_STRING,
	ARG_T_BYTES,
	ARG_T_UUID,
	ARG_T_INT,
	ARG_T_BOOL };
struct arg {
	enum arg_type type;
	union {
		const char *text;
		struct bytes bytes;
		struct uuid uuid;
		int64_t integer;
		bool boolean;
	} u;
};
static inline struct arg
arg_null(void)
{
	return (struct arg){ ARG_T_NULL, { NULL } };
}
/* NULL text is SQL NULL. */
static inline struct arg
arg_text(const char *s)
{
	return (struct arg){ s == NULL ? ARG_T_NULL : ARG_T_TEXT, { .text = s } };
}
static inline struct arg
arg_bytes(struct bytes b)
{
	return (struct arg){ ARG_T_BYTES, { .bytes = b } };
}
/* Text that is not ended by a 0; one inside is FAIL_INPUT. */
static inline struct arg
arg_string(struct bytes b)
{
	return (struct arg){ ARG_T_STRING, { .bytes = b } };
}
static inline struct arg
arg_uuid(const struct uuid *u)
{
	return (struct arg){ ARG_T_UUID, { .uuid = *u } };
}
static inline struct arg
arg_int(int64_t i)
{
	return (struct arg){ ARG_T_INT, { .integer = i } };
}
static inline struct arg
arg_bool(bool b)
{
	return (struct arg){ ARG_T_BOOL, { .boolean = b } };
}
/* All zero: SQL NULL. */
static inline struct arg
arg_uuid_or_null(const struct uuid *u)
{
	return u == NULL || uuid_is_null(u) ? arg_null() : arg_uuid(u);
}

#define ARGS(...) (const struct arg[]){ __VA_ARGS__ }, sizeof((const struct arg[]){ __VA_ARGS__ }) / sizeof(struct arg)

/* Runs a query now and gives its rows (caller: rows_free). */
int tx_query(struct tx *tx, const struct query *q, const struct arg *args, size_t n, struct rows **rows, struct err *err);
/* Exactly one row wanted: none is `none` with the sentence `what` ("enrolment is not there"). */
int tx_query_one(struct tx *tx, const struct query *q, const struct arg *args, size_t n, enum fail none, const char *what,
	struct rows **rows, struct err *err);
/* The JSON that the query gives in its one column; no row, or NULL in it, is FAIL_NOT_FOUND with the sentence `none`. */
int tx_query_json(struct tx *tx, const struct query *q, const struct arg *args, size_t n, const char *none, json_t **value, struct err *err);
/*
 * Queues a statement that returns nothing (or whose rows are not wanted): sent with the next tx_query, tx_flush or the commit in
 * one round trip (libpq pipeline mode).  Its errors come up there.  wanted >= 0: so many rows must be affected, else FAIL_CONFLICT
 * with `what` (a literal).  Arguments are copied.  Returns -1 for memory and for text with a 0 in it.  Statements with a wanted
 * number cost the commit a round trip when nothing was sent after them: their count must be seen first.
 */
int tx_later(struct tx *tx, const struct query *q, const struct arg *args, size_t n, int wanted, const char *what, struct err *err);
int tx_flush(struct tx *tx, struct err *err);
/*
 * Queues a query that must give no row, else FAIL_CONFLICT with `what` (a literal).  Unlike tx_later with wanted 0 the commit does not
 * wait for it: for a check that a constraint backs, so that the commit fails anyway.
 */
int tx_guard(struct tx *tx, const struct query *q, const struct arg *args, size_t n, const char *what, struct err *err);

/* A list of UUIDs as an argument of type uuid[] is written, appended. */
void sql_uuid_array(const struct uuid *ids, size_t n, struct buf *array);

size_t rows_count(const struct rows *rows);
bool row_is_null(const struct rows *rows, size_t row, int column);
const char *row_text(const struct rows *rows, size_t row, int column); /* "" when NULL; lives as long as rows */
int64_t row_int(const struct rows *rows, size_t row, int column);      /* 0 when NULL */
bool row_bool(const struct rows *rows, size_t row, int column);
int row_uuid(const struct rows *rows, size_t row, int column, struct uuid *u, struct err *err);
int row_bytes(const struct rows *rows, size_t row, int column, struct buf *out, struct err *err);        /* bytea, appended */
int row_date(const struct rows *rows, size_t row, int column, struct date *d, struct err *err);          /* date or partial_date; unknown when NULL */
int row_uuid_optional(const struct rows *rows, size_t row, int column, struct uuid *u, struct err *err); /* left alone when NULL */
/* malloc'd; left alone when NULL.  Personal ones: free_wiped. */
int row_copy(const struct rows *rows, size_t row, int column, char **text, struct err *err);
int row_json(const struct rows *rows, size_t row, int column, json_t **value, struct err *err); /* left alone when NULL */
/* The JSON of the column in at most `limit` rows as an array; *more: there was one row more (queries ask for limit + 1). */
int rows_json_list(const struct rows *rows, int column, unsigned limit, json_t **list, bool *more, struct err *err);
void rows_free(struct rows *rows);

/*
 * How SQL errors become ours: unique violation, CA001 (state), CA002 (descent), foreign key, check: FAIL_CONFLICT with the server's
 * primary message or the constraint's sentence from the table in db.c (four_eyes_act: "the declaring officer may not validate the
 * act"), permission denied and CA003: FAIL_DENIED, no connection or shut down: FAIL_AGAIN, disk full (53100) and the rest of class
 * 53, 57, 58: FAIL_AGAIN with the reason, others FAIL_INTERNAL with the SQLSTATE.  The server's DETAIL, which quotes values, is never passed on.
 */

#endif
