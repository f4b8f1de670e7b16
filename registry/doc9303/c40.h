/*
 * c40.h - the C40 of Doc 9303-13 (8th ed.) 2.4: capital letters, digits and spaces, three in two octets.  Pure.
 *
 * '<' is written as a space, and a space comes back: the two cannot be told apart afterwards.  A group of two characters is filled
 * with the value 0, a single last one stands as FE and its ASCII code + 1.  (The standard's rule for the length, "the least even number
 * not below L", contradicts its own examples: it is two octets for every three characters begun.)
 */
#ifndef CATENA_DOC9303_C40_H
#define CATENA_DOC9303_C40_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

static inline size_t
c40_length(size_t characters)
{
	return (characters + 2) / 3 * 2;
}
/* Whether every character is A-Z, 0-9, space or '<'. */
bool c40_has(struct bytes text);
/* Appends c40_length(text.n) octets.  -1 FAIL_INPUT: a character that C40 does not have. */
int c40_encode(struct bytes text, struct buf *out, struct err *err);
/*
 * Appends the text.  Accepts exactly what c40_encode can write, so encoding the result gives the same octets again.
 * -1 FAIL_INPUT with `out` as it was.
 */
int c40_decode(struct bytes in, struct buf *out, struct err *err);

#endif
