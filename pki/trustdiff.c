#include "pki/trustdiff.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "pki/lint.h"
#include "registry/base/digest.h"

/* A thing in the store. */
struct holding {
	enum certfile_kind kind;
	uint8_t sha256[32];
	bool is_withdrawn;
	char country[4];
	int64_t at;
	struct buf issuer_key; /* CRLs */
	struct buf der;        /* master lists: for what they no longer have */
};

struct trustdiff {
	struct truststore *store; /* what is held and, as candidates, what is offered */
	struct holding *holding;
	size_t nholding, holding_cap;
	struct offer *offer;
	size_t n, cap;
	const struct cert **anchor; /* certificates of the settled store that are trusted */
	size_t nanchor;
	uint8_t (*digest)[SHA256_LEN]; /* of the settled store's certificates, in its order */
};

const char *
offer_outcome_name(enum offer_outcome outcome)
{
	static const char *const names[OFFER_OUTCOMES] = { "refused", "known", "root", "linked", "unlinked", "new" };

	return names[outcome];
}

int
trustdiff_new(struct trustdiff **out, struct err *err)
{
	struct trustdiff *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (truststore_new(&d->store, err) == -1) {
		free(d);
		return -1;
	}
	*out = d;
	return 0;
}

void
trustdiff_free(struct trustdiff *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->nholding; i++) {
		buf_clear(&d->holding[i].issuer_key);
		buf_clear(&d->holding[i].der);
	}
	for (size_t i = 0; i < d->n; i++) {
		free(d->offer[i].removed);
		crl_free(d->offer[i].crl);
	}
	truststore_free(d->store);
	free(d->holding);
	free(d->offer);
	free(d->anchor);
	free(d->digest);
	free(d);
}

static void
upper(const char *in, char out[4])
{
	size_t i = 0;

	for (; i < 3 && in[i] != '\0'; i++)
		out[i] = (char)toupper((unsigned char)in[i]);
	out[i] = '\0';
}

