/* Issuing CRLs, by the profile of Doc 9303-12 7.1.4 only. */
#include <stdlib.h>

#include "pki/crl.h"
#include "pki/lint.h"

#define HOUR INT64_C(3600)

enum { SERIAL_ALLOWED = 20 }; /* octets, RFC 5280 4.1.2.2 */

struct sorted {
	struct bytes serial; /* minimal */
	int64_t revoked_at;
};

static int
sorted_compare(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;

	if (x->serial.n != y->serial.n)
		return x->serial.n < y->serial.n ? -1 : 1;
	return memcmp(x->serial.p, y->serial.p, x->serial.n);
}

static int
check_issuer(const struct cert *issuer, const struct crl_order *o, struct err *err)
{
	if (!issuer->is_ca || !(issuer->key_usage & KU_CRL_SIGN))
		return err_set(err, FAIL_INPUT, "CRL: the issuer's certificate is none of a CSCA");
	if (issuer->ski.n == 0)
		return err_set(err, FAIL_INPUT, "CRL: the issuer's certificate has no subjectKeyIdentifier (Doc 9303-12 table 6)");
	if (o->name_changed && !cert_has(issuer, EXT_SAN))
		return err_set(err, FAIL_INPUT, "CRL: the issuer's certificate has no subjectAltName (Doc 9303-12 table 6)");
	if (o->this_update < issuer->not_before || o->this_update > issuer->not_after)
		return err_set(err, FAIL_INPUT, "thisUpdate: outside the validity of the issuer's certificate");
	return 0;
}

static int
check_order(const struct crl_order *o, struct err *err)
{
	if (o->number <= o->previous_number)
		return err_set(err, FAIL_INPUT, "cRLNumber: %llu does not follow %llu (RFC 5280 5.2.3)", (unsigned long long)o->number,
			(unsigned long long)o->previous_number);
	if (o->next_update - o->this_update < CRL_HOURS_LEAST * HOUR)
		return err_set(err, FAIL_INPUT, "nextUpdate: less than %d hours after thisUpdate (Doc 9303-12 5.1.4)", CRL_HOURS_LEAST);
	if (o->next_update - o->this_update > CRL_DAYS_MOST * 24 * HOUR)
		return err_set(err, FAIL_INPUT, "nextUpdate: more than %d days after thisUpdate (Doc 9303-12 5.1.4)", CRL_DAYS_MOST);
	return 0;
}

/* Minimal, positive, each once; *sorted is the caller's to free. */
static int
sort_revoked(const struct crl_order *o, struct sorted **sorted, struct err *err)
{
	struct sorted *s = calloc(o->nrevoked + 1, sizeof(*s));

	if (s == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < o->nrevoked; i++) {
		struct bytes serial = o->revoked[i].serial;

		if (serial.n == 0 || (serial.p[0] & 0x80) != 0) {
			err_set(err, FAIL_INPUT, "revoked serial number %zu: not positive (RFC 5280 4.1.2.2)", i);
			goto fail;
		}
		while (serial.n > 1 && serial.p[0] == 0 && (serial.p[1] & 0x80) == 0)
			serial = BYTES(serial.p + 1, serial.n - 1);
		if (serial.n == 1 && serial.p[0] == 0) {
			err_set(err, FAIL_INPUT, "revoked serial number %zu: not positive (RFC 5280 4.1.2.2)", i);
			goto fail;
		}
		if (serial.n > SERIAL_ALLOWED) {
			err_set(err, FAIL_INPUT, "revoked serial number %zu: %zu octets, at most %d (RFC 5280 4.1.2.2)", i, serial.n, SERIAL_ALLOWED);
			goto fail;
		}
		if (o->revoked[i].revoked_at > o->this_update) {
			err_set(err, FAIL_INPUT, "revoked serial number %zu: revoked after thisUpdate", i);
			goto fail;
		}
		s[i] = (struct sorted){ serial, o->revoked[i].revoked_at };
	}
	qsort(s, o->nrevoked, sizeof(*s), sorted_compare);
	for (size_t i = 1; i < o->nrevoked; i++)
		if (sorted_compare(&s[i - 1], &s[i]) == 0) {
			err_set(err, FAIL_INPUT, "revokedCertificates: a serial number twice");
			goto fail;
		}
	*sorted = s;
	return 0;
fail:
	free(s);
	return -1;
}

static void
extension_open(struct der_out *o, const char *oid)
{
	der_open(o, DER_SEQUENCE);
	der_oid(o, oid);
	der_open(o, DER_OCTET_STRING);
}

static void
extension_close(struct der_out *o)
{
	der_close(o);
	der_close(o);
}

