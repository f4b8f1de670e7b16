/* A snapshot of the stop list from anywhere: a whole file, or a content with what follows it, put into a SignedData here.  It is asked when it is read. */
#include "pki/stopsnapshot.h"
#include "tests/fuzz/wrap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look(struct bytes file)
{
	struct stop_snapshot s;
	struct err err = ERR_INIT;

	if (stop_snapshot_parse(file, &s, &err) == -1)
		return;
	if (s.body.n != s.header.count * STOP_ENTRY || (s.header.count == 0 && stop_snapshot_ask(&s, "U00000000") != NULL))
		__builtin_trap();
	stop_snapshot_ask(&s, "U00000001");
	stop_snapshot_clear(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf wrapped = BUF_INIT;
	size_t cut = size > 0 ? data[0] : 0;

	look(BYTES(data, size));
	if (size > cut && cut > 0 && wrap(oid_stop_snapshot, BYTES(data + 1, cut - 1), &wrapped)) {
		buf_bytes(&wrapped, BYTES(data + cut, size - cut));
		look(bytes_of(&wrapped));
	}
	buf_clear(&wrapped);
	return 0;
}
