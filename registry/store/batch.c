#include "registry/store/batch.h"

#include "registry/base/json.h"

#define MOMENT(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
#define PROGRESS \
	"jsonb_build_object('id', p.id, 'office_id', p.office_id, 'officer_id', p.officer_id, 'officer', (SELECT f.name FROM officer f WHERE f.id = p.officer_id)," \
	" 'state', p.state, 'created_at', " MOMENT( \
		"p.created_at") ", 'changed_at', " MOMENT("p.changed_at") ", 'total', p.total, 'waiting', p.waiting, 'held', p.held, 'done', p.done, 'failed', p.failed," \
									  " 'stations', (SELECT coalesce(jsonb_agg(x ORDER BY x->>'station'), '[]') FROM (SELECT jsonb_build_object('station', w.station," \
									  "  'held', count(*) FILTER (WHERE w.state = 'held'), 'done', count(*) FILTER (WHERE w.state = 'done'), 'failed', count(*) FILTER (WHERE w.state = 'failed'))" \
									  "  || jsonb_strip_nulls(jsonb_build_object('until', " MOMENT("max(w.held_until)") ")) AS x" \
																			    "  FROM batch_work w WHERE w.batch_id = p.id AND w.station IS NOT NULL AND w.state <> 'waiting' GROUP BY w.station) y))"

enum { Q_ADD,
	Q_ORDERS,
	Q_DECIDE,
	Q_OFFICE,
	Q_READ,
	Q_LIST,
	Q_CLAIM,
	Q_RELEASE,
	Q_FINISH,
	Q_NUMBERS };
