/* The pool, the pipeline and the transaction runner against a real PostgreSQL; tables of the test's own. */
#include <pthread.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "registry/base/clock.h"
#include "registry/base/digest.h"
#include "registry/store/db.h"
#include "registry/store/migrate.h"
#include "tests/cluster.h"
#include "tests/tap.h"

enum { ADD,
	GET,
	BUMP,
	COUNT,
	SLEEP,
	ECHO_TEXT,
	TYPES,
	TYPES_BINARY,
	SECRET_INPUT,
	CAUSE,
	TERMINATE,
	ADD_CHILD,
	NO_ROW,
	LOCK,
	FORBIDDEN };
static const struct query test_queries[] = {
	[ADD] = { "t_add", "INSERT INTO t (id, v) VALUES ($1, $2)" },
	[GET] = { "t_get", "SELECT v FROM t WHERE id = $1" },
	[BUMP] = { "t_bump", "UPDATE t SET v = v + $2::int WHERE id = $1" },
	[COUNT] = { "t_count", "SELECT count(*) FROM t" },
	[SLEEP] = { "t_sleep", "SELECT pg_sleep($1::int)" },
	[ECHO_TEXT] = { "t_echo", "SELECT $1::text" },
	[TYPES] = { "t_types",
		"SELECT $1::bytea, $2::uuid, $3::bigint, $4::boolean, NULL::text, '1990-05'::partial_date, '1990-05-02'::date" },
	[TYPES_BINARY] = { "t_types_binary",
		"SELECT $1::bytea, $2::uuid, $3::bigint, $4::boolean, NULL::text, '1990-05'::partial_date, '1990-05-02'::date::text, -7::int, ''::bytea",
		.is_binary = true },
	[SECRET_INPUT] = { "t_secret", "SELECT $1::text::date" },
	[CAUSE] = { "t_cause", "INSERT INTO t_named (n) VALUES ($1)" },
	[TERMINATE] = { "t_terminate", "SELECT pg_terminate_backend(pg_backend_pid())" },
	[ADD_CHILD] = { "t_child", "INSERT INTO t_child (parent) VALUES ($1)" },
	[NO_ROW] = { "t_no_row", "SELECT FROM t WHERE id = $1" },
	[LOCK] = { "t_lock", "SELECT v FROM t WHERE id = $1 FOR UPDATE" },
	[FORBIDDEN] = { "t_forbidden", "UPDATE act SET kind = 'death'" },
	{ NULL, NULL },
};
static const struct query *const sets[] = { test_queries, NULL };

static struct cluster cluster = CLUSTER_INIT;
static char owner[CLUSTER_CONNINFO];

static void
sql(const char *text)
{
	PGconn *pg = PQconnectdb(owner);
	PGresult *r = PQexec(pg, text);

	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
		bail_out("%s: %s", text, PQerrorMessage(pg));
	PQclear(r);
	PQfinish(pg);
}

static struct db *
open_db(unsigned connections, const char *role)
{
	struct db_options o = { .conninfo = owner, .role = role, .connections = connections, .wait_ms = 300, .queries = sets };
	struct db *db = NULL;
	struct err err = ERR_INIT;

	if (db_open(&o, &db, &err) == -1)
		bail_out("%s", err.text);
	return db;
}

/* ---- single statements as transactions ---- */

static int64_t
get(struct db *db, int64_t id);

struct step {
	int query;
	int64_t a, b;
	int wanted; /* -2: as a guard */
};
struct steps {
	const struct step *step;
	size_t n;
	unsigned runs;
	size_t flush_after; /* 0: never */
};

static int
work_steps(struct tx *tx, void *arg, struct err *err)
{
	struct steps *s = arg;

	s->runs++;
	for (size_t i = 0; i < s->n; i++) {
		const struct step *p = &s->step[i];
		size_t nargs = p->query == ADD || p->query == BUMP ? 2 : p->query == FORBIDDEN ? 0
											       : 1;
		const struct arg args[2] = { arg_int(p->a), arg_int(p->b) };

		if (p->wanted == -2) {
			if (tx_guard(tx, &test_queries[p->query], args, nargs, "guarded", err) == -1)
				return -1;
		} else if (tx_later(tx, &test_queries[p->query], args, nargs, p->wanted, "not there", err) == -1) {
			return -1;
		}
		if (s->flush_after == i + 1 && tx_flush(tx, err) == -1)
			return -1;
	}
	return 0;
}

