/* Keys, certificates, revocations, CRLs, signed lists: reading the inventory. */
#include "pki/certview.h"
#include "pki/lint.h"
#include "pki/pkid/pkid.h"
#include "registry/base/clock.h"
#include "registry/store/ceremony.h"
#include "registry/store/keys.h"
#include "registry/store/trust.h"

enum { ALARMS = 200 };

int
reply_items(struct reply *rp, const char *list, json_t *items, bool more, struct err *err)
{
	return reply_page_by(rp, list, items, more, "id", err);
}

int
page_before(const struct page *page, struct uuid *id, const struct uuid **before, struct err *err)
{
	*before = NULL;
	if (!page->has_after)
		return 0;
	if (uuid_parse(bytes_str(page->after_id), id, err) == -1)
		return -1;
	*before = id;
	return 0;
}

/* ---- keys ---- */

static int
work_keys(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *keys = NULL;

	(void)arg;
	if (keys_list(tx, request_query(rq, "kind"), request_query(rq, "state"), &keys, err) == -1)
		return -1;
	return reply_page(rp, "keys", keys, NULL, NULL, err);
}

int
get_keys(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "kind", "state", NULL };

	return request_query_known(rq, known, err) == -1 ? -1 : office_read(rq, rp, work_keys, NULL, err);
}

static int
work_key(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *key = NULL;
	struct uuid id;

	(void)arg;
	if (request_param_uuid(rq, "id", &id, err) == -1 || keys_get(tx, &id, &key, err) == -1)
		return -1;
	return reply_json(rp, 200, key, err);
}

int
get_key(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_key, NULL, err);
}

/* ---- lists by page ---- */

struct listing {
	struct page page;
	const char *name; /* of the list, in cursors */
	const char *kind;
	struct uuid key;
	bool has_key;
};

static int
work_listing(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct listing *l = arg;
	struct keys_page page = { .limit = l->page.limit };
	json_t *items = NULL;
	struct uuid before;
	bool more = false;
	int rc;

	(void)rq;
	if (page_before(&l->page, &before, &page.before, err) == -1)
		return -1;
	if (strcmp(l->name, "certificates") == 0)
		rc = keys_certificates(tx, l->has_key ? &l->key : NULL, &page, &items, &more, err);
	else if (strcmp(l->name, "revocations") == 0)
		rc = keys_revocations(tx, &page, &items, &more, err);
	else if (strcmp(l->name, "crls") == 0)
		rc = keys_crls(tx, &page, &items, &more, err);
	else
		rc = keys_lists(tx, l->kind, &page, &items, &more, err);
	return rc == -1 ? -1 : reply_items(rp, l->name, items, more, err);
}

static int
listing(struct request *rq, struct reply *rp, struct listing *l, const char *const *known, struct err *err)
{
	if (request_query_known(rq, known, err) == -1 || page_of_request(rq, l->name, &l->page, err) == -1)
		return -1;
	return office_read(rq, rp, work_listing, l, err);
}

static const char *const only_page[] = { "limit", "cursor", NULL };

int
get_certificates(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "key", "limit", "cursor", NULL };
	struct listing l = { .name = "certificates" };
	int has = request_query_uuid(rq, "key", &l.key, err);

	l.has_key = has == 1;
	return has == -1 ? -1 : listing(rq, rp, &l, known, err);
}

int
get_revocations(struct request *rq, struct reply *rp, struct err *err)
{
	return listing(rq, rp, &(struct listing){ .name = "revocations" }, only_page, err);
}

int
get_crls(struct request *rq, struct reply *rp, struct err *err)
{
	return listing(rq, rp, &(struct listing){ .name = "crls" }, only_page, err);
}

int
get_lists(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "kind", "limit", "cursor", NULL }, *const kinds[] = { "master_list", "deviation_list" };
	struct listing l = { .name = "lists", .kind = request_query(rq, "kind") };

	if (l.kind != NULL && strcmp(l.kind, kinds[0]) != 0 && strcmp(l.kind, kinds[1]) != 0)
		return err_problem(err, "?kind", "master_list or deviation_list is wanted");
	return listing(rq, rp, &l, known, err);
}

/* ---- one certificate ---- */

static json_t *
findings_json(const struct lint *lint)
{
	json_t *list = json_array();

	for (size_t i = 0; i < lint->n; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:s}", "severity", lint_severity_name(lint->finding[i].rule->severity), "code",
				lint->finding[i].rule->code, "clause", lint->finding[i].rule->clause, "text", lint->finding[i].text));
	return list;
}

/* The row, what is in the certificate in words, and what the linter finds. */
static int
work_certificate(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *item = NULL, *view = NULL;
	struct lint lint = { 0 };
	struct cert *cert = NULL;
	struct buf der = BUF_INIT;
	struct uuid id;
	int rc = -1;

	(void)arg;
	if (request_param_uuid(rq, "id", &id, err) == -1 || keys_certificate(tx, &id, &item, &der, err) == -1 ||
		cert_parse(bytes_of(&der), &cert, err) == -1 || certview_json(cert, &view, err) == -1 ||
		lint_cert(bytes_of(&der), NULL, &lint, err) == -1)
		goto out;
	json_object_set_new(item, "view", view);
	view = NULL;
	json_object_set_new(item, "findings", findings_json(&lint));
	rc = reply_json(rp, 200, item, err);
	item = NULL;
out:
	json_decref(item);
	json_decref(view);
	lint_clear(&lint);
	cert_free(cert);
	buf_clear(&der);
	return rc;
}

int
get_certificate(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_certificate, NULL, err);
}

static int
work_certificate_der(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct buf der = BUF_INIT;
	json_t *item = NULL;
	struct uuid id;
	int rc = -1;

	(void)arg;
	if (request_param_uuid(rq, "id", &id, err) == 0 && keys_certificate(tx, &id, &item, &der, err) == 0)
		rc = reply_bytes(rp, 200, "application/pkix-cert", bytes_of(&der), err);
	json_decref(item);
	buf_clear(&der);
	return rc;
}

int
get_certificate_der(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_certificate_der, NULL, err);
}

/* ---- the linter, for whatever an officer was sent ---- */

int
post_lint(struct request *rq, struct reply *rp, struct err *err)
{
	struct lint lint = { 0 };
	int rc = -1;

	if (rq->body.n == 0)
		return err_problem(err, "", "the body is empty: a certificate, CRL, list or security object is wanted");
	if (lint_file(rq->body, NULL, &lint, err) == 0)
		rc = reply_json(rp, 200, json_pack("{s:s, s:o}", "kind", lint_kind_name(lint.kind), "findings", findings_json(&lint)), err);
	lint_clear(&lint);
	return rc;
}

/* ---- what is due ---- */

static int
work_duties(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *due = NULL, *alarms = NULL;

	(void)rq;
	(void)arg;
	if (keys_due(tx, clock_now(), &due, err) == -1)
		return -1;
	if (trust_due(tx, clock_now(), due, err) == -1 || keys_alarms(tx, ALARMS, &alarms, err) == -1) {
		json_decref(due);
		return -1;
	}
	return reply_json(rp, 200, json_pack("{s:o, s:o}", "due", due, "alarms", alarms), err);
}

int
get_duties(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_duties, NULL, err);
}

static int
work_rules(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *rules = NULL;

	(void)rq;
	(void)arg;
	return ceremony_rules(tx, &rules, err) == -1 ? -1 : reply_json(rp, 200, rules, err);
}

int
get_rules(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_rules, NULL, err);
}
