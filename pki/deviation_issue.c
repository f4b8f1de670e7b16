/* Issuing our own deviation list. */
#include <stdlib.h>

#include "pki/deviation.h"

static bool
is_printable_string(const char *s)
{
	return s[0] != '\0' && s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")] == '\0';
}

/* Fields that a type can have, as bits of their numbers; 0: the type has no parameters. */
static bool
field_fits(enum deviation_type type, int field)
{
	switch (type) {
	case DEVIATION_DG_MALFORMED:
	case DEVIATION_DG_HASH_WRONG:
		return (field >= 1 && field <= 16) || (type == DEVIATION_DG_MALFORMED && (field == 20 || field == 21));
	case DEVIATION_MRZ_WRONG_DATA:
	case DEVIATION_MRZ_WRONG_CHECK_DIGIT:
		return field >= 0 && field <= 9;
	default:
		return field == -1;
	}
}

static int
check_order(const struct deviation_order *o, size_t i, struct err *err)
{
	if (o->document_type != NULL && (strlen(o->document_type) != 2 || !is_printable_string(o->document_type)))
		return err_set(err, FAIL_INPUT, "deviation %zu: documentType is not two characters of a PrintableString (Doc 9303-12 9.1)", i);
	if ((o->by == DEVIATION_SIGNER_ANY) != (o->signer == NULL))
		return err_set(err, FAIL_INPUT, "deviation %zu: a document signer and how it is named belong together", i);
	if (o->by == DEVIATION_SIGNER_SKI && o->signer->ski.n == 0)
		return err_set(err, FAIL_INPUT, "deviation %zu: the document signer has no subjectKeyIdentifier", i);
	if (o->has_period && o->first_issued > o->last_issued)
		return err_set(err, FAIL_INPUT, "deviation %zu: issuingDate ends before it begins (Doc 9303-12 9.1)", i);
	if (o->number != NULL && o->number[0] == NULL)
		return err_set(err, FAIL_INPUT, "deviation %zu: documentNumbers is empty", i);
	for (size_t k = 0; o->number != NULL && o->number[k] != NULL; k++)
		if (!is_printable_string(o->number[k]))
			return err_set(err, FAIL_INPUT, "deviation %zu: document number %zu is no PrintableString (Doc 9303-12 9.1)", i, k);
	if (o->ndescription == 0 || o->ndescription > DEVIATION_DESCRIPTIONS_MAX)
		return err_set(err, FAIL_INPUT, "deviation %zu: %zu descriptions, wanted 1 to %d", i, o->ndescription, DEVIATION_DESCRIPTIONS_MAX);
	for (size_t k = 0; k < o->ndescription; k++) {
		const struct deviation_description_order *d = &o->description[k];

		if (d->type <= DEVIATION_OTHER || d->type >= DEVIATION_TYPES)
			return err_set(err, FAIL_INPUT, "deviation %zu: description %zu has no deviation type (Doc 9303-12 9.1)", i, k);
		if (d->text != NULL && !is_printable_string(d->text))
			return err_set(err, FAIL_INPUT, "deviation %zu: description %zu is no PrintableString (Doc 9303-12 9.1)", i, k);
		if (!field_fits(d->type, d->field))
			return err_set(err, FAIL_INPUT, "deviation %zu: description %zu: %s and field %d do not go together (Doc 9303-12 9.1)", i, k,
				deviation_type_name(d->type), d->field);
	}
	return 0;
}

static void
put_documents(struct der_out *o, const struct deviation_order *d, unsigned digest_bits)
{
	uint8_t digest[64];
	size_t n;

	der_open(o, DER_SEQUENCE);
	if (d->document_type != NULL)
		der_str(o, DER_CONTEXT(0), d->document_type);
	switch (d->by) {
	case DEVIATION_SIGNER_SERIAL:
		der_open(o, DER_CONTEXT_CONS(1));
		der_raw(o, d->signer->issuer);
		der_put(o, DER_INTEGER, d->signer->serial);
		der_close(o);
		break;
	case DEVIATION_SIGNER_SKI:
		der_put(o, DER_CONTEXT(2), d->signer->ski);
		break;
	case DEVIATION_SIGNER_DIGEST:
		n = digest_of(digest_bits, bytes_of(&d->signer->der), digest);
		der_put(o, DER_CONTEXT(3), BYTES(digest, n));
		break;
	case DEVIATION_SIGNER_ANY:
		break;
	}
	if (d->has_period) {
		der_open(o, DER_CONTEXT_CONS(4));
		der_generalized(o, d->first_issued);
		der_generalized(o, d->last_issued);
		der_close(o);
	}
	if (d->number != NULL) {
		der_open(o, DER_CONTEXT_CONS(5));
		for (size_t i = 0; d->number[i] != NULL; i++)
			der_str(o, DER_PRINTABLE_STRING, d->number[i]);
		der_close_set_of(o);
	}
	der_close(o);
}

