/*
 * What a file would change in the trust store: Utopia's certificates and lists (tests/data/utopia), the German master list of the test data,
 * Indonesia's key change.
 */
#include "pki/trustdiff.h"
#include "registry/base/clock.h"
#include "tests/unit/icaofix.h"

struct trial {
	struct trustdiff *d;
	struct certfile file;
	struct buf raw;
};

static struct trial
begin(void)
{
	struct trial t = { 0 };
	struct err err = ERR_INIT;

	if (trustdiff_new(&t.d, &err) == -1)
		bail_out("%s", err.text);
	return t;
}

static void
hold(struct trial *t, enum certfile_kind kind, const char *name, const char *state)
{
	struct buf b = icao_need(name), der = BUF_INIT;
	struct err err = ERR_INIT;
	struct certfile file = { 0 };

	if (certfile_read(bytes_of(&b), &file, &err) == -1)
		bail_out("%s: %s", name, err.text);
	buf_bytes(&der, bytes_of(&file.item[0].der));
	if (trustdiff_hold(t->d, kind, bytes_of(&der), state, name, &err) == -1)
		bail_out("%s: %s", name, err.text);
	certfile_clear(&file);
	buf_clear(&der);
	buf_clear(&b);
}

static void
offer_octets(struct trial *t, struct bytes octets)
{
	struct err err = ERR_INIT;

	if (certfile_read(octets, &t->file, &err) == -1 || trustdiff_offer_file(t->d, &t->file, &err) == -1 || trustdiff_run(t->d, ICAO_DAY, &err) == -1)
		bail_out("%s", err.text);
}

static void
offer(struct trial *t, const char *name)
{
	t->raw = icao_need(name);
	offer_octets(t, bytes_of(&t->raw));
}

static void
end(struct trial *t)
{
	trustdiff_free(t->d);
	certfile_clear(&t->file);
	buf_clear(&t->raw);
}

static unsigned
count(const struct trial *t, enum certfile_kind kind, enum offer_outcome outcome)
{
	unsigned n = 0;

	for (size_t i = 0; i < trustdiff_count(t->d); i++)
		n += trustdiff_at(t->d, i)->kind == kind && trustdiff_at(t->d, i)->outcome == outcome;
	return n;
}

/* The one thing in the file. */
static void
one(struct trial *t, enum offer_outcome outcome, const char *why, const char *name)
{
	const struct offer *o = trustdiff_count(t->d) > 0 ? trustdiff_at(t->d, 0) : NULL;
	bool good = o != NULL && o->outcome == outcome && strstr(o->why, why) != NULL;

	if (!good)
		printf("# %s: %s\n", o != NULL ? offer_outcome_name(o->outcome) : "nothing", o != NULL ? o->why : "");
	ok(good, "%s: %s", name, offer_outcome_name(outcome));
	end(t);
}

#define CSCA1 "utopia/good/csca1.cer"
#define CSCA2 "utopia/good/csca2.cer"
#define LINK  "utopia/good/csca1-to-2-link.cer"
#define CRL   "utopia/good/utopia.crl"

static void
test_certificates(void)
{
	struct trial t = begin();

	offer(&t, CSCA1);
	one(&t, OFFER_ROOT, "", "a root, when nothing is held");
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, CSCA1, "trusted");
	offer(&t, CSCA1);
	one(&t, OFFER_KNOWN, "", "a root that is held");
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, CSCA1, "withdrawn");
	offer(&t, CSCA1);
	one(&t, OFFER_KNOWN, "withdrawn", "a root that is no longer trusted");
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, CSCA1, "trusted");
	offer(&t, LINK);
	one(&t, OFFER_LINKED, "signed by the trusted key", "a link under a trusted key");
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, CSCA1, "candidate");
	offer(&t, LINK);
	one(&t, OFFER_UNLINKED, "", "a link under a key that is only a candidate");
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, CSCA1, "withdrawn");
	offer(&t, LINK);
	one(&t, OFFER_UNLINKED, "", "a link under a key that is no longer trusted");
	t = begin();
	offer(&t, LINK);
	one(&t, OFFER_UNLINKED, "", "a link under nothing");
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, CSCA1, "trusted");
	offer(&t, "utopia/csca-lint/sha1.cer");
	ok(trustdiff_at(t.d, 0)->errors > 0 && trustdiff_at(t.d, 0)->outcome != OFFER_LINKED, "departures from the profile are counted");
	end(&t);
	t = begin();
	offer(&t, "utopia/good/dsA.cer");
	ok(trustdiff_count(t.d) == 0, "a document signer's certificate is no matter of the trust store");
	end(&t);
}

