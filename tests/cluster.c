#include "tests/cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "registry/base/err.h"

enum { WAIT_SECONDS = 60, /* for start and stop: a loaded machine under the sanitizers is slow */
	CLUSTERS = 4,
	ARGS = 48 };

static struct cluster *running[CLUSTERS]; /* to stop at exit */

static void
pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* The directory of initdb and postgres: CATENA_PG_BIN, or the newest of Debian's, or that of PATH (""). */
static int
find_programs(char *bin, size_t size, struct err *err)
{
	const char *given = getenv("CATENA_PG_BIN");
	glob_t found;

	if (given != NULL) {
		snprintf(bin, size, "%s/", given);
		return 0;
	}
	bin[0] = '\0';
	if (glob("/usr/lib/postgresql/*/bin/postgres", 0, NULL, &found) == 0) {
		snprintf(bin, size, "%.*s", (int)(strlen(found.gl_pathv[found.gl_pathc - 1]) - strlen("postgres")), found.gl_pathv[found.gl_pathc - 1]);
		globfree(&found);
		return 0;
	}
	if (system("command -v initdb >/dev/null 2>&1 && command -v postgres >/dev/null 2>&1") == 0)
		return 0;
	return err_set(err, FAIL_NOT_FOUND, "PostgreSQL server programs: found neither in PATH nor under /usr/lib/postgresql");
}

/* In the child: another user when we are root, our directory, output to the log; and down with us. */
static void
become_server(const struct cluster *c, int input)
{
	struct passwd *nobody = getuid() == 0 ? getpwnam("nobody") : NULL;
	char path[sizeof(c->dir) + 16];
	int log;

	if (getuid() == 0 && (nobody == NULL || setgroups(0, NULL) == -1 || setgid(nobody->pw_gid) == -1 || setuid(nobody->pw_uid) == -1))
		_exit(126);
	snprintf(path, sizeof(path), "%s/server.log", c->dir);
	log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log == -1 || chdir(c->dir) == -1 || dup2(input, 0) == -1 || dup2(log, 1) == -1 || dup2(log, 2) == -1)
		_exit(126);
	for (int fd = 3; fd < 256; fd++) /* the server is not to hold the test's sockets open */
		close(fd);
	setsid(); /* Ctrl-C is for the test, which then stops us */
	prctl(PR_SET_PDEATHSIG, SIGINT);
	setenv("LC_ALL", "C", 1);
	setenv("TZ", "UTC", 1);
}

static pid_t
spawn(const struct cluster *c, int input, const char *const *argv, struct err *err)
{
	pid_t pid = fork();

	if (pid == -1)
		return err_errno(err, "fork");
	if (pid == 0) {
		become_server(c, input);
		execvp(argv[0], (char *const *)argv); /* exec leaves them alone */
		_exit(127);
	}
	return pid;
}

/* Runs argv to its end, with `text` as its standard input. */
static int
run(const struct cluster *c, const char *text, const char *const *argv, struct err *err)
{
	FILE *input = tmpfile();
	int status = -1, rc = -1;
	pid_t pid;

	if (input == NULL || fputs(text, input) == EOF || fflush(input) == EOF) {
		err_errno(err, "temporary file");
		goto out;
	}
	rewind(input);
	pid = spawn(c, fileno(input), argv, err);
	if (pid == -1)
		goto out;
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		err_set(err, FAIL_INTERNAL, "%s: failed, see %s/server.log", argv[0], c->dir);
		goto out;
	}
	rc = 0;
out:
	if (input != NULL)
		fclose(input);
	return rc;
}

