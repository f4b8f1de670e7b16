/* What the check of the ledger finds: each thing that a superuser can do to the rows, with the triggers out of the way. */
#include "tests/sql/ledger_rig.h"
#include "tests/sql/life.h"
#include "tests/sql/prepared.h"

#define U(n)      "00000000-0000-7000-8000-0000000000" n
#define OFFICE    "'" U("01") "'"
#define OFFICER_A "'" U("0a") "'"
#define OFFICER_B "'" U("0b") "'"
#define OFFICER_C "'" U("0c") "'"

/* One of each ledgered row: two births, an enrolment, an application, a passport. */
/* clang-format off */
static const char chain[] =
	"INSERT INTO person (id, officer_id) VALUES ('" U("10") "', " OFFICER_A "), ('" U("11") "', " OFFICER_A ");"
	"INSERT INTO act (id, kind, office_id, officer_id) VALUES ('" U("20") "', 'birth', " OFFICE ", " OFFICER_A "),"
	" ('" U("21") "', 'birth', " OFFICE ", " OFFICER_A ");"
	"INSERT INTO act_version (id, act_id, version, officer_id, content) SELECT ('00000000-0000-7000-8000-00000000003' || n)::uuid,"
	" ('00000000-0000-7000-8000-00000000002' || n)::uuid, 1, " OFFICER_A ", '{\"child\":{\"primary_name\":\"ERIKSSON\","
	"\"secondary_name\":\"ANNA\",\"sex\":\"F\",\"date_of_birth\":\"1974-08\"},\"mother\":{\"primary_name\":\"ERIKSSON\"},\"father\":null,"
	"\"informant\":{\"name\":\"ERIKSSON\",\"relation\":\"mother\"}}'"
	" FROM generate_series(0, 1) n;"
	"INSERT INTO act_party (act_version_id, role, confidence, primary_name, secondary_name, sex, date_of_birth)"
	" SELECT id, 'child', 'asserted', 'ERIKSSON', 'ANNA', 'F', '1974-08' FROM act_version WHERE (true);"
	"INSERT INTO act_party (act_version_id, role, confidence, primary_name)"
	" SELECT id, r, 'asserted', 'ERIKSSON' FROM act_version, unnest(ARRAY['mother', 'informant']) r WHERE (true);"
	"INSERT INTO act_decision (id, act_id, declared_by, act_version_id, event, officer_id)"
	" VALUES ('" U("40") "', '" U("20") "', " OFFICER_A ", '" U("30") "', 'declare', " OFFICER_A ");"
	"INSERT INTO duplicate_override (act_id, declared_by, candidate_id, score, officer_id, reason)"
	" VALUES ('" U("20") "', " OFFICER_A ", '" U("21") "', 50, " OFFICER_B ", 'twins, both seen');"
	"INSERT INTO act_decision (id, act_id, declared_by, act_version_id, event, officer_id)"
	" VALUES ('" U("41") "', '" U("20") "', " OFFICER_A ", '" U("30") "', 'validate', " OFFICER_B ");"
	"INSERT INTO act_decision (id, act_id, declared_by, act_version_id, event, officer_id)"
	" VALUES ('" U("42") "', '" U("20") "', " OFFICER_A ", '" U("30") "', 'register', " OFFICER_B ");"
	"INSERT INTO act_registration (act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id)"
	" VALUES ('" U("20") "', '" U("42") "', '" U("30") "', '" U("10") "', " OFFICE ", 'birth', 2026, 1, 'ZEN1-B-2026-1-X', " OFFICER_B ");"
	"INSERT INTO enrolment (id, person_id, office_id, officer_id) VALUES ('" U("50") "', '" U("10") "', " OFFICE ", " OFFICER_A ");"
	"INSERT INTO enrolment_decision (id, enrolment_id, opened_by, event, officer_id)"
	" VALUES ('" U("51") "', '" U("50") "', " OFFICER_A ", 'open', " OFFICER_A ");"
	"INSERT INTO evidence_exemption (id, person_id, reason, officer_id, second_officer_id)"
	" VALUES ('" U("52") "', '" U("10") "', 'the archive burnt down', " OFFICER_A ", " OFFICER_B ");"
	"INSERT INTO evidence (id, enrolment_id, person_id, kind, act_id, officer_id)"
	" VALUES ('" U("53") "', '" U("50") "', '" U("10") "', 'act', '" U("20") "', " OFFICER_A ");"
	"INSERT INTO portrait (id, enrolment_id, width, height, sealed_sha256, officer_id)"
	" VALUES ('" U("54") "', '" U("50") "', 480, 640, sha256('sealed'), " OFFICER_A ");"
	"INSERT INTO portrait_image VALUES ('" U("54") "', 'sealed');"
	"INSERT INTO enrolment_decision (id, enrolment_id, opened_by, event, officer_id, proposal)"
	" VALUES ('" U("55") "', '" U("50") "', " OFFICER_A ", 'examine', " OFFICER_B ", '{}');"
	"INSERT INTO enrolment_decision (id, enrolment_id, opened_by, event, officer_id)"
	" VALUES ('" U("56") "', '" U("50") "', " OFFICER_A ", 'verify', " OFFICER_C ");"
	"INSERT INTO person_uin VALUES ('" U("10") "', '234567890124');"
	"INSERT INTO identity_version (id, person_id, version, enrolment_id, verification_id, evidence_id, portrait_id, uin, primary_name,"
	" mrz_primary, sex, nationality, officer_id) VALUES ('" U("60") "', '" U("10") "', 1, '" U("50") "', '" U("56") "', '" U("53") "',"
	" '" U("54") "', '234567890124', 'ERIKSSON', 'ERIKSSON', 'F', 'UTO', " OFFICER_C ");"
	"INSERT INTO person_stop (id, person_id, kind, reference, officer_id)"
	" VALUES ('" U("61") "', '" U("11") "', 'court', 'order 17', " OFFICER_A ");"
	"INSERT INTO application (id, person_id, identity_version_id, office_id, document_type, reason, officer_id)"
	" VALUES ('" U("70") "', '" U("10") "', '" U("60") "', " OFFICE ", 'PP', 'first', " OFFICER_A ");"
	"INSERT INTO application_decision (id, application_id, taken_by, event, officer_id)"
	" VALUES ('" U("71") "', '" U("70") "', " OFFICER_A ", 'apply', " OFFICER_A ");"
	"INSERT INTO application_consent (id, application_id, guardian_person_id, relation, reference, officer_id)"
	" VALUES (gen_random_uuid(), '" U("70") "', '" U("11") "', 'guardian', 'court 3', " OFFICER_A ");"
	"INSERT INTO application_interview (id, application_id, taken_by, outcome, notes, officer_id)"
	" VALUES (gen_random_uuid(), '" U("70") "', " OFFICER_A ", 'confirmed', 'knew the school', " OFFICER_C ");"
	"ALTER TABLE application_visa DISABLE TRIGGER b_visa; INSERT INTO application_visa (application_id, passport_number, entries, stay_days, officer_id)"
	" VALUES ('" U("70") "', 'L898902C3', 1, 30, " OFFICER_A ");"
	"INSERT INTO person_designation (id, person_id, document_type, reference, officer_id) VALUES (gen_random_uuid(), '" U("10") "', 'PO', 'letter 1', " OFFICER_A ");"
	"INSERT INTO application_decision (id, application_id, taken_by, event, officer_id)"
	" VALUES ('" U("72") "', '" U("70") "', " OFFICER_A ", 'approve', " OFFICER_B ");"
	"INSERT INTO application_decision (id, application_id, taken_by, event, officer_id)"
	" VALUES ('" U("73") "', '" U("70") "', " OFFICER_A ", 'produce', " OFFICER_A ");"
	"INSERT INTO document (id, number, application_id, person_id, identity_version_id, approval_id, production_id, document_type,"
	" issuing_state, authority, issued_on, expires_on, dg_hash_bits, dg_hashes, officer_id) VALUES ('" U("80") "', 'L898902C3', '" U("70") "',"
	" '" U("10") "', '" U("60") "', '" U("72") "', '" U("73") "', 'PP', 'UTO', 'MINISTRY', '2026-01-01', '2036-01-01', 256,"
	" '{\"1\":\"00\",\"2\":\"00\"}', " OFFICER_A ");"
	"INSERT INTO document_decision (document_id, event, officer_id) VALUES ('" U("80") "', 'allocate', " OFFICER_A ");"
	"INSERT INTO document_signature (document_id, certificate_id, sod) VALUES ('" U("80") "', '" U("c1") "', 'sod');"
	/* rows of the counter, without what they do: only that they are in the ledger counts here */
	"ALTER TABLE fee_receipt DISABLE TRIGGER a_open, DISABLE TRIGGER b_numbered; ALTER TABLE fee_waiver DISABLE TRIGGER a_open;"
	"ALTER TABLE document_report DISABLE TRIGGER takes_effect; ALTER TABLE document_finding DISABLE TRIGGER takes_effect; ALTER TABLE document_delivery DISABLE TRIGGER a_verified; ALTER TABLE chip_writing DISABLE TRIGGER b_waits;"
	"INSERT INTO chip_writing (document_id, station, officer_id) VALUES ('" U("80") "', 'line-1', " OFFICER_A "); ALTER TABLE chip_writing ENABLE TRIGGER b_waits;"
	"INSERT INTO fee_receipt (id, application_id, number, amount, currency, method, officer_id) VALUES (gen_random_uuid(), '" U("70") "', 'R1', 1, 'XTS', 'cash', " OFFICER_A ");"
	"INSERT INTO fee_waiver (id, application_id, taken_by, reason, officer_id) VALUES (gen_random_uuid(), '" U("70") "', " OFFICER_A ", 'no means at all', " OFFICER_B ");"
	"INSERT INTO document_report (id, document_id, kind, reported_by, officer_id) VALUES ('" U("ef") "', '" U("80") "', 'lost', 'holder', " OFFICER_A ");"
	"INSERT INTO document_finding (id, report_id, document_id, recorded_by, found_by, is_restored, notes, officer_id)"
	" VALUES (gen_random_uuid(), '" U("ef") "', '" U("80") "', " OFFICER_A ", 'holder', false, 'in the garden', " OFFICER_B ");"
	"INSERT INTO document_delivery (id, document_id, bearer, is_likeness, officer_id) VALUES (gen_random_uuid(), '" U("80") "', 'holder', true, " OFFICER_A ");"
	"ALTER TABLE fee_receipt ENABLE TRIGGER a_open, ENABLE TRIGGER b_numbered; ALTER TABLE fee_waiver ENABLE TRIGGER a_open;"
	"ALTER TABLE document_report ENABLE TRIGGER takes_effect; ALTER TABLE document_finding ENABLE TRIGGER takes_effect; ALTER TABLE document_delivery ENABLE TRIGGER a_verified;"
	LIFE_ROWS("'" U("e7") "'", "'" U("e8") "'", "'" U("80") "'", OFFICER_A, OFFICER_B)
	LIFE_LOSS("'" U("e9") "'", OFFICE, OFFICER_A, OFFICER_B)
	PREPARED_ROWS
	"INSERT INTO audit_event (kind, program, officer_id) VALUES ('denied', 'test', " OFFICER_A ");";

