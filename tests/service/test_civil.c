/* A clerk's and a registrar's day at civild, over HTTPS, with a private database. */
#include <pthread.h>
#include <unistd.h>

#include "registry/base/clock.h"
#include "registry/base/json.h"
#include "registry/store/civil.h"
#include "tests/service/civilfix.h"
#include "tests/tap.h"

static struct civilfix fix;
static struct civil_officer clerk, registrar, both, other_clerk, other_registrar, auditor, enroller;

struct answer {
	int status;
	json_t *json; /* of a success; NULL else */
	struct err err;
};
static struct answer got;

/* The last answer stays in `got` until the next call. */
static int
call_key(const struct civil_officer *o, const char *method, const char *path, json_t *body, const struct uuid *key)
{
	struct buf reply = BUF_INIT;
	char full[200];

	json_decref(got.json);
	got = (struct answer){ .err = ERR_INIT };
	snprintf(full, sizeof(full), "/civil/v1%s", path);
	if (client_call(o->client, method, full, key, body == NULL ? CLIENT_NO_BODY : (struct client_body){ .json = body }, &got.status, &reply,
		    &got.err) == 0 &&
		reply.n > 0 && json_read(bytes_of(&reply), &got.json, &got.err) == -1)
		bail_out("%s", got.err.text);
	buf_clear(&reply);
	json_decref(body);
	return got.status;
}

static int
post(const struct civil_officer *o, const char *path, json_t *body)
{
	struct err err = ERR_INIT;
	struct uuid key;

	if (uuid_new(&key, &err) == -1)
		bail_out("%s", err.text);
	return call_key(o, "POST", path, body, &key);
}

static int
get(const struct civil_officer *o, const char *path)
{
	return call_key(o, "GET", path, NULL, NULL);
}

static const char *
text(const char *name)
{
	const char *s = json_string_value(json_object_get(got.json, name));

	return s != NULL ? s : "";
}

/* "/births/ID/WHAT" in a ring of texts. */
static const char *
birth_path(const char *id, const char *what)
{
	static char ring[8][120];
	static unsigned next;
	char *path = ring[next++ % 8];

	snprintf(path, sizeof(ring[0]), "/births/%s%s%s", id, *what == '\0' ? "" : "/", what);
	return path;
}

static json_t *
reason(const char *why)
{
	return json_pack("{s:s}", "reason", why);
}

/* Declares and gives the id. */
static void
declare(const struct civil_officer *o, json_t *birth, char id[UUID_TEXT])
{
	if (post(o, "/births", birth) != 201)
		bail_out("declaration: %s", got.err.text);
	snprintf(id, UUID_TEXT, "%s", text("id"));
}

static json_t *
birth_with(unsigned i, int office, const char *party, const char *member, json_t *value)
{
	json_t *b = civilfix_birth(&fix.office[office], i), *at = party == NULL ? b : json_object_get(b, party);

	if (value == NULL)
		json_object_del(at, member);
	else
		json_object_set_new(at, member, value);
	return b;
}

