#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "pki/truststore-local.h"

int
truststore_new(struct truststore **store, struct err *err)
{
	struct truststore *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	*store = s;
	return 0;
}

static void
member_free(struct member *m)
{
	if (m == NULL)
		return;
	cert_free(m->t.cert);
	free(m);
}

void
truststore_free(struct truststore *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++)
		member_free(s->member[i]);
	clear_crls(s);
	clear_deviations(s);
	free(s->member);
	free(s->key);
	free(s->by_key);
	free(s->by_ski);
	free(s);
}

size_t
truststore_count(const struct truststore *s)
{
	return s->n;
}

const struct trusted *
truststore_at(const struct truststore *s, size_t i)
{
	return &s->member[i]->t;
}

bool
country_equal(const char *a, const char *b)
{
	return a[0] != '\0' && strcasecmp(a, b) == 0;
}

/* ---- filling ---- */

/* Some old ones lack basicConstraints or keyUsage; one that says it is no CA, or nothing about it, is none. */
static bool
is_csca(const struct cert *c)
{
	if (cert_has(c, EXT_BASIC_CONSTRAINTS) && !c->is_ca)
		return false;
	if (cert_has(c, EXT_KEY_USAGE) && !(c->key_usage & KU_KEY_CERT_SIGN))
		return false;
	return cert_has(c, EXT_BASIC_CONSTRAINTS) || cert_has(c, EXT_KEY_USAGE) || c->is_self_signed;
}

/* Subject and key identifiers say that it is a root; a link certificate between two keys of one name says otherwise by these. */
static bool
is_broken_root(const struct cert *c)
{
	return !c->is_self_signed && c->sigalg != NULL && bytes_equal(c->subject, c->issuer) && c->ski.n > 0 && (c->aki.n == 0 || bytes_equal(c->aki, c->ski));
}

static int
member_new(struct bytes pem_or_der, struct member **member, struct err *err)
{
	struct member *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (cert_read(pem_or_der, &m->t.cert, err) == -1)
		goto fail;
	if (!is_csca(m->t.cert)) {
		err_set(err, FAIL_INPUT, "trust store: the certificate is none of a CSCA (Doc 9303-12 table 6)");
		goto fail;
	}
	if (is_broken_root(m->t.cert)) {
		err_set(err, FAIL_INPUT, "trust store: a root whose signature does not verify under its own key");
		goto fail;
	}
	if (pubkey_identifier(m->t.cert->key, m->id, err) == -1)
		goto fail;
	m->ski = m->t.cert->ski.n > 0 ? m->t.cert->ski : BYTES(m->id, KEY_ID);
	cert_sha256(m->t.cert, m->sha256);
	*member = m;
	return 0;
fail:
	member_free(m);
	return -1;
}

static struct member *
same_certificate(const struct truststore *s, const struct member *m)
{
	for (size_t i = 0; i < s->n; i++)
		if (memcmp(s->member[i]->sha256, m->sha256, sizeof(m->sha256)) == 0)
			return s->member[i];
	return NULL;
}

