#include "issuance/perso/number.h"

#include "registry/base/ff1.h"

const char number_alphabet[] = "23456789BCDFGHJKLMNPRSTVWXYZ";
enum { RADIX = 28 };

int
number_of_sequence(const uint8_t key[NUMBER_KEY_LEN], char series, uint64_t sequence, unsigned length, char out[NUMBER_MAX + 1], struct err *err)
{
	const char tweak[] = { 'd', 'o', 'c', 'u', 'm', 'e', 'n', 't', series };
	const struct ff1_key ff1 = { BYTES(key, NUMBER_KEY_LEN), BYTES(tweak, sizeof(tweak)), RADIX };
	uint8_t numerals[NUMBER_MAX - 1];
	size_t meaningless = length - 1;

	if (series < 'A' || series > 'Z' || series == 'I' || series == 'O')
		return err_set(err, FAIL_INTERNAL, "document number series: a letter A to Z that is neither I nor O is wanted");
	if (length < NUMBER_LEN || length > NUMBER_MAX)
		return err_set(err, FAIL_INTERNAL, "document number: %d to %d characters are wanted", NUMBER_LEN, NUMBER_MAX);
	if (sequence >= NUMBER_SEQUENCES)
		return err_set(err, FAIL_INTERNAL, "document number series %c is used up", series);
	for (size_t i = meaningless; i-- > 0; sequence /= RADIX)
		numerals[i] = (uint8_t)(sequence % RADIX);
	if (ff1_encrypt(&ff1, numerals, meaningless, err) == -1)
		return -1;
	out[0] = series;
	for (size_t i = 0; i < meaningless; i++)
		out[i + 1] = number_alphabet[numerals[i]];
	out[length] = '\0';
	return 0;
}

int
number_check(const char *number, struct err *err)
{
	size_t length = strlen(number);

	if (length < NUMBER_LEN || length > NUMBER_MAX)
		return err_set(err, FAIL_INPUT, "document number: %d to %d characters wanted", NUMBER_LEN, NUMBER_MAX);
	if (number[0] < 'A' || number[0] > 'Z')
		return err_set(err, FAIL_INPUT, "document number: begins with the letter of its series");
	for (size_t i = 1; i < length; i++)
		if (strchr(number_alphabet, number[i]) == NULL)
			return err_set(err, FAIL_INPUT, "document number: character %zu is not one that numbers have", i + 1);
	return 0;
}
