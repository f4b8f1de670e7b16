#include "issuance/perso/documents.h"

#include <stdio.h>
#include <stdlib.h>

#include "issuance/issued.h"
#include "issuance/perso/content.h"
#include "issuance/perso/faceimage.h"
#include "issuance/perso/chipwriter.h"
#include "issuance/perso/number.h"
#include "issuance/perso/qc.h"
#include "registry/base/clock.h"
#include "registry/base/file.h"
#include "registry/service/page.h"
#include "registry/store/application.h"
#include "registry/store/booklet.h"
#include "registry/store/descent.h"

/* ---- a batch ---- */

struct wanted {
	json_t *applications;
};
static const struct json_field wanted_fields[] = {
	{ "applications", JSON_T_RAW, offsetof(struct wanted, applications) },
	{ NULL }
};

struct batch_work {
	struct uuid ids[DOCUMENT_BATCH];
	struct personalised results[DOCUMENT_BATCH];
	size_t n;
};

static int
ids_of_json(const json_t *list, struct batch_work *b, struct err *err)
{
	struct err why = ERR_INIT;
	char pointer[40];

	if (!json_is_array(list) || json_array_size(list) == 0 || json_array_size(list) > DOCUMENT_BATCH)
		return err_problem(err, "/applications", "a list of 1 to %d applications is wanted", DOCUMENT_BATCH);
	for (b->n = 0; b->n < json_array_size(list); b->n++) {
		const char *text = json_string_value(json_array_get(list, b->n));

		snprintf(pointer, sizeof(pointer), "/applications/%zu", b->n);
		if (text == NULL || uuid_parse(bytes_str(text), &b->ids[b->n], &why) == -1)
			return err_problem(err, pointer, "a UUID is wanted");
		for (size_t i = 0; i < b->n; i++)
			if (uuid_equal(&b->ids[i], &b->ids[b->n]))
				return err_problem(err, pointer, "the application is in the list already");
	}
	return 0;
}

static json_t *
result_to_json(const struct personalised *r)
{
	char application[UUID_TEXT], document[UUID_TEXT];
	json_t *item = json_pack("{s:s}", "application_id", uuid_format(&r->application_id, application));

	if (item == NULL)
		return NULL;
	if (r->number[0] != '\0' && !uuid_is_null(&r->document_id)) {
		json_object_set_new(item, "document_id", json_string(uuid_format(&r->document_id, document)));
		json_object_set_new(item, "number", json_string(r->number));
	}
	if (r->err.kind != FAIL_NONE)
		json_object_set_new(item, "problem", json_pack("{s:s, s:s}", "kind", fail_name(r->err.kind), "detail", r->err.text));
	return item;
}

static int
work_conclude(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct batch_work *b = arg;
	json_t *list;

	if (station_conclude(tx, b->results, b->n, &rq->who.officer_id, err) == -1)
		return -1;
	if ((list = json_array()) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < b->n; i++)
		json_array_append_new(list, result_to_json(&b->results[i]));
	return reply_json(rp, 200, json_pack("{s:o}", "results", list), err);
}

int
post_documents(struct request *rq, struct reply *rp, struct err *err)
{
	struct batch_work *b = calloc(1, sizeof(*b));
	struct wanted wanted = { 0 };
	int rc = -1;

	if (b == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (request_json(rq, wanted_fields, &wanted, err) == 0 && ids_of_json(wanted.applications, b, err) == 0 &&
		station_produce(issued_of(rq)->station, b->ids, b->n, &rq->who.officer_id, b->results, err) == 0)
		rc = office_change(rq, rp, work_conclude, b, err);
	json_clear(wanted_fields, &wanted);
	free(b);
	return rc;
}

/* ---- reading ---- */

static json_t *
document_to_json(const struct production *p, const struct document_history *h, json_t *standing)
{
	char id[UUID_TEXT], application[UUID_TEXT], office[UUID_TEXT], issued[DATE_TEXT], expires[DATE_TEXT];

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O}", "id", uuid_format(&p->document_id, id),
		"number", p->number, "state", p->document_state, "application_id", uuid_format(&p->application_id, application), "office_id",
		uuid_format(&p->office_id, office), "document_type", p->document_type, "issuing_state", p->issuing_state, "authority",
		p->authority, "issued_on", date_format(p->issued_on, issued), "expires_on", date_format(p->expires_on, expires), "is_signed",
		p->sod.n > 0, "dg_hashes", p->dg_hashes, "decisions", h->decisions, "stops", h->stops, "reports", h->reports, "deliveries", h->deliveries,
		"transfers", h->transfers, "releases", h->releases, "officers", h->officers, "standing", standing);
}

