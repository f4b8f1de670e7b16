/* The machine readable zone: OCR-B into cells, as text of a PDF, and read back from a picture. */
#include <stdlib.h>

#include "issuance/perso/datapage-local.h"

static int
mm_px(int dpi, double mm)
{
	return (int)(mm * dpi / 25.4 + 0.5);
}

struct datapage_cell
datapage_mrz_cell(const struct layout *l, int dpi, unsigned line, unsigned column)
{
	struct datapage_cell cell = { .width = dpi / 10, .height = mm_px(dpi, 4.0) };

	/* 2.54 mm are exactly a tenth of the resolution: the cells neither drift nor need rounding */
	cell.x = mm_px(dpi, l->mrz->left) - 4 * dpi / DATAPAGE_DPI + (int)column * dpi / 10;
	cell.y = mm_px(dpi, l->height) - mm_px(dpi, l->mrz->line[line]) - cell.height / 2;
	return cell;
}

static const char mrz_characters[] = "<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
enum { CHARACTERS = 37,
	MARGIN = 10 }; /* px around a cell while its character is set */

/* Its ink in the middle of its cell's height, from the cell's left edge as the font has it. */
static const char *
set_mrz_char(gdImagePtr im, int dpi, const struct datapage_fonts *fonts, struct datapage_cell cell, uint32_t ink, char c)
{
	gdFTStringExtra extra = { .flags = gdFTEX_RESOLUTION, .hdpi = dpi, .vdpi = dpi };
	char text[2] = { c, '\0' };
	int capital = mm_px(dpi, MRZ_CAPITAL), box[8];

	return gdImageStringFTEx(im, box, (int)ink, (char *)(uintptr_t)fonts->mrz, MRZ_POINTS, 0, cell.x, cell.y + (cell.height + capital) / 2, text, &extra);
}

int
mrz_cells_make(const struct datapage *dp, const struct layout *l, int dpi, uint32_t **cells, struct err *err)
{
	struct datapage_cell cell = datapage_mrz_cell(l, dpi, 0, 0);
	gdImagePtr im = gdImageCreateTrueColor(cell.width + 2 * MARGIN, cell.height + 2 * MARGIN);
	uint32_t *made = calloc(CHARACTERS, sizeof(*made) * (size_t)(cell.width * cell.height)), *px = made;
	const char *problem = NULL;

	cell.x = cell.y = MARGIN;
	for (unsigned i = 0; im != NULL && made != NULL && problem == NULL && i < CHARACTERS; i++) {
		gdImageFilledRectangle(im, 0, 0, gdImageSX(im), gdImageSY(im), (int)l->ground);
		problem = set_mrz_char(im, dpi, &dp->fonts, cell, l->ink, mrz_characters[i]);
		for (int y = 0; y < cell.height; y++)
			for (int x = 0; x < cell.width; x++)
				*px++ = (uint32_t)im->tpixels[cell.y + y][cell.x + x] & 0xFFFFFF;
	}
	if (im == NULL || made == NULL || problem != NULL) {
		free(made);
		made = NULL;
		err_set(err, FAIL_INTERNAL, "data page: a font cannot be used: %.100s", problem != NULL ? problem : "out of memory");
	}
	if (im != NULL)
		gdImageDestroy(im);
	*cells = made;
	return made == NULL ? -1 : 0;
}

void
mrz_cells_put(const struct layout *l, int dpi, const uint32_t *cells, const char *lines, cairo_surface_t *to)
{
	unsigned columns = mrz_form_width(l->form);
	int stride = cairo_image_surface_get_stride(to);
	unsigned char *data = cairo_image_surface_get_data(to);

	for (unsigned i = 0; lines[i] != '\0'; i++) {
		struct datapage_cell cell = datapage_mrz_cell(l, dpi, i / columns, i % columns);
		const uint32_t *from = cells + (strchr(mrz_characters, lines[i]) - mrz_characters) * (cell.width * cell.height);

		for (int y = 0; y < cell.height; y++, from += cell.width)
			memcpy(data + (cell.y + y) * stride + cell.x * 4, from, (size_t)cell.width * 4);
	}
}

/* ---- as text ---- */

