#include "registry/store/stoplist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { Q_BEGIN,
	Q_SNAPSHOT,
	Q_ADD,
	Q_LIST,
	Q_MAY,
	Q_STATUS };
const struct query stoplist_queries[] = {
	[Q_BEGIN] = { "stop_export_begin", "SELECT next, at, latest, moment FROM stop_export_begin()" },
	[Q_SNAPSHOT] = { "stop_export_snapshot", "SELECT snapshot::text FROM stop_export WHERE sequence = $1" },
	[Q_ADD] = { "stop_export_add",
		"INSERT INTO stop_export (id, sequence, kind, since_sequence, snapshot, issuing_state, entries, withdrawals, new_entries, median_seconds, longest_seconds,"
		" csv_sha256, xml_sha256, list_sha256, officer_id, program_id, exported_at)"
		" VALUES ($1, $2, CASE $3::int WHEN 0 THEN 'full' ELSE 'delta' END, nullif($3::int, 0), $4::text::pg_snapshot, $5, $6, $7, $8, nullif($9::bigint, -1), nullif($10::bigint, -1),"
		" $11, $12, CASE $3::int WHEN 0 THEN $13::bytea END, $14, $15, to_timestamp($16::bigint))" },
	[Q_LIST] = { "stop_export_list", "SELECT sequence FROM stop_export WHERE $1::int = 0 OR sequence < $1::int ORDER BY sequence DESC LIMIT $2" },
	[Q_MAY] = { "program_may",
		"SELECT EXISTS (SELECT FROM program_service s JOIN program p ON p.id = s.program_id AND p.is_active WHERE s.program_id = $1 AND s.service = $2 AND s.is_active)" },
	[Q_STATUS] = { "document_status",
		"SELECT d.number, i.date_of_birth, d.expires_on::text, v.status, v.since::text, v.is_valid FROM document d JOIN identity_version i ON i.id = d.identity_version_id"
		" JOIN document_standing v ON v.document_id = d.id WHERE d.number = $1" },
	{ NULL, NULL }
};

enum { Q_READ,
	Q_PAGE,
	Q_SNAPSHOT_LOCK,
	Q_SNAPSHOT_READ };
const struct query stoplist_read_queries[] = {
	[Q_READ] = { "stop_export_read",
		"SELECT e.id, e.sequence, e.since_sequence, e.issuing_state, floor(extract(epoch FROM e.exported_at))::bigint, e.entries, e.withdrawals, e.new_entries, e.median_seconds,"
		" e.longest_seconds, e.csv_sha256, e.xml_sha256, e.list_sha256, e.snapshot::text, s.snapshot::text, l.snapshot::text, e.officer_id, e.program_id FROM stop_export e"
		" LEFT JOIN stop_export s ON s.sequence = e.since_sequence LEFT JOIN stop_export l ON l.sequence = e.sequence - 1 WHERE e.sequence = $1" },
	[Q_PAGE] = { "stop_page", "SELECT number, is_blank, document_type, issuing_state, status, moment, is_new FROM stop_page($1, $2, $3, $4, $5)" },
	[Q_SNAPSHOT_LOCK] = { "stop_snapshot_lock", "SELECT pg_advisory_xact_lock(222, hashtext($1::uuid::text))" },
	[Q_SNAPSHOT_READ] = { "stop_snapshot_read", "SELECT cms FROM stop_snapshot WHERE stop_export_id = $1" },
	{ NULL, NULL }
};

const struct query stoplist_sign_queries[] = {
	{ "stop_snapshot_add", "INSERT INTO stop_snapshot (stop_export_id, cms, certificate_id) VALUES ($1, $2, $3)" },
	{ NULL, NULL }
};

void
stop_export_clear(struct stop_export *e)
{
	free(e->snapshot);
	free(e->since_snapshot);
	free(e->latest_snapshot);
	e->snapshot = e->since_snapshot = e->latest_snapshot = NULL;
}

