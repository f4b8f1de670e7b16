/*
 * state.h - the state folder of an installation: where everything is.
 *
 *	catena.conf         configuration of all programs
 *	keys/               0700: seal.key, biometric.key, token.pin
 *	token/              0700: SoftHSM's objects; softhsm2.conf beside it names the folder
 *	tls/                ca.crt, ca.key, server.crt, server.key
 *	pki/                csca.crt and what it issued, PEM
 *	pg/data, pg/run     the private PostgreSQL cluster and its socket; 0700, nobody's when we are root
 *	run/                sockets, pid file, where the services answer
 *	log/                one file per program
 */
#ifndef CATENA_STATE_H
#define CATENA_STATE_H

#include <limits.h>
#include "issuance/catena/args.h"
#include "registry/base/conf.h"
#include "registry/store/db.h"

enum { STATE_SOCKET_MAX = 107 }; /* octets of a unix socket's path, unix(7) */

struct state {
	char dir[PATH_MAX]; /* absolute */
	char conf_file[PATH_MAX];
};

/* From --state, CATENA_STATE or ./var; the folder need not be there.  FAIL_INPUT when its sockets' paths would be too long. */
int state_of_args(const struct args *args, struct state *state, struct err *err);
int state_of(const char *dir, struct state *state, struct err *err);
/* DIR/name, in one of 8 static texts that take turns; only for the main thread. */
const char *state_path(const struct state *state, const char *name);
bool state_has(const struct state *state, const char *name);
/* FAIL_NOT_FOUND with the hint to run `catena init` when there is no configuration. */
int state_conf(const struct state *state, const char *program, struct conf **conf, struct err *err);
/* The database as its owner. */
int state_db(const struct state *state, const struct query *const *sets, struct db **db, struct err *err);
int state_owner_conninfo(const struct state *state, struct buf *conninfo, struct err *err);
/* Sets SOFTHSM2_CONF when the state folder has a softhsm2.conf: for us and for the programs that we start. */
void state_environment(const struct state *state);

#endif
