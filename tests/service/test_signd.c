/* signd alone: what it signs, what it refuses, that it signs once, and that it comes back when the token or the database was away. */
#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pki/signclient.h"
#include "registry/base/clock.h"
#include "registry/base/digest.h"
#include "registry/base/file.h"
#include "registry/base/json.h"
#include "registry/base/uin.h"
#include "tests/service/rig.h"
#include "tests/service/stage.h"
#include "tests/tap.h"

static struct rig rig = RIG_INIT;
static struct signclient *client;

/* ---- a stage of rows: what signd judges is in the database, whoever wrote it ---- */

static void
sql(const char *text, const struct uuid *id)
{
	struct err err = ERR_INIT;
	char value[UUID_TEXT] = "";

	if (id != NULL)
		uuid_format(id, value);
	if (rig_sql(&rig, NULL, 0, &err, "SELECT set_config('x.d', '%s', false)", value) == -1 || rig_sql(&rig, NULL, 0, &err, "%s", text) == -1)
		bail_out("%s", err.text);
}

static struct uuid
new_document(void)
{
	struct err err = ERR_INIT;
	char text[UUID_TEXT];
	struct uuid id;

	if (rig_sql(&rig, text, sizeof(text), &err, "SELECT x_document()") == -1 || uuid_parse(bytes_str(text), &id, &err) == -1)
		bail_out("%s", err.text);
	return id;
}

static int64_t
signatures(const struct uuid *id)
{
	char text[UUID_TEXT];

	return rig_count(&rig, "SELECT count(*) FROM document_signature WHERE document_id = '%s'", uuid_format(id, text));
}

static int64_t
refusals(const struct uuid *id)
{
	char text[UUID_TEXT];

	return rig_count(&rig, "SELECT count(*) FROM audit_event a JOIN ledger_entry e ON e.record_id = a.id"
			       " WHERE a.kind = 'signature_refused' AND a.program = 'signd' AND a.subject_id = '%s'",
		uuid_format(id, text));
}

/* ---- orders ---- */

static struct sign_order
order_for(const struct uuid *id)
{
	struct sign_order o = { .document_id = *id, .ndg = 2, .sod = BUF_INIT, .err = ERR_INIT };

	for (int i = 0; i < 2; i++) {
		o.dg[i].number = i + 1;
		o.dg[i].len = 32;
		memset(o.dg[i].hash, i + 1, 32);
	}
	return o;
}

/* What signd says of one document: the kind and the sentence in *err, FAIL_NONE when it was signed. */
static struct buf
sign(const struct uuid *id, struct err *err)
{
	struct sign_order o = order_for(id);

	*err = ERR_INIT;
	if (signclient_documents(client, &o, 1, err) == 0)
		*err = o.err;
	return o.sod;
}

static bool
refuses(struct sign_order *o, enum fail kind, const char *sentence)
{
	struct err err = ERR_INIT;
	int64_t before = refusals(&o->document_id);
	bool held;

	if (signclient_documents(client, o, 1, &err) == -1) {
		printf("# %s: %s\n", fail_name(err.kind), err.text);
		return false;
	}
	held = o->sod.n == 0 && o->err.kind == kind && strstr(o->err.text, sentence) != NULL && signatures(&o->document_id) == 0 &&
		refusals(&o->document_id) == before + 1;
	if (!held)
		printf("# %s: %s; %lld refusals\n", fail_name(o->err.kind), o->err.text, (long long)refusals(&o->document_id));
	buf_clear(&o->sod);
	return held;
}

/* ---- what holds ---- */

#define DOC       "current_setting('x.d')::uuid"
#define APP       "(SELECT application_id FROM document WHERE id = " DOC ")"
#define ENROLMENT "(SELECT i.enrolment_id FROM identity_version i JOIN document d ON d.identity_version_id = i.id WHERE d.id = " DOC ")"
#define PLANT     "SET session_replication_role = replica; "
#define DONE      "; SET session_replication_role = origin"

