#include "issuance/perso/datapage.h"

#include <unistd.h>

#include <gd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry/base/text.h"
#include "registry/doc9303/states.h"

const struct datapage_fonts datapage_fonts = {
	.mrz = "/usr/share/fonts/opentype/ocr-b/OCRB.otf",
	.caption = "/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed.ttf",
	.text = "/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed-Bold.ttf",
};

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

#define MRZ_POINTS           10.05 /* gives the 2.54 mm pitch of OCR-B size 1 at 300 dpi */
#define CAPTION_POINTS       4.6   /* capitals 1.2 mm: captions are 1.0 to 1.8 mm high (Doc 9303-3 3.3) */
#define CAPTION_POINTS_LEAST 3.9   /* capitals 1.0 mm */
#define TEXT_POINTS          8.5   /* under 15 characters per 25.4 mm */
#define TEXT_POINTS_LEAST    5.5

/* mm from the left and the bottom edge. */
struct frame {
	double x, y, width, height;
};

struct page {
	gdImagePtr im;
	int dpi, width, height;
	const struct datapage_fonts *fonts;
	int ink, caption, pattern, ground, frame;
	const char *problem; /* libgd's word on the first text it could not set; NULL: none */
};

static int
mm_px(int dpi, double mm)
{
	return (int)(mm * dpi / 25.4 + 0.5);
}

static int
px(const struct page *pg, double mm)
{
	return mm_px(pg->dpi, mm);
}

static int
y_px(const struct page *pg, double mm_from_bottom)
{
	return pg->height - px(pg, mm_from_bottom);
}

/* Sets text with its baseline at (x, y); colour -1 only measures.  Returns its width. */
static int
set_text(struct page *pg, const char *font, double points, int colour, int x, int y, const char *text)
{
	gdFTStringExtra extra = { .flags = gdFTEX_RESOLUTION, .hdpi = pg->dpi, .vdpi = pg->dpi };
	int box[8] = { 0 };
	char *failed;

	if (text[0] == '\0')
		return 0;
	failed = gdImageStringFTEx(colour == -1 ? NULL : pg->im, box, colour == -1 ? 0 : colour, (char *)(uintptr_t)font, points, 0, x, y,
		(char *)(uintptr_t)text, &extra);
	if (failed != NULL && pg->problem == NULL)
		pg->problem = failed;
	return box[2] - box[0];
}

/* ---- machine readable zone ---- */

static struct datapage_cell
mrz_cell(int dpi, unsigned line, unsigned column)
{
	struct datapage_cell cell = { .width = dpi / 10, .height = mm_px(dpi, 4.0) };
	double centre = line == 0 ? DATAPAGE_MRZ_LINE_1 : DATAPAGE_MRZ_LINE_2;

	/* 2.54 mm are exactly a tenth of the resolution: the cells neither drift nor need rounding */
	cell.x = mm_px(dpi, DATAPAGE_MRZ_LEFT) - 4 * dpi / DATAPAGE_DPI + (int)column * dpi / 10;
	cell.y = mm_px(dpi, DATAPAGE_HEIGHT_MM) - mm_px(dpi, centre) - cell.height / 2;
	return cell;
}

struct datapage_cell
datapage_mrz_cell(unsigned line, unsigned column)
{
	return mrz_cell(DATAPAGE_DPI, line, column);
}

/* One character, its ink in the middle of its cell's height, from the cell's left edge as the font has it. */
static void
set_mrz_char(struct page *pg, struct datapage_cell cell, char c)
{
	const char text[2] = { c, '\0' };
	int capital = px(pg, 2.62); /* height of OCR-B's capitals in this size */

	set_text(pg, pg->fonts->mrz, MRZ_POINTS, pg->ink, cell.x, cell.y + (cell.height + capital) / 2, text);
}

static void
draw_mrz(struct page *pg, const char lines[MRZ_TD3_LEN])
{
	for (unsigned i = 0; i < MRZ_TD3_LEN; i++)
		set_mrz_char(pg, mrz_cell(pg->dpi, i / MRZ_TD3_WIDTH, i % MRZ_TD3_WIDTH), lines[i]);
}

/* ---- background ---- */

