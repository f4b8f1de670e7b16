/*
 * The counter over HTTPS with the real programs: the case the chain exists for - a forged late registration, right in every paper, followed by an
 * application at once - and what becomes of a passport that is lost, stolen and found, of fees, and of a minor's application.
 */
#include "tests/service/counter.h"

/* ---- the forged registration ---- */

/* Three officers of the civil registry and a witness are bought: every paper is as the law wants it. */
static void
register_late(struct one *act)
{
	json_t *witness = json_pack("{s:s, s:s}", "kind", "witness_statement", "reference", "two neighbours");

	sql("INSERT INTO registry.late_rule VALUES ('birth', 90, 'Civil Registration Act, section 7')");
	declare("births", birth("Forged", "Fritzi", "1994-04-05"), act->id);
	if (post("civil_clerk.1", witness, "/civil/v1/births/%s/evidence", act->id) != 201 || post("civil_registrar.1", NULL, "/civil/v1/births/%s/validation", act->id) != 200 ||
		post("civil_supervisor.1", NULL, "/civil/v1/births/%s/approval", act->id) != 200 || post("civil_registrar.1", NULL, "/civil/v1/births/%s/registration", act->id) != 200)
		bail_out("late registration: %s", got.err.text);
	snprintf(act->number, sizeof(act->number), "%s", said("number"));
	sql("DELETE FROM registry.late_rule"); /* what was late stays late */
}

static void
test_forged(void)
{
	struct day_person p = { .portrait = BYTES_NONE };
	char id[UUID_TEXT], again[UUID_TEXT];
	struct one act;

	register_late(&act);
	p.act_number = act.number;
	enrol(&p);
	ok(look("passport_clerk.1", "persons/%s/eligibility", p.uin) == 200 && json_is_true(json_object_get(got.json, "eligible")) && lists("requirements", "interview"),
		"registered late and enrolled at once: an interview is required");
	ok(look("passport_clerk.1", "persons/%s/eligibility?document_type=ID", p.uin) == 200 && lists("requirements", "interview"), "for an identity card, too");
	ok(look("passport_clerk.1", "persons/%s/eligibility?document_type=PE", p.uin) == 200 && lists("requirements", "interview"), "and for an emergency passport");
	ok(take("passport_clerk.1", p.uin, "PP", "first", id) == 201, "the application is taken: %s", got.err.text);
	ok(look("passport_approver.1", "applications/%s", id) == 200 && lists("requirements", "interview"), "the approver sees it");
	tell("passport_approver.1", NULL, "applications/%s/approval", id);
	ok(refused(409, NULL, "registered late"), "refuses: approval without interview");
	tell("passport_supervisor.1", NULL, "applications/%s/approval", id);
	ok(refused(409, NULL, "registered late"), "refuses: a supervisor's, too");
	tell("passport_clerk.1", "'outcome':'confirmed','notes':'all in order'", "applications/%s/interviews", id);
	ok(refused(409, NULL, "may not hold the interview"), "refuses: an interview by who took the application");
	tell("passport_delivery.1", "'outcome':'confirmed','notes':'all in order'", "applications/%s/interviews", id);
	ok(refused(403, NULL, NULL), "refuses: an interview by who only delivers");
	tell("passport_approver.3", "'outcome':'confirmed','notes':'all in order'", "applications/%s/interviews", id);
	ok(refused(403, NULL, NULL), "refuses: an interview by another office");
	tell("passport_approver.2", "'outcome':'confirmed'", "applications/%s/interviews", id);
	ok(refused(400, NULL, NULL), "refuses: an interview of which nothing is told");
	ok(tell("passport_approver.2", "'outcome':'doubtful','notes':'knows neither the school nor the village'", "applications/%s/interviews", id) == 201, "an interview: %s", got.err.text);
	tell("passport_approver.1", NULL, "applications/%s/approval", id);
	ok(refused(409, NULL, "registered late"), "refuses: approval after a doubtful interview");
	ok(tell("passport_clerk.2", "'outcome':'confirmed','notes':'remembered more of it'", "applications/%s/interviews", id) == 201 &&
			tell("passport_approver.2", NULL, "applications/%s/approval", id) == 409 && strstr(got.err.text, "interviewed") != NULL,
		"refuses: approval by who interviewed, even before: %s", got.err.text);
	ok(tell("passport_clerk.2", "'outcome':'doubtful','notes':'the witness withdrew'", "applications/%s/interviews", id) == 201, "the last word is doubt");
	tell("passport_approver.1", NULL, "applications/%s/approval", id);
	ok(refused(409, NULL, NULL), "refuses: approval against it");
	ok(tell("passport_approver.1", "'reason':'the applicant is not who the act says'", "applications/%s/refusal", id) == 201, "the application is refused: %s", got.err.text);
	ok(take("passport_clerk.2", p.uin, "PP", "first", again) == 201, "and made again");
	tell("passport_approver.1", NULL, "applications/%s/approval", again);
	ok(refused(409, NULL, "registered late"), "refuses: interviews of another application count for nothing");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.document d JOIN registry.person_uin u ON u.person_id = d.person_id WHERE u.uin = '%s'", p.uin) == 0, "no document came of it");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.application_interview i JOIN registry.ledger_entry l ON l.record_id = i.id") == 3, "and the ledger has the interviews");
}

