/*
 * namebook.h - names for invented civil acts, in four scripts, each with the ways in which people write it in Latin letters.
 * The lists are our own, from common knowledge of which names are frequent; the commonest stand first, so that rank and
 * Zipf's law give frequencies as real registers have them.  Names of a person are made of entries; a family name of a stem
 * and an ending, so that a few lists give thousands.
 *
 * An entry is "native|Latin|other Latin|...": form 0 is the name as its bearer writes it, the others are transliterations and
 * variant spellings.
 */
#ifndef CATENA_TESTS_NAMEBOOK_H
#define CATENA_TESTS_NAMEBOOK_H
#include <stddef.h>

enum script { SCRIPT_LATIN,
	SCRIPT_ARABIC,
	SCRIPT_CYRILLIC,
	SCRIPT_ETHIOPIC,
	SCRIPTS };

struct name_list {
	const char *const *entry;
	size_t n;
};

struct namebook {
	const char *name; /* "latin" */
	struct name_list male, female;
	struct name_list family;     /* whole family names, the frequent ones; may be empty */
	struct name_list stem;       /* of further family names */
	struct name_list ending;     /* "masculine|..." and, where it differs, the feminine endings in the same order below */
	struct name_list ending_f;   /* empty: the same */
	struct name_list patronymic; /* endings after a stem of `father`; empty: none */
	const char *const *father;   /* stem of the patronymic for each of male; NULL */
};
extern const struct namebook namebooks[SCRIPTS];

/* Appends form `form` of an entry; a form beyond the last counts on from the first Latin one.  form 0: native. */
void name_put(const char *entry, unsigned form, char *out, size_t size);

#endif
