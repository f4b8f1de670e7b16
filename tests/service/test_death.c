/*
 * A registered death stops what the person has and has asked for, in one commit, and its annulment gives all of it back (design invariant 6); the same
 * for the annulment of the birth on which an identity rests.  Over HTTPS with the real programs.
 */
#include "issuance/catena/day.h"
#include "issuance/catena/portrait.h"
#include "tests/service/acting.h"

/* ---- a death, and all that it stops ---- */

/* A delivered passport, and an application to renew it that is approved. */
static void
give_passport(struct day_person *p)
{
	struct day_enrolment enrolment = { client_at(&rig, "enrold", "enrolment_officer.1"), client_at(&rig, "enrold", "enrolment_supervisor.1"), rig.office[RIG_ENROLMENT] };
	struct day_issuance issuance = { client_at(&rig, "issued", "passport_clerk.1"), client_at(&rig, "issued", "passport_approver.1"), client_at(&rig, "issued", "passport_personaliser.1"),
		client_at(&rig, "issued", "passport_qc.1"), client_at(&rig, "issued", "passport_delivery.1"), rig.office[RIG_PASSPORT] };
	struct buf jpeg = BUF_INIT;
	struct err err = ERR_INIT;

	if (portrait_draw(bytes_str(p->act_number), 'F', 30, &jpeg, &err) == -1)
		bail_out("%s", err.text);
	p->portrait = bytes_of(&jpeg);
	if (day_enrol(&enrolment, p, &err) == -1 || day_apply(&issuance, p, &err) == -1 || day_personalise(&issuance, p, 1, &err) == -1 ||
		day_deliver(&issuance, p, &err) == -1)
		bail_out("a passport: %s", err.text);
	p->reason = "renewal";
	if (day_apply(&issuance, p, &err) == -1)
		bail_out("its renewal: %s", err.text);
	buf_clear(&jpeg);
}

/* What the person's application and document stand at, and how often each was told to others. */
struct standing {
	const char *application;
	int stopped; /* documents on the stop list */
	int deceased, restored, application_stopped, application_resumed, document_stopped, document_lifted;
};

static int64_t
told(const char *topic)
{
	return rig_count(&rig, "SELECT count(*) FROM registry.outbox WHERE topic = '%s'", topic);
}

static bool
stands(const struct day_person *p, const struct standing *s)
{
	char id[UUID_TEXT];
	const char *state = state_of(uuid_format(&p->application_id, id));
	int64_t stopped = rig_count(&rig, "SELECT count(*) FROM registry.stopped_document s JOIN registry.document d ON d.id = s.document_id WHERE d.number = '%s'",
		p->document_number);

	if (strcmp(state, s->application) == 0 && stopped == s->stopped && told("person.deceased") == s->deceased && told("person.restored") == s->restored &&
		told("application.stopped") == s->application_stopped && told("application.resumed") == s->application_resumed &&
		told("document.stopped") == s->document_stopped && told("document.stop_lifted") == s->document_lifted)
		return true;
	printf("# %s, %lld on the stop list; told: %lld %lld, %lld %lld, %lld %lld\n", state, (long long)stopped, (long long)told("person.deceased"),
		(long long)told("person.restored"), (long long)told("application.stopped"), (long long)told("application.resumed"),
		(long long)told("document.stopped"), (long long)told("document.stop_lifted"));
	return false;
}

/* What the passport office answers to this about the application. */
static int
ask_issued(const char *login, const struct day_person *p, const char *what, struct err *err)
{
	char path[120], id[UUID_TEXT];
	struct buf reply = BUF_INIT;
	struct uuid key;
	int status = 0;

	*err = ERR_INIT;
	snprintf(path, sizeof(path), "/issuance/v1/applications/%s/%s", uuid_format(&p->application_id, id), what);
	if (uuid_new(&key, err) == 0)
		client_call(client_at(&rig, "issued", login), "POST", path, &key, CLIENT_NO_BODY, &status, &reply, err);
	buf_clear(&reply);
	return status;
}

