/*
 * attack.h - what somebody finds out who has all published tables: the shown numbers and that parts sum up to totals.  The hidden cells are
 * the unknowns of a system of linear equations; whatever that determines is found by elimination (modulo a prime: what is determined in whole
 * numbers is determined there), and what follows from counts not being negative by narrowing intervals line by line.
 */
#ifndef CATENA_TESTS_ATTACK_H
#define CATENA_TESTS_ATTACK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct attack_cell {
	bool hidden;
	int64_t value;     /* of a shown one */
	bool found;        /* by the attack: it is low, which is high */
	int64_t low, high; /* what it can be */
	int unknown;       /* its number among the unknowns */
};
struct attack_line {
	size_t total, first, n;
};
struct attack {
	struct attack_cell *cell;
	size_t ncell;
	struct attack_line *line;
	size_t nline;
	size_t *part; /* of the lines, one after the other */
	size_t npart;
};

static size_t
attack_add(struct attack *a, bool hidden, int64_t value)
{
	a->cell = realloc(a->cell, (a->ncell + 1) * sizeof(*a->cell));
	a->cell[a->ncell] = (struct attack_cell){ hidden, value, false, 0, INT64_MAX / 4, -1 };
	return a->ncell++;
}

static void
attack_begin(struct attack *a, size_t total)
{
	a->line = realloc(a->line, (a->nline + 1) * sizeof(*a->line));
	a->line[a->nline++] = (struct attack_line){ total, a->npart, 0 };
}

static void
attack_part(struct attack *a, size_t cell)
{
	a->part = realloc(a->part, (a->npart + 1) * sizeof(*a->part));
	a->part[a->npart++] = cell;
	a->line[a->nline - 1].n++;
}

enum { ATTACK_PRIME = 2147483647 };

static uint64_t
attack_inverse(uint64_t x)
{
	uint64_t r = 1;

	for (uint64_t e = ATTACK_PRIME - 2; e > 0; e >>= 1, x = x * x % ATTACK_PRIME)
		if (e & 1)
			r = r * x % ATTACK_PRIME;
	return r;
}

/* To the reduced row echelon form; a row with one entry is an unknown that is known. */
static void
attack_eliminate(struct attack *a, size_t n)
{
	size_t width = n + 1; /* the last column: the shown numbers, on the other side */
	uint32_t *m = calloc(a->nline * width + 1, sizeof(*m));
	size_t rank = 0;

	for (size_t i = 0; i < a->nline; i++) {
		const struct attack_line *l = &a->line[i];
		int64_t shown = 0;

		if (a->cell[l->total].hidden)
			m[i * width + (size_t)a->cell[l->total].unknown] = ATTACK_PRIME - 1;
		else
			shown = a->cell[l->total].value;
		for (size_t k = l->first; k < l->first + l->n; k++) {
			if (a->cell[a->part[k]].hidden)
				m[i * width + (size_t)a->cell[a->part[k]].unknown] = 1;
			else
				shown -= a->cell[a->part[k]].value;
		}
		m[i * width + n] = (uint32_t)((shown % ATTACK_PRIME + ATTACK_PRIME) % ATTACK_PRIME);
	}
	for (size_t c = 0; c < n && rank < a->nline; c++) {
		size_t pivot = rank;
		uint64_t inverse;

		while (pivot < a->nline && m[pivot * width + c] == 0)
			pivot++;
		if (pivot == a->nline)
			continue;
		for (size_t k = 0; k < width; k++) {
			uint32_t swap = m[pivot * width + k];

			m[pivot * width + k] = m[rank * width + k];
			m[rank * width + k] = swap;
		}
		inverse = attack_inverse(m[rank * width + c]);
		for (size_t k = c; k < width; k++)
			m[rank * width + k] = (uint32_t)(m[rank * width + k] * inverse % ATTACK_PRIME);
		for (size_t i = 0; i < a->nline; i++) {
			uint64_t by = m[i * width + c];

			if (i == rank || by == 0)
				continue;
			for (size_t k = c; k < width; k++)
				if (m[rank * width + k] != 0)
					m[i * width + k] = (uint32_t)((m[i * width + k] + (ATTACK_PRIME - by) * m[rank * width + k]) % ATTACK_PRIME);
		}
		rank++;
	}
	for (size_t i = 0; i < rank; i++) {
		size_t entries = 0, last = 0;

		for (size_t k = 0; k < n; k++)
			if (m[i * width + k] != 0) {
				entries++;
				last = k;
			}
		for (size_t k = 0; entries == 1 && k < a->ncell; k++)
			if (a->cell[k].unknown == (int)last) {
				a->cell[k].found = true;
				a->cell[k].low = a->cell[k].high = m[i * width + n];
			}
	}
	free(m);
}

static bool
attack_narrow(struct attack_cell *c, int64_t low, int64_t high)
{
	bool is_new = c->hidden && (low > c->low || high < c->high);

	if (c->hidden && low > c->low)
		c->low = low;
	if (c->hidden && high < c->high)
		c->high = high;
	return is_new;
}

static bool
attack_narrow_line(struct attack *a, const struct attack_line *l)
{
	int64_t low = 0, high = 0;
	struct attack_cell *t = &a->cell[l->total];
	bool is_new = false;

	for (size_t k = l->first; k < l->first + l->n; k++) {
		low += a->cell[a->part[k]].low;
		high = high + a->cell[a->part[k]].high > INT64_MAX / 4 ? INT64_MAX / 4 : high + a->cell[a->part[k]].high;
	}
	is_new |= attack_narrow(t, low, high);
	for (size_t k = l->first; k < l->first + l->n; k++) {
		struct attack_cell *p = &a->cell[a->part[k]];
		int64_t others_low = low - p->low, others_high = high >= INT64_MAX / 4 ? INT64_MAX / 4 : high - p->high;

		is_new |= attack_narrow(p, t->low - others_high, t->high - others_low);
		if (is_new)
			return true; /* the sums are old */
	}
	return is_new;
}

/* found, low and high of every hidden cell; returns how many are hidden. */
static size_t
attack_run(struct attack *a)
{
	size_t n = 0, rounds = 0;

	for (size_t i = 0; i < a->ncell; i++) {
		if (a->cell[i].hidden)
			a->cell[i].unknown = (int)n++;
		else
			a->cell[i].low = a->cell[i].high = a->cell[i].value;
	}
	attack_eliminate(a, n);
	for (bool again = true; again && rounds < 1000; rounds++) {
		again = false;
		for (size_t i = 0; i < a->nline; i++)
			again |= attack_narrow_line(a, &a->line[i]);
	}
	for (size_t i = 0; i < a->ncell; i++)
		a->cell[i].found |= a->cell[i].hidden && a->cell[i].low == a->cell[i].high;
	return n;
}

static void
attack_clear(struct attack *a)
{
	free(a->cell);
	free(a->line);
	free(a->part);
	*a = (struct attack){ .ncell = 0 };
}

#endif
