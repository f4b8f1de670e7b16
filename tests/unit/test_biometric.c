/* Face and finger images in the forms of ISO/IEC 19794 and 39794: published samples, records of our own, and what must be refused. */
#include "registry/base/der.h"
#include "registry/doc9303/face.h"
#include "registry/doc9303/finger.h"
#include "registry/doc9303/iso39794.h"
#include "registry/doc9303/lds.h"
#include "tests/data.h"
#include "tests/hex.h"
#include "tests/tap.h"

static const char png[] = "\x89PNG\r\n\x1A\n and so on", wsq[] = "\xFF\xA0 and so on";

/* ---- published samples ---- */

static void
sample_face_39794(void)
{
	struct lds_templates t;
	struct face39794 f = { 0 };
	struct bytes block = BYTES_NONE;
	struct jpeg_info info;
	struct buf again = BUF_INIT, file = BUF_INIT;
	struct err err = ERR_INIT;
	size_t n;
	uint8_t *p = data_file("icao/dg2/ICAO_39794_5_mandatory.bin", &n);

	if (p == NULL) {
		skip("DG2 with ISO/IEC 39794-5", "no test data");
		return;
	}
	ok(lds_dg2_read(BYTES(p, n), &t, &err) == 0 && t.n == 1 && t.template[0].format == LDS_FORMAT_FACE_39794 && t.template[0].is_constructed, "39794-5 sample: the template (%s)",
		err.text);
	ok(lds_template_block(2, &t.template[0], &block, &err) == 0 && block.p[0] == 0x65, "39794-5 sample: the block (%s)", err.text);
	ok(face39794_read(block, &f, &err) == 0 && f.generation == 3 && f.year == 2019 && f.id == 0 && f.format == FACE39794_JPEG2000_LOSSY, "39794-5 sample: generation 3 of 2019, JPEG 2000 (%s)",
		err.text);
	ok(f.image.n == 15000 && f.kind == -1 && f.gender == -1 && f.width == 0 && f.captured.year == -1, "39794-5 sample: an image of 15000 octets and nothing that is optional");
	ok(face39794_check_image(&f, &err) == 0, "39794-5 sample: the image is a JPEG 2000 (%s)", err.text);
	ok(jp2_inspect(f.image, &jpeg_any, &info, &err) == 0 && info.width == 413 && info.height == 531, "39794-5 sample: of 413 x 531 pixels");
	ok(face39794_write(&f, &again, &err) == 0 && bytes_equal(bytes_of(&again), block), "39794-5 sample: the block written again, octet by octet");
	ok(lds_biometric_write(2, &t, &file, &err) == 0 && bytes_equal(bytes_of(&file), BYTES(p, n)), "39794-5 sample: the file written again, octet by octet");
	ok(lds_dg2_write_39794(block, &file, &err) == 0 && lds_dg2_read(bytes_of(&file), &t, &err) == 0 && t.template[0].type == LDS_TYPE_FACE &&
			lds_template_block(2, &t.template[0], &block, &err) == 0 && bytes_equal(block, bytes_of(&again)),
		"39794-5 sample: in a DG2 of our own");
	buf_clear(&again);
	buf_clear(&file);
	free(p);
}

static void
sample_face_19794(void)
{
	struct face f;
	struct buf again = BUF_INIT;
	struct err err = ERR_INIT;
	size_t n;
	uint8_t *p = data_file("icao/dg2/iso19794_face.bin", &n);

	if (p == NULL) {
		skip("a record of ISO/IEC 19794-5", "no test data");
		return;
	}
	ok(face_parse(BYTES(p, n), &f, &err) == 0 && f.image.n == 5099 && f.image.p == p + 46 && jpeg_is(f.image),
		"19794-5 sample: a JPEG of 5099 octets at 46 (%s)", err.text);
	ok(f.data_type == FACE_JPEG2000 && face_check_image(&f, &err) == -1, "19794-5 sample: which it calls JPEG 2000 (%s)", err.text);
	ok(face_build(&f, &again, &err) == 0 && bytes_equal(bytes_of(&again), BYTES(p, n)), "19794-5 sample: written again, octet by octet");
	buf_clear(&again);
	free(p);
}

