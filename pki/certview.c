#include <stdio.h>

#include <openssl/sha.h>

#include "pki/certview.h"
#include "pki/lint.h"
#include "registry/base/date.h"
#include "registry/base/digest.h"
#include "registry/base/text.h"

/* ---- octets of others ---- */

static const char *
attribute_name(const char *oid)
{
	static const struct {
		const char *oid, *name;
	} names[] = {
		{ "2.5.4.3", "CN" },
		{ "2.5.4.5", "serialNumber" },
		{ "2.5.4.6", "C" },
		{ "2.5.4.7", "L" },
		{ "2.5.4.8", "ST" },
		{ "2.5.4.10", "O" },
		{ "2.5.4.11", "OU" },
		{ "1.2.840.113549.1.9.1", "emailAddress" },
		{ "0.9.2342.19200300.100.1.25", "DC" },
	};

	for (size_t i = 0; i < NELEM(names); i++)
		if (strcmp(oid, names[i].oid) == 0)
			return names[i].name;
	return oid;
}

/* BMPString is UTF-16; everything else is shown by its octets. */
static void
put_value(struct buf *out, const struct tlv *value)
{
	struct buf text = BUF_INIT;

	if (value->tag != 0x1e) {
		text_show(value->value, out);
		return;
	}
	for (size_t i = 0; i + 1 < value->value.n; i += 2)
		text_put(&text, (uint32_t)(value->value.p[i] << 8 | value->value.p[i + 1]));
	text_show(bytes_of(&text), out);
	buf_clear(&text);
}

void
certview_name(struct bytes name, struct buf *out)
{
	struct der d = der_reader(name), rdns, rdn, attribute;
	struct err err = ERR_INIT;
	struct tlv value;
	char oid[128];
	unsigned n = 0;

	if (der_enter(&d, DER_SEQUENCE, &rdns, "name", &err) == -1)
		return;
	while (der_more(&rdns) && der_enter(&rdns, DER_SET, &rdn, "name", &err) == 0)
		while (der_more(&rdn) && der_enter(&rdn, DER_SEQUENCE, &attribute, "name", &err) == 0 &&
			der_get_oid(&attribute, oid, sizeof(oid), "name", &err) == 0 && der_next(&attribute, &value, "name", &err) == 0) {
			buf_printf(out, "%s%s=", n++ > 0 ? ", " : "", attribute_name(oid));
			put_value(out, &value);
		}
}

char *
certview_sha256(const struct cert *cert, char out[65])
{
	uint8_t digest[SHA256_LEN];

	cert_sha256(cert, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
	return out;
}

/* ---- rows: a label and a text, of which both forms are made ---- */

struct view {
	struct buf *text; /* one of these two */
	json_t *object;
	json_t *extensions; /* JSON: members of "extensions" */
	bool is_extension;
	bool failed;
};

static void
row(struct view *v, const char *label, const char *key, struct buf *value)
{
	json_t *to = v->is_extension ? v->extensions : v->object;

	if (v->text != NULL)
		buf_printf(v->text, "%s%s:%*s %s\n", v->is_extension ? "  " : "", label, (int)(v->is_extension ? 26 : 28) - (int)strlen(label) > 0 ? (int)(v->is_extension ? 26 : 28) - (int)strlen(label) : 0, "",
			buf_cstr(value));
	else if (json_object_set_new(to, key, json_stringn(buf_cstr(value), value->n)) == -1)
		v->failed = true;
	v->failed |= value->failed;
	buf_clear(value);
}

__attribute__((format(printf, 4, 5))) static void
rowf(struct view *v, const char *label, const char *key, const char *fmt, ...)
{
	struct buf value = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&value, fmt, ap);
	va_end(ap);
	row(v, label, key, &value);
}

static void
hex_row(struct view *v, const char *label, const char *key, struct bytes octets)
{
	struct buf value = BUF_INIT;

	buf_hex(&value, octets);
	row(v, label, key, &value);
}

static void
name_row(struct view *v, const char *label, const char *key, struct bytes name)
{
	struct buf value = BUF_INIT;

	certview_name(name, &value);
	row(v, label, key, &value);
}

static void
time_row(struct view *v, const char *label, const char *key, int64_t at)
{
	char text[21];

	rowf(v, label, key, "%s", time_format(at, text));
}

/* ---- extensions in words ---- */

static void
usage_row(struct view *v, const struct cert *c)
{
	static const char *const names[] = { "digital signature", "non-repudiation", "key encipherment", "data encipherment", "key agreement",
		"certificate signing", "CRL signing", "encipher only", "decipher only" };
	struct buf value = BUF_INIT;

	for (size_t i = 0; i < NELEM(names); i++)
		if (c->key_usage & 1u << i)
			buf_printf(&value, "%s%s", value.n > 0 ? ", " : "", names[i]);
	row(v, "key usage", "key_usage", &value);
}

