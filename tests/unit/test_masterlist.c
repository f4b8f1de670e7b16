/* Master lists: Utopia's cases, Germany's real one, our own under the eyes of openssl(1), refusals. */
#include "registry/base/clock.h"
#include "tests/unit/listfix.h"

struct anchors_of {
	struct cert *cert[3];
	const struct cert *p[3];
};

static struct list_trust
utopia_trust(struct anchors_of *a)
{
	static const char *const files[] = { "good/csca1.cer", "good/csca1-to-2-link.cer", "good/csca2.cer" };

	for (size_t i = 0; i < 3; i++)
		a->p[i] = a->cert[i] = listfix_cert(files[i]);
	return (struct list_trust){ .anchor = a->p, .nanchor = 3, .at = NOW };
}

static void
anchors_clear(struct anchors_of *a)
{
	for (size_t i = 0; i < 3; i++)
		cert_free(a->cert[i]);
}

/* -1: unreadable. */
static int
check(struct bytes der, const struct list_trust *trust, struct list_report *r, struct masterlist_counts *n)
{
	struct masterlist *list = NULL;
	struct err err = ERR_INIT;

	if (masterlist_parse(der, &list, &err) == -1)
		return -1;
	masterlist_check(list, trust, r, n);
	r->signer = NULL; /* goes with the list */
	masterlist_free(list);
	return 0;
}

static void
test_utopia(void)
{
	static const struct {
		const char *file, *code; /* NULL: good */
	} cases[] = {
		{ "good/utopia.ml", NULL },
		{ "ml/sid-issuerserial.ml", NULL },
		{ "ml/signed-by-csca.ml", "signer_is_csca" },
		{ "ml/no-signingtime.ml", "signing_time_missing" },
		{ "ml/tampered.ml", "attributes_wrong" },
	};
	struct anchors_of a;
	struct list_trust trust = utopia_trust(&a);
	struct masterlist_counts n;
	struct list_report r;

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct buf b = fix_file(cases[i].file);
		bool right = check(bytes_of(&b), &trust, &r, &n) == 0;

		right = right && (cases[i].code == NULL ? r.total == GRADE_GOOD : listfix_refused_by(&r, cases[i].code));
		if (!ok(right, "%s: %s", cases[i].file, cases[i].code != NULL ? cases[i].code : "good"))
			listfix_show(&r);
		if (cases[i].code == NULL)
			ok(n.certificates == 3 && n.countries == 1 && n.states == 1 && n.roots == 3 && n.links == 0 && n.verified == 3 && n.expired == 0 && n.duplicates == 0 &&
					n.not_csca == 0 && n.unreadable == 0,
				"%s: three certificates of one State, all under their issuer", cases[i].file);
		buf_clear(&b);
	}
	anchors_clear(&a);
}

