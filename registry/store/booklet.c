#include "registry/store/booklet.h"

#include <stdio.h>

enum { Q_COUNT,
	Q_COUNT_READ,
	Q_CONFIRM,
	Q_FIND,
	Q_OF_DOCUMENT,
	Q_EVENT,
	Q_ASSIGN,
	Q_TAKE_OUT,
	Q_BIND,
	Q_LOSS,
	Q_LOSS_READ,
	Q_LOSS_CONFIRM,
	Q_RECOVER,
	Q_STOCK };
const struct query booklet_queries[] = {
	[Q_COUNT] = { "booklet_count_add",
		"INSERT INTO booklet_count (id, office_id, event, delivery_note, prefix, first_serial, last_serial, counted, officer_id, form)"
		" VALUES ($1, $2, $3, $4, $5, nullif($6::int, 0), nullif($7::int, 0), $8, $9, $10)" },
	[Q_COUNT_READ] = { "booklet_count_read", "SELECT office_id, officer_id, event FROM booklet_count WHERE id = $1" },
	[Q_CONFIRM] = { "booklet_confirm", "INSERT INTO booklet_confirmation (booklet_count_id, counted_by, counted, officer_id) VALUES ($1, $2, $3, $4)" },
	[Q_FIND] = { "booklet_find", "SELECT id, office_id FROM booklet WHERE serial = $1" },
	[Q_OF_DOCUMENT] = { "booklet_of_document", "SELECT b.serial FROM booklet_event e JOIN booklet b ON b.id = e.booklet_id WHERE e.document_id = $1" },
	[Q_EVENT] = { "booklet_event", "INSERT INTO booklet_event (booklet_id, event, officer_id, reason) VALUES ($1, $2, $3, $4)" },
	[Q_ASSIGN] = { "booklets_assign",
		"INSERT INTO booklet_event (booklet_id, event, station, officer_id) SELECT b.id, 'assign', $5, $6 FROM booklet b WHERE b.office_id = $1"
		" AND b.serial BETWEEN $2::text || '-' || lpad($3::int::text, 7, '0') AND $2::text || '-' || lpad($4::int::text, 7, '0') ORDER BY b.serial" },
	[Q_TAKE_OUT] = { "booklet_to_take_out", "SELECT booklet_to_take_out($1)" },
	[Q_BIND] = { "booklets_bind", "SELECT booklets_carry($1::uuid[], $2, $3), booklets_bind($1::uuid[], $2, $3)" },
	[Q_LOSS] = { "booklet_loss_add",
		"INSERT INTO booklet_loss (id, office_id, kind, prefix, first_serial, last_serial, reference, notes, officer_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)" },
	[Q_LOSS_READ] = { "booklet_loss_read", "SELECT office_id, officer_id FROM booklet_loss WHERE id = $1" },
	[Q_LOSS_CONFIRM] = { "booklet_loss_confirm", "INSERT INTO booklet_loss_confirmation (loss_id, reported_by, officer_id) VALUES ($1, $2, $3)" },
	[Q_RECOVER] = { "booklets_recover",
		"INSERT INTO booklet_recovery (loss_id, reported_by, first_serial, last_serial, notes, officer_id) VALUES ($1, $2, $3, $4, $5, $6)" },
	[Q_STOCK] = { "booklet_stock",
		"SELECT jsonb_strip_nulls(jsonb_build_object('received', count(*) FILTER (WHERE s.state = 'received'), 'assigned', count(*) FILTER (WHERE s.state = 'assigned'),"
		" 'personalised', count(*) FILTER (WHERE s.state = 'personalised'), 'spoiled', count(*) FILTER (WHERE s.state = 'spoiled'),"
		" 'lost', count(*) FILTER (WHERE s.state = 'lost'), 'stolen', count(*) FILTER (WHERE s.state = 'stolen'), 'losses', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id,"
		"  'kind', l.kind, 'prefix', l.prefix, 'first', l.first_serial, 'last', l.last_serial, 'reference', l.reference, 'officer_id', l.officer_id, 'is_confirmed',"
		"  EXISTS (SELECT FROM booklet_loss_confirmation k WHERE k.loss_id = l.id), 'missing', (SELECT count(*) FROM booklet_event m JOIN current_state z ON z.subject_id = m.booklet_id"
		"  AND z.state IN ('lost', 'stolen') WHERE m.loss_id = l.id AND m.event <> 'recover')) ORDER BY l.created_at), '[]') FROM booklet_loss l WHERE l.office_id = $1),"
		" 'destroyed', count(*) FILTER (WHERE s.state = 'destroyed'), 'expected', booklets_expected($1), 'next', min(b.serial) FILTER (WHERE s.state = 'received'),"
		" 'stations', (SELECT coalesce(jsonb_agg(x ORDER BY x->>'station'), '[]') FROM (SELECT jsonb_build_object('station', t.station, 'blanks', count(*)) AS x"
		"  FROM booklet_station t JOIN booklet u ON u.id = t.booklet_id WHERE u.office_id = $1 GROUP BY t.station) y),"
		" 'waiting', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'event', c.event, 'delivery_note', c.delivery_note, 'prefix', c.prefix,"
		"  'first', c.first_serial, 'last', c.last_serial, 'officer_id', c.officer_id,"
		"  'officer', (SELECT f.name FROM officer f WHERE f.id = c.officer_id)) ORDER BY c.created_at), '[]') FROM booklet_count c"
		"  WHERE c.office_id = $1 AND NOT EXISTS (SELECT FROM booklet_confirmation f WHERE f.booklet_count_id = c.id)),"
		" 'spoils', (SELECT coalesce(jsonb_agg(jsonb_build_object('serial', x.serial, 'reason', x.reason, 'at', to_char(x.created_at AT TIME ZONE 'UTC',"
		"  'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')) ORDER BY x.created_at), '[]') FROM (SELECT u.serial, e.reason, e.created_at FROM booklet u"
		"  JOIN current_state t ON t.subject_id = u.id AND t.state = 'spoiled' JOIN LATERAL (SELECT v.reason, v.created_at FROM booklet_event v WHERE v.booklet_id = u.id"
		"   ORDER BY v.seq DESC LIMIT 1) e ON true"
		"  WHERE u.office_id = $1 ORDER BY e.created_at LIMIT 100) x),"
		" 'balances', (SELECT coalesce(jsonb_agg(jsonb_build_object('on_day', l.on_day, 'expected', l.expected, 'counted', l.counted,"
		"  'difference', l.difference) ORDER BY l.created_at DESC), '[]') FROM (SELECT * FROM booklet_balance WHERE office_id = $1"
		"  ORDER BY created_at DESC LIMIT 10) l)))::text"
		" FROM booklet b JOIN current_state s ON s.subject_id = b.id WHERE b.office_id = $1" },
	{ NULL, NULL }
};

