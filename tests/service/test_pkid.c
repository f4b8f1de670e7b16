/*
 * pkid over HTTP with the real suite: a document signer is generated, certified, activated and revoked by two officers, a CRL follows; what we
 * publish is read by openssl; one officer alone gets nowhere.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "registry/base/file.h"
#include "tests/service/ask.h"
#include "tests/service/rig.h"
#include "tests/tap.h"

static struct rig rig = RIG_INIT;

static int
ask(const char *login, const char *method, const char *path, json_t *body, json_t **reply)
{
	return ask_at(&rig, "pkid", login, method, path, body, reply);
}

static json_t *
get(const char *login, const char *path)
{
	json_t *reply;

	if (ask(login, "GET", path, NULL, &reply) != 200)
		bail_out("GET %s", path);
	return reply;
}

/* Whether it is refused as bad input, with these words in the problem.  Takes body. */
static bool
refused(const char *path, json_t *body, const char *says)
{
	struct client_answer answer = CLIENT_ANSWER_INIT;
	struct err err = ERR_INIT;
	struct uuid key;
	bool is_so;

	if (uuid_new(&key, &err) == -1 || client_exchange(client_at(&rig, "pkid", "pki_officer.1"), "POST", path, &key, (struct client_body){ .json = body }, &answer, &err) == -1)
		bail_out("%s: %s", path, err.text);
	is_so = answer.status == 400 && strstr(buf_cstr(&answer.body), says) != NULL;
	if (!is_so)
		printf("# %d %s\n", answer.status, buf_cstr(&answer.body));
	buf_clear(&answer.body);
	json_decref(body);
	return is_so;
}

/* ---- ceremonies ---- */

/* Asks as officer 1: the id. */
static void
ask_for(json_t *body, char id[UUID_TEXT])
{
	json_t *reply;
	char what[40];

	snprintf(what, sizeof(what), "%s", text_of(body, "kind"));
	json_object_set_new(body, "reason", json_string("the test wants it"));
	if (ask("pki_officer.1", "POST", "/pki/v1/ceremonies", body, &reply) != 201)
		bail_out("%s was not taken", what);
	snprintf(id, UUID_TEXT, "%s", text_of(reply, "id"));
	is(text_of(reply, "state"), "asked", what);
	json_decref(reply);
}

static const char *
path_of(const char *id, const char *what)
{
	static char path[120];

	snprintf(path, sizeof(path), "/pki/v1/ceremonies/%s/%s", id, what);
	return path;
}

/* Asked by one, approved by the other, carried out; the ceremony as it then is. */
static json_t *
hold(json_t *body)
{
	char id[UUID_TEXT];
	json_t *reply;

	ask_for(body, id);
	ok(ask("pki_officer.2", "POST", path_of(id, "approval"), NULL, &reply) == 201, "approved by another officer");
	is(text_of(reply, "state"), "approved", "and that is enough");
	json_decref(reply);
	if (!ok(ask("pki_officer.1", "POST", path_of(id, "execution"), NULL, &reply) == 201, "carried out"))
		bail_out("a ceremony was not carried out");
	is(text_of(reply, "state"), "executed", "and recorded");
	return reply;
}

static void
new_signer(const char *kind, char key[UUID_TEXT], char certificate[UUID_TEXT])
{
	json_t *done = hold(json_pack("{s:s, s:{s:s, s:s, s:s}}", "kind", "generate", "key", "kind", kind, "token_label", "test",
		       "algorithm", "brainpoolP256r1")),
	       *read;
	char path[100];

	snprintf(key, UUID_TEXT, "%s", text_of(done, "signing_key_id"));
	json_decref(done);
	json_decref(hold(json_pack("{s:s, s:s}", "kind", "certify", "signing_key_id", key)));
	json_decref(hold(json_pack("{s:s, s:s}", "kind", "activate", "signing_key_id", key)));
	snprintf(path, sizeof(path), "/pki/v1/keys/%s", key);
	read = get("auditor.1", path);
	is(text_of(read, "state"), "active", "the new signer is active");
	snprintf(certificate, UUID_TEXT, "%s", text_of(read, "certificate_id"));
	ok(json_array_size(json_object_get(read, "events")) >= 4, "its life is told: requested, approved, generated, active");
	json_decref(read);
}

/* ---- one officer alone ---- */

