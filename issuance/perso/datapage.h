/*
 * datapage.h - the data page of a TD3 booklet as a picture: 125 x 88 mm at 300 dpi, PNG.  Doc 9303-3 section 3 (visual zone),
 * Doc 9303-4 4.1 (layout), 4.2 (machine readable zone: within 23.2 mm of the bottom edge, OCR-B size 1, 10 characters per 25.4 mm).
 *
 * Captions are in English, French and Spanish.  Nothing but the background is printed in the machine readable zone besides the MRZ.
 * Where a script has no letters that libgd can set (it shapes nothing), the name stands in its transliteration only.
 */
#ifndef CATENA_PERSO_DATAPAGE_H
#define CATENA_PERSO_DATAPAGE_H

#include "issuance/perso/order.h"

enum {
	DATAPAGE_DPI = 300,
	DATAPAGE_DPI_FINE = 600,
	DATAPAGE_WIDTH = 1476, /* 125 mm */
	DATAPAGE_HEIGHT = 1039 /* 88 mm */
};
#define DATAPAGE_PX(mm) ((int)((mm)*DATAPAGE_DPI / 25.4 + 0.5))
/* Positions in mm: x from the left edge, y from the bottom edge. */
#define DATAPAGE_MRZ_ZONE   23.2
#define DATAPAGE_MRZ_LEFT   6.0   /* left edge of the first character's ink */
#define DATAPAGE_MRZ_LINE_1 15.75 /* centre line of the characters */
#define DATAPAGE_MRZ_LINE_2 9.4
#define DATAPAGE_WIDTH_MM   125.0
#define DATAPAGE_HEIGHT_MM  88.0
#define DATAPAGE_GHOST_X    115.0 /* the portrait again, small and pale */
#define DATAPAGE_GHOST_Y    25.0
#define DATAPAGE_GHOST_W    7.0
#define DATAPAGE_GHOST_H    9.0
#define DATAPAGE_PORTRAIT_X 5.0
#define DATAPAGE_PORTRAIT_Y 26.0 /* of its lower edge */
#define DATAPAGE_PORTRAIT_W 35.0
#define DATAPAGE_PORTRAIT_H 45.0

struct datapage_fonts {
	const char *mrz;     /* file of OCR-B */
	const char *caption; /* sans serif with Latin, Greek and Cyrillic letters */
	const char *text;    /* the same, bold */
};
extern const struct datapage_fonts datapage_fonts; /* where Debian puts them */

/* That the fonts are there, before anybody waits for a page: FAIL_INTERNAL naming the one that is not, and its package as hint. */
int datapage_fonts_check(const struct datapage_fonts *fonts, struct err *err);
/* *png is replaced.  -1: FAIL_INPUT for a portrait that cannot be read, FAIL_INTERNAL for fonts. */
int datapage_draw(const struct perso_order *order, struct bytes portrait_jpeg, const struct datapage_fonts *fonts, struct buf *png,
	struct err *err);

/* The same in DATAPAGE_DPI or DATAPAGE_DPI_FINE. */
int datapage_draw_at(int dpi, const struct perso_order *order, struct bytes portrait_jpeg, const struct datapage_fonts *fonts, struct buf *png,
	struct err *err);

struct datapage_cell {
	int x, y, width, height; /* px from the left and upper edge */
};
/* The cell of an MRZ character: line 0 or 1, column 0..43. */
struct datapage_cell datapage_mrz_cell(unsigned line, unsigned column);
/*
 * Reads the MRZ back from the picture: each cell is compared with OCR-B's 37 characters.  88 characters and a 0; -1 FAIL_INPUT
 * naming line and column where no character is near enough.
 */
int datapage_read_mrz(struct bytes png, const struct datapage_fonts *fonts, char lines[MRZ_TD3_LEN + 1], struct err *err);

#endif
