/* finger.c - the finger image record of ISO/IEC 19794-4:2005 clause 7. */
#include "registry/doc9303/finger.h"
#include "registry/doc9303/jpeg.h"

enum { HEADER = 32,
	IMAGE = 14 };
static const char magic[9] = "FIR\0"
			     "010"; /* and a 0 after it */

static const char *const names[] = { "unknown", "right thumb", "right index", "right middle", "right ring", "right little", "left thumb", "left index",
	"left middle", "left ring", "left little" };

const char *
finger_name(unsigned position)
{
	return position < NELEM(names) ? names[position] : names[0];
}

/* b2 b1: 01 right, 10 left; b5 b4 b3: 1 thumb to 5 little. */
uint8_t
finger_subtype(enum finger_position p)
{
	if (p < FINGER_RIGHT_THUMB || p > FINGER_LEFT_LITTLE)
		return 0;
	return (uint8_t)(p <= FINGER_RIGHT_LITTLE ? p << 2 | 1u : (p - FINGER_RIGHT_LITTLE) << 2 | 2u);
}

enum finger_position
finger_of_subtype(uint8_t subtype)
{
	unsigned finger = subtype >> 2, side = subtype & 3;

	if (finger < 1 || finger > 5 || (side != 1 && side != 2))
		return FINGER_UNKNOWN;
	return (enum finger_position)(side == 1 ? finger : finger + 5);
}

static int
check(const struct finger_record *r, struct err *err)
{
	if (r->n < 1 || r->n > FINGER_MAX_IMAGES)
		return err_set(err, FAIL_INPUT, "finger record: %u images, wanted 1 to %d", r->n, FINGER_MAX_IMAGES);
	if ((r->units != FINGER_PER_INCH && r->units != FINGER_PER_CM) || r->depth < 1 || r->depth > 16 || r->compression > FINGER_PNG)
		return err_set(err, FAIL_INPUT, "finger record: units %u, depth %u, compression %u (ISO/IEC 19794-4 7.1)", r->units, r->depth, r->compression);
	for (unsigned i = 0; i < r->n; i++) {
		const struct finger_image *f = &r->image[i];

		if (f->position > 15 || f->views < 1 || f->view < 1 || f->view > f->views || (f->quality > 100 && f->quality < 254))
			return err_set(err, FAIL_INPUT, "finger record: image %u has position %u, view %u of %u, quality %u (ISO/IEC 19794-4 7.2)", i + 1, f->position,
				f->view, f->views, f->quality);
		if (f->width == 0 || f->height == 0 || f->image.n == 0)
			return err_set(err, FAIL_INPUT, "finger record: image %u is empty (ISO/IEC 19794-4 7.2)", i + 1);
	}
	return 0;
}

int
finger_build(const struct finger_record *r, struct buf *out, struct err *err)
{
	struct buf b = BUF_INIT;
	size_t total = HEADER;

	if (check(r, err) == -1)
		return -1;
	for (unsigned i = 0; i < r->n; i++)
		total += IMAGE + r->image[i].image.n;
	if (total > FINGER_MAX_RECORD)
		return err_set(err, FAIL_TOO_LARGE, "finger record: %zu octets, at most %d", total, FINGER_MAX_RECORD);
	buf_add(&b, magic, 8);
	buf_be(&b, total, 6);
	buf_be(&b, r->device, 2);
	buf_be(&b, r->level, 2);
	buf_u8(&b, (uint8_t)r->n);
	buf_u8(&b, r->units);
	buf_be(&b, r->scan_x, 2);
	buf_be(&b, r->scan_y, 2);
	buf_be(&b, r->image_x, 2);
	buf_be(&b, r->image_y, 2);
	buf_u8(&b, r->depth);
	buf_u8(&b, r->compression);
	buf_be(&b, 0, 2);
	for (unsigned i = 0; i < r->n; i++) {
		const struct finger_image *f = &r->image[i];

		buf_be(&b, IMAGE + f->image.n, 4);
		buf_u8(&b, f->position);
		buf_u8(&b, f->views);
		buf_u8(&b, f->view);
		buf_u8(&b, f->quality);
		buf_u8(&b, f->impression);
		buf_be(&b, f->width, 2);
		buf_be(&b, f->height, 2);
		buf_u8(&b, 0);
		buf_bytes(&b, f->image);
	}
	if (buf_check(&b, err) == -1) {
		buf_wipe(&b);
		return -1;
	}
	buf_move(out, &b);
	return 0;
}

