/* What becomes of acts after their declaration, over HTTPS: evidence, corrections, sealing by an adoption and its annulment. */
#include "tests/service/acting.h"

/* ---- evidence ---- */

static json_t *
file(const char *media_type, const char *begin, const char *end)
{
	struct buf octets = BUF_INIT, base64 = BUF_INIT;
	json_t *made;

	buf_printf(&octets, "%s%0100d%s", begin, 0, end);
	buf_base64(&base64, bytes_of(&octets));
	made = json_pack("{s:s, s:s, s:s, s:s}", "kind", "medical_certificate", "reference", "C 5", "media_type", media_type, "file", buf_cstr(&base64));
	buf_clear(&octets);
	buf_clear(&base64);
	return made;
}

static void
test_evidence(void)
{
	static const struct {
		const char *name, *media_type, *begin, *end;
	} bad[] = {
		{ "a picture that is a PDF", "image/png", "%PDF-1.4\n", "%%EOF\n" },
		{ "a PDF that is a program", "application/pdf", "MZ", "%%EOF\n" },
		{ "a PDF that was cut off", "application/pdf", "%PDF-1.4\n", "" },
		{ "a photograph that was cut off", "image/jpeg", "\xff\xd8\xff\xe0", "" },
	};
	json_t *body;
	char id[UUID_TEXT], of[UUID_TEXT];

	declare("births", birth("Evident", "Eva", "2024-05-05"), id);
	for (size_t i = 0; i < NELEM(bad); i++) {
		post("civil_clerk.1", file(bad[i].media_type, bad[i].begin, bad[i].end), "/civil/v1/births/%s/evidence", id);
		ok(refused(400, "/file", NULL), "refuses: %s", bad[i].name);
	}
	body = file("application/pdf", "%PDF-1.4\n", "%%EOF\n");
	json_object_del(body, "media_type");
	post("civil_clerk.1", body, "/civil/v1/births/%s/evidence", id);
	ok(refused(400, "/media_type", NULL), "refuses: a file of no type");
	body = evidence("affidavit");
	json_object_set_new(body, "issued_on", json_string("2999-01"));
	post("civil_clerk.1", body, "/civil/v1/births/%s/evidence", id);
	ok(refused(400, "/issued_on", NULL), "refuses: evidence of the future");
	post("civil_clerk.1", evidence("hearsay"), "/civil/v1/births/%s/evidence", id);
	ok(refused(400, "/kind", NULL), "refuses: evidence of no kind");
	ok(post("civil_clerk.3", evidence("affidavit"), "/civil/v1/births/%s/evidence", id) == 403, "refuses: evidence from another office");
	ok(post("civil_clerk.1", evidence("affidavit"), "/civil/v1/deaths/%s/evidence", id) == 404, "refuses: a birth among the deaths");
	ok(post("civil_clerk.1", file("application/pdf", "%PDF-1.4\n", "%%EOF\n"), "/civil/v1/births/%s/evidence", id) == 201, "a whole PDF is taken: %s", got.err.text);
	snprintf(of, sizeof(of), "%s", said("id"));
	ok(rig_count(&rig, "SELECT count(*) FROM registry.act_evidence_file WHERE evidence_id = '%s' AND position('PDF'::bytea IN sealed) = 0", of) == 1,
		"the database holds it sealed");
	ok(get("civil_clerk.3", "/civil/v1/births/%s/evidence/%s", id, of) == 403, "refuses: another office reads it");
	ok(get("civil_registrar.1", "/civil/v1/births/%s/evidence/%s", of, of) == 404, "refuses: evidence of an act that is not there");
	ok(post("civil_registrar.1", NULL, "/civil/v1/births/%s/registration", id) == 200, "registered: %s", got.err.text);
	post("civil_clerk.1", evidence("affidavit"), "/civil/v1/births/%s/evidence", id);
	ok(refused(409, NULL, "decided"), "refuses: evidence after the registration");
}

/* ---- corrections ---- */