const char *const booklet_forms[] = { "TD3", "TD1", "TD2", "MRV-A", "MRV-B", NULL };
const char *const booklet_count_events[] = { "receive", "destroy", "balance", NULL };

int
booklet_count_add(struct tx *tx, const struct booklet_count *c, struct err *err)
{
	return tx_later(tx, &booklet_queries[Q_COUNT],
		ARGS(arg_uuid(&c->id), arg_uuid(&c->office_id), arg_text(booklet_count_events[c->event]), arg_text(c->delivery_note), arg_text(c->prefix),
			arg_int(c->first), arg_int(c->last), arg_int(c->counted), arg_uuid(&c->officer_id), arg_text(booklet_forms[c->form])),
		-1, NULL, err);
}

int
booklet_count_read(struct tx *tx, const struct uuid *id, struct booklet_count *c, struct err *err)
{
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &booklet_queries[Q_COUNT_READ], ARGS(arg_uuid(id)), FAIL_NOT_FOUND, "there is no such count", &rows, err) == -1)
		return -1;
	if (row_uuid(rows, 0, 0, &c->office_id, err) == 0 && row_uuid(rows, 0, 1, &c->officer_id, err) == 0) {
		c->id = *id;
		for (c->event = 0; booklet_count_events[c->event + 1] != NULL && strcmp(booklet_count_events[c->event], row_text(rows, 0, 2)) != 0;)
			c->event++;
		rc = 0;
	}
	rows_free(rows);
	return rc;
}

int
booklet_confirm(struct tx *tx, const struct booklet_count *c, int64_t counted, const struct uuid *officer_id, struct err *err)
{
	return tx_later(tx, &booklet_queries[Q_CONFIRM], ARGS(arg_uuid(&c->id), arg_uuid(&c->officer_id), arg_int(counted), arg_uuid(officer_id)), -1, NULL, err);
}

int
booklet_find(struct tx *tx, const char *serial, struct uuid *id, struct uuid *office_id, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, &booklet_queries[Q_FIND], ARGS(arg_text(serial)), FAIL_NOT_FOUND, "there is no booklet of this serial", &rows, err) == -1)
		return -1;
	rc = row_uuid(rows, 0, 0, id, err) == -1 || row_uuid(rows, 0, 1, office_id, err) == -1 ? -1 : 0;
	rows_free(rows);
	return rc;
}

