/*
 * ber.h - what others write in BER instead of DER (X.690 8), made DER: indefinite lengths, lengths with superfluous octets, octet strings in
 * pieces.  The order of SETs stays as it is: it is seen by those who ask for it.
 */
#ifndef CATENA_PKI_BER_H
#define CATENA_PKI_BER_H
#include "registry/base/der.h"

/* Whether the outermost object has an indefinite length: the usual sign of BER. */
static inline bool
ber_is_indefinite(struct bytes in)
{
	return in.n > 1 && in.p[1] == 0x80;
}

/*
 * Exactly one object of at most `limit` octets, nested at most DER_MAX_DEPTH deep; nothing after it.  -1 FAIL_INPUT or FAIL_TOO_LARGE; *der is
 * replaced.
 */
int ber_to_der(struct bytes in, size_t limit, struct buf *der, struct err *err);

#endif
