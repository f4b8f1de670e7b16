/* test_daemon.c - how a daemon begins and ends, in child processes: what it sets cannot be taken back. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry/base/log.h"
#include "registry/service/daemon.h"
#include "tests/tap.h"

static char program[] = "testd", option_config[] = "--config", option_file[] = "/etc/x.conf", option_bad[] = "--bad";
static char option_equals[] = "--config=y.conf", word[] = "word";

/* Runs the function in a child with stdout to a pipe; its exit status is the number of the first thing that did not hold. */
static int
in_child(int (*run)(void), int kill_with, char *out, size_t size)
{
	int fds[2], status = -1;
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	fflush(stdout);
	if (pipe(fds) == -1 || (pid = fork()) == -1)
		bail_out("fork: %s", strerror(errno));
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		_exit(run());
	}
	close(fds[1]);
	while (n + 1 < size && (got = read(fds[0], out + n, size - 1 - n)) > 0) {
		n += (size_t)got;
		if (kill_with != 0)
			kill(pid, kill_with);
		kill_with = 0;
	}
	out[n] = '\0';
	close(fds[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static int
begin(int argc, char **argv, struct daemon_args *args)
{
	struct err err = ERR_INIT;
	int rc = daemon_begin("testd", argc, argv, args, &err);

	log_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
	return rc;
}

static int
runs_until_signal(void)
{
	char *argv[] = { program, option_config, option_file, NULL };
	struct daemon_args args;
	struct rlimit core;

	if (begin(3, argv, &args) == -1 || strcmp(args.config_file, "/etc/x.conf") != 0)
		return 1;
	if (umask(0) != 077 || getrlimit(RLIMIT_CORE, &core) == -1 || core.rlim_max != 0)
		return 2;
	if (prctl(PR_GET_DUMPABLE) != 0)
		return 3;
	if (raise(SIGPIPE) != 0 || daemon_wait(0) != 0)
		return 4;
	daemon_ready("testd", "https://127.0.0.1:1");
	if (daemon_wait(10000) != SIGTERM)
		return 5;
	daemon_stopping();
	return daemon_wait(-1) == SIGTERM ? 0 : 6; /* once asked, always asked */
}

static int
drops_privileges(void)
{
	struct err err = ERR_INIT;

	if (daemon_drop_privileges("root", &err) != -1 || daemon_drop_privileges("nobody-of-this-name", &err) != -1)
		return 1;
	if (daemon_drop_privileges("nobody", &err) == -1)
		return 2;
	if (getuid() == 0 || geteuid() == 0 || getgid() == 0 || setuid(0) != -1 || setgid(0) != -1)
		return 3;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && prctl(PR_GET_DUMPABLE) == 0 ? 0 : 4;
}

static int
stays_who_it_is(void)
{
	struct err err = ERR_INIT;
	uid_t was = getuid();

	return daemon_drop_privileges("", &err) == 0 && getuid() == was ? 0 : 1;
}

static int
reads_options(void)
{
	char *none[] = { program, NULL }, *equals[] = { program, option_equals, NULL }, *bad[] = { program, option_bad, NULL };
	char *missing[] = { program, option_config, NULL }, *extra[] = { program, word, NULL };
	struct daemon_args args = { "untouched" };

	if (begin(2, bad, &args) != -1 || begin(2, missing, &args) != -1 || begin(2, extra, &args) != -1)
		return 1;
	if (strcmp(args.config_file, "untouched") != 0)
		return 2;
	if (begin(1, none, &args) == -1 || strcmp(args.config_file, "") != 0)
		return 3;
	return begin(2, equals, &args) == 0 && strcmp(args.config_file, "y.conf") == 0 ? 0 : 4;
}

int
main(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char out[256], said[2][64] = { "", "" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), status;

	snprintf(at.sun_path, sizeof(at.sun_path), "/tmp/catena-notify.%d", (int)getpid());
	if (fd == -1 || bind(fd, (struct sockaddr *)&at, sizeof(at)) == -1)
		bail_out("%s: %s", at.sun_path, strerror(errno));
	setenv("NOTIFY_SOCKET", at.sun_path, 1);
	status = in_child(runs_until_signal, SIGTERM, out, sizeof(out));
	ok(status == 0, "begins, says that it is ready, ends when asked (%d)", status);
	is(out, "testd ready https://127.0.0.1:1\n", "the line that says so");
	for (int i = 0; i < 2; i++)
		if (recv(fd, said[i], sizeof(said[i]) - 1, MSG_DONTWAIT) == -1)
			break;
	is(said[0], "READY=1", "systemd is told");
	is(said[1], "STOPPING=1", "and that it stops");
	close(fd);
	unlink(at.sun_path);
	status = in_child(reads_options, 0, out, sizeof(out));
	ok(status == 0, "options (%d)", status);
	status = in_child(stays_who_it_is, 0, out, sizeof(out));
	ok(status == 0, "no user: stays who it is (%d)", status);
	if (geteuid() == 0) {
		status = in_child(drops_privileges, 0, out, sizeof(out));
		ok(status == 0, "drops privileges for good (%d)", status);
	} else {
		skip("drops privileges for good", "not root");
	}
	return done_testing();
}
