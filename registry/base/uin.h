/*
 * uin.h - the unique identity number: 12 digits without meaning.
 *
 *	first digit 2..9, ten more, Verhoeff check digit
 * The first eleven are 2 * 10^10 + P(sequence), P a permutation of 0 .. 8 * 10^10 - 1 keyed by the registry (FF1 with cycle walking):
 * no pool, no collision, and a number tells nothing about when or where it was given.
 */
#ifndef CATENA_BASE_UIN_H
#define CATENA_BASE_UIN_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum { UIN_LEN = 12,
	UIN_KEY_LEN = 32 };
#define UIN_SEQUENCES UINT64_C(80000000000)

/* 12 digits and a 0.  sequence < UIN_SEQUENCES, else FAIL_INTERNAL. */
int uin_of_sequence(const uint8_t key[UIN_KEY_LEN], uint64_t sequence, char out[UIN_LEN + 1], struct err *err);
/* The reverse, for the auditor who holds the key. */
int uin_to_sequence(const uint8_t key[UIN_KEY_LEN], const char *uin, uint64_t *sequence, struct err *err);
/* Length, digits, first digit, check digit.  -1 FAIL_INPUT with the rule; the number is not in the sentence. */
int uin_check(const char *uin, struct err *err);

#endif
