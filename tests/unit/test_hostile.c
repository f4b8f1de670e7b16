/*
 * What a forger makes, and what careless States send: departures planted into the specimen State's objects, signed again with its keys where the
 * forger would have to.  Each must be judged for what it is, and as far as it can be read.
 */
#include "pki/certview.h"
#include "pki/lint.h"
#include "pki/masterlist.h"
#include "pki/passive.h"
#include "pki/vdsseal.h"
#include "registry/base/digest.h"
#include "tests/unit/plant.h"

#define DAY       INT64_C(86400)
#define SD        "0/1/0/" /* SignedData of EF.SOD */
#define CSCA1_KEY "keys/csca1.key.pem"
#define CSCA2_KEY "keys/csca2.key.pem"
#define DSB_KEY   "keys/dsB.key.pem"
#define ED25519   "302a 3005 06032b6570 0321 00 d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a" /* RFC 8032 7.1 */
#define A63       "414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141"
#define SHA3_256  "300b 0609 608648016503040208"

/* ---- making ---- */

static const char *
hex(struct bytes in)
{
	static char text[16384];
	struct buf out = BUF_INIT;

	buf_hex(&out, in);
	snprintf(text, sizeof(text), "%s", buf_cstr(&out));
	buf_clear(&out);
	return text;
}

/* Element with a header: OCTET STRING, SET ... */
static const char *
hex_of(uint32_t tag, struct bytes value)
{
	struct buf out = BUF_INIT;
	const char *text;

	der_header(&out, tag, value.n);
	buf_bytes(&out, value);
	text = hex(bytes_of(&out));
	buf_clear(&out);
	return text;
}

static struct buf
planted(const char *file, const char *path, char op, const char *octets, const char *key)
{
	struct buf object = fix_file(file);

	plant(&object, path, op, octets, key);
	return object;
}

/* EF.SOD: messageDigest over the contents as they are now, and the signature over signedAttrs, with document signer B's key. */
static void
sign_sod(struct buf *sod, const EVP_MD *md)
{
	struct buf pem = fix_file(DSB_KEY), message = BUF_INIT;
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct err err = ERR_INIT, problem = ERR_INIT;
	uint8_t digest[SHA256_LEN], signature[256];
	size_t n = sizeof(signature);
	struct sod *s = NULL;
	bool is_bare;

	if (sod_parse_tolerantly(bytes_of(sod), &s, &is_bare, &problem, &err) == -1)
		bail_out("%s", err.text);
	sha256(s->cms->content, digest);
	sod_free(s);
	plant(sod, SD "4/0/3/1.2.840.113549.1.9.4/1/0", '=', hex_of(DER_OCTET_STRING, BYTES(digest, sizeof(digest))), NULL);
	if (sod_parse_tolerantly(bytes_of(sod), &s, &is_bare, &problem, &err) == -1)
		bail_out("%s", err.text);
	der_header(&message, DER_SET, s->cms->signed_attrs.n);
	buf_bytes(&message, s->cms->signed_attrs);
	sod_free(s);
	if (key == NULL || EVP_DigestSignInit(ctx, NULL, md, NULL, key) != 1 || EVP_DigestSign(ctx, signature, &n, message.p, message.n) != 1)
		bail_out("cannot sign EF.SOD");
	plant(sod, SD "4/0/5", '=', hex_of(DER_OCTET_STRING, BYTES(signature, n)), NULL);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	BIO_free(bio);
	buf_clear(&message);
	buf_clear(&pem);
}

struct given {
	const char *file;
	enum trust trust;
	const struct buf *octets; /* NULL: the file's */
};

static struct truststore *
store_of(const struct given *given, size_t n, const struct buf *crl)
{
	struct truststore *store = NULL;
	struct err err = ERR_INIT;

	if (truststore_new(&store, &err) == -1)
		bail_out("%s", err.text);
	for (size_t i = 0; i < n; i++) {
		struct buf file = given[i].octets == NULL ? fix_file(given[i].file) : (struct buf)BUF_INIT;

		if (truststore_add(store, given[i].octets != NULL ? bytes_of(given[i].octets) : bytes_of(&file), given[i].trust, given[i].file, &err) == -1)
			bail_out("%s: %s", given[i].file, err.text);
		buf_clear(&file);
	}
	if ((crl != NULL && truststore_add_crl(store, bytes_of(crl), "test", &err) == -1) || truststore_settle(store, &err) == -1)
		bail_out("%s", err.text);
	return store;
}

