/*
 * civild.h - the civil registration service: routes below /civil/v1, docs/api/civil.yaml.
 *
 *	declaration  civil_clerk        declared
 *	validation   civil_registrar    declared -> validated
 *	approval     civil_supervisor   validated -> approved, where the policy asks for it: late registrations
 *	registration civil_registrar    declared, validated or approved -> registered, with a number and a person
 *	rejection    civil_registrar    declared or validated -> rejected, with a reason
 *	annulment    civil_registrar    registered -> annulled, with a reason; reinstatement takes it back
 * The declaring officer can do none of the others but reject (four_eyes_act), and validate or register where act_policy says so.  All kinds of acts
 * (kinds.h) share these handlers.  An officer acts for the offices of his roles;
 * an auditor reads.  Whatever shows an act appends a disclosure to the ledger in the same transaction.
 */
#ifndef CATENA_CIVIL_CIVILD_H
#define CATENA_CIVIL_CIVILD_H

#include "enrolment/civil/kinds.h"
#include "registry/base/seal.h"
#include "registry/office/office.h"

extern const struct route civil_routes[];
extern const struct office_program civil_program;

/* Options duplicate_review and duplicate_stop. */
const struct match_thresholds *civil_thresholds(const struct request *rq);

/* The kind that the path names, by the {register} or by the pattern's first segment; NULL and FAIL_NOT_FOUND: there is no such register. */
const struct act_kind *civil_kind(const struct request *rq, struct err *err);
/* An act that was read, as a declaration again.  *d must be zeroed; declaration_clear. */
int civil_declaration_of(const struct act *act, struct declaration *d, struct err *err);

/* What the act says may be read by the caller: its offices' officers, an auditor; sealed, by an auditor only. */
int civil_may_read(const struct request *rq, const struct act *act, struct err *err);
/* What an office keeps: its officers, an auditor. */
int civil_may_read_office(const struct request *rq, const struct uuid *office_id, struct err *err);
/* Finds the persons of the parties and the act that the declaration is about (all zero: none), as far as it gives their numbers. */
int civil_link(struct tx *tx, const struct declaration *d, struct act_party *party, size_t n, struct uuid *about_act_id, struct err *err);
/* That the place of the declaration was there. */
int civil_check_place(struct tx *tx, const struct declaration *d, const struct uuid *office_id, struct err *err);

/*
 * Declares what was read and checked, in the name of `declarer`: place, duplicate search, parties, the act.  *duplicates: as duplicates_json, the
 * caller's.
 */
int civil_declare(struct tx *tx, const struct request *rq, const struct declaration *d, const struct uuid *declarer, struct uuid *id, json_t **duplicates,
	struct err *err);

/* evidence.c */
struct civil_evidence {
	int kind, media_type;
	char *reference;
	struct date issued_on;
	bool has_media_type;
	struct buf file;
};
extern const struct json_field civil_evidence_fields[];
void civil_evidence_check(const struct civil_evidence *e, const char *at, struct date today, struct err *found);
int civil_evidence_add(struct tx *tx, const struct request *rq, const struct civil_evidence *e, const struct uuid *act_id,
	const struct uuid *correction_id, struct uuid *id, struct err *err);

/* certify.c: its connection to signd. */
int civil_certify_start(struct office *office, struct err *err);
void civil_certify_stop(void);

/* notify.c: its tables, made at start. */
int civil_notify_start(struct err *err);
void civil_notify_stop(void);

/* declare.c, decide.c, read.c, evidence.c, correct.c, notify.c */
route_handler civil_post_declaration;
route_handler civil_post_validation, civil_post_rejection, civil_post_registration, civil_post_override, civil_post_annulment, civil_post_approval,
	civil_post_reinstatement;
route_handler civil_post_evidence, civil_get_evidence, civil_post_correction, civil_get_correction, civil_post_acceptance, civil_post_refusal,
	civil_post_withdrawal;
route_handler civil_post_notification, civil_get_notifications, civil_get_notification, civil_post_closure;
route_handler civil_get_one, civil_get_list, civil_get_duplicates, civil_get_act, civil_get_offices, civil_get_places;
/* search.c */
route_handler civil_get_acts;
/* legacy.c */
route_handler civil_post_legacy, civil_get_legacy, civil_get_legacy_list, civil_post_legacy_image, civil_get_legacy_image, civil_post_legacy_proposal,
	civil_post_legacy_promotion, civil_post_legacy_return, civil_post_legacy_refusal, civil_get_provenance_grades;
/* statistics.c */
route_handler civil_get_statistics, civil_get_dictionary, civil_post_estimate, civil_get_estimates;

/* certify.c */
route_handler civil_post_certificate, civil_get_certificates, civil_get_certificate, civil_get_certificate_pdf, civil_post_certificate_revocation, civil_post_certificate_paper,
	civil_post_paper_spoiling, civil_post_paper_count, civil_post_paper_confirmation, civil_get_paper;

/* status.c */
route_handler civil_get_status_page, civil_get_status;

#endif