static int
work_document(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct document_history history = { NULL };
	struct production p = { 0 };
	json_t *standing = NULL;
	int rc = -1;

	(void)arg;
	if (document_read(tx, request_param(rq, "number"), &p, err) == 0 && document_history(tx, &p.document_id, &history, err) == 0 &&
		document_standing(tx, &p.document_id, &standing, err) == 0 && office_disclose(tx, rq, "document", &p.document_id, err) == 0)
		rc = reply_json(rp, 200, document_to_json(&p, &history, standing), err);
	json_decref(standing);
	document_history_clear(&history);
	production_clear(&p);
	return rc;
}

int
get_document(struct request *rq, struct reply *rp, struct err *err)
{
	if (number_check(request_param(rq, "number"), err) == -1)
		return -1;
	return office_read(rq, rp, work_document, NULL, err);
}

struct listing {
	struct uuid office_id, after;
	const char *state;
	struct page page;
};

static int
work_list(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct listing *l = arg;
	json_t *items = NULL;
	bool more;

	(void)rq;
	if (document_list(tx, &l->office_id, l->state, l->page.has_after ? l->page.after_key : NULL, &l->after, l->page.limit, &items, &more, err) == -1)
		return -1;
	return reply_page_by(rp, "documents", items, more, "changed_at", err);
}

int
get_documents(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "office", "state", "cursor", "limit", NULL };
	/* where one waits for somebody's work */
	static const char *const states[] = { "allocated", "personalised", "ready", "spoiled", NULL };
	struct listing l = { .state = request_query(rq, "state") };
	int has_office;
	size_t i = 0;

	if (request_query_known(rq, known, err) == -1 || (has_office = request_query_uuid(rq, "office", &l.office_id, err)) == -1 ||
		page_of_request(rq, "documents", &l.page, err) == -1 ||
		(l.page.has_after && uuid_parse(bytes_str(l.page.after_id), &l.after, err) == -1))
		return -1;
	if (has_office == 0)
		return err_set(err, FAIL_INPUT, "query parameter office: whose documents is wanted");
	while (l.state != NULL && states[i] != NULL && strcmp(states[i], l.state) != 0)
		i++;
	if (l.state == NULL || states[i] == NULL)
		return err_set(err, FAIL_INPUT, "query parameter state: allocated, personalised, ready or spoiled is wanted");
	return office_may(rq, ROLES_PASSPORT, &l.office_id, err) == -1 ? -1 : office_read(rq, rp, work_list, &l, err);
}

static int
work_descent(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct production p = { 0 };
	json_t *chain = NULL;
	int rc = -1;

	(void)arg;
	if (document_read(tx, request_param(rq, "number"), &p, err) == 0 && descent_chain(tx, &p.document_id, &chain, err) == 0 &&
		json_object_set_new(chain, "number", json_string(p.number)) == 0 && json_object_set_new(chain, "state", json_string(p.document_state)) == 0 &&
		office_disclose(tx, rq, "document", &p.document_id, err) == 0)
		rc = reply_json(rp, 200, json_incref(chain), err);
	json_decref(chain);
	production_clear(&p);
	return rc;
}

int
get_document_descent(struct request *rq, struct reply *rp, struct err *err)
{
	return number_check(request_param(rq, "number"), err) == -1 ? -1 : office_read(rq, rp, work_descent, NULL, err);
}

/* A document with everything composed again: for the files, quality control. */
struct remade {
	struct production p;
	struct perso_order order;
	struct buf jpeg;
	struct chip_files files;
};

static void
remade_clear(struct remade *m)
{
	chip_clear(&m->files);
	buf_wipe(&m->jpeg);
	order_clear(&m->order);
	production_clear(&m->p);
}

static int
remake(struct tx *tx, const struct request *rq, struct remade *m, struct err *err)
{
	*m = (struct remade){ .files = CHIP_FILES_INIT };
	if (document_read(tx, request_param(rq, "number"), &m->p, err) == 0 &&
		station_compose(issued_of(rq)->station, &m->p, &m->order, &m->jpeg, &m->files, err) == 0)
		return 0;
	remade_clear(m);
	return -1;
}

