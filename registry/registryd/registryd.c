/*
 * registryd - what the registry tells of itself: the descent of documents, the ledger's heads and proofs.  docs/registryd.8,
 * docs/api/registry.yaml.
 */
#include "registry/registryd/registryd.h"

#include <stdlib.h>

#include "registry/registryd/deliver.h"
#include "registry/store/descent.h"
#include "registry/store/ledger.h"
#include "registry/store/outbox.h"

static const struct query *const queries[] = { descent_queries, ledger_queries, outbox_read_queries, NULL };

/* ---- descent ---- */

/* Personal data of the whole chain: for auditors.  Others get the form that proves without telling. */
static int
form_of_request(const struct request *rq, enum descent_form *form, struct err *err)
{
	static const char *const known[] = { "form", NULL };
	const char *wanted;

	if (request_query_known(rq, known, err) == -1)
		return -1;
	wanted = request_query(rq, "form");
	if (wanted == NULL || strcmp(wanted, "undisclosed") == 0) {
		*form = DESCENT_UNDISCLOSED;
		return 0;
	}
	if (strcmp(wanted, "disclosed") != 0)
		return err_problem(err, "?form", "disclosed or undisclosed is wanted");
	if (!principal_has_role(&rq->who, ROLE_AUDITOR))
		return err_set(err, FAIL_DENIED, "the disclosed form is for auditors");
	*form = DESCENT_DISCLOSED;
	return 0;
}

static int
work_descent(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const enum descent_form *form = arg;
	json_t *bundle = NULL;
	struct uuid document;

	if (descent_bundle(tx, request_param(rq, "number"), *form, &bundle, &document, err) == -1)
		return -1;
	if (office_disclose(tx, rq, "document", &document, err) == -1) {
		json_decref(bundle);
		return -1;
	}
	return reply_json(rp, 200, bundle, err);
}

static int
get_descent(struct request *rq, struct reply *rp, struct err *err)
{
	enum descent_form form;

	return form_of_request(rq, &form, err) == -1 ? -1 : office_read(rq, rp, work_descent, &form, err);
}

/* ---- the ledger, for whoever watches it ---- */

static json_t *
proof_json(const struct merkle_proof *proof)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < proof->n; i++)
		json_array_append_new(list, json_hex(BYTES(proof->hash[i].o, sizeof(proof->hash[i].o))));
	return list;
}

static int
work_head(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct ledger_head h = LEDGER_HEAD_INIT;
	char at[21], id[UUID_TEXT];
	int rc;

	(void)rq;
	(void)arg;
	if (ledger_head_latest(tx, &h, err) == -1)
		return -1;
	rc = reply_json(rp, 200,
		json_pack("{s:I, s:o, s:o, s:s, s:s, s:o}", "size", (json_int_t)h.head.size, "root",
			json_hex(BYTES(h.head.root.o, sizeof(h.head.root.o))), "log_id", json_hex(BYTES(h.head.log_id, sizeof(h.head.log_id))),
			"signed_at", time_format(h.head.signed_at, at), "certificate", uuid_format(&h.certificate_id, id), "signature",
			json_base64(bytes_of(&h.signature))),
		err);
	ledger_head_clear(&h);
	return rc;
}

static int
get_head(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_head, NULL, err);
}

struct sizes {
	int64_t from, to;
};

static int
work_consistency(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct sizes *s = arg;
	struct merkle_proof proof;

	(void)rq;
	if (ledger_consistency(tx, (uint64_t)s->from, (uint64_t)s->to, &proof, err) == -1)
		return -1;
	return reply_json(rp, 200,
		json_pack("{s:I, s:I, s:o}", "from", (json_int_t)s->from, "to", (json_int_t)s->to, "proof", proof_json(&proof)), err);
}

static int
get_consistency(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "from", "to", NULL };
	struct sizes s;

	if (request_query_known(rq, known, err) == -1 || request_query_int(rq, "from", 1, INT64_MAX, 0, &s.from, err) == -1 ||
		request_query_int(rq, "to", 1, INT64_MAX, 0, &s.to, err) == -1)
		return -1;
	if (s.from == 0 || s.to == 0)
		return err_problem(err, s.from == 0 ? "?from" : "?to", "is missing: the size of a tree");
	return office_read(rq, rp, work_consistency, &s, err);
}

