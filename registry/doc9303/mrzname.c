/* mrzname.c - names in the MRZ: composed, cut, read.  Doc 9303-3 4.6. */
#include <assert.h>

#include "registry/doc9303/mrzname.h"

enum { MAX_COMPONENTS = (MRZ_IDENTIFIER_MAX + 1) / 2 };

/* An identifier as it is being cut: pieces of the text. */
struct components {
	size_t n;
	struct {
		const char *p;
		size_t n;
	} c[MAX_COMPONENTS];
};

static void
components_of(const char *identifier, struct components *c)
{
	c->n = 0;
	for (const char *p = identifier; *p != 0; p++) {
		if (p == identifier || p[-1] == '<') {
			c->c[c->n].p = p;
			c->c[c->n++].n = 0;
		}
		if (*p != '<')
			c->c[c->n - 1].n++;
	}
}

static size_t
components_length(const struct components *c)
{
	size_t n = c->n == 0 ? 0 : c->n - 1;

	for (size_t i = 0; i < c->n; i++)
		n += c->c[i].n;
	return n;
}

/* Shortens to at most `room` (>= 1) characters: the longest component first, the last of equals; initials at the end of the road. */
static void
shorten_evenly(struct components *c, size_t room)
{
	while (2 * c->n - 1 > room)
		c->n--; /* not even initials of all fit */
	for (size_t length = components_length(c); length > room; length--) {
		size_t longest = 0;

		for (size_t i = 1; i < c->n; i++)
			if (c->c[i].n >= c->c[longest].n)
				longest = i;
		c->c[longest].n--;
	}
}

/*
 * Cuts the end so that `room` characters remain.  Where the cut would leave a separator last, the last component of two letters or more
 * before it gives one letter, and the next component's initial takes the last position.
 */
static void
cut_end(struct components *c, size_t room)
{
	size_t used = 0, i;

	for (i = 0; i < c->n && used + (i > 0) + c->c[i].n <= room; i++)
		used += (i > 0) + c->c[i].n;
	if (i == c->n)
		return;
	if (room > used + (i > 0)) { /* part of component i fits */
		c->c[i].n = room - used - (i > 0);
		c->n = i + 1;
		return;
	}
	c->n = i;
	if (room == used)
		return;
	for (size_t k = i; k-- > 0;)
		if (c->c[k].n > 1) {
			c->c[k].n--;
			c->c[i].n = 1;
			c->n = i + 1;
			return;
		}
}

static size_t
components_write(const struct components *c, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (i > 0)
			out[n++] = '<';
		memcpy(out + n, c->c[i].p, c->c[i].n);
		n += c->c[i].n;
	}
	return n;
}

static int
check_identifier(const char *which, const char *identifier, struct err *err)
{
	if (strlen(identifier) > MRZ_IDENTIFIER_MAX)
		return err_set(err, FAIL_INPUT, "%s identifier: longer than %d letters", which, MRZ_IDENTIFIER_MAX);
	if (!translit_is_identifier(identifier))
		return err_set(err, FAIL_INPUT, "%s identifier: must be components of A-Z joined by < (Doc 9303-3 4.6)", which);
	return 0;
}

static size_t
name_length(const struct components *p, const struct components *s)
{
	return components_length(p) + (s->n > 0 ? 2 + components_length(s) : 0);
}

/* What does not fit: the header says how. */
static void
name_truncate(struct components *p, struct components *s, const char *secondary, size_t width)
{
	size_t p_len = components_length(p), keep;

	if (s->n == 0) {
		shorten_evenly(p, width);
		return;
	}
	if (p_len + 3 > width) { /* the primary identifier must give way, to a quarter of the field at most */
		keep = s->c[0].n < width / 4 ? s->c[0].n : width / 4;
		shorten_evenly(p, width - 2 - (keep > 0 ? keep : 1));
		p_len = components_length(p);
	}
	cut_end(s, width - 2 - p_len);
	if (name_length(p, s) == width || p_len == 1)
		return;
	/* after initials alone ("J<SMITH") a separator would be last: a letter of the primary identifier makes room */
	shorten_evenly(p, p_len - 1);
	components_of(secondary, s);
	cut_end(s, width - 2 - components_length(p));
}

