/* Passive authentication: Utopia's cases, our own passport and its forgeries, verdict by verdict. */
#include "pki/passive.h"
#include "tests/unit/pkifix.h"

struct fixture {
	struct buf dg[17];
	struct truststore *store;
};

static void
fixture_init(struct fixture *f)
{
	static const char *const roots[] = { "good/csca1.cer", "good/csca1-to-2-link.cer", "good/csca2.cer" };
	struct err err = ERR_INIT;

	memset(f, 0, sizeof(*f));
	f->dg[1] = fix_file("lds/EF.DG1.bin");
	f->dg[2] = fix_file("lds/EF.DG2.bin");
	f->dg[12] = fix_file("lds/EF.DG12.bin");
	if (truststore_new(&f->store, &err) == -1)
		bail_out("%s", err.text);
	for (size_t i = 0; i < NELEM(roots); i++) {
		struct buf b = fix_file(roots[i]);

		if (truststore_add(f->store, bytes_of(&b), TRUST_ANCHOR, roots[i], &err) == -1)
			bail_out("%s: %s", roots[i], err.text);
		buf_clear(&b);
	}
	if (truststore_settle(f->store, &err) == -1)
		bail_out("%s", err.text);
}

static void
fixture_clear(struct fixture *f)
{
	for (unsigned i = 0; i < NELEM(f->dg); i++)
		buf_clear(&f->dg[i]);
	truststore_free(f->store);
}

static struct passive_input
input_of(const struct fixture *f, struct bytes sod)
{
	struct passive_input in = { .sod = sod, .store = f->store, .at = NOW };

	for (unsigned i = 1; i < NELEM(f->dg); i++)
		in.dg[i] = bytes_of(&f->dg[i]);
	return in;
}

static void
show(const struct passive *r)
{
	for (unsigned i = 0; i < r->n; i++)
		printf("#   %-16s DG%-2u %-11s %-26s %s\n", check_name(r->verdict[i].check), r->verdict[i].dg, grade_name(r->verdict[i].grade),
			r->verdict[i].code, r->verdict[i].text);
}

/* The worst verdict of a kind is this one. */
static bool
says(const struct passive *r, enum check check, unsigned dg, enum grade grade, const char *code)
{
	const struct verdict *v = passive_find(r, check, dg);

	return v != NULL && v->grade == grade && strcmp(v->code, code) == 0;
}

static unsigned
bad_verdicts(const struct passive *r)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->n; i++)
		n += r->verdict[i].grade == GRADE_BAD;
	return n;
}

/* Without a CRL the best total is "not checked"; everything else must be good. */
static bool
all_good_but_crl(const struct passive *r)
{
	for (unsigned i = 0; i < r->n; i++)
		if (r->verdict[i].grade > GRADE_GOOD && r->verdict[i].check != CHECK_REVOCATION && r->verdict[i].check != CHECK_CRL &&
			r->verdict[i].check != CHECK_CSCA_REVOCATION)
			return false;
	return r->total == GRADE_NOT_CHECKED && says(r, CHECK_CRL, 0, GRADE_NOT_CHECKED, "crl_missing") &&
		says(r, CHECK_REVOCATION, 0, GRADE_NOT_CHECKED, "crl_unusable");
}

