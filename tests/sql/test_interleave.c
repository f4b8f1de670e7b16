/* Two sessions that do the same thing at once: exactly one wins, whoever commits first; and if the first gives up, the second does it. */
#include <poll.h>

#include "tests/sql/chain.h"

struct collision {
	const char *name;
	enum chain_role first_role, second_role;
	const char *first, *second;
	const char *state; /* what the second gets when the first commits; "": both may happen */
	const char *count; /* how many there are afterwards, wanted "1" */
};

static void
begin(PGconn *pg)
{
	if (chain_try_on(pg, "BEGIN", NULL)[0] != 0)
		bail_out("BEGIN");
}

/* True when the answer is there within `ms`. */
static bool
answers(PGconn *pg, int ms)
{
	struct pollfd p = { .fd = PQsocket(pg), .events = POLLIN };

	while (PQisBusy(pg)) {
		if (poll(&p, 1, ms) != 1)
			return false;
		PQconsumeInput(pg);
	}
	return true;
}

/* SQLSTATE of the statement that was sent; "" when it succeeded. */
static const char *
outcome(PGconn *pg)
{
	static char state[8];
	PGresult *r;

	state[0] = 0;
	while ((r = PQgetResult(pg)) != NULL) {
		if (PQresultStatus(r) == PGRES_FATAL_ERROR)
			snprintf(state, sizeof(state), "%s", PQresultErrorField(r, PG_DIAG_SQLSTATE));
		PQclear(r);
	}
	return state;
}

static void
collide(const struct collision *c, bool first_commits)
{
	PGconn *a = chain_connect(c->first_role), *b = chain_connect(c->second_role);
	const char *got, *message;
	bool waited;

	begin(a);
	begin(b);
	if ((got = chain_try_on(a, c->first, &message))[0] != 0)
		bail_out("%s: %s %s", c->name, got, message);
	PQsendQuery(b, c->second);
	waited = !answers(b, 150);
	PQclear(PQexec(a, first_commits ? "COMMIT" : "ROLLBACK"));
	if (!answers(b, 5000))
		bail_out("%s: the second waits for ever", c->name);
	got = outcome(b);
	PQclear(PQexec(b, got[0] == 0 && first_commits ? "COMMIT" : "ROLLBACK"));
	if (first_commits) {
		ok(waited && strcmp(got, c->state) == 0, "%s: the second waits, then %s", c->name, c->state[0] != 0 ? "is refused" : "may");
		if (strcmp(got, c->state) != 0)
			printf("# got %s, wanted %s%s\n", got, c->state, waited ? "" : ", and did not wait");
		if (c->count != NULL)
			is(chain_ask(c->count), "1", "and there is one");
	} else {
		ok(waited && got[0] == 0, "%s: when the first gives up, the second may", c->name);
		if (got[0] != 0)
			printf("# %s\n", got);
	}
	PQfinish(a);
	PQfinish(b);
}

#define SAME(role, sql) role, role, sql, sql

static const struct collision validated = { "double validation", SAME(CIVIL, CHAIN_BIRTH_VALIDATED("1")), "CA001",
	"SELECT count(*) FROM act_decision WHERE event = 'validate'" };
static const struct collision registered = { "double registration", CIVIL, CIVIL, CHAIN_BIRTH_REGISTERED("1"),
	"INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("31") ", " ID("11") ", " ID("41") ", 'register', " ID("12") ")",
	"CA001", "SELECT count(*) FROM act_registration" };
static const struct collision series = { "the same number of a series", SAME(CIVIL, "INSERT INTO act_series AS t VALUES (" ID("01") ", 'birth', 2021, 1) ON CONFLICT (office_id, kind, year) DO UPDATE SET last = t.last + 1"), "",
	"SELECT count(*) FROM act_series WHERE last = 2" };
