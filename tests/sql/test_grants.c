/*
 * What the database itself refuses, as each program's role: changing an act, identity, decision or document; a document or an
 * identity without descent; deciding alone; skipping states (invariants 1, 3, 5).
 */
#include "tests/sql/ceremonies.h"
#include "tests/sql/life.h"
#include "tests/sql/prepared.h"
#include "tests/sql/trusts.h"

/* ---- changing what is written ---- */

/* Tables whose rows stay, besides the ledgered ones. */
static const char *const also_fixed[] = { "act_party", "act_match_key", "birth_statistics", "portrait_image", "person_uin", "ledger_entry",
	"ledger_leaf", "ledger_node", "act_kind", "act_policy", "late_rule", "act_evidence_rule", "act_evidence_file", "act_rule", "document_kind", "entitlement_rule", "fee_refund_series", "fee_rule", "fee_series", "refund_rule", "interview_rule",
	"notification_rule", "program_facility", "program_service", "stop_change", "subscriber", "outbox_delivery", "death_statistics", "provenance_grade", "statistics_kind", "legacy_image_file", "tree_head", "current_state", "transition", "ledgered_table", "schema_version", "officer", "officer_role",
	"office", "booklet_station", "batch_work", "station_notice", "place", "program", "idempotency", "trust_file", "trust_object" };

static unsigned
count_refused(enum chain_role role, const char *table, const char *state, bool is_loud)
{
	char sql[300], column[64];
	unsigned refused = 0;
	const char *got;

	snprintf(sql, sizeof(sql), "SELECT attname FROM pg_attribute WHERE attrelid = 'registry.%s'::regclass AND attnum > 0 AND attidentity = ''"
				   " ORDER BY attnum LIMIT 1",
		table);
	snprintf(column, sizeof(column), "%s", chain_ask(sql));
	for (int i = 0; i < 3; i++) {
		if (i == 0)
			snprintf(sql, sizeof(sql), "UPDATE %s SET %s = %s", table, column, column);
		else
			snprintf(sql, sizeof(sql), i == 1 ? "DELETE FROM %s" : "TRUNCATE %s CASCADE", table);
		chain_try_on(chain_as[role], "BEGIN", NULL);
		got = chain_try_on(chain_as[role], sql, NULL);
		if (strcmp(got, state) == 0)
			refused++;
		else if (is_loud)
			printf("# %s: %s: %s\n", chain_roles[role], sql, got[0] != 0 ? got : "DONE");
		chain_try_on(chain_as[role], "ROLLBACK", NULL);
	}
	return refused;
}

static void
test_fixed(void)
{
	PGresult *r = PQexec(chain_as[OWNER], "SELECT name FROM ledgered_table ORDER BY 1");
	unsigned n = (unsigned)PQntuples(r), refused;
	const char *empty;
	char sql[200];

	ok(n >= 17, "there are %u ledgered tables", n);
	for (unsigned i = 0; i < n; i++) {
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", PQgetvalue(r, (int)i, 0));
		empty = chain_ask(sql);
		if (strcmp(empty, "0") == 0)
			printf("# %s is empty: a row trigger has nothing to refuse\n", PQgetvalue(r, (int)i, 0));
	}
	for (int role = CIVIL; role < NROLE; role++) {
		refused = 0;
		for (unsigned i = 0; i < n; i++)
			refused += count_refused((enum chain_role)role, PQgetvalue(r, (int)i, 0), "42501", true);
		ok(refused == 3 * n, "%s can neither update, delete nor truncate any ledgered table", chain_roles[role]);
		refused = 0;
		for (unsigned i = 0; i < sizeof(also_fixed) / sizeof(also_fixed[0]); i++)
			refused += count_refused((enum chain_role)role, also_fixed[i], "42501", true);
		ok(refused == 3 * sizeof(also_fixed) / sizeof(also_fixed[0]), "nor what hangs on them");
	}
	refused = 0;
	for (unsigned i = 0; i < n; i++)
		refused += count_refused(OWNER, PQgetvalue(r, (int)i, 0), "CA003", true);
	ok(refused == 3 * n, "even the owner meets the triggers");
	PQclear(r);
}

