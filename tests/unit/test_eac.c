/*
 * PACE, chip authentication, active authentication and terminal authentication between the terminal and the software chip; what the chip refuses; terminal
 * authentication also with another project's certificates (test data icao/cvc).
 */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "issuance/inspect/protocol.h"
#include "registry/base/der.h"
#include "registry/doc9303/lds.h"
#include "tests/cardkeyfix.h"
#include "tests/data.h"
#include "tests/tap.h"

/* ---- a chip with everything ---- */

struct rig {
	struct card *card;
	struct terminal t;
	struct secinfos access, dg14;
	struct buf ca_spki, ca_point, aa_spki;
};

/* A key of chip authentication: its protocol and SubjectPublicKeyInfo in DG14, and the object that brings it to the chip. */
struct rig_key {
	const char *protocol;
	struct bytes spki, object;
};

/* key NULL: the usual one, on a curve. */
static void
rig_start_key(struct rig *r, const char *ca_protocol, const struct rig_key *key)
{
	struct err err = ERR_INIT;
	struct buf file = BUF_INIT, aa_point = BUF_INIT;

	*r = (struct rig){ .card = card_new(&err) };
	r->t = cardfix_terminal(r->card);
	card_power(r->card, true);
	spki_of(CA_NUMBER, &r->ca_spki, &r->ca_point);
	spki_of(AA_NUMBER, &r->aa_spki, &aa_point);
	add_info(&r->access, SECINFO_PACE, PACE "2.2", 2, 13, BYTES_NONE);
	add_info(&r->access, SECINFO_PACE, PACE "2.1", 2, 12, BYTES_NONE);
	add_info(&r->access, SECINFO_PACE, PACE "4.4", 2, 13, BYTES_NONE);
	add_info(&r->access, SECINFO_PACE, PACE "6.4", 2, 13, BYTES_NONE);
	add_info(&r->access, SECINFO_PACE, PACE "1.2", 2, 0, BYTES_NONE);
	add_info(&r->access, SECINFO_PACE, PACE "3.3", 2, 0, BYTES_NONE);
	add_info(&r->access, SECINFO_PACE, PACE "2.2", 2, 12, BYTES_NONE);
	add_info(&r->dg14, SECINFO_CA_KEY, key != NULL ? key->protocol : "0.4.0.127.0.7.2.2.1.2", 0, 7, key != NULL ? key->spki : bytes_of(&r->ca_spki));
	if (ca_protocol != NULL)
		add_info(&r->dg14, SECINFO_CA, ca_protocol, 1, 7, BYTES_NONE);
	if (secinfos_write(&r->access, &file, &err) == -1 || card_put_file(r->card, CARD_MF, 0x011C, bytes_of(&file), &err) == -1 ||
		lds_dg14_write(&r->dg14, &file, &err) == -1 || card_put_file(r->card, CARD_LDS, 0x010E, bytes_of(&file), &err) == -1 ||
		card_put_file(r->card, CARD_LDS, 0x0101, BYTES("\x61\x01\x00", 3), &err) == -1 ||
		card_put_file(r->card, CARD_LDS, 0x0103, BYTES("\x63\x01\x00", 3), &err) == -1 ||
		card_put_file(r->card, CARD_LDS, 0x0104, BYTES("\x76\x01\x00", 3), &err) == -1 ||
		card_put_file(r->card, CARD_MF, 0x011D, BYTES("\x30\x01\x00", 3), &err) == -1 ||
		card_set_mrz(r->card, CARDFIX_NUMBER, CARDFIX_BIRTH, CARDFIX_EXPIRY, &err) == -1)
		bail_out("%s", err.text);
	if (key == NULL)
		put(r->card, 0x66, "6628 80010d 8120" CA_NUMBER "840107");
	else if (card_put_object(r->card, 0x66, key->object) != SW_OK)
		bail_out("the key of chip authentication");
	put(r->card, 0x67, "6728 80010d 8120" AA_NUMBER "820120");
	put(r->card, 0x68, "6806313233343536");
	buf_clear(&file);
	buf_clear(&aa_point);
}

static void
rig_start(struct rig *r, const char *ca_protocol)
{
	rig_start_key(r, ca_protocol, NULL);
}

