/* Portraits for the chip: a drawn head, upright and inclined, in both compressions; what is no portrait; limits and floor. */
#include <math.h>

#include <gd.h>

#include "issuance/perso/faceimage.h"
#include "registry/doc9303/face.h"
#include "registry/doc9303/iso39794.h"
#include "registry/doc9303/lds.h"
#include "tests/tap.h"

enum { W = 900,
	H = 1200,
	RIGHT_X = 350,
	EYES_Y = 560,
	LEFT_X = 550 };

/* A head with two dark pupils, turned around the middle between the eyes. */
static struct buf
head(double degrees)
{
	gdImagePtr im = gdImageCreateTrueColor(W, H);
	double a = degrees * acos(-1) / 180, mx = (RIGHT_X + LEFT_X) / 2.0;
	struct buf b = BUF_INIT;
	void *jpeg;
	int n;

	gdImageFilledRectangle(im, 0, 0, W - 1, H - 1, gdTrueColor(225, 230, 235));
	for (int y = 0; y < H; y++) /* a soft ground: something to compress */
		for (int x = 0; x < W; x += 7)
			gdImageSetPixel(im, x, y, gdTrueColor(215 + (x * y) % 20, 225, 230));
	gdImageFilledEllipse(im, (int)mx, 620, 420, 560, gdTrueColor(214, 168, 130));
	for (int i = -1; i <= 1; i += 2) {
		int x = (int)(mx + i * (LEFT_X - RIGHT_X) / 2.0 * cos(a) + 0.5), y = (int)(EYES_Y + i * (LEFT_X - RIGHT_X) / 2.0 * sin(a) + 0.5);

		gdImageFilledEllipse(im, x, y, 70, 36, gdTrueColor(250, 250, 250));
		gdImageFilledEllipse(im, x, y, 24, 24, gdTrueColor(10, 10, 10));
	}
	gdImageFilledEllipse(im, (int)mx, 760, 110, 26, gdTrueColor(170, 80, 80));
	jpeg = gdImageJpegPtr(im, &n, 92);
	buf_add(&b, jpeg, (size_t)n);
	gdFree(jpeg);
	gdImageDestroy(im);
	return b;
}

static struct faceimage_order
with_eyes(double degrees, enum faceimage_format format)
{
	struct faceimage_order o = faceimage_usual;
	double a = degrees * acos(-1) / 180, half = (LEFT_X - RIGHT_X) / 2.0, mx = (RIGHT_X + LEFT_X) / 2.0;

	o.format = format;
	o.has_eyes = true;
	o.right_x = (uint16_t)(mx - half * cos(a) + 0.5);
	o.right_y = (uint16_t)(EYES_Y - half * sin(a) + 0.5);
	o.left_x = (uint16_t)(mx + half * cos(a) + 0.5);
	o.left_y = (uint16_t)(EYES_Y + half * sin(a) + 0.5);
	return o;
}

/* Brightness of a JPEG's pixel. */
static int
green(gdImagePtr im, double x, double y)
{
	return gdTrueColorGetGreen(gdImageGetTrueColorPixel(im, (int)(x + 0.5), (int)(y + 0.5)));
}

static void
test_token(double degrees)
{
	struct buf portrait = head(degrees);
	struct faceimage_order o = with_eyes(degrees, FACEIMAGE_JPEG);
	struct faceimage f = FACEIMAGE_INIT, again = FACEIMAGE_INIT;
	struct err err = ERR_INIT;
	struct jpeg_info info;
	gdImagePtr im;

	if (!ok(faceimage_make(bytes_of(&portrait), &o, &f, &err) == 0, "%.0f degrees: a JPEG is made (%s)", degrees, err.text))
		goto out;
	ok(f.is_token && f.width == 420 && f.height == 560 && f.image.n <= o.max_octets && f.psnr_cb >= o.floor_cb && f.quality > 1,
		"%.0f degrees: token frame of 420 x 560, %zu octets, quality %d, %d.%02d dB", degrees, f.image.n, f.quality, f.psnr_cb / 100, f.psnr_cb % 100);
	ok(image_inspect(bytes_of(&f.image), &jpeg_any, &info, &err) == 0 && info.width == 420 && info.height == 560 && info.components == 3, "%.0f degrees: as its markers say",
		degrees);
	im = gdImageCreateFromJpegPtr((int)f.image.n, f.image.p);
	ok(green(im, 0.375 * 420, 0.6 * 420) < 70 && green(im, 0.625 * 420, 0.6 * 420) < 70, "%.0f degrees: the pupils are where ISO/IEC 19794-5 9.2 wants them", degrees);
	ok(green(im, 0.5 * 420, 0.6 * 420) > 120 && green(im, 0.375 * 420, 0.7 * 420) > 120, "%.0f degrees: and nowhere else", degrees);
	gdImageDestroy(im);
	ok(faceimage_make(bytes_of(&portrait), &o, &again, &err) == 0 && bytes_equal(bytes_of(&again.image), bytes_of(&f.image)), "%.0f degrees: the same octets again", degrees);
	o.format = FACEIMAGE_JPEG2000;
	ok(faceimage_make(bytes_of(&portrait), &o, &f, &err) == 0, "%.0f degrees: a JPEG 2000 is made (%s)", degrees, err.text);
	ok(f.is_token && jp2_is(bytes_of(&f.image)) && f.image.n <= o.max_octets && f.psnr_cb >= o.floor_cb, "%.0f degrees: JPEG 2000 of %zu octets, %d.%02d dB", degrees,
		f.image.n, f.psnr_cb / 100, f.psnr_cb % 100);
	ok(image_inspect(bytes_of(&f.image), &jpeg_any, &info, &err) == 0 && info.width == 420 && info.height == 560 && info.components == 3, "%.0f degrees: as its boxes say (%s)", degrees,
		err.text);
	ok(faceimage_make(bytes_of(&portrait), &o, &again, &err) == 0 && bytes_equal(bytes_of(&again.image), bytes_of(&f.image)), "%.0f degrees: the same octets again", degrees);
out:
	faceimage_clear(&f);
	faceimage_clear(&again);
	buf_clear(&portrait);
}

