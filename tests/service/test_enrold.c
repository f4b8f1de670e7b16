/* An enrolment day over HTTPS: from the registered birth to the identity with its number, and all that is refused on the way. */
#include <gd.h>
#include <pthread.h>

#include "registry/base/digest.h"
#include "registry/base/file.h"
#include "registry/base/uin.h"
#include "tests/service/rig.h"
#include "tests/tap.h"

#define BASE       "/enrolment/v1"
#define OFFICER    "enrolment_officer.1"
#define SUPERVISOR "enrolment_supervisor.1"

static struct rig rig = RIG_INIT;
static struct buf portrait = BUF_INIT;

/* ---- calls ---- */

static struct client *
at(const char *program, const char *login)
{
	struct client *c = NULL;
	struct err err = ERR_INIT;

	if (rig_client(&rig, program, login, &c, &err) == -1)
		bail_out("%s at %s: %s", login, program, err.text);
	return c;
}

/* POST with a key of its own; takes body.  NULL: refused, *err says how. */
static json_t *
post(const char *program, const char *login, const char *path, json_t *body, struct err *err)
{
	json_t *reply = NULL;
	struct uuid key;

	*err = ERR_INIT;
	if (uuid_new(&key, err) == -1 || client_json(at(program, login), "POST", path, &key, body, &reply, err) == -1)
		reply = NULL;
	json_decref(body);
	return reply;
}

static json_t *
get(const char *login, const char *path, struct err *err)
{
	json_t *reply = NULL;

	*err = ERR_INIT;
	if (client_json(at("enrold", login), "GET", path, NULL, NULL, &reply, err) == -1)
		return NULL;
	return reply;
}

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static bool
has_problem(const struct err *err, const char *pointer)
{
	for (unsigned i = 0; i < err->nproblem; i++)
		if (strcmp(err->problem[i].pointer, pointer) == 0)
			return true;
	return false;
}

/* A path below an enrolment. */
static const char *
below(const char *id, const char *what)
{
	static char path[4][160];
	static unsigned next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof(path[0]), BASE "/enrolments/%s%s", id, what);
	return p;
}

/* Whether the change is refused with the kind and, unless NULL, a problem at the pointer; takes body. */
static bool
refused(const char *login, const char *path, json_t *body, enum fail kind, const char *pointer)
{
	struct err err;
	json_t *reply = post("enrold", login, path, body, &err);
	bool held = reply == NULL && err.kind == kind && (pointer == NULL || has_problem(&err, pointer));

	if (!held)
		printf("# %s: %s %s %s\n", reply != NULL ? "done" : fail_name(err.kind), err.text, err.nproblem > 0 ? err.problem[0].pointer : "",
			err.nproblem > 0 ? err.problem[0].text : "");
	json_decref(reply);
	return held;
}

/* ---- births ---- */

struct child {
	const char *primary, *secondary, *mrz_primary, *mrz_secondary, *born;
};

static void
register_birth(const struct child *c, char number[48])
{
	char office[UUID_TEXT], path[160];
	struct err err;
	json_t *names = json_pack("{s:s, s:s, s:s, s:s, s:s}", "primary_name", c->primary, "secondary_name", c->secondary, "sex", "F", "date_of_birth",
		c->born, "place_of_birth", RIG_PLACE_HOSPITAL);
	json_t *reply;

	if (c->mrz_primary != NULL) {
		json_object_set_new(names, "mrz_primary", json_string(c->mrz_primary));
		json_object_set_new(names, "mrz_secondary", json_string(c->mrz_secondary));
	}
	reply = post("civild", "civil_clerk.1", "/civil/v1/births",
		json_pack("{s:s, s:o, s:{s:s, s:s, s:s}, s:{s:s, s:s}}", "office_id", uuid_format(&rig.office[RIG_CIVIL], office), "child", names,
			"mother", "primary_name", c->secondary, "secondary_name", "Vera", "nationality", "UTO", "informant", "name", "Vera", "relation", "mother"),
		&err);
	if (reply == NULL)
		bail_out("birth: %s %s %s", err.text, err.problem[0].pointer, err.problem[0].text);
	snprintf(path, sizeof(path), "/civil/v1/births/%s/registration", text_of(reply, "id"));
	json_decref(reply);
	reply = post("civild", "civil_registrar.1", path, json_object(), &err);
	if (reply == NULL)
		bail_out("registration: %s", err.text);
	snprintf(number, 48, "%s", text_of(reply, "number"));
	json_decref(reply);
}

