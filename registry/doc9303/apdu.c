#include "registry/doc9303/apdu.h"

#include <stdio.h>

int
apdu_read(struct bytes octets, struct apdu *apdu, struct err *err)
{
	const uint8_t *p = octets.p;
	size_t n = octets.n, body, lc;
	struct apdu a = { 0 };

	if (n < 4 || n > APDU_MAX)
		return err_set(err, FAIL_INPUT, "APDU: %zu octets, wanted 4 to %d (ISO/IEC 7816-4 5.1)", n, APDU_MAX);
	a.cla = p[0];
	a.ins = p[1];
	a.p1 = p[2];
	a.p2 = p[3];
	p += 4;
	body = n - 4;
	if (body == 0) { /* case 1 */
		*apdu = a;
		return 0;
	}
	if (body == 1) { /* case 2, short */
		a.le = p[0] == 0 ? APDU_SHORT_LE : p[0];
		*apdu = a;
		return 0;
	}
	if (p[0] != 0) { /* cases 3 and 4, short */
		lc = p[0];
		if (body != 1 + lc && body != 2 + lc)
			return err_set(err, FAIL_INPUT, "APDU: Lc is %zu, %zu octets follow (ISO/IEC 7816-4 5.1)", lc, body - 1);
		a.data = BYTES(p + 1, lc);
		if (body == 2 + lc)
			a.le = p[1 + lc] == 0 ? APDU_SHORT_LE : p[1 + lc];
		*apdu = a;
		return 0;
	}
	a.is_extended = true;
	if (body < 3)
		return err_set(err, FAIL_INPUT, "APDU: extended length of %zu octets (ISO/IEC 7816-4 5.1)", body);
	lc = (size_t)p[1] << 8 | p[2];
	if (body == 3) { /* case 2 */
		a.le = lc == 0 ? APDU_LONG_LE : (uint32_t)lc;
		*apdu = a;
		return 0;
	}
	if (lc == 0 || (body != 3 + lc && body != 5 + lc))
		return err_set(err, FAIL_INPUT, "APDU: Lc is %zu, %zu octets follow (ISO/IEC 7816-4 5.1)", lc, body - 3);
	a.data = BYTES(p + 3, lc);
	if (body == 5 + lc) {
		a.le = (uint32_t)p[3 + lc] << 8 | p[4 + lc];
		if (a.le == 0)
			a.le = APDU_LONG_LE;
	}
	*apdu = a;
	return 0;
}

int
apdu_write(const struct apdu *apdu, struct buf *out, struct err *err)
{
	bool is_long = apdu->is_extended || apdu->data.n > APDU_SHORT_DATA || apdu->le > APDU_SHORT_LE;

	if (apdu->data.n > APDU_LONG_DATA || apdu->le > APDU_LONG_LE)
		return err_set(err, FAIL_INPUT, "APDU: %zu octets of data, %u wanted in the answer (ISO/IEC 7816-4 5.1)", apdu->data.n, apdu->le);
	buf_u8(out, apdu->cla);
	buf_u8(out, apdu->ins);
	buf_u8(out, apdu->p1);
	buf_u8(out, apdu->p2);
	if (is_long && (apdu->data.n > 0 || apdu->le > 0))
		buf_u8(out, 0);
	if (apdu->data.n > 0) {
		buf_be(out, apdu->data.n, is_long ? 2 : 1);
		buf_bytes(out, apdu->data);
	}
	if (apdu->le > 0)
		buf_be(out, is_long ? apdu->le & 0xFFFF : apdu->le & 0xFF, is_long ? 2 : 1);
	return buf_check(out, err);
}

int
apdu_answer_read(struct bytes octets, struct bytes *data, uint16_t *sw, struct err *err)
{
	if (octets.n < 2)
		return err_set(err, FAIL_INPUT, "chip: answer of %zu octets without a status word (ISO/IEC 7816-4 5.1)", octets.n);
	*sw = (uint16_t)(octets.p[octets.n - 2] << 8 | octets.p[octets.n - 1]);
	*data = BYTES(octets.p, octets.n - 2);
	return 0;
}

void
apdu_answer_write(struct bytes data, uint16_t sw, struct buf *out)
{
	buf_bytes(out, data);
	buf_be(out, sw, 2);
}

static const struct {
	uint16_t sw;
	const char *text;
} meanings[] = {
	{ SW_OK, "done" },
	{ SW_END_OF_FILE, "end of file reached" },
	{ SW_AUTHENTICATION, "authentication failed" },
	{ SW_MEMORY, "writing failed" },
	{ SW_WRONG_LENGTH, "wrong length" },
	{ SW_NO_CHANNEL, "logical channel not supported" },
	{ SW_NO_SM, "secure messaging not supported" },
	{ SW_NO_CHAINING, "command chaining not supported" },
	{ SW_SECURITY, "security status not satisfied" },
	{ SW_NO_REFERENCED_DATA, "referenced data not usable" },
	{ SW_CONDITIONS, "conditions of use not satisfied" },
	{ SW_NO_CURRENT_FILE, "no current file" },
	{ SW_SM_MISSING, "secure messaging data objects missing" },
	{ SW_SM_WRONG, "secure messaging data objects incorrect" },
	{ SW_WRONG_DATA, "incorrect data" },
	{ SW_FILE_NOT_FOUND, "file not found" },
	{ SW_NO_SPACE, "not enough memory in the file" },
	{ SW_WRONG_P1P2, "incorrect parameters" },
	{ SW_REFERENCE_NOT_FOUND, "referenced data not found" },
	{ SW_FILE_EXISTS, "file exists already" },
	{ SW_WRONG_OFFSET, "offset outside the file" },
	{ SW_UNKNOWN_INS, "instruction not supported" },
	{ SW_UNKNOWN_CLA, "class not supported" },
	{ SW_INTERNAL, "no precise diagnosis" },
};

const char *
apdu_status(uint16_t sw, char room[80])
{
	const char *text = "unknown status";

	for (size_t i = 0; i < NELEM(meanings); i++)
		if (meanings[i].sw == sw)
			text = meanings[i].text;
	snprintf(room, 80, "%04X, %s", sw, text);
	return room;
}
