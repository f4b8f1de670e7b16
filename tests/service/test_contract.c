/*
 * docs/api against the running services, in both directions: every route is described and every description is a route; whatever a service
 * answers, well or badly asked, is described with that status and holds to its schema; what it takes holds to the schema of the request.
 */
#include <gd.h>
#include <unistd.h>

#include "pki/rite.h"
#include "registry/base/clock.h"
#include "registry/base/file.h"
#include "registry/service/signin.h"
#include "tests/tap.h"

#include "tests/service/acts.h"
#include "tests/service/facility.h"
#include "tests/service/programs.h"
#include "tests/service/rig.h"
#include "tests/service/schema.h"
#include "tests/service/yaml.h"

enum { OPERATIONS = 200,
	BROKEN_SHOWN = 30 };

struct operation {
	const struct office_program *program;
	const struct route *route;
	const json_t *api, *described; /* the document, and the operation in it; NULL: not described */
	bool good, bad;                /* was answered so */
};

static struct rig rig = RIG_INIT;
static struct operation operations[OPERATIONS];
static size_t noperation;
static json_t *apis[NELEM(office_programs)];
static unsigned broken; /* answers that are not as described */

/* ---- the descriptions ---- */

static json_t *
api_of(const struct office_program *p)
{
	for (size_t i = 0; i < NELEM(office_programs); i++)
		if (office_programs[i] == p)
			return apis[i];
	return NULL;
}

static void
read_apis(void)
{
	static const char *const files[NELEM(office_programs)] = { "civil", "enrolment", "issuance", "registry", "pki" };
	const char *top = getenv("top_srcdir");
	struct err err = ERR_INIT;

	for (size_t i = 0; i < NELEM(office_programs); i++) {
		char path[300];

		snprintf(path, sizeof(path), "%s/docs/api/%s.yaml", top != NULL ? top : ".", files[i]);
		if (!ok(yaml_read(path, &apis[i], &err) == 0, "docs/api/%s.yaml is YAML", files[i]))
			bail_out("%s", err.text);
	}
}

/* {"post"} for "POST". */
static const char *
lower(const char *method)
{
	static const char *const names[] = { "get", "post", "put", "patch", "delete" };

	for (size_t i = 0; i < NELEM(names); i++)
		if (strcasecmp(method, names[i]) == 0)
			return names[i];
	bail_out("method %s", method);
}

static void
collect(const struct office_program *p, const struct route *r, void *arg)
{
	const json_t *api = api_of(p);
	const json_t *item = json_object_get(json_object_get(api, "paths"), r->pattern);

	(void)arg;
	if (noperation == OPERATIONS)
		bail_out("more than %d operations", OPERATIONS);
	operations[noperation++] = (struct operation){ p, r, api, json_object_get(item, lower(r->method)), false, false };
}

static bool
has_parameter(const struct operation *o, const char *in, const char *name)
{
	const json_t *list = json_object_get(o->described, "parameters");
	size_t i;
	json_t *one;

	json_array_foreach (list, i, one) {
		const json_t *parameter = schema_deref(o->api, one);
		const char *is_in = json_string_value(json_object_get(parameter, "in")), *is_name = json_string_value(json_object_get(parameter, "name"));

		if (is_in != NULL && is_name != NULL && strcmp(is_in, in) == 0 && strcmp(is_name, name) == 0)
			return true;
	}
	return false;
}

static const json_t *
response(const struct operation *o, int status)
{
	char number[8];

	snprintf(number, sizeof(number), "%d", status);
	return schema_deref(o->api, json_object_get(json_object_get(o->described, "responses"), number));
}

/* What the table says of a route is in its description: parameters of the path, key, sign-in, refusals. */
static void
compare_operation(const struct operation *o)
{
	const char *at = o->route->pattern, *wrong = NULL;
	bool is_public = (o->route->flags & ROUTE_PUBLIC) != 0;
	const json_t *security = json_object_get(o->described, "security");
	char name[40];

	if (o->described == NULL)
		wrong = "it is not described";
	else if (((o->route->flags & ROUTE_CHANGES) != 0) != has_parameter(o, "header", "Idempotency-Key"))
		wrong = "Idempotency-Key";
	else if (is_public != (security != NULL && json_array_size(security) == 0))
		wrong = "security";
	else if (!is_public && response(o, 401) == NULL)
		wrong = "401";
	else if (!is_public && o->route->roles != ROLES_OFFICERS && response(o, 403) == NULL)
		wrong = "403";
	else if (json_object_get(o->described, "operationId") == NULL || json_object_get(o->described, "summary") == NULL)
		wrong = "operationId, summary";
	while (wrong == NULL && (at = strchr(at, '{')) != NULL) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(at + 1, "}*"), at + 1);
		if (!has_parameter(o, "path", name))
			wrong = "a parameter of the path";
		at++;
	}
	ok(wrong == NULL, "%s: %s %s is described%s%s", o->program->name, o->route->method, o->route->pattern, wrong != NULL ? ", but for: " : "",
		wrong != NULL ? wrong : "");
}

static bool
is_route(const struct office_program *p, const char *method, const char *path)
{
	for (size_t i = 0; i < noperation; i++)
		if (operations[i].program == p && strcasecmp(operations[i].route->method, method) == 0 && strcmp(operations[i].route->pattern, path) == 0)
			return true;
	return false;
}

static void
compare_descriptions(const struct office_program *p)
{
	json_t *api = api_of(p), *item, *operation;
	const char *url = json_string_value(json_object_get(json_array_get(json_object_get(api, "servers"), 0), "url"));
	const char *path, *method;

	ok(url != NULL && strlen(url) > strlen(p->base_path) && strcmp(url + strlen(url) - strlen(p->base_path), p->base_path) == 0, "%s: the base path is that of the service",
		p->name);
	json_object_foreach (json_object_get(api, "paths"), path, item)
		json_object_foreach (item, method, operation)
			if (!is_route(p, method, path))
				ok(false, "%s: %s %s is described, and a route", p->name, method, path);
}

/* ---- one request ---- */

/* Whether a path below the base is one of the pattern. */
static bool
matches(const char *pattern, const char *path)
{
	while (*pattern != '\0' && *path != '\0' && *path != '?')
		if (*pattern == '{') {
			pattern += strcspn(pattern, "}") + 1;
			path += strcspn(path, "/?");
		} else if (*pattern++ != *path++)
			return false;
	return *pattern == '\0' && (*path == '\0' || *path == '?');
}

