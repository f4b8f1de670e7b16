/*
 * The passport office's day over HTTPS: apply, approve, personalise, check, deliver, cancel; what must be refused; signd away and back;
 * a database that was tampered with between allocation and signature.  Real signd and issued, SoftHSM, a private cluster.
 */
#include "pki/passive.h"
#include "registry/office/credentials.h"
#include "registry/service/client.h"
#include "registry/service/signin.h"
#include "tests/service/issuing.h"

#define BASE        "/issuance/v1"
#define AT_THE_DESK "{\"bearer\":\"holder\",\"is_likeness\":true}"

static struct issuing is;
static struct seal *seal;
static struct db *owner;

/* ---- officers ---- */

static const char password[] = "correct horse battery";

struct actor {
	const char *login;
	const char *roles[4];
	const struct uuid *office;
	struct uuid id;
	struct buf totp;
	struct client *client;
};
static struct actor clerk = { "clerk", { "passport_clerk" }, &is.office };
static struct actor both = { "both", { "passport_clerk", "passport_approver" }, &is.office };
static struct actor approver = { "approver", { "passport_approver" }, &is.office };
static struct actor maker = { "maker", { "passport_personaliser" }, &is.office };
static struct actor checker = { "checker", { "passport_qc" }, &is.office };
static struct actor counter = { "counter", { "passport_delivery" }, &is.office };
static struct actor stranger = { "stranger", { "passport_clerk", "passport_approver", "passport_delivery" }, &is.other_office };

static int
work_actor(struct tx *tx, void *arg, struct err *err)
{
	struct actor *a = arg;
	struct buf phc = BUF_INIT, sealed = BUF_INIT;
	int rc = -1;

	buf_clear(&a->totp);
	if (credentials_make(seal, &a->id, bytes_str(password), &phc, &a->totp, &sealed, err) == 0 &&
		officer_add(tx, &a->id, a->login, a->login, buf_cstr(&phc), bytes_of(&sealed), err) == 0)
		rc = 0;
	for (size_t i = 0; rc == 0 && i < NELEM(a->roles) && a->roles[i] != NULL; i++)
		rc = officer_role_add(tx, &a->id, a->roles[i], a->office, err);
	buf_wipe(&phc);
	buf_wipe(&sealed);
	return rc;
}

static void
sign_in(struct actor *a)
{
	struct client_options o = { .url = is.address, .seconds = 60, .ca_file = throwaway_path(&is.tls, "ca.pem") };
	char code[TOTP_DIGITS + 1];
	struct err err = ERR_INIT;
	json_t *body;

	if (uuid_new(&a->id, &err) == -1 || db_run(owner, DB_READ_COMMITTED, work_actor, a, &err) == -1 || client_new(&o, &a->client, &err) == -1 ||
		totp_code(buf_cstr(&a->totp), clock_now(), code, &err) == -1)
		bail_out("%s", err.text);
	body = json_pack("{s:s, s:s, s:s}", "login", a->login, "password", password, "totp", code);
	if (client_json(a->client, "POST", BASE "/session", NULL, body, NULL, &err) == -1)
		bail_out("%s signs in: %s", a->login, err.text);
	json_decref(body);
}

/* ---- calls ---- */

static json_t *reply; /* of the last call; NULL when it failed */
static struct err why;
static int status;

/* body: JSON text or NULL; key: NULL makes a new one.  true when the answer is 2xx. */
static bool
call_with(struct actor *a, const struct uuid *key, const char *method, const char *path, const char *body)
{
	struct client_body b = CLIENT_NO_BODY;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct uuid fresh;
	json_t *value = NULL;
	int rc;

	json_decref(reply);
	reply = NULL;
	err_clear(&why);
	uuid_new(&fresh, &err);
	if (body != NULL) {
		value = json_loads(body, 0, NULL);
		b.json = value;
	}
	rc = client_call(a->client, method, path, strcmp(method, "GET") == 0 ? NULL : key != NULL ? key
												  : &fresh,
		b, &status, &text, &why);
	if (rc == 0 && text.n > 0 && text.p[0] == '{')
		reply = json_loadb((const char *)text.p, text.n, 0, NULL);
	json_decref(value);
	buf_clear(&text);
	return rc == 0;
}

__attribute__((format(printf, 3, 4))) static bool
get(struct actor *a, const char *what, const char *fmt, ...)
{
	char path[300];
	va_list ap;

	(void)what;
	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	return call_with(a, NULL, "GET", path, NULL);
}

/* POST BASE/collection/id/event, or BASE/collection when id is "". */
static bool
post(struct actor *a, const char *collection, const char *id, const char *event, const char *body)
{
	char path[300];

	snprintf(path, sizeof(path), BASE "/%s%s%s%s%s", collection, id[0] != '\0' ? "/" : "", id, event[0] != '\0' ? "/" : "", event);
	return call_with(a, NULL, "POST", path, body);
}

static const char *
said(const char *member)
{
	const char *text = json_string_value(json_object_get(reply, member));

	return text != NULL ? text : "";
}

