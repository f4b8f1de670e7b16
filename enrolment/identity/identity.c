#include "enrolment/identity/identity.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/doc9303/mrz.h"
#include "registry/doc9303/states.h"

#define MEMBER(type, name) offsetof(struct type, name)

const struct json_field examination_fields[] = {
	{ "primary_name", JSON_T_NAME, MEMBER(examination, primary_name), JSON_OPTIONAL, 1, 200 },
	{ "secondary_name", JSON_T_NAME, MEMBER(examination, secondary_name), JSON_OPTIONAL, 1, 200 },
	{ "name_local", JSON_T_NAME, MEMBER(examination, name_local), JSON_OPTIONAL, 1, 200 },
	{ "place_of_birth", JSON_T_NAME, MEMBER(examination, place_of_birth), JSON_OPTIONAL, 1, 100 },
	{ "nationality", JSON_T_CODE, MEMBER(examination, nationality), JSON_OPTIONAL, 1, 3 },
	{ "mrz_primary", JSON_T_TEXT, MEMBER(examination, mrz_primary), JSON_OPTIONAL, 1, 39 },
	{ "mrz_secondary", JSON_T_TEXT, MEMBER(examination, mrz_secondary), JSON_OPTIONAL, 1, 39 },
	{ "mrz_override_reason", JSON_T_TEXT, MEMBER(examination, mrz_override_reason), JSON_OPTIONAL, 10, 500 },
	{ NULL }
};

static const char *const evidence_words[] = { "act", "exemption", "document", "guardian", NULL };

const struct json_field evidence_fields[] = {
	{ "kind", JSON_T_ENUM, MEMBER(evidence_body, kind), 0, 0, 0, evidence_words },
	{ "act_number", JSON_T_CODE, MEMBER(evidence_body, act_number), JSON_OPTIONAL, 5, 40 },
	{ "document_type", JSON_T_NAME, MEMBER(evidence_body, document_type), JSON_OPTIONAL, 1, 60 },
	{ "document_number", JSON_T_CODE, MEMBER(evidence_body, document_number), JSON_OPTIONAL, 1, 40 },
	{ "issuer", JSON_T_NAME, MEMBER(evidence_body, issuer), JSON_OPTIONAL, 1, 100 },
	{ "issued_on", JSON_T_DATE, MEMBER(evidence_body, issued_on), JSON_OPTIONAL, DATE_YEAR },
	{ "guardian_name", JSON_T_NAME, MEMBER(evidence_body, guardian_name), JSON_OPTIONAL, 1, 200 },
	{ "guardian_relation", JSON_T_CODE, MEMBER(evidence_body, guardian_relation), JSON_OPTIONAL, 1, 30 },
	{ NULL }
};

static const char *
text_at(const json_t *birth, const char *party, const char *name)
{
	return json_string_value(json_object_get(json_object_get(birth, party), name));
}

static const char *
given_or(const char *given, const char *otherwise)
{
	return given != NULL ? given : otherwise;
}

/* Neither parent of the issuing State, nothing given: then the officer must say, the registry does not guess. */
static const char *
nationality_of(const json_t *birth, const struct examination *given, const struct identity_rules *rules, struct err *err)
{
	const char *mother = text_at(birth, "mother", "nationality"), *father = text_at(birth, "father", "nationality");

	if (given->nationality != NULL) {
		if (!states_valid_nationality(given->nationality))
			err_problem(err, "/nationality", "no State or nationality code (Doc 9303-3 section 5)");
		return given->nationality;
	}
	if ((mother != NULL && strcmp(mother, rules->state) == 0) || (father != NULL && strcmp(father, rules->state) == 0))
		return rules->state;
	err_problem(err, "/nationality", "must be given: the act names no parent of the issuing State");
	return NULL;
}

static void
check_override(const struct examination *given, struct err *err)
{
	if (given->mrz_primary == NULL && given->mrz_secondary == NULL) {
		if (given->mrz_override_reason != NULL)
			err_problem(err, "/mrz_override_reason", "a reason without an override");
		return;
	}
	if (given->mrz_override_reason == NULL)
		err_problem(err, "/mrz_override_reason", "an overridden transliteration needs a reason");
	if (given->mrz_primary == NULL)
		err_problem(err, "/mrz_primary", "both identifiers are overridden together");
	else if (!translit_is_identifier(given->mrz_primary))
		err_problem(err, "/mrz_primary", "letters A to Z, components joined by one '<' (Doc 9303-3 4.6)");
	if (given->mrz_secondary != NULL && !translit_is_identifier(given->mrz_secondary))
		err_problem(err, "/mrz_secondary", "letters A to Z, components joined by one '<' (Doc 9303-3 4.6)");
}

/*
 * The letters that the registrar gave with the act, as long as the name is the act's; else the recommended transliteration.  What has
 * none is a problem at the name, whose remedy is an override.
 */
static void
letters(const json_t *birth, const char *member, const char *given, const char *name, const char *pointer, struct buf *out,
	struct err *err)
{
	const char *of_act = given == NULL ? text_at(birth, "child", member) : NULL;
	struct err why = ERR_INIT;

	if (of_act != NULL)
		buf_str(out, of_act);
	else if (name != NULL && translit_identifier(bytes_str(name), &translit_recommended, out, &why) == -1)
		err_problem(err, pointer, "%.150s", why.text);
}

static void
set_text(json_t *object, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		json_object_set_new(object, name, json_string(value));
}

