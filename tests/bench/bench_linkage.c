/*
 * The duplicate search in a register with many acts: BENCH_ACTS says how many at each stage ("1000000,5000000" unless given).
 * At each stage, as civild does it and with its role:
 *	search        match keys, candidates from PostgreSQL, scores; half of the births are new, half stand in the register written
 *	              otherwise (actgen.h), so that recall is measured too, and with it whatever the caps of the search cut
 *	new_year      the same for births of 1 January, the fullest day
 *	look-up       an act by its number, all of it: the limit that the search is held against
 *	births        declared and registered over HTTPS by 8 clients
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "enrolment/civil/duplicates.h"
#include "registry/base/clock.h"
#include "registry/store/officer.h"
#include "tests/bench/actgen.h"
#include "tests/bench/actload.h"
#include "tests/service/civilfix.h"
#include "tests/tap.h"

enum { SEED = 4711,
	SEARCHES = 4000,
	LOOKUPS = 4000,
	CLIENTS = 8,
	BIRTHS = 150 }; /* for each client */

static struct civilfix fix;
static struct actload load;
static struct db *db;

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
share(double *ms, size_t n, double at)
{
	qsort(ms, n, sizeof(*ms), compare_doubles);
	return n == 0 ? 0 : ms[(size_t)((double)(n - 1) * at)];
}

/* ---- search ---- */

struct search {
	struct declaration d;
	double ms;
	size_t candidates;
	struct uuid wanted;
	bool found;
	unsigned wrong; /* others that call for a review */
};

static int
work_search(struct tx *tx, void *arg, struct err *err)
{
	struct search *s = arg;
	struct act_candidates candidates = { 0 };
	struct duplicates duplicates = { 0 };
	const struct act nothing = { .version = 0 };
	struct match_birth match;
	int64_t key[MATCH_KEYS];
	uint64_t begun = clock_monotonic_ns();
	int rc = -1;

	/* as each transaction of civild begins: who searches, and for which offices */
	if (officer_act_as(tx, &load.officer, err) == -1 || declaration_match(&s->d, &match, err) == -1 ||
		act_find_candidates(tx, &nothing, key, declaration_keys(&s->d, &match, key), &candidates, err) == -1 ||
		duplicates_judge(&s->d, &candidates, NULL, &duplicates, err) == -1)
		goto out;
	s->ms = (double)(clock_monotonic_ns() - begun) / 1e6;
	s->candidates = candidates.n;
	s->found = duplicates_find(&duplicates, &s->wanted) != NULL;
	s->wrong = (unsigned)duplicates.n - s->found;
	rc = 0;
out:
	duplicates_clear(&duplicates);
	act_candidates_clear(&candidates);
	return rc;
}

static void
search_for(const struct gen_record *record, struct search *s)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct gen_record named = *record;
	json_t *content;

	s->d.kind = kind_of_name("birth");
	if (*record->mother.primary == '\0')
		snprintf(named.mother.primary, sizeof(named.mother.primary), "X"); /* a declaration must name her; the search need not */
	gen_json(&named, NULL, &text);
	content = json_loadb((const char *)text.p, text.n, 0, NULL);
	if (content == NULL || declaration_of_content(content, &s->d, &err) == -1)
		bail_out("search: %s", err.text);
	if (*record->mother.primary == '\0')
		*s->d.u.birth.mother.names.primary_name = '\0';
	if (db_run(db, DB_READ_ONLY, work_search, s, &err) == -1)
		bail_out("search: %s", err.text);
	json_decref(content);
	declaration_clear(&s->d);
	buf_clear(&text);
}

struct found {
	double p50, p95, recall;
	double candidates; /* on average */
	unsigned wrong, searches;
};

