/*
 * rows.h - the rows of a CSV file into a service, over its API: threads, progress, the file of refused rows, repetition.
 *
 * Every row becomes done or refused.  The refused go to a file of their own with line, column and rule; corrected, that file can be imported as it is.
 */
#ifndef CATENA_ROWS_H
#define CATENA_ROWS_H

#include "issuance/catena/csv.h"
#include "registry/service/client.h"

enum { ROWS_COLUMNS = CSV_COLUMNS_MAX,
	ROWS_REJECTED = 3, /* the last columns of each table: rejected_line, rejected_column, rejected_rule */
	ROWS_THREADS = 4,
	ROWS_THREADS_MAX = 32 };
#define ROWS_REJECTED_COLUMNS "rejected_line", "rejected_column", "rejected_rule"

/* ---- a row ---- */

struct rows_row {
	const char *const *columns; /* of the job */
	const int *column;          /* as csv_header gives them */
	const struct csv_record *record;
	void *own; /* the thread's */
};
/* The field of a named column, empty when the file has no such column. */
struct bytes rows_field(const struct rows_row *row, const char *name);

/* ---- all ---- */

struct rows_job {
	struct bytes text;          /* the file; borrowed */
	const char *const *columns; /* NULL-terminated, at most ROWS_COLUMNS; the first `required` must be there, the last ROWS_REJECTED are those above */
	size_t required;
	unsigned threads;         /* 0: ROWS_THREADS */
	const char *rejects_file; /* made with the first refused row */
	bool quiet;               /* no progress on stderr */
	void *arg;
	/* For each thread, one at a time, before any row: its connections.  NULL: `arg` is a client, and each thread's `own` another of its session. */
	int (*begin)(void *arg, void **own, struct err *err);
	/* FAIL_INPUT, FAIL_CONFLICT, FAIL_NOT_FOUND, FAIL_TOO_LARGE and FAIL_DENIED refuse the row; anything else ends the import. */
	int (*row)(const struct rows_row *row, struct err *err);
	void (*end)(void *own);                        /* also of NULL; NULL where `begin` is */
	const char *(*column_of)(const char *pointer); /* the column that a problem's pointer speaks of; "": none.  NULL: a slash and the column's name. */
};
struct rows_counts {
	uint64_t done, refused;
};
/* -1 when the import could not go on: what was done is done, a repetition goes on. */
int rows_import(const struct rows_job *job, struct rows_counts *counts, struct err *err);
/* Whether the file has these columns: to be asked before anybody signs in. */
int rows_check_header(const struct rows_job *job, struct err *err);

/* ---- what rows have in common ---- */

/* Up to nine digits as a number, NULL when it is none; what is allowed is the service's to say. */
json_t *rows_number(struct bytes text);

/* As client_call; repeats while the service asks to come again: the key makes that safe.  *reply as client_json. */
int rows_post(struct client *c, const char *path, const struct uuid *key, struct client_body body, json_t **reply, struct err *err);

struct rows_offices;
/* The civil registration offices, as civild lists them. */
int rows_offices_read(struct client *c, struct rows_offices **offices, struct err *err);
void rows_offices_free(struct rows_offices *offices);
/* The id of the office with that code; NULL: there is none. */
const char *rows_office(const struct rows_offices *offices, struct bytes code);

#endif
