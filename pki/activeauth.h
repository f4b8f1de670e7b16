/*
 * activeauth.h - active authentication: the chip signs a challenge with a key that never left it.  Doc 9303-11 (8th ed.) 6.1.
 *
 * RSA: ISO/IEC 9796-2 scheme 1 with partial recovery, trailer BC (SHA-1) or xxCC; ECDSA: plain r || s over the challenge with the hash that DG14 names.  Some States' chips
 * answer ECDSA in DER: that is taken and told.  Pure but for the random part of an RSA answer.
 */
#ifndef CATENA_PKI_ACTIVEAUTH_H
#define CATENA_PKI_ACTIVEAUTH_H
#include "pki/pubkey.h"

enum { AA_CHALLENGE = 8 };

struct aa_answer {
	unsigned hash_bits; /* what was signed with; 160: SHA-1, weak */
	bool is_der;        /* ECDSA not plain */
};
/* key: from DG15, after its hash was verified; hash_bits: ECDSA, from DG14.  FAIL_DENIED: not the key's signature. */
int aa_verify(const struct pubkey *key, unsigned hash_bits, const uint8_t challenge[AA_CHALLENGE], struct bytes signature, struct aa_answer *answer,
	struct err *err);

/* The chip's side; *out is replaced. */
int aa_sign_rsa(struct bytes modulus, struct bytes exponent, unsigned hash_bits, const uint8_t challenge[AA_CHALLENGE], struct buf *out, struct err *err);
int aa_sign_ec(const struct curve *curve, struct bytes private_key, unsigned hash_bits, const uint8_t challenge[AA_CHALLENGE], struct buf *out, struct err *err);

#endif
