/*
 * issuing.h - the stage of the passport office's tests and benchmarks: a private cluster with migrated schema, a SoftHSM token with the
 * keys of a ceremony, registered and enrolled people, and the real signd and issued as processes of their own.
 *
 * People are numbered from 0; person n is called "Person" and n in letters, born in 1980, a national of UTO unless altered.
 */
#ifndef CATENA_TESTS_ISSUING_H
#define CATENA_TESTS_ISSUING_H

#include <gd.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "pki/ceremony.h"
#include "registry/base/clock.h"
#include "registry/base/file.h"
#include "registry/base/seal.h"
#include "registry/base/uin.h"
#include "registry/store/migrate.h"
#include "registry/store/signing.h"
#include "tests/cluster.h"
#include "tests/service/stock.h"
#include "tests/unit/softhsm.h"
#include "tests/unit/throwaway.h"

struct issuing {
	struct cluster cluster;
	struct throwaway tls; /* its folder holds keys, configuration and sockets, too */
	char conninfo[CLUSTER_CONNINFO];
	struct buf jpeg; /* the portrait of everybody */
	struct seal *biometric;
	pid_t signd, issued;
	char address[100]; /* of issued */
	struct uuid office, other_office;
	unsigned people;
	unsigned token_sessions; /* of signd; 0: its default */
};

static PGconn *issuing_pg;

/* One value of the first row, as the owner of the database; "" when there is none. */
__attribute__((unused)) static const char *
issuing_sql(const char *text)
{
	static char value[400];
	PGresult *r = PQexec(issuing_pg, text);

	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
		bail_out("%.60s...: %s", text, PQerrorMessage(issuing_pg));
	snprintf(value, sizeof(value), "%s", PQntuples(r) > 0 ? PQgetvalue(r, 0, 0) : "");
	PQclear(r);
	return value;
}

static void
issuing_file(const struct issuing *is, const char *name, struct bytes octets)
{
	struct err err = ERR_INIT;

	if (file_write(throwaway_path(&is->tls, name), octets, 0600, &err) == -1)
		bail_out("%s", err.text);
}

/* ---- keys ---- */

struct issuing_keys {
	struct ceremony made;
	int64_t now;
};

static int
issuing_add_keys(struct tx *tx, void *arg, struct err *err)
{
	struct issuing_keys *k = arg;
	const int64_t day = 86400, from = k->now - day;
	struct uuid csca, ignored;
	struct key_new csca_key = { KEY_CSCA, "test", k->made.csca.label, k->made.csca.kind, bytes_of(&k->made.csca.cert), NULL, from,
		k->now + 5000 * day, k->now + 1800 * day };

	if (key_add(tx, &csca_key, &csca, err) == -1)
		return -1;
	for (unsigned i = 0; i < k->made.nsigner; i++) {
		struct key_new signer = { KEY_DOCUMENT_SIGNER, "test", k->made.signer[i].label, k->made.signer[i].kind,
			bytes_of(&k->made.signer[i].cert), &csca, from, k->now + 3700 * day, k->now + 80 * day };

		if (key_add(tx, &signer, &ignored, err) == -1)
			return -1;
	}
	return key_add(tx, &(struct key_new){ KEY_LEDGER, "test", k->made.ledger.label, k->made.ledger.kind, bytes_of(&k->made.ledger.cert), &csca, from, k->now + 3700 * day, k->now + 1800 * day }, &ignored, err);
}

static void
issuing_ceremony(struct issuing *is, const char *signer_kind)
{
	static const struct query *const sets[] = { key_queries, NULL };
	struct ceremony_options options = { .state = "UTO", .country = "UT", .organization = "Utopia", .signer_kind = signer_kind, .now = clock_now() };
	struct db_options o = { .conninfo = is->conninfo, .connections = 1, .wait_ms = 1000, .queries = sets };
	struct issuing_keys k = { .now = options.now };
	struct token *token = NULL;
	struct err err = ERR_INIT;
	struct db *db = NULL;

	if (token_open(softhsm_uri, bytes_str(SOFTHSM_PIN), 2, &token, &err) == -1 || ceremony_init(token, &options, &k.made, &err) == -1 ||
		db_open(&o, &db, &err) == -1 || db_run(db, DB_READ_COMMITTED, issuing_add_keys, &k, &err) == -1)
		bail_out("ceremony: %s", err.text);
	issuing_file(is, "csca.crt", bytes_of(&k.made.csca.cert));
	ceremony_clear(&k.made);
	db_close(db);
	token_close(token);
}

