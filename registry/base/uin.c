/* uin.c - FF1 over eleven digits, walked until the result is one of the 8 * 10^10 that begin with 2..9 once 2 * 10^10 is added. */
#include "registry/base/check.h"
#include "registry/base/ff1.h"
#include "registry/base/uin.h"

enum { BODY = UIN_LEN - 1 };
#define UIN_FIRST UINT64_C(20000000000)

static const char tweak[] = "catena uin 1"; /* keeps this use of the key apart from any other */

static void
to_numerals(uint64_t x, uint8_t numerals[BODY])
{
	for (size_t i = BODY; i-- > 0; x /= 10)
		numerals[i] = (uint8_t)(x % 10);
}

static uint64_t
to_number(const uint8_t numerals[BODY])
{
	uint64_t x = 0;

	for (size_t i = 0; i < BODY; i++)
		x = x * 10 + numerals[i];
	return x;
}

/* One step of the permutation of 0 .. 10^11 - 1 after another, until within range: 1.25 steps on average. */
static int
walk(const uint8_t key[UIN_KEY_LEN], int (*step)(const struct ff1_key *, uint8_t *, size_t, struct err *), uint64_t *x, struct err *err)
{
	const struct ff1_key k = { BYTES(key, UIN_KEY_LEN), BYTES(tweak, sizeof(tweak) - 1), 10 };
	uint8_t numerals[BODY];

	to_numerals(*x, numerals);
	do {
		if (step(&k, numerals, BODY, err) == -1)
			return -1;
	} while (to_number(numerals) >= UIN_SEQUENCES);
	*x = to_number(numerals);
	return 0;
}

int
uin_of_sequence(const uint8_t key[UIN_KEY_LEN], uint64_t sequence, char out[UIN_LEN + 1], struct err *err)
{
	uint8_t numerals[BODY];

	if (sequence >= UIN_SEQUENCES)
		return err_set(err, FAIL_INTERNAL, "UIN: all numbers are given out");
	if (walk(key, ff1_encrypt, &sequence, err) == -1)
		return -1;
	to_numerals(sequence + UIN_FIRST, numerals);
	for (size_t i = 0; i < BODY; i++)
		out[i] = (char)('0' + numerals[i]);
	out[BODY] = verhoeff_digit(BYTES(out, BODY));
	out[UIN_LEN] = 0;
	return 0;
}

int
uin_check(const char *uin, struct err *err)
{
	size_t n = strlen(uin);

	if (n != UIN_LEN)
		return err_set(err, FAIL_INPUT, "UIN: has %zu characters, wanted %d digits", n, UIN_LEN);
	for (size_t i = 0; i < UIN_LEN; i++)
		if (uin[i] < '0' || uin[i] > '9')
			return err_set(err, FAIL_INPUT, "UIN: character %zu is not a digit", i + 1);
	if (uin[0] < '2')
		return err_set(err, FAIL_INPUT, "UIN: begins with %c, wanted 2 to 9", uin[0]);
	if (!verhoeff_valid(BYTES(uin, UIN_LEN)))
		return err_set(err, FAIL_INPUT, "UIN: the check digit does not fit, a digit is wrong or two are swapped");
	return 0;
}

int
uin_to_sequence(const uint8_t key[UIN_KEY_LEN], const char *uin, uint64_t *sequence, struct err *err)
{
	uint8_t numerals[BODY];
	uint64_t x;

	if (uin_check(uin, err) == -1)
		return -1;
	for (size_t i = 0; i < BODY; i++)
		numerals[i] = (uint8_t)(uin[i] - '0');
	x = to_number(numerals) - UIN_FIRST;
	if (walk(key, ff1_decrypt, &x, err) == -1)
		return -1;
	*sequence = x;
	return 0;
}
