/* Vital statistics: tables without persons, as JSON for the desk, as CSV with its dictionary, and as SDMX-CSV 2.0; estimates of completeness. */
#include <stdio.h>
#include <stdlib.h>

#include "enrolment/civil/civild.h"
#include "enrolment/civil/vital.h"
#include "registry/base/text.h"
#include "registry/store/statistics.h"

enum { YEAR_MIN = 1800,
	YEAR_MAX = 2200,
	DIGITS = 24 };
enum format { FORMAT_JSON,
	FORMAT_CSV,
	FORMAT_SDMX };

struct asked {
	const struct vital_event *event;
	int year; /* STATISTICS_YEAR_UNKNOWN */
	bool by_registration, by_months;
	int by; /* enum vital_dimension; -1: totals alone */
	const char *place;
	enum format format;
};

/* ---- what is asked for ---- */

/* The parameter's place among the words; `otherwise` when it is not there. */
static int
one_of(const struct request *rq, const char *name, const char *const *words, int otherwise, int *which, struct err *err)
{
	const char *given = request_query(rq, name);
	char list[120] = "";

	*which = otherwise;
	if (given == NULL)
		return 0;
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(given, words[i]) == 0) {
			*which = i;
			return 0;
		}
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", i > 0 ? ", " : "", words[i]);
	}
	return err_problem(err, "", "query parameter %s: one of %s", name, list);
}

static int
year_of(const struct request *rq, int *year, struct err *err)
{
	const char *given = request_query(rq, "year");
	int64_t n;

	if (given == NULL)
		return err_problem(err, "", "query parameter year is missing");
	if (strcmp(given, "unknown") == 0) {
		*year = STATISTICS_YEAR_UNKNOWN;
		return 0;
	}
	if (request_query_int(rq, "year", YEAR_MIN, YEAR_MAX, 0, &n, err) == -1)
		return -1;
	*year = (int)n;
	return 0;
}

/* What fits together, and whose it is: the UN items are the statistician's. */
static int
check_asked(const struct request *rq, const struct asked *a, struct err *err)
{
	if (a->by != -1 && a->event->code[a->by] == NULL)
		return err_problem(err, "", "query parameter by: %s are not counted by %s", a->event->meaning, vital_dimensions[a->by]);
	if (a->by_months && (a->by == VITAL_MONTH || a->place != NULL))
		return err_problem(err, "", "query parameter %s: rows of months are of the whole country, by something else", a->place != NULL ? "place" : "by");
	if (a->year == STATISTICS_YEAR_UNKNOWN && a->by_registration)
		return err_problem(err, "", "query parameter year: the year of a registration is always known");
	if (a->year == STATISTICS_YEAR_UNKNOWN && a->format == FORMAT_SDMX)
		return err_problem(err, "", "query parameter format: SDMX has no period for an unknown year");
	if ((a->by == VITAL_ATTENDANT || a->by == VITAL_SITE) && !principal_has_role(&rq->who, ROLE_STATISTICIAN))
		return err_set(err, FAIL_DENIED, "tables by %s are for statisticians", vital_dimensions[a->by]);
	return 0;
}

static int
asked_of(const struct request *rq, struct asked *a, struct err *err)
{
	static const char *const known[] = { "year", "basis", "rows", "by", "place", "format", NULL };
	static const char *const bases[] = { "occurrence", "registration", NULL };
	static const char *const rows[] = { "places", "months", NULL };
	static const char *const formats[] = { "json", "csv", "sdmx", NULL };
	int basis, row, format;

	if ((a->event = vital_event_of(request_param(rq, "event"))) == NULL)
		return err_set(err, FAIL_NOT_FOUND, "there is no such vital event");
	if (request_query_known(rq, known, err) == -1 || year_of(rq, &a->year, err) == -1 || one_of(rq, "basis", bases, 0, &basis, err) == -1 ||
		one_of(rq, "rows", rows, 0, &row, err) == -1 || one_of(rq, "by", vital_dimensions, -1, &a->by, err) == -1 ||
		one_of(rq, "format", formats, 0, &format, err) == -1)
		return -1;
	a->by_registration = basis == 1;
	a->by_months = row == 1;
	a->format = (enum format)format;
	a->place = request_query(rq, "place");
	return check_asked(rq, a, err);
}

/* ---- counting ---- */

