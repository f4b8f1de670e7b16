/* The handlers of enrold: who may open, examine and verify an enrolment is the table at the end. */
#include <stdlib.h>

#include "enrolment/identity/enrold.h"
#include "enrolment/identity/identity.h"
#include "registry/base/clock.h"
#include "registry/doc9303/jpeg.h"
#include "registry/service/page.h"

/* ---- what a reply shows ---- */

static json_t *
uuid_json(const struct uuid *id)
{
	char text[UUID_TEXT];

	return uuid_is_null(id) ? NULL : json_string(uuid_format(id, text));
}

static void
set_uuid(json_t *object, const char *name, const struct uuid *id)
{
	if (!uuid_is_null(id))
		json_object_set_new(object, name, uuid_json(id));
}

static json_t *
enrolment_json(const struct enrolment *e)
{
	json_t *object = json_object();

	set_uuid(object, "id", &e->id);
	set_uuid(object, "person_id", &e->person_id);
	set_uuid(object, "office_id", &e->office_id);
	set_uuid(object, "officer_id", &e->officer_id);
	json_object_set_new(object, "state", json_string(e->state));
	json_object_set_new(object, "created_at", json_string(e->created_at));
	set_uuid(object, "portrait_id", &e->portrait_id);
	if (e->uin != NULL)
		json_object_set_new(object, "uin", json_string(e->uin));
	if (e->proposal != NULL)
		json_object_set(object, "proposal", e->proposal);
	json_object_set(object, "evidence", e->evidence);
	json_object_set(object, "decisions", e->decisions);
	return object;
}

static int
reply_enrolment(struct tx *tx, const struct uuid *id, int status, struct reply *rp, struct err *err)
{
	struct enrolment e = { 0 };
	int rc = -1;

	if (enrolment_read(tx, id, &e, err) == 0)
		rc = reply_json(rp, status, enrolment_json(&e), err);
	enrolment_clear(&e);
	return rc;
}

/* ---- opening ---- */

struct opening {
	struct uuid id, office_id;
	char *act_number;
};
static const struct json_field opening_fields[] = {
	{ "office_id", JSON_T_UUID, offsetof(struct opening, office_id), 0 },
	{ "act_number", JSON_T_CODE, offsetof(struct opening, act_number), 0, 5, 40 },
	{ NULL }
};

static int
add_act(struct tx *tx, const struct uuid *enrolment_id, const struct uuid *act_id, const struct uuid *officer_id, struct err *err)
{
	struct evidence e = { .kind = EVIDENCE_ACT, .act_id = *act_id, .enrolment_id = *enrolment_id, .officer_id = *officer_id };

	return uuid_new(&e.id, err) == -1 ? -1 : evidence_add(tx, &e, err);
}

static int
usable_basis(const struct birth_basis *basis, struct err *err)
{
	if (!basis->is_registered)
		return err_set(err, FAIL_CONFLICT, "the act is no longer registered");
	if (basis->is_deceased)
		return err_set(err, FAIL_CONFLICT, "the death of this person is registered");
	return 0;
}

static int
work_open(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct opening *o = arg;
	struct birth_basis basis = { 0 };
	int rc = -1;

	if (birth_basis_read(tx, o->act_number, &basis, err) == 0 && usable_basis(&basis, err) == 0 &&
		enrolment_open(tx, &o->id, &basis.person_id, &o->office_id, &rq->who.officer_id, err) == 0 &&
		add_act(tx, &o->id, &basis.act_id, &rq->who.officer_id, err) == 0)
		rc = reply_enrolment(tx, &o->id, 201, rp, err);
	birth_basis_clear(&basis);
	return rc;
}

static int
post_enrolment(struct request *rq, struct reply *rp, struct err *err)
{
	struct opening o = { 0 };
	int rc = -1;

	if (request_json(rq, opening_fields, &o, err) == 0 && office_may(rq, ROLE_ENROLMENT_OFFICER, &o.office_id, err) == 0 &&
		uuid_new(&o.id, err) == 0)
		rc = office_change(rq, rp, work_open, &o, err);
	json_clear(opening_fields, &o);
	return rc;
}

