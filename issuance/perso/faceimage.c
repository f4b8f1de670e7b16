#include "issuance/perso/faceimage.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gd.h>
#include <openjpeg.h>

#include "registry/doc9303/jpeg.h"

const struct faceimage_order faceimage_usual = {
	.format = FACEIMAGE_JPEG2000,
	.width = FACEIMAGE_WIDTH,
	.max_octets = FACEIMAGE_OCTETS,
	.floor_cb = FACEIMAGE_FLOOR_CB,
};

static const char *const format_names[] = { [FACEIMAGE_JPEG] = "jpeg", [FACEIMAGE_JPEG2000] = "jpeg2000" };

enum { MIN_OCTETS = 1024, /* nobody is recognised in less */
	MAX_OCTETS = 1024 * 1024,
	MAX_FLOOR_CB = 6000 };

const char *
faceimage_order_format(const struct faceimage_order *o, char text[FACEIMAGE_ORDER_TEXT])
{
	snprintf(text, FACEIMAGE_ORDER_TEXT, "%s %u %zu %d", format_names[o->format], o->width, o->max_octets, o->floor_cb);
	return text;
}

static int
check_width(const struct faceimage_order *o, struct err *err)
{
	if (o->width < FACEIMAGE_MIN_WIDTH || o->width > FACEIMAGE_MAX_WIDTH || o->width % 2 != 0)
		return err_set(err, FAIL_INPUT, "portrait: a frame of %u px, wanted %d to %d, even", o->width, FACEIMAGE_MIN_WIDTH, FACEIMAGE_MAX_WIDTH);
	return 0;
}

static int
check_limits(const struct faceimage_order *o, struct err *err)
{
	if (check_width(o, err) == -1)
		return -1;
	if (o->max_octets < MIN_OCTETS || o->max_octets > MAX_OCTETS || o->floor_cb < 0 || o->floor_cb > MAX_FLOOR_CB)
		return err_set(err, FAIL_INPUT, "portrait: %zu octets with at least %d.%02d dB, wanted %d to %d and 0 to %d", o->max_octets, o->floor_cb / 100,
			o->floor_cb % 100, MIN_OCTETS, MAX_OCTETS, MAX_FLOOR_CB / 100);
	return 0;
}

int
faceimage_order_parse(const char *text, struct faceimage_order *order, struct err *err)
{
	char format[12], again[FACEIMAGE_ORDER_TEXT];
	struct faceimage_order o = { .format = FACEIMAGE_JPEG };

	if (sscanf(text, "%11s %u %zu %d", format, &o.width, &o.max_octets, &o.floor_cb) == 4) {
		o.format = strcmp(format, format_names[FACEIMAGE_JPEG2000]) == 0 ? FACEIMAGE_JPEG2000 : FACEIMAGE_JPEG;
		if (strcmp(faceimage_order_format(&o, again), text) == 0 && check_limits(&o, err) == 0) {
			*order = o;
			return 0;
		}
	}
	return err->kind != FAIL_NONE ? -1 : err_set(err, FAIL_INPUT, "portrait: format, width, octets and floor are wanted, as: jpeg2000 420 18432 3200");
}

enum { NOTHING_LOST = 9999,
	MAX_QUALITY = 95,   /* above, a JPEG grows and shows nothing more */
	MAX_SUBSAMPLES = 6, /* on a side: portraits are reduced to a sixth at most */
	OUTSIDE_PERCENT = 10,
	MAX_STREAM = 16 * 1024 * 1024 };

/* Three octets a pixel, row by row. */
struct raster {
	unsigned width, height;
	uint8_t *rgb;
};