static int
work_file(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct bytes file;
	struct remade m;
	int rc = -1;

	(void)arg;
	if (remake(tx, rq, &m, err) == -1)
		return -1;
	if (m.p.is_sealed) /* what is printed is composed as a chip's files are, but there is no chip */
		file = strcmp(request_param(rq, "name"), "SEAL") == 0 ? bytes_of(&m.p.sod) : BYTES_NONE;
	else
		file = chip_file(&m.files, bytes_of(&m.p.sod), request_param(rq, "name"));
	if (file.n == 0)
		err_set(err, FAIL_NOT_FOUND, "the document has no such file");
	else if (office_disclose(tx, rq, "document", &m.p.document_id, err) == 0)
		rc = reply_bytes(rp, 200, "application/octet-stream", file, err);
	remade_clear(&m);
	return rc;
}

int
get_file(struct request *rq, struct reply *rp, struct err *err)
{
	if (number_check(request_param(rq, "number"), err) == -1)
		return -1;
	return office_read(rq, rp, work_file, NULL, err);
}

/* ---- what the chip holds ---- */

static int
store_load(const char *file, struct truststore **store, struct err *err)
{
	struct buf octets = BUF_INIT;
	struct truststore *made = NULL;
	int rc = -1;

	if (file_read(file, CERT_MAX, &octets, err) == 0 && truststore_new(&made, err) == 0 &&
		truststore_add(made, bytes_of(&octets), TRUST_ANCHOR, "csca_certificate of the configuration", err) == 0 &&
		truststore_settle(made, err) == 0) {
		*store = made;
		made = NULL;
		rc = 0;
	} else {
		err->kind = FAIL_INTERNAL; /* our configuration, not the officer's request */
		err_prefix(err, "csca_certificate");
	}
	truststore_free(made);
	buf_clear(&octets);
	return rc;
}

