/* Decisions on an act: validation, approval, rejection, registration, override of a duplicate candidate, annulment, reinstatement. */
#include <stdio.h>
#include <stdlib.h>

#include "enrolment/civil/civild.h"
#include "enrolment/civil/duplicates.h"
#include "registry/base/clock.h"

struct decision {
	struct uuid act_id;
	const struct act_kind *kind;
	uint64_t role; /* whose decision it is */
	const char *event;
	char *reason;             /* NULL: none is asked for */
	struct uuid candidate_id; /* of an override */
};

static const struct json_field no_fields[] = { { NULL } };
static const struct json_field reason_fields[] = {
	{ "reason", JSON_T_TEXT, offsetof(struct decision, reason), 0, 3, 1000 },
	{ NULL }
};
static const struct json_field override_fields[] = {
	{ "candidate_id", JSON_T_UUID, offsetof(struct decision, candidate_id) },
	{ "reason", JSON_T_TEXT, offsetof(struct decision, reason), 0, 10, 1000 },
	{ NULL }
};

/* The act that the path names, when the decision is the caller's in its office. */
static int
read_own(struct tx *tx, const struct request *rq, const struct decision *d, struct act *act, struct err *err)
{
	if (act_read(tx, &d->act_id, d->kind->name, act, err) == -1)
		return -1;
	return office_may(rq, d->role, &act->office_id, err);
}

static int
reply_state(struct reply *rp, const struct act *act, const char *state, struct err *err)
{
	char id[UUID_TEXT], person[UUID_TEXT];

	return reply_json(rp, 200,
		json_pack("{s:s, s:s, s:s*, s:s*}", "id", uuid_format(&act->id, id), "state", state, "number",
			*act->number == '\0' ? NULL : act->number, "person_id",
			uuid_is_null(&act->person_id) ? NULL : uuid_format(&act->person_id, person)),
		err);
}

/* ---- validation, rejection, annulment ---- */

static const char *
state_after(const char *event)
{
	static const char *const states[][2] = { { "validate", "validated" }, { "approve", "approved" }, { "reject", "rejected" }, { "annul", "annulled" },
		{ "reinstate", "registered" } };
	size_t i = 0;

	while (strcmp(states[i][0], event) != 0)
		i++;
	return states[i][1];
}

static int
work_decide(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct decision *d = arg;
	struct act act = { 0 };
	int rc = -1;

	if (read_own(tx, rq, d, &act, err) == 0 &&
		act_decide(tx, &act, d->event, &rq->who.officer_id, d->reason, err) == 0)
		rc = reply_state(rp, &act, state_after(d->event), err);
	act_clear(&act);
	return rc;
}

static int
decide(struct request *rq, struct reply *rp, const char *event, office_work *work, const struct json_field *fields, struct err *err)
{
	struct decision d = { .event = event, .role = rq->route->roles };
	int rc = -1;

	if ((d.kind = civil_kind(rq, err)) == NULL || request_param_uuid(rq, "id", &d.act_id, err) == -1)
		return -1;
	if ((fields != no_fields || rq->json != NULL) && request_json(rq, fields, &d, err) == -1)
		return -1;
	rc = office_change(rq, rp, work, &d, err);
	json_clear(fields, &d);
	return rc;
}

int
civil_post_validation(struct request *rq, struct reply *rp, struct err *err)
{
	return decide(rq, rp, "validate", work_decide, no_fields, err);
}

int
civil_post_rejection(struct request *rq, struct reply *rp, struct err *err)
{
	return decide(rq, rp, "reject", work_decide, reason_fields, err);
}

int
civil_post_annulment(struct request *rq, struct reply *rp, struct err *err)
{
	return decide(rq, rp, "annul", work_decide, reason_fields, err);
}

int
civil_post_approval(struct request *rq, struct reply *rp, struct err *err)
{
	return decide(rq, rp, "approve", work_decide, no_fields, err);
}

