#include <stdio.h>
#include <stdlib.h>

#include "registry/base/text.h"
#include "registry/doc9303/translit.h"
#include "registry/match/names.h"
#include "registry/match/script.h"

/* Written or left out, joined or not: they tell nobody from anybody. */
static const char *const particles[] = { "AL", "AP", "BEN", "BIN", "BINT", "D", "DA", "DAS", "DE", "DEL", "DELLA", "DEN", "DER",
	"DES", "DI", "DO", "DOS", "DU", "E", "EL", "IBN", "L", "LA", "LE", "LOS", "OF", "TEN", "TER", "VAN", "VON", "Y", "ZU" };

/*
 * What transliterations of one sound have in common.  First match wins, so the longer stand first.  The codes are part of the
 * stored match keys: a change here asks for a new MATCH_KEYS_VERSION and for all keys to be made again.
 */
static const struct sound {
	const char *letters, *code;
} sounds[] = {
	{ "SHCH", "S" }, { "TSCH", "S" }, { "SCH", "S" }, { "TCH", "S" }, { "TSH", "S" }, { "DSH", "J" }, { "DZH", "J" }, { "DJ", "J" },
	{ "DH", "T" }, { "SH", "S" }, { "CH", "S" }, { "CZ", "S" }, { "CK", "K" }, { "KH", "K" }, { "GH", "K" }, { "PH", "F" }, { "TH", "T" },
	{ "TS", "S" }, { "TZ", "S" }, { "ZH", "S" }, { "NG", "N" }, { "CE", "S" }, { "CI", "S" }, { "CY", "S" }, { "GN", "N" },
	{ "B", "P" }, { "C", "K" }, { "D", "T" }, { "F", "F" }, { "G", "K" }, { "H", "" }, { "J", "J" }, { "K", "K" }, { "L", "L" },
	{ "M", "M" }, { "N", "N" }, { "P", "P" }, { "Q", "K" }, { "R", "R" }, { "S", "S" }, { "T", "T" }, { "V", "F" }, { "W", "F" },
	{ "X", "KS" }, { "Z", "S" }, { "A", "" }, { "E", "" }, { "I", "" }, { "O", "" }, { "U", "" }, { "Y", "" }
};

static bool
is_vowel(char c)
{
	return c != '\0' && strchr("AEIOUY", c) != NULL;
}

void
match_phonetic(const char *text, char code[MATCH_TOKEN])
{
	const char *p = text;
	size_t n = 0;

	/* Djamal, Jamal */
	if (p[0] == 'D' && p[1] == 'J')
		p++;
	/* Julia, Yulia, Iuliia; Hassan, but Oussama and Usama: one sign for any vowel in front */
	if ((p[0] == 'Y' || p[0] == 'I' || p[0] == 'J') && (is_vowel(p[1]) || p[0] == 'J')) {
		code[n++] = 'J';
		p++;
	} else if (is_vowel(p[0])) {
		code[n++] = 'A';
		p++;
	} else if (p[0] == 'H') {
		code[n++] = 'H';
		p++;
	}
	while (*p != '\0' && n + 2 < MATCH_TOKEN) {
		const struct sound *s = NULL;

		for (size_t i = 0; i < NELEM(sounds) && s == NULL; i++)
			if (*p == *sounds[i].letters && strncmp(p, sounds[i].letters, strlen(sounds[i].letters)) == 0)
				s = &sounds[i];
		if (s == NULL) {
			code[n++] = *p++; /* not of A-Z: stands for itself */
			continue;
		}
		for (const char *c = s->code; *c != '\0'; c++)
			if (n == 0 || code[n - 1] != *c)
				code[n++] = *c;
		p += strlen(s->letters);
	}
	if (n == 0)
		code[n++] = 'A';
	code[n] = '\0';
}

static bool
is_particle(const char *token)
{
	for (size_t i = 0; i < NELEM(particles); i++)
		if (strcmp(token, particles[i]) == 0)
			return true;
	return false;
}

