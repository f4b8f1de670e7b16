/*
 * Who may have which document, by the registry itself: the rules asked one by one, and what is refused to a program that does not ask: taking,
 * approving, consenting, interviewing.  Persons: 1 national with a passport, 2 minor of the mother 1, 3 refugee, 4 stateless, 5 foreigner, 6 registered
 * late, 7 national without anything, 8 minor of nobody known, 9 no identity.
 */
#include "tests/sql/chain.h"

#include "issuance/application/kinds.h"

#define IDENTITY_AS(n, born, nationality) \
	"INSERT INTO identity_version (id, person_id, version, enrolment_id, verification_id, evidence_id, portrait_id, uin, primary_name," \
	" mrz_primary, sex, date_of_birth, nationality, officer_id) VALUES (" ID("b" n) ", " ID("2" n) ", 1, " ID("7" n) ", " ID("a" n) ", " ID("8" n) ", " ID("9" n) ", '20000000000" n "', 'Eriksson', 'ERIKSSON', 'F', " born ", '" nationality "', " ID("15") ")"
#define PERSON(n, born, nationality) \
	do { \
		chain_do(CIVIL, CHAIN_BIRTH_DECLARED(n) CHAIN_BIRTH_VALIDATED(n) CHAIN_BIRTH_REGISTERED(n)); \
		chain_do(ENROLMENT, CHAIN_ENROLMENT_OPEN(n) CHAIN_ENROLMENT_EXAMINED(n) CHAIN_ENROLMENT_VERIFIED(n) CHAIN_UIN(n) IDENTITY_AS(n, born, nationality)); \
	} while (0)
/* An application c.. of person 2n, taken by 16, of State UTO. */
#define APPLY(id, n, kind, reason) \
	"INSERT INTO application (id, person_id, identity_version_id, office_id, document_type, reason, officer_id, issuing_state) VALUES (" ID(id) ", " ID("2" n) ", " ID("b" n) ", " ID("01") ", '" kind "', '" reason "', " ID("16") ", 'UTO');"
#define SUBMIT(id, n, kind, reason) \
	APPLY(id, n, kind, reason) \
	"INSERT INTO application_decision (application_id, taken_by, event, officer_id) VALUES (" ID(id) ", " ID("16") ", 'apply', " ID("16") ")"
#define DECIDE(id, event, officer) \
	"INSERT INTO application_decision (application_id, taken_by, event, officer_id, reason) VALUES (" ID(id) ", " ID("16") ", '" event "', " ID(officer) ", 'so be it')"
#define INTERVIEW(id, outcome, officer) \
	"INSERT INTO application_interview (id, application_id, taken_by, outcome, notes, officer_id) VALUES (gen_random_uuid(), " ID(id) ", " ID("16") ", '" outcome "', 'asked of school', " ID(officer) ")"
#define CONSENT(id, guardian, relation, reference) \
	"INSERT INTO application_consent (id, application_id, guardian_person_id, relation, reference, officer_id) VALUES (gen_random_uuid(), " ID(id) ", " ID(guardian) ", '" relation "', " reference ", " ID("16") ")"

static const char *
codes(const char *person, const char *kind, const char *reason)
{
	char sql[300];

	snprintf(sql, sizeof(sql), "SELECT string_agg(e.code, ' ' ORDER BY r.place) FROM entitlement('00000000-0000-4000-8000-0000000000%s', '%s', '%s', 'UTO', current_date, NULL) e"
				   " JOIN entitlement_rule r ON r.code = e.code",
		person, kind, reason);
	return chain_ask(sql);
}

