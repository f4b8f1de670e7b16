/*
 * vital.h - the tables of one vital event in one year: places x months, places x categories, and for the whole country months x categories; what
 * of them is shown.  Pure.
 *
 * A place's row holds what happened there and in the places below it; beside its children stands its own part: what is known to have happened
 * in it and nowhere more closely.  "_T" is the whole country, "_U" what is not known.
 */
#ifndef CATENA_CIVIL_VITAL_H
#define CATENA_CIVIL_VITAL_H

#include "enrolment/civil/suppress.h"
#include "registry/base/err.h"

enum vital_dimension { VITAL_MONTH,
	VITAL_SEX,
	VITAL_AGE,
	VITAL_TIMELINESS,
	VITAL_ATTENDANT,
	VITAL_SITE,
	VITAL_DIMENSIONS };
enum { VITAL_COLUMNS = 64,
	VITAL_MONTHS = 13, /* the last one is "_U" */
	VITAL_DEPTH = 12,
	VITAL_CODE_TEXT = 25 };

struct vital_code {
	const char *code, *meaning;
};
struct vital_event {
	const char *name, *meaning;
	const struct vital_code *code[VITAL_DIMENSIONS]; /* each ends with code NULL; NULL: it is not counted by this */
};
extern const struct vital_event vital_events[];             /* ends with name NULL */
extern const char *const vital_dimensions[];                /* names; NULL-terminated */
extern const struct vital_code vital_meanings[];            /* of the dimensions, in their order */
const struct vital_event *vital_event_of(const char *name); /* NULL: there is none */
int vital_dimension_of(const char *name);                   /* -1: there is none */

struct vital;

int vital_new(const struct vital_event *event, struct vital **vital, struct err *err);
void vital_free(struct vital *v); /* NULL is fine */

/* Before anything is counted: all statistical places, in any order; parent "" for none.  Then vital_places_done. */
int vital_place(struct vital *v, const char *code, const char *name, const char *parent, struct err *err);
int vital_places_done(struct vital *v, struct err *err);
/*
 * Counts as statistics_counts gives them: dimension month with place and month; another with place and category, or with month and category (place NULL).
 * A place or a category that there is not counts as "_U".
 */
int vital_count(struct vital *v, const char *dimension, const char *place, const char *month, const char *category, int64_t n, struct err *err);

struct vital_row {
	const char *place, *name; /* "_T", "_U" or a code */
	bool is_own;              /* the place's own part */
	int month;                /* 0: the whole year; 1 .. 13: a row of the months of the country */
	const int64_t *value;     /* by column */
	const bool *hidden;
};
struct vital_rows {
	struct vital_row *row;
	size_t n;
};
/* The place, its own part when it has children, and those; NULL: the whole country.  FAIL_NOT_FOUND.  Caller: vital_rows_clear; valid as long as *v. */
int vital_places_of(struct vital *v, const char *place, struct vital_rows *rows, struct err *err);
/* The country's year and its months; by months themselves there is nothing. */
int vital_months(struct vital *v, struct vital_rows *rows, struct err *err);
void vital_rows_clear(struct vital_rows *rows);

/* Columns of a dimension: column 0 is the total, these are the others. */
struct suppress_block vital_columns(const struct vital *v, enum vital_dimension d);

#endif
