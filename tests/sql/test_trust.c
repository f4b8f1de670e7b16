/*
 * What the database itself holds of the trust store, as each program's role: one officer alone takes nothing over, trusts nobody and
 * distrusts nobody; a proposal stays what the second officer saw; lists only grow newer.
 */
#include <stdlib.h>
#include <unistd.h>

#include "registry/store/trust.h"
#include "tests/sql/trusts.h"

struct attempt {
	const char *name;
	enum chain_role role;
	const char *before; /* in the same transaction; NULL: nothing */
	const char *sql;
	const char *state, *message;
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

#define NO_COMMIT(i, officer, kind, word, country, from, root, verified, taken) \
	TRUST_IMPORT(i, officer, word) \
	TRUST_OBJECT(kind, word, country, from, root) \
	TRUST_ITEM(i, "0", word, "new", "self", verified, taken, "'it is so'") \
	TRUST_DECIDE_IMPORT(i, officer, "propose", officer)
#define CERTIFICATE_ROW "INSERT INTO trust_certificate (sha256, import_id) VALUES (sha256('root B'), " IDT("03") ")"
#define LIST_ROW \
	"INSERT INTO trust_list (kind, sha256, import_id, country, authority, dated_at, is_verified) VALUES ('master_list', sha256('list 2'), " IDT("02") ", 'DE', '', now(), true)"

/* The stage: root A trusted (14, 16), list 2 of 2026-02-01 held; import 03 (root B) proposed by 14; root C held; root D confirmed by 14. */
static const struct attempt attempts[] = {
	/* imports */
	{ "who proposed accepts", PKI, NULL, TRUST_DECIDE_IMPORT("03", "14", "accept", "14"), "23514", "four_eyes_import" },
	{ "who proposed accepts and says another proposed", PKI, NULL, TRUST_DECIDE_IMPORT("03", "15", "accept", "14"), "23503", "trust_import_decision" },
	{ "accepting at once, in the transaction of the proposal, by oneself", PKI, NO_COMMIT("0f", "15", "certificate", "root X", "FR", "2020-01-01", "true", "true", "true"),
		TRUST_DECIDE_IMPORT("0f", "15", "accept", "15"), "23514", "four_eyes_import" },
	{ "accepted by somebody who is no PKI officer", PKI, NULL, TRUST_DECIDE_IMPORT("03", "14", "accept", "12"), "CA002", "no active PKI officer" },
	{ "accepted by a PKI officer who was put out of office", PKI, NULL, TRUST_DECIDE_IMPORT("03", "14", "accept", "13"), "CA002", "no active PKI officer" },
	{ "accepted twice", PKI, TRUST_DECIDE_IMPORT("03", "14", "accept", "15"), TRUST_DECIDE_IMPORT("03", "14", "accept", "16"), "CA001", "accepted" },
	{ "accepted after it was refused", PKI, TRUST_DECIDE_IMPORT("03", "14", "refuse", "14"), TRUST_DECIDE_IMPORT("03", "14", "accept", "15"), "CA001", "refused" },
	{ "refused after it was accepted", PKI, TRUST_DECIDE_IMPORT("03", "14", "accept", "15"), TRUST_DECIDE_IMPORT("03", "14", "refuse", "16"), "CA001", "accepted" },
	{ "refused without a reason", PKI, NULL,
		"INSERT INTO trust_import_decision (import_id, proposed_by, event, officer_id) VALUES (" IDT("03") ", " ID("14") ", 'refuse', " ID("15") ")", "23514", "reason_given" },
	{ "proposed in another's name", PKI, TRUST_IMPORT("0f", "14", "root X"), TRUST_DECIDE_IMPORT("0f", "14", "propose", "15"), "23514", "import_proposed_by_proposer" },
	{ "an item slipped in after the proposal", PKI, NULL, TRUST_ITEM("03", "1", "root C", "new", "self", "true", "true", "NULL"), "CA002", "takes no more items" },
	{ "a file that is not of its digest", PKI, NULL, "INSERT INTO trust_file (sha256, content) VALUES (sha256('a'), 'b')", "23514", "trust_file" },
	{ "a certificate that is not of its digest", PKI, NULL,
		"INSERT INTO trust_object (sha256, kind, der, country, subject, authority, valid_from, is_root, departures) VALUES (sha256('a'), 'certificate', 'b', 'DE', '', '', now(), true, 0)",
		"23514", "trust_object" },
	{ "a certificate without octets", PKI, NULL,
		"INSERT INTO trust_object (sha256, kind, country, subject, authority, valid_from, is_root, departures) VALUES (sha256('a'), 'certificate', 'DE', '', '', now(), true, 0)",
		"23514", "trust_object" },
	{ "left out without a reason", PKI, TRUST_IMPORT("0f", "14", "root X") TRUST_OBJECT("certificate", "root X", "FR", "2020-01-01", "true"),
		TRUST_ITEM("0f", "0", "root X", "new", "self", "true", "false", "NULL"), "23514", "left_out_with_reason" },
	{ "taken though it is gone", PKI, TRUST_IMPORT("0f", "14", "root X"), TRUST_ITEM("0f", "0", "root C", "gone", "self", "true", "true", "NULL"), "23514", "trust_import_item" },
	/* nobody writes what is held */
	{ "a certificate taken over by the program itself", PKI, NULL, CERTIFICATE_ROW, "42501", "permission" },
	{ "a list taken over by the program itself", PKI, NULL, LIST_ROW, "42501", "permission" },
	{ "a certificate taken over by the signer", SIGNER, NULL, CERTIFICATE_ROW, "42501", "permission" },
	{ "a certificate taken over by inspection", INSPECTION, NULL, CERTIFICATE_ROW, "42501", "permission" },
	{ "a list taken over by inspection", INSPECTION, NULL, LIST_ROW, "42501", "permission" },
	{ "a proposal of issuing", ISSUANCE, NULL, TRUST_FILE("x"), "42501", "permission" },
	{ "a confirmation by inspection", INSPECTION, NULL, TRUST_DECIDE("root C", "confirm", "15"), "42501", "permission" },
	{ "a confirmation by the reader", READER, NULL, TRUST_DECIDE("root C", "confirm", "15"), "42501", "permission" },
	{ "a confirmation by the signer", SIGNER, NULL, TRUST_DECIDE("root C", "confirm", "15"), "42501", "permission" },
	{ "a confirmation by the civil registry", CIVIL, NULL, TRUST_DECIDE("root C", "confirm", "15"), "42501", "permission" },
	{ "a state of trust set by the program", PKI, NULL, "UPDATE current_state SET state = 'trusted' WHERE machine = 'trust'", "42501", "permission" },
	/* trust */
	{ "the same officer confirms twice", PKI, NULL, TRUST_DECIDE("root D", "confirm", "14"), "23514", "four_eyes_trust" },
	{ "the same officer confirms twice and names another as the first", PKI, NULL,
		"INSERT INTO trust_decision (certificate_id, event, officer_id, statement, fingerprint, first_id, first_officer_id) SELECT c.id, 'confirm', " ID("14") ", 'x', c.sha256, d.id, d.officer_id"
																				       " FROM trust_certificate c, trust_decision d WHERE c.sha256 = sha256('root D') AND d.officer_id = " ID("16"),
		"23514", "four_eyes_trust" },
	{ "both confirmations by one officer in one statement", PKI, NULL,
		"INSERT INTO trust_decision (certificate_id, event, officer_id, statement, fingerprint) SELECT c.id, 'confirm', " ID("15") ", 'x', c.sha256 FROM trust_certificate c, generate_series(1, 2)"
																	   " WHERE c.sha256 = sha256('root C')",
		"23514", "four_eyes_trust" },
	{ "a first confirmation that calls itself the second", PKI, NULL,
		"INSERT INTO trust_decision (certificate_id, event, officer_id, statement, fingerprint, to_state) SELECT id, 'confirm', " ID("15") ", 'x', sha256, 'trusted' FROM trust_certificate"
																		   " WHERE sha256 = sha256('root C'); SELECT 1 / (SELECT count(*) FROM trust_standing WHERE sha256 = sha256('root C') AND standing = 'trusted')",
		"22012", "zero" },
	{ "confirmed by somebody who is no PKI officer", PKI, NULL, TRUST_DECIDE("root D", "confirm", "12"), "CA002", "no active PKI officer" },
	{ "confirmed by an officer who was put out of office", PKI, NULL, TRUST_DECIDE("root D", "confirm", "13"), "CA002", "no active PKI officer" },
	{ "confirmed without saying how", PKI, NULL,
		"INSERT INTO trust_decision (certificate_id, event, officer_id, statement, fingerprint) SELECT id, 'confirm', " ID("15") ", '', sha256 FROM trust_certificate WHERE sha256 = sha256('root D')",
		"23514", "statement" },
	{ "confirmed without a fingerprint", PKI, NULL,
		"INSERT INTO trust_decision (certificate_id, event, officer_id, statement) SELECT id, 'confirm', " ID("15") ", 'x' FROM trust_certificate WHERE sha256 = sha256('root D')",
		"23514", "fingerprint_given" },
	{ "confirmed with another fingerprint", PKI, NULL,
		"INSERT INTO trust_decision (certificate_id, event, officer_id, statement, fingerprint) SELECT id, 'confirm', " ID("15") ", 'x', sha256('x') FROM trust_certificate WHERE sha256 = sha256('root D')",
		"CA002", "not that of the certificate" },
	{ "a third confirmation", PKI, NULL, TRUST_DECIDE("root A", "confirm", "15"), "CA001", "trusted" },
	{ "the same officer distrusts twice", PKI, TRUST_DECIDE("root A", "distrust", "15"), TRUST_DECIDE("root A", "distrust", "15"), "23514", "four_eyes_trust" },
	{ "who contested confirms again alone", PKI, TRUST_DECIDE("root A", "distrust", "15"), TRUST_DECIDE("root A", "confirm", "15"), "23514", "four_eyes_trust" },
	{ "a held one distrusted by one officer twice", PKI, TRUST_DECIDE("root C", "distrust", "15"), TRUST_DECIDE("root C", "distrust", "15"), "23514", "four_eyes_trust" },
	{ "a distrusted one trusted again by one officer", PKI, TRUST_DECIDE("root C", "distrust", "15") TRUST_DECIDE("root C", "distrust", "16") TRUST_DECIDE("root C", "confirm", "15"),
		TRUST_DECIDE("root C", "confirm", "15"), "23514", "four_eyes_trust" },
	{ "distrusted a third time", PKI, TRUST_DECIDE("root C", "distrust", "15") TRUST_DECIDE("root C", "distrust", "16"), TRUST_DECIDE("root C", "distrust", "14"), "CA001", "distrusted" },
	/* lists */
	{ "an older list than the one held", PKI, NO_COMMIT("0f", "14", "master_list", "list 1", "DE", "2026-01-01", "false", "true", "true"),
		TRUST_DECIDE_IMPORT("0f", "14", "accept", "15"), "CA002", "a newer one of the same issuer (DE) is held" },
	{ "an older list, unverified", PKI, NO_COMMIT("0f", "14", "master_list", "list 1", "DE", "2026-01-01", "false", "false", "true"),
		TRUST_DECIDE_IMPORT("0f", "14", "accept", "15"), "CA002", "a newer one of the same issuer (DE) is held" },
};

static const char *
standing(const char *word)
{
	char sql[200];

	snprintf(sql, sizeof(sql), "SELECT state || ' ' || standing FROM trust_standing WHERE sha256 = sha256('%s')", word);
	return chain_ask(sql);
}

static void
test_lists(void)
{
	chain_do(PKI, TRUST_PROPOSE("10", "14", "master_list", "forged", "DE", "2099-01-01", "false", "false"));
	chain_do(PKI, TRUST_DECIDE_IMPORT("10", "14", "accept", "15"));
	chain_do(PKI, TRUST_PROPOSE("11", "14", "master_list", "list 3", "DE", "2026-03-01", "false", "true"));
	chain_do(PKI, TRUST_DECIDE_IMPORT("11", "14", "accept", "15"));
	is(chain_ask("SELECT string_agg(convert_from(o.der, 'UTF8'), ',' ORDER BY l.dated_at) FROM trust_list l JOIN trust_object o USING (sha256) WHERE l.is_verified"), "list 2,list 3",
		"a list that nobody trusted signed, dated 2099, keeps no newer list of its State out");
	chain_do(PKI, TRUST_PROPOSE("12", "14", "master_list", "list 0 of FR", "FR", "2020-01-01", "false", "true"));
	chain_do(PKI, TRUST_DECIDE_IMPORT("12", "14", "accept", "15"));
	is(chain_ask("SELECT count(*) FROM trust_list WHERE country = 'FR'"), "1", "an old list of another State is older than none");
	chain_do(PKI, TRUST_PROPOSE("13", "16", "master_list", "list 3", "DE", "2026-03-01", "false", "true"));
	chain_do(PKI, TRUST_DECIDE_IMPORT("13", "16", "accept", "15"));
	is(chain_ask("SELECT count(*) FROM trust_list WHERE sha256 = sha256('list 3')"), "1", "the same list again changes nothing");
	chain_do(PKI, "BEGIN;" TRUST_IMPORT("14", "14", "archive") TRUST_OBJECT("crl", "crl 9", "DE", "2026-05-02", "false") TRUST_OBJECT("crl", "crl 8", "DE", "2026-05-01", "false") TRUST_ITEM("14", "0", "crl 9", "new", "trusted", "true", "true", "NULL") TRUST_ITEM("14", "1", "crl 8", "new", "trusted", "true", "true", "NULL") TRUST_DECIDE_IMPORT("14", "14", "propose", "14") "COMMIT;");
	chain_do(PKI, TRUST_DECIDE_IMPORT("14", "14", "accept", "15"));
	is(chain_ask("SELECT count(*) FROM trust_list WHERE kind = 'crl'"), "2", "two issues of one CRL in one file come in by date");
}

/* Two officers who decide at once: the second waits and then sees what the first did. */
static void
test_at_once(void)
{
	PGconn *second = chain_connect(PKI);
	const char *message;
	PGresult *r;

	chain_do(PKI, TRUST_PROPOSE("40", "14", "master_list", "es new", "ES", "2026-06-02", "false", "true"));
	chain_do(PKI, TRUST_PROPOSE("41", "14", "master_list", "es old", "ES", "2026-06-01", "false", "true"));
	chain_do(PKI, "BEGIN;" TRUST_DECIDE_IMPORT("40", "14", "accept", "15"));
	if (PQsendQuery(second, TRUST_DECIDE_IMPORT("41", "14", "accept", "16")) != 1)
		bail_out("%s", PQerrorMessage(second));
	usleep(300000);
	ok(PQconsumeInput(second) == 1 && PQisBusy(second), "an acceptance waits for one that is under way");
	chain_do(PKI, "COMMIT");
	r = PQgetResult(second);
	message = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	ok(message != NULL && strcmp(message, "CA002") == 0, "then the older list is refused: %s", PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY));
	PQclear(r);
	while ((r = PQgetResult(second)) != NULL)
		PQclear(r);
	chain_do(PKI, TRUST_PROPOSE("42", "14", "certificate", "root E", "ES", "2020-01-01", "true", "true"));
	chain_do(PKI, TRUST_DECIDE_IMPORT("42", "14", "accept", "15"));
	chain_do(PKI, "BEGIN;" TRUST_DECIDE("root E", "confirm", "14"));
	if (PQsendQuery(second, TRUST_DECIDE("root E", "confirm", "14")) != 1)
		bail_out("%s", PQerrorMessage(second));
	usleep(200000);
	chain_do(PKI, "COMMIT");
	while ((r = PQgetResult(second)) != NULL)
		PQclear(r);
	is(standing("root E"), "confirmed held", "one officer at two desks at once has confirmed once");
	PQfinish(second);
}

