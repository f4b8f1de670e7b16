/* Worked octets of Doc 9303-10; files of the specimen State (tests/data/utopia) and a published specimen. */
#include "registry/doc9303/face.h"
#include "registry/doc9303/lds.h"
#include "tests/data.h"
#include "tests/hex.h"
#include "tests/tap.h"

#define MRZ "PPUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F3404159ZE184226B<<<<<16"

static struct buf
load(const char *name)
{
	struct buf b = BUF_INIT;
	size_t n;
	uint8_t *p = source_file(name, &n);

	if (p == NULL)
		bail_out("no %s", name);
	buf_add(&b, p, n);
	free(p);
	return b;
}

/* One reader's verdict over some octets. */
enum which { COM,
	DG_1,
	DG_2,
	DG_11,
	DG_12 };
static int
read_one(enum which which, struct bytes file, struct err *err)
{
	static union {
		struct lds_com com;
		struct bytes mrz;
		struct lds_templates dg2;
		struct lds_dg11 dg11;
		struct lds_dg12 dg12;
	} into;

	switch (which) {
	case COM: return lds_com_read(file, &into.com, err);
	case DG_1: return lds_dg1_read(file, &into.mrz, err);
	case DG_2: return lds_dg2_read(file, &into.dg2, err);
	case DG_11: return lds_dg11_read(file, &into.dg11, err);
	default: return lds_dg12_read(file, &into.dg12, err);
	}
}

