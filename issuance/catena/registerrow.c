/* A row of a file of paper registers: its columns, its images, the body that is sent. */
#include <stdio.h>
#include <stdlib.h>

#include "issuance/catena/registers.h"
#include "registry/base/scan.h"

static const char *const fixed[REGISTERS_FIXED] = { "office", "kind", "register", "entry", "grade", "volume", "page", "place", "event_on", "unreadable", "images" };
static const char *const rejected[ROWS_REJECTED] = { ROWS_REJECTED_COLUMNS };
const size_t registers_required = 5;
static const char prefix[] = "text_";

enum { PREFIX = sizeof(prefix) - 1,
	COLUMN_NAME = 60 };

static bool
is_of(const char *const *names, size_t n, struct bytes name)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_equal(bytes_str(names[i]), name))
			return true;
	return false;
}

static bool
is_text_column(struct bytes name)
{
	if (name.n <= PREFIX || name.n > PREFIX + COLUMN_NAME || memcmp(name.p, prefix, PREFIX) != 0)
		return false;
	for (size_t i = PREFIX; i < name.n; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789_", name.p[i]) == NULL || name.p[i] == '\0')
			return false;
	return true;
}

void
registers_columns_clear(struct registers_columns *columns)
{
	for (size_t i = 0; i < columns->ntext; i++)
		free(columns->text[i]);
	*columns = (struct registers_columns){ .ntext = 0 };
}

static int
take_texts(const struct csv_record *header, struct registers_columns *c, struct err *err)
{
	for (unsigned i = 0; i < header->n; i++) {
		struct bytes name = header->field[i];

		if (!is_text_column(name) || is_of((const char *const *)c->text, c->ntext, name))
			continue; /* csv_header tells of what is unknown or there twice */
		if (c->ntext == ROWS_COLUMNS - REGISTERS_FIXED - ROWS_REJECTED)
			return err_set(err, FAIL_INPUT, "line 1: more than %d columns", ROWS_COLUMNS - ROWS_REJECTED);
		if ((c->text[c->ntext] = strndup((const char *)name.p, name.n)) == NULL)
			return err_set(err, FAIL_INTERNAL, "out of memory");
		c->ntext++;
	}
	return 0;
}

int
registers_columns_read(struct bytes text, struct registers_columns *columns, struct err *err)
{
	struct registers_columns made = { .ntext = 0 };
	struct csv_record header = CSV_RECORD_INIT;
	struct csv csv;
	size_t n = 0;
	int rc;

	csv_open(&csv, text);
	if ((rc = csv_next(&csv, &header, err)) == 0)
		rc = err_set(err, FAIL_INPUT, "line 1: the file is empty");
	else if (rc == 1)
		rc = take_texts(&header, &made, err);
	csv_record_clear(&header);
	if (rc == -1) {
		registers_columns_clear(&made);
		return -1;
	}
	for (size_t i = 0; i < REGISTERS_FIXED; i++)
		made.name[n++] = fixed[i];
	for (size_t i = 0; i < made.ntext; i++)
		made.name[n++] = made.text[i];
	for (size_t i = 0; i < ROWS_REJECTED; i++)
		made.name[n++] = rejected[i];
	*columns = made;
	return 0;
}

const char *
registers_column_of(const char *pointer)
{
	static _Thread_local char text[PREFIX + COLUMN_NAME + 1];
	static const char original[] = "/original/";

	if (strcmp(pointer, "/office_id") == 0)
		return "office";
	if (strncmp(pointer, original, sizeof(original) - 1) == 0) {
		snprintf(text, sizeof(text), "%s%s", prefix, pointer + sizeof(original) - 1);
		return text;
	}
	for (size_t i = 0; i < REGISTERS_FIXED; i++)
		if (*pointer == '/' && strcmp(fixed[i], pointer + 1) == 0)
			return fixed[i];
	return "";
}

/* ---- images ---- */

/* A plain name of a scan: nothing that leads elsewhere, nothing hidden. */
static int
check_name(struct bytes name, struct err *err)
{
	char text[256];
	enum scan_type type;

	if (name.n == 0)
		return err_problem(err, "images", "a file name is empty");
	if (name.n >= sizeof(text) || name.p[0] == '.' || memchr(name.p, '/', name.n) != NULL || memchr(name.p, '\0', name.n) != NULL)
		return err_problem(err, "images", "no name of a file in the folder");
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	if (!scan_type_of_name(text, &type))
		return err_problem(err, "images", "a name ends in .jpg, .jpeg, .png, .tif, .tiff or .pdf");
	return 0;
}

int
registers_images(struct bytes images, struct bytes name[REGISTERS_IMAGES], size_t *n, struct err *err)
{
	struct bytes made[REGISTERS_IMAGES];
	size_t count = 0;

	for (size_t at = 0; images.n > 0 && at <= images.n;) {
		const uint8_t *end = at < images.n ? memchr(images.p + at, ';', images.n - at) : NULL;
		struct bytes one = BYTES(images.p + at, end != NULL ? (size_t)(end - images.p) - at : images.n - at);

		while (one.n > 0 && one.p[0] == ' ')
			one = BYTES(one.p + 1, one.n - 1);
		while (one.n > 0 && one.p[one.n - 1] == ' ')
			one.n--;
		if (count == REGISTERS_IMAGES)
			return err_problem(err, "images", "more than %d files", REGISTERS_IMAGES);
		if (check_name(one, err) == -1)
			return -1;
		for (size_t i = 0; i < count; i++)
			if (bytes_equal(made[i], one))
				return err_problem(err, "images", "the same file twice");
		made[count++] = one;
		at = end != NULL ? (size_t)(end - images.p) + 1 : images.n + 1;
	}
	memcpy(name, made, count * sizeof(made[0]));
	*n = count;
	return 0;
}

/* ---- the body ---- */

static int
put(json_t *body, const char *name, struct bytes text, struct err *err)
{
	if (text.n == 0)
		return 0;
	if (json_object_set_new(body, name, json_stringn((const char *)text.p, text.n)) == -1)
		return err_problem(err, name, "not a text");
	return 0;
}

static int
put_unreadable(json_t *body, struct bytes said, struct err *err)
{
	if (said.n == 0 || bytes_equal(said, bytes_str("no")))
		return 0;
	if (!bytes_equal(said, bytes_str("yes")))
		return err_problem(err, "unreadable", "yes or no");
	return json_object_set_new(body, "unreadable", json_true()) == -1 ? err_set(err, FAIL_INTERNAL, "out of memory") : 0;
}

static int
put_texts(json_t *body, const struct rows_row *row, struct err *err)
{
	json_t *original = json_object();

	if (json_object_set_new(body, "original", original) == -1)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; row->columns[i] != NULL; i++)
		if (strncmp(row->columns[i], prefix, PREFIX) == 0 && put(original, row->columns[i] + PREFIX, rows_field(row, row->columns[i]), err) == -1)
			return -1;
	return 0;
}

int
registers_body(const struct rows_row *row, const char *office_id, json_t **body, struct err *err)
{
	static const char *const plain[] = { "kind", "register", "entry", "grade", "volume", "page", "place", "event_on" };
	json_t *made = json_pack("{s:s}", "office_id", office_id);
	int rc = made != NULL ? 0 : err_set(err, FAIL_INTERNAL, "out of memory");

	for (size_t i = 0; i < NELEM(plain) && rc == 0; i++)
		rc = put(made, plain[i], rows_field(row, plain[i]), err);
	if (rc == 0 && put_unreadable(made, rows_field(row, "unreadable"), err) == 0 && put_texts(made, row, err) == 0) {
		*body = made;
		return 0;
	}
	json_decref(made);
	return -1;
}
