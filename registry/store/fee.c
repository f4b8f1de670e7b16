#include "registry/store/fee.h"

#include <stdio.h>

#include "registry/base/json.h"

enum { Q_RECEIPT,
	Q_WAIVE,
	Q_REFUND,
	Q_PAPER,
	Q_READ };
const struct query fee_queries[] = {
	[Q_RECEIPT] = { "fee_receipt_add",
		"INSERT INTO fee_receipt (id, application_id, number, amount, currency, method, officer_id)"
		" SELECT $1, a.id, '', $3, '', $4, $5 FROM application a WHERE a.id = $2 RETURNING number" },
	[Q_WAIVE] = { "fee_waive",
		"INSERT INTO fee_waiver (id, application_id, taken_by, reason, officer_id) SELECT $1, a.id, a.officer_id, $3, $4 FROM application a WHERE a.id = $2" },
	[Q_REFUND] = { "fee_refund_add",
		"INSERT INTO fee_refund (id, application_id, taken_by, number, amount, currency, method, reason, officer_id)"
		" SELECT $1, a.id, a.officer_id, '', $3, '', $4, $5, $6 FROM application a WHERE a.id = $2 RETURNING number" },
	[Q_PAPER] = { "fee_receipt_read",
		"SELECT jsonb_build_object('number', r.number, 'is_refund', r.is_refund, 'amount', r.amount, 'currency', r.currency, 'method', r.method, 'created_at',"
		"  to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), 'office_id', o.id, 'office_code', o.code, 'office_name', o.name,"
		"  'officer_name', f.name, 'application_id', a.id, 'document_name', k.name)::text"
		" FROM (SELECT number, false AS is_refund, amount, currency, method, created_at, application_id, officer_id FROM fee_receipt WHERE number = $1"
		"  UNION ALL SELECT number, true, amount, currency, method, created_at, application_id, officer_id FROM fee_refund WHERE number = $1) r"
		" JOIN application a ON a.id = r.application_id JOIN office o ON o.id = a.office_id JOIN officer f ON f.id = r.officer_id JOIN document_kind k ON k.code = a.document_type" },
	[Q_READ] = { "fee_read",
		"SELECT jsonb_strip_nulls(jsonb_build_object('amount', a.fee_amount, 'currency', a.fee_currency, 'due', fee_due(a.id), 'waived', EXISTS (SELECT FROM fee_waiver w WHERE w.application_id = a.id), 'refundable', fee_refundable(a.id),"
		" 'waiver', (SELECT jsonb_build_object('reason', w.reason, 'officer_id', w.officer_id, 'created_at', to_char(w.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'))"
		"  FROM fee_waiver w WHERE w.application_id = a.id),"
		" 'refunds', (SELECT coalesce(jsonb_agg(jsonb_build_object('number', r.number, 'amount', r.amount, 'method', r.method, 'reason', r.reason, 'officer_id', r.officer_id, 'created_at',"
		"  to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')) ORDER BY r.number), '[]') FROM fee_refund r WHERE r.application_id = a.id),"
		" 'receipts', (SELECT coalesce(jsonb_agg(jsonb_build_object('number', r.number, 'amount', r.amount, 'method', r.method, 'officer_id', r.officer_id, 'created_at',"
		"  to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')) ORDER BY r.number), '[]') FROM fee_receipt r WHERE r.application_id = a.id)))::text"
		" FROM application a WHERE a.id = $1 AND a.fee_amount IS NOT NULL" },
	{ NULL, NULL }
};

int
receipt_add(struct tx *tx, const struct receipt_new *r, char number[FEE_RECEIPT_NUMBER], struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &fee_queries[Q_RECEIPT], ARGS(arg_uuid(&r->id), arg_uuid(&r->application_id), arg_int(r->amount), arg_text(r->method), arg_uuid(&r->officer_id)), FAIL_NOT_FOUND,
		    "there is no such application", &rows, err) == -1)
		return -1;
	snprintf(number, FEE_RECEIPT_NUMBER, "%s", row_text(rows, 0, 0));
	rows_free(rows);
	return 0;
}

int
refund_add(struct tx *tx, const struct refund_new *r, char number[FEE_RECEIPT_NUMBER], struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &fee_queries[Q_REFUND], ARGS(arg_uuid(&r->id), arg_uuid(&r->application_id), arg_int(r->amount), arg_text(r->method), arg_text(r->reason), arg_uuid(&r->officer_id)), FAIL_NOT_FOUND,
		    "there is no such application", &rows, err) == -1)
		return -1;
	snprintf(number, FEE_RECEIPT_NUMBER, "%s", row_text(rows, 0, 0));
	rows_free(rows);
	return 0;
}

int
receipt_read(struct tx *tx, const char *number, json_t **receipt, struct err *err)
{
	return tx_query_json(tx, &fee_queries[Q_PAPER], ARGS(arg_text(number)), "there is no such receipt", receipt, err);
}

int
fee_waive(struct tx *tx, const struct uuid *id, const struct uuid *application_id, const char *reason, const struct uuid *officer_id, struct err *err)
{
	if (tx_later(tx, &fee_queries[Q_WAIVE], ARGS(arg_uuid(id), arg_uuid(application_id), arg_text(reason), arg_uuid(officer_id)), 1, "there is no such application", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
fee_read(struct tx *tx, const struct uuid *application_id, json_t **fee, struct err *err)
{
	struct rows *rows = NULL;
	int rc = 0;

	if (tx_query(tx, &fee_queries[Q_READ], ARGS(arg_uuid(application_id)), &rows, err) == -1)
		return -1;
	if (rows_count(rows) > 0)
		rc = row_json(rows, 0, 0, fee, err);
	rows_free(rows);
	return rc;
}
