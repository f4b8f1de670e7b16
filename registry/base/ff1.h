/*
 * ff1.h - FF1 of NIST SP 800-38G: a keyed permutation of the strings of n digits in a radix.
 *
 * Numerals are octets 0..radix-1.  Limits: radix 2..36; half of the string must stay below 2^55 (so n <= 33 digits in radix 10), and
 * radix^n is at least 1,000,000 as the standard (revision 1) asks.
 */
#ifndef CATENA_BASE_FF1_H
#define CATENA_BASE_FF1_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum { FF1_MAX_TWEAK = 64 };

struct ff1_key {
	struct bytes key; /* AES: 16, 24 or 32 octets */
	struct bytes tweak;
	unsigned radix;
};

/* In place.  -1 FAIL_INTERNAL: limits, or libcrypto. */
int ff1_encrypt(const struct ff1_key *k, uint8_t *numerals, size_t n, struct err *err);
int ff1_decrypt(const struct ff1_key *k, uint8_t *numerals, size_t n, struct err *err);

#endif
