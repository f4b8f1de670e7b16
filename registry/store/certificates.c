#include "registry/store/certificates.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/base/json.h"

enum { Q_SOURCE,
	Q_NUMBER,
	Q_ADD,
	Q_READ,
	Q_PRINTED,
	Q_REVOKE,
	Q_LIST,
	Q_STATUS,
	Q_COUNT,
	Q_COUNT_READ,
	Q_CONFIRM,
	Q_FIND,
	Q_EVENT,
	Q_STOCK,
	Q_OFFICE };
const struct query certificates_queries[] = {
	[Q_SOURCE] = { "certificates_source", "SELECT (certificate_source(w.id, $2::date) || jsonb_build_object('office_id', a.office_id))::text FROM (SELECT certificate_act($1) AS id) w"
					      " JOIN act a ON a.id = w.id" },
	[Q_NUMBER] = { "certificates_number",
		"WITH o AS (SELECT id, code, series_first FROM office WHERE id = $1)"
		" INSERT INTO act_series AS s (office_id, kind, year, last) SELECT id, 'certificate', $2, series_first FROM o"
		" ON CONFLICT (office_id, kind, year) DO UPDATE SET last = s.last + 1 RETURNING last, (SELECT code FROM o)" },
	[Q_ADD] = { "certificates_add",
		"INSERT INTO civil_certificate (id, act_id, act_version_id, source_version_id, kind, form, language, office_id, year, serial, number, copy, issued_on,"
		" as_of, content, replaces_id, officer_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12::date, $13::date, $14::text::jsonb, $15, $16)"
		" RETURNING copy" },
	[Q_READ] = { "certificates_read",
		"SELECT c.id, c.act_id, c.act_version_id, c.office_id, c.officer_id, c.kind, c.form, c.language, c.number, c.copy, c.issued_on::text, c.as_of::text,"
		" c.content::text, e.seal, p.sha256, s.status, s.code, b.serial, p.is_sealed FROM civil_certificate c JOIN civil_certificate_status s ON s.id = c.id"
		" LEFT JOIN civil_certificate_print p ON p.civil_certificate_id = c.id"
		" LEFT JOIN civil_certificate_seal e ON e.civil_certificate_id = c.id AND p.is_sealed IS NOT FALSE"
		" LEFT JOIN civil_certificate_paper b ON b.civil_certificate_id = c.id WHERE c.number = $1" },
	[Q_PRINTED] = { "certificates_printed",
		"INSERT INTO civil_certificate_print (civil_certificate_id, sha256, is_sealed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING" },
	[Q_REVOKE] = { "certificates_revoke", "INSERT INTO civil_certificate_revocation (civil_certificate_id, officer_id, reason) VALUES ($1, $2, $3)" },
	[Q_LIST] = { "certificates_list",
		"SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', c.id, 'number', c.number, 'copy', c.copy, 'form', c.form, 'language', c.language,"
		" 'issued_on', c.issued_on, 'as_of', c.as_of, 'status', s.status, 'paper', b.serial)) ORDER BY c.copy), '[]')::text"
		" FROM civil_certificate c JOIN civil_certificate_status s ON s.id = c.id LEFT JOIN civil_certificate_paper b ON b.civil_certificate_id = c.id"
		" WHERE c.act_id = $1" },
	[Q_STATUS] = { "certificates_status", "SELECT status FROM civil_certificate_status WHERE number = $1 AND code = $2" },
	[Q_COUNT] = { "certificates_count",
		"INSERT INTO paper_count (id, office_id, event, prefix, first_serial, last_serial, officer_id) VALUES ($1, $2, $3, $4, $5, $6, $7)" },
	[Q_COUNT_READ] = { "certificates_count_read", "SELECT office_id, officer_id, prefix, first_serial, last_serial, event FROM paper_count WHERE id = $1" },
	[Q_CONFIRM] = { "certificates_confirm",
		"INSERT INTO paper_confirmation (paper_count_id, counted_by, counted, officer_id) VALUES ($1, $2, $3, $4)" },
	[Q_FIND] = { "certificates_find_paper", "SELECT id, office_id FROM paper WHERE serial = $1" },
	[Q_EVENT] = { "certificates_paper_event",
		"INSERT INTO paper_event (paper_id, event, civil_certificate_id, officer_id, reason) VALUES ($1, $2, $3, $4, $5)" },
	[Q_STOCK] = { "certificates_stock",
		"SELECT jsonb_build_object('received', count(*) FILTER (WHERE s.state = 'received'), 'issued', count(*) FILTER (WHERE s.state = 'issued'),"
		" 'spoiled', count(*) FILTER (WHERE s.state = 'spoiled'), 'destroyed', count(*) FILTER (WHERE s.state = 'destroyed'),"
		" 'next', min(p.serial) FILTER (WHERE s.state = 'received'), 'waiting', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'event', c.event,"
		"  'prefix', c.prefix, 'first', c.first_serial, 'last', c.last_serial, 'officer_id', c.officer_id, 'officer', (SELECT name FROM officer WHERE id = c.officer_id)) ORDER BY c.created_at), '[]') FROM paper_count c"
		"  WHERE c.office_id = $1 AND NOT EXISTS (SELECT FROM paper_confirmation f WHERE f.paper_count_id = c.id)))::text"
		" FROM paper p JOIN current_state s ON s.subject_id = p.id WHERE p.office_id = $1" },
	[Q_OFFICE] = { "certificates_office", "SELECT certificate_office($1) IS NOT NULL" },
	{ NULL, NULL }
};

