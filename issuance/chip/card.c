/* card.c - the software chip's life and its commands' table; classes, secure messaging and chaining are dealt with here. */
#include "issuance/chip/card-local.h"

#include <stdlib.h>

enum { CLA_SM = 0x0C,
	CLA_CHAIN = 0x10 };

/*
 * ISO/IEC 7816-3: T=1 and T=0 offered; historical octets of a contactless chip as a PC/SC reader makes them (ISO/IEC 7816-4 8.1.1): category 80, no
 * status, card capabilities 73: selection by whole name and file identifier, short file identifiers; extended lengths.
 */
const uint8_t card_atr[] = { 0x3B, 0x85, 0x80, 0x01, 0x80, 0x73, 0x94, 0x01, 0x40, 0x22 };
const size_t card_atr_len = sizeof(card_atr);

static const struct {
	uint8_t ins;
	card_command *run;
} commands[] = {
	{ 0x22, card_set_environment },
	{ 0x2A, card_verify_certificate },
	{ 0x82, card_authenticate_terminal },
	{ 0x84, card_get_challenge },
	{ 0x86, card_general_authenticate },
	{ 0x88, card_internal_authenticate },
	{ 0xA4, card_select },
	{ 0xB0, card_read_binary },
	{ 0xB1, card_read_binary_odd },
	{ 0xD6, card_update_binary },
	{ 0xDA, card_put_data },
	{ 0xE0, card_create_file },
};

struct card *
card_new(struct err *err)
{
	struct card *card = calloc(1, sizeof(*card));

	if (card == NULL)
		err_set(err, FAIL_INTERNAL, "no memory for a chip");
	return card;
}

void
card_end_session(struct card *card)
{
	enum card_place place = card->s.place;

	pace_free(card->s.pace);
	buf_wipe(&card->s.chip_name);
	buf_wipe(&card->s.terminal_key);
	buf_wipe(&card->s.chain);
	cvc_key_clear(&card->s.issuer);
	cvc_key_clear(&card->s.holder);
	wipe(&card->s, sizeof(card->s));
	card->s.place = place;
}

void
card_free(struct card *card)
{
	if (card == NULL)
		return;
	card_reset(card);
	for (unsigned i = 0; i < card->nfile; i++)
		buf_wipe(&card->file[i].octets);
	card_objects_clear(card);
	wipe(card, sizeof(*card));
	free(card);
}

void
card_reset(struct card *card)
{
	card_end_session(card);
	card->s.place = CARD_MF;
}

void
card_power(struct card *card, bool is_on)
{
	card_reset(card);
	card->has_power = is_on;
}

void
card_lock(struct card *card)
{
	card->is_locked = true;
}

bool
card_is_locked(const struct card *card)
{
	return card->is_locked;
}

int
card_set_mrz(struct card *card, const char *number, const char *birth, const char *expiry, struct err *err)
{
	char made[41];

	if (card->is_locked)
		return err_set(err, FAIL_CONFLICT, "chip: it is locked");
	if (mrz_information(number, birth, expiry, made, err) == -1)
		return -1;
	memcpy(card->mrz, made, sizeof(made));
	wipe(made, sizeof(made));
	memset(card->number, 0, sizeof(card->number));
	memcpy(card->number, card->mrz, strlen(card->mrz) - 14);
	return 0;
}

/* The command; then its parts, if it came in parts, are not needed any more. */
static uint16_t
run_one(struct card *card, size_t i, const struct apdu *a, struct buf *data)
{
	uint16_t sw = commands[i].run(card, a, data);

	buf_wipe(&card->s.chain);
	return sw;
}

/*
 * Command chaining, ISO/IEC 7816-4 5.3.3: the parts of a command have the same instruction, and all but the last say that more follows.  GENERAL AUTHENTICATE says so
 * too, but there each part is a step with its answer.
 */