static const struct {
	const char *person, *kind, *reason, *codes;
} rules[] = {
	{ "27", "PP", "first", "" },
	{ "27", "ID", "first", "" },
	{ "27", "PU", "first", "" },
	{ "23", "PR", "first", "" },
	{ "24", "PS", "first", "" },
	{ "25", "PT", "first", "" },
	{ "25", "VA", "first", "" },
	{ "21", "ID", "first", "" },
	{ "21", "PP", "renewal", "" },
	{ "21", "PP", "damaged", "" },
	{ "21", "PP", "additional", "" },
	{ "21", "PE", "first", "" },
	{ "22", "PP", "first", "consent" },
	{ "26", "PP", "first", "interview" },
	{ "26", "ID", "first", "interview" },
	{ "29", "PP", "first", "no_identity" },
	{ "25", "PP", "first", "nationality" },
	{ "23", "PP", "first", "nationality" },
	{ "27", "PR", "first", "nationality" },
	{ "24", "PR", "first", "nationality" },
	{ "23", "PS", "first", "nationality" },
	{ "23", "PT", "first", "nationality" },
	{ "27", "PT", "first", "nationality" },
	{ "27", "VB", "first", "nationality" },
	{ "27", "PD", "first", "designation" },
	{ "25", "PO", "first", "nationality designation" },
	{ "21", "PP", "first", "valid_document" },
	{ "27", "PP", "renewal", "no_document" },
	{ "27", "PP", "damaged", "no_document" },
	{ "27", "PP", "name_change", "no_document" },
	{ "27", "PP", "additional", "no_document" },
	{ "27", "PP", "lost", "not_reported" },
	{ "21", "PP", "stolen", "not_reported" },
	{ "21", "PP", "name_change", "same_name" },
	{ "21", "ID", "renewal", "no_document" },
};

static const struct {
	const char *name;
	enum chain_role role;
	const char *sql, *state, *message;
} attempts[] = {
	{ "a passport for a foreigner", ISSUANCE, APPLY("cf", "5", "PP", "first"), "CA002", "not a national" },
	{ "a refugee's document for a national", ISSUANCE, APPLY("cf", "7", "PR", "first"), "CA002", "refugee" },
	{ "a visa for a national", ISSUANCE, APPLY("cf", "7", "VA", "first"), "CA002", "is a national" },
	{ "a diplomatic passport without designation", ISSUANCE, APPLY("cf", "7", "PD", "first"), "CA002", "designated" },
	{ "a first passport beside a valid one", ISSUANCE, APPLY("cf", "1", "PP", "first"), "CA002", "valid document" },
	{ "a renewal of nothing", ISSUANCE, APPLY("cf", "7", "PP", "renewal"), "CA002", "no valid document" },
	{ "a replacement of what was not reported", ISSUANCE, APPLY("cf", "1", "PP", "lost"), "CA002", "not reported" },
	{ "a kind that is none", ISSUANCE, APPLY("cf", "7", "XX", "first"), "CA002", "no such kind" },
	{ "a reason that is none", ISSUANCE, APPLY("cf", "7", "PP", "because"), "23514", "reason" },
	{ "a second application of one family", ISSUANCE, APPLY("cf", "2", "PP", "first"), "CA002", "still open" },
	{ "an approval without the guardian", ISSUANCE, DECIDE("c2", "approve", "17"), "CA002", "no guardian has consented" },
	{ "an approval without interview", ISSUANCE, DECIDE("c6", "approve", "17"), "CA002", "registered late" },
	{ "an approval of a refugee's document by who is no supervisor", ISSUANCE, DECIDE("c3", "approve", "17"), "CA002", "supervisor" },
	{ "an interview by who took the application", ISSUANCE, INTERVIEW("c6", "confirmed", "16"), "23514", "four_eyes_interview" },
	{ "an interview of nobody's application", ISSUANCE, INTERVIEW("c9", "confirmed", "17"), "CA001", "not submitted" },
	{ "a consent of the child", ISSUANCE, CONSENT("c2", "22", "guardian", "'court 1'"), "CA002", "their own guardian" },
	{ "a consent of another mother", ISSUANCE, CONSENT("c2", "27", "mother", "'as she says'"), "CA002", "names another mother" },
	{ "a consent of a father whom nothing proves", ISSUANCE, CONSENT("c2", "27", "father", "NULL"), "CA002", "linked to no father" },
	{ "a consent of a guardian whom nothing made one", ISSUANCE, CONSENT("c2", "27", "guardian", "NULL"), "23514", "guardianship_proved" },
	{ "a consent of a guardian who is a minor", ISSUANCE, CONSENT("c6", "22", "guardian", "'court 1'"), "CA002", "is a minor" },
	{ "a consent by the civil registry", CIVIL, CONSENT("c2", "21", "mother", "NULL"), "42501", "permission" },
	{ "a kind made by issuance", ISSUANCE, "UPDATE document_kind SET entitled = 'foreigner'", "42501", "permission" },
	{ "a rule of interviews put away by issuance", ISSUANCE, "DELETE FROM interview_rule", "42501", "permission" },
	{ "a passport whose code is not of the list", OWNER, "INSERT INTO document_kind (code, name, mrz_form, mrz_code, family, entitled) VALUES ('PX', 'x', 'TD3', 'PX', 'x', 'national')", "23514", "code_of_form" },
	{ "an identity card with V", OWNER, "INSERT INTO document_kind (code, name, mrz_form, mrz_code, family, entitled) VALUES ('IV', 'x', 'TD1', 'IV', 'x', 'national')", "23514", "code_of_form" },
};

