#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry/base/digest.h"
#include "registry/match/keys.h"

/*
 * The keys, each of parts that two records of one birth may share.  Alone, neither a frequent name nor a day is a key: each is
 * joined with something else, so that a block stays small however many records there are.
 *	D  day of birth, a token of the child's name               one name wrong, parents wrong; day and month may be swapped
 *	E  1 January: two tokens of child and mother in its stead: on that day stand all whose birthday nobody knows
 *	Y  year of birth, all of the child's tokens                day not known; order of names
 *	Z  two of year, month, day, all of the child's tokens      one part of the date wrong, parents unknown
 *	P  year, or month and day, a given name, all of the mother's tokens    date wrong, surname wrong
 *	M  day of birth, all of the mother's tokens                the child's names wrong or not yet given
 *	B  the mother's birth and a given name of hers             other births of this mother
 * Tokens go in by their phonetic code.
 */
enum { PAIRED = 6, /* tokens that are joined in pairs: 15 */
	GIVEN = 2 };

struct key_set {
	int64_t *key;
	size_t n;
};

static void
add(struct key_set *set, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void
add(struct key_set *set, const char *fmt, ...)
{
	char text[MATCH_TOKENS * 2 * MATCH_TOKEN + 64];
	uint8_t digest[SHA256_LEN];
	uint64_t k = 0;
	va_list ap;
	int n;

	if (set->n == MATCH_KEYS)
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sha256(BYTES(text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1), digest);
	for (size_t i = 0; i < 8; i++)
		k = k << 8 | digest[i];
	memcpy(&set->key[set->n++], &k, sizeof(k));
	wipe(text, sizeof(text));
}

static int
compare_keys(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* The codes of a person's names, sorted, and all of them as one text. */
struct codes {
	const char *code[2 * MATCH_TOKENS];
	size_t n;
	char all[MATCH_TOKENS * 2 * MATCH_TOKEN];
};

static int
compare_codes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
codes_of(const struct match_person *p, struct codes *c)
{
	c->n = 0;
	c->all[0] = '\0';
	for (unsigned i = 0; i < p->secondary.n; i++)
		c->code[c->n++] = p->secondary.token[i].code;
	for (unsigned i = 0; i < p->primary.n; i++)
		c->code[c->n++] = p->primary.token[i].code;
	qsort(c->code, c->n, sizeof(c->code[0]), compare_codes);
	for (size_t i = 0; i < c->n; i++) {
		if (i > 0)
			strcat(c->all, " ");
		strcat(c->all, c->code[i]);
	}
}

/* The same for 3 May and 5 March. */
static int
day_block(struct date d)
{
	int low = d.day < d.month ? d.day : d.month, high = d.day < d.month ? d.month : d.day;

	return d.year * 10000 + high * 100 + low;
}

static void
add_pairs(struct key_set *set, char kind, int block, const struct codes *c)
{
	for (size_t i = 0; i < c->n && i < PAIRED; i++)
		for (size_t j = i + 1; j < c->n && j < PAIRED; j++)
			add(set, "%d%c|%d|%s %s", MATCH_KEYS_VERSION, kind, block, c->code[i], c->code[j]);
	if (c->n == 1)
		add(set, "%d%c|%d|%s", MATCH_KEYS_VERSION, kind, block, c->code[0]);
}

static bool
is_new_year(struct date d)
{
	return d.precision == DATE_DAY && d.month == 1 && d.day == 1;
}

/* By the whole date of birth. */
static void
add_day(struct key_set *set, struct date day, const struct codes *child, const struct codes *mother)
{
	struct codes both = *child;

	if (is_new_year(day)) {
		for (size_t i = 0; i < mother->n && both.n < NELEM(both.code); i++)
			both.code[both.n++] = mother->code[i];
		qsort(both.code, both.n, sizeof(both.code[0]), compare_codes);
		add_pairs(set, 'E', day.year, &both);
		return;
	}
	for (size_t i = 0; i < child->n; i++)
		add(set, "%dD|%d|%s", MATCH_KEYS_VERSION, day_block(day), child->code[i]);
	if (mother->n > 0)
		add(set, "%dM|%d|%s", MATCH_KEYS_VERSION, day_block(day), mother->all);
}

/* By parts of it. */
static void
add_parts(struct key_set *set, struct date day, const struct match_name *given, const struct codes *child, const struct codes *mother)
{
	if (day.precision >= DATE_YEAR && child->n > 0)
		add(set, "%dY|%d|%s", MATCH_KEYS_VERSION, day.year, child->all);
	for (unsigned i = 0; i < given->n && i < GIVEN && mother->n > 0; i++) {
		if (day.precision >= DATE_YEAR)
			add(set, "%dP|%d|%s|%s", MATCH_KEYS_VERSION, day.year, given->token[i].code, mother->all);
		if (day.precision == DATE_DAY)
			add(set, "%dP|%d-%d|%s|%s", MATCH_KEYS_VERSION, day.month, day.day, given->token[i].code, mother->all);
	}
	if (day.precision != DATE_DAY || is_new_year(day) || child->n == 0)
		return;
	add(set, "%dZ|%d-%d-|%s", MATCH_KEYS_VERSION, day.year, day.month, child->all);
	add(set, "%dZ|%d--%d|%s", MATCH_KEYS_VERSION, day.year, day.day, child->all);
	add(set, "%dZ|-%d-%d|%s", MATCH_KEYS_VERSION, day.month, day.day, child->all);
}

static void
add_mother(struct key_set *set, const struct match_person *p, const struct codes *mother)
{
	if (p->birth.precision != DATE_DAY)
		return;
	for (unsigned i = 0; i < p->secondary.n && i < GIVEN; i++)
		add(set, "%dB|%d|%s", MATCH_KEYS_VERSION, day_block(p->birth), is_new_year(p->birth) ? mother->all : p->secondary.token[i].code);
	if (p->secondary.n == 0 && mother->n > 0)
		add(set, "%dB|%d|%s", MATCH_KEYS_VERSION, day_block(p->birth), mother->all);
}

size_t
match_birth_keys(const struct match_birth *b, int64_t keys[MATCH_KEYS])
{
	struct key_set set = { keys, 0 };
	struct codes child, mother;
	size_t n = 0;

	codes_of(&b->child, &child);
	codes_of(&b->mother, &mother);
	if (b->child.birth.precision == DATE_DAY)
		add_day(&set, b->child.birth, &child, &mother);
	add_parts(&set, b->child.birth, &b->child.secondary, &child, &mother);
	add_mother(&set, &b->mother, &mother);
	qsort(keys, set.n, sizeof(keys[0]), compare_keys);
	for (size_t i = 0; i < set.n; i++)
		if (i == 0 || keys[i] != keys[n - 1])
			keys[n++] = keys[i];
	wipe(&child, sizeof(child));
	wipe(&mother, sizeof(mother));
	return n;
}
