/* linkset.h - the duplicate search in memory, for quality tables: records, their keys sorted, and who shares one. */
#ifndef CATENA_TESTS_LINKSET_H
#define CATENA_TESTS_LINKSET_H
#include "registry/match/score.h"

struct linkset {
	struct match_birth *birth;
	size_t n, room;
	struct linkset_posting {
		int64_t key;
		uint32_t i;
	} * posting;
	size_t nposting, posting_room;
	uint32_t *seen; /* by which search */
	uint32_t search;
};
/* Running out of memory ends the program: this is for tests. */
void linkset_add(struct linkset *s, const struct match_birth *b);
void linkset_sort(struct linkset *s); /* after the last is added */
/* Calls found() once for each record that shares a key. */
void linkset_search(struct linkset *s, const struct match_birth *b, void (*found)(size_t i, void *arg), void *arg);
void linkset_clear(struct linkset *s);

struct linkage_counts {
	unsigned long true_pairs, found, wrong; /* pairs of one event; of these found; found and not of one event */
};
double linkage_recall(const struct linkage_counts *c);
double linkage_precision(const struct linkage_counts *c);
double linkage_f1(const struct linkage_counts *c);

#endif
