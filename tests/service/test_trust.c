/*
 * The trust store over HTTP with the real programs: files of other States proposed by one officer and accepted by another, certificates
 * confirmed and distrusted by two, links followed, lists verified and refused, what we hand on; Germany's real list with its figures.
 */
#include <stdlib.h>

#include "pki/certfile.h"
#include "registry/base/clock.h"
#include "registry/base/der.h"
#include "registry/base/digest.h"
#include "registry/base/file.h"
#include "tests/service/ask.h"
#include "tests/service/rig.h"
#include "tests/tap.h"

static struct rig rig = RIG_INIT;

static int
exchange(const char *login, const char *method, const char *path, struct client_body body, struct buf *answer)
{
	return exchange_at(&rig, "pkid", login, method, path, body, answer);
}

static int
ask(const char *login, const char *method, const char *path, json_t *body, json_t **reply)
{
	return ask_at(&rig, "pkid", login, method, path, body, reply);
}

static json_t *
get(const char *path)
{
	json_t *reply;

	if (ask("auditor.1", "GET", path, NULL, &reply) != 200)
		bail_out("GET %s", path);
	return reply;
}

static int64_t
count_of(const json_t *import, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(import, "counts"), name));
}

static struct buf
utopia(const char *name)
{
	const char *top = getenv("top_srcdir");
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;
	char path[500];

	snprintf(path, sizeof(path), "%s/tests/data/utopia/%s", top != NULL ? top : ".", name);
	if (file_read(path, 1 << 20, &b, &err) == -1)
		bail_out("%s", err.text);
	return b;
}

/* ---- imports ---- */

/* Proposed by officer 1: the import. */
static json_t *
propose(struct bytes file, int want)
{
	struct buf answer = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *import = NULL;
	int status = exchange("pki_officer.1", "POST", "/pki/v1/trust/imports?source=by%20courier",
		(struct client_body){ .bytes = file, .content_type = "application/octet-stream" }, &answer);

	if (status != want)
		bail_out("proposing: %d, wanted %d", status, want);
	if (status < 300 && json_read(bytes_of(&answer), &import, &err) == -1)
		bail_out("%s", err.text);
	buf_clear(&answer);
	return import;
}

static const char *
import_path(const json_t *import, const char *what)
{
	static char path[120];

	snprintf(path, sizeof(path), "/pki/v1/trust/imports/%s%s", text_of(import, "id"), what);
	return path;
}

/* Proposed and accepted: the import as it was proposed. */
static json_t *
take(const char *file)
{
	struct buf b = utopia(file);
	json_t *import = propose(bytes_of(&b), 201);

	ok(ask("pki_officer.2", "POST", import_path(import, "/acceptance"), NULL, NULL) == 201, "%s: proposed by one officer, accepted by another", file);
	buf_clear(&b);
	return import;
}

