/*
 * Money that goes back, and persons to whom nothing is issued, over HTTPS with the real programs: refunds by the country's rule and by another officer,
 * receipts on paper, orders of courts and the alert list.
 */
#include "tests/service/counter.h"

static int64_t
of_fee(const char *id, const char *member)
{
	look("passport_clerk.1", "applications/%s", id);
	return json_integer_value(json_object_get(json_object_get(got.json, "fee"), member));
}

static void
pay(const char *login, const char *id, int amount)
{
	char members[60];

	snprintf(members, sizeof(members), "'amount':%d,'method':'cash'", amount);
	if (tell(login, members, "applications/%s/receipts", id) != 201)
		bail_out("%s", got.err.text);
}

static int
give_back(const char *login, const char *id, int amount)
{
	char members[120];

	snprintf(members, sizeof(members), "'amount':%d,'method':'transfer','reason':'the application came to nothing'", amount);
	return tell(login, members, "applications/%s/refunds", id);
}

static void
cancel(const char *id)
{
	if (tell("passport_clerk.1", "'reason':'changed her mind'", "applications/%s/cancellation", id) != 201)
		bail_out("%s", got.err.text);
}

/* ---- refunds ---- */

static void
test_cancelled(const char *uin)
{
	char id[UUID_TEXT], paid[40];

	if (take("passport_clerk.1", uin, "PP", "first", id) != 201)
		bail_out("%s", got.err.text);
	give_back("passport_supervisor.1", id, 100);
	ok(refused(409, NULL, "is submitted"), "refuses: a refund while it is open");
	pay("passport_clerk.2", id, 3000);
	snprintf(paid, sizeof(paid), "%s", said("number"));
	ok(of_fee(id, "refundable") == 0, "nothing is to be given back of an open one");
	cancel(id);
	ok(of_fee(id, "refundable") == 3000, "all of it when it is cancelled");
	give_back("passport_clerk.1", id, 100);
	ok(refused(403, NULL, NULL), "refuses: a refund by a clerk");
	give_back("passport_supervisor.3", id, 100);
	ok(refused(403, NULL, NULL), "refuses: by another office");
	give_back("passport_supervisor.1", id, 3001);
	ok(refused(409, NULL, "no more than 3000"), "refuses: more than was paid");
	give_back("passport_supervisor.1", id, 0);
	ok(refused(400, "/amount", NULL), "refuses: nothing");
	give_back("passport_supervisor.1", id, -5);
	ok(refused(400, "/amount", NULL), "refuses: less than nothing");
	tell("passport_supervisor.1", "'amount':5,'method':'favours','reason':'the application came to nothing'", "applications/%s/refunds", id);
	ok(refused(400, "/method", NULL), "refuses: favours");
	tell("passport_supervisor.1", "'amount':5,'method':'cash','reason':'so'", "applications/%s/refunds", id);
	ok(refused(400, "/reason", NULL), "refuses: without a reason");
	give_back("passport_supervisor.1", "018f2a00-0000-7000-8000-00000000abcd", 5);
	ok(refused(404, NULL, NULL), "refuses: of an application that is not there");
	ok(give_back("passport_supervisor.1", id, 1000) == 201 && strstr(said("number"), "PAS1-F-") == said("number") && strcmp(said("number") + strlen(said("number")) - 6, "000001") == 0,
		"a part, with the first number of the year: %s", got.err.text);
	give_back("passport_supervisor.2", id, 2001);
	ok(refused(409, NULL, "no more than 2000"), "refuses: more than is left");
	ok(give_back("passport_supervisor.2", id, 2000) == 201 && strcmp(said("number") + strlen(said("number")) - 6, "000002") == 0, "the rest; no number is lost with a refusal: %s", got.err.text);
	give_back("passport_supervisor.2", id, 1);
	ok(refused(409, NULL, "nothing more"), "refuses: more than all");
	ok(of_fee(id, "refundable") == 0 && json_array_size(json_object_get(json_object_get(got.json, "fee"), "refunds")) == 2, "the application tells of both");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.fee_refund f JOIN registry.ledger_entry l ON l.record_id = f.id") == 2, "and the ledger has them");

	ok(call_by(client_at(&rig, "issued", "passport_clerk.3"), "GET", NULL, "/issuance/v1/receipts/PAS1-R-1999-000001/document") == 404, "refuses: a receipt that is not there");
	look("passport_clerk.3", "receipts/%s/document", paid);
	ok(refused(403, NULL, NULL), "refuses: another office's");
	look("passport_qc.1", "receipts/%s/document", paid);
	ok(refused(403, NULL, NULL), "refuses: to who checks quality");
}

