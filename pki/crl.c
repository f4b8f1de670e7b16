/* Reading CRLs and looking serial numbers up in them. */
#include <stdlib.h>
#include <strings.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "pki/crl.h"

#define YEAR_2050 INT64_C(2524608000) /* 2050-01-01: UTCTime ends */
#define DAY       INT64_C(86400)

enum { REASON_REMOVE_FROM_CRL = 8 };

static void
note_malformed(struct crl *c, const char *text)
{
	if (c->malformed[0] == '\0')
		snprintf(c->malformed, sizeof(c->malformed), "%.*s", (int)sizeof(c->malformed) - 1, text);
}

/* ---- extensions ---- */

static const struct {
	const char *oid;
	unsigned bit;
} list_extensions[] = {
	{ "2.5.29.35", CRL_AKI },
	{ "2.5.29.20", CRL_NUMBER },
	{ "2.5.29.18", CRL_IAN },
	{ "2.5.29.27", CRL_DELTA },
	{ "2.5.29.28", CRL_IDP },
	{ "2.5.29.46", CRL_FRESHEST },
},
  entry_extensions[] = {
	  { "2.5.29.21", CRL_ENTRY_REASON },
	  { "2.5.29.23", CRL_ENTRY_HOLD },
	  { "2.5.29.24", CRL_ENTRY_INVALIDITY },
	  { "2.5.29.29", CRL_ENTRY_ISSUER },
  };

struct extension_read {
	char oid[128];
	bool is_critical;
	struct bytes value;
};

/* The frame is an error, a wrong BOOLEAN only noted. */
static int
extension_next(struct crl *c, struct der *list, struct extension_read *x, struct err *err)
{
	struct err inner = ERR_INIT;
	struct tlv skipped;
	struct der ext;

	x->is_critical = false;
	if (der_enter(list, DER_SEQUENCE, &ext, "CRL extension", err) == -1 ||
		der_get_oid(&ext, x->oid, sizeof(x->oid), "CRL extension", err) == -1)
		return -1;
	if (der_peek(&ext) == DER_BOOLEAN && der_get_bool(&ext, &x->is_critical, x->oid, &inner) == -1) {
		note_malformed(c, inner.text);
		if (der_next(&ext, &skipped, x->oid, err) == -1)
			return -1;
		x->is_critical = true;
	}
	if (der_get(&ext, DER_OCTET_STRING, &x->value, x->oid, err) == -1)
		return -1;
	return der_end(&ext, "CRL extension", err);
}

static int
read_aki(struct crl *c, struct bytes value, struct err *err)
{
	struct der d = der_reader(value), seq;

	if (der_enter(&d, DER_SEQUENCE, &seq, "authorityKeyIdentifier", err) == -1)
		return -1;
	return der_optional(&seq, DER_CONTEXT(0), &c->aki, "authorityKeyIdentifier", err) == -1 ? -1 : 0;
}

static int
read_number(struct crl *c, struct bytes value, struct err *err)
{
	struct der d = der_reader(value);

	if (der_get(&d, DER_INTEGER, &c->number, "cRLNumber", err) == -1)
		return -1;
	return der_end(&d, "cRLNumber", err);
}

static int
list_extensions_read(struct crl *c, struct der *tbs, struct err *err)
{
	struct err inner = ERR_INIT;
	struct extension_read x;
	struct der explicit, list;
	unsigned bit;

	if (!der_more(tbs))
		return 0;
	if (der_enter(tbs, DER_CONTEXT_CONS(0), &explicit, "crlExtensions", err) == -1 ||
		der_enter(&explicit, DER_SEQUENCE, &list, "crlExtensions", err) == -1 || der_end(&explicit, "crlExtensions", err) == -1)
		return -1;
	while (der_more(&list)) {
		if (extension_next(c, &list, &x, err) == -1)
			return -1;
		bit = CRL_UNKNOWN;
		for (size_t i = 0; i < NELEM(list_extensions); i++)
			if (strcmp(x.oid, list_extensions[i].oid) == 0)
				bit = list_extensions[i].bit;
		if (x.is_critical)
			c->critical |= bit;
		if (bit != CRL_UNKNOWN && (c->present & bit)) {
			c->has_duplicate = true;
			continue;
		}
		c->present |= bit;
		if ((bit == CRL_AKI && read_aki(c, x.value, &inner) == -1) || (bit == CRL_NUMBER && read_number(c, x.value, &inner) == -1))
			note_malformed(c, inner.text);
	}
	return 0;
}

