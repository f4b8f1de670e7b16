/*
 * Vital statistics of one year in a register of BENCH_ACTS births (500000 unless given) that are all of the last five years: the counts
 * by every dimension at once, as civild asks for them with its role, by date of occurrence and by date of registration, against one plain
 * count(*) of the same rows.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry/base/clock.h"
#include "registry/store/statistics.h"
#include "tests/bench/actload.h"
#include "tests/service/civilfix.h"
#include "tests/tap.h"

enum { OFFICES = 8,
	ROUNDS = 5 };

static struct civilfix fix;
static struct db *db;
static PGconn *pg;

static void
run(const char *sql)
{
	PGresult *r = PQexec(pg, sql);

	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
		bail_out("%s: %s", sql, PQerrorMessage(pg));
	PQclear(r);
}

/* The generator's births are of 64 years: here they are of the last five, and registered ten days later. */
static void
stage(uint64_t acts)
{
	struct actload load = { .cluster = &fix.cluster, .office = fix.office, .offices = OFFICES, .seed = 4711 };
	struct civil_officer loader;
	char conninfo[CLUSTER_CONNINFO];

	civil_officer_init(&fix, &loader, "loader", "civil_clerk", &fix.office[8]);
	load.officer = loader.id;
	civil_officer_clear(&loader);
	actload_places(&fix.cluster);
	actload_to(&load, acts);
	pg = PQconnectdb(cluster_conninfo(&fix.cluster, "postgres", conninfo));
	if (PQstatus(pg) != CONNECTION_OK)
		bail_out("%s", PQerrorMessage(pg));
	run("SET search_path = registry");
	run("SET session_replication_role = replica");
	run("CREATE TEMP TABLE born AS SELECT v.id, v.act_id, 2019 + abs(hashtext(v.id::text) % 5) || substr(replace(v.content #>> '{child,date_of_birth}', '02-29', '02-28'), 5) AS d"
	    " FROM act_version v");
	run("UPDATE act_version v SET content = jsonb_set(content, '{child,date_of_birth}', to_jsonb(b.d)) FROM born b WHERE b.id = v.id");
	run("UPDATE act_registration r SET created_at = (CASE length(b.d) WHEN 4 THEN b.d || '-07-01' WHEN 7 THEN b.d || '-28' ELSE b.d END)::timestamptz + interval '10 days'"
	    " FROM born b WHERE b.act_id = r.act_id");
	run("VACUUM (FULL, ANALYZE) act_version");
	run("VACUUM (FULL, ANALYZE) act_registration");
	run("SELECT statistics_item_rebuild()"); /* its triggers were off */
	run("VACUUM (ANALYZE) statistics_item");
}

static int
add(void *arg, const struct statistics_count *c, struct err *err)
{
	int64_t *events = arg;

	(void)err;
	if (strcmp(c->dimension, "month") == 0)
		*events += c->events;
	return 0;
}

struct asked {
	bool by_registration;
	int64_t events;
	double ms;
};

static int
work_counts(struct tx *tx, void *arg, struct err *err)
{
	struct asked *a = arg;
	uint64_t begun = clock_monotonic_ns();

	a->events = 0;
	if (statistics_counts(tx, "birth", a->by_registration, 2021, add, &a->events, err) == -1)
		return -1;
	a->ms = (double)(clock_monotonic_ns() - begun) / 1e6;
	return 0;
}

static double
plain_count(const char *sql, int64_t *events)
{
	uint64_t begun = clock_monotonic_ns();
	PGresult *r = PQexec(pg, sql);

	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		bail_out("%s: %s", sql, PQerrorMessage(pg));
	*events = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
	PQclear(r);
	return (double)(clock_monotonic_ns() - begun) / 1e6;
}

static void
measure(bool by_registration)
{
	const char *sql = by_registration
		? "SELECT count(*) FROM act_registration r JOIN act_version v ON v.id = r.act_version_id"
		  " WHERE r.created_at >= '2021-01-01Z' AND r.created_at < '2022-01-01Z' AND v.content IS NOT NULL"
		: "SELECT count(*) FROM act_version v JOIN act_registration r ON r.act_version_id = v.id WHERE substr(v.content #>> '{child,date_of_birth}', 1, 4) = '2021'";
	struct asked a = { by_registration, 0, 0 };
	double best = 0, plain = 0;
	struct err err = ERR_INIT;
	int64_t events = 0;

	for (int i = 0; i < ROUNDS; i++) {
		double ms = plain_count(sql, &events);

		if (db_run(db, DB_READ_ONLY, work_counts, &a, &err) == -1)
			bail_out("%s", err.text);
		if (a.events != events)
			bail_out("counted %lld of %lld", (long long)a.events, (long long)events);
		if (i == 0 || ms < plain)
			plain = ms;
		if (i == 0 || a.ms < best)
			best = a.ms;
	}
	printf("# %lld births of 2021 by date of %s, by month, sex, age, timeliness and place: %.0f ms; a plain count of them %.0f ms\n", (long long)events,
		by_registration ? "registration" : "occurrence", best, plain);
	printf("bench statistics_%s value=%.0f unit=ms limit=%.0f ratio=%.1f goal=none %s\n", by_registration ? "registration" : "occurrence", best, plain,
		best / plain, best < 5000 ? "ok" : "short");
	fflush(stdout);
}

int
main(void)
{
	static const struct query *const sets[] = { statistics_queries, NULL };
	struct db_options o = { .connections = 1, .wait_ms = 5000, .queries = sets };
	const char *acts = getenv("BENCH_ACTS");
	char conninfo[CLUSTER_CONNINFO];
	struct err err = ERR_INIT;

	if (!civilfix_start_with(&fix, false, "shared_buffers=1GB max_wal_size=8GB checkpoint_timeout=30min")) {
		printf("# PostgreSQL is not installed\n");
		return 0;
	}
	stage(acts == NULL || *acts == '\0' ? 500000 : strtoull(acts, NULL, 10));
	o.conninfo = cluster_conninfo(&fix.cluster, "catena_civil", conninfo);
	if (db_open(&o, &db, &err) == -1)
		bail_out("%s", err.text);
	measure(false);
	measure(true);
	db_close(db);
	PQfinish(pg);
	civilfix_stop(&fix);
	return 0;
}
