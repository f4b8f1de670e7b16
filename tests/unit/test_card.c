/*
 * The software chip: personalised by the commands of the applet's profile, locked, read back by basic access control; and everything that it refuses.
 */
#include <unistd.h>

#include "issuance/chip/card.h"
#include "issuance/inspect/terminal.h"
#include "issuance/perso/chipdocument.h"
#include "registry/base/file.h"
#include "tests/cardfix.h"
#include "tests/data.h"
#include "tests/hex.h"
#include "tests/tap.h"

/* The status word that a command in hexadecimal is answered; *data of the answer when wanted. */
static unsigned
status(struct card *card, const char *command, struct buf *data)
{
	struct err err = ERR_INIT;
	struct buf in = octets(command), answer = BUF_INIT;
	unsigned sw = 0;

	if (card_transmit(card, bytes_of(&in), &answer, &err) == 0 && answer.n >= 2) {
		sw = (unsigned)answer.p[answer.n - 2] << 8 | answer.p[answer.n - 1];
		if (data != NULL) {
			buf_cut(&answer, answer.n - 2);
			buf_move(data, &answer);
		}
	}
	buf_clear(&in);
	buf_clear(&answer);
	return sw;
}

struct refusal {
	const char *name, *command;
	unsigned sw;
};

static void
refuses(struct card *card, const char *when, const struct refusal *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned sw = status(card, r[i].command, NULL);

		if (!ok(sw == r[i].sw, "%s: %s is answered %04X", when, r[i].name, r[i].sw))
			printf("# %04X\n", sw);
	}
}

#define SELECT_APPLICATION "00a4040c07a0000002471001"

static void
test_empty(void)
{
	static const struct refusal before[] = {
		{ "an unknown instruction", "00c2000000", 0x6D00 },
		{ "an unknown class", "80a4040c07a0000002471001", 0x6E00 },
		{ "a logical channel", "01a4040c07a0000002471001", 0x6881 },
		{ "half of secure messaging", "04a4040c07a0000002471001", 0x6882 },
		{ "secure messaging without a session", "0ca4020c158709016375432908c044f68e08bf8b92d635ff24f800", 0x6882 },
		{ "another application", "00a4040c07a0000002471002", 0x6A82 },
		{ "the start of the application's name", "00a4040c06a00000024710", 0x6A82 },
		{ "three octets", "00a404", 0x6700 },
		{ "a length that is wrong", "00a4040c07a000", 0x6700 },
		{ "a challenge outside the application", "0084000008", 0x6985 },
		{ "reading without a file", "00b0000004", 0x6986 },
		{ "a file that is not there", "00a4020c02011e", 0x6A82 },
	};
	static const struct refusal inside[] = {
		{ "the application", SELECT_APPLICATION, 0x9000 },
		{ "a file that is not there", "00a4020c02011e", 0x6A82 },
		{ "the selection of one octet", "00a4020c0101", 0x6700 },
		{ "an unknown kind of selection", "00a4080c02011e", 0x6A86 },
		{ "the next occurrence", "00a4020e02011e", 0x6A86 },
		{ "a challenge of four octets", "0084000004", 0x6700 },
		{ "a challenge with parameters", "0084010008", 0x6A86 },
		{ "an answer without a challenge", "0082000028"
						   "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
						   "28",
			0x6985 },
		{ "a challenge", "0084000008", 0x9000 },
		{ "an answer while there are no keys", "0082000028"
						       "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
						       "28",
			0x6985 },
		{ "writing without a file", "00d6000001ff", 0x6986 },
		{ "a file with a wrong tag", "00e0000006640400080101", 0x6A80 },
		{ "a file of five octets", "00e000000563040008"
					   "01",
			0x6700 },
		{ "a file", "00e0000006630400080101", 0x9000 },
		{ "the same file", "00e0000006630400080101", 0x6A89 },
		{ "writing", "00d600000401020304", 0x9000 },
		{ "writing over the end", "00d600050401020304", 0x6A84 },
		{ "writing far behind the end", "00d6700001ff", 0x6A84 },
		{ "writing nothing", "00d60000", 0x6700 },
		{ "reading before access control", "00b0000004", 0x6982 },
		{ "reading by short identifier", "00b0810004", 0x6982 },
		{ "reading an absent short identifier", "00b0820004", 0x6982 },
		{ "reading with the odd instruction", "00b1000003540100"
						      "04",
			0x6982 },
		{ "the odd instruction without an offset", "00b1000001"
							   "5404",
			0x6A80 },
		{ "unknown data", "00da0069021234", 0x6A86 },
		{ "an MRZ of two parts", "00da00620a6208040141040141"
					 "0000",
			0x6A80 },
		{ "an MRZ with a wrong date", "00da00620d620b040141040141040141"
					      "0000",
			0x6A80 },
	};
	struct err err = ERR_INIT;
	struct card *card = card_new(&err);
	struct buf answer = BUF_INIT;

	ok(card_transmit(card, BYTES("\0\xA4\0\0", 4), &answer, &err) == -1 && err.kind == FAIL_AGAIN, "without power the chip is silent");
	card_power(card, true);
	refuses(card, "empty chip", before, NELEM(before));
	refuses(card, "empty chip", inside, NELEM(inside));
	ok(!card_is_locked(card), "it is not locked");
	buf_clear(&answer);
	card_free(card);
}