static struct truststore *
utopia(const struct buf *crl)
{
	static const struct given roots[] = { { "good/csca1.cer", TRUST_ANCHOR, NULL }, { "good/csca2.cer", TRUST_ANCHOR, NULL } };

	return store_of(roots, NELEM(roots), crl);
}

/* With all data groups of the specimen. */
static void
authenticate(const struct buf *sod, const struct truststore *store, struct passive *result)
{
	struct buf dg1 = fix_file("lds/EF.DG1.bin"), dg2 = fix_file("lds/EF.DG2.bin"), dg12 = fix_file("lds/EF.DG12.bin");
	struct passive_input in = { .sod = bytes_of(sod), .store = store, .at = NOW };

	in.dg[1] = bytes_of(&dg1);
	in.dg[2] = bytes_of(&dg2);
	in.dg[12] = bytes_of(&dg12);
	passive_authenticate(&in, result);
	buf_clear(&dg1);
	buf_clear(&dg2);
	buf_clear(&dg12);
}

static bool
says(const struct passive *r, enum check check, enum grade grade, const char *code)
{
	for (unsigned i = 0; i < r->n; i++)
		if (r->verdict[i].check == check && r->verdict[i].grade == grade && strcmp(r->verdict[i].code, code) == 0)
			return true;
	for (unsigned i = 0; i < r->n; i++)
		printf("#   %-16s %-11s %-26s %s\n", check_name(r->verdict[i].check), grade_name(r->verdict[i].grade), r->verdict[i].code, r->verdict[i].text);
	return false;
}

/* ---- keys that cannot be used ---- */

static const struct {
	const char *name, *path, *octets, *problem;
} bad_keys[] = {
	/* the point at infinity, a point off the curve, a generator of the forger's choice (CVE-2020-0601), a key of another kind */
	{ "the point at infinity", "0/6/1", "0302 00 00", "public key" },
	{ "a point off the curve", "0/6/1", "0342 00 04 0000000000000000000000000000000000000000000000000000000000000000 0000000000000000000000000000000000000000000000000000000000000001", "public key" },
	{ "a generator of its own", "0/6/0/1/3",
		"0441 048BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262 547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046998", "EC parameters" },
	{ "an Ed25519 key", "0/6", ED25519, "public key" },
};

static void
test_key(size_t i, const struct truststore *store)
{
	struct buf der = planted("good/dsB.cer", bad_keys[i].path, '=', bad_keys[i].octets, CSCA2_KEY), view = BUF_INIT,
		   sod = planted("sod/good-v1.bin", SD "3/0", '=', hex(bytes_of(&der)), NULL);
	struct err err = ERR_INIT;
	struct cert *strict = NULL, *cert = NULL;
	struct lint lint;
	struct passive r;

	ok(cert_parse(bytes_of(&der), &strict, &err) == -1 && err.kind == FAIL_INPUT, "%s: refused where the key is wanted: %s", bad_keys[i].name, err.text);
	if (!ok(cert_parse_any_key(bytes_of(&der), &cert, &err) == 0 && cert->key->type == KEY_UNUSABLE && strstr(cert->key_problem, bad_keys[i].problem) != NULL,
		    "%s: read, and why it cannot be used", bad_keys[i].name))
		bail_out("%s", err.text);
	ok(cert_verify(cert, cert, &err) == -1 && err.kind == FAIL_INPUT && !pubkey_equal(cert->key, cert->key), "%s: verifies nothing and equals nothing", bad_keys[i].name);
	ok(certview_text(cert, &view, &err) == 0 && strstr(buf_cstr(&view), " cannot be used: ") != NULL, "%s: shown", bad_keys[i].name);
	authenticate(&sod, store, &r);
	ok(passive_is_refused(&r) && says(&r, CHECK_SIGNATURE, GRADE_BAD, "key_unusable") && says(&r, CHECK_CHAIN, GRADE_GOOD, "good"),
		"%s: a document so signed is refused for that, not as unreadable", bad_keys[i].name);
	if (lint_file(bytes_of(&sod), NULL, &lint, &err) == -1)
		bail_out("%s", err.text);
	ok(lint_find(&lint, "cms_signer_absent") == NULL && lint_find(&lint, "signature_wrong") != NULL, "%s: the linter takes the certificate for the signer's", bad_keys[i].name);
	lint_clear(&lint);
	cert_free(cert);
	buf_clear(&view);
	buf_clear(&sod);
	buf_clear(&der);
}

