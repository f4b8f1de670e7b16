/*
 * What the suite answers when what it stands on is gone: the token, the database, room on the disk; and when what it is given is bad or
 * the officer is the wrong one.  Nothing is stored by halves, and each service goes on by itself when things are back.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "issuance/catena/day.h"
#include "issuance/catena/portrait.h"
#include "registry/base/file.h"
#include "tests/service/civilfix.h"
#include "tests/service/witness.h"
#include "tests/tap.h"

static struct rig rig = RIG_INIT;
static struct witness *witness;
static struct buf portrait = BUF_INIT;
static const char *const services[] = { "civild", "enrold", "issued", "registryd" };

static void
wait_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

static struct client *
officer(const char *program, const char *login)
{
	struct client *client = NULL;
	struct err err = ERR_INIT;

	if (rig_client(&rig, program, login, &client, &err) == -1)
		bail_out("%s at %s: %s", login != NULL ? login : "nobody", program, err.text);
	return client;
}

/* ---- one request ---- */

static struct {
	int status;
	struct err err;
	json_t *json;
} got;

static int
send_with(struct client *c, const char *method, const char *path, const struct uuid *key, struct client_body body)
{
	struct buf reply = BUF_INIT;

	json_decref(got.json);
	got.json = NULL;
	got.err = ERR_INIT;
	if (client_call(c, method, path, key, body, &got.status, &reply, &got.err) == 0 && reply.n > 0)
		json_read(bytes_of(&reply), &got.json, &(struct err){ 0 });
	buf_clear(&reply);
	return got.status;
}

static int
post(struct client *c, const char *path, const struct uuid *key, json_t *body)
{
	struct client_body with = { .json = body, .content_type = body == NULL ? "application/json" : NULL };

	send_with(c, "POST", path, key, with);
	json_decref(body);
	return got.status;
}

static int
get(struct client *c, const char *path)
{
	return send_with(c, "GET", path, NULL, CLIENT_NO_BODY);
}

static struct uuid
new_key(void)
{
	struct err err = ERR_INIT;
	struct uuid key;

	if (uuid_new(&key, &err) == -1)
		bail_out("%s", err.text);
	return key;
}

static const char *
text(const char *name)
{
	const char *s = json_string_value(json_object_get(got.json, name));

	return s != NULL ? s : "";
}

static json_t *
declaration(unsigned i)
{
	json_t *b = civilfix_adult(&rig.office[RIG_CIVIL], i);

	json_object_set_new(json_object_get(b, "child"), "place_of_birth", json_string(RIG_PLACE_HOSPITAL));
	return b;
}

/* ---- people ---- */

static void
registered(unsigned i, char number[41])
{
	char id[UUID_TEXT], path[100];
	struct uuid key = new_key();

	if (post(officer("civild", "civil_clerk.1"), "/civil/v1/births", &key, declaration(i)) != 201)
		bail_out("declaration: %s", got.err.text);
	snprintf(id, sizeof(id), "%s", text("id"));
	snprintf(path, sizeof(path), "/civil/v1/births/%s/validation", id);
	key = new_key();
	if (post(officer("civild", "civil_registrar.1"), path, &key, NULL) != 200)
		bail_out("validation: %s", got.err.text);
	snprintf(path, sizeof(path), "/civil/v1/births/%s/registration", id);
	key = new_key();
	if (post(officer("civild", "civil_registrar.1"), path, &key, NULL) != 200)
		bail_out("registration: %s", got.err.text);
	snprintf(number, 41, "%s", text("number"));
}

static struct day_enrolment
enrolling(void)
{
	return (struct day_enrolment){ officer("enrold", "enrolment_officer.1"), officer("enrold", "enrolment_supervisor.1"), rig.office[RIG_ENROLMENT] };
}

static struct day_issuance
issuing(void)
{
	return (struct day_issuance){ officer("issued", "passport_clerk.1"), officer("issued", "passport_approver.1"),
		officer("issued", "passport_personaliser.1"), officer("issued", "passport_qc.1"), officer("issued", "passport_delivery.1"),
		rig.office[RIG_PASSPORT] };
}

/* With an approved application. */
static struct day_person
applicant(unsigned i)
{
	struct day_person p = { .portrait = bytes_of(&portrait), .guardian = "A Guardian" };
	struct day_enrolment e = enrolling();
	struct day_issuance d = issuing();
	struct err err = ERR_INIT;
	char number[41];

	registered(i, number);
	p.act_number = number;
	if (day_enrol(&e, &p, &err) == -1 || day_apply(&d, &p, &err) == -1)
		bail_out("%s", err.text);
	p.act_number = NULL;
	return p;
}

