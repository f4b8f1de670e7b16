#include <math.h>
#include <stdio.h>
#include <string.h>

#include "enrolment/civil/certificate-local.h"
#include "registry/base/text.h"

/*
 * The families stand in one list for each use: pango takes for each letter the first that has it, and the same one on every machine with
 * the same packages.  Amiri sets lam and alif as two glyphs: from a ligature's one glyph poppler gives the two letters back in the wrong order,
 * and a name would be found by nobody.
 */
#define SCRIPTS "Amiri,Noto Naskh Arabic,Noto Sans Khmer,Noto Serif Ethiopic,Noto Serif Hebrew,Noto Serif Devanagari,Noto Serif Thai"
#define SERIF   "Noto Serif," SCRIPTS
#define SANS    "Noto Sans,Noto Sans Arabic"
#define TITLE   SERIF " Bold 18"
#define SUB     SERIF " 10.5"
#define STATE   SERIF " Bold 12.5"
#define HEADING SANS " Bold 7"
#define LABEL   SANS " 5.7"
#define VALUE   SERIF " 10"
#define LATIN   SANS " 6.5"
#define SMALL   SANS " 6.5"

#define LEFT           CERTIFICATE_MARGIN
#define RIGHT          (PDF_WIDTH - CERTIFICATE_MARGIN)
#define WIDTH          (RIGHT - LEFT)
#define TOP            CERTIFICATE_MARGIN
#define FOOT           (PDF_HEIGHT - CERTIFICATE_MARGIN - 8)
#define PAD            4.0
#define WORDS_TOGETHER 48 /* octets */
#define NOTES          40 /* of a full copy: more is no certificate any more */

struct sheet {
	const struct certificate *c;
	struct pdf pdf;
	double y;
	int page, pages;
	unsigned field;             /* number of the field, as the multilingual form has them */
	enum certificate_part part; /* whose name stands above */
	bool has_part;
};

static bool
is_rtl(const struct certificate *c)
{
	return c->form != CERTIFICATE_MULTILINGUAL && c->language == CERTIFICATE_AR;
}

/* In the Arabic forms the page is seen in a mirror. */
static double
place(const struct sheet *s, double x, double width)
{
	return is_rtl(s->c) ? PDF_WIDTH - x - width : x;
}

static enum pdf_align
edge(const struct sheet *s)
{
	return is_rtl(s->c) ? PDF_RIGHT : PDF_LEFT;
}

/* A label: one language, or all with dots between, and a line's end in the middle when told so. */
static const char *
words_in(const struct sheet *s, const struct certificate_words *w, const char *middle, char *out, size_t size)
{
	static const enum certificate_language order[] = { CERTIFICATE_EN, CERTIFICATE_FR, CERTIFICATE_ES, CERTIFICATE_AR };
	struct buf made = BUF_INIT;

	if (s->c->form != CERTIFICATE_MULTILINGUAL)
		return w->in[s->c->language];
	for (size_t i = 0; i < NELEM(order); i++) {
		const char *text = w->in[order[i]];
		bool is_short = strlen(text) < WORDS_TOGETHER;

		/* U+2068 and U+2069 keep each language together, whatever its direction; U+00A0 in one line */
		buf_str(&made, i == 0 ? "\xE2\x81\xA8" : i == 2 ? middle
								: " · \xE2\x81\xA8");
		for (; *text != '\0'; text++)
			if (*text == ' ' && is_short)
				buf_str(&made, "\xC2\xA0");
			else
				buf_u8(&made, (uint8_t)*text);
		buf_str(&made, "\xE2\x81\xA9");
	}
	snprintf(out, size, "%s", buf_cstr(&made));
	buf_clear(&made);
	return out;
}

static const char *
words(const struct sheet *s, const struct certificate_words *w, char *out, size_t size)
{
	return words_in(s, w, " · \xE2\x81\xA8", out, size);
}

