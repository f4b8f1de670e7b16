#include "issuance/catena/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "issuance/catena/postgres.h"
#include "registry/base/file.h"

enum { READY_SECONDS = 60,
	STOP_SECONDS = 40, /* more than a service's stop_timeout */
	WATCH_MS = 200,
	LINE_MAX_OCTETS = 256 };

const struct service suite_services[] = {
	{ "signd", "signs", 0 },
	{ "civild", "civil registration", SUITE_FIRST_PORT },
	{ "enrold", "enrolment", SUITE_FIRST_PORT + 1 },
	{ "issued", "passports", SUITE_FIRST_PORT + 2 },
	{ "registryd", "registry", SUITE_FIRST_PORT + 3 },
	{ "pkid", "keys", SUITE_FIRST_PORT + 4 },
	{ NULL, NULL, 0 },
};

struct member {
	struct process process;
	char address[SUITE_ADDRESS]; /* "" until it is ready */
	char line[LINE_MAX_OCTETS];  /* of its stdout, as far as it came */
	size_t line_len;
};

struct suite {
	const struct state *state;
	char bindir[PATH_MAX];
	int lock;
	struct process postgres;
	struct member member[SUITE_SERVICES];
	size_t n;
};

/* ---- who has the folder ---- */

int
suite_lock(const struct state *state, int *lock, struct err *err)
{
	const char *path = state_path(state, "run/catena.pid");
	char text[24];
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd == -1)
		return err_errno(err, "%s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		close(fd);
		err_set(err, FAIL_CONFLICT, "%s: catena runs there already, process %ld", state->dir, (long)suite_holder(state));
		err_hint(err, "catena status shows it, catena down stops it");
		return -1;
	}
	snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) == -1 || write_full(fd, text, strlen(text), err) == -1) {
		close(fd);
		return err_errno(err, "%s", path);
	}
	*lock = fd;
	return 0;
}

pid_t
suite_holder(const struct state *state)
{
	int fd = open(state_path(state, "run/catena.pid"), O_RDONLY | O_CLOEXEC);
	char text[24] = "";
	pid_t pid = 0;

	if (fd == -1)
		return 0;
	if (flock(fd, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK && read(fd, text, sizeof(text) - 1) > 0)
		pid = (pid_t)atol(text);
	close(fd);
	return pid;
}

/* ---- starting ---- */

static int
find_programs(struct suite *s, const char *bindir, struct err *err)
{
	char program[PATH_MAX + 32];
	ssize_t n;

	if (bindir != NULL) {
		if (realpath(bindir, s->bindir) == NULL)
			return err_errno(err, "%s", bindir);
	} else if ((n = readlink("/proc/self/exe", s->bindir, sizeof(s->bindir) - 1)) > 0) {
		s->bindir[n] = '\0';
		*strrchr(s->bindir, '/') = '\0';
	}
	snprintf(program, sizeof(program), "%s/%s", s->bindir, suite_services[0].name);
	if (bindir == NULL && access(program, X_OK) == -1)
		snprintf(s->bindir, sizeof(s->bindir), "%s", SBINDIR);
	for (const struct service *v = suite_services; v->name != NULL; v++) {
		snprintf(program, sizeof(program), "%s/%s", s->bindir, v->name);
		if (access(program, X_OK) == -1) {
			err_errno(err, "%s", program);
			err_hint(err, "--bindir names the folder of the services' programs");
			return -1;
		}
	}
	return 0;
}

static void
block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGCHLD);
	sigprocmask(SIG_BLOCK, set, NULL);
}

static int
start_service(struct suite *s, const char *name, struct err *err)
{
	struct member *m = &s->member[s->n];
	char program[PATH_MAX + 32], log[64];
	const char *const argv[] = { program, "--config", s->state->conf_file, NULL };
	struct process_plan plan = { .name = name, .argv = argv, .wants_out = true, .stop_signal = SIGTERM };

	snprintf(program, sizeof(program), "%s/%s", s->bindir, name);
	snprintf(log, sizeof(log), "log/%s.log", name);
	plan.log_file = state_path(s->state, log);
	*m = (struct member){ .process = PROCESS_INIT };
	if (process_start(&plan, &m->process, err) == -1)
		return -1;
	s->n++;
	return 0;
}

/* Takes what it has written; true when its line "NAME ready ADDRESS" is complete. */
static bool
read_ready(struct member *m)
{
	ssize_t got = read(m->process.out, m->line + m->line_len, sizeof(m->line) - 1 - m->line_len);
	char *end, *address;

	if (got <= 0)
		return false;
	m->line_len += (size_t)got;
	m->line[m->line_len] = '\0';
	if ((end = strchr(m->line, '\n')) == NULL || (address = strstr(m->line, " ready ")) == NULL)
		return false;
	*end = '\0';
	snprintf(m->address, sizeof(m->address), "%s", address + strlen(" ready "));
	return true;
}

/* Whether one of the signals that ask to stop has come. */
static bool
is_asked(int milliseconds)
{
	struct timespec limit = { milliseconds / 1000, milliseconds % 1000 * 1000000L };
	sigset_t set;
	int got;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	got = sigtimedwait(&set, NULL, &limit);
	return got == SIGINT || got == SIGTERM || got == SIGHUP;
}

static int
find_dead(struct suite *s, struct err *err)
{
	if (!process_runs(&s->postgres))
		return process_died(&s->postgres, err);
	for (size_t i = 0; i < s->n; i++)
		if (!process_runs(&s->member[i].process))
			return process_died(&s->member[i].process, err);
	return 0;
}

