#include "registry/store/report.h"

enum { Q_REPORT,
	Q_FINDING,
	Q_DELIVERY,
	Q_RELEASE,
	Q_TRANSFER,
	Q_OFFICE,
	Q_GUARDIAN,
	Q_SUSPENSION,
	Q_SUSPENSION_END,
	Q_DESTRUCTION,
	Q_WITNESS };
const struct query report_queries[] = {
	[Q_REPORT] = { "document_report_add",
		"INSERT INTO document_report (id, document_id, kind, reported_by, reference, happened_on, place, officer_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)" },
	[Q_FINDING] = { "document_finding_add",
		"INSERT INTO document_finding (id, report_id, document_id, recorded_by, found_by, is_restored, notes, officer_id)"
		" SELECT $1, r.id, r.document_id, r.officer_id, $3, $4, $5, $6 FROM document_report r WHERE r.document_id = $2 ORDER BY r.created_at DESC, r.id LIMIT 1" },
	[Q_DELIVERY] = { "document_delivery_add",
		"INSERT INTO document_delivery (id, document_id, bearer, is_likeness, proof, officer_id, consent_id) SELECT $1, d.id, $3, $4, $5, $6,"
		" coalesce($7::uuid, (SELECT (array_agg(c.id))[1] FROM application_consent c WHERE c.application_id = d.application_id HAVING count(DISTINCT c.guardian_person_id) = 1))"
		" FROM document d WHERE d.id = $2" },
	[Q_RELEASE] = { "document_release_add",
		"INSERT INTO document_release (id, document_id, reason, officer_id) VALUES ($1, $2, $3, $4)" },
	[Q_TRANSFER] = { "document_transfer_add",
		"INSERT INTO document_transfer (id, document_id, office_id, reason, officer_id) VALUES ($1, $2, $3, $4, $5)" },
	[Q_OFFICE] = { "delivering_office",
		"SELECT delivering_office($1)" },
	[Q_GUARDIAN] = { "guardian_portrait_read",
		"SELECT p.id, m.sealed, p.sealed_sha256 FROM application_consent c JOIN document d ON d.application_id = c.application_id"
		" JOIN current_identity i ON i.person_id = c.guardian_person_id AND i.enrolment_state = 'verified' JOIN portrait p ON p.id = i.portrait_id"
		" JOIN portrait_image m ON m.portrait_id = p.id WHERE d.id = $1 AND c.id = $2",
		.is_binary = true },
	[Q_SUSPENSION] = { "document_suspension_add",
		"INSERT INTO document_suspension (id, document_id, reason, officer_id) VALUES ($1, $2, $3, $4)" },
	[Q_SUSPENSION_END] = { "document_suspension_end_add",
		"INSERT INTO document_suspension_end (id, suspension_id, document_id, suspended_by, outcome, grounds, reason, officer_id)"
		" SELECT $1, s.id, s.document_id, s.officer_id, $3, $4, $5, $6 FROM document_suspension s WHERE s.document_id = $2 ORDER BY s.created_at DESC, s.id LIMIT 1" },
	[Q_DESTRUCTION] = { "document_destruction_add",
		"INSERT INTO document_destruction (id, document_id, notes, officer_id) VALUES ($1, $2, $3, $4)" },
	[Q_WITNESS] = { "document_destruction_witness_add",
		"INSERT INTO document_destruction_witness (id, destruction_id, document_id, destroyed_by, officer_id)"
		" SELECT $1, d.id, d.document_id, d.officer_id, $3 FROM document_destruction d WHERE d.document_id = $2" },
	{ NULL, NULL }
};