static void
rig_stop(struct rig *r)
{
	terminal_end(&r->t);
	card_free(r->card);
	buf_clear(&r->ca_spki);
	buf_clear(&r->ca_point);
	buf_clear(&r->aa_spki);
}

static bool
reads(struct rig *r, uint16_t fid)
{
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	bool done = terminal_read_file(&r->t, fid, "file", &out, &err) == 0;

	if (!done)
		printf("# %04X: %s\n", fid, err.text);
	buf_clear(&out);
	return done;
}

/* ---- PACE ---- */

static void
test_pace(void)
{
	struct err err = ERR_INIT;
	struct rig r;
	struct terminal_pace p = { .protocol = NULL };
	struct secinfos security = { .n = 0 };
	bool ambiguous;

	rig_start(&r, CA "2.2");
	card_lock(r.card);
	for (unsigned i = 0; i < r.access.n; i++) {
		const struct secinfo *info = &r.access.info[i];
		const char *name = secinfo_protocol(info->protocol)->name;

		card_reset(r.card);
		ok(terminal_do_pace(&r.t, info, true, PACE_CAN, bytes_str("123456"), &p, &err) == 0, "%s over %s with the CAN: %s", name,
			secinfo_parameters(info->id)->name, err.text);
		ok(reads(&r, 0x011D), "%s: EF.CardSecurity can be read then", name);
		ok(terminal_select_application(&r.t, &err) == 0 && reads(&r, 0x0101) && reads(&r, 0x010E), "%s: the application too", name);
		ok(terminal_read_file(&r.t, 0x0103, "EF.DG3", &(struct buf){ NULL }, &err) == -1 && err.kind == FAIL_DENIED, "%s: fingerprints not", name);
		err_clear(&err);
	}
	card_reset(r.card);
	ok(terminal_do_pace(&r.t, &r.access.info[0], true, PACE_MRZ, bytes_str(CARDFIX_INFORMATION), &p, &err) == 0, "with the MRZ");
	ok(terminal_choose_pace(&r.access, &ambiguous) == &r.access.info[3] && !ambiguous, "chip authentication mapping is chosen");

	card_reset(r.card);
	add_info(&security, SECINFO_CA_KEY, "0.4.0.127.0.7.2.2.1.2", 0, SECINFO_NO_ID, bytes_of(&r.ca_spki));
	ok(terminal_do_pace(&r.t, &r.access.info[3], false, PACE_CAN, bytes_str("123456"), &p, &err) == 0 && p.chip_proof.n > 0 &&
			terminal_pace_chip(&p, &security, &err) == 0,
		"chip authentication mapping: the chip is genuine");
	security.info[0].data = bytes_of(&r.aa_spki);
	ok(terminal_pace_chip(&p, &security, &err) == -1 && err.kind == FAIL_DENIED, "another chip's key is refused");
	security.n = 0;
	ok(terminal_pace_chip(&p, &security, &err) == -1 && err.kind == FAIL_DENIED, "no key is refused");

	card_reset(r.card);
	ok(terminal_do_pace(&r.t, &r.access.info[0], true, PACE_CAN, bytes_str("123457"), &p, &err) == -1 && err.kind == FAIL_DENIED && !r.t.sm.is_on,
		"another CAN is refused");
	ok(terminal_select_application(&r.t, &err) == 0 && terminal_select_file(&r.t, 0x0101, "EF.DG1", &err) == -1, "and opens nothing");
	ok(terminal_do_pace(&r.t, &r.access.info[0], true, PACE_MRZ, bytes_str("L898902C3674081223404158"), &p, &err) == -1, "another MRZ is refused");
	ok(terminal_do_pace(&r.t, &r.access.info[0], true, 3, bytes_str("123456"), &p, &err) == -1 && err.kind == FAIL_NOT_FOUND, "there is no PIN");
	{
		struct secinfo other = r.access.info[0];

		other.id = 16;
		ok(terminal_do_pace(&r.t, &other, true, PACE_CAN, bytes_str("123456"), &p, &err) == -1, "parameters that the chip does not offer");
		snprintf(other.protocol, sizeof(other.protocol), PACE "2.4");
		ok(terminal_do_pace(&r.t, &other, false, PACE_CAN, bytes_str("123456"), &p, &err) == -1, "a protocol that the chip does not offer");
	}
	terminal_pace_clear(&p);
	rig_stop(&r);
}