static void
put_tbs(struct der_out *o, const struct cert *issuer, const struct sigalg *alg, const struct crl_order *order, const struct sorted *revoked)
{
	der_open(o, DER_SEQUENCE);
	der_uint(o, 1); /* v2 */
	sigalg_put(o, alg);
	der_raw(o, issuer->subject); /* the very octets */
	der_utc_or_generalized(o, order->this_update);
	der_utc_or_generalized(o, order->next_update);
	if (order->nrevoked > 0) {
		der_open(o, DER_SEQUENCE);
		for (size_t i = 0; i < order->nrevoked; i++) {
			der_open(o, DER_SEQUENCE);
			der_put(o, DER_INTEGER, revoked[i].serial);
			der_utc_or_generalized(o, revoked[i].revoked_at);
			der_close(o);
		}
		der_close(o);
	}
	der_open(o, DER_CONTEXT_CONS(0));
	der_open(o, DER_SEQUENCE);
	extension_open(o, "2.5.29.35");
	der_open(o, DER_SEQUENCE);
	der_put(o, DER_CONTEXT(0), issuer->ski);
	der_close(o);
	extension_close(o);
	if (order->name_changed) {
		extension_open(o, "2.5.29.18");
		der_raw(o, cert_extension_value(issuer, extensions[EXT_SAN].oid));
		extension_close(o);
	}
	extension_open(o, "2.5.29.20");
	der_uint(o, order->number);
	extension_close(o);
	der_close(o);
	der_close(o);
	der_close(o);
}

/* The linter's word counts for what is ours: no error and no warning. */
static int
lint_result(struct bytes der, const struct cert *issuer, struct err *err)
{
	const struct lint_options options = { &issuer, 1, LINT_DETECT };
	struct lint lint = { .n = 0 };
	int rc = lint_crl(der, &options, &lint, err);

	for (size_t i = 0; rc == 0 && i < lint.n; i++)
		if (lint.finding[i].severity >= LINT_WARNING)
			rc = err_set(err, FAIL_INTERNAL, "%s: %s", lint.finding[i].rule->code, lint.finding[i].text);
	if (rc == 0 && lint.failed)
		rc = err_set(err, FAIL_INTERNAL, "out of memory");
	lint_clear(&lint);
	return rc;
}

static int
check_result(struct bytes der, const struct cert *issuer, const struct crl_order *order, struct err *err)
{
	struct crl *crl = NULL;
	int rc = -1;

	if (crl_parse(der, &crl, err) == -1 || crl_verify(crl, issuer, err) == -1 || lint_result(der, issuer, err) == -1)
		goto out;
	if (crl->nentry != order->nrevoked || crl->malformed[0] != '\0' || crl->entry_extensions != 0) {
		err_set(err, FAIL_INTERNAL, "%zu entries, wanted %zu", crl->nentry, order->nrevoked);
		goto out;
	}
	for (size_t i = 0; i < order->nrevoked; i++)
		if (crl_find(crl, order->revoked[i].serial) == NULL) {
			err_set(err, FAIL_INTERNAL, "revoked serial number %zu is not in it", i);
			goto out;
		}
	rc = 0;
out:
	crl_free(crl);
	if (rc == -1) {
		err_prefix(err, "the CRL just made");
		err->kind = FAIL_INTERNAL;
	}
	return rc;
}

int
crl_issue(struct session *s, struct token_key *issuer_key, const struct cert *issuer, const struct crl_order *order, struct buf *der,
	struct err *err)
{
	const struct sigalg *alg = token_key_sigalg(issuer_key);
	const struct pubkey *signing = token_key_public(issuer_key);
	struct der_out tbs = DER_OUT_INIT, whole = DER_OUT_INIT;
	struct buf signed_part = BUF_INIT, signature = BUF_INIT, out = BUF_INIT;
	struct sorted *revoked = NULL;
	int rc = -1;

	if (signing == NULL || !pubkey_equal(signing, issuer->key))
		return err_set(err, FAIL_INPUT, "CRL: the issuer's certificate is of another key");
	if (check_issuer(issuer, order, err) == -1 || check_order(order, err) == -1 || sort_revoked(order, &revoked, err) == -1)
		return -1;
	put_tbs(&tbs, issuer, alg, order, revoked);
	if (der_finish(&tbs, &signed_part, err) == -1 ||
		token_sign(s, issuer_key, alg, SIGNATURE_DER, bytes_of(&signed_part), &signature, err) == -1)
		goto out;
	der_open(&whole, DER_SEQUENCE);
	der_raw(&whole, bytes_of(&signed_part));
	sigalg_put(&whole, alg);
	der_bits(&whole, bytes_of(&signature), 0);
	der_close(&whole);
	if (der_finish(&whole, &out, err) == -1 || check_result(bytes_of(&out), issuer, order, err) == -1)
		goto out;
	buf_move(der, &out);
	rc = 0;
out:
	der_out_clear(&tbs);
	der_out_clear(&whole);
	buf_clear(&signed_part);
	buf_clear(&signature);
	buf_clear(&out);
	free(revoked);
	return rc;
}