static void
stage(void)
{
	PERSON("1", "'1980-05-17'", "UTO");
	PERSON("3", "'1990'", "XXB");
	PERSON("4", "'1990-02'", "XXA");
	PERSON("5", "'1990'", "FRA");
	PERSON("7", "NULL", "UTO");
	chain_do(CIVIL, CHAIN_BIRTH_DECLARED("9") CHAIN_BIRTH_VALIDATED("9") CHAIN_BIRTH_REGISTERED("9"));
	/* the minor, whose birth names 1 as the mother */
	chain_do(CIVIL, CHAIN_BIRTH_DECLARED("2") "INSERT INTO act_party (act_version_id, role, person_id, confidence, primary_name) VALUES (" ID("42") ", 'mother', " ID("21") ", 'proved', 'Eriksson');");
	chain_do(CIVIL, CHAIN_BIRTH_VALIDATED("2") CHAIN_BIRTH_REGISTERED("2"));
	chain_do(ENROLMENT, CHAIN_ENROLMENT_OPEN("2") CHAIN_ENROLMENT_EXAMINED("2") CHAIN_ENROLMENT_VERIFIED("2") CHAIN_UIN("2") "INSERT INTO identity_version (id, person_id, version, enrolment_id, verification_id, evidence_id, portrait_id, uin, primary_name,"
																 " mrz_primary, sex, date_of_birth, nationality, officer_id) VALUES (" ID("b2") ", " ID("22") ", 1, " ID("72") ", " ID("a2") ", " ID("82") ", " ID("92") ", '200000000002', 'Eriksson', 'ERIKSSON', 'F', (extract(year FROM current_date) - 10)::text, 'UTO', " ID("15") ")");
	/* registered late: with a witness, approved by a senior officer, all as it must be */
	chain_do(OWNER, "INSERT INTO late_rule VALUES ('birth', 90, 'law 1'); INSERT INTO officer_role VALUES (" ID("13") ", 'civil_supervisor', " ID("01") ")");
	chain_do(CIVIL, "INSERT INTO person VALUES (" ID("26") ", " ID("11") "); INSERT INTO act VALUES (" ID("36") ", 'birth', " ID("01") ", " ID("11") ");"
																			 "INSERT INTO act_version (id, act_id, version, officer_id, content) VALUES (" ID("46") ", " ID("36") ", 1, " ID("11") ", '{\"child\":{\"date_of_birth\":\"1990-01-01\"}}');"
																																	       "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("36") ", " ID("11") ", " ID("46") ", 'declare', " ID("11") ");"
																																																					  "INSERT INTO act_evidence (id, act_id, kind, reference, officer_id) VALUES (gen_random_uuid(), " ID("36") ", 'witness_statement', 'W 1', " ID("11") ");");
	chain_do(CIVIL, CHAIN_BIRTH_VALIDATED("6") "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("36") ", " ID("11") ", " ID("46") ", 'approve', " ID("13") ");" CHAIN_BIRTH_REGISTERED("6"));
	chain_do(ENROLMENT, CHAIN_ENROLMENT_OPEN("6") CHAIN_ENROLMENT_EXAMINED("6") CHAIN_ENROLMENT_VERIFIED("6") CHAIN_UIN("6") IDENTITY_AS("6", "'1990'", "UTO"));
	/* 1 holds a passport */
	chain_do(ISSUANCE, CHAIN_APPLICATION("1") CHAIN_APPROVED("1") CHAIN_PRODUCED("1") CHAIN_DOCUMENT("1") CHAIN_ALLOCATED("1"));
	chain_do(ISSUANCE, CHAIN_BOOKLETS);
	chain_do(ISSUANCE, "INSERT INTO booklet_event (booklet_id, event, station, document_id, officer_id) SELECT id, 'personalise', 'line-1', " ID("e1") ", " ID("18") " FROM booklet WHERE serial = 'UT-0000001'");
	chain_do(SIGNER, CHAIN_SIGNED("1"));
	chain_do(ISSUANCE, "INSERT INTO document_decision (document_id, event, officer_id) VALUES (" ID("e1") ", 'personalise', " ID("18") "), (" ID("e1") ", 'pass', " ID("19") ");"
																						 "INSERT INTO audit_event (kind, program, officer_id, subject_kind, subject_id) VALUES ('disclosure', 'issued', " ID("19") ", 'portrait', " ID("e1") ");"
																																								     "INSERT INTO document_delivery (id, document_id, bearer, is_likeness, officer_id) VALUES (gen_random_uuid(), " ID("e1") ", 'holder', true, " ID("19") ");"
																																																											   "INSERT INTO document_decision (document_id, event, officer_id) VALUES (" ID("e1") ", 'deliver', " ID("19") ");"
																																																																								       "INSERT INTO application_decision (application_id, taken_by, event, officer_id) VALUES (" ID("c1") ", " ID("16") ", 'complete', " ID("19") ")");
}

