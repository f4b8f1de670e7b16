/*
 * fuzz_card.c - a chip is sent any commands: each input is a row of messages, 2 octets of length before each, as a virtual reader sends them.  The first
 * octet says what was before: bit 1: the chip is personalised, with keys for all protocols, and locked; bit 2: it was opened by basic access control, and the
 * messages go under secure messaging.  Every command has an answer with a status; a locked chip stays as it is.
 */
#include <stdlib.h>

#include "issuance/chip/card-local.h"
#include "issuance/inspect/terminal.h"
#include "registry/doc9303/lds.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* EF.CardAccess with PACE over P-256 and a prime; DG14 with chip authentication over P-256, its key in the clear: the number 5. */
static void
personalise(struct card *card)
{
	static const uint8_t ca_key[] = { 0x66, 0x06, 0x80, 0x01, 12, 0x81, 0x01, 5 }, aa_key[] = { 0x67, 0x06, 0x80, 0x01, 12, 0x81, 0x01, 7 };
	static const uint8_t can[] = { 0x68, 0x06, '1', '2', '3', '4', '5', '6' };
	struct secinfos access = { .n = 3 }, dg14 = { .n = 1 };
	struct err err = ERR_INIT;
	struct buf file = BUF_INIT;

	access.info[0] = (struct secinfo){ SECINFO_PACE, "0.4.0.127.0.7.2.2.4.2.2", 2, 12, "" };
	access.info[1] = (struct secinfo){ SECINFO_PACE, "0.4.0.127.0.7.2.2.4.4.4", 2, 12, "" };
	access.info[2] = (struct secinfo){ SECINFO_PACE, "0.4.0.127.0.7.2.2.4.6.2", 2, 12, "" };
	dg14.info[0] = (struct secinfo){ SECINFO_CA, "0.4.0.127.0.7.2.2.3.2.2", 1, SECINFO_NO_ID, "" };
	must(secinfos_write(&access, &file, &err) == 0 && card_put_file(card, CARD_MF, 0x011C, bytes_of(&file), &err) == 0);
	must(lds_dg14_write(&dg14, &file, &err) == 0 && card_put_file(card, CARD_LDS, 0x010E, bytes_of(&file), &err) == 0);
	must(card_put_file(card, CARD_LDS, 0x0101, BYTES("\x61\x03"
							 "ABC",
							   5),
		     &err) == 0);
	must(card_set_mrz(card, "L898902C3", "740812", "120415", &err) == 0);
	must(card_put_object(card, 0x66, BYTES(ca_key, sizeof(ca_key))) == SW_OK && card_put_object(card, 0x67, BYTES(aa_key, sizeof(aa_key))) == SW_OK &&
		card_put_object(card, 0x68, BYTES(can, sizeof(can))) == SW_OK);
	card_lock(card);
	buf_clear(&file);
}

static int
exchange(void *to, struct bytes command, struct buf *answer, struct err *err)
{
	must(card_transmit(to, command, answer, err) == 0 && answer->n >= 2);
	return 0;
}

/* One message: as it is, or as a command under the session. */
static void
send(struct card *card, struct terminal *t, struct bytes message)
{
	struct err err = ERR_INIT;
	struct buf answer = BUF_INIT;
	struct apdu a;
	uint16_t sw;

	if (t->sm.is_on && apdu_read(message, &a, &err) == 0)
		terminal_send(t, &a, &answer, &sw, &err);
	else
		exchange(card, message, &answer, &err);
	buf_wipe(&answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct card *card = card_new(&err);
	struct terminal t = { .transport = { exchange, card } };
	bool was_locked;

	must(card != NULL);
	card_power(card, true);
	if (size > 0) {
		if (data[0] & 1)
			personalise(card);
		if ((data[0] & 3) == 3)
			must(terminal_select_application(&t, &err) == 0 && terminal_bac(&t, "L898902C3674081221204159", &err) == 0);
		data++;
		size--;
	}
	while (size >= 2) {
		size_t n = (size_t)data[0] << 8 | data[1];

		if (n > size - 2)
			n = size - 2;
		was_locked = card_is_locked(card);
		send(card, &t, BYTES(data + 2, n));
		must(!was_locked || card_is_locked(card));
		data += 2 + n;
		size -= 2 + n;
	}
	terminal_end(&t);
	card_free(card);
	return 0;
}