/* ---- evidence ---- */

/* Reads the enrolment that a change is about; the caller must hold the role in its office. */
static int
own_enrolment(struct tx *tx, const struct request *rq, uint64_t roles, struct enrolment *e, struct err *err)
{
	struct uuid id;

	if (request_param_uuid(rq, "id", &id, err) == -1 || enrolment_read(tx, &id, e, err) == -1)
		return -1;
	if (office_may(rq, roles, &e->office_id, err) == -1) {
		enrolment_clear(e);
		return -1;
	}
	return 0;
}

struct evidence_work {
	struct evidence_body body;
	json_t *description;
};

static int
work_evidence(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct evidence_work *w = arg;
	struct evidence e = { .kind = (enum evidence_kind)w->body.kind, .description = w->description, .officer_id = rq->who.officer_id };
	struct birth_basis basis = { 0 };
	struct enrolment of = { 0 };
	int rc = -1;

	if (own_enrolment(tx, rq, ROLE_ENROLMENT_OFFICER, &of, err) == -1)
		return -1;
	e.enrolment_id = of.id;
	if (e.kind == EVIDENCE_ACT) {
		if (birth_basis_read(tx, w->body.act_number, &basis, err) == -1 || usable_basis(&basis, err) == -1)
			goto out;
		if (!uuid_equal(&basis.person_id, &of.person_id)) {
			err_set(err, FAIL_CONFLICT, "the act is about another person");
			goto out;
		}
		e.act_id = basis.act_id;
	}
	if (uuid_new(&e.id, err) == 0 && evidence_add(tx, &e, err) == 0 && tx_flush(tx, err) == 0)
		rc = reply_enrolment(tx, &of.id, 201, rp, err);
out:
	birth_basis_clear(&basis);
	enrolment_clear(&of);
	return rc;
}

static int
post_evidence(struct request *rq, struct reply *rp, struct err *err)
{
	struct evidence_work w = { 0 };
	int rc = -1;

	if (request_json(rq, evidence_fields, &w.body, err) == 0 && evidence_check(&w.body, &w.description, err) == 0)
		rc = office_change(rq, rp, work_evidence, &w, err);
	json_decref(w.description);
	json_clear(evidence_fields, &w.body);
	return rc;
}

/* ---- portrait ---- */

static int
work_portrait(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct enrold *own = office_of(rq)->own;
	const struct jpeg_info *info = arg;
	struct portrait p = { .width = (int)info->width, .height = (int)info->height, .officer_id = rq->who.officer_id };
	struct buf sealed = BUF_INIT;
	struct enrolment of = { 0 };
	int rc = -1;

	if (own_enrolment(tx, rq, ROLE_ENROLMENT_OFFICER, &of, err) == -1)
		return -1;
	p.enrolment_id = of.id;
	if (uuid_new(&p.id, err) == 0 &&
		seal_close(own->biometric, BYTES(p.id.o, sizeof(p.id.o)), rq->body, &sealed, err) == 0) {
		p.sealed = bytes_of(&sealed);
		if (portrait_add(tx, &p, err) == 0 && tx_flush(tx, err) == 0)
			rc = reply_enrolment(tx, &of.id, 201, rp, err);
	}
	buf_clear(&sealed);
	enrolment_clear(&of);
	return rc;
}

static int
post_portrait(struct request *rq, struct reply *rp, struct err *err)
{
	struct jpeg_info info;

	if (jpeg_inspect(rq->body, &jpeg_portrait, &info, err) == -1)
		return err_prefix(err, "portrait");
	return office_change(rq, rp, work_portrait, &info, err);
}

