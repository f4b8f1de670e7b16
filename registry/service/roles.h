/*
 * roles.h - what an officer or a program may be: one table, used by the route tables (which are the access policy), by the
 * officer rows of the registry (which store the names) and by the manual (`catena roles` prints it).
 *
 * A role is one bit; a person can hold several.  Four eyes are not roles: the database compares the persons.
 */
#ifndef CATENA_SERVICE_ROLES_H
#define CATENA_SERVICE_ROLES_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum role {
	ROLE_CIVIL_CLERK = 1 << 0,
	ROLE_CIVIL_REGISTRAR = 1 << 1,
	ROLE_ENROLMENT_OFFICER = 1 << 2,
	ROLE_ENROLMENT_SUPERVISOR = 1 << 3,
	ROLE_PASSPORT_CLERK = 1 << 4,
	ROLE_PASSPORT_APPROVER = 1 << 5,
	ROLE_PASSPORT_PERSONALISER = 1 << 6,
	ROLE_PASSPORT_QC = 1 << 7,
	ROLE_PASSPORT_DELIVERY = 1 << 8,
	ROLE_INSPECTOR = 1 << 9,
	ROLE_PKI_OFFICER = 1 << 10,
	ROLE_AUDITOR = 1 << 11,
	ROLE_STATISTICIAN = 1 << 12,
	ROLE_ADMINISTRATOR = 1 << 13,
	ROLE_CIVIL_SUPERVISOR = 1 << 14,
	ROLE_PASSPORT_SUPERVISOR = 1 << 15,
	ROLE_PROGRAM = 1 << 16 /* a client certificate, not a person */
};
#define ROLES_CIVIL     ((uint64_t)(ROLE_CIVIL_CLERK | ROLE_CIVIL_REGISTRAR | ROLE_CIVIL_SUPERVISOR))
#define ROLES_ENROLMENT ((uint64_t)(ROLE_ENROLMENT_OFFICER | ROLE_ENROLMENT_SUPERVISOR))
#define ROLES_PASSPORT  ((uint64_t)(ROLE_PASSPORT_CLERK | ROLE_PASSPORT_APPROVER | ROLE_PASSPORT_PERSONALISER | \
	ROLE_PASSPORT_QC | ROLE_PASSPORT_DELIVERY | ROLE_PASSPORT_SUPERVISOR))
#define ROLES_OFFICERS ((uint64_t)ROLE_PROGRAM - 1) /* every person who is signed in */
#define ROLES_ALL      (ROLES_OFFICERS | ROLE_PROGRAM)

struct role_entry {
	uint64_t role;
	const char *name;   /* as stored and in the API: "civil_clerk" */
	const char *manual; /* what the holder does, one sentence */
};
extern const struct role_entry role_table[]; /* ends with name NULL */

/* One name; -1 FAIL_INPUT when there is no such role. */
int role_parse(struct bytes name, uint64_t *role, struct err *err);
/* Names separated by commas, spaces allowed around them; "" is no role. */
int roles_parse(struct bytes names, uint64_t *roles, struct err *err);
const char *role_name(uint64_t role);              /* of one bit; NULL for another value */
void roles_print(uint64_t roles, struct buf *out); /* "civil_clerk,auditor", in the order of the table */
void roles_manual(struct buf *out);                /* the table for the manual, mdoc list items */

#endif
