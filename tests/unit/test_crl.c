/* CRLs: Utopia's files, departures seen, 100,000 serial numbers, issuing under the eyes of openssl(1), refusals. */
#include "pki/crl.h"
#include "registry/base/digest.h"
#include "registry/base/clock.h"
#include "tests/unit/pkifix.h"

#define DAY INT64_C(86400)

static struct cert *
cert_of(const char *file)
{
	struct buf b = fix_file(file);
	struct err err = ERR_INIT;
	struct cert *c = NULL;

	if (cert_read(bytes_of(&b), &c, &err) == -1)
		bail_out("%s: %s", file, err.text);
	buf_clear(&b);
	return c;
}

static struct crl *
crl_of(const char *file)
{
	struct buf b = fix_file(file);
	struct err err = ERR_INIT;
	struct crl *c = NULL;

	if (crl_read(bytes_of(&b), &c, &err) == -1)
		bail_out("%s: %s", file, err.text);
	buf_clear(&b);
	return c;
}

static void
test_utopia(void)
{
	static const uint8_t revoked[] = { 0x20, 0x02 }, with_zero[] = { 0x00, 0x20, 0x02 }, other[] = { 0x20, 0x03 }, longer[] = { 0x20, 0x02, 0x00 };
	struct crl *crl = crl_of("good/utopia.crl"), *none = crl_of("good/utopia-null.crl");
	struct cert *csca1 = cert_of("good/csca1.cer"), *csca2 = cert_of("good/csca2.cer"), *ds = cert_of("good/dsR.cer"), *good = cert_of("good/dsA.cer");
	const struct cert *all[] = { ds, csca1, csca2 };
	struct err err = ERR_INIT;
	char text[21];

	ok(crl->version == 2 && strcmp(crl->country, "UT") == 0 && strcmp(crl->issuer_cn, "CSCA Utopia") == 0, "version and issuer");
	is(time_format(crl->this_update, text), "2026-11-01T00:00:00Z", "thisUpdate");
	is(time_format(crl->next_update, text), "2027-01-30T00:00:00Z", "nextUpdate");
	ok(crl->number.n == 1 && crl->number.p[0] == 0x2A, "cRLNumber 42");
	ok(crl->present == (CRL_AKI | CRL_NUMBER) && crl->critical == 0 && crl->malformed[0] == '\0', "the extensions of the profile, and no other");
	ok(crl->has_revoked && crl->nentry == 2 && crl->entry_extensions == 0, "two entries without extensions");
	ok(crl_find(crl, BYTES(revoked, 2)) != NULL && crl_find(crl, BYTES(revoked, 2))->revoked_at == INT64_C(1792065600), "0x2002 is revoked on 2026-10-15");
	ok(crl_find(crl, BYTES(with_zero, 3)) != NULL, "also when it is asked for with a zero octet in front");
	ok(crl_find(crl, BYTES(other, 2)) == NULL && crl_find(crl, BYTES(longer, 3)) == NULL && crl_find(crl, BYTES_NONE) == NULL, "others are not");
	ok(crl_find(crl, ds->serial) != NULL && crl_find(crl, good->serial) == NULL, "document signer R is, document signer A is not");
	ok(crl_verify(crl, csca2, &err) == 0, "verifies under the newest key");
	ok(crl_verify(crl, csca1, &err) == -1 && err.kind == FAIL_INPUT, "not under the old one");
	ok(crl_issuer(crl, all, NELEM(all)) == csca2, "its issuer is found");
	ok(crl_issuer(crl, all, 2) == NULL, "and none where it is not there");
	ok(!crl_may_sign(ds), "a document signer may not sign CRLs");
	ok(crl_is_complete(crl) && !crl_is_stale(crl, NOW) && !crl_is_early(crl, NOW), "complete and current");
	ok(crl_is_stale(crl, INT64_C(1801353601)) && crl_is_early(crl, INT64_C(1793491199)), "stale after nextUpdate, early before thisUpdate");
	ok(!none->has_revoked && none->nentry == 0 && crl_find(none, BYTES(revoked, 2)) == NULL, "the list without entries revokes nothing");
	ok(crl_verify(none, csca2, &err) == 0, "and verifies");
	ok(crl_compare_age(crl, crl) == 0 && crl_compare_age(none, crl) != 0, "lists are ordered by number");
	crl_free(crl);
	crl_free(none);
	cert_free(csca1);
	cert_free(csca2);
	cert_free(ds);
	cert_free(good);
}

