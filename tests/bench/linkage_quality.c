/*
 * Precision and recall of the duplicate search, at the review threshold.
 *
 * First on invented births (actgen.h) in four scripts: of each birth another record is searched for, of the same birth with one
 * known difference or of another birth that is easily taken for it, a third of the latter.  A pair counts as found when it shares a key
 * and its score calls for a review.  A pair of two births that is found counts as wrong, whether it is the one that was made
 * to resemble or any other of the set.
 *
 * Then on the labelled sets of Febrl (given name, surname, date of birth, place; no identity number, no street), every pair
 * of the set.  CATENA_TEST_DATA says where they are.  BENCH_PAIRS: how many births; LINKAGE_SHOW=1 prints what was missed or wrong.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/actgen.h"
#include "tests/bench/linkset.h"
#include "tests/tap.h"

enum { SEED = 20260704 };

static bool show;

/* ---- invented births ---- */

struct one_search {
	struct linkset *set;
	const struct match_birth *mine;
	size_t original;
	bool is_duplicate, found;
	unsigned wrong_made, wrong_others;
	enum gen_kind kind;
};

static void
print_pair(const char *what, const struct match_birth *a, const struct match_birth *b, const struct match_score *score)
{
	struct buf why = BUF_INIT;

	match_explain(score, &why);
	printf("# %s, %d: %s %s / %s %s, mothers %s %s / %s %s: %s\n", what, score->score, a->child.secondary.token[0].text, a->child.primary.token[0].text,
		b->child.secondary.token[0].text, b->child.primary.token[0].text, a->mother.secondary.token[0].text, a->mother.primary.token[0].text,
		b->mother.secondary.token[0].text, b->mother.primary.token[0].text, buf_cstr(&why));
	buf_clear(&why);
}

static void
judge(size_t i, void *arg)
{
	struct one_search *s = arg;
	struct match_score score;

	match_births(s->mine, &s->set->birth[i], NULL, &score);
	if (i == s->original && s->is_duplicate) {
		s->found = score.level != MATCH_L_CLEAR;
		if (show && !s->found)
			print_pair(gen_kinds[s->kind], s->mine, &s->set->birth[i], &score);
		return;
	}
	if (score.level == MATCH_L_CLEAR)
		return;
	if (i == s->original)
		s->wrong_made++;
	else
		s->wrong_others++;
	if (show)
		print_pair(i == s->original ? gen_kinds[s->kind] : "another", s->mine, &s->set->birth[i], &score);
}

static void
print_row(const char *name, const struct linkage_counts *c)
{
	printf("# %-16s %8lu %8lu %8lu %9.4f %9.4f\n", name, c->true_pairs, c->found, c->wrong, linkage_recall(c), linkage_precision(c));
}

static void
bench_line(const char *name, const struct linkage_counts *c)
{
	printf("bench linkage_recall_%s value=%.4f unit=share limit=1 ratio=%.4f goal=0.98 %s\n", name, linkage_recall(c), linkage_recall(c),
		linkage_recall(c) >= 0.98 ? "ok" : "short");
	printf("bench linkage_precision_%s value=%.4f unit=share limit=1 ratio=%.4f goal=0.95 %s\n", name, linkage_precision(c),
		linkage_precision(c), linkage_precision(c) >= 0.95 ? "ok" : "short");
}

/* Of three births, two are recorded again and one has its double in another. */
static enum gen_kind
kind_of(unsigned i)
{
	unsigned turn = i / SCRIPTS;

	if (turn % 3 == 2)
		return GEN_DUPLICATES + turn / 3 % (GEN_KINDS - GEN_DUPLICATES);
	return (turn - turn / 3) % GEN_DUPLICATES;
}

static void
make_birth(unsigned i, struct gen_birth *b)
{
	gen_birth(SEED, i, b);
	if (kind_of(i) == GEN_TWIN)
		b->multiplicity = 2;
}

