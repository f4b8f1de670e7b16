/* mrz-local.h - the five layouts, as one table for writing (mrz.c) and reading (mrzread.c). */
#ifndef CATENA_DOC9303_MRZ_LOCAL_H
#define CATENA_DOC9303_MRZ_LOCAL_H
#include "registry/doc9303/mrz.h"

/* What may stand at a position: bits, so that one look at a table answers. */
enum mrz_class {
	MRZ_DIGIT = 1,
	MRZ_LETTER = 2,
	MRZ_FILLER = 4,
	MRZ_ANY = MRZ_DIGIT | MRZ_LETTER | MRZ_FILLER,
	MRZ_LETTERS = MRZ_LETTER | MRZ_FILLER,
	MRZ_DIGITS = MRZ_DIGIT,
	MRZ_DIGITS_FILL = MRZ_DIGIT | MRZ_FILLER
};

/* A field of a form: where it stands, what it holds, what its name is for a person. */
struct mrz_field {
	const char *name;
	uint8_t line, column, width; /* line and column from 1; width 0: the form does not have it */
	uint8_t chars;               /* enum mrz_class */
};

enum mrz_field_id {
	F_CODE,
	F_ISSUER,
	F_NAME,
	F_NUMBER,
	F_NUMBER_DIGIT,
	F_NATIONALITY,
	F_BIRTH,
	F_BIRTH_DIGIT,
	F_SEX,
	F_EXPIRY,
	F_EXPIRY_DIGIT,
	F_OPTIONAL,
	F_OPTIONAL_DIGIT,
	F_OPTIONAL2,
	F_COMPOSITE,
	F_FIELDS
};

struct mrz_layout {
	const char *name, *clause;
	uint8_t width, lines;
	const char *letters; /* what a document code may begin with */
	bool has_long_number;
	uint8_t composite[4][2]; /* from octet, octets; of all lines together, from 0 */
	struct mrz_field field[F_FIELDS];
};
extern const struct mrz_layout mrz_layouts[MRZ_FORMS];

/* Where a field stands, from 0. */
static inline size_t
mrz_at(const struct mrz_layout *l, enum mrz_field_id field)
{
	return (size_t)(l->field[field].line - 1) * l->width + l->field[field].column - 1;
}

static inline struct bytes
mrz_field_in(const struct mrz_layout *l, const char *lines, enum mrz_field_id field)
{
	return BYTES(lines + mrz_at(l, field), l->field[field].width);
}

extern const uint8_t mrz_classes[256]; /* class of a character; 0 when the MRZ does not have it */
char mrz_composite(const struct mrz_layout *l, const char *lines);
/* "FIELD, line N column N: WHAT" */
int mrz_field_bad(const struct mrz_layout *l, enum mrz_field_id field, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Number and optional data: A-Z 0-9 and '<' between them. */
bool mrz_is_number(const char *text);

#endif