static void
test_departures(void)
{
	struct crl *idp = crl_of("crl-lint/idp.crl"), *number = crl_of("crl-lint/number-absent.crl"), *empty = crl_of("crl-lint/empty-revoked.crl"),
		   *signature = crl_of("crl-lint/bad-signature.crl");
	struct cert *csca2 = cert_of("good/csca2.cer");
	struct err err = ERR_INIT;

	ok((idp->present & CRL_IDP) != 0 && !crl_is_complete(idp), "issuingDistributionPoint is seen: the list is not complete");
	ok(!(number->present & CRL_NUMBER) && number->number.n == 0, "cRLNumber is missing");
	ok(empty->has_revoked && empty->nentry == 0, "revokedCertificates is there and empty");
	ok(crl_verify(signature, csca2, &err) == -1, "a bad signature does not verify");
	ok(crl_verify(idp, csca2, &err) == 0 && crl_verify(number, csca2, &err) == 0, "the others do");
	crl_free(idp);
	crl_free(number);
	crl_free(empty);
	crl_free(signature);
	cert_free(csca2);
}

/* ---- made by hand ---- */

struct made {
	const char *name;
	int version;            /* -1 absent */
	const char *update;     /* thisUpdate */
	const char *serial;     /* of the one entry, hexadecimal; NULL no entries */
	const char *entry;      /* its extensions, hexadecimal */
	const char *extensions; /* contents of crlExtensions, hexadecimal; NULL absent */
	const char *tail;       /* after everything in the to-be-signed part */
	bool algorithms_differ;
};

static void
put_hex(struct der_out *o, const char *hex)
{
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	if (buf_from_hex(&b, bytes_str(hex), &err) == -1)
		bail_out("%s", hex);
	der_raw(o, bytes_of(&b));
	buf_clear(&b);
}

static struct buf
make(const struct made *m)
{
	struct der_out o = DER_OUT_INIT;
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;

	der_open(&o, DER_SEQUENCE);
	der_open(&o, DER_SEQUENCE);
	if (m->version >= 0)
		der_uint(&o, (uint64_t)m->version);
	put_hex(&o, "300a06082a8648ce3d040302");
	put_hex(&o, "300d310b3009060355040613025554");
	if (m->update != NULL)
		der_str(&o, DER_UTC_TIME, m->update);
	der_str(&o, DER_UTC_TIME, "270130000000Z");
	if (m->serial != NULL) {
		der_open(&o, DER_SEQUENCE);
		der_open(&o, DER_SEQUENCE);
		put_hex(&o, m->serial);
		der_str(&o, DER_UTC_TIME, "261015120000Z");
		if (m->entry != NULL)
			put_hex(&o, m->entry);
		der_close(&o);
		der_close(&o);
	}
	if (m->extensions != NULL) {
		der_open(&o, DER_CONTEXT_CONS(0));
		der_open(&o, DER_SEQUENCE);
		put_hex(&o, m->extensions);
		der_close(&o);
		der_close(&o);
	}
	if (m->tail != NULL)
		put_hex(&o, m->tail);
	der_close(&o);
	put_hex(&o, m->algorithms_differ ? "300a06082a8648ce3d040303" : "300a06082a8648ce3d040302");
	der_bits(&o, BYTES("0123", 4), 0);
	der_close(&o);
	if (der_finish(&o, &out, &err) == -1)
		bail_out("%s", err.text);
	return out;
}

#define NUMBER "300a0603551d140403020105"
#define UPDATE "261101000000Z"