/* Who may insert where: the ledgered tables and those that carry state. */
static void
test_inserts(void)
{
	is(chain_ask("SELECT string_agg(r || ': ' || t, '; ' ORDER BY r, t) FROM (SELECT substr(rolname, 8) AS r, string_agg(c.relname, ' '"
		     " ORDER BY relname) AS t FROM pg_roles, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
		     " WHERE nspname = 'registry' AND relkind = 'r' AND rolname ~ '^catena_' AND rolname <> 'catena_owner'"
		     " AND relname NOT IN ('officer_login', 'session', 'idempotency', 'audit_event') AND has_table_privilege(rolname, c.oid, 'INSERT')"
		     " GROUP BY rolname) x"),
		"civil: act act_correction act_correction_decision act_decision act_evidence act_evidence_file act_match_key act_party"
		" act_registration act_series act_version birth_statistics civil_certificate civil_certificate_print civil_certificate_revocation completeness_estimate death_statistics duplicate_override legacy_act legacy_act_decision legacy_image legacy_image_file notification notification_decision outbox paper_confirmation paper_count paper_event person; enrolment: enrolment enrolment_decision evidence evidence_exemption identity_version outbox person_uin portrait"
		" portrait_image; issuance: application application_consent application_decision application_interview application_visa appointment appointment_closing appointment_ending appointment_opening batch batch_decision batch_order booklet_confirmation booklet_count booklet_event booklet_loss booklet_loss_confirmation booklet_recovery chip_writing document document_decision document_delivery document_destruction document_destruction_witness document_finding document_release document_report document_suspension document_suspension_end document_transfer fee_receipt fee_refund fee_waiver outbox person_designation person_stop prepared_application prepared_ending stop_export;"
		" pki: ceremony ceremony_decision signing_key trust_decision trust_file trust_import trust_import_decision"
		" trust_import_item trust_object; signer: ceremony_execution ceremony_request ceremony_rule certificate civil_certificate_seal crl"
		" document_signature key_generation key_retirement key_rule ledger_leaf ledger_node outbox_message revocation signature_tally signed_list stop_snapshot tree_head",
		"each role inserts what its program makes and nothing else");
	is(chain_ask("SELECT string_agg(rolname || ' ' || relname, ', ' ORDER BY 1) FROM pg_roles, pg_class c JOIN pg_namespace n"
		     " ON n.oid = c.relnamespace WHERE nspname = 'registry' AND relkind = 'r' AND rolname ~ '^catena_' AND rolname <> 'catena_owner'"
		     " AND has_table_privilege(rolname, c.oid, 'DELETE, TRUNCATE, TRIGGER, REFERENCES')"),
		"", "and none may delete, truncate, or tie anything to a table");
	is(chain_ask("SELECT string_agg(rolname, ' ') FROM pg_roles WHERE rolname ~ '^catena_' AND rolname <> 'catena_owner'"
		     " AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR has_schema_privilege(rolname, 'registry', 'CREATE')"
		     " OR has_database_privilege(rolname, 'catena', 'CREATE'))"),
		"", "nor make roles, schemas or tables");
}

/* ---- one statement that must fail ---- */

