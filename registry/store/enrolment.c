#include "registry/store/enrolment.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/base/digest.h"
#include "registry/base/json.h"

const char *const evidence_kind_names[] = { "act", "exemption", "document", "guardian", NULL };

enum { Q_BIRTH_BASIS,
	Q_OPEN_LOCK,
	Q_OPEN,
	Q_DECIDE,
	Q_EVIDENCE,
	Q_PORTRAIT,
	Q_PORTRAIT_IMAGE,
	Q_PORTRAIT_READ,
	Q_READ,
	Q_LIST,
	Q_UIN_ADD,
	Q_IDENTITY,
	Q_IDENTITY_BY_UIN,
	Q_EXEMPTION };
const struct query enrolment_queries[] = {
	[Q_BIRTH_BASIS] = { "enrolment_birth_basis",
		/* the names are those of the newest registered change of name, when there is one: all of them, none stays from before */
		"SELECT r.act_id, r.person_id, r.number, s.state = 'registered', d.person_id IS NOT NULL, CASE WHEN n.names IS NULL THEN v.content"
		"  ELSE jsonb_set(v.content, '{child}', (v.content->'child') - ARRAY['primary_name', 'secondary_name', 'name_local', 'mrz_primary', 'mrz_secondary'] || n.names) END::text, p.name"
		" FROM act_registration r JOIN current_state s ON s.subject_id = r.act_id"
		" JOIN LATERAL (SELECT content FROM act_version WHERE act_id = r.act_id ORDER BY version DESC LIMIT 1) v ON true"
		" LEFT JOIN LATERAL (SELECT w.content->'new_names' AS names FROM act a JOIN act_registration c ON c.act_id = a.id JOIN current_state t ON t.subject_id = a.id"
		"  AND t.state = 'registered', LATERAL (SELECT content FROM act_version WHERE act_id = a.id ORDER BY version DESC LIMIT 1) w"
		"  WHERE a.about_act_id = r.act_id AND a.kind = 'name_change' ORDER BY c.created_at DESC, a.id DESC LIMIT 1) n ON true"
		" LEFT JOIN deceased d ON d.person_id = r.person_id"
		" LEFT JOIN place p ON p.code = v.content->'child'->>'place_of_birth'"
		" WHERE r.number = $1 AND r.kind = 'birth'" },
	/* Two counters that open for one person at once meet here: the second waits, and then sees the first's. */
	[Q_OPEN_LOCK] = { "enrolment_open_lock",
		"SELECT pg_advisory_xact_lock(hashtextextended('enrolment ' || $1, 0))" },
	[Q_OPEN] = { "enrolment_open",
		"INSERT INTO enrolment (id, person_id, office_id, officer_id)"
		" SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM enrolment e JOIN current_state s ON s.subject_id = e.id"
		" WHERE e.person_id = $2 AND s.state IN ('open', 'examined'))" },
	[Q_DECIDE] = { "enrolment_decide",
		"INSERT INTO enrolment_decision (id, enrolment_id, opened_by, event, officer_id, reason, proposal)"
		" SELECT $1, e.id, e.officer_id, $3, $4, $5, $6::jsonb FROM enrolment e WHERE e.id = $2" },
	[Q_EVIDENCE] = { "enrolment_evidence",
		"INSERT INTO evidence (id, enrolment_id, person_id, kind, act_id, exemption_id, guardian_person_id, description, officer_id)"
		" SELECT $1, e.id, e.person_id, $3, $4, $5, $6, $7::jsonb, $8 FROM enrolment e"
		" JOIN current_state s ON s.subject_id = e.id WHERE e.id = $2 AND s.state = 'open'" },
	[Q_PORTRAIT] = { "enrolment_portrait",
		"INSERT INTO portrait (id, enrolment_id, width, height, sealed_sha256, officer_id)"
		" SELECT $1, e.id, $3, $4, $5, $6 FROM enrolment e JOIN current_state s ON s.subject_id = e.id"
		" WHERE e.id = $2 AND s.state = 'open'" },
	[Q_PORTRAIT_IMAGE] = { "enrolment_portrait_image",
		"INSERT INTO portrait_image (portrait_id, sealed) VALUES ($1, $2)" },
	[Q_PORTRAIT_READ] = { "enrolment_portrait_read",
		"SELECT sealed FROM portrait_image WHERE portrait_id = $1" },
	[Q_READ] = { "enrolment_read",
		"SELECT e.id, e.person_id, e.office_id, e.officer_id, s.state, to_char(e.created_at AT TIME ZONE 'UTC',"
		" 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),"
		" (SELECT p.id FROM portrait p WHERE p.enrolment_id = e.id ORDER BY p.created_at DESC, p.id DESC LIMIT 1),"
		" (SELECT v.id FROM evidence v WHERE v.enrolment_id = e.id AND v.is_basis ORDER BY v.created_at, v.id LIMIT 1),"
		" u.uin,"
		" (SELECT d.proposal::text FROM enrolment_decision d WHERE d.enrolment_id = e.id AND d.event = 'examine' ORDER BY d.seq DESC LIMIT 1),"
		" (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', v.id, 'kind', v.kind, 'act_id', v.act_id, 'act_number', r.number,"
		"  'exemption_id', v.exemption_id, 'guardian_person_id', v.guardian_person_id, 'description', v.description,"
		"  'officer_id', v.officer_id, 'created_at', v.created_at)) ORDER BY v.created_at, v.id), '[]')::text"
		"  FROM evidence v LEFT JOIN act_registration r ON r.act_id = v.act_id WHERE v.enrolment_id = e.id),"
		" (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('event', d.event, 'officer_id', d.officer_id, 'reason', d.reason,"
		"  'from_state', d.from_state, 'to_state', d.to_state, 'created_at', d.created_at)) ORDER BY d.seq), '[]')::text"
		"  FROM enrolment_decision d WHERE d.enrolment_id = e.id)"
		" FROM enrolment e JOIN current_state s ON s.subject_id = e.id LEFT JOIN person_uin u ON u.person_id = e.person_id"
		" WHERE e.id = $1" },
	[Q_LIST] = { "enrolment_list",
		"SELECT jsonb_build_object('id', e.id, 'person_id', e.person_id, 'office_id', e.office_id, 'state', s.state,"
		" 'officer_id', e.officer_id, 'created_at', to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'))::text"
		" FROM enrolment e JOIN current_state s ON s.subject_id = e.id"
		" WHERE e.office_id = $1 AND ($2::text IS NULL OR s.state = $2)"
		" AND ($3::timestamptz IS NULL OR (e.created_at, e.id) > ($3, $4::uuid))"
		" ORDER BY e.created_at, e.id LIMIT $5" },
	[Q_UIN_ADD] = { "enrolment_uin_add",
		"INSERT INTO person_uin (person_id, uin) VALUES ($1, $2)" },
	[Q_IDENTITY] = { "enrolment_identity",
		"INSERT INTO identity_version (id, person_id, version, enrolment_id, verification_id, evidence_id, portrait_id, uin, primary_name,"
		" secondary_name, name_local, mrz_primary, mrz_secondary, mrz_override_reason, sex, date_of_birth, place_of_birth, nationality, officer_id)"
		" SELECT $1, $2, 1 + coalesce((SELECT max(version) FROM identity_version WHERE person_id = $2), 0),"
		" $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18 RETURNING version" },
	[Q_IDENTITY_BY_UIN] = { "enrolment_identity_by_uin",
		"SELECT (jsonb_strip_nulls(to_jsonb(c) - 'salt' - 'enrolment_state' - 'evidence_is_basis' - 'verification_event') ||"
		" jsonb_build_object('holds', c.enrolment_state = 'verified', 'is_deceased', d.person_id IS NOT NULL))::text"
		" FROM person_uin u JOIN current_identity c ON c.person_id = u.person_id LEFT JOIN deceased d ON d.person_id = u.person_id"
		" WHERE u.uin = $1" },
	[Q_EXEMPTION] = { "enrolment_exemption",
		"INSERT INTO evidence_exemption (id, person_id, reason, officer_id, second_officer_id) VALUES ($1, $2, $3, $4, $5)" },
	{ NULL, NULL }
};