static void
test_refused(const char *uin)
{
	char id[UUID_TEXT];

	if (take("passport_clerk.1", uin, "PP", "first", id) != 201)
		bail_out("%s", got.err.text);
	pay("passport_clerk.1", id, 3000);
	if (tell("passport_approver.1", "'reason':'the photograph is of another'", "applications/%s/refusal", id) != 201)
		bail_out("%s", got.err.text);
	give_back("passport_supervisor.1", id, 1);
	ok(refused(409, NULL, "rule"), "refuses: what the rule does not give back of a refused one");
	sql("UPDATE registry.refund_rule SET percent = 33 WHERE state = 'refused'");
	ok(of_fee(id, "refundable") == 990, "33 of a hundred, when the country changes its rule");
	give_back("passport_supervisor.1", id, 991);
	ok(refused(409, NULL, "no more than 990"), "refuses: more than the rule");
	ok(give_back("passport_supervisor.1", id, 990) == 201, "by the rule: %s", got.err.text);
	ok(rig_count(&rig, "SELECT count(*) FROM registry.audit_event a JOIN registry.ledger_entry l ON l.record_id = a.id WHERE a.kind = 'rule_changed' AND a.subject_kind = 'refund_rule'") == 1,
		"the change of the rule is in the ledger");
	if (take("passport_clerk.1", uin, "PP", "first", id) != 201)
		bail_out("%s", got.err.text);
	cancel(id);
	give_back("passport_supervisor.1", id, 1);
	ok(refused(409, NULL, "nothing was paid"), "refuses: of what was not paid");
}

/* A supervisor who is a clerk as well, and takes what they then give back. */
static void
test_alone(const char *uin)
{
	char id[UUID_TEXT];

	if (rig_sql(&rig, NULL, 0, &got.err, "INSERT INTO registry.officer_role SELECT id, 'passport_clerk', (SELECT id FROM registry.office WHERE code = 'PAS1') FROM registry.officer"
					     " WHERE login = 'passport_supervisor.2'") == -1 ||
		rig_sign_in(&rig, "issued", "passport_supervisor.2", &got.err) == -1)
		bail_out("%s", got.err.text);
	if (take("passport_supervisor.2", uin, "PP", "first", id) != 201)
		bail_out("%s", got.err.text);
	pay("passport_clerk.1", id, 100);
	cancel(id);
	give_back("passport_supervisor.2", id, 100);
	ok(refused(409, NULL, "took the application"), "refuses: by who took the application");
	if (take("passport_clerk.1", uin, "PP", "first", id) != 201)
		bail_out("%s", got.err.text);
	pay("passport_supervisor.2", id, 100);
	cancel(id);
	give_back("passport_supervisor.2", id, 100);
	ok(refused(409, NULL, "took the payment"), "refuses: by who took the payment");
	ok(give_back("passport_supervisor.1", id, 100) == 201, "another may: %s", got.err.text);
	if (take("passport_clerk.1", uin, "PP", "first", id) != 201)
		bail_out("%s", got.err.text);
	pay("passport_clerk.1", id, 100);
	if (tell("passport_supervisor.2", "'reason':'nobody will notice'", "applications/%s/cancellation", id) != 201)
		bail_out("%s", got.err.text);
	give_back("passport_supervisor.2", id, 100);
	ok(refused(409, NULL, "refused or cancelled"), "refuses: by who cancelled the application");
}

/* Stopped by a death, given back, and the death was an error: it goes on, and is to be paid again. */
static void
test_resumed(const char *uin)
{
	struct act_about about = { .primary = "Refunded", .secondary = "Rita", .born = "1991-06-07" };
	char id[UUID_TEXT], number[48];
	struct one death;

	if (rig_sql(&rig, number, sizeof(number), &got.err, "SELECT r.number FROM registry.act_registration r JOIN registry.person_uin u ON u.person_id = r.person_id WHERE u.uin = '%s'", uin) == -1)
		bail_out("%s", got.err.text);
	about.birth_number = number;
	if (take("passport_clerk.1", uin, "PP", "first", id) != 201)
		bail_out("%s", got.err.text);
	pay("passport_clerk.1", id, 5000);
	register_act("deaths", act_example("deaths", &rig.office[RIG_CIVIL], RIG_PLACE_TOWN, NULL, &about), &death);
	ok(strcmp(state_of(id), "stopped") == 0 && give_back("passport_supervisor.1", id, 5000) == 201, "a death stops the application, and the fee goes back: %s", got.err.text);
	if (post("civil_registrar.1", reason(), "/civil/v1/deaths/%s/annulment", death.id) != 200)
		bail_out("%s", got.err.text);
	ok(strcmp(state_of(id), "submitted") == 0 && of_fee(id, "due") == 5000, "it was another who died: the application goes on, and all is due again");
	tell("passport_approver.1", NULL, "applications/%s/approval", id);
	ok(refused(409, NULL, "fee is not paid"), "refuses: approval of what was given back");
	give_back("passport_supervisor.2", id, 1);
	ok(refused(409, NULL, "is submitted"), "refuses: to give more back");
	tell("passport_supervisor.1", "'reason':'the registry was in error'", "applications/%s/fee-waiver", id);
	ok(got.status == 201 && of_fee(id, "due") == 5000, "a waiver waives what was not paid, and not what was given back");
	pay("passport_clerk.1", id, 5000);
	ok(tell("passport_approver.1", NULL, "applications/%s/approval", id) == 201, "paid again, approved: %s", got.err.text);
	cancel(id);
	give_back("passport_supervisor.1", id, 5001);
	ok(refused(409, NULL, "no more than 5000"), "refuses: what was given back once");
}