static struct operation *
operation_of(const char *program, const char *method, const char *path)
{
	struct operation *best = NULL;

	for (size_t i = 0; i < noperation; i++) {
		struct operation *o = &operations[i];
		size_t base = strlen(o->program->base_path);

		/* a literal segment wins over a parameter, from the left */
		if (strcmp(o->program->name, program) == 0 && strcmp(o->route->method, method) == 0 && strncmp(path, o->program->base_path, base) == 0 &&
			matches(o->route->pattern, path + base) && (best == NULL || strcmp(o->route->pattern, best->route->pattern) < 0))
			best = o;
	}
	if (best != NULL)
		return best;
	bail_out("%s: %s %s is no route", program, method, path);
}

static void
complain(const struct operation *o, int status, const char *what)
{
	if (broken++ < BROKEN_SHOWN)
		printf("# %s: %s %s: %d: %s\n", o->program->name, o->route->method, o->route->pattern, status, what);
}

/* The schema of a body: content -> type -> schema. */
static const json_t *
schema_of(const json_t *has_content, const char *type)
{
	return json_object_get(json_object_get(json_object_get(has_content, "content"), type), "schema");
}

static void
check_answer(const struct operation *o, const struct client_answer *a)
{
	const json_t *described = response(o, a->status), *schema;
	struct err err = ERR_INIT;
	json_t *body = NULL;

	if (described == NULL) {
		complain(o, a->status, "this status is not described");
		return;
	}
	if (a->body.n == 0) {
		if (json_object_get(described, "content") != NULL)
			complain(o, a->status, "a body is described, none came");
		return;
	}
	if ((schema = schema_of(described, a->content_type)) == NULL) {
		complain(o, a->status, a->content_type);
		return;
	}
	if (strcmp(a->content_type, "application/json") != 0 && strcmp(a->content_type, "application/problem+json") != 0)
		return;
	if (json_read(bytes_of(&a->body), &body, &err) == -1 || schema_check(o->api, schema, body, &err) == -1)
		complain(o, a->status, err.text);
	json_decref(body);
}

/* What was taken holds to the schema of the request. */
static void
check_request(const struct operation *o, const json_t *body, int status)
{
	const json_t *described = schema_deref(o->api, json_object_get(o->described, "requestBody")), *schema = schema_of(described, "application/json");
	struct err err = ERR_INIT;

	if (body == NULL)
		return;
	if (schema == NULL) {
		if (json_object_size(body) > 0)
			complain(o, status, "a body was taken, none is described");
	} else if (schema_check(o->api, schema, body, &err) == -1)
		complain(o, status, err.text);
}

/* Sends and looks at the answer.  The status; *reply, unless NULL, the JSON of a good answer. */
static int
exchange(struct client *client, const char *program, const char *method, const char *path, bool with_key, struct client_body body, json_t **reply)
{
	struct operation *o = operation_of(program, method, path);
	struct client_answer a = CLIENT_ANSWER_INIT;
	struct err err = ERR_INIT;
	struct uuid key;
	int status;

	if (uuid_new(&key, &err) == -1 || client_exchange(client, method, path, with_key ? &key : NULL, body, &a, &err) == -1)
		bail_out("%s: %s %s: %s", program, method, path, err.text);
	if (o->described != NULL) {
		check_answer(o, &a);
		if (a.status < 300)
			check_request(o, body.json, a.status);
	}
	o->good |= a.status < 300;
	o->bad |= a.status >= 400;
	if (reply != NULL && (a.status >= 300 || a.body.n == 0 || json_read(bytes_of(&a.body), reply, &err) == -1))
		*reply = NULL;
	if (reply != NULL && a.status >= 300)
		printf("# %s %s: %d %s\n", method, path, a.status, buf_cstr(&a.body));
	status = a.status;
	buf_clear(&a.body);
	return status;
}

static struct client *
at(const char *program, const char *login)
{
	struct client *c = NULL;
	struct err err = ERR_INIT;

	if (rig_client(&rig, program, login, &c, &err) == -1)
		bail_out("%s at %s: %s", login, program, err.text);
	return c;
}

/* ---- a good day ---- */

static char path_text[400];

__attribute__((format(printf, 1, 2))) static const char *
path_of(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path_text, sizeof(path_text), fmt, ap);
	va_end(ap);
	return path_text;
}

/* A change that must be taken; takes body. */
static json_t *
post(const char *program, const char *login, const char *path, json_t *body)
{
	char copy[400];
	json_t *reply = NULL;
	int status;

	snprintf(copy, sizeof(copy), "%s", path);
	status = exchange(at(program, login), program, "POST", copy, true,
		body != NULL ? (struct client_body){ .json = body } : (struct client_body){ .content_type = "application/json" }, &reply);
	ok(status < 300, "%s takes POST %s (%d)", program, copy, status);
	json_decref(body);
	return reply;
}

static json_t *
get(const char *program, const char *login, const char *path)
{
	char copy[400];
	json_t *reply = NULL;
	int status;

	snprintf(copy, sizeof(copy), "%s", path);
	status = exchange(at(program, login), program, "GET", copy, false, CLIENT_NO_BODY, &reply);
	ok(status == 200, "%s answers GET %s (%d)", program, copy, status);
	return reply;
}

static void
keep(json_t *reply, const char *name, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(reply, name));

	snprintf(out, size, "%s", text != NULL ? text : "-");
}

static json_t *
reason(void)
{
	return json_pack("{s:s}", "reason", "found out at the counter");
}

static json_t *
birth(const char *primary, const char *secondary, const char *born)
{
	char office[UUID_TEXT];

	return json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:{s:s, s:s}, s:s, s:{s:i, s:i, s:s}}",
		"office_id", uuid_format(&rig.office[RIG_CIVIL], office), "declared_on", "2020-02-01", "child", "primary_name", primary, "secondary_name",
		secondary, "sex", "F", "date_of_birth", born, "place_of_birth", RIG_PLACE_HOSPITAL, "mother", "primary_name", primary, "secondary_name",
		"Vera", "date_of_birth", "1959-06", "nationality", "UTO", "father", "primary_name", primary, "secondary_name", "Otto", "date_of_birth",
		"1949", "nationality", "UTO", "informant", "name", "Vera", "relation", "mother", "attendant", "midwife", "statistics", "birth_weight_g", 3400,
		"gestation_weeks", 39, "place_kind", "hospital");
}

struct day {
	char act[48], minor_act[48];
	char uin[16];
	char number[16];
};

static json_t *
correction(const char *from, const char *to, int version)
{
	return json_pack("{s:i, s:[{s:s, s:s, s:s}], s:s, s:[{s:s, s:s}]}", "version", version, "changes", "path", "/mother/secondary_name", "from", from, "to", to,
		"legal_basis", "Civil Registration Act, section 12", "evidence", "kind", "affidavit", "reference", "A 17");
}

