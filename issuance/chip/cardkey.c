/*
 * cardkey.c - keys and passwords that PUT DATA brings to the software chip, before the lock:
 *
 *	60 { 04 modulus }, 61 { 04 private exponent }          active authentication with RSA, as the JMRTD applet takes it
 *	64 is followed by the CVCA's certificate 7F21          terminal authentication
 *	66 { 80 parameters, 81 number, [84 key's id] }         chip authentication: standardised parameters of a curve or group, private key
 *	67 { 80 parameters, 81 number, 82 octets of the hash } active authentication with ECDSA
 *	68 { digits }                                          CAN
 */
#include "issuance/chip/card-local.h"
#include "registry/base/der.h"

enum { TAG_MODULUS = 0x60,
	TAG_EXPONENT = 0x61,
	TAG_CVCA = 0x64,
	TAG_CA_KEY = 0x66,
	TAG_AA_KEY = 0x67,
	TAG_CAN = 0x68,
	CAN_MAX = 16 };

static int
keep(struct buf *where, struct bytes octets, struct err *err)
{
	buf_wipe(where);
	buf_bytes(where, octets);
	return buf_check(where, err);
}

/* tag { 04 number } without leading zeros. */
static int
put_rsa(struct bytes object, uint32_t tag, struct buf *where, struct err *err)
{
	struct der d = der_reader(object), in;
	struct bytes n;

	if (der_enter(&d, tag, &in, "RSA key", err) == -1 || der_get(&in, DER_OCTET_STRING, &n, "RSA key", err) == -1 || der_end(&in, "RSA key", err) == -1 ||
		der_end(&d, "RSA key", err) == -1)
		return -1;
	while (n.n > 0 && n.p[0] == 0)
		n = BYTES(n.p + 1, n.n - 1);
	return keep(where, n, err);
}

static int
put_key(struct bytes object, uint32_t tag, struct card_key *key, struct err *err)
{
	struct der d = der_reader(object), in;
	struct card_key made = { .id = SECINFO_NO_ID, .octets = 32 };
	const struct secinfo_parameters *known;
	struct bytes parameters, number, more;

	if (der_enter(&d, tag, &in, "key", err) == -1 || der_end(&d, "key", err) == -1 || der_get(&in, 0x80, &parameters, "key", err) == -1 ||
		der_get(&in, 0x81, &number, "key", err) == -1)
		return -1;
	if (parameters.n != 1 || (known = secinfo_parameters(parameters.p[0])) == NULL || (known->agreement != SECINFO_ECDH && tag != TAG_CA_KEY) ||
		number.n == 0 || number.n > (known->bits + 7) / 8)
		return err_set(err, FAIL_INPUT, "chip: a key on no curve and in no group we know");
	made.parameters = parameters.p[0];
	if (der_optional(&in, 0x82, &more, "key", err) == 1 && more.n == 1)
		made.octets = more.p[0];
	if (der_optional(&in, 0x84, &more, "key", err) == 1 && more.n == 1)
		made.id = more.p[0];
	if (der_end(&in, "key", err) == -1 || keep(&made.number, number, err) == -1) {
		buf_wipe(&made.number);
		return -1;
	}
	buf_wipe(&key->number);
	*key = made;
	return 0;
}

static int
put_can(struct card *card, struct bytes object, struct err *err)
{
	struct der d = der_reader(object);
	struct bytes digits;

	if (der_get(&d, TAG_CAN, &digits, "CAN", err) == -1 || der_end(&d, "CAN", err) == -1)
		return -1;
	if (digits.n == 0 || digits.n > CAN_MAX)
		return err_set(err, FAIL_INPUT, "CAN: %zu digits", digits.n);
	for (size_t i = 0; i < digits.n; i++)
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return err_set(err, FAIL_INPUT, "CAN: it has other characters than digits (Doc 9303-11 4.4.1)");
	return keep(&card->can, digits, err);
}

static int
put_cvca(struct card *card, struct bytes certificate, struct err *err)
{
	struct cvc *cvc = NULL;
	int rc = -1;

	if (card->trust[0].key != NULL)
		return err_set(err, FAIL_CONFLICT, "chip: it has its CVCA already");
	if (cvc_parse(certificate, &cvc, err) == 0 && cvc_trust_point(cvc, &card->trust[0], err) == 0) {
		card->today = card->trust[0].effective;
		rc = 0;
	}
	cvc_free(cvc);
	return rc;
}

uint16_t
card_put_object(struct card *card, uint16_t tag, struct bytes octets)
{
	struct err err = ERR_INIT;
	struct card_object *o;
	int rc;

	if (card->is_locked)
		return SW_CONDITIONS;
	if (card->nobject == CARD_OBJECTS)
		return SW_NO_SPACE;
	switch (tag) {
	case TAG_MODULUS:
		rc = put_rsa(octets, tag, &card->aa_modulus, &err);
		break;
	case TAG_EXPONENT:
		rc = put_rsa(octets, tag, &card->aa_exponent, &err);
		break;
	case TAG_CVCA:
		rc = put_cvca(card, octets, &err);
		break;
	case TAG_CA_KEY:
		rc = put_key(octets, tag, &card->ca, &err);
		break;
	case TAG_AA_KEY:
		rc = put_key(octets, tag, &card->aa, &err);
		break;
	case TAG_CAN:
		rc = put_can(card, octets, &err);
		break;
	default:
		return SW_WRONG_P1P2;
	}
	if (rc == -1)
		return err.kind == FAIL_INTERNAL ? SW_MEMORY : err.kind == FAIL_CONFLICT ? SW_CONDITIONS
											 : SW_WRONG_DATA;
	o = &card->object[card->nobject++];
	o->tag = tag;
	return keep(&o->octets, octets, &err) == 0 ? SW_OK : SW_MEMORY;
}

void
card_objects_clear(struct card *card)
{
	for (unsigned i = 0; i < card->nobject; i++)
		buf_wipe(&card->object[i].octets);
	for (int i = 0; i < CARD_TRUST; i++)
		cvc_key_clear(&card->trust[i]);
	buf_wipe(&card->can);
	buf_wipe(&card->ca.number);
	buf_wipe(&card->aa.number);
	buf_wipe(&card->aa_modulus);
	buf_wipe(&card->aa_exponent);
}
