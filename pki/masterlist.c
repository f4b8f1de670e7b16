/* Reading and checking master lists. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "pki/masterlist.h"
#include "registry/base/digest.h"

/* ---- form ---- */

/* X.690 11.6: as octet strings, the shorter padded with zeros; encodings of different values never differ in that padding only. */
static int
element_compare(struct bytes a, struct bytes b)
{
	int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

/* The next attribute of a Name: its OID and its value without the tag of the string type; false at the end or when it is malformed. */
static bool
attribute_next(struct der *rdns, struct der *rdn, struct bytes *oid, struct bytes *value)
{
	struct err err = ERR_INIT;
	struct der attribute;
	struct tlv tlv;

	while (!der_more(rdn))
		if (!der_more(rdns) || der_enter(rdns, DER_SET, rdn, "name", &err) == -1)
			return false;
	if (der_enter(rdn, DER_SEQUENCE, &attribute, "name", &err) == -1 || der_get(&attribute, DER_OID, oid, "name", &err) == -1 ||
		der_next(&attribute, &tlv, "name", &err) == -1)
		return false;
	*value = tlv.value;
	return true;
}

static bool
same_name(struct bytes a, struct bytes b)
{
	struct der da = der_reader(a), db = der_reader(b), rdns_a, rdns_b, rdn_a = der_reader(BYTES_NONE), rdn_b = rdn_a;
	struct bytes oid_a, oid_b, value_a, value_b;
	struct err err = ERR_INIT;
	bool more_a, more_b;

	if (bytes_equal(a, b))
		return true;
	if (der_enter(&da, DER_SEQUENCE, &rdns_a, "name", &err) == -1 || der_enter(&db, DER_SEQUENCE, &rdns_b, "name", &err) == -1)
		return false;
	for (;;) {
		more_a = attribute_next(&rdns_a, &rdn_a, &oid_a, &value_a);
		more_b = attribute_next(&rdns_b, &rdn_b, &oid_b, &value_b);
		if (!more_a || !more_b)
			return more_a == more_b;
		if (!bytes_equal(oid_a, oid_b) || !bytes_equal(value_a, value_b))
			return false;
	}
}

static void
member_read(struct masterlist_member *m, struct bytes der)
{
	struct err err = ERR_INIT;

	m->der = der;
	sha256(der, m->sha256);
	if (cert_parse(der, &m->cert, &err) == -1) {
		snprintf(m->problem, sizeof(m->problem), "%.*s", (int)sizeof(m->problem) - 1, err.text);
		return;
	}
	m->is_csca = list_is_csca(m->cert);
	m->is_root = same_name(m->cert->subject, m->cert->issuer);
}

static size_t
count_elements(struct der set)
{
	struct err err = ERR_INIT;
	struct tlv tlv;
	size_t n = 0;

	while (der_more(&set) && der_next(&set, &tlv, "certList", &err) == 0)
		n++;
	return n;
}

struct by_digest {
	const uint8_t *sha256;
	size_t i;
};

static int
digest_compare(const void *a, const void *b)
{
	const struct by_digest *x = a, *y = b;
	int c = memcmp(x->sha256, y->sha256, SHA256_LEN);

	return c != 0 ? c : (x->i > y->i) - (x->i < y->i);
}

/* Sorted by digest, then position; NULL when memory is short. */
static struct by_digest *
digests_of(const struct masterlist *list)
{
	struct by_digest *d = calloc(list->n + 1, sizeof(*d));

	for (size_t i = 0; d != NULL && i < list->n; i++)
		d[i] = (struct by_digest){ list->member[i].sha256, i };
	if (d != NULL)
		qsort(d, list->n, sizeof(*d), digest_compare);
	return d;
}

static int
find_duplicates(struct masterlist *list, struct err *err)
{
	struct by_digest *d = digests_of(list);

	if (d == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 1; i < list->n; i++)
		if (memcmp(d[i - 1].sha256, d[i].sha256, SHA256_LEN) == 0)
			list->member[d[i].i].is_duplicate = true;
	free(d);
	return 0;
}

static int
members_read(struct masterlist *list, struct der set, struct err *err)
{
	struct bytes last = BYTES_NONE;
	struct tlv tlv;
	size_t n = count_elements(set);

	if (n == 0)
		return err_set(err, FAIL_INPUT, "certList: empty (Doc 9303-12 8.1)");
	if (n > MASTERLIST_MAX_CERTS)
		return err_set(err, FAIL_TOO_LARGE, "certList: %zu certificates, at most %d", n, MASTERLIST_MAX_CERTS);
	list->member = calloc(n, sizeof(*list->member));
	if (list->member == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	list->is_sorted = true;
	for (; der_more(&set); list->n++) {
		if (der_next(&set, &tlv, "certList", err) == -1)
			return -1;
		if (list->n == n)
			return err_set(err, FAIL_INTERNAL, "certList: counted wrongly");
		if (last.n > 0 && element_compare(last, tlv.whole) > 0)
			list->is_sorted = false;
		last = tlv.whole;
		member_read(&list->member[list->n], tlv.whole);
	}
	return find_duplicates(list, err);
}

static int
content_read(struct masterlist *list, struct err *err)
{
	struct der d = der_reader(list->cms->content), seq, set;
	uint64_t version;

	if (strcmp(list->cms->content_type, oid_master_list) != 0)
		return err_set(err, FAIL_INPUT, "eContentType: %s, wanted %s (Doc 9303-12 8.2)", list->cms->content_type, oid_master_list);
	if (der_enter(&d, DER_SEQUENCE, &seq, "CscaMasterList", err) == -1 || der_end(&d, "CscaMasterList", err) == -1 ||
		der_get_uint(&seq, &version, "CscaMasterList version", err) == -1 || der_enter(&seq, DER_SET, &set, "certList", err) == -1 ||
		der_end(&seq, "CscaMasterList", err) == -1)
		return -1;
	list->version = version < 100 ? (unsigned)version : 100;
	return members_read(list, set, err);
}

int
masterlist_parse(struct bytes der, struct masterlist **out, struct err *err)
{
	struct masterlist *list = calloc(1, sizeof(*list));

	if (list == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (cms_parse_any(der, &list->cms, err) == -1 || content_read(list, err) == -1) {
		masterlist_free(list);
		return -1;
	}
	sha256(bytes_of(&list->cms->der), list->sha256);
	*out = list;
	return 0;
}

void
masterlist_free(struct masterlist *list)
{
	if (list == NULL)
		return;
	for (size_t i = 0; i < list->n; i++)
		cert_free(list->member[i].cert);
	free(list->member);
	cms_free(list->cms);
	free(list);
}

/* ---- issuers ---- */

/* A certificate that may have signed others, findable by its key identifier. */
struct candidate {
	uint64_t key; /* the first octets of its SKI */
	const struct cert *cert;
};

struct search {
	struct candidate *candidate;
	size_t n;
	size_t budget; /* verifications left: a list made to cost time ends here */
};

static uint64_t
key_of(struct bytes ski)
{
	uint64_t key = 0;

	for (size_t i = 0; i < 8 && i < ski.n; i++)
		key = key << 8 | ski.p[i];
	return key;
}

static int
candidate_compare(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static bool
search_init(struct search *s, const struct masterlist *list, const struct list_trust *trust)
{
	s->candidate = calloc(list->n + trust->nanchor + 1, sizeof(*s->candidate));
	if (s->candidate == NULL)
		return false;
	for (size_t i = 0; i < list->n; i++)
		if (list->member[i].is_csca && !list->member[i].is_duplicate)
			s->candidate[s->n++] = (struct candidate){ key_of(list->member[i].cert->ski), list->member[i].cert };
	for (size_t i = 0; i < trust->nanchor; i++)
		s->candidate[s->n++] = (struct candidate){ key_of(trust->anchor[i]->ski), trust->anchor[i] };
	qsort(s->candidate, s->n, sizeof(*s->candidate), candidate_compare);
	s->budget = 4 * list->n + 1000;
	return true;
}

static size_t
first_of(const struct search *s, uint64_t key)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->candidate[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
verifies(struct search *s, const struct cert *cert, const struct cert *issuer)
{
	struct err err = ERR_INIT;

	if (s->budget == 0 || cert->sigalg == NULL || cert->sigalg->key != issuer->key->type)
		return false;
	s->budget--;
	return cert_verify(cert, issuer, &err) == 0;
}

/* *named: somebody has the key identifier that the certificate names. */
static const struct cert *
issuer_of(struct search *s, const struct cert *cert, bool *named)
{
	*named = false;
	for (size_t i = first_of(s, key_of(cert->aki)); cert->aki.n > 0 && i < s->n && s->candidate[i].key == key_of(cert->aki); i++) {
		if (!bytes_equal(s->candidate[i].cert->ski, cert->aki))
			continue;
		*named = true;
		if (verifies(s, cert, s->candidate[i].cert))
			return s->candidate[i].cert;
	}
	/* No key identifier, or one of nobody, as met in the field: every key of the State. */
	for (size_t i = 0; i < s->n; i++)
		if ((cert->aki.n == 0 || !bytes_equal(s->candidate[i].cert->ski, cert->aki)) &&
			strcasecmp(s->candidate[i].cert->country, cert->issuer_country) == 0 && verifies(s, cert, s->candidate[i].cert))
			return s->candidate[i].cert;
	return NULL;
}

static void
members_verify(struct masterlist *list, struct search *s, struct masterlist_counts *counts)
{
	for (size_t i = 0; i < list->n; i++) {
		struct masterlist_member *m = &list->member[i];
		bool named = false;

		m->is_verified = false;
		m->issuer = NULL;
		if (m->cert == NULL)
			continue;
		m->issuer = m->cert->is_self_signed ? m->cert : issuer_of(s, m->cert, &named);
		m->is_verified = m->issuer != NULL;
		if (m->is_verified)
			counts->verified++;
		else if (named || (m->is_root && m->cert->aki.n == 0))
			counts->wrong_signature++;
		else
			counts->issuer_absent++;
	}
}

/* ---- counting and judging ---- */

static int
country_compare(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	int c = strcasecmp(x, y);

	return c != 0 ? c : strcmp(x, y);
}

static void
count_countries(const struct masterlist *list, struct masterlist_counts *c)
{
	const char **country = calloc(list->n + 1, sizeof(*country));
	size_t n = 0;

	if (country == NULL)
		return;
	for (size_t i = 0; i < list->n; i++)
		if (list->member[i].cert != NULL)
			country[n++] = list->member[i].cert->country;
	qsort(country, n, sizeof(*country), country_compare);
	for (size_t i = 0; i < n; i++) {
		c->countries += i == 0 || strcmp(country[i - 1], country[i]) != 0;
		c->states += i == 0 || strcasecmp(country[i - 1], country[i]) != 0;
	}
	free(country);
}

static void
members_count(struct masterlist *list, int64_t at, struct masterlist_counts *c)
{
	c->certificates = (unsigned)list->n;
	for (size_t i = 0; i < list->n; i++) {
		struct masterlist_member *m = &list->member[i];

		c->duplicates += m->is_duplicate;
		if (m->cert == NULL) {
			c->unreadable++;
			continue;
		}
		m->is_expired = at > m->cert->not_after;
		c->expired += m->is_expired;
		c->not_csca += !m->is_csca;
		c->roots += m->is_root;
		c->links += !m->is_root;
	}
	count_countries(list, c);
}

static void
judge(const struct masterlist *list, const struct masterlist_counts *c, struct list_report *r)
{
	static const char clause[] = "9303-12 8.1";

	if (list->version != 0)
		list_verdict_add(r, GRADE_WARNING, "version", clause, "version %u, wanted 0", list->version);
	if (list->is_sorted)
		list_verdict_add(r, GRADE_GOOD, "order", NULL, "the SET of certificates is in DER order");
	else
		list_verdict_add(r, GRADE_WARNING, "order_wrong", clause, "the SET of certificates is not in DER order");
	if (c->duplicates > 0)
		list_verdict_add(r, GRADE_WARNING, "duplicates", clause, "%u certificates are there more than once", c->duplicates);
	if (c->unreadable > 0)
		list_verdict_add(r, GRADE_WARNING, "certificates_unreadable", clause, "%u certificates cannot be read and are left out", c->unreadable);
	if (c->not_csca > 0)
		list_verdict_add(r, GRADE_WARNING, "certificates_not_csca", clause, "%u certificates are not a CSCA's and are left out", c->not_csca);
	if (c->wrong_signature > 0)
		list_verdict_add(r, GRADE_WARNING, "certificates_signature_wrong", "RFC 5280 4.1.1.3", "%u certificates do not verify under the issuer they name and are left out",
			c->wrong_signature);
}

void
masterlist_check(struct masterlist *list, const struct list_trust *trust, struct list_report *report, struct masterlist_counts *counts)
{
	struct search search = { NULL };

	memset(counts, 0, sizeof(*counts));
	list_check(list->cms, &list_master, trust, report);
	members_count(list, trust->at, counts);
	if (search_init(&search, list, trust))
		members_verify(list, &search, counts);
	else
		list_verdict_add(report, GRADE_NOT_CHECKED, "memory", NULL, "out of memory: the certificates were not verified");
	judge(list, counts, report);
	free(search.candidate);
}

int
masterlist_added(const struct masterlist *now, const struct masterlist *before, size_t **index, size_t *n, struct err *err)
{
	struct by_digest *old = digests_of(before);
	size_t *added = calloc(now->n + 1, sizeof(*added));
	size_t found = 0;

	if (old == NULL || added == NULL) {
		free(old);
		free(added);
		return err_set(err, FAIL_INTERNAL, "out of memory");
	}
	for (size_t i = 0; i < now->n; i++) {
		size_t low = 0, high = before->n;

		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (memcmp(old[middle].sha256, now->member[i].sha256, SHA256_LEN) < 0)
				low = middle + 1;
			else
				high = middle;
		}
		if (!now->member[i].is_duplicate && (low == before->n || memcmp(old[low].sha256, now->member[i].sha256, SHA256_LEN) != 0))
			added[found++] = i;
	}
	free(old);
	*index = added;
	*n = found;
	return 0;
}
