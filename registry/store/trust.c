#include "registry/store/trust.h"

#include <stdio.h>
#include <string.h>

#include "registry/base/json.h"

#define AT_UTC(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
#define HEX(column)    "encode(" column ", 'hex')"

enum { Q_FILE,
	Q_IMPORT,
	Q_OBJECTS,
	Q_ITEMS,
	Q_DECIDE,
	Q_READ,
	Q_LIST,
	Q_CERTIFICATES,
	Q_CERTIFICATE,
	Q_TRUST,
	Q_STATES,
	Q_DUE };
/* clang-format off */
#define IMPORT \
	"jsonb_build_object('id', i.id, 'state', s.state, 'source', i.source, 'officer_id', i.officer_id, 'file_sha256', " HEX("i.file_sha256") "," \
	" 'file_octets', (SELECT octet_length(f.content) FROM trust_file f WHERE f.sha256 = i.file_sha256), 'created_at', " AT_UTC("i.created_at") "," \
	" 'summary', i.summary, 'counts', (SELECT jsonb_build_object('new', count(*) FILTER (WHERE t.change = 'new')," \
	" 'known', count(*) FILTER (WHERE t.change = 'known'), 'gone', count(*) FILTER (WHERE t.change = 'gone')," \
	" 'left_out', count(*) FILTER (WHERE NOT t.is_taken AND t.change <> 'gone')) FROM trust_import_item t WHERE t.import_id = i.id))"
/* $2 of both: the linked ones */
#define STANDING "CASE WHEN c.standing = 'held' AND " HEX("c.sha256") " IN (SELECT jsonb_array_elements_text($2::jsonb)) THEN 'linked' ELSE c.standing END"
#define CERTIFICATE \
	"jsonb_build_object('id', c.id, 'sha256', " HEX("c.sha256") ", 'country', c.country, 'subject', c.subject, 'is_root', c.is_root," \
	" 'valid_from', " AT_UTC("c.valid_from") ", 'valid_to', " AT_UTC("c.valid_to") ", 'departures', c.departures, 'state', c.state," \
	" 'standing', " STANDING ", 'created_at', " AT_UTC("c.created_at") ")"
/* The newest verified list of a kind, or where there is none the newest. */
#define NEWEST(kind) \
	" LEFT JOIN LATERAL (SELECT l.*, o.valid_to FROM trust_list l JOIN trust_object o ON o.sha256 = l.sha256" \
	" WHERE l.kind = '" kind "' AND l.country = k.country ORDER BY l.is_verified DESC, l.dated_at DESC LIMIT 1) "