static void
test_trust(void)
{
	is(standing("root A"), "trusted trusted", "two officers confirmed root A");
	is(standing("root C"), "held held", "acceptance alone trusts nobody");
	is(standing("root D"), "confirmed held", "nor does one confirmation");
	chain_do(PKI, TRUST_DECIDE("root D", "confirm", "15"));
	is(standing("root D"), "trusted trusted", "the second officer's does");
	is(chain_ask("SELECT count(*) FROM trust_decision WHERE first_officer_id = " ID("14") " AND officer_id = " ID("15") " AND to_state = 'trusted'"), "1",
		"and the row names who was the first");
	chain_do(PKI, TRUST_DECIDE("root D", "distrust", "16"));
	is(standing("root D"), "contested trusted", "one who doubts takes no trust away");
	chain_do(PKI, TRUST_DECIDE("root D", "confirm", "14"));
	is(standing("root D"), "trusted trusted", "another may overrule the doubt");
	chain_do(PKI, TRUST_DECIDE("root D", "distrust", "16"));
	chain_do(PKI, TRUST_DECIDE("root D", "distrust", "15"));
	is(standing("root D"), "distrusted distrusted", "two take it away");
	chain_do(PKI, TRUST_DECIDE("root D", "confirm", "15"));
	is(standing("root D"), "reconfirmed distrusted", "one does not give it back");
	chain_do(PKI, TRUST_DECIDE("root D", "confirm", "14"));
	is(standing("root D"), "trusted trusted", "two do");
	/* an officer who is put out of office between the two confirmations */
	chain_do(PKI, TRUST_DECIDE("root C", "confirm", "17"));
	chain_do(OWNER, "UPDATE officer SET is_active = false WHERE id = " ID("17"));
	ok(strcmp(chain_try_on(chain_as[PKI], TRUST_DECIDE("root C", "confirm", "15"), NULL), "CA002") == 0, "a confirmation of one who is out of office since counts for nothing");
	chain_do(PKI, TRUST_DECIDE("root C", "distrust", "15") TRUST_DECIDE("root C", "confirm", "15") TRUST_DECIDE("root C", "confirm", "16"));
	is(standing("root C"), "trusted trusted", "it is doubted and made anew");
	is(chain_ask("SELECT count(*) FROM trust_provenance p JOIN trust_standing s ON s.id = p.certificate_id WHERE s.sha256 = sha256('root A') AND accepted_by = " ID("15")), "1",
		"where root A came from is known");
	chain_do(PKI, TRUST_PROPOSE("20", "15", "certificate", "root A", "DE", "2020-01-01", "true", "true"));
	is(chain_ask("SELECT count(*) FROM trust_provenance p JOIN trust_standing s ON s.id = p.certificate_id WHERE s.sha256 = sha256('root A')"), "1", "a proposal is no provenance");
	chain_do(PKI, TRUST_DECIDE_IMPORT("20", "15", "accept", "14"));
	is(chain_ask("SELECT count(*) FROM trust_provenance p JOIN trust_standing s ON s.id = p.certificate_id WHERE s.sha256 = sha256('root A')"), "2", "its acceptance is");
	is(standing("root A"), "trusted trusted", "and changes no trust");
}

