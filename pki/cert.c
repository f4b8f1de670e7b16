#include <stdlib.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "pki/cert.h"
#include "registry/base/digest.h"
#include "registry/base/text.h"

#define YEAR_2050 INT64_C(2524608000) /* 2050-01-01: UTCTime ends */

static void
note_malformed(struct cert *c, const char *text)
{
	if (c->malformed[0] == '\0')
		snprintf(c->malformed, sizeof(c->malformed), "%.*s", (int)sizeof(c->malformed) - 1, text);
}

/* ---- names ---- */

struct name_fields {
	char *country;
	size_t country_size;
	char *cn;
	size_t cn_size;
	char *locality;
	size_t locality_size;
};

/* It goes into messages and JSON: whole characters of UTF-8 that can be seen, others as question marks. */
static void
copy_text(char *to, size_t size, struct bytes from)
{
	size_t used = 0;

	while (from.n > 0) {
		uint32_t c;
		size_t n = text_next(from, &c), put = n > 0 && text_is_visible(c) ? n : 1;

		if (used + put >= size)
			break;
		if (n > 0 && text_is_visible(c))
			memcpy(to + used, from.p, n);
		else
			to[used] = '?';
		used += put;
		n += n == 0;
		from = BYTES(from.p + n, from.n - n);
	}
	to[used] = '\0';
}

static int
attribute_read(struct der *rdn, const struct name_fields *f, const char *what, struct err *err)
{
	struct der attribute;
	struct tlv value;
	char oid[64];

	if (der_enter(rdn, DER_SEQUENCE, &attribute, what, err) == -1 ||
		der_get_oid(&attribute, oid, sizeof(oid), what, err) == -1 || der_next(&attribute, &value, what, err) == -1)
		return -1;
	if (strcmp(oid, "2.5.4.6") == 0 && f->country != NULL)
		copy_text(f->country, f->country_size, value.value);
	else if (strcmp(oid, "2.5.4.3") == 0 && f->cn != NULL)
		copy_text(f->cn, f->cn_size, value.value);
	else if (strcmp(oid, "2.5.4.7") == 0 && f->locality != NULL)
		copy_text(f->locality, f->locality_size, value.value);
	return der_end(&attribute, what, err);
}

static int
name_read(struct bytes name, const struct name_fields *f, const char *what, struct err *err)
{
	struct der d = der_reader(name), rdns, rdn;

	if (der_enter(&d, DER_SEQUENCE, &rdns, what, err) == -1)
		return -1;
	while (der_more(&rdns)) {
		if (der_enter(&rdns, DER_SET, &rdn, what, err) == -1)
			return -1;
		while (der_more(&rdn))
			if (attribute_read(&rdn, f, what, err) == -1)
				return -1;
	}
	return 0;
}

/* ---- extensions: each reads the octets of extnValue ---- */

static int
read_aki(struct cert *c, struct der d, struct err *err)
{
	struct der seq;

	if (der_enter(&d, DER_SEQUENCE, &seq, "authorityKeyIdentifier", err) == -1)
		return -1;
	return der_optional(&seq, DER_CONTEXT(0), &c->aki, "authorityKeyIdentifier", err) == -1 ? -1 : 0;
}

static int
read_ski(struct cert *c, struct der d, struct err *err)
{
	return der_get(&d, DER_OCTET_STRING, &c->ski, "subjectKeyIdentifier", err);
}

static int
read_key_usage(struct cert *c, struct der d, struct err *err)
{
	struct bytes octets;
	unsigned unused;

	if (der_get_bits(&d, &octets, &unused, "keyUsage", err) == -1)
		return -1;
	for (size_t i = 0; i < 9 && i < octets.n * 8; i++)
		if (octets.p[i / 8] & (0x80 >> (i % 8)))
			c->key_usage |= 1u << i;
	return 0;
}

