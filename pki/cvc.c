/* cvc.c - the form of a card-verifiable certificate: one pass over its objects, which stand in a fixed order.  TR-03110-3 C.1 and D.3. */
#include <stdlib.h>

#include "pki/cvc.h"
#include "registry/base/der.h"

#define TA "0.4.0.127.0.7.2.2.2."
static const struct sigalg schemes[] = {
	/* TR-03110-3 A.7.3 */
	{ "id-TA-ECDSA-SHA-1", TA "2.1", KEY_EC, HASH_SHA1, false, true },
	{ "id-TA-ECDSA-SHA-224", TA "2.2", KEY_EC, 224, false, false },
	{ "id-TA-ECDSA-SHA-256", TA "2.3", KEY_EC, 256, false, false },
	{ "id-TA-ECDSA-SHA-384", TA "2.4", KEY_EC, 384, false, false },
	{ "id-TA-ECDSA-SHA-512", TA "2.5", KEY_EC, 512, false, false },
	{ "id-TA-RSA-v1-5-SHA-1", TA "1.1", KEY_RSA, HASH_SHA1, false, true },
	{ "id-TA-RSA-v1-5-SHA-256", TA "1.2", KEY_RSA, 256, false, false },
	{ "id-TA-RSA-PSS-SHA-1", TA "1.3", KEY_RSA, HASH_SHA1, true, true },
	{ "id-TA-RSA-PSS-SHA-256", TA "1.4", KEY_RSA, 256, true, false },
	{ "id-TA-RSA-v1-5-SHA-512", TA "1.5", KEY_RSA, 512, false, false },
	{ "id-TA-RSA-PSS-SHA-512", TA "1.6", KEY_RSA, 512, true, false },
};
#undef TA

const struct sigalg *
cvc_scheme(const char *oid)
{
	for (size_t i = 0; i < NELEM(schemes); i++)
		if (strcmp(oid, schemes[i].oid) == 0)
			return &schemes[i];
	return NULL;
}

const struct sigalg *
cvc_scheme_choose(enum key_type key, unsigned hash_bits)
{
	for (size_t i = 0; i < NELEM(schemes); i++)
		if (schemes[i].key == key && schemes[i].hash_bits == hash_bits && !schemes[i].is_weak && schemes[i].is_pss == (key == KEY_RSA))
			return &schemes[i];
	return NULL;
}

/* ---- the objects ---- */

/* A reference: country of two capitals, mnemonic of 1 to 9 and sequence of 5 characters, ISO/IEC 8859-1 (TR-03110-3 D.1). */
static int
get_name(struct der *d, uint32_t tag, char name[CVC_NAME], const char *what, struct err *err)
{
	struct bytes b;

	if (der_get(d, tag, &b, what, err) == -1)
		return -1;
	if (b.n < 8 || b.n >= CVC_NAME)
		return err_set(err, FAIL_INPUT, "%s: %zu octets, wanted 8 to 16 (TR-03110-3 D.1)", what, b.n);
	for (size_t i = 0; i < b.n; i++)
		if (i < 2 ? b.p[i] < 'A' || b.p[i] > 'Z' : b.p[i] < 0x20 || (b.p[i] > 0x7E && b.p[i] < 0xA0))
			return err_set(err, FAIL_INPUT, "%s: octet %zu is 0x%02X (TR-03110-3 D.1)", what, i + 1, b.p[i]);
	memcpy(name, b.p, b.n);
	name[b.n] = 0;
	return 0;
}

/* YYMMDD, a digit an octet, of this century. */
static int
get_day(struct der *d, uint32_t tag, struct date *day, const char *what, struct err *err)
{
	struct date read = { .precision = DATE_DAY };
	struct bytes b;

	if (der_get(d, tag, &b, what, err) == -1)
		return -1;
	if (b.n != 6)
		return err_set(err, FAIL_INPUT, "%s: %zu octets, wanted 6 (TR-03110-3 D.2.1.3)", what, b.n);
	for (size_t i = 0; i < 6; i++)
		if (b.p[i] > 9)
			return err_set(err, FAIL_INPUT, "%s: octet 0x%02X is no digit (TR-03110-3 D.2.1.3)", what, b.p[i]);
	read.year = (uint16_t)(2000 + b.p[0] * 10 + b.p[1]);
	read.month = (uint8_t)(b.p[2] * 10 + b.p[3]);
	read.day = (uint8_t)(b.p[4] * 10 + b.p[5]);
	if (!date_valid(read))
		return err_set(err, FAIL_INPUT, "%s: not a day of the calendar (TR-03110-3 D.2.1.3)", what);
	*day = read;
	return 0;
}