enum { Q_SEALING_READ,
	Q_SEALING_RECORD };
const struct query sealing_queries[] = {
	[Q_SEALING_READ] = { "sealing_read", "SELECT certificate_to_seal($1)::text" },
	[Q_SEALING_RECORD] = { "sealing_record", "INSERT INTO civil_certificate_seal (civil_certificate_id, seal, certificate_id) VALUES ($1, $2, $3)" },
	{ NULL, NULL }
};

const char *const paper_count_events[] = { "receive", "destroy", NULL };

/* Of a query that gave no row: what is another office's is denied, not missing. */
static int
unseen(struct tx *tx, const char *which, const char *what, struct err *err)
{
	struct rows *rows = NULL;
	bool is_elsewhere;

	if (tx_query(tx, &certificates_queries[Q_OFFICE], ARGS(arg_text(which)), &rows, err) == -1)
		return -1;
	is_elsewhere = row_bool(rows, 0, 0);
	rows_free(rows);
	return is_elsewhere ? err_set(err, FAIL_DENIED, "the caller has no such role for this office") : err_set(err, FAIL_NOT_FOUND, "%s", what);
}

int
certificate_source_read(struct tx *tx, const char *act_number, struct date as_of, json_t **source, struct err *err)
{
	char day[DATE_TEXT];

	return tx_query_json(tx, &certificates_queries[Q_SOURCE], ARGS(arg_text(act_number), arg_text(date_format(as_of, day))),
		"no act of this number was registered on that day", source, err);
}

/* ---- certificates ---- */

void
civil_certificate_clear(struct civil_certificate *c)
{
	json_decref(c->content);
	buf_clear(&c->seal);
	*c = (struct civil_certificate){ .copy = 0 };
}

int
civil_certificate_add(struct tx *tx, struct civil_certificate *c, struct err *err)
{
	char issued[DATE_TEXT], as_of[DATE_TEXT];
	struct buf content = BUF_INIT;
	struct rows *rows = NULL;
	int serial, rc = -1;

	if (json_text(c->content, &content, err) == -1 ||
		tx_query_one(tx, &certificates_queries[Q_NUMBER], ARGS(arg_uuid(&c->office_id), arg_int(c->issued_on.year)), FAIL_INPUT, "office is not there", &rows,
			err) == -1)
		goto out;
	serial = (int)row_int(rows, 0, 0);
	if (act_number_format(row_text(rows, 0, 1), "certificate", c->issued_on.year, serial, c->number, err) == -1)
		goto out;
	rows_free(rows);
	rows = NULL;
	if (tx_query_one(tx, &certificates_queries[Q_ADD],
		    ARGS(arg_uuid(&c->id), arg_uuid(&c->act_id), arg_uuid(&c->act_version_id), arg_uuid_or_null(&c->source_version_id), arg_text(c->kind),
			    arg_text(c->form), arg_text(c->language), arg_uuid(&c->office_id), arg_int(c->issued_on.year), arg_int(serial), arg_text(c->number),
			    arg_text(date_format(c->issued_on, issued)), arg_text(date_format(c->as_of, as_of)), arg_string(bytes_of(&content)),
			    arg_uuid_or_null(&c->replaces_id), arg_uuid(&c->officer_id)),
		    FAIL_INTERNAL, "no certificate was made", &rows, err) == -1)
		goto out;
	c->copy = (int)row_int(rows, 0, 0);
	rc = 0;
out:
	rows_free(rows);
	buf_wipe(&content);
	return rc;
}