static void
test_ordinary_day(void)
{
	char id[UUID_TEXT], number[ACT_NUMBER_TEXT], path[80], prefix[32];
	struct err err = ERR_INIT;
	struct uuid key;
	int64_t before = civilfix_count(&fix, "SELECT count(*) FROM audit_event WHERE kind = 'disclosure'");
	int64_t denied;

	uuid_new(&key, &err);
	ok(call_key(&clerk, "POST", "/births", civilfix_birth(&fix.office[0], 1), &key) == 201, "a clerk declares: %s", got.err.text);
	snprintf(id, sizeof(id), "%s", text("id"));
	is(text("state"), "declared", "it is declared");
	ok(json_array_size(json_object_get(got.json, "duplicates")) == 0, "and has no duplicates");
	ok(call_key(&clerk, "POST", "/births", civilfix_birth(&fix.office[0], 1), &key) == 201 && strcmp(text("id"), id) == 0,
		"the same again is the same act");
	ok(call_key(&clerk, "POST", "/births", civilfix_birth(&fix.office[0], 2), &key) == 409, "refuses: its key for another birth");
	ok(civilfix_count(&fix, "SELECT count(*) FROM act") == 1, "one act");
	ok(civilfix_count(&fix, "SELECT count(*) FROM birth_statistics WHERE attendant = 'midwife' AND birth_weight_g = 3001") == 1,
		"its statistics stand apart");
	ok(get(&clerk, birth_path(id, "")) == 200 && strcmp(text("state"), "declared") == 0, "the clerk reads it");
	ok(json_object_get(json_object_get(got.json, "content"), "statistics") == NULL, "without statistics");
	ok(civilfix_count(&fix, "SELECT count(*) FROM audit_event WHERE kind = 'disclosure'") == before + 1, "which is a disclosure in the ledger");

	denied = civilfix_count(&fix, "SELECT count(*) FROM ledger_entry e JOIN audit_event a ON a.id = e.record_id WHERE a.kind = 'denied'");
	ok(post(&clerk, birth_path(id, "registration"), NULL) == 403, "refuses: a clerk who registers");
	ok(civilfix_count(&fix, "SELECT count(*) FROM ledger_entry e JOIN audit_event a ON a.id = e.record_id WHERE a.kind = 'denied'") == denied + 1,
		"and the ledger has it");
	ok(post(&auditor, "/births", civilfix_birth(&fix.office[0], 2)) == 403, "refuses: an auditor who declares");
	ok(post(&enroller, "/births", civilfix_birth(&fix.office[0], 2)) == 403, "refuses: an enrolment officer");

	ok(post(&registrar, birth_path(id, "registration"), NULL) == 200, "another officer registers: %s", got.err.text);
	snprintf(number, sizeof(number), "%s", text("number"));
	snprintf(prefix, sizeof(prefix), "OF0-B-%04d-000001-", clock_today().year);
	ok(strncmp(number, prefix, strlen(prefix)) == 0 && act_number_valid(number), "number %s", number);
	ok(strlen(text("person_id")) == 36, "and a person");
	ok(post(&registrar, birth_path(id, "registration"), NULL) == 409, "refuses: to register it again: %s", got.err.text);

	snprintf(path, sizeof(path), "/acts/%s", number);
	ok(get(&clerk, path) == 200 && strcmp(text("id"), id) == 0 && json_array_size(json_object_get(got.json, "decisions")) == 3,
		"found by its number, with three decisions");
	ok(get(&auditor, path) == 200, "an auditor reads it");
	ok(get(&other_clerk, path) == 403, "refuses: a clerk of another office");
	ok(get(&other_registrar, birth_path(id, "")) == 403, "refuses: a registrar of another office");
	ok(get(&enroller, path) == 403, "refuses: an officer of another service");
	number[strlen(number) - 1] = number[strlen(number) - 1] == 'A' ? 'B' : 'A';
	snprintf(path, sizeof(path), "/acts/%s", number);
	ok(get(&clerk, path) == 400, "refuses: a number with a wrong check character");
	ok(act_number_format("OF0", "birth", 1999, 7, number, &err) == 0, "a number that was never given");
	snprintf(path, sizeof(path), "/acts/%s", number);
	ok(get(&clerk, path) == 404, "is not found");
	ok(get(&clerk, "/births/0190a8b0-0000-7000-8000-00000000dead") == 404, "nor an id that is none");
	ok(get(&clerk, "/births/1") == 400, "refuses: an id that is no UUID");
}

