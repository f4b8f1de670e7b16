/*
 * Commands to a chip, basic access control and secure messaging: the worked example of Doc 9303-11 Appendix D, octet for octet from both ends,
 * and what each end refuses.
 */
#include "registry/doc9303/bac.h"
#include "tests/hex.h"
#include "tests/tap.h"

/* ---- APDUs ---- */

static void
test_apdu(void)
{
	static const struct {
		const char *name, *hex;
		size_t data;
		uint32_t le;
		bool is_extended;
	} good[] = {
		{ "case 1", "00a40000", 0, 0, false },
		{ "case 2 short", "0084000008", 0, 8, false },
		{ "case 2 short, 256", "00b0000000", 0, 256, false },
		{ "case 2 extended", "00b00000000200", 0, 512, true },
		{ "case 2 extended, 65536", "00b00000000000", 0, 65536, true },
		{ "case 3 short", "00a4020c02011e", 2, 0, false },
		{ "case 3 extended", "00d600000000020a0b", 2, 0, true },
		{ "case 4 short", "00b1000004540200001f", 4, 31, false },
		{ "case 4 short, 256", "00a4040c07a000000247100100", 7, 256, false },
		{ "case 4 extended", "00b1000000000454020000ffff", 4, 65535, true },
		{ "case 4 extended, 65536", "00b10000000004540200000000", 4, 65536, true },
	};
	static const struct {
		const char *name, *hex;
	} bad[] = {
		{ "nothing", "" },
		{ "three octets", "00a400" },
		{ "Lc longer than the data", "00a4020c03011e" },
		{ "two octets after the data", "00a4020c02011e0000" },
		{ "extended length cut off", "00b000000002"
					     "" },
		{ "extended Lc of zero with data", "00d60000000000"
						   "0a" },
		{ "extended Lc longer than the data", "00d600000000030a0b" },
		{ "extended, one octet of Le", "00d600000000020a0b00" },
		{ "extended, three octets of Le", "00d600000000020a0b000000" },
	};

	for (size_t i = 0; i < NELEM(good); i++) {
		struct err err = ERR_INIT;
		struct buf in = octets(good[i].hex), out = BUF_INIT;
		struct apdu a;

		ok(apdu_read(bytes_of(&in), &a, &err) == 0 && a.data.n == good[i].data && a.le == good[i].le && a.is_extended == good[i].is_extended,
			"APDU: %s is read", good[i].name);
		ok(apdu_write(&a, &out, &err) == 0 && bytes_equal(bytes_of(&in), bytes_of(&out)), "APDU: %s is written as it was", good[i].name);
		buf_clear(&in);
		buf_clear(&out);
	}
	for (size_t i = 0; i < NELEM(bad); i++) {
		struct err err = ERR_INIT;
		struct buf in = octets(bad[i].hex);
		struct apdu a = { .ins = 1 };

		ok(apdu_read(bytes_of(&in), &a, &err) == -1 && err.kind == FAIL_INPUT && a.ins == 1, "APDU: refuses %s", bad[i].name);
		buf_clear(&in);
	}
}

/* ---- Appendix D ---- */

#define K_ENC       "ab94fdecf2674fdfb9b391f85d7f76f2"
#define K_MAC       "7962d9ece03d1acd4c76089dce131543"
#define RND_IC      "4608f91988702212"
#define RND_IFD     "781723860c06c226"
#define K_IFD       "0b795240cb7049b01c19b33e32804f0b"
#define K_IC        "0b4f80323eb3191cb04970cb4052790b"
#define TO_CHIP     "72c29c2371cc9bdb65b779b8e8d37b29ecc154aa56a8799fae2f498f76ed92f25f1448eea8ad90a7"
#define TO_TERMINAL "46b9342a41396cd7386bf5803104d7cedc122b9132139baf2eedc94ee178534f2f2d235d074d7449"

