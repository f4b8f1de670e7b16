#include "enrolment/civil/birth.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/base/uin.h"
#include "registry/doc9303/states.h"
#include "registry/doc9303/translit.h"

const char *const birth_sexes[] = { "F", "M", "X", NULL };
static const char *const relations[] = { "mother", "father", "grandparent", "relative", "hospital", "midwife", "police", "other", "spouse", "child", NULL };
enum { RELATION_FATHER = 1 };
static const char *const attendants[] = { "physician", "midwife", "nurse", "other", "none", NULL };
static const char *const place_kinds[] = { "hospital", "clinic", "home", "other", NULL };
static const char *const marital[] = { "single", "married", "widowed", "divorced", "separated", "union", NULL };
static const char *const education[] = { "none", "primary", "lower_secondary", "upper_secondary", "tertiary", NULL };

#define AT(member) offsetof(struct birth, member)
#define NAMES(who) \
	{ "primary_name", JSON_T_NAME, AT(who.names.primary_name) - AT(who), 0, 1, BIRTH_NAME_MAX }, \
		{ "secondary_name", JSON_T_NAME, AT(who.names.secondary_name) - AT(who), JSON_OPTIONAL, 1, BIRTH_NAME_MAX }, \
		{ "name_local", JSON_T_NAME, AT(who.names.name_local) - AT(who), JSON_OPTIONAL, 1, BIRTH_NAME_MAX }, \
		{ "mrz_primary", JSON_T_TEXT, AT(who.names.mrz_primary) - AT(who), JSON_OPTIONAL, 1, BIRTH_NAME_MAX }, \
	{ \
		"mrz_secondary", JSON_T_TEXT, AT(who.names.mrz_secondary) - AT(who), JSON_OPTIONAL, 1, BIRTH_NAME_MAX \
	}

/* clang-format off */
const struct json_field birth_child_fields[] = {
	NAMES(child),
	{ "sex", JSON_T_ENUM, AT(child.sex) - AT(child), 0, 0, 0, birth_sexes },
	{ "date_of_birth", JSON_T_DATE, AT(child.date_of_birth) - AT(child), 0, DATE_YEAR },
	{ "place_of_birth", JSON_T_CODE, AT(child.place_of_birth) - AT(child), 0, 1, 24 },
	{ "place_text", JSON_T_NAME, AT(child.place_text) - AT(child), JSON_OPTIONAL, 1, 200 },
	{ "multiplicity", JSON_T_INT, AT(child.multiplicity) - AT(child), JSON_OPTIONAL, 1, BIRTH_MULTIPLICITY_MAX },
	{ "birth_order", JSON_T_INT, AT(child.birth_order) - AT(child), JSON_OPTIONAL, 1, BIRTH_MULTIPLICITY_MAX },
	{ NULL }
};
const struct json_field birth_parent_fields[] = {
	NAMES(mother),
	{ "date_of_birth", JSON_T_DATE, AT(mother.date_of_birth) - AT(mother), JSON_OPTIONAL, DATE_YEAR },
	{ "nationality", JSON_T_CODE, AT(mother.nationality) - AT(mother), JSON_OPTIONAL, 1, 3 },
	{ "uin", JSON_T_CODE, AT(mother.uin) - AT(mother), JSON_OPTIONAL, 1, 12 },
	{ "birth_number", JSON_T_CODE, AT(mother.birth_number) - AT(mother), JSON_OPTIONAL, 1, ACT_NUMBER_TEXT - 1 },
	{ NULL }
};
const struct json_field birth_informant_fields[] = {
	{ "name", JSON_T_NAME, offsetof(struct birth_informant, name), 0, 1, BIRTH_NAME_MAX },
	{ "relation", JSON_T_ENUM, offsetof(struct birth_informant, relation), 0, 0, 0, relations },
	{ NULL }
};
#define ITEM(member) offsetof(struct birth_items, member)
static const struct json_field item_fields[] = {
	{ "birth_weight_g", JSON_T_INT, ITEM(birth_weight_g), JSON_OPTIONAL, 100, 9000 },
	{ "gestation_weeks", JSON_T_INT, ITEM(gestation_weeks), JSON_OPTIONAL, 15, 48 },
	{ "mother_children_born", JSON_T_INT, ITEM(mother_children_born), JSON_OPTIONAL, 1, 40 },
	{ "place_kind", JSON_T_ENUM, ITEM(place_kind), JSON_OPTIONAL, 0, 0, place_kinds, NULL, 0, ITEM(has_place_kind) },
	{ "mother_marital_status", JSON_T_ENUM, ITEM(mother_marital_status), JSON_OPTIONAL, 0, 0, marital, NULL, 0, ITEM(has_mother_marital_status) },
	{ "mother_education", JSON_T_ENUM, ITEM(mother_education), JSON_OPTIONAL, 0, 0, education, NULL, 0, ITEM(has_mother_education) },
	{ "mother_occupation", JSON_T_NAME, ITEM(mother_occupation), JSON_OPTIONAL, 1, 100 },
	{ "father_education", JSON_T_ENUM, ITEM(father_education), JSON_OPTIONAL, 0, 0, education, NULL, 0, ITEM(has_father_education) },
	{ "father_occupation", JSON_T_NAME, ITEM(father_occupation), JSON_OPTIONAL, 1, 100 },
	{ NULL }
};
#define CONTENT \
	{ "declared_on", JSON_T_DATE, AT(declared_on), JSON_OPTIONAL, DATE_DAY }, \
	{ "child", JSON_T_OBJECT, AT(child), 0, 0, 0, NULL, birth_child_fields }, \
	{ "mother", JSON_T_OBJECT, AT(mother), 0, 0, 0, NULL, birth_parent_fields }, \
	{ "father", JSON_T_OBJECT, AT(father), JSON_OPTIONAL, 0, 0, NULL, birth_parent_fields, 0, AT(has_father) }, \
	{ "informant", JSON_T_OBJECT, AT(informant), 0, 0, 0, NULL, birth_informant_fields }, \
	{ "attendant", JSON_T_ENUM, AT(attendant), JSON_OPTIONAL, 0, 0, attendants, NULL, 0, AT(has_attendant) }