/* ---- the functions of the store, as the programs call them ---- */

static struct db *
open_as(enum chain_role role, const struct query *const *sets)
{
	char conninfo[CLUSTER_CONNINFO];
	struct db_options o = { .conninfo = cluster_conninfo(&chain_cluster, chain_roles[role], conninfo), .connections = 1, .wait_ms = 5000, .queries = sets };
	struct err err = ERR_INIT;
	struct db *db = NULL;

	if (!ok(db_open(&o, &db, &err) == 0, "%s may run its queries of the trust store", chain_roles[role]))
		bail_out("%s", err.text);
	return db;
}

static struct uuid
uuid_of(const char *text)
{
	struct err err = ERR_INIT;
	struct uuid id;

	if (uuid_parse(BYTES(text + 1, 36), &id, &err) == -1)
		bail_out("%s", err.text);
	return id;
}

static int
work_propose(struct tx *tx, void *arg, struct err *err)
{
	struct trust_proposal *p = arg;

	return trust_propose(tx, p, err);
}

static int
work_accept(struct tx *tx, void *arg, struct err *err)
{
	struct uuid officer = uuid_of(ID("15"));

	return trust_import_decide(tx, arg, "accept", &officer, NULL, err);
}

static struct trust_item
item_of(const char *kind, const char *word, const char *change, const char *list)
{
	struct trust_item i = { .kind = kind, .der = strcmp(change, "new") == 0 && strcmp(kind, "master_list") != 0 ? bytes_str(word) : BYTES_NONE, .country = "IT", .subject = "CSCA \xC3\x89", .valid_from = 1700000000, .change = change, .place = "\"here\"", .issuer = "self", .is_verified = true, .is_taken = strcmp(change, "gone") != 0, .is_in_list = list != NULL };

	sha256(bytes_str(word), i.sha256);
	if (list != NULL)
		sha256(bytes_str(list), i.list_sha256);
	return i;
}

