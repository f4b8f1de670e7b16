/*
 * perso.h - the personalisation line of a stage, for benchmarks: batches through several stations at once, each document with its rows and its
 * signature and, if wanted, the picture of its page.
 */
#ifndef CATENA_TESTS_PERSO_H
#define CATENA_TESTS_PERSO_H

#include "issuance/perso/datapage.h"
#include "issuance/perso/station.h"
#include "registry/store/booklet.h"
#include "registry/store/document.h"
#include "tests/bench/bare.h"

enum { STATIONS = 4 }; /* batches at the same time */

/* ---- personalisation ---- */

struct line {
	struct station *station;
	struct db *db;
	struct uuid *applications;
	size_t n;
	size_t next; /* atomic */
	size_t done; /* atomic */
	struct uuid officer;
	size_t batch;              /* documents in one */
	size_t warm;               /* documents before the clock runs: connections open, statements are prepared */
	const char *portrait_form; /* NULL: as enrolled */
	struct datapage *pages;    /* draws each; NULL: no pictures */
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

static int
work_read(struct tx *tx, void *arg, struct err *err)
{
	struct production *p = arg;
	char number[DOCUMENT_NUMBER_MAX + 1];

	snprintf(number, sizeof(number), "%s", p->number);
	production_clear(p);
	return document_read(tx, number, p, err);
}

/* As the route does it: the document is read again, its portrait opened. */
static void
draw_page(struct line *l, const char *number)
{
	struct production p = { 0 };
	struct buf jpeg = BUF_INIT, png = BUF_INIT;
	struct datapage_input in;
	struct perso_order order;
	struct err err = ERR_INIT;

	snprintf(p.number, sizeof(p.number), "%s", number);
	if (db_run(l->db, DB_READ_COMMITTED, work_read, &p, &err) == -1 || station_portrait(l->station, &p, &jpeg, &err) == -1 ||
		order_of_production(&p, &order, &err) == -1)
		bail_out("%s", err.text);
	in = (struct datapage_input){ .order = &order, .portrait = bytes_of(&jpeg) };
	if (datapage_draw(l->pages, &in, 0, DATAPAGE_DPI, &png, &err) == -1)
		bail_out("%s", err.text);
	buf_clear(&png);
	buf_clear(&jpeg);
	production_clear(&p);
}

static void *
personalise(void *arg)
{
	struct line *l = arg;
	struct personalised *results = calloc(DOCUMENT_BATCH, sizeof(*results));
	size_t from;

	while ((from = __atomic_fetch_add(&l->next, l->batch, __ATOMIC_RELAXED)) < l->n) {
		size_t n = l->n - from < l->batch ? l->n - from : l->batch;
		struct conclusion c = { results, n, &l->officer };
		struct err err = ERR_INIT;

		if (station_produce(l->station, &l->applications[from], n, &l->officer, results, &err) == -1 ||
			db_run(l->db, DB_READ_COMMITTED, work_conclude, &c, &err) == -1)
			bail_out("%s", err.text);
		for (size_t i = 0; i < n; i++) {
			if (results[i].err.kind != FAIL_NONE)
				bail_out("%s", results[i].err.text);
			if (l->pages != NULL)
				draw_page(l, results[i].number);
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
		.portrait_form = l->portrait_form,
	};
	const size_t all = l->n;
	struct err err = ERR_INIT;
	double seconds;

	if (db_open(&o, &l->db, &err) == -1)
		bail_out("%s", err.text);
	station.db = l->db;
	if (station_new(&station, &l->station, &err) == -1)
		bail_out("%s", err.text);
	run(l, l->warm);
	l->next = l->warm;
	seconds = run(l, all);
	station_free(l->station);
	db_close(l->db);
	return (double)(l->done - l->warm) / seconds;
}

static void
line_init(struct line *l)
{
	PGresult *r = PQexec(issuing_pg, "SELECT application FROM rig WHERE n <> 1 ORDER BY n");
	struct err err = ERR_INIT;

	*l = (struct line){ .n = (size_t)PQntuples(r), .batch = DOCUMENT_BATCH };
	l->applications = calloc(l->n, sizeof(*l->applications));
	for (size_t i = 0; i < l->n; i++)
		if (uuid_parse(bytes_str(PQgetvalue(r, (int)i, 0)), &l->applications[i], &err) == -1)
			bail_out("%s", err.text);
	PQclear(r);
	if (uuid_parse(bytes_str(issuing_sql("SELECT id FROM officer WHERE login = 'x.clerk'")), &l->officer, &err) == -1)
		bail_out("%s", err.text);
}

#endif
