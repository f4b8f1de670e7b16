/*
 * Certificates over HTTPS with the real programs: issued, sealed by signd after a ceremony made a signer, printed always the same, revoked;
 * an adopted child's says nothing of the adoption; anybody learns whether one is valid, and nothing else.
 */
#include <fcntl.h>
#include <unistd.h>

#include "registry/base/file.h"
#include "tests/service/rites.h"

static struct one first;

/* ---- asking ---- */

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

/* ---- the signer ---- */

static void
make_signer(void)
{
	char key[UUID_TEXT];

	hold(json_pack("{s:s, s:{s:s, s:s, s:s}}", "kind", "generate", "key", "kind", "civil_seal_signer", "token_label", "test", "algorithm", "brainpoolP256r1"), key);
	hold(json_pack("{s:s, s:s, s:{s:s}}", "kind", "certify", "signing_key_id", key, "parameters", "signer_id", "CR"), NULL);
	hold(json_pack("{s:s, s:s}", "kind", "activate", "signing_key_id", key), NULL);
	hold(json_pack("{s:s}", "kind", "crl"), NULL);
	published("csca", "csca.pem");
	published("crl", "ours.crl");
}

/* ---- tests ---- */

static char build[1000]; /* where the programs are: the tests run there */

/* With what an inspector without a network has: the signer's certificate, CSCA and CRL. */
static bool
verifies(const char *file)
{
	return run("%s/catena pki seal %s --signer signer.der --anchor csca.pem --crl ours.crl > verified.txt", build, file) && run("grep -q 'seal: VALID' verified.txt");
}

/* The seal, from the lower third of the last page, by a reader that is not ours; on a loaded machine it takes its time. */
static bool
seal_read(const char *pdf, const char *to)
{
	return run("n=$(pdfinfo %s | sed -n 's/^Pages: *//p') && pdftoppm -r 300 -f $n -l $n -x 0 -W 2480 -y 2300 -H 1200 -png -singlefile %s page && dmtxread -N 1 -m 120000 page.png > %s && test -s %s", pdf, pdf, to,
		to);
}

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
	char number[48], code[20], seal[3200];
	struct err err = ERR_INIT;

	make_signer();
	ok(issue("civil_clerk.1", first.number, "multilingual", "en", NULL) == 201, "a multilingual extract: %s", got.err.text);
	snprintf(number, sizeof(number), "%s", said("number"));
	ok(fetch("civil_clerk.1", number, "s.pdf") == 200 && !page_has("s.pdf", "Issued without"), "now it is sealed");
	ok(fetch("civil_clerk.1", number, "t.pdf") == 200 && run("cmp -s s.pdf t.pdf"), "the same octets again");
	ok(seal_read("s.pdf", "seal.bin"), "the seal is read from the page");
	if (rig_sql(&rig, seal, sizeof(seal), &err, "SELECT encode(s.seal, 'hex') FROM registry.civil_certificate_seal s JOIN registry.civil_certificate c ON c.id = s.civil_certificate_id WHERE c.number = '%s'", number) == -1)
		bail_out("%s", err.text);
	ok(strlen(seal) > 100 && run("test \"$(od -An -v -tx1 seal.bin | tr -d ' \\n')\" = %s", seal), "and is the one that signd recorded");
	if (rig_sql(&rig, seal, sizeof(seal), &err, "SELECT encode(c.der, 'hex') FROM registry.certificate c JOIN registry.signing_key k ON k.id = c.signing_key_id AND k.kind = 'civil_seal_signer'") == -1)
		bail_out("%s", err.text);
	der_to_file(seal, "signer.der");
	ok(run("%s/catena pki seal seal.bin --signer signer.der > seal.txt; cat seal.txt | sed 's/^/# /'; grep -q 'ERIKSSON' seal.txt && grep -q %s seal.txt", build, number),
		"catena pki seal reads whom it is about and of which certificate");
	ok(verifies("seal.bin") && run("grep -q 'ERIKSSON<<ANNA' verified.txt"), "and with CSCA and CRL, offline, that it is genuine");
	ok(run("test $(%s/catena pki seal seal.bin --signer signer.der --anchor csca.pem > w.txt; echo $?) = 1", build) && run("grep -q crl_missing w.txt"), "a warning without the CRL");
	for (int i = 0; i < 3; i++) {
		static const char *const at[] = { "40", "120", "-1" }; /* header or message, message, signature */

		ok(run("cp seal.bin bad.bin && n=$(stat -c %%s bad.bin) && at=$((%s < 0 ? n - 1 : %s)) && printf '\\%%03o' $(( ( $(od -An -tu1 -j$at -N1 bad.bin) + 1 ) %% 256 )) | dd of=bad.bin bs=1 seek=$at conv=notrunc 2>/dev/null && ! cmp -s seal.bin bad.bin",
			   at[i], at[i]) &&
				!verifies("bad.bin"),
			"refuses: one octet changed (%s)", at[i]);
	}
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
		ok(seal_read("n.pdf", "n.bin") && verifies("n.bin") && run("! grep -qai -e origin -e adopt -e %s n.bin verified.txt", adoption.number), "nor in its seal, which is genuine");
	}
}

