#include "issuance/catena/alerts.h"

#include <stdio.h>

#include "registry/base/uin.h"

static const char *const columns[] = { "uin", "reference", "kind", ROWS_REJECTED_COLUMNS, NULL };
enum { REQUIRED = 2 };

static int
row_import(const struct rows_row *row, struct err *err)
{
	struct bytes uin = rows_field(row, "uin"), reference = rows_field(row, "reference"), kind = rows_field(row, "kind");
	char number[UIN_LEN + 1], path[80];
	struct err why = ERR_INIT;
	struct uuid key;
	json_t *body;
	int rc;

	snprintf(number, sizeof(number), "%.*s", (int)uin.n, (const char *)uin.p);
	if (uin.n != UIN_LEN || uin_check(number, &why) == -1)
		return err_problem(err, "/uin", "this is no number of a person");
	if ((body = json_pack("{s:s%, s:s%}", "kind", kind.n > 0 ? (const char *)kind.p : "alert", kind.n > 0 ? kind.n : strlen("alert"), "reference", (const char *)reference.p, reference.n)) == NULL)
		return err_problem(err, "/reference", "not a text");
	snprintf(path, sizeof(path), "/issuance/v1/persons/%s/stops", number);
	/* another key each time: a stop that was lifted is set again, and not answered as once before */
	rc = uuid_new(&key, err) == -1 ? -1 : rows_post(row->own, path, &key, (struct client_body){ .json = body }, NULL, err);
	json_decref(body);
	if (rc == -1 && err->kind == FAIL_CONFLICT && strcmp(err->text, "this stop stands already") == 0) {
		err_clear(err);
		rc = 0;
	}
	return rc;
}

const struct rows_job alerts_rows = { .columns = columns, .required = REQUIRED, .threads = 1, .row = row_import };
