#include "registry/store/keys.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/base/json.h"

#define AT_UTC(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

enum { CSCA_MOST = 1000 };
enum { Q_LIST,
	Q_GET,
	Q_CERTIFICATES,
	Q_CERTIFICATE,
	Q_CSCA,
	Q_REVOCATIONS,
	Q_CRLS,
	Q_CRL_NEWEST,
	Q_LISTS,
	Q_LIST_NEWEST,
	Q_DUE,
	Q_ALARMS };
/* clang-format off */
#define STANDING \
	"jsonb_strip_nulls(jsonb_build_object('id', k.id, 'kind', k.kind, 'token_label', k.token_label, 'key_label', k.key_label," \
	" 'algorithm', k.algorithm, 'is_offline', k.is_offline, 'state', k.state, 'changed_at', " AT_UTC("k.changed_at") "," \
	" 'created_at', " AT_UTC("k.created_at") ", 'certificate_id', k.certificate_id, 'not_before', " AT_UTC("k.not_before") "," \
	" 'not_after', " AT_UTC("k.not_after") ", 'use_until', " AT_UTC("k.use_until") ", 'signatures', k.signatures," \
	" 'max_signatures', r.max_signatures, 'use_days', r.use_days))"
#define CERTIFICATE \
	"jsonb_strip_nulls(jsonb_build_object('id', c.id, 'signing_key_id', c.signing_key_id, 'kind', k.kind, 'key_label', k.key_label," \
	" 'profile', c.profile, 'issuer_id', c.issuer_id, 'serial', encode(c.serial, 'hex'), 'sha256', encode(c.sha256, 'hex')," \
	" 'not_before', " AT_UTC("c.not_before") ", 'not_after', " AT_UTC("c.not_after") ", 'use_until', " AT_UTC("c.use_until") "," \
	" 'ceremony_id', c.ceremony_id, 'created_at', " AT_UTC("c.created_at") "," \
	" 'revoked', (SELECT jsonb_build_object('cause', v.cause, 'revoked_at', " AT_UTC("v.revoked_at") ") FROM revocation v" \
	"  WHERE v.certificate_id = c.id)))"
#define BEFORE(t, n) "($" n "::uuid IS NULL OR (" t ".created_at, " t ".id) < (SELECT b.created_at, b.id FROM "
#define AFTERWARDS(t, n, m) " b WHERE b.id = $" n ")) ORDER BY " t ".created_at DESC, " t ".id DESC LIMIT $" m "::int + 1"