static void
add_token(struct match_name *out, struct bytes token)
{
	struct match_token *t;
	size_t n = token.n < MATCH_TOKEN - 1 ? token.n : MATCH_TOKEN - 1;

	if (token.n == 0 || out->n == MATCH_TOKENS)
		return;
	t = &out->token[out->n++];
	memcpy(t->text, token.p, n);
	t->text[n] = '\0';
	match_phonetic(t->text, t->code);
}

static void
set_token(struct match_token *t, const char *text)
{
	char copy[MATCH_TOKEN];

	snprintf(copy, sizeof(copy), "%s", text);
	memcpy(t->text, copy, sizeof(copy));
	match_phonetic(t->text, t->code);
}

/* What follows "servant of" in a compound that was written as one: "ABDELRAHMAN", "ABDURRAHMAN"; NULL when it is none. */
static const char *
after_abd(const char *text)
{
	const char *rest;

	if (strncmp(text, "ABD", 3) != 0)
		return NULL;
	rest = text + 3 + strspn(text + 3, "AEOU");
	rest += *rest == 'L';
	return rest;
}

static bool
is_allah(const char *rest)
{
	static const char *const written[] = { "ALLAH", "ALLH", "LAH", "LH", "LLAH", "LLH" };

	for (size_t i = 0; i < NELEM(written); i++)
		if (strcmp(rest, written[i]) == 0)
			return true;
	return false;
}

/*
 * Abd Allah, Abdullah: one token.  Abd al-Rahman, Abdelrahman, Abdul Rahman: the other part only, which is what tells them
 * apart, however they were cut.
 */
static void
join_compounds(struct match_name *name)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < name->n; i++) {
		const char *rest = after_abd(name->token[i].text);
		bool is_alone = rest != NULL && *rest == '\0' && i + 1 < name->n;

		if (is_alone)
			rest = name->token[++i].text;
		if (rest == NULL || (!is_alone && strlen(rest) < 2))
			rest = NULL;
		else if (is_allah(rest))
			rest = "ABDALLAH";
		else if (!is_alone && strlen(rest) < 3)
			rest = NULL; /* Abdou, Abdis */
		if (kept != i)
			name->token[kept] = name->token[i];
		if (rest != NULL)
			set_token(&name->token[kept], rest);
		kept++;
	}
	name->n = kept;
}

static void
drop_particles(struct match_name *name)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < name->n; i++)
		if (!is_particle(name->token[i].text))
			name->token[kept++] = name->token[i];
	if (kept > 0)
		name->n = kept;
}

int
match_name_of(const char *name, const char *mrz, struct match_name *out, struct err *err)
{
	struct buf text = BUF_INIT, roman = BUF_INIT;
	struct err ignored = ERR_INIT;
	struct match_name made = { 0 };
	size_t start = 0;
	int rc = -1;

	if (mrz != NULL && *mrz != '\0') {
		buf_str(&text, mrz);
	} else if (name != NULL && *name != '\0') {
		match_romanise(bytes_str(name), &roman);
		if (translit_identifier(bytes_of(&roman), &translit_recommended, &text, &ignored) == -1 &&
			text_fold(bytes_of(&roman), &text, &ignored) == -1)
			buf_str(&text, name); /* its octets are still good for equality */
	}
	if (buf_check(&text, err) == -1)
		goto out;
	for (size_t i = 0; i <= text.n; i++) {
		if (i < text.n && text.p[i] != '<' && text.p[i] != ' ')
			continue;
		add_token(&made, BYTES(text.p + start, i - start));
		start = i + 1;
	}
	drop_particles(&made);
	join_compounds(&made);
	*out = made;
	rc = 0;
out:
	buf_wipe(&text);
	buf_wipe(&roman);
	wipe(&made, sizeof(made));
	return rc;
}

