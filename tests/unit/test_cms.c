/* SignedData and EF.SOD: built on the token, verified by openssl(1); read with every kind of defect. */
#include "pki/cms.h"
#include "tests/unit/pkifix.h"

/* An LDS security object of Utopia's data groups. */
static void
utopia_lds(struct ldsso *lds, int bits)
{
	static const struct {
		unsigned number;
		const char *file;
	} dgs[] = { { 1, "lds/EF.DG1.bin" }, { 2, "lds/EF.DG2.bin" }, { 12, "lds/EF.DG12.bin" } };
	struct err err = ERR_INIT;

	ldsso_init(lds, bits);
	for (size_t i = 0; i < NELEM(dgs); i++) {
		struct buf file = fix_file(dgs[i].file);

		if (ldsso_add(lds, dgs[i].number, bytes_of(&file), &err) == -1)
			bail_out("%s", err.text);
		buf_clear(&file);
	}
}

static void
test_kind(struct token *t, const char *kind, const char *prefix)
{
	struct ceremony_options options = fix_options;
	struct ceremony c = { 0 };
	struct err err = ERR_INIT;
	struct session *s = NULL;
	struct signer *signer = NULL;
	struct ldsso lds;
	struct sod *sod = NULL;
	struct buf file = BUF_INIT, content = BUF_INIT, out = BUF_INIT;
	const char *path, *text;
	char result[160];
	int status;

	options.csca_kind = strncmp(kind, "RSA", 3) == 0 ? "RSA-2048" : "P-256";
	options.signer_kind = kind;
	options.prefix = prefix;
	if (ceremony_init(t, &options, &c, &err) == -1 || token_borrow(t, &s, &err) == -1)
		bail_out("%s: %s", kind, err.text);
	signer = fix_signer(s, &c.signer[0]);
	utopia_lds(&lds, (int)signer_hash_bits(signer));
	if (!ok(sod_build(s, signer, &lds, NOW, &file, &err) == 0, "%s: builds EF.SOD, %zu octets: %s", kind, file.n, err.text))
		goto out;
	ok(file.p[0] == 0x77 && der_check(bytes_of(&file), "EF.SOD", &err) == 0, "%s: DER under tag 77: %s", kind, err.text);
	ok(sod_parse(bytes_of(&file), &sod, &err) == 0 && cms_verify(sod->cms, oid_lds_security_object, &err) == 0, "%s: reads and verifies: %s", kind, err.text);
	if (sod == NULL)
		goto out;
	ok(sod->cms->version == 3 && sod->cms->signer_version == 1 && sod->cms->ncert == 1 && !sod->cms->has_crls && sod->cms->attrs_sorted,
		"%s: SignedData v3, SignerInfo v1, one certificate, attributes in DER order", kind);
	ok(sod->cms->has_signing_time && sod->cms->signing_time == NOW, "%s: signing time", kind);

	path = fix_write("sod.cms", bytes_of(&sod->cms->der));
	snprintf(result, sizeof(result), "%s/content", softhsm_dir);
	fix_run(&status, "openssl cms -verify -noverify -inform DER -in %s -binary -out %s 2>&1", path, result);
	ok(status == 0 && ldsso_write(&lds, &content, &err) == 0 && file_read(result, 4096, &out, &err) == 0 &&
			bytes_equal(bytes_of(&content), bytes_of(&out)),
		"%s: openssl cms verifies it and gives back our LDS security object", kind);
	text = fix_run(&status, "openssl cms -cmsout -print -inform DER -in %s 2>&1", path);
	ok(strstr(text, "version: 3\n") != NULL && strstr(text, "issuerAndSerialNumber") != NULL && strstr(text, "2.23.136.1.1.1") != NULL,
		"%s: openssl cms shows version 3 and issuerAndSerialNumber", kind);
	ok(strstr(text, "parameter: <ABSENT>") != NULL && strstr(text, "digestAlgorithms") != NULL, "%s: parameters are absent", kind);
out:
	sod_free(sod);
	signer_free(signer);
	buf_clear(&file);
	buf_clear(&content);
	buf_clear(&out);
	token_return(t, s);
	ceremony_clear(&c);
}

