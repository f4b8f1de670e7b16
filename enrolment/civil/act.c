#include "enrolment/civil/act.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const certifiers[] = { "physician", "coroner", "other", "none", NULL };
static const char *const marriage_forms[] = { "civil", "religious", "customary", NULL };
static const char *const adoption_forms[] = { "full", "simple", NULL };
static const char *const parent_roles[] = { "mother", "father", NULL };
static const char *const grounds[] = { "marriage", "divorce", "court", "administrative", "other", NULL };
static const char *const manners[] = { "natural", "accident", "suicide", "homicide", "undetermined", NULL };
static const char *const place_kinds[] = { "hospital", "clinic", "home", "other", NULL };
static const char *const marital[] = { "single", "married", "widowed", "divorced", "separated", "union", NULL };
static const char *const education[] = { "none", "primary", "lower_secondary", "upper_secondary", "tertiary", NULL };

/* ---- fields ---- */

#define AT(member)     offsetof(struct civil_act, member)
#define OPTIONAL_AT(m) JSON_OPTIONAL, 0, 0, NULL, person_fields, 0, AT(m)

/* clang-format off */
#define P(member) offsetof(struct birth_parent, member)
static const struct json_field person_fields[] = {
	{ "primary_name", JSON_T_NAME, P(names.primary_name), 0, 1, BIRTH_NAME_MAX },
	{ "secondary_name", JSON_T_NAME, P(names.secondary_name), JSON_OPTIONAL, 1, BIRTH_NAME_MAX },
	{ "name_local", JSON_T_NAME, P(names.name_local), JSON_OPTIONAL, 1, BIRTH_NAME_MAX },
	{ "mrz_primary", JSON_T_TEXT, P(names.mrz_primary), JSON_OPTIONAL, 1, BIRTH_NAME_MAX },
	{ "mrz_secondary", JSON_T_TEXT, P(names.mrz_secondary), JSON_OPTIONAL, 1, BIRTH_NAME_MAX },
	{ "sex", JSON_T_ENUM, P(sex), JSON_OPTIONAL, 0, 0, birth_sexes, NULL, 0, P(has_sex) },
	{ "date_of_birth", JSON_T_DATE, P(date_of_birth), JSON_OPTIONAL, DATE_YEAR },
	{ "nationality", JSON_T_CODE, P(nationality), JSON_OPTIONAL, 1, 3 },
	{ "uin", JSON_T_CODE, P(uin), JSON_OPTIONAL, 1, 12 },
	{ "birth_number", JSON_T_CODE, P(birth_number), JSON_OPTIONAL, 1, ACT_NUMBER_TEXT - 1 },
	{ NULL }
};
#define N(member) offsetof(struct birth_names, member)
static const struct json_field names_fields[] = {
	{ "primary_name", JSON_T_NAME, N(primary_name), 0, 1, BIRTH_NAME_MAX },
	{ "secondary_name", JSON_T_NAME, N(secondary_name), JSON_OPTIONAL, 1, BIRTH_NAME_MAX },
	{ "name_local", JSON_T_NAME, N(name_local), JSON_OPTIONAL, 1, BIRTH_NAME_MAX },
	{ "mrz_primary", JSON_T_TEXT, N(mrz_primary), JSON_OPTIONAL, 1, BIRTH_NAME_MAX },
	{ "mrz_secondary", JSON_T_TEXT, N(mrz_secondary), JSON_OPTIONAL, 1, BIRTH_NAME_MAX },
	{ NULL }
};
static const struct json_field witness_fields[] = {
	{ "name", JSON_T_NAME, offsetof(struct birth_informant, name), 0, 1, BIRTH_NAME_MAX },
	{ NULL }
};
#define J(member) offsetof(struct act_judgment, member)
static const struct json_field judgment_fields[] = {
	{ "court", JSON_T_NAME, J(court), 0, 1, 200 },
	{ "reference", JSON_T_TEXT, J(reference), 0, 1, 64 },
	{ "decided_on", JSON_T_DATE, J(decided_on), 0, DATE_DAY },
	{ "final_on", JSON_T_DATE, J(final_on), 0, DATE_DAY },
	{ NULL }
};
#define I(member) offsetof(struct act_items, member)
static const struct json_field death_items[] = {
	{ "cause_code", JSON_T_CODE, I(cause_code), JSON_OPTIONAL, 3, 8 },
	{ "manner", JSON_T_ENUM, I(manner), JSON_OPTIONAL, 0, 0, manners, NULL, 0, I(has_manner) },
	{ "place_kind", JSON_T_ENUM, I(place_kind), JSON_OPTIONAL, 0, 0, place_kinds, NULL, 0, I(has_place_kind) },
	{ "marital_status", JSON_T_ENUM, I(marital_status), JSON_OPTIONAL, 0, 0, marital, NULL, 0, I(has_marital_status) },
	{ "education", JSON_T_ENUM, I(education), JSON_OPTIONAL, 0, 0, education, NULL, 0, I(has_education) },
	{ "occupation", JSON_T_NAME, I(occupation), JSON_OPTIONAL, 1, 100 },
	{ NULL }
};
static const struct json_field foetal_items[] = {
	{ "weight_g", JSON_T_INT, I(weight_g), JSON_OPTIONAL, 100, 9000 },
	{ "gestation_weeks", JSON_T_INT, I(gestation_weeks), JSON_OPTIONAL, 15, 48 },
	{ "place_kind", JSON_T_ENUM, I(place_kind), JSON_OPTIONAL, 0, 0, place_kinds, NULL, 0, I(has_place_kind) },
	{ "mother_marital_status", JSON_T_ENUM, I(marital_status), JSON_OPTIONAL, 0, 0, marital, NULL, 0, I(has_marital_status) },
	{ "mother_education", JSON_T_ENUM, I(education), JSON_OPTIONAL, 0, 0, education, NULL, 0, I(has_education) },
	{ "mother_occupation", JSON_T_NAME, I(occupation), JSON_OPTIONAL, 1, 100 },
	{ NULL }
};

