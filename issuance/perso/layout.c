#include "issuance/perso/layout.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry/base/json.h"

const char *const layout_kind_names[] = { "band", "text", "photo", "ghost", "signature", "field", "seal", "mrz", NULL };
const char *const layout_field_names[] = { "none", "state", "title", "titles", "type", "code", "number", "surname", "given_names", "local_name",
	"nationality", "personal_number", "birth", "sex", "place_of_birth", "issued", "expires", "authority", "entries", "stay", "passport_number", NULL };
static const char *const form_names[] = { "TD3", "TD2", "TD1", "MRV-A", "MRV-B", NULL }; /* enum mrz_form */
static const char *const align_names[] = { "start", "centre", "end", NULL };

/* As the file has it. */
struct raw_zone {
	int kind, field, align;
	json_t *at, *captions, *points, *left, *lines;
	char *text, *colour;
	int64_t strength;
	bool plain;
};
static const struct json_field zone_fields[] = {
	{ "zone", JSON_T_ENUM, offsetof(struct raw_zone, kind), 0, 0, 0, layout_kind_names },
	{ "at", JSON_T_RAW, offsetof(struct raw_zone, at) },
	{ "field", JSON_T_ENUM, offsetof(struct raw_zone, field), JSON_OPTIONAL, 0, 0, layout_field_names },
	{ "captions", JSON_T_RAW, offsetof(struct raw_zone, captions), JSON_OPTIONAL },
	{ "text", JSON_T_TEXT, offsetof(struct raw_zone, text), JSON_OPTIONAL, 1, 120 },
	{ "points", JSON_T_RAW, offsetof(struct raw_zone, points), JSON_OPTIONAL },
	{ "plain", JSON_T_BOOL, offsetof(struct raw_zone, plain), JSON_OPTIONAL },
	{ "align", JSON_T_ENUM, offsetof(struct raw_zone, align), JSON_OPTIONAL, 0, 0, align_names },
	{ "colour", JSON_T_TEXT, offsetof(struct raw_zone, colour), JSON_OPTIONAL, 7, 7 },
	{ "strength", JSON_T_INT, offsetof(struct raw_zone, strength), JSON_OPTIONAL, 10, 60 },
	{ "left", JSON_T_RAW, offsetof(struct raw_zone, left), JSON_OPTIONAL },
	{ "lines", JSON_T_RAW, offsetof(struct raw_zone, lines), JSON_OPTIONAL },
	{ NULL }
};
struct raw_side {
	struct json_array zones;
};
static const struct json_field side_fields[] = {
	{ "zones", JSON_T_ARRAY, offsetof(struct raw_side, zones), 0, 1, LAYOUT_ZONES, NULL, zone_fields, sizeof(struct raw_zone) },
	{ NULL }
};
struct raw_layout {
	int form;
	char *ground, *ink, *caption_ink, *font, *caption_font;
	json_t *pattern, *caption_points, *titles;
	struct json_array sides;
};
static const struct json_field layout_fields[] = {
	{ "form", JSON_T_ENUM, offsetof(struct raw_layout, form), 0, 0, 0, form_names },
	{ "ground", JSON_T_TEXT, offsetof(struct raw_layout, ground), 0, 7, 7 },
	{ "pattern", JSON_T_RAW, offsetof(struct raw_layout, pattern) },
	{ "ink", JSON_T_TEXT, offsetof(struct raw_layout, ink), 0, 7, 7 },
	{ "caption_ink", JSON_T_TEXT, offsetof(struct raw_layout, caption_ink), 0, 7, 7 },
	{ "font", JSON_T_TEXT, offsetof(struct raw_layout, font), 0, 1, 100 },
	{ "caption_font", JSON_T_TEXT, offsetof(struct raw_layout, caption_font), 0, 1, 100 },
	{ "caption_points", JSON_T_RAW, offsetof(struct raw_layout, caption_points) },
	{ "titles", JSON_T_RAW, offsetof(struct raw_layout, titles) },
	{ "sides", JSON_T_ARRAY, offsetof(struct raw_layout, sides), 0, 1, LAYOUT_SIDES, NULL, side_fields, sizeof(struct raw_side) },
	{ NULL }
};