static void
test_keys(void)
{
	struct truststore *store = utopia(NULL), *empty = NULL;
	struct buf carried = planted("good/csca1.cer", "0/6", '=', ED25519, CSCA1_KEY), list = fix_file("good/utopia.ml");
	struct err err = ERR_INIT;
	struct cms *cms = NULL;

	for (size_t i = 0; i < NELEM(bad_keys); i++)
		test_key(i, store);
	if (truststore_new(&empty, &err) == -1)
		bail_out("%s", err.text);
	ok(truststore_add(empty, bytes_of(&carried), TRUST_ANCHOR, "test", &err) == -1 && err.kind == FAIL_INPUT, "no anchor has such a key: %s", err.text);
	plant(&list, "1/0/3", '+', hex(bytes_of(&carried)), NULL);
	ok(cms_parse(bytes_of(&list), &cms, &err) == 0 && cms_verify(cms, oid_master_list, &err) == 0, "one beside the signer's does not make a list unreadable: %s", err.text);
	cms_free(cms);
	buf_clear(&carried);
	buf_clear(&list);
	truststore_free(store);
	truststore_free(empty);
}

/* ---- RSASSA-PSS as stated ---- */

static const struct {
	const char *hash, *mask;
	int salt;
	bool is_unusual;
} stated[] = {
	{ "SHA256", "SHA256", 32, false },
	{ "SHA256", "SHA1", 32, true }, /* what a State's software did that set the hash only */
	{ "SHA256", "SHA256", 20, true },
	{ "SHA256", "SHA256", 0, true },
	{ "SHA512", "SHA256", 190, true },
	{ "SHA1", "SHA1", 20, false }, /* all defaults: empty parameters */
};

/* Signs "x"; the AlgorithmIdentifier that libcrypto writes for it. */
static void
pss_sign(EVP_PKEY *key, size_t i, struct buf *algorithm, struct buf *signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	uint8_t id[128], octets[512];
	OSSL_PARAM params[] = { OSSL_PARAM_octet_string("algorithm-id", id, sizeof(id)), OSSL_PARAM_END };
	size_t n = sizeof(octets);

	if (EVP_DigestSignInit(ctx, &pctx, EVP_get_digestbyname(stated[i].hash), NULL, key) != 1 || EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) != 1 ||
		EVP_PKEY_CTX_set_rsa_mgf1_md(pctx, EVP_get_digestbyname(stated[i].mask)) != 1 || EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, stated[i].salt) != 1 ||
		EVP_PKEY_CTX_get_params(pctx, params) != 1 || EVP_DigestSign(ctx, octets, &n, (const uint8_t *)"x", 1) != 1)
		bail_out("PSS: libcrypto cannot sign");
	buf_clear(algorithm);
	buf_clear(signature);
	buf_add(algorithm, id, params[0].return_size);
	buf_add(signature, octets, n);
	EVP_MD_CTX_free(ctx);
}

static void
test_pss(void)
{
	static const struct {
		const char *name, *octets;
	} bad[] = {
		{ "a trailer that is not 1", "3012 0609 2a864886f70d01010a 3005 a303 020102" },
		{ "a salt of 3000 octets", "3013 0609 2a864886f70d01010a 3006 a204 02020bb8" },
		{ "a negative salt", "3012 0609 2a864886f70d01010a 3005 a203 0201ff" },
		{ "something after the salt", "3014 0609 2a864886f70d01010a 3007 a205 020114 0500" },
	};
	EVP_PKEY *key = EVP_RSA_gen(2048);
	struct buf algorithm = BUF_INIT, signature = BUF_INIT, first = BUF_INIT;
	const struct sigalg *alg = NULL;
	struct sigalg room;
	struct err err = ERR_INIT;

	if (key == NULL)
		bail_out("no RSA key");
	pss_sign(key, 0, &algorithm, &first);
	for (size_t i = 0; i < NELEM(stated); i++) {
		pss_sign(key, i, &algorithm, &signature);
		ok(sigalg_get(bytes_of(&algorithm), 0, &room, &alg, &err) == 0 && alg->is_unusual == stated[i].is_unusual &&
				sigalg_verify(alg, key, bytes_str("x"), bytes_of(&signature), &err) == 0,
			"PSS with %s, mask by %s, salt of %d: verified as stated: %s", stated[i].hash, stated[i].mask, stated[i].salt, err.text);
		ok(sigalg_verify(alg, key, bytes_str("y"), bytes_of(&signature), &err) == -1 &&
				(i == 0 || sigalg_verify(alg, key, bytes_str("x"), bytes_of(&first), &err) == -1),
			"and neither another message nor one with other parameters does");
	}
	for (size_t i = 0; i < NELEM(bad); i++) {
		struct buf b = plant_octets(bad[i].octets);

		ok(sigalg_get(bytes_of(&b), 0, &room, &alg, &err) == -1 && err.kind == FAIL_INPUT, "PSS refused: %s: %s", bad[i].name, err.text);
		buf_clear(&b);
	}
	EVP_PKEY_free(key);
	buf_clear(&algorithm);
	buf_clear(&signature);
	buf_clear(&first);
}

