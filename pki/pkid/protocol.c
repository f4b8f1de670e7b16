#include "pki/pkid/protocol.h"

#include <stdio.h>
#include <string.h>

#include "registry/print/pdf.h"

/* Points of 1/72 inch. */
#define WIDTH  PDF_WIDTH
#define HEIGHT PDF_HEIGHT
#define MARGIN 56.0
#define COLUMN 150.0 /* of the labels */
#define BOTTOM (HEIGHT - MARGIN - 14.0)

struct sheet {
	struct pdf pdf;
	double y;
	int page;
	const char *foot;
};

/* ---- flowing text ---- */

/* Returns the height.  A column stays a column, whatever script its first word is in. */
static double
put_at(struct sheet *s, double x, double y, double width, const char *font, const char *text)
{
	return pdf_text(&s->pdf, x, y, width, font, PDF_LEFT, text);
}

static void
foot(struct sheet *s)
{
	char text[160];

	snprintf(text, sizeof(text), "%s    page %d", s->foot, s->page);
	put_at(s, MARGIN, HEIGHT - MARGIN, WIDTH - 2 * MARGIN, "DejaVu Sans 7", text);
}

static void
need(struct sheet *s, double height)
{
	if (s->y + height <= BOTTOM)
		return;
	foot(s);
	pdf_page(&s->pdf);
	s->page++;
	s->y = MARGIN;
}

static void
heading(struct sheet *s, const char *text)
{
	need(s, 60);
	s->y += 14;
	s->y += put_at(s, MARGIN, s->y, WIDTH - 2 * MARGIN, "DejaVu Sans Bold 11", text) + 2;
	cairo_set_line_width(s->pdf.cairo, 0.6);
	cairo_move_to(s->pdf.cairo, MARGIN, s->y);
	cairo_line_to(s->pdf.cairo, WIDTH - MARGIN, s->y);
	cairo_stroke(s->pdf.cairo);
	s->y += 6;
}

static void
row(struct sheet *s, const char *label, const char *value)
{
	static const char font[] = "DejaVu Sans 9";
	double width = WIDTH - 2 * MARGIN - COLUMN, h;

	if (value == NULL || *value == '\0')
		return;
	h = pdf_measure(&s->pdf, width, font, value);
	need(s, h + 4);
	put_at(s, MARGIN, s->y, COLUMN - 8, font, label);
	put_at(s, MARGIN + COLUMN, s->y, width, font, value);
	s->y += h + 4;
}

/* ---- the facts ---- */

