/*
 * policy.h - what signd signs, and nothing else: the LDS security object of a document whose descent it has read itself, whose
 * data-group hashes it has compared, once (design, invariant 2); or, of a kind that has no chip, the visible digital seal, whose message it makes
 * from the rows that it has read.
 */
#ifndef CATENA_SIGND_POLICY_H
#define CATENA_SIGND_POLICY_H

#include <stdatomic.h>

#include "pki/cms.h"
#include "pki/signclient.h"
#include "pki/token.h"
#include "registry/store/db.h"

/* A signer in use: its key on the token and its certificate in the registry. */
struct active_signer {
	struct signer *signer;
	struct token *token; /* that the key is on */
	struct uuid certificate_id, signing_key_id;
	int64_t use_until;
	int64_t signatures, max_signatures; /* made before it was loaded; 0: no limit */
	_Atomic int64_t made, recorded;     /* by the token since, and how many of them are in the registry */
};

/* The key of a bar code signer: its certificate is for seals and nothing else, so it is no signer of CMS. */
struct seal_signer {
	struct token_key *key;
	struct cert *cert;
	struct token *token;
	struct uuid certificate_id;
	int64_t use_until;
};
/* Who signs what: for documents with a chip, and for those that bear a seal instead. */
struct signers {
	struct active_signer *document; /* NULL: none may sign */
	const struct seal_signer *visa, *emergency;
};

/* Whether it may sign n more. */
bool active_signer_may(const struct active_signer *by, int64_t now, size_t n);

/*
 * Signs the orders that hold, in one transaction; each of the others gets its own err: FAIL_DENIED a broken link of the descent,
 * FAIL_CONFLICT other hashes than the registry's, FAIL_NOT_FOUND, FAIL_AGAIN no signer of such seals is active.  A document signed before gets that
 * same EF.SOD or seal.
 * -1 when nothing was signed: the database or the token is away (FAIL_AGAIN).
 */
int policy_sign(struct db *db, const struct signers *by, struct sign_order *orders, size_t n, struct err *err);

#endif
