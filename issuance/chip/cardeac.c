/*
 * cardeac.c - the software chip's side of active authentication (Doc 9303-11 6.1), chip authentication (6.2) and terminal authentication (7.1), both version 1.
 */
#include "issuance/chip/card-local.h"
#include "pki/activeauth.h"
#include "registry/base/der.h"

enum { FID_DG14 = 0x010E };

/* ---- chip authentication ---- */

/* The terminal's key met ours: the session goes on with the keys of what they share, counting from zero. */
static uint16_t
agree(struct card *card, enum chip_cipher cipher, struct bytes key)
{
	struct err err = ERR_INIT;
	struct group *g = NULL;
	struct element *other = NULL, *k = NULL;
	struct buf secret = BUF_INIT;
	uint16_t sw = SW_INTERNAL;

	if (card->ca.number.n == 0)
		return SW_CONDITIONS;
	if (group_new(card->ca.parameters, &g, &err) == -1)
		goto out;
	if (element_read(g, key, &other, &err) == -1) {
		sw = SW_WRONG_DATA;
		goto out;
	}
	buf_wipe(&card->s.terminal_key);
	if (element_times(g, other, bytes_of(&card->ca.number), &k, &err) == -1 || element_secret(g, k, &secret, &err) == -1 ||
		element_compress(g, key, &card->s.terminal_key, &err) == -1)
		goto out;
	sm_start(&card->s.sm, cipher, bytes_of(&secret), NULL);
	card->s.has_ca = true;
	card->s.rights = 0; /* a new chip authentication, a new terminal */
	sw = SW_OK;
out:
	element_free(other);
	element_free(k);
	group_free(g);
	buf_wipe(&secret);
	return sw;
}

static enum chip_cipher
cipher_of(const struct secinfo_protocol *p)
{
	return p->cipher == SECINFO_3DES ? CHIP_3DES : p->key_bits == 128 ? CHIP_AES128
		: p->key_bits == 192                                      ? CHIP_AES192
									  : CHIP_AES256;
}

/* A key's id when the terminal names one: ours, or nothing was named. */
static bool
is_our_key(const struct card *card, struct bytes id)
{
	return id.n == 0 || (id.n == 1 && id.p[0] == card->ca.id);
}

uint16_t
card_set_chip_authentication(struct card *card, const struct apdu *a)
{
	struct der d = der_reader(a->data);
	struct err err = ERR_INIT;
	struct bytes protocol = BYTES_NONE, key = BYTES_NONE, id = BYTES_NONE;
	struct secinfos infos;
	struct tlv tlv;

	card->s.ca = NULL;
	if (!card->s.is_protected || !card->s.is_open)
		return SW_SECURITY;
	while (der_more(&d)) {
		if (der_next(&d, &tlv, "MSE", &err) == -1)
			return SW_WRONG_DATA;
		if (tlv.tag == 0x80)
			protocol = tlv.value;
		else if (tlv.tag == 0x91)
			key = tlv.value;
		else if (tlv.tag == 0x84)
			id = tlv.value;
	}
	if (!is_our_key(card, id))
		return SW_REFERENCE_NOT_FOUND;
	if (a->p2 == 0xA6) /* Set KAT: 3DES, and all in one command */
		return key.n > 0 ? agree(card, CHIP_3DES, key) : SW_WRONG_DATA;
	if (!card_infos(card, CARD_LDS, FID_DG14, &infos))
		return SW_CONDITIONS;
	for (const struct secinfo *i = NULL; (i = secinfos_next(&infos, SECINFO_CA, i)) != NULL;) {
		struct der_out o = DER_OUT_INIT;
		struct buf oid = BUF_INIT;

		der_oid(&o, i->protocol);
		if (der_finish(&o, &oid, &err) == 0 && oid.n > 2 && bytes_equal(BYTES(oid.p + 2, oid.n - 2), protocol))
			card->s.ca = secinfo_protocol(i->protocol);
		buf_clear(&oid);
	}
	return card->s.ca != NULL && card->s.ca->agreement == secinfo_parameters(card->ca.parameters)->agreement ? SW_OK : SW_WRONG_DATA;
}

uint16_t
card_chip_authenticate(struct card *card, struct bytes key, struct buf *data)
{
	uint16_t sw = agree(card, cipher_of(card->s.ca), key);

	card->s.ca = NULL;
	if (sw == SW_OK)
		buf_add(data, "\x7C\x00", 2);
	return sw;
}

/* ---- terminal authentication ---- */

static bool
name_of(struct bytes data, char out[CVC_NAME])
{
	struct der d = der_reader(data);
	struct err err = ERR_INIT;
	struct bytes name;

	if (der_get(&d, 0x83, &name, "MSE", &err) == -1 || der_end(&d, "MSE", &err) == -1 || name.n == 0 || name.n >= CVC_NAME)
		return false;
	memset(out, 0, CVC_NAME);
	memcpy(out, name.p, name.n);
	return true;
}

/* Whose key verifies the next certificate: a CVCA that we trust, or the holder of the one before. */
static uint16_t
set_issuer(struct card *card, const char *name)
{
	const struct cvc_key *from = NULL;
	struct err err = ERR_INIT;

	if (card->s.holder.key != NULL && strcmp(card->s.holder.holder, name) == 0)
		from = &card->s.holder;
	for (int i = 0; i < CARD_TRUST; i++)
		if (card->trust[i].key != NULL && strcmp(card->trust[i].holder, name) == 0)
			from = &card->trust[i];
	if (from == NULL)
		return SW_REFERENCE_NOT_FOUND;
	card->s.issuer_is_domestic = from->role == CVC_CVCA || from->role == CVC_DV_DOMESTIC;
	return cvc_key_copy(&card->s.issuer, from, &err) == 0 ? SW_OK : SW_INTERNAL;
}

