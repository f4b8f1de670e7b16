/* Card-verifiable certificates: published chains, chains of our own keys, and what a chip must refuse. */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "pki/cvc.h"
#include "tests/data.h"
#include "tests/tap.h"

static const struct date in_2016 = { DATE_DAY, 12, 1, 2016 }, in_2026 = { DATE_DAY, 11, 21, 2026 };

static struct cvc *
load(const char *name)
{
	struct err err = ERR_INIT;
	struct cvc *cvc = NULL;
	size_t n;
	uint8_t *p = data_file(name, &n);

	if (p == NULL)
		return NULL;
	if (cvc_parse(BYTES(p, n), &cvc, &err) == -1)
		bail_out("%s: %s", name, err.text);
	free(p);
	return cvc;
}

/* icao/cvc/persosim-is: DEISCVCA00001 -> DEDVIS00001 -> DETESTIS00001. */
static void
test_persosim(void)
{
	struct cvc *ca = load("icao/cvc/persosim-is/CVCA_Cert_01.cvcert"), *dv = load("icao/cvc/persosim-is/dv_is_cert_1.cvcert"),
		   *is = load("icao/cvc/persosim-is/is_cert_1.cvcert");
	const struct cvc *chain[] = { dv, is }, *without_dv[] = { is }, *backwards[] = { is, dv };
	struct cvc_key trust = CVC_KEY_INIT, last = CVC_KEY_INIT;
	struct err err = ERR_INIT;
	struct date clock = { DATE_DAY, 11, 1, 2016 };

	if (ca == NULL || dv == NULL || is == NULL) {
		skip("the published chain", "no test data");
		goto out;
	}
	is(ca->holder, "DEISCVCA00001", "holder of the CVCA's");
	is(dv->authority, "DEISCVCA00001", "authority of the DV's");
	is(dv->holder, "DEDVIS00001", "holder of the DV's");
	is(is->holder, "DETESTIS00001", "holder of the terminal's");
	is(ca->scheme->name, "id-TA-ECDSA-SHA-256", "plain ECDSA with SHA-256");
	ok(ca->curve != NULL && strcmp(ca->curve->name, "brainpoolP256r1") == 0 && dv->curve == NULL && is->curve == NULL, "the curve stands in the CVCA's only");
	ok(ca->rights[0] == 0xE3 && dv->rights[0] == 0xA3 && is->rights[0] == 0x03, "rights E3, A3, 03");
	ok(ca->role == CVC_CVCA && dv->role == CVC_DV_DOMESTIC && is->role == CVC_IS && is->terminal == CVC_INSPECTION, "CVCA, domestic DV, inspection system");
	ok(ca->effective.year == 2016 && ca->effective.month == 11 && ca->effective.day == 22 && ca->expiry.year == 2017 && ca->expiry.month == 11 &&
			ca->expiry.day == 22 && dv->expiry.month == 12 && is->expiry.year == 2016,
		"days of 2016-11-22, 2017-11-22, 2016-12-22");
	ok(cvc_trust_point(ca, &trust, &err) == 0, "the CVCA's signature is its own: %s", err.text);
	ok(cvc_verify_chain(&trust, chain, 2, in_2016, &last, &err) == 0, "the chain verifies: %s", err.text);
	ok(strcmp(last.holder, "DETESTIS00001") == 0 && last.role == CVC_IS && last.rights[0] == (CVC_READ_DG3 | CVC_READ_DG4), "the terminal may read DG3 and DG4");
	ok(cvc_verify_chain(&trust, chain, 2, in_2026, &last, &err) == -1 && err.kind == FAIL_DENIED && strstr(err.text, "expired on 2016-12-22") != NULL,
		"not in 2026: %s", err.text);
	ok(strcmp(last.holder, "DETESTIS00001") == 0, "a failure leaves what was known");
	ok(cvc_verify_chain(&trust, without_dv, 1, in_2016, &last, &err) == -1, "not without its DV: %s", err.text);
	ok(cvc_verify_chain(&trust, backwards, 2, in_2016, &last, &err) == -1, "not backwards: %s", err.text);
	ok(cvc_trust_point(dv, &last, &err) == -1, "a DV is no trust point: %s", err.text);
	cvc_clock(&last, true, &clock);
	ok(clock.month == 11 && clock.day == 22, "the chip's clock moves to the effective date");
	cvc_clock(&last, true, &clock);
	clock = (struct date){ DATE_DAY, 11, 1, 2016 };
	cvc_clock(&last, false, &clock);
	ok(clock.day == 1, "but not for a terminal of a foreign DV");
out:
	cvc_key_clear(&trust);
	cvc_key_clear(&last);
	cvc_free(ca);
	cvc_free(dv);
	cvc_free(is);
}