/* One of each row of key ceremonies: a key is generated and retired, a certificate revoked, a CRL and a list issued. */
#define ASK(n, kind, key, certificate, parameters, payload) \
	"INSERT INTO ceremony (id, kind, officer_id, signing_key_id, certificate_id, parameters, payload, reason) VALUES ('" U(n) "', '" kind "', " \
	OFFICER_A ", " key ", " certificate ", '" parameters "', " payload ", 'test');" \
	"INSERT INTO ceremony_decision (ceremony_id, asked_by, event, officer_id) VALUES ('" U(n) "', " OFFICER_A ", 'ask', " OFFICER_A ");" \
	"INSERT INTO ceremony_decision (ceremony_id, asked_by, event, officer_id) VALUES ('" U(n) "', " OFFICER_A ", 'approve', " OFFICER_B ");" \
	"INSERT INTO ceremony_execution (ceremony_id, at, result) VALUES ('" U(n) "', now(), '{}');"
static const char ceremonies[] =
	"INSERT INTO officer_role SELECT id, 'pki_officer', " OFFICE " FROM officer;"
	"INSERT INTO signing_key (id, kind, token_label, key_label, algorithm) VALUES ('" U("d0") "', 'document_signer', 't', 'd', 'P-256');"
	ASK("d1", "generate", "'" U("d0") "'", "NULL", "{}", "NULL")
	"INSERT INTO key_generation (signing_key_id, spki, ceremony_id) VALUES ('" U("d0") "', 'key', '" U("d1") "');"
	"INSERT INTO ceremony_request (ceremony_id, request, sha256) VALUES ('" U("d1") "', '{}', sha256('{}'));"
	"INSERT INTO key_retirement (signing_key_id, cause, at) VALUES ('" U("d0") "', 'period', now());"
	ASK("d2", "revoke", "NULL", "'" U("c1") "'", "{\"cause\":\"error\"}", "NULL")
	"INSERT INTO revocation (certificate_id, serial, cause, revoked_at, ceremony_id) VALUES ('" U("c1") "', '1', 'error', now(), '" U("d2") "');"
	ASK("d3", "crl", "NULL", "NULL", "{}", "NULL")
	"INSERT INTO crl (number, certificate_id, der, this_update, next_update, entries, ceremony_id)"
	" VALUES (1, '" U("c1") "', 'crl', now(), now() + interval '9 days', 1, '" U("d3") "');"
	ASK("d4", "master_list", "NULL", "NULL", "{}", "'list'")
	"INSERT INTO signed_list (kind, certificate_id, cms, signed_at, ceremony_id) VALUES ('master_list', '" U("c1") "', 'cms', now(), '" U("d4") "');"
	"INSERT INTO signature_tally (certificate_id, made, recorded, from_at, to_at) VALUES ('" U("c1") "', 1, 1, now(), now());"
	/* and of the trust store: a certificate that came with a file and was confirmed once */
	"INSERT INTO trust_file (sha256, content) VALUES (sha256('x'), 'x');"
	"INSERT INTO trust_object (sha256, kind, der, country, subject, authority, valid_from, is_root, departures)"
	" VALUES (sha256('x'), 'certificate', 'x', 'DE', 'x', '', now(), true, 0), (sha256('y'), 'crl', 'y', 'DE', 'x', '', now(), false, 0);"
	"INSERT INTO trust_import (id, officer_id, source, file_sha256, summary) VALUES ('" U("e0") "', " OFFICER_A ", 'embassy', sha256('x'), '{}');"
	"INSERT INTO trust_import_item (import_id, position, sha256, change, place, issuer, is_verified, is_taken)"
	" VALUES ('" U("e0") "', 0, sha256('x'), 'new', 'file', 'self', true, true), ('" U("e0") "', 1, sha256('y'), 'new', 'file', 'trusted', true, true);"
	"INSERT INTO trust_import_decision (import_id, proposed_by, event, officer_id) VALUES ('" U("e0") "', " OFFICER_A ", 'propose', " OFFICER_A ");"
	"INSERT INTO trust_import_decision (import_id, proposed_by, event, officer_id) VALUES ('" U("e0") "', " OFFICER_A ", 'accept', " OFFICER_B ");"
	"INSERT INTO trust_decision (certificate_id, event, officer_id, statement, fingerprint)"
	" SELECT id, 'confirm', " OFFICER_A ", 'by telephone', sha256 FROM trust_certificate;";
