/* The tests' own database cluster: what tests/cluster.h promises. */
#include "tests/cluster.h"

#include <libpq-fe.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry/base/err.h"
#include "tests/tap.h"

/* The first field of the first row as `role`; "" when anything fails. */
static const char *
ask(const struct cluster *c, const char *role, const char *sql)
{
	static char answer[200];
	char conninfo[CLUSTER_CONNINFO];
	PGconn *conn = PQconnectdb(cluster_conninfo(c, role, conninfo));
	PGresult *res = PQexec(conn, sql);

	answer[0] = '\0';
	if (PQresultStatus(res) == PGRES_TUPLES_OK && PQntuples(res) > 0)
		snprintf(answer, sizeof(answer), "%s", PQgetvalue(res, 0, 0));
	PQclear(res);
	PQfinish(conn);
	return answer;
}

static void
test_orphan(void)
{
	struct err err = ERR_INIT;
	struct cluster c = CLUSTER_INIT;
	int ends[2], pid = 0;
	pid_t child;

	if (pipe(ends) == -1)
		bail_out("pipe");
	child = fork();
	if (child == 0) {
		if (cluster_start(&c, &err) == -1 || write(ends[1], &c, sizeof(c)) != sizeof(c))
			_exit(1);
		raise(SIGKILL);
	}
	waitpid(child, NULL, 0);
	if (!ok(read(ends[0], &c, sizeof(c)) == sizeof(c), "a child starts a cluster and is killed"))
		return;
	pid = c.pid;
	for (int i = 0; i < 1000 && kill(pid, 0) == 0; i++)
		usleep(10000);
	ok(kill(pid, 0) == -1, "its cluster goes down by itself");
	c.owner = getpid();
	c.pid = 0;
	cluster_stop(&c);
}

int
main(void)
{
	struct cluster c = CLUSTER_INIT;
	struct err err = ERR_INIT;
	struct stat st;
	char dir[sizeof(c.dir)];

	c.durable = true;
	c.set = "max_connections=17 log_connections=on";
	if (cluster_start(&c, &err) == -1) {
		if (err.kind == FAIL_NOT_FOUND) {
			skip("a private cluster", err.text);
			return done_testing();
		}
		bail_out("%s", err.text);
	}
	is(ask(&c, NULL, "SELECT session_user"), "catena_owner", "the owner signs in");
	is(ask(&c, NULL, "SELECT rolsuper::text FROM pg_roles WHERE rolname = session_user"), "false", "and is no superuser");
	is(ask(&c, "postgres", "SELECT rolsuper::text FROM pg_roles WHERE rolname = session_user"), "true", "postgres is");
	is(ask(&c, NULL, "SELECT lower('\xC3\x89')"), "\xC3\xA9", "lower() knows letters beyond ASCII");
	is(ask(&c, NULL, "SHOW track_commit_timestamp"), "on", "commit times are kept");
	is(ask(&c, NULL, "SHOW fsync"), "on", "fsync as asked");
	is(ask(&c, NULL, "SHOW max_connections"), "17", "further settings as asked");
	is(ask(&c, NULL, "SHOW listen_addresses"), "", "no network address");
	ok(stat(c.dir, &st) == 0 && (st.st_mode & 077) == 0, "nobody else can open its directory");

	is(ask(&c, NULL, "CREATE TABLE kept AS SELECT 42 AS n; SELECT n FROM kept"), "42", "a row is committed");
	cluster_crash(&c);
	is(ask(&c, NULL, "SELECT 1"), "", "after a crash nobody answers");
	ok(cluster_up(&c, &err) == 0, "it starts again");
	is(ask(&c, NULL, "SELECT n FROM kept"), "42", "the committed row is there");
	ok(cluster_kill(&c, &err) == 0, "cluster_kill does both");
	is(ask(&c, NULL, "SELECT n FROM kept"), "42", "the committed row is still there");

	memcpy(dir, c.dir, sizeof(dir));
	cluster_stop(&c);
	ok(stat(dir, &st) == -1, "stopped: its directory is gone");
	cluster_stop(&c);
	test_orphan();
	return done_testing();
}
