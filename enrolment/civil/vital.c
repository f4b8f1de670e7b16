#include "enrolment/civil/vital.h"

#include <stdlib.h>
#include <string.h>

#include "registry/base/bytes.h"

/* clang-format off */
static const struct vital_code months[] = { { "01", "January" }, { "02", "February" }, { "03", "March" }, { "04", "April" }, { "05", "May" },
	{ "06", "June" }, { "07", "July" }, { "08", "August" }, { "09", "September" }, { "10", "October" }, { "11", "November" },
	{ "12", "December" }, { "_U", "month unknown" }, { NULL, NULL } };
static const struct vital_code sexes[] = { { "F", "female" }, { "M", "male" }, { "X", "not specified" }, { "_U", "not known" }, { NULL, NULL } };
static const struct vital_code mothers[] = { { "Y_LT15", "under 15 years" }, { "Y15T19", "15 to 19 years" }, { "Y20T24", "20 to 24 years" },
	{ "Y25T29", "25 to 29 years" }, { "Y30T34", "30 to 34 years" }, { "Y35T39", "35 to 39 years" }, { "Y40T44", "40 to 44 years" },
	{ "Y45T49", "45 to 49 years" }, { "Y_GE50", "50 years and over" }, { "_U", "not known" }, { NULL, NULL } };
static const struct vital_code deceased[] = { { "Y0", "under 1 year" }, { "Y1T4", "1 to 4 years" }, { "Y5T14", "5 to 14 years" },
	{ "Y15T24", "15 to 24 years" }, { "Y25T34", "25 to 34 years" }, { "Y35T44", "35 to 44 years" }, { "Y45T54", "45 to 54 years" },
	{ "Y55T64", "55 to 64 years" }, { "Y65T74", "65 to 74 years" }, { "Y75T84", "75 to 84 years" }, { "Y_GE85", "85 years and over" },
	{ "_U", "not known" }, { NULL, NULL } };
static const struct vital_code delays[] = { { "D_LE30", "registered within 30 days" }, { "Y_LE1", "later, within 1 year" }, { "Y_GT1", "later than 1 year" },
	{ "_U", "not known: the date is partial" }, { NULL, NULL } };
static const struct vital_code attendants[] = { { "physician", "physician" }, { "midwife", "midwife" }, { "nurse", "nurse" }, { "other", "somebody else" },
	{ "none", "nobody" }, { "_U", "not known" }, { NULL, NULL } };
static const struct vital_code sites[] = { { "hospital", "hospital" }, { "clinic", "clinic" }, { "home", "home" }, { "other", "elsewhere" },
	{ "_U", "not known" }, { NULL, NULL } };

const struct vital_event vital_events[] = {
	{ "birth", "live births", { months, sexes, mothers, delays, attendants, sites } },
	{ "foetal_death", "foetal deaths", { months, NULL, mothers, delays, attendants, sites } },
	{ "death", "deaths", { months, sexes, deceased, delays, NULL, sites } },
	{ "marriage", "marriages", { months, NULL, NULL, delays, NULL, NULL } },
	{ "divorce", "divorces", { months, NULL, NULL, delays, NULL, NULL } },
	{ "annulment", "annulments of marriages", { months, NULL, NULL, delays, NULL, NULL } },
	{ NULL, NULL, { NULL } }
};
const char *const vital_dimensions[] = { "month", "sex", "age", "timeliness", "attendant", "site", NULL };
const struct vital_code vital_meanings[] = {
	{ "month", "month of the occurrence or of the registration" },
	{ "sex", "sex of the child or of the deceased" },
	{ "age", "completed years: of the mother at a birth or foetal death, of the deceased at a death" },
	{ "timeliness", "time from the occurrence to the registration" },
	{ "attendant", "who attended the delivery" },
	{ "site", "kind of place of the delivery or of the death" },
	{ NULL, NULL }
};
/* clang-format on */

const struct vital_event *
vital_event_of(const char *name)
{
	for (const struct vital_event *e = vital_events; e->name != NULL; e++)
		if (strcmp(e->name, name) == 0)
			return e;
	return NULL;
}

int
vital_dimension_of(const char *name)
{
	for (int d = 0; vital_dimensions[d] != NULL; d++)
		if (strcmp(vital_dimensions[d], name) == 0)
			return d;
	return -1;
}

/* ---- the cube ---- */

struct row {
	int64_t value[VITAL_COLUMNS];
	bool hidden[VITAL_COLUMNS];
};
struct place {
	char code[VITAL_CODE_TEXT], parent_code[VITAL_CODE_TEXT];
	char *name;
	size_t parent; /* of place[0], the country: itself */
	struct row all, own;
	bool has_children, is_decided; /* decided: what is hidden of the children and the own part */
};
struct vital {
	const struct vital_event *event;
	struct suppress_block block[VITAL_DIMENSIONS]; /* n 0: not counted by this */
	size_t ncol;
	struct place *place; /* [0] the country, then by code */
	size_t nplace, room;
	struct row month[VITAL_MONTHS]; /* columns as of a place; those of months are empty */
	bool is_top_decided;
};

