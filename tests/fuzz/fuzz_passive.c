/*
 * Passive authentication as a whole: EF.SOD, data groups, EF.COM, certificates, CRLs and deviation lists, all from a stranger.
 *
 * The input is a row of parts: one octet what it is, three octets length, the octets.  1..16 a data group, 0 EF.SOD, 17 EF.COM, 18 anchor,
 * 19 candidate, 20 CRL, 21 deviation list; other kinds are skipped.  The day is the reference day of the test data.
 */
#include <stdlib.h>

#include "pki/passive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PART_SOD,
	PART_COM = 17,
	PART_ANCHOR,
	PART_CANDIDATE,
	PART_CRL,
	PART_DEVIATIONS,
	PARTS_MAX = 48 }; /* each certificate costs a verification */

static void
part_take(struct truststore *store, struct passive_input *in, unsigned kind, struct bytes part, size_t *anchors)
{
	struct err err = ERR_INIT;

	if (kind == PART_SOD)
		in->sod = part;
	else if (kind < PART_COM)
		in->dg[kind] = part;
	else if (kind == PART_COM)
		in->com = part;
	else if (kind == PART_ANCHOR)
		*anchors += truststore_add(store, part, TRUST_ANCHOR, "anchor", &err) == 0;
	else if (kind == PART_CANDIDATE)
		truststore_add(store, part, TRUST_NONE, "candidate", &err);
	else if (kind == PART_CRL)
		truststore_add_crl(store, part, "CRL", &err);
	else if (kind == PART_DEVIATIONS)
		truststore_add_deviations(store, part, "deviations", &err);
}

static void
parts_read(struct truststore *store, struct passive_input *in, struct bytes rest, size_t *anchors)
{
	for (unsigned i = 0; i < PARTS_MAX && rest.n >= 4; i++) {
		size_t n = (size_t)rest.p[1] << 16 | (size_t)rest.p[2] << 8 | rest.p[3];

		if (n > rest.n - 4)
			n = rest.n - 4;
		part_take(store, in, rest.p[0], BYTES(rest.p + 4, n), anchors);
		rest = BYTES(rest.p + 4 + n, rest.n - 4 - n);
	}
}

/* What must hold of every answer. */
static void
answer_check(const struct passive *r, size_t anchors)
{
	enum grade worst = GRADE_GOOD;

	for (unsigned i = 0; i < r->n; i++) {
		const struct verdict *v = &r->verdict[i];

		worst = v->grade > worst ? v->grade : worst;
		if (v->code == NULL || v->text[0] == '\0' || (v->grade == GRADE_GOOD) != (strcmp(v->code, "good") == 0))
			__builtin_trap();
	}
	if (r->n == 0 || r->total < worst || (r->n < PASSIVE_MAX_VERDICTS && r->total != worst))
		__builtin_trap();
	if (r->total == GRADE_GOOD && (anchors == 0 || !r->has_anchor || !r->has_signer || passive_find(r, CHECK_REVOCATION, 0) == NULL))
		__builtin_trap(); /* nothing is good without an anchor, a signer and a CRL */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct passive result;
	struct passive_input in = { .at = INT64_C(1795251600) };
	struct truststore *store = NULL;
	struct err err = ERR_INIT;
	size_t anchors = 0;

	if (truststore_new(&store, &err) == -1)
		return 0;
	parts_read(store, &in, BYTES(data, size), &anchors);
	if (truststore_settle(store, &err) == 0) {
		in.store = store;
		passive_authenticate(&in, &result);
		answer_check(&result, anchors);
		in.chip = CHIP_AUTHENTICATION;
		in.chip_has_proved = true;
		in.weak_is_warning = true;
		passive_authenticate(&in, &result);
		answer_check(&result, anchors);
	}
	truststore_free(store);
	return 0;
}
