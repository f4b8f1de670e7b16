/* Unicode text: RFC 3629 by the octet, what an officer may enter, and folding as the Unicode Character Database has it. */
#include "registry/base/text.h"
#include "tests/tap.h"

static struct err err = ERR_INIT;

/* Not UTF-8: RFC 3629 section 3, and the boundaries of table 3-7 of the Unicode Standard. */
static const struct {
	const char *octets, *what;
} malformed[] = {
	{ "\x80", "a continuation alone" },
	{ "\xbf", "the last continuation alone" },
	{ "\xc0\x80", "NUL in two octets" },
	{ "\xc1\xbf", "U+007F in two octets" },
	{ "\xe0\x80\xaf", "a slash in three octets" },
	{ "\xe0\x9f\xbf", "U+07FF in three octets" },
	{ "\xf0\x8f\xbf\xbf", "U+FFFF in four octets" },
	{ "\xed\xa0\x80", "the first surrogate" },
	{ "\xed\xbf\xbf", "the last surrogate" },
	{ "\xed\xa0\x80\xed\xb0\x80", "a pair of surrogates (CESU-8)" },
	{ "\xf4\x90\x80\x80", "U+110000" },
	{ "\xf5\x80\x80\x80", "the lead octet F5" },
	{ "\xf8\x88\x80\x80\x80", "five octets" },
	{ "\xfc\x84\x80\x80\x80\x80", "six octets" },
	{ "\xfe", "FE" },
	{ "\xff", "FF" },
	{ "\xc3", "a lead octet at the end" },
	{ "\xe2\x82", "two octets of three" },
	{ "\xf0\x90\x8c", "three octets of four" },
	{ "\xc3(", "a lead octet before ASCII" },
	{ "\xe2(\xac", "ASCII in the middle" },
	{ "a\xe9z", "Latin-1" },
};

static const struct {
	uint32_t c;
	const char *octets;
} characters[] = { { 1, "\x01" }, { 0x7f, "\x7f" }, { 0x80, "\xc2\x80" }, { 0x7ff, "\xdf\xbf" }, { 0x800, "\xe0\xa0\x80" }, { 0xd7ff, "\xed\x9f\xbf" },
	{ 0xe000, "\xee\x80\x80" }, { 0xffff, "\xef\xbf\xbf" }, { 0x10000, "\xf0\x90\x80\x80" }, { 0x10ffff, "\xf4\x8f\xbf\xbf" } };

typedef int change(struct bytes in, struct buf *out, struct err *err);

static bool
refuses(change *f, struct bytes in)
{
	struct buf out = BUF_INIT;
	bool refused;

	err_clear(&err);
	buf_str(&out, "held");
	refused = f(in, &out, &err) == -1 && err.kind == FAIL_INPUT && strcmp(buf_cstr(&out), "held") == 0;
	buf_clear(&out);
	return refused;
}

static void
test_utf8(void)
{
	uint32_t c;

	for (size_t i = 0; i < NELEM(malformed); i++) {
		struct bytes in = bytes_str(malformed[i].octets);

		ok(!text_is_utf8(in) && refuses(text_clean, in) && refuses(text_fold, in) && refuses(text_upper, in), "refuses %s", malformed[i].what);
	}
	ok(!text_is_utf8(BYTES("a\0b", 3)) && refuses(text_clean, BYTES("a\0b", 3)), "refuses NUL");
	for (size_t i = 0; i < NELEM(characters); i++) {
		struct bytes in = bytes_str(characters[i].octets);
		struct buf out = BUF_INIT;

		text_put(&out, characters[i].c);
		ok(text_next(in, &c) == in.n && c == characters[i].c && bytes_equal(bytes_of(&out), in) && text_is_utf8(in) && text_length(in) == 1,
			"U+%04X", (unsigned)c);
		for (size_t n = 0; n < in.n; n++)
			ok(text_next(BYTES(in.p, n), &c) == 0, "U+%04X cut to %zu octets", (unsigned)characters[i].c, n);
		buf_clear(&out);
	}
	ok(text_is_utf8(BYTES_NONE) && text_length(BYTES_NONE) == 0, "nothing is text");
	ok(text_length(bytes_str("a\xc3\xa9\xe2\x82\xac\xf0\x90\x8d\x88")) == 4, "length is in code points");
}