static int
make_room(struct truststore *s, struct err *err)
{
	size_t cap = s->cap == 0 ? 16 : s->cap * 2;
	struct member **grown;

	if (s->n < s->cap)
		return 0;
	grown = realloc(s->member, cap * sizeof(*grown));
	if (grown == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	s->member = grown;
	s->cap = cap;
	return 0;
}

int
truststore_add(struct truststore *s, struct bytes pem_or_der, enum trust trust, const char *provenance, struct err *err)
{
	struct member *m = NULL, *there;

	assert(!s->is_settled && trust != TRUST_LINKED);
	if (make_room(s, err) == -1 || member_new(pem_or_der, &m, err) == -1)
		return -1;
	there = same_certificate(s, m);
	if (there != NULL) {
		member_free(m);
		if (there->t.trust == TRUST_ANCHOR || trust == TRUST_NONE)
			return 0;
		m = there;
	} else
		s->member[s->n++] = m;
	m->t.trust = trust;
	snprintf(m->t.provenance, sizeof(m->t.provenance), "%s", provenance != NULL ? provenance : "");
	return 0;
}

/* ---- settling: keys ---- */

static int
compare_id(const void *a, const void *b)
{
	const struct member *const *x = a, *const *y = b;

	return memcmp((*x)->id, (*y)->id, KEY_ID);
}

static int
compare_octets(struct bytes a, struct bytes b)
{
	int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

static int
compare_ski(const void *a, const void *b)
{
	const struct member *const *x = a, *const *y = b;

	return compare_octets((*x)->ski, (*y)->ski);
}

/* Members of one key stand together; SHA-1 groups them, the keys themselves decide. */
static int
find_keys(struct truststore *s, struct err *err)
{
	s->by_key = calloc(s->n + 1, sizeof(struct member *));
	s->by_ski = calloc(s->n + 1, sizeof(struct member *));
	s->key = calloc(s->n + 1, sizeof(*s->key));
	if (s->by_key == NULL || s->by_ski == NULL || s->key == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (s->n == 0)
		return 0;
	memcpy(s->by_key, s->member, s->n * sizeof(struct member *));
	memcpy(s->by_ski, s->member, s->n * sizeof(struct member *));
	qsort(s->by_key, s->n, sizeof(struct member *), compare_id);
	qsort(s->by_ski, s->n, sizeof(struct member *), compare_ski);
	for (size_t i = 0; i < s->n; i++) {
		struct member *m = s->by_key[i];
		struct trust_key *last = s->nkey > 0 ? &s->key[s->nkey - 1] : NULL;

		if (last == NULL || memcmp(last->id, m->id, KEY_ID) != 0 || !pubkey_equal(last->cert->key, m->t.cert->key)) {
			last = &s->key[s->nkey];
			*last = (struct trust_key){ .cert = m->t.cert, .first = i, .parent = (unsigned)s->nkey++ };
			memcpy(last->id, m->id, KEY_ID);
		}
		last->count++;
		m->key = (unsigned)(last - s->key);
	}
	return 0;
}

struct member *const *
trust_of_ski(const struct truststore *s, struct bytes ski, size_t *n)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_octets(s->by_ski[middle]->ski, ski) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*n = 0;
	while (low + *n < s->n && bytes_equal(s->by_ski[low + *n]->ski, ski))
		++*n;
	return s->by_ski + low;
}

/* ---- settling: families ---- */

unsigned
trust_family(const struct truststore *s, unsigned key)
{
	while (s->key[key].parent != key)
		key = s->key[key].parent;
	return key;
}

void
trust_join(struct truststore *s, unsigned a, unsigned b)
{
	unsigned x = trust_family(s, a), y = trust_family(s, b);

	s->key[x > y ? x : y].parent = x < y ? x : y;
}

/* ---- settling: who trusts whom ---- */

/* By the subject: a CSCA signs for its own State, whatever country it writes for itself. */
static bool
key_is_of_state(const struct truststore *s, const struct trust_key *k, const struct cert *cert)
{
	for (size_t i = k->first; i < k->first + k->count; i++) {
		if (country_equal(cert->country, s->by_key[i]->t.cert->country))
			return true;
	}
	return false;
}

/* The member of a trusted key that explains the trust: an anchor before a linked one. */
static const struct trusted *
voucher(const struct truststore *s, const struct trust_key *k)
{
	const struct trusted *best = NULL;

	for (size_t i = k->first; i < k->first + k->count; i++) {
		const struct trusted *t = &s->by_key[i]->t;

		if (t->trust != TRUST_NONE && (best == NULL || t->trust < best->trust))
			best = t;
	}
	return best;
}

/*
 * From the keys of the anchors on: what a trusted key signed is trusted, and so is the key in it.  Each pair of candidate and key is
 * tried once, so a flood of candidates costs time but ends.
 */
static int
follow_links(struct truststore *s, struct err *err)
{
	unsigned *queue = calloc(s->nkey + 1, sizeof(*queue));
	size_t head = 0, tail = 0;
	struct err no = ERR_INIT;

	if (queue == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < s->n; i++) {
		struct trust_key *k = &s->key[s->member[i]->key];

		if (s->member[i]->t.trust == TRUST_ANCHOR && !k->is_trusted) {
			k->is_trusted = true;
			queue[tail++] = s->member[i]->key;
		}
	}
	while (head < tail) {
		unsigned key = queue[head++];

		for (size_t i = 0; i < s->n; i++) {
			struct member *m = s->member[i];

			/* Of one State only: a CSCA of one must not vouch for keys of another. */
			if (m->t.trust != TRUST_NONE || !key_is_of_state(s, &s->key[key], m->t.cert) || cert_verify(m->t.cert, s->key[key].cert, &no) == -1)
				continue;
			m->t.linked_by = voucher(s, &s->key[key]);
			m->t.trust = TRUST_LINKED;
			m->t.is_verified = true;
			trust_join(s, key, m->key);
			if (!s->key[m->key].is_trusted) {
				s->key[m->key].is_trusted = true;
				queue[tail++] = m->key;
			}
		}
	}
	free(queue);
	return 0;
}

/*
 * An anchor that names the key of another anchor as its issuer's, and which that key has not signed: a link certificate that was forged or
 * altered.  Whoever chose it could not see that; it is a candidate like others then, and nothing vouches for it.  A candidate's key does not
 * count: anyone can make one with the identifier of a CSCA's.
 */
static void
refuse_broken_links(struct truststore *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct member *m = s->member[i];
		const struct cert *c = m->t.cert;
		bool is_named = false, is_signed = false;
		struct err no = ERR_INIT;
		struct member *const *named;
		size_t n;

		if (m->t.trust != TRUST_ANCHOR || c->is_self_signed || c->sigalg == NULL || c->aki.n == 0)
			continue;
		named = trust_of_ski(s, c->aki, &n);
		for (size_t k = 0; k < n && !is_signed; k++) {
			if (named[k]->key == m->key || named[k]->t.trust != TRUST_ANCHOR || !country_equal(named[k]->t.cert->country, c->issuer_country))
				continue;
			is_named = true;
			is_signed = cert_verify(c, named[k]->t.cert, &no) == 0;
		}
		if (is_named && !is_signed) {
			m->t.trust = TRUST_NONE;
			m->t.is_broken = true;
		}
	}
}

/* An anchor that is a link certificate joins the keys of its issuer and subject, whichever was trusted first; a root verifies itself. */
static void
join_links(struct truststore *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct member *m = s->member[i];
		const struct trusted *issuer;

		m->t.is_verified |= m->t.cert->is_self_signed;
		if (m->t.trust != TRUST_ANCHOR || m->t.cert->is_self_signed)
			continue;
		issuer = truststore_issuer(s, m->t.cert, m->t.cert->not_before, NULL);
		m->t.is_verified |= issuer != NULL;
		if (issuer != NULL && ((const struct member *)(const void *)issuer)->key != m->key) {
			m->t.linked_by = issuer;
			trust_join(s, m->key, ((const struct member *)(const void *)issuer)->key);
		}
	}
}

