/* test_http.c - a real server on 127.0.0.1, spoken to with libcurl (over TLS) and with bare sockets (the nasty cases). */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>

#include "registry/base/clock.h"
#include "registry/base/log.h"
#include "registry/service/client.h"
#include "registry/service/http.h"
#include "registry/service/page.h"
#include "registry/service/problem.h"
#include "tests/unit/throwaway.h"

#define KEY  "Idempotency-Key: 0190e6a8-1111-7000-8000-000000000001\r\n"
#define JSON "Content-Type: application/json\r\n"

static atomic_int denied_calls, slow_calls;
static atomic_bool is_ready = true;

/* ---- the service under test ---- */

static int
get_item(struct request *rq, struct reply *rp, struct err *err)
{
	return reply_json(rp, 200, json_pack("{s:s, s:s}", "id", request_param(rq, "id"), "login", rq->who.login), err);
}

static int
get_special(struct request *rq, struct reply *rp, struct err *err)
{
	(void)rq;
	return reply_json(rp, 200, json_pack("{s:s}", "special", "yes"), err);
}

struct item {
	char *name;
	int64_t size;
};
static const struct json_field item_fields[] = {
	{ "name", JSON_T_TEXT, offsetof(struct item, name), 0, 1, 20 },
	{ "size", JSON_T_INT, offsetof(struct item, size), 0, 1, 9 },
	{ NULL },
};

static int
post_item(struct request *rq, struct reply *rp, struct err *err)
{
	struct item item = { NULL, 0 };
	char key[UUID_TEXT];
	int rc;

	if (request_json(rq, item_fields, &item, err) == -1)
		return -1;
	rc = reply_json(rp, 201, json_pack("{s:s, s:s}", "name", item.name, "key", uuid_format(&rq->idempotency, key)), err);
	json_clear(item_fields, &item);
	return rc;
}

static int
post_raw(struct request *rq, struct reply *rp, struct err *err)
{
	return reply_json(rp, 200, json_pack("{s:I, s:b}", "octets", (json_int_t)rq->body.n, "parsed", rq->json != NULL), err);
}

static int
get_secret(struct request *rq, struct reply *rp, struct err *err)
{
	return reply_json(rp, 200, json_pack("{s:s, s:b}", "login", rq->who.login, "program", rq->who.is_program), err);
}

static int
get_slow(struct request *rq, struct reply *rp, struct err *err)
{
	struct timespec t = { 0, 700000000 };

	(void)rq;
	atomic_fetch_add(&slow_calls, 1);
	nanosleep(&t, NULL);
	return reply_json(rp, 200, json_pack("{s:s}", "slept", "well"), err);
}

static int
get_failure(struct request *rq, struct reply *rp, struct err *err)
{
	const char *name = request_param(rq, "kind");

	reply_header(rp, "X-Dropped", "with the reply", err);
	for (int kind = FAIL_INPUT; kind <= FAIL_INTERNAL; kind++)
		if (strcmp(fail_name((enum fail)kind), name) == 0)
			return err_set(err, (enum fail)kind, "the reason: %s", name);
	err_problem(err, "/a", "first");
	err_problem(err, "/b/0", "second");
	err_hint(err, "try otherwise");
	return -1;
}

static int
get_list(struct request *rq, struct reply *rp, struct err *err)
{
	json_t *items = json_array();
	struct page page;
	char key[16] = "", id[16] = "";
	int i;

	if (page_of_request(rq, "numbers", &page, err) == -1) {
		json_decref(items);
		return -1;
	}
	for (i = page.has_after ? atoi(page.after_id) + 1 : 1; i <= 5 && json_array_size(items) < page.limit; i++) {
		json_array_append_new(items, json_integer(i));
		snprintf(key, sizeof(key), "k%d", i);
		snprintf(id, sizeof(id), "%d", i);
	}
	return reply_page(rp, "numbers", items, i <= 5 ? key : NULL, id, err);
}

static int
get_file(struct request *rq, struct reply *rp, struct err *err)
{
	reply_header(rp, "Cache-Control", "max-age=60", err);
	return reply_bytes(rp, 200, "text/plain", bytes_str(request_param(rq, "path")), err);
}

static int
post_session(struct request *rq, struct reply *rp, struct err *err)
{
	const char *as = json_string_value(json_object_get(rq->json, "as"));
	char cookie[128];

	snprintf(cookie, sizeof(cookie), "__Host-catena=%s; Path=/; HttpOnly; Secure; SameSite=Strict", as != NULL ? as : "");
	if (reply_header(rp, "Set-Cookie", cookie, err) == -1)
		return -1;
	return reply_empty(rp, 204);
}

static int
get_injection(struct request *rq, struct reply *rp, struct err *err)
{
	(void)rq;
	if (reply_header(rp, "X-Name", "a\r\nSet-Cookie: b", err) == -1)
		return -1;
	return reply_empty(rp, 204);
}