static void
propose(struct db *db, const char *id, struct trust_item *item, size_t n)
{
	json_t *summary = json_object();
	struct trust_proposal p = { .id = uuid_of(id), .officer_id = uuid_of(ID("14")), .source = "post", .file = bytes_str(id), .summary = summary, .item = item, .n = n };
	struct err err = ERR_INIT;

	if (db_run(db, DB_READ_COMMITTED, work_propose, &p, &err) == -1 || db_run(db, DB_READ_COMMITTED, work_accept, &p.id, &err) == -1)
		bail_out("%s", err.text);
	json_decref(summary);
}

struct seen {
	struct trust_rows rows;
	struct trust_newest *newest;
	struct trust_member *member;
	size_t nnewest, nmember;
	int64_t version;
	const char *list;
};

static int
work_see(struct tx *tx, void *arg, struct err *err)
{
	struct seen *s = arg;
	uint8_t digest[SHA256_LEN];

	sha256(bytes_str(s->list), digest);
	return trust_rows_read(tx, &s->rows, err) == -1 || trust_newest_read(tx, &s->newest, &s->nnewest, err) == -1 ||
			trust_members(tx, digest, &s->member, &s->nmember, err) == -1 || trust_version(tx, &s->version, err) == -1
		? -1
		: 0;
}

