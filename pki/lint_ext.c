/* Extensions of certificates: which are there, which critical, and what they say.  Doc 9303-12 7.1.1 table 6. */
#include <stdio.h>

#include <openssl/sha.h>

#include "pki/lint-local.h"
#include "registry/doc9303/states.h"

/* ---- reading the list ---- */

static int
extension_read(struct lint *l, struct der *list, struct raw_extension *e, struct err *err)
{
	struct der ext;
	struct bytes flag;

	*e = (struct raw_extension){ .is_critical = false };
	if (der_enter(list, DER_SEQUENCE, &ext, "extension", err) == -1 ||
		der_get_oid(&ext, e->oid, sizeof(e->oid), "extension", err) == -1)
		return -1;
	if (der_peek(&ext) == DER_BOOLEAN) {
		if (der_get(&ext, DER_BOOLEAN, &flag, e->oid, err) == -1)
			return -1;
		if (flag.n != 1 || (flag.p[0] != 0 && flag.p[0] != 0xff))
			lint_add(l, LINT_BOOLEAN, "extension %s: critical is neither 00 nor FF", e->oid);
		else if (flag.p[0] == 0)
			lint_add(l, LINT_DEFAULT_ENCODED, "extension %s: critical FALSE is the default and not to be encoded", e->oid);
		e->is_critical = flag.n == 0 || flag.p[0] != 0;
	}
	if (der_get(&ext, DER_OCTET_STRING, &e->value, e->oid, err) == -1)
		return -1;
	return der_end(&ext, e->oid, err);
}

void
lint_extensions_read(struct lint *l, struct bytes list, struct raw_extensions *out)
{
	struct der d = der_reader(list);
	struct err err = ERR_INIT;

	out->n = 0;
	while (der_more(&d)) {
		struct raw_extension *e = &out->e[out->n];

		if (out->n == LINT_MAX_EXTENSIONS) {
			lint_add(l, LINT_UNREADABLE_PART, "extensions: more than %d", LINT_MAX_EXTENSIONS);
			return;
		}
		if (extension_read(l, &d, e, &err) == -1) {
			lint_add(l, LINT_UNREADABLE_PART, "%s", err.text);
			return;
		}
		if (raw_extension_find(out, e->oid) != NULL)
			lint_add(l, LINT_EXTENSION_TWICE, "extension %s: there twice", e->oid);
		else
			out->n++;
	}
}

const struct raw_extension *
raw_extension_find(const struct raw_extensions *x, const char *oid)
{
	for (unsigned i = 0; i < x->n; i++)
		if (strcmp(x->e[i].oid, oid) == 0)
			return &x->e[i];
	return NULL;
}

static void
malformed(struct lint *l, const char *name, const struct err *err)
{
	lint_add(l, LINT_EXTENSION_MALFORMED, "%s: %s", name, err->text);
}

/* ---- key identifiers ---- */

struct bytes
raw_ski(const struct raw_extensions *x)
{
	const struct raw_extension *e = raw_extension_find(x, extensions[EXT_SKI].oid);
	struct der d = der_reader(e != NULL ? e->value : BYTES_NONE);
	struct err err = ERR_INIT;
	struct bytes ski = BYTES_NONE;

	return der_get(&d, DER_OCTET_STRING, &ski, "subjectKeyIdentifier", &err) == 0 ? ski : BYTES_NONE;
}

struct bytes
raw_aki(const struct raw_extensions *x)
{
	const struct raw_extension *e = raw_extension_find(x, extensions[EXT_AKI].oid);
	struct der d = der_reader(e != NULL ? e->value : BYTES_NONE), seq;
	struct err err = ERR_INIT;
	struct bytes aki = BYTES_NONE;

	if (der_enter(&d, DER_SEQUENCE, &seq, "authorityKeyIdentifier", &err) == -1 ||
		der_optional(&seq, DER_CONTEXT(0), &aki, "authorityKeyIdentifier", &err) != 1)
		return BYTES_NONE;
	return aki;
}