static bool
refused(bool answered, int want, const char *words)
{
	bool as_wanted = !answered && status == want && (words == NULL || strstr(why.text, words) != NULL);

	if (!as_wanted)
		printf("# status %d: %s %s\n", status, fail_name(why.kind), why.text);
	return as_wanted;
}

static char *
application_body(const char *uin, const char *reason, const struct uuid *office)
{
	static char text[300];
	char id[UUID_TEXT];

	snprintf(text, sizeof(text), "{\"uin\":\"%s\",\"document_type\":\"PP\",\"reason\":\"%s\",\"office_id\":\"%s\"}", uin, reason, uuid_format(office, id));
	return text;
}

/* An application of person n by the clerk; its id. */
static const char *
apply(unsigned n, const char *reason)
{
	static char id[UUID_TEXT];

	if (!post(&clerk, "applications", "", "", application_body(issuing_of(n, "uin"), reason, &is.office)))
		printf("# apply %u: %s\n", n, why.text);
	snprintf(id, sizeof(id), "%s", said("id"));
	return id;
}

struct made {
	char application[UUID_TEXT];
	char number[10];
};

static void
approved(unsigned n, struct made *m)
{
	snprintf(m->application, sizeof(m->application), "%s", apply(n, "first"));
	if (!post(&approver, "applications", m->application, "approval", NULL))
		printf("# approve %u: %s\n", n, why.text);
}

static bool
personalise(const char *const *applications, size_t n)
{
	struct buf text = BUF_INIT;
	bool answered;

	buf_str(&text, "{\"applications\":[");
	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%s\"%s\"", i == 0 ? "" : ",", applications[i]);
	buf_str(&text, "]}");
	answered = post(&maker, "documents", "", "", buf_cstr(&text));
	buf_clear(&text);
	return answered;
}

static bool
personalise_one(struct made *m)
{
	const char *const one[] = { m->application };
	const json_t *result;

	if (!personalise(one, 1))
		return false;
	result = json_array_get(json_object_get(reply, "results"), 0);
	snprintf(m->number, sizeof(m->number), "%s", json_string_value(json_object_get(result, "number")) == NULL ? "" : json_string_value(json_object_get(result, "number")));
	return json_object_get(result, "problem") == NULL && m->number[0] != '\0';
}

/* A copy, in a ring: it may be asked for in the arguments of the call that makes the next answer. */
static const char *
problem_of(size_t i)
{
	static char ring[8][200];
	static unsigned next;
	char *copy = ring[next++ % 8];
	const char *text = json_string_value(json_object_get(json_object_get(json_array_get(json_object_get(reply, "results"), i), "problem"), "detail"));

	snprintf(copy, sizeof(ring[0]), "%s", text != NULL ? text : "");
	return copy;
}

static const char *
state_of(struct actor *a, const char *number)
{
	return get(a, "", BASE "/documents/%s", number) ? said("state") : "";
}

/* ---- eligibility and applications ---- */

static bool
ineligible(unsigned n, const char *code)
{
	const json_t *reasons;

	if (!get(&clerk, "", BASE "/persons/%s/eligibility", issuing_of(n, "uin")))
		return false;
	reasons = json_object_get(reply, "reasons");
	return json_is_false(json_object_get(reply, "eligible")) && json_array_size(reasons) == 1 &&
		strcmp(json_string_value(json_object_get(json_array_get(reasons, 0), "code")), code) == 0 &&
		refused(post(&clerk, "applications", "", "", application_body(issuing_of(n, "uin"), "first", &is.office)), 409, NULL);
}

static void
test_eligibility(void)
{
	ok(get(&clerk, "", BASE "/persons/%s/eligibility", issuing_of(0, "uin")) && json_is_true(json_object_get(reply, "eligible")), "a verified national is eligible");
	ok(ineligible(1, "nationality"), "not a foreigner");
	/* the application's id of the stage is not used here: it becomes the act's */
	issuing_sql("INSERT INTO act (id, kind, office_id, officer_id) SELECT application, 'death', (SELECT id FROM office WHERE code = 'CR1'), pg_temp.o('declarer') FROM rig WHERE n = 2;"
		    "INSERT INTO act_version (id, act_id, version, officer_id, content) SELECT md5(uin)::uuid, application, 1, pg_temp.o('declarer'), '{}' FROM rig WHERE n = 2;"
		    "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) SELECT application, pg_temp.o('declarer'), md5(uin)::uuid, 'declare', pg_temp.o('declarer') FROM rig WHERE n = 2;"
		    "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) SELECT application, pg_temp.o('declarer'), md5(uin)::uuid, 'validate', pg_temp.o('registrar') FROM rig WHERE n = 2;"
		    "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) SELECT application, pg_temp.o('declarer'), md5(uin)::uuid, 'register', pg_temp.o('registrar') FROM rig WHERE n = 2;"
		    "INSERT INTO act_registration (act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id)"
		    " SELECT r.application, d.id, md5(r.uin)::uuid, r.person, (SELECT id FROM office WHERE code = 'CR1'), 'death', 2026, 1, 'CR1-D-2026-1', pg_temp.o('registrar')"
		    " FROM rig r JOIN act_decision d ON d.act_id = r.application AND d.event = 'register' WHERE n = 2");
	ok(ineligible(2, "deceased"), "not the dead");
	issuing_sql("INSERT INTO person_stop (id, person_id, kind, reference, officer_id) SELECT gen_random_uuid(), person, 'court', 'C 1', pg_temp.o('verifier') FROM rig WHERE n = 3");
	ok(ineligible(3, "stopped"), "not against a court's stop");
	ok(refused(get(&clerk, "", BASE "/persons/%s/eligibility", "234567890125"), 400, "check digit"), "refuses: a number with a wrong check digit");
	ok(refused(get(&clerk, "", BASE "/persons/%s/eligibility", "12"), 400, NULL), "refuses: a number that is too short");
	ok(refused(get(&clerk, "", BASE "/persons/%s/eligibility?reason=borrowed", issuing_of(0, "uin")), 400, "reason"), "refuses: an unknown reason");
	ok(refused(get(&clerk, "", BASE "/persons/%s/eligibility?color=red", issuing_of(0, "uin")), 400, "parameter"), "refuses: an unknown parameter");
}

