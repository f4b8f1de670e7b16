#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>
#include "registry/base/digest.h"
#include "registry/schema/schema.h"
#include "registry/store/migrate.h"
#include "registry/store/sqlerr.h"

/* Any number that no other program takes in this database; two migrations wait for each other on it. */
#define MIGRATE_LOCK "SELECT pg_advisory_lock(4846791580151137091)"

static const char bootstrap[] =
	"CREATE SCHEMA IF NOT EXISTS registry;"
	"CREATE TABLE IF NOT EXISTS registry.schema_version ("
	" number int PRIMARY KEY CHECK (number > 0),"
	" name text NOT NULL,"
	" sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),"
	" applied_at timestamptz NOT NULL DEFAULT now());"
	"COMMENT ON TABLE registry.schema_version IS 'The files of registry/schema that were applied here, by catena migrate'";

int
migrate_newest(void)
{
	int newest = 0;

	for (const struct schema_file *f = schema_files; f->name != NULL; f++)
		newest = f->number;
	return newest;
}

/* `what` names the step.  What the server says about our own SQL files is no secret: message and line are passed on. */
static int
run(PGconn *pg, const char *sql, const char *what, struct err *err)
{
	PGresult *r = PQexec(pg, sql);
	const char *message;
	int rc = 0;

	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK) {
		message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
		if (message == NULL)
			rc = sql_connection_error(pg, what, err);
		else
			rc = err_set(err, FAIL_INTERNAL, "%s: %s (SQLSTATE %s, character %s)", what, message,
				PQresultErrorField(r, PG_DIAG_SQLSTATE),
				PQresultErrorField(r, PG_DIAG_STATEMENT_POSITION) != NULL ? PQresultErrorField(r, PG_DIAG_STATEMENT_POSITION) : "unknown");
	}
	PQclear(r);
	return rc;
}

static void
digest_of(const struct schema_file *f, char hex[2 * SHA256_LEN + 1])
{
	uint8_t digest[SHA256_LEN];

	sha256(bytes_str(f->sql), digest);
	for (size_t i = 0; i < SHA256_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

/* Compares what was applied with what we have; *applied: how many of our files. */
static int
compare(PGconn *pg, size_t *applied, struct err *err)
{
	PGresult *r = PQexec(pg, "SELECT number, encode(sha256, 'hex') FROM registry.schema_version ORDER BY number");
	const struct schema_file *f = schema_files;
	int rc = -1, number, n;
	char hex[2 * SHA256_LEN + 1];

	if (PQresultStatus(r) != PGRES_TUPLES_OK) {
		sql_error(r, "schema version", err);
		goto out;
	}
	n = PQntuples(r);
	for (int i = 0; i < n; i++, f++) {
		number = atoi(PQgetvalue(r, i, 0));
		if (number > migrate_newest()) {
			err_set(err, FAIL_CONFLICT, "database schema is %s, this program knows %d", PQgetvalue(r, n - 1, 0), migrate_newest());
			err_hint(err, "install the newer programs; a schema does not go back");
			goto out;
		}
		if (f->name == NULL || f->number != number) {
			err_set(err, FAIL_CONFLICT, "database schema has file %d where this program has %d", number, f->name != NULL ? f->number : 0);
			goto out;
		}
		digest_of(f, hex);
		if (strcmp(hex, PQgetvalue(r, i, 1)) != 0) {
			err_set(err, FAIL_CONFLICT, "%s was applied with another content than this program has", f->name);
			goto out;
		}
	}
	*applied = (size_t)n;
	rc = 0;
out:
	PQclear(r);
	return rc;
}

static int
apply(PGconn *pg, const struct schema_file *f, struct err *err)
{
	char record[300], hex[2 * SHA256_LEN + 1];
	struct err ignored = ERR_INIT;

	digest_of(f, hex);
	snprintf(record, sizeof(record),
		"INSERT INTO registry.schema_version (number, name, sha256) VALUES (%d, '%s', decode('%s', 'hex'))", f->number, f->name, hex);
	if (run(pg, "BEGIN; SET LOCAL search_path = registry", f->name, err) == -1 || run(pg, f->sql, f->name, err) == -1 ||
		run(pg, record, f->name, err) == -1 || run(pg, "COMMIT", f->name, err) == -1) {
		run(pg, "ROLLBACK", f->name, &ignored);
		return -1;
	}
	return 0;
}

static void
drop_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

int
migrate_run(const char *conninfo, migrate_progress *progress, void *arg, struct err *err)
{
	PGconn *pg = PQconnectdb(conninfo);
	size_t applied = 0;
	int rc = -1;

	if (PQstatus(pg) != CONNECTION_OK) {
		sql_connection_error(pg, "database", err);
		goto out;
	}
	PQsetNoticeReceiver(pg, drop_notice, NULL);
	if (run(pg, "SET standard_conforming_strings = on; SET client_encoding = 'UTF8'", "database", err) == -1 ||
		run(pg, MIGRATE_LOCK, "migration lock", err) == -1 || run(pg, bootstrap, "schema_version", err) == -1 ||
		compare(pg, &applied, err) == -1)
		goto out;
	for (const struct schema_file *f = schema_files + applied; f->name != NULL; f++) {
		if (progress != NULL)
			progress(arg, f->number, f->name);
		if (apply(pg, f, err) == -1)
			goto out;
	}
	rc = 0;
out:
	PQfinish(pg); /* and with it the lock */
	return rc;
}
