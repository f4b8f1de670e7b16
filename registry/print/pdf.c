#include "registry/print/pdf.h"

#include <cairo-pdf.h>

static cairo_status_t
to_buf(void *to, const unsigned char *data, unsigned n)
{
	buf_bytes(to, BYTES(data, n));
	return CAIRO_STATUS_SUCCESS;
}

static cairo_status_t
to_nothing(void *to, const unsigned char *data, unsigned n)
{
	(void)to;
	(void)data;
	(void)n;
	return CAIRO_STATUS_SUCCESS;
}

void
pdf_begin(struct pdf *pdf, struct buf *out, const char *title, const char *at)
{
	cairo_font_options_t *options = cairo_font_options_create();

	*pdf = (struct pdf){ .out = out, .before = out != NULL ? out->n : 0 };
	pdf->surface = cairo_pdf_surface_create_for_stream(out != NULL ? to_buf : to_nothing, out, PDF_WIDTH, PDF_HEIGHT);
	cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_TITLE, title);
	/* else cairo would ask the clock */
	cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATE_DATE, at != NULL ? at : "1970-01-01T00:00:00Z");
	pdf->cairo = cairo_create(pdf->surface);
	pdf->layout = pango_cairo_create_layout(pdf->cairo);
	pango_layout_set_wrap(pdf->layout, PANGO_WRAP_WORD_CHAR);
	/* on whole points gaps open within Arabic and Khmer words, and who takes text out of the file holds them for spaces */
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(pango_layout_get_context(pdf->layout), options);
	cairo_font_options_destroy(options);
	pango_context_set_round_glyph_positions(pango_layout_get_context(pdf->layout), FALSE);
	pango_layout_context_changed(pdf->layout);
}

void
pdf_page(struct pdf *pdf)
{
	cairo_show_page(pdf->cairo);
}

int
pdf_end(struct pdf *pdf, struct err *err)
{
	cairo_status_t status = cairo_status(pdf->cairo);
	int rc = 0;

	g_object_unref(pdf->layout);
	cairo_destroy(pdf->cairo);
	cairo_surface_finish(pdf->surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(pdf->surface);
	cairo_surface_destroy(pdf->surface);
	if (status != CAIRO_STATUS_SUCCESS)
		rc = err_set(err, FAIL_INTERNAL, "printing: %s", cairo_status_to_string(status));
	else if (pdf->out != NULL)
		rc = buf_check(pdf->out, err);
	if (rc == -1 && pdf->out != NULL)
		buf_cut(pdf->out, pdf->before);
	*pdf = (struct pdf){ NULL };
	return rc;
}

/* ---- text ---- */

/* pango turns left and right about in a paragraph that runs from the right. */
static PangoAlignment
alignment_of(enum pdf_align align, PangoLayout *layout)
{
	/* of the paragraph: a date in Arabic begins with a digit */
	bool is_rtl = pango_layout_get_line_readonly(layout, 0)->resolved_dir == PANGO_DIRECTION_RTL;

	if (align == PDF_CENTRE)
		return PANGO_ALIGN_CENTER;
	if (align == PDF_LEFT)
		return is_rtl ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
	if (align == PDF_RIGHT)
		return is_rtl ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT;
	return PANGO_ALIGN_LEFT;
}

static bool
is_arabic(gunichar c)
{
	return g_unichar_get_script(c) == G_UNICODE_SCRIPT_ARABIC;
}

static void
over(PangoAttrList *list, PangoAttribute *a, const char *text, const char *from, const char *to)
{
	a->start_index = (guint)(from - text);
	a->end_index = (guint)(to - text);
	pango_attr_list_insert(list, a);
}

/*
 * Arabic letters in their common forms, one behind the other: stacked forms and kerning leave the line and its steps, and who takes text out of
 * the file then finds spaces within the words (poppler from a tenth of the size on).  Their fonts leave room for more marks above each other than
 * names have.
 */
static void
plain_arabic(PangoLayout *layout, const char *text)
{
	PangoAttrList *list = pango_attr_list_new();

	for (const char *end, *at = text; *at != '\0'; at = end) {
		bool is = is_arabic(g_utf8_get_char(at));

		for (end = g_utf8_next_char(at); *end != '\0' && is_arabic(g_utf8_get_char(end)) == is; end = g_utf8_next_char(end))
			;
		if (is) {
			over(list, pango_attr_font_features_new("calt=0, kern=0"), text, at, end);
			over(list, pango_attr_line_height_new(0.75), text, at, end);
		}
	}
	pango_layout_set_attributes(layout, list);
	pango_attr_list_unref(list);
}

/* width < 0: one line */
static double
set(struct pdf *pdf, double width, const char *font, enum pdf_align align, const char *text)
{
	PangoFontDescription *d = pango_font_description_from_string(font);
	int h;

	pango_layout_set_font_description(pdf->layout, d);
	pango_font_description_free(d);
	pango_layout_set_width(pdf->layout, width < 0 ? -1 : (int)(width * PANGO_SCALE));
	pango_layout_set_text(pdf->layout, text, -1);
	plain_arabic(pdf->layout, pango_layout_get_text(pdf->layout)); /* which is UTF-8 in any case */
	pango_layout_set_alignment(pdf->layout, alignment_of(align, pdf->layout));
	pango_layout_get_size(pdf->layout, NULL, &h);
	return (double)h / PANGO_SCALE;
}

double
pdf_measure(struct pdf *pdf, double width, const char *font, const char *text)
{
	return set(pdf, width, font, PDF_START, text);
}

double
pdf_width(struct pdf *pdf, const char *font, const char *text)
{
	int w;

	set(pdf, -1, font, PDF_START, text);
	pango_layout_get_size(pdf->layout, &w, NULL);
	return (double)w / PANGO_SCALE;
}

double
pdf_text(struct pdf *pdf, double x, double y, double width, const char *font, enum pdf_align align, const char *text)
{
	double h = set(pdf, width, font, align, text);

	pdf->unknown += (unsigned)pango_layout_get_unknown_glyphs_count(pdf->layout);
	cairo_move_to(pdf->cairo, x, y);
	pango_cairo_show_layout(pdf->cairo, pdf->layout);
	return h;
}