static const struct {
	const char *in, *code_point;
} unclean[] = {
	{ "a\nb", "U+000A" },
	{ "a\rb", "U+000D" },
	{ "\x1b[2J", "U+001B" },
	{ "a\x7f", "U+007F" },
	{ "a\xc2\x85", "U+0085" },     /* next line */
	{ "a\xc2\xad", "U+00AD" },     /* soft hyphen */
	{ "a\xd8\x9c", "U+061C" },     /* Arabic letter mark */
	{ "a\xe2\x80\x8b", "U+200B" }, /* zero width space */
	{ "a\xe2\x80\x8e", "U+200E" }, /* left-to-right mark */
	{ "a\xe2\x80\xa8", "U+2028" }, /* line separator */
	{ "a\xe2\x80\xa9", "U+2029" }, /* paragraph separator */
	{ "a\xe2\x80\xae", "U+202E" }, /* right-to-left override */
	{ "a\xe2\x81\xa6", "U+2066" }, /* isolate */
	{ "\xef\xbb\xbf"
	  "a",
		"U+FEFF" },                  /* byte order mark */
	{ "a\xee\x80\x80", "U+E000" },       /* private use */
	{ "a\xf3\xb0\x80\x80", "U+F0000" },  /* private use plane */
	{ "a\xcd\xb8", "U+0378" },           /* unassigned */
	{ "a\xf3\xa0\x80\x81", "U+E0001" },  /* language tag */
	{ "a\xef\xb7\x90", "U+FDD0" },       /* noncharacter */
	{ "a\xef\xbf\xbe", "U+FFFE" },       /* noncharacter */
	{ "a\xf4\x8f\xbf\xbf", "U+10FFFF" }, /* noncharacter */
	{ "a\xf3\xa0\x81\xa1", "U+E0061" },  /* tag letter */
	{ "secret O\xe2\x80\xaf"
	  "Name\xe2\x80\x8f",
		"U+200F" }, /* the sentence names the character, not the text */
};

static const struct {
	const char *in, *out, *what;
} clean[] = {
	{ "", "", "nothing" },
	{ "  \t ", "", "white space only" },
	{ " Anna  \t Maria ", "Anna Maria", "spaces are trimmed and single" },
	{ "a\xc2\xa0\xe2\x80\x83"
	  "b",
		"a b", "every white space is a space" },
	{ "Jose\xcc\x81", "Jos\xc3\xa9", "composed" },
	{ "\xe2\x84\xab", "\xc3\x85", "the Angstrom sign is a letter" },
	{ "q\xcc\x87\xcc\xa3", "q\xcc\xa3\xcc\x87", "marks in canonical order" },
	{ "O\xe2\x80\x99"
	  "Connor-D'Arcy",
		"O\xe2\x80\x99"
		"Connor-D'Arcy",
		"apostrophes and hyphens stay" },
	{ "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae", "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae", "the joiner of Persian stays" },
	{ "\xe1\x9e\x80\xe1\x9f\x92\xe1\x9e\x81", "\xe1\x9e\x80\xe1\x9f\x92\xe1\x9e\x81", "Khmer stays" },
	{ "\xef\xac\x81", "\xef\xac\x81", "compatibility forms stay as entered" },
	{ "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c", "Hangul composed" },
};

/* Expected values by Python's unicodedata: compatibility caseless matching (D146), marks dropped. */
static const struct {
	const char *in, *out;
} folded[] = {
	{ "", "" },
	{ "\xc3\x85sa", "asa" },
	{ "Stra\xc3\x9f"
	  "e",
		"strasse" },
	{ "STRASSE", "strasse" },
	{ "\xc4\xb0stanbul", "istanbul" },
	{ "\xef\xac\x81", "fi" },
	{ "\xe2\x84\xa0", "sm" },
	{ "\xe1\xb4\xac", "a" },
	{ "\xc5\x81\xc3\xb3"
	  "d\xc5\xba",
		"\xc5\x82odz" },
	{ "\xc4\x90\xe1\xba\xb7ng", "\xc4\x91"
				    "ang" },
	{ "\xef\xbc\xb4okyo", "tokyo" },
	{ "\xce\xa3\xce\x8a\xce\xa3\xce\xa5\xce\xa6\xce\x9f\xce\xa3", "\xcf\x83\xce\xb9\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x83" },
	{ "Jos\xc3\x89", "jose" },
	{ "\xd0\x9a\xd0\x9e\xd0\x92", "\xd0\xba\xd0\xbe\xd0\xb2" },
	{ "\xd0\x99", "\xd0\xb8" },
	{ "\xd9\x85\xd8\xad\xd9\x85\xd9\x91\xd8\xaf", "\xd9\x85\xd8\xad\xd9\x85\xd8\xaf" },
	{ "a\xe2\x80\x8d"
	  "b",
		"ab" },
};