const struct query keys_queries[] = {
	[Q_LIST] = { "keys_list",
		"SELECT " STANDING "::text FROM key_standing k LEFT JOIN current_key_rule r ON r.kind = k.kind"
		" WHERE ($1::text IS NULL OR k.kind = $1) AND ($2::text IS NULL OR k.state = $2) ORDER BY k.created_at DESC, k.id DESC" },
	[Q_GET] = { "keys_get",
		"SELECT (" STANDING " || jsonb_strip_nulls(jsonb_build_object('events', coalesce((SELECT jsonb_agg(jsonb_build_object('event', e.event,"
		" 'from_state', e.from_state, 'to_state', e.to_state, 'at', " AT_UTC("e.at") ", 'ceremony_id', e.ceremony_id, 'reason', e.reason,"
		" 'created_at', " AT_UTC("e.created_at") ") ORDER BY e.seq) FROM key_event e WHERE e.signing_key_id = k.id), '[]'),"
		" 'certificates', (SELECT coalesce(jsonb_agg(c.id ORDER BY c.created_at, c.id), '[]') FROM certificate c WHERE c.signing_key_id = k.id),"
		" 'spki_sha256', (SELECT encode(g.spki_sha256, 'hex') FROM key_generation g WHERE g.signing_key_id = k.id))))::text"
		" FROM key_standing k LEFT JOIN current_key_rule r ON r.kind = k.kind WHERE k.id = $1" },
	[Q_CERTIFICATES] = { "keys_certificates",
		"SELECT " CERTIFICATE "::text FROM certificate c JOIN signing_key k ON k.id = c.signing_key_id"
		" WHERE ($1::uuid IS NULL OR c.signing_key_id = $1) AND " BEFORE("c", "2") "certificate" AFTERWARDS("c", "2", "3") },
	[Q_CERTIFICATE] = { "keys_certificate",
		"SELECT " CERTIFICATE "::text, c.der FROM certificate c JOIN signing_key k ON k.id = c.signing_key_id WHERE c.id = $1" },
	[Q_CSCA] = { "keys_csca_certificates",
		"SELECT coalesce(c.profile, 'root'), c.der FROM certificate c JOIN signing_key k ON k.id = c.signing_key_id AND k.kind = 'csca'"
		" ORDER BY c.not_before DESC, c.created_at DESC, c.id DESC LIMIT $1" },
	[Q_REVOCATIONS] = { "keys_revocations",
		"SELECT jsonb_build_object('id', v.id, 'certificate_id', v.certificate_id, 'signing_key_id', c.signing_key_id, 'kind', k.kind,"
		" 'serial', encode(v.serial, 'hex'), 'cause', v.cause, 'revoked_at', " AT_UTC("v.revoked_at") ", 'ceremony_id', v.ceremony_id)::text"
		" FROM revocation v JOIN certificate c ON c.id = v.certificate_id JOIN signing_key k ON k.id = c.signing_key_id"
		" WHERE " BEFORE("v", "1") "revocation" AFTERWARDS("v", "1", "2") },
	[Q_CRLS] = { "keys_crls",
		"SELECT jsonb_build_object('id', l.id, 'number', l.number, 'certificate_id', l.certificate_id, 'sha256', encode(l.sha256, 'hex'),"
		" 'this_update', " AT_UTC("l.this_update") ", 'next_update', " AT_UTC("l.next_update") ", 'entries', l.entries,"
		" 'ceremony_id', l.ceremony_id)::text FROM crl l WHERE " BEFORE("l", "1") "crl" AFTERWARDS("l", "1", "2") },
	[Q_CRL_NEWEST] = { "keys_crl_newest",
		"SELECT l.id, l.number, extract(epoch FROM l.this_update)::bigint, extract(epoch FROM l.next_update)::bigint, l.der,"
		" coalesce((SELECT extract(epoch FROM min(v.revoked_at))::bigint FROM revocation v"
		"  WHERE v.created_at > coalesce(l.created_at, '-infinity'::timestamptz)), 0)"
		" FROM (VALUES (1)) one(x) LEFT JOIN LATERAL (SELECT * FROM crl ORDER BY number DESC LIMIT 1) l ON true" },
	[Q_LISTS] = { "keys_lists",
		"SELECT jsonb_build_object('id', l.id, 'kind', l.kind, 'certificate_id', l.certificate_id, 'sha256', encode(l.sha256, 'hex'),"
		" 'signed_at', " AT_UTC("l.signed_at") ", 'ceremony_id', l.ceremony_id)::text FROM signed_list l"
		" WHERE l.kind = $1 AND " BEFORE("l", "2") "signed_list" AFTERWARDS("l", "2", "3") },
	[Q_LIST_NEWEST] = { "keys_list_newest",
		"SELECT cms, extract(epoch FROM signed_at)::bigint FROM signed_list WHERE kind = $1 ORDER BY signed_at DESC, id DESC LIMIT 1" },
	/*
	 * A key ends with its period, or when signatures have come so far that at the pace of its life they run out within the lead time;
	 * and simply when nine tenths of them are made.
	 */
	[Q_DUE] = { "keys_due",
		"WITH moment AS (SELECT to_timestamp($1::bigint) AS now),"
		" standing AS (SELECT k.*, r.max_signatures, make_interval(days => r.lead_days) AS lead,"
		"  CASE WHEN k.kind = 'document_signer' AND k.signatures * 10 >= r.max_signatures * 9 THEN least(k.use_until, (SELECT now FROM moment))"
		"   ELSE k.use_until END AS ends_at"
		"  FROM key_standing k JOIN current_key_rule r ON r.kind = k.kind),"
		" due AS ("
		"  SELECT 'successor' AS what, k.kind, k.id, k.ends_at - k.lead AS due_at, k.key_label || ' ends ' || " AT_UTC("k.ends_at")
		"   || CASE WHEN EXISTS (SELECT FROM standing s WHERE s.kind = k.kind AND s.state IN ('requested', 'approved')) THEN ', one is asked for' ELSE '' END"
		"   AS detail"
		"  FROM standing k, moment WHERE k.state = 'active' AND k.ends_at - k.lead <= moment.now + k.lead"
		"  AND NOT EXISTS (SELECT FROM standing s WHERE s.kind = k.kind AND s.id <> k.id"
		"   AND s.state IN ('active', 'generated') AND coalesce(s.ends_at, 'infinity') > k.ends_at)"
		" UNION ALL"
		"  SELECT 'signer', k.kind, NULL, max(least(k.use_until, (SELECT min(e.at) FROM key_event e WHERE e.signing_key_id = k.id"
		"   AND e.event IN ('retire', 'compromise')))), 'no active key'"
		"  FROM standing k, moment WHERE k.state <> 'refused' GROUP BY k.kind, moment.now"
		"  HAVING count(*) FILTER (WHERE k.state = 'active' AND k.use_until > moment.now) = 0"
		"  AND count(*) FILTER (WHERE k.state IN ('active', 'retired', 'compromised', 'erased')) > 0"
		" UNION ALL"
		/* Doc 9303-12: a new CSCA key rests two days, and receiving States hear of it 90 days before */
		"  SELECT 'activate', k.kind, k.id, CASE WHEN k.kind = 'csca' THEN greatest(k.not_before + interval '2 days',"
		"    least(k.not_before + k.lead, (SELECT max(a.ends_at) FROM standing a WHERE a.kind = k.kind AND a.state = 'active')))"
		"   ELSE coalesce((SELECT min(a.ends_at) FROM standing a WHERE a.kind = k.kind AND a.state = 'active'), k.not_before) END, k.key_label"
		"  FROM standing k WHERE k.state = 'generated' AND k.certificate_id IS NOT NULL"
		" UNION ALL"
		"  SELECT 'certify', k.kind, k.id, (SELECT max(e.at) FROM key_event e WHERE e.signing_key_id = k.id) + interval '7 days', k.key_label"
		"  FROM standing k WHERE k.state = 'generated' AND k.certificate_id IS NULL"
		" UNION ALL"
		"  SELECT 'erase', k.kind, k.id, (SELECT max(e.at) FROM key_event e WHERE e.signing_key_id = k.id) + interval '7 days', k.key_label"
		"  FROM standing k WHERE k.state = 'compromised' OR (k.state = 'retired' AND k.kind <> 'csca')"
		" UNION ALL"
		"  SELECT 'crl', 'csca', NULL, least(l.next_update, (SELECT min(v.revoked_at) + interval '48 hours' FROM revocation v"
		"    WHERE v.created_at > coalesce(l.created_at, '-infinity'::timestamptz)),"
		"   CASE WHEN l.id IS NULL THEN (SELECT now FROM moment) END),"
		"   coalesce('number ' || (l.number + 1), 'number 1')"
		"  FROM (VALUES (1)) one(x) LEFT JOIN LATERAL (SELECT * FROM crl ORDER BY number DESC LIMIT 1) l ON true"
		"  WHERE EXISTS (SELECT FROM signing_key WHERE kind = 'csca'))"
		" SELECT jsonb_strip_nulls(jsonb_build_object('what', d.what, 'kind', d.kind, 'signing_key_id', d.id, 'due_at', " AT_UTC("d.due_at") ","
		" 'is_late', d.due_at <= moment.now, 'detail', d.detail))::text FROM due d, moment ORDER BY d.due_at, d.what, d.id" },
	[Q_ALARMS] = { "keys_alarms",
		"SELECT jsonb_strip_nulls(jsonb_build_object('alarm', a.alarm, 'document_id', a.document_id, 'certificate_id', a.certificate_id,"
		" 'signatures', a.signatures, 'since', " AT_UTC("a.since") "))::text FROM signature_alarm a ORDER BY a.since, a.alarm LIMIT $1" },
	{ NULL, NULL }
};
enum { S_RETIRE,
	S_TALLY };
