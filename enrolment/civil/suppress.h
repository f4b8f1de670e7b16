/*
 * suppress.h - which cells of a table of counts are not shown, so that no small number can be computed from what is.  Pure.
 *
 * A table has rows that sum up to a margin row (places to the place around them, months to the year), and columns: column 0 is the row's
 * total, the others come in blocks (months, sexes, age groups ...) each of which sums up to it.  A cell of 1 to 4 is primary: it is hidden.
 * Each primary cell then gets partners that are hidden too, such that there is another table with the same shown cells in which it has
 * another value:
 *	a cell of a block: one more row and one more column of the block, four hidden corners, of which two can give what two take;
 *	a total: one more row, and in every block one column that is hidden in both rows.
 * The margin row stays as it is in that other table, so what is hidden there needs nothing here but a carrier: the largest row hides all the
 * columns that the margin row hides, and can take up whatever another table says of the margin row.  So tables that hang below each other
 * (a row is the margin row of the next) are safe together when each was made safe after the one above it.
 *
 * What this does not protect against: tables of different days, or by occurrence and by registration over all years, held against each other.
 */
#ifndef CATENA_CIVIL_SUPPRESS_H
#define CATENA_CIVIL_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SUPPRESS_BELOW = 5 }; /* 1 .. 4 are small */

struct suppress_block {
	size_t first, n; /* columns */
};
struct suppress_table {
	size_t nrow, ncol;
	const int64_t *value; /* nrow x ncol; every block of a row sums up to its column 0 */
	bool *hidden;         /* the same; what is hidden already stays so */
	const struct suppress_block *block;
	size_t nblock;
};

bool suppress_is_small(int64_t value);
/* margin: what is hidden of the margin row, ncol of them.  At least two rows (one may be of zeros). */
void suppress_table(const struct suppress_table *t, const bool *margin);
/* One row that is below no margin: the whole country.  A small total hides all of it. */
void suppress_top(const struct suppress_table *t);

#endif