/* An implicitly tagged GeneralizedTime. */
static int
period_end(struct der *seq, unsigned n, bool *has, int64_t *at, struct err *err)
{
	struct bytes value;
	struct buf copy = BUF_INIT;
	struct der d;
	int there = der_optional(seq, DER_CONTEXT(n), &value, "privateKeyUsagePeriod", err), rc;

	if (there != 1)
		return there;
	der_header(&copy, DER_GENERALIZED_TIME, value.n);
	buf_bytes(&copy, value);
	d = der_reader(bytes_of(&copy));
	rc = der_get_time(&d, at, "privateKeyUsagePeriod", err);
	*has = rc == 0;
	buf_clear(&copy);
	return rc;
}

static int
read_key_period(struct cert *c, struct der d, struct err *err)
{
	struct der seq;

	if (der_enter(&d, DER_SEQUENCE, &seq, "privateKeyUsagePeriod", err) == -1 ||
		period_end(&seq, 0, &c->has_key_from, &c->key_from, err) == -1)
		return -1;
	return period_end(&seq, 1, &c->has_key_to, &c->key_to, err);
}

/* The directoryName among the GeneralNames. */
static int
state_read(struct der d, char *state, size_t size, const char *what, struct err *err)
{
	struct name_fields f = { .locality = state, .locality_size = size };
	struct der names;
	struct tlv name;

	if (der_enter(&d, DER_SEQUENCE, &names, what, err) == -1)
		return -1;
	while (der_more(&names)) {
		if (der_next(&names, &name, what, err) == -1)
			return -1;
		if (name.tag == DER_CONTEXT_CONS(4) && name_read(name.value, &f, what, err) == -1)
			return -1;
	}
	return 0;
}

static int
read_san(struct cert *c, struct der d, struct err *err)
{
	return state_read(d, c->subject_state, sizeof(c->subject_state), "subjectAltName", err);
}

static int
read_ian(struct cert *c, struct der d, struct err *err)
{
	return state_read(d, c->issuer_state, sizeof(c->issuer_state), "issuerAltName", err);
}

static int
read_basic_constraints(struct cert *c, struct der d, struct err *err)
{
	struct err inner = ERR_INIT;
	struct der seq;
	uint64_t n;

	if (der_enter(&d, DER_SEQUENCE, &seq, "basicConstraints", err) == -1)
		return -1;
	if (der_peek(&seq) == DER_BOOLEAN && der_get_bool(&seq, &c->is_ca, "basicConstraints", &inner) == -1) {
		struct bytes octet;

		/* A Ukrainian CSCA has BER's 01 for true: a departure, and still a CA. */
		note_malformed(c, inner.text);
		if (der_get(&seq, DER_BOOLEAN, &octet, "basicConstraints", err) == -1)
			return -1;
		c->is_ca = octet.n == 1 && octet.p[0] != 0;
	}
	if (!der_more(&seq))
		return 0;
	if (der_get_uint(&seq, &n, "basicConstraints", err) == -1)
		return -1;
	c->path_len = n < 1000 ? (int)n : 1000;
	return 0;
}

static int
read_eku(struct cert *c, struct der d, struct err *err)
{
	struct tlv seq;

	if (der_next(&d, &seq, "extKeyUsage", err) == -1)
		return -1;
	c->eku = seq.whole;
	return 0;
}

static int
read_crl_points(struct cert *c, struct der d, struct err *err)
{
	struct der seq;

	(void)c;
	return der_enter(&d, DER_SEQUENCE, &seq, "cRLDistributionPoints", err);
}

static int
read_name_change(struct cert *c, struct der d, struct err *err)
{
	struct bytes value;

	(void)c;
	return der_get(&d, DER_NULL, &value, "nameChange", err);
}

static int
document_types_of(struct cert *c, struct der set, struct err *err)
{
	struct bytes type;

	while (der_more(&set)) {
		if (der_get(&set, DER_PRINTABLE_STRING, &type, "documentTypeList", err) == -1)
			return -1;
		if (type.n < 1 || type.n > 2)
			return err_set(err, FAIL_INPUT, "documentTypeList: a type of %zu letters, wanted 1 or 2", type.n);
		if (c->ndocument_types == CERT_DOCUMENT_TYPES)
			return err_set(err, FAIL_INPUT, "documentTypeList: more than %d types", CERT_DOCUMENT_TYPES);
		copy_text(c->document_type[c->ndocument_types++], 3, type);
	}
	return 0;
}