/* Each security object of tests/data/utopia; sod/revoked-ds.bin waits for CRLs. */
static void
test_utopia(const struct fixture *f)
{
	static const struct {
		const char *file;
		enum check check;
		unsigned dg;
		const char *code; /* NULL: valid */
	} cases[] = {
		{ "sod/good-v0.bin", 0, 0, NULL },
		{ "sod/good-v1.bin", 0, 0, NULL },
		{ "sod/good-digest-null-params.bin", 0, 0, NULL },
		{ "sod/good-dsA-old-csca.bin", 0, 0, NULL },
		{ "sod/v1-without-versioninfo.bin", CHECK_FORMAT, 0, "malformed" },
		{ "sod/dg2-hash-wrong.bin", CHECK_DATA_GROUP, 2, "hash_wrong" },
		{ "sod/signature-bit-flip.bin", CHECK_SIGNATURE, 0, "signature_wrong" },
		{ "sod/messagedigest-wrong.bin", CHECK_ATTRIBUTES, 0, "attributes_wrong" },
		{ "sod/no-ds-cert.bin", CHECK_SIGNATURE, 0, "signer_missing" },
		{ "sod/wrong-doctype.bin", CHECK_DOCUMENT_TYPE, 0, "document_type_not_allowed" },
		{ "sod/plain-ecdsa.bin", CHECK_SIGNATURE, 0, "signature_wrong" },
		{ "sod/sha1.bin", CHECK_ALGORITHM, 0, "hash_weak" },
	};

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct buf sod = fix_file(cases[i].file);
		struct passive_input in = input_of(f, bytes_of(&sod));
		struct passive r;
		bool right;

		passive_authenticate(&in, &r);
		if (cases[i].code == NULL)
			right = all_good_but_crl(&r);
		else
			right = passive_is_refused(&r) && passive_find(&r, cases[i].check, cases[i].dg) != NULL &&
				passive_find(&r, cases[i].check, cases[i].dg)->grade == GRADE_BAD;
		if (!ok(right, "%s: %s", cases[i].file, cases[i].code != NULL ? cases[i].code : "valid"))
			show(&r);
		if (cases[i].code != NULL && cases[i].check != CHECK_ALGORITHM)
			ok(says(&r, cases[i].check, cases[i].dg, GRADE_BAD, cases[i].code), "%s: and only by this code", cases[i].file);
		if (cases[i].check == CHECK_ALGORITHM) {
			in.weak_is_warning = true;
			passive_authenticate(&in, &r);
			ok(!passive_is_refused(&r) && passive_find(&r, CHECK_ALGORITHM, 0)->grade == GRADE_WARNING, "%s: a warning when policy says so", cases[i].file);
		}
		buf_clear(&sod);
	}
}

