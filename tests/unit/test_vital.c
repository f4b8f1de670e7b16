/*
 * The tables of vital events: what is counted where, and an attack on what is shown of them: with all tables of all places in hand, no number of
 * 1 to 4 is to be found.  The same attack on tables of which only the small numbers are hidden finds them.
 */
#include "enrolment/civil/vital.h"
#include "registry/base/bytes.h"
#include "tests/attack.h"
#include "tests/tap.h"

enum { TRIALS = 24,
	PLACES = 24 };

static unsigned long long seed = 1;

static unsigned
below(unsigned n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(seed >> 33) % n;
}

static struct vital *
stage(const char *event, const char *const (*place)[2], size_t n)
{
	struct vital *v = NULL;
	struct err err = ERR_INIT;

	if (vital_new(vital_event_of(event), &v, &err) == -1)
		bail_out("%s", err.text);
	for (size_t i = 0; i < n; i++)
		if (vital_place(v, place[i][0], place[i][0], place[i][1], &err) == -1)
			bail_out("%s", err.text);
	if (vital_places_done(v, &err) == -1)
		bail_out("%s", err.text);
	return v;
}

/* One event: the indices are of the codes of its dimensions. */
static void
happen(struct vital *v, const char *event, const char *place, const unsigned code[VITAL_DIMENSIONS])
{
	const struct vital_event *e = vital_event_of(event);
	const char *month = e->code[VITAL_MONTH][code[VITAL_MONTH]].code;
	struct err err = ERR_INIT;

	vital_count(v, "month", place, month, NULL, 1, &err);
	for (int d = VITAL_SEX; d < VITAL_DIMENSIONS; d++) {
		if (e->code[d] == NULL)
			continue;
		if (vital_count(v, vital_dimensions[d], place, NULL, e->code[d][code[d]].code, 1, &err) == -1 ||
			vital_count(v, vital_dimensions[d], NULL, month, e->code[d][code[d]].code, 1, &err) == -1)
			bail_out("%s", err.text);
	}
}

/* ---- the attack ---- */

/* Whoever asks for every table meets rows again: a row is told by what it is of. */
struct seen {
	const int64_t *value;
	size_t first; /* cell of its total; the columns follow */
};
static struct seen seen[4 * PLACES + VITAL_MONTHS];
static size_t nseen;

static size_t
row_cells(struct attack *a, const struct vital_row *r, size_t ncol, bool is_naive)
{
	for (size_t i = 0; i < nseen; i++)
		if (seen[i].value == r->value)
			return seen[i].first;
	seen[nseen++] = (struct seen){ r->value, a->ncell };
	for (size_t c = 0; c < ncol; c++)
		attack_add(a, is_naive ? suppress_is_small(r->value[c]) : r->hidden[c], r->value[c]);
	return seen[nseen - 1].first;
}

static void
row_lines(struct attack *a, const struct vital *v, size_t first, enum vital_dimension from)
{
	for (int d = (int)from; d < VITAL_DIMENSIONS; d++) {
		struct suppress_block b = vital_columns(v, (enum vital_dimension)d);

		if (b.n == 0)
			continue;
		attack_begin(a, first);
		for (size_t c = 0; c < b.n; c++)
			attack_part(a, first + b.first + c);
	}
}

static size_t
column_count(const struct vital *v)
{
	struct suppress_block b = vital_columns(v, VITAL_SITE);

	return b.first + b.n;
}

static void
add_tables(struct attack *a, struct vital *v, const char *place, bool is_naive)
{
	size_t ncol = column_count(v), first[PLACES + 2];
	struct vital_rows rows;
	struct err err = ERR_INIT;

	if (vital_places_of(v, place, &rows, &err) == -1)
		bail_out("%s", err.text);
	for (size_t r = 0; r < rows.n; r++) {
		size_t before = nseen;

		first[r] = row_cells(a, &rows.row[r], ncol, is_naive);
		if (nseen > before)
			row_lines(a, v, first[r], VITAL_MONTH);
	}
	for (size_t c = 0; rows.n > 1 && c < ncol; c++) {
		attack_begin(a, first[0] + c);
		for (size_t r = 1; r < rows.n; r++)
			attack_part(a, first[r] + c);
	}
	vital_rows_clear(&rows);
}