struct bytes
lint_aki(struct lint *l, const struct raw_extension *e)
{
	static const char what[] = "authorityKeyIdentifier";
	struct der d = der_reader(e->value), seq;
	struct err err = ERR_INIT;
	struct bytes key = BYTES_NONE, issuer, serial;
	int has_issuer = 0, has_serial = 0;

	if (der_enter(&d, DER_SEQUENCE, &seq, what, &err) == -1 || der_optional(&seq, DER_CONTEXT(0), &key, what, &err) == -1 ||
		(has_issuer = der_optional(&seq, DER_CONTEXT_CONS(1), &issuer, what, &err)) == -1 ||
		(has_serial = der_optional(&seq, DER_CONTEXT(2), &serial, what, &err)) == -1 || der_end(&seq, what, &err) == -1 ||
		der_end(&d, what, &err) == -1) {
		malformed(l, what, &err);
		return BYTES_NONE;
	}
	if (key.n == 0)
		lint_add(l, LINT_AKI_KEY_ABSENT, "authorityKeyIdentifier: no keyIdentifier");
	if (has_issuer != has_serial)
		lint_add(l, LINT_AKI_PARTIAL, "authorityKeyIdentifier: %s without %s", has_issuer ? "authorityCertIssuer" : "authorityCertSerialNumber",
			has_issuer ? "authorityCertSerialNumber" : "authorityCertIssuer");
	return key;
}

static void
aki_value(struct lint *l, const struct raw_extension *e, const struct extension_facts *f)
{
	(void)f;
	lint_aki(l, e);
}

static void
ski_value(struct lint *l, const struct raw_extension *e, const struct extension_facts *f)
{
	struct der d = der_reader(e->value);
	struct err err = ERR_INIT;
	struct bytes ski;
	uint8_t sha1[SHA_DIGEST_LENGTH];

	if (der_get(&d, DER_OCTET_STRING, &ski, "subjectKeyIdentifier", &err) == -1 || der_end(&d, "subjectKeyIdentifier", &err) == -1) {
		malformed(l, "subjectKeyIdentifier", &err);
		return;
	}
	if (f->spki_bits.n == 0)
		return;
	SHA1(f->spki_bits.p, f->spki_bits.n, sha1);
	if (!bytes_equal(ski, BYTES(sha1, sizeof(sha1))))
		lint_add(l, LINT_SKI_DERIVATION, "subjectKeyIdentifier: %zu octets, not the SHA-1 of the public key", ski.n);
}

/* ---- key usage ---- */

static bool
key_usage_read(struct bytes value, unsigned *usage, struct bytes *octets, unsigned *unused, struct err *err)
{
	struct der d = der_reader(value);

	if (der_get_bits(&d, octets, unused, "keyUsage", err) == -1 || der_end(&d, "keyUsage", err) == -1)
		return false;
	*usage = 0;
	for (size_t i = 0; i < 9 && i < octets->n * 8; i++)
		if (octets->p[i / 8] & (0x80 >> (i % 8)))
			*usage |= 1u << i;
	return true;
}

unsigned
raw_key_usage(const struct raw_extensions *x)
{
	const struct raw_extension *e = raw_extension_find(x, extensions[EXT_KEY_USAGE].oid);
	struct err err = ERR_INIT;
	struct bytes octets;
	unsigned usage, unused;

	return e != NULL && key_usage_read(e->value, &usage, &octets, &unused, &err) ? usage : 0;
}

static const char *
usage_names(unsigned usage, char *out, size_t size)
{
	static const char *const names[] = { "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
		"keyCertSign", "cRLSign", "encipherOnly", "decipherOnly" };
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < NELEM(names) && n < size; i++)
		if (usage & 1u << i)
			n += (size_t)snprintf(out + n, size - n, "%s%s", n > 0 ? ", " : "", names[i]);
	return out;
}

static void
key_usage_value(struct lint *l, const struct raw_extension *e, const struct extension_facts *f)
{
	const struct profile *p = &profiles[f->profile];
	struct err err = ERR_INIT;
	struct bytes octets = BYTES_NONE;
	unsigned usage = 0, unused = 0, extra, missing;
	char text[160];

	if (!key_usage_read(e->value, &usage, &octets, &unused, &err)) {
		malformed(l, "keyUsage", &err);
		return;
	}
	extra = usage & ~(p->key_usage | p->key_usage_optional);
	missing = p->key_usage & ~usage;
	if (extra != 0)
		lint_add(l, LINT_KU_EXTRA_BITS, "keyUsage: %s, not for a %s", usage_names(extra, text, sizeof(text)), p->name);
	if (missing != 0)
		lint_add(l, LINT_KU_MISSING_BITS, "keyUsage: no %s, which a %s needs", usage_names(missing, text, sizeof(text)), p->name);
	if (octets.n == 0 || (octets.p[octets.n - 1] & (1u << unused)) == 0)
		lint_add(l, LINT_KU_TRAILING, "keyUsage: zero bits after the last one bit");
}