static const struct {
	enum which which;
	const char *what, *hex, *says;
} bad[] = {
	{ COM, "nothing", "", "EF.COM" },
	{ COM, "another tag", "61165F0104303130375F3606303430303030 5C046175766C", "EF.COM" },
	{ COM, "an octet after it", "60165F0104303130375F3606303430303030 5C046175766C 00", "EF.COM" },
	{ COM, "cut short", "60165F0104303130375F3606303430303030 5C046175", "EF.COM" },
	{ COM, "no LDS version", "600F 5F3606303430303030 5C046175766C", "LDS version" },
	{ COM, "LDS version of letters", "60165F0104414243445F3606303430303030 5C046175766C", "LDS version: is not 4 digits" },
	{ COM, "LDS version of 3 digits", "60155F01033031305F3606303430303030 5C046175766C", "LDS version: is not 4 digits" },
	{ COM, "no Unicode version", "600D 5F010430313037 5C046175766C", "Unicode version" },
	{ COM, "no tag list", "60105F0104303130375F3606303430303030", "tag list" },
	{ COM, "an empty tag list", "60125F0104303130375F3606303430303030 5C00", "tag list: is empty" },
	{ COM, "a tag of no data group", "60165F0104303130375F3606303430303030 5C0461757660", "60 is of no data group" },
	{ COM, "a data group twice", "60165F0104303130375F3606303430303030 5C0461757661", "61 is there twice" },
	{ COM, "more in it", "60185F0104303130375F3606303430303030 5C046175766C 0400", "EF.COM" },
	{ DG_1, "nothing", "", "DG1" },
	{ DG_1, "no MRZ", "6100", "DG1" },
	{ DG_1, "an MRZ of 1 character", "61045F1F013C", "1 characters" },
	{ DG_1, "indefinite length", "6180 5F1F013C 0000", "DG1" },
	{ DG_2, "nothing", "", "DG2" },
	{ DG_2, "no template group", "7500", "DG2" },
	{ DG_2, "no templates", "7506 7F6103 020100", "0 templates" },
	{ DG_2, "11 templates", "7506 7F6103 02010B", "11 templates" },
	{ DG_2, "one announced, none there", "7506 7F6103 020101", "biometric template" },
	{ DG_2, "no header", "750D 7F610A 020101 7F6004 5F2E0100", "biometric header" },
	{ DG_2, "no format type", "7513 7F6110 020101 7F600A A104 87020101 5F2E0100", "format owner or type is missing" },
	{ DG_2, "owner twice", "751B 7F6118 020101 7F6012 A10C 87020101 87020101 88020008 5F2E0100", "tag 87 is there twice" },
	{ DG_2, "owner of 1 octet", "7516 7F6113 020101 7F600D A107 870101 88020008 5F2E0100", "tag 87" },
	{ DG_2, "no data", "7513 7F6110 020101 7F600A A108 87020101 88020008", "biometric data" },
	{ DG_2, "empty data", "7516 7F6113 020101 7F600D A108 87020101 88020008 5F2E00", "biometric data" },
	{ DG_2, "data of another tag", "7516 7F6113 020101 7F600D A108 87020101 88020008 040100", "biometric data: tag 4" },
	{ DG_2, "more after the data", "7519 7F6116 020101 7F6010 A108 87020101 88020008 5F2E0100 0400", "biometric template" },
	{ DG_2, "more after the templates", "7519 7F6116 020101 7F600E A108 87020101 88020008 5F2E0100 0400", "DG2" },
	{ DG_2, "a length over the end", "7517 7F6184FFFFFFFF 020101 7F600E A108 87020101 88020008 5F2E0100", "DG2" },
	{ DG_11, "nothing", "", "DG11" },
	{ DG_11, "nothing in it", "6B02 5C00", "tag list does not say" },
	{ DG_11, "no tag list", "6B05 5F100141 31", "DG11" },
	{ DG_11, "a tag that is not there", "6B0A 5C045F0E5F10 5F0E0141", "tag list does not say" },
	{ DG_11, "a tag that is not listed", "6B0C 5C025F0E 5F0E0141 5F100131", "tag list does not say" },
	{ DG_11, "an unknown tag", "6B08 5C025F19 5F190141", "5F19 is of no member" },
	{ DG_11, "a tag listed twice", "6B0A 5C045F0E5F0E 5F0E0141", "5F0E is there twice" },
	{ DG_11, "a member twice", "6B0C 5C025F0E 5F0E0141 5F0E0141", "there twice" },
	{ DG_11, "half a tag in the list", "6B07 5C015F 5F0E0141", "5F is of no member" },
	{ DG_11, "an empty text", "6B07 5C025F0E 5F0E00", "empty or not UTF-8" },
	{ DG_11, "a text that is not UTF-8", "6B08 5C025F0E 5F0E01C4", "empty or not UTF-8" },
	{ DG_11, "a date of 7 digits", "6B0E 5C025F2B 5F2B0731393734303831", "7 octets" },
	{ DG_11, "a date with a letter", "6B0F 5C025F2B 5F2B083139373430384F32", "is not YYYYMMDD" },
	{ DG_11, "month 13", "6B0F 5C025F2B 5F2B083139373431333132", "not a day of the calendar" },
	{ DG_11, "a day without month", "6B0F 5C025F2B 5F2B083139373430303132", "not a day of the calendar" },
	{ DG_11, "year 0000", "6B0F 5C025F2B 5F2B083030303030303030", "not a day of the calendar" },
	{ DG_11, "BCD with a letter", "6B0B 5C025F2B 5F2B04197408A2", "is not YYYYMMDD" },
	{ DG_11, "other names without A0", "6B08 5C025F0F 5F0F0141", "5F0F is of no member" },
	{ DG_11, "fewer other names than said", "6B0D 5C025F0F A007 020102 5F0F0141", "other names" },
	{ DG_11, "more other names than said", "6B11 5C025F0F A00B 020101 5F0F0141 5F0F0142", "other names" },
	{ DG_11, "no other names at all", "6B09 5C025F0F A003 020100", "other names: 0" },
	{ DG_11, "seventeen other names", "6B09 5C025F0F A003 020111", "other names: 17" },
	{ DG_12, "DG11", "6B08 5C025F0E 5F0E0141", "DG12" },
	{ DG_12, "nothing in it", "6C02 5C00", "tag list does not say" },
	{ DG_12, "a date of issue without day", "6C0F 5C025F26 5F26083230323630343030", "not a day of the calendar" },
	{ DG_12, "30 February", "6C0F 5C025F26 5F26083230323630323330", "not a day of the calendar" },
	{ DG_12, "a moment of 13 digits", "6C14 5C025F55 5F550D32303236303432303132303030", "is not YYYYMMDDhhmmss" },
	{ DG_12, "an empty image", "6C07 5C025F1D 5F1D00", "is empty" },
	{ DG_12, "an octet after it", "6C08 5C025F19 5F190141 00", "DG12" }
};