/* One thing in the surroundings of the good list is wrong. */
static void
test_trust(void)
{
	struct buf b = fix_file("good/utopia.ml"), crl_file = fix_file("good/utopia.crl");
	struct cert *other = listfix_cert("good/csca1.cer"), *ds = listfix_cert("good/dsB.cer");
	const struct cert *strangers[] = { other, ds };
	struct anchors_of a;
	struct list_trust trust = utopia_trust(&a), t;
	struct err err = ERR_INIT;
	struct masterlist_counts n;
	struct masterlist *list = NULL;
	struct list_report r;
	struct crl *crl = NULL;
	const struct crl *crls[1];
	int64_t signed_at;

	if (masterlist_parse(bytes_of(&b), &list, &err) == -1 || crl_parse(bytes_of(&crl_file), &crl, &err) == -1)
		bail_out("%s", err.text);
	crls[0] = crl;
	signed_at = list->cms->signing_time;
	t = trust;
	t.nanchor = 0;
	masterlist_check(list, &t, &r, &n);
	ok(r.total == GRADE_NOT_CHECKED && list_verdict_find(&r, "no_anchor") != NULL, "without an anchor nothing is good");
	t.anchor = strangers;
	t.nanchor = 2;
	masterlist_check(list, &t, &r, &n);
	ok(listfix_refused_by(&r, "signer_untrusted"), "refused under other certificates");
	t = trust;
	t.has_held = true;
	t.held_at = signed_at + 1;
	masterlist_check(list, &t, &r, &n);
	ok(listfix_refused_by(&r, "older"), "refused when it is older than the list held");
	t.held_at = signed_at - 1;
	masterlist_check(list, &t, &r, &n);
	ok(r.total == GRADE_GOOD && list_verdict_find(&r, "newer") != NULL, "taken when it is newer");
	t.held_at = signed_at;
	t.held_sha256 = BYTES(list->sha256, 32);
	masterlist_check(list, &t, &r, &n);
	ok(r.total == GRADE_GOOD && list_verdict_find(&r, "same") != NULL, "known again when it is the same");
	t.held_sha256 = BYTES(list->member[0].sha256, 32);
	masterlist_check(list, &t, &r, &n);
	ok(listfix_refused_by(&r, "same_time_differs"), "refused when another of the same moment is held");
	t = trust;
	t.at = signed_at - 2 * DAY;
	masterlist_check(list, &t, &r, &n);
	ok(listfix_refused_by(&r, "signing_time_future"), "refused when it was signed in the future");
	t.at = NOW + 30 * 366 * DAY;
	masterlist_check(list, &t, &r, &n);
	ok(r.total == GRADE_WARNING && list_verdict_find(&r, "signer_expired") != NULL && n.expired == 3, "a warning when signer and certificates have expired since");
	t = trust;
	t.crl = crls;
	t.ncrl = 1;
	masterlist_check(list, &t, &r, &n);
	ok(r.total == GRADE_GOOD && list_verdict_find(&r, "revocation") != NULL, "the signer is not on the CRL");
	t.at = NOW + 100 * DAY;
	masterlist_check(list, &t, &r, &n);
	ok(r.total == GRADE_WARNING && list_verdict_find(&r, "crl_stale") != NULL, "a warning when the CRL is stale");
	t.at = NOW;
	t.nanchor = 1; /* csca1: the CRL is signed by key 2 */
	masterlist_check(list, &t, &r, &n);
	ok(r.total != GRADE_GOOD, "not good when the CRL cannot be verified");
	masterlist_free(list);
	crl_free(crl);
	cert_free(other);
	cert_free(ds);
	anchors_clear(&a);
	buf_clear(&b);
	buf_clear(&crl_file);
}

