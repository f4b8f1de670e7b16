#include "registry/store/ceremony.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/base/json.h"

#define AT_UTC(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

const char *const ceremony_kind_names[] = { "founding", "generate", "certify", "activate", "crl", "revoke", "retire", "erase", "rollover",
	"name_change", "master_list", "deviation_list", "rule", NULL };

enum { Q_KEY,
	Q_ASK,
	Q_DECIDE,
	Q_STATE,
	Q_READ,
	Q_OFFICERS,
	Q_PAYLOAD,
	Q_LIST,
	Q_READY,
	Q_RULES };
/* clang-format off */
#define AGREED(c) \
	"(SELECT count(DISTINCT o.id) FROM officer o JOIN officer_role r ON r.officer_id = o.id AND r.role = 'pki_officer'" \
	" WHERE o.is_active AND (o.id = " c ".officer_id OR o.id IN (SELECT d.officer_id FROM ceremony_decision d" \
	" WHERE d.ceremony_id = " c ".id AND d.event = 'approve' AND d.officer_id <> " c ".officer_id)))"
#define NEEDED(c) "coalesce((SELECT r.officers FROM current_ceremony_rule r WHERE r.kind = " c ".kind), 2)"

const struct query ceremony_queries[] = {
	[Q_KEY] = { "ceremony_key",
		"INSERT INTO signing_key (id, kind, token_label, key_label, algorithm, is_offline)"
		" SELECT $1, $2, $3, $2 || '-' || (1 + count(*)), $4, CASE WHEN $5::boolean THEN true END FROM signing_key WHERE kind = $2" },
	[Q_ASK] = { "ceremony_ask",
		"INSERT INTO ceremony (id, kind, officer_id, signing_key_id, certificate_id, parameters, payload, reason, not_before, not_after)"
		" VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, to_timestamp($9::bigint), to_timestamp($10::bigint))" },
	[Q_DECIDE] = { "ceremony_decide",
		"INSERT INTO ceremony_decision (ceremony_id, asked_by, event, officer_id, reason)"
		" SELECT c.id, c.officer_id, $2, $3, $4 FROM ceremony c WHERE c.id = $1" },
	[Q_STATE] = { "ceremony_state",
		"SELECT state FROM current_state WHERE subject_id = $1 AND machine = 'ceremony'" },
	[Q_READ] = { "ceremony_read",
		"SELECT jsonb_strip_nulls(jsonb_build_object('id', c.id, 'kind', c.kind, 'state', s.state, 'officer_id', c.officer_id,"
		" 'signing_key_id', c.signing_key_id, 'certificate_id', c.certificate_id, 'payload_sha256', encode(sha256(c.payload), 'hex'),"
		" 'reason', c.reason, 'not_before', " AT_UTC("c.not_before") ", 'not_after', " AT_UTC("c.not_after") ","
		" 'created_at', " AT_UTC("c.created_at") ", 'officers', " NEEDED("c") ", 'agreed', " AGREED("c") ","
		" 'key', (SELECT jsonb_build_object('kind', k.kind, 'state', ks.state, 'token_label', k.token_label, 'key_label', k.key_label,"
		"  'algorithm', k.algorithm, 'is_offline', coalesce(k.is_offline, false)) FROM signing_key k"
		"  LEFT JOIN current_state ks ON ks.subject_id = k.id WHERE k.id = c.signing_key_id),"
		" 'request', (SELECT jsonb_build_object('sha256', encode(r.sha256, 'hex'), 'created_at', " AT_UTC("r.created_at") ")"
		"  FROM ceremony_request r WHERE r.ceremony_id = c.id),"
		" 'decisions', (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('event', d.event, 'officer_id', d.officer_id, 'reason', d.reason,"
		"  'to_state', d.to_state, 'created_at', " AT_UTC("d.created_at") ")) ORDER BY d.seq) FROM ceremony_decision d"
		"  WHERE d.ceremony_id = c.id))) || jsonb_build_object('parameters', c.parameters)"
		" || coalesce((SELECT jsonb_build_object('execution', jsonb_strip_nulls(jsonb_build_object('officer_id', e.officer_id,"
		"  'at', " AT_UTC("e.at") ", 'token_label', e.token_label, 'token_serial', e.token_serial, 'created_at', " AT_UTC("e.created_at") "))"
		"  || jsonb_build_object('result', e.result)) FROM ceremony_execution e WHERE e.ceremony_id = c.id), '{}')"
		" FROM ceremony c JOIN current_state s ON s.subject_id = c.id WHERE c.id = $1" },
	[Q_OFFICERS] = { "ceremony_officers",
		"SELECT jsonb_build_object('officer_id', o.id, 'login', o.login, 'name', o.name, 'did', x.did)::text FROM"
		" (SELECT y.officer_id, jsonb_agg(y.event ORDER BY y.seq) AS did, min(y.seq) AS first FROM"
		"  (SELECT officer_id, event, seq FROM ceremony_decision WHERE ceremony_id = $1 AND event <> 'suffice'"
		"   UNION ALL SELECT officer_id, event, seq FROM ceremony_execution WHERE ceremony_id = $1 AND officer_id IS NOT NULL) y"
		"  GROUP BY y.officer_id) x JOIN officer o ON o.id = x.officer_id ORDER BY x.first" },
	[Q_PAYLOAD] = { "ceremony_payload",
		"SELECT payload FROM ceremony WHERE id = $1" },
	[Q_LIST] = { "ceremony_list",
		"SELECT jsonb_strip_nulls(jsonb_build_object('id', c.id, 'kind', c.kind, 'state', s.state, 'officer_id', c.officer_id,"
		" 'signing_key_id', c.signing_key_id, 'certificate_id', c.certificate_id, 'reason', c.reason,"
		" 'not_before', " AT_UTC("c.not_before") ", 'not_after', " AT_UTC("c.not_after") ", 'created_at', " AT_UTC("c.created_at") ","
		" 'officers', " NEEDED("c") ", 'agreed', " AGREED("c") ", 'key_label', k.key_label, 'key_kind', k.kind,"
		" 'executed_at', (SELECT " AT_UTC("e.at") " FROM ceremony_execution e WHERE e.ceremony_id = c.id)))::text"
		" FROM ceremony c JOIN current_state s ON s.subject_id = c.id LEFT JOIN signing_key k ON k.id = c.signing_key_id"
		" WHERE ($1::text IS NULL OR s.state = $1 OR ($1 = 'pending' AND s.state IN ('asked', 'approved')))"
		" AND ($2::text IS NULL OR c.kind = $2) AND ($3::uuid IS NULL OR c.signing_key_id = $3"
		"  OR c.certificate_id IN (SELECT x.id FROM certificate x WHERE x.signing_key_id = $3))"
		" AND ($4::uuid IS NULL OR (c.created_at, c.id) < (SELECT b.created_at, b.id FROM ceremony b WHERE b.id = $4))"
		" ORDER BY c.created_at DESC, c.id DESC LIMIT $5::int + 1" },
	[Q_READY] = { "ceremony_ready",
		"SELECT c.id FROM ceremony c JOIN current_state s ON s.subject_id = c.id AND s.state = 'approved'"
		" LEFT JOIN signing_key k ON k.id = c.signing_key_id LEFT JOIN key_standing t ON t.id = k.id"
		" WHERE (c.not_before IS NULL OR c.not_before <= to_timestamp($1::bigint)) AND (c.not_after IS NULL OR c.not_after > to_timestamp($1::bigint))"
		" AND NOT coalesce(k.is_offline AND c.kind IN ('generate', 'erase', 'rollover', 'name_change'), false)"
		" AND NOT (c.kind IN ('certify', 'crl') AND coalesce((SELECT q.is_offline FROM signing_key q"
		"  JOIN current_state qs ON qs.subject_id = q.id AND qs.machine = 'key' AND qs.state = 'active' JOIN certificate x ON x.signing_key_id = q.id"
		"  AND x.profile IS DISTINCT FROM 'link' WHERE q.kind = 'csca' ORDER BY x.not_before DESC, x.created_at DESC, x.id DESC LIMIT 1), false))"
		" AND CASE WHEN c.kind IN ('generate', 'rollover', 'name_change') THEN t.state = 'approved'"
		"  WHEN c.kind = 'certify' THEN t.state IN ('generated', 'active')"
		"  WHEN c.kind = 'activate' THEN t.state = 'generated' AND t.certificate_id IS NOT NULL"
		"   AND (t.kind <> 'csca' OR t.not_before + interval '2 days' <= to_timestamp($1::bigint))"
		"  WHEN c.kind = 'retire' THEN t.state IN ('generated', 'active')"
		"  WHEN c.kind = 'erase' THEN t.state IN ('retired', 'compromised')"
		"  WHEN c.kind = 'crl' THEN NOT EXISTS (SELECT FROM crl l WHERE l.this_update + interval '48 hours' > to_timestamp($1::bigint))"
		"  ELSE true END"
		" ORDER BY c.created_at, c.id LIMIT $2" },
	[Q_RULES] = { "ceremony_rules",
		"SELECT jsonb_build_object('ceremonies', (SELECT jsonb_agg(jsonb_build_object('kind', kind, 'officers', officers, 'version', version)"
		" ORDER BY kind) FROM current_ceremony_rule), 'keys', (SELECT jsonb_agg(jsonb_build_object('kind', kind, 'use_days', use_days,"
		" 'max_signatures', max_signatures, 'lead_days', lead_days, 'version', version) ORDER BY kind) FROM current_key_rule))::text" },
	{ NULL, NULL }
};
/* clang-format on */