struct table {
	const struct asked *asked;
	struct vital *vital;
	struct vital_rows rows;
	json_t *estimates;
};

static int
add_place(void *arg, const struct statistics_place *p, struct err *err)
{
	return vital_place(arg, p->code, p->name, p->parent, err);
}

static int
add_count(void *arg, const struct statistics_count *c, struct err *err)
{
	return vital_count(arg, c->dimension, c->place, c->month, c->category, c->events, err);
}

static int
count(struct tx *tx, struct table *t, struct err *err)
{
	const struct asked *a = t->asked;

	if (vital_new(a->event, &t->vital, err) == -1 || statistics_places(tx, add_place, t->vital, err) == -1 ||
		vital_places_done(t->vital, err) == -1 ||
		statistics_counts(tx, a->event->name, a->by_registration, a->year, add_count, t->vital, err) == -1)
		return -1;
	/* what is estimated is what occurred */
	if (!a->by_registration && a->year != STATISTICS_YEAR_UNKNOWN && statistics_estimates(tx, a->event->name, a->year, &t->estimates, err) == -1)
		return -1;
	return a->by_months ? vital_months(t->vital, &t->rows, err) : vital_places_of(t->vital, a->place, &t->rows, err);
}

/* ---- one number ---- */

struct cell {
	const struct vital_row *row;
	const char *code[VITAL_DIMENSIONS]; /* "_T" but for what is counted by */
	const char *category;               /* the one of them that the column is; "_T": the total */
	bool hidden;
	int64_t events;
	int64_t estimate; /* 0: none */
};

static bool
same_or_none(const char *code, const char *estimated)
{
	return estimated == NULL ? strcmp(code, "_T") == 0 : strcmp(code, estimated) == 0;
}

/* Of a place in a year, by sex at most. */
static int64_t
estimate_of(const struct table *t, const struct cell *c)
{
	json_t *one;
	size_t i;

	for (int d = 0; d < VITAL_DIMENSIONS; d++)
		if (d != VITAL_SEX && strcmp(c->code[d], "_T") != 0)
			return 0;
	json_array_foreach (t->estimates, i, one)
		if (!c->row->is_own && same_or_none(c->row->place, json_string_value(json_object_get(one, "place"))) &&
			same_or_none(c->code[VITAL_SEX], json_string_value(json_object_get(one, "sex"))))
			return json_integer_value(json_object_get(one, "events"));
	return 0;
}

/* Column 0 is the total, the next ones those of the dimension. */
static struct cell
cell_at(const struct table *t, const struct vital_row *row, size_t column)
{
	const struct asked *a = t->asked;
	struct cell c = { .row = row, .category = "_T" };
	size_t at = 0;

	for (int d = 0; d < VITAL_DIMENSIONS; d++)
		c.code[d] = "_T";
	if (row->month > 0)
		c.code[VITAL_MONTH] = a->event->code[VITAL_MONTH][row->month - 1].code;
	if (column > 0) {
		at = vital_columns(t->vital, (enum vital_dimension)a->by).first + column - 1;
		c.category = c.code[a->by] = a->event->code[a->by][column - 1].code;
	}
	c.hidden = row->hidden[at];
	c.events = row->value[at];
	c.estimate = estimate_of(t, &c);
	return c;
}

static size_t
column_count(const struct table *t)
{
	return 1 + (t->asked->by == -1 ? 0 : vital_columns(t->vital, (enum vital_dimension)t->asked->by).n);
}

/* Tenths of a percent. */
static int64_t
completeness(const struct cell *c)
{
	return (c->events * 1000 + c->estimate / 2) / c->estimate;
}

/* ---- JSON ---- */

static json_t *
cell_json(const struct cell *c)
{
	json_t *v = c->hidden ? json_pack("{s:n}", "events") : json_pack("{s:I}", "events", (json_int_t)c->events);

	if (c->estimate > 0)
		json_object_set_new(v, "estimate", json_integer(c->estimate));
	if (c->estimate > 0 && !c->hidden)
		json_object_set_new(v, "completeness", json_real((double)completeness(c) / 10));
	return v;
}

