#include "enrolment/civil/kinds.h"

#include <stdio.h>
#include <stdlib.h>

#define FIELDS(kind) act_##kind##_fields, act_##kind##_content_fields, act_check_##kind
enum { BIRTHS,
	DEATHS,
	FOETAL_DEATHS,
	MARRIAGES,
	DIVORCES,
	ADOPTIONS,
	RECOGNITIONS,
	LEGITIMATIONS,
	NAME_CHANGES };

/* clang-format off */
const struct act_kind act_kinds[] = {
	{ "birth", "births", birth_fields, birth_content_fields, NULL, NULL, "/child/place_of_birth", "child", true, BIRTHS, NULL, NULL, NULL, NULL },
	{ "death", "deaths", FIELDS(death), NULL, "/place_of_death", "deceased", false, DEATHS, "deceased", NULL, NULL, "informant" },
	{ "foetal_death", "foetal-deaths", FIELDS(foetal_death), NULL, "/place_of_delivery", "mother", false, FOETAL_DEATHS, NULL, "mother", "father", "informant" },
	{ "marriage", "marriages", FIELDS(marriage), NULL, "/place_of_marriage", "spouse_1", false, MARRIAGES, NULL, "spouse_1", "spouse_2", NULL },
	{ "divorce", "divorces", FIELDS(divorce), "/marriage_number", NULL, "spouse_1", false, DIVORCES, NULL, "spouse_1", "spouse_2", NULL },
	{ "annulment_of_marriage", "marriage-annulments", FIELDS(divorce), "/marriage_number", NULL, "spouse_1", false, DIVORCES, NULL, "spouse_1", "spouse_2", NULL },
	{ "adoption", "adoptions", FIELDS(adoption), "/birth_number", "/child/place_of_birth", "child", false, ADOPTIONS, NULL, "adopter_1", "adopter_2", NULL },
	{ "recognition", "recognitions", FIELDS(recognition), "/birth_number", NULL, "child", false, RECOGNITIONS, "child", "parent", NULL, NULL },
	{ "legitimation", "legitimations", FIELDS(legitimation), "/birth_number", NULL, "child", false, LEGITIMATIONS, "child", "mother", "father", NULL },
	{ "name_change", "name-changes", FIELDS(name_change), "/birth_number", NULL, "person", false, NAME_CHANGES, "person", NULL, NULL, NULL },
	{ "judicial_birth", "judicial-births", FIELDS(judicial_birth), NULL, "/child/place_of_birth", "child", true, BIRTHS, NULL, "mother", "father", NULL },
	{ "judicial_death", "judicial-deaths", FIELDS(judicial_death), NULL, "/place_of_death", "deceased", false, DEATHS, "deceased", NULL, NULL, NULL },
	{ "foundling", "foundlings", FIELDS(foundling), NULL, "/place_found", "child", true, BIRTHS, NULL, NULL, NULL, "finder" },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, 0, NULL, NULL, NULL, NULL }
};
/* clang-format on */