static void
test_bad_declarations(void)
{
	static const struct {
		const char *name, *party, *member, *value, *pointer;
	} bad[] = {
		{ "an unknown place", "child", "place_of_birth", "\"UT-NOWHERE\"", "/child/place_of_birth" },
		{ "a place that was no more", "child", "place_of_birth", "\"UT-OLD\"", "/child/place_of_birth" },
		{ "31 February", "child", "date_of_birth", "\"2024-02-31\"", "/child/date_of_birth" },
		{ "a birth in the future", "child", "date_of_birth", "\"2999-01-01\"", "/child/date_of_birth" },
		{ "a mother of 5", "mother", "date_of_birth", "\"2020-01-01\"", "/mother/date_of_birth" },
		{ "a bidi override in a name", "child", "secondary_name", "\"\\u202eannA\"", "/child/secondary_name" },
		{ "a member nobody knows", "child", "shoe_size", "17", "/child/shoe_size" },
		{ "a name of Khmer letters without transliteration", "child", "primary_name", "\"ចាន់\"", "/child/mrz_primary" },
	};
	static const char *const texts[] = { "", "{", "[]", "{\"office_id\":1,\"office_id\":2}", "{\"child\":\"\xff\xfe\"}", "{\"child\":{}} x", "7", "\"\\u0000\"" };
	int64_t before = civilfix_count(&fix, "SELECT count(*) FROM act");
	struct err err = ERR_INIT;
	struct buf reply = BUF_INIT;
	struct uuid key;
	int status;

	for (size_t i = 0; i < NELEM(bad); i++) {
		json_t *value = NULL;

		if (json_read(bytes_str(bad[i].value), &value, &err) == -1)
			bail_out("%s", err.text);
		if (!ok(post(&clerk, "/births", birth_with(900 + (unsigned)i, 0, bad[i].party, bad[i].member, value)) == 400 &&
				    strcmp(got.err.problem[0].pointer, bad[i].pointer) == 0,
			    "refuses: %s", bad[i].name))
			printf("# %d %s\n", got.status, got.err.text);
	}
	for (size_t i = 0; i < NELEM(texts); i++) {
		uuid_new(&key, &err);
		ok(client_call(clerk.client, "POST", "/civil/v1/births", &key, (struct client_body){ .bytes = bytes_str(texts[i]), .content_type = "application/json" },
			   &status, &reply, &err) == -1 &&
				status == 400,
			"refuses: the body %zu that is no declaration", i);
	}
	ok(client_call(clerk.client, "POST", "/civil/v1/births", NULL, (struct client_body){ .bytes = bytes_str("{}"), .content_type = "application/json" },
		   &status, &reply, &err) == -1 &&
			status == 400,
		"refuses: no Idempotency-Key");
	uuid_new(&key, &err);
	ok(client_call(clerk.client, "POST", "/civil/v1/births", &key, (struct client_body){ .bytes = bytes_str("{}"), .content_type = "text/plain" },
		   &status, &reply, &err) == -1 &&
			status == 415,
		"refuses: text that is not said to be JSON");
	ok(post(&clerk, "/births", civilfix_birth(&fix.office[1], 900)) == 403, "refuses: a declaration for another office");
	ok(post(&enroller, "/births", civilfix_birth(&fix.enrolment_office, 900)) == 403, "refuses: who is no clerk");
	ok(post(&both, "/births", civilfix_birth(&fix.enrolment_office, 900)) == 403, "refuses: for an office that is not theirs");
	ok(civilfix_count(&fix, "SELECT count(*) FROM act") == before, "nothing was stored");
	ok(post(&clerk, "/births", birth_with(901, 0, "child", "primary_name", json_string("Nguyễn"))) == 201, "Vietnamese letters are fine");
}

