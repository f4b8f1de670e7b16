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
#include "registry/office/office.h"

extern const struct route civil_routes[];
extern const struct office_program civil_program;

/* Options duplicate_review and duplicate_stop. */
const struct match_thresholds *civil_thresholds(const struct request *rq);

/* The kind that the path names, by the {register} or by the pattern's first segment; NULL and FAIL_NOT_FOUND: there is no such register. */
const struct act_kind *civil_kind(const struct request *rq, struct err *err);
/* An act that was read, as a declaration again.  *d must be zeroed; declaration_clear. */
int civil_declaration_of(const struct act *act, struct declaration *d, struct err *err);

/* declare.c, decide.c, read.c */
route_handler civil_post_declaration;
route_handler civil_post_validation, civil_post_rejection, civil_post_registration, civil_post_override, civil_post_annulment, civil_post_approval,
	civil_post_reinstatement;
route_handler civil_get_one, civil_get_list, civil_get_duplicates, civil_get_act, civil_get_offices, civil_get_places;

#endif
