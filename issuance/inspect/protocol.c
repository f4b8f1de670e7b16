#include "issuance/inspect/protocol.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "registry/base/der.h"
#include "registry/base/digest.h"
#include "registry/doc9303/lds.h"

enum { INS_MSE = 0x22,
	INS_PSO = 0x2A,
	INS_EXTERNAL_AUTHENTICATE = 0x82,
	INS_GET_CHALLENGE = 0x84,
	INS_GENERAL_AUTHENTICATE = 0x86,
	INS_INTERNAL_AUTHENTICATE = 0x88,
	CLA_CHAIN = 0x10,
	TA_CHALLENGE = 8 };

void
terminal_pace_clear(struct terminal_pace *p)
{
	pace_free(p->pace);
	buf_wipe(&p->chip_name);
	buf_wipe(&p->chip_proof);
	*p = (struct terminal_pace){ .protocol = NULL };
}

/* The octets of an object identifier under another tag. */
static int
put_oid(struct der_out *o, uint32_t tag, const char *oid, struct err *err)
{
	struct der_out in = DER_OUT_INIT;
	struct buf octets = BUF_INIT;
	struct bytes value;
	struct der d;
	int rc = -1;

	der_oid(&in, oid);
	if (der_finish(&in, &octets, err) == 0) {
		d = der_reader(bytes_of(&octets));
		rc = der_get(&d, DER_OID, &value, "protocol", err);
		if (rc == 0)
			der_put(o, tag, value);
	}
	der_out_clear(&in);
	buf_clear(&octets);
	return rc;
}

/* A command with data that were written into `o`, which is finished and cleared; its answer in *answer when wanted. */
static int
send(struct terminal *t, struct apdu a, struct der_out *o, const char *what, struct buf *answer, struct err *err)
{
	struct buf data = BUF_INIT, none = BUF_INIT;
	int rc = der_finish(o, &data, err);

	a.data = bytes_of(&data);
	if (rc == 0)
		rc = terminal_command(t, &a, answer != NULL ? answer : &none, what, err);
	der_out_clear(o);
	buf_wipe(&data);
	buf_wipe(&none);
	return rc;
}

/* ---- PACE ---- */

/* 7C { tag { value } } to the chip and the object with the wanted tag back; tag 0: nothing is sent. */
static int
general_authenticate(struct terminal *t, bool is_last, uint32_t tag, struct bytes value, uint32_t wanted, struct buf *out, struct buf *proof, struct err *err)
{
	static const char what[] = "PACE";
	const struct apdu a = { .cla = is_last ? 0 : CLA_CHAIN, .ins = INS_GENERAL_AUTHENTICATE, .le = APDU_SHORT_LE };
	struct der_out o = DER_OUT_INIT;
	struct buf answer = BUF_INIT;
	struct bytes got, more;
	struct der d, in;
	int rc = -1, has_more;

	der_open(&o, 0x7C);
	if (tag != 0)
		der_put(&o, tag, value);
	der_close(&o);
	if (send(t, a, &o, what, &answer, err) == -1)
		goto out;
	d = der_reader(bytes_of(&answer));
	if (der_enter(&d, 0x7C, &in, what, err) == -1 || der_end(&d, what, err) == -1 || der_get(&in, wanted, &got, what, err) == -1)
		goto out;
	/* reserved for the names of CVCAs: 87 and 88 */
	while ((has_more = der_optional(&in, 0x87, &more, what, err)) == 1 || (has_more = der_optional(&in, 0x88, &more, what, err)) == 1)
		;
	if (has_more == -1)
		goto out;
	if (proof != NULL && der_optional(&in, 0x8A, &more, what, err) == 1)
		buf_bytes(proof, more);
	if (der_end(&in, what, err) == -1)
		goto out;
	buf_wipe(out);
	buf_bytes(out, got);
	rc = buf_check(out, err);
out:
	buf_wipe(&answer);
	return rc;
}