static void
test_apply(struct made *m)
{
	static const char *const bad[] = {
		"{}",
		"{\"uin\":\"1\",\"document_type\":\"PP\",\"reason\":\"first\",\"office_id\":\"x\"}",
		"{\"uin\":\"234567890125\",\"document_type\":\"PD\",\"reason\":\"first\"}",
		"{\"uin\":234567890125}",
		"[]",
	};
	struct uuid key;
	char body[300], id[UUID_TEXT], uin[20];

	snprintf(uin, sizeof(uin), "%s", issuing_of(0, "uin"));
	snprintf(body, sizeof(body), "%s", application_body(uin, "first", &is.office));
	for (size_t i = 0; i < NELEM(bad); i++)
		ok(refused(post(&clerk, "applications", "", "", bad[i]), 400, NULL), "refuses: %s", bad[i]);
	ok(refused(post(&approver, "applications", "", "", body), 403, NULL), "refuses: who is no clerk");
	ok(refused(post(&stranger, "applications", "", "", body), 403, NULL), "refuses: a clerk of another office");
	ok(refused(post(&clerk, "applications", "", "", application_body(uin, "renewal", &is.office)), 409, "no valid document"), "refuses: a renewal of nothing");
	uuid_new(&key, &why);
	ok(call_with(&clerk, &key, "POST", BASE "/applications", body) && status == 201, "an application is taken: %s", why.text);
	snprintf(m->application, sizeof(m->application), "%s", said("id"));
	ok(call_with(&clerk, &key, "POST", BASE "/applications", body) && strcmp(said("id"), m->application) == 0, "the same again is the same application");
	ok(refused(post(&clerk, "applications", "", "", body), 409, "open"), "refuses: a second application");
	ok(get(&approver, "", BASE "/applications/%s", m->application) && strcmp(said("state"), "submitted") == 0 &&
			json_array_size(json_object_get(reply, "decisions")) == 1 &&
			strcmp(json_string_value(json_object_get(json_object_get(reply, "holder"), "primary_name")), "Person") == 0,
		"it can be read with holder and history");
	ok(refused(get(&clerk, "", BASE "/applications/%s", uuid_format(&key, id)), 404, NULL), "refuses: one that is not there");
	ok(refused(get(&clerk, "", BASE "/applications/%s", "7"), 400, NULL), "refuses: an id that is none");
}

static void
test_lists(void)
{
	char office[UUID_TEXT], next[120];

	uuid_format(&is.office, office);
	ok(get(&clerk, "", BASE "/applications?office=%s&state=submitted", office) && json_array_size(json_object_get(reply, "items")) == 1, "the office's queue");
	ok(get(&clerk, "", BASE "/applications?office=%s&state=approved", office) && json_array_size(json_object_get(reply, "items")) == 0, "nothing is approved");
	apply(4, "first");
	apply(5, "first");
	ok(get(&clerk, "", BASE "/applications?office=%s&limit=2", office) && json_array_size(json_object_get(reply, "items")) == 2, "a page of two");
	snprintf(next, sizeof(next), "%s", said("next"));
	ok(get(&clerk, "", BASE "/applications?office=%s&limit=2&cursor=%s", office, next) && json_array_size(json_object_get(reply, "items")) == 1 &&
			said("next")[0] == '\0',
		"and the rest by its cursor: %s", why.text);
	ok(refused(get(&clerk, "", BASE "/applications"), 400, "office"), "refuses: nobody's queue");
	ok(refused(get(&clerk, "", BASE "/applications?office=%s&state=lost", office), 400, "state"), "refuses: an unknown state");
	ok(refused(get(&clerk, "", BASE "/applications?office=%s&cursor=7", office), 400, "cursor"), "refuses: a cursor of its own making");
	ok(refused(get(&stranger, "", BASE "/applications?office=%s", office), 403, NULL), "refuses: the queue of another office");
}

