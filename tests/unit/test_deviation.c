/* Deviation lists: our own under the eyes of openssl(1), matching condition by condition, refusals, altered octets. */
#include "pki/deviation.h"
#include "tests/unit/listfix.h"

/* Signs any content as a deviation list. */
static struct buf
sign(struct listfix *f, const struct signer *signer, struct bytes content, int64_t at)
{
	struct cms_options options = { .signing_time = at, .by_key_identifier = true, .beside = bytes_of(&f->csca->der) };
	struct err err = ERR_INIT;
	struct buf der = BUF_INIT;

	if (cms_sign_with(f->s, signer, oid_deviation_list, content, &options, &der, &err) == -1)
		bail_out("%s", err.text);
	return der;
}

static struct deviationlist *
parse(struct bytes der)
{
	struct deviationlist *list = NULL;
	struct err err = ERR_INIT;

	if (deviationlist_parse(der, &list, &err) == -1)
		bail_out("%s", err.text);
	return list;
}

/* ---- issuing ---- */

static void
test_issue(struct listfix *f)
{
	static const char *const numbers[] = { "L898902C3", "A00000001", NULL };
	static const struct deviation_description_order hash[] = { { "hash of DG2 computed without its header", DEVIATION_DG_HASH_WRONG, 2 },
		{ NULL, DEVIATION_MRZ_WRONG_CHECK_DIGIT, 4 } },
							encoding[] = { { "countryName in lower case", DEVIATION_DS_ENCODING, -1 } };
	const struct cert *ds = signer_cert(f->document);
	struct deviation_order deviations[] = {
		{ "P ", DEVIATION_SIGNER_DIGEST, ds, true, NOW - 10 * DAY, NOW + 10 * DAY, numbers, hash, 2 },
		{ NULL, DEVIATION_SIGNER_SERIAL, ds, false, 0, 0, NULL, encoding, 1 },
		{ NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, NULL, encoding, 1 },
	};
	struct deviationlist_order order = { deviations, 3, bytes_of(&f->csca->der), NOW, false, 0 };
	const struct cert *anchor[] = { f->csca };
	struct list_trust trust = { .anchor = anchor, .nanchor = 1, .at = NOW };
	struct deviationlist *list;
	struct list_report r;
	struct err err = ERR_INIT;
	struct buf der = BUF_INIT;
	const char *path, *out;
	unsigned serials = 0, digests = 0, any = 0;
	int status;

	if (!ok(deviationlist_issue(f->s, f->deviation, &order, &der, &err) == 0, "issues a deviation list"))
		bail_out("%s", err.text);
	list = parse(bytes_of(&der));
	deviationlist_check(list, &trust, &r);
	if (!ok(r.total == GRADE_GOOD && list->n == 3 && list->is_sorted && list->version == 0 && list->digest_bits == 256, "which is good"))
		listfix_show(&r);
	is(deviationlist_country(list), "UT", "it speaks for UT");
	for (size_t i = 0; i < list->n; i++) {
		const struct deviation *v = &list->deviation[i];

		serials += v->signer == DEVIATION_SIGNER_SERIAL && bytes_equal(v->issuer, ds->issuer) && bytes_equal(v->serial, ds->serial);
		any += v->signer == DEVIATION_SIGNER_ANY && !v->has_period && !v->has_numbers && v->document_type[0] == '\0';
		if (v->signer != DEVIATION_SIGNER_DIGEST)
			continue;
		digests++;
		ok(v->has_period && v->first_issued == NOW - 10 * DAY && v->last_issued == NOW + 10 * DAY && v->nnumber == 2 && v->ndescription == 2, "period, numbers, descriptions read back");
		ok(v->description[0].field + v->description[1].field == 6 && strcmp(v->document_type, "P ") == 0, "data group 2 and field 4");
	}
	ok(serials == 1 && digests == 1 && any == 1, "one by serial number, one by digest, one for all documents");
	trust.at = NOW + 40 * DAY;
	trust.has_held = true;
	trust.held_at = NOW + DAY;
	deviationlist_check(list, &trust, &r);
	ok(listfix_refused_by(&r, "older"), "refused when a newer one is held");
	deviationlist_free(list);

	path = fix_write("u.dl", bytes_of(&der));
	out = fix_run(&status, "openssl cms -verify -inform DER -in %s -noverify -out %s.content 2>&1", path, path);
	if (!ok(status == 0, "openssl cms verifies the signature"))
		printf("# %s\n", out);
	out = fix_run(&status, "openssl asn1parse -inform DER -in %s.content -i 2>&1", path);
	ok(status == 0 && strstr(out, "PRINTABLESTRING   :L898902C3") != NULL && strstr(out, "2.23.136.1.1.7.2.2") != NULL && strstr(out, "GENERALIZEDTIME   :20261111090000Z") != NULL &&
			strstr(out, "PRINTABLESTRING   :countryName in lower case") != NULL,
		"openssl asn1parse shows number, type, period and description");
	buf_clear(&der);
}