/* ---- chip and active authentication ---- */

static void
test_chip(void)
{
	static const char *const protocols[] = { NULL, CA "2.1", CA "2.2", CA "2.3", CA "2.4" };
	struct err err = ERR_INIT;
	struct buf name = BUF_INIT;
	struct rig r;

	for (size_t i = 0; i < NELEM(protocols); i++) {
		rig_start(&r, protocols[i]);
		terminal_select_application(&r.t, &err);
		terminal_bac(&r.t, CARDFIX_INFORMATION, &err);
		ok(terminal_chip_authentication(&r.t, &r.dg14, &name, &err) == 0 && name.n == 32, "chip authentication %s: %s",
			protocols[i] != NULL ? secinfo_protocol(protocols[i])->name : "that DG14 does not name", err.text);
		ok(reads(&r, 0x0101) && reads(&r, 0x010E), "reading goes on");
		ok(terminal_chip_authentication(&r.t, &r.dg14, &name, &err) == 0 && reads(&r, 0x0101), "chip authentication again");
		rig_stop(&r);
	}
	rig_start(&r, CA "2.2");
	terminal_select_application(&r.t, &err);
	ok(terminal_chip_authentication(&r.t, &r.dg14, &name, &err) == -1, "not before access control");
	terminal_bac(&r.t, CARDFIX_INFORMATION, &err);
	r.dg14.info[0].data = bytes_of(&r.aa_spki);
	ok(terminal_chip_authentication(&r.t, &r.dg14, &name, &err) == -1 && err.kind == FAIL_DENIED && !r.t.sm.is_on, "a chip without the key of DG14 is refused");
	terminal_bac(&r.t, CARDFIX_INFORMATION, &err);
	r.dg14.n = 0;
	ok(terminal_chip_authentication(&r.t, &r.dg14, &name, &err) == -1 && err.kind == FAIL_NOT_FOUND, "DG14 without a key");
	buf_clear(&name);
	rig_stop(&r);
}

/* A key in the group that RFC 5114 gives 2048 bits, as X9.42 states it, and as standardised parameters 2. */
static void
dh_key(struct buf *number, struct buf *stated, struct buf *standard)
{
	struct err err = ERR_INIT;
	OSSL_PARAM params[] = { OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char[]){ "dh_2048_256" }, 11), OSSL_PARAM_END };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DHX", NULL);
	EVP_PKEY *key = NULL;
	BIGNUM *private = NULL, *public = NULL;
	struct der_out o = DER_OUT_INIT, y = DER_OUT_INIT;
	struct buf integer = BUF_INIT;
	uint8_t octets[256], *der = NULL;
	int n;

	if (ctx == NULL || EVP_PKEY_keygen_init(ctx) != 1 || EVP_PKEY_CTX_set_params(ctx, params) != 1 || EVP_PKEY_generate(ctx, &key) != 1 ||
		EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &private) != 1 || EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PUB_KEY, &public) != 1 ||
		(n = i2d_PUBKEY(key, &der)) <= 0)
		bail_out("no key");
	buf_add(stated, der, (size_t)n);
	buf_add(number, octets, (size_t)BN_bn2bin(private, octets));
	der_integer(&y, BYTES(octets, (size_t)BN_bn2bin(public, octets)));
	if (der_finish(&y, &integer, &err) == -1)
		bail_out("%s", err.text);
	der_open(&o, DER_SEQUENCE);
	der_open(&o, DER_SEQUENCE);
	der_oid(&o, secinfo_oid_standard_parameters);
	der_uint(&o, 2);
	der_close(&o);
	der_bits(&o, bytes_of(&integer), 0);
	der_close(&o);
	if (der_finish(&o, standard, &err) == -1)
		bail_out("%s", err.text);
	BN_free(private);
	BN_free(public);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(ctx);
	buf_clear(&integer);
}

static void
dh_object(struct buf *number, struct buf *object)
{
	struct err err = ERR_INIT;
	struct der_out o = DER_OUT_INIT;

	der_open(&o, 0x66);
	der_put(&o, 0x80, BYTES("\2", 1));
	der_put(&o, 0x81, bytes_of(number));
	der_put(&o, 0x84, BYTES("\7", 1));
	der_close(&o);
	if (der_finish(&o, object, &err) == -1)
		bail_out("%s", err.text);
	buf_wipe(number);
}

