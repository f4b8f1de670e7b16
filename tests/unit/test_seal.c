/* Sealing: the layout, and that nothing but the untouched value in its place opens. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "registry/base/err.h"
#include "registry/base/file.h"
#include "registry/base/seal.h"
#include "tests/tap.h"

static const uint8_t key_a[SEAL_KEY_LEN] = { 1, 2, 3 };
static const uint8_t key_b[SEAL_KEY_LEN] = { 1, 2, 4 };

static bool
opens(const struct seal *s, const char *associated, struct bytes sealed, const char *want)
{
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	bool good;

	buf_str(&out, "kept");
	good = seal_open(s, bytes_str(associated), sealed, &out, &err) == 0;
	if (good)
		good = out.n == 4 + strlen(want) && memcmp(out.p + 4, want, strlen(want)) == 0;
	else if (out.n != 4 || err.kind != FAIL_INPUT)
		printf("# failure left something behind: %s\n", err.text);
	buf_wipe(&out);
	return good;
}

/* NIST's own construction of the same octets, by OpenSSL called in another way: the format is what the header says. */
static bool
made_as_documented(struct bytes sealed, const char *associated, const char *plain)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t aad[64] = { 1 }, out[64], tag[16];
	int n, ok;

	memcpy(aad + 1, associated, strlen(associated));
	ok = EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, NULL, NULL) && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_IVLEN, 12, NULL) &&
		EVP_EncryptInit_ex(ctx, NULL, NULL, key_a, sealed.p + 1) && EVP_EncryptUpdate(ctx, NULL, &n, aad, 1 + (int)strlen(associated)) &&
		EVP_EncryptUpdate(ctx, out, &n, (const uint8_t *)plain, (int)strlen(plain)) && EVP_EncryptFinal_ex(ctx, out + n, &n) &&
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16, tag);
	EVP_CIPHER_CTX_free(ctx);
	return ok && sealed.n == SEAL_OVERHEAD + strlen(plain) && memcmp(sealed.p + 13, out, strlen(plain)) == 0 &&
		memcmp(sealed.p + 13 + strlen(plain), tag, 16) == 0;
}

static bool
loads(const char *path, const char *content, size_t n, mode_t mode)
{
	struct seal *s = NULL;
	struct err err = ERR_INIT;
	bool good;

	unlink(path);
	if (content != NULL && (file_write(path, BYTES(content, n), 0600, &err) == -1 || chmod(path, mode) == -1))
		bail_out("%s", err.text);
	good = seal_load(path, &s, &err) == 0;
	seal_free(s);
	unlink(path);
	return good;
}

int
main(void)
{
	static const char secret[] = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
	struct buf sealed = BUF_INIT, again = BUF_INIT, empty = BUF_INIT;
	struct seal *a = NULL, *b = NULL;
	struct err err = ERR_INIT;
	char path[] = "/tmp/test_seal-XXXXXX", file[64];
	unsigned opened = 0;

	if (seal_new(key_a, &a, &err) == -1 || seal_new(key_b, &b, &err) == -1)
		bail_out("%s", err.text);
	ok(seal_close(a, bytes_str("totp1"), bytes_str(secret), &sealed, &err) == 0, "seals");
	ok(sealed.n == strlen(secret) + SEAL_OVERHEAD && sealed.p[0] == 1, "version, nonce, ciphertext, tag");
	ok(made_as_documented(bytes_of(&sealed), "totp1", secret), "the octets are those of AES-256-GCM as documented");
	ok(opens(a, "totp1", bytes_of(&sealed), secret), "opens");
	seal_close(a, bytes_str("totp1"), bytes_str(secret), &again, &err);
	ok(!bytes_equal(bytes_of(&sealed), bytes_of(&again)), "the same twice gives other octets");
	ok(seal_close(a, BYTES_NONE, BYTES_NONE, &empty, &err) == 0 && empty.n == SEAL_OVERHEAD && opens(a, "", bytes_of(&empty), ""),
		"nothing can be sealed too");

	ok(!opens(b, "totp1", bytes_of(&sealed), secret), "refuses: another key");
	ok(!opens(a, "totp2", bytes_of(&sealed), secret), "refuses: another place");
	ok(!opens(a, "", bytes_of(&sealed), secret), "refuses: no place");
	for (size_t i = 0; i < sealed.n; i++)
		for (int bit = 0; bit < 8; bit++) {
			sealed.p[i] ^= (uint8_t)(1 << bit);
			opened += opens(a, "totp1", bytes_of(&sealed), secret);
			sealed.p[i] ^= (uint8_t)(1 << bit);
		}
	ok(opened == 0, "refuses: any single bit altered");
	for (size_t n = 0; n < sealed.n; n++)
		opened += opens(a, "totp1", BYTES(sealed.p, n), secret);
	ok(opened == 0, "refuses: any truncation");
	buf_u8(&sealed, 0);
	ok(!opens(a, "totp1", bytes_of(&sealed), secret), "refuses: an octet more");

	if (mkdtemp(path) == NULL)
		bail_out("mkdtemp");
	snprintf(file, sizeof(file), "%s/key", path);
	ok(loads(file, (const char *)key_a, 32, 0600), "loads a key of 32 octets");
	ok(loads(file, (const char *)key_a, 32, 0400), "loads a read-only key");
	ok(!loads(file, (const char *)key_a, 31, 0600), "refuses: 31 octets");
	ok(!loads(file, "0123456789012345678901234567890123", 33, 0600), "refuses: 33 octets");
	ok(!loads(file, (const char *)key_a, 32, 0640), "refuses: the group may read it");
	ok(!loads(file, (const char *)key_a, 32, 0604), "refuses: everybody may read it");
	ok(!loads(file, NULL, 0, 0), "refuses: no file");
	rmdir(path);
	buf_wipe(&sealed);
	buf_wipe(&again);
	buf_wipe(&empty);
	seal_free(a);
	seal_free(b);
	seal_free(NULL);
	return done_testing();
}
