/*
 * actgen.h - invented births for benchmarks and quality tables: any number, the same for the same seed, each made by its number
 * alone.  Names come from namebook.h with Zipf's frequencies; families hold together (surnames, patronymics, fathers' names);
 * 2 % of the births and 6 % of the parents' are dated 1 January, as where dates are not known; 3 % have no father.
 *
 * A record is what some clerk wrote of a birth.  gen_vary writes another record with one known difference, of the same birth or
 * of another that is easily taken for it: the label of the pair.
 */
#ifndef CATENA_TESTS_ACTGEN_H
#define CATENA_TESTS_ACTGEN_H
#include "registry/match/score.h"
#include "tests/bench/namebook.h"

enum { GEN_NAME = 256,
	GEN_WORDS = 3,
	GEN_PLACES = 300 };

struct gen_random {
	uint64_t state;
};
uint64_t gen_next(struct gen_random *r);
unsigned gen_below(struct gen_random *r, unsigned n); /* 0 .. n - 1 */

struct gen_words {
	unsigned n;
	struct {
		const char *stem, *ending; /* entries of namebook.h; ending may be NULL */
	} word[GEN_WORDS];
};
struct gen_person {
	struct gen_words primary, secondary; /* n 0: not known */
	struct date birth;
};
struct gen_birth {
	enum script script;
	struct gen_person child, mother, father;
	char sex;
	unsigned place;
	int multiplicity, order;
};
void gen_birth(uint64_t seed, uint64_t i, struct gen_birth *b);

/* What was written. */
struct gen_text {
	char primary[GEN_NAME], secondary[GEN_NAME];         /* "": not known */
	char mrz_primary[GEN_NAME], mrz_secondary[GEN_NAME]; /* "": none was given */
	struct date birth;
};
struct gen_record {
	enum script script; /* of the family, whatever letters the clerk used */
	struct gen_text child, mother, father;
	char sex;
	char place[16];
	int multiplicity, order;
};
/* form 0: in the family's own script; else in Latin letters, the spelling of that form (namebook.h). */
void gen_write(const struct gen_birth *b, unsigned form, struct gen_record *out);

enum gen_kind { GEN_SAME,   /* written again as it was */
	GEN_TRANSLITERATED, /* in Latin letters (a Latin name: spelt otherwise) */
	GEN_SPELLED,        /* other spellings of the same script: hamza, homophones, marks left out, letters doubled */
	GEN_SWAPPED,        /* names in each other's place */
	GEN_ORDER,          /* a further given name left out, or the words in another order */
	GEN_TYPED,          /* two slips of the finger in names */
	GEN_DATED,          /* one slip in the child's date, or only its year known */
	GEN_NO_FATHER,
	GEN_NO_MOTHER,
	GEN_TWO, /* two of the above */
	GEN_DUPLICATES,
	GEN_TWIN = GEN_DUPLICATES, /* from here on another birth */
	GEN_SIBLING,               /* a year or more later */
	GEN_COUSIN,                /* same names and surname, the fathers brothers, born within some months */
	GEN_NAMESAKE,              /* same names, same day, other parents */
	GEN_KINDS };
extern const char *const gen_kinds[GEN_KINDS];
void gen_vary(const struct gen_birth *b, enum gen_kind kind, struct gen_random *r, struct gen_record *out);

int gen_match(const struct gen_record *r, struct match_birth *m, struct err *err);
/* The content of the act as JSON (enrolment/civil/birth.h), appended; with office_id it is the body of a declaration. */
void gen_json(const struct gen_record *r, const char *office_id, struct buf *out);

#endif
