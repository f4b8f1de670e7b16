/*
 * translit.c - Doc 9303-3 section 6: tables A (Latin), B (Cyrillic) and C (Arabic), and the punctuation rules of 4.6.
 *
 * What the tables leave open and we decided: a Latin letter with marks that is not listed (Vietnamese, Romanian comma below)
 * loses its marks, which is table A's own rule; the soft sign is not encoded; Macedonian Gje follows Kje, because table B
 * prints its exception beside another letter.  Lower case is raised before the tables are asked.
 */
#include <stdlib.h>

#include "registry/base/text.h"
#include "registry/doc9303/translit.h"

const struct translit_options translit_recommended = { 0 };

struct letter {
	uint16_t code_point;
	char mrz[5]; /* "" not encoded */
};

/* clang-format off */
static const struct letter latin[] = {
	{ 0x00C0, "A" }, { 0x00C1, "A" }, { 0x00C2, "A" }, { 0x00C3, "A" }, { 0x00C4, "AE" },
	{ 0x00C5, "AA" }, { 0x00C6, "AE" }, { 0x00C7, "C" }, { 0x00C8, "E" }, { 0x00C9, "E" },
	{ 0x00CA, "E" }, { 0x00CB, "E" }, { 0x00CC, "I" }, { 0x00CD, "I" }, { 0x00CE, "I" },
	{ 0x00CF, "I" }, { 0x00D0, "D" }, { 0x00D1, "N" }, { 0x00D2, "O" }, { 0x00D3, "O" },
	{ 0x00D4, "O" }, { 0x00D5, "O" }, { 0x00D6, "OE" }, { 0x00D8, "OE" }, { 0x00D9, "U" },
	{ 0x00DA, "U" }, { 0x00DB, "U" }, { 0x00DC, "UE" }, { 0x00DD, "Y" }, { 0x00DE, "TH" },
	{ 0x0100, "A" }, { 0x0102, "A" }, { 0x0104, "A" }, { 0x0106, "C" }, { 0x0108, "C" },
	{ 0x010A, "C" }, { 0x010C, "C" }, { 0x010E, "D" }, { 0x0110, "D" }, { 0x0112, "E" },
	{ 0x0114, "E" }, { 0x0116, "E" }, { 0x0118, "E" }, { 0x011A, "E" }, { 0x011C, "G" },
	{ 0x011E, "G" }, { 0x0120, "G" }, { 0x0122, "G" }, { 0x0124, "H" }, { 0x0126, "H" },
	{ 0x0128, "I" }, { 0x012A, "I" }, { 0x012C, "I" }, { 0x012E, "I" }, { 0x0130, "I" },
	{ 0x0131, "I" }, { 0x0132, "IJ" }, { 0x0134, "J" }, { 0x0136, "K" }, { 0x0139, "L" },
	{ 0x013B, "L" }, { 0x013D, "L" }, { 0x013F, "L" }, { 0x0141, "L" }, { 0x0143, "N" },
	{ 0x0145, "N" }, { 0x0147, "N" }, { 0x014A, "N" }, { 0x014C, "O" }, { 0x014E, "O" },
	{ 0x0150, "O" }, { 0x0152, "OE" }, { 0x0154, "R" }, { 0x0156, "R" }, { 0x0158, "R" },
	{ 0x015A, "S" }, { 0x015C, "S" }, { 0x015E, "S" }, { 0x0160, "S" }, { 0x0162, "T" },
	{ 0x0164, "T" }, { 0x0166, "T" }, { 0x0168, "U" }, { 0x016A, "U" }, { 0x016C, "U" },
	{ 0x016E, "U" }, { 0x0170, "U" }, { 0x0172, "U" }, { 0x0174, "W" }, { 0x0176, "Y" },
	{ 0x0178, "Y" }, { 0x0179, "Z" }, { 0x017B, "Z" }, { 0x017D, "Z" }, { 0x1E9E, "SS" }
};

