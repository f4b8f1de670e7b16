#include "issuance/application/delivery.h"

#include "issuance/issued.h"
#include "issuance/perso/number.h"
#include "registry/base/clock.h"
#include "registry/store/application.h"
#include "registry/store/report.h"

/* ---- looking ---- */

/* At the office where it is fetched. */
static int
may_deliver(struct tx *tx, const struct request *rq, const struct production *p, struct err *err)
{
	struct uuid office_id;

	if (delivering_office(tx, &p->document_id, &office_id, err) == -1)
		return -1;
	return office_may(rq, ROLE_PASSPORT_DELIVERY, &office_id, err);
}

static int
work_portrait(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct production p = { 0 };
	struct buf jpeg = BUF_INIT;
	int rc = -1;

	(void)arg;
	if (document_read(tx, request_param(rq, "number"), &p, err) == -1)
		return -1;
	/* the entry of the ledger by which the delivery knows that the officer looked */
	if (may_deliver(tx, rq, &p, err) == 0 && station_portrait(issued_of(rq)->station, &p, &jpeg, err) == 0 &&
		office_disclose(tx, rq, "portrait", &p.document_id, err) == 0)
		rc = reply_bytes(rp, 200, "image/jpeg", bytes_of(&jpeg), err);
	buf_wipe(&jpeg);
	production_clear(&p);
	return rc;
}

int
get_document_portrait(struct request *rq, struct reply *rp, struct err *err)
{
	if (number_check(request_param(rq, "number"), err) == -1)
		return -1;
	return office_read(rq, rp, work_portrait, NULL, err);
}

/* A guardian's own, from the registry: who stands there may have borrowed the child. */
static int
work_guardian_portrait(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct uuid *consent_id = arg;
	struct guardian_portrait g = { .sealed = BUF_INIT, .sha256 = BUF_INIT };
	struct production p = { 0 }, guardian = { 0 };
	struct buf jpeg = BUF_INIT;
	int rc = -1;

	if (document_read(tx, request_param(rq, "number"), &p, err) == -1)
		return -1;
	if (may_deliver(tx, rq, &p, err) == -1 || guardian_portrait_read(tx, &p.document_id, consent_id, &g, err) == -1)
		goto out;
	guardian.portrait_id = g.id;
	guardian.portrait = g.sealed;
	guardian.portrait_sha256 = g.sha256;
	if (station_portrait(issued_of(rq)->station, &guardian, &jpeg, err) == 0 && office_disclose(tx, rq, "portrait", consent_id, err) == 0)
		rc = reply_bytes(rp, 200, "image/jpeg", bytes_of(&jpeg), err);
out:
	buf_wipe(&jpeg);
	guardian_portrait_clear(&g);
	production_clear(&p);
	return rc;
}

int
get_guardian_portrait(struct request *rq, struct reply *rp, struct err *err)
{
	struct uuid consent_id;

	if (number_check(request_param(rq, "number"), err) == -1 || request_param_uuid(rq, "id", &consent_id, err) == -1)
		return -1;
	return office_read(rq, rp, work_guardian_portrait, &consent_id, err);
}

/* ---- delivering ---- */

struct delivering {
	int bearer;
	struct uuid consent_id;
	char *proof;
	bool is_likeness;
};
static const char *const bearer_names[] = { "holder", "guardian", NULL };
static const struct json_field delivering_fields[] = {
	{ "bearer", JSON_T_ENUM, offsetof(struct delivering, bearer), .words = bearer_names },
	{ "is_likeness", JSON_T_BOOL, offsetof(struct delivering, is_likeness) },
	{ "proof", JSON_T_TEXT, offsetof(struct delivering, proof), JSON_OPTIONAL, 3, 200 },
	{ "consent_id", JSON_T_UUID, offsetof(struct delivering, consent_id), JSON_OPTIONAL },
	{ NULL }
};

static int
hand_over(struct tx *tx, const struct request *rq, const struct production *p, struct err *err)
{
	const struct uuid *officer = &rq->who.officer_id;

	if (document_decide(tx, &p->document_id, "deliver", officer, NULL, err) == -1 ||
		application_decide(tx, &p->application_id, "complete", officer, NULL, err) == -1 ||
		outbox_add(tx, "document.delivered", &p->document_id, err) == -1)
		return -1;
	return documents_supersede(tx, &p->person_id, &p->document_id, officer, err);
}

