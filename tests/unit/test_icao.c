/*
 * Every file of the ICAO test data, verdict by verdict: what it is expected to be, what we say, by which codes.  The table is printed
 * as comments.  A file that is not judged here stands in it with its reason.
 */
#include "pki/lint.h"
#include "pki/masterlist.h"
#include "pki/passive.h"
#include "pki/vdsseal.h"
#include "tests/unit/icaofix.h"

static struct truststore *utopia;
static struct cert *csca[2]; /* Utopia's: to verify signatures while linting */

/* ---- the table ---- */

struct row {
	const char *file, *expected; /* "OK", "VALID", "WARN", "FAIL", "INVALID" */
	const char *code;            /* the word that must be among the codes; NULL for what is good */
	char got[12];
	char codes[240]; /* worst first, as they were found */
};

static char seen[256][80]; /* files that have their row */
static size_t nseen;

static void
see(const char *file)
{
	if (nseen < NELEM(seen))
		snprintf(seen[nseen++], sizeof(seen[0]), "%s", file);
}

static bool
is_seen(const char *file)
{
	for (size_t i = 0; i < nseen; i++)
		if (strcmp(seen[i], file) == 0)
			return true;
	return false;
}

static void
code_add(struct row *r, const char *code)
{
	size_t n = strlen(r->codes);

	if (strstr(r->codes, code) == NULL)
		snprintf(r->codes + n, sizeof(r->codes) - n, "%s%s", n > 0 ? " " : "", code);
}

static bool
has_code(const struct row *r, const char *code)
{
	size_t n = strlen(code);

	for (const char *p = r->codes; (p = strstr(p, code)) != NULL; p += n)
		if ((p == r->codes || p[-1] == ' ') && (p[n] == '\0' || p[n] == ' '))
			return true;
	return false;
}

static void
print_row(const char *file, const char *expected, const char *got, const char *codes)
{
	printf("# %-50s %-8s %-8s %s\n", file, expected, got, codes);
}

static void
conclude(struct row *r)
{
	bool right = strcmp(r->got, r->expected) == 0 && (r->code == NULL || has_code(r, r->code));

	print_row(r->file, r->expected, r->got, r->codes[0] != '\0' ? r->codes : "good");
	ok(right, "%s: %s%s%s", r->file, r->expected, r->code != NULL ? ", " : "", r->code != NULL ? r->code : "");
	see(r->file);
}

static void
not_judged(const char *file, const char *why)
{
	print_row(file, "-", "-", why);
	see(file);
}

/* ---- certificates, CRLs, lists: the profile ---- */

static bool
row_lint(struct row *r, const struct lint_options *options)
{
	enum lint_severity worst = LINT_NOTICE;
	struct lint l = { .kind = LINT_UNKNOWN };
	struct err err = ERR_INIT;
	struct buf file = BUF_INIT;

	if (!icao_file(r->file, &file)) {
		skip(r->file, "not here");
		see(r->file);
		return false;
	}
	if (lint_file(bytes_of(&file), options, &l, &err) == -1) {
		snprintf(r->got, sizeof(r->got), "FAIL");
		code_add(r, "unreadable");
	} else {
		lint_worst(&l, &worst);
		snprintf(r->got, sizeof(r->got), "%s", worst == LINT_ERROR ? "FAIL" : worst == LINT_WARNING ? "WARN"
													    : "OK");
		for (int severity = LINT_ERROR; severity >= LINT_NOTICE; severity--)
			for (size_t i = 0; i < l.n; i++)
				if ((int)l.finding[i].severity == severity)
					code_add(r, l.finding[i].rule->code);
	}
	lint_clear(&l);
	buf_clear(&file);
	return true;
}