static void
test_alone(void)
{
	static const char *const kinds[] = { "crl" };
	char id[UUID_TEXT];
	json_t *read;

	for (size_t i = 0; i < NELEM(kinds); i++) {
		ask_for(json_pack("{s:s}", "kind", kinds[i]), id);
		ok(ask("pki_officer.1", "POST", path_of(id, "approval"), NULL, NULL) >= 400, "who asked cannot approve");
		ok(ask("pki_officer.1", "POST", path_of(id, "execution"), NULL, NULL) >= 400, "nor have it carried out");
		read = get("pki_officer.1", path_of(id, ""));
		is(text_of(read, "state"), "asked", "it is still only asked for");
		json_decref(read);
		ok(ask("auditor.1", "POST", path_of(id, "approval"), NULL, NULL) == 403, "an auditor approves nothing");
		ok(ask("pki_officer.2", "POST", path_of(id, "cancellation"), json_pack("{s:s}", "reason", "no"), NULL) >= 400, "only who asked withdraws");
		ok(ask("pki_officer.2", "POST", path_of(id, "refusal"), json_pack("{s:s}", "reason", "not today"), NULL) == 201, "another may refuse");
		ok(ask("pki_officer.2", "POST", path_of(id, "approval"), NULL, NULL) == 409, "and that is the end of it");
		ok(ask("pki_officer.1", "POST", path_of(id, "execution"), NULL, NULL) == 409, "in every way");
	}
}

/* ---- bad input ---- */

static void
test_bad(void)
{
	static const char *const bad[] = {
		"{\"kind\":\"founding\",\"reason\":\"x\"}",
		"{\"kind\":\"nothing\",\"reason\":\"x\"}",
		"{\"kind\":\"crl\"}",
		"{\"kind\":\"crl\",\"reason\":\"\"}",
		"{\"kind\":\"crl\",\"reason\":\"x\",\"parameters\":{\"days\":0}}",
		"{\"kind\":\"crl\",\"reason\":\"x\",\"parameters\":{\"days\":91}}",
		"{\"kind\":\"crl\",\"reason\":\"x\",\"parameters\":{\"dayz\":9}}",
		"{\"kind\":\"crl\",\"reason\":\"x\",\"parameters\":[]}",
		"{\"kind\":\"crl\",\"reason\":\"x\",\"not_before\":\"tomorrow, at noon ...\"}",
		"{\"kind\":\"crl\",\"reason\":\"x\",\"not_before\":\"2026-12-02T00:00:00Z\",\"not_after\":\"2026-12-01T00:00:00Z\"}",
		"{\"kind\":\"generate\",\"reason\":\"x\"}",
		"{\"kind\":\"generate\",\"reason\":\"x\",\"key\":{\"kind\":\"document_signer\",\"token_label\":\"test\",\"algorithm\":\"P-192\"}}",
		"{\"kind\":\"generate\",\"reason\":\"x\",\"key\":{\"kind\":\"document_signer\",\"token_label\":\"test\"}}",
		"{\"kind\":\"rollover\",\"reason\":\"x\",\"key\":{\"kind\":\"document_signer\",\"token_label\":\"test\",\"algorithm\":\"brainpoolP256r1\"}}",
		"{\"kind\":\"certify\",\"reason\":\"x\"}",
		"{\"kind\":\"activate\",\"reason\":\"x\",\"certificate_id\":\"018f2a00-0000-7000-8000-00000000abcd\"}",
		"{\"kind\":\"revoke\",\"reason\":\"x\"}",
		"{\"kind\":\"master_list\",\"reason\":\"x\"}",
	};

	for (size_t i = 0; i < NELEM(bad); i++) {
		json_t *body = json_loads(bad[i], 0, NULL);

		ok(body != NULL && ask("pki_officer.1", "POST", "/pki/v1/ceremonies", body, NULL) == 400, "refuses %s", bad[i]);
	}
	ok(ask("pki_officer.1", "POST", "/pki/v1/ceremonies",
		   json_pack("{s:s, s:s, s:s}", "kind", "activate", "reason", "x", "signing_key_id", "018f2a00-0000-7000-8000-00000000abcd"), NULL) >= 404,
		"refuses a key that is not there");
	ok(ask("pki_officer.1", "GET", "/pki/v1/lists?kind=shopping", NULL, NULL) == 400, "refuses an unknown kind of list");
	ok(ask("pki_officer.1", "GET", "/pki/v1/keys?colour=red", NULL, NULL) == 400, "refuses an unknown filter");
}