static const struct collision uin = { "two UINs for one person", ENROLMENT, ENROLMENT, CHAIN_UIN("1"),
	"INSERT INTO person_uin VALUES (" ID("21") ", '299999999999')", "23505", "SELECT count(*) FROM person_uin" };
static const struct collision verified = { "double verification", SAME(ENROLMENT, "INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id) VALUES (" ID("72") ", " ID("13") ", 'verify', " ID("15") ")"), "CA001",
	"SELECT count(*) FROM enrolment_decision WHERE event = 'verify' AND enrolment_id = " ID("72") };
#define EXAMINE_2     "INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id, proposal) VALUES (" ID("72") ", " ID("13") ", 'examine', " ID("14") ", '{}')"
#define EVIDENCE_2(n) "INSERT INTO evidence (id, enrolment_id, person_id, kind, guardian_person_id, officer_id) VALUES (" ID(n) ", " ID("72") ", " ID("22") ", 'guardian', " ID("21") ", " ID("13") ")"
static const struct collision evidence_then_examine = { "evidence, then the examination", ENROLMENT, ENROLMENT, EVIDENCE_2("8d"), EXAMINE_2, "", NULL };
static const struct collision examine_then_evidence = { "an examination, then evidence", ENROLMENT, ENROLMENT, EXAMINE_2, EVIDENCE_2("8e"), "CA001",
	"SELECT count(*) FROM enrolment_decision WHERE event = 'examine' AND enrolment_id = " ID("72") };
static const struct collision approved = { "double approval", ISSUANCE, ISSUANCE, CHAIN_APPROVED("1"),
	"INSERT INTO application_decision (application_id, taken_by, event, officer_id) VALUES (" ID("c1") ", " ID("16") ", 'approve', " ID("19") ")", "CA001",
	"SELECT count(*) FROM application_decision WHERE event = 'approve'" };
static const struct collision refused = { "approval and refusal", ISSUANCE, ISSUANCE,
	"INSERT INTO application_decision (application_id, taken_by, event, officer_id) VALUES (" ID("c2") ", " ID("16") ", 'approve', " ID("17") ")",
	"INSERT INTO application_decision (application_id, taken_by, event, officer_id, reason) VALUES (" ID("c2") ", " ID("16") ", 'refuse', " ID("19") ", 'no')", "CA001",
	"SELECT count(*) FROM application_decision WHERE event IN ('approve', 'refuse') AND application_id = " ID("c2") };
static const struct collision produced = { "double production", ISSUANCE, ISSUANCE, CHAIN_PRODUCED("1"),
	"INSERT INTO application_decision (application_id, taken_by, event, officer_id) VALUES (" ID("c1") ", " ID("16") ", 'produce', " ID("18") ")", "CA001",
	"SELECT count(*) FROM application_decision WHERE event = 'produce'" };
static const struct collision document = { "two documents of one production", ISSUANCE, ISSUANCE, CHAIN_DOCUMENT("1"),
	CHAIN_DOCUMENT_COLUMNS CHAIN_DOCUMENT_VALUES("ee", "U99999999", "c1", "21", "b1", "d1", "f1"), "23505", "SELECT count(*) FROM document" };
static const struct collision signed_twice = { "double signature", SAME(SIGNER, CHAIN_SIGNED("1")), "23505", "SELECT count(*) FROM document_signature" };
static const struct collision answer = { "the same Idempotency-Key", SAME(CIVIL, "INSERT INTO idempotency VALUES (" ID("02") ", " ID("11") ", 'r', sha256('x'), 201, 'x')"), "23505", "SELECT count(*) FROM idempotency" };

/* Entries of paper registers: imported at two desks, promoted by two registrars, a scan that comes while the entry is proposed. */
#define ENTRY(id) \
	"INSERT INTO legacy_act (id, office_id, kind, register, volume, page, entry, grade, original, officer_id) VALUES (" ID(id) ", " ID("01") ", 'birth', 'B', '7', '1', '1', 'original_register', '{}', " ID("11") ")"
