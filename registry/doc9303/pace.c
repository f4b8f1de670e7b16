#include "registry/doc9303/pace.h"

#include <stdlib.h>

#include <openssl/bn.h>

#include "registry/base/der.h"
#include "registry/base/digest.h"

enum { NONCE = 16, /* octets of the chip's nonce; with integrated mapping and keys over 128 bits twice as many */
	NONCE_MAX = 32,
	TAG_OID = 0x06,
	TAG_NUMBER = 0x84, /* of public keys in tokens */
	TAG_POINT = 0x86 };

struct pace {
	const struct secinfo_protocol *protocol;
	enum chip_cipher cipher;
	struct group *group;
	int (*random)(void *arg, void *p, size_t n, struct err *err);
	void *random_arg;
	uint8_t password_key[CHIP_KEY_MAX];
	uint8_t nonce[NONCE_MAX];
	size_t nnonce;          /* 0: not there yet */
	struct buf map_private; /* generic mapping: our key ... */
	struct buf map_sent;    /* ... what we sent, and what came */
	struct buf map_got;
	bool has_map_data;                 /* the other side's came, be it empty */
	struct element *generator;         /* the mapped one */
	struct buf private_key, sent, got; /* key agreement: our key; the public keys as they travelled */
	bool has_keys, has_checked;        /* the session's keys are there; the other side's token was right */
	uint8_t secret_keys[2][CHIP_KEY_MAX];
	struct buf secret;
};

static int
libcrypto_random(void *arg, void *p, size_t n, struct err *err)
{
	(void)arg;
	return random_octets(p, n, err);
}

static enum chip_cipher
cipher_of(const struct secinfo_protocol *p)
{
	return p->cipher == SECINFO_3DES ? CHIP_3DES : p->key_bits == 128 ? CHIP_AES128
		: p->key_bits == 192                                      ? CHIP_AES192
									  : CHIP_AES256;
}

int
pace_new(const char *oid, int parameters, enum pace_password password, struct bytes secret, struct pace **out, struct err *err)
{
	const struct secinfo_protocol *protocol = secinfo_protocol(oid);
	uint8_t digest[CHIP_SHA1];
	struct pace *p;

	if (protocol == NULL || protocol->kind != SECINFO_PACE)
		return err_set(err, FAIL_INPUT, "PACE: unknown protocol %.40s (Doc 9303-11 4.4.4)", oid);
	if (secret.n == 0)
		return err_set(err, FAIL_INPUT, "PACE: no password");
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return err_set(err, FAIL_INTERNAL, "no memory");
	p->protocol = protocol;
	p->cipher = cipher_of(protocol);
	p->random = libcrypto_random;
	if (group_new(parameters, &p->group, err) == -1) {
		pace_free(p);
		return -1;
	}
	if (group_is_curve(p->group) != (protocol->agreement == SECINFO_ECDH)) {
		pace_free(p);
		return err_set(err, FAIL_INPUT, "PACE: domain parameters %d do not go with %s (Doc 9303-11 9.5.1)", parameters, protocol->name);
	}
	if (password == PACE_MRZ) {
		chip_sha1(secret, digest);
		secret = BYTES(digest, sizeof(digest));
	}
	chip_kdf(p->cipher, secret, KDF_PASSWORD, p->password_key);
	wipe(digest, sizeof(digest));
	*out = p;
	return 0;
}

void
pace_free(struct pace *p)
{
	if (p == NULL)
		return;
	group_free(p->group);
	element_free(p->generator);
	buf_wipe(&p->map_private);
	buf_wipe(&p->map_sent);
	buf_wipe(&p->map_got);
	buf_wipe(&p->private_key);
	buf_wipe(&p->sent);
	buf_wipe(&p->got);
	buf_wipe(&p->secret);
	wipe(p, sizeof(*p));
	free(p);
}

void
pace_set_random(struct pace *p, int (*random)(void *arg, void *p, size_t n, struct err *err), void *arg)
{
	p->random = random;
	p->random_arg = arg;
}

const struct secinfo_protocol *
pace_protocol(const struct pace *p)
{
	return p->protocol;
}

static int
out_of_order(struct err *err)
{
	return err_set(err, FAIL_CONFLICT, "PACE: a step out of order (Doc 9303-11 4.4.1)");
}