const struct query trust_queries[] = {
	[Q_FILE] = { "trust_file",
		"INSERT INTO trust_file (sha256, content) VALUES ($1, $2) ON CONFLICT DO NOTHING" },
	[Q_IMPORT] = { "trust_import",
		"INSERT INTO trust_import (id, officer_id, source, file_sha256, summary) VALUES ($1, $2, $3, $4, $5::jsonb)" },
	[Q_OBJECTS] = { "trust_objects",
		"INSERT INTO trust_object (sha256, kind, der, country, subject, authority, valid_from, valid_to, is_root, departures)"
		" SELECT decode(x.sha256, 'hex'), x.kind, decode(x.der, 'hex'), x.country, x.subject, decode(x.authority, 'hex'), to_timestamp(x.valid_from),"
		" to_timestamp(x.valid_to), x.is_root, x.departures FROM json_to_recordset($1::json) AS x(sha256 text, kind text, der text, country text,"
		" subject text, authority text, valid_from bigint, valid_to bigint, is_root boolean, departures int) ON CONFLICT DO NOTHING" },
	[Q_ITEMS] = { "trust_items",
		"INSERT INTO trust_import_item (import_id, position, sha256, change, place, list_sha256, issuer, is_verified, is_taken, why)"
		" SELECT $2, x.position, decode(x.sha256, 'hex'), x.change, x.place, decode(x.list, 'hex'), x.issuer, x.verified, x.taken, x.why"
		" FROM json_to_recordset($1::json) AS x(position int, sha256 text, change text, place text, list text, issuer text, verified boolean,"
		" taken boolean, why text)" },
	[Q_DECIDE] = { "trust_import_decide",
		"INSERT INTO trust_import_decision (import_id, proposed_by, event, officer_id, reason)"
		" SELECT i.id, i.officer_id, $2, $3, $4 FROM trust_import i WHERE i.id = $1 RETURNING id" },
	[Q_READ] = { "trust_import_read",
		"SELECT (" IMPORT " || jsonb_build_object('decisions', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('event', d.event,"
		" 'officer_id', d.officer_id, 'reason', d.reason, 'to_state', d.to_state, 'created_at', " AT_UTC("d.created_at") ")) ORDER BY d.seq), '[]')"
		" FROM trust_import_decision d WHERE d.import_id = i.id))"
		" || CASE WHEN $2::boolean THEN jsonb_build_object('items', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('kind', o.kind, 'sha256', " HEX("o.sha256") ", 'country', o.country,"
		" 'subject', o.subject, 'is_root', o.is_root, 'valid_from', " AT_UTC("o.valid_from") ", 'valid_to', " AT_UTC("o.valid_to") ","
		" 'departures', o.departures, 'change', t.change, 'place', t.place, 'list_sha256', " HEX("t.list_sha256") ", 'issuer', t.issuer,"
		" 'is_verified', t.is_verified, 'is_taken', t.is_taken, 'why', t.why, 'certificate_id', c.id)) ORDER BY t.position), '[]')"
		" FROM trust_import_item t JOIN trust_object o ON o.sha256 = t.sha256 LEFT JOIN trust_certificate c ON c.sha256 = t.sha256"
		" WHERE t.import_id = i.id)) ELSE '{}' END)::text"
		" FROM trust_import i JOIN current_state s ON s.subject_id = i.id WHERE i.id = $1" },
	[Q_LIST] = { "trust_imports",
		"SELECT " IMPORT "::text FROM trust_import i JOIN current_state s ON s.subject_id = i.id WHERE ($1::text IS NULL OR s.state = $1)"
		" AND ($2::uuid IS NULL OR (i.created_at, i.id) < (SELECT b.created_at, b.id FROM trust_import b WHERE b.id = $2))"
		" ORDER BY i.created_at DESC, i.id DESC LIMIT $3::int + 1" },
	[Q_CERTIFICATES] = { "trust_certificates",
		"SELECT " CERTIFICATE "::text FROM trust_standing c WHERE ($1::text IS NULL OR c.country = $1)"
		" AND ($3::text IS NULL OR $3 = " STANDING ")"
		" AND ($4::uuid IS NULL OR (c.country, c.subject, c.id) > (SELECT b.country, b.subject, b.id FROM trust_standing b WHERE b.id = $4))"
		" ORDER BY c.country, c.subject, c.id LIMIT $5::int + 1" },
	[Q_CERTIFICATE] = { "trust_certificate",
		"SELECT (" CERTIFICATE " || jsonb_build_object('provenance', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object("
		" 'import_id', p.import_id, 'source', p.source, 'file_sha256', " HEX("p.file_sha256") ", 'place', p.place, 'list_sha256', " HEX("p.list_sha256") ","
		" 'list_country', p.list_country, 'list_signed_at', " AT_UTC("p.list_signed_at") ", 'proposed_by', p.proposed_by, 'accepted_by', p.accepted_by,"
		" 'accepted_at', " AT_UTC("p.accepted_at") ")) ORDER BY p.accepted_at, p.place), '[]') FROM trust_provenance p WHERE p.certificate_id = c.id),"
		" 'decisions', (SELECT coalesce(jsonb_agg(jsonb_build_object('event', d.event, 'officer_id', d.officer_id, 'statement', d.statement,"
		" 'to_state', d.to_state, 'created_at', " AT_UTC("d.created_at") ") ORDER BY d.seq), '[]') FROM trust_decision d WHERE d.certificate_id = c.id)))::text,"
		" o.der FROM trust_standing c JOIN trust_object o ON o.sha256 = c.sha256 WHERE c.id = $1" },
	[Q_TRUST] = { "trust_decide",
		"INSERT INTO trust_decision (certificate_id, event, officer_id, statement, fingerprint) SELECT c.id, $2, $3, $4, $5 FROM trust_certificate c WHERE c.id = $1"
		" RETURNING to_state" },
	[Q_STATES] = { "trust_states",
		"SELECT jsonb_strip_nulls(jsonb_build_object('country', k.country, 'certificates', k.certificates, 'trusted', k.trusted, 'distrusted', k.distrusted,"
		" 'master_list', CASE WHEN m.id IS NOT NULL THEN jsonb_build_object('sha256', " HEX("m.sha256") ", 'signed_at', " AT_UTC("m.dated_at") ","
		"  'age_days', floor(extract(epoch FROM now() - m.dated_at) / 86400)::int, 'is_verified', m.is_verified) END,"
		" 'deviation_list', CASE WHEN v.id IS NOT NULL THEN jsonb_build_object('sha256', " HEX("v.sha256") ", 'signed_at', " AT_UTC("v.dated_at") ","
		"  'age_days', floor(extract(epoch FROM now() - v.dated_at) / 86400)::int, 'is_verified', v.is_verified) END,"
		" 'crl', CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('sha256', " HEX("r.sha256") ", 'this_update', " AT_UTC("r.dated_at") ","
		"  'next_update', " AT_UTC("r.valid_to") ", 'is_late', coalesce(r.valid_to, r.dated_at + interval '90 days') < now(), 'is_verified', r.is_verified) END))::text"
		" FROM (SELECT c.country, count(c.id) AS certificates, count(c.id) FILTER (WHERE c.standing = 'trusted') AS trusted,"
		"  count(c.id) FILTER (WHERE c.standing = 'distrusted') AS distrusted"
		"  FROM (SELECT country, id, standing FROM trust_standing UNION ALL SELECT DISTINCT country, NULL::uuid, NULL FROM trust_list) c GROUP BY c.country) k"
		NEWEST("master_list") "m ON true" NEWEST("deviation_list") "v ON true" NEWEST("crl") "r ON true ORDER BY k.country" },
	[Q_DUE] = { "trust_due",
		"SELECT jsonb_strip_nulls(jsonb_build_object('what', d.what, 'kind', 'trust', 'due_at', " AT_UTC("d.due_at") ","
		" 'is_late', d.due_at <= to_timestamp($1::bigint), 'detail', d.detail, 'import_id', d.import_id, 'trust_certificate_id', d.certificate_id))::text FROM ("
		"SELECT 'import' AS what, s.changed_at + interval '7 days' AS due_at, 'a proposal waits for another officer' AS detail, s.subject_id AS import_id,"
		" NULL::uuid AS certificate_id FROM current_state s WHERE s.machine = 'trust_import' AND s.state = 'proposed'"
		" UNION ALL "
		"SELECT 'confirmation', s.changed_at + interval '7 days', 'a certificate waits for the confirmation of a second officer', NULL, s.subject_id"
		" FROM current_state s WHERE s.machine = 'trust' AND s.state IN ('confirmed', 'reconfirmed')"
		" UNION ALL "
		"SELECT 'distrust', s.changed_at + interval '1 day', 'one officer distrusts a certificate, a second one decides', NULL, s.subject_id"
		" FROM current_state s WHERE s.machine = 'trust' AND s.state IN ('doubted', 'contested')"
		" UNION ALL "
		"SELECT 'foreign_crl', max(coalesce(o.valid_to, l.dated_at + interval '90 days')), 'the CRL of ' || l.country || ' ends', NULL, NULL"
		" FROM trust_list l JOIN trust_object o ON o.sha256 = l.sha256 WHERE l.kind = 'crl' AND l.is_verified GROUP BY l.country, l.authority"
		" HAVING max(coalesce(o.valid_to, l.dated_at + interval '90 days')) < to_timestamp($1::bigint) + interval '2 days') d ORDER BY d.due_at" },
	{ NULL, NULL }
};
/* clang-format on */