/* The act is corrected once; two other corrections come to nothing. */
static void
civil_corrections(const char *act)
{
	static const char *const ends[] = { "acceptance", "refusal", "withdrawal" };
	char id[UUID_TEXT];
	json_t *reply;

	for (int i = 0; i < 3; i++) {
		reply = post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/corrections", act), i == 0 ? correction("Vera", "Verena", 1) : correction("Verena", "Vera", 2));
		keep(reply, "id", id, sizeof(id));
		json_decref(reply);
		json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/births/%s/corrections/%s", act, id)));
		json_decref(post("civild", i == 2 ? "civil_registrar.1" : "civil_registrar.2", path_of("/civil/v1/births/%s/corrections/%s/%s", act, id, ends[i]), i == 1 ? reason() : json_object()));
	}
	json_decref(get("civild", "auditor.1", path_of("/civil/v1/births/%s", act)));
}

static void
civil_evidence(const char *act)
{
	static const char pdf[] = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";
	struct buf base64 = BUF_INIT;
	char id[UUID_TEXT];
	json_t *reply;

	buf_base64(&base64, bytes_str(pdf));
	reply = post("civild", "civil_clerk.1", path_of("/civil/v1/births/%s/evidence", act),
		json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "medical_certificate", "reference", "C 5", "issued_on", "2015-04", "media_type", "application/pdf", "file", buf_cstr(&base64)));
	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	exchange(at("civild", "civil_registrar.1"), "civild", "GET", path_of("/civil/v1/births/%s/evidence/%s", act, id), false, CLIENT_NO_BODY, NULL);
	buf_clear(&base64);
}

/* A hospital notifies two births; one is closed. */
static void
civil_notifications(void)
{
	static const char text[] = "{\"kind\":\"birth\",\"place\":\"" RIG_PLACE_HOSPITAL "\",\"reference\":\"R1\",\"content\":{\"child\":{\"sex\":\"F\"}}}";
	struct client *hospital = facility_client(&rig, RIG_PLACE_HOSPITAL);
	json_t *body = json_loads(text, 0, NULL), *reply = NULL;
	char id[UUID_TEXT], office[UUID_TEXT];

	uuid_format(&rig.office[RIG_CIVIL], office);
	ok(exchange(hospital, "civild", "POST", "/civil/v1/notifications", true, (struct client_body){ .json = body }, &reply) == 201, "a hospital notifies a birth");
	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/notifications/%s", id)));
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/notifications/%s/closure", id), reason()));
	json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/notifications/%s", id)));
	json_object_set_new(body, "reference", json_string("R2"));
	exchange(hospital, "civild", "POST", "/civil/v1/notifications", true, (struct client_body){ .json = body }, NULL);
	json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/notifications?office=%s&state=notified", office)));
	json_decref(body);
	client_free(hospital);
}

/* One act of each other kind is declared, about a child of their own. */
static void
civil_kinds(void)
{
	struct act_about about = { .primary = "Reed", .secondary = "Lily", .born = "2015-04-04" };
	char id[UUID_TEXT], number[48], name[16];
	json_t *reply = post("civild", "civil_clerk.1", "/civil/v1/births", birth(about.primary, about.secondary, about.born));

	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	civil_evidence(id);
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/validation", id), json_object()));
	json_decref(post("civild", "civil_supervisor.1", path_of("/civil/v1/births/%s/approval", id), json_object()));
	reply = post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/registration", id), json_object());
	keep(reply, "number", number, sizeof(number));
	json_decref(reply);
	about.birth_number = number;
	civil_corrections(id);
	for (size_t i = 0; act_registers[i] != NULL; i++) {
		bool is_about = strcmp(act_registers[i], "deaths") != 0 && strcmp(act_registers[i], "marriages") != 0;

		snprintf(name, sizeof(name), "Neu%c", (char)('a' + i));
		reply = post("civild", "civil_clerk.1", path_of("/civil/v1/%s", act_registers[i]),
			act_example(act_registers[i], &rig.office[RIG_CIVIL], RIG_PLACE_HOSPITAL, name, is_about ? &about : NULL));
		keep(reply, "id", id, sizeof(id));
		json_decref(reply);
		json_decref(get("civild", "civil_registrar.1", path_of("/civil/v1/%s/%s", act_registers[i], id)));
		json_decref(get("civild", "civil_registrar.1", path_of("/civil/v1/%s/%s/duplicates", act_registers[i], id)));
		uuid_format(&rig.office[RIG_CIVIL], id);
		json_decref(get("civild", "civil_registrar.1", path_of("/civil/v1/%s?office=%s", act_registers[i], id)));
	}
}

/* One entry of a paper register is returned, proposed again and promoted; another is rejected. */
static void
civil_legacy(void)
{
	static const uint8_t scan[] = { 0xff, 0xd8, 0xff, 0xe0, 0, 4, 'J', 'F', 0xff, 0xd9 };
	char office[UUID_TEXT], id[UUID_TEXT], image[UUID_TEXT];
	json_t *reply = NULL, *compared;

	uuid_format(&rig.office[RIG_CIVIL], office);
	for (int i = 0; i < 2; i++) {
		reply = post("civild", "civil_clerk.1", "/civil/v1/legacy-acts",
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s}}", "office_id", office, "kind", "birth", "register", "Births", "volume", "7", "entry",
				i == 0 ? "1" : "2", "grade", "certified_copy", "place", RIG_PLACE_HOSPITAL, "event_on", "1990-05-05", "original", "child", "Moss, Ivy"));
		keep(reply, "id", id, sizeof(id));
		json_decref(reply);
		if (i == 0)
			json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/legacy-acts/%s/refusal", id), reason()));
	}
	ok(exchange(at("civild", "civil_clerk.1"), "civild", "POST", path_of("/civil/v1/legacy-acts/%s/images", id), true,
		   (struct client_body){ .bytes = BYTES(scan, sizeof(scan)), .content_type = "image/jpeg" }, &reply) == 201,
		"civild takes a scan");
	keep(reply, "id", image, sizeof(image));
	json_decref(reply);
	for (int i = 0; i < 2; i++) {
		json_t *says = birth("Moss", "Ivy", "1990-05-05");

		json_object_del(says, "office_id");
		json_object_del(says, "statistics");
		json_object_set_new(says, "declared_on", json_string("1990-05-09"));
		json_decref(post("civild", "civil_clerk.1", path_of("/civil/v1/legacy-acts/%s/proposal", id), says));
		if (i == 0)
			json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/legacy-acts/%s/return", id), reason()));
	}
	reply = get("civild", "civil_registrar.1", path_of("/civil/v1/legacy-acts/%s", id));
	compared = json_deep_copy(json_object_get(reply, "to_compare"));
	json_decref(reply);
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/legacy-acts/%s/promotion", id), json_pack("{s:s, s:o}", "image_id", image, "compared", compared)));
	json_decref(get("civild", "civil_registrar.1", path_of("/civil/v1/legacy-acts/%s", id)));
	exchange(at("civild", "civil_registrar.1"), "civild", "GET", path_of("/civil/v1/legacy-acts/%s/images/%s", id, image), false, CLIENT_NO_BODY, NULL);
	json_decref(get("civild", "auditor.1", path_of("/civil/v1/legacy-acts?office=%s", office)));
	json_decref(get("civild", "civil_clerk.1", "/civil/v1/provenance-grades"));
}

