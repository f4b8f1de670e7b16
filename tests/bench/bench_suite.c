/*
 * The suite as `catena up` runs it on an initialised state folder: how long until all services are ready, and how much memory each
 * holds when it is idle after somebody has signed in.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "issuance/catena/init.h"
#include "issuance/catena/officers.h"
#include "issuance/catena/suite.h"
#include "registry/base/clock.h"
#include "registry/service/client.h"
#include "registry/service/signin.h"
#include "tests/tap.h"

enum { STARTS = 3,
	READY_LIMIT_S = 5,
	RESIDENT_LIMIT_MIB = 32 };

static char folder[] = "/tmp/catena-bench.XXXXXX";

/* catena COMMAND --state FOLDER, its output into a pipe. */
static pid_t
catena(const char *command, const char *option, const char *value, FILE **output)
{
	const char *top = getenv("top_builddir");
	char program[300];
	int out[2];
	pid_t pid;

	snprintf(program, sizeof(program), "%s/catena", top != NULL ? top : ".");
	if (pipe(out) == -1 || (pid = fork()) == -1)
		bail_out("no process");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		execl(program, "catena", command, "--state", folder, option, value, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	if ((*output = fdopen(out[0], "r")) == NULL)
		bail_out("no stream");
	return pid;
}

static bool
ended_well(pid_t pid, FILE *output)
{
	char line[300];
	int status;

	while (fgets(line, sizeof(line), output) != NULL)
		;
	fclose(output);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static pid_t
up(FILE **output, double *seconds)
{
	uint64_t begin = clock_monotonic_ns();
	pid_t pid = catena("up", NULL, NULL, output);
	char line[300];

	while (fgets(line, sizeof(line), *output) != NULL)
		if (strncmp(line, "ready ", 6) == 0) {
			*seconds = (double)(clock_monotonic_ns() - begin) / 1e9;
			return pid;
		}
	bail_out("catena up: it is never ready");
}

static bool
down(pid_t pid, FILE *output)
{
	kill(pid, SIGTERM);
	return ended_well(pid, output);
}

/* An officer of the service's own: a code is good for one sign-in. */
static void
sign_in(const struct state *state, const struct officers *o, const char *service, const char *base, const char *role)
{
	struct client_options options = { .ca_file = state_path(state, "tls/ca.crt") };
	struct credentials made = CREDENTIALS_INIT;
	char address[SUITE_ADDRESS], code[TOTP_DIGITS + 1], path[40];
	struct client *client = NULL;
	struct err err = ERR_INIT;
	json_t *body;
	pid_t pid;

	if (officers_add(o, &(struct officer_new){ service, service, role, "all" }, &made, &err) == -1 ||
		suite_address(state, service, address, &pid, &err) == -1 || totp_code(buf_cstr(&made.totp), clock_now(), code, &err) == -1)
		bail_out("%s: %s", service, err.text);
	options.url = address;
	body = json_pack("{s:s, s:s, s:s}", "login", service, "password", buf_cstr(&made.password), "totp", code);
	snprintf(path, sizeof(path), "/%s/v1/session", base);
	if (client_new(&options, &client, &err) == -1 || client_json(client, "POST", path, NULL, body, NULL, &err) == -1)
		bail_out("%s: %s", service, err.text);
	json_decref(body);
	client_free(client);
	credentials_clear(&made);
}

static double
resident_mib(pid_t pid)
{
	char path[40], line[200];
	long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	if ((f = fopen(path, "r")) == NULL)
		bail_out("%s", path);
	while (fgets(line, sizeof(line), f) != NULL)
		sscanf(line, "VmRSS: %ld", &kib);
	fclose(f);
	return (double)kib / 1024;
}

static void
measure_resident(const struct state *state)
{
	static const char *const who[][3] = { { "civild", "civil", "auditor" }, { "enrold", "enrolment", "auditor" }, { "issued", "issuance", "auditor" },
		{ "registryd", "registry", "auditor" }, { "pkid", "pki", "auditor" } };
	struct officers o = { NULL };
	struct err err = ERR_INIT;

	if (officers_open(state, &o, &err) == -1)
		bail_out("%s", err.text);
	for (size_t i = 0; i < NELEM(who); i++)
		sign_in(state, &o, who[i][0], who[i][1], who[i][2]);
	officers_close(&o);
	nanosleep(&(struct timespec){ 2, 0 }, NULL);
	for (const struct service *s = suite_services; s->name != NULL; s++) {
		char address[SUITE_ADDRESS];
		double mib;
		pid_t pid;

		if (suite_address(state, s->name, address, &pid, &err) == -1)
			bail_out("%s", err.text);
		mib = resident_mib(pid);
		printf("bench idle_resident_%s value=%.1f unit=MiB limit=%d ratio=%.2f goal=1.0 %s\n", s->name, mib, RESIDENT_LIMIT_MIB,
			RESIDENT_LIMIT_MIB / mib, mib <= RESIDENT_LIMIT_MIB ? "ok" : "short");
	}
}

static void
remove_folder(void)
{
	char command[80];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	if (system(command) != 0)
		printf("# %s is left behind\n", folder);
}

int
main(void)
{
	struct err err = ERR_INIT;
	double worst = 0, seconds;
	struct state state;
	FILE *output;
	pid_t pid;

	if (mkdtemp(folder) == NULL || chmod(folder, 0755) == -1 || state_of(folder, &state, &err) == -1)
		bail_out("%s: %s", folder, err.text);
	pid = catena("init", "--port", "0", &output);
	if (!ended_well(pid, output)) {
		printf("# catena init does not succeed here: are PostgreSQL and SoftHSM installed?\n");
		remove_folder();
		return 0;
	}
	for (int i = 0; i < STARTS; i++) {
		pid = up(&output, &seconds);
		worst = seconds > worst ? seconds : worst;
		if (i == STARTS - 1)
			measure_resident(&state);
		if (!down(pid, output))
			bail_out("catena up does not end well");
	}
	printf("bench up_ready value=%.2f unit=s limit=%d ratio=%.2f goal=1.0 %s\n", worst, READY_LIMIT_S, READY_LIMIT_S / worst,
		worst <= READY_LIMIT_S ? "ok" : "short");
	remove_folder();
	return 0;
}
