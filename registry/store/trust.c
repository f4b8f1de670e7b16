#include "registry/store/trust.h"

#include <stdio.h>

#include "registry/base/digest.h"
#include "registry/base/json.h"

const char *const trust_kind_names[] = { "certificate", "crl", "master_list", "deviation_list", NULL };

#define AT_UTC(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
#define BEFORE(t, n)   "($" n "::uuid IS NULL OR (" t ".created_at, " t ".id) < (SELECT b.created_at, b.id FROM "
#define AFTERWARDS(t, n, m) " b WHERE b.id = $" n ")) ORDER BY " t ".created_at DESC, " t ".id DESC LIMIT $" m "::int + 1"

/* clang-format off */
#define IMPORT \
	"jsonb_strip_nulls(jsonb_build_object('id', i.id, 'officer_id', i.officer_id, 'source', i.source, 'file_name', i.file_name," \
	" 'file_sha256', encode(i.file_sha256, 'hex'), 'file_size', i.file_size, 'state', s.state, 'created_at', " AT_UTC("i.created_at") "))"
#define OBJECT \
	"jsonb_strip_nulls(jsonb_build_object('id', o.id, 'kind', o.kind, 'country', o.country, 'name', o.name, 'at', " AT_UTC("o.at") "," \
	" 'until', " AT_UTC("o.until") ", 'is_root', o.is_root, 'sha256', encode(o.sha256, 'hex'), 'state', s.state, 'changed_at', " AT_UTC("s.changed_at") "," \
	" 'confirmations', CASE WHEN o.kind = 'certificate' AND s.state IS NOT NULL THEN trust_confirmations(o.id) END))"
#define OURS(kind, id, der, at, from) \
	" UNION ALL SELECT " id ", '" kind "', 'trusted', '', " der ", true, true, 'our own, made here by a ceremony', extract(epoch FROM " at ")::bigint, " from

enum { Q_LOCK,
	Q_IMPORT,
	Q_IMPORT_DECIDE,
	Q_OBJECT,
	Q_FIND,
	Q_DECIDE,
	Q_STATE,
	Q_IMPORT_EACH,
	Q_IMPORT_READ,
	Q_IMPORTS,
	Q_OBJECTS,
	Q_OBJECT_READ,
	Q_STATES,
	Q_DUE,
	Q_EACH }; /* the last: alone in trust_reading_queries */

#define EACH_QUERY \
	{ "trust_each", \
		"SELECT * FROM (SELECT t.id, t.kind, t.state, t.country, o.der, t.is_root, false AS is_ours, t.provenance, extract(epoch FROM t.at)::bigint" \
		"  FROM trust_standing t JOIN trust_object o ON o.id = t.id" \
		"  WHERE ($1::text IS NULL OR t.country = $1) AND ($2::boolean OR t.kind <> 'master_list')" \
		OURS("certificate", "c.id", "c.der", "c.not_before", "certificate c JOIN signing_key k ON k.id = c.signing_key_id AND k.kind = 'csca'" \
			" LEFT JOIN current_state s ON s.subject_id = k.id WHERE s.state IS NULL OR s.state IN ('generated', 'active', 'retired', 'erased')") \
		OURS("crl", "l.id", "l.der", "l.this_update", "(SELECT * FROM crl ORDER BY number DESC LIMIT 1) l") \
		OURS("deviation_list", "d.id", "d.cms", "d.signed_at", "(SELECT * FROM signed_list WHERE kind = 'deviation_list' ORDER BY signed_at DESC LIMIT 1) d") \
		") x ORDER BY kind, is_ours DESC, 9, id", true }