/* One octet of the signature changed. */
static void
test_damaged(void)
{
	struct trial t = begin();

	t.raw = icao_need(CSCA1);
	t.raw.p[t.raw.n - 1] ^= 1;
	offer_octets(&t, bytes_of(&t.raw));
	one(&t, OFFER_REFUSED, "own key has not signed it", "a root whose signature is not its own");
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, CSCA1, "trusted");
	t.raw = icao_need(LINK);
	t.raw.p[t.raw.n - 1] ^= 1;
	offer_octets(&t, bytes_of(&t.raw));
	one(&t, OFFER_UNLINKED, "", "a link whose signature is not of the trusted key");
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, CSCA1, "trusted");
	hold(&t, CERTFILE_CERTIFICATE, CSCA2, "trusted");
	t.raw = icao_need(CRL);
	t.raw.p[t.raw.n - 1] ^= 1;
	offer_octets(&t, bytes_of(&t.raw));
	one(&t, OFFER_REFUSED, "signature", "a CRL with another signature");
}

static void
test_crls(void)
{
	struct trial t = begin();

	offer(&t, CRL);
	one(&t, OFFER_REFUSED, "no trusted CSCA", "a CRL of a State that is not trusted");
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, CSCA1, "candidate");
	hold(&t, CERTFILE_CERTIFICATE, CSCA2, "candidate");
	offer(&t, CRL);
	one(&t, OFFER_REFUSED, "no trusted CSCA", "a CRL under a candidate");
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, CSCA1, "trusted");
	hold(&t, CERTFILE_CERTIFICATE, CSCA2, "trusted");
	offer(&t, CRL);
	one(&t, OFFER_NEW, "", "a CRL under a trusted CSCA");
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, CSCA1, "trusted");
	hold(&t, CERTFILE_CERTIFICATE, CSCA2, "trusted");
	hold(&t, CERTFILE_CRL, CRL, "held");
	offer(&t, CRL);
	one(&t, OFFER_KNOWN, "", "the CRL that is held");
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, CSCA1, "trusted");
	hold(&t, CERTFILE_CERTIFICATE, CSCA2, "trusted");
	offer(&t, "utopia/crl-lint/bad-signature.crl");
	one(&t, OFFER_REFUSED, "signature", "a CRL whose signature is wrong");
}

static const struct {
	const char *file, *why;
	enum offer_outcome outcome;
} lists[] = {
	{ "utopia/good/utopia.ml", "", OFFER_NEW },
	{ "utopia/ml/sid-issuerserial.ml", "", OFFER_NEW },
	{ "utopia/ml/no-signingtime.ml", "", OFFER_REFUSED },
	{ "utopia/ml/signed-by-csca.ml", "", OFFER_REFUSED },
	{ "utopia/ml/tampered.ml", "", OFFER_REFUSED },
};