static void
test_duplicates(void)
{
	char first[UUID_TEXT], second[UUID_TEXT], third[UUID_TEXT], pointer[64];
	json_t *again, *d, *body;

	declare(&clerk, civilfix_birth(&fix.office[0], 100), first);
	ok(post(&registrar, birth_path(first, "registration"), NULL) == 200, "a birth is registered");
	/* the same in another office, otherwise spelt, the father left out */
	again = birth_with(100, 1, NULL, "father", NULL);
	json_object_del(json_object_get(again, "mother"), "date_of_birth");
	declare(&both, again, second);
	d = json_array_get(json_object_get(got.json, "duplicates"), 0);
	ok(d != NULL && strcmp(json_string_value(json_object_get(d, "act_id")), first) == 0 &&
			strcmp(json_string_value(json_object_get(d, "level")), "stop") == 0 &&
			json_array_size(json_object_get(d, "fields")) == 9,
		"declared again elsewhere: the clerk is shown the first act and why");
	ok(get(&other_registrar, birth_path(second, "duplicates")) == 200 && json_array_size(json_object_get(got.json, "duplicates")) == 1,
		"the registrar compares them");
	ok(post(&other_registrar, birth_path(second, "registration"), NULL) == 409, "refuses: to register the duplicate");
	snprintf(pointer, sizeof(pointer), "/duplicates/%s", first);
	ok(strcmp(got.err.problem[0].pointer, pointer) == 0 && strstr(got.err.problem[0].text, "stop, score") != NULL, "and says which and why: %s",
		got.err.problem[0].text);
	ok(civilfix_count(&fix, "SELECT count(*) FROM act_series s JOIN office o ON o.id = s.office_id WHERE o.code = 'OF1'") == 0,
		"no number was used up");
	ok(post(&other_registrar, birth_path(second, "validation"), NULL) == 200 && strcmp(text("state"), "validated") == 0, "validated all the same");
	ok(post(&other_registrar, birth_path(second, "registration"), NULL) == 409, "it still cannot be registered");
	body = json_pack("{s:s, s:s}", "candidate_id", first, "reason", "they are cousins born the same day");
	ok(post(&both, birth_path(second, "duplicate-overrides"), json_incref(body)) == 409 && strstr(got.err.text, "declaring officer") != NULL,
		"refuses: an override by who declared: %s", got.err.text);
	ok(post(&registrar, birth_path(second, "duplicate-overrides"), json_incref(body)) == 403, "refuses: an override by another office");
	ok(post(&clerk, birth_path(second, "duplicate-overrides"), json_incref(body)) == 403, "refuses: an override by a clerk");
	ok(post(&other_registrar, birth_path(second, "duplicate-overrides"), json_pack("{s:s, s:s}", "candidate_id", first, "reason", "short")) == 400 &&
			strcmp(got.err.problem[0].pointer, "/reason") == 0,
		"refuses: an override without a real reason");
	ok(post(&other_registrar, birth_path(second, "duplicate-overrides"), json_pack("{s:s, s:s}", "candidate_id", second, "reason", "itself, of course")) ==
				400 &&
			strcmp(got.err.problem[0].pointer, "/candidate_id") == 0,
		"refuses: to override what is no candidate");
	ok(post(&other_registrar, birth_path(second, "duplicate-overrides"), json_incref(body)) == 201, "a second officer overrides: %s", got.err.text);
	ok(post(&other_registrar, birth_path(second, "duplicate-overrides"), body) == 409, "refuses: to do so twice");
	ok(post(&both, birth_path(second, "registration"), NULL) == 409 && strstr(got.err.text, "declaring officer") != NULL,
		"refuses: registration by who declared: %s", got.err.text);
	ok(post(&other_registrar, birth_path(second, "registration"), NULL) == 200, "and now it is registered: %s", got.err.text);

	/* two declarations of one birth at the same time: neither gets through until one is rejected */
	declare(&clerk, civilfix_birth(&fix.office[0], 110), first);
	declare(&other_clerk, civilfix_birth(&fix.office[1], 110), second);
	ok(post(&registrar, birth_path(first, "registration"), NULL) == 409 && post(&other_registrar, birth_path(second, "registration"), NULL) == 409,
		"two open declarations of one birth stop each other");
	ok(post(&other_registrar, birth_path(second, "rejection"), json_object()) == 400, "refuses: a rejection without a reason");
	ok(post(&other_registrar, birth_path(second, "rejection"), reason("declared in two offices")) == 200 && strcmp(text("state"), "rejected") == 0,
		"one is rejected");
	ok(post(&registrar, birth_path(first, "registration"), NULL) == 200, "the other is registered: %s", got.err.text);
	ok(post(&other_registrar, birth_path(second, "registration"), NULL) == 409 && strstr(got.err.text, "rejected") != NULL,
		"refuses: to register what was rejected: %s", got.err.text);

	/* twins */
	again = birth_with(120, 0, "child", "multiplicity", json_integer(2));
	json_object_set_new(json_object_get(again, "child"), "birth_order", json_integer(1));
	declare(&clerk, again, first);
	again = birth_with(120, 0, "child", "multiplicity", json_integer(2));
	json_object_set_new(json_object_get(again, "child"), "birth_order", json_integer(2));
	json_object_set_new(json_object_get(again, "child"), "secondary_name", json_string("Zuleika"));
	declare(&clerk, again, second);
	ok(json_array_size(json_object_get(got.json, "duplicates")) == 0, "twins are not duplicates");
	ok(post(&registrar, birth_path(first, "registration"), NULL) == 200 && post(&registrar, birth_path(second, "registration"), NULL) == 200,
		"both are registered");
	again = birth_with(120, 1, "child", "multiplicity", json_integer(2));
	json_object_set_new(json_object_get(again, "child"), "birth_order", json_integer(2));
	json_object_set_new(json_object_get(again, "child"), "secondary_name", json_string("Zulaykha"));
	declare(&other_clerk, again, third);
	ok(json_array_size(json_object_get(got.json, "duplicates")) == 1 && post(&other_registrar, birth_path(third, "registration"), NULL) == 409,
		"the second of them once more is one");
}