/* The values of tags 81 to 85 and 87, as ECParameters, so that curve.h compares them with the curves we know. */
static int
curve_of(const struct bytes value[8], const struct curve **curve, struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	struct buf encoded = BUF_INIT;
	bool is_explicit;
	int rc = -1;

	der_open(&o, DER_SEQUENCE);
	der_uint(&o, 1);
	der_open(&o, DER_SEQUENCE);
	der_oid(&o, "1.2.840.10045.1.1");
	der_integer(&o, value[1]);
	der_close(&o);
	der_open(&o, DER_SEQUENCE);
	der_put(&o, DER_OCTET_STRING, value[2]);
	der_put(&o, DER_OCTET_STRING, value[3]);
	der_close(&o);
	der_put(&o, DER_OCTET_STRING, value[4]);
	der_integer(&o, value[5]);
	der_integer(&o, value[7]);
	der_close(&o);
	if (der_finish(&o, &encoded, err) == 0)
		rc = curve_of_parameters(bytes_of(&encoded), curve, &is_explicit, err);
	buf_clear(&encoded);
	return rc;
}

/* All domain parameters or none of them, and always the point. */
static int
get_ec(struct der *d, struct cvc *cvc, struct err *err)
{
	struct bytes value[8] = { BYTES_NONE };
	unsigned seen = 0;

	for (unsigned i = 1; i <= 7; i++) {
		int there = der_optional(d, DER_CONTEXT(i), &value[i], "CV certificate, EC key", err);

		if (there == -1)
			return -1;
		if (there == 1 && value[i].n == 0)
			return err_set(err, FAIL_INPUT, "CV certificate, EC key: tag %02X is empty (TR-03110-3 D.3.3)", DER_CONTEXT(i));
		seen |= (unsigned)there << i;
	}
	if ((seen & 1u << 6) == 0)
		return err_set(err, FAIL_INPUT, "CV certificate, EC key: has no point (TR-03110-3 D.3.3)");
	cvc->point = value[6];
	if ((seen & 0xBE) == 0)
		return 0;
	if ((seen & 0xBE) != 0xBE)
		return err_set(err, FAIL_INPUT, "CV certificate, EC key: some domain parameters are missing (TR-03110-3 D.3.3)");
	return curve_of(value, &cvc->curve, err);
}

static int
get_rsa(struct der *d, struct cvc *cvc, struct err *err)
{
	if (der_get(d, DER_CONTEXT(1), &cvc->modulus, "CV certificate, RSA modulus", err) == -1 ||
		der_get(d, DER_CONTEXT(2), &cvc->exponent, "CV certificate, RSA exponent", err) == -1)
		return -1;
	if (cvc->modulus.n < 96 || cvc->modulus.n > 1024 || cvc->exponent.n < 1 || cvc->exponent.n > 8)
		return err_set(err, FAIL_INPUT, "CV certificate, RSA key: modulus of %zu, exponent of %zu octets", cvc->modulus.n, cvc->exponent.n);
	return 0;
}

static int
get_key(struct der *body, struct cvc *cvc, struct err *err)
{
	char oid[48];
	struct der d;

	if (der_enter(body, 0x7F49, &d, "CV certificate, public key", err) == -1 ||
		der_get_oid(&d, oid, sizeof(oid), "CV certificate, public key", err) == -1)
		return -1;
	cvc->scheme = cvc_scheme(oid);
	if (cvc->scheme == NULL)
		return err_set(err, FAIL_INPUT, "CV certificate, public key: %s is no algorithm of terminal authentication (TR-03110-3 A.7.3)", oid);
	if ((cvc->scheme->key == KEY_EC ? get_ec(&d, cvc, err) : get_rsa(&d, cvc, err)) == -1)
		return -1;
	return der_end(&d, "CV certificate, public key", err);
}

