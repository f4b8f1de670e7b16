#include "pki/descent.h"

#include <stdlib.h>

#include "pki/descent-local.h"

static int
store_of(const struct bytes *list, size_t n, struct truststore **store, struct err *err)
{
	struct truststore *s = NULL;

	if (n == 0)
		return err_set(err, FAIL_INPUT, "no trust anchor: the CSCA certificate of the State is needed");
	if (truststore_new(&s, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (truststore_add(s, list[i], TRUST_ANCHOR, "trust anchor of the verifier", err) == -1) {
			truststore_free(s);
			return err_prefix(err, "trust anchor");
		}
	if (truststore_settle(s, err) == -1) {
		truststore_free(s);
		return -1;
	}
	*store = s;
	return 0;
}

/*
 * What must have been found, each at least once.  Nothing is good because nothing was said: a check that was not reached is no
 * check that held.
 */
static const struct {
	const char *link;
	bool needs_content; /* "not checked" will do in the undisclosed form */
	bool may_warn;
} wanted[] = {
	{ "tree-head", false, false },
	{ "inclusion", false, false },
	{ "content", true, false },
	{ "document", false, false },
	{ "application", false, false },
	{ "identity", false, false },
	{ "act", false, true }, /* an exemption */
	{ "sod", false, false },
	{ "signature", false, false },
	{ "data-groups", true, false },
	{ "dg1", true, false },
};

static bool
is_found(const struct bundle *b, const struct descent_report *report, size_t w)
{
	for (size_t i = 0; i < report->n; i++) {
		const struct descent_finding *f = &report->findings[i];

		if (strcmp(f->link, wanted[w].link) == 0 &&
			(f->status == DESCENT_GOOD || (f->status == DESCENT_NOT_CHECKED && wanted[w].needs_content && !b->is_disclosed) ||
				(f->status == DESCENT_WARNING && wanted[w].may_warn)))
			return true;
	}
	return false;
}

/* Good: nothing is bad, and all that the form shows was checked. */
static bool
all_good(const struct bundle *b, const struct descent_report *report)
{
	for (size_t i = 0; i < report->n; i++)
		if (report->findings[i].status == DESCENT_BAD ||
			(report->findings[i].status == DESCENT_NOT_CHECKED && b->is_disclosed))
			return false;
	for (size_t w = 0; w < NELEM(wanted); w++)
		if (!is_found(b, report, w))
			return false;
	return true;
}

/* The number is told only of a document that was proved to have it. */
static void
tell_number(const struct bundle *b, struct descent_report *report)
{
	const struct record *document = bundle_find(b, "document", b->document);
	const char *number = document == NULL ? "" : record_content(document, "number");

	if (report->is_good && strlen(number) < sizeof(report->document_number) &&
		strspn(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == strlen(number))
		strcpy(report->document_number, number);
}

int
descent_verify(struct bytes text, const struct bytes *anchor, size_t nanchors, struct descent_report *report, struct err *err)
{
	struct descent_report made = { 0 };
	struct report_state rs = { &made, err, false };
	struct truststore *store = NULL;
	struct bundle b = { 0 };
	int rc = -1;

	if (store_of(anchor, nanchors, &store, err) == -1 || bundle_read(text, &b, err) == -1)
		goto out;
	descent_check_head(&b, store, &rs);
	descent_check_records(&b, &rs);
	descent_check_chain(&b, &rs);
	descent_check_sod(&b, store, &rs);
	if (rs.failed) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	made.is_good = all_good(&b, &made);
	made.is_disclosed = b.is_disclosed;
	made.head_at = b.signed_at;
	tell_number(&b, &made);
	*report = made;
	made = (struct descent_report){ 0 };
	rc = 0;
out:
	descent_report_clear(&made);
	bundle_clear(&b);
	truststore_free(store);
	return rc;
}