int
civil_post_reinstatement(struct request *rq, struct reply *rp, struct err *err)
{
	return decide(rq, rp, "reinstate", work_decide, reason_fields, err);
}

/* ---- registration and overrides ---- */

/* What the act says now, and its keys: never those stored at declaration, which a correction may have outdated. */
static int
keys_of(const struct act *act, struct declaration *says, int64_t key[MATCH_KEYS], size_t *nkey, struct err *err)
{
	struct match_birth match;

	if (civil_declaration_of(act, says, err) == -1 || declaration_match(says, &match, err) == -1)
		return -1;
	*nkey = declaration_keys(says, &match, key);
	wipe(&match, sizeof(match));
	return 0;
}

static int
work_register(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct decision *d = arg;
	struct act act = { 0 };
	struct act_registering registering = { 0 };
	struct declaration says = { .kind = NULL };
	struct duplicates duplicates = { 0 };
	int64_t key[MATCH_KEYS];
	size_t nkey;
	int rc = -1;

	if (read_own(tx, rq, d, &act, err) == -1 || keys_of(&act, &says, key, &nkey, err) == -1 ||
		act_begin_registration(tx, &act, d->kind->is_new_person ? NULL : d->kind->subject, key, nkey, clock_today().year, &registering, err) == -1)
		goto out;
	if (registering.serial > 0 &&
		(duplicates_judge(&says, &registering.candidates, civil_thresholds(rq), &duplicates, err) == -1 || duplicates_refuse(&duplicates, d->kind, err) == -1))
		goto out;
	if (act_register(tx, &act, &registering, &rq->who.officer_id, err) == -1)
		goto out;
	rc = reply_state(rp, &act, "registered", err);
out:
	duplicates_clear(&duplicates);
	act_candidates_clear(&registering.candidates);
	declaration_clear(&says);
	act_clear(&act);
	return rc;
}

int
civil_post_registration(struct request *rq, struct reply *rp, struct err *err)
{
	return decide(rq, rp, "register", work_register, no_fields, err);
}

static int
work_override(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct decision *d = arg;
	const struct duplicate *duplicate;
	struct act act = { 0 };
	struct act_candidates candidates = { 0 };
	struct duplicates duplicates = { 0 };
	struct declaration says = { .kind = NULL };
	char id[UUID_TEXT], other[UUID_TEXT];
	int64_t key[MATCH_KEYS];
	size_t nkey;
	int rc = -1;

	if (read_own(tx, rq, d, &act, err) == -1)
		goto out;
	if (strcmp(act.state, "declared") != 0 && strcmp(act.state, "validated") != 0 && strcmp(act.state, "approved") != 0) {
		err_set(err, FAIL_CONFLICT, "act is %s, which does not allow: override of a duplicate candidate", act.state);
		goto out;
	}
	if (keys_of(&act, &says, key, &nkey, err) == -1 || act_find_candidates(tx, &act, key, nkey, &candidates, err) == -1 ||
		duplicates_judge(&says, &candidates, civil_thresholds(rq), &duplicates, err) == -1)
		goto out;
	if ((duplicate = duplicates_find(&duplicates, &d->candidate_id)) == NULL) {
		err_problem(err, "/candidate_id", "no duplicate candidate of this act");
		goto out;
	}
	if (act_override(tx, &act, &d->candidate_id, duplicate->score.score, &rq->who.officer_id, d->reason, err) == -1)
		goto out;
	rc = reply_json(rp, 201,
		json_pack("{s:s, s:s, s:i}", "id", uuid_format(&act.id, id), "candidate_id", uuid_format(&d->candidate_id, other), "score",
			duplicate->score.score),
		err);
out:
	duplicates_clear(&duplicates);
	act_candidates_clear(&candidates);
	declaration_clear(&says);
	act_clear(&act);
	return rc;
}

int
civil_post_override(struct request *rq, struct reply *rp, struct err *err)
{
	return decide(rq, rp, "override", work_override, override_fields, err);
}
