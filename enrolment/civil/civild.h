/*
 * civild.h - the civil registration service: routes below /civil/v1, docs/api/civil.yaml.
 *
 *	declaration  civil_clerk        declared
 *	validation   civil_registrar    declared -> validated
 *	registration civil_registrar    declared or validated -> registered, with a number and a person
 *	rejection    civil_registrar    declared or validated -> rejected, with a reason
 *	annulment    civil_registrar    registered -> annulled, with a reason
 * The declaring officer can do none of the others but reject (four_eyes_act).  An officer acts for the offices of his roles;
 * an auditor reads.  Whatever shows an act appends a disclosure to the ledger in the same transaction.
 */
#ifndef CATENA_CIVIL_CIVILD_H
#define CATENA_CIVIL_CIVILD_H

#include "registry/match/score.h"
#include "registry/office/office.h"

extern const struct route civil_routes[];
extern const struct office_program civil_program;

/* Options duplicate_review and duplicate_stop. */
const struct match_thresholds *civil_thresholds(const struct request *rq);

/* declare.c, decide.c, read.c */
route_handler civil_post_birth;
route_handler civil_post_validation, civil_post_rejection, civil_post_registration, civil_post_override, civil_post_annulment;
route_handler civil_get_birth, civil_get_births, civil_get_duplicates, civil_get_act, civil_get_offices, civil_get_places;

#endif
