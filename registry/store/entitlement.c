#include "registry/store/entitlement.h"

#include "registry/base/json.h"

enum { Q_KINDS,
	Q_ASK,
	Q_CONSENT,
	Q_INTERVIEW,
	Q_DESIGNATE,
	Q_END };
const struct query entitlement_queries[] = {
	[Q_KINDS] = { "document_kinds_read",
		"SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(k)) ORDER BY k.mrz_form DESC, k.code), '[]')::text FROM document_kind k" },
	[Q_ASK] = { "entitlement_read",
		"SELECT coalesce(jsonb_agg(x.j) FILTER (WHERE x.holds_at = 'application'), '[]')::text,"
		" coalesce(jsonb_agg(x.j) FILTER (WHERE x.holds_at = 'approval'), '[]')::text"
		" FROM (SELECT r.holds_at, jsonb_build_object('code', e.code, 'rule', r.rule, 'detail', e.detail) AS j"
		"  FROM entitlement($1, $2, $3, $4, $5::date, $6::uuid) e JOIN entitlement_rule r ON r.code = e.code ORDER BY r.place, e.detail) x" },
	[Q_CONSENT] = { "consent_add",
		"INSERT INTO application_consent (id, application_id, guardian_person_id, relation, reference, officer_id)"
		" SELECT $1, $2, u.person_id, $4, $5, $6 FROM person_uin u WHERE u.uin = $3 RETURNING id" },
	[Q_INTERVIEW] = { "interview_add",
		"INSERT INTO application_interview (id, application_id, taken_by, outcome, notes, officer_id)"
		" SELECT $1, a.id, a.officer_id, $3, $4, $5 FROM application a WHERE a.id = $2" },
	[Q_DESIGNATE] = { "designation_add",
		"INSERT INTO person_designation (id, person_id, document_type, reference, ends_on, officer_id) VALUES ($1, $2, $3, $4, $5::date, $6)" },
	[Q_END] = { "designation_end",
		"INSERT INTO person_designation (id, person_id, document_type, reference, ends_id, officer_id)"
		" SELECT $2, p.person_id, p.document_type, $3, p.id, $4 FROM person_designation p WHERE p.id = $1 AND p.ends_id IS NULL RETURNING id" },
	{ NULL, NULL }
};

int
document_kinds_read(struct tx *tx, json_t **kinds, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, &entitlement_queries[Q_KINDS], NULL, 0, FAIL_INTERNAL, "document kinds: no answer", &rows, err) == -1)
		return -1;
	rc = row_json(rows, 0, 0, kinds, err);
	rows_free(rows);
	return rc;
}

int
entitlement_read(struct tx *tx, const struct entitlement_question *q, json_t **bars, json_t **wants, struct err *err)
{
	json_t *found[2] = { NULL, NULL };
	struct rows *rows = NULL;
	char day[DATE_TEXT];
	int rc = -1;

	if (tx_query_one(tx, &entitlement_queries[Q_ASK], ARGS(arg_uuid(&q->person_id), arg_text(q->document_type), arg_text(q->reason), arg_text(q->state), arg_text(date_format(q->today, day)), arg_uuid_or_null(&q->application_id)), FAIL_INTERNAL,
		    "entitlement: no answer", &rows, err) == -1)
		return -1;
	if (row_json(rows, 0, 0, &found[0], err) == 0 && row_json(rows, 0, 1, &found[1], err) == 0) {
		*bars = found[0];
		*wants = found[1];
		found[0] = found[1] = NULL;
		rc = 0;
	}
	json_decref(found[0]);
	json_decref(found[1]);
	rows_free(rows);
	return rc;
}

int
consent_add(struct tx *tx, const struct consent_new *c, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &entitlement_queries[Q_CONSENT], ARGS(arg_uuid(&c->id), arg_uuid(&c->application_id), arg_text(c->guardian_uin), arg_text(c->relation), arg_text(c->reference), arg_uuid(&c->officer_id)), FAIL_NOT_FOUND,
		    "no person has the guardian's number", &rows, err) == -1)
		return -1;
	rows_free(rows);
	return 0;
}

int
interview_add(struct tx *tx, const struct interview_new *i, struct err *err)
{
	if (tx_later(tx, &entitlement_queries[Q_INTERVIEW], ARGS(arg_uuid(&i->id), arg_uuid(&i->application_id), arg_text(i->outcome), arg_text(i->notes), arg_uuid(&i->officer_id)), 1,
		    "there is no such application", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
designation_add(struct tx *tx, const struct designation_new *d, struct err *err)
{
	char day[DATE_TEXT];

	if (tx_later(tx, &entitlement_queries[Q_DESIGNATE], ARGS(arg_uuid(&d->id), arg_uuid(&d->person_id), arg_text(d->document_type), arg_text(d->reference), arg_text(d->ends_on.precision == DATE_DAY ? date_format(d->ends_on, day) : NULL), arg_uuid(&d->officer_id)), 1,
		    "the designation was not written", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
designation_end(struct tx *tx, const struct uuid *id, const struct uuid *row_id, const char *reference, const struct uuid *officer_id, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &entitlement_queries[Q_END], ARGS(arg_uuid(id), arg_uuid(row_id), arg_text(reference), arg_uuid(officer_id)), FAIL_NOT_FOUND, "there is no such designation", &rows, err) == -1)
		return -1;
	rows_free(rows);
	return 0;
}
