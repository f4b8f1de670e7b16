/*
 * keys.h - the keys that signd works with: certificates from the registry, joined to private keys on the token.
 */
#ifndef CATENA_SIGND_KEYS_H
#define CATENA_SIGND_KEYS_H

#include "pki/signd/policy.h"
#include "registry/store/signing.h"

struct keys {
	struct active_signer document; /* the newest document signer that may sign now */
	struct active_signer ledger;
	uint8_t uin_key[32]; /* derived on the token: HMAC-SHA-256("catena uin 1") under its secret */
};

/*
 * Finds what may sign at `now`; the token's keys must belong to the certificates.  FAIL_AGAIN "no document signer ..." when there is none
 * whose usage period includes now.
 */
int keys_load(struct db *db, struct token *token, int64_t now, struct keys *keys, struct err *err);
void keys_clear(struct keys *keys);

#endif
