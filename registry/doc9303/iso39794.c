/* iso39794.c - face and finger image blocks.  Every level is a SEQUENCE of context tags that ascend, so one routine takes any of them apart. */
#include "registry/base/der.h"
#include "registry/doc9303/finger.h"
#include "registry/doc9303/iso39794.h"
#include "registry/doc9303/jpeg.h"

enum { FIELDS = 24, /* the widest level has 17 */
	TAG_FINGER = 0x64,
	TAG_FACE = 0x65 };

/* The fields of one level by their number; tag 0: absent. */
struct fields {
	struct tlv f[FIELDS];
};

static int
fields_read(struct bytes contents, struct fields *out, const char *what, struct err *err)
{
	struct der d = der_reader(contents);
	int last = -1;

	*out = (struct fields){ 0 };
	while (der_more(&d)) {
		struct tlv tlv;
		int number;

		if (der_next(&d, &tlv, what, err) == -1)
			return -1;
		number = (int)(tlv.tag & 0x1F);
		if (tlv.tag > 0xFF || (tlv.tag & 0xC0) != 0x80 || number <= last)
			return err_set(err, FAIL_INPUT, "%s: tag %X out of place (ISO/IEC 39794-1)", what, (unsigned)tlv.tag);
		last = number;
		if (number < FIELDS)
			out->f[number] = tlv;
	}
	return 0;
}

static bool
has(const struct fields *s, unsigned number)
{
	return s->f[number].tag != 0;
}

/* The fields of a constructed field. */
static int
enter(const struct fields *s, unsigned number, struct fields *inner, const char *what, struct err *err)
{
	if (s->f[number].tag != DER_CONTEXT_CONS(number))
		return err_set(err, FAIL_INPUT, "%s: field %u is absent or no structure (ISO/IEC 39794-1)", what, number);
	return fields_read(s->f[number].value, inner, what, err);
}

/* An INTEGER or ENUMERATED of at most `most`. */
static int
get_int(const struct fields *s, unsigned number, uint32_t most, uint32_t *value, const char *what, struct err *err)
{
	struct bytes b = s->f[number].value;
	uint32_t v = 0;

	if (s->f[number].tag != DER_CONTEXT(number) || b.n == 0 || b.n > 5 || (b.p[0] & 0x80) != 0 ||
		(b.n > 1 && b.p[0] == 0 && (b.p[1] & 0x80) == 0) || (b.n == 5 && b.p[0] != 0))
		return err_set(err, FAIL_INPUT, "%s: field %u is absent or no number (ISO/IEC 39794-1)", what, number);
	for (size_t i = 0; i < b.n; i++)
		v = v << 8 | b.p[i];
	if (v > most)
		return err_set(err, FAIL_INPUT, "%s: field %u is %u, at most %u", what, number, (unsigned)v, (unsigned)most);
	*value = v;
	return 0;
}

/* CHOICE { code [0], extensionBlock [1] { fallback [0] code, ... } } */
static int
get_code(const struct fields *s, unsigned number, int *code, const char *what, struct err *err)
{
	struct fields choice, extension;
	uint32_t v = 0;

	if (enter(s, number, &choice, what, err) == -1)
		return -1;
	if (has(&choice, 0) == has(&choice, 1))
		return err_set(err, FAIL_INPUT, "%s: field %u is neither a code nor an extension (ISO/IEC 39794-1)", what, number);
	if (has(&choice, 0) ? get_int(&choice, 0, 0xFFFF, &v, what, err) == -1
			    : enter(&choice, 1, &extension, what, err) == -1 || get_int(&extension, 0, 0xFFFF, &v, what, err) == -1)
		return -1;
	*code = (int)v;
	return 0;
}

static int
get_code_if(const struct fields *s, unsigned number, int *code, const char *what, struct err *err)
{
	*code = ISO39794_ABSENT;
	return has(s, number) ? get_code(s, number, code, what, err) : 0;
}

static int
get_octets(const struct fields *s, unsigned number, struct bytes *value, const char *what, struct err *err)
{
	if (s->f[number].tag != DER_CONTEXT(number) || s->f[number].value.n == 0)
		return err_set(err, FAIL_INPUT, "%s: is absent or empty (ISO/IEC 39794-1)", what);
	*value = s->f[number].value;
	return 0;
}

