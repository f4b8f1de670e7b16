#include "issuance/application/counter.h"

#include <stdio.h>
#include <stdlib.h>

#include "issuance/application/kinds.h"
#include "issuance/issued.h"
#include "registry/base/clock.h"
#include "registry/base/uin.h"
#include "registry/service/page.h"
#include "registry/store/entitlement.h"
#include "registry/store/fee.h"

/* ---- eligibility ---- */

struct asking {
	const char *document_type, *reason;
};

/* A query parameter that is one of the words; the first of them when it is absent. */
static int
word_of_query(const struct request *rq, const char *name, const char *const *words, const char **word, struct err *err)
{
	const char *given = request_query(rq, name);

	*word = given != NULL ? given : words[0];
	if (word_find(words, *word) == -1)
		return err_set(err, FAIL_INPUT, "query parameter %s: there is no such %s", name, name);
	return 0;
}

static int
work_eligibility(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct asking *asked = arg;
	struct entitlement_question q = { .document_type = asked->document_type, .reason = asked->reason, .state = station_state(issued_of(rq)->station), .today = clock_today() };
	json_t *bars = NULL, *wants = NULL;
	struct applicant who;

	if (applicant_read(tx, request_param(rq, "uin"), &who, err) == -1)
		return -1;
	q.person_id = who.person_id;
	if (office_disclose(tx, rq, "person", &who.person_id, err) == -1 || entitlement_read(tx, &q, &bars, &wants, err) == -1)
		return -1;
	return reply_json(rp, 200, json_pack("{s:b, s:o, s:o}", "eligible", json_array_size(bars) == 0, "reasons", bars, "requirements", wants), err);
}

int
get_eligibility(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "reason", "document_type", NULL };
	struct asking asked;

	if (request_query_known(rq, known, err) == -1 || word_of_query(rq, "reason", application_reason_names, &asked.reason, err) == -1 ||
		word_of_query(rq, "document_type", document_type_names, &asked.document_type, err) == -1 ||
		uin_check(request_param(rq, "uin"), err) == -1)
		return -1;
	return office_read(rq, rp, work_eligibility, &asked, err);
}

/* ---- taking ---- */

struct taking {
	char *uin;
	int document_type, reason;
	struct uuid office_id;
	bool is_urgent;
	struct visa_terms {
		char *passport_number;
		int64_t entries, stay_days;
	} visa;
	bool is_visa;
};
static const struct json_field visa_fields[] = {
	{ "passport_number", JSON_T_CODE, offsetof(struct visa_terms, passport_number), 0, 1, 9 },
	{ "entries", JSON_T_INT, offsetof(struct visa_terms, entries), 0, 0, 99 },
	{ "stay_days", JSON_T_INT, offsetof(struct visa_terms, stay_days), 0, 0, 254 },
	{ NULL }
};
static const struct json_field taking_fields[] = {
	{ "uin", JSON_T_CODE, offsetof(struct taking, uin), 0, UIN_LEN, UIN_LEN },
	{ "document_type", JSON_T_ENUM, offsetof(struct taking, document_type), .words = document_type_names },
	{ "reason", JSON_T_ENUM, offsetof(struct taking, reason), .words = application_reason_names },
	{ "office_id", JSON_T_UUID, offsetof(struct taking, office_id) },
	{ "is_urgent", JSON_T_BOOL, offsetof(struct taking, is_urgent), JSON_OPTIONAL },
	{ "visa", JSON_T_OBJECT, offsetof(struct taking, visa), JSON_OPTIONAL, .fields = visa_fields, .present = offsetof(struct taking, is_visa) },
	{ NULL }
};

/* All reasons at once, in the problem document's list; takes `why`. */
static int
refuse(json_t *why, const char *pointer, struct err *err)
{
	const json_t *one;
	size_t i;

	json_array_foreach (why, i, one)
		err_problem(err, pointer, "%s", json_string_value(json_object_get(one, "detail")));
	err->kind = FAIL_CONFLICT;
	snprintf(err->text, sizeof(err->text), "%s", json_string_value(json_object_get(json_array_get(why, 0), "detail")));
	json_decref(why);
	return -1;
}

/* Asked in the transaction that takes the application. */
static int
may_apply(struct tx *tx, const struct application_new *a, struct err *err)
{
	struct entitlement_question q = { .person_id = a->person_id, .document_type = a->document_type, .reason = a->reason, .state = a->issuing_state, .today = clock_today() };
	json_t *bars = NULL, *wants = NULL;

	if (entitlement_read(tx, &q, &bars, &wants, err) == -1)
		return -1;
	json_decref(wants);
	if (json_array_size(bars) > 0)
		return refuse(bars, "/uin", err);
	json_decref(bars);
	return 0;
}

