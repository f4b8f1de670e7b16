/* What certificates, CRLs and SignedData are made of: names, serial numbers, times, algorithms, keys. */
#include <stdio.h>

#include "pki/lint-local.h"
#include "registry/base/text.h"

/* ---- DER ---- */

bool
lint_is_der(struct lint *l, struct bytes in, enum lint_code code, const char *what)
{
	struct err err = ERR_INIT;

	if (der_check(in, what, &err) == 0)
		return true;
	lint_add(l, code, "%s", err.text);
	return false;
}

/* ---- names ---- */

bool
is_upper_letters(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 'A' || s.p[i] > 'Z')
			return false;
	return s.n > 0;
}

static bool
is_printable_string(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && memchr(" '()+,-./:=?", c, 12) == NULL)
			return false;
	}
	return true;
}

static void
country_check(struct lint *l, const struct tlv *value, const char *what)
{
	struct bytes c = value->value;
	uint8_t upper[2];

	if (value->tag != DER_PRINTABLE_STRING)
		lint_add(l, LINT_COUNTRY_STRING, "%s: countryName has tag %02X, PrintableString is wanted", what, (unsigned)value->tag);
	if (c.n == 2)
		for (size_t i = 0; i < 2; i++)
			upper[i] = c.p[i] >= 'a' && c.p[i] <= 'z' ? (uint8_t)(c.p[i] - 'a' + 'A') : c.p[i];
	if (c.n != 2 || !is_upper_letters(BYTES(upper, 2)))
		lint_add(l, LINT_COUNTRY_LENGTH, "%s: countryName has %zu octets, two letters are wanted", what, c.n);
	else if (!is_upper_letters(c))
		lint_add(l, LINT_COUNTRY_LOWER, "%s: countryName is not in upper case", what);
}

static void
string_check(struct lint *l, const struct tlv *value, const char *what, const char *oid)
{
	bool is_utf8 = value->tag == DER_UTF8_STRING, is_printable = value->tag == DER_PRINTABLE_STRING;
	/* domainComponent and emailAddress are IA5String by their own definition. */
	bool is_ia5 = value->tag == DER_IA5_STRING && (strcmp(oid, "0.9.2342.19200300.100.1.25") == 0 || strcmp(oid, "1.2.840.113549.1.9.1") == 0);

	if (strcmp(oid, "2.5.4.5") == 0 && !is_printable)
		lint_add(l, LINT_SERIAL_ATTRIBUTE, "%s: serialNumber attribute has tag %02X, PrintableString is wanted", what, (unsigned)value->tag);
	else if (!is_utf8 && !is_printable && !is_ia5)
		lint_add(l, LINT_NAME_STRING, "%s: attribute %s has tag %02X, PrintableString or UTF8String is wanted", what, oid, (unsigned)value->tag);
	if ((is_printable && !is_printable_string(value->value)) || (is_utf8 && !text_is_utf8(value->value)))
		lint_add(l, LINT_NAME_CHARACTERS, "%s: attribute %s holds octets that are none of its string type", what, oid);
	if (value->value.n > 64 && (!is_utf8 || text_length(value->value) > 64))
		lint_add(l, LINT_NAME_LENGTH, "%s: attribute %s has %zu octets, more than 64 characters", what, oid, value->value.n);
}

static void
keep(char *to, size_t size, struct bytes from)
{
	size_t n = from.n < size - 1 ? from.n : size - 1;

	if (n > 0)
		memcpy(to, from.p, n);
	to[n] = '\0';
}

static void
attribute_lint(struct lint *l, const char *oid, const struct tlv *value, const char *what, struct name_facts *f)
{
	f->attributes++;
	if (strcmp(oid, "2.5.4.6") == 0) {
		if (f->countries++ == 0)
			keep(f->country, sizeof(f->country), value->value);
		country_check(l, value, what);
		return;
	}
	if (strcmp(oid, "2.5.4.3") == 0 && f->cns++ == 0) {
		keep(f->cn, sizeof(f->cn), value->value);
		f->is_cn_printable = value->tag == DER_PRINTABLE_STRING;
	}
	string_check(l, value, what, oid);
}

