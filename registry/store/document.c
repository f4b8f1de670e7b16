#include "registry/store/document.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/base/json.h"

#define AT_UTC(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"

/*
 * What is made or was made: the columns that production_of_row reads, and the tables they come from.  Counted, not EXISTS: the planner
 * would hash an EXISTS for a batch, and that takes the view of the whole nation.
 */
#define PRODUCTION_COLUMNS \
	"a.id, a.person_id, a.identity_version_id, a.office_id, s.state, a.document_type, d.authority, i.portrait_id, i.uin, i.primary_name," \
	" i.secondary_name, i.name_local, i.mrz_primary, i.mrz_secondary, i.place_of_birth, i.sex, i.date_of_birth, i.nationality," \
	" im.sealed, p.sealed_sha256," \
	" (SELECT count(*) = 1 FROM current_identity c WHERE c.person_id = a.person_id AND c.id = i.id AND c.enrolment_state = 'verified')," \
	" (SELECT count(*) > 0 FROM deceased x WHERE x.person_id = a.person_id)," \
	" (SELECT count(*) > 0 FROM stopped_person x WHERE x.person_id = a.person_id)," \
	" d.id, d.number, d.state, d.issuing_state, d.issued_on::text, d.expires_on::text, d.dg_hash_bits, d.dg_hashes::text, sig.sod, sig.certificate_id," \
	" k.mrz_form, k.mrz_code, k.years, k.years_minor, k.days," \
	" d.chip_profile, d.card_access, d.dg14, d.dg15, d.portrait_form, k.protection = 'seal', v.passport_number, v.entries, v.stay_days, k.number_length, d.dg2_standard"
#define PRODUCTION_JOINS \
	" JOIN current_state s ON s.subject_id = a.id JOIN document_kind k ON k.code = a.document_type" \
	" JOIN identity_version i ON i.id = a.identity_version_id JOIN portrait p ON p.id = i.portrait_id" \
	" JOIN portrait_image im ON im.portrait_id = i.portrait_id LEFT JOIN application_visa v ON v.application_id = a.id"

enum { Q_PRODUCTIONS,
	Q_DOCUMENT,
	Q_SIGNER,
	Q_HISTORY,
	Q_STANDING,
	Q_LIST,
	Q_SEQUENCE,
	Q_PRODUCE,
	Q_INSERT,
	Q_ALLOCATE,
	Q_PERSONALISE,
	Q_DECIDE,
	Q_SUPERSEDE,
	Q_OUTBOX,
	Q_CHIP_WRITTEN,
	Q_CHIP_ENDED,
	Q_CLOCK,
	Q_SAYS };