/* Chip authentication in a group instead of on a curve. */
static void
test_chip_dh(void)
{
	static const char *const protocols[] = { NULL, CA "1.1", CA "1.2", CA "1.4" };
	struct err err = ERR_INIT;
	struct buf name = BUF_INIT, number = BUF_INIT, spki[2] = { BUF_INIT, BUF_INIT }, object = BUF_INIT, other = BUF_INIT, unused = BUF_INIT;
	struct rig r;

	dh_key(&number, &spki[0], &spki[1]);
	dh_object(&number, &object);
	dh_key(&number, &unused, &unused);
	dh_object(&number, &other);
	for (size_t i = 0; i < 2 * NELEM(protocols); i++) {
		const char *protocol = protocols[i / 2];

		rig_start_key(&r, protocol, &(struct rig_key){ "0.4.0.127.0.7.2.2.1.1", bytes_of(&spki[i % 2]), bytes_of(&object) });
		terminal_select_application(&r.t, &err);
		terminal_bac(&r.t, CARDFIX_INFORMATION, &err);
		ok(terminal_chip_authentication(&r.t, &r.dg14, &name, &err) == 0 && name.n == CHIP_SHA1, "chip authentication %s, key %s: %s",
			protocol != NULL ? secinfo_protocol(protocol)->name : "that DG14 does not name", i % 2 == 0 ? "with its group" : "under standardised parameters", err.text);
		ok(reads(&r, 0x0101), "reading goes on");
		card_put_object(r.card, 0x66, bytes_of(&other));
		ok(terminal_chip_authentication(&r.t, &r.dg14, &name, &err) == -1 && err.kind == FAIL_DENIED, "a chip with another key is refused: %s", err.text);
		err_clear(&err);
		rig_stop(&r);
	}
	/* a group that is no standardised one: its generator is another number */
	rig_start(&r, NULL);
	spki[0].p[350] ^= 1;
	r.dg14.n = 0;
	add_info(&r.dg14, SECINFO_CA_KEY, "0.4.0.127.0.7.2.2.1.1", 0, 7, bytes_of(&spki[0]));
	terminal_select_application(&r.t, &err);
	terminal_bac(&r.t, CARDFIX_INFORMATION, &err);
	ok(terminal_chip_authentication(&r.t, &r.dg14, &name, &err) == -1 && err.kind == FAIL_NOT_FOUND, "a group of somebody's own is refused: %s", err.text);
	rig_stop(&r);
	buf_clear(&name);
	buf_wipe(&other);
	buf_clear(&unused);
	buf_clear(&spki[0]);
	buf_clear(&spki[1]);
	buf_wipe(&object);
}

static struct pubkey *
read_key(struct bytes spki)
{
	struct err err = ERR_INIT;
	struct pubkey *key = NULL;

	if (pubkey_parse(spki, &key, &err) == -1)
		bail_out("%s", err.text);
	return key;
}

static void
put_number(struct card *card, uint16_t tag, EVP_PKEY *key, const char *name)
{
	struct err err = ERR_INIT;
	BIGNUM *n = NULL;
	uint8_t octets[512];
	struct der_out o = DER_OUT_INIT;
	struct buf object = BUF_INIT;
	int len;

	if (EVP_PKEY_get_bn_param(key, name, &n) != 1)
		bail_out("%s", name);
	len = BN_bn2bin(n, octets);
	der_open(&o, tag);
	der_put(&o, DER_OCTET_STRING, BYTES(octets, (size_t)len));
	der_close(&o);
	if (der_finish(&o, &object, &err) == -1 || card_put_object(card, tag, bytes_of(&object)) != SW_OK)
		bail_out("object %04X", tag);
	BN_free(n);
	buf_clear(&object);
}