static void
test_parser(void)
{
	static const struct made bad[] = {
		{ "no thisUpdate that is a time", 1, "26110100000Z", NULL, NULL, NULL, NULL, false },
		{ "thisUpdate on 30 February", 1, "260230000000Z", NULL, NULL, NULL, NULL, false },
		{ "an empty serial number", 1, UPDATE, "0200", NULL, NULL, NULL, false },
		{ "a serial number that is an OCTET STRING", 1, UPDATE, "040101", NULL, NULL, NULL, false },
		{ "a serial number of 65 octets", 1, UPDATE,
			"02410101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101", NULL,
			NULL, NULL, false },
		{ "an entry with something after its extensions", 1, UPDATE, "020101", "30000500", NULL, NULL, false },
		{ "an entry extension without a value", 1, UPDATE, "020101", "300730050603551d15", NULL, NULL, false },
		{ "an extension without a value", 1, UPDATE, NULL, NULL, "30050603551d14", NULL, false },
		{ "an extension with something after its value", 1, UPDATE, NULL, NULL, "300c0603551d1404030201050500", NULL, false },
		{ "crlExtensions that are cut off", 1, UPDATE, NULL, NULL, "300b0603551d140403020105", NULL, false },
		{ "something after crlExtensions", 1, UPDATE, NULL, NULL, NUMBER, "0500", false },
		{ "two different algorithms", 1, UPDATE, NULL, NULL, NUMBER, NULL, true },
	};
	static const struct made good = { "", 1, UPDATE, "020101", NULL, NUMBER, NULL, false }, v1 = { "", -1, UPDATE, NULL, NULL, NULL, NULL, false },
				 odd = { "", 1, UPDATE, "02020001", "300c300a0603551d1504030a0101", NUMBER "300f0603551d1b0101ff04050303020100" NUMBER, NULL, false },
				 negative = { "", 1, UPDATE, "0201ff", "300e300c0603551d1d01010504023000", "300a0603551d140403040105", NULL, false };
	struct err err = ERR_INIT;
	struct crl *crl = NULL;
	struct buf b;

	for (size_t i = 0; i < NELEM(bad); i++) {
		err_clear(&err);
		b = make(&bad[i]);
		if (!ok(crl_parse(bytes_of(&b), &crl, &err) == -1 && err.kind == FAIL_INPUT && err.text[0] != '\0', "refuses %s", bad[i].name))
			crl_free(crl);
		buf_clear(&b);
	}
	b = make(&good);
	ok(crl_parse(bytes_of(&b), &crl, &err) == 0 && crl->malformed[0] == '\0', "reads the same without the defects");
	crl_free(crl);
	buf_u8(&b, 0);
	ok(crl_parse(bytes_of(&b), &crl, &err) == -1, "refuses an octet after it");
	buf_clear(&b);
	ok(crl_parse(BYTES_NONE, &crl, &err) == -1 && crl_read(bytes_str("-----BEGIN X509 CRL-----\n"), &crl, &err) == -1 && crl_read(bytes_str("hello"), &crl, &err) == -1,
		"refuses nothing, half a PEM and a greeting");

	b = make(&v1);
	ok(crl_parse(bytes_of(&b), &crl, &err) == 0 && crl->version == 1 && crl->aki.n == 0 && crl->number.n == 0, "version 1 is read, and seen");
	crl_free(crl);
	buf_clear(&b);
	b = make(&odd);
	ok(crl_parse(bytes_of(&b), &crl, &err) == 0 && crl->entry[0].is_not_minimal && crl->entry[0].extensions == CRL_ENTRY_REASON && crl->entry[0].reason == 1 &&
			crl->has_duplicate && (crl->present & CRL_DELTA) && (crl->critical & CRL_DELTA) && !crl_is_complete(crl),
		"a serial number with a zero too many, a reason, a delta indicator, a number twice: read, and seen");
	crl_free(crl);
	buf_clear(&b);
	b = make(&negative);
	ok(crl_parse(bytes_of(&b), &crl, &err) == 0 && crl->entry[0].is_not_positive && crl->entry[0].extensions == CRL_ENTRY_ISSUER && !crl_is_complete(crl) &&
			crl->malformed[0] != '\0' && crl->number.n == 0,
		"a negative serial number, certificateIssuer, an unreadable number: read, and seen");
	crl_free(crl);
	buf_clear(&b);
}