static void
test_annulment(void)
{
	char id[UUID_TEXT], again[UUID_TEXT], path[80];

	declare(&clerk, civilfix_birth(&fix.office[0], 200), id);
	ok(post(&registrar, birth_path(id, "annulment"), reason("not yet registered")) == 409, "refuses: to annul what is not registered");
	ok(post(&registrar, birth_path(id, "registration"), NULL) == 200, "registered");
	snprintf(path, sizeof(path), "/acts/%s", text("number"));
	ok(post(&registrar, birth_path(id, "annulment"), NULL) == 400, "refuses: to annul without a reason");
	ok(post(&other_registrar, birth_path(id, "annulment"), reason("court order 17/3")) == 403, "refuses: to annul another office's act");
	ok(post(&registrar, birth_path(id, "rejection"), reason("too late for that")) == 409, "refuses: to reject what is registered");
	ok(post(&registrar, birth_path(id, "annulment"), reason("court order 17/3")) == 200 && strcmp(text("state"), "annulled") == 0, "annulled: %s",
		got.err.text);
	ok(civilfix_count(&fix, "SELECT count(*) FROM outbox WHERE topic = 'act.annulled'") == 1, "and others will be told");
	ok(get(&clerk, path) == 200 && strcmp(text("state"), "annulled") == 0, "its number still finds it");
	declare(&clerk, civilfix_birth(&fix.office[0], 200), again);
	ok(json_array_size(json_object_get(got.json, "duplicates")) == 0, "it is no duplicate any more");
}

