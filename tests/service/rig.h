/*
 * rig.h - the whole suite for one test, private and in a temporary folder: PostgreSQL, a SoftHSM token with the keys of a ceremony, TLS
 * certificates, offices, places, and the real daemons as processes of their own.
 *
 *	static struct rig rig = RIG_INIT;
 *	if (rig_start(&rig, (const char *[]){ "signd", "civild", NULL }, &err) == -1) bail_out(...)
 *	rig_client(&rig, "civild", "civil_clerk.1", &client, &err)
 *	client_json(client, "POST", "/civil/v1/births", &key, body, &answer, &err)
 *	rig_stop(&rig);
 *
 * Officers are named after their role: "civil_clerk.1" and ".2" are two persons with just that role at the first office of its kind,
 * "civil_clerk.3" and ".4" hold it at the second one.  They are made when first asked for.  An officer signs in once, whatever the
 * number of clients and programs: the sessions are the registry's.
 *
 * The daemons are those of the build directory ($top_builddir, else the working directory).  Whatever is left when the process exits
 * is stopped and removed.  Failures carry the place of the log, and its last line.
 */
#ifndef CATENA_TESTS_RIG_H
#define CATENA_TESTS_RIG_H

#include <pthread.h>

#include "registry/service/client.h"
#include "registry/store/db.h"
#include "tests/cluster.h"

enum { RIG_PROGRAMS = 8,
	RIG_OFFICERS = 64,
	RIG_BOOKLETS = 50,
	RIG_DATABASES = 16 };

enum rig_office { RIG_CIVIL, /* CIV1 */
	RIG_CIVIL_2,         /* CIV2 */
	RIG_ENROLMENT,       /* ENR1 */
	RIG_ENROLMENT_2,     /* ENR2 */
	RIG_PASSPORT,        /* PAS1 */
	RIG_PASSPORT_2,      /* PAS2 */
	RIG_PKI,             /* PKI1 */
	RIG_REGISTRY,        /* REG1: auditors, statisticians, administrators */
	RIG_OFFICES };

struct rig_program {
	char name[16];
	char address[120]; /* "https://127.0.0.1:PORT", or the socket of signd; the same after rig_restart */
	pid_t pid;         /* 0: not running */
	int output;        /* its stdout */
};

struct rig_officer {
	char login[40];
	struct uuid id;
	struct buf totp;       /* base32 */
	int64_t step;          /* last time step used */
	struct client *client; /* signed in; NULL before the first rig_client */
};

struct rig {
	/* set before rig_start; all may be left alone */
	bool durable;            /* fsync on */
	const char *options;     /* further lines of catena.conf, before its sections: "workers = 4\n"; may be NULL */
	unsigned signers;        /* document signers of the ceremony; 0: 1 */
	const char *signer_kind; /* their curve; NULL: that of the ceremony */
	const char *csca_kind;   /* the CSCA's; the same */

	/* to be read */
	char folder[64]; /* the rig's folder: keys/ run/ pki/ NAME.conf NAME.log, and the certificates of tests/unit/throwaway.h */
	struct cluster cluster;
	struct uuid office[RIG_OFFICES];
	char token_uri[400];
	const char *token_dir; /* what SoftHSM keeps: gone, and the token is gone */
	const char *token_pin;
	struct rig_program program[RIG_PROGRAMS];
	unsigned nprogram;

	/* inside */
	struct rig_officer officer[RIG_OFFICERS];
	unsigned nofficer;
	struct {
		struct client *client;
		unsigned program, officer;
	} client[RIG_PROGRAMS * RIG_OFFICERS];
	unsigned nclient;
	struct db *db[RIG_DATABASES];
	unsigned ndb;
	struct db *owner;
	void *super; /* PGconn of the superuser */
	pthread_mutex_t lock;
	pid_t pid;
};
#define RIG_INIT \
	{ \
		.cluster = { .dir = "" }, .lock = PTHREAD_MUTEX_INITIALIZER \
	}

/* The password of every officer. */
extern const char rig_password[];
/* Codes of places: a State with a province, a town and a hospital. */
#define RIG_PLACE_TOWN     "UTO.P1.T1"
#define RIG_PLACE_HOSPITAL "UTO.P1.T1.H1"

/*
 * Starts all of it, and the programs (NULL-terminated) in their order.  FAIL_NOT_FOUND when PostgreSQL or SoftHSM is not installed: the test
 * may skip then.
 */
int rig_start(struct rig *r, const char *const *programs, struct err *err);
void rig_stop(struct rig *r);

struct rig_program *rig_program(struct rig *r, const char *name); /* NULL: not one of them */
/* A file of the rig's folder; in a static ring of 8 texts. */
const char *rig_path(const struct rig *r, const char *name);
/* SIGKILL, and waits for the end. */
void rig_kill(struct rig *r, const char *name);
/* SIGTERM; the exit status in *status, or -1 when it does not end in 60 s (it is killed then) or a signal ended it. */
int rig_halt(struct rig *r, const char *name, int *status, struct err *err);
/* Starts it again (after rig_kill, rig_halt or by itself), on the same port: clients go on. */
int rig_restart(struct rig *r, const char *name, struct err *err);

/* The officer of that login, made if need be. */
int rig_officer(struct rig *r, const char *login, const struct rig_officer **officer, struct err *err);
/* A client of the program at which the officer is signed in; the rig's, always the same one.  login NULL: nobody is signed in. */
int rig_client(struct rig *r, const char *program, const char *login, struct client **client, struct err *err);
/* A new one, for a thread of the test: the caller's to client_free. */
int rig_client_new(struct rig *r, const char *program, const char *login, struct client **client, struct err *err);
/* Signs the officer in once more and forgets the old session; waits for the next time step when this one's code was used. */
int rig_sign_in(struct rig *r, const char *program, const char *login, struct err *err);

/* A pool of 4 connections as `role` (NULL: the owner; "postgres": the superuser); closed by rig_stop. */
int rig_db(struct rig *r, const char *role, const struct query *const *sets, struct db **db, struct err *err);
/* SQL as the superuser, several statements allowed; the first value of the last one as text, "" when there is none.  out may be NULL. */
int rig_sql(struct rig *r, char *out, size_t size, struct err *err, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* `n` blank booklets more at the station of issued (rig_start gives RIG_BOOKLETS when it starts issued). */
int rig_booklets(struct rig *r, unsigned n, struct err *err);
/* A number asked by SQL; bails out when that fails. */
int64_t rig_count(struct rig *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