static void
test_bad_deaths(const struct act_about *about)
{
	static const struct {
		const char *name, *party, *member, *value, *pointer;
	} bad[] = {
		{ "a death before the birth", NULL, "date_of_death", "1989-12-31", "/deceased/date_of_birth" },
		{ "31 February", NULL, "date_of_death", "2025-02-31", "/date_of_death" },
		{ "a death in the future", NULL, "date_of_death", "2999-01-01", "/date_of_death" },
		{ "a place that is not there", NULL, "place_of_death", "UTO.NOWHERE", "/place_of_death" },
		{ "a birth in another century", "deceased", "date_of_birth", "1790-01-01", "/deceased/date_of_birth" },
		{ "the number of somebody else", "deceased", "primary_name", "Somebody", NULL },
		{ "another day of birth than the register's", "deceased", "date_of_birth", "1990-03-04", "/deceased/birth_number" },
		{ "another sex than the register's", "deceased", "sex", "M", "/deceased/birth_number" },
		{ "a number with a wrong check character", "deceased", "birth_number", "CIV1-B-2015-000001-0", "/deceased/birth_number" },
		{ "a bidi override in a name", "deceased", "secondary_name", "\u202eanna", "/deceased/secondary_name" },
		{ "a certifier who is none", NULL, "certifier", "butcher", "/certifier" },
		{ "a cause that is no code", "statistics", "cause_code", "heart", "/statistics/cause_code" },
	};
	char name[301];

	for (size_t i = 0; i < NELEM(bad); i++) {
		json_t *d = act_example("deaths", &rig.office[RIG_CIVIL], RIG_PLACE_HOSPITAL, "x", about);

		json_object_set_new(bad[i].party == NULL ? d : json_object_get(d, bad[i].party), bad[i].member, json_string(bad[i].value));
		if (strcmp(bad[i].member, "primary_name") == 0)
			json_object_set_new(json_object_get(d, "deceased"), "secondary_name", json_string("Else"));
		post("civil_clerk.1", d, "/civil/v1/deaths");
		ok(refused(400, bad[i].pointer, NULL), "refuses: %s", bad[i].name);
	}
	snprintf(name, sizeof(name), "%0300d", 0);
	for (int i = 0; i < 300; i++)
		name[i] = 'a';
	{
		json_t *d = act_example("deaths", &rig.office[RIG_CIVIL], RIG_PLACE_HOSPITAL, "x", about);

		json_object_set_new(json_object_get(d, "deceased"), "primary_name", json_string(name));
		post("civil_clerk.1", d, "/civil/v1/deaths");
		ok(refused(400, "/deceased/primary_name", NULL), "refuses: a name of 300 characters");
	}
}