/* Numbers without persons, in three forms; an estimate. */
static void
civil_statistics(void)
{
	static const char *const forms[] = { "birth?year=1980&by=sex", "birth?year=1980&by=attendant&place=UTO", "birth?year=unknown&rows=months&by=timeliness",
		"birth?year=1980&by=month&format=csv", "death?year=2020&basis=registration&by=age&format=sdmx" };

	json_decref(post("civild", "statistician.1", "/civil/v1/statistics/estimates",
		json_pack("{s:s, s:i, s:s, s:s, s:i, s:s}", "event", "birth", "year", 1980, "place", "UTO", "sex", "F", "events", 400, "source", "census of 1990")));
	json_decref(get("civild", "auditor.1", "/civil/v1/statistics/estimates?event=birth&year=1980"));
	for (size_t i = 0; i < NELEM(forms); i++)
		ok(exchange(at("civild", "statistician.1"), "civild", "GET", path_of("/civil/v1/statistics/%s", forms[i]), false, CLIENT_NO_BODY, NULL) == 200, "statistics: %s",
			forms[i]);
	ok(exchange(at("civild", "civil_clerk.1"), "civild", "GET", "/civil/v1/statistics/dictionary", false, CLIENT_NO_BODY, NULL) == 200, "and their dictionary");
}

static void
civil_day(struct day *day)
{
	char id[UUID_TEXT], twin[UUID_TEXT], office[UUID_TEXT];
	json_t *reply;

	uuid_format(&rig.office[RIG_CIVIL], office);
	reply = post("civild", "civil_clerk.1", "/civil/v1/births", birth("O'Connor", "Enya", "1980-05-17"));
	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/validation", id), json_object()));
	reply = post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/registration", id), NULL);
	keep(reply, "number", day->act, sizeof(day->act));
	json_decref(reply);

	/* the same again: a duplicate, that a second officer finds to be another child */
	reply = post("civild", "civil_clerk.1", "/civil/v1/births", birth("O'Connor", "Enya", "1980-05-17"));
	keep(reply, "id", twin, sizeof(twin));
	ok(json_array_size(json_object_get(reply, "duplicates")) > 0, "a duplicate is shown");
	json_decref(reply);
	json_decref(get("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/duplicates", twin)));
	ok(exchange(at("civild", "civil_registrar.1"), "civild", "POST", path_of("/civil/v1/births/%s/registration", twin), true,
		   (struct client_body){ .content_type = "application/json" }, NULL) == 409,
		"and stops the registration");
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/duplicate-overrides", twin),
		json_pack("{s:s, s:s}", "candidate_id", id, "reason", "twins, says the midwife")));
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/registration", twin), json_object()));
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/annulment", twin), reason()));
	json_decref(get("civild", "auditor.1", path_of("/civil/v1/births/%s", twin)));
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/reinstatement", twin), reason()));

	reply = post("civild", "civil_clerk.1", "/civil/v1/births", birth("Waters", "Maud", "1971"));
	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/rejection", id), reason()));
	reply = post("civild", "civil_clerk.1", "/civil/v1/births", birth("Nemo", "Fides", "2016-03-09"));
	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	reply = post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/registration", id), json_object());
	keep(reply, "number", day->minor_act, sizeof(day->minor_act));
	json_decref(reply);
	json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/births/%s", id)));
	json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/births?office=%s&limit=2", office)));
	json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/births?office=%s&state=registered", office)));
	json_decref(get("civild", "auditor.1", path_of("/civil/v1/acts/%s", day->act)));
	json_decref(get("civild", "civil_clerk.1", "/civil/v1/offices"));
	civil_notifications();
	json_decref(get("civild", "civil_clerk.1", "/civil/v1/places?prefix=am"));
	civil_statistics();
	civil_legacy();
	civil_kinds();
}

static struct buf
picture(void)
{
	gdImagePtr image = gdImageCreateTrueColor(413, 531);
	struct buf out = BUF_INIT;
	int n = 0;
	void *p;

	gdImageFilledRectangle(image, 0, 0, 413, 531, 0xc8d0d8);
	gdImageFilledEllipse(image, 206, 260, 200, 300, 0xd0a080);
	p = gdImageJpegPtr(image, &n, 85);
	buf_add(&out, p, (size_t)n);
	gdFree(p);
	gdImageDestroy(image);
	return out;
}

/* Opened, with portrait: the id. */
static void
begin_enrolment(const char *act, char id[UUID_TEXT])
{
	struct buf jpeg = picture();
	char office[UUID_TEXT];
	json_t *reply = post("enrold", "enrolment_officer.1", "/enrolment/v1/enrolments",
		json_pack("{s:s, s:s}", "office_id", uuid_format(&rig.office[RIG_ENROLMENT], office), "act_number", act));

	keep(reply, "id", id, UUID_TEXT);
	json_decref(reply);
	ok(exchange(at("enrold", "enrolment_officer.1"), "enrold", "POST", path_of("/enrolment/v1/enrolments/%s/portrait", id), true,
		   (struct client_body){ .bytes = bytes_of(&jpeg), .content_type = "image/jpeg" }, NULL) == 201,
		"enrold takes a portrait");
	buf_clear(&jpeg);
}