static void
test_profiles(void)
{
	static const struct {
		const char *file, *expected, *code;
		int profile;
	} cases[] = {
		{ "utopia/good/csca1.cer", "OK", NULL, PROFILE_CSCA_ROOT },
		{ "utopia/good/csca2.cer", "OK", NULL, PROFILE_CSCA_ROOT },
		{ "utopia/good/csca1-to-2-link.cer", "OK", NULL, PROFILE_CSCA_LINK },
		{ "utopia/good/dsA.cer", "OK", NULL, PROFILE_DOCUMENT_SIGNER },
		{ "utopia/good/dsB.cer", "OK", NULL, PROFILE_DOCUMENT_SIGNER },
		{ "utopia/good/dsR.cer", "OK", NULL, PROFILE_DOCUMENT_SIGNER },
		{ "utopia/good/dsID.cer", "OK", NULL, PROFILE_DOCUMENT_SIGNER },
		{ "utopia/good/mls.cer", "OK", NULL, PROFILE_MASTER_LIST_SIGNER },
		{ "utopia/good/dls.cer", "OK", NULL, PROFILE_DEVIATION_LIST_SIGNER },
		{ "utopia/good/bcs-UTTV-01.cer", "OK", NULL, PROFILE_VDS_SIGNER },
		{ "utopia/good/utopia.crl", "OK", NULL, LINT_DETECT },
		{ "utopia/good/utopia-null.crl", "OK", NULL, LINT_DETECT },
		{ "utopia/csca-lint/pathlen-absent.cer", "FAIL", "pathlen_absent", LINT_DETECT },
		{ "utopia/csca-lint/ku-extra-digsig.cer", "FAIL", "ku_extra_bits", LINT_DETECT },
		{ "utopia/csca-lint/aki-absent-root.cer", "OK", NULL, LINT_DETECT },
		{ "utopia/csca-lint/san-absent.cer", "FAIL", "san_absent", LINT_DETECT },
		{ "utopia/csca-lint/san-ian-differ.cer", "FAIL", "san_ian_differ", LINT_DETECT },
		{ "utopia/csca-lint/crldp-absent.cer", "FAIL", "crldp_absent", LINT_DETECT },
		{ "utopia/csca-lint/pkup-absent.cer", "FAIL", "pkup_absent", LINT_DETECT },
		{ "utopia/csca-lint/country-lower.cer", "FAIL", "country_lower", LINT_DETECT },
		{ "utopia/csca-lint/eku-present.cer", "FAIL", "eku_present", LINT_DETECT },
		{ "utopia/csca-lint/serial-21-octets.cer", "FAIL", "serial_too_long", LINT_DETECT },
		{ "utopia/csca-lint/named-curve.cer", "FAIL", "named_curve", LINT_DETECT },
		{ "utopia/csca-lint/sha1.cer", "FAIL", "hash_weak", LINT_DETECT },
		{ "utopia/csca-lint/gentime-before-2050.cer", "FAIL", "generalized_time_before_2050", LINT_DETECT },
		{ "utopia/csca-lint/link-namechange.cer", "OK", NULL, LINT_DETECT },
		{ "utopia/ds-lint/doctype-absent.cer", "FAIL", "doctype_absent", LINT_DETECT },
		{ "utopia/ds-lint/doctype-critical.cer", "FAIL", "doctype_critical", LINT_DETECT },
		{ "utopia/ds-lint/doctype-two-letter.cer", "OK", NULL, LINT_DETECT },
		{ "utopia/ds-lint/bc-present.cer", "FAIL", "bc_present", LINT_DETECT },
		{ "utopia/ds-lint/country-mismatch.cer", "FAIL", "country_differs", LINT_DETECT },
		{ "utopia/ds-lint/mls-eku-absent.cer", "FAIL", "eku_absent", PROFILE_MASTER_LIST_SIGNER },
		{ "utopia/ds-lint/bcs-cn-3-chars.cer", "FAIL", "vds_cn", LINT_DETECT },
		{ "utopia/crl-lint/idp.crl", "FAIL", "crl_issuing_distribution_point", LINT_DETECT },
		{ "utopia/crl-lint/number-absent.crl", "FAIL", "crl_number_absent", LINT_DETECT },
		{ "utopia/crl-lint/empty-revoked.crl", "FAIL", "crl_revoked_empty", LINT_DETECT },
		{ "utopia/crl-lint/bad-signature.crl", "FAIL", "signature_wrong", LINT_DETECT },
	};

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct lint_options options = { (const struct cert *const *)csca, NELEM(csca), cases[i].profile };
		struct row r = { .file = cases[i].file, .expected = cases[i].expected, .code = cases[i].code };

		if (row_lint(&r, &options))
			conclude(&r);
	}
}

/* Issue strictly, inspect tolerantly: a CSCA certificate that breaks the profile can still be trusted, and one certificate of a signer no more. */
static void
test_tolerance(void)
{
	static const char *const files[] = { "pathlen-absent", "ku-extra-digsig", "san-absent", "san-ian-differ", "crldp-absent", "pkup-absent",
		"country-lower", "eku-present", "serial-21-octets", "named-curve", "sha1", "gentime-before-2050" };
	struct truststore *store = icao_store();

	for (size_t i = 0; i < NELEM(files); i++) {
		char name[80];

		snprintf(name, sizeof(name), "utopia/csca-lint/%s.cer", files[i]);
		icao_anchor(store, name);
	}
	icao_settle(store);
	ok(truststore_count(store) == NELEM(files), "CSCA certificates that depart from the profile can be anchors");
	truststore_free(store);
}