static void
test_refusals(struct listfix *f)
{
	static const char *const none[] = { NULL }, *const umlaut[] = { "Ä1", NULL };
	static const struct deviation_description_order good[] = { { "x", DEVIATION_CHIP, -1 } }, other[] = { { "x", DEVIATION_OTHER, -1 } },
							dg17[] = { { NULL, DEVIATION_DG_HASH_WRONG, 17 } }, no_dg[] = { { NULL, DEVIATION_DG_MALFORMED, -1 } },
							field[] = { { NULL, DEVIATION_CHIP, 3 } }, text[] = { { "half\nline", DEVIATION_CHIP, -1 } };
	const struct cert *ds = signer_cert(f->document);
	const struct {
		const char *name;
		const struct signer *signer;
		struct deviation_order deviation;
		int64_t at;
		const char *says;
	} cases[] = {
		{ "a type of three characters", f->deviation, { "PXX", DEVIATION_SIGNER_ANY, NULL, false, 0, 0, NULL, good, 1 }, NOW, "documentType" },
		{ "a type with a filler", f->deviation, { "P<", DEVIATION_SIGNER_ANY, NULL, false, 0, 0, NULL, good, 1 }, NOW, "documentType" },
		{ "a way to name a signer, and none", f->deviation, { NULL, DEVIATION_SIGNER_SERIAL, NULL, false, 0, 0, NULL, good, 1 }, NOW, "belong together" },
		{ "a signer that is not named", f->deviation, { NULL, DEVIATION_SIGNER_ANY, ds, false, 0, 0, NULL, good, 1 }, NOW, "belong together" },
		{ "a period that ends before it begins", f->deviation, { NULL, DEVIATION_SIGNER_ANY, NULL, true, NOW, NOW - 1, NULL, good, 1 }, NOW, "issuingDate" },
		{ "an empty set of numbers", f->deviation, { NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, none, good, 1 }, NOW, "documentNumbers" },
		{ "a number with an umlaut", f->deviation, { NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, umlaut, good, 1 }, NOW, "document number 0" },
		{ "no description", f->deviation, { NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, NULL, good, 0 }, NOW, "descriptions" },
		{ "no deviation type", f->deviation, { NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, NULL, other, 1 }, NOW, "no deviation type" },
		{ "data group 17", f->deviation, { NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, NULL, dg17, 1 }, NOW, "field 17" },
		{ "a malformed data group without its number", f->deviation, { NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, NULL, no_dg, 1 }, NOW, "field -1" },
		{ "a field of the chip", f->deviation, { NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, NULL, field, 1 }, NOW, "field 3" },
		{ "a description with a line break", f->deviation, { NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, NULL, text, 1 }, NOW, "PrintableString" },
		{ "the signature of a master list signer", f->master, { NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, NULL, good, 1 }, NOW, "extKeyUsage" },
		{ "the signature of a document signer", f->document, { NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, NULL, good, 1 }, NOW, "extKeyUsage" },
		{ "a signing time before its signer", f->deviation, { NULL, DEVIATION_SIGNER_ANY, NULL, false, 0, 0, NULL, good, 1 }, NOW - 9 * DAY, "signing time" },
	};
	struct deviationlist_order order;
	struct err err = ERR_INIT;
	struct buf der = BUF_INIT;

	for (size_t i = 0; i < NELEM(cases); i++) {
		order = (struct deviationlist_order){ &cases[i].deviation, 1, bytes_of(&f->csca->der), cases[i].at, false, 0 };
		err_clear(&err);
		if (!ok(deviationlist_issue(f->s, cases[i].signer, &order, &der, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, cases[i].says) != NULL && der.n == 0,
			    "does not issue with %s", cases[i].name))
			printf("# %s\n", err.text);
	}
	order = (struct deviationlist_order){ &cases[0].deviation, 0, bytes_of(&f->csca->der), NOW, false, 0 };
	ok(deviationlist_issue(f->s, f->deviation, &order, &der, &err) == -1, "does not issue an empty list");
}

