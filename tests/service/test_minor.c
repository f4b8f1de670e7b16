/*
 * The passport of a minor, played whole over HTTPS with the real programs: application, consent, approval, personalisation, delivery to the guardian who
 * consented; those who are sent away; and delivery by another office.
 */
#include "tests/service/counter.h"

static struct day_person mother, aunt, child;
static char application[UUID_TEXT], consent[UUID_TEXT], other_consent[UUID_TEXT], number[16];

static int
agree(const char *login, const char *id, const char *uin, const char *relation, const char *reference)
{
	char members[200];

	snprintf(members, sizeof(members), "'guardian_uin':'%s','relation':'%s'%s%s%s", uin, relation, reference != NULL ? ",'reference':'" : "", reference != NULL ? reference : "", reference != NULL ? "'" : "");
	return tell(login, members, "applications/%s/consents", id);
}

static void
test_consent(void)
{
	ok(take("passport_clerk.1", child.uin, "PP", "first", application) == 201, "the application of a minor is taken: %s", got.err.text);
	ok(look("passport_approver.1", "applications/%s", application) == 200 && lists("requirements", "consent"), "a guardian is wanted");
	tell("passport_approver.1", NULL, "applications/%s/approval", application);
	ok(refused(409, NULL, "no guardian has consented"), "refuses: approval without");
	agree("passport_clerk.1", application, child.uin, "guardian", "court 1");
	ok(refused(409, NULL, "their own guardian"), "refuses: the child's own consent");
	agree("passport_clerk.1", application, mother.uin, "mother", NULL);
	ok(refused(409, NULL, "linked to no mother"), "refuses: a mother whom nothing proves");
	agree("passport_clerk.1", application, aunt.uin, "guardian", NULL);
	ok(refused(409, NULL, "guardian"), "refuses: a guardian whom nothing made one");
	agree("passport_clerk.1", application, aunt.uin, "aunt", "so she says");
	ok(refused(400, "/relation", NULL), "refuses: an aunt");
	agree("passport_clerk.3", application, mother.uin, "mother", "family book 17");
	ok(refused(403, NULL, NULL), "refuses: a consent at another office");
	ok(agree("passport_clerk.1", application, mother.uin, "mother", "family book 17") == 201, "the mother consents: %s", got.err.text);
	snprintf(consent, sizeof(consent), "%s", said("id"));
	ok(tell("passport_approver.1", NULL, "applications/%s/approval", application) == 201, "approved: %s", got.err.text);
	agree("passport_clerk.1", application, aunt.uin, "guardian", "family court 3");
	ok(refused(409, NULL, "not submitted"), "refuses: a consent after the decision");
}

/* Another child of the aunt, whose consent is for that one only. */
static void
another_child(void)
{
	struct day_person other;
	char id[UUID_TEXT];

	person_with("Cousin", "2015-03-04", "Vera", &other);
	if (take("passport_clerk.1", other.uin, "PP", "first", id) != 201 || agree("passport_clerk.1", id, aunt.uin, "guardian", "family court 3") != 201)
		bail_out("%s", got.err.text);
	snprintf(other_consent, sizeof(other_consent), "%s", said("id"));
}

static int
fetch(const char *login, const char *bearer, bool is_likeness, const char *more)
{
	char members[200];

	snprintf(members, sizeof(members), "'bearer':'%s','is_likeness':%s%s", bearer, is_likeness ? "true" : "false", more);
	return tell(login, members, "documents/%s/delivery", number);
}

/* The picture; its octets are nobody's business here. */
static int
see(const char *login, const char *what)
{
	struct buf jpeg = BUF_INIT;
	char path[200];
	int status;

	snprintf(path, sizeof(path), "/issuance/v1/documents/%s/%s", number, what);
	status = exchange_at(&rig, "issued", login, "GET", path, CLIENT_NO_BODY, &jpeg);
	buf_wipe(&jpeg);
	return status;
}

