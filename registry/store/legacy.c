#include "registry/store/legacy.h"

#include <stdio.h>

#include "registry/base/digest.h"
#include "registry/base/json.h"
#include "registry/store/civil-local.h"

/* clang-format off */
enum { Q_ENTRY, Q_DECIDE, Q_PROPOSE, Q_PROMOTE, Q_IMAGE, Q_IMAGE_FILE, Q_READ_FILE, Q_READ, Q_LIST, Q_GRADES };
const struct query legacy_queries[] = {
	[Q_ENTRY] = { "legacy_entry",
		"INSERT INTO legacy_act (id, office_id, kind, register, volume, page, entry, grade, place_code, event_on, original, officer_id)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::jsonb, $12)" },
	[Q_DECIDE] = { "legacy_decide",
		"INSERT INTO legacy_act_decision (legacy_act_id, imported_by, event, officer_id, reason) VALUES ($1, $2, $3, $4, $5)" },
	[Q_PROPOSE] = { "legacy_propose",
		"INSERT INTO legacy_act_decision (legacy_act_id, imported_by, event, officer_id, proposal) VALUES ($1, $2, 'propose', $3, $4::text::jsonb)" },
	[Q_PROMOTE] = { "legacy_promote",
		"INSERT INTO legacy_act_decision (legacy_act_id, imported_by, event, officer_id, image_id, compared, act_id)"
		" VALUES ($1, $2, 'promote', $3, $4, ARRAY(SELECT jsonb_array_elements_text($5::text::jsonb)), $6)" },
	[Q_IMAGE] = { "legacy_image",
		"INSERT INTO legacy_image (id, legacy_act_id, media_type, size, sha256, sealed_sha256, officer_id) VALUES ($1, $2, $3, $4, $5, $6, $7)" },
	[Q_IMAGE_FILE] = { "legacy_image_file",
		"INSERT INTO legacy_image_file (image_id, sealed) VALUES ($1, $2)" },
	[Q_READ_FILE] = { "legacy_read_file",
		"SELECT f.sealed, i.media_type FROM legacy_image i JOIN legacy_image_file f ON f.image_id = i.id WHERE i.legacy_act_id = $1 AND i.id = $2" },
	[Q_READ] = { "legacy_read",
		"SELECT l.id, l.office_id, l.officer_id, l.kind, s.state, p.officer_id, p.proposal::text, jsonb_strip_nulls(jsonb_build_object('id', l.id,"
		"  'office_id', l.office_id, 'kind', l.kind, 'state', s.state, 'register', l.register, 'volume', l.volume, 'page', l.page, 'entry', l.entry,"
		"  'grade', l.grade, 'place', l.place_code, 'event_on', l.event_on, 'original', l.original, 'imported_by', l.officer_id,"
		"  'created_at', " AT_UTC("l.created_at") ", 'proposal', p.proposal, 'to_compare', CASE WHEN p.proposal IS NOT NULL THEN to_jsonb(jsonb_leaves(p.proposal)) END, 'proposed_by', p.officer_id,"
		"  'returned', CASE WHEN s.state = 'imported' THEN (SELECT d.proposal FROM legacy_act_decision d WHERE d.legacy_act_id = l.id AND d.event = 'propose'"
		"    ORDER BY d.seq DESC LIMIT 1) END,"
		"  'act_id', a.act_id, 'act_number', r.number,"
		"  'images', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'media_type', i.media_type, 'size', i.size,"
		"    'sha256', encode(i.sha256, 'hex'), 'created_at', " AT_UTC("i.created_at") ") ORDER BY i.created_at, i.id), '[]') FROM legacy_image i"
		"    WHERE i.legacy_act_id = l.id),"
		"  'decisions', (SELECT jsonb_agg(jsonb_build_object('event', d.event, 'officer_id', d.officer_id, 'reason', d.reason,"
		"    'from_state', d.from_state, 'to_state', d.to_state, 'decided_at', " AT_UTC("d.created_at") ") ORDER BY d.seq)"
		"    FROM legacy_act_decision d WHERE d.legacy_act_id = l.id)))::text"
		" FROM legacy_act l JOIN current_state s ON s.subject_id = l.id"
		" LEFT JOIN LATERAL (SELECT officer_id, proposal FROM legacy_act_decision d WHERE d.legacy_act_id = l.id AND d.event = 'propose'"
		"  AND s.state IN ('proposed', 'promoted') ORDER BY d.seq DESC LIMIT 1) p ON true"
		" LEFT JOIN legacy_act_decision a ON a.legacy_act_id = l.id AND a.event = 'promote'"
		" LEFT JOIN act_registration r ON r.act_id = a.act_id WHERE l.id = $1" },
	[Q_LIST] = { "legacy_list",
		"SELECT jsonb_strip_nulls(jsonb_build_object('id', l.id, 'kind', l.kind, 'state', s.state, 'register', l.register, 'volume', l.volume,"
		" 'page', l.page, 'entry', l.entry, 'grade', l.grade, 'event_on', l.event_on,"
		" 'images', (SELECT count(*) FROM legacy_image i WHERE i.legacy_act_id = l.id)))::text"
		" FROM legacy_act l JOIN current_state s ON s.subject_id = l.id"
		" WHERE l.office_id = $1 AND ($2::text IS NULL OR l.grade = $2) AND ($3::text IS NULL OR s.state = $3) AND l.id > $4"
		" ORDER BY l.id LIMIT $5" },
	[Q_GRADES] = { "legacy_grades",
		"SELECT jsonb_agg(jsonb_build_object('name', name, 'may_promote', may_promote, 'description', description) ORDER BY rank)::text FROM provenance_grade" },
	{ NULL, NULL }
};
/* clang-format on */