static int
rdn_lint(struct lint *l, struct der rdn, const char *what, struct name_facts *f, struct err *err)
{
	struct der attribute;
	struct tlv value;
	char oid[128];

	while (der_more(&rdn)) {
		if (der_enter(&rdn, DER_SEQUENCE, &attribute, what, err) == -1 ||
			der_get_oid(&attribute, oid, sizeof(oid), what, err) == -1 || der_next(&attribute, &value, what, err) == -1 ||
			der_end(&attribute, what, err) == -1)
			return -1;
		attribute_lint(l, oid, &value, what, f);
	}
	return 0;
}

void
lint_name(struct lint *l, struct bytes name, const char *what, struct name_facts *facts)
{
	struct der d = der_reader(name), rdns, rdn;
	struct name_facts f = { .attributes = 0 };
	struct err err = ERR_INIT;
	int rc = der_enter(&d, DER_SEQUENCE, &rdns, what, &err);

	while (rc == 0 && der_more(&rdns)) {
		rc = der_enter(&rdns, DER_SET, &rdn, what, &err);
		if (rc == 0)
			rc = rdn_lint(l, rdn, what, &f, &err);
	}
	if (rc == -1)
		lint_add(l, LINT_UNREADABLE_PART, "%s", err.text);
	else if (f.countries == 0)
		lint_add(l, LINT_COUNTRY_ABSENT, "%s: no countryName", what);
	if (rc == 0 && f.cns == 0)
		lint_add(l, LINT_CN_ABSENT, "%s: no commonName", what);
	*facts = f;
}

enum { NAME_ATTRIBUTES = 32 };

struct flat_name {
	struct {
		struct bytes oid, value;
	} attribute[NAME_ATTRIBUTES];
	unsigned n;
};

static bool
name_flatten(struct bytes name, struct flat_name *f)
{
	struct der d = der_reader(name), rdns, rdn, attribute;
	struct err err = ERR_INIT;
	struct tlv oid, value;

	f->n = 0;
	if (der_enter(&d, DER_SEQUENCE, &rdns, "name", &err) == -1)
		return false;
	while (der_more(&rdns)) {
		if (der_enter(&rdns, DER_SET, &rdn, "name", &err) == -1)
			return false;
		while (der_more(&rdn)) {
			if (f->n == NAME_ATTRIBUTES || der_enter(&rdn, DER_SEQUENCE, &attribute, "name", &err) == -1 ||
				der_next(&attribute, &oid, "name", &err) == -1 || der_next(&attribute, &value, "name", &err) == -1)
				return false;
			f->attribute[f->n].oid = oid.value;
			f->attribute[f->n++].value = value.value;
		}
	}
	return true;
}

bool
lint_same_name(struct bytes a, struct bytes b)
{
	struct flat_name x, y;

	if (bytes_equal(a, b))
		return true;
	if (!name_flatten(a, &x) || !name_flatten(b, &y) || x.n != y.n)
		return false;
	for (unsigned i = 0; i < x.n; i++)
		if (!bytes_equal(x.attribute[i].oid, y.attribute[i].oid) || !bytes_equal(x.attribute[i].value, y.attribute[i].value))
			return false;
	return true;
}

/* ---- serial numbers ---- */

void
lint_serial(struct lint *l, struct bytes s, const char *what)
{
	bool is_zero = true;

	for (size_t i = 0; i < s.n; i++)
		is_zero &= s.p[i] == 0;
	if (is_zero || (s.p[0] & 0x80) != 0)
		lint_add(l, LINT_SERIAL_NOT_POSITIVE, "%s: %s, a positive number is wanted", what, is_zero ? "zero" : "negative");
	if (s.n > 20)
		lint_add(l, LINT_SERIAL_TOO_LONG, "%s: %zu octets, at most 20", what, s.n);
	if (s.n > 1 && ((s.p[0] == 0 && (s.p[1] & 0x80) == 0) || (s.p[0] == 0xff && (s.p[1] & 0x80) != 0)))
		lint_add(l, LINT_SERIAL_NOT_MINIMAL, "%s: octets in front that say nothing", what);
}

