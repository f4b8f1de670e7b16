/*
 * Whom the duplicate search brings forward when blocks are large: the acts that share the rarest keys, whatever a frequent key adds,
 * and never more than ACT_CANDIDATES; rejected and annulled acts and the act itself never.
 */
#include <libpq-fe.h>
#include <stdio.h>

#include "registry/store/civil.h"
#include "registry/store/migrate.h"
#include "tests/cluster.h"
#include "tests/tap.h"

enum { FREQUENT = 1, /* key of all 1500 acts */
	RARE = 2,    /* of 1300, 1400 (annulled), 1401 and 1402 (rejected) */
	MIDDLE = 3,  /* of 1 to 60 */
	ANNULLED = 4,
	NOBODYS = 5 };

static struct db *db;

static void
run(PGconn *pg, const char *sql)
{
	PGresult *r = PQexec(pg, sql);

	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		bail_out("%s: %s", sql, PQerrorMessage(pg));
	PQclear(r);
}

/* Acts 1 to 1500 as uuids; triggers and foreign keys off: who declared them is nobody's matter here. */
static void
stage(const struct cluster *c)
{
	char conninfo[CLUSTER_CONNINFO];
	PGconn *pg = PQconnectdb(cluster_conninfo(c, "postgres", conninfo));

	run(pg, "SET search_path = registry");
	run(pg, "SET session_replication_role = replica");
	run(pg, "ALTER ROLE catena_civil SET catena.civil_offices = '{00000000-0000-4000-8000-000000000001}'"); /* of none of these acts */
	run(pg, "CREATE FUNCTION pg_temp.n(i int) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(to_hex(i), 32, '0')::uuid $$");
	run(pg, "INSERT INTO act (id, kind, office_id, officer_id) SELECT pg_temp.n(i), 'birth', pg_temp.n(9), pg_temp.n(9) FROM generate_series(1, 1500) i");
	run(pg, "INSERT INTO act_version (id, act_id, version, officer_id, content) SELECT pg_temp.n(i), pg_temp.n(i), 1, pg_temp.n(9), '{}'"
		" FROM generate_series(1, 1500) i");
	run(pg, "INSERT INTO current_state SELECT pg_temp.n(i), 'act', CASE i WHEN 1400 THEN 'annulled' WHEN 1402 THEN 'rejected' WHEN 7 THEN 'declared'"
		" ELSE 'registered' END, 3, now() FROM generate_series(1, 1500) i");
	run(pg, "INSERT INTO act_match_key SELECT 1, pg_temp.n(i) FROM generate_series(1, 1500) i");
	run(pg, "INSERT INTO act_match_key SELECT 2, pg_temp.n(i) FROM unnest(ARRAY[1300, 1400, 1401, 1402]) i");
	run(pg, "INSERT INTO act_match_key SELECT 3, pg_temp.n(i) FROM generate_series(1, 60) i");
	run(pg, "INSERT INTO act_match_key SELECT 4, pg_temp.n(1400)");
	PQfinish(pg);
}

static unsigned
number_of(const struct uuid *u)
{
	return (unsigned)u->o[14] << 8 | u->o[15];
}

struct search {
	struct act self;
	const int64_t *key;
	size_t nkey;
	unsigned found[ACT_CANDIDATES + 1];
	size_t n;
};

static int
work_search(struct tx *tx, void *arg, struct err *err)
{
	struct search *s = arg;
	struct act_candidates c = { 0 };

	if (act_find_candidates(tx, &s->self, s->key, s->nkey, &c, err) == -1)
		return -1;
	s->n = c.n;
	for (size_t i = 0; i < c.n && i <= ACT_CANDIDATES; i++)
		s->found[i] = number_of(&c.item[i].id);
	act_candidates_clear(&c);
	return 0;
}

/* The candidates of act `self`. */
static struct search
search(unsigned self, const int64_t *key, size_t nkey)
{
	struct search s = { .key = key, .nkey = nkey };
	struct err err = ERR_INIT;

	s.self.id.o[14] = (uint8_t)(self >> 8);
	s.self.id.o[15] = (uint8_t)self;
	if (db_run(db, DB_READ_ONLY, work_search, &s, &err) == -1)
		bail_out("%s", err.text);
	return s;
}
#define SEARCH(self, ...) search((self), (const int64_t[]){ __VA_ARGS__ }, sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t))

static bool
is_among(const struct search *s, unsigned number)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->found[i] == number)
			return true;
	return false;
}

static void
test_order(void)
{
	struct search s = SEARCH(2000, FREQUENT, RARE, MIDDLE);

	ok(s.n == ACT_CANDIDATES, "no more than %d (%zu)", ACT_CANDIDATES, s.n);
	ok(s.found[0] == 1300 && s.found[1] == 1401, "those with the rare key come first, though the frequent one was cut before them");
	ok(s.found[2] == 1 && s.found[3] == 2 && s.found[ACT_CANDIDATES - 1] == 38, "then those with the next rare, in the order of their ids");
	ok(!is_among(&s, 1400) && !is_among(&s, 1402), "an annulled and a rejected act are none");
	ok(is_among(&s, 7), "a declared one is");
	s = SEARCH(1300, RARE);
	ok(s.n == 1 && s.found[0] == 1401, "an act is no candidate of itself");
	s = SEARCH(2000, ANNULLED);
	ok(s.n == 0, "a key that only an annulled act has");
	s = SEARCH(2000, NOBODYS);
	ok(s.n == 0, "a key that nobody has");
	s = SEARCH(2000, FREQUENT);
	ok(s.n == ACT_CANDIDATES, "a frequent key alone still gives some");
	s = search(2000, NULL, 0);
	ok(s.n == 0, "no keys, no candidates");
}

int
main(void)
{
	static const struct query *const sets[] = { civil_queries, NULL };
	struct db_options o = { .connections = 1, .wait_ms = 5000, .queries = sets };
	struct cluster c = CLUSTER_INIT;
	char conninfo[CLUSTER_CONNINFO];
	struct err err = ERR_INIT;

	if (cluster_start(&c, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("all", "PostgreSQL is not installed");
		return done_testing();
	}
	if (migrate_run(cluster_conninfo(&c, NULL, conninfo), NULL, NULL, &err) == -1)
		bail_out("%s", err.text);
	stage(&c);
	o.conninfo = cluster_conninfo(&c, "catena_civil", conninfo);
	if (db_open(&o, &db, &err) == -1)
		bail_out("%s", err.text);
	test_order();
	db_close(db);
	cluster_stop(&c);
	return done_testing();
}
