#include "pki/signd/server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "pki/signmessage.h"
#include "registry/base/json.h"
#include "registry/base/log.h"

enum { ACCEPT_AGAIN_MS = 100 };

struct signd_server {
	struct sockaddr_un address;
	int listener;
	int stop[2]; /* a pipe: its read end turns readable, for all threads, when its write end is closed */
	uid_t client[SIGND_MAX_CLIENTS];
	unsigned nclient;
	signd_answer *answer;
	void *arg;
	pthread_t acceptor;
	bool is_accepting;
	pthread_mutex_t lock;
	pthread_cond_t idle; /* a connection has ended */
	unsigned connections;
};

struct connection {
	struct signd_server *server;
	int fd;
};

static int
clients_read(struct signd_server *s, const char *names, struct err *err)
{
	char copy[256], *save = NULL;

	s->client[s->nclient++] = geteuid();
	s->client[s->nclient++] = 0;
	if (strlen(names) >= sizeof(copy))
		return err_set(err, FAIL_INPUT, "signd_clients: longer than %zu octets", sizeof(copy) - 1);
	strcpy(copy, names);
	for (char *name = strtok_r(copy, ", ", &save); name != NULL; name = strtok_r(NULL, ", ", &save)) {
		struct passwd *pw = getpwnam(name);

		if (pw == NULL)
			return err_set(err, FAIL_INPUT, "signd_clients: there is no user %s", name);
		if (s->nclient == SIGND_MAX_CLIENTS)
			return err_set(err, FAIL_INPUT, "signd_clients: more than %d users", SIGND_MAX_CLIENTS - 2);
		s->client[s->nclient++] = pw->pw_uid;
	}
	return 0;
}

static bool
may_connect(const struct signd_server *s, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1)
		return false;
	for (unsigned i = 0; i < s->nclient; i++)
		if (s->client[i] == peer.uid)
			return true;
	return false;
}

static json_t *
answer_text(struct signd_server *s, struct bytes text)
{
	json_t *request = NULL, *reply = NULL;
	struct err err = ERR_INIT;

	if (json_read(text, &request, &err) == 0)
		reply = s->answer(s->arg, request, &err);
	json_decref(request);
	if (reply != NULL)
		return reply;
	log_err(err.kind == FAIL_AGAIN || err.kind == FAIL_INTERNAL ? LOG_ERROR : LOG_NOTICE, "request", &err);
	return json_pack("{s:b, s:o}", "ok", 0, "problem", problem_to_json(&err));
}