static int
work_read_portrait(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct enrold *own = office_of(rq)->own;
	struct buf sealed = BUF_INIT, image = BUF_INIT;
	struct enrolment of = { 0 };
	int rc = -1;

	(void)arg;
	if (own_enrolment(tx, rq, ROLES_ENROLMENT, &of, err) == -1)
		return -1;
	if (uuid_is_null(&of.portrait_id))
		err_set(err, FAIL_NOT_FOUND, "the enrolment has no portrait yet");
	else if (portrait_read(tx, &of.portrait_id, &sealed, err) == 0 &&
		seal_open(own->biometric, BYTES(of.portrait_id.o, sizeof(of.portrait_id.o)), bytes_of(&sealed), &image, err) == 0 &&
		office_disclose(tx, rq, "portrait", &of.portrait_id, err) == 0)
		rc = reply_bytes(rp, 200, "image/jpeg", bytes_of(&image), err);
	buf_wipe(&image);
	buf_clear(&sealed);
	enrolment_clear(&of);
	return rc;
}

static int
get_portrait(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_read_portrait, NULL, err);
}

/* ---- examination and decision ---- */

static const char *
act_of_evidence(const struct enrolment *e)
{
	size_t i;
	json_t *item;

	json_array_foreach (e->evidence, i, item)
		if (json_object_get(item, "act_number") != NULL)
			return json_string_value(json_object_get(item, "act_number"));
	return NULL;
}

static bool
has_guardian(const struct enrolment *e)
{
	size_t i;
	json_t *item;

	json_array_foreach (e->evidence, i, item) {
		const char *kind = json_string_value(json_object_get(item, "kind"));

		if (kind != NULL && strcmp(kind, "guardian") == 0)
			return true;
	}
	return false;
}

/* What an examination needs: a portrait, and an act that still holds. */
static int
examinable(struct tx *tx, const struct enrolment *of, struct birth_basis *basis, struct err *err)
{
	const char *act_number = act_of_evidence(of);

	if (uuid_is_null(&of->portrait_id))
		return err_set(err, FAIL_CONFLICT, "the enrolment has no portrait yet");
	if (act_number == NULL)
		return err_set(err, FAIL_CONFLICT, "the enrolment has no act as evidence");
	return birth_basis_read(tx, act_number, basis, err) == -1 ? -1 : usable_basis(basis, err);
}

static int
work_examine(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct identity_rules rules = { .state = conf_text(office_of(rq)->conf, "state"), .today = clock_today() };
	struct birth_basis basis = { 0 };
	struct enrolment of = { 0 };
	json_t *proposal = NULL;
	struct uuid decision;
	int rc = -1;

	if (own_enrolment(tx, rq, ROLE_ENROLMENT_OFFICER, &of, err) == -1 || examinable(tx, &of, &basis, err) == -1)
		goto out;
	rules.place = basis.place;
	rules.has_guardian = has_guardian(&of);
	if (identity_propose(basis.content, arg, &rules, &proposal, err) == 0 &&
		enrolment_decide(tx, &of, "examine", &rq->who.officer_id, NULL, proposal, &decision, err) == 0)
		rc = reply_enrolment(tx, &of.id, 201, rp, err);
out:
	json_decref(proposal);
	birth_basis_clear(&basis);
	enrolment_clear(&of);
	return rc;
}

static int
post_examination(struct request *rq, struct reply *rp, struct err *err)
{
	struct examination given = { 0 };
	int rc = -1;

	if (request_json(rq, examination_fields, &given, err) == 0)
		rc = office_change(rq, rp, work_examine, &given, err);
	json_clear(examination_fields, &given);
	return rc;
}

/*
 * A number for a person who has none.  It comes from signd before anything is written; when the transaction then fails, the number is
 * never used and nobody misses it.
 */
static int
uin_for(struct tx *tx, const struct request *rq, const struct enrolment *e, char uin[13], struct err *err)
{
	struct enrold *own = office_of(rq)->own;
	int rc;

	if (e->uin != NULL) {
		memcpy(uin, e->uin, 13);
		return 0;
	}
	pthread_mutex_lock(&own->signer_lock);
	rc = signclient_new_uin(own->signer, uin, err);
	pthread_mutex_unlock(&own->signer_lock);
	return rc == -1 ? -1 : person_uin_add(tx, &e->person_id, uin, err);
}

