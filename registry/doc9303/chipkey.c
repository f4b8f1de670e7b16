#include "registry/doc9303/chipkey.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "registry/base/digest.h"

size_t
chip_key_len(enum chip_cipher c)
{
	return c == CHIP_AES256 ? 32 : c == CHIP_AES192 ? 24
							: 16;
}

size_t
chip_block_len(enum chip_cipher c)
{
	return c == CHIP_3DES ? 8 : 16;
}

void
chip_sha1(struct bytes in, uint8_t out[CHIP_SHA1])
{
	if (EVP_Digest(in.p, in.n, out, NULL, EVP_sha1(), NULL) != 1)
		OPENSSL_die("digest failed", __FILE__, __LINE__);
}

/* The lowest bit of each octet makes the number of ones odd: Doc 9303-11 9.7.1. */
static void
odd_parity(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)((p[i] & 0xFE) | !__builtin_parity(p[i] & 0xFE));
}

void
chip_kdf(enum chip_cipher c, struct bytes secret, uint32_t counter, uint8_t key[CHIP_KEY_MAX])
{
	struct buf in = BUF_INIT;
	uint8_t digest[SHA256_LEN];

	buf_bytes(&in, secret);
	buf_be(&in, counter, 4);
	if (in.failed)
		OPENSSL_die("no memory for a key", __FILE__, __LINE__);
	if (chip_key_len(c) == 16)
		chip_sha1(bytes_of(&in), digest);
	else
		sha256(bytes_of(&in), digest);
	memcpy(key, digest, chip_key_len(c));
	if (c == CHIP_3DES)
		odd_parity(key, 16);
	wipe(digest, sizeof(digest));
	buf_wipe(&in);
}

static const EVP_CIPHER *
cbc_cipher(enum chip_cipher c)
{
	return c == CHIP_3DES ? EVP_des_ede3_cbc() : c == CHIP_AES128 ? EVP_aes_128_cbc()
		: c == CHIP_AES192                                    ? EVP_aes_192_cbc()
								      : EVP_aes_256_cbc();
}

static int
run_cbc(const EVP_CIPHER *cipher, const uint8_t *key, const uint8_t *iv, bool encrypt, struct bytes in, uint8_t *out, struct err *err)
{
	static const uint8_t zeros[CHIP_BLOCK_MAX];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0;
	bool done = ctx != NULL && in.n <= INT32_MAX && EVP_CipherInit_ex(ctx, cipher, NULL, key, iv != NULL ? iv : zeros, encrypt) == 1 &&
		EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 && EVP_CipherUpdate(ctx, out, &n, in.p, (int)in.n) == 1 && (size_t)n == in.n;

	EVP_CIPHER_CTX_free(ctx);
	return done ? 0 : err_set(err, FAIL_INTERNAL, "chip: cipher failed");
}

/* Two keys as the three of the triple cipher; with a == b single DES. */
static void
triple(const uint8_t a[8], const uint8_t b[8], uint8_t key[24])
{
	memcpy(key, a, 8);
	memcpy(key + 8, b, 8);
	memcpy(key + 16, a, 8);
}

int
chip_cbc(enum chip_cipher c, const uint8_t *key, const uint8_t *iv, bool encrypt, struct bytes in, uint8_t *out, struct err *err)
{
	uint8_t key3[24];
	int rc;

	if (in.n == 0 || in.n % chip_block_len(c) != 0)
		return err_set(err, FAIL_INPUT, "chip: %zu octets are no whole blocks of %zu", in.n, chip_block_len(c));
	if (c != CHIP_3DES)
		return run_cbc(cbc_cipher(c), key, iv, encrypt, in, out, err);
	triple(key, key + 8, key3);
	rc = run_cbc(cbc_cipher(c), key3, iv, encrypt, in, out, err);
	wipe(key3, sizeof(key3));
	return rc;
}

/* Algorithm 3 of ISO/IEC 9797-1: DES-CBC under the first key, and the last block through both. */
static int
retail_mac(const uint8_t key[16], struct bytes in, uint8_t mac[CHIP_MAC], struct err *err)
{
	struct buf padded = BUF_INIT;
	uint8_t single[24], both[24], iv[8] = { 0 };
	size_t head;
	int rc = -1;

	triple(key, key, single);
	triple(key, key + 8, both);
	buf_bytes(&padded, in);
	chip_pad(&padded, 0, 8);
	if (buf_check(&padded, err) == -1)
		goto out;
	head = padded.n - 8;
	if (head > 0) {
		if (run_cbc(EVP_des_ede3_cbc(), single, NULL, true, BYTES(padded.p, head), padded.p, err) == -1)
			goto out;
		memcpy(iv, padded.p + head - 8, 8);
	}
	rc = run_cbc(EVP_des_ede3_cbc(), both, iv, true, BYTES(padded.p + head, 8), mac, err);
out:
	wipe(single, sizeof(single));
	wipe(both, sizeof(both));
	buf_wipe(&padded);
	return rc;
}

static int
aes_cmac(enum chip_cipher c, const uint8_t *key, struct bytes in, uint8_t mac[CHIP_MAC], struct err *err)
{
	static const char *const names[] = { "", "", "AES-128-CBC", "AES-192-CBC", "AES-256-CBC" };
	char name[16];
	const OSSL_PARAM params[] = { { OSSL_MAC_PARAM_CIPHER, OSSL_PARAM_UTF8_STRING, name, strlen(names[c]), 0 }, OSSL_PARAM_END };
	EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "CMAC", NULL);
	EVP_MAC_CTX *ctx = algorithm != NULL ? EVP_MAC_CTX_new(algorithm) : NULL;
	uint8_t full[16];
	size_t n = 0;
	bool done;

	memcpy(name, names[c], strlen(names[c]) + 1);
	done = ctx != NULL && EVP_MAC_init(ctx, key, chip_key_len(c), params) == 1 && EVP_MAC_update(ctx, in.p, in.n) == 1 &&
		EVP_MAC_final(ctx, full, &n, sizeof(full)) == 1 && n == sizeof(full);
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(algorithm);
	if (!done)
		return err_set(err, FAIL_INTERNAL, "chip: CMAC failed");
	memcpy(mac, full, CHIP_MAC);
	return 0;
}

int
chip_mac(enum chip_cipher c, const uint8_t *key, struct bytes in, uint8_t mac[CHIP_MAC], struct err *err)
{
	return c == CHIP_3DES ? retail_mac(key, in, mac, err) : aes_cmac(c, key, in, mac, err);
}

void
chip_pad(struct buf *b, size_t from, size_t block)
{
	buf_u8(b, 0x80);
	while (!b->failed && (b->n - from) % block != 0)
		buf_u8(b, 0);
}

int
chip_unpad(struct bytes in, struct bytes *out, struct err *err)
{
	size_t n = in.n;

	while (n > 0 && in.p[n - 1] == 0)
		n--;
	if (n == 0 || in.p[n - 1] != 0x80 || in.n - n >= CHIP_BLOCK_MAX)
		return err_set(err, FAIL_INPUT, "chip: wrong padding (ISO/IEC 9797-1 method 2)");
	*out = BYTES(in.p, n - 1);
	return 0;
}
