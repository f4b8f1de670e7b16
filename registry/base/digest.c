#include "registry/base/digest.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

/* libcrypto cannot fail on these but for memory; a digest that is silently absent would be worse than an end. */
static void
digest_parts(const EVP_MD *md, struct bytes a, struct bytes b, uint8_t *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool done = ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) == 1 && EVP_DigestUpdate(ctx, a.p, a.n) == 1 &&
		EVP_DigestUpdate(ctx, b.p, b.n) == 1 && EVP_DigestFinal_ex(ctx, out, NULL) == 1;

	EVP_MD_CTX_free(ctx);
	if (!done)
		OPENSSL_die("digest failed", __FILE__, __LINE__);
}

void
sha256(struct bytes in, uint8_t out[SHA256_LEN])
{
	digest_parts(EVP_sha256(), in, BYTES_NONE, out);
}

void
sha256_2(struct bytes a, struct bytes b, uint8_t out[SHA256_LEN])
{
	digest_parts(EVP_sha256(), a, b, out);
}

size_t
sha2(int bits, struct bytes in, uint8_t out[DIGEST_MAX])
{
	const EVP_MD *md = bits == 224 ? EVP_sha224() : bits == 256 ? EVP_sha256()
		: bits == 384                                       ? EVP_sha384()
		: bits == 512                                       ? EVP_sha512()
								    : NULL;

	if (md == NULL)
		return 0;
	digest_parts(md, in, BYTES_NONE, out);
	return (size_t)bits / 8;
}

void
hmac_sha256(struct bytes key, struct bytes in, uint8_t out[SHA256_LEN])
{
	unsigned n = SHA256_LEN;

	if (HMAC(EVP_sha256(), key.n == 0 ? (const void *)"" : key.p, (int)key.n, in.p, in.n, out, &n) == NULL)
		OPENSSL_die("HMAC failed", __FILE__, __LINE__);
}

int
random_octets(void *p, size_t n, struct err *err)
{
	if (n > INT32_MAX || RAND_bytes(p, (int)n) != 1)
		return err_set(err, FAIL_INTERNAL, "no random octets");
	return 0;
}
