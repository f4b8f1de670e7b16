/*
 * The station writes chips: a batch is personalised in the real line with PostgreSQL, token, signd, pcscd and software chips.  A reader without a chip, a chip that is not
 * blank, one that is pulled out, a station that is killed: each waits or spoils its booklet, no number is used twice, no blank is lost, and the batch completes.
 * What is called personalised has a chip that strangers would accept, equal to the registry.
 *
 * CHIP_ROUNDS (4) of random kills and pulls, CHIP_SEED (the clock; printed).
 */
#include "issuance/perso/chipwriter.h"
#include "pki/truststore.h"
#include "registry/base/clock.h"
#include "registry/base/digest.h"
#include "registry/doc9303/lds.h"
#include "tests/service/issuing.h"
#include "tests/service/readerfix.h"

enum { ORDERS = 4,
	BLANKS = 400,
	WAIT_S = 20 };

static struct issuing is;
static pid_t station;
static unsigned orders;

static long long
count(const char *text)
{
	return strtoll(issuing_sql(text), NULL, 10);
}

static bool
wait_until(const char *text)
{
	for (unsigned i = 0; i < 20 * WAIT_S; i++) {
		if (strcmp(issuing_sql(text), "t") == 0)
			return true;
		wait_ms(50);
	}
	printf("# %s: not within %d s; the station says: %s\n", text, WAIT_S, issuing_sql("SELECT problem FROM station_notice"));
	return false;
}

static bool
says(const char *text)
{
	char query[200];

	snprintf(query, sizeof(query), "SELECT count(*) > 0 FROM station_notice WHERE problem LIKE '%%%s%%'", text);
	return wait_until(query);
}

static void
station_up(void)
{
	station = issuing_spawn(&is, "issued", "chips.conf", NULL, 0);
}

static void
station_kill(void)
{
	kill(station, SIGKILL);
	waitpid(station, NULL, 0);
}

static void
order(unsigned n)
{
	unsigned from = is.people;

	issuing_people(&is, from == 0 ? n + 1 : n); /* person 1 is a foreigner */
	issuing_approve(&is, from);
	issuing_sql("BEGIN; CREATE TEMP TABLE made ON COMMIT DROP AS SELECT gen_random_uuid() AS id;"
		    "INSERT INTO batch (id, office_id, officer_id) SELECT m.id, o.id, pg_temp.o('clerk') FROM made m, office o WHERE o.code = 'PP1';"
		    "INSERT INTO batch_order (batch_id, place, application_id) SELECT m.id, row_number() OVER (), r.application FROM made m, rig r"
		    " WHERE r.n <> 1 AND NOT EXISTS (SELECT FROM batch_order b WHERE b.application_id = r.application);"
		    "INSERT INTO batch_decision (batch_id, event, officer_id) SELECT id, 'order', pg_temp.o('clerk') FROM made; COMMIT");
	orders += n;
}

/* The reason of the last document that was spoiled. */
static bool
spoiled_because(const char *text)
{
	const char *reason = issuing_sql("SELECT reason FROM document_decision WHERE event = 'spoil' ORDER BY created_at DESC LIMIT 1");
	bool is_so = strstr(reason, text) != NULL;

	if (!is_so)
		printf("# %s\n", reason);
	return is_so;
}

#define PERSONALISED "SELECT count(*) FROM document d JOIN current_state s ON s.subject_id = d.id AND s.state = 'personalised'"
#define OPEN         "SELECT count(*) FROM batch_work WHERE state IN ('waiting', 'held')"

/* ---- what is on the chip ---- */

static struct bytes
mrz_of_folder(unsigned chip, struct buf *dg1)
{
	char path[200];
	struct err err = ERR_INIT;
	struct bytes mrz;

	snprintf(path, sizeof(path), "%s/lds-0101.bin", readerfix_folder(chip));
	if (file_read(path, 1000, dg1, &err) == -1 || lds_dg1_read(bytes_of(dg1), &mrz, &err) == -1)
		bail_out("%s", err.text);
	return mrz;
}