const struct query batch_queries[] = {
	[Q_ADD] = { "batch_add", "INSERT INTO batch (id, office_id, officer_id) VALUES ($1, $2, $3)" },
	[Q_ORDERS] = { "batch_orders",
		"INSERT INTO batch_order (batch_id, place, application_id) SELECT $1, row_number() OVER (), w.id FROM (SELECT a.id FROM application a"
		" JOIN current_state s ON s.subject_id = a.id AND s.state = 'approved' WHERE a.office_id = $2"
		" AND NOT EXISTS (SELECT FROM batch_work o WHERE o.application_id = a.id AND o.state IN ('waiting', 'held'))"
		" ORDER BY a.created_at, a.id LIMIT $3) w RETURNING 1" },
	[Q_DECIDE] = { "batch_decide", "INSERT INTO batch_decision (batch_id, event, officer_id, reason) VALUES ($1, $2, $3, $4)" },
	[Q_OFFICE] = { "batch_office", "SELECT office_id FROM batch WHERE id = $1" },
	[Q_READ] = { "batch_read",
		"SELECT (" PROGRESS " || jsonb_build_object("
		"'holding', (SELECT coalesce(jsonb_agg(jsonb_build_object('application_id', w.application_id, 'station', w.station, 'until', " MOMENT(
			"w.held_until") ") ORDER BY w.place), '[]') FROM batch_work w WHERE w.batch_id = p.id AND w.state = 'held'),"
					" 'notices', (SELECT coalesce(jsonb_agg(jsonb_build_object('station', n.station, 'detail', n.problem, 'since', " MOMENT("n.since") ") ORDER BY n.station), '[]')"
																					   "  FROM station_notice n),"
																					   " 'carried', (SELECT coalesce(jsonb_agg(jsonb_build_object('number', d.number, 'booklet', t.serial, 'station', e.station, 'at', " MOMENT("e.created_at") ") ORDER BY e.created_at), '[]')"
																																								    "  FROM batch_work w JOIN document d ON d.application_id = w.application_id JOIN booklet_event m ON m.document_id = d.id"
																																								    "  JOIN booklet_event e ON e.booklet_id = m.booklet_id AND e.event = 'carry' JOIN booklet t ON t.id = e.booklet_id WHERE w.batch_id = p.id),"
																																								    " 'problems', (SELECT coalesce(jsonb_agg(jsonb_build_object('application_id', w.application_id, 'detail', w.problem) ORDER BY w.place), '[]')"
																																								    "  FROM (SELECT * FROM batch_work WHERE batch_id = p.id AND state = 'failed' ORDER BY place LIMIT 100) w),"
																																								    " 'spoiled', (SELECT coalesce(jsonb_agg(jsonb_build_object('number', x.number, 'booklet', x.serial, 'reason', x.reason, 'at', " MOMENT(
																																									    "x.created_at") ") ORDER BY x.created_at), '[]') FROM (SELECT d.number, b.serial, e.reason, e.created_at FROM batch_order o"
																																											    "  JOIN document d ON d.application_id = o.application_id AND d.created_at >= p.created_at JOIN booklet_event m ON m.document_id = d.id"
																																											    "  JOIN booklet b ON b.id = m.booklet_id JOIN booklet_event e ON e.booklet_id = b.id AND e.event = 'spoil'"
																																											    "  WHERE o.batch_id = p.id ORDER BY e.created_at LIMIT 100) x),"
																																											    " 'decisions', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('event', x.event, 'officer_id', x.officer_id, 'officer', f.name,"
																																											    "  'reason', x.reason, 'at', " MOMENT("x.created_at") ")) ORDER BY x.seq), '[]') FROM batch_decision x JOIN officer f ON f.id = x.officer_id"
																																																		  "  WHERE x.batch_id = p.id)))::text"
																																																		  " FROM batch_progress p WHERE p.id = $1" },
	[Q_LIST] = { "batch_list",
		"SELECT " PROGRESS "::text FROM batch_progress p WHERE p.office_id = $1 AND ($2::uuid IS NULL OR (p.created_at, p.id) <"
		" (SELECT x.created_at, x.id FROM batch x WHERE x.id = $2)) ORDER BY p.created_at DESC, p.id DESC LIMIT $3" },
	[Q_CLAIM] = { "orders_claim", "SELECT order_id, application, officer FROM batches_claim($1, $2, $3)" },
	[Q_RELEASE] = { "orders_release", "SELECT batches_release($1, $2::uuid[])" },
	[Q_FINISH] = { "orders_finish",
		"SELECT batches_finish(array_agg(x.id ORDER BY x.n), array_agg(x.problem ORDER BY x.n), $2) FROM (SELECT (e->>'id')::uuid AS id, e->>'problem' AS problem, n"
		" FROM jsonb_array_elements($1::text::jsonb) WITH ORDINALITY w(e, n)) x" },
	[Q_NUMBERS] = { "batch_numbers",
		"SELECT coalesce(jsonb_agg(x.number ORDER BY x.serial), '[]')::text FROM (SELECT d.number, b.serial FROM batch_order o"
		" JOIN document d ON d.application_id = o.application_id JOIN current_state s ON s.subject_id = d.id AND s.state IN ('personalised', 'ready')"
		" JOIN booklet_event e ON e.document_id = d.id JOIN booklet b ON b.id = e.booklet_id"
		" WHERE o.batch_id = $1 AND b.serial > $2 ORDER BY b.serial LIMIT $3) x" },
	{ NULL, NULL }
};

int
batch_add(struct tx *tx, const struct batch_new *b, struct err *err)
{
	struct rows *rows = NULL;
	size_t n;

	if (tx_later(tx, &batch_queries[Q_ADD], ARGS(arg_uuid(&b->id), arg_uuid(&b->office_id), arg_uuid(&b->officer_id)), 1, "the batch was not made", err) == -1 ||
		tx_query(tx, &batch_queries[Q_ORDERS], ARGS(arg_uuid(&b->id), arg_uuid(&b->office_id), arg_int(b->limit)), &rows, err) == -1)
		return -1;
	n = rows_count(rows);
	rows_free(rows);
	if (n == 0)
		return err_set(err, FAIL_CONFLICT, "no approved application of the office waits to be ordered");
	return batch_decide(tx, &b->id, "order", &b->officer_id, NULL, err) == -1 ? -1 : tx_flush(tx, err);
}

