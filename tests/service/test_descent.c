/*
 * From two registered births to two delivered passports over HTTP, with the real programs, and the proof of one of them: verified
 * offline, in both forms, and refused for each way of falsifying it.
 */
#include <unistd.h>

#include "issuance/catena/day.h"
#include "issuance/catena/portrait.h"
#include "registry/base/clock.h"
#include "registry/base/file.h"
#include "tests/service/insider.h"
#include "tests/service/rig.h"

static struct rig rig = RIG_INIT;
static struct err err = ERR_INIT;

static struct client *
client_of(const char *program, const char *login)
{
	struct client *c = NULL;

	if (rig_client(&rig, program, login, &c, &err) == -1)
		bail_out("%s at %s: %s", login, program, err.text);
	return c;
}

static json_t *
post(struct client *c, const char *path, json_t *body)
{
	struct uuid key;
	json_t *reply = NULL;

	if (uuid_new(&key, &err) == -1 || client_json(c, "POST", path, &key, body, &reply, &err) == -1)
		bail_out("POST %s: %s %s %s", path, err.text, err.nproblem > 0 ? err.problem[0].pointer : "",
			err.nproblem > 0 ? err.problem[0].text : "");
	json_decref(body);
	return reply;
}

/* A birth declared by a clerk and registered by a registrar: the number of the act. */
static void
register_birth(const char *primary, const char *secondary, const char *born, char number[48])
{
	char office[UUID_TEXT], path[120];
	json_t *reply = post(client_of("civild", "civil_clerk.1"), "/civil/v1/births",
		json_pack("{s:s, s:{s:s, s:s, s:s, s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:{s:s, s:s}}", "office_id",
			uuid_format(&rig.office[RIG_CIVIL], office), "child", "primary_name", primary, "secondary_name", secondary, "sex", "F",
			"date_of_birth", born, "place_of_birth", RIG_PLACE_HOSPITAL, "mother", "primary_name", primary, "secondary_name", "Vera",
			"date_of_birth", "1960-02-03", "nationality", "UTO", "informant", "name", "Vera", "relation", "mother"));

	snprintf(path, sizeof(path), "/civil/v1/births/%s/registration", json_string_value(json_object_get(reply, "id")));
	json_decref(reply);
	reply = post(client_of("civild", "civil_registrar.1"), path, json_object());
	snprintf(number, 48, "%s", json_string_value(json_object_get(reply, "number")));
	json_decref(reply);
}

static void
issue(struct day_person *p)
{
	struct day_enrolment enrolment = { client_of("enrold", "enrolment_officer.1"), client_of("enrold", "enrolment_supervisor.1"),
		rig.office[RIG_ENROLMENT] };
	struct day_issuance issuance = { client_of("issued", "passport_clerk.1"), client_of("issued", "passport_approver.1"),
		client_of("issued", "passport_personaliser.1"), client_of("issued", "passport_qc.1"), client_of("issued", "passport_delivery.1"),
		rig.office[RIG_PASSPORT] };
	struct buf jpeg = BUF_INIT;

	if (portrait_draw(bytes_str(p->act_number), 'F', 30, &jpeg, &err) == -1)
		bail_out("%s", err.text);
	p->portrait = bytes_of(&jpeg);
	ok(day_enrol(&enrolment, p, &err) == 0, "enrolled: %s", err.text);
	ok(day_apply(&issuance, p, &err) == 0, "applied and approved: %s", err.text);
	ok(day_personalise(&issuance, p, 1, &err) == 0, "personalised: %s", err.text);
	ok(day_deliver(&issuance, p, &err) == 0, "checked and delivered: %s", err.text);
	buf_clear(&jpeg);
}

/* The bundle once the newest tree head has all of its records, at most ten seconds after they were written. */
static json_t *
bundle_of(const char *number, const char *form)
{
	json_t *bundle = NULL;
	char path[120];

	snprintf(path, sizeof(path), "/registry/v1/documents/%s/descent?form=%s", number, form);
	for (int i = 0; i < 100; i++) {
		if (client_json(client_of("registryd", "auditor.1"), "GET", path, NULL, NULL, &bundle, &err) == 0)
			return bundle;
		if (err.kind != FAIL_AGAIN)
			break;
		usleep(100000);
	}
	bail_out("GET %s: %s", path, err.text);
}

static void
print_report(const struct descent_report *report)
{
	static const char *const status[] = { "good", "not checked", "warning", "BAD" };

	for (size_t i = 0; i < report->n; i++)
		printf("# [%s] %s: %s\n", status[report->findings[i].status], report->findings[i].link, report->findings[i].text);
}

static bool
verifies(const json_t *bundle, struct bytes anchor, bool show)
{
	struct descent_report report = { 0 };
	char *text = json_dumps(bundle, JSON_COMPACT);
	bool good = descent_verify(bytes_str(text), &anchor, 1, &report, &err) == 0 && report.is_good;

	if (show || !good)
		print_report(&report);
	descent_report_clear(&report);
	free(text);
	return good;
}

static void
test_refused_readers(const char *number)
{
	json_t *bundle = NULL;
	char path[120];

	snprintf(path, sizeof(path), "/registry/v1/documents/%s/descent?form=disclosed", number);
	ok(client_json(client_of("registryd", "inspector.1"), "GET", path, NULL, NULL, &bundle, &err) == -1 && err.kind == FAIL_DENIED,
		"the disclosed form is for auditors");
	snprintf(path, sizeof(path), "/registry/v1/documents/%s/descent?form=all", number);
	ok(client_json(client_of("registryd", "auditor.1"), "GET", path, NULL, NULL, &bundle, &err) == -1 && err.kind == FAIL_INPUT,
		"there is no third form");
	ok(client_json(client_of("registryd", "auditor.1"), "GET", "/registry/v1/documents/U99999999/descent", NULL, NULL, &bundle, &err) == -1 &&
			err.kind == FAIL_NOT_FOUND,
		"no document, no descent");
}

