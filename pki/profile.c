#include <ctype.h>

#include "pki/lint.h"
#include "pki/profile.h"
#include "registry/base/digest.h"

enum { SERIAL_LEN = 16,
	SERIAL_LEN_VDS = 4,
	SERIAL_LEN_MAX = 20,
	NAME_MAX_LEN = 64 }; /* upper bounds of RFC 5280 appendix A.1 */

/* ---- the order ---- */

static bool
is_upper(const char *s, size_t n)
{
	if (s == NULL || strlen(s) != n)
		return false;
	for (; *s != '\0'; s++)
		if (!isupper((unsigned char)*s))
			return false;
	return true;
}

static bool
is_state_code(const char *s)
{
	return is_upper(s, 1) || is_upper(s, 3);
}

static int
check_key(const struct cert_order *o, struct err *err)
{
	if (o->key->type == KEY_EC && o->key->curve->is_weak)
		return err_set(err, FAIL_INPUT, "public key: %s is too short (Doc 9303-12 4.1.6.3)", o->key->curve->name);
	if (o->key->type == KEY_RSA && o->key->bits < 2048)
		return err_set(err, FAIL_INPUT, "public key: RSA with %u bits, at least 2048", o->key->bits);
	if (o->profile == PROFILE_VDS_SIGNER && o->key->type != KEY_EC)
		return err_set(err, FAIL_INPUT, "public key: a bar code signer's is an EC key (Doc 9303-13)");
	return 0;
}

static int
check_subject(const struct cert_order *o, struct err *err)
{
	const char *names[] = { o->subject.organization, o->subject.organizational_unit, o->subject.common_name };

	if (!is_upper(o->subject.country, 2))
		return err_set(err, FAIL_INPUT, "countryName: wanted two upper-case letters (Doc 9303-12 7.1.1)");
	if (o->subject.common_name == NULL || o->subject.common_name[0] == '\0')
		return err_set(err, FAIL_INPUT, "commonName: missing (Doc 9303-12 7.1.1)");
	for (size_t i = 0; i < NELEM(names); i++)
		if (names[i] != NULL && strlen(names[i]) > NAME_MAX_LEN)
			return err_set(err, FAIL_INPUT, "subject: an attribute of %zu octets, at most %d (RFC 5280 A.1)", strlen(names[i]), NAME_MAX_LEN);
	if (o->profile == PROFILE_VDS_SIGNER &&
		(!is_upper(o->subject.common_name, 2) || o->subject.organization != NULL || o->subject.organizational_unit != NULL))
		return err_set(err, FAIL_INPUT, "subject: a bar code signer's is countryName and a commonName of two upper-case letters (Doc 9303-12 7.1)");
	return 0;
}

static int
check_period(const struct cert_order *o, const struct cert *issuer, struct err *err)
{
	if (o->not_before >= o->not_after)
		return err_set(err, FAIL_INPUT, "validity: ends before it begins");
	if (o->key_from < o->not_before || o->key_to > o->not_after || o->key_from >= o->key_to)
		return err_set(err, FAIL_INPUT, "privateKeyUsagePeriod: outside the certificate's validity");
	if (issuer != NULL && (o->not_before < issuer->not_before || (o->not_after > issuer->not_after && o->profile != PROFILE_CSCA_LINK && o->profile != PROFILE_CSCA_NAME_CHANGE)))
		return err_set(err, FAIL_INPUT, "validity: outside the issuer's");
	return 0;
}