static void
test_personalise(void)
{
	static const struct refusal locked[] = {
		{ "the application", SELECT_APPLICATION, 0x9000 },
		{ "a new file", "00e0000006630400080109", 0x6985 },
		{ "writing", "00d600000401020304", 0x6985 },
		{ "another MRZ", "00da0062"
				 "1d621b"
				 "04094c38393839303243"
				 "3c"
				 "0406363930383036"
				 "0406393430363233",
			0x6985 },
		{ "the lock again", "00dadead", 0x6985 },
		{ "selecting a file", "00a4020c02011e", 0x6982 },
		{ "selecting a file that is not there", "00a4020c020110", 0x6982 },
		{ "reading by short identifier", "00b09e0004", 0x6982 },
		{ "a challenge", "0084000008", 0x9000 },
		{ "a wrong answer", "0082000028"
				    "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
				    "28",
			0x6300 },
		{ "another answer to the same challenge", "0082000028"
							  "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
							  "28",
			0x6985 },
	};
	struct err err = ERR_INIT;
	struct card *card = card_new(&err);
	struct terminal t = cardfix_terminal(card);
	struct cardfix_files files;
	struct buf out = BUF_INIT;
	struct chip_contents_file other;

	card_power(card, true);
	if (!cardfix_files(&files))
		bail_out("no tests/data/utopia");
	ok(chip_profile_by_name("jmrtd") == &chip_profiles[0] && chip_profile_by_name("other") == NULL, "the applet's profile is known");
	ok(chip_personalise(&chip_profiles[0], &t, &files.chip, &err) == 0, "a chip is personalised: %s", err.text);
	ok(card_is_locked(card), "and locked");
	refuses(card, "locked chip", locked, NELEM(locked));
	ok(chip_read_back(&t, &files.chip, &err) == 0, "it is read back: %s", err.text);
	other = files.file[1];
	other.octets = files.file[0].octets;
	ok(chip_read_back(&t, &(struct chip_contents){ files.chip.number, files.chip.birth, files.chip.expiry, &other, 1 }, &err) == -1 &&
			err.kind == FAIL_CONFLICT && strstr(err.text, other.name) != NULL,
		"what differs is named");
	ok(chip_personalise(&chip_profiles[0], &t, &files.chip, &err) == -1 && err.kind == FAIL_CONFLICT, "it cannot be personalised again");
	ok(chip_read_back(&t, &(struct chip_contents){ "XXXXXXXXX", files.chip.birth, files.chip.expiry, files.file, files.chip.nfile }, &err) == -1 &&
			err.kind == FAIL_DENIED,
		"another MRZ does not open it");

	ok(terminal_select_application(&t, &err) == 0 && terminal_bac(&t, CARDFIX_INFORMATION, &err) == 0, "BAC opens it");
	t.read_max = TERMINAL_READ_LONG;
	ok(terminal_read_file(&t, 0x0102, "EF.DG2", &out, &err) == 0 && bytes_equal(bytes_of(&out), files.file[1].octets), "DG2 with extended lengths");
	ok(terminal_read_file(&t, 0x0103, "EF.DG3", &out, &err) == -1 && err.kind == FAIL_NOT_FOUND && t.sm.is_on, "a file that is not there; the session goes on");
	ok(terminal_read_file(&t, 0x0101, "EF.DG1", &out, &err) == 0, "DG1 then");
	ok(status(card, "00b0000004", NULL) == 0x6986, "a command without secure messaging ends the session");
	ok(terminal_read_file(&t, 0x0101, "EF.DG1", &out, &err) == -1 && !t.sm.is_on, "the terminal's session is over too");
	ok(terminal_bac(&t, CARDFIX_INFORMATION, &err) == 0, "BAC again");
	card_reset(card);
	ok(terminal_read_file(&t, 0x0101, "EF.DG1", &out, &err) == -1, "a reset ends the session");
	card_power(card, false);
	ok(terminal_select_application(&t, &err) == -1 && err.kind == FAIL_AGAIN, "a chip that is gone");
	buf_clear(&out);
	cardfix_clear(&files);
	terminal_end(&t);
	card_free(card);
}

