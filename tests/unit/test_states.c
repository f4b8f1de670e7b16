/* Codes of Doc 9303-3 section 5. */
#include "registry/doc9303/states.h"
#include "tests/tap.h"

#define NELEM(a) (sizeof(a) / sizeof((a)[0]))

static const char *const issuers[] = { "UTO", "FRA", "D", "GBR", "USA", "RKS", "EUE", "UNO", "UNA", "UNK", "XOM", "XPO", "CHE", "ZWE", "AFG" };
static const char *const nationalities[] = {
	"UTO", "D", "GBD", "GBN", "GBO", "GBP", "GBS", "RKS", "UNO", "XBA", "XIM", "XCC", "XCE", "XCO", "XEC", "XPO", "XES", "XMP", "XOM", "XDC",
	"XXA", "XXB", "XXC", "XXX"
};
static const char *const no_issuers[] = { "", "DEU", "XXA", "XXB", "XXC", "XXX", "GBD", "GBS", "ANT", "NTZ", "IAO", "uto", "UT", "UTOO", "D<<", "ZZZ", "X" };
static const char *const no_nationalities[] = { "", "DEU", "ANT", "NTZ", "IAO", "XXD", "UK", "GB", "fra", "FRA ", "D<<", "ZZZ" };
static const struct {
	const char *code, *two;
} two_letters[] = {
	{ "D", "DE" }, { "RKS", "KS" }, { "EUE", "EU" }, { "UNO", "UN" }, { "UTO", "UT" }, { "IAO", "IA" }, { "FRA", "FR" }, { "GBN", "GB" }
};

int
main(void)
{
	int unsorted = 0, bad_form = 0;
	size_t iso = 0;

	for (size_t i = 0; i < nstates; i++) {
		unsorted += i > 0 && strcmp(states[i - 1].code, states[i].code) >= 0;
		bad_form += states[i].name[0] == 0 || strlen(states[i].code) != strspn(states[i].code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") ||
			(strlen(states[i].alpha2) != 0 && strlen(states[i].alpha2) != 2);
		iso += strlen(states[i].code) == 3 && states[i].code[0] != 'X' && states[i].uses == (STATE_ISSUER | STATE_NATIONALITY);
	}
	ok(unsorted == 0, "the table is sorted and each code is there once");
	ok(bad_form == 0, "codes are capital letters, each has a name");
	ok(iso == 248 + 5, "248 codes of ISO 3166-1 (249 without DEU), RKS, EUE, UNO, UNA, UNK (%zu)", iso);
	for (size_t i = 0; i < NELEM(issuers); i++)
		ok(states_valid_issuer(issuers[i]), "%s issues", issuers[i]);
	for (size_t i = 0; i < NELEM(nationalities); i++)
		ok(states_valid_nationality(nationalities[i]), "%s is a nationality", nationalities[i]);
	for (size_t i = 0; i < NELEM(no_issuers); i++)
		ok(!states_valid_issuer(no_issuers[i]), "'%s' does not issue", no_issuers[i]);
	for (size_t i = 0; i < NELEM(no_nationalities); i++)
		ok(!states_valid_nationality(no_nationalities[i]), "'%s' is no nationality", no_nationalities[i]);
	for (size_t i = 0; i < NELEM(two_letters); i++)
		is(states_two_letter(two_letters[i].code), two_letters[i].two, two_letters[i].code);
	ok(states_two_letter("XXA") == NULL && states_two_letter("ZZZ") == NULL, "no two letters for XXA and for unknown codes");
	is(states_of_two_letter("GB")->code, "GBR", "GB is GBR");
	is(states_of_two_letter("UN")->code, "UNO", "UN is UNO");
	is(states_of_two_letter("DE")->code, "D", "DE is D");
	ok(states_of_two_letter("") == NULL && states_of_two_letter("ZZ") == NULL, "'' and ZZ are no State");
	ok(states_find("ANT") != NULL && states_find("ANT")->uses == STATE_READ_ONLY, "ANT is known from old documents");
	ok((states_find("UTO")->uses & STATE_SPECIMEN) != 0, "UTO is for specimens");
	return done_testing();
}