/* 7F4C: which kind of terminal, role and rights. */
static int
get_template(struct der *body, struct cvc *cvc, struct err *err)
{
	static const char what[] = "CV certificate, holder authorisation", arc[] = "0.4.0.127.0.7.3.1.2.";
	struct bytes rights;
	size_t n = sizeof(arc) - 1, want;
	char oid[48];
	struct der d;

	if (der_enter(body, 0x7F4C, &d, what, err) == -1 || der_get_oid(&d, oid, sizeof(oid), what, err) == -1 ||
		der_get(&d, 0x53, &rights, what, err) == -1 || der_end(&d, what, err) == -1)
		return -1;
	if (strncmp(oid, arc, n) != 0 || oid[n] < '1' || oid[n] > '3' || oid[n + 1] != 0)
		return err_set(err, FAIL_INPUT, "%s: %s is no type of terminal (TR-03110-3 C.1.5)", what, oid);
	cvc->terminal = (enum cvc_terminal)(oid[n] - '0');
	want = cvc_rights_octets(cvc->terminal);
	if (rights.n != want)
		return err_set(err, FAIL_INPUT, "%s: %zu octets of rights, wanted %zu (TR-03110-3 C.4)", what, rights.n, want);
	memcpy(cvc->rights, rights.p, want);
	cvc->nrights = (unsigned)want;
	cvc->role = (enum cvc_role)(rights.p[0] >> 6);
	return 0;
}

static int
get_extensions(struct der *body, struct cvc *cvc, struct err *err)
{
	static const char what[] = "CV certificate, extensions";
	struct der d;
	struct tlv tlv;

	if (der_peek(body) != 0x65)
		return 0;
	if (der_next(body, &tlv, what, err) == -1 || der_check(tlv.whole, what, err) == -1)
		return -1;
	d = der_reader(tlv.value);
	while (der_more(&d)) {
		struct tlv one;

		if (der_next(&d, &one, what, err) == -1)
			return -1;
		if (one.tag != 0x73)
			return err_set(err, FAIL_INPUT, "%s: tag %X, wanted 73 (TR-03110-3 C.3)", what, (unsigned)one.tag);
	}
	cvc->extensions = tlv.value;
	return 0;
}

static int
get_body(struct bytes body, struct cvc *cvc, struct err *err)
{
	struct der d = der_reader(body);
	struct bytes profile;

	if (der_get(&d, 0x5F29, &profile, "CV certificate, profile", err) == -1)
		return -1;
	if (profile.n != 1 || profile.p[0] != 0)
		return err_set(err, FAIL_INPUT, "CV certificate, profile: is not 00 (TR-03110-3 C.1.1)");
	if (get_name(&d, 0x42, cvc->authority, "CV certificate, authority reference", err) == -1 || get_key(&d, cvc, err) == -1 ||
		get_name(&d, 0x5F20, cvc->holder, "CV certificate, holder reference", err) == -1 || get_template(&d, cvc, err) == -1 ||
		get_day(&d, 0x5F25, &cvc->effective, "CV certificate, effective date", err) == -1 ||
		get_day(&d, 0x5F24, &cvc->expiry, "CV certificate, expiration date", err) == -1 || get_extensions(&d, cvc, err) == -1)
		return -1;
	if (date_compare(cvc->expiry, cvc->effective) < 0)
		return err_set(err, FAIL_INPUT, "CV certificate: expires before it is effective");
	return der_end(&d, "CV certificate, body", err);
}

static int
read_certificate(struct cvc *cvc, struct err *err)
{
	struct der outer = der_reader(bytes_of(&cvc->der)), d;
	struct tlv body;

	if (der_enter(&outer, 0x7F21, &d, "CV certificate", err) == -1 || der_end(&outer, "CV certificate", err) == -1 ||
		der_next(&d, &body, "CV certificate, body", err) == -1)
		return -1;
	if (body.tag != 0x7F4E)
		return err_set(err, FAIL_INPUT, "CV certificate, body: tag %X, wanted 7F4E (TR-03110-3 C.1)", (unsigned)body.tag);
	cvc->body = body.whole;
	if (get_body(body.value, cvc, err) == -1 || der_get(&d, 0x5F37, &cvc->signature, "CV certificate, signature", err) == -1)
		return -1;
	if (cvc->signature.n == 0)
		return err_set(err, FAIL_INPUT, "CV certificate, signature: is empty");
	return der_end(&d, "CV certificate", err);
}

int
cvc_parse(struct bytes der, struct cvc **cvc, struct err *err)
{
	struct cvc *c;

	if (der.n > CVC_MAX)
		return err_set(err, FAIL_TOO_LARGE, "CV certificate: %zu octets, wanted at most %d", der.n, CVC_MAX);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	buf_bytes(&c->der, der);
	if (buf_check(&c->der, err) == -1 || read_certificate(c, err) == -1) {
		cvc_free(c);
		return -1;
	}
	*cvc = c;
	return 0;
}

