/* JPEG markers and the face image record.  The pictures are drawn by a program (corpus/jpeg). */
#include "registry/doc9303/face.h"
#include "registry/doc9303/lds.h"
#include "tests/data.h"
#include "tests/tap.h"

static uint8_t *jpeg;
static size_t jpeg_n;

static void
must_load(const char *name, uint8_t **p, size_t *n)
{
	*p = source_file(name, n);
	if (*p == NULL)
		bail_out("no %s", name);
}

static void
takes(const char *name, unsigned components, bool is_progressive)
{
	struct err err = ERR_INIT;
	struct jpeg_info info = { 0 };
	uint8_t *p;
	size_t n;

	must_load(name, &p, &n);
	ok(jpeg_inspect(BYTES(p, n), &jpeg_any, &info, &err) == 0 && info.width == 16 && info.height == 20 && info.bits == 8 &&
			info.components == components && info.is_progressive == is_progressive,
		"takes %s (%s)", name, err.text);
	free(p);
}

/* A copy of the baseline picture of exactly n octets, with one octet changed (at == SIZE_MAX: none). */
static uint8_t *
changed(size_t n, size_t at, uint8_t octet)
{
	uint8_t *p = malloc(n > 0 ? n : 1);

	if (p == NULL)
		bail_out("no memory");
	memcpy(p, jpeg, n < jpeg_n ? n : jpeg_n);
	if (n > jpeg_n)
		memset(p + jpeg_n, 0, n - jpeg_n);
	if (at < n)
		p[at] = octet;
	return p;
}

static void
refuses(const char *what, size_t n, size_t at, uint8_t octet, const char *says)
{
	struct err err = ERR_INIT;
	struct jpeg_info info = { .width = 7 };
	uint8_t *p = changed(n, at, octet);

	ok(jpeg_inspect(BYTES(p, n), &jpeg_any, &info, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, says) != NULL &&
			info.width == 7,
		"refuses %s (%s)", what, err.text);
	free(p);
}

/* Where a marker stands in the baseline picture. */
static size_t
find(uint8_t marker)
{
	for (size_t i = 0; i + 1 < jpeg_n; i++)
		if (jpeg[i] == 0xFF && jpeg[i + 1] == marker)
			return i;
	bail_out("no marker %02X", marker);
}

static void
refuses_jpegs(void)
{
	size_t sof = find(0xC0), sos = find(0xDA), dht = find(0xC4), cut = 0;
	static const uint8_t other_frames[] = { 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF };

	refuses("nothing", 0, SIZE_MAX, 0, "is not a JPEG");
	refuses("SOI alone", 2, SIZE_MAX, 0, "is not a JPEG");
	refuses("a PNG", jpeg_n, 0, 0x89, "is not a JPEG");
	for (size_t i = 0; i < NELEM(other_frames); i++)
		refuses("lossless, hierarchical and arithmetic frames", jpeg_n, sof + 1, other_frames[i], "only Huffman-coded");
	refuses("arithmetic conditioning", jpeg_n, dht + 1, 0xCC, "only Huffman-coded");
	refuses("DNL", jpeg_n, dht + 1, 0xDC, "only Huffman-coded");
	refuses("a second SOI", jpeg_n, dht + 1, 0xD8, "out of place");
	refuses("a restart outside a scan", jpeg_n, dht + 1, 0xD0, "out of place");
	refuses("no marker where one must be", jpeg_n, dht, 0x00, "where a marker must stand");
	refuses("12 bits per sample", jpeg_n, sof + 4, 12, "bits per sample");
	refuses("height 0", jpeg_n, sof + 6, 0, "16 x 0 pixels");
	refuses("width 0", jpeg_n, sof + 8, 0, "0 x 20 pixels");
	refuses("a giant", jpeg_n, sof + 5, 0xFF, "at most 10000 x 10000");
	refuses("four components", jpeg_n, sof + 9, 4, "does not fit its components");
	refuses("sampling factor 0", jpeg_n, sof + 11, 0x02, "sampling");
	refuses("quantization table 4", jpeg_n, sof + 12, 4, "sampling");
	refuses("frame header of another length", jpeg_n, sof + 3, 0x12, "does not fit its components");
	refuses("a segment of length 1", jpeg_n, dht + 3, 1, "where");
	refuses("a segment over the end", jpeg_n, dht + 2, 0xFF, "where");
	refuses("scan header of another length", jpeg_n, sos + 4, 2, "does not fit its components");
	refuses("a scan without frame", jpeg_n, sof + 1, 0xE1, "before the frame header");
	refuses("two frames", jpeg_n, dht + 1, 0xC0, "second frame");
	refuses("one octet after EOI", jpeg_n + 1, SIZE_MAX, 0, "1 octets after EOI");
	for (size_t n = 0; n < jpeg_n; n++) {
		struct err err = ERR_INIT;
		struct jpeg_info info;
		uint8_t *p = changed(n, SIZE_MAX, 0);

		cut += jpeg_inspect(BYTES(p, n), &jpeg_any, &info, &err) == -1 && err.kind == FAIL_INPUT;
		free(p);
	}
	ok(cut == jpeg_n, "refuses the picture cut at each of its %zu octets", jpeg_n);
}