/* The CRLs that must not count: each alone beside a good security object. */
static void
test_bad_crls(void)
{
	static const struct {
		const char *file, *code;
		enum grade crl, revocation;
	} cases[] = {
		{ "utopia/crl-lint/bad-signature.crl", "crl_signature_wrong", GRADE_NOT_CHECKED, GRADE_NOT_CHECKED },
		{ "utopia/crl-lint/idp.crl", "crl_not_complete", GRADE_NOT_CHECKED, GRADE_NOT_CHECKED },
		{ "utopia/crl-lint/number-absent.crl", "good", GRADE_GOOD, GRADE_GOOD }, /* breaks neither signature nor contents */
		{ "utopia/crl-lint/empty-revoked.crl", "good", GRADE_GOOD, GRADE_GOOD },
		{ "utopia/good/utopia-null.crl", "good", GRADE_GOOD, GRADE_GOOD },
	};
	struct buf sod = icao_need("utopia/sod/good-v1.bin");

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct truststore *store = icao_store();
		struct passive_input in = { .sod = bytes_of(&sod), .store = store, .at = ICAO_DAY };
		struct passive *result = calloc(1, sizeof(*result));
		const struct verdict *crl, *revocation;

		icao_anchor(store, "utopia/good/csca2.cer");
		icao_crl(store, cases[i].file);
		icao_settle(store);
		passive_authenticate(&in, result);
		crl = passive_find(result, CHECK_CRL, 0);
		revocation = passive_find(result, CHECK_REVOCATION, 0);
		if (!ok(crl->grade == cases[i].crl && strcmp(crl->code, cases[i].code) == 0 && revocation->grade == cases[i].revocation,
			    "inspection with %s: CRL %s, revocation %s", cases[i].file, cases[i].code, grade_name(cases[i].revocation)))
			printf("# got %s %s, %s %s\n", grade_name(crl->grade), crl->code, grade_name(revocation->grade), revocation->code);
		free(result);
		truststore_free(store);
	}
	buf_clear(&sod);
}

/* ---- master lists ---- */

static void
row_master_list(const char *name, const char *expected, const char *code, const char *anchor)
{
	struct row r = { .file = name, .expected = expected, .code = code };
	struct list_report *report = calloc(1, sizeof(*report));
	struct masterlist_counts counts = { 0 };
	struct masterlist *list = NULL;
	struct buf file = BUF_INIT, root = icao_need(anchor);
	const struct cert *p[1];
	struct list_trust trust = { .anchor = p, .nanchor = 1, .at = ICAO_DAY };
	struct cert *c = NULL;
	struct err err = ERR_INIT;

	if (cert_read(bytes_of(&root), &c, &err) == -1)
		bail_out("%s: %s", anchor, err.text);
	p[0] = c;
	if (!icao_file(name, &file) || masterlist_parse(bytes_of(&file), &list, &err) == -1)
		snprintf(r.got, sizeof(r.got), "FAIL");
	else {
		masterlist_check(list, &trust, report, &counts);
		snprintf(r.got, sizeof(r.got), "%s", list_is_refused(report) ? "FAIL" : "OK");
		for (int grade = GRADE_BAD; grade >= GRADE_WARNING; grade--)
			for (unsigned i = 0; i < report->n; i++)
				if ((int)report->verdict[i].grade == grade)
					code_add(&r, report->verdict[i].code);
		printf("# %u certificates, %u countries, %u roots, %u links, %u expired, %u verified, %u without issuer, %u wrong\n", counts.certificates,
			counts.countries, counts.roots, counts.links, counts.expired, counts.verified, counts.issuer_absent, counts.wrong_signature);
	}
	conclude(&r);
	if (strncmp(name, "masterlist/", 11) == 0)
		ok(counts.certificates == 588 && counts.countries == 116 && counts.roots == 509 && counts.expired == 17 && list != NULL && list->is_sorted &&
				strcmp(report->country, "DE") == 0,
			"588 certificates of 116 countries, 509 roots, 17 expired, in order, signed by Germany");
	masterlist_free(list);
	free(report);
	cert_free(c);
	buf_clear(&root);
	buf_clear(&file);
}

