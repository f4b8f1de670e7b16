/*
 * stoplist.h - the stop list as it goes out: exports with a sequence number, and the numbers that each of them has.  Database role catena_issuance;
 * stoplist_export_read and stoplist_each also catena_signer.
 *
 * Which changes an export has is said by a snapshot of the database and not by a clock (0222-stop-list.sql): one that commits late is in the next export.
 */
#ifndef CATENA_STORE_STOPLIST_H
#define CATENA_STORE_STOPLIST_H

#include "registry/base/digest.h"
#include "registry/store/db.h"

enum { STOP_NUMBER_MAX = 22, /* of a document, or the serial of a blank booklet */
	STOP_PAGE = 20000 }; /* rows that are read at a time */

struct stop_export {
	struct uuid id, officer_id, program_id; /* who; all zero: the other */
	int64_t sequence;
	int64_t since; /* of a delta: the export that the receiver has; 0: a full one */
	char issuing_state[4];
	int64_t exported_at;                                        /* seconds of 1970 */
	int64_t entries, withdrawals, new_entries;                  /* new: no export before had them */
	int64_t median_seconds, longest_seconds;                    /* from report to export, of the new ones; -1: there are none */
	uint8_t csv[SHA256_LEN], xml[SHA256_LEN], list[SHA256_LEN]; /* list: of a full one */
	char *snapshot, *since_snapshot, *latest_snapshot;          /* of this one, of `since`, of the one before this; NULL: none */
};
void stop_export_clear(struct stop_export *e);

/* Takes the next sequence number; other exports wait until the commit.  Fills sequence, exported_at and the snapshots.  FAIL_NOT_FOUND: `since` is no export. */
int stoplist_begin(struct tx *tx, struct stop_export *e, struct err *err);
/* Queued. */
int stoplist_export_add(struct tx *tx, const struct stop_export *e, struct err *err);
/* FAIL_NOT_FOUND. */
int stoplist_export_read(struct tx *tx, int64_t sequence, struct stop_export *e, struct err *err);
/* The newest first, below `before` (0: from the newest).  The caller clears all n. */
int stoplist_exports(struct tx *tx, int64_t before, unsigned limit, struct stop_export *list, size_t *n, bool *more, struct err *err);

struct stop_row {
	const char *number, *document_type, *issuing_state; /* issuing_state "": of the installation */
	const char *status;                                 /* stolen, lost, revoked, invalid, stolen_blank; "": withdrawn */
	bool is_blank, is_new;
	int64_t reported_at;
};
typedef int stop_row_work(const struct stop_row *row, void *arg, struct err *err);
/* Calls `work` for each number of the export, ascending; withdrawn ones only of a delta. */
int stoplist_each(struct tx *tx, const struct stop_export *e, stop_row_work *work, void *arg, struct err *err);

/* The signed part of a full export's snapshot, appended; nothing when there is none.  Who asks holds it until the commit. */
int stop_snapshot_read(struct tx *tx, const struct uuid *export_id, struct buf *cms, struct err *err);
/* Queued; role catena_signer. */
int stop_snapshot_add(struct tx *tx, const struct uuid *export_id, struct bytes cms, const struct uuid *certificate_id, struct err *err);

/* How a document stands today, and what its reader knows of it. */
struct document_status {
	struct date birth, expiry, since;
	char status[24]; /* as in the view document_standing */
	bool is_valid;
};
/* FAIL_NOT_FOUND. */
int document_status_read(struct tx *tx, const char *number, struct document_status *status, struct err *err);

/* Whether the program is let in for a service: stop_list, document_status. */
int program_may(struct tx *tx, const struct uuid *program_id, const char *service, bool *may, struct err *err);

extern const struct query stoplist_queries[], stoplist_read_queries[], stoplist_sign_queries[]; /* of issued; of both; of signd */

#endif