static const char *
day(const struct sheet *s, struct date d, char *out, size_t size)
{
	const char *month = d.month == 0 ? "" : certificate_months[s->c->language][d.month - 1];

	if (d.precision == DATE_UNKNOWN)
		return "";
	if (s->c->form == CERTIFICATE_MULTILINGUAL) {
		int n = 0;

		if (d.precision >= DATE_DAY)
			n += snprintf(out, size, "Jo %02d  ", d.day);
		if (d.precision >= DATE_MONTH)
			n += snprintf(out + n, size - (size_t)n, "Mo %02d  ", d.month);
		snprintf(out + n, size - (size_t)n, "An %d", d.year);
	} else if (d.precision == DATE_YEAR) {
		snprintf(out, size, "%d", d.year);
	} else if (d.precision == DATE_MONTH) {
		snprintf(out, size, s->c->language == CERTIFICATE_ES ? "%s de %d" : "%s %d", month, d.year);
	} else {
		snprintf(out, size, s->c->language == CERTIFICATE_ES ? "%d de %s de %d" : "%d %s %d", d.day, month, d.year);
	}
	return out;
}

/* ---- pages ---- */

static void
dark(struct sheet *s)
{
	cairo_set_source_rgb(s->pdf.cairo, 0.06, 0.12, 0.15);
}

static void
pale(struct sheet *s)
{
	cairo_set_source_rgb(s->pdf.cairo, 0.25, 0.38, 0.42);
}

static void
line(struct sheet *s, double ax, double ay, double bx, double by)
{
	cairo_set_source_rgb(s->pdf.cairo, 0.35, 0.5, 0.54);
	cairo_set_line_width(s->pdf.cairo, 0.45);
	cairo_move_to(s->pdf.cairo, ax, ay);
	cairo_line_to(s->pdf.cairo, bx, by);
	cairo_stroke(s->pdf.cairo);
}

static void
page_begin(struct sheet *s)
{
	char text[160];

	snprintf(text, sizeof(text), "%s %s", s->c->state, s->c->number);
	certificate_draw_page(s->pdf.cairo, text);
	s->page++;
	s->y = TOP + 4;
}

static void
page_end(struct sheet *s)
{
	char text[160];

	pale(s);
	snprintf(text, sizeof(text), "%s   %d / %d", s->c->number, s->page, s->pages);
	pdf_text(&s->pdf, LEFT, FOOT - 4, WIDTH, SMALL, PDF_CENTRE, text);
	pdf_page(&s->pdf);
}

static void
need(struct sheet *s, double height)
{
	if (s->y + height <= FOOT - 8)
		return;
	page_end(s);
	page_begin(s);
	s->has_part = false; /* the part's name stands again above its fields */
}

static void
head(struct sheet *s)
{
	const struct certificate *c = s->c;
	char text[400];

	certificate_draw_crest(s->pdf.cairo, place(s, LEFT + 4, 64) + 32, s->y + 34, 32);
	dark(s);
	s->y += pdf_text(&s->pdf, LEFT + 72, s->y, WIDTH - 144, STATE, PDF_CENTRE, c->state);
	pale(s);
	s->y += pdf_text(&s->pdf, LEFT + 72, s->y, WIDTH - 144, SUB, PDF_CENTRE, c->authority) + 3;
	dark(s);
	if (c->form == CERTIFICATE_MULTILINGUAL) {
		s->y += pdf_text(&s->pdf, LEFT + 72, s->y, WIDTH - 144, SERIF " Bold 11", PDF_CENTRE,
			words_in(s, &certificate_titles[c->kind], "\n\xE2\x81\xA8", text, sizeof(text)));
		pale(s);
		s->y += pdf_text(&s->pdf, LEFT + 72, s->y, WIDTH - 144, SANS " 7", PDF_CENTRE, words(s, &certificate_form_names[c->form], text, sizeof(text)));
	} else {
		s->y += pdf_text(&s->pdf, LEFT + 72, s->y, WIDTH - 144, TITLE, PDF_CENTRE, certificate_titles[c->kind].in[c->language]) - 2;
		pale(s);
		s->y += pdf_text(&s->pdf, LEFT + 72, s->y, WIDTH - 144, SUB, PDF_CENTRE, certificate_form_names[c->form].in[c->language]);
	}
	s->y = fmax(s->y, TOP + 72) + 4;
}

