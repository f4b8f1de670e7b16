/* call.c - one request: from its line to its reply.  The order of the checks is that of http.h. */
#include "config.h"

#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "registry/base/clock.h"
#include "registry/base/log.h"
#include "registry/service/problem.h"
#include "registry/service/runtime.h"

enum {
	RETRY_AFTER_SECONDS = 2,
	REPLY_OCTETS_PER_SECOND = 16 << 10 /* slowest reader we wait for: a modem line */
};

static const char *
header(const struct call *call, const char *name)
{
	return MHD_lookup_connection_value(call->mhd, MHD_HEADER_KIND, name);
}

/* ---- begin and end ---- */

static void
peer_address(struct MHD_Connection *mhd, char *out, size_t size)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	out[0] = '\0';
	if (info == NULL || info->client_addr == NULL)
		return;
	getnameinfo(info->client_addr,
		info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in), out,
		(socklen_t)size, NULL, 0, NI_NUMERICHOST);
}

void *
call_begin(void *cls, const char *uri, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct http_server *server = cls;
	struct call *call = calloc(1, sizeof(*call));

	if (call == NULL)
		return NULL; /* call_handle closes the connection */
	call->server = server;
	call->connection = info != NULL ? info->socket_context : NULL;
	call->mhd = mhd;
	call->begun_ns = clock_monotonic_ns();
	call->bound = &server->unmatched;
	call->rq.runtime = call;
	call->rq.content_type = "";
	if ((call->uri = strdup(uri)) != NULL && (call->path = strdup(uri)) != NULL)
		call->path[strcspn(call->path, "?")] = '\0';
	call->rq.path = call->path;
	atomic_fetch_add(&server->inflight, 1);
	return call;
}

static void
set_deadline(struct call *call, uint64_t seconds)
{
	if (call->connection != NULL)
		atomic_store(&call->connection->deadline_ns, seconds == 0 ? 0 : clock_monotonic_ns() + seconds * 1000000000);
}

void
call_completed(void *cls, struct MHD_Connection *mhd, void **con_cls, enum MHD_RequestTerminationCode code)
{
	struct http_server *server = cls;
	struct call *call = *con_cls;

	(void)mhd;
	(void)code;
	if (call == NULL)
		return;
	*con_cls = NULL;
	set_deadline(call, server->options.request_seconds);
	atomic_fetch_sub(&server->inflight, 1);
	json_decref(call->rq.json);
	buf_wipe(&call->body);
	free(call->held);
	free(call->tail);
	free(call->path);
	free(call->uri);
	free(call);
}

/* ---- the reply ---- */

static void
log_call(const struct call *call, int status, uint64_t ns, const struct err *err)
{
	bool is_probe = (call->bound->route->flags & ROUTE_PUBLIC) != 0 && call->bound->svc == call->server;
	enum log_level level = status == 500 ? LOG_ERROR : status == 503 ? LOG_WARNING
		: is_probe                                               ? LOG_DEBUG
									 : LOG_INFO;
	char status_text[16], ms[32];

	snprintf(status_text, sizeof(status_text), "%d", status);
	snprintf(ms, sizeof(ms), "%" PRIu64 ".%03" PRIu64, ns / 1000000, ns / 1000 % 1000);
	if (err != NULL)
		log_event(level, "request", "method", call->rq.method, "route", call->bound->pattern, "status", status_text, "ms", ms,
			"error", err->text, NULL);
	else
		log_event(level, "request", "method", call->rq.method, "route", call->bound->pattern, "status", status_text, "ms", ms,
			NULL);
}

