/* The rules of a declaration of birth: one defect each in a declaration that is right. */
#include "enrolment/civil/birth.h"
#include "enrolment/civil/duplicates.h"
#include "tests/tap.h"

static const char good[] =
	"{\"office_id\":\"0190a8b0-0000-7000-8000-000000000001\",\"declared_on\":\"2026-03-10\","
	"\"child\":{\"primary_name\":\"O'Connor-Müller\",\"secondary_name\":\"Zoë\",\"sex\":\"F\",\"date_of_birth\":\"2026-03-05\","
	"\"place_of_birth\":\"UT-ZEN-H1\"},"
	"\"mother\":{\"primary_name\":\"O'Connor\",\"secondary_name\":\"Maeve\",\"date_of_birth\":\"1998-07-21\",\"nationality\":\"UTO\"},"
	"\"father\":{\"primary_name\":\"Müller\",\"secondary_name\":\"Jörg\",\"date_of_birth\":\"1995\",\"nationality\":\"D\"},"
	"\"informant\":{\"name\":\"Maeve O'Connor\",\"relation\":\"mother\"},\"attendant\":\"midwife\","
	"\"statistics\":{\"birth_weight_g\":3400,\"place_kind\":\"hospital\",\"mother_education\":\"tertiary\"}}";

#define TODAY ((struct date){ DATE_DAY, 3, 15, 2026 })

/* Sets the member at `path` ("/child/sex") to the JSON text `value`; NULL takes it away. */
static json_t *
changed(const char *path, const char *value)
{
	struct err err = ERR_INIT;
	json_t *root, *at, *v = NULL;
	char name[100];

	if (json_read(bytes_str(good), &root, &err) == -1 || (value != NULL && json_read(bytes_str(value), &v, &err) == -1))
		bail_out("%s", err.text);
	for (at = root;; at = json_object_get(at, name)) {
		size_t n = strcspn(++path, "/");

		snprintf(name, sizeof(name), "%.*s", (int)n, path);
		path += n;
		if (*path == '\0')
			break;
	}
	if (v == NULL)
		json_object_del(at, name);
	else
		json_object_set_new(at, name, v);
	return root;
}

static bool
checked(json_t *root, struct err *err)
{
	struct birth b = { 0 };
	bool right = json_get(root, birth_fields, &b, err) == 0 && birth_check(&b, TODAY, err) == 0;

	birth_clear(&b);
	json_decref(root);
	return right;
}

