#include "registry/store/notification.h"

#include <stdio.h>
#include <string.h>

#include "registry/store/civil-local.h"

#define IS_EXPIRED "(s.state = 'notified' AND n.expires_on < current_date)"
#define MEMBERS \
	"'id', n.id, 'kind', n.kind, 'state', s.state, 'place', n.place_code, 'reference', n.reference, 'created_at', " AT_UTC("n.created_at") "," \
																	       " 'expires_on', n.expires_on, 'is_expired', " IS_EXPIRED

enum { Q_PLACE,
	Q_ADD,
	Q_NOTIFY,
	Q_READ,
	Q_LIST,
	Q_CLOSE };
const struct query notification_queries[] = {
	[Q_PLACE] = { "notification_place",
		"SELECT EXISTS (SELECT FROM place WHERE code = $2), EXISTS (SELECT FROM program_facility WHERE program_id = $1 AND place_code = $2 AND is_active),"
		" office_of_place($2)" },
	[Q_ADD] = { "notification_add",
		"INSERT INTO notification (id, kind, program_id, place_code, office_id, reference, content, expires_on)"
		" SELECT $1, r.kind, $3, $4, $5, $6, $7::text::jsonb, current_date + r.days FROM notification_rule r WHERE r.kind = $2 RETURNING expires_on::text" },
	[Q_NOTIFY] = { "notification_notify",
		"INSERT INTO notification_decision (notification_id, event, program_id) VALUES ($1, 'notify', $2)" },
	[Q_READ] = { "notification_read",
		"SELECT n.office_id, jsonb_strip_nulls(jsonb_build_object(" MEMBERS ", 'office_id', n.office_id, 'act_id', d.act_id, 'reason', d.reason)"
		" || jsonb_build_object('content', n.content))::text"
		" FROM notification n JOIN current_state s ON s.subject_id = n.id"
		" LEFT JOIN notification_decision d ON d.notification_id = n.id AND d.event <> 'notify' WHERE n.id = $1" },
	[Q_LIST] = { "notification_list",
		"SELECT jsonb_build_object(" MEMBERS ")::text FROM notification n JOIN current_state s ON s.subject_id = n.id"
		" WHERE n.office_id = $1 AND ($2::text IS NULL OR s.state = $2) AND (NOT $3::boolean OR " IS_EXPIRED ")"
		" AND ($4::text IS NULL OR (n.expires_on, n.id) > ($4::text::date, $5)) ORDER BY n.expires_on, n.id LIMIT $6" },
	[Q_CLOSE] = { "notification_close",
		"INSERT INTO notification_decision (notification_id, event, officer_id, reason) VALUES ($1, 'close', $2, $3)" },
	{ NULL, NULL }
};

int
notification_place(struct tx *tx, const struct uuid *program_id, const char *place_code, struct notification_place *place, struct err *err)
{
	struct notification_place made = { .exists = false };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &notification_queries[Q_PLACE], ARGS(arg_uuid(program_id), arg_text(place_code)), &rows, err) == -1)
		return -1;
	made.exists = row_bool(rows, 0, 0);
	made.is_of_program = row_bool(rows, 0, 1);
	if (row_uuid_optional(rows, 0, 2, &made.office_id, err) == 0) {
		*place = made;
		rc = 0;
	}
	rows_free(rows);
	return rc;
}

int
notification_add(struct tx *tx, const struct notification_new *n, char expires_on[DATE_TEXT], struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &notification_queries[Q_ADD],
		    ARGS(arg_uuid(&n->id), arg_text(n->kind), arg_uuid(&n->program_id), arg_text(n->place_code), arg_uuid(&n->office_id), arg_text(n->reference),
			    arg_string(n->content)),
		    FAIL_CONFLICT, "events of this kind are not notified", &rows, err) == -1)
		return -1;
	snprintf(expires_on, DATE_TEXT, "%s", row_text(rows, 0, 0));
	rows_free(rows);
	return tx_later(tx, &notification_queries[Q_NOTIFY], ARGS(arg_uuid(&n->id), arg_uuid(&n->program_id)), -1, NULL, err);
}

int
notification_read(struct tx *tx, const struct uuid *id, struct uuid *office_id, json_t **value, struct err *err)
{
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &notification_queries[Q_READ], ARGS(arg_uuid(id)), &rows, err) == -1)
		return -1;
	if (rows_count(rows) == 0)
		civil_unseen(tx, id, "no notification has this id", err);
	else if (row_uuid(rows, 0, 0, office_id, err) == 0)
		rc = row_json(rows, 0, 1, value, err);
	rows_free(rows);
	return rc;
}

int
notification_list(struct tx *tx, const struct notification_filter *f, json_t **items, bool *more, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query(tx, &notification_queries[Q_LIST],
		    ARGS(arg_uuid(&f->office_id), arg_text(f->state), arg_bool(f->expired), arg_text(f->after_day), arg_uuid_or_null(&f->after),
			    arg_int((int64_t)f->limit + 1)),
		    &rows, err) == -1)
		return -1;
	rc = rows_json_list(rows, 0, f->limit, items, more, err);
	rows_free(rows);
	return rc;
}

int
notification_close(struct tx *tx, const struct uuid *id, const struct uuid *officer_id, const char *reason, struct err *err)
{
	return tx_later(tx, &notification_queries[Q_CLOSE], ARGS(arg_uuid(id), arg_uuid(officer_id), arg_text(reason)), -1, NULL, err);
}