/* Everything that a change could leave behind. */
static int64_t
stored(void)
{
	return rig_count(&rig, "SELECT (SELECT count(*) FROM ledger_entry) + (SELECT count(*) FROM idempotency) + (SELECT count(*) FROM current_state) +"
			       " (SELECT count(*) FROM portrait_image) + (SELECT coalesce(sum(last), 0) FROM act_series)");
}

/* ---- bad input ---- */

static void
refuses(struct client *c, const char *path, const char *type, struct bytes body, int status, const char *what)
{
	struct uuid key = new_key();
	int64_t before = stored();

	send_with(c, "POST", path, &key, (struct client_body){ .bytes = body, .content_type = type });
	if (!ok(got.status == status && got.err.text[0] != '\0', "refuses with %d: %s", status, what) || stored() != before)
		printf("# got %d %s\n", got.status, got.err.text);
	ok(stored() == before, "and stores nothing");
}

static void
test_bad_json(void)
{
	static const struct {
		const char *what, *text;
	} bad[] = {
		{ "JSON that ends early", "{\"child\":" },
		{ "a member twice", "{\"office_id\":\"a\",\"office_id\":\"b\"}" },
		{ "octets that are not UTF-8", "{\"child\":\"\xff\xfe\"}" },
		{ "a UTF-8 surrogate", "{\"child\":\"\xed\xa0\x80\"}" },
		{ "an overlong UTF-8 form", "{\"child\":\"\xc0\xaf\"}" },
		{ "U+0000 in a name", "{\"child\":{\"primary_name\":\"a\\u0000b\"}}" },
		{ "a list", "[]" },
		{ "text after the value", "{} {}" },
		{ "a number beyond all bounds", "{\"child\":1e999}" },
		{ "no value", " " },
	};
	static const struct {
		const char *program, *login, *path;
	} doors[] = {
		{ "civild", "civil_clerk.1", "/civil/v1/births" },
		{ "enrold", "enrolment_officer.1", "/enrolment/v1/enrolments" },
		{ "issued", "passport_clerk.1", "/issuance/v1/applications" },
		{ "issued", "passport_personaliser.1", "/issuance/v1/documents" },
	};
	struct buf deep = BUF_INIT, large = BUF_INIT;

	for (int i = 0; i < 5000; i++)
		buf_str(&deep, "[");
	buf_str(&large, "{\"child\":\"");
	for (int i = 0; i < 500000; i++)
		buf_str(&large, "0123456789");
	buf_str(&large, "\"}");
	for (size_t d = 0; d < NELEM(doors); d++) {
		struct client *c = officer(doors[d].program, doors[d].login);

		for (size_t i = 0; i < NELEM(bad); i++)
			refuses(c, doors[d].path, "application/json", bytes_str(bad[i].text), 400, bad[i].what);
		refuses(c, doors[d].path, "application/json", bytes_of(&deep), 400, "lists in lists without end");
		refuses(c, doors[d].path, "application/json", bytes_of(&large), 413, "five million octets");
		refuses(c, doors[d].path, "text/plain", bytes_str("{}"), 415, "another type of content");
	}
	buf_clear(&deep);
	buf_clear(&large);
}

static void
test_bad_jpeg(void)
{
	struct client *c = officer("enrold", "enrolment_officer.1");
	struct buf flipped = BUF_INIT, large = BUF_INIT;
	char number[41], office[UUID_TEXT], path[100];
	struct uuid key = new_key();
	struct bytes good = bytes_of(&portrait);

	registered(1, number);
	if (post(c, "/enrolment/v1/enrolments", &key,
		    json_pack("{s:s, s:s}", "office_id", uuid_format(&rig.office[RIG_ENROLMENT], office), "act_number", number)) != 201)
		bail_out("enrolment: %s", got.err.text);
	snprintf(path, sizeof(path), "/enrolment/v1/enrolments/%s/portrait", text("id"));
	refuses(c, path, "image/jpeg", bytes_str("\x89PNG\r\n\x1a\n0123456789"), 400, "a PNG as portrait");
	refuses(c, path, "image/jpeg", BYTES(good.p, good.n / 2), 400, "half a JPEG");
	refuses(c, path, "image/jpeg", BYTES(good.p, 20), 400, "the beginning of a JPEG");
	refuses(c, path, "image/jpeg", BYTES_NONE, 400, "no octet");
	buf_bytes(&flipped, good);
	for (size_t i = 0; i + 8 < flipped.n; i++)
		if (flipped.p[i] == 0xff && flipped.p[i + 1] == 0xc0) { /* SOF0: 65535 lines of 65535 */
			memset(flipped.p + i + 5, 0xff, 4);
			break;
		}
	refuses(c, path, "image/jpeg", bytes_of(&flipped), 400, "a JPEG that claims 65535 x 65535");
	buf_bytes(&large, good);
	for (int i = 0; i < 900000; i++)
		buf_str(&large, "0123456789");
	refuses(c, path, "image/jpeg", bytes_of(&large), 413, "nine million octets");
	buf_clear(&flipped);
	buf_clear(&large);
}

