/*
 * fuzz_card.c - a chip is sent any commands: each input is a row of messages, 2 octets of length before each, as a virtual reader sends them.  The first
 * octet's low bit says whether the chip is personalised before.  Every command has an answer with a status; a locked chip stays as it is.
 */
#include <stdlib.h>

#include "issuance/chip/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct buf answer = BUF_INIT;
	struct card *card = card_new(&err);
	bool was_locked = false;

	must(card != NULL);
	card_power(card, true);
	if (size > 0) {
		if (data[0] & 1) {
			must(card_put_file(card, CARD_LDS, 0x0101, BYTES("\x61\x03"
									 "ABC",
									   5),
				     &err) == 0);
			must(card_put_file(card, CARD_MF, 0x011C, BYTES("\x31\x00", 2), &err) == 0);
			must(card_set_mrz(card, "L898902C3", "740812", "120415", &err) == 0);
			card_lock(card);
		}
		data++;
		size--;
	}
	while (size >= 2) {
		size_t n = (size_t)data[0] << 8 | data[1];

		if (n > size - 2)
			n = size - 2;
		was_locked = card_is_locked(card);
		must(card_transmit(card, BYTES(data + 2, n), &answer, &err) == 0 && answer.n >= 2);
		must(!was_locked || card_is_locked(card));
		data += 2 + n;
		size -= 2 + n;
	}
	buf_clear(&answer);
	card_free(card);
	return 0;
}