static void
refuses(void)
{
	for (size_t i = 0; i < NELEM(bad); i++) {
		static const char *const names[] = { "EF.COM", "DG1", "DG2", "DG11", "DG12" };
		struct err err = ERR_INIT;
		struct buf b = octets(bad[i].hex);

		ok(read_one(bad[i].which, bytes_of(&b), &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, bad[i].says) != NULL,
			"%s: refuses %s (%s)", names[bad[i].which], bad[i].what, err.text);
		buf_clear(&b);
	}
}

/* A file that reads well is refused at every length shorter than its own. */
static void
refuses_cut(enum which which, struct bytes file, const char *name)
{
	struct err err = ERR_INIT;
	size_t refused = 0;

	for (size_t n = 0; n < file.n; n++) {
		uint8_t *p = malloc(n > 0 ? n : 1);

		if (p == NULL)
			bail_out("no memory");
		memcpy(p, file.p, n);
		refused += read_one(which, BYTES(p, n), &err) == -1;
		free(p);
	}
	ok(refused == file.n, "%s: refuses it cut at each of %zu octets", name, file.n);
}

static void
tables(void)
{
	static const uint8_t tags[] = { 0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70 };
	int wrong = 0;

	for (unsigned dg = 1; dg <= LDS_DGS; dg++) {
		const struct lds_file *f = lds_file_of_dg(dg);

		wrong += lds_dg_tag(dg) != tags[dg - 1] || lds_dg_of_tag(tags[dg - 1]) != dg || f->fid != 0x100 + dg || f->sfi != dg;
	}
	ok(wrong == 0, "tags, file identifiers and short identifiers of DG1 to DG16");
	ok(lds_dg_tag(0) == 0 && lds_dg_tag(17) == 0 && lds_file_of_dg(17) == NULL, "no DG0, no DG17");
	ok(lds_dg_of_tag(0x60) == 0 && lds_dg_of_tag(0x77) == 0 && lds_dg_of_tag(0x62) == 0 && lds_dg_of_tag(0x175) == 0, "tags of no data group");
	ok(lds_files[0].fid == 0x011E && lds_files[LDS_DGS + 1].fid == 0x011D, "EF.COM 011E, EF.SOD 011D");
}

static void
com(void)
{
	struct err err = ERR_INIT;
	struct buf worked = octets("60165F0104303130375F36063034303030305C046175766C"), out = BUF_INIT, file;
	struct lds_com c;

	ok(lds_com_read(bytes_of(&worked), &c, &err) == 0 && strcmp(c.lds_version, "0107") == 0 && strcmp(c.unicode_version, "040000") == 0 &&
			c.n == 4 && c.dg[0] == 1 && c.dg[1] == 2 && c.dg[2] == 4 && c.dg[3] == 12,
		"EF.COM: the worked example");
	ok(lds_com_write(&c, &out, &err) == 0 && bytes_equal(bytes_of(&out), bytes_of(&worked)), "EF.COM: written again");
	refuses_cut(COM, bytes_of(&worked), "EF.COM");
	file = load("tests/data/utopia/lds/EF.COM-0108.bin");
	ok(lds_com_read(bytes_of(&file), &c, &err) == 0 && strcmp(c.lds_version, LDS_VERSION_1_8) == 0 && c.n == 3, "EF.COM: LDS 1.8");
	ok(lds_com_write(&c, &out, &err) == 0 && bytes_equal(bytes_of(&out), bytes_of(&file)), "EF.COM: LDS 1.8 written again");
	c.dg[1] = 1;
	ok(lds_com_write(&c, &out, &err) == -1, "EF.COM: does not write a data group twice");
	c.dg[1] = 17;
	ok(lds_com_write(&c, &out, &err) == -1, "EF.COM: does not write DG17");
	c.n = 0;
	ok(lds_com_write(&c, &out, &err) == -1, "EF.COM: does not write an empty list");
	buf_clear(&file);
	buf_clear(&worked);
	buf_clear(&out);
}