static void
add_months(struct attack *a, struct vital *v, bool is_naive)
{
	size_t ncol = column_count(v), first[VITAL_MONTHS + 1];
	struct suppress_block months = vital_columns(v, VITAL_MONTH);
	struct vital_rows rows;
	struct err err = ERR_INIT;

	if (vital_months(v, &rows, &err) == -1)
		bail_out("%s", err.text);
	for (size_t r = 0; r < rows.n; r++) {
		first[r] = row_cells(a, &rows.row[r], ncol, is_naive);
		if (r > 0) {
			row_lines(a, v, first[r], VITAL_SEX);
			attack_begin(a, first[0] + months.first + r - 1);
			attack_part(a, first[r]);
		}
	}
	for (size_t c = months.first + months.n; c < ncol; c++) {
		attack_begin(a, first[0] + c);
		for (size_t r = 1; r < rows.n; r++)
			attack_part(a, first[r] + c);
	}
	vital_rows_clear(&rows);
}

struct outcome {
	size_t cells, hidden, small, found;
};

static struct outcome
attacked(struct vital *v, const char *const (*place)[2], size_t n, bool is_naive)
{
	struct attack a = { .ncell = 0 };
	struct outcome o = { 0, 0, 0, 0 };

	nseen = 0;
	add_tables(&a, v, NULL, is_naive);
	add_months(&a, v, is_naive);
	for (size_t i = 0; i < n; i++)
		add_tables(&a, v, place[i][0], is_naive);
	o.hidden = attack_run(&a);
	o.cells = a.ncell;
	for (size_t i = 0; i < a.ncell; i++) {
		if (!suppress_is_small(a.cell[i].value))
			continue;
		o.small++;
		o.found += a.cell[i].found || !a.cell[i].hidden;
		if (a.cell[i].found && a.cell[i].low != a.cell[i].value)
			bail_out("the attack finds %lld for %lld", (long long)a.cell[i].low, (long long)a.cell[i].value);
	}
	attack_clear(&a);
	return o;
}

static const char *const country[][2] = { { "A", "" }, { "A1", "A" }, { "A2", "A" }, { "A3", "A" }, { "A1X", "A1" }, { "A1Y", "A1" }, { "B", "" },
	{ "B1", "B" }, { "C", "" } };

/* Sparse and dense countries; events come in lumps, as they do. */
static void
test_attack(void)
{
	static const char *const events[] = { "birth", "death", "foetal_death", "marriage" };
	struct outcome all = { 0, 0, 0, 0 }, naive = { 0, 0, 0, 0 };

	for (unsigned trial = 0; trial < TRIALS; trial++) {
		const char *event = events[trial % NELEM(events)];
		struct vital *v = stage(event, country, NELEM(country));
		unsigned n = 5 + below(trial < TRIALS / 2 ? 60 : 3000);
		struct outcome o;

		seed = 1000 + trial;
		for (unsigned i = 0; i < n; i++) {
			unsigned code[VITAL_DIMENSIONS];
			unsigned where = below(NELEM(country) + 1);

			for (int d = 0; d < VITAL_DIMENSIONS; d++) {
				size_t codes = vital_columns(v, (enum vital_dimension)d).n;

				code[d] = codes == 0 ? 0 : below(below((unsigned)codes) + 1);
			}
			happen(v, event, where == NELEM(country) ? "" : country[below(where + 1)][0], code);
		}
		o = attacked(v, country, NELEM(country), true);
		naive.found += o.found;
		naive.hidden += o.hidden;
		o = attacked(v, country, NELEM(country), false);
		if (o.found > 0)
			printf("# trial %u: %zu of %zu small numbers were found\n", trial, o.found, o.small);
		all.cells += o.cells;
		all.hidden += o.hidden;
		all.small += o.small;
		all.found += o.found;
		vital_free(v);
	}
	printf("# %zu cells, %zu small, %zu hidden; with small ones hidden alone %zu are found\n", all.cells, all.small, all.hidden, naive.found);
	ok(all.found == 0, "all tables of %d countries, and no small number: %zu", TRIALS, all.found);
	ok(naive.found > 100, "the attack finds them when nothing else is hidden: %zu", naive.found);
	ok(all.small > 500 && all.hidden < all.cells / 2, "there were small numbers, and most cells are shown");
}

