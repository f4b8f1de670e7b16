/*
 * Notifications: a health facility's program says of a birth or a death what it knows; clerks see what waits for them and what nobody took up in
 * time, and take one up by declaring it (notification_id), which a registrar's closure with a reason ends otherwise.
 */
#include <stdio.h>
#include <stdlib.h>

#include "enrolment/civil/civild.h"
#include "registry/base/clock.h"
#include "registry/service/page.h"
#include "registry/store/notification.h"

/* Kinds that can be notified (table notification_rule), and where their content says when it happened. */
static const char *const notified_kinds[] = { "birth", "foetal_death", "death", NULL };
static const char *const event_at[] = { "/content/child/date_of_birth", "/content/date_of_delivery", "/content/date_of_death" };

/* The members of a declaration, none of which must be there; made at start. */
static struct json_field *partial[NELEM(event_at)];

struct notifying {
	struct uuid id;
	int kind;
	char *place, *reference, *reason;
	json_t *content;
	struct buf text;
};
#define AT(member) offsetof(struct notifying, member)
static const struct json_field notification_fields[] = {
	{ "kind", JSON_T_ENUM, AT(kind), 0, 0, 0, notified_kinds },
	{ "place", JSON_T_CODE, AT(place), 0, 1, 24 },
	{ "reference", JSON_T_TEXT, AT(reference), 0, 1, 64 },
	{ "content", JSON_T_RAW, AT(content) },
	{ NULL }
};
static const struct json_field closure_fields[] = {
	{ "reason", JSON_T_TEXT, AT(reason), 0, 3, 1000 },
	{ NULL }
};

/* ---- forms ---- */

static void
free_fields(struct json_field *fields)
{
	for (struct json_field *f = fields; f != NULL && f->name != NULL; f++)
		free_fields((struct json_field *)(uintptr_t)f->fields);
	free(fields);
}

/* A copy in which every member may be left out, at all depths. */
static struct json_field *
all_optional(const struct json_field *fields)
{
	size_t n = 0;
	struct json_field *made;

	while (fields[n].name != NULL)
		n++;
	if ((made = calloc(n + 1, sizeof(*made))) == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		made[i] = fields[i];
		made[i].flags |= JSON_OPTIONAL;
		made[i].fields = NULL;
		if (fields[i].fields != NULL && (made[i].fields = all_optional(fields[i].fields)) == NULL) {
			free_fields(made);
			return NULL;
		}
	}
	return made;
}

int
civil_notify_start(struct err *err)
{
	for (size_t i = 0; i < NELEM(partial); i++)
		if ((partial[i] = all_optional(kind_of_name(notified_kinds[i])->content_fields)) == NULL)
			return err_set(err, FAIL_INTERNAL, "out of memory");
	return 0;
}

void
civil_notify_stop(void)
{
	for (size_t i = 0; i < NELEM(partial); i++) {
		free_fields(partial[i]);
		partial[i] = NULL;
	}
}

static void
below_content(struct err *found)
{
	char pointer[sizeof(found->problem[0].pointer)];

	for (unsigned i = 0; i < found->nproblem; i++) {
		snprintf(pointer, sizeof(pointer), "/content%.*s", (int)sizeof(pointer) - 9, found->problem[i].pointer);
		memcpy(found->problem[i].pointer, pointer, sizeof(pointer));
	}
}

/* What is said has the form it has in a declaration; what is left out the clerk asks for. */
static int
check_content(struct notifying *g, struct err *err)
{
	struct declaration d = { .kind = kind_of_name(notified_kinds[g->kind]) };
	struct err found = ERR_INIT;
	struct date event_on;

	if (!json_is_object(g->content) || json_object_size(g->content) == 0)
		return err_problem(err, "/content", "an object with what is known of the event is wanted");
	if (json_get(g->content, partial[g->kind], &d.u, &found) == -1) {
		below_content(&found);
		*err = found;
		return -1;
	}
	event_on = declaration_event_on(&d);
	json_clear(partial[g->kind], &d.u);
	if (event_on.precision != DATE_UNKNOWN && date_surely_before(clock_today(), event_on))
		return err_problem(err, event_at[g->kind], "in the future");
	return json_canonical(g->content, &g->text, err);
}

/* ---- a facility notifies ---- */