const struct query keys_signer_queries[] = {
	[S_RETIRE] = { "keys_retire",
		"INSERT INTO key_retirement (signing_key_id, cause, at) SELECT k.id, $2, to_timestamp($3::bigint) FROM signing_key k"
		" JOIN current_state s ON s.subject_id = k.id AND s.state = 'active' WHERE k.id = $1 ON CONFLICT DO NOTHING" },
	[S_TALLY] = { "keys_tally",
		"INSERT INTO signature_tally (certificate_id, made, recorded, from_at, to_at)"
		" VALUES ($1, $2, $3, to_timestamp($4::bigint), to_timestamp($5::bigint))" },
	{ NULL, NULL }
};
/* clang-format on */

/* All rows of a query whose first column is JSON. */
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
keys_list(struct tx *tx, const char *kind, const char *state, json_t **keys, struct err *err)
{
	bool more;

	return all_json(tx, &keys_queries[Q_LIST], ARGS(arg_text(kind), arg_text(state)), UINT32_MAX, keys, &more, err);
}

int
keys_get(struct tx *tx, const struct uuid *id, json_t **key, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, &keys_queries[Q_GET], ARGS(arg_uuid(id)), FAIL_NOT_FOUND, "there is no such key", &rows, err) == -1)
		return -1;
	rc = row_json(rows, 0, 0, key, err);
	rows_free(rows);
	return rc;
}

int
keys_certificates(struct tx *tx, const struct uuid *signing_key_id, const struct keys_page *page, json_t **items, bool *more, struct err *err)
{
	return all_json(tx, &keys_queries[Q_CERTIFICATES], ARGS(arg_uuid_or_null(signing_key_id), arg_uuid_or_null(page->before), arg_int(page->limit)), page->limit, items, more, err);
}