static void
test_lists(void)
{
	char path[200], office[UUID_TEXT], id[UUID_TEXT];
	size_t seen = 0, pages = 0;
	int64_t all = civilfix_count(&fix, "SELECT count(*) FROM act a JOIN office o ON o.id = a.office_id WHERE o.code = 'OF0'");
	bool declared = true;
	size_t i;
	json_t *item;

	uuid_format(&fix.office[0], office);
	snprintf(path, sizeof(path), "/births?office=%s&limit=3", office);
	while (get(&clerk, path) == 200) {
		seen += json_array_size(json_object_get(got.json, "items"));
		pages++;
		if (*text("next") == '\0')
			break;
		snprintf(path, sizeof(path), "/births?office=%s&limit=3&cursor=%s", office, text("next"));
	}
	ok((int64_t)seen == all && pages > 1, "all %zu births of the office in %zu pages", seen, pages);
	declare(&clerk, civilfix_birth(&fix.office[0], 300), id);
	snprintf(path, sizeof(path), "/births?office=%s&state=declared", office);
	ok(get(&clerk, path) == 200 && json_array_size(json_object_get(got.json, "items")) > 0, "those that are declared");
	json_array_foreach (json_object_get(got.json, "items"), i, item)
		declared &= strcmp(json_string_value(json_object_get(item, "state")), "declared") == 0;
	ok(declared, "and no others");
	snprintf(path, sizeof(path), "/births?office=%s&state=lost", office);
	ok(get(&clerk, path) == 400, "refuses: a state that is none");
	snprintf(path, sizeof(path), "/births?office=%s&stat=declared", office);
	ok(get(&clerk, path) == 400, "refuses: a misspelt filter");
	snprintf(path, sizeof(path), "/births?office=%s&cursor=AAAA", office);
	ok(get(&clerk, path) == 400, "refuses: a damaged cursor");
	ok(get(&clerk, "/births") == 400, "refuses: a list of no office");
	snprintf(path, sizeof(path), "/births?office=%s", office);
	ok(get(&other_clerk, path) == 403, "refuses: another office's list");
	ok(get(&auditor, path) == 200, "an auditor sees it");
	ok(get(&clerk, "/places?prefix=zen") == 200 && json_array_size(json_object_get(got.json, "items")) == 2, "places by prefix, any case");
	ok(get(&clerk, "/places?prefix=old&on=1979-12-31") == 200 && json_array_size(json_object_get(got.json, "items")) == 1, "a place while it was there");
	ok(get(&clerk, "/places?prefix=old&on=1980-01-01") == 200 && json_array_size(json_object_get(got.json, "items")) == 0, "and not when it was no more");
	ok(get(&clerk, "/places") == 400 && get(&clerk, "/places?prefix=a&on=1980-13") == 400, "refuses: no prefix, no day");
	ok(get(&clerk, "/offices") == 200 && json_array_size(json_object_get(got.json, "items")) == CIVILFIX_OFFICES, "the civil offices only");
}

/* ---- sixteen registrars at once, whose database connections are cut at random ---- */

enum { REGISTRARS = 16,
	BIRTHS = 48 };
static struct civil_officer many[REGISTRARS];
static char declared[BIRTHS][UUID_TEXT];
static _Atomic unsigned registered, refused;
static _Atomic bool is_over;

/* Each tries every birth, from a place of his own on: one of them succeeds, the others fail after they had taken a number. */
static void *
register_all(void *arg)
{
	struct civil_officer *o = arg;
	size_t from = (size_t)(o - many) * 5;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < BIRTHS; i++) {
		struct buf reply = BUF_INIT;
		struct uuid key;
		char path[100];

		snprintf(path, sizeof(path), "/civil/v1/births/%s/registration", declared[(from + i) % BIRTHS]);
		uuid_new(&key, &err);
		err_clear(&err);
		while (client_call(o->client, "POST", path, &key, CLIENT_NO_BODY, NULL, &reply, &err) == -1 && err.kind == FAIL_AGAIN)
			err_clear(&err); /* a connection that was cut: done or not, the same key tells */
		if (err.kind == FAIL_NONE)
			registered++;
		else if (err.kind == FAIL_CONFLICT)
			refused++;
		else
			printf("# %s\n", err.text);
		buf_clear(&reply);
	}
	return NULL;
}

/* Cuts a connection of civild now and then, wherever its transaction is. */
static void *
cut_connections(void *arg)
{
	int64_t *cut = arg;

	while (!is_over) {
		*cut += civilfix_cut(&fix);
		usleep(20000);
	}
	return NULL;
}