static int
certificate_of_row(const struct rows *rows, struct civil_certificate *c, struct err *err)
{
	struct buf digest = BUF_INIT;

	if (row_uuid(rows, 0, 0, &c->id, err) == -1 || row_uuid(rows, 0, 1, &c->act_id, err) == -1 || row_uuid(rows, 0, 2, &c->act_version_id, err) == -1 ||
		row_uuid(rows, 0, 3, &c->office_id, err) == -1 || row_uuid(rows, 0, 4, &c->officer_id, err) == -1 ||
		date_parse(bytes_str(row_text(rows, 0, 10)), &c->issued_on, err) == -1 || date_parse(bytes_str(row_text(rows, 0, 11)), &c->as_of, err) == -1 ||
		row_json(rows, 0, 12, &c->content, err) == -1 || (!row_is_null(rows, 0, 13) && row_bytes(rows, 0, 13, &c->seal, err) == -1))
		return -1;
	if (!row_is_null(rows, 0, 14)) {
		if (row_bytes(rows, 0, 14, &digest, err) == -1)
			return -1;
		c->is_printed = digest.n == sizeof(c->sha256);
		if (c->is_printed)
			memcpy(c->sha256, digest.p, sizeof(c->sha256));
		c->is_sealed = row_bool(rows, 0, 18);
		buf_clear(&digest);
	}
	snprintf(c->kind, sizeof(c->kind), "%s", row_text(rows, 0, 5));
	snprintf(c->form, sizeof(c->form), "%s", row_text(rows, 0, 6));
	snprintf(c->language, sizeof(c->language), "%s", row_text(rows, 0, 7));
	snprintf(c->number, sizeof(c->number), "%s", row_text(rows, 0, 8));
	c->copy = (int)row_int(rows, 0, 9);
	snprintf(c->status, sizeof(c->status), "%s", row_text(rows, 0, 15));
	snprintf(c->code, sizeof(c->code), "%s", row_text(rows, 0, 16));
	snprintf(c->paper, sizeof(c->paper), "%s", row_is_null(rows, 0, 17) ? "" : row_text(rows, 0, 17));
	return 0;
}

int
civil_certificate_read(struct tx *tx, const char *number, struct civil_certificate *c, struct err *err)
{
	struct civil_certificate made = { .copy = 0 };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query(tx, &certificates_queries[Q_READ], ARGS(arg_text(number)), &rows, err) == -1)
		return -1;
	if (rows_count(rows) == 0) {
		unseen(tx, number, "there is no certificate of this number", err);
	} else if (certificate_of_row(rows, &made, err) == 0) {
		*c = made;
		made = (struct civil_certificate){ .copy = 0 };
		rc = 0;
	}
	civil_certificate_clear(&made);
	rows_free(rows);
	return rc;
}

int
civil_certificate_printed(struct tx *tx, const struct uuid *id, const uint8_t sha256[32], bool is_sealed, struct err *err)
{
	return tx_later(tx, &certificates_queries[Q_PRINTED], ARGS(arg_uuid(id), arg_bytes(BYTES(sha256, 32)), arg_bool(is_sealed)), -1, NULL, err);
}

int
civil_certificate_revoke(struct tx *tx, const struct uuid *id, const struct uuid *officer_id, const char *reason, struct err *err)
{
	return tx_later(tx, &certificates_queries[Q_REVOKE], ARGS(arg_uuid(id), arg_uuid(officer_id), arg_text(reason)), -1, NULL, err);
}

int
civil_certificate_list(struct tx *tx, const struct uuid *act_id, json_t **items, struct err *err)
{
	return tx_query_json(tx, &certificates_queries[Q_LIST], ARGS(arg_uuid(act_id)), "there is no certificate", items, err);
}