static const struct {
	const char *name, *sql, *sentence;
} broken[] = {
	{ "whose application is not in production any more", "INSERT INTO application_decision (application_id, taken_by, event, officer_id) VALUES (" APP ", x('clerk'), 'reproduce', x('approver'))", "not in production" },
	{ "whose application was cancelled behind the database's back", PLANT "UPDATE current_state SET state = 'cancelled' WHERE subject_id = " APP DONE, "not in production" },
	{ "that was planted with an approval that is not there", PLANT "UPDATE document SET approval_id = gen_random_uuid() WHERE id = " DOC DONE, "not approved by another officer" },
	{ "whose approval was made by who took the application", PLANT "ALTER TABLE application_decision DROP CONSTRAINT four_eyes_application; UPDATE application_decision SET officer_id = taken_by WHERE event = 'approve' AND application_id = " APP DONE, "not approved by another officer" },
	{ "whose approval is that of another application", PLANT "UPDATE document SET approval_id = (SELECT id FROM application_decision WHERE event = 'approve' AND application_id <> " APP " LIMIT 1) WHERE id = " DOC DONE, "not approved by another officer" },
	{ "whose identity was replaced by a newer one", "SELECT x_identity(x_person(" DOC "), (SELECT act_id FROM act_registration WHERE person_id = x_person(" DOC ") AND kind = 'birth'), 2)", "not the current one" },
	{ "whose enrolment was revoked", "INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id, reason) VALUES (" ENROLMENT ", x('opener'), 'revoke', x('verifier'), 'found to be wrong')", "not verified by an enrolment" },
	{ "whose birth was annulled", "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id, reason) SELECT r.act_id, x('declarer'), r.act_version_id, 'annul', x('registrar'), 'it did not happen' FROM act_registration r WHERE r.kind = 'birth' AND r.person_id = x_person(" DOC ")", "no registered act" },
	{ "whose birth is that of another person", PLANT "UPDATE act_registration SET person_id = (SELECT id FROM person WHERE id <> x_person(" DOC ") LIMIT 1) WHERE person_id = x_person(" DOC ")" DONE, "no registered act" },
	{ "whose holder is deceased", "SELECT x_act(x_person(" DOC "), 'death')", "deceased" },
	{ "whose holder is stopped", "INSERT INTO person_stop (id, person_id, kind, reference, officer_id) VALUES (gen_random_uuid(), x_person(" DOC "), 'court', 'C 12', x('clerk'))", "stopped" },
	{ "that was spoiled", "INSERT INTO document_decision (document_id, event, officer_id, reason) VALUES (" DOC ", 'spoil', x('clerk'), 'misprint')", "not waiting to be signed" },
};

static void
test_broken_links(void)
{
	for (size_t i = 0; i < NELEM(broken); i++) {
		struct uuid id = new_document();
		struct sign_order o = order_for(&id);

		sql(broken[i].sql, &id);
		ok(refuses(&o, FAIL_DENIED, broken[i].sentence), "refuses and records: a document %s", broken[i].name);
	}
}

struct asked {
	pthread_t thread;
	struct sign_order order;
	struct err err;
	bool done; /* atomic */
};

static void *
ask_alone(void *arg)
{
	struct asked *a = arg;
	struct signclient *own = NULL;

	if (signclient_new(rig_program(&rig, "signd")->address, &own, &a->err) == 0)
		signclient_documents(own, &a->order, 1, &a->err);
	signclient_free(own);
	__atomic_store_n(&a->done, true, __ATOMIC_SEQ_CST);
	return NULL;
}

/* An officer's transaction has broken the descent and not ended when signd is asked: signd waits for what it will be. */
static void
test_changes_under_way(void)
{
	for (size_t i = 0; i < NELEM(broken); i++) {
		if (strstr(broken[i].sql, PLANT) != NULL || strstr(broken[i].sql, "x_identity") != NULL)
			continue; /* not through the database's own rules; or a newer identity, which the older one need not wait for */
		for (int commits = 0; commits < 2; commits++) {
			struct uuid id = new_document();
			struct asked a = { .order = order_for(&id), .err = ERR_INIT };
			bool waited;

			sql("BEGIN", NULL);
			sql(broken[i].sql, &id);
			pthread_create(&a.thread, NULL, ask_alone, &a);
			usleep(200000);
			waited = !__atomic_load_n(&a.done, __ATOMIC_SEQ_CST);
			sql(commits ? "COMMIT" : "ROLLBACK", NULL);
			pthread_join(a.thread, NULL);
			if (commits)
				ok(waited && a.err.kind == FAIL_NONE && a.order.err.kind == FAIL_DENIED && strstr(a.order.err.text, broken[i].sentence) != NULL &&
						signatures(&id) == 0,
					"waits, then refuses: a document %s at that moment (%s%s)", broken[i].name, a.err.text, a.order.err.text);
			else
				ok(waited && a.err.kind == FAIL_NONE && a.order.err.kind == FAIL_NONE && signatures(&id) == 1,
					"and signs when that came to nothing (%s%s)", a.err.text, a.order.err.text);
			buf_clear(&a.order.sod);
		}
	}
}