/* Insertions, deletions, substitutions and swaps of neighbours that make one of the other (optimal string alignment). */
static size_t
edits(const char *a, const char *b)
{
	size_t row[3][MATCH_TOKEN], na = strlen(a), nb = strlen(b);

	for (size_t j = 0; j <= nb; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t *now = row[i % 3], *last = row[(i - 1) % 3], *before = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t n = last[j - 1] + (a[i - 1] != b[j - 1]);

			if (last[j] + 1 < n)
				n = last[j] + 1;
			if (now[j - 1] + 1 < n)
				n = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < n)
				n = before[j - 2] + 1;
			now[j] = n;
		}
	}
	return row[na % 3][nb];
}

/* One slip in a name of at least 4 letters, two in one of at least 8. */
static bool
is_slip(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b), least = na < nb ? na : nb, most = least == na ? nb : na, allowed = least >= 8 ? 2 : 1;

	return least >= 4 && most - least <= allowed && edits(a, b) <= allowed;
}

/* "ELMASRI" and "AL MASRI": the article has grown into one of them. */
static bool
has_article(const char *code, const char *other)
{
	return strncmp(code, "AL", 2) == 0 && strlen(other) >= 2 && strcmp(code + 2, other) == 0;
}

static enum match_agreement
match_tokens(const struct match_token *a, const struct match_token *b)
{
	size_t la = strlen(a->code), lb = strlen(b->code);

	if (strcmp(a->text, b->text) == 0)
		return MATCH_EQUAL;
	/* a code of one sound says too little: Io and Eo */
	if (la >= 2 && strcmp(a->code, b->code) == 0)
		return MATCH_CLOSE;
	if (has_article(a->code, b->code) || has_article(b->code, a->code))
		return MATCH_CLOSE;
	if (is_slip(a->text, b->text) || (la >= 4 && lb >= 4 && edits(a->code, b->code) <= 1))
		return MATCH_CLOSE;
	return MATCH_DIFFERS;
}

/* "VANDENBERG" and "VAN DEN BERG", "ABDEL RAHIM" and "ABDELRAHIM": the same sounds, cut elsewhere. */
static bool
same_joined(const struct match_name *a, const struct match_name *b)
{
	char code[2][MATCH_TOKEN];

	for (int side = 0; side < 2; side++) {
		const struct match_name *name = side == 0 ? a : b;
		char joined[MATCH_TOKEN] = "";
		size_t n = 0;

		for (unsigned i = 0; i < name->n; i++)
			n += (size_t)snprintf(joined + n, sizeof(joined) - n, "%.*s", (int)(sizeof(joined) - 1 - n), name->token[i].text);
		match_phonetic(joined, code[side]);
	}
	return strlen(code[0]) >= 3 && strcmp(code[0], code[1]) == 0;
}

enum match_agreement
match_names(const struct match_name *a, const struct match_name *b)
{
	const struct match_name *few = a->n <= b->n ? a : b, *many = few == a ? b : a;
	bool used[MATCH_TOKENS] = { false };
	unsigned equal = 0, close = 0;

	if (few->n == 0)
		return MATCH_UNKNOWN;
	/* equal tokens find each other first, so that a like one does not take their place */
	for (int pass = MATCH_EQUAL; pass >= MATCH_CLOSE; pass--)
		for (unsigned i = 0; i < few->n; i++) {
			bool found = false;

			if (pass == MATCH_CLOSE)
				for (unsigned j = 0; j < many->n; j++)
					found |= match_tokens(&few->token[i], &many->token[j]) == MATCH_EQUAL && used[j];
			for (unsigned j = 0; j < many->n && !found; j++)
				if (!used[j] && match_tokens(&few->token[i], &many->token[j]) == (enum match_agreement)pass) {
					used[j] = found = true;
					pass == MATCH_EQUAL ? equal++ : close++;
				}
		}
	if (equal == many->n)
		return MATCH_EQUAL;
	if (equal + close == few->n || same_joined(a, b))
		return MATCH_CLOSE;
	return MATCH_DIFFERS;
}