const struct query document_queries[] = {
	[Q_PRODUCTIONS] = { "productions_read",
		"SELECT " PRODUCTION_COLUMNS " FROM unnest($1::uuid[]) WITH ORDINALITY w(id, place) JOIN application a ON a.id = w.id" PRODUCTION_JOINS
		" LEFT JOIN LATERAL (SELECT t.*, ts.state FROM document t JOIN current_state ts ON ts.subject_id = t.id"
		"  WHERE t.application_id = a.id AND ts.state NOT IN ('spoiled', 'missing') ORDER BY t.created_at DESC LIMIT 1) d ON true"
		" LEFT JOIN document_signature sig ON sig.document_id = d.id ORDER BY w.place",
		.is_binary = true },
	[Q_DOCUMENT] = { "document_read",
		"SELECT " PRODUCTION_COLUMNS " FROM (SELECT t.*, ts.state FROM document t JOIN current_state ts ON ts.subject_id = t.id"
		"  WHERE t.number = $1) d JOIN application a ON a.id = d.application_id" PRODUCTION_JOINS
		" LEFT JOIN document_signature sig ON sig.document_id = d.id",
		.is_binary = true },
	[Q_SIGNER] = { "document_signer", "SELECT der FROM certificate WHERE id = $1", .is_binary = true },
	[Q_HISTORY] = { "document_history",
		"SELECT (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('event', d.event, 'officer_id', d.officer_id, 'reason', d.reason,"
		"  'from_state', d.from_state, 'to_state', d.to_state, 'created_at', " AT_UTC("d.created_at") ")) ORDER BY d.seq), '[]')::text FROM document_decision d WHERE d.document_id = $1),"
													      " (SELECT coalesce(jsonb_agg(jsonb_build_object('reason', x.reason, 'since', " AT_UTC("x.since") ") ORDER BY x.since, x.reason), '[]')::text"
																									       "  FROM stopped_document x WHERE x.document_id = $1),"
																									       " (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('kind', p.kind, 'reported_by', p.reported_by, 'reference', p.reference, 'happened_on', p.happened_on,"
																									       "  'place', p.place, 'officer_id', p.officer_id, 'created_at', " AT_UTC("p.created_at") ")) ORDER BY p.created_at, p.id), '[]')::text FROM document_report p WHERE p.document_id = $1),"
																																				       " (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('bearer', v.bearer, 'is_likeness', v.is_likeness, 'proof', v.proof, 'consent_id', v.consent_id, 'officer_id', v.officer_id,"
																																				       "  'created_at', " AT_UTC("v.created_at") ")) ORDER BY v.created_at, v.id), '[]')::text FROM document_delivery v WHERE v.document_id = $1),"
																																										 " (SELECT coalesce(jsonb_object_agg(o.id, o.name), '{}')::text FROM officer o WHERE o.id IN (SELECT d.officer_id FROM document_decision d WHERE d.document_id = $1"
																																										 "  UNION SELECT p.officer_id FROM document_report p WHERE p.document_id = $1 UNION SELECT v.officer_id FROM document_delivery v WHERE v.document_id = $1"
																																										 "  UNION SELECT t.officer_id FROM document_transfer t WHERE t.document_id = $1 UNION SELECT l.officer_id FROM document_release l WHERE l.document_id = $1)),"
																																										 " (SELECT coalesce(jsonb_agg(jsonb_build_object('office_id', t.office_id, 'office', f.name, 'reason', t.reason, 'officer_id', t.officer_id,"
																																										 "  'created_at', " AT_UTC("t.created_at") ") ORDER BY t.created_at, t.id), '[]')::text FROM document_transfer t JOIN office f ON f.id = t.office_id WHERE t.document_id = $1),"
																																															   " (SELECT coalesce(jsonb_agg(jsonb_build_object('reason', l.reason, 'officer_id', l.officer_id,"
																																															   "  'created_at', " AT_UTC("l.created_at") ") ORDER BY l.created_at, l.id), '[]')::text FROM document_release l WHERE l.document_id = $1)" },
	[Q_STANDING] = { "document_standing",
		"SELECT jsonb_strip_nulls(jsonb_build_object('status', v.status, 'since', v.since, 'is_valid', v.is_valid, 'destruction_begun_by', (SELECT x.officer_id FROM"
		" document_destruction x WHERE x.document_id = v.document_id AND v.state <> 'destroyed')))::text FROM document_standing v WHERE v.document_id = $1" },
	[Q_LIST] = { "document_list",
		"SELECT jsonb_strip_nulls(jsonb_build_object('id', d.id, 'number', d.number, 'state', s.state, 'application_id', a.id, 'office_id', delivering_office(d.id),"
		" 'document_type', d.document_type, 'booklet', b.serial, 'changed_at', to_char(s.changed_at AT TIME ZONE 'UTC',"
		" 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))::text"
		" FROM current_state s JOIN document d ON d.id = s.subject_id JOIN application a ON a.id = d.application_id"
		" AND (a.office_id = $1 OR EXISTS (SELECT FROM document_transfer t WHERE t.document_id = d.id AND t.office_id = $1)) AND delivering_office(d.id) = $1"
		" LEFT JOIN booklet_event e ON e.document_id = d.id LEFT JOIN booklet b ON b.id = e.booklet_id"
		" WHERE s.machine = 'document' AND s.state = $2 AND ($3::timestamptz IS NULL OR (s.changed_at, s.subject_id) > ($3, $4::uuid))"
		" ORDER BY s.changed_at, s.subject_id LIMIT $5" },
	[Q_SEQUENCE] = { "document_sequence",
		"SELECT nextval('document_number_sequence') FROM generate_series(1, $1::int)" },
	[Q_PRODUCE] = { "documents_produce",
		"INSERT INTO application_decision (id, application_id, taken_by, event, officer_id)"
		" SELECT w.production_id, a.id, a.officer_id, 'produce', $2"
		" FROM jsonb_to_recordset($1::jsonb) AS w(application_id uuid, production_id uuid) JOIN application a ON a.id = w.application_id" },
	/* The descent is in the text: the approval is the application's, the identity the application's, the production the one just decided. */
	[Q_INSERT] = { "documents_insert",
		"INSERT INTO document (id, number, application_id, person_id, identity_version_id, approval_id, production_id, document_type,"
		" issuing_state, authority, issued_on, expires_on, dg_hash_bits, dg_hashes, officer_id, chip_profile, card_access, dg14, dg15, portrait_form, dg2_standard)"
		" SELECT w.document_id, w.number, a.id, a.person_id, a.identity_version_id, ap.id, pr.id, a.document_type,"
		" w.issuing_state, $3, w.issued_on, w.expires_on, w.hash_bits, w.dg_hashes, $2,"
		" w.chip_profile, w.card_access, w.dg14, w.dg15, w.portrait_form, w.dg2_standard"
		" FROM jsonb_to_recordset($1::jsonb) AS w(application_id uuid, document_id uuid, production_id uuid, number text, issuing_state text,"
		"  issued_on date, expires_on date, hash_bits int, dg_hashes jsonb,"
		"  chip_profile text, card_access bytea, dg14 bytea, dg15 bytea, portrait_form text, dg2_standard text)"
		" JOIN application a ON a.id = w.application_id"
		" JOIN application_decision pr ON pr.id = w.production_id AND pr.application_id = a.id AND pr.event = 'produce'"
		" JOIN LATERAL (SELECT id FROM application_decision t WHERE t.application_id = a.id AND t.event = 'approve'"
		"  ORDER BY t.seq DESC LIMIT 1) ap ON true" },
	[Q_ALLOCATE] = { "documents_decide_allocate",
		"INSERT INTO document_decision (document_id, event, officer_id)"
		" SELECT w.document_id, 'allocate', $2 FROM jsonb_to_recordset($1::jsonb) AS w(document_id uuid)" },
	[Q_PERSONALISE] = { "documents_decide_personalise",
		"INSERT INTO document_decision (document_id, event, officer_id)"
		" SELECT w.id, 'personalise', $2 FROM unnest($1::uuid[]) w(id) JOIN current_state s ON s.subject_id = w.id AND s.state = 'allocated'"
		" JOIN document_signature sig ON sig.document_id = w.id JOIN document d ON d.id = w.id"
		" WHERE d.chip_profile IS NULL OR EXISTS (SELECT FROM chip_writing c WHERE c.document_id = d.id) RETURNING document_id" },
	[Q_DECIDE] = { "document_decide",
		"INSERT INTO document_decision (document_id, event, officer_id, reason) SELECT d.id, $2, $3, $4 FROM document d WHERE d.id = $1" },
	[Q_SUPERSEDE] = { "documents_supersede",
		/* those of its family that were not applied for beside another, unless the new one was */
		"WITH old AS (SELECT d.id FROM document n JOIN application a ON a.id = n.application_id AND a.reason <> 'additional'"
		"  JOIN document_kind nk ON nk.code = n.document_type JOIN document d ON d.person_id = $1 AND d.id <> n.id"
		"  JOIN document_kind k ON k.code = d.document_type AND k.family = nk.family"
		"  JOIN application b ON b.id = d.application_id AND b.reason <> 'additional'"
		"  JOIN current_state s ON s.subject_id = d.id AND s.state = 'delivered' WHERE n.id = $2),"
		" done AS (INSERT INTO document_decision (document_id, event, officer_id, reason)"
		"  SELECT id, 'cancel', $3, 'superseded by a new document' FROM old RETURNING document_id)"
		" INSERT INTO outbox (topic, subject_id) SELECT 'document.cancelled', document_id FROM done" },
	[Q_OUTBOX] = { "outbox_add",
		"INSERT INTO outbox (topic, subject_id) VALUES ($1, $2)" },
	[Q_CHIP_WRITTEN] = { "document_chip_written", "INSERT INTO chip_writing (document_id, station, officer_id) VALUES ($1, $2, $3)" },
	[Q_CHIP_ENDED] = { "document_chip_ended",
		"SELECT CASE WHEN $2::boolean THEN EXISTS (SELECT FROM chip_writing WHERE document_id = $1)"
		" ELSE EXISTS (SELECT FROM current_state WHERE subject_id = $1 AND state = 'spoiled') END" },
	[Q_CLOCK] = { "document_clock", "SELECT extract(epoch FROM clock_timestamp())::bigint" },
	[Q_SAYS] = { "station_says", "SELECT station_says($1, $2)" },
	{ NULL, NULL }
};

