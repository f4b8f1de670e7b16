/*
 * The life of a document over HTTPS with the real programs: suspended and what follows, revoked, missing before its delivery, expired, destroyed, the holder
 * dead or their identity revoked; the two officers that each of it takes.
 */
#include <libpq-fe.h>

#include "tests/service/counter.h"

/* What the registry says of the document today. */
static const char *
standing(const char *number, const char *member)
{
	static char text[40];

	if (look("passport_clerk.1", "documents/%s", number) != 200)
		bail_out("%s", got.err.text);
	snprintf(text, sizeof(text), "%s", json_string_value(json_object_get(json_object_get(got.json, "standing"), member)));
	return text;
}

static bool
stands(const char *number, const char *status, size_t stops)
{
	bool is = strcmp(standing(number, "status"), status) == 0;
	const json_t *s = json_object_get(got.json, "standing");

	if (is && json_array_size(json_object_get(got.json, "stops")) == stops && json_is_true(json_object_get(s, "is_valid")) == (strcmp(status, "active") == 0))
		return true;
	printf("# %s\n", json_string_value(json_object_get(s, "status")));
	return false;
}

static void
test_suspension(const char *n)
{
	tell("passport_clerk.1", "'reason':'a tip of the consulate'", "documents/%s/suspension", n);
	ok(refused(403, NULL, NULL), "refuses: a suspension by a clerk");
	tell("passport_approver.1", "'reason':'a tip'", "documents/%s/suspension", n);
	ok(refused(400, "/reason", NULL), "refuses: one without a reason to speak of");
	tell("passport_approver.1", NULL, "documents/%s/suspension", n);
	ok(refused(400, NULL, NULL), "refuses: one without a body");
	tell("passport_approver.1", "'reason':'a tip of the consulate'", "documents/U23456789/suspension");
	ok(refused(404, NULL, NULL), "refuses: of a document that is not there");
	tell("passport_approver.1", "'reason':'a tip of the consulate'", "documents/u-1/suspension");
	ok(refused(400, NULL, NULL), "refuses: of what is no number");
	tell("passport_approver.1", "'grounds':'fraud','reason':'a tip of the consulate'", "documents/%s/revocation", n);
	ok(refused(409, NULL, "not suspended"), "refuses: to revoke what was not suspended: one officer alone revokes nothing");
	tell("passport_approver.1", "'reason':'a tip of the consulate'", "documents/%s/reinstatement", n);
	ok(refused(409, NULL, "not suspended"), "refuses: to reinstate it");
	ok(stands(n, "active", 0), "a delivered document is active");

	ok(tell("passport_approver.3", "'reason':'a tip of the consulate'", "documents/%s/suspension", n) == 201 && strcmp(said("state"), "suspended") == 0, "suspended by an officer of another office: %s",
		got.err.text);
	ok(stands(n, "suspended", 1), "it is on the stop list");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.document_suspension r JOIN registry.ledger_entry a ON a.record_id = r.id JOIN registry.document_stop s ON s.suspension_id = r.id"
			   " JOIN registry.ledger_entry b ON b.record_id = s.id AND b.xid = a.xid") == 1,
		"in the same commit");
	tell("passport_supervisor.1", "'reason':'a tip of the consulate'", "documents/%s/suspension", n);
	ok(refused(409, NULL, "suspended"), "refuses: a second suspension");
	tell("passport_approver.3", "'reason':'it was a mistake'", "documents/%s/reinstatement", n);
	ok(refused(403, NULL, NULL), "refuses: the end by another office");
	tell("passport_approver.3", "'grounds':'fraud','reason':'it was a mistake'", "documents/%s/revocation", n);
	ok(refused(403, NULL, NULL), "refuses: the revocation, too");
	ok(tell("passport_supervisor.1", "'reason':'it was a mistake'", "documents/%s/reinstatement", n) == 201 && strcmp(said("state"), "delivered") == 0, "taken back by another officer: %s",
		got.err.text);
	ok(stands(n, "active", 0), "it is active again");
	tell("passport_supervisor.1", "'reason':'it was a mistake'", "documents/%s/reinstatement", n);
	ok(refused(409, NULL, NULL), "refuses: to take it back twice");
}