static int
run_steps(struct db *db, const struct step *step, size_t n, struct err *err)
{
	struct steps s = { step, n, 0, 0 };

	err_clear(err);
	return db_run(db, DB_READ_COMMITTED, work_steps, &s, err);
}

struct one {
	int64_t id, v;
};

static int
work_get(struct tx *tx, void *arg, struct err *err)
{
	struct one *one = arg;
	struct rows *rows;

	if (tx_query_one(tx, &test_queries[GET], ARGS(arg_int(one->id)), FAIL_NOT_FOUND, "no such row", &rows, err) == -1)
		return -1;
	one->v = row_int(rows, 0, 0);
	rows_free(rows);
	return 0;
}

static int64_t
get(struct db *db, int64_t id)
{
	struct one one = { id, 0 };
	struct err err = ERR_INIT;

	return db_run(db, DB_READ_ONLY, work_get, &one, &err) == 0 ? one.v : -1;
}

static void
test_pipeline(struct db *db)
{
	static const struct step two[] = { { ADD, 1, 10, 1 }, { ADD, 2, 20, 1 } };
	static const struct step third_bad[] = { { ADD, 3, 1, -1 }, { ADD, 4, 1, -1 }, { ADD, 1, 1, -1 }, { ADD, 5, 1, -1 } };
	static const struct step none_hit[] = { { ADD, 6, 1, 1 }, { BUMP, 999, 1, 1 } };
	static const struct step guard_hit[] = { { NO_ROW, 1, 0, -2 }, { ADD, 7, 1, -1 }, { ADD, 1, 1, -1 } };
	static const struct step guard_clear[] = { { NO_ROW, 8, 0, -2 }, { ADD, 8, 80, -1 } };
	static const struct step negative[] = { { ADD, 9, -5, -1 } };
	static const struct step orphan[] = { { ADD_CHILD, 12345, 0, -1 } };
	struct steps late = { third_bad, 4, 0, 1 };
	struct err err = ERR_INIT;

	ok(run_steps(db, two, 2, &err) == 0 && get(db, 1) == 10 && get(db, 2) == 20, "queued statements go with the commit");
	ok(run_steps(db, third_bad, 4, &err) == -1 && err.kind == FAIL_CONFLICT, "an error in the middle of the pipeline fails the commit");
	ok(strstr(err.text, "t_pkey") != NULL && strstr(err.text, "(1)") == NULL, "it names the constraint, not the value: %s", err.text);
	ok(get(db, 3) == -1 && get(db, 4) == -1 && get(db, 5) == -1, "nothing around it stayed");
	err_clear(&err);
	ok(db_run(db, DB_READ_COMMITTED, work_steps, &late, &err) == -1 && err.kind == FAIL_CONFLICT && get(db, 3) == -1,
		"nor when the first had been sent before");
	ok(run_steps(db, none_hit, 2, &err) == -1 && err.kind == FAIL_CONFLICT && strcmp(err.text, "not there") == 0,
		"a statement that hits no row where one is wanted is a conflict");
	ok(get(db, 6) == -1, "and the transaction did not commit");
	ok(run_steps(db, guard_hit, 3, &err) == -1 && strcmp(err.text, "guarded") == 0, "the guard is the first failure that is told");
	ok(get(db, 7) == -1, "and the transaction did not commit");
	ok(run_steps(db, guard_clear, 2, &err) == 0 && get(db, 8) == 80, "a guard that finds nothing lets pass");
	ok(run_steps(db, negative, 1, &err) == -1 && err.kind == FAIL_CONFLICT && strstr(err.text, "t_v_check") != NULL &&
			strstr(err.text, "-5") == NULL,
		"a check violation names the constraint, not the row: %s", err.text);
	ok(run_steps(db, orphan, 1, &err) == -1 && err.kind == FAIL_CONFLICT && strstr(err.text, "12345") == NULL,
		"a dangling reference: %s", err.text);
	ok(run_steps(db, NULL, 0, &err) == 0, "a transaction without statements is fine");
}

static int
work_goes_on(struct tx *tx, void *arg, struct err *err)
{
	struct err ignored = ERR_INIT;
	struct rows *rows;

	(void)arg;
	(void)err;
	if (tx_query(tx, &test_queries[ADD], ARGS(arg_int(1), arg_int(1)), &rows, &ignored) == 0)
		rows_free(rows);
	tx_later(tx, &test_queries[ADD], ARGS(arg_int(70), arg_int(1)), -1, "", &ignored);
	return 0; /* as if nothing had happened */
}