int
legacy_import(struct tx *tx, const struct legacy_new *e, struct err *err)
{
	char day[DATE_TEXT];

	if (tx_later(tx, &legacy_queries[Q_ENTRY],
		    ARGS(arg_uuid(&e->id), arg_uuid(&e->office_id), arg_text(e->kind), arg_text(e->register_name), arg_text(e->volume), arg_text(e->page),
			    arg_text(e->entry), arg_text(e->grade), arg_text(e->place),
			    arg_text(e->event_on.precision == DATE_UNKNOWN ? NULL : date_format(e->event_on, day)), arg_string(e->original), arg_uuid(&e->officer_id)),
		    -1, NULL, err) == -1)
		return -1;
	return tx_later(tx, &legacy_queries[Q_DECIDE],
		ARGS(arg_uuid(&e->id), arg_uuid(&e->officer_id), arg_text(e->is_unreadable ? "import_unreadable" : "import"), arg_uuid(&e->officer_id), arg_null()),
		-1, NULL, err);
}

/* ---- images ---- */

int
legacy_image_add(struct tx *tx, const struct legacy_image *i, struct err *err)
{
	uint8_t plain[SHA256_LEN], sealed[SHA256_LEN];

	sha256(i->file, plain);
	sha256(i->sealed, sealed);
	if (tx_later(tx, &legacy_queries[Q_IMAGE],
		    ARGS(arg_uuid(&i->id), arg_uuid(&i->legacy_act_id), arg_text(i->media_type), arg_int((int64_t)i->file.n),
			    arg_bytes(BYTES(plain, sizeof(plain))), arg_bytes(BYTES(sealed, sizeof(sealed))), arg_uuid(&i->officer_id)),
		    -1, NULL, err) == -1)
		return -1;
	return tx_later(tx, &legacy_queries[Q_IMAGE_FILE], ARGS(arg_uuid(&i->id), arg_bytes(i->sealed)), -1, NULL, err);
}

int
legacy_image_file(struct tx *tx, const struct uuid *legacy_act_id, const struct uuid *image_id, char media_type[32], struct buf *sealed, struct err *err)
{
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &legacy_queries[Q_READ_FILE], ARGS(arg_uuid(legacy_act_id), arg_uuid(image_id)), FAIL_NOT_FOUND, "the entry has no such image", &rows, err) == 0 &&
		row_bytes(rows, 0, 0, sealed, err) == 0) {
		snprintf(media_type, 32, "%s", row_text(rows, 0, 1));
		rc = 0;
	}
	rows_free(rows);
	return rc;
}