static void
test_information(void)
{
	static const struct {
		const char *name, *number, *birth, *expiry, *want;
	} good[] = {
		{ "of Appendix D.2, TD2", "L898902C<", "690806", "940623", "L898902C<369080619406236" },
		{ "the same without filler", "L898902C", "690806", "940623", "L898902C<369080619406236" },
		{ "of Appendix D.2, TD1 with a long number", "D23145890734", "340712", "950712", "D23145890734934071279507122" },
		{ "of Appendix G", "T22000129", "640812", "101031", "T22000129364081251010318" },
		{ "an unknown birth date", "L898902C<", "<<<<<<", "940623", "L898902C<3<<<<<<09406236" },
	};
	static const struct {
		const char *name, *number, *birth, *expiry;
	} bad[] = {
		{ "no number", "", "690806", "940623" },
		{ "a number in small letters", "l898902c", "690806", "940623" },
		{ "a number of 23 characters", "AAAAAAAAAAAAAAAAAAAAAAA", "690806", "940623" },
		{ "a birth date with a century", "L898902C", "19690806", "940623" },
		{ "an unknown expiry", "L898902C", "690806", "<<<<<<" },
		{ "an expiry that is short", "L898902C", "690806", "9406" },
	};
	char out[41];

	for (size_t i = 0; i < NELEM(good); i++) {
		struct err err = ERR_INIT;

		ok(mrz_information(good[i].number, good[i].birth, good[i].expiry, out, &err) == 0 && strcmp(out, good[i].want) == 0,
			"MRZ information %s", good[i].name);
	}
	for (size_t i = 0; i < NELEM(bad); i++) {
		struct err err = ERR_INIT;

		ok(mrz_information(bad[i].number, bad[i].birth, bad[i].expiry, out, &err) == -1 && err.kind == FAIL_INPUT, "MRZ information: refuses %s",
			bad[i].name);
	}
}

static bool
same(const uint8_t *got, const char *want)
{
	struct buf b = octets(want);
	bool is_same = memcmp(got, b.p, b.n) == 0;

	buf_clear(&b);
	return is_same;
}

/* Both sessions as Appendix D has them. */
static void
example_sessions(struct sm *terminal, struct sm *chip)
{
	struct err err = ERR_INIT;
	struct buf rnd_ic = octets(RND_IC), rnd_ifd = octets(RND_IFD), k_ifd = octets(K_IFD), k_ic = octets(K_IC);
	struct bac bac;
	uint8_t challenge[BAC_CRYPTOGRAM], answer[BAC_CRYPTOGRAM];

	bac_init(&bac, bytes_str("L898902C<369080619406236"));
	ok(same(bac.enc, K_ENC) && same(bac.mac, K_MAC), "BAC: document basic access keys, D.2");
	ok(bac_challenge(&bac, rnd_ic.p, rnd_ifd.p, k_ifd.p, challenge, &err) == 0 && same(challenge, TO_CHIP), "BAC: the terminal's cryptogram, D.3");
	ok(bac_answer(&bac, rnd_ic.p, k_ic.p, BYTES(challenge, sizeof(challenge)), answer, chip, &err) == 0 && same(answer, TO_TERMINAL),
		"BAC: the chip's answer, D.3");
	ok(bac_finish(&bac, rnd_ic.p, rnd_ifd.p, k_ifd.p, BYTES(answer, sizeof(answer)), terminal, &err) == 0, "BAC: the terminal takes it");
	for (int i = 0; i < 2; i++) {
		const struct sm *sm = i == 0 ? terminal : chip;

		ok(same(sm->enc, "979ec13b1cbfe9dcd01ab0fed307eae5") && same(sm->mac, "f1cb1f1fb5adf208806b89dc579dc1f8") &&
				same(sm->ssc, "887022120c06c226"),
			"BAC: session keys and counter of the %s, D.3", i == 0 ? "terminal" : "chip");
	}
	buf_clear(&rnd_ic);
	buf_clear(&rnd_ifd);
	buf_clear(&k_ifd);
	buf_clear(&k_ic);
}