/* `changes` is JSON text with ' for ". */
static json_t *
correction(int version, const char *changes, bool with_evidence)
{
	char text[600];
	struct err err = ERR_INIT;
	json_t *list = NULL, *made;

	snprintf(text, sizeof(text), "%s", changes);
	for (char *c = text; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	if (json_read(bytes_str(text), &list, &err) == -1)
		bail_out("%s: %s", changes, err.text);
	made = json_pack("{s:i, s:o, s:s}", "version", version, "changes", list, "legal_basis", "Civil Registration Act, section 12");
	if (with_evidence)
		json_object_set_new(made, "evidence", json_pack("[o]", evidence("court_decision")));
	return made;
}

static int
propose(const char *login, const char *act, json_t *body, char id[UUID_TEXT])
{
	int status = post(login, body, "/civil/v1/births/%s/corrections", act);

	if (id != NULL)
		snprintf(id, UUID_TEXT, "%s", said("id"));
	return status;
}

static int
decide(const char *login, const char *act, const char *id, const char *how)
{
	return post(login, strcmp(how, "refusal") == 0 ? reason() : NULL, "/civil/v1/births/%s/corrections/%s/%s", act, id, how);
}

static void
test_bad_corrections(const char *act)
{
	static const struct {
		const char *name, *changes, *pointer;
	} bad[] = {
		{ "a value that the act does not have", "[{'path':'/mother/secondary_name','from':'Wera','to':'Verena'}]", "/changes/0/from" },
		{ "what is there, said not to be", "[{'path':'/mother/secondary_name','to':'Verena'}]", "/changes/0/from" },
		{ "a member of nothing", "[{'path':'/uncle/primary_name','to':'Sam'}]", "/changes/0/path" },
		{ "a path that is none", "[{'path':'mother','to':'Sam'}]", "/changes/0/path" },
		{ "a path into a text", "[{'path':'/mother/secondary_name/x','to':'Sam'}]", "/changes/0/path" },
		{ "another person", "[{'path':'/mother/uin','to':'234567890124'}]", "/changes/0/path" },
		{ "another day of declaration", "[{'path':'/declared_on','from':'2020-01-01','to':'2020-01-02'}]", "/changes/0/path" },
		{ "a change of nothing", "[{'path':'/mother/secondary_name','from':'Vera','to':'Vera'}]", "/changes" },
		{ "no change", "[]", "/changes" },
		{ "31 February", "[{'path':'/child/date_of_birth','from':'2024-05-06','to':'2024-02-31'}]", "/changes/0/to" },
		{ "a birth in the future", "[{'path':'/child/date_of_birth','from':'2024-05-06','to':'2999-02-01'}]", "/changes/0/to" },
		{ "a mother of five", "[{'path':'/mother/secondary_name','from':'Vera','to':'V'},{'path':'/mother/date_of_birth','from':'1973-04-03','to':'2019-01-01'}]", "/changes/1/to" },
		{ "a bidi override in a name", "[{'path':'/child/secondary_name','from':'Cora','to':'\\u202earoC'}]", "/changes/0/to" },
		{ "a place that is not there", "[{'path':'/child/place_of_birth','from':'" RIG_PLACE_HOSPITAL "','to':'UTO.NOWHERE'}]", "/changes/0/to" },
		{ "a sex that is none", "[{'path':'/child/sex','from':'F','to':'Q'}]", "/changes/0/to" },
		{ "a member nobody knows", "[{'path':'/child/shoe_size','to':17}]", "/changes/0/to" },
		{ "a name taken away", "[{'path':'/child/primary_name','from':'Correct','to':null}]", "/changes/0/to" },
		{ "the same member twice", "[{'path':'/child/secondary_name','from':'Cora','to':'Dora'},{'path':'/child/secondary_name','from':'Dora','to':'Nora'}]", "/changes/1/path" },
		{ "a member and the whole of it", "[{'path':'/child/secondary_name','from':'Cora','to':'Dora'},{'path':'/child','to':null}]", "/changes/1/path" },
	};
	char name[400];
	json_t *body;

	for (size_t i = 0; i < NELEM(bad); i++) {
		propose("civil_registrar.1", act, correction(1, bad[i].changes, true), NULL);
		ok(refused(400, bad[i].pointer, NULL), "refuses: %s", bad[i].name);
	}
	snprintf(name, sizeof(name), "[{'path':'/child/secondary_name','from':'Cora','to':'%0300d'}]", 0);
	propose("civil_registrar.1", act, correction(1, name, true), NULL);
	ok(refused(400, "/changes/0/to", NULL), "refuses: a name of 300 characters");
	propose("civil_registrar.1", act, correction(2, "[{'path':'/mother/secondary_name','from':'Vera','to':'Verena'}]", true), NULL);
	ok(refused(409, NULL, "version 1"), "refuses: against a version that is not there");
	body = correction(1, "[{'path':'/mother/secondary_name','from':'Vera','to':'Verena'}]", true);
	json_object_del(body, "legal_basis");
	propose("civil_registrar.1", act, body, NULL);
	ok(refused(400, "/legal_basis", NULL), "refuses: without a legal basis");
	body = correction(1, "[{'path':'/mother/secondary_name','from':'Vera','to':'Verena'}]", false);
	json_object_set_new(body, "evidence", json_pack("[o]", file("image/png", "%PDF-", "%%EOF")));
	propose("civil_registrar.1", act, body, NULL);
	ok(refused(400, "/evidence/0/file", NULL), "refuses: evidence that is not what it says");
	ok(propose("civil_clerk.1", act, correction(1, "[{'path':'/mother/secondary_name','from':'Vera','to':'Verena'}]", true), NULL) == 403, "refuses: a clerk");
	ok(propose("civil_registrar.3", act, correction(1, "[{'path':'/mother/secondary_name','from':'Vera','to':'Verena'}]", true), NULL) == 403,
		"refuses: a registrar of another office");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.act_correction") == 0, "nothing was kept");
}

static void
test_corrections(void)
{
	static const char *const mother = "[{'path':'/mother/secondary_name','from':'Vera','to':'Verena'}]";
	struct one act, other;
	char id[UUID_TEXT], second[UUID_TEXT], open_act[UUID_TEXT];
	const json_t *change;

	declare("births", birth("Opening", "Olga", "2024-05-16"), open_act);
	propose("civil_registrar.1", open_act, correction(1, mother, true), NULL);
	ok(refused(409, NULL, "declared"), "refuses: to correct what is not registered");
	register_act("births", birth("Correct", "Cora", "2024-05-06"), &act);
	test_bad_corrections(act.id);

	ok(propose("civil_registrar.1", act.id, correction(1, mother, true), id) == 201, "a registrar proposes: %s", got.err.text);
	ok(decide("civil_registrar.1", act.id, id, "acceptance") == 409, "refuses: who proposed accepts: %s", got.err.text);
	ok(decide("civil_registrar.1", act.id, id, "refusal") == 409, "refuses: who proposed refuses");
	ok(decide("civil_registrar.2", act.id, id, "withdrawal") == 409, "refuses: another withdraws");
	ok(decide("civil_clerk.1", act.id, id, "acceptance") == 403, "refuses: a clerk accepts");
	ok(decide("civil_supervisor.1", act.id, id, "acceptance") == 403, "refuses: a supervisor who is no registrar");
	ok(decide("civil_registrar.3", act.id, id, "acceptance") == 403, "refuses: another office accepts");
	ok(get("civil_registrar.3", "/civil/v1/births/%s/corrections/%s", act.id, id) == 403, "refuses: another office reads it");
	post("civil_registrar.2", NULL, "/civil/v1/births/%s/corrections/%s/refusal", act.id, id);
	ok(refused(400, NULL, NULL), "refuses: a refusal without a reason");
	ok(decide("civil_registrar.2", open_act, id, "acceptance") == 404, "refuses: a correction of another act");
	ok(get("civil_registrar.2", "/civil/v1/births/%s/corrections/%s", act.id, id) == 200 && json_is_true(json_object_get(got.json, "is_key")) &&
			json_is_true(json_object_get(got.json, "is_current")) && json_array_size(json_object_get(got.json, "evidence")) == 1,
		"another registrar looks at it");
	change = json_array_get(json_object_get(got.json, "changes"), 0);
	ok(json_array_size(json_object_get(got.json, "changes")) == 1 && strcmp(json_string_value(json_object_get(change, "path")), "/mother/secondary_name") == 0 &&
			strcmp(json_string_value(json_object_get(change, "from")), "Vera") == 0 && strcmp(json_string_value(json_object_get(change, "to")), "Verena") == 0,
		"and sees field by field what changes");
	ok(decide("civil_registrar.2", act.id, id, "acceptance") == 200 && strcmp(said("state"), "accepted") == 0 &&
			json_integer_value(json_object_get(got.json, "version")) == 2,
		"accepts it: %s", got.err.text);
	ok(get("civil_clerk.1", "/civil/v1/births/%s", act.id) == 200 && json_integer_value(json_object_get(got.json, "version")) == 2 &&
			strcmp(json_string_value(json_object_get(json_object_get(json_object_get(got.json, "content"), "mother"), "secondary_name")), "Verena") == 0 &&
			json_array_size(json_object_get(got.json, "versions")) == 2,
		"the act has a further version, and keeps the first");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.outbox WHERE topic = 'act.corrected' AND subject_id = '%s'", act.id) == 1, "and others will be told");
	ok(decide("civil_registrar.2", act.id, id, "acceptance") == 409 && decide("civil_registrar.2", act.id, id, "refusal") == 409 &&
			decide("civil_registrar.1", act.id, id, "withdrawal") == 409,
		"refuses: to decide it again");

	/* two that were proposed against one version */
	ok(propose("civil_registrar.1", act.id, correction(2, "[{'path':'/mother/secondary_name','from':'Verena','to':'Vera'}]", true), id) == 201 &&
			propose("civil_registrar.2", act.id, correction(2, "[{'path':'/mother/nationality','from':'UTO','to':'FRA'}]", true), second) == 201,
		"two are proposed");
	ok(decide("civil_registrar.1", act.id, second, "acceptance") == 200, "one is accepted: %s", got.err.text);
	decide("civil_registrar.2", act.id, id, "acceptance");
	ok(refused(409, NULL, "version 3"), "refuses: the other");
	ok(get("civil_registrar.1", "/civil/v1/births/%s/corrections/%s", act.id, id) == 200 && json_is_false(json_object_get(got.json, "is_current")),
		"which shows that it is outdated");
	ok(decide("civil_registrar.2", act.id, id, "refusal") == 200, "it is refused: %s", got.err.text);
	ok(propose("civil_registrar.1", act.id, correction(3, "[{'path':'/child/sex','from':'F','to':'M'}]", false), id) == 201, "key fields, without evidence");
	decide("civil_registrar.2", act.id, id, "acceptance");
	ok(refused(409, NULL, "evidence"), "refuses: to accept that");
	ok(decide("civil_registrar.1", act.id, id, "withdrawal") == 200, "it is withdrawn: %s", got.err.text);

	/* a correction is no way round the duplicate search */
	register_act("births", birth("Elsewhere", "Ella", "2024-05-06"), &other);
	ok(propose("civil_registrar.1", other.id,
		   correction(1, "[{'path':'/child/primary_name','from':'Elsewhere','to':'Correct'},{'path':'/child/secondary_name','from':'Ella','to':'Cora'},"
				 "{'path':'/mother/primary_name','from':'Elsewhere','to':'Correct'},{'path':'/mother/date_of_birth','from':'1970-01-03','to':'1973-04-03'}]",
			   true),
		   id) == 201,
		"a correction that makes it another act's twin");
	ok(decide("civil_registrar.2", other.id, id, "acceptance") == 409 && got.err.nproblem > 0 && strncmp(got.err.problem[0].pointer, "/duplicates/", 12) == 0,
		"refuses: the duplicate: %s", got.err.text);
	ok(post("civil_registrar.2", reason(), "/civil/v1/births/%s/annulment", other.id) == 200, "the act is annulled");
	ok(decide("civil_registrar.2", other.id, id, "acceptance") == 409, "refuses: to correct what is annulled: %s", got.err.text);
}

/* ---- adoption seals ---- */

static void
test_sealing(void)
{
	struct act_about about = { .primary = "Original", .secondary = "Lily", .born = "2015-04-04" };
	struct one origin;
	char id[UUID_TEXT];
	json_t *adoption;

	register_act("births", birth(about.primary, about.secondary, about.born), &origin);
	about.birth_number = origin.number;
	adoption = act_example("adoptions", &rig.office[RIG_CIVIL], RIG_PLACE_HOSPITAL, "Adopted", &about);
	json_object_set_new(adoption, "birth_number", json_string("CIV1-B-2015-000001-0"));
	post("civil_clerk.1", adoption, "/civil/v1/adoptions");
	ok(refused(400, "/birth_number", NULL), "refuses: an adoption of a child whose number has a wrong check character");
	declare("adoptions", act_example("adoptions", &rig.office[RIG_CIVIL], RIG_PLACE_HOSPITAL, "Adopted", &about), id);
	ok(post("civil_registrar.1", NULL, "/civil/v1/adoptions/%s/validation", id) == 200, "an adoption is validated: %s", got.err.text);
	post("civil_registrar.1", NULL, "/civil/v1/adoptions/%s/registration", id);
	ok(refused(409, NULL, "senior officer"), "refuses: to register it without approval");
	ok(post("civil_registrar.2", NULL, "/civil/v1/adoptions/%s/approval", id) == 403, "refuses: a registrar approves");
	ok(post("civil_supervisor.3", NULL, "/civil/v1/adoptions/%s/approval", id) == 403, "refuses: a supervisor of another office");
	ok(post("civil_supervisor.1", NULL, "/civil/v1/adoptions/%s/approval", id) == 200, "a senior officer approves: %s", got.err.text);
	post("civil_registrar.1", NULL, "/civil/v1/adoptions/%s/registration", id);
	ok(refused(409, NULL, "court_decision"), "refuses: without the court's decision");
	ok(post("civil_clerk.1", evidence("court_decision"), "/civil/v1/adoptions/%s/evidence", id) == 201, "which is attached");
	ok(post("civil_registrar.1", NULL, "/civil/v1/adoptions/%s/registration", id) == 200, "registered: %s", got.err.text);
	is(state_of(origin.id), "sealed", "the child's birth is sealed");
	ok(get("civil_registrar.1", "/civil/v1/births/%s", origin.id) == 403, "refuses: a registrar reads what is sealed");
	ok(get("civil_clerk.1", "/civil/v1/acts/%s", origin.number) == 403, "refuses: by its number");
	ok(get("civil_clerk.1", "/civil/v1/births/%s/duplicates", origin.id) == 403, "refuses: by way of the duplicates");
	ok(get("auditor.1", "/civil/v1/births/%s", origin.id) == 200, "an auditor does");
	propose("civil_registrar.1", origin.id, correction(1, "[{'path':'/mother/secondary_name','from':'Vera','to':'Verena'}]", true), NULL);
	ok(refused(409, NULL, "sealed"), "refuses: to correct what is sealed");
	post("civil_registrar.2", reason(), "/civil/v1/births/%s/annulment", origin.id);
	ok(refused(409, NULL, "sealed"), "refuses: to annul it");
	ok(post("civil_registrar.2", reason(), "/civil/v1/adoptions/%s/annulment", id) == 200, "the adoption is annulled: %s", got.err.text);
	is(state_of(origin.id), "registered", "the birth is open again");
	ok(get("civil_registrar.1", "/civil/v1/births/%s", origin.id) == 200, "and read");
	ok(post("civil_registrar.2", NULL, "/civil/v1/adoptions/%s/reinstatement", id) == 400, "refuses: a reinstatement without a reason");
	ok(post("civil_registrar.2", reason(), "/civil/v1/adoptions/%s/reinstatement", id) == 200, "the adoption is reinstated: %s", got.err.text);
	is(state_of(origin.id), "sealed", "and the birth is sealed again");
}

/* ---- late registration ---- */

static void
test_late(void)
{
	struct err err = ERR_INIT;
	struct one in_time;
	char id[UUID_TEXT], today[16], partly[UUID_TEXT];
	json_t *body;

	if (rig_sql(&rig, NULL, 0, &err, "INSERT INTO registry.late_rule VALUES ('birth', 90, 'Civil Registration Act, section 7')") == -1 ||
		rig_sql(&rig, today, sizeof(today), &err, "SELECT current_date - 5") == -1)
		bail_out("%s", err.text);
	register_act("births", birth("Intime", "Inga", today), &in_time);
	ok(get("civil_clerk.1", "/civil/v1/births/%s", in_time.id) == 200 && json_object_get(got.json, "late_days") == NULL, "within the time limit nothing is asked");

	body = birth("Tardy", "Tara", "2024-01-10");
	json_object_set_new(body, "declared_on", json_string("2024-02-01")); /* says so, but it is declared now */
	declare("births", body, id);
	ok(get("civil_clerk.1", "/civil/v1/births/%s", id) == 200 && json_integer_value(json_object_get(got.json, "late_days")) > 300,
		"a late one is seen by the register's clock, whatever the declaration says");
	post("civil_registrar.1", NULL, "/civil/v1/births/%s/registration", id);
	ok(refused(409, NULL, "late registration"), "refuses: to register it as if it were in time");
	post("civil_supervisor.1", NULL, "/civil/v1/births/%s/approval", id);
	ok(refused(409, NULL, "declared"), "refuses: an approval before the validation");
	ok(post("civil_registrar.1", NULL, "/civil/v1/births/%s/validation", id) == 200, "a registrar validates: %s", got.err.text);
	post("civil_registrar.2", NULL, "/civil/v1/births/%s/registration", id);
	ok(refused(409, NULL, "late registration"), "refuses: a second registrar, without a senior officer");
	ok(post("civil_registrar.2", NULL, "/civil/v1/births/%s/approval", id) == 403, "refuses: a registrar approves");
	ok(post("civil_clerk.1", NULL, "/civil/v1/births/%s/approval", id) == 403, "refuses: who declared approves");
	ok(post("civil_supervisor.3", NULL, "/civil/v1/births/%s/approval", id) == 403, "refuses: a senior officer of another office");
	/* a senior officer who is a registrar too, and validated it */
	if (rig_sql(&rig, NULL, 0, &err, "INSERT INTO registry.officer_role SELECT o.id, 'civil_supervisor', '%s' FROM registry.officer o WHERE o.login = 'civil_registrar.1'",
		    uuid_format(&rig.office[RIG_CIVIL], partly)) == -1)
		bail_out("%s", err.text);
	if (rig_sign_in(&rig, "civild", "civil_registrar.1", &err) == -1)
		bail_out("%s", err.text);
	post("civil_registrar.1", NULL, "/civil/v1/births/%s/approval", id);
	ok(refused(409, NULL, "validated"), "refuses: who validated approves");
	ok(post("civil_supervisor.1", NULL, "/civil/v1/births/%s/approval", id) == 200, "a senior officer approves: %s", got.err.text);
	post("civil_registrar.1", NULL, "/civil/v1/births/%s/registration", id);
	ok(refused(409, NULL, "witness_statement"), "refuses: without the evidence that a late one needs");
	ok(post("civil_clerk.1", evidence("affidavit"), "/civil/v1/births/%s/evidence", id) == 201, "other evidence");
	post("civil_registrar.1", NULL, "/civil/v1/births/%s/registration", id);
	ok(refused(409, NULL, "witness_statement"), "refuses: with evidence of another kind");
	ok(post("civil_clerk.1", evidence("witness_statement"), "/civil/v1/births/%s/evidence", id) == 201, "the witnesses' statement");
	ok(post("civil_registrar.1", NULL, "/civil/v1/births/%s/registration", id) == 200, "and it is registered: %s", got.err.text);
	declare("births", birth("Halfway", "Hanna", "2023"), partly);
	ok(get("civil_clerk.1", "/civil/v1/births/%s", partly) == 200 && json_integer_value(json_object_get(got.json, "late_days")) > 90,
		"a date that is not known to the day counts from its first");
	if (rig_sql(&rig, NULL, 0, &err, "DELETE FROM registry.late_rule") == -1)
		bail_out("%s", err.text);
}

/* ---- one birth, two offices, the same moment ---- */

enum { ROUNDS = 12 };
static pthread_barrier_t start_line;

struct contender {
	struct client *clerk, *registrar;
	enum rig_office office;
	char act[ROUNDS][UUID_TEXT];
	unsigned registered, stopped, other;
};

/* A round in two: even ones start with the declaration, odd ones with the registration of what both have declared. */
static void *
contend(void *arg)
{
	struct contender *c = arg;
	struct err err = ERR_INIT;
	struct uuid key;

	for (int i = 0; i < ROUNDS; i++) {
		char name[16], office[UUID_TEXT], path[100];
		json_t *body, *reply = NULL;

		snprintf(name, sizeof(name), "Race%c%c", 'a' + i, 'z' - i);
		body = birth(name, "Rita", i % 2 == 0 ? "2022-03-04" : "2021-07-08");
		json_object_set_new(body, "office_id", json_string(uuid_format(&rig.office[c->office], office)));
		pthread_barrier_wait(&start_line);
		if (uuid_new(&key, &err) == -1 || client_json(c->clerk, "POST", "/civil/v1/births", &key, body, &reply, &err) == -1)
			bail_out("%s", err.text);
		json_decref(body);
		snprintf(c->act[i], UUID_TEXT, "%s", json_string_value(json_object_get(reply, "id")));
		json_decref(reply);
		if (i % 2 == 1)
			pthread_barrier_wait(&start_line);
		snprintf(path, sizeof(path), "/civil/v1/births/%s/registration", c->act[i]);
		uuid_new(&key, &err);
		if (client_json(c->registrar, "POST", path, &key, NULL, NULL, &err) == 0)
			c->registered++;
		else if (err.kind == FAIL_CONFLICT)
			c->stopped++;
		else
			c->other++;
		err_clear(&err);
	}
	return NULL;
}

static void
test_race(void)
{
	struct contender c[2] = { { .office = RIG_CIVIL }, { .office = RIG_CIVIL_2 } };
	pthread_t t[2];
	struct err err = ERR_INIT;
	int both = 0;

	pthread_barrier_init(&start_line, NULL, 2);
	for (int i = 0; i < 2; i++)
		if (rig_client_new(&rig, "civild", i == 0 ? "civil_clerk.1" : "civil_clerk.3", &c[i].clerk, &err) == -1 ||
			rig_client_new(&rig, "civild", i == 0 ? "civil_registrar.1" : "civil_registrar.3", &c[i].registrar, &err) == -1)
			bail_out("%s", err.text);
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, contend, &c[i]);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	for (int i = 0; i < ROUNDS; i++) {
		bool first = strcmp(state_of(c[0].act[i]), "registered") == 0;

		both += first && strcmp(state_of(c[1].act[i]), "registered") == 0;
	}
	ok(both == 0 && c[0].other + c[1].other == 0, "of two registrations of one birth at the same moment in two offices one at least is stopped, %d times (%u and %u done, %u and %u stopped)",
		ROUNDS, c[0].registered, c[1].registered, c[0].stopped, c[1].stopped);
	for (int i = 0; i < 2; i++) {
		client_free(c[i].clerk);
		client_free(c[i].registrar);
	}
	pthread_barrier_destroy(&start_line);
}

int
main(void)
{
	acting_start((const char *const[]){ "civild", NULL });
	test_evidence();
	test_corrections();
	test_sealing();
	test_race();
	test_late();
	return acting_stop();
}