static uint16_t
run(struct card *card, const struct apdu *command, struct buf *data)
{
	struct apdu whole = *command;
	const struct apdu *a = &whole;
	bool has_more = (command->cla & CLA_CHAIN) != 0 && command->ins != 0x86;

	if (card->s.chain.n > 0 && card->s.chain_ins != a->ins)
		buf_wipe(&card->s.chain);
	if (has_more || card->s.chain.n > 0) {
		if (card->s.chain.n + a->data.n > CARD_CHAIN) {
			buf_wipe(&card->s.chain);
			return SW_WRONG_LENGTH;
		}
		buf_bytes(&card->s.chain, a->data);
		card->s.chain_ins = a->ins;
		if (card->s.chain.failed)
			return SW_INTERNAL;
		if (has_more)
			return SW_OK;
		whole.data = bytes_of(&card->s.chain);
		whole.cla = (uint8_t)(whole.cla & ~CLA_CHAIN);
	}
	for (size_t i = 0; i < NELEM(commands); i++)
		if (commands[i].ins == a->ins)
			return run_one(card, i, a, data);
	return SW_UNKNOWN_INS;
}

/* What the class octet says that is not about secure messaging: 0 when it is one of ours. */
static uint16_t
check_class(uint8_t cla)
{
	if ((cla & 0xE0) != 0)
		return SW_UNKNOWN_CLA;
	if ((cla & 0x03) != 0)
		return SW_NO_CHANNEL;
	if ((cla & CLA_SM) != 0 && (cla & CLA_SM) != CLA_SM)
		return SW_NO_SM;
	return 0;
}

/* The command under secure messaging, and its answer under it. */
static int
transmit_protected(struct card *card, const struct apdu *a, struct buf *answer, struct err *err)
{
	struct buf room = BUF_INIT, data = BUF_INIT;
	struct sm before;
	struct apdu plain;
	uint16_t sw;
	int rc = 0;

	if (sm_open(&card->s.sm, a, &plain, &room, &sw, err) == -1) {
		if (err->kind == FAIL_INTERNAL)
			rc = -1;
		err_clear(err);
		card_end_session(card);
		apdu_answer_write(BYTES_NONE, sw, answer);
		goto out;
	}
	/* the answer to the command that makes new keys goes under the old ones */
	before = card->s.sm;
	card->s.is_protected = true;
	card->s.room = sm_room(&before, a->le);
	sw = run(card, &plain, &data);
	card->s.is_protected = false;
	if (memcmp(before.enc, card->s.sm.enc, sizeof(before.enc)) == 0 && card->s.sm.is_on)
		rc = sm_seal(&card->s.sm, plain.ins & 1, bytes_of(&data), sw, answer, err);
	else
		rc = sm_seal(&before, plain.ins & 1, bytes_of(&data), sw, answer, err);
	wipe(&before, sizeof(before));
out:
	buf_wipe(&room);
	buf_wipe(&data);
	return rc;
}

int
card_transmit(struct card *card, struct bytes command, struct buf *answer, struct err *err)
{
	struct buf data = BUF_INIT;
	struct err refused = ERR_INIT;
	struct apdu a;
	uint16_t sw;
	int rc = 0;

	buf_wipe(answer);
	if (!card->has_power)
		return err_set(err, FAIL_AGAIN, "chip: no power");
	if (apdu_read(command, &a, &refused) == -1) {
		card_end_session(card);
		apdu_answer_write(BYTES_NONE, SW_WRONG_LENGTH, answer);
		return buf_check(answer, err);
	}
	sw = check_class(a.cla);
	if (sw == 0 && (a.cla & CLA_SM) != 0) {
		if (card->s.sm.is_on)
			return transmit_protected(card, &a, answer, err);
		sw = SW_NO_SM;
	}
	if (sw == 0) {
		/* whoever speaks in the clear is not the terminal of the session */
		if (card->s.sm.is_on)
			card_end_session(card);
		card->s.room = APDU_MAX - 2;
		sw = run(card, &a, &data);
	}
	apdu_answer_write(bytes_of(&data), sw, answer);
	rc = buf_check(answer, err);
	buf_wipe(&data);
	return rc;
}