/* SEQUENCE { 0, SET OF }; in circulation also without the version, one SET per type, or the strings bare. */
static int
read_document_types(struct cert *c, struct der d, struct err *err)
{
	struct der seq, set;
	uint64_t version;

	if (der_enter(&d, DER_SEQUENCE, &seq, "documentTypeList", err) == -1)
		return -1;
	if (der_peek(&seq) == DER_INTEGER && der_get_uint(&seq, &version, "documentTypeList", err) == -1)
		return -1;
	if (der_peek(&seq) == DER_PRINTABLE_STRING)
		return document_types_of(c, seq, err);
	while (der_more(&seq))
		if (der_enter(&seq, DER_SET, &set, "documentTypeList", err) == -1 || document_types_of(c, set, err) == -1)
			return -1;
	return 0;
}

static int
read_ignored(struct cert *c, struct der d, struct err *err)
{
	(void)c;
	(void)d;
	(void)err;
	return 0;
}

const struct extension_info extensions[EXTENSIONS] = {
	[EXT_AKI] = { "2.5.29.35", "authorityKeyIdentifier", false },
	[EXT_SKI] = { "2.5.29.14", "subjectKeyIdentifier", false },
	[EXT_KEY_USAGE] = { "2.5.29.15", "keyUsage", true },
	[EXT_KEY_PERIOD] = { "2.5.29.16", "privateKeyUsagePeriod", false },
	[EXT_SAN] = { "2.5.29.17", "subjectAltName", false },
	[EXT_IAN] = { "2.5.29.18", "issuerAltName", false },
	[EXT_BASIC_CONSTRAINTS] = { "2.5.29.19", "basicConstraints", true },
	[EXT_EKU] = { "2.5.29.37", "extKeyUsage", true },
	[EXT_CRL_POINTS] = { "2.5.29.31", "cRLDistributionPoints", false },
	[EXT_NAME_CHANGE] = { "2.23.136.1.1.6.1", "nameChange", false },
	[EXT_DOCUMENT_TYPES] = { "2.23.136.1.1.6.2", "documentType", false },
	[EXT_POLICIES] = { "2.5.29.32", "certificatePolicies", false },
};

static int (*const readers[EXTENSIONS])(struct cert *c, struct der d, struct err *err) = {
	[EXT_AKI] = read_aki,
	[EXT_SKI] = read_ski,
	[EXT_KEY_USAGE] = read_key_usage,
	[EXT_KEY_PERIOD] = read_key_period,
	[EXT_SAN] = read_san,
	[EXT_IAN] = read_ian,
	[EXT_BASIC_CONSTRAINTS] = read_basic_constraints,
	[EXT_EKU] = read_eku,
	[EXT_CRL_POINTS] = read_crl_points,
	[EXT_NAME_CHANGE] = read_name_change,
	[EXT_DOCUMENT_TYPES] = read_document_types,
	[EXT_POLICIES] = read_ignored, /* allowed, decides nothing here */
};

