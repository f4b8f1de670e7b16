/*
 * route.h - what a handler gets and gives, and the table that says who may call it.
 *
 *	static int
 *	get_birth(struct request *rq, struct reply *rp, struct err *err)
 *	{
 *		struct uuid id;
 *
 *		if (request_param_uuid(rq, "id", &id, err) == -1 || birth_read(rq->svc, &rq->who, &id, &birth, err) == -1)
 *			return -1;                      the runtime makes the problem document and the log line
 *		return reply_json(rp, 200, birth_to_json(&birth), err);
 *	}
 *	const struct route civil_routes[] = {
 *		{ "GET", "/births/{id}", ROLES_CIVIL, get_birth, 0, "read the registration of a birth" },
 *		{ NULL }
 *	};
 *
 * Patterns: literal segments and {name}, which takes one segment; a last {name*} takes the rest, slashes included.
 * A literal segment wins over a {name}.  Segments are percent-decoded after the path was split, are valid UTF-8 without
 * control characters or slashes, and are never empty, "." or ".."; one slash at the end of a path is ignored.
 */
#ifndef CATENA_SERVICE_ROUTE_H
#define CATENA_SERVICE_ROUTE_H
#include "registry/base/digest.h"
#include "registry/base/json.h"
#include "registry/base/uuid.h"
#include "registry/service/roles.h"

enum {
	ROUTE_PUBLIC = 1,  /* nobody needs to be signed in; roles must be 0.  Bodies up to HTTP_PUBLIC_BODY */
	ROUTE_CHANGES = 2, /* creates or changes: needs an Idempotency-Key header that holds a UUID */
	ROUTE_RAW_BODY = 4 /* the body is not JSON: any content type, up to http_server_options.raw_limit */
};
enum {
	REQUEST_MAX_PARAMS = 8,
	REQUEST_MAX_QUERY = 24,
	PRINCIPAL_MAX_OFFICES = 16,
	REPLY_MAX_HEADERS = 12
};

/* Who calls.  Filled by http_hooks.authenticate; all zero on a public route. */
struct principal {
	struct uuid officer_id; /* of the officer, or of the program's row */
	char login[64];
	uint64_t roles;
	struct uuid office[PRINCIPAL_MAX_OFFICES]; /* where the roles hold */
	unsigned noffice;
	bool is_program;
	uint8_t session_digest[SHA256_LEN]; /* SHA-256 of the session token; zero for programs */
};
bool principal_has_role(const struct principal *who, uint64_t any_of);
bool principal_in_office(const struct principal *who, const struct uuid *office);

struct request_value {
	const char *name;
	const char *value;
};

/* Valid while the handler runs; it owns nothing of it. */
struct request {
	char id[UUID_TEXT]; /* X-Request-Id when it is a UUID, else new */
	const char *method; /* "GET" for HEAD too */
	const char *path;   /* as sent, without the query; may identify a person: not for logs */
	const struct route *route;
	struct request_value param[REQUEST_MAX_PARAMS]; /* path parameters by name */
	unsigned nparam;
	struct request_value query[REQUEST_MAX_QUERY]; /* decoded; a name that occurs twice was refused */
	unsigned nquery;
	const char *content_type; /* "" when there was none */
	struct bytes body;
	json_t *json; /* the body parsed; NULL when there was none or the route is ROUTE_RAW_BODY */
	struct principal who;
	struct uuid idempotency; /* Idempotency-Key; always there on ROUTE_CHANGES */
	bool has_idempotency;
	char peer[48]; /* numeric address of the client */
	/* credentials, for http_hooks.authenticate */
	const char *session_token;         /* value of the session cookie, NULL when absent */
	const char *client_name;           /* subject common name of a client certificate that verified, else NULL */
	uint8_t client_sha256[SHA256_LEN]; /* SHA-256 of that certificate's DER; zero when absent */
	void *svc;                         /* what the table was mounted with */
	void *runtime;                     /* the runtime's own; NULL in unit tests of handlers */
};

/* Path parameter; asking for one that the pattern has not is an assert. */
const char *request_param(const struct request *rq, const char *name);
int request_param_uuid(const struct request *rq, const char *name, struct uuid *id, struct err *err);
/* Query parameter or NULL. */
const char *request_query(const struct request *rq, const char *name);
/* As written or `otherwise` when absent; -1 FAIL_INPUT naming the parameter when not a number in min..max. */
int request_query_int(const struct request *rq, const char *name, int64_t min, int64_t max, int64_t otherwise,
	int64_t *value, struct err *err);
/* 1 and *id when there, 0 when absent, -1 FAIL_INPUT. */
int request_query_uuid(const struct request *rq, const char *name, struct uuid *id, struct err *err);
/* -1 FAIL_INPUT naming the first query parameter that is not in the NULL-terminated list: a misspelt filter must not show all. */
int request_query_known(const struct request *rq, const char *const *names, struct err *err);
/* Header of the request or NULL. */
const char *request_header(const struct request *rq, const char *name);
/* The body into a struct by the table (json.h); a missing body is FAIL_INPUT. *into must be zeroed. */
int request_json(const struct request *rq, const struct json_field *fields, void *into, struct err *err);
/* SHA-256 of method, path and body: the same Idempotency-Key with another digest is a FAIL_CONFLICT. */
void request_digest(const struct request *rq, uint8_t digest[SHA256_LEN]);

struct reply_header {
	const char *name; /* a literal */
	char *value;      /* owned */
};
struct reply {
	int status;               /* 200 unless set */
	const char *content_type; /* a literal */
	struct buf body;
	struct reply_header header[REPLY_MAX_HEADERS];
	unsigned nheader;
};
#define REPLY_INIT ((struct reply){ .status = 200, .content_type = "application/json", .body = BUF_INIT })

/* Takes `value` (also on failure): NULL is a failure, so that json_put() and json_pack() can stand in the call. */
int reply_json(struct reply *rp, int status, json_t *value, struct err *err);
/* Copies the octets; content_type is a literal. */
int reply_bytes(struct reply *rp, int status, const char *content_type, struct bytes body, struct err *err);
int reply_empty(struct reply *rp, int status); /* 204 and the like; returns 0 */
/*
 * Sets a header, in the place of the runtime's default of that name (Cache-Control, Content-Security-Policy); Set-Cookie
 * can be given several times.  A value with control characters is refused (FAIL_INTERNAL): no header injection.
 */
int reply_header(struct reply *rp, const char *name, const char *value, struct err *err);
void reply_clear(struct reply *rp);

/* 0 and the reply; or -1 and *err, which becomes a problem document (what was put into *rp is dropped). */
typedef int route_handler(struct request *rq, struct reply *rp, struct err *err);

struct route {
	const char *method;  /* "GET" (serves HEAD too), "POST", "PUT", "PATCH", "DELETE" */
	const char *pattern; /* below the mount's base: "/births/{id}" */
	uint64_t roles;      /* any of these; 0 only with ROUTE_PUBLIC */
	route_handler *handler;
	unsigned flags;
	const char *summary; /* one line for the manual */
};
/* A table of routes ends with method NULL. */

/* -1 FAIL_INTERNAL when the table breaks a rule of this header: checked when it is mounted, and by tests. */
int route_check(const struct route *routes, struct err *err);
void routes_manual(const char *base, const struct route *routes, struct buf *out); /* method, path, roles, summary */

#endif