static void
sample_finger_39794(void)
{
	struct finger39794 f = { 0 }, g;
	struct buf again = BUF_INIT;
	struct err err = ERR_INIT;
	size_t n;
	uint8_t *p = data_file("icao/dg3/sample-39794-4-ed-1-v1.der", &n);

	if (p == NULL) {
		skip("a block of ISO/IEC 39794-4", "no test data");
		return;
	}
	ok(finger39794_read(BYTES(p, n), &f, &err) == 0 && f.generation == 3 && f.year == 2019, "39794-4 sample: generation 3 of 2019 (%s)", err.text);
	ok(f.position == FINGER_RIGHT_INDEX && f.impression == 1 && f.format == FINGER39794_PNG && f.image.n == 689, "39794-4 sample: right index, rolled, PNG of 689 octets");
	ok(finger39794_check_image(&f, &err) == 0, "39794-4 sample: the image is a PNG");
	ok(f.captured.year == 2018 && f.captured.month == 12 && f.captured.day == 30 && f.captured.hour == 13 && f.captured.minute == -1, "39794-4 sample: taken on 2018-12-30 in the hour after 13");
	ok(f.samples == 100 && f.per_cm, "39794-4 sample: 100 samples for each cm");
	ok(f.lossy == 0, "39794-4 sample: never compressed with loss");
	ok(finger39794_write(&f, &again, &err) == 0 && finger39794_read(bytes_of(&again), &g, &err) == 0 && g.position == f.position && g.samples == f.samples &&
			g.lossy == f.lossy && memcmp(&g.captured, &f.captured, sizeof(g.captured)) == 0 && bytes_equal(g.image, f.image),
		"39794-4 sample: written and read again (%s)", err.text);
	buf_clear(&again);
	free(p);
}

/* ---- our own ---- */

static void
own_fingers(void)
{
	struct finger_record r = { .level = 31,
		.units = FINGER_PER_INCH,
		.scan_x = 500,
		.scan_y = 500,
		.image_x = 500,
		.image_y = 500,
		.depth = 8,
		.compression = FINGER_WSQ,
		.n = 1,
		.image = { { .position = FINGER_LEFT_INDEX, .views = 1, .view = 1, .quality = 80, .width = 300, .height = 400, .image = BYTES(wsq, sizeof(wsq) - 1) } } };
	struct finger_record read, bad = r;
	struct lds_templates t = { .n = 1 }, got;
	struct buf record = BUF_INIT, file = BUF_INIT, again = BUF_INIT;
	struct err err = ERR_INIT;

	ok(finger_build(&r, &record, &err) == 0 && record.n == 32 + 14 + sizeof(wsq) - 1 && memcmp(record.p, "FIR\0"
													     "010\0\0\0\0\0\0",
												    13) == 0,
		"19794-4: a record (%s)", err.text);
	ok(finger_parse(bytes_of(&record), &read, &err) == 0 && read.n == 1 && read.image[0].position == FINGER_LEFT_INDEX && read.image[0].width == 300 &&
			read.image_x == 500 && bytes_equal(read.image[0].image, r.image[0].image) && finger_check_images(&read, &err) == 0,
		"19794-4: read again (%s)", err.text);
	t.template[0] = (struct lds_template){ .header_version = 0x0101, .type = LDS_TYPE_FINGER, .has_subtype = true, .subtype = finger_subtype(FINGER_LEFT_INDEX), .owner = LDS_OWNER_SC37, .format = LDS_FORMAT_FINGER, .data = bytes_of(&record) };
	ok(lds_biometric_write(3, &t, &file, &err) == 0 && file.p[0] == 0x63 && lds_biometric_read(3, bytes_of(&file), &got, &err) == 0 && got.n == 1 &&
			finger_of_subtype(got.template[0].subtype) == FINGER_LEFT_INDEX && bytes_equal(got.template[0].data, bytes_of(&record)),
		"DG3: written and read (%s)", err.text);
	ok(lds_biometric_write(3, &got, &again, &err) == 0 && bytes_equal(bytes_of(&again), bytes_of(&file)), "DG3: the same octets again");
	ok(lds_biometric_read(2, bytes_of(&file), &got, &err) == -1, "DG3: is no DG2 (%s)", err.text);
	bad.image[0].image = BYTES(png, sizeof(png) - 1);
	ok(finger_check_images(&bad, &err) == -1, "19794-4: refuses a PNG that is called WSQ (%s)", err.text);
	bad = r;
	bad.compression = FINGER_RAW;
	ok(finger_check_images(&bad, &err) == -1, "19794-4: refuses raw pixels that are not enough");
	bad = r;
	bad.n = 0;
	ok(finger_build(&bad, &again, &err) == -1, "19794-4: builds none without image (%s)", err.text);
	bad = r;
	bad.image[0].view = 2;
	ok(finger_build(&bad, &again, &err) == -1, "19794-4: nor view 2 of 1 (%s)", err.text);
	bad = r;
	bad.units = 0;
	ok(finger_build(&bad, &again, &err) == -1, "19794-4: nor units of none (%s)", err.text);
	buf_clear(&record);
	buf_clear(&file);
	buf_clear(&again);
}

