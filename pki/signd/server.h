/*
 * server.h - signd's unix socket: one thread for each connection, requests one after another on it.
 *
 * Who may connect: our own user, root, and the users of the option signd_clients (SO_PEERCRED); others are closed at once.
 */
#ifndef CATENA_SIGND_SERVER_H
#define CATENA_SIGND_SERVER_H

#include <jansson.h>
#include <sys/types.h>

#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum { SIGND_MAX_CONNECTIONS = 64,
	SIGND_MAX_CLIENTS = 16 };

/* Answers one request: a new reference, or NULL and *err. */
typedef json_t *signd_answer(void *arg, const json_t *request, struct err *err);

struct signd_server;
/*
 * signd_server_start binds (mode 0660, an old socket of a dead process replaced) and listens; clients: comma-separated user names, "" none.
 * Nobody is answered before signd_server_accept: between the two the process is confined, and needs no file any more.  The socket stays
 * behind at the end.
 */
int signd_server_start(const char *path, const char *clients, signd_answer *answer, void *arg, struct signd_server **server,
	struct err *err);
int signd_server_accept(struct signd_server *server, struct err *err);
/* No new connections; requests that were begun are answered; then all threads are gone. */
void signd_server_stop(struct signd_server *server);

#endif
