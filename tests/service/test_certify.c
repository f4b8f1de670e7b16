/*
 * Certificates over HTTPS with the real programs: issued, sealed by signd after a ceremony made a signer, printed always the same, bound to paper, revoked;
 * an adopted child's says nothing of the adoption; anybody learns whether one is valid, and nothing else.
 */
#include <fcntl.h>
#include <unistd.h>

#include "registry/base/file.h"
#include "tests/service/acting.h"

static struct one first;

/* ---- asking ---- */

static int
issue(const char *login, const char *act, const char *form, const char *language, const char *replaces)
{
	char office[UUID_TEXT];

	return post(login, json_pack("{s:s, s:s, s:s, s:s, s:s*}", "office_id", uuid_format(&rig.office[RIG_CIVIL], office), "act_number", act, "form", form, "language", language, "replaces", replaces),
		"/civil/v1/certificates");
}

/* Into the rig's folder; the status. */
static int
fetch(const char *login, const char *number, const char *file)
{
	struct client_answer answer = CLIENT_ANSWER_INIT;
	struct err err = ERR_INIT;
	struct client *c = NULL;
	char path[200];
	int fd;

	snprintf(path, sizeof(path), "/civil/v1/certificates/%s/document", number);
	if (rig_client(&rig, "civild", login, &c, &err) == -1 || client_exchange(c, "GET", path, NULL, CLIENT_NO_BODY, &answer, &err) == -1)
		bail_out("%s", err.text);
	if (answer.status != 200)
		printf("# %d %.300s\n", answer.status, buf_cstr(&answer.body));
	if ((fd = open(rig_path(&rig, file), O_WRONLY | O_CREAT | O_TRUNC, 0600)) == -1 || write(fd, answer.body.p, answer.body.n) != (ssize_t)answer.body.n)
		bail_out("%s", file);
	close(fd);
	buf_clear(&answer.body);
	return answer.status;
}

/* A command in the rig's folder. */
__attribute__((format(printf, 1, 2))) static bool
run(const char *fmt, ...)
{
	char command[1200];
	va_list ap;
	int n = snprintf(command, sizeof(command), "cd %s && ", rig.folder);

	va_start(ap, fmt);
	vsnprintf(command + n, sizeof(command) - (size_t)n, fmt, ap);
	va_end(ap);
	return system(command) == 0;
}

static bool
page_has(const char *file, const char *words)
{
	return run("pdftotext -layout %s - | grep -q -e '%s'", file, words);
}

static void
code_of(const char *number, char code[20])
{
	struct err err = ERR_INIT;

	if (rig_sql(&rig, code, 20, &err, "SELECT code FROM registry.civil_certificate_status WHERE number = '%s'", number) == -1)
		bail_out("%s", err.text);
}

/* What somebody without an account learns. */
static int
status_of(const char *number, const char *code)
{
	return get(NULL, "/civil/v1/status/%s?code=%s", number, code);
}

static bool
status_is(const char *number, const char *wanted)
{
	char code[20];

	code_of(number, code);
	return status_of(number, code) == 200 && strcmp(said("status"), wanted) == 0 && json_object_size(got.json) == 1;
}

static void
der_to_file(const char *hex, const char *file)
{
	struct buf der = BUF_INIT;
	struct err err = ERR_INIT;

	if (buf_from_hex(&der, bytes_str(hex), &err) == -1 || file_write(rig_path(&rig, file), bytes_of(&der), 0600, &err) == -1)
		bail_out("%s: %s", file, err.text);
	buf_clear(&der);
}

/* ---- ceremonies ---- */

static json_t *
at_pkid(const char *login, json_t *body, const char *path)
{
	struct buf reply = BUF_INIT;
	struct err err = ERR_INIT;
	struct client *c = NULL;
	json_t *json = NULL;
	struct uuid key;
	int status;

	if (rig_client(&rig, "pkid", login, &c, &err) == -1 || uuid_new(&key, &err) == -1 ||
		client_call(c, "POST", path, &key, (struct client_body){ .json = body }, &status, &reply, &err) == -1 || json_read(bytes_of(&reply), &json, &err) == -1)
		bail_out("%s: %s", path, err.text);
	buf_clear(&reply);
	json_decref(body);
	return json;
}

