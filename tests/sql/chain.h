/*
 * chain.h - one whole chain for SQL tests, from a declared birth to a signed passport, each step as the database role of the
 * program that does it: that alone shows that the grants suffice.
 *
 * Identifiers are ID("xx"): 01 office, 11..19 officers, 2x persons, 3x acts, 4x versions, 5x act decisions, 6x registrations,
 * 7x enrolments, 8x evidence, 9x portraits, ax enrolment decisions, bx identities, cx applications, dx their decisions, ex documents.
 */
#ifndef CATENA_TESTS_SQL_CHAIN_H
#define CATENA_TESTS_SQL_CHAIN_H

#include <libpq-fe.h>

#include "registry/base/err.h"
#include "registry/store/migrate.h"
#include "tests/cluster.h"
#include "tests/tap.h"

#define ID(xx) "'00000000-0000-4000-8000-0000000000" xx "'"

enum chain_role { OWNER,
	CIVIL,
	ENROLMENT,
	ISSUANCE,
	INSPECTION,
	PKI,
	SIGNER,
	READER,
	OUTBOX,
	NROLE };
static const char *const chain_roles[NROLE] = { "catena_owner", "catena_civil", "catena_enrolment", "catena_issuance", "catena_inspection",
	"catena_pki", "catena_signer", "catena_reader", "catena_outbox" };

static struct cluster chain_cluster = CLUSTER_INIT;
static PGconn *chain_as[NROLE];

/* The officers of the session hold all roles of the civil registry at this office: 01 is where the chain is. */
#define CHAIN_ACTS_FOR(office) \
	"SET catena.civil_offices = '{00000000-0000-4000-8000-0000000000" office "}'; SET catena.clerk_offices = '{00000000-0000-4000-8000-0000000000" office "}';" \
	" SET catena.registrar_offices = '{00000000-0000-4000-8000-0000000000" office "}'; SET catena.supervisor_offices = '{00000000-0000-4000-8000-0000000000" office "}'"

static PGconn *
chain_connect(enum chain_role role)
{
	char conninfo[CLUSTER_CONNINFO];
	PGconn *pg = PQconnectdb(cluster_conninfo(&chain_cluster, chain_roles[role], conninfo));

	if (PQstatus(pg) != CONNECTION_OK)
		bail_out("%s", PQerrorMessage(pg));
	PQclear(PQexec(pg, "SET search_path = registry; SET client_min_messages = error"));
	PQclear(PQexec(pg, CHAIN_ACTS_FOR("01") "; SET catena.principal = " ID("0a")));
	return pg;
}

/* "" when it succeeds, else its SQLSTATE; *message (may be NULL) is valid until the next call. */
static const char *
chain_try_on(PGconn *pg, const char *sql, const char **message)
{
	static _Thread_local char state[8], text[512];
	PGresult *r = PQexec(pg, sql);
	ExecStatusType status = PQresultStatus(r);

	state[0] = text[0] = 0;
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		snprintf(state, sizeof(state), "%s", PQresultErrorField(r, PG_DIAG_SQLSTATE));
		snprintf(text, sizeof(text), "%s", PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY));
	}
	PQclear(r);
	if (message != NULL)
		*message = text;
	return state;
}

__attribute__((unused)) static void
chain_do(enum chain_role role, const char *sql)
{
	const char *message;

	if (chain_try_on(chain_as[role], sql, &message)[0] != 0)
		bail_out("%s: %s\n%s", chain_roles[role], message, sql);
}

/* First column of the first row, "" when there is none. */
__attribute__((unused)) static const char *
chain_ask(const char *sql)
{
	static char answer[2048];
	PGresult *r = PQexec(chain_as[OWNER], sql);

	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		bail_out("%s: %s", sql, PQerrorMessage(chain_as[OWNER]));
	snprintf(answer, sizeof(answer), "%s", PQntuples(r) > 0 ? PQgetvalue(r, 0, 0) : "");
	PQclear(r);
	return answer;
}

/* A birth of person 2N, declared by 11, registered by 12, whose serial number is N. */
#define CHAIN_BIRTH_DECLARED(n) \
	"INSERT INTO person VALUES (" ID("2" n) ", " ID("11") ");" \
							      "INSERT INTO act VALUES (" ID("3" n) ", 'birth', " ID("01") ", " ID("11") ");" \
																	"INSERT INTO act_version (id, act_id, version, officer_id, content) VALUES (" ID("4" n) ", " ID("3" n) ", 1, " ID("11") ", '{}');" \
																																"INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("3" n) ", " ID("11") ", " ID("4" n) ", 'declare', " ID("11") ");"