static const struct route routes[] = {
	{ "GET", "/items/{id}", ROLES_OFFICERS, get_item, 0, "read an item" },
	{ "GET", "/items/special", ROLES_ALL, get_special, 0, "read the special item" },
	{ "POST", "/items", ROLE_CIVIL_CLERK, post_item, ROUTE_CHANGES, "add an item" },
	{ "PATCH", "/items", ROLE_CIVIL_CLERK, post_item, 0, "change without a key" },
	{ "POST", "/raw", ROLES_ALL, post_raw, ROUTE_RAW_BODY | ROUTE_CHANGES, "send octets" },
	{ "GET", "/secret", ROLE_AUDITOR | ROLE_PROGRAM, get_secret, 0, "read the secret" },
	{ "GET", "/slow", 0, get_slow, ROUTE_PUBLIC, "take 0.7 s" },
	{ "GET", "/failures/{kind}", 0, get_failure, ROUTE_PUBLIC, "fail" },
	{ "GET", "/list", 0, get_list, ROUTE_PUBLIC, "list numbers" },
	{ "GET", "/files/{path*}", 0, get_file, ROUTE_PUBLIC, "say the path" },
	{ "POST", "/session", 0, post_session, ROUTE_PUBLIC, "sign in" },
	{ "GET", "/injection", 0, get_injection, ROUTE_PUBLIC, "try to inject a header" },
	{ NULL },
};

static int
authenticate(void *ctx, const struct request *rq, struct principal *who, struct err *err)
{
	(void)ctx;
	if (rq->client_name != NULL && strcmp(rq->client_name, "program-1") == 0 && rq->client_sha256[0] + rq->client_sha256[1] != 0) {
		snprintf(who->login, sizeof(who->login), "%s", rq->client_name);
		who->roles = ROLE_PROGRAM;
		who->is_program = true;
		return 0;
	}
	if (rq->session_token == NULL)
		return err_set(err, FAIL_UNAUTHENTICATED, "no session");
	if (strcmp(rq->session_token, "down") == 0)
		return err_set(err, FAIL_AGAIN, "no database");
	if (strcmp(rq->session_token, "clerk") != 0)
		return err_set(err, FAIL_UNAUTHENTICATED, "session has expired");
	snprintf(who->login, sizeof(who->login), "clerk");
	who->roles = ROLE_CIVIL_CLERK;
	return 0;
}

static void
denied(void *ctx, const struct request *rq, const struct principal *who)
{
	(void)ctx;
	if (strcmp(rq->route->pattern, "/secret") == 0 && strcmp(who->login, "clerk") == 0)
		atomic_fetch_add(&denied_calls, 1);
}

static int
ready(void *ctx, struct err *err)
{
	(void)ctx;
	return atomic_load(&is_ready) ? 0 : err_set(err, FAIL_INTERNAL, "database: not reachable");
}

static void
own_metrics(void *ctx, struct buf *out)
{
	(void)ctx;
	buf_str(out, "test_own_metric 7\n");
}

static struct http_server *
serve(struct http_server_options options)
{
	struct http_hooks hooks = { authenticate, denied, ready, own_metrics, NULL };
	struct http_server *server = NULL;
	struct err err = ERR_INIT;

	if (http_server_new(&options, &hooks, &server, &err) == -1 || http_server_mount(server, "/t/v1", routes, NULL, &err) == -1 ||
		http_server_start(server, &err) == -1)
		bail_out("server: %s", err.text);
	return server;
}

/* ---- a bare HTTP client ---- */

struct answer {
	int status;         /* 0: closed without an answer */
	char text[1 << 16]; /* all of it, header and body */
	const char *body;
};

static int
dial(const struct http_server *server)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(http_server_port(server)) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	if (fd == -1 || connect(fd, (struct sockaddr *)&to, sizeof(to)) == -1)
		bail_out("connect: %s", strerror(errno));
	return fd;
}

static void
say(int fd, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, text, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return; /* the server has closed: the answer is what counts */
		text += sent;
		n -= (size_t)sent;
	}
}

