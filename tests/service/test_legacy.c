/* Entries of paper registers at civild: imported with scans, proposed, compared field by field, promoted, registered by the ordinary way; and what is refused. */
#include "registry/base/clock.h"
#include "registry/base/json.h"
#include "registry/base/scan.h"
#include "registry/store/civil.h"
#include "tests/service/civilfix.h"
#include "tests/tap.h"

static struct civilfix fix;
static struct civil_officer clerk, second, registrar, both, other, auditor, enroller;

static struct {
	int status;
	json_t *json; /* of a success; NULL else */
	struct err err;
	struct buf body;
} got;

static int
call_key(const struct civil_officer *o, const char *method, const char *path, struct client_body body, const struct uuid *key)
{
	char full[700];

	json_decref(got.json);
	got.json = NULL;
	got.err = ERR_INIT;
	buf_wipe(&got.body);
	snprintf(full, sizeof(full), "/civil/v1%s", path);
	if (client_call(o->client, method, full, key, body, &got.status, &got.body, &got.err) == 0 && got.body.n > 0 && got.body.p[0] == '{' &&
		json_read(bytes_of(&got.body), &got.json, &got.err) == -1)
		bail_out("%s", got.err.text);
	json_decref(body.json);
	return got.status;
}

static int
send_body(const struct civil_officer *o, const char *path, struct client_body body)
{
	struct err err = ERR_INIT;
	struct uuid key;

	if (uuid_new(&key, &err) == -1)
		bail_out("%s", err.text);
	return call_key(o, "POST", path, body, &key);
}

static int
post(const struct civil_officer *o, const char *path, json_t *body)
{
	return send_body(o, path, (struct client_body){ .json = body });
}

static int
get(const struct civil_officer *o, const char *path)
{
	return call_key(o, "GET", path, CLIENT_NO_BODY, NULL);
}

static const char *
text(const char *name)
{
	const char *s = json_string_value(json_object_get(got.json, name));

	return s != NULL ? s : "";
}

static bool
has_problem(const char *pointer)
{
	for (unsigned i = 0; i < got.err.nproblem; i++)
		if (strcmp(got.err.problem[i].pointer, pointer) == 0)
			return true;
	return false;
}

/* "/legacy-acts/ID/WHAT" in a ring of texts. */
static const char *
at(const char *id, const char *what)
{
	static char ring[8][160];
	static unsigned next;
	char *path = ring[next++ % 8];

	snprintf(path, sizeof(ring[0]), "/legacy-acts/%s%s%s", id, *what == '\0' ? "" : "/", what);
	return path;
}

static json_t *
entry(const char *number)
{
	char office[UUID_TEXT];

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s}}", "office_id", uuid_format(&fix.office[0], office), "kind", "birth",
		"register", "Births of Oldham", "volume", "7", "page", "12", "entry", number, "grade", "original_register", "place", "UT-OLD", "event_on", "1951-03-02",
		"original", "child", "Erikson, Anna", "born", "2 March 1951", "mother", "\xd0\x92\xd0\xb5\xd1\x80\xd0\xb0");
}

static json_t *
entry_with(const char *number, const char *member, json_t *value)
{
	json_t *e = entry(number);

	if (value == NULL)
		json_object_del(e, member);
	else
		json_object_set_new(e, member, value);
	return e;
}

static json_t *
reading(const char *name)
{
	return json_pack("{s:s, s:{s:s, s:s, s:s, s:s, s:s}, s:{s:s}, s:{s:s, s:s}}", "declared_on", "1951-03-05", "child", "primary_name", name, "secondary_name", "Anna",
		"sex", "F", "date_of_birth", "1951-03-02", "place_of_birth", "UT-OLD", "mother", "primary_name", "Vera", "informant", "name", "Vera", "relation", "mother");
}

static void
import(const struct civil_officer *o, json_t *e, char id[UUID_TEXT])
{
	if (post(o, "/legacy-acts", e) != 201)
		bail_out("import: %s", got.err.text);
	snprintf(id, UUID_TEXT, "%s", text("id"));
}

static const uint8_t jpeg[] = { 0xff, 0xd8, 0xff, 0xe0, 0, 4, 'J', 'F', 0xff, 0xd9 };
static const uint8_t png[] = "\x89PNG\r\n\x1a\n";
#define FILE_OF(octets, type) ((struct client_body){ .bytes = BYTES((const uint8_t *)(octets), sizeof(octets)), .content_type = type })