static void
test_published(void)
{
	struct cvc *cz = load("icao/cvc/misc/C_CZCVCADCZ000.cvcert"), *go = load("icao/cvc/misc/GO_CVCA_RSA2008.cvcert");
	struct cvc_key key = CVC_KEY_INIT;
	struct err err = ERR_INIT;

	if (cz == NULL || go == NULL) {
		skip("published CVCA certificates", "no test data");
		goto out;
	}
	ok(strcmp(cz->holder, "CZCVCADCZ000") == 0 && cz->curve != NULL && strcmp(cz->curve->name, "P-256") == 0, "the Czech CVCA of 2008 is read");
	ok(cz->expiry.year == 2010 && cz->expiry.month == 6 && cz->expiry.day == 3, "expired 2010-06-03");
	ok(cvc_trust_point(cz, &key, &err) == 0, "its signature is its own: %s", err.text);
	is(go->holder, "GO_CV_RSA2008", "the RSA CVCA is read");
	ok(go->scheme->key == KEY_RSA && go->scheme->is_weak && !go->scheme->is_pss && go->modulus.n == 128, "RSA 1024, PKCS #1 with SHA-1: weak");
	ok(cvc_trust_point(go, &key, &err) == 0 && key.key->type == KEY_RSA, "its signature is its own: %s", err.text);
out:
	cvc_key_clear(&key);
	cvc_free(cz);
	cvc_free(go);
}

/* ---- our own ---- */

struct party {
	EVP_PKEY *evp;
	struct pubkey *key;
};

static struct party
party(const char *group)
{
	struct party p = { .evp = group == NULL ? EVP_RSA_gen(2048) : EVP_EC_gen(group) };
	struct err err = ERR_INIT;

	if (p.evp == NULL)
		bail_out("no key");
	if (group == NULL) {
		uint8_t *der = NULL;
		int n = i2d_PUBKEY(p.evp, &der);

		if (n <= 0 || pubkey_parse(BYTES(der, (size_t)n), &p.key, &err) == -1)
			bail_out("%s", err.text);
		OPENSSL_free(der);
	} else {
		uint8_t point[140];
		size_t n = 0;

		if (EVP_PKEY_get_octet_string_param(p.evp, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, sizeof(point), &n) != 1 ||
			pubkey_new_ec(curve_by_name(group), BYTES(point, n), &p.key, &err) == -1)
			bail_out("%s", err.text);
	}
	return p;
}

static void
party_clear(struct party *p)
{
	EVP_PKEY_free(p->evp);
	pubkey_free(p->key);
}

static struct buf
sign(const struct party *p, const struct sigalg *scheme, struct bytes message)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, p->evp, NULL);
	uint8_t digest[64], signature[600];
	size_t n = digest_of(scheme->hash_bits, message, digest), len = sizeof(signature);
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;

	if (EVP_PKEY_sign_init(ctx) != 1 ||
		(scheme->key == KEY_RSA && (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) != 1 || EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) != 1 || EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 32) != 1)) ||
		EVP_PKEY_sign(ctx, signature, &len, digest, n) != 1)
		bail_out("signing failed");
	if (scheme->key == KEY_RSA)
		buf_add(&out, signature, len);
	else if (cvc_plain_of_der(BYTES(signature, len), p->key->curve->len, &out, &err) == -1)
		bail_out("%s", err.text);
	EVP_PKEY_CTX_free(ctx);
	return out;
}

static struct cvc *
certify(const struct cvc_profile *profile, const struct party *by, const struct sigalg *scheme)
{
	struct buf body = BUF_INIT, signature = BUF_INIT, der = BUF_INIT;
	struct err err = ERR_INIT;
	struct cvc *cvc = NULL;

	if (cvc_body(profile, &body, &err) == -1)
		bail_out("%s: %s", profile->holder, err.text);
	signature = sign(by, scheme, bytes_of(&body));
	if (cvc_assemble(bytes_of(&body), bytes_of(&signature), &der, &err) == -1 || cvc_parse(bytes_of(&der), &cvc, &err) == -1)
		bail_out("%s: %s", profile->holder, err.text);
	buf_clear(&body);
	buf_clear(&signature);
	buf_clear(&der);
	return cvc;
}

