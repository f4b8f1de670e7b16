/* The first ceremony's certificates under the eyes of openssl(1); refusals of the profile. */
#include "pki/cert.h"
#include "pki/profile.h"
#include "tests/unit/pkifix.h"

struct wanted {
	const char *text;
	bool present;
};

static void
openssl_shows(const struct ceremony_key *k, const char *what, const struct wanted *want, size_t n)
{
	const char *path = fix_write("c.der", bytes_of(&k->cert));
	int status;
	const char *out = fix_run(&status, "openssl x509 -inform DER -in %s -noout -text 2>&1", path);

	ok(status == 0, "openssl x509 reads the %s", what);
	for (size_t i = 0; i < n; i++)
		if (!ok((strstr(out, want[i].text) != NULL) == want[i].present, "%s: %s %.*s", what, want[i].present ? "has" : "has no",
			    (int)strcspn(want[i].text, "\n"), want[i].text))
			printf("# %s\n", out);
}

/* The signature over the to-be-signed octets, cut out and verified by openssl(1) alone. */
static void
openssl_verifies(const struct buf *cert, const struct buf *issuer, const char *sha, const char *what)
{
	const char *c = fix_write("s.der", bytes_of(cert)), *i = fix_write("i.der", bytes_of(issuer));
	int status;

	fix_run(&status,
		"cd %s && openssl x509 -inform DER -in %s -noout -pubkey >i.pub && openssl asn1parse -inform DER -in %s -strparse 4 -noout -out tbs"
		" && o=$(openssl asn1parse -inform DER -in %s | sed -n 's/^ *\\([0-9]*\\):d=1 .*BIT STRING.*/\\1/p')"
		" && openssl asn1parse -inform DER -in %s -strparse $o -noout -out sig"
		" && openssl dgst -%s -verify i.pub -signature sig tbs 2>&1",
		softhsm_dir, i, c, c, c, sha);
	ok(status == 0, "openssl dgst verifies the %s", what);
}

static void
test_ceremony(struct token *t)
{
	static const struct wanted csca[] = {
		{ "Field Type: prime-field", true },
		{ "Cofactor:  1 (0x1)", true },
		{ "Generator (uncompressed)", true },
		{ "ASN1 OID", false },
		{ "Subject: C = UT, O = Utopia, CN = CSCA Utopia", true },
		{ "X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign\n", true },
		{ "X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0", true },
		{ "X509v3 Private Key Usage Period: \n                Not Before: Nov 21 00:00:00 2026 GMT, Not After: Nov 21 00:00:00 2031 GMT", true },
		{ "Not After : Nov 21 23:59:59 2042 GMT", true },
		{ "email:csca@utopia.example, DirName:/L=UTO", true },
		{ "URI:http://pki.utopia.example/crl/UTO.crl", true },
		{ "ecdsa-with-SHA384", true },
		{ "Extended Key Usage", false },
		{ "2.23.136.1.1.6.2", false },
	};
	static const struct wanted ds[] = {
		{ "Issuer: C = UT, O = Utopia, CN = CSCA Utopia", true },
		{ "Subject: C = UT, O = Utopia, CN = DS Utopia 001", true },
		{ "X509v3 Key Usage: critical\n                Digital Signature\n", true },
		{ "Not Before: Nov 21 00:00:00 2026 GMT, Not After: Feb 21 00:00:00 2027 GMT", true },
		{ "Not After : Feb 21 23:59:59 2037 GMT", true },
		{ "2.23.136.1.1.6.2: \n                0....1...I..P", true },
		{ "X509v3 Authority Key Identifier", true },
		{ "X509v3 Issuer Alternative Name", true },
		{ "Cofactor:  1 (0x1)", true },
		{ "Basic Constraints", false },
		{ "Extended Key Usage", false },
	};
	static const struct wanted ledger[] = {
		{ "X509v3 Extended Key Usage: critical\n                2.25.162076615280884267797752141937528583394", true },
		{ "2.23.136.1.1.6.2", false },
		{ "Subject: C = UT, O = Utopia, CN = Ledger Utopia 001", true },
	};
	struct ceremony_options options = fix_options;
	struct ceremony c = { 0 }, again = { 0 };
	struct err err = ERR_INIT;
	struct session *s = NULL;
	struct token_key *key = NULL;
	struct cert *cert = NULL, *root = NULL;

	options.signers = 2;
	if (!ok(ceremony_init(t, &options, &c, &err) == 0, "the ceremony makes the State's keys: %s", err.text))
		return;
	ok(c.nsigner == 2 && c.uin.cert.n == 0, "two document signers, and a secret without a certificate");
	openssl_shows(&c.csca, "CSCA", csca, NELEM(csca));
	openssl_shows(&c.signer[0], "document signer", ds, NELEM(ds));
	openssl_shows(&c.ledger, "ledger", ledger, NELEM(ledger));
	openssl_verifies(&c.csca.cert, &c.csca.cert, "sha384", "CSCA");
	openssl_verifies(&c.signer[1].cert, &c.csca.cert, "sha384", "document signer");
	openssl_verifies(&c.ledger.cert, &c.csca.cert, "sha384", "ledger");

	if (cert_parse(bytes_of(&c.csca.cert), &root, &err) == -1 || cert_parse(bytes_of(&c.signer[0].cert), &cert, &err) == -1)
		bail_out("%s", err.text);
	ok(cert->serial.n == 16 && (cert->serial.p[0] & 0x80) == 0, "serial number: 16 octets, positive");
	ok(!bytes_equal(cert->serial, root->serial), "serial numbers differ");
	ok(bytes_equal(cert->aki, root->ski) && bytes_equal(cert->issuer, root->subject), "issuer's name and key identifier, octet by octet");
	ok(cert_allows_document(cert, "P<") && cert_allows_document(cert, "PP") && cert_allows_document(cert, "ID") && !cert_allows_document(cert, "AC") && !cert_allows_document(cert, "V<"),
		"P and I cover all passports and cards of that type, nothing else");
	ok(cert_verify(cert, root, &err) == 0 && cert_verify(root, cert, &err) == -1, "verifies under the CSCA, not the other way round");

	ok(ceremony_init(t, &options, &again, &err) == -1 && err.kind == FAIL_CONFLICT, "a second ceremony on the token is refused: %s", err.text);
	if (token_borrow(t, &s, &err) == -1)
		bail_out("%s", err.text);
	ok(token_key_find(s, "csca-1", BYTES(c.csca.id, sizeof(c.csca.id)), &key, &err) == 0, "and the first one's keys are still there");
	token_key_free(key);
	token_return(t, s);
	cert_free(cert);
	cert_free(root);
	ceremony_clear(&c);
}

