#include "registry/store/correction.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/base/json.h"
#include "registry/store/civil-local.h"

enum { Q_EVIDENCE,
	Q_EVIDENCE_FILE,
	Q_EVIDENCE_READ,
	Q_ATTACHED,
	Q_PROPOSE,
	Q_DECIDE,
	Q_READ,
	Q_VERSION,
	Q_KEYS,
	Q_CORRECT };
#define EVIDENCE_JSON \
	"coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', e.id, 'kind', e.kind, 'reference', e.reference, 'issued_on', e.issued_on," \
	" 'media_type', e.media_type, 'correction_id', e.correction_id, 'officer_id', e.officer_id, 'created_at', " AT_UTC("e.created_at") ")) ORDER BY e.created_at, e.id), '[]')::text"
const struct query correction_queries[] = {
	[Q_EVIDENCE] = { "correction_evidence",
		"INSERT INTO act_evidence (id, act_id, correction_id, kind, reference, issued_on, media_type, sealed_sha256, officer_id)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $7::text IS NULL THEN NULL ELSE sha256($8::bytea) END, $9)" },
	[Q_EVIDENCE_FILE] = { "correction_evidence_file",
		"INSERT INTO act_evidence_file (evidence_id, sealed) VALUES ($1, $2)" },
	[Q_EVIDENCE_READ] = { "correction_evidence_read",
		"SELECT e.media_type, f.sealed FROM act_evidence e JOIN act_evidence_file f ON f.evidence_id = e.id WHERE e.act_id = $1 AND e.id = $2" },
	[Q_ATTACHED] = { "correction_attached",
		"SELECT (SELECT " EVIDENCE_JSON " FROM act_evidence e WHERE e.act_id = $1),"
		" (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'state', s.state, 'is_key', c.is_key, 'legal_basis', c.legal_basis, 'officer_id',"
		"  c.officer_id, 'created_at', " AT_UTC("c.created_at") ") ORDER BY c.created_at, c.id), '[]')::text"
									"  FROM act_correction c JOIN current_state s ON s.subject_id = c.id WHERE c.act_id = $1),"
									" (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', a.id, 'kind', a.kind, 'state', s.state, 'number', r.number)) ORDER BY a.created_at,"
									"  a.id), '[]')::text FROM act a JOIN current_state s ON s.subject_id = a.id LEFT JOIN act_registration r ON r.act_id = a.id"
									"  WHERE a.about_act_id = $1 AND s.state IN ('registered', 'annulled')),"
									" (SELECT late_days FROM act_version WHERE act_id = $1 AND version = 1),"
									" (SELECT coalesce(jsonb_object_agg(o.id, o.name), '{}')::text FROM officer o WHERE o.id IN (SELECT officer_id FROM act_decision WHERE act_id = $1"
									"  UNION SELECT officer_id FROM act_version WHERE act_id = $1 UNION SELECT officer_id FROM duplicate_override WHERE act_id = $1"
									"  UNION SELECT d.officer_id FROM act_correction c JOIN act_correction_decision d ON d.correction_id = c.id WHERE c.act_id = $1))" },
	[Q_PROPOSE] = { "correction_propose",
		"INSERT INTO act_correction (id, act_id, act_version_id, changes, is_key, legal_basis, officer_id)"
		" VALUES ($1, $2, $3, $4::text::jsonb, false, $5, $6)" },
	[Q_DECIDE] = { "correction_decide",
		"INSERT INTO act_correction_decision (correction_id, proposed_by, event, officer_id, reason) VALUES ($1, $2, $3, $4, $5)" },
	[Q_READ] = { "correction_read",
		"SELECT c.act_version_id, c.officer_id, s.state, c.is_key, " AT_UTC("c.created_at") ", c.legal_basis, c.changes::text,"
												    " (SELECT " EVIDENCE_JSON " FROM act_evidence e WHERE e.correction_id = c.id),"
												    " (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('event', event, 'officer_id', officer_id, 'reason', reason, 'from_state', from_state,"
												    "  'to_state', to_state, 'decided_at', " AT_UTC("created_at") ")) ORDER BY seq)::text FROM act_correction_decision WHERE correction_id = c.id)"
																				  " FROM act_correction c JOIN current_state s ON s.subject_id = c.id WHERE c.id = $1 AND c.act_id = $2" },
	[Q_VERSION] = { "correction_version",
		"INSERT INTO act_version (id, act_id, version, officer_id, content, correction_id) VALUES ($1, $2, $3, $4, $5::text::jsonb, $6)" },
	[Q_KEYS] = { "correction_keys",
		"INSERT INTO act_match_key (k, act_id) SELECT k, $1 FROM unnest($2::text::bigint[]) k ON CONFLICT DO NOTHING" },
	[Q_CORRECT] = { "correction_correct",
		"INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id, correction_id) VALUES ($1, $2, $3, 'correct', $4, $5)" },
	{ NULL, NULL }
};

