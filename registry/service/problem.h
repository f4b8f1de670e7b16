/*
 * problem.h - RFC 9457 problem documents, made from struct err in this one place.
 *
 *	{ "type": "about:blank", "title": "Bad Request", "status": 400, "kind": "input",
 *	  "detail": "/child/date_of_birth: 2026-02-30 is not a day", "hint": "...", "instance": "urn:uuid:REQUEST-ID",
 *	  "problems": [ { "pointer": "/child/date_of_birth", "detail": "..." } ], "more": 3 }
 * hint, problems and more (how many problems are not listed) are left out when empty.  The sentence of a FAIL_INTERNAL goes to
 * the log only: it tells of our inside.
 */
#ifndef CATENA_SERVICE_PROBLEM_H
#define CATENA_SERVICE_PROBLEM_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

#define PROBLEM_CONTENT_TYPE "application/problem+json"

int problem_status(enum fail kind);    /* 400 401 403 404 409 413 503 500 */
enum fail problem_kind(int status);    /* the reverse, for clients: any status, FAIL_NONE below 400 */
const char *problem_title(int status); /* RFC 9110 phrase */
/* status: problem_status(err->kind) or a narrower one (405, 415). */
int problem_write(const struct err *err, int status, const char *request_id, struct buf *out);
/* Reads one back into *err (kind by status); text that is no problem document gives a sentence with the status alone. */
void problem_read(struct bytes text, int status, struct err *err);

#endif
