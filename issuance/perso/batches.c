#include "issuance/perso/batches.h"

#include "issuance/issued.h"
#include "registry/service/page.h"
#include "registry/store/batch.h"

static const struct json_field batch_fields[] = {
	{ "office_id", JSON_T_UUID, offsetof(struct batch_new, office_id) },
	{ "limit", JSON_T_INT, offsetof(struct batch_new, limit), 0, 1, BATCH_ORDERS_MAX },
	{ NULL }
};

struct change {
	struct uuid id;
	const char *event;
	char *reason; /* NULL: none is asked for */
};
static const struct json_field reason_fields[] = { { "reason", JSON_T_TEXT, offsetof(struct change, reason), 0, 3, 1000 }, { NULL } };

static int
reply_batch(struct tx *tx, const struct uuid *id, int status, struct reply *rp, struct err *err)
{
	json_t *batch = NULL;

	return batch_read(tx, id, &batch, err) == -1 ? -1 : reply_json(rp, status, batch, err);
}

static int
work_order(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct batch_new *b = arg;

	b->officer_id = rq->who.officer_id;
	if (uuid_new(&b->id, err) == -1 || batch_add(tx, b, err) == -1)
		return -1;
	return reply_batch(tx, &b->id, 201, rp, err);
}

int
post_batch(struct request *rq, struct reply *rp, struct err *err)
{
	struct batch_new b = { .limit = 0 };

	if (request_json(rq, batch_fields, &b, err) == -1 || office_may(rq, ROLE_PASSPORT_PERSONALISER, &b.office_id, err) == -1)
		return -1;
	return office_change(rq, rp, work_order, &b, err);
}

/* ---- reading ---- */

static int
work_read(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct uuid *id = arg;
	struct uuid office;

	if (batch_office(tx, id, &office, err) == -1 || office_may(rq, ROLES_PASSPORT, &office, err) == -1)
		return -1;
	return reply_batch(tx, id, 200, rp, err);
}

int
get_batch(struct request *rq, struct reply *rp, struct err *err)
{
	struct uuid id;

	return request_param_uuid(rq, "id", &id, err) == -1 ? -1 : office_read(rq, rp, work_read, &id, err);
}

struct listing {
	struct uuid office_id, before;
	struct page page;
};

static int
work_list(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct listing *l = arg;
	json_t *items = NULL;
	bool more;

	(void)rq;
	if (batch_list(tx, &l->office_id, &l->before, l->page.limit, &items, &more, err) == -1)
		return -1;
	return reply_page_by(rp, "batches", items, more, "created_at", err);
}

int
get_batches(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "office", "cursor", "limit", NULL };
	struct listing l = { .page = { .limit = 0 } };
	int has_office;

	if (request_query_known(rq, known, err) == -1 || (has_office = request_query_uuid(rq, "office", &l.office_id, err)) == -1 ||
		page_of_request(rq, "batches", &l.page, err) == -1 ||
		(l.page.has_after && uuid_parse(bytes_str(l.page.after_id), &l.before, err) == -1))
		return -1;
	if (has_office == 0)
		return err_set(err, FAIL_INPUT, "query parameter office: whose batches is wanted");
	return office_may(rq, ROLES_PASSPORT, &l.office_id, err) == -1 ? -1 : office_read(rq, rp, work_list, &l, err);
}

/* ---- stopping and going on ---- */

static int
work_change(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct change *c = arg;
	struct uuid office;

	if (batch_office(tx, &c->id, &office, err) == -1 || office_may(rq, ROLE_PASSPORT_PERSONALISER, &office, err) == -1 ||
		batch_decide(tx, &c->id, c->event, &rq->who.officer_id, c->reason, err) == -1 || tx_flush(tx, err) == -1)
		return -1;
	return reply_batch(tx, &c->id, 200, rp, err);
}

int
post_batch_stop(struct request *rq, struct reply *rp, struct err *err)
{
	struct change c = { .event = "stop" };
	int rc;

	if (request_param_uuid(rq, "id", &c.id, err) == -1 || request_json(rq, reason_fields, &c, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_change, &c, err);
	json_clear(reason_fields, &c);
	return rc;
}

int
post_batch_resumption(struct request *rq, struct reply *rp, struct err *err)
{
	static const struct json_field none[] = { { NULL } };
	struct change c = { .event = "resume" };

	if (request_param_uuid(rq, "id", &c.id, err) == -1 || (rq->body.n > 0 && request_json(rq, none, &c, err) == -1))
		return -1;
	return office_change(rq, rp, work_change, &c, err);
}