/* clang-format on */

/* And of what hangs on acts: evidence, a correction, a notification, a stop, an estimate, a certificate; and of paper registers. */
/* clang-format off */
static const char acts[] =
	"INSERT INTO act_correction (id, act_id, act_version_id, changes, is_key, legal_basis, officer_id) VALUES ('" U("f0") "', '" U("20") "', '" U("30") "',"
	" '[{\"path\":\"/note\",\"from\":null,\"to\":\"x\"}]', false, 'law 1', " OFFICER_A ");"
	"INSERT INTO act_correction_decision (correction_id, proposed_by, event, officer_id) VALUES ('" U("f0") "', " OFFICER_A ", 'propose', " OFFICER_A ");"
	"INSERT INTO act_evidence (id, act_id, correction_id, kind, reference, officer_id)"
	" VALUES ('" U("f1") "', '" U("20") "', '" U("f0") "', 'affidavit', 'A 1', " OFFICER_A ");"
	"INSERT INTO act_evidence (id, act_id, correction_id, kind, reference, media_type, sealed_sha256, officer_id)"
	" VALUES ('" U("f5") "', '" U("20") "', '" U("f0") "', 'court_decision', 'C 1', 'application/pdf', sha256('scan'), " OFFICER_A ");"
	"INSERT INTO act_evidence_file VALUES ('" U("f5") "', 'scan');"
	"INSERT INTO program (id, name, certificate_sha256, role) VALUES ('" U("f2") "', 'hospital', sha256('hospital'), 'program');"
	"INSERT INTO place (code, name, kind) VALUES ('H1', 'Hospital', 'facility'); INSERT INTO program_facility VALUES ('" U("f2") "', 'H1');"
	"INSERT INTO notification (id, kind, program_id, place_code, office_id, reference, content, expires_on)"
	" VALUES ('" U("f3") "', 'birth', '" U("f2") "', 'H1', " OFFICE ", 'R1', '{}', '2030-01-01');"
	"INSERT INTO notification_decision (notification_id, event, program_id) VALUES ('" U("f3") "', 'notify', '" U("f2") "');"
	"INSERT INTO document_stop (document_id, act_id, reason, officer_id) VALUES ('" U("80") "', '" U("20") "', 'act_annulled', " OFFICER_B ");"
	"INSERT INTO completeness_estimate (id, event, year, events, source, officer_id) VALUES ('" U("f4") "', 'birth', 2020, 9, 'census', " OFFICER_A ");"
	/* a certificate on a sheet that two officers counted, sealed, printed and revoked */
	"INSERT INTO civil_certificate (id, act_id, act_version_id, kind, form, language, office_id, year, serial, number, copy, issued_on, as_of, content, officer_id)"
	" VALUES ('" U("a0") "', '" U("20") "', '" U("30") "', 'birth', 'full', 'en', " OFFICE ", 2026, 1, 'ZEN1-C-2026-1-X', 1, current_date, current_date, '{}', "
	OFFICER_A ");"
	"INSERT INTO civil_certificate_seal (civil_certificate_id, seal, certificate_id) VALUES ('" U("a0") "', 'seal', '" U("c1") "');"
	"INSERT INTO civil_certificate_print (civil_certificate_id, sha256, is_sealed) VALUES ('" U("a0") "', sha256('pdf'), true);"
	"INSERT INTO paper_count (id, office_id, event, prefix, first_serial, last_serial, officer_id)"
	" VALUES ('" U("a1") "', " OFFICE ", 'receive', 'A', 1, 1, " OFFICER_A ");"
	"INSERT INTO paper_confirmation (paper_count_id, counted_by, counted, officer_id) VALUES ('" U("a1") "', " OFFICER_A ", 1, " OFFICER_B ");"
	"INSERT INTO paper_event (paper_id, event, civil_certificate_id, officer_id) SELECT id, 'issue', '" U("a0") "', " OFFICER_A " FROM paper;"
	"INSERT INTO civil_certificate_revocation (civil_certificate_id, reason, officer_id) VALUES ('" U("a0") "', 'stolen', " OFFICER_B ");"
	/* two booklets that two officers counted, one with the document, and the balance; a batch */
	"INSERT INTO booklet_count (id, office_id, event, delivery_note, prefix, first_serial, last_serial, counted, officer_id)"
	" VALUES ('" U("a5") "', " OFFICE ", 'receive', 'D', 'B', 1, 2, 2, " OFFICER_A ");"
	"INSERT INTO booklet_confirmation (booklet_count_id, counted_by, counted, officer_id) VALUES ('" U("a5") "', " OFFICER_A ", 2, " OFFICER_B ");"
	"INSERT INTO booklet_event (booklet_id, event, station, officer_id) SELECT id, 'assign', 'line-1', " OFFICER_A " FROM booklet;"
	"SELECT booklets_bind(ARRAY['" U("80") "'::uuid], 'line-1', " OFFICER_A ");"
	"INSERT INTO booklet_count (id, office_id, event, counted, officer_id) VALUES ('" U("a6") "', " OFFICE ", 'balance', 1, " OFFICER_A ");"
	"INSERT INTO booklet_confirmation (booklet_count_id, counted_by, counted, officer_id) VALUES ('" U("a6") "', " OFFICER_A ", 1, " OFFICER_B ");"
	"INSERT INTO batch (id, office_id, officer_id) VALUES ('" U("a7") "', " OFFICE ", " OFFICER_A ");"
	"INSERT INTO batch_order (batch_id, place, application_id) SELECT '" U("a7") "', 1, id FROM application LIMIT 1;"
	"INSERT INTO batch_decision (batch_id, event, officer_id) VALUES ('" U("a7") "', 'order', " OFFICER_A ");"
	/* an entry of a paper register with its scan */
	"INSERT INTO legacy_act (id, office_id, kind, register, volume, page, entry, grade, original, officer_id)"
	" VALUES ('" U("a2") "', " OFFICE ", 'birth', 'B', '7', '1', '1', 'original_register', '{\"name\":\"x\"}', " OFFICER_A ");"
	"INSERT INTO legacy_act_decision (legacy_act_id, imported_by, event, officer_id) VALUES ('" U("a2") "', " OFFICER_A ", 'import', " OFFICER_A ");"
	"INSERT INTO legacy_image (id, legacy_act_id, media_type, size, sha256, sealed_sha256, officer_id)"
	" VALUES ('" U("a3") "', '" U("a2") "', 'image/png', 1, sha256('x'), sha256('y'), " OFFICER_A ");"
	"INSERT INTO legacy_image_file VALUES ('" U("a3") "', 'y');";
