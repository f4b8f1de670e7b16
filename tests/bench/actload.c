#include "tests/bench/actload.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "registry/base/clock.h"
#include "registry/store/civil.h"
#include "tests/bench/actgen.h"
#include "tests/tap.h"

enum { BATCH = 1000, /* acts before what was written goes to the server */
	PARTS = 4 };

/* One connection for each table, so that the server works while we write the next. */
static const char *const copies[] = {
	"COPY act (id, kind, office_id, officer_id) FROM STDIN",
	"COPY act_version (id, act_id, version, officer_id, content) FROM STDIN",
	"COPY current_state (subject_id, machine, state, seq, changed_at) FROM STDIN",
	"COPY person (id, officer_id) FROM STDIN",
	"COPY act_registration (id, act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id) FROM STDIN",
	"COPY act_match_key (k, act_id) FROM STDIN",
};
enum { ACT,
	VERSION,
	STATE,
	PERSON,
	REGISTRATION,
	KEY };

static void
run(PGconn *pg, const char *sql)
{
	PGresult *r = PQexec(pg, sql);

	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COPY_IN)
		bail_out("%s: %s", sql, PQerrorMessage(pg));
	PQclear(r);
}

static PGconn *
superuser(const struct cluster *c)
{
	char conninfo[CLUSTER_CONNINFO];
	PGconn *pg = PQconnectdb(cluster_conninfo(c, "postgres", conninfo));

	if (PQstatus(pg) != CONNECTION_OK)
		bail_out("%s", PQerrorMessage(pg));
	run(pg, "SET search_path = registry");
	run(pg, "SET session_replication_role = replica");
	run(pg, "SET synchronous_commit = off");
	run(pg, "SET maintenance_work_mem = '1GB'");
	return pg;
}

/* Kind 0 act, 1 version, 2 person ...: ids of one birth. */
static struct uuid
some_id(uint64_t i, unsigned what)
{
	struct uuid u = { { 0x01, 0x80 } };

	for (int k = 0; k < 5; k++)
		u.o[5 - k] = (uint8_t)(i >> (8 * k)); /* octets 1..5: time goes on */
	u.o[6] = 0x70;
	u.o[8] = 0x80;
	u.o[15] = (uint8_t)what;
	return u;
}

struct uuid
actload_id(uint64_t i)
{
	return some_id(i, 0);
}

void
actload_number(uint64_t i, unsigned offices, char *number, size_t size)
{
	char office[16], made[ACT_NUMBER_TEXT];
	struct err err = ERR_INIT;

	snprintf(office, sizeof(office), "OF%u", (unsigned)(i % offices));
	if (act_number_format(office, "birth", 2000 + (int)(i / offices / 100000), 1 + (int)(i / offices % 100000), made, &err) == -1)
		bail_out("%s", err.text);
	snprintf(number, size, "%s", made);
}

static void
write_act(const struct actload *l, uint64_t i, struct buf out[NELEM(copies)])
{
	char id[6][UUID_TEXT], office[UUID_TEXT], officer[UUID_TEXT], number[ACT_NUMBER_TEXT];
	struct gen_birth birth;
	struct gen_record record;
	struct match_birth match;
	int64_t key[MATCH_KEYS];
	struct err err = ERR_INIT;
	size_t nkey;

	for (unsigned k = 0; k < NELEM(id); k++) {
		struct uuid u = some_id(i, k);

		uuid_format(&u, id[k]);
	}
	uuid_format(&l->office[i % l->offices], office);
	uuid_format(&l->officer, officer);
	actload_number(i, l->offices, number, sizeof(number));
	gen_birth(l->seed, i, &birth);
	gen_write(&birth, 0, &record);
	if (gen_match(&record, &match, &err) == -1)
		bail_out("%s", err.text);
	nkey = match_birth_keys(&match, key);
	buf_printf(&out[ACT], "%s\tbirth\t%s\t%s\n", id[0], office, officer);
	buf_printf(&out[VERSION], "%s\t%s\t1\t%s\t", id[1], id[0], officer);
	gen_json(&record, NULL, &out[VERSION]);
	buf_str(&out[VERSION], "\n");
	buf_printf(&out[STATE], "%s\tact\tregistered\t3\tnow\n", id[0]);
	buf_printf(&out[PERSON], "%s\t%s\n", id[2], officer);
	buf_printf(&out[REGISTRATION], "%s\t%s\t%s\t%s\t%s\t%s\tbirth\t%u\t%u\t%s\t%s\n", id[3], id[0], id[4], id[1], id[2], office,
		2000 + (unsigned)(i / l->offices / 100000), 1 + (unsigned)(i / l->offices % 100000), number, officer);
	for (size_t k = 0; k < nkey; k++)
		buf_printf(&out[KEY], "%lld\t%s\n", (long long)key[k], id[0]);
}

