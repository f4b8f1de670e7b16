#include "registry/doc9303/c40.h"

enum {
	C40_UNLATCH = 0xFE, /* the next octet is ASCII + 1 */
	C40_PAD = 0,        /* third value of a group of two characters */
	C40_SPACE = 3,
	C40_DIGIT = 4,
	C40_LETTER = 14,
	C40_VALUES = 40
};

/* The value of a character; 0 when C40 does not have it. */
static unsigned
value_of(uint8_t c)
{
	if (c == ' ' || c == '<')
		return C40_SPACE;
	if (c >= '0' && c <= '9')
		return C40_DIGIT + (c - '0');
	if (c >= 'A' && c <= 'Z')
		return C40_LETTER + (c - 'A');
	return 0;
}

/* The reverse; 0 for values that are no character. */
static char
character_of(unsigned value)
{
	if (value == C40_SPACE)
		return ' ';
	if (value >= C40_DIGIT && value < C40_LETTER)
		return (char)('0' + (value - C40_DIGIT));
	if (value >= C40_LETTER && value < C40_VALUES)
		return (char)('A' + (value - C40_LETTER));
	return 0;
}

bool
c40_has(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (value_of(text.p[i]) == 0)
			return false;
	return true;
}

int
c40_encode(struct bytes text, struct buf *out, struct err *err)
{
	size_t i = 0;

	if (!c40_has(text))
		return err_set(err, FAIL_INPUT, "text for C40: a character other than A-Z, 0-9, space and < (Doc 9303-13 2.4)");
	for (; i + 1 < text.n; i += 3) {
		unsigned third = i + 2 < text.n ? value_of(text.p[i + 2]) : C40_PAD;

		buf_be(out, 1600 * value_of(text.p[i]) + 40 * value_of(text.p[i + 1]) + third + 1, 2);
	}
	if (i < text.n) {
		buf_u8(out, C40_UNLATCH);
		buf_u8(out, (uint8_t)((text.p[i] == '<' ? ' ' : text.p[i]) + 1));
	}
	return buf_check(out, err);
}

/* One pair of octets; only the last one may hold fewer than three characters. */
static int
get_pair(const uint8_t *p, bool is_last, struct buf *out, struct err *err)
{
	unsigned u = (unsigned)p[0] << 8 | p[1], first, second, third;

	if (p[0] == C40_UNLATCH) {
		if (!is_last || p[1] == 0 || value_of((uint8_t)(p[1] - 1)) == 0 || p[1] - 1 == '<')
			return err_set(err, FAIL_INPUT, "C40: FE is not before a last single character (Doc 9303-13 2.4)");
		buf_u8(out, (uint8_t)(p[1] - 1));
		return 0;
	}
	if (u == 0 || u > 1600 * C40_VALUES)
		return err_set(err, FAIL_INPUT, "C40: %04X is no group of three (Doc 9303-13 2.4)", u);
	first = (u - 1) / 1600;
	second = (u - 1) / 40 % 40;
	third = (u - 1) % 40;
	if (character_of(first) == 0 || character_of(second) == 0 || (character_of(third) == 0 && !(third == C40_PAD && is_last)))
		return err_set(err, FAIL_INPUT, "C40: %04X holds a value that is no character (Doc 9303-13 2.4)", u);
	buf_u8(out, (uint8_t)character_of(first));
	buf_u8(out, (uint8_t)character_of(second));
	if (third != C40_PAD)
		buf_u8(out, (uint8_t)character_of(third));
	return 0;
}

int
c40_decode(struct bytes in, struct buf *out, struct err *err)
{
	size_t before = out->n;

	if (in.n % 2 != 0)
		return err_set(err, FAIL_INPUT, "C40: %zu octets, an odd number (Doc 9303-13 2.4)", in.n);
	for (size_t i = 0; i < in.n; i += 2)
		if (get_pair(in.p + i, i + 2 == in.n, out, err) == -1) {
			buf_cut(out, before);
			return -1;
		}
	return buf_check(out, err);
}