/* ---- private key usage period ---- */

#define DAY INT64_C(86400)

/* 1 there, 0 not there, -1 there and no GeneralizedTime. */
static int
period_end(struct lint *l, struct der *seq, unsigned n, int64_t *at)
{
	struct buf copy = BUF_INIT;
	struct err err = ERR_INIT;
	struct bytes value;
	struct der d;
	int there = der_optional(seq, DER_CONTEXT(n), &value, "privateKeyUsagePeriod", &err), rc;

	if (there == 0)
		return 0;
	if (there == -1 || value.n > 64) {
		lint_add(l, LINT_PKUP_FORM, "privateKeyUsagePeriod: %s is no GeneralizedTime", n == 0 ? "notBefore" : "notAfter");
		return -1;
	}
	der_header(&copy, DER_GENERALIZED_TIME, value.n);
	buf_bytes(&copy, value);
	d = der_reader(bytes_of(&copy));
	rc = copy.failed || der_get_time(&d, at, "privateKeyUsagePeriod", &err) == -1 ? -1 : 1;
	if (rc == -1)
		lint_add(l, LINT_PKUP_FORM, "privateKeyUsagePeriod: %s is no GeneralizedTime YYYYMMDDhhmmssZ", n == 0 ? "notBefore" : "notAfter");
	buf_clear(&copy);
	return rc;
}

static void
period_plausible(struct lint *l, bool has_from, int64_t from, bool has_to, int64_t to, const struct extension_facts *f)
{
	static const struct {
		int profile;
		int days;    /* key in use at most: 9303-12 4.3 */
		int outlive; /* days the certificate is to live on at least: the shortest document it serves */
	} plan[] = { { PROFILE_CSCA_ROOT, 5 * 366, 5 * 365 }, { PROFILE_DOCUMENT_SIGNER, 100, 180 } };
	const struct moments *v = f->validity;

	if (has_from && has_to && from >= to) {
		lint_add(l, LINT_PKUP_INVERTED, "privateKeyUsagePeriod: ends before it begins");
		return;
	}
	if (!v->is_known)
		return;
	if ((has_from && (from < v->not_before || from > v->not_after)) || (has_to && (to > v->not_after || to < v->not_before)))
		lint_add(l, LINT_PKUP_OUTSIDE, "privateKeyUsagePeriod: reaches out of the certificate's validity");
	for (size_t i = 0; i < NELEM(plan); i++) {
		int64_t begin = has_from ? from : v->not_before;

		if (plan[i].profile != f->profile || !has_to)
			continue;
		if (to - begin > plan[i].days * DAY)
			lint_add(l, LINT_PKUP_LONG, "privateKeyUsagePeriod: %lld days, a %s signs %d at most", (long long)((to - begin) / DAY),
				profiles[f->profile].name, plan[i].days);
		if (v->not_after - to < plan[i].outlive * DAY)
			lint_add(l, LINT_VALIDITY_SHORT, "validity: ends %lld days after the key was last used, documents live longer", (long long)((v->not_after - to) / DAY));
	}
}

static void
period_value(struct lint *l, const struct raw_extension *e, const struct extension_facts *f)
{
	struct der d = der_reader(e->value), seq;
	struct err err = ERR_INIT;
	int64_t from = 0, to = 0;
	int has_from, has_to;

	if (der_enter(&d, DER_SEQUENCE, &seq, "privateKeyUsagePeriod", &err) == -1 || der_end(&d, "privateKeyUsagePeriod", &err) == -1) {
		malformed(l, "privateKeyUsagePeriod", &err);
		return;
	}
	has_from = period_end(l, &seq, 0, &from);
	has_to = has_from == -1 ? -1 : period_end(l, &seq, 1, &to);
	if (has_from == -1 || has_to == -1)
		return;
	if (der_more(&seq))
		lint_add(l, LINT_PKUP_FORM, "privateKeyUsagePeriod: %zu octets after the last member", seq.rest.n);
	else if (!has_from && !has_to)
		lint_add(l, LINT_PKUP_EMPTY, "privateKeyUsagePeriod: neither notBefore nor notAfter");
	else
		period_plausible(l, has_from == 1, from, has_to == 1, to, f);
}