/* A chip that goes away at any command of its personalisation: it is spoiled, and never locked or taken for an empty one. */
struct frail {
	struct card *card;
	int left;
};

static int
frail_exchange(void *to, struct bytes command, struct buf *answer, struct err *err)
{
	struct frail *f = to;

	if (f->left-- == 0)
		card_power(f->card, false);
	return card_transmit(f->card, command, answer, err);
}

static void
test_pulled(void)
{
	struct cardfix_files files;
	int commands, said = 0, spoiled = 0;

	if (!cardfix_files(&files))
		bail_out("no tests/data/utopia");
	for (commands = 0; commands < 1000; commands++) {
		struct err err = ERR_INIT;
		struct card *card = card_new(&err);
		struct frail frail = { card, commands };
		struct terminal t = { .transport = { frail_exchange, &frail } };
		bool is_done;

		card_power(card, true);
		is_done = chip_personalise(&chip_profiles[0], &t, &files.chip, &err) == 0;
		if (!is_done) {
			said += err.kind == FAIL_AGAIN && !card_is_locked(card);
			card_power(card, true);
			/* only what did not come to the first file can be begun again */
			spoiled += (chip_personalise(&chip_profiles[0], &t, &files.chip, &err) == -1 && err.kind == FAIL_CONFLICT) == (commands > 1);
		}
		card_free(card);
		if (is_done)
			break;
	}
	ok(commands > 10 && said == commands, "a chip that is pulled out at any of %d commands is said to be gone, and is not locked", commands);
	ok(spoiled == commands, "and is not written again once a file was on it");
	cardfix_clear(&files);
}