static void
read_chip(void)
{
	struct buf dg1 = BUF_INIT, octets = BUF_INIT, hex = BUF_INIT;
	struct truststore *store = NULL;
	struct inspection found = INSPECTION_INIT;
	struct err err = ERR_INIT;
	struct bytes mrz;
	char query[300], number[10];
	uint8_t digest[SHA256_LEN];

	readerfix_pull();
	mrz = mrz_of_folder(readerfix.chips, &dg1);
	readerfix_put_back(readerfix.chips);
	if (file_read(throwaway_path(&is.tls, "csca.crt"), 10000, &octets, &err) == -1 || truststore_new(&store, &err) == -1 ||
		truststore_add(store, bytes_of(&octets), TRUST_ANCHOR, "ours", &err) == -1 || truststore_settle(store, &err) == -1)
		bail_out("%s", err.text);
	for (unsigned i = 0; i < 100 && chip_read_document(READERFIX_NAME, mrz, store, clock_now(), &found, &err) == -1; i++)
		wait_ms(100);
	if (!ok(found.sod.n > 0, "the chip is read through the reader"))
		printf("# %s\n", err.text);
	is(found.step[INSPECT_ACCESS].text, "id-PACE-ECDH-GM-AES-CBC-CMAC-128 over brainpoolP256r1 with the MRZ", "it opens by PACE");
	ok(found.step[INSPECT_CARD_ACCESS].grade == GRADE_GOOD, "DG14 confirms EF.CardAccess");
	ok(found.chip == CHIP_AUTHENTICATION && found.chip_has_proved, "it proves itself by chip authentication");
	if (!ok(found.dg[15].n > 0 && !passive_is_refused(&found.passive), "and passes passive authentication with all its data groups"))
		for (unsigned i = 0; i < found.passive.n; i++)
			printf("# %d %s: %s\n", (int)found.passive.verdict[i].grade, check_name(found.passive.verdict[i].check), found.passive.verdict[i].text);
	snprintf(number, sizeof(number), "%.9s", (const char *)mrz.p + 44);
	snprintf(query, sizeof(query), "SELECT encode(sha256(g.sod), 'hex') FROM document d JOIN document_signature g ON g.document_id = d.id WHERE d.number = '%s'", number);
	sha256(bytes_of(&found.sod), digest);
	buf_hex(&hex, BYTES(digest, sizeof(digest)));
	is(issuing_sql(query), buf_cstr(&hex), "its EF.SOD is the registry's");
	inspection_clear(&found);
	truststore_free(store);
	buf_clear(&dg1);
	buf_clear(&octets);
	buf_clear(&hex);
}

/* ---- which booklet is in the reader ---- */

enum { FED = 2000 };
static char serials[FED][20]; /* of each chip that was put in */

/* Whoever stands at the reader has the blanks of the registry before them, and takes the next one. */
static void
put_in_next(void)
{
	readerfix_feed();
	if (readerfix.chips >= FED)
		bail_out("more than %d booklets were put in", FED);
	snprintf(serials[readerfix.chips], sizeof(serials[0]), "%s", issuing_sql("SELECT min(serial) FROM booklet_station WHERE station = 'line-1'"));
}

/* Takes out what lies there, which the station sees, and puts in the next. */
static void
next_booklet(void)
{
	readerfix_pull();
	ok(says("no chip in the reader"), "it is taken out");
	put_in_next();
}

/* ---- one after the other ---- */