int
counter_take(struct tx *tx, const struct request *rq, const char *uin, struct application_new *a, struct err *err)
{
	struct applicant who;

	a->officer_id = rq->who.officer_id;
	a->issuing_state = station_state(issued_of(rq)->station);
	if (uuid_new(&a->id, err) == -1 || applicant_lock(tx, uin, err) == -1 || applicant_read(tx, uin, &who, err) == -1)
		return -1;
	a->person_id = who.person_id;
	a->identity_version_id = who.identity_version_id;
	return may_apply(tx, a, err) == -1 ? -1 : application_add(tx, a, err);
}

int
reply_taken(struct reply *rp, const struct application_new *a, struct err *err)
{
	char id[UUID_TEXT];

	return reply_json(rp, 201, json_pack("{s:s, s:s}", "id", uuid_format(&a->id, id), "state", "submitted"), err);
}

static int
work_take(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct taking *t = arg;
	struct application_new a = { .office_id = t->office_id, .document_type = document_type_names[t->document_type], .reason = application_reason_names[t->reason], .is_urgent = t->is_urgent };

	if (t->is_visa) {
		a.visa_passport = t->visa.passport_number;
		a.visa_entries = t->visa.entries;
		a.visa_stay = t->visa.stay_days;
	}
	return counter_take(tx, rq, t->uin, &a, err) == -1 ? -1 : reply_taken(rp, &a, err);
}

int
post_application(struct request *rq, struct reply *rp, struct err *err)
{
	struct taking t = { 0 };
	int rc = -1;

	if (request_json(rq, taking_fields, &t, err) == -1)
		return -1;
	if (document_is_visa(document_type_names[t.document_type]) && !t.is_visa)
		err_problem(err, "/visa", "a visa is applied for with the passport it goes into, entries and duration of stay");
	else if (uin_check(t.uin, err) == 0 && office_may(rq, ROLE_PASSPORT_CLERK, &t.office_id, err) == 0)
		rc = office_change(rq, rp, work_take, &t, err);
	json_clear(taking_fields, &t);
	return rc;
}

/* ---- reading ---- */

static json_t *
application_to_json(const struct application *a)
{
	char id[UUID_TEXT], office[UUID_TEXT], officer[UUID_TEXT], version[UUID_TEXT];

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:O, s:O, s:O, s:O, s:O, s:O, s:O*}", "id", uuid_format(&a->id, id), "state", a->state,
		"document_type", a->document_type, "reason", a->reason, "office_id", uuid_format(&a->office_id, office), "officer_id",
		uuid_format(&a->officer_id, officer), "identity_version_id", uuid_format(&a->identity_version_id, version), "created_at",
		a->created_at, "is_urgent", a->is_urgent, "holder", a->holder, "decisions", a->decisions, "documents", a->documents, "consents",
		a->consents, "interviews", a->interviews, "officers", a->officers, "visa", a->visa);
}

/* The rules that an undecided application does not fulfil. */
static int
still_wanted(struct tx *tx, const struct request *rq, const struct application *a, json_t **bars, json_t **wants, struct err *err)
{
	struct entitlement_question q = { .person_id = a->person_id, .document_type = a->document_type, .reason = a->reason, .state = station_state(issued_of(rq)->station), .today = clock_today(), .application_id = a->id };

	return entitlement_read(tx, &q, bars, wants, err);
}

static int
work_read(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *bars = NULL, *wants = NULL, *fee = NULL, *item;
	struct application a = { 0 };
	int rc = -1;

	if (application_read(tx, arg, &a, err) == -1)
		return -1;
	if (office_disclose(tx, rq, "person", &a.person_id, err) == -1 ||
		fee_read(tx, &a.id, &fee, err) == -1 || (strcmp(a.state, "submitted") == 0 && still_wanted(tx, rq, &a, &bars, &wants, err) == -1))
		goto out;
	item = application_to_json(&a);
	if (bars != NULL && json_array_extend(bars, wants) == 0)
		json_object_set(item, "requirements", bars);
	if (fee != NULL)
		json_object_set(item, "fee", fee);
	rc = reply_json(rp, 200, item, err);
out:
	json_decref(fee);
	json_decref(bars);
	json_decref(wants);
	application_clear(&a);
	return rc;
}

int
get_application(struct request *rq, struct reply *rp, struct err *err)
{
	struct uuid id;

	if (request_param_uuid(rq, "id", &id, err) == -1)
		return -1;
	return office_read(rq, rp, work_read, &id, err);
}

struct listing {
	struct uuid office_id;
	const char *state;
	struct page page;
};

