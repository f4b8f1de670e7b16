/* A deviation list from anywhere: a whole file, or a content that is put into a SignedData here. */
#include "pki/deviation.h"
#include "tests/fuzz/wrap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look(struct bytes der)
{
	const struct deviation_document known = { "P<", NULL, { DATE_DAY, 5, 6, 2026 }, "L898902C3" }, unknown = { NULL, NULL, { DATE_UNKNOWN, 0, 0, 0 }, NULL };
	struct list_trust trust = { .at = INT64_C(1795251600) };
	struct deviationlist *list = NULL;
	struct list_report report;
	struct err err = ERR_INIT;

	if (deviationlist_parse(der, &list, &err) == -1)
		return;
	deviationlist_check(list, &trust, &report);
	if (report.total == GRADE_GOOD)
		__builtin_trap();
	for (size_t i = 0; i < list->n; i++) {
		const struct deviation *v = &list->deviation[i];

		/* What is not known never makes a no, and one who knows more never says yes where the other said no. */
		if (deviation_matches(list, v, &unknown) == DEVIATION_NO || v->ndescription == 0)
			__builtin_trap();
		if (v->signer != DEVIATION_SIGNER_ANY && deviation_matches(list, v, &known) == DEVIATION_YES)
			__builtin_trap();
	}
	for (size_t at = 0; deviationlist_match(list, &known, &at) != DEVIATION_NO; at++)
		if (at >= list->n)
			__builtin_trap();
	deviationlist_free(list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf wrapped = BUF_INIT;

	look(BYTES(data, size));
	if (wrap(oid_deviation_list, BYTES(data, size), &wrapped))
		look(bytes_of(&wrapped));
	buf_clear(&wrapped);
	return 0;
}
