/* fuzz_scan.c - whatever the octets are, what a scan is taken for is what it begins as, and the same again. */
#include <stdlib.h>

#include "registry/base/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t first[SCAN_TYPES][2] = { { 0xff, 0xff }, { 0x89, 0x89 }, { 'I', 'M' }, { '%', '%' } };
	struct err err = ERR_INIT;
	enum scan_type t;

	if (scan_identify(BYTES(data, size), &t, &err) == -1) {
		if (err.kind != FAIL_INPUT && err.kind != FAIL_TOO_LARGE)
			abort();
		return 0;
	}
	if ((data[0] != first[t][0] && data[0] != first[t][1]) || scan_check(BYTES(data, size), t, &err) == -1)
		abort();
	return 0;
}
