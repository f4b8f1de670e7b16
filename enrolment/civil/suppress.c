#include "enrolment/civil/suppress.h"

/* How good it is to hide something: first what can vary most, then what hides least. */
struct score {
	int weak;       /* 0: the cell can be any small number; 1: more than one number; 2: only numbers below 0 besides */
	int new;        /* cells that were shown */
	int64_t counts; /* in them */
};

bool
suppress_is_small(int64_t value)
{
	return value > 0 && value < SUPPRESS_BELOW;
}

static int64_t
value(const struct suppress_table *t, size_t row, size_t column)
{
	return t->value[row * t->ncol + column];
}

static bool *
hidden(const struct suppress_table *t, size_t row, size_t column)
{
	return &t->hidden[row * t->ncol + column];
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool
is_better(const struct score *a, const struct score *b)
{
	if (a->weak != b->weak)
		return a->weak < b->weak;
	if (a->new != b->new)
		return a->new < b->new;
	return a->counts < b->counts;
}

/* It hides well and costs nothing: no other is better. */
static bool
is_free(const struct score *s)
{
	return s->weak == 0 && s->new == 0;
}

static void
count_in(const struct suppress_table *t, size_t row, size_t column, struct score *s)
{
	if (*hidden(t, row, column))
		return;
	s->new ++;
	s->counts += value(t, row, column);
}

static int
weakness(int64_t leeway)
{
	return leeway >= SUPPRESS_BELOW - 1 ? 0 : leeway > 0 ? 1
							     : 2;
}

/* ---- a cell of a block ---- */

static struct score
score_corners(const struct suppress_table *t, size_t r, size_t c, size_t row, size_t column)
{
	int64_t more = least(value(t, r, column), value(t, row, c)), less = least(value(t, r, c), value(t, row, column));
	struct score s = { weakness(more + less), 0, 0 };

	count_in(t, r, column, &s);
	count_in(t, row, c, &s);
	count_in(t, row, column, &s);
	return s;
}

static void
hide_corners(const struct suppress_table *t, const struct suppress_block *b, size_t r, size_t c)
{
	size_t row = r, column = c;
	struct score best = { 3, 0, 0 };

	for (size_t i = 0; i < t->nrow && !is_free(&best); i++)
		for (size_t k = b->first; k < b->first + b->n && !is_free(&best); k++) {
			struct score s;

			if (i == r || k == c)
				continue;
			s = score_corners(t, r, c, i, k);
			if (is_better(&s, &best)) {
				best = s;
				row = i;
				column = k;
			}
		}
	*hidden(t, r, column) = *hidden(t, row, c) = *hidden(t, row, column) = true;
}

/* ---- a total ---- */

/* The column of the block through which row r can give to `row`. */
static size_t
column_between(const struct suppress_table *t, const struct suppress_block *b, size_t r, size_t row, struct score *score)
{
	struct score best = { 3, 0, 0 };
	size_t column = b->first;

	for (size_t k = b->first; k < b->first + b->n; k++) {
		struct score s = { value(t, r, k) == 0 ? 2 : weakness(value(t, row, k)), 0, 0 };

		count_in(t, r, k, &s);
		count_in(t, row, k, &s);
		if (is_better(&s, &best)) {
			best = s;
			column = k;
		}
	}
	if (best.weak > score->weak)
		score->weak = best.weak;
	score->new += best.new;
	score->counts += best.counts;
	return column;
}

static struct score
score_row(const struct suppress_table *t, size_t r, size_t row)
{
	struct score s = { 0, 0, 0 };

	count_in(t, row, 0, &s);
	for (size_t i = 0; i < t->nblock; i++)
		column_between(t, &t->block[i], r, row, &s);
	return s;
}

static void
hide_total(const struct suppress_table *t, size_t r)
{
	struct score best = { 3, 0, 0 }, s;
	size_t row = r;

	for (size_t i = 0; i < t->nrow; i++) {
		if (i == r)
			continue;
		s = score_row(t, r, i);
		if (is_better(&s, &best)) {
			best = s;
			row = i;
		}
	}
	*hidden(t, row, 0) = true;
	for (size_t i = 0; i < t->nblock; i++) {
		size_t column = column_between(t, &t->block[i], r, row, &best);

		*hidden(t, r, column) = *hidden(t, row, column) = true;
	}
}

/* ---- tables ---- */

static void
hide_small(const struct suppress_table *t)
{
	for (size_t i = 0; i < t->nrow * t->ncol; i++)
		t->hidden[i] |= suppress_is_small(t->value[i]);
}

static void
hide_carrier(const struct suppress_table *t, const bool *margin)
{
	size_t largest = 0;

	for (size_t r = 1; r < t->nrow; r++)
		if (value(t, r, 0) > value(t, largest, 0))
			largest = r;
	for (size_t c = 0; c < t->ncol; c++)
		*hidden(t, largest, c) |= margin[c];
}

void
suppress_table(const struct suppress_table *t, const bool *margin)
{
	hide_small(t);
	hide_carrier(t, margin);
	for (size_t r = 0; r < t->nrow; r++)
		if (suppress_is_small(value(t, r, 0)))
			hide_total(t, r);
	for (size_t r = 0; r < t->nrow; r++)
		for (size_t i = 0; i < t->nblock; i++)
			for (size_t c = t->block[i].first; c < t->block[i].first + t->block[i].n; c++)
				if (suppress_is_small(value(t, r, c)))
					hide_corners(t, &t->block[i], r, c);
}

void
suppress_top(const struct suppress_table *t)
{
	hide_small(t);
	for (size_t c = 0; suppress_is_small(t->value[0]) && c < t->ncol; c++)
		t->hidden[c] = true;
	for (size_t i = 0; i < t->nblock; i++) {
		size_t n = 0, partner = 0;

		for (size_t c = t->block[i].first; c < t->block[i].first + t->block[i].n; c++) {
			n += t->hidden[c];
			if (!t->hidden[c] && (partner == 0 || t->value[partner] == 0 || (t->value[c] > 0 && t->value[c] < t->value[partner])))
				partner = c;
		}
		if (n == 1 && partner != 0)
			t->hidden[partner] = true;
	}
}