static json_t *
line_json(const struct table *t, const struct vital_row *row)
{
	json_t *cells = json_array();
	struct cell c = cell_at(t, row, 0);

	for (size_t i = 0; i < column_count(t); i++) {
		c = cell_at(t, row, i);
		json_array_append_new(cells, cell_json(&c));
	}
	return json_pack("{s:s, s:s*, s:b, s:s*, s:o}", "place", row->place, "name", *row->name == '\0' ? NULL : row->name, "own_part", row->is_own, "month",
		row->month > 0 ? c.code[VITAL_MONTH] : NULL, "cells", cells);
}

static json_t *
columns_json(const struct table *t)
{
	json_t *columns = json_pack("[{s:s, s:s}]", "code", "_T", "meaning", "total");
	const struct vital_code *code = t->asked->by == -1 ? NULL : t->asked->event->code[t->asked->by];

	for (; code != NULL && code->code != NULL; code++)
		json_array_append_new(columns, json_pack("{s:s, s:s}", "code", code->code, "meaning", code->meaning));
	return columns;
}

static int
write_json(const struct table *t, struct reply *rp, struct err *err)
{
	const struct asked *a = t->asked;
	json_t *rows = json_array(), *v;

	for (size_t i = 0; i < t->rows.n; i++)
		json_array_append_new(rows, line_json(t, &t->rows.row[i]));
	v = json_pack("{s:s, s:s, s:s, s:s*, s:o, s:o}", "event", a->event->name, "basis", a->by_registration ? "registration" : "occurrence", "counted", a->by_months ? "months" : "places",
		"by", a->by == -1 ? NULL : vital_dimensions[a->by], "columns", columns_json(t), "rows", rows);
	if (v != NULL && a->year != STATISTICS_YEAR_UNKNOWN)
		json_object_set_new(v, "year", json_integer(a->year));
	return reply_json(rp, 200, v, err);
}

/* ---- CSV ---- */

static void
field(struct buf *out, const char *text)
{
	if (out->n > 0 && out->p[out->n - 1] != '\n')
		buf_u8(out, ',');
	csv_put(out, bytes_str(text));
}

static void
number(struct buf *out, bool is_there, int64_t n)
{
	char digits[DIGITS] = "";

	if (is_there)
		snprintf(digits, sizeof(digits), "%lld", (long long)n);
	field(out, digits);
}

/* The columns of the CSV form; docs and dictionary are made of this. */
static const struct vital_code csv_columns[] = {
	{ "event", "vital event that is counted" },
	{ "basis", "occurrence or registration: the date that year and month are of" },
	{ "year", "calendar year, or unknown" },
	{ "place", "code of the place; _T: the whole country, _U: place not known" },
	{ "place_name", "name of the place" },
	{ "place_part", "_T: the place with all in it; OWN: what is known to be in it and nowhere more closely" },
	{ "month", "" },
	{ "sex", "" },
	{ "age", "" },
	{ "timeliness", "" },
	{ "attendant", "" },
	{ "site", "" },
	{ "events", "number of registered events; empty when it is suppressed" },
	{ "status", "shown or suppressed: a number of 1 to 4, or one from which such a number would follow" },
	{ "estimate", "events that are estimated to have occurred, where an estimate was imported" },
	{ "completeness_percent", "events as a percentage of the estimate" },
	{ NULL, NULL }
};

static void
csv_row(const struct table *t, const struct cell *c, struct buf *out)
{
	bool has_completeness = c->estimate > 0 && !c->hidden;
	char percent[DIGITS] = "";

	field(out, t->asked->event->name);
	field(out, t->asked->by_registration ? "registration" : "occurrence");
	if (t->asked->year == STATISTICS_YEAR_UNKNOWN)
		field(out, "unknown");
	else
		number(out, true, t->asked->year);
	field(out, c->row->place);
	field(out, c->row->name);
	field(out, c->row->is_own ? "OWN" : "_T");
	for (int d = 0; d < VITAL_DIMENSIONS; d++)
		field(out, c->code[d]);
	number(out, !c->hidden, c->events);
	field(out, c->hidden ? "suppressed" : "shown");
	number(out, c->estimate > 0, c->estimate);
	if (has_completeness)
		snprintf(percent, sizeof(percent), "%lld.%lld", (long long)(completeness(c) / 10), (long long)(completeness(c) % 10));
	field(out, percent);
}

/* ---- SDMX-CSV 2.0 ---- */