#define PROPOSE "INSERT INTO legacy_act_decision (legacy_act_id, imported_by, event, officer_id, proposal) VALUES (" ID("0c") ", " ID("11") ", 'propose', " ID("13") ", '{\"a\":1}')"
#define PROMOTE(act, version, officer) \
	"INSERT INTO act (id, kind, office_id, officer_id) VALUES (" ID(act) ", 'birth', " ID("01") ", " ID("13") ");" \
														  "INSERT INTO act_version (id, act_id, version, officer_id, content) VALUES (" ID(version) ", " ID(act) ", 1, " ID("13") ", '{\"a\":1}');" \
																													  "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID(act) ", " ID("13") ", " ID(version) ", 'declare', " ID("13") ");" \
																																																       "INSERT INTO legacy_act_decision (legacy_act_id, imported_by, event, officer_id, image_id, compared, act_id) VALUES (" ID("0c") ", " ID("11") ", 'promote', " ID(officer) ", " ID("0d") ", '{/a}', " ID(act) ")"
#define SCAN "INSERT INTO legacy_image (id, legacy_act_id, media_type, size, sha256, sealed_sha256, officer_id) VALUES (" ID("0e") ", " ID("0c") ", 'image/png', 1, sha256('x'), sha256('y'), " ID("11") ")"
static const struct collision imported = { "one entry at two desks", CIVIL, CIVIL, ENTRY("2d"), ENTRY("2e"), "23505", "SELECT count(*) FROM legacy_act WHERE volume = '7'" };
static const struct collision scan_then_proposal = { "a scan, then the proposal", CIVIL, CIVIL, SCAN, PROPOSE, "", NULL };
static const struct collision proposal_then_scan = { "a proposal, then a scan", CIVIL, CIVIL, PROPOSE, SCAN, "CA001", "SELECT count(*) FROM legacy_act_decision WHERE event = 'propose'" };
static const struct collision promoted = { "two promotions of one entry", CIVIL, CIVIL, PROMOTE("3a", "4a", "12"), PROMOTE("3b", "4b", "19"), "CA001",
	"SELECT count(*) FROM act WHERE id IN (" ID("3a") ", " ID("3b") ")" };

#define DOCUMENT_3 CHAIN_DOCUMENT_COLUMNS CHAIN_DOCUMENT_VALUES("e3", "U00000003", "c3", "22", "b2", "d3", "f3")
#define REVOKE     "INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id, reason) VALUES (" ID("72") ", " ID("13") ", 'revoke', " ID("15") ", 'fraud')"
#define STOP       "INSERT INTO person_stop (id, person_id, kind, reference, officer_id) VALUES (" ID("05") ", " ID("22") ", 'court', 'R', " ID("17") ")"
static const struct collision document_then_stop = { "a document, then a stop of its holder", ISSUANCE, ISSUANCE, DOCUMENT_3, STOP, "", NULL };
static const struct collision stop_then_document = { "a stop, then a document", ISSUANCE, ISSUANCE, STOP, DOCUMENT_3, "CA002", NULL };
static const struct collision document_then_revoke = { "a document, then the revocation of its identity", ISSUANCE, ENROLMENT, DOCUMENT_3, REVOKE, "", NULL };
static const struct collision revoke_then_document = { "the revocation of an identity, then a document", ENROLMENT, ISSUANCE, REVOKE, DOCUMENT_3, "CA002",
	"SELECT count(*) FROM document" };

/* Deaths 33 and 34 of person 22, marriages 35 and 36 of person 22: declared and validated in two offices. */
#define OTHER_ACT(n, kind) \
	"INSERT INTO act VALUES (" ID("3" n) ", '" kind "', " ID("01") ", " ID("11") ");" \
										     "INSERT INTO act_version (id, act_id, version, officer_id, content) VALUES (" ID("4" n) ", " ID("3" n) ", 1, " ID("11") ", '{}');" \
																									     "INSERT INTO act_party (act_version_id, role, person_id, confidence, primary_name) VALUES (" ID("4" n) ", 'spouse_1', " ID("22") ", 'proved', 'Eriksson');" \
																																									      "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("3" n) ", " ID("11") ", " ID("4" n) ", 'declare', " ID("11") ");" CHAIN_BIRTH_VALIDATED(n)
