#include "pki/signd/policy.h"

#include <stdlib.h>

#include "pki/signd/documentseals.h"
#include "pki/sod.h"
#include "registry/base/clock.h"
#include "registry/store/signing.h"

static const char no_signer[] = "document signer: no active one has a usage period and signatures left, a key ceremony is needed";

enum { SIGN_TRIES = 8 }; /* each finds at least one more document of the batch decided, most all of them */

struct batch {
	struct active_signer *by;
	const struct signers *signers;
	json_t *seals;                     /* of those that have no chip */
	const struct seal_signer **sealed; /* who made made[i]; NULL: the document signer */
	struct sign_order *orders;
	size_t n;
	struct uuid *ids;
	struct signing_case *cases;
	struct buf *made; /* signed by this call already, kept over a repeated transaction: one signature for each document */
	struct signing_made *record;
	size_t nrecord;
};

static int
hashes_agree(const struct sign_order *order, const struct signing_case *c, struct err *err)
{
	if (order->ndg != c->ndg)
		return err_set(err, FAIL_CONFLICT, "%u data groups given, the registry has %u", order->ndg, c->ndg);
	for (unsigned i = 0; i < c->ndg; i++)
		if (order->dg[i].number != c->dg[i].number ||
			!bytes_equal(BYTES(order->dg[i].hash, order->dg[i].len), BYTES(c->dg[i].hash, c->dg[i].len)))
			return err_set(err, FAIL_CONFLICT, "the hash given for DG%d is not the registry's", order->dg[i].number);
	return 0;
}

/* The object is made from the registry's row, not from what was sent. */
static void
ldsso_of_case(const struct signing_case *c, struct ldsso *lds)
{
	ldsso_init(lds, c->hash_bits);
	for (lds->n = 0; lds->n < c->ndg && lds->n < LDS_DGS; lds->n++) {
		lds->dg[lds->n].number = (unsigned)c->dg[lds->n].number;
		memcpy(lds->dg[lds->n].hash, c->dg[lds->n].hash, sizeof(lds->dg[0].hash));
	}
}

static const json_t *
seal_of(const struct batch *b, const struct uuid *document)
{
	char id[UUID_TEXT];
	const json_t *seal;
	size_t i;

	uuid_format(document, id);
	json_array_foreach (b->seals, i, seal)
		if (strcmp(json_string_value(json_object_get(seal, "document_id")), id) == 0)
			return seal;
	return NULL;
}

static int
seal_one(struct batch *b, size_t i, const json_t *seal, struct err *err)
{
	struct sign_order *order = &b->orders[i];
	const struct signing_case *c = &b->cases[i];

	if (b->made[i].n == 0 && documentseals_make(b->signers, seal, c->issuing_state, c->issued_on, &b->made[i], &b->sealed[i], &order->err) == -1) {
		if (order->err.kind == FAIL_AGAIN && b->sealed[i] != NULL) { /* the token is away: for all of them */
			*err = order->err;
			return -1;
		}
		return 0;
	}
	buf_bytes(&order->sod, bytes_of(&b->made[i]));
	return buf_check(&order->sod, err);
}

static int
sign_one(struct batch *b, struct session *s, size_t i, struct err *err)
{
	struct sign_order *order = &b->orders[i];
	struct signing_case *c = &b->cases[i];
	const json_t *seal;
	const char *broken;
	struct ldsso lds;

	if (c->is_known && c->sod.n > 0) { /* signed before: the same again, once the hashes agree */
		if (hashes_agree(order, c, &order->err) == 0)
			buf_move(&order->sod, &c->sod);
		return 0;
	}
	if ((broken = signing_broken_link(c)) != NULL) {
		err_set(&order->err, c->is_known ? FAIL_DENIED : FAIL_NOT_FOUND, "%s", broken);
		return 0;
	}
	if (hashes_agree(order, c, &order->err) == -1)
		return 0;
	if ((seal = seal_of(b, &c->document_id)) != NULL)
		return seal_one(b, i, seal, err);
	if (b->by == NULL) {
		err_set(&order->err, FAIL_AGAIN, "%s", no_signer);
		return 0;
	}
	if (b->made[i].n == 0) {
		ldsso_of_case(c, &lds);
		if (sod_build(s, b->by->signer, &lds, clock_now(), &b->made[i], err) == -1)
			return -1;
		atomic_fetch_add(&b->by->made, 1);
	}
	b->record[b->nrecord++] = (struct signing_made){ c->document_id, bytes_of(&b->made[i]) };
	buf_bytes(&order->sod, bytes_of(&b->made[i]));
	return buf_check(&order->sod, err);
}

