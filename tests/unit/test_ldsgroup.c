/* DG5, DG7, DG13, DG15, DG16 and all members of DG12: octets by hand from Doc 9303-10, and a published DG15. */
#include "registry/base/der.h"
#include "registry/doc9303/lds.h"
#include "tests/data.h"
#include "tests/hex.h"
#include "tests/tap.h"

static bool
is_hex(const struct buf *got, const char *hex)
{
	struct buf want = octets(hex);
	bool same = bytes_equal(bytes_of(got), bytes_of(&want));

	buf_clear(&want);
	return same;
}

enum which { DG_5 = 5,
	DG_7 = 7,
	DG_13 = 13,
	DG_15 = 15,
	DG_16 = 16 };

static int
read_one(enum which which, struct bytes file, struct err *err)
{
	static union {
		struct lds_images images;
		struct bytes bytes;
		struct lds_dg16 dg16;
	} into;

	switch (which) {
	case DG_5:
	case DG_7: return lds_images_read(which, file, &into.images, err);
	case DG_13: return lds_dg13_read(file, &into.bytes, err);
	case DG_15: return lds_dg15_read(file, &into.bytes, err);
	case DG_16: return lds_dg16_read(file, &into.dg16, err);
	}
	return -1;
}

#define KEY "3010 300B 06072A8648CE3D0201 0500 030100"

static const struct {
	enum which which;
	const char *what, *hex, *says;
} bad[] = {
	{ DG_5, "nothing", "", "DG5" },
	{ DG_5, "another tag", "6707 020101 5F430142", "DG5" },
	{ DG_5, "no count", "6504 5F400142", "DG5" },
	{ DG_5, "no image", "6503 020100", "0 images" },
	{ DG_5, "ten images", "6503 02010A", "10 images" },
	{ DG_5, "one announced, none there", "6503 020101", "DG5" },
	{ DG_5, "one announced, two there", "650B 020101 5F400142 5F400142", "DG5" },
	{ DG_5, "a signature", "6507 020101 5F430142", "DG5" },
	{ DG_5, "an empty image", "6506 020101 5F4000", "is empty" },
	{ DG_5, "an octet after it", "6507 020101 5F400142 00", "DG5" },
	{ DG_7, "a portrait", "6707 020101 5F400142", "DG7" },
	{ DG_7, "cut short", "6707 020101 5F4301", "DG7" },
	{ DG_13, "nothing", "", "DG13" },
	{ DG_13, "contents that are no objects", "6D03 040542", "DG13" },
	{ DG_13, "objects that are malformed inside", "6D05 3003 040542", "DG13" },
	{ DG_13, "an octet after it", "6D03 040142 00", "DG13" },
	{ DG_15, "nothing in it", "6F00", "DG15" },
	{ DG_15, "a bare octet string", "6F03 040142", "DG15" },
	{ DG_15, "a key without bits", "6F0F300D300B06072A8648CE3D02010500", "DG15" },
	{ DG_15, "a key of unused bits", "6F133011300B06072A8648CE3D0201050003020142", "SubjectPublicKeyInfo" },
	{ DG_15, "a key without algorithm", "6F083006050003020042", "SubjectPublicKeyInfo" },
	{ DG_15, "two keys", "6F1030063000030200423006300003020042", "DG15" },
	{ DG_16, "nothing", "", "DG16" },
	{ DG_16, "no persons", "7003 020100", "0 persons" },
	{ DG_16, "16 persons", "7003 020110", "16 persons" },
	{ DG_16, "one announced, none there", "7003 020101", "DG16" },
	{ DG_16, "the first as the second", "7017020101A2125F500832303236313132315F5104413C3C42", "DG16" },
	{ DG_16, "no name", "7010020101A10B5F50083230323631313231", "no name" },
	{ DG_16, "no day", "700C020101A1075F5104413C3C42", "DG16, date" },
	{ DG_16, "no such day", "7017020101A1125F500832303236313332315F5104413C3C42", "not a day" },
	{ DG_16, "half a day", "7017020101A1125F500832303236313130305F5104413C3C42", "no day of its record" },
	{ DG_16, "a name that is no UTF-8", "7014020101A10F5F500832303236313132315F5101FF", "UTF-8" },
	{ DG_16, "members out of order", "701F020101A11A5F500832303236313132315F5104413C3C425F5301445F520131", "DG16, person" },
	{ DG_16, "more after the persons", "7019020101A1125F500832303236313132315F5104413C3C420400", "DG16" },
};