const struct query trust_queries[] = {
	[Q_LOCK] = { "trust_lock", "SELECT pg_advisory_xact_lock(hashtextextended('trust', 0))" },
	[Q_IMPORT] = { "trust_import",
		"INSERT INTO trust_import (id, officer_id, source, file_name, file_sha256, file_size, problems)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)" },
	[Q_IMPORT_DECIDE] = { "trust_import_decide",
		"INSERT INTO trust_import_decision (trust_import_id, proposed_by, event, officer_id, diff_sha256, reason)"
		" SELECT i.id, i.officer_id, $2, $3, $4, $5 FROM trust_import i WHERE i.id = $1" },
	[Q_OBJECT] = { "trust_object",
		"INSERT INTO trust_object (id, kind, der, country, name, issuer_key, at, until, is_root)"
		" VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7::bigint), to_timestamp($8::bigint), $9) ON CONFLICT DO NOTHING" },
	[Q_FIND] = { "trust_find",
		"INSERT INTO trust_find (trust_import_id, trust_object_id, position, place, list_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING" },
	[Q_DECIDE] = { "trust_decide",
		"INSERT INTO trust_decision (trust_object_id, kind, event, trust_import_id, officer_id, fingerprint, channel, reason)"
		" SELECT o.id, o.kind, $2, $3, $4, $5, $6, $7 FROM trust_object o WHERE o.id = $1" },
	[Q_STATE] = { "trust_state",
		"SELECT s.state FROM trust_object o JOIN current_state s ON s.subject_id = o.id WHERE o.id = $1 AND o.kind = 'certificate'" },
	[Q_IMPORT_EACH] = { "trust_import_each",
		"SELECT o.id, o.kind, coalesce(s.state, ''), o.country, o.der, o.is_root, false, '', extract(epoch FROM o.at)::bigint, f.place, f.list_id"
		" FROM trust_find f JOIN trust_object o ON o.id = f.trust_object_id LEFT JOIN current_state s ON s.subject_id = o.id"
		" WHERE f.trust_import_id = $1 ORDER BY f.position", true },
	[Q_IMPORT_READ] = { "trust_import_read",
		"SELECT (" IMPORT " || jsonb_build_object('problems', i.problems, 'decisions',"
		" (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('event', d.event, 'officer_id', d.officer_id, 'reason', d.reason,"
		"  'diff_sha256', encode(d.diff_sha256, 'hex'), 'created_at', " AT_UTC("d.created_at") ")) ORDER BY d.seq), '[]')"
		"  FROM trust_import_decision d WHERE d.trust_import_id = i.id)))::text"
		" FROM trust_import i JOIN current_state s ON s.subject_id = i.id WHERE i.id = $1" },
	[Q_IMPORTS] = { "trust_imports",
		"SELECT " IMPORT "::text FROM trust_import i JOIN current_state s ON s.subject_id = i.id"
		" WHERE ($1::text IS NULL OR s.state = $1) AND " BEFORE("i", "2") "trust_import" AFTERWARDS("i", "2", "3") },
	[Q_OBJECTS] = { "trust_objects",
		"SELECT " OBJECT "::text FROM trust_object o JOIN trust_standing s ON s.id = o.id"
		" WHERE ($1::text IS NULL OR o.kind = $1) AND ($2::text IS NULL OR o.country = $2) AND ($3::text IS NULL OR s.state = $3)"
		" AND " BEFORE("o", "4") "trust_object" AFTERWARDS("o", "4", "5") },
	[Q_OBJECT_READ] = { "trust_object_read",
		"SELECT (" OBJECT " || jsonb_build_object('finds',"
		" (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('import_id', i.id, 'source', i.source, 'place', f.place, 'list_id', f.list_id,"
		"  'state', c.state, 'created_at', " AT_UTC("f.created_at") ")) ORDER BY f.created_at, f.id), '[]')"
		"  FROM trust_find f JOIN trust_import i ON i.id = f.trust_import_id LEFT JOIN current_state c ON c.subject_id = i.id WHERE f.trust_object_id = o.id),"
		" 'decisions', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('event', d.event, 'officer_id', d.officer_id,"
		"  'import_id', d.trust_import_id, 'channel', d.channel, 'reason', d.reason, 'to_state', d.to_state, 'created_at', " AT_UTC("d.created_at") "))"
		"  ORDER BY d.seq), '[]') FROM trust_decision d WHERE d.trust_object_id = o.id)))::text, o.der"
		" FROM trust_object o LEFT JOIN current_state s ON s.subject_id = o.id WHERE o.id = $1" },
	[Q_STATES] = { "trust_states",
		"SELECT jsonb_strip_nulls(jsonb_build_object('country', t.country,"
		" 'trusted', count(*) FILTER (WHERE t.kind = 'certificate' AND t.state = 'trusted'),"
		" 'candidates', count(*) FILTER (WHERE t.state = 'candidate'), 'withdrawn', count(*) FILTER (WHERE t.state = 'withdrawn'),"
		" 'crl_at', " AT_UTC("max(t.at) FILTER (WHERE t.kind = 'crl')") ", 'crl_until', " AT_UTC("max(t.until) FILTER (WHERE t.kind = 'crl')") ","
		" 'master_list_at', " AT_UTC("max(t.at) FILTER (WHERE t.kind = 'master_list')") ","
		" 'deviation_list_at', " AT_UTC("max(t.at) FILTER (WHERE t.kind = 'deviation_list')") "))::text"
		" FROM trust_standing t GROUP BY t.country ORDER BY t.country" },
	/* A State sends its lists and CRLs at least every 90 days (Doc 9303-12): one that is older has perhaps not reached us. */
	[Q_DUE] = { "trust_due",
		"WITH moment AS (SELECT to_timestamp($1::bigint) AS now), due AS ("
		"  SELECT 'trust_import' AS what, i.id, i.created_at + interval '7 days' AS due_at, 'an import waits for a decision: ' || i.source AS detail"
		"  FROM trust_import i JOIN current_state s ON s.subject_id = i.id AND s.state = 'proposed'"
		" UNION ALL"
		"  SELECT 'trust_confirmation', o.id, s.changed_at + interval '7 days', 'a second officer is wanted: ' || o.country || ' ' || o.name"
		"  FROM trust_object o JOIN current_state s ON s.subject_id = o.id AND s.machine = 'trust' AND s.state = 'candidate' WHERE trust_confirmations(o.id) = 1"
		" UNION ALL"
		"  SELECT 'trust_' || t.kind, t.id, coalesce(t.until, t.at + interval '90 days'), t.country || ' ' || t.name"
		"  FROM trust_standing t, moment WHERE t.kind IN ('crl', 'master_list') AND t.state = 'held'"
		"  AND coalesce(t.until, t.at + interval '90 days') <= moment.now + interval '7 days'"
		" UNION ALL"
		"  SELECT 'trust_certificate', t.id, t.until, t.country || ' ' || t.name FROM trust_standing t, moment WHERE t.kind = 'certificate'"
		"  AND t.state = 'trusted' AND t.until BETWEEN moment.now AND moment.now + interval '90 days')"
		" SELECT jsonb_build_object('what', d.what, 'kind', 'trust', 'trust_id', d.id, 'due_at', " AT_UTC("d.due_at") ","
		" 'is_late', d.due_at <= moment.now, 'detail', d.detail)::text FROM due d, moment ORDER BY d.due_at, d.id" },
	[Q_EACH] = EACH_QUERY,
	{ NULL, NULL }
};
const struct query trust_reading_queries[] = { EACH_QUERY, { NULL, NULL } };
/* clang-format on */

