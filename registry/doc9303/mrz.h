/*
 * mrz.h - machine readable zone.  Pure: no I/O, no clock, no allocation.  Doc 9303-3 (8th ed.) 4.3 characters, 4.8 dates, 4.9 check
 * digits; Doc 9303-4 4.2.2 positions of TD3 (passport booklet, two lines of 44), 4.4 document codes.
 *
 * Lines stand one after the other without separators.  In structs fillers at the end of a field are taken off, State codes are as in
 * states.h ("D"), unspecified sex is 'X', identifiers are components joined by '<' (translit.h).
 */
#ifndef CATENA_DOC9303_MRZ_H
#define CATENA_DOC9303_MRZ_H
#include "registry/base/date.h"
#include "registry/doc9303/mrzname.h"

enum {
	MRZ_TD3_WIDTH = 44,
	MRZ_TD3_LEN = 88,
	MRZ_TD3_NAME = 39, /* width of the name field */
	MRZ_MAX_LEN = 90,  /* the longest MRZ of all forms: TD1 */
	MRZ_KEY_LEN = 24   /* number, birth, expiry, each with its digit: the MRZ information of BAC and PACE */
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