static void
enrolment_day(struct day *day)
{
	char id[UUID_TEXT], office[UUID_TEXT];
	json_t *reply;

	uuid_format(&rig.office[RIG_ENROLMENT], office);
	begin_enrolment(day->act, id);
	json_decref(post("enrold", "enrolment_officer.1", path_of("/enrolment/v1/enrolments/%s/evidence", id),
		json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "document", "document_type", "driving licence", "document_number", "D-17", "issuer", "UTO",
			"issued_on", "2001-05")));
	json_decref(get("enrold", "enrolment_supervisor.1", path_of("/enrolment/v1/enrolments/%s/portrait", id)));
	json_decref(post("enrold", "enrolment_officer.1", path_of("/enrolment/v1/enrolments/%s/examination", id),
		json_pack("{s:s, s:s, s:s, s:s}", "place_of_birth", "Amaurot", "mrz_primary", "OCONNOR", "mrz_secondary", "ENYA", "mrz_override_reason", "as in the old passport")));
	reply = post("enrold", "enrolment_supervisor.1", path_of("/enrolment/v1/enrolments/%s/verification", id), NULL);
	keep(reply, "uin", day->uin, sizeof(day->uin));
	json_decref(reply);
	json_decref(get("enrold", "auditor.1", path_of("/enrolment/v1/enrolments/%s", id)));
	json_decref(get("enrold", "enrolment_officer.1", path_of("/enrolment/v1/identities/%s", day->uin)));

	begin_enrolment(day->minor_act, id);
	json_decref(post("enrold", "enrolment_officer.1", path_of("/enrolment/v1/enrolments/%s/evidence", id),
		json_pack("{s:s, s:s, s:s}", "kind", "guardian", "guardian_name", "Vera Nemo", "guardian_relation", "mother")));
	json_decref(post("enrold", "enrolment_officer.1", path_of("/enrolment/v1/enrolments/%s/examination", id), json_object()));
	json_decref(post("enrold", "enrolment_supervisor.1", path_of("/enrolment/v1/enrolments/%s/refusal", id), reason()));
	begin_enrolment(day->minor_act, id);
	json_decref(post("enrold", "enrolment_officer.1", path_of("/enrolment/v1/enrolments/%s/cancellation", id), reason()));
	json_decref(get("enrold", "enrolment_officer.1", path_of("/enrolment/v1/enrolments?office=%s&limit=2", office)));
}

static void
apply(const struct day *day, char id[UUID_TEXT])
{
	char office[UUID_TEXT];
	json_t *reply = post("issued", "passport_clerk.1", "/issuance/v1/applications",
		json_pack("{s:s, s:s, s:s, s:s}", "uin", day->uin, "document_type", "PP", "reason", "first", "office_id",
			uuid_format(&rig.office[RIG_PASSPORT], office)));

	keep(reply, "id", id, UUID_TEXT);
	json_decref(reply);
}

static void
produce(const char *application, char number[16])
{
	json_t *reply = post("issued", "passport_personaliser.1", "/issuance/v1/documents", json_pack("{s:[s, s]}", "applications", application, "018f2a00-0000-7000-8000-00000000abcd"));

	keep(json_array_get(json_object_get(reply, "results"), 0), "number", number, 16);
	json_decref(reply);
}

static void
issuance_day(struct day *day)
{
	char id[UUID_TEXT], office[UUID_TEXT], spoiled[16];

	uuid_format(&rig.office[RIG_PASSPORT], office);
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/persons/%s/eligibility", day->uin)));
	apply(day, id);
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/persons/%s/eligibility?reason=renewal", day->uin)));
	json_decref(post("issued", "passport_approver.1", path_of("/issuance/v1/applications/%s/refusal", id), reason()));
	apply(day, id);
	json_decref(post("issued", "passport_clerk.1", path_of("/issuance/v1/applications/%s/cancellation", id), reason()));
	apply(day, id);
	json_decref(post("issued", "passport_approver.1", path_of("/issuance/v1/applications/%s/approval", id), NULL));
	produce(id, spoiled);
	json_decref(post("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s/spoiling", spoiled), reason()));
	produce(id, day->number);
	json_decref(get("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s", day->number)));
	json_decref(get("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s/data-page", day->number)));
	json_decref(get("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s/files/EF.SOD", day->number)));
	json_decref(post("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s/quality-control", day->number), NULL));
	json_decref(post("issued", "passport_delivery.1", path_of("/issuance/v1/documents/%s/delivery", day->number), NULL));
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/applications/%s", id)));
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/applications?office=%s&limit=2", office)));
}

static void
registry_day(const struct day *day)
{
	char record[UUID_TEXT] = "";
	struct err err = ERR_INIT;
	json_t *head;

	for (int i = 0; i < 200 && rig_count(&rig, "SELECT (SELECT count(*) FROM ledger_entry) - coalesce((SELECT max(size) FROM tree_head), 0)") > 0; i++)
		usleep(100000);
	if (rig_sql(&rig, record, sizeof(record), &err, "SELECT id FROM document WHERE number = '%s'", day->number) == -1)
		bail_out("%s", err.text);
	head = get("registryd", "auditor.1", "/registry/v1/ledger/head");
	json_decref(get("registryd", "auditor.1", path_of("/registry/v1/ledger/consistency?from=1&to=%d", (int)json_integer_value(json_object_get(head, "size")))));
	json_decref(head);
	json_decref(get("registryd", "auditor.1", path_of("/registry/v1/ledger/records/%s", record)));
	json_decref(get("registryd", "inspector.1", path_of("/registry/v1/documents/%s/descent", day->number)));
	json_decref(get("registryd", "auditor.1", path_of("/registry/v1/documents/%s/descent?form=disclosed", day->number)));
	json_decref(post("issued", "passport_clerk.1", path_of("/issuance/v1/documents/%s/cancellation", day->number), reason()));
}

/* Asked by one officer, approved by another: the id. */
static void
ask_ceremony(json_t *body, char id[UUID_TEXT])
{
	json_t *reply;

	json_object_set_new(body, "reason", json_string("the year's keys"));
	reply = post("pkid", "pki_officer.1", "/pki/v1/ceremonies", body);
	keep(reply, "id", id, UUID_TEXT);
	json_decref(reply);
}

static json_t *
hold_ceremony(json_t *body)
{
	char id[UUID_TEXT];

	ask_ceremony(body, id);
	json_decref(post("pkid", "pki_officer.2", path_of("/pki/v1/ceremonies/%s/approval", id), NULL));
	return post("pkid", "pki_officer.1", path_of("/pki/v1/ceremonies/%s/execution", id), NULL);
}

/* A new key that signs: its id. */
static void
new_key(const char *kind, char id[UUID_TEXT])
{
	json_t *done = hold_ceremony(
		json_pack("{s:s, s:{s:s, s:s, s:s}}", "kind", "generate", "key", "kind", kind, "token_label", "test", "algorithm", "brainpoolP256r1"));

	keep(done, "signing_key_id", id, UUID_TEXT);
	json_decref(done);
	json_decref(hold_ceremony(json_pack("{s:s, s:s}", "kind", "certify", "signing_key_id", id)));
	json_decref(hold_ceremony(json_pack("{s:s, s:s}", "kind", "activate", "signing_key_id", id)));
}

