/* datapage-local.h - what the files of datapage.h share. */
#ifndef CATENA_PERSO_DATAPAGE_LOCAL_H
#define CATENA_PERSO_DATAPAGE_LOCAL_H

#include <gd.h>
#include <pango/pangocairo.h>
#include <pthread.h>

#include "issuance/perso/datapage.h"

#define POINT_MM    (25.4 / 72)
#define MRZ_POINTS  10.05 /* gives the 2.54 mm pitch of OCR-B size 1 */
#define MRZ_CAPITAL 2.62  /* mm, height of its capitals */
#define MRZ_BEARING 0.339 /* mm from a character's place to its ink */

struct datapage {
	struct layout *layout[MRZ_FORMS];
	struct datapage_fonts fonts;
	cairo_font_face_t *ocr_b;
	pthread_mutex_t lock;
	/* at DATAPAGE_DPI, made when first wanted, then only read: all that every document has, and the characters of the MRZ */
	cairo_surface_t *ground[MRZ_FORMS][LAYOUT_SIDES];
	uint32_t *cells[MRZ_FORMS];
};

/* ---- painting: in mm, on any surface ---- */

struct brush {
	cairo_t *cairo;
	PangoLayout *text;
	const struct layout *layout;
};
void brush_begin(struct brush *b, cairo_t *cairo, const struct layout *layout);
void brush_end(struct brush *b);
/* What is the same on all documents: ground, pattern, bands, texts, captions. */
void paint_ground(struct brush *b, unsigned side);
/* The texts of this order. */
void paint_fields(struct brush *b, unsigned side, const struct perso_order *order);
void paint_portrait(struct brush *b, unsigned side, cairo_surface_t *face, cairo_surface_t *grey);
/* A seal in modules of 0.3386 mm; dots: px of a module where the surface has px, else 0. */
int paint_seal(struct brush *b, unsigned side, struct bytes seal, int dpi, struct err *err);
/* Where a seal's first module begins, in px of the picture. */
void seal_place(const struct layout_zone *z, unsigned modules, int dpi, int *x, int *y);
/* The first caption that is wider than its zone even in the least size; NULL: none. */
const struct layout_zone *paint_caption_too_wide(struct brush *b, unsigned side);

/* The portrait in colours and in grey; both NULL when it cannot be read.  The JPEG goes along with the first, for a PDF. */
int portrait_surfaces(struct bytes jpeg, cairo_surface_t **face, cairo_surface_t **grey, struct err *err);

/* What a field says, appended. */
void field_text(const struct layout *layout, const struct perso_order *order, enum layout_field field, struct buf *out);

/* ---- the machine readable zone ---- */

/* OCR-B's characters as a font of cairo's: drawn on PDFs as text, which cairo 1.16 cannot with the font's own file. */
cairo_font_face_t *ocr_b_new(void);
void paint_mrz_text(struct brush *b, cairo_font_face_t *ocr_b, const char *lines);
/*
 * The 37 characters in px, one cell after the other, 0xRRGGBB; malloc'd.  Set with libgd, which hints: at 300 dpi machines read them more surely.
 */
int mrz_cells_make(const struct datapage *dp, const struct layout *layout, int dpi, uint32_t **cells, struct err *err);
/* Into the picture of its side. */
void mrz_cells_put(const struct layout *layout, int dpi, const uint32_t *cells, const char *lines, cairo_surface_t *to);

#endif
