/* The report of a verification: findings, one after the other. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "pki/descent-local.h"

/* What a sentence quotes comes from whoever made the bundle: it must neither end the line nor steer a terminal. */
static void
printable(char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

void
finding(struct report_state *rs, const char *link, enum descent_status status, const char *fmt, ...)
{
	struct descent_report *r = rs->report;
	struct descent_finding *grown = realloc(r->findings, (r->n + 1) * sizeof(*grown));
	va_list ap;

	if (grown == NULL) {
		rs->failed = true;
		return;
	}
	r->findings = grown;
	snprintf(r->findings[r->n].link, sizeof(r->findings[r->n].link), "%s", link); /* the bundle may go before the report */
	printable(r->findings[r->n].link);
	r->findings[r->n].status = status;
	va_start(ap, fmt);
	vsnprintf(r->findings[r->n].text, sizeof(r->findings[r->n].text), fmt, ap);
	va_end(ap);
	printable(r->findings[r->n].text);
	r->n++;
}

void
descent_report_clear(struct descent_report *report)
{
	free(report->findings);
	*report = (struct descent_report){ 0 };
}
