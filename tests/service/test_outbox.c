/*
 * The outbox over HTTPS to a subscriber of our own: signed notifications under the eyes of openssl(1), each at least once and with one key, with a subscriber
 * that is away, refuses or answers late, and a registryd that is killed again and again.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "pki/cms.h"
#include "registry/base/file.h"
#include "registry/service/http.h"
#include "tests/service/counter.h"

enum { RECEIVED = 4000 };

/* Who is told: each answer as `answer` says. */
static struct {
	pthread_mutex_t lock;
	struct uuid key[RECEIVED];
	unsigned n, odd; /* odd: not as a notification comes */
	struct buf last;
	int answer;       /* status */
	unsigned wait_ms; /* before it */
} told = { .lock = PTHREAD_MUTEX_INITIALIZER, .answer = 200 };

static int
take_notification(struct request *rq, struct reply *rp, struct err *err)
{
	unsigned wait_ms;
	int answer;

	(void)err;
	pthread_mutex_lock(&told.lock);
	if (!rq->has_idempotency || strcmp(rq->content_type, "application/pkcs7-mime") != 0 || rq->body.n == 0 || told.n == RECEIVED)
		told.odd++;
	else
		told.key[told.n++] = rq->idempotency;
	buf_cut(&told.last, 0);
	buf_bytes(&told.last, rq->body);
	wait_ms = told.wait_ms;
	answer = told.answer;
	pthread_mutex_unlock(&told.lock);
	usleep(wait_ms * 1000);
	return reply_empty(rp, answer);
}

static const struct route subscriber_routes[] = {
	{ "POST", "/hook", 0, take_notification, ROUTE_PUBLIC | ROUTE_RAW_BODY, "takes a notification" },
	{ NULL }
};

static struct http_server *
subscriber_start(uint16_t port)
{
	struct http_server_options o = HTTP_SERVER_OPTIONS;
	const struct http_hooks hooks = { NULL };
	struct http_server *server = NULL;
	struct err err = ERR_INIT;

	o.certificate_file = rig_path(&rig, "server.pem");
	o.key_file = rig_path(&rig, "server.key");
	o.port = port;
	o.workers = 4;
	if (http_server_new(&o, &hooks, &server, &err) == -1 || http_server_mount(server, "", subscriber_routes, NULL, &err) == -1 || http_server_start(server, &err) == -1)
		bail_out("%s", err.text);
	return server;
}

static void
answers(int status, unsigned wait_ms)
{
	pthread_mutex_lock(&told.lock);
	told.answer = status;
	told.wait_ms = wait_ms;
	pthread_mutex_unlock(&told.lock);
}

static unsigned
told_times(void)
{
	unsigned n;

	pthread_mutex_lock(&told.lock);
	n = told.n;
	pthread_mutex_unlock(&told.lock);
	return n;
}

/* How many different ones came. */
static unsigned
told_of(void)
{
	unsigned different = 0;

	pthread_mutex_lock(&told.lock);
	for (unsigned i = 0; i < told.n; i++) {
		bool again = false;

		for (unsigned k = 0; k < i && !again; k++)
			again = uuid_equal(&told.key[i], &told.key[k]);
		different += !again;
	}
	pthread_mutex_unlock(&told.lock);
	return different;
}

static int64_t
waiting(const char *where)
{
	return rig_count(&rig, "SELECT count(*) FROM registry.outbox_waiting WHERE %s", where);
}

/* In at most so many seconds. */
static bool
comes_true(int64_t (*what)(const char *), const char *arg, int64_t wanted, unsigned seconds)
{
	for (unsigned i = 0; i < seconds * 10; i++) {
		if (what(arg) == wanted)
			return true;
		usleep(100000);
	}
	printf("# %lld, wanted %lld\n", (long long)what(arg), (long long)wanted);
	return false;
}

static void
happens(unsigned n, const char *topic)
{
	sql("INSERT INTO registry.outbox (topic, subject_id) SELECT '%s', gen_random_uuid() FROM generate_series(1, %u)", topic, n);
}

static int64_t
undelivered(const char *topic)
{
	return rig_count(&rig, "SELECT count(*) FROM registry.outbox WHERE topic = '%s' AND delivered_at IS NULL", topic);
}

/* ---- */

