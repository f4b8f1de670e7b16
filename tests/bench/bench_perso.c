/*
 * Passports personalised - files composed, hashed, security object from signd, rows committed (fsync on) - against the bare rate of
 * C_Sign with the same token, key and as many sessions.
 */
#include "issuance/perso/station.h"
#include "registry/store/booklet.h"
#include "registry/store/document.h"
#include "tests/bench/bare.h"

enum { STATIONS = 4, /* batches at the same time */
	SESSIONS = BARE_SESSIONS,
	WARM = 800, /* documents before the clock runs: connections open, statements are prepared */
	PEOPLE = 4800 };

/* ---- personalisation ---- */

struct line {
	struct station *station;
	struct db *db;
	struct uuid *applications;
	size_t n;
	size_t next; /* atomic */
	size_t done; /* atomic */
	struct uuid officer;
};

struct conclusion {
	const struct personalised *results;
	size_t n;
	const struct uuid *officer;
};

static int
work_conclude(struct tx *tx, void *arg, struct err *err)
{
	const struct conclusion *c = arg;

	return station_conclude(tx, c->results, c->n, c->officer, err);
}

static void *
personalise(void *arg)
{
	struct line *l = arg;
	struct personalised *results = calloc(DOCUMENT_BATCH, sizeof(*results));
	size_t from;

	while ((from = __atomic_fetch_add(&l->next, DOCUMENT_BATCH, __ATOMIC_RELAXED)) < l->n) {
		size_t n = l->n - from < DOCUMENT_BATCH ? l->n - from : DOCUMENT_BATCH;
		struct conclusion c = { results, n, &l->officer };
		struct err err = ERR_INIT;

		if (station_produce(l->station, &l->applications[from], n, &l->officer, results, &err) == -1 ||
			db_run(l->db, DB_READ_COMMITTED, work_conclude, &c, &err) == -1)
			bail_out("%s", err.text);
		for (size_t i = 0; i < n; i++) {
			if (results[i].err.kind != FAIL_NONE)
				bail_out("%s", results[i].err.text);
			__atomic_fetch_add(&l->done, 1, __ATOMIC_RELAXED);
		}
	}
	free(results);
	return NULL;
}

/* The line's documents up to `n`, by all stations; seconds. */
static double
run(struct line *l, size_t n)
{
	pthread_t thread[STATIONS];
	uint64_t begun = clock_monotonic_ns();

	l->n = n;
	for (unsigned i = 0; i < STATIONS; i++)
		pthread_create(&thread[i], NULL, personalise, l);
	for (unsigned i = 0; i < STATIONS; i++)
		pthread_join(thread[i], NULL);
	return (double)(clock_monotonic_ns() - begun) / 1e9;
}

static double
personalise_all(struct issuing *is, struct line *l)
{
	static const struct query *const sets[] = { document_queries, booklet_queries, NULL };
	struct db_options o = { .conninfo = is->conninfo, .role = "catena_issuance", .connections = STATIONS, .wait_ms = 5000, .queries = sets };
	struct station_options station = {
		.biometric_key = throwaway_path(&is->tls, "biometric.key"),
		.signd_socket = throwaway_path(&is->tls, "signd.sock"),
		.signd_connections = STATIONS,
		.state = "UTO",
		.authority = "PASSPORT OFFICE OF UTOPIA",
		.name = "line-1",
		.series = 'U',
		.years = 10,
		.years_minor = 5,
	};
	const size_t all = l->n;
	struct err err = ERR_INIT;
	double seconds;

	if (db_open(&o, &l->db, &err) == -1)
		bail_out("%s", err.text);
	station.db = l->db;
	if (station_new(&station, &l->station, &err) == -1)
		bail_out("%s", err.text);
	run(l, WARM);
	l->next = WARM;
	seconds = run(l, all);
	station_free(l->station);
	db_close(l->db);
	return (double)(l->done - WARM) / seconds;
}

static void
line_init(struct line *l)
{
	PGresult *r = PQexec(issuing_pg, "SELECT application FROM rig WHERE n <> 1 ORDER BY n");
	struct err err = ERR_INIT;

	*l = (struct line){ .n = (size_t)PQntuples(r) };
	l->applications = calloc(l->n, sizeof(*l->applications));
	for (size_t i = 0; i < l->n; i++)
		if (uuid_parse(bytes_str(PQgetvalue(r, (int)i, 0)), &l->applications[i], &err) == -1)
			bail_out("%s", err.text);
	PQclear(r);
	if (uuid_parse(bytes_str(issuing_sql("SELECT id FROM officer WHERE login = 'x.clerk'")), &l->officer, &err) == -1)
		bail_out("%s", err.text);
}

/* Measures with a token of so many sessions; goal 0: none. */
static void
measure(const char *kind, unsigned sessions, double goal)
{
	const char *only = getenv("BENCH");
	struct issuing is = { .token_sessions = sessions };
	struct line l;
	char name[80];
	double bare, rate;

	snprintf(name, sizeof(name), "passports_personalised_%s%s", kind, sessions == 1 ? "_one_session" : "");
	if (only != NULL && strcmp(only, name) != 0)
		return;
	if (!issuing_start(&is, kind, true)) {
		printf("# %s: PostgreSQL or SoftHSM is not installed\n", name);
		return;
	}
	issuing_people(&is, PEOPLE + 1); /* person 1 is a foreigner, who has no passport */
	issuing_approve(&is, 0);
	issuing_booklets(PEOPLE, "line-1");
	issuing_settle();
	line_init(&l);
	bare = bare_rate(sessions);
	rate = personalise_all(&is, &l);
	printf("bench %s value=%.0f unit=documents/s limit=%.0f ratio=%.2f goal=%.1f %s\n", name, rate, bare, rate / bare, goal,
		rate / bare >= goal ? "ok" : "short");
	fflush(stdout);
	free(l.applications);
	issuing_stop(&is);
}

/*
 * A token of software takes its time from the processors that the database needs as well; with one session it keeps to one of
 * them, as a token that has a processor of its own would.
 */
int
main(void)
{
	measure("brainpoolP256r1", SESSIONS, 0.5);
	measure("brainpoolP256r1", 1, 0.5);
	measure("P-256", SESSIONS, 0);
	return 0;
}