int
booklet_of_document(struct tx *tx, const struct uuid *document_id, char serial[BOOKLET_SERIAL_TEXT], struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query(tx, &booklet_queries[Q_OF_DOCUMENT], ARGS(arg_uuid(document_id)), &rows, err) == -1)
		return -1;
	snprintf(serial, BOOKLET_SERIAL_TEXT, "%s", rows_count(rows) == 0 ? "" : row_text(rows, 0, 0));
	rows_free(rows);
	return 0;
}

int
booklet_event(struct tx *tx, const struct uuid *id, const char *event, const struct uuid *officer_id, const char *reason, struct err *err)
{
	return tx_later(tx, &booklet_queries[Q_EVENT], ARGS(arg_uuid(id), arg_text(event), arg_uuid(officer_id), arg_text(reason)), -1, NULL, err);
}

int
booklets_assign(struct tx *tx, const struct booklet_count *range, const char *station, const struct uuid *officer_id, struct err *err)
{
	if (tx_later(tx, &booklet_queries[Q_ASSIGN],
		    ARGS(arg_uuid(&range->office_id), arg_text(range->prefix), arg_int(range->first), arg_int(range->last), arg_text(station), arg_uuid(officer_id)),
		    (int)(range->last - range->first + 1), "the office does not have all of these booklets", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
booklet_to_take_out(struct tx *tx, const char *station, char serial[BOOKLET_SERIAL_TEXT], struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, &booklet_queries[Q_TAKE_OUT], ARGS(arg_text(station)), FAIL_INTERNAL, "database: no answer", &rows, err) == -1)
		return -1;
	rc = row_is_null(rows, 0, 0) ? 0 : 1;
	snprintf(serial, BOOKLET_SERIAL_TEXT, "%s", row_text(rows, 0, 0));
	rows_free(rows);
	return rc;
}

int
booklets_bind(struct tx *tx, const char *station, const struct uuid *documents, size_t n, const struct uuid *officer_id, struct err *err)
{
	static const char too_few[] = "not enough blank booklets are assigned to the station";
	struct buf array = BUF_INIT;
	struct rows *rows = NULL;
	int rc = -1;

	sql_uuid_array(documents, n, &array);
	if (buf_check(&array, err) == 0 &&
		tx_query(tx, &booklet_queries[Q_BIND], ARGS(arg_text(buf_cstr(&array)), arg_text(station), arg_uuid(officer_id)), &rows, err) == 0)
		rc = 0;
	else if (err->kind == FAIL_AGAIN && strstr(err->text, too_few) != NULL)
		err_set(err, FAIL_AGAIN, "%s", too_few); /* whoever brings booklets reads it */
	rows_free(rows);
	buf_clear(&array);
	return rc;
}

int
booklet_stock(struct tx *tx, const struct uuid *office_id, json_t **stock, struct err *err)
{
	return tx_query_json(tx, &booklet_queries[Q_STOCK], ARGS(arg_uuid(office_id)), "there is no stock", stock, err);
}

int
booklet_loss_add(struct tx *tx, const struct booklet_loss *l, struct err *err)
{
	return tx_later(tx, &booklet_queries[Q_LOSS],
		ARGS(arg_uuid(&l->id), arg_uuid(&l->office_id), arg_text(l->kind), arg_text(l->prefix), arg_int(l->first), arg_int(l->last), arg_text(l->reference), arg_text(l->notes),
			arg_uuid(&l->officer_id)),
		-1, NULL, err);
}

int
booklet_loss_read(struct tx *tx, const struct uuid *id, struct booklet_loss *l, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, &booklet_queries[Q_LOSS_READ], ARGS(arg_uuid(id)), FAIL_NOT_FOUND, "there is no such report of lost booklets", &rows, err) == -1)
		return -1;
	l->id = *id;
	rc = row_uuid(rows, 0, 0, &l->office_id, err) == -1 || row_uuid(rows, 0, 1, &l->officer_id, err) == -1 ? -1 : 0;
	rows_free(rows);
	return rc;
}

int
booklet_loss_confirm(struct tx *tx, const struct booklet_loss *l, const struct uuid *officer_id, struct err *err)
{
	return tx_later(tx, &booklet_queries[Q_LOSS_CONFIRM], ARGS(arg_uuid(&l->id), arg_uuid(&l->officer_id), arg_uuid(officer_id)), -1, NULL, err);
}

int
booklets_recover(struct tx *tx, const struct booklet_loss *l, int64_t first, int64_t last, const char *notes, const struct uuid *officer_id, struct err *err)
{
	return tx_later(tx, &booklet_queries[Q_RECOVER],
		ARGS(arg_uuid(&l->id), arg_uuid(&l->officer_id), arg_int(first), arg_int(last), arg_text(notes), arg_uuid(officer_id)), -1, NULL, err);
}