/* ---- times ---- */

bool
lint_time(struct lint *l, const struct tlv *time, const char *what, int64_t *at)
{
	static const int64_t year_2050 = INT64_C(2524608000);
	struct der d = der_reader(time->whole);
	struct err err = ERR_INIT;

	if (der_get_time(&d, at, what, &err) == -1) {
		lint_add(l, LINT_TIME_FORM, "%s", err.text);
		return false;
	}
	if (time->tag == DER_GENERALIZED_TIME && *at < year_2050)
		lint_add(l, LINT_TIME_GENERALIZED, "%s: GeneralizedTime, UTCTime is wanted to the end of 2049", what);
	return true;
}

/* ---- algorithms ---- */

/* Parameters as the two RFCs want them written: absent for ECDSA, NULL for PKCS #1, for PSS no value that is the default. */
static void
parameters_check(struct lint *l, struct bytes algorithm, const struct sigalg *alg, const char *what)
{
	struct der d = der_reader(algorithm), seq, pss;
	struct err err = ERR_INIT;
	struct tlv oid, parameters = { 0 };

	if (der_enter(&d, DER_SEQUENCE, &seq, what, &err) == -1 || der_next(&seq, &oid, what, &err) == -1)
		return;
	if (der_more(&seq) && der_next(&seq, &parameters, what, &err) == -1)
		return;
	if (alg->key == KEY_EC && parameters.tag != 0)
		lint_add(l, LINT_ALGORITHM_PARAMETERS, "%s: %s with parameters, they are to be absent", what, alg->name);
	else if (alg->key == KEY_RSA && !alg->is_pss && parameters.tag != DER_NULL)
		lint_add(l, LINT_ALGORITHM_PARAMETERS, "%s: %s without the parameters NULL", what, alg->name);
	else if (alg->is_pss && parameters.tag != DER_SEQUENCE)
		lint_add(l, LINT_ALGORITHM_PARAMETERS, "%s: %s without parameters", what, alg->name);
	else if (alg->is_pss) {
		pss = der_reader(parameters.value);
		while (der_more(&pss) && der_next(&pss, &parameters, what, &err) == 0)
			if (parameters.tag == DER_CONTEXT_CONS(3))
				lint_add(l, LINT_ALGORITHM_PARAMETERS, "%s: PSS with the trailer field, which has one value only", what);
	}
}

const struct sigalg *
lint_sigalg(struct lint *l, struct bytes algorithm, unsigned digest_bits, struct sigalg *room, const char *what)
{
	const struct sigalg *alg;
	struct err err = ERR_INIT;

	if (sigalg_get(algorithm, digest_bits, room, &alg, &err) == -1) {
		lint_add(l, LINT_ALGORITHM_UNKNOWN, "%s: %s", what, err.text);
		return NULL;
	}
	if (alg->is_weak)
		lint_add(l, LINT_HASH_WEAK, "%s: %s, SHA-224 or better is wanted", what, alg->name);
	if (alg->is_unusual && alg->mask_bits != alg->hash_bits)
		lint_add(l, LINT_PSS_MASK, "%s: %s with a mask by %s", what, alg->name, digest_name(alg->mask_bits));
	if (digest_bits == 0)
		parameters_check(l, algorithm, alg, what);
	return alg;
}

/* ---- keys ---- */

