/*
 * conn.h - one connection of the pool: always in pipeline mode, the program's queries prepared.  Inside registry/store only.
 */
#ifndef CATENA_STORE_CONN_H
#define CATENA_STORE_CONN_H
#include <libpq-fe.h>
#include "registry/store/db.h"

/* A statement that was put into the pipeline and whose result was not read yet. */
struct pending {
	const char *name; /* of the query, for the error sentence */
	int wanted;       /* rows that must be affected; -1: any number */
	bool is_guard;    /* must give no row */
	const char *what; /* the sentence when wanted or is_guard is not met */
};

struct conn {
	PGconn *pg;
	struct conn *next; /* in the pool's list of idle ones */
	struct pending *pending;
	size_t npending, room;
};

enum conn_statement { CONN_BEGIN_READ_COMMITTED,
	CONN_BEGIN_REPEATABLE_READ,
	CONN_BEGIN_SERIALIZABLE,
	CONN_BEGIN_READ_ONLY,
	CONN_COMMIT,
	CONN_ROLLBACK,
	CONN_READY };
extern const struct query conn_queries[]; /* by enum conn_statement */

/* Connects, checks the schema's version and prepares everything. */
int conn_open(const struct db_options *options, struct conn **conn, struct err *err);
void conn_close(struct conn *conn);
/* Looks without waiting whether the server has closed it. */
bool conn_is_alive(struct conn *conn);

#endif
