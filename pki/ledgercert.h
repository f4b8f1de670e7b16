/* ledgercert.h - the certificate of the key that signs for the registry: tree heads, snapshots of the stop list, notifications. */
#ifndef CATENA_PKI_LEDGERCERT_H
#define CATENA_PKI_LEDGERCERT_H

#include "pki/cert.h"

/*
 * Why the certificate is none that speaks for the ledger at that moment; NULL when it is one.  The purpose is what separates the ledger key from all other
 * keys under the CSCA: it must be there, alone of its kind, and critical, so that no other reader takes the key for something else.  That the CSCA issued
 * it is for the caller to verify.
 */
const char *ledgercert_unfit(const struct cert *cert, const struct cert *csca, int64_t at);

#endif
