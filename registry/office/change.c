/* Handlers' work in transactions: changes with idempotency, reads with disclosure. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "registry/base/seal.h"
#include "registry/office/office.h"
#include "registry/store/audit.h"
#include "registry/store/idempotency.h"
#include "registry/store/officer.h"

/* "GET /births/{id}": the pattern, never the path, whose numbers identify persons. */
enum { ROUTE_TEXT = 160 };

static void
route_text(const struct request *rq, char text[ROUTE_TEXT])
{
	snprintf(text, ROUTE_TEXT, "%s %s", rq->route->method, rq->route->pattern);
}

struct change {
	struct request *rq;
	struct reply *rp;
	office_work *work;
	void *arg;
	char route[ROUTE_TEXT];
	uint8_t digest[SHA256_LEN];
};

static void
reply_reset(struct reply *rp)
{
	reply_clear(rp);
	*rp = REPLY_INIT;
}

/* ---- the stored form: value of the header Location (or nothing), a line feed, the body ---- */

static int
answer_encode(const struct reply *rp, struct buf *out, struct err *err)
{
	if (rp->status < 200 || rp->status > 299)
		return err_set(err, FAIL_INTERNAL, "a change ended with status %d and without an error", rp->status);
	if (rp->body.n > 0 && strcmp(rp->content_type, "application/json") != 0)
		return err_set(err, FAIL_INTERNAL, "a change answered with %s, wanted JSON", rp->content_type);
	for (unsigned i = 0; i < rp->nheader; i++) {
		if (strcmp(rp->header[i].name, "Location") != 0)
			return err_set(err, FAIL_INTERNAL, "a change set the header %s, only Location is kept", rp->header[i].name);
		buf_str(out, rp->header[i].value);
	}
	buf_u8(out, '\n');
	buf_bytes(out, bytes_of(&rp->body));
	return buf_check(out, err);
}

static int
answer_decode(struct reply *rp, int status, struct buf *stored, struct err *err)
{
	const uint8_t *end = stored->n > 0 ? memchr(stored->p, '\n', stored->n) : NULL;
	size_t n;

	if (end == NULL)
		return err_set(err, FAIL_INTERNAL, "a stored answer is damaged");
	n = (size_t)(end - stored->p);
	stored->p[n] = 0;
	if (n > 0 && reply_header(rp, "Location", (const char *)stored->p, err) == -1)
		return -1;
	if (stored->n == n + 1)
		return reply_empty(rp, status);
	return reply_bytes(rp, status, "application/json", BYTES(end + 1, stored->n - n - 1), err);
}

/* Tells the database who acts. */
static int
begin(struct tx *tx, const struct request *rq, struct err *err)
{
	return office_of(rq)->program->has_jurisdiction ? officer_act_as(tx, &rq->who.officer_id, err) : 0;
}

/* ---- changes ---- */

static int
work_change(struct tx *tx, void *arg, struct err *err)
{
	struct change *c = arg;
	const struct request *rq = c->rq;
	struct buf answer = BUF_INIT;
	int rc = -1;

	reply_reset(c->rp);
	if (begin(tx, rq, err) == -1 || idempotency_guard(tx, &rq->idempotency, &rq->who.officer_id, err) == -1 || c->work(tx, rq, c->arg, c->rp, err) == -1 ||
		answer_encode(c->rp, &answer, err) == -1)
		goto out;
	rc = idempotency_store(tx, &rq->idempotency, &rq->who.officer_id, c->route, c->digest, c->rp->status, bytes_of(&answer), err);
out:
	buf_wipe(&answer);
	return rc;
}

struct lookup {
	const struct change *change;
	int found, status;
	struct buf answer;
};

static int
work_answer(struct tx *tx, void *arg, struct err *err)
{
	struct lookup *l = arg;
	const struct change *c = l->change;

	buf_wipe(&l->answer);
	l->found = idempotency_find(tx, &c->rq->idempotency, &c->rq->who.officer_id, c->route, c->digest, &l->status, &l->answer, err);
	return l->found == -1 ? -1 : 0;
}

/*
 * The change failed: because it was done before?  Whatever the work found wrong the second time, the first answer counts; and when a
 * commit's outcome is unknown, this tells.
 */
static int
answer_again(struct change *c, struct err *err)
{
	struct lookup l = { .change = c, .answer = BUF_INIT };
	struct err why = ERR_INIT;
	int rc = -1;

	if (db_run(office_of(c->rq)->db, DB_READ_ONLY, work_answer, &l, &why) == -1) {
		if (why.kind == FAIL_CONFLICT) /* the key was used for another request */
			*err = why;
	} else if (l.found == 1) {
		reply_reset(c->rp);
		rc = answer_decode(c->rp, l.status, &l.answer, err);
	}
	buf_wipe(&l.answer);
	return rc;
}

/*
 * Of who is not signed in nothing is known that would keep a guess from its body: the digest that is stored must not be one that can be guessed at.
 */
static void
digest_of(const struct request *rq, uint8_t digest[SHA256_LEN])
{
	uint8_t plain[SHA256_LEN];

	request_digest(rq, plain);
	if ((rq->route->flags & ROUTE_PUBLIC) != 0)
		seal_mac(office_of(rq)->seal, "catena public request", BYTES(plain, sizeof(plain)), digest);
	else
		memcpy(digest, plain, sizeof(plain));
}

int
office_change(struct request *rq, struct reply *rp, office_work *work, void *arg, struct err *err)
{
	struct change c = { .rq = rq, .rp = rp, .work = work, .arg = arg };

	assert((rq->route->flags & ROUTE_CHANGES) != 0 && rq->has_idempotency);
	route_text(rq, c.route);
	digest_of(rq, c.digest);
	if (db_run(office_of(rq)->db, DB_READ_COMMITTED, work_change, &c, err) == 0)
		return 0;
	if (answer_again(&c, err) == -1)
		return -1;
	err_clear(err);
	return 0;
}

/* ---- reads ---- */

static int
work_read(struct tx *tx, void *arg, struct err *err)
{
	struct change *c = arg;

	reply_reset(c->rp);
	return begin(tx, c->rq, err) == -1 ? -1 : c->work(tx, c->rq, c->arg, c->rp, err);
}

int
office_read(struct request *rq, struct reply *rp, office_work *work, void *arg, struct err *err)
{
	struct change c = { .rq = rq, .rp = rp, .work = work, .arg = arg };

	return db_run(office_of(rq)->db, DB_REPEATABLE_READ, work_read, &c, err);
}

int
office_disclose(struct tx *tx, const struct request *rq, const char *subject_kind, const struct uuid *subject_id, struct err *err)
{
	struct audit_event event = { .kind = "disclosure", .subject_kind = subject_kind, .subject_id = subject_id };
	char route[ROUTE_TEXT];

	route_text(rq, route);
	event.program = office_of(rq)->name;
	event.officer_id = &rq->who.officer_id;
	event.route = route;
	return audit_add(tx, &event, err);
}
