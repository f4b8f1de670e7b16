/* sqlerr.h - how what PostgreSQL reports becomes a struct err; see the end of db.h.  Inside registry/store only. */
#ifndef CATENA_STORE_SQLERR_H
#define CATENA_STORE_SQLERR_H
#include <stdbool.h>
#include <libpq-fe.h>
#include "registry/base/err.h"

/* A failed result of the query named so.  Returns -1. */
int sql_error(const PGresult *result, const char *query, struct err *err);
/* The connection is gone or was never there: FAIL_AGAIN.  Returns -1. */
int sql_connection_error(const PGconn *pg, const char *what, struct err *err);
/* Serialization failure or deadlock: the transaction is worth repeating. */
bool sql_is_retryable(const PGresult *result);

#endif