/* clang-format on */

/* What is done to the rows, how it is undone, and what the check must name.  id NULL: any. */
struct tampering {
	const char *name, *done, *undone, *table, *id, *what;
};
#define KEEP(table, where)     "CREATE TEMP TABLE kept AS SELECT * FROM " table " WHERE " where "; DELETE FROM " table " WHERE " where
#define GIVE_BACK(table)       "INSERT INTO " table " SELECT * FROM kept; DROP TABLE kept"
#define KEPT_ENTRY(where)      "CREATE TEMP TABLE kept_entry AS SELECT * FROM ledger_entry WHERE " where "; DELETE FROM ledger_entry WHERE " where
#define ENTRY_BACK             "INSERT INTO ledger_entry OVERRIDING SYSTEM VALUE SELECT * FROM kept_entry; DROP TABLE kept_entry"
#define ENTRY_OF(id)           "(SELECT id FROM ledger_entry WHERE record_id = '" id "')"
#define SET(table, set, where) "UPDATE " table " SET " set " WHERE " where

/* clang-format off */
static const struct tampering tamperings[] = {
	{ "a name in an act", SET("act_version", "content = jsonb_set(content, '{child,primary_name}', '\"OTHER\"')", "id = '" U("31") "'"),
		SET("act_version", "content = jsonb_set(content, '{child,primary_name}', '\"ERIKSSON\"')", "id = '" U("31") "'"), "act_version",
		U("31"), "altered: the row does not give the digest" },
	{ "a salt", SET("person", "salt = salt || 'x'", "id = '" U("10") "'"),
		SET("person", "salt = substr(salt, 1, 32)", "id = '" U("10") "'"), "person", U("10"), "altered" },
	{ "who decided", SET("act_decision", "officer_id = " OFFICER_C, "id = '" U("41") "'"),
		SET("act_decision", "officer_id = " OFFICER_B, "id = '" U("41") "'"), "act_decision", U("41"), "altered" },
	{ "the nationality", SET("identity_version", "nationality = 'D'", "id = '" U("60") "'"),
		SET("identity_version", "nationality = 'UTO'", "id = '" U("60") "'"), "identity_version", U("60"), "altered" },
	{ "the hashes of a passport", SET("document", "dg_hashes = '{\"1\":\"01\",\"2\":\"00\"}'", "id = '" U("80") "'"),
		SET("document", "dg_hashes = '{\"1\":\"00\",\"2\":\"00\"}'", "id = '" U("80") "'"), "document", U("80"), "altered" },
	{ "a security object", SET("document_signature", "sod = 'other'", "true"), SET("document_signature", "sod = 'sod'", "true"),
		"document_signature", NULL, "altered" },
	{ "a stop that is gone", KEEP("person_stop", "true"), GIVE_BACK("person_stop"), "person_stop", U("61"), "removed: the ledger has an entry" },
	{ "a row that came past the trigger", "INSERT INTO person (id, officer_id) VALUES ('" U("99") "', " OFFICER_A ")",
		"DELETE FROM person WHERE id = '" U("99") "'", "person", U("99"), "inserted: the row has no entry" },
	{ "an entry that is gone: its row", KEPT_ENTRY("record_id = '" U("70") "'"), ENTRY_BACK, "application", U("70"), "inserted" },
	{ "an entry that is gone: its leaf", KEPT_ENTRY("record_id = '" U("70") "'"), ENTRY_BACK, "ledger_entry", NULL, "removed: a leaf is there" },
	{ "row and entry that are gone", KEEP("person_stop", "true") ";" KEPT_ENTRY("record_id = '" U("61") "'"),
		GIVE_BACK("person_stop") ";" ENTRY_BACK, "ledger_entry", NULL, "removed: a leaf is there" },
	{ "row, entry and leaf that are gone",
		KEEP("person_stop", "true") "; CREATE TEMP TABLE kept_leaf AS SELECT * FROM ledger_leaf WHERE entry_id = " ENTRY_OF(U("61")) ";"
		"DELETE FROM ledger_leaf WHERE entry_id = " ENTRY_OF(U("61")) ";" KEPT_ENTRY("record_id = '" U("61") "'"),
		GIVE_BACK("person_stop") ";" ENTRY_BACK "; INSERT INTO ledger_leaf SELECT * FROM kept_leaf; DROP TABLE kept_leaf", "ledger_leaf",
		NULL, "removed: positions" },
	{ "an entry of no row", "INSERT INTO ledger_entry (kind, record_id, leaf) VALUES ('act', '" U("98") "', '{}')",
		"DELETE FROM ledger_entry WHERE record_id = '" U("98") "'", "act", U("98"), "removed" },
	{ "an entry of no table", "INSERT INTO ledger_entry (kind, record_id, leaf) VALUES ('office', '" U("98") "', '{}')",
		"DELETE FROM ledger_entry WHERE record_id = '" U("98") "'", "ledger_entry", NULL, "inserted: no table" },
	{ "a leaf's text", SET("ledger_entry", "leaf = replace(leaf, '\"v\": 1', '\"v\": 2')", "record_id = '" U("60") "'"),
		SET("ledger_entry", "leaf = replace(leaf, '\"v\": 2', '\"v\": 1')", "record_id = '" U("60") "'"), "ledger_entry", NULL,
		"altered: the entry and its leaf hash" },
	{ "a link in a leaf", SET("ledger_entry", "leaf = replace(leaf, '" U("0a") "', '" U("0b") "')", "record_id = '" U("80") "'"),
		SET("ledger_entry", "leaf = replace(leaf, '" U("0b") "', '" U("0a") "')", "record_id = '" U("80") "'"), "document", U("80"),
		"altered: the row and its entry differ" },
	{ "the kind of an entry", SET("ledger_entry", "kind = 'person'", "record_id = '" U("80") "'"),
		SET("ledger_entry", "kind = 'document'", "record_id = '" U("80") "'"), "document", U("80"), "altered: its entry is of another kind" },
	{ "a leaf's hash", SET("ledger_leaf", "hash = sha256(hash)", "position = 300") ";CREATE TEMP TABLE kept AS SELECT 1",
		SET("ledger_leaf", "hash = (SELECT sha256('\\x00'::bytea || convert_to(leaf, 'UTF8')) FROM ledger_entry e WHERE e.id = entry_id)",
			"position = 300") ";DROP TABLE kept",
		"ledger_entry", NULL, "altered: the entry and its leaf hash" },
	{ "row, entry and leaf, all in accord",
		SET("person", "officer_id = " OFFICER_B, "id = '" U("11") "'") ";"
		"UPDATE ledger_entry SET leaf = (SELECT ledger_leaf_text('person', to_jsonb(p), p.salt, jsonb_build_object('officer_id', p.officer_id))"
		" FROM person p WHERE id = record_id) WHERE record_id = '" U("11") "';"
		"UPDATE ledger_leaf SET hash = (SELECT sha256('\\x00'::bytea || convert_to(leaf, 'UTF8')) FROM ledger_entry e WHERE e.id = entry_id)"
		" WHERE entry_id = " ENTRY_OF(U("11")),
		SET("person", "officer_id = " OFFICER_A, "id = '" U("11") "'") ";"
		"UPDATE ledger_entry SET leaf = (SELECT ledger_leaf_text('person', to_jsonb(p), p.salt, jsonb_build_object('officer_id', p.officer_id))"
		" FROM person p WHERE id = record_id) WHERE record_id = '" U("11") "';"
		"UPDATE ledger_leaf SET hash = (SELECT sha256('\\x00'::bytea || convert_to(leaf, 'UTF8')) FROM ledger_entry e WHERE e.id = entry_id)"
		" WHERE entry_id = " ENTRY_OF(U("11")),
		"ledger_node", "8/0", "altered" },
	/* 21 rules of ceremonies and keys come first */
	{ "two positions", "UPDATE ledger_leaf SET position = 1000000 WHERE position = 34; UPDATE ledger_leaf SET position = 34 WHERE position = 35;"
			   "UPDATE ledger_leaf SET position = 35 WHERE position = 1000000",
		"UPDATE ledger_leaf SET position = 1000000 WHERE position = 34; UPDATE ledger_leaf SET position = 34 WHERE position = 35;"
		"UPDATE ledger_leaf SET position = 35 WHERE position = 1000000",
		"duplicate_override", NULL, "out of order" },
	{ "two positions far apart", "UPDATE ledger_leaf SET position = 1000000 WHERE position = 3; UPDATE ledger_leaf SET position = 3 WHERE position = 400;"
		"UPDATE ledger_leaf SET position = 400 WHERE position = 1000000",
		"UPDATE ledger_leaf SET position = 1000000 WHERE position = 3; UPDATE ledger_leaf SET position = 3 WHERE position = 400;"
		"UPDATE ledger_leaf SET position = 400 WHERE position = 1000000",
		"ledger_node", "8/0", "altered" },
	{ "a gap in the positions", KEEP("ledger_leaf", "position = 77"), GIVE_BACK("ledger_leaf"), "ledger_leaf", "77", "removed" },
	{ "the end of the log", KEEP("ledger_leaf", "position >= 290"), GIVE_BACK("ledger_leaf"), "tree_head", NULL, "altered: the tree has not" },
	{ "a node", SET("ledger_node", "hash = sha256(hash)", "index = 1"), SET("ledger_node", "hash = (SELECT hash FROM node)", "index = 1"),
		"ledger_node", "8/1", "altered" },
	{ "a node that is gone", KEEP("ledger_node", "index = 0"), GIVE_BACK("ledger_node"), "ledger_node", "8/0", "removed" },
	{ "a node too many", "INSERT INTO ledger_node VALUES (16, 0, sha256('x'))", "DELETE FROM ledger_node WHERE level = 16", "ledger_node",
		"16/0", "inserted" },
	{ "a head's root", SET("tree_head", "root = sha256(root)", "true"), SET("tree_head", "root = (SELECT root FROM head)", "true"), "tree_head",
		NULL, "altered: the leaves do not give its root" },
	{ "a head's moment", SET("tree_head", "signed_at = signed_at + interval '1 s'", "true"),
		SET("tree_head", "signed_at = signed_at - interval '1 s'", "true"), "tree_head", NULL, "altered: the signature" },
	{ "a head's size", SET("tree_head", "size = size - 1", "true"), SET("tree_head", "size = size + 1", "true"), "tree_head", NULL,
		"altered: the leaves do not give its root" },
	{ "a head's certificate", SET("tree_head", "certificate_id = '" U("97") "'", "true"),
		SET("tree_head", "certificate_id = '" U("c1") "'", "true"), "tree_head", NULL, "altered: its certificate" },
	{ "a head without signature", "INSERT INTO tree_head SELECT 1, (SELECT hash FROM ledger_leaf WHERE position = 0), now(), '" U("c1") "', ''",
		"DELETE FROM tree_head WHERE size = 1", "tree_head", "1", "altered: the signature" },
	{ "a state", SET("current_state", "state = 'approved'", "subject_id = '" U("70") "'"),
		SET("current_state", "state = 'in_production'", "subject_id = '" U("70") "'"), "current_state", U("70"), "altered" },
	{ "a state that is gone", KEEP("current_state", "subject_id = '" U("80") "'"), GIVE_BACK("current_state"), "current_state", U("80"),
		"removed" },
	{ "a state of nothing", "INSERT INTO current_state VALUES ('" U("96") "', 'act', 'registered', 1, now())",
		"DELETE FROM current_state WHERE subject_id = '" U("96") "'", "current_state", U("96"), "inserted" },
	{ "the name of a party", SET("act_party", "primary_name = 'OTHER'", "role = 'mother' AND act_version_id = '" U("30") "'"),
		SET("act_party", "primary_name = 'ERIKSSON'", "role = 'mother'"), "act_party", U("30") " mother", "altered" },
	{ "a party that is gone", KEEP("act_party", "role = 'informant' AND act_version_id = '" U("31") "'"), GIVE_BACK("act_party"), "act_party",
		U("31") " informant", "removed" },
	{ "a father", "INSERT INTO act_party VALUES ('" U("31") "', 'father', NULL, 'asserted', 'OTHER')",
		"DELETE FROM act_party WHERE role = 'father'", "act_party", U("31") " father", "inserted" },
	{ "an image", SET("portrait_image", "sealed = 'other'", "true"), SET("portrait_image", "sealed = 'sealed'", "true"), "portrait_image",
		U("54"), "altered" },
	{ "an image that is gone", KEEP("portrait_image", "true"), GIVE_BACK("portrait_image"), "portrait_image", U("54"), "removed" },
	{ "an octet of a scan of evidence", SET("act_evidence_file", "sealed = set_byte(sealed, 3, 111)", "true"),
		SET("act_evidence_file", "sealed = 'scan'", "true"), "act_evidence_file", U("f5"), "altered: the sealed octets" },
	{ "a scan of evidence that is gone", KEEP("act_evidence_file", "true"), GIVE_BACK("act_evidence_file"), "act_evidence_file", U("f5"), "removed" },
	{ "a scan of evidence that had none", "INSERT INTO act_evidence_file VALUES ('" U("f1") "', 'scan')",
		"DELETE FROM act_evidence_file WHERE evidence_id = '" U("f1") "'", "act_evidence_file", U("f1"), "inserted" },
	{ "an octet of a scan of a paper register", SET("legacy_image_file", "sealed = set_byte(sealed, 0, 120)", "true"),
		SET("legacy_image_file", "sealed = 'y'", "true"), "legacy_image_file", U("a3"), "altered: the sealed octets" },
	{ "a scan of a paper register that is gone", KEEP("legacy_image_file", "true"), GIVE_BACK("legacy_image_file"), "legacy_image_file", U("a3"), "removed" },
	{ "a scan and its digest", SET("legacy_image_file", "sealed = 'z'", "true") ";" SET("legacy_image", "sealed_sha256 = sha256('z')", "true"),
		SET("legacy_image_file", "sealed = 'y'", "true") ";" SET("legacy_image", "sealed_sha256 = sha256('y')", "true"), "legacy_image", U("a3"),
		"altered: the row does not give the digest" },
	{ "the state of an entry of a paper register", SET("current_state", "state = 'promoted'", "subject_id = '" U("a2") "'"),
		SET("current_state", "state = 'imported'", "subject_id = '" U("a2") "'"), "current_state", U("a2"), "altered" },
	{ "the state of a sheet", SET("current_state", "state = 'received'", "machine = 'paper'"),
		SET("current_state", "state = 'issued'", "machine = 'paper'"), "current_state", NULL, "altered" },
	{ "a UIN", SET("person_uin", "uin = '334567890124'", "true"), SET("person_uin", "uin = '234567890124'", "true"), "person_uin", U("10"),
		"altered" },
	{ "a guard that is off", "ALTER TABLE act DISABLE TRIGGER insert_only", "ALTER TABLE act ENABLE TRIGGER insert_only", "pg_trigger", "act",
		"removed" },
	{ "a table that is no longer listed", KEEP("ledgered_table", "name = 'person_stop'"), GIVE_BACK("ledgered_table"), "ledgered_table",
		"person_stop", "removed" },
};
/* clang-format on */