int
birth_basis_read(struct tx *tx, const char *act_number, struct birth_basis *basis, struct err *err)
{
	struct birth_basis found = { 0 };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &enrolment_queries[Q_BIRTH_BASIS], ARGS(arg_text(act_number)), FAIL_NOT_FOUND, "no registered birth has this number", &rows, err) == -1)
		return -1;
	if (row_uuid(rows, 0, 0, &found.act_id, err) == -1 || row_uuid(rows, 0, 1, &found.person_id, err) == -1 ||
		row_copy(rows, 0, 2, &found.number, err) == -1 || row_json(rows, 0, 5, &found.content, err) == -1 ||
		row_copy(rows, 0, 6, &found.place, err) == -1)
		goto out;
	found.is_registered = row_bool(rows, 0, 3);
	found.is_deceased = row_bool(rows, 0, 4);
	*basis = found;
	found = (struct birth_basis){ 0 };
	rc = 0;
out:
	birth_basis_clear(&found);
	rows_free(rows);
	return rc;
}

void
birth_basis_clear(struct birth_basis *basis)
{
	free_wiped(basis->number);
	free_wiped(basis->place);
	json_decref(basis->content);
	*basis = (struct birth_basis){ 0 };
}

int
enrolment_open(struct tx *tx, const struct uuid *id, const struct uuid *person_id, const struct uuid *office_id,
	const struct uuid *officer_id, struct err *err)
{
	struct uuid decision;
	char person[UUID_TEXT];

	if (uuid_new(&decision, err) == -1)
		return -1;
	if (tx_later(tx, &enrolment_queries[Q_OPEN_LOCK], ARGS(arg_text(uuid_format(person_id, person))), -1, NULL, err) == -1 ||
		tx_later(tx, &enrolment_queries[Q_OPEN], ARGS(arg_uuid(id), arg_uuid(person_id), arg_uuid(office_id), arg_uuid(officer_id)), 1,
			"this person has an enrolment that is not decided yet", err) == -1 ||
		tx_later(tx, &enrolment_queries[Q_DECIDE], ARGS(arg_uuid(&decision), arg_uuid(id), arg_text("open"), arg_uuid(officer_id), arg_null(), arg_null()), 1,
			"enrolment was not opened", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

static int
json_argument(const json_t *value, struct buf *text, struct err *err)
{
	return value == NULL ? 0 : json_text(value, text, err);
}

int
evidence_add(struct tx *tx, const struct evidence *e, struct err *err)
{
	struct buf description = BUF_INIT;
	int rc = -1;

	if (json_argument(e->description, &description, err) == 0)
		rc = tx_later(tx, &enrolment_queries[Q_EVIDENCE], ARGS(arg_uuid(&e->id), arg_uuid(&e->enrolment_id), arg_text(evidence_kind_names[e->kind]), arg_uuid_or_null(&e->act_id), arg_uuid_or_null(&e->exemption_id), arg_uuid_or_null(&e->guardian_person_id), e->description == NULL ? arg_null() : arg_text(buf_cstr(&description)), arg_uuid(&e->officer_id)), 1,
			"the enrolment takes no more evidence", err);
	buf_wipe(&description);
	return rc;
}

int
portrait_add(struct tx *tx, const struct portrait *p, struct err *err)
{
	uint8_t digest[SHA256_LEN];

	sha256(p->sealed, digest);
	if (tx_later(tx, &enrolment_queries[Q_PORTRAIT], ARGS(arg_uuid(&p->id), arg_uuid(&p->enrolment_id), arg_int(p->width), arg_int(p->height), arg_bytes(BYTES(digest, sizeof(digest))), arg_uuid(&p->officer_id)), 1, "the enrolment takes no more portraits", err) == -1)
		return -1;
	return tx_later(tx, &enrolment_queries[Q_PORTRAIT_IMAGE], ARGS(arg_uuid(&p->id), arg_bytes(p->sealed)), 1, "portrait was not stored", err);
}

int
portrait_read(struct tx *tx, const struct uuid *portrait_id, struct buf *sealed, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, &enrolment_queries[Q_PORTRAIT_READ], ARGS(arg_uuid(portrait_id)), FAIL_NOT_FOUND, "there is no such portrait", &rows, err) == -1)
		return -1;
	rc = row_bytes(rows, 0, 0, sealed, err);
	rows_free(rows);
	return rc;
}

int
enrolment_read(struct tx *tx, const struct uuid *id, struct enrolment *e, struct err *err)
{
	struct enrolment found = { 0 };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &enrolment_queries[Q_READ], ARGS(arg_uuid(id)), FAIL_NOT_FOUND, "there is no such enrolment", &rows, err) == -1)
		return -1;
	snprintf(found.state, sizeof(found.state), "%s", row_text(rows, 0, 4));
	snprintf(found.created_at, sizeof(found.created_at), "%s", row_text(rows, 0, 5));
	if (row_uuid(rows, 0, 0, &found.id, err) == -1 || row_uuid(rows, 0, 1, &found.person_id, err) == -1 ||
		row_uuid(rows, 0, 2, &found.office_id, err) == -1 || row_uuid(rows, 0, 3, &found.officer_id, err) == -1 ||
		row_uuid_optional(rows, 0, 6, &found.portrait_id, err) == -1 || row_uuid_optional(rows, 0, 7, &found.basis_evidence_id, err) == -1 ||
		row_copy(rows, 0, 8, &found.uin, err) == -1 || row_json(rows, 0, 9, &found.proposal, err) == -1 ||
		row_json(rows, 0, 10, &found.evidence, err) == -1 || row_json(rows, 0, 11, &found.decisions, err) == -1)
		goto out;
	*e = found;
	found = (struct enrolment){ 0 };
	rc = 0;
