#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include "pki/sigalg.h"
#include "registry/base/digest.h"

static const char oid_pss[] = "1.2.840.113549.1.1.10", oid_mgf1[] = "1.2.840.113549.1.1.8",
		  oid_rsa[] = "1.2.840.113549.1.1.1", oid_ec[] = "1.2.840.10045.2.1";

static const struct sigalg sigalgs[] = {
	{ "ecdsa-with-SHA224", "1.2.840.10045.4.3.1", KEY_EC, 224, false, false },
	{ "ecdsa-with-SHA256", "1.2.840.10045.4.3.2", KEY_EC, 256, false, false },
	{ "ecdsa-with-SHA384", "1.2.840.10045.4.3.3", KEY_EC, 384, false, false },
	{ "ecdsa-with-SHA512", "1.2.840.10045.4.3.4", KEY_EC, 512, false, false },
	{ "sha224WithRSAEncryption", "1.2.840.113549.1.1.14", KEY_RSA, 224, false, false },
	{ "sha256WithRSAEncryption", "1.2.840.113549.1.1.11", KEY_RSA, 256, false, false },
	{ "sha384WithRSAEncryption", "1.2.840.113549.1.1.12", KEY_RSA, 384, false, false },
	{ "sha512WithRSAEncryption", "1.2.840.113549.1.1.13", KEY_RSA, 512, false, false },
	{ "RSASSA-PSS with SHA-224", oid_pss, KEY_RSA, 224, true, false },
	{ "RSASSA-PSS with SHA-256", oid_pss, KEY_RSA, 256, true, false },
	{ "RSASSA-PSS with SHA-384", oid_pss, KEY_RSA, 384, true, false },
	{ "RSASSA-PSS with SHA-512", oid_pss, KEY_RSA, 512, true, false },
	{ "ecdsa-with-SHA1", "1.2.840.10045.4.1", KEY_EC, HASH_SHA1, false, true },
	{ "sha1WithRSAEncryption", "1.2.840.113549.1.1.5", KEY_RSA, HASH_SHA1, false, true },
	{ "RSASSA-PSS with SHA-1", oid_pss, KEY_RSA, HASH_SHA1, true, true },
};

static const struct {
	unsigned bits;
	const char *oid;
	const char *name;
	const EVP_MD *(*md)(void);
} digests[] = {
	{ 256, "2.16.840.1.101.3.4.2.1", "SHA-256", EVP_sha256 },
	{ 384, "2.16.840.1.101.3.4.2.2", "SHA-384", EVP_sha384 },
	{ 512, "2.16.840.1.101.3.4.2.3", "SHA-512", EVP_sha512 },
	{ 224, "2.16.840.1.101.3.4.2.4", "SHA-224", EVP_sha224 },
	{ HASH_SHA1, "1.3.14.3.2.26", "SHA-1", EVP_sha1 },
};

static const struct sigalg *
sigalg_of(enum key_type key, unsigned hash_bits, bool pss)
{
	for (size_t i = 0; i < NELEM(sigalgs); i++)
		if (sigalgs[i].key == key && sigalgs[i].hash_bits == hash_bits && sigalgs[i].is_pss == pss)
			return &sigalgs[i];
	return NULL;
}

const struct sigalg *
sigalg_choose(enum key_type key, unsigned hash_bits, bool pss)
{
	const struct sigalg *alg = sigalg_of(key, hash_bits, pss);

	return alg == NULL || alg->is_weak ? NULL : alg;
}

static size_t
digest_index(unsigned hash_bits)
{
	size_t i = 0;

	while (i < NELEM(digests) && digests[i].bits != hash_bits)
		i++;
	return i;
}

const char *
digest_name(unsigned hash_bits)
{
	size_t i = digest_index(hash_bits);

	return i < NELEM(digests) ? digests[i].name : "unknown digest";
}

size_t
digest_of(unsigned hash_bits, struct bytes in, uint8_t out[64])
{
	if (hash_bits == HASH_SHA1) {
		SHA1(in.n > 0 ? in.p : (const uint8_t *)"", in.n, out);
		return SHA_DIGEST_LENGTH;
	}
	return sha2((int)hash_bits, in, out);
}

void
digest_alg_put(struct der_out *o, unsigned hash_bits)
{
	size_t i = digest_index(hash_bits);

	der_open(o, DER_SEQUENCE);
	if (i < NELEM(digests))
		der_oid(o, digests[i].oid);
	else
		o->buf.failed = true;
	der_close(o);
}

