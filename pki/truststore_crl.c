/* The trust store's CRLs: whose they are, what they revoke among the CSCA certificates, what they say of a certificate. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "pki/truststore-local.h"
#include "registry/base/digest.h"

static void
trusted_crl_free(struct trusted_crl *c)
{
	if (c == NULL)
		return;
	crl_free(c->crl);
	free(c);
}

void
clear_crls(struct truststore *s)
{
	for (size_t i = 0; i < s->ncrl; i++)
		trusted_crl_free(s->crl[i]);
	free(s->crl);
}

size_t
truststore_crls(const struct truststore *s)
{
	return s->ncrl;
}

const struct trusted_crl *
truststore_crl_at(const struct truststore *s, size_t i)
{
	return s->crl[i];
}

static int
make_room(struct truststore *s, struct err *err)
{
	size_t cap = s->crl_cap == 0 ? 16 : s->crl_cap * 2;
	struct trusted_crl **grown;

	if (s->ncrl < s->crl_cap)
		return 0;
	grown = realloc(s->crl, cap * sizeof(*grown));
	if (grown == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	s->crl = grown;
	s->crl_cap = cap;
	return 0;
}

int
truststore_add_crl(struct truststore *s, struct bytes pem_or_der, const char *provenance, struct err *err)
{
	struct trusted_crl *c = calloc(1, sizeof(*c));

	assert(!s->is_settled);
	if (c == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (make_room(s, err) == -1 || crl_read(pem_or_der, &c->crl, err) == -1) {
		trusted_crl_free(c);
		return -1;
	}
	sha256(bytes_of(&c->crl->der), c->sha256);
	for (size_t i = 0; i < s->ncrl; i++)
		if (memcmp(s->crl[i]->sha256, c->sha256, sizeof(c->sha256)) == 0) {
			trusted_crl_free(c);
			return 0;
		}
	snprintf(c->provenance, sizeof(c->provenance), "%s", provenance != NULL ? provenance : "");
	s->crl[s->ncrl++] = c;
	return 0;
}

/* ---- settling ---- */

/* A trusted certificate of the key that may sign CRLs: some link certificates lack what the root has. */
static const struct trusted *
crl_signer_of(const struct truststore *s, const struct trust_key *k)
{
	for (size_t i = k->first; i < k->first + k->count; i++)
		if (s->by_key[i]->t.trust != TRUST_NONE && crl_may_sign(s->by_key[i]->t.cert))
			return &s->by_key[i]->t;
	return NULL;
}

static void
find_issuer(const struct truststore *s, struct trusted_crl *c)
{
	struct err no = ERR_INIT;
	bool is_named = false;

	for (size_t i = 0; i < s->nkey; i++) {
		const struct trust_key *k = &s->key[i];
		const struct trusted *signer;
		bool named = false, same_state = false;

		for (size_t m = k->first; m < k->first + k->count; m++) {
			named |= c->crl->aki.n > 0 && bytes_equal(s->by_key[m]->ski, c->crl->aki);
			same_state |= country_equal(s->by_key[m]->t.cert->country, c->crl->country);
		}
		if (!k->is_trusted || (!named && !same_state) || (signer = crl_signer_of(s, k)) == NULL)
			continue;
		is_named |= named;
		if (crl_verify(c->crl, signer->cert, &no) == 0) {
			c->issuer = signer;
			c->state = crl_is_complete(c->crl) ? CRL_USABLE : CRL_NOT_COMPLETE;
			return;
		}
	}
	c->state = is_named ? CRL_SIGNATURE_WRONG : CRL_ISSUER_UNKNOWN;
}

static const struct crl_entry *
listed_in_family(const struct truststore *s, unsigned family, struct bytes serial)
{
	const struct crl_entry *first = NULL;

	for (size_t i = 0; i < s->ncrl; i++) {
		const struct crl_entry *e;

		if (s->crl[i]->issuer != NULL && s->crl[i]->issuer->family == family && (e = crl_find(s->crl[i]->crl, serial)) != NULL &&
			(first == NULL || e->revoked_at < first->revoked_at))
			first = e;
	}
	return first;
}

static void
revoke(struct trusted *t, int64_t at)
{
	if (t->is_revoked && t->revoked_at <= at)
		return;
	t->is_revoked = true;
	t->revoked_at = at;
}

static void
revoke_key(struct truststore *s, const struct trust_key *k, int64_t at)
{
	for (size_t i = k->first; i < k->first + k->count; i++)
		revoke(&s->by_key[i]->t, at);
}

/*
 * A CSCA revokes itself by listing its root: then the key is worth nothing, in whatever certificate it stands, nor is what it linked.
 * A link certificate on the list is worth nothing itself; its key may have a root that somebody trusts for other reasons.
 */
static void
revoke_cscas(struct truststore *s)
{
	bool changed = true;

	for (size_t i = 0; i < s->n; i++) {
		struct member *m = s->member[i];
		const struct crl_entry *e = m->t.trust == TRUST_NONE ? NULL : listed_in_family(s, m->t.family, m->t.cert->serial);

		if (e != NULL && m->t.cert->is_self_signed)
			revoke_key(s, &s->key[m->key], e->revoked_at);
		else if (e != NULL)
			revoke(&m->t, e->revoked_at);
	}
	while (changed) {
		changed = false;
		for (size_t i = 0; i < s->n; i++) {
			struct trusted *t = &s->member[i]->t;

			if (t->linked_by != NULL && t->linked_by->is_revoked && !t->is_revoked) {
				revoke(t, t->linked_by->revoked_at);
				changed = true;
			}
		}
	}
}

void
settle_crls(struct truststore *s)
{
	for (size_t i = 0; i < s->ncrl; i++)
		find_issuer(s, s->crl[i]);
	revoke_cscas(s);
}

/* ---- asking ---- */

/* Of two usable CRLs: one that had been issued by then before one that had not, then the newer; of two later ones the older. */
static bool
is_better(const struct crl *a, const struct crl *b, int64_t at)
{
	if (crl_is_early(a, at) != crl_is_early(b, at))
		return crl_is_early(b, at);
	return crl_is_early(a, at) ? a->this_update < b->this_update : a->this_update > b->this_update;
}

void
truststore_revocation(const struct truststore *s, const struct trusted *issuer, struct bytes serial, int64_t at, struct revocation *out)
{
	*out = (struct revocation){ 0 };
	for (size_t i = 0; i < s->ncrl; i++) {
		const struct trusted_crl *c = s->crl[i];

		if (c->issuer == NULL || c->issuer->family != issuer->family) {
			if (!country_equal(c->crl->country, issuer->cert->country))
				continue;
			if (c->issuer == NULL)
				out->unusable = c;
			else
				out->is_elsewhere |= crl_find(c->crl, serial) != NULL;
		} else if (c->state == CRL_USABLE) {
			if (out->crl == NULL || is_better(c->crl, out->crl->crl, at))
				out->crl = c;
		} else
			out->unusable = c;
	}
	out->entry = listed_in_family(s, issuer->family, serial);
	if (out->crl != NULL)
		out->unusable = NULL;
}
