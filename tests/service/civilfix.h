/*
 * civilfix.h - a stage for civild: private cluster with the schema, offices, places and officers, certificates, and the real
 * program as a process on 127.0.0.1.  For tests and benchmarks; whatever goes wrong here bails out.
 */
#ifndef CATENA_TESTS_CIVILFIX_H
#define CATENA_TESTS_CIVILFIX_H

#include <sys/types.h>

#include "registry/base/uuid.h"
#include "registry/service/client.h"
#include "tests/cluster.h"

enum { CIVILFIX_OFFICES = 9 }; /* codes OF0 .. OF8; OF8 begins its series at 501 */

struct civilfix {
	struct cluster cluster;
	char folder[64];
	char url[80];
	pid_t pid;
	struct uuid office[CIVILFIX_OFFICES];
	struct uuid enrolment_office;
};

/* false: PostgreSQL is not installed, the test may skip. */
bool civilfix_start(struct civilfix *f, bool durable);
bool civilfix_start_with(struct civilfix *f, bool durable, const char *set); /* set: struct cluster */
/* SIGTERM; the exit status. */
int civilfix_stop_program(struct civilfix *f);
void civilfix_start_program(struct civilfix *f);
void civilfix_stop(struct civilfix *f);

struct civil_officer {
	struct uuid id;
	struct client *client; /* signed in */
};
/* roles: comma-separated names, all for the office. */
void civil_officer_init(struct civilfix *f, struct civil_officer *o, const char *login, const char *roles, const struct uuid *office);
void civil_officer_clear(struct civil_officer *o);
/* One more connection of an officer who is signed in cannot be had without a code, so a thread that needs its own is another officer. */

/* A number the owner of the database sees: the first column of the first row of a constant query without parameters. */
int64_t civilfix_count(struct civilfix *f, const char *sql);

/* Ends two database connections of civild at random, wherever their transactions are; how many there were. */
int civilfix_cut(struct civilfix *f);

/* A declaration: i chooses names, dates and places, no two alike. */
json_t *civilfix_birth(const struct uuid *office, unsigned i);
/* The same, all three born 16 years earlier: a child who is of age by now, for whose passport no guardian consents. */
json_t *civilfix_adult(const struct uuid *office, unsigned i);

#endif