/* What csca-ceremony does with a request file, on the rig's token. */
static void
perform_offline(const char *text, struct buf *response)
{
	struct rite_outcome outcome = { .version = 0 };
	struct rite rite = { .version = 0 };
	struct token *token = NULL;
	struct err err = ERR_INIT;

	if (rite_of_text(bytes_str(text), &rite, &err) == -1 || token_open(rig.token_uri, bytes_str(rig.token_pin), 2, &token, &err) == -1 ||
		rite_perform(token, &rite, bytes_str(text), &outcome, &err) == -1 || rite_outcome_to_text(&outcome, response, &err) == -1)
		bail_out("%s", err.text);
	token_close(token);
	rite_outcome_clear(&outcome);
	rite_clear(&rite);
}

static void
offline_day(void)
{
	struct buf request = BUF_INIT, response = BUF_INIT;
	struct err err = ERR_INIT;
	char id[UUID_TEXT];
	json_t *asked;

	ask_ceremony(json_pack("{s:s, s:{s:s, s:s, s:s, s:b}}", "kind", "generate", "key", "kind", "csca", "token_label", "vault", "algorithm",
			     "brainpoolP384r1", "is_offline", 1),
		id);
	json_decref(post("pkid", "pki_officer.2", path_of("/pki/v1/ceremonies/%s/approval", id), NULL));
	asked = get("pkid", "pki_officer.1", path_of("/pki/v1/ceremonies/%s/request", id));
	if (json_canonical(asked, &request, &err) == -1)
		bail_out("%s", err.text);
	perform_offline(buf_cstr(&request), &response);
	ok(exchange(at("pkid", "pki_officer.1"), "pkid", "POST", path_of("/pki/v1/ceremonies/%s/response", id), true,
		   (struct client_body){ .bytes = bytes_of(&response), .content_type = "application/json" }, NULL) == 201,
		"pkid takes the response of an offline ceremony");
	json_decref(asked);
	buf_clear(&request);
	buf_clear(&response);
}

/* CscaMasterList and DeviationList of one member, as Doc 9303-12 8 and 9 have them. */
static json_t *
list_content(bool master)
{
	struct der_out o = DER_OUT_INIT;
	struct buf der = BUF_INIT, pem = BUF_INIT;
	struct err err = ERR_INIT;
	struct cert *csca = NULL;
	json_t *content;

	if (file_read(rig_path(&rig, "pki/csca.crt"), 1 << 16, &pem, &err) == -1 || cert_read(bytes_of(&pem), &csca, &err) == -1)
		bail_out("%s", err.text);
	der_open(&o, DER_SEQUENCE);
	der_uint(&o, 0);
	der_open(&o, DER_SET);
	if (master) {
		der_raw(&o, bytes_of(&csca->der));
	} else {
		der_open(&o, DER_SEQUENCE);
		der_open(&o, DER_SEQUENCE);
		der_str(&o, DER_CONTEXT(0), "P<");
		der_close(&o);
		der_open(&o, DER_SET);
		der_open(&o, DER_SEQUENCE);
		der_oid(&o, "2.23.136.1.1.7.2.4");
		der_close(&o);
		der_close(&o);
		der_close(&o);
	}
	der_close(&o);
	der_close(&o);
	if (der_finish(&o, &der, &err) == -1)
		bail_out("%s", err.text);
	content = json_base64(bytes_of(&der));
	cert_free(csca);
	buf_clear(&der);
	buf_clear(&pem);
	return content;
}

/* The trust store: a root of Utopia proposed and accepted, confirmed and distrusted; a CRL that is refused. */
static json_t *
propose(const char *file)
{
	const char *top = getenv("top_srcdir");
	struct buf octets = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *reply = NULL;

	if (file_read(path_of("%s/tests/data/utopia/good/%s", top != NULL ? top : ".", file), 1 << 20, &octets, &err) == -1)
		bail_out("%s", err.text);
	ok(exchange(at("pkid", "pki_officer.1"), "pkid", "POST", "/pki/v1/trust/imports?source=courier", true,
		   (struct client_body){ .bytes = bytes_of(&octets), .content_type = "application/octet-stream" }, &reply) == 201,
		"pkid takes %s as a proposal", file);
	buf_clear(&octets);
	return reply;
}

static void
trust_day(void)
{
	static const char *const handed_on[] = { "pkd.ldif", "master-list-content" };
	char import[UUID_TEXT], certificate[UUID_TEXT], fingerprint[65];
	json_t *reply = propose("csca1.cer"), *item;

	keep(reply, "id", import, UUID_TEXT);
	json_decref(reply);
	json_decref(get("pkid", "auditor.1", path_of("/pki/v1/trust/imports/%s", import)));
	json_decref(post("pkid", "pki_officer.2", path_of("/pki/v1/trust/imports/%s/acceptance", import), NULL));
	reply = propose("utopia.crl");
	keep(reply, "id", import, UUID_TEXT);
	json_decref(reply);
	json_decref(post("pkid", "pki_officer.2", path_of("/pki/v1/trust/imports/%s/refusal", import), reason()));
	json_decref(get("pkid", "auditor.1", "/pki/v1/trust/imports?state=refused&limit=1"));
	reply = get("pkid", "auditor.1", "/pki/v1/trust/certificates?country=UT&standing=held&limit=1");
	item = json_array_get(json_object_get(reply, "items"), 0);
	keep(item, "id", certificate, UUID_TEXT);
	keep(item, "sha256", fingerprint, sizeof(fingerprint));
	json_decref(reply);
	for (int i = 1; i <= 2; i++)
		json_decref(post("pkid", i == 1 ? "pki_officer.1" : "pki_officer.2", path_of("/pki/v1/trust/certificates/%s/confirmation", certificate),
			json_pack("{s:s, s:s}", "how", "by telephone, to the embassy", "fingerprint", fingerprint)));
	json_decref(get("pkid", "auditor.1", path_of("/pki/v1/trust/certificates/%s", certificate)));
	json_decref(get("pkid", "auditor.1", "/pki/v1/trust/states"));
	for (size_t i = 0; i < NELEM(handed_on); i++)
		ok(exchange(at("pkid", "auditor.1"), "pkid", "GET", path_of("/pki/v1/trust/%s", handed_on[i]), false, CLIENT_NO_BODY, NULL) == 200, "%s is handed out",
			handed_on[i]);
	item = json_pack("{s:[{s:[{s:s, s:i}], s:s}]}", "deviations", "descriptions", "type", "dg_malformed", "field", 3, "document_type", "PP");
	ok(exchange(at("pkid", "pki_officer.1"), "pkid", "POST", "/pki/v1/trust/deviation-list-content", true, (struct client_body){ .json = item }, NULL) == 200,
		"a deviation list's content is composed");
	json_decref(item);
	json_decref(post("pkid", "pki_officer.2", path_of("/pki/v1/trust/certificates/%s/distrust", certificate), reason()));
}

