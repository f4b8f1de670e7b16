/*
 * births.h - births out of a CSV file into civild, over its API: each row is declared by a clerk and registered by a registrar.
 * docs/demo/README.md describes the columns.
 */
#ifndef CATENA_BIRTHS_H
#define CATENA_BIRTHS_H

#include "issuance/catena/rows.h"

extern const char *const births_columns[]; /* NULL-terminated; the first births_required must be there */
extern const size_t births_required;

/* A row as the body of POST /births.  FAIL_INPUT with the columns in err->problem[].pointer. */
int births_body(const struct rows_row *row, const char *office_id, json_t **body, struct err *err);
/* The column that a JSON pointer of civild's answer speaks of; "" when none. */
const char *births_column_of(const char *pointer);

/* Whether the file is one of births at all: to be asked before anybody signs in. */
int births_check_header(struct bytes text, struct err *err);

struct births_done {
	const char *local_id, *number, *act_id; /* number: of the registered act */
	unsigned line;
};
struct births_import {
	struct bytes text;                                       /* the file; borrowed */
	const char *source;                                      /* name of the sending register: part of what tells rows apart in repetitions; may be "" */
	struct client *clerk, *registrar;                        /* signed in at civild; they are shared, and not used while the import runs */
	unsigned threads;                                        /* 0: ROWS_THREADS */
	const char *override_reason;                             /* NULL: rows with duplicate candidates are refused; else the registrar overrides with it */
	const char *rejects_file;                                /* made with the first refused row */
	bool quiet;                                              /* no progress on stderr */
	void (*done)(void *arg, const struct births_done *done); /* each registered row, one at a time, from any thread; may be NULL */
	void *arg;
};
struct births_counts {
	uint64_t registered, refused;
};
/*
 * Every row becomes registered or refused.  A repetition knows rows that were registered by office and local_id (and source): they are
 * counted again and not registered twice.  -1 when the import could not go on: what was done is done, a repetition goes on.
 */
int births_import(const struct births_import *import, struct births_counts *counts, struct err *err);

#endif