static int
raster_new(struct raster *r, unsigned width, unsigned height, struct err *err)
{
	r->rgb = malloc((size_t)width * height * 3);
	if (r->rgb == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	r->width = width;
	r->height = height;
	return 0;
}

static void
raster_clear(struct raster *r)
{
	if (r->rgb != NULL)
		wipe(r->rgb, (size_t)r->width * r->height * 3);
	free(r->rgb);
	*r = (struct raster){ 0 };
}

void
faceimage_clear(struct faceimage *f)
{
	buf_wipe(&f->image);
	*f = FACEIMAGE_INIT;
}

/* ---- JPEG through libgd ---- */

static int
raster_of_gd(gdImagePtr im, struct raster *r, struct err *err)
{
	uint8_t *p;

	if (im == NULL)
		return err_set(err, FAIL_INPUT, "portrait: the JPEG cannot be decoded");
	if (raster_new(r, (unsigned)gdImageSX(im), (unsigned)gdImageSY(im), err) == -1)
		return -1;
	p = r->rgb;
	for (int y = 0; y < gdImageSY(im); y++)
		for (int x = 0; x < gdImageSX(im); x++) {
			int c = gdImageGetTrueColorPixel(im, x, y);

			*p++ = (uint8_t)gdTrueColorGetRed(c);
			*p++ = (uint8_t)gdTrueColorGetGreen(c);
			*p++ = (uint8_t)gdTrueColorGetBlue(c);
		}
	return 0;
}

static int
jpeg_decode(struct bytes jpeg, struct raster *r, struct err *err)
{
	gdImagePtr im = gdImageCreateFromJpegPtr((int)jpeg.n, (void *)(uintptr_t)jpeg.p);
	int rc = raster_of_gd(im, r, err);

	if (im != NULL)
		gdImageDestroy(im);
	return rc;
}

static gdImagePtr
gd_of_raster(const struct raster *r)
{
	gdImagePtr im = gdImageCreateTrueColor((int)r->width, (int)r->height);
	const uint8_t *p = r->rgb;

	for (int y = 0; im != NULL && y < (int)r->height; y++)
		for (int x = 0; x < (int)r->width; x++, p += 3)
			gdImageSetPixel(im, x, y, gdTrueColor(p[0], p[1], p[2]));
	return im;
}

/* ---- JPEG 2000 through OpenJPEG, in memory ---- */

struct stream {
	struct buf *out; /* writing */
	struct bytes in; /* reading */
	size_t at;
};

static OPJ_SIZE_T
stream_write(void *p, OPJ_SIZE_T n, void *user)
{
	struct stream *s = user;

	if (s->at + n > s->out->n)
		(void)buf_reserve(s->out, s->at + n - s->out->n);
	if (s->out->failed)
		return (OPJ_SIZE_T)-1;
	memcpy(s->out->p + s->at, p, n);
	s->at += n;
	return n;
}

static OPJ_SIZE_T
stream_read(void *p, OPJ_SIZE_T n, void *user)
{
	struct stream *s = user;
	size_t left = s->in.n - s->at;

	if (left == 0)
		return (OPJ_SIZE_T)-1;
	n = n < left ? n : left;
	memcpy(p, s->in.p + s->at, n);
	s->at += n;
	return n;
}

/* Writing, the library leaves room for a length and comes back to fill it in. */
static OPJ_BOOL
stream_seek(OPJ_OFF_T to, void *user)
{
	struct stream *s = user;

	if (to < 0 || (size_t)to > (s->out != NULL ? MAX_STREAM : s->in.n))
		return OPJ_FALSE;
	if (s->out != NULL && (size_t)to > s->out->n)
		(void)buf_reserve(s->out, (size_t)to - s->out->n);
	s->at = (size_t)to;
	return OPJ_TRUE;
}

static OPJ_OFF_T
stream_skip(OPJ_OFF_T n, void *user)
{
	struct stream *s = user;

	return stream_seek((OPJ_OFF_T)s->at + n, user) == OPJ_TRUE ? n : -1;
}

static opj_stream_t *
stream_new(struct stream *s)
{
	opj_stream_t *stream = opj_stream_default_create(s->out == NULL ? OPJ_TRUE : OPJ_FALSE);

	if (stream == NULL)
		return NULL;
	opj_stream_set_user_data(stream, s, NULL);
	opj_stream_set_user_data_length(stream, s->in.n);
	opj_stream_set_read_function(stream, stream_read);
	opj_stream_set_write_function(stream, stream_write);
	opj_stream_set_seek_function(stream, stream_seek);
	opj_stream_set_skip_function(stream, stream_skip);
	return stream;
}

static opj_image_t *
opj_of_raster(const struct raster *r)
{
	opj_image_cmptparm_t component[3] = { 0 };
	opj_image_t *im;

	for (unsigned i = 0; i < 3; i++)
		component[i] = (opj_image_cmptparm_t){ .dx = 1, .dy = 1, .w = r->width, .h = r->height, .prec = 8 };
	im = opj_image_create(3, component, OPJ_CLRSPC_SRGB);
	if (im == NULL)
		return NULL;
	im->x1 = r->width;
	im->y1 = r->height;
	for (size_t i = 0; i < (size_t)r->width * r->height; i++)
		for (unsigned k = 0; k < 3; k++)
			im->comps[k].data[i] = r->rgb[3 * i + k];
	return im;
}

/* ratio: uncompressed octets to compressed ones.  *out is emptied first. */
static int
jp2_encode(const struct raster *r, float ratio, struct buf *out, struct err *err)
{
	struct stream s = { .out = out };
	opj_codec_t *codec = opj_create_compress(OPJ_CODEC_JP2);
	opj_image_t *im = opj_of_raster(r);
	opj_stream_t *stream = NULL;
	opj_cparameters_t p;
	char no_comment[1] = "";
	int rc = -1;

	buf_cut(out, 0);
	opj_set_default_encoder_parameters(&p);
	p.tcp_numlayers = 1;
	p.tcp_rates[0] = ratio;
	p.cp_disto_alloc = 1;
	p.irreversible = 1;
	p.tcp_mct = 1;
	p.cp_comment = no_comment; /* its own would name the version of the library */
	if (codec == NULL || im == NULL || opj_setup_encoder(codec, &p, im) == OPJ_FALSE || (stream = stream_new(&s)) == NULL ||
		opj_start_compress(codec, im, stream) == OPJ_FALSE || opj_encode(codec, stream) == OPJ_FALSE ||
		opj_end_compress(codec, stream) == OPJ_FALSE || out->failed)
		err_set(err, FAIL_INTERNAL, "portrait: OpenJPEG cannot encode %u x %u", r->width, r->height);
	else
		rc = 0;
	if (stream != NULL)
		opj_stream_destroy(stream);
	if (codec != NULL)
		opj_destroy_codec(codec);
	if (im != NULL)
		opj_image_destroy(im);
	return rc;
}

/* Of what jp2_encode made: three components of eight bits. */
static int
jp2_decode(struct bytes jp2, struct raster *r, struct err *err)
{
	struct stream s = { .in = jp2 };
	opj_codec_t *codec = opj_create_decompress(OPJ_CODEC_JP2);
	opj_stream_t *stream = stream_new(&s);
	opj_image_t *im = NULL;
	opj_dparameters_t p;
	int rc = -1;

	opj_set_default_decoder_parameters(&p);
	if (codec == NULL || stream == NULL || opj_setup_decoder(codec, &p) == OPJ_FALSE || opj_read_header(stream, codec, &im) == OPJ_FALSE ||
		opj_decode(codec, stream, im) == OPJ_FALSE || im->numcomps != 3) {
		err_set(err, FAIL_INTERNAL, "portrait: OpenJPEG cannot read what it has written");
		goto out;
	}
	if (raster_new(r, im->comps[0].w, im->comps[0].h, err) == -1)
		goto out;
	for (size_t i = 0; i < (size_t)r->width * r->height; i++)
		for (unsigned k = 0; k < 3; k++) {
			int v = im->comps[k].data[i];

			r->rgb[3 * i + k] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255
									  : v);
		}
	rc = 0;
out:
	if (im != NULL)
		opj_image_destroy(im);
	if (stream != NULL)
		opj_stream_destroy(stream);
	if (codec != NULL)
		opj_destroy_codec(codec);
	return rc;
}