static void
dg1(void)
{
	struct err err = ERR_INIT;
	struct buf file = load("tests/data/utopia/lds/EF.DG1.bin"), out = BUF_INIT;
	struct bytes mrz, object;
	uint32_t tag;

	ok(lds_dg1_read(bytes_of(&file), &mrz, &err) == 0 && bytes_equal(mrz, bytes_str(MRZ)), "DG1: reads Utopia's");
	ok(lds_dg1_write(bytes_str(MRZ), &out, &err) == 0 && bytes_equal(bytes_of(&out), bytes_of(&file)), "DG1: writes the same");
	refuses_cut(DG_1, bytes_of(&file), "DG1");
	buf_u8(&file, 0);
	ok(lds_dg1_read(bytes_of(&file), &mrz, &err) == -1, "DG1: refuses padding");
	ok(lds_object(bytes_of(&file), &tag, &object, &err) == 0 && tag == 0x61 && object.n == file.n - 1 && lds_dg1_read(object, &mrz, &err) == 0,
		"DG1: reads it after the padding was cut");
	file.p[10] = 'a';
	ok(lds_dg1_read(BYTES(file.p, file.n - 1), &mrz, &err) == -1 && strstr(err.text, "character 6") != NULL, "DG1: refuses small letters");
	ok(lds_dg1_write(BYTES(MRZ, 87), &out, &err) == -1, "DG1: does not write 87 characters");
	ok(lds_dg1_write(bytes_str("PPUTO\n"), &out, &err) == -1, "DG1: does not write 6");
	buf_clear(&file);
	buf_clear(&out);
}

static void
dg2(void)
{
	struct err err = ERR_INIT;
	struct buf file = load("tests/data/utopia/lds/EF.DG2.bin"), out = BUF_INIT;
	struct lds_templates t;
	struct face f;

	ok(lds_dg2_read(bytes_of(&file), &t, &err) == 0 && t.n == 1 && t.template[0].owner == LDS_OWNER_SC37 &&
			t.template[0].format == LDS_FORMAT_FACE && t.template[0].header_version == 0x0101 && t.template[0].type == 2 &&
			!t.template[0].is_constructed,
		"DG2: reads Utopia's");
	ok(face_parse(t.template[0].data, &f, &err) == 0 && f.data_type == FACE_JPEG2000 && f.width == 100 && f.height == 129 &&
			face_check_image(&f, &err) == 0,
		"DG2: its face record");
	ok(lds_dg2_write(t.template[0].data, &out, &err) == 0 && bytes_equal(bytes_of(&out), bytes_of(&file)), "DG2: writes the same");
	refuses_cut(DG_2, bytes_of(&file), "DG2");
	ok(lds_dg2_write(BYTES_NONE, &out, &err) == -1, "DG2: does not write without face");
	ok(lds_dg2_write(BYTES("", LDS_MAX_FILE), &out, &err) == -1, "DG2: does not write a megabyte");
	buf_clear(&file);
	buf_clear(&out);
}

