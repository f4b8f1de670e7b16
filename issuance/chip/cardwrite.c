/*
 * cardwrite.c - how the software chip is personalised: the commands of the JMRTD project's passport applet, which chipprofile.h describes.  After the lock
 * each of them is answered 6985.
 */
#include "issuance/chip/card-local.h"
#include "registry/base/der.h"

enum { TAG_FILE = 0x63,
	TAG_MRZ = 0x62,
	LOCK = 0xDEAD };

/* 63 04, size, identifier: two octets each.  The file is made in the current directory and is the current one then. */
uint16_t
card_create_file(struct card *card, const struct apdu *a, struct buf *data)
{
	const uint8_t *p = a->data.p;
	struct err err = ERR_INIT;
	struct card_file *f;

	(void)data;
	if (card->is_locked)
		return SW_CONDITIONS;
	if (a->p1 != 0 || a->p2 != 0)
		return SW_WRONG_P1P2;
	if (a->data.n != 6)
		return SW_WRONG_LENGTH;
	if (p[0] != TAG_FILE || p[1] != 4)
		return SW_WRONG_DATA;
	if (card_find(card, card->s.place, (uint16_t)(p[4] << 8 | p[5])) != NULL)
		return SW_FILE_EXISTS;
	if (card_add(card, card->s.place, (uint16_t)(p[4] << 8 | p[5]), (size_t)(p[2] << 8 | p[3]), &f, &err) == -1)
		return SW_NO_SPACE;
	card->s.current = f;
	return SW_OK;
}

uint16_t
card_update_binary(struct card *card, const struct apdu *a, struct buf *data)
{
	size_t offset = (size_t)a->p1 << 8 | a->p2;
	struct card_file *f = card->s.current;

	(void)data;
	if (card->is_locked)
		return SW_CONDITIONS;
	if (f == NULL)
		return SW_NO_CURRENT_FILE;
	if (a->data.n == 0)
		return SW_WRONG_LENGTH;
	if (offset > f->octets.n || a->data.n > f->octets.n - offset)
		return SW_NO_SPACE;
	memcpy(f->octets.p + offset, a->data.p, a->data.n);
	return SW_OK;
}

/* 62 { number, date of birth, date of expiry }, each an object of any tag. */
static uint16_t
put_mrz(struct card *card, struct bytes object)
{
	struct err err = ERR_INIT;
	struct der d = der_reader(object), in;
	char text[3][24] = { { 0 } };
	struct tlv tlv;
	uint16_t sw = SW_WRONG_DATA;

	if (der_enter(&d, TAG_MRZ, &in, "MRZ", &err) == -1)
		return SW_WRONG_DATA;
	for (int i = 0; i < 3; i++) {
		if (der_next(&in, &tlv, "MRZ", &err) == -1 || tlv.value.n >= sizeof(text[0]))
			goto out;
		memcpy(text[i], tlv.value.p, tlv.value.n);
	}
	if (der_more(&in) || der_more(&d) || card_set_mrz(card, text[0], text[1], text[2], &err) == -1)
		goto out;
	sw = SW_OK;
out:
	wipe(text, sizeof(text));
	return sw;
}

uint16_t
card_put_data(struct card *card, const struct apdu *a, struct buf *data)
{
	(void)data;
	if (card->is_locked)
		return SW_CONDITIONS;
	switch (a->p1 << 8 | a->p2) {
	case LOCK:
		card_lock(card);
		return SW_OK;
	case TAG_MRZ:
		return put_mrz(card, a->data);
	default:
		return card_put_object(card, (uint16_t)(a->p1 << 8 | a->p2), a->data);
	}
}
