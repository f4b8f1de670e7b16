#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry/base/digest.h"
#include "registry/match/keys.h"

/*
 * The keys, each of parts that two records of one birth may share:
 *	D  day of birth, a token of the child's name     wrong parents, one name wrong; day and month may be swapped
 *	M  day of birth, a token of the mother's name    both of the child's names wrong or not yet given
 *	Y  year of birth, all of the child's tokens      wrong day; order of names
 *	P  a token of the child's given names and all of the mother's tokens      wrong year
 *	B  the mother's birth and a token of her name    other births of this mother
 * Tokens go in by their phonetic code.
 */
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
compare_codes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
compare_keys(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* All codes of a person's names, sorted and joined. */
static void
all_codes(const struct match_person *p, char out[MATCH_TOKENS * 2 * MATCH_TOKEN])
{
	const char *code[2 * MATCH_TOKENS];
	size_t n = 0;

	for (unsigned i = 0; i < p->primary.n; i++)
		code[n++] = p->primary.token[i].code;
	for (unsigned i = 0; i < p->secondary.n; i++)
		code[n++] = p->secondary.token[i].code;
	qsort(code, n, sizeof(code[0]), compare_codes);
	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			strcat(out, " ");
		strcat(out, code[i]);
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
add_tokens(struct key_set *set, char kind, int block, const struct match_person *p)
{
	for (unsigned i = 0; i < p->primary.n; i++)
		add(set, "%d%c|%d|%s", MATCH_KEYS_VERSION, kind, block, p->primary.token[i].code);
	for (unsigned i = 0; i < p->secondary.n; i++)
		add(set, "%d%c|%d|%s", MATCH_KEYS_VERSION, kind, block, p->secondary.token[i].code);
}

size_t
match_birth_keys(const struct match_birth *b, int64_t keys[MATCH_KEYS])
{
	struct key_set set = { keys, 0 };
	char child[MATCH_TOKENS * 2 * MATCH_TOKEN], mother[MATCH_TOKENS * 2 * MATCH_TOKEN];
	struct date day = b->child.birth;
	size_t n = 0;

	all_codes(&b->child, child);
	all_codes(&b->mother, mother);
	if (day.precision >= DATE_YEAR && *child != '\0')
		add(&set, "%dY|%d|%s", MATCH_KEYS_VERSION, day.year, child);
	if (*mother != '\0')
		for (unsigned i = 0; i < b->child.secondary.n && i < 3; i++)
			add(&set, "%dP|%s|%s", MATCH_KEYS_VERSION, b->child.secondary.token[i].code, mother);
	if (day.precision == DATE_DAY) {
		add_tokens(&set, 'D', day_block(day), &b->child);
		add_tokens(&set, 'M', day_block(day), &b->mother);
	}
	if (b->mother.birth.precision == DATE_DAY)
		add_tokens(&set, 'B', day_block(b->mother.birth), &b->mother);
	qsort(keys, set.n, sizeof(keys[0]), compare_keys);
	for (size_t i = 0; i < set.n; i++)
		if (i == 0 || keys[i] != keys[n - 1])
			keys[n++] = keys[i];
	wipe(child, sizeof(child));
	wipe(mother, sizeof(mother));
	return n;
}