static const struct birth_case {
	const char *name, *path, *value, *pointer, *text; /* pointer NULL: the path */
} bad[] = {
	{ "no office", "/office_id", NULL, NULL, "missing" },
	{ "an office that is no UUID", "/office_id", "\"ZEN1\"", NULL, "" },
	{ "no child", "/child", NULL, NULL, "missing" },
	{ "a child that is a list", "/child", "[]", NULL, "object" },
	{ "a member that is not known", "/child/middle_name", "\"Ann\"", NULL, "not a member" },
	{ "no name", "/child/primary_name", NULL, NULL, "missing" },
	{ "an empty name", "/child/primary_name", "\"\"", NULL, "" },
	{ "a blank name", "/child/primary_name", "\"  \"", NULL, "" },
	{ "a name of 201 characters", "/child/primary_name",
		"\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		"BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBC\"",
		NULL, "201 characters" },
	{ "a right-to-left override in a name", "/child/secondary_name", "\"Anna\\u202eevil\"", NULL, "U+202E" },
	{ "a bidi isolate in a name", "/mother/primary_name", "\"\\u2066Anna\"", NULL, "U+2066" },
	{ "a control character in a name", "/child/secondary_name", "\"An\\u0001na\"", NULL, "U+0001" },
	{ "a name that is a number", "/child/secondary_name", "7", NULL, "text" },
	{ "a name without transliteration", "/child/primary_name", "\"ចាន់\"", "/child/mrz_primary", "must be given" },
	{ "a digit in a name", "/child/secondary_name", "\"Zoë 2\"", "/child/mrz_secondary", "must be given" },
	{ "a transliteration in small letters", "/child/mrz_primary", "\"Mueller\"", NULL, "A to Z" },
	{ "a transliteration with two fillers", "/child/mrz_primary", "\"MUELLER<<A\"", NULL, "A to Z" },
	{ "a transliteration that ends with a filler", "/mother/mrz_primary", "\"OCONNOR<\"", NULL, "A to Z" },
	{ "a transliteration of no name", "/child/secondary_name", NULL, NULL, NULL },
	{ "no sex", "/child/sex", NULL, NULL, "missing" },
	{ "a sex that is none", "/child/sex", "\"female\"", NULL, "F, M, X" },
	{ "no date of birth", "/child/date_of_birth", NULL, NULL, "missing" },
	{ "31 February", "/child/date_of_birth", "\"2026-02-31\"", NULL, "" },
	{ "29 February of no leap year", "/child/date_of_birth", "\"2025-02-29\"", NULL, "" },
	{ "month 13", "/child/date_of_birth", "\"2025-13-01\"", NULL, "" },
	{ "a date the other way round", "/child/date_of_birth", "\"05.03.2026\"", NULL, "" },
	{ "born tomorrow", "/child/date_of_birth", "\"2026-03-16\"", NULL, "future" },
	{ "born next year", "/child/date_of_birth", "\"2027\"", NULL, "future" },
	{ "born after the declaration", "/child/date_of_birth", "\"2026-03-11\"", NULL, "after the declaration" },
	{ "born in 1799", "/child/date_of_birth", "\"1799-12-31\"", NULL, "1800" },
	{ "declared tomorrow", "/declared_on", "\"2026-03-16\"", NULL, "future" },
	{ "declared in a month", "/declared_on", "\"2026-03\"", NULL, "a day" },
	{ "no place", "/child/place_of_birth", NULL, NULL, "missing" },
	{ "a place that is no code", "/child/place_of_birth", "\"Zénith\"", NULL, "A to Z" },
	{ "eleven children at once", "/child/multiplicity", "11", NULL, "1 to 10" },
	{ "no child at all", "/child/multiplicity", "0", NULL, "1 to 10" },
	{ "a twin without order", "/child/multiplicity", "2", "/child/birth_order", "multiple birth" },
	{ "second of one", "/child/birth_order", "2", NULL, "2 of 1" },
	{ "no mother", "/mother", NULL, NULL, "missing" },
	{ "a mother of 5 years", "/mother/date_of_birth", "\"2020-07-21\"", NULL, "less than 10" },
	{ "a mother one day under 10", "/mother/date_of_birth", "\"2016-03-06\"", NULL, "less than 10" },
	{ "a mother younger than her child", "/mother/date_of_birth", "\"2026-03-06\"", NULL, "less than 10" },
	{ "a mother of 61", "/mother/date_of_birth", "\"1965-03-05\"", NULL, "more than 60" },
	{ "a mother born in a year that is too late", "/mother/date_of_birth", "\"2017\"", NULL, "less than 10" },
	{ "a mother born in a year that is too early", "/mother/date_of_birth", "\"1964\"", NULL, "more than 60" },
	{ "a mother of no State", "/mother/nationality", "\"QQQ\"", NULL, "no State" },
	{ "a mother of a State in small letters", "/mother/nationality", "\"uto\"", NULL, "no State" },
	{ "a father of 11", "/father/date_of_birth", "\"2014-03-06\"", NULL, "less than 12" },
	{ "a father of 101", "/father/date_of_birth", "\"1925-03-05\"", NULL, "more than 100" },
	{ "a father without name", "/father/primary_name", NULL, NULL, "missing" },
	{ "the mother as father",
		"/father", "{\"primary_name\":\"O'Connor\",\"secondary_name\":\"Maeve\",\"date_of_birth\":\"1998-07-21\"}", NULL, "same person" },
	{ "no informant", "/informant", NULL, NULL, "missing" },
	{ "an informant without name", "/informant/name", NULL, NULL, "missing" },
	{ "an informant of no known relation", "/informant/relation", "\"friend\"", NULL, "mother, father" },
	{ "an attendant that is none of ours", "/attendant", "\"nobody\"", NULL, "physician" },
	{ "99 g", "/statistics/birth_weight_g", "99", NULL, "100 to 9000" },
	{ "a weight with a fraction", "/statistics/birth_weight_g", "3400.5", NULL, "whole number" },
	{ "a statistics item that is not known", "/statistics/religion", "\"none\"", NULL, "not a member" }
};