/* ---- proposals ---- */

static json_t *
hex_json(struct bytes octets)
{
	struct buf hex = BUF_INIT;
	json_t *text;

	buf_hex(&hex, octets);
	text = hex.failed ? NULL : json_string(buf_cstr(&hex));
	buf_clear(&hex);
	return text;
}

static int
append(json_t *array, json_t *item, struct err *err)
{
	if (item == NULL || json_array_append_new(array, item) == -1)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	return 0;
}

static json_t *
object_json(const struct trust_item *i)
{
	json_t *o = json_pack("{s:o, s:s, s:s, s:s, s:o, s:I, s:b, s:i}", "sha256", hex_json(BYTES(i->sha256, SHA256_LEN)), "kind", i->kind, "country",
		i->country, "subject", i->subject, "authority", hex_json(i->authority), "valid_from", (json_int_t)i->valid_from, "is_root", i->is_root,
		"departures", (int)i->departures);

	if (o != NULL && i->der.n > 0)
		json_object_set_new(o, "der", hex_json(i->der));
	if (o != NULL && i->has_valid_to)
		json_object_set_new(o, "valid_to", json_integer((json_int_t)i->valid_to));
	return o;
}

static json_t *
item_json(const struct trust_item *i, size_t position)
{
	return json_pack("{s:I, s:o, s:s, s:s, s:o?, s:s, s:b, s:b, s:s?}", "position", (json_int_t)position, "sha256", hex_json(BYTES(i->sha256, SHA256_LEN)),
		"change", i->change, "place", i->place, "list", i->is_in_list ? hex_json(BYTES(i->list_sha256, SHA256_LEN)) : NULL, "issuer", i->issuer,
		"verified", i->is_verified, "taken", i->is_taken, "why", i->why);
}