/* Path of the certificate with these octets. */
static const char *
path_of_certificate(struct bytes der, const char *what)
{
	static char path[160];
	uint8_t digest[SHA256_LEN];
	char hex[65];
	json_t *list = get("/pki/v1/trust/certificates?limit=200");
	json_t *item;
	size_t i;

	path[0] = '\0';
	sha256(der, digest);
	for (i = 0; i < SHA256_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	json_array_foreach (json_object_get(list, "items"), i, item)
		if (strcmp(text_of(item, "sha256"), hex) == 0)
			snprintf(path, sizeof(path), "/pki/v1/trust/certificates/%s%s", text_of(item, "id"), what);
	if (path[0] == '\0')
		bail_out("%s is not held", hex);
	json_decref(list);
	return path;
}

static const char *
certificate_path(const char *file, const char *what)
{
	struct buf b = utopia(file);
	const char *path = path_of_certificate(bytes_of(&b), what);

	buf_clear(&b);
	return path;
}

static void
standing_is(const char *file, const char *want, const char *why)
{
	json_t *c = get(certificate_path(file, ""));

	is(text_of(c, "standing"), want, why);
	json_decref(c);
}

static json_t *
confirmation_of(struct bytes der, bool is_right)
{
	uint8_t digest[SHA256_LEN];
	char hex[100] = "";

	sha256(der, digest);
	for (size_t i = 0; i < SHA256_LEN; i++)
		snprintf(hex + strlen(hex), 4, "%s%02X", i > 0 ? ":" : "", digest[i] ^ (!is_right && i == 31));
	return json_pack("{s:s, s:s}", "how", "read out by telephone to the embassy", "fingerprint", hex);
}

static json_t *
confirmation(const char *file, bool is_right)
{
	struct buf b = utopia(file);
	json_t *body = confirmation_of(bytes_of(&b), is_right);

	buf_clear(&b);
	return body;
}

static json_t *
reason(void)
{
	return json_pack("{s:s}", "reason", "the embassy says it was never theirs");
}

static bool
is_due(const json_t *duties, const char *what)
{
	const json_t *due = json_object_get(duties, "due");

	for (size_t i = 0; i < json_array_size(due); i++)
		if (strcmp(text_of(json_array_get(due, i), "what"), what) == 0)
			return true;
	return false;
}

/* ---- a root, its confirmation, its link ---- */

static void
test_roots(void)
{
	struct buf b = utopia("good/csca1.cer");
	json_t *import = propose(bytes_of(&b), 201), *reply;
	const json_t *item;

	is(text_of(import, "state"), "proposed", "a root of another State is proposed");
	reply = get("/pki/v1/duties");
	ok(is_due(reply, "import"), "that another officer is to look at it is among the duties");
	json_decref(reply);
	reply = get(import_path(import, ""));
	item = json_array_get(json_object_get(reply, "items"), 0);
	ok(json_array_size(json_object_get(reply, "items")) == 1 && strcmp(text_of(item, "change"), "new") == 0 && strcmp(text_of(item, "issuer"), "self") == 0 &&
			json_is_true(json_object_get(item, "is_root")) && strcmp(text_of(item, "country"), "UT") == 0 && json_object_get(item, "departures") != NULL,
		"what it would change is shown: a new root of UT, with its departures");
	json_decref(reply);
	ok(ask("pki_officer.1", "POST", import_path(import, "/acceptance"), NULL, NULL) == 409, "who proposed it cannot accept it");
	ok(ask("auditor.1", "POST", import_path(import, "/acceptance"), NULL, NULL) == 403, "an auditor accepts nothing");
	reply = get("/pki/v1/trust/certificates");
	ok(json_array_size(json_object_get(reply, "items")) == 0, "nothing is held yet");
	json_decref(reply);
	ok(ask("pki_officer.2", "POST", import_path(import, "/acceptance"), NULL, NULL) == 201, "another officer accepts it");
	ok(ask("pki_officer.2", "POST", import_path(import, "/acceptance"), NULL, NULL) == 409, "once");
	ok(ask("pki_officer.2", "POST", import_path(import, "/refusal"), reason(), NULL) == 409, "and can no longer refuse it");
	json_decref(import);
	standing_is("good/csca1.cer", "held", "it is held, not trusted");

	ok(ask("pki_officer.1", "POST", certificate_path("good/csca1.cer", "/confirmation"), confirmation("good/csca1.cer", false), NULL) == 409,
		"a confirmation with another fingerprint is refused");
	ok(ask("pki_officer.1", "POST", certificate_path("good/csca1.cer", "/confirmation"), confirmation("good/csca1.cer", true), NULL) == 201, "one confirms");
	standing_is("good/csca1.cer", "held", "one is not enough");
	ok(ask("pki_officer.1", "POST", certificate_path("good/csca1.cer", "/confirmation"), confirmation("good/csca1.cer", true), NULL) == 409,
		"and cannot confirm twice");
	reply = get("/pki/v1/duties");
	ok(is_due(reply, "confirmation") && !is_due(reply, "import"), "that a second officer is to confirm it is among the duties");
	json_decref(reply);
	ok(ask("auditor.1", "POST", certificate_path("good/csca1.cer", "/confirmation"), confirmation("good/csca1.cer", true), NULL) == 403, "an auditor confirms nothing");
	ok(ask("pki_officer.2", "POST", certificate_path("good/csca1.cer", "/confirmation"), confirmation("good/csca1.cer", true), NULL) == 201, "the other one confirms");
	standing_is("good/csca1.cer", "trusted", "then it is trusted");
	reply = get(certificate_path("good/csca1.cer", ""));
	ok(json_array_size(json_object_get(reply, "decisions")) == 2 && json_array_size(json_object_get(reply, "provenance")) == 1 &&
			json_object_size(json_object_get(reply, "view")) > 5 && json_is_array(json_object_get(reply, "findings")),
		"who confirmed it, where it came from, what is in it");
	json_decref(reply);

	json_decref(take("good/csca2.cer"));
	standing_is("good/csca2.cer", "held", "the next root of the State is only held");
	json_decref(take("good/csca1-to-2-link.cer"));
	standing_is("good/csca1-to-2-link.cer", "linked", "the link certificate, signed by the trusted root, brings trust");
	standing_is("good/csca2.cer", "linked", "to the root of its key");
	buf_clear(&b);
}

/* ---- lists ---- */

static void
test_lists(void)
{
	json_t *import = take("good/utopia.ml"), *reply;
	const json_t *list = json_array_get(json_object_get(json_object_get(import, "summary"), "lists"), 0);
	struct buf b;

	ok(json_is_true(json_object_get(list, "is_verified")) && json_array_size(json_object_get(list, "verdicts")) > 3, "the list's signer is under a trusted key; its verdicts are told");
	ok(count_of(import, "known") == 3 && count_of(import, "new") == 1, "its certificates are known, the list is new: %lld known, %lld new", (long long)count_of(import, "known"),
		(long long)count_of(import, "new"));
	json_decref(import);
	import = take("good/utopia.ml");
	ok(count_of(import, "new") == 0 && count_of(import, "known") == 4, "the same list again brings nothing new");
	json_decref(import);
	reply = get(certificate_path("good/csca2.cer", ""));
	ok(json_array_size(json_object_get(reply, "provenance")) == 3, "every import that brought the certificate is known");
	json_decref(reply);

	b = utopia("ml/tampered.ml");
	import = propose(bytes_of(&b), 201);
	list = json_array_get(json_object_get(json_object_get(import, "summary"), "lists"), 0);
	ok(json_is_true(json_object_get(list, "is_refused")) && count_of(import, "left_out") > 0, "a changed list is proposed with the verdict that refuses it, and left out");
	ok(ask("pki_officer.1", "POST", import_path(import, "/refusal"), reason(), &reply) == 201, "who proposed it may take it back");
	is(text_of(reply, "state"), "refused", "it is refused");
	json_decref(reply);
	json_decref(import);
	buf_clear(&b);

	json_decref(take("good/utopia.crl"));
	reply = get("/pki/v1/trust/states");
	list = json_array_get(json_object_get(reply, "items"), 0);
	ok(json_array_size(json_object_get(reply, "items")) == 1 && strcmp(text_of(list, "country"), "UT") == 0 && json_is_true(json_object_get(json_object_get(list, "master_list"), "is_verified")) &&
			json_object_get(json_object_get(list, "master_list"), "age_days") != NULL && json_is_true(json_object_get(json_object_get(list, "crl"), "is_verified")),
		"the State with its newest list, its age, and its CRL");
	json_decref(reply);
}

/* ---- bad input ---- */

static void
test_bad(void)
{
	static const char *const paths[] = { "/pki/v1/trust/imports?colour=red", "/pki/v1/trust/imports?state=lost", "/pki/v1/trust/certificates?country=ut",
		"/pki/v1/trust/certificates?standing=good", "/pki/v1/trust/certificates?limit=0" };
	struct buf ds = utopia("good/dsA.cer"), csca = utopia("good/csca1.cer"), answer = BUF_INIT;
	struct client_body body = { .bytes = bytes_of(&csca), .content_type = "application/octet-stream" };

	json_decref(propose(bytes_str("this is no certificate"), 400));
	json_decref(propose(bytes_of(&ds), 400));
	ok(true, "refuses a text and a document signer");
	ok(exchange("pki_officer.1", "POST", "/pki/v1/trust/imports", body, &answer) == 400, "refuses a file without source");
	ok(exchange("pki_officer.1", "POST", "/pki/v1/trust/imports?source=", body, &answer) == 400, "refuses an empty source");
	ok(exchange("pki_officer.1", "POST", "/pki/v1/trust/imports?source=a%07b", body, &answer) == 400, "refuses a source with a control character");
	ok(exchange("auditor.1", "POST", "/pki/v1/trust/imports?source=post", body, &answer) == 403, "an auditor proposes nothing");
	for (size_t i = 0; i < NELEM(paths); i++)
		ok(ask("auditor.1", "GET", paths[i], NULL, NULL) == 400, "refuses %s", paths[i]);
	ok(ask("auditor.1", "GET", "/pki/v1/trust/imports/018f2a00-0000-7000-8000-00000000abcd", NULL, NULL) == 404, "an import that is not there");
	ok(ask("auditor.1", "GET", "/pki/v1/trust/certificates/018f2a00-0000-7000-8000-00000000abcd", NULL, NULL) == 404, "a certificate that is not there");
	ok(ask("pki_officer.1", "POST", "/pki/v1/trust/imports/018f2a00-0000-7000-8000-00000000abcd/acceptance", NULL, NULL) == 404, "accepting what is not there");
	ok(ask("pki_officer.1", "POST", "/pki/v1/trust/certificates/018f2a00-0000-7000-8000-00000000abcd/distrust", reason(), NULL) == 404, "distrusting what is not there");
	ok(ask("pki_officer.1", "POST", certificate_path("good/csca2.cer", "/confirmation"), json_pack("{s:s, s:s}", "how", "by post, in a sealed letter", "fingerprint", "0000000000000000000000000000000000000000000000000000000000000zzz"), NULL) == 400, "refuses a fingerprint that is none");
	ok(ask("pki_officer.1", "POST", certificate_path("good/csca2.cer", "/confirmation"), json_pack("{s:s}", "how", "by post, in a sealed letter"), NULL) == 400,
		"refuses a confirmation without fingerprint");
	ok(ask("pki_officer.1", "POST", certificate_path("good/csca2.cer", "/distrust"), json_pack("{s:s}", "reason", "no"), NULL) == 400, "refuses a reason that is none");
	buf_clear(&ds);
	buf_clear(&csca);
	buf_clear(&answer);
}

/* ---- what we hand on, and trust taken away ---- */

static size_t
count_in(const char *path, enum certfile_kind kind)
{
	struct certfile file = { 0 };
	struct buf answer = BUF_INIT;
	struct err err = ERR_INIT;
	size_t n;

	if (exchange("pki_officer.1", "GET", path, CLIENT_NO_BODY, &answer) != 200)
		return 0;
	if (file_write(rig_path(&rig, "handed-on"), bytes_of(&answer), 0600, &err) == -1)
		bail_out("%s", err.text);
	if (strstr(path, "content") != NULL) { /* no SignedData yet: certificates in a SET */
		struct der d = der_reader(bytes_of(&answer)), seq, set;
		uint64_t version;
		struct tlv one;

		n = 0;
		if (der_enter(&d, DER_SEQUENCE, &seq, "content", &err) == -1 || der_get_uint(&seq, &version, "content", &err) == -1 ||
			der_enter(&seq, DER_SET, &set, "content", &err) == -1)
			bail_out("%s", err.text);
		while (der_more(&set) && der_next(&set, &one, "content", &err) == 0)
			n++;
	} else {
		if (certfile_read(bytes_of(&answer), &file, &err) == -1)
			bail_out("%s", err.text);
		n = file.count[kind];
		certfile_clear(&file);
	}
	buf_clear(&answer);
	return n;
}

static void
test_handed_on(void)
{
	ok(count_in("/pki/v1/trust/pkd.ldif", CERTFILE_CERTIFICATE) == 1, "the file for the PKD holds our document signer and no CSCA");
	ok(count_in("/pki/v1/trust/master-list-content", CERTFILE_CERTIFICATE) >= 3, "our next master list: our CSCA and what we trust of Utopia's");
}

static void
test_distrust(void)
{
	ok(ask("pki_officer.1", "POST", certificate_path("good/csca1.cer", "/distrust"), reason(), NULL) == 201, "one officer distrusts the root");
	standing_is("good/csca1.cer", "trusted", "which alone changes nothing");
	ok(ask("pki_officer.1", "POST", certificate_path("good/csca1.cer", "/distrust"), reason(), NULL) == 409, "the same once more neither");
	ok(ask("auditor.1", "POST", certificate_path("good/csca1.cer", "/distrust"), reason(), NULL) == 403, "nor an auditor");
	ok(ask("pki_officer.2", "POST", certificate_path("good/csca1.cer", "/distrust"), reason(), NULL) == 201, "the second officer agrees");
	standing_is("good/csca1.cer", "distrusted", "now it is distrusted");
	standing_is("good/csca2.cer", "held", "and what only it had vouched for is merely held");
	ok(count_in("/pki/v1/trust/master-list-content", CERTFILE_CERTIFICATE) == 1, "our next master list is without them");
	json_decref(take("good/csca1.cer"));
	standing_is("good/csca1.cer", "distrusted", "another import does not bring it back");
}

/* ---- Germany ---- */

static bool
germany(const char *name, struct buf *out)
{
	const char *data = getenv("CATENA_TEST_DATA");
	struct err err = ERR_INIT;
	char path[500];

	snprintf(path, sizeof(path), "%s/icao/masterlist/%s", data != NULL ? data : "", name);
	return data != NULL && file_read(path, 8 << 20, out, &err) == 0;
}

static void
test_germany(void)
{
	struct buf list = BUF_INIT, root = BUF_INIT;
	uint64_t begun, proposed, accepted;
	json_t *import, *reply;
	const json_t *summary;
	unsigned other = 0;

	if (!germany("DE_ML_2026-05-28.ml", &list) || !germany("DE_CSCA07.cer", &root)) {
		skip("Germany's list", "no test data");
		return;
	}
	import = propose(bytes_of(&list), 201);
	ok(json_is_false(json_object_get(json_array_get(json_object_get(json_object_get(import, "summary"), "lists"), 0), "is_verified")),
		"the signer of Germany's list is under nobody we trust: it does not count as verified");
	ok(ask("pki_officer.2", "POST", import_path(import, "/refusal"), reason(), NULL) == 201, "it is refused until the root is confirmed");
	json_decref(import);
	import = propose(bytes_of(&root), 201);
	ok(ask("pki_officer.2", "POST", import_path(import, "/acceptance"), NULL, NULL) == 201 &&
			ask("pki_officer.1", "POST", path_of_certificate(bytes_of(&root), "/confirmation"), confirmation_of(bytes_of(&root), true), NULL) == 201 &&
			ask("pki_officer.2", "POST", path_of_certificate(bytes_of(&root), "/confirmation"), confirmation_of(bytes_of(&root), true), NULL) == 201,
		"its root is taken over and confirmed by two officers");
	json_decref(import);
	begun = clock_monotonic_ns();
	import = propose(bytes_of(&list), 201);
	proposed = clock_monotonic_ns();
	ok(ask("pki_officer.2", "POST", import_path(import, "/acceptance"), NULL, NULL) == 201, "Germany's master list is accepted");
	accepted = clock_monotonic_ns();
	summary = json_object_get(import, "summary");
	printf("# DE: %lld certificates, %lld roots, %lld links, %lld verify under their issuer, %lld depart from the profile, %lld others; proposed in %.2f s, accepted in %.2f s\n",
		json_integer_value(json_object_get(summary, "certificates")), json_integer_value(json_object_get(summary, "roots")),
		json_integer_value(json_object_get(summary, "links")), json_integer_value(json_object_get(summary, "verified")),
		json_integer_value(json_object_get(summary, "departing")), json_integer_value(json_object_get(summary, "others")), (double)(proposed - begun) / 1e9,
		(double)(accepted - proposed) / 1e9);
	ok(json_integer_value(json_object_get(summary, "certificates")) == 581 && json_integer_value(json_object_get(summary, "verified")) == 569,
		"581 CSCA certificates, 569 of them under their issuer");
	ok(json_is_true(json_object_get(json_array_get(json_object_get(summary, "lists"), 0), "is_verified")), "now the list is verified");
	reply = get(import_path(import, ""));
	ok(json_array_size(json_object_get(reply, "items")) == 582, "each of them is shown");
	json_decref(reply);
	reply = get("/pki/v1/trust/states");
	ok(json_array_size(json_object_get(reply, "items")) > 100, "States: %zu", json_array_size(json_object_get(reply, "items")));
	json_decref(reply);
	reply = get("/pki/v1/trust/certificates?country=FR&standing=held&limit=2");
	ok(json_array_size(json_object_get(reply, "items")) == 2 && *text_of(reply, "next") != '\0', "certificates come by State, standing and page");
	json_decref(reply);
	reply = get("/pki/v1/trust/certificates?standing=trusted");
	ok(json_array_size(json_object_get(reply, "items")) == 1, "of all these only the root that was confirmed is trusted");
	json_decref(reply);
	reply = get("/pki/v1/trust/certificates?standing=linked&limit=200");
	printf("# DE: %zu certificates count as trusted by links\n", json_array_size(json_object_get(reply, "items")));
	for (size_t i = 0; i < json_array_size(json_object_get(reply, "items")); i++)
		other += strcmp(text_of(json_array_get(json_object_get(reply, "items"), i), "country"), "DE") != 0;
	ok(other == 0, "a link never leads to another State");
	json_decref(reply);
	json_decref(import);
	import = propose(bytes_of(&list), 201);
	ok(count_of(import, "known") == 582 && count_of(import, "new") == 0 && count_of(import, "gone") == 0, "the same list again would change nothing");
	json_decref(import);
	buf_clear(&list);
	buf_clear(&root);
}

int
main(void)
{
	struct err err = ERR_INIT;

	if (rig_start(&rig, (const char *const[]){ "signd", "pkid", NULL }, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("the trust store over HTTP", err.text);
		return done_testing();
	}
	test_roots();
	test_lists();
	test_bad();
	test_handed_on();
	test_distrust();
	test_germany();
	rig_stop(&rig);
	return done_testing();
}
