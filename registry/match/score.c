#include <stdlib.h>

#include "registry/match/score.h"

/* Weights of DIFFERS, CLOSE, EQUAL. */
static const struct field {
	const char *name;
	int weight[3];
	bool is_family;
} fields[MATCH_FIELDS] = {
	[MATCH_F_GIVEN] = { "given_names", { -6, 5, 9 }, false },
	[MATCH_F_BIRTH] = { "date_of_birth", { -20, 5, 12 }, false },
	[MATCH_F_SEX] = { "sex", { -5, 0, 1 }, false },
	[MATCH_F_SURNAME] = { "primary_name", { -3, 5, 7 }, true },
	[MATCH_F_MOTHER] = { "mother_name", { -12, 6, 10 }, true },
	[MATCH_F_MOTHER_BIRTH] = { "mother_date_of_birth", { -9, 3, 10 }, true },
	[MATCH_F_FATHER] = { "father_name", { -4, 5, 8 }, true },
	[MATCH_F_FATHER_BIRTH] = { "father_date_of_birth", { -4, 2, 6 }, true },
	[MATCH_F_PLACE] = { "place_of_birth", { -2, 2, 4 }, true }
};

static int
digits_apart(struct date a, struct date b)
{
	int n = 0, x = a.year * 10000 + a.month * 100 + a.day, y = b.year * 10000 + b.month * 100 + b.day;

	for (; x > 0 || y > 0; x /= 10, y /= 10)
		n += x % 10 != y % 10;
	return n;
}

static int64_t
days_apart(struct date a, struct date b)
{
	int64_t d = (date_to_unix(a) - date_to_unix(b)) / 86400;

	return d < 0 ? -d : d;
}

static enum match_agreement
match_dates(struct date a, struct date b)
{
	if (a.precision == DATE_UNKNOWN || b.precision == DATE_UNKNOWN)
		return MATCH_UNKNOWN;
	if (a.precision != DATE_DAY || b.precision != DATE_DAY)
		return date_compare(a, b) == 0 ? MATCH_CLOSE : MATCH_DIFFERS;
	if (date_compare(a, b) == 0)
		return MATCH_EQUAL;
	/* one digit mistyped, day and month swapped, a night birth */
	if (digits_apart(a, b) == 1 || (a.year == b.year && a.day == b.month && a.month == b.day) || days_apart(a, b) == 1)
		return MATCH_CLOSE;
	return MATCH_DIFFERS;
}

/*
 * Codes name a place by its levels, joined by hyphens.  Close: one lies in the other, both below the State; or all levels but one
 * of at least three agree.
 */
static enum match_agreement
match_places(const char *a, const char *b)
{
	int levels = 0, same = 0;

	if (*a == '\0' || *b == '\0')
		return MATCH_UNKNOWN;
	if (strcmp(a, b) == 0)
		return MATCH_EQUAL;
	while (*a != '\0' && *b != '\0') {
		size_t na = strcspn(a, "-"), nb = strcspn(b, "-");

		levels++;
		same += na == nb && strncmp(a, b, na) == 0;
		a += na + (a[na] == '-');
		b += nb + (b[nb] == '-');
	}
	if (*a == '\0' && *b == '\0')
		return levels >= 3 && same == levels - 1 ? MATCH_CLOSE : MATCH_DIFFERS;
	return levels >= 2 && same == levels ? MATCH_CLOSE : MATCH_DIFFERS;
}

static int
add_agreement(enum match_agreement a, enum match_agreement b)
{
	static const int worth[] = { [MATCH_UNKNOWN] = 0, [MATCH_DIFFERS] = -2, [MATCH_CLOSE] = 1, [MATCH_EQUAL] = 2 };

	return worth[a] + worth[b];
}

/* Given names and surname; entered in each other's place counts as close. */
static void
match_swappable(const struct match_person *a, const struct match_person *b, enum match_agreement *primary,
	enum match_agreement *secondary)
{
	enum match_agreement p = match_names(&a->primary, &b->primary), s = match_names(&a->secondary, &b->secondary);
	enum match_agreement ps = match_names(&a->primary, &b->secondary), sp = match_names(&a->secondary, &b->primary);

	if (ps >= MATCH_CLOSE && sp >= MATCH_CLOSE && add_agreement(ps, sp) > add_agreement(p, s))
		p = s = MATCH_CLOSE;
	*primary = p;
	*secondary = s;
}

static enum match_agreement
match_whole_name(const struct match_person *a, const struct match_person *b)
{
	enum match_agreement p, s;

	match_swappable(a, b, &p, &s);
	if (p == MATCH_UNKNOWN || s == MATCH_UNKNOWN)
		return p == MATCH_UNKNOWN ? s : p;
	if (p == MATCH_DIFFERS && s == MATCH_EQUAL)
		return MATCH_CLOSE; /* a surname changes with marriage */
	return p < s ? p : s;
}