static void
test_master_lists(void)
{
	struct buf b = BUF_INIT;

	row_master_list("utopia/good/utopia.ml", "OK", NULL, "utopia/good/csca2.cer");
	row_master_list("utopia/ml/sid-issuerserial.ml", "OK", NULL, "utopia/good/csca2.cer");
	row_master_list("utopia/ml/signed-by-csca.ml", "FAIL", "signer_is_csca", "utopia/good/csca2.cer");
	row_master_list("utopia/ml/no-signingtime.ml", "FAIL", "signing_time_missing", "utopia/good/csca2.cer");
	row_master_list("utopia/ml/tampered.ml", "FAIL", "attributes_wrong", "utopia/good/csca2.cer");
	if (!icao_file("masterlist/DE_ML_2026-05-28.ml", &b)) {
		skip("the German master list", "no CATENA_TEST_DATA");
		return;
	}
	buf_clear(&b);
	row_master_list("masterlist/DE_ML_2026-05-28.ml", "OK", NULL, "masterlist/DE_CSCA07.cer");
	not_judged("masterlist/DE_ML_2026-05-28.lint.tsv", "findings for each certificate of the list: compared by test_lint");
}

/* ---- security objects ---- */

static const char *
total_word(const struct passive *result)
{
	switch (result->total) {
	case GRADE_GOOD:
		return "VALID";
	case GRADE_WARNING:
		return "WARN";
	case GRADE_NOT_CHECKED:
		return "OPEN";
	default:
		return "INVALID";
	}
}

static void
code_add_verdicts(struct row *r, const struct passive *result)
{
	for (int grade = GRADE_BAD; grade > GRADE_GOOD; grade--)
		for (unsigned i = 0; i < result->n; i++)
			if ((int)result->verdict[i].grade == grade)
				code_add(r, result->verdict[i].code);
}

/* Each verdict that is neither good nor "not applicable" must be one of these words and no other. */
static bool
only_codes(const struct passive *result, const char *codes)
{
	struct row want = { .file = "" };

	snprintf(want.codes, sizeof(want.codes), "%s", codes);
	for (unsigned i = 0; i < result->n; i++)
		if (result->verdict[i].grade > GRADE_GOOD && !has_code(&want, result->verdict[i].code))
			return false;
	return true;
}

static void
test_security_objects(void)
{
	static const struct {
		const char *file, *com, *expected, *codes; /* the first one must be there, the others may be */
	} cases[] = {
		{ "utopia/sod/good-v0.bin", "utopia/lds/EF.COM-0107.bin", "VALID", "" },
		{ "utopia/sod/good-v1.bin", "utopia/lds/EF.COM-0108.bin", "VALID", "" },
		{ "utopia/sod/good-v0.bin", "utopia/lds/EF.COM-extra-DG14.bin", "WARN", "com_differs" },
		{ "utopia/sod/good-v1.bin", "utopia/lds/EF.COM-0107.bin", "WARN", "com_version_differs" },
		{ "utopia/sod/good-digest-null-params.bin", NULL, "VALID", "" },
		{ "utopia/sod/good-dsA-old-csca.bin", NULL, "VALID", "" },
		{ "utopia/sod/v1-without-versioninfo.bin", NULL, "INVALID", "malformed hashes_unreadable dg1_not_good" },
		{ "utopia/sod/dg2-hash-wrong.bin", NULL, "INVALID", "hash_wrong" },
		{ "utopia/sod/signature-bit-flip.bin", NULL, "INVALID", "signature_wrong" },
		{ "utopia/sod/messagedigest-wrong.bin", NULL, "INVALID", "attributes_wrong" },
		{ "utopia/sod/no-ds-cert.bin", NULL, "INVALID", "signer_missing" },
		{ "utopia/sod/revoked-ds.bin", NULL, "INVALID", "signer_revoked" },
		{ "utopia/sod/wrong-doctype.bin", NULL, "INVALID", "document_type_not_allowed" },
		{ "utopia/sod/plain-ecdsa.bin", NULL, "INVALID", "signature_wrong" },
		{ "utopia/sod/sha1.bin", NULL, "INVALID", "hash_weak signature_weak" },
	};
	struct buf dg1 = icao_need("utopia/lds/EF.DG1.bin"), dg2 = icao_need("utopia/lds/EF.DG2.bin"), dg12 = icao_need("utopia/lds/EF.DG12.bin");
	struct passive *result = calloc(1, sizeof(*result));

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct buf sod = icao_need(cases[i].file), com = cases[i].com != NULL ? icao_need(cases[i].com) : BUF_INIT;
		struct passive_input in = { .sod = bytes_of(&sod), .com = bytes_of(&com), .store = utopia, .at = ICAO_DAY };
		struct row r = { .file = cases[i].file, .expected = cases[i].expected };
		char code[40];

		in.dg[1] = bytes_of(&dg1);
		in.dg[2] = bytes_of(&dg2);
		in.dg[12] = bytes_of(&dg12);
		passive_authenticate(&in, result);
		snprintf(r.got, sizeof(r.got), "%s", total_word(result));
		snprintf(code, sizeof(code), "%.*s", (int)strcspn(cases[i].codes, " "), cases[i].codes);
		r.code = code[0] != '\0' ? code : NULL;
		code_add_verdicts(&r, result);
		conclude(&r);
		if (cases[i].com != NULL) {
			r.file = cases[i].com;
			conclude(&r);
		}
		ok(only_codes(result, cases[i].codes), "%s: nothing else is said against it", cases[i].file);
		buf_clear(&sod);
		buf_clear(&com);
	}
	not_judged("utopia/lds/EF.DG1.bin", "good: with each of the security objects");
	not_judged("utopia/lds/EF.DG2.bin", "good: with each of the security objects");
	not_judged("utopia/lds/EF.DG12.bin", "good: with each of the security objects");
	free(result);
	buf_clear(&dg1);
	buf_clear(&dg2);
	buf_clear(&dg12);
}