static void
run_invented(unsigned n)
{
	static struct linkage_counts by_script[SCRIPTS], by_kind[GEN_KINDS], cell[SCRIPTS][GEN_KINDS], all;
	struct gen_random r = { SEED };
	struct linkset set = { 0 };
	struct gen_record record;
	struct gen_birth birth;
	struct match_birth match;
	struct err err = ERR_INIT;

	for (unsigned i = 0; i < n; i++) {
		make_birth(i, &birth);
		gen_write(&birth, 0, &record);
		if (gen_match(&record, &match, &err) == -1)
			bail_out("%s", err.text);
		linkset_add(&set, &match);
	}
	linkset_sort(&set);
	for (unsigned i = 0; i < n; i++) {
		struct one_search s = { .set = &set, .mine = &match, .original = i };

		s.kind = kind_of(i);
		s.is_duplicate = s.kind < GEN_DUPLICATES;
		make_birth(i, &birth);
		gen_vary(&birth, s.kind, &r, &record);
		if (gen_match(&record, &match, &err) == -1)
			bail_out("%s", err.text);
		linkset_search(&set, &match, judge, &s);
		if (show && s.is_duplicate && !s.found)
			printf("# missed: %s %s %s\n", gen_kinds[s.kind], record.child.secondary, record.child.primary);
		for (int k = 0; k < 4; k++) {
			struct linkage_counts *c = k == 0 ? &all : k == 1 ? &by_script[birth.script]
				: k == 2                                  ? &by_kind[s.kind]
									  : &cell[birth.script][s.kind];

			c->true_pairs += s.is_duplicate;
			c->found += s.found;
			c->wrong += s.wrong_made + s.wrong_others;
		}
	}
	printf("# %u births, a second record of each; found: shares a key and scores %d or more\n", n, MATCH_REVIEW);
	printf("# %-16s %8s %8s %8s %9s %9s\n", "script", "pairs", "found", "wrong", "recall", "precision");
	for (int s = 0; s < SCRIPTS; s++)
		print_row(namebooks[s].name, &by_script[s]);
	print_row("all", &all);
	printf("# %-16s %8s %8s %8s %9s %9s   recall in", "kind", "pairs", "found", "wrong", "recall", "precision");
	for (int s = 0; s < SCRIPTS; s++)
		printf(" %9s", namebooks[s].name);
	printf("\n");
	for (int k = 0; k < GEN_KINDS; k++) {
		printf("# %-16s %8lu %8lu %8lu", gen_kinds[k], by_kind[k].true_pairs, by_kind[k].found, by_kind[k].wrong);
		if (k >= GEN_DUPLICATES) {
			printf(" %9s %9s   wrong:   ", "", "");
			for (int s = 0; s < SCRIPTS; s++)
				printf(" %9lu", cell[s][k].wrong);
		} else {
			printf(" %9.4f %9.4f            ", linkage_recall(&by_kind[k]), linkage_precision(&by_kind[k]));
			for (int s = 0; s < SCRIPTS; s++)
				printf(" %9.4f", linkage_recall(&cell[s][k]));
		}
		printf("\n");
	}
	for (int s = 0; s < SCRIPTS; s++)
		bench_line(namebooks[s].name, &by_script[s]);
	bench_line("all", &all);
	linkset_clear(&set);
}

/* ---- Febrl ---- */

enum { COLUMNS = 11,
	FEBRL_MOST = 6000,
	LOWER = 8 }; /* another threshold, to show what the review threshold costs where parents are not known */

struct febrl {
	struct linkset set;
	unsigned person[FEBRL_MOST];
	size_t current;
	unsigned long dateless; /* pairs of one person of which a record has no date of birth: no key finds them */
	struct linkage_counts counts, lower;
};

/* The part of the place code that tells suburbs apart: A-Z, as much as fits. */
static void
place_code(const char *state, const char *postcode, const char *suburb, char out[25])
{
	size_t n = (size_t)snprintf(out, 25, "%.3s-%.4s-", state, postcode);

	if (*state == '\0' && *postcode == '\0' && *suburb == '\0') {
		*out = '\0';
		return;
	}
	for (; *suburb != '\0' && n < 24; suburb++)
		if (*suburb >= 'a' && *suburb <= 'z')
			out[n++] = (char)(*suburb - 'a' + 'A');
	out[n] = '\0';
}