static void
test_decide(struct made *m)
{
	char own[UUID_TEXT], refused_one[UUID_TEXT];

	ok(post(&both, "applications", "", "", application_body(issuing_of(6, "uin"), "first", &is.office)), "an approver who is a clerk, too, takes one");
	snprintf(own, sizeof(own), "%s", said("id"));
	ok(refused(post(&both, "applications", own, "approval", NULL), 409, NULL) && strstr(why.text, "four_eyes") == NULL, "and may not approve it: %s", why.text);
	ok(refused(post(&both, "applications", own, "refusal", "{\"reason\":\"because\"}"), 409, NULL), "nor refuse it");
	ok(refused(post(&clerk, "applications", m->application, "approval", NULL), 403, NULL), "a clerk approves nothing");
	ok(refused(post(&stranger, "applications", m->application, "approval", NULL), 403, NULL), "an approver of another office does not");
	ok(post(&approver, "applications", m->application, "approval", NULL) && strcmp(said("state"), "approved") == 0, "another officer approves: %s", why.text);
	ok(refused(post(&approver, "applications", m->application, "approval", NULL), 409, "approved"), "and not twice");
	ok(refused(post(&approver, "applications", own, "refusal", NULL), 400, NULL), "a refusal has a reason");
	ok(post(&approver, "applications", own, "refusal", "{\"reason\":\"the photograph shows someone else\"}"), "refused with a reason: %s", why.text);
	ok(refused(post(&approver, "applications", own, "approval", NULL), 409, "refused"), "and then not approved");
	snprintf(refused_one, sizeof(refused_one), "%s", apply(6, "first"));
	ok(refused_one[0] != '\0' && post(&clerk, "applications", refused_one, "cancellation", "{\"reason\":\"withdrawn\"}"), "who was refused may apply again, and withdraw");
}

/* ---- documents ---- */

static int
load_store(struct truststore **store)
{
	struct buf cert = BUF_INIT;
	struct err err = ERR_INIT;
	int rc = file_read(throwaway_path(&is.tls, "csca.crt"), 100000, &cert, &err) == 0 && truststore_new(store, &err) == 0 &&
			truststore_add(*store, bytes_of(&cert), TRUST_ANCHOR, "csca.crt", &err) == 0 && truststore_settle(*store, &err) == 0
		? 0
		: -1;

	buf_clear(&cert);
	return rc;
}

static struct buf
chip_read(const char *number, const char *name)
{
	struct buf octets = BUF_INIT;
	struct err err = ERR_INIT;
	char path[200];

	snprintf(path, sizeof(path), BASE "/documents/%s/files/%s", number, name);
	client_call(checker.client, "GET", path, NULL, CLIENT_NO_BODY, NULL, &octets, &err);
	return octets;
}

/* The chip's files as a stranger reads them: passive authentication under the CSCA certificate. */
static void
test_chip(const char *number)
{
	static const unsigned dgs[] = { 1, 2, 11, 12 };
	struct buf sod = chip_read(number, "EF.SOD"), com = chip_read(number, "EF.COM"), dg[17] = { 0 };
	struct passive_input in = { .sod = bytes_of(&sod), .com = bytes_of(&com), .at = clock_now() };
	struct passive result;
	struct truststore *store = NULL;

	for (size_t i = 0; i < NELEM(dgs); i++) {
		char name[10];

		snprintf(name, sizeof(name), "EF.DG%u", dgs[i]);
		dg[dgs[i]] = chip_read(number, name);
		in.dg[dgs[i]] = bytes_of(&dg[dgs[i]]);
	}
	ok(load_store(&store) == 0 && sod.n > 0 && com.n > 0 && dg[2].n > 8000 && dg[2].n < 18432 + 200, "all files of the chip can be read");
	in.store = store;
	passive_authenticate(&in, &result);
	ok(!passive_is_refused(&result) && passive_find(&result, CHECK_SIGNATURE, 0)->grade == GRADE_GOOD &&
			passive_find(&result, CHECK_CHAIN, 0)->grade == GRADE_GOOD && passive_find(&result, CHECK_DATA_GROUP, 11)->grade == GRADE_GOOD,
		"passive authentication accepts them");
	dg[1].p[20] ^= 1;
	passive_authenticate(&in, &result);
	ok(passive_is_refused(&result), "and refuses an altered DG1");
	truststore_free(store);
	for (size_t i = 0; i < NELEM(dgs); i++)
		buf_clear(&dg[dgs[i]]);
	buf_clear(&sod);
	buf_clear(&com);
}

/* One file of what the chip says; NULL: it is not in the list. */
static const json_t *
chip_says(const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach (json_object_get(reply, "files"), i, one)
		if (strcmp(json_string_value(json_object_get(one, "name")), name) == 0)
			return one;
	return NULL;
}

static const char *
chip_text(const char *file, const char *member)
{
	const char *text = json_string_value(json_object_get(json_object_get(chip_says(file), "says"), member));

	return text != NULL ? text : "";
}

