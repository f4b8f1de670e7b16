/* The lines of a certificate: guilloche frame, background, crest, seal.  Vectors only, so that a copy at any size shows whether it is one. */
#include <math.h>

#include "enrolment/civil/certificate-local.h"

#define OUTER 20.0
#define INNER 38.0
#define DOT   (72.0 / VDSIMAGE_DPI)

static void
ink(cairo_t *cr, double strength)
{
	/* a dark blue-green, thinned towards white */
	cairo_set_source_rgb(cr, 1 - strength * 0.92, 1 - strength * 0.72, 1 - strength * 0.66);
}

/* ---- frame ---- */

/* A wave along a side from a to b (both on the line in the middle of the band), leaving it by `amplitude`. */
static void
wave(cairo_t *cr, double ax, double ay, double bx, double by, double amplitude, double phase)
{
	double length = hypot(bx - ax, by - ay), ux = (bx - ax) / length, uy = (by - ay) / length;
	int waves = (int)(length / 26.0 + 0.5), steps = waves * 12;

	for (int i = 0; i <= steps; i++) {
		double t = (double)i / steps, at = t * length, angle = 2 * M_PI * waves * t;
		double off = amplitude * sin(angle + phase) * cos(angle / 2 + phase * 2);

		cairo_line_to(cr, ax + ux * at - uy * off, ay + uy * at + ux * off);
	}
	cairo_stroke(cr);
}

static void
rosette(cairo_t *cr, double x, double y, double radius, int petals, double depth, double turn)
{
	int steps = petals * 24;

	for (int i = 0; i <= steps; i++) {
		double angle = 2 * M_PI * i / steps, r = radius * (1 - depth + depth * cos(petals * angle + turn));

		cairo_line_to(cr, x + r * cos(angle), y + r * sin(angle));
	}
	cairo_close_path(cr);
	cairo_stroke(cr);
}

static void
frame(cairo_t *cr)
{
	double mid = (OUTER + INNER) / 2, right = PDF_WIDTH - mid, bottom = PDF_HEIGHT - mid, half = (INNER - OUTER) / 2;
	const double corner[4][2] = { { mid, mid }, { right, mid }, { right, bottom }, { mid, bottom } };

	cairo_set_line_width(cr, 0.35);
	for (int side = 0; side < 4; side++)
		for (int k = 0; k < 7; k++) {
			const double *a = corner[side], *b = corner[(side + 1) % 4];

			ink(cr, k % 2 == 0 ? 0.75 : 0.45);
			wave(cr, a[0], a[1], b[0], b[1], half - 1, k * M_PI / 7);
		}
	ink(cr, 1);
	cairo_set_line_width(cr, 1.1);
	cairo_rectangle(cr, OUTER, OUTER, PDF_WIDTH - 2 * OUTER, PDF_HEIGHT - 2 * OUTER);
	cairo_stroke(cr);
	cairo_set_line_width(cr, 0.6);
	cairo_rectangle(cr, INNER, INNER, PDF_WIDTH - 2 * INNER, PDF_HEIGHT - 2 * INNER);
	cairo_stroke(cr);
	for (int side = 0; side < 4; side++) {
		double x = corner[side][0], y = corner[side][1];

		cairo_set_source_rgb(cr, 1, 1, 1);
		cairo_arc(cr, x, y, half + 3, 0, 2 * M_PI);
		cairo_fill(cr);
		ink(cr, 0.9);
		cairo_set_line_width(cr, 0.35);
		for (int k = 0; k < 5; k++)
			rosette(cr, x, y, half + 2.5 - k * 1.4, 9 + k, 0.25, k);
	}
}

static void
background(cairo_t *cr)
{
	cairo_set_line_width(cr, 0.3);
	for (int k = 0; k < 16; k++) {
		ink(cr, 0.10 + 0.02 * (k % 3));
		rosette(cr, PDF_WIDTH / 2, PDF_HEIGHT / 2 + 20, 215 - k * 11.5, 18, 0.16, k * M_PI / 9);
	}
}