static void
dg11(void)
{
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT, again = BUF_INIT, old;
	struct lds_dg11 read, dg = {
		.full_name = bytes_str("MÜLLER<<ANNA<MARIA"),
		.n_other_names = 2,
		.other_name = { bytes_str("SCHMIDT<<ANNA"), bytes_str("ANNIE") },
		.personal_number = bytes_str("234567890128"),
		.birth = { DATE_MONTH, 8, 0, 1974 },
		.place_of_birth = bytes_str("ZENITH<UTOPIA"),
		.telephone = bytes_str("+000"),
		.citizenship_image = BYTES("\xFF\xD8", 2),
		.custody = bytes_str("none"),
	};

	ok(lds_dg11_write(&dg, &out, &err) == 0 && out.n > 30 &&
			memcmp(out.p + 3, "\x5C\x10\x5F\x0E\x5F\x0F\x5F\x10\x5F\x2B\x5F\x11\x5F\x12\x5F\x16\x5F\x18\x5F\x0E", 20) == 0,
		"DG11: tag list, then what it lists (%s)", err.text);
	ok(lds_dg11_read(bytes_of(&out), &read, &err) == 0 && bytes_equal(read.full_name, dg.full_name) && read.n_other_names == 2 &&
			bytes_equal(read.other_name[1], dg.other_name[1]) && bytes_equal(read.personal_number, dg.personal_number) &&
			read.birth.precision == DATE_MONTH && read.birth.month == 8 && bytes_equal(read.place_of_birth, dg.place_of_birth) &&
			bytes_equal(read.custody, dg.custody) && read.profession.n == 0,
		"DG11: reads back (%s)", err.text);
	ok(lds_dg11_write(&read, &again, &err) == 0 && bytes_equal(bytes_of(&out), bytes_of(&again)), "DG11: the same octets again");
	refuses_cut(DG_11, bytes_of(&out), "DG11");
	dg.other_name[1].n = 0;
	ok(lds_dg11_write(&dg, &again, &err) == -1, "DG11: does not write an empty other name");
	dg.n_other_names = LDS_MAX_OTHER + 1;
	ok(lds_dg11_write(&dg, &again, &err) == -1, "DG11: does not write seventeen");
	dg.n_other_names = 0;
	dg.full_name = bytes_str("M\xDCLLER");
	ok(lds_dg11_write(&dg, &again, &err) == -1, "DG11: does not write what is not UTF-8");
	dg.full_name = BYTES_NONE;
	dg.birth.month = 13;
	ok(lds_dg11_write(&dg, &again, &err) == -1, "DG11: does not write month 13");
	dg = (struct lds_dg11){ .n_other_names = 0 };
	ok(lds_dg11_write(&dg, &again, &err) == -1, "DG11: does not write nothing");
	old = octets("6B0B 5C025F2B 5F2B0419740812");
	ok(lds_dg11_read(bytes_of(&old), &read, &err) == 0 && read.birth.year == 1974 && read.birth.day == 12, "DG11: date in BCD");
	buf_clear(&old);
	old = octets("6B0C 5C01A0 A007 020101 5F0F0141");
	ok(lds_dg11_read(bytes_of(&old), &read, &err) == 0 && read.n_other_names == 1, "DG11: other names listed as A0 (%s)", err.text);
	buf_clear(&old);
	buf_clear(&out);
	buf_clear(&again);
}

