/* struct rows is libpq's result under another name: one allocation, one owner. */
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>
#include "registry/store/db.h"
#include "registry/base/json.h"

static const PGresult *
result_of(const struct rows *rows)
{
	return (const PGresult *)rows;
}

size_t
rows_count(const struct rows *rows)
{
	return rows == NULL ? 0 : (size_t)PQntuples(result_of(rows));
}

bool
row_is_null(const struct rows *rows, size_t row, int column)
{
	return PQgetisnull(result_of(rows), (int)row, column) != 0;
}

const char *
row_text(const struct rows *rows, size_t row, int column)
{
	return PQgetvalue(result_of(rows), (int)row, column);
}

int64_t
row_int(const struct rows *rows, size_t row, int column)
{
	return strtoll(row_text(rows, row, column), NULL, 10);
}

bool
row_bool(const struct rows *rows, size_t row, int column)
{
	return row_text(rows, row, column)[0] == 't';
}

static struct bytes
value_of(const struct rows *rows, size_t row, int column)
{
	return BYTES(row_text(rows, row, column), (size_t)PQgetlength(result_of(rows), (int)row, column));
}

int
row_uuid(const struct rows *rows, size_t row, int column, struct uuid *u, struct err *err)
{
	struct err why = ERR_INIT;

	if (uuid_parse(value_of(rows, row, column), u, &why) == -1)
		return err_set(err, FAIL_INTERNAL, "database: column %s is no UUID", PQfname(result_of(rows), column));
	return 0;
}

int
row_bytes(const struct rows *rows, size_t row, int column, struct buf *out, struct err *err)
{
	struct bytes text = value_of(rows, row, column);
	struct err why = ERR_INIT;

	if (row_is_null(rows, row, column))
		return 0;
	if (text.n < 2 || text.p[0] != '\\' || text.p[1] != 'x' || buf_from_hex(out, BYTES(text.p + 2, text.n - 2), &why) == -1)
		return err_set(err, FAIL_INTERNAL, "database: column %s is no bytea", PQfname(result_of(rows), column));
	return buf_check(out, err);
}

int
row_date(const struct rows *rows, size_t row, int column, struct date *d, struct err *err)
{
	struct err why = ERR_INIT;

	if (row_is_null(rows, row, column)) {
		*d = DATE_INIT;
		return 0;
	}
	if (date_parse(value_of(rows, row, column), d, &why) == -1)
		return err_set(err, FAIL_INTERNAL, "database: column %s is no date", PQfname(result_of(rows), column));
	return 0;
}

int
row_uuid_optional(const struct rows *rows, size_t row, int column, struct uuid *u, struct err *err)
{
	return row_is_null(rows, row, column) ? 0 : row_uuid(rows, row, column, u, err);
}

int
row_copy(const struct rows *rows, size_t row, int column, char **text, struct err *err)
{
	if (row_is_null(rows, row, column))
		return 0;
	if ((*text = strdup(row_text(rows, row, column))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	return 0;
}

int
row_json(const struct rows *rows, size_t row, int column, json_t **value, struct err *err)
{
	return row_is_null(rows, row, column) ? 0 : json_read(value_of(rows, row, column), value, err);
}

int
rows_json_list(const struct rows *rows, int column, unsigned limit, json_t **list, bool *more, struct err *err)
{
	json_t *made = json_array();

	for (size_t i = 0; i < rows_count(rows) && i < limit; i++) {
		json_t *item = NULL;

		if (row_json(rows, i, column, &item, err) == -1 || json_array_append_new(made, item) == -1) {
			json_decref(made);
			return err->kind == FAIL_NONE ? err_set(err, FAIL_INTERNAL, "out of memory") : -1;
		}
	}
	if (made == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	*more = rows_count(rows) > limit;
	*list = made;
	return 0;
}

void
rows_free(struct rows *rows)
{
	PQclear((PGresult *)rows);
}
