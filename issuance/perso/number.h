/*
 * number.h - document numbers: a letter for the series and eight characters without meaning, or more where the kind of document wants a longer
 * number.  Pure.
 *
 * The eight are a keyed permutation (FF1) of the registry's sequence over 2-9 and the consonants that look like no digit
 * and like no other letter: no number comes twice, nobody can tell from one when it was given or how many there are (the
 * number is a part of the key that opens the chip, Doc 9303-11: it should be hard to guess), and no word can turn up.
 */
#ifndef CATENA_PERSO_NUMBER_H
#define CATENA_PERSO_NUMBER_H

#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum { NUMBER_LEN = 9,
	NUMBER_MAX = 22, /* of a card (Doc 9303-5 4.2.2) */
	NUMBER_KEY_LEN = 32 };
#define NUMBER_SEQUENCES UINT64_C(377801998336) /* 28^8 */
extern const char number_alphabet[];            /* 28 characters */

/* series: A to Z, neither I nor O, which are read as digits: tesseract takes many an O at this place for 0.  length: NUMBER_LEN to NUMBER_MAX.  So many characters and a 0; -1 FAIL_INTERNAL: no letter, no such length, or the sequence is used up. */
int number_of_sequence(const uint8_t key[NUMBER_KEY_LEN], char series, uint64_t sequence, unsigned length, char out[NUMBER_MAX + 1], struct err *err);
/* Whether it can be a number of ours.  -1 FAIL_INPUT with the rule; the number is not in the sentence. */
int number_check(const char *number, struct err *err);

#endif
