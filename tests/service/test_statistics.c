/*
 * Vital statistics at civild, over HTTPS: births declared and registered by officers, tables held against sums that are made here of the same
 * births; no small number is found by whoever has all tables; who sees tables sees no person.  The CSV forms are read by python3, when it is there.
 */
#include <stdio.h>
#include <unistd.h>

#include "registry/base/clock.h"
#include "registry/base/json.h"
#include "tests/attack.h"
#include "tests/service/civilfix.h"
#include "tests/tap.h"

enum { BIRTHS = 120,
	COLUMNS = 16,
	ROWS = 40 };

static struct civilfix fix;
static struct civil_officer clerk, registrar, statistician, auditor;

struct answer {
	struct client_answer http;
	json_t *json;
};
static struct answer got = { .http = { .body = BUF_INIT } };

/* ---- asking ---- */

static int
ask(const struct civil_officer *o, const char *method, const char *path, json_t *body)
{
	struct err err = ERR_INIT;
	struct uuid key;
	char full[300];

	buf_clear(&got.http.body);
	json_decref(got.json);
	got.json = NULL;
	snprintf(full, sizeof(full), "/civil/v1%s", path);
	if (uuid_new(&key, &err) == -1 || client_exchange(o->client, method, full, body != NULL || strcmp(method, "POST") == 0 ? &key : NULL, body == NULL ? CLIENT_NO_BODY : (struct client_body){ .json = body }, &got.http, &err) == -1)
		bail_out("%s: %s", path, err.text);
	json_decref(body);
	if (strstr(got.http.content_type, "json") != NULL && json_read(bytes_of(&got.http.body), &got.json, &err) == -1)
		bail_out("%s: %s", path, err.text);
	return got.http.status;
}

static int
get(const struct civil_officer *o, const char *path)
{
	return ask(o, "GET", path, NULL);
}

/* ---- births, and what they come to ---- */

/* The births of 2023 as they were declared: what the tables are held against. */
struct told {
	int month; /* 0: only the year was said */
	bool is_girl, in_hospital;
	int mother; /* year of birth; her birthday is 1 January */
};
static struct told told[BIRTHS];

static const char *const ages[] = { "Y_LT15", "Y15T19", "Y20T24", "Y25T29", "Y30T34", "Y35T39", "Y40T44", "Y45T49", "Y_GE50", "_U" };

/* In whole years, as she was born on a 1 January. */
static size_t
age_group(const struct told *b)
{
	int age = 2023 - b->mother;

	return age < 15 ? 0 : age >= 50 ? 8
					: (size_t)(age - 10) / 5;
}

static json_t *
birth_of(unsigned i)
{
	json_t *b = civilfix_birth(&fix.office[0], i + 100), *child = json_object_get(b, "child"), *mother = json_object_get(b, "mother");
	struct told *t = &told[i];
	char day[16];

	*t = (struct told){ i % 11 == 0 ? 0 : i % 29 == 3 ? 12
							  : 1 + (int)(i * i % 12),
		i % 3 == 0, i % 5 != 0, i % 40 == 7 ? 2007 : 1975 + (int)(i % 4) * 8 };
	snprintf(day, sizeof(day), t->month == 0 ? "2023" : "2023-%02d-%02u", t->month, 1 + i % 28);
	json_object_set_new(child, "date_of_birth", json_string(day));
	json_object_set_new(child, "sex", json_string(t->is_girl ? "F" : "M"));
	json_object_set_new(child, "place_of_birth", json_string(t->in_hospital ? "UT-ZEN-H1" : "UT"));
	snprintf(day, sizeof(day), "%d-01-01", t->mother);
	json_object_set_new(mother, "date_of_birth", json_string(day));
	return b;
}

static void
stage(void)
{
	char path[120];

	for (unsigned i = 0; i < BIRTHS; i++) {
		if (ask(&clerk, "POST", "/births", birth_of(i)) != 201)
			bail_out("declaration %u: %s", i, buf_cstr(&got.http.body));
		snprintf(path, sizeof(path), "/births/%s/registration", json_string_value(json_object_get(got.json, "id")));
		if (ask(&registrar, "POST", path, json_object()) != 200 && got.http.status != 201)
			bail_out("registration %u: %s", i, buf_cstr(&got.http.body));
	}
	/* one that was only declared */
	if (ask(&clerk, "POST", "/births", birth_of(1)) != 201 && got.http.status != 409)
		bail_out("declaration: %s", buf_cstr(&got.http.body));
}