/* Reads until the end of the stream, at most 10 s. */
static void
listen_to(int fd, struct answer *a)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t n = 0;
	ssize_t got;

	while (n + 1 < sizeof(a->text) && poll(&p, 1, 10000) == 1 && (got = read(fd, a->text + n, sizeof(a->text) - 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	a->text[n] = '\0';
	a->status = 0;
	sscanf(a->text, "HTTP/1.1 %d", &a->status);
	a->body = strstr(a->text, "\r\n\r\n");
	a->body = a->body != NULL ? a->body + 4 : "";
}

/* One request on its own connection; head is what comes after "Host:". */
static void
ask(const struct http_server *server, const char *line, const char *head, const char *body, struct answer *a)
{
	struct buf text = BUF_INIT;
	int fd = dial(server);

	buf_printf(&text, "%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s", line, head);
	if (body != NULL)
		buf_printf(&text, "Content-Length: %zu\r\n", strlen(body));
	buf_printf(&text, "\r\n%s", body != NULL ? body : "");
	say(fd, buf_cstr(&text), text.n);
	buf_clear(&text);
	listen_to(fd, a);
}

static bool
has(const struct answer *a, const char *text)
{
	return strstr(a->text, text) != NULL;
}

#define CLERK "Cookie: __Host-catena=clerk\r\n"

static const struct request_case {
	const char *name, *line, *head, *body;
	int status;
	const char *contains;
} cases[] = {
	{ "health", "GET /healthz", "", NULL, 200, "\"ok\"" },
	{ "readiness", "GET /readyz", "", NULL, 200, "\"ready\"" },
	{ "an item", "GET /t/v1/items/7", CLERK, NULL, 200, "\"id\":\"7\"" },
	{ "a percent-encoded parameter", "GET /t/v1/items/a%20%C3%A9", CLERK, NULL, 200, "a \xC3\xA9" },
	{ "a slash at the end is ignored", "GET /t/v1/items/7/", CLERK, NULL, 200, "\"id\":\"7\"" },
	{ "the literal segment wins", "GET /t/v1/items/special", CLERK, NULL, 200, "\"special\"" },
	{ "the rest of a path", "GET /t/v1/files/a/b.css", "", NULL, 200, "\r\n\r\na/b.css" },
	{ "a handler's header stands in the place of the default", "GET /t/v1/files/a", "", NULL, 200, "Cache-Control: max-age=60" },
	{ "HEAD", "HEAD /t/v1/list", "", NULL, 200, "Content-Length: 21" },
	{ "nosniff", "GET /t/v1/list", "", NULL, 200, "X-Content-Type-Options: nosniff" },
	{ "no-store", "GET /t/v1/list", "", NULL, 200, "Cache-Control: no-store" },
	{ "a request id is taken over", "GET /t/v1/list", "X-Request-Id: 0190E6A8-2222-7000-8000-00000000000a\r\n", NULL, 200,
		"X-Request-Id: 0190e6a8-2222-7000-8000-00000000000a" },
	{ "a change", "POST /t/v1/items", CLERK KEY JSON, "{\"name\":\"x\",\"size\":3}", 201,
		"0190e6a8-1111-7000-8000-000000000001" },
	{ "a quoted key", "POST /t/v1/items", CLERK JSON "Idempotency-Key: \"0190e6a8-1111-7000-8000-000000000001\"\r\n",
		"{\"name\":\"x\",\"size\":3}", 201, "0190e6a8-1111-7000-8000-000000000001" },
	{ "JSON with a charset", "POST /t/v1/items", CLERK KEY "Content-Type: Application/JSON; charset=utf-8\r\n",
		"{\"name\":\"x\",\"size\":3}", 201, "" },
	{ "octets", "POST /t/v1/raw", CLERK KEY "Content-Type: image/jpeg\r\n", "not json", 200, "\"octets\":8,\"parsed\":false" },

	/* refused */
	{ "unknown path", "GET /t/v1/nothing", "", NULL, 404, "\"kind\":\"not found\"" },
	{ "unknown base", "GET /t/v2/list", "", NULL, 404, "application/problem+json" },
	{ "path too short", "GET /t/v1", "", NULL, 404, "" },
	{ "nothing after a rest", "GET /t/v1/files", "", NULL, 404, "" },
	{ "wrong method", "DELETE /t/v1/items", CLERK, NULL, 405, "Allow: POST, PATCH\r\n" },
	{ "wrong method where GET is", "PUT /t/v1/list", JSON, "{}", 405, "Allow: GET, HEAD\r\n" },
	{ "OPTIONS is not agreed to", "OPTIONS /t/v1/items", "Origin: https://evil.example\r\n", NULL, 405, "" },
	{ "TRACE is not served", "TRACE /t/v1/list", "", NULL, 405, "" },
	{ "dot segments", "GET /t/v1/files/../items", "", NULL, 400, "dot segment" },
	{ "encoded dot segments", "GET /t/v1/files/%2e%2E/items", "", NULL, 400, "dot segment" },
	{ "an encoded slash", "GET /t/v1/files/..%2fetc", "", NULL, 400, "slash" },
	{ "a backslash", "GET /t/v1/files/..%5cetc", "", NULL, 400, "slash" },
	{ "an empty segment", "GET /t/v1//list", "", NULL, 400, "empty" },
	{ "an encoded zero", "GET /t/v1/items/a%00b", CLERK, NULL, 400, "control character 00" },
	{ "half an escape", "GET /t/v1/items/a%2", CLERK, NULL, 400, "RFC 3986" },
	{ "not UTF-8", "GET /t/v1/items/%FF", CLERK, NULL, 400, "UTF-8" },
	{ "a query parameter twice", "GET /t/v1/list?limit=1&limit=2", "", NULL, 400, "second time" },
	{ "query not UTF-8", "GET /t/v1/list?limit=%C0%80", "", NULL, 400, "UTF-8" },
	{ "limit zero", "GET /t/v1/list?limit=0", "", NULL, 400, "limit" },
	{ "limit too large", "GET /t/v1/list?limit=201", "", NULL, 400, "from 1 to 200" },
	{ "limit not a number", "GET /t/v1/list?limit=5x", "", NULL, 400, "limit" },
	{ "nobody signed in", "GET /t/v1/items/7", "", NULL, 401, "WWW-Authenticate: " },
	{ "an expired session", "GET /t/v1/items/7", "Cookie: __Host-catena=old\r\n", NULL, 401, "has expired" },
	{ "a cookie of another name", "GET /t/v1/items/7", "Cookie: catena=clerk\r\n", NULL, 401, "" },
	{ "no database to ask who it is", "GET /t/v1/items/7", "Cookie: __Host-catena=down\r\n", NULL, 503, "Retry-After: " },
	{ "a role that does not suffice", "GET /t/v1/secret", CLERK, NULL, 403, "\"kind\":\"denied\"" },
	{ "a change from another site's page", "POST /t/v1/items", CLERK KEY JSON "Sec-Fetch-Site: cross-site\r\n",
		"{\"name\":\"x\",\"size\":3}", 403, "another site" },
	{ "a form", "POST /t/v1/items", CLERK KEY "Content-Type: application/x-www-form-urlencoded\r\n", "name=x", 415,
		"Accept: application/json" },
	{ "JSON's longer namesake", "POST /t/v1/items", CLERK KEY "Content-Type: application/jsonx\r\n", "{}", 415, "" },
	{ "no content type", "POST /t/v1/items", CLERK KEY, "{}", 415, "" },
	{ "a change without key, type and body", "PATCH /t/v1/items", CLERK, NULL, 415, "Idempotency-Key" },
	{ "no idempotency key", "POST /t/v1/items", CLERK JSON, "{}", 400, "Idempotency-Key" },
	{ "a key that is no UUID", "POST /t/v1/items", CLERK JSON "Idempotency-Key: 1\r\n", "{}", 400, "Idempotency-Key" },
	{ "bad JSON", "POST /t/v1/items", CLERK KEY JSON, "{\"name\":", 400, "line" },
	{ "a member twice", "POST /t/v1/items", CLERK KEY JSON, "{\"name\":\"a\",\"name\":\"b\",\"size\":1}", 400, "" },
	{ "text after the JSON", "POST /t/v1/items", CLERK KEY JSON, "{} {}", 400, "" },
	{ "JSON that is not UTF-8", "POST /t/v1/items", CLERK KEY JSON, "{\"name\":\"\xFF\",\"size\":1}", 400, "" },
	{ "no body", "POST /t/v1/items", CLERK KEY JSON, NULL, 400, "body" },
	{ "members that break the rules", "POST /t/v1/items", CLERK KEY JSON, "{\"size\":10,\"colour\":1}", 400,
		"\"pointer\":\"/size\"" },
	{ "header injection by our own mistake", "GET /t/v1/injection", "", NULL, 500, "" },
	{ "not HTTP", "GET", "", NULL, 400, "" },
};

static void
test_requests(const struct http_server *server)
{
	struct answer a;

	for (size_t i = 0; i < NELEM(cases); i++) {
		const struct request_case *c = &cases[i];

		ask(server, c->line, c->head, c->body, &a);
		if (!ok(a.status == c->status && strstr(a.text, c->contains) != NULL, "%s: %d", c->name, c->status))
			printf("# %s\n", a.text);
	}
	ok(atomic_load(&denied_calls) == 1, "the hook heard of the one request that roles refused");
	ask(server, "HEAD /t/v1/list", "", NULL, &a);
	is(a.body, "", "HEAD has no body");
	ask(server, "GET /t/v1/injection", "", NULL, &a);
	ok(!has(&a, "Set-Cookie"), "no header was injected");
	ask(server, "GET /t/v1/list", "X-Request-Id: x\r\n", NULL, &a);
	ok(has(&a, "X-Request-Id: ") && !has(&a, "X-Request-Id: x"), "a request id that is no UUID is replaced");
	ok(!has(&a, "Strict-Transport-Security"), "no HSTS without TLS");
	atomic_store(&is_ready, false);
	ask(server, "GET /readyz", "", NULL, &a);
	ok(a.status == 503 && has(&a, "database: not reachable"), "not ready: 503 and why");
	atomic_store(&is_ready, true);
}

static void
test_problem(const struct http_server *server)
{
	static const struct {
		const char *kind;
		int status;
	} kinds[] = { { "input", 400 }, { "unauthenticated", 401 }, { "denied", 403 }, { "not%20found", 404 }, { "conflict", 409 },
		{ "too%20large", 413 }, { "again", 503 }, { "internal", 500 } };
	struct err err = ERR_INIT, back = ERR_INIT;
	struct answer a;
	json_t *doc = NULL;
	char line[64];

	for (size_t i = 0; i < NELEM(kinds); i++) {
		snprintf(line, sizeof(line), "GET /t/v1/failures/%s", kinds[i].kind);
		ask(server, line, "", NULL, &a);
		ok(a.status == kinds[i].status && problem_kind(a.status) == (enum fail)(i + 1), "failure %s is %d and back", kinds[i].kind,
			kinds[i].status);
	}
	ok(!has(&a, "the reason"), "what failed inside is not told");
	ask(server, "GET /t/v1/failures/again", "", NULL, &a);
	ok(has(&a, "Retry-After: ") && has(&a, "the reason: again"), "503 says why and when to come back");
	ask(server, "GET /t/v1/failures/many", "X-Request-Id: 0190e6a8-2222-7000-8000-00000000000a\r\n", NULL, &a);
	ok(has(&a, "Content-Type: application/problem+json\r\n") && !has(&a, "X-Dropped"), "a problem document replaces the reply");
	if (!ok(json_read(bytes_str(a.body), &doc, &err) == 0, "it is JSON"))
		return;
	ok(json_integer_value(json_object_get(doc, "status")) == 400, "status");
	is(json_string_value(json_object_get(doc, "type")), "about:blank", "type");
	is(json_string_value(json_object_get(doc, "title")), "Bad Request", "title");
	is(json_string_value(json_object_get(doc, "detail")), "/a: first", "detail");
	is(json_string_value(json_object_get(doc, "hint")), "try otherwise", "hint");
	is(json_string_value(json_object_get(doc, "instance")), "urn:uuid:0190e6a8-2222-7000-8000-00000000000a", "instance");
	ok(json_array_size(json_object_get(doc, "problems")) == 2, "both problems are listed");
	json_decref(doc);
	problem_read(bytes_str(a.body), 400, &back);
	ok(back.kind == FAIL_INPUT && back.nproblem == 2 && strcmp(back.problem[1].pointer, "/b/0") == 0 &&
			strcmp(back.hint, "try otherwise") == 0 && strcmp(back.text, "/a: first") == 0,
		"the client reads it back");
	problem_read(bytes_str("<html>"), 502, &back);
	ok(back.kind == FAIL_AGAIN && back.nproblem == 0, "a page of some proxy is no problem document");
}

static void
test_limits(const struct http_server *server)
{
	char chunk[1100];
	struct answer a;
	uint64_t begun;
	int fd;

	/* 100000 octets announced, none sent: the answer comes at once */
	fd = dial(server);
	static const char announced[] = "POST /t/v1/items HTTP/1.1\r\nHost: h\r\n" CLERK KEY JSON "Content-Length: 100000\r\n\r\n";

	say(fd, announced, strlen(announced));
	begun = clock_monotonic_ns();
	listen_to(fd, &a);
	ok(a.status == 413 && clock_monotonic_ns() - begun < 900000000, "too large by its Content-Length: 413 before the body");
	ask(server, "POST /t/v1/items", CLERK KEY JSON "Content-Length: 99999999999999999999999\r\n", NULL, &a);
	ok(a.status == 413 || a.status == 400, "a length beyond 64 bits is refused (%d)", a.status);

	/* chunked: 1.5 times the limit, then the end */
	static const char chunked[] = "POST /t/v1/items HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" CLERK KEY JSON
				      "Transfer-Encoding: chunked\r\n\r\n";

	memset(chunk, ' ', sizeof(chunk));
	memcpy(chunk, "400\r\n", 5);
	memcpy(chunk + 5 + 1024, "\r\n", 2);
	fd = dial(server);
	say(fd, chunked, strlen(chunked));
	for (int i = 0; i < 6; i++)
		say(fd, chunk, 5 + 1024 + 2);
	say(fd, "0\r\n\r\n", 5);
	listen_to(fd, &a);
	ok(a.status == 413, "too large in chunks: 413 (%d)", a.status);
	fd = dial(server);
	say(fd, chunked, strlen(chunked));
	for (int i = 0; i < 2000; i++)
		say(fd, chunk, 5 + 1024 + 2);
	listen_to(fd, &a);
	ok(a.status == 0, "chunks without end: closed");

	/* refused by its head alone: the sender finishes its body and has the answer, on a connection that goes on */
	static const char nobody[] = "POST /t/v1/items HTTP/1.1\r\nHost: h\r\n" KEY JSON "Content-Length: 3072\r\n\r\n";
	struct pollfd early;

	fd = dial(server);
	say(fd, nobody, strlen(nobody));
	say(fd, chunk, 1024);
	early = (struct pollfd){ .fd = fd, .events = POLLIN };
	ok(poll(&early, 1, 300) == 0, "a refused head: no answer in the middle of the body");
	say(fd, chunk, 1024);
	say(fd, chunk, 1024);
	static const char next[] = "GET /t/v1/list HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" CLERK "\r\n";

	say(fd, next, strlen(next));
	listen_to(fd, &a);
	ok(a.status == 401 && strstr(a.text + 12, "HTTP/1.1 200 ") != NULL, "but at its end (%d), and then that of the next request", a.status);

	/* small header, nothing more; and a header octet every 300 ms, which resets the idle time */
	fd = dial(server);
	say(fd, "GET /t/v1/list HTTP/1.1\r\n", 25);
	begun = clock_monotonic_ns();
	listen_to(fd, &a);
	ok(a.status != 200 && clock_monotonic_ns() - begun < 6000000000, "half a header: closed");
	fd = dial(server);
	begun = clock_monotonic_ns();
	say(fd, "GET /t/v1/list HTTP/1.1\r\nX: ", 28);
	for (int i = 0; i < 30; i++) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		say(fd, "y", 1);
		if (poll(&p, 1, 300) == 1)
			break;
	}
	ok(clock_monotonic_ns() - begun < 7000000000, "a header that trickles: closed after the time of a request");
	listen_to(fd, &a);
	ok(a.status != 200, "without an answer");

	/* a body that trickles */
	fd = dial(server);
	begun = clock_monotonic_ns();
	say(fd, chunked, strlen(chunked));
	for (int i = 0; i < 30; i++) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		say(fd, "1\r\n \r\n", 6);
		if (poll(&p, 1, 300) == 1)
			break;
	}
	ok(clock_monotonic_ns() - begun < 7000000000, "a body that trickles: closed as well");
	close(fd);

	/* many headers */
	struct buf head = BUF_INIT;

	for (int i = 0; i < 3000; i++)
		buf_printf(&head, "X-%d: aaaaaaaaaaaaaaaaaaaa\r\n", i);
	ask(server, "GET /t/v1/list", buf_cstr(&head), NULL, &a);
	ok(a.status == 431 || a.status == 0, "90 KiB of headers are refused (%d)", a.status);
	buf_clear(&head);
}