static void
limits(void)
{
	struct err err = ERR_INIT;
	struct jpeg_info info;
	struct jpeg_limits l = { jpeg_n, 16, 20, 16, 20 };

	ok(jpeg_inspect(BYTES(jpeg, jpeg_n), &l, &info, &err) == 0, "exactly at the limits");
	l.max_octets--;
	ok(jpeg_inspect(BYTES(jpeg, jpeg_n), &l, &info, &err) == -1 && err.kind == FAIL_TOO_LARGE, "one octet too many");
	l = (struct jpeg_limits){ jpeg_n, 17, 20, 99, 99 };
	ok(jpeg_inspect(BYTES(jpeg, jpeg_n), &l, &info, &err) == -1 && err.kind == FAIL_INPUT, "too narrow");
	l = (struct jpeg_limits){ jpeg_n, 1, 21, 99, 99 };
	ok(jpeg_inspect(BYTES(jpeg, jpeg_n), &l, &info, &err) == -1, "too low");
	l = (struct jpeg_limits){ jpeg_n, 1, 1, 15, 99 };
	ok(jpeg_inspect(BYTES(jpeg, jpeg_n), &l, &info, &err) == -1, "too wide");
	l = (struct jpeg_limits){ jpeg_n, 1, 1, 99, 19 };
	ok(jpeg_inspect(BYTES(jpeg, jpeg_n), &l, &info, &err) == -1, "too high");
	ok(jpeg_inspect(BYTES(jpeg, jpeg_n), &jpeg_portrait, &info, &err) == -1, "no portrait at 16 x 20");
}

/* SOC, SIZ of one component of 16 x 20 and 8 bits, EOC: as much of a code stream as is looked at. */
static const uint8_t stream[] = { 0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0, 0, 0, 0, 0, 16, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 20,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 7, 1, 1, 0xFF, 0xD9 };

static void
stream_bad(const char *what, size_t n, size_t at, uint8_t octet, const char *says)
{
	struct err err = ERR_INIT;
	struct jpeg_info info = { .width = 7 };
	uint8_t *p = malloc(n);

	if (p == NULL)
		bail_out("no memory");
	memcpy(p, stream, n);
	if (at < n)
		p[at] = octet;
	ok(image_inspect(BYTES(p, n), &jpeg_any, &info, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, says) != NULL && info.width == 7,
		"JPEG 2000: refuses %s (%s)", what, err.text);
	free(p);
}

/* The stream in the boxes of a JP2 file; `width` in its header. */
static struct buf
jp2_file(uint8_t width)
{
	static const uint8_t signature[] = { 0, 0, 0, 12, 'j', 'P', ' ', ' ', 13, 10, 0x87, 10 };
	struct buf b = BUF_INIT;

	buf_add(&b, signature, sizeof(signature));
	buf_be(&b, 20, 4);
	buf_str(&b, "ftypjp2 ");
	buf_be(&b, 0, 4);
	buf_str(&b, "jp2 ");
	buf_be(&b, 30, 4);
	buf_str(&b, "jp2h");
	buf_be(&b, 22, 4);
	buf_str(&b, "ihdr");
	buf_be(&b, 20, 4);
	buf_be(&b, width, 4);
	buf_be(&b, 0x000107070000, 6);
	buf_be(&b, 0, 4);
	buf_str(&b, "jp2c");
	buf_add(&b, stream, sizeof(stream));
	return b;
}