static void
refuses(void)
{
	for (size_t i = 0; i < NELEM(bad); i++) {
		struct buf b = octets(bad[i].hex);
		struct err err = ERR_INIT;

		ok(read_one(bad[i].which, bytes_of(&b), &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, bad[i].says) != NULL, "DG%d: refuses %s (%s)",
			(int)bad[i].which, bad[i].what, err.text);
		buf_clear(&b);
	}
}

static void
images(void)
{
	struct lds_images two = { .n = 2, .image = { BYTES("B", 1), BYTES("CD", 2) } }, read;
	struct buf file = BUF_INIT;
	struct err err = ERR_INIT;

	ok(lds_images_write(5, &two, &file, &err) == 0 && is_hex(&file, "650C 020102 5F400142 5F40024344"), "DG5: a count and the portraits (%s)", err.text);
	ok(lds_images_read(5, bytes_of(&file), &read, &err) == 0 && read.n == 2 && bytes_equal(read.image[1], two.image[1]), "DG5: read (%s)", err.text);
	ok(lds_images_write(7, &two, &file, &err) == 0 && is_hex(&file, "670C 020102 5F430142 5F43024344"), "DG7: a count and the signatures");
	ok(lds_images_write(6, &two, &file, &err) == -1, "DG6 has no images (%s)", err.text);
	two.image[0] = BYTES_NONE;
	ok(lds_images_write(5, &two, &file, &err) == -1, "DG5: writes no empty portrait (%s)", err.text);
	two.n = 0;
	ok(lds_images_write(5, &two, &file, &err) == -1, "DG5: nor none (%s)", err.text);
	buf_clear(&file);
}

static void
optional_details(void)
{
	struct buf file = BUF_INIT;
	struct bytes contents = BYTES_NONE;
	struct err err = ERR_INIT;

	ok(lds_dg13_write(BYTES("\x04\x01\x42", 3), &file, &err) == 0 && is_hex(&file, "6D03 040142"), "DG13: written (%s)", err.text);
	ok(lds_dg13_read(bytes_of(&file), &contents, &err) == 0 && contents.n == 3, "DG13: read");
	ok(lds_dg13_write(BYTES_NONE, &file, &err) == 0 && is_hex(&file, "6D00") && lds_dg13_read(bytes_of(&file), &contents, &err) == 0 && contents.n == 0, "DG13: may be empty");
	ok(lds_dg13_write(BYTES("AB", 2), &file, &err) == -1, "DG13: writes no text without tag (%s)", err.text);
	buf_clear(&file);
}

static void
authentication_key(void)
{
	struct buf key = octets(KEY), file = BUF_INIT;
	struct bytes spki = BYTES_NONE;
	struct err err = ERR_INIT;
	size_t n;
	uint8_t *p;

	ok(lds_dg15_write(bytes_of(&key), &file, &err) == -1, "DG15: writes no key without bits (%s)", err.text);
	buf_clear(&key);
	key = octets("3011 300B 06072A8648CE3D0201 0500 03020042");
	ok(lds_dg15_write(bytes_of(&key), &file, &err) == 0 && file.p[0] == 0x6F && lds_dg15_read(bytes_of(&file), &spki, &err) == 0 && bytes_equal(spki, bytes_of(&key)),
		"DG15: written and read (%s)", err.text);
	p = data_file("icao/lds/loes2006/ef010F.bin", &n);
	if (p == NULL)
		skip("DG15 of the specimen of 2006", "no test data");
	else {
		ok(lds_dg15_read(BYTES(p, n), &spki, &err) == 0 && spki.p[0] == 0x30, "DG15 of the specimen of 2006 is read (%s)", err.text);
		ok(lds_dg15_write(spki, &file, &err) == 0 && bytes_equal(bytes_of(&file), BYTES(p, n)), "and written again, octet by octet");
	}
	free(p);
	buf_clear(&key);
	buf_clear(&file);
}

