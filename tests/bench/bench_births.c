/*
 * Births declared and registered over HTTPS with durable commits, 8 clients in 8 offices, against the bare rate: a libpq loop with 8
 * connections that inserts the same rows (ledger entries by trigger included) in one transaction for each birth, every statement
 * prepared and all of them sent in one pipeline, so one round trip and one fsync a birth.  The service needs two requests of two
 * officers, two commits, and searches for duplicates twice.  Rounds of both alternate; clients and service share the machine.
 */
#include <libpq-fe.h>
#include <pthread.h>

#include "enrolment/civil/birth.h"
#include "registry/base/clock.h"
#include "registry/base/json.h"
#include "tests/service/civilfix.h"
#include "tests/tap.h"

enum { CLIENTS = 8,
	ROUNDS = 4,
	ROUND_MS = 2500 };

static struct civilfix fix;
static _Atomic unsigned next_birth;

struct worker {
	unsigned i;
	struct civil_officer clerk, registrar;
	PGconn *pg;
	unsigned serial, round;
	uint64_t until; /* monotonic */
	unsigned done;
	json_t *pool[1000]; /* declarations made before the clock runs */
	unsigned npool;
};

static void
fill_pool(struct worker *w)
{
	for (w->npool = 0; w->npool < NELEM(w->pool); w->npool++)
		w->pool[w->npool] = civilfix_birth(&fix.office[w->i], 1000 + next_birth++);
}

static json_t *
take(struct worker *w)
{
	if (w->npool == 0)
		fill_pool(w); /* on the clock: a machine that fast may pay */
	return w->pool[--w->npool];
}

/* ---- over HTTPS ---- */

static int
post(struct civil_officer *o, const char *path, json_t *body, json_t **answer)
{
	struct err err = ERR_INIT;
	struct uuid key;

	if (uuid_new(&key, &err) == -1 || client_json(o->client, "POST", path, &key, body, answer, &err) == -1) {
		printf("# %s: %s\n", path, err.text);
		return -1;
	}
	return 0;
}

static void *
run_https(void *arg)
{
	struct worker *w = arg;

	while (clock_monotonic_ns() < w->until) {
		json_t *birth = take(w), *act = NULL;
		char path[100];

		if (post(&w->clerk, "/civil/v1/births", birth, &act) == 0) {
			snprintf(path, sizeof(path), "/civil/v1/births/%s/registration", json_string_value(json_object_get(act, "id")));
			w->done += post(&w->registrar, path, NULL, NULL) == 0;
		}
		json_decref(act);
		json_decref(birth);
	}
	return NULL;
}

/* ---- bare ---- */

static const struct query own[] = {
	{ "series", "INSERT INTO act_series AS t (office_id, kind, year, last) VALUES ($1, 'birth', $2, 1)"
		    " ON CONFLICT (office_id, kind, year) DO UPDATE SET last = t.last + 1" },
	{ "answer", "INSERT INTO idempotency (key, principal_id, route, body_sha256, status, reply)"
		    " VALUES (gen_random_uuid(), $1, 'POST /births', sha256('x'), 201, convert_to($2, 'UTF8'))" },
	{ NULL, NULL }
};

static void
prepare(PGconn *pg, const struct query *set)
{
	for (; set->name != NULL; set++) {
		PGresult *r = PQprepare(pg, set->name, set->sql, 0, NULL);

		if (PQresultStatus(r) != PGRES_COMMAND_OK)
			bail_out("%s: %s", set->name, PQerrorMessage(pg));
		PQclear(r);
	}
}

static void
bare_open(struct worker *w)
{
	char conninfo[CLUSTER_CONNINFO], office[UUID_TEXT], set[200];

	w->pg = PQconnectdb(cluster_conninfo(&fix.cluster, "catena_civil", conninfo));
	if (PQstatus(w->pg) != CONNECTION_OK)
		bail_out("%s", PQerrorMessage(w->pg));
	uuid_format(&fix.office[w->i], office);
	snprintf(set, sizeof(set), "SET catena.civil_offices = '{%s}'; SET catena.registrar_offices = '{%s}'", office, office);
	PQclear(PQexec(w->pg, set));
	prepare(w->pg, civil_queries);
	prepare(w->pg, own);
	PQenterPipelineMode(w->pg);
}