static void
tell(uint64_t at, uint64_t total, uint64_t begun)
{
	fprintf(stderr, "# loaded %llu of %llu acts, %.0f s\n", (unsigned long long)at, (unsigned long long)total,
		(double)(clock_monotonic_ns() - begun) / 1e9);
}

/* Births from .. to - 1, by a thread with connections of its own. */
struct part {
	const struct actload *load;
	uint64_t from, to;
	_Atomic uint64_t done;
	pthread_t thread;
};

static void
send_out(PGconn *const pg[], struct buf out[])
{
	for (size_t t = 0; t < NELEM(copies); t++) {
		if (out[t].failed || PQputCopyData(pg[t], (const char *)out[t].p, (int)out[t].n) != 1)
			bail_out("%s: %s", copies[t], PQerrorMessage(pg[t]));
		buf_cut(&out[t], 0);
	}
}

static void *
load_part(void *arg)
{
	struct part *p = arg;
	PGconn *pg[NELEM(copies)];
	struct buf out[NELEM(copies)] = { { 0 } };
	PGresult *r;

	for (size_t t = 0; t < NELEM(copies); t++) {
		pg[t] = superuser(p->load->cluster);
		run(pg[t], copies[t]);
	}
	for (uint64_t i = p->from; i < p->to; i++) {
		write_act(p->load, i, out);
		if ((i - p->from) % BATCH == BATCH - 1 || i + 1 == p->to) {
			send_out(pg, out);
			p->done = i + 1 - p->from;
		}
	}
	for (size_t t = 0; t < NELEM(copies); t++) {
		if (PQputCopyEnd(pg[t], NULL) != 1 || PQresultStatus(r = PQgetResult(pg[t])) != PGRES_COMMAND_OK)
			bail_out("%s: %s", copies[t], PQerrorMessage(pg[t]));
		PQclear(r);
		PQfinish(pg[t]);
		buf_clear(&out[t]);
	}
	return NULL;
}

static void
load_parts(struct actload *l, uint64_t total, uint64_t begun)
{
	struct part part[PARTS];
	uint64_t each = (total - l->loaded + PARTS - 1) / PARTS, told = begun, done = 0;

	for (unsigned k = 0; k < PARTS; k++) {
		struct part *p = &part[k];

		p->load = l;
		p->from = l->loaded + k * each < total ? l->loaded + k * each : total;
		p->to = p->from + each < total ? p->from + each : total;
		p->done = 0;
		if (pthread_create(&p->thread, NULL, load_part, p) != 0)
			bail_out("no thread");
	}
	while (l->loaded + done < total) {
		nanosleep(&(struct timespec){ 0, 200000000 }, NULL);
		done = 0;
		for (unsigned k = 0; k < PARTS; k++)
			done += part[k].done;
		if (clock_monotonic_ns() - told > UINT64_C(15000000000)) {
			told = clock_monotonic_ns();
			tell(l->loaded + done, total, begun);
		}
	}
	for (unsigned k = 0; k < PARTS; k++)
		pthread_join(part[k].thread, NULL);
	l->loaded = total;
}

void
actload_to(struct actload *l, uint64_t total)
{
	static const char *const tables[] = { "act", "act_version", "current_state", "person", "act_registration", "act_match_key" };
	uint64_t begun = clock_monotonic_ns();
	PGconn *admin = superuser(l->cluster);
	char sql[80];

	/* the keys come in no order: their index is made afterwards */
	run(admin, "ALTER TABLE act_match_key DROP CONSTRAINT IF EXISTS act_match_key_pkey");
	load_parts(l, total, begun);
	tell(total, total, begun);
	fprintf(stderr, "# now the index of the keys\n");
	run(admin, "ALTER TABLE act_match_key ADD PRIMARY KEY (k, act_id)");
	for (size_t t = 0; t < NELEM(tables); t++) {
		snprintf(sql, sizeof(sql), "VACUUM (ANALYZE) %s", tables[t]);
		run(admin, sql);
	}
	run(admin, "CHECKPOINT");
	PQfinish(admin);
	tell(total, total, begun);
}

void
actload_places(const struct cluster *c)
{
	PGconn *pg = superuser(c);
	char sql[160];

	snprintf(sql, sizeof(sql), "INSERT INTO place (code, name, kind, parent_code) SELECT 'UT-P' || to_char(i, 'FM000'), 'Facility ' || i, 'facility', 'UT'"
				   " FROM generate_series(0, %d) i",
		GEN_PLACES - 1);
	run(pg, sql);
	PQfinish(pg);
}
