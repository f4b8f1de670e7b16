/* digest.h - SHA-2 and HMAC over libcrypto, and random octets. */
#ifndef CATENA_BASE_DIGEST_H
#define CATENA_BASE_DIGEST_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum { SHA256_LEN = 32,
	DIGEST_MAX = 64 };
void sha256(struct bytes in, uint8_t out[SHA256_LEN]);
void sha256_2(struct bytes a, struct bytes b, uint8_t out[SHA256_LEN]); /* of a then b */
/* bits: 224, 256, 384, 512; returns the length in octets, 0 for another. */
size_t sha2(int bits, struct bytes in, uint8_t out[DIGEST_MAX]);
void hmac_sha256(struct bytes key, struct bytes in, uint8_t out[SHA256_LEN]);
int random_octets(void *p, size_t n, struct err *err);

#endif
