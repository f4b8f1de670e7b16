#include "registry/doc9303/group.h"

#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>

#include "registry/doc9303/chipkey.h"
#include "registry/doc9303/secinfo.h"

struct group {
	EC_GROUP *curve; /* NULL: multiplicative, of these: */
	BIGNUM *p, *q, *g;
};
struct element {
	EC_POINT *point;
	BIGNUM *number;
};

static int
failed(struct err *err)
{
	return err_set(err, FAIL_INTERNAL, "key agreement: libcrypto failed");
}

static struct element *
element_new(const struct group *group)
{
	struct element *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	if (group->curve != NULL)
		e->point = EC_POINT_new(group->curve);
	else
		e->number = BN_new();
	if (e->point == NULL && e->number == NULL) {
		free(e);
		return NULL;
	}
	return e;
}

void
element_free(struct element *e)
{
	if (e == NULL)
		return;
	EC_POINT_clear_free(e->point);
	BN_clear_free(e->number);
	free(e);
}

/* RFC 5114's groups as libcrypto names them: ids 0, 1, 2. */
static int
get_prime_group(int id, struct group *group, struct err *err)
{
	static const char *const names[] = { "dh_1024_160", "dh_2048_224", "dh_2048_256" };
	char name[16];
	OSSL_PARAM params[] = { OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, strlen(names[id])), OSSL_PARAM_END };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DHX", NULL);
	EVP_PKEY *key = NULL;
	bool done;

	memcpy(name, names[id], strlen(names[id]) + 1);
	done = ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 && EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEY_PARAMETERS, params) == 1 &&
		EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_FFC_P, &group->p) == 1 && EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_FFC_Q, &group->q) == 1 &&
		EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_FFC_G, &group->g) == 1;
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(ctx);
	return done ? 0 : failed(err);
}

static int
get_curve(const char *name, struct group *group, struct err *err)
{
	int nid = EC_curve_nist2nid(name);

	group->curve = EC_GROUP_new_by_curve_name(nid != NID_undef ? nid : OBJ_sn2nid(name));
	if (group->curve == NULL)
		return err_set(err, FAIL_INPUT, "key agreement: no curve %s here", name);
	group->p = BN_new();
	group->q = BN_dup(EC_GROUP_get0_order(group->curve));
	if (group->p == NULL || group->q == NULL || EC_GROUP_get_curve(group->curve, group->p, NULL, NULL, NULL) != 1)
		return failed(err);
	return 0;
}

int
group_new(int id, struct group **out, struct err *err)
{
	const struct secinfo_parameters *known = secinfo_parameters(id);
	struct group *group;
	int rc;

	if (known == NULL)
		return err_set(err, FAIL_INPUT, "key agreement: no standardised domain parameters %d (Doc 9303-11 9.5.1)", id);
	group = calloc(1, sizeof(*group));
	if (group == NULL)
		return failed(err);
	rc = known->agreement == SECINFO_ECDH ? get_curve(known->name, group, err) : get_prime_group(id, group, err);
	if (rc == -1)
		group_free(group);
	else
		*out = group;
	return rc;
}

void
group_free(struct group *group)
{
	if (group == NULL)
		return;
	EC_GROUP_free(group->curve);
	BN_free(group->p);
	BN_free(group->q);
	BN_free(group->g);
	free(group);
}

bool
group_is_curve(const struct group *group)
{
	return group->curve != NULL;
}

size_t
group_order_len(const struct group *group)
{
	return (size_t)BN_num_bytes(group->q);
}

const BIGNUM *
group_prime(const struct group *group)
{
	return group->p;
}

int
group_find_prime(const BIGNUM *p, const BIGNUM *g)
{
	struct err err = ERR_INIT;
	int found = SECINFO_NO_ID;

	for (int id = 0; found == SECINFO_NO_ID && secinfo_parameters(id) != NULL && secinfo_parameters(id)->agreement == SECINFO_DH; id++) {
		struct group *group = NULL;

		if (group_new(id, &group, &err) == 0 && BN_cmp(group->p, p) == 0 && BN_cmp(group->g, g) == 0)
			found = id;
		group_free(group);
	}
	return found;
}

