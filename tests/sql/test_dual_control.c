/*
 * One officer alone can do none of the ceremonies.  For each kind, asked by officer 14, everything he could try with the database role of any
 * program in his hands; then what that program could try without any ceremony at all.
 */
#include "tests/sql/ceremonies.h"

static const struct kind {
	const char *name, *ceremony, *ask;
} kinds[] = {
	{ "generate", "d0", KEY_ROW("a0", "document_signer") CEREMONY_KEY("d0", "generate", "14", "a0") },
	{ "certify", "d1", CEREMONY_KEY("d1", "certify", "14", "b0") },
	{ "activate", "d2", CEREMONY_KEY("d2", "activate", "14", "b0") },
	{ "crl", "d3", CEREMONY_PLAIN("d3", "crl", "14") },
	{ "revoke", "d4", CEREMONY_REVOKE("d4", "14", IDC("90"), "compromise") },
	{ "retire", "d5", CEREMONY_KEY("d5", "retire", "14", "b0") },
	{ "erase", "d6", CEREMONY_KEY("d6", "erase", "14", "b0") },
	{ "rollover", "d7", KEY_ROW("a7", "csca") CEREMONY_KEY("d7", "rollover", "14", "a7") },
	{ "name_change", "d8", KEY_ROW("a8", "csca") CEREMONY_KEY("d8", "name_change", "14", "a8") },
	{ "master_list", "d9", CEREMONY_LIST("d9", "master_list", "14") },
	{ "deviation_list", "da", CEREMONY_LIST("da", "deviation_list", "14") },
	{ "rule", "db", CEREMONY_PLAIN("db", "rule", "14") },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* %s is the ceremony. */
#define OF "'00000000-0000-4000-8000-0000000001%s'"
#define DECIDE(asker, event, officer) \
	"INSERT INTO ceremony_decision (ceremony_id, asked_by, event, officer_id, reason) VALUES (" OF ", " ID(asker) ", '" event "', " ID(officer) ", 'alone')"
#define EXECUTE "INSERT INTO ceremony_execution (ceremony_id, at, result) VALUES (" OF ", now(), '{}')"

static const struct {
	const char *name;
	enum chain_role role;
	const char *sql;
	const char *state; /* SQLSTATE wanted; NULL: any error */
} alone[] = {
	{ "he approves his own", PKI, DECIDE("14", "approve", "14"), "23514" },
	{ "he approves and says another asked", PKI, DECIDE("15", "approve", "14"), "23503" },
	{ "he asks again, as if that were an approval", PKI, DECIDE("14", "ask", "14"), "CA001" },
	{ "he says that enough have approved", PKI, DECIDE("14", "suffice", "14"), "CA002" },
	{ "he says so in another's name", PKI, DECIDE("14", "suffice", "15"), "CA002" },
	{ "he approves as an officer who left", PKI, DECIDE("14", "approve", "13"), "CA002" },
	{ "he approves as an officer of another office", PKI, DECIDE("14", "approve", "18"), "CA002" },
	{ "he approves as nobody", PKI, DECIDE("14", "approve", "ff"), NULL },
	{ "he executes it as pkid", PKI, EXECUTE, "42501" },
	{ "he executes it as signd", SIGNER, EXECUTE, "CA001" },
	{ "he executes it as signd and gives the states himself", SIGNER,
		"INSERT INTO ceremony_execution (ceremony_id, at, result, from_state, to_state, seq) VALUES (" OF ", now(), '{}', 'approved', 'executed', 3)", "CA001" },
	{ "he founds it", SIGNER, "INSERT INTO ceremony_execution (ceremony_id, event, at, result) VALUES (" OF ", 'found', now(), '{}')", NULL },
	{ "he changes who asked", PKI, "UPDATE ceremony SET officer_id = " ID("15") " WHERE id = " OF, "42501" },
	{ "he sets its state", PKI, "UPDATE current_state SET state = 'approved' WHERE subject_id = " OF, "42501" },
	{ "he sets its state as signd", SIGNER, "UPDATE current_state SET state = 'approved' WHERE subject_id = " OF, "42501" },
	{ "he takes the rule away", SIGNER, "DELETE FROM ceremony_rule", "42501" },
	{ "he makes a rule out of it", SIGNER, "INSERT INTO ceremony_rule (kind, version, officers, ceremony_id) VALUES ('crl', 9, 2, " OF ")", "CA002" },
	{ "he approves as signd", SIGNER, DECIDE("14", "approve", "15"), "42501" },
	{ "he executes it as the civil registry", CIVIL, EXECUTE, "42501" },
	{ "he executes it as enrolment", ENROLMENT, EXECUTE, "42501" },
	{ "he executes it as issuing", ISSUANCE, EXECUTE, "42501" },
	{ "he executes it as inspection", INSPECTION, EXECUTE, "42501" },
	{ "he executes it as the reader", READER, EXECUTE, "42501" },
	{ "even the owner does not execute it", OWNER, EXECUTE, "CA001" },
	{ "even the owner does not approve it for him", OWNER, DECIDE("14", "approve", "14"), "23514" },
};

/* The statement with `value` at its %s. */
static void
fill(char *out, size_t size, const char *sql, const char *value)
{
	const char *at = strstr(sql, "%s");

	if (at == NULL)
		snprintf(out, size, "%s", sql);
	else
		snprintf(out, size, "%.*s%s%s", (int)(at - sql), sql, value, at + 2);
}

static bool
is_refused(enum chain_role role, const char *sql, const char *state)
{
	const char *message = "", *got;
	bool good;

	chain_try_on(chain_as[role], "BEGIN", NULL);
	got = chain_try_on(chain_as[role], sql, &message);
	good = got[0] != '\0' && (state == NULL || strcmp(got, state) == 0);
	if (!good)
		printf("# %s: %s %s, wanted %s\n# %s\n", chain_roles[role], got[0] != '\0' ? got : "DONE", message, state != NULL ? state : "an error", sql);
	chain_try_on(chain_as[role], "ROLLBACK", NULL);
	return good;
}

static void
test_kind(const struct kind *k)
{
	unsigned refused = 0;
	const unsigned n = sizeof(alone) / sizeof(alone[0]);
	char sql[700];

	chain_do(PKI, k->ask);
	for (unsigned i = 0; i < n; i++) {
		fill(sql, sizeof(sql), alone[i].sql, k->ceremony);
		if (is_refused(alone[i].role, sql, alone[i].state))
			refused++;
		else
			printf("# %s: %s\n", k->name, alone[i].name);
	}
	ok(refused == n, "%s: one officer alone fails in %u ways", k->name, n);
}

/* With a rule of three, one who approves twice is still one; and the one who asked is none of those who approve. */
static void
test_twice(void)
{
	chain_do(OWNER, "INSERT INTO ceremony_rule (kind, version, officers) SELECT kind, max(version) + 1, 3 FROM ceremony_rule GROUP BY kind");
	for (unsigned i = 0; i < KINDS; i++) {
		char sql[400];

		snprintf(sql, sizeof(sql), DECIDE("14", "approve", "15"), kinds[i].ceremony);
		chain_do(PKI, sql);
		ok(is_refused(PKI, sql, "23505"), "%s: nobody approves twice", kinds[i].name);
		snprintf(sql, sizeof(sql), DECIDE("14", "suffice", "15"), kinds[i].ceremony);
		ok(is_refused(PKI, sql, "CA002"), "%s: two are not three", kinds[i].name);
		snprintf(sql, sizeof(sql), EXECUTE, kinds[i].ceremony);
		ok(is_refused(SIGNER, sql, "CA001"), "%s: nor is it executed with two", kinds[i].name);
	}
	is(chain_ask("SELECT count(*) FROM current_state WHERE machine = 'ceremony' AND state = 'asked'"), "12", "all twelve wait");
}

/* Approved under a rule of two, then the rule became three: who executes meets the new one. */
static void
test_rule_grows(void)
{
	chain_do(OWNER, "INSERT INTO ceremony_rule (kind, version, officers) VALUES ('crl', 90, 2)");
	chain_do(PKI, CEREMONY_PLAIN("e0", "crl", "14") CEREMONY_DECIDE("e0", "14", "approve", "15"));
	chain_do(OWNER, "INSERT INTO ceremony_rule (kind, version, officers) VALUES ('crl', 91, 3)");
	ok(is_refused(SIGNER, CEREMONY_EXECUTE("e0"), "CA002"), "a rule that grew holds for what was approved before");
	chain_do(OWNER, "INSERT INTO ceremony_rule (kind, version, officers) VALUES ('crl', 92, 2)");
	ok(is_refused(OWNER, "INSERT INTO ceremony_rule (kind, version, officers) VALUES ('crl', 93, 1)", "23514"), "no rule of one officer, not even by the owner");
	chain_do(PKI, CEREMONY_OF("e1", "crl", "14", "NULL", "NULL", "{}", "NULL") CEREMONY_DECIDE("e1", "14", "ask", "14") CEREMONY_DECIDE("e1", "14", "approve", "16"));
	chain_do(SIGNER, CEREMONY_EXECUTE("e1"));
	ok(is_refused(SIGNER, CEREMONY_EXECUTE("e1"), "CA001"), "what is executed is not executed again");
}

/* Around the ceremonies: what they leave behind, written without one, with an old one, with one of another kind. */
static const struct {
	const char *name, *sql;
} outcomes[] = {
	{ "a key generated", "INSERT INTO key_generation (signing_key_id, spki, ceremony_id) VALUES (" IDC("a0") ", 'own', %s)" },
	{ "a certificate", "INSERT INTO certificate (id, signing_key_id, der, sha256, not_before, not_after, use_until, ceremony_id)"
			   " VALUES (" IDC("9f") ", " IDC("b0") ", 'own', sha256('own'), now(), now(), now(), %s)" },
	{ "a revocation", "INSERT INTO revocation (certificate_id, serial, cause, revoked_at, ceremony_id) VALUES (" IDC("90") ", '1', 'error', now(), %s)" },
	{ "a CRL", "INSERT INTO crl (number, certificate_id, der, this_update, next_update, entries, ceremony_id)"
		   " VALUES (9, " IDC("90") ", 'own', now(), now() + interval '9 days', 0, %s)" },
	{ "a list", "INSERT INTO signed_list (kind, certificate_id, cms, signed_at, ceremony_id) VALUES ('master_list', " IDC("90") ", 'own', now(), %s)" },
	{ "a rule of ceremonies", "INSERT INTO ceremony_rule (kind, version, officers, ceremony_id) VALUES ('crl', 99, 2, %s)" },
	{ "a rule of keys", "INSERT INTO key_rule (kind, version, use_days, max_signatures, lead_days, ceremony_id) VALUES ('ledger', 99, 9, 9, 9, %s)" },
};

static void
test_outcomes(void)
{
	/* c6 was an erasure, executed long ago */
	static const char *const cited[] = { "NULL", IDC("c6"), IDC("c0"), IDC("d3"), "gen_random_uuid()" };
	char sql[500], together[900];

	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		unsigned refused = 0, n = 0;

		for (size_t k = 0; k < sizeof(cited) / sizeof(cited[0]); k++)
			for (enum chain_role role = CIVIL; role < NROLE; role++, n++) {
				fill(sql, sizeof(sql), outcomes[i].sql, cited[k]);
				refused += is_refused(role, sql, NULL);
			}
		ok(refused == n, "%s: no role writes it without its ceremony (%u tries)", outcomes[i].name, n);
		/* in the very transaction of a ceremony of another kind */
		fill(sql, sizeof(sql), outcomes[i].sql, IDC("e2"));
		snprintf(together, sizeof(together), CEREMONY_EXECUTE("e2") "%s", sql);
		ok(is_refused(SIGNER, together, "CA002"), "%s: nor under a ceremony of another kind", outcomes[i].name);
	}
}