static void *
serve(void *arg)
{
	struct connection *c = arg;
	struct signd_server *s = c->server;
	struct pollfd wait[2] = { { .fd = c->fd, .events = POLLIN }, { .fd = s->stop[0], .events = POLLIN } };
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	while (poll(wait, 2, -1) > 0 || errno == EINTR) {
		json_t *reply;
		int sent;

		if (wait[1].revents != 0 || (wait[0].revents & POLLIN) == 0)
			break;
		if (message_read(c->fd, &text, &err) == -1)
			break;
		reply = answer_text(s, bytes_of(&text));
		sent = reply == NULL ? -1 : message_write(c->fd, reply, &err);
		json_decref(reply);
		if (sent == -1)
			break;
	}
	buf_clear(&text);
	close(c->fd);
	free(c);
	pthread_mutex_lock(&s->lock);
	s->connections--;
	pthread_cond_broadcast(&s->idle);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static int
connection_start(struct signd_server *s, int fd)
{
	struct timeval patience = { .tv_sec = 10 }; /* for the rest of a message that has begun */
	struct connection *c = malloc(sizeof(*c));
	pthread_t thread;

	if (c == NULL)
		return -1;
	*c = (struct connection){ s, fd };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	pthread_mutex_lock(&s->lock);
	while (s->connections == SIGND_MAX_CONNECTIONS)
		pthread_cond_wait(&s->idle, &s->lock);
	s->connections++;
	pthread_mutex_unlock(&s->lock);
	if (pthread_create(&thread, NULL, serve, c) != 0) {
		pthread_mutex_lock(&s->lock);
		s->connections--;
		pthread_mutex_unlock(&s->lock);
		free(c);
		return -1;
	}
	pthread_detach(thread);
	return 0;
}

/*
 * No descriptor or no memory for one more connection.  The one that waits stays in the queue and keeps the listener readable, so that going
 * on at once would take a processor and get nothing; soon another connection has ended.
 */
static void
wait_for_room(struct signd_server *s, bool *told)
{
	struct pollfd stopped = { .fd = s->stop[0], .events = POLLIN };
	struct err err = ERR_INIT;

	if (!*told) {
		err_errno(&err, "signd socket: a connection waits");
		log_err(LOG_ERROR, "accept", &err);
	}
	*told = true;
	poll(&stopped, 1, ACCEPT_AGAIN_MS);
}

static void *
accept_all(void *arg)
{
	struct signd_server *s = arg;
	struct pollfd wait[2] = { { .fd = s->listener, .events = POLLIN }, { .fd = s->stop[0], .events = POLLIN } };
	bool told = false;

	while (poll(wait, 2, -1) > 0 || errno == EINTR) {
		int fd;

		if (wait[1].revents != 0)
			break;
		if ((fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC)) == -1) {
			if (errno != EINTR && errno != ECONNABORTED && errno != EAGAIN)
				wait_for_room(s, &told);
			continue;
		}
		told = false;
		if (!may_connect(s, fd)) {
			log_event(LOG_WARNING, "refused", "why", "this user is not among signd_clients", NULL);
			close(fd);
		} else if (connection_start(s, fd) == -1)
			close(fd);
	}
	return NULL;
}

static int
bind_socket(struct signd_server *s, const char *path, struct err *err)
{
	if (strlen(path) >= sizeof(s->address.sun_path))
		return err_set(err, FAIL_INPUT, "signd socket: the path has more than %zu octets", sizeof(s->address.sun_path) - 1);
	s->address.sun_family = AF_UNIX;
	strcpy(s->address.sun_path, path);
	if ((s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		return err_errno(err, "signd socket");
	if (connect(s->listener, (struct sockaddr *)&s->address, sizeof(s->address)) == 0)
		return err_set(err, FAIL_CONFLICT, "signd socket: another signd answers there");
	close(s->listener);
	unlink(path);
	if ((s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1 ||
		bind(s->listener, (struct sockaddr *)&s->address, sizeof(s->address)) == -1 || chmod(path, 0660) == -1 ||
		listen(s->listener, 64) == -1)
		return err_errno(err, "signd socket");
	return 0;
}

int
signd_server_start(const char *path, const char *clients, signd_answer *answer, void *arg, struct signd_server **server,
	struct err *err)
{
	struct signd_server *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	s->listener = s->stop[0] = s->stop[1] = -1;
	s->answer = answer;
	s->arg = arg;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->idle, NULL);
	if (clients_read(s, clients, err) == -1 || bind_socket(s, path, err) == -1)
		goto fail;
	if (pipe(s->stop) == -1) {
		err_errno(err, "signd socket");
		goto fail;
	}
	*server = s;
	return 0;
fail:
	if (s->listener != -1)
		close(s->listener);
	if (s->stop[0] != -1) {
		close(s->stop[0]);
		close(s->stop[1]);
	}
	free(s);
	return -1;
}

int
signd_server_accept(struct signd_server *s, struct err *err)
{
	if ((errno = pthread_create(&s->acceptor, NULL, accept_all, s)) != 0)
		return err_errno(err, "signd socket");
	s->is_accepting = true;
	return 0;
}

void
signd_server_stop(struct signd_server *s)
{
	if (s == NULL)
		return;
	close(s->stop[1]);
	if (s->is_accepting)
		pthread_join(s->acceptor, NULL);
	pthread_mutex_lock(&s->lock);
	while (s->connections > 0)
		pthread_cond_wait(&s->idle, &s->lock);
	pthread_mutex_unlock(&s->lock);
	close(s->listener);
	close(s->stop[0]);
	free(s);
}