static const struct {
	const char *script, *primary, *secondary, *mrz_primary, *mrz_secondary, *born, *read;
} scripts[] = {
	{ "Latin", "Müller-Łukasiewicz", "Zoë", NULL, NULL, "2013-03-03", "MUELLER<LUKASIEWICZ<<ZOE" },
	{ "Arabic", "عبد السلام الأمين", "علاء", NULL, NULL, "2015-08-21", "EBD<ALSLAM<ALXAEMYN<<ELAXE" },
	{ "Cyrillic", "Шевченко", "Євгенія", NULL, NULL, "2017-11-09", "SHEVCHENKO<<IEVGENIIA" },
	{ "Khmer", "ឈឿន", "សុខា", "CHHOEUN", "SOKHA", "2019-05-30", "CHHOEUN<<SOKHA" },
	{ "Amharic", "ኃይለ ማርያም", "ደሳለኝ", "HAILE<MARIAM", "DESALEGN", "2021-01-14", "HAILE<MARIAM<<DESALEGN" },
};

/* From the declaration to the seal, of names in five scripts; each certificate in another form. */
static void
test_scripts(void)
{
	static const char *const forms[] = { "full", "full", "extract", "multilingual", "multilingual" }, *const languages[] = { "en", "ar", "fr", "es", "en" };
	char number[48], name[12];

	for (size_t i = 0; i < NELEM(scripts); i++) {
		json_t *body = birth(scripts[i].primary, scripts[i].secondary, scripts[i].born), *child = json_object_get(body, "child");
		struct one act;

		if (scripts[i].mrz_primary != NULL) {
			json_object_set_new(child, "mrz_primary", json_string(scripts[i].mrz_primary));
			json_object_set_new(child, "mrz_secondary", json_string(scripts[i].mrz_secondary));
		}
		register_act("births", body, &act);
		issue("civil_clerk.1", act.number, forms[i], languages[i], NULL);
		snprintf(number, sizeof(number), "%s", said("number"));
		snprintf(name, sizeof(name), "%zu.pdf", i);
		ok(fetch("civil_clerk.1", number, name) == 200 && page_has(name, scripts[i].primary) && page_has(name, scripts[i].secondary), "%s: the names are in the file's text, %s", scripts[i].script, forms[i]);
		ok(run("test $(pdffonts %s | tail -n +3 | grep -vc ' yes yes ') = 0", name), "%s: its fonts are in the file", scripts[i].script);
		ok(seal_read(name, "i.bin") && verifies("i.bin") && run("grep -qx -e 'person\\(, in the MRZ.s letters\\)\\?: %s' verified.txt", scripts[i].read), "%s: the seal says %s, and is genuine", scripts[i].script,
			scripts[i].read);
		run("grep ^person verified.txt | sed 's/^/# /'");
		if (getenv("KEEP_CERTIFICATES") != NULL)
			run("cp %s \"$KEEP_CERTIFICATES/service-%s.pdf\"", name, scripts[i].script);
	}
}