static int
init_database(const struct cluster *c, const char *bin, struct err *err)
{
	char initdb[300], postgres[300], data[sizeof(c->dir) + 8];
	const char *init_argv[] = { initdb, "-D", data, "-N", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--lc-ctype=C.UTF-8", NULL };
	const char *single_argv[] = { postgres, "--single", "-D", data, "-c", "fsync=off", "postgres", NULL };
	static const char roles[] = "CREATE ROLE catena_owner LOGIN CREATEROLE\nCREATE DATABASE catena OWNER catena_owner\n";

	snprintf(initdb, sizeof(initdb), "%sinitdb", bin);
	snprintf(postgres, sizeof(postgres), "%spostgres", bin);
	snprintf(data, sizeof(data), "%s/data", c->dir);
	if (run(c, "", init_argv, err) == -1)
		return -1;
	return run(c, roles, single_argv, err);
}

/* postmaster.pid's eighth line says "ready" once connections are accepted (as pg_ctl -w reads it). */
static bool
is_ready(const struct cluster *c)
{
	char path[sizeof(c->dir) + 32], line[256] = "";
	bool ready = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/data/postmaster.pid", c->dir);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	for (int i = 1; fgets(line, sizeof(line), f) != NULL; i++)
		if (i == 1 && atol(line) != (long)c->pid)
			break; /* still that of the server before */
		else if (i == 8)
			ready = strncmp(line, "ready", 5) == 0;
	fclose(f);
	return ready;
}

/* Waits for the postmaster to be ready (0), or to end (1: it may be tried again), or for too long (-1). */
static int
await_ready(struct cluster *c, struct err *err)
{
	for (int i = 0; i < WAIT_SECONDS * 100; i++) {
		if (waitpid(c->pid, NULL, WNOHANG) == c->pid) {
			c->pid = 0;
			return 1;
		}
		if (is_ready(c))
			return 0;
		pause_ms(10);
	}
	return err_set(err, FAIL_INTERNAL, "PostgreSQL: not ready after %d s, see %s/server.log", WAIT_SECONDS, c->dir);
}

int
cluster_up(struct cluster *c, struct err *err)
{
	char bin[256], postgres[300], data[sizeof(c->dir) + 8], socket_dir[sizeof(c->dir) + 40];
	char *more = NULL, *save = NULL;
	const char *argv[ARGS] = { postgres, "-D", data, "-c", socket_dir, "-c", "listen_addresses=", "-c", "track_commit_timestamp=on",
		"-c", "shared_buffers=32MB", "-c", "timezone=UTC", "-c", c->durable ? "fsync=on" : "fsync=off" };
	int n = 15, null_fd, rc = 1;

	if (find_programs(bin, sizeof(bin), err) == -1)
		return -1;
	snprintf(postgres, sizeof(postgres), "%spostgres", bin);
	snprintf(data, sizeof(data), "%s/data", c->dir);
	snprintf(socket_dir, sizeof(socket_dir), "unix_socket_directories=%s", c->dir);
	if (c->set != NULL && (more = strdup(c->set)) == NULL)
		return err_errno(err, "settings");
	for (char *s = more; n < ARGS - 2 && more != NULL && (s = strtok_r(s, " ", &save)) != NULL; s = NULL) {
		argv[n++] = "-c";
		argv[n++] = s;
	}
	null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	/* After a crash the old backends may need a moment to see it; until then the new postmaster refuses to start. */
	for (int i = 0; i < WAIT_SECONDS * 5 && rc == 1; i++) {
		if (i > 0)
			pause_ms(200);
		c->pid = spawn(c, null_fd, argv, err);
		if (c->pid == -1) {
			c->pid = 0;
			rc = -1;
		} else {
			rc = await_ready(c, err);
		}
	}
	if (rc == 1)
		err_set(err, FAIL_INTERNAL, "PostgreSQL: does not start, see %s/server.log", c->dir);
	close(null_fd);
	free(more);
	return rc == 0 ? 0 : -1;
}

static void
stop_all(void)
{
	for (int i = 0; i < CLUSTERS; i++)
		if (running[i] != NULL && running[i]->owner == getpid())
			cluster_stop(running[i]);
}

static int
remember(struct cluster *c, struct err *err)
{
	static bool registered;

	for (int i = 0; i < CLUSTERS; i++)
		if (running[i] == NULL) {
			running[i] = c;
			if (!registered)
				registered = atexit(stop_all) == 0;
			return 0;
		}
	return err_set(err, FAIL_INTERNAL, "clusters: %d at a time", CLUSTERS);
}

int
cluster_start(struct cluster *c, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	struct passwd *nobody = getpwnam("nobody");
	char bin[256];

	if (find_programs(bin, sizeof(bin), err) == -1)
		return -1;
	if (tmp == NULL || strlen(tmp) > sizeof(c->dir) - sizeof("/catena-XXXXXX")) /* a socket's path has 107 octets */
		tmp = "/tmp";
	snprintf(c->dir, sizeof(c->dir), "%s/catena-XXXXXX", tmp);
	if (mkdtemp(c->dir) == NULL) {
		err_errno(err, "%s", c->dir);
		c->dir[0] = '\0';
		return -1;
	}
	c->owner = getpid();
	if (remember(c, err) == -1)
		goto fail;
	if (getuid() == 0 && (nobody == NULL || chown(c->dir, nobody->pw_uid, nobody->pw_gid) == -1)) {
		err_errno(err, "%s: chown to nobody", c->dir);
		goto fail;
	}
	if (init_database(c, bin, err) == -1 || cluster_up(c, err) == -1)
		goto fail;
	return 0;
fail:
	cluster_stop(c);
	return -1;
}

char *
cluster_conninfo(const struct cluster *c, const char *role, char out[CLUSTER_CONNINFO])
{
	snprintf(out, CLUSTER_CONNINFO, "host=%s port=5432 dbname=catena user=%s", c->dir, role != NULL ? role : "catena_owner");
	return out;
}

void
cluster_crash(struct cluster *c)
{
	if (c->pid == 0)
		return;
	kill(c->pid, SIGKILL);
	while (waitpid(c->pid, NULL, 0) == -1 && errno == EINTR)
		;
	c->pid = 0;
}

int
cluster_kill(struct cluster *c, struct err *err)
{
	cluster_crash(c);
	return cluster_up(c, err);
}

static void
remove_directory(const char *dir)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("rm", "rm", "-rf", "--", dir, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
}

void
cluster_stop(struct cluster *c)
{
	if (c->dir[0] == '\0' || c->owner != getpid())
		return;
	if (c->pid != 0) {
		kill(c->pid, SIGINT); /* fast shutdown: does not wait for clients */
		for (int i = 0; i < WAIT_SECONDS * 100 && c->pid != 0; i++) {
			if (waitpid(c->pid, NULL, WNOHANG) == c->pid)
				c->pid = 0;
			else
				pause_ms(10);
		}
		cluster_crash(c);
	}
	remove_directory(c->dir);
	c->dir[0] = '\0';
	for (int i = 0; i < CLUSTERS; i++)
		if (running[i] == c)
			running[i] = NULL;
}