/* ---- the nonce ---- */

int
pace_nonce_make(struct pace *p, struct buf *out, struct err *err)
{
	bool is_long = p->protocol->mapping == SECINFO_IM && chip_key_len(p->cipher) > 16;
	size_t n = is_long ? NONCE_MAX : NONCE;
	uint8_t z[NONCE_MAX];

	if (p->nnonce != 0)
		return out_of_order(err);
	if (p->random(p->random_arg, p->nonce, n, err) == -1 || chip_cbc(p->cipher, p->password_key, NULL, true, BYTES(p->nonce, n), z, err) == -1)
		return -1;
	p->nnonce = n;
	buf_wipe(out);
	buf_add(out, z, n);
	return buf_check(out, err);
}

int
pace_nonce_take(struct pace *p, struct bytes in, struct err *err)
{
	if (p->nnonce != 0)
		return out_of_order(err);
	/* whole blocks: there are chips that take one of 3DES */
	if (in.n == 0 || in.n > NONCE_MAX || in.n % chip_block_len(p->cipher) != 0)
		return err_set(err, FAIL_INPUT, "PACE: nonce of %zu octets, wanted whole blocks, at most %d octets (Doc 9303-11 4.4.3.3)", in.n, NONCE_MAX);
	if (chip_cbc(p->cipher, p->password_key, NULL, false, in, p->nonce, err) == -1)
		return -1;
	p->nnonce = in.n;
	return 0;
}

/* ---- mapping ---- */

/* A private key in `private_key` and its public key, to a base. */
static int
make_key(struct pace *p, const struct element *base, struct buf *private_key, struct buf *public_key, struct err *err)
{
	struct element *e = NULL;
	struct buf random = BUF_INIT;
	size_t n = group_order_len(p->group) + 8;
	uint8_t *at = buf_reserve(&random, n);
	int rc = -1;

	if (at == NULL) {
		buf_check(&random, err);
		goto out;
	}
	if (p->random(p->random_arg, at, n, err) == -1 || group_private(p->group, bytes_of(&random), private_key, err) == -1 ||
		element_times(p->group, base, bytes_of(private_key), &e, err) == -1)
		goto out;
	buf_wipe(public_key);
	rc = element_write(p->group, e, public_key, err);
out:
	element_free(e);
	buf_wipe(&random);
	return rc;
}

static int
copy_out(const struct buf *from, struct buf *out, struct err *err)
{
	buf_wipe(out);
	buf_bytes(out, bytes_of(from));
	return buf_check(out, err);
}

/*
 * Doc 9303-11 4.4.3.3.2: R(s, t), a number modulo p from both nonces: k0 = E(t, s); then x(i) = E(k(i-1), c1), k(i) = E(k(i-1), c0), until there are 64 bits more
 * than p has.  The constants are the standard's, for nonces of 128 and of 256 bits.
 */
static const uint8_t im_c0[2][32] = {
	{ 0xA6, 0x68, 0x89, 0x2A, 0x7C, 0x41, 0xE3, 0xCA, 0x73, 0x9F, 0x40, 0xB0, 0x57, 0xD8, 0x59, 0x04 },
	{ 0xD4, 0x63, 0xD6, 0x52, 0x34, 0x12, 0x4E, 0xF7, 0x89, 0x70, 0x54, 0x98, 0x6D, 0xCA, 0x0A, 0x17, 0x4E, 0x28, 0xDF, 0x75, 0x8C, 0xBA, 0xA0, 0x3F,
		0x24, 0x06, 0x16, 0x41, 0x4D, 0x5A, 0x16, 0x76 },
};
static const uint8_t im_c1[2][32] = {
	{ 0xA4, 0xE1, 0x36, 0xAC, 0x72, 0x5F, 0x73, 0x8B, 0x01, 0xC1, 0xF6, 0x02, 0x17, 0xC1, 0x88, 0xAD },
	{ 0x54, 0xBD, 0x72, 0x55, 0xF0, 0xAA, 0xF8, 0x31, 0xBE, 0xC3, 0x42, 0x3F, 0xCF, 0x39, 0xD6, 0x9B, 0x6C, 0xBF, 0x06, 0x66, 0x77, 0xD0, 0xFA, 0xAE,
		0x5A, 0xAD, 0xD9, 0x9D, 0xF8, 0xE5, 0x35, 0x17 },
};

