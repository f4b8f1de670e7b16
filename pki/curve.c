#include <assert.h>
#include <pthread.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/objects.h>

#include "pki/curve.h"

static const struct curve curves[] = {
	{ "P-256", "1.2.840.10045.3.1.7", "prime256v1", 256, 32, 256, false },
	{ "P-384", "1.3.132.0.34", "secp384r1", 384, 48, 384, false },
	{ "P-521", "1.3.132.0.35", "secp521r1", 521, 66, 512, false },
	{ "brainpoolP256r1", "1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", 256, 32, 256, false },
	{ "brainpoolP384r1", "1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", 384, 48, 384, false },
	{ "brainpoolP512r1", "1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", 512, 64, 512, false },
	{ "brainpoolP224r1", "1.3.36.3.3.2.8.1.1.5", "brainpoolP224r1", 224, 28, 224, false },
	{ "brainpoolP320r1", "1.3.36.3.3.2.8.1.1.9", "brainpoolP320r1", 320, 40, 384, false },
	{ "P-224", "1.3.132.0.33", "secp224r1", 224, 28, 224, false },
	{ "P-192", "1.2.840.10045.3.1.1", "prime192v1", 192, 24, 224, true },
	{ "brainpoolP192r1", "1.3.36.3.3.2.8.1.1.3", "brainpoolP192r1", 192, 24, 224, true },
};

/* What explicit parameters say, big endian; a and b as long as the field. */
struct parameters {
	uint8_t p[66], a[66], b[66], g[133], n[66];
};

/* Filled once from libcrypto and never changed: the values, and their encoding as this project writes it. */
static struct known {
	bool is_there;
	struct parameters v;
	struct buf encoded;
} known[NELEM(curves)];
static pthread_once_t known_once = PTHREAD_ONCE_INIT;

static bool
parameters_fill(const struct curve *c, struct parameters *v)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(OBJ_sn2nid(c->group));
	BIGNUM *p = BN_new(), *a = BN_new(), *b = BN_new();
	int len = (int)c->len;
	bool done = false;

	if (group != NULL && p != NULL && a != NULL && b != NULL &&
		EC_GROUP_get_curve(group, p, a, b, NULL) == 1 &&
		BN_is_one(EC_GROUP_get0_cofactor(group)) &&
		BN_bn2binpad(p, v->p, len) == len && BN_bn2binpad(a, v->a, len) == len &&
		BN_bn2binpad(b, v->b, len) == len && BN_bn2binpad(EC_GROUP_get0_order(group), v->n, len) == len &&
		EC_POINT_point2oct(group, EC_GROUP_get0_generator(group), POINT_CONVERSION_UNCOMPRESSED, v->g,
			sizeof(v->g), NULL) == 2 * c->len + 1)
		done = true;
	BN_free(p);
	BN_free(a);
	BN_free(b);
	EC_GROUP_free(group);
	return done;
}

static void
parameters_put(const struct curve *c, const struct parameters *v, struct der_out *o)
{
	der_open(o, DER_SEQUENCE);
	der_uint(o, 1); /* version ecdpVer1: no seed is given */
	der_open(o, DER_SEQUENCE);
	der_oid(o, "1.2.840.10045.1.1"); /* prime-field */
	der_integer(o, BYTES(v->p, c->len));
	der_close(o);
	der_open(o, DER_SEQUENCE);
	der_put(o, DER_OCTET_STRING, BYTES(v->a, c->len));
	der_put(o, DER_OCTET_STRING, BYTES(v->b, c->len));
	der_close(o);
	der_put(o, DER_OCTET_STRING, BYTES(v->g, 2 * c->len + 1));
	der_integer(o, BYTES(v->n, c->len));
	der_uint(o, 1); /* cofactor, mandatory by Doc 9303-12 */
	der_close(o);
}

static void
known_fill(void)
{
	for (size_t i = 0; i < NELEM(curves); i++) {
		struct der_out o = DER_OUT_INIT;
		struct err err = ERR_INIT;

		if (!parameters_fill(&curves[i], &known[i].v))
			continue; /* a libcrypto built without this curve: then it is unknown here too */
		parameters_put(&curves[i], &known[i].v, &o);
		known[i].is_there = der_finish(&o, &known[i].encoded, &err) == 0;
	}
}

static const struct known *
known_of(const struct curve *c)
{
	pthread_once(&known_once, known_fill);
	return &known[c - curves];
}

const struct curve *
curve_by_name(const char *name)
{
	for (size_t i = 0; i < NELEM(curves); i++)
		if (strcmp(name, curves[i].name) == 0 || strcmp(name, curves[i].group) == 0)
			return &curves[i];
	return NULL;
}

const struct curve *
curve_by_oid(const char *oid)
{
	for (size_t i = 0; i < NELEM(curves); i++)
		if (strcmp(oid, curves[i].oid) == 0)
			return &curves[i];
	return NULL;
}

const struct curve *
curve_at(size_t i)
{
	return i < NELEM(curves) ? &curves[i] : NULL;
}