static void
send_one(PGconn *pg, const char *name, int n, const char *const *values)
{
	if ((name[0] == ' ' ? PQsendQueryParams(pg, name + 1, 0, NULL, NULL, NULL, NULL, 0) : PQsendQueryPrepared(pg, name, n, values, NULL, NULL, 0)) != 1)
		bail_out("%s: %s", name, PQerrorMessage(pg));
}
#define SEND(pg, name, ...) send_one((pg), (name), sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *), (const char *[]){ __VA_ARGS__ })

static void
wait_all(PGconn *pg)
{
	PGresult *r;

	PQpipelineSync(pg);
	for (bool synced = false; !synced;) {
		while ((r = PQgetResult(pg)) != NULL) {
			if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_PIPELINE_SYNC)
				bail_out("bare: %s", PQresultErrorMessage(r));
			synced |= PQresultStatus(r) == PGRES_PIPELINE_SYNC;
			PQclear(r);
			if (synced)
				break;
		}
	}
}

struct prepared_birth {
	struct buf content, keys, parties;
};

/* What the service makes of a declaration; it is part of the service's work, so the bare loop has it for nothing. */
static void
precompute(json_t *json, struct prepared_birth *p)
{
	struct birth b = { 0 };
	struct act_party party[BIRTH_PARTIES];
	struct match_birth match;
	int64_t key[MATCH_KEYS];
	struct err err = ERR_INIT;
	json_t *list = json_array();
	size_t n;

	*p = (struct prepared_birth){ .content = BUF_INIT, .keys = BUF_INIT, .parties = BUF_INIT };
	if (json_get(json, birth_fields, &b, &err) == -1 || birth_check(&b, clock_today(), &err) == -1 || birth_content(&b, &p->content, &err) == -1 ||
		birth_match(&b, &match, &err) == -1)
		bail_out("%s", err.text);
	n = match_birth_keys(&match, key);
	for (size_t i = 0; i < n; i++)
		buf_printf(&p->keys, "%c%lld", i == 0 ? '{' : ',', (long long)key[i]);
	buf_str(&p->keys, "}");
	n = birth_parties(&b, party);
	for (size_t i = 0; i < n; i++) {
		char day[DATE_TEXT];

		date_format(party[i].date_of_birth, day);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s?}", "role", party[i].role, "confidence", "asserted", "primary_name", party[i].primary_name, "secondary_name", party[i].secondary_name, "sex", party[i].sex, "date_of_birth", day[0] == '\0' ? NULL : day));
	}
	json_text(list, &p->parties, &err);
	json_decref(list);
	birth_clear(&b);
}

static void
insert_bare(struct worker *w, struct prepared_birth *p)
{
	char id[6][UUID_TEXT], clerk[UUID_TEXT], registrar[UUID_TEXT], office[UUID_TEXT], number[40], year[8], serial[12], reply[200];
	struct uuid u;
	struct err err = ERR_INIT;

	for (int i = 0; i < 6; i++) {
		uuid_new(&u, &err);
		uuid_format(&u, id[i]);
	}
	uuid_format(&w->clerk.id, clerk);
	uuid_format(&w->registrar.id, registrar);
	uuid_format(&fix.office[w->i], office);
	snprintf(year, sizeof(year), "%u", 1000 + w->round);
	snprintf(serial, sizeof(serial), "%u", ++w->serial);
	snprintf(number, sizeof(number), "OF%u-B-%s-%06u-X", w->i, year, w->serial);
	snprintf(reply, sizeof(reply), "\n{\"id\":\"%s\",\"state\":\"registered\",\"number\":\"%s\",\"person_id\":\"%s\"}", id[0], number, id[1]);
	send_one(w->pg, " BEGIN", 0, NULL);
	SEND(w->pg, "civil_act", id[0], "birth", office, clerk);
	SEND(w->pg, "civil_version", id[1], id[0], clerk, buf_cstr(&p->content));
	SEND(w->pg, "civil_parties", id[1], buf_cstr(&p->parties));
	SEND(w->pg, "civil_keys", id[0], buf_cstr(&p->keys));
	SEND(w->pg, "civil_statistics", id[1], "3400", "0", "0", "midwife", "hospital", NULL, NULL, NULL, NULL, NULL);
	SEND(w->pg, "civil_decide", id[2], id[0], clerk, id[1], "declare", clerk, NULL);
	SEND(w->pg, "answer", clerk, reply);
	SEND(w->pg, "series", office, year);
	SEND(w->pg, "civil_decide", id[3], id[0], clerk, id[1], "validate", registrar, NULL);
	SEND(w->pg, "civil_decide", id[4], id[0], clerk, id[1], "register", registrar, NULL);
	SEND(w->pg, "civil_person", id[5], registrar);
	SEND(w->pg, "civil_register", id[0], id[4], id[1], id[5], office, "birth", year, serial, number, registrar);
	SEND(w->pg, "answer", registrar, reply);
	send_one(w->pg, " COMMIT", 0, NULL);
	wait_all(w->pg);
}

