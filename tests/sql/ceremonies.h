/*
 * ceremonies.h - key ceremonies for SQL tests, each step as the role of the program that does it.  PKI officers are 14, 15, 16 and 17 of
 * chain.h; 13 is one who was put out of office.  Keys are b0.., ceremonies c0.. of the space 1: IDC("xx").
 */
#ifndef CATENA_TESTS_SQL_CEREMONIES_H
#define CATENA_TESTS_SQL_CEREMONIES_H

#include "tests/sql/chain.h"

#define IDC(xx) "'00000000-0000-4000-8000-0000000001" xx "'"

#define KEY_ROW(key, kind) \
	"INSERT INTO signing_key (id, kind, token_label, key_label, algorithm) VALUES (" IDC(key) ", '" kind "', 't', 'k" key "', 'P-256');"
#define CEREMONY_OF(c, kind, officer, key, certificate, parameters, payload) \
	"INSERT INTO ceremony (id, kind, officer_id, signing_key_id, certificate_id, parameters, payload, reason) VALUES (" IDC(c) ", '" kind "', " ID(officer) ", " key ", " certificate ", '" parameters "', " payload ", 'test');"
#define CEREMONY_DECIDE(c, asker, event, officer) \
	"INSERT INTO ceremony_decision (ceremony_id, asked_by, event, officer_id, reason) VALUES (" IDC(c) ", " ID(asker) ", '" event "', " ID(officer) ", 'because');"
#define CEREMONY_KEY(c, kind, officer, key) CEREMONY_OF(c, kind, officer, IDC(key), "NULL", "{}", "NULL") CEREMONY_DECIDE(c, officer, "ask", officer)
#define CEREMONY_PLAIN(c, kind, officer)    CEREMONY_OF(c, kind, officer, "NULL", "NULL", "{}", "NULL") CEREMONY_DECIDE(c, officer, "ask", officer)
#define CEREMONY_LIST(c, kind, officer)     CEREMONY_OF(c, kind, officer, "NULL", "NULL", "{}", "'x'") CEREMONY_DECIDE(c, officer, "ask", officer)
#define CEREMONY_REVOKE(c, officer, certificate, cause) \
	CEREMONY_OF(c, "revoke", officer, "NULL", certificate, "{\"cause\":\"" cause "\"}", "NULL") \
	CEREMONY_DECIDE(c, officer, "ask", officer)
#define CEREMONY_EXECUTE(c) \
	"INSERT INTO ceremony_execution (ceremony_id, at, token_label, token_serial, result) VALUES (" IDC(c) ", now(), 't', '1', '{}');"
#define CERTIFICATE_OF(id, key, ceremony) \
	"INSERT INTO certificate (id, signing_key_id, der, sha256, not_before, not_after, use_until, profile, serial, ceremony_id)" \
	" VALUES (" IDC(id) ", " IDC(key) ", '" id "', sha256('" id "'), now(), now() + interval '1 year', now() + interval '1 month', 'signer', '" id "', " ceremony ");"
#define GENERATED(key, ceremony) \
	"INSERT INTO key_generation (signing_key_id, spki, ceremony_id) VALUES (" IDC(key) ", 'spki " key "', " IDC(ceremony) ");"

/* One of everything, so that every table has a row: key b0 generated, certified, active; b1 erased; a CRL, a list, a rule. */
__attribute__((unused)) static void
chain_ceremonies(void)
{
	chain_do(OWNER, "INSERT INTO officer_role SELECT o.id, 'pki_officer', " ID("01") " FROM officer o WHERE o.id IN (" ID("13") ", " ID("14") ", " ID("15") ", " ID("16") ", " ID("17") ");"
																							    "UPDATE officer SET is_active = false WHERE id = " ID("13"));
	chain_do(PKI, KEY_ROW("b0", "document_signer") CEREMONY_KEY("c0", "generate", "14", "b0") CEREMONY_DECIDE("c0", "14", "approve", "15"));
	chain_do(SIGNER, "INSERT INTO ceremony_request (ceremony_id, request, sha256) VALUES (" IDC("c0") ", '{}', sha256('{}'))");
	chain_do(SIGNER, CEREMONY_EXECUTE("c0") GENERATED("b0", "c0"));
	chain_do(PKI, CEREMONY_KEY("c1", "certify", "15", "b0") CEREMONY_DECIDE("c1", "15", "approve", "16"));
	chain_do(SIGNER, CEREMONY_EXECUTE("c1") CERTIFICATE_OF("90", "b0", IDC("c1")));
	chain_do(PKI, CEREMONY_KEY("c2", "activate", "14", "b0") CEREMONY_DECIDE("c2", "14", "approve", "16"));
	chain_do(SIGNER, CEREMONY_EXECUTE("c2"));
	chain_do(SIGNER, "INSERT INTO signature_tally (certificate_id, made, recorded, from_at, to_at) VALUES (" IDC("90") ", 2, 2, now(), now())");
	chain_do(PKI, KEY_ROW("b1", "document_signer") CEREMONY_KEY("c3", "generate", "14", "b1") CEREMONY_DECIDE("c3", "14", "approve", "15"));
	chain_do(SIGNER, CEREMONY_EXECUTE("c3") GENERATED("b1", "c3"));
	chain_do(PKI, CEREMONY_KEY("c4", "certify", "14", "b1") CEREMONY_DECIDE("c4", "14", "approve", "15"));
	chain_do(SIGNER, CEREMONY_EXECUTE("c4") CERTIFICATE_OF("91", "b1", IDC("c4")));
	chain_do(SIGNER, "INSERT INTO key_retirement (signing_key_id, cause, at) VALUES (" IDC("b1") ", 'period', now())");
	chain_do(PKI, CEREMONY_REVOKE("c5", "14", IDC("91"), "superseded") CEREMONY_DECIDE("c5", "14", "approve", "15"));
	chain_do(SIGNER, CEREMONY_EXECUTE("c5") "INSERT INTO revocation (certificate_id, serial, cause, revoked_at, ceremony_id) VALUES (" IDC("91") ", '91', 'superseded', now(), " IDC("c5") ")");
	chain_do(PKI, CEREMONY_KEY("c6", "erase", "14", "b1") CEREMONY_DECIDE("c6", "14", "approve", "15"));
	chain_do(SIGNER, CEREMONY_EXECUTE("c6"));
	chain_do(PKI, CEREMONY_PLAIN("c7", "crl", "14") CEREMONY_DECIDE("c7", "14", "approve", "15"));
	chain_do(SIGNER, CEREMONY_EXECUTE("c7") "INSERT INTO crl (number, certificate_id, der, this_update, next_update, entries, ceremony_id) VALUES (1, " IDC("90") ", 'crl', now(), now() + interval '60 days', 1, " IDC("c7") ")");
	chain_do(PKI, CEREMONY_LIST("c8", "master_list", "14") CEREMONY_DECIDE("c8", "14", "approve", "15"));
	chain_do(SIGNER, CEREMONY_EXECUTE("c8") "INSERT INTO signed_list (kind, certificate_id, cms, signed_at, ceremony_id) VALUES ('master_list', " IDC("90") ", 'cms', now(), " IDC("c8") ")");
	chain_do(PKI, CEREMONY_PLAIN("c9", "rule", "14") CEREMONY_DECIDE("c9", "14", "approve", "15"));
	chain_do(SIGNER, CEREMONY_EXECUTE("c9") "INSERT INTO key_rule (kind, version, use_days, max_signatures, lead_days, ceremony_id) VALUES ('document_signer', 2, 92, 100000, 14, " IDC("c9") ")");
}

#endif
