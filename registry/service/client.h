/*
 * client.h - calls our own services and other offices' over HTTPS: JSON in, JSON out, on libcurl.
 *
 * One client is one thread's: it keeps its connection and its cookies (in memory only).  Certificates are always verified.
 */
#ifndef CATENA_SERVICE_CLIENT_H
#define CATENA_SERVICE_CLIENT_H
#include "registry/base/json.h"
#include "registry/base/uuid.h"

enum { CLIENT_MAX_REPLY = 64 << 20 }; /* octets; the largest thing we serve is a descent bundle or an export page */

struct client_options {
	const char *url;              /* "https://127.0.0.1:8441", without trailing slash */
	const char *ca_file;          /* PEM; NULL: the system's */
	const char *certificate_file; /* PEM of a program's client certificate; NULL: none */
	const char *key_file;
	unsigned connect_seconds; /* 0: 5 */
	unsigned seconds;         /* whole call; 0: 60 */
};

struct client;
int client_new(const struct client_options *options, struct client **client, struct err *err);
void client_free(struct client *client);
/*
 * A further client with the options and cookies that `from` has now: for another thread, or (url not NULL) for another service on the
 * same host.  `from` must not be in a call meanwhile.
 */
int client_share(struct client *from, const char *url, struct client **client, struct err *err);
/*
 * `to` signs in where `from` did: its cookies replace those that `to` had.  The services of one installation share their
 * sessions, so an officer signs in once; both must speak to the same host name or address.
 */
int client_share_session(struct client *to, const struct client *from, struct err *err);

struct client_body {
	json_t *json;       /* borrowed; or */
	struct bytes bytes; /* with content_type; both empty: no body */
	const char *content_type;
};
#define CLIENT_NO_BODY ((struct client_body){ NULL })

/*
 * key: sent as Idempotency-Key; NULL: none is sent.  0 when the status is 2xx: *status (may be NULL) and *reply, appended.
 * Else -1: *err holds what the problem document says (kind by status; FAIL_AGAIN when nobody answers), *status the status or 0,
 * reply untouched.
 */
int client_call(struct client *client, const char *method, const char *path, const struct uuid *key, struct client_body body,
	int *status, struct buf *reply, struct err *err);
/* What a service answered, whatever it is: for who wants to see a refusal as it is. */
struct client_answer {
	int status;
	char content_type[64]; /* without parameters; "" when there is none */
	struct buf body;
};
#define CLIENT_ANSWER_INIT ((struct client_answer){ 0, "", BUF_INIT })
/* As client_call, but 0 for every answer; the caller clears answer->body.  -1 FAIL_AGAIN when nobody answers. */
int client_exchange(struct client *client, const char *method, const char *path, const struct uuid *key, struct client_body body,
	struct client_answer *answer, struct err *err);
/* client_call with a JSON reply; *value is the caller's to json_decref, NULL for an empty reply.  value may be NULL. */
int client_json(struct client *client, const char *method, const char *path, const struct uuid *key, json_t *body,
	json_t **value, struct err *err);

#endif