static int
work_verify(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct identity identity = { .officer_id = rq->who.officer_id };
	struct enrolment of = { 0 };
	char uin[13];
	int version, rc = -1;

	(void)arg;
	if (own_enrolment(tx, rq, ROLE_ENROLMENT_SUPERVISOR, &of, err) == -1)
		return -1;
	if (of.proposal == NULL) {
		err_set(err, FAIL_CONFLICT, "the enrolment was not examined yet");
		goto out;
	}
	identity.person_id = of.person_id;
	identity.enrolment_id = of.id;
	identity.evidence_id = of.basis_evidence_id;
	identity.portrait_id = of.portrait_id;
	identity.uin = uin;
	if (identity_of_proposal(of.proposal, &identity, err) == 0 && uuid_new(&identity.id, err) == 0 &&
		enrolment_decide(tx, &of, "verify", &rq->who.officer_id, NULL, NULL, &identity.verification_id, err) == 0 &&
		uin_for(tx, rq, &of, uin, err) == 0 && identity_add(tx, &identity, &version, err) == 0)
		rc = reply_enrolment(tx, &of.id, 201, rp, err);
out:
	enrolment_clear(&of);
	return rc;
}

static int
post_verification(struct request *rq, struct reply *rp, struct err *err)
{
	return office_change(rq, rp, work_verify, NULL, err);
}

struct ending {
	char *reason;
	const char *event;
	uint64_t roles;
};
static const struct json_field ending_fields[] = {
	{ "reason", JSON_T_TEXT, offsetof(struct ending, reason), 0, 10, 500 },
	{ NULL }
};

static int
work_end(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct ending *end = arg;
	struct enrolment of = { 0 };
	struct uuid decision;
	int rc = -1;

	if (own_enrolment(tx, rq, end->roles, &of, err) == -1)
		return -1;
	if (enrolment_decide(tx, &of, end->event, &rq->who.officer_id, end->reason, NULL, &decision, err) == 0)
		rc = reply_enrolment(tx, &of.id, 201, rp, err);
	enrolment_clear(&of);
	return rc;
}

static int
post_ending(struct request *rq, struct reply *rp, const char *event, uint64_t roles, struct err *err)
{
	struct ending end = { NULL, event, roles };
	int rc = -1;

	if (request_json(rq, ending_fields, &end, err) == 0)
		rc = office_change(rq, rp, work_end, &end, err);
	json_clear(ending_fields, &end);
	return rc;
}

static int
post_refusal(struct request *rq, struct reply *rp, struct err *err)
{
	return post_ending(rq, rp, "refuse", ROLE_ENROLMENT_SUPERVISOR, err);
}

static int
post_cancellation(struct request *rq, struct reply *rp, struct err *err)
{
	return post_ending(rq, rp, "cancel", ROLE_ENROLMENT_OFFICER, err);
}

/* ---- reading ---- */

static int
work_read(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct enrolment of = { 0 };
	struct uuid id;
	int rc = -1;

	(void)arg;
	if (request_param_uuid(rq, "id", &id, err) == -1 || enrolment_read(tx, &id, &of, err) == -1)
		return -1;
	if ((principal_has_role(&rq->who, ROLE_AUDITOR) || office_may(rq, ROLES_ENROLMENT, &of.office_id, err) == 0) &&
		office_disclose(tx, rq, "enrolment", &id, err) == 0)
		rc = reply_json(rp, 200, enrolment_json(&of), err);
	enrolment_clear(&of);
	return rc;
}

static int
get_enrolment(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_read, NULL, err);
}

struct listing {
	struct uuid office_id;
	const char *state;
	struct page page;
};