static int
get_time(const struct fields *s, unsigned number, struct iso39794_time *t, const char *what, struct err *err)
{
	static const uint32_t most[] = { 9999, 12, 31, 23, 59, 59 };
	int *const part[] = { &t->year, &t->month, &t->day, &t->hour, &t->minute, &t->second };
	struct fields time;

	*t = ISO39794_NO_TIME;
	if (!has(s, number))
		return 0;
	if (enter(s, number, &time, what, err) == -1)
		return -1;
	for (unsigned i = 0; i < NELEM(most); i++) {
		uint32_t v = 0;

		if (i > 0 && !has(&time, i))
			continue;
		if (get_int(&time, i, most[i], &v, what, err) == -1)
			return -1;
		if ((i == 1 || i == 2) && v == 0)
			return err_set(err, FAIL_INPUT, "%s: month or day is 0 (ISO/IEC 39794-1)", what);
		*part[i] = (int)v;
	}
	return 0;
}

/* The outer frame: version, and the only representation. */
static int
open_block(struct bytes block, uint32_t tag, unsigned *generation, unsigned *year, struct fields *representation, const char *what, struct err *err)
{
	struct fields top, version;
	struct der d = der_reader(block), representations;
	struct bytes contents, one;
	uint32_t v = 0;

	if (block.n > ISO39794_MAX)
		return err_set(err, FAIL_TOO_LARGE, "%s: %zu octets, at most %d", what, block.n, ISO39794_MAX);
	if (der_check(block, what, err) == -1 || der_get(&d, tag, &contents, what, err) == -1 || fields_read(contents, &top, what, err) == -1 ||
		enter(&top, 0, &version, what, err) == -1 || get_int(&version, 0, 0xFF, &v, what, err) == -1)
		return -1;
	*generation = v;
	if (get_int(&version, 1, 9999, &v, what, err) == -1)
		return -1;
	*year = v;
	if (*generation != ISO39794_GENERATION)
		return err_set(err, FAIL_INPUT, "%s: generation %u, wanted %d (ISO/IEC 39794-1)", what, *generation, ISO39794_GENERATION);
	if (top.f[1].tag != DER_CONTEXT_CONS(1))
		return err_set(err, FAIL_INPUT, "%s: has no representation (ISO/IEC 39794-1)", what);
	representations = der_reader(top.f[1].value);
	if (der_get(&representations, DER_SEQUENCE, &one, what, err) == -1)
		return -1;
	if (der_more(&representations))
		return err_set(err, FAIL_INPUT, "%s: has several images, wanted one (Doc 9303-10 4.7.2)", what);
	return fields_read(one, representation, what, err);
}

/* ---- writing ---- */