static struct cvc_profile
profile(const char *authority, const char *holder, enum cvc_role role, uint8_t rights, const struct party *p, const struct sigalg *scheme)
{
	struct cvc_profile made = { .scheme = scheme,
		.key = p->key,
		.with_parameters = role == CVC_CVCA && p->key->type == KEY_EC,
		.terminal = CVC_INSPECTION,
		.role = role,
		.rights = { rights },
		.effective = { DATE_DAY, 1, 1, 2026 },
		.expiry = { DATE_DAY, 12, 31, 2026 } };

	snprintf(made.authority, sizeof(made.authority), "%s", authority);
	snprintf(made.holder, sizeof(made.holder), "%s", holder);
	return made;
}

static void
test_own(const char *group)
{
	struct party ca = party(group), ca2 = party(group), dv = party(group), is = party(group);
	const struct sigalg *scheme = cvc_scheme_choose(group == NULL ? KEY_RSA : KEY_EC, group == NULL ? 256 : curve_by_name(group)->hash_bits);
	struct cvc_profile pca = profile("UTCVCA00001", "UTCVCA00001", CVC_CVCA, 3, &ca, scheme), plink = profile("UTCVCA00001", "UTCVCA00002", CVC_CVCA, 3, &ca2, scheme),
			   pdv = profile("UTCVCA00002", "UTDVBORDR00001", CVC_DV_DOMESTIC, CVC_READ_DG3, &dv, scheme),
			   pis = profile("UTDVBORDR00001", "UTGATE7UT001", CVC_IS, 3, &is, scheme);
	struct cvc *cert[4], *bad;
	struct cvc_key trust = CVC_KEY_INIT, last = CVC_KEY_INIT;
	struct err err = ERR_INIT;
	struct buf signature = BUF_INIT;
	const char *name = group == NULL ? "RSA" : group;

	plink.expiry = (struct date){ DATE_DAY, 1, 31, 2026 };
	cert[0] = certify(&pca, &ca, scheme);
	cert[1] = certify(&plink, &ca, scheme);
	cert[2] = certify(&pdv, &ca2, scheme);
	cert[3] = certify(&pis, &dv, scheme);
	ok(cvc_is_self_signed(cert[0]) && cert[0]->role == CVC_CVCA && strcmp(cert[0]->scheme->oid, scheme->oid) == 0 && cert[0]->expiry.month == 12,
		"%s: a CVCA's certificate written and read", name);
	ok(cvc_trust_point(cert[0], &trust, &err) == 0, "%s: it is a trust point: %s", name, err.text);
	ok(cvc_verify_chain(&trust, (const struct cvc *const *)&cert[1], 3, in_2026, &last, &err) == 0, "%s: over an expired link to the terminal: %s", name, err.text);
	ok(last.rights[0] == CVC_READ_DG3, "%s: the terminal has no right that its DV does not have", name);
	signature = sign(&is, scheme, bytes_str("challenge"));
	ok(cvc_key_check(&last, bytes_str("challenge"), bytes_of(&signature), &err) == 0, "%s: the terminal's signature: %s", name, err.text);
	ok(cvc_key_check(&last, bytes_str("challengf"), bytes_of(&signature), &err) == -1 && err.kind == FAIL_DENIED, "%s: not over something else: %s", name, err.text);
	ok(cvc_key_check(&last, bytes_str("challenge"), BYTES(signature.p, signature.n - 1), &err) == -1 && err.kind == FAIL_DENIED, "%s: not cut short: %s", name, err.text);
	bad = certify(&pis, &ca2, scheme);
	ok(cvc_verify(bad, &last, in_2026, &last, &err) == -1, "%s: a terminal certifies nobody: %s", name, err.text);
	ok(cvc_verify_chain(&trust, (const struct cvc *const[]){ cert[1], cert[2], bad }, 3, in_2026, &last, &err) == -1 && strstr(err.text, "does not verify") != NULL,
		"%s: nor another key than its DV's: %s", name, err.text);
	cvc_free(bad);
	pis.role = CVC_DV_FOREIGN;
	bad = certify(&pis, &dv, scheme);
	ok(cvc_verify_chain(&trust, (const struct cvc *const[]){ cert[1], cert[2], bad }, 3, in_2026, &last, &err) == -1 && strstr(err.text, "role") != NULL,
		"%s: a DV certifies no DV: %s", name, err.text);
	cvc_free(bad);
	pdv.terminal = CVC_AUTHENTICATION;
	bad = certify(&pdv, &ca2, scheme);
	ok(bad->nrights == 5 && bad->terminal == CVC_AUTHENTICATION, "%s: five octets of rights", name);
	ok(cvc_verify_chain(&trust, (const struct cvc *const[]){ cert[1], bad }, 2, in_2026, &last, &err) == -1 && strstr(err.text, "type of terminal") != NULL,
		"%s: refuses another type of terminal: %s", name, err.text);
	cvc_free(bad);
	for (unsigned i = 0; i < 4; i++)
		cvc_free(cert[i]);
	buf_clear(&signature);
	cvc_key_clear(&trust);
	cvc_key_clear(&last);
	party_clear(&ca);
	party_clear(&ca2);
	party_clear(&dv);
	party_clear(&is);
}