/* ---- cells ---- */

struct cell {
	bool is_half;
	const char *value, *latin;
	char label[400], text[80]; /* text: what value points at when it was made here */
};

static double
cell_height(struct sheet *s, const struct cell *cell, double width)
{
	double h = 4 + pdf_measure(&s->pdf, width - 2 * PAD, LABEL, cell->label) + pdf_measure(&s->pdf, width - 2 * PAD, VALUE, cell->value);

	return cell->latin == NULL ? h : h + pdf_measure(&s->pdf, width - 2 * PAD, LATIN, cell->latin);
}

static void
cell_put(struct sheet *s, const struct cell *cell, double x, double width)
{
	double at = place(s, x, width) + PAD, y = s->y + 2;

	pale(s);
	y += pdf_text(&s->pdf, at, y, width - 2 * PAD, LABEL, edge(s), cell->label);
	dark(s);
	y += pdf_text(&s->pdf, at, y, width - 2 * PAD, VALUE, edge(s), cell->value);
	if (cell->latin == NULL)
		return;
	pale(s);
	pdf_text(&s->pdf, at, y, width - 2 * PAD, LATIN, edge(s), cell->latin);
}

static void
part_heading(struct sheet *s, enum certificate_part part)
{
	char text[400];
	const char *name = words(s, &certificate_part_names[part], text, sizeof(text));
	double h = pdf_measure(&s->pdf, WIDTH - 2 * PAD, HEADING, name) + 2;

	cairo_set_source_rgb(s->pdf.cairo, 0.86, 0.91, 0.92);
	cairo_rectangle(s->pdf.cairo, LEFT, s->y, WIDTH, h);
	cairo_fill(s->pdf.cairo);
	line(s, LEFT, s->y, RIGHT, s->y);
	line(s, LEFT, s->y, LEFT, s->y + h);
	line(s, RIGHT, s->y, RIGHT, s->y + h);
	dark(s);
	pdf_text(&s->pdf, LEFT + PAD, s->y + 1, WIDTH - 2 * PAD, HEADING, edge(s), name);
	s->y += h;
	s->part = part;
	s->has_part = true;
}

/* One line of the grid: a cell, or two halves. */
static void
cells(struct sheet *s, enum certificate_part part, const struct cell *cell, size_t n)
{
	double width = n == 2 ? WIDTH / 2 : WIDTH, h = 0;

	for (size_t i = 0; i < n; i++)
		h = fmax(h, cell_height(s, &cell[i], width));
	need(s, h + 12);
	if (part != CERTIFICATE_PARTS && (!s->has_part || s->part != part))
		part_heading(s, part);
	for (size_t i = 0; i < n; i++)
		cell_put(s, &cell[i], LEFT + (double)i * width, width);
	if (n == 2)
		line(s, PDF_WIDTH / 2, s->y, PDF_WIDTH / 2, s->y + h);
	line(s, LEFT, s->y, LEFT, s->y + h);
	line(s, RIGHT, s->y, RIGHT, s->y + h);
	line(s, LEFT, s->y, RIGHT, s->y);
	s->y += h;
	line(s, LEFT, s->y, RIGHT, s->y);
}

/* Gathers cells into lines. */
struct grid {
	struct sheet *s;
	enum certificate_part part; /* CERTIFICATE_PARTS: none, no heading */
	struct cell cell[2];
	size_t n;
};

static void
grid_flush(struct grid *g)
{
	if (g->n > 0)
		cells(g->s, g->part, g->cell, g->n);
	g->n = 0;
}

