#include "tests/bench/linkset.h"

#include <stdlib.h>

static void *
grow(void *p, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return p;
	*room = *room == 0 ? 1024 : *room * 2;
	if ((p = realloc(p, *room * size)) == NULL)
		abort();
	return p;
}

void
linkset_add(struct linkset *s, const struct match_birth *b)
{
	int64_t key[MATCH_KEYS];
	size_t n = match_birth_keys(b, key);

	s->birth = grow(s->birth, s->n, &s->room, sizeof(*s->birth));
	s->birth[s->n] = *b;
	for (size_t i = 0; i < n; i++) {
		s->posting = grow(s->posting, s->nposting, &s->posting_room, sizeof(*s->posting));
		s->posting[s->nposting++] = (struct linkset_posting){ key[i], (uint32_t)s->n };
	}
	s->n++;
}

static int
compare_postings(const void *a, const void *b)
{
	const struct linkset_posting *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

void
linkset_sort(struct linkset *s)
{
	qsort(s->posting, s->nposting, sizeof(*s->posting), compare_postings);
	if ((s->seen = calloc(s->n + 1, sizeof(*s->seen))) == NULL)
		abort();
}

void
linkset_search(struct linkset *s, const struct match_birth *b, void (*found)(size_t i, void *arg), void *arg)
{
	int64_t key[MATCH_KEYS];
	size_t n = match_birth_keys(b, key);

	s->search++;
	for (size_t k = 0; k < n; k++) {
		size_t low = 0, high = s->nposting;

		while (low < high) {
			size_t middle = (low + high) / 2;

			if (s->posting[middle].key < key[k])
				low = middle + 1;
			else
				high = middle;
		}
		for (; low < s->nposting && s->posting[low].key == key[k]; low++) {
			uint32_t i = s->posting[low].i;

			if (s->seen[i] == s->search)
				continue;
			s->seen[i] = s->search;
			found(i, arg);
		}
	}
}

void
linkset_clear(struct linkset *s)
{
	free(s->birth);
	free(s->posting);
	free(s->seen);
	*s = (struct linkset){ 0 };
}

double
linkage_recall(const struct linkage_counts *c)
{
	return c->true_pairs == 0 ? 1 : (double)c->found / (double)c->true_pairs;
}

double
linkage_precision(const struct linkage_counts *c)
{
	return c->found + c->wrong == 0 ? 1 : (double)c->found / (double)(c->found + c->wrong);
}

double
linkage_f1(const struct linkage_counts *c)
{
	double p = linkage_precision(c), r = linkage_recall(c);

	return p + r == 0 ? 0 : 2 * p * r / (p + r);
}