void
production_clear(struct production *p)
{
	free_wiped(p->uin);
	free_wiped(p->primary_name);
	free_wiped(p->secondary_name);
	free_wiped(p->name_local);
	free_wiped(p->mrz_primary);
	free_wiped(p->mrz_secondary);
	free_wiped(p->place_of_birth);
	free(p->authority);
	buf_clear(&p->portrait);
	buf_clear(&p->portrait_sha256);
	json_decref(p->dg_hashes);
	buf_clear(&p->sod);
	free(p->portrait_form);
	free(p->chip_profile);
	buf_clear(&p->card_access);
	buf_clear(&p->dg14);
	buf_clear(&p->dg15);
	*p = (struct production){ 0 };
}

static int
chip_of_row(const struct rows *rows, size_t row, struct production *p, struct err *err)
{
	struct buf *const file[] = { &p->card_access, &p->dg14, &p->dg15 };

	if (row_copy(rows, row, 38, &p->chip_profile, err) == -1 || row_copy(rows, row, 42, &p->portrait_form, err) == -1)
		return -1;
	for (size_t i = 0; i < NELEM(file); i++)
		if (!row_is_null(rows, row, 39 + (int)i) && row_bytes(rows, row, 39 + (int)i, file[i], err) == -1)
			return -1;
	return 0;
}