static int
number(const json_t *value, const char *name, double least, double most, double *out, struct err *err)
{
	double d = json_number_value(value);

	if (!json_is_number(value) || !isfinite(d) || d < least || d > most)
		return err_set(err, FAIL_INPUT, "%s: a number from %g to %g is wanted", name, least, most);
	*out = d;
	return 0;
}

static int
colour(const char *text, const char *name, uint32_t *out, struct err *err)
{
	unsigned long value;
	char *end;

	if (text == NULL || text[0] != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6)
		return err_set(err, FAIL_INPUT, "%s: a colour such as #fbfaf4 is wanted", name);
	value = strtoul(text + 1, &end, 16);
	*out = (uint32_t)value;
	return 0;
}

/* Another that is put behind has " / " before it. */
static int
caption_add(struct buf *out, const char *text, struct err *err)
{
	if (text == NULL || text[0] == '\0' || strlen(text) > 120)
		return err_set(err, FAIL_INPUT, "captions: each is a text of up to 120 octets");
	buf_printf(out, "%s%s", out->n > 0 ? " / " : "", text);
	return 0;
}

/* { "en": ..., "fr": ..., "ar": ... } as they stand; one of the languages is English, French or Spanish (Doc 9303-3 3.3). */
static int
captions(json_t *from, char **out, struct err *err)
{
	struct buf made = BUF_INIT;
	bool is_known = false;
	const char *language;
	json_t *text;
	int rc = -1;

	if (!json_is_object(from) || json_object_size(from) == 0 || json_object_size(from) > LAYOUT_LANGUAGES)
		return err_set(err, FAIL_INPUT, "captions: an object of one to %d languages is wanted", LAYOUT_LANGUAGES);
	json_object_foreach (from, language, text) {
		if (strlen(language) != 2)
			err_set(err, FAIL_INPUT, "captions: languages have two letters (ISO 639-1)");
		else if (caption_add(&made, json_string_value(text), err) == 0) {
			is_known = is_known || strcmp(language, "en") == 0 || strcmp(language, "fr") == 0 || strcmp(language, "es") == 0;
			continue;
		}
		goto out;
	}
	if (!is_known) {
		err_set(err, FAIL_INPUT, "captions: one is in English, French or Spanish (Doc 9303-3 3.3)");
		goto out;
	}
	if (buf_check(&made, err) == -1)
		goto out;
	if ((*out = strdup(buf_cstr(&made))) == NULL)
		err_set(err, FAIL_INTERNAL, "out of memory");
	else
		rc = 0;
out:
	buf_clear(&made);
	return rc;
}

static int
place(const json_t *at, struct layout_zone *z, struct err *err)
{
	double *const to[] = { &z->x, &z->y, &z->width, &z->height };

	if (!json_is_array(at) || json_array_size(at) != NELEM(to))
		return err_set(err, FAIL_INPUT, "at: left, top, width and height in mm are wanted");
	for (size_t i = 0; i < NELEM(to); i++)
		if (number(json_array_get(at, i), "at", 0, 200, to[i], err) == -1)
			return -1;
	return z->width > 0 && z->height > 0 ? 0 : err_set(err, FAIL_INPUT, "at: width and height are greater than 0");
}

static int
mrz_lines(const struct raw_zone *raw, enum mrz_form form, struct layout_zone *z, struct err *err)
{
	unsigned lines = mrz_form_lines(form);

	if (number(raw->left, "left", 0, 200, &z->left, err) == -1)
		return -1;
	if (!json_is_array(raw->lines) || json_array_size(raw->lines) != lines)
		return err_set(err, FAIL_INPUT, "lines: the middles of %u lines in mm from the bottom edge are wanted", lines);
	for (unsigned i = 0; i < lines; i++)
		if (number(json_array_get(raw->lines, i), "lines", 0, LAYOUT_MRZ_ZONE, &z->line[i], err) == -1)
			return -1;
	return 0;
}

