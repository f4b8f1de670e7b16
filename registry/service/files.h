/*
 * files.h - the files of a desk (pages, modules, styles), served from tables that the build makes (registry/desk/embed.sh).
 *
 * They are part of the program: page and interface are always of one version, nothing on the disk can be exchanged under a
 * running service, and no path of a request ever becomes a path of the file system.
 *
 * Every file goes out with an ETag and Cache-Control: no-cache, so that a browser asks each time and is told 304 in one packet,
 * and with a Content-Security-Policy under which only this service's own scripts and styles run, none of them written into a page.
 */
#ifndef CATENA_SERVICE_FILES_H
#define CATENA_SERVICE_FILES_H
#include "registry/service/http.h"

struct web_file {
	const char *path; /* below the mount, without a slash at either end: "shell/form.js"; "" is what the mount itself shows */
	const char *content_type;
	const char *etag; /* with its quotes: of the SHA-256 of the octets */
	const unsigned char *octets;
	size_t n;
	const unsigned char *gzip; /* the same, RFC 1952 */
	size_t ngzip;
};
/* A table of files ends with path NULL. */

/*
 * Serves the tables (NULL-terminated list, must outlive the server) below base, "/desk"; / leads there.  A path in two of them is
 * FAIL_INTERNAL.  To be called once, before the start.
 */
int http_server_mount_files(struct http_server *server, const char *base, const struct web_file *const *tables, struct err *err);

/* Is the tag in the value of an If-None-Match header?  RFC 9110 13.1.2, weak comparison. */
bool etag_listed(const char *if_none_match, const char *etag);
/* Does an Accept-Encoding header allow gzip?  RFC 9110 12.5.3; NULL does not. */
bool accepts_gzip(const char *accept_encoding);

#endif