static const char *
member(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void
row_of(struct sheet *s, const char *label, const json_t *object, const char *name)
{
	row(s, label, member(object, name));
}

/* "certificate_sha256" as "certificate sha256"; octets in groups of eight digits, four to a line, so that two people can compare them aloud. */
static void
row_of_value(struct sheet *s, const char *name, const json_t *value)
{
	char label[64], text[400];
	size_t n = 0;

	snprintf(label, sizeof(label), "%s", name);
	for (char *p = label; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	if (json_is_string(value)) {
		const char *v = json_string_value(value);
		size_t len = strlen(v);
		bool is_digest = len >= 32 && len % 8 == 0 && strspn(v, "0123456789abcdefABCDEF") == len;

		for (size_t i = 0; i < len && n + 2 < sizeof(text); i++) {
			if (is_digest && i > 0 && i % 8 == 0)
				text[n++] = i % 32 == 0 ? '\n' : ' ';
			text[n++] = v[i];
		}
		text[n] = '\0';
		row(s, label, text);
	} else if (json_is_integer(value)) {
		snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
		row(s, label, text);
	} else if (json_is_boolean(value)) {
		row(s, label, json_is_true(value) ? "yes" : "no");
	}
}

static void
rows_of_tree(struct sheet *s, const char *name, const json_t *value)
{
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_object(value)) {
		json_object_foreach ((json_t *)(uintptr_t)value, key, item)
			rows_of_tree(s, key, item);
	} else if (json_is_array(value)) {
		json_array_foreach (value, i, item)
			rows_of_tree(s, name, item);
	} else {
		row_of_value(s, name, value);
	}
}

static const char *
name_of(const json_t *officers, const char *id, char *out, size_t size)
{
	for (size_t i = 0; id != NULL && i < json_array_size(officers); i++) {
		const json_t *o = json_array_get(officers, i);
		const char *its = member(o, "officer_id");

		if (its != NULL && strcmp(its, id) == 0) {
			snprintf(out, size, "%s (%s)", member(o, "name") != NULL ? member(o, "name") : "?",
				member(o, "login") != NULL ? member(o, "login") : "?");
			return out;
		}
	}
	return id;
}

static void
part_ceremony(struct sheet *s, const json_t *c, const char *state)
{
	const json_t *key = json_object_get(c, "key");
	char text[80];

	heading(s, "Ceremony");
	row(s, "State", state);
	row_of(s, "identifier", c, "id");
	row_of(s, "kind", c, "kind");
	row_of(s, "stands", c, "state");
	row_of(s, "reason", c, "reason");
	row_of(s, "not before", c, "not_before");
	row_of(s, "not after", c, "not_after");
	snprintf(text, sizeof(text), "%lld, of whom %lld have agreed", (long long)json_integer_value(json_object_get(c, "officers")),
		(long long)json_integer_value(json_object_get(c, "agreed")));
	row(s, "officers it takes", text);
	rows_of_tree(s, "parameter", json_object_get(c, "parameters"));
	row_of_value(s, "content_sha256", json_object_get(c, "payload_sha256"));
	row_of(s, "certificate", c, "certificate_id");
	if (key == NULL)
		return;
	heading(s, "Key");
	row_of(s, "identifier", c, "signing_key_id");
	row_of(s, "kind", key, "kind");
	row_of(s, "label", key, "key_label");
	row_of(s, "token", key, "token_label");
	row_of(s, "algorithm", key, "algorithm");
	row_of(s, "stands", key, "state");
	row(s, "held offline", json_is_true(json_object_get(key, "is_offline")) ? "yes" : "no");
}

static void
part_decisions(struct sheet *s, const json_t *c, const json_t *officers)
{
	size_t i;
	json_t *d;

	heading(s, "Decisions");
	json_array_foreach (json_object_get(c, "decisions"), i, d) {
		char who[200], text[900];

		if (member(d, "event") == NULL || strcmp(member(d, "event"), "suffice") == 0)
			continue;
		snprintf(text, sizeof(text), "%s  %s%s%s", member(d, "created_at") != NULL ? member(d, "created_at") : "",
			member(d, "officer_id") != NULL ? name_of(officers, member(d, "officer_id"), who, sizeof(who)) : "",
			member(d, "reason") != NULL ? ": " : "", member(d, "reason") != NULL ? member(d, "reason") : "");
		row(s, member(d, "event"), text);
	}
}

static void
part_execution(struct sheet *s, const json_t *c, const json_t *officers)
{
	const json_t *e = json_object_get(c, "execution");
	char who[200];

	heading(s, "Execution");
	if (e == NULL) {
		row(s, "stands", "not carried out");
		return;
	}
	row_of(s, "at", e, "at");
	row(s, "ordered by", member(e, "officer_id") != NULL ? name_of(officers, member(e, "officer_id"), who, sizeof(who)) : "the scheduler");
	row_of(s, "token", e, "token_label");
	row_of(s, "serial number of it", e, "token_serial");
	rows_of_tree(s, "result", json_object_get(e, "result"));
}

static void
part_signatures(struct sheet *s, const json_t *officers)
{
	heading(s, "Signatures");
	for (size_t i = 0; i < json_array_size(officers); i++) {
		const json_t *o = json_array_get(officers, i);
		char who[200];

		need(s, 52);
		s->y += 30;
		cairo_move_to(s->pdf.cairo, MARGIN, s->y);
		cairo_line_to(s->pdf.cairo, MARGIN + 230, s->y);
		cairo_move_to(s->pdf.cairo, MARGIN + 260, s->y);
		cairo_line_to(s->pdf.cairo, WIDTH - MARGIN, s->y);
		cairo_stroke(s->pdf.cairo);
		s->y += 3;
		put_at(s, MARGIN, s->y, 230, "DejaVu Sans 8", name_of(officers, member(o, "officer_id"), who, sizeof(who)));
		put_at(s, MARGIN + 260, s->y, 200, "DejaVu Sans 8", "place and date");
		s->y += 16;
	}
}

/* ---- the file ---- */

/* The last thing that happened, so that the file does not depend on when it is printed. */
static const char *
moment_of(const json_t *c)
{
	const json_t *decisions = json_object_get(c, "decisions");
	const char *at = member(json_object_get(c, "execution"), "created_at");

	if (at == NULL && json_array_size(decisions) > 0)
		at = member(json_array_get(decisions, json_array_size(decisions) - 1), "created_at");
	return at != NULL ? at : member(c, "created_at");
}

int
protocol_pdf(const json_t *ceremony, const json_t *officers, const char *state, struct buf *pdf, struct err *err)
{
	char line[120], title[80];
	struct sheet s = { .page = 1, .y = MARGIN, .foot = line };

	snprintf(line, sizeof(line), "Catena, key ceremony %s", member(ceremony, "id") != NULL ? member(ceremony, "id") : "");
	snprintf(title, sizeof(title), "Key ceremony: %s", member(ceremony, "kind") != NULL ? member(ceremony, "kind") : "");
	for (char *p = title; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	pdf_begin(&s.pdf, pdf, title, moment_of(ceremony));
	s.y += put_at(&s, MARGIN, s.y, WIDTH - 2 * MARGIN, "DejaVu Sans Bold 16", title);
	part_ceremony(&s, ceremony, state);
	part_decisions(&s, ceremony, officers);
	part_execution(&s, ceremony, officers);
	part_signatures(&s, officers);
	foot(&s);
	pdf_page(&s.pdf);
	return pdf_end(&s.pdf, err);
}