static struct found
measure_search(unsigned searches, bool new_year, struct gen_random *r)
{
	static double ms[SEARCHES];
	struct found f = { .searches = searches };
	unsigned pairs = 0, found = 0;

	for (unsigned n = 0; n < searches; n++) {
		struct search s = { .ms = 0 };
		struct gen_record record;
		struct gen_birth birth;
		bool is_new = n % 2 == 0;
		uint64_t i;

		do {
			i = gen_next(r) % load.loaded;
			gen_birth(is_new ? SEED + 1 : SEED, i, &birth);
		} while (new_year && (birth.child.birth.month != 1 || birth.child.birth.day != 1));
		gen_vary(&birth, is_new ? GEN_SAME : (enum gen_kind)(n / 2 % GEN_DUPLICATES), r, &record);
		if (!is_new)
			s.wanted = actload_id(i);
		else
			s.wanted = (struct uuid){ { 0xff } };
		search_for(&record, &s);
		pairs += !is_new;
		found += s.found;
		f.wrong += s.wrong;
		f.candidates += (double)s.candidates / searches;
		ms[n] = s.ms;
	}
	f.recall = pairs == 0 ? 1 : (double)found / pairs;
	f.p95 = share(ms, searches, 0.95);
	f.p50 = share(ms, searches, 0.5);
	return f;
}

/* ---- look-up ---- */

struct lookup {
	char number[ACT_NUMBER_TEXT];
	double ms;
};

static int
work_lookup(struct tx *tx, void *arg, struct err *err)
{
	struct lookup *l = arg;
	struct act act = { 0 };
	uint64_t begun = clock_monotonic_ns();

	if (officer_act_as(tx, &load.officer, err) == -1 || act_read_number(tx, l->number, &act, err) == -1)
		return -1;
	l->ms = (double)(clock_monotonic_ns() - begun) / 1e6;
	act_clear(&act);
	return 0;
}

static double
measure_lookup(struct gen_random *r)
{
	static double ms[LOOKUPS];
	struct err err = ERR_INIT;

	for (unsigned n = 0; n < LOOKUPS; n++) {
		struct lookup l = { .ms = 0 };

		actload_number(gen_next(r) % load.loaded, load.offices, l.number, sizeof(l.number));
		if (db_run(db, DB_READ_ONLY, work_lookup, &l, &err) == -1)
			bail_out("look-up: %s", err.text);
		ms[n] = l.ms;
	}
	return share(ms, LOOKUPS, 0.95);
}

/* ---- over HTTPS ---- */

struct worker {
	unsigned i, done, refused;
	uint64_t first; /* of its births */
	struct civil_officer clerk, registrar;
	double declare[BIRTHS], registered[BIRTHS], both[BIRTHS];
};

/* A birth of these weeks: what is declared day by day. */
static json_t *
fresh_birth(const struct uuid *office, uint64_t i)
{
	struct gen_birth birth;
	struct gen_record record;
	struct buf text = BUF_INIT;
	char id[UUID_TEXT];
	json_t *json;

	gen_birth(SEED + 2, i, &birth);
	birth.mother.birth.year = (uint16_t)(birth.mother.birth.year + 2026 - birth.child.birth.year);
	birth.father.birth.year = (uint16_t)(birth.father.birth.year + 2026 - birth.child.birth.year);
	for (int k = 0; k < 2; k++)
		if (!date_valid(k == 0 ? birth.mother.birth : birth.father.birth))
			(k == 0 ? &birth.mother.birth : &birth.father.birth)->day = 28;
	birth.child.birth = date_add(clock_today(), 0, -1 - (int)(i % 25));
	gen_write(&birth, 0, &record);
	gen_json(&record, uuid_format(office, id), &text);
	json = json_loadb((const char *)text.p, text.n, 0, NULL);
	json_object_del(json, "declared_on");
	buf_clear(&text);
	return json;
}

static double
post(struct civil_officer *o, const char *path, json_t *body, json_t **answer)
{
	uint64_t begun = clock_monotonic_ns();
	struct err err = ERR_INIT;
	struct uuid key;

	if (uuid_new(&key, &err) == -1 || client_json(o->client, "POST", path, &key, body, answer, &err) == -1) {
		if (err.kind != FAIL_CONFLICT)
			printf("# %s: %s\n", path, err.text);
		return -1;
	}
	return (double)(clock_monotonic_ns() - begun) / 1e6;
}