static void
first_documents(void)
{
	station_up();
	ok(says("no chip in the reader"), "a reader without a chip: the station says so");
	ok(count("SELECT count(*) FROM document") == 0 && count("SELECT count(*) FROM booklet_event WHERE event = 'personalise'") == 0, "no number is taken, and no booklet");
	put_in_next();
	ok(wait_until("SELECT count(*) = 1 FROM chip_writing"), "a blank chip is put in: it is written");
	is(issuing_sql(PERSONALISED), "1", "and its document is personalised");
	ok(says("it is locked"), "the chip is still there, locked: the station waits for another");
	is(issuing_sql("SELECT count(*) FROM document"), "1", "without beginning a document");
	read_chip();
	put_in_next();
	ok(wait_until("SELECT count(*) = 2 FROM chip_writing"), "a booklet is put in: the next one");
	ok(wait_until("SELECT count(*) = 0 FROM batch_progress WHERE state <> 'completed'"), "the batch completes");
}

/* signd stands still where it would record the signature; while it does, something happens. */
static void
while_signing(void (*what)(void))
{
	char query[200];
	long long documents = count("SELECT count(*) FROM document");

	issuing_sql("BEGIN");
	issuing_sql("LOCK TABLE document_signature IN EXCLUSIVE MODE");
	put_in_next();
	snprintf(query, sizeof(query), "SELECT count(*) > %lld FROM document", documents);
	ok(wait_until(query), "a document is allocated");
	what();
	issuing_sql("COMMIT");
}

static void
pulled_out(void)
{
	order(1);
	while_signing(readerfix_pull);
	ok(wait_until("SELECT count(*) = 1 FROM document d JOIN current_state s ON s.subject_id = d.id AND s.state = 'spoiled'"), "the chip is pulled out: the document is spoiled");
	ok(spoiled_because("the chip is gone"), "with its reason");
	is(issuing_sql("SELECT count(*) FROM booklet_event e JOIN current_state s ON s.subject_id = e.booklet_id AND s.state = 'spoiled' WHERE e.event = 'personalise'"), "1", "and its booklet is");
	put_in_next();
	ok(wait_until("SELECT count(*) = 3 FROM chip_writing"), "the application gets another number in another booklet");
}

static void
killed(void)
{
	order(1);
	while_signing(station_kill);
	station_up();
	ok(wait_until("SELECT count(*) = 2 FROM document d JOIN current_state s ON s.subject_id = d.id AND s.state = 'spoiled'"), "the station is killed and comes again: the keys are lost, and the document is spoiled");
	ok(spoiled_because("keys made for it are lost"), "with its reason");
	ok(says("is to be taken out"), "its booklet is still in the reader, as blank as the next: the station names it, and waits");
	is(issuing_sql("SELECT count(*) FROM chip_writing"), "3", "nothing is written into it");
	next_booklet();
	ok(wait_until("SELECT count(*) = 4 FROM chip_writing"), "and its application's other document is written");
	ok(wait_until("SELECT count(*) = 0 FROM batch_progress WHERE state <> 'completed'"), "the batches complete");
}

/* ---- at random ---- */

/* Whoever stands at the reader: another blank when this one will not do. */
static void
attend(void)
{
	const char *said = issuing_sql("SELECT problem FROM station_notice");

	if (strstr(said, "to be taken out") != NULL)
		readerfix_pull();
	else if (strstr(said, "not blank") != NULL || (readerfix.chip == 0 && strstr(said, "no chip") != NULL))
		put_in_next();
}

static void
at_random(void)
{
	unsigned rounds = setting("CHIP_ROUNDS", 4), seed = setting("CHIP_SEED", (unsigned)time(NULL));

	printf("# CHIP_ROUNDS=%u CHIP_SEED=%u\n", rounds, seed);
	random_state = seed;
	order(ORDERS);
	for (unsigned round = 0; round < rounds; round++) {
		if (count(OPEN) == 0)
			order(ORDERS);
		for (unsigned i = 0, n = chance(40); i < n; i++) {
			attend();
			wait_ms(50);
		}
		wait_ms(chance(50));
		if (chance(2) == 0)
			readerfix_pull();
		else {
			station_kill();
			station_up();
		}
	}
	for (unsigned i = 0; i < 20 * WAIT_S && count(OPEN) > 0; i++) {
		attend();
		wait_ms(50);
	}
	if (!ok(count(OPEN) == 0, "after %u rounds of pulling chips out and killing the station the batches complete", rounds))
		printf("# the station says: %s\n", issuing_sql("SELECT problem FROM station_notice"));
}