/* ---- evidence ---- */

int
act_evidence_add(struct tx *tx, const struct act_evidence *e, struct err *err)
{
	char day[DATE_TEXT];

	if (tx_later(tx, &correction_queries[Q_EVIDENCE],
		    ARGS(arg_uuid(&e->id), arg_uuid(&e->act_id), arg_uuid_or_null(&e->correction_id), arg_text(e->kind), arg_text(e->reference),
			    arg_text(e->issued_on.precision == DATE_UNKNOWN ? NULL : date_format(e->issued_on, day)), arg_text(e->media_type),
			    e->media_type == NULL ? arg_null() : arg_bytes(e->sealed), arg_uuid(&e->officer_id)),
		    -1, NULL, err) == -1)
		return -1;
	if (e->media_type == NULL)
		return 0;
	return tx_later(tx, &correction_queries[Q_EVIDENCE_FILE], ARGS(arg_uuid(&e->id), arg_bytes(e->sealed)), -1, NULL, err);
}

int
act_evidence_file(struct tx *tx, const struct uuid *act_id, const struct uuid *evidence_id, char media_type[32], struct buf *sealed, struct err *err)
{
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &correction_queries[Q_EVIDENCE_READ], ARGS(arg_uuid(act_id), arg_uuid(evidence_id)), FAIL_NOT_FOUND,
		    "the act has no such file", &rows, err) == 0) {
		snprintf(media_type, 32, "%s", row_text(rows, 0, 0));
		rc = row_bytes(rows, 0, 1, sealed, err);
	}
	rows_free(rows);
	return rc;
}

void
act_attached_clear(struct act_attached *a)
{
	json_decref(a->evidence);
	json_decref(a->corrections);
	json_decref(a->about);
	json_decref(a->officers);
	*a = (struct act_attached){ 0 };
}

int
act_attached_read(struct tx *tx, const struct uuid *act_id, struct act_attached *a, struct err *err)
{
	struct act_attached made = { 0 };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &correction_queries[Q_ATTACHED], ARGS(arg_uuid(act_id)), &rows, err) == -1 || row_json(rows, 0, 0, &made.evidence, err) == -1 ||
		row_json(rows, 0, 1, &made.corrections, err) == -1 || row_json(rows, 0, 2, &made.about, err) == -1 ||
		row_json(rows, 0, 4, &made.officers, err) == -1)
		goto out;
	made.late_days = (int)row_int(rows, 0, 3);
	*a = made;
	made = (struct act_attached){ 0 };
	rc = 0;
out:
	act_attached_clear(&made);
	rows_free(rows);
	return rc;
}

/* ---- corrections ---- */

void
correction_clear(struct correction *c)
{
	free(c->legal_basis);
	json_decref(c->changes);
	json_decref(c->evidence);
	json_decref(c->decisions);
	*c = (struct correction){ 0 };
}