/* One thing wrong around a good security object. */
static void
test_surroundings(const struct fixture *f)
{
	struct buf sod = fix_file("sod/good-v1.bin"), com = fix_file("lds/EF.COM-extra-DG14.bin"), good_com = fix_file("lds/EF.COM-0108.bin"),
		   old = fix_file("sod/good-dsA-old-csca.bin"), other = BUF_INIT, anchor = fix_file("good/csca1.cer"), signer = fix_file("good/dsB.cer");
	struct passive_input in = input_of(f, bytes_of(&sod));
	struct err err = ERR_INIT;
	struct truststore *none = NULL, *first = NULL;
	struct passive r;

	in.com = bytes_of(&good_com);
	passive_authenticate(&in, &r);
	ok(all_good_but_crl(&r) && r.has_signer && r.has_anchor, "a fitting EF.COM changes nothing");
	in.com = bytes_of(&com);
	passive_authenticate(&in, &r);
	if (!ok(!passive_is_refused(&r) && says(&r, CHECK_COM, 0, GRADE_WARNING, "com_differs"), "EF.COM lists DG14: a warning"))
		show(&r);
	in.com = BYTES("\x60\x05xxxxx", 7);
	passive_authenticate(&in, &r);
	ok(!passive_is_refused(&r) && says(&r, CHECK_COM, 0, GRADE_WARNING, "com_malformed"), "EF.COM is malformed: a warning");

	in = input_of(f, bytes_of(&sod));
	in.dg[12] = BYTES_NONE;
	passive_authenticate(&in, &r);
	ok(r.total == GRADE_NOT_CHECKED && says(&r, CHECK_DATA_GROUP, 12, GRADE_NOT_CHECKED, "not_read"), "DG12 not read is not checked");
	in.dg[1] = BYTES_NONE;
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_COUNTRY, 0, GRADE_NOT_CHECKED, "dg1_unread") && says(&r, CHECK_DOCUMENT_TYPE, 0, GRADE_NOT_CHECKED, "dg1_unread"),
		"without DG1 neither State nor type are checked");

	in = input_of(f, bytes_of(&sod));
	buf_bytes(&other, in.dg[1]);
	other.p[other.n - 1] ^= 1;
	in.dg[1] = bytes_of(&other);
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_DATA_GROUP, 1, GRADE_BAD, "hash_wrong") && bad_verdicts(&r) == 1, "DG1 with another last character");
	ok(passive_find(&r, CHECK_COUNTRY, 0)->grade != GRADE_GOOD && passive_find(&r, CHECK_DOCUMENT_TYPE, 0)->grade != GRADE_GOOD,
		"what rests on a wrong DG1 is not good");
	in.dg[1] = BYTES(f->dg[1].p, f->dg[1].n - 1);
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_DATA_GROUP, 1, GRADE_BAD, "malformed"), "DG1 cut short");
	in.dg[1] = bytes_of(&f->dg[12]);
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_DATA_GROUP, 1, GRADE_BAD, "malformed"), "DG12 in place of DG1");
	in = input_of(f, bytes_of(&sod));
	in.dg[14] = BYTES("\x6e\x00", 2);
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_DATA_GROUP, 14, GRADE_BAD, "not_covered") && bad_verdicts(&r) == 1, "a DG14 that EF.SOD does not cover");
	in = input_of(f, bytes_of(&sod));
	buf_clear(&other);
	buf_bytes(&other, in.dg[2]);
	buf_add(&other, "\0\0\0\0", 4);
	in.dg[2] = bytes_of(&other);
	passive_authenticate(&in, &r);
	ok(all_good_but_crl(&r), "padding after DG2 in its file does not count");

	in = input_of(f, bytes_of(&sod));
	in.at = NOW + INT64_C(86400) * 365 * 11;
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_SIGNER_VALIDITY, 0, GRADE_BAD, "signer_expired") && bad_verdicts(&r) == 1, "eleven years later the signer has expired");
	in.at = NOW + INT64_C(86400) * 365 * 16;
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_CSCA_VALIDITY, 0, GRADE_BAD, "csca_expired"), "sixteen years later the CSCA too");
	in.at = NOW - INT64_C(86400) * 365;
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_SIGNER_VALIDITY, 0, GRADE_BAD, "signer_not_yet_valid"), "a year before it was not yet valid");

	if (truststore_new(&none, &err) == -1 || truststore_settle(none, &err) == -1 || truststore_new(&first, &err) == -1)
		bail_out("%s", err.text);
	in = input_of(f, bytes_of(&sod));
	in.store = none;
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_CHAIN, 0, GRADE_BAD, "signer_untrusted") && !r.has_anchor, "without anchors nothing is trusted");
	ok(truststore_add(first, bytes_of(&anchor), TRUST_ANCHOR, "csca1", &err) == 0 &&
			truststore_add(first, bytes_of(&anchor), TRUST_ANCHOR, "csca1 again", &err) == 0 && truststore_count(first) == 1,
		"the CSCA's first key alone, even when given twice");
	ok(truststore_add(first, bytes_of(&signer), TRUST_ANCHOR, "dsB", &err) == -1 && err.kind == FAIL_INPUT, "a document signer is no anchor: %s", err.text);
	ok(truststore_add(first, BYTES("\x30\x03\x02\x01\x00", 5), TRUST_ANCHOR, "", &err) == -1, "nor is any other DER");
	if (truststore_settle(first, &err) == -1)
		bail_out("%s", err.text);
	in.store = first;
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_CHAIN, 0, GRADE_BAD, "signer_untrusted"), "does not carry a signer of the second");
	in.sod = bytes_of(&old);
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_CHAIN, 0, GRADE_GOOD, "good"), "but one of the first");

	in = input_of(f, BYTES_NONE);
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_FORMAT, 0, GRADE_BAD, "unreadable") && r.n == 1, "no EF.SOD");
	in = input_of(f, BYTES(sod.p + 4, sod.n - 4));
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_FORMAT, 0, GRADE_BAD, "tag_missing") && bad_verdicts(&r) == 1, "the SignedData without tag 77, the rest is judged");

	truststore_free(none);
	truststore_free(first);
	buf_clear(&sod);
	buf_clear(&com);
	buf_clear(&good_com);
	buf_clear(&old);
	buf_clear(&other);
	buf_clear(&anchor);
	buf_clear(&signer);
}

static void
build(struct session *s, const struct signer *signer, const struct fixture *f, int64_t signing_time, struct buf *sod)
{
	struct err err = ERR_INIT;
	struct ldsso lds;

	ldsso_init(&lds, (int)signer_hash_bits(signer));
	for (unsigned i = 1; i <= 16; i++)
		if (f->dg[i].n > 0 && ldsso_add(&lds, i, bytes_of(&f->dg[i]), &err) == -1)
			bail_out("%s", err.text);
	if (sod_build(s, signer, &lds, signing_time, sod, &err) == -1)
		bail_out("%s", err.text);
}