static void
test_hashes(void)
{
	struct uuid id = new_document(), unknown;
	struct sign_order o = order_for(&id);
	struct err err = ERR_INIT;

	o.dg[1].hash[31] ^= 1;
	ok(refuses(&o, FAIL_CONFLICT, "DG2"), "refuses: one bit of DG2's hash is another");
	o = order_for(&id);
	o.ndg = 1;
	ok(refuses(&o, FAIL_CONFLICT, "data groups"), "refuses: a data group is missing");
	o = order_for(&id);
	o.dg[1].number = 3;
	ok(refuses(&o, FAIL_CONFLICT, "DG3"), "refuses: another data group");
	id = new_document(); /* the reason is the same as above: of one document it would be counted only */
	o = order_for(&id);
	o.dg[1].len = 20;
	ok(refuses(&o, FAIL_CONFLICT, "DG2"), "refuses: a shorter hash");
	o = order_for(&id);
	o.ndg = 3;
	o.dg[2] = o.dg[1];
	o.dg[2].number = 14;
	ok(refuses(&o, FAIL_CONFLICT, "data groups"), "refuses: a data group more");
	if (uuid_new(&unknown, &err) == -1)
		bail_out("%s", err.text);
	o = order_for(&unknown);
	ok(refuses(&o, FAIL_NOT_FOUND, "no such document"), "refuses: a document the registry does not know");
}

/* EF.SOD is tag 77 around the CMS; somebody else's program reads it. */
static bool
openssl_accepts(const struct buf *sod)
{
	size_t head = sod->n < 4 || sod->p[0] != 0x77 ? 0 : sod->p[1] < 0x80 ? 2
									     : 2u + (sod->p[1] & 0x7f);
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	char command[600];
	uint8_t want[34] = { 0x04, 0x20 }; /* OCTET STRING of 32 */
	bool good;

	if (head == 0 || file_write(rig_path(&rig, "sod.der"), BYTES(sod->p + head, sod->n - head), 0600, &err) == -1)
		return false;
	snprintf(command, sizeof(command), "cd %s && openssl cms -verify -noverify -inform DER -in sod.der -out sod.content 2>openssl.log", rig.folder);
	if (system(command) != 0 || file_read(rig_path(&rig, "sod.content"), 65536, &out, &err) == -1)
		return false;
	memset(want + 2, 1, 32);
	good = memmem(out.p, out.n, want, sizeof(want)) != NULL;
	memset(want + 2, 2, 32);
	good = good && memmem(out.p, out.n, want, sizeof(want)) != NULL;
	buf_clear(&out);
	return good;
}

static void
test_signs_once(void)
{
	struct uuid id = new_document(), other = new_document();
	struct err err = ERR_INIT;
	struct buf first = sign(&id, &err), again, second;
	struct sign_order o = order_for(&id);
	char text[UUID_TEXT];

	ok(err.kind == FAIL_NONE && first.n > 500, "signs a document whose descent holds (%s)", err.text);
	ok(signatures(&id) == 1 && refusals(&id) == 0, "the signature is recorded, and no refusal");
	ok(rig_count(&rig, "SELECT count(*) FROM ledger_entry e JOIN document_signature s ON s.id = e.record_id WHERE s.document_id = '%s'", uuid_format(&id, text)) == 1, "and is an entry of the ledger");
	ok(openssl_accepts(&first), "openssl cms -verify -noverify accepts it, and it holds the hashes");
	if (first.n > 0)
		first.p[first.n - 1] ^= 1;
	ok(!openssl_accepts(&first), "and refuses it with a bit of the signature changed");
	if (first.n > 0)
		first.p[first.n - 1] ^= 1;
	again = sign(&id, &err);
	ok(err.kind == FAIL_NONE && bytes_equal(bytes_of(&first), bytes_of(&again)), "asked again: the same EF.SOD");
	second = sign(&other, &err);
	ok(err.kind == FAIL_NONE && !bytes_equal(bytes_of(&first), bytes_of(&second)), "another document: another EF.SOD");
	o.dg[0].hash[0] ^= 1;
	err = ERR_INIT;
	ok(signclient_documents(client, &o, 1, &err) == 0 && o.err.kind == FAIL_CONFLICT && o.sod.n == 0 && refusals(&id) == 1,
		"refuses: a signed document with another hash");
	buf_clear(&first);
	buf_clear(&again);
	buf_clear(&second);
}

