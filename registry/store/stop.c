#include "registry/store/stop.h"

#include "registry/base/json.h"

/* clang-format off */
#define AT_UTC(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
enum { Q_ADD, Q_LIFT, Q_READ };
const struct query stop_queries[] = {
	[Q_ADD] = { "stop_add",
		"INSERT INTO person_stop (id, person_id, kind, reference, officer_id) VALUES ($1, $2, $3, $4, $5)" },
	[Q_LIFT] = { "stop_lift",
		"INSERT INTO person_stop (id, person_id, kind, reference, lifts_id, officer_id) SELECT $2, p.person_id, p.kind, $3, p.id, $4 FROM person_stop p"
		" WHERE p.id = $1 AND p.lifts_id IS NULL AND p.kind IN ('court', 'alert') RETURNING id" },
	[Q_READ] = { "stops_read",
		"SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', p.id, 'kind', p.kind, 'reference', p.reference, 'officer_id', p.officer_id, 'officer', f.name,"
		"  'created_at', " AT_UTC("p.created_at") ", 'lifted', CASE WHEN l.id IS NOT NULL THEN jsonb_build_object('reference', l.reference, 'officer_id', l.officer_id,"
		"  'created_at', " AT_UTC("l.created_at") ") END)) ORDER BY p.created_at DESC, p.id), '[]')::text"
		" FROM person_stop p JOIN officer f ON f.id = p.officer_id LEFT JOIN person_stop l ON l.lifts_id = p.id WHERE p.person_id = $1 AND p.lifts_id IS NULL" },
	{ NULL, NULL }
};
/* clang-format on */

int
stop_add(struct tx *tx, const struct stop_new *s, struct err *err)
{
	if (tx_later(tx, &stop_queries[Q_ADD], ARGS(arg_uuid(&s->id), arg_uuid(&s->person_id), arg_text(s->kind), arg_text(s->reference), arg_uuid(&s->officer_id)), 1, "the stop was not set", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
stop_lift(struct tx *tx, const struct uuid *id, const struct uuid *row_id, const char *reference, const struct uuid *officer_id, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &stop_queries[Q_LIFT], ARGS(arg_uuid(id), arg_uuid(row_id), arg_text(reference), arg_uuid(officer_id)), FAIL_NOT_FOUND,
		    "there is no such stop of a court or the alert list", &rows, err) == -1)
		return -1;
	rows_free(rows);
	return 0;
}

int
stops_read(struct tx *tx, const struct uuid *person_id, json_t **list, struct err *err)
{
	return tx_query_json(tx, &stop_queries[Q_READ], ARGS(arg_uuid(person_id)), "no answer", list, err);
}
