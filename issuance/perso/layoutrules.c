/* The rules that a layout is held against. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "issuance/perso/layout.h"

#define POINT_MM     (25.4 / 72)
#define CAPITAL      0.729 /* height of DejaVu's capitals in parts of the size */
#define MRZ_INK      1.35  /* half the height of a character of OCR-B size 1, a little more */
#define MRZ_MARGIN   2.0   /* free above and below the lines and at their ends (Doc 9303-3 4.2) */
#define CHARACTER    2.54  /* mm: ten to 25.4 */
#define PHOTO_MARGIN 2.0
#define CAPTION      1.15   /* height of a caption in parts of its size */
#define CONTRAST     0.6    /* least print contrast signal of the machine readable zone */
enum { MILLIMETRE = 1000 }; /* positions are compared in thousandths: 5.1 + 6.2 is not 11.3 */

#define BIT(field) (UINT32_C(1) << (field))
#define HOLDER \
	(BIT(LAYOUT_STATE) | BIT(LAYOUT_TITLE) | BIT(LAYOUT_NUMBER) | BIT(LAYOUT_SURNAME) | BIT(LAYOUT_GIVEN_NAMES) | BIT(LAYOUT_NATIONALITY) | \
		BIT(LAYOUT_BIRTH) | BIT(LAYOUT_SEX) | BIT(LAYOUT_EXPIRES))
#define VISA \
	(HOLDER | BIT(LAYOUT_AUTHORITY) | BIT(LAYOUT_ISSUED) | BIT(LAYOUT_ENTRIES) | BIT(LAYOUT_STAY) | BIT(LAYOUT_PASSPORT_NUMBER))

/* By enum mrz_form. */
static const struct form {
	double width, height; /* mm */
	unsigned sides;
	double left; /* of the first character of the machine readable zone, 1.0 either way */
	uint32_t fields;
	bool is_signed, is_sealed;
	const char *part;
} forms[MRZ_FORMS] = {
	{ 125.0, 88.0, 1, 6.0, HOLDER | BIT(LAYOUT_TYPE) | BIT(LAYOUT_CODE) | BIT(LAYOUT_ISSUED) | BIT(LAYOUT_AUTHORITY), true, false, "4" },
	{ 105.0, 74.0, 1, 4.0, HOLDER, true, false, "6" },
	{ 85.6, 53.98, 2, 4.0, HOLDER, true, false, "5" },
	{ 120.0, 80.0, 1, 4.0, VISA, false, true, "7" },
	{ 105.0, 74.0, 1, 4.0, VISA, false, true, "7" },
};

void
layout_size(enum mrz_form form, double *width, double *height, unsigned *sides)
{
	*width = forms[form].width;
	*height = forms[form].height;
	*sides = forms[form].sides;
}

double
layout_room(const struct layout *l, const struct layout_zone *z)
{
	return z->height - (z->caption != NULL ? l->caption_points * POINT_MM * CAPTION : 0);
}

static long
thousandths(double mm)
{
	return lround(mm * MILLIMETRE);
}

static bool
is_within(double value, double want, double either_way)
{
	return labs(thousandths(value) - thousandths(want)) <= thousandths(either_way);
}

static bool
overlap(const struct layout_zone *a, const struct layout_zone *b)
{
	return thousandths(a->x) < thousandths(b->x + b->width) && thousandths(b->x) < thousandths(a->x + a->width) &&
		thousandths(a->y) < thousandths(b->y + b->height) && thousandths(b->y) < thousandths(a->y + a->height);
}

static const char *
zone_name(const struct layout_zone *z)
{
	return z->kind == LAYOUT_FIELD ? layout_field_names[z->field] : layout_kind_names[z->kind];
}

