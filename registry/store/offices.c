#include <stdio.h>
#include <string.h>

#include "registry/store/offices.h"

#define OFFICE_COLUMNS "id, code, name, kind, coalesce(place_code, ''), series_first"
#define PLACE_COLUMNS  "code, name, kind, coalesce(parent_code, ''), valid_from, valid_to"

enum { OFFICE_BY_ID,
	OFFICE_BY_CODE,
	OFFICE_LIST,
	PLACE_BY_CODE,
	PLACE_SEARCH };
const struct query offices_queries[] = {
	[OFFICE_BY_ID] = { "office_by_id", "SELECT " OFFICE_COLUMNS " FROM office WHERE id = $1" },
	[OFFICE_BY_CODE] = { "office_by_code", "SELECT " OFFICE_COLUMNS " FROM office WHERE code = $1" },
	[OFFICE_LIST] = { "office_list", "SELECT " OFFICE_COLUMNS " FROM office ORDER BY code" },
	[PLACE_BY_CODE] = { "place_by_code", "SELECT " PLACE_COLUMNS " FROM place WHERE code = $1" },
	/* a range of octets and not LIKE, which finds the index only when it is planned anew each time */
	[PLACE_SEARCH] = { "place_search",
		"SELECT " PLACE_COLUMNS " FROM place"
		" WHERE lower(name) ~>=~ lower($1) AND lower(name) ~<~ (lower($1) || chr(1114111)) AND ($2::date IS NULL OR"
		" (coalesce(valid_from <= $2, true) AND coalesce(valid_to > $2, true)))"
		" ORDER BY lower(name), code LIMIT $3" },
	{ NULL, NULL },
};

enum { OFFICE_ADD,
	PLACE_ADD };
const struct query offices_admin_queries[] = {
	[OFFICE_ADD] = { "office_add",
		"INSERT INTO office (id, code, name, kind, place_code, series_first) VALUES ($1, $2, $3, $4, $5, $6)" },
	/* the row that is there counts as added when it says the same */
	[PLACE_ADD] = { "place_add",
		"INSERT INTO place AS p (code, name, kind, parent_code, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6)"
		" ON CONFLICT (code) DO UPDATE SET name = p.name"
		" WHERE (p.name, p.kind, p.parent_code, p.valid_from, p.valid_to) IS NOT DISTINCT FROM"
		" (excluded.name, excluded.kind, excluded.parent_code, excluded.valid_from, excluded.valid_to)" },
	{ NULL, NULL },
};

static const char *
or_null(const char *text)
{
	return text[0] == 0 ? NULL : text;
}

