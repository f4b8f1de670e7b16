/* Ceremonies: asked by one officer, decided by others, carried out by signd. */
#include <stdlib.h>

#include "pki/pkid/pkid.h"
#include "pki/pkid/protocol.h"
#include "pki/rite.h"
#include "registry/store/ceremony.h"
#include "registry/store/signing.h"

enum { REASON_MAX = 500 };

static int
reply_ceremony(struct tx *tx, const struct uuid *id, int status, struct reply *rp, struct err *err)
{
	json_t *ceremony = NULL;

	return ceremony_read(tx, id, &ceremony, err) == -1 ? -1 : reply_json(rp, status, ceremony, err);
}

/* ---- asking ---- */

struct key_asked {
	int kind;
	char *token_label, *algorithm;
	bool is_offline;
};
struct asked {
	struct uuid id, signing_key_id, certificate_id;
	int kind;
	char *reason, *not_before, *not_after;
	json_t *parameters;
	struct buf content;
	struct key_asked key;
	bool has_key;
};
static const struct json_field key_fields[] = {
	{ "kind", JSON_T_ENUM, offsetof(struct key_asked, kind), 0, .words = key_kind_names },
	{ "token_label", JSON_T_TEXT, offsetof(struct key_asked, token_label), 0, 1, 32 },
	{ "algorithm", JSON_T_CODE, offsetof(struct key_asked, algorithm), 0, 3, 31 },
	{ "is_offline", JSON_T_BOOL, offsetof(struct key_asked, is_offline), JSON_OPTIONAL },
	{ NULL }
};
static const struct json_field asked_fields[] = {
	{ "kind", JSON_T_ENUM, offsetof(struct asked, kind), 0, .words = ceremony_kind_names },
	{ "reason", JSON_T_TEXT, offsetof(struct asked, reason), 0, 1, REASON_MAX },
	{ "signing_key_id", JSON_T_UUID, offsetof(struct asked, signing_key_id), JSON_OPTIONAL },
	{ "certificate_id", JSON_T_UUID, offsetof(struct asked, certificate_id), JSON_OPTIONAL },
	{ "parameters", JSON_T_RAW, offsetof(struct asked, parameters), JSON_OPTIONAL },
	{ "content", JSON_T_BASE64, offsetof(struct asked, content), JSON_OPTIONAL, 1, 4 << 20 },
	{ "key", JSON_T_OBJECT, offsetof(struct asked, key), JSON_OPTIONAL, .fields = key_fields, .present = offsetof(struct asked, has_key) },
	{ "not_before", JSON_T_TEXT, offsetof(struct asked, not_before), JSON_OPTIONAL, 20, 20 },
	{ "not_after", JSON_T_TEXT, offsetof(struct asked, not_after), JSON_OPTIONAL, 20, 20 },
	{ NULL }
};

/* What each kind is about: the members that must be there, all others of these must not. */
enum { ABOUT_NEW_KEY = 1,
	ABOUT_KEY = 2,
	ABOUT_CERTIFICATE = 4,
	ABOUT_CONTENT = 8 };
static const unsigned about[CEREMONY_KINDS] = {
	[CEREMONY_GENERATE] = ABOUT_NEW_KEY,
	[CEREMONY_CERTIFY] = ABOUT_KEY,
	[CEREMONY_ACTIVATE] = ABOUT_KEY,
	[CEREMONY_REVOKE] = ABOUT_CERTIFICATE,
	[CEREMONY_RETIRE] = ABOUT_KEY,
	[CEREMONY_ERASE] = ABOUT_KEY,
	[CEREMONY_ROLLOVER] = ABOUT_NEW_KEY,
	[CEREMONY_NAME_CHANGE] = ABOUT_NEW_KEY,
	[CEREMONY_MASTER_LIST] = ABOUT_CONTENT,
	[CEREMONY_DEVIATION_LIST] = ABOUT_CONTENT,
};

static void
member_fits(const struct asked *a, unsigned bit, bool is_there, const char *pointer, struct err *err)
{
	bool is_wanted = (about[a->kind] & bit) != 0;

	if (is_wanted != is_there)
		err_problem(err, pointer, is_wanted ? "is missing for a ceremony of this kind" : "does not belong to a ceremony of this kind");
}

static int
moment(const char *text, const char *pointer, int64_t *at, struct err *err)
{
	struct err why = ERR_INIT;

	*at = 0;
	if (text == NULL || time_parse(bytes_str(text), at, &why) == 0)
		return 0;
	return err_problem(err, pointer, "a moment like 2026-11-21T08:00:00Z is wanted");
}