void
cvc_free(struct cvc *cvc)
{
	if (cvc == NULL)
		return;
	buf_clear(&cvc->der);
	free(cvc);
}

unsigned
cvc_rights_octets(enum cvc_terminal terminal)
{
	return terminal == CVC_AUTHENTICATION ? 5 : 1;
}

/* ---- writing ---- */

static void
put_day(struct der_out *o, uint32_t tag, struct date d)
{
	unsigned year = d.year % 100u;
	uint8_t digits[6] = { (uint8_t)(year / 10), (uint8_t)(year % 10), (uint8_t)(d.month / 10), (uint8_t)(d.month % 10), (uint8_t)(d.day / 10),
		(uint8_t)(d.day % 10) };

	der_put(o, tag, BYTES(digits, sizeof(digits)));
}

/* The curve's own values, taken out of its ECParameters as curve.h writes them. */
static int
put_ec(struct der_out *o, const struct cvc_profile *p, struct err *err)
{
	struct der_out explicit = DER_OUT_INIT;
	struct bytes value[8] = { BYTES_NONE }, skipped;
	struct buf encoded = BUF_INIT;
	struct der d, top, field, curve;
	char oid[32];
	uint64_t version;
	int rc = -1;

	if (!p->with_parameters) {
		der_put(o, DER_CONTEXT(6), bytes_of(&p->key->point));
		return 0;
	}
	if (curve_put_explicit(p->key->curve, &explicit, err) == -1 || der_finish(&explicit, &encoded, err) == -1)
		goto out;
	d = der_reader(bytes_of(&encoded));
	if (der_enter(&d, DER_SEQUENCE, &top, "curve", err) == -1 || der_get_uint(&top, &version, "curve", err) == -1 ||
		der_enter(&top, DER_SEQUENCE, &field, "curve", err) == -1 || der_get_oid(&field, oid, sizeof(oid), "curve", err) == -1 ||
		der_get(&field, DER_INTEGER, &value[1], "curve", err) == -1 || der_enter(&top, DER_SEQUENCE, &curve, "curve", err) == -1 ||
		der_get(&curve, DER_OCTET_STRING, &value[2], "curve", err) == -1 || der_get(&curve, DER_OCTET_STRING, &value[3], "curve", err) == -1 ||
		der_optional(&curve, DER_BIT_STRING, &skipped, "curve", err) == -1 || der_get(&top, DER_OCTET_STRING, &value[4], "curve", err) == -1 ||
		der_get(&top, DER_INTEGER, &value[5], "curve", err) == -1 || der_get(&top, DER_INTEGER, &value[7], "curve", err) == -1)
		goto out;
	value[6] = bytes_of(&p->key->point);
	for (unsigned i = 1; i <= 7; i++) {
		struct bytes v = value[i];

		if (i != 2 && i != 3 && v.n > 1 && v.p[0] == 0) /* the sign octet of an INTEGER: these are unsigned */
			v = BYTES(v.p + 1, v.n - 1);
		der_put(o, DER_CONTEXT(i), v);
	}
	rc = 0;
out:
	der_out_clear(&explicit);
	buf_clear(&encoded);
	return rc;
}

static int
put_rsa(struct der_out *o, const struct cvc_profile *p, struct err *err)
{
	struct der_out spki_out = DER_OUT_INIT;
	struct buf spki = BUF_INIT;
	struct der d, top, rsa;
	struct bytes bits, n, e;
	struct tlv alg;
	unsigned unused;
	int rc = -1;

	if (pubkey_put(p->key, &spki_out, err) == -1 || der_finish(&spki_out, &spki, err) == -1)
		goto out;
	d = der_reader(bytes_of(&spki));
	if (der_enter(&d, DER_SEQUENCE, &top, "public key", err) == -1 || der_next(&top, &alg, "public key", err) == -1 ||
		der_get_bits(&top, &bits, &unused, "public key", err) == -1)
		goto out;
	d = der_reader(bits);
	if (der_enter(&d, DER_SEQUENCE, &rsa, "public key", err) == -1 || der_get(&rsa, DER_INTEGER, &n, "public key", err) == -1 ||
		der_get(&rsa, DER_INTEGER, &e, "public key", err) == -1)
		goto out;
	if (n.n > 1 && n.p[0] == 0)
		n = BYTES(n.p + 1, n.n - 1);
	der_put(o, DER_CONTEXT(1), n);
	der_put(o, DER_CONTEXT(2), e);
	rc = 0;
out:
	der_out_clear(&spki_out);
	buf_clear(&spki);
	return rc;
}