static bool
same_mother(const struct match_score *s)
{
	return s->agreement[MATCH_F_MOTHER] >= MATCH_CLOSE && s->agreement[MATCH_F_MOTHER_BIRTH] != MATCH_DIFFERS;
}

static void
judge(const struct match_birth *a, const struct match_birth *b, const struct match_thresholds *t, struct match_score *s)
{
	if (s->score >= t->stop)
		s->level = MATCH_L_STOP;
	else if (s->score >= t->review)
		s->level = MATCH_L_REVIEW;
	if (!same_mother(s))
		return;
	if (a->multiplicity > 1 && b->multiplicity > 1 && s->agreement[MATCH_F_BIRTH] >= MATCH_CLOSE &&
		(s->agreement[MATCH_F_GIVEN] == MATCH_DIFFERS ||
			(a->birth_order > 0 && b->birth_order > 0 && a->birth_order != b->birth_order &&
				s->agreement[MATCH_F_GIVEN] != MATCH_EQUAL))) {
		s->reason = MATCH_R_TWINS;
		s->level = MATCH_L_CLEAR;
	} else if (s->agreement[MATCH_F_MOTHER_BIRTH] == MATCH_EQUAL && a->child.birth.precision == DATE_DAY &&
		b->child.birth.precision == DATE_DAY && days_apart(a->child.birth, b->child.birth) > 1 &&
		days_apart(a->child.birth, b->child.birth) < MATCH_SOON_DAYS) {
		s->reason = MATCH_R_SOON;
		if (s->level == MATCH_L_CLEAR)
			s->level = MATCH_L_REVIEW;
	}
}

void
match_births(const struct match_birth *a, const struct match_birth *b, const struct match_thresholds *t, struct match_score *score)
{
	static const struct match_thresholds usual = { MATCH_REVIEW, MATCH_STOP };
	struct match_score s = { 0 };
	int family = 0;

	match_swappable(&a->child, &b->child, &s.agreement[MATCH_F_SURNAME], &s.agreement[MATCH_F_GIVEN]);
	s.agreement[MATCH_F_BIRTH] = match_dates(a->child.birth, b->child.birth);
	if (strchr("FM", a->sex) != NULL && strchr("FM", b->sex) != NULL && a->sex != '\0' && b->sex != '\0')
		s.agreement[MATCH_F_SEX] = a->sex == b->sex ? MATCH_EQUAL : MATCH_DIFFERS;
	s.agreement[MATCH_F_MOTHER] = match_whole_name(&a->mother, &b->mother);
	s.agreement[MATCH_F_MOTHER_BIRTH] = match_dates(a->mother.birth, b->mother.birth);
	s.agreement[MATCH_F_FATHER] = match_whole_name(&a->father, &b->father);
	s.agreement[MATCH_F_FATHER_BIRTH] = match_dates(a->father.birth, b->father.birth);
	s.agreement[MATCH_F_PLACE] = match_places(a->place, b->place);
	for (int f = 0; f < MATCH_FIELDS; f++) {
		if (s.agreement[f] == MATCH_UNKNOWN)
			continue;
		s.weight[f] = fields[f].weight[s.agreement[f] - MATCH_DIFFERS];
		if (fields[f].is_family)
			family += s.weight[f];
		else
			s.score += s.weight[f];
	}
	s.score += family < MATCH_FAMILY_MOST ? family : MATCH_FAMILY_MOST;
	judge(a, b, t != NULL ? t : &usual, &s);
	*score = s;
}

const char *
match_field_name(enum match_field field)
{
	return fields[field].name;
}

const char *
match_agreement_name(enum match_agreement how)
{
	static const char *const names[] = { "unknown", "differs", "close", "equal" };

	return names[how];
}

const char *
match_level_name(enum match_level level)
{
	static const char *const names[] = { "clear", "review", "stop" };

	return names[level];
}

const char *
match_reason_name(enum match_reason reason)
{
	static const char *const names[] = { "", "twins", "same_mother_soon" };

	return names[reason];
}

void
match_explain(const struct match_score *score, struct buf *out)
{
	const char *between = "";

	for (int f = 0; f < MATCH_FIELDS; f++) {
		if (score->agreement[f] == MATCH_UNKNOWN)
			continue;
		buf_printf(out, "%s%s %s %+d", between, fields[f].name, match_agreement_name(score->agreement[f]), score->weight[f]);
		between = ", ";
	}
	if (score->reason != MATCH_R_NONE)
		buf_printf(out, "%s%s", between, match_reason_name(score->reason));
}