#define HEAD \
	{ "office_id", JSON_T_UUID, AT(office_id) }, \
	{ "notification_id", JSON_T_UUID, AT(notification_id), JSON_OPTIONAL }
#define DECLARED_ON             { "declared_on", JSON_T_DATE, AT(declared_on), JSON_OPTIONAL, DATE_DAY }
#define SUBJECT(name)           { name, JSON_T_OBJECT, AT(subject), 0, 0, 0, NULL, person_fields }
#define FIRST(name)             { name, JSON_T_OBJECT, AT(first), 0, 0, 0, NULL, person_fields, 0, AT(has_first) }
#define FIRST_IF_KNOWN(name)    { name, JSON_T_OBJECT, AT(first), OPTIONAL_AT(has_first) }
#define SECOND(name)            { name, JSON_T_OBJECT, AT(second), 0, 0, 0, NULL, person_fields, 0, AT(has_second) }
#define SECOND_IF_KNOWN(name)   { name, JSON_T_OBJECT, AT(second), OPTIONAL_AT(has_second) }
#define CHILD                   { "child", JSON_T_OBJECT, AT(child), 0, 0, 0, NULL, birth_child_fields, 0, AT(has_child) }
#define INFORMANT(name, fields) { name, JSON_T_OBJECT, AT(informant), 0, 0, 0, NULL, fields, 0, AT(has_informant) }
#define WITNESS(name, i, flags) { name, JSON_T_OBJECT, AT(witness[i]), flags, 0, 0, NULL, witness_fields, 0, AT(has_witness[i]) }
#define JUDGMENT(flags)         { "judgment", JSON_T_OBJECT, AT(judgment), flags, 0, 0, NULL, judgment_fields, 0, AT(has_judgment) }
#define EVENT(name, least)      { name, JSON_T_DATE, AT(event_on), 0, least }
#define PLACE(name, flags)      { name, JSON_T_CODE, AT(place), flags, 1, 24 }
#define PLACE_TEXT              { "place_text", JSON_T_NAME, AT(place_text), JSON_OPTIONAL, 1, 200 }
#define ABOUT(name, flags)      { name, JSON_T_CODE, AT(about_number), flags, 1, ACT_NUMBER_TEXT - 1 }
#define CHOICE(name, words)     { name, JSON_T_ENUM, AT(choice), 0, 0, 0, words, NULL, 0, AT(has_choice) }
#define STATISTICS(fields)      { "statistics", JSON_T_OBJECT, AT(statistics), JSON_OPTIONAL, 0, 0, NULL, fields, 0, AT(has_statistics) }