static bool
taken(const char *sql)
{
	const char *message, *state = chain_try_on(chain_as[ISSUANCE], sql, &message);

	if (state[0] != 0)
		printf("# %s: %s\n", state, message);
	return state[0] == 0;
}

static void
test_kinds(void)
{
	char list[100] = "";

	for (size_t i = 0; document_type_names[i] != NULL; i++) {
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", i > 0 ? " " : "", document_type_names[i]);
	}
	is(chain_ask("SELECT string_agg(code, ' ' ORDER BY array_position(ARRAY['PP', 'PE', 'PD', 'PO', 'PR', 'PS', 'PT', 'PU', 'ID', 'VA', 'VB'], code)) FROM document_kind"), list,
		"the kinds of issued are those of the registry");
	is(chain_ask("SELECT count(DISTINCT mrz_form) FROM document_kind"), "5", "in all five forms");
}

/* What the interview and the consent let through, and what they do not. */
static void
test_requisites(void)
{
	ok(taken(CONSENT("c2", "21", "mother", "NULL")) && taken(DECIDE("c2", "approve", "17")), "the mother of the registered birth consents, and the application is approved");
	ok(taken(INTERVIEW("c6", "confirmed", "17")) && !taken(DECIDE("c6", "approve", "17")), "refuses: approval by who interviewed");
	ok(taken(INTERVIEW("c6", "doubtful", "18")) && !taken(DECIDE("c6", "approve", "19")), "refuses: approval after a doubtful interview, whatever the one before said");
	ok(taken(INTERVIEW("c6", "confirmed", "18")) && taken(DECIDE("c6", "approve", "19")), "an interview that confirms lets another officer approve");
	ok(!taken(INTERVIEW("c6", "doubtful", "18")), "refuses: an interview after the decision");
	chain_do(OWNER, "INSERT INTO officer_role VALUES (" ID("17") ", 'passport_supervisor', " ID("01") ")");
	ok(taken(DECIDE("c3", "approve", "17")), "a supervisor of the office approves a refugee's document");
	ok(taken("INSERT INTO person_designation (id, person_id, document_type, reference, officer_id) VALUES (" ID("0e") ", " ID("27") ", 'PD', 'letter 9', " ID("17") ")"), "a person is designated");
	is(codes("27", "PD", "first"), "", "and may have a diplomatic passport");
	is(codes("27", "PO", "first"), "designation", "but no official one");
	ok(taken("INSERT INTO person_designation (id, person_id, document_type, reference, ends_id, officer_id) VALUES (" ID("0f") ", " ID("27") ", 'PD', 'recalled', " ID("0e") ", " ID("17") ")"), "the designation is ended");
	is(codes("27", "PD", "first"), "designation", "and that is over");
}