static void
bad_fingers(void)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t octet;
		const char *says;
	} bad[] = {
		{ "another name", 0, 'f', "version 010" },
		{ "another version", 5, '2', "version 010" },
		{ "another length", 13, 99, "says 99" },
		{ "none", 18, 0, "0 images" },
		{ "two images", 18, 2, "does not fit" },
		{ "eleven images", 18, 11, "11 images" },
		{ "units 3", 19, 3, "units 3" },
		{ "depth 0", 28, 0, "depth 0" },
		{ "compression 9", 29, 9, "compression 9" },
		{ "an image over the end", 35, 200, "does not fit" },
		{ "an image of its header", 35, 14, "does not fit" },
		{ "position 16", 36, 16, "position 16" },
		{ "quality 101", 39, 101, "quality 101" },
	};
	struct finger_record r = { .units = 1, .depth = 8, .compression = FINGER_PNG, .n = 1, .image = { { .position = 1, .views = 1, .view = 1, .width = 9, .height = 9, .image = BYTES(png, sizeof(png) - 1) } } }, read;
	struct buf record = BUF_INIT;
	struct err err = ERR_INIT;
	unsigned cut = 0;

	if (finger_build(&r, &record, &err) == -1)
		bail_out("%s", err.text);
	for (size_t i = 0; i < NELEM(bad); i++) {
		uint8_t was = record.p[bad[i].at];

		record.p[bad[i].at] = bad[i].octet;
		ok(finger_parse(bytes_of(&record), &read, &err) == -1 && strstr(err.text, bad[i].says) != NULL, "19794-4: refuses %s (%s)", bad[i].what, err.text);
		record.p[bad[i].at] = was;
	}
	for (size_t n = 0; n < record.n; n++)
		cut += finger_parse(BYTES(record.p, n), &read, &err) == -1;
	ok(cut == record.n, "19794-4: refuses the record cut at each of its octets");
	buf_clear(&record);
}

static void
names(void)
{
	bool all = true;

	for (unsigned p = FINGER_RIGHT_THUMB; p <= FINGER_LEFT_LITTLE; p++)
		all = all && finger_of_subtype(finger_subtype((enum finger_position)p)) == p;
	ok(all, "every finger has a subtype of its own");
	ok(finger_subtype(FINGER_RIGHT_INDEX) == 0x09 && finger_subtype(FINGER_LEFT_INDEX) == 0x0A && finger_subtype(FINGER_UNKNOWN) == 0, "right index 09, left index 0A (Doc 9303-10 4.7.3)");
	ok(finger_of_subtype(0) == 0 && finger_of_subtype(0x0B) == 0 && finger_of_subtype(0x19) == 0, "other subtypes are no finger");
}

