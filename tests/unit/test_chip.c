/* Orders and chip files: what is written reads back as the registry has it, the same again is the same octets, what cannot be is refused. */
#include <gd.h>

#include "issuance/perso/chip.h"
#include "registry/doc9303/face.h"
#include "tests/tap.h"

/* The specimen of Doc 9303-4, as our registry would hold her. */
static struct production specimen_row = {
	.document_type = "PP",
	.mrz_form = "TD3",
	.mrz_code = "PP",
	.issuing_state = "UTO",
	.number = "L898902C3",
	.uin = (char[]){ "ZE184226B" },
	.primary_name = (char[]){ "Eriksson" },
	.secondary_name = (char[]){ "Anna María" },
	.mrz_primary = (char[]){ "ERIKSSON" },
	.mrz_secondary = (char[]){ "ANNA<MARIA" },
	.place_of_birth = (char[]){ "Zenith, Utopia" },
	.authority = (char[]){ "PASSPORT OFFICE" },
	.sex = 'F',
	.birth = { DATE_DAY, 8, 12, 1974 },
	.nationality = "UTO",
	.issued_on = { DATE_DAY, 4, 15, 2002 },
	.expires_on = { DATE_DAY, 4, 15, 2012 },
	.hash_bits = 256,
};

static struct production
specimen(void)
{
	return specimen_row;
}

static struct buf
picture(void)
{
	gdImagePtr im = gdImageCreateTrueColor(413, 531);
	struct buf jpeg = BUF_INIT;
	int n;
	void *octets;

	gdImageFilledEllipse(im, 206, 260, 200, 280, gdTrueColor(200, 160, 140));
	octets = gdImageJpegPtr(im, &n, 80);
	buf_add(&jpeg, octets, (size_t)n);
	gdFree(octets);
	gdImageDestroy(im);
	return jpeg;
}

static bool
refuses(struct production p, const char *field)
{
	struct perso_order order = { .lines = "untouched" };
	struct err err = ERR_INIT;
	bool as_wanted = order_of_production(&p, &order, &err) == -1 && err.kind == FAIL_INPUT && strcmp(order.lines, "untouched") == 0;

	printf("# %s\n", err.text);
	return as_wanted && strstr(err.text, field) != NULL;
}

