#include "issuance/application/requisites.h"

#include "issuance/application/kinds.h"
#include "issuance/issued.h"
#include "registry/base/uin.h"
#include "registry/store/application.h"
#include "registry/store/entitlement.h"

/* ---- kinds ---- */

static int
work_kinds(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *kinds = NULL;

	(void)rq, (void)arg;
	if (document_kinds_read(tx, &kinds, err) == -1)
		return -1;
	return reply_json(rp, 200, json_pack("{s:o}", "kinds", kinds), err);
}

int
get_document_kinds(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { NULL };

	if (request_query_known(rq, known, err) == -1)
		return -1;
	return office_read(rq, rp, work_kinds, NULL, err);
}

/* ---- what is added to an application ---- */

int
may_add_to_application(struct tx *tx, const struct request *rq, const struct uuid *id, uint64_t roles, struct err *err)
{
	struct application a = { 0 };
	int rc;

	if (application_read(tx, id, &a, err) == -1)
		return -1;
	rc = office_may(rq, roles, &a.office_id, err);
	application_clear(&a);
	return rc;
}

static int
reply_added(struct reply *rp, const struct uuid *id, struct err *err)
{
	char text[UUID_TEXT];

	return reply_json(rp, 201, json_pack("{s:s}", "id", uuid_format(id, text)), err);
}

struct consenting {
	struct uuid application_id;
	char *guardian_uin, *reference;
	int relation;
};
static const char *const relation_names[] = { "mother", "father", "guardian", NULL };
static const struct json_field consenting_fields[] = {
	{ "guardian_uin", JSON_T_CODE, offsetof(struct consenting, guardian_uin), 0, UIN_LEN, UIN_LEN },
	{ "relation", JSON_T_ENUM, offsetof(struct consenting, relation), .words = relation_names },
	{ "reference", JSON_T_TEXT, offsetof(struct consenting, reference), JSON_OPTIONAL, 3, 200 },
	{ NULL }
};

static int
work_consent(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct consenting *c = arg;
	struct consent_new row = { .application_id = c->application_id, .officer_id = rq->who.officer_id, .guardian_uin = c->guardian_uin, .relation = relation_names[c->relation], .reference = c->reference };

	if (may_add_to_application(tx, rq, &c->application_id, ROLE_PASSPORT_CLERK, err) == -1 || uuid_new(&row.id, err) == -1 || consent_add(tx, &row, err) == -1)
		return -1;
	return reply_added(rp, &row.id, err);
}

int
post_consent(struct request *rq, struct reply *rp, struct err *err)
{
	struct consenting c = { .guardian_uin = NULL };
	int rc = -1;

	if (request_param_uuid(rq, "id", &c.application_id, err) == -1 || request_json(rq, consenting_fields, &c, err) == -1)
		return -1;
	if (uin_check(c.guardian_uin, err) == 0)
		rc = office_change(rq, rp, work_consent, &c, err);
	json_clear(consenting_fields, &c);
	return rc;
}

struct interviewing {
	struct uuid application_id;
	char *notes;
	int outcome;
};
static const char *const outcome_names[] = { "confirmed", "doubtful", NULL };
static const struct json_field interviewing_fields[] = {
	{ "outcome", JSON_T_ENUM, offsetof(struct interviewing, outcome), .words = outcome_names },
	{ "notes", JSON_T_TEXT, offsetof(struct interviewing, notes), 0, 10, 4000 },
	{ NULL }
};

static int
work_interview(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct interviewing *i = arg;
	struct interview_new row = { .application_id = i->application_id, .officer_id = rq->who.officer_id, .outcome = outcome_names[i->outcome], .notes = i->notes };

	if (may_add_to_application(tx, rq, &i->application_id, ROLE_PASSPORT_CLERK | ROLE_PASSPORT_APPROVER | ROLE_PASSPORT_SUPERVISOR, err) == -1 ||
		uuid_new(&row.id, err) == -1 || interview_add(tx, &row, err) == -1)
		return -1;
	return reply_added(rp, &row.id, err);
}

int
post_interview(struct request *rq, struct reply *rp, struct err *err)
{
	struct interviewing i = { .notes = NULL };
	int rc;

	if (request_param_uuid(rq, "id", &i.application_id, err) == -1 || request_json(rq, interviewing_fields, &i, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_interview, &i, err);
	json_clear(interviewing_fields, &i);
	return rc;
}

/* ---- designations ---- */

struct designating {
	int document_type;
	char *reference;
	struct date ends_on;
};
static const char *const designated_names[] = { "PD", "PO", NULL };
static const struct json_field designating_fields[] = {
	{ "document_type", JSON_T_ENUM, offsetof(struct designating, document_type), .words = designated_names },
	{ "reference", JSON_T_TEXT, offsetof(struct designating, reference), 0, 3, 200 },
	{ "ends_on", JSON_T_DATE, offsetof(struct designating, ends_on), JSON_OPTIONAL, DATE_DAY },
	{ NULL }
};

static int
work_designate(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct designating *d = arg;
	struct designation_new row = { .officer_id = rq->who.officer_id, .document_type = designated_names[d->document_type], .reference = d->reference, .ends_on = d->ends_on };
	struct applicant who;

	if (applicant_read(tx, request_param(rq, "uin"), &who, err) == -1)
		return -1;
	row.person_id = who.person_id;
	if (uuid_new(&row.id, err) == -1 || designation_add(tx, &row, err) == -1)
		return -1;
	return reply_added(rp, &row.id, err);
}

int
post_designation(struct request *rq, struct reply *rp, struct err *err)
{
	struct designating d = { .reference = NULL };
	int rc;

	if (uin_check(request_param(rq, "uin"), err) == -1 || request_json(rq, designating_fields, &d, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_designate, &d, err);
	json_clear(designating_fields, &d);
	return rc;
}

struct ending {
	struct uuid id;
	char *reason;
};
static const struct json_field ending_fields[] = {
	{ "reason", JSON_T_TEXT, offsetof(struct ending, reason), 0, 3, 200 },
	{ NULL }
};

static int
work_end(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct ending *e = arg;
	struct uuid row;

	if (uuid_new(&row, err) == -1 || designation_end(tx, &e->id, &row, e->reason, &rq->who.officer_id, err) == -1)
		return -1;
	return reply_added(rp, &row, err);
}

int
post_designation_ending(struct request *rq, struct reply *rp, struct err *err)
{
	struct ending e = { .reason = NULL };
	int rc;

	if (request_param_uuid(rq, "id", &e.id, err) == -1 || request_json(rq, ending_fields, &e, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_end, &e, err);
	json_clear(ending_fields, &e);
	return rc;
}