static void
test_paging(const struct http_server *server)
{
	struct answer a;
	struct buf cursor = BUF_INIT;
	struct err err = ERR_INIT;
	struct page page = { .limit = 1 };
	char line[256];
	json_t *doc;
	const char *next;
	int seen = 0, pages = 0;

	snprintf(line, sizeof(line), "GET /t/v1/list?limit=2");
	do {
		ask(server, line, "", NULL, &a);
		doc = NULL;
		json_read(bytes_str(a.body), &doc, &err);
		seen += (int)json_array_size(json_object_get(doc, "items"));
		if ((next = json_string_value(json_object_get(doc, "next"))) != NULL)
			snprintf(line, sizeof(line), "GET /t/v1/list?limit=2&cursor=%s", next);
		json_decref(doc);
	} while (next != NULL && ++pages < 10);
	ok(seen == 5 && pages == 2, "five items in pages of two, each once");

	page_cursor_write("numbers", "k2", "2", &cursor, &err);
	ok(page_cursor_read("numbers", bytes_of(&cursor), &page, &err) == 0 && strcmp(page.after_key, "k2") == 0 &&
			strcmp(page.after_id, "2") == 0 && page.has_after && page.limit == 1,
		"a cursor comes back as it was");
	ok(page_cursor_read("others", bytes_of(&cursor), &page, &err) == -1, "another list does not take it");
	bool all = true;

	for (size_t i = 0; i < cursor.n; i++) {
		uint8_t was = cursor.p[i];

		cursor.p[i] = was == 'A' ? 'B' : 'A';
		all = all && page_cursor_read("numbers", bytes_of(&cursor), &page, &err) == -1 && err.kind == FAIL_INPUT;
		cursor.p[i] = was;
		all = all && page_cursor_read("numbers", BYTES(cursor.p, i), &page, &err) == -1;
	}
	ok(all, "a cursor with one character changed, or cut anywhere, is refused");
	ask(server, "GET /t/v1/list?cursor=AAAA", "", NULL, &a);
	ok(a.status == 400 && has(&a, "cursor"), "and over HTTP 400");
	ask(server, "GET /t/v1/list?cursor=", "", NULL, &a);
	ok(a.status == 400, "an empty cursor is none");
	buf_clear(&cursor);
}