static cairo_status_t
glyph_render(cairo_scaled_font_t *font, unsigned long glyph, cairo_t *cairo, cairo_text_extents_t *extents)
{
	const char text[2] = { (char)glyph, '\0' };

	(void)font;
	cairo_select_font_face(cairo, "OCR B", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
	cairo_set_font_size(cairo, 1);
	cairo_text_path(cairo, text);
	cairo_fill(cairo);
	extents->x_advance = 7.2 / MRZ_POINTS; /* 2.54 mm */
	return CAIRO_STATUS_SUCCESS;
}

static cairo_status_t
glyph_of(cairo_scaled_font_t *font, unsigned long c, unsigned long *glyph)
{
	(void)font;
	*glyph = c;
	return CAIRO_STATUS_SUCCESS;
}

cairo_font_face_t *
ocr_b_new(void)
{
	cairo_font_face_t *face = cairo_user_font_face_create();

	cairo_user_font_face_set_render_glyph_func(face, glyph_render);
	cairo_user_font_face_set_unicode_to_glyph_func(face, glyph_of);
	return face;
}

void
paint_mrz_text(struct brush *b, cairo_font_face_t *ocr_b, const char *lines)
{
	const struct layout *l = b->layout;
	unsigned width = mrz_form_width(l->form), n = mrz_form_lines(l->form);

	cairo_save(b->cairo);
	cairo_set_font_face(b->cairo, ocr_b);
	cairo_set_font_size(b->cairo, MRZ_POINTS * POINT_MM);
	cairo_set_source_rgb(b->cairo, (l->ink >> 16 & 0xFF) / 255.0, (l->ink >> 8 & 0xFF) / 255.0, (l->ink & 0xFF) / 255.0);
	for (unsigned line = 0; line < n; line++) {
		cairo_text_cluster_t cluster[MRZ_TD3_WIDTH];
		cairo_glyph_t glyph[MRZ_TD3_WIDTH];

		for (unsigned i = 0; i < width; i++) {
			cluster[i] = (cairo_text_cluster_t){ 1, 1 };
			glyph[i] = (cairo_glyph_t){ (unsigned char)lines[line * width + i], l->mrz->left - MRZ_BEARING + 2.54 * i,
				l->height - l->mrz->line[line] + MRZ_CAPITAL / 2 };
		}
		cairo_show_text_glyphs(b->cairo, lines + line * width, (int)width, glyph, (int)width, cluster, (int)width, 0);
	}
	cairo_restore(b->cairo);
}

/* ---- reading back ---- */

enum {
	CELL_W = DATAPAGE_DPI / 10,
	CELL_H_MAX = 64,
	FAR = CELL_W * CELL_H_MAX * 12 /* mean difference of brightness of 12 of 255: another character, or a damaged one */
};
typedef uint8_t cell_pixels[CELL_H_MAX * CELL_W];

static void
cell_take(gdImagePtr im, struct datapage_cell cell, cell_pixels out)
{
	memset(out, 0, sizeof(cell_pixels));
	for (int y = 0; y < cell.height && y < CELL_H_MAX; y++)
		for (int x = 0; x < CELL_W; x++)
			out[y * CELL_W + x] = (uint8_t)gdTrueColorGetGreen(gdImageGetTrueColorPixel(im, cell.x + x, cell.y + y));
}

static int
templates_make(const struct datapage *dp, const struct layout *l, cell_pixels templates[CHARACTERS], struct err *err)
{
	int height = datapage_mrz_cell(l, DATAPAGE_DPI, 0, 0).height;
	uint32_t *cells, *px;

	if (mrz_cells_make(dp, l, DATAPAGE_DPI, &cells, err) == -1)
		return -1;
	px = cells;
	for (unsigned i = 0; i < CHARACTERS; i++)
		for (int y = 0; y < height; y++)
			for (int x = 0; x < CELL_W; x++, px++)
				if (y < CELL_H_MAX)
					templates[i][y * CELL_W + x] = (uint8_t)(*px >> 8);
	free(cells);
	return 0;
}

/* The nearest character, 0 when none is near. */
static char
cell_recognise(const cell_pixels seen, const cell_pixels templates[CHARACTERS])
{
	unsigned best = FAR;
	char found = 0;

	for (unsigned i = 0; i < CHARACTERS; i++) {
		unsigned distance = 0;

		for (unsigned k = 0; k < sizeof(cell_pixels); k++)
			distance += (unsigned)abs(seen[k] - templates[i][k]);
		if (distance < best) {
			best = distance;
			found = mrz_characters[i];
		}
	}
	return found;
}

int
datapage_read_mrz(struct datapage *dp, enum mrz_form form, struct bytes png, char lines[MRZ_MAX_LEN + 1], struct err *err)
{
	const struct layout *l = dp->layout[form];
	unsigned columns = mrz_form_width(form), n = columns * mrz_form_lines(form);
	int width = mm_px(DATAPAGE_DPI, l->width), height = mm_px(DATAPAGE_DPI, l->height), rc = -1;
	cell_pixels *templates = calloc(CHARACTERS, sizeof(cell_pixels)), seen;
	char read[MRZ_MAX_LEN + 1] = "";
	gdImagePtr im = NULL;

	if (templates == NULL) {
		err_set(err, FAIL_INTERNAL, "data page: out of memory");
		goto out;
	}
	if (templates_make(dp, l, templates, err) == -1)
		goto out;
	if (png.n == 0 || png.n > INT32_MAX || (im = gdImageCreateFromPngPtr((int)png.n, (void *)(uintptr_t)png.p)) == NULL ||
		gdImageSX(im) != width || gdImageSY(im) != height) {
		err_set(err, FAIL_INPUT, "data page: no PNG of %d x %d", width, height);
		goto out;
	}
	for (unsigned i = 0; i < n; i++) {
		cell_take(im, datapage_mrz_cell(l, DATAPAGE_DPI, i / columns, i % columns), seen);
		if ((read[i] = cell_recognise(seen, (const cell_pixels *)templates)) == 0) {
			err_set(err, FAIL_INPUT, "data page: MRZ line %u, column %u cannot be read", i / columns + 1, i % columns + 1);
			goto out;
		}
	}
	memcpy(lines, read, n + 1);
	rc = 0;
out:
	if (im != NULL)
		gdImageDestroy(im);
	free(templates);
	wipe(read, sizeof(read));
	return rc;
}
