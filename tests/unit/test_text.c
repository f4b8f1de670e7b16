/* Unicode text: what an officer may enter, how it is normalised, what is compared. */
#include "registry/base/text.h"
#include "tests/tap.h"

static struct err err = ERR_INIT;

static const struct {
	const char *octets, *what;
} no_utf8[] = {
	{ "\xc0\x80", "overlong NUL" },
	{ "\xc1\xbf", "overlong two octets" },
	{ "\xe0\x9f\xbf", "overlong three octets" },
	{ "\xf0\x8f\xbf\xbf", "overlong four octets" },
	{ "\xed\xa0\x80", "surrogate" },
	{ "\xf4\x90\x80\x80", "beyond U+10FFFF" },
	{ "\xf8\x88\x80\x80\x80", "five octets" },
	{ "\x80", "continuation alone" },
	{ "\xc3", "cut short" },
	{ "\xc3\x28", "no continuation" },
	{ "\xff", "no UTF-8 octet" },
};

static const struct {
	const char *in, *out, *what; /* out NULL: refused */
} cleaned[] = {
	{ "  A\t B  ", "A B", "white space" },
	{ "A\xcc\x88", "\xc3\x84", "composition" },
	{ "\xe2\x84\xab", "\xc3\x85", "the Angstrom sign" },
	{ "\xc2\xa0X\xe2\x80\x83Y", "X Y", "other spaces" },
	{ "\xd9\x86\xe2\x80\x8c\xd9\x87", "\xd9\x86\xe2\x80\x8c\xd9\x87", "a joiner in Persian" },
	{ "\xe1\x9e\x80\xe1\x9f\x92\xe1\x9e\x81", "\xe1\x9e\x80\xe1\x9f\x92\xe1\x9e\x81", "Khmer" },
	{ "", "", "nothing" },
	{ "a\nb", NULL, "a line feed" },
	{ "a\x01", NULL, "a control character" },
	{ "a\xe2\x80\xae"
	  "b",
		NULL, "right-to-left override" },
	{ "a\xe2\x81\xa6"
	  "b",
		NULL, "an isolate" },
	{ "a\xe2\x80\x8f", NULL, "a direction mark" },
	{ "\xee\x80\x80", NULL, "private use" },
	{ "\xf3\xa0\x80\x81", NULL, "a tag character" },
	{ "\xcd\xb8", NULL, "an unassigned code point" },
	{ "\xef\xbb\xbfx", NULL, "a byte order mark" },
	{ "\xe2\x80\xa8", NULL, "a line separator" },
};

static const struct {
	const char *in, *folded;
} folds[] = {
	{ "STRASSE", "strasse" },
	{ "Stra\xc3\x9f"
	  "e",
		"strasse" },
	{ "Jos\xc3\x89", "jose" },
	{ "\xef\xac\x81", "fi" },
	{ "\xd0\x9a\xd0\x9e\xd0\x92", "\xd0\xba\xd0\xbe\xd0\xb2" },
};

static bool
gives(int (*f)(struct bytes, struct buf *, struct err *), const char *in, const char *out)
{
	struct buf b = BUF_INIT;
	bool same = f(bytes_str(in), &b, &err) == 0 && bytes_equal(bytes_of(&b), bytes_str(out));

	buf_clear(&b);
	return same;
}

int
main(void)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < NELEM(no_utf8); i++) {
		ok(!text_is_utf8(bytes_str(no_utf8[i].octets)), "not UTF-8: %s", no_utf8[i].what);
		ok(text_clean(bytes_str(no_utf8[i].octets), &b, &err) == -1 && err.kind == FAIL_INPUT && b.n == 0, "refused: %s", no_utf8[i].what);
	}
	ok(!text_is_utf8(BYTES("a\0b", 3)), "not UTF-8: NUL");
	for (size_t i = 0; i < NELEM(cleaned); i++) {
		buf_clear(&b);
		if (cleaned[i].out != NULL)
			ok(gives(text_clean, cleaned[i].in, cleaned[i].out), "taken: %s", cleaned[i].what);
		else
			ok(text_clean(bytes_str(cleaned[i].in), &b, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, "U+") != NULL && b.n == 0,
				"refused by its code point: %s", cleaned[i].what);
	}
	for (size_t i = 0; i < NELEM(folds); i++)
		ok(gives(text_fold, folds[i].in, folds[i].folded), "folds to %s", folds[i].folded);
	ok(gives(text_upper, "stra\xc3\x9f"
			     "e \xc4\xb1 i",
		   "STRASSE I I"),
		"upper case, whole strings");
	ok(text_length(bytes_str("J\xc3\xa4n \xe1\x9e\x80")) == 5, "characters are counted, not octets");
	buf_clear(&b);
	return done_testing();
}
