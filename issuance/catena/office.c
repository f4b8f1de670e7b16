/* catena office add, list; catena place add. */
#include <stdio.h>
#include <stdlib.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/csv.h"
#include "issuance/catena/offices.h"
#include "registry/base/file.h"
#include "registry/base/text.h"
#include "registry/store/offices.h"

enum { OFFICES_FILE_MAX = 64 << 20,
	COLUMNS = 6 };

static const struct query *const sets[] = { offices_queries, offices_admin_queries, NULL };

int
offices_db(const struct state *state, struct db **db, struct err *err)
{
	return state_db(state, sets, db, err);
}

struct import {
	struct bytes text;
	struct csv_record record;
	int column[COLUMNS];
	struct offices_counts counts;
};

static struct bytes
field_of(const struct import *im, int i)
{
	int column = im->column[i];

	return column == -1 || column >= (int)im->record.n ? BYTES_NONE : im->record.field[column];
}

static int
copy(const struct import *im, int i, const char *name, char *out, size_t size, struct err *err)
{
	struct bytes f = field_of(im, i);
	struct buf clean = BUF_INIT;
	int rc = 0;

	if (f.n > 0 && text_clean(f, &clean, err) == -1)
		rc = err_prefix(err, "line %u, column %s", im->record.line, name);
	else if (clean.n >= size)
		rc = err_set(err, FAIL_INPUT, "line %u, column %s: longer than %zu octets", im->record.line, name, size - 1);
	else
		snprintf(out, size, "%s", buf_cstr(&clean));
	buf_clear(&clean);
	return rc;
}

static int
copy_date(const struct import *im, int i, const char *name, struct date *d, struct err *err)
{
	struct bytes f = field_of(im, i);

	if (f.n == 0)
		return 0;
	if (date_parse(f, d, err) == -1)
		return err_prefix(err, "line %u, column %s", im->record.line, name);
	return d->precision == DATE_DAY ? 0 : err_set(err, FAIL_INPUT, "line %u, column %s: a day is wanted", im->record.line, name);
}

static const char *const office_columns[] = { "code", "name", "kind", "place", "series_first", NULL };
static const char *const place_columns[] = { "code", "name", "kind", "parent", "valid_from", "valid_to", NULL };

static int
office_of_record(const struct import *im, struct office_row *o, struct err *err)
{
	char first[12] = "";

	*o = (struct office_row){ .series_first = 1 };
	if (copy(im, 0, "code", o->code, sizeof(o->code), err) == -1 || copy(im, 1, "name", o->name, sizeof(o->name), err) == -1 ||
		copy(im, 2, "kind", o->kind, sizeof(o->kind), err) == -1 || copy(im, 3, "place", o->place_code, sizeof(o->place_code), err) == -1 ||
		copy(im, 4, "series_first", first, sizeof(first), err) == -1)
		return -1;
	if (first[0] != '\0' && (strspn(first, "0123456789") != strlen(first) || (o->series_first = atoi(first)) < 1))
		return err_set(err, FAIL_INPUT, "line %u, column series_first: a whole number from 1 is wanted", im->record.line);
	return uuid_new(&o->id, err);
}

static int
add_office(struct tx *tx, struct import *im, struct err *err)
{
	struct err none = ERR_INIT;
	struct office_row o, there;

	if (office_of_record(im, &o, err) == -1)
		return -1;
	if (office_find_code(tx, o.code, &there, &none) == 0) {
		im->counts.there++;
		return 0;
	}
	if (none.kind != FAIL_NOT_FOUND) {
		*err = none;
		return -1;
	}
	im->counts.added++;
	return office_add(tx, &o, err) == -1 ? err_prefix(err, "line %u", im->record.line) : 0;
}