/* ---- reading ---- */

#define CHIP "310a3008" \
	     "0606" \
	     "678108010704" /* SET { SEQUENCE { OID 2.23.136.1.1.7.4 } } */

static struct buf
content_of(const char *hex)
{
	struct der_out o = DER_OUT_INIT;
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT, out = BUF_INIT;

	if (buf_from_hex(&b, bytes_str(hex), &err) == -1)
		bail_out("%s", hex);
	der_open(&o, DER_SEQUENCE);
	der_raw(&o, bytes_of(&b));
	der_close(&o);
	buf_clear(&b);
	if (der_finish(&o, &out, &err) == -1)
		bail_out("%s", err.text);
	return out;
}

static void
test_parser(struct listfix *f)
{
	static const struct {
		const char *name, *hex; /* of the DeviationList's contents */
		bool readable;
	} cases[] = {
		{ "an empty list", "0201003100", true },
		{ "a deviation of all documents", "0201003110300e3000" CHIP, true },
		{ "one of a type", "020100311430123004"
				   "80025020" CHIP,
			true },
		{ "explicit tags", "02010031163014"
				   "3006"
				   "a00413025020" CHIP,
			true },
		{ "one letter of a type", "02010031133011"
					  "3003800150" CHIP,
			true },
		{ "a type of no letters", "02010031123010"
					  "30028000" CHIP,
			false },
		{ "a type of three letters", "02010031153013"
					     "30058003505050" CHIP,
			false },
		{ "an empty key identifier", "02010031123010"
					     "30028200" CHIP,
			false },
		{ "a digest without its algorithm", "02010031133011"
						    "3003830101" CHIP,
			false },
		{ "a signer without a serial number", "02010031143012"
						      "3004a1023000" CHIP,
			false },
		{ "a period of one time", "02010031233021"
					  "3013a411180f32303236303130313030303030305a" CHIP,
			false },
		{ "a period backwards", "02010031343032"
					"3024a422180f32303236303130323030303030305a180f32303236303130313030303030305a" CHIP,
			false },
		{ "an empty document number", "02010031143012"
					      "3004a5021300" CHIP,
			false },
		{ "something unknown among the documents", "02010031123010"
							   "30028600" CHIP,
			false },
		{ "no descriptions", "020100310630043000"
				     "3100",
			false },
		{ "a description without its type", "02010031083006"
						    "30003102"
						    "3000",
			false },
		{ "something after the descriptions", "02010031123010"
						      "3000" CHIP "0500",
			false },
		{ "something after the deviations", "02010031000500", false },
		{ "no deviations", "020100", false },
		{ "no version", "3100", false },
		{ "a negative version", "0201ff3100", false },
		{ "an unknown digest algorithm", "02010030050603"
						 "2a0304"
						 "3100",
			false },
	};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct buf content = content_of(cases[i].hex), der = sign(f, f->deviation, bytes_of(&content), NOW);
		struct deviationlist *list = NULL;
		int rc;

		err_clear(&err);
		rc = deviationlist_parse(bytes_of(&der), &list, &err);
		if (!ok(rc == (cases[i].readable ? 0 : -1) && (rc == 0 || (err.kind == FAIL_INPUT && err.text[0] != '\0')), "%s %s", cases[i].readable ? "reads" : "refuses", cases[i].name))
			printf("# %s\n", err.text);
		deviationlist_free(list);
		buf_clear(&content);
		buf_clear(&der);
	}
}