/* Only a broken frame is an error; a value that cannot be read is noted in c->malformed. */
static int
extension_read(struct cert *c, struct der *list, struct err *err)
{
	struct der ext;
	struct bytes value;
	struct err inner = ERR_INIT;
	bool critical = false;
	char oid[128];

	if (der_enter(list, DER_SEQUENCE, &ext, "extension", err) == -1 ||
		der_get_oid(&ext, oid, sizeof(oid), "extension", err) == -1)
		return -1;
	if (der_peek(&ext) == DER_BOOLEAN && der_get_bool(&ext, &critical, oid, &inner) == -1) {
		struct tlv skipped;

		note_malformed(c, inner.text); /* BER's other values of true are met in the field */
		if (der_next(&ext, &skipped, oid, err) == -1)
			return -1;
		critical = true;
	}
	if (der_get(&ext, DER_OCTET_STRING, &value, oid, err) == -1)
		return -1;
	for (unsigned i = 0; i < EXTENSIONS; i++) {
		if (strcmp(oid, extensions[i].oid) != 0)
			continue;
		if (c->present & 1u << i)
			return err_set(err, FAIL_INPUT, "certificate: extension %s twice (RFC 5280 4.2)", extensions[i].name);
		c->present |= 1u << i;
		if (critical)
			c->critical |= 1u << i;
		if (readers[i](c, der_reader(value), &inner) == -1) {
			note_malformed(c, inner.text);
			c->has_unknown_critical |= critical;
		}
		return 0;
	}
	if (critical)
		c->has_unknown_critical = true;
	return 0;
}

static int
extensions_read(struct cert *c, struct der *tbs, struct err *err)
{
	struct bytes explicit;
	struct der d, list;
	int there = der_optional(tbs, DER_CONTEXT_CONS(3), &explicit, "extensions", err);

	if (there != 1)
		return there;
	d = der_reader(explicit);
	if (der_enter(&d, DER_SEQUENCE, &list, "extensions", err) == -1)
		return -1;
	while (der_more(&list))
		if (extension_read(c, &list, err) == -1)
			return -1;
	return der_end(&d, "extensions", err);
}

/* ---- the certificate ---- */

static int
moment_read(struct cert *c, struct der *validity, int64_t *at, const char *what, struct err *err)
{
	bool is_generalized = der_peek(validity) == DER_GENERALIZED_TIME;

	if (der_get_time(validity, at, what, err) == -1)
		return -1;
	c->has_odd_time |= is_generalized && *at < YEAR_2050;
	return 0;
}

