/* grade.h - how good an answer of the verifiers is, from the best to the worst; "not checked" is never "good". */
#ifndef CATENA_PKI_GRADE_H
#define CATENA_PKI_GRADE_H

enum grade { GRADE_GOOD,
	GRADE_WARNING,
	GRADE_NOT_CHECKED,
	GRADE_BAD };
const char *grade_name(enum grade grade); /* "good" "warning" "not checked" "bad" */

#endif
