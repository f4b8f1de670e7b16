/*
 * verdicts.h - what `catena pki ...` says: one finding or verdict per line, or one JSON object for programs; the exit status is the worst.
 *
 * A line is "SUBJECT: WORD CODE TEXT [CLAUSE]", the subject (a file's name) only where there are several.  JSON:
 *	{"verdicts":[{"subject","outcome","code","text","clause"}, ...], "facts":{NAME:VALUE, ...}, "outcome":WORD}
 */
#ifndef CATENA_VERDICTS_H
#define CATENA_VERDICTS_H

#include <jansson.h>

#include "registry/base/bytes.h"
#include "registry/base/err.h"

/* From the best to the worst; the number is the exit status, but that "not checked" counts as a warning. */
enum outcome { OUTCOME_GOOD,
	OUTCOME_WARNING,
	OUTCOME_REFUSED,
	OUTCOME_UNREADABLE,
	OUTCOME_NOT_CHECKED,
	OUTCOME_NOTICE }; /* said, and nothing against it */

struct verdicts {
	bool is_json;
	int status; /* the worst so far, as an exit status */
	json_t *lines, *facts;
};

int verdicts_begin(struct verdicts *v, bool is_json, struct err *err);
/* subject and clause may be NULL.  text names no holder. */
void verdicts_add(struct verdicts *v, enum outcome outcome, const char *subject, const char *code, const char *clause, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
/* What was found beside the verdicts, after them: "certificates", "588". */
void verdicts_fact(struct verdicts *v, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Prints the total; the exit status, or -1 with *err when memory was short.  Call it once, also after errors. */
int verdicts_end(struct verdicts *v, struct err *err);

#endif
