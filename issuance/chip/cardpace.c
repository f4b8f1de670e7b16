/* cardpace.c - MSE and GENERAL AUTHENTICATE: the software chip's side of PACE (Doc 9303-11 4.4.4), and the way to chip authentication. */
#include "issuance/chip/card-local.h"
#include "registry/base/der.h"
#include "registry/doc9303/lds.h"

enum { FID_CARD_ACCESS = 0x011C };
/* Steps of PACE: what the next command must bring. */
enum { STEP_NONCE,
	STEP_MAP,
	STEP_KEY,
	STEP_TOKEN };

bool
card_infos(struct card *card, enum card_place place, uint16_t fid, struct secinfos *infos)
{
	const struct card_file *f = card_find(card, place, fid);
	struct err err = ERR_INIT;
	struct bytes object;
	uint32_t tag;

	if (f == NULL || lds_object(bytes_of(&f->octets), &tag, &object, &err) == -1)
		return false;
	return (place == CARD_MF ? secinfos_read(object, infos, &err) : lds_dg14_read(object, infos, &err)) == 0;
}

static void
end_pace(struct card *card)
{
	pace_free(card->s.pace);
	card->s.pace = NULL;
}

/* The parts of MSE:Set AT; absent ones have n 0. */
struct environment {
	struct bytes protocol, password, parameters;
};

static bool
read_environment(struct bytes data, struct environment *e)
{
	struct der d = der_reader(data);
	struct err err = ERR_INIT;
	struct tlv tlv;

	*e = (struct environment){ BYTES_NONE, BYTES_NONE, BYTES_NONE };
	while (der_more(&d)) {
		if (der_next(&d, &tlv, "MSE", &err) == -1)
			return false;
		if (tlv.tag == 0x80)
			e->protocol = tlv.value;
		else if (tlv.tag == 0x83)
			e->password = tlv.value;
		else if (tlv.tag == 0x84)
			e->parameters = tlv.value;
	}
	return e->protocol.n > 0;
}

/* The octets of an object identifier as text; "" when they are none. */
static void
dotted(struct bytes value, char out[SECINFO_OID])
{
	struct err err = ERR_INIT;
	struct buf object = BUF_INIT;
	struct der d;

	out[0] = '\0';
	der_header(&object, DER_OID, value.n);
	buf_bytes(&object, value);
	d = der_reader(bytes_of(&object));
	if (object.failed || der_get_oid(&d, out, SECINFO_OID, "protocol", &err) == -1)
		out[0] = '\0';
	buf_clear(&object);
}

/* The PACE that EF.CardAccess offers under this identifier; with several the parameters choose. */
static const struct secinfo *
offered(const struct secinfos *infos, const char *oid, struct bytes parameters)
{
	for (const struct secinfo *i = NULL; (i = secinfos_next(infos, SECINFO_PACE, i)) != NULL;)
		if (strcmp(i->protocol, oid) == 0 && (parameters.n == 0 || (parameters.n == 1 && parameters.p[0] == i->id)))
			return i;
	return NULL;
}

static uint16_t
set_pace(struct card *card, const struct apdu *a)
{
	struct err err = ERR_INIT;
	struct environment e;
	struct secinfos infos;
	const struct secinfo *info;
	struct bytes secret;
	char oid[SECINFO_OID];

	end_pace(card);
	if (card->s.is_protected)
		return SW_CONDITIONS;
	if (!read_environment(a->data, &e))
		return SW_WRONG_DATA;
	dotted(e.protocol, oid);
	if (!card_infos(card, CARD_MF, FID_CARD_ACCESS, &infos) || (info = offered(&infos, oid, e.parameters)) == NULL)
		return SW_WRONG_DATA;
	if (e.password.n != 1)
		return SW_WRONG_DATA;
	secret = e.password.p[0] == PACE_MRZ ? bytes_str(card->mrz) : e.password.p[0] == PACE_CAN ? bytes_of(&card->can)
												  : BYTES_NONE;
	if (secret.n == 0)
		return SW_REFERENCE_NOT_FOUND;
	if (pace_new(oid, info->id, e.password.p[0], secret, &card->s.pace, &err) == -1)
		return err.kind == FAIL_INTERNAL ? SW_INTERNAL : SW_WRONG_DATA;
	if (pace_protocol(card->s.pace)->mapping == SECINFO_CAM && (card->ca.number.n == 0 || card->ca.parameters != info->id)) {
		end_pace(card);
		return SW_CONDITIONS;
	}
	card->s.step = STEP_NONCE;
	return SW_OK;
}

