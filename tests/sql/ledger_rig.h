/* ledger_rig.h - a registry with a ledger key, for the tests and the benchmark of the ledger. */
#ifndef CATENA_TESTS_LEDGER_RIG_H
#define CATENA_TESTS_LEDGER_RIG_H

#include <libpq-fe.h>

#include "registry/base/digest.h"
#include "registry/store/ledger.h"
#include "registry/store/migrate.h"
#include "tests/cluster.h"
#include "tests/tap.h"

static const struct query *const rig_sets[] = { ledger_queries, ledger_sequence_queries, ledger_check_queries, NULL };
static const uint8_t rig_key[SHA256_LEN] = "the key of the test's ledger .."; /* an HMAC stands where a token signs */

static struct cluster cluster = CLUSTER_INIT;
static PGconn *super; /* the superuser */

__attribute__((unused)) static PGresult *
rows_of(PGconn *pg, const char *text)
{
	PGresult *r = PQexec(pg, text);

	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
		bail_out("%.200s: %s", text, PQerrorMessage(pg));
	return r;
}

__attribute__((unused)) static void
sql(const char *text)
{
	PQclear(rows_of(super, text));
}

__attribute__((unused)) static int64_t
number(const char *text)
{
	PGresult *r = rows_of(super, text);
	int64_t n = strtoll(PQgetvalue(r, 0, 0), NULL, 10);

	PQclear(r);
	return n;
}

__attribute__((unused)) static struct db *
rig_db(const char *role, unsigned connections)
{
	char conninfo[CLUSTER_CONNINFO];
	struct db_options o = { .conninfo = cluster_conninfo(&cluster, role, conninfo), .connections = connections, .wait_ms = 5000, .queries = rig_sets };
	struct db *db = NULL;
	struct err err = ERR_INIT;

	if (db_open(&o, &db, &err) == -1)
		bail_out("%s", err.text);
	return db;
}

static int
rig_sign(void *arg, struct bytes to_be_signed, struct buf *signature, struct err *err)
{
	uint8_t mac[SHA256_LEN];

	(void)arg;
	hmac_sha256(BYTES(rig_key, sizeof(rig_key)), to_be_signed, mac);
	buf_add(signature, mac, sizeof(mac));
	return buf_check(signature, err);
}

__attribute__((unused)) static struct ledger_signer
rig_signer(void)
{
	struct ledger_signer s = { .sign = rig_sign };
	struct err err = ERR_INIT;

	if (uuid_parse(bytes_str("00000000-0000-7000-8000-0000000000c1"), &s.certificate_id, &err) == -1)
		bail_out("%s", err.text);
	sha256(bytes_str("certificate"), s.log_id);
	return s;
}

/* Opens the cluster: schema, one office, three officers, the ledger key and its certificate. */
__attribute__((unused)) static void
rig_start(void)
{
	struct err err = ERR_INIT;
	char conninfo[CLUSTER_CONNINFO];

	if (cluster_start(&cluster, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("ledger", err.text);
		exit(done_testing());
	}
	if (migrate_run(cluster_conninfo(&cluster, NULL, conninfo), NULL, NULL, &err) == -1)
		bail_out("%s", err.text);
	super = PQconnectdb(cluster_conninfo(&cluster, "postgres", conninfo));
	sql("SET search_path = registry; SET client_min_messages = error;"
	    "INSERT INTO office VALUES ('00000000-0000-7000-8000-000000000001', 'ZEN1', 'Zenith', 'civil');"
	    "INSERT INTO officer (id, login, name, password_phc, totp_sealed) SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid,"
	    " 'officer' || n, 'x', 'x', 'x' FROM unnest(ARRAY['a', 'b', 'c']) n;"
	    "INSERT INTO signing_key VALUES ('00000000-0000-7000-8000-0000000000c0', 'ledger', 't', 'k', 'hmac');"
	    "INSERT INTO certificate (id, signing_key_id, der, sha256, not_before, not_after, use_until)"
	    " VALUES ('00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-0000000000c0', 'certificate', sha256('certificate'),"
	    " now(), now() + interval '1 year', now() + interval '1 year')");
}

#endif
