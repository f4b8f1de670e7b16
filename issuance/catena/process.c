#include "issuance/catena/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "registry/base/file.h"

enum { TAIL_OCTETS = 16 * 1024,
	PAUSE_MS = 10,
	FIRST_KEPT = 3 };

static void
pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* ---- in the child, between fork and exec: no memory, no locks ---- */

struct child {
	const struct process_plan *plan;
	int input, output, log;
	int keep[PROCESS_KEEP];
	uid_t uid;
	gid_t gid;
	pid_t parent;
};

/* dup2 to the place, without the flag that closes it; also when it is there already. */
static void
move_to(int fd, int place)
{
	if (fd == place)
		fcntl(fd, F_SETFD, 0);
	else if (dup2(fd, place) == -1)
		_exit(126);
}

static void
become(const struct child *c)
{
	sigset_t none;

	setsid();
	if (c->plan->as_nobody && geteuid() == 0 && (setgroups(0, NULL) == -1 || setgid(c->gid) == -1 || setuid(c->uid) == -1))
		_exit(126);
	/* a change of user forgets it, so it is said afterwards */
	prctl(PR_SET_PDEATHSIG, c->plan->stop_signal);
	if (getppid() != c->parent)
		_exit(126);
	move_to(c->input, STDIN_FILENO);
	move_to(c->output != -1 ? c->output : c->log, STDOUT_FILENO);
	move_to(c->log, STDERR_FILENO);
	for (int i = 0; i < PROCESS_KEEP; i++) /* above the places first: one must not fall on another */
		if (c->keep[i] != -1)
			move_to(c->keep[i], FIRST_KEPT + i);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	execv(c->plan->argv[0], (char *const *)c->plan->argv); /* exec leaves them alone */
	dprintf(STDERR_FILENO, "%s: %s\n", c->plan->argv[0], strerror(errno));
	_exit(127);
}

/* ---- in the parent ---- */

/* A descriptor far from the places that the child's take. */
static int
open_high(const char *path, int flags, int mode)
{
	int fd = open(path, flags | O_CLOEXEC, mode), high;

	if (fd == -1)
		return -1;
	high = fcntl(fd, F_DUPFD_CLOEXEC, 64);
	close(fd);
	return high;
}

static int
open_input(struct bytes input, struct err *err)
{
	FILE *f;
	int fd;

	if (input.n == 0)
		return open_high("/dev/null", O_RDONLY, 0);
	if ((f = tmpfile()) == NULL || fwrite(input.p, 1, input.n, f) != input.n || fflush(f) == EOF) {
		err_errno(err, "temporary file");
		if (f != NULL)
			fclose(f);
		return -1;
	}
	rewind(f);
	fd = fcntl(fileno(f), F_DUPFD_CLOEXEC, 64);
	fclose(f);
	return fd;
}

static int
open_all(struct child *c, int out[2], struct err *err)
{
	const struct process_plan *plan = c->plan;

	if ((c->input = open_input(plan->input, err)) == -1)
		return err_errno(err, "%s: input", plan->name);
	if ((c->log = open_high(plan->log_file, O_WRONLY | O_CREAT | O_APPEND, 0600)) == -1)
		return err_errno(err, "%s", plan->log_file);
	for (int i = 0; i < PROCESS_KEEP; i++)
		if (plan->keep[i] != NULL && (c->keep[i] = open_high(plan->keep[i], O_RDONLY | O_DIRECTORY, 0)) == -1)
			return err_errno(err, "%s", plan->keep[i]);
	if (!plan->wants_out)
		return 0;
	if (pipe2(out, O_CLOEXEC) == -1 || (c->output = fcntl(out[1], F_DUPFD_CLOEXEC, 64)) == -1)
		return err_errno(err, "%s: pipe", plan->name);
	return 0;
}

