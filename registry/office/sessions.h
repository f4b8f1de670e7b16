/*
 * sessions.h - who calls: sessions and programs looked up in the registry and remembered for a moment.  Inside registry/office.
 *
 * Why remembering is right: a lookup took 75 us where all the rest of a small request over TLS took 35 us, and one connection of the
 * pool; remembered for OFFICE_SESSION_REMEMBERED_MS it is one a second for each officer who works.  The price is that
 * an end of access takes effect that much later.  Only good answers are remembered.
 */
#ifndef CATENA_OFFICE_SESSIONS_H
#define CATENA_OFFICE_SESSIONS_H

#include "registry/office/office.h"

int sessions_new(struct office_sessions **sessions, struct err *err);
void sessions_free(struct office_sessions *sessions);

/* The hook of the HTTP runtime; ctx is the struct office. */
int sessions_authenticate(void *ctx, const struct request *rq, struct principal *who, struct err *err);
/* From now on this process asks the registry again. */
void sessions_forget(struct office_sessions *sessions, const uint8_t digest[SHA256_LEN]);
/* Roles of the caller for that office; asks the registry when they are not remembered any more. */
int sessions_roles(struct office *office, const struct request *rq, const struct uuid *office_id, uint64_t *roles, struct err *err);

/* POST, GET and DELETE /session; signin.c */
extern const struct route session_routes[];

#endif