static void
test_profiles(void)
{
	struct party ca = party("prime256v1");
	const struct sigalg *scheme = cvc_scheme_choose(KEY_EC, 256);
	const struct cvc_profile good = profile("UTCVCA00001", "UTCVCA00001", CVC_CVCA, 3, &ca, scheme);
	struct cvc_profile p = good;
	struct buf body = BUF_INIT;
	struct err err = ERR_INIT;

	ok(cvc_body(&good, &body, &err) == 0, "a profile in order");
	p.scheme = cvc_scheme("0.4.0.127.0.7.2.2.2.2.1");
	ok(p.scheme != NULL && cvc_body(&p, &body, &err) == -1, "writes nothing with SHA-1: %s", err.text);
	p = good;
	p.scheme = cvc_scheme_choose(KEY_RSA, 256);
	ok(cvc_body(&p, &body, &err) == -1, "nor RSA for an EC key: %s", err.text);
	p = good;
	p.with_parameters = false;
	ok(cvc_body(&p, &body, &err) == -1, "nor a CVCA without its curve: %s", err.text);
	p = good;
	p.role = CVC_DV_DOMESTIC;
	ok(cvc_body(&p, &body, &err) == -1, "nor a DV that certifies itself: %s", err.text);
	p = good;
	strcpy(p.holder, "utCVCA00001");
	ok(cvc_body(&p, &body, &err) == -1, "nor a country in small letters: %s", err.text);
	p = good;
	strcpy(p.holder, "UT00001");
	ok(cvc_body(&p, &body, &err) == -1, "nor a name of seven characters: %s", err.text);
	p = good;
	p.expiry = (struct date){ DATE_DAY, 12, 31, 2025 };
	ok(cvc_body(&p, &body, &err) == -1, "nor an end before its beginning: %s", err.text);
	p = good;
	p.expiry = (struct date){ DATE_DAY, 1, 1, 2100 };
	ok(cvc_body(&p, &body, &err) == -1, "nor the year 2100: %s", err.text);
	p = good;
	p.rights[0] = 0x83;
	ok(cvc_body(&p, &body, &err) == -1, "nor rights with bits of the role: %s", err.text);
	ok(cvc_scheme_choose(KEY_EC, 160) == NULL && cvc_scheme("1.2.3") == NULL, "no scheme with SHA-1 is chosen, none is invented");
	buf_clear(&body);
	party_clear(&ca);
}

/* Every octet of a certificate that is changed is refused, or it is no longer signed. */
static void
test_changes(void)
{
	struct party ca = party("prime256v1");
	const struct sigalg *scheme = cvc_scheme_choose(KEY_EC, 256);
	struct cvc_profile p = profile("UTCVCA00001", "UTCVCA00001", CVC_CVCA, 3, &ca, scheme);
	struct cvc *good = certify(&p, &ca, scheme), *cvc;
	struct cvc_key key = CVC_KEY_INIT;
	struct err err = ERR_INIT;
	unsigned passed = 0, cut = 0;
	struct buf copy = BUF_INIT;

	buf_bytes(&copy, bytes_of(&good->der));
	for (size_t i = 0; i < copy.n; i++) {
		copy.p[i] ^= 1;
		cvc = NULL;
		if (cvc_parse(bytes_of(&copy), &cvc, &err) == 0 && cvc_trust_point(cvc, &key, &err) == 0)
			passed++;
		cvc_free(cvc);
		copy.p[i] ^= 1;
		cvc = NULL;
		if (cvc_parse(BYTES(copy.p, i), &cvc, &err) == 0)
			cut++;
		cvc_free(cvc);
	}
	ok(passed == 0, "no certificate with a changed bit is a trust point");
	ok(cut == 0, "no certificate that is cut short is read");
	buf_u8(&copy, 0);
	ok(cvc_parse(bytes_of(&copy), &cvc, &err) == -1, "nor one with an octet after it: %s", err.text);
	buf_clear(&copy);
	cvc_key_clear(&key);
	cvc_free(good);
	party_clear(&ca);
}

int
main(void)
{
	test_persosim();
	test_published();
	test_own("prime256v1");
	test_own("brainpoolP384r1");
	test_own("secp521r1");
	test_own(NULL);
	test_profiles();
	test_changes();
	return done_testing();
}
