/*
 * civil.h - the civil register: declared acts, decisions on them, registered acts with their numbers, duplicate candidates.
 * Database role catena_civil.
 *
 * States, four eyes and insert-only are held by the database (0030-states.sql, 0040-persons.sql); these functions ask one
 * question each.  What an act says is JSON text made and read by enrolment/civil.  Texts in what is read are malloc'd; the
 * _clear functions free them and wipe what is personal.
 *
 * Why no duplicate slips through two registrations at the same moment: an act and its match keys are committed by its
 * declaration, before its registration can begin, and an undecided act is a candidate too.  Of two acts of one event the one
 * that was declared last therefore always meets the other.
 */
#ifndef CATENA_STORE_CIVIL_H
#define CATENA_STORE_CIVIL_H

#include <jansson.h>

#include "registry/store/db.h"

enum {
	ACT_NUMBER_TEXT = 40, /* OFFICE-KIND-YEAR-SERIAL-CHECK and 0 */
	ACT_STATE_TEXT = 16,
	ACT_KIND_TEXT = 24,
	ACT_CANDIDATES = 40 /* looked at most; those that share the rarest keys come first */
};

/* ---- declaration ---- */

struct act_party {
	const char *role;       /* child mother father informant deceased spouse_1 ... */
	struct uuid person_id;  /* all zero: nobody the registry knows */
	const char *confidence; /* proved matched asserted */
	const char *primary_name, *secondary_name;
	const char *sex; /* F M X or NULL */
	struct date date_of_birth;
	const char *uin, *birth_number; /* by which they are to be found; NULL: neither was given */
};

struct death_statistics {
	/* NULL: not stated */
	const char *cause_code, *manner, *place_kind, *marital_status, *education, *occupation;
};

struct birth_statistics {
	/* NULL and 0: not stated */
	int birth_weight_g, gestation_weeks, mother_children_born;
	const char *attendant, *place_kind, *mother_marital_status, *mother_education, *mother_occupation, *father_education,
		*father_occupation;
};

struct act_new {
	struct uuid id, version_id, office_id, officer_id;
	const char *kind;                          /* "birth" */
	struct uuid about_act_id, notification_id; /* all zero: none */
	struct bytes content;                      /* JSON */
	const struct act_party *party;
	size_t nparty;
	const int64_t *key; /* of registry/match */
	size_t nkey;
	const struct birth_statistics *statistics; /* NULL: none stated */
	const struct death_statistics *death;      /* likewise */
};
/* The act, its first version, parties, keys, statistics and the decision `declare`: queued, no round trip of its own. */
int act_declare(struct tx *tx, const struct act_new *act, struct err *err);

/*
 * Finds the person of each party that has a UIN or the number of a birth act, and sets person_id and confidence: proved when names, sex and
 * date agree with what the registry knows, matched when one of the names does.  A problem at /ROLE/uin or /ROLE/birth_number when there
 * is none, or someone else.  One round trip for each.
 */
int act_link_parties(struct tx *tx, struct act_party *party, size_t n, struct err *err);
/* The act of that number, of whichever office; a problem at the pointer when there is none. */
struct act_found {
	struct uuid act_id, person_id;
	char kind[ACT_KIND_TEXT];
	char state[ACT_STATE_TEXT];
};
int act_find_number(struct tx *tx, const char *number, const char *pointer, struct act_found *found, struct err *err);

/* An act that shares match keys, and may or may not be of the same event: the scoring decides. */
struct act_candidate {
	struct uuid id, office_id;
	char kind[ACT_KIND_TEXT];
	char state[ACT_STATE_TEXT];   /* declared, validated, approved or registered */
	char number[ACT_NUMBER_TEXT]; /* "" while it is not registered */
	json_t *content;
	bool is_overridden; /* an officer found, for this pair, that it is another event */
};
struct act_candidates {
	struct act_candidate *item;
	size_t n;
};
void act_candidates_clear(struct act_candidates *c);

struct act_declare_check {
	bool office_is_civil; /* the office is there and a civil registration office */
	bool place_exists;
	bool place_was_valid; /* on some day of the date */
	struct act_candidates candidates;
};
/* What must be known before a declaration, in one round trip.  event_on has at least a year; place_code NULL: none.  Caller: act_candidates_clear. */
int act_declare_check(struct tx *tx, const struct uuid *office_id, const char *place_code, struct date event_on, const int64_t *key,
	size_t nkey, struct act_declare_check *check, struct err *err);

