/*
 * suite.h - PostgreSQL and the services as children of this process: started in order, watched, stopped in reverse order.
 *
 * One process at a time holds the state folder (run/catena.pid, locked).  Where the services answer is in run/services while
 * they run: "NAME PID ADDRESS" a line.  All calls are for the main thread.
 */
#ifndef CATENA_SUITE_H
#define CATENA_SUITE_H

#include "issuance/catena/process.h"
#include "issuance/catena/state.h"

enum { SUITE_FIRST_PORT = 8441,
	SUITE_ADDRESS = 128,
	SUITE_SERVICES = 8 };

struct service {
	const char *name;  /* program, and section of the configuration */
	const char *title; /* for people */
	int port;          /* default; 0: a unix socket */
};
extern const struct service suite_services[]; /* in the order of their start; ends with name NULL */

/*
 * Takes the folder: *lock is to be closed.  FAIL_CONFLICT when somebody else has it.  The lock is not inherited by programs.
 */
int suite_lock(const struct state *state, int *lock, struct err *err);
/* The process that holds the folder; 0: nobody does. */
pid_t suite_holder(const struct state *state);

struct suite;
typedef void suite_said(void *arg, const char *name, const char *address); /* a service is ready */
/*
 * bindir: where the programs are; NULL: beside this one, else where they were installed.  Signals that ask to stop are blocked from
 * here on and answered by suite_wait.  When one does not start, or is asked to stop meanwhile, all are stopped again.
 */
int suite_start(const struct state *state, const char *bindir, suite_said *said, void *arg, struct suite **suite, struct err *err);
/*
 * Until somebody asks to stop (SIGINT, SIGTERM, SIGHUP) or `milliseconds` have passed (-1: no limit); *asked says which.  -1 when one
 * of the programs has ended, *err says which and why.
 */
int suite_wait(struct suite *suite, int milliseconds, bool *asked, struct err *err);
void suite_stop(struct suite *suite); /* in reverse order; NULL is fine */

/* Where a service answers: of the running suite, else of the configuration.  FAIL_NOT_FOUND when neither says. */
int suite_address(const struct state *state, const char *service, char address[SUITE_ADDRESS], pid_t *pid, struct err *err);

#endif
