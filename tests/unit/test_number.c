/* Document numbers: form, no number twice, no order, other key other numbers; what is none is refused. */
#include "issuance/perso/number.h"
#include "tests/tap.h"

enum { MANY = 20000 };

static const uint8_t key[NUMBER_KEY_LEN] = { 7 }, other_key[NUMBER_KEY_LEN] = { 8 };

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static const char *const no_numbers[] = { "", "U2345678", "U234567890", "U2345678O", "U2345678I", "U2345678Q", "U23456780", "U23456781",
	"u23456789", "923456789", "U2345678A", "U2345678E", "U2345678U", "U2345 789", "U23456<89", "U2345678b" };

int
main(void)
{
	static char numbers[MANY][NUMBER_MAX + 1];
	char number[NUMBER_MAX + 1], before[NUMBER_MAX + 1] = "untouched";
	struct err err = ERR_INIT;
	bool good = true, twice = false;
	unsigned ascending = 0;

	for (uint64_t i = 0; i < MANY; i++) {
		good = good && number_of_sequence(key, 'U', i + 1, NUMBER_LEN, numbers[i], &err) == 0 && number_check(numbers[i], &err) == 0 &&
			numbers[i][0] == 'U';
		ascending += i > 0 && strcmp(numbers[i - 1], numbers[i]) < 0;
	}
	ok(good, "%d numbers have the form of a number: %s", MANY, err.text);
	ok(ascending > MANY * 45 / 100 && ascending < MANY * 55 / 100, "they are in no order: %u of %d ascend", ascending, MANY);
	qsort(numbers, MANY, sizeof(numbers[0]), compare);
	for (size_t i = 1; i < MANY; i++)
		twice = twice || strcmp(numbers[i - 1], numbers[i]) == 0;
	ok(!twice, "none comes twice");
	number_of_sequence(key, 'U', 1, NUMBER_LEN, numbers[0], &err);
	ok(number_of_sequence(key, 'U', 1, NUMBER_LEN, number, &err) == 0 && strcmp(number, numbers[0]) == 0, "the same again gives the same");
	ok(number_of_sequence(other_key, 'U', 1, NUMBER_LEN, number, &err) == 0 && strcmp(number, numbers[0]) != 0, "another key, another number");
	ok(number_of_sequence(key, 'V', 1, NUMBER_LEN, number, &err) == 0 && strcmp(number + 1, numbers[0] + 1) != 0, "another series, other characters");
	ok(number_of_sequence(key, 'U', NUMBER_SEQUENCES - 1, NUMBER_LEN, number, &err) == 0, "the last of the series");
	memcpy(number, before, sizeof(number));
	ok(number_of_sequence(key, 'U', NUMBER_SEQUENCES, NUMBER_LEN, number, &err) == -1 && err.kind == FAIL_INTERNAL, "none after it");
	ok(number_of_sequence(key, 'O', 1, NUMBER_LEN, number, &err) == -1 && number_of_sequence(key, 'I', 1, NUMBER_LEN, number, &err) == -1, "refuses a series that looks like a digit");
	ok(number_of_sequence(key, 'u', 1, NUMBER_LEN, number, &err) == -1, "refuses a series that is no capital letter");
	ok(number_of_sequence(key, 'U', 1, NUMBER_LEN - 1, number, &err) == -1 && number_of_sequence(key, 'U', 1, NUMBER_MAX + 1, number, &err) == -1, "refuses a length that no number has");
	is(number, before, "and leaves the number alone");
	for (unsigned length = NUMBER_LEN; length <= NUMBER_MAX; length++)
		ok(number_of_sequence(key, 'U', 7, length, number, &err) == 0 && strlen(number) == length && number_check(number, &err) == 0, "%u characters: %s", length, number);
	for (size_t i = 0; i < NELEM(no_numbers); i++)
		ok(number_check(no_numbers[i], &err) == -1 && err.kind == FAIL_INPUT &&
				(*no_numbers[i] == '\0' || strstr(err.text, no_numbers[i]) == NULL),
			"refuses \"%s\": %s", no_numbers[i], err.text);
	return done_testing();
}