static int
work_gives_up(struct tx *tx, void *arg, struct err *err)
{
	(void)arg;
	if (tx_later(tx, &test_queries[ADD], ARGS(arg_int(71), arg_int(1)), -1, "", err) == -1 ||
		tx_later(tx, &test_queries[ADD], ARGS(arg_int(71), arg_int(1)), -1, "", err) == -1)
		return -1;
	return err_set(err, FAIL_INPUT, "changed my mind");
}

static void
test_rollback(struct db *db)
{
	struct err err = ERR_INIT;

	ok(db_run(db, DB_READ_COMMITTED, work_goes_on, NULL, &err) == -1 && err.kind == FAIL_CONFLICT,
		"work that overlooks a failure fails with it: %s", err.text);
	ok(get(db, 70) == -1, "and nothing of it stays");
	err_clear(&err);
	ok(db_run(db, DB_READ_COMMITTED, work_gives_up, NULL, &err) == -1 && err.kind == FAIL_INPUT &&
			strcmp(err.text, "changed my mind") == 0,
		"work that gives up gives its own reason, whatever was queued");
	ok(get(db, 71) == -1 && get(db, 1) == 10, "and nothing of it stays; the connection goes on");
}

/* ---- values ---- */

static int
work_types(struct tx *tx, void *arg, struct err *err)
{
	struct uuid u, back;
	struct buf b = BUF_INIT;
	struct date partial, day;
	struct rows *rows = NULL;
	int rc = -1;

	if (uuid_new(&u, err) == -1 ||
		tx_query_one(tx, arg,
			ARGS(arg_bytes(BYTES("\0\xFF\\x", 4)), arg_uuid(&u), arg_int(INT64_MIN), arg_bool(true)), FAIL_INTERNAL, "", &rows, err) == -1)
		return -1;
	if (row_bytes(rows, 0, 0, &b, err) == 0 && row_uuid(rows, 0, 1, &back, err) == 0 && row_date(rows, 0, 5, &partial, err) == 0 &&
		row_date(rows, 0, 6, &day, err) == 0)
		rc = 0;
	ok(rc == 0 && b.n == 4 && memcmp(b.p, "\0\xFF\\x", 4) == 0, "bytea comes back, NUL included");
	ok(rc == 0 && uuid_equal(&u, &back), "uuid comes back");
	ok(row_int(rows, 0, 2) == INT64_MIN && row_bool(rows, 0, 3), "integer and boolean come back");
	ok(row_is_null(rows, 0, 4) && row_text(rows, 0, 4)[0] == 0, "NULL is null and reads as empty");
	ok(rc == 0 && partial.precision == DATE_MONTH && partial.day == 0 && day.precision == DATE_DAY && day.day == 2, "dates keep their precision");
	ok(row_date(rows, 0, 4, &day, err) == 0 && day.precision == DATE_UNKNOWN, "a NULL date is unknown");
	ok(row_uuid(rows, 0, 2, &back, err) == -1 && err->kind == FAIL_INTERNAL, "a column that is no uuid is not taken for one");
	if (rc == 0 && ((const struct query *)arg)->is_binary) {
		ok(row_int(rows, 0, 7) == -7 && row_int(rows, 0, 4) == 0 && !row_bool(rows, 0, 4), "a short negative number; NULL is 0 and false");
		ok(row_bytes(rows, 0, 8, &b, err) == 0 && b.n == 4 && row_bytes(rows, 0, 4, &b, err) == 0 && b.n == 4, "empty and NULL add nothing");
	}
	buf_clear(&b);
	rows_free(rows);
	return 0;
}

static int
work_text(struct tx *tx, void *arg, struct err *err)
{
	struct bytes *text = arg;
	struct rows *rows;

	if (tx_query(tx, &test_queries[ECHO_TEXT], ARGS(arg_string(*text)), &rows, err) == -1)
		return -1;
	ok(strcmp(row_text(rows, 0, 0), "O'Neill; DROP TABLE t --") == 0, "text is text, whatever is in it");
	rows_free(rows);
	return 0;
}

static int
work_secret(struct tx *tx, void *arg, struct err *err)
{
	struct rows *rows;

	if (tx_query(tx, &test_queries[SECRET_INPUT], ARGS(arg_text(arg)), &rows, err) == -1)
		return -1;
	rows_free(rows);
	return 0;
}