static void
test_lists(void)
{
	struct trial t;

	for (size_t i = 0; i < NELEM(lists); i++) {
		t = begin();
		hold(&t, CERTFILE_CERTIFICATE, CSCA1, "trusted");
		hold(&t, CERTFILE_CERTIFICATE, CSCA2, "trusted");
		offer(&t, lists[i].file);
		if (lists[i].outcome == OFFER_REFUSED)
			ok(count(&t, CERTFILE_CERTIFICATE, OFFER_ROOT) == 0 && count(&t, CERTFILE_CERTIFICATE, OFFER_LINKED) == 0, "%s brings nothing in", lists[i].file);
		one(&t, lists[i].outcome, lists[i].why, lists[i].file);
	}
	t = begin();
	offer(&t, lists[0].file);
	ok(count(&t, CERTFILE_CERTIFICATE, OFFER_ROOT) == 0, "a list of a State that is not trusted brings nothing in");
	one(&t, OFFER_REFUSED, "", "a list of a State that is not trusted");
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, CSCA1, "trusted");
	hold(&t, CERTFILE_CERTIFICATE, CSCA2, "trusted");
	hold(&t, CERTFILE_MASTER_LIST, lists[0].file, "held");
	offer(&t, lists[0].file);
	one(&t, OFFER_KNOWN, "", "the list that is held");
}

static void
test_german(void)
{
	struct buf there = BUF_INIT;
	struct trial t;
	uint64_t began;

	if (!icao_file("masterlist/DE_CSCA07.cer", &there)) {
		skip("the German master list", "it is not here");
		return;
	}
	buf_clear(&there);
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, "masterlist/DE_CSCA07.cer", "trusted");
	began = clock_monotonic_ns();
	offer(&t, "masterlist/DE_ML_2026-05-28.ml");
	printf("# German master list: %.2f s; %u roots, %u linked, %u unlinked, %u known, %u refused\n", (double)(clock_monotonic_ns() - began) / 1e9,
		count(&t, CERTFILE_CERTIFICATE, OFFER_ROOT), count(&t, CERTFILE_CERTIFICATE, OFFER_LINKED), count(&t, CERTFILE_CERTIFICATE, OFFER_UNLINKED),
		count(&t, CERTFILE_CERTIFICATE, OFFER_KNOWN), count(&t, CERTFILE_CERTIFICATE, OFFER_REFUSED));
	ok(trustdiff_at(t.d, 0)->kind == CERTFILE_MASTER_LIST && trustdiff_at(t.d, 0)->outcome == OFFER_NEW && trustdiff_at(t.d, 0)->counts.certificates == 588,
		"the German list of 588 certificates is new");
	is(trustdiff_at(t.d, 0)->country, "DE", "and Germany's");
	ok(count(&t, CERTFILE_CERTIFICATE, OFFER_KNOWN) >= 1, "its own root is known");
	ok(count(&t, CERTFILE_CERTIFICATE, OFFER_ROOT) > 350 && count(&t, CERTFILE_CERTIFICATE, OFFER_UNLINKED) > 200,
		"the roots of other States wait for two officers, their links for the roots");
	end(&t);
}

static void
test_key_change(void)
{
	struct buf there = BUF_INIT;
	struct trial t;

	if (!icao_file("csca/IDN-2010-root.cer", &there)) {
		skip("a change of key and name", "the certificates are not here");
		return;
	}
	buf_clear(&there);
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, "csca/IDN-2010-root.cer", "trusted");
	offer(&t, "csca/IDN-2016-link.cer");
	one(&t, OFFER_LINKED, "", "a link across a change of name");
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, "csca/IDN-2010-root.cer", "trusted");
	hold(&t, CERTFILE_CERTIFICATE, "csca/IDN-2016-link.cer", "candidate");
	offer(&t, "csca/IDN-2016-root.cer");
	one(&t, OFFER_LINKED, "", "the root behind the link");
	t = begin();
	hold(&t, CERTFILE_CERTIFICATE, "csca/IDN-2016-root.cer", "trusted");
	offer(&t, "csca/IDN-2016-link.cer");
	one(&t, OFFER_UNLINKED, "", "the old key's link: to have signed a trusted key is no merit");
}

int
main(void)
{
	test_certificates();
	test_damaged();
	test_crls();
	test_lists();
	test_german();
	test_key_change();
	return done_testing();
}
