/* Certificate revocation lists: RFC 5280 5 under Doc 9303-12 7.1.4. */
#include <stdio.h>

#include "pki/crl.h"
#include "pki/lint-local.h"

#define DAY INT64_C(86400)

struct crl_parts {
	struct tlv inner_algorithm, algorithm, issuer, this_update, next_update;
	bool has_version, has_next, has_revoked;
	struct bytes version, revoked, extensions;
};

static int
parts_read(struct bytes der, struct crl_parts *p, struct err *err)
{
	struct der d = der_reader(der), top, tbs, list;
	struct bytes explicit, signature;
	unsigned unused;
	int there;

	*p = (struct crl_parts){ .has_version = false };
	if (der_enter(&d, DER_SEQUENCE, &top, "CRL", err) == -1 || der_end(&d, "CRL", err) == -1 ||
		der_enter(&top, DER_SEQUENCE, &tbs, "CRL", err) == -1 || der_next(&top, &p->algorithm, "signatureAlgorithm", err) == -1 ||
		der_get_bits(&top, &signature, &unused, "signatureValue", err) == -1 || der_end(&top, "CRL", err) == -1)
		return -1;
	there = der_optional(&tbs, DER_INTEGER, &p->version, "version", err);
	if (there == -1 || der_next(&tbs, &p->inner_algorithm, "signature", err) == -1 || der_next(&tbs, &p->issuer, "issuer", err) == -1 ||
		der_next(&tbs, &p->this_update, "thisUpdate", err) == -1)
		return -1;
	p->has_version = there == 1;
	if (der_peek(&tbs) == DER_UTC_TIME || der_peek(&tbs) == DER_GENERALIZED_TIME) {
		if (der_next(&tbs, &p->next_update, "nextUpdate", err) == -1)
			return -1;
		p->has_next = true;
	}
	there = der_optional(&tbs, DER_SEQUENCE, &p->revoked, "revokedCertificates", err);
	if (there == -1)
		return -1;
	p->has_revoked = there == 1;
	there = der_optional(&tbs, DER_CONTEXT_CONS(0), &explicit, "crlExtensions", err);
	if (there == -1)
		return -1;
	if (there == 1) {
		list = der_reader(explicit);
		if (der_get(&list, DER_SEQUENCE, &p->extensions, "crlExtensions", err) == -1)
			return -1;
	}
	return der_end(&tbs, "CRL", err);
}

static void
updates_lint(struct lint *l, const struct crl_parts *p)
{
	int64_t from = 0, to = 0;
	bool has_from = lint_time(l, &p->this_update, "thisUpdate", &from);

	if (!p->has_next) {
		lint_add(l, LINT_CRL_NEXT_ABSENT, "nextUpdate: missing");
		return;
	}
	if (!lint_time(l, &p->next_update, "nextUpdate", &to) || !has_from)
		return;
	if (to <= from)
		lint_add(l, LINT_CRL_NEXT_INVERTED, "nextUpdate: not after thisUpdate");
	else if (to - from > (CRL_DAYS_MOST + 1) * DAY)
		lint_add(l, LINT_CRL_NEXT_LATE, "nextUpdate: %lld days after thisUpdate, at most %d", (long long)((to - from) / DAY), CRL_DAYS_MOST);
}

static void
number_lint(struct lint *l, const struct raw_extension *e)
{
	struct der d = der_reader(e->value);
	struct err err = ERR_INIT;
	struct bytes n;

	if (e->is_critical)
		lint_add(l, LINT_CRL_NUMBER_CRITICAL, "cRLNumber: critical");
	if (der_get(&d, DER_INTEGER, &n, "cRLNumber", &err) == -1 || der_end(&d, "cRLNumber", &err) == -1 || n.n == 0) {
		lint_add(l, LINT_EXTENSION_MALFORMED, "cRLNumber: no INTEGER");
		return;
	}
	if ((n.p[0] & 0x80) != 0)
		lint_add(l, LINT_CRL_NUMBER_NEGATIVE, "cRLNumber: negative");
	if (n.n > 20)
		lint_add(l, LINT_CRL_NUMBER_LONG, "cRLNumber: %zu octets, at most 20", n.n);
	if (n.n > 1 && n.p[0] == 0 && (n.p[1] & 0x80) == 0)
		lint_add(l, LINT_CRL_NUMBER_MINIMAL, "cRLNumber: octets in front that say nothing");
}