/* ---- the frame ---- */

/* Where the frame's pixels lie in the picture: origin, and the steps of one pixel to the right and down. */
struct frame {
	unsigned width, height;
	double x, y, ax, ay, bx, by;
	bool is_token;
};

/* ISO/IEC 19794-5 9.2.4: eyes at 0.375 and 0.625 of the width, 0.6 of the width from above, on one level. */
static int
frame_of_eyes(const struct raster *r, const struct faceimage_order *o, struct frame *f, struct err *err)
{
	double dx = (double)o->left_x - o->right_x, dy = (double)o->left_y - o->right_y, apart = sqrt(dx * dx + dy * dy);
	unsigned detail = (unsigned)(apart * 4) & ~1u;

	if (o->right_x >= r->width || o->left_x >= r->width || o->right_y >= r->height || o->left_y >= r->height)
		return err_set(err, FAIL_INPUT, "portrait: an eye is outside of the picture of %u x %u", r->width, r->height);
	if (dx <= 0 || fabs(dy) > dx / 4)
		return err_set(err, FAIL_INPUT, "portrait: the head is inclined by more than 14 degrees, or the eyes are exchanged");
	if (detail < FACEIMAGE_MIN_WIDTH)
		return err_set(err, FAIL_INPUT, "portrait: the eyes are %.0f px apart, at least %d are wanted (ISO/IEC 19794-5 9.2)", apart,
			FACEIMAGE_MIN_WIDTH / 4);
	f->width = o->width < detail ? o->width : detail;
	f->ax = dx * 4 / f->width;
	f->ay = dy * 4 / f->width;
	f->bx = -f->ay;
	f->by = f->ax;
	f->x = o->right_x - 0.375 * f->width * f->ax - 0.6 * f->width * f->bx;
	f->y = o->right_y - 0.375 * f->width * f->ay - 0.6 * f->width * f->by;
	f->is_token = true;
	return 0;
}