static const struct {
	const char *name, *value;
	bool only_tls;
} default_headers[] = {
	{ "Cache-Control", "no-store" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'" },
	{ "Strict-Transport-Security", "max-age=31536000", true },
};

static void
add_headers(const struct call *call, const struct reply *rp, struct MHD_Response *response)
{
	MHD_add_response_header(response, "X-Request-Id", call->rq.id);
	for (unsigned i = 0; i < rp->nheader; i++)
		MHD_add_response_header(response, rp->header[i].name, rp->header[i].value);
	for (size_t i = 0; i < NELEM(default_headers); i++) {
		if (default_headers[i].only_tls && call->server->options.certificate_file == NULL)
			continue;
		if (MHD_get_response_header(response, default_headers[i].name) == NULL)
			MHD_add_response_header(response, default_headers[i].name, default_headers[i].value);
	}
	if (rp->body.n > 0)
		MHD_add_response_header(response, "Content-Type", rp->content_type);
	if (atomic_load(&call->server->draining))
		MHD_add_response_header(response, "Connection", "close");
}

/* Sends *rp (its body is taken); err is for the log. */
static enum MHD_Result
send_reply(struct call *call, struct reply *rp, const struct err *err)
{
	struct MHD_Response *response;
	enum MHD_Result rc;
	uint64_t ns = clock_monotonic_ns() - call->begun_ns;

	if (rp->body.n > 0)
		response = MHD_create_response_from_buffer(rp->body.n, rp->body.p, MHD_RESPMEM_MUST_FREE);
	else
		response = MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
	call->stage = CALL_DONE;
	if (response == NULL)
		return MHD_NO;
	set_deadline(call, call->server->options.request_seconds + rp->body.n / REPLY_OCTETS_PER_SECOND);
	add_headers(call, rp, response);
	if (rp->body.n > 0)
		rp->body = BUF_INIT; /* the response owns it now */
	call->status = rp->status;
	route_metrics_add(&call->bound->metrics, rp->status, ns);
	log_call(call, rp->status, ns, err);
	rc = MHD_queue_response(call->mhd, (unsigned)rp->status, response);
	MHD_destroy_response(response);
	reply_clear(rp);
	return rc;
}

static enum MHD_Result
refuse_with(struct call *call, int status, const char *name, const char *value, const struct err *err)
{
	struct reply rp = REPLY_INIT;
	struct err header_err = ERR_INIT;
	char seconds[16];

	rp.status = status;
	rp.content_type = PROBLEM_CONTENT_TYPE;
	if (name != NULL)
		reply_header(&rp, name, value, &header_err);
	if (status == 503) {
		snprintf(seconds, sizeof(seconds), "%d", RETRY_AFTER_SECONDS);
		reply_header(&rp, "Retry-After", seconds, &header_err);
	}
	if (status == 401)
		reply_header(&rp, "WWW-Authenticate", "Session realm=\"catena\"", &header_err);
	if (status == 415)
		reply_header(&rp, "Accept", "application/json", &header_err);
	if (problem_write(err, status, call->rq.id, &rp.body) == -1)
		buf_clear(&rp.body); /* no memory: the status alone */
	return send_reply(call, &rp, err);
}

static enum MHD_Result
refuse(struct call *call, const struct err *err)
{
	return refuse_with(call, problem_status(err->kind), NULL, NULL, err);
}

/* ---- the checks before the body ---- */

static int
take_request_id(struct call *call, struct err *err)
{
	const char *given = header(call, "X-Request-Id");
	struct uuid id;
	struct err given_err = ERR_INIT;

	if ((given == NULL || uuid_parse(bytes_str(given), &id, &given_err) == -1) && uuid_new(&id, err) == -1)
		return -1;
	uuid_format(&id, call->rq.id);
	return 0;
}

static int
take_credentials(struct call *call, struct err *err)
{
	struct http_server *server = call->server;
	struct request *rq = &call->rq;
	struct connection *c = call->connection;

	rq->session_token = MHD_lookup_connection_value(call->mhd, MHD_COOKIE_KIND, HTTP_SESSION_COOKIE);
	if (c != NULL && server->options.client_ca_file != NULL) {
		connection_verify_client(c, call->mhd);
		if (c->client_name[0] != '\0') {
			rq->client_name = c->client_name;
			memcpy(rq->client_sha256, c->client_sha256, SHA256_LEN);
		}
	}
	if (server->hooks.authenticate == NULL || (rq->session_token == NULL && rq->client_name == NULL))
		return err_set(err, FAIL_UNAUTHENTICATED, "nobody is signed in");
	return server->hooks.authenticate(server->hooks.ctx, rq, &rq->who, err);
}

static int
authorise(struct call *call, struct err *err)
{
	struct http_server *server = call->server;
	const struct route *route = call->bound->route;

	if ((route->flags & ROUTE_PUBLIC) != 0)
		return 0;
	if (take_credentials(call, err) == -1)
		return -1;
	if (principal_has_role(&call->rq.who, route->roles))
		return 0;
	if (server->hooks.denied != NULL)
		server->hooks.denied(server->hooks.ctx, &call->rq, &call->rq.who);
	return err_set(err, FAIL_DENIED, "none of the caller's roles allows %s %s", route->method, call->bound->pattern);
}

static bool
is_json_type(const char *type)
{
	size_t n = strcspn(type, "; \t");

	return n == strlen("application/json") && strncasecmp(type, "application/json", n) == 0;
}

/* Idempotency-Key: a UUID, bare or quoted as a structured-field string. */
static int
take_idempotency(struct call *call, struct err *err)
{
	const char *text = header(call, "Idempotency-Key");
	struct bytes key = bytes_str(text);

	if (text == NULL) {
		if ((call->rq.route->flags & ROUTE_CHANGES) == 0)
			return 0;
		err_set(err, FAIL_INPUT, "Idempotency-Key: this request changes something and needs the header");
		err_hint(err, "send a new UUID; repeat the request with the same one when no answer came");
		return -1;
	}
	if (key.n >= 2 && key.p[0] == '"' && key.p[key.n - 1] == '"')
		key = BYTES(key.p + 1, key.n - 2);
	if (uuid_parse(key, &call->rq.idempotency, err) == -1)
		return err_set(err, FAIL_INPUT, "Idempotency-Key: not a UUID (RFC 9562 4)");
	call->rq.has_idempotency = true;
	return 0;
}

/* Octets of body that the head announces; digits only: MHD has refused others.  *is_known is false for a body in chunks. */
static uint64_t
announced(const struct call *call, bool *is_known)
{
	const char *length = header(call, "Content-Length");

	*is_known = header(call, "Transfer-Encoding") == NULL;
	return length != NULL ? strtoull(length, NULL, 10) : 0;
}

static size_t
limit_of(const struct call *call)
{
	unsigned flags = call->rq.route->flags;
	size_t limit = (flags & ROUTE_RAW_BODY) != 0 ? call->server->options.raw_limit : call->server->options.body_limit;

	return (flags & ROUTE_PUBLIC) != 0 && limit > HTTP_PUBLIC_BODY ? HTTP_PUBLIC_BODY : limit;
}

/*
 * Refuses a request whose body is still to come.  A sender who is cut off in the middle of it sees a broken connection and not
 * our answer: when the body is not much longer than we take, it may finish, and finish() answers.
 */
static enum MHD_Result
refuse_head(struct call *call, int status, const struct err *err)
{
	bool is_known;
	uint64_t n = announced(call, &is_known);

	if ((is_known && (n == 0 || n / 2 > call->body_limit)) || (call->held = malloc(sizeof(*call->held))) == NULL)
		return refuse_with(call, status, NULL, NULL, err);
	*call->held = (struct held_refusal){ status, *err };
	call->stage = CALL_SWALLOW;
	return MHD_YES;
}

static int
check_head(struct call *call, int *status, struct err *err)
{
	bool is_safe = strcmp(call->rq.method, "GET") == 0, is_known;
	const char *site = header(call, "Sec-Fetch-Site"), *type = header(call, "Content-Type");
	uint64_t n = announced(call, &is_known);
	bool needs_json = (n > 0 || !is_known) && (call->rq.route->flags & ROUTE_RAW_BODY) == 0;

	call->rq.content_type = type != NULL ? type : "";
	if (!is_safe && site != NULL && strcmp(site, "cross-site") == 0)
		return err_set(err, FAIL_DENIED, "Sec-Fetch-Site: changes are not taken from another site's page");
	if (authorise(call, err) == -1)
		return -1;
	if (needs_json && !is_json_type(call->rq.content_type)) {
		*status = 415;
		return err_set(err, FAIL_INPUT, "Content-Type: application/json is needed here");
	}
	if (take_idempotency(call, err) == -1)
		return -1;
	if (!is_safe && call->rq.session_token != NULL && !call->rq.has_idempotency && !is_json_type(call->rq.content_type)) {
		*status = 415;
		return err_set(err, FAIL_INPUT, "Content-Type: a change needs application/json or an Idempotency-Key header");
	}
	if (n > call->body_limit) /* in chunks: take_body counts */
		return err_set(err, FAIL_TOO_LARGE, "body: %" PRIu64 " octets, at most %zu", n, call->body_limit);
	return 0;
}

static enum MHD_Result
take_head(struct call *call)
{
	struct err err = ERR_INIT;
	int status = 0;

	call->body_limit = limit_of(call);
	call->stage = CALL_BODY;
	if (check_head(call, &status, &err) == 0)
		return MHD_YES;
	return refuse_head(call, status != 0 ? status : problem_status(err.kind), &err);
}

static enum MHD_Result
begin(struct call *call, const char *method)
{
	char *segment[PATH_MAX_SEGMENTS];
	struct buf allow = BUF_INIT;
	struct err err = ERR_INIT;
	enum MHD_Result rc;
	unsigned n = 0;

	call->rq.method = method;
	if (strcmp(method, "HEAD") == 0) {
		call->is_head = true;
		call->rq.method = "GET";
	}
	if (call->uri == NULL || call->path == NULL)
		err_set(&err, FAIL_INTERNAL, "no memory for the request");
	if (take_request_id(call, &err) == -1 || err.kind != FAIL_NONE)
		return refuse(call, &err);
	log_request(call->rq.id);
	peer_address(call->mhd, call->rq.peer, sizeof(call->rq.peer));
	if (request_uri(call->uri, &call->rq, segment, &n, &err) == -1)
		return refuse(call, &err);
	struct bound_route *bound = route_match(call->server, call->rq.method, segment, n, &call->rq, &call->tail, &allow, &err);
	if (bound == NULL) {
		if (err.kind == FAIL_INPUT)
			rc = refuse_with(call, 405, "Allow", buf_cstr(&allow), &err);
		else
			rc = refuse(call, &err);
	} else {
		call->bound = bound;
		call->rq.route = bound->route;
		call->rq.svc = bound->svc;
		rc = take_head(call);
	}
	buf_clear(&allow);
	return rc;
}

/* ---- body and handler ---- */

static enum MHD_Result
take_body(struct call *call, const char *upload, size_t *upload_size)
{
	size_t n = *upload_size;

	*upload_size = 0;
	if (call->stage == CALL_DONE)
		return MHD_YES; /* refused already: MHD throws the rest away and closes */
	if (call->stage == CALL_BODY && n > call->body_limit - call->body.n) {
		call->stage = CALL_SWALLOW;
		buf_wipe(&call->body);
	}
	if (call->stage == CALL_SWALLOW) {
		/* MHD takes no reply in the middle of a body: wait for its end, but not for ever */
		call->swallowed += n;
		return call->swallowed > 2 * call->body_limit ? MHD_NO : MHD_YES;
	}
	buf_add(&call->body, upload, n);
	return MHD_YES;
}

static int
run_handler(struct call *call, struct reply *rp, struct err *err)
{
	struct http_server *server = call->server;
	struct request *rq = &call->rq;
	int rc;

	if (buf_check(&call->body, err) == -1)
		return -1;
	rq->body = bytes_of(&call->body);
	if (rq->body.n > 0 && (rq->route->flags & ROUTE_RAW_BODY) == 0 && json_read(rq->body, &rq->json, err) == -1)
		return -1;
	atomic_fetch_add(&server->running, 1);
	rc = rq->route->handler(rq, rp, err);
	atomic_fetch_sub(&server->running, 1);
	if (rc == -1 && err->kind == FAIL_NONE)
		err_set(err, FAIL_INTERNAL, "the handler failed without saying why");
	return rc;
}

static enum MHD_Result
finish(struct call *call)
{
	struct reply rp = REPLY_INIT;
	struct err err = ERR_INIT;

	set_deadline(call, 0);
	if (call->held != NULL)
		return refuse_with(call, call->held->status, NULL, NULL, &call->held->err);
	if (call->stage == CALL_SWALLOW) {
		err_set(&err, FAIL_TOO_LARGE, "body: more than %zu octets", call->body_limit);
		return refuse(call, &err);
	}
	if (run_handler(call, &rp, &err) == -1) {
		reply_clear(&rp);
		return refuse(call, &err);
	}
	return send_reply(call, &rp, NULL);
}

enum MHD_Result
call_handle(void *cls, struct MHD_Connection *mhd, const char *url, const char *method, const char *version, const char *upload,
	size_t *upload_size, void **con_cls)
{
	struct call *call = *con_cls;
	enum MHD_Result rc;

	(void)cls;
	(void)mhd;
	(void)url;
	(void)version;
	if (call == NULL)
		return MHD_NO; /* no memory in call_begin */
	log_request(call->rq.id);
	if (call->stage == CALL_BEGUN)
		rc = begin(call, method);
	else if (*upload_size > 0)
		rc = take_body(call, upload, upload_size);
	else if (call->stage != CALL_DONE)
		rc = finish(call);
	else
		rc = MHD_YES;
	log_request("");
	return rc;
}