/* The Dutch specimen of 2006; `late` is read as of 2010 too, when its signer had not expired. */
static void
test_specimen(void)
{
	static const struct {
		int64_t at;
		const char *codes;
	} cases[] = {
		{ ICAO_DAY, "signer_untrusted signer_expired signing_time_unknown document_types_absent certificate_profile chip_not_asked" },
		{ INT64_C(1262304000), "signer_untrusted signing_time_unknown document_types_absent certificate_profile chip_not_asked" },
	};
	static const char *const files[] = { "lds/loes2006/ef0101.bin", "lds/loes2006/ef0102.bin", "lds/loes2006/ef010F.bin", "lds/loes2006/ef011E.bin" };
	struct row r = { .file = "lds/loes2006/ef011D.bin", .expected = "INVALID", .code = "signer_untrusted" };
	struct passive *result = calloc(1, sizeof(*result));
	struct buf sod = BUF_INIT, f[4] = { BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT };
	bool there = icao_file(r.file, &sod);

	for (size_t i = 0; i < NELEM(files); i++)
		there = icao_file(files[i], &f[i]) && there;
	for (size_t i = 0; there && i < NELEM(cases); i++) {
		struct passive_input in = { .sod = bytes_of(&sod), .com = bytes_of(&f[3]), .store = utopia, .at = cases[i].at };

		in.dg[1] = bytes_of(&f[0]);
		in.dg[2] = bytes_of(&f[1]);
		in.dg[15] = bytes_of(&f[2]);
		passive_authenticate(&in, result);
		if (i == 0) {
			snprintf(r.got, sizeof(r.got), "%s", total_word(result));
			code_add_verdicts(&r, result);
			conclude(&r);
			ok(has_code(&r, "signer_expired"), "its signer expired in 2011");
			for (size_t k = 0; k < NELEM(files); k++)
				not_judged(files[k], k < 3 ? "good: its hash is the signed one" : "good: lists what is covered");
		}
		ok(passive_find(result, CHECK_SIGNATURE, 0)->grade == GRADE_GOOD && passive_find(result, CHECK_DATA_GROUP, 1)->grade == GRADE_GOOD &&
				passive_find(result, CHECK_DATA_GROUP, 2)->grade == GRADE_GOOD && passive_find(result, CHECK_DATA_GROUP, 15)->grade == GRADE_GOOD &&
				passive_find(result, CHECK_COM, 0)->grade == GRADE_GOOD,
			"its signature, DG1, DG2, DG15 and EF.COM are good");
		if (!ok(only_codes(result, cases[i].codes), "and nothing else is said against it"))
			for (unsigned k = 0; k < result->n; k++)
				printf("# %s %s\n", result->verdict[k].code, result->verdict[k].text);
	}
	if (!there)
		skip(r.file, "no CATENA_TEST_DATA");
	for (size_t i = 0; i < NELEM(files); i++)
		buf_clear(&f[i]);
	buf_clear(&sod);
	free(result);
}