static void
test_content(const char *number)
{
	static const char *const dgs[] = { "EF.DG1", "EF.DG2", "EF.DG11", "EF.DG12" };
	struct buf picture = BUF_INIT;
	unsigned good = 0, bad = 0;
	const json_t *check;
	char path[100];
	size_t i;

	ok(refused(get(&clerk, "", BASE "/documents/%s/chip", "U2345678O"), 400, NULL), "refuses: the chip of a number that cannot be one");
	ok(refused(get(&clerk, "", BASE "/documents/%s/chip", "U23456789"), 404, NULL), "refuses: the chip of a document that is not there");
	ok(refused(get(&clerk, "", BASE "/documents/%s/chip/portrait", "U23456789"), 404, NULL), "refuses: its portrait");
	ok(get(&checker, "", BASE "/documents/%s/chip", number) && json_array_size(json_object_get(reply, "files")) == 6, "the chip's six files are told: %s", why.text);
	for (i = 0; i < NELEM(dgs); i++)
		good += strcmp(json_string_value(json_object_get(chip_says(dgs[i]), "digest")), "good") == 0;
	ok(good == NELEM(dgs), "the digests of its data groups are the signed ones");
	is(chip_text("EF.DG1", "number"), number, "DG1 says the number");
	is(chip_text("EF.DG1", "form"), "TD3", "and that it is a booklet");
	is(chip_text("EF.DG2", "format"), "ISO/IEC 19794-5", "DG2 the format of the portrait");
	is(chip_text("EF.DG11", "place_of_birth"), "Zenith", "DG11 where the holder was born");
	ok(chip_text("EF.DG12", "authority")[0] != '\0', "DG12 who issued it");
	is(chip_text("EF.COM", "lds_version"), "0108", "EF.COM the version");
	ok(json_string_value(json_object_get(json_object_get(json_object_get(chip_says("EF.SOD"), "says"), "signer"), "name")) != NULL, "EF.SOD who signed it");
	json_array_foreach (json_object_get(reply, "checks"), i, check)
		bad += strcmp(json_string_value(json_object_get(check, "grade")), "bad") == 0;
	ok(json_array_size(json_object_get(reply, "checks")) > 10 && bad == 0, "and passive authentication finds nothing bad");
	snprintf(path, sizeof(path), BASE "/documents/%s/chip/portrait", number);
	ok(client_call(checker.client, "GET", path, NULL, CLIENT_NO_BODY, NULL, &picture, &why) == 0 && picture.n > 1000 && memcmp(picture.p, "\xff\xd8\xff", 3) == 0,
		"the portrait of the chip is a picture");
	buf_clear(&picture);
}

/* So many records of the step, of which this kind is one. */
static unsigned
steps(const char *step, const char *kind)
{
	const json_t *one;
	unsigned n = 0;
	size_t i;

	json_array_foreach (json_object_get(reply, "records"), i, one)
		n += strcmp(json_string_value(json_object_get(one, "step")), step) == 0 && strcmp(json_string_value(json_object_get(one, "kind")), kind) == 0;
	return n;
}

static void
test_descent(const char *number, bool is_delivered)
{
	ok(get(&clerk, "", BASE "/documents/%s/descent", number) && strcmp(said("number"), number) == 0, "what the document descends from is told: %s", why.text);
	ok(steps("birth", "act_registration") == 1 && steps("birth", "act_decision") == 3, "from the birth that was declared, validated and registered");
	ok(steps("enrolment", "evidence") == 1 && steps("enrolment", "portrait") == 1 && steps("identity", "identity_version") == 1 && steps("identity", "enrolment_decision") == 1,
		"over the enrolment and the verified identity");
	ok(steps("application", "application") == 1 && steps("approval", "application_decision") == 1, "and the application and its approval");
	ok(steps("personalisation", "document") == 1 && steps("personalisation", "document_signature") == 1 && steps("personalisation", "document_decision") == 2, "to the signed document");
	ok(steps("quality_control", "document_decision") == is_delivered && steps("delivery", "document_decision") == is_delivered && steps("afterwards", "document_decision") == 0,
		is_delivered ? "its control and its delivery" : "which is not controlled yet");
	ok(json_integer_value(json_object_get(json_object_get(reply, "tree_head"), "size")) > 0, "with the newest signed tree head");
}

static void
test_queue(const char *number)
{
	char office[UUID_TEXT], next[200];
	size_t n;

	uuid_format(&is.office, office);
	ok(get(&checker, "", BASE "/documents?office=%s&state=personalised", office) && (n = json_array_size(json_object_get(reply, "items"))) == 3, "three wait for quality control: %s", why.text);
	ok(json_string_value(json_object_get(json_array_get(json_object_get(reply, "items"), 0), "booklet")) != NULL, "each in its booklet");
	ok(get(&checker, "", BASE "/documents?office=%s&state=personalised&limit=2", office) && json_array_size(json_object_get(reply, "items")) == 2, "a page of two");
	snprintf(next, sizeof(next), "%s", said("next"));
	ok(get(&checker, "", BASE "/documents?office=%s&state=personalised&limit=2&cursor=%s", office, next) && json_array_size(json_object_get(reply, "items")) == 1 &&
			said("next")[0] == '\0',
		"and the rest by its cursor: %s", why.text);
	ok(get(&checker, "", BASE "/documents?office=%s&state=ready", office) && json_array_size(json_object_get(reply, "items")) == 0, "none is ready: %s", number);
	ok(refused(get(&checker, "", BASE "/documents?state=ready"), 400, "office"), "refuses: nobody's documents");
	ok(refused(get(&checker, "", BASE "/documents?office=%s", office), 400, "state"), "refuses: documents in any state");
	ok(refused(get(&checker, "", BASE "/documents?office=%s&state=delivered", office), 400, "state"), "refuses: all that were ever delivered");
	ok(refused(get(&checker, "", BASE "/documents?office=%s&state=ready&cursor=7", office), 400, "cursor"), "refuses: a cursor of its own making");
	ok(refused(get(&stranger, "", BASE "/documents?office=%s&state=ready", office), 403, NULL), "refuses: the documents of another office");
}