/* ---- security objects ---- */

static void
test_sods(void)
{
	static const struct {
		const char *name, *path, *octets;
		bool is_signed, is_refused;
		enum check check;
		enum grade grade;
		const char *code;
	} cases[] = {
		{ "a digest that is not permitted", SD "4/0/2", SHA3_256, false, true, CHECK_ALGORITHM, GRADE_BAD, "algorithm_unknown" },
		{ "a signature algorithm that is not permitted", SD "4/0/4", "300a 0608 2a8648ce3d040401", false, true, CHECK_ALGORITHM, GRADE_BAD, "algorithm_unknown" },
		{ "a mask by another hash", SD "4/0/4", "303406092a864886f70d01010a3027a00d300b0609608648016503040201a116301406092a864886f70d010108300706052b0e03021a", false, true,
			CHECK_PROFILE, GRADE_WARNING, "pss_mask_differs" },
		{ "digestAlgorithms that are not permitted", SD "1/0", SHA3_256, false, false, CHECK_PROFILE, GRADE_WARNING, "digest_algorithms" },
		{ "another version of the LDS", "0/1/0/2/1/0/o/3/0", "1304 30313039", true, false, CHECK_PROFILE, GRADE_WARNING, "lds_version_info" },
		{ "another version of Unicode", "0/1/0/2/1/0/o/3/1", "1306 303530303030", true, false, CHECK_PROFILE, GRADE_WARNING, "lds_version_info" },
	};
	struct truststore *store = utopia(NULL);
	struct buf sod;
	struct passive r;

	for (size_t i = 0; i < NELEM(cases); i++) {
		sod = planted("sod/good-v1.bin", cases[i].path, '=', cases[i].octets, NULL);
		if (cases[i].is_signed)
			sign_sod(&sod, EVP_sha256());
		authenticate(&sod, store, &r);
		ok(passive_is_refused(&r) == cases[i].is_refused && says(&r, cases[i].check, cases[i].grade, cases[i].code),
			"EF.SOD with %s: %s, %s", cases[i].name, cases[i].is_refused ? "refused" : "not refused", cases[i].code);
		buf_clear(&sod);
	}
	sod = planted("sod/good-v1.bin", SD "4/0/3", '-', "", NULL);
	authenticate(&sod, store, &r);
	ok(passive_is_refused(&r) && says(&r, CHECK_ATTRIBUTES, GRADE_BAD, "attributes_wrong") && strcmp(passive_find(&r, CHECK_PROFILE, 0)->code, "attributes_unsorted") != 0,
		"without signedAttrs: refused for that, and nothing is said of their order");
	buf_clear(&sod);
	sod = planted("sod/good-v1.bin", SD "4/0/3/1.2.840.113549.1.9.4", '-', "", NULL);
	authenticate(&sod, store, &r);
	ok(passive_is_refused(&r) && strstr(passive_find(&r, CHECK_ATTRIBUTES, 0)->text, "missing") != NULL, "without messageDigest: missing, not wrong");
	buf_clear(&sod);
	sod = planted("sod/good-v1.bin", SD "4/0/4", '=', "300a 0608 2a8648ce3d040303", NULL);
	sign_sod(&sod, EVP_sha384());
	authenticate(&sod, store, &r);
	ok(!passive_is_refused(&r) && says(&r, CHECK_PROFILE, GRADE_WARNING, "signature_digest_differs"), "signed with SHA-384, digestAlgorithm SHA-256: a warning");
	buf_clear(&sod);
	truststore_free(store);
}