static void
test_stops(void)
{
	static const char *const kinds[] = { "court", "alert", "registry" }, *const wanted[] = { "stopped", "alert", "registry_stop" };

	for (size_t i = 0; i < NELEM(kinds); i++) {
		char sql[400], name[60];

		snprintf(sql, sizeof(sql), "INSERT INTO person_stop (id, person_id, kind, reference, officer_id) VALUES ('00000000-0000-4000-8000-00000000000%zu', " ID("27") ", '%s', 'R', " ID("17") ")", i + 1, kinds[i]);
		chain_do(ISSUANCE, sql);
		snprintf(name, sizeof(name), "%s stops", kinds[i]);
		is(codes("27", "PP", "first"), wanted[i], name);
		ok(!taken(APPLY("cf", "7", "PP", "first")), "refuses: an application against it");
		snprintf(sql, sizeof(sql), "INSERT INTO person_stop (id, person_id, kind, reference, lifts_id, officer_id) VALUES (gen_random_uuid(), " ID("27") ", '%s', 'L', '00000000-0000-4000-8000-00000000000%zu', " ID("18") ")", kinds[i], i + 1);
		chain_do(ISSUANCE, sql);
		is(codes("27", "PP", "first"), "", "until it is lifted");
	}
	chain_do(ISSUANCE, SUBMIT("c7", "7", "PP", "first"));
	chain_do(ENROLMENT, "INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id, reason) VALUES (" ID("77") ", " ID("13") ", 'revoke', " ID("15") ", 'forged')");
	is(codes("27", "PP", "first"), "identity_revoked", "a revoked identity bars, and stops the application");
	ok(!taken(DECIDE("c7", "approve", "17")), "refuses: approval of who was somebody when they applied");
}

int
main(void)
{
	if (!chain_start())
		return done_testing();
	stage();
	test_kinds();
	for (size_t i = 0; i < NELEM(rules); i++) {
		char name[80];

		snprintf(name, sizeof(name), "person %s, %s, %s", rules[i].person, rules[i].kind, rules[i].reason);
		is(codes(rules[i].person, rules[i].kind, rules[i].reason), rules[i].codes, name);
	}
	chain_do(ISSUANCE, SUBMIT("c2", "2", "PP", "first"));
	chain_do(ISSUANCE, SUBMIT("c3", "3", "PR", "first"));
	chain_do(ISSUANCE, SUBMIT("c6", "6", "PP", "first"));
	is(codes("22", "ID", "first"), "consent", "an identity card is another family");
	for (size_t i = 0; i < NELEM(attempts); i++) {
		const char *message, *state = chain_try_on(chain_as[attempts[i].role], attempts[i].sql, &message);

		ok(strcmp(state, attempts[i].state) == 0 && strstr(message, attempts[i].message) != NULL, "refuses: %s: %s %s", attempts[i].name, state, message);
	}
	test_requisites();
	test_stops();
	chain_stop();
	return done_testing();
}
