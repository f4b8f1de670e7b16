/* signd's socket when descriptors run out: it waits without using a processor, and answers when there is one again. */
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pki/signclient.h"
#include "pki/signd/server.h"
#include "registry/base/log.h"
#include "tests/tap.h"

static char folder[] = "/tmp/catena-server-XXXXXX", path[64];

static json_t *
answer(void *arg, const json_t *request, struct err *err)
{
	(void)arg;
	(void)request;
	(void)err;
	return json_pack("{s:b}", "ok", 1);
}

static double
processor_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Another process: its descriptors are its own.  Exits 0 when signd answered. */
static pid_t
client_start(int done[2], const struct rlimit *limit)
{
	pid_t pid = fork();

	if (pid == 0 && setrlimit(RLIMIT_NOFILE, limit) == 0) {
		struct signclient *client = NULL;
		struct buf status = BUF_INIT;
		struct err err = ERR_INIT;
		int rc = signclient_new(path, &client, &err) == -1 || signclient_status(client, &status, &err) == -1;

		if (write(done[1], "x", 1) != 1)
			rc = 1;
		_exit(rc);
	}
	return pid;
}

static bool
answered(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

int
main(void)
{
	struct signd_server *server = NULL;
	struct rlimit limit, none;
	struct err err = ERR_INIT;
	int done[2], status = -1, next;
	double before, used;
	pid_t pid;

	log_open("test", LOG_ERROR);
	if (mkdtemp(folder) == NULL || pipe(done) == -1 || getrlimit(RLIMIT_NOFILE, &limit) == -1)
		bail_out("no folder, no pipe");
	snprintf(path, sizeof(path), "%s/s", folder);
	ok(signd_server_start(path, "", answer, NULL, &server, &err) == 0 && signd_server_accept(server, &err) == 0, "a server");
	next = dup(0);
	close(next);
	none = limit;
	none.rlim_cur = (rlim_t)next; /* the next one would have this number */
	if (setrlimit(RLIMIT_NOFILE, &none) == -1)
		bail_out("setrlimit");
	before = processor_seconds();
	pid = client_start(done, &limit);
	ok(!answered(done[0], 700), "without a descriptor there is no answer");
	used = processor_seconds() - before;
	ok(used < 0.1, "and no processor is taken: %.3f s of 0.7", used);
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
		bail_out("setrlimit");
	ok(answered(done[0], 5000) && waitpid(pid, &status, 0) == pid && status == 0, "with one, it is answered");
	signd_server_stop(server);
	close(done[0]);
	close(done[1]);
	unlink(path);
	rmdir(folder);
	return done_testing();
}