static void
dg12(void)
{
	struct err err = ERR_INIT;
	struct buf file = load("tests/data/utopia/lds/EF.DG12.bin"), out = BUF_INIT;
	struct lds_dg12 dg;

	ok(lds_dg12_read(bytes_of(&file), &dg, &err) == 0 && bytes_equal(dg.authority, bytes_str("PASSPORT OFFICE")) &&
			dg.issued_on.year == 2026 && dg.issued_on.month == 4 && dg.issued_on.day == 20,
		"DG12: reads Utopia's");
	ok(lds_dg12_write(&dg, &out, &err) == 0 && bytes_equal(bytes_of(&out), bytes_of(&file)), "DG12: writes the same");
	refuses_cut(DG_12, bytes_of(&file), "DG12");
	dg.personalised_at = bytes_str("20260420120000");
	dg.n_other_persons = 1;
	dg.other_person[0] = bytes_str("ERIKSSON<<EVA");
	dg.system_serial = bytes_str("P1");
	ok(lds_dg12_write(&dg, &out, &err) == 0 && lds_dg12_read(bytes_of(&out), &dg, &err) == 0 && dg.personalised_at.n == 14 &&
			dg.n_other_persons == 1,
		"DG12: time of personalisation and other persons (%s)", err.text);
	dg.personalised_at = bytes_str("2026-04-20 12:");
	ok(lds_dg12_write(&dg, &file, &err) == -1, "DG12: does not write another form of time");
	dg.personalised_at = BYTES_NONE;
	dg.issued_on = (struct date){ DATE_YEAR, 0, 0, 2026 };
	ok(lds_dg12_write(&dg, &file, &err) == -1, "DG12: does not write a year of issue alone");
	buf_clear(&file);
	buf_clear(&out);
}

static void
loes(void)
{
	struct err err = ERR_INIT;
	struct buf again = BUF_INIT;
	struct lds_templates t;
	struct bytes mrz;
	struct lds_com c;
	struct face f;
	size_t n1, n2, n3;
	uint8_t *dg1_file = data_file("icao/lds/loes2006/ef0101.bin", &n1), *dg2_file = data_file("icao/lds/loes2006/ef0102.bin", &n2),
		*com_file = data_file("icao/lds/loes2006/ef011E.bin", &n3);

	if (dg1_file == NULL || dg2_file == NULL || com_file == NULL) {
		skip("specimen loes2006", "no test data");
		goto out;
	}
	ok(lds_dg1_read(BYTES(dg1_file, n1), &mrz, &err) == 0 && mrz.n == 88 && memcmp(mrz.p, "P<NLD", 5) == 0, "loes2006: DG1");
	ok(lds_dg2_read(BYTES(dg2_file, n2), &t, &err) == 0 && t.n == 1 && face_parse(t.template[0].data, &f, &err) == 0 &&
			f.data_type == FACE_JPEG2000 && face_check_image(&f, &err) == 0,
		"loes2006: DG2 (%s)", err.text);
	ok(lds_com_read(BYTES(com_file, n3), &c, &err) == 0 && c.n == 3 && c.dg[2] == 15, "loes2006: EF.COM");
	ok(lds_dg1_write(mrz, &again, &err) == 0 && bytes_equal(bytes_of(&again), BYTES(dg1_file, n1)), "loes2006: DG1 written again, octet by octet");
	ok(lds_biometric_write(2, &t, &again, &err) == 0 && bytes_equal(bytes_of(&again), BYTES(dg2_file, n2)), "loes2006: DG2 too");
	ok(lds_com_write(&c, &again, &err) == 0 && bytes_equal(bytes_of(&again), BYTES(com_file, n3)), "loes2006: EF.COM too");
out:
	buf_clear(&again);
	free(dg1_file);
	free(dg2_file);
	free(com_file);
}

static void
iso39794(void)
{
	struct err err = ERR_INIT;
	struct lds_templates t;
	size_t n;
	uint8_t *p = data_file("icao/dg2/ICAO_39794_5_mandatory.bin", &n);

	if (p == NULL) {
		skip("DG2 with ISO/IEC 39794-5", "no test data");
		return;
	}
	ok(lds_dg2_read(BYTES(p, n), &t, &err) == 0 && t.n == 1 && t.template[0].is_constructed && t.template[0].format == 0x002A,
		"DG2 with ISO/IEC 39794-5: the template (%s)", err.text);
	free(p);
}

int
main(void)
{
	tables();
	com();
	dg1();
	dg2();
	dg11();
	dg12();
	refuses();
	loes();
	iso39794();
	return done_testing();
}