static void
test_wrong_role(void)
{
	static const struct {
		const char *program, *login, *path;
	} wrong[] = {
		{ "civild", "passport_clerk.1", "/civil/v1/births" },
		{ "civild", "civil_clerk.1", "/civil/v1/births/0190a8b0-0000-7000-8000-00000000dead/registration" },
		{ "enrold", "civil_registrar.1", "/enrolment/v1/enrolments" },
		{ "enrold", "enrolment_officer.1", "/enrolment/v1/enrolments/0190a8b0-0000-7000-8000-00000000dead/verification" },
		{ "issued", "enrolment_supervisor.1", "/issuance/v1/applications" },
		{ "issued", "passport_clerk.1", "/issuance/v1/documents" },
	};

	for (size_t i = 0; i < NELEM(wrong); i++) {
		struct uuid key = new_key();
		int64_t before = rig_count(&rig, "SELECT count(*) FROM ledger_entry e JOIN audit_event a ON a.id = e.record_id WHERE a.kind = 'denied'");
		int status = post(officer(wrong[i].program, wrong[i].login), wrong[i].path, &key, json_object());

		ok(status == 403, "refuses with 403: %s, POST %s", wrong[i].login, wrong[i].path);
		ok(rig_count(&rig, "SELECT count(*) FROM ledger_entry e JOIN audit_event a ON a.id = e.record_id WHERE a.kind = 'denied'") == before + 1,
			"which the ledger has");
	}
}

/* ---- the database gone ---- */

/* Each service recovers by itself within 10 s. */
static void
await_ready(const char *program)
{
	int i;

	for (i = 0; i < 100 && get(officer(program, NULL), "/readyz") != 200; i++)
		wait_ms(100);
	ok(i < 100, "%s is ready again by itself", program);
}

static void
test_database_gone(void)
{
	struct client *clerk = officer("civild", "civil_clerk.1");
	struct uuid before = new_key(), during = new_key();
	struct err err = ERR_INIT;
	char id[UUID_TEXT];
	static const struct {
		const char *program, *login, *path;
	} changes[] = {
		{ "enrold", "enrolment_officer.1", "/enrolment/v1/enrolments" },
		{ "issued", "passport_clerk.1", "/issuance/v1/applications" },
	};

	ok(post(clerk, "/civil/v1/births", &before, declaration(10)) == 201, "a birth is declared");
	snprintf(id, sizeof(id), "%s", text("id"));
	cluster_crash(&rig.cluster);
	for (size_t i = 0; i < NELEM(services); i++) {
		ok(get(officer(services[i], NULL), "/healthz") == 200, "without the database %s is alive", services[i]);
		ok(get(officer(services[i], NULL), "/readyz") == 503, "and not ready: %s", got.err.text);
	}
	if (!ok(post(clerk, "/civil/v1/births", &during, declaration(11)) == 503 && got.err.kind == FAIL_AGAIN && got.err.text[0] != '\0',
		    "a declaration is answered 503: %s", got.err.text))
		printf("# got %d\n", got.status);
	for (size_t i = 0; i < NELEM(changes); i++) {
		struct uuid key = new_key();
		char office[UUID_TEXT];
		json_t *body = json_pack("{s:s, s:s}", "office_id", uuid_format(&rig.office[i == 0 ? RIG_ENROLMENT : RIG_PASSPORT], office), "act_number", "CIV1-B-2026-000001-X");

		if (i == 1)
			body = (json_decref(body), json_pack("{s:s, s:s, s:s, s:s}", "uin", "234567890124", "document_type", "PP", "reason", "first", "office_id", office));
		if (!ok(post(officer(changes[i].program, changes[i].login), changes[i].path, &key, body) == 503, "so is %s %s", changes[i].program,
			    changes[i].path))
			printf("# got %d %s\n", got.status, got.err.text);
	}
	if (cluster_up(&rig.cluster, &err) == -1)
		bail_out("%s", err.text);
	for (size_t i = 0; i < NELEM(services); i++)
		await_ready(services[i]);
	ok(post(clerk, "/civil/v1/births", &before, declaration(10)) == 201 && strcmp(text("id"), id) == 0, "what was acknowledged is there: %s", got.err.text);
	ok(post(clerk, "/civil/v1/births", &during, declaration(11)) == 201, "and what was refused is taken under its key: %s", got.err.text);
}