static int
add_place(struct tx *tx, struct import *im, struct err *err)
{
	struct place_row p = { .valid_from = DATE_INIT, .valid_to = DATE_INIT };

	if (copy(im, 0, "code", p.code, sizeof(p.code), err) == -1 || copy(im, 1, "name", p.name, sizeof(p.name), err) == -1 ||
		copy(im, 2, "kind", p.kind, sizeof(p.kind), err) == -1 || copy(im, 3, "parent", p.parent_code, sizeof(p.parent_code), err) == -1 ||
		copy_date(im, 4, "valid_from", &p.valid_from, err) == -1 || copy_date(im, 5, "valid_to", &p.valid_to, err) == -1)
		return -1;
	im->counts.added++;
	return place_add(tx, &p, err) == -1 ? err_prefix(err, "line %u", im->record.line) : 0;
}

static int
import_rows(struct tx *tx, struct import *im, const char *const *columns, int (*add)(struct tx *, struct import *, struct err *),
	struct err *err)
{
	struct csv csv;
	int rc;

	im->counts = (struct offices_counts){ 0, 0 };
	csv_open(&csv, im->text);
	if (csv_header(&csv, columns, 3, im->column, err) == -1)
		return -1;
	while ((rc = csv_next(&csv, &im->record, err)) == 1)
		if (add(tx, im, err) == -1)
			return -1;
	return rc;
}

static int
work_offices(struct tx *tx, void *arg, struct err *err)
{
	return import_rows(tx, arg, office_columns, add_office, err);
}

static int
work_places(struct tx *tx, void *arg, struct err *err)
{
	return import_rows(tx, arg, place_columns, add_place, err);
}

static int
import(struct db *db, struct bytes text, db_work *work, struct offices_counts *counts, struct err *err)
{
	struct import im = { .text = text, .record = CSV_RECORD_INIT };
	int rc = db_run(db, DB_READ_COMMITTED, work, &im, err);

	if (rc == 0)
		*counts = im.counts;
	csv_record_clear(&im.record);
	return rc;
}

int
offices_import(struct db *db, struct bytes text, struct offices_counts *counts, struct err *err)
{
	return import(db, text, work_offices, counts, err);
}

int
places_import(struct db *db, struct bytes text, struct offices_counts *counts, struct err *err)
{
	return import(db, text, work_places, counts, err);
}

/* ---- commands ---- */

static int
import_command(const struct args *args, int (*run)(struct db *, struct bytes, struct offices_counts *, struct err *), const char *what,
	struct err *err)
{
	struct offices_counts counts;
	struct buf text = BUF_INIT;
	struct state state;
	struct db *db = NULL;
	int rc = -1;

	if (state_of_args(args, &state, err) == 0 && file_read(args->positional[0], OFFICES_FILE_MAX, &text, err) == 0 &&
		offices_db(&state, &db, err) == 0 && (rc = run(db, bytes_of(&text), &counts, err)) == 0)
		printf("%s: %u from %s, %u were there\n", what, counts.added, args->positional[0], counts.there);
	if (db != NULL)
		db_close(db);
	buf_clear(&text);
	return rc;
}

int
office_add_command(const struct args *args, struct err *err)
{
	return import_command(args, offices_import, "offices", err);
}

int
place_add_command(const struct args *args, struct err *err)
{
	return import_command(args, places_import, "places", err);
}

static int
list_office(void *arg, const struct office_row *o, struct err *err)
{
	struct buf *out = arg;
	char id[UUID_TEXT];

	(void)err;
	buf_printf(out, "%-9s %-10s %s  %s\n", o->code, o->kind, uuid_format(&o->id, id), o->name);
	return 0;
}

static int
work_list(struct tx *tx, void *arg, struct err *err)
{
	buf_cut(arg, 0);
	return offices_list(tx, list_office, arg, err);
}

int
office_list_command(const struct args *args, struct err *err)
{
	struct buf out = BUF_INIT;
	struct state state;
	struct db *db = NULL;
	int rc = -1;

	if (state_of_args(args, &state, err) == 0 && offices_db(&state, &db, err) == 0)
		rc = db_run(db, DB_READ_ONLY, work_list, &out, err);
	if (db != NULL)
		db_close(db);
	if (rc == 0)
		return print_buf(&out, err);
	buf_clear(&out);
	return -1;
}