/* ---- reading ---- */

struct act {
	struct uuid id, office_id, officer_id; /* officer_id: who declared it */
	char kind[ACT_KIND_TEXT];
	char state[ACT_STATE_TEXT];
	char created_at[32]; /* RFC 3339, UTC */
	struct uuid version_id;
	int version;
	json_t *content;
	char number[ACT_NUMBER_TEXT]; /* "" when it was never registered */
	struct uuid person_id;        /* whom it is about; all zero when it was never registered */
	char registered_at[32];
	/* act_history */
	json_t *decisions; /* array of { event, officer_id, reason?, from_state, to_state, decided_at } */
	json_t *versions;  /* array of { version, officer_id, created_at } */
	json_t *overrides; /* array of { candidate_id, score, officer_id, reason, created_at } */
};
void act_clear(struct act *act);

/*
 * Latest version and state; FAIL_NOT_FOUND.  *act must be zeroed; caller: act_clear.  Of an act that the officer of the transaction may not see
 * (officer_act_as) there is no more than what it is, of what office and in what state: no version, no content.
 */
int act_read(struct tx *tx, const struct uuid *id, const char *kind, struct act *act, struct err *err);
int act_read_number(struct tx *tx, const char *number, struct act *act, struct err *err);
/* Fills decisions, versions and overrides of an act that was read. */
int act_history(struct tx *tx, struct act *act, struct err *err);

/*
 * One page of an office's acts in the order of declaration, each with its party of that role, after `after` unless NULL; state NULL: all.  Array of { id, kind,
 * state, number?, created_at, primary_name, secondary_name?, date_of_birth? } and whether there are more.
 */
int act_list(struct tx *tx, const char *kind, const char *role, const struct uuid *office_id, const char *state, const struct uuid *after,
	unsigned limit, json_t **items, bool *more, struct err *err);

/* ---- registration ---- */

struct act_registering {
	struct act_candidates candidates;
	char office_code[9];
	int year, serial;      /* serial 0: its state does not allow registration */
	struct uuid person_id; /* the linked party of the role; all zero: none */
};
/* Candidates of an act that was read, by the keys of what it says now.  Caller: act_candidates_clear. */
int act_find_candidates(struct tx *tx, const struct act *act, const int64_t *key, size_t nkey, struct act_candidates *c, struct err *err);
/*
 * The same, and the next number of the office's series for `year`, in one round trip.  The series stays locked until the
 * transaction ends; one that fails gives the number back, so there are no gaps.  Caller: act_candidates_clear of r->candidates.
 */
int act_begin_registration(struct tx *tx, const struct act *act, const char *role, const int64_t *key, size_t nkey, int year,
	struct act_registering *r, struct err *err);
/*
 * The decisions (`validate` first when the act is only declared), the person, and the number, made here: act->number, act->person_id.  Whom the act
 * is about is the linked party of the role given to act_begin_registration, or somebody new.  Queued; FAIL_CONFLICT when it is sent.
 */
int act_register(struct tx *tx, struct act *act, const struct act_registering *r, const struct uuid *officer_id, struct err *err);

/* ---- decisions; queued, FAIL_CONFLICT when they are sent: state, four eyes ---- */

/* event: validate, approve, reject, annul, reinstate; on the version that was read.  An annulment or reinstatement goes to the outbox too. */
int act_decide(struct tx *tx, const struct act *act, const char *event, const struct uuid *officer_id, const char *reason,
	struct err *err);
int act_override(struct tx *tx, const struct act *act, const struct uuid *candidate_id, int score, const struct uuid *officer_id,
	const char *reason, struct err *err);

/* The letter of a kind in act numbers; '0' when there is no such kind.  The same as in act_kind. */
char act_kind_letter(const char *kind);
/* OFFICE-KIND-YEAR-SERIAL-CHECK: "ZEN1-B-2026-000017-K"; ISO/IEC 7064 MOD 37,36 over all before it but the hyphens. */
int act_number_format(const char *office_code, const char *kind, int year, int serial, char number[ACT_NUMBER_TEXT], struct err *err);
bool act_number_valid(const char *number);

extern const struct query civil_queries[];

#endif
