/*
 * mrzmatch.h - does a name of the register stand in this MRZ?  Doc 9303-3 (8th ed.) 4.6 and section 6.
 *
 * Whoever made the MRZ chose among the transliterations that section 6 permits (AE or A, ...; the exceptions of one language or another)
 * and among the ways to cut a name.  So the name is compared under all of them at once, instead of being composed and compared as text.
 */
#ifndef CATENA_DOC9303_MRZMATCH_H
#define CATENA_DOC9303_MRZMATCH_H
#include "registry/doc9303/mrzname.h"

enum mrz_match { MRZ_MATCH_NO,
	MRZ_MATCH_TRUNCATED, /* agrees as far as the MRZ goes, and the MRZ may have been cut: components shortened from their ends, the last ones left out */
	MRZ_MATCH_WHOLE };

/*
 * primary, secondary: UTF-8 as the register has them; secondary may be empty.  name: from mrz_name_parse (or mrz_parse).  0 and *match; -1
 * FAIL_INPUT when a character has no transliteration at all: then only letters that an officer gave can be compared, as text.
 */
int mrz_name_match(struct bytes primary, struct bytes secondary, const struct mrz_name *name, enum mrz_match *match, struct err *err);

#endif
