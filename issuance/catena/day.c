#include "issuance/catena/day.h"

#include <stdio.h>

/* A change under a key of its own: a call whose answer was lost is repeated by the caller as a whole. */
static int
post(struct client *c, const char *path, json_t *body, json_t **reply, struct err *err)
{
	struct uuid key;
	int rc = -1;

	if (uuid_new(&key, err) == 0)
		rc = client_json(c, "POST", path, &key, body, reply, err);
	json_decref(body);
	return rc == -1 ? err_prefix(err, "%s", path) : 0;
}

static int
text_of(const json_t *reply, const char *name, char *out, size_t size, struct err *err)
{
	const char *text = json_string_value(json_object_get(reply, name));

	if (text == NULL || strlen(text) >= size)
		return err_set(err, FAIL_INTERNAL, "the service's answer has no %s", name);
	strcpy(out, text);
	return 0;
}

/* ---- enrolment ---- */

static int
open_enrolment(const struct day_enrolment *who, const char *act_number, char id[UUID_TEXT], struct err *err)
{
	char office[UUID_TEXT];
	json_t *reply = NULL;
	int rc;

	if (post(who->officer, "/enrolment/v1/enrolments",
		    json_pack("{s:s, s:s}", "office_id", uuid_format(&who->office_id, office), "act_number", act_number), &reply, err) == -1)
		return -1;
	rc = text_of(reply, "id", id, UUID_TEXT, err);
	json_decref(reply);
	return rc;
}

static int
send_portrait(const struct day_enrolment *who, const char *path, struct bytes jpeg, struct err *err)
{
	struct client_body body = { .bytes = jpeg, .content_type = "image/jpeg" };
	struct buf reply = BUF_INIT;
	struct uuid key;
	int rc = -1;

	if (uuid_new(&key, err) == 0)
		rc = client_call(who->officer, "POST", path, &key, body, NULL, &reply, err);
	buf_clear(&reply);
	return rc == -1 ? err_prefix(err, "%s", path) : 0;
}

int
day_enrol(const struct day_enrolment *who, struct day_person *p, struct err *err)
{
	char id[UUID_TEXT], path[128];
	json_t *reply = NULL;
	int rc;

	if (open_enrolment(who, p->act_number, id, err) == -1)
		return -1;
	snprintf(path, sizeof(path), "/enrolment/v1/enrolments/%s/portrait", id);
	if (send_portrait(who, path, p->portrait, err) == -1)
		return -1;
	snprintf(path, sizeof(path), "/enrolment/v1/enrolments/%s/evidence", id);
	if (p->guardian != NULL &&
		post(who->officer, path,
			json_pack("{s:s, s:s, s:s}", "kind", "guardian", "guardian_name", p->guardian, "guardian_relation", "parent"), NULL,
			err) == -1)
		return -1;
	snprintf(path, sizeof(path), "/enrolment/v1/enrolments/%s/examination", id);
	if (post(who->officer, path, json_object(), NULL, err) == -1)
		return -1;
	snprintf(path, sizeof(path), "/enrolment/v1/enrolments/%s/verification", id);
	if (post(who->supervisor, path, NULL, &reply, err) == -1)
		return -1;
	rc = text_of(reply, "uin", p->uin, sizeof(p->uin), err);
	json_decref(reply);
	return rc;
}

/* ---- issuance ---- */

int
day_apply(const struct day_issuance *who, struct day_person *p, struct err *err)
{
	char office[UUID_TEXT], id[UUID_TEXT], path[128];
	json_t *reply = NULL;
	int rc = -1;

	if (post(who->clerk, "/issuance/v1/applications",
		    json_pack("{s:s, s:s, s:s, s:s}", "uin", p->uin, "document_type", "PP", "reason", p->reason == NULL ? "first" : p->reason, "office_id",
			    uuid_format(&who->office_id, office)),
		    &reply, err) == -1)
		return -1;
	if (text_of(reply, "id", id, sizeof(id), err) == 0 && uuid_parse(bytes_str(id), &p->application_id, err) == 0) {
		snprintf(path, sizeof(path), "/issuance/v1/applications/%s/approval", id);
		rc = post(who->approver, path, NULL, NULL, err);
	}
	json_decref(reply);
	return rc;
}