#define CHAIN_BIRTH_VALIDATED(n) \
	"INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("3" n) ", " ID("11") ", " ID("4" n) ", 'validate', " ID("12") ");"
#define CHAIN_BIRTH_REGISTERED(n) \
	"INSERT INTO act_decision (id, act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("5" n) ", " ID("3" n) ", " ID("11") ", " ID("4" n) ", 'register', " ID("12") ");" \
																							 "INSERT INTO act_registration (id, act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id)" \
																							 " VALUES (" ID("6" n) ", " ID("3" n) ", " ID("5" n) ", " ID("4" n) ", " ID("2" n) ", " ID("01") ", 'birth', 2020, " n ", 'N" n "', " ID("12") ");"

/* What else hangs on acts: evidence, a proposed correction of the birth of person 2N (by 12), a notification by the program 0a of a facility. */
#define CHAIN_EVIDENCE(act) \
	"INSERT INTO act_evidence (id, act_id, kind, reference, officer_id) VALUES (gen_random_uuid(), " ID(act) ", 'affidavit', 'A 1', " ID("11") ");"
#define CHAIN_CORRECTION_OF(id, n, changes) \
	"INSERT INTO act_correction (id, act_id, act_version_id, changes, is_key, legal_basis, officer_id) VALUES (" ID(id) ", " ID("3" n) ", " ID("4" n) ", '" changes "', false, 'law 1', " ID("12") ");" \
																								       "INSERT INTO act_correction_decision (correction_id, proposed_by, event, officer_id) VALUES (" ID(id) ", " ID("12") ", 'propose', " ID("12") ");"
#define CHAIN_CORRECTION(n) CHAIN_CORRECTION_OF("1" n, n, "[{\"path\":\"/note\",\"from\":null,\"to\":\"x\"}]")
#define CHAIN_PROGRAM \
	"INSERT INTO program (id, name, certificate_sha256, role) VALUES (" ID("0a") ", 'hospital', sha256('hospital'), 'program');" \
										     "INSERT INTO place (code, name, kind) VALUES ('H1', 'Hospital', 'facility'); INSERT INTO program_facility VALUES (" ID("0a") ", 'H1');"
#define CHAIN_NOTIFICATION \
	"INSERT INTO notification (id, kind, program_id, place_code, office_id, reference, content, expires_on) VALUES (" ID("0b") ", 'birth', " ID("0a") ", 'H1', " ID("01") ", 'R1', '{}', '2030-01-01');" \
																					      "INSERT INTO notification_decision (notification_id, event, program_id) VALUES (" ID("0b") ", 'notify', " ID("0a") ");"

/* An entry of a paper register, with a scan. */
#define CHAIN_LEGACY \
	"INSERT INTO legacy_act (id, office_id, kind, register, volume, page, entry, grade, original, officer_id) VALUES (" ID("0c") ", " ID("01") ", 'birth', 'B', '', '', '1', 'original_register', '{}', " ID("11") ");" \
																										       "INSERT INTO legacy_act_decision (legacy_act_id, imported_by, event, officer_id) VALUES (" ID("0c") ", " ID("11") ", 'import', " ID("11") ");" \
																																												 "INSERT INTO legacy_image (id, legacy_act_id, media_type, size, sha256, sealed_sha256, officer_id) VALUES (" ID("0d") ", " ID("0c") ", 'image/png', 1, sha256('a'), sha256('b'), " ID("11") ");" \
																																																																			     "INSERT INTO legacy_image_file VALUES (" ID("0d") ", 'b');"

