/* offices.h - offices and places. */
#ifndef CATENA_STORE_OFFICES_H
#define CATENA_STORE_OFFICES_H

#include "registry/store/db.h"

enum {
	OFFICE_CODE_TEXT = 9,
	PLACE_CODE_TEXT = 25,
	PLACE_NAME_TEXT = 401 /* 100 characters */
};

struct office_row {
	struct uuid id;
	char code[OFFICE_CODE_TEXT]; /* [A-Z0-9]{1,8}, part of the numbers of its acts */
	char name[PLACE_NAME_TEXT];
	char kind[16];                    /* civil enrolment passport pki registry */
	char place_code[PLACE_CODE_TEXT]; /* "" when none */
	int series_first;                 /* first number of each of its series; 1 or more */
};

struct place_row {
	char code[PLACE_CODE_TEXT];
	char name[PLACE_NAME_TEXT];
	char kind[16];                     /* state province district town village facility */
	char parent_code[PLACE_CODE_TEXT]; /* "" when none */
	struct date valid_from, valid_to;  /* unknown: open; valid_to is the first day on which it was no longer so */
};

extern const struct query offices_queries[];       /* reading: every office program */
extern const struct query offices_admin_queries[]; /* adding: the owner */

int office_add(struct tx *tx, const struct office_row *office, struct err *err); /* a code that exists: FAIL_CONFLICT */
int office_find(struct tx *tx, const struct uuid *id, struct office_row *office, struct err *err);
int office_find_code(struct tx *tx, const char *code, struct office_row *office, struct err *err);
int offices_list(struct tx *tx, int (*each)(void *arg, const struct office_row *office, struct err *err), void *arg, struct err *err);

/* The same code again with the same content is fine (repeated imports); with another it is FAIL_CONFLICT. */
int place_add(struct tx *tx, const struct place_row *place, struct err *err);
int place_find(struct tx *tx, const char *code, struct place_row *place, struct err *err); /* FAIL_NOT_FOUND */
/* Places whose name begins so (any case), that were valid on the day (unknown: any), at most `limit`, in order of name. */
int place_search(struct tx *tx, const char *prefix, struct date on, unsigned limit,
	int (*each)(void *arg, const struct place_row *place, struct err *err), void *arg, struct err *err);

#endif