static const struct letter cyrillic[] = {
	{ 0x0401, "E" }, { 0x0402, "D" }, { 0x0403, "G" }, { 0x0404, "IE" }, { 0x0405, "DZ" }, { 0x0406, "I" },
	{ 0x0407, "I" }, { 0x0408, "J" }, { 0x0409, "LJ" }, { 0x040A, "NJ" }, { 0x040C, "K" }, { 0x040E, "U" },
	{ 0x040F, "DZ" }, { 0x0410, "A" }, { 0x0411, "B" }, { 0x0412, "V" }, { 0x0413, "G" }, { 0x0414, "D" },
	{ 0x0415, "E" }, { 0x0416, "ZH" }, { 0x0417, "Z" }, { 0x0418, "I" }, { 0x0419, "I" }, { 0x041A, "K" },
	{ 0x041B, "L" }, { 0x041C, "M" }, { 0x041D, "N" }, { 0x041E, "O" }, { 0x041F, "P" }, { 0x0420, "R" },
	{ 0x0421, "S" }, { 0x0422, "T" }, { 0x0423, "U" }, { 0x0424, "F" }, { 0x0425, "KH" }, { 0x0426, "TS" },
	{ 0x0427, "CH" }, { 0x0428, "SH" }, { 0x0429, "SHCH" }, { 0x042A, "IE" }, { 0x042B, "Y" }, { 0x042C, "" },
	{ 0x042D, "E" }, { 0x042E, "IU" }, { 0x042F, "IA" }, { 0x046A, "U" }, { 0x0474, "Y" }, { 0x0490, "G" },
	{ 0x0492, "G" }, { 0x04BA, "C" }
};

/* The shadda (0651) and the teh marbuta (0629) depend on what stands beside them: arabic_code(). */
static const struct letter arabic[] = {
	{ 0x0621, "XE" }, { 0x0622, "XAA" }, { 0x0623, "XAE" }, { 0x0624, "U" }, { 0x0625, "I" },
	{ 0x0626, "XI" }, { 0x0627, "A" }, { 0x0628, "B" }, { 0x0629, "XTA" }, { 0x062A, "T" },
	{ 0x062B, "XTH" }, { 0x062C, "J" }, { 0x062D, "XH" }, { 0x062E, "XKH" }, { 0x062F, "D" },
	{ 0x0630, "XDH" }, { 0x0631, "R" }, { 0x0632, "Z" }, { 0x0633, "S" }, { 0x0634, "XSH" },
	{ 0x0635, "XSS" }, { 0x0636, "XDZ" }, { 0x0637, "XTT" }, { 0x0638, "XZZ" },
	{ 0x0639, "E" }, { 0x063A, "G" }, { 0x0640, "" }, { 0x0641, "F" }, { 0x0642, "Q" },
	{ 0x0643, "K" }, { 0x0644, "L" }, { 0x0645, "M" }, { 0x0646, "N" }, { 0x0647, "H" },
	{ 0x0648, "W" }, { 0x0649, "XAY" }, { 0x064A, "Y" }, { 0x064B, "" }, { 0x064C, "" },
	{ 0x064D, "" }, { 0x064E, "" }, { 0x064F, "" }, { 0x0650, "" }, { 0x0651, "" },
	{ 0x0652, "" }, { 0x0670, "" }, { 0x0671, "XXA" }, { 0x0679, "XXT" }, { 0x067C, "XRT" },
	{ 0x067E, "P" }, { 0x0681, "XKE" }, { 0x0685, "XXH" }, { 0x0686, "XC" }, { 0x0688, "XXD" },
	{ 0x0689, "XDR" }, { 0x0691, "XXR" }, { 0x0693, "XRR" }, { 0x0696, "XRX" },
	{ 0x0698, "XJ" }, { 0x069A, "XXS" }, { 0x069C, "" }, { 0x06A2, "" }, { 0x06A7, "" },
	{ 0x06A8, "" }, { 0x06A9, "XKK" }, { 0x06AB, "XXK" }, { 0x06AD, "XNG" }, { 0x06AF, "XGG" },
	{ 0x06BA, "XNN" }, { 0x06BC, "XXN" }, { 0x06BE, "XDO" }, { 0x06C0, "XYH" },
	{ 0x06C1, "XXG" }, { 0x06C2, "XGE" }, { 0x06C3, "XTG" }, { 0x06CC, "XYA" },
	{ 0x06CD, "XXY" }, { 0x06D0, "Y" }, { 0x06D2, "XYB" }, { 0x06D3, "XBE" }
};

