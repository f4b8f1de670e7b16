/* Office programs: sign-in and its end, idempotent changes, disclosure, refusals; over TLS with a private database. */
#include <pthread.h>
#include <unistd.h>

#include "registry/base/clock.h"
#include "registry/base/file.h"
#include "registry/base/log.h"
#include "registry/office/credentials.h"
#include "registry/office/office.h"
#include "registry/service/client.h"
#include "registry/service/signin.h"
#include "registry/store/migrate.h"
#include "registry/store/offices.h"
#include "tests/cluster.h"
#include "tests/tap.h"
#include "tests/unit/throwaway.h"

/* ---- a small office program: things are rows of table person ---- */

enum { ADD,
	TELL };
static const struct query thing_queries[] = {
	[ADD] = { "thing_add", "INSERT INTO person (id, officer_id) VALUES ($1, $2)" },
	[TELL] = { "thing_tell", "SELECT officer_id FROM person WHERE id = $1" },
	{ NULL, NULL },
};
static const struct query *const thing_sets[] = { thing_queries, NULL };

struct thing {
	struct uuid id;    /* made anew at each run unless fixed */
	bool is_fixed;     /* a second effect would be a conflict */
	bool refuse;       /* find something wrong with it after the insert */
	unsigned sleep_us; /* between insert and commit */
	_Atomic unsigned runs;
};

static int
work_add(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct thing *t = arg;
	struct uuid id = t->id;
	char text[UUID_TEXT];

	t->runs++;
	if ((!t->is_fixed && uuid_new(&id, err) == -1) ||
		tx_later(tx, &thing_queries[ADD], ARGS(arg_uuid(&id), arg_uuid(&rq->who.officer_id)), 1, "not added", err) == -1 ||
		tx_flush(tx, err) == -1)
		return -1;
	if (t->refuse)
		return err_set(err, FAIL_INPUT, "/colour: not a colour");
	if (t->sleep_us != 0)
		usleep(t->sleep_us);
	if (reply_header(rp, "Location", "/t/v1/things/x", err) == -1)
		return -1;
	return reply_json(rp, 201, json_pack("{s:s}", "id", uuid_format(&id, text)), err);
}

static int
post_thing(struct request *rq, struct reply *rp, struct err *err)
{
	struct thing t = { .is_fixed = false };

	t.refuse = json_is_true(json_object_get(rq->json, "refuse"));
	return office_change(rq, rp, work_add, &t, err);
}

static int
work_tell(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct uuid *id = arg;
	struct rows *rows;
	int rc;

	if (tx_query_one(tx, &thing_queries[TELL], ARGS(arg_uuid(id)), FAIL_NOT_FOUND, "there is no such thing", &rows, err) == -1)
		return -1;
	rc = reply_json(rp, 200, json_pack("{s:s}", "by", row_text(rows, 0, 0)), err);
	rows_free(rows);
	return rc == -1 ? -1 : office_disclose(tx, rq, "person", id, err);
}

static int
get_thing(struct request *rq, struct reply *rp, struct err *err)
{
	struct uuid id;

	if (request_param_uuid(rq, "id", &id, err) == -1)
		return -1;
	return office_read(rq, rp, work_tell, &id, err);
}

static int
get_may(struct request *rq, struct reply *rp, struct err *err)
{
	struct uuid id;

	if (request_param_uuid(rq, "office", &id, err) == -1 || office_may(rq, ROLE_CIVIL_REGISTRAR, &id, err) == -1)
		return -1;
	return reply_empty(rp, 204);
}

static const struct route thing_routes[] = {
	{ "POST", "/things", ROLES_CIVIL, post_thing, ROUTE_CHANGES, "add a thing" },
	{ "POST", "/other", ROLES_CIVIL, post_thing, ROUTE_CHANGES, "add another thing" },
	{ "GET", "/things/{id}", ROLES_CIVIL, get_thing, 0, "read a thing" },
	{ "GET", "/may/{office}", ROLES_CIVIL, get_may, 0, "registrar there?" },
	{ "GET", "/secret", ROLE_AUDITOR, get_may, 0, "not for clerks" },
	{ NULL }
};
static const struct office_program program = { .name = "civild", .db_role = "catena_civil", .base_path = "/t/v1", .routes = thing_routes, .queries = thing_sets };