static int
document_of_row(const struct rows *rows, size_t row, struct production *p, struct err *err)
{
	p->has_document = !row_is_null(rows, row, 23);
	if (!p->has_document)
		return 0;
	snprintf(p->number, sizeof(p->number), "%s", row_text(rows, row, 24));
	snprintf(p->document_state, sizeof(p->document_state), "%s", row_text(rows, row, 25));
	snprintf(p->issuing_state, sizeof(p->issuing_state), "%s", row_text(rows, row, 26));
	p->hash_bits = (int)row_int(rows, row, 29);
	snprintf(p->dg2_standard, sizeof(p->dg2_standard), "%s", row_text(rows, row, 48));
	if (row_uuid(rows, row, 23, &p->document_id, err) == -1 || row_date(rows, row, 27, &p->issued_on, err) == -1 ||
		row_date(rows, row, 28, &p->expires_on, err) == -1 ||
		row_json(rows, row, 30, &p->dg_hashes, err) == -1 || chip_of_row(rows, row, p, err) == -1)
		return -1;
	if (row_is_null(rows, row, 31))
		return 0;
	return row_bytes(rows, row, 31, &p->sod, err) == -1 || row_uuid(rows, row, 32, &p->signer_id, err) == -1 ? -1 : 0;
}

static int
production_of_row(const struct rows *rows, size_t row, struct production *p, struct err *err)
{
	char **const text[] = { &p->uin, &p->primary_name, &p->secondary_name, &p->name_local, &p->mrz_primary, &p->mrz_secondary,
		&p->place_of_birth };

	*p = (struct production){ 0 };
	snprintf(p->application_state, sizeof(p->application_state), "%s", row_text(rows, row, 4));
	snprintf(p->document_type, sizeof(p->document_type), "%s", row_text(rows, row, 5));
	p->sex = *row_text(rows, row, 15);
	snprintf(p->nationality, sizeof(p->nationality), "%s", row_text(rows, row, 17));
	snprintf(p->mrz_form, sizeof(p->mrz_form), "%s", row_text(rows, row, 33));
	snprintf(p->mrz_code, sizeof(p->mrz_code), "%s", row_text(rows, row, 34));
	p->years = (int)row_int(rows, row, 35);
	p->years_minor = (int)row_int(rows, row, 36);
	p->days = (int)row_int(rows, row, 37);
	p->is_sealed = row_bool(rows, row, 43);
	snprintf(p->visa_passport, sizeof(p->visa_passport), "%s", row_text(rows, row, 44));
	p->visa_entries = (int)row_int(rows, row, 45);
	p->visa_stay = (int)row_int(rows, row, 46);
	p->number_length = (int)row_int(rows, row, 47);
	p->identity_holds = row_bool(rows, row, 20);
	p->is_deceased = row_bool(rows, row, 21);
	p->is_stopped = row_bool(rows, row, 22);
	for (size_t i = 0; i < NELEM(text); i++)
		if (row_copy(rows, row, 8 + (int)i, text[i], err) == -1)
			return -1;
	if (row_copy(rows, row, 6, &p->authority, err) == -1 || row_uuid(rows, row, 0, &p->application_id, err) == -1 ||
		row_uuid(rows, row, 1, &p->person_id, err) == -1 || row_uuid(rows, row, 2, &p->identity_version_id, err) == -1 ||
		row_uuid(rows, row, 3, &p->office_id, err) == -1 || row_uuid(rows, row, 7, &p->portrait_id, err) == -1 ||
		row_date(rows, row, 16, &p->birth, err) == -1 || row_bytes(rows, row, 18, &p->portrait, err) == -1 ||
		row_bytes(rows, row, 19, &p->portrait_sha256, err) == -1)
		return -1;
	return document_of_row(rows, row, p, err);
}