static void
test_revocation(const char *n, const char *uin)
{
	char id[UUID_TEXT];

	ok(tell("passport_approver.1", "'reason':'the birth is doubted'", "documents/%s/suspension", n) == 201, "suspended again: %s", got.err.text);
	tell("passport_approver.1", "'grounds':'fraud','reason':'the birth is doubted'", "documents/%s/revocation", n);
	ok(refused(409, NULL, "suspended the document may not"), "refuses: the revocation by who suspended");
	tell("passport_approver.1", "'reason':'it was a mistake'", "documents/%s/reinstatement", n);
	ok(refused(409, NULL, "suspended the document may not"), "refuses: the reinstatement by who suspended");
	tell("passport_clerk.1", "'reason':'a tip of the consulate'", "documents/%s/cancellation", n);
	ok(refused(409, NULL, "suspended"), "refuses: its cancellation, which one officer alone could do");
	tell("passport_supervisor.1", "'grounds':'whim','reason':'the birth is doubted'", "documents/%s/revocation", n);
	ok(refused(400, "/grounds", NULL), "refuses: grounds that the law does not have");
	tell("passport_supervisor.1", "'reason':'the birth is doubted'", "documents/%s/revocation", n);
	ok(refused(400, NULL, NULL), "refuses: no grounds");
	ok(take("passport_clerk.1", uin, "PP", "first", id) == 409 && strstr(got.err.text, "suspended") != NULL, "refuses: another one while it is suspended: %s", got.err.text);
	ok(take("passport_clerk.1", uin, "PP", "renewal", id) == 409, "refuses: its renewal");
	ok(take("passport_clerk.1", uin, "PP", "lost", id) == 409, "refuses: its replacement");
	tell("passport_clerk.1", "'notes':'cut into two pieces'", "documents/%s/destruction", n);
	ok(refused(409, NULL, "suspended"), "refuses: its destruction");
	ok(tell("passport_supervisor.1", "'grounds':'fraud','reason':'the midwife never was there'", "documents/%s/revocation", n) == 201 && strcmp(said("state"), "revoked") == 0, "revoked: %s",
		got.err.text);
	ok(stands(n, "revoked", 2), "revoked, and on the stop list for good");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.outbox WHERE topic = 'document.revoked'") == 1, "others are told");
	tell("passport_supervisor.2", "'reason':'it was a mistake'", "documents/%s/reinstatement", n);
	ok(refused(409, NULL, NULL), "refuses: to reinstate it");
	tell("passport_supervisor.2", "'reason':'the birth is doubted'", "documents/%s/suspension", n);
	ok(refused(409, NULL, "revoked"), "refuses: to suspend it");
	tell("passport_clerk.1", "'kind':'lost','reported_by':'holder'", "documents/%s/reports", n);
	ok(refused(409, NULL, "revoked"), "refuses: to lose it");
}

static void
test_destruction(const char *n)
{
	tell("passport_clerk.1", NULL, "documents/%s/destruction/witness", n);
	ok(refused(409, NULL, "no officer has begun"), "refuses: to see destroyed what nobody destroys");
	tell("passport_qc.1", "'notes':'cut into two pieces'", "documents/%s/destruction", n);
	ok(refused(403, NULL, NULL), "refuses: destruction by who checks quality");
	tell("passport_clerk.1", "'notes':'cut'", "documents/%s/destruction", n);
	ok(refused(400, "/notes", NULL), "refuses: destruction of which nothing is told");
	ok(tell("passport_clerk.1", "'notes':'cut into two pieces'", "documents/%s/destruction", n) == 201 && strcmp(said("state"), "revoked") == 0, "one officer destroys it: %s", got.err.text);
	ok(strlen(standing(n, "destruction_begun_by")) == 36 && stands(n, "revoked", 2), "it is not destroyed yet");
	tell("passport_clerk.2", "'notes':'cut into two pieces'", "documents/%s/destruction", n);
	ok(refused(409, NULL, "recorded already"), "refuses: to destroy it twice");
	tell("passport_clerk.1", NULL, "documents/%s/destruction/witness", n);
	ok(refused(409, NULL, "may not be the one who saw it"), "refuses: the same officer as witness");
	tell("passport_clerk.2", "'notes':'cut into two pieces'", "documents/%s/destruction/witness", n);
	ok(refused(400, NULL, NULL), "refuses: a witness with a body");
	ok(tell("passport_clerk.2", NULL, "documents/%s/destruction/witness", n) == 201 && strcmp(said("state"), "destroyed") == 0, "another saw it: %s", got.err.text);
	ok(stands(n, "destroyed", 2), "destroyed; its number stays on the stop list");
	tell("passport_delivery.1", NULL, "documents/%s/destruction/witness", n);
	ok(refused(409, NULL, NULL), "refuses: a second witness");
}

