#include <stdlib.h>

#include "pki/masterlist.h"
#include "pki/pkd.h"

static int
put_certificate(const struct pkd_entry *e, const char *base, struct buf *out, struct err *err)
{
	struct cert *cert = NULL;
	int rc;

	if (cert_parse(e->der, &cert, err) == -1)
		return -1;
	rc = ldif_put_certificate(out, e->branch, cert, base, err);
	cert_free(cert);
	return rc;
}

static int
put_crl(const struct pkd_entry *e, const char *base, struct buf *out, struct err *err)
{
	struct crl *crl = NULL;
	int rc;

	if (crl_parse(e->der, &crl, err) == -1)
		return -1;
	rc = ldif_put_crl(out, crl, base, err);
	crl_free(crl);
	return rc;
}

static int
put_list(const struct pkd_entry *e, const char *base, struct buf *out, struct err *err)
{
	struct cert *signer = NULL;
	int rc;

	if (cert_parse(e->signer, &signer, err) == -1)
		return -1;
	rc = ldif_put_list(out, e->branch, e->der, signer, base, err);
	cert_free(signer);
	return rc;
}

int
pkd_write(const struct pkd_entry *entry, size_t n, const char *base, struct buf *out, struct err *err)
{
	struct buf ldif = BUF_INIT;
	int rc = 0;

	ldif_put_version(&ldif);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		switch (entry[i].branch) {
		case LDIF_DSC:
		case LDIF_BCSC:
			rc = put_certificate(&entry[i], base, &ldif, err);
			break;
		case LDIF_CRL:
			rc = put_crl(&entry[i], base, &ldif, err);
			break;
		case LDIF_MASTER_LIST:
		case LDIF_DEVIATION_LIST:
			rc = put_list(&entry[i], base, &ldif, err);
			break;
		}
		if (rc == -1)
			err_prefix(err, "PKD file: entry %zu", i);
	}
	if (rc == 0 && (rc = buf_check(&ldif, err)) == 0)
		buf_bytes(out, bytes_of(&ldif));
	buf_clear(&ldif);
	return rc == 0 ? buf_check(out, err) : -1;
}

static int
order(const void *a, const void *b)
{
	const struct bytes *x = a, *y = b;
	int c = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return c != 0 ? c : (x->n > y->n) - (x->n < y->n);
}

static int
put_csca(struct der_out *o, struct bytes der, struct err *err)
{
	struct cert *cert = NULL;
	bool is_csca;

	if (cert_parse(der, &cert, err) == -1)
		return -1;
	is_csca = list_is_csca(cert);
	cert_free(cert);
	if (!is_csca)
		return err_set(err, FAIL_INPUT, "a certificate is none of a CSCA (Doc 9303-12 8.1)");
	der_raw(o, der);
	return 0;
}

int
pkd_master_list(const struct bytes *cert, size_t n, struct buf *content, struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	struct bytes *sorted = calloc(n + 1, sizeof(*sorted));
	int rc = -1;

	if (sorted == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (n == 0 || n > MASTERLIST_MAX_CERTS) {
		err_set(err, FAIL_INPUT, "master list: %zu certificates, wanted 1 to %d (Doc 9303-12 8.1)", n, MASTERLIST_MAX_CERTS);
		goto out;
	}
	memcpy(sorted, cert, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), order);
	der_open(&o, DER_SEQUENCE);
	der_uint(&o, 0);
	der_open(&o, DER_SET);
	for (size_t i = 0; i < n; i++)
		if ((i == 0 || !bytes_equal(sorted[i], sorted[i - 1])) && put_csca(&o, sorted[i], err) == -1) {
			err_prefix(err, "master list");
			goto out;
		}
	der_close_set_of(&o);
	der_close(&o);
	rc = der_finish(&o, content, err);
out:
	der_out_clear(&o);
	free(sorted);
	return rc;
}