static int
check_profile(const struct cvc_profile *p, struct err *err)
{
	bool is_self_signed = strcmp(p->authority, p->holder) == 0;

	if (p->scheme == NULL || p->scheme->is_weak || p->scheme->key != p->key->type)
		return err_set(err, FAIL_INPUT, "CV certificate: the scheme is weak or not for such a key");
	if (is_self_signed && p->role != CVC_CVCA)
		return err_set(err, FAIL_INPUT, "CV certificate: only a CVCA certifies itself (TR-03110-3 C.1.2)");
	if (p->key->type == KEY_EC && is_self_signed && !p->with_parameters)
		return err_set(err, FAIL_INPUT, "CV certificate: a self-signed CVCA states its domain parameters (TR-03110-3 D.3.3)");
	if (p->with_parameters && p->role != CVC_CVCA)
		return err_set(err, FAIL_INPUT, "CV certificate: domain parameters below the CVCA (TR-03110-3 D.3.3)");
	if (p->terminal < CVC_INSPECTION || p->terminal > CVC_SIGNATURE || (p->rights[0] & 0xC0) != 0)
		return err_set(err, FAIL_INPUT, "CV certificate: no type of terminal, or rights with the role's bits (TR-03110-3 C.1.5)");
	if (p->effective.precision != DATE_DAY || p->expiry.precision != DATE_DAY || p->effective.year < 2000 || p->expiry.year > 2099)
		return err_set(err, FAIL_INPUT, "CV certificate: dates must be whole days of 2000 to 2099 (TR-03110-3 D.2.1.3)");
	return 0;
}

int
cvc_body(const struct cvc_profile *p, struct buf *body, struct err *err)
{
	static const char *const terminal[] = { NULL, "0.4.0.127.0.7.3.1.2.1", "0.4.0.127.0.7.3.1.2.2", "0.4.0.127.0.7.3.1.2.3" };
	struct der_out o = DER_OUT_INIT;
	uint8_t rights[CVC_MAX_RIGHTS];
	struct cvc read = { .der = BUF_INIT };
	struct buf made = BUF_INIT;
	struct der d;
	struct bytes contents;
	int rc = -1;

	if (check_profile(p, err) == -1)
		return -1;
	memcpy(rights, p->rights, sizeof(rights));
	rights[0] |= (uint8_t)(p->role << 6);
	der_open(&o, 0x7F4E);
	der_put(&o, 0x5F29, BYTES("", 1));
	der_put(&o, 0x42, bytes_str(p->authority));
	der_open(&o, 0x7F49);
	der_oid(&o, p->scheme->oid);
	if ((p->key->type == KEY_EC ? put_ec(&o, p, err) : put_rsa(&o, p, err)) == -1)
		goto out;
	der_close(&o);
	der_put(&o, 0x5F20, bytes_str(p->holder));
	der_open(&o, 0x7F4C);
	der_oid(&o, terminal[p->terminal]);
	der_put(&o, 0x53, BYTES(rights, cvc_rights_octets(p->terminal)));
	der_close(&o);
	put_day(&o, 0x5F25, p->effective);
	put_day(&o, 0x5F24, p->expiry);
	der_close(&o);
	if (der_finish(&o, &made, err) == -1)
		goto out;
	d = der_reader(bytes_of(&made)); /* whoever reads it must be content: names, dates and key are judged there */
	if (der_get(&d, 0x7F4E, &contents, "CV certificate, body", err) == -1 || get_body(contents, &read, err) == -1)
		goto out;
	buf_move(body, &made);
	rc = 0;
out:
	der_out_clear(&o);
	buf_clear(&made);
	return rc;
}

int
cvc_assemble(struct bytes body, struct bytes signature, struct buf *cvc, struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	struct buf made = BUF_INIT;
	struct cvc *read = NULL;

	der_open(&o, 0x7F21);
	der_raw(&o, body);
	der_put(&o, 0x5F37, signature);
	der_close(&o);
	if (der_finish(&o, &made, err) == -1 || cvc_parse(bytes_of(&made), &read, err) == -1) {
		buf_clear(&made);
		return -1;
	}
	cvc_free(read);
	buf_move(cvc, &made);
	return 0;
}