static void
add_image(const char *id, char image[UUID_TEXT])
{
	if (send_body(&clerk, at(id, "images"), FILE_OF(jpeg, "image/jpeg")) != 201)
		bail_out("image: %s", got.err.text);
	snprintf(image, UUID_TEXT, "%s", text("id"));
}

static json_t *
reason(void)
{
	return json_pack("{s:s}", "reason", "the year reads 1957");
}

/* All that the entry, as it was just read, asks to be compared, but the last `less`. */
static json_t *
promotion(const char *image, size_t less)
{
	json_t *compared = json_deep_copy(json_object_get(got.json, "to_compare"));

	for (size_t i = 0; i < less; i++)
		json_array_remove(compared, json_array_size(compared) - 1);
	return json_pack("{s:s, s:o}", "image_id", image, "compared", compared);
}

static void
test_bad_entries(void)
{
	static const char bidi[] = "Anna\xe2\x80\xaenoskirE";
	const struct {
		const char *name, *pointer, *member;
		json_t *value;
	} bad[] = {
		{ "no register", "/register", "register", NULL },
		{ "no entry number", "/entry", "entry", NULL },
		{ "an empty entry number", "/entry", "entry", json_string("") },
		{ "no grade", "/grade", "grade", NULL },
		{ "a grade that is none", "/grade", "grade", json_string("hearsay") },
		{ "a kind that is none", "/kind", "kind", json_string("baptism") },
		{ "31 February", "/event_on", "event_on", json_string("1951-02-31") },
		{ "an event in the future", "/event_on", "event_on", json_string("2999-01-01") },
		{ "a place without date", "/event_on", "event_on", NULL },
		{ "an unknown place", "/place", "place", json_string("NOWHERE") },
		{ "a place before it was there", "/place", "event_on", json_string("1899-12-31") },
		{ "a place the day it was no more", "/place", "event_on", json_string("1980-01-01") },
		{ "no texts", "/original", "original", json_object() },
		{ "texts that are none", "/original", "original", json_array() },
		{ "a number as a text", "/original/child", "original", json_pack("{s:i}", "child", 1) },
		{ "a bidi-control character", "/original/child", "original", json_pack("{s:s}", "child", bidi) },
		{ "a column's name with a capital", "/original", "original", json_pack("{s:s}", "Child", "x") },
		{ "a member that is not known", "/colour", "colour", json_string("red") },
		{ "an office of enrolment", "", "office_id", json_string("00000000-0000-4000-8000-000000000099") },
	};

	for (size_t i = 0; i < NELEM(bad); i++) {
		int status = post(&clerk, "/legacy-acts", entry_with("900", bad[i].member, bad[i].value));

		ok(*bad[i].pointer == '\0' ? status == 403 : status == 400 && has_problem(bad[i].pointer), "refuses: %s: %s", bad[i].name, got.err.text);
	}
	ok(post(&registrar, "/legacy-acts", entry("900")) == 403, "refuses: a registrar who imports");
	ok(post(&other, "/legacy-acts", entry("900")) == 403, "refuses: a clerk of another office");
	ok(post(&enroller, "/legacy-acts", entry("900")) == 403, "refuses: an enrolment officer");
	ok(civilfix_count(&fix, "SELECT count(*) FROM legacy_act") == 0, "and nothing was kept");
}