/* Without its link certificates a CSCA is known by its name in the certificates. */
static bool
same_csca(const struct cert *a, const struct cert *b)
{
	return country_equal(a->country, b->country) && a->subject_cn[0] != '\0' && strcasecmp(a->subject_cn, b->subject_cn) == 0 &&
		strcmp(a->subject_state, b->subject_state) == 0;
}

static void
join_names(struct truststore *s)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < i; k++)
			if (s->member[i]->t.trust != TRUST_NONE && s->member[k]->t.trust != TRUST_NONE &&
				same_csca(s->member[i]->t.cert, s->member[k]->t.cert))
				trust_join(s, s->member[i]->key, s->member[k]->key);
}

int
truststore_settle(struct truststore *s, struct err *err)
{
	assert(!s->is_settled);
	if (find_keys(s, err) == -1)
		return -1;
	s->is_settled = true;
	refuse_broken_links(s);
	if (follow_links(s, err) == -1)
		return -1;
	join_links(s);
	join_names(s);
	for (size_t i = 0; i < s->n; i++)
		s->member[i]->t.family = trust_family(s, s->member[i]->key);
	settle_crls(s);
	return settle_deviations(s, err);
}

/* ---- asking ---- */

static bool
is_valid(const struct cert *c, int64_t at)
{
	return at >= c->not_before && at <= c->not_after;
}

/* Of one key: not revoked before revoked, valid before not valid, root before link, the later expiry. */
static bool
is_better(const struct trusted *a, const struct trusted *b, int64_t at)
{
	if (a->is_revoked != b->is_revoked)
		return b->is_revoked;
	if (is_valid(a->cert, at) != is_valid(b->cert, at))
		return is_valid(a->cert, at);
	if (a->cert->is_self_signed != b->cert->is_self_signed)
		return a->cert->is_self_signed;
	return a->cert->not_after > b->cert->not_after;
}

static const struct trusted *
best_of_key(const struct truststore *s, const struct trust_key *k, int64_t at)
{
	const struct trusted *best = NULL;

	for (size_t i = k->first; i < k->first + k->count; i++) {
		const struct trusted *t = &s->by_key[i]->t;

		if (t->trust != TRUST_NONE && (best == NULL || is_better(t, best, at)))
			best = t;
	}
	return best;
}

static bool
key_has_ski(const struct truststore *s, const struct trust_key *k, struct bytes ski)
{
	for (size_t i = k->first; i < k->first + k->count; i++)
		if (bytes_equal(s->by_key[i]->ski, ski))
			return true;
	return false;
}

const struct trusted *
truststore_issuer(const struct truststore *s, const struct cert *cert, int64_t at, bool *by_identifier)
{
	struct err no = ERR_INIT;
	unsigned last = 0;
	size_t n = 0;
	struct member *const *m;

	assert(s->is_settled);
	if (by_identifier != NULL)
		*by_identifier = true;
	if (cert->aki.n > 0) {
		m = trust_of_ski(s, cert->aki, &n);
		for (size_t i = 0; i < n; i++) {
			const struct trust_key *k = &s->key[m[i]->key];

			/* Root and link certificates of one key mostly follow each other: verify once. */
			if (!k->is_trusted || (i > 0 && m[i]->key == last))
				continue;
			last = m[i]->key;
			if (cert_verify(cert, k->cert, &no) == 0)
				return best_of_key(s, k, at);
		}
	}
	/* No key identifier, or a wrong one, as met in the field: every key of the State. */
	if (by_identifier != NULL)
		*by_identifier = false;
	for (size_t i = 0; i < s->nkey; i++) {
		const struct trust_key *k = &s->key[i];

		if (k->is_trusted && (cert->aki.n == 0 || !key_has_ski(s, k, cert->aki)) && key_is_of_state(s, k, cert) &&
			cert_verify(cert, k->cert, &no) == 0)
			return best_of_key(s, k, at);
	}
	return NULL;
}