/* Waves that drift against each other, fine and pale; they end above the machine readable zone. */
static void
draw_background(struct page *pg)
{
	int low = y_px(pg, DATAPAGE_MRZ_ZONE) - 2, scale = pg->dpi / DATAPAGE_DPI;

	gdImageFilledRectangle(pg->im, 0, 0, pg->width, pg->height, pg->ground);
	gdImageSetThickness(pg->im, scale);
	for (int wave = 0; wave < 34; wave++) {
		int last = -1;

		for (int x = 0; x < pg->width; x += 3 * scale) {
			double phase = x / (71.0 * scale) + wave * 0.37;
			int y = (int)(scale * (wave * 26 - 20 + 17 * sin(phase) + 11 * sin(phase * 0.41 + wave)));

			if (last != -1 && y < low - scale && last < low - scale)
				gdImageLine(pg->im, x - 3 * scale, last, x, y, pg->pattern);
			last = y;
		}
	}
	gdImageLine(pg->im, 0, low - scale + 1, pg->width, low - scale + 1, pg->pattern);
}

/* ---- portrait ---- */

/* The largest part of the frame's shape, from the middle and, of what is too high, from the top: heads are there.  strength: 100, less for a ghost. */
static void
draw_face(struct page *pg, gdImagePtr face, const struct frame *f, int strength)
{
	int width = px(pg, f->width), height = px(pg, f->height), w = gdImageSX(face), h = gdImageSY(face);
	gdImagePtr sized = gdImageCreateTrueColor(width, height);

	if (sized == NULL) {
		pg->problem = "out of memory";
		return;
	}
	if (w * height > h * width)
		w = h * width / height;
	else
		h = w * height / width;
	gdImageCopyResampled(sized, face, 0, 0, (gdImageSX(face) - w) / 2, (gdImageSY(face) - h) / 3, width, height, w, h);
	if (strength == 100)
		gdImageCopy(pg->im, sized, px(pg, f->x), y_px(pg, f->y) - height, 0, 0, width, height);
	else
		gdImageCopyMergeGray(pg->im, sized, px(pg, f->x), y_px(pg, f->y) - height, 0, 0, width, height, strength);
	gdImageDestroy(sized);
}

static int
draw_portrait(struct page *pg, struct bytes jpeg, struct err *err)
{
	static const struct frame portrait = { DATAPAGE_PORTRAIT_X, DATAPAGE_PORTRAIT_Y, DATAPAGE_PORTRAIT_W, DATAPAGE_PORTRAIT_H },
				  ghost = { DATAPAGE_GHOST_X, DATAPAGE_GHOST_Y, DATAPAGE_GHOST_W, DATAPAGE_GHOST_H };
	gdImagePtr face = jpeg.n == 0 || jpeg.n > INT32_MAX ? NULL : gdImageCreateFromJpegPtr((int)jpeg.n, (void *)(uintptr_t)jpeg.p);

	if (face == NULL)
		return err_set(err, FAIL_INPUT, "portrait: the JPEG cannot be read");
	draw_face(pg, face, &portrait, 100);
	draw_face(pg, face, &ghost, 35);
	gdImageDestroy(face);
	return 0;
}

/* ---- visual zone ---- */

enum script { SCRIPT_LATIN,
	SCRIPT_SETTABLE, /* not Latin, but letters stand one beside the other: Greek, Cyrillic, Armenian, Georgian */
	SCRIPT_OTHER };  /* has to be shaped, or the font has no letters */

static enum script
script_of(const char *text)
{
	struct bytes rest = bytes_str(text);
	enum script most = SCRIPT_LATIN;
	uint32_t c;

	for (size_t n; rest.n > 0 && (n = text_next(rest, &c)) > 0; rest = BYTES(rest.p + n, rest.n - n)) {
		if (c < 0x0300 || (c >= 0x1E00 && c < 0x1F00) || (c >= 0x2000 && c < 0x2070))
			continue;
		if ((c >= 0x0370 && c < 0x0590) || (c >= 0x10A0 && c < 0x1100) || (c >= 0x1F00 && c < 0x2000))
			most = SCRIPT_SETTABLE > most ? SCRIPT_SETTABLE : most;
		else
			return SCRIPT_OTHER;
	}
	return most;
}

/* A name that is not in Latin letters is followed, or replaced, by its transliteration (Doc 9303-3 3.4). */
static void
viz_name(const char *name, const char *identifier, struct buf *out)
{
	enum script script;

	if (name == NULL)
		return;
	script = script_of(name);
	if (script != SCRIPT_OTHER && text_upper(bytes_str(name), out, &(struct err){ FAIL_NONE }) == -1)
		buf_str(out, name);
	if (script == SCRIPT_LATIN || identifier == NULL)
		return;
	if (script != SCRIPT_OTHER)
		buf_str(out, " / ");
	for (; *identifier != '\0'; identifier++)
		buf_u8(out, *identifier == '<' ? ' ' : (uint8_t)*identifier);
}