static void
persons(void)
{
	struct lds_dg16 dg = { .n = 2,
		.person = { { .recorded_on = { DATE_DAY, 11, 21, 2026 }, .name = BYTES("A<<B", 4) },
			{ .recorded_on = { DATE_DAY, 1, 2, 2026 }, .name = BYTES("C", 1), .telephone = BYTES("1", 1), .address = BYTES("D<E", 3) } } };
	struct lds_dg16 read, wrong = dg;
	struct buf file = BUF_INIT;
	struct err err = ERR_INIT;

	dg.n = 1;
	ok(lds_dg16_write(&dg, &file, &err) == 0 && is_hex(&file, "7017020101A1125F500832303236313132315F5104413C3C42"), "DG16: one person (%s)",
		err.text);
	dg.n = 2;
	ok(lds_dg16_write(&dg, &file, &err) == 0 && lds_dg16_read(bytes_of(&file), &read, &err) == 0 && read.n == 2 && read.person[0].telephone.n == 0 &&
			bytes_equal(read.person[1].address, dg.person[1].address) && read.person[1].recorded_on.month == 1,
		"DG16: two persons written and read (%s)", err.text);
	wrong.person[1].name = BYTES_NONE;
	ok(lds_dg16_write(&wrong, &file, &err) == -1, "DG16: writes nobody without name (%s)", err.text);
	wrong = dg;
	wrong.person[0].recorded_on.precision = DATE_MONTH;
	ok(lds_dg16_write(&wrong, &file, &err) == -1, "DG16: nor without a day (%s)", err.text);
	wrong = dg;
	wrong.person[0].address = BYTES("\xFF", 1);
	ok(lds_dg16_write(&wrong, &file, &err) == -1, "DG16: nor an address that is no UTF-8 (%s)", err.text);
	wrong.n = 0;
	ok(lds_dg16_write(&wrong, &file, &err) == -1, "DG16: nor no person (%s)", err.text);
	buf_clear(&file);
}

/* Every member that DG11 and DG12 have. */
static void
all_members(void)
{
	const struct lds_dg11 dg11 = { .full_name = bytes_str("ERIKSSON<<ANNA"),
		.n_other_names = 2,
		.other_name = { bytes_str("A<<B"), bytes_str("C") },
		.personal_number = bytes_str("12345"),
		.birth = { DATE_YEAR, 0, 0, 1974 },
		.place_of_birth = bytes_str("ZENITH<UTO"),
		.address = bytes_str("1<MAIN"),
		.telephone = bytes_str("123"),
		.profession = bytes_str("BAKER"),
		.title = bytes_str("DR"),
		.personal_summary = bytes_str("TALL"),
		.citizenship_image = bytes_str("image"),
		.other_documents = bytes_str("1<2"),
		.custody = bytes_str("NONE") };
	const struct lds_dg12 dg12 = { .authority = bytes_str("UTOPIA"),
		.issued_on = { DATE_DAY, 11, 21, 2026 },
		.n_other_persons = 1,
		.other_person = { bytes_str("D<<E") },
		.endorsements = bytes_str("NONE"),
		.tax_exit = bytes_str("PAID"),
		.front_image = bytes_str("front"),
		.rear_image = bytes_str("rear"),
		.personalised_at = bytes_str("20261121093000"),
		.system_serial = bytes_str("42") };
	struct lds_dg11 read11;
	struct lds_dg12 read12;
	struct buf file = BUF_INIT, again = BUF_INIT;
	struct err err = ERR_INIT;

	ok(lds_dg11_write(&dg11, &file, &err) == 0 && lds_dg11_read(bytes_of(&file), &read11, &err) == 0 && read11.n_other_names == 2 && read11.birth.precision == DATE_YEAR &&
			bytes_equal(read11.custody, dg11.custody) && bytes_equal(read11.citizenship_image, dg11.citizenship_image) && lds_dg11_write(&read11, &again, &err) == 0 &&
			bytes_equal(bytes_of(&file), bytes_of(&again)),
		"DG11: all thirteen members (%s)", err.text);
	ok(lds_dg12_write(&dg12, &file, &err) == 0 && lds_dg12_read(bytes_of(&file), &read12, &err) == 0 && read12.n_other_persons == 1 &&
			bytes_equal(read12.rear_image, dg12.rear_image) && bytes_equal(read12.system_serial, dg12.system_serial) && lds_dg12_write(&read12, &again, &err) == 0 &&
			bytes_equal(bytes_of(&file), bytes_of(&again)),
		"DG12: all nine members (%s)", err.text);
	buf_clear(&file);
	buf_clear(&again);
}

int
main(void)
{
	images();
	optional_details();
	authentication_key();
	persons();
	all_members();
	refuses();
	return done_testing();
}