/* The certificate of a day says what the act said then, and is made again whatever happens to the act. */
static void
test_as_of(void)
{
	char before[48], after[48], then[48], id[UUID_TEXT], office[UUID_TEXT], day[DATE_TEXT];
	struct err err = ERR_INIT;
	struct one act;

	register_act("births", birth("Wanderer", "Elsa", "2025-02-02"), &act);
	/* as if that had been ten days ago */
	if (rig_sql(&rig, NULL, 0, &err, "SET session_replication_role = replica; UPDATE registry.act_version SET created_at = created_at - interval '10 days' WHERE act_id = '%s';"
					 " UPDATE registry.act_registration SET created_at = created_at - interval '10 days' WHERE act_id = '%s'; SET session_replication_role = origin",
		    act.id, act.id) == -1 ||
		rig_sql(&rig, day, sizeof(day), &err, "SELECT ((now() AT TIME ZONE 'UTC')::date - 5)::text") == -1)
		bail_out("%s", err.text);
	issue("civil_clerk.1", act.number, "full", "en", NULL);
	snprintf(before, sizeof(before), "%s", said("number"));
	ok(fetch("civil_clerk.1", before, "before.pdf") == 200 && status_is(before, "valid"), "a certificate of before a correction");
	if (post("civil_registrar.1", json_pack("{s:i, s:[{s:s, s:s, s:s}], s:s, s:[{s:s, s:s}]}", "version", 1, "changes", "path", "/child/secondary_name", "from", "Elsa", "to", "Elisa", "legal_basis", "section 12", "evidence", "kind", "affidavit", "reference", "A 17"),
		    "/civil/v1/births/%s/corrections", act.id) != 201)
		bail_out("%s", got.err.text);
	snprintf(id, sizeof(id), "%s", said("id"));
	if (post("civil_registrar.2", NULL, "/civil/v1/births/%s/corrections/%s/acceptance", act.id, id) != 200)
		bail_out("%s", got.err.text);
	ok(status_is(before, "replaced"), "is replaced once the act says something else");
	ok(fetch("civil_clerk.1", before, "again.pdf") == 200 && run("cmp -s before.pdf again.pdf"), "and is still made again octet for octet");
	ok(issue("civil_clerk.1", act.number, "full", "en", NULL) == 201, "one of today: %s", got.err.text);
	snprintf(after, sizeof(after), "%s", said("number"));
	ok(fetch("civil_clerk.1", after, "after.pdf") == 200 && page_has("after.pdf", "Elisa") && !page_has("after.pdf", "Elsa"), "says what was corrected");
	ok(post("civil_clerk.1", json_pack("{s:s, s:s, s:s, s:s, s:s}", "office_id", uuid_format(&rig.office[RIG_CIVIL], office), "act_number", act.number, "form", "full", "language", "en", "as_of", day),
		   "/civil/v1/certificates") == 201,
		"one as of five days ago: %s", got.err.text);
	snprintf(then, sizeof(then), "%s", said("number"));
	is(said("as_of"), day, "says so");
	ok(fetch("civil_clerk.1", then, "then.pdf") == 200 && page_has("then.pdf", "Elsa") && !page_has("then.pdf", "Elisa"), "says what the act said then");
	ok(status_is(then, "replaced") && status_is(after, "valid"), "and only that of today is valid");
	if (post("civil_registrar.1", json_pack("{s:s, s:s, s:s, s:i, s:i}", "office_id", office, "event", "receive", "prefix", "UT", "first", 1, "last", 2), "/civil/v1/paper/counts") != 201 ||
		post("civil_registrar.2", json_pack("{s:i}", "counted", 2), "/civil/v1/paper/counts/%s/confirmation", said("id")) != 200)
		bail_out("%s", got.err.text);
	ok(post("civil_clerk.1", json_pack("{s:s}", "serial", "UT-0000001"), "/civil/v1/certificates/%s/paper", then) == 200, "that of then may be printed on paper: %s", got.err.text);
	ok(post("civil_clerk.1", json_pack("{s:s}", "serial", "UT-0000002"), "/civil/v1/certificates/%s/paper", before) == 409, "refuses: that which the correction replaced");
	ok(issue("civil_clerk.1", act.number, "full", "en", before) == 201, "one in the place of the first: %s", got.err.text);
	ok(issue("civil_clerk.1", act.number, "full", "en", before) == 409, "refuses: a second in its place");
	ok(issue("civil_clerk.1", first.number, "full", "en", after) >= 400, "refuses: in the place of another act's: %s", got.err.text);
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

/* A question as browsers ask it; the reply into head.txt and body.txt.  The status. */
__attribute__((format(printf, 2, 3))) static int
browse(const char *language, const char *fmt, ...)
{
	char path[300], *answer;
	struct buf status = BUF_INIT;
	struct err err = ERR_INIT;
	va_list ap;
	int n;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (!run("curl -s --cacert ca.pem -H 'Accept: text/html,*/*;q=0.8' -H 'Accept-Language: %s' -D head.txt -o body.txt -w '%%{http_code}' '%s%s' > status.txt", language, rig_program(&rig, "civild")->address, path) ||
		file_read(rig_path(&rig, "status.txt"), 10, &status, &err) == -1)
		bail_out("curl %s", path);
	answer = buf_take_str(&status);
	n = atoi(answer);
	free(answer);
	return n;
}

static void
test_page(void)
{
	char number[48], code[20];

	issue("civil_clerk.1", first.number, "extract", "en", NULL);
	snprintf(number, sizeof(number), "%s", said("number"));
	code_of(number, code);
	ok(browse("de, fr;q=0.7, en;q=0.3", "/civil/v1/status/%s?code=%s", number, code) == 200 && run("grep -q '<html lang=\"fr\"' body.txt && grep -q '>Valable</h1>' body.txt"), "a browser is told in the language that it prefers");
	ok(run("grep -qi \"^content-security-policy: default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\" head.txt"), "under a policy without scripts");
	ok(run("grep -qi '^cache-control: no-store' head.txt && grep -qi '^referrer-policy: no-referrer' head.txt && grep -qi '^x-content-type-options: nosniff' head.txt && grep -qi '^strict-transport-security:' head.txt"),
		"kept by nobody, and its address told to nobody");
	ok(run("! grep -qi -e '<script' -e 'style=' -e ' on[a-z]*=' body.txt"), "without scripts and styles of its own");
	ok(run("! grep -qi -e Eriksson -e Anna -e '%s' -e 'Civil office' body.txt", first.number), "and says nothing of the act");
	ok(browse("en", "/civil/v1/status/%s?code=%s&lang=ar", number, code) == 200 && run("grep -q 'dir=\"rtl\"' body.txt"), "or in the one asked for");
	ok(browse("en", "/civil/v1/status?number=%%20%s%%20&code=%s", number, code) == 200 && run("grep -q '>Valid</h1>' body.txt"), "the page with the fields says the same");
	ok(browse("en", "/civil/v1/status") == 200 && run("grep -q '<form' body.txt && ! grep -q 'desk-status' body.txt"), "or asks for number and code");
	ok(browse("en", "/civil/v1/status?number=%s&code=", number) == 200 && run("grep -q 'both needed' body.txt"), "both of them");
	ok(browse("en", "/civil/v1/status?number=%s&code=0000000000000000", number) == 404 && run("grep -q '>Not known</h1>' body.txt && cp body.txt wrong.txt"), "refuses: another code");
	ok(browse("en", "/civil/v1/status?number=CIV1-C-2026-000777-0&code=0000000000000000") == 404 && run("sed 's/CIV1-C-2026-000777-0/%s/g' body.txt | cmp -s - wrong.txt", number), "refuses: another number, with the same page");
	ok(browse("en", "/civil/v1/status?code=1&number=%%22%%3E%%3Cscript%%3Ealert(1)%%3C%%2Fscript%%3E") == 404 && run("! grep -qi '<script' body.txt && grep -q '&#34;&#62;&#60;script' body.txt"), "markup that is typed stays text");
	ok(browse("en", "/civil/v1/status?lang=xx") == 400 && browse("en", "/civil/v1/status?colour=red") == 400, "refuses: a language or a parameter that is none");
}

static void
test_rate(void)
{
	int status = 404;

	for (int i = 0; i < 64 && status == 404; i++)
		status = status_of("CIV1-C-2026-999999-0", "0000000000000000");
	ok(status == 429, "who asks too often is told to wait");
	ok(browse("fr", "/civil/v1/status?number=CIV1-C-2026-999999-0&code=0000000000000000") == 429 && run("grep -qi '^retry-after: 60' head.txt && grep -q 'Trop de questions' body.txt"), "in a browser, too");
}

int
main(void)
{
	acting_start((const char *[]){ "signd", "civild", "pkid", NULL });
	if (getcwd(build, sizeof(build)) == NULL)
		bail_out("working directory");
	test_without_key();
	test_sealed();
	test_scripts();
	test_as_of();
	test_adopted();
	test_follows();
	test_page();
	test_rate();
	return acting_stop();
}
