/*
 * registers.h - entries of paper registers out of a CSV file and a folder of scans into civild, over its API, by a clerk.  Nothing rests on an entry
 * until it is promoted by review.
 *
 * Columns: office, kind, register, entry, grade (these must be there), volume, page, place, event_on, unreadable (yes or no), images (file names in the
 * folder with semicolons between), and any number of text_NAME: the texts of the entry as they were written down.  Each scan is looked at before its
 * row is sent: whether it is there, whole, not too large, and what its name says.
 */
#ifndef CATENA_REGISTERS_H
#define CATENA_REGISTERS_H

#include "issuance/catena/rows.h"

enum { REGISTERS_FIXED = 11, /* columns besides text_NAME and those of a file of refused rows */
	REGISTERS_IMAGES = 8 };

/* The columns of a file; registers_columns_clear. */
struct registers_columns {
	const char *name[ROWS_COLUMNS + 1]; /* NULL-terminated, for struct rows_job */
	char *text[ROWS_COLUMNS];           /* those text_NAME that it has */
	size_t ntext;
};
extern const size_t registers_required;
/* FAIL_INPUT: no header, a column that is unknown, missing or there twice, a text_NAME that is none. */
int registers_columns_read(struct bytes text, struct registers_columns *columns, struct err *err);
void registers_columns_clear(struct registers_columns *columns);
/* The column that a JSON pointer of civild's answer speaks of; "" when none. */
const char *registers_column_of(const char *pointer);

/* A row as the body of POST /legacy-acts.  FAIL_INPUT with the column in err->problem[].pointer. */
int registers_body(const struct rows_row *row, const char *office_id, json_t **body, struct err *err);
/* The file names of its images, which point into `images`; FAIL_INPUT: one that leads out of the folder or is no scan's, twice the same, too many. */
int registers_images(struct bytes images, struct bytes name[REGISTERS_IMAGES], size_t *n, struct err *err);

struct registers_import {
	struct bytes text; /* the file; borrowed */
	const char *source, *rejects_file;
	int images_fd; /* the folder; -1: none was named */
	struct client *clerk;
	unsigned threads;
	bool quiet;
};
struct registers_counts {
	uint64_t imported, images, refused;
};
/*
 * Every row becomes imported or refused.  A repetition knows rows that were imported by office, register, volume, page and entry (and source).
 * -1 when the import could not go on: what was done is done, a repetition goes on.
 */
int registers_import(const struct registers_import *import, struct registers_counts *counts, struct err *err);

#endif