static void
test_tables(void)
{
	static const struct route no_roles[] = { { "GET", "/a", 0, get_list, 0, "x" }, { NULL } };
	static const struct route both[] = { { "GET", "/a", ROLE_AUDITOR, get_list, ROUTE_PUBLIC, "x" }, { NULL } };
	static const struct route changing_get[] = { { "GET", "/a", ROLE_AUDITOR, get_list, ROUTE_CHANGES, "x" }, { NULL } };
	static const struct route odd_method[] = { { "get", "/a", ROLE_AUDITOR, get_list, 0, "x" }, { NULL } };
	static const struct route no_slash[] = { { "GET", "a", ROLE_AUDITOR, get_list, 0, "x" }, { NULL } };
	static const struct route middle[] = { { "GET", "/{a*}/b", ROLE_AUDITOR, get_list, 0, "x" }, { NULL } };
	static const struct route twice[] = { { "GET", "/a", ROLE_AUDITOR, get_list, 0, "x" },
		{ "GET", "/a", ROLE_CIVIL_CLERK, get_list, 0, "x" }, { NULL } };
	static const struct route unknown_role[] = { { "GET", "/a", 1 << 30, get_list, 0, "x" }, { NULL } };
	static const struct route mute[] = { { "GET", "/a", ROLE_AUDITOR, get_list, 0, "" }, { NULL } };
	static const struct route *const bad[] = { no_roles, both, changing_get, odd_method, no_slash, middle, twice, unknown_role, mute };
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	uint64_t roles = 0;

	ok(route_check(routes, &err) == 0, "the table of this test is sound");
	for (size_t i = 0; i < NELEM(bad); i++)
		ok(route_check(bad[i], &err) == -1, "refuses a table: %s", err.text);
	ok(roles_parse(bytes_str("auditor, civil_clerk"), &roles, &err) == 0 && roles == (ROLE_AUDITOR | ROLE_CIVIL_CLERK), "role names");
	roles_print(roles, &text);
	is(buf_cstr(&text), "civil_clerk,auditor", "printed in the order of the table");
	ok(roles_parse(bytes_str("auditor,"), &roles, &err) == -1 && roles_parse(bytes_str("root"), &roles, &err) == -1 &&
			roles_parse(bytes_str("auditor,,inspector"), &roles, &err) == -1 && roles == (ROLE_AUDITOR | ROLE_CIVIL_CLERK),
		"unknown and empty names are refused, the result is left alone");
	uint64_t all = 0;

	for (const struct role_entry *e = role_table; e->name != NULL; e++)
		all |= e->role;
	ok(all == ROLES_ALL, "the table has every role");
	buf_clear(&text);
}