#define L(x) (1u << TRANSLIT_##x)
static const struct cyrillic_exception {
	uint16_t code_point;
	unsigned languages;
	bool at_start; /* as the first letter of a component only */
	char mrz[4];
} exceptions[] = {
	{ 0x0401, L(BELORUSSIAN), false, "IO" },
	{ 0x0403, L(MACEDONIAN), false, "GJ" },
	{ 0x0404, L(UKRAINIAN), true, "YE" },
	{ 0x0407, L(UKRAINIAN), true, "YI" },
	{ 0x040C, L(MACEDONIAN), false, "KJ" },
	{ 0x040F, L(MACEDONIAN), false, "DJ" },
	{ 0x0413, L(BELORUSSIAN) | L(SERBIAN) | L(UKRAINIAN), false, "H" },
	{ 0x0416, L(SERBIAN), false, "Z" },
	{ 0x0418, L(UKRAINIAN), false, "Y" },
	{ 0x0419, L(UKRAINIAN), true, "Y" },
	{ 0x0425, L(SERBIAN) | L(MACEDONIAN), false, "H" },
	{ 0x0426, L(SERBIAN) | L(MACEDONIAN), false, "C" },
	{ 0x0427, L(SERBIAN), false, "C" },
	{ 0x0428, L(SERBIAN), false, "S" },
	{ 0x0429, L(BULGARIAN), false, "SHT" },
	{ 0x042E, L(UKRAINIAN), true, "YU" },
	{ 0x042F, L(UKRAINIAN), true, "YA" },
	{ 0x0492, L(MACEDONIAN), false, "GJ" }
};
#undef L

/* Between two components: blanks, hyphens and dashes, commas; '<' as somebody may have copied it from an MRZ. */
static const uint16_t separators[] = {
	' ', ',', '-', '<', 0x00A0, 0x058A, 0x05BE, 0x060C, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005,
	0x2006, 0x2007, 0x2008, 0x2009, 0x200A, 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x202F, 0x205F, 0x2212, 0x3000, 0x3001
};

/* Dropped, their neighbours joined: apostrophes and what people write for them, then other punctuation, then joiners. */
static const uint16_t dropped[] = {
	'\'', '`', 0x00B4, 0x02B9, 0x02BB, 0x02BC, 0x02BD, 0x02BE, 0x02BF, 0x02C8, 0x05F3, 0x2018, 0x2019, 0x201B, 0x2032, 0xA78C,
	'!', '"', '#', '%', '&', '(', ')', '*', '.', '/', ':', ';', '?', '[', '\\', ']', '_', '{', '}',
	0x00A1, 0x00A7, 0x00AB, 0x00AD, 0x00B6, 0x00B7, 0x00BB, 0x00BF, 0x05F4, 0x061B, 0x061F, 0x066D, 0x06D4,
	0x200C, 0x200D, 0x201A, 0x201C, 0x201D, 0x201E, 0x2022, 0x2026, 0x2027, 0x2033, 0x2039, 0x203A
};
/* clang-format on */

static bool
is_among(uint32_t c, const uint16_t *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == c)
			return true;
	return false;
}

static bool
is_separator(uint32_t c)
{
	return is_among(c, separators, NELEM(separators));
}

/* Marks that stand after their letter where no composed character exists. */
static bool
is_combining(uint32_t c)
{
	return (c >= 0x0300 && c <= 0x036F) || (c >= 0x0483 && c <= 0x0487) || (c >= 0x1AB0 && c <= 0x1AFF) ||
		(c >= 0x1DC0 && c <= 0x1DFF) || (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE20 && c <= 0xFE2F);
}

static int
by_code_point(const void *key, const void *letter)
{
	uint32_t a = *(const uint32_t *)key, b = ((const struct letter *)letter)->code_point;

	return a < b ? -1 : a > b;
}