/* ---- the stage ---- */

static struct cluster cluster = CLUSTER_INIT;
static struct throwaway keys;
static struct db *owner;
static struct office *office;
static struct uuid here, elsewhere;

enum { ASK };
static const struct query ask_queries[] = { { "ask",
						    "SELECT CASE $1::text WHEN 'persons' THEN (SELECT count(*) FROM person)"
						    " WHEN 'sessions' THEN (SELECT count(*) FROM session WHERE ended_at IS NULL)"
						    " WHEN 'answers' THEN (SELECT count(*) FROM idempotency)"
						    " WHEN 'entries' THEN (SELECT count(*) FROM ledger_entry WHERE kind = 'audit_event')"
						    " ELSE (SELECT count(*) FROM audit_event WHERE kind = $1) END" },
	{ NULL, NULL } };

struct ask {
	const char *what;
	int64_t n;
};

static int
work_ask(struct tx *tx, void *arg, struct err *err)
{
	struct ask *a = arg;
	struct rows *rows;

	if (tx_query(tx, &ask_queries[ASK], ARGS(arg_text(a->what)), &rows, err) == -1)
		return -1;
	a->n = row_int(rows, 0, 0);
	rows_free(rows);
	return 0;
}

/* How many persons, open sessions, stored answers, or audit events of a kind. */
static int64_t
count(const char *what)
{
	struct ask a = { what, -1 };
	struct err err = ERR_INIT;

	if (db_run(owner, DB_READ_ONLY, work_ask, &a, &err) == -1)
		bail_out("%s", err.text);
	return a.n;
}

static const char password[] = "correct horse battery";

struct actor {
	const char *login;
	struct uuid id;
	struct buf totp;
	struct client *client;
};

static int
work_actor(struct tx *tx, void *arg, struct err *err)
{
	struct actor *a = arg;
	struct buf phc = BUF_INIT, sealed = BUF_INIT;
	int rc = -1;

	buf_clear(&a->totp);
	if (credentials_make(office->seal, &a->id, bytes_str(password), &phc, &a->totp, &sealed, err) == 0 &&
		officer_add(tx, &a->id, a->login, a->login, buf_cstr(&phc), bytes_of(&sealed), err) == 0 &&
		officer_role_add(tx, &a->id, "civil_clerk", &elsewhere, err) == 0 &&
		officer_role_add(tx, &a->id, "civil_registrar", &here, err) == 0)
		rc = 0;
	buf_wipe(&phc);
	buf_wipe(&sealed);
	return rc;
}

static struct client *
make_client(const char *certificate)
{
	struct client_options o = { .url = http_server_url(office->server), .seconds = 20, .ca_file = throwaway_path(&keys, "ca.pem") };
	struct client *client = NULL;
	struct err err = ERR_INIT;

	if (certificate != NULL) {
		o.certificate_file = throwaway_path(&keys, "program.pem");
		o.key_file = throwaway_path(&keys, "program.key");
	}
	if (client_new(&o, &client, &err) == -1)
		bail_out("%s", err.text);
	return client;
}

static void
make_actor(struct actor *a, const char *login)
{
	struct err err = ERR_INIT;

	*a = (struct actor){ .login = login };
	if (uuid_new(&a->id, &err) == -1 || db_run(owner, DB_READ_COMMITTED, work_actor, a, &err) == -1)
		bail_out("%s", err.text);
	a->client = make_client(NULL);
}

static void
actor_clear(struct actor *a)
{
	buf_wipe(&a->totp);
	client_free(a->client);
}

/* Signs in with a code `steps` time steps from now; 0 or -1 and *err. */
static int
sign_in(struct actor *a, const char *login, const char *with_password, int steps, json_t **who, struct err *err)
{
	char code[TOTP_DIGITS + 1];
	json_t *body;
	int rc;

	err_clear(err);
	if (totp_code(buf_cstr(&a->totp), clock_now() + steps * TOTP_STEP, code, err) == -1)
		return -1;
	body = json_pack("{s:s, s:s, s:s}", "login", login, "password", with_password, "totp", code);
	rc = client_json(a->client, "POST", "/t/v1/session", NULL, body, who, err);
	json_decref(body);
	return rc;
}