/* ---- over TLS, with our own client ---- */

static struct client *
make_client(const struct http_server *server, const struct throwaway *t, const char *who)
{
	char certificate[160], key[160], ca[160];
	struct client_options options = { .url = http_server_url(server), .ca_file = ca, .seconds = 10 };
	struct client *client = NULL;
	struct err err = ERR_INIT;

	snprintf(ca, sizeof(ca), "%s/ca.pem", t->folder);
	if (who != NULL) {
		snprintf(certificate, sizeof(certificate), "%s/%s.pem", t->folder, who);
		snprintf(key, sizeof(key), "%s/%s.key", t->folder, who);
		options.certificate_file = certificate;
		options.key_file = key;
	}
	if (client_new(&options, &client, &err) == -1)
		bail_out("client: %s", err.text);
	return client;
}

static void
test_tls(const struct http_server *server, const struct throwaway *t)
{
	struct client *officer = make_client(server, t, NULL), *program = make_client(server, t, "program");
	struct client *stranger = make_client(server, t, "stranger"), *wrong_use = make_client(server, t, "server");
	struct err err = ERR_INIT;
	json_t *value = NULL, *body = json_pack("{s:s}", "as", "clerk"), *item = json_pack("{s:s, s:i}", "name", "x", "size", 3);
	struct uuid key;
	struct buf reply = BUF_INIT;
	int status = 0;

	ok(client_json(officer, "GET", "/t/v1/items/7", NULL, NULL, &value, &err) == -1 && err.kind == FAIL_UNAUTHENTICATED,
		"without session and certificate: not signed in");
	ok(client_json(officer, "POST", "/t/v1/session", NULL, body, &value, &err) == 0 && value == NULL, "sign in: %s", err.text);
	ok(client_json(officer, "GET", "/t/v1/items/7", NULL, NULL, &value, &err) == 0, "the client keeps the cookie: %s", err.text);
	is(json_string_value(json_object_get(value, "login")), "clerk", "and is known by it");
	json_decref(value);
	value = NULL;
	uuid_new(&key, &err);
	ok(client_call(officer, "POST", "/t/v1/items", &key, (struct client_body){ .json = item }, &status, &reply, &err) == 0 &&
			status == 201 && reply.n > 0,
		"adds an item");
	buf_clear(&reply);
	ok(client_call(officer, "POST", "/t/v1/raw", &key, (struct client_body){ .bytes = BYTES("\xFF\xD8", 2), .content_type = "image/jpeg" },
		   &status, &reply, &err) == 0 &&
			strcmp(buf_cstr(&reply), "{\"octets\":2,\"parsed\":false}") == 0,
		"sends octets");
	buf_clear(&reply);
	ok(client_json(officer, "GET", "/t/v1/failures/many", NULL, NULL, &value, &err) == -1 && err.kind == FAIL_INPUT &&
			err.nproblem == 2 && strcmp(err.text, "/a: first") == 0,
		"a problem document becomes an error");
	ok(client_json(officer, "GET", "/t/v1/secret", NULL, NULL, &value, &err) == -1 && err.kind == FAIL_DENIED, "a clerk has no secret");
	ok(client_json(program, "GET", "/t/v1/secret", NULL, NULL, &value, &err) == 0 &&
			json_is_true(json_object_get(value, "program")),
		"the program with its certificate has: %s", err.text);
	json_decref(value);
	value = NULL;
	ok(client_json(program, "GET", "/t/v1/secret", NULL, NULL, &value, &err) == 0, "on the same connection again");
	json_decref(value);
	value = NULL;
	ok(client_json(stranger, "GET", "/t/v1/secret", NULL, NULL, &value, &err) == -1 &&
			(err.kind == FAIL_UNAUTHENTICATED || err.kind == FAIL_AGAIN),
		"a certificate of another authority counts as none: %s", err.text);
	ok(client_json(stranger, "POST", "/t/v1/session", NULL, body, &value, &err) == 0, "it does not hinder what is public");
	ok(client_json(wrong_use, "GET", "/t/v1/secret", NULL, NULL, &value, &err) == -1, "a server's certificate names no program");
	client_free(stranger);
	client_free(wrong_use);

	struct client_options distrust = { .url = http_server_url(server), .ca_file = throwaway_path(t, "stranger.pem") };
	struct client *distrustful = NULL;

	ok(client_new(&distrust, &distrustful, &err) == 0 && client_json(distrustful, "GET", "/healthz", NULL, NULL, &value, &err) == -1 &&
			err.kind == FAIL_INTERNAL,
		"the client refuses a server it does not know: %s", err.text);
	client_free(distrustful);
	client_free(program);
	client_free(officer);
	json_decref(body);
	json_decref(item);
}