/* ---- lost, stolen, found; fees ---- */

static void
test_lost(const struct day_person *p)
{
	const char *n = p->document_number;
	char id[UUID_TEXT];

	tell("passport_clerk.1", "'kind':'stolen','reported_by':'holder'", "documents/%s/reports", n);
	ok(refused(409, NULL, "reference"), "refuses: a theft without the reference of the police");
	tell("passport_clerk.1", "'kind':'lost','reported_by':'police'", "documents/%s/reports", n);
	ok(refused(409, NULL, "reference"), "refuses: a report of the police without reference");
	tell("passport_clerk.1", "'kind':'mislaid','reported_by':'holder'", "documents/%s/reports", n);
	ok(refused(400, "/kind", NULL), "refuses: what is neither lost nor stolen");
	tell("passport_clerk.1", "'kind':'lost','reported_by':'holder','happened_on':'2999-01-01'", "documents/%s/reports", n);
	ok(refused(400, "/happened_on", NULL), "refuses: a loss in the future");
	tell("passport_clerk.1", "'kind':'lost','reported_by':'holder'", "documents/U23456789/reports");
	ok(refused(404, NULL, NULL), "refuses: a document that is not there");
	tell("passport_qc.1", "'kind':'lost','reported_by':'holder'", "documents/%s/reports", n);
	ok(refused(403, NULL, NULL), "refuses: a report to who checks quality");
	tell("passport_supervisor.1", "'found_by':'holder','is_restored':true,'notes':'never was away'", "documents/%s/findings", n);
	ok(refused(409, NULL, "not reported"), "refuses: to find what was not lost");
	ok(take("passport_clerk.1", p->uin, "PP", "lost", id) == 409 && strstr(got.err.text, "not reported") != NULL, "refuses: a replacement of what was not reported");

	ok(tell("passport_clerk.1", "'kind':'lost','reported_by':'holder','happened_on':'2026','place':'on the ferry'", "documents/%s/reports", n) == 201 && strcmp(said("state"), "lost") == 0,
		"reported lost: %s", got.err.text);
	ok(rig_count(&rig, "SELECT count(*) FROM registry.document_report r JOIN registry.ledger_entry a ON a.record_id = r.id JOIN registry.document_stop s ON s.report_id = r.id"
			   " JOIN registry.ledger_entry b ON b.record_id = s.id AND b.xid = a.xid JOIN registry.outbox o ON o.subject_id = r.document_id AND o.topic = 'document.stopped'"
			   " AND o.created_at = r.created_at") == 1,
		"on the stop list and to be told to others in the same commit");
	tell("passport_clerk.2", "'kind':'stolen','reported_by':'police','reference':'P 17'", "documents/%s/reports", n);
	ok(refused(409, NULL, "lost"), "refuses: to steal what is lost");
	ok(take("passport_clerk.1", p->uin, "PP", "first", id) == 409, "refuses: a first passport, as if there had been none: %s", got.err.text);
	tell("passport_clerk.1", "'found_by':'holder','is_restored':true,'notes':'was in the coat'", "documents/%s/findings", n);
	ok(refused(409, NULL, "may not record the finding"), "refuses: the finding by who recorded the report");
	ok(tell("passport_supervisor.1", "'found_by':'holder','is_restored':true,'notes':'was in the coat'", "documents/%s/findings", n) == 201 && strcmp(said("state"), "delivered") == 0,
		"found and given back by another officer: %s", got.err.text);
	ok(rig_count(&rig, "SELECT count(*) FROM registry.stopped_document s JOIN registry.document d ON d.id = s.document_id WHERE d.number = '%s'", n) == 0 &&
			rig_count(&rig, "SELECT count(*) FROM registry.outbox WHERE topic = 'document.stop_lifted'") == 1,
		"off the stop list, and others are told");
	tell("passport_supervisor.1", "'found_by':'holder','is_restored':true,'notes':'was in the coat'", "documents/%s/findings", n);
	ok(refused(409, NULL, NULL), "refuses: to find it twice");
}