static struct cell *
grid_cell(struct grid *g, enum certificate_part part, bool is_half, const struct certificate_words *label)
{
	struct cell *cell;
	char text[360];

	if (g->n == 2 || (g->n == 1 && (!is_half || !g->cell[0].is_half || part != g->part)))
		grid_flush(g);
	g->part = part;
	cell = &g->cell[g->n++];
	cell->is_half = is_half;
	cell->latin = NULL;
	cell->value = "";
	if (g->s->c->form == CERTIFICATE_MULTILINGUAL)
		snprintf(cell->label, sizeof(cell->label), "%u  %s", ++g->s->field, words(g->s, label, text, sizeof(text)));
	else
		snprintf(cell->label, sizeof(cell->label), "%s", words(g->s, label, text, sizeof(text)));
	return cell;
}

static void
grid_text(struct grid *g, bool is_half, enum certificate_phrase phrase, const char *value)
{
	grid_cell(g, CERTIFICATE_PARTS, is_half, &certificate_phrases[phrase])->value = value;
}

/* What the certificate is and which act it is of. */
static void
identity(struct sheet *s)
{
	const struct certificate *c = s->c;
	struct grid g = { .s = s };
	struct cell *cell;
	char copy[24];

	snprintf(copy, sizeof(copy), "%u", c->copy);
	grid_text(&g, true, PHRASE_NUMBER, c->number);
	grid_text(&g, true, PHRASE_COPY, copy);
	grid_text(&g, true, PHRASE_ACT_NUMBER, c->act_number);
	cell = grid_cell(&g, CERTIFICATE_PARTS, true, &certificate_phrases[PHRASE_REGISTERED_ON]);
	cell->value = day(s, c->registered_on, cell->text, sizeof(cell->text));
	grid_text(&g, c->paper != NULL, PHRASE_REGISTERED_AT, c->registered_at);
	if (c->paper != NULL)
		grid_text(&g, true, PHRASE_PAPER, c->paper);
	grid_flush(&g);
	s->y += 5;
}

/* ---- fields ---- */

static const struct certificate_words *
label_of(const struct certificate *c, enum certificate_item item)
{
	if (item == ITEM_EVENT_ON)
		return &certificate_event_on[c->kind];
	if (item == ITEM_EVENT_PLACE)
		return &certificate_event_place[c->kind];
	return &certificate_item_names[item];
}

static void
cell_value(struct sheet *s, struct cell *cell, const struct certificate_entry *e)
{
	static const char sexes[] = "FMX";
	const char *at;

	cell->value = "—";
	if (e == NULL)
		return;
	cell->latin = e->latin;
	if (e->date.precision != DATE_UNKNOWN)
		cell->value = day(s, e->date, cell->text, sizeof(cell->text));
	else if (e->item == ITEM_SEX && e->value != NULL && *e->value != '\0' && (at = strchr(sexes, *e->value)) != NULL)
		cell->value = s->c->form == CERTIFICATE_MULTILINGUAL ? e->value : certificate_sexes[at - sexes].in[s->c->language];
	else if (e->value != NULL && *e->value != '\0')
		cell->value = e->value;
}

static bool
has_part(const struct certificate *c, enum certificate_part part)
{
	for (size_t i = 0; i < c->nentry; i++)
		if (c->entry[i].part == part)
			return true;
	return false;
}

static void
row(struct grid *g, const struct certificate_row *r)
{
	const struct certificate *c = g->s->c;
	bool found = false;

	if ((r->forms & 1u << c->form) == 0)
		return;
	for (size_t i = 0; i < c->nentry; i++) {
		const struct certificate_entry *e = &c->entry[i];

		if (e->part != r->part || e->item != r->item)
			continue;
		found = true;
		cell_value(g->s, grid_cell(g, r->part, r->is_half, label_of(c, r->item)), e);
		if (r->item != ITEM_NOTE)
			break;
	}
	/* of somebody who is not known at all one line of dashes says so */
	if (!found && r->is_must && (has_part(c, r->part) || r->item == ITEM_SURNAME || r->item == ITEM_FORENAMES))
		cell_value(g->s, grid_cell(g, r->part, r->is_half, label_of(c, r->item)), NULL);
}