static void
pki_day(void)
{
	char key[UUID_TEXT], id[UUID_TEXT];
	struct buf pem = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *read;

	new_key("document_signer", key);
	read = get("pkid", "auditor.1", path_of("/pki/v1/keys/%s", key));
	keep(read, "certificate_id", id, UUID_TEXT);
	json_decref(read);
	json_decref(get("pkid", "auditor.1", "/pki/v1/keys?kind=document_signer&state=active"));
	json_decref(get("pkid", "auditor.1", path_of("/pki/v1/certificates?key=%s&limit=1", key)));
	json_decref(get("pkid", "auditor.1", path_of("/pki/v1/certificates/%s", id)));
	ok(exchange(at("pkid", "auditor.1"), "pkid", "GET", path_of("/pki/v1/certificates/%s/der", id), false, CLIENT_NO_BODY, NULL) == 200, "a certificate's octets");
	json_decref(hold_ceremony(json_pack("{s:s, s:s, s:{s:s}}", "kind", "revoke", "certificate_id", id, "parameters", "cause", "superseded")));
	read = hold_ceremony(json_pack("{s:s}", "kind", "crl"));
	keep(read, "id", id, UUID_TEXT);
	json_decref(read);
	ok(exchange(at("pkid", "auditor.1"), "pkid", "GET", path_of("/pki/v1/ceremonies/%s/protocol", id), false, CLIENT_NO_BODY, NULL) == 200, "a printed protocol");
	json_decref(get("pkid", "auditor.1", path_of("/pki/v1/ceremonies/%s", id)));
	json_decref(get("pkid", "auditor.1", "/pki/v1/ceremonies?kind=crl&limit=1"));
	new_key("master_list_signer", key);
	json_decref(hold_ceremony(json_pack("{s:s, s:o}", "kind", "master_list", "content", list_content(true))));
	new_key("deviation_list_signer", key);
	json_decref(hold_ceremony(json_pack("{s:s, s:o}", "kind", "deviation_list", "content", list_content(false))));
	ask_ceremony(json_pack("{s:s}", "kind", "crl"), id);
	json_decref(post("pkid", "pki_officer.2", path_of("/pki/v1/ceremonies/%s/refusal", id), reason()));
	ask_ceremony(json_pack("{s:s}", "kind", "crl"), id);
	json_decref(post("pkid", "pki_officer.1", path_of("/pki/v1/ceremonies/%s/cancellation", id), reason()));
	offline_day();
	trust_day();
	json_decref(get("pkid", "auditor.1", "/pki/v1/revocations"));
	json_decref(get("pkid", "auditor.1", "/pki/v1/crls?limit=1"));
	json_decref(get("pkid", "auditor.1", "/pki/v1/lists?kind=master_list"));
	json_decref(get("pkid", "auditor.1", "/pki/v1/rules"));
	json_decref(get("pkid", "auditor.1", "/pki/v1/duties"));
	if (file_read(rig_path(&rig, "pki/csca.crt"), 1 << 16, &pem, &err) == -1)
		bail_out("%s", err.text);
	ok(exchange(at("pkid", "auditor.1"), "pkid", "POST", "/pki/v1/lint", true,
		   (struct client_body){ .bytes = bytes_of(&pem), .content_type = "application/octet-stream" }, &read) == 200,
		"the linter answers");
	json_decref(read);
	buf_clear(&pem);
	for (size_t i = 0; i < 4; i++) {
		static const char *const published[] = { "csca", "crl", "master-list", "deviation-list" };

		ok(exchange(at("pkid", NULL), "pkid", "GET", path_of("/pki/v1/public/%s", published[i]), false, CLIENT_NO_BODY, NULL) == 200, "%s is published",
			published[i]);
	}
}

static void
session_day(const struct office_program *p, unsigned number)
{
	const struct rig_officer *o = NULL;
	struct client *client = NULL;
	struct err err = ERR_INIT;
	char login[40], code[TOTP_DIGITS + 1], path[80];
	json_t *body;

	snprintf(login, sizeof(login), "statistician.%u", number);
	snprintf(path, sizeof(path), "%s/session", p->base_path);
	if (rig_officer(&rig, login, &o, &err) == -1 || rig_client_new(&rig, p->name, NULL, &client, &err) == -1 ||
		totp_code((const char *)o->totp.p, clock_now(), code, &err) == -1)
		bail_out("%s", err.text);
	body = json_pack("{s:s, s:s, s:s}", "login", login, "password", rig_password, "totp", code);
	ok(exchange(client, p->name, "POST", path, false, (struct client_body){ .json = body }, NULL) == 201, "%s signs in", p->name);
	ok(exchange(client, p->name, "POST", path, false, (struct client_body){ .json = body }, NULL) == 401, "but not twice with one code");
	ok(exchange(client, p->name, "GET", path, false, CLIENT_NO_BODY, NULL) == 200, "says who is signed in");
	ok(exchange(client, p->name, "DELETE", path, true, (struct client_body){ .content_type = "application/json" }, NULL) == 204, "and signs out");
	json_decref(body);
	client_free(client);
}

/* ---- bad requests, of every operation ---- */

/* An officer whom the table lets in. */
static const char *
allowed(const struct route *r)
{
	static char login[60];

	for (const struct role_entry *e = role_table; e->name != NULL; e++)
		if ((r->roles & e->role) != 0 && e->role != ROLE_PROGRAM) {
			snprintf(login, sizeof(login), "%s.1", e->name);
			return login;
		}
	return NULL;
}