/* Objects that may be new, and all items, as the JSON texts of the two statements. */
static int
items_text(const struct trust_proposal *p, struct buf *objects, struct buf *items, struct err *err)
{
	json_t *o = json_array(), *t = json_array();
	int rc = -1;

	for (size_t i = 0; i < p->n; i++) {
		const struct trust_item *item = &p->item[i];

		if (strcmp(item->change, "new") == 0 && append(o, object_json(item), err) == -1)
			goto out;
		if (append(t, item_json(item, i), err) == -1)
			goto out;
	}
	if (json_text(o, objects, err) == 0 && json_text(t, items, err) == 0)
		rc = 0;
out:
	json_decref(o);
	json_decref(t);
	return rc;
}

static int
decide_later(struct tx *tx, const struct uuid *id, const char *event, const struct uuid *officer_id, const char *reason, struct err *err)
{
	return tx_later(tx, &trust_queries[Q_DECIDE], ARGS(arg_uuid(id), arg_text(event), arg_uuid(officer_id), arg_text(reason)), 1, "there is no such import",
		err);
}

int
trust_propose(struct tx *tx, const struct trust_proposal *p, struct err *err)
{
	struct buf objects = BUF_INIT, items = BUF_INIT, summary = BUF_INIT;
	uint8_t digest[SHA256_LEN];
	int rc = -1;

	if (p->n > TRUST_ITEMS_MAX)
		return err_set(err, FAIL_TOO_LARGE, "the file has %zu certificates and lists, at most %d are looked at in one import", p->n, TRUST_ITEMS_MAX);
	sha256(p->file, digest);
	if (items_text(p, &objects, &items, err) == -1 || json_text(p->summary, &summary, err) == -1)
		goto out;
	if (tx_later(tx, &trust_queries[Q_FILE], ARGS(arg_bytes(BYTES(digest, sizeof(digest))), arg_bytes(p->file)), -1, NULL, err) == -1 ||
		tx_later(tx, &trust_queries[Q_IMPORT], ARGS(arg_uuid(&p->id), arg_uuid(&p->officer_id), arg_text(p->source), arg_bytes(BYTES(digest, sizeof(digest))), arg_text(buf_cstr(&summary))), 1, "import was not stored", err) == -1 ||
		tx_later(tx, &trust_queries[Q_OBJECTS], ARGS(arg_text(buf_cstr(&objects))), -1, NULL, err) == -1 ||
		tx_later(tx, &trust_queries[Q_ITEMS], ARGS(arg_text(buf_cstr(&items)), arg_uuid(&p->id)), (int)p->n, "the proposal was not stored", err) == -1 ||
		decide_later(tx, &p->id, "propose", &p->officer_id, NULL, err) == -1)
		goto out;
	rc = tx_flush(tx, err);
out:
	buf_clear(&objects);
	buf_clear(&items);
	buf_clear(&summary);
	return rc;
}

int
trust_import_decide(struct tx *tx, const struct uuid *id, const char *event, const struct uuid *officer_id, const char *reason, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &trust_queries[Q_DECIDE], ARGS(arg_uuid(id), arg_text(event), arg_uuid(officer_id), arg_text(reason)), FAIL_NOT_FOUND,
		    "there is no such import", &rows, err) == -1)
		return -1;
	rows_free(rows);
	return 0;
}

int
trust_import_read(struct tx *tx, const struct uuid *id, bool with_items, json_t **import, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, &trust_queries[Q_READ], ARGS(arg_uuid(id), arg_bool(with_items)), FAIL_NOT_FOUND, "there is no such import", &rows, err) == -1)
		return -1;
	rc = row_json(rows, 0, 0, import, err);
	rows_free(rows);
	return rc;
}

