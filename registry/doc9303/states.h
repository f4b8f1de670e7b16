/*
 * states.h - issuing States, organisations and nationalities.  Doc 9303-3 (8th ed.) section 5: ISO 3166-1 and its additions.
 *
 * A code is one to three capital letters without fillers: "UTO", "FRA", "D" (Germany; never DEU in an MRZ).
 */
#ifndef CATENA_DOC9303_STATES_H
#define CATENA_DOC9303_STATES_H
#include <stdbool.h>
#include <stddef.h>

enum state_use {
	STATE_ISSUER = 1,      /* may stand as the issuing State or organisation of a new document */
	STATE_NATIONALITY = 2, /* may stand as the nationality in a new document */
	STATE_READ_ONLY = 4,   /* withdrawn: only met in old documents */
	STATE_SPECIMEN = 8     /* UTO: specimens only */
};

struct state {
	char code[4];     /* as in the MRZ, without fillers */
	char alpha2[3];   /* for certificates and file names (Doc 9303-12); "" when there is none */
	unsigned uses;    /* enum state_use, or'ed */
	const char *name; /* English short name */
};

extern const struct state states[]; /* in order of code */
extern const size_t nstates;

const struct state *states_find(const char *code); /* NULL when unknown */
bool states_valid_issuer(const char *code);        /* for a document that is issued now */
bool states_valid_nationality(const char *code);
const char *states_two_letter(const char *code);              /* "UT" for "UTO"; NULL when unknown or none */
const struct state *states_of_two_letter(const char *alpha2); /* the State itself: "GB" is GBR; NULL when unknown */

#endif
