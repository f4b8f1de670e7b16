#include "issuance/inspect/terminal.h"

#include "registry/base/der.h"
#include "registry/base/digest.h"
#include "registry/doc9303/bac.h"
#include "registry/doc9303/lds.h"

enum { INS_EXTERNAL_AUTHENTICATE = 0x82,
	INS_GET_CHALLENGE = 0x84,
	INS_SELECT = 0xA4,
	INS_READ_BINARY = 0xB0,
	INS_READ_BINARY_ODD = 0xB1,
	OFFSET_MAX = 0x7FFF, /* what READ BINARY says in P1-P2 */
	OBJECT_HEADER = 6 }; /* tag and length octets of the longest object there is */

void
terminal_end(struct terminal *t)
{
	sm_clear(&t->sm);
}

int
terminal_send(struct terminal *t, const struct apdu *a, struct buf *data, uint16_t *sw, struct err *err)
{
	struct buf command = BUF_INIT, answer = BUF_INIT;
	struct bytes plain;
	int rc = -1;

	if (t->sm.is_on) {
		if (sm_wrap(&t->sm, a, &command, err) == -1)
			goto out;
	} else if (apdu_write(a, &command, err) == -1)
		goto out;
	if (t->transport.exchange(t->transport.to, bytes_of(&command), &answer, err) == -1)
		goto out;
	if (t->sm.is_on) {
		rc = sm_unwrap(&t->sm, bytes_of(&answer), data, sw, err);
		goto out;
	}
	if (apdu_answer_read(bytes_of(&answer), &plain, sw, err) == -1)
		goto out;
	buf_wipe(data);
	buf_bytes(data, plain);
	rc = buf_check(data, err);
out:
	if (rc == -1)
		terminal_end(t);
	buf_wipe(&command);
	buf_wipe(&answer);
	return rc;
}

static enum fail
fail_of(uint16_t sw)
{
	switch (sw) {
	case SW_SECURITY:
	case SW_CONDITIONS:
		return FAIL_DENIED;
	case SW_FILE_NOT_FOUND:
	case SW_REFERENCE_NOT_FOUND:
		return FAIL_NOT_FOUND;
	default:
		return (sw & 0xFF00) == 0x6300 ? FAIL_DENIED : FAIL_INPUT;
	}
}

static int
refused(const char *what, uint16_t sw, struct err *err)
{
	char room[80];

	return err_set(err, fail_of(sw), "%s: the chip answered %s", what, apdu_status(sw, room));
}

int
terminal_command(struct terminal *t, const struct apdu *a, struct buf *data, const char *what, struct err *err)
{
	uint16_t sw;

	if (terminal_send(t, a, data, &sw, err) == -1)
		return err_prefix(err, "%s", what);
	return sw == SW_OK ? 0 : refused(what, sw, err);
}

/* A command whose answer is its status. */
static int
silent(struct terminal *t, const struct apdu *a, const char *what, struct err *err)
{
	struct buf none = BUF_INIT;
	int rc = terminal_command(t, a, &none, what, err);

	buf_wipe(&none);
	return rc;
}

int
terminal_select_application(struct terminal *t, struct err *err)
{
	const struct apdu a = { .ins = INS_SELECT, .p1 = 0x04, .p2 = 0x0C, .data = BYTES(lds_aid, sizeof(lds_aid)) };

	return silent(t, &a, "passport application", err);
}

int
terminal_select_master_file(struct terminal *t, struct err *err)
{
	const struct apdu a = { .ins = INS_SELECT, .p1 = 0x00, .p2 = 0x0C, .data = BYTES("\x3F\x00", 2) };

	return silent(t, &a, "master file", err);
}

int
terminal_select_file(struct terminal *t, uint16_t fid, const char *name, struct err *err)
{
	const uint8_t id[2] = { (uint8_t)(fid >> 8), (uint8_t)fid };
	const struct apdu a = { .ins = INS_SELECT, .p1 = 0x02, .p2 = 0x0C, .data = BYTES(id, sizeof(id)) };

	return silent(t, &a, name, err);
}