int
curve_put_explicit(const struct curve *c, struct der_out *o, struct err *err)
{
	const struct known *k = known_of(c);

	if (!k->is_there)
		return err_set(err, FAIL_INTERNAL, "curve %s: libcrypto does not know it", c->name);
	der_raw(o, bytes_of(&k->encoded));
	return 0;
}

/* Equal as unsigned numbers: leading zero octets do not count. */
static bool
same_number(struct bytes got, const uint8_t *want, size_t n)
{
	while (got.n > 0 && got.p[0] == 0)
		got = BYTES(got.p + 1, got.n - 1);
	while (n > 0 && want[0] == 0) {
		want++;
		n--;
	}
	return bytes_equal(got, BYTES(want, n));
}

static bool
same_base_point(struct bytes got, const uint8_t *want, size_t len)
{
	if (got.n == len + 1 && (got.p[0] == 2 || got.p[0] == 3))
		return got.p[0] == 2 + (want[2 * len] & 1) && memcmp(got.p + 1, want + 1, len) == 0;
	return bytes_equal(got, BYTES(want, 2 * len + 1));
}

struct explicit_fields {
	struct bytes p, a, b, g, n, h;
};

static int
explicit_read(struct bytes parameters, struct explicit_fields *f, struct err *err)
{
	struct der in = der_reader(parameters), top, field, curve;
	struct bytes seed;
	char oid[64];
	uint64_t version;

	f->h = BYTES_NONE;
	if (der_enter(&in, DER_SEQUENCE, &top, "EC parameters", err) == -1 ||
		der_get_uint(&top, &version, "EC parameters version", err) == -1 ||
		der_enter(&top, DER_SEQUENCE, &field, "EC field", err) == -1 ||
		der_get_oid(&field, oid, sizeof(oid), "EC field type", err) == -1)
		return -1;
	if (strcmp(oid, "1.2.840.10045.1.1") != 0)
		return err_set(err, FAIL_INPUT, "EC field type: %s is not a prime field (Doc 9303-12 4.1.6.3)", oid);
	if (der_get(&field, DER_INTEGER, &f->p, "EC field prime", err) == -1 ||
		der_enter(&top, DER_SEQUENCE, &curve, "EC curve", err) == -1 ||
		der_get(&curve, DER_OCTET_STRING, &f->a, "EC curve a", err) == -1 ||
		der_get(&curve, DER_OCTET_STRING, &f->b, "EC curve b", err) == -1 ||
		der_optional(&curve, DER_BIT_STRING, &seed, "EC curve seed", err) == -1 ||
		der_end(&curve, "EC curve", err) == -1 ||
		der_get(&top, DER_OCTET_STRING, &f->g, "EC base point", err) == -1 ||
		der_get(&top, DER_INTEGER, &f->n, "EC order", err) == -1 ||
		der_optional(&top, DER_INTEGER, &f->h, "EC cofactor", err) == -1)
		return -1;
	return der_end(&top, "EC parameters", err);
}

static int
curve_of_explicit(struct bytes parameters, const struct curve **c, struct err *err)
{
	struct explicit_fields f;

	if (explicit_read(parameters, &f, err) == -1)
		return -1;
	for (size_t i = 0; i < NELEM(curves); i++) {
		const struct parameters *v = &known[i].v;
		size_t len = curves[i].len;

		if (!known[i].is_there || !same_number(f.p, v->p, len) || !same_number(f.a, v->a, len) ||
			!same_number(f.b, v->b, len))
			continue;
		if (!same_base_point(f.g, v->g, len) || !same_number(f.n, v->n, len) ||
			(f.h.n != 0 && !same_number(f.h, (const uint8_t[]){ 1 }, 1)))
			return err_set(err, FAIL_INPUT, "EC parameters: curve of %s with another base point, order or cofactor", curves[i].name);
		*c = &curves[i];
		return 0;
	}
	return err_set(err, FAIL_INPUT, "EC parameters: no curve we know (Doc 9303-12 4.1.6.3)");
}

int
curve_of_parameters(struct bytes parameters, const struct curve **c, bool *is_explicit, struct err *err)
{
	struct der in = der_reader(parameters);
	const struct curve *named;
	char oid[64];

	pthread_once(&known_once, known_fill);
	for (size_t i = 0; i < NELEM(curves); i++) /* the usual encoding: one comparison */
		if (known[i].is_there && bytes_equal(parameters, bytes_of(&known[i].encoded))) {
			*c = &curves[i];
			*is_explicit = true;
			return 0;
		}
	if (der_peek(&in) != DER_OID) {
		if (curve_of_explicit(parameters, c, err) == -1)
			return -1;
		*is_explicit = true;
		return 0;
	}
	if (der_get_oid(&in, oid, sizeof(oid), "EC curve name", err) == -1 || der_end(&in, "EC curve name", err) == -1)
		return -1;
	named = curve_by_oid(oid);
	if (named == NULL || !known_of(named)->is_there)
		return err_set(err, FAIL_INPUT, "EC curve name: %s is no curve we know", oid);
	*c = named;
	*is_explicit = false;
	return 0;
}
