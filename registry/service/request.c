#include "config.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "registry/base/text.h"
#include "registry/service/runtime.h"

bool
principal_has_role(const struct principal *who, uint64_t any_of)
{
	return (who->roles & any_of) != 0;
}

bool
principal_in_office(const struct principal *who, const struct uuid *office)
{
	for (unsigned i = 0; i < who->noffice; i++)
		if (uuid_equal(&who->office[i], office))
			return true;
	return false;
}

/* ---- the request line ---- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* RFC 3986 2.1, in place; `plus`: '+' is a space (forms).  The result is UTF-8 without control characters. */
static int
percent_decode(char *s, bool plus, const char *what, struct err *err)
{
	char *to = s;

	for (const char *from = s; *from != '\0'; from++) {
		if (*from == '%') {
			int high = hex_digit(from[1]), low = high == -1 ? -1 : hex_digit(from[2]);

			if (low == -1)
				return err_set(err, FAIL_INPUT, "%s: %% without two hexadecimal digits (RFC 3986 2.1)", what);
			*to = (char)(high << 4 | low);
			from += 2;
		} else {
			*to = plus && *from == '+' ? ' ' : *from;
		}
		if ((unsigned char)*to < 0x20 || *to == 0x7F)
			return err_set(err, FAIL_INPUT, "%s: control character %02X", what, (unsigned)(unsigned char)*to);
		to++;
	}
	*to = '\0';
	if (!text_is_utf8(bytes_str(s)))
		return err_set(err, FAIL_INPUT, "%s: not UTF-8", what);
	return 0;
}

static int
cut_path(char *path, char *segment[PATH_MAX_SEGMENTS], unsigned *nsegment, struct err *err)
{
	char *s = path + 1, *slash;
	unsigned n = 0;

	while (*s != '\0') {
		if (n == PATH_MAX_SEGMENTS)
			return err_set(err, FAIL_INPUT, "path: more than %d segments", PATH_MAX_SEGMENTS);
		if ((slash = strchr(s, '/')) != NULL)
			*slash = '\0';
		if (percent_decode(s, false, "path", err) == -1)
			return -1;
		if (*s == '\0' || strcmp(s, ".") == 0 || strcmp(s, "..") == 0 || strpbrk(s, "/\\") != NULL)
			return err_set(err, FAIL_INPUT, "path: segment %u is empty, a dot segment or holds a slash", n + 1);
		segment[n++] = s;
		if (slash == NULL)
			break;
		s = slash + 1;
	}
	*nsegment = n;
	return 0;
}

static int
cut_query(char *query, struct request *rq, struct err *err)
{
	char *save = NULL, *equals;

	for (char *pair = strtok_r(query, "&", &save); pair != NULL; pair = strtok_r(NULL, "&", &save)) {
		char *value = pair + strlen(pair);

		if ((equals = strchr(pair, '=')) != NULL) {
			*equals = '\0';
			value = equals + 1;
		}
		if (percent_decode(pair, true, "query", err) == -1 || percent_decode(value, true, "query", err) == -1)
			return -1;
		if (request_query(rq, pair) != NULL)
			return err_set(err, FAIL_INPUT, "query: parameter %u occurs for the second time", rq->nquery + 1);
		if (rq->nquery == REQUEST_MAX_QUERY)
			return err_set(err, FAIL_INPUT, "query: more than %d parameters", REQUEST_MAX_QUERY);
		rq->query[rq->nquery++] = (struct request_value){ pair, value };
	}
	return 0;
}

int
request_uri(char *uri, struct request *rq, char *segment[PATH_MAX_SEGMENTS], unsigned *nsegment, struct err *err)
{
	char *query = strchr(uri, '?');

	if (uri[0] != '/')
		return err_set(err, FAIL_INPUT, "request target: does not begin with a slash (RFC 9112 3.2.1)");
	if (query != NULL)
		*query++ = '\0';
	if (cut_path(uri, segment, nsegment, err) == -1)
		return -1;
	return query != NULL ? cut_query(query, rq, err) : 0;
}

/* ---- what handlers ask ---- */

const char *
request_param(const struct request *rq, const char *name)
{
	for (unsigned i = 0; i < rq->nparam; i++)
		if (strcmp(rq->param[i].name, name) == 0)
			return rq->param[i].value;
	assert(!"the pattern of the route has no parameter of this name");
	return "";
}