static const struct {
	const char *in, *out;
} uppers[] = {
	{ "", "" },
	{ "stra\xc3\x9f"
	  "e",
		"STRASSE" },
	{ "\xef\xac\x81", "FI" },
	{ "e \xc4\xb1 i", "E I I" },
	{ "istanbul", "ISTANBUL" }, /* root locale, whatever the machine's is */
	{ "\xc5\x82\xc3\xb3"
	  "d\xc5\xba",
		"\xc5\x81\xc3\x93"
		"D\xc5\xb9" },
	{ "\xc7\xb0", "J\xcc\x8c" },
};

static void
test_clean(void)
{
	for (size_t i = 0; i < NELEM(unclean); i++)
		ok(refuses(text_clean, bytes_str(unclean[i].in)) && strstr(err.text, unclean[i].code_point) != NULL && strstr(err.text, "ame") == NULL,
			"refuses %s", unclean[i].code_point);
	for (size_t i = 0; i < NELEM(clean); i++) {
		struct buf out = BUF_INIT, again = BUF_INIT;

		ok(text_clean(bytes_str(clean[i].in), &out, &err) == 0 && strcmp(buf_cstr(&out), clean[i].out) == 0, "clean: %s", clean[i].what);
		ok(text_clean(bytes_of(&out), &again, &err) == 0 && bytes_equal(bytes_of(&out), bytes_of(&again)), "and stays as it is");
		buf_clear(&out);
		buf_clear(&again);
	}
}

static void
test_case(void)
{
	for (size_t i = 0; i < NELEM(folded); i++) {
		struct buf out = BUF_INIT, again = BUF_INIT;

		if (!ok(text_fold(bytes_str(folded[i].in), &out, &err) == 0 && strcmp(buf_cstr(&out), folded[i].out) == 0, "folds to '%s'", folded[i].out))
			printf("# got '%s'\n", buf_cstr(&out));
		ok(text_fold(bytes_of(&out), &again, &err) == 0 && bytes_equal(bytes_of(&out), bytes_of(&again)), "and stays folded");
		buf_clear(&out);
		buf_clear(&again);
	}
	for (size_t i = 0; i < NELEM(uppers); i++) {
		struct buf out = BUF_INIT;

		ok(text_upper(bytes_str(uppers[i].in), &out, &err) == 0 && strcmp(buf_cstr(&out), uppers[i].out) == 0, "upper case '%s'", uppers[i].out);
		buf_clear(&out);
	}
}

static void
test_show(void)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" },
		{ "Dumbl\xc3\xa9", "Dumbl\xc3\xa9" },
		{ "a\\b", "a\\x5cb" },
		{ "a\x1b[31m\r\n", "a\\x1b[31m\\x0d\\x0a" },
		{ "\xff\xc3", "\\xff\\xc3" },
		{ "\xe2\x80\xae", "\\xe2\\x80\\xae" }, /* right-to-left override */
		{ "\xc2\x9b", "\\xc2\\x9b" },          /* CSI in one character */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" }, /* a surrogate */
	};

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct buf out = BUF_INIT;

		text_show(bytes_str(cases[i].in), &out);
		ok(strcmp(buf_cstr(&out), cases[i].out) == 0, "shown: %s", cases[i].out);
		buf_clear(&out);
	}
}

int
main(void)
{
	test_utf8();
	test_clean();
	test_case();
	test_show();
	return done_testing();
}
