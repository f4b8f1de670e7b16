/* Print files: a page for each side, in the form's exact size. */
#include <cairo-pdf.h>
#include <stdio.h>
#include <stdlib.h>

#include "issuance/perso/datapage-local.h"

#define MM_POINT (72 / 25.4)

struct datapage_print {
	struct datapage *datapage;
	struct buf made;
	cairo_surface_t *surface;
	cairo_t *cairo;
	cairo_surface_t *ground[MRZ_FORMS][LAYOUT_SIDES]; /* drawings, each in the file once */
};

static cairo_status_t
to_buf(void *to, const unsigned char *data, unsigned n)
{
	buf_bytes(to, BYTES(data, n));
	return CAIRO_STATUS_SUCCESS;
}

int
datapage_print_begin(struct datapage *datapage, const char *title, struct datapage_print **print, struct err *err)
{
	struct datapage_print *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	p->datapage = datapage;
	p->surface = cairo_pdf_surface_create_for_stream(to_buf, &p->made, 125.0 * MM_POINT, 88.0 * MM_POINT);
	cairo_pdf_surface_restrict_to_version(p->surface, CAIRO_PDF_VERSION_1_4); /* printers read it, and its table of places can be read below */
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE, title);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATE_DATE, "1970-01-01T00:00:00Z"); /* else cairo would ask the clock */
	p->cairo = cairo_create(p->surface);
	*print = p;
	return 0;
}

static cairo_surface_t *
ground_of(struct datapage_print *p, const struct layout *l, unsigned side)
{
	const cairo_rectangle_t extents = { 0, 0, l->width, l->height };
	cairo_surface_t **kept = &p->ground[l->form][side];
	struct brush b;
	cairo_t *cairo;

	if (*kept != NULL)
		return *kept;
	*kept = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &extents);
	cairo = cairo_create(*kept);
	brush_begin(&b, cairo, l);
	paint_ground(&b, side);
	brush_end(&b);
	cairo_destroy(cairo);
	return *kept;
}

static int
page_add(struct datapage_print *p, const struct layout *l, const struct datapage_input *in, unsigned side, cairo_surface_t *face, cairo_surface_t *grey, struct err *err)
{
	struct brush b;
	int rc;

	cairo_pdf_surface_set_size(p->surface, l->width * MM_POINT, l->height * MM_POINT);
	cairo_save(p->cairo);
	cairo_scale(p->cairo, MM_POINT, MM_POINT);
	cairo_set_source_surface(p->cairo, ground_of(p, l, side), 0, 0);
	cairo_paint(p->cairo);
	brush_begin(&b, p->cairo, l);
	paint_portrait(&b, side, face, grey);
	paint_fields(&b, side, in->order);
	rc = paint_seal(&b, side, in->seal, 0, err);
	if (side == l->mrz_side)
		paint_mrz_text(&b, p->datapage->ocr_b, in->order->lines);
	brush_end(&b);
	cairo_restore(p->cairo);
	cairo_show_page(p->cairo);
	return rc;
}

int
datapage_print_add(struct datapage_print *p, const struct datapage_input *in, struct err *err)
{
	const struct layout *l = p->datapage->layout[in->order->mrz.form];
	cairo_surface_t *face, *grey;
	int rc = 0;

	if (portrait_surfaces(in->portrait, &face, &grey, err) == -1)
		return -1;
	for (unsigned side = 0; rc == 0 && side < l->nside; side++)
		rc = page_add(p, l, in, side, face, grey, err);
	cairo_surface_destroy(face);
	cairo_surface_destroy(grey);
	return rc;
}

/* ---- TrimBox, of which cairo knows nothing ---- */

static const char media_box[] = "/MediaBox [";
enum { PLACE = 20 }; /* octets of a line of the cross-reference table */

static const uint8_t *
find(struct bytes in, size_t from, const char *what)
{
	return from < in.n ? memmem(in.p + from, in.n - from, what, strlen(what)) : NULL;
}

/*
 * Where the file must be finished to `size`, the page's own edge, is written beside each MediaBox, and the places in the cross-reference table are
 * moved by what was put in before them.
 */