/* ---- alternative names ---- */

struct alt_directory {
	char locality[8];
	size_t locality_len;
	unsigned nlocality, nstate, nother;
	bool is_printable;
};

static int
directory_read(struct bytes name, const char *what, struct alt_directory *a, struct err *err)
{
	struct der d = der_reader(name), rdns, rdn, attribute;
	struct tlv value;
	char oid[128];

	if (der_enter(&d, DER_SEQUENCE, &rdns, what, err) == -1)
		return -1;
	while (der_more(&rdns)) {
		if (der_enter(&rdns, DER_SET, &rdn, what, err) == -1)
			return -1;
		while (der_more(&rdn)) {
			if (der_enter(&rdn, DER_SEQUENCE, &attribute, what, err) == -1 ||
				der_get_oid(&attribute, oid, sizeof(oid), what, err) == -1 || der_next(&attribute, &value, what, err) == -1)
				return -1;
			if (strcmp(oid, "2.5.4.7") == 0) {
				a->nlocality++;
				a->locality_len = value.value.n;
				snprintf(a->locality, sizeof(a->locality), "%.*s", value.value.n < 7 ? (int)value.value.n : 7, (const char *)value.value.p);
			} else if (strcmp(oid, "2.5.4.8") == 0)
				a->nstate++;
			else
				a->nother++;
		}
	}
	return 0;
}

static void
locality_check(struct lint *l, const struct alt_directory *a, const char *what, const char *country)
{
	const char *two = states_two_letter(a->locality);

	if (a->nlocality == 0) {
		lint_add(l, LINT_ALT_LOCALITY_ABSENT, "%s: directoryName without localityName", what);
		return;
	}
	if (a->nlocality > 1 || a->locality_len > 3 || a->locality_len == 2 || !is_upper_letters(BYTES(a->locality, strlen(a->locality))))
		lint_add(l, LINT_ALT_LOCALITY, "%s: localityName is not the State's code as in the MRZ", what);
	else if (two == NULL)
		lint_add(l, LINT_ALT_STATE, "%s: localityName %s is no State of Doc 9303-3", what, a->locality);
	else if (strlen(country) == 2 && !((country[0] | 0x20) == (two[0] | 0x20) && (country[1] | 0x20) == (two[1] | 0x20)))
		lint_add(l, LINT_ALT_STATE, "%s: localityName %s, countryName is not %s", what, a->locality, two);
}

void
lint_alt_name(struct lint *l, struct bytes in, const char *what, const char *country)
{
	struct der d = der_reader(in), names;
	struct alt_directory a = { .nlocality = 0 };
	struct err err = ERR_INIT;
	struct tlv name;
	bool has_directory = false, has_contact = false;

	if (der_enter(&d, DER_SEQUENCE, &names, what, &err) == -1 || der_end(&d, what, &err) == -1)
		goto bad;
	while (der_more(&names)) {
		if (der_next(&names, &name, what, &err) == -1)
			goto bad;
		if (name.tag == DER_CONTEXT_CONS(4)) {
			has_directory = true;
			if (directory_read(name.value, what, &a, &err) == -1)
				goto bad;
		} else if (name.tag == DER_CONTEXT(1) || name.tag == DER_CONTEXT(2) || name.tag == DER_CONTEXT(6))
			has_contact = true;
	}
	if (!has_directory)
		lint_add(l, LINT_ALT_NO_DIRECTORY, "%s: no directoryName with the State's code", what);
	else
		locality_check(l, &a, what, country);
	if (a.nother > 0)
		lint_add(l, LINT_ALT_EXTRA, "%s: directoryName with %u attributes beside localityName and stateOrProvinceName", what, a.nother);
	if (!has_contact)
		lint_add(l, LINT_ALT_CONTACT, "%s: no mail address, DNS name or URI", what);
	return;
bad:
	malformed(l, what, &err);
}

static void
san_value(struct lint *l, const struct raw_extension *e, const struct extension_facts *f)
{
	lint_alt_name(l, e->value, "subjectAltName", f->country);
}

static void
ian_value(struct lint *l, const struct raw_extension *e, const struct extension_facts *f)
{
	lint_alt_name(l, e->value, "issuerAltName", f->issuer_country);
}

