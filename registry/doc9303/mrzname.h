/*
 * mrzname.h - the name field of the MRZ, of any width.  Doc 9303-3 (8th ed.) 4.6: PRIMARY<<SECONDARY, components joined by '<'.
 */
#ifndef CATENA_DOC9303_MRZNAME_H
#define CATENA_DOC9303_MRZNAME_H
#include "registry/doc9303/translit.h"

enum { MRZ_IDENTIFIER_MAX = 800 }; /* 200 characters of the VIZ at up to four letters each */

struct mrz_name {
	char primary[MRZ_IDENTIFIER_MAX + 1];
	char secondary[MRZ_IDENTIFIER_MAX + 1]; /* "" when there is none */
	bool may_be_truncated;                  /* set on reading: the last position of the field is a letter */
};

/*
 * The name field: `width` characters without 0 at the end, padded with '<'.  primary and secondary ("" or NULL: none) are identifiers.
 * What fits is never cut.  Otherwise (our one method of those that 4.6 permits): when the primary identifier, "<<" and a letter fit,
 * the secondary identifier is cut at its end; where a separator would come last behind initials, the primary gives a letter more.
 * Else the components of the primary are shortened evenly, the longest first, until "<<" and the start of the secondary identifier
 * fit.  The last position is then a letter.  -1 FAIL_INPUT: no identifier, or nothing but single letters to cut.
 */
int mrz_name_field(const char *primary, const char *secondary, size_t width, char *out, struct err *err);
/* The reverse, for a field of `width` characters. */
int mrz_name_parse(struct bytes field, struct mrz_name *name, struct err *err);
/* Fills name from Unicode; secondary may be empty.  -1 FAIL_INPUT, naming which identifier and why. */
int mrz_name_from_unicode(struct bytes primary, struct bytes secondary, const struct translit_options *options, struct mrz_name *name,
	struct err *err);

#endif