out:
	enrolment_clear(&found);
	rows_free(rows);
	return rc;
}

void
enrolment_clear(struct enrolment *e)
{
	free_wiped(e->uin);
	json_decref(e->proposal);
	json_decref(e->evidence);
	json_decref(e->decisions);
	*e = (struct enrolment){ 0 };
}

int
enrolment_list(struct tx *tx, const struct uuid *office_id, const char *state, const char *after_at, const struct uuid *after_id,
	unsigned limit, json_t **items, bool *more, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query(tx, &enrolment_queries[Q_LIST], ARGS(arg_uuid(office_id), arg_text(state), arg_text(after_at), arg_uuid_or_null(after_id), arg_int(limit + 1)), &rows, err) == -1)
		return -1;
	rc = rows_json_list(rows, 0, limit, items, more, err);
	rows_free(rows);
	return rc;
}

int
enrolment_decide(struct tx *tx, const struct enrolment *e, const char *event, const struct uuid *officer_id, const char *reason,
	const json_t *proposal, struct uuid *id, struct err *err)
{
	struct buf text = BUF_INIT;
	struct uuid decision;
	int rc = -1;

	if (uuid_new(&decision, err) == -1 || json_argument(proposal, &text, err) == -1)
		goto out;
	if (tx_later(tx, &enrolment_queries[Q_DECIDE], ARGS(arg_uuid(&decision), arg_uuid(&e->id), arg_text(event), arg_uuid(officer_id), arg_text(reason), proposal == NULL ? arg_null() : arg_text(buf_cstr(&text))), 1, "there is no such enrolment", err) == -1 ||
		tx_flush(tx, err) == -1)
		goto out;
	*id = decision;
	rc = 0;
out:
	buf_wipe(&text);
	return rc;
}