uint16_t
card_set_environment(struct card *card, const struct apdu *a, struct buf *data)
{
	(void)data;
	switch (a->p1 << 8 | a->p2) {
	case 0xC1A4:
		return set_pace(card, a);
	case 0x41A4:
	case 0x41A6:
		return card_set_chip_authentication(card, a);
	case 0x81A4:
	case 0x81B6:
		return card_set_verification(card, a);
	default:
		return SW_WRONG_P1P2;
	}
}

/* 7C { tag { value } }: what the last step answers besides comes in `more`, under 8A. */
static uint16_t
put_step(struct buf *data, uint32_t tag, struct bytes value, struct bytes more)
{
	struct der_out o = DER_OUT_INIT;
	struct err err = ERR_INIT;
	struct buf made = BUF_INIT;
	uint16_t sw = SW_INTERNAL;

	der_open(&o, 0x7C);
	der_put(&o, tag, value);
	if (more.n > 0)
		der_put(&o, 0x8A, more);
	der_close(&o);
	if (der_finish(&o, &made, &err) == 0) {
		buf_bytes(data, bytes_of(&made));
		sw = SW_OK;
	}
	der_out_clear(&o);
	buf_wipe(&made);
	return sw;
}

/* The terminal knows the password: the session begins after this answer. */
static uint16_t
last_step(struct card *card, struct bytes token, struct buf *data)
{
	struct err err = ERR_INIT;
	struct buf chip = BUF_INIT;
	uint8_t own[CHIP_MAC];
	uint16_t sw = SW_INTERNAL;
	struct sm sm;

	if (pace_token_take(card->s.pace, token, &err) == -1)
		return err.kind == FAIL_DENIED ? SW_AUTHENTICATION : SW_INTERNAL;
	if (pace_token_make(card->s.pace, own, &err) == 0 && pace_start(card->s.pace, &sm, &err) == 0 &&
		(pace_protocol(card->s.pace)->mapping != SECINFO_CAM || pace_chip_make(card->s.pace, bytes_of(&card->ca.number), &chip, &err) == 0) &&
		pace_chip_name(card->s.pace, true, &card->s.chip_name, &err) == 0)
		sw = put_step(data, 0x86, BYTES(own, sizeof(own)), bytes_of(&chip));
	if (sw == SW_OK) {
		card->s.sm = sm;
		card->s.is_open = true;
		wipe(&sm, sizeof(sm));
	}
	buf_wipe(&chip);
	return sw;
}

static uint16_t
pace_step(struct card *card, uint32_t tag, struct bytes value, struct buf *data)
{
	struct pace *p = card->s.pace;
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	uint16_t sw = SW_WRONG_DATA;

	if (card->s.step == STEP_NONCE && tag == 0) {
		if (pace_nonce_make(p, &out, &err) == 0)
			sw = put_step(data, 0x80, bytes_of(&out), BYTES_NONE);
	} else if (card->s.step == STEP_MAP && tag == 0x81) {
		if (pace_map_take(p, value, &err) == 0 && pace_map_make(p, &out, &err) == 0)
			sw = put_step(data, 0x82, bytes_of(&out), BYTES_NONE);
	} else if (card->s.step == STEP_KEY && tag == 0x83) {
		if (pace_key_take(p, value, &err) == 0 && pace_key_make(p, &out, &err) == 0)
			sw = put_step(data, 0x84, bytes_of(&out), BYTES_NONE);
	} else if (card->s.step == STEP_TOKEN && tag == 0x85)
		sw = last_step(card, value, data);
	card->s.step++;
	if (sw != SW_OK || card->s.step > STEP_TOKEN)
		end_pace(card);
	buf_wipe(&out);
	return sw;
}

uint16_t
card_general_authenticate(struct card *card, const struct apdu *a, struct buf *data)
{
	struct der d = der_reader(a->data), in;
	struct err err = ERR_INIT;
	struct tlv tlv = { 0 };

	if (a->p1 != 0 || a->p2 != 0)
		return SW_WRONG_P1P2;
	if (der_enter(&d, 0x7C, &in, "dynamic authentication data", &err) == -1 || der_end(&d, "dynamic authentication data", &err) == -1 ||
		(der_more(&in) && der_next(&in, &tlv, "dynamic authentication data", &err) == -1) || der_more(&in)) {
		end_pace(card);
		return SW_WRONG_DATA;
	}
	if (card->s.is_protected && card->s.ca != NULL)
		return tlv.tag == 0x80 ? card_chip_authenticate(card, tlv.value, data) : SW_WRONG_DATA;
	if (card->s.pace == NULL || card->s.is_protected)
		return SW_CONDITIONS;
	return pace_step(card, tlv.tag, tlv.value, data);
}
