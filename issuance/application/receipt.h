/* receipt.h - the receipt of a payment or a refund on paper, in three languages.  No database, no clock. */
#ifndef CATENA_APPLICATION_RECEIPT_H
#define CATENA_APPLICATION_RECEIPT_H

#include <jansson.h>

#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum { MONEY_TEXT = 32 };
/* "50.00 EUR", "5000 JPY", "5.000 KWD": smallest units with the currency's decimals (ISO 4217).  Returns out. */
char *money_format(int64_t amount, const char *currency, char out[MONEY_TEXT]);

/* receipt: as receipt_read (registry/store/fee.h) gives it; authority: who issues.  A PDF of one page, the same octets for the same receipt. */
int receipt_print(const json_t *receipt, const char *authority, struct buf *pdf, struct err *err);

#endif