static struct seen
see(struct db *db, const char *list)
{
	struct seen s = { .list = list };
	struct err err = ERR_INIT;

	if (db_run(db, DB_READ_ONLY, work_see, &s, &err) == -1)
		bail_out("%s", err.text);
	return s;
}

static void
seen_clear(struct seen *s)
{
	trust_rows_clear(&s->rows);
	free(s->newest);
	free(s->member);
}

static const struct trust_row *
row_of(const struct seen *s, const char *word)
{
	for (size_t i = 0; i < s->rows.n; i++)
		if (bytes_equal(bytes_of(&s->rows.row[i].der), bytes_str(word)))
			return &s->rows.row[i];
	return NULL;
}

static void
test_store(void)
{
	static const struct query *const rows_only[] = { trust_row_queries, NULL }, *const all[] = { trust_queries, trust_row_queries, NULL };
	struct db *pki = open_as(PKI, all), *inspection = open_as(INSPECTION, rows_only), *issuance = open_as(ISSUANCE, rows_only), *reader = open_as(READER, rows_only);
	struct trust_item first[] = { item_of("master_list", "it 1", "new", NULL), item_of("certificate", "it a", "new", "it 1"), item_of("certificate", "it b", "new", "it 1") };
	struct trust_item second[] = { item_of("master_list", "it 2", "new", NULL), item_of("certificate", "it a", "known", "it 2"), item_of("certificate", "it b", "gone", "it 2") };
	struct seen before = see(inspection, "it 1"), s;
	const struct trust_row *row;

	second[0].valid_from++;
	propose(pki, IDT("30"), first, 3);
	s = see(inspection, "it 1");
	ok(s.version > before.version && s.rows.n == before.rows.n + 2, "what was taken over changes the version, and is seen by an inspection");
	row = row_of(&s, "it a");
	ok(row != NULL && row->kind == TRUST_ROW_HELD, "as held: %s", row != NULL ? row->provenance : "");
	is(row != NULL ? row->provenance : "", "master list IT 2023-11-14", "with the list that brought it");
	ok(s.nmember == 2, "the list has two members");
	seen_clear(&s);
	propose(pki, IDT("31"), second, 3);
	s = see(inspection, "it 2");
	ok(s.nmember == 1 && s.rows.n == before.rows.n + 2, "the next one has one; what is gone from it stays held");
	for (size_t i = 0; i < s.nnewest; i++)
		if (strcmp(s.newest[i].country, "IT") == 0)
			ok(s.newest[i].dated_at == 1700000001 && s.newest[i].is_verified && strcmp(s.newest[i].kind, "master_list") == 0, "and is the newest of its State");
	row = row_of(&s, "root A");
	ok(row != NULL && row->kind == TRUST_ROW_TRUSTED && strstr(row->provenance, "confirmed by two officers") != NULL, "the row of a trusted one says so");
	seen_clear(&s);
	chain_do(PKI, TRUST_DECIDE("it b", "distrust", "14"));
	chain_do(PKI, TRUST_DECIDE("it b", "distrust", "15"));
	s = see(inspection, "it 2");
	row = row_of(&s, "it b");
	ok(row != NULL && row->kind == TRUST_ROW_DISTRUSTED, "a distrusted one is named as such");
	seen_clear(&s);
	seen_clear(&before);
	db_close(pki);
	db_close(inspection);
	db_close(issuance);
	db_close(reader);
}