/* Relative luminance of an sRGB colour, from 0 to 1 (IEC 61966-2-1). */
static double
luminance(uint32_t colour)
{
	static const double share[] = { 0.0722, 0.7152, 0.2126 }; /* blue, green, red */
	double sum = 0;

	for (unsigned i = 0; i < NELEM(share); i++) {
		double v = (colour >> 8 * i & 0xFF) / 255.0;

		sum += share[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
	}
	return sum;
}

/* What the eye and a camera see of the colours; that a printer's ink absorbs infrared (B900) no file can promise. */
static int
check_contrast(const struct layout *l, struct err *err)
{
	double ground = luminance(l->ground), ink = luminance(l->ink), signal = ground > 0 ? (ground - ink) / ground : 0;

	return signal >= CONTRAST ? 0 : err_set(err, FAIL_INPUT, "ink: a print contrast signal of %.2f on the ground, at least %g is wanted for the machine readable zone", signal, CONTRAST);
}

/* The front has the portrait, the last side the machine readable zone: a card's back, of all others the only one. */
static int
check_side(const struct layout *l, unsigned side, const struct layout_zone *z, struct err *err)
{
	const char *part = forms[l->form].part;

	if (z->kind == LAYOUT_PHOTO && side != 0)
		return err_set(err, FAIL_INPUT, "the portrait is on the front, side 1 (Doc 9303-%s)", part);
	if (z->kind == LAYOUT_MRZ && side != l->nside - 1)
		return err_set(err, FAIL_INPUT, "the machine readable zone is on the back, side %u (Doc 9303-%s)", l->nside, part);
	return 0;
}

/* Text is made narrower until it fits, but a line of its size must be within the zone: below may be the machine readable one. */
static int
check_room(const struct layout *l, const struct layout_zone *z, struct err *err)
{
	double room = layout_room(l, z), line = z->kind == LAYOUT_FIELD || z->kind == LAYOUT_TEXT ? z->points * POINT_MM * LAYOUT_LINE : 0;

	if (room < 0)
		return err_set(err, FAIL_INPUT, "at: %g mm high, its caption alone has %.2f mm", z->height, z->height - room);
	if (thousandths(line) > thousandths(room))
		return err_set(err, FAIL_INPUT, "points: a line of %g points is %.2f mm high, the zone has room for %.2f mm", z->points, line, room);
	return 0;
}

static int
check_mrz(const struct layout *l, const struct layout_zone *z, struct err *err)
{
	const struct form *f = &forms[l->form];
	unsigned lines = mrz_form_lines(l->form);

	if (thousandths(z->x) != 0 || !is_within(z->width, l->width, 0) || !is_within(z->y + z->height, l->height, 0))
		return err_set(err, FAIL_INPUT, "at: the machine readable zone is as wide as the document and at its bottom (Doc 9303-3 4.2)");
	if (!is_within(z->height, LAYOUT_MRZ_ZONE, 1.0))
		return err_set(err, FAIL_INPUT, "at: %g mm high, %g +- 1.0 mm are wanted (Doc 9303-3 4.2)", z->height, LAYOUT_MRZ_ZONE);
	if (!is_within(z->left, f->left, 1.0))
		return err_set(err, FAIL_INPUT, "left: the first character at %g mm, %g +- 1.0 mm are wanted (Doc 9303-%s)", z->left, f->left, f->part);
	if (z->left + mrz_form_width(l->form) * CHARACTER > l->width - MRZ_MARGIN)
		return err_set(err, FAIL_INPUT, "left: %u characters leave no margin of %g mm at the right", mrz_form_width(l->form), MRZ_MARGIN);
	for (unsigned i = 0; i < lines; i++) {
		if (i > 0 && !is_within(z->line[i - 1] - z->line[i], LAYOUT_MRZ_PITCH, 0.15))
			return err_set(err, FAIL_INPUT, "lines: %g mm from line %u to the next, %g mm are wanted (Doc 9303-%s)", z->line[i - 1] - z->line[i], i, LAYOUT_MRZ_PITCH, f->part);
		if (z->line[i] + MRZ_INK > z->height - MRZ_MARGIN || z->line[i] - MRZ_INK < MRZ_MARGIN)
			return err_set(err, FAIL_INPUT, "lines: line %u at %g mm leaves no %g mm free above and below in the zone (Doc 9303-3 4.2)", i + 1, z->line[i], MRZ_MARGIN);
	}
	return 0;
}

static int
check_photo(const struct layout_zone *z, struct err *err)
{
	if (z->x < PHOTO_MARGIN)
		return err_set(err, FAIL_INPUT, "at: at least %g mm from the left edge (Doc 9303-3 3.9)", PHOTO_MARGIN);
	if (z->width < 26 || z->width > 35 || z->height < 32 || z->height > 45)
		return err_set(err, FAIL_INPUT, "at: a portrait of %g x %g mm, between 26 x 32 and 35 x 45 mm is wanted (Doc 9303-3 3.9)", z->width, z->height);
	return 0;
}

static int
check_zone(const struct layout *l, const struct layout_side *s, unsigned k, struct err *err)
{
	const struct layout_zone *z = &s->zone[k];

	if (thousandths(z->x + z->width) > thousandths(l->width) || thousandths(z->y + z->height) > thousandths(l->height))
		return err_set(err, FAIL_INPUT, "at: over the edge of %g x %g mm", l->width, l->height);
	if (check_side(l, (unsigned)(s - l->side), z, err) == -1 || check_room(l, z, err) == -1)
		return -1;
	if (z->kind == LAYOUT_MRZ && check_mrz(l, z, err) == -1)
		return -1;
	if (z->kind == LAYOUT_PHOTO && check_photo(z, err) == -1)
		return -1;
	if (z->kind == LAYOUT_SEAL && (z->width < LAYOUT_SEAL_LEAST || z->height < LAYOUT_SEAL_LEAST))
		return err_set(err, FAIL_INPUT, "at: at least %g x %g mm, for modules of 0.3386 mm (Doc 9303-13)", LAYOUT_SEAL_LEAST, LAYOUT_SEAL_LEAST);
	if (z->kind == LAYOUT_FIELD && z->caption == NULL && z->field > LAYOUT_TITLES)
		return err_set(err, FAIL_INPUT, "captions: a field has a caption (Doc 9303-3 3.3)");
	for (unsigned i = 0; i < k; i++) {
		const struct layout_zone *o = &s->zone[i];

		if ((z->kind == LAYOUT_BAND || o->kind == LAYOUT_BAND) && z->kind != LAYOUT_MRZ && o->kind != LAYOUT_MRZ)
			continue; /* below the others */
		if (overlap(z, o))
			return err_set(err, FAIL_INPUT, "at: over zone %u (%s)%s", i + 1, zone_name(o),
				o->kind == LAYOUT_MRZ || z->kind == LAYOUT_MRZ ? ": nothing else stands in the machine readable zone (Doc 9303-3 4.2)" : "");
	}
	return 0;
}

static unsigned
count(const struct layout *l, enum layout_kind kind)
{
	unsigned n = 0;

	for (unsigned i = 0; i < l->nside; i++)
		for (unsigned k = 0; k < l->side[i].n; k++)
			n += l->side[i].zone[k].kind == kind;
	return n;
}

/* What must be there, and what only once. */
static int
check_content(const struct layout *l, struct err *err)
{
	const struct form *f = &forms[l->form];
	const char *form = mrz_form_name(l->form);
	uint32_t there = 0;

	for (unsigned i = 0; i < l->nside; i++)
		for (unsigned k = 0; k < l->side[i].n; k++)
			there |= BIT(l->side[i].zone[k].field);
	for (unsigned field = 1; field < LAYOUT_FIELDS; field++)
		if ((f->fields & BIT(field)) != 0 && (there & BIT(field)) == 0)
			return err_set(err, FAIL_INPUT, "%s: no field %s (Doc 9303-%s)", form, layout_field_names[field], f->part);
	if (count(l, LAYOUT_MRZ) != 1)
		return err_set(err, FAIL_INPUT, "%s: one zone of kind mrz is wanted (Doc 9303-%s)", form, f->part);
	if (count(l, LAYOUT_PHOTO) != 1)
		return err_set(err, FAIL_INPUT, "%s: one zone of kind photo is wanted (Doc 9303-%s)", form, f->part);
	if (f->is_signed && count(l, LAYOUT_SIGNATURE) != 1)
		return err_set(err, FAIL_INPUT, "%s: one zone of kind signature is wanted (Doc 9303-%s)", form, f->part);
	if (count(l, LAYOUT_SEAL) > 1 || (f->is_sealed && count(l, LAYOUT_SEAL) != 1))
		return err_set(err, FAIL_INPUT, "%s: one zone of kind seal is wanted: it has no chip (Doc 9303-13)", form);
	return 0;
}

int
layout_check(const struct layout *l, struct err *err)
{
	const struct form *f = &forms[l->form];
	double capital = l->caption_points * POINT_MM * CAPITAL;

	if (l->nside != f->sides)
		return err_set(err, FAIL_INPUT, "%s: %u sides are wanted (Doc 9303-%s)", mrz_form_name(l->form), f->sides, f->part);
	if (capital < 1.0 || capital > 1.8)
		return err_set(err, FAIL_INPUT, "caption_points: captions of %.2f mm, between 1.0 and 1.8 mm are wanted (Doc 9303-3 3.3)", capital);
	if (check_contrast(l, err) == -1)
		return err_prefix(err, "%s", mrz_form_name(l->form));
	for (unsigned i = 0; i < l->nside; i++)
		for (unsigned k = 0; k < l->side[i].n; k++)
			if (check_zone(l, &l->side[i], k, err) == -1)
				return err_prefix(err, "%s, side %u, zone %u (%s)", mrz_form_name(l->form), i + 1, k + 1, zone_name(&l->side[i].zone[k]));
	return check_content(l, err);
}