/* The largest frame from the middle and, of what is too high, from the upper third: heads are there. */
static int
frame_of_middle(const struct raster *r, const struct faceimage_order *o, struct frame *f, struct err *err)
{
	unsigned w = r->width, h = r->height;

	if (4 * w < 3 * h)
		h = w * 4 / 3;
	else
		w = h * 3 / 4;
	f->width = o->width < w ? o->width : w & ~1u;
	if (f->width < FACEIMAGE_MIN_WIDTH)
		return err_set(err, FAIL_INPUT, "portrait: %u x %u has no room for a frame of %d px width", r->width, r->height, FACEIMAGE_MIN_WIDTH);
	f->ax = f->by = (double)w / f->width;
	f->ay = f->bx = 0;
	f->x = (r->width - w) / 2.0;
	f->y = (r->height - h) / 3.0;
	f->is_token = false;
	return 0;
}

/* Part of the frame that has no picture below it must be small: there the edge is repeated. */
static int
check_inside(const struct raster *r, const struct frame *f, struct err *err)
{
	unsigned outside = 0, n = 0;

	for (unsigned y = 0; y < f->height; y += 4)
		for (unsigned x = 0; x < f->width; x += 4, n++) {
			double sx = f->x + x * f->ax + y * f->bx, sy = f->y + x * f->ay + y * f->by;

			outside += sx < -0.5 || sy < -0.5 || sx > r->width || sy > r->height;
		}
	if (outside * 100 > n * OUTSIDE_PERCENT)
		return err_set(err, FAIL_INPUT, "portrait: the token frame leaves the picture by %u %% (ISO/IEC 19794-5 9.2)", outside * 100 / n);
	return 0;
}

static double
clamped(double v, unsigned n)
{
	return v < 0 ? 0 : v > n - 1 ? n - 1
				     : v;
}

/* Between the four pixels around a point. */
static void
sample(const struct raster *r, double x, double y, double rgb[3])
{
	double cx = clamped(x, r->width), cy = clamped(y, r->height), fx = cx - floor(cx), fy = cy - floor(cy);
	unsigned x0 = (unsigned)cx, y0 = (unsigned)cy, x1 = x0 + 1 < r->width ? x0 + 1 : x0, y1 = y0 + 1 < r->height ? y0 + 1 : y0;
	const uint8_t *a = r->rgb + 3 * ((size_t)y0 * r->width + x0), *b = r->rgb + 3 * ((size_t)y0 * r->width + x1),
		      *c = r->rgb + 3 * ((size_t)y1 * r->width + x0), *d = r->rgb + 3 * ((size_t)y1 * r->width + x1);

	for (unsigned k = 0; k < 3; k++)
		rgb[k] += (a[k] * (1 - fx) + b[k] * fx) * (1 - fy) + (c[k] * (1 - fx) + d[k] * fx) * fy;
}

