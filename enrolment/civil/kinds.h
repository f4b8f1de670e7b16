/*
 * kinds.h - the kinds of civil acts as one table: what is declared, its rules, who takes part, what the duplicate search takes from it.  All handlers
 * work from it; the database has its own half (table act_kind), and a test holds the two against each other.  Pure.
 */
#ifndef CATENA_CIVIL_KINDS_H
#define CATENA_CIVIL_KINDS_H

#include "enrolment/civil/act.h"

/* A declaration of any kind; kind_clear. */
struct declaration {
	const struct act_kind *kind;
	union {
		struct birth birth;
		struct civil_act act;
	} u;
};

struct act_kind {
	const char *name;          /* "death" */
	const char *register_name; /* "deaths": the first segment of its paths */
	const struct json_field *fields, *content_fields;
	act_check *check;                                      /* NULL: birth_check */
	const char *about;                                     /* JSON pointer of the number of the act that it is about; NULL: none */
	const char *place;                                     /* JSON pointer of its place; NULL: none */
	const char *subject;                                   /* the role of whom the act is about */
	bool is_new_person;                                    /* who comes into the registry with the act */
	int search;                                            /* acts of one group may be the same event: 0 births */
	const char *subject_name, *first, *second, *informant; /* roles of these members; NULL: the kind has none */
};
extern const struct act_kind act_kinds[];                  /* ends with name NULL; births first */
const struct act_kind *kind_of_name(const char *name);     /* NULL: none */
const struct act_kind *kind_of_register(const char *name); /* "deaths", or the first segment of "/deaths/{id}" */

/* From the body of a declaration; *d must be zeroed but for kind. */
int declaration_of_json(json_t *body, struct declaration *d, struct err *err);
/* From the content of an act; FAIL_INTERNAL: the registry holds what no declaration can have made. */
int declaration_of_content(json_t *content, struct declaration *d, struct err *err);
void declaration_clear(struct declaration *d);

int declaration_check(struct declaration *d, struct date today, struct err *err);
int declaration_content(const struct declaration *d, struct buf *out, struct err *err);
int declaration_match(const struct declaration *d, struct match_birth *match, struct err *err);
/* Match keys of the kind's group. */
size_t declaration_keys(const struct declaration *d, const struct match_birth *match, int64_t key[MATCH_KEYS]);
/* Borrowed from *d; how many. */
size_t declaration_parties(const struct declaration *d, struct act_party party[ACT_PARTIES]);
const struct uuid *declaration_office(const struct declaration *d);
const struct uuid *declaration_notification(const struct declaration *d);
struct date declaration_event_on(const struct declaration *d);
struct date declaration_place_on(const struct declaration *d);     /* the day on which the place must have been there */
const char *declaration_place(const struct declaration *d);        /* NULL: none */
const char *declaration_about_number(const struct declaration *d); /* NULL: none */

#endif