static void
hold(json_t *body, char key[UUID_TEXT])
{
	json_t *asked, *done;
	char path[120], id[UUID_TEXT];

	json_object_set_new(body, "reason", json_string("certificates need seals"));
	asked = at_pkid("pki_officer.1", body, "/pki/v1/ceremonies");
	snprintf(id, sizeof(id), "%s", json_string_value(json_object_get(asked, "id")));
	json_decref(asked);
	snprintf(path, sizeof(path), "/pki/v1/ceremonies/%s/approval", id);
	json_decref(at_pkid("pki_officer.2", json_object(), path));
	snprintf(path, sizeof(path), "/pki/v1/ceremonies/%s/execution", id);
	done = at_pkid("pki_officer.1", json_object(), path);
	if (key != NULL)
		snprintf(key, UUID_TEXT, "%s", json_string_value(json_object_get(done, "signing_key_id")));
	json_decref(done);
}

static void
make_signer(void)
{
	char key[UUID_TEXT];

	hold(json_pack("{s:s, s:{s:s, s:s, s:s}}", "kind", "generate", "key", "kind", "civil_seal_signer", "token_label", "test", "algorithm", "brainpoolP256r1"), key);
	hold(json_pack("{s:s, s:s, s:{s:s}}", "kind", "certify", "signing_key_id", key, "parameters", "signer_id", "CR"), NULL);
	hold(json_pack("{s:s, s:s}", "kind", "activate", "signing_key_id", key), NULL);
}

/* ---- tests ---- */

static void
test_without_key(void)
{
	char number[48], office[UUID_TEXT];

	register_act("births", birth("Eriksson", "Anna Maria", "2025-06-12"), &first);
	ok(issue("civil_clerk.1", first.number, "extract", "en", NULL) == 201, "a clerk issues an extract: %s", got.err.text);
	snprintf(number, sizeof(number), "%s", said("number"));
	ok(strncmp(number, "CIV1-C-", 7) == 0 && json_integer_value(json_object_get(got.json, "copy")) == 1, "number %s, copy 1", number);
	ok(fetch("civil_clerk.1", number, "a.pdf") == 200, "its PDF");
	ok(page_has("a.pdf", "Eriksson") && page_has("a.pdf", "Issued without") && page_has("a.pdf", first.number), "without a signer it says that it has no seal");
	ok(fetch("civil_registrar.1", number, "b.pdf") == 200 && run("cmp -s a.pdf b.pdf"), "the same octets again");
	ok(status_is(number, "valid"), "anybody learns that it is valid");
	ok(issue("civil_clerk.1", first.number, "full", "fr", NULL) == 201 && json_integer_value(json_object_get(got.json, "copy")) == 2, "the next one is copy 2");

	ok(issue("auditor.1", first.number, "full", "en", NULL) == 403, "refuses: an auditor issues");
	ok(issue("civil_clerk.3", first.number, "full", "en", NULL) == 403, "refuses: a clerk of another office issues for this one");
	ok(post("civil_clerk.3", json_pack("{s:s, s:s, s:s, s:s}", "office_id", uuid_format(&rig.office[RIG_CIVIL_2], office), "act_number", first.number, "form", "full", "language", "en"), "/civil/v1/certificates") == 403,
		"refuses: another office issues of an act that it may not read");
	ok(get("civil_clerk.3", "/civil/v1/certificates?act_number=%s", first.number) == 403, "refuses: it lists them");
	ok(get("civil_clerk.1", "/civil/v1/certificates?act_number=%s", first.number) == 200 && json_array_size(json_object_get(got.json, "items")) == 2, "the office lists both");
	ok(get("civil_clerk.1", "/civil/v1/certificates?act_number=CIV1-B-2015-000001-0") == 400 && get("civil_clerk.1", "/civil/v1/certificates") == 400,
		"refuses: to list those of no act");
	ok(issue("civil_clerk.1", "CIV1-B-2015-000001-0", "full", "en", NULL) == 400, "refuses: a number with a wrong check character");
	ok(issue("civil_clerk.1", first.number, "poster", "en", NULL) == 400, "refuses: a form that is none");
	ok(post("civil_clerk.1", json_pack("{s:s, s:s, s:s, s:s, s:s}", "office_id", uuid_format(&rig.office[RIG_CIVIL], office), "act_number", first.number, "form", "full", "language", "en", "as_of", "2001-01-01"),
		   "/civil/v1/certificates") == 404,
		"refuses: as of a day before the registration");
	ok(fetch("civil_clerk.3", number, "c.pdf") == 403, "refuses: another office prints it");
}