static void *
run_births(void *arg)
{
	struct worker *w = arg;

	for (unsigned n = 0; n < BIRTHS; n++) {
		json_t *birth = fresh_birth(&fix.office[w->i], w->first + n), *act = NULL;
		double declared = post(&w->clerk, "/civil/v1/births", birth, &act), registered = -1;
		char path[100];

		if (declared >= 0) {
			snprintf(path, sizeof(path), "/civil/v1/births/%s/registration", json_string_value(json_object_get(act, "id")));
			registered = post(&w->registrar, path, NULL, NULL);
		}
		if (registered >= 0) {
			w->declare[w->done] = declared;
			w->registered[w->done] = registered;
			w->both[w->done++] = declared + registered;
		} else {
			w->refused++; /* a double in truth, or so it seems */
		}
		json_decref(act);
		json_decref(birth);
	}
	return NULL;
}

static void
measure_births(unsigned stage)
{
	static struct worker w[CLIENTS];
	static double declare[CLIENTS * BIRTHS], registered[CLIENTS * BIRTHS], both[CLIENTS * BIRTHS];
	pthread_t t[CLIENTS];
	unsigned n = 0, refused = 0;
	uint64_t begun;
	char login[32];
	double p95;

	for (unsigned i = 0; i < CLIENTS; i++) {
		w[i] = (struct worker){ .i = i, .first = (uint64_t)stage * 1000000 + i * 10000 };
		snprintf(login, sizeof(login), "clerk%u.%u", stage, i);
		civil_officer_init(&fix, &w[i].clerk, login, "civil_clerk", &fix.office[i]);
		snprintf(login, sizeof(login), "registrar%u.%u", stage, i);
		civil_officer_init(&fix, &w[i].registrar, login, "civil_registrar", &fix.office[i]);
	}
	begun = clock_monotonic_ns();
	for (unsigned i = 0; i < CLIENTS; i++)
		pthread_create(&t[i], NULL, run_births, &w[i]);
	for (unsigned i = 0; i < CLIENTS; i++) {
		pthread_join(t[i], NULL);
		memcpy(&declare[n], w[i].declare, w[i].done * sizeof(double));
		memcpy(&registered[n], w[i].registered, w[i].done * sizeof(double));
		memcpy(&both[n], w[i].both, w[i].done * sizeof(double));
		n += w[i].done;
		refused += w[i].refused;
		civil_officer_clear(&w[i].clerk);
		civil_officer_clear(&w[i].registrar);
	}
	if (n == 0)
		bail_out("no birth could be registered");
	p95 = share(registered, n, 0.95);
	printf("# births over HTTPS, %d clients, %llu acts: %.0f births/s; declaration p50 %.1f p95 %.1f ms; registration p50 %.1f p95 %.1f ms; both p50 %.1f"
	       " p95 %.1f ms; %u refused as duplicates\n",
		CLIENTS, (unsigned long long)load.loaded, n * 1e9 / (double)(clock_monotonic_ns() - begun), share(declare, n, 0.5), share(declare, n, 0.95),
		share(registered, n, 0.5), p95, share(both, n, 0.5), share(both, n, 0.95), refused);
	printf("bench linkage_births_https_p95_%llu value=%.1f unit=ms limit=50 ratio=%.2f goal=1.0 %s\n", (unsigned long long)load.loaded, p95, 50 / p95, p95 <= 50 ? "ok" : "short");
}

/* ---- stages ---- */

