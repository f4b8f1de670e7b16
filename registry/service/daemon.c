#include "config.h"

#include "registry/service/daemon.h"

#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "registry/base/log.h"

static int signal_fd = -1;
static int stop_signal; /* the first one that asked us to stop */

static void
usage(const char *program)
{
	printf("usage: %s [--config FILE]\n\n"
	       "  --config FILE  read options from FILE, see catena.conf(5)\n"
	       "  --version      print the version\n"
	       "  --help         print this\n",
		program);
}

static int
parse_options(const char *program, int argc, char **argv, struct daemon_args *args, struct err *err)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' }, { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 } };
	struct daemon_args got = { .config_file = "" };
	int option;

	opterr = 0;
	optind = 1;
	while ((option = getopt_long(argc, argv, "+c:hV", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			got.config_file = optarg;
			break;
		case 'h':
			usage(program);
			exit(0);
		case 'V':
			printf("%s (catena) %s\n", program, PACKAGE_VERSION);
			exit(0);
		default:
			err_set(err, FAIL_INPUT, "option %s: unknown, or its value is missing", argv[optind - 1]);
			err_hint(err, "%s --help lists the options", program);
			return -1;
		}
	}
	if (optind < argc) {
		err_set(err, FAIL_INPUT, "argument %s: none is taken", argv[optind]);
		err_hint(err, "%s --help lists the options", program);
		return -1;
	}
	*args = got;
	return 0;
}

int
daemon_begin(const char *program, int argc, char **argv, struct daemon_args *args, struct err *err)
{
	struct rlimit no_core = { 0, 0 };
	sigset_t stop;

	if (parse_options(program, argc, argv, args, err) == -1)
		return -1;
	umask(077);
	if (setrlimit(RLIMIT_CORE, &no_core) == -1 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return err_errno(err, "core dumps cannot be turned off");
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return err_errno(err, "SIGPIPE");
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	if ((errno = pthread_sigmask(SIG_BLOCK, &stop, NULL)) != 0)
		return err_errno(err, "signal mask");
	if (signal_fd == -1 && (signal_fd = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK)) == -1)
		return err_errno(err, "signalfd");
	log_open(program, LOG_INFO);
	return 0;
}

int
daemon_drop_privileges(const char *user, struct err *err)
{
	struct passwd *pw;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return err_errno(err, "no_new_privs");
	if (user == NULL || *user == '\0' || geteuid() != 0)
		return 0;
	errno = 0;
	if ((pw = getpwnam(user)) == NULL)
		return err_set(err, FAIL_NOT_FOUND, "user %s: no such user", user);
	if (pw->pw_uid == 0)
		return err_set(err, FAIL_INPUT, "user %s: is root", user);
	if (initgroups(user, pw->pw_gid) == -1 || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
		setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1)
		return err_errno(err, "privileges cannot be dropped to %s", user);
	if (setuid(0) != -1)
		return err_set(err, FAIL_INTERNAL, "privileges came back after they were dropped");
	/* changing the user made the process dumpable or not by the system's setting: say it again */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return err_errno(err, "core dumps cannot be turned off");
	return 0;
}

/* sd_notify(3): one datagram to a Unix socket; a first '@' means the abstract name space. */
static void
notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n;
	int fd;

	if (path == NULL || (path[0] != '/' && path[0] != '@') || (n = strlen(path)) >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, n);
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	if ((fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1)
		return;
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) == -1)
		log_event(LOG_WARNING, "notify", "error", strerror(errno), NULL);
	close(fd);
}

void
daemon_ready(const char *program, const char *address)
{
	printf("%s ready %s\n", program, address);
	fflush(stdout);
	log_event(LOG_NOTICE, "ready", "address", address, NULL);
	notify("READY=1");
}

void
daemon_stopping(void)
{
	log_event(LOG_NOTICE, "stopping", NULL);
	notify("STOPPING=1");
}

int
daemon_signal_fd(void)
{
	return signal_fd;
}

int
daemon_wait(int milliseconds)
{
	struct pollfd ready = { .fd = signal_fd, .events = POLLIN };
	struct signalfd_siginfo info;
	int n;

	if (stop_signal != 0)
		return stop_signal;
	do
		n = poll(&ready, 1, milliseconds);
	while (n == -1 && errno == EINTR && milliseconds < 0);
	if (n == 1 && read(signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		stop_signal = (int)info.ssi_signo;
	return stop_signal;
}
