/* catena verify: a descent bundle, checked offline against a trust anchor; needs no state folder and no service. */
#include <stdio.h>

#include "issuance/catena/commands.h"
#include "pki/descent.h"
#include "registry/base/date.h"
#include "registry/base/file.h"

enum { BUNDLE_MAX = 64 << 20,
	ANCHOR_MAX = 64 * 1024 };

const struct arg_option verify_options[] = {
	{ "anchor", "CSCA", "certificate of the issuing State that you trust, PEM or DER" },
	{ NULL, NULL, NULL },
};

/* An exemption and an unnamed holder are in the verdict itself, not only in a line above it. */
static const char *
verdict(const struct descent_report *report)
{
	if (!report->is_good)
		return "BAD, do not rely on this document";
	if (report->rests_on_exemption)
		return report->is_disclosed ? "good WITH A WARNING, the document descends from a verified identity, but from no registered act: two officers made an exemption" : "good WITH A WARNING, the document descends from the verified identity of someone not named, but from no registered act: two officers made an exemption";
	return report->is_disclosed ? "good, the document descends from a verified identity and a registered act" : "good, the document descends from the verified identity of someone not named and a registered act";
}

static void
print_report(const struct descent_report *report)
{
	static const char *const marks[] = { "[good]", "[not checked]", "[warning]", "[BAD]" };
	char at[21];

	for (size_t i = 0; i < report->n; i++)
		printf("%-14s %-12s %s\n", marks[report->findings[i].status], report->findings[i].link, report->findings[i].text);
	if (report->document_number[0] != '\0')
		printf("document number: %s\n", report->document_number);
	printf("verdict: %s\n", verdict(report));
	if (report->is_good)
		printf("as of %s; what was decided since, or left out at the end of a record's decisions, only the registry can tell\n",
			time_format(report->head_at, at));
}

int
verify_command(const struct args *args, struct err *err)
{
	const char *anchor_file = args_value(args, "anchor", NULL);
	struct buf bundle = BUF_INIT, anchor = BUF_INIT;
	struct descent_report report = { NULL };
	struct bytes anchors[1];
	int rc = -1;

	if (anchor_file == NULL) {
		err_set(err, FAIL_INPUT, "--anchor is missing: whose word is to be trusted");
		err_hint(err, "the embedded default writes it to pki/csca.crt in its state folder; otherwise ask the issuing State");
		return -1;
	}
	if (file_read(args->positional[0], BUNDLE_MAX, &bundle, err) == -1 || file_read(anchor_file, ANCHOR_MAX, &anchor, err) == -1)
		goto out;
	anchors[0] = bytes_of(&anchor);
	if (descent_verify(bytes_of(&bundle), anchors, 1, &report, err) == -1) {
		err_prefix(err, "%s", args->positional[0]);
		goto out;
	}
	print_report(&report);
	rc = report.is_good ? 0 : 1;
out:
	descent_report_clear(&report);
	buf_clear(&anchor);
	buf_wipe(&bundle);
	return rc;
}
