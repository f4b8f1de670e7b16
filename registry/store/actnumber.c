/* Numbers of acts: pure, so that rules can check one without a database. */
#include <stdio.h>
#include <string.h>

#include "registry/base/check.h"
#include "registry/store/civil.h"

char
act_kind_letter(const char *kind)
{
	static const struct {
		const char *kind;
		char letter;
	} letters[] = { { "birth", 'B' }, { "foetal_death", 'F' }, { "death", 'D' }, { "marriage", 'M' }, { "divorce", 'V' }, { "annulment_of_marriage", 'U' },
		{ "adoption", 'A' }, { "recognition", 'R' }, { "legitimation", 'L' }, { "name_change", 'N' }, { "judicial_birth", 'J' },
		{ "judicial_death", 'K' }, { "foundling", 'E' }, { "certificate", 'C' } };

	for (size_t i = 0; i < NELEM(letters); i++)
		if (strcmp(letters[i].kind, kind) == 0)
			return letters[i].letter;
	return '0';
}

int
act_number_format(const char *office_code, const char *kind, int year, int serial, char number[ACT_NUMBER_TEXT], struct err *err)
{
	char plain[ACT_NUMBER_TEXT];
	int n = snprintf(plain, sizeof(plain), "%s%c%04d%06d", office_code, act_kind_letter(kind), year, serial);
	char check = n > 0 && n < (int)sizeof(plain) - 5 ? mod37_36_char(BYTES(plain, (size_t)n)) : '\0';

	if (check == '\0')
		return err_set(err, FAIL_INTERNAL, "act number: office code %s cannot be part of one", office_code);
	snprintf(number, ACT_NUMBER_TEXT, "%s-%c-%04d-%06d-%c", office_code, act_kind_letter(kind), year, serial, check);
	return 0;
}

bool
act_number_valid(const char *number)
{
	char plain[ACT_NUMBER_TEXT];
	size_t n = 0, hyphens = 0;

	for (; *number != '\0'; number++) {
		if (*number == '-')
			hyphens++;
		else if (n == sizeof(plain))
			return false;
		else
			plain[n++] = *number;
	}
	return hyphens == 4 && mod37_36_valid(BYTES(plain, n));
}