/* ---- steps ---- */

static json_t *
opening(const char *act_number, enum rig_office office)
{
	char id[UUID_TEXT];

	return json_pack("{s:s, s:s}", "office_id", uuid_format(&rig.office[office], id), "act_number", act_number);
}

/* Opened by OFFICER: the id. */
static void
open_enrolment(const char *act_number, char id[UUID_TEXT])
{
	struct err err;
	json_t *e = post("enrold", OFFICER, BASE "/enrolments", opening(act_number, RIG_ENROLMENT), &err);

	if (e == NULL)
		bail_out("open: %s", err.text);
	snprintf(id, UUID_TEXT, "%s", text_of(e, "id"));
	json_decref(e);
}

static int
send_portrait(const char *login, const char *id, struct bytes image, const char *type, struct err *err)
{
	struct buf reply = BUF_INIT;
	struct uuid key;
	int status = 0;

	*err = ERR_INIT;
	if (uuid_new(&key, err) == 0)
		client_call(at("enrold", login), "POST", below(id, "/portrait"), &key, (struct client_body){ .bytes = image, .content_type = type }, &status,
			&reply, err);
	buf_clear(&reply);
	return status;
}

static struct buf
drawn(int width, int height, bool png)
{
	gdImagePtr image = gdImageCreateTrueColor(width, height);
	struct buf out = BUF_INIT;
	int n = 0;
	void *p;

	gdImageFilledRectangle(image, 0, 0, width, height, 0xc8d0d8);
	gdImageFilledEllipse(image, width / 2, height / 2, width / 2, height / 2, 0xd0a080);
	p = png ? gdImagePngPtr(image, &n) : gdImageJpegPtr(image, &n, 85);
	buf_add(&out, p, (size_t)n);
	gdFree(p);
	gdImageDestroy(image);
	return out;
}

static int64_t
portraits(const char *id)
{
	return rig_count(&rig, "SELECT count(*) FROM portrait WHERE enrolment_id = '%s'", id);
}

/* ---- the day ---- */

static void
test_opening(const char *act_number)
{
	char office[UUID_TEXT];
	json_t *extra = opening(act_number, RIG_ENROLMENT);
	struct err err;

	uuid_format(&rig.office[RIG_ENROLMENT], office);
	ok(refused(OFFICER, BASE "/enrolments", json_object(), FAIL_INPUT, "/act_number"), "refuses: an empty body");
	json_object_set_new(extra, "uin", json_string("234567890124"));
	ok(refused(OFFICER, BASE "/enrolments", extra, FAIL_INPUT, "/uin"), "refuses: a member that is not known");
	ok(refused(OFFICER, BASE "/enrolments", opening("CIV1-B-2020-99", RIG_ENROLMENT), FAIL_NOT_FOUND, NULL), "refuses: an act that is not there");
	ok(refused(OFFICER, BASE "/enrolments", opening(act_number, RIG_ENROLMENT_2), FAIL_DENIED, NULL), "refuses: for an office that is not one's own");
	ok(refused(SUPERVISOR, BASE "/enrolments", opening(act_number, RIG_ENROLMENT), FAIL_DENIED, NULL), "refuses: a supervisor opens none");
	ok(rig_count(&rig, "SELECT count(*) FROM audit_event a JOIN officer o ON o.id = a.officer_id JOIN ledger_entry e ON e.record_id = a.id"
			   " WHERE a.kind = 'denied' AND a.program = 'enrold' AND a.route = 'POST /enrolments' AND o.login = '" SUPERVISOR "'") == 1,
		"and the ledger tells");
	ok(rig_count(&rig, "SELECT count(*) FROM enrolment") == 0, "nothing was stored");
	ok(get(OFFICER, below("018f2a00-0000-7000-8000-00000000abcd", ""), &err) == NULL && err.kind == FAIL_NOT_FOUND, "no enrolment, none to read");
	ok(get(OFFICER, below("1", ""), &err) == NULL && err.kind == FAIL_INPUT, "an id that is none is said to be none");
}

