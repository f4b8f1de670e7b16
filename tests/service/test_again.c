/*
 * A person's further documents, each played from the application to delivery over HTTPS with the real programs: renewal, replacement of what was
 * damaged, lost or stolen, a change of name, a second passport; and each that is not allowed, refused with its reason.
 */
#include "tests/service/counter.h"

static struct day_person who;
static struct day_issuance officers;

/* The application is refused for this rule alone, at the counter and by the decision of the registry. */
static void
barred(const char *kind, const char *why, const char *code, const char *words)
{
	char id[UUID_TEXT];

	take("passport_clerk.1", who.uin, kind, why, id);
	ok(refused(409, "/uin", words), "refuses: %s as %s", kind, why);
	ok(look("passport_clerk.1", "persons/%s/eligibility?document_type=%s&reason=%s", who.uin, kind, why) == 200 && json_is_false(json_object_get(got.json, "eligible")) && lists("reasons", code),
		"and says so before: %s", code);
}

static void
report(const char *kind)
{
	char members[200];

	snprintf(members, sizeof(members), "'kind':'%s','reported_by':'holder','reference':'P 2026/4'", kind);
	if (tell("passport_clerk.1", members, "documents/%s/reports", who.document_number) != 201)
		bail_out("%s", got.err.text);
}

static const char *
state_now(const char *number)
{
	static char state[24];
	struct err err = ERR_INIT;

	if (rig_sql(&rig, state, sizeof(state), &err, "SELECT s.state FROM registry.current_state s JOIN registry.document d ON d.id = s.subject_id WHERE d.number = '%s'", number) == -1)
		bail_out("%s", err.text);
	return state;
}

/* From the application to the hand; what becomes of the document before. */
static void
play(const char *kind, const char *why, const char *approver, const char *before)
{
	char id[UUID_TEXT], old[16];
	struct err err = ERR_INIT;

	snprintf(old, sizeof(old), "%s", who.document_number);
	ok(take("passport_clerk.1", who.uin, kind, why, id) == 201, "%s as %s is applied for: %s", kind, why, got.err.text);
	barred(kind, why, "open_application", "still open");
	if (strcmp(approver, "passport_approver.1") != 0) {
		tell("passport_approver.1", NULL, "applications/%s/approval", id);
		ok(refused(409, NULL, "supervisor"), "refuses: approval by who is no supervisor");
	}
	ok(tell(approver, NULL, "applications/%s/approval", id) == 201, "approved: %s", got.err.text);
	if (uuid_parse(bytes_str(id), &who.application_id, &err) == -1 || day_personalise(&officers, &who, 1, &err) == -1 || day_deliver(&officers, &who, &err) == -1)
		bail_out("%s: %s", why, err.text);
	ok(look("passport_clerk.1", "documents/%s", who.document_number) == 200 && strcmp(said("state"), "delivered") == 0 && strcmp(old, who.document_number) != 0, "delivered, under another number");
	if (before != NULL)
		is(state_now(old), before, "what becomes of the one before");
}

static void
test_first(void)
{
	barred("PP", "renewal", "no_document", "no valid document");
	barred("PP", "damaged", "no_document", "no valid document");
	barred("PP", "name_change", "no_document", "no valid document");
	barred("PP", "additional", "no_document", "no valid document");
	barred("PP", "lost", "not_reported", "not reported as lost");
	barred("PP", "stolen", "not_reported", "not reported as stolen");
	barred("PD", "first", "designation", "not designated");
	barred("PR", "first", "nationality", "refugee");
	barred("PS", "first", "nationality", "stateless");
	barred("PT", "first", "nationality", "national");
	barred("VA", "first", "nationality", "national");
	play("PP", "first", "passport_approver.1", NULL);
}