static bool
is_in(struct actor *a)
{
	struct err err = ERR_INIT;
	char path[64], id[UUID_TEXT];
	struct buf reply = BUF_INIT;
	bool in;

	snprintf(path, sizeof(path), "/t/v1/may/%s", uuid_format(&here, id));
	in = client_call(a->client, "GET", path, NULL, CLIENT_NO_BODY, NULL, &reply, &err) == 0;
	buf_clear(&reply);
	return in;
}

/* ---- what holds ---- */

static void
test_sign_in(struct actor *a)
{
	struct err err = ERR_INIT, unknown = ERR_INIT;
	json_t *who = NULL, *body = json_pack("{s:s}", "login", "anna");
	struct uuid key;
	int64_t failed;

	ok(!is_in(a), "nobody is signed in at first");
	ok(sign_in(a, "anna", "wrong horse battery", 0, &who, &err) == -1 && err.kind == FAIL_UNAUTHENTICATED, "refuses: a wrong password");
	ok(sign_in(a, "nobody", password, 0, &who, &unknown) == -1 && unknown.kind == FAIL_UNAUTHENTICATED &&
			strcmp(err.text, unknown.text) == 0,
		"refuses: an unknown login, in the same words");
	ok(sign_in(a, "anna", password, 9, &who, &err) == -1 && err.kind == FAIL_UNAUTHENTICATED, "refuses: a code of another time");
	ok(client_json(a->client, "POST", "/t/v1/session", NULL, body, &who, &err) == -1 && err.kind == FAIL_INPUT, "refuses: a form half filled");
	json_decref(body);
	failed = count("sign_in_failed");
	ok(failed == 3, "each is an audit event");
	ok(sign_in(a, "anna", password, 0, &who, &err) == 0, "signs in: %s", err.text);
	is(json_string_value(json_object_get(who, "login")), "anna", "the answer says who it is");
	ok(json_array_size(json_object_get(who, "roles")) == 2, "and which roles for which office");
	json_decref(who);
	who = NULL;
	ok(is_in(a), "and the session holds");
	ok(client_json(a->client, "GET", "/t/v1/session", NULL, NULL, &who, &err) == 0 &&
			strcmp(json_string_value(json_object_get(who, "login")), "anna") == 0,
		"who am I");
	json_decref(who);
	who = NULL;
	ok(sign_in(a, "anna", password, 0, &who, &err) == -1 && err.kind == FAIL_UNAUTHENTICATED, "refuses: the same code again");
	uuid_new(&key, &err);
	ok(count("sessions") == 1 && client_json(a->client, "DELETE", "/t/v1/session", &key, NULL, NULL, &err) == 0 && count("sessions") == 0,
		"signs out: %s", err.text);
	ok(!is_in(a), "and is out at once");
	ok(count("signed_in") == 1 && count("signed_out") == 1 && count("entries") >= 6, "all of it is in the ledger");
}

static int
work_deactivate(struct tx *tx, void *arg, struct err *err)
{
	return officer_set_active(tx, &((struct actor *)arg)->id, false, err);
}

static void
test_lock_out(struct actor *a, struct actor *b)
{
	struct err err = ERR_INIT;
	uint64_t begun;
	struct client *session;

	ok(sign_in(a, "bela", password, -1, NULL, &err) == 0 && is_in(a), "signed in: %s", err.text);
	session = b->client;
	for (int i = 0; i < 3; i++) {
		struct actor stranger = *a;

		stranger.client = session;
		ok(sign_in(&stranger, "bela", "guess number one", 0, NULL, &err) == -1, "guess %d fails", i + 1);
	}
	ok(count("locked_out") == 1, "the third locks out, once");
	{
		struct actor other = *a;

		other.client = session;
		ok(sign_in(&other, "bela", password, 0, NULL, &err) == -1 && err.kind == FAIL_UNAUTHENTICATED &&
				strcmp(err.text, "login, password or code is wrong") == 0,
			"now the right credentials are refused in the same words");
	}
	begun = clock_monotonic_ns();
	while (is_in(a) && clock_monotonic_ns() - begun < UINT64_C(3000000000))
		usleep(50000);
	ok(clock_monotonic_ns() - begun < UINT64_C(2000000000), "the session that was open ends within 2 s (%u ms)",
		(unsigned)((clock_monotonic_ns() - begun) / 1000000));

	ok(sign_in(b, "cleo", password, 0, NULL, &err) == 0 && is_in(b), "another signs in: %s", err.text);
	if (db_run(owner, DB_READ_COMMITTED, work_deactivate, b, &err) == -1)
		bail_out("%s", err.text);
	begun = clock_monotonic_ns();
	while (is_in(b) && clock_monotonic_ns() - begun < UINT64_C(3000000000))
		usleep(50000);
	ok(clock_monotonic_ns() - begun < UINT64_C(2000000000), "who is deactivated is out within 2 s");
	ok(sign_in(b, "cleo", password, 1, NULL, &err) == -1 && err.kind == FAIL_UNAUTHENTICATED, "and does not come in again");
}