/* The same key again: the same answer, once; another body: a conflict. */
static void
test_repeat(const char *act_number, char id[UUID_TEXT])
{
	struct client_answer first = CLIENT_ANSWER_INIT, again = CLIENT_ANSWER_INIT;
	struct err err = ERR_INIT;
	struct uuid key;
	json_t *body = opening(act_number, RIG_ENROLMENT), *other = opening("CIV1-B-2020-99", RIG_ENROLMENT), *e = NULL;
	struct client *c = at("enrold", OFFICER);

	if (uuid_new(&key, &err) == -1 || client_exchange(c, "POST", BASE "/enrolments", &key, (struct client_body){ .json = body }, &first, &err) == -1 ||
		client_exchange(c, "POST", BASE "/enrolments", &key, (struct client_body){ .json = body }, &again, &err) == -1)
		bail_out("%s", err.text);
	ok(first.status == 201 && json_read(bytes_of(&first.body), &e, &err) == 0, "an enrolment is opened on a registered birth");
	ok(again.status == 201 && bytes_equal(bytes_of(&first.body), bytes_of(&again.body)), "the same key and body again: the same answer");
	ok(rig_count(&rig, "SELECT count(*) FROM enrolment") == 1, "and one enrolment");
	ok(client_json(c, "POST", BASE "/enrolments", &key, other, NULL, &err) == -1 && err.kind == FAIL_CONFLICT, "the same key with another body: a conflict");
	is(text_of(e, "state"), "open", "it is open");
	ok(json_array_size(json_object_get(e, "evidence")) == 1, "with the act as its evidence");
	snprintf(id, UUID_TEXT, "%s", text_of(e, "id"));
	ok(refused(OFFICER, BASE "/enrolments", opening(act_number, RIG_ENROLMENT), FAIL_CONFLICT, NULL), "refuses: a second one while the first is open");
	json_decref(e);
	json_decref(body);
	json_decref(other);
	buf_clear(&first.body);
	buf_clear(&again.body);
}

static void
test_evidence(const char *id, const char *other_act)
{
	const char *path = below(id, "/evidence");
	struct err err;
	json_t *e;

	ok(refused(OFFICER, path, json_object(), FAIL_INPUT, "/kind"), "refuses: evidence of no kind");
	ok(refused(OFFICER, path, json_pack("{s:s}", "kind", "rumour"), FAIL_INPUT, "/kind"), "refuses: evidence of an unknown kind");
	ok(refused(OFFICER, path, json_pack("{s:s}", "kind", "act"), FAIL_INPUT, "/act_number"), "refuses: an act without a number");
	ok(refused(OFFICER, path, json_pack("{s:s, s:s}", "kind", "act", "act_number", "CIV1-B-2020-99"), FAIL_NOT_FOUND, NULL), "refuses: an act that is not there");
	ok(refused(OFFICER, path, json_pack("{s:s, s:s}", "kind", "act", "act_number", other_act), FAIL_CONFLICT, NULL), "refuses: an act about another person");
	ok(refused(OFFICER, path, json_pack("{s:s}", "kind", "guardian"), FAIL_INPUT, "/guardian_name"), "refuses: a guardian without a name");
	ok(refused(OFFICER, path, json_pack("{s:s}", "kind", "exemption"), FAIL_INPUT, "/kind"), "refuses: an exemption made by one");
	ok(refused("enrolment_officer.3", path, json_pack("{s:s, s:s, s:s}", "kind", "guardian", "guardian_name", "Vera", "guardian_relation", "mother"), FAIL_DENIED, NULL),
		"refuses: an officer of another office");
	e = post("enrold", OFFICER, path, json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "document", "document_type", "school certificate", "document_number", "S-17", "issuer", "School of Amaurot", "issued_on", "1998"), &err);
	ok(json_array_size(json_object_get(e, "evidence")) == 2, "takes: a document that was shown (%s)", err.text);
	json_decref(e);
}