static void
test_metrics(const struct http_server *server)
{
	struct answer a;

	ask(server, "GET /metrics", "", NULL, &a);
	ok(a.status == 200 && has(&a, "Content-Type: text/plain; version=0.0.4"), "metrics");
	ok(has(&a, "catena_http_requests_total{method=\"POST\",route=\"/t/v1/items\",status=\"413\"} "), "by route and status");
	ok(has(&a, "catena_http_requests_total{method=\"-\",route=\"(none)\",status=\"404\"} "), "what found no route");
	ok(!has(&a, "/t/v1/items/7"), "no paths: their numbers identify persons");
	ok(has(&a, "catena_http_request_duration_seconds_bucket{method=\"GET\",route=\"/t/v1/list\",le=\"+Inf\"} "), "latency");
	ok(has(&a, "catena_http_requests_in_flight 1\n"), "in flight: this request");
	ok(has(&a, "catena_http_connections_cut_total ") && !has(&a, "catena_http_connections_cut_total 0\n"), "cut connections");
	ok(has(&a, "test_own_metric 7\n"), "and the program's own");
}

/* ---- stop ---- */

static void *
slow_caller(void *arg)
{
	struct answer *a = calloc(1, sizeof(*a));

	ask(arg, "GET /t/v1/slow", "", NULL, a);
	return a;
}