static void
test_personalise(struct made *m, struct made *submitted)
{
	struct made more[2];
	const char *batch[5];
	struct uuid nobody;
	char id[UUID_TEXT];
	struct buf png = BUF_INIT;
	char path[100];

	approved(7, &more[0]);
	approved(8, &more[1]);
	snprintf(submitted->application, sizeof(submitted->application), "%s", apply(9, "first"));
	uuid_new(&nobody, &why);
	batch[0] = m->application;
	batch[1] = submitted->application;
	batch[2] = more[0].application;
	batch[3] = uuid_format(&nobody, id);
	batch[4] = more[1].application;
	ok(refused(post(&clerk, "documents", "", "", "{\"applications\":[]}"), 403, NULL), "refuses: a clerk at the station");
	ok(refused(post(&maker, "documents", "", "", "{\"applications\":[]}"), 400, NULL), "refuses: an empty batch");
	ok(refused(post(&maker, "documents", "", "", "{\"applications\":[\"7\"]}"), 400, NULL), "refuses: what is no id");
	ok(refused(post(&maker, "documents", "", "", "{\"applications\":7}"), 400, NULL), "refuses: what is no list");
	batch[4] = m->application;
	ok(refused(personalise(batch, 5), 400, NULL), "refuses: an application twice in a batch");
	batch[4] = more[1].application;
	ok(personalise(batch, 5) && json_array_size(json_object_get(reply, "results")) == 5, "a batch is personalised: %s", why.text);
	ok(problem_of(0)[0] == '\0' && problem_of(2)[0] == '\0' && problem_of(4)[0] == '\0', "the approved ones are: %s", problem_of(0));
	ok(strstr(problem_of(1), "submitted") != NULL, "the one that is only submitted is not: %s", problem_of(1));
	ok(strstr(problem_of(3), "no such") != NULL, "nor the one that is not there: %s", problem_of(3));
	snprintf(m->number, sizeof(m->number), "%s", json_string_value(json_object_get(json_array_get(json_object_get(reply, "results"), 0), "number")));
	ok(strlen(m->number) == 9 && m->number[0] == 'U', "it has a number");
	ok(personalise_one(m) && strcmp(state_of(&maker, m->number), "personalised") == 0, "the same again changes nothing");
	ok(refused(get(&clerk, "", BASE "/documents/%s", "U2345678O"), 400, NULL), "refuses: a number that cannot be one");
	ok(refused(get(&clerk, "", BASE "/documents/%s", "U23456789"), 404, NULL), "refuses: a number that was not given");
	snprintf(path, sizeof(path), BASE "/documents/%s/data-page", m->number);
	ok(client_call(checker.client, "GET", path, NULL, CLIENT_NO_BODY, NULL, &png, &why) == 0 && png.n > 10000 && memcmp(png.p, "\x89PNG", 4) == 0, "the data page is a picture");
	buf_clear(&png);
	ok(refused(get(&checker, "", BASE "/documents/%s/files/EF.DG3", m->number), 404, NULL), "refuses: a file the chip has not");
	test_chip(m->number);
	test_content(m->number);
	test_queue(m->number);
	ok(refused(get(&clerk, "", BASE "/documents/%s/descent", "U2345678O"), 400, NULL), "refuses: the descent of a number that cannot be one");
	ok(refused(get(&clerk, "", BASE "/documents/%s/descent", "U23456789"), 404, NULL), "refuses: the descent of a document that is not there");
	test_descent(m->number, false);
	ok(strcmp(issuing_sql("SELECT count(*) >= 10 FROM audit_event WHERE kind = 'disclosure' AND program = 'issued'"), "t") == 0, "whoever saw personal data is in the ledger");
}