/* One more element of an array that doubles. */
static int
make_room(void **array, size_t n, size_t *cap, size_t size, struct err *err)
{
	size_t want = *cap == 0 ? 64 : *cap * 2;
	void *grown;

	if (n < *cap)
		return 0;
	if ((grown = realloc(*array, want * size)) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	*array = grown;
	*cap = want;
	return 0;
}

/* ---- what is held ---- */

/* A list's State and time, without a judgement of its signature: that was made when it came. */
static int
list_facts(enum certfile_kind kind, struct bytes der, struct holding *h, struct err *err)
{
	const struct list_trust nothing = { .at = 0 };
	struct deviationlist *deviations = NULL;
	struct masterlist *master = NULL;
	struct list_report report;
	const struct cms *cms;
	int rc = -1;

	if (kind == CERTFILE_MASTER_LIST ? masterlist_parse(der, &master, err) == -1 : deviationlist_parse(der, &deviations, err) == -1)
		goto out;
	cms = master != NULL ? master->cms : deviations->cms;
	list_check(cms, master != NULL ? &list_master : &list_deviation, &nothing, &report);
	upper(report.country, h->country);
	h->at = report.signing_time;
	if (kind == CERTFILE_MASTER_LIST)
		buf_bytes(&h->der, der);
	rc = buf_check(&h->der, err);
out:
	masterlist_free(master);
	deviationlist_free(deviations);
	return rc;
}

static int
crl_facts(struct bytes der, struct holding *h, struct err *err)
{
	struct crl *crl = NULL;

	if (crl_parse(der, &crl, err) == -1)
		return -1;
	upper(crl->country, h->country);
	h->at = crl->this_update;
	buf_bytes(&h->issuer_key, crl->aki);
	crl_free(crl);
	return buf_check(&h->issuer_key, err);
}

int
trustdiff_hold(struct trustdiff *d, enum certfile_kind kind, struct bytes der, const char *state, const char *provenance, struct err *err)
{
	bool is_withdrawn = strcmp(state, "withdrawn") == 0;
	struct holding h = { .kind = kind, .is_withdrawn = is_withdrawn };
	int rc = 0;

	if (make_room((void **)&d->holding, d->nholding, &d->holding_cap, sizeof(*d->holding), err) == -1)
		return -1;
	sha256(der, h.sha256);
	if (kind == CERTFILE_CERTIFICATE) {
		if (!is_withdrawn)
			rc = truststore_add(d->store, der, strcmp(state, "trusted") == 0 ? TRUST_ANCHOR : TRUST_NONE, provenance, err);
	} else if (kind == CERTFILE_CRL) {
		rc = crl_facts(der, &h, err);
		if (rc == 0)
			rc = truststore_add_crl(d->store, der, provenance, err);
	} else
		rc = list_facts(kind, der, &h, err);
	if (rc == -1) {
		buf_clear(&h.issuer_key);
		buf_clear(&h.der);
		return -1;
	}
	d->holding[d->nholding++] = h;
	return 0;
}

static const struct holding *
same_octets(const struct trustdiff *d, const struct offer *o)
{
	for (size_t i = 0; i < d->nholding; i++)
		if (d->holding[i].kind == o->kind && memcmp(d->holding[i].sha256, o->sha256, SHA256_LEN) == 0)
			return &d->holding[i];
	return NULL;
}

/* The newest of the same issuer. */
static const struct holding *
held_before(const struct trustdiff *d, const struct offer *o)
{
	const struct holding *best = NULL;

	for (size_t i = 0; i < d->nholding; i++) {
		const struct holding *h = &d->holding[i];

		if (h->kind == o->kind && strcmp(h->country, o->country) == 0 && (best == NULL || h->at > best->at) &&
			(o->kind != CERTFILE_CRL || bytes_equal(bytes_of(&h->issuer_key), o->issuer_key)))
			best = h;
	}
	return best;
}

/* ---- what is offered ---- */

int
trustdiff_offer(struct trustdiff *d, enum certfile_kind kind, struct bytes der, const char *place, long list, struct err *err)
{
	if (make_room((void **)&d->offer, d->n, &d->cap, sizeof(*d->offer), err) == -1)
		return -1;
	if (d->n >= TRUSTDIFF_CERTIFICATES)
		return err_set(err, FAIL_TOO_LARGE, "trust store: more than %d certificates of CSCAs in one file", TRUSTDIFF_CERTIFICATES);
	d->offer[d->n] = (struct offer){ .kind = kind, .der = der, .place = place, .list = list };
	sha256(der, d->offer[d->n].sha256);
	d->n++;
	return 0;
}

static bool
is_of_csca(struct bytes der)
{
	struct err err = ERR_INIT;
	struct cert *cert = NULL;
	bool is_csca;

	if (cert_parse(der, &cert, &err) == -1)
		return false;
	is_csca = list_is_csca(cert);
	cert_free(cert);
	return is_csca;
}

int
trustdiff_offer_file(struct trustdiff *d, const struct certfile *file, struct err *err)
{
	long *index = calloc(file->n + 1, sizeof(*index)); /* of the file's items among the offers */
	int rc = -1;

	if (index == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < file->n; i++) {
		const struct certfile_item *item = &file->item[i];
		long list = item->list >= 0 ? index[item->list] : -1;

		index[i] = -1;
		if (item->kind == CERTFILE_CERTIFICATE && !is_of_csca(bytes_of(&item->der)))
			continue;
		index[i] = (long)d->n;
		if (trustdiff_offer(d, item->kind, bytes_of(&item->der), item->where, list, err) == -1)
			goto out;
	}
	rc = 0;
out:
	free(index);
	return rc;
}

/* ---- comparing ---- */

static void
refuse(struct offer *o, const char *why)
{
	o->outcome = OFFER_REFUSED;
	snprintf(o->why, sizeof(o->why), "%.199s", why);
}

/* Before the store is settled: facts of a certificate, and the certificate into the store as a candidate. */
static int
enter_certificate(struct trustdiff *d, struct offer *o, struct err *err)
{
	const struct holding *held = same_octets(d, o);
	struct err why = ERR_INIT;
	struct cert *cert = NULL;

	if (cert_parse(o->der, &cert, &why) == -1) {
		refuse(o, why.text);
		return 0;
	}
	upper(cert->country, o->country);
	snprintf(o->name, sizeof(o->name), "%s", cert->subject_cn);
	o->at = cert->not_before;
	o->until = cert->not_after;
	o->is_root = cert->is_self_signed;
	o->outcome = o->is_root ? OFFER_ROOT : OFFER_UNLINKED;
	if (held != NULL) {
		o->outcome = OFFER_KNOWN;
		snprintf(o->why, sizeof(o->why), "%s", held->is_withdrawn ? "trust in it was withdrawn" : "");
	} else if (!list_is_csca(cert))
		refuse(o, "it is none of a CSCA (Doc 9303-12 table 6)");
	else if (bytes_equal(cert->subject, cert->issuer) && !cert->is_self_signed && (cert->aki.n == 0 || bytes_equal(cert->aki, cert->ski)))
		refuse(o, "it is issued by itself and its own key has not signed it");
	else if (o->country[0] == '\0')
		refuse(o, "its subject names no country (Doc 9303-12 table 2)");
	cert_free(cert);
	if (o->outcome == OFFER_REFUSED || held != NULL)
		return 0;
	if (truststore_add(d->store, o->der, TRUST_NONE, o->place, &why) == 0)
		return 0;
	if (why.kind == FAIL_INTERNAL) {
		*err = why;
		return -1;
	}
	refuse(o, why.text);
	return 0;
}

static int
enter_crl(struct trustdiff *d, struct offer *o, struct err *err)
{
	struct err why = ERR_INIT;

	if (crl_parse(o->der, &o->crl, &why) == -1) {
		refuse(o, why.text);
		return 0;
	}
	upper(o->crl->country, o->country);
	snprintf(o->name, sizeof(o->name), "%s", o->crl->issuer_cn);
	o->at = o->crl->this_update;
	o->until = o->crl->has_next_update ? o->crl->next_update : 0;
	o->issuer_key = o->crl->aki;
	o->entries = (unsigned)o->crl->nentry;
	return truststore_add_crl(d->store, o->der, o->place, err);
}

static const struct trusted *
settled(const struct trustdiff *d, const struct offer *o)
{
	for (size_t i = 0; i < truststore_count(d->store); i++)
		if (memcmp(d->digest[i], o->sha256, SHA256_LEN) == 0)
			return truststore_at(d->store, i);
	return NULL;
}

static void
lint_counts(struct offer *o)
{
	struct err err = ERR_INIT;
	struct lint lint = { 0 };

	if (lint_cert(o->der, NULL, &lint, &err) == 0)
		for (size_t i = 0; i < lint.n; i++) {
			o->errors += lint.finding[i].severity == LINT_ERROR;
			o->warnings += lint.finding[i].severity == LINT_WARNING;
		}
	lint_clear(&lint);
}

static void
judge_certificate(const struct trustdiff *d, struct offer *o, int64_t at)
{
	const struct trusted *t;

	o->is_expired = o->until < at;
	if (o->outcome != OFFER_ROOT && o->outcome != OFFER_UNLINKED)
		return;
	lint_counts(o);
	t = settled(d, o);
	if (t != NULL && t->trust == TRUST_LINKED) {
		o->outcome = OFFER_LINKED;
		snprintf(o->why, sizeof(o->why), "signed by the trusted key of %.64s (%.100s)", t->linked_by != NULL ? t->linked_by->cert->subject_cn : "",
			t->linked_by != NULL ? t->linked_by->provenance : "");
	}
}

static void
judge_crl(const struct trustdiff *d, struct offer *o)
{
	const struct holding *held = held_before(d, o);
	const struct trusted_crl *c = NULL;

	if (o->crl == NULL)
		return;
	if (same_octets(d, o) != NULL) {
		o->outcome = OFFER_KNOWN;
		return;
	}
	for (size_t i = 0; i < truststore_crls(d->store); i++)
		if (memcmp(truststore_crl_at(d->store, i)->sha256, o->sha256, SHA256_LEN) == 0)
			c = truststore_crl_at(d->store, i);
	if (c == NULL || c->state == CRL_ISSUER_UNKNOWN)
		refuse(o, "no trusted CSCA of its State has signed it");
	else if (c->state == CRL_SIGNATURE_WRONG)
		refuse(o, "its signature is not that of the trusted key it names");
	else if (held != NULL && held->at >= o->at)
		refuse(o, "a CRL of the same issuer that is not older is held already");
	else {
		o->outcome = OFFER_NEW;
		if (c->state == CRL_NOT_COMPLETE)
			snprintf(o->why, sizeof(o->why), "it does not speak of all certificates of its State: an absence from it proves nothing");
	}
}

/* Certificates of the list that is held and not of this one. */
static int
find_removed(struct offer *o, const struct masterlist *now, const struct holding *held, struct err *err)
{
	struct masterlist *before = NULL;
	size_t *index = NULL, n = 0;
	int rc = -1;

	if (masterlist_parse(bytes_of(&held->der), &before, err) == -1 || masterlist_added(before, now, &index, &n, err) == -1)
		goto out;
	if ((o->removed = calloc(n + 1, sizeof(*o->removed))) == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < n; i++) {
		const struct masterlist_member *m = &before->member[index[i]];

		memcpy(o->removed[i].sha256, m->sha256, SHA256_LEN);
		if (m->cert != NULL) {
			snprintf(o->removed[i].name, sizeof(o->removed[i].name), "%s", m->cert->subject_cn);
			upper(m->cert->country, o->removed[i].country);
		}
	}
	o->nremoved = (unsigned)n;
	rc = 0;
out:
	free(index);
	masterlist_free(before);
	return rc;
}

/* The first bad verdict is the reason, warnings are kept as a remark. */
static void
take_report(struct offer *o, const struct list_report *report)
{
	upper(report->country, o->country);
	o->at = report->signing_time;
	if (report->signer != NULL)
		snprintf(o->name, sizeof(o->name), "%s", report->signer->subject_cn);
	o->outcome = OFFER_NEW;
	for (unsigned i = 0; i < report->n; i++)
		if (report->verdict[i].grade == GRADE_BAD) {
			refuse(o, report->verdict[i].text);
			return;
		}
	for (unsigned i = 0; i < report->n; i++)
		if (report->verdict[i].grade == GRADE_WARNING) {
			snprintf(o->why, sizeof(o->why), "%.199s", report->verdict[i].text);
			break;
		}
	if (!report->has_signing_time)
		refuse(o, "signingTime is missing: it cannot be told whether the list is an older one (Doc 9303-12 8.2)");
	else if (report->anchor == NULL)
		refuse(o, "its signer is not under a CSCA that is trusted");
}

static int
judge_list(const struct trustdiff *d, struct offer *o, int64_t at, const struct crl *const *crl, size_t ncrl, struct err *err)
{
	struct list_trust trust = { .anchor = d->anchor, .nanchor = d->nanchor, .crl = crl, .ncrl = ncrl, .at = at, .purpose_is_warning = true,
		.weak_is_warning = true };
	struct deviationlist *deviations = NULL;
	struct masterlist *master = NULL;
	const struct holding *held;
	struct list_report report;
	struct err why = ERR_INIT;
	int rc = 0;

	if (o->kind == CERTFILE_MASTER_LIST ? masterlist_parse(o->der, &master, &why) == -1 : deviationlist_parse(o->der, &deviations, &why) == -1) {
		refuse(o, why.text);
		return 0;
	}
	if (master != NULL)
		masterlist_check(master, &trust, &report, &o->counts);
	else
		deviationlist_check(deviations, &trust, &report);
	o->entries = deviations != NULL ? (unsigned)deviations->n : o->counts.certificates;
	take_report(o, &report);
	held = held_before(d, o);
	if (same_octets(d, o) != NULL) {
		o->outcome = OFFER_KNOWN;
		o->why[0] = '\0';
	} else if (o->outcome == OFFER_NEW && held != NULL && held->at >= o->at)
		refuse(o, "it is older than the list of this State that is held, or as old (Doc 9303-12 8.2)");
	if (master != NULL && held != NULL && o->outcome == OFFER_NEW)
		rc = find_removed(o, master, held, err);
	masterlist_free(master);
	deviationlist_free(deviations);
	return rc;
}

/* Of several CRLs or lists of one issuer in one file the newest counts. */
static void
only_the_newest(struct trustdiff *d)
{
	for (size_t i = 0; i < d->n; i++)
		for (size_t k = 0; d->offer[i].outcome == OFFER_NEW && k < d->n; k++) {
			const struct offer *a = &d->offer[i], *b = &d->offer[k];

			if (k == i || b->outcome != OFFER_NEW || a->kind != b->kind || strcmp(a->country, b->country) != 0 ||
				(a->kind == CERTFILE_CRL && !bytes_equal(a->issuer_key, b->issuer_key)))
				continue;
			if (b->at > a->at || (b->at == a->at && k < i))
				refuse(&d->offer[i], "a newer one of the same issuer is in the same file");
		}
}

static bool
is_offered_elsewhere(const struct trustdiff *d, size_t i)
{
	const struct offer *o = &d->offer[i];

	for (size_t k = 0; k < d->n; k++) {
		const struct offer *b = &d->offer[k];

		if (k != i && b->kind == o->kind && memcmp(b->sha256, o->sha256, SHA256_LEN) == 0 &&
			(b->list == -1 || d->offer[b->list].outcome != OFFER_REFUSED))
			return true;
	}
	return false;
}

static int
find_anchors(struct trustdiff *d, struct err *err)
{
	size_t n = truststore_count(d->store);

	if ((d->anchor = calloc(n + 1, sizeof(*d->anchor))) == NULL || (d->digest = calloc(n + 1, sizeof(*d->digest))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const struct trusted *t = truststore_at(d->store, i);

		cert_sha256(t->cert, d->digest[i]);
		if (t->trust != TRUST_NONE && !t->is_revoked)
			d->anchor[d->nanchor++] = t->cert;
	}
	return 0;
}

static int
judge_lists(struct trustdiff *d, int64_t at, struct err *err)
{
	const struct crl **crl = calloc(truststore_crls(d->store) + 1, sizeof(*crl));
	size_t ncrl = 0;
	int rc = 0;

	if (crl == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < truststore_crls(d->store); i++)
		if (truststore_crl_at(d->store, i)->state == CRL_USABLE)
			crl[ncrl++] = truststore_crl_at(d->store, i)->crl;
	for (size_t i = 0; i < d->n && rc == 0; i++)
		if (d->offer[i].kind == CERTFILE_MASTER_LIST || d->offer[i].kind == CERTFILE_DEVIATION_LIST)
			rc = judge_list(d, &d->offer[i], at, crl, ncrl, err);
	free(crl);
	return rc;
}

int
trustdiff_run(struct trustdiff *d, int64_t at, struct err *err)
{
	for (size_t i = 0; i < d->n; i++)
		if ((d->offer[i].kind == CERTFILE_CERTIFICATE && enter_certificate(d, &d->offer[i], err) == -1) ||
			(d->offer[i].kind == CERTFILE_CRL && enter_crl(d, &d->offer[i], err) == -1))
			return -1;
	if (truststore_settle(d->store, err) == -1 || find_anchors(d, err) == -1 || judge_lists(d, at, err) == -1)
		return -1;
	for (size_t i = 0; i < d->n; i++)
		if (d->offer[i].kind == CERTFILE_CERTIFICATE)
			judge_certificate(d, &d->offer[i], at);
		else if (d->offer[i].kind == CERTFILE_CRL)
			judge_crl(d, &d->offer[i]);
	only_the_newest(d);
	for (size_t i = 0; i < d->n; i++) {
		struct offer *o = &d->offer[i];

		if (o->list >= 0 && d->offer[o->list].outcome == OFFER_REFUSED && o->outcome != OFFER_KNOWN && !is_offered_elsewhere(d, i))
			refuse(o, "the list that carried it is refused");
	}
	return 0;
}

size_t
trustdiff_count(const struct trustdiff *d)
{
	return d->n;
}

const struct offer *
trustdiff_at(const struct trustdiff *d, size_t i)
{
	return &d->offer[i];
}
