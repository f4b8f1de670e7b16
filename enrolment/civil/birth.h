/*
 * birth.h - the declaration of a live birth: its JSON form, its rules, and what the duplicate search takes from it.
 * Pure: no database, no clock.
 *
 * Names stand as entered (NFC, any script); mrz_primary and mrz_secondary are a transliteration given by the officer
 * (Doc 9303-3 section 6), needed for the child when the names have none of their own.  Unknown members are left out.
 */
#ifndef CATENA_CIVIL_BIRTH_H
#define CATENA_CIVIL_BIRTH_H

#include "registry/base/json.h"
#include "registry/match/score.h"
#include "registry/store/civil.h"

enum {
	BIRTH_NAME_MAX = 200, /* characters */
	BIRTH_YEAR_MIN = 1800,
	BIRTH_MOTHER_AGE_MIN = 10,
	BIRTH_MOTHER_AGE_MAX = 60,
	BIRTH_FATHER_AGE_MIN = 12,
	BIRTH_FATHER_AGE_MAX = 100,
	BIRTH_MULTIPLICITY_MAX = 10,
	BIRTH_PARTIES = 4
};

struct birth_names {
	char *primary_name, *secondary_name, *name_local, *mrz_primary, *mrz_secondary; /* but the first may be NULL */
};
struct birth_child {
	struct birth_names names;
	int sex; /* index of birth_sexes */
	struct date date_of_birth;
	char *place_of_birth;              /* place code */
	char *place_text;                  /* where exactly; may be NULL */
	int64_t multiplicity, birth_order; /* 1 and 1 after birth_check when they were left out */
};
/* A parent, and whoever else takes part in an act. */
struct birth_parent {
	struct birth_names names;
	int sex; /* index of birth_sexes, when has_sex; parents have none */
	bool has_sex;
	struct date date_of_birth;
	char *nationality;  /* Doc 9303-3 section 5; may be NULL */
	char *uin;          /* who they are, proved by one of these; may be NULL */
	char *birth_number; /* number of the act of their birth */
};
struct birth_informant {
	char *name;
	int relation;
};
/* UN vital statistics items (Principles and Recommendations, Rev. 3): a table of their own, no part of the act. */
struct birth_items {
	int64_t birth_weight_g, gestation_weeks, mother_children_born;
	int place_kind, mother_marital_status, mother_education, father_education;
	bool has_place_kind, has_mother_marital_status, has_mother_education, has_father_education;
	char *mother_occupation, *father_occupation;
};
struct birth {
	struct uuid office_id, notification_id; /* the notification that is taken up; all zero: none */
	struct date declared_on;                /* today after birth_check when it was left out */
	struct birth_child child;
	struct birth_parent mother;
	struct birth_parent father; /* only when has_father */
	bool has_father;            /* false: not known */
	struct birth_informant informant;
	int attendant;
	bool has_attendant;
	struct birth_items statistics;
	bool has_statistics;
};

extern const struct json_field birth_fields[];         /* the body of a declaration */
extern const struct json_field birth_content_fields[]; /* what the act says: without office and statistics */
extern const char *const birth_sexes[];                /* F M X */
/* Members that other kinds of acts have too: of struct birth_child, birth_informant, birth_parent. */
extern const struct json_field birth_child_fields[], birth_informant_fields[], birth_parent_fields[];

/* Names, nationality and numbers of a person, every breach with its pointer below `at`; transliterated: they need a transliteration. */
void birth_check_names(const struct birth_names *n, const char *at, bool transliterated, struct err *err);
void birth_check_person(const struct birth_parent *p, const char *at, struct err *err);
/* That they were so old on that day, as far as dates are known; `what` it was: "the child's birth". */
void birth_check_age(const struct birth_parent *p, const char *at, struct date on, int least, int most, const char *what, struct err *err);
void birth_check_child(struct birth_child *c, struct date declared_on, struct date today, struct err *err);
int birth_match_person(const struct birth_names *n, struct date birth, struct match_person *p, struct err *err);
struct act_party birth_party(const char *role, const struct birth_parent *p);

/*
 * The rules that need no database, every breach with its JSON pointer; fills in what may be left out.  That the place was there
 * on the day is birth_check_place's: pointer NULL: no place was given.
 */
int birth_check(struct birth *b, struct date today, struct err *err);
int birth_check_place(const struct act_declare_check *check, const char *pointer, struct err *err);
void birth_clear(struct birth *b);

/* The content of an act version, canonical JSON appended to *out. */
int birth_content(const struct birth *b, struct buf *out, struct err *err);
/* *b must be zeroed; caller: birth_clear.  FAIL_INTERNAL: the registry holds what no declaration can have made. */
int birth_of_content(json_t *content, struct birth *b, struct err *err);
int birth_match(const struct birth *b, struct match_birth *match, struct err *err);
/* Who takes part, borrowed from *b; returns how many. */
size_t birth_parties(const struct birth *b, struct act_party party[BIRTH_PARTIES]);
struct birth_statistics birth_statistics_of(const struct birth *b);

#endif
