/*
 * Everything we issue, under the eyes of the linter, which is to find nothing, and of openssl(1): each profile, each kind of key and signature, CRLs,
 * lists and security objects.
 */
#include "pki/deviation.h"
#include "tests/unit/lintfix.h"
#include "tests/unit/listfix.h"

/* ---- certificates ---- */

static void
openssl_agrees(struct bytes der, const char *what)
{
	const char *path = fix_write("issued.der", der);
	int status;

	fix_run(&status, "openssl x509 -inform DER -in %s -noout -text 2>&1 && openssl asn1parse -inform DER -in %s 2>&1", path, path);
	ok(status == 0, "openssl x509 and asn1parse read the %s", what);
}

static struct cert *
issue(struct session *s, struct token_key *issuer_key, const struct cert *issuer, const struct cert_order *order, const char *what)
{
	const struct lint_options options = { &issuer, issuer != NULL, LINT_DETECT, NULL, true };
	struct buf der = BUF_INIT;
	struct err err = ERR_INIT;
	struct cert *cert = NULL;
	struct lint l = { .kind = LINT_UNKNOWN };
	enum profile_name wanted = order->name_change ? PROFILE_CSCA_NAME_CHANGE : order->profile;

	if (!ok(cert_issue(s, issuer_key, issuer, order, &der, &err) == 0, "issues a %s: %s", what, err.text))
		return NULL;
	if (cert_parse(bytes_of(&der), &cert, &err) == -1 || lint_file(bytes_of(&der), &options, &l, &err) == -1)
		bail_out("%s", err.text);
	if (!ok(l.n == 0 && l.profile == (int)wanted, "and the linter takes it for a %s and finds nothing, not even a notice", profiles[wanted].name)) {
		printf("# taken for a %s\n", profiles[l.profile].name);
		show(&l);
	}
	ok(lint_profile_of(cert) == wanted, "as does lint_profile_of");
	openssl_agrees(bytes_of(&der), what);
	lint_clear(&l);
	buf_clear(&der);
	return cert;
}

static struct token_key *
make_key(struct session *s, const char *kind, const char *label)
{
	struct err err = ERR_INIT;
	struct token_key *key = NULL;

	if (token_key_generate(s, kind, label, bytes_str(label), &key, &err) == -1)
		bail_out("key %s: %s", kind, err.text);
	return key;
}

static void
span_fill(struct cert_order *o, int64_t now, const struct cert *issuer)
{
	struct cert_span span;
	struct err err = ERR_INIT;

	if (cert_span(o->profile, now, 10, issuer, &span, &err) == -1)
		bail_out("%s", err.text);
	o->not_before = span.not_before;
	o->not_after = span.not_after;
	o->key_from = span.key_from;
	o->key_to = span.key_to;
}

static const struct cert_order order_of_all = {
	.subject = { "UT", "Utopia", NULL, "CSCA Utopia" },
	.state = "UTO",
	.contact = "csca@utopia.example",
	.crl_urls = fix_urls,
};

