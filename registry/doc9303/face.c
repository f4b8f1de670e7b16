/* face.c - the face image record of ISO/IEC 19794-5:2005 clause 5, with one face. */
#include "registry/doc9303/face.h"
#include "registry/doc9303/lds-local.h"

enum {
	HEADER = 14,
	FACIAL = 20,
	POINT = 8,
	IMAGE = 12
};
static const char magic[9] = "FAC\0"
			     "010"; /* and a 0 after it */

static void
put(uint8_t **p, struct bytes b)
{
	memcpy(*p, b.p, b.n);
	*p += b.n;
}

static void
put_be(uint8_t **p, size_t value, size_t octets)
{
	for (size_t i = octets; i-- > 0; value >>= 8)
		(*p)[i] = (uint8_t)value;
	*p += octets;
}

/* A record in the order of its octets: fixed ones, feature points, fixed ones, image. */
enum { PARTS = 4 };
struct parts {
	uint8_t head[HEADER + FACIAL], image[IMAGE];
	struct bytes part[PARTS];
};

static int
parts_of(const struct face *f, struct parts *r, struct err *err)
{
	size_t block = FACIAL + f->points.n + IMAGE + f->image.n;
	uint8_t *p = r->head;

	if (f->points.n % POINT != 0 || f->points.n / POINT > FACE_MAX_POINTS)
		return err_set(err, FAIL_INPUT, "face record: %zu octets of feature points", f->points.n);
	if (f->image.n == 0 || f->image.n > jpeg_any.max_octets)
		return err_set(err, FAIL_INPUT, "face record: image of %zu octets", f->image.n);
	put(&p, BYTES(magic, 8));
	put_be(&p, HEADER + block, 4);
	put_be(&p, 1, 2);
	put_be(&p, block, 4);
	put_be(&p, f->points.n / POINT, 2);
	put_be(&p, f->gender, 1);
	put_be(&p, f->eye_colour, 1);
	put_be(&p, f->hair_colour, 1);
	put_be(&p, f->properties & 0xFFFFFF, 3);
	put_be(&p, f->expression, 2);
	put(&p, BYTES(f->pose, 3));
	put(&p, BYTES(f->pose_uncertainty, 3));
	p = r->image;
	put_be(&p, f->image_type, 1);
	put_be(&p, f->data_type, 1);
	put_be(&p, f->width, 2);
	put_be(&p, f->height, 2);
	put_be(&p, f->colour_space, 1);
	put_be(&p, f->source, 1);
	put_be(&p, f->device, 2);
	put_be(&p, f->quality, 2);
	r->part[0] = BYTES(r->head, HEADER + FACIAL);
	r->part[1] = f->points;
	r->part[2] = BYTES(r->image, IMAGE);
	r->part[3] = f->image;
	return 0;
}

int
face_build(const struct face *f, struct buf *out, struct err *err)
{
	struct buf b = BUF_INIT;
	struct parts r;

	if (parts_of(f, &r, err) == -1)
		return -1;
	buf_room(&b, HEADER + FACIAL + f->points.n + IMAGE + f->image.n);
	for (unsigned i = 0; i < PARTS; i++)
		buf_bytes(&b, r.part[i]);
	if (buf_check(&b, err) == -1) {
		buf_wipe(&b);
		return -1;
	}
	buf_move(out, &b);
	return 0;
}

int
face_dg2(const struct face *f, struct buf *file, struct err *err)
{
	struct parts r;

	return parts_of(f, &r, err) == -1 ? -1 : lds_dg2_write_parts(r.part, PARTS, file, err);
}

int
face_record_of_image(struct bytes image, enum face_image_type image_type, struct buf *out, struct err *err)
{
	struct jpeg_info info;
	struct face f = { .image_type = (uint8_t)image_type, .data_type = jp2_is(image) ? FACE_JPEG2000 : FACE_JPEG, .image = image };

	if (image_inspect(image, &jpeg_any, &info, err) == -1)
		return -1;
	f.width = (uint16_t)info.width;
	f.height = (uint16_t)info.height;
	f.colour_space = info.components == 3 ? FACE_COLOUR_SRGB : FACE_COLOUR_UNSPECIFIED;
	return face_build(&f, out, err);
}

