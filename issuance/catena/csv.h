/*
 * csv.h - RFC 4180 records out of octets: pure, one record at a time, for files of any size.
 *
 * UTF-8 with or without byte order mark; lines end with LF or CRLF; blank lines are skipped.  Refused, each with line and column
 * number: malformed UTF-8, NUL, a lone CR, a quotation mark inside an unquoted field, anything but a comma after a quoted one,
 * more than CSV_FIELD_MAX octets in a field or CSV_COLUMNS_MAX fields in a record.  After a refused record reading goes on at the
 * next line, so that one bad row costs one row: a quotation mark that is never closed too.
 */
#ifndef CATENA_CSV_H
#define CATENA_CSV_H

#include "registry/base/bytes.h"
#include "registry/base/err.h"
#include "registry/base/text.h" /* csv_put */

enum {
	CSV_COLUMNS_MAX = 64,    /* twice what our widest file has */
	CSV_FIELD_MAX = 8 * 1024 /* the longest text of the registry has 1000 characters */
};

struct csv {
	struct bytes text; /* borrowed */
	size_t at;
	unsigned line; /* the next record begins there; from 1 */
};

struct csv_record {
	unsigned line;    /* where it begins */
	struct bytes raw; /* as it stands in the file, without the line's end; also of a refused record */
	unsigned n;
	struct bytes field[CSV_COLUMNS_MAX]; /* point into `text`; live until the next record */
	struct buf text;                     /* all fields, quotation marks undone */
	unsigned bad_column;                 /* of a refused record: the number of the field, from 1 */
};
#define CSV_RECORD_INIT ((struct csv_record){ .text = BUF_INIT })

void csv_open(struct csv *csv, struct bytes text);
/* 1: a record; 0: the end; -1: a record was refused (FAIL_INPUT "line 3, column 2: ..."), the next call goes on behind it. */
int csv_next(struct csv *csv, struct csv_record *record, struct err *err);
void csv_record_clear(struct csv_record *record); /* wipes: fields are personal data */

/*
 * The first record as names of columns.  wanted: NULL-terminated names; column[i] becomes the field number of wanted[i], or -1.
 * FAIL_INPUT when a name is unknown, there twice, or one of the first `required` is missing.
 */
int csv_header(struct csv *csv, const char *const *wanted, size_t required, int *column, struct err *err);
#endif
