/*
 * application.h - applications for travel documents: what the registry says of the applicant, taking, deciding, queues.
 * Database role catena_issuance.
 *
 * Four eyes and states are held by the database (0060-documents.sql); these functions ask one question each.  Strings in what is
 * read are malloc'd; the _clear functions free them, and wipe what is personal.
 */
#ifndef CATENA_STORE_APPLICATION_H
#define CATENA_STORE_APPLICATION_H

#include <jansson.h>

#include "registry/store/db.h"

/* Of whom an application is thought of. */
struct applicant {
	struct uuid person_id;
	struct uuid identity_version_id; /* the current one; all zero: none */
};
/*
 * Waits for other changes of this person's applications and keeps them out until the transaction ends: queued, before
 * applicant_read.  Two counters that take an application for one person at once meet here.
 */
int applicant_lock(struct tx *tx, const char *uin, struct err *err);
int applicant_read(struct tx *tx, const char *uin, struct applicant *who, struct err *err); /* FAIL_NOT_FOUND */

struct application_new {
	struct uuid id, person_id, identity_version_id, office_id, officer_id;
	const char *document_type; /* "PP": document_kind.code */
	const char *reason;        /* first, renewal, lost ... */
	const char *issuing_state; /* "UTO": who is its national is judged by it */
	bool is_urgent;            /* at the fee of an urgent one */
	/* of a visa: the passport it goes into, NULL for all other documents; 0 entries: any number; days, 0: until it ends */
	const char *visa_passport;
	int64_t visa_entries, visa_stay;
};
/* The row and its decision `apply`, sent at once.  The row asks for entitlement again: FAIL_CONFLICT when the person may not apply any more. */
int application_add(struct tx *tx, const struct application_new *a, struct err *err);

struct application {
	struct uuid id, person_id, identity_version_id, office_id, officer_id;
	char document_type[3];
	char reason[16];
	char state[24];
	char created_at[40];
	json_t *holder;     /* { uin, primary_name, secondary_name?, sex, date_of_birth?, place_of_birth?, nationality }: personal data */
	json_t *decisions;  /* array of { event, officer_id, reason?, from_state, to_state, created_at } */
	json_t *documents;  /* array of { number, state } */
	json_t *consents;   /* array of { id, relation, reference?, officer_id, created_at } */
	json_t *interviews; /* array of { outcome, notes, officer_id, created_at } */
	json_t *officers;   /* the names of all these officers, by id */
	json_t *visa;       /* { passport_number, entries, stay_days }; NULL: it is no visa */
	bool is_urgent;
};
int application_read(struct tx *tx, const struct uuid *id, struct application *a, struct err *err); /* FAIL_NOT_FOUND */
void application_clear(struct application *a);

/*
 * One page of an office's queue, oldest first, after (after_at, after_id) when after_at is not NULL: array of { id, office_id, state,
 * document_type, is_urgent, primary_name, secondary_name?, reason, officer_id, created_at }, and whether there are more.  state NULL: all.
 */
int application_list(struct tx *tx, const struct uuid *office_id, const char *state, const char *after_at, const struct uuid *after_id,
	unsigned limit, json_t **items, bool *more, struct err *err);

/* event: approve, refuse, cancel (with reason) ...  Queued; FAIL_CONFLICT when it is sent: state, four eyes. */
int application_decide(struct tx *tx, const struct uuid *id, const char *event, const struct uuid *officer_id, const char *reason,
	struct err *err);

extern const struct query application_queries[];

#endif