int
trust_lock(struct tx *tx, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query(tx, &trust_queries[Q_LOCK], NULL, 0, &rows, err) == -1)
		return -1;
	rows_free(rows);
	return 0;
}

/* ---- proposing ---- */

static int
import_decide(struct tx *tx, const struct uuid *import, const char *event, const struct uuid *officer, const uint8_t *diff_sha256, const char *reason,
	struct err *err)
{
	return tx_later(tx, &trust_queries[Q_IMPORT_DECIDE], ARGS(arg_uuid(import), arg_text(event), arg_uuid(officer), diff_sha256 == NULL ? arg_null() : arg_bytes(BYTES(diff_sha256, SHA256_LEN)), arg_text(reason)), 1,
		"there is no such import", err);
}

int
trust_import_add(struct tx *tx, const struct trust_import_new *import, struct err *err)
{
	struct buf problems = BUF_INIT;
	int rc = -1;

	if (json_text(import->problems, &problems, err) == -1)
		goto out;
	if (tx_later(tx, &trust_queries[Q_IMPORT], ARGS(arg_uuid(&import->id), arg_uuid(&import->officer_id), arg_text(import->source), arg_text(import->file_name), arg_bytes(BYTES(import->file_sha256, SHA256_LEN)), arg_int((int64_t)import->file_size), arg_text(buf_cstr(&problems))), -1,
		    NULL, err) == -1)
		goto out;
	rc = import_decide(tx, &import->id, "propose", &import->officer_id, NULL, NULL, err);
out:
	buf_clear(&problems);
	return rc;
}