int
stoplist_begin(struct tx *tx, struct stop_export *e, struct err *err)
{
	struct rows *rows = NULL, *since = NULL;
	int rc = -1;

	stop_export_clear(e);
	if (tx_query_one(tx, &stoplist_queries[Q_BEGIN], NULL, 0, FAIL_INTERNAL, "stop list: no number", &rows, err) == -1)
		return -1;
	e->sequence = row_int(rows, 0, 0);
	e->exported_at = row_int(rows, 0, 3);
	if (e->since != 0 && (tx_query_one(tx, &stoplist_queries[Q_SNAPSHOT], ARGS(arg_int(e->since)), FAIL_NOT_FOUND, "there is no export of this number", &since, err) == -1 || row_copy(since, 0, 0, &e->since_snapshot, err) == -1))
		goto out;
	rc = row_copy(rows, 0, 1, &e->snapshot, err) == -1 || row_copy(rows, 0, 2, &e->latest_snapshot, err) == -1 ? -1 : 0;
out:
	rows_free(since);
	rows_free(rows);
	return rc;
}

int
stoplist_export_add(struct tx *tx, const struct stop_export *e, struct err *err)
{
	return tx_later(tx, &stoplist_queries[Q_ADD],
		ARGS(arg_uuid(&e->id), arg_int(e->sequence), arg_int(e->since), arg_text(e->snapshot), arg_text(e->issuing_state), arg_int(e->entries), arg_int(e->withdrawals),
			arg_int(e->new_entries), arg_int(e->median_seconds), arg_int(e->longest_seconds), arg_bytes(BYTES(e->csv, sizeof(e->csv))),
			arg_bytes(BYTES(e->xml, sizeof(e->xml))), arg_bytes(BYTES(e->list, sizeof(e->list))), arg_uuid_or_null(&e->officer_id),
			arg_uuid_or_null(&e->program_id), arg_int(e->exported_at)),
		-1, NULL, err);
}

static int
digest_of_row(const struct rows *rows, int column, uint8_t digest[SHA256_LEN], struct err *err)
{
	struct buf octets = BUF_INIT;
	int rc = 0;

	if (!row_is_null(rows, 0, column) && (rc = row_bytes(rows, 0, column, &octets, err)) == 0 && octets.n == SHA256_LEN)
		memcpy(digest, octets.p, SHA256_LEN);
	buf_clear(&octets);
	return rc;
}

int
stoplist_export_read(struct tx *tx, int64_t sequence, struct stop_export *e, struct err *err)
{
	struct stop_export r = { .sequence = sequence };
	struct rows *rows = NULL;
	int rc = -1;

	if (sequence < 1 || sequence > INT32_MAX)
		return err_set(err, FAIL_NOT_FOUND, "there is no export of this number");
	if (tx_query_one(tx, &stoplist_read_queries[Q_READ], ARGS(arg_int(sequence)), FAIL_NOT_FOUND, "there is no export of this number", &rows, err) == -1)
		return -1;
	r.since = row_int(rows, 0, 2);
	snprintf(r.issuing_state, sizeof(r.issuing_state), "%s", row_text(rows, 0, 3));
	r.exported_at = row_int(rows, 0, 4);
	r.entries = row_int(rows, 0, 5);
	r.withdrawals = row_int(rows, 0, 6);
	r.new_entries = row_int(rows, 0, 7);
	r.median_seconds = row_is_null(rows, 0, 8) ? -1 : row_int(rows, 0, 8);
	r.longest_seconds = row_is_null(rows, 0, 9) ? -1 : row_int(rows, 0, 9);
	if (row_uuid(rows, 0, 0, &r.id, err) == -1 || digest_of_row(rows, 10, r.csv, err) == -1 || digest_of_row(rows, 11, r.xml, err) == -1 ||
		digest_of_row(rows, 12, r.list, err) == -1 || row_copy(rows, 0, 13, &r.snapshot, err) == -1 || row_copy(rows, 0, 14, &r.since_snapshot, err) == -1 ||
		row_copy(rows, 0, 15, &r.latest_snapshot, err) == -1 || row_uuid_optional(rows, 0, 16, &r.officer_id, err) == -1 ||
		row_uuid_optional(rows, 0, 17, &r.program_id, err) == -1) {
		stop_export_clear(&r);
		goto out;
	}
	*e = r;
	rc = 0;
out:
	rows_free(rows);
	return rc;
}