/* "12 AUG/AOÛT 1974"; what is not known is X (Doc 9303-3 3.8). */
static void
viz_date(struct date d, struct buf *out)
{
	static const char *const months[] = { "XX", "JAN", "FEB/FÉV", "MAR/MARS", "APR/AVR", "MAY/MAI", "JUN/JUIN", "JUL/JUIL", "AUG/AOÛT",
		"SEP/SEPT", "OCT", "NOV", "DEC/DÉC" };

	if (d.precision == DATE_DAY)
		buf_printf(out, "%02d ", d.day);
	else
		buf_str(out, "XX ");
	buf_printf(out, "%s ", months[d.precision >= DATE_MONTH && d.month <= 12 ? d.month : 0]);
	if (d.precision == DATE_UNKNOWN)
		buf_str(out, "XXXX");
	else
		buf_printf(out, "%04d", d.year);
}

struct field {
	double x, y; /* mm: left edge, and caption's baseline from the bottom */
	double width;
	const char *caption;
};

/* Caption, and the text below it: smaller when it is long, and on two lines when that does not do. */
static void
draw_field(struct page *pg, const struct field *f, const char *text)
{
	int x = px(pg, f->x), y = y_px(pg, f->y) + px(pg, 3.4), width = px(pg, f->width);
	double points = TEXT_POINTS, caption = CAPTION_POINTS;
	char first[400];
	const char *cut;

	while (caption > CAPTION_POINTS_LEAST && set_text(pg, pg->fonts->caption, caption, -1, 0, 0, f->caption) > width)
		caption -= 0.1;
	set_text(pg, pg->fonts->caption, caption, pg->caption, x, y_px(pg, f->y), f->caption);
	while (points > TEXT_POINTS_LEAST && set_text(pg, pg->fonts->text, points, -1, 0, 0, text) > width)
		points -= 0.5;
	if (set_text(pg, pg->fonts->text, points, -1, 0, 0, text) <= width || strlen(text) >= sizeof(first)) {
		set_text(pg, pg->fonts->text, points, pg->ink, x, y, text);
		return;
	}
	points = TEXT_POINTS_LEAST - 0.5;
	for (cut = text + strlen(text); cut > text;) {
		while (cut > text && *--cut != ' ')
			;
		snprintf(first, sizeof(first), "%.*s", (int)(cut - text), text);
		if (set_text(pg, pg->fonts->text, points, -1, 0, 0, first) <= width)
			break;
	}
	if (cut == text) { /* one word that is longer than the line: it runs on, but nothing is lost */
		set_text(pg, pg->fonts->text, points - 1, pg->ink, x, y, text);
		return;
	}
	set_text(pg, pg->fonts->text, points, pg->ink, x, y - px(pg, 0.8), first);
	set_text(pg, pg->fonts->text, points, pg->ink, x, y + px(pg, 1.4), cut + 1);
}

static void
draw_text_field(struct page *pg, double x, double y, double width, const char *caption, const char *text)
{
	const struct field f = { x, y, width, caption };

	draw_field(pg, &f, text == NULL ? "" : text);
}

static const char *
sex_text(char sex)
{
	return sex == 'F' ? "F" : sex == 'M' ? "M"
					     : "X";
}

static void
draw_header(struct page *pg, const struct perso_order *order)
{
	const struct state *state = states_find(order->mrz.issuer);
	struct buf name = BUF_INIT;
	char title[120];

	if (state == NULL || text_upper(bytes_str(state->name), &name, &(struct err){ FAIL_NONE }) == -1)
		buf_str(&name, order->mrz.issuer);
	gdImageFilledRectangle(pg->im, 0, 0, pg->width, px(pg, 9.5), pg->frame);
	snprintf(title, sizeof(title), "%.80s", buf_cstr(&name));
	set_text(pg, pg->fonts->text, 11, pg->ink, px(pg, 43), px(pg, 6.6), title);
	set_text(pg, pg->fonts->text, 9, pg->ink, px(pg, 5), px(pg, 4.6), "PASSPORT");
	set_text(pg, pg->fonts->caption, 7, pg->caption, px(pg, 5), px(pg, 8.2), "PASSEPORT · PASAPORTE");
	buf_clear(&name);
}