int
trust_objects_add(struct tx *tx, const struct uuid *import, struct trust_object_new *object, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct trust_object_new *o = &object[i];
		uint8_t digest[SHA256_LEN];

		sha256(o->der, digest);
		uuid_derive(&o->id, "trust_object", BYTES(digest, sizeof(digest)));
		if (tx_later(tx, &trust_queries[Q_OBJECT], ARGS(arg_uuid(&o->id), arg_text(trust_kind_names[o->kind]), arg_bytes(o->der), arg_text(o->country), arg_text(o->name), o->issuer_key.n == 0 ? arg_null() : arg_bytes(o->issuer_key), arg_int(o->at), o->until == 0 ? arg_null() : arg_int(o->until), arg_bool(o->is_root)), -1,
			    NULL, err) == -1 ||
			tx_later(tx, &trust_queries[Q_FIND], ARGS(arg_uuid(import), arg_uuid(&o->id), arg_int((int64_t)i), arg_text(o->place), arg_uuid_or_null(o->list)), -1, NULL, err) == -1)
			return -1;
	}
	return tx_flush(tx, err);
}

/* ---- deciding ---- */

int
trust_import_accept(struct tx *tx, const struct uuid *import, const struct uuid *officer, const uint8_t diff_sha256[32], struct err *err)
{
	return import_decide(tx, import, "accept", officer, diff_sha256, NULL, err);
}

int
trust_import_reject(struct tx *tx, const struct uuid *import, const struct uuid *officer, const char *reason, struct err *err)
{
	return import_decide(tx, import, "reject", officer, NULL, reason, err);
}

static int
decide(struct tx *tx, const struct uuid *object, const char *event, const struct uuid *import, const struct uuid *officer, const uint8_t *fingerprint,
	const char *channel, const char *reason, struct err *err)
{
	return tx_later(tx, &trust_queries[Q_DECIDE], ARGS(arg_uuid(object), arg_text(event), arg_uuid_or_null(import), arg_uuid(officer), fingerprint == NULL ? arg_null() : arg_bytes(BYTES(fingerprint, SHA256_LEN)), arg_text(channel), arg_text(reason)), 1,
		"there is nothing of that number in the trust store", err);
}

int
trust_enter(struct tx *tx, const struct uuid *object, enum trust_kind kind, const struct uuid *import, const struct uuid *officer, struct err *err)
{
	return decide(tx, object, kind == TRUST_CERTIFICATE ? "enter" : "hold", import, officer, NULL, NULL, NULL, err);
}

static int
certificate_state(struct tx *tx, const struct uuid *object, char state[16], struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &trust_queries[Q_STATE], ARGS(arg_uuid(object)), FAIL_NOT_FOUND, "there is no such certificate in the trust store", &rows, err) == -1)
		return -1;
	snprintf(state, 16, "%s", row_text(rows, 0, 0));
	rows_free(rows);
	return 0;
}

int
trust_confirm(struct tx *tx, const struct uuid *object, const struct uuid *officer, const uint8_t fingerprint[32], const char *channel, char state[16],
	struct err *err)
{
	if (certificate_state(tx, object, state, err) == -1 || decide(tx, object, "confirm", NULL, officer, fingerprint, channel, NULL, err) == -1)
		return -1;
	return certificate_state(tx, object, state, err);
}

int
trust_decide(struct tx *tx, const struct uuid *object, const char *event, const struct uuid *officer, const char *reason, struct err *err)
{
	char state[16];

	if (certificate_state(tx, object, state, err) == -1 || decide(tx, object, event, NULL, officer, NULL, NULL, reason, err) == -1)
		return -1;
	return tx_flush(tx, err);
}

/* ---- reading ---- */

static enum trust_kind
kind_of(const char *name)
{
	int kind = 0;

	while (kind < TRUST_KINDS - 1 && strcmp(trust_kind_names[kind], name) != 0)
		kind++;
	return (enum trust_kind)kind;
}

