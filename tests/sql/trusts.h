/*
 * trusts.h - the trust store for SQL tests, each step as the role of the program that does it.  Officers as in ceremonies.h; imports are
 * IDT("0x"), the octets of an object are a word.
 */
#ifndef CATENA_TESTS_SQL_TRUSTS_H
#define CATENA_TESTS_SQL_TRUSTS_H

#include "tests/sql/ceremonies.h"

#define IDT(xx) "'00000000-0000-4000-8000-0000000002" xx "'"

#define TRUST_FILE(word) "INSERT INTO trust_file (sha256, content) VALUES (sha256('" word "'), '" word "') ON CONFLICT DO NOTHING;"
#define TRUST_IMPORT(i, officer, word) \
	TRUST_FILE(word) \
	"INSERT INTO trust_import (id, officer_id, source, file_sha256, summary) VALUES (" IDT(i) ", " ID(officer) ", 'by courier', sha256('" word "'), '{}');"
#define TRUST_OBJECT(kind, word, country, from, root) \
	"INSERT INTO trust_object (sha256, kind, der, country, subject, authority, valid_from, is_root, departures) VALUES (sha256('" word "'), '" kind "', '" word "', '" country "', 'CSCA', '', '" from "', " root ", 0) ON CONFLICT DO NOTHING;"
#define TRUST_ITEM(i, position, word, change, issuer, verified, taken, why) \
	"INSERT INTO trust_import_item (import_id, position, sha256, change, place, issuer, is_verified, is_taken, why) VALUES (" IDT(i) ", " position ", sha256('" word "'), '" change "', 'here', '" issuer "', " verified ", " taken ", " why ");"
#define TRUST_DECIDE_IMPORT(i, proposer, event, officer) \
	"INSERT INTO trust_import_decision (import_id, proposed_by, event, officer_id, reason) VALUES (" IDT(i) ", " ID(proposer) ", '" event "', " ID(officer) ", 'because');"
/* A proposal of one object; the second part goes on in the same transaction. */
#define TRUST_PROPOSE(i, officer, kind, word, country, from, root, verified) \
	"BEGIN;" TRUST_IMPORT(i, officer, word) TRUST_OBJECT(kind, word, country, from, root) TRUST_ITEM(i, "0", word, "new", "self", verified, "true", "NULL") TRUST_DECIDE_IMPORT(i, officer, "propose", officer) "COMMIT;"
#define TRUST_DECIDE(word, event, officer) \
	"INSERT INTO trust_decision (certificate_id, event, officer_id, statement, fingerprint) SELECT id, '" event "', " ID(officer) ", 'asked the embassy'," \
																      " CASE '" event "' WHEN 'confirm' THEN sha256 END FROM trust_certificate WHERE sha256 = sha256('" word "');"

/* One of everything: a certificate that two have confirmed, a master list. */
__attribute__((unused)) static void
chain_trust(void)
{
	chain_do(PKI, TRUST_PROPOSE("01", "14", "certificate", "root A", "DE", "2020-01-01", "true", "true"));
	chain_do(PKI, TRUST_DECIDE_IMPORT("01", "14", "accept", "15"));
	chain_do(PKI, TRUST_DECIDE("root A", "confirm", "14"));
	chain_do(PKI, TRUST_DECIDE("root A", "confirm", "16"));
	chain_do(PKI, TRUST_PROPOSE("02", "14", "master_list", "list 2", "DE", "2026-02-01", "false", "true"));
	chain_do(PKI, TRUST_DECIDE_IMPORT("02", "14", "accept", "15"));
}

#endif