/* How many acts of the first office are found by a name as it stands in an address; the first of them is got.json's. */
static size_t
found(const struct civil_officer *o, const char *name)
{
	char path[300], office[UUID_TEXT];

	snprintf(path, sizeof(path), "/acts?office=%s&name=%s", uuid_format(&fix.office[0], office), name);
	return get(o, path) == 200 ? json_array_size(json_object_get(got.json, "items")) : 99;
}

static void
test_search(void)
{
	static const struct {
		const char *name, *typed;
	} good[] = { { "the beginning of the family name", "lefev" }, { "with its accents", "Lef%C3%A8v" }, { "capitals", "LEF%C3%88VRE" }, { "the second of the given names", "zoe" },
		{ "both, in any order", "%C3%A9lo+lef" }, { "part of a double name", "saint" } },
	  bad[] = { { "what stands in the middle", "fevre" }, { "one word too many", "lefevre+anna" }, { "the mother's name", "quimper" }, { "nothing but signs", "+-+" } };
	char id[UUID_TEXT], other[UUID_TEXT], path[200], office[UUID_TEXT];
	json_t *b = birth_with(310, 0, "child", "primary_name", json_string("Lef\u00e8vre Saint-Omer"));
	int64_t before;

	json_object_set_new(json_object_get(b, "child"), "secondary_name", json_string("\u00c9lodie Zo\u00e9"));
	json_object_set_new(json_object_get(b, "mother"), "primary_name", json_string("Quimper"));
	declare(&clerk, b, id);
	for (size_t i = 0; i < NELEM(good); i++)
		ok(found(&clerk, good[i].typed) == 1 && strcmp(json_string_value(json_object_get(json_array_get(json_object_get(got.json, "items"), 0), "id")), id) == 0,
			"finds by %s", good[i].name);
	for (size_t i = 0; i < NELEM(bad); i++)
		ok(found(&clerk, bad[i].typed) == 0, "not by %s", bad[i].name);
	b = birth_with(311, 0, "child", "primary_name", json_string("\u0627\u0644\u0639\u064e\u0644\u0648\u064a")); /* with a vowel point */
	declare(&clerk, b, other);
	ok(found(&clerk, "%D8%A7%D9%84%D8%B9%D9%84%D9%88") == 1, "in Arabic, without the vowel points");
	before = civilfix_count(&fix, "SELECT count(*) FROM audit_event WHERE kind = 'disclosure'");
	ok(found(&registrar, "lefevre") == 1 && found(&auditor, "lefevre") == 1, "the office's registrar and an auditor find it");
	ok(civilfix_count(&fix, "SELECT count(*) FROM audit_event WHERE kind = 'disclosure'") == before + 2, "which are disclosures in the ledger");
	ok(found(&registrar, "nobody") == 0 && civilfix_count(&fix, "SELECT count(*) FROM audit_event WHERE kind = 'disclosure'") == before + 2, "nothing found is none");
	ok(found(&other_clerk, "lefevre") == 99 && got.status == 403, "refuses: a clerk of another office");
	ok(found(&enroller, "lefevre") == 99 && got.status == 403, "refuses: an officer of another service");
	ok(found(&clerk, "") == 99 && got.status == 400, "refuses: no name");
	ok(get(&clerk, "/acts?name=lefevre") == 400, "refuses: no office");
	uuid_format(&fix.office[1], office);
	snprintf(path, sizeof(path), "/acts?office=%s&name=lefevre", office);
	ok(get(&other_clerk, path) == 200 && json_array_size(json_object_get(got.json, "items")) == 0, "another office has no such act");
	ok(post(&registrar, birth_path(id, "registration"), NULL) == 200, "registered");
	ok(get(&clerk, birth_path(id, "")) == 200 && json_object_size(json_object_get(got.json, "officers")) == 2, "its history names both officers");
}