static void
test_guardian(void)
{
	char path[120], foreign[120], with[80];

	snprintf(path, sizeof(path), "guardians/%s/portrait", consent);
	snprintf(foreign, sizeof(foreign), "guardians/%s/portrait", other_consent);
	fetch("passport_delivery.1", "guardian", true, ",'proof':'identity card 12'");
	ok(refused(409, NULL, "looked at the portrait"), "refuses: without a look at the portrait");
	ok(see("passport_clerk.1", "portrait") == 403 && see("passport_clerk.1", path) == 403, "refuses: the portraits to a clerk");
	ok(see("passport_delivery.3", "portrait") == 403 && see("passport_delivery.3", path) == 403, "refuses: them to another office");
	ok(see("passport_delivery.1", foreign) == 404, "refuses: the portrait of who consented to something else");
	ok(see("passport_delivery.1", "portrait") == 200, "the child's portrait");
	fetch("passport_delivery.1", "holder", true, "");
	ok(refused(409, NULL, "fetched by a guardian"), "refuses: the child itself, whoever brings it");
	fetch("passport_delivery.1", "guardian", true, "");
	ok(refused(409, NULL, "compared with their own portrait"), "refuses: a guardian whom nothing proves");
	snprintf(with, sizeof(with), ",'consent_id':'%s','proof':'identity card 12'", other_consent);
	fetch("passport_delivery.1", "guardian", true, with);
	ok(refused(409, NULL, "consented"), "refuses: one who did not consent, whatever they show");
	fetch("passport_delivery.1", "guardian", true, ",'consent_id':'x'");
	ok(refused(400, "/consent_id", NULL), "refuses: no consent at all");
	fetch("passport_delivery.1", "uncle", true, "");
	ok(refused(400, "/bearer", NULL), "refuses: an uncle");
	ok(see("passport_delivery.1", path) == 200, "the mother's own portrait, from the registry");
	fetch("passport_delivery.2", "guardian", true, "");
	ok(refused(409, NULL, "looked"), "refuses: on another officer's look");
}

static void
test_sent_away(void)
{
	for (int i = 0; i < 3; i++)
		ok(fetch("passport_delivery.1", "guardian", false, "") == 201 && strcmp(said("state"), "ready") == 0, "%d sent away: %s", i + 1, got.err.text);
	fetch("passport_delivery.1", "guardian", true, "");
	ok(refused(409, NULL, "three came"), "refuses: the mother herself, after three who were not she");
	fetch("passport_delivery.1", "guardian", false, "");
	ok(refused(409, NULL, "three came"), "refuses: a fourth");
	tell("passport_delivery.1", "'reason':'it was the sister each time'", "documents/%s/delivery-release", number);
	ok(refused(403, NULL, NULL), "refuses: release by who delivers");
	tell("passport_supervisor.3", "'reason':'it was the sister each time'", "documents/%s/delivery-release", number);
	ok(refused(403, NULL, NULL), "refuses: release by another office");
	tell("passport_supervisor.1", "'reason':'so'", "documents/%s/delivery-release", number);
	ok(refused(400, "/reason", NULL), "refuses: release without a reason");
	ok(tell("passport_supervisor.1", "'reason':'it was the sister each time'", "documents/%s/delivery-release", number) == 201, "a supervisor looked into it: %s", got.err.text);
	tell("passport_supervisor.2", "'reason':'it was the sister each time'", "documents/%s/delivery-release", number);
	ok(refused(409, NULL, "not held back"), "refuses: to release what is not held back");
	ok(fetch("passport_delivery.1", "guardian", false, "") == 201, "and one more is sent away: %s", got.err.text);
}

