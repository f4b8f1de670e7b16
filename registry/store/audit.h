/* audit.h - ledger entries for what changes nothing else: disclosures, refusals, sign-ins.  No personal data. */
#ifndef CATENA_STORE_AUDIT_H
#define CATENA_STORE_AUDIT_H

#include "registry/store/db.h"

struct audit_event {
	const char *kind;              /* one of the CHECK of table audit_event: "disclosure", "denied" ... */
	const char *program;           /* "civild" */
	const struct uuid *officer_id; /* NULL or all zero: nobody known */
	const char *route;             /* "GET /births/{id}" or NULL */
	const char *subject_kind;      /* table name or NULL */
	const struct uuid *subject_id; /* NULL or all zero: none */
	const char *detail;            /* codes and counts only; or NULL */
};

extern const struct query audit_queries[];

/* Queued: goes with the next query or the commit. */
int audit_add(struct tx *tx, const struct audit_event *event, struct err *err);

#endif