static void
test_bac_refuses(void)
{
	static const uint8_t nonce[8] = { 1 }, other[8] = { 2 }, key[16] = { 3 };
	struct err err = ERR_INIT;
	struct sm sm = { 0 };
	struct bac bac, wrong;
	uint8_t c[BAC_CRYPTOGRAM], a[BAC_CRYPTOGRAM];

	bac_init(&bac, bytes_str("L898902C<369080619406236"));
	bac_init(&wrong, bytes_str("L898902C<369080619406237"));
	bac_challenge(&bac, nonce, other, key, c, &err);
	ok(bac_answer(&wrong, nonce, key, BYTES(c, sizeof(c)), a, &sm, &err) == -1 && err.kind == FAIL_DENIED && !sm.is_on, "BAC: the chip refuses another MRZ");
	ok(bac_answer(&bac, other, key, BYTES(c, sizeof(c)), a, &sm, &err) == -1 && err.kind == FAIL_DENIED && !sm.is_on,
		"BAC: the chip refuses another challenge's answer");
	ok(bac_answer(&bac, nonce, key, BYTES(c, 39), a, &sm, &err) == -1 && err.kind == FAIL_INPUT, "BAC: the chip refuses a short cryptogram");
	c[0] ^= 1;
	ok(bac_answer(&bac, nonce, key, BYTES(c, sizeof(c)), a, &sm, &err) == -1, "BAC: the chip refuses a flipped bit");
	c[0] ^= 1;
	bac_answer(&bac, nonce, key, BYTES(c, sizeof(c)), a, &sm, &err);
	sm_clear(&sm);
	ok(bac_finish(&wrong, nonce, other, key, BYTES(a, sizeof(a)), &sm, &err) == -1 && !sm.is_on, "BAC: the terminal refuses another MRZ");
	ok(bac_finish(&bac, nonce, nonce, key, BYTES(a, sizeof(a)), &sm, &err) == -1 && !sm.is_on, "BAC: the terminal refuses another challenge's answer");
	a[39] ^= 0x80;
	ok(bac_finish(&bac, nonce, other, key, BYTES(a, sizeof(a)), &sm, &err) == -1 && !sm.is_on, "BAC: the terminal refuses a flipped bit");
}

struct step {
	const char *name, *plain, *protected, *data, *answer;
};
static const struct step steps[] = {
	{ "SELECT EF.COM", "00a4020c02011e", "0ca4020c158709016375432908c044f68e08bf8b92d635ff24f800", "", "990290008e08fa855a5d4c50a8ed9000" },
	{ "READ BINARY of 4 at 0", "00b0000004", "0cb000000d9701048e08ed6705417e96ba5500", "60145f01",
		"8709019ff0ec34f9922651990290008e08ad55cc17140b2ded9000" },
	{ "READ BINARY of 18 at 4", "00b0000412", "0cb000040d9701128e082ea28a70f3c7b53500", "04303130365f36063034303030305c026175",
		"871901fb9235f4e4037f2327dcc8964f1f9b8c30f42c8e2fff224a990290008e08c8b2787eaea07d749000" },
};

