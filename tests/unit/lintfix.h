/* lintfix.h - what the tests of the linter share. */
#ifndef CATENA_TESTS_LINTFIX_H
#define CATENA_TESTS_LINTFIX_H
#include "pki/lint.h"
#include "tests/tap.h"

__attribute__((unused)) static void
show(const struct lint *l)
{
	for (size_t i = 0; i < l->n; i++)
		printf("#   %s %s: %s %s\n", lint_severity_name(l->finding[i].severity), l->finding[i].rule->code, l->finding[i].where, l->finding[i].text);
}

__attribute__((unused)) static bool
is_clean(const struct lint *l)
{
	enum lint_severity worst = LINT_NOTICE;

	lint_worst(l, &worst);
	return worst == LINT_NOTICE;
}

#endif