static bool
febrl_line(struct febrl *f, char *line)
{
	static const int given = 1, surname = 2, suburb = 6, postcode = 7, state = 8, birth = 9;
	char *column[COLUMNS], *rest = line, day[DATE_TEXT];
	struct match_birth b = { .multiplicity = 1 };
	struct err err = ERR_INIT;
	unsigned ymd;

	for (int i = 0; i < COLUMNS; i++) {
		if ((column[i] = strsep(&rest, ",")) == NULL)
			return false;
		column[i] += strspn(column[i], " ");
	}
	if (f->set.n == FEBRL_MOST || sscanf(column[0], "rec-%u-", &f->person[f->set.n]) != 1)
		return false;
	if (match_name_of(column[surname], NULL, &b.child.primary, &err) == -1 || match_name_of(column[given], NULL, &b.child.secondary, &err) == -1)
		bail_out("%s", err.text);
	if (sscanf(column[birth], "%8u", &ymd) == 1) {
		snprintf(day, sizeof(day), "%04u-%02u-%02u", ymd / 10000 % 10000, ymd / 100 % 100, ymd % 100);
		if (date_parse(bytes_str(day), &b.child.birth, &err) == -1)
			b.child.birth = DATE_INIT; /* no day of the calendar: a register would not hold it */
	}
	place_code(column[state], column[postcode], column[suburb], b.place);
	linkset_add(&f->set, &b);
	return true;
}

static void
febrl_pair(size_t i, void *arg)
{
	struct febrl *f = arg;
	struct match_score score;

	if (i >= f->current)
		return;
	match_births(&f->set.birth[f->current], &f->set.birth[i], NULL, &score);
	if (score.score >= LOWER && f->person[i] == f->person[f->current])
		f->lower.found++;
	else if (score.score >= LOWER)
		f->lower.wrong++;
	if (score.level == MATCH_L_CLEAR) {
		if (show && f->person[i] == f->person[f->current])
			print_pair("not scored", &f->set.birth[f->current], &f->set.birth[i], &score);
		return;
	}
	if (f->person[i] == f->person[f->current])
		f->counts.found++;
	else
		f->counts.wrong++;
	if (show && f->person[i] != f->person[f->current])
		print_pair("wrong", &f->set.birth[f->current], &f->set.birth[i], &score);
}

static void
run_febrl(const char *folder, int number)
{
	static struct febrl f;
	char path[600], line[1000];
	FILE *in;

	f = (struct febrl){ .current = 0 };
	snprintf(path, sizeof(path), "%s/linkage/febrl%d.csv", folder, number);
	if ((in = fopen(path, "r")) == NULL) {
		printf("# %s is not there\n", path);
		return;
	}
	while (fgets(line, sizeof(line), in) != NULL) /* the line of the columns' names is no record */
		febrl_line(&f, line);
	fclose(in);
	linkset_sort(&f.set);
	for (f.current = 0; f.current < f.set.n; f.current++) {
		for (size_t i = 0; i < f.current; i++) {
			if (f.person[i] != f.person[f.current])
				continue;
			f.counts.true_pairs++;
			f.dateless += f.set.birth[i].child.birth.precision == DATE_UNKNOWN ||
				f.set.birth[f.current].child.birth.precision == DATE_UNKNOWN;
		}
		linkset_search(&f.set, &f.set.birth[f.current], febrl_pair, &f);
	}
	f.lower.true_pairs = f.counts.true_pairs;
	printf("# febrl%d: %zu records, %lu pairs of one person (%lu with a date missing)\n", number, f.set.n, f.counts.true_pairs, f.dateless);
	for (int k = 0; k < 2; k++) {
		const struct linkage_counts *c = k == 0 ? &f.counts : &f.lower;

		printf("#   score %2d or more: found %5lu, wrong %3lu: recall %.4f precision %.4f F1 %.4f\n", k == 0 ? MATCH_REVIEW : LOWER, c->found,
			c->wrong, linkage_recall(c), linkage_precision(c), linkage_f1(c));
	}
	printf("bench linkage_f1_febrl%d value=%.4f unit=F1 limit=1 ratio=%.4f goal=none ok\n", number, linkage_f1(&f.counts), linkage_f1(&f.counts));
	linkset_clear(&f.set);
}

int
main(void)
{
	const char *data = getenv("CATENA_TEST_DATA"), *pairs = getenv("BENCH_PAIRS");

	show = getenv("LINKAGE_SHOW") != NULL;
	run_invented(pairs != NULL ? (unsigned)strtoul(pairs, NULL, 10) : 24000);
	for (int i = 1; i <= 3 && data != NULL; i++)
		run_febrl(data, i);
	if (data == NULL)
		printf("# CATENA_TEST_DATA is not set: no labelled sets\n");
	return 0;
}
