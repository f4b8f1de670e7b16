/*
 * Entries of paper registers (0150-legacy.sql), as each program's role: nothing rests on one; who imported or proposed does not decide; a promotion
 * compares everything with an image and is the act that was proposed; places keep their interval.
 */
#include "registry/base/bytes.h"
#include "tests/sql/chain.h"

#define CONTENT "{\"child\":{\"primary_name\":\"Eriksson\",\"date_of_birth\":\"1951-03-02\"},\"declared_on\":\"1951-03-05\"}"
#define ENTRY_AS(id, number, grade, place, event_on) \
	"INSERT INTO legacy_act (id, office_id, kind, register, volume, page, entry, grade, place_code, event_on, original, officer_id) VALUES (" ID( \
		id) ", " ID("01") ", 'birth', 'Births of Here', '7', '12', '" number "', '" grade "', " place ", " event_on ", '{\"name\":\"Erikson\"}', " ID("11") ");"
#define ENTRY(id, number, grade) ENTRY_AS(id, number, grade, "NULL", "'1951-03-02'")
#define DECIDE(id, event, officer) \
	"INSERT INTO legacy_act_decision (legacy_act_id, imported_by, event, officer_id, reason) VALUES (" ID(id) ", " ID("11") ", '" event "', " ID(officer) ", 'because');"
#define PROPOSE(id, officer) \
	"INSERT INTO legacy_act_decision (legacy_act_id, imported_by, event, officer_id, proposal) VALUES (" ID(id) ", " ID("11") ", 'propose', " ID(officer) ", '" CONTENT "');"
#define IMAGE_BY(id, entry, digest, officer) \
	"INSERT INTO legacy_image (id, legacy_act_id, media_type, size, sha256, sealed_sha256, officer_id) VALUES (" ID(id) ", " ID( \
		entry) ", 'image/jpeg', 3, sha256('" digest "'), sha256('s'), " ID(officer) ");"
#define IMAGE(id, entry) IMAGE_BY(id, entry, "i", "11") "INSERT INTO legacy_image_file VALUES (" ID(id) ", 's');"
#define PROMOTE_AS(id, officer, image, compared, act) \
	"INSERT INTO legacy_act_decision (legacy_act_id, imported_by, event, officer_id, image_id, compared, act_id) VALUES (" ID(id) ", " ID( \
		"11") ", 'promote', " ID(officer) ", " image ", " compared ", " act ");"
#define ALL "'{/child/primary_name,/child/date_of_birth,/declared_on}'"
/* The act as 13, who proposes, declares it. */
#define ACT_AS(act, version, officer, kind, content) \
	"INSERT INTO act (id, kind, office_id, officer_id) VALUES (" ID(act) ", '" kind "', " ID("01") ", " ID(officer) ");" \
															"INSERT INTO act_version (id, act_id, version, officer_id, content) VALUES (" ID(version) ", " ID(act) ", 1, " ID(officer) ", '" content "');" \
																														   "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID(act) ", " ID(officer) ", " ID(version) ", 'declare', " ID(officer) ");"
#define ACT(act, version) ACT_AS(act, version, "13", "birth", CONTENT)

/* A certificate of an act, or of what is none. */
#define CERTIFICATE(act, version) \
	"INSERT INTO civil_certificate (id, act_id, act_version_id, kind, form, language, office_id, year, serial, number, copy, issued_on, as_of, content, officer_id)" \
	" VALUES (" ID("0e") ", " act ", " version ", 'birth', 'full', 'en', " ID("01") ", 2020, 1, 'C1', 1, current_date, current_date, '{}', " ID("12") ")"

struct attempt {
	const char *name;
	enum chain_role role;
	const char *before, *sql, *state, *message;
};

static bool
refused(const struct attempt *a)
{
	const char *message = "", *got;
	bool good;

	chain_try_on(chain_as[a->role], "BEGIN", NULL);
	if (a->before != NULL && (got = chain_try_on(chain_as[a->role], a->before, &message))[0] != 0)
		bail_out("%s: %s %s", a->name, got, message);
	got = chain_try_on(chain_as[a->role], a->sql, &message);
	good = strcmp(got, a->state) == 0 && strstr(message, a->message) != NULL;
	if (!good)
		printf("# %s %s, wanted %s %s\n", got[0] != 0 ? got : "DONE", message, a->state, a->message);
	chain_try_on(chain_as[a->role], "ROLLBACK", NULL);
	return good;
}

/*
 * The stage: a1 imported, with image b1; a2 imported, without; a3 proposed by 13, with image b3; a4 an index line; a5 unreadable; a6 rejected;
 * a7 proposed by 13, without image; a8 promoted to act 3c, which is declared.
 */
