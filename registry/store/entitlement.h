/*
 * entitlement.h - which documents there are, who may have one, and what an application still wants.  Database role catena_issuance.
 *
 * The rules are the registry's (0190-entitlement.sql: entitlement_rule, entitlement): asked here for the officer, and again by the
 * database when an application is written and when it is approved, so that no order of calls gets past them.
 */
#ifndef CATENA_STORE_ENTITLEMENT_H
#define CATENA_STORE_ENTITLEMENT_H

#include <jansson.h>

#include "registry/store/db.h"

/* Array of { code, name, mrz_form, mrz_code, family, entitled, needs_designation, approver, years?, years_minor?, days?, consent_below, at_once }. */
int document_kinds_read(struct tx *tx, json_t **kinds, struct err *err);

struct entitlement_question {
	struct uuid person_id;
	const char *document_type; /* document_kind.code */
	const char *reason;        /* of the application */
	const char *state;         /* that is asked: "UTO" */
	struct date today;
	struct uuid application_id; /* the one under decision; all zero: one that is thought of */
};
/*
 * The rules that are not fulfilled, in their order: arrays of { code, rule, detail }.  *bars: nothing is taken; *wants: what can still
 * be brought before the approval.
 */
int entitlement_read(struct tx *tx, const struct entitlement_question *q, json_t **bars, json_t **wants, struct err *err);

/* A guardian, by UIN, consents; reference NULL: none given.  FAIL_NOT_FOUND for the UIN; FAIL_CONFLICT: decided, or no guardian of this minor. */
struct consent_new {
	struct uuid id, application_id, officer_id;
	const char *guardian_uin;
	const char *relation; /* mother, father, guardian */
	const char *reference;
};
int consent_add(struct tx *tx, const struct consent_new *c, struct err *err);

struct interview_new {
	struct uuid id, application_id, officer_id;
	const char *outcome; /* confirmed, doubtful */
	const char *notes;
};
int interview_add(struct tx *tx, const struct interview_new *i, struct err *err); /* FAIL_CONFLICT: decided, or by who took the application */

/* ends_on unknown: until it is ended. */
struct designation_new {
	struct uuid id, person_id, officer_id;
	const char *document_type, *reference;
	struct date ends_on;
};
int designation_add(struct tx *tx, const struct designation_new *d, struct err *err);
/* A further row that names it; FAIL_NOT_FOUND, FAIL_CONFLICT: ended already. */
int designation_end(struct tx *tx, const struct uuid *id, const struct uuid *row_id, const char *reference, const struct uuid *officer_id, struct err *err);

extern const struct query entitlement_queries[];

#endif