/* Rows of (id, kind, state, country, der, is_root, is_ours, provenance, at), and of an import (place, list). */
static int
see_rows(const struct rows *rows, bool of_import, trust_see *see, void *arg, struct err *err)
{
	struct buf der = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < rows_count(rows) && rc == 0; i++) {
		struct trust_row row = { .kind = kind_of(row_text(rows, i, 1)), .state = row_text(rows, i, 2), .country = row_text(rows, i, 3),
			.is_root = row_bool(rows, i, 5), .is_ours = row_bool(rows, i, 6), .provenance = row_text(rows, i, 7), .at = row_int(rows, i, 8),
			.place = of_import ? row_text(rows, i, 9) : "" };

		buf_cut(&der, 0);
		if (row_uuid(rows, i, 0, &row.id, err) == -1 || row_bytes(rows, i, 4, &der, err) == -1 ||
			(of_import && row_uuid_optional(rows, i, 10, &row.list, err) == -1))
			rc = -1;
		row.der = bytes_of(&der);
		if (rc == 0)
			rc = see(arg, &row, err);
	}
	buf_clear(&der);
	return rc;
}

int
trust_each(struct tx *tx, const char *country, bool lists, trust_see *see, void *arg, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query(tx, &trust_queries[Q_EACH], ARGS(arg_text(country), arg_bool(lists)), &rows, err) == -1)
		return -1;
	rc = see_rows(rows, false, see, arg, err);
	rows_free(rows);
	return rc;
}

int
trust_import_each(struct tx *tx, const struct uuid *import, trust_see *see, void *arg, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query(tx, &trust_queries[Q_IMPORT_EACH], ARGS(arg_uuid(import)), &rows, err) == -1)
		return -1;
	rc = see_rows(rows, true, see, arg, err);
	rows_free(rows);
	return rc;
}

static int
all_json(struct tx *tx, const struct query *q, const struct arg *args, size_t n, unsigned limit, json_t **list, bool *more, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query(tx, q, args, n, &rows, err) == -1)
		return -1;
	rc = rows_json_list(rows, 0, limit, list, more, err);
	rows_free(rows);
	return rc;
}

int
trust_import_read(struct tx *tx, const struct uuid *id, json_t **import, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, &trust_queries[Q_IMPORT_READ], ARGS(arg_uuid(id)), FAIL_NOT_FOUND, "there is no such import", &rows, err) == -1)
		return -1;
	rc = row_json(rows, 0, 0, import, err);
	rows_free(rows);
	return rc;
}

int
trust_imports(struct tx *tx, const char *state, const struct trust_page *page, json_t **items, bool *more, struct err *err)
{
	return all_json(tx, &trust_queries[Q_IMPORTS], ARGS(arg_text(state), arg_uuid_or_null(page->before), arg_int(page->limit)), page->limit, items, more, err);
}

int
trust_objects(struct tx *tx, const struct trust_filter *f, json_t **items, bool *more, struct err *err)
{
	return all_json(tx, &trust_queries[Q_OBJECTS], ARGS(arg_text(f->kind), arg_text(f->country), arg_text(f->state), arg_uuid_or_null(f->page.before), arg_int(f->page.limit)), f->page.limit,
		items, more, err);
}

int
trust_object_read(struct tx *tx, const struct uuid *id, json_t **object, struct buf *der, struct err *err)
{
	struct rows *rows = NULL;
	json_t *found = NULL;
	int rc = -1;

	if (tx_query_one(tx, &trust_queries[Q_OBJECT_READ], ARGS(arg_uuid(id)), FAIL_NOT_FOUND, "there is nothing of that number in the trust store", &rows, err) == -1)
		return -1;
	if (row_json(rows, 0, 0, &found, err) == 0 && (der == NULL || row_bytes(rows, 0, 1, der, err) == 0)) {
		*object = found;
		found = NULL;
		rc = 0;
	}
	json_decref(found);
	rows_free(rows);
	return rc;
}

int
trust_states(struct tx *tx, json_t **states, struct err *err)
{
	bool more;

	return all_json(tx, &trust_queries[Q_STATES], NULL, 0, UINT32_MAX, states, &more, err);
}

int
trust_due(struct tx *tx, int64_t now, json_t **due, struct err *err)
{
	bool more;

	return all_json(tx, &trust_queries[Q_DUE], ARGS(arg_int(now)), UINT32_MAX, due, &more, err);
}