struct seen {
	const struct tampering *wanted;
	bool is_named;
	bool is_shown;
};

static void
look(void *arg, const struct ledger_finding *f)
{
	struct seen *s = arg;
	const struct tampering *t = s->wanted;

	if (t != NULL && strcmp(f->table, t->table) == 0 && (t->id == NULL || strcmp(f->id, t->id) == 0) &&
		strncmp(f->what, t->what, strlen(t->what)) == 0)
		s->is_named = true;
	if (s->is_shown)
		printf("# %s %s: %s\n", f->table, f->id, f->what);
}

static int
verify(void *arg, const struct ledger_head *head, struct bytes to_be_signed, struct err *err)
{
	uint8_t mac[SHA256_LEN];

	(void)arg;
	hmac_sha256(BYTES(rig_key, sizeof(rig_key)), to_be_signed, mac);
	return bytes_equal(bytes_of(&head->signature), BYTES(mac, sizeof(mac))) ? 0 : err_set(err, FAIL_INPUT, "signature");
}

static struct db *db;

static struct ledger_counts
check(struct seen *s)
{
	struct ledger_checking how = { .found = look, .verify = verify, .arg = s };
	struct ledger_counts counts = { 0 };
	struct err err = ERR_INIT;

	if (ledger_check(db, &how, &counts, &err) == -1)
		bail_out("%s", err.text);
	return counts;
}