static void
check_guardian(const char *birth_date, const struct identity_rules *rules, struct err *err)
{
	struct date birth = DATE_INIT;
	struct err why = ERR_INIT;

	if (birth_date != NULL && date_parse(bytes_str(birth_date), &birth, &why) == -1)
		birth = DATE_INIT;
	if (birth.precision != DATE_UNKNOWN && date_age(birth, rules->today) < IDENTITY_ADULT && !rules->has_guardian)
		err_problem(err, "", "a minor: evidence of a guardian is needed first");
}

int
identity_propose(const json_t *birth, const struct examination *given, const struct identity_rules *rules, json_t **proposal,
	struct err *err)
{
	const char *primary = given_or(given->primary_name, text_at(birth, "child", "primary_name"));
	const char *secondary = given_or(given->secondary_name, text_at(birth, "child", "secondary_name"));
	const char *birth_date = text_at(birth, "child", "date_of_birth"), *sex = text_at(birth, "child", "sex"), *nationality;
	struct buf mrz_primary = BUF_INIT, mrz_secondary = BUF_INIT;
	struct err found = ERR_INIT;
	json_t *made = NULL;
	int rc = -1;

	if (primary == NULL)
		err_problem(&found, "/primary_name", "must be given: the act has none");
	nationality = nationality_of(birth, given, rules, &found);
	check_override(given, &found);
	check_guardian(birth_date, rules, &found);
	if (given->mrz_primary != NULL) {
		buf_str(&mrz_primary, given->mrz_primary);
		buf_str(&mrz_secondary, given->mrz_secondary == NULL ? "" : given->mrz_secondary);
	} else {
		letters(birth, "mrz_primary", given->primary_name, primary, "/primary_name", &mrz_primary, &found);
		letters(birth, "mrz_secondary", given->secondary_name, secondary, "/secondary_name", &mrz_secondary, &found);
	}
	if (found.kind != FAIL_NONE) {
		*err = found;
		goto out;
	}
	made = json_object();
	set_text(made, "primary_name", primary);
	set_text(made, "secondary_name", secondary);
	set_text(made, "name_local", given_or(given->name_local, text_at(birth, "child", "name_local")));
	set_text(made, "mrz_primary", buf_cstr(&mrz_primary));
	set_text(made, "mrz_secondary", buf_cstr(&mrz_secondary));
	set_text(made, "mrz_override_reason", given->mrz_override_reason);
	set_text(made, "sex", sex == NULL ? "X" : sex);
	set_text(made, "date_of_birth", birth_date);
	set_text(made, "place_of_birth", given_or(given->place_of_birth, rules->place));
	set_text(made, "nationality", nationality);
	if (made == NULL || mrz_primary.failed || mrz_secondary.failed) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	*proposal = made;
	made = NULL;
	rc = 0;
out:
	json_decref(made);
	buf_wipe(&mrz_primary);
	buf_wipe(&mrz_secondary);
	return rc;
}

int
identity_of_proposal(const json_t *proposal, struct identity *i, struct err *err)
{
	const char *sex = json_string_value(json_object_get(proposal, "sex"));
	const char *birth = json_string_value(json_object_get(proposal, "date_of_birth"));

	i->primary_name = json_string_value(json_object_get(proposal, "primary_name"));
	i->secondary_name = json_string_value(json_object_get(proposal, "secondary_name"));
	i->name_local = json_string_value(json_object_get(proposal, "name_local"));
	i->mrz_primary = json_string_value(json_object_get(proposal, "mrz_primary"));
	i->mrz_secondary = json_string_value(json_object_get(proposal, "mrz_secondary"));
	i->mrz_override_reason = json_string_value(json_object_get(proposal, "mrz_override_reason"));
	i->place_of_birth = json_string_value(json_object_get(proposal, "place_of_birth"));
	i->nationality = json_string_value(json_object_get(proposal, "nationality"));
	if (sex == NULL || i->primary_name == NULL || i->mrz_primary == NULL || i->nationality == NULL)
		return err_set(err, FAIL_INTERNAL, "the proposal in the registry is not complete");
	i->sex = *sex;
	i->date_of_birth = DATE_INIT;
	return birth == NULL ? 0 : date_parse(bytes_str(birth), &i->date_of_birth, err);
}

static void
wanted(const char *value, const char *pointer, struct err *err)
{
	if (value == NULL)
		err_problem(err, pointer, "is missing for this kind of evidence");
}

int
evidence_check(const struct evidence_body *e, json_t **description, struct err *err)
{
	struct err found = ERR_INIT;
	char day[DATE_TEXT];
	json_t *made;

	if (e->kind == EVIDENCE_ACT)
		wanted(e->act_number, "/act_number", &found);
	else if (e->kind == EVIDENCE_DOCUMENT) {
		wanted(e->document_type, "/document_type", &found);
		wanted(e->document_number, "/document_number", &found);
		wanted(e->issuer, "/issuer", &found);
	} else if (e->kind == EVIDENCE_GUARDIAN) {
		wanted(e->guardian_name, "/guardian_name", &found);
		wanted(e->guardian_relation, "/guardian_relation", &found);
	} else
		err_problem(&found, "/kind", "an exemption is made by two officers on its own route");
	if (e->kind != EVIDENCE_ACT && e->act_number != NULL)
		err_problem(&found, "/act_number", "only with evidence that is an act");
	if (found.kind != FAIL_NONE) {
		*err = found;
		return -1;
	}
	*description = NULL;
	if (e->kind == EVIDENCE_ACT)
		return 0;
	if ((made = json_object()) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	set_text(made, "document_type", e->document_type);
	set_text(made, "document_number", e->document_number);
	set_text(made, "issuer", e->issuer);
	set_text(made, "issued_on", date_format(e->issued_on, day));
	set_text(made, "guardian_name", e->guardian_name);
	set_text(made, "guardian_relation", e->guardian_relation);
	*description = made;
	return 0;
}
