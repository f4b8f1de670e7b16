#include "config.h"

#include <ctype.h>
#include <stdlib.h>

#include "registry/service/runtime.h"

static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

/* One segment of a pattern, without slashes. */
struct segment {
	const char *p;
	size_t n;
	enum { LITERAL,
		PARAM,
		TAIL } kind;
};

/* The next segment of *pattern, which stands on a slash; false at the end. */
static bool
next_segment(const char **pattern, struct segment *s)
{
	if (**pattern != '/' || (*pattern)[1] == '\0')
		return false;
	s->p = *pattern + 1;
	s->n = strcspn(s->p, "/");
	*pattern = s->p + s->n;
	s->kind = LITERAL;
	if (s->n > 2 && s->p[0] == '{' && s->p[s->n - 1] == '}') {
		s->p++;
		s->n -= 2;
		s->kind = PARAM;
		if (s->n > 1 && s->p[s->n - 1] == '*') {
			s->n--;
			s->kind = TAIL;
		}
	}
	return true;
}

/* ---- checking a table ---- */

static int
pattern_check(const char *pattern, struct err *err)
{
	const char *rest = pattern;
	struct segment s = { .kind = LITERAL };
	unsigned nparam = 0;

	if (pattern[0] != '/' && pattern[0] != '\0')
		return err_set(err, FAIL_INTERNAL, "pattern %s: does not begin with a slash", pattern);
	while (next_segment(&rest, &s)) {
		if (s.kind == TAIL && *rest != '\0')
			return err_set(err, FAIL_INTERNAL, "pattern %s: something follows {name*}", pattern);
		if (s.kind != LITERAL && ++nparam > REQUEST_MAX_PARAMS)
			return err_set(err, FAIL_INTERNAL, "pattern %s: more than %d parameters", pattern, REQUEST_MAX_PARAMS);
		for (size_t i = 0; i < s.n; i++)
			if (!isalnum((unsigned char)s.p[i]) && strchr("-_.~", s.p[i]) == NULL)
				return err_set(err, FAIL_INTERNAL, "pattern %s: character %c", pattern, s.p[i]);
		if (s.n == 0)
			return err_set(err, FAIL_INTERNAL, "pattern %s: empty segment", pattern);
	}
	return 0;
}

int
route_check(const struct route *routes, struct err *err)
{
	for (const struct route *r = routes; r->method != NULL; r++) {
		size_t m = 0;

		while (m < NELEM(methods) && strcmp(methods[m], r->method) != 0)
			m++;
		if (m == NELEM(methods))
			return err_set(err, FAIL_INTERNAL, "route %s: method %s", r->pattern, r->method);
		if (pattern_check(r->pattern, err) == -1)
			return -1;
		if (r->handler == NULL || r->summary == NULL || *r->summary == '\0')
			return err_set(err, FAIL_INTERNAL, "route %s %s: no handler or no summary", r->method, r->pattern);
		if ((r->roles == 0) != ((r->flags & ROUTE_PUBLIC) != 0) || (r->roles & ~ROLES_ALL) != 0)
			return err_set(err, FAIL_INTERNAL, "route %s %s: needs either roles or ROUTE_PUBLIC", r->method, r->pattern);
		if ((r->flags & ROUTE_CHANGES) != 0 && m == 0)
			return err_set(err, FAIL_INTERNAL, "route GET %s: changes something", r->pattern);
		for (const struct route *other = routes; other < r; other++)
			if (strcmp(other->method, r->method) == 0 && strcmp(other->pattern, r->pattern) == 0)
				return err_set(err, FAIL_INTERNAL, "route %s %s: twice in the table", r->method, r->pattern);
	}
	return 0;
}

void
routes_manual(const char *base, const struct route *routes, struct buf *out)
{
	for (const struct route *r = routes; r->method != NULL; r++) {
		buf_printf(out, ".It Li \"%s %s%s\"\n%s.\n", r->method, base, r->pattern, r->summary);
		if ((r->flags & ROUTE_PUBLIC) != 0) {
			buf_str(out, "For everybody.\n");
			continue;
		}
		buf_str(out, "For ");
		if (r->roles == ROLES_ALL)
			buf_str(out, "everybody who is signed in, and programs");
		else if (r->roles == ROLES_OFFICERS)
			buf_str(out, "every officer who is signed in");
		else
			roles_print(r->roles, out);
		buf_str(out, ".\n");
	}
}

/* ---- matching ---- */

