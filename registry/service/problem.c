#include "config.h"

#include "registry/service/problem.h"

#include <stdio.h>

#include "registry/base/json.h"

static const struct {
	int status;
	enum fail kind;
	const char *title; /* RFC 9110 section 15, RFC 6585 */
} statuses[] = {
	{ 400, FAIL_INPUT, "Bad Request" },
	{ 401, FAIL_UNAUTHENTICATED, "Unauthorized" },
	{ 403, FAIL_DENIED, "Forbidden" },
	{ 404, FAIL_NOT_FOUND, "Not Found" },
	{ 409, FAIL_CONFLICT, "Conflict" },
	{ 413, FAIL_TOO_LARGE, "Content Too Large" },
	{ 503, FAIL_AGAIN, "Service Unavailable" },
	{ 500, FAIL_INTERNAL, "Internal Server Error" },
	/* what only the runtime or somebody else's server says; the first of a kind above is the one we send */
	{ 405, FAIL_INPUT, "Method Not Allowed" },
	{ 408, FAIL_AGAIN, "Request Timeout" },
	{ 410, FAIL_NOT_FOUND, "Gone" },
	{ 412, FAIL_CONFLICT, "Precondition Failed" },
	{ 415, FAIL_INPUT, "Unsupported Media Type" },
	{ 422, FAIL_INPUT, "Unprocessable Content" },
	{ 429, FAIL_AGAIN, "Too Many Requests" },
	{ 431, FAIL_TOO_LARGE, "Request Header Fields Too Large" },
	{ 502, FAIL_AGAIN, "Bad Gateway" },
	{ 504, FAIL_AGAIN, "Gateway Timeout" }
};

int
problem_status(enum fail kind)
{
	for (size_t i = 0; i < NELEM(statuses); i++)
		if (statuses[i].kind == kind)
			return statuses[i].status;
	return 500;
}

enum fail
problem_kind(int status)
{
	for (size_t i = 0; i < NELEM(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].kind;
	return status < 400 ? FAIL_NONE : status < 500 ? FAIL_INPUT
						       : FAIL_INTERNAL;
}

const char *
problem_title(int status)
{
	for (size_t i = 0; i < NELEM(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].title;
	return status < 500 ? "Bad Request" : "Internal Server Error";
}

static json_t *
problem_list(const struct err *err)
{
	json_t *list = json_array();

	for (unsigned i = 0; list != NULL && i < err->nproblem; i++) {
		if (json_array_append_new(list, json_pack("{s:s, s:s}", "pointer", err->problem[i].pointer, "detail", err->problem[i].text)) == -1) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

int
problem_write(const struct err *err, int status, const char *request_id, struct buf *out)
{
	char instance[64];
	const char *detail = err->text;
	struct err text_err = ERR_INIT;
	json_t *doc;
	int rc = -1;

	if (err->kind == FAIL_INTERNAL)
		detail = "the service failed; its log says why under this request id";
	snprintf(instance, sizeof(instance), "urn:uuid:%s", request_id);
	doc = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s}", "type", "about:blank", "title", problem_title(status),
		"status", status, "kind", fail_name(err->kind), "detail", detail, "instance", instance);
	if (doc == NULL)
		return -1;
	if (err->hint[0] != '\0' && json_object_set_new(doc, "hint", json_string(err->hint)) == -1)
		goto out;
	/* of bad input, and of a conflict that lists what it conflicts with */
	if (err->nproblem > 0 && (err->kind == FAIL_INPUT || err->kind == FAIL_CONFLICT) &&
		json_object_set_new(doc, "problems", problem_list(err)) == -1)
		goto out;
	if (err->nmore > 0 && json_object_set_new(doc, "more", json_integer(err->nmore)) == -1)
		goto out;
	rc = json_text(doc, out, &text_err);
out:
	json_decref(doc);
	return rc;
}

void
problem_read(struct bytes text, int status, struct err *err)
{
	struct err json_err = ERR_INIT;
	json_t *doc = NULL, *list, *item;
	const char *detail, *hint;
	size_t i;

	err_clear(err);
	if (json_read(text, &doc, &json_err) == -1 ||
		(detail = json_string_value(json_object_get(doc, "detail"))) == NULL) {
		err_set(err, problem_kind(status), "the service answered %d (%s)", status, problem_title(status));
		json_decref(doc);
		return;
	}
	list = json_object_get(doc, "problems");
	json_array_foreach (list, i, item) {
		const char *pointer = json_string_value(json_object_get(item, "pointer"));
		const char *what = json_string_value(json_object_get(item, "detail"));

		if (pointer != NULL && what != NULL)
			err_problem(err, pointer, "%s", what);
	}
	err_set(err, problem_kind(status), "%s", detail);
	err->nmore += (unsigned)json_integer_value(json_object_get(doc, "more"));
	if ((hint = json_string_value(json_object_get(doc, "hint"))) != NULL)
		err_hint(err, "%s", hint);
	json_decref(doc);
}
