#include "issuance/perso/number.h"

#include "registry/base/ff1.h"

const char number_alphabet[] = "23456789BCDFGHJKLMNPRSTVWXYZ";
enum { RADIX = 28,
	MEANINGLESS = 8 };

int
number_of_sequence(const uint8_t key[NUMBER_KEY_LEN], char series, uint64_t sequence, char out[NUMBER_LEN + 1], struct err *err)
{
	const char tweak[] = { 'd', 'o', 'c', 'u', 'm', 'e', 'n', 't', series };
	const struct ff1_key ff1 = { BYTES(key, NUMBER_KEY_LEN), BYTES(tweak, sizeof(tweak)), RADIX };
	uint8_t numerals[MEANINGLESS];

	if (series < 'A' || series > 'Z' || series == 'I' || series == 'O')
		return err_set(err, FAIL_INTERNAL, "document number series: a letter A to Z that is neither I nor O is wanted");
	if (sequence >= NUMBER_SEQUENCES)
		return err_set(err, FAIL_INTERNAL, "document number series %c is used up", series);
	for (size_t i = MEANINGLESS; i-- > 0; sequence /= RADIX)
		numerals[i] = (uint8_t)(sequence % RADIX);
	if (ff1_encrypt(&ff1, numerals, MEANINGLESS, err) == -1)
		return -1;
	out[0] = series;
	for (size_t i = 0; i < MEANINGLESS; i++)
		out[i + 1] = number_alphabet[numerals[i]];
	out[NUMBER_LEN] = '\0';
	return 0;
}

int
number_check(const char *number, struct err *err)
{
	if (strlen(number) != NUMBER_LEN)
		return err_set(err, FAIL_INPUT, "document number: %d characters wanted", NUMBER_LEN);
	if (number[0] < 'A' || number[0] > 'Z')
		return err_set(err, FAIL_INPUT, "document number: begins with the letter of its series");
	for (size_t i = 1; i < NUMBER_LEN; i++)
		if (strchr(number_alphabet, number[i]) == NULL)
			return err_set(err, FAIL_INPUT, "document number: character %zu is not one that numbers have", i + 1);
	return 0;
}