int
office_add(struct tx *tx, const struct office_row *office, struct err *err)
{
	if (tx_later(tx, &offices_admin_queries[OFFICE_ADD],
		    ARGS(arg_uuid(&office->id), arg_text(office->code), arg_text(office->name), arg_text(office->kind),
			    arg_text(or_null(office->place_code)), arg_int(office->series_first)),
		    1, "the office was not added", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

static int
office_of_row(const struct rows *rows, size_t row, struct office_row *office, struct err *err)
{
	struct office_row o = { .series_first = (int)row_int(rows, row, 5) };

	if (row_uuid(rows, row, 0, &o.id, err) == -1)
		return -1;
	snprintf(o.code, sizeof(o.code), "%s", row_text(rows, row, 1));
	snprintf(o.name, sizeof(o.name), "%s", row_text(rows, row, 2));
	snprintf(o.kind, sizeof(o.kind), "%s", row_text(rows, row, 3));
	snprintf(o.place_code, sizeof(o.place_code), "%s", row_text(rows, row, 4));
	*office = o;
	return 0;
}

static int
find_office(struct tx *tx, int query, struct arg key, struct office_row *office, struct err *err)
{
	struct rows *rows;
	int rc;

	if (tx_query_one(tx, &offices_queries[query], &key, 1, FAIL_NOT_FOUND, "there is no such office", &rows, err) == -1)
		return -1;
	rc = office_of_row(rows, 0, office, err);
	rows_free(rows);
	return rc;
}

int
office_find(struct tx *tx, const struct uuid *id, struct office_row *office, struct err *err)
{
	return find_office(tx, OFFICE_BY_ID, arg_uuid(id), office, err);
}

int
office_find_code(struct tx *tx, const char *code, struct office_row *office, struct err *err)
{
	return find_office(tx, OFFICE_BY_CODE, arg_text(code), office, err);
}

int
offices_list(struct tx *tx, int (*each)(void *arg, const struct office_row *office, struct err *err), void *arg, struct err *err)
{
	struct office_row office;
	struct rows *rows;
	int rc;

	rc = tx_query(tx, &offices_queries[OFFICE_LIST], NULL, 0, &rows, err);
	if (rc == -1)
		return -1;
	for (size_t i = 0; i < rows_count(rows) && rc == 0; i++)
		if ((rc = office_of_row(rows, i, &office, err)) == 0)
			rc = each(arg, &office, err);
	rows_free(rows);
	return rc;
}

int
place_add(struct tx *tx, const struct place_row *place, struct err *err)
{
	char from[DATE_TEXT], to[DATE_TEXT];

	if ((place->valid_from.precision != DATE_UNKNOWN && place->valid_from.precision != DATE_DAY) ||
		(place->valid_to.precision != DATE_UNKNOWN && place->valid_to.precision != DATE_DAY))
		return err_set(err, FAIL_INPUT, "place %s: its interval is bounded by days", place->code);
	if (tx_later(tx, &offices_admin_queries[PLACE_ADD],
		    ARGS(arg_text(place->code), arg_text(place->name), arg_text(place->kind), arg_text(or_null(place->parent_code)),
			    arg_text(or_null(date_format(place->valid_from, from))), arg_text(or_null(date_format(place->valid_to, to)))),
		    1, "the place code stands for another place", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

static int
place_of_row(const struct rows *rows, size_t row, struct place_row *place, struct err *err)
{
	struct place_row p = { .code = "" };

	snprintf(p.code, sizeof(p.code), "%s", row_text(rows, row, 0));
	snprintf(p.name, sizeof(p.name), "%s", row_text(rows, row, 1));
	snprintf(p.kind, sizeof(p.kind), "%s", row_text(rows, row, 2));
	snprintf(p.parent_code, sizeof(p.parent_code), "%s", row_text(rows, row, 3));
	if (row_date(rows, row, 4, &p.valid_from, err) == -1 || row_date(rows, row, 5, &p.valid_to, err) == -1)
		return -1;
	*place = p;
	return 0;
}

int
place_find(struct tx *tx, const char *code, struct place_row *place, struct err *err)
{
	struct rows *rows;
	int rc;

	if (tx_query_one(tx, &offices_queries[PLACE_BY_CODE], ARGS(arg_text(code)), FAIL_NOT_FOUND, "there is no such place", &rows,
		    err) == -1)
		return -1;
	rc = place_of_row(rows, 0, place, err);
	rows_free(rows);
	return rc;
}

int
place_search(struct tx *tx, const char *prefix, struct date on, unsigned limit,
	int (*each)(void *arg, const struct place_row *place, struct err *err), void *arg, struct err *err)
{
	struct place_row place;
	struct rows *rows = NULL;
	char day[DATE_TEXT];
	int rc;

	if (on.precision != DATE_UNKNOWN && on.precision != DATE_DAY)
		return err_set(err, FAIL_INPUT, "places are searched as of a day");
	if (tx_query(tx, &offices_queries[PLACE_SEARCH], ARGS(arg_text(prefix), arg_text(or_null(date_format(on, day))), arg_int(limit)), &rows,
		    err) == -1)
		return -1;
	rc = 0;
	for (size_t i = 0; i < rows_count(rows) && rc == 0; i++)
		if ((rc = place_of_row(rows, i, &place, err)) == 0)
			rc = each(arg, &place, err);
	rows_free(rows);
	return rc;
}
