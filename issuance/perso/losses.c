#include "issuance/perso/losses.h"

#include "issuance/perso/booklets.h"

#define KEEPERS (ROLE_PASSPORT_PERSONALISER | ROLE_PASSPORT_QC | ROLE_PASSPORT_SUPERVISOR)

struct telling {
	struct booklet_loss loss;
	int kind;
};
static const char *const kind_names[] = { "lost", "stolen", NULL };
/* clang-format off */
static const struct json_field loss_fields[] = {
	{ "office_id", JSON_T_UUID, offsetof(struct telling, loss.office_id) },
	{ "kind", JSON_T_ENUM, offsetof(struct telling, kind), .words = kind_names },
	{ "prefix", JSON_T_CODE, offsetof(struct telling, loss.prefix), 0, 1, 8 },
	{ "first", JSON_T_INT, offsetof(struct telling, loss.first), 0, 1, 9999999 },
	{ "last", JSON_T_INT, offsetof(struct telling, loss.last), 0, 1, 9999999 },
	{ "reference", JSON_T_TEXT, offsetof(struct telling, loss.reference), 0, 3, 200 },
	{ "notes", JSON_T_TEXT, offsetof(struct telling, loss.notes), 0, 10, 1000 },
	{ NULL }
};
static const struct json_field recovery_fields[] = {
	{ "first", JSON_T_INT, offsetof(struct telling, loss.first), 0, 1, 9999999 },
	{ "last", JSON_T_INT, offsetof(struct telling, loss.last), 0, 1, 9999999 },
	{ "notes", JSON_T_TEXT, offsetof(struct telling, loss.notes), 0, 10, 1000 },
	{ NULL }
};
/* clang-format on */

static int
work_loss(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct telling *t = arg;
	char id[UUID_TEXT];

	t->loss.officer_id = rq->who.officer_id;
	t->loss.kind = kind_names[t->kind];
	if (uuid_new(&t->loss.id, err) == -1 || booklet_loss_add(tx, &t->loss, err) == -1)
		return -1;
	return reply_json(rp, 201, json_pack("{s:s}", "id", uuid_format(&t->loss.id, id)), err);
}

int
post_booklet_loss(struct request *rq, struct reply *rp, struct err *err)
{
	struct telling t = { .kind = 0 };
	int rc = -1;

	if (request_json(rq, loss_fields, &t, err) == -1)
		return -1;
	if (booklet_range_check(t.loss.prefix, t.loss.first, t.loss.last, err) == 0 && office_may(rq, KEEPERS, &t.loss.office_id, err) == 0)
		rc = office_change(rq, rp, work_loss, &t, err);
	json_clear(loss_fields, &t);
	return rc;
}

static int
read_loss(struct tx *tx, const struct request *rq, struct booklet_loss *l, struct err *err)
{
	struct uuid id;

	return request_param_uuid(rq, "id", &id, err) == -1 || booklet_loss_read(tx, &id, l, err) == -1 ? -1 : office_may(rq, KEEPERS, &l->office_id, err);
}

static int
work_confirm(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct booklet_loss l = { .kind = NULL };

	(void)arg;
	if (read_loss(tx, rq, &l, err) == -1 || booklet_loss_confirm(tx, &l, &rq->who.officer_id, err) == -1)
		return -1;
	return reply_stock(tx, &l.office_id, rp, err);
}

int
post_booklet_loss_confirmation(struct request *rq, struct reply *rp, struct err *err)
{
	static const struct json_field none[] = { { NULL } };
	struct telling t;

	if (rq->body.n > 0 && request_json(rq, none, &t, err) == -1)
		return -1;
	return office_change(rq, rp, work_confirm, NULL, err);
}

static int
work_recover(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct telling *t = arg;
	struct booklet_loss l = { .kind = NULL };

	if (read_loss(tx, rq, &l, err) == -1 || booklets_recover(tx, &l, t->loss.first, t->loss.last, t->loss.notes, &rq->who.officer_id, err) == -1)
		return -1;
	return reply_stock(tx, &l.office_id, rp, err);
}

int
post_booklet_recovery(struct request *rq, struct reply *rp, struct err *err)
{
	struct telling t = { .kind = 0 };
	int rc = -1;

	if (request_json(rq, recovery_fields, &t, err) == -1)
		return -1;
	if (t.loss.last < t.loss.first)
		err_problem(err, "/last", "it comes before the first");
	else
		rc = office_change(rq, rp, work_recover, &t, err);
	json_clear(recovery_fields, &t);
	return rc;
}