static void
test_series(void)
{
	pthread_t t[REGISTRARS], cutter;
	int64_t cut = 0;
	struct civil_officer c;
	char login[16], twice[UUID_TEXT];

	civil_officer_init(&fix, &c, "clerk8", "civil_clerk", &fix.office[8]);
	for (unsigned i = 0; i < REGISTRARS; i++) {
		snprintf(login, sizeof(login), "registrar8%c", 'a' + (int)i);
		civil_officer_init(&fix, &many[i], login, "civil_registrar", &fix.office[8]);
	}
	for (unsigned i = 0; i < BIRTHS; i++)
		declare(&c, civilfix_birth(&fix.office[8], 400 + i), declared[i]);
	declare(&c, civilfix_birth(&fix.office[8], 400), twice); /* stops itself and the first: more failures */
	pthread_create(&cutter, NULL, cut_connections, &cut);
	for (unsigned i = 0; i < REGISTRARS; i++)
		pthread_create(&t[i], NULL, register_all, &many[i]);
	for (unsigned i = 0; i < REGISTRARS; i++)
		pthread_join(t[i], NULL);
	is_over = true;
	pthread_join(cutter, NULL);
	ok(registered == BIRTHS - 1 && registered + refused == REGISTRARS * BIRTHS, "sixteen registrars at once, %lld connections cut: %u registered, %u refused",
		(long long)cut, (unsigned)registered, (unsigned)refused);
	ok(civilfix_count(&fix, "SELECT count(*) FROM act_registration r JOIN office o ON o.id = r.office_id WHERE o.code = 'OF8'") == BIRTHS - 1 &&
			civilfix_count(&fix, "SELECT min(serial) FROM act_registration r JOIN office o ON o.id = r.office_id WHERE o.code = 'OF8'") == 501 &&
			civilfix_count(&fix, "SELECT max(serial) FROM act_registration r JOIN office o ON o.id = r.office_id WHERE o.code = 'OF8'") ==
				500 + BIRTHS - 1,
		"their numbers have no gap and begin where the office says");
	for (unsigned i = 0; i < REGISTRARS; i++)
		civil_officer_clear(&many[i]);
	civil_officer_clear(&c);
}

int
main(void)
{
	if (!civilfix_start(&fix, false)) {
		skip("civil registration", "PostgreSQL is not installed");
		return done_testing();
	}
	civil_officer_init(&fix, &clerk, "clerk0", "civil_clerk", &fix.office[0]);
	civil_officer_init(&fix, &registrar, "registrar0", "civil_registrar", &fix.office[0]);
	civil_officer_init(&fix, &both, "both1", "civil_clerk,civil_registrar", &fix.office[1]);
	civil_officer_init(&fix, &other_clerk, "clerk1", "civil_clerk", &fix.office[1]);
	civil_officer_init(&fix, &other_registrar, "registrar1", "civil_registrar", &fix.office[1]);
	civil_officer_init(&fix, &auditor, "auditor", "auditor", &fix.office[2]);
	civil_officer_init(&fix, &enroller, "enroller", "enrolment_officer", &fix.enrolment_office);
	test_ordinary_day();
	test_bad_declarations();
	test_duplicates();
	test_annulment();
	test_lists();
	test_search();
	test_series();
	ok(civilfix_count(&fix, "SELECT count(*) FROM act_registration r WHERE NOT EXISTS (SELECT FROM ledger_entry WHERE record_id = r.id)") == 0,
		"every registration is in the ledger");
	ok(civilfix_count(&fix, "SELECT has_table_privilege('catena_civil', 'birth_statistics', 'SELECT')::int") == 0 &&
			civilfix_count(&fix, "SELECT has_table_privilege('catena_reader', 'birth_statistics', 'SELECT')::int") == 0,
		"statistics are not readable by civild, nor by the reader");
	civil_officer_clear(&clerk);
	civil_officer_clear(&registrar);
	civil_officer_clear(&both);
	civil_officer_clear(&other_clerk);
	civil_officer_clear(&other_registrar);
	civil_officer_clear(&auditor);
	civil_officer_clear(&enroller);
	json_decref(got.json);
	ok(civilfix_stop_program(&fix) == 0, "civild stops in order");
	civilfix_stop(&fix);
	return done_testing();
}