static void
test_signer(struct token *t)
{
	struct ceremony_options options = fix_options;
	struct ceremony c = { 0 };
	struct err err = ERR_INIT;
	struct session *s = NULL;
	struct token_key *key = NULL;
	struct signer *signer = NULL;
	struct buf out = BUF_INIT;
	struct cms *cms = NULL;

	options.prefix = "s-";
	if (ceremony_init(t, &options, &c, &err) == -1 || token_borrow(t, &s, &err) == -1 ||
		token_key_find(s, "s-ds-1", BYTES_NONE, &key, &err) == -1)
		bail_out("%s", err.text);
	ok(signer_new(key, bytes_of(&c.ledger.cert), &signer, &err) == -1 && err.kind == FAIL_INPUT, "a signer with another key's certificate is refused: %s", err.text);
	if (token_key_find(s, "s-csca-1", BYTES_NONE, &key, &err) == -1)
		bail_out("%s", err.text);
	ok(signer_new(key, bytes_of(&c.csca.cert), &signer, &err) == -1 && err.kind == FAIL_INPUT, "a CSCA does not sign contents: %s", err.text);
	if (token_key_find(s, "s-uin-1", BYTES_NONE, &key, &err) == -1)
		bail_out("%s", err.text);
	ok(signer_new(key, bytes_of(&c.csca.cert), &signer, &err) == -1 && err.kind == FAIL_INPUT, "a secret is no signer: %s", err.text);
	signer = fix_signer(s, &c.signer[0]);
	ok(cms_sign(s, signer, "2.23.136.1.1.2", bytes_str("contents"), 0, &out, &err) == 0 && cms_parse(bytes_of(&out), &cms, &err) == 0 && !cms->has_signing_time,
		"without signing time: %s", err.text);
	ok(cms != NULL && cms_verify(cms, "2.23.136.1.1.2", &err) == 0, "another content type verifies as that type");
	ok(cms != NULL && cms_verify(cms, oid_lds_security_object, &err) == -1, "and not as an LDS security object: %s", err.text);
	cms_free(cms);
	cms = NULL;
	ok(cms_sign(s, signer, "2.23.136.1.1.2", BYTES_NONE, NOW, &out, &err) == 0 && cms_parse(bytes_of(&out), &cms, &err) == 0 &&
			cms_verify(cms, "2.23.136.1.1.2", &err) == 0,
		"an empty content too: %s", err.text);
	cms_free(cms);
	cms = NULL;
	buf_u8(&out, 0);
	ok(cms_parse(bytes_of(&out), &cms, &err) == -1 && cms == NULL, "an octet after it is refused: %s", err.text);
	buf_clear(&out);
	signer_free(signer);
	token_return(t, s);
	ceremony_clear(&c);
}

/* Cut short and changed at every place: no crash, and never a good signature over other bytes. */
static void
test_damage(void)
{
	struct buf file = fix_file("sod/good-v1.bin"), changed = BUF_INIT;
	struct err err = ERR_INIT;
	struct sod *good = NULL;
	unsigned cut_good = 0, flip_good = 0;

	if (!ok(sod_parse(bytes_of(&file), &good, &err) == 0 && cms_verify(good->cms, oid_lds_security_object, &err) == 0, "Utopia's EF.SOD verifies: %s", err.text))
		return;

	for (size_t n = 0; n < file.n; n++) {
		struct sod *sod = NULL;

		if (sod_parse(BYTES(file.p, n), &sod, &err) == 0)
			cut_good++;
		sod_free(sod);
	}
	ok(cut_good == 0, "EF.SOD cut short anywhere is refused");
	for (size_t i = 0; i < file.n; i++) {
		struct sod *sod = NULL;

		buf_clear(&changed);
		buf_bytes(&changed, bytes_of(&file));
		changed.p[i] ^= (uint8_t)(1u << (i % 8));
		/* What is not signed may change: versions, algorithm lists, the certificate's own signature. */
		if (sod_parse(bytes_of(&changed), &sod, &err) == 0 && cms_verify(sod->cms, oid_lds_security_object, &err) == 0 &&
			!bytes_equal(sod->cms->content, good->cms->content))
			flip_good++;
		sod_free(sod);
	}
	ok(flip_good == 0, "EF.SOD with one bit changed: never good with other contents");
	sod_free(good);
	buf_clear(&file);
	buf_clear(&changed);
}

int
main(void)
{
	static const struct {
		const char *kind, *prefix;
	} kinds[] = {
		{ "brainpoolP256r1", "a-" },
		{ "P-256", "b-" },
		{ "P-384", "c-" },
		{ "RSA-2048", "d-" },
		{ "brainpoolP512r1", "e-" },
	};
	struct token *t;

	test_damage();
	if (!softhsm_start()) {
		skip("signing", "no SoftHSM");
		return done_testing();
	}
	t = fix_token(1);
	for (size_t i = 0; i < NELEM(kinds); i++)
		test_kind(t, kinds[i].kind, kinds[i].prefix);
	test_signer(t);
	token_close(t);
	softhsm_stop();
	return done_testing();
}