/* What becomes of an order for the application of this document that a station held when it went down; nothing of it stays. */
static const char *
order_after_restart(const char *number)
{
	static char state[40];
	char conninfo[CLUSTER_CONNINFO], text[900];
	PGconn *c;
	PGresult *r;

	cluster_conninfo(&rig.cluster, NULL, conninfo);
	c = PQconnectdb(conninfo);
	PQclear(PQexec(c, "BEGIN; SET search_path = registry"));
	snprintf(text, sizeof(text),
		"CREATE TEMP TABLE b AS SELECT gen_random_uuid() AS id, a.id AS application, a.office_id, a.officer_id FROM document d JOIN application a ON a.id = d.application_id WHERE d.number = '%s';"
		"INSERT INTO batch (id, office_id, officer_id) SELECT id, office_id, officer_id FROM b;"
		"INSERT INTO batch_order (batch_id, place, application_id) SELECT id, 1, application FROM b;"
		"INSERT INTO batch_decision (batch_id, event, officer_id) SELECT id, 'order', officer_id FROM b;"
		"UPDATE batch_work SET state = 'held', station = 'x', held_until = now() WHERE batch_id = (SELECT id FROM b); SELECT batches_release('x', NULL);"
		"SELECT state FROM batch_work WHERE batch_id = (SELECT id FROM b)",
		number);
	r = PQexec(c, text);
	snprintf(state, sizeof(state), "%.39s", PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1 ? PQgetvalue(r, 0, 0) : PQerrorMessage(c));
	PQclear(r);
	PQclear(PQexec(c, "ROLLBACK"));
	PQfinish(c);
	return state;
}

/* The passport is made but not handed over; it goes missing twice, and the third is delivered. */
static void
test_missing(struct day_person *p)
{
	struct day_issuance who = office();
	char first[16], second[16];
	struct err err = ERR_INIT;

	if (day_apply(&who, p, &err) == -1 || day_personalise(&who, p, 1, &err) == -1)
		bail_out("%s", err.text);
	snprintf(first, sizeof(first), "%s", p->document_number);
	ok(stands(first, "issued", 0), "not delivered yet: issued");
	tell("passport_supervisor.1", "'reason':'a tip of the consulate'", "documents/%s/suspension", first);
	ok(refused(409, NULL, NULL), "refuses: to suspend what nobody holds");
	tell("passport_clerk.1", "'notes':'cut into two pieces'", "documents/%s/destruction", first);
	ok(refused(409, NULL, "personalised"), "refuses: to destroy it");
	tell("passport_clerk.1", "'kind':'lost','reported_by':'holder'", "documents/%s/reports", first);
	ok(refused(409, NULL, "police or the authority"), "refuses: a loss by the holder, who never had it");
	tell("passport_clerk.1", "'kind':'lost','reported_by':'authority'", "documents/%s/reports", first);
	ok(refused(409, NULL, "reference"), "refuses: a loss without the reference of its file");
	ok(tell("passport_supervisor.1", "'kind':'stolen','reported_by':'authority','reference':'S 4/26','place':'the mail van'", "documents/%s/reports", first) == 201 && strcmp(said("state"), "missing") == 0,
		"stolen in the post: %s", got.err.text);
	ok(stands(first, "stolen", 1), "stolen, and on the stop list");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.current_state s JOIN registry.document d ON d.application_id = s.subject_id WHERE d.number = '%s' AND s.state = 'approved'", first) == 1,
		"its application waits to be produced anew");
	ok(strcmp(order_after_restart(first), "waiting") == 0, "ordered again and the station starts anew: the order is not done, for nothing was made");
	ok(day_personalise(&who, p, 1, &err) == 0 && strcmp(p->document_number, first) != 0, "with another number: %s", err.text);
	snprintf(second, sizeof(second), "%s", p->document_number);
	ok(tell("passport_clerk.1", "'kind':'lost','reported_by':'authority','reference':'S 5/26'", "documents/%s/reports", second) == 201, "that one is lost: %s", got.err.text);
	ok(stands(second, "lost", 1), "lost, on the stop list");
	tell("passport_delivery.1", "'bearer':'holder','is_likeness':true", "documents/%s/delivery", second);
	ok(refused(409, NULL, NULL), "refuses: to deliver it");
	tell("passport_supervisor.1", "'found_by':'authority','is_restored':true,'notes':'behind the cupboard'", "documents/%s/findings", second);
	ok(refused(409, NULL, "not given out"), "refuses: to give out what was away");
	tell("passport_clerk.1", "'found_by':'authority','is_restored':false,'notes':'behind the cupboard'", "documents/%s/findings", second);
	ok(refused(409, NULL, "may not record the finding"), "refuses: the finding by who reported it");
	ok(tell("passport_supervisor.1", "'found_by':'authority','is_restored':false,'notes':'behind the cupboard'", "documents/%s/findings", second) == 201 && strcmp(said("state"), "spoiled") == 0,
		"found: spoiled: %s", got.err.text);
	ok(rig_count(&rig, "SELECT count(*) FROM registry.booklet_event e JOIN registry.current_state s ON s.subject_id = e.booklet_id JOIN registry.document d ON d.id = e.document_id"
			   " WHERE d.number = '%s' AND s.state = 'spoiled'",
		   second) == 1,
		"and its booklet with it");
	ok(day_personalise(&who, p, 1, &err) == 0 && day_deliver(&who, p, &err) == 0 && stands(p->document_number, "active", 0), "the third is delivered: %s", err.text);
	ok(look("passport_clerk.1", "persons/%s/eligibility?reason=additional", p->uin) == 200 && !lists("requirements", "interview"), "what the office lost is not held against the holder");
}

