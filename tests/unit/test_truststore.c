/* The trust store: links, CRLs and their times, a CSCA that revokes itself, deviation lists; and what passive authentication makes of them. */
#include "pki/passive.h"
#include "tests/unit/icaofix.h"
#include "tests/unit/listfix.h"

static struct passive *result;

static bool
says(enum check check, enum grade grade, const char *code)
{
	const struct verdict *v = passive_find(result, check, 0);

	if (v != NULL && v->grade == grade && strcmp(v->code, code) == 0)
		return true;
	printf("# %s: %s %s\n", check_name(check), v != NULL ? grade_name(v->grade) : "none", v != NULL ? v->code : "");
	return false;
}

static void
inspect(const struct truststore *store, const struct buf *sod, const struct buf *dg, int64_t at)
{
	struct passive_input in = { .sod = bytes_of(sod), .store = store, .at = at };

	for (unsigned i = 1; dg != NULL && i < NELEM(in.dg); i++)
		in.dg[i] = bytes_of(&dg[i]);
	passive_authenticate(&in, result);
}

/* ---- Utopia: links and times ---- */

static void
test_links(void)
{
	struct truststore *store = icao_store();
	struct buf link = icao_need("utopia/good/csca1-to-2-link.cer"), root2 = icao_need("utopia/good/csca2.cer"), root1 = icao_need("utopia/good/csca1.cer"),
		   broken = BUF_INIT, sod = icao_need("utopia/sod/good-v1.bin");
	struct err err = ERR_INIT;

	icao_anchor(store, "utopia/good/csca1.cer");
	if (truststore_add(store, bytes_of(&link), TRUST_NONE, "PKD", &err) == -1 || truststore_add(store, bytes_of(&root2), TRUST_NONE, "PKD", &err) == -1)
		bail_out("%s", err.text);
	icao_crl(store, "utopia/good/utopia.crl");
	icao_settle(store);
	ok(truststore_at(store, 1)->trust == TRUST_LINKED && truststore_at(store, 1)->linked_by == truststore_at(store, 0) &&
			truststore_at(store, 2)->trust == TRUST_LINKED && strcmp(truststore_at(store, 2)->provenance, "PKD") == 0,
		"from the first key by the link to the second, whose root is trusted then");
	ok(truststore_at(store, 0)->family == truststore_at(store, 2)->family, "one CSCA");
	ok(truststore_crl_at(store, 0)->state == CRL_USABLE && truststore_crl_at(store, 0)->issuer != NULL, "a CRL of the linked key is usable");
	inspect(store, &sod, NULL, ICAO_DAY);
	ok(says(CHECK_CHAIN, GRADE_GOOD, "good") && says(CHECK_REVOCATION, GRADE_GOOD, "good"), "a signer under the linked key is good");
	truststore_free(store);

	store = icao_store();
	icao_anchor(store, "utopia/good/csca2.cer");
	if (truststore_add(store, bytes_of(&link), TRUST_NONE, "PKD", &err) == -1 || truststore_add(store, bytes_of(&root1), TRUST_NONE, "PKD", &err) == -1)
		bail_out("%s", err.text);
	icao_settle(store);
	ok(truststore_at(store, 2)->trust == TRUST_NONE, "who signs a trusted key is not trusted for it");
	truststore_free(store);

	store = icao_store();
	buf_bytes(&broken, bytes_of(&root1));
	broken.p[broken.n - 1] ^= 1;
	ok(truststore_add(store, bytes_of(&broken), TRUST_ANCHOR, "x", &err) == -1 && err.kind == FAIL_INPUT, "a root that its key has not signed is refused: %s", err.text);
	icao_settle(store);
	truststore_free(store);
	buf_clear(&link);
	buf_clear(&root1);
	buf_clear(&root2);
	buf_clear(&broken);
	buf_clear(&sod);
}