static void
test_stop(struct http_server *server)
{
	struct timespec t = { 0, 10000000 };
	struct answer *a = NULL;
	struct err err = ERR_INIT;
	pthread_t thread;
	void *result = NULL;
	int before = atomic_load(&slow_calls);

	pthread_create(&thread, NULL, slow_caller, server);
	while (atomic_load(&slow_calls) == before)
		nanosleep(&t, NULL);
	ok(http_server_stop(server, 0, &err) == -1 && err.kind == FAIL_AGAIN, "stop at once: a handler still runs");
	ok(http_server_stop(server, 10, &err) == 0, "stop in time: it has finished");
	pthread_join(thread, &result);
	a = result;
	ok(a->status == 200 && has(a, "slept"), "and its caller has the answer");
	ok(has(a, "Connection: close"), "the connection is not kept");
	free(a);

	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(http_server_port(server)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	ok(connect(fd, (struct sockaddr *)&to, sizeof(to)) == -1, "nobody listens any more");
	close(fd);
	http_server_free(server);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static long
resident_kib(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[128];
	long kib = -1;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		sscanf(line, "VmRSS: %ld", &kib);
	if (f != NULL)
		fclose(f);
	return kib;
}
#endif

static void
test_options(const struct throwaway *t)
{
	struct http_server_options o = HTTP_SERVER_OPTIONS;
	struct http_server *server = NULL;
	struct err err = ERR_INIT;

	o.address = "0.0.0.0";
	ok(http_server_new(&o, NULL, &server, &err) == -1 && err.kind == FAIL_INPUT, "no plain HTTP but on loopback");
	o.address = "localhost";
	ok(http_server_new(&o, NULL, &server, &err) == -1, "no names for an address");
	o.address = "127.0.0.1";
	o.certificate_file = throwaway_path(t, "server.pem");
	ok(http_server_new(&o, NULL, &server, &err) == -1, "no certificate without key");
	o.key_file = throwaway_path(t, "nothing.key");
	ok(http_server_new(&o, NULL, &server, &err) == -1 && err.kind == FAIL_NOT_FOUND, "no key file");
	o.key_file = throwaway_path(t, "program.key");
	ok(http_server_new(&o, NULL, &server, &err) == 0 && http_server_start(server, &err) == -1, "a key of another certificate: %s",
		err.text);
	http_server_free(server);
}

int
main(void)
{
	struct http_server_options o = HTTP_SERVER_OPTIONS;
	struct http_server *plain, *tls;
	struct throwaway t;
	char certificate[160], key[160], ca[160];

	log_open("test_http", LOG_ERROR);
	log_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC)); /* failures are provoked here */
	throwaway_init(&t);
	snprintf(certificate, sizeof(certificate), "%s/server.pem", t.folder);
	snprintf(key, sizeof(key), "%s/server.key", t.folder);
	snprintf(ca, sizeof(ca), "%s/ca.pem", t.folder);
	o.certificate_file = certificate;
	o.key_file = key;
	o.client_ca_file = ca;
	tls = serve(o);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	skip("an idle server is small", "sanitizers take memory of their own");
#else
	ok(resident_kib() < 32 << 10, "an idle server with 16 workers is small: %ld KiB", resident_kib());
#endif
	o = HTTP_SERVER_OPTIONS;
	o.workers = 4;
	o.body_limit = o.raw_limit = 4096;
	o.idle_seconds = 2;
	o.request_seconds = 4;
	plain = serve(o);

	test_tables();
	test_options(&t);
	test_requests(plain);
	test_problem(plain);
	test_limits(plain);
	test_paging(plain);
	test_tls(tls, &t);
	test_metrics(plain);
	test_stop(plain);
	http_server_free(tls);
	throwaway_clear(&t);
	return done_testing();
}
