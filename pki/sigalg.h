/*
 * sigalg.h - signature algorithms: ECDSA (RFC 5758), RSA PKCS #1 v1.5 and PSS (RFC 4055), with their AlgorithmIdentifiers.
 *
 * ECDSA parameters are written absent, RSA ones NULL, digests without NULL (Doc 9303-10 4.6.2); all are read with and without.
 */
#ifndef CATENA_PKI_SIGALG_H
#define CATENA_PKI_SIGALG_H
#include <openssl/types.h>
#include "registry/base/der.h"

enum key_type { KEY_EC = 1,
	KEY_RSA,
	KEY_SECRET,
	KEY_UNUSABLE };   /* a public key of another kind, or on parameters that are no curve we know: nothing verifies under it */
enum { HASH_SHA1 = 160 }; /* beside 224, 256, 384, 512; read only, always reported as weak */

struct sigalg {
	const char *name;
	const char *oid;
	enum key_type key;
	unsigned hash_bits;
	bool is_pss;
	bool is_weak; /* SHA-1 */
	/* PSS as others parametrize it; in the table's rows mask and salt go with the hash: */
	bool is_unusual;
	unsigned mask_bits; /* hash of MGF1 */
	unsigned salt_len;  /* octets, as stated: a signature with another salt does not verify (RFC 8017 9.1.2) */
};

/* NULL when there is none, and never a weak one. */
const struct sigalg *sigalg_choose(enum key_type key, unsigned hash_bits, bool pss);
void sigalg_put(struct der_out *o, const struct sigalg *alg);
/*
 * Reads an AlgorithmIdentifier (with its SEQUENCE).  CMS may name only the key's algorithm (rsaEncryption, id-ecPublicKey);
 * then digest_bits, the signer's digest, completes it; 0 refuses that.  PSS whose mask or salt does not go with the hash is written into
 * *room, at which *alg points then: it must live as long.
 */
int sigalg_get(struct bytes algorithm_identifier, unsigned digest_bits, struct sigalg *room, const struct sigalg **alg, struct err *err);
/* -1 FAIL_INPUT when it does not verify.  signature as in X.509: ECDSA is DER SEQUENCE { r, s }, strictly. */
int sigalg_verify(const struct sigalg *alg, EVP_PKEY *key, struct bytes message, struct bytes signature, struct err *err);

void digest_alg_put(struct der_out *o, unsigned hash_bits); /* AlgorithmIdentifier without NULL */
/* Bits of a digest AlgorithmIdentifier, 160 for SHA-1. */
int digest_alg_get(struct bytes algorithm_identifier, unsigned *hash_bits, struct err *err);
/* As sha2() of digest.h, and SHA-1 for reading old documents.  Octets, 0 for an unknown length. */
size_t digest_of(unsigned hash_bits, struct bytes in, uint8_t out[64]);
const char *digest_name(unsigned hash_bits); /* "SHA-256" */

#endif