static int
set_environment(struct terminal *t, const struct secinfo *info, bool is_ambiguous, enum pace_password password, struct err *err)
{
	const struct apdu a = { .ins = INS_MSE, .p1 = 0xC1, .p2 = 0xA4 };
	const uint8_t reference = (uint8_t)password, parameters = (uint8_t)info->id;
	struct der_out o = DER_OUT_INIT;

	if (put_oid(&o, 0x80, info->protocol, err) == -1) {
		der_out_clear(&o);
		return -1;
	}
	der_put(&o, 0x83, BYTES(&reference, 1));
	if (is_ambiguous)
		der_put(&o, 0x84, BYTES(&parameters, 1));
	return send(t, a, &o, "PACE", NULL, err);
}

static int
pace_steps(struct terminal *t, struct pace *p, struct buf *proof, struct err *err)
{
	struct buf out = BUF_INIT, in = BUF_INIT;
	uint8_t token[CHIP_MAC];
	int rc = -1;

	if (general_authenticate(t, false, 0, BYTES_NONE, 0x80, &in, NULL, err) == -1 || pace_nonce_take(p, bytes_of(&in), err) == -1 ||
		pace_map_make(p, &out, err) == -1 || general_authenticate(t, false, 0x81, bytes_of(&out), 0x82, &in, NULL, err) == -1 ||
		pace_map_take(p, bytes_of(&in), err) == -1 || pace_key_make(p, &out, err) == -1 ||
		general_authenticate(t, false, 0x83, bytes_of(&out), 0x84, &in, NULL, err) == -1 || pace_key_take(p, bytes_of(&in), err) == -1 ||
		pace_token_make(p, token, err) == -1 || general_authenticate(t, true, 0x85, BYTES(token, sizeof(token)), 0x86, &in, proof, err) == -1 ||
		pace_token_take(p, bytes_of(&in), err) == -1)
		goto out;
	rc = 0;
out:
	buf_wipe(&out);
	buf_wipe(&in);
	return rc;
}

int
terminal_do_pace(struct terminal *t, const struct secinfo *info, bool is_ambiguous, enum pace_password password, struct bytes secret, struct terminal_pace *p,
	struct err *err)
{
	struct terminal_pace made = { .parameters = info->id };
	int rc = -1;

	terminal_end(t);
	if (pace_new(info->protocol, info->id, password, secret, &made.pace, err) == -1 || set_environment(t, info, is_ambiguous, password, err) == -1 ||
		pace_steps(t, made.pace, &made.chip_proof, err) == -1 || pace_chip_name(made.pace, false, &made.chip_name, err) == -1 ||
		buf_check(&made.chip_proof, err) == -1 || pace_start(made.pace, &t->sm, err) == -1)
		goto out;
	made.protocol = pace_protocol(made.pace);
	terminal_pace_clear(p);
	*p = made;
	return 0;
out:
	terminal_pace_clear(&made);
	return rc;
}

/* Chip authentication mapping before the others: it proves the chip, too; then longer keys; then longer parameters. */
static int
strength(const struct secinfo *info)
{
	const struct secinfo_protocol *p = secinfo_protocol(info->protocol);
	const struct secinfo_parameters *d = secinfo_parameters(info->id);

	if (p == NULL || d == NULL || d->agreement != p->agreement || info->version != 2)
		return -1;
	return (p->mapping == SECINFO_CAM ? 1000000 : 0) + (int)p->key_bits * 1000 + (d->agreement == SECINFO_ECDH ? (int)d->bits : (int)d->bits / 10);
}

const struct secinfo *
terminal_choose_pace(const struct secinfos *infos, bool *is_ambiguous)
{
	const struct secinfo *best = NULL;

	for (const struct secinfo *i = NULL; (i = secinfos_next(infos, SECINFO_PACE, i)) != NULL;)
		if (strength(i) >= 0 && (best == NULL || strength(i) > strength(best)))
			best = i;
	*is_ambiguous = false;
	for (const struct secinfo *i = NULL; best != NULL && (i = secinfos_next(infos, SECINFO_PACE, i)) != NULL;)
		if (i != best && strcmp(i->protocol, best->protocol) == 0)
			*is_ambiguous = true;
	return best;
}