static void
is_found(const struct tampering *t)
{
	struct seen s = { t, false, false };

	sql("SET session_replication_role = replica");
	sql(t->done);
	check(&s);
	if (!ok(s.is_named, "finds: %s", t->name)) {
		s.is_shown = true;
		check(&s);
	}
	sql(t->undone);
	sql("SET session_replication_role = origin");
}

/* A second of every ledgered table's first row. */
static void
test_every_table(void)
{
	PGresult *r = rows_of(super, "SELECT name FROM ledgered_table ORDER BY name");
	char done[200], undone[200], id[40], text[100];

	for (int i = 0; i < PQntuples(r); i++) {
		struct tampering t = { PQgetvalue(r, i, 0), done, undone, PQgetvalue(r, i, 0), id, "altered: the row" };
		PGresult *row;

		snprintf(text, sizeof(text), "SELECT min(id::text) FROM %s", t.table);
		row = rows_of(super, text);
		snprintf(id, sizeof(id), "%s", PQgetvalue(row, 0, 0));
		PQclear(row);
		snprintf(done, sizeof(done), "UPDATE %s SET created_at = created_at + interval '1 s' WHERE id = '%s'", t.table, id);
		snprintf(undone, sizeof(undone), "UPDATE %s SET created_at = created_at - interval '1 s' WHERE id = '%s'", t.table, id);
		is_found(&t);
	}
	PQclear(r);
}