/* ---- what we publish ---- */

static void
fetch(const char *path, const char *content_type, const char *file)
{
	struct client_answer answer = CLIENT_ANSWER_INIT;
	struct err err = ERR_INIT;

	if (client_exchange(client_at(&rig, "pkid", NULL), "GET", path, NULL, CLIENT_NO_BODY, &answer, &err) == -1)
		bail_out("%s: %s", path, err.text);
	ok(answer.status == 200 && strcmp(answer.content_type, content_type) == 0, "GET %s without sign-in: %d %s", path, answer.status, answer.content_type);
	if (file_write(rig_path(&rig, file), bytes_of(&answer.body), 0600, &err) == -1)
		bail_out("%s", err.text);
	buf_clear(&answer.body);
}

__attribute__((format(printf, 2, 3))) static void
shell(const char *want, const char *fmt, ...)
{
	char command[700], said[4000];
	va_list args;
	FILE *from;
	size_t n;

	va_start(args, fmt);
	vsnprintf(command, sizeof(command), fmt, args);
	va_end(args);
	if ((from = popen(command, "r")) == NULL)
		bail_out("%s", command);
	n = fread(said, 1, sizeof(said) - 1, from);
	said[n] = '\0';
	pclose(from);
	if (!ok(strstr(said, want) != NULL, "%.60s... says %s", command, want))
		printf("# %s\n", said);
}

static void
test_public(const char *serial)
{
	char path[300], curl[300];

	fetch("/pki/v1/public/csca", "application/x-pem-file", "csca.pem");
	fetch("/pki/v1/public/crl", "application/pkix-crl", "ours.crl");
	snprintf(path, sizeof(path), "%s", rig_path(&rig, "ours.crl"));
	shell("Version 2", "openssl crl -inform DER -in %s -noout -text 2>&1", path);
	shell(serial, "openssl crl -inform DER -in %s -noout -text 2>&1", path);
	shell("verify OK", "openssl crl -inform DER -in %s -noout -verify -CAfile %s 2>&1", path, rig_path(&rig, "csca.pem"));
	snprintf(curl, sizeof(curl), "curl -s --cacert %s -D - -o /dev/null %s/pki/v1/public/crl", rig_path(&rig, "ca.pem"), rig_program(&rig, "pkid")->address);
	shell("Cache-Control: public, max-age=3600", "%s", curl);
	shell("ETag: \"", "%s", curl);
	shell("Last-Modified: ", "%s", curl);
	shell(" 304", "etag=$(%s | tr -d '\\r' | sed -n 's/^[Ee][Tt]ag: //p'); %s -H \"If-None-Match: $etag\"", curl, curl);
	ok(ask("pki_officer.1", "GET", "/pki/v1/public/master-list", NULL, NULL) == 404, "there is no master list yet, and it says so");
}

/* ---- a good day ---- */

static char document_signer[UUID_TEXT]; /* a certificate */