static int
integrated_number(struct pace *p, struct bytes t, BIGNUM *r, struct err *err)
{
	const size_t l = p->nnonce;
	const int is_long = l == NONCE_MAX;
	struct buf x = BUF_INIT;
	uint8_t key[NONCE_MAX], block[NONCE_MAX];
	BN_CTX *ctx = BN_CTX_secure_new();
	int rc = chip_cbc(p->cipher, t.p, NULL, true, BYTES(p->nonce, l), key, err);

	while (rc == 0 && x.n * 8 < (size_t)BN_num_bits(group_prime(p->group)) + 64) {
		rc = chip_cbc(p->cipher, key, NULL, true, BYTES(im_c1[is_long], l), block, err);
		buf_add(&x, block, l);
		if (rc == 0)
			rc = chip_cbc(p->cipher, key, NULL, true, BYTES(im_c0[is_long], l), block, err);
		memcpy(key, block, l);
	}
	if (rc == 0)
		rc = buf_check(&x, err);
	if (rc == 0 && (ctx == NULL || BN_bin2bn(x.p, (int)x.n, r) == NULL || BN_nnmod(r, r, group_prime(p->group), ctx) != 1))
		rc = err_set(err, FAIL_INTERNAL, "PACE: libcrypto failed");
	BN_CTX_free(ctx);
	buf_wipe(&x);
	wipe(key, sizeof(key));
	wipe(block, sizeof(block));
	return rc;
}

static int
map_integrated(struct pace *p, struct bytes t, struct err *err)
{
	BIGNUM *r = BN_secure_new();
	int rc = -1;

	if (p->nnonce != NONCE && p->nnonce != NONCE_MAX)
		err_set(err, FAIL_INPUT, "PACE: nonce of %zu octets, wanted 16 or 32 (Doc 9303-11 4.4.3.3.2)", p->nnonce);
	else if (chip_key_len(p->cipher) > p->nnonce)
		err_set(err, FAIL_INPUT, "PACE: nonce of %zu octets is too short for %s (Doc 9303-11 4.4.3.3.2)", p->nnonce, p->protocol->name);
	else if (r == NULL)
		err_set(err, FAIL_INTERNAL, "no memory");
	else if (integrated_number(p, t, r, err) == 0)
		rc = element_encode(p->group, r, &p->generator, err);
	BN_clear_free(r);
	return rc;
}

/* Generic: s times the generator plus the secret of both mapping keys. */
static int
map_generic(struct pace *p, struct bytes in, struct err *err)
{
	struct element *other = NULL, *h = NULL, *sg = NULL;
	int rc = -1;

	if (bytes_equal(in, bytes_of(&p->map_sent)))
		return err_set(err, FAIL_DENIED, "PACE: the other side sent our own mapping key back (Doc 9303-11 4.4.3.3.1)");
	if (element_read(p->group, in, &other, err) == 0 && element_times(p->group, other, bytes_of(&p->map_private), &h, err) == 0 &&
		element_times(p->group, NULL, BYTES(p->nonce, p->nnonce), &sg, err) == 0)
		rc = element_plus(p->group, sg, h, &p->generator, err);
	element_free(other);
	element_free(h);
	element_free(sg);
	return rc;
}

/* The generator, as soon as both sides' data are there. */
static int
map(struct pace *p, struct err *err)
{
	if (p->protocol->mapping != SECINFO_IM)
		return p->map_private.n > 0 && p->map_got.n > 0 ? map_generic(p, bytes_of(&p->map_got), err) : 0;
	return map_integrated(p, p->map_sent.n > 0 ? bytes_of(&p->map_sent) : bytes_of(&p->map_got), err);
}