static const struct {
	const char *name;
	enum chain_role role;
	const char *sql, *state;
} around[] = {
	{ "pkid founds", PKI, "INSERT INTO ceremony (id, kind, parameters, reason) VALUES (" IDC("ee") ", 'founding', '{}', 'x')", "CA003" },
	{ "signd founds", SIGNER, "INSERT INTO ceremony (id, kind, parameters, reason) VALUES (" IDC("ee") ", 'founding', '{}', 'x')", "42501" },
	{ "a ceremony asked by nobody", PKI, "INSERT INTO ceremony (id, kind, parameters, reason) VALUES (" IDC("ee") ", 'crl', '{}', 'x')", "23514" },
	{ "a founding ceremony asked by an officer", OWNER, "INSERT INTO ceremony (id, kind, officer_id, parameters, reason) VALUES (" IDC("ee") ", 'founding', " ID("14") ", '{}', 'x')", "23514" },
	{ "a ceremony without a reason", PKI, "INSERT INTO ceremony (id, kind, officer_id, parameters, reason) VALUES (" IDC("ee") ", 'crl', " ID("14") ", '{}', '')", "23514" },
	{ "an erasure of no key", PKI, "INSERT INTO ceremony (id, kind, officer_id, parameters, reason) VALUES (" IDC("ee") ", 'erase', " ID("14") ", '{}', 'x')", "23514" },
	{ "a revocation of no certificate", PKI, "INSERT INTO ceremony (id, kind, officer_id, parameters, reason) VALUES (" IDC("ee") ", 'revoke', " ID("14") ", '{}', 'x')", "23514" },
	{ "a master list without content", PKI, "INSERT INTO ceremony (id, kind, officer_id, parameters, reason) VALUES (" IDC("ee") ", 'master_list', " ID("14") ", '{}', 'x')", "23514" },
	{ "an officer of another office asks", PKI, CEREMONY_PLAIN("ee", "crl", "18"), "CA002" },
	{ "a refusal without a reason", PKI, "INSERT INTO ceremony_decision (ceremony_id, asked_by, event, officer_id) VALUES (" IDC("d3") ", " ID("14") ", 'refuse', " ID("15") ")", "23514" },
	{ "another cancels", PKI, CEREMONY_DECIDE("d3", "14", "cancel", "15"), "23514" },
	{ "pkid moves a key", PKI, "INSERT INTO key_event (signing_key_id, event) VALUES (" IDC("b0") ", 'retire')", "42501" },
	{ "signd moves a key", SIGNER, "INSERT INTO key_event (signing_key_id, event) VALUES (" IDC("a0") ", 'approve')", "42501" },
	{ "pkid adopts a key", PKI, KEY_ROW("ef", "document_signer") "INSERT INTO key_event (signing_key_id, event) VALUES (" IDC("ef") ", 'adopt')", "42501" },
	{ "signd adds a key", SIGNER, KEY_ROW("ef", "document_signer"), "42501" },
	{ "a retired key is put to use by its retirement", SIGNER, "INSERT INTO key_retirement (signing_key_id, cause, at) VALUES (" IDC("a0") ", 'period', now())", "CA001" },
	{ "a CRL for 91 days", OWNER, "INSERT INTO crl (number, certificate_id, der, this_update, next_update, entries, ceremony_id) VALUES (9, " IDC("90") ", 'x', now(), now() + interval '91 days', 0, " IDC("c7") ")", NULL },
	{ "a serial number used twice", SIGNER, CEREMONY_EXECUTE("e3") CERTIFICATE_OF("9e", "b0", IDC("e3")) "INSERT INTO certificate (id, signing_key_id, der, sha256, not_before, not_after, use_until, serial, ceremony_id) VALUES (" IDC("9d") ", " IDC("b0") ", 'y', sha256('y'), now(), now(), now(), '90', " IDC("e3") ")", "23505" },
	{ "a request whose digest is another", SIGNER, "INSERT INTO ceremony_request (ceremony_id, request, sha256) VALUES (" IDC("d3") ", '{}', sha256('x'))", "23514" },
	{ "an approval that lapsed", SIGNER, CEREMONY_EXECUTE("e4"), "CA002" },
	{ "a time that has not come", SIGNER, CEREMONY_EXECUTE("e5"), "CA002" },
};

