/* catena migrate: the database's schema, brought to what these programs need. */
#include <stdio.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/state.h"
#include "registry/store/migrate.h"

const struct arg_option migrate_options[] = { OPTION_STATE, { NULL, NULL, NULL } };

static void
progress(void *arg, int number, const char *name)
{
	int *applied = arg;

	(void)number;
	++*applied;
	printf("applying %s\n", name);
	fflush(stdout);
}

int
migrate_command(const struct args *args, struct err *err)
{
	struct buf conninfo = BUF_INIT;
	struct state state;
	int applied = 0, rc = -1;

	if (state_of_args(args, &state, err) == 0 && state_owner_conninfo(&state, &conninfo, err) == 0 &&
		(rc = migrate_run(buf_cstr(&conninfo), progress, &applied, err)) == 0)
		printf("schema: %d, %s\n", migrate_newest(), applied == 0 ? "nothing was to be done" : "up to date now");
	if (rc == -1 && err->kind == FAIL_AGAIN)
		err_hint(err, "catena up starts the embedded database; else look at `database` in %.80s", state.conf_file);
	buf_clear(&conninfo);
	return rc;
}
