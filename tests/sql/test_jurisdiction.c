/*
 * Jurisdiction in the database itself: every table that civild's role reads or writes, by the role that its officer holds and by the office: that of the
 * act, another one, that of the place above and that of the place below.  What no row-level security guards is written down here, too, and so is every
 * function that looks past it: a new one must be added, by somebody who has thought about it.
 */
#include "tests/sql/chain.h"

enum { NONE = 1 << 0,
	CLERK = 1 << 1,
	REGISTRAR = 1 << 2,
	SUPERVISOR = 1 << 3,
	AUDITOR = 1 << 4,
	ROLES = 5,
	ANY = CLERK | REGISTRAR | SUPERVISOR,
	EVERYBODY = NONE | ANY | AUDITOR };
static const char *const roles[ROLES] = { "nobody", "clerk", "registrar", "supervisor", "auditor" };

/* 01 is where all acts of the stage are. */
enum { OFFICES = 4 };
static const struct {
	const char *id, *name;
} offices[OFFICES] = { { "01", "the office" }, { "0e", "another" }, { "0f", "that of the place above" }, { "1e", "that of the place below" } };

/* A session of catena_civil whose officer holds the role (an index) at the office. */
static void
act_as(unsigned role, const char *office)
{
	char sql[800], id[60];

	snprintf(id, sizeof(id), "{00000000-0000-4000-8000-0000000000%s}", office);
	snprintf(sql, sizeof(sql), "SET catena.civil_offices = '%s'; SET catena.clerk_offices = '%s'; SET catena.registrar_offices = '%s';"
				   " SET catena.supervisor_offices = '%s'; SET catena.is_auditor = '%s'; SET catena.principal = ''",
		(ANY & 1 << role) != 0 ? id : "{}", 1 << role == CLERK ? id : "{}", 1 << role == REGISTRAR ? id : "{}", 1 << role == SUPERVISOR ? id : "{}",
		1 << role == AUDITOR ? "true" : "false");
	chain_do(CIVIL, sql);
}

/* What the statement gives to each role at each office; `refusal`: the SQLSTATE for who may not.  own, elsewhere: bits. */
static void
matrix(const char *name, const char *sql, unsigned own, unsigned elsewhere, const char *refusal)
{
	unsigned as_wanted = 0;

	for (unsigned k = 0; k < ROLES * OFFICES; k++) {
		unsigned role = k % ROLES, office = k / ROLES;
		bool may = ((office == 0 ? own : elsewhere) & 1U << role) != 0;
		const char *state, *message;

		act_as(role, offices[office].id);
		chain_try_on(chain_as[CIVIL], "BEGIN", NULL);
		state = chain_try_on(chain_as[CIVIL], sql, &message);
		if (strcmp(state, may ? "" : refusal) == 0)
			as_wanted++;
		else
			printf("# %s at %s: %s %s\n", roles[role], offices[office].name, *state == '\0' ? "DONE" : state, message);
		chain_try_on(chain_as[CIVIL], "ROLLBACK", NULL);
	}
	ok(as_wanted == ROLES * OFFICES, "%s: by role and office", name);
}

/* ---- reading ---- */