int
productions_read(struct tx *tx, const struct uuid *applications, size_t n, struct production *out, size_t *found, struct err *err)
{
	struct buf array = BUF_INIT;
	struct rows *rows = NULL;
	size_t filled = 0;
	int rc = -1;

	sql_uuid_array(applications, n, &array);
	if (buf_check(&array, err) == -1 || tx_query(tx, &document_queries[Q_PRODUCTIONS], ARGS(arg_text(buf_cstr(&array))), &rows, err) == -1)
		goto out;
	if (rows_count(rows) > n) {
		err_set(err, FAIL_INTERNAL, "%zu applications asked for, %zu rows came", n, rows_count(rows));
		goto out;
	}
	for (bool is_good; filled < rows_count(rows);) {
		is_good = production_of_row(rows, filled, &out[filled], err) == 0;
		filled++;
		if (!is_good)
			goto out;
	}
	*found = filled;
	rc = 0;
out:
	while (rc == -1 && filled > 0)
		production_clear(&out[--filled]);
	rows_free(rows);
	buf_clear(&array);
	return rc;
}

int
document_read(struct tx *tx, const char *number, struct production *p, struct err *err)
{
	struct production found = { 0 };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &document_queries[Q_DOCUMENT], ARGS(arg_text(number)), FAIL_NOT_FOUND, "no document has this number", &rows, err) == -1)
		return -1;
	if (production_of_row(rows, 0, &found, err) == -1)
		goto out;
	*p = found;
	found = (struct production){ 0 };
	rc = 0;
out:
	production_clear(&found);
	rows_free(rows);
	return rc;
}

int
document_signer(struct tx *tx, const struct production *p, struct buf *der, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (p->sod.n == 0)
		return 0;
	if (tx_query_one(tx, &document_queries[Q_SIGNER], ARGS(arg_uuid(&p->signer_id)), FAIL_INTERNAL, "the certificate of the signature is not there", &rows, err) == -1)
		return -1;
	rc = row_bytes(rows, 0, 0, der, err);
	rows_free(rows);
	return rc;
}

int
document_history(struct tx *tx, const struct uuid *document_id, struct document_history *history, struct err *err)
{
	struct document_history h = { NULL };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &document_queries[Q_HISTORY], ARGS(arg_uuid(document_id)), FAIL_INTERNAL, "document: no history", &rows, err) == -1)
		return -1;
	if (row_json(rows, 0, 0, &h.decisions, err) == 0 && row_json(rows, 0, 1, &h.stops, err) == 0 && row_json(rows, 0, 2, &h.reports, err) == 0 &&
		row_json(rows, 0, 3, &h.deliveries, err) == 0 && row_json(rows, 0, 4, &h.officers, err) == 0 && row_json(rows, 0, 5, &h.transfers, err) == 0 && row_json(rows, 0, 6, &h.releases, err) == 0) {
		*history = h;
		h = (struct document_history){ NULL };
		rc = 0;
	}
	document_history_clear(&h);
	rows_free(rows);
	return rc;
}