static void
read_reason(struct crl *c, struct crl_entry *entry, struct bytes value)
{
	if (value.n == 3 && value.p[0] == 0x0A && value.p[1] == 1) /* ENUMERATED */
		entry->reason = value.p[2];
	else
		note_malformed(c, "reasonCode: not an ENUMERATED of one octet (RFC 5280 5.3.1)");
}

/* certificateIssuer: whether it surely names another State's issuer.  Within a State names are no proof of anything. */
static bool
is_of_other_state(struct crl *c, struct bytes value)
{
	struct der d = der_reader(value), names;
	struct err err = ERR_INIT;
	char country[4], cn[65];
	struct tlv name;

	if (der_enter(&d, DER_SEQUENCE, &names, "certificateIssuer", &err) == -1) {
		note_malformed(c, err.text);
		return false;
	}
	while (der_more(&names) && der_next(&names, &name, "certificateIssuer", &err) == 0)
		if (name.tag == DER_CONTEXT_CONS(4) && cert_name_parts(name.value, country, cn, &err) == 0 && country[0] != '\0')
			return c->country[0] != '\0' && strcasecmp(country, c->country) != 0;
	return false;
}

static int
entry_extensions_read(struct crl *c, struct der *seq, struct crl_entry *entry, struct err *err)
{
	struct extension_read x;
	struct der list;
	unsigned bit;

	if (!der_more(seq))
		return 0;
	if (der_enter(seq, DER_SEQUENCE, &list, "crlEntryExtensions", err) == -1)
		return -1;
	while (der_more(&list)) {
		if (extension_next(c, &list, &x, err) == -1)
			return -1;
		bit = CRL_ENTRY_UNKNOWN;
		for (size_t i = 0; i < NELEM(entry_extensions); i++)
			if (strcmp(x.oid, entry_extensions[i].oid) == 0)
				bit = entry_extensions[i].bit;
		entry->extensions |= (uint8_t)bit;
		c->has_unknown_critical_entry |= bit == CRL_ENTRY_UNKNOWN && x.is_critical;
		if (bit == CRL_ENTRY_REASON)
			read_reason(c, entry, x.value);
		else if (bit == CRL_ENTRY_ISSUER)
			entry->is_foreign = is_of_other_state(c, x.value);
	}
	c->entry_extensions |= entry->extensions;
	return der_end(seq, "revokedCertificates", err);
}

/* ---- entries ---- */

static struct bytes
without_zeros(struct bytes serial)
{
	while (serial.n > 1 && serial.p[0] == 0)
		serial = BYTES(serial.p + 1, serial.n - 1);
	return serial;
}

static int
serial_compare(struct bytes a, struct bytes b)
{
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return a.n == 0 ? 0 : memcmp(a.p, b.p, a.n);
}

static int
entry_compare(const void *a, const void *b)
{
	return serial_compare(((const struct crl_entry *)a)->serial, ((const struct crl_entry *)b)->serial);
}

static int
moment_read(struct crl *c, struct der *d, int64_t *at, const char *what, struct err *err)
{
	bool is_generalized = der_peek(d) == DER_GENERALIZED_TIME;
	char text[96];

	if (der_get_time(d, at, what, err) == -1)
		return -1;
	if (is_generalized && *at < YEAR_2050) {
		snprintf(text, sizeof(text), "%s: GeneralizedTime before 2050 (RFC 5280 5.1.2.4)", what);
		note_malformed(c, text);
	}
	return 0;
}

static int
entry_read(struct crl *c, struct der *list, struct crl_entry *entry, struct err *err)
{
	struct bytes serial;
	struct der seq;

	memset(entry, 0, sizeof(*entry));
	entry->is_foreign = c->nentry > 0 && entry[-1].is_foreign; /* the issuer holds until another is named: RFC 5280 5.3.3 */
	if (der_enter(list, DER_SEQUENCE, &seq, "revokedCertificates", err) == -1 ||
		der_get(&seq, DER_INTEGER, &serial, "revoked serial number", err) == -1)
		return -1;
	if (serial.n == 0 || serial.n > CRL_SERIAL_MAX)
		return err_set(err, FAIL_INPUT, "revoked serial number: %zu octets, wanted 1 to %d", serial.n, CRL_SERIAL_MAX);
	entry->serial = without_zeros(serial);
	entry->is_not_minimal = serial.n > 1 && ((serial.p[0] == 0 && (serial.p[1] & 0x80) == 0) || (serial.p[0] == 0xFF && (serial.p[1] & 0x80) != 0));
	entry->is_not_positive = (serial.p[0] & 0x80) != 0 || (entry->serial.n == 1 && entry->serial.p[0] == 0);
	if (moment_read(c, &seq, &entry->revoked_at, "revocationDate", err) == -1)
		return -1;
	return entry_extensions_read(c, &seq, entry, err);
}

