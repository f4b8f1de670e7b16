/*
 * enrolment.h - enrolments, their evidence and portraits, and the identity versions they result in.  Database role catena_enrolment.
 *
 * Four eyes, evidence and states are held by the database (0050-identities.sql); these functions ask one question each.
 * Strings in what is read are malloc'd; the _clear functions free them, and wipe what is personal.
 */
#ifndef CATENA_STORE_ENROLMENT_H
#define CATENA_STORE_ENROLMENT_H

#include <jansson.h>

#include "registry/store/db.h"

/* The person of a registered birth, as the register has them now. */
struct birth_basis {
	struct uuid act_id, person_id;
	char *number;       /* of the act */
	char *place;        /* name of the place of birth; NULL: none */
	bool is_registered; /* not annulled */
	bool is_deceased;
	json_t *content; /* act_version.content of the newest version */
};
/* By the act's number; FAIL_NOT_FOUND. */
int birth_basis_read(struct tx *tx, const char *act_number, struct birth_basis *basis, struct err *err);
void birth_basis_clear(struct birth_basis *basis);

/* Opens (event 'open'); FAIL_CONFLICT when the person has an enrolment that is still open or examined. */
int enrolment_open(struct tx *tx, const struct uuid *id, const struct uuid *person_id, const struct uuid *office_id,
	const struct uuid *officer_id, struct err *err);

enum evidence_kind { EVIDENCE_ACT,
	EVIDENCE_EXEMPTION,
	EVIDENCE_DOCUMENT,
	EVIDENCE_GUARDIAN };
extern const char *const evidence_kind_names[]; /* NULL-terminated */
struct evidence {
	struct uuid id, enrolment_id, officer_id;
	enum evidence_kind kind;
	struct uuid act_id;             /* EVIDENCE_ACT */
	struct uuid exemption_id;       /* EVIDENCE_EXEMPTION */
	struct uuid guardian_person_id; /* EVIDENCE_GUARDIAN, when the registry knows the guardian; else all zero */
	const json_t *description;      /* EVIDENCE_DOCUMENT, EVIDENCE_GUARDIAN; NULL none; borrowed */
};
/* Queued; only while the enrolment is open: FAIL_CONFLICT. */
int evidence_add(struct tx *tx, const struct evidence *e, struct err *err);

struct portrait {
	struct uuid id, enrolment_id, officer_id;
	int width, height;
	struct bytes sealed; /* registry/base/seal.h; associated data: the portrait's id */
};
int portrait_add(struct tx *tx, const struct portrait *p, struct err *err);
/* The sealed image; FAIL_NOT_FOUND. */
int portrait_read(struct tx *tx, const struct uuid *portrait_id, struct buf *sealed, struct err *err);

struct enrolment {
	struct uuid id, person_id, office_id, officer_id;
	char state[24];
	char created_at[40];
	struct uuid portrait_id;       /* the newest; all zero: none yet */
	struct uuid basis_evidence_id; /* the first that is an act or an exemption; all zero: none yet */
	char *uin;                     /* NULL: none yet */
	json_t *proposal;              /* of the last examination; NULL before */
	json_t *evidence;              /* array of { id, kind, act_id?, act_number?, exemption_id?, description?, officer_id, created_at } */
	json_t *decisions;             /* array of { event, officer_id, reason?, from_state, to_state, created_at } */
};
int enrolment_read(struct tx *tx, const struct uuid *id, struct enrolment *e, struct err *err); /* FAIL_NOT_FOUND */
void enrolment_clear(struct enrolment *e);

/* One page of an office's queue, oldest first, after (after_at, after_id) when that is not NULL: JSON array, and whether there are more. */
int enrolment_list(struct tx *tx, const struct uuid *office_id, const char *state, const char *after_at, const struct uuid *after_id,
	unsigned limit, json_t **items, bool *more, struct err *err);

/* event: 'examine' (with proposal), 'verify', 'refuse', 'cancel', 'revoke' (with reason).  Sent at once; *id is the decision's. */
int enrolment_decide(struct tx *tx, const struct enrolment *e, const char *event, const struct uuid *officer_id, const char *reason,
	const json_t *proposal, struct uuid *id, struct err *err);

struct identity {
	struct uuid id, person_id, enrolment_id, verification_id, evidence_id, portrait_id, officer_id;
	const char *uin;
	const char *primary_name, *secondary_name, *name_local; /* secondary_name, name_local may be NULL */
	const char *mrz_primary, *mrz_secondary, *mrz_override_reason;
	char sex; /* F, M, X */
	struct date date_of_birth;
	const char *place_of_birth;
	const char *nationality;
};
/* Keeps the number of a person who has one: FAIL_CONFLICT when it is another. */
int person_uin_add(struct tx *tx, const struct uuid *person_id, const char *uin, struct err *err);
/* The next version of the person's identity; *version is its number. */
int identity_add(struct tx *tx, const struct identity *i, int *version, struct err *err);
/* The newest identity of a person by UIN as a JSON object with its version and whether it holds; FAIL_NOT_FOUND. */
int identity_by_uin(struct tx *tx, const char *uin, json_t **identity, struct err *err);

int exemption_add(struct tx *tx, const struct uuid *id, const struct uuid *person_id, const char *reason, const struct uuid *officer_id,
	const struct uuid *second_officer_id, struct err *err);

extern const struct query enrolment_queries[];

#endif