static const struct birth_case fine[] = {
	{ "as it is", "/declared_on", "\"2026-03-10\"", NULL, NULL },
	{ "declared today when not said", "/declared_on", NULL, NULL, NULL },
	{ "father unknown", "/father", NULL, NULL, NULL },
	{ "father null", "/father", "null", NULL, NULL },
	{ "one name only", "/child/secondary_name", NULL, NULL, NULL },
	{ "a local name", "/child/name_local", "\"ចាន់ វុទ្ធី\"", NULL, NULL },
	{ "only the month known", "/child/date_of_birth", "\"2026-03\"", NULL, NULL },
	{ "only the year known", "/child/date_of_birth", "\"2026\"", NULL, NULL },
	{ "born on the day of declaration", "/child/date_of_birth", "\"2026-03-10\"", NULL, NULL },
	{ "a mother of 10 years and 0 days", "/mother/date_of_birth", "\"2016-03-05\"", NULL, NULL },
	{ "a mother of 60", "/mother/date_of_birth", "\"1965-03-06\"", NULL, NULL },
	{ "a mother born in a year that can be", "/mother/date_of_birth", "\"2016\"", NULL, NULL },
	{ "a mother whose script has no transliteration", "/mother/primary_name", "\"ចាន់\"", NULL, NULL },
	{ "sex X", "/child/sex", "\"X\"", NULL, NULL },
	{ "no statistics", "/statistics", NULL, NULL, NULL }
};

static void
test_rules(void)
{
	for (size_t i = 0; i < NELEM(bad); i++) {
		const char *pointer = bad[i].pointer != NULL ? bad[i].pointer : bad[i].path;
		struct err err = ERR_INIT;
		json_t *root;

		if (bad[i].text == NULL) { /* the transliteration stays */
			root = changed("/child/secondary_name", NULL);
			json_object_set_new(json_object_get(root, "child"), "mrz_secondary", json_string("ZOE"));
			pointer = "/child/mrz_secondary";
		} else
			root = changed(bad[i].path, bad[i].value);
		if (!ok(!checked(root, &err) && err.kind == FAIL_INPUT && strcmp(err.problem[0].pointer, pointer) == 0 &&
				    (bad[i].text == NULL || strstr(err.problem[0].text, bad[i].text) != NULL),
			    "refuses: %s", bad[i].name))
			printf("# %s: %s\n", err.problem[0].pointer, err.problem[0].text);
	}
	for (size_t i = 0; i < NELEM(fine); i++) {
		struct err err = ERR_INIT;

		if (!ok(checked(changed(fine[i].path, fine[i].value), &err), "takes: %s", fine[i].name))
			printf("# %s\n", err.text);
	}
}

static void
test_many_problems(void)
{
	struct err err = ERR_INIT;
	json_t *root = changed("/child/date_of_birth", "\"2026-03-20\"");

	json_object_set_new(json_object_get(root, "mother"), "date_of_birth", json_string("2024"));
	json_object_set_new(json_object_get(root, "informant"), "relation", json_string("father"));
	json_object_del(root, "father");
	ok(!checked(root, &err) && err.nproblem == 3, "all problems are told at once (%u)", err.nproblem);
	ok(strstr(err.text, "Connor") == NULL && strstr(err.text, "2024") == NULL, "no personal data in the sentence");
}

static void
test_place(void)
{
	struct act_declare_check check = { true, true, true, { NULL, 0 } };
	struct err err = ERR_INIT;

	ok(birth_check_place(&check, "/child/place_of_birth", &err) == 0, "a place that was there");
	check.place_was_valid = false;
	ok(birth_check_place(&check, "/child/place_of_birth", &err) == -1 && strcmp(err.problem[0].pointer, "/child/place_of_birth") == 0, "refuses: a place of another time");
	err = ERR_INIT;
	check.place_exists = false;
	ok(birth_check_place(&check, "/child/place_of_birth", &err) == -1 && err.nproblem == 1, "refuses: no such place");
	err = ERR_INIT;
	check.office_is_civil = false;
	ok(birth_check_place(&check, "/child/place_of_birth", &err) == -1 && err.nproblem == 2, "refuses: no civil registration office");
}

static void
read_good(struct birth *b)
{
	struct err err = ERR_INIT;

	*b = (struct birth){ 0 };
	if (json_read_into(bytes_str(good), birth_fields, b, &err) == -1 || birth_check(b, TODAY, &err) == -1)
		bail_out("%s", err.text);
}

