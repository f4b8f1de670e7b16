/*
 * Files of the ICAO test data cut short, made too long, nested and with bits changed, from a fixed seed: whatever comes of it, nothing
 * crashes or hangs, and nothing is "good" that a signature should have covered.
 *
 * With CATENA_ALL_BITS in the environment every bit of each file is changed: some minutes.
 *
 * Which bits may change and leave a document good?
 *   EF.SOD, DG1, DG2, DG12: none.  What the signature of EF.SOD does not cover (version numbers, digestAlgorithms, the signer's name in sid)
 *     is compared with what it does cover, and a difference is a warning at least.
 *   EF.COM: nobody signs it; with a version 0 security object its version texts can be compared with nothing.  These two members, no others.
 *   CSCA certificates, CRLs, master lists: none; an altered anchor is refused, or trusted "as it stands", which is a warning.
 */
#include "pki/lint.h"
#include "pki/masterlist.h"
#include "pki/passive.h"
#include "registry/base/clock.h"
#include "tests/unit/icaofix.h"

enum { FLIPS = 400, /* of each file; smaller ones have all their bits changed */
	CUTS = 64,
	HEAVY_FLIPS = 24, /* where one run costs a second's part: the German list */
	NEST = 20000 };

static uint64_t seed = UINT64_C(0x9303202611210900);

/* xorshift64*: the same everywhere. */
static uint64_t
next_random(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * UINT64_C(2685821657736338717);
}

/* ---- what a file is used for ---- */

struct scene {
	struct buf sod, com, dg[17], anchor, crl;
};

static struct passive *result;

/* Everything from the bytes on, as an inspection does; true when the document would be good. */
static bool
inspect(const struct scene *s)
{
	struct truststore *store = icao_store();
	struct passive_input in = { .sod = bytes_of(&s->sod), .com = bytes_of(&s->com), .store = store, .at = ICAO_DAY };
	struct err err = ERR_INIT;

	truststore_add(store, bytes_of(&s->anchor), TRUST_ANCHOR, "anchor", &err); /* refused: then nothing is trusted */
	truststore_add_crl(store, bytes_of(&s->crl), "crl", &err);
	icao_settle(store);
	for (unsigned i = 1; i < NELEM(in.dg); i++)
		in.dg[i] = bytes_of(&s->dg[i]);
	passive_authenticate(&in, result);
	truststore_free(store);
	return result->total == GRADE_GOOD;
}

static bool
is_signed_by(struct bytes file, const struct cert *issuer)
{
	struct err err = ERR_INIT;
	struct cert *cert = NULL;
	struct crl *crl = NULL;
	bool is_signed = false;

	if (cert_read(file, &cert, &err) == 0)
		is_signed = cert_verify(cert, issuer, &err) == 0;
	else if (crl_read(file, &crl, &err) == 0)
		is_signed = crl_verify(crl, issuer, &err) == 0;
	cert_free(cert);
	crl_free(crl);
	return is_signed;
}

/*
 * A certificate or CRL by itself: the linter must stand it.  It compares with the profile and says nothing of a signature whose issuer it does
 * not know (another authorityKeyIdentifier is enough for that), so "good" is both: no finding, and signed by the issuer.
 */
static bool
lint(struct bytes file, const struct cert *issuer)
{
	struct lint_options options = { issuer != NULL ? &issuer : NULL, issuer != NULL, LINT_DETECT };
	struct lint l = { .kind = LINT_UNKNOWN };
	struct err err = ERR_INIT;
	bool good = lint_file(file, &options, &l, &err) == 0 && l.n == 0 && is_signed_by(file, issuer);

	lint_clear(&l);
	return good;
}

static bool
list_is_good(struct bytes file, const struct cert *anchor)
{
	struct list_report *report = calloc(1, sizeof(*report));
	struct list_trust trust = { .anchor = &anchor, .nanchor = 1, .at = ICAO_DAY };
	struct masterlist_counts counts;
	struct masterlist *list = NULL;
	struct err err = ERR_INIT;
	bool good = false;

	if (masterlist_parse(file, &list, &err) == 0) {
		masterlist_check(list, &trust, report, &counts);
		good = report->total == GRADE_GOOD;
	}
	masterlist_free(list);
	free(report);
	return good;
}

/* ---- the changes ---- */

struct subject {
	const char *name;
	bool (*is_good)(const struct subject *subject, struct bytes file);
	struct scene *scene; /* for inspections: where the file stands in it ... */
	struct buf *place;   /* ... of which this is replaced */
	const struct cert *issuer;
	bool (*may_change)(struct bytes file, size_t octet); /* uncovered on purpose; NULL none */
	unsigned flips;
};

