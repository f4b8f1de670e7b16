#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "registry/base/digest.h"
#include "registry/base/file.h"
#include "registry/base/seal.h"

enum { VERSION = 1,
	NONCE_LEN = 12,
	TAG_LEN = 16,
	HEAD_LEN = 1 + NONCE_LEN };

struct seal {
	uint8_t key[SEAL_KEY_LEN];
};

int
seal_new(const uint8_t key[SEAL_KEY_LEN], struct seal **seal, struct err *err)
{
	struct seal *s = malloc(sizeof(*s));

	if (s == NULL)
		return err_errno(err, "sealing key");
	memcpy(s->key, key, SEAL_KEY_LEN);
	*seal = s;
	return 0;
}

int
seal_load(const char *key_file, struct seal **seal, struct err *err)
{
	uint8_t key[SEAL_KEY_LEN];
	struct stat st;
	int fd, rc = -1;

	fd = open(key_file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1) {
		if (errno == ENOENT)
			return err_set(err, FAIL_NOT_FOUND, "sealing key %s: no such file", key_file);
		return err_errno(err, "sealing key %s", key_file);
	}
	if (fstat(fd, &st) == -1) {
		err_errno(err, "sealing key %s", key_file);
		goto out;
	}
	if (!S_ISREG(st.st_mode) || st.st_size != SEAL_KEY_LEN) {
		err_set(err, FAIL_INPUT, "sealing key %s: wanted a file of exactly %d octets", key_file, SEAL_KEY_LEN);
		goto out;
	}
	if ((st.st_mode & 077) != 0) {
		err_set(err, FAIL_INPUT, "sealing key %s: others than its owner have access (mode %03o)", key_file, (unsigned)st.st_mode & 0777);
		err_hint(err, "chmod 600 and consider the key known");
		goto out;
	}
	if (read_full(fd, key, sizeof(key), err) == -1) {
		err_prefix(err, "sealing key %s", key_file);
		goto out;
	}
	rc = seal_new(key, seal, err);
out:
	wipe(key, sizeof(key));
	close(fd);
	return rc;
}

void
seal_free(struct seal *seal)
{
	if (seal == NULL)
		return;
	wipe(seal->key, sizeof(seal->key));
	free(seal);
}

/* Runs GCM over the version octet and the associated data, then over in; 1 when OpenSSL did all it was told. */
static int
gcm(const struct seal *seal, int encrypt, const uint8_t *head, struct bytes associated, struct bytes in, uint8_t *out, uint8_t *tag)
{
	uint8_t none[TAG_LEN]; /* GCM has no last block: nothing is written there */
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n, done;

	done = ctx != NULL && EVP_CipherInit_ex2(ctx, EVP_aes_256_gcm(), seal->key, head + 1, encrypt, NULL) == 1 &&
		EVP_CipherUpdate(ctx, NULL, &n, head, 1) == 1 &&
		(associated.n == 0 || EVP_CipherUpdate(ctx, NULL, &n, associated.p, (int)associated.n) == 1) &&
		(in.n == 0 || EVP_CipherUpdate(ctx, out, &n, in.p, (int)in.n) == 1) &&
		(encrypt || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag) == 1) &&
		EVP_CipherFinal_ex(ctx, none, &n) == 1 && n == 0 &&
		(!encrypt || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_LEN, tag) == 1);
	EVP_CIPHER_CTX_free(ctx);
	return done;
}

int
seal_close(const struct seal *seal, struct bytes associated, struct bytes plain, struct buf *out, struct err *err)
{
	size_t before = out->n;
	uint8_t *p;

	if (plain.n > INT32_MAX / 2 || associated.n > INT32_MAX / 2)
		return err_set(err, FAIL_TOO_LARGE, "sealing: %zu octets are too many", plain.n);
	p = buf_reserve(out, SEAL_OVERHEAD + plain.n);
	if (p == NULL)
		return buf_check(out, err);
	p[0] = VERSION;
	if (random_octets(p + 1, NONCE_LEN, err) == -1)
		goto fail;
	if (!gcm(seal, 1, p, associated, plain, p + HEAD_LEN, p + HEAD_LEN + plain.n)) {
		err_set(err, FAIL_INTERNAL, "sealing: AES-256-GCM failed");
		goto fail;
	}
	return 0;
fail:
	buf_cut(out, before);
	return -1;
}

int
seal_open(const struct seal *seal, struct bytes associated, struct bytes sealed, struct buf *out, struct err *err)
{
	size_t before = out->n, n;
	uint8_t tag[TAG_LEN], *p;

	if (sealed.n < SEAL_OVERHEAD || sealed.n > INT32_MAX / 2 || associated.n > INT32_MAX / 2)
		return err_set(err, FAIL_INPUT, "sealed value: %zu octets, wanted at least %d", sealed.n, SEAL_OVERHEAD);
	if (sealed.p[0] != VERSION)
		return err_set(err, FAIL_INPUT, "sealed value: version is %u, wanted %d", sealed.p[0], VERSION);
	n = sealed.n - SEAL_OVERHEAD;
	p = buf_reserve(out, n);
	if (p == NULL && (n > 0 || out->failed))
		return buf_check(out, err);
	memcpy(tag, sealed.p + HEAD_LEN + n, TAG_LEN);
	if (!gcm(seal, 0, sealed.p, associated, BYTES(sealed.p + HEAD_LEN, n), p, tag)) {
		if (n > 0)
			wipe(p, n); /* never let unauthenticated plain text lie about */
		buf_cut(out, before);
		return err_set(err, FAIL_INPUT, "sealed value: it was altered, or belongs to another key or place");
	}
	return 0;
}

void
seal_mac(const struct seal *s, const char *purpose, struct bytes in, uint8_t out[SHA256_LEN])
{
	uint8_t key[SHA256_LEN];

	hmac_sha256(BYTES(s->key, SEAL_KEY_LEN), bytes_str(purpose), key);
	hmac_sha256(BYTES(key, sizeof(key)), in, out);
	OPENSSL_cleanse(key, sizeof(key));
}