/* A passport of ours, and what a thief of some other key could make of it. */
static void
test_ours(const struct fixture *f)
{
	static const char *const identity_cards[] = { "I", "AC", NULL };
	struct ceremony_options options = fix_options;
	struct ceremony ours = { 0 }, cards = { 0 }, france = { 0 };
	struct err err = ERR_INIT;
	struct token *t = fix_token(1);
	struct session *s = NULL;
	struct signer *ds = NULL, *ledger = NULL, *card = NULL, *french = NULL;
	struct truststore *store = NULL;
	struct buf sod = BUF_INIT;
	struct passive_input in;
	struct passive r;

	options.prefix = "ours-";
	if (ceremony_init(t, &options, &ours, &err) == -1)
		bail_out("%s", err.text);
	options.prefix = "cards-";
	options.document_types = identity_cards;
	if (ceremony_init(t, &options, &cards, &err) == -1)
		bail_out("%s", err.text);
	options.prefix = "france-";
	options.document_types = NULL;
	options.state = "FRA";
	options.country = "FR";
	if (ceremony_init(t, &options, &france, &err) == -1 || truststore_new(&store, &err) == -1 ||
		truststore_add(store, bytes_of(&ours.csca.cert), TRUST_ANCHOR, "ours", &err) == -1 ||
		truststore_add(store, bytes_of(&cards.csca.cert), TRUST_ANCHOR, "cards", &err) == -1 ||
		truststore_add(store, bytes_of(&france.csca.cert), TRUST_ANCHOR, "france", &err) == -1 || truststore_settle(store, &err) == -1 || token_borrow(t, &s, &err) == -1)
		bail_out("%s", err.text);
	ds = fix_signer(s, &ours.signer[0]);
	ledger = fix_signer(s, &ours.ledger);
	card = fix_signer(s, &cards.signer[0]);
	french = fix_signer(s, &france.signer[0]);

	build(s, ds, f, NOW, &sod);
	in = input_of(f, bytes_of(&sod));
	in.store = store;
	passive_authenticate(&in, &r);
	if (!ok(all_good_but_crl(&r), "our passport is good, the CRL not checked"))
		show(&r);

	build(s, ledger, f, NOW, &sod);
	in.sod = bytes_of(&sod);
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_CHAIN, 0, GRADE_BAD, "signer_not_for_documents"), "a ledger key does not sign documents");
	build(s, card, f, NOW, &sod);
	in.sod = bytes_of(&sod);
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_DOCUMENT_TYPE, 0, GRADE_BAD, "document_type_not_allowed") && bad_verdicts(&r) == 1, "nor does a signer of identity cards sign a passport");
	build(s, french, f, NOW, &sod);
	in.sod = bytes_of(&sod);
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_COUNTRY, 0, GRADE_BAD, "state_differs") && bad_verdicts(&r) == 1, "nor a signer of another State one of Utopia");
	build(s, ds, f, NOW + INT64_C(86400) * 120, &sod);
	in.sod = bytes_of(&sod);
	in.at = NOW + INT64_C(86400) * 150;
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_SIGNER_PERIOD, 0, GRADE_BAD, "signed_after_period") && bad_verdicts(&r) == 1, "signed after the key's three months");
	build(s, ds, f, NOW - INT64_C(86400) * 2, &sod);
	in.sod = bytes_of(&sod);
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_SIGNER_PERIOD, 0, GRADE_BAD, "signed_before_period"), "signed before the key was in use");
	build(s, ds, f, NOW + INT64_C(86400) * 30, &sod);
	in.sod = bytes_of(&sod);
	in.at = NOW;
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_SIGNER_PERIOD, 0, GRADE_BAD, "signed_in_future"), "signed after the moment of inspection");
	build(s, ds, f, 0, &sod);
	in.sod = bytes_of(&sod);
	in.dg[12] = BYTES_NONE;
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_SIGNER_PERIOD, 0, GRADE_GOOD, "good"), "without signing time: a key still in use was not used later");
	in.at = NOW + INT64_C(86400) * 150;
	passive_authenticate(&in, &r);
	ok(says(&r, CHECK_SIGNER_PERIOD, 0, GRADE_NOT_CHECKED, "signing_time_unknown"), "later, without DG12, the period is not checked");

	signer_free(ds);
	signer_free(ledger);
	signer_free(card);
	signer_free(french);
	truststore_free(store);
	token_return(t, s);
	token_close(t);
	buf_clear(&sod);
	ceremony_clear(&ours);
	ceremony_clear(&cards);
	ceremony_clear(&france);
}