static int
zone(struct raw_zone *raw, enum mrz_form form, struct layout_zone *z, struct err *err)
{
	*z = (struct layout_zone){ .kind = (enum layout_kind)raw->kind, .field = (enum layout_field)raw->field, .align = (enum layout_align)raw->align, .points = 8.5, .strength = raw->strength == 0 ? 35 : (int)raw->strength, .is_plain = raw->plain };
	if (place(raw->at, z, err) == -1 || (raw->points != NULL && number(raw->points, "points", 3, 24, &z->points, err) == -1))
		return -1;
	if ((z->kind == LAYOUT_FIELD) != (z->field != LAYOUT_NO_FIELD))
		return err_set(err, FAIL_INPUT, "field: a zone of kind field has one, no other has");
	if ((z->kind == LAYOUT_TEXT) != (raw->text != NULL))
		return err_set(err, FAIL_INPUT, "text: a zone of kind text has one, no other has");
	if ((z->kind == LAYOUT_BAND) != (raw->colour != NULL))
		return err_set(err, FAIL_INPUT, "colour: a zone of kind band has one, no other has");
	if ((z->kind == LAYOUT_MRZ) != (raw->left != NULL && raw->lines != NULL))
		return err_set(err, FAIL_INPUT, "left, lines: a zone of kind mrz has them, no other has");
	if (raw->captions != NULL && z->kind != LAYOUT_FIELD && z->kind != LAYOUT_SIGNATURE)
		return err_set(err, FAIL_INPUT, "captions: fields and the signature have them, nothing else has");
	if (raw->colour != NULL && colour(raw->colour, "colour", &z->colour, err) == -1)
		return -1;
	if (z->kind == LAYOUT_MRZ && mrz_lines(raw, form, z, err) == -1)
		return -1;
	if (raw->captions != NULL && captions(raw->captions, &z->caption, err) == -1)
		return -1;
	z->text = raw->text;
	raw->text = NULL;
	return 0;
}

static int
title(const char *code, json_t *texts, struct layout_title *t, struct err *err)
{
	const char *language;
	unsigned n = 0;
	json_t *text;

	if (strlen(code) > 2 || !json_is_object(texts) || json_object_size(texts) == 0 || json_object_size(texts) > LAYOUT_LANGUAGES)
		return err_set(err, FAIL_INPUT, "titles: to a kind of document (\"PD\", or \"\" for all others) belong texts in one to %d languages", LAYOUT_LANGUAGES);
	snprintf(t->code, sizeof(t->code), "%s", code);
	json_object_foreach (texts, language, text) {
		if (strlen(language) != 2 || !json_is_string(text) || json_string_length(text) == 0 || json_string_length(text) > 120)
			return err_set(err, FAIL_INPUT, "titles: texts of up to 120 octets by language are wanted");
		if ((t->text[n++] = strdup(json_string_value(text))) == NULL)
			return err_set(err, FAIL_INTERNAL, "out of memory");
	}
	return 0;
}

static int
titles(json_t *from, struct layout *l, struct err *err)
{
	const char *code;
	json_t *texts;

	if (!json_is_object(from) || json_object_size(from) == 0 || json_object_size(from) > LAYOUT_MAX_TITLES)
		return err_set(err, FAIL_INPUT, "titles: an object of one to %d kinds of documents is wanted", LAYOUT_MAX_TITLES);
	json_object_foreach (from, code, texts)
		if (title(code, texts, &l->title[l->ntitle++], err) == -1)
			return -1;
	return 0;
}

static int
colours(const struct raw_layout *raw, struct layout *l, struct err *err)
{
	if (colour(raw->ground, "ground", &l->ground, err) == -1 || colour(raw->ink, "ink", &l->ink, err) == -1 ||
		colour(raw->caption_ink, "caption_ink", &l->caption_ink, err) == -1)
		return -1;
	if (!json_is_array(raw->pattern) || json_array_size(raw->pattern) == 0 || json_array_size(raw->pattern) > LAYOUT_PATTERNS)
		return err_set(err, FAIL_INPUT, "pattern: one to %d colours are wanted", LAYOUT_PATTERNS);
	for (; l->npattern < json_array_size(raw->pattern); l->npattern++)
		if (colour(json_string_value(json_array_get(raw->pattern, l->npattern)), "pattern", &l->pattern[l->npattern], err) == -1)
			return -1;
	return 0;
}