static void
test_access(struct actor *a)
{
	struct err err = ERR_INIT;
	char path[80], id[UUID_TEXT];
	struct buf reply = BUF_INIT;

	ok(sign_in(a, "dora", password, -1, NULL, &err) == 0, "signs in: %s", err.text);
	snprintf(path, sizeof(path), "/t/v1/may/%s", uuid_format(&here, id));
	ok(client_call(a->client, "GET", path, NULL, CLIENT_NO_BODY, NULL, &reply, &err) == 0, "a registrar here");
	snprintf(path, sizeof(path), "/t/v1/may/%s", uuid_format(&elsewhere, id));
	ok(client_call(a->client, "GET", path, NULL, CLIENT_NO_BODY, NULL, &reply, &err) == -1 && err.kind == FAIL_DENIED,
		"is no registrar where they are a clerk: %s", err.text);
	ok(count("denied") == 0 && client_call(a->client, "GET", "/t/v1/secret", NULL, CLIENT_NO_BODY, NULL, &reply, &err) == -1 &&
			err.kind == FAIL_DENIED && count("denied") == 1,
		"a route of another role is denied, and the ledger knows");
	ok(client_call(a->client, "GET", "/readyz", NULL, CLIENT_NO_BODY, NULL, &reply, &err) == 0, "ready");
	buf_clear(&reply);
	ok(client_call(a->client, "GET", "/metrics", NULL, CLIENT_NO_BODY, NULL, &reply, &err) == 0 &&
			strstr(buf_cstr(&reply), "catena_db_connections{state=\"open\"}") != NULL,
		"the pool's figures are among the metrics");
	buf_clear(&reply);
}

static void
test_changes(struct actor *a)
{
	struct err err = ERR_INIT;
	json_t *red = json_pack("{s:s}", "colour", "red"), *blue = json_pack("{s:s}", "colour", "blue");
	json_t *bad = json_pack("{s:b}", "refuse", 1), *one = NULL, *two = NULL;
	int64_t before = count("persons");
	struct uuid key;
	char path[80];

	uuid_new(&key, &err);
	ok(client_json(a->client, "POST", "/t/v1/things", &key, red, &one, &err) == 0 && count("persons") == before + 1, "adds: %s", err.text);
	ok(client_json(a->client, "POST", "/t/v1/things", &key, red, &two, &err) == 0 && json_equal(one, two), "the same again gets the same answer");
	ok(count("persons") == before + 1, "and has no second effect");
	ok(client_json(a->client, "POST", "/t/v1/things", &key, blue, NULL, &err) == -1 && err.kind == FAIL_CONFLICT &&
			strcmp(err.text, "the Idempotency-Key was used for another request") == 0,
		"the key with another body is a conflict: %s", err.text);
	ok(client_json(a->client, "POST", "/t/v1/other", &key, red, NULL, &err) == -1 && err.kind == FAIL_CONFLICT, "so it is on another route");
	ok(count("persons") == before + 1, "and nothing was added");
	snprintf(path, sizeof(path), "/t/v1/things/%s", json_string_value(json_object_get(one, "id")));
	json_decref(two);
	two = NULL;
	ok(count("disclosure") == 0 && client_json(a->client, "GET", path, NULL, NULL, &two, &err) == 0 && count("disclosure") == 1,
		"what is read is recorded as disclosed: %s", err.text);
	json_decref(two);
	uuid_new(&key, &err);
	ok(client_json(a->client, "POST", "/t/v1/things", &key, bad, NULL, &err) == -1 && err.kind == FAIL_INPUT &&
			count("persons") == before + 1,
		"work that fails has no effect");
	ok(client_json(a->client, "POST", "/t/v1/things", &key, red, NULL, &err) == 0 && count("persons") == before + 2,
		"and its key is free");
	json_decref(one);
	json_decref(red);
	json_decref(blue);
	json_decref(bad);
}