int
keys_certificate(struct tx *tx, const struct uuid *id, json_t **item, struct buf *der, struct err *err)
{
	struct rows *rows = NULL;
	json_t *found = NULL;
	int rc = -1;

	if (tx_query_one(tx, &keys_queries[Q_CERTIFICATE], ARGS(arg_uuid(id)), FAIL_NOT_FOUND, "there is no such certificate", &rows, err) == -1)
		return -1;
	if (row_json(rows, 0, 0, &found, err) == 0 && row_bytes(rows, 0, 1, der, err) == 0) {
		*item = found;
		found = NULL;
		rc = 0;
	}
	json_decref(found);
	rows_free(rows);
	return rc;
}

int
keys_csca_certificates(struct tx *tx, keys_see_der *see, void *arg, struct err *err)
{
	struct rows *rows = NULL;
	struct buf der = BUF_INIT;
	int rc = 0;

	if (tx_query(tx, &keys_queries[Q_CSCA], ARGS(arg_int(CSCA_MOST)), &rows, err) == -1)
		return -1;
	for (size_t i = 0; i < rows_count(rows) && rc == 0; i++) {
		buf_cut(&der, 0);
		rc = row_bytes(rows, i, 1, &der, err);
		if (rc == 0)
			rc = see(arg, row_text(rows, i, 0), bytes_of(&der), err);
	}
	buf_clear(&der);
	rows_free(rows);
	return rc;
}

int
keys_revocations(struct tx *tx, const struct keys_page *page, json_t **items, bool *more, struct err *err)
{
	return all_json(tx, &keys_queries[Q_REVOCATIONS], ARGS(arg_uuid_or_null(page->before), arg_int(page->limit)), page->limit, items, more, err);
}

int
keys_crls(struct tx *tx, const struct keys_page *page, json_t **items, bool *more, struct err *err)
{
	return all_json(tx, &keys_queries[Q_CRLS], ARGS(arg_uuid_or_null(page->before), arg_int(page->limit)), page->limit, items, more, err);
}

int
keys_crl_newest(struct tx *tx, struct crl_newest *crl, struct err *err)
{
	struct crl_newest found = { 0 };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &keys_queries[Q_CRL_NEWEST], NULL, 0, FAIL_INTERNAL, "no row", &rows, err) == -1)
		return -1;
	found.number = row_int(rows, 0, 1);
	found.this_update = row_int(rows, 0, 2);
	found.next_update = row_int(rows, 0, 3);
	found.oldest_unlisted = row_int(rows, 0, 5);
	if (row_uuid_optional(rows, 0, 0, &found.id, err) == 0 && row_bytes(rows, 0, 4, &found.der, err) == 0) {
		*crl = found;
		found.der = BUF_INIT;
		rc = 0;
	}
	buf_clear(&found.der);
	rows_free(rows);
	return rc;
}

int
keys_lists(struct tx *tx, const char *kind, const struct keys_page *page, json_t **items, bool *more, struct err *err)
{
	return all_json(tx, &keys_queries[Q_LISTS], ARGS(arg_text(kind), arg_uuid_or_null(page->before), arg_int(page->limit)), page->limit, items, more, err);
}

int
keys_list_newest(struct tx *tx, const char *kind, struct buf *cms, int64_t *signed_at, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, &keys_queries[Q_LIST_NEWEST], ARGS(arg_text(kind)), FAIL_NOT_FOUND, "no such list was signed yet", &rows, err) == -1)
		return -1;
	*signed_at = row_int(rows, 0, 1);
	rc = row_bytes(rows, 0, 0, cms, err);
	rows_free(rows);
	return rc;
}

int
keys_due(struct tx *tx, int64_t now, json_t **due, struct err *err)
{
	bool more;

	return all_json(tx, &keys_queries[Q_DUE], ARGS(arg_int(now)), UINT32_MAX, due, &more, err);
}

int
keys_alarms(struct tx *tx, unsigned limit, json_t **alarms, struct err *err)
{
	bool more;

	return all_json(tx, &keys_queries[Q_ALARMS], ARGS(arg_int(limit)), limit, alarms, &more, err);
}

int
keys_retire(struct tx *tx, const struct uuid *signing_key_id, const char *cause, int64_t at, struct err *err)
{
	return tx_later(tx, &keys_signer_queries[S_RETIRE], ARGS(arg_uuid(signing_key_id), arg_text(cause), arg_int(at)), -1, NULL, err);
}

int
keys_tally(struct tx *tx, const struct uuid *certificate_id, int64_t made, int64_t recorded, int64_t from_at, int64_t to_at, struct err *err)
{
	return tx_later(tx, &keys_signer_queries[S_TALLY], ARGS(arg_uuid(certificate_id), arg_int(made), arg_int(recorded), arg_int(from_at), arg_int(to_at)), 1, "the tally was not kept", err);
}