struct attempt {
	const char *name;
	enum chain_role role;
	const char *before; /* as `before_role`, in the same transaction where the role is the same; NULL: nothing */
	const char *sql;
	const char *state; /* SQLSTATE wanted */
	const char *message;
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

static void
all_refused(const struct attempt *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ok(refused(&a[i]), "refuses: %s", a[i].name);
}

#define DOC(app, person, identity, approval, production) \
	CHAIN_DOCUMENT_COLUMNS CHAIN_DOCUMENT_VALUES("ee", "U99999999", app, person, identity, approval, production)
#define DECIDE_APP(n, event, officer) \
	"INSERT INTO application_decision (application_id, taken_by, event, officer_id, reason) VALUES (" ID("c" n) ", " ID("16") ", '" event "', " ID(officer) ", 'because')"
#define DECIDE_ACT(n, event, officer) \
	"INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id, reason) VALUES (" ID("3" n) ", " ID("11") ", " ID("4" n) ", '" event "', " ID(officer) ", 'because')"
#define DECIDE_ENR(n, event, officer) \
	"INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id, reason) VALUES (" ID("7" n) ", " ID("13") ", '" event "', " ID(officer) ", 'because')"
#define DECIDE_DOC(n, event) \
	"INSERT INTO document_decision (document_id, event, officer_id, reason) VALUES (" ID("e" n) ", '" event "', " ID("18") ", 'because')"

/*
 * The stage: person 1 has everything and document e1; person 2 an application c2 that was submitted only; 3: c3 approved; 4: c4 in
 * production, no document yet; 5: c5 cancelled; 6: enrolment verified, no identity; 7: enrolment examined; 8: birth declared; 9: birth
 * validated.
 */
static const struct attempt documents[] = {
	{ "a document of no application", ISSUANCE, NULL, DOC("cc", "24", "b4", "d4", "f4"), "23503", "document_" },
	{ "a document of an application that is only submitted", ISSUANCE, NULL, DOC("c2", "22", "b2", "d4", "f4"), "23503", "document_" },
	{ "a document of an application that is only approved", ISSUANCE, NULL, DOC("c3", "23", "b3", "d3", "f4"), "23503", "document_" },
	{ "a document of a cancelled application", ISSUANCE, NULL, DOC("c5", "25", "b5", "d5", "f4"), "23503", "document_" },
	{ "a document under the approval of another application", ISSUANCE, NULL, DOC("c4", "24", "b4", "d1", "f4"), "23503", "document" },
	{ "a document under an approval that is none", ISSUANCE, NULL, DOC("c4", "24", "b4", "f4", "f4"), "23503", "document" },
	{ "a document under an approval that does not exist", ISSUANCE, NULL, DOC("c4", "24", "b4", "dd", "f4"), "23503", "document" },
	{ "a document under the decision to produce of another application", ISSUANCE, NULL, DOC("c4", "24", "b4", "d4", "f1"), "23505", "production" },
	{ "a document under a decision to produce that is none", ISSUANCE, NULL, DOC("c4", "24", "b4", "d4", "d4"), "23503", "document" },
	{ "a document for another person", ISSUANCE, NULL, DOC("c4", "21", "b4", "d4", "f4"), "23503", "document_" },
	{ "a document for nobody", ISSUANCE, NULL, DOC("c4", "2f", "b4", "d4", "f4"), "23503", "document_" },
	{ "a document with the identity of another person", ISSUANCE, NULL, DOC("c4", "24", "b1", "d4", "f4"), "23503", "document_" },
	{ "a document with an identity that does not exist", ISSUANCE, NULL, DOC("c4", "24", "bb", "d4", "f4"), "23503", "document_" },
	{ "a second document of one decision to produce", ISSUANCE, CHAIN_DOCUMENT("4"), DOC("c4", "24", "b4", "d4", "f4"), "23505", "production" },
	{ "a second document of the same number", ISSUANCE, NULL, CHAIN_DOCUMENT_COLUMNS CHAIN_DOCUMENT_VALUES("ee", "U00000001", "c4", "24", "b4", "d4", "f4"), "23505", "number" },
	{ "a document whose approval is left out", ISSUANCE, NULL,
		"INSERT INTO document (id, number, application_id, person_id, identity_version_id, production_id, document_type, issuing_state, authority, issued_on,"
		" expires_on, dg_hash_bits, dg_hashes, officer_id) VALUES (" ID("ee") ", 'U99999999', " ID("c4") ", " ID("24") ", " ID("b4") ", " ID("f4") ", 'PP', 'UTO', 'A', '2026-01-01', '2036-01-01', 256, '{\"1\":\"\",\"2\":\"\"}', " ID("18") ")",
		"23502", "approval_id" },
	{ "a document that calls a production its approval", ISSUANCE, NULL,
		"INSERT INTO document (id, number, application_id, person_id, identity_version_id, approval_id, approval_event, production_id, document_type,"
		" issuing_state, authority, issued_on, expires_on, dg_hash_bits, dg_hashes, officer_id) VALUES (" ID("ee") ", 'U99999999', " ID("c4") ", " ID("24") ", " ID("b4") ", " ID("f4") ", 'produce', " ID("f4") ", 'PP', 'UTO', 'A', '2026-01-01', '2036-01-01', 256, '{\"1\":\"\",\"2\":\"\"}', " ID("18") ")",
		"23514", "approval_event" },
	{ "a document of somebody to whom issuing is stopped", ISSUANCE,
		"INSERT INTO person_stop (id, person_id, kind, reference, officer_id) VALUES (" ID("02") ", " ID("24") ", 'court', 'R1', " ID("17") ")",
		DOC("c4", "24", "b4", "d4", "f4"), "CA002", "stopped" },
	{ "a document made by the civil registry", CIVIL, NULL, DOC("c4", "24", "b4", "d4", "f4"), "42501", "permission" },
	{ "a document made by enrolment", ENROLMENT, NULL, DOC("c4", "24", "b4", "d4", "f4"), "42501", "permission" },
	{ "a document made by the signer", SIGNER, NULL, DOC("c4", "24", "b4", "d4", "f4"), "42501", "permission" },
	{ "an application for another's identity", ISSUANCE, NULL,
		"INSERT INTO application VALUES (" ID("cc") ", " ID("25") ", " ID("b2") ", " ID("01") ", 'PP', 'first', " ID("16") ")", "23503", "application" },
};

static const struct attempt signatures[] = {
	{ "a second signature of a document", SIGNER, NULL, CHAIN_SIGNED("1"), "23505", "document_signature_document_id_key" },
	{ "the signature of a document that is not there", SIGNER, NULL, CHAIN_SIGNED("4"), "23503", "document_signature_document_id_fkey" },
	{ "a signature by another program than the signer", ISSUANCE, NULL, CHAIN_SIGNED("1"), "42501", "permission" },
	{ "a signature by the PKI officers' program", PKI, NULL, CHAIN_SIGNED("1"), "42501", "permission" },
	{ "a key made by issuing", ISSUANCE, NULL,
		"INSERT INTO signing_key (id, kind, token_label, key_label, algorithm) VALUES (" ID("02") ", 'csca', 't', 'z', 'a')", "42501", "permission" },
	{ "a leaf of the ledger written by a program", CIVIL, NULL, "INSERT INTO ledger_leaf VALUES (0, 1, sha256('x'))", "42501", "permission" },
	{ "an entry of the ledger written by a program", CIVIL, NULL,
		"INSERT INTO ledger_entry (kind, record_id, leaf) VALUES ('act', gen_random_uuid(), 'x')", "42501", "permission" },
	{ "an entry of the ledger written by the signer", SIGNER, NULL,
		"INSERT INTO ledger_entry (kind, record_id, leaf) VALUES ('act', gen_random_uuid(), 'x')", "42501", "permission" },
	{ "a state set by a program", ISSUANCE, NULL,
		"INSERT INTO current_state VALUES (gen_random_uuid(), 'application', 'in_production', 1, now())", "42501", "permission" },
};

#define IDENTITY(enrolment, person, verification, evidence, portrait, uin) \
	"INSERT INTO identity_version (id, person_id, version, enrolment_id, verification_id, evidence_id, portrait_id, uin, primary_name," \
	" mrz_primary, sex, nationality, officer_id) VALUES (" ID("be") ", " ID(person) ", 9, " ID(enrolment) ", " ID(verification) ", " ID(evidence) ", " ID(portrait) ", '20000000000" uin "', 'E', 'E', 'F', 'UTO', " ID("15") ")"

static const struct attempt identities[] = {
	{ "an identity of an enrolment that is not verified", ENROLMENT, CHAIN_UIN("7"), IDENTITY("77", "27", "a6", "87", "97", "7"), "CA002", "not verified" },
	{ "an identity of no enrolment", ENROLMENT, NULL, IDENTITY("7f", "26", "a6", "86", "96", "6"), "CA002", "not verified" },
	{ "an identity under the verification of another enrolment", ENROLMENT, CHAIN_UIN("6"), IDENTITY("76", "26", "a2", "86", "96", "6"), "23505", "verification" },
	{ "an identity under an unused verification of another enrolment", ENROLMENT,
		CHAIN_UIN("6") CHAIN_UIN("7") CHAIN_ENROLMENT_VERIFIED("7"), IDENTITY("76", "26", "a7", "86", "96", "6"), "23503", "identity_version" },
	{ "an identity on the evidence of another enrolment", ENROLMENT, CHAIN_UIN("6"), IDENTITY("76", "26", "a6", "81", "96", "6"), "CA002", "another person" },
	{ "an identity on no evidence", ENROLMENT, CHAIN_UIN("6"), IDENTITY("76", "26", "a6", "8f", "96", "6"), "23503", "identity_version" },
	{ "an identity that rests on a guardian only", ENROLMENT,
		CHAIN_UIN("6"), IDENTITY("76", "26", "a6", "8d", "96", "6"), "23503", "identity_version" },
	{ "an identity with the portrait of another enrolment", ENROLMENT, CHAIN_UIN("6"), IDENTITY("76", "26", "a6", "86", "91", "6"), "23503", "identity_version" },
	{ "an identity for another person", ENROLMENT, NULL, IDENTITY("76", "21", "a6", "86", "96", "1"), "CA002", "another person" },
	{ "an identity with the UIN of another person", ENROLMENT, CHAIN_UIN("6"), IDENTITY("76", "26", "a6", "86", "96", "1"), "CA002", "UIN" },
	{ "a second identity of one enrolment", ENROLMENT, NULL, IDENTITY("71", "21", "a1", "81", "91", "1"), "23505", "identity_version" },
	{ "evidence of an act that is not registered", ENROLMENT, NULL,
		"INSERT INTO evidence (id, enrolment_id, person_id, kind, act_id, officer_id) VALUES (" ID("8e") ", " ID("78") ", " ID("28") ", 'act', " ID("38") ", " ID("13") ")", "23503", "evidence" },
	{ "evidence after the examination", ENROLMENT, NULL,
		"INSERT INTO evidence (id, enrolment_id, person_id, kind, guardian_person_id, officer_id) VALUES (" ID("8e") ", " ID("77") ", " ID("27") ", 'guardian', " ID("21") ", " ID("13") ")", "CA001", "not open" },
	{ "a portrait after the verification", ENROLMENT, NULL,
		"INSERT INTO portrait (id, enrolment_id, width, height, sealed_sha256, officer_id) VALUES (" ID("9e") ", " ID("76") ", 413, 531, sha256('e'), " ID("13") ")", "CA001", "not open" },
	{ "an exemption for another person", ENROLMENT,
		"INSERT INTO evidence_exemption (id, person_id, reason, officer_id, second_officer_id) VALUES (" ID("02") ", " ID("21") ", 'no register kept', " ID("13") ", " ID("14") ")",
		"INSERT INTO evidence (id, enrolment_id, person_id, kind, exemption_id, officer_id) VALUES (" ID("8e") ", " ID("78") ", " ID("28") ", 'exemption', " ID("02") ", " ID("13") ")", "23503", "evidence" },
	{ "an identity made by issuing", ISSUANCE, NULL, IDENTITY("76", "26", "a6", "86", "96", "6"), "42501", "permission" },
	{ "a registration without its decision", CIVIL, NULL,
		"INSERT INTO act_registration (act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id) VALUES (" ID("39") ", " ID("5f") ", " ID("49") ", " ID("29") ", " ID("01") ", 'birth', 2020, 9, 'N9', " ID("12") ")", "23503", "act_registration" },
	{ "a registration under the decision of another act", CIVIL, CHAIN_BIRTH_VALIDATED("8"),
		"INSERT INTO act_registration (act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id) VALUES (" ID("39") ", " ID("51") ", " ID("49") ", " ID("29") ", " ID("01") ", 'birth', 2020, 9, 'N9', " ID("12") ")", "23505", "decision_id" },
	{ "a birth registered as a death", CIVIL,
		"INSERT INTO act_decision (id, act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("59") ", " ID("39") ", " ID("11") ", " ID("49") ", 'register', " ID("12") ")",
		"INSERT INTO act_registration (act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id) VALUES (" ID("39") ", " ID("59") ", " ID("49") ", " ID("29") ", " ID("01") ", 'death', 2020, 9, 'N9', " ID("12") ")", "23503", "act_registration" },
	{ "a registration of another act's version", CIVIL,
		"INSERT INTO act_decision (id, act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("59") ", " ID("39") ", " ID("11") ", " ID("49") ", 'register', " ID("12") ")",
		"INSERT INTO act_registration (act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id) VALUES (" ID("39") ", " ID("59") ", " ID("41") ", " ID("29") ", " ID("01") ", 'birth', 2020, 9, 'N9', " ID("12") ")", "23503", "act_registration" },
};