static void
test_active(void)
{
	static const unsigned bits[] = { 1024, 2048 };
	struct err err = ERR_INIT;
	struct aa_answer answer;
	struct pubkey *key, *other;
	struct rig r;

	rig_start(&r, CA "2.2");
	key = read_key(bytes_of(&r.aa_spki));
	other = read_key(bytes_of(&r.ca_spki));
	terminal_select_application(&r.t, &err);
	ok(terminal_active_authentication(&r.t, key, 256, &answer, &err) == -1 && err.kind == FAIL_DENIED, "active authentication: not before access control");
	terminal_bac(&r.t, CARDFIX_INFORMATION, &err);
	ok(terminal_active_authentication(&r.t, key, 256, &answer, &err) == 0 && answer.hash_bits == 256 && !answer.is_der, "active authentication with ECDSA");
	ok(terminal_active_authentication(&r.t, key, 384, &answer, &err) == -1 && err.kind == FAIL_DENIED, "another hash is refused");
	ok(terminal_active_authentication(&r.t, key, 0, &answer, &err) == -1 && err.kind == FAIL_INPUT, "no hash in DG14 is refused");
	ok(terminal_active_authentication(&r.t, other, 256, &answer, &err) == -1 && err.kind == FAIL_DENIED, "another key is refused");
	pubkey_free(key);
	rig_stop(&r);
	for (size_t i = 0; i < NELEM(bits); i++) {
		EVP_PKEY *rsa = EVP_RSA_gen(bits[i]);
		uint8_t *der = NULL;
		int n;

		rig_start(&r, NULL);
		buf_clear(&r.card->aa.number);
		put_number(r.card, 0x60, rsa, OSSL_PKEY_PARAM_RSA_N);
		put_number(r.card, 0x61, rsa, OSSL_PKEY_PARAM_RSA_D);
		n = i2d_PUBKEY(rsa, &der);
		key = read_key(BYTES(der, (size_t)n));
		terminal_select_application(&r.t, &err);
		terminal_bac(&r.t, CARDFIX_INFORMATION, &err);
		ok(terminal_active_authentication(&r.t, key, 0, &answer, &err) == 0 && answer.hash_bits == (i == 0 ? HASH_SHA1 : 256),
			"active authentication with RSA %u: %s", bits[i], err.text);
		ok(terminal_active_authentication(&r.t, other, 256, &answer, &err) == -1 && err.kind == FAIL_DENIED, "another key is refused");
		ok(reads(&r, 0x0101), "reading goes on");
		pubkey_free(key);
		OPENSSL_free(der);
		EVP_PKEY_free(rsa);
		rig_stop(&r);
	}
	pubkey_free(other);
}

/* ---- terminal authentication ---- */

struct authority {
	EVP_PKEY *key;
	struct pubkey *public_key;
};

static void
authority_new(struct authority *a)
{
	struct err err = ERR_INIT;
	uint8_t point[200];
	size_t n;

	a->key = EVP_EC_gen("brainpoolP256r1");
	if (a->key == NULL || EVP_PKEY_get_octet_string_param(a->key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &n) != 1 ||
		pubkey_new_ec(curve_by_name("brainpoolP256r1"), BYTES(point, n), &a->public_key, &err) == -1)
		bail_out("no key: %s", err.text);
}

static void
authority_new_rsa(struct authority *a)
{
	uint8_t *der = NULL;
	int n;

	a->key = EVP_RSA_gen(2048);
	if (a->key == NULL || (n = i2d_PUBKEY(a->key, &der)) <= 0)
		bail_out("no key");
	a->public_key = read_key(BYTES(der, (size_t)n));
	OPENSSL_free(der);
}

static void
authority_free(struct authority *a)
{
	EVP_PKEY_free(a->key);
	pubkey_free(a->public_key);
}

static struct buf
certify(const struct authority *by, const char *car, const struct authority *of, const char *chr, enum cvc_role role, uint8_t rights)
{
	struct cvc_profile p = { .scheme = cvc_scheme_choose(of->public_key->type, 256),
		.key = of->public_key,
		.with_parameters = role == CVC_CVCA,
		.terminal = CVC_INSPECTION,
		.role = role,
		.rights = { rights },
		.effective = { DATE_DAY, 11, 1, 2026 },
		.expiry = { DATE_DAY, 12, 31, 2026 } };
	struct err err = ERR_INIT;
	struct buf body = BUF_INIT, signature = BUF_INIT, out = BUF_INIT;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[200];
	size_t n = sizeof(der);

	snprintf(p.authority, sizeof(p.authority), "%s", car);
	snprintf(p.holder, sizeof(p.holder), "%s", chr);
	if (cvc_body(&p, &body, &err) == -1 || EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, by->key) != 1 ||
		EVP_DigestSign(ctx, der, &n, body.p, body.n) != 1 || cvc_plain_of_der(BYTES(der, n), 32, &signature, &err) == -1 ||
		cvc_assemble(bytes_of(&body), bytes_of(&signature), &out, &err) == -1)
		bail_out("%s", err.text);
	EVP_MD_CTX_free(ctx);
	buf_clear(&body);
	buf_clear(&signature);
	return out;
}