static void
draw_viz(struct page *pg, const struct perso_order *order)
{
	const struct production *p = order->from;
	const double left = 43, line = 6.9, top = 76.0;
	struct buf text = BUF_INIT;

	draw_text_field(pg, left, top, 16, "Type/Type/Tipo", order->mrz.code);
	draw_text_field(pg, left + 20, top, 20, "Code/Code/Código", order->mrz.issuer);
	draw_text_field(pg, left + 50, top, 30, "Passport No./Passeport N°/Pasaporte N.º", order->mrz.number);
	viz_name(p->primary_name, p->mrz_primary, &text);
	draw_text_field(pg, left, top - line, 80, "Surname/Nom/Apellidos", buf_cstr(&text));
	buf_cut(&text, 0);
	viz_name(p->secondary_name, p->mrz_secondary, &text);
	draw_text_field(pg, left, top - 2 * line, 80, "Given names/Prénoms/Nombres", buf_cstr(&text));
	draw_text_field(pg, left, top - 3 * line, 30, "Nationality/Nationalité/Nacionalidad", p->nationality);
	draw_text_field(pg, left + 37, top - 3 * line, 40, "Personal No./N° personnel/N.º personal", p->uin);
	buf_cut(&text, 0);
	viz_date(p->birth, &text);
	draw_text_field(pg, left, top - 4 * line, 35, "Date of birth/Date de naissance/Fecha de nacimiento", buf_cstr(&text));
	draw_text_field(pg, left + 37, top - 4 * line, 10, "Sex/Sexe/Sexo", sex_text(p->sex));
	buf_cut(&text, 0);
	viz_name(p->place_of_birth, NULL, &text);
	draw_text_field(pg, left + 48, top - 4 * line, 32, "Place of birth/Lieu de naissance/Lugar de nacimiento", buf_cstr(&text));
	buf_cut(&text, 0);
	viz_date(p->issued_on, &text);
	draw_text_field(pg, left, top - 5 * line, 35, "Date of issue/Date de délivrance/Fecha de expedición", buf_cstr(&text));
	draw_text_field(pg, left + 37, top - 5 * line, 43, "Authority/Autorité/Autoridad", p->authority);
	buf_cut(&text, 0);
	viz_date(p->expires_on, &text);
	draw_text_field(pg, left, top - 6 * line, 35, "Date of expiry/Date d'expiration/Fecha de caducidad", buf_cstr(&text));
	draw_text_field(pg, left + 37, top - 6 * line, 32, "Holder's signature/Signature du titulaire/Firma del titular", "");
	gdImageLine(pg->im, px(pg, left + 37), y_px(pg, top - 6 * line - 7), px(pg, left + 68), y_px(pg, top - 6 * line - 7), pg->caption);
	buf_wipe(&text);
}

/* libgd would print its opinion of a JPEG on stderr, which is our log. */
static void
be_silent(int priority, const char *format, va_list args)
{
	(void)priority;
	(void)format;
	(void)args;
}

static int
page_new(struct page *pg, int dpi, const struct datapage_fonts *fonts, struct err *err)
{
	*pg = (struct page){ .dpi = dpi, .width = mm_px(dpi, DATAPAGE_WIDTH_MM), .height = mm_px(dpi, DATAPAGE_HEIGHT_MM), .fonts = fonts };
	pg->im = gdImageCreateTrueColor(pg->width, pg->height);
	if (pg->im == NULL)
		return err_set(err, FAIL_INTERNAL, "data page: out of memory");
	gdSetErrorMethod(be_silent);
	gdImageSetResolution(pg->im, (unsigned)dpi, (unsigned)dpi);
	pg->ground = gdTrueColor(0xfb, 0xfa, 0xf4);
	pg->pattern = gdTrueColor(0xd3, 0xe0, 0xe6);
	pg->frame = gdTrueColor(0xc8, 0xdc, 0xe4);
	pg->ink = gdTrueColor(0x10, 0x10, 0x10);
	pg->caption = gdTrueColor(0x24, 0x46, 0x5c);
	return 0;
}

int
datapage_draw_at(int dpi, const struct perso_order *order, struct bytes portrait_jpeg, const struct datapage_fonts *fonts, struct buf *png,
	struct err *err)
{
	struct buf made = BUF_INIT;
	struct page pg;
	void *octets = NULL;
	int n = 0, rc = -1;

