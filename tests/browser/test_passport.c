/*
 * test_passport.c - the officers' day at the passport office's desk, in a real browser: passport.js plays it with people who were registered and enrolled
 * over the services, and with a fee to pay.
 */
#include "registry/base/uin.h"
#include "tests/browser/browser.h"
#include "tests/service/counter.h"

/* Whom the play needs in each language: an adult, a minor with a mother, one who already asked. */
static const struct {
	const char *language, *primary, *adult, *minor;
} families[] = {
	{ "en", "Ostrander", "Philippa", "Quentin" },
	{ "fr", "Lefèvre", "Maëlle", "Élodie" },
	{ "ar", "الخطيب", "نور", "ليلى" },
};

/* Names of another script are spelt by the registrar for the MRZ. */
static json_t *
child(const char *primary, const char *secondary, const char *born, bool is_arabic)
{
	json_t *body = birth(primary, secondary, born), *about = json_object_get(body, "child");

	if (is_arabic) {
		json_object_set_new(about, "mrz_primary", json_string("ALKHATIB"));
		json_object_set_new(about, "mrz_secondary", json_string(born[0] == '1' ? "NOUR" : "LAYLA"));
	}
	return body;
}

static json_t *
enrolled(json_t *body, const char *guardian)
{
	struct day_person p = { .guardian = guardian };
	struct one act;

	register_act("births", body, &act);
	p.act_number = act.number;
	enrol(&p);
	return json_string(p.uin);
}

static json_t *
people(void)
{
	json_t *all = json_object();
	struct err err = ERR_INIT;
	char nobody[UIN_LEN + 1];

	for (size_t i = 0; i < NELEM(families); i++) {
		bool is_arabic = strcmp(families[i].language, "ar") == 0;

		json_object_set_new(all, families[i].language,
			json_pack("{s:s, s:s, s:s, s:o, s:o}", "primary", families[i].primary, "adult", families[i].adult, "minor", families[i].minor, "adult_uin",
				enrolled(child(families[i].primary, families[i].adult, "1991-06-07", is_arabic), NULL), "minor_uin",
				enrolled(child(families[i].primary, families[i].minor, "2016-06-07", is_arabic), families[i].adult)));
	}
	/* a number that fits and that nobody has */
	if (uin_of_sequence((const uint8_t[UIN_KEY_LEN]){ 1 }, 77, nobody, &err) == -1)
		bail_out("%s", err.text);
	json_object_set_new(all, "nobody", json_string(nobody));
	return all;
}

int
main(void)
{
	static const char *const logins[] = { "passport_clerk.1", "passport_clerk.2", "passport_approver.1", "passport_supervisor.1", "passport_supervisor.2",
		"passport_personaliser.1", "passport_qc.1", "passport_delivery.1", "passport_delivery.3", "passport_supervisor.3", NULL };
	const struct rig_officer *clerk = NULL;
	struct err err = ERR_INIT;
	json_t *all;

	browser_start_with(&rig, (const char *[]){ "signd", "civild", "enrold", "issued", NULL });
	all = people();
	/* the second clerk approves, too: not what they took themselves */
	if (rig_officer(&rig, "passport_clerk.2", &clerk, &err) == -1 ||
		rig_sql(&rig, NULL, 0, &err,
			"SET search_path = registry; INSERT INTO fee_rule VALUES ('PP', false, 5000, 2500, 'EUR'), ('PP', true, 9000, 2500, 'EUR');"
			"INSERT INTO officer_role (officer_id, role, office_id) SELECT r.officer_id, 'passport_approver', r.office_id FROM officer_role r"
			" JOIN officer o ON o.id = r.officer_id WHERE o.login = 'passport_clerk.2'") == -1)
		bail_out("%s", err.text);
	json_decref(got.json);
	return browser_play_with(&rig, "passport.js", logins, json_pack("{s:o}", "people", all));
}