/* ---- the same key at the same time, without the network ---- */

enum { RACERS = 6 };
struct racer {
	struct thing *thing;
	const struct request *rq;
	struct reply rp;
	struct err err;
	int rc;
};

static void *
race(void *arg)
{
	struct racer *r = arg;
	struct request rq = *r->rq;

	r->rc = office_change(&rq, &r->rp, work_add, r->thing, &r->err);
	return NULL;
}

static void
run_race(struct request *rq, struct thing *thing, const char *what)
{
	struct racer r[RACERS];
	pthread_t t[RACERS];
	int64_t before = count("persons");
	unsigned same = 0;
	struct err err = ERR_INIT;

	uuid_new(&rq->idempotency, &err);
	for (int i = 0; i < RACERS; i++) {
		r[i] = (struct racer){ .thing = thing, .rq = rq, .rp = REPLY_INIT, .rc = -1 };
		pthread_create(&t[i], NULL, race, &r[i]);
	}
	for (int i = 0; i < RACERS; i++)
		pthread_join(t[i], NULL);
	for (int i = 0; i < RACERS; i++) {
		same += r[i].rc == 0 && r[i].rp.status == 201 && r[i].rp.nheader == 1 && bytes_equal(bytes_of(&r[i].rp.body), bytes_of(&r[0].rp.body));
		if (r[i].rc != 0)
			printf("# %s\n", r[i].err.text);
	}
	ok(same == RACERS, "%s: all get the same answer", what);
	ok(count("persons") == before + 1, "%s: one effect (the work ran %u times)", what, (unsigned)thing->runs);
	for (int i = 0; i < RACERS; i++)
		reply_clear(&r[i].rp);
}

static void
test_races(struct actor *a)
{
	static const struct route route = { "POST", "/things", ROLES_CIVIL, post_thing, ROUTE_CHANGES, "" };
	struct request rq = { .method = "POST", .path = "/t/v1/things", .route = &route, .body = bytes_str("{}"), .has_idempotency = true, .svc = office };
	struct thing anew = { .sleep_us = 20000 }, fixed = { .sleep_us = 20000, .is_fixed = true };
	struct err err = ERR_INIT;
	struct reply rp = REPLY_INIT;
	uint64_t begun;
	enum { TIMES = 300 };
	int done = 0;

	rq.who.officer_id = a->id;
	run_race(&rq, &anew, "work that could be done twice");
	uuid_new(&fixed.id, &err);
	run_race(&rq, &fixed, "work that conflicts with itself");

	anew = (struct thing){ .runs = 0 };
	begun = clock_monotonic_ns();
	for (int i = 0; i < TIMES; i++) {
		uuid_new(&rq.idempotency, &err);
		done += office_change(&rq, &rp, work_add, &anew, &err) == 0;
		reply_clear(&rp);
	}
	ok(done == TIMES, "a change (BEGIN, guard, insert; answer, COMMIT): 2 round trips, %u us without fsync",
		(unsigned)((clock_monotonic_ns() - begun) / TIMES / 1000));
}

static int
work_program(struct tx *tx, void *arg, struct err *err)
{
	struct uuid id;

	return uuid_new(&id, err) == -1 ? -1 : program_add(tx, &id, "importer", arg, "civil_clerk", err);
}

