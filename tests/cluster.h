/*
 * cluster.h - a private PostgreSQL cluster for one test: in a temporary directory, on a unix socket, gone afterwards.
 *
 * The database is `catena`, owned by the role catena_owner (LOGIN CREATEROLE, no superuser); `postgres` is the superuser.
 * Whoever can open the directory is trusted as any role.  As root the server runs as nobody.  fsync is off unless asked.
 * The cluster is stopped and removed when the process exits, and stops by itself when the process is killed; so it is to
 * be started from a thread that lives as long as it should.
 */
#ifndef CATENA_TESTS_CLUSTER_H
#define CATENA_TESTS_CLUSTER_H

#include <stdbool.h>
#include <sys/types.h>

struct err;

enum { CLUSTER_CONNINFO = 200 };

struct cluster {
	char dir[80];    /* "" when there is none; holds data/, the socket and server.log */
	pid_t pid;       /* of the postmaster; 0 while it is down */
	pid_t owner;     /* the process that started it: a forked child leaves it alone */
	bool durable;    /* set before cluster_start: fsync on */
	const char *set; /* set before cluster_start: further settings, "name=value name=value"; may be NULL */
};

#define CLUSTER_INIT ((struct cluster){ .dir = "" })

/* Makes and starts it; FAIL_NOT_FOUND when PostgreSQL is not installed: the test may skip then. */
int cluster_start(struct cluster *c, struct err *err);
/* libpq's connection string for `role` (NULL: catena_owner); returns out. */
char *cluster_conninfo(const struct cluster *c, const char *role, char out[CLUSTER_CONNINFO]);
/* SIGKILL to the postmaster, as a machine that loses power; nobody answers until cluster_up. */
void cluster_crash(struct cluster *c);
/* Starts it again after cluster_crash; returns when it accepts connections. */
int cluster_up(struct cluster *c, struct err *err);
/* cluster_crash, then cluster_up. */
int cluster_kill(struct cluster *c, struct err *err);
/* Stops it and removes its directory; nothing when there is none. */
void cluster_stop(struct cluster *c);

#endif