static int
number_of_result(const json_t *results, struct day_person *p, struct err *err)
{
	char id[UUID_TEXT];
	json_t *one;
	size_t i;

	uuid_format(&p->application_id, id);
	json_array_foreach (results, i, one) {
		const char *of = json_string_value(json_object_get(one, "application_id"));
		const json_t *problem = json_object_get(one, "problem");

		if (of == NULL || strcmp(of, id) != 0)
			continue;
		if (problem != NULL)
			return err_set(err, FAIL_CONFLICT, "personalisation: %.200s", json_string_value(json_object_get(problem, "detail")));
		return text_of(one, "number", p->document_number, sizeof(p->document_number), err);
	}
	return err_set(err, FAIL_INTERNAL, "personalisation: no answer for an application");
}

static int64_t
booklets_of(const json_t *stock)
{
	static const char *const states[] = { "received", "assigned", "personalised", "spoiled", "destroyed" };
	int64_t all = 0;

	for (size_t i = 0; i < NELEM(states); i++)
		all += json_integer_value(json_object_get(stock, states[i]));
	return all;
}

int
day_stock(const struct day_issuance *who, unsigned n, struct err *err)
{
	json_t *stock = NULL, *count = NULL;
	char path[120], office[UUID_TEXT], id[UUID_TEXT];
	int64_t first;
	int rc = -1;

	snprintf(path, sizeof(path), "/issuance/v1/booklets?office=%s", uuid_format(&who->office_id, office));
	if (client_json(who->personaliser, "GET", path, NULL, NULL, &stock, err) == -1)
		return -1;
	first = booklets_of(stock) + 1;
	if (post(who->personaliser, "/issuance/v1/booklets/counts",
		    json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:i}", "office_id", office, "event", "receive", "delivery_note", "delivery of the day", "prefix", "UT",
			    "first", (json_int_t)first, "last", (json_int_t)(first + n - 1), "counted", (int)n),
		    &count, err) == -1 ||
		text_of(count, "id", id, sizeof(id), err) == -1)
		goto out;
	snprintf(path, sizeof(path), "/issuance/v1/booklets/counts/%s/confirmation", id);
	if (post(who->qc, path, json_pack("{s:i}", "counted", (int)n), NULL, err) == -1)
		goto out;
	rc = post(who->personaliser, "/issuance/v1/booklets/assignments",
		json_pack("{s:s, s:s, s:I, s:I, s:s}", "office_id", office, "prefix", "UT", "first", (json_int_t)first, "last", (json_int_t)(first + n - 1),
			"station", "line-1"),
		NULL, err);
out:
	json_decref(count);
	json_decref(stock);
	return rc;
}

int
day_personalise(const struct day_issuance *who, struct day_person *persons, size_t n, struct err *err)
{
	json_t *applications = json_array(), *reply = NULL;
	char id[UUID_TEXT];
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(applications, json_string(uuid_format(&persons[i].application_id, id)));
	if (post(who->personaliser, "/issuance/v1/documents", json_pack("{s:o}", "applications", applications), &reply, err) == -1)
		return -1;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = number_of_result(json_object_get(reply, "results"), &persons[i], err);
	json_decref(reply);
	return rc;
}

int
day_deliver(const struct day_issuance *who, const struct day_person *p, struct err *err)
{
	struct buf portrait = BUF_INIT;
	json_t *reply = NULL;
	char path[128];
	bool passed;

	snprintf(path, sizeof(path), "/issuance/v1/documents/%s/quality-control", p->document_number);
	if (post(who->qc, path, NULL, &reply, err) == -1)
		return -1;
	passed = json_is_true(json_object_get(reply, "passed"));
	json_decref(reply);
	if (!passed)
		return err_set(err, FAIL_CONFLICT, "quality control refused the document");
	snprintf(path, sizeof(path), "/issuance/v1/documents/%s/portrait", p->document_number);
	if (client_call(who->delivery, "GET", path, NULL, CLIENT_NO_BODY, NULL, &portrait, err) == -1)
		return -1;
	buf_wipe(&portrait);
	snprintf(path, sizeof(path), "/issuance/v1/documents/%s/delivery", p->document_number);
	return post(who->delivery, path, json_pack("{s:s, s:b}", "bearer", "holder", "is_likeness", 1), NULL, err);
}