static double
measure_stage(uint64_t acts)
{
	struct gen_random r = { acts };
	struct found f, new_year;
	double lookup;

	actload_to(&load, acts);
	measure_search(SEARCHES / 4, false, &r); /* warm */
	lookup = measure_lookup(&r);
	f = measure_search(SEARCHES, false, &r);
	new_year = measure_search(SEARCHES / 8, true, &r);
	printf("# %llu acts: search p50 %.2f p95 %.2f ms, %.1f candidates, recall %.4f, %u others to review in %u searches; births of 1 January p50 %.2f"
	       " p95 %.2f ms, %.1f candidates, recall %.4f; look-up by number p95 %.3f ms\n",
		(unsigned long long)acts, f.p50, f.p95, f.candidates, f.recall, f.wrong, f.searches, new_year.p50, new_year.p95, new_year.candidates,
		new_year.recall, lookup);
	printf("bench linkage_search_p95_%llu value=%.2f unit=ms limit=20 ratio=%.2f goal=1.0 %s\n", (unsigned long long)acts, f.p95, 20 / f.p95,
		f.p95 <= 20 ? "ok" : "short");
	printf("bench linkage_search_to_lookup_%llu value=%.2f unit=ms limit=%.3f ratio=%.1f goal=none ok\n", (unsigned long long)acts, f.p95, lookup,
		f.p95 / lookup);
	printf("bench linkage_search_recall_%llu value=%.4f unit=share limit=1 ratio=%.4f goal=0.98 %s\n", (unsigned long long)acts, f.recall, f.recall,
		f.recall >= 0.98 ? "ok" : "short");
	fflush(stdout);
	return f.p95;
}

int
main(void)
{
	static const struct query *const sets[] = { civil_queries, officer_queries, NULL };
	struct db_options o = { .connections = 1, .wait_ms = 5000, .queries = sets };
	const char *acts = getenv("BENCH_ACTS");
	char conninfo[CLUSTER_CONNINFO];
	struct civil_officer loader;
	struct err err = ERR_INIT;
	double first = 0, last = 0;
	uint64_t first_acts = 0;
	unsigned stage = 0;

	if (acts == NULL || *acts == '\0')
		acts = "1000000,5000000";
	if (!civilfix_start_with(&fix, true, "shared_buffers=1GB max_wal_size=8GB checkpoint_timeout=30min")) {
		printf("# PostgreSQL is not installed\n");
		return 0;
	}
	civil_officer_init(&fix, &loader, "loader", "civil_clerk", &fix.office[8]);
	load = (struct actload){ .cluster = &fix.cluster, .office = fix.office, .offices = CLIENTS, .officer = loader.id, .seed = SEED };
	civil_officer_clear(&loader);
	/* who looks acts up reads those of all the offices */
	civilfix_count(&fix, "WITH made AS (INSERT INTO officer_role (officer_id, role, office_id) SELECT r.officer_id, r.role, o.id FROM officer_role r JOIN officer f"
			     " ON f.id = r.officer_id AND f.login = 'loader', office o WHERE o.id <> r.office_id AND o.kind = 'civil' RETURNING 1) SELECT count(*) FROM made");
	actload_places(&fix.cluster);
	o.conninfo = cluster_conninfo(&fix.cluster, "catena_civil", conninfo);
	if (db_open(&o, &db, &err) == -1)
		bail_out("%s", err.text);
	for (const char *p = acts; *p != '\0'; p += *p == ',') {
		uint64_t n = strtoull(p, (char **)&p, 10);

		if (n <= load.loaded)
			bail_out("BENCH_ACTS: numbers that grow, with commas between");
		last = measure_stage(n);
		measure_births(++stage);
		if (first == 0) {
			first = last;
			first_acts = n;
		}
	}
	if (load.loaded > first_acts)
		printf("bench linkage_growth value=%.2f unit=times limit=%.1f ratio=%.2f goal=0.5 %s\n", last / first, (double)load.loaded / (double)first_acts,
			last / first * (double)first_acts / (double)load.loaded, last / first * (double)first_acts / (double)load.loaded <= 0.5 ? "ok" : "short");
	db_close(db);
	civilfix_stop(&fix);
	return 0;
}
