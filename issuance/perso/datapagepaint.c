/* The sides of documents painted with cairo, in mm from the upper left, as a layout says. */
#include <math.h>

#include "issuance/perso/datapage-local.h"
#include "pki/vdsimage.h"

#define CAPTION_LEAST 3.9 /* points: capitals of 1.0 mm (Doc 9303-3 3.3) */
#define TEXT_LEAST    5.0 /* points; smaller only to lose nothing */
#define TEXT_STEP     0.5

void
brush_begin(struct brush *b, cairo_t *cairo, const struct layout *layout)
{
	cairo_font_options_t *options = cairo_font_options_create();
	PangoAttrList *attributes = pango_attr_list_new();
	PangoContext *context;

	*b = (struct brush){ .cairo = cairo, .layout = layout, .text = pango_cairo_create_layout(cairo) };
	context = pango_layout_get_context(b->text);
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	pango_cairo_context_set_font_options(context, options);
	cairo_font_options_destroy(options);
	pango_context_set_round_glyph_positions(context, FALSE);
	pango_context_set_base_dir(context, PANGO_DIRECTION_LTR);
	pango_layout_context_changed(b->text);
	pango_layout_set_auto_dir(b->text, FALSE);
	pango_layout_set_wrap(b->text, PANGO_WRAP_WORD_CHAR);
	pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE)); /* a name has the hyphens that it has */
	pango_layout_set_attributes(b->text, attributes);
	pango_attr_list_unref(attributes);
}

void
brush_end(struct brush *b)
{
	g_object_unref(b->text);
}

static void
ink(struct brush *b, uint32_t colour)
{
	cairo_set_source_rgb(b->cairo, (colour >> 16 & 0xFF) / 255.0, (colour >> 8 & 0xFF) / 255.0, (colour & 0xFF) / 255.0);
}

/* ---- text ---- */

/* A text in a size; width 0: on one line.  Gives its width and height in mm. */
static void
lay(struct brush *b, const char *font, double points, double width, const char *text, double *w, double *h)
{
	PangoFontDescription *d = pango_font_description_from_string(font);
	int pw, ph;

	pango_font_description_set_absolute_size(d, points * POINT_MM * PANGO_SCALE);
	pango_layout_set_font_description(b->text, d);
	pango_font_description_free(d);
	pango_layout_set_width(b->text, width > 0 ? (int)(width * PANGO_SCALE) : -1);
	pango_layout_set_text(b->text, text, -1);
	pango_layout_get_size(b->text, &pw, &ph);
	*w = (double)pw / PANGO_SCALE;
	*h = (double)ph / PANGO_SCALE;
}

/* What was laid, its first line's letters standing on `baseline`. */
static void
show(struct brush *b, double x, double baseline)
{
	cairo_move_to(b->cairo, x, baseline - (double)pango_layout_get_baseline(b->text) / PANGO_SCALE);
	pango_cairo_show_layout(b->cairo, b->text);
}

static double
start_of(const struct layout_zone *z, double width)
{
	return z->x + (z->align == LAYOUT_END ? z->width - width : z->align == LAYOUT_CENTRE ? (z->width - width) / 2
											     : 0);
}

/* The size in which a caption fits; less than CAPTION_LEAST: it does not. */
static double
caption_size(struct brush *b, const struct layout_zone *z)
{
	double points = b->layout->caption_points, w, h;

	for (; points >= CAPTION_LEAST; points -= 0.1) {
		lay(b, b->layout->caption_font, points, 0, z->caption, &w, &h);
		if (w <= z->width)
			break;
	}
	return points;
}

static void
paint_caption(struct brush *b, const struct layout_zone *z)
{
	double w, h;

	lay(b, b->layout->caption_font, caption_size(b, z), 0, z->caption, &w, &h);
	ink(b, b->layout->caption_ink);
	show(b, start_of(z, w), z->y + b->layout->caption_points * POINT_MM * 0.85);
}

const struct layout_zone *
paint_caption_too_wide(struct brush *b, unsigned side)
{
	for (unsigned i = 0; i < b->layout->side[side].n; i++) {
		const struct layout_zone *z = &b->layout->side[side].zone[i];

		if (z->caption != NULL && caption_size(b, z) < CAPTION_LEAST)
			return z;
	}
	return NULL;
}