/* The number of a row and a column of the last answer; -1: suppressed; -2: there is no such cell. */
static int64_t
number(const char *place, bool own, const char *month, const char *column)
{
	json_t *row, *columns = json_object_get(got.json, "columns");
	size_t i, k;

	json_array_foreach (json_object_get(got.json, "rows"), i, row) {
		const char *m = json_string_value(json_object_get(row, "month"));

		if (strcmp(json_string_value(json_object_get(row, "place")), place) != 0 || json_is_true(json_object_get(row, "own_part")) != own ||
			(m == NULL) != (month == NULL) || (m != NULL && strcmp(m, month) != 0))
			continue;
		for (k = 0; k < json_array_size(columns); k++) {
			json_t *events = json_object_get(json_array_get(json_object_get(row, "cells"), k), "events");

			if (strcmp(json_string_value(json_object_get(json_array_get(columns, k), "code")), column) == 0)
				return json_is_null(events) ? -1 : json_integer_value(events);
		}
	}
	return -2;
}

/* Whether what is shown is right; *shown counts those that are. */
static bool
is_right(int64_t is, int64_t want, unsigned *shown)
{
	if (is == -1)
		return true;
	*shown += want > 0;
	if (is != want)
		printf("# %lld, wanted %lld\n", (long long)is, (long long)want);
	return is == want && (want == 0 || want >= 5);
}

static void
test_tables(void)
{
	static const char *const sexes[] = { "F", "M", "X", "_U" };
	unsigned shown = 0, right = 0, cells = 0;
	char month[4];

	ok(get(&statistician, "/statistics/birth?year=2023&by=sex") == 200, "a statistician counts the births of a year");
	ok(number("_T", false, NULL, "_T") == BIRTHS, "all of them: %lld", (long long)number("_T", false, NULL, "_T"));
	for (size_t s = 0; s < NELEM(sexes); s++) {
		int64_t want = 0;

		for (size_t i = 0; i < BIRTHS; i++)
			want += s == (told[i].is_girl ? 0u : 1u);
		right += is_right(number("_T", false, NULL, sexes[s]), want, &shown);
		right += is_right(number("UT", false, NULL, sexes[s]), want, &shown);
		cells += 2;
	}
	get(&statistician, "/statistics/birth?year=2023&by=month&place=UT");
	for (int m = 1; m <= 13; m++) {
		int64_t hospital = 0, state = 0;

		snprintf(month, sizeof(month), m == 13 ? "_U" : "%02d", m);
		for (size_t i = 0; i < BIRTHS; i++) {
			hospital += told[i].month == m % 13 && told[i].in_hospital;
			state += told[i].month == m % 13 && !told[i].in_hospital;
		}
		right += is_right(number("UT-ZEN", false, NULL, month), hospital, &shown);
		right += is_right(number("UT", true, NULL, month), state, &shown);
		right += is_right(number("UT", false, NULL, month), hospital + state, &shown);
		cells += 3;
	}
	get(&statistician, "/statistics/birth?year=2023&by=age&rows=months");
	for (int m = 1; m <= 13; m++)
		for (size_t g = 0; g < NELEM(ages); g++) {
			int64_t want = 0;

			snprintf(month, sizeof(month), m == 13 ? "_U" : "%02d", m);
			for (size_t i = 0; i < BIRTHS; i++)
				want += told[i].month == m % 13 && age_group(&told[i]) == g;
			right += is_right(number("_T", false, month, ages[g]), want, &shown);
			cells++;
		}
	ok(right == cells, "%u of %u numbers by sex, month, place and age of the mother are those that were declared, or held back", right, cells);
	ok(shown > 15, "%u of them are above 0 and shown", shown);
	get(&statistician, "/statistics/birth?year=2023&by=timeliness");
	ok(number("_T", false, NULL, "Y_GT1") == BIRTHS, "all were registered later than a year after");
	get(&statistician, "/statistics/birth?year=2023&basis=registration");
	ok(number("_T", false, NULL, "_T") == 0, "none was registered that year");
	get(&statistician, "/statistics/foetal_death?year=2023");
	ok(number("_T", false, NULL, "_T") == 0, "and none is a foetal death");
}

