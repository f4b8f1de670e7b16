/* test_desk.c - the clerk's and the registrar's day at the civil registry's desk, in a real browser: desk.js plays it. */
#include "tests/browser/browser.h"
#include "tests/service/facility.h"

static struct rig rig = RIG_INIT;

/* Births that a hospital knows of, one for each language of the desk. */
static void
notify(void)
{
	static const struct {
		const char *reference, *primary_name, *secondary_name;
	} mothers[] = { { "NB-en", "Ostrander", "Philippa" }, { "NB-fr", "Quéméneur", "Maëlle" }, { "NB-ar", "الخطيب", "نور" } };
	struct client *hospital = facility_client(&rig, RIG_PLACE_HOSPITAL);

	for (size_t i = 0; i < NELEM(mothers); i++) {
		json_t *body = json_pack("{s:s, s:s, s:s, s:{s:{s:s, s:s, s:s}, s:{s:s, s:s}}}", "kind", "birth", "place", RIG_PLACE_HOSPITAL, "reference",
			mothers[i].reference, "content", "child", "sex", "M", "date_of_birth", "2026-11-02", "place_of_birth", RIG_PLACE_HOSPITAL, "mother",
			"primary_name", mothers[i].primary_name, "secondary_name", mothers[i].secondary_name);
		struct err err = ERR_INIT;
		struct uuid key;
		struct buf reply = BUF_INIT;
		int status = 0;

		if (uuid_new(&key, &err) == -1 ||
			client_call(hospital, "POST", "/civil/v1/notifications", &key, (struct client_body){ .json = body }, &status, &reply, &err) == -1)
			bail_out("notification %s: %d %s", mothers[i].reference, status, err.text);
		buf_clear(&reply);
		json_decref(body);
	}
	client_free(hospital);
}

int
main(void)
{
	static const char *const logins[] = { "civil_clerk.1", "civil_registrar.1", "civil_registrar.2", "civil_clerk.2", "civil_supervisor.1", NULL };

	browser_start(&rig);
	notify();
	return browser_play(&rig, "desk.js", logins);
}