static void
test_sealed(void)
{
	char number[48], code[20], seal[3200], build[1000];
	struct err err = ERR_INIT;

	/* the tests run in the build directory */
	if (getcwd(build, sizeof(build)) == NULL)
		bail_out("working directory");
	make_signer();
	ok(issue("civil_clerk.1", first.number, "multilingual", "en", NULL) == 201, "a multilingual extract: %s", got.err.text);
	snprintf(number, sizeof(number), "%s", said("number"));
	ok(fetch("civil_clerk.1", number, "s.pdf") == 200 && !page_has("s.pdf", "Issued without"), "now it is sealed");
	ok(fetch("civil_clerk.1", number, "t.pdf") == 200 && run("cmp -s s.pdf t.pdf"), "the same octets again");
	ok(run("pdftoppm -r 300 -f 1 -l 9 -png s.pdf s && for f in s-*.png; do dmtxread -N 1 -m 20000 $f > seal.bin && test -s seal.bin && break; done"), "the seal is read from the page");
	if (rig_sql(&rig, seal, sizeof(seal), &err, "SELECT encode(s.seal, 'hex') FROM registry.civil_certificate_seal s JOIN registry.civil_certificate c ON c.id = s.civil_certificate_id WHERE c.number = '%s'", number) == -1)
		bail_out("%s", err.text);
	ok(strlen(seal) > 100 && run("test \"$(od -An -v -tx1 seal.bin | tr -d ' \\n')\" = %s", seal), "and is the one that signd recorded");
	if (rig_sql(&rig, seal, sizeof(seal), &err, "SELECT encode(c.der, 'hex') FROM registry.certificate c JOIN registry.signing_key k ON k.id = c.signing_key_id AND k.kind = 'civil_seal_signer'") == -1)
		bail_out("%s", err.text);
	der_to_file(seal, "signer.der");
	ok(run("%s/catena pki seal seal.bin --signer signer.der > seal.txt; cat seal.txt | sed 's/^/# /'; grep -q 'ERIKSSON' seal.txt && grep -q %s seal.txt", build, number),
		"catena pki seal reads whom it is about and of which certificate");
	code_of(number, code);
	ok(status_of(number, code) == 200, "its status by the code of the seal");
	ok(status_of(number, "0000000000000000") == 404, "refuses: another code");
	ok(status_of("CIV1-C-2026-999999-0", code) == 404, "refuses: another number, with the same answer");

	ok(post("civil_clerk.1", reason(), "/civil/v1/certificates/%s/revocation", number) == 403, "refuses: a clerk revokes");
	ok(post("civil_registrar.1", reason(), "/civil/v1/certificates/%s/revocation", number) == 200 && strcmp(said("status"), "revoked") == 0, "a registrar revokes: %s", got.err.text);
	ok(status_is(number, "revoked"), "anybody learns it");
	ok(post("civil_registrar.1", reason(), "/civil/v1/certificates/%s/revocation", number) == 409, "refuses: to revoke it again");
}

static void
test_paper(void)
{
	char number[48], id[UUID_TEXT], office[UUID_TEXT];
	json_t *count = json_pack("{s:s, s:s, s:s, s:i, s:i}", "office_id", uuid_format(&rig.office[RIG_CIVIL], office), "event", "receive", "prefix", "UT", "first", 1, "last", 20);

	issue("civil_clerk.1", first.number, "extract", "es", NULL);
	snprintf(number, sizeof(number), "%s", said("number"));
	ok(post("civil_clerk.1", json_incref(count), "/civil/v1/paper/counts") == 403, "refuses: a clerk counts paper");
	ok(post("civil_registrar.1", count, "/civil/v1/paper/counts") == 201, "a registrar counts twenty sheets: %s", got.err.text);
	snprintf(id, sizeof(id), "%s", said("id"));
	ok(post("civil_clerk.1", json_pack("{s:s}", "serial", "UT-0000003"), "/civil/v1/certificates/%s/paper", number) == 404, "refuses: a sheet before it was counted twice");
	ok(post("civil_registrar.1", json_pack("{s:i}", "counted", 20), "/civil/v1/paper/counts/%s/confirmation", id) == 409, "refuses: the same officer counts again: %s", got.err.text);
	ok(post("civil_registrar.2", json_pack("{s:i}", "counted", 19), "/civil/v1/paper/counts/%s/confirmation", id) >= 400, "refuses: nineteen");
	ok(post("civil_registrar.2", json_pack("{s:i}", "counted", 20), "/civil/v1/paper/counts/%s/confirmation", id) == 200, "another counts the same: %s", got.err.text);
	ok(json_integer_value(json_object_get(got.json, "received")) == 20, "twenty are there");
	ok(post("civil_clerk.1", json_pack("{s:s}", "serial", "UT-0000003"), "/civil/v1/certificates/%s/paper", number) == 200, "a certificate is bound to its sheet: %s", got.err.text);
	is(said("paper"), "UT-0000003", "which it names");
	ok(post("civil_clerk.1", json_pack("{s:s}", "serial", "UT-0000004"), "/civil/v1/certificates/%s/paper", number) == 409, "refuses: a second sheet");
	issue("civil_clerk.1", first.number, "extract", "ar", number);
	ok(got.status == 201 && status_is(number, "replaced"), "one issued in its place replaces it");
	snprintf(number, sizeof(number), "%s", "");
	ok(post("civil_clerk.1", reason(), "/civil/v1/paper/sheets/UT-0000003/spoiling") == 200, "the sheet is spoiled: %s", got.err.text);
	ok(post("civil_clerk.1", reason(), "/civil/v1/paper/sheets/UT-0000003/spoiling") == 409, "refuses: to spoil it again");
	ok(get("civil_clerk.1", "/civil/v1/paper?office_id=%s", office) == 200 && json_integer_value(json_object_get(got.json, "received")) == 19 && json_integer_value(json_object_get(got.json, "spoiled")) == 1,
		"the stock says so");
}

