#include "pki/signd/statements.h"

#include "pki/stopsnapshot.h"
#include "registry/base/clock.h"
#include "registry/store/outbox.h"
#include "registry/store/stoplist.h"

#define DAY INT64_C(86400)

static int
sign(const struct active_signer *by, const char *content_type, struct bytes content, struct buf *cms, struct err *err)
{
	struct session *s = NULL;
	int rc = -1;

	if (by->signer == NULL || clock_now() >= by->use_until)
		return err_set(err, FAIL_AGAIN, "ledger key: its usage period has ended, a key ceremony is needed");
	if (token_borrow(by->token, &s, err) == 0)
		rc = cms_sign(s, by->signer, content_type, content, clock_now(), cms, err);
	token_return(by->token, s);
	return rc;
}

struct snapshot_work {
	const struct active_signer *by;
	int64_t sequence;
	struct buf made; /* kept over a repeated transaction: one signature */
};

static int
add_entry(const struct stop_row *row, void *arg, struct err *err)
{
	return stop_entries_add(arg, row->number, row->status, err);
}

/* The entries as signd itself reads them; the export's row says what issued has given out. */
static int
header_of(struct tx *tx, const struct stop_export *e, struct buf *content, struct err *err)
{
	struct stop_header h = { .sequence = (uint64_t)e->sequence, .exported_at = e->exported_at, .next_update = e->exported_at + STOP_SNAPSHOT_DAYS * DAY };
	struct stop_entries entries;
	int rc = -1;

	snprintf(h.state, sizeof(h.state), "%s", e->issuing_state);
	stop_entries_init(&entries, h.state, h.sequence);
	if (stoplist_each(tx, e, add_entry, &entries, err) == 0 && stop_entries_finish(&entries, err) == 0) {
		memcpy(h.salt, entries.salt, sizeof(h.salt));
		h.count = entries.body.n / STOP_ENTRY;
		sha256(bytes_of(&entries.body), h.entries);
		rc = memcmp(h.entries, e->list, sizeof(h.entries)) == 0 ? stop_header_encode(&h, content, err)
									: err_set(err, FAIL_CONFLICT, "stop list: the rows do not give the entries of export %lld", (long long)e->sequence);
	}
	stop_entries_clear(&entries);
	return rc;
}

static int
work_snapshot(struct tx *tx, void *arg, struct err *err)
{
	struct snapshot_work *w = arg;
	struct stop_export e = { .sequence = 0 };
	struct buf content = BUF_INIT, before = BUF_INIT;
	int rc = -1;

	if (stoplist_export_read(tx, w->sequence, &e, err) == -1)
		return -1;
	if (e.since != 0) {
		err_set(err, FAIL_CONFLICT, "only a full export has a snapshot");
		goto out;
	}
	if (stop_snapshot_read(tx, &e.id, &before, err) == -1)
		goto out;
	if (before.n > 0) {
		buf_move(&w->made, &before);
		rc = 0;
	} else if ((w->made.n > 0 || (header_of(tx, &e, &content, err) == 0 && sign(w->by, oid_stop_snapshot, bytes_of(&content), &w->made, err) == 0))) {
		rc = stop_snapshot_add(tx, &e.id, bytes_of(&w->made), &w->by->certificate_id, err);
	}
out:
	buf_clear(&content);
	buf_clear(&before);
	stop_export_clear(&e);
	return rc;
}

int
statement_stop_list(struct db *db, const struct active_signer *by, int64_t sequence, struct buf *cms, struct err *err)
{
	struct snapshot_work w = { .by = by, .sequence = sequence };
	int rc = db_run(db, DB_READ_COMMITTED, work_snapshot, &w, err);

	if (rc == 0) {
		buf_bytes(cms, bytes_of(&w.made));
		rc = buf_check(cms, err);
	}
	buf_clear(&w.made);
	return rc;
}

static const char oid_data[] = "1.2.840.113549.1.7.1";

struct notifying {
	const struct active_signer *by;
	size_t done;
};

static int
sign_notification(struct tx *tx, int64_t outbox_id, struct bytes content, void *arg, struct err *err)
{
	const struct notifying *n = arg;
	struct buf cms = BUF_INIT;
	int rc = -1;

	if (sign(n->by, oid_data, content, &cms, err) == 0)
		rc = outbox_sign(tx, outbox_id, bytes_of(&cms), &n->by->certificate_id, err);
	buf_clear(&cms);
	return rc;
}

static int
work_notifications(struct tx *tx, void *arg, struct err *err)
{
	struct notifying *n = arg;

	return outbox_unsigned(tx, STATEMENTS_AT_ONCE, sign_notification, n, &n->done, err);
}

int
statement_notifications(struct db *db, const struct active_signer *by, size_t *done, struct err *err)
{
	struct notifying n = { .by = by };

	if (db_run(db, DB_READ_COMMITTED, work_notifications, &n, err) == -1)
		return -1;
	*done = n.done;
	return 0;
}