static void
test_expiry(const char *n)
{
	tell("passport_clerk.1", "'notes':'cut into two pieces'", "documents/%s/destruction", n);
	ok(refused(409, NULL, "is valid"), "refuses: to destroy a valid document");
	sql("SET session_replication_role = replica; UPDATE registry.document SET issued_on = current_date - 20, expires_on = current_date WHERE number = '%s'; RESET session_replication_role", n);
	ok(stands(n, "expired", 0), "expired on its day, with nobody's doing");
	sql("SET session_replication_role = replica; UPDATE registry.document SET expires_on = current_date + 1 WHERE number = '%s'; RESET session_replication_role", n);
	ok(stands(n, "active", 0), "the day before it is active");
	sql("SET session_replication_role = replica; UPDATE registry.document SET expires_on = current_date WHERE number = '%s'; RESET session_replication_role", n);
	ok(tell("passport_clerk.1", "'notes':'cut into two pieces'", "documents/%s/destruction", n) == 201 && tell("passport_supervisor.1", NULL, "documents/%s/destruction/witness", n) == 201 &&
			stands(n, "destroyed", 0),
		"handed in when expired, and destroyed: %s", got.err.text);
}

static bool
sql_refuses(const char *text)
{
	struct err err = ERR_INIT;

	return rig_sql(&rig, NULL, 0, &err, "%s", text) == -1 && rig_count(&rig, "SELECT 1") == 1;
}

static void
test_holder(const struct day_person *p)
{
	const char *n = p->document_number;

	ok(tell("passport_approver.1", "'reason':'a tip of the consulate'", "documents/%s/suspension", n) == 201, "suspended: %s", got.err.text);
	sql("INSERT INTO registry.enrolment_decision (enrolment_id, opened_by, event, officer_id, reason) SELECT e.id, e.officer_id, 'revoke',"
	    " (SELECT o.id FROM registry.officer o WHERE o.login = 'enrolment_supervisor.1'), 'two persons' FROM registry.document d"
	    " JOIN registry.identity_version i ON i.id = d.identity_version_id JOIN registry.enrolment e ON e.id = i.enrolment_id WHERE d.number = '%s'",
		n);
	ok(stands(n, "suspended", 2), "the identity is revoked: on the stop list once more");
	tell("passport_supervisor.1", "'reason':'it was a mistake'", "documents/%s/reinstatement", n);
	ok(refused(409, NULL, "holder may not have"), "refuses: to reinstate a document of a revoked identity");
	ok(sql_refuses("SET ROLE catena_issuance; INSERT INTO registry.document_decision (document_id, event, officer_id, reason)"
		       " SELECT d.id, 'revoke', d.officer_id, 'at once' FROM registry.document d"),
		"refuses: to write the decision without what it follows");
	ok(sql_refuses("SET ROLE catena_issuance; UPDATE registry.document_suspension SET reason = 'nothing at all'"), "refuses: to change a suspension");
}