static const struct attempt four_eyes[] = {
	{ "the declaring officer validates", CIVIL, NULL, DECIDE_ACT("8", "validate", "11"), "23514", "four_eyes_act" },
	{ "the declaring officer registers", CIVIL, NULL, DECIDE_ACT("9", "register", "11"), "23514", "four_eyes_act" },
	{ "the declaring officer annuls", CIVIL, NULL, DECIDE_ACT("1", "annul", "11"), "23514", "four_eyes_act" },
	{ "the declaring officer validates and says another declared", CIVIL, NULL,
		"INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("38") ", " ID("12") ", " ID("48") ", 'validate', " ID("11") ")", "23503", "act_decision" },
	{ "another declares what one entered", CIVIL,
		"INSERT INTO act VALUES (" ID("3e") ", 'birth', " ID("01") ", " ID("11") "); INSERT INTO act_version (id, act_id, version, officer_id, content) VALUES (" ID("4e") ", " ID("3e") ", 1, " ID("11") ", '{}')",
		"INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("3e") ", " ID("11") ", " ID("4e") ", 'declare', " ID("12") ")", "23514", "four_eyes_act" },
	{ "the declaring officer overrides a duplicate", CIVIL, NULL,
		"INSERT INTO duplicate_override (act_id, declared_by, candidate_id, score, officer_id, reason) VALUES (" ID("38") ", " ID("11") ", " ID("31") ", 90, " ID("11") ", 'they are twins')", "23514", "four_eyes_override" },
	{ "an override without a reason", CIVIL, NULL,
		"INSERT INTO duplicate_override (act_id, declared_by, candidate_id, score, officer_id, reason) VALUES (" ID("38") ", " ID("11") ", " ID("31") ", 90, " ID("12") ", 'twins')", "23514", "reason" },
	{ "an exemption by one officer twice", ENROLMENT, NULL,
		"INSERT INTO evidence_exemption (id, person_id, reason, officer_id, second_officer_id) VALUES (" ID("02") ", " ID("21") ", 'no register kept', " ID("13") ", " ID("13") ")", "23514", "four_eyes_exemption" },
	{ "who opened the enrolment verifies", ENROLMENT, NULL, DECIDE_ENR("7", "verify", "13"), "23514", "four_eyes_enrolment" },
	{ "who examined the enrolment verifies", ENROLMENT, NULL, DECIDE_ENR("7", "verify", "14"), "23514", "four_eyes_enrolment" },
	{ "who examined the enrolment refuses", ENROLMENT, NULL, DECIDE_ENR("7", "refuse", "14"), "23514", "four_eyes_enrolment" },
	{ "who examined verifies and says another examined", ENROLMENT, NULL,
		"INSERT INTO enrolment_decision (enrolment_id, opened_by, examined_by, event, officer_id) VALUES (" ID("77") ", " ID("13") ", " ID("19") ", 'verify', " ID("14") ")", "23514", "four_eyes_enrolment" },
	{ "who opened verifies and says another opened", ENROLMENT, NULL,
		"INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id) VALUES (" ID("77") ", " ID("19") ", 'verify', " ID("13") ")", "23503", "enrolment_decision" },
	{ "who took the application approves", ISSUANCE, NULL, DECIDE_APP("2", "approve", "16"), "23514", "four_eyes_application" },
	{ "who took the application refuses", ISSUANCE, NULL, DECIDE_APP("2", "refuse", "16"), "23514", "four_eyes_application" },
	{ "who took the application approves and says another took it", ISSUANCE, NULL,
		"INSERT INTO application_decision (application_id, taken_by, event, officer_id) VALUES (" ID("c2") ", " ID("19") ", 'approve', " ID("16") ")", "23503", "application_decision" },
	{ "an approval by nobody", ISSUANCE, NULL,
		"INSERT INTO application_decision (application_id, taken_by, event, officer_id) VALUES (" ID("c2") ", " ID("16") ", 'approve', " ID("ff") ")", "23503", "officer" },
	{ "a refusal without a reason", ISSUANCE, NULL,
		"INSERT INTO application_decision (application_id, taken_by, event, officer_id) VALUES (" ID("c2") ", " ID("16") ", 'refuse', " ID("17") ")", "23514", "reason_given" },
	{ "issuing decides an enrolment", ISSUANCE, NULL, DECIDE_ENR("7", "verify", "15"), "42501", "permission" },
	{ "enrolment decides an act", ENROLMENT, NULL, DECIDE_ACT("8", "validate", "12"), "42501", "permission" },
	{ "the civil registry approves an application", CIVIL, NULL, DECIDE_APP("2", "approve", "17"), "42501", "permission" },
	{ "inspection revokes a document", INSPECTION, NULL, DECIDE_DOC("1", "spoil"), "42501", "permission" },
};