static void
no_fingers(void)
{
	static const uint8_t random[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct lds_templates none = { .n = 0, .random = BYTES(random, 8) }, got = { .n = 7 };
	struct buf file = BUF_INIT, want = octets("63107F610D02010053080102030405060708");
	struct err err = ERR_INIT;

	ok(lds_biometric_write(3, &none, &file, &err) == 0 && bytes_equal(bytes_of(&file), bytes_of(&want)), "DG3 without fingers: 63 { 7F61 { 02 01 00, 53 random } }");
	ok(lds_biometric_read(3, bytes_of(&file), &got, &err) == 0 && got.n == 0 && bytes_equal(got.random, none.random), "DG3 without fingers: read (%s)", err.text);
	none.random.n = 7;
	ok(lds_biometric_write(3, &none, &file, &err) == -1, "DG3 without fingers: not with a value that can be guessed (%s)", err.text);
	none.random.n = 8;
	ok(lds_biometric_write(2, &none, &file, &err) == -1, "DG2 without face is not written (%s)", err.text);
	buf_clear(&file);
	buf_clear(&want);
}

/* The smallest blocks there are, by hand. */
#define VERSION "A007 800103 810207E3"
#define FACE    "6522 " VERSION " A117 3015 800100 A110 A00E A00C 8003FFD8FF A105 A003 800102"

static void
bad_blocks(void)
{
	static const struct {
		const char *what, *hex, *says;
	} faces[] = {
		{ "nothing", "", "empty" },
		{ "a finger", "6400", "face block" },
		{ "no version", "6502 A100", "field 0" },
		{ "generation 4", "6522A007800104810207E3A1173015800100A110A00EA00C8003FFD8FFA105A003800102", "generation 4" },
		{ "no representation", "6509A007800103810207E3", "no representation" },
		{ "an empty list of them", "650BA007800103810207E3A100", "face block" },
		{ "two of them", "6539A007800103810207E3A12E3015800100A110A00EA00C8003FFD8FFA105A0038001023015800100A110A00EA00C8003FFD8FFA105A003800102", "several images" },
		{ "no image", "651DA007800103810207E3A1123010800100A10BA009A007A105A003800102", "image: is absent" },
		{ "an empty image", "651FA007800103810207E3A1143012800100A10DA00BA0098000A105A003800102", "image: is absent or empty" },
		{ "no format", "651DA007800103810207E3A1123010800100A10BA009A0078003FFD8FFA100", "field 0" },
		{ "a format of 3 octets", "6524A007800103810207E3A1193017800100A112A010A00E8003FFD8FFA107A0058003010000", "field 0 is 65536" },
		{ "a negative format", "6522A007800103810207E3A1173015800100A110A00EA00C8003FFD8FFA105A0038001FF", "no number" },
		{ "a format that is code and extension", "6527A007800103810207E3A11C301A800100A115A013A0118003FFD8FFA10AA008800102A103800102", "neither a code nor an extension" },
		{ "fields out of order", "6522A007800103810207E3A1173015A110A00EA00C8003FFD8FFA105A003800102800100", "out of place" },
		{ "a universal tag", "6522A007800103810207E3A1173015020100A110A00EA00C8003FFD8FFA105A003800102", "out of place" },
		{ "three dimensions", "6522A007800103810207E3A1173015800100A110A10EA00C8003FFD8FFA105A003800102", "two dimensions" },
		{ "an octet after it", FACE "00", "after the object" },
		{ "month 13", "652BA007800103810207E3A120301E800100A110A00EA00C8003FFD8FFA105A003800102A207800207E381010D", "at most 12" },
		{ "month 0", "652BA007800103810207E3A120301E800100A110A00EA00C8003FFD8FFA105A003800102A207800207E3810100", "month or day is 0" },
		{ "a width of 0", "652BA007800103810207E3A120301E800100A119A017A0158003FFD8FFA10EA003800102A70780010081022000", "no width" },
	};
	struct buf good = octets(FACE);
	struct face39794 f;
	struct finger39794 g;
	struct err err = ERR_INIT;
	unsigned cut = 0;

	ok(face39794_read(bytes_of(&good), &f, &err) == 0 && f.format == FACE39794_JPEG && f.image.n == 3, "39794-5: the smallest block is read (%s)", err.text);
	ok(face39794_check_image(&f, &err) == -1, "39794-5: its image is none");
	ok(finger39794_read(bytes_of(&good), &g, &err) == -1, "39794-5: it is no finger (%s)", err.text);
	for (size_t i = 0; i < NELEM(faces); i++) {
		struct buf b = octets(faces[i].hex);

		f.image.n = 77;
		ok(face39794_read(bytes_of(&b), &f, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, faces[i].says) != NULL && f.image.n == 77, "39794-5: refuses %s (%s)",
			faces[i].what, err.text);
		buf_clear(&b);
	}
	for (size_t n = 0; n < good.n; n++)
		cut += face39794_read(BYTES(good.p, n), &f, &err) == -1;
	ok(cut == good.n, "39794-5: refuses the block cut at each of its octets");
	buf_clear(&good);
}

static void
own_blocks(void)
{
	struct finger39794 finger = { .position = FINGER_LEFT_THUMB, .impression = 0, .format = FINGER39794_WSQ, .captured = ISO39794_NO_TIME, .samples = 500, .lossy = 1, .image = BYTES(wsq, sizeof(wsq) - 1) }, read;
	struct face39794 face = { .format = FACE39794_JPEG, .kind = 0, .colour_space = 2, .width = 413, .height = 531, .gender = 3, .eye_colour = -1, .hair_colour = -1, .captured = { 2026, 11, 21, -1, -1, -1 }, .image = BYTES("\xFF\xD8\xFF", 3) },
			 face_read;
	struct buf block = BUF_INIT, again = BUF_INIT, extended = BUF_INIT;
	struct err err = ERR_INIT;

	ok(finger39794_write(&finger, &block, &err) == 0 && finger39794_read(bytes_of(&block), &read, &err) == 0 && read.position == FINGER_LEFT_THUMB && read.samples == 500 &&
			!read.per_cm && read.lossy == 1 && read.captured.year == -1 && finger39794_check_image(&read, &err) == 0,
		"39794-4: written and read (%s)", err.text);
	ok(finger39794_write(&read, &again, &err) == 0 && bytes_equal(bytes_of(&block), bytes_of(&again)), "39794-4: the same octets again");
	finger.format = FINGER39794_PNG;
	ok(finger39794_check_image(&finger, &err) == -1, "39794-4: refuses a WSQ that is called PNG (%s)", err.text);
	finger.image = BYTES_NONE;
	ok(finger39794_write(&finger, &again, &err) == -1, "39794-4: writes none without image (%s)", err.text);
	ok(face39794_write(&face, &block, &err) == 0 && face39794_read(bytes_of(&block), &face_read, &err) == 0 && face_read.gender == 3 && face_read.kind == 0 &&
			face_read.colour_space == 2 && face_read.width == 413 && face_read.height == 531 && face_read.captured.year == 2026 && face_read.captured.day == 21 &&
			face_read.captured.hour == -1 && face_read.eye_colour == -1,
		"39794-5: all members written and read (%s)", err.text);
	ok(face39794_write(&face_read, &again, &err) == 0 && bytes_equal(bytes_of(&block), bytes_of(&again)), "39794-5: the same octets again");
	face.width = 0;
	ok(face39794_write(&face, &again, &err) == -1, "39794-5: writes no half of its dimensions (%s)", err.text);
	ok(lds_dg2_write_39794(BYTES("\x64\x00", 2), &again, &err) == -1, "39794-5: no DG2 around a finger (%s)", err.text);
	extended = octets("6521A007800103810207E3A1163014800100A10FA00DA00B8003FFD8FFA104A002A100");
	ok(face39794_read(bytes_of(&extended), &face_read, &err) == -1, "39794-5: refuses an extension without its number (%s)", err.text);
	buf_clear(&extended);
	extended = octets("6522A007800103810207E3A1173015800100A110A00EA00C8003FFD8FFA105A103800102");
	ok(face39794_read(bytes_of(&extended), &face_read, &err) == -1, "39794-5: and a kind where the format must stand (%s)", err.text);
	buf_clear(&extended);
	extended = octets("6524A007800103810207E3A1193017800100A112A010A00E8003FFD8FFA107A005A103800102");
	ok(face39794_read(bytes_of(&extended), &face_read, &err) == 0 && face_read.format == 2, "39794-5: a code of a later edition is read by its fallback (%s)", err.text);
	buf_clear(&block);
	buf_clear(&again);
	buf_clear(&extended);
}

int
main(void)
{
	sample_face_39794();
	sample_face_19794();
	sample_finger_39794();
	names();
	own_fingers();
	bad_fingers();
	no_fingers();
	own_blocks();
	bad_blocks();
	return done_testing();
}
