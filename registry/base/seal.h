/*
 * seal.h - secrets and biometrics at rest: AES-256-GCM (NIST SP 800-38D) under a key that the database does not hold.
 *
 *	01 | nonce (12 random octets) | ciphertext | tag (16)
 * The associated data bind a sealed value to its place ("totp", officer id): it cannot be moved to another row.  Random nonces:
 * at most 2^32 values under one key (SP 800-38D 8.3), which is more than a nation's portraits.
 */
#ifndef CATENA_BASE_SEAL_H
#define CATENA_BASE_SEAL_H
#include "registry/base/bytes.h"
#include "registry/base/digest.h"
#include "registry/base/err.h"

enum { SEAL_KEY_LEN = 32,
	SEAL_OVERHEAD = 1 + 12 + 16 };

struct seal;
/* The key file holds exactly 32 octets and nobody but its owner may read or write it. */
int seal_load(const char *key_file, struct seal **seal, struct err *err);
int seal_new(const uint8_t key[SEAL_KEY_LEN], struct seal **seal, struct err *err);
void seal_free(struct seal *seal); /* wipes the key */
/* Appends SEAL_OVERHEAD + plain.n octets to *out. */
int seal_close(const struct seal *seal, struct bytes associated, struct bytes plain, struct buf *out, struct err *err);
/* Appends the plain octets; on FAIL_INPUT (altered, other key, other associated data) *out is as it was.  Caller: buf_wipe. */
int seal_open(const struct seal *seal, struct bytes associated, struct bytes sealed, struct buf *out, struct err *err);

/* A digest that nobody without the key can compute, under a key of its own that is derived from it; `purpose` keeps uses apart. */
void seal_mac(const struct seal *seal, const char *purpose, struct bytes in, uint8_t out[SHA256_LEN]);

#endif
