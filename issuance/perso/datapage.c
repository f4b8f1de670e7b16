#include <libdeflate.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "issuance/perso/datapage-local.h"
#include "registry/base/file.h"

const struct datapage_fonts datapage_fonts = {
	.mrz = "/usr/share/fonts/opentype/ocr-b/OCRB.otf",
	.caption = "/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed.ttf",
	.text = "/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed-Bold.ttf",
};

enum { KEPT_PIECE = 32 << 20 };

int
datapage_fonts_check(const struct datapage_fonts *fonts, struct err *err)
{
	const char *const files[] = { fonts->mrz, fonts->caption, fonts->text };

	for (size_t i = 0; i < NELEM(files); i++)
		if (access(files[i], R_OK) == -1) {
			err_errno(err, "font %s", files[i]);
			err_hint(err, "Debian has it in fonts-ocr-b or fonts-dejavu-extra");
			return -1;
		}
	return 0;
}

/* ---- layouts ---- */

/* Of the folder when it has one of that name, else the program's own. */
static int
layout_read(const char *folder, const struct layout_file *own, struct layout **layout, struct err *err)
{
	struct buf text = BUF_INIT;
	char path[1024];
	int rc = -1;

	if (folder == NULL || folder[0] == '\0')
		return layout_parse(bytes_str(own->json), layout, err);
	snprintf(path, sizeof(path), "%s/%s", folder, own->name);
	if (access(path, F_OK) == -1)
		return layout_parse(bytes_str(own->json), layout, err);
	if (file_read(path, LAYOUT_MAX_FILE, &text, err) == 0 && layout_parse(bytes_of(&text), layout, err) == 0)
		rc = 0;
	buf_clear(&text);
	return rc == -1 ? err_prefix(err, "%s", path) : 0;
}

static int
captions_check(const struct layout *l, struct err *err)
{
	cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 8, 8);
	cairo_t *cairo = cairo_create(s);
	struct brush b;
	int rc = 0;

	brush_begin(&b, cairo, l);
	for (unsigned side = 0; rc == 0 && side < l->nside; side++) {
		const struct layout_zone *z = paint_caption_too_wide(&b, side);

		if (z != NULL)
			rc = err_set(err, FAIL_INPUT, "%s, side %u, %s: the captions are wider than the zone in letters of 1.0 mm (Doc 9303-3 3.3)", mrz_form_name(l->form), side + 1,
				z->kind == LAYOUT_FIELD ? layout_field_names[z->field] : layout_kind_names[z->kind]);
	}
	brush_end(&b);
	cairo_destroy(cairo);
	cairo_surface_destroy(s);
	return rc;
}

