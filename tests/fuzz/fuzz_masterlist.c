/* A master list from anywhere: a whole file, or a content that is put into a SignedData here.  Without an anchor nothing is good. */
#include <stdlib.h>

#include "pki/masterlist.h"
#include "tests/fuzz/wrap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look(struct bytes der)
{
	struct list_trust trust = { .at = INT64_C(1795251600) };
	struct masterlist *list = NULL;
	struct masterlist_counts counts;
	struct list_report report;
	struct err err = ERR_INIT;
	size_t *index, n;

	if (masterlist_parse(der, &list, &err) == -1)
		return;
	masterlist_check(list, &trust, &report, &counts);
	if (report.total == GRADE_GOOD || counts.certificates != list->n || counts.verified + counts.issuer_absent + counts.wrong_signature + counts.unreadable != list->n)
		__builtin_trap();
	if (masterlist_added(list, list, &index, &n, &err) == 0) {
		if (n != 0)
			__builtin_trap();
		free(index);
	}
	masterlist_free(list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf wrapped = BUF_INIT;

	look(BYTES(data, size));
	if (wrap(oid_master_list, BYTES(data, size), &wrapped))
		look(bytes_of(&wrapped));
	buf_clear(&wrapped);
	return 0;
}
