#include <stdlib.h>

#include "pki/trustload.h"

struct distrusted {
	struct cert **cert;
	size_t n;
};

static void
distrusted_clear(struct distrusted *d)
{
	for (size_t i = 0; i < d->n; i++)
		cert_free(d->cert[i]);
	free(d->cert);
}

static int
find_distrusted(const struct trust_rows *rows, struct distrusted *d, struct err *err)
{
	d->cert = calloc(rows->n + 1, sizeof(struct cert *));
	if (d->cert == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < rows->n; i++) {
		if (rows->row[i].kind != TRUST_ROW_DISTRUSTED)
			continue;
		if (cert_parse(bytes_of(&rows->row[i].der), &d->cert[d->n], err) == -1)
			return -1;
		d->n++;
	}
	return 0;
}

/* 1: of a key that is distrusted; 0: not; -1. */
static int
is_of_distrusted_key(struct bytes der, const struct distrusted *d, struct err *err)
{
	struct cert *cert = NULL;
	int found = 0;

	if (d->n == 0)
		return 0;
	if (cert_parse(der, &cert, err) == -1)
		return -1;
	for (size_t i = 0; i < d->n && !found; i++)
		found = pubkey_equal(cert->key, d->cert[i]->key);
	cert_free(cert);
	return found;
}

static int
add_row(struct truststore *store, const struct trust_row *row, const struct distrusted *distrusted, struct err *err)
{
	struct bytes der = bytes_of(&row->der);
	int rc;

	switch (row->kind) {
	case TRUST_ROW_OWN:
	case TRUST_ROW_TRUSTED:
		return truststore_add(store, der, TRUST_ANCHOR, row->provenance, err);
	case TRUST_ROW_HELD:
		rc = is_of_distrusted_key(der, distrusted, err);
		return rc != 0 ? -(rc < 0) : truststore_add(store, der, TRUST_NONE, row->provenance, err);
	case TRUST_ROW_CRL:
		return truststore_add_crl(store, der, row->provenance, err);
	case TRUST_ROW_DEVIATION_LIST:
		return truststore_add_deviations(store, der, row->provenance, err);
	case TRUST_ROW_DISTRUSTED:
		break;
	}
	return 0;
}

int
trustload_rows(const struct trust_rows *rows, struct truststore **out, struct err *err)
{
	struct distrusted distrusted = { NULL, 0 };
	struct truststore *store = NULL;
	int rc = -1;

	if (find_distrusted(rows, &distrusted, err) == -1 || truststore_new(&store, err) == -1)
		goto out;
	for (size_t i = 0; i < rows->n; i++)
		if (add_row(store, &rows->row[i], &distrusted, err) == -1) {
			err_prefix(err, "%s", rows->row[i].provenance);
			goto out;
		}
	if (truststore_settle(store, err) == -1)
		goto out;
	*out = store;
	store = NULL;
	rc = 0;
out:
	truststore_free(store);
	distrusted_clear(&distrusted);
	return rc;
}

int
trustload(struct tx *tx, struct truststore **store, struct err *err)
{
	struct trust_rows rows = { NULL, 0 };
	int rc;

	if (trust_rows_read(tx, &rows, err) == -1)
		return -1;
	rc = trustload_rows(&rows, store, err);
	trust_rows_clear(&rows);
	return rc;
}