static void
test_crl_times(void)
{
	static const struct {
		int64_t at;
		enum grade grade;
		const char *code;
	} cases[] = {
		{ ICAO_DAY, GRADE_GOOD, "good" },
		{ ICAO_DAY + 100 * DAY, GRADE_WARNING, "crl_stale" },   /* next update 2027-01-30 */
		{ ICAO_DAY - 30 * DAY, GRADE_WARNING, "crl_of_later" }, /* this update 2026-11-01 */
	};
	struct truststore *store = icao_utopia(), *none = icao_store();
	struct buf sod = icao_need("utopia/sod/good-v1.bin"), revoked = icao_need("utopia/sod/revoked-ds.bin");

	for (size_t i = 0; i < NELEM(cases); i++) {
		inspect(store, &sod, NULL, cases[i].at);
		ok(says(CHECK_CRL, cases[i].grade, cases[i].code), "the CRL is %s", cases[i].code);
	}
	inspect(store, &revoked, NULL, ICAO_DAY + 100 * DAY);
	ok(says(CHECK_REVOCATION, GRADE_BAD, "signer_revoked"), "a stale CRL still revokes");
	inspect(store, &revoked, NULL, ICAO_DAY - 60 * DAY); /* revoked on 2026-10-15 */
	ok(says(CHECK_REVOCATION, GRADE_WARNING, "signer_revoked_later"), "what was revoked later is a warning for the day before");
	icao_anchor(none, "utopia/good/csca2.cer");
	icao_settle(none);
	inspect(none, &sod, NULL, ICAO_DAY);
	ok(says(CHECK_CRL, GRADE_NOT_CHECKED, "crl_missing") && says(CHECK_REVOCATION, GRADE_NOT_CHECKED, "crl_unusable") &&
			says(CHECK_CSCA_REVOCATION, GRADE_NOT_CHECKED, "crl_unusable") && says(CHECK_DEVIATION, GRADE_NOT_APPLICABLE, "no_list"),
		"without a CRL nothing of it is good");
	truststore_free(store);
	truststore_free(none);
	buf_clear(&sod);
	buf_clear(&revoked);
}

/* ---- our own CSCA ---- */

static struct truststore *
store_with(const struct listfix *f, const struct buf *crl, const struct buf *deviations)
{
	struct truststore *store = icao_store();
	struct err err = ERR_INIT;

	if (truststore_add(store, bytes_of(&f->csca->der), TRUST_ANCHOR, "own", &err) == -1 ||
		(crl != NULL && truststore_add_crl(store, bytes_of(crl), "own", &err) == -1) ||
		(deviations != NULL && truststore_add_deviations(store, bytes_of(deviations), "own", &err) == -1))
		bail_out("%s", err.text);
	icao_settle(store);
	return store;
}

static struct buf
crl_of(struct listfix *f, struct bytes serial)
{
	struct crl_revocation revoked = { serial, NOW - DAY };
	struct crl_order order = { .number = 1, .this_update = NOW - 3600, .next_update = NOW + 60 * DAY, .revoked = &revoked, .nrevoked = serial.n > 0 };
	struct err err = ERR_INIT;
	struct buf der = BUF_INIT;

	if (crl_issue(f->s, f->csca_key, f->csca, &order, &der, &err) == -1)
		bail_out("%s", err.text);
	return der;
}

static void
document(struct listfix *f, struct buf dg[17], struct buf *sod)
{
	struct err err = ERR_INIT;
	struct ldsso lds;

	ldsso_init(&lds, (int)signer_hash_bits(f->document));
	for (unsigned i = 1; i <= 16; i++)
		if (dg[i].n > 0 && ldsso_add(&lds, i, bytes_of(&dg[i]), &err) == -1)
			bail_out("%s", err.text);
	if (sod_build(f->s, f->document, &lds, NOW, sod, &err) == -1)
		bail_out("%s", err.text);
}

static void
test_revocations(struct listfix *f, const struct buf *sod, const struct buf *dg)
{
	const struct {
		const char *what;
		struct bytes serial;
		enum check check;
		enum grade grade;
		const char *code;
	} cases[] = {
		{ "nobody", BYTES_NONE, CHECK_REVOCATION, GRADE_GOOD, "good" },
		{ "the document signer", signer_cert(f->document)->serial, CHECK_REVOCATION, GRADE_BAD, "signer_revoked" },
		{ "the CSCA itself", f->csca->serial, CHECK_CSCA_REVOCATION, GRADE_BAD, "csca_revoked" },
		{ "somebody else", signer_cert(f->master)->serial, CHECK_REVOCATION, GRADE_GOOD, "good" },
	};

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct buf crl = crl_of(f, cases[i].serial);
		struct truststore *store = store_with(f, &crl, NULL);

		inspect(store, sod, dg, NOW);
		ok(says(cases[i].check, cases[i].grade, cases[i].code) && passive_is_refused(result) == (cases[i].grade == GRADE_BAD), "a CRL that revokes %s", cases[i].what);
		truststore_free(store);
		buf_clear(&crl);
	}
}