static void
test_example(void)
{
	struct sm terminal = { 0 }, chip = { 0 };

	example_sessions(&terminal, &chip);
	for (size_t i = 0; i < NELEM(steps); i++) {
		struct err err = ERR_INIT;
		struct buf plain = octets(steps[i].plain), want = octets(steps[i].protected), data = octets(steps[i].data), answer = octets(steps[i].answer);
		struct buf out = BUF_INIT, room = BUF_INIT;
		struct apdu a, got;
		uint16_t sw = 0;

		apdu_read(bytes_of(&plain), &a, &err);
		ok(sm_wrap(&terminal, &a, &out, &err) == 0 && bytes_equal(bytes_of(&out), bytes_of(&want)), "secure messaging: %s, D.4", steps[i].name);
		apdu_read(bytes_of(&want), &got, &err);
		ok(sm_open(&chip, &got, &got, &room, &sw, &err) == 0 && got.le == a.le && got.p2 == a.p2 && bytes_equal(got.data, a.data),
			"secure messaging: %s is opened", steps[i].name);
		ok(sm_seal(&chip, false, bytes_of(&data), SW_OK, &out, &err) == 0 && bytes_equal(bytes_of(&out), bytes_of(&answer)),
			"secure messaging: answer to %s, D.4", steps[i].name);
		ok(sm_unwrap(&terminal, bytes_of(&answer), &room, &sw, &err) == 0 && sw == SW_OK && bytes_equal(bytes_of(&room), bytes_of(&data)),
			"secure messaging: answer to %s is opened", steps[i].name);
		buf_clear(&plain);
		buf_clear(&want);
		buf_clear(&data);
		buf_clear(&answer);
		buf_clear(&out);
		buf_clear(&room);
	}
	ok(same(terminal.ssc, "887022120c06c22c") && same(chip.ssc, "887022120c06c22c"), "secure messaging: the counter after six messages, D.4");
}

/* Every cipher, both ways, lengths around the blocks, short and extended; every octet of a message matters. */
static void
test_ciphers(void)
{
	static const size_t lengths[] = { 0, 1, 7, 8, 15, 16, 17, 100, 223, 224, 240, 255, 256, 5000 };
	static const char *const names[] = { "", "3DES", "AES-128", "AES-192", "AES-256" };

	for (enum chip_cipher c = CHIP_3DES; c <= CHIP_AES256; c++) {
		struct sm terminal, chip;
		bool all = true, room_fits = true;

		sm_start(&terminal, c, bytes_str("a shared secret"), NULL);
		sm_start(&chip, c, bytes_str("a shared secret"), NULL);
		for (size_t i = 0; i < NELEM(lengths) * 2; i++) {
			struct err err = ERR_INIT;
			struct buf data = BUF_INIT, out = BUF_INIT, room = BUF_INIT;
			struct apdu a = { .ins = i & 1 ? 0xB1 : 0xD6, .p1 = 1, .p2 = 2, .le = (uint32_t)lengths[i / 2] }, got;
			uint16_t sw;

			buf_reserve(&data, lengths[i / 2]);
			a.data = bytes_of(&data);
			all = all && sm_wrap(&terminal, &a, &out, &err) == 0 && apdu_read(bytes_of(&out), &got, &err) == 0 &&
				sm_open(&chip, &got, &got, &room, &sw, &err) == 0 && got.le == a.le && bytes_equal(got.data, a.data) &&
				sm_seal(&chip, i & 1, a.data, SW_END_OF_FILE, &out, &err) == 0 &&
				sm_unwrap(&terminal, bytes_of(&out), &room, &sw, &err) == 0 && sw == SW_END_OF_FILE && bytes_equal(bytes_of(&room), a.data);
			buf_clear(&data);
			buf_reserve(&data, sm_room(&chip, 256));
			room_fits = room_fits && data.n > 200 && sm_seal(&chip, false, bytes_of(&data), SW_OK, &out, &err) == 0 && out.n <= 258 &&
				sm_unwrap(&terminal, bytes_of(&out), &room, &sw, &err) == 0;
			buf_clear(&data);
			buf_clear(&out);
			buf_clear(&room);
		}
		ok(all, "%s: messages of %zu lengths, even and odd instructions", names[c], NELEM(lengths));
		ok(room_fits, "%s: what fits a short answer does", names[c]);
		sm_clear(&terminal);
		sm_clear(&chip);
	}
}