static void *
run_bare(void *arg)
{
	struct worker *w = arg;

	while (clock_monotonic_ns() < w->until) {
		json_t *birth = take(w);
		struct prepared_birth p;
		uint64_t begun = clock_monotonic_ns();

		precompute(birth, &p);
		w->until += (clock_monotonic_ns() - begun) / 2; /* given back: two cores, so half of it was wall clock */
		insert_bare(w, &p);
		w->done++;
		buf_clear(&p.content);
		buf_clear(&p.keys);
		buf_clear(&p.parties);
		json_decref(birth);
	}
	return NULL;
}

/* Births per second of all workers. */
static double
measure(struct worker *workers, void *(*run)(void *), unsigned ms)
{
	pthread_t t[CLIENTS];
	uint64_t begun;
	unsigned done = 0;

	for (unsigned i = 0; i < CLIENTS; i++) {
		while (workers[i].npool > 0)
			json_decref(workers[i].pool[--workers[i].npool]);
		fill_pool(&workers[i]);
		workers[i].done = workers[i].serial = 0;
		workers[i].round++;
	}
	begun = clock_monotonic_ns();
	for (unsigned i = 0; i < CLIENTS; i++) {
		workers[i].until = begun + (uint64_t)ms * 1000000;
		pthread_create(&t[i], NULL, run, &workers[i]);
	}
	for (unsigned i = 0; i < CLIENTS; i++) {
		pthread_join(t[i], NULL);
		done += workers[i].done;
	}
	return done * 1e9 / (double)(clock_monotonic_ns() - begun);
}

int
main(void)
{
	static struct worker workers[CLIENTS];
	double https = 0, bare = 0;
	char login[32];
	bool is_whole;

	if (!civilfix_start(&fix, true)) {
		printf("# PostgreSQL is not installed\n");
		return 0;
	}
	for (unsigned i = 0; i < CLIENTS; i++) {
		struct worker *w = &workers[i];

		w->i = i;
		snprintf(login, sizeof(login), "clerk%u", i);
		civil_officer_init(&fix, &w->clerk, login, "civil_clerk", &fix.office[i]);
		snprintf(login, sizeof(login), "registrar%u", i);
		civil_officer_init(&fix, &w->registrar, login, "civil_registrar", &fix.office[i]);
		bare_open(w);
	}
	measure(workers, run_https, 500);
	measure(workers, run_bare, 500);
	for (int r = 0; r < ROUNDS; r++) {
		https += measure(workers, run_https, ROUND_MS) / ROUNDS;
		bare += measure(workers, run_bare, ROUND_MS) / ROUNDS;
	}
	is_whole = civilfix_count(&fix, "SELECT count(*) FROM act a LEFT JOIN act_registration r ON r.act_id = a.id WHERE r.id IS NULL") == 0;
	printf("# limit: the same rows from libpq, 8 connections, one pipelined transaction a birth\n");
	printf("bench births_https value=%.0f unit=births/s limit=%.0f ratio=%.2f goal=0.5 %s\n", https, bare, https / bare,
		https / bare >= 0.5 ? "ok" : "short");
	for (unsigned i = 0; i < CLIENTS; i++) {
		struct worker *w = &workers[i];

		while (w->npool > 0)
			json_decref(w->pool[--w->npool]);
		civil_officer_clear(&w->clerk);
		civil_officer_clear(&w->registrar);
		PQfinish(w->pg);
	}
	civilfix_stop(&fix);
	if (!is_whole)
		printf("# some births were declared and not registered\n");
	return is_whole ? 0 : 1;
}