/* ---- stops ---- */

static void
test_stops(const char *uin)
{
	char id[UUID_TEXT], application[UUID_TEXT];

	if (take("passport_clerk.1", uin, "PP", "first", application) != 201)
		bail_out("%s", got.err.text);
	pay("passport_clerk.1", application, 5000);
	tell("passport_approver.1", "'kind':'court','reference':'17 Cs 4/26'", "persons/%s/stops", uin);
	ok(refused(403, NULL, NULL), "refuses: a stop by an approver");
	tell("passport_supervisor.1", "'kind':'registry','reference':'17 Cs 4/26'", "persons/%s/stops", uin);
	ok(refused(400, "/kind", NULL), "refuses: in the registry's name");
	tell("passport_supervisor.1", "'kind':'court','reference':' '", "persons/%s/stops", uin);
	ok(refused(400, "/reference", NULL), "refuses: without a reference");
	tell("passport_supervisor.1", "'kind':'court','reference':'17 Cs 4/26'", "persons/234567890120/stops");
	ok(got.status == 400 || got.status == 404, "refuses: against nobody");
	ok(tell("passport_supervisor.1", "'kind':'court','reference':'17 Cs 4/26'", "persons/%s/stops", uin) == 201, "an order of a court: %s", got.err.text);
	snprintf(id, sizeof(id), "%s", said("id"));
	tell("passport_supervisor.2", "'kind':'court','reference':'17 Cs 4/26'", "persons/%s/stops", uin);
	ok(refused(409, NULL, "stands already"), "refuses: the same order twice");
	tell("passport_approver.1", NULL, "applications/%s/approval", application);
	ok(refused(409, NULL, "stopped by a court"), "refuses: approval against it");
	ok(look("passport_clerk.1", "persons/%s/eligibility", uin) == 200 && lists("reasons", "stopped"), "the counter is told");
	look("passport_clerk.1", "persons/%s/stops", uin);
	ok(refused(403, NULL, NULL), "refuses: to tell a clerk which court");
	ok(look("passport_approver.1", "persons/%s/stops", uin) == 200 && json_array_size(json_object_get(got.json, "stops")) == 1, "the approver is told");
	tell("passport_supervisor.1", "'reference':'17 Cs 9/26'", "stops/%s/lifting", id);
	ok(refused(409, NULL, "set the stop may not lift it"), "refuses: lifting by who set it");
	tell("passport_supervisor.2", "'reference':''", "stops/%s/lifting", id);
	ok(refused(400, "/reference", NULL), "refuses: lifting without a reference");
	tell("passport_supervisor.2", "'reference':'17 Cs 9/26'", "stops/018f2a00-0000-7000-8000-00000000abcd/lifting");
	ok(refused(404, NULL, NULL), "refuses: to lift what is not there");
	ok(tell("passport_supervisor.2", "'reference':'17 Cs 9/26'", "stops/%s/lifting", id) == 201, "lifted by another officer: %s", got.err.text);
	tell("passport_supervisor.2", "'reference':'17 Cs 9/26'", "stops/%s/lifting", id);
	ok(refused(409, NULL, "lifted already"), "refuses: to lift it twice");
	ok(tell("passport_supervisor.1", "'kind':'court','reference':'17 Cs 4/26'", "persons/%s/stops", uin) == 201, "the same order may come again: %s", got.err.text);
	snprintf(id, sizeof(id), "%s", said("id"));
	ok(tell("passport_supervisor.2", "'reference':'17 Cs 11/26'", "stops/%s/lifting", id) == 201 && tell("passport_approver.1", NULL, "applications/%s/approval", application) == 201,
		"and when nothing stands it is approved: %s", got.err.text);
	ok(rig_count(&rig, "SELECT count(*) FROM registry.person_stop p JOIN registry.ledger_entry l ON l.record_id = p.id") == 4, "the ledger has each, and each lifting");
}

int
main(void)
{
	struct day_person p = { .portrait = BYTES_NONE };
	struct one act;

	acting_start((const char *[]){ "signd", "civild", "enrold", "issued", NULL });
	register_act("births", birth("Refunded", "Rita", "1991-06-07"), &act);
	p.act_number = act.number;
	enrol(&p);
	sql("INSERT INTO registry.fee_rule VALUES ('PP', false, 5000, 2500, 'XTS')");
	test_cancelled(p.uin);
	test_refused(p.uin);
	test_alone(p.uin);
	test_resumed(p.uin);
	test_stops(p.uin);
	return acting_stop();
}