static int
check_values(const struct cert_order *o, struct err *err)
{
	const struct profile *p = &profiles[o->profile];

	if (p->want[EXT_SAN] != EXT_FORBIDDEN && !is_state_code(o->state))
		return err_set(err, FAIL_INPUT, "subjectAltName: wanted the State's code as in the MRZ (Doc 9303-12 7.1.1.2)");
	if (p->want[EXT_CRL_POINTS] == EXT_MANDATORY && (o->crl_urls == NULL || o->crl_urls[0] == NULL))
		return err_set(err, FAIL_INPUT, "cRLDistributionPoints: missing (Doc 9303-12 table 6)");
	for (size_t i = 0; o->crl_urls != NULL && o->crl_urls[i] != NULL; i++)
		if (strncmp(o->crl_urls[i], "http://", 7) != 0 && strncmp(o->crl_urls[i], "https://", 8) != 0 &&
			strncmp(o->crl_urls[i], "ldap://", 7) != 0)
			return err_set(err, FAIL_INPUT, "cRLDistributionPoints: neither http, https nor ldap (Doc 9303-12 table 6)");
	if (p->want[EXT_DOCUMENT_TYPES] != EXT_OPTIONAL &&
		(p->want[EXT_DOCUMENT_TYPES] == EXT_MANDATORY) != (o->document_types != NULL && o->document_types[0] != NULL))
		return err_set(err, FAIL_INPUT, "documentType: belongs to document signers, and only to them (Doc 9303-12 table 6)");
	for (size_t i = 0; o->document_types != NULL && o->document_types[i] != NULL; i++)
		if (!is_upper(o->document_types[i], 1) && !is_upper(o->document_types[i], 2))
			return err_set(err, FAIL_INPUT, "documentType: wanted one or two upper-case letters (Doc 9303-12 7.1.1.6)");
	if (o->name_change && p->want[EXT_NAME_CHANGE] == EXT_FORBIDDEN)
		return err_set(err, FAIL_INPUT, "nameChange: not in a certificate of a %s", p->name);
	if (o->purposes != NULL && o->profile != PROFILE_COMMUNICATION)
		return err_set(err, FAIL_INPUT, "extKeyUsage: that of a %s is fixed", p->name);
	if ((o->key_usage & ~p->key_usage_optional) != 0)
		return err_set(err, FAIL_INPUT, "keyUsage: bits that a %s does not have (Doc 9303-12 table 6)", p->name);
	if (o->serial_octets > SERIAL_LEN_MAX)
		return err_set(err, FAIL_INPUT, "serialNumber: %u octets, at most %d (Doc 9303-12 table 5)", o->serial_octets, SERIAL_LEN_MAX);
	return 0;
}

static int
check_issuer(const struct cert_order *o, const struct cert *issuer, struct err *err)
{
	const struct profile *p = &profiles[o->profile];

	if ((o->profile == PROFILE_CSCA_ROOT) != (issuer == NULL))
		return err_set(err, FAIL_INPUT, "%s certificate: %s", p->name, issuer == NULL ? "needs an issuer" : "is its own issuer");
	if (issuer == NULL)
		return 0;
	if (strcmp(issuer->country, o->subject.country) != 0)
		return err_set(err, FAIL_INPUT, "countryName: subject %s, issuer %s (Doc 9303-12 7.1.1)", o->subject.country, issuer->country);
	if (!issuer->is_ca || !(issuer->key_usage & KU_KEY_CERT_SIGN) || issuer->ski.n == 0 || !cert_has(issuer, EXT_SAN))
		return err_set(err, FAIL_INPUT, "issuer: its certificate is none of a CSCA");
	return 0;
}

static int
check_order(const struct cert_order *o, const struct cert *issuer, struct err *err)
{
	if (check_subject(o, err) == -1 || check_values(o, err) == -1 || check_key(o, err) == -1 || check_issuer(o, issuer, err) == -1)
		return -1;
	return check_period(o, issuer, err);
}

/* ---- names ---- */

static void
put_attribute(struct der_out *o, const char *oid, uint32_t tag, const char *value)
{
	if (value == NULL)
		return;
	der_open(o, DER_SET);
	der_open(o, DER_SEQUENCE);
	der_oid(o, oid);
	der_str(o, tag, value);
	der_close(o);
	der_close(o);
}

static void
put_name(struct der_out *o, const struct cert_name *n, uint32_t tag)
{
	der_open(o, DER_SEQUENCE);
	put_attribute(o, "2.5.4.6", DER_PRINTABLE_STRING, n->country);
	put_attribute(o, "2.5.4.10", tag, n->organization);
	put_attribute(o, "2.5.4.11", tag, n->organizational_unit);
	put_attribute(o, "2.5.4.3", tag, n->common_name);
	der_close(o);
}

/* GeneralNames: the contact, then directoryName with localityName only. */
static void
put_alt_name(struct der_out *o, const char *state, const char *contact)
{
	der_open(o, DER_SEQUENCE);
	if (contact != NULL)
		der_str(o, strstr(contact, "://") != NULL ? DER_CONTEXT(6) : strchr(contact, '@') != NULL ? DER_CONTEXT(1)
													  : DER_CONTEXT(2),
			contact);
	der_open(o, DER_CONTEXT_CONS(4));
	der_open(o, DER_SEQUENCE);
	put_attribute(o, "2.5.4.7", DER_PRINTABLE_STRING, state);
	der_close(o);
	der_close(o);
	der_close(o);
}