/* A certificate of the birth of person 2N, sealed, printed, revoked; ten sheets of paper. */
#define CHAIN_CERTIFICATE(n) \
	"INSERT INTO civil_certificate (id, act_id, act_version_id, kind, form, language, office_id, year, serial, number, copy, issued_on, as_of, content, officer_id)" \
	" VALUES (" ID("0e") ", " ID("3" n) ", " ID("4" n) ", 'birth', 'full', 'en', " ID("01") ", 2020, 1, 'C1', 9, current_date, current_date, '{}', " ID("12") ");" \
																				  "INSERT INTO civil_certificate_seal (civil_certificate_id, seal, certificate_id) VALUES (" ID("0e") ", 's', " ID("09") ");" \
																																			 "INSERT INTO civil_certificate_print (civil_certificate_id, sha256, is_sealed) VALUES (" ID("0e") ", sha256('p'), true);" \
																																															   "INSERT INTO civil_certificate_revocation (civil_certificate_id, reason, officer_id) VALUES (" ID("0e") ", 'lost', " ID("12") ");" \
																																																															 "INSERT INTO paper_count (id, office_id, event, prefix, first_serial, last_serial, officer_id) VALUES (" ID("0f") ", " ID("01") ", 'receive', 'UT', 1, 10, " ID("11") ");" \
																																																																																			       "INSERT INTO paper_confirmation (paper_count_id, counted_by, counted, officer_id) VALUES (" ID("0f") ", " ID("11") ", 10, " ID("12") ");"

#define CHAIN_ESTIMATE \
	"INSERT INTO completeness_estimate (id, event, year, events, source, officer_id) VALUES (gen_random_uuid(), 'birth', 2020, 9, 'census', " ID("11") ");"

/* What an application wants besides: consent, interview; and a designation of person 21. */
#define CHAIN_REQUISITES(n) \
	"INSERT INTO application_consent (id, application_id, guardian_person_id, relation, reference, officer_id) VALUES (gen_random_uuid(), " ID("c" n) ", " ID("21") ", 'guardian', 'court 1', " ID("16") ");" \
																									     "INSERT INTO application_interview (id, application_id, taken_by, outcome, notes, officer_id) VALUES (gen_random_uuid(), " ID("c" n) ", " ID("16") ", 'confirmed', 'knew it all', " ID("19") ");" \
																																																	  "INSERT INTO person_designation (id, person_id, document_type, reference, officer_id) VALUES (gen_random_uuid(), " ID("21") ", 'PO', 'letter 1', " ID("17") ");"

/* Rows of the counter, without what they do: fee, report, finding, delivery.  As the owner. */
#define CHAIN_COUNTER(n) \
	"ALTER TABLE application_visa DISABLE TRIGGER a_open, DISABLE TRIGGER b_visa;" \
	"INSERT INTO application_visa (application_id, passport_number, entries, stay_days, officer_id) VALUES (" ID("c" n) ", 'L898902C3', 1, 30, " ID("16") ");" \
																			      "ALTER TABLE application_visa ENABLE TRIGGER a_open, ENABLE TRIGGER b_visa;" \
																			      "ALTER TABLE fee_receipt DISABLE TRIGGER a_open, DISABLE TRIGGER b_numbered; ALTER TABLE fee_waiver DISABLE TRIGGER a_open;" \
																			      "ALTER TABLE document_report DISABLE TRIGGER takes_effect; ALTER TABLE document_finding DISABLE TRIGGER takes_effect; ALTER TABLE document_delivery DISABLE TRIGGER a_verified; ALTER TABLE chip_writing DISABLE TRIGGER b_waits;" \
																			      "INSERT INTO chip_writing (document_id, station, officer_id) VALUES (" ID("e" n) ", 'line-1', " ID("16") "); ALTER TABLE chip_writing ENABLE TRIGGER b_waits;" \
																																       "INSERT INTO fee_receipt (id, application_id, number, amount, currency, method, officer_id) VALUES (gen_random_uuid(), " ID("c" n) ", 'R1', 1, 'XTS', 'cash', " ID("16") ");" \
																																																						"INSERT INTO fee_waiver (id, application_id, taken_by, reason, officer_id) VALUES (gen_random_uuid(), " ID("c" n) ", " ID("16") ", 'no means at all', " ID("19") ");" \
																																																																										 "INSERT INTO document_report (id, document_id, kind, reported_by, officer_id) VALUES (" ID("ef") ", " ID("e" n) ", 'lost', 'holder', " ID("16") ");" \
																																																																																												 "INSERT INTO document_finding (id, report_id, document_id, recorded_by, found_by, is_restored, notes, officer_id)" \
																																																																																												 " VALUES (gen_random_uuid(), " ID("ef") ", " ID("e" n) ", " ID("16") ", 'holder', false, 'in the garden', " ID("19") ");" \
																																																																																																										      "INSERT INTO document_delivery (id, document_id, bearer, is_likeness, officer_id) VALUES (gen_random_uuid(), " ID("e" n) ", 'holder', true, " ID("16") ");" \
																																																																																																																													     "ALTER TABLE fee_receipt ENABLE TRIGGER a_open, ENABLE TRIGGER b_numbered; ALTER TABLE fee_waiver ENABLE TRIGGER a_open;" \
																																																																																																																													     "ALTER TABLE document_report ENABLE TRIGGER takes_effect; ALTER TABLE document_finding ENABLE TRIGGER takes_effect; ALTER TABLE document_delivery ENABLE TRIGGER a_verified;"