static void
test_deviations(struct listfix *f, const struct buf *sod, const struct buf *dg)
{
	static const struct deviation_description_order hash[] = { { "hash of DG2 without its header", DEVIATION_DG_HASH_WRONG, 2 } },
							lost[] = { { "keys of active authentication lost", DEVIATION_AA_KEY_COMPROMISED, -1 } };
	static const char *const numbers[] = { "A00000001", NULL }, *const ours[] = { "L898902C3", NULL };
	const struct {
		const char *what;
		struct deviation_order deviation;
		enum grade grade;
		const char *code;
	} cases[] = {
		{ "of this signer", { NULL, DEVIATION_SIGNER_SERIAL, signer_cert(f->document), false, 0, 0, NULL, hash, 1 }, GRADE_WARNING, "deviation_listed" },
		{ "of this number", { NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, ours, hash, 1 }, GRADE_WARNING, "deviation_listed" },
		{ "of another number", { NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, numbers, hash, 1 }, GRADE_GOOD, "good" },
		{ "of another signer", { NULL, DEVIATION_SIGNER_SERIAL, signer_cert(f->master), false, 0, 0, NULL, hash, 1 }, GRADE_GOOD, "good" },
		{ "of lost chip keys", { NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, NULL, lost, 1 }, GRADE_WARNING, "deviation_listed" },
	};
	struct buf crl = crl_of(f, BYTES_NONE);

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct deviationlist_order order = { &cases[i].deviation, 1, bytes_of(&f->csca->der), NOW - 3600, false, 0 };
		struct truststore *store;
		struct err err = ERR_INIT;
		struct buf der = BUF_INIT;

		if (deviationlist_issue(f->s, f->deviation, &order, &der, &err) == -1)
			bail_out("%s", err.text);
		store = store_with(f, &crl, &der);
		inspect(store, sod, dg, NOW);
		ok(says(CHECK_DEVIATION, cases[i].grade, cases[i].code) && !passive_is_refused(result), "a deviation %s", cases[i].what);
		truststore_free(store);
		if (i == 0) {
			der.p[der.n - 1] ^= 1; /* of the signature */
			store = store_with(f, &crl, &der);
			inspect(store, sod, dg, NOW);
			ok(says(CHECK_DEVIATION, GRADE_NOT_CHECKED, "deviations_unusable"), "a deviation list with a wrong signature is not used: %s", passive_find(result, CHECK_DEVIATION, 0)->text);
			truststore_free(store);
		}
		buf_clear(&der);
	}
	buf_clear(&crl);
}

/* DG15 is there: what the chip's answer is worth. */
static void
test_chip(struct listfix *f, const struct buf *sod, const struct buf *dg)
{
	static const struct {
		const char *what;
		enum chip_method method;
		bool proved, altered, trusted;
		enum grade grade;
		const char *code;
	} cases[] = {
		{ "not asked", CHIP_NOT_ASKED, false, false, true, GRADE_NOT_CHECKED, "chip_not_asked" },
		{ "proved", CHIP_ACTIVE_AUTHENTICATION, true, false, true, GRADE_GOOD, "good" },
		{ "not proved", CHIP_ACTIVE_AUTHENTICATION, false, false, true, GRADE_BAD, "chip_not_genuine" },
		{ "proved with a key that is not covered", CHIP_AUTHENTICATION, true, false, true, GRADE_BAD, "chip_key_not_covered" },
		{ "proved with an altered DG15", CHIP_ACTIVE_AUTHENTICATION, true, true, true, GRADE_NOT_CHECKED, "chip_key_not_good" },
		{ "proved under an EF.SOD that is not trusted", CHIP_ACTIVE_AUTHENTICATION, true, false, false, GRADE_NOT_CHECKED, "sod_not_good" },
	};
	struct buf crl = crl_of(f, BYTES_NONE), altered = BUF_INIT;
	struct truststore *store = store_with(f, &crl, NULL), *none = icao_store();

	icao_settle(none);
	buf_bytes(&altered, bytes_of(&dg[15]));
	altered.p[altered.n - 1] ^= 1;
	for (size_t i = 0; i < NELEM(cases); i++) {
		struct passive_input in = { .sod = bytes_of(sod), .store = cases[i].trusted ? store : none, .at = NOW, .chip = cases[i].method, .chip_has_proved = cases[i].proved };

		for (unsigned k = 1; k < NELEM(in.dg); k++)
			in.dg[k] = bytes_of(&dg[k]);
		if (cases[i].altered)
			in.dg[15] = bytes_of(&altered);
		passive_authenticate(&in, result);
		ok(says(CHECK_CHIP, cases[i].grade, cases[i].code), "the chip: %s", cases[i].what);
	}
	truststore_free(store);
	truststore_free(none);
	buf_clear(&crl);
	buf_clear(&altered);
}

int
main(void)
{
	struct listfix f;

	result = calloc(1, sizeof(*result));
	test_links();
	test_crl_times();
	if (listfix_init(&f)) {
		struct buf sod = BUF_INIT, dg[17] = { [1] = fix_file("lds/EF.DG1.bin"), [2] = fix_file("lds/EF.DG2.bin"), [12] = fix_file("lds/EF.DG12.bin") };

		buf_add(&dg[15], "\x6f\x03\x30\x01\x00", 5);
		document(&f, dg, &sod);
		test_revocations(&f, &sod, dg);
		test_deviations(&f, &sod, dg);
		test_chip(&f, &sod, dg);
		for (unsigned i = 0; i < NELEM(dg); i++)
			buf_clear(&dg[i]);
		buf_clear(&sod);
		listfix_clear(&f);
	} else
		skip("our own CSCA", "no SoftHSM");
	free(result);
	return done_testing();
}