static void
test_finish(struct made *m)
{
	const json_t *checks;

	ok(refused(post(&counter, "documents", m->number, "delivery", AT_THE_DESK), 409, "personalised"), "refuses: delivery before quality control");
	ok(refused(post(&maker, "documents", m->number, "quality-control", NULL), 403, NULL), "refuses: quality control by who made it");
	ok(post(&checker, "documents", m->number, "quality-control", NULL) && json_is_true(json_object_get(reply, "passed")) && strcmp(said("state"), "ready") == 0,
		"quality control passes: %s", why.text);
	checks = json_object_get(reply, "checks");
	ok(json_array_size(checks) >= 7, "after %zu checks", json_array_size(checks));
	ok(refused(post(&checker, "documents", m->number, "quality-control", NULL), 409, "ready"), "and once");
	ok(refused(post(&stranger, "documents", m->number, "delivery", AT_THE_DESK), 403, NULL), "refuses: delivery by another office");
	ok(refused(post(&counter, "documents", m->number, "delivery", AT_THE_DESK), 409, "portrait"), "refuses: delivery by who has not looked at the portrait");
	ok(refused(post(&counter, "documents", m->number, "delivery", NULL), 400, NULL), "refuses: delivery without saying to whom");
	ok(refused(get(&clerk, "", BASE "/documents/%s/portrait", m->number), 403, NULL), "refuses: the portrait to a clerk");
	ok(get(&counter, "", BASE "/documents/%s/portrait", m->number), "the portrait is shown: %s", why.text);
	ok(refused(post(&counter, "documents", m->number, "delivery", "{\"bearer\":\"guardian\",\"is_likeness\":true,\"proof\":\"court 1\"}"), 409, "no minor"), "refuses: a guardian of an adult");
	ok(refused(post(&counter, "documents", m->number, "delivery", "{\"bearer\":\"guardian\",\"is_likeness\":true}"), 409, NULL), "refuses: a guardian without proof");
	ok(post(&counter, "documents", m->number, "delivery", "{\"bearer\":\"holder\",\"is_likeness\":false}") && strcmp(said("state"), "ready") == 0, "one whom the portrait does not show leaves without it");
	ok(post(&counter, "documents", m->number, "delivery", AT_THE_DESK) && strcmp(said("state"), "delivered") == 0, "delivered: %s", why.text);
	ok(refused(post(&counter, "documents", m->number, "delivery", AT_THE_DESK), 409, "delivered"), "and once");
	test_descent(m->number, true);
	ok(get(&clerk, "", BASE "/applications/%s", m->application) && strcmp(said("state"), "completed") == 0, "the application is completed");
	ok(ineligible(0, "valid_document"), "the holder may not apply for a first one");
	ok(strcmp(issuing_sql("SELECT count(*) FROM outbox WHERE topic = 'document.delivered'"), "1") == 0, "others will be told");
}

/* A renewal supersedes, a spoiled booklet is made again under another number, a cancelled one takes its application with it. */
static void
test_other_ends(struct made *m, struct made *submitted)
{
	struct made next;
	char spoiled[10];

	snprintf(next.application, sizeof(next.application), "%s", apply(0, "renewal"));
	ok(next.application[0] != '\0' && post(&approver, "applications", next.application, "approval", NULL) && personalise_one(&next), "a renewal is personalised: %s", why.text);
	ok(refused(post(&maker, "documents", next.number, "spoiling", "{\"reason\":\"scratched\"}"), 403, NULL), "refuses: spoiling what is quality control's by now");
	ok(post(&checker, "documents", next.number, "spoiling", "{\"reason\":\"scratched\"}"), "a scratched one is spoiled: %s", why.text);
	memcpy(spoiled, next.number, sizeof(spoiled));
	ok(personalise_one(&next) && strcmp(spoiled, next.number) != 0, "and made again under another number");
	ok(post(&checker, "documents", next.number, "quality-control", NULL) && get(&counter, "", BASE "/documents/%s/portrait", next.number) && post(&counter, "documents", next.number, "delivery", AT_THE_DESK), "checked and delivered");
	ok(strcmp(state_of(&clerk, m->number), "cancelled") == 0, "which cancels the one before");
	ok(refused(post(&clerk, "documents", next.number, "cancellation", NULL), 400, NULL), "a cancellation has a reason");
	ok(post(&clerk, "documents", next.number, "cancellation", "{\"reason\":\"handed back\"}") && strcmp(state_of(&clerk, next.number), "cancelled") == 0, "a delivered one is cancelled");
	ok(refused(post(&clerk, "documents", next.number, "cancellation", "{\"reason\":\"again\"}"), 409, "cancelled"), "once");
	ok(post(&approver, "applications", submitted->application, "approval", NULL) && personalise_one(submitted) &&
			post(&checker, "documents", submitted->number, "quality-control", NULL) &&
			post(&clerk, "documents", submitted->number, "cancellation", "{\"reason\":\"never fetched\"}"),
		"one that was never fetched is cancelled: %s", why.text);
	ok(get(&clerk, "", BASE "/applications/%s", submitted->application) && strcmp(said("state"), "cancelled") == 0, "with its application");
}

/* ---- trouble ---- */