static void
test_portraits(const char *id)
{
	struct buf png = drawn(413, 531, true), small = drawn(200, 260, false), wide = drawn(4100, 500, false), huge = BUF_INIT, stored = BUF_INIT;
	struct err err;
	json_t *e;
	char text[80];

	ok(refused(OFFICER, below(id, "/examination"), json_object(), FAIL_CONFLICT, NULL), "refuses: an examination without a portrait");
	ok(send_portrait(OFFICER, id, bytes_of(&png), "image/png", &err) == 400, "refuses: a PNG (%s)", err.text);
	ok(send_portrait(OFFICER, id, bytes_of(&png), "image/jpeg", &err) == 400, "refuses: a PNG that says it is a JPEG");
	ok(send_portrait(OFFICER, id, BYTES(portrait.p, portrait.n / 2), "image/jpeg", &err) == 400, "refuses: half a JPEG (%s)", err.text);
	ok(send_portrait(OFFICER, id, bytes_of(&small), "image/jpeg", &err) == 400, "refuses: 200 by 260 (%s)", err.text);
	ok(send_portrait(OFFICER, id, bytes_of(&wide), "image/jpeg", &err) == 400, "refuses: 4100 wide (%s)", err.text);
	ok(send_portrait(OFFICER, id, BYTES_NONE, "image/jpeg", &err) == 400, "refuses: nothing");
	buf_bytes(&huge, bytes_of(&portrait));
	buf_reserve(&huge, 5 << 20);
	ok(send_portrait(OFFICER, id, bytes_of(&huge), "image/jpeg", &err) == 413, "refuses: 5 MiB (%s)", err.text);
	buf_reserve(&huge, 5 << 20);
	ok(send_portrait(OFFICER, id, bytes_of(&huge), "image/jpeg", &err) == 413, "refuses: 10 MiB (%s)", err.text);
	ok(send_portrait("enrolment_officer.3", id, bytes_of(&portrait), "image/jpeg", &err) == 403, "refuses: an officer of another office");
	ok(send_portrait(SUPERVISOR, id, bytes_of(&portrait), "image/jpeg", &err) == 403, "refuses: a supervisor takes no portraits");
	ok(portraits(id) == 0, "nothing was stored");
	ok(client_call(at("enrold", OFFICER), "GET", below(id, "/portrait"), NULL, CLIENT_NO_BODY, NULL, &stored, &err) == -1 && err.kind == FAIL_NOT_FOUND,
		"no portrait, none to read");
	ok(send_portrait(OFFICER, id, bytes_of(&portrait), "image/jpeg", &err) == 201 && portraits(id) == 1, "takes: a JPEG of 413 by 531 (%s)", err.text);
	ok(client_call(at("enrold", SUPERVISOR), "GET", below(id, "/portrait"), NULL, CLIENT_NO_BODY, NULL, &stored, &err) == 0 &&
			bytes_equal(bytes_of(&stored), bytes_of(&portrait)),
		"and gives the same octets back");
	ok(rig_count(&rig, "SELECT count(*) FROM audit_event WHERE kind = 'disclosure' AND subject_kind = 'portrait'") == 1, "which is a disclosure");
	if (rig_sql(&rig, text, sizeof(text), &err, "SELECT position('\\xffd8ffe0'::bytea IN i.sealed) FROM portrait_image i JOIN portrait p ON p.id = i.portrait_id WHERE p.enrolment_id = '%s'", id) == -1)
		bail_out("%s", err.text);
	is(text, "0", "in the database there is no JPEG");
	e = get(OFFICER, below(id, ""), &err);
	ok(strlen(text_of(e, "portrait_id")) == 36, "the enrolment names its portrait");
	json_decref(e);
	buf_clear(&png);
	buf_clear(&small);
	buf_clear(&wide);
	buf_clear(&huge);
	buf_clear(&stored);
}

