/* ff1.c - NIST SP 800-38G section 6.2, algorithms 7 and 8: ten Feistel rounds over AES-CBC-MAC. */
#include <assert.h>
#include <openssl/evp.h>

#include "registry/base/ff1.h"

enum { BLOCK = 16,
	ROUNDS = 10 };

struct ff1 {
	EVP_CIPHER_CTX *ctx;
	unsigned radix;
	size_t u, v;              /* digits of the halves A and B */
	uint64_t mod_u, mod_v;    /* radix^u, radix^v */
	size_t b, d;              /* octets of NUM(B) and of S, as the standard names them */
	uint8_t block[BLOCK * 8]; /* P || Q */
	size_t block_len;
};

/* radix^n, or 0 when it is not below 2^55: then NUM(S) mod it would not fit 64 bits. */
static uint64_t
power(unsigned radix, size_t n)
{
	uint64_t p = 1;

	for (size_t i = 0; i < n; i++) {
		p *= radix;
		if (p >= UINT64_C(1) << 55)
			return 0;
	}
	return p;
}

static size_t
bit_length(uint64_t x)
{
	size_t n = 0;

	for (; x != 0; x >>= 1)
		n++;
	return n;
}

static void
put_be(uint8_t *p, uint64_t value, size_t octets)
{
	while (octets-- > 0) {
		p[octets] = (uint8_t)value;
		value >>= 8;
	}
}

/* The part of P || Q that all rounds share. */
static void
ff1_block(struct ff1 *f, struct bytes tweak, size_t n)
{
	uint8_t *p = f->block;
	size_t q_len = (tweak.n + 1 + f->b + BLOCK - 1) / BLOCK * BLOCK;

	memset(p, 0, sizeof(f->block));
	p[0] = 1;
	p[1] = 2;
	p[2] = 1;
	put_be(p + 3, f->radix, 3);
	p[6] = ROUNDS;
	p[7] = (uint8_t)f->u;
	put_be(p + 8, n, 4);
	put_be(p + 12, tweak.n, 4);
	if (tweak.n > 0)
		memcpy(p + BLOCK, tweak.p, tweak.n);
	f->block_len = BLOCK + q_len;
	assert(f->block_len <= sizeof(f->block));
}

static const EVP_CIPHER *
aes_cbc(size_t key_len)
{
	switch (key_len) {
	case 16: return EVP_aes_128_cbc();
	case 24: return EVP_aes_192_cbc();
	case 32: return EVP_aes_256_cbc();
	default: return NULL;
	}
}

static int
ff1_init(struct ff1 *f, const struct ff1_key *k, const uint8_t *numerals, size_t n, struct err *err)
{
	const EVP_CIPHER *cipher = aes_cbc(k->key.n);

	memset(f, 0, sizeof(*f));
	f->radix = k->radix;
	f->u = n / 2;
	f->v = n - f->u;
	if (k->radix < 2 || k->radix > 36 || k->tweak.n > FF1_MAX_TWEAK || n < 2 || cipher == NULL)
		return err_set(err, FAIL_INTERNAL, "FF1: radix %u, %zu numerals, key of %zu octets, tweak of %zu are outside the limits",
			k->radix, n, k->key.n, k->tweak.n);
	f->mod_u = power(k->radix, f->u);
	f->mod_v = power(k->radix, f->v);
	if (f->mod_v == 0 || (f->mod_u < 1000000 && f->mod_u * f->mod_v < 1000000))
		return err_set(err, FAIL_INTERNAL, "FF1: %zu numerals of radix %u are too many or too few (SP 800-38G 5.2)", n, k->radix);
	for (size_t i = 0; i < n; i++)
		if (numerals[i] >= k->radix)
			return err_set(err, FAIL_INTERNAL, "FF1: numeral %zu is not below the radix", i);
	f->b = (bit_length(f->mod_v - 1) + 7) / 8;
	f->d = 4 * ((f->b + 3) / 4) + 4;
	ff1_block(f, k->tweak, n);
	f->ctx = EVP_CIPHER_CTX_new();
	if (f->ctx == NULL || EVP_EncryptInit_ex(f->ctx, cipher, NULL, k->key.p, NULL) != 1 ||
		EVP_CIPHER_CTX_set_padding(f->ctx, 0) != 1)
		return err_set(err, FAIL_INTERNAL, "FF1: libcrypto gives no AES");
	return 0;
}

/* NUM(S) modulo `mod` of the round function applied to the other half. */
static int
ff1_round(struct ff1 *f, unsigned round, uint64_t half, uint64_t mod, uint64_t *y, struct err *err)
{
	static const uint8_t zero_iv[BLOCK];
	uint8_t out[sizeof(f->block)];
	const uint8_t *s;
	int n = 0;

	f->block[f->block_len - f->b - 1] = (uint8_t)round;
	put_be(f->block + f->block_len - f->b, half, f->b);
	if (EVP_EncryptInit_ex(f->ctx, NULL, NULL, NULL, zero_iv) != 1 ||
		EVP_EncryptUpdate(f->ctx, out, &n, f->block, (int)f->block_len) != 1 || (size_t)n != f->block_len)
		return err_set(err, FAIL_INTERNAL, "FF1: AES failed");
	s = out + f->block_len - BLOCK; /* d is at most 12 with halves below 2^55: one block is enough */
	*y = 0;
	for (size_t i = 0; i < f->d; i++)
		*y = (*y << 8 | s[i]) % mod;
	return 0;
}

static uint64_t
digits_to_num(const uint8_t *numerals, size_t n, unsigned radix)
{
	uint64_t x = 0;

	for (size_t i = 0; i < n; i++)
		x = x * radix + numerals[i];
	return x;
}

static void
num_to_digits(uint64_t x, uint8_t *numerals, size_t n, unsigned radix)
{
	while (n-- > 0) {
		numerals[n] = (uint8_t)(x % radix);
		x /= radix;
	}
}

static int
ff1_run(const struct ff1_key *k, bool encrypt, uint8_t *numerals, size_t n, struct err *err)
{
	struct ff1 f;
	uint64_t a, b, c, y = 0;
	int rc = -1;

	if (ff1_init(&f, k, numerals, n, err) == -1)
		goto out;
	a = digits_to_num(numerals, f.u, f.radix);
	b = digits_to_num(numerals + f.u, f.v, f.radix);
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned round = encrypt ? i : ROUNDS - 1 - i;
		uint64_t mod = round % 2 == 0 ? f.mod_u : f.mod_v;

		if (ff1_round(&f, round, encrypt ? b : a, mod, &y, err) == -1)
			goto out;
		if (encrypt) {
			c = (a + y) % mod;
			a = b;
			b = c;
		} else {
			c = (b + mod - y) % mod;
			b = a;
			a = c;
		}
	}
	num_to_digits(a, numerals, f.u, f.radix);
	num_to_digits(b, numerals + f.u, f.v, f.radix);
	rc = 0;
out:
	EVP_CIPHER_CTX_free(f.ctx);
	wipe(f.block, sizeof(f.block));
	return rc;
}

int
ff1_encrypt(const struct ff1_key *k, uint8_t *numerals, size_t n, struct err *err)
{
	return ff1_run(k, true, numerals, n, err);
}

int
ff1_decrypt(const struct ff1_key *k, uint8_t *numerals, size_t n, struct err *err)
{
	return ff1_run(k, false, numerals, n, err);
}
