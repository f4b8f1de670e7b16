/* Opening what we did not seal: never succeeds, never reads past it. */
#include <stdlib.h>

#include "registry/base/err.h"
#include "registry/base/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[SEAL_KEY_LEN] = { 7 };
	struct seal *seal = NULL;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	if (seal_new(key, &seal, &err) == -1)
		return 0;
	if (seal_open(seal, bytes_str("portrait"), BYTES(data, size), &out, &err) == 0 || out.n != 0)
		abort();
	buf_wipe(&out);
	seal_free(seal);
	return 0;
}