static void
test_values(struct db *db)
{
	struct bytes hostile = bytes_str("O'Neill; DROP TABLE t --"), nul = BYTES("a\0b", 3);
	struct err err = ERR_INIT;

	db_run(db, DB_READ_COMMITTED, work_types, (void *)&test_queries[TYPES], &err);
	err_clear(&err);
	db_run(db, DB_READ_COMMITTED, work_types, (void *)&test_queries[TYPES_BINARY], &err);
	err_clear(&err);
	db_run(db, DB_READ_COMMITTED, work_text, &hostile, &err);
	ok(db_run(db, DB_READ_COMMITTED, work_text, &nul, &err) == -1 && err.kind == FAIL_INPUT, "text with a NUL in it is refused");
	err_clear(&err);
	ok(db_run(db, DB_READ_COMMITTED, work_secret, (void *)"Jane Doe 1990", &err) == -1 && err.kind == FAIL_INTERNAL &&
			strstr(err.text, "Jane") == NULL && strstr(err.text, "22007") != NULL,
		"an error whose message quotes the value keeps it to itself: %s", err.text);
}

/* ---- permissions and the read-only transaction ---- */

static void
test_denied(void)
{
	static const struct step forbidden[] = { { FORBIDDEN, 0, 0, -1 } };
	static const struct step write[] = { { ADD, 50, 1, -1 } };
	struct steps s = { write, 1, 0, 0 };
	struct db *db = open_db(1, "catena_civil");
	struct err err = ERR_INIT;

	ok(run_steps(db, forbidden, 1, &err) == -1 && err.kind == FAIL_DENIED, "a service role may not update acts: %s", err.text);
	db_close(db);
	db = open_db(1, NULL);
	err_clear(&err);
	ok(db_run(db, DB_READ_ONLY, work_steps, &s, &err) == -1 && err.kind == FAIL_INTERNAL, "a read-only transaction does not write");
	db_close(db);
}

/* ---- serialization failure: two connections, each reads both rows and writes one ---- */

struct skew {
	struct db *db;
	int64_t read, write;
	pthread_barrier_t *both_have_read;
	unsigned runs;
	int rc;
	struct err err;
};

static int
work_skew(struct tx *tx, void *arg, struct err *err)
{
	struct skew *s = arg;
	struct rows *rows;

	if (tx_query(tx, &test_queries[GET], ARGS(arg_int(s->read)), &rows, err) == -1)
		return -1;
	rows_free(rows);
	if (s->runs++ == 0)
		pthread_barrier_wait(s->both_have_read);
	return tx_later(tx, &test_queries[BUMP], ARGS(arg_int(s->write), arg_int(1)), 1, "gone", err);
}

static void *
skew_thread(void *arg)
{
	struct skew *s = arg;

	s->rc = db_run(s->db, DB_SERIALIZABLE, work_skew, s, &s->err);
	return NULL;
}

static void
test_serialization(struct db *db)
{
	pthread_barrier_t barrier;
	struct skew a = { db, 1, 2, &barrier, 0, -1, ERR_INIT }, b = { db, 2, 1, &barrier, 0, -1, ERR_INIT };
	int64_t one = get(db, 1), two = get(db, 2);
	struct db_stats before, after;
	pthread_t t;

	db_stats(db, &before);
	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&t, NULL, skew_thread, &a);
	skew_thread(&b);
	pthread_join(t, NULL);
	pthread_barrier_destroy(&barrier);
	db_stats(db, &after);
	ok(a.rc == 0 && b.rc == 0, "two transactions that depend on each other both come through%s%s", a.err.text, b.err.text);
	ok(a.runs + b.runs > 2 && after.retries > before.retries, "because one was repeated");
	ok(get(db, 1) == one + 1 && get(db, 2) == two + 1, "and each took effect once");
}

struct always {
	unsigned runs;
};

static int
work_terminates(struct tx *tx, void *arg, struct err *err)
{
	struct always *a = arg;
	struct rows *rows;

	a->runs++;
	if (tx_query(tx, &test_queries[TERMINATE], NULL, 0, &rows, err) == -1)
		return -1;
	rows_free(rows);
	return 0;
}

/* ---- the pool ---- */

static void *
sleep_thread(void *arg)
{
	static const struct step nap[] = { { SLEEP, 1, 0, -1 } };
	struct err err = ERR_INIT;

	run_steps(arg, nap, 1, &err);
	return NULL;
}

