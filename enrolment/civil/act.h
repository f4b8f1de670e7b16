/*
 * act.h - the declarations of all kinds of acts but birth (birth.h): their JSON forms and rules.  Pure: no database, no clock.
 *
 * One struct holds any of them; each kind has a table of fields that names the members it has (kinds.h), and a function for its rules.
 */
#ifndef CATENA_CIVIL_ACT_H
#define CATENA_CIVIL_ACT_H

#include "enrolment/civil/birth.h"

enum {
	ACT_DEATH_AGE_MAX = 130,
	ACT_MARRIAGE_AGE_MIN = 16,
	ACT_ADOPTER_AGE_MIN = 18, /* on the day of the judgment */
	ACT_ADOPTER_OLDER = 10,   /* than the child */
	ACT_FOUNDLING_AGE_MAX = 17,
	ACT_WITNESSES = 4,
	ACT_PARTIES = 8
};

struct act_judgment {
	char *court, *reference;
	struct date decided_on, final_on;
};
/* UN vital statistics items: tables of their own, no part of the act. */
struct act_items {
	char *cause_code; /* ICD-10 */
	int manner, place_kind, marital_status, education;
	bool has_manner, has_place_kind, has_marital_status, has_education;
	char *occupation;
	int64_t weight_g, gestation_weeks; /* of a foetal death */
};
struct civil_act {
	struct uuid office_id, notification_id;
	struct date declared_on;     /* today after the check when it was left out */
	struct birth_parent subject; /* deceased, child (recognition, legitimation), person */
	struct birth_parent first;   /* spouse_1, mother, adopter_1, parent */
	struct birth_parent second;  /* spouse_2, father, adopter_2 */
	bool has_first, has_second;
	struct birth_child child; /* of an adoption, as it is from now on; of a judicial birth; a foundling */
	bool has_child;
	struct birth_informant informant; /* or finder */
	bool has_informant;
	struct birth_informant witness[ACT_WITNESSES];
	bool has_witness[ACT_WITNESSES];
	struct act_judgment judgment;
	bool has_judgment;
	struct date event_on;     /* of death, delivery, marriage, recognition ...; unknown: the judgment's final_on is it */
	char *place, *place_text; /* code; NULL: the kind has none, or it is not known */
	char *about_number;       /* of the act that this one is about */
	struct birth_names new_names;
	int choice; /* form of a marriage or adoption, certifier of a death, ground of a change of name, role of a parent */
	bool has_choice;
	struct act_items statistics;
	bool has_statistics;
};

/* Field tables: what is declared, and what the act says. */
#define ACT_FIELDS(kind) extern const struct json_field act_##kind##_fields[], act_##kind##_content_fields[]
ACT_FIELDS(death);
ACT_FIELDS(foetal_death);
ACT_FIELDS(marriage);
ACT_FIELDS(divorce);
ACT_FIELDS(adoption);
ACT_FIELDS(recognition);
ACT_FIELDS(legitimation);
ACT_FIELDS(name_change);
ACT_FIELDS(judicial_birth);
ACT_FIELDS(judicial_death);
ACT_FIELDS(foundling);
#undef ACT_FIELDS

/* The rules of each kind that need no database: every breach with its JSON pointer, collected. */
typedef void act_check(struct civil_act *a, struct date today, struct err *found);
act_check act_check_death, act_check_foetal_death, act_check_marriage, act_check_divorce, act_check_adoption, act_check_recognition,
	act_check_legitimation, act_check_name_change, act_check_judicial_birth, act_check_judicial_death, act_check_foundling;
/* Before any of them: declared_on is filled in, and is not in the future. */
void act_check_common(struct civil_act *a, struct date today, struct err *found);

struct date act_event_on(const struct civil_act *a);
/* The role that the parent of a recognition has: "mother" or "father". */
const char *act_parent_role(const struct civil_act *a);
struct birth_statistics act_foetal_statistics(const struct civil_act *a);
struct death_statistics act_death_statistics(const struct civil_act *a);

#endif