static int
sign_batch(struct tx *tx, void *arg, struct err *err)
{
	struct batch *b = arg;
	struct session *s = NULL;
	int rc = -1;

	for (size_t i = 0; i < b->n; i++) {
		err_clear(&b->orders[i].err);
		buf_clear(&b->orders[i].sod);
	}
	b->nrecord = 0;
	if (signing_read(tx, b->ids, b->n, b->cases, err) == -1 || signing_seals(tx, b->ids, b->n, &b->seals, err) == -1)
		goto out;
	if (b->by != NULL && token_borrow(b->by->token, &s, err) == -1)
		goto out;
	for (size_t i = 0; i < b->n; i++)
		if (sign_one(b, s, i, err) == -1)
			goto out;
	for (size_t i = 0; i < b->n; i++)
		if (b->sealed[i] != NULL && b->made[i].n > 0 && b->orders[i].err.kind == FAIL_NONE && b->cases[i].sod.n == 0 &&
			signing_record(tx, &(struct signing_made){ b->cases[i].document_id, bytes_of(&b->made[i]) }, 1, &b->sealed[i]->certificate_id, err) == -1)
			goto out;
	rc = b->nrecord == 0 ? 0 : signing_record(tx, b->record, b->nrecord, &b->by->certificate_id, err);
out:
	if (b->by != NULL)
		token_return(b->by->token, s);
	json_decref(b->seals);
	b->seals = NULL;
	signing_cases_clear(b->cases, b->n);
	return rc;
}

bool
active_signer_may(const struct active_signer *by, int64_t now, size_t n)
{
	return by->signer != NULL && now < by->use_until &&
		(by->max_signatures == 0 || by->signatures + atomic_load(&by->made) + (int64_t)n <= by->max_signatures);
}

int
policy_sign(struct db *db, const struct signers *signers, struct sign_order *orders, size_t n, struct err *err)
{
	struct active_signer *by = signers->document != NULL && active_signer_may(signers->document, clock_now(), n) ? signers->document : NULL;
	struct batch b = { .by = by, .signers = signers, .orders = orders, .n = n };
	int rc = -1;

	if (by == NULL && signers->visa->key == NULL && signers->emergency->key == NULL)
		return err_set(err, FAIL_AGAIN, "%s", no_signer);
	b.ids = calloc(n + 1, sizeof(*b.ids));
	b.cases = calloc(n + 1, sizeof(*b.cases));
	b.made = calloc(n + 1, sizeof(*b.made));
	b.record = calloc(n + 1, sizeof(*b.record));
	b.sealed = calloc(n + 1, sizeof(*b.sealed));
	if (b.ids == NULL || b.cases == NULL || b.made == NULL || b.record == NULL || b.sealed == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < n; i++)
		b.ids[i] = orders[i].document_id;
	/*
	 * Another client may have signed, or an officer spoiled, one of these documents after we looked: the database refuses the whole
	 * batch, and has committed what is in the way.  Looking again finds it.
	 */
	for (int tries = 0; tries < SIGN_TRIES; tries++) {
		err_clear(err);
		rc = db_run(db, DB_READ_COMMITTED, sign_batch, &b, err);
		if (rc == 0 || err->kind != FAIL_CONFLICT)
			break;
	}
	if (rc == -1 && err->kind == FAIL_CONFLICT)
		err->kind = FAIL_AGAIN;
	if (rc == 0 && by != NULL)
		atomic_fetch_add(&by->recorded, (int64_t)b.nrecord);
	for (size_t i = 0; rc == -1 && i < n; i++)
		buf_clear(&orders[i].sod);
out:
	for (size_t i = 0; b.made != NULL && i < n; i++)
		buf_clear(&b.made[i]);
	free(b.record);
	free(b.sealed);
	free(b.made);
	free(b.cases);
	free(b.ids);
	return rc;
}
