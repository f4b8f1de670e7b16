/* The pool of connections and the transaction runner. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "registry/base/digest.h"
#include "registry/store/tx.h"

struct db {
	struct db_options options; /* with our own copies of the texts */
	char *conninfo;
	char *role;
	const struct query **queries;
	pthread_mutex_t lock; /* for all below */
	pthread_cond_t freed; /* a connection became idle or closed */
	struct conn *idle;    /* the last returned first: the others may rest */
	struct db_stats stats;
};

static void
db_destroy(struct db *db)
{
	struct conn *next;

	for (struct conn *c = db->idle; c != NULL; c = next) {
		next = c->next;
		conn_close(c);
	}
	pthread_cond_destroy(&db->freed);
	pthread_mutex_destroy(&db->lock);
	free(db->conninfo);
	free(db->role);
	free(db->queries);
	free(db);
}

int
db_open(const struct db_options *options, struct db **out, struct err *err)
{
	struct db *db = calloc(1, sizeof(*db));
	pthread_condattr_t attr;
	size_t nsets = 0;

	if (db == NULL)
		return err_errno(err, "database");
	db->options = *options;
	if (db->options.connections == 0)
		db->options.connections = 1;
	db->conninfo = strdup(options->conninfo != NULL ? options->conninfo : "");
	db->role = options->role != NULL ? strdup(options->role) : NULL;
	pthread_mutex_init(&db->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&db->freed, &attr);
	pthread_condattr_destroy(&attr);
	while (options->queries != NULL && options->queries[nsets] != NULL)
		nsets++;
	db->queries = calloc(nsets + 1, sizeof(*db->queries));
	if (db->queries != NULL && nsets > 0)
		memcpy(db->queries, options->queries, nsets * sizeof(*db->queries));
	db->options.queries = db->queries;
	db->options.conninfo = db->conninfo;
	db->options.role = db->role;
	if (db->conninfo == NULL || db->queries == NULL || (options->role != NULL && db->role == NULL)) {
		err_set(err, FAIL_INTERNAL, "database: out of memory");
		goto fail;
	}
	if (conn_open(&db->options, &db->idle, err) == -1)
		goto fail;
	db->stats.open = 1;
	db->stats.connects = 1;
	*out = db;
	return 0;
fail:
	db_destroy(db);
	return -1;
}

void
db_close(struct db *db)
{
	if (db != NULL)
		db_destroy(db);
}

void
db_stats(struct db *db, struct db_stats *stats)
{
	pthread_mutex_lock(&db->lock);
	*stats = db->stats;
	pthread_mutex_unlock(&db->lock);
}

/* ---- the pool ---- */

static struct timespec
deadline_in(unsigned ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

/* An idle connection, or NULL: the caller may open one (it is counted as open and busy already). */
static int
pool_take(struct db *db, struct conn **conn, struct err *err)
{
	struct timespec deadline = deadline_in(db->options.wait_ms);
	int rc = 0;

	pthread_mutex_lock(&db->lock);
	while (db->idle == NULL && db->stats.open >= db->options.connections && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&db->freed, &db->lock, &deadline);
	if (db->idle != NULL) {
		*conn = db->idle;
		db->idle = (*conn)->next;
	} else if (db->stats.open < db->options.connections) {
		*conn = NULL;
		db->stats.open++;
	} else {
		db->stats.timeouts++;
		pthread_mutex_unlock(&db->lock);
		return err_set(err, FAIL_AGAIN, "database: all %u connections are busy", db->options.connections);
	}
	db->stats.busy++;
	pthread_mutex_unlock(&db->lock);
	return 0;
}

/* conn NULL: it was closed or could not be opened. */
static void
pool_give(struct db *db, struct conn *conn)
{
	pthread_mutex_lock(&db->lock);
	if (conn != NULL) {
		conn->next = db->idle;
		db->idle = conn;
	} else {
		db->stats.open--;
	}
	db->stats.busy--;
	pthread_cond_signal(&db->freed);
	pthread_mutex_unlock(&db->lock);
}

static int
borrow(struct db *db, struct conn **out, struct err *err)
{
	struct conn *conn;

	if (pool_take(db, &conn, err) == -1)
		return -1;
	if (conn != NULL && !conn_is_alive(conn)) {
		conn_close(conn);
		conn = NULL;
	}
	if (conn == NULL) {
		if (conn_open(&db->options, &conn, err) == -1) {
			pool_give(db, NULL);
			return -1;
		}
		pthread_mutex_lock(&db->lock);
		db->stats.connects++;
		pthread_mutex_unlock(&db->lock);
	}
	*out = conn;
	return 0;
}

/* ---- the runner ---- */

/* 2, 4, 8 ... ms, each between half and whole: two that met shall not meet again. */
static void
back_off(unsigned attempt)
{
	struct err ignored = ERR_INIT;
	uint32_t jitter = 0;
	uint64_t us = UINT64_C(2000) << attempt;
	struct timespec t;

	if (random_octets(&jitter, sizeof(jitter), &ignored) == -1)
		jitter = 0;
	us = us / 2 + jitter % (us / 2);
	t = (struct timespec){ (time_t)(us / 1000000), (long)(us % 1000000) * 1000 };
	nanosleep(&t, NULL);
}

static int
run_once(struct db *db, struct tx *tx, enum db_isolation isolation, db_work *work, void *arg, struct err *err)
{
	struct conn *conn;
	int rc;

	tx->is_again = false;
	if (borrow(db, &conn, err) == -1)
		return -1;
	tx_start(tx, conn, isolation);
	rc = work(tx, arg, err);
	if (rc == 0)
		rc = tx_commit(tx, err);
	if (rc != 0)
		tx_rollback(tx);
	if (tx->is_lost) {
		conn_close(conn);
		conn = NULL;
	}
	pool_give(db, conn);
	return rc == 0 ? 0 : -1;
}

int
db_run(struct db *db, enum db_isolation isolation, db_work *work, void *arg, struct err *err)
{
	struct tx tx;
	unsigned attempt;
	int rc;

	for (attempt = 0;; attempt++) {
		rc = run_once(db, &tx, isolation, work, arg, err);
		if (rc == 0 || !tx.is_again || attempt + 1 == DB_TRIES)
			break;
		err_clear(err);
		back_off(attempt);
	}
	pthread_mutex_lock(&db->lock);
	db->stats.transactions++;
	db->stats.retries += attempt;
	pthread_mutex_unlock(&db->lock);
	return rc;
}

static int
work_ready(struct tx *tx, void *arg, struct err *err)
{
	struct rows *rows;

	(void)arg;
	if (tx_query(tx, &conn_queries[CONN_READY], NULL, 0, &rows, err) == -1)
		return -1;
	rows_free(rows);
	return 0;
}

int
db_ready(struct db *db, struct err *err)
{
	return db_run(db, DB_READ_ONLY, work_ready, NULL, err);
}
