/*
 * translit.h - a name in Unicode into the letters of the MRZ.  Doc 9303-3 (8th ed.) 4.6 and section 6, tables A, B and C.
 *
 * An identifier (primary or secondary, not both) becomes components of A-Z joined by single '<'.  Input is normalised to NFC
 * and raised to upper case first.  Apostrophes are dropped and join their parts; hyphens, commas and spaces separate; other
 * punctuation is dropped.  Digits are refused: a numeral is written in letters (II).  A character without transliteration
 * is refused as U+XXXX: the officer supplies the transliteration then.
 */
#ifndef CATENA_DOC9303_TRANSLIT_H
#define CATENA_DOC9303_TRANSLIT_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum translit_language { /* whose exceptions of table B apply to Cyrillic letters */
	TRANSLIT_ANY,
	TRANSLIT_BELORUSSIAN,
	TRANSLIT_BULGARIAN,
	TRANSLIT_MACEDONIAN,
	TRANSLIT_SERBIAN,
	TRANSLIT_UKRAINIAN
};

/* Where table A leaves a choice the issuer makes it once, for all its documents. */
struct translit_options {
	enum { A_UMLAUT_AE,
		A_UMLAUT_A } a_umlaut;
	enum { A_RING_AA,
		A_RING_A } a_ring;
	enum { O_UMLAUT_OE,
		O_UMLAUT_O } o_umlaut;
	enum { U_UMLAUT_UE,
		U_UMLAUT_UXX,
		U_UMLAUT_U } u_umlaut;
	enum { N_TILDE_N,
		N_TILDE_NXX } n_tilde;
	enum translit_language cyrillic;
};
extern const struct translit_options translit_recommended; /* all zero: the first of each, no language exceptions */

/*
 * Appends the transliteration of `name` (UTF-8) to *out: matches [A-Z]+(<[A-Z]+)*.  -1 FAIL_INPUT, out as it was, when a character
 * has no transliteration or nothing is left; the sentence names the character, never the name.
 */
int translit_identifier(struct bytes name, const struct translit_options *options, struct buf *out, struct err *err);
/* True when `text` has the form that translit_identifier makes: for a transliteration supplied by an officer. */
bool translit_is_identifier(const char *text);

/*
 * What section 6 permits for one letter, whoever issued the document and in whatever language: for comparing a name with an MRZ that
 * somebody else made (mrzmatch.h).  c is upper case, of NFC text.
 */
enum translit_kind { TRANSLIT_UNKNOWN, /* no table has it */
	TRANSLIT_LETTER,
	TRANSLIT_SEPARATOR,
	TRANSLIT_DROPPED,  /* punctuation, marks, what is not encoded */
	TRANSLIT_DOUBLE }; /* the shadda: the code before it once more */
enum { TRANSLIT_MAX_CODES = 6 };
struct translit_codes {
	unsigned n;
	bool doubles; /* a shadda behind it repeats it: not a plain letter A to Z */
	char code[TRANSLIT_MAX_CODES][5];
};
enum translit_kind translit_permitted(uint32_t c, struct translit_codes *codes); /* *codes is filled for TRANSLIT_LETTER only */

#endif
