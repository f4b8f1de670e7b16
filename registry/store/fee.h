/*
 * fee.h - what an application costs, is paid and is waived.  Database role catena_issuance.
 *
 * The amount is the registry's (0198-counter.sql: fee_rule, on the day of the application); so are the numbers of receipts and that no
 * more is taken than is due.
 */
#ifndef CATENA_STORE_FEE_H
#define CATENA_STORE_FEE_H

#include <jansson.h>

#include "registry/store/db.h"

enum { FEE_RECEIPT_NUMBER = 40 };

struct receipt_new {
	struct uuid id, application_id, officer_id;
	int64_t amount;     /* smallest units of the application's currency, > 0 */
	const char *method; /* cash, card, transfer */
};
/* number: OFFICE-R-YEAR-SERIAL.  FAIL_CONFLICT: decided, or more than is due. */
int receipt_add(struct tx *tx, const struct receipt_new *r, char number[FEE_RECEIPT_NUMBER], struct err *err);

/* FAIL_CONFLICT: decided, waived already, or by who took the application. */
int fee_waive(struct tx *tx, const struct uuid *id, const struct uuid *application_id, const char *reason, const struct uuid *officer_id, struct err *err);

struct refund_new {
	struct uuid id, application_id, officer_id;
	int64_t amount;     /* smallest units, > 0 */
	const char *method; /* cash, card, transfer */
	const char *reason;
};
/* number: OFFICE-F-YEAR-SERIAL.  FAIL_CONFLICT: open, more than the country's rule gives back, or by who took application or payment. */
int refund_add(struct tx *tx, const struct refund_new *r, char number[FEE_RECEIPT_NUMBER], struct err *err);

/* A receipt or a refund, by its number, for paper: { number, is_refund, amount, currency, method, created_at, office_id, office_code, office_name, officer_name,
 * application_id, document_name }; FAIL_NOT_FOUND. */
int receipt_read(struct tx *tx, const char *number, json_t **receipt, struct err *err);

/* { amount, currency, due, waived, refundable, receipts: [{ number, amount, method, officer_id, created_at }], refunds: the same }; NULL: it costs nothing. */
int fee_read(struct tx *tx, const struct uuid *application_id, json_t **fee, struct err *err);

extern const struct query fee_queries[];

#endif