#define OTHER_REGISTERED(n, kind) \
	"INSERT INTO act_decision (id, act_id, declared_by, act_version_id, event, officer_id) VALUES (" ID("5" n) ", " ID("3" n) ", " ID("11") ", " ID("4" n) ", 'register', " ID("12") ");" \
																							 "INSERT INTO act_registration (id, act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id)" \
																							 " VALUES (" ID("6" n) ", " ID("3" n) ", " ID("5" n) ", " ID("4" n) ", " ID("22") ", " ID("01") ", '" kind "', 2020, " n ", 'O" n "', " ID("12") ");"
static const struct collision died_twice = { "two deaths of one person", CIVIL, CIVIL, OTHER_REGISTERED("3", "death"), OTHER_REGISTERED("4", "death"), "CA002",
	"SELECT count(*) FROM act_registration WHERE kind = 'death'" };
static const struct collision married_twice = { "two marriages of one person", CIVIL, CIVIL, OTHER_REGISTERED("5", "marriage"), OTHER_REGISTERED("6", "marriage"), "CA002",
	"SELECT count(*) FROM act_registration WHERE kind = 'marriage'" };
#define DECIDE_CORRECTION(event, officer, reason) \
	"INSERT INTO act_correction_decision (correction_id, proposed_by, event, officer_id, reason) VALUES (" ID("12") ", " ID("12") ", '" event "', " ID(officer) ", " reason ")"
static const struct collision accepted_twice = { "a correction accepted and refused", CIVIL, CIVIL, DECIDE_CORRECTION("accept", "11", "NULL"),
	DECIDE_CORRECTION("refuse", "13", "'no'"), "CA001", "SELECT count(*) FROM act_correction_decision WHERE event IN ('accept', 'refuse')" };

/* signd holds what it has read until it commits; and waits for who came first, to read what then is. */
#define HOLD     "SELECT signing_hold(ARRAY[" ID("e1") "]::uuid[])"
#define WHOLE    "SELECT * FROM signing_hold_whole(ARRAY[" ID("e1") "]::uuid[])"
#define SPOIL    "INSERT INTO document_decision (document_id, event, officer_id, reason) VALUES (" ID("e1") ", 'spoil', " ID("18") ", 'misprint')"
#define AGAIN    "INSERT INTO application_decision (application_id, taken_by, event, officer_id) VALUES (" ID("c1") ", " ID("16") ", 'reproduce', " ID("18") ")"
#define ANNUL    "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id, reason) VALUES (" ID("31") ", " ID("11") ", " ID("41") ", 'annul', " ID("12") ", 'no such birth')"
#define REVOKE_1 "INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id, reason) VALUES (" ID("71") ", " ID("13") ", 'revoke', " ID("15") ", 'fraud')"
#define STOP_1   "INSERT INTO person_stop (id, person_id, kind, reference, officer_id) VALUES (" ID("06") ", " ID("21") ", 'court', 'R', " ID("17") ")"

