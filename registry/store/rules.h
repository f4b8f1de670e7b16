/*
 * rules.h - the country's rules of civil registration and of issuing documents, as the owner of the database keeps them: when a declaration is late,
 * what an officer may decide alone, for which facilities a program notifies; kinds of documents, fees, refunds, interviews.  What no rule may say is held by the database (0120-acts.sql), and every change is in the
 * ledger (0181-rules.sql).
 */
#ifndef CATENA_STORE_RULES_H
#define CATENA_STORE_RULES_H

#include "registry/base/digest.h"
#include "registry/store/db.h"

extern const struct query rules_queries[];

/* Lines for a person to read, after what is in *out. */
int rules_late_list(struct tx *tx, struct buf *out, struct err *err);
int rules_policy_list(struct tx *tx, const char *kind, struct buf *out, struct err *err); /* kind NULL: of all kinds */
int rules_facility_list(struct tx *tx, struct buf *out, struct err *err);

/* An act declared more than `days` days after the event is late; in the place of the rule that is there. */
int rules_late_set(struct tx *tx, const char *kind, int days, const char *legal_basis, struct err *err);
int rules_late_retire(struct tx *tx, const char *kind, struct err *err); /* FAIL_NOT_FOUND: there is none */

enum rule_answer { RULE_AS_IT_IS,
	RULE_YES,
	RULE_NO };
/* FAIL_NOT_FOUND: no such kind or decision; FAIL_CONFLICT: no rule may say so. */
int rules_policy_set(struct tx *tx, const char *kind, const char *event, bool is_late, enum rule_answer alone, enum rule_answer approval, struct err *err);

/* The program of a health facility: made, or made active again, with this certificate; certificate_sha256 NULL: it is there and keeps its own. */
int rules_program_set(struct tx *tx, const char *name, const uint8_t certificate_sha256[SHA256_LEN], struct err *err);
int rules_program_retire(struct tx *tx, const char *name, struct err *err); /* FAIL_NOT_FOUND: none of this name is active */
int rules_facility_set(struct tx *tx, const char *name, const char *place_code, struct err *err);
int rules_facility_retire(struct tx *tx, const char *name, const char *place_code, struct err *err); /* FAIL_NOT_FOUND */

/* What a partner's program is let in for: stop_list, document_status. */
int rules_partner_list(struct tx *tx, struct buf *out, struct err *err);
int rules_service_set(struct tx *tx, const char *name, const char *service, struct err *err);
int rules_service_retire(struct tx *tx, const char *name, const char *service, struct err *err); /* FAIL_NOT_FOUND */

/* ---- issuing ---- */

int rules_kind_list(struct tx *tx, struct buf *out, struct err *err);
int rules_fee_list(struct tx *tx, struct buf *out, struct err *err);
int rules_refund_list(struct tx *tx, struct buf *out, struct err *err);
int rules_interview_list(struct tx *tx, struct buf *out, struct err *err);

enum { RULES_AS_IT_IS = -1 };
struct rules_kind {
	int years, years_minor; /* both, in the place of days; or RULES_AS_IT_IS, as all the numbers */
	int days;               /* in the place of years */
	int consent_below, fetched_below, at_once;
	const char *approver; /* NULL: as it is */
};
int rules_kind_set(struct tx *tx, const char *code, const struct rules_kind *k, struct err *err); /* FAIL_NOT_FOUND */

/* Of applications from now on, in the place of the fee that is there; amounts in smallest units.  FAIL_NOT_FOUND: no such kind. */
int rules_fee_set(struct tx *tx, const char *kind, bool is_urgent, int amount, int loss_surcharge, const char *currency, struct err *err);
int rules_fee_retire(struct tx *tx, const char *kind, bool is_urgent, struct err *err); /* FAIL_NOT_FOUND: it costs nothing */
int rules_refund_set(struct tx *tx, const char *state, int percent, struct err *err);
int rules_interview_set(struct tx *tx, const char *code, int days, const char *reason, struct err *err);
int rules_interview_retire(struct tx *tx, const char *code, struct err *err); /* FAIL_NOT_FOUND: there is none */

/* Who is told of what: topics with commas between, whole ones or families ("document.*"); in the place of what is there. */
int rules_subscriber_list(struct tx *tx, struct buf *out, struct err *err);
int rules_subscriber_set(struct tx *tx, const char *name, const char *url, const char *topics, struct err *err);
int rules_subscriber_retire(struct tx *tx, const char *name, struct err *err); /* FAIL_NOT_FOUND; it is told of nothing from now on */

#endif