static void
test_images(void)
{
	char id[UUID_TEXT], image[UUID_TEXT], path[200];
	static uint8_t large[SCAN_MAX + 1] = { 0xff, 0xd8, 0xff };

	import(&clerk, entry("1"), id);
	ok(post(&clerk, "/legacy-acts", entry("1")) == 409 && strstr(got.err.text, "imported already") != NULL, "refuses: the same entry again");
	ok(send_body(&clerk, at(id, "images"), FILE_OF(jpeg, "image/png")) == 400 && strstr(got.err.text, "is image/jpeg") != NULL, "refuses: a JPEG that says PNG");
	ok(send_body(&clerk, at(id, "images"), FILE_OF(png, "image/png")) == 400 && strstr(got.err.text, "not whole") != NULL, "refuses: a PNG that is cut off");
	ok(send_body(&clerk, at(id, "images"), FILE_OF("<svg/>", "image/svg+xml")) == 400, "refuses: another type");
	ok(send_body(&clerk, at(id, "images"), FILE_OF("MZ program", "application/pdf")) == 400, "refuses: a program that says PDF");
	ok(send_body(&clerk, at(id, "images"), FILE_OF(large, "image/jpeg")) == 413, "refuses: more than %d octets", SCAN_MAX);
	ok(send_body(&second, at(id, "images"), FILE_OF(jpeg, "image/jpeg")) == 409, "refuses: by another clerk: %s", got.err.text);
	ok(send_body(&other, at(id, "images"), FILE_OF(jpeg, "image/jpeg")) == 403, "refuses: by a clerk of another office");
	add_image(id, image);
	ok(send_body(&clerk, at(id, "images"), FILE_OF(jpeg, "image/jpeg")) == 409, "refuses: the same image again");
	snprintf(path, sizeof(path), "%s/%s", at(id, "images"), image);
	ok(get(&registrar, path) == 200 && bytes_equal(bytes_of(&got.body), BYTES(jpeg, sizeof(jpeg))), "the scan is read as it was");
	ok(get(&auditor, path) == 200 && get(&other, path) == 403, "by an auditor too, not by another office");
	ok(civilfix_count(&fix, "SELECT count(*) FROM audit_event WHERE kind = 'disclosure' AND subject_kind = 'legacy_image'") == 2, "which the ledger says");
	ok(civilfix_count(&fix, "SELECT count(*) FROM legacy_image_file WHERE position('\\xffd8ff'::bytea IN sealed) > 0") == 0, "at rest it is sealed");
}

static void
test_promotion(void)
{
	char id[UUID_TEXT], image[UUID_TEXT], act[UUID_TEXT], path[120], number[ACT_NUMBER_TEXT];

	import(&clerk, entry("2"), id);
	ok(get(&registrar, at(id, "")) == 200 && strcmp(text("state"), "imported") == 0 && json_object_get(got.json, "proposal") == NULL, "it is imported");
	ok(civilfix_count(&fix, "SELECT count(*) FROM person") == 0 && civilfix_count(&fix, "SELECT count(*) FROM act") == 0, "no person and no act comes of it");
	ok(post(&registrar, at(id, "promotion"), json_pack("{s:s, s:[]}", "image_id", id, "compared")) == 409, "refuses: promotion before a proposal: %s", got.err.text);
	add_image(id, image);
	ok(post(&second, at(id, "proposal"), json_pack("{s:{}}", "child")) == 400 && has_problem("/child/primary_name"), "refuses: a proposal that is no declaration, at its fields");
	ok(post(&second, at(id, "proposal"), entry_with("2", "child", NULL)) == 400, "refuses: an entry as a proposal");
	ok(post(&registrar, at(id, "proposal"), reading("Eriksson")) == 403, "refuses: a registrar who is no clerk");
	ok(post(&second, at(id, "proposal"), reading("Eriksson")) == 201 && strcmp(text("state"), "proposed") == 0, "another clerk proposes: %s", got.err.text);
	ok(post(&second, at(id, "proposal"), reading("Eriksson")) == 409, "refuses: a second proposal");
	ok(post(&registrar, at(id, "return"), reason()) == 200 && strcmp(text("state"), "imported") == 0, "a registrar returns it");
	ok(post(&both, at(id, "proposal"), reading("Eriksson")) == 201, "an officer who is clerk and registrar proposes again");
	get(&both, at(id, ""));
	ok(json_array_size(json_object_get(got.json, "to_compare")) == 11, "all it says is to be compared");
	ok(post(&both, at(id, "promotion"), promotion(image, 0)) == 409 && strstr(got.err.text, "may not decide") != NULL, "refuses: who proposed promotes: %s", got.err.text);
	ok(post(&both, at(id, "refusal"), reason()) == 409, "refuses: who proposed rejects");
	get(&registrar, at(id, ""));
	ok(post(&registrar, at(id, "promotion"), promotion(image, 1)) == 409 && strstr(got.err.text, "not compared with the image: /") != NULL, "refuses: a field that was not compared: %s", got.err.text);
	get(&registrar, at(id, ""));
	ok(post(&registrar, at(id, "promotion"), promotion(id, 0)) == 409, "refuses: an image that is none of it");
	ok(post(&registrar, at(id, "promotion"), json_pack("{s:s, s:s}", "image_id", image, "compared", "all")) == 400 && has_problem("/compared"), "refuses: no list of fields");
	ok(civilfix_count(&fix, "SELECT count(*) FROM act") == 0, "still no act");
	get(&registrar, at(id, ""));
	ok(post(&registrar, at(id, "promotion"), promotion(image, 0)) == 201, "a third officer promotes: %s", got.err.text);
	is(text("register"), "births", "to an act of its register");
	snprintf(act, sizeof(act), "%s", text("act_id"));
	snprintf(path, sizeof(path), "/births/%s", act);
	ok(get(&clerk, path) == 200 && strcmp(text("state"), "declared") == 0, "which is declared");
	ok(civilfix_count(&fix, "SELECT count(*) FROM person") == 0, "and no person yet");
	snprintf(path, sizeof(path), "/births/%s/registration", act);
	ok(post(&both, path, NULL) == 409, "refuses: who proposed registers: %s", got.err.text);
	ok(post(&registrar, path, NULL) == 200, "a registrar registers it, as any act: %s", got.err.text);
	snprintf(number, sizeof(number), "%s", text("number"));
	ok(strncmp(number, "OF0-B-", 6) == 0, "under a number of the office's own series: %s", number);
	ok(get(&clerk, at(id, "")) == 200 && strcmp(text("state"), "promoted") == 0 && strcmp(text("act_number"), number) == 0, "the entry names it");
	ok(civilfix_count(&fix, "SELECT count(*) FROM act_evidence WHERE kind = 'paper_register' AND reference = 'Births of Oldham, vol. 7, p. 12, no. 2'") == 1, "and the act its entry");
	ok(post(&registrar, at(id, "refusal"), reason()) == 409, "refuses: to reject what is promoted");
}