int
mrz_name_field(const char *primary, const char *secondary, size_t width, char *out, struct err *err)
{
	struct components p, s;
	size_t n;

	assert(width >= 4);
	s.n = 0;
	if (check_identifier("primary", primary, err) == -1)
		return -1;
	components_of(primary, &p);
	if (secondary != NULL && secondary[0] != 0) {
		if (check_identifier("secondary", secondary, err) == -1)
			return -1;
		components_of(secondary, &s);
	}
	if (name_length(&p, &s) > width) {
		name_truncate(&p, &s, secondary, width);
		if (name_length(&p, &s) != width) /* only single letters: no choice of cuts puts one into the last position */
			return err_set(err, FAIL_INPUT, "name: cannot be cut to %zu characters that end with a letter (Doc 9303-3 4.6)",
				width);
	}
	n = components_write(&p, out);
	if (s.n > 0) {
		memcpy(out + n, "<<", 2);
		n += 2 + components_write(&s, out + n + 2);
	}
	memset(out + n, '<', width - n);
	return 0;
}

int
mrz_name_parse(struct bytes field, struct mrz_name *name, struct err *err)
{
	size_t n = field.n, gap = 0;

	for (size_t i = 0; i < field.n; i++)
		if (field.p[i] != '<' && (field.p[i] < 'A' || field.p[i] > 'Z'))
			return err_set(err, FAIL_INPUT, "name: position %zu is not A-Z or < (Doc 9303-3 4.6)", i + 1);
	while (n > 0 && field.p[n - 1] == '<')
		n--;
	if (n == 0 || field.p[0] == '<')
		return err_set(err, FAIL_INPUT, "name: does not begin with the primary identifier (Doc 9303-3 4.6)");
	if (n > MRZ_IDENTIFIER_MAX)
		return err_set(err, FAIL_INPUT, "name: longer than %d characters", MRZ_IDENTIFIER_MAX);
	for (size_t i = 1; i < n; i++) {
		if (field.p[i] != '<' || field.p[i - 1] != '<')
			continue;
		if (gap != 0)
			return err_set(err, FAIL_INPUT, "name: position %zu is a second << or a third < (Doc 9303-3 4.6)", i + 1);
		gap = i - 1;
	}
	memcpy(name->primary, field.p, gap != 0 ? gap : n);
	name->primary[gap != 0 ? gap : n] = 0;
	if (gap != 0)
		memcpy(name->secondary, field.p + gap + 2, n - gap - 2);
	name->secondary[gap != 0 ? n - gap - 2 : 0] = 0;
	name->may_be_truncated = n == field.n;
	return 0;
}

static int
identifier_from_unicode(const char *which, struct bytes text, const struct translit_options *options, char out[MRZ_IDENTIFIER_MAX + 1],
	struct err *err)
{
	struct buf b = BUF_INIT;
	int rc = -1;

	if (translit_identifier(text, options, &b, err) == -1) {
		err_prefix(err, "%s identifier", which);
		goto out;
	}
	if (b.n > MRZ_IDENTIFIER_MAX) {
		err_set(err, FAIL_INPUT, "%s identifier: longer than %d letters", which, MRZ_IDENTIFIER_MAX);
		goto out;
	}
	memcpy(out, b.p, b.n);
	out[b.n] = 0;
	rc = 0;
out:
	buf_wipe(&b);
	return rc;
}

int
mrz_name_from_unicode(struct bytes primary, struct bytes secondary, const struct translit_options *options, struct mrz_name *name,
	struct err *err)
{
	char p[MRZ_IDENTIFIER_MAX + 1], s[MRZ_IDENTIFIER_MAX + 1] = "";

	if (identifier_from_unicode("primary", primary, options, p, err) == -1 ||
		(secondary.n > 0 && identifier_from_unicode("secondary", secondary, options, s, err) == -1))
		return -1;
	strcpy(name->primary, p);
	strcpy(name->secondary, s);
	name->may_be_truncated = false;
	return 0;
}