static void
test_signd_away(void)
{
	struct made m, stopped, forged;
	const char *batch[3];
	char before[10];

	approved(10, &m);
	approved(11, &stopped);
	approved(12, &forged);
	issuing_end(&is.signd);
	batch[0] = m.application;
	batch[1] = stopped.application;
	batch[2] = forged.application;
	ok(refused(personalise(batch, 3), 503, "signd"), "without signd: 503 with the reason");
	snprintf(before, sizeof(before), "%s", issuing_sql("SELECT d.number FROM document d JOIN current_state s ON s.subject_id = d.id JOIN rig r ON r.person = d.person_id"
							   " WHERE s.state = 'allocated' AND r.n = 10"));
	ok(strlen(before) == 9, "the documents are left allocated");
	ok(refused(get(&maker, "", BASE "/documents/%s/files/EF.SOD", before), 404, NULL), "and have no EF.SOD");
	/* between allocation and signature: a court stops one, an intruder with the owner's rights renames another */
	issuing_sql("INSERT INTO person_stop (id, person_id, kind, reference, officer_id) SELECT gen_random_uuid(), person, 'court', 'C 2', pg_temp.o('verifier') FROM rig WHERE n = 11");
	issuing_sql("ALTER TABLE identity_version DISABLE TRIGGER insert_only");
	issuing_sql("UPDATE identity_version SET mrz_primary = 'IMPOSTOR' WHERE person_id = (SELECT person FROM rig WHERE n = 12)");
	issuing_sql("ALTER TABLE identity_version ENABLE TRIGGER insert_only");
	issuing_start_signd(&is);
	ok(personalise(batch, 3), "signd is back and the batch is repeated: %s", why.text);
	ok(problem_of(0)[0] == '\0' && strcmp(state_of(&maker, before), "personalised") == 0, "what was left is completed under the same number: %s", problem_of(0));
	personalise(batch, 3);
	ok(strstr(problem_of(1), "stopped") != NULL, "signd refuses the one that was stopped meanwhile: %s", problem_of(1));
	ok(strstr(problem_of(2), "DG1") != NULL, "and the altered name is found before anything is signed: %s", problem_of(2));
	ok(strcmp(issuing_sql("SELECT count(*) FROM document_signature g JOIN document d ON d.id = g.document_id JOIN rig r ON r.person = d.person_id WHERE r.n IN (11, 12)"), "0") == 0,
		"neither has a signature");
	ok(strcmp(issuing_sql("SELECT count(*) FROM audit_event WHERE kind = 'signature_refused'"), "0") != 0, "the refusal is in the ledger");
	snprintf(before, sizeof(before), "%s", issuing_sql("SELECT d.number FROM document d JOIN rig r ON r.person = d.person_id WHERE r.n = 12"));
	ok(post(&maker, "documents", before, "spoiling", "{\"reason\":\"altered data\"}"), "the station spoils what was never signed: %s", why.text);
}

static void
test_signd_restarted(void)
{
	struct made m;

	approved(13, &m);
	issuing_end(&is.signd);
	ok(!personalise_one(&m) && status == 503, "a socket without a server: 503");
	issuing_start_signd(&is);
	ok(personalise_one(&m), "the connection is made anew: %s", why.text);
	ok(post(&checker, "documents", m.number, "quality-control", NULL) && json_is_true(json_object_get(reply, "passed")), "and what it signed passes quality control");
}

/* A portrait whose sealed octets were exchanged is noticed when the document is looked at. */
static void
test_portrait_exchanged(void)
{
	struct made m;
	bool done;

	approved(14, &m);
	issuing_sql("ALTER TABLE portrait_image DISABLE TRIGGER insert_only");
	issuing_sql("UPDATE portrait_image SET sealed = (SELECT sealed FROM rig WHERE n = 13) WHERE portrait_id = (SELECT portrait FROM rig WHERE n = 14)");
	done = personalise(&(const char *){ m.application }, 1);
	ok(done && strstr(problem_of(0), "portrait") != NULL, "refuses: another person's sealed portrait: %s", problem_of(0));
	issuing_sql("UPDATE portrait_image SET sealed = (SELECT sealed FROM rig WHERE n = 14) WHERE portrait_id = (SELECT portrait FROM rig WHERE n = 14)");
	issuing_sql("ALTER TABLE portrait_image ENABLE TRIGGER insert_only");
	done = personalise_one(&m);
	ok(done, "put back, it is personalised: %s", problem_of(0));
}

int
main(void)
{
	static const struct query *const sets[] = { officer_admin_queries, NULL };
	struct db_options o = { .connections = 2, .wait_ms = 1000, .queries = sets };
	struct actor *const actors[] = { &clerk, &both, &approver, &maker, &checker, &counter, &stranger };
	struct made m = { .number = "" }, submitted = { .number = "" };
	struct err err = ERR_INIT;

	if (!issuing_start(&is, NULL, false)) {
		skip("the passport office", "PostgreSQL or SoftHSM is not installed");
		return done_testing();
	}
	issuing_people(&is, 16);
	issuing_booklets(40, "line-1");
	o.conninfo = is.conninfo;
	if (db_open(&o, &owner, &err) == -1 || seal_load(throwaway_path(&is.tls, "seal.key"), &seal, &err) == -1)
		bail_out("%s", err.text);
	issuing_start_issued(&is);
	for (size_t i = 0; i < NELEM(actors); i++)
		sign_in(actors[i]);
	test_eligibility();
	test_apply(&m);
	test_lists();
	test_decide(&m);
	test_personalise(&m, &submitted);
	test_finish(&m);
	test_other_ends(&m, &submitted);
	test_signd_away();
	test_signd_restarted();
	test_portrait_exchanged();
	for (size_t i = 0; i < NELEM(actors); i++) {
		client_free(actors[i]->client);
		buf_wipe(&actors[i]->totp);
	}
	json_decref(reply);
	db_close(owner);
	seal_free(seal);
	issuing_stop(&is);
	return done_testing();
}