/* A fresh session up to chip authentication; by PACE or BAC. */
static void
come_to_ta(struct rig *r, bool by_pace, struct buf *chip_name, struct buf *terminal_key)
{
	struct err err = ERR_INIT;
	struct terminal_pace p = { .protocol = NULL };

	card_reset(r->card);
	terminal_end(&r->t);
	buf_clear(chip_name);
	if (by_pace) {
		terminal_do_pace(&r->t, &r->access.info[0], true, PACE_CAN, bytes_str("123456"), &p, &err);
		buf_bytes(chip_name, bytes_of(&p.chip_name));
		terminal_pace_clear(&p);
		terminal_select_application(&r->t, &err);
	} else {
		terminal_select_application(&r->t, &err);
		terminal_bac(&r->t, CARDFIX_INFORMATION, &err);
		buf_str(chip_name, "L898902C36");
	}
	if (terminal_chip_authentication(&r->t, &r->dg14, terminal_key, &err) == -1)
		bail_out("%s", err.text);
}

static bool
denied(struct rig *r, uint16_t fid)
{
	struct err err = ERR_INIT;

	return terminal_select_file(&r->t, fid, "file", &err) == -1 && err.kind == FAIL_DENIED;
}

/* A terminal with an RSA key under authorities with curves. */
static void
test_terminal_rsa(void)
{
	struct authority cvca, dv, is, stranger;
	struct err err = ERR_INIT;
	struct buf name = BUF_INIT, key = BUF_INIT;
	struct rig r;

	authority_new(&cvca);
	authority_new(&dv);
	authority_new_rsa(&is);
	authority_new_rsa(&stranger);
	struct buf root = certify(&cvca, "UTCVCA00001", &cvca, "UTCVCA00001", CVC_CVCA, 3);
	struct buf c_dv = certify(&cvca, "UTCVCA00001", &dv, "UTDV00001", CVC_DV_DOMESTIC, 3);
	struct buf c_is = certify(&dv, "UTDV00001", &is, "UTIS00001", CVC_IS, 3);
	struct bytes chain[] = { bytes_of(&c_dv), bytes_of(&c_is) };

	rig_start(&r, CA "2.2");
	ok(card_put_object(r.card, 0x64, bytes_of(&root)) == SW_OK, "a CVCA");
	card_lock(r.card);
	come_to_ta(&r, true, &name, &key);
	ok(terminal_authenticate(&r.t, &(struct terminal_rights){ chain, 2, is.key }, bytes_of(&name), bytes_of(&key), &err) == 0 && reads(&r, 0x0103),
		"terminal authentication with RSA: %s", err.text);
	come_to_ta(&r, true, &name, &key);
	ok(terminal_authenticate(&r.t, &(struct terminal_rights){ chain, 2, stranger.key }, bytes_of(&name), bytes_of(&key), &err) == -1 && err.kind == FAIL_DENIED &&
			denied(&r, 0x0103),
		"another RSA key than the certificate's is refused");
	come_to_ta(&r, true, &name, &key);
	ok(terminal_authenticate(&r.t, &(struct terminal_rights){ chain, 2, dv.key }, bytes_of(&name), bytes_of(&key), &err) == -1 && err.kind == FAIL_INPUT,
		"a key of another kind than the certificate's is refused");
	rig_stop(&r);
	authority_free(&cvca);
	authority_free(&dv);
	authority_free(&is);
	authority_free(&stranger);
	buf_clear(&root);
	buf_clear(&c_dv);
	buf_clear(&c_is);
	buf_clear(&name);
	buf_clear(&key);
}