/* The text of a zone below its caption; one line of its size is not higher than the room (layout_check).  Smaller when it is long, then on two lines, then as small as it must be: nothing is lost. */
static void
paint_text(struct brush *b, const struct layout_zone *z, const char *text, uint32_t colour)
{
	const char *font = z->is_plain ? b->layout->caption_font : b->layout->font;
	double room = layout_room(b->layout, z), top = z->height - room, points = z->points, w, h, size;

	if (text[0] == '\0')
		return;
	ink(b, colour);
	for (; points >= TEXT_LEAST; points -= TEXT_STEP) {
		lay(b, font, points, 0, text, &w, &h);
		size = points * POINT_MM;
		if (w <= z->width) { /* in the middle of the room, by the height of capitals */
			show(b, start_of(z, w), z->y + top + (room + size * 0.73) / 2 - size * 0.08);
			return;
		}
	}
	for (points = points + 2 * TEXT_STEP > z->points ? z->points : points + 2 * TEXT_STEP; points > 1; points -= TEXT_STEP / 2) {
		size = points * POINT_MM;
		lay(b, font, points, z->width, text, &w, &h);
		if (w <= z->width && pango_layout_get_line_count(b->text) * size * LAYOUT_LINE <= room + size * 0.2)
			break;
	}
	show(b, z->x, z->y + top + points * POINT_MM * 0.92);
}

void
paint_fields(struct brush *b, unsigned side, const struct perso_order *order)
{
	struct buf text = BUF_INIT;

	for (unsigned i = 0; i < b->layout->side[side].n; i++) {
		const struct layout_zone *z = &b->layout->side[side].zone[i];

		if (z->kind != LAYOUT_FIELD)
			continue;
		buf_cut(&text, 0);
		field_text(b->layout, order, z->field, &text);
		paint_text(b, z, buf_cstr(&text), z->is_plain ? b->layout->caption_ink : b->layout->ink);
	}
	buf_wipe(&text);
}

/* ---- ground ---- */

/* Waves that drift against each other, a family of them in each colour. */
static void
paint_waves(struct brush *b, double width, double height)
{
	for (unsigned family = 0; family < b->layout->npattern; family++) {
		ink(b, b->layout->pattern[family]);
		cairo_set_line_width(b->cairo, 0.11);
		for (double base = -4; base < height + 4; base += 1.9) {
			double turn = base * 0.19 + family * 2.1;

			for (double x = 0; x <= width + 0.3; x += 0.3) {
				double y = base + 1.9 * sin(x * (0.16 + 0.03 * family) + turn) + 1.1 * sin(x * 0.061 - turn * 1.7 + family);

				(x == 0 ? cairo_move_to : cairo_line_to)(b->cairo, x, y);
			}
			cairo_stroke(b->cairo);
		}
	}
}

/* A rosette of turned ellipses, as engine-turned work has it. */
static void
paint_rosette(struct brush *b, double cx, double cy, double radius)
{
	cairo_set_line_width(b->cairo, 0.09);
	for (unsigned k = 0; k < 36; k++) {
		ink(b, b->layout->pattern[k % b->layout->npattern]);
		for (unsigned i = 0; i <= 120; i++) {
			double t = 2 * M_PI * i / 120, r = radius * (0.62 + 0.38 * cos(3 * t)), turn = 2 * M_PI * k / 36;

			(i == 0 ? cairo_move_to : cairo_line_to)(b->cairo, cx + r * cos(t + turn), cy + r * sin(t + turn));
		}
		cairo_stroke(b->cairo);
	}
}

/* Signed on a line; who cannot write leaves it empty (Doc 9303-3 3.9). */
static void
paint_signature_line(struct brush *b, const struct layout_zone *z)
{
	ink(b, b->layout->caption_ink);
	cairo_set_line_width(b->cairo, 0.15);
	cairo_move_to(b->cairo, z->x, z->y + z->height - 0.4);
	cairo_line_to(b->cairo, z->x + z->width, z->y + z->height - 0.4);
	cairo_stroke(b->cairo);
}

void
paint_ground(struct brush *b, unsigned side)
{
	const struct layout *l = b->layout;
	const struct layout_side *s = &l->side[side];
	double low = side == l->mrz_side ? l->height - l->mrz->height : l->height;

	ink(b, l->ground);
	cairo_paint(b->cairo);
	cairo_save(b->cairo);
	cairo_rectangle(b->cairo, 0, 0, l->width, low - 0.15);
	cairo_clip(b->cairo);
	paint_waves(b, l->width, low);
	paint_rosette(b, l->width * 0.62, low * 0.56, low * 0.36);
	cairo_restore(b->cairo);
	for (unsigned i = 0; i < s->n; i++) {
		const struct layout_zone *z = &s->zone[i];

		if (z->kind == LAYOUT_BAND) {
			ink(b, z->colour);
			cairo_rectangle(b->cairo, z->x, z->y, z->width, z->height);
			cairo_fill(b->cairo);
		}
	}
	for (unsigned i = 0; i < s->n; i++) {
		const struct layout_zone *z = &s->zone[i];

		if (z->kind == LAYOUT_TEXT)
			paint_text(b, z, z->text, z->is_plain ? l->caption_ink : l->ink);
		if (z->caption != NULL)
			paint_caption(b, z);
		if (z->kind == LAYOUT_SIGNATURE)
			paint_signature_line(b, z);
	}
}

