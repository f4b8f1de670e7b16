/*
 * mrzmatch.c - a component of the register is walked letter by letter, keeping all places of the MRZ's component that its permitted codes
 * can have reached: the work of a small automaton, linear in both.
 */
#include "registry/base/text.h"
#include "registry/doc9303/mrzmatch.h"

/* Places of one component of the MRZ, 0..len. */
struct reached {
	bool at[MRZ_IDENTIFIER_MAX + 1];
};

/* How far a component of the MRZ agrees. */
enum agreement { DIFFERS,
	IS_PREFIX, /* the MRZ ends while the name goes on */
	IS_WHOLE };

struct cursor {
	struct bytes rest; /* of the upper-case name */
	struct bytes mrz;  /* of the identifier in the MRZ: components not compared yet */
	bool was_cut;      /* a component agreed as a prefix, or components of the name are left */
	struct err *err;
};

/* The next component of the MRZ's identifier; empty at the end. */
static struct bytes
next_component(struct bytes *mrz)
{
	size_t n = 0;
	struct bytes c;

	while (n < mrz->n && mrz->p[n] != '<')
		n++;
	c = BYTES(mrz->p, n);
	*mrz = n == mrz->n ? BYTES(mrz->p + n, 0) : BYTES(mrz->p + n + 1, mrz->n - n - 1);
	return c;
}

/* One letter further: each code from each place.  Returns whether the MRZ's component can end inside this letter. */
static bool
step(const struct translit_codes *codes, struct bytes component, struct reached *r)
{
	struct reached next = { { false } };
	bool ends = false;

	for (size_t from = 0; from <= component.n; from++) {
		if (!r->at[from])
			continue;
		for (unsigned i = 0; i < codes->n; i++) {
			size_t n = strlen(codes->code[i]), left = component.n - from;

			if (n <= left && memcmp(component.p + from, codes->code[i], n) == 0)
				next.at[from + n] = true;
			else if (n > left && memcmp(component.p + from, codes->code[i], left) == 0)
				ends = true;
		}
	}
	memcpy(r->at, next.at, component.n + 1);
	return ends;
}

/* The next component of the name (skipping what leaves nothing) against `component`.  1 when there was one, 0 at the end, -1 unknown letter. */
static int
compare_component(struct cursor *c, struct bytes component, enum agreement *agreement)
{
	struct translit_codes codes = { 0 }, last = { 0 };
	struct reached r;
	bool has_letter = false, ends = false;
	uint32_t letter;
	size_t n;

	memset(r.at, 0, component.n + 1);
	r.at[0] = true;
	while ((n = text_next(c->rest, &letter)) > 0) {
		enum translit_kind kind = translit_permitted(letter, &codes);

		c->rest = BYTES(c->rest.p + n, c->rest.n - n);
		if (kind == TRANSLIT_UNKNOWN)
			return err_set(c->err, FAIL_INPUT, "name: U+%04X has no transliteration (Doc 9303-3 section 6)", (unsigned)letter);
		if (kind == TRANSLIT_SEPARATOR && has_letter)
			break;
		if (kind == TRANSLIT_DOUBLE && last.doubles)
			codes = last;
		else if (kind != TRANSLIT_LETTER)
			continue;
		ends = step(&codes, component, &r) || ends;
		last = codes;
		has_letter = true;
	}
	if (!has_letter)
		return 0;
	*agreement = r.at[component.n] ? IS_WHOLE : ends ? IS_PREFIX
							 : DIFFERS;
	return 1;
}

/* An identifier, component by component.  0: differs, 1: agrees as far as it goes, -1. */
static int
compare_identifier(struct bytes upper, const char *identifier, struct cursor *c)
{
	bool is_first = true;

	c->rest = upper;
	c->mrz = bytes_str(identifier);
	for (;; is_first = false) {
		struct bytes component = next_component(&c->mrz);
		enum agreement agreement = DIFFERS;
		int there = compare_component(c, component, &agreement);

		if (there == -1)
			return -1;
		if (there == 0) /* the name is at its end: so must be the MRZ */
			return component.n == 0 && !is_first;
		if (component.n == 0) {
			c->was_cut = true;
			return !is_first;
		}
		if (agreement == DIFFERS)
			return 0;
		c->was_cut = c->was_cut || agreement == IS_PREFIX;
	}
}

static int
upper_of(struct bytes text, struct buf *upper, struct err *err)
{
	struct buf clean = BUF_INIT;
	int rc = -1;

	if (text_clean(text, &clean, err) == 0 && text_upper(bytes_of(&clean), upper, err) == 0)
		rc = 0;
	buf_wipe(&clean);
	return rc;
}

int
mrz_name_match(struct bytes primary, struct bytes secondary, const struct mrz_name *name, enum mrz_match *match, struct err *err)
{
	struct buf p = BUF_INIT, s = BUF_INIT;
	struct cursor c = { .err = err };
	int agrees, rc = -1;

	if (upper_of(primary, &p, err) == -1 || upper_of(secondary, &s, err) == -1)
		goto out;
	agrees = compare_identifier(bytes_of(&p), name->primary, &c);
	if (agrees == 1) {
		bool has = s.n > 0;

		agrees = has != (name->secondary[0] != 0) ? 0 : has ? compare_identifier(bytes_of(&s), name->secondary, &c)
								    : 1;
	}
	if (agrees == -1)
		goto out;
	*match = agrees == 0 || (c.was_cut && !name->may_be_truncated) ? MRZ_MATCH_NO : c.was_cut ? MRZ_MATCH_TRUNCATED
												  : MRZ_MATCH_WHOLE;
	rc = 0;
out:
	buf_wipe(&p);
	buf_wipe(&s);
	return rc;
}