int
vital_new(const struct vital_event *event, struct vital **vital, struct err *err)
{
	struct vital *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	v->event = event;
	v->ncol = 1;
	for (int d = 0; d < VITAL_DIMENSIONS; d++) {
		v->block[d].first = v->ncol;
		for (const struct vital_code *c = event->code[d]; c != NULL && c->code != NULL; c++)
			v->block[d].n++;
		v->ncol += v->block[d].n;
	}
	if (v->ncol > VITAL_COLUMNS || vital_place(v, "_T", "", "", err) == -1) {
		vital_free(v);
		return err->kind != FAIL_NONE ? -1 : err_set(err, FAIL_INTERNAL, "more than %d columns", VITAL_COLUMNS);
	}
	*vital = v;
	return 0;
}

void
vital_free(struct vital *v)
{
	if (v == NULL)
		return;
	for (size_t i = 0; i < v->nplace; i++)
		free(v->place[i].name);
	free(v->place);
	free(v);
}

struct suppress_block
vital_columns(const struct vital *v, enum vital_dimension d)
{
	return v->block[d];
}

int
vital_place(struct vital *v, const char *code, const char *name, const char *parent, struct err *err)
{
	struct place *p;

	if (v->nplace == v->room) {
		size_t room = v->room == 0 ? 64 : 2 * v->room;

		if ((p = realloc(v->place, room * sizeof(*p))) == NULL)
			return err_set(err, FAIL_INTERNAL, "out of memory");
		v->place = p;
		v->room = room;
	}
	p = &v->place[v->nplace];
	*p = (struct place){ .code = "" };
	if ((p->name = strdup(name)) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	memcpy(p->code, code, strnlen(code, sizeof(p->code) - 1));
	memcpy(p->parent_code, parent, strnlen(parent, sizeof(p->parent_code) - 1));
	v->nplace++;
	return 0;
}

static int
by_code(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->code, ((const struct place *)b)->code);
}

/* 0, the country, when there is none of this code. */
static size_t
find(const struct vital *v, const char *code)
{
	size_t low = 1, high = v->nplace;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(code, v->place[middle].code);

		if (order == 0)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return 0;
}

int
vital_places_done(struct vital *v, struct err *err)
{
	qsort(&v->place[1], v->nplace - 1, sizeof(*v->place), by_code);
	for (size_t i = 1; i < v->nplace; i++) {
		v->place[i].parent = find(v, v->place[i].parent_code);
		v->place[v->place[i].parent].has_children = true;
	}
	for (size_t i = 1; i < v->nplace; i++) {
		int depth = 0;

		for (size_t at = i; at != 0; at = v->place[at].parent)
			if (++depth > VITAL_DEPTH)
				return err_set(err, FAIL_INTERNAL, "places lie in each other more than %d deep", VITAL_DEPTH);
	}
	return 0;
}

/* The column of a code, that of "_U" when there is none such; every list ends with it. */
static size_t
column_of(const struct vital *v, int d, const char *code)
{
	for (size_t i = 0; i < v->block[d].n; i++)
		if (strcmp(v->event->code[d][i].code, code) == 0)
			return v->block[d].first + i;
	return v->block[d].first + v->block[d].n - 1;
}

int
vital_count(struct vital *v, const char *dimension, const char *place, const char *month, const char *category, int64_t n, struct err *err)
{
	int d = vital_dimension_of(dimension);
	size_t c, at;

	if (d == -1)
		return err_set(err, FAIL_INTERNAL, "events are counted by %.30s", dimension);
	if (v->block[d].n == 0)
		return 0;
	c = column_of(v, d, d == VITAL_MONTH ? month : category);
	if (place == NULL) {
		v->month[column_of(v, VITAL_MONTH, month) - v->block[VITAL_MONTH].first].value[c] += n;
		return 0;
	}
	at = find(v, place);
	v->place[at].own.value[c] += n;
	for (;; at = v->place[at].parent) {
		v->place[at].all.value[c] += n;
		if (at == 0)
			break;
	}
	if (d != VITAL_MONTH)
		return 0;
	v->month[c - v->block[VITAL_MONTH].first].value[0] += n;
	at = find(v, place);
	v->place[at].own.value[0] += n;
	for (;; at = v->place[at].parent) {
		v->place[at].all.value[0] += n;
		if (at == 0)
			return 0;
	}
}

/* ---- what is shown ---- */