static const char *
purpose_name(const char *oid)
{
	static const struct {
		const char *oid, *name;
	} names[] = {
		{ "2.23.136.1.1.3", "master list signing" },
		{ "2.23.136.1.1.8", "deviation list signing" },
		{ "2.23.136.1.1.9.8.1", "travel stamp signing" },
		{ "2.23.136.1.1.9.8.2", "electronic visa signing" },
		{ "2.23.136.1.1.9.8.3", "additional biometrics signing" },
		{ "2.23.136.1.1.10.1", "SPOC client" },
		{ "2.23.136.1.1.10.2", "SPOC server" },
		{ "2.23.136.1.1.11.1", "visible digital seal signing" },
		{ "2.23.136.1.1.14.2", "VDS-NC signing" },
		{ "1.3.6.1.5.5.7.3.1", "TLS server" },
		{ "1.3.6.1.5.5.7.3.2", "TLS client" },
	};

	for (size_t i = 0; i < NELEM(names); i++)
		if (strcmp(oid, names[i].oid) == 0)
			return names[i].name;
	return oid;
}

static void
purposes_row(struct view *v, const struct cert *c)
{
	struct der d = der_reader(c->eku), seq;
	struct buf value = BUF_INIT;
	struct err err = ERR_INIT;
	struct tlv skipped;
	char oid[128];

	if (cert_has_eku(c, oid_eku_ledger))
		buf_str(&value, "signing of ledger heads");
	else if (der_enter(&d, DER_SEQUENCE, &seq, "extKeyUsage", &err) == 0)
		while (der_more(&seq)) {
			if (der_get_oid(&seq, oid, sizeof(oid), "extKeyUsage", &err) == -1) {
				if (der_next(&seq, &skipped, "extKeyUsage", &err) == -1)
					break;
				snprintf(oid, sizeof(oid), "another");
			}
			buf_printf(&value, "%s%s", value.n > 0 ? ", " : "", purpose_name(oid));
		}
	row(v, "purpose", "purposes", &value);
}

/* GeneralNames as a person reads them. */
static void
put_general_names(struct buf *out, struct der names)
{
	struct err err = ERR_INIT;
	struct tlv one;

	while (der_more(&names) && der_next(&names, &one, "name", &err) == 0) {
		if (out->n > 0)
			buf_str(out, "; ");
		if (one.tag == DER_CONTEXT_CONS(4)) {
			buf_str(out, "directory ");
			certview_name(one.value, out);
		} else if (one.tag == DER_CONTEXT(1) || one.tag == DER_CONTEXT(2) || one.tag == DER_CONTEXT(6))
			text_show(one.value, out);
		else
			buf_printf(out, "name of form [%u]", (unsigned)(one.tag & 0x1f));
	}
}

static void
alt_row(struct view *v, const char *label, const char *key, struct bytes value)
{
	struct der d = der_reader(value), names;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;

	if (der_enter(&d, DER_SEQUENCE, &names, "name", &err) == 0)
		put_general_names(&text, names);
	row(v, label, key, &text);
}

static void
points_row(struct view *v, struct bytes value)
{
	struct der d = der_reader(value), points, point, outer, full;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;

	if (der_enter(&d, DER_SEQUENCE, &points, "points", &err) == 0)
		while (der_more(&points) && der_enter(&points, DER_SEQUENCE, &point, "points", &err) == 0)
			if (der_enter(&point, DER_CONTEXT_CONS(0), &outer, "points", &err) == 0 &&
				der_enter(&outer, DER_CONTEXT_CONS(0), &full, "points", &err) == 0)
				put_general_names(&text, full);
	row(v, "revocation list at", "crl_distribution_points", &text);
}

static void
types_row(struct view *v, const struct cert *c)
{
	struct buf value = BUF_INIT;

	for (unsigned i = 0; i < c->ndocument_types; i++) {
		buf_str(&value, i > 0 ? ", " : "");
		text_show(bytes_str(c->document_type[i]), &value);
	}
	row(v, "document types", "document_types", &value);
}

static void
known_extension(struct view *v, const struct cert *c, enum extension e, struct bytes value)
{
	switch (e) {
	case EXT_AKI:
		hex_row(v, "issuer's key identifier", "authority_key_identifier", c->aki);
		break;
	case EXT_SKI:
		hex_row(v, "key identifier", "subject_key_identifier", c->ski);
		break;
	case EXT_KEY_USAGE:
		usage_row(v, c);
		break;
	case EXT_KEY_PERIOD:
		if (c->has_key_from)
			time_row(v, "private key used from", "private_key_from", c->key_from);
		if (c->has_key_to)
			time_row(v, "private key used until", "private_key_to", c->key_to);
		break;
	case EXT_SAN:
		alt_row(v, "subject's other names", "subject_alt_name", value);
		break;
	case EXT_IAN:
		alt_row(v, "issuer's other names", "issuer_alt_name", value);
		break;
	case EXT_BASIC_CONSTRAINTS:
		if (!c->is_ca)
			rowf(v, "may issue", "basic_constraints", "nothing");
		else if (c->path_len < 0)
			rowf(v, "may issue", "basic_constraints", "certificates, with CAs below it");
		else
			rowf(v, "may issue", "basic_constraints", c->path_len == 0 ? "certificates, with no CA below it" : "certificates, with %d levels of CAs below it", c->path_len);
		break;
	case EXT_EKU:
		purposes_row(v, c);
		break;
	case EXT_CRL_POINTS:
		points_row(v, value);
		break;
	case EXT_NAME_CHANGE:
		rowf(v, "name change", "name_change", "the CSCA's name has changed");
		break;
	case EXT_DOCUMENT_TYPES:
		types_row(v, c);
		break;
	case EXT_POLICIES:
		rowf(v, "policies", "certificate_policies", "stated");
		break;
	case EXTENSIONS:
		break;
	}
}