/* ---- basic constraints ---- */

bool
raw_is_ca(const struct raw_extensions *x)
{
	const struct raw_extension *e = raw_extension_find(x, extensions[EXT_BASIC_CONSTRAINTS].oid);
	struct der d = der_reader(e != NULL ? e->value : BYTES_NONE), seq;
	struct err err = ERR_INIT;
	struct bytes flag;

	return der_enter(&d, DER_SEQUENCE, &seq, "basicConstraints", &err) == 0 &&
		der_optional(&seq, DER_BOOLEAN, &flag, "basicConstraints", &err) == 1 && flag.n == 1 && flag.p[0] != 0;
}

static void
basic_constraints_value(struct lint *l, const struct raw_extension *e, const struct extension_facts *f)
{
	static const char what[] = "basicConstraints";
	struct der d = der_reader(e->value), seq;
	struct err err = ERR_INIT;
	struct bytes flag = BYTES_NONE, number;
	int has_flag, has_path;

	if (der_enter(&d, DER_SEQUENCE, &seq, what, &err) == -1 || der_end(&d, what, &err) == -1 ||
		(has_flag = der_optional(&seq, DER_BOOLEAN, &flag, what, &err)) == -1 ||
		(has_path = der_optional(&seq, DER_INTEGER, &number, what, &err)) == -1 || der_end(&seq, what, &err) == -1) {
		malformed(l, what, &err);
		return;
	}
	if (has_flag == 1 && (flag.n != 1 || (flag.p[0] != 0 && flag.p[0] != 0xff)))
		lint_add(l, LINT_BOOLEAN, "basicConstraints: cA is neither 00 nor FF");
	else if (has_flag == 1 && flag.p[0] == 0)
		lint_add(l, LINT_DEFAULT_ENCODED, "basicConstraints: cA FALSE is the default and not to be encoded");
	if (profiles[f->profile].want[EXT_BASIC_CONSTRAINTS] != EXT_MANDATORY)
		return;
	if (has_flag == 0 || flag.n != 1 || flag.p[0] == 0)
		lint_add(l, LINT_CA_FALSE, "basicConstraints: cA is not true");
	if (has_path == 0)
		lint_add(l, LINT_PATHLEN_ABSENT, "basicConstraints: no pathLenConstraint, 0 is wanted");
	else if (number.n != 1 || number.p[0] != 0)
		lint_add(l, LINT_PATHLEN_NONZERO, "basicConstraints: pathLenConstraint is not 0");
}

/* ---- extended key usage ---- */

static bool
is_communication(const char *oid)
{
	static const char *const purposes[] = { "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.23.136.1.1.10.1", "2.23.136.1.1.10.2" };

	for (size_t i = 0; i < NELEM(purposes); i++)
		if (strcmp(oid, purposes[i]) == 0)
			return true;
	return false;
}

static void
eku_value(struct lint *l, const struct raw_extension *e, const struct extension_facts *f)
{
	const struct profile *p = &profiles[f->profile];
	struct der d = der_reader(e->value), seq;
	struct err err = ERR_INIT;
	unsigned n = 0;
	bool found = false;
	char oid[128] = "", other[128] = "";

	if (der_enter(&d, DER_SEQUENCE, &seq, "extKeyUsage", &err) == -1 || der_end(&d, "extKeyUsage", &err) == -1) {
		malformed(l, "extKeyUsage", &err);
		return;
	}
	for (; der_more(&seq); n++) {
		if (der_get_oid(&seq, oid, sizeof(oid), "extKeyUsage", &err) == -1) {
			/* Arcs of the UUID arc are longer than the reader takes: compared as octets below. */
			struct tlv tlv;

			if (der_next(&seq, &tlv, "extKeyUsage", &err) == -1 || tlv.tag != DER_OID) {
				malformed(l, "extKeyUsage", &err);
				return;
			}
			snprintf(oid, sizeof(oid), "of a long arc");
			if (p->eku != NULL) {
				struct der_out o = DER_OUT_INIT;

				cert_oid_put(&o, p->eku);
				if (bytes_equal(bytes_of(&o.buf), tlv.whole))
					snprintf(oid, sizeof(oid), "%s", p->eku);
				der_out_clear(&o);
			}
		}
		if (p->eku != NULL && (strcmp(oid, p->eku) == 0 || (f->profile == PROFILE_COMMUNICATION && is_communication(oid))))
			found = true;
		else
			snprintf(other, sizeof(other), "%s", oid);
	}
	if (n == 0)
		lint_add(l, LINT_EXTENSION_MALFORMED, "extKeyUsage: names no purpose");
	else if (p->eku != NULL && !found)
		lint_add(l, LINT_EKU_WRONG, "extKeyUsage: %s, a %s has %s", other, p->name, p->eku);
	else if (p->eku != NULL && other[0] != '\0')
		lint_add(l, LINT_EKU_EXTRA, "extKeyUsage: also %s", other);
}