static int
work_inclusion(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct ledger_proof proof = LEDGER_PROOF_INIT;
	struct ledger_head head = LEDGER_HEAD_INIT;
	struct uuid id;
	int rc = -1;

	(void)arg;
	if (request_param_uuid(rq, "record", &id, err) == 0 && ledger_head_latest(tx, &head, err) == 0 &&
		ledger_inclusion(tx, &id, head.head.size, &proof, err) == 0)
		rc = reply_json(rp, 200,
			json_pack("{s:s, s:s, s:I, s:I, s:o}", "kind", buf_cstr(&proof.kind), "leaf", buf_cstr(&proof.leaf), "position",
				(json_int_t)proof.position, "size", (json_int_t)head.head.size, "proof", proof_json(&proof.path)),
			err);
	ledger_head_clear(&head);
	ledger_proof_clear(&proof);
	return rc;
}

static int
get_inclusion(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_inclusion, NULL, err);
}

/* ---- what subscribers do not have yet ---- */

enum { NOTIFICATIONS_LIMIT = 200 };
struct waiting {
	int64_t after, limit;
	bool stuck;
};

static int
work_notifications(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct waiting *w = arg;
	struct outbox_counts counts;
	json_t *items = NULL, *reply;
	bool more = false;

	(void)rq;
	if (outbox_counts(tx, &counts, err) == -1 || outbox_list(tx, w->stuck, w->after, (unsigned)w->limit, &items, &more, err) == -1)
		return -1;
	reply = json_pack("{s:I, s:I, s:O}", "waiting", (json_int_t)counts.waiting, "stuck", (json_int_t)counts.stuck, "items", items);
	if (more && reply != NULL)
		json_object_set(reply, "next", json_object_get(json_array_get(items, json_array_size(items) - 1), "id"));
	json_decref(items);
	return reply_json(rp, 200, reply, err);
}

static int
get_notifications(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "stuck", "after", "limit", NULL };
	const char *stuck = request_query(rq, "stuck");
	struct waiting w = { .stuck = false };

	if (request_query_known(rq, known, err) == -1 || request_query_int(rq, "after", 1, INT64_MAX, 0, &w.after, err) == -1 ||
		request_query_int(rq, "limit", 1, NOTIFICATIONS_LIMIT, 50, &w.limit, err) == -1)
		return -1;
	if (stuck != NULL && strcmp(stuck, "true") != 0 && strcmp(stuck, "false") != 0)
		return err_problem(err, "?stuck", "true or false is wanted");
	w.stuck = stuck != NULL && strcmp(stuck, "true") == 0;
	return office_read(rq, rp, work_notifications, &w, err);
}

/* ---- the program ---- */

static int
start(struct office *office, struct err *err)
{
	struct delivery *delivery = NULL;

	if (delivery_start(office, &delivery, err) == -1)
		return -1;
	office->own = delivery;
	return 0;
}

static void
stop(struct office *office)
{
	delivery_stop(office->own);
	office->own = NULL;
}

static int
work_counts(struct tx *tx, void *arg, struct err *err)
{
	return outbox_counts(tx, arg, err);
}

static void
metrics(struct office *office, struct buf *out)
{
	struct outbox_counts counts;
	struct err err = ERR_INIT;

	if (db_run(office->db, DB_READ_ONLY, work_counts, &counts, &err) == -1)
		return;
	buf_printf(out, "# HELP catena_notifications Notifications that a subscriber does not have yet; stuck: tried ten times.\n# TYPE catena_notifications gauge\n");
	buf_printf(out, "catena_notifications{state=\"waiting\"} %lld\ncatena_notifications{state=\"stuck\"} %lld\n", (long long)counts.waiting, (long long)counts.stuck);
}

/* clang-format off */
const struct route registry_routes[] = {
	{ "GET", "/documents/{number}/descent", ROLE_AUDITOR | ROLE_INSPECTOR | ROLES_PASSPORT, get_descent, 0, "the descent bundle of a document" },
	{ "GET", "/ledger/head",                0, get_head,        ROUTE_PUBLIC, "the newest signed tree head" },
	{ "GET", "/ledger/consistency",         0, get_consistency, ROUTE_PUBLIC, "proof that a tree is the beginning of a later one" },
	{ "GET", "/ledger/records/{record}",    ROLE_AUDITOR, get_inclusion, 0, "the leaf of a record and its inclusion proof" },
	{ "GET", "/notifications",              ROLE_AUDITOR | ROLE_ADMINISTRATOR, get_notifications, 0, "notifications that subscribers do not have yet, and what is stuck" },
	{ NULL }
};
/* clang-format on */

const struct office_program registry_program = {
	.name = "registryd",
	.db_role = "catena_reader",
	.base_path = "/registry/v1",
	.routes = registry_routes,
	.queries = queries,
	.start = start,
	.stop = stop,
	.metrics = metrics,
};