/* OID and parameters of an AlgorithmIdentifier; parameters are empty when absent or NULL. */
static int
algorithm_read(struct bytes in, char *oid, size_t size, struct bytes *parameters, const char *what, struct err *err)
{
	struct der d = der_reader(in), seq;
	struct tlv tlv = { 0 };

	*parameters = BYTES_NONE;
	if (der_enter(&d, DER_SEQUENCE, &seq, what, err) == -1 || der_end(&d, what, err) == -1 ||
		der_get_oid(&seq, oid, size, what, err) == -1)
		return -1;
	if (der_more(&seq) && der_next(&seq, &tlv, what, err) == -1)
		return -1;
	if (tlv.tag != 0 && tlv.tag != DER_NULL)
		*parameters = tlv.whole;
	return der_end(&seq, what, err);
}

int
digest_alg_get(struct bytes algorithm_identifier, unsigned *hash_bits, struct err *err)
{
	struct bytes parameters;
	char oid[64];

	if (algorithm_read(algorithm_identifier, oid, sizeof(oid), &parameters, "digest algorithm", err) == -1)
		return -1;
	for (size_t i = 0; i < NELEM(digests); i++)
		if (strcmp(oid, digests[i].oid) == 0) {
			if (parameters.n > 0)
				return err_set(err, FAIL_INPUT, "digest algorithm: %s with parameters", digests[i].name);
			*hash_bits = digests[i].bits;
			return 0;
		}
	return err_set(err, FAIL_INPUT, "digest algorithm: %s is none of SHA-1, SHA-224, -256, -384, -512", oid);
}

/* RFC 4055 2.1 names the hashes inside RSASSA-PSS-params with NULL. */
static void
pss_hash_put(struct der_out *o, unsigned hash_bits)
{
	der_open(o, DER_SEQUENCE);
	der_oid(o, digests[digest_index(hash_bits)].oid);
	der_null(o);
	der_close(o);
}

void
sigalg_put(struct der_out *o, const struct sigalg *alg)
{
	der_open(o, DER_SEQUENCE);
	der_oid(o, alg->oid);
	if (alg->is_pss) {
		der_open(o, DER_SEQUENCE);
		der_open(o, DER_CONTEXT_CONS(0));
		pss_hash_put(o, alg->hash_bits);
		der_close(o);
		der_open(o, DER_CONTEXT_CONS(1));
		der_open(o, DER_SEQUENCE);
		der_oid(o, oid_mgf1);
		pss_hash_put(o, alg->hash_bits);
		der_close(o);
		der_close(o);
		der_open(o, DER_CONTEXT_CONS(2));
		der_uint(o, alg->hash_bits / 8); /* salt as long as the hash */
		der_close(o);
		der_close(o);
	} else if (alg->key == KEY_RSA)
		der_null(o);
	der_close(o);
}

enum { PSS_SHA1_SALT = 20, /* RFC 4055 3.1: what an absent member means */
	PSS_SALT_MAX = 2048 };

/* A member that is an INTEGER in an explicit tag; *n stays as it is when it is absent. */
static int
pss_number(struct der *seq, uint32_t tag, uint64_t *n, const char *what, struct err *err)
{
	struct bytes value;
	struct der d;
	int there = der_optional(seq, tag, &value, what, err);

	if (there != 1)
		return there;
	d = der_reader(value);
	return der_get_uint(&d, n, what, err) == -1 ? -1 : der_end(&d, what, err);
}

static int
pss_read(struct bytes parameters, unsigned *hash_bits, unsigned *mask_bits, unsigned *salt_len, struct err *err)
{
	struct der d = der_reader(parameters), seq;
	unsigned hash = HASH_SHA1, mask = HASH_SHA1;
	uint64_t salt = PSS_SHA1_SALT, trailer = 1;
	struct bytes value;
	int there;

	if (parameters.n > 0) {
		if (der_enter(&d, DER_SEQUENCE, &seq, "PSS parameters", err) == -1)
			return -1;
		there = der_optional(&seq, DER_CONTEXT_CONS(0), &value, "PSS hash", err);
		if (there == -1 || (there == 1 && digest_alg_get(value, &hash, err) == -1))
			return -1;
		there = der_optional(&seq, DER_CONTEXT_CONS(1), &value, "PSS mask", err);
		if (there == -1)
			return -1;
		if (there == 1) {
			struct bytes inner;
			char oid[64];

			if (algorithm_read(value, oid, sizeof(oid), &inner, "PSS mask", err) == -1)
				return -1;
			if (strcmp(oid, oid_mgf1) != 0)
				return err_set(err, FAIL_INPUT, "PSS mask: %s is not MGF1 (RFC 4055 3.1)", oid);
			if (digest_alg_get(inner, &mask, err) == -1)
				return -1;
		}
		if (pss_number(&seq, DER_CONTEXT_CONS(2), &salt, "PSS salt length", err) == -1 ||
			pss_number(&seq, DER_CONTEXT_CONS(3), &trailer, "PSS trailer", err) == -1 ||
			der_end(&seq, "PSS parameters", err) == -1)
			return -1;
	}
	if (salt > PSS_SALT_MAX || trailer != 1)
		return err_set(err, FAIL_INPUT, "PSS parameters: %s that no signature has (RFC 4055 3.1)", trailer != 1 ? "a trailer" : "a salt");
	*hash_bits = hash;
	*mask_bits = mask;
	*salt_len = (unsigned)salt;
	return 0;
}