static void
ask_badly(const struct operation *o)
{
	static const char *const texts[] = { "{", "[]", "null", "\"x\"", "{\"no_such_member\":1}", "{\"reason\":5}", "{\"office_id\":\"x\",\"uin\":[],\"login\":{}}" };
	const struct route *r = o->route;
	const char *program = o->program->name, *login = allowed(r);
	bool changes = (r->flags & ROUTE_CHANGES) != 0, has_body = strcmp(r->method, "POST") == 0;
	struct client_body json = has_body ? (struct client_body){ .bytes = bytes_str("{}"), .content_type = "application/json" } : CLIENT_NO_BODY;
	struct buf large = BUF_INIT;
	char path[300], strange[400];

	if (strcmp(r->pattern, "/session") == 0 && !has_body)
		login = NULL; /* else it would sign an officer of the test out */
	example_path(o->program, r, path, sizeof(path));
	exchange(at(program, NULL), program, r->method, path, changes, json, NULL);
	exchange(at(program, "administrator.1"), program, r->method, path, changes && strcmp(r->method, "DELETE") != 0, json, NULL);
	exchange(at(program, login), program, r->method, path, changes, json, NULL);
	exchange(at(program, login), program, r->method, path, false, json, NULL);
	snprintf(strange, sizeof(strange), "%s?colour=red&limit=-1", path);
	exchange(at(program, login), program, r->method, strange, changes, json, NULL);
	for (size_t i = 0; has_body && i < NELEM(texts); i++)
		exchange(at(program, login), program, r->method, path, changes, (struct client_body){ .bytes = bytes_str(texts[i]), .content_type = "application/json" }, NULL);
	if (has_body) {
		exchange(at(program, login), program, r->method, path, changes, (struct client_body){ .bytes = bytes_str("a=b"), .content_type = "application/x-www-form-urlencoded" }, NULL);
	}
	/* over the limit, but not by so much that the service hangs up */
	if (has_body && (r->flags & ROUTE_PUBLIC) == 0) {
		buf_reserve(&large, (r->flags & ROUTE_RAW_BODY) != 0 ? 9 << 20 : 5 << 20);
		exchange(at(program, login), program, r->method, path, changes, (struct client_body){ .bytes = bytes_of(&large), .content_type = "application/json" }, NULL);
	}
	if (strchr(r->pattern, '{') != NULL) { /* no identifier of any kind */
		size_t n = (size_t)snprintf(strange, sizeof(strange), "%s", o->program->base_path);

		for (const char *s = r->pattern; *s != '\0' && n < sizeof(strange) - 8; s++)
			if (*s == '{') {
				n += (size_t)snprintf(strange + n, sizeof(strange) - n, "%%C3%%A9");
				s += strcspn(s, "}");
			} else
				strange[n++] = *s;
		strange[n] = '\0';
		exchange(at(program, login), program, r->method, strange, changes, json, NULL);
	}
	buf_clear(&large);
}

/* ---- the validator itself ---- */

static const struct {
	const char *schema, *value;
	bool holds;
} validator[] = {
	{ "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":\"integer\"}},\"additionalProperties\":false}", "{\"a\":1}", true },
	{ "{\"type\":\"object\",\"required\":[\"a\"]}", "{\"b\":1}", false },
	{ "{\"properties\":{\"a\":{\"type\":\"integer\"}}}", "{\"a\":\"1\"}", false },
	{ "{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"b\":1}", false },
	{ "{\"additionalProperties\":{\"type\":\"string\"}}", "{\"b\":1}", false },
	{ "{\"propertyNames\":{\"pattern\":\"^a\"}}", "{\"b\":1}", false },
	{ "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}", "[\"a\",1]", false },
	{ "{\"minItems\":1}", "[]", false },
	{ "{\"maxItems\":1}", "[1,2]", false },
	{ "{\"uniqueItems\":true}", "[1,2,1]", false },
	{ "{\"enum\":[\"a\",\"b\"]}", "\"c\"", false },
	{ "{\"const\":1}", "2", false },
	{ "{\"pattern\":\"^[0-9]{2}$\"}", "\"123\"", false },
	{ "{\"format\":\"uuid\"}", "\"1\"", false },
	{ "{\"format\":\"date\"}", "\"2001-02-30\"", false },
	{ "{\"format\":\"date-time\"}", "\"2001-02-03\"", false },
	{ "{\"format\":\"email\"}", "\"x\"", false },
	{ "{\"minimum\":3}", "2", false },
	{ "{\"maximum\":3}", "4", false },
	{ "{\"minLength\":2}", "\"\xc3\xa9\"", false },
	{ "{\"maxLength\":1}", "\"\xc3\xa9\"", true },
	{ "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}", "null", true },
	{ "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}", "1", false },
	{ "{\"$ref\":\"#/x\"}", "1", false },
	{ "{\"oneOf\":[]}", "1", false }, /* a keyword that is not known */
	{ "{\"requierd\":[\"a\"]}", "{}", false },
};

static void
test_validator(void)
{
	for (size_t i = 0; i < NELEM(validator); i++) {
		json_t *schema = json_loads(validator[i].schema, 0, NULL), *value = json_loads(validator[i].value, JSON_DECODE_ANY, NULL);
		struct err err = ERR_INIT;

		ok(schema != NULL && value != NULL && (schema_check(schema, schema, value, &err) == 0) == validator[i].holds, "%s %s %s", validator[i].value,
			validator[i].holds ? "holds to" : "breaks", validator[i].schema);
		json_decref(schema);
		json_decref(value);
	}
}

/* What anybody may ask, and has nothing to be said with it. */
static bool
has_no_bad(const struct operation *o)
{
	return (o->route->flags & ROUTE_PUBLIC) != 0 && strcmp(o->route->method, "GET") == 0 && json_object_get(o->described, "parameters") == NULL;
}

static void
test_services(void)
{
	struct day day = { "" };

	civil_day(&day);
	enrolment_day(&day);
	issuance_day(&day);
	registry_day(&day);
	pki_day();
	for (size_t i = 0; i < NELEM(office_programs); i++)
		session_day(office_programs[i], (unsigned)i + 21); /* nobody else is these: a code works once */
	for (size_t i = 0; i < noperation; i++)
		ask_badly(&operations[i]);
	ok(broken == 0, "every answer is described and holds to its schema, and so does what was taken (%u do not)", broken);
	for (size_t i = 0; i < noperation; i++)
		ok(operations[i].good && (operations[i].bad || has_no_bad(&operations[i])), "%s: %s %s was asked %s", operations[i].program->name, operations[i].route->method,
			operations[i].route->pattern, operations[i].good ? operations[i].bad ? "well and badly" : "well only" : "never well");
}

int
main(void)
{
	struct err err = ERR_INIT;

	test_validator();
	read_apis();
	each_route(collect, NULL);
	for (size_t i = 0; i < noperation; i++)
		compare_operation(&operations[i]);
	for (size_t i = 0; i < NELEM(office_programs); i++)
		compare_descriptions(office_programs[i]);
	if (rig_start(&rig, (const char *const[]){ "signd", "civild", "enrold", "issued", "registryd", "pkid", NULL }, &err) == 0) {
		test_services();
		rig_stop(&rig);
	} else if (err.kind == FAIL_NOT_FOUND)
		skip("the running services", err.text);
	else
		bail_out("%s", err.text);
	for (size_t i = 0; i < NELEM(apis); i++)
		json_decref(apis[i]);
	return done_testing();
}