static const struct attempt attempts[] = {
	/* nothing rests on it */
	{ "an entry as evidence of an enrolment", ENROLMENT, NULL,
		"INSERT INTO evidence (id, enrolment_id, person_id, kind, act_id, officer_id) VALUES (" ID("8e") ", " ID("71") ", " ID("21") ", 'act', " ID("a1") ", " ID("13") ")", "23503", "evidence_act_id_fkey" },
	{ "an entry as an exemption", ENROLMENT, NULL,
		"INSERT INTO evidence (id, enrolment_id, person_id, kind, exemption_id, officer_id) VALUES (" ID("8e") ", " ID("71") ", " ID("21") ", 'exemption', " ID("a1") ", " ID("13") ")", "23503", "evidence" },
	{ "an entry as a person", CIVIL, ACT("3a", "4a"),
		"INSERT INTO act_party (act_version_id, role, person_id, confidence, primary_name) VALUES (" ID("4a") ", 'child', " ID("a1") ", 'proved', 'E')", "23503", "act_party_person_id_fkey" },
	{ "an entry as the act that another is about", CIVIL, NULL,
		"INSERT INTO act (id, kind, office_id, officer_id, about_act_id) VALUES (" ID("3a") ", 'name_change', " ID("01") ", " ID("11") ", " ID("a1") ")", "23503", "act_about_act_id_fkey" },
	{ "an entry registered", CIVIL, NULL,
		"INSERT INTO act_registration (act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id) VALUES (" ID("a1") ", gen_random_uuid(), gen_random_uuid(), " ID("21") ", " ID("01") ", 'birth', 2026, 1, 'X', " ID("12") ")", "23503", "act_registration" },
	{ "an entry decided as an act", CIVIL, NULL,
		"INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("a1") ", " ID("11") ", gen_random_uuid(), 'validate', " ID("12") ")", "CA001", "which does not allow: validate" },
	{ "an entry as candidate of a duplicate override", CIVIL, NULL,
		"INSERT INTO duplicate_override (act_id, declared_by, candidate_id, score, officer_id, reason) VALUES (" ID("31") ", " ID("11") ", " ID("a1") ", 9, " ID("12") ", 'another event')", "23503", "candidate" },
	{ "a scan of an entry as the file of evidence", CIVIL, NULL,
		"INSERT INTO act_evidence_file VALUES (" ID("b1") ", 's')", "42501", "act_evidence_file" },
	{ "a certificate of an entry", CIVIL, NULL, CERTIFICATE(ID("a1"), ID("41")), "CA002", "not registered on that day" },
	{ "a certificate of what an entry was only promoted to", CIVIL, ACT("3a", "4a") PROMOTE_AS("a3", "12", ID("b3"), ALL, ID("3a")), CERTIFICATE(ID("3a"), ID("4a")), "CA002", "not registered on that day" },
	{ "evidence of what an entry was only promoted to", ENROLMENT, NULL,
		"INSERT INTO evidence (id, enrolment_id, person_id, kind, act_id, officer_id) VALUES (" ID("8e") ", " ID("71") ", " ID("21") ", 'act', " ID("3c") ", " ID("13") ")", "23503", "evidence_act_id_fkey" },
	{ "enrolment reads entries", ENROLMENT, NULL, "SELECT FROM legacy_act", "42501", "permission" },
	{ "issuing reads entries", ISSUANCE, NULL, "SELECT FROM legacy_act", "42501", "permission" },
	{ "inspection reads entries", INSPECTION, NULL, "SELECT FROM legacy_act", "42501", "permission" },
	{ "the PKI reads entries", PKI, NULL, "SELECT FROM legacy_act", "42501", "permission" },
	{ "the signer reads entries", SIGNER, NULL, "SELECT FROM legacy_act", "42501", "permission" },
	{ "the outbox reads entries", OUTBOX, NULL, "SELECT FROM legacy_act", "42501", "permission" },
	{ "the reader reads scans", READER, NULL, "SELECT FROM legacy_image_file", "42501", "permission" },
	{ "enrolment imports an entry", ENROLMENT, NULL, ENTRY("af", "99", "original_register"), "42501", "permission" },
	{ "enrolment promotes an entry", ENROLMENT, NULL, PROMOTE_AS("a3", "12", ID("b3"), ALL, ID("31")), "42501", "permission" },
	{ "civil registration changes a grade of provenance", CIVIL, NULL, "UPDATE provenance_grade SET may_promote = true", "42501", "permission" },
	{ "civil registration changes an entry", CIVIL, NULL, "UPDATE legacy_act SET original = '{}'", "42501", "permission" },
	{ "the owner changes an entry", OWNER, NULL, "UPDATE legacy_act SET original = '{}'", "CA003", "insert-only" },
	{ "the owner changes a scan", OWNER, NULL, "UPDATE legacy_image_file SET sealed = 'x'", "CA003", "insert-only" },
	{ "the owner removes a decision", OWNER, NULL, "DELETE FROM legacy_act_decision", "CA003", "insert-only" },

	/* four eyes */
	{ "who imported promotes", CIVIL, ACT("3a", "4a"), PROMOTE_AS("a3", "11", ID("b3"), ALL, ID("3a")), "23514", "four_eyes_legacy" },
	{ "who proposed promotes", CIVIL, ACT("3a", "4a"), PROMOTE_AS("a3", "13", ID("b3"), ALL, ID("3a")), "23514", "four_eyes_legacy" },
	{ "who proposed promotes and says another did", CIVIL, ACT("3a", "4a"),
		"INSERT INTO legacy_act_decision (legacy_act_id, imported_by, proposed_by, event, officer_id, image_id, compared, act_id) VALUES (" ID("a3") ", " ID("11") ", " ID("19") ", 'promote', " ID("13") ", " ID("b3") ", " ALL ", " ID("3a") ")", "23514", "four_eyes_legacy" },
	{ "who imported promotes and says another did", CIVIL, ACT("3a", "4a"),
		"INSERT INTO legacy_act_decision (legacy_act_id, imported_by, event, officer_id, image_id, compared, act_id) VALUES (" ID("a3") ", " ID("19") ", 'promote', " ID("11") ", " ID("b3") ", " ALL ", " ID("3a") ")", "23503", "legacy_act_decision" },
	{ "who imported refuses", CIVIL, NULL, DECIDE("a3", "refuse", "11"), "23514", "four_eyes_legacy" },
	{ "who imported refuses what nobody proposed", CIVIL, NULL, DECIDE("a1", "refuse", "11"), "23514", "four_eyes_legacy" },
	{ "who proposed refuses", CIVIL, NULL, DECIDE("a3", "refuse", "13"), "23514", "four_eyes_legacy" },
	{ "who proposed returns", CIVIL, NULL, DECIDE("a3", "return", "13"), "23514", "four_eyes_legacy" },
	{ "another imports than who made the entry", CIVIL, ENTRY("af", "99", "original_register"), DECIDE("af", "import", "12"), "23514", "four_eyes_legacy" },
	{ "a refusal without a reason", CIVIL, NULL,
		"INSERT INTO legacy_act_decision (legacy_act_id, imported_by, event, officer_id) VALUES (" ID("a3") ", " ID("11") ", 'refuse', " ID("12") ")", "23514", "reason_given" },

	/* what a promotion is */
	{ "a promotion that leaves a field out", CIVIL, ACT("3a", "4a"), PROMOTE_AS("a3", "12", ID("b3"), "'{/child/primary_name,/declared_on}'", ID("3a")), "CA002", "not compared with the image: /child/date_of_birth" },
	{ "a promotion that compares nothing", CIVIL, ACT("3a", "4a"), PROMOTE_AS("a3", "12", ID("b3"), "'{}'", ID("3a")), "CA002", "not compared" },
	{ "a promotion that compares what is above the fields", CIVIL, ACT("3a", "4a"), PROMOTE_AS("a3", "12", ID("b3"), "'{/child,/declared_on}'", ID("3a")), "CA002", "not compared" },
	{ "a promotion without image", CIVIL, ACT("3a", "4a"), PROMOTE_AS("a3", "12", "NULL", ALL, ID("3a")), "23514", "promotion_compares" },
	{ "a promotion of what has no image", CIVIL, ACT("3a", "4a"), PROMOTE_AS("a7", "12", "NULL", ALL, ID("3a")), "23514", "promotion_compares" },
	{ "a promotion by the image of another entry", CIVIL, ACT("3a", "4a"), PROMOTE_AS("a3", "12", ID("b1"), ALL, ID("3a")), "23503", "legacy_act_decision" },
	{ "a promotion without act", CIVIL, NULL, PROMOTE_AS("a3", "12", ID("b3"), ALL, "NULL"), "CA002", "not the one that was proposed" },
	{ "a promotion to another act", CIVIL, NULL, PROMOTE_AS("a3", "12", ID("b3"), ALL, ID("31")), "CA002", "not the one that was proposed" },
	{ "a promotion to an act that says more", CIVIL, ACT_AS("3a", "4a", "13", "birth", "{\"child\":{\"primary_name\":\"Eriksson\",\"date_of_birth\":\"1951-03-02\"},\"declared_on\":\"1951-03-05\",\"x\":1}"),
		PROMOTE_AS("a3", "12", ID("b3"), ALL, ID("3a")), "CA002", "not the one that was proposed" },
	{ "a promotion to an act of another kind", CIVIL, ACT_AS("3a", "4a", "13", "death", CONTENT), PROMOTE_AS("a3", "12", ID("b3"), ALL, ID("3a")), "CA002", "not the one that was proposed" },
	{ "a promotion to an act that its decider declared", CIVIL, ACT_AS("3a", "4a", "12", "birth", CONTENT), PROMOTE_AS("a3", "12", ID("b3"), ALL, ID("3a")), "CA002", "not the one that was proposed" },
	{ "a promotion of what was not proposed", CIVIL, ACT("3a", "4a"), PROMOTE_AS("a1", "12", ID("b1"), ALL, ID("3a")), "CA001", "is imported" },
	{ "an index line proposed", CIVIL, NULL, PROPOSE("a4", "13"), "CA002", "of this provenance: index_only" },
	{ "an unreadable entry proposed", CIVIL, NULL, PROPOSE("a5", "13"), "CA001", "is unreadable" },
	{ "a rejected entry proposed", CIVIL, NULL, PROPOSE("a6", "13"), "CA001", "is rejected" },
	{ "an entry proposed twice", CIVIL, NULL, PROPOSE("a3", "14"), "CA001", "is proposed" },
	{ "a proposal of nothing", CIVIL, NULL, DECIDE("a1", "propose", "13"), "23514", "proposal_says" },

	/* entries, images and places */
	{ "the same entry twice", CIVIL, NULL, ENTRY("af", "1", "original_register"), "23505", "legacy_entry_once" },
	{ "an entry of a grade that is none", CIVIL, NULL, ENTRY("af", "99", "hearsay"), "23503", "legacy_act_grade_fkey" },
	{ "an entry with an impossible day", CIVIL, NULL, ENTRY_AS("af", "99", "original_register", "NULL", "'1951-02-31'"), "23514", "partial_date" },
	{ "an event at a place that is none", CIVIL, NULL, ENTRY_AS("af", "99", "original_register", "'NOWHERE'", "'1951'"), "CA002", "the place was not there" },
	{ "an event at a place the day it ended", CIVIL, NULL, ENTRY_AS("af", "99", "original_register", "'OLD'", "'1960-07-01'"), "CA002", "the place was not there" },
	{ "an event at a place the day before it began", CIVIL, NULL, ENTRY_AS("af", "99", "original_register", "'OLD'", "'1919-12-31'"), "CA002", "the place was not there" },
	{ "an event in a month before the place", CIVIL, NULL, ENTRY_AS("af", "99", "original_register", "'OLD'", "'1919-12'"), "CA002", "the place was not there" },
	{ "an event in a year after the place", CIVIL, NULL, ENTRY_AS("af", "99", "original_register", "'OLD'", "'1961'"), "CA002", "the place was not there" },
	{ "an image by another than who imported", CIVIL, NULL, IMAGE_BY("bf", "a1", "j", "12"), "23503", "legacy_image_importer" },
	{ "the same image twice", CIVIL, NULL, IMAGE_BY("bf", "a1", "i", "11"), "23505", "legacy_image_once" },
	{ "an image after the proposal", CIVIL, NULL, IMAGE_BY("bf", "a3", "j", "11"), "CA001", "is proposed, which does not allow: images" },
	{ "an image of no entry", CIVIL, NULL, IMAGE_BY("bf", "ff", "j", "11"), "CA001", "is new" },
};