#define OF_OFFICE ANY | AUDITOR, AUDITOR
#define STANDING  EVERYBODY, EVERYBODY /* how acts stand, without a word of what they say */
static const struct {
	const char *table;
	unsigned own, elsewhere;
} reads[] = {
	{ "act", STANDING },
	{ "act_match_key", STANDING },
	{ "act_decision", STANDING },
	{ "act_registration", STANDING },
	{ "duplicate_override", STANDING },
	{ "act_correction_decision", STANDING },
	{ "notification_decision", STANDING },
	{ "act_series", ANY, 0 },
	{ "act_version", OF_OFFICE },
	{ "act_party", OF_OFFICE },
	{ "act_evidence", OF_OFFICE },
	{ "act_evidence_file", OF_OFFICE },
	{ "act_correction", OF_OFFICE },
	{ "notification", OF_OFFICE },
	{ "legacy_act", OF_OFFICE },
	{ "legacy_image", OF_OFFICE },
	{ "legacy_image_file", OF_OFFICE },
	{ "legacy_act_decision", OF_OFFICE },
	{ "civil_certificate", OF_OFFICE },
	{ "civil_certificate_seal", OF_OFFICE },
	{ "civil_certificate_print", OF_OFFICE },
	{ "civil_certificate_revocation", OF_OFFICE },
	{ "paper", OF_OFFICE },
	{ "paper_count", OF_OFFICE },
	{ "paper_confirmation", OF_OFFICE },
	{ "paper_event", OF_OFFICE },
};
/* Read by every officer of the civil registry: rules, offices and places, sessions, persons' numbers, statistics; how certificates stand. */
static const char shared_reads[] =
	"act_kind act_policy act_rule act_evidence_rule late_rule notification_rule program_facility provenance_grade statistics_kind statistics_place transition"
	" office place officer officer_login officer_role program session idempotency schema_version current_state person deceased married"
	" completeness_estimate current_estimate"
	" civil_certificate_paper civil_certificate_status";

/* ---- writing ---- */

#define DECIDE(act, event, officer, more, reason) \
	"INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id" more ") VALUES (" ID("3" act) ", " ID("11") ", " ID("4" act) ", '" event "', " ID(officer) reason ")"
#define CERTIFICATE(id, n, serial) \
	"INSERT INTO civil_certificate (id, act_id, act_version_id, kind, form, language, office_id, year, serial, number, copy, issued_on, as_of, content, officer_id)" \
	" VALUES (" ID(id) ", " ID("3" n) ", " ID("4" n) ", 'birth', 'full', 'en', " ID("01") ", 2020, " serial ", 'C" serial "', 9, current_date, current_date, '{}', " ID("12") ")"
#define PAPER_COUNT(id, first, last) \
	"INSERT INTO paper_count (id, office_id, event, prefix, first_serial, last_serial, officer_id)" \
	" VALUES (" ID(id) ", " ID("01") ", 'receive', 'UT', " first ", " last ", " ID("11") ")"