/* Two blanks are at line-1 (CHAIN_BOOKLETS), document e1 is allocated and in none, application c1 is in a running batch. */
#define BOOKLET(serial) "(SELECT id FROM booklet WHERE serial = 'UT-" serial "')"
#define BIND            "SELECT booklets_bind(ARRAY[" ID("e1") "::uuid], 'line-1', " ID("18") ")"
#define BOOKLET_EVENT(serial, event, station, document, reason) \
	"INSERT INTO booklet_event (booklet_id, event, station, document_id, officer_id, reason) VALUES (" BOOKLET(serial) ", '" event "', " station ", " document ", " ID( \
		"18") ", " reason ")"
#define COUNT(event, note, range, counted) \
	"INSERT INTO booklet_count (id, office_id, event, delivery_note, prefix, first_serial, last_serial, counted, officer_id)" \
	" VALUES (" ID("1d") ", " ID("01") ", '" event "', " note ", " range ", " counted ", " ID("18") ")"
#define CONFIRM(counted, officer) \
	"INSERT INTO booklet_confirmation (booklet_count_id, counted_by, counted, officer_id) VALUES (" ID("1d") ", " ID("18") ", " counted ", " ID(officer) ")"
static const struct attempt booklets[] = {
	{ "booklets without a delivery note", ISSUANCE, NULL, COUNT("receive", "NULL", "'UT', 3, 4", "2"), "23514", "delivery_note_given" },
	{ "a delivery of other booklets than counted", ISSUANCE, NULL, COUNT("receive", "'D'", "'UT', 3, 4", "3"), "23514", "range_given" },
	{ "a balance of some booklets", ISSUANCE, NULL, COUNT("balance", "NULL", "'UT', 3, 4", "2"), "23514", "range_given" },
	{ "the officer who counted booklets counts them again", ISSUANCE, COUNT("receive", "'D'", "'UT', 3, 4", "2"), CONFIRM("2", "18"), "23514", "four_eyes_booklet" },
	{ "two officers who count differently", ISSUANCE, COUNT("receive", "'D'", "'UT', 3, 4", "2"), CONFIRM("1", "19"), "CA002", "differently" },
	{ "booklets that came before", ISSUANCE, COUNT("receive", "'D'", "'UT', 2, 3", "2"), CONFIRM("2", "19"), "23505", "booklet_serial_key" },
	{ "the destruction of booklets that are not spoiled", ISSUANCE, COUNT("destroy", "NULL", "'UT', 1, 2", "2"), CONFIRM("2", "19"), "CA001", "destroy" },
	{ "the destruction of booklets that are not there", ISSUANCE, COUNT("destroy", "NULL", "'UT', 8, 9", "2"), CONFIRM("2", "19"), "CA002", "has 0" },
	{ "a document in two booklets", ISSUANCE, BIND, BOOKLET_EVENT("0000002", "personalise", "'line-1'", ID("e1"), "NULL"), "23505", "booklet_of_document" },
	{ "a booklet with two documents", ISSUANCE, BIND, BOOKLET_EVENT("0000001", "personalise", "'line-1'", ID("e1"), "NULL"), "CA001", "personalise" },
	{ "a blank of another station", ISSUANCE, NULL, BOOKLET_EVENT("0000001", "personalise", "'line-2'", ID("e1"), "NULL"), "CA002", "another station" },
	{ "a document where no blank is", ISSUANCE, NULL, "SELECT booklets_bind(ARRAY[" ID("e1") "::uuid], 'line-2', " ID("18") ")", "53000", "not enough blank" },
	{ "a blank at two stations", ISSUANCE, NULL, BOOKLET_EVENT("0000001", "assign", "'line-2'", "NULL", "NULL"), "CA001", "assign" },
	{ "a blank spoiled for no reason", ISSUANCE, NULL, BOOKLET_EVENT("0000001", "spoil", "NULL", "NULL", "NULL"), "23514", "reason_given" },
	{ "a booklet spoiled under its document", ISSUANCE, BIND, BOOKLET_EVENT("0000001", "spoil", "NULL", "NULL", "'torn'"), "CA002", "not spoiled" },
	{ "a personalised booklet that goes back into the store", ISSUANCE, BIND, BOOKLET_EVENT("0000001", "return", "NULL", "NULL", "NULL"), "CA001", "return" },
	{ "a document personalised in no booklet", ISSUANCE, NULL,
		"INSERT INTO document_decision (document_id, event, officer_id) VALUES (" ID("e1") ", 'personalise', " ID("18") ")", "CA002", "in no booklet" },
	{ "a booklet made by the program", ISSUANCE, NULL, "INSERT INTO booklet (serial, office_id, booklet_count_id) VALUES ('UT-0000009', " ID("01") ", " ID("1a") ")", "42501", "permission" },
	{ "a balance made by the program", ISSUANCE, NULL,
		"INSERT INTO booklet_balance (booklet_count_id, office_id, expected, counted) VALUES (" ID("1b") ", " ID("01") ", 2, 2)", "42501", "permission" },
	{ "an application in two batches", ISSUANCE, "INSERT INTO batch VALUES (" ID("1d") ", " ID("01") ", " ID("18") ")",
		"INSERT INTO batch_order (batch_id, place, application_id) VALUES (" ID("1d") ", 1, " ID("c1") ")", "23505", "application_ordered_once" },
	{ "a batch stopped for no reason", ISSUANCE, NULL, "INSERT INTO batch_decision (batch_id, event, officer_id) VALUES (" ID("1c") ", 'stop', " ID("18") ")", "23514", "reason_given" },
	{ "a running batch resumed", ISSUANCE, NULL, "INSERT INTO batch_decision (batch_id, event, officer_id) VALUES (" ID("1c") ", 'resume', " ID("18") ")", "CA001", "resume" },
	{ "an order taken by hand", ISSUANCE, NULL, "UPDATE batch_work SET state = 'done'", "42501", "permission" },
	{ "orders claimed by another program", CIVIL, NULL, "SELECT batches_claim('line-1', 1, 60)", "42501", "permission" },
};