/* The birth of test_promotion stands in another paper register too: it is a duplicate there as anywhere. */
static void
test_duplicate(void)
{
	char id[UUID_TEXT], image[UUID_TEXT], path[120];

	import(&clerk, entry("3"), id);
	add_image(id, image);
	ok(post(&second, at(id, "proposal"), reading("Eriksson")) == 201, "the same birth from another entry is proposed");
	get(&registrar, at(id, ""));
	ok(post(&registrar, at(id, "promotion"), promotion(image, 0)) == 201 && json_array_size(json_object_get(got.json, "duplicates")) == 1, "promoted, with its duplicate candidate");
	snprintf(path, sizeof(path), "/births/%s/registration", text("act_id"));
	ok(post(&registrar, path, NULL) == 409 && got.err.nproblem == 1, "refuses: to register it: %s", got.err.text);
}

/* An act of another kind than birth: a death in a village that is no more. */
static void
test_death(void)
{
	char id[UUID_TEXT], image[UUID_TEXT], path[120];
	json_t *says = json_pack("{s:s, s:{s:s, s:s, s:s, s:s}, s:s, s:s, s:s, s:{s:s, s:s}}", "declared_on", "1962-04-06", "deceased", "primary_name", "Moss", "secondary_name",
		"Ivan", "sex", "M", "date_of_birth", "1890", "date_of_death", "1962-04-05", "place_of_death", "UT-OLD", "certifier", "physician", "informant", "name", "Olga", "relation", "spouse");
	json_t *e = entry_with("20", "kind", json_string("death"));

	json_object_set_new(e, "event_on", json_string("1962-04"));
	import(&clerk, e, id);
	add_image(id, image);
	ok(post(&second, at(id, "proposal"), reading("Moss")) == 400 && has_problem("/deceased"), "refuses: a birth proposed of an entry of a death");
	ok(post(&second, at(id, "proposal"), says) == 201, "a death is proposed: %s", got.err.text);
	get(&registrar, at(id, ""));
	ok(post(&registrar, at(id, "promotion"), promotion(image, 0)) == 201 && strcmp(text("register"), "deaths") == 0, "and promoted: %s", got.err.text);
	snprintf(path, sizeof(path), "/deaths/%s/registration", text("act_id"));
	ok(post(&registrar, path, NULL) == 200 && strncmp(text("number"), "OF0-D-", 6) == 0, "and registered in its register: %s", text("number"));
}