/* ---- keys in SecurityInfos ---- */

/* The key of a SubjectPublicKeyInfo that names a group by its prime and generator (PKCS #3, X9.42), when they are standardised ones. */
static int
prime_group_of(struct bytes spki, struct buf *number)
{
	const unsigned char *p = spki.p;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &p, (long)spki.n);
	BIGNUM *prime = NULL, *generator = NULL, *y = NULL;
	uint8_t *octets;
	int id = SECINFO_NO_ID;

	if (key != NULL && EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_FFC_P, &prime) == 1 && EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_FFC_G, &generator) == 1 &&
		EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PUB_KEY, &y) == 1 && (octets = buf_reserve(number, (size_t)BN_num_bytes(y))) != NULL) {
		BN_bn2bin(y, octets);
		id = group_find_prime(prime, generator);
	}
	BN_free(prime);
	BN_free(generator);
	BN_free(y);
	EVP_PKEY_free(key);
	return id;
}

/* Under standardised parameters (Doc 9303-11 9.5.1): a point as it is, a number as INTEGER. */
static int
standard_key(int parameters, struct bytes bits, struct buf *key, struct err *err)
{
	struct der d = der_reader(bits);
	struct bytes number;

	if (secinfo_parameters(parameters)->agreement == SECINFO_DH) {
		if (der_get(&d, DER_INTEGER, &number, "chip authentication key", err) == -1 || der_end(&d, "chip authentication key", err) == -1)
			return -1;
		bits = number.n > 1 && number.p[0] == 0 ? BYTES(number.p + 1, number.n - 1) : number;
	}
	buf_bytes(key, bits);
	return buf_check(key, err);
}

/* The standardised parameters and the public key of a SubjectPublicKeyInfo, as it travels (group.h).  FAIL_NOT_FOUND: of a kind that we cannot use. */
static int
key_of_infos(struct bytes spki, int *parameters, struct buf *point, struct err *err)
{
	struct pubkey *key = NULL;
	struct der d = der_reader(spki), seq;
	struct tlv algorithm;
	struct bytes bits;
	unsigned unused;

	if (der_enter(&d, DER_SEQUENCE, &seq, "chip authentication key", err) == -1 || der_next(&seq, &algorithm, "chip authentication key", err) == -1 ||
		der_get_bits(&seq, &bits, &unused, "chip authentication key", err) == -1)
		return -1;
	buf_wipe(point);
	*parameters = secinfo_standard_id(algorithm.whole);
	if (*parameters != SECINFO_NO_ID && secinfo_parameters(*parameters) != NULL)
		return standard_key(*parameters, bits, point, err);
	if (pubkey_parse(spki, &key, err) == -1 || key->type != KEY_EC)
		*parameters = prime_group_of(spki, point);
	else {
		for (int id = 0; id < 32; id++) {
			const struct secinfo_parameters *known = secinfo_parameters(id);

			if (known != NULL && known->agreement == SECINFO_ECDH && strcmp(known->name, key->curve->name) == 0)
				*parameters = id;
		}
		buf_bytes(point, bytes_of(&key->point));
	}
	pubkey_free(key);
	err_clear(err);
	if (*parameters == SECINFO_NO_ID)
		return err_set(err, FAIL_NOT_FOUND, "chip authentication: a key of a kind that we cannot use");
	return buf_check(point, err);
}

