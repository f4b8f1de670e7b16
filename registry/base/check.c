/* check.c - Verhoeff: the dihedral group D5; MOD 37,36: the hybrid system of ISO/IEC 7064 section 8. */
#include "registry/base/check.h"

/* Multiplication of D5: 0..4 rotations, 5..9 reflections. */
static unsigned
d5_times(unsigned a, unsigned b)
{
	if (a < 5)
		return b < 5 ? (a + b) % 5 : 5 + (a + b - 5) % 5;
	return b < 5 ? 5 + (a - 5 + 5 - b) % 5 : (a + 5 - b) % 5;
}

/* Verhoeff's permutation (1 5 8 9 4 2 7 0)(3 6), applied `times` times. */
static unsigned
permuted(unsigned digit, size_t times)
{
	static const uint8_t p[10] = { 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 };

	for (times %= 8; times > 0; times--)
		digit = p[digit];
	return digit;
}

/* The product of all digits, the last one at place `first`; 10 when something is no digit. */
static unsigned
verhoeff_product(struct bytes digits, size_t first)
{
	unsigned c = 0;

	for (size_t i = 0; i < digits.n; i++) {
		uint8_t digit = digits.p[digits.n - 1 - i];

		if (digit < '0' || digit > '9')
			return 10;
		c = d5_times(c, permuted(digit - '0', first + i));
	}
	return c;
}

char
verhoeff_digit(struct bytes digits)
{
	unsigned c = verhoeff_product(digits, 1);

	if (digits.n == 0 || c == 10)
		return 0;
	return (char)('0' + (c < 5 ? (5 - c) % 5 : c)); /* the inverse: a reflection is its own */
}

bool
verhoeff_valid(struct bytes digits)
{
	return digits.n >= 2 && verhoeff_product(digits, 0) == 0;
}

static const char alphabet36[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

static int
value36(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : -1;
}

char
mod37_36_char(struct bytes text)
{
	int p = 36;

	if (text.n == 0)
		return 0;
	for (size_t i = 0; i < text.n; i++) {
		int s, a = value36(text.p[i]);

		if (a == -1)
			return 0;
		s = (p + a) % 36;
		p = (s == 0 ? 36 : s) * 2 % 37;
	}
	return alphabet36[(37 - p) % 36];
}

bool
mod37_36_valid(struct bytes text)
{
	return text.n >= 2 && mod37_36_char(BYTES(text.p, text.n - 1)) == (char)text.p[text.n - 1];
}