static void
test_examination(const char *id)
{
	const char *path = below(id, "/examination");
	struct err err;
	json_t *e, *proposal;

	ok(refused(SUPERVISOR, below(id, "/verification"), json_object(), FAIL_CONFLICT, NULL), "refuses: verification before examination");
	ok(refused(OFFICER, path, json_pack("{s:s}", "sex", "M"), FAIL_INPUT, "/sex"), "refuses: to change what the act says");
	ok(refused(OFFICER, path, json_pack("{s:s}", "nationality", "XYZ"), FAIL_INPUT, "/nationality"), "refuses: a nationality that is none");
	ok(refused(OFFICER, path, json_pack("{s:s}", "mrz_primary", "SMITH"), FAIL_INPUT, "/mrz_override_reason"), "refuses: an override without a reason");
	ok(refused("enrolment_officer.3", path, json_object(), FAIL_DENIED, NULL), "refuses: an officer of another office");
	e = post("enrold", OFFICER, path, json_object(), &err);
	proposal = json_object_get(e, "proposal");
	ok(e != NULL, "examined (%s)", err.text);
	is(text_of(e, "state"), "examined", "the state says so");
	is(text_of(proposal, "mrz_primary"), "OCONNOR", "the proposal has the letters of the MRZ");
	is(text_of(proposal, "mrz_secondary"), "ENYA<SIOBHAN", "of both identifiers");
	is(text_of(proposal, "nationality"), "UTO", "the nationality of the mother");
	is(text_of(proposal, "place_of_birth"), "Amaurot General Hospital", "and the name of the place");
	json_decref(e);
	ok(refused(OFFICER, path, json_object(), FAIL_CONFLICT, NULL), "refuses: a second examination");
	ok(refused(OFFICER, below(id, "/evidence"), json_pack("{s:s, s:s, s:s}", "kind", "guardian", "guardian_name", "Vera", "guardian_relation", "mother"), FAIL_CONFLICT, NULL),
		"refuses: evidence after the examination");
	ok(send_portrait(OFFICER, id, bytes_of(&portrait), "image/jpeg", &err) == 409, "refuses: a portrait after the examination");
	ok(refused(OFFICER, below(id, "/cancellation"), json_pack("{s:s}", "reason", "went home without it"), FAIL_CONFLICT, NULL), "refuses: to cancel what was examined");
}

/* One person with both roles: the database holds four eyes, not the screen. */
static void
both_roles(const char *login, const char *role)
{
	const struct rig_officer *o = NULL;
	struct err err = ERR_INIT;
	char id[UUID_TEXT];

	if (rig_officer(&rig, login, &o, &err) == -1 ||
		rig_sql(&rig, NULL, 0, &err, "INSERT INTO officer_role SELECT '%s', '%s', id FROM office WHERE code = 'ENR1'", uuid_format(&o->id, id), role) == -1)
		bail_out("%s", err.text);
}

static void
test_verification(const char *id, char uin[13])
{
	const char *path = below(id, "/verification");
	json_t *e, *identity;
	struct err err;
	char where[80];

	ok(refused(OFFICER, path, json_object(), FAIL_CONFLICT, NULL), "refuses: who examined does not verify, whatever their roles");
	ok(refused("enrolment_officer.2", path, json_object(), FAIL_DENIED, NULL), "refuses: an officer who is no supervisor");
	ok(refused("enrolment_supervisor.3", path, json_object(), FAIL_DENIED, NULL), "refuses: a supervisor of another office");
	ok(refused(OFFICER, below(id, "/refusal"), json_pack("{s:s}", "reason", "does not look like it"), FAIL_CONFLICT, NULL), "refuses: who examined does not refuse either");
	ok(refused(SUPERVISOR, below(id, "/refusal"), json_pack("{s:s}", "reason", "no"), FAIL_INPUT, "/reason"), "refuses: a refusal with hardly a reason");
	ok(rig_count(&rig, "SELECT count(*) FROM identity_version") == 0 && rig_count(&rig, "SELECT count(*) FROM person_uin") == 0, "nothing was stored");
	e = post("enrold", SUPERVISOR, path, json_object(), &err);
	ok(e != NULL, "verified by another officer (%s)", err.text);
	is(text_of(e, "state"), "verified", "the state says so");
	snprintf(uin, 13, "%s", text_of(e, "uin"));
	ok(uin_check(uin, &err) == 0, "the person has a number");
	json_decref(e);
	ok(refused(SUPERVISOR, path, json_object(), FAIL_CONFLICT, NULL), "refuses: to verify twice");
	snprintf(where, sizeof(where), BASE "/identities/%s", uin);
	identity = get(OFFICER, where, &err);
	ok(identity != NULL && json_is_true(json_object_get(identity, "holds")) && json_integer_value(json_object_get(identity, "version")) == 1,
		"the identity is found by the number, and holds (%s)", err.text);
	is(text_of(identity, "primary_name"), "O'Connor", "with the name as it is written");
	ok(rig_count(&rig, "SELECT count(*) FROM audit_event a JOIN identity_version i ON i.person_id = a.subject_id WHERE a.kind = 'disclosure'"
			   " AND a.route LIKE 'GET /identities%%'") == 1,
		"which is a disclosure of this person");
	json_decref(identity);
	ok(get(OFFICER, BASE "/identities/234567890124", &err) == NULL && err.kind == FAIL_NOT_FOUND, "another number: nobody");
}