static void
test_batch(void)
{
	struct uuid good = new_document(), dead = new_document(), other = new_document();
	struct sign_order o[3] = { order_for(&good), order_for(&dead), order_for(&other) };
	struct sign_order twice[2] = { order_for(&good), order_for(&good) };
	struct err err = ERR_INIT;

	sql("SELECT x_act(x_person(" DOC "), 'death')", &dead);
	o[2].dg[0].hash[0] ^= 1;
	ok(signclient_documents(client, o, 3, &err) == 0 && o[0].err.kind == FAIL_NONE && o[1].err.kind == FAIL_DENIED && o[2].err.kind == FAIL_CONFLICT,
		"of a batch those are signed that hold");
	ok(signatures(&good) == 1 && signatures(&dead) == 0 && signatures(&other) == 0, "and only those");
	ok(refusals(&good) == 0 && refusals(&dead) == 1 && refusals(&other) == 1, "each refusal is an event of its own");
	for (size_t i = 0; i < 3; i++)
		buf_clear(&o[i].sod);
	ok(signclient_documents(client, twice, 2, &err) == -1 && err.kind == FAIL_INPUT, "refuses: a batch that names a document twice");
	ok(rig_count(&rig, "SELECT count(*) FROM audit_event WHERE kind = 'signature_refused' AND subject_id IS NULL AND detail LIKE 'request: %%named twice'") == 1,
		"which is an event too");
}

/* ---- two at the same moment ---- */

enum { RACERS = 8,
	RACE_DOCUMENTS = 12 };

struct racer {
	pthread_t thread;
	pthread_barrier_t *line;
	const struct uuid *ids;
	struct buf sod[RACE_DOCUMENTS];
	struct err err;
};

static void *
race(void *arg)
{
	struct racer *r = arg;
	struct signclient *own = NULL;

	if (signclient_new(rig_program(&rig, "signd")->address, &own, &r->err) == -1)
		return NULL;
	for (size_t i = 0; i < RACE_DOCUMENTS; i++) {
		struct sign_order o = order_for(&r->ids[i]);
		struct err err = ERR_INIT;

		pthread_barrier_wait(r->line);
		if (signclient_documents(own, &o, 1, &err) == -1)
			r->err = err;
		else if (o.err.kind != FAIL_NONE)
			r->err = o.err;
		r->sod[i] = o.sod;
	}
	signclient_free(own);
	return NULL;
}

static void
test_race(void)
{
	struct uuid ids[RACE_DOCUMENTS];
	struct racer racer[RACERS];
	pthread_barrier_t line;
	bool same = true, fine = true, once = true;

	for (size_t i = 0; i < RACE_DOCUMENTS; i++)
		ids[i] = new_document();
	pthread_barrier_init(&line, NULL, RACERS);
	for (size_t r = 0; r < RACERS; r++) {
		racer[r] = (struct racer){ .line = &line, .ids = ids, .err = ERR_INIT };
		if (pthread_create(&racer[r].thread, NULL, race, &racer[r]) != 0)
			bail_out("thread");
	}
	for (size_t r = 0; r < RACERS; r++)
		pthread_join(racer[r].thread, NULL);
	for (size_t r = 0; r < RACERS; r++) {
		if (racer[r].err.kind != FAIL_NONE)
			printf("# %s: %s\n", fail_name(racer[r].err.kind), racer[r].err.text);
		fine = fine && racer[r].err.kind == FAIL_NONE;
		for (size_t i = 0; i < RACE_DOCUMENTS; i++)
			same = same && racer[r].sod[i].n > 0 && bytes_equal(bytes_of(&racer[0].sod[i]), bytes_of(&racer[r].sod[i]));
	}
	for (size_t i = 0; i < RACE_DOCUMENTS; i++)
		once = once && signatures(&ids[i]) == 1;
	ok(fine, "%d clients ask for the same document at the same moment, %d times: all are answered", RACERS, RACE_DOCUMENTS);
	ok(same, "with the same EF.SOD");
	ok(once, "and there is one signature of each");
	for (size_t r = 0; r < RACERS; r++)
		for (size_t i = 0; i < RACE_DOCUMENTS; i++)
			buf_clear(&racer[r].sod[i]);
	pthread_barrier_destroy(&line);
}

/* ---- strange messages ---- */