/* ---- officers ---- */

int
ceremony_ask(struct tx *tx, const struct ceremony_new *c, struct err *err)
{
	struct buf parameters = BUF_INIT;
	int rc = -1;

	if (c->parameters == NULL)
		buf_str(&parameters, "{}");
	else if (json_canonical(c->parameters, &parameters, err) == -1)
		goto out;
	if (c->key_kind != NULL && tx_later(tx, &ceremony_queries[Q_KEY], ARGS(arg_uuid(&c->signing_key_id), arg_text(c->key_kind), arg_text(c->token_label), arg_text(c->algorithm), arg_bool(c->is_offline)), 1, "the key is there already", err) == -1)
		goto out;
	if (tx_later(tx, &ceremony_queries[Q_ASK], ARGS(arg_uuid(&c->id), arg_text(ceremony_kind_names[c->kind]), arg_uuid(&c->officer_id), arg_uuid_or_null(&c->signing_key_id), arg_uuid_or_null(&c->certificate_id), arg_text(buf_cstr(&parameters)), c->payload.n > 0 ? arg_bytes(c->payload) : arg_null(), arg_text(c->reason), c->not_before != 0 ? arg_int(c->not_before) : arg_null(), c->not_after != 0 ? arg_int(c->not_after) : arg_null()), 1, "the ceremony is there already", err) == -1 ||
		tx_later(tx, &ceremony_queries[Q_DECIDE], ARGS(arg_uuid(&c->id), arg_text("ask"), arg_uuid(&c->officer_id), arg_null()), 1, "there is no such ceremony", err) == -1)
		goto out;
	rc = tx_flush(tx, err);
out:
	buf_clear(&parameters);
	return rc;
}