int
terminal_pace_chip(const struct terminal_pace *p, const struct secinfos *infos, struct err *err)
{
	struct buf point = BUF_INIT;
	int parameters, rc = -1;

	if (p->protocol == NULL || p->protocol->mapping != SECINFO_CAM)
		return err_set(err, FAIL_NOT_FOUND, "PACE: not with chip authentication mapping");
	if (p->chip_proof.n == 0)
		return err_set(err, FAIL_DENIED, "PACE: the chip did not prove itself (Doc 9303-11 4.4.3.3.3)");
	for (const struct secinfo *i = NULL; rc == -1 && (i = secinfos_next(infos, SECINFO_CA_KEY, i)) != NULL;) {
		if (key_of_infos(i->data, &parameters, &point, err) == -1 || parameters != p->parameters)
			continue;
		rc = pace_chip_take(p->pace, bytes_of(&p->chip_proof), bytes_of(&point), err);
	}
	if (rc == -1 && err->kind != FAIL_DENIED)
		err_set(err, FAIL_DENIED, "PACE: EF.CardSecurity has no key for chip authentication mapping (Doc 9303-11 9.2.11)");
	buf_clear(&point);
	return rc;
}

/* ---- chip authentication ---- */

struct agreement {
	const struct secinfo *key;
	const struct secinfo_protocol *protocol; /* NULL: DG14 names none, which means 3DES */
	int parameters;
	struct buf point;
};

static enum chip_cipher
cipher_of(const struct secinfo_protocol *p)
{
	return p == NULL || p->cipher == SECINFO_3DES ? CHIP_3DES : p->key_bits == 128 ? CHIP_AES128
		: p->key_bits == 192                                                   ? CHIP_AES192
										       : CHIP_AES256;
}

/* A key of DG14 that we can use, with the strongest protocol that goes with it. */
static int
choose_key(const struct secinfos *dg14, struct agreement *a, struct err *err)
{
	err_set(err, FAIL_NOT_FOUND, "chip authentication: DG14 has no key for it");
	for (const struct secinfo *k = NULL; (k = secinfos_next(dg14, SECINFO_CA_KEY, k)) != NULL;) {
		if (key_of_infos(k->data, &a->parameters, &a->point, err) == -1)
			continue;
		err_clear(err);
		a->key = k;
		for (const struct secinfo *i = NULL; (i = secinfos_next(dg14, SECINFO_CA, i)) != NULL;) {
			const struct secinfo_protocol *p = secinfo_protocol(i->protocol);

			if (p->agreement == secinfo_parameters(a->parameters)->agreement && (i->id == k->id || i->id == SECINFO_NO_ID || k->id == SECINFO_NO_ID) &&
				(a->protocol == NULL || p->key_bits > a->protocol->key_bits))
				a->protocol = p;
		}
		return 0;
	}
	return -1;
}

/* 3DES: all in MSE:Set KAT. */
static int
send_key_3des(struct terminal *t, const struct agreement *a, struct bytes own, struct err *err)
{
	const struct apdu command = { .ins = INS_MSE, .p1 = 0x41, .p2 = 0xA6 };
	const uint8_t id = (uint8_t)a->key->id;
	struct der_out o = DER_OUT_INIT;

	der_put(&o, 0x91, own);
	if (a->key->id != SECINFO_NO_ID)
		der_put(&o, 0x84, BYTES(&id, 1));
	return send(t, command, &o, "chip authentication", NULL, err);
}

/* AES: MSE:Set AT names the protocol, GENERAL AUTHENTICATE brings the key. */
static int
send_key_aes(struct terminal *t, const struct agreement *a, struct bytes own, struct err *err)
{
	const struct apdu mse = { .ins = INS_MSE, .p1 = 0x41, .p2 = 0xA4 };
	const struct apdu authenticate = { .ins = INS_GENERAL_AUTHENTICATE, .le = APDU_SHORT_LE };
	const uint8_t id = (uint8_t)a->key->id;
	struct der_out o = DER_OUT_INIT;

	if (put_oid(&o, 0x80, a->protocol->oid, err) == -1) {
		der_out_clear(&o);
		return -1;
	}
	if (a->key->id != SECINFO_NO_ID)
		der_put(&o, 0x84, BYTES(&id, 1));
	if (send(t, mse, &o, "chip authentication", NULL, err) == -1)
		return -1;
	o = DER_OUT_INIT;
	der_open(&o, 0x7C);
	der_put(&o, 0x80, own);
	der_close(&o);
	return send(t, authenticate, &o, "chip authentication", NULL, err);
}

