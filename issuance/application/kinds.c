#include "issuance/application/kinds.h"

const char *const document_type_names[] = { "PP", "PE", "PD", "PO", "PR", "PS", "PT", "PU", "ID", "VA", "VB", NULL };
const char *const application_reason_names[] = { "first", "renewal", "lost", "stolen", "damaged", "name_change", "additional", NULL };

static const char *const passport_codes[] = { "PP", "PE", "PD", "PO", "PR", "PT", "PS", "PL", "PM", NULL };
static const struct date codes_listed_from = { DATE_DAY, 1, 1, 2026 };     /* a second letter is one of the list */
static const struct date codes_obligatory_from = { DATE_DAY, 1, 1, 2028 }; /* there is a second letter */
static const struct date old_codes_end = { DATE_DAY, 1, 1, 2038 };         /* no passport with another code is valid */

bool
document_is_visa(const char *type)
{
	return type[0] == 'V';
}

int
word_find(const char *const *words, const char *word)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static int
passport_code_check(const char *code, struct date issued_on, struct date expires_on, struct err *err)
{
	if (code[0] != 'P' || strcmp(code, "PU") == 0)
		return err_set(err, FAIL_INPUT, "document code: a passport's begins with P, and PU is no booklet (Doc 9303-4 4.4)");
	if (word_find(passport_codes, code) >= 0)
		return 0;
	if (code[1] != '\0' && date_compare(issued_on, codes_listed_from) >= 0)
		return err_set(err, FAIL_INPUT, "document code: a second letter that is not of the list, since 2026-01-01 (Doc 9303-4 4.4)");
	if (date_compare(issued_on, codes_obligatory_from) >= 0)
		return err_set(err, FAIL_INPUT, "document code: the second letter is obligatory since 2028-01-01 (Doc 9303-4 4.4)");
	if (date_compare(expires_on, old_codes_end) >= 0)
		return err_set(err, FAIL_INPUT, "document code: a passport with another code than those of the list expires before 2038-01-01 (Doc 9303-4 4.4)");
	return 0;
}

static int
card_code_check(const char *form, const char *code, struct err *err)
{
	if (strcmp(form, "TD2") == 0 && strcmp(code, "PU") == 0)
		return 0;
	if (strchr("ACI", code[0]) == NULL || code[1] == 'V' || strcmp(code, "AI") == 0 || strcmp(code, "AC") == 0)
		return err_set(err, FAIL_INPUT, "document code: A, C or I, the second letter not V, neither AI nor AC (Doc 9303-5 4.2.2)");
	return 0;
}

int
document_code_check(const char *form, const char *code, struct date issued_on, struct date expires_on, struct err *err)
{
	size_t n = strlen(code);

	if (n < 1 || n > 2 || code[0] < 'A' || code[0] > 'Z' || (n == 2 && (code[1] < 'A' || code[1] > 'Z')))
		return err_set(err, FAIL_INPUT, "document code: one or two capital letters are wanted");
	if (issued_on.precision != DATE_DAY || expires_on.precision != DATE_DAY || date_compare(expires_on, issued_on) <= 0)
		return err_set(err, FAIL_INPUT, "document code: judged by a day of issue and a later day of expiry");
	if (strcmp(form, "TD3") == 0)
		return passport_code_check(code, issued_on, expires_on, err);
	if (strcmp(form, "TD1") == 0 || strcmp(form, "TD2") == 0)
		return card_code_check(form, code, err);
	if (strcmp(form, "MRV-A") != 0 && strcmp(form, "MRV-B") != 0)
		return err_set(err, FAIL_INPUT, "document form: TD1, TD2, TD3, MRV-A or MRV-B is wanted");
	return code[0] == 'V' ? 0 : err_set(err, FAIL_INPUT, "document code: a visa's begins with V (Doc 9303-7 4.2.2)");
}