/* Both forms of DG2 around both compressions. */
static void
test_groups(void)
{
	struct buf portrait = head(0), record = BUF_INIT, file = BUF_INIT, block = BUF_INIT;
	struct faceimage f = FACEIMAGE_INIT;
	struct err err = ERR_INIT;

	for (int format = FACEIMAGE_JPEG; format <= FACEIMAGE_JPEG2000; format++) {
		struct faceimage_order o = with_eyes(0, (enum faceimage_format)format);
		struct lds_templates t;
		struct face face;
		struct face39794 face3;
		struct bytes inner;

		if (!ok(faceimage_make(bytes_of(&portrait), &o, &f, &err) == 0, "an image for DG2 (%s)", err.text))
			break;
		ok(face_record_of_image(bytes_of(&f.image), FACE_TOKEN, &record, &err) == 0 && lds_dg2_write(bytes_of(&record), &file, &err) == 0 &&
				lds_dg2_read(bytes_of(&file), &t, &err) == 0 && face_parse(t.template[0].data, &face, &err) == 0 && face_check_image(&face, &err) == 0 &&
				face.image_type == FACE_TOKEN && bytes_equal(face.image, bytes_of(&f.image)),
			"in ISO/IEC 19794-5, and read back (%s)", err.text);
		ok(face39794_of_image(bytes_of(&f.image), false, &face3, &err) == 0 && face39794_write(&face3, &block, &err) == 0 &&
				lds_dg2_write_39794(bytes_of(&block), &file, &err) == 0 && lds_dg2_read(bytes_of(&file), &t, &err) == 0 &&
				lds_template_block(2, &t.template[0], &inner, &err) == 0 && face39794_read(inner, &face3, &err) == 0 && face39794_check_image(&face3, &err) == 0 &&
				bytes_equal(face3.image, bytes_of(&f.image)) && face3.width == 420,
			"in ISO/IEC 39794-5, and read back (%s)", err.text);
	}
	faceimage_clear(&f);
	buf_clear(&portrait);
	buf_clear(&record);
	buf_clear(&file);
	buf_clear(&block);
}

static void
bad(const char *what, struct bytes portrait, struct faceimage_order o, enum fail kind, const char *says)
{
	struct faceimage f = FACEIMAGE_INIT;
	struct err err = ERR_INIT;

	ok(faceimage_make(portrait, &o, &f, &err) == -1 && err.kind == kind && strstr(err.text, says) != NULL && f.image.n == 0, "refuses %s (%s)", what, err.text);
	faceimage_clear(&f);
}

static struct buf
flat(int w, int h)
{
	gdImagePtr im = gdImageCreateTrueColor(w, h);
	struct buf b = BUF_INIT;
	void *jpeg;
	int n;

	gdImageFilledRectangle(im, 0, 0, w - 1, h - 1, gdTrueColor(200, 190, 180));
	jpeg = gdImageJpegPtr(im, &n, 90);
	buf_add(&b, jpeg, (size_t)n);
	gdFree(jpeg);
	gdImageDestroy(im);
	return b;
}

