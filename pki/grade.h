/*
 * grade.h - how good an answer of the verifiers is, from the best to the worst; "not checked" is never "good".  "Not applicable" neither is:
 * there is nothing of the kind in what was looked at, so it does not count in a total.
 */
#ifndef CATENA_PKI_GRADE_H
#define CATENA_PKI_GRADE_H

enum grade { GRADE_NOT_APPLICABLE = -1,
	GRADE_GOOD,
	GRADE_WARNING,
	GRADE_NOT_CHECKED,
	GRADE_BAD };
const char *grade_name(enum grade grade); /* "not applicable" "good" "warning" "not checked" "bad" */

#endif