static int
may_be_delivered(const struct production *p, struct err *err)
{
	if (strcmp(p->document_state, "ready") != 0)
		return err_set(err, FAIL_CONFLICT, "document is %s, which does not allow: deliver", p->document_state);
	if (p->expires_on.precision == DATE_DAY && date_compare(p->expires_on, clock_today()) <= 0)
		return err_set(err, FAIL_CONFLICT, "document has expired");
	if (p->is_deceased)
		return err_set(err, FAIL_CONFLICT, "holder is deceased");
	if (p->is_stopped)
		return err_set(err, FAIL_CONFLICT, "issuing to the holder is stopped");
	return 0;
}

/* One whom the portrait does not show leaves without the document, and that is recorded. */
static int
work_deliver(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct delivering *d = arg;
	struct delivery_new row = { .officer_id = rq->who.officer_id, .bearer = bearer_names[d->bearer], .proof = d->proof, .is_likeness = d->is_likeness, .consent_id = d->consent_id };
	struct production p = { 0 };
	int rc = -1;

	if (document_read(tx, request_param(rq, "number"), &p, err) == -1)
		return -1;
	row.document_id = p.document_id;
	if (may_deliver(tx, rq, &p, err) == 0 && may_be_delivered(&p, err) == 0 && uuid_new(&row.id, err) == 0 &&
		delivery_add(tx, &row, err) == 0 && (!d->is_likeness || hand_over(tx, rq, &p, err) == 0))
		rc = reply_json(rp, 201, json_pack("{s:s, s:s}", "number", p.number, "state", d->is_likeness ? "delivered" : "ready"), err);
	production_clear(&p);
	return rc;
}

int
post_delivery(struct request *rq, struct reply *rp, struct err *err)
{
	struct delivering d = { .proof = NULL };
	int rc;

	if (number_check(request_param(rq, "number"), err) == -1 || request_json(rq, delivering_fields, &d, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_deliver, &d, err);
	json_clear(delivering_fields, &d);
	return rc;
}

/* ---- held back, sent elsewhere ---- */

struct moving {
	char *reason;
	struct uuid office_id;
};
static const struct json_field releasing_fields[] = {
	{ "reason", JSON_T_TEXT, offsetof(struct moving, reason), 0, 10, 1000 },
	{ NULL }
};
static const struct json_field moving_fields[] = {
	{ "office_id", JSON_T_UUID, offsetof(struct moving, office_id) },
	{ "reason", JSON_T_TEXT, offsetof(struct moving, reason), 0, 3, 1000 },
	{ NULL }
};

static int
reply_moved(struct reply *rp, const struct production *p, struct err *err)
{
	return reply_json(rp, 201, json_pack("{s:s, s:s}", "number", p->number, "state", p->document_state), err);
}

static int
work_release(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct moving *m = arg;
	struct production p = { 0 };
	struct uuid office_id;
	int rc = -1;

	if (document_read(tx, request_param(rq, "number"), &p, err) == -1)
		return -1;
	if (delivering_office(tx, &p.document_id, &office_id, err) == 0 && office_may(rq, ROLE_PASSPORT_SUPERVISOR, &office_id, err) == 0 &&
		release_add(tx, &p.document_id, m->reason, &rq->who.officer_id, err) == 0)
		rc = reply_moved(rp, &p, err);
	production_clear(&p);
	return rc;
}

int
post_delivery_release(struct request *rq, struct reply *rp, struct err *err)
{
	struct moving m = { .reason = NULL };
	int rc;

	if (number_check(request_param(rq, "number"), err) == -1 || request_json(rq, releasing_fields, &m, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_release, &m, err);
	json_clear(releasing_fields, &m);
	return rc;
}

static int
work_transfer(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct moving *m = arg;
	struct production p = { 0 };
	int rc = -1;

	if (document_read(tx, request_param(rq, "number"), &p, err) == -1)
		return -1;
	if (may_deliver(tx, rq, &p, err) == 0 && transfer_add(tx, &p.document_id, &m->office_id, m->reason, &rq->who.officer_id, err) == 0)
		rc = reply_moved(rp, &p, err);
	production_clear(&p);
	return rc;
}

int
post_transfer(struct request *rq, struct reply *rp, struct err *err)
{
	struct moving m = { .reason = NULL };
	int rc;

	if (number_check(request_param(rq, "number"), err) == -1 || request_json(rq, moving_fields, &m, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_transfer, &m, err);
	json_clear(moving_fields, &m);
	return rc;
}