static const struct {
	const char *table, *what, *sql;
	unsigned own;
} writes[] = {
	{ "act", "an act in another's name", "INSERT INTO act VALUES (" ID("3c") ", 'birth', " ID("01") ", " ID("11") ")", REGISTRAR },
	{ "act", "an act", "SELECT set_config('catena.principal', " ID("11") ", true); INSERT INTO act VALUES (" ID("3c") ", 'birth', " ID("01") ", " ID("11") ")", CLERK },
	{ "act_version", "what an act says", "INSERT INTO act_version (id, act_id, version, officer_id, content) VALUES (" ID("4c") ", " ID("3a") ", 1, " ID("11") ", '{}')", ANY },
	{ "act_party", "who takes part", "INSERT INTO act_party (act_version_id, role, confidence, primary_name) VALUES (" ID("41") ", 'witness_1', 'asserted', 'W')", ANY },
	{ "act_match_key", "a match key", "INSERT INTO act_match_key (k, act_id) VALUES (77, " ID("31") ")", ANY },
	{ "birth_statistics", "statistics of a birth", "INSERT INTO birth_statistics (act_version_id) VALUES (" ID("42") ")", ANY },
	{ "death_statistics", "statistics of a death", "INSERT INTO death_statistics (act_version_id) VALUES (" ID("42") ")", ANY },
	{ "act_evidence", "evidence", CHAIN_EVIDENCE("38"), ANY },
	{ "act_evidence_file", "a scan of evidence", "INSERT INTO act_evidence_file VALUES (" ID("8e") ", 'scan')", ANY },
	{ "act_series", "a number of a new series", "INSERT INTO act_series (office_id, kind, year, last) VALUES (" ID("01") ", 'death', 2020, 1)", ANY },
	{ "act_decision", "a declaration in another's name", DECIDE("b", "declare", "11", "", ""), REGISTRAR },
	{ "act_decision", "a declaration", "SELECT set_config('catena.principal', " ID("11") ", true);" DECIDE("b", "declare", "11", "", ""), CLERK },
	{ "act_decision", "a validation", DECIDE("8", "validate", "12", "", ""), REGISTRAR },
	{ "act_decision", "an approval", DECIDE("9", "approve", "14", "", ""), SUPERVISOR },
	{ "act_decision", "a registration's decision", DECIDE("9", "register", "12", "", ""), REGISTRAR },
	{ "act_decision", "a rejection", DECIDE("8", "reject", "12", ", reason", ", 'no'"), REGISTRAR },
	{ "act_decision", "an annulment", DECIDE("2", "annul", "12", ", reason", ", 'no'"), REGISTRAR },
	{ "act_decision", "a reinstatement", DECIDE("7", "reinstate", "12", ", reason", ", 'no'"), REGISTRAR },
	{ "act_registration", "a registration",
		"INSERT INTO act_registration (act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id)"
		" VALUES (" ID("35") ", " ID("55") ", " ID("45") ", " ID("25") ", " ID("01") ", 'birth', 2020, 5, 'N5', " ID("12") ")",
		REGISTRAR },
	{ "duplicate_override", "the override of a duplicate",
		"INSERT INTO duplicate_override (act_id, declared_by, candidate_id, score, officer_id, reason) VALUES (" ID("39") ", " ID("11") ", " ID("31") ", 90, " ID("12") ", 'they are twins')", REGISTRAR },
	{ "act_correction", "a correction",
		"INSERT INTO act_correction (id, act_id, act_version_id, changes, is_key, legal_basis, officer_id)"
		" VALUES (" ID("1b") ", " ID("32") ", " ID("42") ", '[{\"path\":\"/note\",\"from\":null,\"to\":\"x\"}]', false, 'law 1', " ID("12") ")",
		REGISTRAR },
	{ "act_correction_decision", "its withdrawal",
		"INSERT INTO act_correction_decision (correction_id, proposed_by, event, officer_id) VALUES (" ID("11") ", " ID("12") ", 'withdraw', " ID("12") ")", REGISTRAR },
	{ "notification", "a notification",
		"INSERT INTO notification (id, kind, program_id, place_code, office_id, reference, content, expires_on)"
		" VALUES (" ID("1f") ", 'birth', " ID("0a") ", 'H1', " ID("01") ", 'R2', '{}', '2030-01-01')",
		0 },
	{ "notification_decision", "a notification taken up",
		"INSERT INTO notification_decision (notification_id, event, officer_id, act_id) VALUES (" ID("0b") ", 'take_up', " ID("11") ", " ID("38") ")", CLERK },
	{ "notification_decision", "a notification closed",
		"INSERT INTO notification_decision (notification_id, event, officer_id, reason) VALUES (" ID("0b") ", 'close', " ID("12") ", 'no')", REGISTRAR },
	{ "legacy_act", "an entry of a paper register",
		"INSERT INTO legacy_act (id, office_id, kind, register, volume, page, entry, grade, original, officer_id)"
		" VALUES (" ID("2c") ", " ID("01") ", 'birth', 'B', '', '', '2', 'original_register', '{}', " ID("11") ")",
		CLERK },
	{ "legacy_image", "a scan of an entry",
		"INSERT INTO legacy_image (id, legacy_act_id, media_type, size, sha256, sealed_sha256, officer_id)"
		" VALUES (" ID("2d") ", " ID("0c") ", 'image/png', 1, sha256('c'), sha256('d'), " ID("11") ")",
		CLERK },
	{ "legacy_image_file", "its octets", "INSERT INTO legacy_image_file VALUES (" ID("1d") ", 'b')", CLERK },
	{ "legacy_act_decision", "a proposal for an entry",
		"INSERT INTO legacy_act_decision (legacy_act_id, imported_by, event, officer_id, proposal) VALUES (" ID("0c") ", " ID("11") ", 'propose', " ID("13") ", '{}')", CLERK },
	{ "legacy_act_decision", "the refusal of an entry",
		"INSERT INTO legacy_act_decision (legacy_act_id, imported_by, event, officer_id, reason) VALUES (" ID("0c") ", " ID("11") ", 'refuse', " ID("12") ", 'no')", REGISTRAR },
	{ "civil_certificate", "a certificate", CERTIFICATE("2e", "1", "3"), CLERK | REGISTRAR },
	{ "civil_certificate_print", "its print", "INSERT INTO civil_certificate_print (civil_certificate_id, sha256, is_sealed) VALUES (" ID("1e") ", sha256('q'), false)", CLERK | REGISTRAR },
	{ "civil_certificate_revocation", "its revocation", "INSERT INTO civil_certificate_revocation (civil_certificate_id, reason, officer_id) VALUES (" ID("1e") ", 'lost', " ID("12") ")", REGISTRAR },
	{ "paper_count", "a count of paper", PAPER_COUNT("2f", "21", "22"), REGISTRAR | SUPERVISOR },
	{ "paper_confirmation", "its confirmation",
		"INSERT INTO paper_confirmation (paper_count_id, counted_by, counted, officer_id) VALUES (" ID("5f") ", " ID("11") ", 2, " ID("12") ")", REGISTRAR | SUPERVISOR },
	{ "paper_event", "a sheet with a certificate on it", "INSERT INTO paper_event (paper_id, event, civil_certificate_id, officer_id) VALUES (" ID("3f") ", 'issue', " ID("1e") ", " ID("12") ")", CLERK | REGISTRAR },
	{ "paper_event", "a spoiled sheet", "INSERT INTO paper_event (paper_id, event, officer_id, reason) VALUES (" ID("3f") ", 'spoil', " ID("12") ", 'torn')", CLERK | REGISTRAR },
	{ "paper_event", "a destroyed sheet, that nobody counted", "INSERT INTO paper_event (paper_id, event, officer_id) VALUES (" ID("4f") ", 'destroy', " ID("12") ")", 0 },
};
/* Written by every officer, about no office. */
static const char shared_inserts[] =
	"audit_event completeness_estimate idempotency officer_login outbox person session";