static void
jpeg2000(void)
{
	struct err err = ERR_INIT;
	struct jpeg_info info;
	struct buf file = jp2_file(16), other = jp2_file(17), record = BUF_INIT;
	struct face f;
	unsigned cut = 0;

	ok(jp2_inspect(BYTES(stream, sizeof(stream)), &jpeg_any, &info, &err) == 0 && info.width == 16 && info.height == 20 && info.components == 1 && info.bits == 8,
		"JPEG 2000: takes a code stream (%s)", err.text);
	ok(jp2_inspect(bytes_of(&file), &jpeg_any, &info, &err) == 0 && info.width == 16 && info.height == 20, "JPEG 2000: takes a file (%s)", err.text);
	ok(jp2_inspect(bytes_of(&other), &jpeg_any, &info, &err) == -1 && strstr(err.text, "17 x 20") != NULL, "JPEG 2000: refuses a header that says something else");
	ok(jp2_inspect(bytes_of(&file), &jpeg_portrait, &info, &err) == -1, "JPEG 2000: no portrait at 16 x 20");
	for (size_t n = 0; n < file.n; n++)
		cut += jp2_inspect(BYTES(file.p, n), &jpeg_any, &info, &err) == -1;
	ok(cut == file.n, "JPEG 2000: refuses the file cut at each of its octets");
	stream_bad("a stream cut before its end", sizeof(stream) - 1, SIZE_MAX, 0, "EOC");
	stream_bad("a stream of its markers", 4, SIZE_MAX, 0, "SOC and SIZ");
	stream_bad("no component", sizeof(stream), 41, 0, "0 components");
	stream_bad("five components", sizeof(stream), 41, 5, "5 components");
	stream_bad("a SIZ of another length", sizeof(stream), 5, 42, "SIZ of 42");
	stream_bad("width 0", sizeof(stream), 11, 0, "SIZ");
	stream_bad("an offset behind its end", sizeof(stream), 19, 16, "SIZ");
	stream_bad("a giant", sizeof(stream), 9, 1, "1 x 1 to 10000 x 10000");
	stream_bad("something else", sizeof(stream), 3, 0x52, "not a JPEG");
	ok(face_record_of_image(bytes_of(&file), FACE_TOKEN, &record, &err) == 0 && face_parse(bytes_of(&record), &f, &err) == 0 &&
			f.data_type == FACE_JPEG2000 && f.image_type == FACE_TOKEN && f.width == 16 && f.height == 20 && face_check_image(&f, &err) == 0,
		"JPEG 2000: a face record around it (%s)", err.text);
	ok(lds_dg2_write(bytes_of(&record), &other, &err) == 0 && face_dg2(&f, &file, &err) == 0 && bytes_equal(bytes_of(&file), bytes_of(&other)),
		"DG2 made at once is that made of the record (%s)", err.text);
	buf_clear(&file);
	buf_clear(&other);
	buf_clear(&record);
}

static void
record_bad(const struct buf *good, const char *what, size_t at, uint8_t octet, const char *says)
{
	struct err err = ERR_INIT;
	struct face f = { .width = 7 };
	struct buf b = BUF_INIT;

	buf_bytes(&b, bytes_of(good));
	b.p[at] = octet;
	ok(face_parse(bytes_of(&b), &f, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, says) != NULL && f.width == 7,
		"refuses %s (%s)", what, err.text);
	buf_clear(&b);
}