/* Its problems name members of the parameters: here they are told from the whole body's place. */
static int
check_parameters(const struct asked *a, struct err *err)
{
	struct err why = ERR_INIT;
	char pointer[120];

	if (rite_check_parameters(ceremony_kind_names[a->kind], a->parameters, &why) == 0)
		return 0;
	for (unsigned i = 0; i < why.nproblem; i++) {
		snprintf(pointer, sizeof(pointer), "/parameters%s", why.problem[i].pointer);
		err_problem(err, pointer, "%s", why.problem[i].text);
	}
	if (why.nproblem == 0)
		err_set(err, why.kind, "%s", why.text);
	return -1;
}

static int
check_asked(const struct asked *a, struct ceremony_new *c, struct err *err)
{
	unsigned before = err->nproblem;

	if (a->kind == CEREMONY_FOUNDING)
		return err_problem(err, "/kind", "the founding ceremony is held by catena init");
	member_fits(a, ABOUT_NEW_KEY, a->has_key, "/key", err);
	member_fits(a, ABOUT_KEY, !uuid_is_null(&a->signing_key_id), "/signing_key_id", err);
	member_fits(a, ABOUT_CERTIFICATE, !uuid_is_null(&a->certificate_id), "/certificate_id", err);
	member_fits(a, ABOUT_CONTENT, a->content.n > 0, "/content", err);
	if (a->has_key && (a->kind == CEREMONY_ROLLOVER || a->kind == CEREMONY_NAME_CHANGE) && a->key.kind != KEY_CSCA)
		err_problem(err, "/key/kind", "csca is wanted: the ceremony makes a new CSCA");
	moment(a->not_before, "/not_before", &c->not_before, err);
	moment(a->not_after, "/not_after", &c->not_after, err);
	if (c->not_before != 0 && c->not_after != 0 && c->not_after <= c->not_before)
		err_problem(err, "/not_after", "is not after not_before");
	if (err->nproblem > before)
		return -1;
	if (a->has_key && rite_check_algorithm(key_kind_names[a->key.kind], a->key.algorithm, err) == -1)
		return -1;
	return check_parameters(a, err);
}

static int
work_ask(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct ceremony_new *c = arg;

	(void)rq;
	return ceremony_ask(tx, c, err) == -1 ? -1 : reply_ceremony(tx, &c->id, 201, rp, err);
}