/* 1 < number < p - 1, and in the subgroup of order q. */
static bool
is_member(const struct group *group, const BIGNUM *number, BN_CTX *ctx)
{
	BIGNUM *one = BN_new(), *top = BN_dup(group->p);
	bool is = one != NULL && top != NULL && BN_sub_word(top, 1) == 1 && BN_cmp(number, BN_value_one()) > 0 && BN_cmp(number, top) < 0 &&
		BN_mod_exp(one, number, group->q, group->p, ctx) == 1 && BN_is_one(one);

	BN_free(one);
	BN_free(top);
	return is;
}

int
element_read(const struct group *group, struct bytes octets, struct element **out, struct err *err)
{
	struct element *e = element_new(group);
	BN_CTX *ctx = BN_CTX_new();
	bool is_good;

	if (e == NULL || ctx == NULL) {
		element_free(e);
		BN_CTX_free(ctx);
		return failed(err);
	}
	if (group->curve != NULL) /* checks that it lies on the curve; all curves here have cofactor 1 */
		is_good = octets.n > 0 && octets.p[0] == 4 && EC_POINT_oct2point(group->curve, e->point, octets.p, octets.n, ctx) == 1 &&
			EC_POINT_is_at_infinity(group->curve, e->point) == 0;
	else
		is_good = octets.n <= (size_t)BN_num_bytes(group->p) && BN_bin2bn(octets.p, (int)octets.n, e->number) != NULL &&
			is_member(group, e->number, ctx);
	BN_CTX_free(ctx);
	if (!is_good) {
		element_free(e);
		return err_set(err, FAIL_INPUT, "key agreement: public key of %zu octets is not of the group (Doc 9303-11 9.4)", octets.n);
	}
	*out = e;
	return 0;
}

int
element_write(const struct group *group, const struct element *e, struct buf *out, struct err *err)
{
	size_t n = group->curve == NULL ? (size_t)BN_num_bytes(e->number)
					: EC_POINT_point2oct(group->curve, e->point, POINT_CONVERSION_UNCOMPRESSED, NULL, 0, NULL);
	uint8_t *p = buf_reserve(out, n);

	if (n == 0 || p == NULL)
		return failed(err);
	if (group->curve == NULL)
		BN_bn2bin(e->number, p);
	else if (EC_POINT_point2oct(group->curve, e->point, POINT_CONVERSION_UNCOMPRESSED, p, n, NULL) != n)
		return failed(err);
	return 0;
}

int
element_secret(const struct group *group, const struct element *e, struct buf *out, struct err *err)
{
	int n = BN_num_bytes(group->p);
	uint8_t *p = buf_reserve(out, (size_t)n);
	BIGNUM *x = BN_new();
	bool done = p != NULL && x != NULL;

	if (group->curve != NULL)
		done = done && EC_POINT_get_affine_coordinates(group->curve, e->point, x, NULL, NULL) == 1 && BN_bn2binpad(x, p, n) == n;
	else
		done = done && BN_bn2binpad(e->number, p, n) == n;
	BN_clear_free(x);
	return done ? 0 : failed(err);
}

int
element_compress(const struct group *group, struct bytes octets, struct buf *out, struct err *err)
{
	uint8_t digest[CHIP_SHA1];

	if (group->curve != NULL)
		buf_add(out, octets.p + 1, (octets.n - 1) / 2);
	else {
		chip_sha1(octets, digest);
		buf_add(out, digest, sizeof(digest));
	}
	return buf_check(out, err);
}

int
element_times(const struct group *group, const struct element *base, struct bytes number, struct element **out, struct err *err)
{
	struct element *e = element_new(group);
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *k = BN_secure_new();
	bool done = e != NULL && ctx != NULL && k != NULL && BN_bin2bn(number.p, (int)number.n, k) != NULL;
	bool is_neutral = false;

	if (done)
		BN_set_flags(k, BN_FLG_CONSTTIME);
	if (done && group->curve != NULL) {
		done = EC_POINT_mul(group->curve, e->point, base == NULL ? k : NULL, base == NULL ? NULL : base->point, base == NULL ? NULL : k, ctx) == 1;
		is_neutral = done && EC_POINT_is_at_infinity(group->curve, e->point) == 1;
	} else if (done) {
		done = BN_mod_exp(e->number, base == NULL ? group->g : base->number, k, group->p, ctx) == 1;
		is_neutral = done && BN_is_one(e->number);
	}
	BN_clear_free(k);
	BN_CTX_free(ctx);
	if (!done || is_neutral) {
		element_free(e);
		return done ? err_set(err, FAIL_INPUT, "key agreement: the neutral element (Doc 9303-11 9.4)") : failed(err);
	}
	*out = e;
	return 0;
}