const struct json_field birth_content_fields[] = { CONTENT, { NULL } };
const struct json_field birth_fields[] = {
	{ "office_id", JSON_T_UUID, AT(office_id) },
	{ "notification_id", JSON_T_UUID, AT(notification_id), JSON_OPTIONAL },
	CONTENT,
	{ "statistics", JSON_T_OBJECT, AT(statistics), JSON_OPTIONAL, 0, 0, NULL, item_fields, 0, AT(has_statistics) },
	{ NULL }
};
/* clang-format on */

void
birth_clear(struct birth *b)
{
	json_clear(birth_fields, b);
	*b = (struct birth){ 0 };
}

/* ---- rules ---- */

static void
check_mrz(const char *given, const char *at, const char *member, struct err *err)
{
	char pointer[64];

	if (given == NULL || translit_is_identifier(given))
		return;
	snprintf(pointer, sizeof(pointer), "%s/%s", at, member);
	err_problem(err, pointer, "letters A to Z, components joined by one '<' (Doc 9303-3 4.6)");
}

static void
check_translit(const char *name, const char *given, const char *at, const char *member, struct err *err)
{
	struct err why = ERR_INIT;
	struct buf made = BUF_INIT;
	char pointer[64];

	if (name == NULL || given != NULL)
		return;
	if (translit_identifier(bytes_str(name), &translit_recommended, &made, &why) == -1) {
		snprintf(pointer, sizeof(pointer), "%s/%s", at, member);
		err_problem(err, pointer, "must be given: %.120s", why.text);
	}
	buf_wipe(&made);
}

void
birth_check_names(const struct birth_names *n, const char *at, bool transliterated, struct err *err)
{
	char pointer[64];

	check_mrz(n->mrz_primary, at, "mrz_primary", err);
	check_mrz(n->mrz_secondary, at, "mrz_secondary", err);
	if (n->mrz_secondary != NULL && n->secondary_name == NULL) {
		snprintf(pointer, sizeof(pointer), "%s/mrz_secondary", at);
		err_problem(err, pointer, "transliterates a secondary_name that is not there");
	}
	if (transliterated) {
		check_translit(n->primary_name, n->mrz_primary, at, "mrz_primary", err);
		check_translit(n->secondary_name, n->mrz_secondary, at, "mrz_secondary", err);
	}
}

static struct date
whole(struct date d, bool last)
{
	if (d.precision < DATE_MONTH)
		d.month = last ? 12 : 1;
	if (d.precision < DATE_DAY)
		d.day = last ? (uint8_t)date_days_in_month(d.year, d.month) : 1;
	d.precision = DATE_DAY;
	return d;
}

