#include "issuance/catena/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "registry/base/file.h"

static const char longest_socket[] = "/pg/run/.s.PGSQL.5432";

/* realpath(3) of what may not be there yet: its parents are resolved as far as they are. */
static int
resolve(const char *dir, char out[PATH_MAX], struct err *err)
{
	char here[PATH_MAX] = "";

	if (realpath(dir, out) != NULL)
		return 0;
	if (dir[0] != '/' && getcwd(here, sizeof(here)) == NULL)
		return err_errno(err, "working folder");
	while (strncmp(dir, "./", 2) == 0)
		dir += 2;
	if (snprintf(out, PATH_MAX, "%s%s%s", here, dir[0] != '/' ? "/" : "", dir) >= PATH_MAX)
		return err_set(err, FAIL_INPUT, "state folder: the path is too long");
	for (size_t n = strlen(out); n > 1 && out[n - 1] == '/'; n--)
		out[n - 1] = '\0';
	return 0;
}

int
state_of(const char *dir, struct state *state, struct err *err)
{
	if (resolve(dir, state->dir, err) == -1)
		return -1;
	if (strlen(state->dir) + strlen(longest_socket) > STATE_SOCKET_MAX) {
		err_set(err, FAIL_INPUT, "state folder: its path has %zu octets, at most %zu are possible: sockets are in it", strlen(state->dir),
			STATE_SOCKET_MAX - strlen(longest_socket));
		err_hint(err, "give a shorter one with --state DIR");
		return -1;
	}
	snprintf(state->conf_file, sizeof(state->conf_file), "%.*s/catena.conf", STATE_SOCKET_MAX, state->dir);
	return 0;
}

int
state_of_args(const struct args *args, struct state *state, struct err *err)
{
	const char *given = getenv("CATENA_STATE");

	return state_of(args_value(args, "state", given != NULL && *given != '\0' ? given : "var"), state, err);
}

const char *
state_path(const struct state *state, const char *name)
{
	static char ring[8][PATH_MAX];
	static unsigned next;
	char *path = ring[next++ % NELEM(ring)];

	snprintf(path, PATH_MAX, "%.*s/%s", STATE_SOCKET_MAX, state->dir, name);
	return path;
}

bool
state_has(const struct state *state, const char *name)
{
	return access(state_path(state, name), F_OK) == 0;
}

int
state_conf(const struct state *state, const char *program, struct conf **conf, struct err *err)
{
	if (access(state->conf_file, F_OK) == -1) {
		err_set(err, FAIL_NOT_FOUND, "%s: there is no installation", state->dir);
		err_hint(err, "catena init makes one there; --state DIR names another folder");
		return -1;
	}
	return conf_load(state->conf_file, program, conf, err);
}

int
state_owner_conninfo(const struct state *state, struct buf *conninfo, struct err *err)
{
	struct conf *conf;

	if (state_conf(state, "catena", &conf, err) == -1)
		return -1;
	buf_printf(conninfo, "%s user=catena_owner", conf_text(conf, "database"));
	conf_free(conf);
	return buf_check(conninfo, err);
}

int
state_db(const struct state *state, const struct query *const *sets, struct db **db, struct err *err)
{
	struct buf conninfo = BUF_INIT;
	struct db_options options = { .connections = 2, .wait_ms = 5000, .statement_seconds = 3600, .queries = sets };
	int rc = state_owner_conninfo(state, &conninfo, err);

	options.conninfo = buf_cstr(&conninfo);
	if (rc == 0 && (rc = db_open(&options, db, err)) == -1 && err->kind == FAIL_AGAIN)
		err_hint(err, "catena up --state %.80s starts the database and the services", state->dir);
	buf_clear(&conninfo);
	return rc;
}

void
state_environment(const struct state *state)
{
	if (state_has(state, "softhsm2.conf"))
		setenv("SOFTHSM2_CONF", state_path(state, "softhsm2.conf"), 1);
}
