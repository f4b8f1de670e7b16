#include <stdlib.h>

#include "registry/base/text.h"
#include "registry/doc9303/translit.h"
#include "registry/match/names.h"

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
	{ "SHCH", "S" }, { "SCH", "S" }, { "TCH", "C" }, { "TSH", "C" }, { "DSH", "J" }, { "DZH", "J" }, { "DJ", "J" }, { "DH", "T" },
	{ "SH", "S" }, { "CH", "C" }, { "CZ", "C" }, { "CK", "K" }, { "KH", "K" }, { "GH", "K" }, { "PH", "F" }, { "TH", "T" },
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
			if (strncmp(p, sounds[i].letters, strlen(sounds[i].letters)) == 0)
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
	struct buf text = BUF_INIT;
	struct err ignored = ERR_INIT;
	struct match_name made = { 0 };
	size_t start = 0;
	int rc = -1;

	if (mrz != NULL && *mrz != '\0')
		buf_str(&text, mrz);
	else if (name != NULL && *name != '\0' && translit_identifier(bytes_str(name), &translit_recommended, &text, &ignored) == -1 &&
		text_fold(bytes_str(name), &text, &ignored) == -1)
		buf_str(&text, name); /* its octets are still good for equality */
	if (buf_check(&text, err) == -1)
		goto out;
	for (size_t i = 0; i <= text.n; i++) {
		if (i < text.n && text.p[i] != '<' && text.p[i] != ' ')
			continue;
		add_token(&made, BYTES(text.p + start, i - start));
		start = i + 1;
	}
	drop_particles(&made);
	*out = made;
	rc = 0;
out:
	buf_wipe(&text);
	wipe(&made, sizeof(made));
	return rc;
}

/* At most one insertion, deletion, substitution or swap of neighbours. */
static bool
one_edit(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b), i = 0;

	if (na > nb)
		return one_edit(b, a);
	if (nb - na > 1)
		return false;
	while (i < na && a[i] == b[i])
		i++;
	if (na < nb)
		return strcmp(a + i, b + i + 1) == 0;
	if (i == na || strcmp(a + i + 1, b + i + 1) == 0)
		return true;
	return a[i] == b[i + 1] && a[i + 1] == b[i] && strcmp(a + i + 2, b + i + 2) == 0;
}

static enum match_agreement
match_tokens(const struct match_token *a, const struct match_token *b)
{
	if (strcmp(a->text, b->text) == 0)
		return MATCH_EQUAL;
	/* a code of one sound says too little: Io and Eo */
	if (strlen(a->code) >= 2 && strcmp(a->code, b->code) == 0)
		return MATCH_CLOSE;
	if (strlen(a->text) >= 4 && strlen(b->text) >= 4 && one_edit(a->text, b->text))
		return MATCH_CLOSE;
	return MATCH_DIFFERS;
}

/* "ABDELRAHMAN" and "ABD EL RAHMAN": the same letters, cut elsewhere. */
static bool
same_joined(const struct match_name *a, const struct match_name *b)
{
	char joined[2][MATCH_TOKENS * MATCH_TOKEN] = { "", "" };

	for (unsigned i = 0; i < a->n; i++)
		strcat(joined[0], a->token[i].text);
	for (unsigned i = 0; i < b->n; i++)
		strcat(joined[1], b->token[i].text);
	return strcmp(joined[0], joined[1]) == 0;
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