int
report_add(struct tx *tx, const struct report_new *r, struct err *err)
{
	char day[DATE_TEXT];

	if (tx_later(tx, &report_queries[Q_REPORT], ARGS(arg_uuid(&r->id), arg_uuid(&r->document_id), arg_text(r->kind), arg_text(r->reported_by), arg_text(r->reference), arg_text(r->happened_on.precision == DATE_UNKNOWN ? NULL : date_format(r->happened_on, day)), arg_text(r->place), arg_uuid(&r->officer_id)), 1,
		    "the report was not written", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
finding_add(struct tx *tx, const struct finding_new *f, struct err *err)
{
	if (tx_later(tx, &report_queries[Q_FINDING], ARGS(arg_uuid(&f->id), arg_uuid(&f->document_id), arg_text(f->found_by), arg_bool(f->is_restored), arg_text(f->notes), arg_uuid(&f->officer_id)), 1,
		    "the document was not reported", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
delivery_add(struct tx *tx, const struct delivery_new *d, struct err *err)
{
	if (tx_later(tx, &report_queries[Q_DELIVERY], ARGS(arg_uuid(&d->id), arg_uuid(&d->document_id), arg_text(d->bearer), arg_bool(d->is_likeness), arg_text(d->proof), arg_uuid(&d->officer_id), arg_uuid_or_null(&d->consent_id)), 1,
		    "the delivery was not written", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
release_add(struct tx *tx, const struct uuid *document_id, const char *reason, const struct uuid *officer_id, struct err *err)
{
	struct uuid id;

	if (uuid_new(&id, err) == -1 ||
		tx_later(tx, &report_queries[Q_RELEASE], ARGS(arg_uuid(&id), arg_uuid(document_id), arg_text(reason), arg_uuid(officer_id)), 1, "the release was not written", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
transfer_add(struct tx *tx, const struct uuid *document_id, const struct uuid *office_id, const char *reason, const struct uuid *officer_id, struct err *err)
{
	struct uuid id;

	if (uuid_new(&id, err) == -1 ||
		tx_later(tx, &report_queries[Q_TRANSFER], ARGS(arg_uuid(&id), arg_uuid(document_id), arg_uuid(office_id), arg_text(reason), arg_uuid(officer_id)), 1, "the transfer was not written", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
delivering_office(struct tx *tx, const struct uuid *document_id, struct uuid *office_id, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, &report_queries[Q_OFFICE], ARGS(arg_uuid(document_id)), FAIL_NOT_FOUND, "there is no such document", &rows, err) == -1)
		return -1;
	rc = row_uuid(rows, 0, 0, office_id, err);
	rows_free(rows);
	return rc;
}

int
guardian_portrait_read(struct tx *tx, const struct uuid *document_id, const struct uuid *consent_id, struct guardian_portrait *p, struct err *err)
{
	struct guardian_portrait found = { .sealed = BUF_INIT, .sha256 = BUF_INIT };
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &report_queries[Q_GUARDIAN], ARGS(arg_uuid(document_id), arg_uuid(consent_id)), FAIL_NOT_FOUND,
		    "the registry has no portrait of this guardian: what proves them is recorded", &rows, err) == -1)
		return -1;
	if (row_uuid(rows, 0, 0, &found.id, err) == 0 && row_bytes(rows, 0, 1, &found.sealed, err) == 0 && row_bytes(rows, 0, 2, &found.sha256, err) == 0) {
		*p = found;
		found = (struct guardian_portrait){ .sealed = BUF_INIT, .sha256 = BUF_INIT };
		rc = 0;
	}
	guardian_portrait_clear(&found);
	rows_free(rows);
	return rc;
}

void
guardian_portrait_clear(struct guardian_portrait *p)
{
	buf_clear(&p->sealed);
	buf_clear(&p->sha256);
}

int
suspension_add(struct tx *tx, const struct suspension_new *s, struct err *err)
{
	if (tx_later(tx, &report_queries[Q_SUSPENSION], ARGS(arg_uuid(&s->id), arg_uuid(&s->document_id), arg_text(s->reason), arg_uuid(&s->officer_id)), 1,
		    "the suspension was not written", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
suspension_end_add(struct tx *tx, const struct suspension_end_new *e, struct err *err)
{
	if (tx_later(tx, &report_queries[Q_SUSPENSION_END], ARGS(arg_uuid(&e->id), arg_uuid(&e->document_id), arg_text(e->outcome), arg_text(e->grounds), arg_text(e->reason), arg_uuid(&e->officer_id)), 1,
		    "the document was not suspended", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
destruction_add(struct tx *tx, const struct uuid *document_id, const char *notes, const struct uuid *officer_id, struct err *err)
{
	struct uuid id;

	if (uuid_new(&id, err) == -1 ||
		tx_later(tx, &report_queries[Q_DESTRUCTION], ARGS(arg_uuid(&id), arg_uuid(document_id), arg_text(notes), arg_uuid(officer_id)), 1, "the destruction was not written", err) == -1)
		return -1;
	return tx_flush(tx, err);
}

int
destruction_witness_add(struct tx *tx, const struct uuid *document_id, const struct uuid *officer_id, struct err *err)
{
	struct uuid id;

	if (uuid_new(&id, err) == -1 ||
		tx_later(tx, &report_queries[Q_WITNESS], ARGS(arg_uuid(&id), arg_uuid(document_id), arg_uuid(officer_id)), 1, "no officer has begun to destroy the document", err) == -1)
		return -1;
	return tx_flush(tx, err);
}
