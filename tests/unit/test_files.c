/* test_files.c - a desk's files over HTTP: the right type, the policy, what a browser already has, and no way out of the table. */
#include "config.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "enrolment/civil/desk/desk.h"
#include "registry/desk/desk.h"
#include "tests/tap.h"

enum { ANSWER_MAX = 1 << 20 };

static struct http_server *server;
static char answer[ANSWER_MAX];

/* One request on its own connection; returns the status, and the answer in `answer`. */
static int
ask(const char *method, const char *path, const char *head)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(http_server_port(server)) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status = 0;
	char request[1024];
	size_t n = 0;
	ssize_t got;

	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	if (fd == -1 || connect(fd, (struct sockaddr *)&to, sizeof(to)) == -1)
		bail_out("connect");
	snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s\r\n", method, path, head);
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) != (ssize_t)strlen(request))
		bail_out("send");
	while (n + 1 < sizeof(answer) && (got = read(fd, answer + n, sizeof(answer) - 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	answer[n] = '\0';
	sscanf(answer, "HTTP/1.1 %d", &status);
	return status;
}

static bool
has(const char *text)
{
	return strstr(answer, text) != NULL;
}

static const struct {
	const char *suffix, *content_type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".json", "application/json" },
	{ ".svg", "image/svg+xml" },
	{ ".txt", "text/plain; charset=utf-8" },
};

static const char *
type_of(const char *path)
{
	const char *suffix = *path == '\0' ? ".html" : strrchr(path, '.');

	for (size_t i = 0; i < NELEM(types); i++)
		if (strcmp(types[i].suffix, suffix) == 0)
			return types[i].content_type;
	return "no such type";
}

static bool
served(const struct web_file *f)
{
	char path[256], type[128], head[128];
	const char *body;

	snprintf(path, sizeof(path), "/desk/%s", f->path);
	snprintf(type, sizeof(type), "Content-Type: %s\r\n", type_of(f->path));
	snprintf(head, sizeof(head), "If-None-Match: \"other\", %s\r\n", f->etag);
	if (ask("GET", path, "") != 200 || !has(type) || !has("Cache-Control: no-cache\r\n") || !has(f->etag) || has("Content-Encoding"))
		return false;
	body = strstr(answer, "\r\n\r\n") + 4;
	if (strlen(body) != f->n || memcmp(body, f->octets, f->n) != 0)
		return false;
	if (ask("GET", path, "Accept-Encoding: br, gzip\r\n") != 200 || !has("Content-Encoding: gzip\r\n") || !has("Vary: Accept-Encoding\r\n") ||
		memcmp(strstr(answer, "\r\n\r\n") + 4, f->gzip, f->ngzip) != 0)
		return false;
	return ask("GET", path, head) == 304 && strcmp(strstr(answer, "\r\n\r\n"), "\r\n\r\n") == 0;
}

static void
test_tables(const struct web_file *const *tables)
{
	for (; *tables != NULL; tables++)
		for (const struct web_file *f = *tables; f->path != NULL; f++)
			ok(served(f), "/desk/%s: type, octets, packed, and 304 to who has it", f->path);
}

/* What the policy would refuse in a browser, so that it is found without one. */
static void
test_inline(const struct web_file *const *tables)
{
	bool inlined = false;

	for (; *tables != NULL; tables++)
		for (const struct web_file *f = *tables; f->path != NULL; f++) {
			const char *text = (const char *)f->octets;

			if (strncmp(f->path, "lib/", 4) == 0)
				continue;
			inlined |= memmem(text, f->n, " style=", 7) != NULL || memmem(text, f->n, " onclick=", 9) != NULL ||
				memmem(text, f->n, "innerHTML", 9) != NULL || memmem(text, f->n, "<style", 6) != NULL ||
				memmem(text, f->n, "<script>", 8) != NULL;
		}
	ok(!inlined, "no style, script or markup is written into a page");
}

static const struct {
	const char *path;
	int status;
} outside[] = {
	{ "/desk/nothing.js", 404 },
	{ "/desk/shell", 404 },
	{ "/desk/shell/", 404 },
	{ "/desk/SHELL/start.js", 404 },
	{ "/desk/index.html", 404 },
	{ "/desk/../desk/crest.svg", 400 },
	{ "/desk/../../etc/passwd", 400 },
	{ "/desk/shell/../crest.svg", 400 },
	{ "/desk/./crest.svg", 400 },
	{ "/desk//crest.svg", 400 },
	{ "/desk/%2e%2e/crest.svg", 400 },
	{ "/desk/shell%2fstart.js", 400 },
	{ "/desk/shell%5cstart.js", 400 },
	{ "/desk/crest.svg%00.js", 400 },
	{ "/desk/%ff", 400 },
	{ "/desk/etc/passwd", 404 },
	{ "/desk/registry/desk/crest.svg", 404 },
};

static void
test_outside(void)
{
	for (size_t i = 0; i < NELEM(outside); i++) {
		int status = ask("GET", outside[i].path, "");

		ok(status == outside[i].status, "%s: %d (%d)", outside[i].path, outside[i].status, status);
	}
	ok(ask("POST", "/desk/crest.svg", "Content-Length: 0\r\n") == 405 && has("Allow: GET, HEAD\r\n"), "files are read only");
}

static void
test_policy(void)
{
	ask("GET", "/desk", "");
	ok(has("Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self';") && has("frame-ancestors 'none'"),
		"the policy allows this service's own files");
	ok(!has("unsafe") && !has("http:") && !has("https:") && !has("data:"), "... and nothing else");
	ok(has("X-Content-Type-Options: nosniff\r\n") && has("Referrer-Policy: no-referrer\r\n"), "no guessing, no referrer");
	ok(ask("HEAD", "/desk/crest.svg", "") == 200 && strcmp(strstr(answer, "\r\n\r\n"), "\r\n\r\n") == 0, "HEAD: no body");
	ok(ask("GET", "/", "") == 307 && has("Location: /desk\r\n"), "the root leads to the desk");
	ok(ask("GET", "/desk/crest.svg?x=1", "") == 200, "a query changes nothing");
}

static const struct {
	const char *list;
	bool is_there;
} tags[] = {
	{ "\"a\"", true },
	{ "W/\"a\"", true },
	{ "\"b\", \"a\"", true },
	{ "\"b\",W/\"a\" , \"c\"", true },
	{ "*", true },
	{ NULL, false },
	{ "", false },
	{ "a", false },
	{ "\"aa\"", false },
	{ "\"b,\"a\"", false },
	{ "\"a", false },
	{ "\"b\", ", false },
	{ "\"", false },
};
static const struct {
	const char *list;
	bool is_accepted;
} encodings[] = {
	{ "gzip", true },
	{ "GZIP", true },
	{ "br, gzip;q=0.5", true },
	{ "*", true },
	{ NULL, false },
	{ "", false },
	{ "br", false },
	{ "identity", false },
	{ "gzip;q=0", false },
	{ "gzip; q=0.000, br", false },
	{ "gzipped", false },
	{ "*;q=0", false },
};

static void
test_headers(void)
{
	for (size_t i = 0; i < NELEM(tags); i++)
		ok(etag_listed(tags[i].list, "\"a\"") == tags[i].is_there, "If-None-Match: %s", tags[i].list != NULL ? tags[i].list : "(none)");
	for (size_t i = 0; i < NELEM(encodings); i++)
		ok(accepts_gzip(encodings[i].list) == encodings[i].is_accepted, "Accept-Encoding: %s",
			encodings[i].list != NULL ? encodings[i].list : "(none)");
}

int
main(void)
{
	static const struct web_file *const tables[] = { desk_files, civil_desk_files, NULL };
	static const struct web_file again[] = { { "crest.svg", "image/svg+xml", "\"a\"", (const unsigned char *)"", 0, NULL, 0 }, { NULL } };
	static const struct web_file *const twice[] = { desk_files, civil_desk_files, again, NULL };
	struct http_server_options options = HTTP_SERVER_OPTIONS;
	struct err err = ERR_INIT;

	options.workers = 2;
	if (http_server_new(&options, NULL, &server, &err) == -1)
		bail_out("server: %s", err.text);
	ok(http_server_mount_files(server, "/desk", twice, &err) == -1 && err.kind == FAIL_INTERNAL, "a path in two tables is refused");
	err_clear(&err);
	if (http_server_mount_files(server, "/desk", tables, &err) == -1 || http_server_start(server, &err) == -1)
		bail_out("server: %s", err.text);
	test_tables(tables);
	test_inline(tables);
	test_outside();
	test_policy();
	test_headers();
	http_server_free(server);
	return done_testing();
}