/* ---- portrait ---- */

static void
be_done(void *octets)
{
	struct buf *b = octets;

	buf_wipe(b);
	free(b);
}

static cairo_surface_t *
surface_of(gdImagePtr im, bool is_grey)
{
	cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_RGB24, gdImageSX(im), gdImageSY(im));
	unsigned char *row = cairo_image_surface_get_data(s);

	for (int y = 0; row != NULL && y < gdImageSY(im); y++, row += cairo_image_surface_get_stride(s)) {
		uint32_t *px = (uint32_t *)(void *)row;

		for (int x = 0; x < gdImageSX(im); x++) {
			int c = gdImageTrueColorPixel(im, x, y);
			unsigned v = is_grey ? (unsigned)(gdTrueColorGetRed(c) * 77 + gdTrueColorGetGreen(c) * 151 + gdTrueColorGetBlue(c) * 28) >> 8 : 0;

			px[x] = is_grey ? v << 16 | v << 8 | v : (uint32_t)c & 0xFFFFFF;
		}
	}
	cairo_surface_mark_dirty(s);
	return s;
}

int
portrait_surfaces(struct bytes jpeg, cairo_surface_t **face, cairo_surface_t **grey, struct err *err)
{
	gdImagePtr im = jpeg.n == 0 || jpeg.n > INT32_MAX ? NULL : gdImageCreateFromJpegPtr((int)jpeg.n, (void *)(uintptr_t)jpeg.p);
	struct buf *along;

	if (im == NULL)
		return err_set(err, FAIL_INPUT, "portrait: the JPEG cannot be read");
	*face = surface_of(im, false);
	*grey = surface_of(im, true);
	gdImageDestroy(im);
	if ((along = calloc(1, sizeof(*along))) != NULL) {
		buf_bytes(along, jpeg);
		if (cairo_surface_set_mime_data(*face, CAIRO_MIME_TYPE_JPEG, along->p, along->n, be_done, along) != CAIRO_STATUS_SUCCESS)
			be_done(along);
	}
	return 0;
}

/* The largest part of the frame's shape, from the middle and, of what is too high, from the top: heads are there. */
static void
paint_face(struct brush *b, const struct layout_zone *z, cairo_surface_t *face, double alpha)
{
	double w = cairo_image_surface_get_width(face), h = cairo_image_surface_get_height(face), scale = z->width / w > z->height / h ? z->width / w : z->height / h;

	cairo_save(b->cairo);
	cairo_rectangle(b->cairo, z->x, z->y, z->width, z->height);
	cairo_clip(b->cairo);
	cairo_translate(b->cairo, z->x - (w * scale - z->width) / 2, z->y - (h * scale - z->height) / 3);
	cairo_scale(b->cairo, scale, scale);
	cairo_set_source_surface(b->cairo, face, 0, 0);
	cairo_pattern_set_filter(cairo_get_source(b->cairo), CAIRO_FILTER_GOOD);
	if (cairo_surface_get_type(cairo_get_target(b->cairo)) == CAIRO_SURFACE_TYPE_IMAGE)
		cairo_pattern_set_extend(cairo_get_source(b->cairo), CAIRO_EXTEND_PAD); /* a PDF takes the JPEG as it is, but only without this */
	cairo_paint_with_alpha(b->cairo, alpha);
	cairo_restore(b->cairo);
}

void
paint_portrait(struct brush *b, unsigned side, cairo_surface_t *face, cairo_surface_t *grey)
{
	for (unsigned i = 0; i < b->layout->side[side].n; i++) {
		const struct layout_zone *z = &b->layout->side[side].zone[i];

		if (z->kind == LAYOUT_PHOTO)
			paint_face(b, z, face, 1);
		else if (z->kind == LAYOUT_GHOST)
			paint_face(b, z, grey, z->strength / 100.0);
	}
}

/* ---- seal ---- */

