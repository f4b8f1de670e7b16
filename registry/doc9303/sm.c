#include "registry/doc9303/sm.h"

#include "registry/base/der.h"

enum { DO_PLAIN = 0x85, /* cryptogram without padding indicator: odd instructions */
	DO_CIPHER = 0x87,
	DO_MAC = 0x8E,
	DO_LE = 0x97,
	DO_STATUS = 0x99,
	CLA_SM = 0x0C };

void
sm_start(struct sm *sm, enum chip_cipher cipher, struct bytes secret, const uint8_t *ssc)
{
	struct sm new = { .is_on = true, .cipher = cipher };

	chip_kdf(cipher, secret, KDF_ENC, new.enc);
	chip_kdf(cipher, secret, KDF_MAC, new.mac);
	if (ssc != NULL)
		memcpy(new.ssc, ssc, chip_block_len(cipher));
	*sm = new;
	wipe(&new, sizeof(new));
}

void
sm_clear(struct sm *sm)
{
	wipe(sm, sizeof(*sm));
}

static void
advance(struct sm *sm)
{
	for (size_t i = chip_block_len(sm->cipher); i-- > 0;)
		if (++sm->ssc[i] != 0)
			break;
}

/* AES: the counter encrypted is the initialisation vector; 3DES: zeros. */
static int
crypt(const struct sm *sm, bool encrypt, struct bytes in, uint8_t *out, struct err *err)
{
	uint8_t iv[CHIP_BLOCK_MAX] = { 0 };

	if (sm->cipher != CHIP_3DES && chip_cbc(sm->cipher, sm->enc, NULL, true, BYTES(sm->ssc, 16), iv, err) == -1)
		return -1;
	return chip_cbc(sm->cipher, sm->enc, iv, encrypt, in, out, err);
}

/* header: NULL for answers. */
static int
authenticate(const struct sm *sm, const uint8_t *header, struct bytes objects, uint8_t mac[CHIP_MAC], struct err *err)
{
	size_t block = chip_block_len(sm->cipher);
	struct buf in = BUF_INIT;
	int rc = -1;

	buf_add(&in, sm->ssc, block);
	if (header != NULL) {
		buf_add(&in, header, 4);
		chip_pad(&in, 0, block);
	}
	buf_bytes(&in, objects);
	if (sm->cipher != CHIP_3DES) /* the other MAC pads by itself */
		chip_pad(&in, 0, block);
	if (buf_check(&in, err) == 0)
		rc = chip_mac(sm->cipher, sm->mac, bytes_of(&in), mac, err);
	buf_wipe(&in);
	return rc;
}

/* Data encrypted, as data object 87, or 85 for odd instructions. */
static int
put_data(const struct sm *sm, bool is_odd, struct bytes data, struct buf *out, struct err *err)
{
	struct buf padded = BUF_INIT;
	int rc = -1;

	buf_bytes(&padded, data);
	chip_pad(&padded, 0, chip_block_len(sm->cipher));
	if (buf_check(&padded, err) == -1 || crypt(sm, true, bytes_of(&padded), padded.p, err) == -1)
		goto out;
	der_header(out, is_odd ? DO_PLAIN : DO_CIPHER, padded.n + (is_odd ? 0 : 1));
	if (!is_odd)
		buf_u8(out, 1); /* padding by method 2 */
	buf_bytes(out, bytes_of(&padded));
	rc = buf_check(out, err);
out:
	buf_wipe(&padded);
	return rc;
}

static int
get_data(const struct sm *sm, const struct tlv *object, struct buf *out, struct err *err)
{
	struct bytes cipher = object->value, plain;
	struct buf clear = BUF_INIT;
	uint8_t *room;
	int rc = -1;

	if (object->tag == DO_CIPHER) {
		if (cipher.n == 0 || cipher.p[0] != 1)
			return err_set(err, FAIL_INPUT, "secure messaging: padding indicator is not 01 (Doc 9303-11 9.8.4)");
		cipher = BYTES(cipher.p + 1, cipher.n - 1);
	}
	room = buf_reserve(&clear, cipher.n);
	if (room == NULL && cipher.n > 0) {
		buf_check(&clear, err);
		goto out;
	}
	if (crypt(sm, false, cipher, room, err) == -1 || chip_unpad(bytes_of(&clear), &plain, err) == -1)
		goto out;
	buf_wipe(out);
	buf_bytes(out, plain);
	rc = buf_check(out, err);
out:
	buf_wipe(&clear);
	return rc;
}