static uint64_t
be(const uint8_t *p, size_t octets)
{
	uint64_t v = 0;

	while (octets-- > 0)
		v = v << 8 | *p++;
	return v;
}

static int
read_image(struct bytes *rest, struct finger_image *f, struct err *err)
{
	uint64_t length;

	if (rest->n <= IMAGE || (length = be(rest->p, 4)) <= IMAGE || length > rest->n)
		return err_set(err, FAIL_INPUT, "finger record: an image does not fit into the %zu octets that are left (ISO/IEC 19794-4 7.2)", rest->n);
	f->position = rest->p[4];
	f->views = rest->p[5];
	f->view = rest->p[6];
	f->quality = rest->p[7];
	f->impression = rest->p[8];
	f->width = (uint16_t)be(rest->p + 9, 2);
	f->height = (uint16_t)be(rest->p + 11, 2);
	f->image = BYTES(rest->p + IMAGE, (size_t)length - IMAGE);
	*rest = BYTES(rest->p + length, rest->n - (size_t)length);
	return 0;
}

int
finger_parse(struct bytes b, struct finger_record *out, struct err *err)
{
	struct finger_record r = { 0 };
	struct bytes rest;

	if (b.n < HEADER || memcmp(b.p, magic, 8) != 0)
		return err_set(err, FAIL_INPUT, "finger record: is not one of version 010 (ISO/IEC 19794-4 7.1)");
	if (be(b.p + 8, 6) != b.n || b.n > FINGER_MAX_RECORD)
		return err_set(err, FAIL_INPUT, "finger record: says %llu octets, has %zu (ISO/IEC 19794-4 7.1)", (unsigned long long)be(b.p + 8, 6), b.n);
	r.device = (uint16_t)be(b.p + 14, 2);
	r.level = (uint16_t)be(b.p + 16, 2);
	r.units = b.p[19];
	r.scan_x = (uint16_t)be(b.p + 20, 2);
	r.scan_y = (uint16_t)be(b.p + 22, 2);
	r.image_x = (uint16_t)be(b.p + 24, 2);
	r.image_y = (uint16_t)be(b.p + 26, 2);
	r.depth = b.p[28];
	r.compression = b.p[29];
	if (b.p[18] < 1 || b.p[18] > FINGER_MAX_IMAGES)
		return err_set(err, FAIL_INPUT, "finger record: %u images, wanted 1 to %d", b.p[18], FINGER_MAX_IMAGES);
	rest = BYTES(b.p + HEADER, b.n - HEADER);
	while (r.n < b.p[18])
		if (read_image(&rest, &r.image[r.n++], err) == -1)
			return -1;
	if (rest.n > 0)
		return err_set(err, FAIL_INPUT, "finger record: %zu octets after the last image", rest.n);
	if (check(&r, err) == -1)
		return -1;
	*out = r;
	return 0;
}

int
finger_check_images(const struct finger_record *r, struct err *err)
{
	for (unsigned i = 0; i < r->n; i++) {
		const struct finger_image *f = &r->image[i];
		size_t pixels = (size_t)f->width * f->height;
		bool good = false;

		switch ((enum finger_compression)r->compression) {
		case FINGER_RAW: good = f->image.n == pixels * (r->depth > 8 ? 2 : 1); break;
		case FINGER_RAW_PACKED: good = f->image.n == (pixels * r->depth + 7) / 8; break;
		case FINGER_WSQ: good = f->image.n > 2 && f->image.p[0] == 0xFF && f->image.p[1] == 0xA0; break;
		case FINGER_JPEG: good = jpeg_is(f->image); break;
		case FINGER_JPEG2000: good = jp2_is(f->image); break;
		case FINGER_PNG: good = f->image.n > 8 && memcmp(f->image.p, "\x89PNG\r\n\x1A\n", 8) == 0; break;
		}
		if (!good)
			return err_set(err, FAIL_INPUT, "finger record: image %u is not of the compression %u that the record names (ISO/IEC 19794-4 7.1.13)", i + 1,
				r->compression);
	}
	return 0;
}