static int
entries_grow(struct crl *c, size_t *cap, struct err *err)
{
	size_t n = *cap == 0 ? 16 : *cap * 2;
	struct crl_entry *grown = realloc(c->entry, n * sizeof(*grown));

	if (grown == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	c->entry = grown;
	*cap = n;
	return 0;
}

static int
entries_read(struct crl *c, struct der *tbs, struct err *err)
{
	bool is_ordered = true;
	struct der list;
	size_t cap = 0;

	if (der_peek(tbs) != DER_SEQUENCE)
		return 0;
	c->has_revoked = true;
	if (der_enter(tbs, DER_SEQUENCE, &list, "revokedCertificates", err) == -1)
		return -1;
	while (der_more(&list)) {
		if ((c->nentry == cap && entries_grow(c, &cap, err) == -1) || entry_read(c, &list, &c->entry[c->nentry], err) == -1)
			return -1;
		if (c->nentry > 0 && entry_compare(&c->entry[c->nentry - 1], &c->entry[c->nentry]) > 0)
			is_ordered = false;
		c->nentry++;
	}
	if (!is_ordered)
		qsort(c->entry, c->nentry, sizeof(*c->entry), entry_compare);
	for (size_t i = 1; i < c->nentry; i++)
		if (entry_compare(&c->entry[i - 1], &c->entry[i]) == 0)
			c->ntwice++;
	return 0;
}

/* ---- the list ---- */

static int
tbs_read(struct crl *c, struct tlv *inner_alg, struct err *err)
{
	struct der d = der_reader(c->tbs), tbs;
	struct tlv issuer;
	uint64_t version = 0;

	if (der_enter(&d, DER_SEQUENCE, &tbs, "CRL", err) == -1)
		return -1;
	if (der_peek(&tbs) == DER_INTEGER && der_get_uint(&tbs, &version, "CRL version", err) == -1)
		return -1;
	c->version = version < 10 ? (unsigned)version + 1 : 0;
	if (der_next(&tbs, inner_alg, "CRL signature", err) == -1 || der_next(&tbs, &issuer, "CRL issuer", err) == -1 ||
		cert_name_parts(issuer.whole, c->country, c->issuer_cn, err) == -1 ||
		moment_read(c, &tbs, &c->this_update, "thisUpdate", err) == -1)
		return -1;
	c->issuer = issuer.whole;
	if (der_peek(&tbs) == DER_UTC_TIME || der_peek(&tbs) == DER_GENERALIZED_TIME) {
		if (moment_read(c, &tbs, &c->next_update, "nextUpdate", err) == -1)
			return -1;
		c->has_next_update = true;
	}
	if (entries_read(c, &tbs, err) == -1 || list_extensions_read(c, &tbs, err) == -1)
		return -1;
	return der_end(&tbs, "CRL", err);
}

static int
frame_read(struct crl *c, struct err *err)
{
	struct der d = der_reader(bytes_of(&c->der)), top;
	struct tlv tbs, alg, inner_alg;
	struct err unknown = ERR_INIT;
	unsigned unused;

	if (der_enter(&d, DER_SEQUENCE, &top, "CRL", err) == -1 || der_end(&d, "CRL", err) == -1 ||
		der_next(&top, &tbs, "CRL", err) == -1 || der_next(&top, &alg, "CRL signatureAlgorithm", err) == -1 ||
		der_get_bits(&top, &c->signature, &unused, "CRL signatureValue", err) == -1 || der_end(&top, "CRL", err) == -1)
		return -1;
	if (unused != 0)
		return err_set(err, FAIL_INPUT, "CRL signatureValue: %u unused bits (RFC 5280 5.1.1.3)", unused);
	c->tbs = tbs.whole;
	if (tbs_read(c, &inner_alg, err) == -1)
		return -1;
	if (!bytes_equal(alg.whole, inner_alg.whole))
		return err_set(err, FAIL_INPUT, "CRL: signature and signatureAlgorithm differ (RFC 5280 5.1.1.2)");
	if (sigalg_get(alg.whole, 0, &c->unusual_sigalg, &c->sigalg, &unknown) == -1)
		c->sigalg = NULL;
	return 0;
}

int
crl_parse(struct bytes der, struct crl **crl, struct err *err)
{
	struct crl *c;

	if (der.n > CRL_MAX)
		return err_set(err, FAIL_TOO_LARGE, "CRL: %zu octets, at most %d", der.n, CRL_MAX);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	buf_bytes(&c->der, der);
	if (buf_check(&c->der, err) == -1 || frame_read(c, err) == -1) {
		crl_free(c);
		return -1;
	}
	*crl = c;
	return 0;
}

int
crl_read(struct bytes in, struct crl **crl, struct err *err)
{
	BIO *bio;
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	long n = 0;
	int rc;

	if (in.n > 0 && in.p[0] == DER_SEQUENCE)
		return crl_parse(in, crl, err);
	if (in.n > CRL_MAX)
		return err_set(err, FAIL_TOO_LARGE, "CRL: %zu octets, at most %d", in.n, CRL_MAX);
	bio = BIO_new_mem_buf(in.p != NULL ? (const void *)in.p : "", (int)in.n);
	if (bio == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (PEM_read_bio(bio, &name, &header, &der, &n) != 1 || strcmp(name, "X509 CRL") != 0)
		rc = err_set(err, FAIL_INPUT, "CRL: neither DER nor PEM");
	else
		rc = crl_parse(BYTES(der, (size_t)n), crl, err);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free(bio);
	return rc;
}

void
crl_free(struct crl *c)
{
	if (c == NULL)
		return;
	buf_clear(&c->der);
	free(c->entry);
	free(c);
}

/* ---- asking ---- */

int
crl_verify(const struct crl *crl, const struct cert *issuer, struct err *err)
{
	if (crl->sigalg == NULL)
		return err_set(err, FAIL_INPUT, "CRL: signed with an algorithm we do not know (Doc 9303-12 4.1.6)");
	return sigalg_verify(crl->sigalg, issuer->key->evp, crl->tbs, crl->signature, err);
}

bool
crl_may_sign(const struct cert *issuer)
{
	if (cert_has(issuer, EXT_KEY_USAGE) && !(issuer->key_usage & KU_CRL_SIGN))
		return false;
	if (cert_has(issuer, EXT_BASIC_CONSTRAINTS))
		return issuer->is_ca;
	return cert_has(issuer, EXT_KEY_USAGE) || issuer->is_self_signed; /* old ones lack one or the other */
}

const struct cert *
crl_issuer(const struct crl *crl, const struct cert *const *cert, size_t n)
{
	struct err err = ERR_INIT;

	for (size_t i = 0; crl->aki.n > 0 && i < n; i++)
		if (bytes_equal(cert[i]->ski, crl->aki) && crl_may_sign(cert[i]) && crl_verify(crl, cert[i], &err) == 0)
			return cert[i];
	for (size_t i = 0; i < n; i++)
		if ((crl->aki.n == 0 || !bytes_equal(cert[i]->ski, crl->aki)) && strcasecmp(cert[i]->country, crl->country) == 0 &&
			crl_may_sign(cert[i]) && crl_verify(crl, cert[i], &err) == 0)
			return cert[i];
	return NULL;
}

const struct crl_entry *
crl_find(const struct crl *crl, struct bytes serial)
{
	struct crl_entry key = { .serial = without_zeros(serial) };
	const struct crl_entry *end = crl->entry + crl->nentry, *e;

	e = crl->nentry == 0 ? NULL : bsearch(&key, crl->entry, crl->nentry, sizeof(*crl->entry), entry_compare);
	while (e != NULL && e > crl->entry && entry_compare(e - 1, &key) == 0)
		e--;
	for (; e != NULL && e < end && entry_compare(e, &key) == 0; e++)
		if (!e->is_foreign && !((crl->present & CRL_DELTA) && e->reason == REASON_REMOVE_FROM_CRL))
			return e;
	return NULL;
}

bool
crl_is_complete(const struct crl *crl)
{
	return !(crl->present & (CRL_DELTA | CRL_IDP)) && !crl->has_unknown_critical_entry && !((crl->present & crl->critical) & CRL_UNKNOWN) && !(crl->entry_extensions & CRL_ENTRY_ISSUER);
}

bool
crl_is_stale(const struct crl *crl, int64_t at)
{
	return at > (crl->has_next_update ? crl->next_update : crl->this_update + CRL_DAYS_MOST * DAY);
}

bool
crl_is_early(const struct crl *crl, int64_t at)
{
	return at < crl->this_update;
}

int
crl_compare_age(const struct crl *a, const struct crl *b)
{
	int c;

	if (a->number.n > 0 && b->number.n > 0) {
		c = serial_compare(without_zeros(a->number), without_zeros(b->number));
		return (c > 0) - (c < 0);
	}
	return (a->this_update > b->this_update) - (a->this_update < b->this_update);
}