/* READ BINARY in all its forms, under secure messaging. */
static void
test_reading(void)
{
	static const struct {
		const char *name;
		uint8_t ins, p1, p2;
		const char *data;
		uint32_t le;
		uint16_t sw;
		size_t n;      /* octets wanted in the answer */
		uint8_t first; /* the first of them: its place modulo 251 */
	} cases[] = {
		{ "from the start", 0xB0, 0, 0, "", 10, SW_OK, 10, 0 },
		{ "at an offset", 0xB0, 1, 4, "", 8, SW_OK, 8, 260 % 251 },
		{ "the highest offset of the even instruction", 0xB0, 0x7F, 0xFF, "", 8, SW_OK, 8, 32767 % 251 },
		{ "by short identifier", 0xB0, 0x80 | 0x0D, 16, "", 8, SW_OK, 8, 16 },
		{ "by an absent short identifier", 0xB0, 0x80 | 0x0E, 16, "", 8, SW_FILE_NOT_FOUND, 0, 0 },
		{ "by short identifier 0", 0xB0, 0x80, 16, "", 8, SW_FILE_NOT_FOUND, 0, 0 },
		{ "with reserved bits", 0xB0, 0xE0, 16, "", 8, SW_WRONG_P1P2, 0, 0 },
		{ "as much as there is", 0xB0, 0, 0, "", 65536, SW_OK, 40000, 0 },
		{ "odd, current file", 0xB1, 0, 0, "54029c30", 18, SW_OK, 16, 39984 % 251 },
		{ "odd, current file, three octets of offset", 0xB1, 0, 0, "5403009c30", 18, SW_OK, 16, 39984 % 251 },
		{ "odd, over the end", 0xB1, 0, 0, "54029c30", 21, SW_END_OF_FILE, 16, 39984 % 251 },
		{ "odd, by short identifier", 0xB1, 0, 0x0D, "540110", 10, SW_OK, 8, 16 },
		{ "odd, by identifier", 0xB1, 0x01, 0x0D, "540110", 10, SW_OK, 8, 16 },
		{ "odd, at the end", 0xB1, 0, 0, "54029c40", 10, SW_WRONG_OFFSET, 0, 0 },
		{ "odd, far behind the end", 0xB1, 0, 0, "5404ffffffff", 10, SW_WRONG_OFFSET, 0, 0 },
		{ "odd, five octets of offset", 0xB1, 0, 0, "54050000000000", 10, SW_WRONG_DATA, 0, 0 },
		{ "odd, an empty offset", 0xB1, 0, 0, "5400", 10, SW_WRONG_DATA, 0, 0 },
		{ "odd, two offsets", 0xB1, 0, 0, "540100540100", 10, SW_WRONG_DATA, 0, 0 },
		{ "odd, no room for an answer", 0xB1, 0, 0, "540100", 2, SW_WRONG_LENGTH, 0, 0 },
		{ "odd, absent identifier", 0xB1, 0x01, 0x0E, "540110", 10, SW_FILE_NOT_FOUND, 0, 0 },
	};
	struct err err = ERR_INIT;
	struct card *card = card_new(&err);
	struct terminal t = cardfix_terminal(card);
	struct buf file = BUF_INIT;

	for (size_t i = 0; i < 40000; i++)
		buf_u8(&file, (uint8_t)(i % 251));
	card_power(card, true);
	card_put_file(card, CARD_LDS, 0x010D, bytes_of(&file), &err);
	card_put_file(card, CARD_LDS, 0x0103, bytes_of(&file), &err);
	card_set_mrz(card, CARDFIX_NUMBER, CARDFIX_BIRTH, CARDFIX_EXPIRY, &err);
	card_lock(card);
	ok(card_put_file(card, CARD_LDS, 0x0104, bytes_of(&file), &err) == -1 && err.kind == FAIL_CONFLICT, "no file after the lock");
	ok(card_set_mrz(card, CARDFIX_NUMBER, CARDFIX_BIRTH, CARDFIX_EXPIRY, &err) == -1 && err.kind == FAIL_CONFLICT, "no MRZ after the lock");
	terminal_select_application(&t, &err);
	terminal_bac(&t, CARDFIX_INFORMATION, &err);
	for (size_t i = 0; i < NELEM(cases); i++) {
		struct buf data = octets(cases[i].data), answer = BUF_INIT;
		struct apdu a = { .ins = cases[i].ins, .p1 = cases[i].p1, .p2 = cases[i].p2, .data = bytes_of(&data), .le = cases[i].le };
		size_t around = cases[i].ins == 0xB1 ? 2 : 0;
		uint16_t sw = 0;
		bool good;

		terminal_select_file(&t, 0x010D, "EF.DG13", &err);
		good = terminal_send(&t, &a, &answer, &sw, &err) == 0 && sw == cases[i].sw;
		if (cases[i].n > 0 && good)
			good = answer.n == cases[i].n + around && answer.p[around] == cases[i].first;
		if (!ok(good, "reading %s", cases[i].name))
			printf("# %04X, %zu octets: %s\n", sw, answer.n, err.text);
		buf_clear(&data);
		buf_clear(&answer);
	}
	{
		const struct apdu a = { .ins = 0xB0, .le = 256 };
		struct buf answer = BUF_INIT;
		uint16_t sw = 0;

		terminal_select_file(&t, 0x010D, "EF.DG13", &err);
		ok(terminal_send(&t, &a, &answer, &sw, &err) == 0 && sw == SW_OK && answer.n >= TERMINAL_READ_SHORT && answer.n < 256,
			"a short answer holds what fits under secure messaging");
		buf_clear(&answer);
	}
	ok(terminal_select_file(&t, 0x0103, "EF.DG3", &err) == -1 && err.kind == FAIL_DENIED, "fingerprints are not for basic access control");
	buf_clear(&file);
	terminal_end(&t);
	card_free(card);
}

