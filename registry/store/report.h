/*
 * report.h - what becomes of a document in somebody's hands: delivery to a bearer who was looked at, loss, theft, finding, suspension,
 * revocation, destruction.  Database role catena_issuance.  The stop list and the notifications are written by the registry in the same commit
 * (0198-counter.sql, 0220-life.sql).
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
/* FAIL_CONFLICT: the document is not made yet or at its end, a reference is wanted, or it was not delivered and others than police or authority report it. */
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
	struct uuid consent_id; /* of the guardian; all zero: of the only one who consented */
};
/*
 * What the officer saw; before the decision `deliver`.  FAIL_CONFLICT: not ready, the portrait was not looked at, a guardian of an adult, one who did not
 * consent, three were sent away (0212-delivery.sql).
 */
int delivery_add(struct tx *tx, const struct delivery_new *d, struct err *err);
/* May be delivered again after three were sent away.  FAIL_CONFLICT: it was not so, or by who sent one of them away. */
int release_add(struct tx *tx, const struct uuid *document_id, const char *reason, const struct uuid *officer_id, struct err *err);
/* Is fetched at that office from now on.  FAIL_CONFLICT: not ready, no passport office, there already. */
int transfer_add(struct tx *tx, const struct uuid *document_id, const struct uuid *office_id, const char *reason, const struct uuid *officer_id, struct err *err);
int delivering_office(struct tx *tx, const struct uuid *document_id, struct uuid *office_id, struct err *err); /* where it is fetched; FAIL_NOT_FOUND */

/* The sealed portrait (registry/base/seal.h, associated data: the octets of its id) of a guardian who consented to the document's application. */
struct guardian_portrait {
	struct uuid id;
	struct buf sealed, sha256;
};
int guardian_portrait_read(struct tx *tx, const struct uuid *document_id, const struct uuid *consent_id, struct guardian_portrait *p, struct err *err); /* FAIL_NOT_FOUND */
void guardian_portrait_clear(struct guardian_portrait *p);

struct suspension_new {
	struct uuid id, document_id, officer_id;
	const char *reason;
};
/* Not to be accepted from now on.  FAIL_CONFLICT: it is in nobody's hands, or suspended already. */
int suspension_add(struct tx *tx, const struct suspension_new *s, struct err *err);

struct suspension_end_new {
	struct uuid id, document_id, officer_id;
	const char *outcome; /* reinstated, revoked */
	const char *grounds; /* revoked: fraud, error, court, misuse, nationality_lost; else NULL */
	const char *reason;
};
/* Of the last suspension of the document.  FAIL_CONFLICT: none, ended already, or by who suspended it. */
int suspension_end_add(struct tx *tx, const struct suspension_end_new *e, struct err *err);

/* An officer destroys what is not valid any more, and another says that they saw it: `destroyed` only then. */
int destruction_add(struct tx *tx, const struct uuid *document_id, const char *notes, const struct uuid *officer_id, struct err *err);
int destruction_witness_add(struct tx *tx, const struct uuid *document_id, const struct uuid *officer_id, struct err *err);

extern const struct query report_queries[];

#endif