int
pace_map_make(struct pace *p, struct buf *out, struct err *err)
{
	if (p->nnonce == 0 || p->map_sent.n > 0)
		return out_of_order(err);
	if (p->protocol->mapping == SECINFO_IM) {
		size_t n = chip_key_len(p->cipher);
		uint8_t *at;

		if (p->map_got.n > 0) { /* the chip: it has the terminal's nonce, and nothing to say */
			buf_wipe(out);
			return 0;
		}
		at = buf_reserve(&p->map_sent, n);
		if (at == NULL)
			return buf_check(&p->map_sent, err);
		if (p->random(p->random_arg, at, n, err) == -1)
			return -1;
	} else if (make_key(p, NULL, &p->map_private, &p->map_sent, err) == -1)
		return -1;
	if (copy_out(&p->map_sent, out, err) == -1)
		return -1;
	return p->protocol->mapping == SECINFO_IM || p->map_got.n > 0 ? map(p, err) : 0;
}

int
pace_map_take(struct pace *p, struct bytes in, struct err *err)
{
	if (p->nnonce == 0 || p->has_map_data)
		return out_of_order(err);
	if (p->protocol->mapping == SECINFO_IM && p->map_sent.n > 0) {
		if (in.n != 0)
			return err_set(err, FAIL_INPUT, "PACE: the chip answered the nonce with %zu octets (Doc 9303-11 4.4.3.3.2)", in.n);
		p->has_map_data = true;
		return 0;
	}
	if (p->protocol->mapping == SECINFO_IM && in.n != chip_key_len(p->cipher))
		return err_set(err, FAIL_INPUT, "PACE: nonce of %zu octets, wanted %zu (Doc 9303-11 4.4.3.3.2)", in.n, chip_key_len(p->cipher));
	if (in.n == 0)
		return err_set(err, FAIL_INPUT, "PACE: no mapping data (Doc 9303-11 4.4.3.3)");
	buf_bytes(&p->map_got, in);
	if (buf_check(&p->map_got, err) == -1)
		return -1;
	p->has_map_data = true;
	return map(p, err);
}

/* ---- key agreement ---- */

static int
agree(struct pace *p, struct err *err)
{
	struct element *other = NULL, *k = NULL;
	int rc = -1;

	if (p->sent.n == 0 || p->got.n == 0)
		return 0;
	if (bytes_equal(bytes_of(&p->got), bytes_of(&p->sent)))
		return err_set(err, FAIL_DENIED, "PACE: the other side sent our own key back (Doc 9303-11 4.4.1)");
	if (element_read(p->group, bytes_of(&p->got), &other, err) == -1 || element_times(p->group, other, bytes_of(&p->private_key), &k, err) == -1 ||
		element_secret(p->group, k, &p->secret, err) == -1)
		goto out;
	chip_kdf(p->cipher, bytes_of(&p->secret), KDF_ENC, p->secret_keys[0]);
	chip_kdf(p->cipher, bytes_of(&p->secret), KDF_MAC, p->secret_keys[1]);
	p->has_keys = true;
	rc = 0;
out:
	element_free(other);
	element_free(k);
	return rc;
}

int
pace_key_make(struct pace *p, struct buf *out, struct err *err)
{
	if (!p->has_map_data || p->generator == NULL || p->sent.n > 0)
		return out_of_order(err);
	if (make_key(p, p->generator, &p->private_key, &p->sent, err) == -1 || copy_out(&p->sent, out, err) == -1)
		return -1;
	return agree(p, err);
}

int
pace_key_take(struct pace *p, struct bytes in, struct err *err)
{
	if (!p->has_map_data || p->generator == NULL || p->got.n > 0)
		return out_of_order(err);
	if (in.n == 0)
		return err_set(err, FAIL_INPUT, "PACE: no public key (Doc 9303-11 4.4.1)");
	buf_bytes(&p->got, in);
	if (buf_check(&p->got, err) == -1)
		return -1;
	return agree(p, err);
}

/* The MAC over 7F49 { OID, public key }, the key being the one that the maker of the token received. */
static int
token(const struct pace *p, const struct buf *key, uint8_t out[CHIP_MAC], struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	struct buf object = BUF_INIT;
	int rc = -1;

	der_open(&o, 0x7F49);
	der_oid(&o, p->protocol->oid);
	der_put(&o, group_is_curve(p->group) ? TAG_POINT : TAG_NUMBER, bytes_of(key));
	der_close(&o);
	if (der_finish(&o, &object, err) == 0)
		rc = chip_mac(p->cipher, p->secret_keys[1], bytes_of(&object), out, err);
	der_out_clear(&o);
	buf_clear(&object);
	return rc;
}