static int
work_notify(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct notifying *g = arg;
	struct notification_new n = { .program_id = rq->who.officer_id, .kind = notified_kinds[g->kind], .place_code = g->place, .reference = g->reference, .content = bytes_of(&g->text) };
	struct notification_place place;
	char id[UUID_TEXT], office[UUID_TEXT], expires_on[DATE_TEXT];

	if (notification_place(tx, &n.program_id, n.place_code, &place, err) == -1)
		return -1;
	if (!place.exists)
		return err_problem(err, "/place", "no such place");
	if (!place.is_of_program)
		return err_set(err, FAIL_DENIED, "the program does not notify for this facility");
	if (uuid_is_null(&place.office_id))
		return err_problem(err, "/place", "no civil registration office keeps the register of this place");
	n.office_id = place.office_id;
	if (uuid_new(&n.id, err) == -1 || notification_add(tx, &n, expires_on, err) == -1)
		return -1;
	return reply_json(rp, 201,
		json_pack("{s:s, s:s, s:s, s:s}", "id", uuid_format(&n.id, id), "state", "notified", "office_id", uuid_format(&n.office_id, office), "expires_on",
			expires_on),
		err);
}

int
civil_post_notification(struct request *rq, struct reply *rp, struct err *err)
{
	struct notifying g = { .text = BUF_INIT };
	int rc = -1;

	if (request_json(rq, notification_fields, &g, err) == -1)
		return -1;
	if (check_content(&g, err) == 0)
		rc = office_change(rq, rp, work_notify, &g, err);
	json_clear(notification_fields, &g);
	buf_wipe(&g.text);
	return rc;
}

/* ---- what waits ---- */

static int
may_read(const struct request *rq, const struct uuid *office_id, struct err *err)
{
	return principal_has_role(&rq->who, ROLE_AUDITOR) ? 0 : office_may(rq, ROLES_CIVIL, office_id, err);
}

static int
work_one(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct uuid *id = arg;
	struct uuid office_id;
	json_t *value = NULL;

	if (notification_read(tx, id, &office_id, &value, err) == -1)
		return -1;
	if (may_read(rq, &office_id, err) == -1 || office_disclose(tx, rq, "notification", id, err) == -1) {
		json_decref(value);
		return -1;
	}
	return reply_json(rp, 200, value, err);
}

int
civil_get_notification(struct request *rq, struct reply *rp, struct err *err)
{
	struct uuid id;

	return request_param_uuid(rq, "id", &id, err) == -1 ? -1 : office_read(rq, rp, work_one, &id, err);
}

static int
work_list(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *items = NULL;
	bool more;

	(void)rq;
	if (notification_list(tx, arg, &items, &more, err) == -1)
		return -1;
	return reply_page_by(rp, "notifications", items, more, "expires_on", err);
}

static int
filter_of(struct request *rq, struct notification_filter *f, struct page *page, struct err *err)
{
	static const char *const known[] = { "office", "state", "expired", "cursor", "limit", NULL };
	const char *expired = request_query(rq, "expired");
	int has_office;

	f->state = request_query(rq, "state");
	if (request_query_known(rq, known, err) == -1 || (has_office = request_query_uuid(rq, "office", &f->office_id, err)) == -1)
		return -1;
	if (has_office == 0)
		return err_problem(err, "", "query parameter office is missing");
	if (f->state != NULL && strcmp(f->state, "notified") != 0 && strcmp(f->state, "declared") != 0 && strcmp(f->state, "closed") != 0)
		return err_problem(err, "", "query parameter state: notified, declared or closed");
	if (expired != NULL && strcmp(expired, "true") != 0)
		return err_problem(err, "", "query parameter expired: true");
	f->expired = expired != NULL;
	if (page_of_request(rq, "notifications", page, err) == -1 || (page->has_after && uuid_parse(bytes_str(page->after_id), &f->after, err) == -1))
		return -1;
	f->after_day = page->has_after ? page->after_key : NULL;
	f->limit = page->limit;
	return may_read(rq, &f->office_id, err);
}

int
civil_get_notifications(struct request *rq, struct reply *rp, struct err *err)
{
	struct notification_filter f = { .state = NULL };
	struct page page;

	return filter_of(rq, &f, &page, err) == -1 ? -1 : office_read(rq, rp, work_list, &f, err);
}

/* ---- closing one that is no event to be registered here ---- */

static int
work_close(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct notifying *g = arg;
	struct uuid office_id;
	json_t *value = NULL;
	char id[UUID_TEXT];

	if (notification_read(tx, &g->id, &office_id, &value, err) == -1)
		return -1;
	json_decref(value);
	if (office_may(rq, ROLE_CIVIL_REGISTRAR, &office_id, err) == -1 || notification_close(tx, &g->id, &rq->who.officer_id, g->reason, err) == -1)
		return -1;
	return reply_json(rp, 200, json_pack("{s:s, s:s}", "id", uuid_format(&g->id, id), "state", "closed"), err);
}

int
civil_post_closure(struct request *rq, struct reply *rp, struct err *err)
{
	struct notifying g = { .text = BUF_INIT };
	int rc;

	if (request_param_uuid(rq, "id", &g.id, err) == -1 || request_json(rq, closure_fields, &g, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_close, &g, err);
	json_clear(closure_fields, &g);
	return rc;
}