static void
test_content(void)
{
	struct act_party party[BIRTH_PARTIES];
	struct birth b, again = { 0 };
	struct birth_statistics s;
	struct buf first = BUF_INIT, second = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *content = NULL;

	read_good(&b);
	ok(birth_content(&b, &first, &err) == 0 && json_read(bytes_of(&first), &content, &err) == 0 &&
			birth_of_content(content, &again, &err) == 0 && birth_content(&again, &second, &err) == 0 &&
			bytes_equal(bytes_of(&first), bytes_of(&second)),
		"the content of an act reads back");
	ok(json_object_get(content, "statistics") == NULL && json_object_get(content, "office_id") == NULL, "without statistics");
	ok(json_integer_value(json_object_get(json_object_get(content, "child"), "multiplicity")) == 1, "a single birth says so");
	ok(birth_parties(&b, party) == 4 && strcmp(party[0].role, "child") == 0 && strcmp(party[2].role, "father") == 0 &&
			party[3].secondary_name == NULL,
		"four parties");
	s = birth_statistics_of(&b);
	ok(s.birth_weight_g == 3400 && s.gestation_weeks == 0 && strcmp(s.place_kind, "hospital") == 0 && strcmp(s.attendant, "midwife") == 0 &&
			s.mother_marital_status == NULL && s.father_education == NULL,
		"statistics: what is not stated is nothing");
	b.has_father = false;
	ok(birth_parties(&b, party) == 3, "three without the father");
	json_object_set_new(content, "child", json_object());
	birth_clear(&again);
	ok(birth_of_content(content, &again, &err) == -1 && err.kind == FAIL_INTERNAL, "refuses: content that no declaration made");
	json_decref(content);
	buf_clear(&first);
	buf_clear(&second);
	birth_clear(&b);
	birth_clear(&again);
}

static void
test_duplicates(void)
{
	struct act_candidate item[3] = { { .state = "registered", .number = "ZEN1-B-2026-000001-X" }, { .state = "declared" }, { .state = "declared" } };
	struct act_candidates c = { item, 3 };
	struct duplicates d = { 0 };
	struct err err = ERR_INIT;
	struct declaration says = { .kind = act_kinds };
	json_t *list, *same, *other;

	read_good(&says.u.birth);
	same = changed("/office_id", NULL);
	json_object_del(same, "statistics");
	other = json_deep_copy(same);
	json_object_set_new(json_object_get(other, "child"), "date_of_birth", json_string("2021-01-01"));
	json_object_set_new(json_object_get(other, "child"), "secondary_name", json_string("Aoife"));
	for (size_t i = 0; i < 3; i++) {
		item[i].id.o[15] = (uint8_t)(i + 1);
		snprintf(item[i].kind, sizeof(item[i].kind), "birth");
		item[i].content = i == 1 ? other : same;
	}
	ok(duplicates_judge(&says, &c, NULL, &d, &err) == 0 && d.n == 2, "the sibling is none, the other two are duplicates (%zu)", d.n);
	ok(duplicates_find(&d, &item[0].id) != NULL && duplicates_find(&d, &item[1].id) == NULL, "found by the act's id");
	ok(duplicates_refuse(&d, act_kinds, &err) == -1 && err.kind == FAIL_CONFLICT && err.nproblem == 2 &&
			strncmp(err.problem[0].pointer, "/duplicates/0", 13) == 0 && strstr(err.problem[0].text, "stop") != NULL,
		"refuses: duplicates");
	ok(strstr(err.problem[0].text, "Connor") == NULL && strstr(err.problem[0].text, "2026") == NULL, "the explanation tells nothing personal");
	list = duplicates_json(&d);
	ok(json_array_size(list) == 2 && json_is_array(json_object_get(json_array_get(list, 0), "fields")), "as JSON");
	json_decref(list);
	item[0].is_overridden = true;
	err = ERR_INIT;
	ok(duplicates_refuse(&d, act_kinds, &err) == -1 && err.nproblem == 1, "one overridden, one left");
	item[2].is_overridden = true;
	ok(duplicates_refuse(&d, act_kinds, &err) == 0, "all overridden");
	duplicates_clear(&d);
	json_decref(same);
	json_decref(other);
	declaration_clear(&says);
}

int
main(void)
{
	test_rules();
	test_many_problems();
	test_place();
	test_content();
	test_duplicates();
	return done_testing();
}