static int
connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = 20 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd == -1 || connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1) {
		close(fd);
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

/* What comes back for these octets (head included); n 0: the connection was closed. */
static struct buf
ask_raw(struct bytes octets, bool then_end)
{
	int fd = connect_to(rig_program(&rig, "signd")->address);
	struct buf reply = BUF_INIT;
	struct err err = ERR_INIT;
	uint8_t head[4];
	size_t n;

	if (fd == -1)
		bail_out("signd: %s", strerror(errno));
	if (send(fd, octets.p, octets.n, MSG_NOSIGNAL) == -1 && errno != EPIPE)
		bail_out("send");
	if (then_end)
		shutdown(fd, SHUT_WR);
	if (read_full(fd, head, 4, &err) == 0) {
		n = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
		if (read_full(fd, buf_reserve(&reply, n), n, &err) == -1)
			buf_clear(&reply);
	}
	close(fd);
	return reply;
}

/* The kind of the problem with which a JSON text is answered: "" when it is answered well, "closed" when not at all. */
static const char *
kind_of(struct bytes text)
{
	static char kind[40];
	struct buf octets = BUF_INIT, reply;
	struct err err = ERR_INIT;
	json_t *json = NULL;

	buf_be(&octets, text.n, 4);
	buf_bytes(&octets, text);
	reply = ask_raw(bytes_of(&octets), false);
	snprintf(kind, sizeof(kind), "closed");
	if (reply.n > 0 && json_read(bytes_of(&reply), &json, &err) == 0)
		snprintf(kind, sizeof(kind), "%s", json_is_true(json_object_get(json, "ok")) ? "" : json_string_value(json_object_get(json_object_get(json, "problem"), "kind")));
	json_decref(json);
	buf_clear(&reply);
	buf_clear(&octets);
	return kind;
}

static const char *const strange[] = {
	"",
	"{",
	"[]",
	"null",
	"{}",
	"{\"op\":null}",
	"{\"op\":\"sign\"}",
	"{\"op\":\"sign_bytes\",\"bytes\":\"AAAA\"}",
	"{\"op\":\"sign_documents\"}",
	"{\"op\":\"sign_documents\",\"documents\":[]}",
	"{\"op\":\"sign_documents\",\"documents\":{}}",
	"{\"op\":\"sign_documents\",\"documents\":[1]}",
	"{\"op\":\"sign_documents\",\"documents\":[{\"id\":\"x\",\"dgs\":{}}]}",
	"{\"op\":\"sign_documents\",\"documents\":[{\"id\":\"018f0000-0000-7000-8000-000000000001\"}]}",
	"{\"op\":\"sign_documents\",\"documents\":[{\"id\":\"018f0000-0000-7000-8000-000000000001\",\"dgs\":{\"0\":\"00\"}}]}",
	"{\"op\":\"sign_documents\",\"documents\":[{\"id\":\"018f0000-0000-7000-8000-000000000001\",\"dgs\":{\"17\":\"00\"}}]}",
	"{\"op\":\"sign_documents\",\"documents\":[{\"id\":\"018f0000-0000-7000-8000-000000000001\",\"dgs\":{\"1\":\"0\"}}]}",
	"{\"op\":\"sign_documents\",\"documents\":[{\"id\":\"018f0000-0000-7000-8000-000000000001\",\"dgs\":{\"1\":\"\"}}]}",
	"{\"op\":\"sign_documents\",\"documents\":[{\"id\":\"018f0000-0000-7000-8000-000000000001\",\"dgs\":{\"1\":5}}]}",
	"{\"op\":\"new_uins\"}",
	"{\"op\":\"new_uins\",\"count\":0}",
	"{\"op\":\"new_uins\",\"count\":-1}",
	"{\"op\":\"new_uins\",\"count\":257}",
	"{\"op\":\"new_uins\",\"count\":\"5\"}",
	"{\"op\":\"new_uins\",\"count\":1.5}",
	"\xff\xfe",
	"{\"op\":\"status\",\"op\":\"status\"}",
};

static void
test_strange(void)
{
	struct buf deep = BUF_INIT, huge = BUF_INIT, reply;
	static const uint8_t oversized[] = { 0x7f, 0xff, 0xff, 0xff, '{' }, cut[] = { 0, 0, 0, 50, '{' }, half_head[] = { 0, 0 };

	for (size_t i = 0; i < NELEM(strange); i++)
		ok(strcmp(kind_of(bytes_str(strange[i])), "input") == 0, "refuses the message: %.90s", strange[i][0] == '\xff' ? "no UTF-8" : strange[i]);
	for (int i = 0; i < 100000; i++)
		buf_str(&deep, "[");
	is(kind_of(bytes_of(&deep)), "input", "refuses the message: 100000 brackets");
	buf_str(&huge, "{\"op\":\"sign_documents\",\"documents\":[");
	for (int i = 0; i < SIGND_MAX_BATCH + 1; i++)
		buf_printf(&huge, "%s{\"id\":\"018f0000-0000-7000-8000-%012d\",\"dgs\":{\"1\":\"00\"}}", i == 0 ? "" : ",", i + 1);
	buf_str(&huge, "]}");
	is(kind_of(bytes_of(&huge)), "input", "refuses the message: one document more than a batch may have");
	reply = ask_raw(BYTES(oversized, sizeof(oversized)), false);
	ok(reply.n == 0, "closes when the head announces 2 GiB");
	reply = ask_raw(BYTES(cut, sizeof(cut)), true);
	ok(reply.n == 0, "closes when the message ends early");
	reply = ask_raw(BYTES(half_head, sizeof(half_head)), true);
	ok(reply.n == 0, "closes when the head ends early");
	reply = ask_raw(BYTES_NONE, true);
	ok(reply.n == 0, "closes when nothing comes");
	is(kind_of(bytes_str("{\"op\":\"status\"}")), "", "and still answers");
	buf_clear(&deep);
	buf_clear(&huge);
}

static void
test_foreign_user(void)
{
	const char *path = rig_program(&rig, "signd")->address;
	int status = -1;
	pid_t pid;

	if (geteuid() != 0) {
		skip("another user is refused", "only root can be another user");
		return;
	}
	/* the permissions of folder and socket would stop a stranger: opened, so that signd itself is asked */
	if (chmod(rig.folder, 0711) == -1 || chmod(rig_path(&rig, "run"), 0711) == -1 || chmod(path, 0666) == -1)
		bail_out("chmod: %s", strerror(errno));
	fflush(stdout);
	if ((pid = fork()) == 0) {
		static const char status_request[] = "\0\0\0\x0f{\"op\":\"status\"}";
		char octet;
		int fd;

		if (setgroups(0, NULL) == -1 || setgid(65534) == -1 || setuid(65534) == -1 || (fd = connect_to(path)) == -1)
			_exit(2);
		if (send(fd, status_request, sizeof(status_request) - 1, MSG_NOSIGNAL) == -1 && errno != EPIPE && errno != ECONNRESET)
			_exit(3);
		_exit(read(fd, &octet, 1) <= 0 ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "another user is refused without an answer (%d)", WEXITSTATUS(status));
	if (chmod(path, 0660) == -1 || chmod(rig_path(&rig, "run"), 0700) == -1 || chmod(rig.folder, 0700) == -1)
		bail_out("chmod: %s", strerror(errno));
	is(kind_of(bytes_str("{\"op\":\"status\"}")), "", "we are answered");
}

/* ---- numbers ---- */

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
test_uins(void)
{
	static char uin[300][13];
	struct buf reply;
	struct err err = ERR_INIT;
	json_t *json = NULL, *uins;
	bool well_formed = true, unique = true, scattered = false;
	size_t n = 0;

	reply = ask_raw(BYTES("\0\0\0\x1d{\"op\":\"new_uins\",\"count\":256}", 4 + 29), false);
	if (json_read(bytes_of(&reply), &json, &err) == -1)
		bail_out("new_uins: %s", err.text);
	uins = json_object_get(json, "uins");
	ok(json_array_size(uins) == 256, "256 numbers at once");
	for (; n < json_array_size(uins) && n < 256; n++)
		snprintf(uin[n], sizeof(uin[n]), "%s", json_string_value(json_array_get(uins, n)));
	for (; n < 300 && signclient_new_uin(client, uin[n], &err) == 0; n++)
		;
	ok(n == 300, "and one by one");
	for (size_t i = 0; i < n; i++) {
		err = ERR_INIT;
		well_formed = well_formed && uin_check(uin[i], &err) == 0;
		scattered = scattered || (i > 0 && strncmp(uin[i], uin[i - 1], 4) != 0);
	}
	qsort(uin, n, sizeof(uin[0]), by_text);
	for (size_t i = 1; i < n; i++)
		unique = unique && strcmp(uin[i], uin[i - 1]) != 0;
	ok(well_formed, "each is well formed (%s)", err.text);
	ok(unique, "no two are the same");
	ok(scattered, "and one does not tell the next");
	json_decref(json);
	buf_clear(&reply);
}

/* ---- away and back ---- */

/* Signs the document when that is possible again, within 30 s. */
static bool
recovers(const struct uuid *id)
{
	struct err err = ERR_INIT;
	struct buf sod = BUF_INIT;

	for (int i = 0; i < 150; i++) {
		sod = sign(id, &err);
		if (err.kind == FAIL_NONE)
			break;
		usleep(200000);
	}
	if (err.kind != FAIL_NONE)
		printf("# %s: %s\n", fail_name(err.kind), err.text);
	buf_clear(&sod);
	return err.kind == FAIL_NONE && signatures(id) == 1;
}

static void
test_database_away(void)
{
	struct uuid id = new_document();
	struct err err = ERR_INIT;
	struct buf sod;

	cluster_crash(&rig.cluster);
	sod = sign(&id, &err);
	ok(sod.n == 0 && err.kind == FAIL_AGAIN, "without the database: again later (%s: %s)", fail_name(err.kind), err.text);
	is(kind_of(bytes_str("{\"op\":\"status\"}")), "again", "and the status says so");
	err = ERR_INIT;
	if (cluster_up(&rig.cluster, &err) == -1)
		bail_out("%s", err.text);
	ok(recovers(&id), "signs when the database is back, without a restart");
	for (int i = 0; i < 100 && rig_count(&rig, "SELECT (SELECT count(*) FROM ledger_entry) - (SELECT count(*) FROM ledger_leaf)") != 0; i++)
		usleep(200000);
	ok(rig_count(&rig, "SELECT (SELECT count(*) FROM ledger_entry) - (SELECT count(*) FROM ledger_leaf)") == 0, "and the sequencer goes on, too");
}

static void
test_token_away(void)
{
	struct uuid id = new_document();
	struct err err = ERR_INIT;
	struct buf sod;
	char away[80];

	snprintf(away, sizeof(away), "%s.away", rig.token_dir);
	if (rename(rig.token_dir, away) == -1)
		bail_out("%s: %s", away, strerror(errno));
	sod = sign(&id, &err);
	ok(sod.n == 0 && err.kind == FAIL_AGAIN, "without the token: again later (%s: %s)", fail_name(err.kind), err.text);
	ok(signatures(&id) == 0, "and nothing is recorded");
	buf_clear(&sod);
	sleep(3); /* by now the library was started afresh, in vain */
	sod = sign(&id, &err);
	ok(sod.n == 0 && err.kind == FAIL_AGAIN, "and so it remains (%s: %s)", fail_name(err.kind), err.text);
	if (rename(away, rig.token_dir) == -1)
		bail_out("%s: %s", away, strerror(errno));
	ok(recovers(&id), "signs when the token is back, without a restart");
}

/* The number behind a name in /proc/PID/status. */
static long
process_status(const char *name)
{
	char path[40], line[200];
	size_t n = strlen(name);
	long value = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)rig_program(&rig, "signd")->pid);
	f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, n) == 0 && line[n] == ':')
			value = strtol(line + n + 1, NULL, 10);
	if (f != NULL)
		fclose(f);
	return value;
}