static bool
good_in_scene(const struct subject *subject, struct bytes file)
{
	struct buf keep = *subject->place;
	bool good;

	*subject->place = BUF_INIT;
	buf_bytes(subject->place, file);
	good = inspect(subject->scene);
	buf_clear(subject->place);
	*subject->place = keep;
	return good;
}

static bool
good_lint(const struct subject *subject, struct bytes file)
{
	return lint(file, subject->issuer);
}

static bool
good_list(const struct subject *subject, struct bytes file)
{
	return list_is_good(file, subject->issuer);
}

static uint64_t slowest; /* nanoseconds of one try */

/* In a block of exactly n octets, for the sanitizers. */
static bool
try(const struct subject *subject, struct bytes file)
{
	uint8_t *copy = malloc(file.n > 0 ? file.n : 1);
	uint64_t begun = clock_monotonic_ns(), took;
	bool good;

	if (copy == NULL)
		bail_out("out of memory");
	if (file.n > 0)
		memcpy(copy, file.p, file.n);
	good = subject->is_good(subject, BYTES(copy, file.n));
	free(copy);
	took = clock_monotonic_ns() - begun;
	slowest = took > slowest ? took : slowest;
	return good;
}

static unsigned
truncations(const struct subject *subject, struct bytes file)
{
	unsigned good = 0, cuts = file.n < CUTS ? (unsigned)file.n : CUTS;

	for (unsigned i = 1; i < cuts; i++) /* of no octets at all is a file that was not read */
		good += try(subject, BYTES(file.p, file.n < CUTS ? i : 1 + (size_t)(next_random() % (file.n - 1))));
	try(subject, BYTES_NONE);
	return good + try(subject, BYTES(file.p, file.n - 1));
}