/* ---- the attack ---- */

struct known {
	char name[60]; /* place, own part, month, dimension, code */
	size_t cell;
};
static struct known known[4000];
static size_t nknown;

static size_t
cell_of(struct attack *a, const char *place, bool own, const char *month, const char *by, const char *code, const json_t *events)
{
	char name[sizeof(known[0].name)];
	bool is_total = strcmp(code, "_T") == 0;

	/* a month of the country as a column is that month's total as a row */
	if (strcmp(by, "month") == 0 && !is_total && strcmp(place, "_T") == 0)
		snprintf(name, sizeof(name), "_T/%s/total", code);
	else
		snprintf(name, sizeof(name), "%s%s/%s/%s%s", place, own ? "+" : "", month != NULL ? month : "", is_total ? "total" : by, is_total ? "" : code);
	for (size_t i = 0; i < nknown; i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].cell;
	if (nknown == NELEM(known))
		bail_out("more cells than %zu", NELEM(known));
	snprintf(known[nknown].name, sizeof(known[0].name), "%s", name);
	known[nknown].cell = attack_add(a, json_is_null(events), json_integer_value(events));
	return known[nknown++].cell;
}

/* A published table: rows sum up to the first one, columns to the first one. */
static void
add_table(struct attack *a, const char *path, const char *by)
{
	static size_t cell[ROWS][COLUMNS];
	json_t *rows, *columns, *row;
	size_t i, n;

	if (get(&statistician, path) != 200)
		bail_out("%s: %d", path, got.http.status);
	rows = json_object_get(got.json, "rows");
	columns = json_object_get(got.json, "columns");
	n = json_array_size(columns);
	if (n > COLUMNS || json_array_size(rows) > ROWS)
		bail_out("%s: too large", path);
	json_array_foreach (rows, i, row) {
		for (size_t k = 0; k < n; k++)
			cell[i][k] = cell_of(a, json_string_value(json_object_get(row, "place")), json_is_true(json_object_get(row, "own_part")),
				json_string_value(json_object_get(row, "month")), by, json_string_value(json_object_get(json_array_get(columns, k), "code")),
				json_object_get(json_array_get(json_object_get(row, "cells"), k), "events"));
		attack_begin(a, cell[i][0]);
		for (size_t k = 1; k < n; k++)
			attack_part(a, cell[i][k]);
	}
	for (size_t k = 0; k < n && json_array_size(rows) > 1; k++) {
		attack_begin(a, cell[0][k]);
		for (i = 1; i < json_array_size(rows); i++)
			attack_part(a, cell[i][k]);
	}
}

/* All tables of one year by one date, of all statistical places; how many numbers besides zeros follow from them. */
static size_t
attack_year(const char *year_and_basis, const char *const *by, size_t nby)
{
	static const char *const places[] = { "", "&place=UT", "&place=UT-ZEN" };
	struct attack a = { .ncell = 0 };
	char path[160];
	size_t hidden, found = 0;

	nknown = 0;
	for (size_t b = 0; b < nby; b++) {
		for (size_t p = 0; p < NELEM(places); p++) {
			snprintf(path, sizeof(path), "/statistics/birth?%s&by=%s%s", year_and_basis, by[b], places[p]);
			add_table(&a, path, by[b]);
		}
		snprintf(path, sizeof(path), "/statistics/birth?%s&rows=months&by=%s", year_and_basis, by[b]);
		if (b > 0)
			add_table(&a, path, by[b]);
	}
	hidden = attack_run(&a);
	for (size_t i = 0; i < nknown; i++)
		if (a.cell[known[i].cell].found && a.cell[known[i].cell].low != 0) {
			found++;
			printf("# %s is found: %lld\n", known[i].name, (long long)a.cell[known[i].cell].low);
		}
	printf("# %s: %zu published numbers, %zu suppressed, %zu lines\n", year_and_basis, a.ncell, hidden, a.nline);
	ok(hidden > 10, "%s: of %zu published numbers %zu are suppressed", year_and_basis, a.ncell, hidden);
	attack_clear(&a);
	return found;
}

