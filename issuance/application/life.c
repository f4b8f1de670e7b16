#include "issuance/application/life.h"

#include "issuance/perso/number.h"
#include "registry/office/office.h"
#include "registry/store/document.h"
#include "registry/store/report.h"

struct deciding {
	char *reason, *notes;
	int grounds;
};
static const char *const grounds_names[] = { "fraud", "error", "court", "misuse", "nationality_lost", NULL };
static const struct json_field reason_fields[] = { { "reason", JSON_T_TEXT, offsetof(struct deciding, reason), 0, 10, 1000 }, { NULL } };
static const struct json_field revocation_fields[] = {
	{ "grounds", JSON_T_ENUM, offsetof(struct deciding, grounds), .words = grounds_names },
	{ "reason", JSON_T_TEXT, offsetof(struct deciding, reason), 0, 10, 1000 },
	{ NULL }
};
static const struct json_field destruction_fields[] = { { "notes", JSON_T_TEXT, offsetof(struct deciding, notes), 0, 10, 1000 }, { NULL } };

/* What is done to the document that was read; the state it is in afterwards, or NULL. */
typedef const char *life_deed(struct tx *tx, const struct request *rq, const struct production *p, const struct deciding *d, struct err *err);

static const char *
suspend(struct tx *tx, const struct request *rq, const struct production *p, const struct deciding *d, struct err *err)
{
	struct suspension_new row = { .document_id = p->document_id, .officer_id = rq->who.officer_id, .reason = d->reason };

	return uuid_new(&row.id, err) == 0 && suspension_add(tx, &row, err) == 0 ? "suspended" : NULL;
}

static const char *
end_suspension(struct tx *tx, const struct request *rq, const struct production *p, const struct deciding *d, const char *outcome, const char *grounds, struct err *err)
{
	struct suspension_end_new row = { .document_id = p->document_id, .officer_id = rq->who.officer_id, .outcome = outcome, .grounds = grounds, .reason = d->reason };

	/* any office may stop a document at once; what becomes of it is for the one that issued it */
	if (office_may(rq, ROLE_PASSPORT_APPROVER | ROLE_PASSPORT_SUPERVISOR, &p->office_id, err) == -1 || uuid_new(&row.id, err) == -1)
		return NULL;
	return suspension_end_add(tx, &row, err) == 0 ? outcome : NULL;
}

static const char *
reinstate(struct tx *tx, const struct request *rq, const struct production *p, const struct deciding *d, struct err *err)
{
	if (p->is_deceased || p->is_stopped || !p->identity_holds) {
		err_set(err, FAIL_CONFLICT, "the holder may not have a document now, so that it is not reinstated");
		return NULL;
	}
	return end_suspension(tx, rq, p, d, "reinstated", NULL, err) != NULL ? "delivered" : NULL;
}

static const char *
revoke(struct tx *tx, const struct request *rq, const struct production *p, const struct deciding *d, struct err *err)
{
	return end_suspension(tx, rq, p, d, "revoked", grounds_names[d->grounds], err);
}

static const char *
destroy(struct tx *tx, const struct request *rq, const struct production *p, const struct deciding *d, struct err *err)
{
	return destruction_add(tx, &p->document_id, d->notes, &rq->who.officer_id, err) == 0 ? p->document_state : NULL;
}

static const char *
witness(struct tx *tx, const struct request *rq, const struct production *p, const struct deciding *d, struct err *err)
{
	(void)d;
	return destruction_witness_add(tx, &p->document_id, &rq->who.officer_id, err) == 0 ? "destroyed" : NULL;
}

struct doing {
	struct deciding said;
	life_deed *deed;
};

static int
work_deed(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct doing *doing = arg;
	struct production p = { 0 };
	const char *state;
	int rc = -1;

	if (document_read(tx, request_param(rq, "number"), &p, err) == -1)
		return -1;
	if ((state = doing->deed(tx, rq, &p, &doing->said, err)) != NULL)
		rc = reply_json(rp, 201, json_pack("{s:s, s:s}", "number", p.number, "state", state), err);
	production_clear(&p);
	return rc;
}

/* fields NULL: no body is wanted. */
static int
post_deed(struct request *rq, struct reply *rp, const struct json_field *fields, life_deed *deed, struct err *err)
{
	static const struct json_field none[] = { { NULL } };
	struct doing doing = { .deed = deed };
	int rc = -1;

	if (number_check(request_param(rq, "number"), err) == -1)
		return -1;
	if (fields == NULL ? rq->body.n == 0 || request_json(rq, none, &doing.said, err) == 0 : request_json(rq, fields, &doing.said, err) == 0)
		rc = office_change(rq, rp, work_deed, &doing, err);
	if (fields != NULL)
		json_clear(fields, &doing.said);
	return rc;
}

int
post_suspension(struct request *rq, struct reply *rp, struct err *err)
{
	return post_deed(rq, rp, reason_fields, suspend, err);
}

int
post_reinstatement(struct request *rq, struct reply *rp, struct err *err)
{
	return post_deed(rq, rp, reason_fields, reinstate, err);
}

int
post_revocation(struct request *rq, struct reply *rp, struct err *err)
{
	return post_deed(rq, rp, revocation_fields, revoke, err);
}

int
post_destruction(struct request *rq, struct reply *rp, struct err *err)
{
	return post_deed(rq, rp, destruction_fields, destroy, err);
}

int
post_destruction_witness(struct request *rq, struct reply *rp, struct err *err)
{
	return post_deed(rq, rp, NULL, witness, err);
}
