#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/store/conn.h"
#include "registry/store/migrate.h"
#include "registry/store/sqlerr.h"

const struct query conn_queries[] = {
	{ "begin_read_committed", "BEGIN ISOLATION LEVEL READ COMMITTED" },
	{ "begin_repeatable_read", "BEGIN ISOLATION LEVEL REPEATABLE READ" },
	{ "begin_serializable", "BEGIN ISOLATION LEVEL SERIALIZABLE" },
	{ "begin_read_only", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" },
	{ "commit", "COMMIT" },
	{ "rollback", "ROLLBACK" },
	{ "ready", "SELECT 1" },
	{ NULL, NULL },
};

/*
 * A peer that vanished is noticed within about 15 s (keepalives when idle, TCP_USER_TIMEOUT when sending); conninfo may say
 * otherwise.  What our queries rely on (search_path, date style, UTC) comes after conninfo and cannot be said otherwise.
 */
static PGconn *
connect_by(const struct db_options *options)
{
	char settings[400];
	unsigned seconds = options->statement_seconds != 0 ? options->statement_seconds : DB_STATEMENT_SECONDS;
	const char *keywords[12] = { "connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count",
		"tcp_user_timeout", "fallback_application_name", "dbname", "client_encoding", "options" };
	const char *values[12] = { "5", "5", "3", "3", "15000", "catena", options->conninfo, "UTF8", settings };

	/* jit costs more than any of our short queries */
	snprintf(settings, sizeof(settings),
		"-c search_path=registry -c timezone=UTC -c datestyle=ISO -c bytea_output=hex -c standard_conforming_strings=on -c jit=off"
		" -c statement_timeout=%us -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
		seconds);
	if (options->role != NULL) {
		keywords[9] = "user";
		values[9] = options->role;
	}
	return PQconnectdbParams(keywords, values, 1);
}

static int
check_version(PGconn *pg, struct err *err)
{
	PGresult *r = PQexec(pg, "SELECT coalesce(max(number), 0) FROM registry.schema_version");
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	int found = -1, needed = migrate_newest(), rc = -1;

	if (PQresultStatus(r) == PGRES_TUPLES_OK)
		found = atoi(PQgetvalue(r, 0, 0));
	else if (state != NULL && (strcmp(state, "42P01") == 0 || strcmp(state, "3F000") == 0))
		found = 0;
	if (found == -1) {
		if (PQstatus(pg) == CONNECTION_BAD)
			sql_connection_error(pg, "database", err);
		else
			sql_error(r, "schema version", err);
	} else if (found != needed) {
		err_set(err, FAIL_INTERNAL, "database schema is %d, this program needs %d", found, needed);
		err_hint(err, found < needed ? "run: catena migrate" : "install the newer programs");
	} else {
		rc = 0;
	}
	PQclear(r);
	return rc;
}

/* Sends one set's statements into the pipeline; adds their number to *sent. */
static int
prepare_set(struct conn *conn, const struct query *set, const struct query **sent, size_t room, size_t *nsent, struct err *err)
{
	for (; set->name != NULL; set++) {
		if (*nsent == room)
			return err_set(err, FAIL_INTERNAL, "database: more than %zu queries", room);
		if (PQsendPrepare(conn->pg, set->name, set->sql, 0, NULL) != 1)
			return sql_connection_error(conn->pg, "database", err);
		sent[(*nsent)++] = set;
	}
	return 0;
}

/* All in one round trip.  The first that the server refuses is named. */
static int
prepare_all(struct conn *conn, const struct query *const *sets, struct err *err)
{
	enum { ROOM = 1024 };
	const struct query **sent = calloc(ROOM, sizeof(*sent));
	size_t n = 0;
	PGresult *r;
	int rc = -1;

	if (sent == NULL)
		return err_errno(err, "database queries");
	if (prepare_set(conn, conn_queries, sent, ROOM, &n, err) == -1)
		goto out;
	for (; sets != NULL && *sets != NULL; sets++)
		if (prepare_set(conn, *sets, sent, ROOM, &n, err) == -1)
			goto out;
	if (PQpipelineSync(conn->pg) != 1) {
		sql_connection_error(conn->pg, "database", err);
		goto out;
	}
	for (size_t i = 0; i < n; i++) {
		while ((r = PQgetResult(conn->pg)) != NULL) {
			if (PQresultStatus(r) != PGRES_COMMAND_OK) {
				if (PQstatus(conn->pg) == CONNECTION_BAD)
					sql_connection_error(conn->pg, "database", err);
				else
					sql_error(r, sent[i]->name, err);
				PQclear(r);
				goto out;
			}
			PQclear(r);
		}
		if (PQstatus(conn->pg) == CONNECTION_BAD) {
			sql_connection_error(conn->pg, "database", err);
			goto out;
		}
	}
	r = PQgetResult(conn->pg);
	if (PQresultStatus(r) == PGRES_PIPELINE_SYNC)
		rc = 0;
	else
		sql_connection_error(conn->pg, "database", err);
	PQclear(r);
out:
	free(sent);
	return rc;
}

/* Warnings would go to stderr, which is the log, which has one JSON line per event. */
static void
drop_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

int
conn_open(const struct db_options *options, struct conn **out, struct err *err)
{
	struct conn *conn = calloc(1, sizeof(*conn));

	if (conn == NULL)
		return err_errno(err, "database connection");
	conn->pg = connect_by(options);
	if (conn->pg == NULL || PQstatus(conn->pg) != CONNECTION_OK) {
		sql_connection_error(conn->pg, "database", err);
		goto fail;
	}
	PQsetNoticeReceiver(conn->pg, drop_notice, NULL);
	if (check_version(conn->pg, err) == -1)
		goto fail;
	if (PQenterPipelineMode(conn->pg) != 1) {
		sql_connection_error(conn->pg, "database", err);
		goto fail;
	}
	if (prepare_all(conn, options->queries, err) == -1)
		goto fail;
	*out = conn;
	return 0;
fail:
	conn_close(conn);
	return -1;
}

void
conn_close(struct conn *conn)
{
	if (conn == NULL)
		return;
	PQfinish(conn->pg);
	free(conn->pending);
	free(conn);
}

bool
conn_is_alive(struct conn *conn)
{
	struct pollfd p = { .fd = PQsocket(conn->pg), .events = POLLIN };

	if (PQstatus(conn->pg) != CONNECTION_OK || PQtransactionStatus(conn->pg) != PQTRANS_IDLE)
		return false;
	/* an idle connection has nothing to say; when it has, the server is most likely saying good-bye */
	return poll(&p, 1, 0) == 0;
}