static void
test_attack(void)
{
	static const char *const by[] = { "month", "sex", "age", "timeliness", "attendant", "site" };
	char registered[60];

	snprintf(registered, sizeof(registered), "year=%d&basis=registration", clock_today().year);
	ok(attack_year("year=2023", by, NELEM(by)) == 0, "by date of occurrence: none but zeros follows from all tables together");
	ok(attack_year(registered, by, NELEM(by)) == 0, "by date of registration: nor there");
}

/* ---- forms ---- */

static const char read_csv[] =
	"import csv, sys\n"
	"rows = list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8'), strict=True))\n"
	"assert len({len(r) for r in rows}) == 1, 'rows differ in length'\n"
	"d = [dict(zip(rows[0], r)) for r in rows[1:]]\n"
	"value = 'OBS_VALUE' if 'OBS_VALUE' in d[0] else 'events'\n"
	"status = 'OBS_STATUS' if value == 'OBS_VALUE' else 'status'\n"
	"keys = [tuple(v for k, v in r.items() if k not in (value, status, 'CONF_STATUS', 'place_name', 'estimate', 'completeness_percent')) for r in d]\n"
	"assert len(set(keys)) == len(keys), 'two rows have one key'\n"
	"assert all((r[value] == '') == (r[status] in ('Q', 'suppressed')) for r in d), 'a value and its status'\n"
	"assert all(r[value] == '' or int(r[value]) == 0 or int(r[value]) >= 5 for r in d), 'a small number'\n"
	"if value == 'OBS_VALUE':\n"
	" assert all(r['STRUCTURE'] == 'dataflow' and r['ACTION'] == 'I' for r in d)\n"
	" assert all(len(r['TIME_PERIOD']) == (7 if r['FREQ'] == 'M' else 4) for r in d)\n"
	"if len(sys.argv) > 2:\n"
	" codes = {(r[0], r[1]) for r in csv.reader(open(sys.argv[2], newline='', encoding='utf-8'), strict=True)}\n"
	" for r in d:\n"
	"  for k, v in r.items():\n"
	"   assert (k, '') in codes, k\n"
	"   assert k not in ('event', 'month', 'sex', 'age', 'timeliness', 'attendant', 'site') or (k, v) in codes, (k, v)\n"
	"print(len(d))\n";

static void
save(const char *name)
{
	char path[120];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", fix.folder, name);
	if ((f = fopen(path, "w")) == NULL || fwrite(got.http.body.p, 1, got.http.body.n, f) != got.http.body.n || fclose(f) == EOF)
		bail_out("%s", path);
}

/* The number of rows that python reads, -1 when it finds fault. */
static int
read_by_python(const char *file, const char *dictionary)
{
	char command[400];
	int n = -1;
	FILE *p;

	snprintf(command, sizeof(command), "cd %s && python3 read.py %s %s", fix.folder, file, dictionary);
	if ((p = popen(command, "r")) == NULL || fscanf(p, "%d", &n) != 1)
		n = -1;
	if (p != NULL && pclose(p) != 0)
		n = -1;
	return n;
}