static void
test_curves(struct token *t)
{
	static const struct {
		const char *csca, *signer, *prefix, *sha;
	} kinds[] = {
		{ "P-384", "P-256", "a-", "sha384" },
		{ "P-521", "P-384", "b-", "sha512" },
		{ "brainpoolP512r1", "brainpoolP384r1", "c-", "sha512" },
	};

	for (size_t i = 0; i < NELEM(kinds); i++) {
		struct ceremony_options options = fix_options;
		struct ceremony c = { 0 };
		struct err err = ERR_INIT;

		options.csca_kind = kinds[i].csca;
		options.signer_kind = kinds[i].signer;
		options.prefix = kinds[i].prefix;
		if (!ok(ceremony_init(t, &options, &c, &err) == 0, "ceremony with %s over %s: %s", kinds[i].csca, kinds[i].signer, err.text))
			continue;
		openssl_verifies(&c.csca.cert, &c.csca.cert, kinds[i].sha, kinds[i].csca);
		openssl_verifies(&c.signer[0].cert, &c.csca.cert, kinds[i].sha, kinds[i].signer);
		ceremony_clear(&c);
	}
}

/* PSS: openssl verify, which takes RSA chains. */
static void
test_rsa(struct token *t)
{
	struct ceremony_options options = fix_options;
	struct ceremony c = { 0 };
	struct err err = ERR_INIT;
	const char *root, *ds;
	int status;

	options.csca_kind = "RSA-3072";
	options.signer_kind = "RSA-2048";
	options.prefix = "rsa-";
	if (!ok(ceremony_init(t, &options, &c, &err) == 0, "ceremony with RSA: %s", err.text))
		return;
	root = fix_write("root.der", bytes_of(&c.csca.cert));
	ds = fix_write("ds.der", bytes_of(&c.signer[0].cert));
	fix_run(&status,
		"cd %s && openssl x509 -inform DER -in %s -out root.pem && openssl x509 -inform DER -in %s -out ds.pem"
		" && openssl verify -attime 1795251600 -x509_strict -CAfile root.pem ds.pem 2>&1",
		softhsm_dir, root, ds);
	ok(status == 0, "openssl verify accepts the chain in RSASSA-PSS");
	ceremony_clear(&c);
}