static const struct attempt states[] = {
	{ "an act registered before it is validated", CIVIL, NULL, DECIDE_ACT("8", "register", "12"), "CA001", "act is declared" },
	{ "an act validated twice", CIVIL, NULL, DECIDE_ACT("9", "validate", "12"), "CA001", "act is validated" },
	{ "an act annulled before it is registered", CIVIL, NULL, DECIDE_ACT("8", "annul", "12"), "CA001", "act is declared" },
	{ "an act declared twice", CIVIL, NULL, DECIDE_ACT("8", "declare", "11"), "CA001", "act is declared" },
	{ "an act decided by an event that does not exist", CIVIL, NULL, DECIDE_ACT("8", "bless", "12"), "CA001", "bless" },
	{ "an act that says it was validated already", CIVIL, NULL,
		"INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id, from_state, to_state, seq) VALUES (" ID("38") ", " ID("11") ", " ID("48") ", 'register', " ID("12") ", 'validated', 'registered', 3)", "CA001", "act is declared" },
	{ "an enrolment verified before it is examined", ENROLMENT,
		"INSERT INTO enrolment VALUES (" ID("7e") ", " ID("21") ", " ID("01") ", " ID("13") "); INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id) VALUES (" ID("7e") ", " ID("13") ", 'open', " ID("13") ")",
		"INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id) VALUES (" ID("7e") ", " ID("13") ", 'verify', " ID("15") ")", "CA001", "enrolment is open" },
	{ "an enrolment verified twice", ENROLMENT, NULL, DECIDE_ENR("6", "verify", "15"), "CA001", "enrolment is verified" },
	{ "an application produced before it is approved", ISSUANCE, NULL, DECIDE_APP("2", "produce", "18"), "CA001", "application is submitted" },
	{ "an application approved twice", ISSUANCE, NULL, DECIDE_APP("3", "approve", "17"), "CA001", "application is approved" },
	{ "a cancelled application approved", ISSUANCE, NULL, DECIDE_APP("5", "approve", "17"), "CA001", "application is cancelled" },
	{ "an application in production cancelled", ISSUANCE, NULL, DECIDE_APP("4", "cancel", "17"), "CA001", "in_production" },
	{ "a document delivered before quality control", ISSUANCE, NULL, DECIDE_DOC("1", "deliver"), "CA001", "document is allocated" },
	{ "a document passed before it is personalised", ISSUANCE, NULL, DECIDE_DOC("1", "pass"), "CA001", "document is allocated" },
	{ "a document allocated twice", ISSUANCE, NULL, DECIDE_DOC("1", "allocate"), "CA001", "document is allocated" },
	{ "an enrolment under the identifier of an act", ENROLMENT, NULL, "INSERT INTO enrolment VALUES (" ID("31") ", " ID("21") ", " ID("01") ", " ID("13") ")", "23505", "ledger_entry_record_id_key" },
};