/* A fictitious State whose security objects are wrong in several ways, and whose certificates still chain. */
static void
test_zkr(void)
{
	static const char *const kinds[] = { "ecdsa-p256-sha256", "rsa-2048-sha256" };
	struct passive *result = calloc(1, sizeof(*result));

	for (size_t i = 0; i < NELEM(kinds); i++) {
		char sod_name[80], csca_name[80], ds_name[80];
		struct buf sod = BUF_INIT, ds = BUF_INIT;
		struct row r = { .file = sod_name, .expected = "INVALID", .code = "tag_missing" };
		struct truststore *own, *other;
		struct passive_input in = { .at = ICAO_DAY };
		struct cert *signer = NULL;
		struct err err = ERR_INIT;
		bool by_identifier = false;
		const struct trusted *issuer;

		snprintf(sod_name, sizeof(sod_name), "sod-zkr/johnny-silverhand-%s.sod", kinds[i]);
		snprintf(csca_name, sizeof(csca_name), "sod-zkr/zkr-csca-%s.pem", kinds[i]);
		snprintf(ds_name, sizeof(ds_name), "sod-zkr/zkr-dsc-%s.pem", kinds[i]);
		if (!icao_file(sod_name, &sod) || !icao_file(ds_name, &ds)) {
			skip(sod_name, "no CATENA_TEST_DATA");
			buf_clear(&sod);
			continue;
		}
		own = icao_store();
		icao_anchor(own, csca_name);
		icao_settle(own);
		in.sod = bytes_of(&sod);
		in.store = own;
		passive_authenticate(&in, result);
		snprintf(r.got, sizeof(r.got), "%s", total_word(result));
		code_add_verdicts(&r, result);
		conclude(&r);
		ok(has_code(&r, "signer_missing"), "its SignerInfo names a key that is not there");
		if (cert_read(bytes_of(&ds), &signer, &err) == -1)
			bail_out("%s: %s", ds_name, err.text);
		issuer = truststore_issuer(own, signer, ICAO_DAY, &by_identifier);
		ok(issuer != NULL, "%s is under its CSCA, %s", ds_name, by_identifier ? "by key identifier" : "by trying the State's keys");
		other = icao_store();
		snprintf(csca_name, sizeof(csca_name), "sod-zkr/zkr-csca-%s.pem", kinds[1 - i]);
		icao_anchor(other, csca_name);
		icao_settle(other);
		ok(truststore_issuer(other, signer, ICAO_DAY, NULL) == NULL, "and not under the State's other CSCA, of the same name");
		print_row(ds_name, "OK", issuer != NULL ? "OK" : "FAIL", "chain good; the profile: see lint");
		see(ds_name);
		not_judged(csca_name, "anchor of the row above");
		truststore_free(own);
		truststore_free(other);
		cert_free(signer);
		buf_clear(&sod);
		buf_clear(&ds);
	}
	free(result);
}

/* ---- CSCA certificates of States ---- */

/* Indonesia: 2010 root, link to the key of 2016 across a change of name without nameChange. */
static void
test_indonesia(void)
{
	static const char *const files[] = { "csca/IDN-2010-root.cer", "csca/IDN-2016-link.cer", "csca/IDN-2016-root.cer" };
	struct lint_options options = { NULL, 0, LINT_DETECT };
	struct row link = { .file = files[1], .expected = "WARN", .code = "name_change_absent" }, lint = { .file = files[1] };
	struct truststore *old = icao_store(), *fresh = icao_store();
	struct buf b[3] = { BUF_INIT, BUF_INIT, BUF_INIT };
	struct err err = ERR_INIT;
	bool there = true;

	for (size_t i = 0; i < 3; i++)
		there = icao_file(files[i], &b[i]) && there;
	if (!there) {
		skip("the link certificates of Indonesia", "no CATENA_TEST_DATA");
		goto out;
	}
	/* Only the old root is trusted: the others are candidates. */
	for (size_t i = 0; i < 3; i++)
		if (truststore_add(old, bytes_of(&b[i]), i == 0 ? TRUST_ANCHOR : TRUST_NONE, files[i], &err) == -1 ||
			truststore_add(fresh, bytes_of(&b[i]), i == 2 ? TRUST_ANCHOR : TRUST_NONE, files[i], &err) == -1)
			bail_out("%s", err.text);
	icao_settle(old);
	icao_settle(fresh);
	ok(truststore_at(old, 1)->trust == TRUST_LINKED && truststore_at(old, 2)->trust == TRUST_LINKED && truststore_at(old, 1)->linked_by == truststore_at(old, 0),
		"the link of 2016 carries trust from the root of 2010 to that of 2016");
	ok(truststore_at(old, 0)->family == truststore_at(old, 2)->family, "and makes them one CSCA, whatever the names");
	ok(truststore_at(fresh, 0)->trust == TRUST_NONE, "trust does not go back from the new key to who linked to it");
	/* The path holds, and the linter names what departs: accepted with a warning. */
	row_lint(&lint, &options);
	snprintf(link.got, sizeof(link.got), "%s", truststore_at(old, 1)->trust == TRUST_LINKED ? "WARN" : "FAIL");
	snprintf(link.codes, sizeof(link.codes), "%s", lint.codes);
	conclude(&link);
	print_row(files[0], "OK", "OK", "anchor; expired in 2021");
	ok(truststore_at(old, 0)->cert->not_after / 86400 == INT64_C(1617062400) / 86400,
		"the root of 2010 expired on 2021-03-30");
	see(files[0]);
	print_row(files[2], "OK", truststore_at(old, 2)->trust == TRUST_LINKED ? "OK" : "FAIL", "trusted by the link");
	see(files[2]);
out:
	for (size_t i = 0; i < 3; i++)
		buf_clear(&b[i]);
	truststore_free(old);
	truststore_free(fresh);
}