/* One defect each in an otherwise good order. */
static void
test_orders(struct token *t)
{
	static const char *const no_urls[] = { NULL };
	static const char *const ftp[] = { "ftp://utopia.example/UTO.crl", NULL };
	static const char *const passport[] = { "P", NULL };
	static const char *const three[] = { "PPP", NULL };
	static const char *const lower[] = { "p", NULL };
	struct ceremony_options options = fix_options;
	struct ceremony c = { 0 };
	struct err err = ERR_INIT;
	struct session *s = NULL;
	struct token_key *csca = NULL, *ds = NULL;
	struct cert *root = NULL;
	struct buf der = BUF_INIT;

	options.prefix = "o-";
	if (ceremony_init(t, &options, &c, &err) == -1 || token_borrow(t, &s, &err) == -1 ||
		token_key_find(s, "o-csca-1", BYTES_NONE, &csca, &err) == -1 || token_key_find(s, "o-ds-1", BYTES_NONE, &ds, &err) == -1 ||
		cert_parse(bytes_of(&c.csca.cert), &root, &err) == -1)
		bail_out("%s", err.text);

	const struct cert_order good = {
		.profile = PROFILE_DOCUMENT_SIGNER,
		.subject = { "UT", "Utopia", NULL, "DS Utopia 009" },
		.key = token_key_public(ds),
		.not_before = NOW,
		.not_after = NOW + INT64_C(86400) * 3700,
		.key_from = NOW,
		.key_to = NOW + 86400 * 90,
		.state = "UTO",
		.crl_urls = fix_urls,
		.document_types = passport,
	};
	struct {
		const char *name;
		struct cert_order o;
	} bad[16];
	size_t n = 0;

#define BAD(what, change) \
	do { \
		bad[n].name = (what); \
		bad[n].o = good; \
		bad[n].o.change; \
		n++; \
	} while (0)
	BAD("lower-case country", subject.country = "ut");
	BAD("another country than the CSCA's", subject.country = "FR");
	BAD("three-letter country", subject.country = "UTO");
	BAD("no common name", subject.common_name = NULL);
	BAD("no State", state = NULL);
	BAD("two-letter State in SAN", state = "UT");
	BAD("no CRL address", crl_urls = no_urls);
	BAD("CRL address by ftp", crl_urls = ftp);
	BAD("no document types", document_types = NULL);
	BAD("three-letter document type", document_types = three);
	BAD("lower-case document type", document_types = lower);
	BAD("validity upside down", not_after = NOW - 1);
	BAD("validity beyond the CSCA's", not_after = root->not_after + 1);
	BAD("key used longer than the certificate lives", key_to = good.not_after + 1);
	BAD("a link's nameChange", name_change = true);
	BAD("a ledger certificate with document types", profile = PROFILE_LEDGER);
#undef BAD
	for (size_t i = 0; i < n; i++)
		ok(cert_issue(s, csca, root, &bad[i].o, &der, &err) == -1 && err.kind == FAIL_INPUT && der.n == 0, "does not issue: %s: %s", bad[i].name, err.text);
	ok(cert_issue(s, ds, root, &good, &der, &err) == -1 && err.kind == FAIL_INPUT, "does not issue with a key that is not the issuer's");
	ok(cert_issue(s, csca, NULL, &good, &der, &err) == -1 && err.kind == FAIL_INPUT, "does not issue a document signer without an issuer");
	err_clear(&err);
	ok(cert_issue(s, csca, root, &good, &der, &err) == 0, "issues the good one: %s", err.text);

	struct cert_order other = good;
	struct cert *cert = NULL;

	other.document_types = NULL;
	for (enum profile_name p = PROFILE_MASTER_LIST_SIGNER; p <= PROFILE_DEVIATION_LIST_SIGNER; p++) {
		other.profile = p;
		ok(cert_issue(s, csca, root, &other, &der, &err) == 0 && cert_parse(bytes_of(&der), &cert, &err) == 0 && profile_check(p, cert, &err) == 0,
			"issues a %s", profiles[p].name);
		cert_free(cert);
		cert = NULL;
	}
	buf_clear(&der);
	cert_free(root);
	token_key_free(csca);
	token_key_free(ds);
	token_return(t, s);
	ceremony_clear(&c);
}

/* Explicit parameters that are nearly a known curve: CVE-2020-0601 and its kin. */
static void
test_parameters(void)
{
	struct buf file = fix_file("good/csca1.cer"), changed = BUF_INIT;
	struct err err = ERR_INIT;
	struct cert *cert = NULL;
	unsigned refused = 0, tried = 0;
	size_t from = 0, to = 0;

	/* every octet of the SEQUENCE of parameters, which begins with version 1 and the prime-field OID */
	for (size_t i = 0; i + 8 < file.n; i++)
		if (memcmp(file.p + i, "\x02\x01\x01\x30\x2c\x06\x07\x2a", 8) == 0) {
			from = i + 5;
			to = i + 224;
			break;
		}
	for (size_t i = from; i < to; i++) {
		buf_clear(&changed);
		buf_bytes(&changed, bytes_of(&file));
		changed.p[i] ^= 1;
		tried++;
		if (cert_parse(bytes_of(&changed), &cert, &err) == -1)
			refused++;
		cert_free(cert);
		cert = NULL;
	}
	ok(from > 0 && refused == tried, "EC parameters with one bit changed: %u of %u refused", refused, tried);
	buf_clear(&file);
	buf_clear(&changed);
}

int
main(void)
{
	struct token *t;

	test_parameters();
	if (!softhsm_start()) {
		skip("issuing", "no SoftHSM");
		return done_testing();
	}
	t = fix_token(2);
	test_ceremony(t);
	test_curves(t);
	test_rsa(t);
	test_orders(t);
	token_close(t);
	softhsm_stop();
	return done_testing();
}