static void
test_ends(void)
{
	char id[UUID_TEXT], image[UUID_TEXT];

	import(&clerk, entry_with("4", "grade", json_string("index_only")), id);
	ok(post(&second, at(id, "proposal"), reading("Berg")) == 409 && strstr(got.err.text, "index_only") != NULL, "refuses: an index line proposed: %s", got.err.text);
	ok(post(&registrar, at(id, "refusal"), json_object()) == 400 && has_problem("/reason"), "refuses: a rejection without reason");
	ok(post(&registrar, at(id, "refusal"), reason()) == 200 && strcmp(text("state"), "rejected") == 0, "it is rejected");
	ok(post(&second, at(id, "proposal"), reading("Berg")) == 409, "and stays so");
	{
		json_t *e = entry_with("5", "unreadable", json_true());

		json_object_set_new(e, "original", json_object());
		import(&clerk, e, id);
	}
	add_image(id, image);
	ok(post(&second, at(id, "proposal"), reading("Berg")) == 409 && strstr(got.err.text, "unreadable") != NULL, "refuses: an unreadable entry proposed");
	import(&clerk, entry("6"), id);
	ok(post(&second, at(id, "proposal"), json_pack("{s:o}", "child", json_null())) == 400, "refuses: nothing proposed");
	{
		json_t *r = reading("Berg");

		json_object_set_new(json_object_get(r, "child"), "date_of_birth", json_string("1985-01-01"));
		json_object_set_new(r, "declared_on", json_string("1985-01-05"));
		ok(post(&second, at(id, "proposal"), r) == 400 && has_problem("/child/place_of_birth"), "refuses: a reading at a place that was no more");
	}
}

static void
test_lists(void)
{
	char path[600], office[UUID_TEXT];

	uuid_format(&fix.office[0], office);
	snprintf(path, sizeof(path), "/legacy-acts?office=%s", office);
	ok(get(&clerk, path) == 200 && json_array_size(json_object_get(got.json, "items")) == 6, "an office's entries");
	snprintf(path, sizeof(path), "/legacy-acts?office=%s&state=promoted&grade=original_register", office);
	ok(get(&auditor, path) == 200 && json_array_size(json_object_get(got.json, "items")) == 2, "by state and grade");
	snprintf(path, sizeof(path), "/legacy-acts?office=%s&limit=4", office);
	ok(get(&clerk, path) == 200 && json_array_size(json_object_get(got.json, "items")) == 4 && *text("next") != '\0', "in pages");
	snprintf(path, sizeof(path), "/legacy-acts?office=%s&limit=4&cursor=%.400s", office, text("next"));
	ok(get(&clerk, path) == 200 && json_array_size(json_object_get(got.json, "items")) == 2, "to the end");
	snprintf(path, sizeof(path), "/legacy-acts?office=%s", office);
	ok(get(&other, path) == 403, "refuses: another office's");
	ok(get(&clerk, "/legacy-acts") == 400, "refuses: no office");
	snprintf(path, sizeof(path), "/legacy-acts?office=%s&state=registered", office);
	ok(get(&clerk, path) == 400, "refuses: a state that is none");
	ok(get(&clerk, "/provenance-grades") == 200 && json_array_size(json_object_get(got.json, "items")) == 4, "the grades of provenance");
	ok(get(&clerk, at("018f2a00-0000-7000-8000-00000000abcd", "")) == 404, "refuses: an entry that is not there");
}

int
main(void)
{
	if (!civilfix_start(&fix, false)) {
		skip("legacy registers", "PostgreSQL is not installed");
		return done_testing();
	}
	civil_officer_init(&fix, &clerk, "clerk", "civil_clerk", &fix.office[0]);
	civil_officer_init(&fix, &second, "second", "civil_clerk", &fix.office[0]);
	civil_officer_init(&fix, &registrar, "registrar", "civil_registrar", &fix.office[0]);
	civil_officer_init(&fix, &both, "both", "civil_clerk,civil_registrar", &fix.office[0]);
	civil_officer_init(&fix, &other, "other", "civil_clerk,civil_registrar", &fix.office[1]);
	civil_officer_init(&fix, &auditor, "auditor", "auditor", &fix.office[0]);
	civil_officer_init(&fix, &enroller, "enroller", "enrolment_officer", &fix.enrolment_office);
	test_bad_entries();
	test_images();
	test_promotion();
	test_duplicate();
	test_ends();
	test_lists();
	test_death();
	civil_officer_clear(&clerk);
	civil_officer_clear(&second);
	civil_officer_clear(&registrar);
	civil_officer_clear(&both);
	civil_officer_clear(&other);
	civil_officer_clear(&auditor);
	civil_officer_clear(&enroller);
	json_decref(got.json);
	buf_wipe(&got.body);
	ok(civilfix_stop_program(&fix) == 0, "civild stops in order");
	civilfix_stop(&fix);
	return done_testing();
}