static int
layout_of(struct raw_layout *raw, struct layout *l, struct err *err)
{
	l->form = (enum mrz_form)raw->form;
	layout_size(l->form, &l->width, &l->height, &(unsigned){ 0 });
	if (colours(raw, l, err) == -1 || number(raw->caption_points, "caption_points", 3, 10, &l->caption_points, err) == -1 || titles(raw->titles, l, err) == -1)
		return -1;
	l->font = raw->font;
	l->caption_font = raw->caption_font;
	raw->font = raw->caption_font = NULL;
	for (; l->nside < raw->sides.n; l->nside++) {
		struct raw_side *from = &((struct raw_side *)raw->sides.items)[l->nside];
		struct layout_side *s = &l->side[l->nside];

		for (; s->n < from->zones.n; s->n++) {
			struct raw_zone *z = &((struct raw_zone *)from->zones.items)[s->n];

			if (zone(z, l->form, &s->zone[s->n], err) == -1) {
				s->n++; /* what it has is released with the others */
				l->nside++;
				return err_prefix(err, "%s, side %u, zone %u (%s)", form_names[l->form], l->nside, s->n, z->field != 0 ? layout_field_names[z->field] : layout_kind_names[z->kind]);
			}
		}
	}
	return 0;
}

/* The zones that everybody looks for; layout_check has seen that there is one of each that must be. */
static void
find_zones(struct layout *l)
{
	for (unsigned i = 0; i < l->nside; i++)
		for (unsigned k = 0; k < l->side[i].n; k++) {
			const struct layout_zone *z = &l->side[i].zone[k];

			if (z->kind == LAYOUT_MRZ) {
				l->mrz = z;
				l->mrz_side = i;
			} else if (z->kind == LAYOUT_PHOTO) {
				l->photo = z;
			} else if (z->kind == LAYOUT_SEAL) {
				l->seal = z;
			}
		}
}

int
layout_parse(struct bytes json, struct layout **layout, struct err *err)
{
	struct raw_layout raw = { 0 };
	struct layout *l = NULL;
	int rc = -1;

	if (json.n > LAYOUT_MAX_FILE)
		return err_set(err, FAIL_INPUT, "layout: larger than %d octets", LAYOUT_MAX_FILE);
	if (json_read_into(json, layout_fields, &raw, err) == -1)
		return -1;
	if ((l = calloc(1, sizeof(*l))) == NULL)
		err_set(err, FAIL_INTERNAL, "out of memory");
	else if (layout_of(&raw, l, err) == 0 && layout_check(l, err) == 0) {
		find_zones(l);
		*layout = l;
		l = NULL;
		rc = 0;
	}
	layout_free(l);
	json_clear(layout_fields, &raw);
	return rc;
}

void
layout_free(struct layout *l)
{
	if (l == NULL)
		return;
	for (unsigned i = 0; i < l->nside; i++)
		for (unsigned k = 0; k < l->side[i].n; k++) {
			free(l->side[i].zone[k].caption);
			free(l->side[i].zone[k].text);
		}
	for (unsigned i = 0; i < l->ntitle; i++)
		for (unsigned k = 0; k < LAYOUT_LANGUAGES; k++)
			free(l->title[i].text[k]);
	free(l->font);
	free(l->caption_font);
	free(l);
}

const struct layout_title *
layout_title(const struct layout *l, const char *kind)
{
	const struct layout_title *others = NULL;

	for (unsigned i = 0; i < l->ntitle; i++) {
		if (strcmp(l->title[i].code, kind) == 0)
			return &l->title[i];
		if (l->title[i].code[0] == '\0')
			others = &l->title[i];
	}
	return others;
}