/* ---- the token gone ---- */

static json_t *
batch_of(const struct day_person *p)
{
	char id[UUID_TEXT];

	return json_pack("{s:[s]}", "applications", uuid_format(&p->application_id, id));
}

static void
test_token_gone(void)
{
	struct day_person p = applicant(20), q = applicant(21);
	struct client *station = officer("issued", "passport_personaliser.1");
	struct uuid key = new_key(), other = new_key();
	char from[200], to[220], command[1000];

	/* SoftHSM keeps a token in a folder of its own; its configuration stays */
	snprintf(from, sizeof(from), "%s", rig.token_dir);
	snprintf(to, sizeof(to), "%s.away", rig.token_dir);
	snprintf(command, sizeof(command), "mkdir '%s' && find '%s' -mindepth 1 -maxdepth 1 -type d -exec mv {} '%s/' ';'", to, from, to);
	if (system(command) != 0)
		bail_out("%s", command);
	if (!ok(post(station, "/issuance/v1/documents", &key, batch_of(&p)) == 503 && strstr(got.err.text, "token") != NULL,
		    "without the token personalisation is answered 503: %s", got.err.text))
		printf("# got %d %s\n", got.status, json_dumps(got.json, 0));
	ok(rig_count(&rig, "SELECT count(*) FROM document_signature") == 0, "nothing is signed");
	ok(get(officer("issued", NULL), "/healthz") == 200, "issued is alive");
	ok(post(station, "/issuance/v1/documents", &key, batch_of(&p)) == 503, "again");
	snprintf(command, sizeof(command), "mv '%s'/* '%s/' && rmdir '%s'", to, from, to);
	if (system(command) != 0)
		bail_out("%s", command);
	for (int i = 0; i < 50 && post(station, "/issuance/v1/documents", &key, batch_of(&p)) != 200; i++)
		wait_ms(100);
	if (!ok(got.status == 200 && json_object_get(json_array_get(json_object_get(got.json, "results"), 0), "problem") == NULL,
		    "when it is back the same request is done, without a restart"))
		printf("# got %d %s %s\n", got.status, got.err.text, json_dumps(got.json, 0));
	ok(post(station, "/issuance/v1/documents", &other, batch_of(&q)) == 200, "and the next: %s", got.err.text);
	ok(rig_count(&rig, "SELECT count(*) FROM document_signature") == 2 && rig_count(&rig, "SELECT count(*) FROM document") == 2,
		"one signature for each document");
}

static void
test_signd_gone(void)
{
	struct day_person p = applicant(30);
	struct client *station = officer("issued", "passport_personaliser.1");
	struct uuid key = new_key();
	struct err err = ERR_INIT;

	rig_kill(&rig, "signd");
	ok(post(station, "/issuance/v1/documents", &key, batch_of(&p)) == 503, "without signd personalisation is answered 503: %s", got.err.text);
	if (rig_restart(&rig, "signd", &err) == -1)
		bail_out("%s", err.text);
	ok(post(station, "/issuance/v1/documents", &key, batch_of(&p)) == 200, "with it the same request is done: %s", got.err.text);
}

/* ---- no room on the disk ---- */

static char small[64]; /* a file system of its own under the cluster; "" when none could be made */
static char why_not[200];

/* Before anything else: a mount of our own needs a namespace of our own, which a process has to enter alone. */
static void
make_small_disk(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	struct err err = ERR_INIT;
	char map[40];

	if (unshare(CLONE_NEWNS | (uid == 0 ? 0 : CLONE_NEWUSER)) == -1) {
		snprintf(why_not, sizeof(why_not), "no mount namespace: %s", strerror(errno));
		return;
	}
	if (uid != 0) { /* PostgreSQL is to see the same user */
		file_write("/proc/self/setgroups", bytes_str("deny"), 0600, &err);
		snprintf(map, sizeof(map), "%u %u 1", (unsigned)uid, (unsigned)uid);
		file_write("/proc/self/uid_map", bytes_str(map), 0600, &err);
		snprintf(map, sizeof(map), "%u %u 1", (unsigned)gid, (unsigned)gid);
		file_write("/proc/self/gid_map", bytes_str(map), 0600, &err);
	}
	snprintf(small, sizeof(small), "/tmp/catena-disk.XXXXXX");
	if (mkdtemp(small) == NULL || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
		mount("tmpfs", small, "tmpfs", 0, "size=256m,mode=0755") == -1) {
		snprintf(why_not, sizeof(why_not), "no file system of our own: %s", strerror(errno));
		rmdir(small);
		small[0] = '\0';
		return;
	}
	setenv("TMPDIR", small, 1);
}