static int
work_list(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct listing *l = arg;
	struct uuid after = { { 0 } };
	json_t *items = NULL;
	bool more = false;

	(void)rq;
	if ((l->page.has_after && uuid_parse(bytes_str(l->page.after_id), &after, err) == -1) ||
		enrolment_list(tx, &l->office_id, l->state, l->page.has_after ? l->page.after_key : NULL, &after, l->page.limit, &items,
			&more, err) == -1)
		return -1;
	return reply_page_by(rp, "enrolments", items, more, "created_at", err);
}

static int
get_enrolments(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "office", "state", "limit", "cursor", NULL };
	struct listing l = { 0 };

	if (request_query_known(rq, known, err) == -1 || page_of_request(rq, "enrolments", &l.page, err) == -1)
		return -1;
	switch (request_query_uuid(rq, "office", &l.office_id, err)) {
	case 0:
		return err_problem(err, "?office", "is missing: lists are by office");
	case -1:
		return -1;
	}
	l.state = request_query(rq, "state");
	if (!principal_has_role(&rq->who, ROLE_AUDITOR) && office_may(rq, ROLES_ENROLMENT, &l.office_id, err) == -1)
		return -1;
	return office_read(rq, rp, work_list, &l, err);
}

static int
work_identity(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct uuid person_id;
	json_t *identity = NULL;

	(void)arg;
	if (identity_by_uin(tx, request_param(rq, "uin"), &identity, err) == -1)
		return -1;
	if (uuid_parse(bytes_str(json_string_value(json_object_get(identity, "person_id"))), &person_id, err) == -1 ||
		office_disclose(tx, rq, "person", &person_id, err) == -1) {
		json_decref(identity);
		return -1;
	}
	return reply_json(rp, 200, identity, err);
}

static int
get_identity(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_identity, NULL, err);
}

/* clang-format off */
const struct route enrolment_routes[] = {
	{ "POST", "/enrolments",                   ROLE_ENROLMENT_OFFICER,    post_enrolment,    ROUTE_CHANGES, "open an enrolment on a registered birth" },
	{ "GET",  "/enrolments",                   ROLES_ENROLMENT | ROLE_AUDITOR, get_enrolments, 0,           "an office's enrolments, oldest first" },
	{ "GET",  "/enrolments/{id}",              ROLES_ENROLMENT | ROLE_AUDITOR, get_enrolment, 0,            "one enrolment with evidence and decisions" },
	{ "POST", "/enrolments/{id}/evidence",     ROLE_ENROLMENT_OFFICER,    post_evidence,     ROUTE_CHANGES, "attach evidence" },
	{ "POST", "/enrolments/{id}/portrait",     ROLE_ENROLMENT_OFFICER,    post_portrait,     ROUTE_CHANGES | ROUTE_RAW_BODY, "store the portrait, a JPEG" },
	{ "GET",  "/enrolments/{id}/portrait",     ROLES_ENROLMENT,           get_portrait,      0,             "the newest portrait" },
	{ "POST", "/enrolments/{id}/examination",  ROLE_ENROLMENT_OFFICER,    post_examination,  ROUTE_CHANGES, "say who the person is on this evidence" },
	{ "POST", "/enrolments/{id}/verification", ROLE_ENROLMENT_SUPERVISOR, post_verification, ROUTE_CHANGES, "verify the identity: by another officer" },
	{ "POST", "/enrolments/{id}/refusal",      ROLE_ENROLMENT_SUPERVISOR, post_refusal,      ROUTE_CHANGES, "refuse it, with the reason" },
	{ "POST", "/enrolments/{id}/cancellation", ROLE_ENROLMENT_OFFICER,    post_cancellation, ROUTE_CHANGES, "cancel an enrolment that was not examined" },
	{ "GET",  "/identities/{uin}",             ROLES_ENROLMENT | ROLE_AUDITOR, get_identity, 0,             "the newest identity version of a person" },
	{ NULL }
};
/* clang-format on */