static void
test_signing_holds(void)
{
	static const struct {
		const char *what, *sql;
		enum chain_role role;
	} changes[] = {
		{ "the spoiling of the document", SPOIL, ISSUANCE },
		{ "another booklet for the application", AGAIN, ISSUANCE },
		{ "the annulment of the act", ANNUL, CIVIL },
		{ "the revocation of the identity", REVOKE_1, ENROLMENT },
		{ "a stop of the holder", STOP_1, ISSUANCE },
	};
	PGresult *whole;

	for (size_t i = 0; i < 2 * sizeof(changes) / sizeof(changes[0]); i++) {
		const char *hold = i % 2 == 0 ? HOLD : WHOLE, *sql = changes[i / 2].sql;
		char name[2][120];
		struct collision before = { name[0], SIGNER, changes[i / 2].role, hold, sql, "", NULL };
		struct collision after = { name[1], changes[i / 2].role, SIGNER, sql, hold, "", NULL };

		snprintf(name[0], sizeof(name[0]), "a signature under way, then %s", changes[i / 2].what);
		snprintf(name[1], sizeof(name[1]), "%s, then a signature", changes[i / 2].what);
		collide(&before, false);
		collide(&after, false);
	}
	whole = PQexec(chain_as[SIGNER], WHOLE);
	ok(PQntuples(whole) == 1, "a whole descent is found whole");
	PQclear(whole);
	for (int role = 0; role < NROLE; role++)
		if (role != OWNER && role != SIGNER)
			ok(strcmp(chain_try_on(chain_as[role], HOLD, NULL), "42501") == 0 && strcmp(chain_try_on(chain_as[role], WHOLE, NULL), "42501") == 0, "%s may not hold documents", chain_roles[role]);
}

/* Prepared applications e5, e6 and e7 at the passport office e9, which has one desk for two times. */
#define PREPARED(id) \
	"INSERT INTO prepared_application (id, code_sha256, holder_sha256, document_type, reason, office_id, is_urgent) VALUES (" ID(id) ", sha256('" id "'), sha256('h'), 'PP', 'first', " ID("e9") ", false);"
#define BOOK(id, minutes) \
	"INSERT INTO appointment (id, prepared_id, opening_id, starts_at, desk, turn, attempt) SELECT gen_random_uuid(), " ID(id) ", id, starts_at + interval '" minutes " minutes', 0, 0, 0 FROM appointment_opening"
#define CLOSE        "INSERT INTO appointment_closing (id, opening_id, reason, officer_id) VALUES (gen_random_uuid(), " ID("e8") ", 'snow', " ID("17") ")"
#define WITHDRAW(id) "INSERT INTO prepared_ending (id, prepared_id) VALUES (gen_random_uuid(), " ID(id) ")"
static const struct collision booked = { "one desk for two who book", ISSUANCE, ISSUANCE, BOOK("e5", "0"), BOOK("e6", "0"), "CA001", "SELECT count(*) FROM standing_appointment" };
static const struct collision booked_twice = { "two appointments by one code", ISSUANCE, ISSUANCE, BOOK("e7", "30"), BOOK("e7", "30"), "CA001",
	"SELECT count(*) FROM standing_appointment WHERE prepared_id = " ID("e7") };
static const struct collision cancelled_then_booked = { "a desk that becomes free", ISSUANCE, ISSUANCE,
	"INSERT INTO appointment_ending (appointment_id, event) SELECT id, 'cancel' FROM standing_appointment WHERE prepared_id = " ID("e5"),
	"INSERT INTO appointment_ending (appointment_id, event) SELECT id, 'cancel' FROM standing_appointment WHERE prepared_id = " ID("e5"), "23505",
	"SELECT count(*) FROM appointment_ending WHERE event = 'cancel'" };
static const struct collision booked_then_closed = { "an appointment, then the closing of its time", ISSUANCE, ISSUANCE, BOOK("e6", "0"), CLOSE, "", NULL };
static const struct collision closed_then_booked = { "the closing, then an appointment", ISSUANCE, ISSUANCE, CLOSE, BOOK("e6", "0"), "CA001", "SELECT count(*) FROM appointment_closing" };
static const struct collision withdrawn = { "two endings of one code", SAME(ISSUANCE, WITHDRAW("e5")), "23505", "SELECT count(*) FROM prepared_ending" };