enum { MODULE_DOTS = VDSIMAGE_DOTS };

void
seal_place(const struct layout_zone *z, unsigned modules, int dpi, int *x, int *y)
{
	double side = modules * MODULE_DOTS * 25.4 / VDSIMAGE_DPI;

	*x = (int)floor((z->x + (z->width - side) / 2) * dpi / 25.4);
	*y = (int)floor((z->y + (z->height - side) / 2) * dpi / 25.4);
}

/* Modules on whole px, so that none is wider than another: px of a picture, of a PDF those of 600 dpi. */
static void
paint_modules(struct brush *b, const struct vds_symbol *symbol, const struct layout_zone *z, int dpi)
{
	unsigned modules = symbol->side + 2 * symbol->quiet;
	int dots = MODULE_DOTS * dpi / VDSIMAGE_DPI, x, y;

	seal_place(z, modules, dpi, &x, &y);
	cairo_save(b->cairo);
	cairo_scale(b->cairo, 25.4 / dpi, 25.4 / dpi);
	cairo_set_antialias(b->cairo, CAIRO_ANTIALIAS_NONE);
	cairo_set_source_rgb(b->cairo, 1, 1, 1);
	cairo_rectangle(b->cairo, x, y, (int)modules * dots, (int)modules * dots);
	cairo_fill(b->cairo);
	cairo_set_source_rgb(b->cairo, 0, 0, 0);
	x += (int)symbol->quiet * dots;
	y += (int)symbol->quiet * dots;
	for (int row = 0; row < (int)symbol->side; row++)
		for (int from = 0, to; from < (int)symbol->side; from = to + 1) {
			for (to = from; to < (int)symbol->side && symbol->dark[row][to]; to++)
				;
			if (to > from)
				cairo_rectangle(b->cairo, x + from * dots, y + row * dots, (to - from) * dots, dots);
		}
	cairo_fill(b->cairo);
	cairo_restore(b->cairo);
}

int
paint_seal(struct brush *b, unsigned side, struct bytes seal, int dpi, struct err *err)
{
	struct vds_symbol symbol;

	for (unsigned i = 0; i < b->layout->side[side].n; i++) {
		const struct layout_zone *z = &b->layout->side[side].zone[i];

		if (z->kind != LAYOUT_SEAL || seal.n == 0)
			continue;
		if (vdsimage_symbol(seal, VDS_DATA_MATRIX, &symbol, err) == -1)
			return -1;
		if (vdsimage_mm(&symbol, MODULE_DOTS) > z->width || vdsimage_mm(&symbol, MODULE_DOTS) > z->height)
			return err_set(err, FAIL_TOO_LARGE, "seal: %.1f mm wide, its zone in the layout is smaller", vdsimage_mm(&symbol, MODULE_DOTS));
		paint_modules(b, &symbol, z, dpi == 0 ? DATAPAGE_DPI_FINE : dpi);
	}
	return 0;
}

int
datapage_check_seal(struct datapage *dp, enum mrz_form form, struct bytes png, struct bytes seal, struct err *err)
{
	const struct layout_zone *z = dp->layout[form]->seal;
	unsigned wrong = 0;
	struct vds_symbol symbol;
	gdImagePtr im = NULL;
	int x, y;

	if (z == NULL)
		return err_set(err, FAIL_INPUT, "data page: the layout has no place for a seal");
	if (vdsimage_symbol(seal, VDS_DATA_MATRIX, &symbol, err) == -1)
		return -1;
	if (png.n == 0 || png.n > INT32_MAX || (im = gdImageCreateFromPngPtr((int)png.n, (void *)(uintptr_t)png.p)) == NULL)
		return err_set(err, FAIL_INPUT, "data page: no PNG");
	seal_place(z, symbol.side + 2 * symbol.quiet, DATAPAGE_DPI, &x, &y);
	for (unsigned row = 0; row < symbol.side; row++)
		for (unsigned column = 0; column < symbol.side; column++) { /* outside the picture gd sees black */
			int c = gdImageGetTrueColorPixel(im, x + (int)(symbol.quiet + column) * MODULE_DOTS + MODULE_DOTS / 2, y + (int)(symbol.quiet + row) * MODULE_DOTS + MODULE_DOTS / 2);

			wrong += (gdTrueColorGetGreen(c) < 128) != symbol.dark[row][column];
		}
	gdImageDestroy(im);
	return wrong == 0 ? 0 : err_set(err, FAIL_INPUT, "data page: %u of %u modules of the seal are not as they were made", wrong, symbol.side * symbol.side);
}
