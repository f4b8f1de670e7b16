/*
 * mrz.h - machine readable zone.  Pure: no I/O, no clock, no allocation.  Doc 9303-3 (8th ed.) 4.3 characters, 4.6 names,
 * 4.8 dates, 4.9 check digits; Doc 9303-4 4.2.2 positions of TD3 (passport booklet, two lines of 44), 4.4 document codes.
 *
 * Lines stand one after the other without separators.  In structs fillers at the end of a field are taken off, State codes are as in
 * states.h ("D"), unspecified sex is 'X', identifiers are components joined by '<' (translit.h).
 */
#ifndef CATENA_DOC9303_MRZ_H
#define CATENA_DOC9303_MRZ_H
#include "registry/base/date.h"
#include "registry/doc9303/translit.h"

enum {
	MRZ_TD3_WIDTH = 44,
	MRZ_TD3_LEN = 88,
	MRZ_TD3_NAME = 39,        /* width of the name field */
	MRZ_MAX_LEN = 90,         /* the longest MRZ of all forms: TD1 */
	MRZ_IDENTIFIER_MAX = 800, /* 200 characters of the VIZ at up to four letters each */
	MRZ_KEY_LEN = 24          /* number, birth, expiry, each with its digit: the MRZ information of BAC and PACE */
};

struct mrz_name {
	char primary[MRZ_IDENTIFIER_MAX + 1];
	char secondary[MRZ_IDENTIFIER_MAX + 1]; /* "" when there is none */
	bool may_be_truncated;                  /* set on reading: the last position of the field is a letter */
};

struct mrz_td3 {
	char code[3];   /* "PP", "PD", ... or "P" */
	char issuer[4]; /* issuing State or organisation */
	struct mrz_name name;
	char number[10]; /* 1..9 of A-Z 0-9, '<' inside for characters the MRZ does not have */
	char nationality[4];
	struct date birth;  /* what is not known is '<' */
	char sex;           /* 'F', 'M', 'X' */
	struct date expiry; /* always a day */
	char optional[15];  /* personal number, 0..14 of A-Z 0-9 < */
};

/* Weights 7 3 1 from the left, sum modulo 10: '0'..'9'; or 0 when a character is not of the MRZ. */
char mrz_check_digit(struct bytes field);
/* Whether every character is A-Z, 0-9 or '<'. */
bool mrz_is_alphabet(struct bytes text);

/*
 * The name field: `width` characters without 0 at the end, padded with '<'.  primary and secondary ("" or NULL: none) are identifiers.
 * What fits is never cut.  Otherwise (our one method of those that 4.6 permits): when the primary identifier, "<<" and a letter fit,
 * the secondary identifier is cut at the end; else the components of the primary are shortened evenly, the longest first, until "<<" and
 * the start of the secondary identifier fit.  The last position is then a letter.
 */
int mrz_name_field(const char *primary, const char *secondary, size_t width, char *out, struct err *err);
/* The reverse, for a field of `width` characters. */
int mrz_name_parse(struct bytes field, struct mrz_name *name, struct err *err);
/* Fills name from Unicode; secondary may be empty.  -1 FAIL_INPUT, naming which identifier and why. */
int mrz_name_from_unicode(struct bytes primary, struct bytes secondary, const struct translit_options *options, struct mrz_name *name,
	struct err *err);

/* Writes 88 characters and a 0.  For a document issued now: State codes and document codes must be those of today's rules. */
int mrz_td3_compose(const struct mrz_td3 *mrz, char out[MRZ_TD3_LEN + 1], struct err *err);
/*
 * `lines` is exactly 88 octets, line 1 then line 2.  All five check digits must agree and every position must hold a character of its
 * class.  Two-digit years: birth is the latest year that is not after `today`; expiry the year nearest to today's.  A birth date whose
 * month or year is filler keeps only what stands before it.  -1 FAIL_INPUT naming field, line and column; *mrz untouched.
 */
int mrz_td3_parse(struct bytes lines, struct date today, struct mrz_td3 *mrz, struct err *err);
/* The MRZ information that opens the chip: number, birth and expiry with their check digits; 24 characters and a 0. */
void mrz_td3_key(const char lines[MRZ_TD3_LEN], char out[MRZ_KEY_LEN + 1]);

#endif