void
birth_check_person(const struct birth_parent *p, const char *at, struct err *err)
{
	struct err why = ERR_INIT;
	char pointer[64];

	birth_check_names(&p->names, at, false, err);
	if (p->nationality != NULL && !states_valid_nationality(p->nationality)) {
		snprintf(pointer, sizeof(pointer), "%s/nationality", at);
		err_problem(err, pointer, "no State or nationality code (Doc 9303-3 section 5)");
	}
	if (p->uin != NULL && uin_check(p->uin, &why) == -1) {
		snprintf(pointer, sizeof(pointer), "%s/uin", at);
		err_problem(err, pointer, "%.120s", why.text);
	}
	if (p->birth_number != NULL && !act_number_valid(p->birth_number)) {
		snprintf(pointer, sizeof(pointer), "%s/birth_number", at);
		err_problem(err, pointer, "the act number's check character does not fit (ISO/IEC 7064 MOD 37,36)");
	}
}

/* Only what no reading of partial dates allows is refused. */
void
birth_check_age(const struct birth_parent *p, const char *at, struct date on, int least, int most, const char *what, struct err *err)
{
	char pointer[64];

	if (p->date_of_birth.precision == DATE_UNKNOWN || on.precision == DATE_UNKNOWN)
		return;
	snprintf(pointer, sizeof(pointer), "%s/date_of_birth", at);
	if (least == 0 && date_compare(whole(p->date_of_birth, false), whole(on, true)) > 0)
		err_problem(err, pointer, "after %s", what);
	else if (date_compare(whole(p->date_of_birth, false), whole(on, true)) > 0 || date_age(whole(p->date_of_birth, false), whole(on, true)) < least)
		err_problem(err, pointer, "less than %d years before %s", least, what);
	else if (date_compare(whole(p->date_of_birth, true), whole(on, false)) <= 0 &&
		date_age(whole(p->date_of_birth, true), whole(on, false)) > most)
		err_problem(err, pointer, "more than %d years before %s", most, what);
}

static void
check_parent(const struct birth_parent *p, const char *at, struct date child, int least, int most, struct err *err)
{
	birth_check_person(p, at, err);
	birth_check_age(p, at, child, least, most, "the child's birth", err);
}

