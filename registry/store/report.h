/*
 * report.h - what becomes of a document in somebody's hands: delivery to a bearer who was looked at, loss, theft, finding.  Database role
 * catena_issuance.  The stop list and the notifications are written by the registry in the same commit (0198-counter.sql).
 */
#ifndef CATENA_STORE_REPORT_H
#define CATENA_STORE_REPORT_H

#include "registry/store/db.h"

struct report_new {
	struct uuid id, document_id, officer_id;
	const char *kind;        /* lost, stolen */
	const char *reported_by; /* holder, guardian, police, authority */
	const char *reference;   /* NULL: none */
	struct date happened_on; /* any precision */
	const char *place;       /* NULL: not told */
};
/* FAIL_CONFLICT: the document is not in anybody's hands, or a reference is wanted. */
int report_add(struct tx *tx, const struct report_new *r, struct err *err);

struct finding_new {
	struct uuid id, document_id, officer_id;
	const char *found_by; /* holder, police, authority */
	const char *notes;
	bool is_restored; /* given back to its holder and off the stop list */
};
/* Of the last report of the document.  FAIL_CONFLICT: none, found already, by who recorded the report, or not to be given back. */
int finding_add(struct tx *tx, const struct finding_new *f, struct err *err);

struct delivery_new {
	struct uuid id, document_id, officer_id;
	const char *bearer; /* holder, guardian */
	const char *proof;  /* NULL: none */
	bool is_likeness;
};
/* What the officer saw; before the decision `deliver`.  FAIL_CONFLICT: not ready, the portrait was not looked at, a guardian of an adult. */
int delivery_add(struct tx *tx, const struct delivery_new *d, struct err *err);

extern const struct query report_queries[];

#endif