static void
fields(struct sheet *s)
{
	struct grid g = { .s = s };

	for (const struct certificate_row *r = certificate_layouts[s->c->kind]; r->forms != 0; r++)
		row(&g, r);
	grid_flush(&g);
}

/* ---- the end: who certifies what, seal, status ---- */

#define CLOSE_MIN 100.0

static double
sentence(struct sheet *s, double x, double y, double width, enum certificate_phrase phrase, const char *value)
{
	char label[400];
	double at = place(s, x, width), from = y;

	pale(s);
	y += pdf_text(&s->pdf, at, y, width, LABEL, edge(s), words(s, &certificate_phrases[phrase], label, sizeof(label)));
	dark(s);
	y += pdf_text(&s->pdf, at, y, width, SERIF " 9", edge(s), value);
	return y - from + 3;
}

static double
sentence_height(struct sheet *s, double width, enum certificate_phrase phrase, const char *value)
{
	char label[400];

	return pdf_measure(&s->pdf, width, LABEL, words(s, &certificate_phrases[phrase], label, sizeof(label))) + pdf_measure(&s->pdf, width, SERIF " 9", value) + 3;
}

static double
close_height(struct sheet *s, double text_width, double box, double side)
{
	const struct certificate *c = s->c;
	char label[400], on[80];
	double texts = sentence_height(s, text_width, PHRASE_CERTIFIED, day(s, c->as_of, on, sizeof(on))) + sentence_height(s, text_width, PHRASE_OFFICE, c->office) +
		sentence_height(s, text_width / 2, PHRASE_ISSUED_ON, day(s, c->issued_on, on, sizeof(on))) + sentence_height(s, text_width, PHRASE_STATUS, c->status_url);
	double seal = side + 2 + pdf_measure(&s->pdf, box, LABEL, words(s, &certificate_phrases[PHRASE_SEAL], label, sizeof(label)));

	if (s->c->form == CERTIFICATE_MULTILINGUAL)
		texts += pdf_measure(&s->pdf, text_width, LABEL, words(s, &certificate_phrases[PHRASE_SYMBOLS], label, sizeof(label)));
	return fmax(fmax(texts, seal), CLOSE_MIN) + 4;
}

static void
close_certificate(struct sheet *s)
{
	const struct certificate *c = s->c;
	double side = c->seal != NULL ? certificate_seal_side(c->seal) : 0, box = fmax(side, 96), text_width = WIDTH - box - 16, half = text_width / 2, y, seal_x;
	double height = close_height(s, text_width, box, side);
	char text[400];

	need(s, height);
	s->y = fmax(s->y + 8, FOOT - 10 - height); /* at the foot of the last page */
	seal_x = place(s, RIGHT - box, box);
	y = s->y;
	y += sentence(s, LEFT, y, text_width, PHRASE_CERTIFIED, day(s, c->as_of, text, sizeof(text)));
	y += sentence(s, LEFT, y, text_width, PHRASE_OFFICE, c->office);
	y += sentence(s, LEFT, y, half, PHRASE_ISSUED_ON, day(s, c->issued_on, text, sizeof(text)));
	line(s, place(s, LEFT + half + 8, half - 8), y - 12, place(s, LEFT + half + 8, half - 8) + half - 8, y - 12);
	pale(s);
	pdf_text(&s->pdf, place(s, LEFT + half + 8, half - 8), y - 10, half - 8, LABEL, edge(s), words(s, &certificate_phrases[PHRASE_SIGNATURE], text, sizeof(text)));
	y += sentence(s, LEFT, y, text_width, PHRASE_STATUS, c->status_url);
	pale(s);
	if (c->form == CERTIFICATE_MULTILINGUAL)
		pdf_text(&s->pdf, LEFT, y, text_width, LABEL, edge(s), words(s, &certificate_phrases[PHRASE_SYMBOLS], text, sizeof(text)));
	if (c->seal != NULL) {
		certificate_draw_seal(s->pdf.cairo, seal_x + (box - side) / 2, s->y, c->seal);
		pale(s);
		pdf_text(&s->pdf, seal_x, s->y + side + 1, box, LABEL, PDF_CENTRE, words(s, &certificate_phrases[PHRASE_SEAL], text, sizeof(text)));
		return;
	}
	cairo_set_source_rgb(s->pdf.cairo, 0.35, 0.5, 0.54);
	cairo_rectangle(s->pdf.cairo, seal_x, s->y, box, 60);
	cairo_stroke(s->pdf.cairo);
	dark(s);
	pdf_text(&s->pdf, seal_x + PAD, s->y + 8, box - 2 * PAD, SANS " 7", PDF_CENTRE, words(s, &certificate_phrases[PHRASE_NO_SEAL], text, sizeof(text)));
}