/* These change the stage, so they come last: what held once and does not any more. */
static void
test_no_longer(void)
{
	static const struct attempt revoked = { "a document of a revoked identity", ISSUANCE, NULL, DOC("c4", "24", "b4", "d4", "f4"), "CA002", "identity is not the current" };
	static const struct attempt annulled = { "an identity on an annulled act", ENROLMENT, CHAIN_UIN("6"), IDENTITY("76", "26", "a6", "86", "96", "6"), "CA002", "no longer registered" };
	static const struct attempt dead = { "a document of a deceased holder", ISSUANCE, NULL, DOC("c3", "23", "b3", "d3", "f3"), "CA002", "deceased" };

	chain_do(CIVIL, DECIDE_ACT("6", "annul", "12"));
	ok(refused(&annulled), "refuses: %s", annulled.name);
	chain_do(ENROLMENT, DECIDE_ENR("4", "revoke", "15"));
	ok(refused(&revoked), "refuses: %s", revoked.name);
	chain_do(ISSUANCE, CHAIN_PRODUCED("3"));
	chain_do(CIVIL, "INSERT INTO act VALUES (" ID("3d") ", 'death', " ID("01") ", " ID("11") ");"
												 "INSERT INTO act_version (id, act_id, version, officer_id, content) VALUES (" ID("4d") ", " ID("3d") ", 1, " ID("11") ", '{}')");
	chain_do(CIVIL, "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("3d") ", " ID("11") ", " ID("4d") ", 'declare', " ID("11") ")");
	chain_do(CIVIL, "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("3d") ", " ID("11") ", " ID("4d") ", 'validate', " ID("12") ")");
	chain_do(CIVIL, "INSERT INTO act_decision (id, act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("5d") ", " ID("3d") ", " ID("11") ", " ID("4d") ", 'register', " ID("12") ");"
																								      "INSERT INTO act_registration (act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id) VALUES (" ID("3d") ", " ID("5d") ", " ID("4d") ", " ID("23") ", " ID("01") ", 'death', 2026, 1, 'D1', " ID("12") ")");
	ok(refused(&dead), "refuses: %s", dead.name);
}

#define UP_TO_REGISTERED(n) chain_do(CIVIL, CHAIN_BIRTH_DECLARED(n) CHAIN_BIRTH_VALIDATED(n) CHAIN_BIRTH_REGISTERED(n))
#define UP_TO_IDENTITY(n) \
	UP_TO_REGISTERED(n); \
	chain_do(ENROLMENT, CHAIN_ENROLMENT_OPEN(n) CHAIN_ENROLMENT_EXAMINED(n) CHAIN_ENROLMENT_VERIFIED(n) CHAIN_UIN(n) CHAIN_IDENTITY(n))

