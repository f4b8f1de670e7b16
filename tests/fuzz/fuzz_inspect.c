/*
 * fuzz_inspect.c - a terminal inspects a chip that answers anything.  The first octet says how: bit 1: it is opened by basic access control with a true chip, and what it
 * answers then goes under secure messaging; else its answers come in the clear, from EF.CardAccess on.  The rest is a row of answers, 2 octets of length before each,
 * the status word last; after them the chip is gone.  Whatever it says: an answer, no access or a finding, and never a good chip.
 */
#include <stdlib.h>

#include "issuance/chip/card-local.h"
#include "issuance/inspect/inspect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

struct liar {
	struct card *card;
	bool is_open; /* access control is over: answers are the input's */
	struct bytes rest;
};

/* The next answer of the input. */
static int
next_answer(struct liar *l, struct bytes *answer, struct err *err)
{
	size_t n;

	if (l->rest.n < 2)
		return err_set(err, FAIL_AGAIN, "chip: gone");
	n = (size_t)l->rest.p[0] << 8 | l->rest.p[1];
	if (n > l->rest.n - 2)
		n = l->rest.n - 2;
	*answer = BYTES(l->rest.p + 2, n);
	l->rest = BYTES(l->rest.p + 2 + n, l->rest.n - 2 - n);
	return 0;
}

static int
exchange(void *to, struct bytes command, struct buf *answer, struct err *err)
{
	struct liar *l = to;
	struct buf room = BUF_INIT;
	struct apdu a, plain;
	struct bytes said, body;
	uint16_t sw;
	int rc = -1;

	if (l->card != NULL && !l->card->s.sm.is_on)
		return card_transmit(l->card, command, answer, err);
	if (next_answer(l, &said, err) == -1)
		return -1;
	buf_wipe(answer);
	if (l->card == NULL) {
		buf_bytes(answer, said);
		return buf_check(answer, err);
	}
	if (apdu_read(command, &a, err) == 0 && sm_open(&l->card->s.sm, &a, &plain, &room, &sw, err) == 0) {
		if (apdu_answer_read(said, &body, &sw, err) == -1)
			body = BYTES_NONE, sw = SW_OK;
		rc = sm_seal(&l->card->s.sm, plain.ins & 1, body, sw, answer, err);
	} else
		err_set(err, FAIL_AGAIN, "chip: it does not understand"); /* the terminal has other keys than the chip by now */
	buf_wipe(&room);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct liar liar = { .card = NULL };
	struct terminal t = { .transport = { exchange, &liar }, .read_max = TERMINAL_READ_LONG };
	struct inspect_input in = { .mrz = "L898902C3674081221204159", .can = "123456" };
	struct inspection out = INSPECTION_INIT;
	struct err err = ERR_INIT;

	if (size == 0)
		return 0;
	if (data[0] & 1) {
		liar.card = card_new(&err);
		must(liar.card != NULL && card_set_mrz(liar.card, "L898902C3", "740812", "120415", &err) == 0);
		card_power(liar.card, true);
		in.is_bac_only = true;
	}
	liar.rest = BYTES(data + 1, size - 1);
	if (chip_inspect(&t, &in, &out, &err) == -1)
		must(err.kind != FAIL_NONE && err.text[0] != '\0');
	must(out.total != GRADE_GOOD);
	inspection_clear(&out);
	terminal_end(&t);
	card_free(liar.card);
	return 0;
}