static void
put_mac(struct buf *out, const uint8_t mac[CHIP_MAC])
{
	der_header(out, DO_MAC, CHIP_MAC);
	buf_add(out, mac, CHIP_MAC);
}

/* The data objects of a protected message: at most one of each, the MAC last. */
struct objects {
	struct tlv data, le, status;
	struct bytes mac;
	struct bytes covered; /* what the MAC is over */
};

static int
get_objects(struct bytes in, struct objects *o, struct err *err)
{
	struct der d = der_reader(in);
	struct tlv tlv, *slot;
	struct err ignored = ERR_INIT;

	*o = (struct objects){ .covered = BYTES(in.p, 0) };
	while (der_more(&d)) {
		if (der_next(&d, &tlv, "secure messaging", &ignored) == -1)
			return err_set(err, FAIL_INPUT, "secure messaging: malformed data object (Doc 9303-11 9.8.4)");
		if (tlv.tag == DO_MAC) {
			if (tlv.value.n != CHIP_MAC || der_more(&d))
				return err_set(err, FAIL_INPUT, "secure messaging: MAC of %zu octets, or not last (Doc 9303-11 9.8.4)", tlv.value.n);
			o->mac = tlv.value;
			return 0;
		}
		slot = tlv.tag == DO_PLAIN || tlv.tag == DO_CIPHER ? &o->data : tlv.tag == DO_LE ? &o->le
			: tlv.tag == DO_STATUS                                                   ? &o->status
												 : NULL;
		if (slot == NULL || slot->tag != 0)
			return err_set(err, FAIL_INPUT, "secure messaging: data object %02X unknown or twice (Doc 9303-11 9.8.4)", tlv.tag);
		*slot = tlv;
		o->covered.n = in.n - d.rest.n;
	}
	return err_set(err, FAIL_INPUT, "secure messaging: no MAC (Doc 9303-11 9.8.4)");
}

static int
check_mac(const struct sm *sm, const uint8_t *header, const struct objects *o, struct err *err)
{
	uint8_t mac[CHIP_MAC];

	if (authenticate(sm, header, o->covered, mac, err) == -1)
		return -1;
	if (!bytes_equal_secret(o->mac, BYTES(mac, sizeof(mac))))
		return err_set(err, FAIL_INPUT, "secure messaging: MAC is wrong (Doc 9303-11 9.8.6)");
	return 0;
}

/* ---- terminal ---- */

int
sm_wrap(struct sm *sm, const struct apdu *plain, struct buf *out, struct err *err)
{
	struct apdu command = *plain;
	struct buf objects = BUF_INIT, made = BUF_INIT;
	uint8_t header[4], mac[CHIP_MAC];
	bool is_long;
	int rc = -1;

	command.cla |= CLA_SM;
	header[0] = command.cla;
	header[1] = command.ins;
	header[2] = command.p1;
	header[3] = command.p2;
	advance(sm);
	if (plain->data.n > 0 && put_data(sm, plain->ins & 1, plain->data, &objects, err) == -1)
		goto out;
	/* one octet for Le, two for an extended one: also of a length that a short one could say */
	is_long = plain->is_extended || plain->le > APDU_SHORT_LE || objects.n + 15 > APDU_SHORT_DATA;
	if (plain->le > 0) {
		size_t octets = plain->is_extended || plain->le > APDU_SHORT_LE ? 2 : 1;

		der_header(&objects, DO_LE, octets);
		buf_be(&objects, octets == 2 ? plain->le & 0xFFFF : plain->le & 0xFF, octets);
	}
	if (buf_check(&objects, err) == -1 || authenticate(sm, header, bytes_of(&objects), mac, err) == -1)
		goto out;
	put_mac(&objects, mac);
	command.data = bytes_of(&objects);
	command.is_extended = is_long;
	command.le = is_long ? APDU_LONG_LE : APDU_SHORT_LE;
	if (buf_check(&objects, err) == -1 || apdu_write(&command, &made, err) == -1)
		goto out;
	buf_move(out, &made);
	rc = 0;
out:
	buf_wipe(&objects);
	buf_wipe(&made);
	return rc;
}