int
request_param_uuid(const struct request *rq, const char *name, struct uuid *id, struct err *err)
{
	if (uuid_parse(bytes_str(request_param(rq, name)), id, err) == -1)
		return err_set(err, FAIL_INPUT, "path parameter %s: not a UUID (RFC 9562 4)", name);
	return 0;
}

const char *
request_query(const struct request *rq, const char *name)
{
	for (unsigned i = 0; i < rq->nquery; i++)
		if (strcmp(rq->query[i].name, name) == 0)
			return rq->query[i].value;
	return NULL;
}

int
request_query_int(const struct request *rq, const char *name, int64_t min, int64_t max, int64_t otherwise, int64_t *value,
	struct err *err)
{
	const char *text = request_query(rq, name);
	char *end;
	long long n;

	if (text == NULL) {
		*value = otherwise;
		return 0;
	}
	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || *text == ' ' || *text == '+' || n < min || n > max)
		return err_set(err, FAIL_INPUT, "query parameter %s: not a whole number from %" PRId64 " to %" PRId64, name, min, max);
	*value = n;
	return 0;
}

int
request_query_uuid(const struct request *rq, const char *name, struct uuid *id, struct err *err)
{
	const char *text = request_query(rq, name);

	if (text == NULL)
		return 0;
	if (uuid_parse(bytes_str(text), id, err) == -1)
		return err_set(err, FAIL_INPUT, "query parameter %s: not a UUID (RFC 9562 4)", name);
	return 1;
}

int
request_query_known(const struct request *rq, const char *const *names, struct err *err)
{
	for (unsigned i = 0; i < rq->nquery; i++) {
		const char *const *name = names;

		while (*name != NULL && strcmp(*name, rq->query[i].name) != 0)
			name++;
		if (*name == NULL) /* its name is the client's text: not repeated */
			return err_set(err, FAIL_INPUT, "query: parameter %u has a name that this route does not know", i + 1);
	}
	return 0;
}

const char *
request_header(const struct request *rq, const char *name)
{
	const struct call *call = rq->runtime;

	return call == NULL ? NULL : MHD_lookup_connection_value(call->mhd, MHD_HEADER_KIND, name);
}

int
request_json(const struct request *rq, const struct json_field *fields, void *into, struct err *err)
{
	if (rq->json == NULL)
		return err_set(err, FAIL_INPUT, "body: there is none, a JSON object is needed");
	return json_get(rq->json, fields, into, err);
}

void
request_digest(const struct request *rq, uint8_t digest[SHA256_LEN])
{
	uint8_t part[3][SHA256_LEN];

	sha256(bytes_str(rq->method), part[0]);
	sha256(bytes_str(rq->path), part[1]);
	sha256(rq->body, part[2]);
	sha256(BYTES(part, sizeof(part)), digest);
}

/* ---- the reply ---- */

int
reply_json(struct reply *rp, int status, json_t *value, struct err *err)
{
	int rc;

	if (value == NULL)
		return err_set(err, FAIL_INTERNAL, "no memory for the reply");
	buf_clear(&rp->body);
	rc = json_text(value, &rp->body, err);
	json_decref(value);
	rp->status = status;
	rp->content_type = "application/json";
	return rc;
}

int
reply_bytes(struct reply *rp, int status, const char *content_type, struct bytes body, struct err *err)
{
	buf_clear(&rp->body);
	buf_bytes(&rp->body, body);
	rp->status = status;
	rp->content_type = content_type;
	return buf_check(&rp->body, err);
}

int
reply_empty(struct reply *rp, int status)
{
	buf_clear(&rp->body);
	rp->status = status;
	return 0;
}

int
reply_header(struct reply *rp, const char *name, const char *value, struct err *err)
{
	char *copy;

	for (const char *c = value; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7F)
			return err_set(err, FAIL_INTERNAL, "reply header %s: control character %02X", name, (unsigned)(unsigned char)*c);
	if (rp->nheader == REPLY_MAX_HEADERS)
		return err_set(err, FAIL_INTERNAL, "reply header %s: more than %d headers", name, REPLY_MAX_HEADERS);
	if ((copy = strdup(value)) == NULL)
		return err_set(err, FAIL_INTERNAL, "reply header %s: no memory", name);
	rp->header[rp->nheader++] = (struct reply_header){ name, copy };
	return 0;
}

void
reply_clear(struct reply *rp)
{
	buf_clear(&rp->body);
	for (unsigned i = 0; i < rp->nheader; i++)
		free(rp->header[i].value);
	*rp = REPLY_INIT;
}
