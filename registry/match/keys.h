/*
 * keys.h - blocking keys of the duplicate search: 64-bit hashes of parts of a birth that two records of one event are likely to
 * share.  Records that share no key are never compared, so each kind of error must leave some key as it was: a wrong day, a
 * name spelt otherwise, names swapped, a parent missing.  Pure; the keys of a record are the same in every version that
 * has the same MATCH_KEYS_VERSION, since they are stored.
 */
#ifndef CATENA_MATCH_KEYS_H
#define CATENA_MATCH_KEYS_H
#include "registry/base/date.h"
#include "registry/match/names.h"

enum { MATCH_KEYS = 48,
	MATCH_KEYS_VERSION = 2 };

/* What the search knows of a birth; a record of another kind of act is another struct. */
struct match_person {
	struct match_name primary, secondary;
	struct date birth; /* unknown is fine, as everywhere here */
};
struct match_birth {
	struct match_person child, mother, father;
	char sex;         /* F M X; 0 unknown */
	char place[25];   /* code; "" unknown */
	int multiplicity; /* 1 single, 2 twins ...; 0 unknown */
	int birth_order;  /* 0 unknown */
};

/* Sorted, without repetitions; returns how many. */
size_t match_birth_keys(const struct match_birth *b, int64_t keys[MATCH_KEYS]);

#endif