static void
test_refusals(void)
{
	struct production p = specimen();
	char long_name[900];

	memset(long_name, 'A', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	p.mrz_primary = long_name;
	ok(refuses(p, "primary identifier"), "refuses a primary identifier that no MRZ is made of");
	p = specimen();
	p.mrz_primary = (char[]){ "Eriksson" };
	ok(refuses(p, ""), "refuses lower case in the MRZ name");
	p = specimen();
	p.uin = (char[]){ "123456789012345" };
	ok(refuses(p, "personal number"), "refuses a personal number of 15");
	p = specimen();
	strcpy(p.nationality, "XYZ");
	ok(refuses(p, "nationality"), "refuses a nationality that is none");
	p = specimen();
	strcpy(p.issuing_state, "ZZZ");
	ok(refuses(p, ""), "refuses an issuing State that is none");
	p = specimen();
	p.sex = 'Q';
	ok(refuses(p, "sex"), "refuses a sex that Doc 9303 does not know");
	p = specimen();
	p.expires_on.precision = DATE_MONTH;
	ok(refuses(p, "expiry"), "refuses an expiry that is no day");
	p = specimen();
	strcpy(p.number, "L8989 2C3");
	ok(refuses(p, "number"), "refuses a number with a space");
	p = specimen();
	strcpy(p.mrz_code, "PV");
	ok(refuses(p, ""), "refuses a document code that is none");
	p = specimen();
	strcpy(p.mrz_code, "P");
	p.issued_on.year = 2028;
	p.expires_on.year = 2033;
	ok(refuses(p, "second letter"), "refuses a passport of 2028 without second letter");
	p.issued_on.year = 2027;
	p.expires_on.year = 2038;
	ok(refuses(p, "before 2038"), "refuses one of 2027 that would be valid in 2038");
}

static const struct expiry_case {
	struct date birth, issued, want;
	const char *name;
} expiry_cases[] = {
	{ { DATE_DAY, 8, 12, 1974 }, { DATE_DAY, 4, 15, 2026 }, { DATE_DAY, 4, 15, 2036 }, "an adult: ten years" },
	{ { DATE_DAY, 4, 15, 2008 }, { DATE_DAY, 4, 15, 2026 }, { DATE_DAY, 4, 15, 2036 }, "on the 18th birthday: ten years" },
	{ { DATE_DAY, 4, 16, 2008 }, { DATE_DAY, 4, 15, 2026 }, { DATE_DAY, 4, 15, 2031 }, "the day before: five" },
	{ { DATE_YEAR, 0, 0, 2008 }, { DATE_DAY, 4, 15, 2026 }, { DATE_DAY, 4, 15, 2031 }, "only the year known: the youngest counts" },
	{ { DATE_UNKNOWN, 0, 0, 0 }, { DATE_DAY, 4, 15, 2026 }, { DATE_DAY, 4, 15, 2036 }, "nothing known: as an adult" },
	{ { DATE_DAY, 1, 1, 2024 }, { DATE_DAY, 2, 29, 2024 }, { DATE_DAY, 2, 28, 2029 }, "29 February" },
};

static void
test_files(struct bytes jpeg)
{
	struct production p = specimen();
	struct chip_files files = CHIP_FILES_INIT, again = CHIP_FILES_INIT;
	struct lds_templates templates;
	struct perso_order order;
	struct lds_dg11 dg11;
	struct lds_dg12 dg12;
	struct lds_com com;
	struct face face;
	struct bytes mrz;
	struct err err = ERR_INIT;

	ok(order_of_production(&p, &order, &err) == 0, "the order is made: %s", err.text);
	is(order.lines, "PPUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10",
		"its MRZ is the specimen's of Doc 9303-4, with the document code of 2026");
	if (!ok(chip_compose(&order, jpeg, &chip_rules_usual, &files, &err) == 0, "the files are composed: %s", err.text))
		return;
	ok(lds_dg1_read(bytes_of(&files.dg[1]), &mrz, &err) == 0 && bytes_equal(mrz, BYTES(order.lines, 88)), "DG1 holds the MRZ");
	ok(lds_dg2_read(bytes_of(&files.dg[2]), &templates, &err) == 0 && templates.n == 1 && templates.template[0].format == LDS_FORMAT_FACE &&
			face_parse(templates.template[0].data, &face, &err) == 0 && bytes_equal(face.image, jpeg) && face.width == 413,
		"DG2 holds the portrait");
	ok(lds_dg11_read(bytes_of(&files.dg[11]), &dg11, &err) == 0 && bytes_equal(dg11.full_name, bytes_str("Eriksson<<Anna<María")) &&
			bytes_equal(dg11.personal_number, bytes_str("ZE184226B")) && bytes_equal(dg11.place_of_birth, bytes_str("Zenith<Utopia")) &&
			date_compare(dg11.birth, p.birth) == 0,
		"DG11 holds name, number, place and date of birth");
	ok(lds_dg12_read(bytes_of(&files.dg[12]), &dg12, &err) == 0 && bytes_equal(dg12.authority, bytes_str("PASSPORT OFFICE")) &&
			dg12.issued_on.year == 2002 && dg12.personalised_at.n == 0,
		"DG12 holds authority and date of issue, and no clock");
	ok(lds_com_read(bytes_of(&files.com), &com, &err) == 0 && com.n == 4 && com.dg[0] == 1 && com.dg[1] == 2 && com.dg[2] == 11 && com.dg[3] == 12,
		"EF.COM lists DG1, DG2, DG11, DG12");
	ok(chip_compose(&order, jpeg, &chip_rules_usual, &again, &err) == 0 && bytes_equal(bytes_of(&files.dg[2]), bytes_of(&again.dg[2])) &&
			bytes_equal(bytes_of(&files.dg[11]), bytes_of(&again.dg[11])) && bytes_equal(bytes_of(&files.com), bytes_of(&again.com)),
		"composed again they are the same octets");
	chip_clear(&again);
	chip_clear(&files);
}

/* The form of DG2 goes with the day of issue. */
static void
test_forms(struct bytes jpeg)
{
	static const struct {
		const char *from;
		int year;
		bool is_39794;
	} cases[] = {
		{ "2030-01-01", 2029, false },
		{ "2030-01-01", 2030, true },
		{ "2027-06-01", 2027, false },
		{ "2027-06-01", 2028, true },
	};
	struct chip_rules rules = chip_rules_usual;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct production p = specimen();
		struct chip_files files = CHIP_FILES_INIT;
		struct lds_templates templates = { .n = 0 };
		struct bytes image = BYTES_NONE;
		struct perso_order order;

		if (order_of_production(&p, &order, &err) == -1 || chip_rules_parse(cases[i].from, &rules, &err) == -1)
			bail_out("%s", err.text);
		p.issued_on = (struct date){ DATE_DAY, 1, 1, (uint16_t)cases[i].year };
		ok(chip_compose(&order, jpeg, &rules, &files, &err) == 0 && lds_dg2_read(bytes_of(&files.dg[2]), &templates, &err) == 0 &&
				templates.template[0].is_constructed == cases[i].is_39794 && chip_portrait(bytes_of(&files.dg[2]), &image, &err) == 0 &&
				bytes_equal(image, jpeg),
			"issued in %d, ISO/IEC 39794 from %s: DG2 in %s (%s)", cases[i].year, cases[i].from, cases[i].is_39794 ? "39794-5" : "19794-5", err.text);
		chip_clear(&files);
		order_clear(&order);
	}
	ok(chip_rules_parse("2030-01-02", &rules, &err) == -1, "not later than Doc 9303-9 has it: %s", err.text);
	ok(chip_rules_parse("2029", &rules, &err) == -1 && chip_rules_parse("soon", &rules, &err) == -1, "nor without a day: %s", err.text);
	ok(chip_portrait(BYTES("\x75\x00", 2), &(struct bytes){ NULL, 0 }, &err) == -1, "no portrait in an empty DG2: %s", err.text);
}

