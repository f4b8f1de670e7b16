/*
 * acting.h - a clerk and registrars of a rig who declare and decide acts, for tests: one call at a time, its answer in `got`.
 *
 * Officers as in rig.h; all is done at CIV1.
 */
#ifndef CATENA_TESTS_ACTING_H
#define CATENA_TESTS_ACTING_H

#include <stdarg.h>

#include "registry/base/json.h"
#include "tests/service/acts.h"
#include "tests/service/ask.h"
#include "tests/service/rig.h"
#include "tests/tap.h"

static struct rig rig = RIG_INIT;
static struct {
	int status;
	json_t *json; /* of a success; NULL else */
	struct err err;
} got;

/* The last answer stays in `got` until the next call.  Takes body. */
__attribute__((unused)) static int
call_by(struct client *c, const char *method, json_t *body, const char *path)
{
	struct buf reply = BUF_INIT;
	struct err err = ERR_INIT;
	struct uuid key;

	if (uuid_new(&key, &err) == -1)
		bail_out("%s", err.text);
	json_decref(got.json);
	got.json = NULL;
	got.err = err;
	if (client_call(c, method, path, strcmp(method, "GET") == 0 ? NULL : &key, body == NULL ? CLIENT_NO_BODY : (struct client_body){ .json = body },
		    &got.status, &reply, &got.err) == 0 &&
		reply.n > 0 && json_read(bytes_of(&reply), &got.json, &got.err) == -1)
		bail_out("%s", got.err.text);
	buf_clear(&reply);
	json_decref(body);
	return got.status;
}

__attribute__((unused)) static int
call(const char *login, const char *method, json_t *body, const char *path)
{
	return call_by(client_at(&rig, "civild", login), method, body, path);
}

__attribute__((unused, format(printf, 3, 4))) static int
post(const char *login, json_t *body, const char *fmt, ...)
{
	char path[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	return call(login, "POST", body, path);
}

__attribute__((unused, format(printf, 2, 3))) static int
get(const char *login, const char *fmt, ...)
{
	char path[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	return call(login, "GET", NULL, path);
}

__attribute__((unused)) static const char *
said(const char *member)
{
	const char *s = json_string_value(json_object_get(got.json, member));

	return s != NULL ? s : "";
}

/* The status, and the problem's pointer or the sentence's words; NULL: any. */
__attribute__((unused)) static bool
refused(int status, const char *pointer, const char *words)
{
	bool good = got.status == status && (pointer == NULL || (got.err.nproblem > 0 && strcmp(got.err.problem[0].pointer, pointer) == 0)) &&
		(words == NULL || strstr(got.err.text, words) != NULL);

	if (!good)
		printf("# %d %s: %s %s\n", got.status, got.err.text, got.err.nproblem > 0 ? got.err.problem[0].pointer : "",
			got.err.nproblem > 0 ? got.err.problem[0].text : "");
	return good;
}

__attribute__((unused)) static json_t *
reason(void)
{
	return json_pack("{s:s}", "reason", "order of the court, 17/3");
}

__attribute__((unused)) static json_t *
birth(const char *primary, const char *secondary, const char *born)
{
	char office[UUID_TEXT], mother[16];

	snprintf(mother, sizeof(mother), "197%d-0%d-03", (unsigned char)primary[1] % 9, (unsigned char)primary[1] % 9 + 1); /* so that the mothers are not one */
	return json_pack("{s:s, s:{s:s, s:s, s:s, s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:{s:s, s:s}}", "office_id", uuid_format(&rig.office[RIG_CIVIL], office), "child",
		"primary_name", primary, "secondary_name", secondary, "sex", "F", "date_of_birth", born, "place_of_birth", RIG_PLACE_HOSPITAL, "mother",
		"primary_name", primary, "secondary_name", "Vera", "date_of_birth", mother, "nationality", "UTO", "informant", "name", "Vera", "relation", "mother");
}

__attribute__((unused)) static void
declare(const char *reg, json_t *body, char id[UUID_TEXT])
{
	if (post("civil_clerk.1", body, "/civil/v1/%s", reg) != 201)
		bail_out("%s: %s %s %s", reg, got.err.text, got.err.nproblem > 0 ? got.err.problem[0].pointer : "", got.err.nproblem > 0 ? got.err.problem[0].text : "");
	snprintf(id, UUID_TEXT, "%s", said("id"));
}

struct one {
	char id[UUID_TEXT], number[48];
};

__attribute__((unused)) static void
register_act(const char *reg, json_t *body, struct one *act)
{
	declare(reg, body, act->id);
	if (post("civil_registrar.1", NULL, "/civil/v1/%s/%s/registration", reg, act->id) != 200)
		bail_out("%s: %s", reg, got.err.text);
	snprintf(act->number, sizeof(act->number), "%s", said("number"));
}

/* An order of a certificate at CIV1; replaces: the number of one, or NULL. */
__attribute__((unused)) static int
issue(const char *login, const char *act, const char *form, const char *language, const char *replaces)
{
	char office[UUID_TEXT];

	return post(login, json_pack("{s:s, s:s, s:s, s:s, s:s*}", "office_id", uuid_format(&rig.office[RIG_CIVIL], office), "act_number", act, "form", form, "language", language, "replaces", replaces),
		"/civil/v1/certificates");
}

__attribute__((unused)) static const char *
state_of(const char *id)
{
	static char state[20];
	struct err err = ERR_INIT;

	if (rig_sql(&rig, state, sizeof(state), &err, "SELECT state FROM registry.current_state WHERE subject_id = '%s'", id) == -1)
		bail_out("%s", err.text);
	return state;
}

__attribute__((unused)) static json_t *
evidence(const char *kind)
{
	return json_pack("{s:s, s:s}", "kind", kind, "reference", "A 17/2025");
}

__attribute__((unused)) static void
acting_start(const char *const *programs)
{
	struct err err = ERR_INIT;

	if (rig_start(&rig, programs, &err) == 0)
		return;
	if (err.kind != FAIL_NOT_FOUND)
		bail_out("%s", err.text);
	skip("acts", err.text);
	exit(done_testing());
}

__attribute__((unused)) static int
acting_stop(void)
{
	ok(rig_count(&rig, "SELECT count(*) FROM registry.act_correction c WHERE NOT EXISTS (SELECT FROM registry.ledger_entry WHERE record_id = c.id)") == 0 &&
			rig_count(&rig, "SELECT count(*) FROM registry.act_version v WHERE NOT EXISTS (SELECT FROM registry.ledger_entry WHERE record_id = v.id)") == 0 &&
			rig_count(&rig, "SELECT count(*) FROM registry.act_decision d WHERE NOT EXISTS (SELECT FROM registry.ledger_entry WHERE record_id = d.id)") == 0,
		"every version, correction and decision is in the ledger");
	json_decref(got.json);
	rig_stop(&rig);
	return done_testing();
}

#endif
