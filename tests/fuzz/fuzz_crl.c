/* A stranger's CRL: read, asked, every serial number found again. */
#include "pki/crl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct crl *crl = NULL;

	if (crl_read(BYTES(data, size), &crl, &err) == -1)
		return 0;
	for (size_t i = 0; i < crl->nentry; i++)
		if (crl_find(crl, crl->entry[i].serial) == NULL)
			__builtin_trap();
	if (!crl->has_revoked && crl->nentry > 0)
		__builtin_trap();
	if (crl_compare_age(crl, crl) != 0 || crl_issuer(crl, NULL, 0) != NULL)
		__builtin_trap();
	(void)crl_is_complete(crl);
	(void)crl_is_stale(crl, crl->this_update);
	crl_free(crl);
	return 0;
}
