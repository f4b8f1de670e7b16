/* keys.h - the embedded default's token and its first key ceremony. */
#ifndef CATENA_KEYS_H
#define CATENA_KEYS_H

#include "issuance/catena/state.h"

/*
 * softhsm2.conf, the token "catena" and its PINs in keys/token.pin and keys/token.so-pin, unless they are there.  With another
 * module than SoftHSM's the token must be there and keys/token.pin hold its PIN.
 */
int keys_token_init(const struct state *state, bool *made, struct err *err);
/*
 * CSCA, document signer, ledger key and UIN secret on the token; their certificates into pki/ and the registry.  Each half is done
 * when it is not yet: after the keys were made and before the registry knew them, a repetition goes on from the files.
 */
int keys_ceremony(const struct state *state, bool *made, struct err *err);

#endif