int
main(void)
{
	if (!chain_start())
		return done_testing();
	chain_ceremonies();
	chain_trust();
	chain_do(PKI, TRUST_PROPOSE("03", "14", "certificate", "root B", "FR", "2020-01-01", "true", "true"));
	chain_do(PKI, TRUST_PROPOSE("04", "14", "certificate", "root C", "NL", "2020-01-01", "true", "true"));
	chain_do(PKI, TRUST_DECIDE_IMPORT("04", "14", "accept", "15"));
	chain_do(PKI, TRUST_PROPOSE("05", "14", "certificate", "root D", "BE", "2020-01-01", "true", "true"));
	chain_do(PKI, TRUST_DECIDE_IMPORT("05", "14", "accept", "15") TRUST_DECIDE("root D", "confirm", "14"));
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
		ok(refused(&attempts[i]), "refuses: %s", attempts[i].name);
	test_lists();
	test_trust();
	test_at_once();
	test_store();
	ok(strcmp(chain_ask("SELECT count(*) FROM ledger_entry e WHERE e.kind LIKE 'trust%' AND NOT EXISTS (SELECT FROM ledger_record(e.kind, e.record_id) r"
			    " WHERE content IS NOT NULL AND encode(sha256(r.salt || convert_to(r.content, 'UTF8')), 'hex') = e.leaf::jsonb->>'digest')"),
		   "0") == 0,
		"every entry of the ledger is the digest of its row");
	is(chain_ask("SELECT string_agg(c.relname, ' ') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'registry' AND relname LIKE 'trust%'"
		     " AND relkind IN ('r', 'v') AND obj_description(c.oid) IS NULL"),
		"", "every table and view says what it is");
	chain_stop();
	return done_testing();
}