/* The chip answers under the new keys only if it has its own. */
static int
ask_once(struct terminal *t, struct err *err)
{
	if (terminal_select_file(t, lds_file_of_dg(1)->fid, "EF.DG1", err) == 0)
		return 0;
	return err->kind == FAIL_AGAIN || err->kind == FAIL_INTERNAL
		? -1
		: err_set(err, FAIL_DENIED, "chip authentication: the chip does not have the key that its State signed (Doc 9303-11 6.2)");
}

int
terminal_chip_authentication(struct terminal *t, const struct secinfos *dg14, struct buf *terminal_key, struct err *err)
{
	struct agreement a = { .key = NULL };
	struct group *g = NULL;
	struct element *own = NULL, *chip = NULL, *k = NULL;
	struct buf random = BUF_INIT, number = BUF_INIT, point = BUF_INIT, secret = BUF_INIT;
	int rc = -1;

	if (choose_key(dg14, &a, err) == -1 || group_new(a.parameters, &g, err) == -1)
		goto out;
	if (buf_reserve(&random, group_order_len(g) + 8) == NULL) {
		buf_check(&random, err);
		goto out;
	}
	if (random_octets(random.p, random.n, err) == -1 || group_private(g, bytes_of(&random), &number, err) == -1 ||
		element_times(g, NULL, bytes_of(&number), &own, err) == -1 || element_write(g, own, &point, err) == -1 ||
		element_read(g, bytes_of(&a.point), &chip, err) == -1 || element_times(g, chip, bytes_of(&number), &k, err) == -1 ||
		element_secret(g, k, &secret, err) == -1)
		goto out;
	if ((cipher_of(a.protocol) == CHIP_3DES ? send_key_3des : send_key_aes)(t, &a, bytes_of(&point), err) == -1)
		goto out;
	sm_start(&t->sm, cipher_of(a.protocol), bytes_of(&secret), NULL);
	buf_wipe(terminal_key);
	if (element_compress(g, bytes_of(&point), terminal_key, err) == 0)
		rc = ask_once(t, err);
out:
	element_free(own);
	element_free(chip);
	element_free(k);
	group_free(g);
	buf_clear(&a.point);
	buf_wipe(&random);
	buf_wipe(&number);
	buf_clear(&point);
	buf_wipe(&secret);
	return rc;
}

/* ---- active authentication ---- */

int
terminal_active_authentication(struct terminal *t, const struct pubkey *key, unsigned hash_bits, struct aa_answer *answer, struct err *err)
{
	uint8_t challenge[AA_CHALLENGE];
	const struct apdu a = { .ins = INS_INTERNAL_AUTHENTICATE,
		.data = BYTES(challenge, sizeof(challenge)),
		.le = key->bits > 1792 && key->type == KEY_RSA ? APDU_LONG_LE : APDU_SHORT_LE };
	struct buf signature = BUF_INIT;
	int rc = -1;

	if (random_octets(challenge, sizeof(challenge), err) == 0 && terminal_command(t, &a, &signature, "active authentication", err) == 0)
		rc = aa_verify(key, hash_bits, challenge, bytes_of(&signature), answer, err);
	buf_clear(&signature);
	return rc;
}

/* ---- terminal authentication ---- */

static int
set_name(struct terminal *t, uint8_t p2, const char *name, struct err *err)
{
	const struct apdu a = { .ins = INS_MSE, .p1 = 0x81, .p2 = p2 };
	struct der_out o = DER_OUT_INIT;

	der_put(&o, 0x83, bytes_str(name));
	return send(t, a, &o, "terminal authentication", NULL, err);
}