static void
test_etsi(void)
{
	struct lint_options options = { NULL, 0, PROFILE_DOCUMENT_SIGNER };
	struct row r = { .file = "csca/dsc_etsi_test.cer", .expected = "FAIL", .code = "doctype_absent" };

	if (row_lint(&r, &options)) {
		conclude(&r);
		ok(has_code(&r, "ian_absent") && has_code(&r, "crldp_absent"), "and lacks most of the profile of today");
	}
}

/* EF.CardSecurity: the same SignedData with other contents. */
static void
test_card_security(void)
{
	struct row r = { .file = "cardaccess/ecdh/ef_cardsecurity", .expected = "WARN", .code = "signer_expired" };
	struct buf file = BUF_INIT;
	struct err err = ERR_INIT;
	struct cms *cms = NULL;
	const struct cert *signer;

	if (!icao_file(r.file, &file)) {
		skip(r.file, "no CATENA_TEST_DATA");
		return;
	}
	if (!ok(cms_parse(bytes_of(&file), &cms, &err) == 0 && cms_verify(cms, "0.4.0.127.0.7.3.2.1", &err) == 0, "EF.CardSecurity is signed: %s", err.text))
		snprintf(r.got, sizeof(r.got), "INVALID");
	else {
		signer = cms_signer_cert(cms);
		snprintf(r.got, sizeof(r.got), "WARN");
		code_add(&r, signer->not_after < ICAO_DAY ? "signer_expired" : "signer_valid");
		ok(strcmp(signer->subject_cn, "HJP PB DS") == 0 && signer->not_after / 86400 == INT64_C(1284364793) / 86400,
			"by HJP PB DS, which expired on 2010-09-13");
		ok(truststore_issuer(utopia, signer, ICAO_DAY, NULL) == NULL, "whose CSCA is not to be had: untrusted");
	}
	conclude(&r);
	cms_free(cms);
	buf_clear(&file);
}

/* ---- seals ---- */

/* Seals against their signer: the CSCA of the published ones is not to be had, so that they are at best untrusted. */
static void
test_seals(void)
{
	static const struct {
		const char *file, *signer, *verdict;
	} cases[] = {
		{ "utopia/vds/good-etd.bin", "utopia/good/bcs-UTTV-01.cer", "VALID" },
		{ "vds/addressStickerPassport.bin", "vds/sealgen_UTTS5B.crt", "UNTRUSTED_CERTIFICATE" },
		{ "vds/doc9303-8-etd.bin", "vds/sealgen_UTTS5B.crt", "UNTRUSTED_CERTIFICATE" },
		{ "vds/residentPermit.bin", "vds/sealgen_UTTS5B.crt", "UNTRUSTED_CERTIFICATE" },
		{ "vds/visa_224bitSig.bin", "vds/sealgen_DETS32.crt", "UNTRUSTED_CERTIFICATE" },
	};
	struct vdsseal_result *seal = calloc(1, sizeof(*seal));

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct buf raw = BUF_INIT, cert = BUF_INIT;
		struct cert *signer = NULL;
		const struct cert *p;
		struct vdsseal_input in = { .signer = &p, .nsigner = 1, .store = utopia, .at = ICAO_DAY };
		const struct vdsseal_finding *signature;
		struct err err = ERR_INIT;

		if (!icao_file(cases[i].file, &raw) || !icao_file(cases[i].signer, &cert) || cert_read(bytes_of(&cert), &signer, &err) == -1) {
			skip(cases[i].file, "no CATENA_TEST_DATA");
			buf_clear(&raw);
			continue;
		}
		p = signer;
		in.raw = bytes_of(&raw);
		vdsseal_verify(&in, seal);
		signature = vdsseal_find(seal, SEAL_CHECK_SIGNATURE);
		print_row(cases[i].file, cases[i].verdict, vdsseal_verdicts[seal->verdict].name, signature != NULL ? signature->code : "-");
		ok(signature != NULL && signature->grade == GRADE_GOOD, "%s: its signature is good", cases[i].file);
		if (!ok(strcmp(vdsseal_verdicts[seal->verdict].name, cases[i].verdict) == 0, "%s: %s", cases[i].file, cases[i].verdict))
			for (unsigned k = 0; k < seal->n; k++)
				printf("# %s %s %s\n", vdsseal_check_name(seal->finding[k].check), seal->finding[k].code, seal->finding[k].text);
		see(cases[i].file);
		if (!is_seen(cases[i].signer))
			not_judged(cases[i].signer, "signer of the seal above");
		cert_free(signer);
		buf_clear(&raw);
		buf_clear(&cert);
	}
	free(seal);
}