static bool
refuses(enum fail kind, const char *text)
{
	struct ledger_signer signer = rig_signer();
	struct ledger_sequencer *s = NULL;
	struct db *signd = rig_db("catena_signer", 1);
	struct err err = ERR_INIT;
	size_t n;
	bool refused;

	if (ledger_sequencer_new(signd, 0, &signer, &s, &err) == -1)
		bail_out("%s", err.text);
	refused = ledger_sequencer_step(s, &n, &err) == -1 && err.kind == kind && strstr(err.text, text) != NULL;
	if (!refused)
		printf("# %s\n", err.text);
	ledger_sequencer_free(s);
	db_close(signd);
	return refused;
}

static void
sequence(void)
{
	struct ledger_signer signer = rig_signer();
	struct ledger_sequencer *s = NULL;
	struct db *signd = rig_db("catena_signer", 1);
	struct err err = ERR_INIT;
	bool is_signed;
	size_t n;

	if (ledger_sequencer_new(signd, 0, &signer, &s, &err) == -1)
		bail_out("%s", err.text);
	do {
		if (ledger_sequencer_step(s, &n, &err) == -1)
			bail_out("%s", err.text);
	} while (n > 0);
	if (ledger_sequencer_sign_head(s, &is_signed, &err) == -1)
		bail_out("%s", err.text);
	ledger_sequencer_free(s);
	db_close(signd);
}