int
sigalg_get(struct bytes algorithm_identifier, unsigned digest_bits, struct sigalg *room, const struct sigalg **alg, struct err *err)
{
	const struct sigalg *found = NULL;
	struct bytes parameters;
	unsigned bits = digest_bits, mask = 0, salt = 0;
	char oid[64];

	if (algorithm_read(algorithm_identifier, oid, sizeof(oid), &parameters, "signature algorithm", err) == -1)
		return -1;
	if (strcmp(oid, oid_pss) == 0) {
		if (pss_read(parameters, &bits, &mask, &salt, err) == -1)
			return -1;
		found = sigalg_of(KEY_RSA, bits, true);
		if (found != NULL && (mask != bits || salt != bits / 8)) {
			*room = *found;
			room->is_unusual = true;
			room->mask_bits = mask;
			room->salt_len = salt;
			found = room;
		}
	} else if (strcmp(oid, oid_rsa) == 0 && digest_bits != 0)
		found = sigalg_of(KEY_RSA, digest_bits, false);
	else if (strcmp(oid, oid_ec) == 0 && digest_bits != 0)
		found = sigalg_of(KEY_EC, digest_bits, false);
	else
		for (size_t i = 0; i < NELEM(sigalgs) && found == NULL; i++)
			if (strcmp(oid, sigalgs[i].oid) == 0)
				found = &sigalgs[i];
	if (found == NULL)
		return err_set(err, FAIL_INPUT, "signature algorithm: %s is none that Doc 9303-12 4.1.6 permits", oid);
	*alg = found;
	return 0;
}

static bool
rsa_prepare(EVP_PKEY_CTX *ctx, const struct sigalg *alg)
{
	const EVP_MD *md = digests[digest_index(alg->hash_bits)].md(), *mask = md;
	int salt = (int)alg->hash_bits / 8;

	if (alg->is_unusual) {
		mask = digests[digest_index(alg->mask_bits)].md();
		salt = (int)alg->salt_len;
	}
	if (EVP_PKEY_CTX_set_rsa_padding(ctx, alg->is_pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) != 1 || EVP_PKEY_CTX_set_signature_md(ctx, md) != 1)
		return false;
	return !alg->is_pss || (EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, mask) == 1 && EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt) == 1);
}

int
sigalg_verify(const struct sigalg *alg, EVP_PKEY *key, struct bytes message, struct bytes signature, struct err *err)
{
	uint8_t digest[64];
	size_t n = digest_of(alg->hash_bits, message, digest);
	EVP_PKEY_CTX *ctx = NULL;
	bool is_ec;
	int rc = -1;

	if (key == NULL)
		return err_set(err, FAIL_INPUT, "signature: by a key that cannot be used");
	if (alg->key == KEY_UNUSABLE)
		return err_set(err, FAIL_INPUT, "signature: by %s (Doc 9303-12 4.1.6)", alg->name);
	is_ec = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC;
	if (is_ec != (alg->key == KEY_EC))
		return err_set(err, FAIL_INPUT, "signature: %s with a key of another kind", alg->name);
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	if (ctx == NULL || n == 0 || EVP_PKEY_verify_init(ctx) != 1) {
		err_set(err, FAIL_INTERNAL, "signature: libcrypto cannot verify %s", alg->name);
		goto out;
	}
	if (!is_ec && !rsa_prepare(ctx, alg)) {
		err_set(err, FAIL_INPUT, "signature: this key is not for %s", alg->name);
		goto out;
	}
	if (EVP_PKEY_verify(ctx, signature.p, signature.n, digest, n) != 1) {
		err_set(err, FAIL_INPUT, "signature: %s does not verify", alg->name);
		goto out;
	}
	rc = 0;
out:
	EVP_PKEY_CTX_free(ctx);
	return rc;
}