void
document_history_clear(struct document_history *h)
{
	json_decref(h->decisions);
	json_decref(h->stops);
	json_decref(h->reports);
	json_decref(h->deliveries);
	json_decref(h->transfers);
	json_decref(h->releases);
	json_decref(h->officers);
	*h = (struct document_history){ NULL };
}

int
document_list(struct tx *tx, const struct uuid *office_id, const char *state, const char *after_at, const struct uuid *after_id, unsigned limit,
	json_t **items, bool *more, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query(tx, &document_queries[Q_LIST],
		    ARGS(arg_uuid(office_id), arg_text(state), arg_text(after_at), arg_uuid_or_null(after_id), arg_int((int64_t)limit + 1)), &rows, err) == -1)
		return -1;
	rc = rows_json_list(rows, 0, limit, items, more, err);
	rows_free(rows);
	return rc;
}

int
document_standing(struct tx *tx, const struct uuid *document_id, json_t **standing, struct err *err)
{
	return tx_query_json(tx, &document_queries[Q_STANDING], ARGS(arg_uuid(document_id)), "there is no such document", standing, err);
}

int
document_sequence(struct tx *tx, size_t n, uint64_t *values, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query(tx, &document_queries[Q_SEQUENCE], ARGS(arg_int((int64_t)n)), &rows, err) == -1)
		return -1;
	if (rows_count(rows) != n) {
		rows_free(rows);
		return err_set(err, FAIL_INTERNAL, "document number sequence: %zu values wanted", n);
	}
	for (size_t i = 0; i < n; i++)
		values[i] = (uint64_t)row_int(rows, i, 0);
	rows_free(rows);
	return 0;
}

/* A member whose value is octets, when there are any. */
static void
octets_text(struct buf *text, const char *name, struct bytes octets)
{
	if (octets.n == 0)
		return;
	buf_printf(text, ",\"%s\":\"\\\\x", name);
	buf_hex(text, octets);
	buf_str(text, "\"");
}

/* All members are identifiers, dates and hexadecimal: nothing that needs escaping. */
static int
allocation_text(const struct allocation *a, bool first, struct buf *text, struct err *err)
{
	char application[UUID_TEXT], document[UUID_TEXT], production[UUID_TEXT], issued[DATE_TEXT], expires[DATE_TEXT];
	struct uuid production_id;

	if (uuid_new(&production_id, err) == -1)
		return -1;
	buf_printf(text, "%s{\"application_id\":\"%s\",\"document_id\":\"%s\",\"production_id\":\"%s\",\"number\":\"%s\","
			 "\"issuing_state\":\"%s\",\"issued_on\":\"%s\",\"expires_on\":\"%s\",\"hash_bits\":%d,\"dg_hashes\":%s",
		first ? "" : ",", uuid_format(&a->application_id, application), uuid_format(&a->document_id, document),
		uuid_format(&production_id, production), a->number, a->issuing_state, date_format(a->issued_on, issued),
		date_format(a->expires_on, expires), a->hash_bits, a->dg_hashes);
	if (a->dg2_standard != NULL)
		buf_printf(text, ",\"dg2_standard\":\"%s\"", a->dg2_standard);
	if (a->portrait_form != NULL)
		buf_printf(text, ",\"portrait_form\":\"%s\"", a->portrait_form);
	if (a->chip_profile != NULL)
		buf_printf(text, ",\"chip_profile\":\"%s\"", a->chip_profile);
	octets_text(text, "card_access", a->card_access);
	octets_text(text, "dg14", a->dg14);
	octets_text(text, "dg15", a->dg15);
	buf_str(text, "}");
	return 0;
}

int
documents_allocate(struct tx *tx, const struct allocation *list, size_t n, const char *authority, const struct uuid *officer_id,
	struct err *err)
{
	static const char what[] = "an application of the batch is not there or was not approved";
	struct buf text = BUF_INIT;
	int rc = -1;