static void
ec_lint(struct lint *l, struct bytes parameters, struct bytes point)
{
	struct der d = der_reader(parameters), top;
	struct err err = ERR_INIT;
	const struct curve *curve = NULL;
	struct bytes base;
	struct tlv tlv;
	bool is_explicit;
	unsigned n = 0;

	if (point.n > 0 && point.p[0] != 4)
		lint_add(l, LINT_POINT_COMPRESSED, "public key: point begins with %02X, the uncompressed form 04 is wanted", point.p[0]);
	if (curve_of_parameters(parameters, &curve, &is_explicit, &err) == -1) {
		lint_add(l, LINT_EC_PARAMETERS, "%s", err.text);
		return;
	}
	if (curve->is_weak)
		lint_add(l, LINT_KEY_SHORT, "public key: %s, at least 224 bits are wanted", curve->name);
	if (!is_explicit) {
		lint_add(l, LINT_NAMED_CURVE, "public key: %s by its name, explicit parameters are wanted", curve->name);
		return;
	}
	if (der_enter(&d, DER_SEQUENCE, &top, "EC parameters", &err) == -1)
		return;
	while (der_more(&top) && der_next(&top, &tlv, "EC parameters", &err) == 0) {
		if (n == 3) {
			base = tlv.value;
			if (base.n > 0 && base.p[0] != 4)
				lint_add(l, LINT_POINT_COMPRESSED, "public key: base point begins with %02X, the uncompressed form 04 is wanted", base.p[0]);
		}
		n++;
	}
	if (n < 6)
		lint_add(l, LINT_COFACTOR_ABSENT, "public key: explicit parameters without cofactor");
}

static unsigned
number_bits(struct bytes n)
{
	unsigned bits;

	while (n.n > 0 && n.p[0] == 0)
		n = BYTES(n.p + 1, n.n - 1);
	if (n.n == 0 || n.n > 4096)
		return 0;
	bits = (unsigned)n.n * 8;
	for (uint8_t top = n.p[0]; (top & 0x80) == 0; top = (uint8_t)(top << 1))
		bits--;
	return bits;
}

static void
rsa_lint(struct lint *l, uint32_t parameters, bool is_pss, struct bytes key)
{
	struct der d = der_reader(key), seq;
	struct bytes n, e;
	struct err err = ERR_INIT;

	if (!is_pss && parameters != DER_NULL)
		lint_add(l, LINT_RSA_PARAMETERS, "public key: rsaEncryption without the parameters NULL");
	if (der_enter(&d, DER_SEQUENCE, &seq, "RSA key", &err) == -1 || der_get(&seq, DER_INTEGER, &n, "RSA modulus", &err) == -1 ||
		der_get(&seq, DER_INTEGER, &e, "RSA exponent", &err) == -1) {
		lint_add(l, LINT_UNREADABLE_PART, "%s", err.text);
		return;
	}
	if (number_bits(n) < 2048)
		lint_add(l, LINT_KEY_SHORT, "public key: RSA with %u bits, at least 2048 are wanted", number_bits(n));
	if (number_bits(e) < 17 || (e.p[e.n - 1] & 1) == 0)
		lint_add(l, LINT_RSA_EXPONENT, "public key: RSA exponent of %u bits, an odd number from 65537 on is wanted", number_bits(e));
}

void
lint_key(struct lint *l, struct bytes spki)
{
	struct der d = der_reader(spki), top, alg;
	struct err err = ERR_INIT;
	struct tlv parameters = { 0 };
	struct bytes bits;
	unsigned unused;
	char oid[128];

	if (der_enter(&d, DER_SEQUENCE, &top, "public key", &err) == -1 ||
		der_enter(&top, DER_SEQUENCE, &alg, "public key algorithm", &err) == -1 ||
		der_get_oid(&alg, oid, sizeof(oid), "public key algorithm", &err) == -1 ||
		(der_more(&alg) && der_next(&alg, &parameters, "public key parameters", &err) == -1) ||
		der_get_bits(&top, &bits, &unused, "public key", &err) == -1) {
		lint_add(l, LINT_UNREADABLE_PART, "%s", err.text);
		return;
	}
	if (strcmp(oid, "1.2.840.10045.2.1") == 0)
		ec_lint(l, parameters.whole, bits);
	else if (strcmp(oid, "1.2.840.113549.1.1.1") == 0 || strcmp(oid, "1.2.840.113549.1.1.10") == 0)
		rsa_lint(l, parameters.tag, strcmp(oid, "1.2.840.113549.1.1.10") == 0, bits);
	else
		lint_add(l, LINT_KEY_UNKNOWN, "public key: algorithm %s is neither RSA nor EC", oid);
}