/* An enrolment of person 2N on that birth, opened by 13, examined by 14. */
#define CHAIN_ENROLMENT_OPEN(n) \
	"INSERT INTO enrolment VALUES (" ID("7" n) ", " ID("2" n) ", " ID("01") ", " ID("13") ");" \
											      "INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id) VALUES (" ID("7" n) ", " ID("13") ", 'open', " ID("13") ");" \
																												   "INSERT INTO evidence (id, enrolment_id, person_id, kind, act_id, officer_id) VALUES (" ID("8" n) ", " ID("7" n) ", " ID("2" n) ", 'act', " ID("3" n) ", " ID("13") ");" \
																																																       "INSERT INTO portrait (id, enrolment_id, width, height, sealed_sha256, officer_id) VALUES (" ID("9" n) ", " ID("7" n) ", 413, 531, sha256('" n "'), " ID("13") ");" \
																																																																				      "INSERT INTO portrait_image VALUES (" ID("9" n) ", '" n "');"
#define CHAIN_ENROLMENT_EXAMINED(n) \
	"INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id, proposal) VALUES (" ID("7" n) ", " ID("13") ", 'examine', " ID("14") ", '{}');"
#define CHAIN_ENROLMENT_VERIFIED(n) \
	"INSERT INTO enrolment_decision (id, enrolment_id, opened_by, event, officer_id) VALUES (" ID("a" n) ", " ID("7" n) ", " ID("13") ", 'verify', " ID("15") ");"
#define CHAIN_UIN(n) "INSERT INTO person_uin VALUES (" ID("2" n) ", '20000000000" n "');"
#define CHAIN_IDENTITY(n) \
	"INSERT INTO identity_version (id, person_id, version, enrolment_id, verification_id, evidence_id, portrait_id, uin, primary_name," \
	" mrz_primary, sex, date_of_birth, nationality, officer_id) VALUES (" ID("b" n) ", " ID("2" n) ", 1, " ID("7" n) ", " ID("a" n) ", " ID("8" n) ", " ID("9" n) ", '20000000000" n "', 'Eriksson', 'ERIKSSON', 'F', '1990', 'UTO', " ID("15") ");"

/* An application of that identity, taken by 16, approved by 17, produced by 18. */
#define CHAIN_APPLICATION(n) \
	"INSERT INTO application VALUES (" ID("c" n) ", " ID("2" n) ", " ID("b" n) ", " ID("01") ", 'PP', 'first', " ID("16") ");" \
															      "INSERT INTO application_decision (application_id, taken_by, event, officer_id) VALUES (" ID("c" n) ", " ID("16") ", 'apply', " ID("16") ");"
#define CHAIN_APPROVED(n) \
	"INSERT INTO application_decision (id, application_id, taken_by, event, officer_id) VALUES (" ID("d" n) ", " ID("c" n) ", " ID("16") ", 'approve', " ID("17") ");"
#define CHAIN_PRODUCED(n) \
	"INSERT INTO application_decision (id, application_id, taken_by, event, officer_id) VALUES (" ID("f" n) ", " ID("c" n) ", " ID("16") ", 'produce', " ID("18") ");"
#define CHAIN_DOCUMENT_COLUMNS \
	"INSERT INTO document (id, number, application_id, person_id, identity_version_id, approval_id, production_id, document_type," \
	" issuing_state, authority, issued_on, expires_on, dg_hash_bits, dg_hashes, officer_id) VALUES "