void
birth_check_child(struct birth_child *c, struct date declared_on, struct date today, struct err *err)
{
	birth_check_names(&c->names, "/child", true, err);
	if (c->date_of_birth.year < BIRTH_YEAR_MIN)
		err_problem(err, "/child/date_of_birth", "before the year %d", BIRTH_YEAR_MIN);
	else if (date_surely_before(today, c->date_of_birth))
		err_problem(err, "/child/date_of_birth", "in the future");
	else if (date_surely_before(declared_on, c->date_of_birth))
		err_problem(err, "/child/date_of_birth", "after the declaration");
	if (c->multiplicity == 0)
		c->multiplicity = 1;
	if (c->birth_order == 0 && c->multiplicity == 1)
		c->birth_order = 1;
	if (c->birth_order == 0)
		err_problem(err, "/child/birth_order", "must be given for a multiple birth");
	else if (c->birth_order > c->multiplicity)
		err_problem(err, "/child/birth_order", "%d of %d children", (int)c->birth_order, (int)c->multiplicity);
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
check_father(const struct birth *b, struct err *err)
{
	if (b->informant.relation == RELATION_FATHER && !b->has_father)
		err_problem(err, "/informant/relation", "the father informs, but is not named in the declaration");
	if (!b->has_father)
		return;
	check_parent(&b->father, "/father", b->child.date_of_birth, BIRTH_FATHER_AGE_MIN, BIRTH_FATHER_AGE_MAX, err);
	if (b->mother.names.primary_name != NULL && same_text(b->mother.names.primary_name, b->father.names.primary_name) &&
		same_text(b->mother.names.secondary_name, b->father.names.secondary_name) &&
		b->mother.date_of_birth.precision == DATE_DAY && b->father.date_of_birth.precision == DATE_DAY &&
		date_compare(b->mother.date_of_birth, b->father.date_of_birth) == 0)
		err_problem(err, "/father", "the same person as the mother");
}

int
birth_check(struct birth *b, struct date today, struct err *err)
{
	struct err found = ERR_INIT;

	if (b->declared_on.precision == DATE_UNKNOWN)
		b->declared_on = today;
	if (date_compare(b->declared_on, today) > 0)
		err_problem(&found, "/declared_on", "in the future");
	birth_check_child(&b->child, b->declared_on, today, &found);
	check_parent(&b->mother, "/mother", b->child.date_of_birth, BIRTH_MOTHER_AGE_MIN, BIRTH_MOTHER_AGE_MAX, &found);
	check_father(b, &found);
	if (b->statistics.mother_children_born != 0 && b->statistics.mother_children_born < b->child.birth_order)
		err_problem(&found, "/statistics/mother_children_born", "less than the child's birth order");
	if (found.kind == FAIL_NONE)
		return 0;
	*err = found;
	return -1;
}

int
birth_check_place(const struct act_declare_check *check, const char *pointer, struct err *err)
{
	struct err found = ERR_INIT;

	if (!check->office_is_civil)
		err_problem(&found, "/office_id", "no civil registration office");
	if (pointer != NULL && !check->place_exists)
		err_problem(&found, pointer, "no such place");
	else if (pointer != NULL && !check->place_was_valid)
		err_problem(&found, pointer, "the place did not exist on that date");
	if (found.kind == FAIL_NONE)
		return 0;
	*err = found;
	return -1;
}

/* ---- to and from the register ---- */

int
birth_content(const struct birth *b, struct buf *out, struct err *err)
{
	json_t *content = json_put(birth_content_fields, b);
	int rc;

	if (content == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	rc = json_canonical(content, out, err);
	json_decref(content);
	return rc;
}

int
birth_of_content(json_t *content, struct birth *b, struct err *err)
{
	struct err why = ERR_INIT;

	if (json_get(content, birth_content_fields, b, &why) == 0)
		return 0;
	return err_set(err, FAIL_INTERNAL, "content of a birth in the register: %.200s", why.text);
}

int
birth_match_person(const struct birth_names *n, struct date birth, struct match_person *p, struct err *err)
{
	p->birth = birth;
	if (match_name_of(n->primary_name, n->mrz_primary, &p->primary, err) == -1 ||
		match_name_of(n->secondary_name, n->mrz_secondary, &p->secondary, err) == -1)
		return -1;
	return 0;
}

int
birth_match(const struct birth *b, struct match_birth *match, struct err *err)
{
	struct match_birth m = { .sex = birth_sexes[b->child.sex][0], .multiplicity = (int)b->child.multiplicity };

	if (birth_match_person(&b->child.names, b->child.date_of_birth, &m.child, err) == -1 ||
		birth_match_person(&b->mother.names, b->mother.date_of_birth, &m.mother, err) == -1 ||
		(b->has_father && birth_match_person(&b->father.names, b->father.date_of_birth, &m.father, err) == -1))
		return -1;
	m.birth_order = m.multiplicity > 1 ? (int)b->child.birth_order : 0;
	snprintf(m.place, sizeof(m.place), "%s", b->child.place_of_birth);
	*match = m;
	return 0;
}

struct act_party
birth_party(const char *role, const struct birth_parent *p)
{
	return (struct act_party){ .role = role, .confidence = "asserted", .primary_name = p->names.primary_name, .secondary_name = p->names.secondary_name, .sex = p->has_sex ? birth_sexes[p->sex] : NULL, .date_of_birth = p->date_of_birth, .uin = p->uin, .birth_number = p->birth_number };
}

size_t
birth_parties(const struct birth *b, struct act_party party[BIRTH_PARTIES])
{
	const struct birth_parent child = { .names = b->child.names, .sex = b->child.sex, .has_sex = true, .date_of_birth = b->child.date_of_birth };
	const struct birth_parent informant = { .names = { .primary_name = b->informant.name } };
	size_t n = 0;

	party[n++] = birth_party("child", &child);
	party[n++] = birth_party("mother", &b->mother);
	if (b->has_father)
		party[n++] = birth_party("father", &b->father);
	party[n++] = birth_party("informant", &informant);
	return n;
}

struct birth_statistics
birth_statistics_of(const struct birth *b)
{
	const struct birth_items *s = &b->statistics;

	return (struct birth_statistics){ .birth_weight_g = (int)s->birth_weight_g, .gestation_weeks = (int)s->gestation_weeks, .mother_children_born = (int)s->mother_children_born, .attendant = b->has_attendant ? attendants[b->attendant] : NULL, .place_kind = s->has_place_kind ? place_kinds[s->place_kind] : NULL, .mother_marital_status = s->has_mother_marital_status ? marital[s->mother_marital_status] : NULL, .mother_education = s->has_mother_education ? education[s->mother_education] : NULL, .father_education = s->has_father_education ? education[s->father_education] : NULL, .mother_occupation = s->mother_occupation, .father_occupation = s->father_occupation };
}
