/*
 * pubkey.h - a public key: read from a SubjectPublicKeyInfo or given by the token, written with explicit EC parameters.
 */
#ifndef CATENA_PKI_PUBKEY_H
#define CATENA_PKI_PUBKEY_H
#include "pki/curve.h"
#include "pki/sigalg.h"

struct pubkey {
	enum key_type type;        /* KEY_EC or KEY_RSA; KEY_UNUSABLE only by cert_parse_any_key() */
	const struct curve *curve; /* KEY_EC */
	bool is_explicit;          /* as it was read: explicit parameters, not the curve's OID */
	unsigned bits;
	EVP_PKEY *evp;    /* on the named group; owned; NULL when unusable */
	struct buf point; /* KEY_EC: 04 || x || y */
};

/* The curve is compared first (curve.h), the point checked to lie on it.  -1 FAIL_INPUT. */
int pubkey_parse(struct bytes spki, struct pubkey **key, struct err *err);
/* point: 04 || x || y, from the token. */
int pubkey_new_ec(const struct curve *curve, struct bytes point, struct pubkey **key, struct err *err);
int pubkey_new_rsa(struct bytes modulus, struct bytes exponent, struct pubkey **key, struct err *err);
void pubkey_free(struct pubkey *key);
/* SubjectPublicKeyInfo by Doc 9303-12: EC with explicit parameters and uncompressed point, RSA with NULL. */
int pubkey_put(const struct pubkey *key, struct der_out *o, struct err *err);
/* SHA-1 of the subjectPublicKey bits: RFC 5280 4.2.1.2 (1). */
int pubkey_identifier(const struct pubkey *key, uint8_t id[20], struct err *err);
bool pubkey_equal(const struct pubkey *a, const struct pubkey *b);

#endif