/* Each pixel of the frame is the mean of samples spread over its part of the picture. */
static int
crop(const struct raster *r, const struct frame *f, struct raster *out, struct err *err)
{
	double step = sqrt(f->ax * f->ax + f->ay * f->ay);
	unsigned n = step <= 1 ? 1 : step > MAX_SUBSAMPLES ? MAX_SUBSAMPLES
							   : (unsigned)ceil(step);
	uint8_t *p;

	if (raster_new(out, f->width, f->height, err) == -1)
		return -1;
	p = out->rgb;
	for (unsigned y = 0; y < f->height; y++)
		for (unsigned x = 0; x < f->width; x++) {
			double rgb[3] = { 0 };

			for (unsigned i = 0; i < n * n; i++) {
				double u = x + (i % n + 0.5) / n, v = y + (i / n + 0.5) / n;

				sample(r, f->x + u * f->ax + v * f->bx - 0.5, f->y + u * f->ay + v * f->by - 0.5, rgb);
			}
			for (unsigned k = 0; k < 3; k++)
				*p++ = (uint8_t)(rgb[k] / (n * n) + 0.5);
		}
	return 0;
}

/* A picture of one colour is no face. */
static int
check_contrast(const struct raster *r, struct err *err)
{
	uint8_t least = 255, most = 0;

	for (size_t i = 1; i < (size_t)r->width * r->height * 3; i += 3) {
		least = r->rgb[i] < least ? r->rgb[i] : least;
		most = r->rgb[i] > most ? r->rgb[i] : most;
	}
	if (most - least < 48)
		return err_set(err, FAIL_INPUT, "portrait: brightness differs by %d of 255 only: no face", most - least);
	return 0;
}

/* ---- compression ---- */

static int
psnr(const struct raster *a, const struct raster *b)
{
	uint64_t sum = 0;
	size_t n = (size_t)a->width * a->height * 3;
	double db;

	if (a->width != b->width || a->height != b->height)
		return 0;
	for (size_t i = 0; i < n; i++) {
		int d = a->rgb[i] - b->rgb[i];

		sum += (uint64_t)(d * d);
	}
	if (sum == 0)
		return NOTHING_LOST;
	db = 10 * log10(255.0 * 255.0 * (double)n / (double)sum);
	return db >= 99.98 ? NOTHING_LOST - 1 : (int)(db * 100);
}

/* The best quality of which the JPEG is small enough; *quality 0 when none is. */
static int
jpeg_fit(const struct raster *r, size_t max, struct buf *out, int *quality, struct err *err)
{
	gdImagePtr im = gd_of_raster(r);
	int low = 1, high = MAX_QUALITY, rc = -1;

	*quality = 0;
	if (im == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		return -1;
	}
	while (low <= high) {
		int middle = (low + high) / 2, n = 0;
		void *jpeg = gdImageJpegPtr(im, &n, middle);

		if (jpeg == NULL) {
			err_set(err, FAIL_INTERNAL, "portrait: libgd cannot encode %u x %u", r->width, r->height);
			goto out;
		}
		if ((size_t)n <= max) {
			*quality = middle;
			buf_cut(out, 0);
			buf_add(out, jpeg, (size_t)n);
			low = middle + 1;
		} else
			high = middle - 1;
		gdFree(jpeg);
	}
	rc = buf_check(out, err);
out:
	gdImageDestroy(im);
	return rc;
}

/* The library aims at a ratio and misses it by a few octets: the aim is lowered until the file is small enough. */
static int
jp2_fit(const struct raster *r, size_t max, struct buf *out, bool *fits, struct err *err)
{
	size_t raw = (size_t)r->width * r->height * 3, aim = max;

	*fits = false;
	for (unsigned tries = 0; tries < 8 && aim > max / 2 && aim > 256; tries++) {
		float ratio = (float)raw / (float)aim;

		if (jp2_encode(r, ratio < 2 ? 2 : ratio, out, err) == -1)
			return -1;
		if (out->n <= max) {
			*fits = true;
			return 0;
		}
		aim -= out->n - max + 64;
	}
	return 0;
}