static void
test_verdicts(struct listfix *f)
{
	struct buf content = content_of("0201003110300e3000" CHIP), v1 = content_of("0201013110300e3000" CHIP), ml = fix_file("good/utopia.ml"), der;
	const struct cert *anchor[] = { f->csca };
	struct list_trust trust = { .anchor = anchor, .nanchor = 1, .at = NOW };
	struct deviationlist *list = NULL;
	struct list_report r;
	struct err err = ERR_INIT;
	const struct {
		const char *name;
		const struct signer *signer;
		struct bytes content;
		int64_t at;
		enum grade total;
		const char *code;
	} cases[] = {
		{ "a good one", f->deviation, bytes_of(&content), NOW, GRADE_GOOD, NULL },
		{ "version 1", f->deviation, bytes_of(&v1), NOW, GRADE_WARNING, "version" },
		{ "a document signer's", f->document, bytes_of(&content), NOW, GRADE_BAD, "signer_purpose_wrong" },
		{ "a master list signer's", f->master, bytes_of(&content), NOW, GRADE_BAD, "signer_purpose_wrong" },
		{ "one without a signing time", f->deviation, bytes_of(&content), 0, GRADE_BAD, "signing_time_missing" },
		{ "one signed before its signer was", f->deviation, bytes_of(&content), NOW - 9 * DAY, GRADE_BAD, "signer_not_valid" },
		{ "one signed after the key's period", f->deviation, bytes_of(&content), NOW + 310 * DAY, GRADE_WARNING, "signer_period" },
	};

	for (size_t i = 0; i < NELEM(cases); i++) {
		der = sign(f, cases[i].signer, cases[i].content, cases[i].at);
		list = parse(bytes_of(&der));
		trust.at = cases[i].at > NOW ? cases[i].at : NOW;
		deviationlist_check(list, &trust, &r);
		if (!ok(r.total == cases[i].total && (cases[i].code == NULL || list_verdict_find(&r, cases[i].code) != NULL), "%s: %s", cases[i].name,
			    cases[i].code != NULL ? cases[i].code : "good"))
			listfix_show(&r);
		deviationlist_free(list);
		buf_clear(&der);
	}
	ok(deviationlist_parse(bytes_of(&ml), &list, &err) == -1 && strstr(err.text, "eContentType") != NULL, "a master list is no deviation list");
	buf_clear(&content);
	buf_clear(&v1);
	buf_clear(&ml);
}

/* ---- matching ---- */

static struct date
day(const char *text)
{
	struct date d = DATE_INIT;
	struct err err = ERR_INIT;

	if (text[0] != '\0' && date_parse(bytes_str(text), &d, &err) == -1)
		bail_out("%s", text);
	return d;
}

