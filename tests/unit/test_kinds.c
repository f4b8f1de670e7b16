/* Document codes by form and day (Doc 9303-4 4.4: lists of 2026, obligatory from 2028, over in 2038); the words of applications. */
#include "issuance/application/kinds.h"
#include "tests/tap.h"

static const struct {
	const char *form, *code, *issued, *expires;
	const char *rule; /* NULL: allowed */
} cases[] = {
	{ "TD3", "PP", "2026-11-21", "2036-11-21", NULL },
	{ "TD3", "PP", "2028-01-01", "2038-01-01", NULL },
	{ "TD3", "PS", "2030-05-05", "2032-05-05", NULL },
	{ "TD3", "PL", "2026-11-21", "2028-11-21", NULL },
	{ "TD3", "P", "2027-12-31", "2037-12-31", NULL },
	{ "TD3", "PN", "2025-12-31", "2035-12-31", NULL },
	{ "TD2", "PU", "2026-11-21", "2026-12-21", NULL },
	{ "TD2", "I", "2026-11-21", "2036-11-21", NULL },
	{ "TD1", "ID", "2026-11-21", "2036-11-21", NULL },
	{ "TD1", "C", "2026-11-21", "2036-11-21", NULL },
	{ "MRV-A", "V", "2026-11-21", "2027-11-21", NULL },
	{ "MRV-B", "VS", "2026-11-21", "2027-11-21", NULL },
	{ "TD3", "P", "2028-01-01", "2037-01-01", "obligatory since 2028" },
	{ "TD3", "P", "2027-12-31", "2038-01-01", "before 2038" },
	{ "TD3", "PN", "2026-01-01", "2036-01-01", "since 2026" },
	{ "TD3", "PN", "2025-12-31", "2038-01-01", "before 2038" },
	{ "TD3", "PV", "2029-01-01", "2036-01-01", "since 2026" },
	{ "TD3", "PU", "2026-11-21", "2027-11-21", "no booklet" },
	{ "TD3", "ID", "2026-11-21", "2027-11-21", "begins with P" },
	{ "TD3", "p", "2026-11-21", "2027-11-21", "capital letters" },
	{ "TD3", "P<", "2026-11-21", "2027-11-21", "capital letters" },
	{ "TD3", "", "2026-11-21", "2027-11-21", "capital letters" },
	{ "TD3", "PPP", "2026-11-21", "2027-11-21", "capital letters" },
	{ "TD3", "PP", "2026-11-21", "2026-11-21", "later day" },
	{ "TD3", "PP", "2026-11-21", "2025-11-21", "later day" },
	{ "TD1", "IV", "2026-11-21", "2036-11-21", "not V" },
	{ "TD1", "AI", "2026-11-21", "2036-11-21", "AI" },
	{ "TD1", "AC", "2026-11-21", "2036-11-21", "AC" },
	{ "TD1", "PU", "2026-11-21", "2036-11-21", "A, C or I" },
	{ "TD1", "PP", "2026-11-21", "2036-11-21", "A, C or I" },
	{ "TD2", "V", "2026-11-21", "2036-11-21", "A, C or I" },
	{ "TD2", "PP", "2026-11-21", "2036-11-21", "A, C or I" },
	{ "MRV-A", "PP", "2026-11-21", "2027-11-21", "visa" },
	{ "MRV-B", "ID", "2026-11-21", "2027-11-21", "visa" },
	{ "TD4", "PP", "2026-11-21", "2027-11-21", "document form" },
};

static struct date
day(const char *text)
{
	struct date d = DATE_INIT;
	struct err err = ERR_INIT;

	if (date_parse(bytes_str(text), &d, &err) == -1)
		bail_out("%s", err.text);
	return d;
}

int
main(void)
{
	for (size_t i = 0; i < NELEM(cases); i++) {
		struct err err = ERR_INIT;
		int rc = document_code_check(cases[i].form, cases[i].code, day(cases[i].issued), day(cases[i].expires), &err);

		if (cases[i].rule == NULL)
			ok(rc == 0, "%s \"%s\" of %s to %s: %s", cases[i].form, cases[i].code, cases[i].issued, cases[i].expires, err.text);
		else
			ok(rc == -1 && err.kind == FAIL_INPUT && strstr(err.text, cases[i].rule) != NULL, "refuses: %s \"%s\" of %s to %s: %s", cases[i].form,
				cases[i].code, cases[i].issued, cases[i].expires, err.text);
	}
	ok(word_find(document_type_names, "PP") == 0 && word_find(application_reason_names, "stolen") > 0, "words that are there");
	ok(word_find(document_type_names, "P") == -1 && word_find(application_reason_names, "") == -1 && word_find(application_reason_names, "replacement") == -1,
		"refuses: words that are not");
	return done_testing();
}