int
civil_certificate_status(struct tx *tx, const char *number, const char *code, char status[12], struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &certificates_queries[Q_STATUS], ARGS(arg_text(number), arg_text(code)), FAIL_NOT_FOUND,
		    "there is no certificate of this number and code", &rows, err) == -1)
		return -1;
	snprintf(status, 12, "%s", row_text(rows, 0, 0));
	rows_free(rows);
	return 0;
}

/* ---- paper ---- */

int
paper_count_add(struct tx *tx, const struct paper_count *p, struct err *err)
{
	return tx_later(tx, &certificates_queries[Q_COUNT],
		ARGS(arg_uuid(&p->id), arg_uuid(&p->office_id), arg_text(paper_count_events[p->event]), arg_text(p->prefix), arg_int(p->first), arg_int(p->last),
			arg_uuid(&p->officer_id)),
		-1, NULL, err);
}

int
paper_count_read(struct tx *tx, const struct uuid *id, struct paper_count *p, struct err *err)
{
	struct paper_count made = { .id = *id };
	struct rows *rows = NULL;
	char text[UUID_TEXT];
	int rc = -1;

	if (tx_query(tx, &certificates_queries[Q_COUNT_READ], ARGS(arg_uuid(id)), &rows, err) == -1)
		return -1;
	if (rows_count(rows) == 0) {
		unseen(tx, uuid_format(id, text), "there is no such count", err);
		goto out;
	}
	made.first = row_int(rows, 0, 3);
	made.last = row_int(rows, 0, 4);
	made.event = strcmp(row_text(rows, 0, 5), "receive") != 0;
	if (row_uuid(rows, 0, 0, &made.office_id, err) == 0 && row_uuid(rows, 0, 1, &made.officer_id, err) == 0 &&
		row_copy(rows, 0, 2, &made.prefix, err) == 0) {
		*p = made;
		rc = 0;
	}
out:
	rows_free(rows);
	return rc;
}

int
paper_confirm(struct tx *tx, const struct paper_count *p, int64_t counted, const struct uuid *officer_id, struct err *err)
{
	return tx_later(tx, &certificates_queries[Q_CONFIRM], ARGS(arg_uuid(&p->id), arg_uuid(&p->officer_id), arg_int(counted), arg_uuid(officer_id)), -1, NULL,
		err);
}

int
paper_find(struct tx *tx, const char *serial, struct uuid *id, struct uuid *office_id, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query(tx, &certificates_queries[Q_FIND], ARGS(arg_text(serial)), &rows, err) == -1)
		return -1;
	if (rows_count(rows) == 0)
		rc = unseen(tx, serial, "no sheet of this serial was received", err);
	else
		rc = row_uuid(rows, 0, 0, id, err) == 0 && row_uuid(rows, 0, 1, office_id, err) == 0 ? 0 : -1;
	rows_free(rows);
	return rc;
}

int
paper_event(struct tx *tx, const struct uuid *paper_id, const char *event, const struct uuid *certificate_id, const struct uuid *officer_id,
	const char *reason, struct err *err)
{
	return tx_later(tx, &certificates_queries[Q_EVENT],
		ARGS(arg_uuid(paper_id), arg_text(event), arg_uuid_or_null(certificate_id), arg_uuid(officer_id), arg_text(reason)), -1, NULL, err);
}

int
paper_stock(struct tx *tx, const struct uuid *office_id, json_t **stock, struct err *err)
{
	return tx_query_json(tx, &certificates_queries[Q_STOCK], ARGS(arg_uuid(office_id)), "there is no stock", stock, err);
}

/* ---- for signd ---- */

int
sealing_read(struct tx *tx, const struct uuid *id, json_t **found, struct err *err)
{
	return tx_query_json(tx, &sealing_queries[Q_SEALING_READ], ARGS(arg_uuid(id)), "the registry has no such certificate", found, err);
}

int
sealing_record(struct tx *tx, const struct uuid *id, struct bytes seal, const struct uuid *signer_id, struct err *err)
{
	return tx_later(tx, &sealing_queries[Q_SEALING_RECORD], ARGS(arg_uuid(id), arg_bytes(seal), arg_uuid(signer_id)), -1, NULL, err);
}
