/* The descriptions in docs/api, and one request held against them. */
#include "tests/service/ask.h"
#include "tests/service/contract.h"
#include "tests/service/schema.h"
#include "tests/service/yaml.h"

enum { BROKEN_SHOWN = 30 };

struct rig rig = RIG_INIT;
struct operation operations[OPERATIONS];
size_t noperation;
unsigned broken;
static json_t *apis[NELEM(office_programs)];

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
compare_program(const struct office_program *p)
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

void
read_descriptions(void)
{
	read_apis();
	each_route(collect, NULL);
}

void
compare_descriptions(void)
{
	for (size_t i = 0; i < noperation; i++)
		compare_operation(&operations[i]);
	for (size_t i = 0; i < NELEM(office_programs); i++)
		compare_program(office_programs[i]);
}

void
free_descriptions(void)
{
	for (size_t i = 0; i < NELEM(apis); i++)
		json_decref(apis[i]);
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

int
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

struct client *
at(const char *program, const char *login)
{
	return client_at(&rig, program, login);
}

/* ---- what a good day asks ---- */

static char path_text[400];

const char *
path_of(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path_text, sizeof(path_text), fmt, ap);
	va_end(ap);
	return path_text;
}

/* A change that must be taken; takes body. */
json_t *
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

json_t *
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

void
keep(json_t *reply, const char *name, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(reply, name));

	snprintf(out, size, "%s", text != NULL ? text : "-");
}

json_t *
reason(void)
{
	return json_pack("{s:s}", "reason", "found out at the counter");
}