/* No shortened or altered CRL verifies. */
static void
test_variants(void)
{
	struct buf b = fix_file("good/utopia.crl");
	struct cert *csca2 = cert_of("good/csca2.cer");
	struct err err = ERR_INIT;
	unsigned good = 0;
	struct crl *crl;

	for (size_t i = 0; i < b.n; i++)
		if (crl_parse(BYTES(b.p, i), &crl, &err) == 0) {
			good++;
			crl_free(crl);
		}
	ok(good == 0, "no part from the front is a CRL");
	for (size_t i = 0; i < b.n * 8; i += 3) {
		b.p[i / 8] ^= (uint8_t)(1 << i % 8);
		if (crl_parse(bytes_of(&b), &crl, &err) == 0) {
			if (crl_verify(crl, csca2, &err) == 0)
				good++;
			crl_free(crl);
		}
		b.p[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	ok(good == 0, "none with one bit changed verifies");
	cert_free(csca2);
	buf_clear(&b);
}

/* ---- issuing ---- */

enum { MANY = 100000 };

struct fixture {
	struct token *token;
	struct session *s;
	struct ceremony c;
	struct token_key *key;
	struct cert *csca, *ds;
};

static void
test_issue(struct fixture *f)
{
	static const uint8_t serials[][3] = { { 0x7F, 0x01, 0x02 }, { 0x00, 0x80, 0x01 }, { 0x00, 0x00, 0x05 } };
	struct crl_revocation revoked[] = {
		{ BYTES(serials[0], 3), NOW - DAY }, { BYTES(serials[1], 3), NOW - 2 * DAY }, { BYTES(serials[2], 3), NOW }, { f->ds->serial, NOW - DAY }
	};
	struct crl_order order = { .number = 7, .previous_number = 6, .this_update = NOW, .next_update = NOW + 90 * DAY, .revoked = revoked, .nrevoked = 4 };
	struct err err = ERR_INIT;
	struct buf der = BUF_INIT, pem = BUF_INIT;
	struct crl *crl = NULL;
	const char *path, *ca, *out;
	int status;

	if (!ok(crl_issue(f->s, f->key, f->csca, &order, &der, &err) == 0, "issues a CRL"))
		bail_out("%s", err.text);
	ok(crl_parse(bytes_of(&der), &crl, &err) == 0 && crl->nentry == 4 && crl_find(crl, f->ds->serial) != NULL && crl->present == (CRL_AKI | CRL_NUMBER) &&
			bytes_equal(crl->aki, f->csca->ski) && crl->version == 2,
		"which reads back");
	crl_free(crl);
	if (cert_pem(bytes_of(&f->csca->der), &pem, &err) == -1)
		bail_out("%s", err.text);
	path = fix_write("u.crl", bytes_of(&der));
	ca = fix_write("ca.pem", bytes_of(&pem));
	out = fix_run(&status, "openssl crl -inform DER -in %s -noout -text -CAfile %s 2>&1", path, ca);
	ok(status == 0 && strstr(out, "verify OK") != NULL, "openssl crl verifies it");
	ok(strstr(out, "Version 2") != NULL && strstr(out, "Issuer: C = UT, O = Utopia, CN = CSCA Utopia") != NULL &&
			strstr(out, "Next Update: Feb 19 09:00:00 2027 GMT") != NULL && strstr(out, "X509v3 CRL Number: \n                7") != NULL &&
			strstr(out, "X509v3 Authority Key Identifier") != NULL && strstr(out, "CRL entry extensions") == NULL,
		"and shows what was ordered");
	ok(strstr(out, "Serial Number: 8001") != NULL && strstr(out, "Serial Number: 05") != NULL && strstr(out, "Serial Number: 7F0102") != NULL, "with the serial numbers");
	if (status != 0)
		printf("# %s\n", out);

	order = (struct crl_order){ .number = 1, .this_update = NOW, .next_update = NOW + 30 * DAY, .name_changed = true };
	ok(crl_issue(f->s, f->key, f->csca, &order, &der, &err) == 0 && crl_parse(bytes_of(&der), &crl, &err) == 0 && !crl->has_revoked && (crl->present & CRL_IAN),
		"the first one, without entries and after a name change: revokedCertificates absent, issuerAltName there");
	crl_free(crl);
	path = fix_write("u.crl", bytes_of(&der));
	out = fix_run(&status, "openssl crl -inform DER -in %s -noout -text -CAfile %s 2>&1", path, ca);
	ok(status == 0 && strstr(out, "No Revoked Certificates") != NULL && strstr(out, "DirName:/L=UTO") != NULL, "as openssl crl says too");
	buf_clear(&der);
	buf_clear(&pem);
}

static void
test_refusals(struct fixture *f)
{
	static const uint8_t one[] = { 0x01 }, one_too[] = { 0x00, 0x01 }, zero[] = { 0x00 }, negative[] = { 0x80 },
			     longer[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	static const struct crl_revocation twice[] = { { BYTES(one, 1), NOW }, { BYTES(one_too, 2), NOW } }, nothing[] = { { BYTES(zero, 1), NOW } },
					   below[] = { { BYTES(negative, 1), NOW } }, too_long[] = { { BYTES(longer, 21), NOW } }, empty[] = { { BYTES_NONE, NOW } },
					   later[] = { { BYTES(one, 1), NOW + 1 } };
	static const struct {
		const char *name;
		struct crl_order order;
		const char *says;
	} cases[] = {
		{ "a number that does not grow", { 7, 7, NOW, NOW + 30 * DAY, NULL, 0, false }, "cRLNumber" },
		{ "a number that shrinks", { 7, 9, NOW, NOW + 30 * DAY, NULL, 0, false }, "cRLNumber" },
		{ "number zero", { 0, 0, NOW, NOW + 30 * DAY, NULL, 0, false }, "cRLNumber" },
		{ "nextUpdate after 91 days", { 7, 6, NOW, NOW + 91 * DAY, NULL, 0, false }, "nextUpdate" },
		{ "nextUpdate after 47 hours", { 7, 6, NOW, NOW + 47 * 3600, NULL, 0, false }, "nextUpdate" },
		{ "nextUpdate before thisUpdate", { 7, 6, NOW, NOW - DAY, NULL, 0, false }, "nextUpdate" },
		{ "thisUpdate before the CSCA", { 7, 6, NOW - 400 * DAY, NOW - 370 * DAY, NULL, 0, false }, "thisUpdate" },
		{ "thisUpdate after the CSCA", { 7, 6, NOW + 20 * 366 * DAY, NOW + 20 * 366 * DAY + 30 * DAY, NULL, 0, false }, "thisUpdate" },
		{ "a serial number twice, once with a zero in front", { 7, 6, NOW, NOW + 30 * DAY, twice, 2, false }, "twice" },
		{ "serial number zero", { 7, 6, NOW, NOW + 30 * DAY, nothing, 1, false }, "not positive" },
		{ "a negative serial number", { 7, 6, NOW, NOW + 30 * DAY, below, 1, false }, "not positive" },
		{ "a serial number of 21 octets", { 7, 6, NOW, NOW + 30 * DAY, too_long, 1, false }, "octets" },
		{ "no serial number", { 7, 6, NOW, NOW + 30 * DAY, empty, 1, false }, "not positive" },
		{ "a revocation in the future", { 7, 6, NOW, NOW + 30 * DAY, later, 1, false }, "after thisUpdate" },
	};
	struct crl_order order = { .number = 7, .previous_number = 6, .this_update = NOW, .next_update = NOW + 30 * DAY };
	struct err err = ERR_INIT;
	struct buf der = BUF_INIT;

	for (size_t i = 0; i < NELEM(cases); i++) {
		err_clear(&err);
		if (!ok(crl_issue(f->s, f->key, f->csca, &cases[i].order, &der, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, cases[i].says) != NULL && der.n == 0,
			    "does not issue with %s", cases[i].name))
			printf("# %s\n", err.text);
	}
	ok(crl_issue(f->s, f->key, f->ds, &order, &der, &err) == -1 && err.kind == FAIL_INPUT, "does not issue in the name of a document signer");
	buf_clear(&der);
}

static void
test_many(struct fixture *f)
{
	struct crl_revocation *revoked = calloc(MANY, sizeof(*revoked));
	uint8_t(*serial)[16] = calloc(MANY, sizeof(*serial));
	struct crl_order order = { .number = 8, .previous_number = 7, .this_update = NOW, .next_update = NOW + 30 * DAY, .revoked = revoked, .nrevoked = MANY };
	struct err err = ERR_INIT;
	struct buf der = BUF_INIT;
	struct crl *crl = NULL;
	uint64_t start, parse_ns, find_ns;
	size_t found = 0, wrong = 0;
	uint8_t other[16];

	if (revoked == NULL || serial == NULL)
		bail_out("out of memory");
	for (size_t i = 0; i < MANY; i++) {
		if (random_octets(serial[i], 16, &err) == -1)
			bail_out("%s", err.text);
		serial[i][0] = (uint8_t)((serial[i][0] & 0x7F) | 0x40);
		revoked[i] = (struct crl_revocation){ BYTES(serial[i], 16), NOW - DAY };
	}
	if (!ok(crl_issue(f->s, f->key, f->csca, &order, &der, &err) == 0, "issues a CRL of %d serial numbers", MANY))
		bail_out("%s", err.text);
	start = clock_monotonic_ns();
	if (crl_parse(bytes_of(&der), &crl, &err) == -1)
		bail_out("%s", err.text);
	parse_ns = clock_monotonic_ns() - start;
	start = clock_monotonic_ns();
	for (size_t i = 0; i < MANY; i++) {
		found += crl_find(crl, BYTES(serial[i], 16)) != NULL;
		memcpy(other, serial[i], 16);
		other[0] ^= 0x10;
		wrong += crl_find(crl, BYTES(other, 16)) != NULL;
	}
	find_ns = clock_monotonic_ns() - start;
	ok(found == MANY && wrong == 0, "all are found, and no other");
	printf("# %zu octets, read in %.1f ms, looked up in %.0f ns\n", der.n, (double)parse_ns / 1e6, (double)find_ns / (2.0 * MANY));
	crl_free(crl);
	buf_clear(&der);
	free(revoked);
	free(serial);
}

static void
test_token(void)
{
	struct fixture f = { 0 };
	struct ceremony_options options = fix_options;
	struct err err = ERR_INIT;

	if (!softhsm_start()) {
		skip("issuing", "no SoftHSM");
		return;
	}
	f.token = fix_token(2);
	if (ceremony_init(f.token, &options, &f.c, &err) == -1 || token_borrow(f.token, &f.s, &err) == -1 ||
		token_key_find(f.s, f.c.csca.label, BYTES_NONE, &f.key, &err) == -1 || cert_parse(bytes_of(&f.c.csca.cert), &f.csca, &err) == -1 ||
		cert_parse(bytes_of(&f.c.signer[0].cert), &f.ds, &err) == -1)
		bail_out("%s", err.text);
	test_issue(&f);
	test_refusals(&f);
	test_many(&f);
	cert_free(f.csca);
	cert_free(f.ds);
	token_key_free(f.key);
	token_return(f.token, f.s);
	ceremony_clear(&f.c);
	token_close(f.token);
	softhsm_stop();
}

int
main(void)
{
	test_utopia();
	test_departures();
	test_parser();
	test_variants();
	test_token();
	return done_testing();
}