/* Each profile once, under one CSCA. */
static void
test_profiles(struct session *s)
{
	static const char *const types[] = { "P", "V", NULL };
	static const char *const spoc[] = { "2.23.136.1.1.10.1", "2.23.136.1.1.10.2", NULL };
	struct token_key *old_key = make_key(s, "brainpoolP384r1", "all-csca-1"), *new_key = make_key(s, "brainpoolP384r1", "all-csca-2"),
			 *below = make_key(s, "brainpoolP256r1", "all-below");
	struct cert_order o = order_of_all;
	struct cert *root, *cert;

	o.profile = PROFILE_CSCA_ROOT;
	o.key = token_key_public(old_key);
	span_fill(&o, NOW, NULL);
	root = issue(s, old_key, NULL, &o, "CSCA root");
	if (root == NULL)
		return;
	o.key = token_key_public(new_key);
	o.profile = PROFILE_CSCA_LINK;
	span_fill(&o, NOW + INT64_C(86400) * 1500, root);
	cert_free(issue(s, old_key, root, &o, "CSCA link"));
	o.name_change = true;
	o.subject.common_name = "National CSCA of Utopia";
	cert_free(issue(s, old_key, root, &o, "name change link"));
	o.name_change = false;
	o.profile = PROFILE_CSCA_NAME_CHANGE;
	cert_free(issue(s, old_key, root, &o, "name change link by its own profile"));

	o = order_of_all;
	o.key = token_key_public(below);
	o.subject.common_name = "DS Utopia 001";
	o.profile = PROFILE_DOCUMENT_SIGNER;
	o.document_types = types;
	span_fill(&o, NOW, root);
	cert_free(issue(s, old_key, root, &o, "document signer"));
	o.profile = PROFILE_VDS_SIGNER;
	o.subject = (struct cert_name){ "UT", NULL, NULL, "TV" };
	span_fill(&o, NOW, root);
	cert = issue(s, old_key, root, &o, "bar code signer for visas");
	ok(cert != NULL && cert->serial.n == 4, "its serial number is short, because every seal repeats it");
	cert_free(cert);
	o.document_types = NULL;
	o.serial_octets = 2;
	cert_free(issue(s, old_key, root, &o, "bar code signer without document types"));
	o = order_of_all;
	o.key = token_key_public(below);
	for (enum profile_name p = PROFILE_MASTER_LIST_SIGNER; p <= PROFILE_LEDGER; p++) {
		o.profile = p;
		o.subject.common_name = profiles[p].name;
		span_fill(&o, NOW, root);
		cert_free(issue(s, old_key, root, &o, profiles[p].name));
	}
	o.profile = PROFILE_COMMUNICATION;
	o.contact = "spoc.utopia.example";
	o.crl_urls = NULL;
	span_fill(&o, NOW, root);
	cert_free(issue(s, old_key, root, &o, "TLS server"));
	o.purposes = spoc;
	o.key_usage = KU_KEY_AGREEMENT;
	o.crl_urls = fix_urls;
	cert_free(issue(s, old_key, root, &o, "SPOC certificate"));
	cert_free(root);
	token_key_free(old_key);
	token_key_free(new_key);
	token_key_free(below);
}

/* Every curve, and RSA with each signature: a root and a document signer. */
static void
test_algorithms(struct session *s)
{
	static const struct {
		const char *kind;
		unsigned hash;
		bool is_pss;
	} kinds[] = {
		{ "P-256", 256, false },
		{ "P-384", 384, false },
		{ "P-521", 512, false },
		{ "brainpoolP256r1", 256, false },
		{ "brainpoolP384r1", 384, false },
		{ "brainpoolP512r1", 512, false },
		{ "RSA-3072", 256, true },
		{ "RSA-3072", 384, true },
		{ "RSA-3072", 512, true },
		{ "RSA-3072", 256, false },
		{ "RSA-3072", 384, false },
		{ "RSA-3072", 512, false },
	};
	static const char *const types[] = { "P", NULL };
	struct token_key *rsa = make_key(s, "RSA-3072", "alg-rsa"), *ds = make_key(s, "P-256", "alg-ds");

	for (size_t i = 0; i < NELEM(kinds); i++) {
		bool is_rsa = strncmp(kinds[i].kind, "RSA", 3) == 0;
		struct token_key *key = is_rsa ? rsa : make_key(s, kinds[i].kind, kinds[i].kind);
		struct cert_order o = order_of_all;
		struct cert *root;
		char what[80];

		o.sigalg = sigalg_choose(is_rsa ? KEY_RSA : KEY_EC, kinds[i].hash, kinds[i].is_pss);
		o.profile = PROFILE_CSCA_ROOT;
		o.key = token_key_public(key);
		span_fill(&o, NOW, NULL);
		snprintf(what, sizeof(what), "root with %s, %s", kinds[i].kind, o.sigalg->name);
		root = issue(s, key, NULL, &o, what);
		o.profile = PROFILE_DOCUMENT_SIGNER;
		o.document_types = types;
		o.subject.common_name = "DS";
		o.key = token_key_public(ds);
		span_fill(&o, NOW, root);
		snprintf(what, sizeof(what), "document signer under it");
		if (root != NULL)
			cert_free(issue(s, key, root, &o, what));
		cert_free(root);
		if (!is_rsa)
			token_key_free(key);
	}
	token_key_free(rsa);
	token_key_free(ds);
}

