/* Migrations: once, in order, together, and never backwards. */
#include <pthread.h>

#include <libpq-fe.h>

#include "registry/schema/schema.h"
#include "registry/store/migrate.h"
#include "registry/store/states.h"
#include "tests/cluster.h"
#include "tests/tap.h"

static struct cluster cluster = CLUSTER_INIT;
static char owner[CLUSTER_CONNINFO];

static char answer[4096];
static const char *
ask(const char *text)
{
	PGconn *pg = PQconnectdb(owner);
	PGresult *r = PQexec(pg, text);

	if (PQresultStatus(r) == PGRES_TUPLES_OK)
		snprintf(answer, sizeof(answer), "%s", PQntuples(r) > 0 ? PQgetvalue(r, 0, 0) : "");
	else
		snprintf(answer, sizeof(answer), "%s", PQresultStatus(r) == PGRES_COMMAND_OK ? "" : PQerrorMessage(pg));
	PQclear(r);
	PQfinish(pg);
	return answer;
}

static void
count_file(void *arg, int number, const char *name)
{
	(void)number;
	(void)name;
	++*(int *)arg;
}

struct run {
	int files, rc;
	struct err err;
};

static void *
run_thread(void *arg)
{
	struct run *r = arg;

	r->rc = migrate_run(owner, count_file, &r->files, &r->err);
	return NULL;
}

static bool
refuses(const char *change, const char *want, const char *back)
{
	struct err err = ERR_INIT;
	int files = 0;
	bool good;

	ask(change);
	good = migrate_run(owner, count_file, &files, &err) == -1 && err.kind == FAIL_CONFLICT && strstr(err.text, want) != NULL && files == 0;
	if (!good)
		printf("# %d files, %s\n", files, err.text);
	ask(back);
	return good;
}

/* The table in C and the rows of the database are the same machines. */
static void
test_states(void)
{
	char query[512];
	unsigned n = 0, same = 0;

	for (const struct state_transition *t = state_transitions; t->machine != NULL; t++, n++) {
		snprintf(query, sizeof(query),
			"SELECT count(*) FROM registry.transition WHERE machine = '%s' AND from_state = '%s' AND event = '%s' AND to_state = '%s'",
			t->machine, t->from, t->event, t->to);
		same += strcmp(ask(query), "1") == 0;
		if (strcmp(answer, "1") != 0)
			printf("# %s: %s %s %s is not in the database\n", t->machine, t->from, t->event, t->to);
	}
	ok(same == n, "every transition of the table is one of the database");
	snprintf(query, sizeof(query), "%u", n);
	is(ask("SELECT count(*) FROM registry.transition"), query, "and it has no others");
	ok(state_transition_find("act", "declared", "validate") != NULL && state_transition_find("act", "declared", "register") == NULL,
		"a transition is found, one that does not exist is not");
}

int
main(void)
{
	struct run a = { 0, -1, ERR_INIT }, b = { 0, -1, ERR_INIT };
	struct err err = ERR_INIT;
	int files = 0, all = 0;
	char want[16];
	pthread_t t;

	if (cluster_start(&cluster, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("migration tests", err.text);
		return done_testing();
	}
	cluster_conninfo(&cluster, NULL, owner);
	for (const struct schema_file *f = schema_files; f->name != NULL; f++)
		all++;
	pthread_create(&t, NULL, run_thread, &a);
	run_thread(&b);
	pthread_join(t, NULL);
	ok(a.rc == 0 && b.rc == 0, "two migrations at once both succeed: %s%s", a.err.text, b.err.text);
	ok(a.files + b.files == all, "and each file was applied once");
	ok(migrate_run(owner, count_file, &files, &err) == 0 && files == 0, "again: nothing is to be done");
	snprintf(want, sizeof(want), "%d", all);
	is(ask("SELECT count(*) FROM registry.schema_version WHERE octet_length(sha256) = 32"), want, "every file is recorded");
	is(ask("SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'public'"), "0",
		"nothing is in the schema public");
	is(ask("SELECT string_agg(c.relname, ' ') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'registry'"
	       " AND relkind = 'r' AND obj_description(c.oid) IS NULL"),
		"", "every table says what it is");
	ok(refuses("INSERT INTO registry.schema_version VALUES (9999, '9999-future.sql', sha256('x'))", "database schema is 9999",
		   "DELETE FROM registry.schema_version WHERE number = 9999"),
		"refuses: a newer database");
	ok(refuses("UPDATE registry.schema_version SET sha256 = sha256('x') WHERE number = 10", "0010-ledger.sql was applied with another content",
		   "SELECT 1"),
		"refuses: a file that was changed after it was applied");
	ok(refuses("DELETE FROM registry.schema_version WHERE number = 1", "has file 10 where this program has 1", "SELECT 1"),
		"refuses: a gap");
	test_states();
	cluster_stop(&cluster);
	return done_testing();
}
