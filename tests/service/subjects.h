/*
 * subjects.h - for each route of civild a good request about something of the office CIV1 that is there: an act declared and one registered, its
 * correction, evidence, a notification, an entry of a paper register, a certificate, paper.  For tests that ask who is let in.
 */
#ifndef CATENA_TESTS_SUBJECTS_H
#define CATENA_TESTS_SUBJECTS_H

#include "registry/service/http.h"
#include "tests/service/acting.h"
#include "tests/service/facility.h"

static struct {
	struct one declared, registered, certified; /* births */
	char evidence[UUID_TEXT], correction[UUID_TEXT], notification[UUID_TEXT], entry[UUID_TEXT], image[UUID_TEXT], count[UUID_TEXT];
	char certificate[48];
	struct client *hospital;
} subjects;

/* ' stands for ". */
__attribute__((format(printf, 1, 2))) static json_t *
json_of(const char *fmt, ...)
{
	char text[1000];
	struct err err = ERR_INIT;
	json_t *made = NULL;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (char *c = text; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	if (json_read(bytes_str(text), &made, &err) == -1)
		bail_out("%s: %s", text, err.text);
	return made;
}

static const char *
own_office(void)
{
	static char id[UUID_TEXT];

	return uuid_format(&rig.office[RIG_CIVIL], id);
}

static const uint8_t subject_jpeg[] = { 0xff, 0xd8, 0xff, 0xe0, 0, 4, 'J', 'F', 0xff, 0xd9 };

/* ---- bodies; each is another's, so that nothing is there already ---- */

static unsigned subject_serial;

static const char *
fresh_name(void)
{
	static char name[16];

	snprintf(name, sizeof(name), "N%c%c%c", 'a' + subject_serial % 26, 'a' + subject_serial / 26 % 26, 'a' + subject_serial / 676 % 26);
	subject_serial++;
	return name;
}

static json_t *
body_declaration(const char *pattern)
{
	struct act_about about = { .birth_number = subjects.registered.number, .primary = "Subject", .secondary = "Rosa", .born = "2024-05-05" };
	const char *name = fresh_name();
	bool is_about = strcmp(pattern, "/adoptions") == 0 || strcmp(pattern, "/recognitions") == 0 || strcmp(pattern, "/legitimations") == 0 || strcmp(pattern, "/name-changes") == 0;

	if (strcmp(pattern, "/births") == 0)
		return birth(name, "Noor", "2025-02-03");
	return act_example(pattern + 1, &rig.office[RIG_CIVIL], RIG_PLACE_TOWN, name, is_about ? &about : NULL);
}

static json_t *
body_entry(const char *pattern)
{
	(void)pattern;
	return json_of("{'office_id':'%s','kind':'birth','register':'Births','entry':'%u','grade':'original_register','original':{'child':'x'}}", own_office(), subject_serial++);
}

static json_t *
body_reason(const char *pattern)
{
	(void)pattern;
	return reason();
}

static json_t *
body_override(const char *pattern)
{
	(void)pattern;
	return json_of("{'candidate_id':'%s','reason':'both children were seen'}", subjects.registered.id);
}

static json_t *
body_evidence(const char *pattern)
{
	(void)pattern;
	return evidence("affidavit");
}

static json_t *
body_correction(const char *pattern)
{
	(void)pattern;
	return json_of("{'version':1,'changes':[{'path':'/informant/name','from':'Vera','to':'%s'}],'legal_basis':'section 12'}", fresh_name());
}

static json_t *
body_proposal(const char *pattern)
{
	json_t *made = birth(fresh_name(), "Noor", "1951-02-03");

	(void)pattern;
	json_object_del(made, "office_id");
	return made;
}

static json_t *
body_promotion(const char *pattern)
{
	(void)pattern;
	return json_of("{'image_id':'%s','compared':['/child/sex']}", subjects.image);
}

static json_t *
body_certificate(const char *pattern)
{
	(void)pattern;
	return json_of("{'office_id':'%s','act_number':'%s','form':'full','language':'en'}", own_office(), subjects.certified.number);
}

static json_t *
body_count(const char *pattern)
{
	(void)pattern;
	return json_of("{'office_id':'%s','event':'receive','prefix':'S%u','first':1,'last':3}", own_office(), subject_serial++);
}

static json_t *
body_counted(const char *pattern)
{
	(void)pattern;
	return json_of("{'counted':4}");
}

static json_t *
body_sheet(const char *pattern)
{
	(void)pattern;
	return json_of("{'serial':'UT-0000002'}");
}

static json_t *
body_none(const char *pattern)
{
	(void)pattern;
	return NULL;
}

/* ---- requests ---- */

enum subject_of { OF_NOTHING, /* the path is the pattern, and a query for the office */
	OF_DECLARED,
	OF_REGISTERED,
	OF_NOTIFICATION,
	OF_ENTRY,
	OF_COUNT };
static const struct subject_request {
	const char *method, *pattern;
	enum subject_of id; /* what {id} stands for */
	const char *query;  /* before the office's id */
	json_t *(*body)(const char *pattern);
} subject_requests[] = {
	{ "GET", "/{register}", OF_NOTHING, "?office=", NULL },
	{ "GET", "/{register}/{id}", OF_DECLARED, NULL, NULL },
	{ "GET", "/{register}/{id}/duplicates", OF_DECLARED, NULL, NULL },
	{ "POST", "/{register}/{id}/validation", OF_DECLARED, NULL, body_none },
	{ "POST", "/{register}/{id}/approval", OF_DECLARED, NULL, body_none },
	{ "POST", "/{register}/{id}/rejection", OF_REGISTERED, NULL, body_reason },
	{ "POST", "/{register}/{id}/registration", OF_REGISTERED, NULL, body_none },
	{ "POST", "/{register}/{id}/duplicate-overrides", OF_DECLARED, NULL, body_override },
	{ "POST", "/{register}/{id}/annulment", OF_DECLARED, NULL, body_reason },
	{ "POST", "/{register}/{id}/reinstatement", OF_DECLARED, NULL, body_reason },
	{ "POST", "/{register}/{id}/evidence", OF_DECLARED, NULL, body_evidence },
	{ "GET", "/{register}/{id}/evidence/{evidence}", OF_DECLARED, NULL, NULL },
	{ "POST", "/{register}/{id}/corrections", OF_REGISTERED, NULL, body_correction },
	{ "GET", "/{register}/{id}/corrections/{correction}", OF_REGISTERED, NULL, NULL },
	{ "POST", "/{register}/{id}/corrections/{correction}/acceptance", OF_REGISTERED, NULL, body_none },
	{ "POST", "/{register}/{id}/corrections/{correction}/refusal", OF_REGISTERED, NULL, body_reason },
	{ "POST", "/{register}/{id}/corrections/{correction}/withdrawal", OF_REGISTERED, NULL, body_none },
	{ "GET", "/notifications", OF_NOTHING, "?office=", NULL },
	{ "GET", "/notifications/{id}", OF_NOTIFICATION, NULL, NULL },
	{ "POST", "/notifications/{id}/closure", OF_NOTIFICATION, NULL, body_reason },
	{ "GET", "/acts", OF_NOTHING, "?name=e&office=", NULL },
	{ "GET", "/acts/{number}", OF_NOTHING, NULL, NULL },
	{ "POST", "/legacy-acts", OF_NOTHING, NULL, body_entry },
	{ "GET", "/legacy-acts", OF_NOTHING, "?office=", NULL },
	{ "GET", "/legacy-acts/{id}", OF_ENTRY, NULL, NULL },
	{ "POST", "/legacy-acts/{id}/images", OF_ENTRY, NULL, NULL },
	{ "GET", "/legacy-acts/{id}/images/{image}", OF_ENTRY, NULL, NULL },
	{ "POST", "/legacy-acts/{id}/proposal", OF_ENTRY, NULL, body_proposal },
	{ "POST", "/legacy-acts/{id}/promotion", OF_ENTRY, NULL, body_promotion },
	{ "POST", "/legacy-acts/{id}/return", OF_ENTRY, NULL, body_reason },
	{ "POST", "/legacy-acts/{id}/refusal", OF_ENTRY, NULL, body_reason },
	{ "POST", "/certificates", OF_NOTHING, NULL, body_certificate },
	{ "GET", "/certificates", OF_NOTHING, NULL, NULL },
	{ "GET", "/certificates/{number}", OF_NOTHING, NULL, NULL },
	{ "GET", "/certificates/{number}/document", OF_NOTHING, NULL, NULL },
	{ "POST", "/certificates/{number}/paper", OF_NOTHING, NULL, body_sheet },
	{ "POST", "/certificates/{number}/revocation", OF_NOTHING, NULL, body_reason },
	{ "GET", "/paper", OF_NOTHING, "?office_id=", NULL },
	{ "POST", "/paper/counts", OF_NOTHING, NULL, body_count },
	{ "POST", "/paper/counts/{id}/confirmation", OF_COUNT, NULL, body_counted },
	{ "POST", "/paper/sheets/{serial}/spoiling", OF_NOTHING, NULL, body_reason },
};

static const char *
subject_value(const char *pattern, enum subject_of id, const char *name)
{
	const char *const ids[] = { "", subjects.declared.id, subjects.registered.id, subjects.notification, subjects.entry, subjects.count };
	const char *const values[][2] = { { "{id}", ids[id] }, { "{register}", "births" }, { "{evidence}", subjects.evidence }, { "{correction}", subjects.correction },
		{ "{image}", subjects.image }, { "{serial}", "UT-0000003" },
		{ "{number}", strncmp(pattern, "/acts", 5) == 0 ? subjects.registered.number : subjects.certificate } };

	for (size_t i = 0; i < NELEM(values); i++)
		if (strncmp(values[i][0], name, strlen(values[i][0])) == 0)
			return values[i][1];
	return NULL;
}

/* False: there is none for this route, and somebody should add one above.  Caller: json_decref(body->json). */
static bool
subject_request(const struct route *r, char *path, size_t size, struct client_body *body)
{
	static const struct subject_request declaration = { "POST", "", OF_NOTHING, NULL, body_declaration };
	const struct subject_request *s = NULL;
	size_t n = (size_t)snprintf(path, size, "/civil/v1");

	for (size_t i = 0; i < NELEM(subject_requests); i++)
		if (strcmp(subject_requests[i].method, r->method) == 0 && strcmp(subject_requests[i].pattern, r->pattern) == 0)
			s = &subject_requests[i];
	for (size_t i = 0; s == NULL && strcmp(r->method, "POST") == 0 && act_registers[i] != NULL; i++)
		if (strcmp(act_registers[i], r->pattern + 1) == 0 || strcmp(r->pattern, "/births") == 0)
			s = &declaration;
	if (s == NULL)
		return false;
	for (const char *at = r->pattern; *at != '\0' && n < size - 1;) {
		const char *value = *at == '{' ? subject_value(r->pattern, s->id, at) : NULL;

		if (*at == '{' && value == NULL)
			return false;
		n += (size_t)snprintf(path + n, size - n, "%.*s", value == NULL ? 1 : 60, value == NULL ? at : value);
		at += value == NULL ? 1 : strcspn(at, "}") + 1;
	}
	if (s->query != NULL)
		snprintf(path + n, size - n, "%s%s", s->query, own_office());
	else if (strcmp(r->method, "GET") == 0 && strcmp(r->pattern, "/certificates") == 0)
		snprintf(path + n, size - n, "?act_number=%s", subjects.certified.number);
	*body = CLIENT_NO_BODY;
	if ((r->flags & ROUTE_RAW_BODY) != 0)
		*body = (struct client_body){ .bytes = BYTES(subject_jpeg, sizeof(subject_jpeg)), .content_type = "image/jpeg" };
	else if (s->body != NULL)
		body->json = s->body(r->pattern);
	return true;
}

/* ---- the stage ---- */

static void
staged(int wanted, const char *what, char *id, size_t size, const char *member)
{
	if (got.status != wanted)
		bail_out("%s: %d %s", what, got.status, got.err.text);
	if (id != NULL)
		snprintf(id, size, "%s", said(member));
}

static json_t *
hospital_says(const char *place)
{
	return json_of("{'kind':'birth','place':'%s','reference':'R %u','content':{'child':{'sex':'F'}}}", place, subject_serial++);
}

static void
subject_image(void)
{
	struct client *c = NULL;
	struct client_answer answer = CLIENT_ANSWER_INIT;
	struct err err = ERR_INIT;
	struct uuid key;
	char path[200];

	json_decref(got.json);
	got.json = NULL;
	snprintf(path, sizeof(path), "/civil/v1/legacy-acts/%s/images", subjects.entry);
	if (rig_client(&rig, "civild", "civil_clerk.1", &c, &err) == -1 || uuid_new(&key, &err) == -1 ||
		client_exchange(c, "POST", path, &key, (struct client_body){ .bytes = BYTES(subject_jpeg, sizeof(subject_jpeg)), .content_type = "image/jpeg" }, &answer, &err) == -1 ||
		answer.status != 201 || json_read(bytes_of(&answer.body), &got.json, &err) == -1)
		bail_out("a scan: %d %s", answer.status, err.text);
	snprintf(subjects.image, sizeof(subjects.image), "%s", said("id"));
	buf_clear(&answer.body);
}

static void
subjects_stage(void)
{
	static const char pdf[] = "JVBERi0xLjQKMSAwIG9iago8PC9UeXBlL0NhdGFsb2cvUGFnZXMgMiAwIFI+PgplbmRvYmoKdHJhaWxlcgo8PC9Sb290IDEgMCBSPj4KJSVFT0YK";

	declare("births", birth("Declared", "Dora", "2024-04-04"), subjects.declared.id);
	register_act("births", birth("Subject", "Rosa", "2024-05-05"), &subjects.registered);
	register_act("births", birth("Paper", "Petra", "2024-06-06"), &subjects.certified); /* a correction would make its certificate another's */
	post("civil_clerk.1", json_of("{'kind':'other','reference':'R','media_type':'application/pdf','file':'%s'}", pdf), "/civil/v1/births/%s/evidence", subjects.declared.id);
	staged(201, "evidence", subjects.evidence, UUID_TEXT, "id");
	post("civil_registrar.2", body_correction(NULL), "/civil/v1/births/%s/corrections", subjects.registered.id);
	staged(201, "a correction", subjects.correction, UUID_TEXT, "id");
	subjects.hospital = facility_client(&rig, RIG_PLACE_HOSPITAL);
	call_by(subjects.hospital, "POST", hospital_says(RIG_PLACE_HOSPITAL), "/civil/v1/notifications");
	staged(201, "a notification", subjects.notification, UUID_TEXT, "id");
	post("civil_clerk.1", body_entry(NULL), "/civil/v1/legacy-acts");
	staged(201, "an entry", subjects.entry, UUID_TEXT, "id");
	subject_image();
	post("civil_clerk.1", body_certificate(NULL), "/civil/v1/certificates");
	staged(201, "a certificate", subjects.certificate, sizeof(subjects.certificate), "number");
	post("civil_registrar.1", json_of("{'office_id':'%s','event':'receive','prefix':'UT','first':1,'last':9}", own_office()), "/civil/v1/paper/counts");
	staged(201, "a count", subjects.count, UUID_TEXT, "id");
	post("civil_registrar.2", json_of("{'counted':9}"), "/civil/v1/paper/counts/%s/confirmation", subjects.count);
	staged(200, "nine sheets", NULL, 0, NULL);
	post("civil_registrar.1", json_of("{'office_id':'%s','event':'receive','prefix':'UT','first':21,'last':24}", own_office()), "/civil/v1/paper/counts");
	staged(201, "another count", subjects.count, UUID_TEXT, "id");
}

#endif
