/* certificate-local.h - what the parts of a certificate's printing share. */
#ifndef CATENA_CIVIL_CERTIFICATE_LOCAL_H
#define CATENA_CIVIL_CERTIFICATE_LOCAL_H

#include "enrolment/civil/certificate.h"
#include "registry/print/pdf.h"

/* ---- certificate_text.c: words and layout, as data ---- */

/* One text in each language. */
struct certificate_words {
	const char *in[CERTIFICATE_LANGUAGES];
};
enum certificate_phrase { PHRASE_NUMBER,
	PHRASE_COPY,
	PHRASE_PAPER,
	PHRASE_ACT_NUMBER,
	PHRASE_REGISTERED_AT,
	PHRASE_REGISTERED_ON,
	PHRASE_OFFICE,
	PHRASE_ISSUED_ON,
	PHRASE_CERTIFIED, /* before the date as of which it agrees with the register */
	PHRASE_SIGNATURE,
	PHRASE_SEAL,
	PHRASE_NO_SEAL,
	PHRASE_STATUS,
	PHRASE_SYMBOLS,
	PHRASES };
extern const struct certificate_words certificate_titles[CERTIFICATE_KINDS], certificate_form_names[CERTIFICATE_FORMS],
	certificate_part_names[CERTIFICATE_PARTS], certificate_item_names[CERTIFICATE_ITEMS], certificate_phrases[PHRASES],
	certificate_event_on[CERTIFICATE_KINDS], certificate_event_place[CERTIFICATE_KINDS];
extern const struct certificate_words certificate_sexes[3]; /* F M X */
extern const char *const certificate_months[CERTIFICATE_LANGUAGES][12];

struct certificate_row {
	enum certificate_part part;
	enum certificate_item item;
	unsigned forms; /* bits of certificate_form */
	bool is_half;   /* takes half the width: two of them that follow each other stand in one line */
	bool is_must;   /* stands there, as a dash, when nothing is known */
};
/* Ends with forms 0. */
extern const struct certificate_row *const certificate_layouts[CERTIFICATE_KINDS];

/* ---- certificate_draw.c: lines ---- */

void certificate_draw_page(cairo_t *cr, const char *microtext); /* frame and background of a page */
void certificate_draw_crest(cairo_t *cr, double x, double y, double radius);
/* The seal with its quiet zone, upper left at x, y; returns its side. */
double certificate_draw_seal(cairo_t *cr, double x, double y, const struct vds_symbol *seal);
double certificate_seal_side(const struct vds_symbol *seal);

/* The frame's inner edge. */
#define CERTIFICATE_MARGIN 46.0

#endif