static void
test_second_enrolment(const char *act_number, const char *uin)
{
	struct err err;
	char id[UUID_TEXT], where[80];
	json_t *e;

	open_enrolment(act_number, id);
	if (send_portrait(OFFICER, id, bytes_of(&portrait), "image/jpeg", &err) != 201)
		bail_out("%s", err.text);
	e = post("enrold", OFFICER, below(id, "/examination"), json_pack("{s:s}", "primary_name", "Smith-Jones"), &err);
	is(text_of(json_object_get(e, "proposal"), "mrz_primary"), "SMITH<JONES", "a second enrolment under the name of today");
	json_decref(e);
	e = post("enrold", "enrolment_supervisor.2", below(id, "/verification"), json_object(), &err);
	is(text_of(e, "uin"), uin, "keeps the number");
	json_decref(e);
	snprintf(where, sizeof(where), BASE "/identities/%s", uin);
	e = get("auditor.1", where, &err);
	ok(json_integer_value(json_object_get(e, "version")) == 2, "and makes the second version");
	is(text_of(e, "primary_name"), "Smith-Jones", "which is the one that is found");
	json_decref(e);
	ok(rig_count(&rig, "SELECT count(*) FROM identity_version") == 2, "the first one is still there");
}

static void
test_minor(const char *act_number)
{
	struct err err;
	char id[UUID_TEXT];
	json_t *e;

	open_enrolment(act_number, id);
	if (send_portrait(OFFICER, id, bytes_of(&portrait), "image/jpeg", &err) != 201)
		bail_out("%s", err.text);
	ok(refused(OFFICER, below(id, "/examination"), json_object(), FAIL_INPUT, ""), "refuses: a minor without a guardian");
	e = post("enrold", OFFICER, below(id, "/evidence"), json_pack("{s:s, s:s, s:s}", "kind", "guardian", "guardian_name", "Vera Nemo", "guardian_relation", "mother"), &err);
	json_decref(e);
	e = post("enrold", OFFICER, below(id, "/examination"), json_object(), &err);
	is(text_of(e, "state"), "examined", "a minor with a guardian");
	json_decref(e);
	e = post("enrold", SUPERVISOR, below(id, "/refusal"), json_pack("{s:s}", "reason", "the guardian is another person"), &err);
	is(text_of(e, "state"), "refused", "another officer refuses it, with the reason");
	json_decref(e);
	ok(refused(SUPERVISOR, below(id, "/verification"), json_object(), FAIL_CONFLICT, NULL), "refuses: to verify what was refused");
	open_enrolment(act_number, id);
	ok(refused(OFFICER, below(id, "/cancellation"), json_object(), FAIL_INPUT, "/reason"), "refuses: to cancel without a reason");
	e = post("enrold", OFFICER, below(id, "/cancellation"), json_pack("{s:s}", "reason", "the family went home"), &err);
	is(text_of(e, "state"), "cancelled", "a new one is opened, and cancelled");
	json_decref(e);
}

static void
test_letters(const char *plain, const char *lettered)
{
	struct err err;
	char id[UUID_TEXT];
	json_t *e;

	open_enrolment(plain, id);
	if (send_portrait(OFFICER, id, bytes_of(&portrait), "image/jpeg", &err) != 201)
		bail_out("%s", err.text);
	ok(refused(OFFICER, below(id, "/examination"), json_pack("{s:s}", "primary_name", "\xe7\x8e\x8b"), FAIL_INPUT, "/primary_name"),
		"refuses: a name for which there is no transliteration");
	e = post("enrold", OFFICER, below(id, "/examination"),
		json_pack("{s:s, s:s, s:s, s:s}", "primary_name", "\xe7\x8e\x8b", "mrz_primary", "WANG", "mrz_secondary", "FANG", "mrz_override_reason", "pinyin, as in the old passport"), &err);
	is(text_of(json_object_get(e, "proposal"), "mrz_primary"), "WANG", "an override with its reason");
	json_decref(e);
	e = post("enrold", SUPERVISOR, below(id, "/verification"), json_object(), &err);
	is(text_of(e, "state"), "verified", "is verified");
	ok(rig_count(&rig, "SELECT count(*) FROM identity_version WHERE mrz_primary = 'WANG' AND mrz_override_reason = 'pinyin, as in the old passport'") == 1,
		"and the reason is kept");
	json_decref(e);

	open_enrolment(lettered, id);
	if (send_portrait(OFFICER, id, bytes_of(&portrait), "image/jpeg", &err) != 201)
		bail_out("%s", err.text);
	e = post("enrold", OFFICER, below(id, "/examination"), json_object(), &err);
	is(text_of(json_object_get(e, "proposal"), "mrz_primary"), "LI", "the letters that the registrar gave with the act are taken");
	json_decref(e);
}