static void
test_confined(void)
{
	if (IS_SANITIZED) {
		skip("signd is confined", "sanitizers need what it may not do");
		return;
	}
	ok(process_status("Seccomp") == 2 && process_status("NoNewPrivs") == 1, "the running signd has its system calls filtered");
	ok(process_status("VmLck") > 0, "and memory locked: %ld kB", process_status("VmLck"));
}

/* A flood of refused requests is counted, not written one by one; nothing that was refused is lost to the count. */
static void
test_flood(void)
{
	enum { BATCHES = 8 };
	static struct sign_order o[SIGND_MAX_BATCH];
	struct uuid id = new_document();
	struct err err = ERR_INIT;
	struct sign_order same = order_for(&id);
	static const char summed[] = "SELECT coalesce(sum(substring(detail FROM '^(\\d+) more')::bigint), 0) FROM audit_event WHERE kind = 'signature_refused'";
	static const char single[] = "SELECT count(*) FROM audit_event WHERE kind = 'signature_refused' AND detail !~ ' more, '";
	int64_t events, before, written, sum;
	int status = -1;
	bool asked = true;

	if (rig_halt(&rig, "signd", &status, &err) == -1 || rig_restart(&rig, "signd", &err) == -1) /* what was counted so far is written */
		bail_out("%s", err.text);
	events = rig_count(&rig, "%s", single);
	before = rig_count(&rig, "%s", summed);

	same.dg[0].hash[0] ^= 1;
	for (int i = 0; i < 20; i++) {
		asked = asked && signclient_documents(client, &same, 1, &err) == 0 && same.err.kind == FAIL_CONFLICT;
		err_clear(&same.err);
	}
	ok(asked && refusals(&id) == 1, "the same refusal twenty times: one event (%s)", err.text);
	for (int b = 0; b < BATCHES; b++) {
		for (int i = 0; i < SIGND_MAX_BATCH; i++) {
			struct uuid unknown;

			if (uuid_new(&unknown, &err) == -1)
				bail_out("%s", err.text);
			o[i] = order_for(&unknown);
		}
		asked = asked && signclient_documents(client, o, SIGND_MAX_BATCH, &err) == 0 && o[0].err.kind == FAIL_NOT_FOUND;
	}
	written = rig_count(&rig, "%s", single) - events;
	ok(asked && written >= 1000 - 100 && written <= 1024 + 60, "of %d documents that there are not, %lld are written one by one", BATCHES * SIGND_MAX_BATCH,
		(long long)written);
	ok(rig_halt(&rig, "signd", &status, &err) == 0 && status == 0 && rig_restart(&rig, "signd", &err) == 0, "signd ends and starts again (%s)", err.text);
	sum = rig_count(&rig, "%s", summed) - before;
	written = rig_count(&rig, "%s", single) - events;
	ok(sum + written == 20 + BATCHES * SIGND_MAX_BATCH, "and all are there: %lld written, %lld counted", (long long)written, (long long)sum);
}

