#include "issuance/catena/estimates.h"

#include <stdio.h>

static const char *const columns[] = { "event", "year", "events", "source", "place", "sex", ROWS_REJECTED_COLUMNS, NULL };
enum { REQUIRED = 4,
	FIELDS = 6 }; /* that are sent */

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

const struct rows_job estimates_rows = { .columns = columns, .required = REQUIRED, .threads = 1, .row = row_import };
