/*
 * statements.h - what signd signs with the ledger's key for others to read offline: a snapshot of the stop list, a notification.  It is handed a number and
 * no octets: what it signs it has itself made from the registry's rows (design, invariant 2).
 */
#ifndef CATENA_SIGND_STATEMENTS_H
#define CATENA_SIGND_STATEMENTS_H

#include "pki/signd/policy.h"

/*
 * The signed part of the snapshot of that full export (pki/stopsnapshot.h), appended: the one it has, or a new one.  FAIL_NOT_FOUND: no such export;
 * FAIL_CONFLICT: a delta, or the rows do not give its entries any more.
 */
int statement_stop_list(struct db *db, const struct active_signer *by, int64_t sequence, struct buf *cms, struct err *err);

/*
 * Signs notifications that have subscribers and no signature yet, at most STATEMENTS_AT_ONCE; *done counts.  A notification is a CMS SignedData (id-data) of
 * the JSON that the registry made of the outbox's row (0224-subscribers.sql).
 */
enum { STATEMENTS_AT_ONCE = 64 };
int statement_notifications(struct db *db, const struct active_signer *by, size_t *done, struct err *err);

#endif