static bool
data_file(const char *name, struct buf *out)
{
	const char *data = getenv("CATENA_TEST_DATA");
	struct err err = ERR_INIT;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/icao/%s", data != NULL ? data : "", name);
	return data != NULL && file_read(path, 8 << 20, out, &err) == 0;
}

/* A Dutch specimen of 2006 (signature and hashes good, CSCA not to be had, signer expired in 2011). */
static void
test_specimen(const struct fixture *f)
{
	struct buf sod = BUF_INIT, dg1 = BUF_INIT, dg2 = BUF_INIT, dg15 = BUF_INIT;
	struct passive_input in = { .store = f->store, .at = NOW };
	struct passive r;

	if (!data_file("lds/loes2006/ef011D.bin", &sod) || !data_file("lds/loes2006/ef0101.bin", &dg1) ||
		!data_file("lds/loes2006/ef0102.bin", &dg2) || !data_file("lds/loes2006/ef010F.bin", &dg15)) {
		skip("a specimen of 2006", "no CATENA_TEST_DATA");
	} else {
		in.sod = bytes_of(&sod);
		in.dg[1] = bytes_of(&dg1);
		in.dg[2] = bytes_of(&dg2);
		in.dg[15] = bytes_of(&dg15);
		passive_authenticate(&in, &r);
		ok(says(&r, CHECK_SIGNATURE, 0, GRADE_GOOD, "good") && says(&r, CHECK_DATA_GROUP, 15, GRADE_GOOD, "good") &&
				says(&r, CHECK_COUNTRY, 0, GRADE_GOOD, "good") && says(&r, CHECK_CHAIN, 0, GRADE_BAD, "signer_untrusted") &&
				says(&r, CHECK_SIGNER_VALIDITY, 0, GRADE_BAD, "signer_expired") && bad_verdicts(&r) == 2 &&
				says(&r, CHECK_PROFILE, 0, GRADE_WARNING, "certificate_profile"),
			"a specimen of 2006: signed and whole, untrusted and expired, departures are warnings");
	}
	buf_clear(&sod);
	buf_clear(&dg1);
	buf_clear(&dg2);
	buf_clear(&dg15);
}

/* Every CSCA certificate in circulation can be read: the German master list of 2026-05-28. */
static void
test_master_list(void)
{
	struct buf file = BUF_INIT;
	struct err err = ERR_INIT;
	struct cms *cms = NULL;
	struct truststore *store = NULL;
	struct cert *cert;
	struct der d, seq, set = der_reader(BYTES_NONE);
	struct tlv one;
	uint64_t version = 9;
	unsigned n = 0, unreadable = 0, refused = 0;

	if (!data_file("masterlist/DE_ML_2026-05-28.ml", &file)) {
		skip("the German master list", "no CATENA_TEST_DATA");
		return;
	}
	ok(cms_parse(bytes_of(&file), &cms, &err) == 0 && cms_verify(cms, "2.23.136.1.1.2", &err) == 0, "the German master list verifies: %s", err.text);
	if (cms == NULL || truststore_new(&store, &err) == -1)
		bail_out("%s", err.text);
	d = der_reader(cms->content);
	ok(der_enter(&d, DER_SEQUENCE, &seq, "list", &err) == 0 && der_get_uint(&seq, &version, "list", &err) == 0 && version == 0 &&
			der_enter(&seq, DER_SET, &set, "list", &err) == 0,
		"CscaMasterList v0");
	for (; der_more(&set) && der_next(&set, &one, "list", &err) == 0; n++) {
		cert = NULL;
		if (cert_parse(one.whole, &cert, &err) == -1)
			unreadable++;
		else if (truststore_add(store, one.whole, TRUST_ANCHOR, "the list", &err) == -1)
			refused++;
		cert_free(cert);
	}
	ok(n == 588 && unreadable == 0, "its 588 certificates can all be read: %u, %u not", n, unreadable);
	ok(refused < 10, "%u of them say that they are no CA, %zu become anchors", refused, truststore_count(store));
	truststore_free(store);
	cms_free(cms);
	buf_clear(&file);
}

int
main(void)
{
	struct fixture f;

	fixture_init(&f);
	test_utopia(&f);
	test_surroundings(&f);
	test_specimen(&f);
	test_master_list();
	if (softhsm_start()) {
		test_ours(&f);
		softhsm_stop();
	} else
		skip("our own passport", "no SoftHSM");
	fixture_clear(&f);
	return done_testing();
}
