#include "registry/store/application.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/base/json.h"

#define AT_UTC(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"

enum { Q_LOCK,
	Q_APPLICANT,
	Q_ADD,
	Q_VISA,
	Q_DECIDE,
	Q_READ,
	Q_LIST };
const struct query application_queries[] = {
	[Q_LOCK] = { "applicant_lock",
		"SELECT pg_advisory_xact_lock(hashtextextended('applicant ' || $1, 0))" },
	[Q_APPLICANT] = { "applicant_read",
		"SELECT u.person_id, c.id FROM person_uin u LEFT JOIN current_identity c ON c.person_id = u.person_id WHERE u.uin = $1" },
	[Q_ADD] = { "application_add",
		"INSERT INTO application (id, person_id, identity_version_id, office_id, document_type, reason, officer_id, issuing_state, is_urgent)"
		" SELECT $1, c.person_id, c.id, $4, $5, $6, $7, $8, nullif($9, false) FROM current_identity c"
		" WHERE c.person_id = $2 AND c.id = $3 AND c.enrolment_state = 'verified'" },
	[Q_VISA] = { "application_visa",
		"INSERT INTO application_visa (application_id, passport_number, entries, stay_days, officer_id) VALUES ($1, $2, $3, $4, $5)" },
	[Q_DECIDE] = { "application_decide",
		"INSERT INTO application_decision (id, application_id, taken_by, event, officer_id, reason)"
		" SELECT $1, a.id, a.officer_id, $3, $4, $5 FROM application a WHERE a.id = $2" },
	[Q_READ] = { "application_read",
		"SELECT a.id, a.person_id, a.identity_version_id, a.office_id, a.officer_id, a.document_type, a.reason, s.state, " AT_UTC("a.created_at") ","
																			  " jsonb_strip_nulls(jsonb_build_object('uin', i.uin, 'primary_name', i.primary_name, 'secondary_name', i.secondary_name,"
																			  "  'sex', i.sex, 'date_of_birth', i.date_of_birth, 'place_of_birth', i.place_of_birth, 'nationality', i.nationality))::text,"
																			  " (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('event', d.event, 'officer_id', d.officer_id, 'reason', d.reason,"
																			  "  'from_state', d.from_state, 'to_state', d.to_state, 'created_at', " AT_UTC("d.created_at") ")) ORDER BY d.seq), '[]')::text"
																															"  FROM application_decision d WHERE d.application_id = a.id),"
																															" (SELECT coalesce(jsonb_agg(jsonb_build_object('number', d.number, 'state', ds.state) ORDER BY d.created_at, d.id), '[]')::text"
																															"  FROM document d JOIN current_state ds ON ds.subject_id = d.id WHERE d.application_id = a.id),"
																															" (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', c.id, 'relation', c.relation, 'reference', c.reference, 'officer_id', c.officer_id,"
																															"  'created_at', " AT_UTC("c.created_at") ")) ORDER BY c.created_at, c.id), '[]')::text FROM application_consent c WHERE c.application_id = a.id),"
																																				  " (SELECT coalesce(jsonb_agg(jsonb_build_object('outcome', t.outcome, 'notes', t.notes, 'officer_id', t.officer_id,"
																																				  "  'created_at', " AT_UTC("t.created_at") ") ORDER BY t.created_at, t.id), '[]')::text FROM application_interview t WHERE t.application_id = a.id), coalesce(a.is_urgent, false),"
																																									    " (SELECT coalesce(jsonb_object_agg(o.id, o.name), '{}')::text FROM officer o WHERE o.id IN (SELECT d.officer_id FROM application_decision d WHERE d.application_id = a.id"
																																									    "  UNION SELECT c.officer_id FROM application_consent c WHERE c.application_id = a.id UNION SELECT t.officer_id FROM application_interview t WHERE t.application_id = a.id"
																																									    "  UNION SELECT r.officer_id FROM fee_receipt r WHERE r.application_id = a.id UNION SELECT w.officer_id FROM fee_waiver w WHERE w.application_id = a.id"
																																									    "  UNION SELECT f.officer_id FROM fee_refund f WHERE f.application_id = a.id)),"
																																									    " (SELECT jsonb_build_object('passport_number', v.passport_number, 'entries', v.entries, 'stay_days', v.stay_days)::text FROM application_visa v WHERE v.application_id = a.id)"
																																									    " FROM application a JOIN current_state s ON s.subject_id = a.id JOIN identity_version i ON i.id = a.identity_version_id"
																																									    " WHERE a.id = $1" },
	[Q_LIST] = { "application_list",
		"SELECT jsonb_strip_nulls(jsonb_build_object('id', a.id, 'office_id', a.office_id, 'state', s.state, 'document_type', a.document_type, 'is_urgent', coalesce(a.is_urgent, false),"
		" 'primary_name', i.primary_name, 'secondary_name', i.secondary_name,"
		" 'reason', a.reason, 'officer_id', a.officer_id, 'created_at', " AT_UTC("a.created_at") "))::text"
													 " FROM application a JOIN current_state s ON s.subject_id = a.id JOIN identity_version i ON i.id = a.identity_version_id"
													 " WHERE a.office_id = $1 AND ($2::text IS NULL OR s.state = $2)"
													 " AND ($3::timestamptz IS NULL OR (a.created_at, a.id) > ($3, $4::uuid))"
													 " ORDER BY a.created_at, a.id LIMIT $5" },
	{ NULL, NULL }
};

