/* Issuing our own master list. */
#include "pki/masterlist.h"

static int
put_content(const struct masterlist_order *order, struct buf *content, struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	int rc = -1;

	if (order->n == 0 || order->n > MASTERLIST_MAX_CERTS)
		return err_set(err, FAIL_INPUT, "master list: %zu certificates, wanted 1 to %d (Doc 9303-12 8.1)", order->n, MASTERLIST_MAX_CERTS);
	for (size_t i = 1; i < order->n; i++)
		for (size_t k = 0; k < i; k++)
			if (bytes_equal(order->cert[i], order->cert[k]))
				return err_set(err, FAIL_INPUT, "master list: certificate %zu is there more than once (Doc 9303-12 8.1)", k);
	der_open(&o, DER_SEQUENCE);
	der_uint(&o, 0);
	der_open(&o, DER_SET);
	for (size_t i = 0; i < order->n; i++) {
		struct cert *cert = NULL;
		bool is_csca;

		if (cert_parse(order->cert[i], &cert, err) == -1) {
			err_prefix(err, "master list: certificate %zu", i);
			goto out;
		}
		is_csca = list_is_csca(cert);
		cert_free(cert);
		if (!is_csca) {
			err_set(err, FAIL_INPUT, "master list: certificate %zu is none of a CSCA (Doc 9303-12 8.1)", i);
			goto out;
		}
		der_raw(&o, order->cert[i]);
	}
	der_close_set_of(&o);
	der_close(&o);
	rc = der_finish(&o, content, err);
out:
	der_out_clear(&o);
	return rc;
}

static int
check_result(struct bytes der, const struct masterlist_order *order, struct err *err)
{
	struct masterlist *list = NULL;
	struct cert *csca = NULL;
	const struct cert *anchor[1];
	struct list_trust trust = { .anchor = anchor, .nanchor = 1, .at = order->signing_time };
	struct masterlist_counts counts;
	struct list_report report;
	int rc = -1;

	if (cert_parse(order->csca, &csca, err) == -1 || masterlist_parse(der, &list, err) == -1)
		goto out;
	anchor[0] = csca;
	masterlist_check(list, &trust, &report, &counts);
	rc = 0;
	for (unsigned i = 0; rc == 0 && i < report.n; i++)
		if (report.verdict[i].grade != GRADE_GOOD)
			rc = err_set(err, FAIL_INPUT, "master list: %s", report.verdict[i].text);
out:
	masterlist_free(list);
	cert_free(csca);
	return rc;
}

int
masterlist_issue(struct session *s, const struct signer *signer, const struct masterlist_order *order, struct buf *der, struct err *err)
{
	struct list_signing signing = { order->csca, order->signing_time, order->has_previous, order->previous_signing_time };
	struct buf content = BUF_INIT, out = BUF_INIT;
	int rc = -1;

	if (put_content(order, &content, err) == -1 || list_sign(s, signer, &list_master, bytes_of(&content), &signing, &out, err) == -1 ||
		check_result(bytes_of(&out), order, err) == -1)
		goto out;
	buf_move(der, &out);
	rc = 0;
out:
	buf_clear(&content);
	buf_clear(&out);
	return rc;
}
