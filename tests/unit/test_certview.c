/* The readable view of a certificate, and the two commands: catena pki cert, catena pki lint. */
#include <sys/wait.h>
#include <unistd.h>

#include "pki/certview.h"
#include "registry/base/text.h"
#include "tests/data.h"
#include "tests/unit/plant.h"

static struct cert *
parse(struct bytes der)
{
	struct err err = ERR_INIT;
	struct cert *cert = NULL;

	if (cert_read(der, &cert, &err) == -1)
		bail_out("%s", err.text);
	return cert;
}

/* Each line as a person reads it; the values are those that openssl x509 prints. */
static void
test_lines(void)
{
	static const char *const lines[] = {
		"kind:                         document signer\n",
		"subject:                      C=UT, O=Utopia, OU=Passport Authority, CN=DS Utopia 001\n",
		"issuer:                       C=UT, O=Utopia, OU=Passport Authority, CN=CSCA Utopia\n",
		"serial number:                2001\n",
		"valid from:                   2026-10-01T00:00:00Z\n",
		"valid until:                  2037-01-15T23:59:59Z\n",
		"signed with:                  ecdsa-with-SHA256\n",
		"public key:                   EC brainpoolP256r1, explicit parameters\n",
		"  key usage:                  digital signature\n",
		"  private key used from:      2026-10-01T00:00:00Z\n",
		"  private key used until:     2027-01-01T00:00:00Z\n",
		"  subject's other names:      ds@utopia.example; directory L=UTO\n",
		"  revocation list at:         http://pki.utopia.example/crl/UTO.crl\n",
		"  document types:             P\n",
		"SHA-1 fingerprint:            7a927cfa8552ba4da8158278ada81aca088ab2db\n",
	};
	struct buf file = fix_file("good/dsB.cer"), text = BUF_INIT;
	struct cert *cert = parse(bytes_of(&file));
	struct err err = ERR_INIT;
	json_t *view = NULL;
	char sha256[65];

	ok(certview_text(cert, &text, &err) == 0, "a document signer's certificate as text");
	for (size_t i = 0; i < NELEM(lines); i++)
		if (!ok(strstr(buf_cstr(&text), lines[i]) != NULL, "has: %.*s", (int)strcspn(lines[i], "\n"), lines[i]))
			printf("# %s\n", buf_cstr(&text));
	is(certview_sha256(cert, sha256), "dd1586c9ab76dbaa84be04d3f1779dd4ef87e479c6125009d6226ceb59eec034", "SHA-256, as sha256sum prints it");
	ok(certview_json(cert, &view, &err) == 0, "and as JSON");
	is(json_string_value(json_object_get(view, "kind")), "document signer", "its kind");
	is(json_string_value(json_object_get(view, "sha256")), sha256, "its fingerprint");
	is(json_string_value(json_object_get(json_object_get(view, "extensions"), "document_types")), "P", "its document types");
	json_decref(view);
	cert_free(cert);
	buf_clear(&text);
	buf_clear(&file);
}

/* What stands in other States' names must not reach a terminal as more than letters. */
static void
test_hostile(void)
{
	static const struct {
		const char *octets, *shown, *what;
	} names[] = {
		{ "0c05 1b5b324a41", "O=\\x1b[2JA,", "an escape sequence" },
		{ "0c03 410a42", "O=A\\x0aB,", "a new line" },
		{ "0c05 41e280ae42", "O=A\\xe2\\x80\\xaeB,", "a turn of direction" },
		{ "0c02 c328", "O=\\xc3(,", "what is no UTF-8" },
		{ "0c04 415c7862", "O=A\\x5cxb,", "a backslash" },
		{ "0c02 c3a9", "O=\xc3\xa9,", "a letter with an accent, shown as it is" },
		{ "1e04 00410142", "O=A\xc5\x82,", "a BMPString" },
	};

	for (size_t i = 0; i < NELEM(names); i++) {
		struct buf file = fix_file("good/csca1.cer"), text = BUF_INIT;
		struct err err = ERR_INIT;
		struct cert *cert;

		plant(&file, "0/5/1/0/1", '=', names[i].octets, NULL);
		cert = parse(bytes_of(&file));
		ok(certview_text(cert, &text, &err) == 0 && strstr(buf_cstr(&text), names[i].shown) != NULL && text_is_utf8(bytes_of(&text)), "%s", names[i].what);
		cert_free(cert);
		buf_clear(&text);
		buf_clear(&file);
	}
}