static void
fill(const char *path)
{
	static char block[65536];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	size_t n = sizeof(block);

	while (n > 0)
		if (write(fd, block, n) <= 0)
			n /= 2; /* to the last octet */
	close(fd);
}

static void
test_disk_full(void)
{
	struct client *clerk = officer("civild", "civil_clerk.1");
	char filler[100];
	int64_t acts = rig_count(&rig, "SELECT count(*) FROM act"), taken = 0;
	struct uuid key;
	unsigned i = 100;

	if (small[0] == '\0') {
		skip("disk full", why_not);
		return;
	}
	snprintf(filler, sizeof(filler), "%s/filler", small);
	fill(filler);
	for (key = new_key(); i < 3000 && post(clerk, "/civil/v1/births", &key, declaration(i)) == 201; i++) {
		taken++;
		key = new_key();
	}
	if (!ok(got.status == 503, "on a full disk a birth is answered 503, after %d: %s", (int)taken, got.err.text))
		printf("# got %d\n", got.status);
	ok(get(officer("civild", NULL), "/healthz") == 200, "civild is alive");
	ok(post(clerk, "/civil/v1/births", &key, declaration(i)) == 503, "again");
	unlink(filler);
	for (int k = 0; k < 300 && post(clerk, "/civil/v1/births", &key, declaration(i)) != 201; k++)
		wait_ms(100);
	ok(got.status == 201, "with room again the same request is taken: %s", got.err.text);
	for (size_t k = 0; k < NELEM(services); k++)
		await_ready(services[k]);
	acts = rig_count(&rig, "SELECT count(*) FROM act") - acts;
	ok(acts == taken + 1, "%d births were acknowledged, %d are there", (int)taken + 1, (int)acts);
	ok(rig_count(&rig, "SELECT count(*) FROM act a WHERE NOT EXISTS (SELECT FROM act_version v WHERE v.act_id = a.id) OR NOT EXISTS (SELECT FROM"
			   " current_state s WHERE s.subject_id = a.id) OR NOT EXISTS (SELECT FROM act_party p JOIN act_version v ON v.id = p.act_version_id WHERE v.act_id = a.id)") == 0,
		"none by halves");
}

/* ---- */

static void
check_ledger(const char *after)
{
	struct ledger_counts counts = { 0 };
	struct err err = ERR_INIT;
	struct treehead head;

	if (!ok(witness_ledger(witness, &counts, &err) == 0 && counts.waiting == 0, "after %s the ledger checks", after))
		printf("# %s\n", err.text);
	if (!ok(witness_head(witness, &head, &err) == 0, "and its head continues the one seen before"))
		printf("# %s\n", err.text);
}

static void
run_tests(void)
{
	struct err err = ERR_INIT;

	if (portrait_draw(bytes_str("outage"), 'M', 30, &portrait, &err) == -1)
		bail_out("%s", err.text);
	witness = witness_new(&rig);
	test_bad_json();
	test_bad_jpeg();
	test_wrong_role();
	check_ledger("bad input");
	test_token_gone();
	test_signd_gone();
	check_ledger("the loss of the token and of signd");
	test_database_gone();
	check_ledger("the loss of the database");
	test_disk_full();
	check_ledger("a full disk");
	json_decref(got.json);
	witness_free(witness);
	buf_clear(&portrait);
}

int
main(void)
{
	struct err err = ERR_INIT;

	make_small_disk();
	if (rig_start(&rig, (const char *[]){ "signd", "civild", "enrold", "issued", "registryd", NULL }, &err) == 0)
		run_tests();
	else if (err.kind == FAIL_NOT_FOUND)
		skip("outage", err.text);
	else
		bail_out("%s", err.text);
	rig_stop(&rig);
	if (small[0] != '\0') {
		umount(small);
		rmdir(small);
	}
	return done_testing();
}