/* Waits until members from..n are ready. */
static int
await_ready(struct suite *s, size_t from, suite_said *said, void *arg, struct err *err)
{
	size_t waiting = s->n - from;

	for (int ms = 0; waiting > 0 && ms < READY_SECONDS * 1000; ms += 10) {
		struct pollfd fd[SUITE_SERVICES];

		for (size_t i = from; i < s->n; i++)
			fd[i - from] = (struct pollfd){ .fd = s->member[i].address[0] == '\0' ? s->member[i].process.out : -1, .events = POLLIN };
		poll(fd, (nfds_t)(s->n - from), 10);
		for (size_t i = from; i < s->n; i++)
			if ((fd[i - from].revents & POLLIN) != 0 && read_ready(&s->member[i])) {
				waiting--;
				if (said != NULL)
					said(arg, s->member[i].process.name, s->member[i].address);
			}
		if (find_dead(s, err) == -1)
			return -1;
		if (is_asked(0))
			return err_set(err, FAIL_AGAIN, "asked to stop while starting");
	}
	for (size_t i = from; i < s->n; i++)
		if (s->member[i].address[0] == '\0')
			return err_set(err, FAIL_INTERNAL, "%s: not ready after %d s; its log is %.150s", s->member[i].process.name, READY_SECONDS,
				s->member[i].process.log_file);
	return 0;
}

static int
write_services(const struct suite *s, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = -1;

	buf_printf(&text, "postgres %ld %s\n", (long)s->postgres.pid, state_path(s->state, "pg/run"));
	for (size_t i = 0; i < s->n; i++)
		buf_printf(&text, "%s %ld %s\n", s->member[i].process.name, (long)s->member[i].process.pid, s->member[i].address);
	if (buf_check(&text, err) == 0)
		rc = file_write(state_path(s->state, "run/services"), bytes_of(&text), 0644, err);
	buf_clear(&text);
	return rc;
}

static int
start_all(struct suite *s, suite_said *said, void *arg, struct err *err)
{
	if (postgres_start(s->state, &s->postgres, err) == -1)
		return -1;
	if (said != NULL)
		said(arg, "postgres", state_path(s->state, "pg/run"));
	/* signd first: issued asks it from its first moment; the others side by side */
	if (start_service(s, suite_services[0].name, err) == -1 || await_ready(s, 0, said, arg, err) == -1)
		return -1;
	for (const struct service *v = suite_services + 1; v->name != NULL; v++)
		if (start_service(s, v->name, err) == -1)
			return -1;
	if (await_ready(s, 1, said, arg, err) == -1)
		return -1;
	return write_services(s, err);
}

int
suite_start(const struct state *state, const char *bindir, suite_said *said, void *arg, struct suite **suite, struct err *err)
{
	struct suite *s = calloc(1, sizeof(*s));
	sigset_t set;

	if (s == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	s->state = state;
	s->lock = -1;
	s->postgres = PROCESS_INIT;
	state_environment(state);
	if (find_programs(s, bindir, err) == -1 || suite_lock(state, &s->lock, err) == -1) {
		suite_stop(s);
		return -1;
	}
	block_signals(&set);
	if (start_all(s, said, arg, err) == -1) {
		suite_stop(s);
		return -1;
	}
	*suite = s;
	return 0;
}

int
suite_wait(struct suite *suite, int milliseconds, bool *asked, struct err *err)
{
	for (int left = milliseconds; left != 0;) {
		int now = left == -1 || left > WATCH_MS ? WATCH_MS : left;

		if ((*asked = is_asked(now)))
			return 0;
		if (find_dead(suite, err) == -1)
			return -1;
		if (left != -1)
			left -= now;
	}
	*asked = false;
	return find_dead(suite, err);
}

void
suite_stop(struct suite *suite)
{
	if (suite == NULL)
		return;
	if (suite->lock != -1)
		unlink(state_path(suite->state, "run/services"));
	while (suite->n > 0)
		process_stop(&suite->member[--suite->n].process, SIGTERM, STOP_SECONDS);
	postgres_stop(&suite->postgres);
	if (suite->lock != -1)
		close(suite->lock);
	free(suite);
}

/* ---- for other processes ---- */

/* The line of a service in run/services. */
static bool
find_line(const struct state *state, const char *service, char address[SUITE_ADDRESS], pid_t *pid)
{
	char line[LINE_MAX_OCTETS], name[32], where[SUITE_ADDRESS];
	FILE *f = fopen(state_path(state, "run/services"), "re");
	bool found = false;
	long id;

	while (f != NULL && !found && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%31s %ld %127s", name, &id, where) == 3 && strcmp(name, service) == 0) {
			snprintf(address, SUITE_ADDRESS, "%s", where);
			*pid = (pid_t)id;
			found = true;
		}
	if (f != NULL)
		fclose(f);
	return found;
}

int
suite_address(const struct state *state, const char *service, char address[SUITE_ADDRESS], pid_t *pid, struct err *err)
{
	struct conf *conf;
	bool known;

	*pid = 0;
	if (suite_holder(state) != 0 && find_line(state, service, address, pid))
		return 0;
	if (state_conf(state, service, &conf, err) == -1)
		return -1;
	known = strcmp(service, "signd") == 0 || conf_int(conf, "port") != 0;
	if (strcmp(service, "signd") == 0)
		snprintf(address, SUITE_ADDRESS, "%s", conf_text(conf, "signd_socket"));
	else
		snprintf(address, SUITE_ADDRESS, "https://%s:%lld", conf_text(conf, "address"), (long long)conf_int(conf, "port"));
	conf_free(conf);
	if (known)
		return 0;
	err_set(err, FAIL_NOT_FOUND, "%s: does not run", service);
	err_hint(err, "catena up starts the services");
	return -1;
}
