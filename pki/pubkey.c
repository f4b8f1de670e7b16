#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "pki/pubkey.h"

static const char oid_ec_public_key[] = "1.2.840.10045.2.1";

void
pubkey_free(struct pubkey *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->evp);
	buf_clear(&key->point);
	free(key);
}

static EVP_PKEY *
evp_from(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *evp = NULL;

	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
		EVP_PKEY_fromdata(ctx, &evp, EVP_PKEY_PUBLIC_KEY, params) != 1)
		evp = NULL;
	EVP_PKEY_CTX_free(ctx);
	return evp;
}

/* 04 || x || y of a key whose point may have come compressed. */
static int
point_of(struct pubkey *key, struct err *err)
{
	BIGNUM *x = NULL, *y = NULL;
	int len = (int)key->curve->len, rc = -1;
	uint8_t *p;

	buf_u8(&key->point, 4);
	p = buf_reserve(&key->point, 2 * (size_t)len);
	if (p == NULL || EVP_PKEY_get_bn_param(key->evp, OSSL_PKEY_PARAM_EC_PUB_X, &x) != 1 ||
		EVP_PKEY_get_bn_param(key->evp, OSSL_PKEY_PARAM_EC_PUB_Y, &y) != 1 ||
		BN_bn2binpad(x, p, len) != len || BN_bn2binpad(y, p + len, len) != len)
		err_set(err, FAIL_INPUT, "public key: its point has no coordinates"); /* the point at infinity */
	else
		rc = 0;
	BN_free(x);
	BN_free(y);
	return rc;
}

int
pubkey_new_ec(const struct curve *curve, struct bytes point, struct pubkey **key, struct err *err)
{
	struct pubkey *k = calloc(1, sizeof(*k));
	OSSL_PARAM params[3];

	if (k == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	k->type = KEY_EC;
	k->curve = curve;
	k->bits = curve->order_bits;
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)curve->group, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)point.p, point.n);
	params[2] = OSSL_PARAM_construct_end();
	k->evp = point.n == 0 ? NULL : evp_from("EC", params); /* checks that the point is on the curve */
	if (k->evp == NULL) {
		err_set(err, FAIL_INPUT, "public key: %zu octets are no point of %s", point.n, curve->name);
		goto fail;
	}
	if (point.n == 2 * curve->len + 1 && point.p[0] == 4)
		buf_bytes(&k->point, point);
	else if (point_of(k, err) == -1)
		goto fail;
	if (buf_check(&k->point, err) == -1)
		goto fail;
	*key = k;
	return 0;
fail:
	pubkey_free(k);
	return -1;
}

static int
pubkey_of_rsa(EVP_PKEY *evp, struct pubkey **key, struct err *err)
{
	struct pubkey *k;

	if (evp == NULL || (!EVP_PKEY_is_a(evp, "RSA") && !EVP_PKEY_is_a(evp, "RSA-PSS"))) {
		EVP_PKEY_free(evp);
		return err_set(err, FAIL_INPUT, "public key: neither EC nor RSA (Doc 9303-12 4.1.6)");
	}
	k = calloc(1, sizeof(*k));
	if (k == NULL) {
		EVP_PKEY_free(evp);
		return err_set(err, FAIL_INTERNAL, "out of memory");
	}
	k->type = KEY_RSA;
	k->evp = evp;
	k->bits = (unsigned)EVP_PKEY_get_bits(evp);
	*key = k;
	return 0;
}

int
pubkey_new_rsa(struct bytes modulus, struct bytes exponent, struct pubkey **key, struct err *err)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus.p, (int)modulus.n, NULL), *e = BN_bin2bn(exponent.p, (int)exponent.n, NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *evp = NULL;

	if (build != NULL && n != NULL && e != NULL && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1 &&
		(params = OSSL_PARAM_BLD_to_param(build)) != NULL)
		evp = evp_from("RSA", params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return pubkey_of_rsa(evp, key, err);
}

int
pubkey_parse(struct bytes spki, struct pubkey **key, struct err *err)
{
	struct der d = der_reader(spki), top, alg;
	const struct curve *curve = NULL;
	struct bytes point;
	struct tlv parameters;
	unsigned unused;
	const uint8_t *p = spki.p;
	char oid[64];
	bool is_explicit;

	if (der_enter(&d, DER_SEQUENCE, &top, "public key", err) == -1 || der_end(&d, "public key", err) == -1 ||
		der_enter(&top, DER_SEQUENCE, &alg, "public key algorithm", err) == -1 ||
		der_get_oid(&alg, oid, sizeof(oid), "public key algorithm", err) == -1)
		return -1;
	if (strcmp(oid, oid_ec_public_key) != 0)
		return pubkey_of_rsa(d2i_PUBKEY(NULL, &p, (long)spki.n), key, err);
	if (der_next(&alg, &parameters, "EC parameters", err) == -1 || der_end(&alg, "public key algorithm", err) == -1 ||
		curve_of_parameters(parameters.whole, &curve, &is_explicit, err) == -1 ||
		der_get_bits(&top, &point, &unused, "public key", err) == -1 || der_end(&top, "public key", err) == -1)
		return -1;
	if (unused != 0)
		return err_set(err, FAIL_INPUT, "public key: %u unused bits in the point", unused);
	if (pubkey_new_ec(curve, point, key, err) == -1)
		return -1;
	(*key)->is_explicit = is_explicit;
	return 0;
}

static int
rsa_put(const struct pubkey *key, struct der_out *o, struct err *err)
{
	uint8_t *der = NULL;
	int n = i2d_PUBKEY(key->evp, &der);

	if (n <= 0)
		return err_set(err, FAIL_INTERNAL, "public key: libcrypto cannot encode it");
	der_raw(o, BYTES(der, (size_t)n));
	OPENSSL_free(der);
	return 0;
}

int
pubkey_put(const struct pubkey *key, struct der_out *o, struct err *err)
{
	if (key->type == KEY_UNUSABLE)
		return err_set(err, FAIL_INPUT, "public key: of a kind that cannot be used");
	if (key->type == KEY_RSA)
		return rsa_put(key, o, err);
	der_open(o, DER_SEQUENCE);
	der_open(o, DER_SEQUENCE);
	der_oid(o, oid_ec_public_key);
	if (curve_put_explicit(key->curve, o, err) == -1)
		return -1;
	der_close(o);
	der_bits(o, bytes_of(&key->point), 0);
	der_close(o);
	return 0;
}

int
pubkey_identifier(const struct pubkey *key, uint8_t id[20], struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	struct buf spki = BUF_INIT;
	struct der d, top;
	struct tlv alg;
	struct bytes bits;
	unsigned unused;
	int rc = -1;

	if (pubkey_put(key, &o, err) == -1 || der_finish(&o, &spki, err) == -1)
		goto out;
	d = der_reader(bytes_of(&spki));
	if (der_enter(&d, DER_SEQUENCE, &top, "public key", err) == -1 || der_next(&top, &alg, "public key", err) == -1 ||
		der_get_bits(&top, &bits, &unused, "public key", err) == -1)
		goto out;
	SHA1(bits.p, bits.n, id);
	rc = 0;
out:
	der_out_clear(&o);
	buf_clear(&spki);
	return rc;
}

bool
pubkey_equal(const struct pubkey *a, const struct pubkey *b)
{
	return a->type == b->type && a->evp != NULL && b->evp != NULL && EVP_PKEY_eq(a->evp, b->evp) == 1;
}