/* The old one is suspended, or lost, while the new one is on its way: when that is delivered the old one stays what it is. */
static void
test_second(const char *name, const char *born, bool is_lost)
{
	struct day_issuance who = office();
	struct err err = ERR_INIT;
	struct day_person p;
	char old[16];

	person_new(name, born, &p);
	if (day_apply(&who, &p, &err) == -1 || day_personalise(&who, &p, 1, &err) == -1 || day_deliver(&who, &p, &err) == -1)
		bail_out("%s", err.text);
	snprintf(old, sizeof(old), "%s", p.document_number);
	p.reason = "renewal";
	if (day_apply(&who, &p, &err) == -1 || day_personalise(&who, &p, 1, &err) == -1)
		bail_out("%s", err.text);
	if (is_lost)
		tell("passport_clerk.1", "'kind':'lost','reported_by':'holder'", "documents/%s/reports", old);
	else
		tell("passport_approver.1", "'reason':'a tip of the consulate'", "documents/%s/suspension", old);
	ok(got.status == 201 && day_deliver(&who, &p, &err) == 0, "the renewal is delivered while the old one is %s: %s", is_lost ? "lost" : "suspended", err.text);
	if (is_lost)
		tell("passport_supervisor.1", "'found_by':'holder','is_restored':true,'notes':'was in the coat'", "documents/%s/findings", old);
	else
		tell("passport_supervisor.1", "'reason':'it was a mistake'", "documents/%s/reinstatement", old);
	ok(refused(409, NULL, "another document of this kind"), "refuses: two valid ones");
	ok(stands(p.document_number, "active", 0) && stands(old, is_lost ? "lost" : "suspended", 1), "one is valid, the other is not");
}

static void
test_cancelled(void)
{
	struct day_issuance who = office();
	struct err err = ERR_INIT;
	struct day_person p;

	person_new("Withdrawn", "1999-05-05", &p);
	if (day_apply(&who, &p, &err) == -1 || day_personalise(&who, &p, 1, &err) == -1 || tell("passport_qc.1", NULL, "documents/%s/quality-control", p.document_number) != 200)
		bail_out("%s %s", err.text, got.err.text);
	ok(tell("passport_clerk.1", "'reason':'the applicant left the country'", "documents/%s/cancellation", p.document_number) == 201 && stands(p.document_number, "cancelled", 1),
		"finished, not delivered and cancelled: on the stop list, for it could be carried away: %s", got.err.text);
}

int
main(void)
{
	struct day_issuance who;
	struct day_person p;
	struct err err = ERR_INIT;

	if (rig_start(&rig, (const char *[]){ "signd", "civild", "enrold", "issued", NULL }, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("the life of documents", err.text);
		return done_testing();
	}
	who = office();
	person_new("Suspected", "1991-06-07", &p);
	if (day_apply(&who, &p, &err) == -1 || day_personalise(&who, &p, 1, &err) == -1 || day_deliver(&who, &p, &err) == -1)
		bail_out("%s", err.text);
	test_suspension(p.document_number);
	test_revocation(p.document_number, p.uin);
	test_destruction(p.document_number);
	person_new("Unlucky", "1984-02-11", &p);
	test_missing(&p);
	test_expiry(p.document_number);
	person_new("Twofold", "1996-10-30", &p);
	if (day_apply(&who, &p, &err) == -1 || day_personalise(&who, &p, 1, &err) == -1 || day_deliver(&who, &p, &err) == -1)
		bail_out("%s", err.text);
	test_holder(&p);
	test_second("Renewing", "1987-01-15", false);
	test_second("Careless", "1994-09-21", true);
	test_cancelled();
	return acting_stop();
}
