/* The trust store's deviation lists: read when added, verified when settled. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "pki/truststore-local.h"

static void
trusted_deviations_free(struct trusted_deviations *d)
{
	if (d == NULL)
		return;
	deviationlist_free(d->list);
	free(d);
}

void
clear_deviations(struct truststore *s)
{
	for (size_t i = 0; i < s->ndeviations; i++)
		trusted_deviations_free(s->deviations[i]);
	free(s->deviations);
}

size_t
truststore_deviation_lists(const struct truststore *s)
{
	return s->ndeviations;
}

const struct trusted_deviations *
truststore_deviations_at(const struct truststore *s, size_t i)
{
	return s->deviations[i];
}

int
truststore_add_deviations(struct truststore *s, struct bytes der, const char *provenance, struct err *err)
{
	struct trusted_deviations **grown = realloc(s->deviations, (s->ndeviations + 1) * sizeof(*grown)), *d;

	assert(!s->is_settled);
	if (grown == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	s->deviations = grown;
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (deviationlist_parse(der, &d->list, err) == -1) {
		trusted_deviations_free(d);
		return -1;
	}
	snprintf(d->provenance, sizeof(d->provenance), "%s", provenance != NULL ? provenance : "");
	snprintf(d->country, sizeof(d->country), "%s", deviationlist_country(d->list));
	s->deviations[s->ndeviations++] = d;
	return 0;
}

/* A list speaks from the moment of its signing: judged then, not today. */
static void
verify(struct trusted_deviations *d, const struct list_trust *all)
{
	const struct cert *signer = cms_signer_cert(d->list->cms);
	struct list_trust trust = *all;
	struct list_report *report = calloc(1, sizeof(*report));

	if (report == NULL) {
		snprintf(d->why, sizeof(d->why), "out of memory");
		return;
	}
	trust.at = d->list->cms->has_signing_time ? d->list->cms->signing_time : signer != NULL ? signer->not_before
												: 0;
	deviationlist_check(d->list, &trust, report);
	d->is_verified = report->anchor != NULL && !list_is_refused(report);
	for (unsigned i = 0; i < report->n && !d->is_verified; i++)
		if (report->verdict[i].grade == report->total) {
			snprintf(d->why, sizeof(d->why), "%.150s", report->verdict[i].text);
			break;
		}
	free(report);
}

int
settle_deviations(struct truststore *s, struct err *err)
{
	const struct cert **anchor;
	const struct crl **crl;
	struct list_trust trust = { 0 };
	int rc = -1;

	if (s->ndeviations == 0)
		return 0;
	anchor = calloc(s->n + 1, sizeof(const struct cert *));
	crl = calloc(s->ncrl + 1, sizeof(const struct crl *));
	if (anchor == NULL || crl == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < s->n; i++)
		if (s->member[i]->t.trust != TRUST_NONE && !s->member[i]->t.is_revoked)
			anchor[trust.nanchor++] = s->member[i]->t.cert;
	for (size_t i = 0; i < s->ncrl; i++)
		if (s->crl[i]->issuer != NULL)
			crl[trust.ncrl++] = s->crl[i]->crl;
	trust.anchor = anchor;
	trust.crl = crl;
	for (size_t i = 0; i < s->ndeviations; i++)
		verify(s->deviations[i], &trust);
	rc = 0;
out:
	free(anchor);
	free(crl);
	return rc;
}
