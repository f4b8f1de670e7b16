/* duplicates.h - duplicate candidates of an act, judged and explained.  Pure. */
#ifndef CATENA_CIVIL_DUPLICATES_H
#define CATENA_CIVIL_DUPLICATES_H

#include "enrolment/civil/kinds.h"

struct duplicate {
	const struct act_candidate *candidate; /* borrowed */
	struct match_score score;
};
struct duplicates {
	struct duplicate *item; /* those that must be looked at, the likest first */
	size_t n;
};

/* t NULL: the usual thresholds. */
int duplicates_judge(const struct declaration *mine, const struct act_candidates *candidates, const struct match_thresholds *t,
	struct duplicates *d, struct err *err);
void duplicates_clear(struct duplicates *d);
/* NULL when the act is none of them. */
const struct duplicate *duplicates_find(const struct duplicates *d, const struct uuid *act_id);
/*
 * Array of { act_id, kind, office_id, state, number?, score, level, reason?, overridden, fields, and the parties as the act names them: child,
 * mother, father, deceased, spouse_1 ... }; of a sealed act no parties.  NULL: no memory.
 */
json_t *duplicates_json(const struct duplicates *d);
/* 0 when each was overridden; else -1 FAIL_CONFLICT, a problem for each with the act's id, score and reasons; no personal data. */
int duplicates_refuse(const struct duplicates *d, const struct act_kind *kind, struct err *err);

#endif