/* ---- counting ---- */

static int64_t
cell(const struct vital *v, const struct vital_row *r, enum vital_dimension d, size_t i, bool *hidden)
{
	size_t c = vital_columns(v, d).first + i;

	*hidden = r->hidden[c];
	return r->value[c];
}

static void
test_counts(void)
{
	static const char *const places[][2] = { { "N", "UT" }, { "UT", "" }, { "NA", "N" } };
	struct vital *v = stage("birth", places, NELEM(places));
	const unsigned girl[VITAL_DIMENSIONS] = { 0, 0, 3, 0, 0, 0 }, boy[VITAL_DIMENSIONS] = { 12, 1, 3, 0, 0, 0 };
	struct vital_rows rows = { NULL, 0 };
	struct err err = ERR_INIT;
	bool hidden;

	for (int i = 0; i < 10; i++)
		happen(v, "birth", "NA", girl);
	for (int i = 0; i < 20; i++)
		happen(v, "birth", "N", boy);
	happen(v, "birth", "nowhere", girl);
	ok(vital_places_of(v, NULL, &rows, &err) == 0 && rows.n == 3, "the country, what is not known, one state");
	is(rows.row[0].place, "_T", "the country");
	ok(rows.row[0].value[0] == 31 && !rows.row[0].hidden[0], "all of it");
	is(rows.row[1].place, "_U", "an unknown place");
	ok(rows.row[1].value[0] == 1 && rows.row[1].hidden[0], "one, not shown");
	ok(rows.row[2].hidden[0], "nor is the state's number, which would tell it");
	vital_rows_clear(&rows);
	ok(vital_places_of(v, "N", &rows, &err) == 0 && rows.n == 3, "a province, its own part, its district");
	ok(rows.row[0].value[0] == 30 && rows.row[1].is_own && rows.row[1].value[0] == 20 && rows.row[2].value[0] == 10, "sum up");
	ok(cell(v, &rows.row[2], VITAL_SEX, 0, &hidden) == 10 && cell(v, &rows.row[1], VITAL_MONTH, 12, &hidden) == 20, "by sex, and in month unknown");
	vital_rows_clear(&rows);
	ok(vital_months(v, &rows, &err) == 0 && rows.n == 14 && rows.row[1].month == 1 && rows.row[1].value[0] == 11 && rows.row[13].value[0] == 20, "months of the country");
	vital_rows_clear(&rows);
	ok(vital_places_of(v, "XX", &rows, &err) == -1 && err.kind == FAIL_NOT_FOUND, "a place that there is not");
	ok(vital_event_of("funeral") == NULL && vital_dimension_of("religion") == -1, "nor such an event or dimension");
	vital_free(v);
	vital_free(NULL);
}

/* A ring of places is no hierarchy. */
static void
test_ring(void)
{
	struct vital *v = NULL;
	struct err err = ERR_INIT;

	if (vital_new(vital_event_of("death"), &v, &err) == -1 || vital_place(v, "A", "A", "B", &err) == -1 || vital_place(v, "B", "B", "A", &err) == -1)
		bail_out("%s", err.text);
	ok(vital_places_done(v, &err) == -1, "places that lie in each other are refused");
	vital_free(v);
}

int
main(void)
{
	test_counts();
	test_ring();
	test_attack();
	return done_testing();
}