#define CHAIN_DOCUMENT_VALUES(id, number, application, person, identity, approval, production) \
	"(" ID(id) ", '" number "', " ID(application) ", " ID(person) ", " ID(identity) ", " ID(approval) ", " ID(production) ", 'PP', 'UTO', 'UTOPIA', '2026-01-01', '2036-01-01', 256, '{\"1\":\"00\",\"2\":\"00\"}', " ID("18") ");"
#define CHAIN_DOCUMENT(n) CHAIN_DOCUMENT_COLUMNS CHAIN_DOCUMENT_VALUES("e" n, "U0000000" n, "c" n, "2" n, "b" n, "d" n, "f" n)
#define CHAIN_ALLOCATED(n) \
	"INSERT INTO document_decision (document_id, event, officer_id) VALUES (" ID("e" n) ", 'allocate', " ID("18") ");"
#define CHAIN_SIGNED(n) \
	"INSERT INTO document_signature (document_id, certificate_id, sod) VALUES (" ID("e" n) ", " ID("09") ", '\\x77010" n "');"

/* Two blank booklets that 18 and 19 counted, at a station, with their balance; a batch of the application of N. */
#define CHAIN_BOOKLETS \
	"INSERT INTO booklet_count (id, office_id, event, delivery_note, prefix, first_serial, last_serial, counted, officer_id)" \
	" VALUES (" ID("1a") ", " ID("01") ", 'receive', 'D', 'UT', 1, 2, 2, " ID("18") ");" \
											"INSERT INTO booklet_confirmation (booklet_count_id, counted_by, counted, officer_id) VALUES (" ID("1a") ", " ID("18") ", 2, " ID("19") ");" \
																												"INSERT INTO booklet_event (booklet_id, event, station, officer_id) SELECT id, 'assign', 'line-1', " ID("18") " FROM booklet;" \
																																									      "INSERT INTO booklet_count (id, office_id, event, counted, officer_id) VALUES (" ID("1b") ", " ID("01") ", 'balance', 2, " ID("18") ");" \
																																																										  "INSERT INTO booklet_confirmation (booklet_count_id, counted_by, counted, officer_id) VALUES (" ID("1b") ", " ID("18") ", 2, " ID("19") ");"
#define CHAIN_BATCH(n) \
	"INSERT INTO batch VALUES (" ID("1c") ", " ID("01") ", " ID("18") ");" \
									  "INSERT INTO batch_order (batch_id, place, application_id) VALUES (" ID("1c") ", 1, " ID("c" n) ");" \
																					  "INSERT INTO batch_decision (batch_id, event, officer_id) VALUES (" ID("1c") ", 'order', " ID("18") ");"

/* The cluster, the schema, an office, officers 11..19, a document signer's certificate 09.  False: no PostgreSQL here. */
static bool
chain_start(void)
{
	struct err err = ERR_INIT;
	char conninfo[CLUSTER_CONNINFO], sql[512];

	if (cluster_start(&chain_cluster, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("tests with PostgreSQL", err.text);
		return false;
	}
	if (migrate_run(cluster_conninfo(&chain_cluster, NULL, conninfo), NULL, NULL, &err) == -1)
		bail_out("%s", err.text);
	for (int i = 0; i < NROLE; i++)
		chain_as[i] = chain_connect((enum chain_role)i);
	chain_do(OWNER, "INSERT INTO office (id, code, name, kind) VALUES (" ID("01") ", 'HERE', 'Here', 'civil')");
	for (int i = 11; i <= 19; i++) {
		snprintf(sql, sizeof(sql), "INSERT INTO officer (id, login, name, password_phc, totp_sealed) VALUES (" ID("%d") ", 'officer.%d', 'O', 'x', 'x')", i, i);
		chain_do(OWNER, sql);
	}
	chain_do(OWNER, "INSERT INTO signing_key (id, kind, token_label, key_label, algorithm) VALUES (" ID("08") ", 'document_signer', 't', 'k', 'a');"
														  "INSERT INTO certificate (id, signing_key_id, der, sha256, not_before, not_after, use_until)"
														  " VALUES (" ID("09") ", " ID("08") ", 'c', sha256('c'), now(), now(), now())");
	return true;
}

__attribute__((unused)) static void
chain_stop(void)
{
	for (int i = 0; i < NROLE; i++)
		PQfinish(chain_as[i]);
	cluster_stop(&chain_cluster);
}

#endif