int
stoplist_exports(struct tx *tx, int64_t before, unsigned limit, struct stop_export *list, size_t *n, bool *more, struct err *err)
{
	struct rows *rows = NULL;
	size_t found = 0;
	int rc = 0;

	if (tx_query(tx, &stoplist_queries[Q_LIST], ARGS(arg_int(before), arg_int((int64_t)limit + 1)), &rows, err) == -1)
		return -1;
	for (; rc == 0 && found < rows_count(rows) && found < limit; found += rc == 0)
		rc = stoplist_export_read(tx, row_int(rows, found, 0), &list[found], err);
	*more = rows_count(rows) > limit;
	if (rc == 0)
		*n = found;
	while (rc == -1 && found > 0)
		stop_export_clear(&list[--found]);
	rows_free(rows);
	return rc;
}

int
stoplist_each(struct tx *tx, const struct stop_export *e, stop_row_work *work, void *arg, struct err *err)
{
	char after[STOP_NUMBER_MAX + 1] = "";
	size_t n = STOP_PAGE;
	int rc = 0;

	while (rc == 0 && n == STOP_PAGE) {
		struct rows *rows = NULL;

		if (tx_query(tx, &stoplist_read_queries[Q_PAGE],
			    ARGS(arg_text(e->snapshot), arg_text(e->since_snapshot), arg_text(e->latest_snapshot), arg_text(after), arg_int(STOP_PAGE)), &rows, err) == -1)
			return -1;
		n = rows_count(rows);
		for (size_t i = 0; rc == 0 && i < n; i++) {
			struct stop_row row = { row_text(rows, i, 0), row_text(rows, i, 2), row_text(rows, i, 3), row_text(rows, i, 4), row_bool(rows, i, 1), row_bool(rows, i, 6),
				row_int(rows, i, 5) };

			if (row.status[0] != '\0' || e->since != 0)
				rc = work(&row, arg, err);
		}
		if (n > 0)
			snprintf(after, sizeof(after), "%s", row_text(rows, n - 1, 0));
		rows_free(rows);
	}
	return rc;
}

int
program_may(struct tx *tx, const struct uuid *program_id, const char *service, bool *may, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query(tx, &stoplist_queries[Q_MAY], ARGS(arg_uuid(program_id), arg_text(service)), &rows, err) == -1)
		return -1;
	*may = row_bool(rows, 0, 0);
	rows_free(rows);
	return 0;
}

int
stop_snapshot_read(struct tx *tx, const struct uuid *export_id, struct buf *cms, struct err *err)
{
	struct rows *rows = NULL;
	int rc = 0;

	/* of two who want it signed at once the second looks at what the first made */
	if (tx_later(tx, &stoplist_read_queries[Q_SNAPSHOT_LOCK], ARGS(arg_uuid(export_id)), -1, NULL, err) == -1 ||
		tx_query(tx, &stoplist_read_queries[Q_SNAPSHOT_READ], ARGS(arg_uuid(export_id)), &rows, err) == -1)
		return -1;
	if (rows_count(rows) > 0)
		rc = row_bytes(rows, 0, 0, cms, err);
	rows_free(rows);
	return rc;
}

int
stop_snapshot_add(struct tx *tx, const struct uuid *export_id, struct bytes cms, const struct uuid *certificate_id, struct err *err)
{
	return tx_later(tx, &stoplist_sign_queries[0], ARGS(arg_uuid(export_id), arg_bytes(cms), arg_uuid(certificate_id)), -1, NULL, err);
}

int
document_status_read(struct tx *tx, const char *number, struct document_status *status, struct err *err)
{
	struct document_status s = { .birth = DATE_INIT };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &stoplist_queries[Q_STATUS], ARGS(arg_text(number)), FAIL_NOT_FOUND, "no document has this number", &rows, err) == -1)
		return -1;
	snprintf(s.status, sizeof(s.status), "%s", row_text(rows, 0, 3));
	s.is_valid = row_bool(rows, 0, 5);
	if (row_date(rows, 0, 1, &s.birth, err) == 0 && row_date(rows, 0, 2, &s.expiry, err) == 0 && row_date(rows, 0, 4, &s.since, err) == 0) {
		*status = s;
		rc = 0;
	}
	rows_free(rows);
	return rc;
}