static int
find_nobody(struct child *c, struct err *err)
{
	struct passwd *nobody;

	if (!c->plan->as_nobody || geteuid() != 0)
		return 0;
	if ((nobody = getpwnam("nobody")) == NULL)
		return err_set(err, FAIL_NOT_FOUND, "user nobody: there is none, and %s does not run as root", c->plan->name);
	c->uid = nobody->pw_uid;
	c->gid = nobody->pw_gid;
	return 0;
}

static void
close_if(int fd)
{
	if (fd != -1)
		close(fd);
}

int
process_start(const struct process_plan *plan, struct process *p, struct err *err)
{
	struct child c = { .plan = plan, .input = -1, .output = -1, .log = -1, .keep = { -1, -1 }, .parent = getpid() };
	int out[2] = { -1, -1 }, rc = -1;
	pid_t pid;

	if (find_nobody(&c, err) == -1 || open_all(&c, out, err) == -1)
		goto close;
	if ((pid = fork()) == -1) {
		err_errno(err, "%s", plan->name);
		goto close;
	}
	if (pid == 0)
		become(&c);
	*p = (struct process){ .pid = pid, .out = out[0] };
	snprintf(p->name, sizeof(p->name), "%s", plan->name);
	snprintf(p->log_file, sizeof(p->log_file), "%s", plan->log_file);
	out[0] = -1;
	rc = 0;
close:
	close_if(c.input);
	close_if(c.output);
	close_if(c.log);
	close_if(c.keep[0]);
	close_if(c.keep[1]);
	close_if(out[0]);
	close_if(out[1]);
	return rc;
}

static void
ended(struct process *p)
{
	p->pid = 0;
	close_if(p->out);
	p->out = -1;
}

bool
process_runs(struct process *p)
{
	if (p->pid == 0)
		return false;
	if (waitpid(p->pid, &p->status, WNOHANG) == p->pid)
		ended(p);
	return p->pid != 0;
}

void
process_stop(struct process *p, int signal, unsigned seconds)
{
	if (p->pid == 0)
		return;
	kill(p->pid, signal);
	for (unsigned i = 0; i < seconds * 1000 / PAUSE_MS && process_runs(p); i++)
		pause_ms(PAUSE_MS);
	if (p->pid == 0)
		return;
	kill(p->pid, SIGKILL);
	while (waitpid(p->pid, &p->status, 0) == -1 && errno == EINTR)
		;
	ended(p);
}

int
process_run(const struct process_plan *plan, struct err *err)
{
	struct process p = PROCESS_INIT;

	if (process_start(plan, &p, err) == -1)
		return -1;
	while (waitpid(p.pid, &p.status, 0) == -1 && errno == EINTR)
		;
	ended(&p);
	return WIFEXITED(p.status) && WEXITSTATUS(p.status) == 0 ? 0 : process_died(&p, err);
}

int
process_died(const struct process *p, struct err *err)
{
	struct buf tail = BUF_INIT;

	if (WIFSIGNALED(p->status))
		err_set(err, FAIL_INTERNAL, "%s was ended by signal %d; its log is %.150s", p->name, WTERMSIG(p->status), p->log_file);
	else
		err_set(err, FAIL_INTERNAL, "%s ended with status %d; its log is %.150s", p->name, WEXITSTATUS(p->status), p->log_file);
	file_tail(p->log_file, 1, &tail);
	if (tail.n > 0)
		err_hint(err, "%s", buf_cstr(&tail));
	buf_clear(&tail);
	return -1;
}

void
file_tail(const char *path, unsigned n, struct buf *out)
{
	char text[TAIL_OCTETS];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t size = fd == -1 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t got = 0;
	const char *from;

	if (fd != -1 && (size = size > TAIL_OCTETS ? size - TAIL_OCTETS : 0) >= 0)
		got = pread(fd, text, sizeof(text), size);
	close_if(fd);
	if (got <= 0)
		return;
	while (got > 0 && text[got - 1] == '\n')
		got--;
	for (from = text + got; from > text; from--)
		if (from[-1] == '\n' && n-- == 1)
			break;
	buf_add(out, from, (size_t)(text + got - from));
}
