#include "pki/activeauth.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "pki/cvc.h"
#include "registry/base/digest.h"

enum { HEADER = 0x6A, /* partial recovery, the message has a part that is not in the signature */
	TRAILER_SHA1 = 0xBC,
	TRAILER_NAMED = 0xCC, /* after an octet that names the hash */
	RSA_MAX = 1024 };     /* octets of a modulus: 8192 bits */

/* ISO/IEC 10118-3 hash identifiers as they stand before CC. */
static const struct {
	uint8_t id;
	unsigned bits;
} hashes[] = { { 0x33, HASH_SHA1 }, { 0x34, 256 }, { 0x35, 512 }, { 0x36, 384 }, { 0x38, 224 } };

static unsigned
hash_of(uint8_t id)
{
	for (size_t i = 0; i < NELEM(hashes); i++)
		if (hashes[i].id == id)
			return hashes[i].bits;
	return 0;
}

static bool
digest_parts(unsigned bits, struct bytes a, struct bytes b, uint8_t out[64], size_t *n)
{
	struct buf both = BUF_INIT;

	buf_bytes(&both, a);
	buf_bytes(&both, b);
	*n = both.failed ? 0 : digest_of(bits, bytes_of(&both), out);
	buf_clear(&both);
	return *n > 0;
}

/* ---- RSA ---- */

/* 6A || M1 || H(M1 || challenge) || trailer. */
static bool
is_representative(struct bytes f, const uint8_t challenge[AA_CHALLENGE], unsigned *hash_bits)
{
	size_t trailer, n, m1;
	uint8_t digest[64];
	unsigned bits;

	if (f.n < 3 || f.p[0] != HEADER)
		return false;
	if (f.p[f.n - 1] == TRAILER_SHA1) {
		bits = HASH_SHA1;
		trailer = 1;
	} else if (f.p[f.n - 1] == TRAILER_NAMED && hash_of(f.p[f.n - 2]) != 0) {
		bits = hash_of(f.p[f.n - 2]);
		trailer = 2;
	} else
		return false;
	if (f.n < 1 + bits / 8 + trailer)
		return false;
	m1 = f.n - 1 - bits / 8 - trailer;
	if (!digest_parts(bits, BYTES(f.p + 1, m1), BYTES(challenge, AA_CHALLENGE), digest, &n) || memcmp(digest, f.p + 1 + m1, n) != 0)
		return false;
	*hash_bits = bits;
	return true;
}

/* ISO/IEC 9796-2: a signer may have taken n - f instead of f, whichever is smaller. */
static bool
complement(const struct pubkey *key, uint8_t *f, size_t n)
{
	BIGNUM *modulus = NULL, *number = BN_bin2bn(f, (int)n, NULL);
	bool done = number != NULL && EVP_PKEY_get_bn_param(key->evp, OSSL_PKEY_PARAM_RSA_N, &modulus) == 1 && BN_sub(number, modulus, number) == 1 &&
		BN_bn2binpad(number, f, (int)n) == (int)n;

	BN_free(modulus);
	BN_free(number);
	return done;
}

static int
verify_rsa(const struct pubkey *key, const uint8_t challenge[AA_CHALLENGE], struct bytes signature, struct aa_answer *answer, struct err *err)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->evp, NULL);
	uint8_t f[RSA_MAX];
	size_t n = sizeof(f);
	bool done = ctx != NULL && EVP_PKEY_get_size(key->evp) <= RSA_MAX && EVP_PKEY_verify_recover_init(ctx) == 1 &&
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 && EVP_PKEY_verify_recover(ctx, f, &n, signature.p, signature.n) == 1;

	EVP_PKEY_CTX_free(ctx);
	answer->is_der = false;
	if (done && (is_representative(BYTES(f, n), challenge, &answer->hash_bits) || (complement(key, f, n) && is_representative(BYTES(f, n), challenge, &answer->hash_bits))))
		return 0;
	return err_set(err, FAIL_DENIED, "active authentication: not a signature of the key in DG15 (Doc 9303-11 6.1)");
}

