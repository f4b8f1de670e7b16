/* runtime.h - the inside of the HTTP server, shared by http.c (connections, start and stop), call.c (one request) and request.c. */
#ifndef CATENA_SERVICE_RUNTIME_H
#define CATENA_SERVICE_RUNTIME_H
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "registry/service/http.h"
#include "registry/service/metrics.h"

enum { PATH_MAX_SEGMENTS = 24 };

/* A route at its place: full pattern, and what was counted on it. */
struct bound_route {
	const struct route *route;
	char *pattern;                        /* "/civil/v1/births/{id}", owned */
	char *param_name[REQUEST_MAX_PARAMS]; /* of its {name}s in order, owned */
	void *svc;
	struct route_metrics metrics;
};

/* One per TCP connection, from MHD's notification to its end. */
struct connection {
	struct connection *prev, *next; /* server->connections, under server->lock */
	int fd;                         /* MHD's; valid while we are in the list */
	_Atomic uint64_t deadline_ns;   /* the watch closes it then; 0: it is our turn, no deadline */
	uint64_t verified_ns;           /* when the client certificate was looked at; 0: not yet */
	char client_name[128];          /* "" when there is none that verifies */
	uint8_t client_sha256[SHA256_LEN];
};

struct http_server {
	struct http_server_options options;
	struct http_hooks hooks;
	char address[64];
	char url[96];
	struct buf certificate, key, client_ca; /* PEM; key is wiped at the end */
	struct bound_route **route;             /* in the order of mounting */
	unsigned nroute;
	struct bound_route unmatched; /* counts what found no route */
	struct MHD_Daemon *daemon;
	MHD_socket quiesced; /* the listening socket once the stop began, until the daemon has ended */
	uint16_t port;
	atomic_bool draining;       /* replies say Connection: close */
	pthread_mutex_t lock;       /* connections, nconnection, watch_ends */
	pthread_cond_t watch_wakes; /* watch_ends was set */
	struct connection *connections;
	unsigned nconnection;
	bool has_watch, watch_ends;
	pthread_t watch;
	atomic_uint inflight; /* requests whose line was read and whose reply is not out */
	atomic_uint running;  /* of these, in a handler */
	_Atomic uint64_t connections_total, connections_cut;
};

enum call_stage { CALL_BEGUN,
	CALL_BODY,
	CALL_SWALLOW,
	CALL_DONE };

/* What a request will be answered when its body has passed: the head alone is reason enough. */
struct held_refusal {
	int status;
	struct err err;
};

/* One per request, from its first line to its completion. */
struct call {
	struct http_server *server;
	struct connection *connection;
	struct MHD_Connection *mhd;
	enum call_stage stage;
	struct request rq;
	struct bound_route *bound; /* &server->unmatched until a route was found */
	char *uri;                 /* path and query, cut and decoded in place */
	char *path;                /* rq.path */
	char *tail;                /* value of a {name*} */
	bool is_head;
	struct buf body;
	size_t body_limit, swallowed;
	struct held_refusal *held; /* or NULL */
	uint64_t begun_ns;
	int status; /* of the reply that was queued; 0 when none */
};

/* MHD's callbacks; cls is the server. */
void *call_begin(void *cls, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result call_handle(void *cls, struct MHD_Connection *mhd, const char *url, const char *method, const char *version,
	const char *upload, size_t *upload_size, void **con_cls);
void call_completed(void *cls, struct MHD_Connection *mhd, void **con_cls, enum MHD_RequestTerminationCode code);

/* request.c: cuts and decodes uri in place.  -1 FAIL_INPUT. */
int request_uri(char *uri, struct request *rq, char *segment[PATH_MAX_SEGMENTS], unsigned *nsegment, struct err *err);

/* route.c: for http_server_mount. */
int bound_route_new(const char *base, const struct route *route, void *svc, struct bound_route **bound, struct err *err);
void bound_route_free(struct bound_route *bound);
/*
 * route.c: the route of this method and path, with its parameters in rq; NULL when none: then *allow names the methods the path
 * has (empty: no such path or no memory).  A {name*} value is allocated in *tail.
 */
struct bound_route *route_match(const struct http_server *server, const char *method, char *const segment[], unsigned nsegment,
	struct request *rq, char **tail, struct buf *allow, struct err *err);

/* http.c: the verified client certificate of the connection, looked at once in a while. */
void connection_verify_client(struct connection *c, struct MHD_Connection *mhd);
/* http.c: /metrics */
void http_server_metrics(struct http_server *server, struct buf *out);

#endif