static void
test_adopted(void)
{
	struct one act, adoption;
	char before[48], number[48];
	struct act_about about = { .primary = "Origin", .secondary = "Lena", .born = "2015-05-05" };

	register_act("births", birth("Origin", "Lena", "2015-05-05"), &act);
	about.birth_number = act.number;
	issue("civil_clerk.1", act.number, "full", "en", NULL);
	snprintf(before, sizeof(before), "%s", said("number"));
	ok(got.status == 201 && status_is(before, "valid"), "a certificate of before the adoption");
	declare("adoptions", act_example("adoptions", &rig.office[RIG_CIVIL], RIG_PLACE_HOSPITAL, "Newname", &about), adoption.id);
	post("civil_registrar.1", NULL, "/civil/v1/adoptions/%s/validation", adoption.id);
	post("civil_supervisor.1", NULL, "/civil/v1/adoptions/%s/approval", adoption.id);
	post("civil_clerk.1", evidence("court_decision"), "/civil/v1/adoptions/%s/evidence", adoption.id);
	ok(post("civil_registrar.1", NULL, "/civil/v1/adoptions/%s/registration", adoption.id) == 200, "the adoption is registered: %s", got.err.text);
	snprintf(adoption.number, sizeof(adoption.number), "%s", said("number"));
	ok(status_is(before, "replaced"), "which replaces that certificate");
	for (int i = 0; i < 2; i++) {
		ok(issue("civil_clerk.1", i == 0 ? act.number : adoption.number, "full", "en", NULL) == 201, "a full copy is issued: %s", got.err.text);
		snprintf(number, sizeof(number), "%s", said("number"));
		ok(fetch("civil_clerk.1", number, "n.pdf") == 200 && page_has("n.pdf", "Newname") && page_has("n.pdf", "Nora") && page_has("n.pdf", "Karl") && page_has("n.pdf", act.number),
			"with the new name and parents under the number of the birth");
		ok(!page_has("n.pdf", "Origin") && !page_has("n.pdf", adoption.number) && !run("pdftotext n.pdf - | grep -qi adopt"), "and nothing of the adoption");
		ok(run("pdftoppm -r 300 -png n.pdf n && dmtxread -N 1 -m 20000 n-1.png > n.bin && ! grep -qai -e origin -e adopt n.bin"), "nor in its seal");
	}
}

static void
test_follows(void)
{
	char number[48];
	struct one act;

	register_act("births", birth("Zweig", "Ilse", "2024-01-09"), &act);
	issue("civil_clerk.1", act.number, "extract", "en", NULL);
	snprintf(number, sizeof(number), "%s", said("number"));
	ok(post("civil_registrar.2", reason(), "/civil/v1/births/%s/annulment", act.id) == 200 && status_is(number, "revoked"), "with its act a certificate is revoked");
	ok(issue("civil_clerk.1", act.number, "extract", "en", NULL) == 409, "refuses: a certificate of an annulled act: %s", got.err.text);
	ok(post("civil_registrar.2", reason(), "/civil/v1/births/%s/reinstatement", act.id) == 200 && status_is(number, "valid"), "and valid again when that is taken back");
}

static void
test_rate(void)
{
	int status = 404;

	for (int i = 0; i < 64 && status == 404; i++)
		status = status_of("CIV1-C-2026-999999-0", "0000000000000000");
	ok(status == 429, "who asks too often is told to wait");
}

int
main(void)
{
	acting_start((const char *[]){ "signd", "civild", "pkid", NULL });
	test_without_key();
	test_sealed();
	test_paper();
	test_adopted();
	test_follows();
	test_rate();
	return acting_stop();
}