static void
test_told(const char *number)
{
	struct cms *cms = NULL;
	struct err err = ERR_INIT;
	char text[600];
	json_t *content = NULL;
	char command[500];

	ok(told_times() == 0 && waiting("true") == 0, "nothing is told of what happened before anybody subscribed");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.outbox WHERE topic = 'document.delivered' AND delivered_at IS NOT NULL") == 1, "and it does not wait");
	ok(tell("passport_approver.1", "'reason':'a tip of the consulate'", "documents/%s/suspension", number) == 201, "a document is suspended: %s", got.err.text);
	ok(comes_true(undelivered, "document.stopped", 0, 20) && told_times() == 1 && told.odd == 0, "the subscriber is told, once");
	if (cms_parse(bytes_of(&told.last), &cms, &err) == -1)
		bail_out("%s", err.text);
	ok(cms_verify(cms, "1.2.840.113549.1.7.1", &err) == 0, "signed: %s", err.text);
	snprintf(text, sizeof(text), "%.*s", (int)cms->content.n, (const char *)cms->content.p);
	content = json_loads(text, 0, NULL);
	ok(content != NULL && strcmp(json_string_value(json_object_get(content, "topic")), "document.stopped") == 0 &&
			strcmp(json_string_value(json_object_get(json_object_get(content, "document"), "number")), number) == 0 &&
			strcmp(json_string_value(json_object_get(json_object_get(content, "document"), "status")), "suspended") == 0 && strstr(text, "Suspected") == NULL,
		"with number and status, and no name: %s", text);
	json_decref(content);
	cms_free(cms);
	if (file_write(rig_path(&rig, "told.der"), bytes_of(&told.last), 0600, &err) == -1)
		bail_out("%s", err.text);
	snprintf(command, sizeof(command), "openssl cms -verify -noverify -binary -inform DER -in %s 2>/dev/null | grep -q '\"document.stopped\"'", rig_path(&rig, "told.der"));
	ok(system(command) == 0, "openssl cms -verify finds the signature good");
	unlink(rig_path(&rig, "told.der"));
	ok(rig_count(&rig, "SELECT count(*) FROM registry.outbox_message m JOIN registry.ledger_entry l ON l.record_id = m.id") == 1, "that it was signed is in the ledger");
	happens(1, "application.stopped");
	ok(comes_true(undelivered, "application.stopped", 0, 20) && told_times() == 1, "of other topics the subscriber is not told");
}

/* Everything but a 2xx is tried again, with the same key. */
static void
test_trouble(void)
{
	static const int refusals[] = { 500, 404, 302, 429 };
	unsigned before;

	for (size_t i = 0; i < NELEM(refusals); i++) {
		answers(refusals[i], 0);
		before = told_times();
		happens(1, "document.stopped");
		ok(comes_true(waiting, "last_problem IS NOT NULL AND attempts >= 1", 1, 20), "answered %d: it waits, with the problem", refusals[i]);
		answers(204, 0);
		sql("UPDATE registry.outbox_delivery SET next_at = now() WHERE delivered_at IS NULL");
		ok(comes_true(waiting, "true", 0, 20) && told_times() >= before + 2 && told_of() == i + 2, "and comes again, with the same key");
	}
	ok(told.odd == 0, "each as a notification comes");
}