const struct act_kind *
kind_of_name(const char *name)
{
	for (const struct act_kind *k = act_kinds; k->name != NULL; k++)
		if (strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

const struct act_kind *
kind_of_register(const char *name)
{
	size_t n;

	if (*name == '/')
		name++;
	n = strcspn(name, "/");
	for (const struct act_kind *k = act_kinds; k->name != NULL; k++)
		if (strlen(k->register_name) == n && memcmp(k->register_name, name, n) == 0)
			return k;
	return NULL;
}

static bool
is_birth(const struct declaration *d)
{
	return d->kind->check == NULL;
}

/* ---- to and from JSON ---- */

int
declaration_of_json(json_t *body, struct declaration *d, struct err *err)
{
	if (body == NULL)
		return err_problem(err, "", "the declaration is missing");
	return json_get(body, d->kind->fields, &d->u, err);
}

int
declaration_of_content(json_t *content, struct declaration *d, struct err *err)
{
	struct err why = ERR_INIT;

	if (json_get(content, d->kind->content_fields, &d->u, &why) == 0)
		return 0;
	return err_set(err, FAIL_INTERNAL, "content of a %s in the register: %.200s", d->kind->name, why.text);
}

void
declaration_clear(struct declaration *d)
{
	if (d->kind != NULL)
		json_clear(d->kind->fields, &d->u);
	*d = (struct declaration){ .kind = NULL };
}

int
declaration_content(const struct declaration *d, struct buf *out, struct err *err)
{
	json_t *content = json_put(d->kind->content_fields, &d->u);
	int rc;

	if (content == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	rc = json_canonical(content, out, err);
	json_decref(content);
	return rc;
}

/* ---- rules ---- */

int
declaration_check(struct declaration *d, struct date today, struct err *err)
{
	struct err found = ERR_INIT;

	if (is_birth(d))
		return birth_check(&d->u.birth, today, err);
	act_check_common(&d->u.act, today, &found);
	d->kind->check(&d->u.act, today, &found);
	if (found.kind == FAIL_NONE)
		return 0;
	*err = found;
	return -1;
}

/* ---- duplicate search ---- */

static int
match_child(const struct birth_child *c, struct match_birth *m, struct err *err)
{
	m->sex = birth_sexes[c->sex][0];
	m->multiplicity = (int)c->multiplicity;
	m->birth_order = m->multiplicity > 1 ? (int)c->birth_order : 0;
	snprintf(m->place, sizeof(m->place), "%s", c->place_of_birth);
	return birth_match_person(&c->names, c->date_of_birth, &m->child, err);
}

static int
match_parent(const struct birth_parent *p, struct match_person *m, struct err *err)
{
	return birth_match_person(&p->names, p->date_of_birth, m, err);
}

/* The two of a couple in an order that does not depend on who is named first. */
static bool
comes_first(const struct birth_parent *a, const struct birth_parent *b)
{
	int order = date_compare(a->date_of_birth, b->date_of_birth);

	return order != 0 ? order < 0 : strcmp(a->names.primary_name, b->names.primary_name) <= 0;
}

/*
 * The search knows births: a child, a mother, a father.  An act of another kind is laid over that: whom it is about as the child, the others as
 * parents.  What a couple does has the two in order.
 */
static int
match_act(const struct civil_act *a, const struct act_kind *k, struct match_birth *m, struct err *err)
{
	const struct birth_parent *one = &a->first, *other = &a->second;

	if (k->search == FOETAL_DEATHS) {
		if (match_parent(one, &m->child, err) == -1)
			return -1;
		m->child.birth = a->event_on;
		return 0;
	}
	if (k->search == MARRIAGES || k->search == DIVORCES) {
		if (!comes_first(one, other)) {
			one = &a->second;
			other = &a->first;
		}
		return match_parent(one, &m->child, err) == -1 || match_parent(other, &m->mother, err) == -1 ? -1 : 0;
	}
	if (a->has_child ? match_child(&a->child, m, err) == -1 : match_parent(&a->subject, &m->child, err) == -1)
		return -1;
	if (!a->has_child && a->subject.has_sex)
		m->sex = birth_sexes[a->subject.sex][0];
	if (a->has_first && match_parent(one, k->search == RECOGNITIONS && strcmp(act_parent_role(a), "father") == 0 ? &m->father : &m->mother, err) == -1)
		return -1;
	return a->has_second && match_parent(other, &m->father, err) == -1 ? -1 : 0;
}

int
declaration_match(const struct declaration *d, struct match_birth *match, struct err *err)
{
	struct match_birth m = { .sex = 0 };

	if (is_birth(d))
		return birth_match(&d->u.birth, match, err);
	if (match_act(&d->u.act, d->kind, &m, err) == -1)
		return -1;
	*match = m;
	return 0;
}

size_t
declaration_keys(const struct declaration *d, const struct match_birth *match, int64_t key[MATCH_KEYS])
{
	size_t n = match_birth_keys(match, key);

	/* another group, other keys: 2^64 / golden ratio spreads the small numbers */
	for (size_t i = 0; d->kind->search != BIRTHS && i < n; i++)
		key[i] = (int64_t)((uint64_t)key[i] ^ ((uint64_t)d->kind->search * UINT64_C(0x9e3779b97f4a7c15)));
	return n;
}

/* ---- parties ---- */

size_t
declaration_parties(const struct declaration *d, struct act_party party[ACT_PARTIES])
{
	static const char *const witnesses[ACT_WITNESSES] = { "witness_1", "witness_2", "witness_3", "witness_4" };
	const struct civil_act *a = &d->u.act;
	const struct act_kind *k = d->kind;
	size_t n = 0;

	if (is_birth(d))
		return birth_parties(&d->u.birth, party);
	if (a->has_child) {
		const struct birth_parent child = { .names = a->child.names, .sex = a->child.sex, .has_sex = true, .date_of_birth = a->child.date_of_birth };

		party[n++] = birth_party("child", &child);
	}
	if (k->subject_name != NULL)
		party[n++] = birth_party(k->subject_name, &a->subject);
	if (a->has_first)
		party[n++] = birth_party(k->first, &a->first);
	if (a->has_second)
		party[n++] = birth_party(k->second, &a->second);
	if (a->has_informant)
		party[n++] = (struct act_party){ .role = k->informant, .confidence = "asserted", .primary_name = a->informant.name };
	for (size_t i = 0; i < ACT_WITNESSES; i++)
		if (a->has_witness[i])
			party[n++] = (struct act_party){ .role = witnesses[i], .confidence = "asserted", .primary_name = a->witness[i].name };
	return n;
}

/* ---- members ---- */

const struct uuid *
declaration_office(const struct declaration *d)
{
	return is_birth(d) ? &d->u.birth.office_id : &d->u.act.office_id;
}

const struct uuid *
declaration_notification(const struct declaration *d)
{
	return is_birth(d) ? &d->u.birth.notification_id : &d->u.act.notification_id;
}

struct date
declaration_event_on(const struct declaration *d)
{
	return is_birth(d) ? d->u.birth.child.date_of_birth : act_event_on(&d->u.act);
}

struct date
declaration_place_on(const struct declaration *d)
{
	return !is_birth(d) && d->u.act.place == NULL && d->u.act.has_child ? d->u.act.child.date_of_birth : declaration_event_on(d);
}

const char *
declaration_place(const struct declaration *d)
{
	if (is_birth(d))
		return d->u.birth.child.place_of_birth;
	return d->u.act.place != NULL ? d->u.act.place : d->u.act.child.place_of_birth;
}

const char *
declaration_about_number(const struct declaration *d)
{
	return is_birth(d) ? NULL : d->u.act.about_number;
}