/* What the undisclosed form says and does not say; and the disclosed one with its contents taken out is nothing else. */
static void
test_undisclosed(const json_t *bundle, const json_t *closed, struct bytes csca)
{
	const json_t *of[] = { closed, bundle };

	for (size_t i = 0; i < NELEM(of); i++) {
		json_t *copy = json_deep_copy(of[i]), *record;
		struct descent_report report = { 0 };
		unsigned unchecked = 0;
		char *text;
		size_t k;

		json_array_foreach (json_object_get(copy, "records"), k, record) {
			json_object_del(record, "content");
			json_object_del(record, "salt");
		}
		json_object_set_new(copy, "form", json_string("undisclosed"));
		text = json_dumps(copy, 0);
		ok(descent_verify(bytes_str(text), &csca, 1, &report, &err) == 0 && report.is_good && !report.is_disclosed && !report.rests_on_exemption &&
				report.document_number[0] == '\0',
			"undisclosed: good, and the report says that nobody was named");
		for (k = 0; k < report.n; k++)
			unchecked += report.findings[k].status == DESCENT_NOT_CHECKED;
		ok(unchecked == 3, "content, data groups and DG1 are not checked, and said so");
		descent_report_clear(&report);
		free(text);
		json_decref(copy);
	}
}

static void
test_insider(const json_t *bundle, struct bytes csca)
{
	struct insider in = { 0 };
	struct buf pin = BUF_INIT;

	if (file_read(rig_path(&rig, "keys/token.pin"), 64, &pin, &err) == -1)
		bail_out("%s", err.text);
	buf_cut(&pin, pin.n - 1); /* its line feed */
	insider_start(&in, rig.token_uri, bytes_of(&pin), csca);
	insider_all(&in, bundle);
	insider_stop(&in);
	buf_wipe(&pin);
}

static void
save(const char *name, const json_t *bundle)
{
	const char *folder = getenv("CATENA_SAVE_BUNDLES"); /* to make the corpus of tests/fuzz/fuzz_descent.c anew */
	char path[400];

	if (folder != NULL && snprintf(path, sizeof(path), "%s/%s.json", folder, name) > 0 && json_dump_file(bundle, path, JSON_COMPACT) == -1)
		printf("# %s cannot be written\n", path);
}

static void
test_garbage(struct bytes csca)
{
	static const char *const garbage[] = { "", "{}", "[]", "null", "{\"format\":\"catena-descent-2\",\"form\":\"disclosed\",\"document\":\"x\"}",
		"{\"format\":\"catena-descent-1\",\"form\":\"disclosed\",\"document\":\"x\",\"tree_head\":{},\"certificates\":[],\"sod\":\"\",\"records\":[]}" };
	struct descent_report report = { 0 };

	for (size_t i = 0; i < NELEM(garbage); i++)
		ok(descent_verify(bytes_str(garbage[i]), &csca, 1, &report, &err) == -1 && err.kind == FAIL_INPUT, "unreadable: %.40s",
			garbage[i]);
}

int
main(void)
{
	static const char *const programs[] = { "signd", "civild", "enrold", "issued", "registryd", NULL };
	struct day_person person[2] = { { 0 }, { 0 } };
	char act[2][48];
	struct buf csca = BUF_INIT, other_ca = BUF_INIT;
	json_t *bundle, *other, *closed;

	if (rig_start(&rig, programs, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("descent", err.text);
		return done_testing();
	}
	register_birth("Ångström-O'Neill", "Anna María", "1990-05-17", act[0]);
	register_birth("Ковальчук", "Мария", "1985", act[1]);
	for (int i = 0; i < 2; i++) {
		person[i].act_number = act[i];
		issue(&person[i]);
	}
	if (file_read(rig_path(&rig, "pki/csca.crt"), 65536, &csca, &err) == -1 ||
		file_read(rig_path(&rig, "ca.pem"), 65536, &other_ca, &err) == -1)
		bail_out("%s", err.text);
	bundle = bundle_of(person[0].document_number, "disclosed");
	other = bundle_of(person[1].document_number, "disclosed");
	closed = bundle_of(person[0].document_number, "undisclosed");
	ok(verifies(bundle, bytes_of(&csca), true), "an honest bundle verifies");
	ok(verifies(other, bytes_of(&csca), false), "so does that of a person with a year of birth and a name in Cyrillic");
	ok(verifies(closed, bytes_of(&csca), true), "and one without personal data");
	ok(!verifies(bundle, bytes_of(&other_ca), false), "not under another anchor");
	save("disclosed", bundle);
	save("undisclosed", closed);
	if (getenv("CATENA_SAVE_BUNDLES") != NULL)
		printf("# anchor:\n%s\n", buf_cstr(&csca));
	tamper_all(bundle, other, bytes_of(&csca));
	test_undisclosed(bundle, closed, bytes_of(&csca));
	test_insider(bundle, bytes_of(&csca));
	test_refused_readers(person[0].document_number);
	test_garbage(bytes_of(&csca));
	json_decref(bundle);
	json_decref(other);
	json_decref(closed);
	buf_clear(&csca);
	buf_clear(&other_ca);
	rig_stop(&rig);
	return done_testing();
}