static void
test_restart(void)
{
	struct uuid id = new_document();
	struct err err = ERR_INIT;
	struct buf before = sign(&id, &err), after;
	char address[120];
	int status = -1;

	snprintf(address, sizeof(address), "%s", rig_program(&rig, "signd")->address);
	rig_kill(&rig, "signd");
	after = sign(&id, &err);
	ok(after.n == 0 && err.kind == FAIL_AGAIN, "a killed signd: again later");
	err = ERR_INIT;
	ok(rig_restart(&rig, "signd", &err) == 0, "starts again over the socket that was left (%s)", err.text);
	after = sign(&id, &err);
	ok(err.kind == FAIL_NONE && bytes_equal(bytes_of(&before), bytes_of(&after)), "and gives the same EF.SOD");
	err = ERR_INIT;
	ok(rig_halt(&rig, "signd", &status, &err) == 0 && status == 0, "ends well while a client is connected (%s)", err.text);
	buf_clear(&after);
	after = sign(&id, &err);
	ok(access(address, F_OK) == 0 && after.n == 0 && err.kind == FAIL_AGAIN, "its socket stays, for it may remove no file, and nobody answers there");
	buf_clear(&before);
	buf_clear(&after);
}

/* Last: afterwards nobody signs any more. */
static void
test_limit(void)
{
	struct uuid ids[3] = { new_document(), new_document(), new_document() };
	struct err err = ERR_INIT;
	struct buf sod[3];

	sql("INSERT INTO registry.key_rule (kind, version, use_days, max_signatures, lead_days) SELECT 'document_signer', 2, 92, count(*) + 2, 14"
	    " FROM registry.document_signature",
		NULL);
	if (rig_restart(&rig, "signd", &err) == -1) /* test_restart has ended it */
		bail_out("%s", err.text);
	ok(rig_count(&rig, "SELECT coalesce(sum(made - recorded), 1) FROM signature_tally") == 0, "what the token signed is counted, and all of it is recorded");
	for (int i = 0; i < 3; i++) {
		err = ERR_INIT;
		sod[i] = sign(&ids[i], &err);
	}
	ok(sod[0].n > 0 && sod[1].n > 0 && sod[2].n == 0 && err.kind == FAIL_AGAIN, "a document signer stops at its number of signatures (%s)", err.text);
	err = ERR_INIT;
	sign(&ids[2], &err); /* the keys are loaded again, and the one at its limit put out of use */
	ok(rig_count(&rig, "SELECT count(*) FROM key_retirement r JOIN current_state s ON s.subject_id = r.signing_key_id WHERE r.cause = 'signatures'"
			   " AND s.state = 'retired'") == 1,
		"and is retired");
	ok(rig_count(&rig, "SELECT count(*) FROM signature_alarm WHERE alarm <> 'booklet_without_signature'") == 0, "no signature is without its booklet");
	is(kind_of(bytes_str("{\"op\":\"status\"}")), "", "signd goes on: a ceremony gives it a successor");
	for (int i = 0; i < 3; i++)
		buf_clear(&sod[i]);
}

int
main(void)
{
	struct err err = ERR_INIT;

	if (rig_start(&rig, (const char *const[]){ "signd", NULL }, &err) == -1) {
		if (err.kind == FAIL_NOT_FOUND) {
			skip("signd", err.text);
			return done_testing();
		}
		bail_out("%s", err.text);
	}
	sql(stage, NULL);
	if (signclient_new(rig_program(&rig, "signd")->address, &client, &err) == -1)
		bail_out("%s", err.text);
	test_signs_once();
	test_broken_links();
	test_changes_under_way();
	test_hashes();
	test_batch();
	test_race();
	test_strange();
	test_foreign_user();
	test_uins();
	test_database_away();
	test_token_away();
	test_confined();
	test_flood();
	test_restart();
	test_limit();
	signclient_free(client);
	rig_stop(&rig);
	return done_testing();
}