static void
test_program(void)
{
	struct client *client = make_client("program");
	struct err err = ERR_INIT;
	uint8_t digest[SHA256_LEN];
	unsigned char *der = NULL;
	FILE *f = fopen(throwaway_path(&keys, "program.pem"), "r");
	X509 *certificate = f != NULL ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
	int n = i2d_X509(certificate, &der);
	char path[80], id[UUID_TEXT];

	sha256(BYTES(der, n), digest);
	snprintf(path, sizeof(path), "/t/v1/things/%s", uuid_format(&here, id)); /* which is no thing */
	ok(client_json(client, "GET", path, NULL, NULL, NULL, &err) == -1 && err.kind == FAIL_UNAUTHENTICATED,
		"a certificate of no known program is nobody: %s", err.text);
	if (db_run(owner, DB_READ_COMMITTED, work_program, digest, &err) == -1)
		bail_out("%s", err.text);
	ok(client_json(client, "GET", path, NULL, NULL, NULL, &err) == -1 && err.kind == FAIL_NOT_FOUND, "a known one is served: %s", err.text);
	snprintf(path, sizeof(path), "/t/v1/may/%s", id);
	ok(client_json(client, "GET", path, NULL, NULL, NULL, &err) == -1 && err.kind == FAIL_DENIED, "and holds no role for an office");
	OPENSSL_free(der);
	X509_free(certificate);
	fclose(f);
	client_free(client);
}

/* ---- building the stage ---- */

static int
work_stage(struct tx *tx, void *arg, struct err *err)
{
	struct office_row a = { .code = "HERE", .name = "Here", .kind = "civil", .series_first = 1 };
	struct office_row b = { .code = "ELSE", .name = "Elsewhere", .kind = "civil", .series_first = 1 };

	(void)arg;
	a.id = here;
	b.id = elsewhere;
	return office_add(tx, &a, err) == -1 ? -1 : office_add(tx, &b, err);
}

int
main(void)
{
	static const struct query *const owner_sets[] = { officer_admin_queries, offices_admin_queries, ask_queries, NULL };
	struct db_options o = { .connections = 2, .wait_ms = 1000, .queries = owner_sets };
	struct actor anna, bela, cleo, dora;
	struct err err = ERR_INIT;
	struct conf *conf = NULL;
	struct buf text = BUF_INIT;
	char conninfo[CLUSTER_CONNINFO];

	log_open("test_office", LOG_ERROR);
	if (cluster_start(&cluster, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("office programs", err.text);
		return done_testing();
	}
	o.conninfo = cluster_conninfo(&cluster, NULL, conninfo);
	throwaway_init(&keys);
	if (migrate_run(conninfo, NULL, NULL, &err) == -1 || db_open(&o, &owner, &err) == -1 || uuid_new(&here, &err) == -1 ||
		uuid_new(&elsewhere, &err) == -1 || db_run(owner, DB_READ_COMMITTED, work_stage, NULL, &err) == -1 ||
		file_write(throwaway_path(&keys, "seal.key"), bytes_str("0123456789abcdef0123456789ABCDEF"), 0600, &err) == -1)
		bail_out("%s", err.text);
	buf_printf(&text, "database = %s\nseal_key = %s\ntls_certificate = %s\n", conninfo, throwaway_path(&keys, "seal.key"),
		throwaway_path(&keys, "server.pem"));
	buf_printf(&text, "tls_key = %s\ntls_client_ca = %s\nlockout_failures = 3\nworkers = 4\n[civild]\nport = 0\n",
		throwaway_path(&keys, "server.key"), throwaway_path(&keys, "ca.pem"));
	if (conf_parse(bytes_of(&text), "test.conf", "civild", &conf, &err) == -1 || office_open(&program, conf, &office, &err) == -1 ||
		http_server_start(office->server, &err) == -1)
		bail_out("%s", err.text);
	make_actor(&anna, "anna");
	make_actor(&bela, "bela");
	make_actor(&cleo, "cleo");
	make_actor(&dora, "dora");
	test_sign_in(&anna);
	test_lock_out(&bela, &cleo);
	test_access(&dora);
	test_changes(&dora);
	test_races(&dora);
	test_program();
	actor_clear(&anna);
	actor_clear(&bela);
	actor_clear(&cleo);
	actor_clear(&dora);
	ok(office_close(office, &err) == 0, "stops");
	conf_free(conf);
	buf_clear(&text);
	db_close(owner);
	unlink(throwaway_path(&keys, "seal.key"));
	throwaway_clear(&keys);
	cluster_stop(&cluster);
	return done_testing();
}
