#include "issuance/application/stops.h"

#include "issuance/issued.h"
#include "registry/base/uin.h"
#include "registry/store/application.h"
#include "registry/store/stop.h"

static int
work_stops(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct applicant who;
	json_t *list = NULL;

	(void)arg;
	if (applicant_read(tx, request_param(rq, "uin"), &who, err) == -1 || office_disclose(tx, rq, "person", &who.person_id, err) == -1 ||
		stops_read(tx, &who.person_id, &list, err) == -1)
		return -1;
	return reply_json(rp, 200, json_pack("{s:o}", "stops", list), err);
}

int
get_stops(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { NULL };

	if (request_query_known(rq, known, err) == -1 || uin_check(request_param(rq, "uin"), err) == -1)
		return -1;
	return office_read(rq, rp, work_stops, NULL, err);
}

struct stopping {
	int kind;
	char *reference;
	struct uuid id; /* of what is lifted */
};
static const char *const kind_names[] = { "court", "alert", NULL };
static const struct json_field stopping_fields[] = {
	{ "kind", JSON_T_ENUM, offsetof(struct stopping, kind), .words = kind_names },
	{ "reference", JSON_T_NAME, offsetof(struct stopping, reference), 0, 3, 200 },
	{ NULL }
};
static const struct json_field lifting_fields[] = {
	{ "reference", JSON_T_NAME, offsetof(struct stopping, reference), 0, 3, 200 },
	{ NULL }
};

static int
reply_stop(struct reply *rp, const struct uuid *id, struct err *err)
{
	char text[UUID_TEXT];

	return reply_json(rp, 201, json_pack("{s:s}", "id", uuid_format(id, text)), err);
}

static int
work_stop(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct stopping *s = arg;
	struct stop_new row = { .officer_id = rq->who.officer_id, .kind = kind_names[s->kind], .reference = s->reference };
	struct applicant who;

	if (applicant_read(tx, request_param(rq, "uin"), &who, err) == -1 || uuid_new(&row.id, err) == -1)
		return -1;
	row.person_id = who.person_id;
	return stop_add(tx, &row, err) == -1 ? -1 : reply_stop(rp, &row.id, err);
}

int
post_stop(struct request *rq, struct reply *rp, struct err *err)
{
	struct stopping s = { .reference = NULL };
	int rc;

	if (uin_check(request_param(rq, "uin"), err) == -1 || request_json(rq, stopping_fields, &s, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_stop, &s, err);
	json_clear(stopping_fields, &s);
	return rc;
}

static int
work_lift(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct stopping *s = arg;
	struct uuid row;

	if (uuid_new(&row, err) == -1 || stop_lift(tx, &s->id, &row, s->reference, &rq->who.officer_id, err) == -1)
		return -1;
	return reply_stop(rp, &row, err);
}

int
post_stop_lifting(struct request *rq, struct reply *rp, struct err *err)
{
	struct stopping s = { .reference = NULL };
	int rc;

	if (request_param_uuid(rq, "id", &s.id, err) == -1 || request_json(rq, lifting_fields, &s, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_lift, &s, err);
	json_clear(lifting_fields, &s);
	return rc;
}
