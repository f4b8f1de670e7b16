#include "issuance/application/fees.h"

#include "issuance/application/receipt.h"
#include "issuance/application/requisites.h"
#include "issuance/issued.h"
#include "registry/store/fee.h"

/* ---- paid, waived ---- */

enum { AMOUNT_MAX = 100000000 }; /* smallest units */

struct paying {
	struct uuid application_id;
	int64_t amount;
	int method;
};
static const char *const method_names[] = { "cash", "card", "transfer", NULL };
static const struct json_field paying_fields[] = {
	{ "amount", JSON_T_INT, offsetof(struct paying, amount), 0, 1, AMOUNT_MAX },
	{ "method", JSON_T_ENUM, offsetof(struct paying, method), .words = method_names },
	{ NULL }
};

static int
work_receipt(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct paying *p = arg;
	struct receipt_new row = { .application_id = p->application_id, .officer_id = rq->who.officer_id, .amount = p->amount, .method = method_names[p->method] };
	char number[FEE_RECEIPT_NUMBER], id[UUID_TEXT];

	if (may_add_to_application(tx, rq, &p->application_id, ROLE_PASSPORT_CLERK, err) == -1 || uuid_new(&row.id, err) == -1 ||
		receipt_add(tx, &row, number, err) == -1)
		return -1;
	return reply_json(rp, 201, json_pack("{s:s, s:s}", "id", uuid_format(&row.id, id), "number", number), err);
}

int
post_receipt(struct request *rq, struct reply *rp, struct err *err)
{
	struct paying p = { .amount = 0 };
	int rc;

	if (request_param_uuid(rq, "id", &p.application_id, err) == -1 || request_json(rq, paying_fields, &p, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_receipt, &p, err);
	json_clear(paying_fields, &p);
	return rc;
}

struct waiving {
	struct uuid application_id;
	char *reason;
};
static const struct json_field waiving_fields[] = {
	{ "reason", JSON_T_TEXT, offsetof(struct waiving, reason), 0, 10, 1000 },
	{ NULL }
};

static int
work_waive(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct waiving *w = arg;
	char text[UUID_TEXT];
	struct uuid id;

	if (may_add_to_application(tx, rq, &w->application_id, ROLE_PASSPORT_SUPERVISOR, err) == -1 || uuid_new(&id, err) == -1 ||
		fee_waive(tx, &id, &w->application_id, w->reason, &rq->who.officer_id, err) == -1)
		return -1;
	return reply_json(rp, 201, json_pack("{s:s}", "id", uuid_format(&id, text)), err);
}

int
post_fee_waiver(struct request *rq, struct reply *rp, struct err *err)
{
	struct waiving w = { .reason = NULL };
	int rc;

	if (request_param_uuid(rq, "id", &w.application_id, err) == -1 || request_json(rq, waiving_fields, &w, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_waive, &w, err);
	json_clear(waiving_fields, &w);
	return rc;
}

/* ---- given back ---- */

struct refunding {
	struct uuid application_id;
	int64_t amount;
	int method;
	char *reason;
};
static const struct json_field refunding_fields[] = {
	{ "amount", JSON_T_INT, offsetof(struct refunding, amount), 0, 1, AMOUNT_MAX },
	{ "method", JSON_T_ENUM, offsetof(struct refunding, method), .words = method_names },
	{ "reason", JSON_T_TEXT, offsetof(struct refunding, reason), 0, 10, 1000 },
	{ NULL }
};

static int
work_refund(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct refunding *r = arg;
	struct refund_new row = { .application_id = r->application_id, .officer_id = rq->who.officer_id, .amount = r->amount, .method = method_names[r->method], .reason = r->reason };
	char number[FEE_RECEIPT_NUMBER], id[UUID_TEXT];

	if (may_add_to_application(tx, rq, &r->application_id, ROLE_PASSPORT_SUPERVISOR, err) == -1 || uuid_new(&row.id, err) == -1 || refund_add(tx, &row, number, err) == -1)
		return -1;
	return reply_json(rp, 201, json_pack("{s:s, s:s}", "id", uuid_format(&row.id, id), "number", number), err);
}

int
post_refund(struct request *rq, struct reply *rp, struct err *err)
{
	struct refunding r = { .amount = 0 };
	int rc;

	if (request_param_uuid(rq, "id", &r.application_id, err) == -1 || request_json(rq, refunding_fields, &r, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_refund, &r, err);
	json_clear(refunding_fields, &r);
	return rc;
}

/* ---- on paper ---- */

static int
work_paper(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *receipt = NULL;
	struct buf pdf = BUF_INIT;
	struct uuid office_id;
	int rc = -1;

	(void)arg;
	if (receipt_read(tx, request_param(rq, "number"), &receipt, err) == -1)
		return -1;
	if (uuid_parse(bytes_str(json_string_value(json_object_get(receipt, "office_id"))), &office_id, err) == 0 &&
		office_may(rq, ROLE_PASSPORT_CLERK | ROLE_PASSPORT_SUPERVISOR, &office_id, err) == 0 &&
		receipt_print(receipt, conf_text(office_of(rq)->conf, "authority"), &pdf, err) == 0)
		rc = reply_bytes(rp, 200, "application/pdf", bytes_of(&pdf), err);
	buf_clear(&pdf);
	json_decref(receipt);
	return rc;
}

int
get_receipt_document(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { NULL };

	if (request_query_known(rq, known, err) == -1)
		return -1;
	return office_read(rq, rp, work_paper, NULL, err);
}