/* The SignedData inside tag 77 with an indefinite length. */
static void
test_ber(void)
{
	struct truststore *store = utopia(NULL);
	struct buf good = fix_file("sod/good-v1.bin"), inner = BUF_INIT, sod = BUF_INIT;
	struct der d = der_reader(bytes_of(&good)), tagged;
	struct err err = ERR_INIT;
	struct sod *parsed = NULL;
	struct tlv outer, tlv;
	struct passive r;

	if (der_next(&d, &outer, "EF.SOD", &err) == -1)
		bail_out("%s", err.text);
	tagged = der_reader(outer.value);
	if (der_next(&tagged, &tlv, "SignedData", &err) == -1)
		bail_out("%s", err.text);
	buf_add(&inner, "\x30\x80", 2);
	buf_bytes(&inner, tlv.value);
	buf_add(&inner, "\0\0", 2);
	der_header(&sod, outer.tag, inner.n);
	buf_bytes(&sod, bytes_of(&inner));
	authenticate(&sod, store, &r);
	ok(!passive_is_refused(&r) && says(&r, CHECK_PROFILE, GRADE_WARNING, "not_der"), "EF.SOD in BER: judged, with a warning");
	ok(sod_parse(bytes_of(&sod), &parsed, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, "BER") != NULL, "and refused where only DER will do: %s", err.text);
	buf_clear(&good);
	buf_clear(&inner);
	buf_clear(&sod);
	truststore_free(store);
}

/* extKeyUsage that is not critical: RFC 5280 4.2.1.12 restricts all the same. */
static void
test_purposes(void)
{
	static const struct {
		const char *name, *octets; /* the extension */
		bool is_refused;
	} cases[] = {
		{ "nobody's that we know", "3010 0603551d25 0409 3007 06056781080103", false },
		{ "a master list signer's", "3011 0603551d25 040a 3008 0606678108010103", true },
		{ "a bar code signer's", "3012 0603551d25 040b 3009 060767810801010b01", true },
		{ "a signer's of travel stamps", "3013 0603551d25 040c 300a 060867810801010908 01", true },
		{ "a VDS-NC signer's", "3012 0603551d25 040b 3009 060767810801010e02", true },
		{ "a TLS client's", "3013 0603551d25 040c 300a 06082b06010505070302", false },
	};
	struct truststore *store = utopia(NULL);
	struct passive r;

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct buf der = planted("good/dsB.cer", "0/7/0", '+', cases[i].octets, CSCA2_KEY), sod = planted("sod/good-v1.bin", SD "3/0", '=', hex(bytes_of(&der)), NULL);

		authenticate(&sod, store, &r);
		ok(passive_is_refused(&r) == cases[i].is_refused && (!cases[i].is_refused || says(&r, CHECK_CHAIN, GRADE_BAD, "signer_not_for_documents")),
			"a document signer whose extKeyUsage is %s: %s", cases[i].name, cases[i].is_refused ? "refused" : "not refused");
		buf_clear(&der);
		buf_clear(&sod);
	}
	truststore_free(store);
}

/* A critical extension whose value cannot be read is as bad as one that is not known: RFC 5280 4.2. */
static void
test_unreadable(void)
{
	static const struct {
		const char *name, *octets;
		bool is_refused;
	} cases[] = {
		{ "unreadable and critical", "300c 0603551d13 0101ff 0402 0500", true },
		{ "unreadable", "3009 0603551d13 0402 0500", false },
		{ "unknown and critical", "300c 06032a0304 0101ff 0402 0500", true },
	};
	struct truststore *store = utopia(NULL);
	struct passive r;

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct buf der = planted("good/dsB.cer", "0/7/0", '+', cases[i].octets, CSCA2_KEY), sod = planted("sod/good-v1.bin", SD "3/0", '=', hex(bytes_of(&der)), NULL);

		authenticate(&sod, store, &r);
		ok(passive_is_refused(&r) == cases[i].is_refused && (!cases[i].is_refused || says(&r, CHECK_CHAIN, GRADE_BAD, "signer_not_for_documents")),
			"a document signer with an extension that is %s: %s", cases[i].name, cases[i].is_refused ? "refused" : "not refused");
		buf_clear(&der);
		buf_clear(&sod);
	}
	truststore_free(store);
}

/* A root that is signed with SHA-3: refused for that; whether it verifies is not known. */
static void
test_unknown_signature(void)
{
	struct buf der = planted("good/csca1.cer", "0/2", '=', "300b 0609 60864801650304030a", NULL);
	struct err err = ERR_INIT;
	struct lint lint;

	plant(&der, "1", '=', "300b 0609 60864801650304030a", NULL);
	if (lint_file(bytes_of(&der), NULL, &lint, &err) == -1)
		bail_out("%s", err.text);
	ok(lint_find(&lint, "signature_algorithm_unknown") != NULL && lint_find(&lint, "signature_wrong") == NULL, "a root that is signed with SHA-3: unknown, not wrong");
	lint_clear(&lint);
	buf_clear(&der);
}