static void
test_appointments(void)
{
	chain_do(OWNER, "INSERT INTO office (id, code, name, kind) VALUES (" ID("e9") ", 'PX', 'PX', 'passport'); INSERT INTO officer_role VALUES (" ID("17") ", 'passport_supervisor', " ID("e9") ")");
	chain_do(ISSUANCE, PREPARED("e5") PREPARED("e6") PREPARED("e7"));
	chain_do(ISSUANCE, "INSERT INTO appointment_opening (id, office_id, starts_at, ends_at, minutes, desks, officer_id) VALUES (" ID("e8") ", " ID("e9") ","
																			     " now() + interval '50 hours', now() + interval '51 hours', 30, 1, " ID("17") ")");
	collide(&booked, false);
	collide(&booked, true);
	collide(&booked_twice, false);
	collide(&booked_twice, true);
	collide(&cancelled_then_booked, true);
	is(chain_ask("SELECT string_agg(desk || ' ' || turn, ',' ORDER BY turn) FROM appointment WHERE starts_at = (SELECT starts_at FROM appointment_opening)"), "1 1", "the desk was given once");
	collide(&closed_then_booked, false);
	chain_do(ISSUANCE, BOOK("e6", "0"));
	is(chain_ask("SELECT string_agg(desk || ' ' || turn, ',' ORDER BY turn) FROM appointment WHERE starts_at = (SELECT starts_at FROM appointment_opening)"), "1 1,1 2", "and again when it was free");
	chain_do(ISSUANCE, "INSERT INTO appointment_ending (appointment_id, event) SELECT id, 'cancel' FROM standing_appointment WHERE prepared_id = " ID("e6"));
	collide(&booked_then_closed, true);
	is(chain_ask("SELECT count(*) FROM standing_appointment"), "0", "what was booked before the closing is closed with it");
	ok(strcmp(chain_try_on(chain_as[ISSUANCE], BOOK("e5", "0"), NULL), "CA001") == 0, "refuses: an appointment of what is closed");
	collide(&withdrawn, false);
	collide(&withdrawn, true);
}

/* What was paid for application c2, which was cancelled, by 16, who took it, too. */
#define GIVE_BACK(officer) \
	"INSERT INTO fee_refund (id, application_id, taken_by, number, amount, currency, method, reason, officer_id)" \
	" VALUES (gen_random_uuid(), " ID("c2") ", " ID("16") ", '', 60, '', 'cash', 'nobody came for it', " ID(officer) ")"
static const struct collision refunded = { "one payment given back at two desks", ISSUANCE, ISSUANCE, GIVE_BACK("17"), GIVE_BACK("19"), "CA002", "SELECT count(*) FROM fee_refund" };

static void
test_refunds(void)
{
	chain_do(OWNER, "ALTER TABLE application DISABLE TRIGGER insert_only; UPDATE application SET fee_amount = 100, fee_currency = 'XTS' WHERE id = " ID("c2") ";"
																				  "ALTER TABLE application ENABLE TRIGGER insert_only; ALTER TABLE fee_receipt DISABLE TRIGGER a_open, DISABLE TRIGGER b_numbered;"
																				  "INSERT INTO fee_receipt (id, application_id, number, amount, currency, method, officer_id) VALUES (gen_random_uuid(), " ID("c2") ", 'R1', 100, 'XTS', 'cash', " ID("16") ");"
																																									    "ALTER TABLE fee_receipt ENABLE TRIGGER a_open, ENABLE TRIGGER b_numbered");
	collide(&refunded, false);
	collide(&refunded, true);
	ok(strcmp(chain_try_on(chain_as[ISSUANCE], GIVE_BACK("16"), NULL), "23514") == 0 || strcmp(chain_try_on(chain_as[ISSUANCE], GIVE_BACK("16"), NULL), "CA002") == 0,
		"refuses: to who took application and payment");
	is(chain_ask("SELECT f.number = format('%s-F-%s-000001', o.code, extract(year FROM now() AT TIME ZONE 'UTC')) FROM fee_refund f, office o WHERE o.id = " ID("01")), "t",
		"no number is lost with who gave up");
}