static int
trim_boxes(struct bytes pdf, struct buf *out, struct err *err)
{
	struct {
		size_t at, n;
	} *added = NULL;
	size_t nadded = 0, room = 0, from = 0, start = out->n, count;
	const uint8_t *table, *trailer, *p;
	unsigned long objects;
	char *end;

	if ((table = find(pdf, 0, "\nxref\n0 ")) == NULL || (trailer = find(pdf, (size_t)(table - pdf.p), "trailer")) == NULL)
		return err_set(err, FAIL_INTERNAL, "print file: the PDF has no cross-reference table");
	while ((p = find(pdf, from, media_box)) != NULL && p < table) {
		const uint8_t *close = memchr(p, ']', (size_t)(table - p));
		size_t before = out->n;

		if (close == NULL)
			break;
		if (nadded == room) {
			void *more = realloc(added, (room = room * 2 + 16) * sizeof(*added));

			if (more == NULL) {
				free(added);
				return err_set(err, FAIL_INTERNAL, "out of memory");
			}
			added = more;
		}
		count = (size_t)(close + 1 - (pdf.p + from));
		buf_add(out, pdf.p + from, count);
		buf_str(out, "\n   /TrimBox [");
		buf_add(out, p + strlen(media_box), (size_t)(close + 1 - p) - strlen(media_box));
		added[nadded].at = from + count;
		added[nadded++].n = out->n - before - count;
		from += count;
	}
	buf_add(out, pdf.p + from, (size_t)(table + strlen("\nxref\n") - (pdf.p + from)));
	p = table + strlen("\nxref\n0 ");
	objects = strtoul((const char *)p, &end, 10);
	buf_printf(out, "0 %lu\n", objects);
	p = (const uint8_t *)end + 1;
	for (unsigned long i = 0; i < objects && p + PLACE <= trailer; i++, p += PLACE) {
		unsigned long place = strtoul((const char *)p, NULL, 10), moved = place;

		for (size_t k = 0; k < nadded; k++)
			moved += place >= added[k].at && i > 0 ? added[k].n : 0;
		buf_printf(out, "%010lu%.*s", moved, PLACE - 10, (const char *)p + 10);
	}
	free(added);
	count = (size_t)(table + 1 - pdf.p);
	if ((p = find(pdf, (size_t)(trailer - pdf.p), "startxref")) == NULL)
		return err_set(err, FAIL_INTERNAL, "print file: the PDF has no end");
	buf_add(out, trailer, (size_t)(p - trailer));
	for (p = out->p + start; (size_t)(p - out->p) < out->n && memcmp(p, "\nxref\n0 ", 8) != 0; p++)
		;
	buf_printf(out, "startxref\n%zu\n%%%%EOF\n", (size_t)(p + 1 - (out->p + start)));
	return buf_check(out, err);
}

int
datapage_print_end(struct datapage_print *p, struct buf *pdf, struct err *err)
{
	size_t before = pdf->n;
	cairo_status_t status;
	int rc = -1;

	cairo_surface_finish(p->surface);
	status = cairo_status(p->cairo) != CAIRO_STATUS_SUCCESS ? cairo_status(p->cairo) : cairo_surface_status(p->surface);
	if (status != CAIRO_STATUS_SUCCESS && status != CAIRO_STATUS_SURFACE_FINISHED)
		err_set(err, FAIL_INTERNAL, "print file: %s", cairo_status_to_string(status));
	else if (buf_check(&p->made, err) == 0)
		rc = trim_boxes(bytes_of(&p->made), pdf, err);
	if (rc == -1)
		buf_cut(pdf, before);
	datapage_print_drop(p);
	return rc;
}

void
datapage_print_drop(struct datapage_print *p)
{
	if (p == NULL)
		return;
	for (unsigned form = 0; form < MRZ_FORMS; form++)
		for (unsigned side = 0; side < LAYOUT_SIDES; side++)
			cairo_surface_destroy(p->ground[form][side]);
	cairo_destroy(p->cairo);
	cairo_surface_destroy(p->surface);
	buf_wipe(&p->made);
	free(p);
}
