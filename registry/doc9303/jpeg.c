/* jpeg.c - walks the markers of a JPEG (ITU-T T.81 annex B), never beyond its octets. */
#include "registry/doc9303/jpeg.h"

const struct jpeg_limits jpeg_any = { 16 * 1024 * 1024, 1, 1, 10000, 10000 };
const struct jpeg_limits jpeg_portrait = { 4 * 1024 * 1024, 240, 320, 4000, 5000 };

enum {
	SOF0 = 0xC0,
	SOF1 = 0xC1,
	SOF2 = 0xC2,
	DHT = 0xC4,
	JPG = 0xC8,
	DAC = 0xCC,
	SOF15 = 0xCF,
	RST0 = 0xD0,
	RST7 = 0xD7,
	SOI = 0xD8,
	EOI = 0xD9,
	SOS = 0xDA,
	DQT = 0xDB,
	DNL = 0xDC,
	DHP = 0xDE,
	EXP = 0xDF,
	TEM = 0x01,
	MAX_MARKERS = 20000 /* a picture has some dozens; a progressive one some hundreds with its restarts left out */
};

struct walk {
	struct bytes rest;
	struct jpeg_info info;
	bool has_frame, has_scan, has_tables;
};

static void
skip_octets(struct bytes *b, size_t n)
{
	b->p += n;
	b->n -= n;
}

static unsigned
be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* The code of the next marker; any number of FF may stand before it. */
static int
next_marker(struct walk *w, unsigned *marker, struct err *err)
{
	if (w->rest.n < 2)
		return err_set(err, FAIL_INPUT, "JPEG: ends before EOI (T.81 B.1.1.3)");
	if (w->rest.p[0] != 0xFF)
		return err_set(err, FAIL_INPUT, "JPEG: 0x%02X where a marker must stand (T.81 B.1.1.2)", w->rest.p[0]);
	while (w->rest.n > 0 && w->rest.p[0] == 0xFF)
		skip_octets(&w->rest, 1);
	if (w->rest.n == 0)
		return err_set(err, FAIL_INPUT, "JPEG: ends before EOI (T.81 B.1.1.3)");
	*marker = w->rest.p[0];
	skip_octets(&w->rest, 1);
	return 0;
}

/* The segment behind a marker, without its length. */
static int
take_segment(struct walk *w, struct bytes *segment, struct err *err)
{
	size_t n;

	if (w->rest.n < 2)
		return err_set(err, FAIL_INPUT, "JPEG: ends inside a segment (T.81 B.1.1.4)");
	n = be16(w->rest.p);
	if (n < 2 || n > w->rest.n)
		return err_set(err, FAIL_INPUT, "JPEG: segment of %zu octets where %zu are left (T.81 B.1.1.4)", n, w->rest.n);
	*segment = BYTES(w->rest.p + 2, n - 2);
	skip_octets(&w->rest, n);
	return 0;
}

/* T.81 B.2.2 */
static int
read_frame(struct walk *w, unsigned marker, struct bytes s, struct err *err)
{
	struct jpeg_info *info = &w->info;

	if (w->has_frame)
		return err_set(err, FAIL_INPUT, "JPEG: has a second frame (T.81 B.2.1)");
	if (s.n < 6 || s.n != 6 + 3 * (size_t)s.p[5])
		return err_set(err, FAIL_INPUT, "JPEG: frame header of %zu octets does not fit its components (T.81 B.2.2)", s.n + 2);
	info->bits = s.p[0];
	info->height = be16(s.p + 1);
	info->width = be16(s.p + 3);
	info->components = s.p[5];
	info->is_progressive = marker == SOF2;
	if (info->bits != 8)
		return err_set(err, FAIL_INPUT, "JPEG: %u bits per sample, wanted 8", info->bits);
	if (info->components != 1 && info->components != 3)
		return err_set(err, FAIL_INPUT, "JPEG: %u components, wanted 1 (grey) or 3 (colour)", info->components);
	for (size_t i = 0; i < info->components; i++) {
		const uint8_t *c = s.p + 6 + 3 * i;

		if ((c[1] >> 4) < 1 || (c[1] >> 4) > 4 || (c[1] & 15) < 1 || (c[1] & 15) > 4 || c[2] > 3)
			return err_set(err, FAIL_INPUT, "JPEG: component %zu has sampling 0x%02X, table %u (T.81 B.2.2)", i + 1, c[1], c[2]);
	}
	w->has_frame = true;
	return 0;
}