static void
test_hashes(struct bytes jpeg)
{
	struct production p = specimen();
	struct chip_files files = CHIP_FILES_INIT;
	struct perso_order order;
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;
	struct ldsso lds;
	uint8_t dg1[32];
	json_t *row;

	order_of_production(&p, &order, &err);
	chip_compose(&order, jpeg, &chip_rules_usual, &files, &err);
	ok(chip_hash(&files, 256, &lds, &err) == 0 && lds.n == 4, "four hashes");
	sha256(bytes_of(&files.dg[1]), dg1);
	ok(memcmp(ldsso_find(&lds, 1)->hash, dg1, sizeof(dg1)) == 0, "of the whole file");
	chip_hashes_json(&lds, &json);
	row = json_loads(buf_cstr(&json), 0, NULL);
	ok(row != NULL && chip_hashes_agree(&lds, row, &err) == 0, "agree with their own record: %s", err.text);
	json_object_set_new(row, "11", json_string("00"));
	ok(chip_hashes_agree(&lds, row, &err) == -1 && err.kind == FAIL_CONFLICT && strstr(err.text, "DG11") != NULL, "an altered hash is named: %s", err.text);
	json_object_del(row, "11");
	ok(chip_hashes_agree(&lds, row, &err) == -1, "a missing hash: %s", err.text);
	json_object_set_new(row, "14", json_string("00"));
	ok(chip_hashes_agree(&lds, row, &err) == -1, "another data group instead: %s", err.text);
	ok(chip_file(&files, BYTES("sod", 3), "EF.SOD").n == 3 && chip_file(&files, BYTES_NONE, "EF.DG1").n == 93 &&
			chip_file(&files, BYTES_NONE, "DG12").n > 0 && chip_file(&files, BYTES_NONE, "EF.COM").n > 0,
		"files are found by name");
	for (const char *const *name = (const char *const[]){ "", "EF.", "DG", "DG0", "DG3", "DG17", "DG1x", "EF.DG-1", "EF.CardAccess", "dg1", "DG99999999999", NULL };
		*name != NULL; name++)
		ok(chip_file(&files, BYTES("sod", 3), *name).n == 0, "no file \"%s\"", *name);
	json_decref(row);
	buf_clear(&json);
	chip_clear(&files);
}

