/*
 * trusting.h - the trust store for SQL tests, as the PKI officers' program writes it.  Officers are those of ceremonies.h.  Of the space 2,
 * IDT("xx"): imports a0 accepted, a1 proposed; certificates 10 trusted, 11 confirmed by officer 14, 12 withdrawn, 13 in a1; CRL 20 held, 21 of the
 * day before; master list 30 held, 31 of the day before, 32 of the day after.
 */
#ifndef CATENA_TESTS_SQL_TRUSTING_H
#define CATENA_TESTS_SQL_TRUSTING_H

#include "tests/sql/ceremonies.h"

#define IDT(xx) "'00000000-0000-4000-8000-0000000002" xx "'"

#define TRUST_IMPORT(i, officer) \
	"INSERT INTO trust_import (id, officer_id, source, file_sha256, file_size) VALUES (" IDT(i) ", " ID(officer) ", 'embassy', sha256('" i "'), 1);" \
	"INSERT INTO trust_import_decision (trust_import_id, proposed_by, event, officer_id) VALUES (" IDT(i) ", " ID(officer) ", 'propose', " ID(officer) ");"
#define TRUST_ACCEPT(i, proposer, officer) \
	"INSERT INTO trust_import_decision (trust_import_id, proposed_by, event, officer_id, diff_sha256) VALUES (" IDT(i) ", " ID(proposer) ", 'accept', " ID(officer) ", sha256('x'));"
#define TRUST_OBJECT(o, kind, at, is_root, import) \
	"INSERT INTO trust_object (id, kind, der, country, name, at, is_root) VALUES (" IDT(o) ", '" kind "', '" o "', 'DE', 'x', '" at "', " is_root ");" \
	"INSERT INTO trust_find (trust_import_id, trust_object_id, position, place) VALUES (" IDT(import) ", " IDT(o) ", 0, 'file');"
#define TRUST_ENTER(o, kind, event, import, officer) \
	"INSERT INTO trust_decision (trust_object_id, kind, event, trust_import_id, officer_id) VALUES (" IDT(o) ", '" kind "', '" event "', " IDT(import) ", " ID(officer) ");"
#define TRUST_CONFIRM(o, officer, of) \
	"INSERT INTO trust_decision (trust_object_id, kind, event, officer_id, fingerprint, channel) VALUES (" IDT(o) ", 'certificate', 'confirm', " ID(officer) ", sha256('" of "'), 'letter');"
#define TRUST_DECIDE(o, event, officer) \
	"INSERT INTO trust_decision (trust_object_id, kind, event, officer_id, reason) VALUES (" IDT(o) ", 'certificate', '" event "', " ID(officer) ", 'because');"

/* After chain_ceremonies(). */
__attribute__((unused)) static void
chain_trust(void)
{
	chain_do(PKI, TRUST_IMPORT("a0", "14") TRUST_OBJECT("10", "certificate", "2020-01-01", "true", "a0") TRUST_OBJECT("11", "certificate", "2020-01-01", "true", "a0") TRUST_OBJECT("12", "certificate", "2020-01-01", "true", "a0"));
	chain_do(PKI, TRUST_OBJECT("20", "crl", "2026-01-02", "false", "a0") TRUST_OBJECT("21", "crl", "2026-01-01", "false", "a0") TRUST_OBJECT("30", "master_list", "2026-01-02", "false", "a0") TRUST_OBJECT("31", "master_list", "2026-01-01", "false", "a0") TRUST_OBJECT("32", "master_list", "2026-01-03", "false", "a0"));
	chain_do(PKI, TRUST_IMPORT("a1", "15") TRUST_OBJECT("13", "certificate", "2020-01-01", "true", "a1"));
	chain_do(PKI, TRUST_ACCEPT("a0", "14", "14") TRUST_ENTER("10", "certificate", "enter", "a0", "14") TRUST_ENTER("11", "certificate", "enter", "a0", "14") TRUST_ENTER("12", "certificate", "enter", "a0", "14"));
	chain_do(PKI, TRUST_ENTER("20", "crl", "hold", "a0", "14") TRUST_ENTER("30", "master_list", "hold", "a0", "14"));
	chain_do(PKI, TRUST_CONFIRM("10", "14", "10") TRUST_CONFIRM("10", "15", "10") TRUST_CONFIRM("11", "14", "11") TRUST_DECIDE("12", "withdraw", "14"));
	is(chain_ask("SELECT string_agg(right(subject_id::text, 2) || ' ' || state, ', ' ORDER BY subject_id) FROM current_state WHERE machine = 'trust'"),
		"10 trusted, 11 candidate, 12 withdrawn, 20 held, 30 held", "two officers make a root trusted, one does not");
	is(chain_ask("SELECT string_agg(right(id::text, 2), ' ' ORDER BY id) FROM trust_standing"), "10 11 12 20 30", "the store as it stands");
}

#endif