static const char *
lookup(uint32_t c, const struct letter *table, size_t n)
{
	const struct letter *l = bsearch(&c, table, n, sizeof(*table), by_code_point);

	return l == NULL ? NULL : l->mrz;
}

static const char *
latin_code(uint32_t c, const struct translit_options *o)
{
	static const char *const u_umlaut[] = { "UE", "UXX", "U" };

	switch (c) {
	case 0x00C4: return o->a_umlaut == A_UMLAUT_A ? "A" : "AE";
	case 0x00C5: return o->a_ring == A_RING_A ? "A" : "AA";
	case 0x00D1: return o->n_tilde == N_TILDE_NXX ? "NXX" : "N";
	case 0x00D6: return o->o_umlaut == O_UMLAUT_O ? "O" : "OE";
	case 0x00DC: return u_umlaut[o->u_umlaut];
	case 0x00DF: return "SS"; /* raised before; here for callers that come with upper case and sharp s */
	default: return lookup(c, latin, NELEM(latin));
	}
}

static const char *
cyrillic_code(uint32_t c, enum translit_language language, bool at_start)
{
	for (size_t i = 0; i < NELEM(exceptions); i++) {
		const struct cyrillic_exception *e = &exceptions[i];

		if (e->code_point == c && (e->languages & 1u << language) != 0 && (at_start || !e->at_start))
			return e->mrz;
	}
	return lookup(c, cyrillic, NELEM(cyrillic));
}

/* Whether the component ends here: nothing but marks and dropped characters until a separator or the end. */
static bool
ends_component(struct bytes rest)
{
	uint32_t c;
	size_t n;

	while ((n = text_next(rest, &c)) > 0) {
		const char *code = lookup(c, arabic, NELEM(arabic));

		if (is_separator(c))
			return true;
		if (!is_combining(c) && !is_among(c, dropped, NELEM(dropped)) && (code == NULL || code[0] != 0))
			return false;
		rest = BYTES(rest.p + n, rest.n - n);
	}
	return true;
}

static const char *
arabic_code(uint32_t c, struct bytes rest, const char *before)
{
	if (c == 0x0651) /* shadda: the letter is doubled */
		return before;
	if (c == 0x0629 && ends_component(rest)) /* teh marbuta */
		return "XAH";
	return lookup(c, arabic, NELEM(arabic));
}

/* A letter of the Latin script that no table lists, without its marks: A-Z, or 0 when it is none. */
static char
without_marks(uint32_t c)
{
	struct err err = ERR_INIT;
	struct buf one = BUF_INIT, folded = BUF_INIT;
	char letter = 0;

	text_put(&one, c);
	if (text_fold(bytes_of(&one), &folded, &err) == 0 && folded.n == 1 && folded.p[0] >= 'a' && folded.p[0] <= 'z')
		letter = (char)(folded.p[0] - 'a' + 'A');
	buf_clear(&folded);
	buf_clear(&one);
	return letter;
}

static int
no_code(uint32_t c, struct err *err)
{
	if (c >= '0' && c <= '9') {
		err_set(err, FAIL_INPUT, "name: has the digit U+%04X (Doc 9303-3 4.6)", (unsigned)c);
		err_hint(err, "write a numeral in letters: II, III");
		return -1;
	}
	err_set(err, FAIL_INPUT, "name: U+%04X has no transliteration (Doc 9303-3 section 6)", (unsigned)c);
	err_hint(err, "supply the transliteration in letters A to Z");
	return -1;
}