/* The certificate without what is around body and signature, under its issuer's name. */
static int
send_certificate(struct terminal *t, struct bytes certificate, char holder[CVC_NAME], struct err *err)
{
	struct cvc *cvc = NULL;
	struct der d = der_reader(certificate);
	struct apdu a = { .ins = INS_PSO, .p2 = 0xBE };
	struct buf none = BUF_INIT;
	int rc = -1;

	if (cvc_parse(certificate, &cvc, err) == 0 && der_get(&d, 0x7F21, &a.data, "CV certificate", err) == 0 &&
		set_name(t, 0xB6, cvc->authority, err) == 0 && terminal_command(t, &a, &none, "terminal authentication", err) == 0) {
		memcpy(holder, cvc->holder, CVC_NAME);
		rc = 0;
	}
	cvc_free(cvc);
	buf_clear(&none);
	return rc;
}

/* As the terminal's own certificate says; ECDSA plain. */
static int
sign(const struct terminal_rights *rights, struct bytes message, struct buf *signature, struct err *err)
{
	struct cvc *own = NULL;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key = NULL;
	uint8_t octets[1024];
	size_t n = sizeof(octets);
	int rc = -1;

	if (cvc_parse(rights->chain[rights->n - 1], &own, err) == -1)
		goto out;
	if (!EVP_PKEY_is_a(rights->key, own->scheme->key == KEY_EC ? "EC" : "RSA")) {
		err_set(err, FAIL_INPUT, "terminal authentication: the key is not of the kind that the terminal's certificate says");
		goto out;
	}
	if (ctx == NULL || EVP_DigestSignInit_ex(ctx, &key, digest_name(own->scheme->hash_bits), NULL, NULL, rights->key, NULL) != 1 ||
		(own->scheme->is_pss && (EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PSS_PADDING) != 1 || EVP_PKEY_CTX_set_rsa_pss_saltlen(key, RSA_PSS_SALTLEN_DIGEST) != 1)) ||
		EVP_DigestSign(ctx, octets, &n, message.p, message.n) != 1) {
		err_set(err, FAIL_INTERNAL, "terminal authentication: libcrypto failed");
		goto out;
	}
	if (own->scheme->key == KEY_EC)
		rc = cvc_plain_of_der(BYTES(octets, n), (size_t)(EVP_PKEY_get_bits(rights->key) + 7) / 8, signature, err);
	else {
		buf_wipe(signature);
		buf_add(signature, octets, n);
		rc = buf_check(signature, err);
	}
out:
	EVP_MD_CTX_free(ctx);
	cvc_free(own);
	return rc;
}

int
terminal_authenticate(struct terminal *t, const struct terminal_rights *rights, struct bytes chip_name, struct bytes terminal_key, struct err *err)
{
	const struct apdu ask = { .ins = INS_GET_CHALLENGE, .le = TA_CHALLENGE };
	struct apdu answer = { .ins = INS_EXTERNAL_AUTHENTICATE };
	struct buf challenge = BUF_INIT, message = BUF_INIT, signature = BUF_INIT, none = BUF_INIT;
	char holder[CVC_NAME];
	int rc = -1;

	if (rights->n == 0)
		return err_set(err, FAIL_INPUT, "terminal authentication: no certificates");
	for (size_t i = 0; i < rights->n; i++)
		if (send_certificate(t, rights->chain[i], holder, err) == -1)
			goto out;
	if (set_name(t, 0xA4, holder, err) == -1 || terminal_command(t, &ask, &challenge, "terminal authentication", err) == -1)
		goto out;
	buf_bytes(&message, chip_name);
	buf_bytes(&message, bytes_of(&challenge));
	buf_bytes(&message, terminal_key);
	if (buf_check(&message, err) == -1 || sign(rights, bytes_of(&message), &signature, err) == -1)
		goto out;
	answer.data = bytes_of(&signature);
	rc = terminal_command(t, &answer, &none, "terminal authentication", err);
out:
	buf_clear(&challenge);
	buf_wipe(&message);
	buf_clear(&signature);
	buf_clear(&none);
	return rc;
}