#define DEATH DECLARED_ON, SUBJECT("deceased"), EVENT("date_of_death", DATE_YEAR), PLACE("place_of_death", 0), PLACE_TEXT, \
	CHOICE("certifier", certifiers), INFORMANT("informant", birth_informant_fields)
const struct json_field act_death_content_fields[] = { DEATH, { NULL } };
const struct json_field act_death_fields[] = { HEAD, DEATH, STATISTICS(death_items), { NULL } };

#define FOETAL DECLARED_ON, FIRST("mother"), SECOND_IF_KNOWN("father"), EVENT("date_of_delivery", DATE_DAY), PLACE("place_of_delivery", 0), \
	CHOICE("certifier", certifiers), INFORMANT("informant", birth_informant_fields)
const struct json_field act_foetal_death_content_fields[] = { FOETAL, { NULL } };
const struct json_field act_foetal_death_fields[] = { HEAD, FOETAL, STATISTICS(foetal_items), { NULL } };

#define MARRIAGE DECLARED_ON, FIRST("spouse_1"), SECOND("spouse_2"), EVENT("date_of_marriage", DATE_DAY), PLACE("place_of_marriage", 0), PLACE_TEXT, \
	CHOICE("form", marriage_forms), WITNESS("witness_1", 0, 0), WITNESS("witness_2", 1, 0), WITNESS("witness_3", 2, JSON_OPTIONAL), \
	WITNESS("witness_4", 3, JSON_OPTIONAL)
const struct json_field act_marriage_content_fields[] = { MARRIAGE, { NULL } };
const struct json_field act_marriage_fields[] = { HEAD, MARRIAGE, { NULL } };

#define DIVORCE DECLARED_ON, FIRST("spouse_1"), SECOND("spouse_2"), ABOUT("marriage_number", JSON_OPTIONAL), JUDGMENT(0)
const struct json_field act_divorce_content_fields[] = { DIVORCE, { NULL } };
const struct json_field act_divorce_fields[] = { HEAD, DIVORCE, { NULL } };

#define ADOPTION DECLARED_ON, CHILD, ABOUT("birth_number", 0), FIRST("adopter_1"), SECOND_IF_KNOWN("adopter_2"), CHOICE("form", adoption_forms), JUDGMENT(0)
const struct json_field act_adoption_content_fields[] = { ADOPTION, { NULL } };
const struct json_field act_adoption_fields[] = { HEAD, ADOPTION, { NULL } };

#define RECOGNITION DECLARED_ON, SUBJECT("child"), FIRST("parent"), CHOICE("parent_role", parent_roles), ABOUT("birth_number", 0), \
	EVENT("date_of_recognition", DATE_DAY)
const struct json_field act_recognition_content_fields[] = { RECOGNITION, { NULL } };
const struct json_field act_recognition_fields[] = { HEAD, RECOGNITION, { NULL } };

#define LEGITIMATION DECLARED_ON, SUBJECT("child"), FIRST("mother"), SECOND("father"), ABOUT("birth_number", 0), EVENT("date_of_legitimation", DATE_DAY)
const struct json_field act_legitimation_content_fields[] = { LEGITIMATION, { NULL } };
const struct json_field act_legitimation_fields[] = { HEAD, LEGITIMATION, { NULL } };

#define NAME_CHANGE DECLARED_ON, SUBJECT("person"), { "new_names", JSON_T_OBJECT, AT(new_names), 0, 0, 0, NULL, names_fields }, \
	CHOICE("ground", grounds), ABOUT("birth_number", 0), EVENT("date_of_change", DATE_DAY), JUDGMENT(JSON_OPTIONAL)
const struct json_field act_name_change_content_fields[] = { NAME_CHANGE, { NULL } };
const struct json_field act_name_change_fields[] = { HEAD, NAME_CHANGE, { NULL } };

