/* fuzz_registers.c - whatever a file of paper registers says: no name of an image leads out of its folder, and each row is a body or refused. */
#include <stdlib.h>

#include "issuance/catena/registers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
try_row(const struct rows_row *row)
{
	struct bytes name[REGISTERS_IMAGES];
	struct err err = ERR_INIT;
	json_t *body = NULL;
	size_t n = 0;

	if (registers_images(rows_field(row, "images"), name, &n, &err) == 0)
		for (size_t i = 0; i < n; i++)
			must(name[i].n > 4 && name[i].n < 256 && name[i].p[0] != '.' && memchr(name[i].p, '/', name[i].n) == NULL && memchr(name[i].p, 0, name[i].n) == NULL);
	else
		must(err.kind == FAIL_INPUT);
	err = ERR_INIT;
	if (registers_body(row, "ID", &body, &err) == 0)
		must(json_is_object(json_object_get(body, "original")));
	else
		must(err.kind == FAIL_INPUT && body == NULL);
	json_decref(body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct csv_record record = CSV_RECORD_INIT;
	struct registers_columns c;
	struct err err = ERR_INIT;
	int column[ROWS_COLUMNS], rc;
	struct csv csv;

	if (registers_columns_read(BYTES(data, size), &c, &err) == -1) {
		must(err.kind == FAIL_INPUT);
		return 0;
	}
	csv_open(&csv, BYTES(data, size));
	if (csv_header(&csv, c.name, registers_required, column, &err) == 0)
		do {
			const struct rows_row row = { c.name, column, &record, NULL };

			err = ERR_INIT;
			if ((rc = csv_next(&csv, &record, &err)) == 1)
				try_row(&row);
		} while (rc != 0);
	csv_record_clear(&record);
	registers_columns_clear(&c);
	return 0;
}