static void
test_fees(const char *id)
{
	tell("passport_approver.1", NULL, "applications/%s/approval", id);
	ok(refused(409, NULL, "fee is not paid"), "refuses: approval before the fee");
	tell("passport_clerk.1", "'amount':5001,'method':'cash'", "applications/%s/receipts", id);
	ok(refused(409, NULL, "than is due"), "refuses: more than is due");
	tell("passport_clerk.1", "'amount':0,'method':'cash'", "applications/%s/receipts", id);
	ok(refused(400, "/amount", NULL), "refuses: nothing");
	tell("passport_clerk.1", "'amount':100,'method':'goats'", "applications/%s/receipts", id);
	ok(refused(400, "/method", NULL), "refuses: goats");
	tell("passport_approver.1", "'amount':100,'method':'cash'", "applications/%s/receipts", id);
	ok(refused(403, NULL, NULL), "refuses: a till at the approver's");
	ok(tell("passport_clerk.2", "'amount':2000,'method':'cash'", "applications/%s/receipts", id) == 201 && strstr(said("number"), "PAS1-R-") == said("number") &&
			strcmp(said("number") + strlen(said("number")) - 6, "000001") == 0,
		"the first receipt of the year: %s", got.err.text);
	ok(tell("passport_clerk.1", "'amount':1000,'method':'card'", "applications/%s/receipts", id) == 201 && strcmp(said("number") + strlen(said("number")) - 6, "000002") == 0,
		"a number is lost with no refusal: %s", got.err.text);
	ok(look("passport_clerk.1", "applications/%s", id) == 200 && json_integer_value(json_object_get(json_object_get(got.json, "fee"), "due")) == 2000, "2000 are due");
	tell("passport_approver.1", NULL, "applications/%s/approval", id);
	ok(refused(409, NULL, "fee is not paid"), "refuses: approval for a part of it");
	tell("passport_clerk.1", "'reason':'the applicant is my aunt'", "applications/%s/fee-waiver", id);
	ok(refused(403, NULL, NULL), "refuses: a waiver by who took the application");
	tell("passport_supervisor.1", "'reason':'because'", "applications/%s/fee-waiver", id);
	ok(refused(400, "/reason", NULL), "refuses: a waiver without a reason");
	ok(tell("passport_supervisor.1", "'reason':'the theft was of a whole bus'", "applications/%s/fee-waiver", id) == 201, "the rest is waived: %s", got.err.text);
	tell("passport_supervisor.1", "'reason':'the theft was of a whole bus'", "applications/%s/fee-waiver", id);
	ok(refused(409, NULL, "waived already"), "refuses: a second waiver");
	tell("passport_clerk.1", "'amount':1,'method':'cash'", "applications/%s/receipts", id);
	ok(refused(409, NULL, "than is due"), "refuses: payment of what was waived");
	ok(tell("passport_approver.1", NULL, "applications/%s/approval", id) == 201, "approved: %s", got.err.text);
	tell("passport_clerk.1", "'amount':1,'method':'cash'", "applications/%s/receipts", id);
	ok(refused(409, NULL, "not submitted"), "refuses: payment after the decision");
}