#define JUDICIAL_BIRTH DECLARED_ON, CHILD, FIRST_IF_KNOWN("mother"), SECOND_IF_KNOWN("father"), JUDGMENT(0)
const struct json_field act_judicial_birth_content_fields[] = { JUDICIAL_BIRTH, { NULL } };
const struct json_field act_judicial_birth_fields[] = { HEAD, JUDICIAL_BIRTH, { NULL } };

#define JUDICIAL_DEATH DECLARED_ON, SUBJECT("deceased"), EVENT("date_of_death", DATE_YEAR), PLACE("place_of_death", JSON_OPTIONAL), PLACE_TEXT, JUDGMENT(0)
const struct json_field act_judicial_death_content_fields[] = { JUDICIAL_DEATH, { NULL } };
const struct json_field act_judicial_death_fields[] = { HEAD, JUDICIAL_DEATH, { NULL } };

#define FOUNDLING DECLARED_ON, CHILD, EVENT("found_on", DATE_DAY), PLACE("place_found", 0), PLACE_TEXT, INFORMANT("finder", witness_fields)
const struct json_field act_foundling_content_fields[] = { FOUNDLING, { NULL } };
const struct json_field act_foundling_fields[] = { HEAD, FOUNDLING, { NULL } };
/* clang-format on */

/* ---- rules ---- */

void
act_check_common(struct civil_act *a, struct date today, struct err *found)
{
	if (a->declared_on.precision == DATE_UNKNOWN)
		a->declared_on = today;
	if (date_compare(a->declared_on, today) > 0)
		err_problem(found, "/declared_on", "in the future");
}

static void
check_day(struct date d, struct date declared_on, const char *at, struct err *found)
{
	if (d.precision == DATE_UNKNOWN)
		return;
	if (d.year < BIRTH_YEAR_MIN)
		err_problem(found, at, "before the year %d", BIRTH_YEAR_MIN);
	else if (date_surely_before(declared_on, d))
		err_problem(found, at, "after the declaration");
}

static void
check_number(const char *number, const char *at, struct err *found)
{
	if (number != NULL && !act_number_valid(number))
		err_problem(found, at, "the act number's check character does not fit (ISO/IEC 7064 MOD 37,36)");
}

