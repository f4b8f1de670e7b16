#include "issuance/catena/estimates.h"

#include <stdio.h>

static const char *const columns[] = { "event", "year", "events", "source", "place", "sex", ROWS_REJECTED_COLUMNS, NULL };
enum { REQUIRED = 4,
	FIELDS = 6 }; /* that are sent */

/* A pointer is a slash and the column's name. */
static const char *
column_of(const char *pointer)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (pointer[0] == '/' && strcmp(pointer + 1, columns[i]) == 0)
			return columns[i];
	return "";
}

static int
body_of(const struct rows_row *row, json_t **body, struct err *err)
{
	json_t *made = json_object();

	for (size_t i = 0; i < FIELDS; i++) {
		bool is_number = strcmp(columns[i], "year") == 0 || strcmp(columns[i], "events") == 0;
		struct bytes f = rows_field(row, columns[i]);
		json_t *value;

		if (f.n == 0)
			continue;
		value = is_number ? rows_number(f) : json_stringn((const char *)f.p, f.n);
		if (value == NULL)
			err_problem(err, columns[i], is_number ? "a whole number is wanted" : "not a text");
		else
			json_object_set_new(made, columns[i], value);
	}
	if (err->kind == FAIL_NONE) {
		*body = made;
		return 0;
	}
	json_decref(made);
	return -1;
}

static int
row_import(const struct rows_row *row, struct err *err)
{
	struct buf name = BUF_INIT;
	struct uuid key;
	json_t *body = NULL;
	int rc;

	if (body_of(row, &body, err) == -1)
		return -1;
	for (size_t i = 0; i < FIELDS; i++) {
		struct bytes f = rows_field(row, columns[i]);

		buf_printf(&name, "%zu:", f.n);
		buf_bytes(&name, f);
	}
	if ((rc = buf_check(&name, err)) == 0) {
		uuid_derive(&key, "catena import estimates", bytes_of(&name));
		rc = rows_post(row->own, "/civil/v1/statistics/estimates", &key, (struct client_body){ .json = body }, NULL, err);
	}
	buf_clear(&name);
	json_decref(body);
	return rc;
}

/* ---- all rows ---- */

static int
begin(void *arg, void **own, struct err *err)
{
	const struct estimates_import *import = arg;
	struct client *shared;

	if (client_share(import->statistician, NULL, &shared, err) == -1)
		return -1;
	*own = shared;
	return 0;
}

static void
end(void *own)
{
	client_free(own);
}

static struct rows_job
job_of(struct bytes text)
{
	return (struct rows_job){ .text = text, .columns = columns, .required = REQUIRED, .threads = 1, .begin = begin, .row = row_import, .end = end, .column_of = column_of };
}

int
estimates_check_header(struct bytes text, struct err *err)
{
	struct rows_job job = job_of(text);

	return rows_check_header(&job, err);
}

int
estimates_import(const struct estimates_import *import, struct rows_counts *counts, struct err *err)
{
	struct estimates_import copy = *import;
	struct rows_job job = job_of(import->text);

	job.rejects_file = import->rejects_file;
	job.quiet = import->quiet;
	job.arg = &copy;
	return rows_import(&job, counts, err);
}