int
person_uin_add(struct tx *tx, const struct uuid *person_id, const char *uin, struct err *err)
{
	return tx_later(tx, &enrolment_queries[Q_UIN_ADD], ARGS(arg_uuid(person_id), arg_text(uin)), 1, "the person has a number already", err);
}

int
identity_add(struct tx *tx, const struct identity *i, int *version, struct err *err)
{
	char birth[DATE_TEXT], sex[2] = { i->sex, '\0' };
	struct rows *rows = NULL;

	date_format(i->date_of_birth, birth);
	if (tx_query_one(tx, &enrolment_queries[Q_IDENTITY], ARGS(arg_uuid(&i->id), arg_uuid(&i->person_id), arg_uuid(&i->enrolment_id), arg_uuid(&i->verification_id), arg_uuid(&i->evidence_id), arg_uuid(&i->portrait_id), arg_text(i->uin), arg_text(i->primary_name), arg_text(i->secondary_name), arg_text(i->name_local), arg_text(i->mrz_primary), arg_text(i->mrz_secondary), arg_text(i->mrz_override_reason), arg_text(sex), birth[0] == '\0' ? arg_null() : arg_text(birth), arg_text(i->place_of_birth), arg_text(i->nationality), arg_uuid(&i->officer_id)), FAIL_INTERNAL, "identity was not stored", &rows, err) == -1)
		return -1;
	*version = (int)row_int(rows, 0, 0);
	rows_free(rows);
	return 0;
}

int
identity_by_uin(struct tx *tx, const char *uin, json_t **identity, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, &enrolment_queries[Q_IDENTITY_BY_UIN], ARGS(arg_text(uin)), FAIL_NOT_FOUND, "no person has this number", &rows, err) == -1)
		return -1;
	rc = row_json(rows, 0, 0, identity, err);
	rows_free(rows);
	return rc;
}

int
exemption_add(struct tx *tx, const struct uuid *id, const struct uuid *person_id, const char *reason, const struct uuid *officer_id,
	const struct uuid *second_officer_id, struct err *err)
{
	return tx_later(tx, &enrolment_queries[Q_EXEMPTION], ARGS(arg_uuid(id), arg_uuid(person_id), arg_text(reason), arg_uuid(officer_id), arg_uuid(second_officer_id)), 1, "exemption was not stored", err);
}