/* Does the pattern take these segments?  *rank orders the patterns that do: literal before {name} before {name*}, from the left. */
static bool
pattern_takes(const char *pattern, char *const segment[], unsigned nsegment, uint64_t *rank)
{
	struct segment s;
	uint64_t r = 0;
	unsigned i = 0;

	while (next_segment(&pattern, &s)) {
		if (i == nsegment)
			return false;
		if (s.kind == LITERAL && (strlen(segment[i]) != s.n || memcmp(segment[i], s.p, s.n) != 0))
			return false;
		r |= (uint64_t)(s.kind == LITERAL ? 3 : s.kind == PARAM ? 2
									: 1)
			<< (2 * (PATH_MAX_SEGMENTS - 1 - i));
		i++;
		if (s.kind == TAIL)
			i = nsegment;
	}
	*rank = r;
	return i == nsegment;
}

static int
tail_join(char *const segment[], unsigned nsegment, unsigned first, char **tail, struct err *err)
{
	struct buf joined = BUF_INIT;

	for (unsigned i = first; i < nsegment; i++) {
		if (i > first)
			buf_str(&joined, "/");
		buf_str(&joined, segment[i]);
	}
	if (buf_check(&joined, err) == -1) {
		buf_clear(&joined);
		return -1;
	}
	*tail = buf_take_str(&joined);
	return 0;
}

static int
take_params(const struct bound_route *b, char *const segment[], unsigned nsegment, struct request *rq, char **tail,
	struct err *err)
{
	const char *pattern = b->pattern;
	struct segment s;
	unsigned i = 0;

	rq->nparam = 0;
	while (next_segment(&pattern, &s)) {
		if (s.kind == TAIL && tail_join(segment, nsegment, i, tail, err) == -1)
			return -1;
		if (s.kind != LITERAL) {
			rq->param[rq->nparam] = (struct request_value){ b->param_name[rq->nparam], s.kind == TAIL ? *tail : segment[i] };
			rq->nparam++;
		}
		i++;
	}
	return 0;
}

int
bound_route_new(const char *base, const struct route *route, void *svc, struct bound_route **bound, struct err *err)
{
	struct bound_route *b = calloc(1, sizeof(*b));
	struct buf pattern = BUF_INIT;
	const char *rest;
	struct segment s;
	unsigned n = 0;

	if (b == NULL)
		return err_set(err, FAIL_INTERNAL, "route %s: no memory", route->pattern);
	b->route = route;
	b->svc = svc;
	buf_printf(&pattern, "%s%s", base, route->pattern);
	if (buf_check(&pattern, err) == -1)
		goto fail;
	b->pattern = buf_take_str(&pattern);
	for (rest = b->pattern; next_segment(&rest, &s);) {
		if (s.kind == LITERAL)
			continue;
		if (n == REQUEST_MAX_PARAMS || (b->param_name[n++] = strndup(s.p, s.n)) == NULL) {
			err_set(err, FAIL_INTERNAL, "route %s: no memory", route->pattern);
			goto fail;
		}
	}
	*bound = b;
	return 0;
fail:
	buf_clear(&pattern);
	bound_route_free(b);
	return -1;
}

void
bound_route_free(struct bound_route *b)
{
	if (b == NULL)
		return;
	for (unsigned i = 0; i < REQUEST_MAX_PARAMS; i++)
		free(b->param_name[i]);
	free(b->pattern);
	free(b);
}

struct bound_route *
route_match(const struct http_server *server, const char *method, char *const segment[], unsigned nsegment, struct request *rq,
	char **tail, struct buf *allow, struct err *err)
{
	struct bound_route *best = NULL;
	uint64_t rank, best_rank = 0;

	for (unsigned i = 0; i < server->nroute; i++) {
		struct bound_route *b = server->route[i];

		if (!pattern_takes(b->pattern, segment, nsegment, &rank))
			continue;
		if (allow->n == 0 || strstr(buf_cstr(allow), b->route->method) == NULL) {
			buf_printf(allow, "%s%s", allow->n > 0 ? ", " : "", b->route->method);
			if (strcmp(b->route->method, "GET") == 0)
				buf_str(allow, ", HEAD");
		}
		if (strcmp(b->route->method, method) == 0 && (best == NULL || rank > best_rank)) {
			best = b;
			best_rank = rank;
		}
	}
	if (best == NULL) {
		if (allow->n == 0)
			err_set(err, FAIL_NOT_FOUND, "path: nothing is served there");
		else
			err_set(err, FAIL_INPUT, "method: this path has %s", buf_cstr(allow));
		return NULL;
	}
	return take_params(best, segment, nsegment, rq, tail, err) == -1 ? NULL : best;
}