int
datapage_new(const char *folder, const struct datapage_fonts *fonts, struct datapage **datapage, struct err *err)
{
	struct datapage *dp;

	if (datapage_fonts_check(fonts, err) == -1)
		return -1;
	if ((dp = calloc(1, sizeof(*dp))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	/* a page takes pieces of some MB, always the same: kept for the next one, else the system clears 16 MB for each */
	mallopt(M_MMAP_THRESHOLD, KEPT_PIECE);
	mallopt(M_TRIM_THRESHOLD, 2 * KEPT_PIECE);
	pthread_mutex_init(&dp->lock, NULL);
	dp->fonts = *fonts;
	dp->ocr_b = ocr_b_new();
	for (const struct layout_file *f = layout_files; f->name != NULL; f++) {
		struct layout *l = NULL;

		if (layout_read(folder, f, &l, err) == -1)
			goto out;
		if (strncmp(f->name, mrz_form_name(l->form), strlen(f->name) - strlen(".json")) != 0 || dp->layout[l->form] != NULL) {
			err_set(err, FAIL_INPUT, "%s: the layout is one of form %s", f->name, mrz_form_name(l->form));
			layout_free(l);
			goto out;
		}
		dp->layout[l->form] = l;
		if (captions_check(l, err) == -1)
			goto out;
	}
	*datapage = dp;
	return 0;
out:
	datapage_free(dp);
	return -1;
}

void
datapage_free(struct datapage *dp)
{
	if (dp == NULL)
		return;
	for (unsigned form = 0; form < MRZ_FORMS; form++) {
		for (unsigned side = 0; side < LAYOUT_SIDES; side++)
			if (dp->ground[form][side] != NULL)
				cairo_surface_destroy(dp->ground[form][side]);
		layout_free(dp->layout[form]);
		free(dp->cells[form]);
	}
	cairo_font_face_destroy(dp->ocr_b);
	pthread_mutex_destroy(&dp->lock);
	free(dp);
}

const struct layout *
datapage_layout(const struct datapage *dp, enum mrz_form form)
{
	return dp->layout[form];
}

/* ---- a picture ---- */

static int
px(int dpi, double mm)
{
	return (int)(mm * dpi / 25.4 + 0.5);
}

static cairo_surface_t *
surface_new(const struct layout *l, int dpi, cairo_t **cairo)
{
	cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_RGB24, px(dpi, l->width), px(dpi, l->height));

	*cairo = cairo_create(s);
	cairo_scale(*cairo, dpi / 25.4, dpi / 25.4);
	return s;
}

static cairo_surface_t *
ground_draw(const struct layout *l, unsigned side, int dpi)
{
	cairo_t *cairo;
	cairo_surface_t *s = surface_new(l, dpi, &cairo);
	struct brush b;

	brush_begin(&b, cairo, l);
	paint_ground(&b, side);
	brush_end(&b);
	cairo_destroy(cairo);
	cairo_surface_flush(s);
	return s;
}

/* Kept at the resolution that quality control and the desk ask for; the other is four times as large and rare. */
static cairo_surface_t *
ground_of(struct datapage *dp, const struct layout *l, unsigned side, int dpi)
{
	cairo_surface_t **kept = &dp->ground[l->form][side], *s;

	if (dpi != DATAPAGE_DPI)
		return ground_draw(l, side, dpi);
	pthread_mutex_lock(&dp->lock);
	if (*kept == NULL)
		*kept = ground_draw(l, side, dpi);
	s = *kept;
	pthread_mutex_unlock(&dp->lock);
	return s;
}

static int
paint_side(struct datapage *dp, const struct layout *l, const struct datapage_input *in, unsigned side, int dpi, cairo_surface_t **made, struct err *err)
{
	cairo_surface_t *s, *ground, *face = NULL, *grey = NULL;
	unsigned char *to, *from;
	struct brush b;
	cairo_t *cairo;
	int rc;

	if (portrait_surfaces(in->portrait, &face, &grey, err) == -1)
		return -1;
	s = surface_new(l, dpi, &cairo);
	ground = ground_of(dp, l, side, dpi);
	to = cairo_image_surface_get_data(s);
	from = cairo_image_surface_get_data(ground);
	if (to != NULL && from != NULL)
		memcpy(to, from, (size_t)cairo_image_surface_get_stride(s) * (size_t)cairo_image_surface_get_height(s));
	cairo_surface_mark_dirty(s);
	brush_begin(&b, cairo, l);
	paint_portrait(&b, side, face, grey);
	paint_fields(&b, side, in->order);
	rc = paint_seal(&b, side, in->seal, dpi, err);
	brush_end(&b);
	if (rc == 0 && (to == NULL || from == NULL || cairo_status(cairo) != CAIRO_STATUS_SUCCESS))
		rc = err_set(err, FAIL_INTERNAL, "data page: %s", cairo_status_to_string(cairo_status(cairo)));
	cairo_destroy(cairo);
	cairo_surface_destroy(face);
	cairo_surface_destroy(grey);
	if (dpi != DATAPAGE_DPI)
		cairo_surface_destroy(ground);
	cairo_surface_flush(s);
	*made = s;
	return rc;
}

static int
paint_mrz(struct datapage *dp, const struct layout *l, int dpi, const char *lines, cairo_surface_t *to, struct err *err)
{
	uint32_t **kept = &dp->cells[l->form], *own = NULL;
	int rc;

	if (dpi != DATAPAGE_DPI) {
		if ((rc = mrz_cells_make(dp, l, dpi, &own, err)) == 0)
			mrz_cells_put(l, dpi, own, lines, to);
		free(own);
		return rc;
	}
	pthread_mutex_lock(&dp->lock);
	rc = *kept != NULL ? 0 : mrz_cells_make(dp, l, dpi, kept, err);
	pthread_mutex_unlock(&dp->lock);
	if (rc == 0)
		mrz_cells_put(l, dpi, *kept, lines, to);
	return rc;
}

/* libgd would print its opinion of a JPEG on stderr, which is our log. */
static void
be_silent(int priority, const char *format, va_list args)
{
	(void)priority;
	(void)format;
	(void)args;
}

static void
free_octets(uint8_t *p, size_t n)
{
	if (p != NULL)
		wipe(p, n);
	free(p);
}

static void
chunk(struct buf *png, const char *name, struct bytes data)
{
	size_t from;

	buf_be(png, (uint32_t)data.n, 4);
	from = png->n;
	buf_str(png, name);
	buf_bytes(png, data);
	if (buf_check(png, &(struct err){ FAIL_NONE }) == 0)
		buf_be(png, libdeflate_crc32(0, png->p + from, png->n - from), 4);
}

/* Rows of three octets a px, each after the octet that says "no filter". */
static uint8_t *
rows_of(cairo_surface_t *s, size_t *n)
{
	int width = cairo_image_surface_get_width(s), height = cairo_image_surface_get_height(s);
	const unsigned char *from = cairo_image_surface_get_data(s);
	uint8_t *rows = malloc(*n = (size_t)height * (1 + 3 * (size_t)width)), *to = rows;

	for (int y = 0; rows != NULL && y < height; y++, from += cairo_image_surface_get_stride(s)) {
		*to++ = 0;
		for (int x = 0; x < width; x++) {
			uint32_t c = ((const uint32_t *)(const void *)from)[x];

			*to++ = (uint8_t)(c >> 16);
			*to++ = (uint8_t)(c >> 8);
			*to++ = (uint8_t)c;
		}
	}
	return rows;
}

/*
 * A PNG (ISO/IEC 15948) without filters, compressed with little search by a library that is quick: lines of colour on paper come out smaller than with
 * filters, and in a fifth of the time that libgd takes, which was most of the time of a page.
 */
static int
png_of(cairo_surface_t *s, int dpi, struct buf *out, struct err *err)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(1);
	struct buf made = BUF_INIT, head = BUF_INIT;
	uint8_t *rows = NULL, *packed = NULL;
	size_t n = 0, room = 0, size = 0;
	int rc = -1;

	if (c != NULL && (rows = rows_of(s, &n)) != NULL && (packed = malloc(room = libdeflate_zlib_compress_bound(c, n))) != NULL)
		size = libdeflate_zlib_compress(c, rows, n, packed, room);
	if (size == 0) {
		err_set(err, FAIL_INTERNAL, "data page: out of memory");
		goto out;
	}
	buf_add(&made, "\x89PNG\r\n\x1a\n", 8);
	buf_be(&head, (uint32_t)cairo_image_surface_get_width(s), 4);
	buf_be(&head, (uint32_t)cairo_image_surface_get_height(s), 4);
	buf_add(&head, "\x08\x02\x00\x00\x00", 5); /* eight bits, red green blue */
	chunk(&made, "IHDR", bytes_of(&head));
	buf_cut(&head, 0);
	buf_be(&head, (uint32_t)(dpi / 0.0254 + 0.5), 4);
	buf_be(&head, (uint32_t)(dpi / 0.0254 + 0.5), 4);
	buf_u8(&head, 1); /* to the metre */
	chunk(&made, "pHYs", bytes_of(&head));
	chunk(&made, "IDAT", BYTES(packed, size));
	chunk(&made, "IEND", BYTES_NONE);
	if (buf_check(&head, err) == 0 && buf_check(&made, err) == 0) {
		buf_move(out, &made);
		rc = 0;
	}
out:
	libdeflate_free_compressor(c); /* accepts NULL */
	free_octets(rows, n);
	free_octets(packed, room);
	buf_wipe(&made);
	buf_clear(&head);
	return rc;
}

int
datapage_draw(struct datapage *dp, const struct datapage_input *in, unsigned side, int dpi, struct buf *png, struct err *err)
{
	const struct layout *l = dp->layout[in->order->mrz.form];
	cairo_surface_t *painted = NULL;
	int rc = -1;

	if (dpi != DATAPAGE_DPI && dpi != DATAPAGE_DPI_FINE)
		return err_set(err, FAIL_INPUT, "data page: %d or %d dpi", DATAPAGE_DPI, DATAPAGE_DPI_FINE);
	if (side >= l->nside)
		return err_set(err, FAIL_INPUT, "data page: a %s has no back", mrz_form_name(l->form));
	gdSetErrorMethod(be_silent);
	if (paint_side(dp, l, in, side, dpi, &painted, err) == 0 &&
		(side != l->mrz_side || paint_mrz(dp, l, dpi, in->order->lines, painted, err) == 0))
		rc = png_of(painted, dpi, png, err);
	cairo_surface_destroy(painted); /* accepts NULL */
	return rc;
}