/* A certificate's names go into messages; they must not forge one. */
static void
test_names(void)
{
	static const struct {
		const char *name, *octets, *cn; /* commonName */
	} cases[] = {
		{ "an escape and a line", "0c0a 44531b5b310d0a676f64", "DS?[1??god" },
		{ "a zero octet", "0c06 4453 00 657669", "DS?evi" },
		{ "Latin-1", "0c03 44e953", "D?S" },
		{ "a character of UTF-8", "0c04 44c3a953", "D\xc3\xa9S" },
		{ "a character cut off", "0c02 44c3", "D?" },
		{ "a turn of direction", "0c05 44e280ae53", "D?S" },
		{ "a half character in the 64th octet", "0c42" A63 "c3a9"
							"41",
			"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
	};

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct buf der = planted("good/dsB.cer", "0/5/3/0/1", '=', cases[i].octets, NULL);
		struct err err = ERR_INIT;
		struct cert *cert = NULL;

		if (cert_parse(bytes_of(&der), &cert, &err) == -1)
			bail_out("%s: %s", cases[i].name, err.text);
		ok(strcmp(cert->subject_cn, cases[i].cn) == 0, "a name with %s: %s", cases[i].name, cert->subject_cn);
		cert_free(cert);
		buf_clear(&der);
	}
}

/* ---- CRLs ---- */

#define NAME_OF(c1, c2) "a40f 300d 310b 3009 0603550406 1302" c1 c2
#define ISSUER(c1, c2)  "301f 301d 0603551d1d 0101ff 0413 3011" NAME_OF(c1, c2)
#define REMOVED         "300c 300a 0603551d15 0403 0a0108"
#define ENTRY_2FFF      "3013 0202 2fff 170d 3236313031353132303030305a"

static struct crl *
crl_of(const struct buf *der)
{
	struct err err = ERR_INIT;
	struct crl *crl = NULL;

	if (crl_parse(bytes_of(der), &crl, &err) == -1)
		bail_out("%s", err.text);
	return crl;
}

/* The specimen's CRL lists 2002 and 2FFF. */
static void
test_indirect(void)
{
	static const struct {
		const char *name, *first, *second, *list; /* planted after the date of each entry; into crlExtensions */
		bool has_2002, has_2fff, is_complete;
	} cases[] = {
		{ "as it is", "", "", "", true, true, true },
		{ "the first of another State, and so the second", ISSUER("46", "52"), "", "", false, false, false },
		{ "the first of another State, the second of this one", ISSUER("46", "52"), ISSUER("55", "54"), "", false, true, false },
		{ "this State in small letters", ISSUER("75", "74"), "", "", true, true, false },
		{ "an issuer that cannot be read", "3011 300f 0603551d1d 0101ff 0405 3103020101", "", "", true, true, false },
		{ "an issuer without a country", "300e 300c 0603551d1d 0405 3003 820155", "", "", true, true, false },
		{ "taken off a list that is no delta", REMOVED, "", "", true, true, true },
		{ "taken off a delta", REMOVED, "", "300d 0603551d1b 0101ff 0403 020101", false, true, false },
		{ "a critical entry extension that nobody knows", "300d 300b 06032a0304 0101ff 0401 05", "", "", true, true, false },
		{ "one that is not critical", "300a 3008 06032a0304 0401 05", "", "", true, true, true },
	};
	static const uint8_t a[] = { 0x20, 0x02 }, b[] = { 0x2F, 0xFF };

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct buf der = fix_file("good/utopia.crl");
		struct crl *crl;

		plant(&der, "0/5/0", '+', cases[i].first, NULL);
		plant(&der, "0/5/1", '+', cases[i].second, NULL);
		plant(&der, "0/6/0", '+', cases[i].list, CSCA2_KEY);
		crl = crl_of(&der);
		ok((crl_find(crl, BYTES(a, 2)) != NULL) == cases[i].has_2002 && (crl_find(crl, BYTES(b, 2)) != NULL) == cases[i].has_2fff &&
				crl_is_complete(crl) == cases[i].is_complete,
			"CRL: %s", cases[i].name);
		crl_free(crl);
		buf_clear(&der);
	}
}

