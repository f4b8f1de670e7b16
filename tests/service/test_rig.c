/* The rig itself: every program comes up, officers sign in once for all of them, programs are killed and come back. */
#include "registry/base/clock.h"
#include "tests/service/rig.h"
#include "tests/tap.h"

static struct rig rig = RIG_INIT;

/* The login that a program knows the client by; "" when it knows nobody. */
static const char *
known_as(const char *program, const char *path, const char *login)
{
	static char name[64];
	struct client *client = NULL;
	struct err err = ERR_INIT;
	json_t *who = NULL;

	name[0] = '\0';
	if (rig_client(&rig, program, login, &client, &err) == -1 || client_json(client, "GET", path, NULL, NULL, &who, &err) == -1)
		printf("# %s: %s\n", program, err.text);
	else
		snprintf(name, sizeof(name), "%s", json_string_value(json_object_get(who, "login")));
	json_decref(who);
	return name;
}

int
main(void)
{
	static const char *const programs[] = { "signd", "civild", "enrold", "issued", "registryd", "pkid", NULL };
	struct err err = ERR_INIT;
	uint64_t begun = clock_monotonic_ns();
	const struct rig_officer *officer = NULL;
	char address[120], text[16];
	int status = -1;

	if (rig_start(&rig, programs, &err) == -1) {
		if (err.kind == FAIL_NOT_FOUND) {
			skip("the suite", err.text);
			return done_testing();
		}
		bail_out("%s", err.text);
	}
	printf("# started in %.1f s\n", (double)(clock_monotonic_ns() - begun) / 1e9);
	is(known_as("civild", "/civil/v1/session", "auditor.1"), "auditor.1", "an officer signs in");
	is(known_as("enrold", "/enrolment/v1/session", "auditor.1"), "auditor.1", "and is known to another program");
	is(known_as("issued", "/issuance/v1/session", "auditor.1"), "auditor.1", "and to a third");
	is(known_as("registryd", "/registry/v1/session", "auditor.1"), "auditor.1", "and to the fourth");
	is(known_as("civild", "/civil/v1/session", "civil_clerk.2"), "civil_clerk.2", "another officer is another");
	is(known_as("civild", "/civil/v1/session", NULL), "", "nobody is nobody");
	ok(rig_count(&rig, "SELECT count(*) FROM session") == 2, "two sessions in all");
	ok(rig_officer(&rig, "passport_clerk.3", &officer, &err) == 0, "an officer of the second passport office");
	ok(rig_sql(&rig, text, sizeof(text), &err, "SELECT o.code FROM officer p JOIN officer_role r ON r.officer_id = p.id JOIN office o ON o.id = r.office_id WHERE p.login = 'passport_clerk.3'") == 0, "is in the registry");
	is(text, "PAS2", "with that office");
	ok(rig_officer(&rig, "nobody.1", &officer, &err) == 0, "a role that no program knows can be planted");

	snprintf(address, sizeof(address), "%s", rig_program(&rig, "civild")->address);
	rig_kill(&rig, "civild");
	is(known_as("civild", "/civil/v1/session", "auditor.1"), "", "a killed program does not answer");
	ok(rig_restart(&rig, "civild", &err) == 0, "and comes back");
	is(rig_program(&rig, "civild")->address, address, "at its address");
	is(known_as("civild", "/civil/v1/session", "auditor.1"), "auditor.1", "where the session still holds");
	ok(rig_sign_in(&rig, "civild", "auditor.1", &err) == 0, "the officer signs in again: %s", err.text);
	is(known_as("issued", "/issuance/v1/session", "auditor.1"), "auditor.1", "and the old clients have the new session");
	ok(rig_halt(&rig, "registryd", &status, &err) == 0 && status == 0, "a program that is asked to stop ends well");
	begun = clock_monotonic_ns();
	rig_stop(&rig);
	printf("# stopped in %.1f s\n", (double)(clock_monotonic_ns() - begun) / 1e9);
	return done_testing();
}