/* What is honest goes through: each as civild's role. */
static void
test_honest(void)
{
	static const char *const inside[] = { "'1920-01-01'", "'1960-06-30'", "'1920'", "'1960'", "'1960-06'", "NULL" };
	char sql[800];

	for (size_t i = 0; i < NELEM(inside); i++) {
		chain_try_on(chain_as[CIVIL], "BEGIN", NULL);
		snprintf(sql, sizeof(sql), ENTRY_AS("af", "99", "original_register", "'OLD'", "%s"), inside[i]);
		is(chain_try_on(chain_as[CIVIL], sql, NULL), "", "takes: an event at a place that no longer exists, while it did");
		chain_try_on(chain_as[CIVIL], "ROLLBACK", NULL);
	}
	chain_do(CIVIL, DECIDE("a7", "return", "12") IMAGE_BY("b7", "a7", "k", "11") PROPOSE("a7", "14"));
	ok(true, "what was returned is proposed again, with an image");
	chain_do(CIVIL, ACT("3b", "4b") PROMOTE_AS("a3", "12", ID("b3"), ALL, ID("3b")));
	is(chain_ask("SELECT state FROM current_state WHERE subject_id = " ID("a3")), "promoted", "a third officer promotes");
	is(chain_ask("SELECT state FROM current_state WHERE subject_id = " ID("3b")), "declared", "which is a declared act and no more");
	is(chain_ask("SELECT kind || ': ' || reference FROM act_evidence WHERE act_id = " ID("3b")), "paper_register: Births of Here, vol. 7, p. 12, no. 3",
		"whose evidence is where it stood");
	is(chain_ask("SELECT count(*) FROM act_registration WHERE act_id = " ID("3b")), "0", "without a number");
	is(chain_ask("SELECT string_agg(DISTINCT c.conrelid::regclass::text, ' ') FROM pg_constraint c WHERE c.contype = 'f' AND c.confrelid::regclass::text ~ '^legacy_'"
		     " AND c.conrelid::regclass::text !~ '^legacy_'"),
		"", "no other table can point to an entry");
	is(chain_ask("SELECT count(*) FROM ledger_entry WHERE kind LIKE 'legacy\\_%' AND leaf LIKE '%Eri%'"), "0", "and the ledger has no name of it");
}