int
terminal_bac(struct terminal *t, const char *information, struct err *err)
{
	const struct apdu ask = { .ins = INS_GET_CHALLENGE, .le = BAC_RANDOM };
	uint8_t random[BAC_RANDOM + BAC_KEY], cryptogram[BAC_CRYPTOGRAM];
	const struct apdu authenticate = { .ins = INS_EXTERNAL_AUTHENTICATE, .data = BYTES(cryptogram, sizeof(cryptogram)), .le = BAC_CRYPTOGRAM };
	struct buf challenge = BUF_INIT, answer = BUF_INIT;
	struct bac bac;
	int rc = -1;

	bac_init(&bac, bytes_str(information));
	terminal_end(t);
	if (random_octets(random, sizeof(random), err) == -1 || terminal_command(t, &ask, &challenge, "basic access control", err) == -1)
		goto out;
	if (challenge.n != BAC_RANDOM) {
		err_set(err, FAIL_INPUT, "basic access control: challenge of %zu octets, wanted %d (Doc 9303-11 4.3)", challenge.n, BAC_RANDOM);
		goto out;
	}
	if (bac_challenge(&bac, challenge.p, random, random + BAC_RANDOM, cryptogram, err) == -1 ||
		terminal_command(t, &authenticate, &answer, "basic access control", err) == -1)
		goto out;
	rc = bac_finish(&bac, challenge.p, random, random + BAC_RANDOM, bytes_of(&answer), &t->sm, err);
out:
	bac_clear(&bac);
	wipe(random, sizeof(random));
	buf_wipe(&challenge);
	buf_wipe(&answer);
	return rc;
}

/* Up to `want` octets of the current file at `offset`, appended; fewer are fine, none is an error. */
static int
read_some(struct terminal *t, size_t offset, size_t want, const char *name, struct buf *out, struct err *err)
{
	struct apdu a = { .ins = INS_READ_BINARY, .p1 = (uint8_t)(offset >> 8), .p2 = (uint8_t)offset, .le = (uint32_t)want };
	struct buf at = BUF_INIT, data = BUF_INIT;
	struct bytes got;
	uint16_t sw;
	int rc = -1;

	if (offset > OFFSET_MAX) {
		a.ins = INS_READ_BINARY_ODD;
		a.p1 = a.p2 = 0;
		der_header(&at, 0x54, offset > 0xFFFF ? 3 : 2);
		buf_be(&at, offset, offset > 0xFFFF ? 3 : 2);
		a.data = bytes_of(&at);
		a.le += want < 0x80 ? 2 : want < 0x100 ? 3
						       : 4;
	}
	if (terminal_send(t, &a, &data, &sw, err) == -1) {
		err_prefix(err, "%s", name);
		goto out;
	}
	if (sw != SW_OK && sw != SW_END_OF_FILE) {
		refused(name, sw, err);
		goto out;
	}
	got = bytes_of(&data);
	if (a.ins == INS_READ_BINARY_ODD) {
		struct der d = der_reader(got);

		if (der_get(&d, 0x53, &got, name, err) == -1 || der_end(&d, name, err) == -1)
			goto out;
	}
	if (got.n == 0 || got.n > want) {
		err_set(err, FAIL_INPUT, "%s: the chip gave %zu octets at %zu, wanted 1 to %zu", name, got.n, offset, want);
		goto out;
	}
	buf_bytes(out, got);
	rc = buf_check(out, err);
out:
	buf_wipe(&at);
	buf_wipe(&data);
	return rc;
}

/* How long the object is whose first octets these are.  FAIL_INPUT: longer than any file, or no object. */
static int
object_len(struct bytes head, const char *name, size_t *len, struct err *err)
{
	size_t at = 1, octets, n = 0;

	if (head.n < 2)
		return err_set(err, FAIL_INPUT, "%s: %zu octets", name, head.n);
	if ((head.p[0] & 0x1F) == 0x1F)
		at = 2;
	if (at < head.n && head.p[at] < 0x80) {
		*len = at + 1 + head.p[at];
		return 0;
	}
	octets = at < head.n ? head.p[at] & 0x7F : 0;
	if (octets == 0 || octets > 3 || at + 1 + octets > head.n)
		return err_set(err, FAIL_INPUT, "%s: its first octets are no object's", name);
	for (size_t i = 0; i < octets; i++)
		n = n << 8 | head.p[at + 1 + i];
	if (n > LDS_MAX_FILE)
		return err_set(err, FAIL_INPUT, "%s: object of %zu octets, wanted at most %d", name, n, LDS_MAX_FILE);
	*len = at + 1 + octets + n;
	return 0;
}

int
terminal_read_file(struct terminal *t, uint16_t fid, const char *name, struct buf *out, struct err *err)
{
	struct buf file = BUF_INIT;
	size_t len = 0, max = t->read_max > 0 ? t->read_max : TERMINAL_READ_SHORT;
	int rc = -1;

	if (terminal_select_file(t, fid, name, err) == -1 || read_some(t, 0, OBJECT_HEADER, name, &file, err) == -1 ||
		object_len(bytes_of(&file), name, &len, err) == -1)
		goto out;
	if (file.n > len)
		buf_cut(&file, len);
	while (file.n < len)
		if (read_some(t, file.n, len - file.n < max ? len - file.n : max, name, &file, err) == -1)
			goto out;
	buf_wipe(out);
	buf_move(out, &file);
	rc = 0;
out:
	buf_wipe(&file);
	return rc;
}