/* ---- extensions: each writes the value of extnValue ---- */

struct issue {
	const struct cert_order *order;
	const struct profile *profile;
	const struct cert *issuer; /* NULL: a root */
	uint8_t ski[20];
};

/* The value of an extension of the issuer, as it stands there; empty when absent. */
static struct bytes
extension_of(const struct cert *cert, const char *want)
{
	struct der d = der_reader(cert->tbs), tbs, outer, list, ext;
	struct err err = ERR_INIT;
	struct bytes value;
	struct tlv tlv;
	char oid[128];

	if (der_enter(&d, DER_SEQUENCE, &tbs, "certificate", &err) == -1)
		return BYTES_NONE;
	do {
		if (!der_more(&tbs) || der_next(&tbs, &tlv, "certificate", &err) == -1)
			return BYTES_NONE;
	} while (tlv.tag != DER_CONTEXT_CONS(3));
	outer = der_reader(tlv.value);
	if (der_enter(&outer, DER_SEQUENCE, &list, "extensions", &err) == -1)
		return BYTES_NONE;
	while (der_more(&list)) {
		if (der_enter(&list, DER_SEQUENCE, &ext, "extension", &err) == -1 ||
			der_get_oid(&ext, oid, sizeof(oid), "extension", &err) == -1)
			return BYTES_NONE;
		if (strcmp(oid, want) != 0)
			continue;
		if (der_peek(&ext) == DER_BOOLEAN && der_next(&ext, &tlv, "extension", &err) == -1)
			return BYTES_NONE;
		return der_get(&ext, DER_OCTET_STRING, &value, "extension", &err) == -1 ? BYTES_NONE : value;
	}
	return BYTES_NONE;
}

static void
put_aki(struct der_out *o, const struct issue *is)
{
	der_open(o, DER_SEQUENCE);
	der_put(o, DER_CONTEXT(0), is->issuer != NULL ? is->issuer->ski : BYTES(is->ski, sizeof(is->ski)));
	der_close(o);
}

static void
put_key_usage(struct der_out *o, unsigned usage)
{
	uint8_t octet = 0;
	unsigned last = 0;

	for (unsigned i = 0; i < 8; i++)
		if (usage & 1u << i) {
			octet |= (uint8_t)(0x80 >> i);
			last = i;
		}
	der_bits(o, BYTES(&octet, 1), 7 - last); /* a named bit list ends with its last one bit, X.690 11.2.2 */
}

/* der_generalized under an implicit tag. */
static void
put_period_end(struct der_out *o, unsigned n, int64_t at)
{
	struct der_out inner = DER_OUT_INIT;
	struct der d;
	struct bytes value;
	struct err err = ERR_INIT;

	der_generalized(&inner, at);
	d = der_reader(bytes_of(&inner.buf));
	if (der_get(&d, DER_GENERALIZED_TIME, &value, "privateKeyUsagePeriod", &err) == 0)
		der_put(o, DER_CONTEXT(n), value);
	else
		o->buf.failed = true;
	der_out_clear(&inner);
}

static void
put_crl_points(struct der_out *o, const char *const *urls)
{
	der_open(o, DER_SEQUENCE);
	for (size_t i = 0; urls[i] != NULL; i++) {
		der_open(o, DER_SEQUENCE);
		der_open(o, DER_CONTEXT_CONS(0));
		der_open(o, DER_CONTEXT_CONS(0));
		der_str(o, DER_CONTEXT(6), urls[i]);
		der_close(o);
		der_close(o);
		der_close(o);
	}
	der_close(o);
}

static void
put_document_types(struct der_out *o, const char *const *types)
{
	der_open(o, DER_SEQUENCE);
	der_uint(o, 0);
	der_open(o, DER_SET);
	for (size_t i = 0; types[i] != NULL; i++)
		der_str(o, DER_PRINTABLE_STRING, types[i]);
	der_close_set_of(o);
	der_close(o);
}

static void
put_purposes(struct der_out *o, const struct issue *is)
{
	const char *const *purposes = is->order->purposes;

	der_open(o, DER_SEQUENCE);
	if (purposes == NULL)
		cert_oid_put(o, is->profile->eku);
	else
		for (; *purposes != NULL; purposes++)
			cert_oid_put(o, *purposes);
	der_close(o);
}