/* ---- CRL distribution points ---- */

static bool
has_scheme(struct bytes uri)
{
	static const char *const schemes[] = { "http://", "https://", "ldap://" };

	for (size_t i = 0; i < NELEM(schemes); i++) {
		size_t n = strlen(schemes[i]), k = 0;

		while (k < n && k < uri.n && (uri.p[k] | (uri.p[k] >= 'A' && uri.p[k] <= 'Z' ? 0x20 : 0)) == schemes[i][k])
			k++;
		if (k == n)
			return true;
	}
	return false;
}

static int
point_lint(struct lint *l, struct der point, struct err *err)
{
	static const char what[] = "cRLDistributionPoints";
	struct der names = der_reader(BYTES_NONE), full;
	struct bytes name, ignored;
	struct tlv one;
	unsigned good = 0, bad = 0;
	int there = der_optional(&point, DER_CONTEXT_CONS(0), &name, what, err);

	if (there == -1)
		return -1;
	full = der_reader(there == 1 ? name : BYTES_NONE);
	if (der_peek(&full) == DER_CONTEXT_CONS(0) && der_enter(&full, DER_CONTEXT_CONS(0), &names, what, err) == -1)
		return -1;
	while (der_more(&names)) {
		if (der_next(&names, &one, what, err) == -1)
			return -1;
		if (one.tag == DER_CONTEXT(6) && has_scheme(one.value))
			good++;
		else
			bad++;
	}
	if (good + bad == 0)
		lint_add(l, LINT_CRLDP_EMPTY, "cRLDistributionPoints: a point without fullName");
	else if (good == 0)
		lint_add(l, LINT_CRLDP_SCHEME, "cRLDistributionPoints: no address by http, https or ldap");
	if (der_peek(&point) == DER_CONTEXT(1)) {
		lint_add(l, LINT_CRLDP_REASONS, "cRLDistributionPoints: with reasons");
		if (der_get(&point, DER_CONTEXT(1), &ignored, what, err) == -1)
			return -1;
	}
	if (der_peek(&point) == DER_CONTEXT_CONS(2)) {
		lint_add(l, LINT_CRLDP_ISSUER, "cRLDistributionPoints: with cRLIssuer");
		if (der_get(&point, DER_CONTEXT_CONS(2), &ignored, what, err) == -1)
			return -1;
	}
	return der_end(&point, what, err);
}

static void
crl_points_value(struct lint *l, const struct raw_extension *e, const struct extension_facts *f)
{
	struct der d = der_reader(e->value), seq, point;
	struct err err = ERR_INIT;
	int rc = der_enter(&d, DER_SEQUENCE, &seq, "cRLDistributionPoints", &err);

	(void)f;
	if (rc == 0 && !der_more(&seq))
		lint_add(l, LINT_CRLDP_EMPTY, "cRLDistributionPoints: no point");
	while (rc == 0 && der_more(&seq)) {
		rc = der_enter(&seq, DER_SEQUENCE, &point, "cRLDistributionPoints", &err);
		if (rc == 0)
			rc = point_lint(l, point, &err);
	}
	if (rc == 0)
		rc = der_end(&d, "cRLDistributionPoints", &err);
	if (rc == -1)
		malformed(l, "cRLDistributionPoints", &err);
}

/* ---- ICAO's own: name change, document types ---- */

static void
name_change_value(struct lint *l, const struct raw_extension *e, const struct extension_facts *f)
{
	struct der d = der_reader(e->value);
	struct err err = ERR_INIT;
	struct bytes null;

	if (der_get(&d, DER_NULL, &null, "nameChange", &err) == -1 || der_end(&d, "nameChange", &err) == -1 || null.n != 0) {
		lint_add(l, LINT_EXTENSION_MALFORMED, "nameChange: not NULL");
		return;
	}
	if (f->names_equal && !f->is_self_signed)
		lint_add(l, LINT_NAME_CHANGE_SAME, "nameChange: issuer and subject have the same name");
}

