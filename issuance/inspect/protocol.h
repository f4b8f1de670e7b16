/*
 * protocol.h - the terminal's end of the chip protocols: Doc 9303-11 (8th ed.) 4.4 PACE, 6.1 active and 6.2 chip authentication, 7.1 terminal authentication
 * (version 1).  Basic access control is in terminal.h.
 */
#ifndef CATENA_INSPECT_PROTOCOL_H
#define CATENA_INSPECT_PROTOCOL_H
#include <openssl/types.h>

#include "issuance/inspect/terminal.h"
#include "pki/activeauth.h"
#include "pki/cvc.h"
#include "registry/doc9303/pace.h"

/* What PACE leaves for what comes after it. */
struct terminal_pace {
	const struct secinfo_protocol *protocol; /* NULL: PACE was not done */
	int parameters;
	struct pace *pace;     /* for terminal_pace_chip */
	struct buf chip_name;  /* for terminal authentication */
	struct buf chip_proof; /* chip authentication mapping: what the chip proves itself with */
};
void terminal_pace_clear(struct terminal_pace *p);

/*
 * PACE as a PACEInfo of EF.CardAccess says; the session replaces none before it.  is_ambiguous: EF.CardAccess has this protocol more than once, so
 * the parameters are named.  -1 FAIL_DENIED: the wrong password; FAIL_INPUT: parameters that we do not know.
 */
int terminal_do_pace(struct terminal *t, const struct secinfo *info, bool is_ambiguous, enum pace_password password, struct bytes secret,
	struct terminal_pace *p, struct err *err);
/* The PACEInfo to use: the strongest that we speak; NULL: none.  *is_ambiguous as above. */
const struct secinfo *terminal_choose_pace(const struct secinfos *card_access, bool *is_ambiguous);
/* Chip authentication mapping: does the chip have the key that EF.CardSecurity names?  FAIL_DENIED: no. */
int terminal_pace_chip(const struct terminal_pace *p, const struct secinfos *card_security, struct err *err);

/*
 * Chip authentication with a key of DG14; after it the session has new keys.  *terminal_key: ours, compressed, for terminal authentication.  Whether the chip is
 * genuine is known when it answers under them: FAIL_DENIED if it does not.  FAIL_NOT_FOUND: DG14 has no key that we can use.
 */
int terminal_chip_authentication(struct terminal *t, const struct secinfos *dg14, struct buf *terminal_key, struct err *err);
/* Active authentication with the key of DG15; hash_bits from DG14 (0: none is named). */
int terminal_active_authentication(struct terminal *t, const struct pubkey *key, unsigned hash_bits, struct aa_answer *answer, struct err *err);

/* What a terminal shows for DG3 and DG4: its certificates 7F21 from below the chip's CVCA to its own, and its key. */
struct terminal_rights {
	const struct bytes *chain;
	size_t n;
	EVP_PKEY *key;
};
/* chip_name: of PACE, or the document number with its digit.  FAIL_DENIED: the chip does not take the certificates, or the signature. */
int terminal_authenticate(struct terminal *t, const struct terminal_rights *rights, struct bytes chip_name, struct bytes terminal_key, struct err *err);

#endif
