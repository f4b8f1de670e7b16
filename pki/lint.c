#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>

#include "pki/ber.h"
#include "pki/lint-local.h"
#include "registry/doc9303/lds.h"

const struct lint_rule lint_rules[] = {
#define X(id, code, clause, severity) { code, clause, severity },
	LINT_RULES(X)
#undef X
		{ NULL, NULL, LINT_NOTICE },
};

enum { FINDINGS_MAX = 20000 }; /* 600 certificates with 30 each; more is somebody's joke */

void
lint_add(struct lint *l, enum lint_code code, const char *fmt, ...)
{
	const struct lint_rule *rule = &lint_rules[code];
	struct lint_finding *f;
	va_list ap;

	if (l->failed || l->n == FINDINGS_MAX)
		return;
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 16 : l->cap * 2;
		struct lint_finding *grown = realloc(l->finding, cap * sizeof(*grown));

		if (grown == NULL) {
			l->failed = true;
			return;
		}
		l->finding = grown;
		l->cap = cap;
	}
	f = &l->finding[l->n++];
	f->rule = rule;
	f->severity = rule->severity < l->cap_severity ? rule->severity : l->cap_severity;
	snprintf(f->where, sizeof(f->where), "%s", l->where);
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
}

void
lint_refused(struct lint *l, size_t from, const struct err *why)
{
	for (size_t i = from; i < l->n; i++)
		if (l->finding[i].rule->severity == LINT_ERROR)
			return;
	lint_add(l, LINT_UNREADABLE_PART, "%s", why->text);
}

void
lint_clear(struct lint *l)
{
	free(l->finding);
	*l = (struct lint){ .kind = LINT_UNKNOWN };
}

bool
lint_worst(const struct lint *l, enum lint_severity *worst)
{
	if (l->n == 0)
		return false;
	*worst = LINT_NOTICE;
	for (size_t i = 0; i < l->n; i++)
		if (l->finding[i].severity > *worst)
			*worst = l->finding[i].severity;
	return true;
}

const struct lint_finding *
lint_find(const struct lint *l, const char *code)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->finding[i].rule->code, code) == 0)
			return &l->finding[i];
	return NULL;
}

const char *
lint_severity_name(enum lint_severity severity)
{
	static const char *const names[] = { "notice", "warning", "error" };

	return names[severity];
}

const char *
lint_kind_name(enum lint_kind kind)
{
	static const char *const names[] = { "unknown", "certificate", "CRL", "master list", "deviation list", "security object", "SignedData" };

	return names[kind];
}

int
lint_json(const struct lint *l, json_t **out, struct err *err)
{
	json_t *findings = json_array(), *whole;

	for (size_t i = 0; i < l->n; i++) {
		const struct lint_finding *f = &l->finding[i];

		json_array_append_new(findings, json_pack("{s:s, s:s, s:s, s:s, s:s}", "code", f->rule->code, "severity", lint_severity_name(f->severity), "clause", f->rule->clause, "where", f->where, "text", f->text));
	}
	whole = json_pack("{s:s, s:s*, s:o}", "kind", lint_kind_name(l->kind), "profile", l->kind == LINT_CERTIFICATE ? profiles[l->profile].name : NULL,
		"findings", findings);
	if (whole == NULL || json_array_size(findings) != l->n) {
		json_decref(whole);
		return err_set(err, FAIL_INTERNAL, "out of memory");
	}
	*out = whole;
	return 0;
}

/* ---- what is it? ---- */

enum { FILE_LIMIT = 32 << 20 }; /* CRL_MAX: the longest of them */