static void
test_stuck(struct http_server **server, uint16_t port)
{
	struct err err = ERR_INIT;
	unsigned before = told_of();

	if (http_server_stop(*server, 10, &err) == -1)
		bail_out("%s", err.text);
	http_server_free(*server);
	happens(3, "document.revoked");
	for (int i = 0; i < 12; i++) {
		char at_least[60];

		snprintf(at_least, sizeof(at_least), "attempts >= %d AND last_problem IS NOT NULL", i < 10 ? i + 1 : 10);
		comes_true(waiting, at_least, 3, 20);
		sql("UPDATE registry.outbox_delivery SET next_at = now() WHERE delivered_at IS NULL");
	}
	ok(waiting("is_stuck") == 3 && rig_count(&rig, "SELECT count(*) FROM registry.outbox_dead") == 3, "the subscriber is away: after ten attempts they are stuck");
	ok(call_by(client_at(&rig, "registryd", "auditor.1"), "GET", NULL, "/registry/v1/notifications?stuck=true&limit=2") == 200 &&
			json_integer_value(json_object_get(got.json, "stuck")) == 3 && json_array_size(json_object_get(got.json, "items")) == 2 && json_object_get(got.json, "next") != NULL,
		"which is shown: %s", got.err.text);
	ok(call_by(client_at(&rig, "registryd", "auditor.1"), "GET", NULL, "/registry/v1/notifications?stuck=maybe") == 400 &&
			call_by(client_at(&rig, "registryd", "auditor.1"), "GET", NULL, "/registry/v1/notifications?limit=0") == 400 &&
			call_by(client_at(&rig, "registryd", "passport_clerk.1"), "GET", NULL, "/registry/v1/notifications") == 403,
		"refuses: strange questions, and who has no business there");
	*server = subscriber_start(port);
	answers(200, 0);
	sql("UPDATE registry.outbox_delivery SET next_at = now() WHERE delivered_at IS NULL");
	ok(comes_true(waiting, "true", 0, 30) && told_of() == before + 3, "it is back, and told of all");
}

/* Killed in the middle of deliveries: none is lost, and what comes twice has one key. */
static void
test_killed(void)
{
	unsigned before = told_of(), times = told_times();
	struct err err = ERR_INIT;

	answers(200, 60);
	happens(200, "document.stopped");
	for (int i = 0; i < 8; i++) {
		usleep(400000);
		rig_kill(&rig, "registryd");
		sql("UPDATE registry.outbox_delivery SET next_at = now() WHERE delivered_at IS NULL"); /* the lease is over */
		if (rig_restart(&rig, "registryd", &err) == -1)
			bail_out("%s", err.text);
	}
	answers(200, 0);
	ok(comes_true(waiting, "true", 0, 60), "killed eight times, registryd delivers all");
	ok(told_of() == before + 200 && told_times() >= times + 200, "each of the 200 came, %u twice, with the same key", told_times() - times - 200);
	ok(rig_count(&rig, "SELECT count(*) FROM registry.outbox_message") == rig_count(&rig, "SELECT count(DISTINCT outbox_id) FROM registry.outbox_message"), "and each was signed once");
}

static void
test_person(void)
{
	sql("UPDATE registry.subscriber SET topics = '{person.deceased}'");
	sql("INSERT INTO registry.outbox (topic, subject_id) SELECT 'person.deceased', person_id FROM registry.person_uin LIMIT 1");
	ok(comes_true(undelivered, "person.deceased", 0, 20) && rig_count(&rig, "SELECT count(*) FROM registry.audit_event WHERE kind = 'disclosure' AND subject_kind = 'person'"
										" AND program = 'registryd' AND detail LIKE 'person.deceased to %%'") == 1,
		"that somebody was told of a person is a disclosure in the ledger");
	sql("UPDATE registry.subscriber SET is_active = false");
	happens(1, "person.deceased");
	ok(comes_true(undelivered, "person.deceased", 0, 20) && waiting("true") == 0, "who is retired is told of nothing");
}

int
main(void)
{
	struct http_server *server;
	struct day_issuance who;
	struct day_person p;
	struct err err = ERR_INIT;
	uint16_t port;

	if (rig_start(&rig, (const char *[]){ "signd", "civild", "enrold", "issued", "registryd", NULL }, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("the outbox", err.text);
		return done_testing();
	}
	who = office();
	person_new("Suspected", "1991-06-07", &p);
	if (day_apply(&who, &p, &err) == -1 || day_personalise(&who, &p, 1, &err) == -1 || day_deliver(&who, &p, &err) == -1)
		bail_out("%s", err.text);
	for (int i = 0; i < 100 && rig_count(&rig, "SELECT count(*) FROM registry.outbox WHERE addressed_at IS NULL") > 0; i++)
		usleep(100000);
	server = subscriber_start(0);
	port = http_server_port(server);
	sql("INSERT INTO registry.subscriber (name, url, topics) VALUES ('border police', '%s/hook', '{document.*}')", http_server_url(server));
	test_told(p.document_number);
	test_trouble();
	test_stuck(&server, port);
	test_killed();
	test_person();
	if (http_server_stop(server, 10, &err) == -1)
		bail_out("%s", err.text);
	http_server_free(server);
	buf_clear(&told.last);
	return acting_stop();
}