int
correction_propose(struct tx *tx, const struct correction *c, struct err *err)
{
	struct buf changes = BUF_INIT;
	int rc = -1;

	if (json_text(c->changes, &changes, err) == 0 &&
		tx_later(tx, &correction_queries[Q_PROPOSE],
			ARGS(arg_uuid(&c->id), arg_uuid(&c->act_id), arg_uuid(&c->act_version_id), arg_string(bytes_of(&changes)), arg_text(c->legal_basis),
				arg_uuid(&c->officer_id)),
			-1, NULL, err) == 0)
		rc = correction_decide(tx, c, "propose", &c->officer_id, NULL, err);
	buf_wipe(&changes);
	return rc;
}

int
correction_read(struct tx *tx, const struct uuid *act_id, const struct uuid *id, struct correction *c, struct err *err)
{
	struct correction made = { .id = *id, .act_id = *act_id };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &correction_queries[Q_READ], ARGS(arg_uuid(id), arg_uuid(act_id)), FAIL_NOT_FOUND, "the act has no correction of this id", &rows, err) == -1)
		return -1;
	if (row_uuid(rows, 0, 0, &made.act_version_id, err) == -1 || row_uuid(rows, 0, 1, &made.officer_id, err) == -1 ||
		row_copy(rows, 0, 5, &made.legal_basis, err) == -1 || row_json(rows, 0, 6, &made.changes, err) == -1 ||
		row_json(rows, 0, 7, &made.evidence, err) == -1 || row_json(rows, 0, 8, &made.decisions, err) == -1)
		goto out;
	snprintf(made.state, sizeof(made.state), "%s", row_text(rows, 0, 2));
	made.is_key = row_bool(rows, 0, 3);
	snprintf(made.created_at, sizeof(made.created_at), "%s", row_text(rows, 0, 4));
	*c = made;
	made = (struct correction){ 0 };
	rc = 0;
out:
	correction_clear(&made);
	rows_free(rows);
	return rc;
}

int
correction_decide(struct tx *tx, const struct correction *c, const char *event, const struct uuid *officer_id, const char *reason, struct err *err)
{
	return tx_later(tx, &correction_queries[Q_DECIDE],
		ARGS(arg_uuid(&c->id), arg_uuid(&c->officer_id), arg_text(event), arg_uuid(officer_id), arg_text(reason)), -1, NULL, err);
}

int
correction_accept(struct tx *tx, const struct correction *c, struct act *act, const struct act_next_version *next, const struct uuid *officer_id,
	struct err *err)
{
	struct buf keys = BUF_INIT;
	struct uuid version;
	int rc = -1;

	if (uuid_new(&version, err) == -1 || act_keys_text(next->key, next->nkey, &keys, err) == -1 ||
		correction_decide(tx, c, "accept", officer_id, NULL, err) == -1 ||
		tx_later(tx, &correction_queries[Q_VERSION],
			ARGS(arg_uuid(&version), arg_uuid(&act->id), arg_int(act->version + 1), arg_uuid(officer_id), arg_string(next->content), arg_uuid(&c->id)), -1,
			NULL, err) == -1 ||
		act_parties_add(tx, &version, next->party, next->nparty, err) == -1 ||
		tx_later(tx, &correction_queries[Q_KEYS], ARGS(arg_uuid(&act->id), arg_string(bytes_of(&keys))), -1, NULL, err) == -1 ||
		tx_later(tx, &correction_queries[Q_CORRECT],
			ARGS(arg_uuid(&act->id), arg_uuid(&act->officer_id), arg_uuid(&version), arg_uuid(officer_id), arg_uuid(&c->id)), -1, NULL, err) == -1 ||
		act_announce(tx, "act.corrected", &act->id, err) == -1)
		goto out;
	act->version_id = version;
	act->version++;
	rc = 0;
out:
	buf_clear(&keys);
	return rc;
}