int
face_record_of_jpeg(struct bytes jpeg, struct buf *out, struct err *err)
{
	struct jpeg_info info;

	if (jpeg_inspect(jpeg, &jpeg_any, &info, err) == -1)
		return -1;
	return face_record_of_image(jpeg, FACE_FULL_FRONTAL, out, err);
}

static uint32_t
be(const uint8_t *p, size_t octets)
{
	uint32_t v = 0;

	while (octets-- > 0)
		v = v << 8 | *p++;
	return v;
}

static void
read_facial(const uint8_t *p, struct face *f)
{
	f->gender = p[6];
	f->eye_colour = p[7];
	f->hair_colour = p[8];
	f->properties = be(p + 9, 3);
	f->expression = (uint16_t)be(p + 12, 2);
	memcpy(f->pose, p + 14, 3);
	memcpy(f->pose_uncertainty, p + 17, 3);
}

static void
read_image(const uint8_t *p, struct face *f)
{
	f->image_type = p[0];
	f->data_type = p[1];
	f->width = (uint16_t)be(p + 2, 2);
	f->height = (uint16_t)be(p + 4, 2);
	f->colour_space = p[6];
	f->source = p[7];
	f->device = (uint16_t)be(p + 8, 2);
	f->quality = (uint16_t)be(p + 10, 2);
}

int
face_parse(struct bytes r, struct face *face, struct err *err)
{
	struct face f = { 0 };
	size_t points, at;

	if (r.n <= HEADER + FACIAL + IMAGE || memcmp(r.p, magic, 8) != 0)
		return err_set(err, FAIL_INPUT, "face record: is not one of version 010 (ISO/IEC 19794-5 5.4)");
	if (be(r.p + 8, 4) != r.n)
		return err_set(err, FAIL_INPUT, "face record: says %u octets, has %zu (ISO/IEC 19794-5 5.4.3)", (unsigned)be(r.p + 8, 4), r.n);
	if (be(r.p + 12, 2) != 1)
		return err_set(err, FAIL_INPUT, "face record: has %u faces, wanted 1 (Doc 9303-10 4.7.2)", (unsigned)be(r.p + 12, 2));
	if (be(r.p + 14, 4) != r.n - HEADER)
		return err_set(err, FAIL_INPUT, "face record: the facial record says %u octets, has %zu (ISO/IEC 19794-5 5.5.1)",
			(unsigned)be(r.p + 14, 4), r.n - HEADER);
	points = be(r.p + 18, 2);
	if (points > FACE_MAX_POINTS || points * POINT >= r.n - HEADER - FACIAL - IMAGE)
		return err_set(err, FAIL_INPUT, "face record: %zu feature points do not fit (ISO/IEC 19794-5 5.5.2)", points);
	read_facial(r.p + HEADER, &f);
	at = HEADER + FACIAL + points * POINT;
	f.points = BYTES(r.p + HEADER + FACIAL, points * POINT);
	read_image(r.p + at, &f);
	f.image = BYTES(r.p + at + IMAGE, r.n - at - IMAGE);
	if (f.image_type > 127 || f.data_type > FACE_JPEG2000)
		return err_set(err, FAIL_INPUT, "face record: image type %u, data type %u (ISO/IEC 19794-5 5.7)", f.image_type, f.data_type);
	*face = f;
	return 0;
}

int
face_check_image(const struct face *f, struct err *err)
{
	struct jpeg_info info;

	if (f->data_type == FACE_JPEG2000 && !jp2_is(f->image))
		return err_set(err, FAIL_INPUT, "face record: says JPEG 2000, the image is something else (ISO/IEC 19794-5 5.7.2)");
	if ((f->data_type == FACE_JPEG2000 ? jp2_inspect : jpeg_inspect)(f->image, &jpeg_any, &info, err) == -1)
		return err_prefix(err, "face record");
	if (info.width != f->width || info.height != f->height)
		return err_set(err, FAIL_INPUT, "face record: says %u x %u pixels, the image has %u x %u (ISO/IEC 19794-5 5.7.3)", f->width,
			f->height, info.width, info.height);
	return 0;
}