/* One number of two States: ours counts, wherever sorting has put it. */
static void
test_twice(void)
{
	static const uint8_t b[] = { 0x2F, 0xFF };
	struct buf der = planted("good/utopia.crl", "0/5/1", '+', ISSUER("46", "52"), NULL);
	struct crl *crl;

	for (unsigned i = 0; i < 7; i++)
		plant(&der, "0/5", '+', ENTRY_2FFF, NULL);
	crl = crl_of(&der);
	ok(crl_find(crl, BYTES(b, 2)) == NULL, "eight times one number, all of another State");
	crl_free(crl);
	plant(&der, "0/5/8", '+', ISSUER("55", "54"), NULL);
	crl = crl_of(&der);
	ok(crl_find(crl, BYTES(b, 2)) != NULL && !crl_find(crl, BYTES(b, 2))->is_foreign, "and the last of this one");
	crl_free(crl);
	buf_clear(&der);
}

static void
test_crl_profile(void)
{
	static const struct {
		const char *name, *path, *also;
	} cases[] = {
		{ "of version 1", "0/0", "0/5" }, /* extensions go with the version */
		{ "without nextUpdate", "0/4", NULL },
	};
	struct buf sod = fix_file("sod/good-v1.bin");

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct buf crl = planted("good/utopia.crl", cases[i].path, '-', "", cases[i].also == NULL ? CSCA2_KEY : NULL);
		struct truststore *store;
		struct passive r;

		if (cases[i].also != NULL)
			plant(&crl, cases[i].also, '-', "", CSCA2_KEY);
		store = utopia(&crl);
		authenticate(&sod, store, &r);
		ok(!passive_is_refused(&r) && says(&r, CHECK_CRL, GRADE_WARNING, "crl_profile"), "a CRL %s: a warning", cases[i].name);
		truststore_free(store);
		buf_clear(&crl);
	}
	buf_clear(&sod);
}

/* ---- anchors that are link certificates ---- */

static void
test_links(void)
{
	struct buf link = fix_file("good/csca1-to-2-link.cer"), forged = BUF_INIT, rival = BUF_INIT, sod = fix_file("sod/good-v1.bin");
	const struct given csca1 = { "good/csca1.cer", TRUST_ANCHOR, NULL }, csca2 = { "good/csca2.cer", TRUST_ANCHOR, NULL };
	struct given broken = { "link", TRUST_ANCHOR, &forged }, good = { "link", TRUST_ANCHOR, &link }, other = { "rival", TRUST_NONE, &rival };
	const struct {
		const char *name;
		struct given given[3];
		size_t n;
		bool is_broken, is_trusted;
	} cases[] = {
		{ "forged, beside the key it names", { broken, csca1 }, 2, true, false },
		{ "forged, beside both keys", { broken, csca1, csca2 }, 3, true, true },
		{ "forged, alone: nothing tells", { broken }, 1, false, true },
		{ "good, beside the key it names", { good, csca1 }, 2, false, true },
		{ "good, beside a candidate that took the identifier of the key it names", { good, other }, 2, false, true },
	};

	/* rival: the identifier of the first CSCA key in a root of another key */
	buf_bytes(&forged, bytes_of(&link));
	forged.p[forged.n - 1] ^= 1;
	rival = planted("good/csca2.cer", "0/7/0/2.5.29.14", '=', "301d 0603551d0e 0416 0414 9E65692434F74ECB372A26FD26283CF7ABE29832", NULL);
	plant(&rival, "0/7/0/2.5.29.35", '-', "", CSCA2_KEY);
	for (size_t i = 0; i < NELEM(cases); i++) {
		struct truststore *store = store_of(cases[i].given, cases[i].n, NULL);
		bool is_broken = truststore_at(store, 0)->is_broken;
		struct passive r;

		authenticate(&sod, store, &r);
		ok(is_broken == cases[i].is_broken && passive_is_refused(&r) != cases[i].is_trusted, "a link certificate as anchor, %s: %s", cases[i].name, cases[i].is_trusted ? "trusted" : "not trusted");
		truststore_free(store);
	}
	buf_clear(&link);
	buf_clear(&forged);
	buf_clear(&rival);
	buf_clear(&sod);
}

