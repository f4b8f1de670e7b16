/* What treehead_decode accepts, treehead_encode writes again octet for octet. */
#include <stdlib.h>
#include "registry/base/treehead.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct treehead head;
	struct buf again = BUF_INIT;
	struct err err = ERR_INIT;

	if (treehead_decode(BYTES(data, size), &head, &err) == 0 &&
		(treehead_encode(&head, &again, &err) == -1 || !bytes_equal(bytes_of(&again), BYTES(data, size))))
		abort();
	buf_clear(&again);
	return 0;
}
