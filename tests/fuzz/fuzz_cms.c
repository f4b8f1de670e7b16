/* EF.SOD from a stranger's chip: parsed, judged with what it itself carries, never trusted. */
#include "pki/passive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct truststore *store;
	struct passive_input in = { .sod = BYTES(data, size), .at = INT64_C(1795251600) };
	struct passive result;
	struct err err = ERR_INIT;
	struct cert *cert = NULL;

	if (store == NULL && (truststore_new(&store, &err) == -1 || truststore_settle(store, &err) == -1))
		return 0;
	in.store = store;
	passive_authenticate(&in, &result);
	if (result.total == GRADE_GOOD)
		__builtin_trap(); /* nothing is good without an anchor */
	if (cert_parse(BYTES(data, size), &cert, &err) == 0)
		cert_free(cert);
	return 0;
}