static void
test_stolen(struct day_person *p)
{
	struct day_issuance who = office();
	char id[UUID_TEXT], old[16];
	struct err err = ERR_INIT;

	snprintf(old, sizeof(old), "%s", p->document_number);
	ok(tell("passport_delivery.1", "'kind':'stolen','reported_by':'police','reference':'P 2026/17'", "documents/%s/reports", old) == 201 && strcmp(said("state"), "stolen") == 0,
		"the police report a theft: %s", got.err.text);
	tell("passport_supervisor.1", "'found_by':'police','is_restored':true,'notes':'in the bag of a thief'", "documents/%s/findings", old);
	ok(refused(409, NULL, "stolen is not given back"), "refuses: to give back what was stolen");
	sql("INSERT INTO registry.fee_rule VALUES ('PP', false, 5000, 2500, 'XTS'), ('PP', true, 9000, 2500, 'XTS')");
	ok(take("passport_clerk.1", p->uin, "PP", "lost", id) == 409 && take("passport_clerk.1", p->uin, "PP", "renewal", id) == 409, "refuses: replacement as lost, and renewal, of what was stolen");
	ok(look("passport_clerk.1", "persons/%s/eligibility?reason=stolen", p->uin) == 200 && lists("requirements", "fee") && !lists("requirements", "interview"), "a fee will be wanted");
	ok(take("passport_clerk.1", p->uin, "PP", "stolen", id) == 201, "the replacement is applied for: %s", got.err.text);
	test_fees(id);
	if (uuid_parse(bytes_str(id), &p->application_id, &err) == -1)
		bail_out("%s", err.text);
	ok(day_personalise(&who, p, 1, &err) == 0 && day_deliver(&who, p, &err) == 0, "made and delivered: %s", err.text);
	ok(look("passport_clerk.1", "documents/%s", old) == 200 && strcmp(said("state"), "stolen") == 0, "what was stolen stays stolen");
	ok(tell("passport_clerk.1", "'found_by':'police','is_restored':false,'notes':'in the bag of a thief'", "documents/%s/findings", old) == 201 && strcmp(said("state"), "recovered") == 0,
		"until it is found, and kept: %s", got.err.text);
	ok(rig_count(&rig, "SELECT count(*) FROM registry.stopped_document s JOIN registry.document d ON d.id = s.document_id WHERE d.number = '%s'", old) == 1, "on the stop list for ever");
	sql("DELETE FROM registry.fee_rule");
	ok(look("passport_clerk.1", "persons/%s/eligibility?reason=additional", p->uin) == 200 && json_is_true(json_object_get(got.json, "eligible")) && !lists("requirements", "interview"),
		"one document, lost and found and stolen, is no second loss: no interview");
}

static void
test_losses(void)
{
	struct day_person p = { .portrait = BYTES_NONE };
	struct day_issuance who = office();
	struct err err = ERR_INIT;
	struct one act;

	register_act("births", birth("Careless", "Clara", "1991-06-07"), &act);
	p.act_number = act.number;
	enrol(&p);
	ok(look("passport_clerk.1", "persons/%s/eligibility", p.uin) == 200 && json_is_true(json_object_get(got.json, "eligible")) && !lists("requirements", "interview"),
		"who was registered in time is not interviewed");
	if (day_apply(&who, &p, &err) == -1 || day_personalise(&who, &p, 1, &err) == -1 || day_deliver(&who, &p, &err) == -1)
		bail_out("%s", err.text);
	test_lost(&p);
	test_stolen(&p);
}

int
main(void)
{
	struct err err = ERR_INIT;

	if (rig_start(&rig, (const char *[]){ "signd", "civild", "enrold", "issued", NULL }, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("the counter", err.text);
		return done_testing();
	}
	test_forged();
	test_losses();
	json_decref(got.json);
	rig_stop(&rig);
	return done_testing();
}