/* Shortened and altered lists: no crash, and none is good. */
static void
test_variants(const char *file, unsigned step)
{
	struct buf b = fix_file(file);
	struct anchors_of a;
	struct list_trust trust = utopia_trust(&a);
	struct masterlist_counts n;
	struct list_report r;
	unsigned good = 0;

	for (size_t i = 0; i < b.n; i += step)
		good += check(BYTES(b.p, i), &trust, &r, &n) == 0;
	ok(good == 0, "%s: no part from the front is a list", file);
	for (size_t i = 0; i < b.n * 8; i += 5 * step) {
		b.p[i / 8] ^= (uint8_t)(1 << i % 8);
		if (check(bytes_of(&b), &trust, &r, &n) == 0 && r.total == GRADE_GOOD) {
			printf("# octet %zu\n", i / 8);
			listfix_show(&r);
			good++;
		}
		b.p[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	ok(good == 0, "%s: none with one bit changed is good", file);
	anchors_clear(&a);
	buf_clear(&b);
}

static bool
real_file(const char *name, struct buf *b)
{
	const char *data = getenv("CATENA_TEST_DATA");
	struct err err = ERR_INIT;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/icao/masterlist/%s", data != NULL ? data : "", name);
	return data != NULL && file_read(path, 1 << 24, b, &err) == 0;
}

/* The figures of the data's README. */
static void
test_germany(void)
{
	struct buf b = BUF_INIT, anchor_file = BUF_INIT;
	struct cert *anchor = NULL;
	const struct cert *p[1];
	struct list_trust trust = { .anchor = p, .nanchor = 1, .at = NOW };
	struct err err = ERR_INIT;
	struct masterlist *list = NULL;
	struct masterlist_counts n;
	struct list_report r;
	uint64_t start = clock_monotonic_ns(), ns;
	char text[21];

	if (!real_file("DE_ML_2026-05-28.ml", &b) || !real_file("DE_CSCA07.cer", &anchor_file)) {
		skip("the German master list", "no CATENA_TEST_DATA");
		goto out;
	}
	if (cert_read(bytes_of(&anchor_file), &anchor, &err) == -1)
		bail_out("%s", err.text);
	p[0] = anchor;
	if (!ok(masterlist_parse(bytes_of(&b), &list, &err) == 0, "reads the German master list"))
		goto out;
	masterlist_check(list, &trust, &r, &n);
	ns = clock_monotonic_ns() - start;
	listfix_show(&r);
	printf("# %u certificates, %u countries as written, %u States, %u roots, %u links, %u expired, %u not of a CSCA, %u under their issuer, %u without one, %u wrong; "
	       "%.0f ms\n",
		n.certificates, n.countries, n.states, n.roots, n.links, n.expired, n.not_csca, n.verified, n.issuer_absent, n.wrong_signature, (double)ns / 1e6);
	ok(!list_is_refused(&r) && list_verdict_find(&r, "signature")->grade == GRADE_GOOD && list_verdict_find(&r, "path")->grade == GRADE_GOOD, "it is not refused");
	ok(r.signer != NULL && r.signer->serial.n == 2 && memcmp(r.signer->serial.p, "\x04\xD5", 2) == 0, "signed by 04D5");
	is(time_format(r.signing_time, text), "2026-05-28T06:28:45Z", "at the time that its name says");
	ok(n.certificates == 588, "588 certificates");
	ok(n.countries == 116, "116 countries");
	ok(n.roots == 509, "509 whose subject is their issuer");
	ok(n.expired == 17, "17 expired on 2026-11-21");
	ok(list->is_sorted && n.duplicates == 0 && n.unreadable == 0, "in DER order, none twice, all readable");
	ok(n.verified == 576 && n.issuer_absent == 12 && n.wrong_signature == 0, "576 verify under their issuer; that of the other 12 is not in the list");
	ok(n.not_csca == 7 && list_verdict_find(&r, "certificates_not_csca")->grade == GRADE_WARNING, "7 deny to be a CA's: a warning");
	b.p[b.n / 2] ^= 1;
	ok(check(bytes_of(&b), &trust, &r, &n) == -1 || list_is_refused(&r), "refused with one bit changed in the middle");
	ok(check(BYTES(b.p, b.n - 1), &trust, &r, &n) == -1, "unreadable without its last octet");
out:
	masterlist_free(list);
	cert_free(anchor);
	buf_clear(&b);
	buf_clear(&anchor_file);
}

/* ---- issuing ---- */

static void
test_issue(struct listfix *f)
{
	struct buf csca1 = fix_file("good/csca1.cer"), csca2 = fix_file("good/csca2.cer"), link = fix_file("good/csca1-to-2-link.cer"), ds = fix_file("good/dsA.cer");
	struct bytes certs[] = { bytes_of(&csca2), bytes_of(&link), bytes_of(&f->csca->der), bytes_of(&csca1) },
		     twice[] = { bytes_of(&csca2), bytes_of(&csca1), bytes_of(&csca2) }, no_csca[] = { bytes_of(&csca2), bytes_of(&ds) },
		     unreadable[] = { BYTES("hello", 5) };
	struct masterlist_order order = { .cert = certs, .n = 4, .csca = bytes_of(&f->csca->der), .signing_time = NOW }, o;
	const struct cert *anchor[] = { f->csca };
	struct list_trust trust = { .anchor = anchor, .nanchor = 1, .at = NOW };
	struct err err = ERR_INIT;
	struct buf der = BUF_INIT, der2 = BUF_INIT, pem = BUF_INIT;
	struct masterlist *list = NULL, *before = NULL;
	struct masterlist_counts n;
	struct list_report r;
	size_t *index = NULL, nindex = 0;
	const char *path, *ca, *out;
	int status;

	if (!ok(masterlist_issue(f->s, f->master, &order, &der, &err) == 0, "issues a master list"))
		bail_out("%s", err.text);
	if (masterlist_parse(bytes_of(&der), &list, &err) == -1)
		bail_out("%s", err.text);
	masterlist_check(list, &trust, &r, &n);
	if (!ok(r.total == GRADE_GOOD && n.certificates == 4 && n.roots == 4 && n.verified == 4, "which is good"))
		listfix_show(&r);
	ok(list->cms->ncert == 2 && list->cms->sid_ski.n > 0 && list->cms->signer_version == 3 && list->cms->has_signing_time && !list->cms->has_unsigned_attrs,
		"signer and CSCA inside, named by key identifier, with signing time");
	path = fix_write("u.ml", bytes_of(&der));
	if (cert_pem(bytes_of(&f->csca->der), &pem, &err) == -1)
		bail_out("%s", err.text);
	ca = fix_write("ca.pem", bytes_of(&pem));
	out = fix_run(&status, "openssl cms -verify -inform DER -in %s -noverify -CAfile %s -out %s.content 2>&1", path, ca, path);
	if (!ok(status == 0, "openssl cms verifies the signature"))
		printf("# %s\n", out);
	out = fix_run(&status, "openssl asn1parse -inform DER -in %s.content | grep -c ' d=2 \\|:d=2 '", path);
	ok(status == 0 && atoi(out) == 4, "openssl asn1parse counts four certificates in it");
	out = fix_run(&status, "openssl cms -cmsout -print -inform DER -in %s 2>&1 | grep -c 'subjectKeyIdentifier\\|signingTime (1.2.840.113549.1.9.5)\\|2.23.136.1.1.2'", path);
	ok(status == 0 && atoi(out) >= 3, "and shows key identifier, signing time and content type");

	/* The next one has less. */
	o = order;
	o.n = 3;
	o.has_previous = true;
	o.previous_signing_time = NOW;
	o.signing_time = NOW + DAY;
	if (!ok(masterlist_issue(f->s, f->master, &o, &der2, &err) == 0, "issues the next one"))
		printf("# %s\n", err.text);
	before = list;
	list = NULL;
	if (masterlist_parse(bytes_of(&der2), &list, &err) == -1)
		bail_out("%s", err.text);
	ok(masterlist_added(list, before, &index, &nindex, &err) == 0 && nindex == 0, "nothing was added");
	free(index);
	ok(masterlist_added(before, list, &index, &nindex, &err) == 0 && nindex == 1 && bytes_equal(before->member[index[0]].der, bytes_of(&csca1)), "one certificate was removed");
	free(index);

	{
		const struct {
			const char *name;
			const struct signer *signer;
			const struct bytes *cert;
			size_t n;
			struct bytes csca;
			int64_t at, previous;
			const char *says;
		} bad[] = {
			{ "by a document signer", f->document, certs, 4, bytes_of(&f->csca->der), NOW, 0, "extKeyUsage" },
			{ "by a deviation list signer", f->deviation, certs, 4, bytes_of(&f->csca->der), NOW, 0, "extKeyUsage" },
			{ "under another CSCA", f->master, certs, 4, bytes_of(&csca2), NOW, 0, "under its CSCA" },
			{ "with a document signer's certificate beside it", f->master, certs, 4, bytes_of(&ds), NOW, 0, "none of a CSCA" },
			{ "without certificates", f->master, certs, 0, bytes_of(&f->csca->der), NOW, 0, "0 certificates" },
			{ "with a certificate twice", f->master, twice, 3, bytes_of(&f->csca->der), NOW, 0, "more than once" },
			{ "with a document signer's certificate", f->master, no_csca, 2, bytes_of(&f->csca->der), NOW, 0, "none of a CSCA" },
			{ "with a greeting for a certificate", f->master, unreadable, 1, bytes_of(&f->csca->der), NOW, 0, "certificate 0" },
			{ "at the time of the last one", f->master, certs, 4, bytes_of(&f->csca->der), NOW, NOW, "signing time" },
			{ "before the signer's certificate", f->master, certs, 4, bytes_of(&f->csca->der), NOW - 10 * DAY, 0, "signing time" },
			{ "after the signer's key period", f->master, certs, 4, bytes_of(&f->csca->der), NOW + 310 * DAY, 0, "signing time" },
			{ "after the signer's certificate", f->master, certs, 4, bytes_of(&f->csca->der), NOW + 400 * DAY, 0, "signing time" },
		};

		buf_clear(&der);
		for (size_t i = 0; i < NELEM(bad); i++) {
			o = (struct masterlist_order){ bad[i].cert, bad[i].n, bad[i].csca, bad[i].at, bad[i].previous != 0, bad[i].previous };
			err_clear(&err);
			if (!ok(masterlist_issue(f->s, bad[i].signer, &o, &der, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, bad[i].says) != NULL && der.n == 0,
				    "does not issue %s", bad[i].name))
				printf("# %s\n", err.text);
		}
	}
	masterlist_free(list);
	masterlist_free(before);
	buf_clear(&csca1);
	buf_clear(&csca2);
	buf_clear(&link);
	buf_clear(&ds);
	buf_clear(&der);
	buf_clear(&der2);
	buf_clear(&pem);
}

/* Contents that nobody should sign, signed. */
static void
test_contents(struct listfix *f)
{
	struct buf csca1 = fix_file("good/csca1.cer"), csca2 = fix_file("good/csca2.cer"), ds = fix_file("good/dsA.cer"), broken = fix_file("good/csca1.cer");
	const struct {
		const char *name;
		unsigned version;
		struct bytes cert[3];
		bool backwards;
		const char *code; /* of the warning; NULL: cannot be read */
	} cases[] = {
		{ "version 1", 1, { bytes_of(&csca1) }, false, "version" },
		{ "certificates in the wrong order", 0, { bytes_of(&csca1), bytes_of(&csca2) }, true, "order_wrong" },
		{ "a certificate twice", 0, { bytes_of(&csca1), bytes_of(&csca1) }, false, "duplicates" },
		{ "a document signer's certificate", 0, { bytes_of(&csca1), bytes_of(&ds) }, false, "certificates_not_csca" },
		{ "a certificate that is none", 0, { bytes_of(&csca1), BYTES("\x30\x03\x02\x01\x00", 5) }, false, "certificates_unreadable" },
		{ "a root whose signature is wrong", 0, { bytes_of(&broken), bytes_of(&csca2) }, false, "certificates_signature_wrong" },
		{ "no certificate", 0, { BYTES_NONE }, false, NULL },
		{ "a broken element", 0, { BYTES("\x30\x83\x02", 3) }, false, NULL },
	};
	const struct cert *anchor[] = { f->csca };
	struct list_trust trust = { .anchor = anchor, .nanchor = 1, .at = NOW };
	struct cms_options options = { .signing_time = NOW, .by_key_identifier = true };
	struct err err = ERR_INIT;

	broken.p[broken.n - 1] ^= 1;
	for (size_t i = 0; i < NELEM(cases); i++) {
		struct buf content = BUF_INIT, der = BUF_INIT, sorted = BUF_INIT;
		struct der_out o = DER_OUT_INIT;
		struct masterlist_counts n;
		struct list_report r = { .n = 0 };
		bool right;

		der_open(&o, DER_SEQUENCE);
		der_uint(&o, cases[i].version);
		der_open(&o, DER_SET);
		for (size_t k = 0; k < 3; k++)
			der_raw(&o, cases[i].cert[k]);
		if (cases[i].backwards && memcmp(csca1.p, csca2.p, 40) < 0) {
			buf_cut(&o.buf, o.buf.n - csca1.n - csca2.n);
			der_raw(&o, bytes_of(&csca2));
			der_raw(&o, bytes_of(&csca1));
		}
		if (cases[i].backwards || cases[i].code == NULL)
			der_close(&o);
		else
			der_close_set_of(&o);
		der_close(&o);
		if (der_finish(&o, &content, &err) == -1 ||
			cms_sign_with(f->s, f->master, oid_master_list, bytes_of(&content), &options, &der, &err) == -1)
			bail_out("%s", err.text);
		right = check(bytes_of(&der), &trust, &r, &n) == (cases[i].code == NULL ? -1 : 0);
		right = right && (cases[i].code == NULL || (r.total == GRADE_WARNING && list_verdict_find(&r, cases[i].code) != NULL));
		if (!ok(right, "%s: %s", cases[i].name, cases[i].code == NULL ? "unreadable" : cases[i].code))
			listfix_show(&r);
		buf_clear(&content);
		buf_clear(&der);
		buf_clear(&sorted);
	}
	buf_clear(&csca1);
	buf_clear(&csca2);
	buf_clear(&ds);
	buf_clear(&broken);
}

int
main(void)
{
	struct listfix f;

	test_utopia();
	test_trust();
	test_variants("good/utopia.ml", 8);
	test_variants("ml/sid-issuerserial.ml", 23);
	test_germany();
	if (listfix_init(&f)) {
		test_issue(&f);
		test_contents(&f);
		listfix_clear(&f);
	} else
		skip("issuing", "no SoftHSM");
	return done_testing();
}
