#include "registry/service/files.h"

#include <stdlib.h>
#include <strings.h>

static const char policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
			     "worker-src 'self'; frame-src blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
			     "require-trusted-types-for 'script'; trusted-types catena";

/* ---- the two conditions of a request ---- */

bool
etag_listed(const char *list, const char *etag)
{
	size_t n = strlen(etag);

	if (list == NULL)
		return false;
	while (*list != '\0') {
		list += strspn(list, " \t,");
		if (*list == '*')
			return true;
		if (strncmp(list, "W/", 2) == 0)
			list += 2;
		if (strncmp(list, etag, n) == 0)
			return true;
		if (*list == '"') /* a tag may hold commas */
			list += 1 + strcspn(list + 1, "\"");
		list += strcspn(list, ",");
	}
	return false;
}

/* "gzip", "gzip;q=0.5", "x-gzip" and "*"; a weight of zero says no. */
bool
accepts_gzip(const char *list)
{
	for (; list != NULL && *list != '\0'; list += strcspn(list, ",")) {
		size_t n;
		const char *q;

		list += strspn(list, " \t,");
		n = strcspn(list, " \t,;");
		if (!(n == 4 && strncasecmp(list, "gzip", 4) == 0) && !(n == 6 && strncasecmp(list, "x-gzip", 6) == 0) &&
			!(n == 1 && *list == '*'))
			continue;
		q = list + n + strspn(list + n, " \t;");
		return strncasecmp(q, "q=", 2) != 0 || strtod(q + 2, NULL) > 0;
	}
	return false;
}

/* ---- serving ---- */

static const struct web_file *
file_find(const struct web_file *const *tables, const char *path)
{
	for (; *tables != NULL; tables++)
		for (const struct web_file *f = *tables; f->path != NULL; f++)
			if (strcmp(f->path, path) == 0)
				return f;
	return NULL;
}

static int
reply_file(const struct request *rq, const struct web_file *f, struct reply *rp, struct err *err)
{
	bool packed = accepts_gzip(request_header(rq, "Accept-Encoding"));

	if (reply_header(rp, "ETag", f->etag, err) == -1 || reply_header(rp, "Cache-Control", "no-cache", err) == -1 ||
		reply_header(rp, "Vary", "Accept-Encoding", err) == -1 ||
		reply_header(rp, "Content-Security-Policy", policy, err) == -1 ||
		reply_header(rp, "Cross-Origin-Opener-Policy", "same-origin", err) == -1 ||
		reply_header(rp, "Cross-Origin-Resource-Policy", "same-origin", err) == -1 ||
		reply_header(rp, "Permissions-Policy", "camera=(), geolocation=(), microphone=()", err) == -1)
		return -1;
	if (etag_listed(request_header(rq, "If-None-Match"), f->etag))
		return reply_empty(rp, 304);
	if (packed && reply_header(rp, "Content-Encoding", "gzip", err) == -1)
		return -1;
	return reply_bytes(rp, 200, f->content_type, packed ? BYTES(f->gzip, f->ngzip) : BYTES(f->octets, f->n), err);
}

static int
get_file(struct request *rq, struct reply *rp, struct err *err)
{
	const struct web_file *f = file_find(rq->svc, rq->nparam == 0 ? "" : request_param(rq, "path"));

	return f != NULL ? reply_file(rq, f, rp, err) : err_set(err, FAIL_NOT_FOUND, "path: the desk has no such file");
}

static int
get_root(struct request *rq, struct reply *rp, struct err *err)
{
	return reply_header(rp, "Location", rq->svc, err) == -1 ? -1 : reply_empty(rp, 307);
}

static const struct route file_routes[] = {
	{ "GET", "", 0, get_file, ROUTE_PUBLIC, "the desk" },
	{ "GET", "/{path*}", 0, get_file, ROUTE_PUBLIC, "a file of the desk" },
	{ NULL }
};
static const struct route root_routes[] = {
	{ "GET", "", 0, get_root, ROUTE_PUBLIC, "to the desk" },
	{ NULL }
};

int
http_server_mount_files(struct http_server *server, const char *base, const struct web_file *const *tables, struct err *err)
{
	for (const struct web_file *const *t = tables; *t != NULL; t++)
		for (const struct web_file *f = *t; f->path != NULL; f++)
			if (file_find(tables, f->path) != f)
				return err_set(err, FAIL_INTERNAL, "file %s: in two tables", f->path);
	if (http_server_mount(server, "", root_routes, (void *)(uintptr_t)base, err) == -1)
		return -1;
	return http_server_mount(server, base, file_routes, (void *)(uintptr_t)tables, err);
}