	if (dpi != DATAPAGE_DPI && dpi != DATAPAGE_DPI_FINE)
		return err_set(err, FAIL_INPUT, "data page: %d or %d dpi", DATAPAGE_DPI, DATAPAGE_DPI_FINE);
	if (page_new(&pg, dpi, fonts, err) == -1)
		return -1;
	draw_background(&pg);
	if (draw_portrait(&pg, portrait_jpeg, err) == -1)
		goto out;
	draw_header(&pg, order);
	draw_viz(&pg, order);
	draw_mrz(&pg, order->lines);
	if (pg.problem != NULL) {
		err_set(err, FAIL_INTERNAL, "data page: a font cannot be used: %.100s", pg.problem);
		goto out;
	}
	if ((octets = gdImagePngPtrEx(pg.im, &n, 3)) == NULL) {
		err_set(err, FAIL_INTERNAL, "data page: out of memory");
		goto out;
	}
	buf_add(&made, octets, (size_t)n);
	if (buf_check(&made, err) == -1)
		goto out;
	buf_move(png, &made);
	rc = 0;
out:
	if (octets != NULL) {
		wipe(octets, (size_t)n);
		gdFree(octets);
	}
	buf_wipe(&made);
	gdImageDestroy(pg.im);
	return rc;
}

int
datapage_draw(const struct perso_order *order, struct bytes portrait_jpeg, const struct datapage_fonts *fonts, struct buf *png, struct err *err)
{
	return datapage_draw_at(DATAPAGE_DPI, order, portrait_jpeg, fonts, png, err);
}

/* ---- reading back ---- */

static const char mrz_characters[] = "<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
enum {
	CHARACTERS = 37,
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
templates_make(const struct datapage_fonts *fonts, cell_pixels templates[CHARACTERS], struct err *err)
{
	struct datapage_cell cell = datapage_mrz_cell(0, 0);
	struct page pg;

	for (unsigned i = 0; i < CHARACTERS; i++) {
		if (page_new(&pg, DATAPAGE_DPI, fonts, err) == -1)
			return -1;
		gdImageFilledRectangle(pg.im, cell.x - 10, cell.y - 10, cell.x + CELL_W + 10, cell.y + cell.height + 10, pg.ground);
		set_mrz_char(&pg, cell, mrz_characters[i]);
		cell_take(pg.im, cell, templates[i]);
		gdImageDestroy(pg.im);
		if (pg.problem != NULL)
			return err_set(err, FAIL_INTERNAL, "data page: a font cannot be used: %.100s", pg.problem);
	}
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
datapage_read_mrz(struct bytes png, const struct datapage_fonts *fonts, char lines[MRZ_TD3_LEN + 1], struct err *err)
{
	cell_pixels *templates = calloc(CHARACTERS, sizeof(cell_pixels)), seen;
	gdImagePtr im = NULL;
	char read[MRZ_TD3_LEN + 1] = "";
	int rc = -1;

	if (templates == NULL) {
		err_set(err, FAIL_INTERNAL, "data page: out of memory");
		goto out;
	}
	if (templates_make(fonts, templates, err) == -1)
		goto out;
	if (png.n == 0 || png.n > INT32_MAX || (im = gdImageCreateFromPngPtr((int)png.n, (void *)(uintptr_t)png.p)) == NULL ||
		gdImageSX(im) != DATAPAGE_WIDTH || gdImageSY(im) != DATAPAGE_HEIGHT) {
		err_set(err, FAIL_INPUT, "data page: no PNG of %d x %d", DATAPAGE_WIDTH, DATAPAGE_HEIGHT);
		goto out;
	}
	for (unsigned i = 0; i < MRZ_TD3_LEN; i++) {
		cell_take(im, datapage_mrz_cell(i / MRZ_TD3_WIDTH, i % MRZ_TD3_WIDTH), seen);
		if ((read[i] = cell_recognise(seen, (const cell_pixels *)templates)) == 0) {
			err_set(err, FAIL_INPUT, "data page: MRZ line %u, column %u cannot be read", i / MRZ_TD3_WIDTH + 1, i % MRZ_TD3_WIDTH + 1);
			goto out;
		}
	}
	memcpy(lines, read, sizeof(read));
	rc = 0;
out:
	if (im != NULL)
		gdImageDestroy(im);
	free(templates);
	wipe(read, sizeof(read));
	return rc;
}
