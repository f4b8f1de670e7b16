#include "pki/descent.h"

#include <stdio.h>
#include <stdlib.h>

#include "pki/descent-local.h"

static int
anchors_of(const struct bytes *list, size_t n, struct anchors **anchors, struct err *err)
{
	struct anchors *a = NULL;

	if (n == 0)
		return err_set(err, FAIL_INPUT, "no trust anchor: the CSCA certificate of the State is needed");
	if (anchors_new(&a, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (anchors_add(a, list[i], err) == -1) {
			anchors_free(a);
			return err_prefix(err, "trust anchor");
		}
	*anchors = a;
	return 0;
}

/* Good: nothing is bad, and all that the form shows was checked. */
static bool
all_good(const struct bundle *b, const struct descent_report *report)
{
	for (size_t i = 0; i < report->n; i++)
		if (report->findings[i].status == DESCENT_BAD ||
			(report->findings[i].status == DESCENT_NOT_CHECKED && b->is_disclosed))
			return false;
	return report->n > 0;
}

int
descent_verify(struct bytes text, const struct bytes *anchor, size_t nanchors, struct descent_report *report, struct err *err)
{
	struct descent_report made = { 0 };
	struct report_state rs = { &made, err, false };
	struct anchors *anchors = NULL;
	struct bundle b = { 0 };
	const struct record *document;
	int rc = -1;

	if (anchors_of(anchor, nanchors, &anchors, err) == -1 || bundle_read(text, &b, err) == -1)
		goto out;
	descent_check_head(&b, anchors, &rs);
	descent_check_records(&b, &rs);
	descent_check_chain(&b, &rs);
	descent_check_sod(&b, anchors, &rs);
	if (rs.failed) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	made.is_good = all_good(&b, &made);
	if ((document = bundle_find(&b, "document", b.document)) != NULL)
		snprintf(made.document_number, sizeof(made.document_number), "%s", record_content(document, "number"));
	*report = made;
	made = (struct descent_report){ 0 };
	rc = 0;
out:
	descent_report_clear(&made);
	bundle_clear(&b);
	anchors_free(anchors);
	return rc;
}