/* They run as the owner and answer one question each. */
static const char functions[] = "ceremony_approvals ceremony_needs certificate_act certificate_office certificate_source civil_candidates civil_find civil_named civil_office_of is_pki_officer statistics_counts";

/* ---- nothing is left out ---- */

static bool
is_word_of(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = words; (p = strstr(p, word)) != NULL; p += n)
		if ((p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

static unsigned
words(const char *text)
{
	unsigned n = *text != '\0';

	for (; *text != '\0'; text++)
		n += *text == ' ';
	return n;
}

static bool
is_listed(const char *privilege, const char *table)
{
	bool is_read = strcmp(privilege, "SELECT") == 0;

	for (size_t i = 0; is_read && i < sizeof(reads) / sizeof(reads[0]); i++)
		if (strcmp(reads[i].table, table) == 0)
			return true;
	for (size_t i = 0; !is_read && i < sizeof(writes) / sizeof(writes[0]); i++)
		if (strcmp(writes[i].table, table) == 0)
			return true;
	return false;
}

static void
complete(const char *privilege, const char *shared)
{
	char sql[400];
	PGresult *r;
	unsigned guarded = 0, listed = 0, open = 0, known = 0;

	snprintf(sql, sizeof(sql), "SELECT relname, relrowsecurity FROM pg_class WHERE relnamespace = 'registry'::regnamespace AND relkind IN ('r', 'v')"
				   " AND has_table_privilege('catena_civil', oid, '%s') ORDER BY 1",
		privilege);
	r = PQexec(chain_as[OWNER], sql);
	for (int i = 0; i < PQntuples(r); i++) {
		const char *table = PQgetvalue(r, i, 0);
		bool is_guarded = *PQgetvalue(r, i, 1) == 't';
		bool is_known = is_guarded ? is_listed(privilege, table) : is_word_of(shared, table);

		if (!is_known)
			printf("# %s: %s %s\n", privilege, table, is_guarded ? "is guarded, and not of the matrix" : "has no row-level security");
		guarded += is_guarded;
		listed += is_guarded && is_known;
		open += !is_guarded;
		known += !is_guarded && is_known;
	}
	PQclear(r);
	ok(guarded > 15 && listed == guarded, "%s: every table with row-level security is of the matrix: %u of %u", privilege, listed, guarded);
	ok(known == open && open == words(shared), "%s: what is open to every officer is as written down: %u of %u", privilege, known, words(shared));
}

static void
test_complete(void)
{
	const char *found;

	complete("SELECT", shared_reads);
	complete("INSERT", shared_inserts);
	ok(strcmp(chain_ask("SELECT count(*) FROM pg_class WHERE relnamespace = 'registry'::regnamespace AND relkind = 'r' AND relname <> 'act_series'"
			    " AND (has_any_column_privilege('catena_civil', oid, 'UPDATE') OR has_table_privilege('catena_civil', oid, 'DELETE'))"
			    " AND relname NOT IN ('session', 'officer_login')"),
		   "0") == 0,
		"nothing is updated or deleted but numbers of series and sessions");
	found = chain_ask("SELECT string_agg(proname, ' ' ORDER BY proname) FROM pg_proc WHERE pronamespace = 'registry'::regnamespace AND prosecdef"
			  " AND prorettype <> 'trigger'::regtype AND has_function_privilege('catena_civil', oid, 'EXECUTE')");
	is(found, functions, "the functions that look past it are as written down");
}

/* ---- the stage ---- */

static void
stage(void)
{
	chain_do(OWNER, CHAIN_PROGRAM);
	chain_do(OWNER, "INSERT INTO place (code, name, kind) VALUES ('S1', 'State', 'state'); INSERT INTO place (code, name, kind, parent_code) VALUES ('T1', 'Town', 'town', 'S1');"
			"UPDATE place SET parent_code = 'T1' WHERE code = 'H1'; UPDATE office SET place_code = 'T1';"
			"INSERT INTO office (id, code, name, kind, place_code) VALUES (" ID("0e") ", 'ELSE', 'Elsewhere', 'civil', NULL), (" ID("0f") ", 'ABOVE', 'Above', 'civil', 'S1'),"
																		      " (" ID("1e") ", 'BELOW', 'Below', 'civil', 'H1'); INSERT INTO officer_role VALUES (" ID("14") ", 'civil_supervisor', " ID("01") ")");
	chain_do(CIVIL, CHAIN_BIRTH_DECLARED("1") CHAIN_BIRTH_VALIDATED("1") CHAIN_BIRTH_REGISTERED("1"));
	chain_do(CIVIL, CHAIN_BIRTH_DECLARED("2") CHAIN_BIRTH_VALIDATED("2") CHAIN_BIRTH_REGISTERED("2"));
	chain_do(CIVIL, CHAIN_BIRTH_DECLARED("6") CHAIN_BIRTH_VALIDATED("6") CHAIN_BIRTH_REGISTERED("6"));
	chain_do(CIVIL, CHAIN_BIRTH_DECLARED("7") CHAIN_BIRTH_VALIDATED("7") CHAIN_BIRTH_REGISTERED("7"));
	chain_do(CIVIL, CHAIN_BIRTH_DECLARED("5") CHAIN_BIRTH_VALIDATED("5") CHAIN_BIRTH_DECLARED("8") CHAIN_BIRTH_DECLARED("9") CHAIN_BIRTH_VALIDATED("9"));
	chain_do(CIVIL, "INSERT INTO act_decision (id, act_id, declared_by, act_version_id, event, officer_id)"
			" VALUES (" ID("55") ", " ID("35") ", " ID("11") ", " ID("45") ", 'register', " ID("12") ")");
	chain_do(CIVIL, DECIDE("7", "annul", "12", ", reason", ", 'no'"));
	chain_do(OWNER, DECIDE("6", "seal", "12", "", ""));
	chain_do(CIVIL, "INSERT INTO act VALUES (" ID("3a") ", 'birth', " ID("01") ", " ID("11") "), (" ID("3b") ", 'birth', " ID("01") ", " ID("11") ");"
																		      "INSERT INTO act_version (id, act_id, version, officer_id, content) VALUES (" ID("4b") ", " ID("3b") ", 1, " ID("11") ", '{}'); INSERT INTO act_match_key (k, act_id) VALUES (5, " ID("31") ");"
																																										  "INSERT INTO act_party (act_version_id, role, confidence, primary_name) VALUES (" ID("41") ", 'mother', 'asserted', 'O');"
																																																					     "INSERT INTO act_series (office_id, kind, year, last) VALUES (" ID("01") ", 'birth', 2020, 9)");
	chain_do(CIVIL, CHAIN_EVIDENCE("38") CHAIN_CORRECTION("1") CHAIN_NOTIFICATION CHAIN_LEGACY);
	chain_do(CIVIL, "INSERT INTO act_evidence (id, act_id, kind, reference, media_type, sealed_sha256, officer_id) SELECT i, " ID("38") ", 'decree', 'D', 'image/png', sha256('s'), " ID("11") " FROM unnest(ARRAY[" ID("8e") ", " ID("8f") "]::uuid[]) i; INSERT INTO act_evidence_file VALUES (" ID("8f") ", 's');"
																																						"INSERT INTO legacy_image (id, legacy_act_id, media_type, size, sha256, sealed_sha256, officer_id)"
																																						" VALUES (" ID("1d") ", " ID("0c") ", 'image/png', 1, sha256('e'), sha256('f'), " ID("11") ");"
																																																	   "INSERT INTO duplicate_override (act_id, declared_by, candidate_id, score, officer_id, reason)"
																																																	   " VALUES (" ID("38") ", " ID("11") ", " ID("31") ", 90, " ID("12") ", 'they are twins')");
}

/* A certificate that is printed and revoked, one that is not; sheets on the shelf and spoiled, two that one officer counted. */
static void
stage_certificates(void)
{
	chain_do(OWNER, CHAIN_CERTIFICATE("1") CERTIFICATE("1e", "1", "2") ";" PAPER_COUNT("5f", "11", "12"));
	chain_do(OWNER, "INSERT INTO paper (id, serial, office_id, paper_count_id) VALUES (" ID("3f") ", 'A-1', " ID("01") ", " ID("0f") "), (" ID("4f") ", 'A-2', " ID("01") ", " ID("0f") ")");
	chain_do(OWNER, "INSERT INTO paper_event (paper_id, event, officer_id) VALUES (" ID("3f") ", 'receive', " ID("12") "), (" ID("4f") ", 'receive', " ID("12") ")");
	chain_do(OWNER, "INSERT INTO paper_event (paper_id, event, officer_id, reason) VALUES (" ID("4f") ", 'spoil', " ID("12") ", 'torn')");
}

/* A health facility's program is no officer: it acts for itself. */
static void
test_programs(void)
{
	const char *add = NULL, *decide = "INSERT INTO notification_decision (notification_id, event, program_id) VALUES (" ID("1f") ", 'notify', " ID("0a") ")";

	for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
		if (strcmp(writes[i].table, "notification") == 0)
			add = writes[i].sql;
	act_as(0, "01");
	chain_do(CIVIL, "SET catena.principal = " ID("0a"));
	chain_try_on(chain_as[CIVIL], "BEGIN", NULL);
	ok(*chain_try_on(chain_as[CIVIL], add, NULL) == '\0' && *chain_try_on(chain_as[CIVIL], decide, NULL) == '\0', "a program notifies");
	ok(*chain_try_on(chain_as[CIVIL], "SELECT 1 / count(*) FROM notification WHERE id = " ID("1f"), NULL) == '\0', "and reads what it notified");
	ok(strcmp(chain_try_on(chain_as[CIVIL], "SELECT 1 / count(*) FROM act_version", NULL), "22012") == 0, "but no act");
	chain_try_on(chain_as[CIVIL], "ROLLBACK", NULL);
	chain_do(CIVIL, "SET catena.principal = " ID("0b"));
	ok(strcmp(chain_try_on(chain_as[CIVIL], add, NULL), "42501") == 0, "not in the name of another");
	ok(strcmp(chain_try_on(chain_as[CIVIL], "SELECT 1 / count(*) FROM notification", NULL), "22012") == 0, "nor reads what is another's");
}

/* Nothing is told: an officer of before, in the same session, counts for nothing. */
static void
test_untold(void)
{
	chain_do(CIVIL, "RESET catena.civil_offices; RESET catena.clerk_offices; RESET catena.registrar_offices; RESET catena.supervisor_offices;"
			"RESET catena.is_auditor; RESET catena.principal");
	ok(strcmp(chain_try_on(chain_as[CIVIL], "SELECT 1 / count(*) FROM act_version", NULL), "22012") == 0, "who is nobody reads nothing");
	chain_do(CIVIL, "BEGIN; SELECT set_config('catena.civil_offices', '{00000000-0000-4000-8000-000000000001}', true)");
	ok(*chain_try_on(chain_as[CIVIL], "SELECT 1 / count(*) FROM act_version", NULL) == '\0', "who is told in a transaction");
	chain_do(CIVIL, "COMMIT");
	ok(strcmp(chain_try_on(chain_as[CIVIL], "SELECT 1 / count(*) FROM act_version", NULL), "22012") == 0, "is forgotten with it");
	chain_do(CIVIL, "SET catena.civil_offices = 'no array'");
	ok(strcmp(chain_try_on(chain_as[CIVIL], "SELECT 1 / count(*) FROM act_version", NULL), "22P02") == 0, "offices that are none are an error");
}

int
main(void)
{
	char sql[200], name[120];

	if (!chain_start())
		return done_testing();
	stage();
	stage_certificates();
	test_complete();
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		snprintf(sql, sizeof(sql), "SELECT 1 / count(*) FROM %s", reads[i].table);
		snprintf(name, sizeof(name), "reads %s", reads[i].table);
		matrix(name, sql, reads[i].own, reads[i].elsewhere, "22012");
	}
	matrix("reads what a sealed act says", "SELECT 1 / count(*) FROM act_version WHERE act_id = " ID("36"), AUDITOR, AUDITOR, "22012");
	matrix("takes the next number", "WITH u AS (UPDATE act_series SET last = last + 1 RETURNING 1) SELECT 1 / count(*) FROM u", ANY, 0, "22012");
	matrix("compares with acts of other offices", "SELECT 1 / length(civil_candidates('00000000-0000-4000-8000-000000000031', " ID("38") ", " ID("11") "))", ANY | AUDITOR, ANY | AUDITOR, "42501");
	for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		snprintf(name, sizeof(name), "writes %s", writes[i].what);
		matrix(name, writes[i].sql, writes[i].own, 0, "42501");
	}
	test_programs();
	test_untold();
	chain_stop();
	return done_testing();
}