static void
put_extension_value(struct der_out *o, const struct issue *is, enum extension e)
{
	const struct cert_order *order = is->order;

	switch (e) {
	case EXT_AKI:
		put_aki(o, is);
		break;
	case EXT_SKI:
		der_put(o, DER_OCTET_STRING, BYTES(is->ski, sizeof(is->ski)));
		break;
	case EXT_KEY_USAGE:
		put_key_usage(o, is->profile->key_usage | is->order->key_usage);
		break;
	case EXT_KEY_PERIOD:
		der_open(o, DER_SEQUENCE);
		put_period_end(o, 0, order->key_from);
		put_period_end(o, 1, order->key_to);
		der_close(o);
		break;
	case EXT_SAN:
		put_alt_name(o, order->state, order->contact);
		break;
	case EXT_IAN:
		if (is->issuer == NULL)
			put_alt_name(o, order->state, order->contact);
		else
			der_raw(o, extension_of(is->issuer, extensions[EXT_SAN].oid));
		break;
	case EXT_BASIC_CONSTRAINTS:
		der_open(o, DER_SEQUENCE);
		der_bool(o, true);
		der_uint(o, 0);
		der_close(o);
		break;
	case EXT_EKU:
		put_purposes(o, is);
		break;
	case EXT_CRL_POINTS:
		put_crl_points(o, order->crl_urls);
		break;
	case EXT_NAME_CHANGE:
		der_null(o);
		break;
	case EXT_DOCUMENT_TYPES:
		put_document_types(o, order->document_types);
		break;
	case EXT_POLICIES:
	case EXTENSIONS:
		break;
	}
}

static bool
is_written(const struct issue *is, enum extension e)
{
	switch (is->profile->want[e]) {
	case EXT_MANDATORY:
		return true;
	case EXT_OPTIONAL:
		switch (e) {
		case EXT_NAME_CHANGE: return is->order->name_change;
		case EXT_POLICIES: return false;
		case EXT_CRL_POINTS: return is->order->crl_urls != NULL && is->order->crl_urls[0] != NULL;
		case EXT_DOCUMENT_TYPES: return is->order->document_types != NULL && is->order->document_types[0] != NULL;
		default: return true;
		}
	default:
		return false;
	}
}

static void
put_extensions(struct der_out *o, const struct issue *is)
{
	der_open(o, DER_CONTEXT_CONS(3));
	der_open(o, DER_SEQUENCE);
	for (enum extension e = 0; e < EXTENSIONS; e++) {
		if (!is_written(is, e))
			continue;
		der_open(o, DER_SEQUENCE);
		der_oid(o, extensions[e].oid);
		if (extensions[e].is_critical)
			der_bool(o, true); /* FALSE is the default and not encoded */
		der_open(o, DER_OCTET_STRING);
		put_extension_value(o, is, e);
		der_close(o);
		der_close(o);
	}
	der_close(o);
	der_close(o);
}

/* ---- the certificate ---- */

static int
put_tbs(struct der_out *o, const struct issue *is, const struct sigalg *alg, struct err *err)
{
	/* A bar code signer's two letters are a PrintableString, all other names UTF8String. */
	uint32_t string = is->order->profile == PROFILE_VDS_SIGNER ? DER_PRINTABLE_STRING : DER_UTF8_STRING;
	uint8_t serial[SERIAL_LEN_MAX];
	size_t n = is->order->serial_octets;

	if (n == 0)
		n = is->order->profile == PROFILE_VDS_SIGNER ? SERIAL_LEN_VDS : SERIAL_LEN;
	if (random_octets(serial, n, err) == -1)
		return -1;
	serial[0] = (uint8_t)((serial[0] & 0x7F) | 0x40); /* positive, and always of the same length */
	der_open(o, DER_SEQUENCE);
	der_open(o, DER_CONTEXT_CONS(0));
	der_uint(o, 2); /* v3 */
	der_close(o);
	der_integer(o, BYTES(serial, n));
	sigalg_put(o, alg);
	if (is->issuer != NULL)
		der_raw(o, is->issuer->subject); /* the very octets */
	else
		put_name(o, &is->order->subject, string);
	der_open(o, DER_SEQUENCE);
	der_utc_or_generalized(o, is->order->not_before);
	der_utc_or_generalized(o, is->order->not_after);
	der_close(o);
	put_name(o, &is->order->subject, string);
	if (pubkey_put(is->order->key, o, err) == -1)
		return -1;
	put_extensions(o, is);
	der_close(o);
	return 0;
}

