/* catena up, down. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/init.h"
#include "issuance/catena/suite.h"
#include "registry/base/clock.h"

enum { DOWN_SECONDS = 120 };

const struct arg_option up_options[] = {
	OPTION_STATE,
	{ "bindir", "DIR", "where the services' programs are; beside catena, or where they were installed" },
	{ NULL, NULL, NULL },
};

static void
said(void *arg, const char *name, const char *address)
{
	(void)arg;
	printf("%-10s %s\n", name, address);
	fflush(stdout);
}

static int
init_when_new(const struct state *state, struct err *err)
{
	const struct init_options options = { .issuing_state = "UTO", .country = "UT", .port = -1 };

	return state_has(state, "pg/made") ? 0 : init_run(state, &options, err);
}

/* The last lines of what ended, so that nobody has to look for them. */
static int
run(struct suite *suite, struct err *err)
{
	bool asked;
	int rc = suite_wait(suite, -1, &asked, err);

	printf("%s\n", rc == 0 ? "stopping" : "one of the programs has ended: stopping the others");
	fflush(stdout);
	suite_stop(suite);
	if (rc == 0)
		printf("stopped\n");
	return rc;
}

int
up_command(const struct args *args, struct err *err)
{
	uint64_t begin;
	struct suite *suite;
	struct state state;

	if (state_of_args(args, &state, err) == -1 || init_when_new(&state, err) == -1)
		return -1;
	begin = clock_monotonic_ns();
	if (suite_start(&state, args_value(args, "bindir", NULL), said, NULL, &suite, err) == -1)
		return -1;
	printf("ready after %.1f s; Ctrl-C or catena down stops all; logs are in %s\n", (double)(clock_monotonic_ns() - begin) / 1e9,
		state_path(&state, "log"));
	fflush(stdout);
	return run(suite, err);
}

int
down_command(const struct args *args, struct err *err)
{
	struct state state;
	pid_t pid;

	if (state_of_args(args, &state, err) == -1)
		return -1;
	if ((pid = suite_holder(&state)) == 0) {
		printf("nothing runs in %s\n", state.dir);
		return 0;
	}
	if (kill(pid, SIGTERM) == -1)
		return err_errno(err, "process %ld", (long)pid);
	for (int i = 0; i < DOWN_SECONDS * 20; i++) {
		if (suite_holder(&state) != pid) {
			printf("stopped\n");
			return 0;
		}
		nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
	}
	return err_set(err, FAIL_AGAIN, "process %ld does not stop; its services may be finishing what they have accepted", (long)pid);
}