static void
test_day(void)
{
	char key[UUID_TEXT], certificate[UUID_TEXT], path[120], serial[60];
	struct client_answer answer = CLIENT_ANSWER_INIT;
	struct err err = ERR_INIT;
	json_t *read, *done;

	new_signer("document_signer", key, certificate);
	snprintf(document_signer, sizeof(document_signer), "%s", certificate);
	snprintf(path, sizeof(path), "/pki/v1/certificates/%s", certificate);
	read = get("pki_officer.1", path);
	ok(json_array_size(json_object_get(read, "findings")) == 0 || strcmp(text_of(json_array_get(json_object_get(read, "findings"), 0), "severity"), "notice") == 0,
		"the linter finds nothing in what we issued");
	ok(json_object_size(json_object_get(read, "view")) > 5, "and it is told in words");
	snprintf(serial, sizeof(serial), "%s", text_of(read, "serial"));
	for (char *c = serial; *c != '\0'; c++)
		*c = *c >= 'a' && *c <= 'f' ? (char)(*c - 32) : *c;
	json_decref(read);

	json_decref(hold(json_pack("{s:s, s:s, s:{s:s}}", "kind", "revoke", "certificate_id", certificate, "parameters", "cause", "compromise")));
	read = get("pki_officer.1", "/pki/v1/duties");
	ok(json_array_size(json_object_get(read, "due")) > 0, "after a revocation a CRL is due");
	json_decref(read);
	done = hold(json_pack("{s:s, s:{s:i}}", "kind", "crl", "parameters", "days", 30));
	snprintf(path, sizeof(path), "%s", path_of(text_of(done, "id"), "protocol"));
	json_decref(done);
	if (client_exchange(client_at(&rig, "pkid", "pki_officer.1"), "GET", path, NULL, CLIENT_NO_BODY, &answer, &err) == -1)
		bail_out("%s", err.text);
	ok(answer.status == 200 && answer.body.n > 1000 && memcmp(answer.body.p, "%PDF", 4) == 0, "its protocol is a PDF");
	if (file_write(rig_path(&rig, "protocol.pdf"), bytes_of(&answer.body), 0600, &err) == -1)
		bail_out("%s", err.text);
	buf_clear(&answer.body);
	shell("pki_officer.2", "pdftotext -layout %s -", rig_path(&rig, "protocol.pdf"));
	test_public(serial);

	read = get("auditor.1", "/pki/v1/revocations");
	ok(json_array_size(json_object_get(read, "items")) == 1, "one certificate is revoked");
	json_decref(read);
	read = get("auditor.1", "/pki/v1/crls");
	ok(json_integer_value(json_object_get(json_array_get(json_object_get(read, "items"), 0), "number")) == 1, "the first CRL has number 1");
	json_decref(read);
	read = get("auditor.1", "/pki/v1/ceremonies?limit=2");
	ok(json_array_size(json_object_get(read, "items")) == 2 && *text_of(read, "next") != '\0', "ceremonies come by the page");
	json_decref(read);
}

/* What was approved is carried out without anybody's asking again. */
static void
test_scheduler(void)
{
	char id[UUID_TEXT];
	json_t *read = NULL;

	ask_for(json_pack("{s:s, s:{s:s, s:s, s:s}}", "kind", "generate", "key", "kind", "document_signer", "token_label", "test", "algorithm", "P-256"), id);
	ok(ask("pki_officer.2", "POST", path_of(id, "approval"), NULL, NULL) == 201, "approved");
	for (int i = 0; i < 100; i++) {
		json_decref(read);
		read = get("auditor.1", path_of(id, ""));
		if (strcmp(text_of(read, "state"), "executed") == 0)
			break;
		usleep(100000);
	}
	is(text_of(read, "state"), "executed", "the scheduler had it carried out");
	ok(json_object_get(json_object_get(read, "execution"), "officer_id") == NULL, "and no officer is said to have ordered it");
	json_decref(read);
}

/* ---- our deviation list ---- */

static struct buf
compose(json_t *body)
{
	struct client_answer answer = CLIENT_ANSWER_INIT;
	struct err err = ERR_INIT;
	struct uuid key;

	if (uuid_new(&key, &err) == -1 ||
		client_exchange(client_at(&rig, "pkid", "pki_officer.1"), "POST", "/pki/v1/trust/deviation-list-content", &key, (struct client_body){ .json = body }, &answer, &err) == -1)
		bail_out("%s", err.text);
	json_decref(body);
	if (!ok(answer.status == 200 && strcmp(answer.content_type, "application/octet-stream") == 0, "its content is composed"))
		bail_out("%s", buf_cstr(&answer.body));
	return answer.body;
}

