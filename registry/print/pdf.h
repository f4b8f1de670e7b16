/*
 * pdf.h - a PDF of A4 pages through cairo and pango: every script is shaped, fonts are embedded, text can be searched.  The same octets for the same
 * calls: nothing in the file comes from a clock or a random source.  No I/O but reading fonts.
 *
 * What is printed by offices of both sides of the house (protocols of ceremonies, certificates) begins, sets text and ends here; lines are
 * drawn with cairo on `cairo`.  Lengths are points of 1/72 inch from the upper left.
 */
#ifndef CATENA_PRINT_PDF_H
#define CATENA_PRINT_PDF_H

#include <cairo.h>
#include <pango/pangocairo.h>

#include "registry/base/bytes.h"
#include "registry/base/err.h"

#define PDF_WIDTH  595.0
#define PDF_HEIGHT 842.0

struct pdf {
	cairo_surface_t *surface;
	cairo_t *cairo;
	PangoLayout *layout;
	struct buf *out;  /* NULL: nothing is written, the calls only measure */
	size_t before;    /* octets of *out that were there already */
	unsigned unknown; /* letters for which no font was found */
};

/* Always succeeds; pdf_end tells.  at: RFC 3339, the file's date of creation; NULL: none is known (the file then has 1970-01-01). */
void pdf_begin(struct pdf *pdf, struct buf *out, const char *title, const char *at);
/* Releases all; -1 FAIL_INTERNAL with *out as it was.  The last page was ended by pdf_page. */
int pdf_end(struct pdf *pdf, struct err *err);
void pdf_page(struct pdf *pdf); /* ends the page */

enum pdf_align { PDF_START, /* of the text: the left for Latin, the right for Arabic */
	PDF_LEFT,
	PDF_RIGHT,
	PDF_CENTRE };
/*
 * Text in a column, wrapped; font as pango writes it ("Noto Serif,Noto Naskh Arabic 10").  Direction goes by the text's first letters.  Returns
 * the height.  pdf_measure sets nothing.
 */
double pdf_text(struct pdf *pdf, double x, double y, double width, const char *font, enum pdf_align align, const char *text);
double pdf_measure(struct pdf *pdf, double width, const char *font, const char *text);
double pdf_width(struct pdf *pdf, const char *font, const char *text); /* of one line */

#endif