/* Findings of at least the severity as problems of *err; -1 when there are any. */
static int
lint_to_err(const struct lint *l, enum lint_severity least, struct err *err)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->finding[i].severity >= least)
			err_problem(err, l->finding[i].rule->code, "%.100s (%s)", l->finding[i].text, l->finding[i].rule->clause);
	return err->nproblem > 0 ? -1 : 0;
}

static int
lint_profile(enum profile_name profile, const struct cert *cert, const struct cert *issuer, enum lint_severity least, struct err *err)
{
	const struct lint_options options = {
		.issuers = issuer != NULL ? &issuer : NULL,
		.nissuers = issuer != NULL,
		.profile = (int)profile,
		.parsed = cert,
	};
	struct lint l;
	int rc;

	err_clear(err);
	rc = lint_cert(bytes_of(&cert->der), &options, &l, err);
	if (rc == 0)
		rc = lint_to_err(&l, least, err);
	lint_clear(&l);
	return rc;
}

int
profile_check(enum profile_name profile, const struct cert *cert, struct err *err)
{
	return lint_profile(profile, cert, NULL, LINT_ERROR, err);
}

static int
check_result(struct bytes der, const struct issue *is, struct err *err)
{
	struct cert *cert = NULL;
	int rc = -1;

	if (cert_parse(der, &cert, err) == -1 || lint_profile(is->order->profile, cert, is->issuer, LINT_WARNING, err) == -1 ||
		cert_verify(cert, is->issuer != NULL ? is->issuer : cert, err) == -1)
		goto out;
	rc = 0;
out:
	cert_free(cert);
	if (rc == -1) {
		err_prefix(err, "the certificate just made");
		err->kind = FAIL_INTERNAL;
	}
	return rc;
}

int
cert_issue(struct session *s, struct token_key *issuer_key, const struct cert *issuer, const struct cert_order *given,
	struct buf *der, struct err *err)
{
	struct cert_order named = *given;
	const struct cert_order *order = &named;
	const struct sigalg *alg = given->sigalg != NULL ? given->sigalg : token_key_sigalg(issuer_key);
	struct issue is = { .order = order, .issuer = issuer };
	const struct pubkey *signing = token_key_public(issuer_key);
	struct der_out tbs = DER_OUT_INIT, whole = DER_OUT_INIT;
	struct buf signed_part = BUF_INIT, signature = BUF_INIT, out = BUF_INIT;
	int rc = -1;

	if (named.profile == PROFILE_CSCA_LINK && named.name_change)
		named.profile = PROFILE_CSCA_NAME_CHANGE;
	is.profile = &profiles[named.profile];
	if (signing != NULL && (alg->key != signing->type || alg->is_weak))
		return err_set(err, FAIL_INPUT, "signature algorithm: %s is not for the issuer's key", alg->name);
	if (signing == NULL || !pubkey_equal(signing, issuer != NULL ? issuer->key : order->key))
		return err_set(err, FAIL_INPUT, "issuer: its certificate is of another key");
	if (check_order(order, issuer, err) == -1 || pubkey_identifier(order->key, is.ski, err) == -1)
		return -1;
	if (put_tbs(&tbs, &is, alg, err) == -1 || der_finish(&tbs, &signed_part, err) == -1 ||
		token_sign(s, issuer_key, alg, SIGNATURE_DER, bytes_of(&signed_part), &signature, err) == -1)
		goto out;
	der_open(&whole, DER_SEQUENCE);
	der_raw(&whole, bytes_of(&signed_part));
	sigalg_put(&whole, alg);
	der_bits(&whole, bytes_of(&signature), 0);
	der_close(&whole);
	if (der_finish(&whole, &out, err) == -1 || check_result(bytes_of(&out), &is, err) == -1)
		goto out;
	buf_move(der, &out);
	rc = 0;
out:
	der_out_clear(&tbs);
	der_out_clear(&whole);
	buf_clear(&signed_part);
	buf_clear(&signature);
	buf_clear(&out);
	return rc;
}