/* ---- programs ---- */

/* Starts a program of the build tree with that file of its configuration and waits for its line "NAME ready ADDRESS". */
static pid_t
issuing_spawn(const struct issuing *is, const char *name, const char *conf, char *address, size_t size)
{
	const char *builddir = getenv("top_builddir");
	char path[400], line[300] = "";
	int ends[2];
	pid_t pid;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", builddir != NULL ? builddir : ".", name);
	if (pipe(ends) == -1 || (pid = fork()) == -1)
		bail_out("no process");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that bails out leaves nobody behind */
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		execl(path, name, "--config", throwaway_path(&is->tls, conf), (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	f = fdopen(ends[0], "r");
	if (f == NULL || fgets(line, sizeof(line), f) == NULL || strstr(line, " ready ") == NULL)
		bail_out("%s does not start: %s", path, line);
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
	if (address != NULL)
		snprintf(address, size, "%s", strstr(line, " ready ") + 7);
	return pid;
}

__attribute__((unused)) static void
issuing_end(pid_t *pid)
{
	if (*pid <= 0)
		return;
	kill(*pid, SIGTERM);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

static void
issuing_start_signd(struct issuing *is)
{
	is->signd = issuing_spawn(is, "signd", "catena.conf", NULL, 0);
}

__attribute__((unused)) static void
issuing_start_issued(struct issuing *is)
{
	is->issued = issuing_spawn(is, "issued", "catena.conf", is->address, sizeof(is->address));
}

/* ---- the stage ---- */

static struct buf
issuing_picture(int width, int height)
{
	gdImagePtr im = gdImageCreateTrueColor(width, height);
	struct buf jpeg = BUF_INIT;
	unsigned noise = 1;
	int n;
	void *octets;

	for (int y = 0; y < height; y++) /* with the grain of a photograph, so that it compresses like one */
		for (int x = 0; x < width; x++) {
			noise = noise * 1103515245 + 12345;
			gdImageSetPixel(im, x, y, gdTrueColor(150 + (int)(noise >> 28), 130 + (int)(noise >> 28), 120 + x / 8));
		}
	gdImageFilledEllipse(im, width / 2, height / 2, width / 2, height / 2, gdTrueColor(200, 160, 140));
	for (int side = -1; side <= 1; side += 2) /* what has no dark part is no face */
		gdImageFilledEllipse(im, width / 2 + side * width / 10, height * 2 / 5, width / 20, height / 40, gdTrueColor(40, 30, 30));
	octets = gdImageJpegPtr(im, &n, 80);
	buf_add(&jpeg, octets, (size_t)n);
	gdFree(octets);
	gdImageDestroy(im);
	return jpeg;
}

/* station NULL: that of the default. */
static void
issuing_conf(const struct issuing *is, const char *file, const char *station)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "database = %s\nseal_key = seal.key\nbiometric_key = biometric.key\nsignd_socket = signd.sock\nlog_level = error\n",
		is->conninfo);
	buf_str(&text, "tls_certificate = server.pem\ntls_key = server.key\ntls_client_ca = ca.pem\nworkers = 8\n");
	buf_printf(&text, "[signd]\ntoken = %s\npin_file = token.pin\n", softhsm_uri);
	if (is->token_sessions > 0)
		buf_printf(&text, "token_sessions = %u\n", is->token_sessions);
	buf_str(&text, "[issued]\nport = 0\ncsca_certificate = csca.crt\n");
	if (station != NULL)
		buf_printf(&text, "station = %s\nstation_timeout = 2\n", station);
	issuing_file(is, file, bytes_of(&text));
	buf_clear(&text);
}

/* false: PostgreSQL or SoftHSM is not installed; the test skips.  signer_kind as ceremony_options; is->token_sessions is kept. */
__attribute__((unused)) static bool
issuing_start(struct issuing *is, const char *signer_kind, bool durable)
{
	static const char seal_key[] = "0123456789abcdef0123456789ABCDEF", biometric_key[] = "biometric key of the test, 32 o.";
	struct err err = ERR_INIT;

	*is = (struct issuing){ .cluster = CLUSTER_INIT, .token_sessions = is->token_sessions };
	is->cluster.durable = durable;
	if (cluster_start(&is->cluster, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		return false;
	}
	if (!softhsm_start())
		return false;
	cluster_conninfo(&is->cluster, NULL, is->conninfo);
	throwaway_init(&is->tls);
	issuing_file(is, "seal.key", bytes_str(seal_key));
	issuing_file(is, "biometric.key", bytes_str(biometric_key));
	issuing_file(is, "token.pin", bytes_str(SOFTHSM_PIN));
	if (migrate_run(is->conninfo, NULL, NULL, &err) == -1 || seal_load(throwaway_path(&is->tls, "biometric.key"), &is->biometric, &err) == -1 ||
		uuid_new(&is->office, &err) == -1 || uuid_new(&is->other_office, &err) == -1)
		bail_out("%s", err.text);
	issuing_pg = PQconnectdb(is->conninfo);
	issuing_sql("SET search_path = registry");
	issuing_sql("SET client_min_messages = error");
	issuing_ceremony(is, signer_kind);
	issuing_conf(is, "catena.conf", NULL);
	issuing_start_signd(is);
	return true;
}

__attribute__((unused)) static void
issuing_stop(struct issuing *is)
{
	static const char *const files[] = { "seal.key", "biometric.key", "token.pin", "catena.conf", "csca.crt", "signd.sock" };

	issuing_end(&is->issued);
	issuing_end(&is->signd);
	PQfinish(issuing_pg);
	for (size_t i = 0; i < NELEM(files); i++)
		unlink(throwaway_path(&is->tls, files[i]));
	throwaway_clear(&is->tls);
	seal_free(is->biometric);
	buf_clear(&is->jpeg);
	softhsm_stop();
	cluster_stop(&is->cluster);
}

/* ---- people ---- */

/* The officers behind the people's evidence, and the offices; they cannot sign in. */
static void
issuing_offices(const struct issuing *is)
{
	char text[2000], here[UUID_TEXT], elsewhere[UUID_TEXT];

	snprintf(text, sizeof(text),
		"INSERT INTO office (id, code, name, kind) VALUES ('%s', 'PP1', 'Passport office one', 'passport'),"
		" ('%s', 'PP2', 'Passport office two', 'passport'), (gen_random_uuid(), 'CR1', 'Civil registry', 'civil');"
		"INSERT INTO officer (id, login, name, password_phc, totp_sealed) SELECT gen_random_uuid(), l, l, '-', '\\x00'"
		" FROM unnest(ARRAY['x.declarer', 'x.registrar', 'x.opener', 'x.verifier', 'x.clerk', 'x.approver']) l",
		uuid_format(&is->office, here), uuid_format(&is->other_office, elsewhere));
	issuing_sql(text);
	issuing_sql("CREATE TEMP TABLE rig (n int, person uuid, act uuid, version uuid, enrolment uuid, portrait uuid, evidence uuid,"
		    " identity uuid, application uuid, uin text, sealed bytea)");
	issuing_sql("CREATE FUNCTION pg_temp.o(l text) RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT id FROM registry.officer WHERE login = 'x.' || l $$");
	issuing_sql("CREATE FUNCTION pg_temp.letters(n int) RETURNS text LANGUAGE sql IMMUTABLE AS"
		    " $$ SELECT chr(65 + n / 17576 % 26) || chr(65 + n / 676 % 26) || chr(65 + n / 26 % 26) || chr(65 + n % 26) $$");
}

static void
issuing_row(const struct issuing *is, unsigned n)
{
	static const uint8_t uin_key[UIN_KEY_LEN] = { 42 };
	const char *values[4];
	int lengths[4] = { 0 }, formats[4] = { 0, 0, 0, 1 };
	char number[12], uin[UIN_LEN + 1], id[UUID_TEXT];
	struct buf sealed = BUF_INIT;
	struct err err = ERR_INIT;
	struct uuid portrait;
	PGresult *r;

	if (uuid_new(&portrait, &err) == -1 || uin_of_sequence(uin_key, n, uin, &err) == -1 ||
		seal_close(is->biometric, BYTES(portrait.o, 16), bytes_of(&is->jpeg), &sealed, &err) == -1)
		bail_out("%s", err.text);
	snprintf(number, sizeof(number), "%u", n);
	values[0] = number;
	values[1] = uuid_format(&portrait, id);
	values[2] = uin;
	values[3] = (const char *)sealed.p;
	lengths[3] = (int)sealed.n;
	r = PQexecParams(issuing_pg,
		"INSERT INTO rig SELECT $1::int, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), $2::uuid,"
		" gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), $3::text, $4::bytea",
		4, NULL, values, lengths, formats, 0);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		bail_out("%s", PQerrorMessage(issuing_pg));
	PQclear(r);
	buf_clear(&sealed);
}

/* The chain of each person from the declared birth to the verified identity, set by set. */
static const char *const issuing_chain[] = {
	"INSERT INTO person (id, officer_id) SELECT person, pg_temp.o('declarer') FROM rig WHERE n >= $",
	"INSERT INTO act (id, kind, office_id, officer_id) SELECT act, 'birth', (SELECT id FROM office WHERE code = 'CR1'), pg_temp.o('declarer') FROM rig WHERE n >= $",
	"INSERT INTO act_version (id, act_id, version, officer_id, content) SELECT version, act, 1, pg_temp.o('declarer'), '{}' FROM rig WHERE n >= $",
	"INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) SELECT act, pg_temp.o('declarer'), version, 'declare', pg_temp.o('declarer') FROM rig WHERE n >= $",
	"INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) SELECT act, pg_temp.o('declarer'), version, 'validate', pg_temp.o('registrar') FROM rig WHERE n >= $",
	"INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) SELECT act, pg_temp.o('declarer'), version, 'register', pg_temp.o('registrar') FROM rig WHERE n >= $",
	"INSERT INTO act_registration (act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id)"
	" SELECT r.act, d.id, r.version, r.person, (SELECT id FROM office WHERE code = 'CR1'), 'birth', 1980, r.n + 1, 'CR1-B-1980-' || r.n, pg_temp.o('registrar')"
	" FROM rig r JOIN act_decision d ON d.act_id = r.act AND d.event = 'register' WHERE n >= $",
	"INSERT INTO enrolment (id, person_id, office_id, officer_id) SELECT enrolment, person, (SELECT id FROM office WHERE code = 'CR1'), pg_temp.o('opener') FROM rig WHERE n >= $",
	"INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id) SELECT enrolment, pg_temp.o('opener'), 'open', pg_temp.o('opener') FROM rig WHERE n >= $",
	"INSERT INTO evidence (id, enrolment_id, person_id, kind, act_id, officer_id) SELECT evidence, enrolment, person, 'act', act, pg_temp.o('opener') FROM rig WHERE n >= $",
	"INSERT INTO portrait (id, enrolment_id, width, height, sealed_sha256, officer_id) SELECT portrait, enrolment, 413, 531, sha256(sealed), pg_temp.o('opener') FROM rig WHERE n >= $",
	"INSERT INTO portrait_image (portrait_id, sealed) SELECT portrait, sealed FROM rig WHERE n >= $",
	"INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id, proposal) SELECT enrolment, pg_temp.o('opener'), 'examine', pg_temp.o('opener'), '{}' FROM rig WHERE n >= $",
	"INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id) SELECT enrolment, pg_temp.o('opener'), 'verify', pg_temp.o('verifier') FROM rig WHERE n >= $",
	"INSERT INTO person_uin (person_id, uin) SELECT person, uin FROM rig WHERE n >= $",
	"INSERT INTO identity_version (id, person_id, version, enrolment_id, verification_id, evidence_id, portrait_id, uin, primary_name, secondary_name,"
	" mrz_primary, mrz_secondary, sex, date_of_birth, place_of_birth, nationality, officer_id)"
	" SELECT r.identity, r.person, 1, r.enrolment, d.id, r.evidence, r.portrait, r.uin, 'Person', initcap(pg_temp.letters(r.n)), 'PERSON', pg_temp.letters(r.n),"
	" 'F', '1980-05-17', 'Zenith', CASE WHEN r.n = 1 THEN 'FRA' ELSE 'UTO' END, pg_temp.o('verifier')"
	" FROM rig r JOIN enrolment_decision d ON d.enrolment_id = r.enrolment AND d.event = 'verify' WHERE n >= $",
};
/* For the benchmark: applications that only wait for personalisation. */
static const char *const issuing_approved[] = {
	"INSERT INTO application (id, person_id, identity_version_id, office_id, document_type, reason, officer_id)"
	" SELECT application, person, identity, (SELECT id FROM office WHERE code = 'PP1'), 'PP', 'first', pg_temp.o('clerk') FROM rig WHERE n >= $",
	"INSERT INTO application_decision (application_id, taken_by, event, officer_id) SELECT application, pg_temp.o('clerk'), 'apply', pg_temp.o('clerk') FROM rig WHERE n >= $",
	"INSERT INTO application_decision (application_id, taken_by, event, officer_id) SELECT application, pg_temp.o('clerk'), 'approve', pg_temp.o('approver') FROM rig WHERE n >= $",
};

static void
issuing_for_people(const char *const *texts, size_t n, unsigned from)
{
	for (size_t i = 0; i < n; i++) {
		char text[2000];

		snprintf(text, sizeof(text), "%.*s%u", (int)strlen(texts[i]) - 1, texts[i], from); /* the $ at its end */
		issuing_sql(text);
	}
}

/* `more` people, enrolled; person 1 is a foreigner. */
__attribute__((unused)) static void
issuing_people(struct issuing *is, unsigned more)
{
	if (is->people == 0) {
		is->jpeg = issuing_picture(413, 531);
		issuing_offices(is);
	}
	issuing_sql("BEGIN");
	for (unsigned i = 0; i < more; i++)
		issuing_row(is, is->people + i);
	issuing_sql("ANALYZE rig");
	issuing_for_people(issuing_chain, NELEM(issuing_chain), is->people);
	issuing_sql("COMMIT");
	is->people += more;
}

__attribute__((unused)) static void
issuing_approve(struct issuing *is, unsigned from)
{
	(void)is;
	issuing_sql("BEGIN");
	issuing_for_people(issuing_approved, NELEM(issuing_approved), from);
	issuing_sql("COMMIT");
	issuing_sql("ANALYZE");
}

/* Blank booklets at a station. */
__attribute__((unused)) static void
issuing_booklets(unsigned n, const char *station)
{
	struct buf text = BUF_INIT;

	stock_text(&text, "PP1", n, station);
	issuing_sql(buf_cstr(&text));
	buf_clear(&text);
}

/* Returns when the sequencer has nothing left to do. */
__attribute__((unused)) static void
issuing_settle(void)
{
	for (int i = 0; i < 1200 && strcmp(issuing_sql("SELECT (SELECT count(*) FROM ledger_leaf) = (SELECT count(*) FROM ledger_entry)"), "t") != 0; i++)
		usleep(100000);
}

/* A column of person n, as text. */
__attribute__((unused)) static const char *
issuing_of(unsigned n, const char *column)
{
	char text[100];

	snprintf(text, sizeof(text), "SELECT %s FROM rig WHERE n = %u", column, n);
	return issuing_sql(text);
}

#endif
