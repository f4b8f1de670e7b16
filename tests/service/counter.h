/*
 * counter.h - the passport office of a rig, for tests: what its officers tell issued and what they look at, one call at a time, its answer in `got`.
 *
 * Officers as in rig.h; all is done at PAS1.
 */
#ifndef CATENA_TESTS_COUNTER_H
#define CATENA_TESTS_COUNTER_H

#include "issuance/catena/day.h"
#include "issuance/catena/portrait.h"
#include "tests/service/acting.h"
#include "tests/service/enrolling.h"

/* POST /issuance/v1/WHAT; the members of the body in JSON with ' for ". */
__attribute__((unused, format(printf, 3, 4))) static int
tell(const char *login, const char *members, const char *fmt, ...)
{
	char path[300], text[600];
	json_t *body;
	va_list ap;
	size_t n;

	n = (size_t)snprintf(path, sizeof(path), "/issuance/v1/");
	va_start(ap, fmt);
	vsnprintf(path + n, sizeof(path) - n, fmt, ap);
	va_end(ap);
	snprintf(text, sizeof(text), "{%s}", members == NULL ? "" : members);
	for (char *c = text; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	if ((body = members == NULL ? NULL : json_loads(text, 0, NULL)) == NULL && members != NULL)
		bail_out("%s", text);
	return call_by(client_at(&rig, "issued", login), "POST", body, path);
}

__attribute__((unused, format(printf, 2, 3))) static int
look(const char *login, const char *fmt, ...)
{
	char path[300];
	va_list ap;
	size_t n;

	n = (size_t)snprintf(path, sizeof(path), "/issuance/v1/");
	va_start(ap, fmt);
	vsnprintf(path + n, sizeof(path) - n, fmt, ap);
	va_end(ap);
	return call_by(client_at(&rig, "issued", login), "GET", NULL, path);
}

/* Whether the list of the last answer has a rule of this code, and how many it has. */
__attribute__((unused)) static bool
lists(const char *list, const char *code)
{
	const json_t *all = json_object_get(got.json, list), *one;
	size_t i;

	json_array_foreach (all, i, one)
		if (strcmp(json_string_value(json_object_get(one, "code")), code) == 0)
			return true;
	return false;
}

__attribute__((unused)) static int
take(const char *login, const char *uin, const char *kind, const char *reason, char id[UUID_TEXT])
{
	char members[300], office[UUID_TEXT];

	snprintf(members, sizeof(members), "'uin':'%s','document_type':'%s','reason':'%s','office_id':'%s'%s", uin, kind, reason, uuid_format(&rig.office[RIG_PASSPORT], office),
		kind[0] == 'V' ? ",'visa':{'passport_number':'L898902C3','entries':1,'stay_days':30}" : "");
	tell(login, members, "applications");
	snprintf(id, UUID_TEXT, "%s", said("id"));
	return got.status;
}

__attribute__((unused)) static struct day_issuance
office(void)
{
	return (struct day_issuance){ client_at(&rig, "issued", "passport_clerk.1"), client_at(&rig, "issued", "passport_approver.1"), client_at(&rig, "issued", "passport_personaliser.1"),
		client_at(&rig, "issued", "passport_qc.1"), client_at(&rig, "issued", "passport_delivery.1"), rig.office[RIG_PASSPORT] };
}

/* As the superuser. */
__attribute__((unused, format(printf, 1, 2))) static void
sql(const char *fmt, ...)
{
	struct err err = ERR_INIT;
	char text[1000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (rig_sql(&rig, NULL, 0, &err, "%s", text) == -1)
		bail_out("%s", err.text);
}

/* Somebody who is registered in time and enrolled; guardian: of a minor, else NULL. */
__attribute__((unused)) static void
person_with(const char *name, const char *born, const char *guardian, struct day_person *p)
{
	struct one act;

	*p = (struct day_person){ .portrait = BYTES_NONE, .guardian = guardian };
	register_act("births", birth(name, "Lina", born), &act);
	p->act_number = act.number;
	enrol(p);
	p->act_number = "";
	p->portrait = BYTES_NONE;
}

__attribute__((unused)) static void
person_new(const char *name, const char *born, struct day_person *p)
{
	person_with(name, born, NULL, p);
}

#endif