/* What an order may not ask for, beside those of test_cert. */
static void
test_refused_orders(struct session *s)
{
	static const char *const purposes[] = { "1.3.6.1.5.5.7.3.2", NULL };
	struct token_key *key = make_key(s, "P-256", "refuse-csca"), *rsa = make_key(s, "RSA-2048", "refuse-rsa");
	struct cert_order o = order_of_all, good;
	struct buf der = BUF_INIT;
	struct err err = ERR_INIT;
	struct cert *root;

	o.profile = PROFILE_CSCA_ROOT;
	o.key = token_key_public(key);
	span_fill(&o, NOW, NULL);
	root = issue(s, key, NULL, &o, "CSCA root");
	good = o;
	good.profile = PROFILE_VDS_SIGNER;
	good.subject = (struct cert_name){ "UT", NULL, NULL, "TV" };
	span_fill(&good, NOW, root);

	struct {
		const char *name;
		struct cert_order o;
	} bad[8];
	size_t n = 0;

#define BAD(what, change) \
	do { \
		bad[n].name = (what); \
		bad[n].o = good; \
		bad[n].o.change; \
		n++; \
	} while (0)
	BAD("a bar code signer with three letters", subject.common_name = "TVX");
	BAD("a bar code signer with an organization", subject.organization = "Utopia");
	BAD("a bar code signer with an RSA key", key = token_key_public(rsa));
	BAD("purposes where they are fixed", purposes = purposes);
	BAD("key usage where it is fixed", key_usage = KU_KEY_AGREEMENT);
	BAD("a serial number of 21 octets", serial_octets = 21);
	BAD("a signature of another kind of key", sigalg = sigalg_choose(KEY_RSA, 256, true));
#undef BAD
	for (size_t i = 0; i < n; i++)
		ok(cert_issue(s, key, root, &bad[i].o, &der, &err) == -1 && err.kind == FAIL_INPUT && der.n == 0, "does not issue %s: %s", bad[i].name, err.text);
	o.profile = PROFILE_CSCA_LINK;
	o.not_after = root->not_after;
	ok(cert_issue(s, key, root, &o, &der, &err) == -1 && der.n == 0, "does not hand out what the linter refuses: a link to the key itself: %s", err.text);
	ok(cert_span(PROFILE_DOCUMENT_SIGNER, root->not_after, 10, root, &(struct cert_span){ 0 }, &err) == -1 && err.kind == FAIL_INPUT, "no span beyond the CSCA's: %s", err.text);
	ok(cert_span(PROFILE_CSCA_ROOT, NOW, 21, NULL, &(struct cert_span){ 0 }, &err) == -1 && err.kind == FAIL_INPUT, "no documents of 21 years: %s", err.text);
	cert_free(root);
	token_key_free(key);
	token_key_free(rsa);
}

/* ---- CRLs, lists, security objects ---- */

static void
nothing_found(const struct listfix *f, struct bytes file, enum lint_kind kind)
{
	const struct cert *issuer[] = { f->csca };
	const struct lint_options options = { issuer, 1, LINT_DETECT, NULL, true };
	struct err err = ERR_INIT;
	const char *path;
	struct lint l;
	int status;

	if (lint_file(file, &options, &l, &err) == -1)
		bail_out("%s", err.text);
	if (!ok(is_clean(&l) && l.kind == kind, "%s: the linter finds no error and no warning", lint_kind_name(kind)))
		show(&l);
	lint_clear(&l);
	path = fix_write("issued.bin", file);
	fix_run(&status, "openssl asn1parse -inform DER -in %s 2>&1", path);
	ok(status == 0, "%s: openssl asn1parse reads it", lint_kind_name(kind));
}