static int
status_of(const char *arguments, const char **out)
{
	const char *top = getenv("top_srcdir");
	int status;

	*out = fix_run(&status, "d=%s/tests/data/utopia; ./catena pki %s 2>&1", top != NULL ? top : ".", arguments);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_commands(void)
{
	static const struct {
		const char *arguments;
		int status;
		const char *says;
	} runs[] = {
		{ "lint $d/good/csca1.cer $d/good/utopia.crl $d/good/utopia.ml $d/sod/good-v1.bin", 0, "verdict: good" },
		{ "lint $d/ds-lint/doctype-two-letter.cer", 0, "notice" },
		{ "lint $d/csca-lint/country-lower.cer", 2, "country_lower" },
		{ "lint $d/good/csca1.cer $d/ds-lint/bc-present.cer", 2, "bc-present.cer: refused      bc_present" },
		{ "lint $d/crl-lint/bad-signature.crl", 0, "no departure" }, /* nobody's key to verify by */
		{ "lint $d/crl-lint/bad-signature.crl --anchor $d/good/csca2.cer", 2, "signature_wrong" },
		{ "lint $d/crl-lint/bad-signature.crl $d/good/csca2.cer", 2, "signature_wrong" },
		{ "lint $d/cases.tsv $d/good/csca1.cer", 3, "unreadable" },
		{ "lint $d/absent", 3, "unreadable" },
		{ "lint bundle.pem", 2, "country_lower" }, /* the second of two */
		{ "lint $d/good/dsB.cer --anchor $d/good/csca1.cer", 1, "signature_not_checked" },
		{ "lint $d/good/dsB.cer $d/good/csca1.cer", 0, "no departure" },
		{ "lint $d/good/dsB.cer --anchor $d/good/utopia.ml", 0, "no departure" },
		{ "lint --json $d/ds-lint/bc-present.cer", 2, "\"code\":\"bc_present\"" },
		{ "lint --anchor $d/good/dsB.cer -- $d/good/csca1.cer", 3, "no certificate of a CSCA" },
		{ "lint", 3, "no file is named" },
		{ "lint --rules", 0, "crldp_absent" },
		{ "cert $d/good/mls.cer", 0, "purpose:                    master list signing" },
		{ "cert --json $d/good/mls.cer", 0, "\"kind\":\"master list signer\"" },
		{ "cert ed25519.pem", 0, "public key:                   cannot be used: public key: neither EC nor RSA" },
		{ "lint ed25519.pem", 2, "key_algorithm_unknown" },
		{ "cert $d/good/utopia.crl", 3, "" },
		{ "cert $d/absent", 3, "" },
	};
	const char *out;

	if (status_of("cert $d/good/csca1.cer >/dev/null; for f in good/csca1 csca-lint/country-lower; do openssl x509 -inform DER -in $d/$f.cer; done >bundle.pem", &out) != 0)
		bail_out("bundle.pem: %s", out);
	if (status_of("cert $d/good/csca1.cer >/dev/null; openssl req -x509 -newkey ed25519 -nodes -keyout /dev/null -subj /C=UT/CN=Other -out ed25519.pem", &out) != 0)
		bail_out("ed25519.pem: %s", out);
	for (size_t i = 0; i < NELEM(runs); i++) {
		int status = status_of(runs[i].arguments, &out);

		if (!ok(status == runs[i].status && strstr(out, runs[i].says) != NULL, "catena pki %s: %d", runs[i].arguments, runs[i].status))
			printf("# status %d: %s\n", status, out);
	}
	unlink("bundle.pem");
	unlink("ed25519.pem");
}

int
main(void)
{
	test_lines();
	test_hostile();
	test_commands();
	return done_testing();
}