static void
both_ways(const struct collision *c)
{
	collide(c, false);
	collide(c, true);
}

int
main(void)
{
	if (!chain_start())
		return done_testing();
	chain_do(CIVIL, CHAIN_BIRTH_DECLARED("1"));
	both_ways(&validated);
	both_ways(&registered);
	chain_do(CIVIL, "INSERT INTO act_series VALUES (" ID("01") ", 'birth', 2021, 0)");
	both_ways(&series);
	chain_do(ENROLMENT, CHAIN_ENROLMENT_OPEN("1") CHAIN_ENROLMENT_EXAMINED("1") CHAIN_ENROLMENT_VERIFIED("1"));
	both_ways(&uin);
	chain_do(ENROLMENT, CHAIN_IDENTITY("1"));
	chain_do(CIVIL, CHAIN_BIRTH_DECLARED("2") CHAIN_BIRTH_VALIDATED("2") CHAIN_BIRTH_REGISTERED("2"));
	chain_do(CIVIL, CHAIN_CORRECTION("2"));
	both_ways(&accepted_twice);
	chain_do(CIVIL, OTHER_ACT("5", "marriage") OTHER_ACT("6", "marriage"));
	both_ways(&married_twice);
	chain_do(ENROLMENT, CHAIN_ENROLMENT_OPEN("2"));
	collide(&evidence_then_examine, false);
	collide(&examine_then_evidence, true);
	both_ways(&verified);
	chain_do(ENROLMENT, CHAIN_UIN("2") "INSERT INTO identity_version (id, person_id, version, enrolment_id, verification_id, evidence_id, portrait_id, uin, primary_name,"
					   " mrz_primary, sex, nationality, officer_id) SELECT " ID("b2") ", " ID("22") ", 1, enrolment_id, id, " ID("82") ", " ID("92") ", '200000000002', 'E', 'E', 'F', 'UTO', " ID("15") " FROM enrolment_decision WHERE enrolment_id = " ID("72") " AND event = 'verify'");
	chain_do(ISSUANCE, CHAIN_APPLICATION("1") CHAIN_APPLICATION("2"));
	both_ways(&approved);
	both_ways(&refused);
	both_ways(&produced);
	both_ways(&document);
	chain_do(ISSUANCE, CHAIN_ALLOCATED("1"));
	test_signing_holds();
	both_ways(&signed_twice);
	both_ways(&answer);
	/* application 2 was approved above, under another id: give the stage's documents theirs */
	chain_do(ISSUANCE, "INSERT INTO application_decision (application_id, taken_by, event, officer_id, reason) VALUES (" ID("c2") ", " ID("16") ", 'cancel', " ID("16") ", 'room for another')");
	chain_do(ISSUANCE, "INSERT INTO application VALUES (" ID("c3") ", " ID("22") ", " ID("b2") ", " ID("01") ", 'PP', 'first', " ID("16") ");"
																	      "INSERT INTO application_decision (application_id, taken_by, event, officer_id) VALUES (" ID("c3") ", " ID("16") ", 'apply', " ID("16") ")");
	chain_do(ISSUANCE, CHAIN_APPROVED("3") CHAIN_PRODUCED("3"));
	collide(&document_then_stop, false);
	collide(&stop_then_document, false);
	collide(&document_then_revoke, false);
	both_ways(&revoke_then_document);
	chain_do(CIVIL, OTHER_ACT("3", "death") OTHER_ACT("4", "death"));
	both_ways(&died_twice);
	chain_do(CIVIL, CHAIN_LEGACY);
	both_ways(&imported);
	collide(&scan_then_proposal, false);
	collide(&proposal_then_scan, true);
	both_ways(&promoted);
	test_appointments();
	test_refunds();
	chain_stop();
	return done_testing();
}