/* ---- the whole ---- */

static int
check_text(const char *text, const char *what, struct err *err)
{
	struct buf clean = BUF_INIT;
	struct err why = ERR_INIT;
	int rc = 0;

	if (text != NULL && text_clean(bytes_str(text), &clean, &why) == -1)
		rc = err_set(err, FAIL_INPUT, "certificate, %s: %.200s", what, why.text);
	buf_wipe(&clean);
	return rc;
}

static int
check(const struct certificate *c, struct err *err)
{
	const char *const texts[] = { c->state, c->authority, c->office, c->act_number, c->registered_at, c->number, c->status_url };
	const char *const names[] = { "State", "authority", "office", "act number", "place of registration", "number", "status address" };
	unsigned notes = 0;

	for (size_t i = 0; i < NELEM(texts); i++) {
		if (texts[i] == NULL || *texts[i] == '\0')
			return err_set(err, FAIL_INPUT, "certificate, %s: is missing", names[i]);
		if (check_text(texts[i], names[i], err) == -1)
			return -1;
	}
	if (check_text(c->paper, "serial of the paper", err) == -1)
		return -1;
	if (c->issued_on.precision != DATE_DAY || c->as_of.precision != DATE_DAY || c->registered_on.precision != DATE_DAY)
		return err_set(err, FAIL_INPUT, "certificate: its dates are days");
	if (c->seal != NULL && certificate_seal_side(c->seal) > WIDTH / 2)
		return err_set(err, FAIL_TOO_LARGE, "certificate: a seal of %u modules is too large for the page", c->seal->side);
	for (size_t i = 0; i < c->nentry; i++) {
		const char *what = certificate_item_names[c->entry[i].item].in[CERTIFICATE_EN];

		if (check_text(c->entry[i].value, what, err) == -1 || check_text(c->entry[i].latin, what, err) == -1)
			return -1;
		notes += c->entry[i].item == ITEM_NOTE;
	}
	return notes > NOTES ? err_set(err, FAIL_TOO_LARGE, "certificate: %u notes, at most %d", notes, NOTES) : 0;
}

/* Draws all pages; *pages becomes how many. */
static int
compose(const struct certificate *c, struct buf *pdf, int *pages, struct err *err)
{
	struct sheet s = { .c = c, .pages = *pages };
	char title[160], at[DATE_TEXT], created[32];
	unsigned unknown;

	snprintf(title, sizeof(title), "%s %s", certificate_titles[c->kind].in[c->language], c->number);
	snprintf(created, sizeof(created), "%sT00:00:00Z", date_format(c->issued_on, at));
	pdf_begin(&s.pdf, pdf, title, created);
	page_begin(&s);
	head(&s);
	identity(&s);
	fields(&s);
	close_certificate(&s);
	page_end(&s);
	unknown = s.pdf.unknown;
	if (pdf_end(&s.pdf, err) == -1)
		return -1;
	if (unknown > 0)
		return err_set(err, FAIL_INPUT, "certificate: no font is installed for %u of its letters", unknown);
	*pages = s.page;
	return 0;
}

int
certificate_pdf(const struct certificate *c, struct buf *pdf, struct err *err)
{
	int pages = 0; /* the first time it is counted and measured only */

	if (check(c, err) == -1 || compose(c, NULL, &pages, err) == -1)
		return -1;
	return compose(c, pdf, &pages, err);
}
