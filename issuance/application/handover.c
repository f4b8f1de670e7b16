#include "issuance/application/handover.h"

#include "issuance/issued.h"
#include "issuance/perso/number.h"
#include "registry/base/clock.h"
#include "registry/store/report.h"

/* ---- lost, stolen, found ---- */

struct reporting {
	int kind, reported_by;
	char *reference, *place;
	struct date happened_on;
};
static const char *const report_names[] = { "lost", "stolen", NULL };
static const char *const reporter_names[] = { "holder", "guardian", "police", "authority", NULL };
static const struct json_field reporting_fields[] = {
	{ "kind", JSON_T_ENUM, offsetof(struct reporting, kind), .words = report_names },
	{ "reported_by", JSON_T_ENUM, offsetof(struct reporting, reported_by), .words = reporter_names },
	{ "reference", JSON_T_TEXT, offsetof(struct reporting, reference), JSON_OPTIONAL, 3, 200 },
	{ "happened_on", JSON_T_DATE, offsetof(struct reporting, happened_on), JSON_OPTIONAL, DATE_YEAR },
	{ "place", JSON_T_TEXT, offsetof(struct reporting, place), JSON_OPTIONAL, 1, 200 },
	{ NULL }
};

static int
reply_document(struct reply *rp, const struct production *p, const char *state, struct err *err)
{
	return reply_json(rp, 201, json_pack("{s:s, s:s}", "number", p->number, "state", state), err);
}

static int
work_report(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct reporting *r = arg;
	struct report_new row = { .officer_id = rq->who.officer_id, .kind = report_names[r->kind], .reported_by = reporter_names[r->reported_by], .reference = r->reference, .happened_on = r->happened_on, .place = r->place };
	struct production p = { 0 };
	int rc = -1;

	if (document_read(tx, request_param(rq, "number"), &p, err) == -1)
		return -1;
	row.document_id = p.document_id;
	if (uuid_new(&row.id, err) == 0 && report_add(tx, &row, err) == 0)
		rc = reply_document(rp, &p, strcmp(p.document_state, "delivered") == 0 || strcmp(p.document_state, "suspended") == 0 ? row.kind : "missing", err);
	production_clear(&p);
	return rc;
}

int
post_report(struct request *rq, struct reply *rp, struct err *err)
{
	struct reporting r = { .reference = NULL };
	int rc = -1;

	if (number_check(request_param(rq, "number"), err) == -1 || request_json(rq, reporting_fields, &r, err) == -1)
		return -1;
	if (r.happened_on.precision != DATE_UNKNOWN && date_compare(r.happened_on, clock_today()) > 0)
		err_problem(err, "/happened_on", "it has not happened yet");
	else
		rc = office_change(rq, rp, work_report, &r, err);
	json_clear(reporting_fields, &r);
	return rc;
}

struct finding {
	int found_by;
	char *notes;
	bool is_restored;
};
static const char *const finder_names[] = { "holder", "police", "authority", NULL };
static const struct json_field finding_fields[] = {
	{ "found_by", JSON_T_ENUM, offsetof(struct finding, found_by), .words = finder_names },
	{ "is_restored", JSON_T_BOOL, offsetof(struct finding, is_restored) },
	{ "notes", JSON_T_TEXT, offsetof(struct finding, notes), 0, 10, 1000 },
	{ NULL }
};

static int
work_find(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct finding *f = arg;
	struct finding_new row = { .officer_id = rq->who.officer_id, .found_by = finder_names[f->found_by], .notes = f->notes, .is_restored = f->is_restored };
	struct production p = { 0 };
	int rc = -1;

	if (document_read(tx, request_param(rq, "number"), &p, err) == -1)
		return -1;
	row.document_id = p.document_id;
	if (f->is_restored && (p.is_deceased || p.is_stopped || !p.identity_holds))
		err_set(err, FAIL_CONFLICT, "the holder may not have a document now, so that it is not given back");
	else if (uuid_new(&row.id, err) == 0 && finding_add(tx, &row, err) == 0)
		rc = reply_document(rp, &p, f->is_restored ? "delivered" : strcmp(p.document_state, "missing") == 0 ? "spoiled"
														    : "recovered",
			err);
	production_clear(&p);
	return rc;
}

int
post_finding(struct request *rq, struct reply *rp, struct err *err)
{
	struct finding f = { .notes = NULL };
	int rc;

	if (number_check(request_param(rq, "number"), err) == -1 || request_json(rq, finding_fields, &f, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_find, &f, err);
	json_clear(finding_fields, &f);
	return rc;
}