static void
records(void)
{
	struct err err = ERR_INIT;
	struct buf r = BUF_INIT, again = BUF_INIT;
	struct face f;
	static const uint8_t point[8] = { 1, 0x31, 0, 5, 0, 6, 0, 0 };

	ok(face_record_of_jpeg(BYTES(jpeg, jpeg_n), &r, &err) == 0 && r.n == jpeg_n + 46 && memcmp(r.p, "FAC\0"
													"010\0",
												    8) == 0,
		"makes a record, image at octet 46");
	ok(face_parse(bytes_of(&r), &f, &err) == 0 && f.width == 16 && f.height == 20 && f.image_type == FACE_FULL_FRONTAL &&
			f.data_type == FACE_JPEG && f.colour_space == FACE_COLOUR_SRGB && bytes_equal(f.image, BYTES(jpeg, jpeg_n)),
		"reads it back");
	ok(face_check_image(&f, &err) == 0, "the image is what the record says");
	ok(face_build(&f, &again, &err) == 0 && bytes_equal(bytes_of(&r), bytes_of(&again)), "writes it again");
	record_bad(&r, "another name", 0, 'X', "version 010");
	record_bad(&r, "another version", 6, '1', "version 010");
	record_bad(&r, "a total length too long", 11, (uint8_t)(r.p[11] + 1), "says");
	record_bad(&r, "two faces", 13, 2, "2 faces");
	record_bad(&r, "no face", 13, 0, "0 faces");
	record_bad(&r, "a block too short", 17, (uint8_t)(r.p[17] - 1), "facial record says");
	record_bad(&r, "feature points over the end", 18, 0x01, "feature points");
	record_bad(&r, "many feature points", 18, 0xFF, "feature points");
	record_bad(&r, "data type 2", 35, 2, "data type 2");
	record_bad(&r, "image type 128", 34, 128, "image type 128");
	for (size_t n = 0; n <= 46; n++)
		if (face_parse(BYTES(r.p, n), &f, &err) == 0)
			ok(false, "refuses a record of %zu octets", n);
	buf_u8(&r, 0);
	ok(face_parse(bytes_of(&r), &f, &err) == -1, "refuses an octet after it");
	face_parse(bytes_of(&again), &f, &err);
	f.width++;
	ok(face_check_image(&f, &err) == -1 && strstr(err.text, "17 x 20") != NULL, "refuses other dimensions than the image's");
	f.width--;
	f.data_type = FACE_JPEG2000;
	ok(face_check_image(&f, &err) == -1, "refuses a JPEG that is called JPEG 2000");
	f.image = BYTES(stream, sizeof(stream));
	ok(face_check_image(&f, &err) == 0, "a JPEG 2000 code stream (%s)", err.text);
	f.height++;
	ok(face_check_image(&f, &err) == -1 && strstr(err.text, "16 x 21") != NULL, "refuses other dimensions than the code stream's");
	f.height--;
	f.data_type = FACE_JPEG;
	ok(face_check_image(&f, &err) == -1, "refuses a JPEG 2000 that is called JPEG");
	f.points = BYTES(point, 8);
	f.pose[0] = 3;
	f.properties = 0x010203;
	f.quality = 0x6364;
	ok(face_build(&f, &r, &err) == 0 && face_parse(bytes_of(&r), &f, &err) == 0 && bytes_equal(f.points, BYTES(point, 8)) &&
			f.pose[0] == 3 && f.properties == 0x010203 && f.quality == 0x6364 && f.image.n == sizeof(stream),
		"feature points and the small members");
	f.points.n = 7;
	ok(face_build(&f, &r, &err) == -1, "does not build with half a feature point");
	f.points.n = 0;
	f.image.n = 0;
	ok(face_build(&f, &r, &err) == -1, "does not build without image");
	ok(face_record_of_jpeg(BYTES(jpeg, jpeg_n - 1), &again, &err) == -1, "makes no record of a broken JPEG");
	buf_clear(&r);
	buf_clear(&again);
}

static void
specimen(void)
{
	struct err err = ERR_INIT;
	struct jpeg_info info;
	struct face f;
	size_t n;
	uint8_t *p = data_file("icao/dg2/iso19794_face.bin", &n);

	if (p == NULL) {
		skip("iso19794_face.bin", "no test data");
		return;
	}
	ok(face_parse(BYTES(p, n), &f, &err) == 0 && f.width == 148 && f.height == 70 && f.image_type == FACE_TOKEN && f.image.n == 5099,
		"reads the published record: image of 5099 octets");
	ok(jpeg_inspect(f.image, &jpeg_any, &info, &err) == 0 && info.width == 148 && info.height == 70, "its image is a JPEG (%s)", err.text);
	ok(face_check_image(&f, &err) == -1, "which the record calls JPEG 2000 (%s)", err.text);
	free(p);
}

int
main(void)
{
	must_load("tests/fuzz/corpus/jpeg/baseline.jpg", &jpeg, &jpeg_n);
	takes("tests/fuzz/corpus/jpeg/baseline.jpg", 3, false);
	takes("tests/fuzz/corpus/jpeg/progressive.jpg", 3, true);
	takes("tests/fuzz/corpus/jpeg/grey.jpg", 1, false);
	refuses_jpegs();
	limits();
	records();
	jpeg2000();
	specimen();
	free(jpeg);
	return done_testing();
}
