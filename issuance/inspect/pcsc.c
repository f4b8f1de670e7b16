#include "issuance/inspect/pcsc.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <winscard.h>

enum { SHARING_TRIES = 30 }; /* a tenth of a second apart */

struct pcsc {
	SCARDCONTEXT context;
	SCARDHANDLE card;
	DWORD protocol;
	char reader[256];
	uint8_t atr[MAX_ATR_SIZE];
	size_t natr;
};

static int
failed(LONG rc, const char *what, struct err *err)
{
	switch (rc) {
	case SCARD_E_NO_SERVICE:
	case SCARD_E_SERVICE_STOPPED:
		return err_set(err, FAIL_AGAIN, "%s: the smart card service (pcscd) does not run", what);
	case SCARD_E_NO_READERS_AVAILABLE:
	case SCARD_E_UNKNOWN_READER:
		return err_set(err, FAIL_AGAIN, "%s: no such reader", what);
	case SCARD_E_NO_SMARTCARD:
		return err_set(err, FAIL_NOT_FOUND, "%s: no chip in the reader", what);
	case SCARD_W_REMOVED_CARD:
	case SCARD_W_RESET_CARD:
	case SCARD_W_UNPOWERED_CARD:
	case SCARD_E_READER_UNAVAILABLE:
	case SCARD_E_NOT_TRANSACTED:
		return err_set(err, FAIL_AGAIN, "%s: the chip is gone", what);
	default:
		return err_set(err, FAIL_AGAIN, "%s: %s", what, pcsc_stringify_error(rc));
	}
}

/* All readers' names as the service gives them: each ended by 0, the last by two.  malloc'd. */
static int
list(SCARDCONTEXT context, char **names, struct err *err)
{
	DWORD n = 0;
	LONG rc = SCardListReaders(context, NULL, NULL, &n);
	char *p;

	if (rc != SCARD_S_SUCCESS)
		return failed(rc, "readers", err);
	p = calloc(1, n + 2);
	if (p == NULL)
		return err_set(err, FAIL_INTERNAL, "no memory");
	rc = SCardListReaders(context, NULL, p, &n);
	if (rc != SCARD_S_SUCCESS) {
		free(p);
		return failed(rc, "readers", err);
	}
	*names = p;
	return 0;
}

int
pcsc_readers(struct buf *out, struct err *err)
{
	SCARDCONTEXT context;
	char *names = NULL;
	LONG rc = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context);
	int result;

	if (rc != SCARD_S_SUCCESS)
		return failed(rc, "readers", err);
	result = list(context, &names, err);
	for (const char *p = names; result == 0 && *p != '\0'; p += strlen(p) + 1)
		buf_printf(out, "%s\n", p);
	free(names);
	SCardReleaseContext(context);
	return result == 0 ? buf_check(out, err) : -1;
}

static int
connect_to(struct pcsc *p, const char *reader, struct err *err)
{
	DWORD state, protocol, natr = sizeof(p->atr), nname = 0;
	LONG rc = SCARD_E_SHARING_VIOLATION;

	/* somebody may be looking at it just now: a station looks whether it is blank */
	for (int i = 0; i < SHARING_TRIES && rc == SCARD_E_SHARING_VIOLATION; i++) {
		if (i > 0)
			nanosleep(&(struct timespec){ .tv_nsec = 100000000L }, NULL);
		rc = SCardConnect(p->context, reader, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &p->card, &p->protocol);
	}
	if (rc != SCARD_S_SUCCESS)
		return failed(rc, reader, err);
	snprintf(p->reader, sizeof(p->reader), "%s", reader);
	rc = SCardStatus(p->card, NULL, &nname, &state, &protocol, p->atr, &natr);
	if (rc != SCARD_S_SUCCESS)
		return failed(rc, reader, err);
	p->natr = natr;
	return 0;
}

int
pcsc_open(const char *reader, struct pcsc **out, struct err *err)
{
	struct pcsc *p = calloc(1, sizeof(*p));
	char *names = NULL;
	LONG rc;
	int result = -1;

	if (p == NULL)
		return err_set(err, FAIL_INTERNAL, "no memory");
	rc = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &p->context);
	if (rc != SCARD_S_SUCCESS) {
		free(p);
		return failed(rc, "reader", err);
	}
	if (list(p->context, &names, err) == -1)
		goto out;
	err_set(err, FAIL_AGAIN, "%s: no such reader", reader != NULL ? reader : "reader");
	for (const char *name = names; result == -1 && *name != '\0'; name += strlen(name) + 1)
		if (reader == NULL || strncmp(name, reader, strlen(reader)) == 0)
			result = connect_to(p, name, err);
out:
	free(names);
	if (result == -1) {
		pcsc_close(p);
		return -1;
	}
	err_clear(err);
	*out = p;
	return 0;
}

void
pcsc_close(struct pcsc *p)
{
	if (p == NULL)
		return;
	if (p->card != 0)
		SCardDisconnect(p->card, SCARD_RESET_CARD);
	SCardReleaseContext(p->context);
	free(p);
}

static int
exchange(void *to, struct bytes command, struct buf *answer, struct err *err)
{
	struct pcsc *p = to;
	const SCARD_IO_REQUEST *pci = p->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
	struct buf got = BUF_INIT;
	DWORD n = APDU_MAX;
	LONG rc;

	if (buf_reserve(&got, n) == NULL)
		return buf_check(&got, err);
	rc = SCardTransmit(p->card, pci, command.p, command.n, NULL, got.p, &n);
	if (rc != SCARD_S_SUCCESS) {
		buf_wipe(&got);
		return failed(rc, p->reader, err);
	}
	buf_cut(&got, n);
	buf_wipe(answer);
	buf_move(answer, &got);
	return 0;
}

struct transport
pcsc_transport(struct pcsc *p)
{
	return (struct transport){ exchange, p };
}

const char *
pcsc_reader(const struct pcsc *p)
{
	return p->reader;
}

struct bytes
pcsc_atr(const struct pcsc *p)
{
	return BYTES(p->atr, p->natr);
}

/* The historical octets: 80, then compact objects, of which 7x are the card's capabilities; bit 7 of their third octet. */
bool
pcsc_is_extended(const struct pcsc *p)
{
	size_t i = 2, historical;
	uint8_t y;

	if (p->natr < 2)
		return false;
	historical = p->atr[1] & 0x0F;
	/* interface octets TAi to TDi, as TD says which follow */
	for (y = p->atr[1] >> 4; y != 0 && i < p->natr;) {
		uint8_t td = 0;

		for (int bit = 0; bit < 4; bit++)
			if (y & 1 << bit) {
				if (bit == 3 && i < p->natr)
					td = p->atr[i];
				i++;
			}
		y = td >> 4;
	}
	if (i >= p->natr || historical < 1 || p->atr[i] != 0x80)
		return false;
	for (size_t at = i + 1, end = i + historical; at < end && at < p->natr;) {
		size_t n = p->atr[at] & 0x0F;

		if (p->atr[at] >> 4 == 7)
			return n >= 3 && at + 3 < p->natr && (p->atr[at + 3] & 0x40) != 0;
		at += 1 + n;
	}
	return false;
}