static void
test_terminal(void)
{
	struct authority cvca, next, dv, is, stranger;
	struct err err = ERR_INIT;
	struct buf name = BUF_INIT, key = BUF_INIT;
	struct rig r;

	authority_new(&cvca);
	authority_new(&next);
	authority_new(&dv);
	authority_new(&is);
	authority_new(&stranger);
	struct buf root = certify(&cvca, "UTCVCA00001", &cvca, "UTCVCA00001", CVC_CVCA, 3);
	struct buf link = certify(&cvca, "UTCVCA00001", &next, "UTCVCA00002", CVC_CVCA, 3);
	struct buf c_dv = certify(&cvca, "UTCVCA00001", &dv, "UTDV00001", CVC_DV_DOMESTIC, 3);
	struct buf c_dv2 = certify(&next, "UTCVCA00002", &dv, "UTDV00002", CVC_DV_DOMESTIC, 3);
	struct buf c_both = certify(&dv, "UTDV00001", &is, "UTIS00001", CVC_IS, 3);
	struct buf c_dg3 = certify(&dv, "UTDV00001", &is, "UTIS00002", CVC_IS, 1);
	struct buf c_dg4 = certify(&dv, "UTDV00002", &is, "UTIS00003", CVC_IS, 2);
	struct buf c_forged = certify(&stranger, "UTDV00001", &is, "UTIS00004", CVC_IS, 3);
	struct bytes chain_both[] = { bytes_of(&c_dv), bytes_of(&c_both) }, chain_dg3[] = { bytes_of(&c_dv), bytes_of(&c_dg3) };
	struct bytes chain_link[] = { bytes_of(&link), bytes_of(&c_dv2), bytes_of(&c_dg4) }, chain_new[] = { bytes_of(&c_dv2), bytes_of(&c_dg4) };
	struct bytes chain_forged[] = { bytes_of(&c_dv), bytes_of(&c_forged) }, chain_short[] = { bytes_of(&c_both) };

	rig_start(&r, CA "2.2");
	ok(card_put_object(r.card, 0x64, bytes_of(&c_dv)) == SW_WRONG_DATA, "a DV is no trust point");
	ok(card_put_object(r.card, 0x64, bytes_of(&root)) == SW_OK && card_put_object(r.card, 0x64, bytes_of(&root)) == SW_CONDITIONS, "one CVCA");
	card_lock(r.card);
	for (int by_pace = 0; by_pace < 2; by_pace++) {
		come_to_ta(&r, by_pace, &name, &key);
		ok(denied(&r, 0x0103) && denied(&r, 0x0104), "DG3 and DG4 are refused before");
		ok(terminal_authenticate(&r.t, &(struct terminal_rights){ chain_both, 2, is.key }, bytes_of(&name), bytes_of(&key), &err) == 0,
			"terminal authentication after %s: %s", by_pace ? "PACE" : "BAC", err.text);
		ok(reads(&r, 0x0103) && reads(&r, 0x0104), "DG3 and DG4 can be read");
		ok(terminal_chip_authentication(&r.t, &r.dg14, &key, &err) == 0 && denied(&r, 0x0103), "not any more after another chip authentication");
		come_to_ta(&r, by_pace, &name, &key);
		ok(denied(&r, 0x0103), "nor in another session");
	}
	ok(terminal_authenticate(&r.t, &(struct terminal_rights){ chain_dg3, 2, is.key }, bytes_of(&name), bytes_of(&key), &err) == 0 && reads(&r, 0x0103) &&
			denied(&r, 0x0104),
		"a terminal for fingerprints reads no irises");
	come_to_ta(&r, true, &name, &key);
	ok(terminal_authenticate(&r.t, &(struct terminal_rights){ chain_both, 2, stranger.key }, bytes_of(&name), bytes_of(&key), &err) == -1 &&
			err.kind == FAIL_DENIED && denied(&r, 0x0103),
		"another key than the certificate's is refused");
	come_to_ta(&r, true, &name, &key);
	ok(terminal_authenticate(&r.t, &(struct terminal_rights){ chain_both, 2, is.key }, bytes_str("L898902C36"), bytes_of(&key), &err) == -1 && denied(&r, 0x0103),
		"a signature for another chip is refused");
	come_to_ta(&r, true, &name, &key);
	ok(terminal_authenticate(&r.t, &(struct terminal_rights){ chain_forged, 2, is.key }, bytes_of(&name), bytes_of(&key), &err) == -1 &&
			err.kind == FAIL_DENIED && denied(&r, 0x0103),
		"a forged certificate is refused");
	come_to_ta(&r, true, &name, &key);
	ok(terminal_authenticate(&r.t, &(struct terminal_rights){ chain_short, 1, is.key }, bytes_of(&name), bytes_of(&key), &err) == -1 &&
			err.kind == FAIL_NOT_FOUND,
		"a chain that does not begin at the CVCA is refused");
	come_to_ta(&r, true, &name, &key);
	ok(terminal_authenticate(&r.t, &(struct terminal_rights){ chain_new, 2, is.key }, bytes_of(&name), bytes_of(&key), &err) == -1, "the next CVCA is unknown");
	come_to_ta(&r, true, &name, &key);
	ok(terminal_authenticate(&r.t, &(struct terminal_rights){ chain_link, 3, is.key }, bytes_of(&name), bytes_of(&key), &err) == 0 && reads(&r, 0x0104) &&
			denied(&r, 0x0103),
		"with the link certificate: %s", err.text);
	come_to_ta(&r, true, &name, &key);
	ok(terminal_authenticate(&r.t, &(struct terminal_rights){ chain_new, 2, is.key }, bytes_of(&name), bytes_of(&key), &err) == 0 && reads(&r, 0x0104),
		"the chip knows the next CVCA from then on");
	card_reset(r.card);
	terminal_end(&r.t);
	terminal_select_application(&r.t, &err);
	terminal_bac(&r.t, CARDFIX_INFORMATION, &err);
	ok(terminal_authenticate(&r.t, &(struct terminal_rights){ chain_both, 2, is.key }, bytes_of(&name), bytes_of(&key), &err) == -1 && err.kind == FAIL_DENIED,
		"not without chip authentication");
	rig_stop(&r);
	authority_free(&cvca);
	authority_free(&next);
	authority_free(&dv);
	authority_free(&is);
	authority_free(&stranger);
	for (size_t i = 0; i < 8; i++)
		buf_clear((struct buf *[]){ &root, &link, &c_dv, &c_dv2, &c_both, &c_dg3, &c_dg4, &c_forged }[i]);
	buf_clear(&name);
	buf_clear(&key);
}