static void
test_pool(void)
{
	struct db *db = open_db(2, NULL);
	struct db_stats stats;
	struct err err = ERR_INIT;
	pthread_t t[2];
	uint64_t begin;

	db_stats(db, &stats);
	ok(stats.open == 1, "one connection at the start");
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, sleep_thread, db);
	usleep(200000);
	begin = clock_monotonic_ns();
	ok(db_ready(db, &err) == -1 && err.kind == FAIL_AGAIN, "when all are busy the third waits in vain: %s", err.text);
	ok(clock_monotonic_ns() - begin < 700 * UINT64_C(1000000), "and not for ever");
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	err_clear(&err);
	ok(db_ready(db, &err) == 0, "afterwards it is served");
	db_stats(db, &stats);
	ok(stats.open == 2 && stats.busy == 0 && stats.timeouts == 1, "the figures tell so");
	db_close(db);
}

static void
test_lost(struct db *db)
{
	static const struct step bump[] = { { BUMP, 1, 1, 1 } };
	struct always a = { 0 };
	struct err err = ERR_INIT;
	int64_t before = get(db, 1);

	ok(db_run(db, DB_READ_COMMITTED, work_terminates, &a, &err) == -1 && err.kind == FAIL_AGAIN, "a connection that always dies: %s", err.text);
	ok(a.runs == DB_TRIES, "was tried %u times", a.runs);
	err_clear(&err);
	ok(run_steps(db, bump, 1, &err) == 0 && get(db, 1) == before + 1, "and the next transaction is served");

	if (cluster_kill(&cluster, &err) == -1)
		bail_out("%s", err.text);
	ok(run_steps(db, bump, 1, &err) == 0 && get(db, 1) == before + 2, "the server was killed and came back: no request notices");
	cluster_crash(&cluster);
	for (int i = 0; i < 100 && db_ready(db, &err) == 0; i++)
		usleep(20000); /* backends live on until they notice */
	err_clear(&err);
	ok(run_steps(db, bump, 1, &err) == -1 && err.kind == FAIL_AGAIN, "while it is away: %s", err.text);
	ok(db_ready(db, &err) == -1 && err.kind == FAIL_AGAIN, "and not ready");
	if (cluster_up(&cluster, &err) == -1)
		bail_out("%s", err.text);
	ok(run_steps(db, bump, 1, &err) == 0 && get(db, 1) == before + 3, "it recovers without being told");
}

/* ---- starting ---- */

static bool
refuses(const struct query *const *queries, const char *conninfo, const char *want)
{
	struct db_options o = { .conninfo = conninfo, .connections = 1, .queries = queries };
	struct db *db = NULL;
	struct err err = ERR_INIT;

	if (db_open(&o, &db, &err) == 0) {
		db_close(db);
		return false;
	}
	if (strstr(err.text, want) != NULL)
		return true;
	printf("# %s\n", err.text);
	return false;
}

static void
test_start(void)
{
	static const struct query bad[] = { { "bad_query", "SELECT nothing FROM nowhere" }, { NULL, NULL } };
	static const struct query *const bad_sets[] = { test_queries, bad, NULL };

	ok(refuses(bad_sets, owner, "bad_query"), "a query that the server cannot prepare fails at the start, by name");
	ok(refuses(sets, "host=/nonexistent", "database"), "no server fails at the start");
	sql("INSERT INTO registry.schema_version VALUES (9999, '9999-future.sql', sha256('x'))");
	ok(refuses(sets, owner, "database schema is 9999, this program needs"), "a newer schema fails at the start");
	sql("DELETE FROM registry.schema_version WHERE number = 9999");
}

int
main(void)
{
	struct err err = ERR_INIT;
	struct db *db;

	if (cluster_start(&cluster, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("database tests", err.text);
		return done_testing();
	}
	cluster_conninfo(&cluster, NULL, owner);
	ok(refuses(sets, owner, "database schema is 0, this program needs"), "an empty database fails at the start");
	if (migrate_run(owner, NULL, NULL, &err) == -1)
		bail_out("%s", err.text);
	sql("SET search_path = registry; CREATE TABLE t (id bigint PRIMARY KEY, v bigint CHECK (v >= 0));"
	    "CREATE TABLE t_child (parent bigint REFERENCES t); CREATE TABLE t_named (n bigint)");
	db = open_db(4, NULL);
	test_pipeline(db);
	test_rollback(db);
	test_values(db);
	test_denied();
	test_serialization(db);
	test_pool();
	test_lost(db);
	db_close(db);
	test_start();
	cluster_stop(&cluster);
	return done_testing();
}