static void
test_held(void)
{
	barred("PP", "first", "valid_document", "valid document");
	barred("PP", "lost", "not_reported", "not reported as lost");
	barred("PP", "name_change", "same_name", "bears the name");
	barred("ID", "renewal", "no_document", "no valid document");
	play("PP", "renewal", "passport_approver.1", "cancelled");
	play("PP", "damaged", "passport_approver.1", "cancelled");
}

static void
test_missing(void)
{
	report("lost");
	barred("PP", "renewal", "no_document", "no valid document");
	barred("PP", "stolen", "not_reported", "not reported as stolen");
	barred("PP", "first", "valid_document", "lost or stolen");
	play("PP", "lost", "passport_approver.1", "lost");
	report("stolen");
	barred("PP", "lost", "not_reported", "not reported as lost");
	barred("PP", "damaged", "no_document", "no valid document");
}

/* Two that were lost: who comes for the third is interviewed. */
static void
test_interviewed(void)
{
	char id[UUID_TEXT];
	struct err err = ERR_INIT;

	ok(look("passport_clerk.1", "persons/%s/eligibility?reason=stolen", who.uin) == 200 && lists("requirements", "interview"), "after two that are gone an interview is wanted");
	ok(take("passport_clerk.1", who.uin, "PP", "stolen", id) == 201, "the stolen one is to be replaced: %s", got.err.text);
	tell("passport_approver.1", NULL, "applications/%s/approval", id);
	ok(refused(409, NULL, "again and again"), "refuses: approval without it");
	ok(tell("passport_clerk.2", "'outcome':'confirmed','notes':'a bag on the night train'", "applications/%s/interviews", id) == 201 &&
			tell("passport_approver.1", NULL, "applications/%s/approval", id) == 201,
		"interviewed and approved: %s", got.err.text);
	if (uuid_parse(bytes_str(id), &who.application_id, &err) == -1 || day_personalise(&officers, &who, 1, &err) == -1 || day_deliver(&officers, &who, &err) == -1)
		bail_out("%s", err.text);
	sql("DELETE FROM registry.interview_rule WHERE code = 'repeated_loss'"); /* the rest is not about it */
}

static void
test_second(void)
{
	char first[16], id[UUID_TEXT];

	snprintf(first, sizeof(first), "%s", who.document_number);
	play("PP", "additional", "passport_supervisor.1", "delivered");
	barred("PP", "additional", "valid_document", "as many valid documents");
	ok(strcmp(state_now(first), "delivered") == 0, "both are valid");
	ok(take("passport_clerk.1", who.uin, "ID", "first", id) == 201 && tell("passport_approver.1", NULL, "applications/%s/approval", id) == 201, "an identity card beside them is of another family: %s", got.err.text);
	barred("ID", "first", "open_application", "still open");
}

/* The registered change of name, and enrolment on it. */
static void
test_renamed(const char *birth_number)
{
	struct act_about about = { .birth_number = birth_number, .primary = "Again", .secondary = "Lina", .born = "1991-06-07" };
	struct one act;

	register_act("name-changes", act_example("name-changes", &rig.office[RIG_CIVIL], RIG_PLACE_TOWN, "Neverthesame", &about), &act);
	who.act_number = birth_number;
	enrol(&who);
	who.portrait = BYTES_NONE;
	ok(rig_count(&rig, "SELECT count(*) FROM registry.current_identity WHERE uin = '%s' AND primary_name = 'Neverthesame' AND version = 2", who.uin) == 1, "the register has another name for the same person");
	play("PP", "name_change", "passport_approver.1", NULL);
	barred("PP", "name_change", "same_name", "bears the name");
}

int
main(void)
{
	struct one act;

	acting_start((const char *[]){ "signd", "civild", "enrold", "issued", NULL });
	officers = office();
	who = (struct day_person){ .portrait = BYTES_NONE };
	register_act("births", birth("Again", "Lina", "1991-06-07"), &act);
	who.act_number = act.number;
	enrol(&who);
	test_first();
	test_held();
	test_missing();
	test_interviewed();
	test_second();
	test_renamed(act.number);
	return acting_stop();
}
