/* acts.h - a good declaration of each kind of act, for tests: what it names by a number the test fills in. */
#ifndef CATENA_TESTS_SERVICE_ACTS_H
#define CATENA_TESTS_SERVICE_ACTS_H

#include <jansson.h>
#include <string.h>

#include "registry/base/uuid.h"

/* What else the declaration needs to be about, and who they are; may be NULL where the register asks for none. */
struct act_about {
	const char *birth_number, *marriage_number;
	const char *primary, *secondary, *born; /* of the person of birth_number, a girl */
};

static const char *const act_registers[] = { "deaths", "foetal-deaths", "marriages", "divorces", "marriage-annulments", "adoptions", "recognitions",
	"legitimations", "name-changes", "judicial-births", "judicial-deaths", "foundlings", NULL };

static json_t *
act_person(const char *primary, const char *secondary, const char *sex, const char *born)
{
	return json_pack("{s:s, s:s*, s:s*, s:s*}", "primary_name", primary, "secondary_name", secondary, "sex", sex, "date_of_birth", born);
}

static json_t *
act_numbered(const char *primary, const char *secondary, const char *born, const char *number)
{
	json_t *p = act_person(primary, secondary, "F", born);

	json_object_set_new(p, "birth_number", json_string(number));
	return p;
}

static json_t *
act_judgment(void)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "court", "District Court", "reference", "17/2025", "decided_on", "2025-03-03", "final_on", "2025-04-04");
}

static json_t *
act_child(const char *primary, const char *secondary, const char *born, const char *place)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "primary_name", primary, "secondary_name", secondary, "sex", "F", "date_of_birth", born, "place_of_birth", place);
}

/* `name`: something that no other declaration of this register has. */
__attribute__((unused)) static json_t *
act_example(const char *reg, const struct uuid *office, const char *place, const char *name, const struct act_about *about)
{
	char id[UUID_TEXT];
	json_t *d = json_pack("{s:s, s:s}", "office_id", uuid_format(office, id), "declared_on", "2025-06-30");

#define SET(member, value) json_object_set_new(d, member, value)
	if (strcmp(reg, "deaths") == 0) {
		SET("deceased", about != NULL ? act_numbered(about->primary, about->secondary, about->born, about->birth_number) : act_person(name, "Olga", "F", "1941-02-03"));
		SET("date_of_death", json_string("2025-06-28"));
		SET("place_of_death", json_string(place));
		SET("certifier", json_string("physician"));
		SET("informant", json_pack("{s:s, s:s}", "name", "Ivan", "relation", "spouse"));
		SET("statistics", json_pack("{s:s, s:s}", "cause_code", "I21.9", "manner", "natural"));
	} else if (strcmp(reg, "foetal-deaths") == 0) {
		SET("mother", act_person(name, "Vera", NULL, "1995-01-07"));
		SET("date_of_delivery", json_string("2025-06-29"));
		SET("place_of_delivery", json_string(place));
		SET("certifier", json_string("physician"));
		SET("informant", json_pack("{s:s, s:s}", "name", "Dr Who", "relation", "hospital"));
		SET("statistics", json_pack("{s:i, s:i}", "weight_g", 1100, "gestation_weeks", 29));
	} else if (strcmp(reg, "marriages") == 0) {
		SET("spouse_1", about != NULL ? act_numbered(about->primary, about->secondary, about->born, about->birth_number) : act_person(name, "Mira", "F", "1990-05-05"));
		SET("spouse_2", act_person(name, "Tomas", "M", "1988-11-12"));
		SET("date_of_marriage", json_string("2025-06-20"));
		SET("place_of_marriage", json_string(place));
		SET("form", json_string("civil"));
		SET("witness_1", json_pack("{s:s}", "name", "Anna Witness"));
		SET("witness_2", json_pack("{s:s}", "name", "Otto Witness"));
	} else if (strcmp(reg, "divorces") == 0 || strcmp(reg, "marriage-annulments") == 0) {
		SET("spouse_1", act_person(name, "Mira", "F", "1990-05-05"));
		SET("spouse_2", act_person(name, "Tomas", "M", "1988-11-12"));
		SET("judgment", act_judgment());
		if (about != NULL && about->marriage_number != NULL)
			SET("marriage_number", json_string(about->marriage_number));
	} else if (strcmp(reg, "adoptions") == 0) {
		SET("child", act_child(name, about->secondary, about->born, place));
		SET("birth_number", json_string(about->birth_number));
		SET("adopter_1", act_person(name, "Nora", "F", "1960-08-08"));
		SET("adopter_2", act_person(name, "Karl", "M", "1958-09-09"));
		SET("form", json_string("full"));
		SET("judgment", act_judgment());
	} else if (strcmp(reg, "recognitions") == 0) {
		SET("child", act_person(about->primary, about->secondary, "F", about->born));
		SET("parent", act_person(name, "Pavel", "M", "1960-01-01"));
		SET("parent_role", json_string("father"));
		SET("birth_number", json_string(about->birth_number));
		SET("date_of_recognition", json_string("2025-06-01"));
	} else if (strcmp(reg, "legitimations") == 0) {
		SET("child", act_person(about->primary, about->secondary, "F", about->born));
		SET("mother", act_person(name, "Petra", "F", "1961-01-01"));
		SET("father", act_person(name, "Pavel", "M", "1960-01-01"));
		SET("birth_number", json_string(about->birth_number));
		SET("date_of_legitimation", json_string("2025-06-02"));
	} else if (strcmp(reg, "name-changes") == 0) {
		SET("person", act_person(about->primary, about->secondary, "F", about->born));
		SET("new_names", json_pack("{s:s, s:s}", "primary_name", name, "secondary_name", about->secondary));
		SET("ground", json_string("administrative"));
		SET("birth_number", json_string(about->birth_number));
		SET("date_of_change", json_string("2025-06-03"));
	} else if (strcmp(reg, "judicial-births") == 0) {
		SET("child", act_child(name, "Sela", "1999-09-09", place));
		SET("mother", act_person(name, "Vesna", NULL, "1970"));
		SET("judgment", act_judgment());
	} else if (strcmp(reg, "judicial-deaths") == 0) {
		SET("deceased", act_person(name, "Marek", "M", "1971-01-30"));
		SET("date_of_death", json_string("2018"));
		SET("judgment", act_judgment());
	} else {
		SET("child", act_child(name, "Nova", "2025-06", place));
		SET("found_on", json_string("2025-06-15"));
		SET("place_found", json_string(place));
		SET("finder", json_pack("{s:s}", "name", "Police Officer"));
	}
#undef SET
	return d;
}

#endif