static void
check_judgment(const struct civil_act *a, struct err *found)
{
	if (!a->has_judgment)
		return;
	check_day(a->judgment.decided_on, a->declared_on, "/judgment/decided_on", found);
	check_day(a->judgment.final_on, a->declared_on, "/judgment/final_on", found);
	if (date_compare(a->judgment.final_on, a->judgment.decided_on) < 0)
		err_problem(found, "/judgment/final_on", "before the judgment");
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Two parties who are one. */
static void
check_two(const struct birth_parent *a, const struct birth_parent *b, const char *at, struct err *found)
{
	bool same_number = (a->uin != NULL && same_text(a->uin, b->uin)) || (a->birth_number != NULL && same_text(a->birth_number, b->birth_number));
	bool same_name = same_text(a->names.primary_name, b->names.primary_name) && same_text(a->names.secondary_name, b->names.secondary_name);

	if (same_number || (same_name && a->date_of_birth.precision == DATE_DAY && b->date_of_birth.precision == DATE_DAY && date_compare(a->date_of_birth, b->date_of_birth) == 0))
		err_problem(found, at, "the same person twice");
}

static void
check_cause(const char *code, struct err *found)
{
	size_t n = code != NULL ? strlen(code) : 0;
	bool good = n == 0 || (n >= 3 && n != 4 && isupper((unsigned char)code[0]) && isdigit((unsigned char)code[1]) && isdigit((unsigned char)code[2]) && (n == 3 || code[3] == '.'));

	for (size_t i = 4; good && i < n; i++)
		good = isdigit((unsigned char)code[i]) || isupper((unsigned char)code[i]);
	if (!good)
		err_problem(found, "/statistics/cause_code", "no ICD-10 code: a letter, two digits, a point and what follows");
}

static void
check_deceased(struct civil_act *a, struct err *found)
{
	check_day(a->event_on, a->declared_on, "/date_of_death", found);
	birth_check_person(&a->subject, "/deceased", found);
	birth_check_age(&a->subject, "/deceased", a->event_on, 0, ACT_DEATH_AGE_MAX, "the death", found);
	if (!a->subject.has_sex)
		err_problem(found, "/deceased/sex", "must be given");
}

void
act_check_death(struct civil_act *a, struct date today, struct err *found)
{
	(void)today;
	check_deceased(a, found);
	check_cause(a->statistics.cause_code, found);
}

void
act_check_judicial_death(struct civil_act *a, struct date today, struct err *found)
{
	(void)today;
	check_deceased(a, found);
	check_judgment(a, found);
	if (date_surely_before(a->judgment.decided_on, a->event_on))
		err_problem(found, "/date_of_death", "after the judgment that declares it");
}

void
act_check_foetal_death(struct civil_act *a, struct date today, struct err *found)
{
	(void)today;
	check_day(a->event_on, a->declared_on, "/date_of_delivery", found);
	birth_check_person(&a->first, "/mother", found);
	birth_check_age(&a->first, "/mother", a->event_on, BIRTH_MOTHER_AGE_MIN, BIRTH_MOTHER_AGE_MAX, "the delivery", found);
	if (a->has_second)
		birth_check_person(&a->second, "/father", found);
}

static void
check_spouse(const struct birth_parent *p, const char *at, struct date on, struct err *found)
{
	char pointer[64];

	birth_check_person(p, at, found);
	birth_check_age(p, at, on, ACT_MARRIAGE_AGE_MIN, ACT_DEATH_AGE_MAX, "the marriage", found);
	if (p->date_of_birth.precision != DATE_UNKNOWN)
		return;
	snprintf(pointer, sizeof(pointer), "%s/date_of_birth", at);
	err_problem(found, pointer, "must be given");
}

void
act_check_marriage(struct civil_act *a, struct date today, struct err *found)
{
	(void)today;
	check_day(a->event_on, a->declared_on, "/date_of_marriage", found);
	check_spouse(&a->first, "/spouse_1", a->event_on, found);
	check_spouse(&a->second, "/spouse_2", a->event_on, found);
	check_two(&a->first, &a->second, "/spouse_2", found);
	if (same_text(a->witness[0].name, a->witness[1].name))
		err_problem(found, "/witness_2/name", "the same person as the first witness");
}

void
act_check_divorce(struct civil_act *a, struct date today, struct err *found)
{
	(void)today;
	birth_check_person(&a->first, "/spouse_1", found);
	birth_check_person(&a->second, "/spouse_2", found);
	check_two(&a->first, &a->second, "/spouse_2", found);
	check_number(a->about_number, "/marriage_number", found);
	check_judgment(a, found);
}

static void
check_adopter(const struct civil_act *a, const struct birth_parent *p, const char *at, struct err *found)
{
	birth_check_person(p, at, found);
	birth_check_age(p, at, a->judgment.final_on, ACT_ADOPTER_AGE_MIN, ACT_DEATH_AGE_MAX, "the adoption", found);
	birth_check_age(p, at, a->child.date_of_birth, ACT_ADOPTER_OLDER, ACT_DEATH_AGE_MAX, "the child's birth", found);
}

void
act_check_adoption(struct civil_act *a, struct date today, struct err *found)
{
	birth_check_child(&a->child, a->declared_on, today, found);
	check_number(a->about_number, "/birth_number", found);
	check_adopter(a, &a->first, "/adopter_1", found);
	if (a->has_second) {
		check_adopter(a, &a->second, "/adopter_2", found);
		check_two(&a->first, &a->second, "/adopter_2", found);
	}
	check_judgment(a, found);
	if (date_surely_before(a->judgment.decided_on, a->child.date_of_birth))
		err_problem(found, "/judgment/decided_on", "before the child's birth");
}

static void
check_parent(const struct birth_parent *p, const char *at, bool is_mother, struct date child, struct err *found)
{
	birth_check_person(p, at, found);
	birth_check_age(p, at, child, is_mother ? BIRTH_MOTHER_AGE_MIN : BIRTH_FATHER_AGE_MIN,
		is_mother ? BIRTH_MOTHER_AGE_MAX : BIRTH_FATHER_AGE_MAX, "the child's birth", found);
}

void
act_check_recognition(struct civil_act *a, struct date today, struct err *found)
{
	(void)today;
	check_day(a->event_on, a->declared_on, "/date_of_recognition", found);
	birth_check_person(&a->subject, "/child", found);
	check_parent(&a->first, "/parent", a->choice == 0, a->subject.date_of_birth, found);
	check_two(&a->subject, &a->first, "/parent", found);
	check_number(a->about_number, "/birth_number", found);
}

void
act_check_legitimation(struct civil_act *a, struct date today, struct err *found)
{
	(void)today;
	check_day(a->event_on, a->declared_on, "/date_of_legitimation", found);
	birth_check_person(&a->subject, "/child", found);
	check_parent(&a->first, "/mother", true, a->subject.date_of_birth, found);
	check_parent(&a->second, "/father", false, a->subject.date_of_birth, found);
	check_two(&a->first, &a->second, "/father", found);
	check_number(a->about_number, "/birth_number", found);
}

void
act_check_name_change(struct civil_act *a, struct date today, struct err *found)
{
	(void)today;
	check_day(a->event_on, a->declared_on, "/date_of_change", found);
	birth_check_person(&a->subject, "/person", found);
	birth_check_age(&a->subject, "/person", a->event_on, 0, ACT_DEATH_AGE_MAX, "the change of name", found);
	birth_check_names(&a->new_names, "/new_names", true, found);
	if (same_text(a->subject.names.primary_name, a->new_names.primary_name) && same_text(a->subject.names.secondary_name, a->new_names.secondary_name))
		err_problem(found, "/new_names", "the same names as before");
	check_number(a->about_number, "/birth_number", found);
	check_judgment(a, found);
}

void
act_check_judicial_birth(struct civil_act *a, struct date today, struct err *found)
{
	birth_check_child(&a->child, a->declared_on, today, found);
	if (a->has_first)
		check_parent(&a->first, "/mother", true, a->child.date_of_birth, found);
	if (a->has_second)
		check_parent(&a->second, "/father", false, a->child.date_of_birth, found);
	check_judgment(a, found);
	if (date_surely_before(a->judgment.decided_on, a->child.date_of_birth))
		err_problem(found, "/judgment/decided_on", "before the child's birth");
}

void
act_check_foundling(struct civil_act *a, struct date today, struct err *found)
{
	struct birth_parent child = { .date_of_birth = a->child.date_of_birth };

	birth_check_child(&a->child, a->declared_on, today, found);
	check_day(a->event_on, a->declared_on, "/found_on", found);
	birth_check_age(&child, "/child", a->event_on, 0, ACT_FOUNDLING_AGE_MAX, "the child was found", found);
}

/* ---- what else is taken from one ---- */

struct date
act_event_on(const struct civil_act *a)
{
	if (a->event_on.precision != DATE_UNKNOWN)
		return a->event_on;
	return a->has_judgment ? a->judgment.final_on : a->child.date_of_birth;
}

const char *
act_parent_role(const struct civil_act *a)
{
	return parent_roles[a->choice];
}

struct birth_statistics
act_foetal_statistics(const struct civil_act *a)
{
	const struct act_items *s = &a->statistics;

	return (struct birth_statistics){ .birth_weight_g = (int)s->weight_g, .gestation_weeks = (int)s->gestation_weeks, .place_kind = s->has_place_kind ? place_kinds[s->place_kind] : NULL, .mother_marital_status = s->has_marital_status ? marital[s->marital_status] : NULL, .mother_education = s->has_education ? education[s->education] : NULL, .mother_occupation = s->occupation };
}

struct death_statistics
act_death_statistics(const struct civil_act *a)
{
	const struct act_items *s = &a->statistics;

	return (struct death_statistics){ .cause_code = s->cause_code, .manner = s->has_manner ? manners[s->manner] : NULL, .place_kind = s->has_place_kind ? place_kinds[s->place_kind] : NULL, .marital_status = s->has_marital_status ? marital[s->marital_status] : NULL, .education = s->has_education ? education[s->education] : NULL, .occupation = s->occupation };
}