static int
key_read(struct cert *c, struct bytes spki, bool any_key, struct err *err)
{
	struct err problem = ERR_INIT;

	if (pubkey_parse(spki, &c->key, &problem) == 0)
		return 0;
	if (!any_key || problem.kind == FAIL_INTERNAL) {
		*err = problem;
		return -1;
	}
	c->key = calloc(1, sizeof(*c->key));
	if (c->key == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	c->key->type = KEY_UNUSABLE;
	snprintf(c->key_problem, sizeof(c->key_problem), "%.*s", (int)sizeof(c->key_problem) - 1, problem.text);
	return 0;
}

static int
tbs_read(struct cert *c, bool any_key, struct tlv *inner_alg, struct err *err)
{
	struct name_fields subject = { c->country, sizeof(c->country), c->subject_cn, sizeof(c->subject_cn), NULL, 0 };
	struct name_fields issuer = { c->issuer_country, sizeof(c->issuer_country), NULL, 0, NULL, 0 };
	struct der d = der_reader(c->tbs), tbs, version, validity;
	struct tlv issuer_tlv, subject_tlv, spki;
	struct bytes ignored;
	uint64_t v = 0;

	if (der_enter(&d, DER_SEQUENCE, &tbs, "certificate", err) == -1)
		return -1;
	if (der_peek(&tbs) == DER_CONTEXT_CONS(0) &&
		(der_enter(&tbs, DER_CONTEXT_CONS(0), &version, "certificate version", err) == -1 ||
			der_get_uint(&version, &v, "certificate version", err) == -1))
		return -1;
	c->version = v < 10 ? (unsigned)v + 1 : 0;
	if (der_get(&tbs, DER_INTEGER, &c->serial, "serialNumber", err) == -1 ||
		der_next(&tbs, inner_alg, "certificate signature", err) == -1 ||
		der_next(&tbs, &issuer_tlv, "issuer", err) == -1 ||
		der_enter(&tbs, DER_SEQUENCE, &validity, "validity", err) == -1 ||
		moment_read(c, &validity, &c->not_before, "notBefore", err) == -1 ||
		moment_read(c, &validity, &c->not_after, "notAfter", err) == -1 ||
		der_next(&tbs, &subject_tlv, "subject", err) == -1 ||
		der_next(&tbs, &spki, "public key", err) == -1 ||
		der_optional(&tbs, DER_CONTEXT(1), &ignored, "issuerUniqueID", err) == -1 ||
		der_optional(&tbs, DER_CONTEXT(2), &ignored, "subjectUniqueID", err) == -1)
		return -1;
	c->issuer = issuer_tlv.whole;
	c->subject = subject_tlv.whole;
	if (name_read(c->issuer, &issuer, "issuer", err) == -1 || name_read(c->subject, &subject, "subject", err) == -1 ||
		key_read(c, spki.whole, any_key, err) == -1 || extensions_read(c, &tbs, err) == -1)
		return -1;
	return der_end(&tbs, "certificate", err);
}

static int
frame_read(struct cert *c, bool any_key, struct err *err)
{
	struct der d = der_reader(bytes_of(&c->der)), top;
	struct tlv tbs, alg, inner_alg;
	struct err unknown = ERR_INIT;
	unsigned unused;

	if (der_enter(&d, DER_SEQUENCE, &top, "certificate", err) == -1 || der_end(&d, "certificate", err) == -1 ||
		der_next(&top, &tbs, "certificate", err) == -1 || der_next(&top, &alg, "signatureAlgorithm", err) == -1 ||
		der_get_bits(&top, &c->signature, &unused, "signatureValue", err) == -1 ||
		der_end(&top, "certificate", err) == -1)
		return -1;
	if (unused != 0)
		return err_set(err, FAIL_INPUT, "signatureValue: %u unused bits (RFC 5280 4.1.1.3)", unused);
	c->tbs = tbs.whole;
	if (tbs_read(c, any_key, &inner_alg, err) == -1)
		return -1;
	if (!bytes_equal(alg.whole, inner_alg.whole))
		return err_set(err, FAIL_INPUT, "certificate: signature and signatureAlgorithm differ (RFC 5280 4.1.1.2)");
	if (sigalg_get(alg.whole, 0, &c->unusual_sigalg, &c->sigalg, &unknown) == -1)
		c->sigalg = NULL;
	return 0;
}

static int
parse(struct bytes der, bool any_key, struct cert **cert, struct err *err)
{
	struct cert *c;
	struct err none = ERR_INIT;

	if (der.n > CERT_MAX)
		return err_set(err, FAIL_TOO_LARGE, "certificate: %zu octets, at most %d", der.n, CERT_MAX);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	c->path_len = -1;
	buf_bytes(&c->der, der);
	if (buf_check(&c->der, err) == -1 || frame_read(c, any_key, err) == -1) {
		cert_free(c);
		return -1;
	}
	c->is_self_signed = bytes_equal(c->subject, c->issuer) && cert_verify(c, c, &none) == 0;
	*cert = c;
	return 0;
}

int
cert_parse(struct bytes der, struct cert **cert, struct err *err)
{
	return parse(der, false, cert, err);
}

int
cert_parse_any_key(struct bytes der, struct cert **cert, struct err *err)
{
	return parse(der, true, cert, err);
}

static int
read_either(struct bytes in, bool any_key, struct cert **cert, struct err *err)
{
	BIO *bio;
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	long n = 0;
	int rc;

	if (in.n > 0 && in.p[0] == DER_SEQUENCE)
		return parse(in, any_key, cert, err);
	if (in.n > CERT_MAX)
		return err_set(err, FAIL_TOO_LARGE, "certificate: %zu octets, at most %d", in.n, CERT_MAX);
	bio = BIO_new_mem_buf(in.p != NULL ? (const void *)in.p : "", (int)in.n);
	if (bio == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (PEM_read_bio(bio, &name, &header, &der, &n) != 1 || strcmp(name, "CERTIFICATE") != 0)
		rc = err_set(err, FAIL_INPUT, "certificate: neither DER nor PEM");
	else
		rc = parse(BYTES(der, (size_t)n), any_key, cert, err);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free(bio);
	return rc;
}

int
cert_read(struct bytes in, struct cert **cert, struct err *err)
{
	return read_either(in, false, cert, err);
}

int
cert_read_any_key(struct bytes in, struct cert **cert, struct err *err)
{
	return read_either(in, true, cert, err);
}

int
cert_dup(const struct cert *cert, struct cert **copy, struct err *err)
{
	return cert_parse(bytes_of(&cert->der), copy, err);
}

void
cert_free(struct cert *c)
{
	if (c == NULL)
		return;
	pubkey_free(c->key);
	buf_clear(&c->der);
	free(c);
}

int
cert_verify(const struct cert *subject, const struct cert *issuer, struct err *err)
{
	if (subject->sigalg == NULL)
		return err_set(err, FAIL_INPUT, "certificate: signed with an algorithm we do not know (Doc 9303-12 4.1.6)");
	return sigalg_verify(subject->sigalg, issuer->key->evp, subject->tbs, subject->signature, err);
}

void
cert_sha256(const struct cert *cert, uint8_t out[32])
{
	sha256(bytes_of(&cert->der), out);
}

bool
cert_has_eku(const struct cert *cert, const char *oid)
{
	struct der d = der_reader(cert->eku), seq;
	struct err err = ERR_INIT;
	struct der_out want = DER_OUT_INIT;
	struct tlv tlv;
	bool found = false;

	if (!cert_has(cert, EXT_EKU) || der_enter(&d, DER_SEQUENCE, &seq, "extKeyUsage", &err) == -1)
		return false;
	cert_oid_put(&want, oid);
	while (!found && der_more(&seq) && der_next(&seq, &tlv, "extKeyUsage", &err) == 0)
		found = bytes_equal(tlv.whole, bytes_of(&want.buf));
	der_out_clear(&want);
	return found;
}

struct bytes
cert_extension_value(const struct cert *cert, const char *want)
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

int
cert_name_parts(struct bytes name, char country[4], char cn[65], struct err *err)
{
	struct name_fields f = { country, 4, cn, 65, NULL, 0 };

	country[0] = cn[0] = '\0';
	return name_read(name, &f, "name", err);
}

bool
cert_only_eku(const struct cert *cert, const char *oid)
{
	struct der d = der_reader(cert->eku), seq;
	struct err err = ERR_INIT;
	struct tlv tlv;

	return cert_has_eku(cert, oid) && der_enter(&d, DER_SEQUENCE, &seq, "extKeyUsage", &err) == 0 &&
		der_next(&seq, &tlv, "extKeyUsage", &err) == 0 && !der_more(&seq);
}

bool
cert_allows_document(const struct cert *cert, const char code[2])
{
	for (unsigned i = 0; i < cert->ndocument_types; i++) {
		const char *type = cert->document_type[i];

		if (type[0] == code[0] && (type[1] == '\0' || type[1] == '<' || type[1] == code[1]))
			return true;
	}
	return false;
}

void
cert_oid_put(struct der_out *o, const char *dotted)
{
	unsigned char octets[64];
	int n = a2d_ASN1_OBJECT(octets, sizeof(octets), dotted, -1);

	if (n <= 0)
		o->buf.failed = true;
	else
		der_put(o, DER_OID, BYTES(octets, (size_t)n));
}

int
cert_pem(struct bytes der, struct buf *pem, struct err *err)
{
	struct buf text = BUF_INIT, out = BUF_INIT;

	buf_base64(&text, der);
	buf_str(&out, "-----BEGIN CERTIFICATE-----\n");
	for (size_t i = 0; i < text.n; i += 64) {
		buf_add(&out, text.p + i, text.n - i < 64 ? text.n - i : 64);
		buf_u8(&out, '\n');
	}
	buf_str(&out, "-----END CERTIFICATE-----\n");
	out.failed |= text.failed;
	buf_clear(&text);
	if (buf_check(&out, err) == -1) {
		buf_clear(&out);
		return -1;
	}
	buf_move(pem, &out);
	return 0;
}