/* A line of letters too small for a copier, as outlines: no text that a search would find. */
static void
microtext(cairo_t *cr, const char *text)
{
	PangoLayout *layout = pango_cairo_create_layout(cr);
	PangoFontDescription *font = pango_font_description_from_string("Noto Sans 1.6");
	int w, h;

	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	pango_layout_set_text(layout, text, -1);
	pango_layout_get_size(layout, &w, &h);
	ink(cr, 0.8);
	if (w > 0)
		for (double x = INNER + 2; x + (double)w / PANGO_SCALE < PDF_WIDTH - INNER - 2; x += (double)w / PANGO_SCALE + 2) {
			cairo_move_to(cr, x, PDF_HEIGHT - INNER - 3.4);
			pango_cairo_layout_path(cr, layout);
		}
	cairo_fill(cr);
	g_object_unref(layout);
}

void
certificate_draw_page(cairo_t *cr, const char *text)
{
	cairo_save(cr);
	cairo_new_path(cr); /* the text of the page before left its place behind */
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	background(cr);
	frame(cr);
	microtext(cr, text);
	cairo_restore(cr);
}

/* ---- crest ---- */

static void
star(cairo_t *cr, double x, double y, double r)
{
	for (int i = 0; i < 10; i++) {
		double angle = -M_PI / 2 + i * M_PI / 5, at = i % 2 == 0 ? r : r * 0.45;

		cairo_line_to(cr, x + at * cos(angle), y + at * sin(angle));
	}
	cairo_close_path(cr);
	cairo_fill(cr);
}

/* A shield in a rosette: the place of the State's arms. */
void
certificate_draw_crest(cairo_t *cr, double x, double y, double radius)
{
	double w = radius * 0.5, top = y - radius * 0.52, waist = y + radius * 0.12, tip = y + radius * 0.62;

	cairo_save(cr);
	cairo_set_line_width(cr, 0.35);
	for (int k = 0; k < 6; k++) {
		ink(cr, 0.4 + 0.1 * (k % 2));
		rosette(cr, x, y, radius * (1 - 0.03 * k), 16, 0.1, k * M_PI / 6);
	}
	cairo_move_to(cr, x - w, top);
	cairo_line_to(cr, x + w, top);
	cairo_line_to(cr, x + w, waist);
	cairo_curve_to(cr, x + w, waist + radius * 0.3, x + w * 0.4, tip - radius * 0.08, x, tip);
	cairo_curve_to(cr, x - w * 0.4, tip - radius * 0.08, x - w, waist + radius * 0.3, x - w, waist);
	cairo_close_path(cr);
	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_fill_preserve(cr);
	ink(cr, 1);
	cairo_set_line_width(cr, 1.2);
	cairo_stroke_preserve(cr);
	cairo_clip(cr);
	cairo_rectangle(cr, x - w, top, 2 * w, radius * 0.34);
	cairo_fill(cr);
	cairo_set_line_width(cr, radius * 0.05);
	for (int k = 0; k < 4; k++) {
		double at = y + radius * (0.02 + 0.15 * k);

		for (int i = 0; i <= 24; i++)
			cairo_line_to(cr, x - w + 2 * w * i / 24, at + radius * 0.035 * sin(i * M_PI / 4));
		cairo_stroke(cr);
	}
	cairo_set_source_rgb(cr, 1, 1, 1);
	for (int k = -1; k <= 1; k++)
		star(cr, x + k * w * 0.55, top + radius * 0.17, radius * 0.1);
	cairo_restore(cr);
}

/* ---- seal ---- */

double
certificate_seal_side(const struct vds_symbol *seal)
{
	return (seal->side + 2 * seal->quiet) * VDSIMAGE_DOTS * DOT;
}

double
certificate_draw_seal(cairo_t *cr, double x, double y, const struct vds_symbol *seal)
{
	const double module = VDSIMAGE_DOTS * DOT;
	double side = certificate_seal_side(seal), from = seal->quiet * module;

	cairo_save(cr);
	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_rectangle(cr, x, y, side, side);
	cairo_fill(cr);
	/* one path: where two modules touch no light line may come between them */
	cairo_set_source_rgb(cr, 0, 0, 0);
	for (unsigned row = 0; row < seal->side; row++)
		for (unsigned column = 0, run; column < seal->side; column += run) {
			for (run = 0; column + run < seal->side && seal->dark[row][column + run]; run++)
				;
			if (run > 0)
				cairo_rectangle(cr, x + from + column * module, y + from + row * module, run * module, module);
			else
				run = 1;
		}
	cairo_fill(cr);
	cairo_restore(cr);
	return side;
}
