/*
 * postgres.h - the private PostgreSQL cluster of the embedded default: DIR/pg/data, on a unix socket in DIR/pg/run only.
 *
 * Whoever can open that folder (0700) is trusted as any role.  As root the server runs as nobody; it gets its two folders as open
 * descriptors and names them /proc/self/fd/N, so it needs no way through the folders above, which may be closed to it.
 */
#ifndef CATENA_POSTGRES_H
#define CATENA_POSTGRES_H

#include "issuance/catena/process.h"
#include "issuance/catena/state.h"

enum { POSTGRES_STOP_SECONDS = 60 };

/* The folder of the server's programs: CATENA_PG_BIN, or the newest of Debian's, or that of PATH. */
int postgres_find(char bin[PATH_MAX], struct err *err);
bool postgres_is_there(const struct state *state);
/* initdb, the role catena_owner and the database catena.  FAIL_CONFLICT when the folder holds something half made. */
int postgres_init(const struct state *state, struct err *err);
/* Returns when it accepts connections. */
int postgres_start(const struct state *state, struct process *p, struct err *err);
void postgres_stop(struct process *p);

#endif