int
pace_token_make(struct pace *p, uint8_t out[CHIP_MAC], struct err *err)
{
	return p->has_keys ? token(p, &p->got, out, err) : out_of_order(err);
}

int
pace_token_take(struct pace *p, struct bytes in, struct err *err)
{
	uint8_t want[CHIP_MAC];

	if (!p->has_keys)
		return out_of_order(err);
	if (token(p, &p->sent, want, err) == -1)
		return -1;
	if (!bytes_equal_secret(in, BYTES(want, sizeof(want))))
		return err_set(err, FAIL_DENIED, "PACE: the token is wrong: not the password of this chip (Doc 9303-11 4.4.1)");
	p->has_checked = true;
	return 0;
}

int
pace_start(const struct pace *p, struct sm *session, struct err *err)
{
	if (!p->has_checked)
		return err_set(err, FAIL_CONFLICT, "PACE: a step out of order (Doc 9303-11 4.4.1)");
	sm_start(session, p->cipher, bytes_of(&p->secret), NULL);
	return 0;
}

int
pace_chip_name(const struct pace *p, bool is_chip, struct buf *out, struct err *err)
{
	const struct buf *key = is_chip ? &p->sent : &p->got;

	return element_compress(p->group, bytes_of(key), out, err);
}

/* ---- chip authentication mapping ---- */

/* The initialisation vector: -1 (all ones) encrypted under the session's key. */
static int
chip_vector(const struct pace *p, uint8_t iv[CHIP_BLOCK_MAX], struct err *err)
{
	uint8_t ones[CHIP_BLOCK_MAX];

	memset(ones, 0xFF, sizeof(ones));
	return chip_cbc(p->cipher, p->secret_keys[0], NULL, true, BYTES(ones, sizeof(ones)), iv, err);
}

/* Doc 9303-11 4.4.3.3.3: the mapping key divided by the chip's own, encrypted: whoever knows that had both. */
int
pace_chip_make(struct pace *p, struct bytes private_key, struct buf *out, struct err *err)
{
	struct buf data = BUF_INIT;
	uint8_t iv[CHIP_BLOCK_MAX];
	int rc = -1;

	if (!p->has_checked || p->protocol->mapping != SECINFO_CAM)
		return out_of_order(err);
	if (group_quotient(p->group, bytes_of(&p->map_private), private_key, &data, err) == -1)
		goto out;
	chip_pad(&data, 0, CHIP_BLOCK_MAX);
	if (buf_check(&data, err) == -1 || chip_vector(p, iv, err) == -1 ||
		chip_cbc(p->cipher, p->secret_keys[0], iv, true, bytes_of(&data), data.p, err) == -1)
		goto out;
	rc = copy_out(&data, out, err);
out:
	buf_wipe(&data);
	return rc;
}

int
pace_chip_take(struct pace *p, struct bytes in, struct bytes public_key, struct err *err)
{
	struct buf data = BUF_INIT, point = BUF_INIT;
	struct element *key = NULL, *mapped = NULL;
	struct bytes number;
	uint8_t iv[CHIP_BLOCK_MAX];
	int rc = -1;

	if (!p->has_checked || p->protocol->mapping != SECINFO_CAM)
		return out_of_order(err);
	buf_bytes(&data, in);
	if (buf_check(&data, err) == -1 || chip_vector(p, iv, err) == -1 ||
		chip_cbc(p->cipher, p->secret_keys[0], iv, false, bytes_of(&data), data.p, err) == -1 || chip_unpad(bytes_of(&data), &number, err) == -1 ||
		element_read(p->group, public_key, &key, err) == -1 || element_times(p->group, key, number, &mapped, err) == -1 ||
		element_write(p->group, mapped, &point, err) == -1)
		goto out;
	if (!bytes_equal(bytes_of(&point), bytes_of(&p->map_got))) {
		err_set(err, FAIL_DENIED, "PACE: the chip does not have the key that its State signed (Doc 9303-11 4.4.3.3.3)");
		goto out;
	}
	rc = 0;
out:
	element_free(key);
	element_free(mapped);
	buf_wipe(&data);
	buf_clear(&point);
	return rc;
}
