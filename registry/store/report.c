#include "registry/store/report.h"

enum { Q_REPORT,
	Q_FINDING,
	Q_DELIVERY,
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
		"INSERT INTO document_delivery (id, document_id, bearer, is_likeness, proof, officer_id) VALUES ($1, $2, $3, $4, $5, $6)" },
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
	if (tx_later(tx, &report_queries[Q_DELIVERY], ARGS(arg_uuid(&d->id), arg_uuid(&d->document_id), arg_text(d->bearer), arg_bool(d->is_likeness), arg_text(d->proof), arg_uuid(&d->officer_id)), 1,
		    "the delivery was not written", err) == -1)
		return -1;
	return tx_flush(tx, err);
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