/* Two counters open an enrolment for one person at the same moment. */
struct opener {
	pthread_t thread;
	pthread_barrier_t *line;
	struct client *client;
	json_t *body;
	bool opened;
};

static void *
open_at_once(void *arg)
{
	struct opener *o = arg;
	struct err err = ERR_INIT;
	struct uuid key;

	pthread_barrier_wait(o->line);
	o->opened = uuid_new(&key, &err) == 0 && client_json(o->client, "POST", BASE "/enrolments", &key, o->body, NULL, &err) == 0;
	return NULL;
}

static void
test_two_counters(const char *act_number)
{
	enum { ROUNDS = 10 };
	static const char *const logins[] = { "enrolment_officer.1", "enrolment_officer.2" };
	struct opener o[2] = { { .opened = false } };
	pthread_barrier_t line;
	struct err err = ERR_INIT;
	int once = 0;

	pthread_barrier_init(&line, NULL, 2);
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < 2; i++) {
			o[i] = (struct opener){ .line = &line, .client = at("enrold", logins[i]), .body = opening(act_number, RIG_ENROLMENT) };
			if (pthread_create(&o[i].thread, NULL, open_at_once, &o[i]) != 0)
				bail_out("thread");
		}
		for (size_t i = 0; i < 2; i++)
			pthread_join(o[i].thread, NULL);
		once += o[0].opened != o[1].opened;
		for (size_t i = 0; i < 2; i++)
			json_decref(o[i].body);
		if (rig_sql(&rig, NULL, 0, &err,
			    "INSERT INTO enrolment_decision (enrolment_id, opened_by, event, officer_id, reason) SELECT e.id, e.officer_id, 'cancel', e.officer_id, 'next round'"
			    " FROM enrolment e JOIN current_state s ON s.subject_id = e.id AND s.state = 'open' JOIN act_registration r ON r.person_id = e.person_id WHERE r.number = '%s'",
			    act_number) == -1)
			bail_out("%s", err.text);
	}
	ok(once == ROUNDS, "of two counters at the same moment one opens the enrolment (%d of %d times)", once, ROUNDS);
	pthread_barrier_destroy(&line);
}

static void
test_lists(void)
{
	char path[200], office[UUID_TEXT], cursor[160] = "";
	size_t seen = 0, pages = 0;
	struct err err;
	json_t *page;

	uuid_format(&rig.office[RIG_ENROLMENT], office);
	ok(get(OFFICER, BASE "/enrolments", &err) == NULL && err.kind == FAIL_INPUT, "refuses: a list of all offices");
	snprintf(path, sizeof(path), BASE "/enrolments?office=%s&colour=red", office);
	ok(get(OFFICER, path, &err) == NULL && err.kind == FAIL_INPUT, "refuses: a filter that is not known");
	snprintf(path, sizeof(path), BASE "/enrolments?office=%s&limit=0", office);
	ok(get(OFFICER, path, &err) == NULL && err.kind == FAIL_INPUT, "refuses: a page of nothing");
	snprintf(path, sizeof(path), BASE "/enrolments?office=%s", office);
	ok(get("enrolment_officer.3", path, &err) == NULL && err.kind == FAIL_DENIED, "refuses: the list of another office");
	do {
		snprintf(path, sizeof(path), BASE "/enrolments?office=%s&limit=3%s%s", office, cursor[0] != '\0' ? "&cursor=" : "", cursor);
		page = get("auditor.1", path, &err);
		if (page == NULL)
			bail_out("list: %s", err.text);
		seen += json_array_size(json_object_get(page, "items"));
		snprintf(cursor, sizeof(cursor), "%s", text_of(page, "next"));
		json_decref(page);
	} while (cursor[0] != '\0' && ++pages < 50);
	ok((int64_t)seen == rig_count(&rig, "SELECT count(*) FROM enrolment e JOIN office o ON o.id = e.office_id WHERE o.code = 'ENR1'"),
		"page by page all %zu of an office are seen once", seen);
	snprintf(path, sizeof(path), BASE "/enrolments?office=%s&state=verified", office);
	page = get(OFFICER, path, &err);
	ok((int64_t)json_array_size(json_object_get(page, "items")) == rig_count(&rig, "SELECT count(*) FROM current_state WHERE machine = 'enrolment' AND state = 'verified'"),
		"and those of one state");
	json_decref(page);
}