static unsigned
types_lint(struct lint *l, struct der types)
{
	struct err err = ERR_INIT;
	struct bytes last = BYTES_NONE;
	struct tlv type;
	unsigned n = 0;

	for (; der_more(&types); n++) {
		if (der_next(&types, &type, "documentType", &err) == -1) {
			malformed(l, "documentType", &err);
			return n + 1;
		}
		if (type.tag != DER_PRINTABLE_STRING || type.value.n > 2 || !is_upper_letters(type.value))
			lint_add(l, LINT_DOCTYPE_LETTERS, "documentType: a type of %zu octets with tag %02X, one or two upper-case letters in PrintableString are wanted",
				type.value.n, (unsigned)type.tag);
		if (last.n > 0) {
			size_t both = last.n < type.whole.n ? last.n : type.whole.n;
			int order = memcmp(last.p, type.whole.p, both);

			if (order > 0 || (order == 0 && last.n >= type.whole.n))
				lint_add(l, LINT_DOCTYPE_ORDER, "documentType: types are %s", order == 0 ? "there twice" : "not in DER order");
		}
		last = type.whole;
	}
	return n;
}

static void
document_types_value(struct lint *l, const struct raw_extension *e, const struct extension_facts *f)
{
	static const char what[] = "documentType";
	struct der d = der_reader(e->value), seq, set;
	struct err err = ERR_INIT;
	struct bytes version;
	unsigned n = 0, sets = 0;

	(void)f;
	if (der_enter(&d, DER_SEQUENCE, &seq, what, &err) == -1 || der_end(&d, what, &err) == -1) {
		malformed(l, what, &err);
		return;
	}
	if (der_peek(&seq) != DER_INTEGER)
		lint_add(l, LINT_DOCTYPE_VERSION, "documentType: no version, 0 is wanted");
	else if (der_get(&seq, DER_INTEGER, &version, what, &err) == 0 && (version.n != 1 || version.p[0] != 0))
		lint_add(l, LINT_DOCTYPE_VERSION, "documentType: version is not 0");
	if (der_peek(&seq) == DER_PRINTABLE_STRING) {
		lint_add(l, LINT_DOCTYPE_FORM, "documentType: types stand without their SET");
		n = types_lint(l, seq);
	} else
		for (; der_more(&seq); sets++) {
			if (der_enter(&seq, DER_SET, &set, what, &err) == -1) {
				malformed(l, what, &err);
				return;
			}
			n += types_lint(l, set);
		}
	if (sets > 1)
		lint_add(l, LINT_DOCTYPE_FORM, "documentType: %u SETs, one is wanted", sets);
	if (n == 0)
		lint_add(l, LINT_DOCTYPE_EMPTY, "documentType: lists no type");
}

static void
policies_value(struct lint *l, const struct raw_extension *e, const struct extension_facts *f)
{
	(void)f;
	lint_is_der(l, e->value, LINT_EXTENSION_MALFORMED, "certificatePolicies");
}

/* ---- presence and criticality ---- */

enum { NONE = -1 };
static const struct {
	int absent, present, criticality; /* enum lint_code; NONE where no profile can come to it */
	void (*value)(struct lint *l, const struct raw_extension *e, const struct extension_facts *f);
} rules[EXTENSIONS] = {
	[EXT_AKI] = { LINT_AKI_ABSENT, NONE, LINT_AKI_CRITICAL, aki_value },
	[EXT_SKI] = { LINT_SKI_ABSENT, LINT_SKI_PRESENT, LINT_SKI_CRITICAL, ski_value },
	[EXT_KEY_USAGE] = { LINT_KU_ABSENT, LINT_KU_PRESENT, LINT_KU_NONCRITICAL, key_usage_value },
	[EXT_KEY_PERIOD] = { LINT_PKUP_ABSENT, LINT_PKUP_PRESENT, LINT_PKUP_CRITICAL, period_value },
	[EXT_SAN] = { LINT_SAN_ABSENT, LINT_SAN_PRESENT, LINT_SAN_CRITICAL, san_value },
	[EXT_IAN] = { LINT_IAN_ABSENT, LINT_IAN_PRESENT, LINT_IAN_CRITICAL, ian_value },
	[EXT_BASIC_CONSTRAINTS] = { LINT_BC_ABSENT, LINT_BC_PRESENT, LINT_BC_NONCRITICAL, basic_constraints_value },
	[EXT_EKU] = { LINT_EKU_ABSENT, LINT_EKU_PRESENT, LINT_EKU_NONCRITICAL, eku_value },
	[EXT_CRL_POINTS] = { LINT_CRLDP_ABSENT, LINT_CRLDP_PRESENT, LINT_CRLDP_CRITICAL, crl_points_value },
	[EXT_NAME_CHANGE] = { LINT_NAME_CHANGE_ABSENT, LINT_NAME_CHANGE_PRESENT, LINT_NAME_CHANGE_CRITICAL, name_change_value },
	[EXT_DOCUMENT_TYPES] = { LINT_DOCTYPE_ABSENT, LINT_DOCTYPE_PRESENT, LINT_DOCTYPE_CRITICAL, document_types_value },
	[EXT_POLICIES] = { NONE, LINT_POLICIES_PRESENT, LINT_POLICIES_CRITICAL, policies_value },
};

