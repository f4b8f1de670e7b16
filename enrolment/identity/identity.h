/*
 * identity.h - who someone is, as an enrolment finds it: the child of a registered birth, with the names in the letters of the MRZ.
 * Pure: JSON and structs in, JSON out.
 *
 * What the register says (sex, date of birth) is taken from the act and cannot be given otherwise; names may be given in the
 * form that the person uses today, and their transliteration may be overridden with a reason (Doc 9303-3 section 6).
 */
#ifndef CATENA_IDENTITY_IDENTITY_H
#define CATENA_IDENTITY_IDENTITY_H

#include "registry/base/json.h"
#include "registry/store/enrolment.h"

/* The body of an examination: everything optional, the act's where not given. */
struct examination {
	char *primary_name, *secondary_name, *name_local;
	char *place_of_birth, *nationality;
	char *mrz_primary, *mrz_secondary, *mrz_override_reason;
};
extern const struct json_field examination_fields[];

struct identity_rules {
	const char *state; /* issuing State: nationality of a child one of whose parents has it */
	const char *place; /* name of the place of birth of the act; NULL none */
	struct date today;
	bool has_guardian; /* evidence of a guardian is attached */
};

enum { IDENTITY_ADULT = 18 };

/*
 * The proposal that another officer then verifies: { primary_name, secondary_name?, name_local?, mrz_primary, mrz_secondary?,
 * mrz_override_reason?, sex, date_of_birth?, place_of_birth?, nationality }.  -1 FAIL_INPUT with problems by JSON pointer.
 */
int identity_propose(const json_t *birth, const struct examination *given, const struct identity_rules *rules, json_t **proposal,
	struct err *err);
/* A proposal, as read back from the registry, into the row it becomes.  Texts are borrowed from the proposal. */
int identity_of_proposal(const json_t *proposal, struct identity *identity, struct err *err);

/* Evidence that is no act: a document shown, or the guardian of a minor. */
struct evidence_body {
	int kind;         /* EVIDENCE_ACT, EVIDENCE_DOCUMENT or EVIDENCE_GUARDIAN */
	char *act_number; /* EVIDENCE_ACT */
	char *document_type, *document_number, *issuer;
	struct date issued_on;
	char *guardian_name, *guardian_relation;
};
extern const struct json_field evidence_fields[];
/* Members that the kind needs and has; *description is the JSON kept with the evidence, NULL for an act. */
int evidence_check(const struct evidence_body *e, json_t **description, struct err *err);

#endif