static void
test_deviation_list(void)
{
	static const struct {
		const char *deviation, *pointer;
	} bad[] = {
		{ "{}", "/deviations/0/descriptions" },
		{ "{\"descriptions\":[]}", "/deviations/0/descriptions" },
		{ "{\"descriptions\":[{\"type\":\"chips\"}]}", "/deviations/0/descriptions/0/type" },
		{ "{\"descriptions\":[{\"type\":\"chip\",\"field\":22}]}", "/deviations/0/descriptions/0/field" },
		{ "{\"descriptions\":[{\"type\":\"chip\",\"field\":2}]}", "field 2" },
		{ "{\"descriptions\":[{\"type\":\"dg_hash_wrong\"}]}", "field -1" },
		{ "{\"descriptions\":[{\"type\":\"chip\",\"text\":\"d\u00e9j\u00e0 vu\"}]}", "PrintableString" },
		{ "{\"descriptions\":[{\"type\":\"chip\"}],\"issued_from\":\"2026-01-01T00:00:00Z\"}", "/deviations/0/issued_until" },
		{ "{\"descriptions\":[{\"type\":\"chip\"}],\"issued_from\":\"2026-01-01T00:00:00Z\",\"issued_until\":\"2026-13-01T00:00:00Z\"}", "/deviations/0/issued_until" },
		{ "{\"descriptions\":[{\"type\":\"chip\"}],\"issued_from\":\"2026-02-01T00:00:00Z\",\"issued_until\":\"2026-01-01T00:00:00Z\"}", "ends before it begins" },
		{ "{\"descriptions\":[{\"type\":\"chip\"}],\"certificate_id\":\"018f2a00-0000-7000-8000-00000000abcd\"}", "/deviations/0/certificate_id" },
		{ "{\"descriptions\":[{\"type\":\"chip\"}],\"document_type\":\"PPP\"}", "/deviations/0/document_type" },
		{ "{\"descriptions\":[{\"type\":\"chip\"}],\"documents\":[]}", "/deviations/0/documents" },
		{ "{\"descriptions\":[{\"type\":\"chip\"}],\"documents\":[{\"number\":7}]}", "/deviations/0/documents/0/number" },
	};
	char key[UUID_TEXT], certificate[UUID_TEXT], file[300];
	struct buf content, text = BUF_INIT;
	json_t *body;

	for (size_t i = 0; i < NELEM(bad); i++) {
		body = json_object();
		json_object_set_new(body, "deviations", json_array());
		json_array_append_new(json_object_get(body, "deviations"), json_loads(bad[i].deviation, 0, NULL));
		ok(refused("/pki/v1/trust/deviation-list-content", body, bad[i].pointer), "refuses %s at %s", bad[i].deviation, bad[i].pointer);
	}
	new_signer("deviation_list_signer", key, certificate);
	body = json_pack("{s:[{s:s, s:s, s:s, s:[{s:s, s:s, s:i}]}, {s:[{s:s}, {s:s}], s:s, s:s, s:[{s:s}]}]}", "deviations", "document_type", "PP", "certificate_id",
		document_signer, "certificate_by", "digest", "descriptions", "type", "dg_hash_wrong", "text", "hash of DG2 without its header", "field", 2, "documents",
		"number", "L898902C3", "number", "A1234567", "issued_from", "2026-01-01T00:00:00Z", "issued_until", "2026-01-31T00:00:00Z", "descriptions", "type", "chip");
	content = compose(body);
	buf_base64(&text, bytes_of(&content));
	json_decref(hold(json_pack("{s:s, s:s}", "kind", "deviation_list", "content", buf_cstr(&text))));
	fetch("/pki/v1/public/deviation-list", "application/cms", "ours.dl");
	snprintf(file, sizeof(file), "%s", rig_path(&rig, "ours.dl"));
	shell("2.23.136.1.1.7", "openssl cms -cmsout -print -inform DER -in %s 2>&1 | grep eContentType", file);
	shell("A1234567", "openssl cms -verify -noverify -inform DER -in %s 2>/dev/null | openssl asn1parse -inform DER", file);
	shell("verdict: good", "%s/catena pki list %s --anchor %s 2>&1", getenv("top_builddir") != NULL ? getenv("top_builddir") : ".", file, rig_path(&rig, "csca.pem"));
	/* signd signs no other octets under that name */
	buf_clear(&text);
	buf_base64(&text, bytes_str("0\003\002\001\005"));
	ask_for(json_pack("{s:s, s:s}", "kind", "deviation_list", "content", buf_cstr(&text)), key);
	ok(ask("pki_officer.2", "POST", path_of(key, "approval"), NULL, NULL) == 201, "what is no list may be agreed upon");
	ok(ask("pki_officer.1", "POST", path_of(key, "execution"), NULL, NULL) >= 400, "but is not signed");
	ok(ask("pki_officer.1", "POST", path_of(key, "cancellation"), json_pack("{s:s}", "reason", "no list"), NULL) == 201, "and is withdrawn");
	buf_clear(&content);
	buf_clear(&text);
}

int
main(void)
{
	struct err err = ERR_INIT;

	rig.options = "[pkid]\nduties_interval = 1\n";
	if (rig_start(&rig, (const char *const[]){ "signd", "pkid", NULL }, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("pkid", err.text);
		return done_testing();
	}
	test_alone();
	test_bad();
	test_day();
	test_deviation_list();
	test_scheduler();
	rig_stop(&rig);
	return done_testing();
}
