/* cardaccess.c - the software chip's side of access control: Doc 9303-11 4.3 (BAC). */
#include "issuance/chip/card-local.h"
#include "registry/base/digest.h"

uint16_t
card_get_challenge(struct card *card, const struct apdu *a, struct buf *data)
{
	struct err err = ERR_INIT;

	if (a->p1 != 0 || a->p2 != 0)
		return SW_WRONG_P1P2;
	if (a->data.n != 0 || a->le < BAC_RANDOM)
		return SW_WRONG_LENGTH;
	if (card->s.place != CARD_LDS && !card->s.is_protected)
		return SW_CONDITIONS;
	if (random_octets(card->s.challenge, sizeof(card->s.challenge), &err) == -1)
		return SW_INTERNAL;
	card->s.has_challenge = true;
	buf_add(data, card->s.challenge, sizeof(card->s.challenge));
	return SW_OK;
}

/* The answer to the challenge: without secure messaging it is basic access control. */
static uint16_t
basic_access_control(struct card *card, const struct apdu *a, struct buf *data)
{
	struct err err = ERR_INIT;
	uint8_t k_ic[BAC_KEY], answer[BAC_CRYPTOGRAM];
	struct sm sm;
	struct bac bac;
	uint16_t sw = SW_OK;

	if (card->mrz[0] == '\0')
		return SW_CONDITIONS;
	if (a->data.n != BAC_CRYPTOGRAM)
		return SW_WRONG_LENGTH;
	bac_init(&bac, bytes_str(card->mrz));
	if (random_octets(k_ic, sizeof(k_ic), &err) == -1)
		sw = SW_INTERNAL;
	else if (bac_answer(&bac, card->s.challenge, k_ic, a->data, answer, &sm, &err) == -1)
		sw = SW_AUTHENTICATION;
	else {
		card->s.sm = sm;
		card->s.is_open = true;
		buf_add(data, answer, sizeof(answer));
		wipe(&sm, sizeof(sm));
	}
	bac_clear(&bac);
	wipe(k_ic, sizeof(k_ic));
	return sw;
}

uint16_t
card_authenticate_terminal(struct card *card, const struct apdu *a, struct buf *data)
{
	uint16_t sw;

	if (a->p1 != 0 || a->p2 != 0)
		return SW_WRONG_P1P2;
	if (!card->s.has_challenge)
		return SW_CONDITIONS;
	sw = card->s.is_protected ? card_terminal_authenticate(card, a) : basic_access_control(card, a, data);
	/* one answer to a challenge */
	card->s.has_challenge = false;
	wipe(card->s.challenge, sizeof(card->s.challenge));
	return sw;
}