/* What the sequencer does not put into the tree. */
static const struct {
	const char *name, *kind, *leaf, *what;
} forged[] = {
	{ "no JSON", "act", "x", "no JSON" },
	{ "another kind", "act", "\"kind\": \"person\"", "kind" },
	{ "another record", "act", "\"id\": \"" U("20") "\"", "id" },
	{ "a further member", "act", "\"name\": \"ERIKSSON\"", "further" },
	{ "a short digest", "act", "\"digest\": \"00\"", "digest" },
	{ "no moment", "act", "\"at\": \"yesterday\"", "at is" },
	{ "version 2", "act", "\"v\": 2", "v is not 1" },
	{ "a link that is an object", "act", "\"links\": {\"a\": {}}", "link" },
};

static void
test_sequencer_looks(void)
{
	char text[900];

	for (size_t i = 0; i < NELEM(forged); i++) {
		/* a good leaf, with one member replaced */
		/* clang-format off */
		snprintf(text, sizeof(text),
			"INSERT INTO ledger_entry (kind, record_id, leaf) SELECT 'act', '" U("95") "', CASE WHEN '%s' = 'x' THEN 'x' ELSE"
			" (jsonb_build_object('v', 1, 'kind', 'act', 'id', '" U("95") "', 'at', '2026-01-01T00:00:00+00:00', 'links', '{}'::jsonb,"
			" 'digest', repeat('00', 32)) || ('{%s}')::jsonb)::text END",
			forged[i].leaf, strcmp(forged[i].leaf, "x") == 0 ? "" : forged[i].leaf);
		/* clang-format on */
		sql(text);
		ok(refuses(FAIL_CONFLICT, forged[i].what), "the sequencer refuses: %s", forged[i].name);
		sql("SET session_replication_role = replica; DELETE FROM ledger_entry WHERE record_id = '" U("95") "'; RESET session_replication_role");
	}
	sql("SET session_replication_role = replica; UPDATE tree_head SET root = sha256(root)");
	ok(refuses(FAIL_CONFLICT, "do not give the root"), "the sequencer refuses: leaves that are not those it signed");
	sql("UPDATE tree_head SET root = (SELECT root FROM head); CREATE TEMP TABLE kept AS SELECT * FROM ledger_leaf WHERE position > 290;"
	    "DELETE FROM ledger_leaf WHERE position > 290");
	ok(refuses(FAIL_CONFLICT, "but only 291 are there"), "the sequencer refuses: fewer leaves than it signed");
	sql(GIVE_BACK("ledger_leaf") "; RESET session_replication_role");
}

int
main(void)
{
	struct seen s = { NULL, false, true };
	struct ledger_counts counts;

	rig_start();
	db = rig_db("catena_owner", 1);
	/* each statement its own transaction, so that each has its moment */
	for (const char *p = chain, *end; (end = strstr(p, ");")) != NULL; p = end + 2) {
		char statement[4000];

		snprintf(statement, sizeof(statement), "%.*s", (int)(end + 1 - p), p);
		sql(statement);
	}
	sql(ceremonies);
	sql(acts);
	sql("INSERT INTO audit_event (kind, program) SELECT 'denied', 'bulk' FROM generate_series(1, 600)");
	sequence();
	sql("CREATE TEMP TABLE head AS SELECT * FROM tree_head; CREATE TEMP TABLE node AS SELECT * FROM ledger_node WHERE index = 1");

	counts = check(&s);
	ok(counts.findings == 0, "nothing is found in an honest registry");
	ok(counts.entries >= 630 && counts.rows == counts.entries && counts.leaves == counts.entries && counts.waiting == 0,
		"%llu rows, entries and leaves were looked at", (unsigned long long)counts.entries);
	ok(counts.heads == 1 && counts.signatures == 1 && counts.nodes == 2 && counts.parties == 6 && counts.images == 3 && counts.states == 18,
		"and heads, signatures, nodes, parties, images and states");
	for (size_t i = 0; i < NELEM(tamperings); i++)
		is_found(&tamperings[i]);
	test_every_table();
	test_sequencer_looks();
	sql("INSERT INTO person (id, officer_id) VALUES ('" U("12") "', " OFFICER_A ")");
	counts = check(&s);
	ok(counts.findings == 0 && counts.waiting == 1, "all was undone, and nothing is found; what waits is counted");
	db_close(db);
	PQfinish(super);
	return done_testing();
}