static void
test_matching(struct listfix *f)
{
	static const char *const numbers[] = { "L898902C3", "A00000001", NULL };
	static const struct deviation_description_order chip[] = { { NULL, DEVIATION_CHIP, -1 } };
	const struct cert *ds = signer_cert(f->document), *other = signer_cert(f->master);
	struct cert *foreign = listfix_cert("good/dsA.cer"), *stranger = listfix_cert("good/dsA.cer");
	int64_t from = date_to_unix(day("2026-01-01")), to = date_to_unix(day("2026-06-30"));
	const struct {
		const char *name;
		struct deviation_order d;
		struct deviation_document doc;
		enum deviation_match match;
	} cases[] = {
		{ "no condition", { NULL, 0, NULL, false, 0, 0, NULL, chip, 1 }, { "P<", ds, DATE_INIT, NULL }, DEVIATION_YES },
		{ "the type", { "P ", 0, NULL, false, 0, 0, NULL, chip, 1 }, { "P<", ds, DATE_INIT, NULL }, DEVIATION_YES },
		{ "another second letter", { "P ", 0, NULL, false, 0, 0, NULL, chip, 1 }, { "PD", ds, DATE_INIT, NULL }, DEVIATION_NO },
		{ "another type", { "ID", 0, NULL, false, 0, 0, NULL, chip, 1 }, { "P<", ds, DATE_INIT, NULL }, DEVIATION_NO },
		{ "the type is not known", { "ID", 0, NULL, false, 0, 0, NULL, chip, 1 }, { NULL, ds, DATE_INIT, NULL }, DEVIATION_PERHAPS },
		{ "serial number", { NULL, DEVIATION_SIGNER_SERIAL, ds, false, 0, 0, NULL, chip, 1 }, { "P<", ds, DATE_INIT, NULL }, DEVIATION_YES },
		{ "another serial number", { NULL, DEVIATION_SIGNER_SERIAL, ds, false, 0, 0, NULL, chip, 1 }, { "P<", other, DATE_INIT, NULL }, DEVIATION_NO },
		{ "key identifier", { NULL, DEVIATION_SIGNER_SKI, ds, false, 0, 0, NULL, chip, 1 }, { "P<", ds, DATE_INIT, NULL }, DEVIATION_YES },
		{ "another key identifier", { NULL, DEVIATION_SIGNER_SKI, ds, false, 0, 0, NULL, chip, 1 }, { "P<", other, DATE_INIT, NULL }, DEVIATION_NO },
		{ "digest", { NULL, DEVIATION_SIGNER_DIGEST, ds, false, 0, 0, NULL, chip, 1 }, { "P<", ds, DATE_INIT, NULL }, DEVIATION_YES },
		{ "another digest", { NULL, DEVIATION_SIGNER_DIGEST, ds, false, 0, 0, NULL, chip, 1 }, { "P<", other, DATE_INIT, NULL }, DEVIATION_NO },
		{ "the signer is not known", { NULL, DEVIATION_SIGNER_DIGEST, ds, false, 0, 0, NULL, chip, 1 }, { "P<", NULL, DATE_INIT, NULL }, DEVIATION_PERHAPS },
		{ "the first day", { NULL, 0, NULL, true, from, to, NULL, chip, 1 }, { "P<", ds, day("2026-01-01"), NULL }, DEVIATION_YES },
		{ "the last day", { NULL, 0, NULL, true, from, to, NULL, chip, 1 }, { "P<", ds, day("2026-06-30"), NULL }, DEVIATION_YES },
		{ "the day before", { NULL, 0, NULL, true, from, to, NULL, chip, 1 }, { "P<", ds, day("2025-12-31"), NULL }, DEVIATION_NO },
		{ "the day after", { NULL, 0, NULL, true, from, to, NULL, chip, 1 }, { "P<", ds, day("2026-07-01"), NULL }, DEVIATION_NO },
		{ "only the year is known", { NULL, 0, NULL, true, from, to, NULL, chip, 1 }, { "P<", ds, day("2026"), NULL }, DEVIATION_PERHAPS },
		{ "another year", { NULL, 0, NULL, true, from, to, NULL, chip, 1 }, { "P<", ds, day("2027"), NULL }, DEVIATION_NO },
		{ "the date is not known", { NULL, 0, NULL, true, from, to, NULL, chip, 1 }, { "P<", ds, DATE_INIT, NULL }, DEVIATION_PERHAPS },
		{ "the first number", { NULL, 0, NULL, false, 0, 0, numbers, chip, 1 }, { "P<", ds, DATE_INIT, "A00000001" }, DEVIATION_YES },
		{ "the second number", { NULL, 0, NULL, false, 0, 0, numbers, chip, 1 }, { "P<", ds, DATE_INIT, "L898902C3" }, DEVIATION_YES },
		{ "another number", { NULL, 0, NULL, false, 0, 0, numbers, chip, 1 }, { "P<", ds, DATE_INIT, "L898902C" }, DEVIATION_NO },
		{ "an empty number", { NULL, 0, NULL, false, 0, 0, numbers, chip, 1 }, { "P<", ds, DATE_INIT, "" }, DEVIATION_NO },
		{ "the number is not known", { NULL, 0, NULL, false, 0, 0, numbers, chip, 1 }, { "P<", ds, DATE_INIT, NULL }, DEVIATION_PERHAPS },
		{ "all four", { "P ", DEVIATION_SIGNER_SERIAL, ds, true, from, to, numbers, chip, 1 }, { "P<", ds, day("2026-02-01"), "L898902C3" }, DEVIATION_YES },
		{ "all but the type", { "I ", DEVIATION_SIGNER_SERIAL, ds, true, from, to, numbers, chip, 1 }, { "P<", ds, day("2026-02-01"), "L898902C3" }, DEVIATION_NO },
		{ "all but the signer", { "P ", DEVIATION_SIGNER_SKI, ds, true, from, to, numbers, chip, 1 }, { "P<", other, day("2026-02-01"), "L898902C3" }, DEVIATION_NO },
		{ "all but the day", { "P ", DEVIATION_SIGNER_SERIAL, ds, true, from, to, numbers, chip, 1 }, { "P<", ds, day("2026-12-01"), "L898902C3" }, DEVIATION_NO },
		{ "all but the number", { "P ", DEVIATION_SIGNER_SERIAL, ds, true, from, to, numbers, chip, 1 }, { "P<", ds, day("2026-02-01"), "L898902C4" }, DEVIATION_NO },
		{ "one wrong, one unknown", { "P ", DEVIATION_SIGNER_ANY, NULL, true, from, to, numbers, chip, 1 }, { "P<", ds, DATE_INIT, "L898902C4" }, DEVIATION_NO },
		{ "a document of another State", { NULL, 0, NULL, false, 0, 0, NULL, chip, 1 }, { "P<", foreign, DATE_INIT, NULL }, DEVIATION_NO },
		{ "a document of an unknown State", { NULL, 0, NULL, false, 0, 0, NULL, chip, 1 }, { "P<", NULL, DATE_INIT, NULL }, DEVIATION_PERHAPS },
	};
	struct err err = ERR_INIT;

	snprintf(foreign->country, sizeof(foreign->country), "XX");
	for (size_t i = 0; i < NELEM(cases); i++) {
		struct deviationlist_order order = { &cases[i].d, 1, bytes_of(&f->csca->der), NOW, false, 0 };
		struct deviationlist *list;
		struct buf der = BUF_INIT;
		size_t at = 0;

		if (deviationlist_issue(f->s, f->deviation, &order, &der, &err) == -1)
			bail_out("%s: %s", cases[i].name, err.text);
		list = parse(bytes_of(&der));
		ok(deviationlist_match(list, &cases[i].doc, &at) == cases[i].match, "%s: %s", cases[i].name,
			cases[i].match == DEVIATION_YES ? "yes" : cases[i].match == DEVIATION_NO ? "no"
												 : "perhaps");
		deviationlist_free(list);
		buf_clear(&der);
	}
	cert_free(foreign);
	cert_free(stranger);
}