/* A portrait as the document's row says: each form composes again to the same octets, and the old one is untouched. */
static void
test_portrait_forms(struct bytes jpeg)
{
	static const char *const forms[] = { "jpeg2000 420 18432 3000", "jpeg 420 18432 3000", "jpeg2000 240 9000 3000" };
	struct production p = specimen();
	struct perso_order order;
	struct chip_files files = CHIP_FILES_INIT, again = CHIP_FILES_INIT;
	struct err err = ERR_INIT;
	struct bytes image;

	if (order_of_production(&p, &order, &err) == -1)
		bail_out("%s", err.text);
	for (size_t i = 0; i < NELEM(forms); i++) {
		p.portrait_form = (char *)(uintptr_t)forms[i];
		ok(chip_compose(&order, jpeg, &chip_rules_usual, &files, &err) == 0 && chip_compose(&order, jpeg, &chip_rules_usual, &again, &err) == 0 &&
				bytes_equal(bytes_of(&files.dg[2]), bytes_of(&again.dg[2])),
			"%s: the same again (%s)", forms[i], err.text);
		ok(chip_portrait(bytes_of(&files.dg[2]), &image, &err) == 0 && !bytes_equal(image, jpeg) && image.n <= 18432, "and a picture of %zu octets", image.n);
	}
	p.portrait_form = (char[]){ "jpeg 420 1024 5500" };
	ok(chip_compose(&order, jpeg, &chip_rules_usual, &files, &err) == -1 && err.kind == FAIL_TOO_LARGE, "refuses one that cannot be so good in so few octets: %s", err.text);
	err_clear(&err);
	p.portrait_form = (char[]){ "gif" };
	ok(chip_compose(&order, jpeg, &chip_rules_usual, &files, &err) == -1, "refuses a form that is none");
	err_clear(&err);
	p.portrait_form = NULL;
	ok(chip_compose(&order, jpeg, &chip_rules_usual, &files, &err) == 0 && chip_portrait(bytes_of(&files.dg[2]), &image, &err) == 0 && bytes_equal(image, jpeg), "as it was enrolled: untouched");
	chip_clear(&files);
	chip_clear(&again);
	order_clear(&order);
}

int
main(void)
{
	struct buf jpeg = picture();
	struct production p = specimen();
	struct chip_files files = CHIP_FILES_INIT;
	struct perso_order order;
	struct err err = ERR_INIT;

	test_files(bytes_of(&jpeg));
	test_forms(bytes_of(&jpeg));
	test_portrait_forms(bytes_of(&jpeg));
	test_hashes(bytes_of(&jpeg));
	test_refusals();
	order_of_production(&p, &order, &err);
	ok(chip_compose(&order, BYTES("GIF89a", 6), &chip_rules_usual, &files, &err) == -1 && err.kind == FAIL_INPUT && files.com.n == 0, "refuses a portrait that is no JPEG: %s", err.text);
	ok(chip_compose(&order, BYTES_NONE, &chip_rules_usual, &files, &err) == -1, "refuses an empty portrait: %s", err.text);
	for (size_t i = 0; i < NELEM(expiry_cases); i++) {
		const struct expiry_case *c = &expiry_cases[i];
		struct date got = order_expiry(c->birth, c->issued, 10, 5);

		ok(got.year == c->want.year && got.month == c->want.month && got.day == c->want.day, "expiry: %s", c->name);
	}
	buf_clear(&jpeg);
	return done_testing();
}