static void
extensions_lint(struct lint *l, struct bytes list, const char *country)
{
	static const char oid_number[] = "2.5.29.20", oid_aki[] = "2.5.29.35", oid_ian[] = "2.5.29.18";
	static const struct {
		const char *oid, *name;
		enum lint_code code;
	} forbidden[] = {
		{ "2.5.29.27", "deltaCRLIndicator", LINT_CRL_DELTA },
		{ "2.5.29.28", "issuingDistributionPoint", LINT_CRL_IDP },
		{ "2.5.29.46", "freshestCRL", LINT_CRL_FRESHEST },
	};
	struct raw_extensions x = { .n = 0 };
	const struct raw_extension *e;

	lint_extensions_read(l, list, &x);
	e = raw_extension_find(&x, oid_aki);
	if (e == NULL)
		lint_add(l, LINT_AKI_ABSENT, "authorityKeyIdentifier: missing, a CRL needs it");
	else {
		if (e->is_critical)
			lint_add(l, LINT_AKI_CRITICAL, "authorityKeyIdentifier: critical");
		lint_aki(l, e);
	}
	e = raw_extension_find(&x, oid_number);
	if (e == NULL)
		lint_add(l, LINT_CRL_NUMBER_ABSENT, "cRLNumber: missing");
	else
		number_lint(l, e);
	e = raw_extension_find(&x, oid_ian);
	if (e != NULL) {
		if (e->is_critical)
			lint_add(l, LINT_IAN_CRITICAL, "issuerAltName: critical");
		lint_alt_name(l, e->value, "issuerAltName", country);
	}
	for (unsigned i = 0; i < x.n; i++) {
		bool is_known = strcmp(x.e[i].oid, oid_aki) == 0 || strcmp(x.e[i].oid, oid_number) == 0 || strcmp(x.e[i].oid, oid_ian) == 0;

		for (size_t k = 0; k < NELEM(forbidden); k++)
			if (strcmp(x.e[i].oid, forbidden[k].oid) == 0) {
				lint_add(l, forbidden[k].code, "%s: not allowed", forbidden[k].name);
				is_known = true;
			}
		if (!is_known && x.e[i].is_critical)
			lint_add(l, LINT_PRIVATE_CRITICAL, "extension %s: critical, and not of the profile", x.e[i].oid);
	}
}

/* Some lists have thousands: told once, with how many. */
static void
entries_lint(struct lint *l, const struct crl *crl)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
		{ CRL_ENTRY_REASON, "reasonCode" },
		{ CRL_ENTRY_HOLD, "holdInstructionCode" },
		{ CRL_ENTRY_INVALIDITY, "invalidityDate" },
		{ CRL_ENTRY_ISSUER, "certificateIssuer" },
		{ CRL_ENTRY_UNKNOWN, "unknown" },
	};
	size_t with[NELEM(names)] = { 0 }, future = 0;
	const struct crl_entry *serial[3] = { NULL, NULL, NULL };

	for (size_t i = 0; i < crl->nentry; i++) {
		const struct crl_entry *e = &crl->entry[i];

		for (size_t k = 0; k < NELEM(names); k++)
			with[k] += (e->extensions & names[k].bit) != 0;
		future += e->revoked_at > crl->this_update + DAY;
		if (e->is_not_positive)
			serial[0] = e;
		if (e->is_not_minimal)
			serial[1] = e;
		if (e->serial.n > 20)
			serial[2] = e;
	}
	for (size_t k = 0; k < NELEM(names); k++)
		if (with[k] > 0)
			lint_add(l, LINT_CRL_ENTRY_EXTENSION, "revokedCertificates: %zu entries with the extension %s", with[k], names[k].name);
	if (future > 0)
		lint_add(l, LINT_CRL_FUTURE, "revokedCertificates: %zu entries revoked more than a day after thisUpdate", future);
	if (crl->ntwice > 0)
		lint_add(l, LINT_CRL_TWICE, "revokedCertificates: %zu serial numbers more than once", crl->ntwice);
	if (serial[0] != NULL)
		lint_add(l, LINT_SERIAL_NOT_POSITIVE, "revokedCertificates: a serial number that is not positive");
	if (serial[1] != NULL)
		lint_add(l, LINT_SERIAL_NOT_MINIMAL, "revokedCertificates: a serial number with octets in front that say nothing");
	if (serial[2] != NULL)
		lint_add(l, LINT_SERIAL_TOO_LONG, "revokedCertificates: a serial number of %zu octets, at most 20", serial[2]->serial.n);
}

