#include "registry/match/script.h"

#include "registry/base/text.h"

/* clang-format off */
/* U+0621 to U+064A; what stands between (U+063B..0640) is not in names. */
static const char *const arabic[] = { "", "A", "A", "U", "A", "I", "A", "B", "A", "T", "TH", "J", "H", "KH", "D", "DH", "R", "Z", "S", "SH",
	"S", "D", "T", "Z", "A", "GH", "", "", "", "", "", "", "F", "K", "K", "L", "M", "N", "H", "U", "A", "I" };
/* Ethiopic consonants, eight forms each from U+1200: the vowel is the form's. */
static const char *const ethiopic[] = { "H", "L", "H", "M", "S", "R", "S", "SH", "K", "K", "K", "K", "B", "V", "T", "CH", "H", "H", "N", "N", "",
	"K", "K", "H", "H", "W", "", "Z", "ZH", "Y", "D", "D", "J", "G", "G", "G", "T", "CH", "P", "TS", "TS", "F", "P" };
static const char *const ethiopic_vowel[] = { "E", "U", "I", "A", "E", "", "O", "A" };
/* Khmer consonants from U+1780. */
static const char *const khmer[] = { "K", "KH", "K", "KH", "NG", "CH", "CH", "CH", "CH", "N", "D", "TH", "D", "TH", "N", "T", "TH", "T", "TH", "N",
	"B", "PH", "P", "PH", "M", "Y", "R", "L", "V", "SH", "S", "S", "H", "L", "A" };
/* clang-format on */

enum { ARABIC_ALEF = 0x0627,
	ARABIC_LAM = 0x0644,
	ARABIC_WAW = 0x0648,
	ARABIC_YEH = 0x064A };

static uint32_t
peek(struct bytes rest)
{
	uint32_t c = 0;

	return text_next(rest, &c) == 0 ? 0 : c;
}

static bool
is_arabic(uint32_t c)
{
	return (c >= 0x0621 && c <= 0x064A) || (c >= 0x0671 && c <= 0x06D3);
}

static const char *
arabic_letter(uint32_t c, uint32_t before, uint32_t after)
{
	static const struct {
		uint32_t c;
		const char *latin;
	} further[] = { { 0x0671, "A" }, { 0x067E, "P" }, { 0x0686, "CH" }, { 0x0698, "ZH" }, { 0x06A9, "K" }, { 0x06AF, "G" }, { 0x06CC, "I" } };

	/* a consonant at the front and beside an alef, else a vowel */
	if (c == ARABIC_WAW && (!is_arabic(before) || before == ARABIC_ALEF || after == ARABIC_ALEF))
		return "W";
	if ((c == ARABIC_YEH || c == 0x06CC) && !is_arabic(before))
		return "Y";
	if (c >= 0x0621 && c <= ARABIC_YEH)
		return arabic[c - 0x0621];
	if (c >= 0x064B && c <= 0x0652)
		return ""; /* vowel signs */
	for (size_t i = 0; i < NELEM(further); i++)
		if (further[i].c == c)
			return further[i].latin;
	return NULL;
}

static void
put_ethiopic(uint32_t c, struct buf *out)
{
	uint32_t row = (c - 0x1200) / 8, form = c % 8;

	buf_str(out, ethiopic[row]);
	if (*ethiopic[row] == '\0' && (form == 0 || form == 5))
		buf_str(out, form == 0 ? "A" : "E"); /* the vowels by themselves */
	else
		buf_str(out, ethiopic_vowel[form]);
}

static void
put(uint32_t c, uint32_t before, struct bytes rest, struct buf *out)
{
	const char *letter;

	if (c >= 0x1200 && c < 0x1200 + 8 * NELEM(ethiopic)) {
		put_ethiopic(c, out);
	} else if (c >= 0x1780 && c < 0x1780 + NELEM(khmer)) {
		buf_str(out, khmer[c - 0x1780]);
	} else if (c >= 0x17A3 && c <= 0x17C5) {
		buf_str(out, "A"); /* any vowel */
	} else if (c >= 0x17C6 && c <= 0x17D3) {
		; /* marks */
	} else if ((letter = arabic_letter(c, before, peek(rest))) != NULL) {
		buf_str(out, letter);
	} else {
		text_put(out, c);
	}
}

/* "al-" before at least three letters: a word of its own, as others write it. */
static bool
is_article(uint32_t c, uint32_t before, struct bytes rest)
{
	size_t n;

	if (c != ARABIC_ALEF || is_arabic(before) || peek(rest) != ARABIC_LAM)
		return false;
	for (int i = 0; i < 4; i++, rest = BYTES(rest.p + n, rest.n - n))
		if ((n = text_next(rest, &c)) == 0 || !is_arabic(c))
			return false;
	return true;
}

void
match_romanise(struct bytes name, struct buf *out)
{
	uint32_t c, before = 0;
	size_t n;

	while ((n = text_next(name, &c)) > 0) {
		name = BYTES(name.p + n, name.n - n);
		if (is_article(c, before, name)) {
			n = text_next(name, &c);
			name = BYTES(name.p + n, name.n - n);
			buf_str(out, "AL ");
			before = ' ';
			continue;
		}
		put(c, before, name, out);
		before = c;
	}
	buf_bytes(out, name);
}