int
ceremony_decide(struct tx *tx, const struct uuid *id, const char *event, const struct uuid *officer_id, const char *reason,
	char state[16], struct err *err)
{
	struct rows *rows = NULL;

	if (tx_later(tx, &ceremony_queries[Q_DECIDE], ARGS(arg_uuid(id), arg_text(event), arg_uuid(officer_id), arg_text(reason)), 1,
		    "there is no such ceremony", err) == -1)
		return -1;
	if (state == NULL)
		return tx_flush(tx, err);
	if (tx_query_one(tx, &ceremony_queries[Q_STATE], ARGS(arg_uuid(id)), FAIL_NOT_FOUND, "there is no such ceremony", &rows, err) == -1)
		return -1;
	snprintf(state, 16, "%s", row_text(rows, 0, 0));
	rows_free(rows);
	return 0;
}

static int
one_json(struct tx *tx, const struct query *q, const struct uuid *id, json_t **json, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, q, ARGS(arg_uuid(id)), FAIL_NOT_FOUND, "there is no such ceremony", &rows, err) == -1)
		return -1;
	rc = row_json(rows, 0, 0, json, err);
	rows_free(rows);
	return rc;
}

int
ceremony_read(struct tx *tx, const struct uuid *id, json_t **ceremony, struct err *err)
{
	return one_json(tx, &ceremony_queries[Q_READ], id, ceremony, err);
}

int
ceremony_officers(struct tx *tx, const struct uuid *id, json_t **officers, struct err *err)
{
	struct rows *rows = NULL;
	bool more;
	int rc;

	if (tx_query(tx, &ceremony_queries[Q_OFFICERS], ARGS(arg_uuid(id)), &rows, err) == -1)
		return -1;
	rc = rows_json_list(rows, 0, 1000, officers, &more, err);
	rows_free(rows);
	return rc;
}

int
ceremony_payload(struct tx *tx, const struct uuid *id, struct buf *payload, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, &ceremony_queries[Q_PAYLOAD], ARGS(arg_uuid(id)), FAIL_NOT_FOUND, "there is no such ceremony", &rows, err) == -1)
		return -1;
	rc = row_is_null(rows, 0, 0) ? err_set(err, FAIL_NOT_FOUND, "the ceremony is not about a list") : row_bytes(rows, 0, 0, payload, err);
	rows_free(rows);
	return rc;
}

int
ceremony_list(struct tx *tx, const struct ceremony_filter *f, json_t **items, bool *more, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query(tx, &ceremony_queries[Q_LIST], ARGS(arg_text(f->state), arg_text(f->kind), arg_uuid_or_null(f->signing_key_id), arg_uuid_or_null(f->before), arg_int(f->limit)), &rows, err) == -1)
		return -1;
	rc = rows_json_list(rows, 0, f->limit, items, more, err);
	rows_free(rows);
	return rc;
}

int
ceremony_ready(struct tx *tx, int64_t now, struct uuid *ids, size_t room, size_t *n, struct err *err)
{
	struct rows *rows = NULL;
	int rc = 0;

	if (tx_query(tx, &ceremony_queries[Q_READY], ARGS(arg_int(now), arg_int((int64_t)room)), &rows, err) == -1)
		return -1;
	for (size_t i = 0; i < rows_count(rows) && rc == 0; i++)
		rc = row_uuid(rows, i, 0, &ids[i], err);
	if (rc == 0)
		*n = rows_count(rows);
	rows_free(rows);
	return rc;
}

int
ceremony_rules(struct tx *tx, json_t **rules, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, &ceremony_queries[Q_RULES], NULL, 0, FAIL_INTERNAL, "there are no rules", &rows, err) == -1)
		return -1;
	rc = row_json(rows, 0, 0, rules, err);
	rows_free(rows);
	return rc;
}