static void
crl_signature_lint(struct lint *l, const struct crl *crl)
{
	const struct cert *issuer;
	bool is_claimed = false, is_of_country = false;

	if (l->options->nissuers == 0 || crl->sigalg == NULL)
		return;
	issuer = crl_issuer(crl, l->options->issuers, l->options->nissuers);
	if (issuer != NULL) {
		if (!bytes_equal(crl->issuer, issuer->subject))
			lint_add(l, LINT_ISSUER_NAME, "issuer: written otherwise than the subject of the certificate that signed");
		if (crl->aki.n > 0 && issuer->ski.n > 0 && !bytes_equal(crl->aki, issuer->ski))
			lint_add(l, LINT_AKI_MISMATCH, "authorityKeyIdentifier: not the subjectKeyIdentifier of the certificate that signed");
		return;
	}
	for (size_t i = 0; i < l->options->nissuers; i++) {
		const struct cert *c = l->options->issuers[i];

		is_of_country |= strcmp(c->country, crl->country) == 0;
		is_claimed |= crl->aki.n > 0 ? bytes_equal(crl->aki, c->ski) : bytes_equal(crl->issuer, c->subject);
	}
	if (is_claimed)
		lint_add(l, LINT_SIGNATURE_WRONG, "signature: does not verify under the issuer's key");
	else if (is_of_country && l->options->is_complete)
		lint_add(l, LINT_SIGNATURE_UNCHECKED, "signature: by none of the State's certificates that were given");
}

int
lint_revocation_list(struct bytes der, struct lint *l, struct err *err)
{
	struct name_facts issuer;
	struct crl_parts p;
	struct crl *crl = NULL;
	struct err why = ERR_INIT;
	struct sigalg room;

	if (parts_read(der, &p, err) == -1)
		return -1;
	if (!p.has_version || p.version.n != 1 || p.version.p[0] != 1)
		lint_add(l, LINT_CRL_VERSION, "version: not 2");
	if (!bytes_equal(p.algorithm.whole, p.inner_algorithm.whole))
		lint_add(l, LINT_ALGORITHMS_DIFFER, "signature: not equal to signatureAlgorithm");
	lint_sigalg(l, p.algorithm.whole, 0, &room, "signatureAlgorithm");
	lint_name(l, p.issuer.whole, "issuer", &issuer);
	updates_lint(l, &p);
	if (p.has_revoked && p.revoked.n == 0)
		lint_add(l, LINT_CRL_EMPTY, "revokedCertificates: there and empty, to be left out when there is none");
	extensions_lint(l, p.extensions, issuer.country);
	if (crl_parse(der, &crl, &why) == 0) {
		entries_lint(l, crl);
		crl_signature_lint(l, crl);
		l->members = (unsigned)crl->nentry;
		if (crl->malformed[0] != '\0') {
			err_set(&why, FAIL_INPUT, "%s", crl->malformed);
			lint_refused(l, 0, &why);
		}
	} else
		lint_refused(l, 0, &why);
	l->kind = LINT_CRL;
	crl_free(crl);
	return 0;
}