/* The rows as one table, from column `from` on besides the total; decided below the margin row. */
static int
decide(struct vital *v, struct row **row, size_t nrow, size_t from, const struct row *margin, struct err *err)
{
	struct suppress_block block[VITAL_DIMENSIONS];
	size_t ncol = v->ncol - from + 1, nblock = 0;
	bool above[VITAL_COLUMNS] = { false };
	int64_t *value = calloc(nrow * ncol, sizeof(*value));
	bool *hidden = calloc(nrow * ncol, sizeof(*hidden));
	struct suppress_table t = { nrow, ncol, value, hidden, block, 0 };

	if (value == NULL || hidden == NULL) {
		free(value);
		free(hidden);
		return err_set(err, FAIL_INTERNAL, "out of memory");
	}
	for (int d = 0; d < VITAL_DIMENSIONS; d++)
		if (v->block[d].n > 0 && v->block[d].first >= from)
			block[nblock++] = (struct suppress_block){ v->block[d].first - from + 1, v->block[d].n };
	t.nblock = nblock;
	for (size_t c = 0; c < ncol; c++) {
		size_t in = c == 0 ? 0 : c + from - 1;

		above[c] = margin != NULL && margin->hidden[in];
		for (size_t r = 0; r < nrow; r++) {
			value[r * ncol + c] = row[r]->value[in];
			hidden[r * ncol + c] = row[r]->hidden[in];
		}
	}
	if (margin == NULL)
		suppress_top(&t);
	else
		suppress_table(&t, above);
	for (size_t c = 0; c < ncol; c++)
		for (size_t r = 0; r < nrow; r++)
			row[r]->hidden[c == 0 ? 0 : c + from - 1] = hidden[r * ncol + c];
	free(value);
	free(hidden);
	return 0;
}

/* The country's row and its months, which share the totals of the months. */
static int
decide_top(struct vital *v, struct err *err)
{
	size_t first = v->block[VITAL_MONTH].first;
	struct row *top = &v->place[0].all, *row[VITAL_MONTHS];

	if (v->is_top_decided)
		return 0;
	if (decide(v, &top, 1, 1, NULL, err) == -1)
		return -1;
	for (size_t m = 0; m < VITAL_MONTHS; m++) {
		row[m] = &v->month[m];
		row[m]->hidden[0] = top->hidden[first + m];
	}
	if (decide(v, row, VITAL_MONTHS, first + VITAL_MONTHS, top, err) == -1)
		return -1;
	for (size_t m = 0; m < VITAL_MONTHS; m++)
		top->hidden[first + m] = row[m]->hidden[0];
	v->is_top_decided = true;
	return 0;
}

/* The places in it, after its own row was decided. */
static int
decide_children(struct vital *v, size_t at, struct err *err)
{
	struct row **row;
	size_t n = 0;
	int rc;

	if (v->place[at].is_decided || !v->place[at].has_children)
		return 0;
	if ((row = calloc(v->nplace + 1, sizeof(*row))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	row[n++] = &v->place[at].own;
	for (size_t i = 1; i < v->nplace; i++)
		if (v->place[i].parent == at)
			row[n++] = &v->place[i].all;
	rc = decide(v, row, n, 1, &v->place[at].all, err);
	free(row);
	v->place[at].is_decided = rc == 0;
	return rc;
}

/* From the country down to the place, and its children. */
static int
decide_path(struct vital *v, size_t at, struct err *err)
{
	size_t path[VITAL_DEPTH + 1], n = 0;

	for (; at != 0; at = v->place[at].parent)
		path[n++] = at;
	if (decide_top(v, err) == -1 || decide_children(v, 0, err) == -1)
		return -1;
	while (n > 0)
		if (decide_children(v, path[--n], err) == -1)
			return -1;
	return 0;
}

/* ---- rows ---- */

static void
put(struct vital_rows *rows, const struct place *p, const struct row *row)
{
	bool is_own = row == &p->own, is_unknown = is_own && strcmp(p->code, "_T") == 0;

	rows->row[rows->n++] = (struct vital_row){ is_unknown ? "_U" : p->code, p->name, is_own && !is_unknown, 0, row->value, row->hidden };
}

int
vital_places_of(struct vital *v, const char *place, struct vital_rows *rows, struct err *err)
{
	size_t at = place != NULL ? find(v, place) : 0;
	struct vital_rows made = { NULL, 0 };

	if (place != NULL && at == 0)
		return err_set(err, FAIL_NOT_FOUND, "there is no statistical place of this code");
	if (decide_path(v, at, err) == -1)
		return -1;
	if ((made.row = calloc(v->nplace + 2, sizeof(*made.row))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	put(&made, &v->place[at], &v->place[at].all);
	if (v->place[at].has_children)
		put(&made, &v->place[at], &v->place[at].own);
	for (size_t i = 1; i < v->nplace; i++)
		if (v->place[i].parent == at)
			put(&made, &v->place[i], &v->place[i].all);
	*rows = made;
	return 0;
}

int
vital_months(struct vital *v, struct vital_rows *rows, struct err *err)
{
	struct vital_rows made = { NULL, 0 };

	if (decide_top(v, err) == -1)
		return -1;
	if ((made.row = calloc(VITAL_MONTHS + 1, sizeof(*made.row))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	put(&made, &v->place[0], &v->place[0].all);
	for (int m = 0; m < VITAL_MONTHS; m++)
		made.row[made.n++] = (struct vital_row){ "_T", "", false, m + 1, v->month[m].value, v->month[m].hidden };
	*rows = made;
	return 0;
}

void
vital_rows_clear(struct vital_rows *rows)
{
	free(rows->row);
	*rows = (struct vital_rows){ NULL, 0 };
}
