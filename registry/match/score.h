/*
 * score.h - how likely two records of births are of one event: a sum of weights, one for each field, that explains itself.
 *
 * A weight is log2 of how much more often a field agrees (or differs) so between two records of one event than between records
 * of two (Fellegi and Sunter).  What one record does not know counts for nothing either way.  What parents, surname and place
 * say in favour is limited to MATCH_FAMILY_MOST: siblings have all of it in common.  Pure.
 */
#ifndef CATENA_MATCH_SCORE_H
#define CATENA_MATCH_SCORE_H
#include "registry/match/keys.h"

enum match_field { MATCH_F_GIVEN,
	MATCH_F_BIRTH,
	MATCH_F_SEX,
	MATCH_F_SURNAME,
	MATCH_F_MOTHER,
	MATCH_F_MOTHER_BIRTH,
	MATCH_F_FATHER,
	MATCH_F_FATHER_BIRTH,
	MATCH_F_PLACE,
	MATCH_FIELDS };

enum {
	MATCH_REVIEW = 15, /* from here on they look alike */
	MATCH_STOP = 28,   /* from here on they are taken for the same event */
	MATCH_FAMILY_MOST = 16,
	MATCH_SOON_DAYS = 240 /* two births of one mother that are closer, and not of one day */
};

enum match_level { MATCH_L_CLEAR,
	MATCH_L_REVIEW,
	MATCH_L_STOP };
enum match_reason { MATCH_R_NONE,
	MATCH_R_TWINS,  /* both say multiple birth, same mother, same day, other order or other given names: another event */
	MATCH_R_SOON }; /* the same mother within MATCH_SOON_DAYS: at least review */

struct match_score {
	int score; /* sum of the weights, families limited */
	enum match_level level;
	enum match_reason reason;
	enum match_agreement agreement[MATCH_FIELDS];
	int weight[MATCH_FIELDS];
};

struct match_thresholds {
	int review, stop;
};
/* NULL: MATCH_REVIEW and MATCH_STOP. */
void match_births(const struct match_birth *a, const struct match_birth *b, const struct match_thresholds *t, struct match_score *score);

const char *match_field_name(enum match_field field);       /* "given_names" */
const char *match_agreement_name(enum match_agreement how); /* "unknown" "differs" "close" "equal" */
const char *match_level_name(enum match_level level);       /* "clear" "review" "stop" */
const char *match_reason_name(enum match_reason reason);    /* "" "twins" "same_mother_soon" */
/* "given_names equal +9, date_of_birth equal +12, ...": the fields that count, no personal data. */
void match_explain(const struct match_score *score, struct buf *out);

#endif