static unsigned
flips(const struct subject *subject, struct bytes file)
{
	unsigned good = 0;
	bool all = file.n * 8 <= subject->flips || (getenv("CATENA_ALL_BITS") != NULL && subject->flips > HEAVY_FLIPS);
	size_t n = all ? file.n * 8 : subject->flips;
	struct buf altered = BUF_INIT;

	buf_bytes(&altered, file);
	for (size_t i = 0; i < n; i++) {
		size_t bit = all ? i : (size_t)(next_random() % (file.n * 8));

		altered.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (try(subject, bytes_of(&altered)) && (subject->may_change == NULL || !subject->may_change(file, bit / 8))) {
			printf("# %s: still good with bit %zu of octet %zu changed\n", subject->name, bit % 8, bit / 8);
			good++;
		}
		altered.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	buf_clear(&altered);
	return good;
}

/* Lengths that promise more than there is, or all that a size_t can hold. */
static unsigned
lengths(const struct subject *subject, struct bytes file)
{
	static const uint8_t huge[][9] = { { 0x84, 0xff, 0xff, 0xff, 0xff }, { 0x84, 0x7f, 0xff, 0xff, 0xff }, { 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		{ 0x80 }, { 0x83, 0x00, 0x00, 0x01 } };
	static const size_t sizes[] = { 5, 5, 9, 1, 4 };
	unsigned good = 0;

	for (unsigned i = 0; i < 40; i++) {
		size_t at = i < 4 ? i + 1 : (size_t)(next_random() % file.n), which = i % NELEM(huge);
		struct buf altered = BUF_INIT;

		if (at >= file.n)
			continue;
		buf_add(&altered, file.p, at);
		buf_add(&altered, huge[which], sizes[which]);
		buf_add(&altered, file.p + at, file.n - at);
		good += try(subject, bytes_of(&altered));
		buf_clear(&altered);
	}
	return good;
}

/* The file wrapped in itself, in SEQUENCEs without end, and followed by a megabyte. */
static unsigned
nestings(const struct subject *subject, struct bytes file)
{
	static const uint8_t tags[] = { 0x30, 0x31, 0x77, 0xa0, 0x24 };
	struct buf deep = BUF_INIT, twice = BUF_INIT;
	unsigned good = 0;

	for (size_t t = 0; t < NELEM(tags); t++) {
		buf_clear(&deep);
		for (unsigned i = 0; i < NEST; i++) { /* lengths that fit: the inner is 5 octets shorter */
			size_t left = 5 * (size_t)(NEST - i - 1);

			buf_u8(&deep, tags[t]);
			buf_u8(&deep, 0x83);
			buf_be(&deep, left, 3);
		}
		good += try(subject, bytes_of(&deep));
	}
	der_header(&twice, file.p[0], file.n);
	buf_bytes(&twice, file);
	good += try(subject, bytes_of(&twice));
	buf_clear(&twice);
	buf_clear(&deep);
	return good;
}

static void
mutate(const struct subject *subject, struct bytes file, bool is_good_itself)
{
	unsigned cut, flipped, longer, nested;

	ok(try(subject, file) == is_good_itself, "%s: %s as it is", subject->name, is_good_itself ? "good" : "not good");
	cut = truncations(subject, file);
	flipped = flips(subject, file);
	longer = lengths(subject, file);
	nested = nestings(subject, file);
	ok(cut == 0 && flipped == 0 && longer == 0 && nested == 0, "%s: cut short %u, changed %u, lengths %u, nested %u are good", subject->name, cut, flipped, longer, nested);
	ok(slowest < UINT64_C(20) * 1000000000, "%s: and none of it hangs", subject->name);
}

/* ---- the subjects ---- */

/* The texts of 5F01 and 5F36: 60 16 5F01 04 xxxx 5F36 06 xxxxxx. */
static bool
com_version(struct bytes file, size_t octet)
{
	(void)file;
	return (octet >= 5 && octet < 9) || (octet >= 12 && octet < 18);
}

static void
test_document(void)
{
	static const struct {
		const char *sod, *com, *anchor;
	} documents[] = {
		{ "utopia/sod/good-v0.bin", "utopia/lds/EF.COM-0107.bin", "utopia/good/csca2.cer" },
		{ "utopia/sod/good-v1.bin", "utopia/lds/EF.COM-0108.bin", "utopia/good/csca2.cer" },
		{ "utopia/sod/good-dsA-old-csca.bin", "utopia/lds/EF.COM-0107.bin", "utopia/good/csca1.cer" },
		{ "utopia/sod/good-digest-null-params.bin", "utopia/lds/EF.COM-0107.bin", "utopia/good/csca2.cer" },
	};
	struct scene s = { .dg = { [1] = icao_need("utopia/lds/EF.DG1.bin"), [2] = icao_need("utopia/lds/EF.DG2.bin"), [12] = icao_need("utopia/lds/EF.DG12.bin") } };

	for (size_t i = 0; i < NELEM(documents); i++) {
		/* The CRL of key 2 says nothing of key 1 without it: there the document is at most "not checked". */
		bool good = strcmp(documents[i].anchor, "utopia/good/csca2.cer") == 0;

		s.sod = icao_need(documents[i].sod);
		s.com = icao_need(documents[i].com);
		s.anchor = icao_need(documents[i].anchor);
		s.crl = icao_need("utopia/good/utopia.crl");
		mutate(&(struct subject){ documents[i].sod, good_in_scene, &s, &s.sod, .flips = FLIPS }, bytes_of(&s.sod), good);
		if (i < 2) {
			mutate(&(struct subject){ documents[i].com, good_in_scene, &s, &s.com, .flips = FLIPS, .may_change = i == 0 ? com_version : NULL }, bytes_of(&s.com), good);
			mutate(&(struct subject){ documents[i].anchor, good_in_scene, &s, &s.anchor, .flips = FLIPS }, bytes_of(&s.anchor), good);
			mutate(&(struct subject){ "utopia/good/utopia.crl", good_in_scene, &s, &s.crl, .flips = FLIPS }, bytes_of(&s.crl), good);
		}
		if (i == 0) {
			mutate(&(struct subject){ "utopia/lds/EF.DG1.bin", good_in_scene, &s, &s.dg[1], .flips = FLIPS }, bytes_of(&s.dg[1]), good);
			mutate(&(struct subject){ "utopia/lds/EF.DG2.bin", good_in_scene, &s, &s.dg[2], .flips = FLIPS }, bytes_of(&s.dg[2]), good);
			mutate(&(struct subject){ "utopia/lds/EF.DG12.bin", good_in_scene, &s, &s.dg[12], .flips = FLIPS }, bytes_of(&s.dg[12]), good);
		}
		buf_clear(&s.sod);
		buf_clear(&s.com);
		buf_clear(&s.anchor);
		buf_clear(&s.crl);
	}
	for (unsigned i = 0; i < NELEM(s.dg); i++)
		buf_clear(&s.dg[i]);
}

/* Files that are refused already: no change makes them good, by chance or by design. */
static void
test_refused(void)
{
	static const char *const sods[] = { "utopia/sod/v1-without-versioninfo.bin", "utopia/sod/dg2-hash-wrong.bin", "utopia/sod/messagedigest-wrong.bin",
		"utopia/sod/no-ds-cert.bin", "utopia/sod/revoked-ds.bin", "utopia/sod/wrong-doctype.bin", "utopia/sod/plain-ecdsa.bin", "utopia/sod/sha1.bin",
		"utopia/sod/signature-bit-flip.bin", "lds/loes2006/ef011D.bin", "sod-zkr/johnny-silverhand-ecdsa-p256-sha256.sod",
		"sod-zkr/johnny-silverhand-rsa-2048-sha256.sod", "cardaccess/ecdh/ef_cardsecurity", "cardaccess/ecdh/ef_cardaccess",
		"cvc/misc/C_CZCVCADCZ000.cvcert", "dg2/ICAO_39794_5_mandatory.bin", "dg3/sample-39794-4-ed-1-v1.der", "vds/visa_224bitSig.bin" };
	struct scene s = { .dg = { [1] = icao_need("utopia/lds/EF.DG1.bin"), [2] = icao_need("utopia/lds/EF.DG2.bin"), [12] = icao_need("utopia/lds/EF.DG12.bin") },
		.anchor = icao_need("utopia/good/csca2.cer"),
		.crl = icao_need("utopia/good/utopia.crl") };

	for (size_t i = 0; i < NELEM(sods); i++) {
		if (!icao_file(sods[i], &s.sod)) {
			skip(sods[i], "no CATENA_TEST_DATA");
			continue;
		}
		if (strcmp(sods[i], "utopia/sod/signature-bit-flip.bin") == 0) {
			ok(!inspect(&s), "%s: not good; one bit from good, so it is not changed further", sods[i]);
		} else
			mutate(&(struct subject){ sods[i], good_in_scene, &s, &s.sod, .flips = FLIPS / 4 }, bytes_of(&s.sod), false);
		buf_clear(&s.sod);
	}
	for (unsigned i = 0; i < NELEM(s.dg); i++)
		buf_clear(&s.dg[i]);
	buf_clear(&s.anchor);
	buf_clear(&s.crl);
}

static struct cert *
cert_of(const char *name)
{
	struct buf b = icao_need(name);
	struct err err = ERR_INIT;
	struct cert *cert = NULL;

	if (cert_read(bytes_of(&b), &cert, &err) == -1)
		bail_out("%s: %s", name, err.text);
	buf_clear(&b);
	return cert;
}

/* By themselves: linter and list checks. */
static void
test_alone(void)
{
	static const struct {
		const char *name, *issuer;
		bool is_list, is_good;
	} files[] = {
		{ "utopia/good/csca1.cer", "utopia/good/csca1.cer", false, true },
		{ "utopia/good/csca1-to-2-link.cer", "utopia/good/csca1.cer", false, true },
		{ "utopia/good/dsB.cer", "utopia/good/csca2.cer", false, true },
		{ "utopia/good/utopia.crl", "utopia/good/csca2.cer", false, true },
		{ "utopia/good/utopia.ml", "utopia/good/csca2.cer", true, true },
		{ "utopia/ml/signed-by-csca.ml", "utopia/good/csca2.cer", true, false },
		{ "csca/IDN-2016-link.cer", "utopia/good/csca1.cer", false, false },
		{ "csca/dsc_etsi_test.cer", "utopia/good/csca1.cer", false, false },
		{ "masterlist/DE_CSCA07.cer", "utopia/good/csca1.cer", false, false },
		{ "masterlist/DE_ML_2026-05-28.ml", "utopia/good/csca1.cer", true, false },
	};

	for (size_t i = 0; i < NELEM(files); i++) {
		struct cert *issuer = cert_of(files[i].issuer);
		struct subject subject = { files[i].name, files[i].is_list ? good_list : good_lint, .issuer = issuer, .flips = FLIPS };
		struct buf file = BUF_INIT;

		if (!icao_file(files[i].name, &file))
			skip(files[i].name, "no CATENA_TEST_DATA");
		else if (file.n > 100000) { /* a second's part for each: some bits, no more */
			subject.flips = HEAVY_FLIPS;
			ok(flips(&subject, bytes_of(&file)) == 0 && nestings(&subject, bytes_of(&file)) == 0, "%s: no change makes it good", files[i].name);
		} else
			mutate(&subject, bytes_of(&file), files[i].is_good);
		buf_clear(&file);
		cert_free(issuer);
	}
}

int
main(void)
{
	result = calloc(1, sizeof(*result));
	if (result == NULL)
		bail_out("out of memory");
	test_document();
	test_refused();
	test_alone();
	free(result);
	return done_testing();
}