static int
authenticate(const struct issued *own, const struct remade *m, json_t **verdicts, struct err *err)
{
	struct passive_input in = { .sod = bytes_of(&m->p.sod), .com = bytes_of(&m->files.com), .at = clock_now() };
	struct passive *result = calloc(1, sizeof(*result));
	struct truststore *store = NULL;
	int rc = -1;

	if (result == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (store_load(own->csca_certificate, &store, err) == -1)
		goto out;
	in.store = store;
	for (unsigned i = 1; i <= LDS_DGS; i++)
		in.dg[i] = bytes_of(&m->files.dg[i]);
	passive_authenticate(&in, result);
	rc = chip_verdicts(result, verdicts, err);
out:
	truststore_free(store);
	free(result);
	return rc;
}

static int
work_chip(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *files = NULL, *verdicts = NULL;
	struct remade m;
	int rc = -1;

	(void)arg;
	if (remake(tx, rq, &m, err) == -1)
		return -1;
	if (m.p.is_sealed) {
		remade_clear(&m);
		return err_set(err, FAIL_NOT_FOUND, "a document of this kind has no chip");
	}
	if (office_disclose(tx, rq, "document", &m.p.document_id, err) == 0 &&
		chip_content(&m.files, bytes_of(&m.p.sod), date_of_unix(clock_now()), &files, err) == 0 &&
		(m.p.sod.n == 0 || authenticate(issued_of(rq), &m, &verdicts, err) == 0))
		rc = reply_json(rp, 200, json_pack("{s:s, s:s, s:O, s:o}", "number", m.p.number, "state", m.p.document_state, "files", files, "checks", verdicts != NULL ? json_incref(verdicts) : json_array()), err);
	json_decref(files);
	json_decref(verdicts);
	remade_clear(&m);
	return rc;
}

int
get_document_chip(struct request *rq, struct reply *rp, struct err *err)
{
	return number_check(request_param(rq, "number"), err) == -1 ? -1 : office_read(rq, rp, work_chip, NULL, err);
}

static int
work_chip_portrait(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct buf jpeg = BUF_INIT;
	struct bytes image;
	struct remade m;
	int rc = -1;

	(void)arg;
	if (remake(tx, rq, &m, err) == -1)
		return -1;
	if (m.p.is_sealed) {
		remade_clear(&m);
		return err_set(err, FAIL_NOT_FOUND, "a document of this kind has no chip");
	}
	if (office_disclose(tx, rq, "document", &m.p.document_id, err) == 0 && chip_portrait(bytes_of(&m.files.dg[2]), &image, err) == 0 &&
		faceimage_show(image, &jpeg, err) == 0)
		rc = reply_bytes(rp, 200, "image/jpeg", bytes_of(&jpeg), err);
	buf_wipe(&jpeg);
	remade_clear(&m);
	return rc;
}

int
get_document_chip_portrait(struct request *rq, struct reply *rp, struct err *err)
{
	return number_check(request_param(rq, "number"), err) == -1 ? -1 : office_read(rq, rp, work_chip_portrait, NULL, err);
}

/* ---- quality control ---- */

static json_t *
report_to_json(const struct remade *m, const struct qc_report *report)
{
	json_t *items = json_array();

	for (unsigned i = 0; i < report->n; i++)
		json_array_append_new(items, json_pack("{s:s, s:b, s:s}", "check", report->item[i].check, "good", report->item[i].is_good, "detail", report->item[i].text));
	return json_pack("{s:s, s:b, s:s, s:o}", "number", m->p.number, "passed", report->passed, "state",
		report->passed ? "ready" : m->p.document_state, "checks", items);
}

/* What the officer of quality control has in hand. */
struct control {
	char *booklet, *page_mrz; /* NULL: nobody looked; then it does not pass when a station wrote the chip (qc.h) */
};
static const struct json_field control_fields[] = {
	{ "booklet", JSON_T_TEXT, offsetof(struct control, booklet), JSON_OPTIONAL, 1, 16 },
	{ "page_mrz", JSON_T_TEXT, offsetof(struct control, page_mrz), JSON_OPTIONAL, 72, 90 },
	{ NULL }
};

/* The chip in the reader of quality control, when there is one and a station wrote the document's.  *is_read: it answered, whatever it holds. */
static int
read_back(const struct issued *own, const struct remade *m, const struct truststore *store, struct inspection *found, bool *is_read, struct err *err)
{
	*is_read = false;
	if (own->qc_reader[0] == '\0' || m->p.chip_profile == NULL)
		return 0;
	*is_read = true;
	if (chip_read_document(own->qc_reader, bytes_str(m->order.lines), store, clock_now(), found, err) == 0)
		return 0;
	if (err->kind == FAIL_INTERNAL)
		return -1;
	if (err->kind != FAIL_AGAIN && err->kind != FAIL_NOT_FOUND && found->step[INSPECT_ACCESS].text[0] != '\0') {
		err_clear(err); /* another chip, or one that does not open: the report says so */
		return 0;
	}
	err->kind = FAIL_CONFLICT; /* nothing is known of the booklet: it is put in, and controlled again */
	return err_prefix(err, "quality control");
}

static int
examine(struct tx *tx, const struct issued *own, const struct remade *m, const struct control *c, struct qc_report *report, struct err *err)
{
	const struct datapage_input page = { .order = &m->order, .portrait = bytes_of(&m->jpeg), .seal = m->p.is_sealed ? bytes_of(&m->p.sod) : BYTES_NONE };
	struct qc_input in = { .order = &m->order, .made = &m->files, .files = &m->files, .sod = bytes_of(&m->p.sod), .registered_sod = bytes_of(&m->p.sod), .datapage = own->datapage, .at = clock_now(), .booklet = c->booklet, .page_mrz = c->page_mrz };
	struct inspection found = INSPECTION_INIT;
	struct chip_files read;
	char serial[BOOKLET_SERIAL_TEXT];
	struct truststore *store = NULL;
	struct buf png = BUF_INIT, signer = BUF_INIT;
	bool is_read;
	int rc = -1;

	if (store_load(own->csca_certificate, &store, err) == -1 || booklet_of_document(tx, &m->p.document_id, serial, err) == -1 ||
		document_signer(tx, &m->p, &signer, err) == -1 ||
		datapage_draw(own->datapage, &page, datapage_layout(own->datapage, m->order.mrz.form)->mrz_side, DATAPAGE_DPI, &png, err) == -1 ||
		read_back(own, m, store, &found, &is_read, err) == -1)
		goto out;
	in.chip = is_read ? &found : NULL;
	if (is_read && found.sod.n > 0) {
		read = (struct chip_files){ .com = found.com, .card_access = found.card_access }; /* borrowed */
		memcpy(read.dg, found.dg, sizeof(read.dg));
		in.files = &read;
		in.sod = bytes_of(&found.sod);
	}
	in.registered_booklet = serial;
	in.store = store;
	in.signer = bytes_of(&signer);
	in.data_page = bytes_of(&png);
	qc_examine(&in, report);
	rc = 0;
out:
	inspection_clear(&found);
	buf_wipe(&png);
	buf_clear(&signer);
	truststore_free(store);
	return rc;
}

static int
work_quality_control(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct qc_report report;
	struct remade m;
	int rc = -1;

	if (remake(tx, rq, &m, err) == -1)
		return -1;
	if (strcmp(m.p.document_state, "personalised") != 0)
		err_set(err, FAIL_CONFLICT, "document is %s, which does not allow: pass", m.p.document_state);
	else if (office_disclose(tx, rq, "document", &m.p.document_id, err) == 0 && examine(tx, issued_of(rq), &m, arg, &report, err) == 0 &&
		(!report.passed || document_decide(tx, &m.p.document_id, "pass", &rq->who.officer_id, NULL, err) == 0) &&
		tx_flush(tx, err) == 0)
		rc = reply_json(rp, 200, report_to_json(&m, &report), err);
	remade_clear(&m);
	return rc;
}

int
post_quality_control(struct request *rq, struct reply *rp, struct err *err)
{
	struct control c = { .booklet = NULL };
	int rc = -1;

	if (number_check(request_param(rq, "number"), err) == 0 && (rq->body.n == 0 || request_json(rq, control_fields, &c, err) == 0))
		rc = office_change(rq, rp, work_quality_control, &c, err);
	json_clear(control_fields, &c);
	return rc;
}

/* ---- cancellation, spoiling ---- */

static int
reply_state(struct reply *rp, const struct production *p, const char *state, struct err *err)
{
	return reply_json(rp, 201, json_pack("{s:s, s:s}", "number", p->number, "state", state), err);
}

struct ending {
	char *reason;
};
static const struct json_field ending_fields[] = {
	{ "reason", JSON_T_TEXT, offsetof(struct ending, reason), 0, 3, 1000 },
	{ NULL }
};

static int
end(struct request *rq, struct reply *rp, office_work *work, struct err *err)
{
	struct ending e = { 0 };
	int rc;

	if (number_check(request_param(rq, "number"), err) == -1 || request_json(rq, ending_fields, &e, err) == -1)
		return -1;
	rc = office_change(rq, rp, work, &e, err);
	json_clear(ending_fields, &e);
	return rc;
}

/* One that was not delivered yet takes its application with it. */
static int
work_cancel(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct ending *e = arg;
	const struct uuid *officer = &rq->who.officer_id;
	struct production p = { 0 };
	int rc = -1;

	if (document_read(tx, request_param(rq, "number"), &p, err) == -1)
		return -1;
	if (office_may(rq, ROLE_PASSPORT_CLERK, &p.office_id, err) == -1 ||
		document_decide(tx, &p.document_id, "cancel", officer, e->reason, err) == -1)
		goto out;
	if (strcmp(p.application_state, "in_production") == 0 &&
		(application_decide(tx, &p.application_id, "reproduce", officer, NULL, err) == -1 ||
			application_decide(tx, &p.application_id, "cancel", officer, e->reason, err) == -1))
		goto out;
	if (outbox_add(tx, "document.cancelled", &p.document_id, err) == 0 && tx_flush(tx, err) == 0)
		rc = reply_state(rp, &p, "cancelled", err);
out:
	production_clear(&p);
	return rc;
}

int
post_document_cancellation(struct request *rq, struct reply *rp, struct err *err)
{
	return end(rq, rp, work_cancel, err);
}

/* The number is never used again; the application goes back to approved and can be produced with another. */
static int
work_spoil(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct ending *e = arg;
	struct production p = { 0 };
	uint64_t role;
	int rc = -1;

	if (document_read(tx, request_param(rq, "number"), &p, err) == -1)
		return -1;
	role = strcmp(p.document_state, "allocated") == 0 ? ROLE_PASSPORT_PERSONALISER : ROLE_PASSPORT_QC;
	if (!principal_has_role(&rq->who, role))
		err_set(err, FAIL_DENIED, "a document that is %s is not spoiled in this role", p.document_state);
	else if (station_spoil(tx, &p, &rq->who.officer_id, e->reason, err) == 0)
		rc = reply_state(rp, &p, "spoiled", err);
	production_clear(&p);
	return rc;
}

int
post_spoiling(struct request *rq, struct reply *rp, struct err *err)
{
	return end(rq, rp, work_spoil, err);
}