/* How many locked chips have this document's EF.SOD, in booklets with this serial. */
static unsigned
chips_with(const char *sod_hex, const char *serial)
{
	unsigned n = 0;

	for (unsigned i = 1; i <= readerfix.chips; i++) {
		struct buf octets = BUF_INIT, hex = BUF_INIT;
		struct err err = ERR_INIT;
		char path[200];

		snprintf(path, sizeof(path), "%s/lds-011D.bin", readerfix_folder(i));
		if (file_read(path, 100000, &octets, &err) == 0) {
			buf_hex(&hex, bytes_of(&octets));
			snprintf(path, sizeof(path), "%s/locked", readerfix_folder(i));
			n += strcmp(buf_cstr(&hex), sod_hex) == 0 && access(path, F_OK) == 0 && strcmp(serials[i], serial) == 0;
		}
		buf_clear(&octets);
		buf_clear(&hex);
	}
	return n;
}

static void
look(void)
{
	PGresult *r;
	unsigned good = 0;

	readerfix_pull();
	ok(count("SELECT count(*) FROM batch_work WHERE state = 'done'") == orders, "each of %u orders is done", orders);
	ok(count("SELECT count(*) FROM batch_order") == orders && count(PERSONALISED) == orders, "each application has one personalised document: %u", orders);
	ok(count("SELECT count(DISTINCT number) FROM document") == count("SELECT count(*) FROM document"), "no number is used twice: %lld, %lld of them spoiled",
		count("SELECT count(*) FROM document"), count("SELECT count(*) FROM document") - orders);
	is(issuing_sql("SELECT count(*) FROM document d JOIN current_state s ON s.subject_id = d.id WHERE s.state NOT IN ('personalised', 'spoiled')"), "0", "none is left half made");
	is(issuing_sql("SELECT count(*) FROM document d JOIN booklet_event e ON e.document_id = d.id JOIN current_state b ON b.subject_id = e.booklet_id"
		       " JOIN current_state s ON s.subject_id = d.id WHERE s.state <> b.state"),
		"0", "each booklet is as its document");
	ok(count("SELECT count(*) FROM booklet_station") + count("SELECT count(*) FROM document") == BLANKS, "no blank is lost: %d came", BLANKS);
	r = PQexec(issuing_pg, "SELECT encode(g.sod, 'hex'), b.serial FROM document d JOIN current_state s ON s.subject_id = d.id AND s.state = 'personalised'"
			       " JOIN document_signature g ON g.document_id = d.id JOIN booklet_event e ON e.document_id = d.id JOIN booklet b ON b.id = e.booklet_id");
	for (int i = 0; i < PQntuples(r); i++)
		good += chips_with(PQgetvalue(r, i, 0), PQgetvalue(r, i, 1)) == 1;
	ok(good == orders, "each personalised document is on one locked chip, in the booklet that the registry says");
	PQclear(r);
}

int
main(void)
{
	const char *why = readerfix_enter();
	FILE *f;

	if (why != NULL || !issuing_start(&is, NULL, false)) {
		skip("chips in the line", why != NULL ? why : "PostgreSQL or SoftHSM is not installed");
		return done_testing();
	}
	issuing_conf(&is, "chips.conf", "line-1");
	f = fopen(throwaway_path(&is.tls, "chips.conf"), "a");
	if (f == NULL)
		bail_out("chips.conf");
	fprintf(f, "chip_reader = Catena test 00 00\nchip_profile = catena\n");
	fclose(f);
	readerfix_start();
	order(2);
	issuing_booklets(BLANKS, "line-1");
	first_documents();
	pulled_out();
	killed();
	at_random();
	look();
	issuing_end(&station);
	readerfix_stop();
	unlink(throwaway_path(&is.tls, "chips.conf"));
	issuing_stop(&is);
	return done_testing();
}