static void
test_crl(struct listfix *f, struct buf *der)
{
	static const struct crl_revocation revoked[] = { { { (const uint8_t *)"\x51\x02", 2 }, NOW - 86400 }, { { (const uint8_t *)"\x51\x01", 2 }, NOW - 172800 } };
	struct crl_order order = { .number = 7, .previous_number = 6, .this_update = NOW, .next_update = NOW + 30 * DAY };
	struct err err = ERR_INIT;

	for (unsigned i = 0; i < 3; i++) {
		order.revoked = revoked;
		order.nrevoked = i;
		order.name_changed = i == 2;
		if (crl_issue(f->s, f->csca_key, f->csca, &order, der, &err) == -1)
			bail_out("%s", err.text);
		nothing_found(f, bytes_of(der), LINT_CRL);
	}
}

static void
test_lists(struct listfix *f, struct buf *der)
{
	static const struct deviation_description_order hash[] = { { "hash of DG2 without its header", DEVIATION_DG_HASH_WRONG, 2 } };
	const struct deviation_order deviations[] = {
		{ "P ", DEVIATION_SIGNER_DIGEST, signer_cert(f->document), true, NOW - 10 * DAY, NOW, NULL, hash, 1 },
		{ NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, NULL, hash, 1 },
	};
	const struct deviationlist_order deviation_order = { deviations, 2, bytes_of(&f->csca->der), NOW, false, 0 };
	struct cert *other = listfix_cert("good/csca2.cer"), *link = listfix_cert("good/csca1-to-2-link.cer");
	const struct bytes certs[] = { bytes_of(&other->der), bytes_of(&f->csca->der), bytes_of(&link->der) };
	const struct masterlist_order master_order = { certs, NELEM(certs), bytes_of(&f->csca->der), NOW, false, 0 };
	struct err err = ERR_INIT;

	if (masterlist_issue(f->s, f->master, &master_order, der, &err) == -1)
		bail_out("%s", err.text);
	nothing_found(f, bytes_of(der), LINT_MASTER_LIST);
	if (deviationlist_issue(f->s, f->deviation, &deviation_order, der, &err) == -1)
		bail_out("%s", err.text);
	nothing_found(f, bytes_of(der), LINT_DEVIATION_LIST);
	cert_free(other);
	cert_free(link);
}

static void
test_sod(struct listfix *f, struct buf *der)
{
	struct err err = ERR_INIT;
	struct ldsso lds;

	ldsso_init(&lds, (int)signer_hash_bits(f->document));
	for (unsigned i = 1; i <= 2; i++) {
		struct buf dg = fix_file(i == 1 ? "lds/EF.DG1.bin" : "lds/EF.DG2.bin");

		if (ldsso_add(&lds, i, bytes_of(&dg), &err) == -1)
			bail_out("%s", err.text);
		buf_clear(&dg);
	}
	if (sod_build(f->s, f->document, &lds, NOW, der, &err) == -1)
		bail_out("%s", err.text);
	nothing_found(f, bytes_of(der), LINT_SECURITY_OBJECT);
}

int
main(void)
{
	struct buf der = BUF_INIT;
	struct listfix f;

	if (!listfix_init(&f)) {
		skip("issuing", "no SoftHSM");
		return done_testing();
	}
	test_profiles(f.s);
	test_algorithms(f.s);
	test_refused_orders(f.s);
	test_crl(&f, &der);
	test_lists(&f, &der);
	test_sod(&f, &der);
	buf_clear(&der);
	listfix_clear(&f);
	return done_testing();
}