/* T.81 B.2.3: the header, then entropy-coded data up to the next marker that is no restart. */
static int
read_scan(struct walk *w, struct bytes s, struct err *err)
{
	if (!w->has_frame)
		return err_set(err, FAIL_INPUT, "JPEG: a scan stands before the frame header (T.81 B.2.1)");
	if (s.n < 1 || s.p[0] < 1 || s.p[0] > w->info.components || s.n != 4 + 2 * (size_t)s.p[0])
		return err_set(err, FAIL_INPUT, "JPEG: scan header of %zu octets does not fit its components (T.81 B.2.3)", s.n + 2);
	w->has_scan = true;
	for (;;) {
		const uint8_t *ff = w->rest.n == 0 ? NULL : memchr(w->rest.p, 0xFF, w->rest.n);

		if (ff == NULL || ff + 1 == w->rest.p + w->rest.n)
			return err_set(err, FAIL_INPUT, "JPEG: ends inside a scan (T.81 B.1.1.5)");
		skip_octets(&w->rest, (size_t)(ff - w->rest.p));
		if (ff[1] == 0x00 || (ff[1] >= RST0 && ff[1] <= RST7))
			skip_octets(&w->rest, 2);
		else if (ff[1] == 0xFF)
			skip_octets(&w->rest, 1);
		else
			return 0;
	}
}

/* One marker with its segment.  1 at EOI, 0 to go on, -1. */
static int
walk_marker(struct walk *w, struct err *err)
{
	struct bytes segment = BYTES_NONE;
	unsigned marker = 0;

	if (next_marker(w, &marker, err) == -1)
		return -1;
	if (marker == EOI)
		return 1;
	if (marker == 0 || marker == SOI || marker == TEM || (marker >= RST0 && marker <= RST7))
		return err_set(err, FAIL_INPUT, "JPEG: marker 0xFF%02X out of place (T.81 B.2.1)", marker);
	if (marker == DAC || marker == DNL || marker == DHP || marker == EXP || marker == JPG ||
		(marker > SOF2 && marker <= SOF15 && marker != DHT))
		return err_set(err, FAIL_INPUT, "JPEG: marker 0xFF%02X: only Huffman-coded baseline, sequential and progressive are taken",
			marker);
	if (take_segment(w, &segment, err) == -1)
		return -1;
	if (marker >= SOF0 && marker <= SOF2)
		return read_frame(w, marker, segment, err);
	if (marker == SOS)
		return read_scan(w, segment, err);
	w->has_tables = w->has_tables || marker == DQT;
	return 0;
}

static int
check_dimensions(const struct jpeg_info *info, const struct jpeg_limits *limits, struct err *err)
{
	if (info->width == 0 || info->height == 0)
		return err_set(err, FAIL_INPUT, "JPEG: %u x %u pixels (T.81 B.2.2)", info->width, info->height);
	if (info->width < limits->min_width || info->height < limits->min_height)
		return err_set(err, FAIL_INPUT, "JPEG: %u x %u pixels, wanted at least %u x %u", info->width, info->height,
			limits->min_width, limits->min_height);
	if (info->width > limits->max_width || info->height > limits->max_height)
		return err_set(err, FAIL_INPUT, "JPEG: %u x %u pixels, wanted at most %u x %u", info->width, info->height,
			limits->max_width, limits->max_height);
	return 0;
}

int
jpeg_inspect(struct bytes image, const struct jpeg_limits *limits, struct jpeg_info *info, struct err *err)
{
	struct walk w = { .rest = image };
	int more = 0;

	if (image.n > limits->max_octets)
		return err_set(err, FAIL_TOO_LARGE, "JPEG: %zu octets, wanted at most %zu", image.n, limits->max_octets);
	if (image.n < 3 || memcmp(image.p, "\xFF\xD8\xFF", 3) != 0)
		return err_set(err, FAIL_INPUT, "image: is not a JPEG");
	skip_octets(&w.rest, 2);
	for (unsigned markers = 0; more == 0; markers++) {
		if (markers == MAX_MARKERS)
			return err_set(err, FAIL_INPUT, "JPEG: more than %d markers", MAX_MARKERS);
		more = walk_marker(&w, err);
	}
	if (more == -1)
		return -1;
	if (!w.has_frame || !w.has_scan || !w.has_tables)
		return err_set(err, FAIL_INPUT, "JPEG: has no %s (T.81 B.2.1)", !w.has_frame ? "frame" : !w.has_scan ? "scan"
														     : "quantization table");
	if (w.rest.n > 0)
		return err_set(err, FAIL_INPUT, "JPEG: %zu octets after EOI", w.rest.n);
	if (check_dimensions(&w.info, limits, err) == -1)
		return -1;
	*info = w.info;
	return 0;
}
