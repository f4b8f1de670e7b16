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

static struct bytes
value_of(const struct rows *rows, size_t row, int column)
{
	return BYTES(row_text(rows, row, column), (size_t)PQgetlength(result_of(rows), (int)row, column));
}

/* The query is_binary: its result comes in the form of PostgreSQL's send functions, numbers with the highest octet first. */
static bool
is_binary(const struct rows *rows, int column)
{
	return PQfformat(result_of(rows), column) == 1;
}

int64_t
row_int(const struct rows *rows, size_t row, int column)
{
	struct bytes value = value_of(rows, row, column);
	uint64_t n = value.n > 0 && (value.p[0] & 0x80) != 0 ? UINT64_MAX : 0;

	if (!is_binary(rows, column))
		return strtoll(row_text(rows, row, column), NULL, 10);
	for (size_t i = 0; i < value.n && i < sizeof(n); i++)
		n = n << 8 | value.p[i];
	return (int64_t)n;
}

bool
row_bool(const struct rows *rows, size_t row, int column)
{
	return row_text(rows, row, column)[0] == (is_binary(rows, column) ? 1 : 't');
}

int
row_uuid(const struct rows *rows, size_t row, int column, struct uuid *u, struct err *err)
{
	struct bytes value = value_of(rows, row, column);
	struct err why = ERR_INIT;

	if (is_binary(rows, column) && value.n == sizeof(u->o))
		memcpy(u->o, value.p, sizeof(u->o));
	else if (is_binary(rows, column) || uuid_parse(value, u, &why) == -1)
		return err_set(err, FAIL_INTERNAL, "database: column %s is no UUID", PQfname(result_of(rows), column));
	return 0;
}

int
row_bytes(const struct rows *rows, size_t row, int column, struct buf *out, struct err *err)
{
	struct bytes value = value_of(rows, row, column);
	struct err why = ERR_INIT;

	if (row_is_null(rows, row, column))
		return 0;
	if (is_binary(rows, column)) {
		buf_bytes(out, value);
		return buf_check(out, err);
	}
	if (value.n < 2 || value.p[0] != '\\' || value.p[1] != 'x' || buf_from_hex(out, BYTES(value.p + 2, value.n - 2), &why) == -1)
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