static void
put_deviation(struct der_out *o, const struct deviation_order *d, unsigned digest_bits)
{
	der_open(o, DER_SEQUENCE);
	put_documents(o, d, digest_bits);
	der_open(o, DER_SET);
	for (size_t i = 0; i < d->ndescription; i++) {
		der_open(o, DER_SEQUENCE);
		if (d->description[i].text != NULL)
			der_str(o, DER_PRINTABLE_STRING, d->description[i].text);
		der_oid(o, deviation_type_oid(d->description[i].type));
		if (d->description[i].field >= 0) {
			der_open(o, DER_CONTEXT_CONS(0)); /* ANY: the tag is explicit, X.680 31.2.7 */
			der_uint(o, (uint64_t)d->description[i].field);
			der_close(o);
		}
		der_close(o);
	}
	der_close_set_of(o);
	der_close(o);
}

int
deviationlist_content(const struct deviation_order *deviation, size_t n, unsigned digest_bits, struct buf *content, struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	bool has_digest = false;

	if (n == 0 || n > DEVIATIONS_MAX)
		return err_set(err, FAIL_INPUT, "deviation list: %zu deviations, wanted 1 to %d", n, DEVIATIONS_MAX);
	for (size_t i = 0; i < n; i++) {
		if (check_order(&deviation[i], i, err) == -1)
			return -1;
		has_digest |= deviation[i].by == DEVIATION_SIGNER_DIGEST;
	}
	der_open(&o, DER_SEQUENCE);
	der_uint(&o, 0);
	if (has_digest)
		digest_alg_put(&o, digest_bits);
	der_open(&o, DER_SET);
	for (size_t i = 0; i < n; i++)
		put_deviation(&o, &deviation[i], digest_bits);
	der_close_set_of(&o);
	der_close(&o);
	if (der_finish(&o, content, err) == -1) {
		der_out_clear(&o);
		return -1;
	}
	return 0;
}

static int
check_result(struct bytes der, const struct deviationlist_order *order, struct err *err)
{
	struct deviationlist *list = NULL;
	struct cert *csca = NULL;
	const struct cert *anchor[1];
	struct list_trust trust = { .anchor = anchor, .nanchor = 1, .at = order->signing_time };
	struct list_report report;
	int rc = -1;

	if (cert_parse(order->csca, &csca, err) == -1 || deviationlist_parse(der, &list, err) == -1)
		goto out;
	anchor[0] = csca;
	deviationlist_check(list, &trust, &report);
	rc = order->content.n > 0 || list->n == order->n ? 0 : err_set(err, FAIL_INTERNAL, "deviation list: %zu deviations read back, wanted %zu", list->n, order->n);
	for (unsigned i = 0; rc == 0 && i < report.n; i++)
		if (report.verdict[i].grade != GRADE_GOOD)
			rc = err_set(err, FAIL_INPUT, "deviation list: %s", report.verdict[i].text);
out:
	deviationlist_free(list);
	cert_free(csca);
	return rc;
}

int
deviationlist_issue(struct session *s, const struct signer *signer, const struct deviationlist_order *order, struct buf *der, struct err *err)
{
	struct list_signing signing = { order->csca, order->signing_time, order->has_previous, order->previous_signing_time };
	struct buf content = BUF_INIT, out = BUF_INIT;
	int rc = -1;

	buf_bytes(&content, order->content);
	if ((content.n == 0 && deviationlist_content(order->deviation, order->n, signer_hash_bits(signer), &content, err) == -1) ||
		buf_check(&content, err) == -1 || list_sign(s, signer, &list_deviation, bytes_of(&content), &signing, &out, err) == -1 || check_result(bytes_of(&out), order, err) == -1)
		goto out;
	buf_move(der, &out);
	rc = 0;
out:
	buf_clear(&content);
	buf_clear(&out);
	return rc;
}