uint16_t
card_set_verification(struct card *card, const struct apdu *a)
{
	char name[CVC_NAME];

	card->s.may_sign = false;
	if (!card->s.is_protected || !card->s.has_ca)
		return SW_SECURITY;
	if (!name_of(a->data, name))
		return SW_WRONG_DATA;
	if (a->p2 == 0xB6)
		return set_issuer(card, name);
	if (card->s.holder.key == NULL || card->s.holder.role != CVC_IS || strcmp(card->s.holder.holder, name) != 0)
		return SW_REFERENCE_NOT_FOUND;
	card->s.may_sign = true;
	return SW_OK;
}

/* A link certificate that holds makes its CVCA the one to trust, the last beside it. */
static uint16_t
renew_trust(struct card *card)
{
	struct err err = ERR_INIT;

	if (card->s.holder.role != CVC_CVCA || strcmp(card->trust[0].holder, card->s.holder.holder) == 0)
		return SW_OK;
	cvc_key_clear(&card->trust[1]);
	card->trust[1] = card->trust[0];
	card->trust[0] = CVC_KEY_INIT;
	return cvc_key_copy(&card->trust[0], &card->s.holder, &err) == 0 ? SW_OK : SW_MEMORY;
}

uint16_t
card_verify_certificate(struct card *card, const struct apdu *a, struct buf *data)
{
	struct err err = ERR_INIT;
	struct cvc *cvc = NULL;
	struct buf whole = BUF_INIT;
	uint16_t sw = SW_WRONG_DATA;

	(void)data;
	if (!card->s.is_protected || !card->s.has_ca)
		return SW_SECURITY;
	if (a->p1 != 0 || a->p2 != 0xBE)
		return SW_WRONG_P1P2;
	if (card->s.issuer.key == NULL)
		return SW_CONDITIONS;
	card->s.may_sign = false;
	/* body and signature come without what is around them */
	der_header(&whole, 0x7F21, a->data.n);
	buf_bytes(&whole, a->data);
	if (whole.failed)
		sw = SW_INTERNAL;
	else if (cvc_parse(bytes_of(&whole), &cvc, &err) == 0) {
		sw = cvc_verify(cvc, &card->s.issuer, card->today, &card->s.holder, &err) == 0 ? SW_OK : SW_AUTHENTICATION;
		if (sw == SW_OK) {
			cvc_clock(&card->s.holder, card->s.issuer_is_domestic, &card->today);
			sw = renew_trust(card);
		}
	}
	cvc_free(cvc);
	buf_clear(&whole);
	return sw;
}

/* The terminal's signature over the chip's name, the challenge, and its key of chip authentication. */
uint16_t
card_terminal_authenticate(struct card *card, const struct apdu *a)
{
	struct err err = ERR_INIT;
	struct buf message = BUF_INIT;
	uint16_t sw = SW_AUTHENTICATION;

	if (!card->s.has_ca || !card->s.may_sign)
		return SW_CONDITIONS;
	if (card->s.chip_name.n > 0)
		buf_bytes(&message, bytes_of(&card->s.chip_name));
	else
		buf_str(&message, card->number);
	buf_add(&message, card->s.challenge, sizeof(card->s.challenge));
	buf_bytes(&message, bytes_of(&card->s.terminal_key));
	if (message.failed)
		sw = SW_INTERNAL;
	else if (cvc_key_check(&card->s.holder, bytes_of(&message), a->data, &err) == 0) {
		card->s.rights = card->s.holder.terminal == CVC_INSPECTION ? card->s.holder.rights[0] & (CVC_READ_DG3 | CVC_READ_DG4) : 0;
		sw = SW_OK;
	}
	card->s.may_sign = false;
	buf_wipe(&message);
	return sw;
}

/* ---- active authentication ---- */

uint16_t
card_internal_authenticate(struct card *card, const struct apdu *a, struct buf *data)
{
	const struct secinfo_parameters *known = secinfo_parameters(card->aa.parameters);
	struct err err = ERR_INIT;
	struct buf signature = BUF_INIT;
	int rc;

	if (!card->s.is_protected || !card->s.is_open)
		return SW_SECURITY;
	if (a->p1 != 0 || a->p2 != 0)
		return SW_WRONG_P1P2;
	if (a->data.n != AA_CHALLENGE || a->le == 0)
		return SW_WRONG_LENGTH;
	if (card->aa.number.n > 0 && known != NULL)
		rc = aa_sign_ec(curve_by_name(known->name), bytes_of(&card->aa.number), card->aa.octets * 8, a->data.p, &signature, &err);
	else if (card->aa_modulus.n > 0 && card->aa_exponent.n > 0)
		/* as the applet does it, SHA-1; longer keys are of today */
		rc = aa_sign_rsa(bytes_of(&card->aa_modulus), bytes_of(&card->aa_exponent), card->aa_modulus.n > 128 ? 256 : HASH_SHA1, a->data.p, &signature, &err);
	else
		return SW_CONDITIONS;
	if (rc == 0)
		buf_bytes(data, bytes_of(&signature));
	buf_wipe(&signature);
	return rc == 0 ? SW_OK : SW_INTERNAL;
}