int
element_plus(const struct group *group, const struct element *a, const struct element *b, struct element **out, struct err *err)
{
	struct element *e = element_new(group);
	BN_CTX *ctx = BN_CTX_new();
	bool done = e != NULL && ctx != NULL, is_neutral = false;

	if (done && group->curve != NULL) {
		done = EC_POINT_add(group->curve, e->point, a->point, b->point, ctx) == 1;
		is_neutral = done && EC_POINT_is_at_infinity(group->curve, e->point) == 1;
	} else if (done) {
		done = BN_mod_mul(e->number, a->number, b->number, group->p, ctx) == 1;
		is_neutral = done && BN_is_one(e->number);
	}
	BN_CTX_free(ctx);
	if (!done || is_neutral) {
		element_free(e);
		return done ? err_set(err, FAIL_INPUT, "key agreement: the neutral element (Doc 9303-11 9.4)") : failed(err);
	}
	*out = e;
	return 0;
}

/* x^3 + a x + b */
static bool
curve_of_x(BIGNUM *y2, const BIGNUM *x, const BIGNUM *a, const BIGNUM *b, const BIGNUM *p, BIGNUM *room, BN_CTX *ctx)
{
	return BN_mod_sqr(room, x, p, ctx) == 1 && BN_mod_add(room, room, a, p, ctx) == 1 && BN_mod_mul(y2, room, x, p, ctx) == 1 &&
		BN_mod_add(y2, y2, b, p, ctx) == 1;
}

/*
 * Doc 9303-11 4.4.3.3.2 (Brier and others): for primes that are 3 modulo 4.  The steps have the numbers of the standard; both candidates are computed, so
 * that nothing but the last choice depends on the nonce.
 */
static bool
encode_point(const struct group *group, const BIGNUM *t, EC_POINT *point, BN_CTX *ctx)
{
	const BIGNUM *p = group->p;
	BIGNUM *a, *b, *alpha, *x2, *x3, *h2, *u, *A, *e, *v;
	bool done;

	BN_CTX_start(ctx);
	a = BN_CTX_get(ctx);
	b = BN_CTX_get(ctx);
	alpha = BN_CTX_get(ctx);
	x2 = BN_CTX_get(ctx);
	x3 = BN_CTX_get(ctx);
	h2 = BN_CTX_get(ctx);
	u = BN_CTX_get(ctx);
	A = BN_CTX_get(ctx);
	e = BN_CTX_get(ctx);
	v = BN_CTX_get(ctx);
	done = v != NULL && EC_GROUP_get_curve(group->curve, NULL, a, b, ctx) == 1 &&
		/* 1: alpha = -t^2 */
		BN_mod_sqr(alpha, t, p, ctx) == 1 && BN_mod_sub(alpha, p, alpha, p, ctx) == 1 &&
		/* 2: x2 = -b/a (1 + 1/(alpha + alpha^2)) */
		BN_mod_sqr(u, alpha, p, ctx) == 1 && BN_mod_add(u, u, alpha, p, ctx) == 1 && BN_mod_inverse(u, u, p, ctx) != NULL &&
		BN_add_word(u, 1) == 1 && BN_mod_inverse(v, a, p, ctx) != NULL && BN_mod_mul(u, u, v, p, ctx) == 1 && BN_mod_mul(u, u, b, p, ctx) == 1 &&
		BN_mod_sub(x2, p, u, p, ctx) == 1 &&
		/* 3: x3 = alpha x2 */
		BN_mod_mul(x3, alpha, x2, p, ctx) == 1 &&
		/* 4: h2; 5 is not needed; 6: u = t^3 h2 */
		curve_of_x(h2, x2, a, b, p, v, ctx) && BN_mod_sqr(u, t, p, ctx) == 1 && BN_mod_mul(u, u, t, p, ctx) == 1 && BN_mod_mul(u, u, h2, p, ctx) == 1 &&
		/* 7: A = h2^(p - 1 - (p + 1)/4) */
		BN_copy(e, p) != NULL && BN_add_word(e, 1) == 1 && BN_rshift(e, e, 2) == 1 && BN_copy(v, p) != NULL && BN_sub_word(v, 1) == 1 &&
		BN_sub(e, v, e) == 1 && BN_mod_exp(A, h2, e, p, ctx) == 1 &&
		/* 8: A^2 h2 = 1: (x2, A h2); 9: else (x3, A u) */
		BN_mod_sqr(v, A, p, ctx) == 1 && BN_mod_mul(v, v, h2, p, ctx) == 1;
	if (done) {
		bool is_second = BN_is_one(v);

		done = BN_mod_mul(u, A, is_second ? h2 : u, p, ctx) == 1 && EC_POINT_set_affine_coordinates(group->curve, point, is_second ? x2 : x3, u, ctx) == 1;
	}
	BN_CTX_end(ctx);
	return done;
}

