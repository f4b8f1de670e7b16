/*
 * test_passport_line.c - the personalisation line at the passport office's desk, in a real browser: passport_line.js plays it.  Of the people one has the
 * passport already, one has it made and then another place of birth in the registry, and the others' applications are approved.
 */
#include "tests/browser/browser.h"
#include "tests/service/enrolling.h"

enum { PEOPLE = 9 };

static const struct {
	const char *primary, *secondary, *born;
} people[PEOPLE] = {
	{ "Ackerman", "Mira", "1991-06-07" },
	{ "Edison", "Odile", "1994-01-30" },
	{ "Perec", "Béatrice", "1997-11-02" },
	{ "Offenbach", "Signe", "1996-03-14" },
	{ "Ignatieff", "Capucine", "1998-08-21" },
	{ "Chvatal", "Liisa", "1995-04-05" },
	{ "Silva", "Hedvig", "1999-12-31" },
	{ "Tamm", "Fiammetta", "1992-05-19" },
	{ "Ybarra", "Deborah", "1993-09-09" },
};

static void
apply(const struct day_issuance *at, size_t i, struct day_person *p)
{
	struct err err = ERR_INIT;
	struct one act;

	register_act("births", birth(people[i].primary, people[i].secondary, people[i].born), &act);
	p->act_number = act.number;
	enrol(p);
	if (day_apply(at, p, &err) == -1)
		bail_out("%s: %s", people[i].primary, err.text);
}

static void
sql(const char *text)
{
	struct err err = ERR_INIT;

	if (rig_sql(&rig, NULL, 0, &err, "%s", text) == -1)
		bail_out("%s", err.text);
}

int
main(void)
{
	static const char *const logins[] = { "passport_personaliser.2", "passport_qc.2", NULL }; /* who sign in in the browser only: a code works once */
	struct day_person person[PEOPLE] = { { .act_number = NULL } };
	struct day_issuance at;
	struct err err = ERR_INIT;

	browser_start_with(&rig, (const char *[]){ "signd", "civild", "enrold", "issued", NULL });
	at = (struct day_issuance){ client_at(&rig, "issued", "passport_clerk.1"), client_at(&rig, "issued", "passport_approver.1"),
		client_at(&rig, "issued", "passport_personaliser.1"), client_at(&rig, "issued", "passport_qc.1"), client_at(&rig, "issued", "passport_delivery.1"), rig.office[RIG_PASSPORT] };
	for (size_t i = 0; i < PEOPLE; i++)
		apply(&at, i, &person[i]);
	if (day_personalise(&at, person, 2, &err) == -1 || day_deliver(&at, &person[0], &err) == -1)
		bail_out("%s", err.text);
	/* what an intruder with the owner's rights does to the second one, quality control finds; and the station has nothing to print on */
	sql("SET search_path = registry; SET session_replication_role = replica;"
	    "UPDATE identity_version v SET place_of_birth = 'Nowhere' FROM document d JOIN current_state s ON s.subject_id = d.id AND s.state = 'personalised'"
	    " WHERE d.identity_version_id = v.id; SET session_replication_role = origin;"
	    "INSERT INTO booklet_event (booklet_id, event, officer_id) SELECT s.booklet_id, 'return', f.id FROM booklet_station s, officer f WHERE f.login = 'stock.1'");
	json_decref(got.json);
	return browser_play_with(&rig, "passport_line.js", logins,
		json_pack("{s:s, s:s}", "delivered", person[0].document_number, "altered", person[1].document_number));
}