int
applicant_lock(struct tx *tx, const char *uin, struct err *err)
{
	return tx_later(tx, &application_queries[Q_LOCK], ARGS(arg_text(uin)), -1, NULL, err);
}

int
applicant_read(struct tx *tx, const char *uin, struct applicant *who, struct err *err)
{
	struct applicant found = { 0 };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &application_queries[Q_APPLICANT], ARGS(arg_text(uin)), FAIL_NOT_FOUND, "no person has this number", &rows, err) == -1)
		return -1;
	if (row_uuid(rows, 0, 0, &found.person_id, err) == 0 && row_uuid_optional(rows, 0, 1, &found.identity_version_id, err) == 0) {
		*who = found;
		rc = 0;
	}
	rows_free(rows);
	return rc;
}

int
application_decide(struct tx *tx, const struct uuid *id, const char *event, const struct uuid *officer_id, const char *reason,
	struct err *err)
{
	struct uuid decision;

	if (uuid_new(&decision, err) == -1)
		return -1;
	return tx_later(tx, &application_queries[Q_DECIDE], ARGS(arg_uuid(&decision), arg_uuid(id), arg_text(event), arg_uuid(officer_id), arg_text(reason)), 1,
		"there is no such application", err);
}

int
application_add(struct tx *tx, const struct application_new *a, struct err *err)
{
	if (tx_later(tx, &application_queries[Q_ADD], ARGS(arg_uuid(&a->id), arg_uuid(&a->person_id), arg_uuid(&a->identity_version_id), arg_uuid(&a->office_id), arg_text(a->document_type), arg_text(a->reason), arg_uuid(&a->officer_id), arg_text(a->issuing_state), arg_bool(a->is_urgent)), 1,
		    "the person may not apply any more", err) == -1 ||
		application_decide(tx, &a->id, "apply", &a->officer_id, NULL, err) == -1 ||
		(a->visa_passport != NULL && tx_later(tx, &application_queries[Q_VISA], ARGS(arg_uuid(&a->id), arg_text(a->visa_passport), arg_int(a->visa_entries), arg_int(a->visa_stay), arg_uuid(&a->officer_id)), 1, "the visa was not taken", err) == -1))
		return -1;
	return tx_flush(tx, err);
}

int
application_read(struct tx *tx, const struct uuid *id, struct application *a, struct err *err)
{
	struct application found = { 0 };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &application_queries[Q_READ], ARGS(arg_uuid(id)), FAIL_NOT_FOUND, "there is no such application", &rows, err) == -1)
		return -1;
	snprintf(found.document_type, sizeof(found.document_type), "%s", row_text(rows, 0, 5));
	snprintf(found.reason, sizeof(found.reason), "%s", row_text(rows, 0, 6));
	snprintf(found.state, sizeof(found.state), "%s", row_text(rows, 0, 7));
	snprintf(found.created_at, sizeof(found.created_at), "%s", row_text(rows, 0, 8));
	found.is_urgent = row_bool(rows, 0, 14);
	if (row_uuid(rows, 0, 0, &found.id, err) == -1 || row_uuid(rows, 0, 1, &found.person_id, err) == -1 ||
		row_uuid(rows, 0, 2, &found.identity_version_id, err) == -1 || row_uuid(rows, 0, 3, &found.office_id, err) == -1 ||
		row_uuid(rows, 0, 4, &found.officer_id, err) == -1 || row_json(rows, 0, 9, &found.holder, err) == -1 ||
		row_json(rows, 0, 10, &found.decisions, err) == -1 || row_json(rows, 0, 11, &found.documents, err) == -1 ||
		row_json(rows, 0, 12, &found.consents, err) == -1 || row_json(rows, 0, 13, &found.interviews, err) == -1 || row_json(rows, 0, 15, &found.officers, err) == -1 ||
		(!row_is_null(rows, 0, 16) && row_json(rows, 0, 16, &found.visa, err) == -1))
		goto out;
	*a = found;
	found = (struct application){ 0 };
	rc = 0;
out:
	application_clear(&found);
	rows_free(rows);
	return rc;
}

void
application_clear(struct application *a)
{
	json_decref(a->holder);
	json_decref(a->decisions);
	json_decref(a->documents);
	json_decref(a->consents);
	json_decref(a->interviews);
	json_decref(a->officers);
	json_decref(a->visa);
	*a = (struct application){ 0 };
}

int
application_list(struct tx *tx, const struct uuid *office_id, const char *state, const char *after_at, const struct uuid *after_id,
	unsigned limit, json_t **items, bool *more, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query(tx, &application_queries[Q_LIST], ARGS(arg_uuid(office_id), arg_text(state), arg_text(after_at), arg_uuid_or_null(after_id), arg_int((int64_t)limit + 1)), &rows, err) == -1)
		return -1;
	rc = rows_json_list(rows, 0, limit, items, more, err);
	rows_free(rows);
	return rc;
}
