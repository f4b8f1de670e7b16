/*
 * names.h - names as the duplicate search sees them: tokens in a common alphabet, without particles, with a phonetic code
 * that tolerates transliteration and spelling.  Pure.
 */
#ifndef CATENA_MATCH_NAMES_H
#define CATENA_MATCH_NAMES_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum { MATCH_TOKENS = 8,
	MATCH_TOKEN = 48 }; /* octets with the 0; what is longer is cut: enough to tell names apart */

struct match_token {
	char text[MATCH_TOKEN]; /* "HERNANDEZ"; of a name without transliteration: case-folded UTF-8 */
	char code[MATCH_TOKEN]; /* "ARNNTS"-like; never "" */
};
struct match_name {
	unsigned n; /* 0: unknown */
	struct match_token token[MATCH_TOKENS];
};

/*
 * mrz: transliteration in the form of translit.h when the record has one, else NULL: then it is made here.  A script without
 * transliteration is compared as folded text.  An empty name is unknown.  Particles (DE, VAN, BIN, AL ...) are dropped
 * unless nothing else is left.  Only memory can fail.
 */
int match_name_of(const char *name, const char *mrz, struct match_name *out, struct err *err);

enum match_agreement { MATCH_UNKNOWN,
	MATCH_DIFFERS,
	MATCH_CLOSE,   /* each token of the shorter name has its like in the other */
	MATCH_EQUAL }; /* the same tokens, in whatever order */
enum match_agreement match_names(const struct match_name *a, const struct match_name *b);
/* Phonetic code of A-Z text; other octets stand for themselves. */
void match_phonetic(const char *text, char code[MATCH_TOKEN]);

#endif