static void
test_list_links(void)
{
	static const struct {
		const char *name;
		const char *files[2];
		bool is_forged; /* the first */
		enum grade grade;
		const char *code;
	} cases[] = {
		{ "forged, beside the key it names", { "good/csca1-to-2-link.cer", "good/csca1.cer" }, true, GRADE_BAD, "anchor_broken" },
		{ "good, beside the key it names", { "good/csca1-to-2-link.cer", "good/csca1.cer" }, false, GRADE_GOOD, "path" },
		{ "alone", { "good/csca1-to-2-link.cer", NULL }, false, GRADE_WARNING, "anchor_unverified" },
		{ "none: a root", { "good/csca2.cer", NULL }, false, GRADE_GOOD, "path" },
	};
	struct buf file = fix_file("good/utopia.ml");
	struct err err = ERR_INIT;
	struct cms *cms = NULL;

	if (cms_parse(bytes_of(&file), &cms, &err) == -1)
		bail_out("%s", err.text);
	for (size_t i = 0; i < NELEM(cases); i++) {
		struct cert *anchor[2] = { NULL, NULL };
		struct list_trust trust = { .anchor = (const struct cert *const *)anchor, .at = NOW };
		const struct list_verdict *v, *no;
		struct list_report r;

		for (; trust.nanchor < 2 && cases[i].files[trust.nanchor] != NULL; trust.nanchor++) {
			struct buf b = fix_file(cases[i].files[trust.nanchor]);

			b.p[b.n - 1] ^= cases[i].is_forged && trust.nanchor == 0;
			if (cert_parse(bytes_of(&b), &anchor[trust.nanchor], &err) == -1)
				bail_out("%s", err.text);
			buf_clear(&b);
		}
		list_check(cms, &list_master, &trust, &r);
		v = list_verdict_find(&r, cases[i].code);
		no = list_verdict_find(&r, "anchor_unverified");
		ok(v != NULL && v->grade == cases[i].grade && (no == NULL || no == v) && list_is_refused(&r) == (cases[i].grade == GRADE_BAD),
			"a list under a link certificate, %s: %s", cases[i].name, cases[i].code);
		cert_free(anchor[0]);
		cert_free(anchor[1]);
	}
	cms_free(cms);
	buf_clear(&file);
}

/* ---- times in the form for later years ---- */

static void
test_times(void)
{
	struct buf der = planted("good/bcs-UTTV-01.cer", "0/4/0", '=', "180f 32303236313030313030303030305a", CSCA2_KEY), seal = fix_file("vds/good-etd.bin");
	struct buf mls = planted("good/mls.cer", "0/4/0", '=', "180f 32303236313030313030303030305a", CSCA2_KEY), list = fix_file("good/utopia.ml"), root = fix_file("good/csca2.cer");
	struct truststore *store = utopia(NULL);
	struct err err = ERR_INIT;
	struct cert *signer = NULL, *csca = NULL;
	const struct cert *const *signers = (const struct cert *const *)&signer;
	struct vdsseal_result seal_result;
	struct list_trust trust = { .anchor = (const struct cert *const *)&csca, .nanchor = 1, .at = NOW };
	struct list_report r;
	struct cms *cms = NULL;

	if (cert_parse(bytes_of(&der), &signer, &err) == -1 || cert_parse(bytes_of(&root), &csca, &err) == -1)
		bail_out("%s", err.text);
	ok(signer->has_odd_time && signer->malformed[0] == '\0', "GeneralizedTime before 2050: seen, and no extension is unreadable for it");
	vdsseal_verify(&(struct vdsseal_input){ .raw = bytes_of(&seal), .signer = signers, .nsigner = 1, .store = store, .at = NOW }, &seal_result);
	ok(seal_result.verdict != SEAL_UNTRUSTED_CERTIFICATE && vdsseal_find(&seal_result, SEAL_CHECK_SIGNER)->grade == GRADE_WARNING, "a seal by such a signer: a warning");
	plant(&list, "1/0/3", '=', hex_of(DER_CONTEXT_CONS(0), bytes_of(&mls)), NULL);
	if (cms_parse(bytes_of(&list), &cms, &err) == -1)
		bail_out("%s", err.text);
	list_check(cms, &list_master, &trust, &r);
	ok(!list_is_refused(&r) && list_verdict_find(&r, "signer_profile") != NULL, "a master list by such a signer: a warning");
	cms_free(cms);
	cert_free(signer);
	cert_free(csca);
	truststore_free(store);
	buf_clear(&der);
	buf_clear(&mls);
	buf_clear(&seal);
	buf_clear(&list);
	buf_clear(&root);
}

int
main(void)
{
	test_keys();
	test_pss();
	test_sods();
	test_ber();
	test_purposes();
	test_unreadable();
	test_unknown_signature();
	test_names();
	test_indirect();
	test_twice();
	test_crl_profile();
	test_links();
	test_list_links();
	test_times();
	return done_testing();
}
