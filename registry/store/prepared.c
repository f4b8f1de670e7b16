#include "registry/store/prepared.h"

#include <stdio.h>

#include "registry/base/digest.h"
#include "registry/base/json.h"
#include "registry/base/uin.h"

/* clang-format off */
#define AT_UTC(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
/* $2 the day, $3 by how many minutes it begins before that of UTC */
#define DAY(n) "(($2::date + " #n ")::timestamp AT TIME ZONE 'UTC' - make_interval(mins => $3::int))"
#define ON_DAY(column) column " >= " DAY(0) " AND " column " < " DAY(1)
enum { Q_ADD, Q_FIND, Q_STATUS, Q_END, Q_OFFICES, Q_OPEN, Q_OPENING, Q_CLOSE, Q_CLOSED, Q_OPENINGS, Q_FREE, Q_APPOINT, Q_CANCEL, Q_OFFICE, Q_MISS, Q_DAY };
const struct query prepared_queries[] = {
	[Q_ADD] = { "prepared_add",
		"INSERT INTO prepared_application (id, code_sha256, holder_sha256, document_type, reason, office_id, is_urgent) VALUES ($1, $2, $3, $4, $5, $6, $7)" },
	[Q_FIND] = { "prepared_find",
		"SELECT p.id, p.office_id, p.document_type, p.reason, p.is_urgent FROM waiting_application p"
		" WHERE p.code_sha256 = $1 AND ($2::bytea IS NULL OR p.holder_sha256 = $2)" },
	[Q_STATUS] = { "prepared_status",
		"SELECT jsonb_strip_nulls(jsonb_build_object('state', CASE WHEN e.application_id IS NOT NULL THEN 'taken' WHEN e.id IS NOT NULL THEN 'withdrawn'"
		"  WHEN p.expires_at <= now() THEN 'expired' ELSE 'waiting' END, 'document_type', p.document_type, 'reason', p.reason, 'office_id', p.office_id,"
		"  'is_urgent', p.is_urgent, 'expires_at', " AT_UTC("p.expires_at") ", 'appointment', (SELECT jsonb_build_object('starts_at', " AT_UTC("a.starts_at") ","
		"  'minutes', a.minutes, 'desk', a.desk) FROM standing_appointment a WHERE a.prepared_id = p.id AND a.starts_at > now() - interval '1 day')))::text"
		" FROM prepared_application p LEFT JOIN prepared_ending e ON e.prepared_id = p.id WHERE p.code_sha256 = $1" },
	[Q_END] = { "prepared_end",
		"INSERT INTO prepared_ending (id, prepared_id, application_id, officer_id) VALUES ($1, $2, $3, $4)" },
	[Q_OFFICES] = { "passport_offices_read",
		"SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'code', o.code, 'name', o.name) ORDER BY o.code), '[]')::text FROM office o WHERE o.kind = 'passport'" },
	[Q_OPEN] = { "opening_add",
		"INSERT INTO appointment_opening (id, office_id, starts_at, ends_at, minutes, desks, officer_id) VALUES ($1, $2, $3::timestamptz, $4::timestamptz, $5, $6, $7)" },
	[Q_OPENING] = { "opening_office",
		"SELECT o.office_id FROM appointment_opening o WHERE o.id = $1" },
	[Q_CLOSE] = { "opening_close",
		"INSERT INTO appointment_closing (id, opening_id, reason, officer_id) VALUES ($1, $2, $3, $4)" },
	[Q_CLOSED] = { "opening_closed",
		"SELECT count(*) FROM appointment a JOIN appointment_ending e ON e.appointment_id = a.id AND e.event = 'close' WHERE a.opening_id = $1" },
	[Q_OPENINGS] = { "openings_read",
		"SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', o.id, 'starts_at', " AT_UTC("o.starts_at") ", 'ends_at', " AT_UTC("o.ends_at") ","
		"  'minutes', o.minutes, 'desks', o.desks, 'given', (SELECT count(*) FROM standing_appointment a WHERE a.opening_id = o.id), 'closed', c.reason))"
		"  ORDER BY o.starts_at, o.id), '[]')::text FROM appointment_opening o LEFT JOIN appointment_closing c ON c.opening_id = o.id"
		" WHERE o.office_id = $1 AND " ON_DAY("o.starts_at") },
	[Q_FREE] = { "free_times_read",
		"SELECT coalesce(jsonb_agg(jsonb_build_object('starts_at', " AT_UTC("x.t") ", 'minutes', x.minutes, 'free', x.free) ORDER BY x.t, x.minutes), '[]')::text"
		" FROM (SELECT t, o.minutes, sum(o.desks - (SELECT count(*) FROM standing_appointment a WHERE a.opening_id = o.id AND a.starts_at = t)) AS free"
		"  FROM appointment_opening o, generate_series(o.starts_at, o.ends_at - make_interval(mins => o.minutes), make_interval(mins => o.minutes)) t"
		"  WHERE o.office_id = $1 AND o.starts_at >= " DAY(-1) " AND " ON_DAY("t") " AND t > now()"
		"  AND NOT EXISTS (SELECT FROM appointment_closing c WHERE c.opening_id = o.id) GROUP BY t, o.minutes) x WHERE x.free > 0" },
	/* of the openings that have this time one with a free desk, if there is one: the row itself judges */
	[Q_APPOINT] = { "appointment_add",
		"INSERT INTO appointment (id, prepared_id, opening_id, starts_at, desk, turn, attempt) SELECT $1, $2, o.id, $4::timestamptz, 0, 0, 0 FROM appointment_opening o"
		" WHERE o.office_id = $3 AND o.starts_at <= $4::timestamptz AND o.ends_at >= $4::timestamptz + make_interval(mins => o.minutes)"
		" AND NOT EXISTS (SELECT FROM appointment_closing c WHERE c.opening_id = o.id)"
		" AND mod(extract(epoch FROM $4::timestamptz - o.starts_at)::numeric, o.minutes * 60) = 0"
		" ORDER BY o.desks - (SELECT count(*) FROM standing_appointment a WHERE a.opening_id = o.id AND a.starts_at = $4::timestamptz) DESC, o.id LIMIT 1 RETURNING desk" },
	[Q_CANCEL] = { "appointment_cancel",
		"INSERT INTO appointment_ending (appointment_id, event) SELECT a.id, 'cancel' FROM standing_appointment a WHERE a.prepared_id = $1 AND a.starts_at > now() RETURNING id" },
	[Q_OFFICE] = { "appointment_office",
		"SELECT o.office_id FROM appointment a JOIN appointment_opening o ON o.id = a.opening_id WHERE a.id = $1" },
	[Q_MISS] = { "appointment_miss",
		"INSERT INTO appointment_ending (appointment_id, event, officer_id) VALUES ($1, 'miss', $2)" },
	[Q_DAY] = { "appointments_read",
		"SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', a.id, 'starts_at', " AT_UTC("a.starts_at") ", 'minutes', o.minutes, 'desk', a.desk,"
		"  'state', CASE e.event WHEN 'keep' THEN 'kept' WHEN 'miss' THEN 'missed' WHEN 'cancel' THEN 'cancelled' WHEN 'close' THEN 'closed' ELSE 'booked' END,"
		"  'document_type', p.document_type, 'reason', p.reason, 'is_urgent', p.is_urgent, 'application_id', n.application_id)) ORDER BY a.starts_at, a.desk, a.turn), '[]')::text"
		" FROM appointment_opening o JOIN appointment a ON a.opening_id = o.id JOIN prepared_application p ON p.id = a.prepared_id"
		" LEFT JOIN appointment_ending e ON e.appointment_id = a.id LEFT JOIN prepared_ending n ON n.prepared_id = p.id"
		" WHERE o.office_id = $1 AND o.starts_at >= " DAY(-1) " AND " ON_DAY("a.starts_at") },
	{ NULL, NULL }
};
/* clang-format on */

