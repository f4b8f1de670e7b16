/* jp2.c - the boxes of a JP2 file and the first segments of its code stream; the picture itself is not decoded.  ISO/IEC 15444-1 annexes A and I. */
#include "registry/doc9303/jpeg.h"

enum {
	BOX_FTYP = 0x66747970, /* "ftyp" */
	BOX_JP2H = 0x6A703268,
	BOX_IHDR = 0x69686472,
	BOX_JP2C = 0x6A703263,
	MAX_BOXES = 64,
	SIZ_MIN = 38 /* Lsiz without components */
};
static const char signature[13] = "\0\0\0\x0CjP  \r\n\x87\n", stream_start[5] = "\xFF\x4F\xFF\x51";

static uint32_t
be(const uint8_t *p, size_t octets)
{
	uint32_t v = 0;

	while (octets-- > 0)
		v = v << 8 | *p++;
	return v;
}

bool
jp2_is(struct bytes b)
{
	return (b.n >= 12 && memcmp(b.p, signature, 12) == 0) || (b.n >= 4 && memcmp(b.p, stream_start, 4) == 0);
}

bool
jpeg_is(struct bytes b)
{
	return b.n >= 3 && memcmp(b.p, "\xFF\xD8\xFF", 3) == 0;
}

/* The next box: its type and contents.  A length of 0 goes to the end, 1 has eight octets of length after the type. */
static int
next_box(struct bytes *rest, uint32_t *type, struct bytes *contents, struct err *err)
{
	uint64_t length, head = 8;

	if (rest->n < 8)
		return err_set(err, FAIL_INPUT, "JP2: a box is cut short (ISO/IEC 15444-1 I.4)");
	length = be(rest->p, 4);
	*type = be(rest->p + 4, 4);
	if (length == 1 && rest->n >= 16) {
		length = (uint64_t)be(rest->p + 8, 4) << 32 | be(rest->p + 12, 4);
		head = 16;
	} else if (length == 0)
		length = rest->n;
	if (length < head || length > rest->n)
		return err_set(err, FAIL_INPUT, "JP2: a box of %llu octets where %zu are left (ISO/IEC 15444-1 I.4)", (unsigned long long)length, rest->n);
	*contents = BYTES(rest->p + head, (size_t)(length - head));
	*rest = BYTES(rest->p + length, rest->n - (size_t)length);
	return 0;
}

/* SOC, SIZ ... EOC: dimensions of the image on its grid. */
static int
read_stream(struct bytes s, struct jpeg_info *info, struct err *err)
{
	uint32_t length, x, y, x0, y0, components;

	if (s.n < 4 + SIZ_MIN || memcmp(s.p, stream_start, 4) != 0)
		return err_set(err, FAIL_INPUT, "JPEG 2000: the code stream does not begin with SOC and SIZ (ISO/IEC 15444-1 A.4)");
	length = be(s.p + 4, 2);
	x = be(s.p + 8, 4);
	y = be(s.p + 12, 4);
	x0 = be(s.p + 16, 4);
	y0 = be(s.p + 20, 4);
	components = be(s.p + 40, 2);
	if (components < 1 || components > 4 || length != SIZ_MIN + 3 * components || s.n < 4 + length || x <= x0 || y <= y0)
		return err_set(err, FAIL_INPUT, "JPEG 2000: SIZ of %u octets, %u components (ISO/IEC 15444-1 A.5.1)", (unsigned)length, (unsigned)components);
	if (s.p[s.n - 2] != 0xFF || s.p[s.n - 1] != 0xD9)
		return err_set(err, FAIL_INPUT, "JPEG 2000: the code stream does not end with EOC (ISO/IEC 15444-1 A.4.4)");
	*info = (struct jpeg_info){ .width = x - x0, .height = y - y0, .components = components, .bits = (s.p[42] & 0x7Fu) + 1 };
	return 0;
}

static int
read_file(struct bytes file, struct jpeg_info *info, struct err *err)
{
	struct bytes rest = BYTES(file.p + 12, file.n - 12), contents, stream = BYTES_NONE;
	uint32_t type = 0, height = 0, width = 0;
	unsigned n = 0;

	while (rest.n > 0) {
		if (++n > MAX_BOXES)
			return err_set(err, FAIL_INPUT, "JP2: more than %d boxes", MAX_BOXES);
		if (next_box(&rest, &type, &contents, err) == -1)
			return -1;
		if (n == 1 && type != BOX_FTYP)
			return err_set(err, FAIL_INPUT, "JP2: the file type box does not come first (ISO/IEC 15444-1 I.5.2)");
		if (type == BOX_JP2H && contents.n >= 22 && be(contents.p + 4, 4) == BOX_IHDR) {
			height = be(contents.p + 8, 4);
			width = be(contents.p + 12, 4);
		} else if (type == BOX_JP2C && stream.n == 0)
			stream = contents;
	}
	if (width == 0 || stream.n == 0)
		return err_set(err, FAIL_INPUT, "JP2: no header or no code stream (ISO/IEC 15444-1 I.5)");
	if (read_stream(stream, info, err) == -1)
		return -1;
	if (info->width != width || info->height != height)
		return err_set(err, FAIL_INPUT, "JP2: header of %u x %u, code stream of %u x %u", (unsigned)width, (unsigned)height, info->width, info->height);
	return 0;
}

int
jp2_inspect(struct bytes image, const struct jpeg_limits *limits, struct jpeg_info *info, struct err *err)
{
	struct jpeg_info read;

	if (image.n > limits->max_octets)
		return err_set(err, FAIL_TOO_LARGE, "JPEG 2000: %zu octets, at most %zu", image.n, limits->max_octets);
	if (!jp2_is(image))
		return err_set(err, FAIL_INPUT, "image: is no JPEG 2000 (ISO/IEC 15444-1 I.5.1)");
	if ((image.p[0] == 0 ? read_file : read_stream)(image, &read, err) == -1)
		return -1;
	if (read.width < limits->min_width || read.height < limits->min_height || read.width > limits->max_width || read.height > limits->max_height)
		return err_set(err, FAIL_INPUT, "image: %u x %u pixels, wanted %u x %u to %u x %u", read.width, read.height, limits->min_width,
			limits->min_height, limits->max_width, limits->max_height);
	*info = read;
	return 0;
}

int
image_inspect(struct bytes image, const struct jpeg_limits *limits, struct jpeg_info *info, struct err *err)
{
	return (jp2_is(image) ? jp2_inspect : jpeg_inspect)(image, limits, info, err);
}