static void
put_int(struct der_out *o, unsigned number, uint32_t value)
{
	uint8_t be[5] = { 0, (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value };
	size_t from = 0;

	while (from < 4 && be[from] == 0 && (be[from + 1] & 0x80) == 0)
		from++;
	der_put(o, DER_CONTEXT(number), BYTES(be + from, 5 - from));
}

static void
put_code(struct der_out *o, unsigned number, int code)
{
	if (code < 0)
		return;
	der_open(o, DER_CONTEXT_CONS(number));
	put_int(o, 0, (uint32_t)code);
	der_close(o);
}

static void
put_time(struct der_out *o, unsigned number, struct iso39794_time t)
{
	const int part[] = { t.year, t.month, t.day, t.hour, t.minute, t.second };

	if (t.year < 0)
		return;
	der_open(o, DER_CONTEXT_CONS(number));
	for (unsigned i = 0; i < NELEM(part); i++)
		if (part[i] >= 0)
			put_int(o, i, (uint32_t)part[i]);
	der_close(o);
}

static void
begin_block(struct der_out *o, uint32_t tag)
{
	der_open(o, tag);
	der_open(o, DER_CONTEXT_CONS(0));
	put_int(o, 0, ISO39794_GENERATION);
	put_int(o, 1, ISO39794_YEAR);
	der_close(o);
	der_open(o, DER_CONTEXT_CONS(1));
	der_open(o, DER_SEQUENCE);
}

static int
end_block(struct der_out *o, struct buf *block, const char *what, struct err *err)
{
	for (unsigned i = 0; i < 3; i++)
		der_close(o);
	if (o->buf.n <= ISO39794_MAX)
		return der_finish(o, block, err);
	err_set(err, FAIL_TOO_LARGE, "%s: %zu octets, at most %d", what, o->buf.n, ISO39794_MAX);
	der_out_clear(o);
	return -1;
}

/* ---- face, ISO/IEC 39794-5 ---- */

static const char face_what[] = "face block", face_image_what[] = "face block, image";

int
face39794_of_image(struct bytes image, bool is_lossless, struct face39794 *face, struct err *err)
{
	struct jpeg_info info;

	if (image_inspect(image, &jpeg_any, &info, err) == -1)
		return -1;
	*face = (struct face39794){ .generation = ISO39794_GENERATION,
		.year = ISO39794_YEAR,
		.format = !jp2_is(image) ? FACE39794_JPEG : is_lossless ? FACE39794_JPEG2000_LOSSLESS
									: FACE39794_JPEG2000_LOSSY,
		.kind = ISO39794_ABSENT,
		.colour_space = ISO39794_ABSENT,
		.width = info.width,
		.height = info.height,
		.gender = ISO39794_ABSENT,
		.eye_colour = ISO39794_ABSENT,
		.hair_colour = ISO39794_ABSENT,
		.captured = ISO39794_NO_TIME,
		.image = image };
	return 0;
}

int
face39794_check_image(const struct face39794 *f, struct err *err)
{
	bool is_jp2 = f->format == FACE39794_JPEG2000_LOSSY || f->format == FACE39794_JPEG2000_LOSSLESS;
	struct jpeg_info info;

	if ((!is_jp2 && f->format != FACE39794_JPEG) || (is_jp2 ? !jp2_is(f->image) : !jpeg_is(f->image)))
		return err_set(err, FAIL_INPUT, "face block: format %d is not that of its image, or not for travel documents (ISO/IEC 39794-5)", f->format);
	if (image_inspect(f->image, &jpeg_any, &info, err) == -1)
		return err_prefix(err, "face block");
	if (f->width != 0 && (info.width != f->width || info.height != f->height))
		return err_set(err, FAIL_INPUT, "face block: says %u x %u pixels, the image has %u x %u (ISO/IEC 39794-5)", f->width, f->height, info.width,
			info.height);
	return 0;
}

static void
put_identity(struct der_out *o, const struct face39794 *f)
{
	if (f->gender < 0 && f->eye_colour < 0 && f->hair_colour < 0)
		return;
	der_open(o, DER_CONTEXT_CONS(8));
	put_code(o, 0, f->gender);
	put_code(o, 1, f->eye_colour);
	put_code(o, 2, f->hair_colour);
	der_close(o);
}

int
face39794_write(const struct face39794 *f, struct buf *block, struct err *err)
{
	struct der_out o = DER_OUT_INIT;

	if (f->image.n == 0 || f->format < 0 || (f->width == 0) != (f->height == 0))
		return err_set(err, FAIL_INPUT, "face block: no image, no format or half of its dimensions");
	begin_block(&o, TAG_FACE);
	put_int(&o, 0, f->id);
	der_open(&o, DER_CONTEXT_CONS(1)); /* imageRepresentation: 2D, of the base form */
	der_open(&o, DER_CONTEXT_CONS(0));
	der_open(&o, DER_CONTEXT_CONS(0));
	der_put(&o, DER_CONTEXT(0), f->image);
	der_open(&o, DER_CONTEXT_CONS(1));
	put_code(&o, 0, f->format);
	put_code(&o, 1, f->kind);
	if (f->width != 0) {
		der_open(&o, DER_CONTEXT_CONS(7));
		put_int(&o, 0, f->width);
		put_int(&o, 1, f->height);
		der_close(&o);
	}
	put_code(&o, 9, f->colour_space);
	for (unsigned i = 0; i < 4; i++)
		der_close(&o);
	put_time(&o, 2, f->captured);
	put_identity(&o, f);
	return end_block(&o, block, face_what, err);
}

static int
read_face_image(const struct fields *representation, struct face39794 *f, struct err *err)
{
	struct fields dimension, base, image, info, size;
	uint32_t width = 0, height = 0;

	if (enter(representation, 1, &dimension, face_what, err) == -1)
		return -1;
	if (!has(&dimension, 0))
		return err_set(err, FAIL_INPUT, "face block: is no picture of two dimensions (Doc 9303-10 4.7.2)");
	if (enter(&dimension, 0, &base, face_what, err) == -1 || enter(&base, 0, &image, face_what, err) == -1 ||
		get_octets(&image, 0, &f->image, face_image_what, err) == -1 || enter(&image, 1, &info, face_what, err) == -1 ||
		get_code(&info, 0, &f->format, face_what, err) == -1 || get_code_if(&info, 1, &f->kind, face_what, err) == -1 ||
		get_code_if(&info, 9, &f->colour_space, face_what, err) == -1)
		return -1;
	if (!has(&info, 7))
		return 0;
	if (enter(&info, 7, &size, face_what, err) == -1 || get_int(&size, 0, 0xFFFF, &width, face_what, err) == -1 ||
		get_int(&size, 1, 0xFFFF, &height, face_what, err) == -1)
		return -1;
	if (width == 0 || height == 0)
		return err_set(err, FAIL_INPUT, "face block: the image has no width or no height (ISO/IEC 39794-5)");
	f->width = width;
	f->height = height;
	return 0;
}

int
face39794_read(struct bytes block, struct face39794 *face, struct err *err)
{
	struct face39794 f = { .gender = ISO39794_ABSENT, .eye_colour = ISO39794_ABSENT, .hair_colour = ISO39794_ABSENT };
	struct fields representation, identity;

	if (open_block(block, TAG_FACE, &f.generation, &f.year, &representation, face_what, err) == -1 ||
		get_int(&representation, 0, 0x7FFFFFFF, &f.id, face_what, err) == -1 || read_face_image(&representation, &f, err) == -1 ||
		get_time(&representation, 2, &f.captured, "face block, time of capture", err) == -1)
		return -1;
	if (has(&representation, 8) &&
		(enter(&representation, 8, &identity, face_what, err) == -1 || get_code_if(&identity, 0, &f.gender, face_what, err) == -1 ||
			get_code_if(&identity, 1, &f.eye_colour, face_what, err) == -1 || get_code_if(&identity, 2, &f.hair_colour, face_what, err) == -1))
		return -1;
	*face = f;
	return 0;
}

/* ---- finger, ISO/IEC 39794-4 ---- */

static const char finger_what[] = "finger block", finger_image_what[] = "finger block, image";

int
finger39794_check_image(const struct finger39794 *f, struct err *err)
{
	bool good = false;

	switch (f->format) {
	case FINGER39794_PGM: good = f->image.n > 2 && memcmp(f->image.p, "P5", 2) == 0; break;
	case FINGER39794_WSQ: good = f->image.n > 2 && memcmp(f->image.p, "\xFF\xA0", 2) == 0; break;
	case FINGER39794_JPEG2000_LOSSY:
	case FINGER39794_JPEG2000_LOSSLESS: good = jp2_is(f->image); break;
	case FINGER39794_PNG: good = f->image.n > 8 && memcmp(f->image.p, "\x89PNG\r\n\x1A\n", 8) == 0; break;
	default: break;
	}
	return good ? 0 : err_set(err, FAIL_INPUT, "finger block: format %d is not that of its image (ISO/IEC 39794-4)", f->format);
}

int
finger39794_write(const struct finger39794 *f, struct buf *block, struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	uint8_t lossy = f->lossy > 0 ? 0xFF : 0;

	if (f->image.n == 0 || f->format < 0 || f->position < 0 || f->impression < 0 || f->samples > 0xFFFF)
		return err_set(err, FAIL_INPUT, "finger block: no image, or position, impression, format or sampling rate out of range");
	begin_block(&o, TAG_FINGER);
	put_code(&o, 0, f->position);
	put_code(&o, 1, f->impression);
	put_code(&o, 2, f->format);
	der_put(&o, DER_CONTEXT(3), f->image);
	put_time(&o, 4, f->captured);
	if (f->samples != 0) {
		der_open(&o, DER_CONTEXT_CONS(7));
		put_int(&o, 0, f->samples);
		put_int(&o, 1, f->per_cm ? 1 : 0);
		der_close(&o);
	}
	if (f->lossy >= 0)
		der_put(&o, DER_CONTEXT(11), BYTES(&lossy, 1));
	return end_block(&o, block, finger_what, err);
}

static int
get_bool(const struct fields *s, unsigned number, int *value, struct err *err)
{
	struct bytes b = s->f[number].value;

	*value = ISO39794_ABSENT;
	if (!has(s, number))
		return 0;
	if (s->f[number].tag != DER_CONTEXT(number) || b.n != 1 || (b.p[0] != 0 && b.p[0] != 0xFF))
		return err_set(err, FAIL_INPUT, "finger block: field %u is no boolean (X.690 11.1)", number);
	*value = b.p[0] == 0xFF;
	return 0;
}

int
finger39794_read(struct bytes block, struct finger39794 *finger, struct err *err)
{
	struct finger39794 f = { 0 };
	struct fields representation, rate;
	uint32_t samples = 0, unit = 0;

	if (open_block(block, TAG_FINGER, &f.generation, &f.year, &representation, finger_what, err) == -1 ||
		get_code(&representation, 0, &f.position, finger_what, err) == -1 || get_code(&representation, 1, &f.impression, finger_what, err) == -1 ||
		get_code(&representation, 2, &f.format, finger_what, err) == -1 || get_octets(&representation, 3, &f.image, finger_image_what, err) == -1 ||
		get_time(&representation, 4, &f.captured, "finger block, time of capture", err) == -1 ||
		get_bool(&representation, 11, &f.lossy, err) == -1)
		return -1;
	if (has(&representation, 7)) {
		if (enter(&representation, 7, &rate, finger_what, err) == -1 || get_int(&rate, 0, 0xFFFF, &samples, finger_what, err) == -1 ||
			get_int(&rate, 1, 1, &unit, finger_what, err) == -1)
			return -1;
		if (samples == 0)
			return err_set(err, FAIL_INPUT, "finger block: a sampling rate of 0 (ISO/IEC 39794-4)");
	}
	f.samples = samples;
	f.per_cm = unit == 1;
	*finger = f;
	return 0;
}