/* What opens a chip, taken from the specimens of Doc 9303-4, -5 and -6. */
static void
test_access(void)
{
	static const struct {
		const char *name, *mrz, *number, *birth, *expiry;
	} cases[] = {
		{ "TD3", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10", "L898902C3", "740812", "120415" },
		{ "TD2", "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6", "D23145890", "740812", "120415" },
		{ "TD1", "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<", "D23145890", "740812", "120415" },
		{ "TD1 with a long number", "I<UTOD23145890<7349<<<<<<<<<<<3407127M9507122UTO<<<<<<<<<<<2STEVENSON<<PETER<JOHN<<<<<<<<<", "D23145890734", "340712", "950712" },
	};
	static const char *const keys[] = { "30820000", "-----BEGIN PRIVATE KEY-----\n", "" };
	char number[23], birth[7], expiry[7], folder[] = "/tmp/chip-document-XXXXXX", path[64];
	struct chip_document d;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < NELEM(cases); i++)
		ok(chip_document_access(bytes_str(cases[i].mrz), number, birth, expiry, &err) == 0 && strcmp(number, cases[i].number) == 0 &&
				strcmp(birth, cases[i].birth) == 0 && strcmp(expiry, cases[i].expiry) == 0,
			"what opens the chip: %s", cases[i].name);
	ok(chip_document_access(bytes_str("P<UTO"), number, birth, expiry, &err) == -1 && err.kind == FAIL_INPUT, "not five characters");
	if (mkdtemp(folder) == NULL)
		bail_out("no folder");
	ok(chip_document_load(folder, &d, &err) == -1 && err.kind == FAIL_NOT_FOUND, "a folder without DG1");
	chip_document_clear(&d);
	for (size_t i = 0; i < NELEM(keys); i++) {
		snprintf(path, sizeof(path), "%s/CA.key", folder);
		file_write(path, bytes_str(keys[i]), 0600, &err);
		ok(chip_document_load(folder, &d, &err) == -1 && err.kind == FAIL_INPUT, "a key file without a key (%zu)", i);
		chip_document_clear(&d);
	}
	unlink(path);
	snprintf(path, sizeof(path), "%s/CAN", folder);
	file_write(path, bytes_str("12345\n"), 0600, &err);
	ok(chip_document_load(folder, &d, &err) == -1 && err.kind == FAIL_INPUT, "a CAN of five digits");
	chip_document_clear(&d);
	unlink(path);
	rmdir(folder);
}

int
main(void)
{
	test_access();
	test_empty();
	test_personalise();
	test_pulled();
	test_reading();
	return done_testing();
}
