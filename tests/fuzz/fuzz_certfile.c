/* Whatever somebody calls a file of certificates. */
#include "pki/certfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct certfile file = { NULL };
	struct err err = ERR_INIT;

	if (certfile_read(BYTES(data, size), &file, &err) == -1) {
		if (file.n != 0 || err.kind == FAIL_NONE)
			__builtin_trap();
		return 0;
	}
	if (file.n == 0 || file.count[0] + file.count[1] + file.count[2] + file.count[3] != file.n)
		__builtin_trap();
	for (size_t i = 0; i < file.n; i++)
		if (file.item[i].list >= (long)file.n || file.item[i].der.n == 0)
			__builtin_trap();
	certfile_clear(&file);
	return 0;
}