static void
test_bad(void)
{
	struct buf portrait = head(0), plain = flat(600, 800);
	struct faceimage_order o = with_eyes(0, FACEIMAGE_JPEG);
	struct bytes p = bytes_of(&portrait);

	bad("nothing", BYTES_NONE, o, FAIL_INPUT, "portrait");
	bad("a text", bytes_str("not a picture"), o, FAIL_INPUT, "portrait");
	bad("a JPEG that is cut short", BYTES(p.p, p.n / 2), o, FAIL_INPUT, "portrait");
	o.has_eyes = false;
	bad("one flat colour", bytes_of(&plain), o, FAIL_INPUT, "no face");
	o = with_eyes(0, FACEIMAGE_JPEG);
	o.left_x = W;
	bad("an eye outside", p, o, FAIL_INPUT, "outside");
	o = with_eyes(0, FACEIMAGE_JPEG);
	o.left_x = RIGHT_X;
	o.right_x = LEFT_X;
	bad("exchanged eyes", p, o, FAIL_INPUT, "exchanged");
	o = with_eyes(20, FACEIMAGE_JPEG);
	bad("a head inclined by 20 degrees", p, o, FAIL_INPUT, "inclined");
	o = with_eyes(0, FACEIMAGE_JPEG);
	o.left_x = RIGHT_X + 50;
	bad("eyes 50 px apart", p, o, FAIL_INPUT, "at least 60");
	o = with_eyes(0, FACEIMAGE_JPEG);
	o.right_x = 20;
	o.left_x = 420;
	bad("a frame that leaves the picture", p, o, FAIL_INPUT, "leaves the picture");
	o = with_eyes(0, FACEIMAGE_JPEG);
	o.width = 238;
	bad("a frame too small", p, o, FAIL_INPUT, "wanted 240");
	o.width = 421;
	bad("an odd frame", p, o, FAIL_INPUT, "even");
	o = with_eyes(0, FACEIMAGE_JPEG);
	o.max_octets = 1500;
	bad("a JPEG in 1500 octets", p, o, FAIL_TOO_LARGE, "portrait");
	o.format = FACEIMAGE_JPEG2000;
	o.floor_cb = 4500;
	bad("a JPEG 2000 in 1500 octets", p, o, FAIL_TOO_LARGE, "at least 45.00");
	o.max_octets = 100;
	bad("a JPEG 2000 in 100 octets", p, o, FAIL_TOO_LARGE, "does not fit");
	o = with_eyes(0, FACEIMAGE_JPEG);
	o.floor_cb = 9000;
	bad("a floor of 90 dB", p, o, FAIL_TOO_LARGE, "at least 90.00");
	buf_clear(&portrait);
	buf_clear(&plain);
}

static void
test_middle(void)
{
	struct buf portrait = head(0);
	struct faceimage_order o = faceimage_usual;
	struct faceimage f = FACEIMAGE_INIT;
	struct err err = ERR_INIT;
	struct jpeg_info info;

	ok(faceimage_make(bytes_of(&portrait), &o, &f, &err) == 0 && !f.is_token && f.width == 420 && f.height == 560, "without eyes: a frame from the middle (%s)", err.text);
	o.width = 1000;
	o.max_octets = 60000;
	ok(faceimage_make(bytes_of(&portrait), &o, &f, &err) == 0 && f.width == 900 && f.height == 1200 && jp2_inspect(bytes_of(&f.image), &jpeg_any, &info, &err) == 0 &&
			info.width == 900,
		"never larger than the picture (%s)", err.text);
	faceimage_clear(&f);
	buf_clear(&portrait);
}

/* What a document remembers of its portrait. */
static void
test_order_text(void)
{
	static const char *const refused[] = { "", "jpeg2000", "jpeg2000 420 18432", "png 420 18432 3200", "jpeg 419 18432 3200", "jpeg 238 18432 3200", "jpeg 1202 18432 3200",
		"jpeg 420 1000 3200", "jpeg 420 2000000 3200", "jpeg 420 18432 6100", "jpeg 420 18432 -1", "jpeg  420 18432 3200", "jpeg 420 18432 3200 ", "jpeg 0420 18432 3200", "JPEG 420 18432 3200" };
	struct faceimage_order o = { .width = 1 };
	char text[FACEIMAGE_ORDER_TEXT];
	struct err err = ERR_INIT;

	is(faceimage_order_format(&faceimage_usual, text), "jpeg2000 420 18432 3200", "the usual order as text");
	ok(faceimage_order_parse(text, &o, &err) == 0 && o.format == FACEIMAGE_JPEG2000 && o.width == 420 && o.max_octets == 18432 && o.floor_cb == 3200 && !o.has_eyes, "and read again");
	for (size_t i = 0; i < NELEM(refused); i++) {
		err_clear(&err);
		ok(faceimage_order_parse(refused[i], &o, &err) == -1 && err.kind == FAIL_INPUT && o.width == 420, "refuses \"%s\"", refused[i]);
	}
}

int
main(void)
{
	test_order_text();
	test_token(0);
	test_token(8);
	test_token(-8);
	test_groups();
	test_middle();
	test_bad();
	return done_testing();
}
