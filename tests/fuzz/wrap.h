/* wrap.h - puts a content into a SignedData without a certificate and with a signature of zeros: the fuzzer need not find the frame itself. */
#ifndef CATENA_TESTS_WRAP_H
#define CATENA_TESTS_WRAP_H
#include "registry/base/der.h"

/* False when memory is short; *out is replaced. */
static bool
wrap(const char *content_type, struct bytes content, struct buf *out)
{
	static const uint8_t key[20], signature[8];
	struct der_out o = DER_OUT_INIT;
	struct err err = ERR_INIT;

	der_open(&o, DER_SEQUENCE);
	der_oid(&o, "1.2.840.113549.1.7.2");
	der_open(&o, DER_CONTEXT_CONS(0));
	der_open(&o, DER_SEQUENCE);
	der_uint(&o, 3);
	der_open(&o, DER_SET);
	der_close(&o);
	der_open(&o, DER_SEQUENCE);
	der_oid(&o, content_type);
	der_open(&o, DER_CONTEXT_CONS(0));
	der_put(&o, DER_OCTET_STRING, content);
	der_close(&o);
	der_close(&o);
	der_open(&o, DER_SET);
	der_open(&o, DER_SEQUENCE);
	der_uint(&o, 3);
	der_put(&o, DER_CONTEXT(0), BYTES(key, sizeof(key)));
	der_open(&o, DER_SEQUENCE);
	der_oid(&o, "2.16.840.1.101.3.4.2.1");
	der_close(&o);
	der_open(&o, DER_SEQUENCE);
	der_oid(&o, "1.2.840.10045.4.3.2");
	der_close(&o);
	der_put(&o, DER_OCTET_STRING, BYTES(signature, sizeof(signature)));
	for (unsigned i = 0; i < 5; i++)
		der_close(&o);
	if (der_finish(&o, out, &err) == 0)
		return true;
	der_out_clear(&o);
	return false;
}

#endif