/* The codes of upper-case NFC text. */
static int
transliterate(struct bytes text, const struct translit_options *options, struct buf *out, struct err *err)
{
	const char *code, *before = ""; /* code of the last letter, for the shadda */
	size_t n, start = out->n;       /* where the component begins */
	bool pending = false;           /* a separator, written once a letter follows */
	uint32_t c;

	while ((n = text_next(text, &c)) > 0) {
		char one[2] = { 0 };

		text = BYTES(text.p + n, text.n - n);
		if (is_separator(c)) {
			pending = pending || out->n > start;
			before = "";
			continue;
		}
		if (is_combining(c) || is_among(c, dropped, NELEM(dropped)))
			continue;
		if (c >= 'A' && c <= 'Z')
			one[0] = (char)c;
		code = one[0] != 0 ? one : latin_code(c, options);
		if (code == NULL)
			code = cyrillic_code(c, options->cyrillic, pending || out->n == start);
		if (code == NULL)
			code = arabic_code(c, text, before);
		if (code == NULL && (one[0] = without_marks(c)) != 0)
			code = one;
		if (code == NULL)
			return no_code(c, err);
		if (code[0] == 0)
			continue;
		if (pending)
			buf_u8(out, '<');
		pending = false;
		buf_str(out, code);
		before = code == one ? "" : code;
	}
	if (text.n > 0)
		return err_set(err, FAIL_INPUT, "name: is not UTF-8");
	if (out->n == start && !out->failed)
		return err_set(err, FAIL_INPUT, "name: no letter is left of it in the MRZ (Doc 9303-3 4.6)");
	return buf_check(out, err);
}

int
translit_identifier(struct bytes name, const struct translit_options *options, struct buf *out, struct err *err)
{
	struct buf clean = BUF_INIT, upper = BUF_INIT;
	size_t before = out->n;
	int rc = -1;

	if (text_clean(name, &clean, err) == -1 || text_upper(bytes_of(&clean), &upper, err) == -1 ||
		transliterate(bytes_of(&upper), options, out, err) == -1) {
		if (!out->failed)
			buf_cut(out, before);
		goto out;
	}
	rc = 0;
out:
	buf_wipe(&upper);
	buf_wipe(&clean);
	return rc;
}

static void
permit(struct translit_codes *codes, const char *code)
{
	for (unsigned i = 0; i < codes->n; i++)
		if (strcmp(codes->code[i], code) == 0)
			return;
	if (codes->n < TRANSLIT_MAX_CODES)
		strcpy(codes->code[codes->n++], code);
}

/* Where table A leaves a choice. */
static void
permit_choices(uint32_t c, struct translit_codes *codes)
{
	static const struct {
		uint16_t code_point;
		char mrz[4];
	} choices[] = { { 0x00C4, "A" }, { 0x00C5, "A" }, { 0x00D1, "NXX" }, { 0x00D6, "O" }, { 0x00DC, "UXX" }, { 0x00DC, "U" } };

	for (size_t i = 0; i < NELEM(choices); i++)
		if (choices[i].code_point == c)
			permit(codes, choices[i].mrz);
}

enum translit_kind
translit_permitted(uint32_t c, struct translit_codes *codes)
{
	char one[2] = { (char)c, 0 };
	const char *code;

	codes->n = 0;
	codes->doubles = false;
	if (is_separator(c))
		return TRANSLIT_SEPARATOR;
	if (c == 0x0651)
		return TRANSLIT_DOUBLE;
	if (is_combining(c) || is_among(c, dropped, NELEM(dropped)))
		return TRANSLIT_DROPPED;
	if (c >= 'A' && c <= 'Z') {
		permit(codes, one);
		return TRANSLIT_LETTER;
	}
	code = latin_code(c, &translit_recommended);
	if (code == NULL)
		code = lookup(c, cyrillic, NELEM(cyrillic));
	if (code == NULL)
		code = lookup(c, arabic, NELEM(arabic));
	if (code == NULL && (one[0] = without_marks(c)) != 0)
		code = one;
	if (code == NULL)
		return TRANSLIT_UNKNOWN;
	if (code[0] == 0)
		return TRANSLIT_DROPPED;
	codes->doubles = code != one;
	permit(codes, code);
	permit_choices(c, codes);
	for (size_t i = 0; i < NELEM(exceptions); i++)
		if (exceptions[i].code_point == c)
			permit(codes, exceptions[i].mrz);
	if (c == 0x0629) /* teh marbuta, at the end of a component */
		permit(codes, "XAH");
	return TRANSLIT_LETTER;
}

bool
translit_is_identifier(const char *text)
{
	bool after_letter = false;

	for (; *text != 0; text++) {
		bool is_letter = *text >= 'A' && *text <= 'Z';

		if (!is_letter && (*text != '<' || !after_letter))
			return false;
		after_letter = is_letter;
	}
	return after_letter;
}