/* The only block of a PEM file, whatever it calls itself: the octets tell. */
static int
pem_read(struct bytes in, struct buf *der, struct err *err)
{
	static const char begin[] = "-----BEGIN ";
	BIO *bio = BIO_new_mem_buf(in.p, (int)in.n);
	char *name = NULL, *header = NULL;
	unsigned char *p = NULL;
	long n = 0;
	int rc;

	if (bio == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (PEM_read_bio(bio, &name, &header, &p, &n) == 1) {
		const char *rest;
		long left = BIO_get_mem_data(bio, &rest);

		buf_add(der, p, (size_t)n);
		rc = buf_check(der, err);
		if (left > 0 && memmem(rest, (size_t)left, begin, sizeof(begin) - 1) != NULL)
			rc = err_set(err, FAIL_INPUT, "more than one PEM block");
	} else
		rc = err_set(err, FAIL_INPUT, "neither PEM nor DER");
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(p);
	BIO_free(bio);
	return rc;
}

/*
 * The outer SEQUENCE tells: ContentInfo begins with an OID; certificate and CRL with the SEQUENCE that is signed.  In that one, a certificate
 * has validity (a SEQUENCE of two times) in the place where a CRL has thisUpdate (a time).
 */
static enum lint_kind
kind_of(struct bytes der)
{
	struct der d = der_reader(der), top, tbs;
	struct err err = ERR_INIT;
	struct tlv tlv;
	uint32_t tag[8] = { 0 };
	size_t n = 0, at = 0;

	if (der_enter(&d, DER_SEQUENCE, &top, "object", &err) == -1)
		return LINT_UNKNOWN;
	if (der_peek(&top) == DER_OID)
		return LINT_SIGNED_DATA;
	if (der_enter(&top, DER_SEQUENCE, &tbs, "object", &err) == -1)
		return LINT_UNKNOWN;
	while (n < NELEM(tag) && der_more(&tbs) && der_next(&tbs, &tlv, "object", &err) == 0)
		tag[n++] = tlv.tag;
	if (tag[at] == DER_CONTEXT_CONS(0))
		at++;
	if (tag[at] == DER_INTEGER)
		at++; /* a CRL's version or a certificate's serial number */
	if (tag[at] != DER_SEQUENCE || tag[at + 1] != DER_SEQUENCE)
		return LINT_UNKNOWN;
	if (tag[at + 2] == DER_UTC_TIME || tag[at + 2] == DER_GENERALIZED_TIME)
		return LINT_CRL;
	return tag[at + 2] == DER_SEQUENCE ? LINT_CERTIFICATE : LINT_UNKNOWN;
}

static int
der_lint(struct bytes der, const struct lint_options *options, struct lint *l, struct err *err)
{
	struct der d = der_reader(der);
	struct bytes inner;

	if (der_peek(&d) == LDS_TAG_SOD) {
		if (der_get(&d, LDS_TAG_SOD, &inner, "EF.SOD", err) == -1)
			return -1;
		if (der_more(&d))
			lint_add(l, LINT_SOD_PADDING, "EF.SOD: %zu octets after the object", d.rest.n);
		return lint_signed_data(inner, true, l, err);
	}
	switch (kind_of(der)) {
	case LINT_CERTIFICATE:
		return lint_certificate(der, options->profile, l, err);
	case LINT_CRL:
		return lint_revocation_list(der, l, err);
	case LINT_SIGNED_DATA:
		return lint_signed_data(der, false, l, err);
	default:
		return err_set(err, FAIL_INPUT, "neither certificate, CRL, list nor security object");
	}
}

/* Some States send their lists in BER: a departure, and the rest is looked at in DER. */
static int
object_lint(struct bytes object, const struct lint_options *options, struct lint *l, struct err *err)
{
	struct buf der = BUF_INIT;
	int rc;

	if (!ber_is_indefinite(object))
		return der_lint(object, options, l, err);
	if (ber_to_der(object, FILE_LIMIT, &der, err) == -1)
		return -1;
	lint_add(l, LINT_NOT_DER, "encoded in BER, with indefinite lengths");
	rc = der_lint(bytes_of(&der), options, l, err);
	buf_clear(&der);
	return rc;
}

static const struct lint_options no_options = { .profile = LINT_DETECT };

static int
whole_lint(struct bytes der, const struct lint_options *options, int (*routine)(struct bytes, const struct lint_options *, struct lint *, struct err *),
	struct lint *l, struct err *err)
{
	int rc;

	*l = (struct lint){ .kind = LINT_UNKNOWN, .profile = LINT_DETECT, .cap_severity = LINT_ERROR };
	l->options = options != NULL ? options : &no_options;
	rc = routine(der, l->options, l, err);
	if (rc == 0 && l->failed)
		rc = err_set(err, FAIL_INTERNAL, "out of memory");
	if (rc == -1)
		lint_clear(l);
	l->options = NULL;
	return rc;
}

static int
cert_routine(struct bytes der, const struct lint_options *options, struct lint *l, struct err *err)
{
	return lint_certificate(der, options->profile, l, err);
}

int
lint_cert(struct bytes der, const struct lint_options *options, struct lint *l, struct err *err)
{
	return whole_lint(der, options, cert_routine, l, err);
}

static int
crl_routine(struct bytes der, const struct lint_options *options, struct lint *l, struct err *err)
{
	(void)options;
	return lint_revocation_list(der, l, err);
}

int
lint_crl(struct bytes der, const struct lint_options *options, struct lint *l, struct err *err)
{
	return whole_lint(der, options, crl_routine, l, err);
}

int
lint_file(struct bytes file, const struct lint_options *options, struct lint *l, struct err *err)
{
	struct buf der = BUF_INIT;
	int rc = -1;

	*l = (struct lint){ .kind = LINT_UNKNOWN, .profile = LINT_DETECT };
	if (file.n > FILE_LIMIT)
		return err_set(err, FAIL_TOO_LARGE, "%zu octets, at most %d", file.n, FILE_LIMIT);
	if (file.n == 0)
		return err_set(err, FAIL_INPUT, "empty");
	if (file.p[0] != DER_SEQUENCE && file.p[0] != LDS_TAG_SOD) {
		if (pem_read(file, &der, err) == -1)
			goto out;
		file = bytes_of(&der);
	}
	rc = whole_lint(file, options, object_lint, l, err);
out:
	buf_clear(&der);
	return rc;
}
