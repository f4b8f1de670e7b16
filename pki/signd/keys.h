/*
 * keys.h - the keys that signd works with: certificates from the registry, joined to private keys on the token.
 */
#ifndef CATENA_SIGND_KEYS_H
#define CATENA_SIGND_KEYS_H

#include "pki/signd/policy.h"
#include "pki/signd/tokens.h"
#include "registry/store/signing.h"

enum { KEYS_DOCUMENT_SIGNERS = 16 }; /* active at the same time on all tokens */

struct keys {
	struct active_signer document[KEYS_DOCUMENT_SIGNERS]; /* all that may sign now: used in turn, so that one revocation hits few documents */
	unsigned ndocument;
	atomic_uint turn;
	struct active_signer ledger;               /* signer NULL: none may sign */
	struct seal_signer civil, visa, emergency; /* key NULL: none may seal */
	bool has_uin_key;
	uint8_t uin_key[32]; /* derived on the token: HMAC-SHA-256("catena uin 1") under its secret */
	int64_t loaded_at;
};

/*
 * Finds what may sign at `now`: keys in the state active, of one of these tokens, within their usage period and with signatures left.  Document signers
 * whose period or signatures are used up are retired in the registry.  What the signers of *keys have counted is written first, so that their
 * counters can go.  A token's key that does not belong to its certificate is FAIL_CONFLICT.  With several tokens, what is on one that is away is left
 * out, and told in the log; the UIN key is on any of them.
 */
int keys_load(struct db *db, const struct tokens *tokens, int64_t now, struct keys *keys, struct err *err);
/* The next document signer in turn that may make n signatures; NULL: none. */
struct active_signer *keys_next(struct keys *keys, int64_t now, size_t n);
/* Writes what was counted since the last time. */
int keys_tally_all(struct db *db, struct keys *keys, int64_t now, struct err *err);
void keys_clear(struct keys *keys);

#endif
