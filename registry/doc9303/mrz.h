/*
 * mrz.h - machine readable zone of all five forms, written and read.  Pure: no I/O, no clock, no allocation.
 * Doc 9303-3 (8th ed.) 4.3 characters, 4.6 names, 4.8 dates, 4.9 check digits; positions: Doc 9303-4 4.2.2 (TD3, passport booklet),
 * 9303-5 4.2.2 (TD1, card), 9303-6 4.2.2 (TD2), 9303-7 (MRV-A, MRV-B, visas).
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
	MRZ_TD3_NAME = 39,   /* width of the name field */
	MRZ_MAX_LEN = 90,    /* the longest MRZ of all forms: TD1 */
	MRZ_MAX_NUMBER = 22, /* TD1: 9 in their place, 13 in the optional field */
	MRZ_KEY_LEN = 24,    /* number, birth, expiry, each with its digit: the MRZ information of BAC and PACE */
	MRZ_MAX_KEY = MRZ_KEY_LEN + MRZ_MAX_NUMBER - 9
};

enum mrz_form { MRZ_TD3, /* 2 x 44 */
	MRZ_TD2,         /* 2 x 36 */
	MRZ_TD1,         /* 3 x 30 */
	MRZ_MRVA,        /* 2 x 44, visa */
	MRZ_MRVB,        /* 2 x 36, visa */
	MRZ_FORMS };
const char *mrz_form_name(enum mrz_form form); /* "TD3", ..., "MRV-B" */
unsigned mrz_form_width(enum mrz_form form);   /* characters of a line */
unsigned mrz_form_lines(enum mrz_form form);   /* 2 or 3 */
unsigned mrz_form_name_width(enum mrz_form form);
/* By length and first letter; -1 FAIL_INPUT when no form is so long. */
int mrz_form_of(struct bytes lines, enum mrz_form *form, struct err *err);

struct mrz {
	enum mrz_form form;
	char code[3];   /* "PP", "PD", ... or "P"; "I", "AC", ...; "V" */
	char issuer[4]; /* issuing State or organisation */
	struct mrz_name name;
	char number[MRZ_MAX_NUMBER + 1]; /* A-Z 0-9, '<' inside for characters the MRZ does not have; over 9: TD1 to 22, TD2 to 14 */
	char nationality[4];
	struct date birth;  /* what is not known is '<' */
	char sex;           /* 'F', 'M', 'X' */
	struct date expiry; /* always a day; of a visa "valid until" */
	char optional[17];  /* TD3: personal number, 14; TD2 7; TD1 line 1, 15; MRV-A 16; MRV-B 8; less where a long number needs the room */
	char optional2[12]; /* TD1 line 2: 11; others "" */
};

/* Weights 7 3 1 from the left, sum modulo 10: '0'..'9'; or 0 when a character is not of the MRZ.  At most 1000 characters. */
char mrz_check_digit(struct bytes field);
/* Whether every character is A-Z, 0-9 or '<'. */
bool mrz_is_alphabet(struct bytes text);
/* A number as a document prints it, for the MRZ: raised to upper case, blanks and special characters become '<' (Doc 9303-3 4.3).  -1: too long. */
int mrz_number(const char *printed, char out[MRZ_MAX_NUMBER + 1], struct err *err);

/*
 * Writes the form's characters and a 0.  For a document issued now: State codes and document codes must be those of today's rules.  A number
 * over 9 characters goes on in the optional field, with its digit and one '<' (Doc 9303-5 4.2.2, 9303-6 4.2.2); TD3 and visas have no room
 * for it and are refused.
 */
int mrz_compose(const struct mrz *mrz, char out[MRZ_MAX_LEN + 1], struct err *err);
/*
 * All check digits of the form must agree and every position must hold a character of its class; the form is mrz_form_of the lines.
 * Two-digit years: birth is the latest year that is not after `today`; expiry the year nearest to today's.  A birth date whose
 * month or year is filler keeps only what stands before it.  -1 FAIL_INPUT naming field, line and column; *mrz untouched.
 */
int mrz_parse(struct bytes lines, struct date today, struct mrz *mrz, struct err *err);
/*
 * The MRZ information that opens the chip: number, birth and expiry with their check digits, and a 0; 24 characters, more with a long
 * number.  Check digits are taken as they stand.  -1 FAIL_INPUT: a visa, which has no chip, or no MRZ.
 */
int mrz_key(struct bytes lines, char out[MRZ_MAX_KEY + 1], struct err *err);
/*
 * Puts a personal number where the form of *mrz has room for one: TD3, and TD1 as far as a long document number leaves it.  Elsewhere, and on
 * visas, it stays out.  Issuance and who verifies a descent make the same machine readable zone by it.
 */
void mrz_put_personal_number(struct mrz *mrz, const char *number);
/*
 * Whether a document of this code may be issued on that day until that expiry: Doc 9303-4 4.4 (second letters of passports since 2026,
 * obligatory from 2028; "P" alone must expire before 2038), 9303-5 and -6 4.2.2, 9303-7.  -1 FAIL_INPUT with the rule.
 */
int mrz_check_code(enum mrz_form form, const char *code, struct date issued_on, struct date expiry, struct err *err);

/* ---- the passport booklet alone ---- */

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
/* As mrz_compose: 88 characters and a 0. */
int mrz_td3_compose(const struct mrz_td3 *mrz, char out[MRZ_TD3_LEN + 1], struct err *err);
/* As mrz_parse; exactly 88 octets that begin with P. */
int mrz_td3_parse(struct bytes lines, struct date today, struct mrz_td3 *mrz, struct err *err);
/* The MRZ information of a booklet: 24 characters and a 0. */
void mrz_td3_key(const char lines[MRZ_TD3_LEN], char out[MRZ_KEY_LEN + 1]);

#endif