static void
test_sm_refuses(void)
{
	for (enum chip_cipher c = CHIP_3DES; c <= CHIP_AES256; c++) {
		struct sm start, sm;
		struct err err = ERR_INIT;
		struct buf out = BUF_INIT, room = BUF_INIT, data = octets("0102030405");
		struct apdu a = { .ins = 0xD6, .data = bytes_of(&data), .le = 4 }, got;
		size_t passed = 0;
		uint16_t sw;

		sm_start(&start, c, bytes_str("secret"), NULL);
		sm = start;
		sm_wrap(&sm, &a, &out, &err);
		for (size_t i = 0; i + 1 < out.n; i++) {
			out.p[i] ^= 1;
			sm = start;
			if (i != 4 && apdu_read(bytes_of(&out), &got, &err) == 0 && sm_open(&sm, &got, &got, &room, &sw, &err) == 0)
				passed++;
			out.p[i] ^= 1;
		}
		ok(passed == 0, "cipher %d: the chip refuses a command with any bit flipped", c);
		sm = start;
		apdu_read(bytes_of(&out), &got, &err);
		sm_open(&sm, &got, &a, &room, &sw, &err);
		ok(sm_open(&sm, &got, &a, &room, &sw, &err) == -1 && sw == SW_SM_WRONG, "cipher %d: the chip refuses the command again", c);
		sm = start;
		passed = 0;
		sm_seal(&sm, false, bytes_of(&data), SW_OK, &out, &err);
		for (size_t i = 0; i + 2 < out.n; i++) {
			out.p[i] ^= 1;
			sm = start;
			if (sm_unwrap(&sm, bytes_of(&out), &room, &sw, &err) == 0)
				passed++;
			out.p[i] ^= 1;
		}
		ok(passed == 0, "cipher %d: the terminal refuses an answer with any bit flipped", c);
		buf_clear(&out);
		buf_clear(&room);
		buf_clear(&data);
	}
}

static void
test_sm_objects(void)
{
	static const struct {
		const char *name, *data;
		uint16_t sw;
	} bad[] = {
		{ "nothing", "", SW_SM_MISSING },
		{ "a length without its MAC", "970104", SW_SM_MISSING },
		{ "a MAC of four octets", "8e0401020304", SW_SM_MISSING },
		{ "a MAC that is wrong", "9701048e080102030405060708", SW_SM_WRONG },
		{ "the same object twice", "9701049701048e080102030405060708", SW_SM_MISSING },
		{ "something after the MAC", "8e080102030405060708970104", SW_SM_MISSING },
		{ "an unknown object", "8001008e080102030405060708", SW_SM_MISSING },
		{ "an object cut off", "8709016375", SW_SM_MISSING },
	};

	for (size_t i = 0; i < NELEM(bad); i++) {
		struct err err = ERR_INIT;
		struct buf data = octets(bad[i].data), room = BUF_INIT;
		struct apdu a = { .cla = 0x0C, .ins = 0xB0, .data = bytes_of(&data), .le = 256 }, got = { .ins = 7 };
		struct sm sm;
		uint16_t sw = 0;

		sm_start(&sm, CHIP_AES128, bytes_str("secret"), NULL);
		ok(sm_open(&sm, &a, &got, &room, &sw, &err) == -1 && sw == bad[i].sw && got.ins == 7, "secure messaging: the chip refuses %s", bad[i].name);
		buf_clear(&data);
		buf_clear(&room);
	}
	{
		struct err err = ERR_INIT;
		struct buf room = BUF_INIT;
		struct sm sm;
		uint16_t sw;

		sm_start(&sm, CHIP_AES128, bytes_str("secret"), NULL);
		ok(sm_unwrap(&sm, BYTES("\x69\x88", 2), &room, &sw, &err) == -1 && strstr(err.text, "6988") != NULL,
			"secure messaging: the terminal refuses a status without protection");
		ok(sm_unwrap(&sm, BYTES("\x90", 1), &room, &sw, &err) == -1, "secure messaging: the terminal refuses one octet");
	}
}

int
main(void)
{
	test_apdu();
	test_information();
	test_bac_refuses();
	test_example();
	test_ciphers();
	test_sm_refuses();
	test_sm_objects();
	return done_testing();
}