int
post_ceremony(struct request *rq, struct reply *rp, struct err *err)
{
	struct ceremony_new c = { .officer_id = rq->who.officer_id };
	json_t *none = NULL;
	struct asked a = { .kind = 0 };
	int rc = -1;

	if (request_json(rq, asked_fields, &a, err) == -1)
		goto out;
	if (a.parameters == NULL && (a.parameters = none = json_object()) == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	if (check_asked(&a, &c, err) == -1 || uuid_new(&c.id, err) == -1)
		goto out;
	c.kind = (enum ceremony_kind)a.kind;
	c.signing_key_id = a.signing_key_id;
	c.certificate_id = a.certificate_id;
	c.parameters = a.parameters;
	c.payload = bytes_of(&a.content);
	c.reason = a.reason;
	if (a.has_key) {
		if (uuid_new(&c.signing_key_id, err) == -1)
			goto out;
		c.key_kind = key_kind_names[a.key.kind];
		c.token_label = a.key.token_label;
		c.algorithm = a.key.algorithm;
		c.is_offline = a.key.is_offline;
	}
	rc = office_change(rq, rp, work_ask, &c, err);
out:
	json_clear(asked_fields, &a);
	return rc;
}

/* ---- deciding ---- */

struct decision {
	const char *event;
	char *reason;
};
static const struct json_field reason_fields[] = {
	{ "reason", JSON_T_TEXT, offsetof(struct decision, reason), 0, 1, REASON_MAX },
	{ NULL }
};

static int
work_decide(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct decision *d = arg;
	struct uuid id;

	if (request_param_uuid(rq, "id", &id, err) == -1 || ceremony_decide(tx, &id, d->event, &rq->who.officer_id, d->reason, NULL, err) == -1)
		return -1;
	return reply_ceremony(tx, &id, 201, rp, err);
}

int
post_ceremony_approval(struct request *rq, struct reply *rp, struct err *err)
{
	return office_change(rq, rp, work_decide, &(struct decision){ .event = "approve" }, err);
}

static int
decide_with_reason(struct request *rq, struct reply *rp, const char *event, struct err *err)
{
	struct decision d = { .event = event };
	int rc = -1;

	if (request_json(rq, reason_fields, &d, err) == 0)
		rc = office_change(rq, rp, work_decide, &d, err);
	json_clear(reason_fields, &d);
	return rc;
}

int
post_ceremony_refusal(struct request *rq, struct reply *rp, struct err *err)
{
	return decide_with_reason(rq, rp, "refuse", err);
}

int
post_ceremony_cancellation(struct request *rq, struct reply *rp, struct err *err)
{
	return decide_with_reason(rq, rp, "cancel", err);
}

/* ---- carrying out: signd reads the ceremony and its approvals itself, and a repetition gives the same result ---- */

static int
work_executed(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	(void)rq;
	return reply_ceremony(tx, arg, 201, rp, err);
}

int
post_ceremony_execution(struct request *rq, struct reply *rp, struct err *err)
{
	struct pkid *own = office_of(rq)->own;
	json_t *result = NULL;
	struct uuid id;
	int rc;

	if (request_param_uuid(rq, "id", &id, err) == -1)
		return -1;
	pthread_mutex_lock(&own->signer_lock);
	rc = signclient_ceremony(own->signer, &id, &rq->who.officer_id, &result, err);
	pthread_mutex_unlock(&own->signer_lock);
	json_decref(result);
	return rc == -1 ? -1 : office_change(rq, rp, work_executed, &id, err);
}

int
get_ceremony_request(struct request *rq, struct reply *rp, struct err *err)
{
	struct pkid *own = office_of(rq)->own;
	struct buf request = BUF_INIT;
	struct uuid id;
	int rc;

	if (request_param_uuid(rq, "id", &id, err) == -1)
		return -1;
	pthread_mutex_lock(&own->signer_lock);
	rc = signclient_ceremony_request(own->signer, &id, &request, err);
	pthread_mutex_unlock(&own->signer_lock);
	if (rc == 0)
		rc = reply_bytes(rp, 200, "application/json", bytes_of(&request), err);
	buf_clear(&request);
	return rc;
}

int
post_ceremony_response(struct request *rq, struct reply *rp, struct err *err)
{
	struct pkid *own = office_of(rq)->own;
	json_t *result = NULL;
	struct uuid id;
	int rc;

	if (request_param_uuid(rq, "id", &id, err) == -1)
		return -1;
	if (rq->body.n == 0)
		return err_problem(err, "", "the body is empty: the response file of csca-ceremony is wanted");
	pthread_mutex_lock(&own->signer_lock);
	rc = signclient_ceremony_import(own->signer, &id, &rq->who.officer_id, rq->body, &result, err);
	pthread_mutex_unlock(&own->signer_lock);
	json_decref(result);
	return rc == -1 ? -1 : office_change(rq, rp, work_executed, &id, err);
}

/* ---- reading ---- */

static int
work_ceremony(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct uuid id;

	(void)arg;
	return request_param_uuid(rq, "id", &id, err) == -1 ? -1 : reply_ceremony(tx, &id, 200, rp, err);
}

int
get_ceremony(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_ceremony, NULL, err);
}

struct filtering {
	struct ceremony_filter filter;
	struct page page;
	struct uuid key;
};

static int
work_ceremonies(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct filtering *f = arg;
	json_t *items = NULL;
	struct uuid before;
	bool more = false;

	(void)rq;
	if (page_before(&f->page, &before, &f->filter.before, err) == -1 || ceremony_list(tx, &f->filter, &items, &more, err) == -1)
		return -1;
	return reply_items(rp, "ceremonies", items, more, err);
}

int
get_ceremonies(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "state", "kind", "key", "limit", "cursor", NULL };
	struct filtering f = { .filter = { .state = request_query(rq, "state"), .kind = request_query(rq, "kind") } };
	int has_key;

	if (request_query_known(rq, known, err) == -1 || page_of_request(rq, "ceremonies", &f.page, err) == -1 ||
		(has_key = request_query_uuid(rq, "key", &f.key, err)) == -1)
		return -1;
	f.filter.limit = f.page.limit;
	f.filter.signing_key_id = has_key == 1 ? &f.key : NULL;
	return office_read(rq, rp, work_ceremonies, &f, err);
}

/* ---- the printed protocol ---- */

static int
work_protocol(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *ceremony = NULL, *officers = NULL;
	struct buf pdf = BUF_INIT;
	struct uuid id;
	int rc = -1;

	(void)arg;
	if (request_param_uuid(rq, "id", &id, err) == 0 && ceremony_read(tx, &id, &ceremony, err) == 0 &&
		ceremony_officers(tx, &id, &officers, err) == 0 &&
		protocol_pdf(ceremony, officers, conf_text(office_of(rq)->conf, "state"), &pdf, err) == 0)
		rc = reply_bytes(rp, 200, "application/pdf", bytes_of(&pdf), err);
	json_decref(ceremony);
	json_decref(officers);
	buf_clear(&pdf);
	return rc;
}

int
get_ceremony_protocol(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_protocol, NULL, err);
}