static void
extension_row(struct view *v, const struct cert *c, struct der *list, struct err *err)
{
	struct der ext;
	struct bytes ignored, value = BYTES_NONE;
	char oid[128];

	if (der_enter(list, DER_SEQUENCE, &ext, "extension", err) == -1 || der_get_oid(&ext, oid, sizeof(oid), "extension", err) == -1 ||
		der_optional(&ext, DER_BOOLEAN, &ignored, "extension", err) == -1 || der_get(&ext, DER_OCTET_STRING, &value, "extension", err) == -1)
		return;
	for (enum extension e = 0; e < EXTENSIONS; e++)
		if (strcmp(oid, extensions[e].oid) == 0) {
			known_extension(v, c, e, value);
			return;
		}
	hex_row(v, oid, oid, value);
}

static void
extension_rows(struct view *v, const struct cert *c)
{
	struct der d = der_reader(c->tbs), tbs, outer, list;
	struct err err = ERR_INIT;
	struct tlv tlv = { 0 };

	if (der_enter(&d, DER_SEQUENCE, &tbs, "certificate", &err) == -1)
		return;
	while (tlv.tag != DER_CONTEXT_CONS(3))
		if (!der_more(&tbs) || der_next(&tbs, &tlv, "certificate", &err) == -1)
			return;
	outer = der_reader(tlv.value);
	if (der_enter(&outer, DER_SEQUENCE, &list, "extensions", &err) == -1)
		return;
	v->is_extension = true;
	if (v->text != NULL)
		buf_str(v->text, "extensions\n");
	while (der_more(&list) && err.kind == FAIL_NONE)
		extension_row(v, c, &list, &err);
	v->is_extension = false;
}

/* ---- the whole ---- */

static void
key_row(struct view *v, const struct cert *c)
{
	if (c->key->type == KEY_EC)
		rowf(v, "public key", "public_key", "EC %s, %s parameters", c->key->curve->name, c->key->is_explicit ? "explicit" : "named");
	else if (c->key->type == KEY_UNUSABLE)
		rowf(v, "public key", "public_key", "cannot be used: %s", c->key_problem);
	else
		rowf(v, "public key", "public_key", "RSA with %u bits", c->key->bits);
}

static void
fingerprint_rows(struct view *v, const struct cert *c)
{
	uint8_t sha1[SHA_DIGEST_LENGTH];
	char sha256[65];

	rowf(v, "SHA-256 fingerprint", "sha256", "%s", certview_sha256(c, sha256));
	SHA1(c->der.p, c->der.n, sha1);
	hex_row(v, "SHA-1 fingerprint", "sha1", BYTES(sha1, sizeof(sha1)));
}

static void
rows(struct view *v, const struct cert *c)
{
	rowf(v, "kind", "kind", "%s", profiles[lint_profile_of(c)].name);
	name_row(v, "subject", "subject", c->subject);
	name_row(v, "issuer", "issuer", c->issuer);
	hex_row(v, "serial number", "serial_number", c->serial);
	time_row(v, "valid from", "not_before", c->not_before);
	time_row(v, "valid until", "not_after", c->not_after);
	rowf(v, "signed with", "signature_algorithm", "%s%s", c->sigalg != NULL ? c->sigalg->name : "an algorithm not of Doc 9303-12", c->sigalg != NULL && c->sigalg->is_weak ? " (weak)" : "");
	key_row(v, c);
	extension_rows(v, c);
	if (c->malformed[0] != '\0')
		rowf(v, "unreadable", "malformed", "%s", c->malformed);
	fingerprint_rows(v, c);
}

int
certview_text(const struct cert *cert, struct buf *out, struct err *err)
{
	struct view v = { .text = out };

	rows(&v, cert);
	return v.failed ? err_set(err, FAIL_INTERNAL, "out of memory") : buf_check(out, err);
}

int
certview_json(const struct cert *cert, json_t **out, struct err *err)
{
	struct view v = { .object = json_object(), .extensions = json_object() };

	if (v.object != NULL && v.extensions != NULL)
		rows(&v, cert);
	if (v.object == NULL || v.extensions == NULL || v.failed || json_object_set(v.object, "extensions", v.extensions) == -1) {
		json_decref(v.object);
		json_decref(v.extensions);
		return err_set(err, FAIL_INTERNAL, "out of memory");
	}
	json_decref(v.extensions);
	*out = v.object;
	return 0;
}