static void
test_elsewhere(void)
{
	char members[200], here[UUID_TEXT], there[UUID_TEXT], civil[UUID_TEXT];

	uuid_format(&rig.office[RIG_PASSPORT], here);
	uuid_format(&rig.office[RIG_PASSPORT_2], there);
	uuid_format(&rig.office[RIG_CIVIL], civil);
	snprintf(members, sizeof(members), "'office_id':'%s','reason':'the family moved'", civil);
	tell("passport_delivery.1", members, "documents/%s/transfer", number);
	ok(refused(409, NULL, "no such passport office"), "refuses: to an office that delivers no passports");
	snprintf(members, sizeof(members), "'office_id':'%s','reason':'the family moved'", here);
	tell("passport_delivery.1", members, "documents/%s/transfer", number);
	ok(refused(409, NULL, "is at this office"), "refuses: to where it is");
	snprintf(members, sizeof(members), "'office_id':'%s','reason':'the family moved'", there);
	tell("passport_clerk.1", members, "documents/%s/transfer", number);
	ok(refused(403, NULL, NULL), "refuses: by a clerk");
	tell("passport_delivery.3", members, "documents/%s/transfer", number);
	ok(refused(403, NULL, NULL), "refuses: fetched by the other office itself");
	ok(tell("passport_delivery.1", members, "documents/%s/transfer", number) == 201, "sent to the other office: %s", got.err.text);
	tell("passport_delivery.1", members, "documents/%s/transfer", number);
	ok(refused(403, NULL, NULL), "refuses: to send it once more from here");
	fetch("passport_delivery.1", "guardian", true, "");
	ok(refused(403, NULL, NULL), "refuses: delivery where it is not any more");
	ok(look("passport_delivery.3", "documents?office=%s&state=ready", there) == 200 && strstr(json_string_value(json_object_get(json_array_get(json_object_get(got.json, "items"), 0), "number")), number) != NULL,
		"the other office has it in its queue");
	ok(look("passport_delivery.1", "documents?office=%s&state=ready", here) == 200 && json_array_size(json_object_get(got.json, "items")) == 0, "and this one no more");
}

int
main(void)
{
	struct err err = ERR_INIT;
	struct day_issuance who;
	char path[120];

	acting_start((const char *[]){ "signd", "civild", "enrold", "issued", NULL });
	who = office();
	person_new("Motherly", "1985-02-03", &mother);
	person_new("Auntly", "1980-02-03", &aunt);
	person_with("Childly", "2016-05-06", "Vera", &child);
	test_consent();
	another_child();
	if (uuid_parse(bytes_str(application), &child.application_id, &err) == -1 || day_personalise(&who, &child, 1, &err) == -1)
		bail_out("%s", err.text);
	snprintf(number, sizeof(number), "%s", child.document_number);
	ok(tell("passport_qc.1", NULL, "documents/%s/quality-control", number) == 200, "made and checked: %s", got.err.text);
	test_guardian();
	test_sent_away();
	test_elsewhere();
	snprintf(path, sizeof(path), "guardians/%s/portrait", consent);
	ok(see("passport_delivery.3", "portrait") == 200 && see("passport_delivery.3", path) == 200, "the other office looks at both portraits");
	ok(fetch("passport_delivery.3", "guardian", true, "") == 201 && strcmp(said("state"), "delivered") == 0, "and delivers to the mother: %s", got.err.text);
	ok(look("passport_clerk.1", "applications/%s", application) == 200 && strcmp(said("state"), "completed") == 0, "the application is completed");
	fetch("passport_delivery.3", "guardian", true, "");
	ok(refused(409, NULL, "is delivered"), "refuses: to deliver it twice");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.document_delivery v JOIN registry.application_consent c ON c.id = v.consent_id AND c.id = '%s' WHERE v.is_likeness AND v.proof IS NULL", consent) == 1,
		"who had it is on record, by the consent");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.document d WHERE d.number = '%s' AND d.expires_on <= d.issued_on + interval '5 years'", number) == 1, "valid for five years, as of a minor");
	return acting_stop();
}