static void
test_forms(void)
{
	static const char *const files[] = { "read.py", "dictionary.csv", "table.csv", "sdmx.csv", "months.csv" };
	char path[120];

	ok(get(&auditor, "/statistics/dictionary") == 200, "an auditor reads the dictionary");
	is(got.http.content_type, "text/csv", "a CSV");
	save("dictionary.csv");
	ok(get(&auditor, "/statistics/birth?year=2023&by=month&place=UT&format=csv") == 200, "and a table as CSV");
	save("table.csv");
	ok(get(&auditor, "/statistics/birth?year=2023&by=age&rows=months&format=csv") == 200, "and the months");
	save("months.csv");
	ok(get(&auditor, "/statistics/birth?year=2023&by=month&format=sdmx") == 200, "and as SDMX-CSV");
	is(got.http.content_type, "application/vnd.sdmx.data+csv", "which says so");
	save("sdmx.csv");
	buf_clear(&got.http.body);
	buf_str(&got.http.body, read_csv);
	save("read.py");
	if (system("python3 -c '' 2>/dev/null") != 0)
		skip("reading the CSV", "there is no python3");
	else {
		ok(read_by_python("table.csv", "dictionary.csv") == 3 * 14, "python3 reads the CSV and finds its codes in the dictionary: %d rows", read_by_python("table.csv", "dictionary.csv"));
		ok(read_by_python("months.csv", "dictionary.csv") == 14 * 11, "and the months");
		ok(read_by_python("sdmx.csv", "") == 3 * 14, "and the SDMX-CSV");
	}
	for (size_t i = 0; i < NELEM(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", fix.folder, files[i]);
		unlink(path);
	}
}

/* ---- completeness ---- */

static json_t *
estimate(const char *event, int year, const char *place, const char *sex, int events, const char *source)
{
	return json_pack("{s:s, s:i, s:s*, s:s*, s:i, s:s}", "event", event, "year", year, "place", place, "sex", sex, "events", events, "source", source);
}

/* The completeness that the last answer says of a row's column, in tenths of a percent; -1: none. */
static int64_t
completeness(size_t row, size_t column)
{
	json_t *cell = json_array_get(json_object_get(json_array_get(json_object_get(got.json, "rows"), row), "cells"), column);
	json_t *v = json_object_get(cell, "completeness");

	return v == NULL ? -1 : (int64_t)(json_real_value(v) * 10 + 0.5);
}

static void
test_completeness(void)
{
	ok(ask(&statistician, "POST", "/statistics/estimates", estimate("birth", 2023, NULL, NULL, 400, "census 2020")) == 201, "a statistician estimates");
	ok(ask(&statistician, "POST", "/statistics/estimates", estimate("birth", 2023, "UT", "F", 50, "census 2020")) == 201, "a state's girls");
	ok(ask(&statistician, "POST", "/statistics/estimates", estimate("birth", 2023, NULL, NULL, 160, "survey 2024")) == 201, "better");
	get(&auditor, "/statistics/birth?year=2023&by=sex");
	ok(completeness(0, 0) == 750, "120 of 160 are registered: the newest estimate counts");
	ok(completeness(2, 1) == 800, "40 of 50 girls: %lld", (long long)completeness(2, 1));
	ok(completeness(2, 0) == -1 && completeness(1, 0) == -1, "none where nothing is estimated");
	get(&auditor, "/statistics/birth?year=2023&basis=registration");
	ok(completeness(0, 0) == -1, "nor by registration");
	ok(get(&auditor, "/statistics/estimates?event=birth&year=2023") == 200 && json_array_size(json_object_get(got.json, "items")) == 2, "two estimates count");
}

/* ---- refusals ---- */

static const struct bad {
	const char *what, *path;
	int status;
} bad[] = {
	{ "an event that there is not", "/statistics/funeral?year=2023", 404 },
	{ "no year", "/statistics/birth", 400 },
	{ "a year before the registers", "/statistics/birth?year=1799", 400 },
	{ "a year that is none", "/statistics/birth?year=2023x", 400 },
	{ "a basis that there is not", "/statistics/birth?year=2023&basis=declaration", 400 },
	{ "a form that there is not", "/statistics/birth?year=2023&format=xls", 400 },
	{ "a misspelt parameter", "/statistics/birth?year=2023&plaec=UT", 400 },
	{ "a place that there is not", "/statistics/birth?year=2023&place=XX", 404 },
	{ "a hospital: no statistical place", "/statistics/birth?year=2023&place=UT-ZEN-H1", 404 },
	{ "months of a place", "/statistics/birth?year=2023&rows=months&place=UT&by=sex", 400 },
	{ "months by months", "/statistics/birth?year=2023&rows=months&by=month", 400 },
	{ "marriages by sex", "/statistics/marriage?year=2023&by=sex", 400 },
	{ "by name", "/statistics/birth?year=2023&by=name", 400 },
	{ "registrations of an unknown year", "/statistics/birth?year=unknown&basis=registration", 400 },
	{ "an SDMX period that is unknown", "/statistics/birth?year=unknown&format=sdmx", 400 },
	{ "estimates of no event", "/statistics/estimates?year=2023", 400 },
	{ "a parameter of the dictionary", "/statistics/dictionary?lang=fr", 400 },
};

static void
test_bad(void)
{
	const struct {
		const char *what;
		json_t *body;
	} estimates[] = {
		{ "of an event that there is not", estimate("funeral", 2023, NULL, NULL, 5, "census") },
		{ "of a place that there is not", estimate("birth", 2023, "XX", NULL, 5, "census") },
		{ "of a hospital", estimate("birth", 2023, "UT-ZEN-H1", NULL, 5, "census") },
		{ "of a sex that is not estimated", estimate("birth", 2023, NULL, "X", 5, "census") },
		{ "of marriages by sex", estimate("marriage", 2023, NULL, "F", 5, "census") },
		{ "of none", estimate("birth", 2023, NULL, NULL, 0, "census") },
		{ "of a year to come in a thousand", estimate("birth", 3023, NULL, NULL, 5, "census") },
		{ "without source", estimate("birth", 2023, NULL, NULL, 5, "") },
		{ "of nothing", json_object() },
	};

	for (size_t i = 0; i < NELEM(bad); i++)
		ok(get(&statistician, bad[i].path) == bad[i].status, "refuses: %s (%d)", bad[i].what, got.http.status);
	for (size_t i = 0; i < NELEM(estimates); i++)
		ok(ask(&statistician, "POST", "/statistics/estimates", estimates[i].body) == 400, "refuses an estimate %s", estimates[i].what);
}

static void
test_rights(void)
{
	static const char *const persons[] = { "/births?office=018f2a00-0000-7000-8000-00000000abcd", "/births/018f2a00-0000-7000-8000-00000000abcd",
		"/acts/OF0-B-2026-000001-X", "/offices" };
	int64_t before = civilfix_count(&fix, "SELECT count(*) FROM audit_event WHERE kind = 'disclosure'");

	ok(get(&auditor, "/statistics/birth?year=2023&by=attendant") == 403, "the UN items are not the auditor's");
	ok(get(&clerk, "/statistics/birth?year=2023&by=site") == 403, "nor a clerk's");
	ok(get(&clerk, "/statistics/birth?year=2023&by=sex") == 200, "who sees the other tables");
	ok(ask(&auditor, "POST", "/statistics/estimates", estimate("birth", 2023, NULL, NULL, 5, "census")) == 403, "nor does an auditor estimate");
	for (size_t i = 0; i < NELEM(persons); i++)
		ok(get(&statistician, persons[i]) == 403, "a statistician is refused %s", persons[i]);
	ok(get(&statistician, "/places?prefix=Z") == 200, "places are nobody's secret");
	ok(civilfix_count(&fix, "SELECT count(*) FROM audit_event WHERE kind = 'disclosure'") == before, "tables disclose nobody");
}

int
main(void)
{
	if (!civilfix_start(&fix, false)) {
		skip("statistics at civild", "PostgreSQL is not installed");
		return done_testing();
	}
	civil_officer_init(&fix, &clerk, "clerk", "civil_clerk", &fix.office[0]);
	civil_officer_init(&fix, &registrar, "registrar", "civil_registrar", &fix.office[0]);
	civil_officer_init(&fix, &statistician, "statistician", "statistician", &fix.office[1]);
	civil_officer_init(&fix, &auditor, "auditor", "auditor", &fix.office[1]);
	stage();
	test_tables();
	test_attack();
	test_forms();
	test_completeness();
	test_bad();
	test_rights();
	civil_officer_clear(&clerk);
	civil_officer_clear(&registrar);
	civil_officer_clear(&statistician);
	civil_officer_clear(&auditor);
	buf_clear(&got.http.body);
	json_decref(got.json);
	civilfix_stop(&fix);
	return done_testing();
}