static int
compress(const struct raster *r, const struct faceimage_order *o, struct faceimage *f, struct err *err)
{
	struct raster back = { 0 };
	bool fits;
	int rc = -1;

	if (o->format == FACEIMAGE_JPEG) {
		if (jpeg_fit(r, o->max_octets, &f->image, &f->quality, err) == -1)
			goto out;
		fits = f->quality > 0;
	} else if (jp2_fit(r, o->max_octets, &f->image, &fits, err) == -1)
		goto out;
	if (!fits) {
		err_set(err, FAIL_TOO_LARGE, "portrait: %u x %u does not fit into %zu octets", r->width, r->height, o->max_octets);
		goto out;
	}
	if ((o->format == FACEIMAGE_JPEG ? jpeg_decode : jp2_decode)(bytes_of(&f->image), &back, err) == -1)
		goto out;
	f->psnr_cb = psnr(r, &back);
	if (f->psnr_cb < o->floor_cb) {
		err_set(err, FAIL_TOO_LARGE, "portrait: in %zu octets it reaches %d.%02d dB, at least %d.%02d are wanted", o->max_octets, f->psnr_cb / 100,
			f->psnr_cb % 100, o->floor_cb / 100, o->floor_cb % 100);
		err_hint(err, "allow more octets, or a smaller frame");
		goto out;
	}
	rc = 0;
out:
	raster_clear(&back);
	return rc;
}

static int
check_order(struct bytes portrait, const struct faceimage_order *o, struct err *err)
{
	struct jpeg_info info;

	if (check_width(o, err) == -1)
		return -1;
	if (jpeg_inspect(portrait, &jpeg_portrait, &info, err) == -1)
		return err_prefix(err, "portrait");
	return 0;
}

int
faceimage_make(struct bytes portrait, const struct faceimage_order *o, struct faceimage *out, struct err *err)
{
	struct faceimage made = FACEIMAGE_INIT;
	struct raster picture = { 0 }, cropped = { 0 };
	struct frame f = { 0 };
	int rc = -1;

	if (check_order(portrait, o, err) == -1 || jpeg_decode(portrait, &picture, err) == -1 ||
		(o->has_eyes ? frame_of_eyes : frame_of_middle)(&picture, o, &f, err) == -1)
		goto out;
	f.height = f.width * 4 / 3;
	if (check_inside(&picture, &f, err) == -1 || crop(&picture, &f, &cropped, err) == -1 || check_contrast(&cropped, err) == -1 ||
		compress(&cropped, o, &made, err) == -1)
		goto out;
	made.width = f.width;
	made.height = f.height;
	made.is_token = f.is_token;
	faceimage_clear(out);
	*out = made;
	made = FACEIMAGE_INIT;
	rc = 0;
out:
	faceimage_clear(&made);
	raster_clear(&cropped);
	raster_clear(&picture);
	return rc;
}

int
faceimage_show(struct bytes image, struct buf *jpeg, struct err *err)
{
	struct raster r = { 0 };
	gdImagePtr im = NULL;
	void *octets = NULL;
	int rc = -1, n = 0;

	buf_wipe(jpeg);
	if (!jp2_is(image)) {
		buf_add(jpeg, image.p, image.n);
		return buf_check(jpeg, err);
	}
	if (jp2_decode(image, &r, err) == -1)
		goto out;
	if ((im = gd_of_raster(&r)) == NULL || (octets = gdImageJpegPtr(im, &n, 92)) == NULL) {
		err_set(err, FAIL_INTERNAL, "portrait: libgd cannot write it");
		goto out;
	}
	buf_add(jpeg, octets, (size_t)n);
	rc = buf_check(jpeg, err);
out:
	if (octets != NULL) {
		wipe(octets, (size_t)n);
		gdFree(octets);
	}
	if (im != NULL)
		gdImageDestroy(im);
	raster_clear(&r);
	return rc;
}