/* Certificates and key of another project's simulator: E3 grants both groups. */
static void
test_strangers(void)
{
	static const char *const files[] = { "icao/cvc/persosim-is/CVCA_Cert_01.cvcert", "icao/cvc/persosim-is/dv_is_cert_1.cvcert",
		"icao/cvc/persosim-is/is_cert_1.cvcert", "icao/cvc/persosim-is/IS_Key_01_default.pkcs8" };
	struct err err = ERR_INIT;
	struct buf name = BUF_INIT, key = BUF_INIT;
	struct bytes file[4], chain[2];
	const uint8_t *p;
	EVP_PKEY *is;
	struct rig r;
	size_t n;

	for (size_t i = 0; i < 4; i++) {
		file[i].p = data_file(files[i], &n);
		file[i].n = n;
	}
	if (file[0].p == NULL || file[1].p == NULL || file[2].p == NULL || file[3].p == NULL) {
		skip("terminal authentication with another project's certificates", "no test data");
		goto out;
	}
	p = file[3].p;
	is = d2i_AutoPrivateKey(NULL, &p, (long)file[3].n);
	chain[0] = file[1];
	chain[1] = file[2];
	rig_start(&r, CA "2.2");
	ok(card_put_object(r.card, 0x64, file[0]) == SW_OK, "another project's CVCA is taken");
	card_lock(r.card);
	come_to_ta(&r, true, &name, &key);
	ok(is != NULL && terminal_authenticate(&r.t, &(struct terminal_rights){ chain, 2, is }, bytes_of(&name), bytes_of(&key), &err) == 0 && reads(&r, 0x0103) &&
			reads(&r, 0x0104),
		"terminal authentication with another project's certificates: %s", err.text);
	EVP_PKEY_free(is);
	rig_stop(&r);
out:
	for (size_t i = 0; i < 4; i++)
		free((void *)(uintptr_t)file[i].p);
	buf_clear(&name);
	buf_clear(&key);
}

int
main(void)
{
	test_pace();
	test_chip();
	test_chip_dh();
	test_active();
	test_terminal();
	test_terminal_rsa();
	test_strangers();
	return done_testing();
}