int
batch_office(struct tx *tx, const struct uuid *id, struct uuid *office_id, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, &batch_queries[Q_OFFICE], ARGS(arg_uuid(id)), FAIL_NOT_FOUND, "there is no such batch", &rows, err) == -1)
		return -1;
	rc = row_uuid(rows, 0, 0, office_id, err);
	rows_free(rows);
	return rc;
}

int
batch_decide(struct tx *tx, const struct uuid *id, const char *event, const struct uuid *officer_id, const char *reason, struct err *err)
{
	return tx_later(tx, &batch_queries[Q_DECIDE], ARGS(arg_uuid(id), arg_text(event), arg_uuid(officer_id), arg_text(reason)), 1, "the batch was not changed", err);
}

int
batch_read(struct tx *tx, const struct uuid *id, json_t **batch, struct err *err)
{
	return tx_query_json(tx, &batch_queries[Q_READ], ARGS(arg_uuid(id)), "there is no such batch", batch, err);
}

int
batch_list(struct tx *tx, const struct uuid *office_id, const struct uuid *before, unsigned limit, json_t **items, bool *more, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query(tx, &batch_queries[Q_LIST], ARGS(arg_uuid(office_id), arg_uuid_or_null(before), arg_int((int64_t)limit + 1)), &rows, err) == -1)
		return -1;
	rc = rows_json_list(rows, 0, limit, items, more, err);
	rows_free(rows);
	return rc;
}

int
batch_numbers(struct tx *tx, const struct uuid *id, const char *after, int64_t limit, json_t **numbers, struct err *err)
{
	return tx_query_json(tx, &batch_queries[Q_NUMBERS], ARGS(arg_uuid(id), arg_text(after), arg_int(limit)), "there is no such batch", numbers, err);
}

/* ---- for a station ---- */

int
orders_claim(struct tx *tx, const char *station, size_t n, unsigned seconds, struct order *orders, size_t *found, struct err *err)
{
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &batch_queries[Q_CLAIM], ARGS(arg_text(station), arg_int((int64_t)n), arg_int(seconds)), &rows, err) == -1)
		return -1;
	for (size_t i = 0; i < rows_count(rows); i++)
		if (row_uuid(rows, i, 0, &orders[i].id, err) == -1 || row_uuid(rows, i, 1, &orders[i].application_id, err) == -1 ||
			row_uuid(rows, i, 2, &orders[i].officer_id, err) == -1)
			goto out;
	*found = rows_count(rows);
	rc = 0;
out:
	rows_free(rows);
	return rc;
}

int
orders_release(struct tx *tx, const char *station, const struct uuid *orders, size_t n, struct err *err)
{
	struct buf array = BUF_INIT;
	struct rows *rows = NULL;
	int rc = -1;

	if (orders != NULL)
		sql_uuid_array(orders, n, &array);
	if (buf_check(&array, err) == 0 &&
		tx_query(tx, &batch_queries[Q_RELEASE], ARGS(arg_text(station), arg_text(orders == NULL ? NULL : buf_cstr(&array))), &rows, err) == 0)
		rc = 0;
	rows_free(rows);
	buf_clear(&array);
	return rc;
}

int
orders_finish(struct tx *tx, const char *station, const struct uuid *orders, const char *const *problems, size_t n, struct err *err)
{
	json_t *list = json_array();
	struct buf text = BUF_INIT;
	struct rows *rows = NULL;
	char id[UUID_TEXT];
	int rc = -1;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:s, s:s?}", "id", uuid_format(&orders[i], id), "problem", problems[i]));
	if (json_text(list, &text, err) == 0 &&
		tx_query(tx, &batch_queries[Q_FINISH], ARGS(arg_string(bytes_of(&text)), arg_text(station)), &rows, err) == 0)
		rc = 0;
	rows_free(rows);
	buf_clear(&text);
	json_decref(list);
	return rc;
}