/* ---- what is judged elsewhere, and that nothing is forgotten ---- */

static const struct {
	const char *prefix, *why;
} elsewhere[] = {
	{ "utopia/keys/", "test keys: made the files beside them" },
	{ "utopia/cases.tsv", "the expectations: compared below" },
	{ "masterlist/DE_CSCA07.cer", "anchor of the German list" },
	{ "cardaccess/ecdh/ef_cardaccess", "SecurityInfos without a signature: chip protocols (Part 11) are not built yet" },
	{ "cvc/", "card-verifiable certificates: terminal authentication (Part 11) is not built yet" },
	{ "dg2/", "face records without a security object: test_face, test_lds" },
	{ "dg3/", "a finger record without a security object: fingerprints are not read" },
	{ "mrz/", "no PKI in them: test_mrz, test_translit" },
	{ "protocol/", "chip protocols (Part 11) are not built yet" },
};

static const char *
why_elsewhere(const char *file)
{
	for (size_t i = 0; i < NELEM(elsewhere); i++)
		if (strncmp(file, elsewhere[i].prefix, strlen(elsewhere[i].prefix)) == 0)
			return elsewhere[i].why;
	return NULL;
}

/* First column of a table; the caller gives the line's end. */
static void
test_manifest(void)
{
	struct buf manifest = BUF_INIT;
	unsigned forgotten = 0, n = 0;
	char *save = NULL;

	if (!icao_file("MANIFEST.tsv", &manifest)) {
		skip("all files of the manifest", "no CATENA_TEST_DATA");
		return;
	}
	for (char *line = strtok_r((char *)(uintptr_t)buf_cstr(&manifest), "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		line[strcspn(line, "\t")] = '\0';
		if (strcmp(line, "file") == 0)
			continue;
		n++;
		if (is_seen(line))
			continue;
		if (why_elsewhere(line) != NULL) {
			not_judged(line, why_elsewhere(line));
			continue;
		}
		print_row(line, "?", "?", "forgotten");
		forgotten++;
	}
	ok(n > 100 && forgotten == 0, "all %u files of the manifest have their row", n);
	buf_clear(&manifest);
}

/* Every line of cases.tsv has its row: without the manifest too. */
static void
test_cases(void)
{
	struct buf cases = icao_need("utopia/cases.tsv");
	unsigned forgotten = 0, n = 0;
	char *save = NULL;

	for (char *line = strtok_r((char *)(uintptr_t)buf_cstr(&cases), "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		char name[100];

		line[strcspn(line, "\t")] = '\0';
		snprintf(name, sizeof(name), "utopia/%s", line);
		n++;
		if (!is_seen(name) && why_elsewhere(name) == NULL) {
			print_row(name, "?", "?", "forgotten");
			forgotten++;
		}
	}
	ok(n >= 53 && forgotten == 0, "all %u cases of Utopia have their row", n);
	buf_clear(&cases);
}

int
main(void)
{
	static const char *const names[] = { "utopia/good/csca1.cer", "utopia/good/csca2.cer" };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < NELEM(names); i++) {
		struct buf b = icao_need(names[i]);

		if (cert_read(bytes_of(&b), &csca[i], &err) == -1)
			bail_out("%s", err.text);
		buf_clear(&b);
	}
	utopia = icao_utopia();
	print_row("file", "expected", "got", "codes");
	test_profiles();
	test_tolerance();
	test_bad_crls();
	test_master_lists();
	test_security_objects();
	test_specimen();
	test_zkr();
	test_indonesia();
	test_etsi();
	test_card_security();
	test_seals();
	test_cases();
	test_manifest();
	truststore_free(utopia);
	for (size_t i = 0; i < NELEM(csca); i++)
		cert_free(csca[i]);
	return done_testing();
}