static const char *const sdmx_columns[] = { "STRUCTURE", "STRUCTURE_ID", "ACTION", "FREQ", "EVENT", "BASIS", "REF_AREA", "AREA_PART", "TIME_PERIOD",
	"PERIOD_PART", "SEX", "AGE", "TIMELINESS", "ATTENDANT", "SITE", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS", NULL };

static const char *
upper(const char *in, char out[32])
{
	size_t n = 0;

	for (; in[n] != '\0' && n < 31; n++)
		out[n] = (char)(in[n] >= 'a' && in[n] <= 'z' ? in[n] - 'a' + 'A' : in[n] == '.' ? '_'
												: in[n]); /* an SDMX code has no full stop */
	out[n] = '\0';
	return out;
}

static void
sdmx_row(const struct table *t, const struct cell *c, struct buf *out)
{
	const char *month = c->code[VITAL_MONTH];
	bool is_month = month[0] != '_';
	char period[DIGITS], text[32];

	field(out, "dataflow");
	field(out, "CATENA:VITAL_EVENTS(1.0)");
	field(out, "I");
	field(out, is_month ? "M" : "A");
	field(out, upper(t->asked->event->name, text));
	field(out, t->asked->by_registration ? "REGISTRATION" : "OCCURRENCE");
	field(out, upper(c->row->place, text));
	field(out, c->row->is_own ? "OWN" : "_T");
	snprintf(period, sizeof(period), "%04d%s%s", t->asked->year, is_month ? "-" : "", is_month ? month : "");
	field(out, period);
	field(out, is_month ? "_T" : month);
	for (int d = VITAL_SEX; d < VITAL_DIMENSIONS; d++)
		field(out, upper(c->code[d], text));
	number(out, !c->hidden, c->events);
	field(out, c->hidden ? "Q" : "A");
	field(out, c->hidden ? "C" : "F");
}

static int
write_rows(const struct table *t, struct reply *rp, struct err *err)
{
	bool is_sdmx = t->asked->format == FORMAT_SDMX;
	struct buf out = BUF_INIT;
	int rc;

	for (size_t i = 0; is_sdmx && sdmx_columns[i] != NULL; i++)
		field(&out, sdmx_columns[i]);
	for (size_t i = 0; !is_sdmx && csv_columns[i].code != NULL; i++)
		field(&out, csv_columns[i].code);
	buf_str(&out, "\r\n");
	for (size_t i = 0; i < t->rows.n; i++)
		for (size_t k = 0; k < column_count(t); k++) {
			struct cell c = cell_at(t, &t->rows.row[i], k);

			if (is_sdmx)
				sdmx_row(t, &c, &out);
			else
				csv_row(t, &c, &out);
			buf_str(&out, "\r\n");
		}
	if ((rc = buf_check(&out, err)) == 0)
		rc = reply_bytes(rp, 200, is_sdmx ? "application/vnd.sdmx.data+csv;version=2.0.0" : "text/csv;charset=utf-8;header=present", bytes_of(&out), err);
	if (rc == 0)
		rc = reply_header(rp, "Content-Disposition", is_sdmx ? "attachment; filename=\"vital-events-sdmx.csv\"" : "attachment; filename=\"vital-events.csv\"", err);
	buf_clear(&out);
	return rc;
}

/* ---- tables ---- */

static int
work_table(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct table t = { .asked = arg };
	int rc = -1;

	(void)rq;
	if (count(tx, &t, err) == 0)
		rc = t.asked->format == FORMAT_JSON ? write_json(&t, rp, err) : write_rows(&t, rp, err);
	vital_rows_clear(&t.rows);
	vital_free(t.vital);
	json_decref(t.estimates);
	return rc;
}

int
civil_get_statistics(struct request *rq, struct reply *rp, struct err *err)
{
	struct asked a;

	return asked_of(rq, &a, err) == -1 ? -1 : office_read(rq, rp, work_table, &a, err);
}

/* ---- the dictionary ---- */

static void
dictionary_line(struct buf *out, const char *column, const char *code, const char *meaning)
{
	field(out, column);
	field(out, code);
	field(out, meaning);
	buf_str(out, "\r\n");
}

static void
dictionary_codes(struct buf *out, int d)
{
	const struct vital_code *done[2] = { NULL, NULL }; /* events share their lists but for the age */
	size_t n = 0;

	dictionary_line(out, vital_dimensions[d], "_T", "all of them");
	for (const struct vital_event *e = vital_events; e->name != NULL; e++) {
		if (e->code[d] == NULL || e->code[d] == done[0] || e->code[d] == done[1])
			continue;
		for (const struct vital_code *c = e->code[d]; c->code != NULL; c++)
			if (n == 0 || strcmp(c->code, "_U") != 0)
				dictionary_line(out, vital_dimensions[d], c->code, c->meaning);
		done[n++ % NELEM(done)] = e->code[d];
	}
}

int
civil_get_dictionary(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { NULL };
	struct buf out = BUF_INIT;
	int rc;

	if (request_query_known(rq, known, err) == -1)
		return -1;
	dictionary_line(&out, "column", "code", "meaning");
	for (const struct vital_code *c = csv_columns; c->code != NULL; c++) {
		int d = vital_dimension_of(c->code);

		dictionary_line(&out, c->code, "", d == -1 ? c->meaning : vital_meanings[d].meaning);
		if (d != -1)
			dictionary_codes(&out, d);
		for (const struct vital_event *e = vital_events; strcmp(c->code, "event") == 0 && e->name != NULL; e++)
			dictionary_line(&out, c->code, e->name, e->meaning);
	}
	if ((rc = buf_check(&out, err)) == 0)
		rc = reply_bytes(rp, 200, "text/csv;charset=utf-8;header=present", bytes_of(&out), err);
	buf_clear(&out);
	return rc;
}

/* ---- estimates ---- */

static const char *const estimated_sexes[] = { "F", "M", NULL };
struct estimating {
	struct statistics_estimate e;
	int sex;
	bool has_sex;
};
#define AT(member) offsetof(struct estimating, member)
static const struct json_field estimate_fields[] = {
	{ "event", JSON_T_TEXT, AT(e.event), 0, 1, 20 },
	{ "year", JSON_T_INT, AT(e.year), 0, YEAR_MIN, YEAR_MAX },
	{ "place", JSON_T_CODE, AT(e.place), JSON_OPTIONAL, 1, 24 },
	{ "sex", JSON_T_ENUM, AT(sex), JSON_OPTIONAL, 0, 0, estimated_sexes, NULL, 0, AT(has_sex) },
	{ "events", JSON_T_INT, AT(e.events), 0, 1, INT32_MAX },
	{ "source", JSON_T_NAME, AT(e.source), 0, 3, 200 },
	{ NULL }
};

static int
work_estimate(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct estimating *g = arg;
	struct statistics_estimate e = g->e;
	char id[UUID_TEXT], sex[2] = { g->has_sex ? estimated_sexes[g->sex][0] : '\0', '\0' };

	e.sex = g->has_sex ? sex : NULL;
	if (uuid_new(&e.id, err) == -1 || statistics_estimate_add(tx, &e, &rq->who.officer_id, err) == -1)
		return -1;
	return reply_json(rp, 201, json_pack("{s:s}", "id", uuid_format(&e.id, id)), err);
}

int
civil_post_estimate(struct request *rq, struct reply *rp, struct err *err)
{
	struct estimating g = { .sex = 0 };
	const struct vital_event *event;
	int rc = -1;

	if (request_json(rq, estimate_fields, &g, err) == -1)
		return -1;
	if ((event = vital_event_of(g.e.event)) == NULL)
		err_problem(err, "/event", "there is no such vital event");
	else if (g.has_sex && event->code[VITAL_SEX] == NULL)
		err_problem(err, "/sex", "%s are not counted by sex", event->meaning);
	else
		rc = office_change(rq, rp, work_estimate, &g, err);
	json_clear(estimate_fields, &g);
	return rc;
}

static int
work_estimates(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct asked *a = arg;
	json_t *items = NULL;

	(void)rq;
	if (statistics_estimates(tx, a->event->name, a->year, &items, err) == -1)
		return -1;
	return reply_json(rp, 200, json_pack("{s:o}", "items", items), err);
}

int
civil_get_estimates(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "event", "year", NULL };
	const char *event = request_query(rq, "event");
	struct asked a;

	if (request_query_known(rq, known, err) == -1 || year_of(rq, &a.year, err) == -1)
		return -1;
	if (event == NULL || (a.event = vital_event_of(event)) == NULL || a.year == STATISTICS_YEAR_UNKNOWN)
		return err_problem(err, "", "query parameters event and year: which estimates");
	return office_read(rq, rp, work_estimates, &a, err);
}