int
aa_sign_rsa(struct bytes modulus, struct bytes exponent, unsigned hash_bits, const uint8_t challenge[AA_CHALLENGE], struct buf *out, struct err *err)
{
	size_t trailer = hash_bits == HASH_SHA1 ? 1 : 2, k = modulus.n, m1, n;
	BIGNUM *bn_n = BN_bin2bn(modulus.p, (int)modulus.n, NULL), *d = BN_bin2bn(exponent.p, (int)exponent.n, NULL), *x = NULL;
	BN_CTX *ctx = BN_CTX_secure_new();
	uint8_t f[RSA_MAX];
	int rc = -1;

	if (k > sizeof(f) || k < 1 + hash_bits / 8 + trailer + 16) {
		err_set(err, FAIL_INPUT, "active authentication: modulus of %zu octets", k);
		goto out;
	}
	m1 = k - 1 - hash_bits / 8 - trailer;
	f[0] = HEADER;
	if (random_octets(f + 1, m1, err) == -1)
		goto out;
	if (!digest_parts(hash_bits, BYTES(f + 1, m1), BYTES(challenge, AA_CHALLENGE), f + 1 + m1, &n) || n != hash_bits / 8)
		goto failed;
	if (trailer == 2) {
		f[k - 2] = 0;
		for (size_t i = 0; i < NELEM(hashes); i++)
			if (hashes[i].bits == hash_bits)
				f[k - 2] = hashes[i].id;
	}
	f[k - 1] = trailer == 1 ? TRAILER_SHA1 : TRAILER_NAMED;
	x = BN_bin2bn(f, (int)k, NULL);
	if (bn_n == NULL || d == NULL || x == NULL || ctx == NULL || !BN_is_odd(bn_n) || BN_mod_exp_mont_consttime(x, x, d, bn_n, ctx, NULL) != 1 ||
		BN_bn2binpad(x, f, (int)k) != (int)k)
		goto failed;
	buf_wipe(out);
	buf_add(out, f, k);
	rc = buf_check(out, err);
	goto out;
failed:
	err_set(err, FAIL_INTERNAL, "active authentication: libcrypto failed");
out:
	BN_free(bn_n);
	BN_clear_free(d);
	BN_clear_free(x);
	BN_CTX_free(ctx);
	wipe(f, sizeof(f));
	return rc;
}

/* ---- ECDSA ---- */

static const EVP_MD *
md_of(unsigned bits)
{
	return bits == HASH_SHA1 ? EVP_sha1() : bits == 224 ? EVP_sha224()
		: bits == 256                               ? EVP_sha256()
		: bits == 384                               ? EVP_sha384()
		: bits == 512                               ? EVP_sha512()
							    : NULL;
}

static bool
verify_der(const struct pubkey *key, unsigned hash_bits, const uint8_t challenge[AA_CHALLENGE], struct bytes der)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx != NULL && md_of(hash_bits) != NULL && EVP_DigestVerifyInit(ctx, NULL, md_of(hash_bits), NULL, key->evp) == 1 &&
		EVP_DigestVerify(ctx, der.p, der.n, challenge, AA_CHALLENGE) == 1;

	EVP_MD_CTX_free(ctx);
	return good;
}

static int
verify_ec(const struct pubkey *key, unsigned hash_bits, const uint8_t challenge[AA_CHALLENGE], struct bytes signature, struct aa_answer *answer, struct err *err)
{
	struct err ignored = ERR_INIT;
	struct buf der = BUF_INIT;
	bool good = false;

	answer->hash_bits = hash_bits;
	answer->is_der = false;
	if (signature.n == 2 * (size_t)key->curve->len && cvc_der_of_plain(signature, &der, &ignored) == 0)
		good = verify_der(key, hash_bits, challenge, bytes_of(&der));
	buf_clear(&der);
	if (!good && signature.n > 2 && signature.p[0] == DER_SEQUENCE) {
		good = verify_der(key, hash_bits, challenge, signature);
		answer->is_der = good;
	}
	return good ? 0 : err_set(err, FAIL_DENIED, "active authentication: not a signature of the key in DG15 (Doc 9303-11 6.1)");
}

int
aa_verify(const struct pubkey *key, unsigned hash_bits, const uint8_t challenge[AA_CHALLENGE], struct bytes signature, struct aa_answer *answer, struct err *err)
{
	if (key->evp == NULL)
		return err_set(err, FAIL_INPUT, "active authentication: the key in DG15 is of no kind we know");
	if (key->type == KEY_RSA)
		return verify_rsa(key, challenge, signature, answer, err);
	if (md_of(hash_bits) == NULL)
		return err_set(err, FAIL_INPUT, "active authentication: DG14 names no hash for ECDSA (Doc 9303-11 9.2.4)");
	return verify_ec(key, hash_bits, challenge, signature, answer, err);
}

/* The chip's key for libcrypto: its number on its curve. */
static EVP_PKEY *
private_evp(const struct curve *curve, struct bytes number)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_secure_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (bld != NULL && n != NULL && ctx != NULL && BN_bin2bn(number.p, (int)number.n, n) != NULL &&
		OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0) == 1 &&
		OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, n) == 1 && (params = OSSL_PARAM_BLD_to_param(bld)) != NULL &&
		EVP_PKEY_fromdata_init(ctx) == 1 && EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_clear_free(n);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

int
aa_sign_ec(const struct curve *curve, struct bytes private_key, unsigned hash_bits, const uint8_t challenge[AA_CHALLENGE], struct buf *out, struct err *err)
{
	EVP_PKEY *key = private_evp(curve, private_key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[200];
	size_t n = sizeof(der);
	int rc = -1;

	if (key != NULL && ctx != NULL && md_of(hash_bits) != NULL && EVP_DigestSignInit(ctx, NULL, md_of(hash_bits), NULL, key) == 1 &&
		EVP_DigestSign(ctx, der, &n, challenge, AA_CHALLENGE) == 1)
		rc = cvc_plain_of_der(BYTES(der, n), curve->len, out, err);
	else
		err_set(err, FAIL_INTERNAL, "active authentication: libcrypto failed");
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return rc;
}
