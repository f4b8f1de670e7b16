/*
 * session.h - clients that are signed in as an officer, with the second factor's code computed from the credentials.
 *
 * A code works once: the second sign-in of an officer within 30 seconds takes the next code, which the service accepts early; a third
 * waits.  To have several connections of one officer, or the same one at several services, sign in once and client_share().
 */
#ifndef CATENA_SESSION_H
#define CATENA_SESSION_H

#include "issuance/catena/officers.h"
#include "registry/service/client.h"

/* service: "civild" ...; its address is that of the running suite (suite_address). */
int session_open(const struct state *state, const char *service, const struct credentials *who, struct client **client, struct err *err);
/* The same with the officer's credentials in a file. */
int session_open_file(const struct state *state, const char *service, const char *credentials_file, struct client **client, struct err *err);
/* "/civil/v1" of "civild"; NULL when there is none. */
const char *session_base_path(const char *service);

#endif