static const struct attempt later[] = {
	{ "an entry promoted twice", CIVIL, ACT("3a", "4a"), PROMOTE_AS("a3", "12", ID("b3"), ALL, ID("3a")), "CA001", "is promoted" },
	{ "a promoted entry rejected", CIVIL, NULL, DECIDE("a3", "refuse", "12"), "CA001", "is promoted" },
	{ "who proposed first and was returned, of the second proposal: its own proposer promotes", CIVIL, ACT_AS("3a", "4a", "14", "birth", CONTENT),
		PROMOTE_AS("a7", "14", ID("b7"), ALL, ID("3a")), "23514", "four_eyes_legacy" },
	{ "one act for two entries", CIVIL, NULL, PROMOTE_AS("a7", "12", ID("b7"), ALL, ID("3b")), "CA002", "not the one that was proposed" },
};

int
main(void)
{
	if (!chain_start())
		return done_testing();
	chain_do(OWNER, "INSERT INTO place (code, name, kind, valid_from, valid_to) VALUES ('OLD', 'Old Town', 'town', '1920-01-01', '1960-07-01')");
	chain_do(CIVIL, CHAIN_BIRTH_DECLARED("1") CHAIN_BIRTH_VALIDATED("1") CHAIN_BIRTH_REGISTERED("1"));
	chain_do(ENROLMENT, CHAIN_ENROLMENT_OPEN("1"));
	chain_do(CIVIL, ENTRY("a1", "1", "original_register") DECIDE("a1", "import", "11") IMAGE("b1", "a1"));
	chain_do(CIVIL, ENTRY("a2", "2", "original_register") DECIDE("a2", "import", "11"));
	chain_do(CIVIL, ENTRY("a3", "3", "certified_copy") DECIDE("a3", "import", "11") IMAGE("b3", "a3") PROPOSE("a3", "13"));
	chain_do(CIVIL, ENTRY("a4", "4", "index_only") DECIDE("a4", "import", "11"));
	chain_do(CIVIL, ENTRY("a5", "5", "original_register") DECIDE("a5", "import_unreadable", "11") IMAGE("b5", "a5"));
	chain_do(CIVIL, ENTRY("a6", "6", "original_register") DECIDE("a6", "import", "11") DECIDE("a6", "refuse", "12"));
	chain_do(CIVIL, ENTRY("a8", "8", "original_register") DECIDE("a8", "import", "11") IMAGE("b8", "a8") PROPOSE("a8", "13") ACT("3c", "4c") PROMOTE_AS("a8", "12", ID("b8"), ALL, ID("3c")));
	chain_do(CIVIL, ENTRY("a7", "7", "reconstructed") DECIDE("a7", "import", "11") PROPOSE("a7", "13"));
	for (size_t i = 0; i < NELEM(attempts); i++)
		ok(refused(&attempts[i]), "refuses: %s", attempts[i].name);
	test_honest();
	for (size_t i = 0; i < NELEM(later); i++)
		ok(refused(&later[i]), "refuses: %s", later[i].name);
	chain_stop();
	return done_testing();
}