/* A verification needs signd for the number: without it nothing happens, and afterwards all is well. */
static void
test_without_signd(const char *act_number)
{
	struct err err;
	char id[UUID_TEXT];
	json_t *e;

	open_enrolment(act_number, id);
	if (send_portrait(OFFICER, id, bytes_of(&portrait), "image/jpeg", &err) != 201)
		bail_out("%s", err.text);
	e = post("enrold", OFFICER, below(id, "/examination"), json_object(), &err);
	json_decref(e);
	rig_kill(&rig, "signd");
	ok(refused(SUPERVISOR, below(id, "/verification"), json_object(), FAIL_AGAIN, NULL), "without signd: again later");
	ok(rig_count(&rig, "SELECT count(*) FROM current_state WHERE subject_id = '%s' AND state = 'examined'", id) == 1, "and nothing happened");
	if (rig_restart(&rig, "signd", &err) == -1)
		bail_out("%s", err.text);
	e = post("enrold", SUPERVISOR, below(id, "/verification"), json_object(), &err);
	is(text_of(e, "state"), "verified", "with signd back it is verified");
	json_decref(e);
}

static void
test_annulled(const char *act_number)
{
	char path[160], birth[UUID_TEXT], id[UUID_TEXT];
	struct err err;
	json_t *e;

	open_enrolment(act_number, id);
	if (send_portrait(OFFICER, id, bytes_of(&portrait), "image/jpeg", &err) != 201 ||
		rig_sql(&rig, birth, sizeof(birth), &err, "SELECT act_id FROM act_registration WHERE number = '%s'", act_number) == -1)
		bail_out("%s", err.text);
	e = post("enrold", OFFICER, below(id, "/examination"), json_object(), &err);
	json_decref(e);
	snprintf(path, sizeof(path), "/civil/v1/births/%s/annulment", birth);
	e = post("civild", "civil_registrar.2", path, json_pack("{s:s}", "reason", "found to be invented"), &err);
	ok(e != NULL, "the birth is annulled in between (%s)", err.text);
	json_decref(e);
	ok(refused(SUPERVISOR, below(id, "/verification"), json_object(), FAIL_CONFLICT, NULL), "refuses: an identity on an act that does not stand any more");
	ok(refused(OFFICER, BASE "/enrolments", opening(act_number, RIG_ENROLMENT), FAIL_CONFLICT, NULL), "and a new enrolment on it");
}

int
main(void)
{
	static const struct child children[] = { { "O'Connor", "Enya Siobhan", NULL, NULL, "1980-05-17" }, { "Nemo", "Fides", NULL, NULL, "2015-03-09" },
		{ "Waters", "Maud", NULL, NULL, "1971-11-30" }, { "\xe6\x9d\x8e", "\xe5\xa8\x9c", "LI", "NA", "1991-02" }, { "Quill", "Petra", NULL, NULL, "1965-08-01" },
		{ "Harper", "Iris", NULL, NULL, "1988-01-12" }, { "Dupont", "Claire", NULL, NULL, "1959-04-22" } };
	char act[NELEM(children)][48], id[UUID_TEXT], uin[13] = "";
	struct err err = ERR_INIT;

	if (rig_start(&rig, (const char *const[]){ "signd", "civild", "enrold", NULL }, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("enrolment", err.text);
		return done_testing();
	}
	portrait = drawn(413, 531, false);
	for (size_t i = 0; i < NELEM(children); i++)
		register_birth(&children[i], act[i]);
	both_roles(OFFICER, "enrolment_supervisor");
	test_opening(act[0]);
	test_repeat(act[0], id);
	test_evidence(id, act[1]);
	test_portraits(id);
	test_examination(id);
	test_verification(id, uin);
	test_second_enrolment(act[0], uin);
	test_minor(act[1]);
	test_letters(act[2], act[3]);
	test_two_counters(act[4]);
	test_without_signd(act[5]);
	test_annulled(act[6]);
	test_lists();
	buf_clear(&portrait);
	rig_stop(&rig);
	return done_testing();
}