static void
known_extension(struct lint *l, enum extension e, const struct raw_extension *x, const struct extension_facts *f)
{
	const struct profile *p = &profiles[f->profile];
	const char *name = extensions[e].name;

	if (x == NULL) {
		if (p->want[e] == EXT_MANDATORY && rules[e].absent != NONE)
			lint_add(l, (enum lint_code)rules[e].absent, "%s: missing, a %s needs it", name, p->name);
		return;
	}
	if (p->want[e] == EXT_FORBIDDEN && rules[e].present != NONE) {
		lint_add(l, (enum lint_code)rules[e].present, "%s: not for a %s", name, p->name);
		return; /* what it says has no rule here */
	}
	if (x->is_critical != extensions[e].is_critical)
		lint_add(l, (enum lint_code)rules[e].criticality, "%s: %scritical", name, x->is_critical ? "" : "not ");
	rules[e].value(l, x, f);
}

static void
other_extension(struct lint *l, const struct raw_extension *x, const struct extension_facts *f)
{
	static const struct {
		const char *oid, *name;
	} forbidden[] = {
		{ "2.5.29.33", "policyMappings" },
		{ "2.5.29.30", "nameConstraints" },
		{ "2.5.29.36", "policyConstraints" },
		{ "2.5.29.54", "inhibitAnyPolicy" },
		{ "2.5.29.46", "freshestCRL" },
		{ "2.5.29.9", "subjectDirectoryAttributes" },
	};

	for (enum extension e = 0; e < EXTENSIONS; e++)
		if (strcmp(x->oid, extensions[e].oid) == 0)
			return;
	if (strcmp(x->oid, "2.16.840.1.113730.1.1") == 0) {
		lint_add(l, LINT_NETSCAPE_TYPE, "netscape-cert-type: not allowed");
		return;
	}
	for (size_t i = 0; i < NELEM(forbidden); i++)
		if (strcmp(x->oid, forbidden[i].oid) == 0) {
			lint_add(l, LINT_FORBIDDEN_PRESENT, "%s: not allowed", forbidden[i].name);
			return;
		}
	if (f->profile == PROFILE_VDS_SIGNER)
		lint_add(l, LINT_PRIVATE_PRESENT, "extension %s: a bar code signer has no private ones", x->oid);
	else if (x->is_critical)
		lint_add(l, LINT_PRIVATE_CRITICAL, "extension %s: critical, and not of the profile", x->oid);
}

void
lint_extensions(struct lint *l, const struct raw_extensions *x, const struct extension_facts *f)
{
	const struct raw_extension *san = raw_extension_find(x, extensions[EXT_SAN].oid), *ian = raw_extension_find(x, extensions[EXT_IAN].oid);

	for (enum extension e = 0; e < EXTENSIONS; e++)
		known_extension(l, e, raw_extension_find(x, extensions[e].oid), f);
	for (unsigned i = 0; i < x->n; i++)
		other_extension(l, &x->e[i], f);
	if (f->profile == PROFILE_CSCA_ROOT && san != NULL && ian != NULL && !bytes_equal(san->value, ian->value))
		lint_add(l, LINT_SAN_IAN_DIFFER, "issuerAltName: not equal to subjectAltName, which a root's is");
}