struct digests {
	uint8_t code[SHA256_LEN], holder[SHA256_LEN];
};

/* uin may be NULL. */
static void
digest(const char *code, const char *uin, struct digests *d)
{
	sha256(bytes_str(code), d->code);
	sha256_2(bytes_str(code), bytes_str(uin != NULL ? uin : ""), d->holder);
}

int
prepared_add(struct tx *tx, const struct prepared *p, const char *code, const char *uin, struct err *err)
{
	struct digests d;

	digest(code, uin, &d);
	if (tx_later(tx, &prepared_queries[Q_ADD],
		    ARGS(arg_uuid(&p->id), arg_bytes(BYTES(d.code, SHA256_LEN)), arg_bytes(BYTES(d.holder, SHA256_LEN)), arg_text(p->document_type), arg_text(p->reason), arg_uuid(&p->office_id), arg_bool(p->is_urgent)), 1,
		    "the application was not kept", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
prepared_find(struct tx *tx, const char *code, const char *uin, struct prepared *p, struct err *err)
{
	struct prepared found = { .is_urgent = false };
	struct rows *rows = NULL;
	struct digests d;
	int rc = -1;

	digest(code, uin, &d);
	if (tx_query_one(tx, &prepared_queries[Q_FIND], ARGS(arg_bytes(BYTES(d.code, SHA256_LEN)), uin == NULL ? arg_null() : arg_bytes(BYTES(d.holder, SHA256_LEN))), FAIL_NOT_FOUND,
		    uin == NULL ? "no application waits under this code" : "no application of this person waits under this code", &rows, err) == -1)
		return -1;
	snprintf(found.document_type, sizeof(found.document_type), "%s", row_text(rows, 0, 2));
	snprintf(found.reason, sizeof(found.reason), "%s", row_text(rows, 0, 3));
	found.is_urgent = row_bool(rows, 0, 4);
	if (row_uuid(rows, 0, 0, &found.id, err) == 0 && row_uuid(rows, 0, 1, &found.office_id, err) == 0) {
		*p = found;
		rc = 0;
	}
	rows_free(rows);
	return rc;
}

int
prepared_status(struct tx *tx, const char *code, json_t **status, struct err *err)
{
	struct digests d;

	digest(code, NULL, &d);
	return tx_query_json(tx, &prepared_queries[Q_STATUS], ARGS(arg_bytes(BYTES(d.code, SHA256_LEN))), "no application was prepared under this code", status, err);
}

int
prepared_end(struct tx *tx, const struct uuid *prepared_id, const struct uuid *application_id, const struct uuid *officer_id, struct err *err)
{
	struct uuid id;

	if (uuid_new(&id, err) == -1 ||
		tx_later(tx, &prepared_queries[Q_END], ARGS(arg_uuid(&id), arg_uuid(prepared_id), arg_uuid_or_null(application_id), arg_uuid_or_null(officer_id)), 1,
			"the prepared application was not ended", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
passport_offices_read(struct tx *tx, json_t **list, struct err *err)
{
	return tx_query_json(tx, &prepared_queries[Q_OFFICES], NULL, 0, "no answer", list, err);
}

/* ---- openings ---- */

int
opening_add(struct tx *tx, const struct opening_new *o, struct err *err)
{
	if (tx_later(tx, &prepared_queries[Q_OPEN], ARGS(arg_uuid(&o->id), arg_uuid(&o->office_id), arg_text(o->starts_at), arg_text(o->ends_at), arg_int(o->minutes), arg_int(o->desks), arg_uuid(&o->officer_id)), 1,
		    "no appointments were opened", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

static int
office_by(struct tx *tx, int query, const struct uuid *id, const char *none, struct uuid *office_id, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, &prepared_queries[query], ARGS(arg_uuid(id)), FAIL_NOT_FOUND, none, &rows, err) == -1)
		return -1;
	rc = row_uuid(rows, 0, 0, office_id, err);
	rows_free(rows);
	return rc;
}

int
opening_office(struct tx *tx, const struct uuid *id, struct uuid *office_id, struct err *err)
{
	return office_by(tx, Q_OPENING, id, "no such appointments were opened", office_id, err);
}

int
opening_close(struct tx *tx, const struct uuid *id, const char *reason, const struct uuid *officer_id, int64_t *closed, struct err *err)
{
	struct rows *rows = NULL;
	struct uuid row;

	if (uuid_new(&row, err) == -1 ||
		tx_later(tx, &prepared_queries[Q_CLOSE], ARGS(arg_uuid(&row), arg_uuid(id), arg_text(reason), arg_uuid(officer_id)), 1, "the appointments were not closed", err) == -1 ||
		tx_query_one(tx, &prepared_queries[Q_CLOSED], ARGS(arg_uuid(id)), FAIL_INTERNAL, "appointments: no answer", &rows, err) == -1)
		return -1;
	*closed = row_int(rows, 0, 0);
	rows_free(rows);
	return 0;
}

static int
list_of_day(struct tx *tx, int query, const struct uuid *office_id, struct local_day day, json_t **list, struct err *err)
{
	char text[DATE_TEXT];

	return tx_query_json(tx, &prepared_queries[query], ARGS(arg_uuid(office_id), arg_text(date_format(day.day, text)), arg_int(day.utc_offset)), "no answer", list, err);
}

int
openings_read(struct tx *tx, const struct uuid *office_id, struct local_day day, json_t **list, struct err *err)
{
	return list_of_day(tx, Q_OPENINGS, office_id, day, list, err);
}

int
free_times_read(struct tx *tx, const struct uuid *office_id, struct local_day day, json_t **list, struct err *err)
{
	return list_of_day(tx, Q_FREE, office_id, day, list, err);
}

/* ---- appointments ---- */

int
appointment_add(struct tx *tx, const struct uuid *id, const struct prepared *p, const char *starts_at, int64_t *desk, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &prepared_queries[Q_APPOINT], ARGS(arg_uuid(id), arg_uuid(&p->id), arg_uuid(&p->office_id), arg_text(starts_at)), FAIL_CONFLICT,
		    "the office gives no appointment at that time", &rows, err) == -1)
		return -1;
	*desk = row_int(rows, 0, 0);
	rows_free(rows);
	return 0;
}

int
appointment_cancel(struct tx *tx, const struct uuid *prepared_id, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &prepared_queries[Q_CANCEL], ARGS(arg_uuid(prepared_id)), FAIL_NOT_FOUND, "there is no appointment to cancel", &rows, err) == -1)
		return -1;
	rows_free(rows);
	return 0;
}

int
appointment_office(struct tx *tx, const struct uuid *id, struct uuid *office_id, struct err *err)
{
	return office_by(tx, Q_OFFICE, id, "there is no such appointment", office_id, err);
}

int
appointment_miss(struct tx *tx, const struct uuid *id, const struct uuid *officer_id, struct err *err)
{
	if (tx_later(tx, &prepared_queries[Q_MISS], ARGS(arg_uuid(id), arg_uuid(officer_id)), 1, "the appointment was not ended", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
appointments_read(struct tx *tx, const struct uuid *office_id, struct local_day day, json_t **list, struct err *err)
{
	return list_of_day(tx, Q_DAY, office_id, day, list, err);
}