/* ---- reading ---- */

void
legacy_clear(struct legacy *l)
{
	json_decref(l->proposal);
	json_decref(l->all);
	*l = (struct legacy){ .proposal = NULL };
}

int
legacy_read(struct tx *tx, const struct uuid *id, struct legacy *l, struct err *err)
{
	struct legacy made = { .proposal = NULL };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &legacy_queries[Q_READ], ARGS(arg_uuid(id)), &rows, err) == -1)
		return -1;
	if (rows_count(rows) == 0) {
		civil_unseen(tx, id, "no entry of a paper register has this id", err);
		goto out;
	}
	if (row_uuid(rows, 0, 0, &made.id, err) == -1 || row_uuid(rows, 0, 1, &made.office_id, err) == -1 ||
		row_uuid(rows, 0, 2, &made.officer_id, err) == -1 || row_uuid_optional(rows, 0, 5, &made.proposed_by, err) == -1 ||
		row_json(rows, 0, 6, &made.proposal, err) == -1 || row_json(rows, 0, 7, &made.all, err) == -1)
		goto out;
	snprintf(made.kind, sizeof(made.kind), "%s", row_text(rows, 0, 3));
	snprintf(made.state, sizeof(made.state), "%s", row_text(rows, 0, 4));
	*l = made;
	made = (struct legacy){ .proposal = NULL };
	rc = 0;
out:
	legacy_clear(&made);
	rows_free(rows);
	return rc;
}

int
legacy_list(struct tx *tx, const struct uuid *office_id, const char *grade, const char *state, const struct uuid *after, unsigned limit, json_t **items,
	bool *more, struct err *err)
{
	/* no coalesce in SQL: beside row-level security that keeps the condition out of the index */
	static const struct uuid first;
	struct rows *rows = NULL;
	int rc;

	if (tx_query(tx, &legacy_queries[Q_LIST],
		    ARGS(arg_uuid(office_id), arg_text(grade), arg_text(state), arg_uuid(after != NULL ? after : &first), arg_int((int64_t)limit + 1)), &rows, err) == -1)
		return -1;
	rc = rows_json_list(rows, 0, limit, items, more, err);
	rows_free(rows);
	return rc;
}

int
legacy_grades(struct tx *tx, json_t **items, struct err *err)
{
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &legacy_queries[Q_GRADES], NULL, 0, FAIL_INTERNAL, "no grades", &rows, err) == 0)
		rc = row_json(rows, 0, 0, items, err);
	rows_free(rows);
	return rc;
}

/* ---- decisions ---- */

int
legacy_propose(struct tx *tx, const struct legacy *l, struct bytes content, const struct uuid *officer_id, struct err *err)
{
	return tx_later(tx, &legacy_queries[Q_PROPOSE], ARGS(arg_uuid(&l->id), arg_uuid(&l->officer_id), arg_uuid(officer_id), arg_string(content)), -1, NULL, err);
}

int
legacy_decide(struct tx *tx, const struct legacy *l, const char *event, const struct uuid *officer_id, const char *reason, struct err *err)
{
	return tx_later(tx, &legacy_queries[Q_DECIDE], ARGS(arg_uuid(&l->id), arg_uuid(&l->officer_id), arg_text(event), arg_uuid(officer_id), arg_text(reason)),
		-1, NULL, err);
}

int
legacy_promote(struct tx *tx, const struct legacy *l, const struct uuid *image_id, struct bytes compared, const struct uuid *act_id,
	const struct uuid *officer_id, struct err *err)
{
	return tx_later(tx, &legacy_queries[Q_PROMOTE],
		ARGS(arg_uuid(&l->id), arg_uuid(&l->officer_id), arg_uuid(officer_id), arg_uuid(image_id), arg_string(compared), arg_uuid(act_id)), -1, NULL, err);
}