/* t to the power of the cofactor (p - 1)/q. */
static bool
encode_number(const struct group *group, const BIGNUM *t, BIGNUM *number, BN_CTX *ctx)
{
	BIGNUM *cofactor = BN_dup(group->p);
	bool done = cofactor != NULL && BN_sub_word(cofactor, 1) == 1 && BN_div(cofactor, NULL, cofactor, group->q, ctx) == 1 &&
		BN_mod_exp(number, t, cofactor, group->p, ctx) == 1 && BN_cmp(number, BN_value_one()) > 0;

	BN_free(cofactor);
	return done;
}

int
element_encode(const struct group *group, const BIGNUM *t, struct element **out, struct err *err)
{
	struct element *e;
	BN_CTX *ctx;
	bool done;

	if (group->curve != NULL && BN_mod_word(group->p, 4) != 3)
		return err_set(err, FAIL_INPUT, "PACE: this curve has no integrated mapping (Doc 9303-11 4.4.3.3.2)");
	e = element_new(group);
	ctx = BN_CTX_secure_new();
	done = e != NULL && ctx != NULL && (group->curve != NULL ? encode_point(group, t, e->point, ctx) : encode_number(group, t, e->number, ctx));
	BN_CTX_free(ctx);
	if (!done) {
		element_free(e);
		return err_set(err, FAIL_INPUT, "PACE: the nonces map to no element (Doc 9303-11 4.4.3.3.2)");
	}
	*out = e;
	return 0;
}

static int
put_number(const struct group *group, const BIGNUM *n, struct buf *out, struct err *err)
{
	int len = (int)group_order_len(group);
	uint8_t *p;

	buf_wipe(out);
	p = buf_reserve(out, (size_t)len);
	return p != NULL && BN_bn2binpad(n, p, len) == len ? 0 : failed(err);
}

int
group_private(const struct group *group, struct bytes random, struct buf *out, struct err *err)
{
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *n = BN_secure_new();
	int rc = -1;

	if (ctx == NULL || n == NULL || BN_bin2bn(random.p, (int)random.n, n) == NULL || BN_nnmod(n, n, group->q, ctx) != 1)
		failed(err);
	else if (BN_is_zero(n))
		err_set(err, FAIL_INTERNAL, "key agreement: random octets made no private key");
	else
		rc = put_number(group, n, out, err);
	BN_clear_free(n);
	BN_CTX_free(ctx);
	return rc;
}

int
group_quotient(const struct group *group, struct bytes a, struct bytes b, struct buf *out, struct err *err)
{
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *x = BN_secure_new(), *y = BN_secure_new();
	int rc = -1;

	if (ctx == NULL || x == NULL || y == NULL || BN_bin2bn(a.p, (int)a.n, x) == NULL || BN_bin2bn(b.p, (int)b.n, y) == NULL)
		failed(err);
	else if (BN_mod_inverse(y, y, group->q, ctx) == NULL || BN_mod_mul(x, x, y, group->q, ctx) != 1)
		err_set(err, FAIL_INPUT, "key agreement: a private key is zero");
	else
		rc = put_number(group, x, out, err);
	BN_clear_free(x);
	BN_clear_free(y);
	BN_CTX_free(ctx);
	return rc;
}
