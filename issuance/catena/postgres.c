#include "issuance/catena/postgres.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "registry/base/file.h"

enum { READY_SECONDS = 60 };

#define DATA "/proc/self/fd/3" /* see PROCESS_KEEP */
#define RUN  "/proc/self/fd/4"

static const char made[] = "pg/made"; /* is there when the cluster was made to its end */

int
postgres_find(char bin[PATH_MAX], struct err *err)
{
	const char *given = getenv("CATENA_PG_BIN"), *path = getenv("PATH");
	glob_t found;

	if (given != NULL && *given != '\0') {
		snprintf(bin, PATH_MAX, "%s", given);
		return 0;
	}
	if (glob("/usr/lib/postgresql/*/bin/postgres", 0, NULL, &found) == 0) {
		const char *newest = found.gl_pathv[found.gl_pathc - 1];

		snprintf(bin, PATH_MAX, "%.*s", (int)(strlen(newest) - strlen("/postgres")), newest);
		globfree(&found);
		return 0;
	}
	for (size_t n; path != NULL && *path != '\0'; path += n + (path[n] == ':')) {
		char program[PATH_MAX + 16];

		n = strcspn(path, ":");
		snprintf(program, sizeof(program), "%.*s/postgres", (int)n, path);
		if (access(program, X_OK) == 0) {
			snprintf(bin, PATH_MAX, "%.*s", (int)n, path);
			return 0;
		}
	}
	err_set(err, FAIL_NOT_FOUND, "PostgreSQL's server programs: neither in PATH nor under /usr/lib/postgresql");
	err_hint(err, "install the package postgresql, or name the folder of initdb and postgres in CATENA_PG_BIN");
	return -1;
}

bool
postgres_is_there(const struct state *state)
{
	return state_has(state, made);
}

/* A folder that the server owns. */
static int
server_folder(const char *path, struct err *err)
{
	struct passwd *nobody = geteuid() == 0 ? getpwnam("nobody") : NULL;

	if (file_mkdir(path, 0700, err) == -1)
		return -1;
	if (geteuid() == 0 && (nobody == NULL || chown(path, nobody->pw_uid, nobody->pw_gid) == -1))
		return err_errno(err, "%s: cannot be given to nobody", path);
	return chmod(path, 0700) == -1 ? err_errno(err, "%s", path) : 0;
}

static bool
is_empty(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	while (dir != NULL && readdir(dir) != NULL)
		n++;
	if (dir != NULL)
		closedir(dir);
	return n <= 2;
}

static struct process_plan
plan_of(const struct state *state, const char *name, const char *const *argv)
{
	return (struct process_plan){ .name = name, .argv = argv, .log_file = state_path(state, "log/postgres.log"), .as_nobody = true, .stop_signal = SIGINT, .keep = { state_path(state, "pg/data"), state_path(state, "pg/run") } };
}

int
postgres_init(const struct state *state, struct err *err)
{
	static const char roles[] = "CREATE ROLE catena_owner LOGIN CREATEROLE\nCREATE DATABASE catena OWNER catena_owner\n";
	char bin[PATH_MAX], initdb[PATH_MAX + 16], server[PATH_MAX + 16];
	const char *const init[] = { initdb, "-D", DATA, "-U", "postgres", "--auth-local=trust", "--auth-host=reject", "-E", "UTF8",
		"--locale=C", "--lc-ctype=C.UTF-8", "--data-checksums", NULL };
	const char *const single[] = { server, "--single", "-D", DATA, "postgres", NULL };
	struct process_plan plan;

	if (postgres_find(bin, err) == -1)
		return -1;
	if (server_folder(state_path(state, "pg"), err) == -1 || server_folder(state_path(state, "pg/data"), err) == -1 ||
		server_folder(state_path(state, "pg/run"), err) == -1)
		return -1;
	if (!is_empty(state_path(state, "pg/data"))) {
		err_set(err, FAIL_CONFLICT, "%s: holds a cluster that was not made to its end", state_path(state, "pg/data"));
		err_hint(err, "nothing can be in it yet: remove that folder and repeat");
		return -1;
	}
	snprintf(initdb, sizeof(initdb), "%s/initdb", bin);
	snprintf(server, sizeof(server), "%s/postgres", bin);
	plan = plan_of(state, "initdb", init);
	if (process_run(&plan, err) == -1)
		return -1;
	plan = plan_of(state, "postgres", single);
	plan.input = bytes_str(roles);
	if (process_run(&plan, err) == -1)
		return -1;
	return file_write(state_path(state, made), bytes_str("catena\n"), 0600, err);
}

/* postmaster.pid's eighth line says "ready" once connections are accepted (as pg_ctl -w reads it). */
static bool
is_ready(const struct state *state, pid_t pid)
{
	FILE *f = fopen(state_path(state, "pg/data/postmaster.pid"), "re");
	char line[256] = "";
	bool ready = false;

	for (int i = 1; f != NULL && fgets(line, sizeof(line), f) != NULL; i++)
		if (i == 1 && atol(line) != (long)pid)
			break; /* still that of the server before */
		else if (i == 8)
			ready = strncmp(line, "ready", 5) == 0;
	if (f != NULL)
		fclose(f);
	return ready;
}

static int
await_ready(const struct state *state, struct process *p, struct err *err)
{
	for (int i = 0; i < READY_SECONDS * 100; i++) {
		if (!process_runs(p))
			return process_died(p, err);
		if (is_ready(state, p->pid))
			return 0;
		nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
	}
	postgres_stop(p);
	return err_set(err, FAIL_INTERNAL, "postgres: not ready after %d s; its log is %.150s", READY_SECONDS, p->log_file);
}

int
postgres_start(const struct state *state, struct process *p, struct err *err)
{
	char bin[PATH_MAX], server[PATH_MAX + 16];
	/* the server's own log never quotes values of rows: no statements, no details */
	const char *const argv[] = { server, "-D", DATA, "-c", "unix_socket_directories=" RUN, "-c", "listen_addresses=",
		"-c", "unix_socket_permissions=0700", "-c", "track_commit_timestamp=on", "-c", "fsync=on", "-c", "full_page_writes=on",
		"-c", "max_connections=200", "-c", "timezone=UTC", "-c", "log_timezone=UTC", "-c", "logging_collector=off",
		"-c", "log_error_verbosity=terse", "-c", "log_min_error_statement=panic", "-c", "log_checkpoints=off", NULL };
	struct process_plan plan;

	if (postgres_find(bin, err) == -1)
		return -1;
	snprintf(server, sizeof(server), "%s/postgres", bin);
	plan = plan_of(state, "postgres", argv);
	if (process_start(&plan, p, err) == -1)
		return -1;
	return await_ready(state, p, err);
}

void
postgres_stop(struct process *p)
{
	process_stop(p, SIGINT, POSTGRES_STOP_SECONDS); /* fast shutdown: does not wait for clients */
}