/* Shortened and altered lists: no crash, and none is good. */
static void
test_variants(struct listfix *f)
{
	struct buf content = content_of("0201003110300e3000" CHIP), der = sign(f, f->deviation, bytes_of(&content), NOW);
	const struct cert *anchor[] = { f->csca };
	struct list_trust trust = { .anchor = anchor, .nanchor = 1, .at = NOW };
	struct deviationlist *list = NULL;
	struct list_report r;
	struct err err = ERR_INIT;
	unsigned good = 0;

	for (size_t i = 0; i < der.n; i++)
		if (deviationlist_parse(BYTES(der.p, i), &list, &err) == 0) {
			good++;
			deviationlist_free(list);
		}
	ok(good == 0, "no part from the front is a list");
	for (size_t i = 0; i < der.n * 8; i += 11) {
		der.p[i / 8] ^= (uint8_t)(1 << i % 8);
		if (deviationlist_parse(bytes_of(&der), &list, &err) == 0) {
			deviationlist_check(list, &trust, &r);
			if (r.total == GRADE_GOOD) {
				printf("# octet %zu\n", i / 8);
				good++;
			}
			deviationlist_free(list);
		}
		der.p[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	ok(good == 0, "none with one bit changed is good");
	buf_clear(&content);
	buf_clear(&der);
}

int
main(void)
{
	struct listfix f;

	if (!listfix_init(&f)) {
		skip("deviation lists", "no SoftHSM");
		return done_testing();
	}
	test_issue(&f);
	test_refusals(&f);
	test_parser(&f);
	test_verdicts(&f);
	test_matching(&f);
	test_variants(&f);
	listfix_clear(&f);
	return done_testing();
}
