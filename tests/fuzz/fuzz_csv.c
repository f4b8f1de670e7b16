/*
 * fuzz_csv.c - reading always ends, lines only grow, and the fields of a record that was read, written again, read the same.
 */
#include <stdlib.h>

#include "issuance/catena/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
again(const struct csv_record *record)
{
	struct csv_record second = CSV_RECORD_INIT;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	struct csv csv;

	for (unsigned i = 0; i < record->n; i++) {
		if (i > 0)
			buf_u8(&out, ',');
		csv_put(&out, record->field[i]);
	}
	if (out.n > 0 && (out.n < 3 || memcmp(out.p, "\xef\xbb\xbf", 3) != 0)) { /* one empty field is a blank line; a mark would be dropped */
		csv_open(&csv, bytes_of(&out));
		must(csv_next(&csv, &second, &err) == 1 && second.n == record->n);
		for (unsigned i = 0; i < record->n; i++)
			must(bytes_equal(second.field[i], record->field[i]));
		must(csv_next(&csv, &second, &err) == 0);
	}
	csv_record_clear(&second);
	buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct csv_record record = CSV_RECORD_INIT;
	unsigned line = 0;
	struct csv csv;
	int rc;

	csv_open(&csv, BYTES(data, size));
	do {
		struct err err = ERR_INIT;

		rc = csv_next(&csv, &record, &err);
		must(rc != -1 || (err.kind == FAIL_INPUT && record.bad_column > 0));
		if (rc != 0) {
			must(record.line > line && record.raw.n <= size);
			line = record.line;
		}
		if (rc == 1)
			again(&record);
	} while (rc != 0);
	csv_record_clear(&record);
	return 0;
}