int
sm_unwrap(struct sm *sm, struct bytes answer, struct buf *data, uint16_t *sw, struct err *err)
{
	struct bytes body;
	struct objects o;
	uint16_t outer, inner;
	char room[80];

	if (apdu_answer_read(answer, &body, &outer, err) == -1)
		return -1;
	if (body.n == 0)
		return err_set(err, FAIL_INPUT, "chip: answered without secure messaging: %s", apdu_status(outer, room));
	advance(sm);
	if (get_objects(body, &o, err) == -1 || check_mac(sm, NULL, &o, err) == -1)
		return -1;
	if (o.status.value.n != 2)
		return err_set(err, FAIL_INPUT, "secure messaging: answer without status (Doc 9303-11 9.8.4)");
	inner = (uint16_t)(o.status.value.p[0] << 8 | o.status.value.p[1]);
	if (o.data.tag == 0)
		buf_wipe(data);
	else if (get_data(sm, &o.data, data, err) == -1)
		return -1;
	*sw = inner;
	return 0;
}

/* ---- chip ---- */

int
sm_open(struct sm *sm, const struct apdu *command, struct apdu *plain, struct buf *room, uint16_t *sw, struct err *err)
{
	const uint8_t header[4] = { command->cla, command->ins, command->p1, command->p2 };
	struct apdu made = { .cla = (uint8_t)(command->cla & ~CLA_SM), .ins = command->ins, .p1 = command->p1, .p2 = command->p2 };
	struct objects o;

	*sw = SW_SM_WRONG;
	advance(sm);
	if (get_objects(command->data, &o, err) == -1) {
		if (o.mac.p == NULL)
			*sw = SW_SM_MISSING;
		return -1;
	}
	if (check_mac(sm, header, &o, err) == -1)
		return -1;
	if (o.data.tag != 0 && (command->ins & 1 ? DO_PLAIN : DO_CIPHER) != o.data.tag)
		return err_set(err, FAIL_INPUT, "secure messaging: data object %02X does not go with the instruction (Doc 9303-11 9.8.4)", o.data.tag);
	if (o.status.tag != 0)
		return err_set(err, FAIL_INPUT, "secure messaging: command with a status (Doc 9303-11 9.8.4)");
	if (o.data.tag != 0) {
		if (get_data(sm, &o.data, room, err) == -1)
			return -1;
		made.data = bytes_of(room);
	}
	if (o.le.tag != 0) {
		if (o.le.value.n == 0 || o.le.value.n > 2)
			return err_set(err, FAIL_INPUT, "secure messaging: Le of %zu octets (Doc 9303-11 9.8.4)", o.le.value.n);
		made.is_extended = o.le.value.n == 2;
		for (size_t i = 0; i < o.le.value.n; i++)
			made.le = made.le << 8 | o.le.value.p[i];
		if (made.le == 0)
			made.le = made.is_extended ? APDU_LONG_LE : APDU_SHORT_LE;
	}
	*plain = made;
	return 0;
}

int
sm_seal(struct sm *sm, bool is_odd, struct bytes data, uint16_t sw, struct buf *out, struct err *err)
{
	struct buf objects = BUF_INIT;
	uint8_t mac[CHIP_MAC];
	int rc = -1;

	advance(sm);
	if (data.n > 0 && put_data(sm, is_odd, data, &objects, err) == -1)
		goto out;
	der_header(&objects, DO_STATUS, 2);
	buf_be(&objects, sw, 2);
	if (buf_check(&objects, err) == -1 || authenticate(sm, NULL, bytes_of(&objects), mac, err) == -1)
		goto out;
	put_mac(&objects, mac);
	buf_be(&objects, sw, 2);
	if (buf_check(&objects, err) == -1)
		goto out;
	buf_move(out, &objects);
	rc = 0;
out:
	buf_wipe(&objects);
	return rc;
}

size_t
sm_room(const struct sm *sm, uint32_t le)
{
	/* tag, four length octets at most, padding indicator; status object; MAC object */
	size_t around = 6 + 4 + 10, block = chip_block_len(sm->cipher);

	if (le < around + block)
		return 0;
	return (le - around) / block * block - 1;
}
