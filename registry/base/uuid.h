/* uuid.h - RFC 9562 identifiers.  Ours are version 7 (time-ordered: kind to B-trees); version 4 where time must not show. */
#ifndef CATENA_BASE_UUID_H
#define CATENA_BASE_UUID_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

struct uuid {
	uint8_t o[16];
};
enum { UUID_TEXT = 37 }; /* 36 characters and 0 */

int uuid_new(struct uuid *u, struct err *err);    /* version 7 */
int uuid_random(struct uuid *u, struct err *err); /* version 4 */
/* A version 8 identifier that depends on the octets only (SHA-256): repeatable imports.  Parts are told apart by length;
 * `space` is a word of the program's own, of 56 characters at most. */
void uuid_derive(struct uuid *u, const char *space, struct bytes name);
int uuid_parse(struct bytes text, struct uuid *u, struct err *err); /* 8-4-4-4-12, either case; not all zero */
char *uuid_format(const struct uuid *u, char out[UUID_TEXT]);       /* lower case; returns out */
bool uuid_equal(const struct uuid *a, const struct uuid *b);
bool uuid_is_null(const struct uuid *u);

#endif