int
main(void)
{
	if (!chain_start())
		return done_testing();
	chain_ceremonies();
	chain_trust();
	UP_TO_IDENTITY("1");
	UP_TO_IDENTITY("2");
	UP_TO_IDENTITY("3");
	UP_TO_IDENTITY("4");
	UP_TO_IDENTITY("5");
	UP_TO_REGISTERED("6");
	UP_TO_REGISTERED("7");
	chain_do(ENROLMENT, CHAIN_ENROLMENT_OPEN("6") "INSERT INTO evidence (id, enrolment_id, person_id, kind, guardian_person_id, officer_id) VALUES (" ID("8d") ", " ID("76") ", " ID("26") ", 'guardian', " ID("21") ", " ID("13") ")");
	chain_do(ENROLMENT, CHAIN_ENROLMENT_EXAMINED("6") CHAIN_ENROLMENT_VERIFIED("6"));
	chain_do(ENROLMENT, CHAIN_ENROLMENT_OPEN("7") CHAIN_ENROLMENT_EXAMINED("7"));
	chain_do(CIVIL, CHAIN_BIRTH_DECLARED("8"));
	chain_do(ENROLMENT, "INSERT INTO enrolment VALUES (" ID("78") ", " ID("28") ", " ID("01") ", " ID("13") ");"
														"INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id) VALUES (" ID("78") ", " ID("13") ", 'open', " ID("13") ")");
	chain_do(CIVIL, CHAIN_BIRTH_DECLARED("9") CHAIN_BIRTH_VALIDATED("9"));
	chain_do(ISSUANCE, CHAIN_APPLICATION("1") CHAIN_APPROVED("1") CHAIN_PRODUCED("1") CHAIN_DOCUMENT("1") CHAIN_ALLOCATED("1"));
	chain_do(SIGNER, CHAIN_SIGNED("1"));
	chain_do(ISSUANCE, CHAIN_BOOKLETS CHAIN_BATCH("1"));
	chain_do(ISSUANCE, CHAIN_APPLICATION("2") CHAIN_REQUISITES("2"));
	chain_do(ISSUANCE, CHAIN_APPLICATION("3") CHAIN_APPROVED("3"));
	chain_do(ISSUANCE, CHAIN_APPLICATION("4") CHAIN_APPROVED("4") CHAIN_PRODUCED("4"));
	chain_do(ISSUANCE, CHAIN_APPLICATION("5") CHAIN_APPROVED("5") DECIDE_APP("5", "cancel", "16"));
	chain_do(CIVIL, "INSERT INTO duplicate_override (act_id, declared_by, candidate_id, score, officer_id, reason) VALUES (" ID("38") ", " ID("11") ", " ID("31") ", 90, " ID("12") ", 'they are twins');"
																							"INSERT INTO audit_event (kind, program) VALUES ('denied', 'civild')");
	chain_do(ENROLMENT, "INSERT INTO evidence_exemption (id, person_id, reason, officer_id, second_officer_id) VALUES (" ID("03") ", " ID("21") ", 'no register kept', " ID("13") ", " ID("14") ")");
	chain_do(ISSUANCE, "INSERT INTO person_stop (id, person_id, kind, reference, officer_id) VALUES (" ID("04") ", " ID("29") ", 'court', 'R1', " ID("17") ")");
	chain_do(OWNER, CHAIN_PROGRAM);
	chain_do(CIVIL, CHAIN_EVIDENCE("38") CHAIN_CORRECTION("1") CHAIN_NOTIFICATION CHAIN_LEGACY CHAIN_ESTIMATE);
	chain_do(OWNER, CHAIN_CERTIFICATE("1") CHAIN_COUNTER("1") LIFE_ROWS(ID("f8"), ID("f9"), ID("e1"), ID("16"), ID("19")) LIFE_LOSS(ID("fa"), ID("01"), ID("16"), ID("19")) PREPARED_ROWS);
	chain_do(OWNER, "INSERT INTO document_stop (document_id, act_id, reason, officer_id) VALUES (" ID("e1") ", " ID("31") ", 'act_annulled', " ID("12") ")");
	ok(true, "an honest chain, each step as its program's role");
	ok(strcmp(chain_ask("SELECT count(*) FROM ledger_entry e WHERE NOT EXISTS (SELECT FROM ledger_record(e.kind, e.record_id) r WHERE content IS NOT NULL AND"
			    " encode(sha256(r.salt || convert_to(r.content, 'UTF8')), 'hex') = e.leaf::jsonb->>'digest')"),
		   "0") == 0,
		"every entry of the ledger is the digest of its row");
	test_fixed();
	test_inserts();
	all_refused(documents, sizeof(documents) / sizeof(documents[0]));
	all_refused(signatures, sizeof(signatures) / sizeof(signatures[0]));
	all_refused(identities, sizeof(identities) / sizeof(identities[0]));
	all_refused(four_eyes, sizeof(four_eyes) / sizeof(four_eyes[0]));
	all_refused(states, sizeof(states) / sizeof(states[0]));
	all_refused(booklets, sizeof(booklets) / sizeof(booklets[0]));
	test_no_longer();
	chain_stop();
	return done_testing();
}