static int
work_list(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct listing *l = arg;
	const char *after_at = l->page.has_after ? l->page.after_key : NULL;
	json_t *items = NULL;
	struct uuid after_id;
	bool more;

	if (l->page.has_after && uuid_parse(bytes_str(l->page.after_id), &after_id, err) == -1)
		return -1;
	if (application_list(tx, &l->office_id, l->state, after_at, l->page.has_after ? &after_id : NULL, l->page.limit, &items, &more, err) == -1)
		return -1;
	if (json_array_size(items) > 0 && office_disclose(tx, rq, "office", &l->office_id, err) == -1) {
		json_decref(items);
		return -1;
	}
	return reply_page_by(rp, "applications", items, more, "created_at", err);
}

int
get_applications(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "office", "state", "cursor", "limit", NULL };
	static const char *const states[] = { "submitted", "approved", "refused", "cancelled", "stopped", "in_production", "completed", NULL };
	struct listing l = { .state = request_query(rq, "state") };
	int has_office;
	size_t i = 0;

	if (request_query_known(rq, known, err) == -1 || (has_office = request_query_uuid(rq, "office", &l.office_id, err)) == -1 ||
		page_of_request(rq, "applications", &l.page, err) == -1)
		return -1;
	if (has_office == 0)
		return err_set(err, FAIL_INPUT, "query parameter office: whose applications is wanted");
	while (l.state != NULL && states[i] != NULL && strcmp(states[i], l.state) != 0)
		i++;
	if (l.state != NULL && states[i] == NULL)
		return err_set(err, FAIL_INPUT, "query parameter state: no state of an application");
	if (office_may(rq, ROLES_PASSPORT, &l.office_id, err) == -1)
		return -1;
	return office_read(rq, rp, work_list, &l, err);
}

/* ---- deciding ---- */

struct deciding {
	struct uuid id;
	const char *event, *state_after;
	uint64_t role;
	char *reason; /* NULL: none is asked for */
};
static const struct json_field deciding_fields[] = {
	{ "reason", JSON_T_TEXT, offsetof(struct deciding, reason), 0, 3, 1000 },
	{ NULL }
};

/* The approval asks again, in its own transaction; the database does, too, whoever decides (application_entitled). */
static int
may_be_approved(struct tx *tx, const struct request *rq, const struct application *a, struct err *err)
{
	json_t *bars = NULL, *wants = NULL;
	int rc = -1;

	if (strcmp(a->state, "submitted") != 0)
		return 0; /* the state machine says so in its own words */
	if (still_wanted(tx, rq, a, &bars, &wants, err) == 0 && json_array_extend(bars, wants) == 0) {
		rc = 0;
		if (json_array_size(bars) > 0)
			rc = refuse(json_incref(bars), "", err);
	}
	json_decref(bars);
	json_decref(wants);
	return rc;
}

static int
work_decide(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct deciding *d = arg;
	struct application a = { 0 };
	char id[UUID_TEXT];
	int rc = -1;

	if (application_read(tx, &d->id, &a, err) == -1)
		return -1;
	if (office_may(rq, d->role, &a.office_id, err) == 0 && (strcmp(d->event, "approve") != 0 || may_be_approved(tx, rq, &a, err) == 0) &&
		application_decide(tx, &d->id, d->event, &rq->who.officer_id, d->reason, err) == 0 && tx_flush(tx, err) == 0)
		rc = reply_json(rp, 201, json_pack("{s:s, s:s}", "id", uuid_format(&d->id, id), "state", d->state_after), err);
	application_clear(&a);
	return rc;
}

static int
decide(struct request *rq, struct reply *rp, struct deciding d, bool with_reason, struct err *err)
{
	int rc = -1;

	if (request_param_uuid(rq, "id", &d.id, err) == -1 || (with_reason && request_json(rq, deciding_fields, &d, err) == -1))
		return -1;
	rc = office_change(rq, rp, work_decide, &d, err);
	if (with_reason)
		json_clear(deciding_fields, &d);
	return rc;
}

int
post_approval(struct request *rq, struct reply *rp, struct err *err)
{
	return decide(rq, rp, (struct deciding){ .event = "approve", .state_after = "approved", .role = ROLE_PASSPORT_APPROVER | ROLE_PASSPORT_SUPERVISOR }, false, err);
}

int
post_refusal(struct request *rq, struct reply *rp, struct err *err)
{
	return decide(rq, rp, (struct deciding){ .event = "refuse", .state_after = "refused", .role = ROLE_PASSPORT_APPROVER | ROLE_PASSPORT_SUPERVISOR }, true, err);
}

int
post_cancellation(struct request *rq, struct reply *rp, struct err *err)
{
	return decide(rq, rp, (struct deciding){ .event = "cancel", .state_after = "cancelled", .role = ROLE_PASSPORT_CLERK }, true, err);
}