	buf_str(&text, "[");
	for (size_t i = 0; i < n; i++)
		if (allocation_text(&list[i], i == 0, &text, err) == -1)
			goto out;
	buf_str(&text, "]");
	if (buf_check(&text, err) == -1)
		goto out;
	if (tx_later(tx, &document_queries[Q_PRODUCE], ARGS(arg_text(buf_cstr(&text)), arg_uuid(officer_id)), (int)n, what, err) == -1 ||
		tx_later(tx, &document_queries[Q_INSERT], ARGS(arg_text(buf_cstr(&text)), arg_uuid(officer_id), arg_text(authority)), (int)n, what, err) == -1 ||
		tx_later(tx, &document_queries[Q_ALLOCATE], ARGS(arg_text(buf_cstr(&text)), arg_uuid(officer_id)), (int)n, what, err) == -1)
		goto out;
	rc = tx_flush(tx, err);
out:
	buf_clear(&text);
	return rc;
}

int
documents_personalise(struct tx *tx, const struct uuid *documents, size_t n, const struct uuid *officer_id, size_t *done, struct err *err)
{
	struct buf array = BUF_INIT;
	struct rows *rows = NULL;
	int rc = -1;

	sql_uuid_array(documents, n, &array);
	if (buf_check(&array, err) == -1 ||
		tx_query(tx, &document_queries[Q_PERSONALISE], ARGS(arg_text(buf_cstr(&array)), arg_uuid(officer_id)), &rows, err) == -1)
		goto out;
	*done = rows_count(rows);
	rc = 0;
out:
	rows_free(rows);
	buf_clear(&array);
	return rc;
}

int
document_decide(struct tx *tx, const struct uuid *document_id, const char *event, const struct uuid *officer_id, const char *reason,
	struct err *err)
{
	return tx_later(tx, &document_queries[Q_DECIDE], ARGS(arg_uuid(document_id), arg_text(event), arg_uuid(officer_id), arg_text(reason)), 1,
		"there is no such document", err);
}

int
documents_supersede(struct tx *tx, const struct uuid *person_id, const struct uuid *document_id, const struct uuid *officer_id,
	struct err *err)
{
	if (tx_later(tx, &document_queries[Q_SUPERSEDE], ARGS(arg_uuid(person_id), arg_uuid(document_id), arg_uuid(officer_id)), -1, NULL, err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
outbox_add(struct tx *tx, const char *topic, const struct uuid *subject_id, struct err *err)
{
	return tx_later(tx, &document_queries[Q_OUTBOX], ARGS(arg_text(topic), arg_uuid(subject_id)), 1, "notification was not queued", err);
}

int
document_chip_written(struct tx *tx, const struct uuid *document_id, const char *station, const struct uuid *officer_id, struct err *err)
{
	if (tx_later(tx, &document_queries[Q_CHIP_WRITTEN], ARGS(arg_uuid(document_id), arg_text(station), arg_uuid(officer_id)), 1, "the chip was not recorded", err) == -1 ||
		document_decide(tx, document_id, "personalise", officer_id, NULL, err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
document_chip_ended(struct tx *tx, const struct uuid *document_id, bool was_written, bool *is_recorded, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &document_queries[Q_CHIP_ENDED], ARGS(arg_uuid(document_id), arg_bool(was_written)), FAIL_NOT_FOUND, "there is no such document", &rows, err) == -1)
		return -1;
	*is_recorded = row_bool(rows, 0, 0);
	rows_free(rows);
	return 0;
}

int
document_clock(struct tx *tx, int64_t *now, struct err *err)
{
	struct rows *rows = NULL;

	if (tx_query_one(tx, &document_queries[Q_CLOCK], NULL, 0, FAIL_INTERNAL, "database: no clock", &rows, err) == -1)
		return -1;
	*now = row_int(rows, 0, 0);
	rows_free(rows);
	return 0;
}

int
station_says(struct tx *tx, const char *station, const char *problem, struct err *err)
{
	if (tx_later(tx, &document_queries[Q_SAYS], ARGS(arg_text(station), arg_text(problem)), -1, NULL, err) == -1)
		return -1;
	return tx_flush(tx, err);
}