static void
test_death(void)
{
	struct act_about about = { .primary = "Mortal", .secondary = "Mona", .born = "1990-03-03" };
	struct day_person p = { .portrait = BYTES_NONE };
	struct one origin, death;
	struct err err = ERR_INIT;
	char again[UUID_TEXT];
	json_t *second;

	register_act("births", birth(about.primary, about.secondary, about.born), &origin);
	about.birth_number = p.act_number = origin.number;
	give_passport(&p);
	test_bad_deaths(&about);
	ok(stands(&p, &(struct standing){ .application = "approved" }), "alive: a passport, and an approved application");
	register_act("deaths", act_example("deaths", &rig.office[RIG_CIVIL], RIG_PLACE_HOSPITAL, "x", &about), &death);
	ok(stands(&p, &(struct standing){ .application = "stopped", .stopped = 1, .deceased = 1, .application_stopped = 1, .document_stopped = 1 }),
		"a registered death stops the application, lists the document, and tells each");
	ok(ask_issued("passport_clerk.1", &p, "cancellation", &err) >= 400, "refuses: to do anything with the application: %s", err.text);
	ok(rig_count(&rig, "SELECT count(*) FROM registry.application_decision d JOIN registry.ledger_entry l ON l.record_id = d.id WHERE d.event = 'stop'") == 1 &&
			rig_count(&rig, "SELECT count(*) FROM registry.document_stop d JOIN registry.ledger_entry l ON l.record_id = d.id") == 1,
		"and both are in the ledger");
	post("civil_clerk.1", evidence("affidavit"), "/civil/v1/deaths/%s/evidence", death.id);
	ok(refused(409, NULL, "decided"), "refuses: evidence after the registration");
	declare("name-changes", act_example("name-changes", &rig.office[RIG_CIVIL], RIG_PLACE_HOSPITAL, "Newname", &about), again);
	post("civil_registrar.1", NULL, "/civil/v1/name-changes/%s/registration", again);
	ok(refused(409, NULL, "deceased"), "refuses: the dead change their name");
	declare("marriages", act_example("marriages", &rig.office[RIG_CIVIL], RIG_PLACE_HOSPITAL, "Groom", &about), again);
	post("civil_registrar.1", NULL, "/civil/v1/marriages/%s/registration", again);
	ok(refused(409, NULL, "deceased"), "refuses: the dead marry");
	second = act_example("deaths", &rig.office[RIG_CIVIL], RIG_PLACE_HOSPITAL, "x", &about);
	json_object_set_new(second, "date_of_death", json_string("2025-05-01"));
	declare("deaths", second, again);
	ok(post("civil_registrar.1", NULL, "/civil/v1/deaths/%s/registration", again) == 409, "refuses: to die twice: %s", got.err.text);
	ok(post("civil_registrar.1", json_pack("{s:s, s:s}", "candidate_id", death.id, "reason", "they say it is another"), "/civil/v1/deaths/%s/duplicate-overrides", again) ==
			201,
		"even when the duplicate is overridden");
	post("civil_registrar.1", NULL, "/civil/v1/deaths/%s/registration", again);
	ok(refused(409, NULL, "deceased already"), "refuses: to die twice");

	ok(post("civil_clerk.1", reason(), "/civil/v1/deaths/%s/annulment", death.id) == 403, "refuses: a clerk annuls");
	ok(post("civil_registrar.3", reason(), "/civil/v1/deaths/%s/annulment", death.id) == 403, "refuses: another office annuls");
	ok(post("civil_registrar.2", NULL, "/civil/v1/deaths/%s/annulment", death.id) == 400, "refuses: an annulment without a reason");
	ok(post("civil_registrar.2", reason(), "/civil/v1/deaths/%s/annulment", death.id) == 200, "the death is annulled: %s", got.err.text);
	ok(stands(&p, &(struct standing){ .application = "submitted", .deceased = 1, .restored = 1, .application_stopped = 1, .application_resumed = 1, .document_stopped = 1, .document_lifted = 1 }),
		"which gives all of it back, and tells each");
	ok(ask_issued("passport_clerk.1", &p, "approval", &err) == 403, "refuses: who took the application approves");
	ok(ask_issued("passport_approver.1", &p, "approval", &err) < 300, "the application is decided anew: %s", err.text);
	ok(post("civil_registrar.2", reason(), "/civil/v1/deaths/%s/reinstatement", death.id) == 200, "the death is reinstated: %s", got.err.text);
	ok(stands(&p, &(struct standing){ .application = "stopped", .stopped = 1, .deceased = 2, .restored = 1, .application_stopped = 2, .application_resumed = 1, .document_stopped = 2, .document_lifted = 1 }),
		"and stops all of it again");
	ok(post("civil_registrar.2", reason(), "/civil/v1/deaths/%s/reinstatement", death.id) == 409, "refuses: to reinstate what stands");

	/* the birth on which the identity rests */
	ok(post("civil_registrar.2", reason(), "/civil/v1/deaths/%s/annulment", death.id) == 200, "alive again: %s", got.err.text);
	ok(post("civil_registrar.2", reason(), "/civil/v1/births/%s/annulment", origin.id) == 200, "their birth is annulled: %s", got.err.text);
	ok(stands(&p, &(struct standing){ .application = "stopped", .stopped = 1, .deceased = 2, .restored = 2, .application_stopped = 3, .application_resumed = 2, .document_stopped = 3, .document_lifted = 2 }),
		"which stops what rests on it");
	ok(post("civil_registrar.1", NULL, "/civil/v1/deaths/%s/registration", again) == 200, "then they die: %s", got.err.text);
	ok(stands(&p, &(struct standing){ .application = "stopped", .stopped = 2, .deceased = 3, .restored = 2, .application_stopped = 3, .application_resumed = 2, .document_stopped = 4, .document_lifted = 2 }),
		"the document is on the list for two reasons");
	ok(post("civil_registrar.2", reason(), "/civil/v1/births/%s/reinstatement", origin.id) == 200, "the birth is reinstated: %s", got.err.text);
	ok(stands(&p, &(struct standing){ .application = "stopped", .stopped = 1, .deceased = 3, .restored = 2, .application_stopped = 3, .application_resumed = 2, .document_stopped = 4, .document_lifted = 3 }),
		"one of them is lifted, and a dead person's application does not go on");
}

int
main(void)
{
	acting_start((const char *const[]){ "signd", "civild", "enrold", "issued", NULL });
	test_death();
	return acting_stop();
}