static void
test_around(void)
{
	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++)
		ok(is_refused(around[i].role, around[i].sql, around[i].state), "refuses: %s", around[i].name);
}

int
main(void)
{
	if (!chain_start())
		return done_testing();
	chain_ceremonies();
	for (unsigned i = 0; i < KINDS; i++)
		test_kind(&kinds[i]);
	/* what the tests around need: approved and never executed */
	chain_do(PKI, CEREMONY_KEY("e2", "retire", "14", "b0") CEREMONY_DECIDE("e2", "14", "approve", "15"));
	chain_do(PKI, CEREMONY_KEY("e3", "certify", "14", "b0") CEREMONY_DECIDE("e3", "14", "approve", "15"));
	chain_do(PKI, "INSERT INTO ceremony (id, kind, officer_id, parameters, reason, not_after) VALUES (" IDC("e4") ", 'crl', " ID("14") ", '{}', 'x', now() - interval '1 s');" CEREMONY_DECIDE("e4", "14", "ask", "14") CEREMONY_DECIDE("e4", "14", "approve", "15"));
	chain_do(PKI, "INSERT INTO ceremony (id, kind, officer_id, parameters, reason, not_before) VALUES (" IDC("e5") ", 'crl', " ID("14") ", '{}', 'x', now() + interval '1 hour');" CEREMONY_DECIDE("e5", "14", "ask", "14") CEREMONY_DECIDE("e5", "14", "approve", "15"));
	test_outcomes();
	test_around();
	test_twice();
	test_rule_grows();
	chain_stop();
	return done_testing();
}