int
trust_imports(struct tx *tx, const char *state, const struct uuid *before, unsigned limit, json_t **items, bool *more, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query(tx, &trust_queries[Q_LIST], ARGS(arg_text(state), arg_uuid_or_null(before), arg_int(limit)), &rows, err) == -1)
		return -1;
	rc = rows_json_list(rows, 0, limit, items, more, err);
	rows_free(rows);
	return rc;
}

/* ---- certificates ---- */

static int
linked_text(const json_t *linked, struct buf *text, struct err *err)
{
	if (linked != NULL)
		return json_text(linked, text, err);
	buf_str(text, "[]");
	return buf_check(text, err);
}

int
trust_certificates(struct tx *tx, const struct trust_filter *f, json_t **items, bool *more, struct err *err)
{
	struct buf linked = BUF_INIT;
	struct rows *rows = NULL;
	int rc = -1;

	if (linked_text(f->linked, &linked, err) == 0 &&
		tx_query(tx, &trust_queries[Q_CERTIFICATES], ARGS(arg_text(f->country), arg_text(buf_cstr(&linked)), arg_text(f->standing), arg_uuid_or_null(f->after), arg_int(f->limit)), &rows, err) == 0)
		rc = rows_json_list(rows, 0, f->limit, items, more, err);
	rows_free(rows);
	buf_clear(&linked);
	return rc;
}

int
trust_certificate_read(struct tx *tx, const struct uuid *id, const json_t *linked, json_t **item, struct buf *der, struct err *err)
{
	struct buf text = BUF_INIT;
	struct rows *rows = NULL;
	json_t *found = NULL;
	int rc = -1;

	if (linked_text(linked, &text, err) == 0 &&
		tx_query_one(tx, &trust_queries[Q_CERTIFICATE], ARGS(arg_uuid(id), arg_text(buf_cstr(&text))), FAIL_NOT_FOUND, "there is no such certificate", &rows, err) == 0 &&
		row_json(rows, 0, 0, &found, err) == 0 && row_bytes(rows, 0, 1, der, err) == 0) {
		*item = found;
		found = NULL;
		rc = 0;
	}
	json_decref(found);
	rows_free(rows);
	buf_clear(&text);
	return rc;
}

int
trust_certificate_decide(struct tx *tx, const struct uuid *id, const char *event, const struct uuid *officer_id, const char *statement,
	const uint8_t *fingerprint, char state[16], struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &trust_queries[Q_TRUST], ARGS(arg_uuid(id), arg_text(event), arg_uuid(officer_id), arg_text(statement), fingerprint == NULL ? arg_null() : arg_bytes(BYTES(fingerprint, SHA256_LEN))), FAIL_NOT_FOUND,
		    "there is no such certificate", &rows, err) == -1)
		return -1;
	if (state != NULL)
		snprintf(state, 16, "%s", row_text(rows, 0, 0));
	rows_free(rows);
	return 0;
}

int
trust_states(struct tx *tx, json_t **states, struct err *err)
{
	struct rows *rows = NULL;
	bool more;
	int rc;

	if (tx_query(tx, &trust_queries[Q_STATES], NULL, 0, &rows, err) == -1)
		return -1;
	rc = rows_json_list(rows, 0, 1000, states, &more, err);
	rows_free(rows);
	return rc;
}

static void
insert_due(json_t *due, json_t *item)
{
	const char *at = json_string_value(json_object_get(item, "due_at")), *other;
	size_t i = json_array_size(due);

	while (i > 0 && (other = json_string_value(json_object_get(json_array_get(due, i - 1), "due_at"))) != NULL && strcmp(other, at) > 0)
		i--;
	json_array_insert(due, i, item);
}

int
trust_due(struct tx *tx, int64_t now, json_t *due, struct err *err)
{
	struct rows *rows = NULL;
	json_t *items = NULL, *item;
	bool more;
	size_t i;
	int rc;

	if (tx_query(tx, &trust_queries[Q_DUE], ARGS(arg_int(now)), &rows, err) == -1)
		return -1;
	rc = rows_json_list(rows, 0, 1000, &items, &more, err);
	json_array_foreach (items, i, item)
		insert_due(due, item);
	json_decref(items);
	rows_free(rows);
	return rc;
}
