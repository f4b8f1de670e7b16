/*
 * http.h - the HTTP/1.1 server of every service, on libmicrohttpd: epoll worker threads, TLS 1.2 and 1.3, route tables.
 *
 * A handler runs on one of the workers and may block (database, token); there are more workers than cores for that reason.
 * Order of checks for each request, each ending it with a problem document (problem.h):
 *	request line and query well formed 400; path 404; method 405 with Allow; cross-site change 403; signed in 401;
 *	role 403 (hooks.denied is called); content type 415; Idempotency-Key 400; body size 413; JSON 400; then the handler.
 * All but the last two happen before the body is read.
 *
 * Changes cannot be forged across sites: the session cookie is SameSite=Strict, and every unsafe method needs a JSON
 * content type or an Idempotency-Key header, neither of which a foreign page can send without a CORS preflight, to which we
 * never agree; a request that the browser marks Sec-Fetch-Site: cross-site is refused besides.
 *
 * Every reply: X-Request-Id, Cache-Control: no-store, X-Content-Type-Options: nosniff, Referrer-Policy: no-referrer,
 * Content-Security-Policy: default-src 'none'; frame-ancestors 'none', and Strict-Transport-Security over TLS.
 * On every server: GET /healthz (the process answers), /readyz (hooks.ready), /metrics (Prometheus text, then hooks.metrics).
 * One log line per request: method, route pattern, status, milliseconds.  Never the path: numbers in it identify persons.
 */
#ifndef CATENA_SERVICE_HTTP_H
#define CATENA_SERVICE_HTTP_H
#include "registry/service/route.h"

#define HTTP_SESSION_COOKIE "__Host-catena"
enum {
	HTTP_PUBLIC_BODY = 64 << 10, /* octets; who is not signed in needs no more than a sign-in form */
	HTTP_MAX_MOUNTS = 8
};

struct http_server_options {
	const char *address;          /* numeric, IPv4 or IPv6: "127.0.0.1", "::1" */
	uint16_t port;                /* 0: the system chooses, see http_server_port */
	const char *certificate_file; /* PEM chain; NULL: plain HTTP, for a loopback address only */
	const char *key_file;         /* PEM, not encrypted */
	const char *client_ca_file;   /* PEM: whose client certificates name programs; NULL: none are asked for */
	unsigned workers;
	size_t body_limit;             /* octets of a JSON body */
	size_t raw_limit;              /* octets of a ROUTE_RAW_BODY body */
	unsigned idle_seconds;         /* no octet moved for so long: closed */
	unsigned request_seconds;      /* handshake, header and body of a request must be complete by then, however they trickle */
	unsigned connections;          /* at most, all peers together */
	unsigned connections_per_peer; /* at most from one address; 0: no limit (behind a proxy) */
};
#define HTTP_SERVER_OPTIONS ((struct http_server_options){ .address = "127.0.0.1", .workers = 16, .body_limit = 4 << 20, .raw_limit = 8 << 20, .idle_seconds = 30, .request_seconds = 60, .connections = 512, .connections_per_peer = 128 })

struct http_hooks {
	/*
	 * Who is it?  rq->session_token, or rq->client_name with rq->client_sha256; at least one is there.  Fills *who or
	 * returns -1: FAIL_UNAUTHENTICATED 401, FAIL_AGAIN 503.  NULL: nobody can sign in.
	 */
	int (*authenticate)(void *ctx, const struct request *rq, struct principal *who, struct err *err);
	/* Someone signed in tried a route that their roles do not allow: the ledger wants to know.  May be NULL. */
	void (*denied)(void *ctx, const struct request *rq, const struct principal *who);
	/* -1 with the reason when requests cannot be served now.  NULL: always ready. */
	int (*ready)(void *ctx, struct err *err);
	/* Appends Prometheus text of the program's own.  May be NULL. */
	void (*metrics)(void *ctx, struct buf *out);
	void *ctx;
};

struct http_server;

/* Copies options and hooks, reads the PEM files (before privileges are dropped); nothing listens yet. */
int http_server_new(const struct http_server_options *options, const struct http_hooks *hooks, struct http_server **server,
	struct err *err);
/* Routes below base ("/civil/v1", or "" for the root); the table must outlive the server.  Only before the start. */
int http_server_mount(struct http_server *server, const char *base, const struct route *routes, void *svc, struct err *err);
int http_server_start(struct http_server *server, struct err *err);
uint16_t http_server_port(const struct http_server *server); /* after the start */
/* "https://127.0.0.1:8441", for the readiness line; valid as long as the server. */
const char *http_server_url(const struct http_server *server);
/*
 * Stops listening, lets every request that was begun finish, at most `seconds`.  0 when all finished; -1 FAIL_AGAIN when
 * handlers still run: then http_server_free must not be called, the program logs it and exits.
 */
int http_server_stop(struct http_server *server, unsigned seconds, struct err *err);
void http_server_free(struct http_server *server); /* NULL is fine; stops without waiting for clients */

#endif
