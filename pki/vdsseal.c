#include "pki/vdsseal.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

#include "pki/profile.h"
#include "registry/doc9303/states.h"

enum { CN_CHARACTERS = 2,
	DAY = 86400 };

const struct vdsseal_verdict_info vdsseal_verdicts[SEAL_VERDICTS] = {
	[SEAL_VALID] = { "VALID", false, SUSPICION_NONE },
	[SEAL_UNKNOWN_FEATURE] = { "UNKNOWN_FEATURE", false, SUSPICION_NONE },
	[SEAL_NOT_CHECKED] = { "NOT_CHECKED", false, SUSPICION_NONE },
	[SEAL_READ_ERROR] = { "READ_ERROR", true, SUSPICION_MEDIUM },
	[SEAL_EXPIRED_CERTIFICATE] = { "EXPIRED_CERTIFICATE", true, SUSPICION_MEDIUM },
	[SEAL_WRONG_FORMAT] = { "WRONG_FORMAT", true, SUSPICION_HIGH },
	[SEAL_UNKNOWN_CERTIFICATE] = { "UNKNOWN_CERTIFICATE", true, SUSPICION_HIGH },
	[SEAL_UNTRUSTED_CERTIFICATE] = { "UNTRUSTED_CERTIFICATE", true, SUSPICION_HIGH },
	[SEAL_INVALID_DOCUMENTTYPE] = { "INVALID_DOCUMENTTYPE", true, SUSPICION_HIGH },
	[SEAL_REVOKED_CERTIFICATE] = { "REVOKED_CERTIFICATE", true, SUSPICION_HIGH },
	[SEAL_INVALID_SIGNATURE] = { "INVALID_SIGNATURE", true, SUSPICION_HIGH },
	[SEAL_MRZ_DIFFERS] = { "MRZ_DIFFERS", true, SUSPICION_HIGH },
};

static const char *const check_names[SEAL_CHECKS] = {
	[SEAL_CHECK_FORMAT] = "format",
	[SEAL_CHECK_SIGNER] = "signer",
	[SEAL_CHECK_SIGNATURE] = "signature",
	[SEAL_CHECK_TRUST] = "trust",
	[SEAL_CHECK_VALIDITY] = "validity",
	[SEAL_CHECK_REVOCATION] = "revocation",
	[SEAL_CHECK_DOCUMENT_TYPE] = "document_type",
	[SEAL_CHECK_MESSAGE] = "message",
	[SEAL_CHECK_MRZ] = "mrz",
};

const char *
vdsseal_check_name(enum vdsseal_check check)
{
	return check_names[check];
}

const char *
suspicion_name(enum suspicion suspicion)
{
	static const char *const names[] = { "none", "medium", "high" };

	return names[suspicion];
}

/* ---- the signature itself ---- */

/* By the bits of the curve's order; a longer digest would be cut (Doc 9303-13 2.5). */
static const struct sigalg *
algorithm_of(const struct pubkey *key)
{
	unsigned bits = key->curve->order_bits;

	return sigalg_choose(KEY_EC, bits <= 224 ? 224 : bits <= 256 ? 256
			: bits <= 384                                ? 384
								     : 512,
		false);
}

/* r || s against the signed part.  -1 FAIL_INPUT. */
static int
check_signature(const struct cert *signer, struct bytes signed_part, struct bytes plain, struct err *err)
{
	size_t half = signer->key->curve->len;
	struct der_out o = DER_OUT_INIT;
	struct buf der = BUF_INIT;
	int rc = -1;

	if (plain.n != 2 * half)
		return err_set(err, FAIL_INPUT, "%zu octets, a key on %s makes %zu", plain.n, signer->key->curve->name, 2 * half);
	der_open(&o, DER_SEQUENCE);
	der_integer(&o, BYTES(plain.p, half));
	der_integer(&o, BYTES(plain.p + half, half));
	der_close(&o);
	if (der_finish(&o, &der, err) == 0)
		rc = sigalg_verify(algorithm_of(signer->key), signer->key->evp, signed_part, bytes_of(&der), err);
	buf_clear(&der);
	return rc;
}

/* ---- signing ---- */

static bool
is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

enum { REFERENCE_3 = 5 }; /* digits of a reference in a header of version 3 */

/* The header's signer and reference: C and CN; the serial number, in version 4 of whole octets. */
static int
name_signer(const struct cert *cert, struct vds *vds, struct err *err)
{
	struct bytes serial = cert->serial;
	char digits[VDS_REFERENCE_MAX + 1] = "";
	const char *p = digits;
	size_t n;

	if (strlen(cert->country) != 2 || strlen(cert->subject_cn) != CN_CHARACTERS)
		return err_set(err, FAIL_INPUT, "bar code signer: C and CN are not two characters each (Doc 9303-12 table 6)");
	while (serial.n > 1 && serial.p[0] == 0)
		serial = BYTES(serial.p + 1, serial.n - 1);
	if (serial.n < 1 || serial.n > VDS_REFERENCE_MAX / 2)
		return err_set(err, FAIL_INPUT, "bar code signer: a serial number of %zu octets", serial.n);
	for (size_t i = 0; i < serial.n; i++)
		snprintf(digits + 2 * i, 3, "%02X", serial.p[i]);
	if (vds->version == 3) {
		p += strspn(p, "0");
		n = strlen(p);
		if (n > REFERENCE_3)
			return err_set(err, FAIL_INPUT, "bar code signer: the serial number has more than %d digits, version 3 cannot say it", REFERENCE_3);
		memset(vds->reference, '0', REFERENCE_3);
		memcpy(vds->reference + REFERENCE_3 - n, p, n + 1);
	} else
		memcpy(vds->reference, digits, sizeof(digits));
	snprintf(vds->signer, sizeof(vds->signer), "%.2s%.2s", cert->country, cert->subject_cn);
	return 0;
}

static bool
states_agree(const char *state, const char *country)
{
	const char *two = states_two_letter(state);

	return two != NULL && strcasecmp(two, country) == 0;
}

static int
may_sign(const struct token_key *key, const struct cert *cert, const struct vds *vds, struct err *err)
{
	struct vds_message message;
	int64_t day;

	if (token_key_type(key) != KEY_EC || !pubkey_equal(cert->key, token_key_public(key)))
		return err_set(err, FAIL_INPUT, "bar code signer: the certificate is not of key %s", token_key_label(key));
	if (!cert_has_eku(cert, oid_eku_vds) || cert->is_ca)
		return err_set(err, FAIL_INPUT, "bar code signer: the certificate is not for signing bar codes (Doc 9303-12 table 6)");
	if (!is_capital(cert->country[0]) || !states_agree(vds->state, cert->country))
		return err_set(err, FAIL_INPUT, "bar code signer: of %s, not of the issuing State %s", cert->country, vds->state);
	if (vds->signed_on.precision != DATE_DAY || !date_valid(vds->signed_on))
		return err_set(err, FAIL_INPUT, "date of signature: not a day");
	day = date_to_unix(vds->signed_on);
	if (day + DAY <= cert->not_before || day > cert->not_after)
		return err_set(err, FAIL_INPUT, "bar code signer: the certificate is not valid on the date of signature");
	if (vds_message_check(vds, &message, err) == -1)
		return -1;
	if (message.code[0] != '\0' && cert_has(cert, EXT_DOCUMENT_TYPES) && !cert_allows_document(cert, message.code))
		return err_set(err, FAIL_INPUT, "bar code signer: the certificate does not allow documents of type %s (Doc 9303-12 7.1.1.6)", message.code);
	return 0;
}

int
vdsseal_sign(struct session *s, struct token_key *key, const struct cert *cert, struct vds *vds, struct buf *raw, struct err *err)
{
	struct buf seal = BUF_INIT, signature = BUF_INIT;
	struct vds named = *vds;
	int rc = -1;

	if (may_sign(key, cert, vds, err) == -1 || name_signer(cert, &named, err) == -1 || vds_encode(&named, &seal, err) == -1)
		goto out;
	if (token_sign(s, key, algorithm_of(cert->key), SIGNATURE_PLAIN, bytes_of(&seal), &signature, err) == -1)
		goto out;
	/* a token that signs wrongly is found here and not at a border */
	if (check_signature(cert, bytes_of(&seal), bytes_of(&signature), err) == -1) {
		err_prefix(err, "the token's signature");
		goto out;
	}
	if (vds_put_signature(named.version, bytes_of(&signature), &seal, err) == -1)
		goto out;
	memcpy(vds->signer, named.signer, sizeof(vds->signer));
	memcpy(vds->reference, named.reference, sizeof(vds->reference));
	buf_move(raw, &seal);
	rc = 0;
out:
	buf_clear(&signature);
	buf_clear(&seal);
	return rc;
}

/* ---- judging ---- */

struct examination {
	const struct vdsseal_input *in;
	struct vdsseal_result *out;
	const struct trusted *issuer;
};

__attribute__((format(printf, 6, 7))) static void
find(struct examination *x, enum vdsseal_check check, enum grade grade, enum vdsseal_verdict verdict, const char *code, const char *fmt, ...)
{
	struct vdsseal_result *out = x->out;
	struct vdsseal_finding *f = &out->finding[out->n];
	va_list args;

	if (out->n == VDSSEAL_FINDINGS)
		return;
	out->n++;
	*f = (struct vdsseal_finding){ .check = check, .grade = grade, .verdict = verdict, .code = code };
	va_start(args, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, args);
	va_end(args);
	if (verdict > out->verdict)
		out->verdict = verdict;
}

const struct vdsseal_finding *
vdsseal_find(const struct vdsseal_result *result, enum vdsseal_check check)
{
	const struct vdsseal_finding *worst = NULL;

	for (unsigned i = 0; i < result->n; i++)
		if (result->finding[i].check == check && (worst == NULL || result->finding[i].grade > worst->grade))
			worst = &result->finding[i];
	return worst;
}

static bool
serial_is(const struct cert *cert, const struct vds *vds)
{
	uint8_t reference[VDS_REFERENCE_MAX / 2];
	size_t n = vds_reference_octets(vds, reference);
	struct bytes serial = cert->serial;

	while (serial.n > 0 && serial.p[0] == 0)
		serial = BYTES(serial.p + 1, serial.n - 1);
	return n > 0 && bytes_equal(serial, BYTES(reference, n));
}

static bool
is_named(const struct cert *cert, const struct vds *vds)
{
	return strlen(cert->country) == 2 && strncasecmp(cert->country, vds->signer, 2) == 0 && strcmp(cert->subject_cn, vds->signer + 2) == 0 &&
		serial_is(cert, vds);
}

/* Of several of the name the one whose signature it is. */
static const struct cert *
choose_signer(const struct vdsseal_input *in, const struct vds *vds)
{
	const struct cert *first = NULL;
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < in->nsigner; i++) {
		const struct cert *c = in->signer[i];

		if (!is_named(c, vds))
			continue;
		if (c->key->type == KEY_EC && check_signature(c, vds->signed_part, vds->signature, &ignored) == 0)
			return c;
		if (first == NULL)
			first = c;
	}
	return first;
}

/* Whether the certificate may sign seals at all, whoever vouches for it. */
static void
check_signer(struct examination *x)
{
	const struct vds *vds = &x->out->vds;
	const struct cert *c = x->out->signer;

	if (c->is_ca || (cert_has(c, EXT_KEY_USAGE) && !(c->key_usage & KU_DIGITAL_SIGNATURE)))
		find(x, SEAL_CHECK_SIGNER, GRADE_BAD, SEAL_UNTRUSTED_CERTIFICATE, "signer_not_for_signing", "the certificate of %s is a CSCA's or not for signatures", vds->signer);
	else if (cert_has(c, EXT_EKU) && !cert_has_eku(c, oid_eku_vds))
		find(x, SEAL_CHECK_SIGNER, GRADE_BAD, SEAL_UNTRUSTED_CERTIFICATE, "signer_purpose", "the certificate of %s is for another purpose than bar codes (Doc 9303-12 table 6)", vds->signer);
	else if (!states_agree(vds->state, c->country))
		find(x, SEAL_CHECK_SIGNER, GRADE_BAD, SEAL_UNTRUSTED_CERTIFICATE, "signer_of_other_state", "a seal of %s by a signer of %s", vds->state, c->country);
	else if (c->malformed[0] != '\0' || c->has_unknown_critical)
		find(x, SEAL_CHECK_SIGNER, GRADE_BAD, SEAL_UNTRUSTED_CERTIFICATE, "signer_malformed", "the certificate of %s has an extension that cannot be read", vds->signer);
	else if (c->has_odd_time)
		find(x, SEAL_CHECK_SIGNER, GRADE_WARNING, SEAL_VALID, "signer_profile", "the certificate of %s has GeneralizedTime before 2050 (Doc 9303-12 table 5)", vds->signer);
	else if (!cert_has(c, EXT_EKU))
		find(x, SEAL_CHECK_SIGNER, GRADE_WARNING, SEAL_VALID, "signer_profile", "the certificate of %s does not say that it is for bar codes (Doc 9303-12 table 6)", vds->signer);
	else
		find(x, SEAL_CHECK_SIGNER, GRADE_GOOD, SEAL_VALID, "good", "bar code signer %s, certificate %s", vds->signer, vds->reference);
}

static void
check_seal_signature(struct examination *x)
{
	const struct vdsseal_result *out = x->out;
	const struct cert *c = out->signer;
	struct err err = ERR_INIT;

	if (c->key->type != KEY_EC)
		find(x, SEAL_CHECK_SIGNATURE, GRADE_BAD, SEAL_INVALID_SIGNATURE, "key_not_ec", "the signer's key is not of ECDSA (Doc 9303-13 2.5)");
	else if (check_signature(c, out->vds.signed_part, out->vds.signature, &err) == -1)
		find(x, SEAL_CHECK_SIGNATURE, GRADE_BAD, SEAL_INVALID_SIGNATURE, "signature_wrong", "%s", err.text);
	else if (c->key->curve->is_weak)
		find(x, SEAL_CHECK_SIGNATURE, GRADE_WARNING, SEAL_VALID, "key_weak", "right, but %s is too short (Doc 9303-12 4.1.6)", c->key->curve->name);
	else
		find(x, SEAL_CHECK_SIGNATURE, GRADE_GOOD, SEAL_VALID, "good", "%s on %s", algorithm_of(c->key)->name, c->key->curve->name);
}

static void
check_trust(struct examination *x)
{
	const struct cert *c = x->out->signer;

	if (x->in->store == NULL) {
		find(x, SEAL_CHECK_TRUST, GRADE_NOT_CHECKED, SEAL_NOT_CHECKED, "anchor_missing", "no trust anchor was given");
		return;
	}
	x->issuer = truststore_issuer(x->in->store, c, x->in->at, NULL);
	if (x->issuer == NULL)
		find(x, SEAL_CHECK_TRUST, GRADE_BAD, SEAL_UNTRUSTED_CERTIFICATE, "signer_untrusted", "no trusted CSCA has signed the certificate");
	else if (strcasecmp(x->issuer->cert->country, c->country) != 0)
		find(x, SEAL_CHECK_TRUST, GRADE_BAD, SEAL_UNTRUSTED_CERTIFICATE, "country_differs", "a signer of %s under a CSCA of %s", c->country, x->issuer->cert->country);
	else
		find(x, SEAL_CHECK_TRUST, GRADE_GOOD, SEAL_VALID, "good", "under the CSCA of %s (%s)", x->issuer->cert->country, x->issuer->provenance);
}

static bool
is_outside(const struct cert *c, int64_t at)
{
	return at < c->not_before || at > c->not_after;
}

static void
check_validity(struct examination *x)
{
	const struct vds *vds = &x->out->vds;
	const struct cert *c = x->out->signer;
	int64_t signed_at = date_to_unix(vds->signed_on);
	bool is_good = true;

	if (is_outside(c, x->in->at)) {
		find(x, SEAL_CHECK_VALIDITY, GRADE_BAD, SEAL_EXPIRED_CERTIFICATE, x->in->at > c->not_after ? "signer_expired" : "signer_not_yet_valid",
			"the signer's certificate is %s", x->in->at > c->not_after ? "expired" : "not valid yet");
		is_good = false;
	}
	if (x->issuer != NULL && is_outside(x->issuer->cert, x->in->at)) {
		find(x, SEAL_CHECK_VALIDITY, GRADE_BAD, SEAL_EXPIRED_CERTIFICATE, "csca_expired", "the CSCA's certificate is not valid at the moment");
		is_good = false;
	}
	if (signed_at + DAY <= c->not_before || signed_at > c->not_after) {
		find(x, SEAL_CHECK_VALIDITY, GRADE_WARNING, SEAL_VALID, "signed_outside_validity", "the date of signature is outside the certificate's validity");
		is_good = false;
	}
	if (is_good)
		find(x, SEAL_CHECK_VALIDITY, GRADE_GOOD, SEAL_VALID, "good", "valid at the moment and at the signature");
}

/* How far the CRL can be relied on; false: there is none. */
static bool
check_crl(struct examination *x, const struct revocation *r)
{
	static const struct {
		const char *code, *text;
	} unusable[] = {
		[CRL_USABLE] = { "crl_missing", "no CRL of the CSCA was given" },
		[CRL_ISSUER_UNKNOWN] = { "crl_issuer_unknown", "the CRL of the State is not signed by a trusted CSCA" },
		[CRL_SIGNATURE_WRONG] = { "crl_signature_wrong", "the CRL names the CSCA's key, but its signature does not verify" },
		[CRL_NOT_COMPLETE] = { "crl_not_complete", "the CRL is a partial one, or has a critical extension we do not know" },
	};
	enum crl_state why = r->unusable != NULL ? r->unusable->state : CRL_USABLE;
	char day[DATE_TEXT];

	if (r->crl == NULL) {
		find(x, SEAL_CHECK_REVOCATION, GRADE_NOT_CHECKED, SEAL_NOT_CHECKED, unusable[why].code, "%s", unusable[why].text);
		return false;
	}
	date_format(date_of_unix(r->crl->crl->this_update), day);
	if (crl_is_early(r->crl->crl, x->in->at))
		find(x, SEAL_CHECK_REVOCATION, GRADE_WARNING, SEAL_VALID, "crl_of_later", "the CRL is of %s, after the moment of inspection", day);
	else if (crl_is_stale(r->crl->crl, x->in->at))
		find(x, SEAL_CHECK_REVOCATION, GRADE_WARNING, SEAL_VALID, "crl_stale", "the CRL is of %s, the next one is overdue", day);
	return true;
}

/* Seals tell no moment of their signature that could be relied on: who was revoked is refused for seals of before, too. */
static void
check_revocation(struct examination *x)
{
	struct revocation r;
	char day[DATE_TEXT];
	bool has_crl;

	if (x->issuer == NULL)
		return;
	truststore_revocation(x->in->store, x->issuer, x->out->signer->serial, x->in->at, &r);
	has_crl = check_crl(x, &r);
	if (x->issuer->is_revoked && x->issuer->revoked_at <= x->in->at + DAY)
		find(x, SEAL_CHECK_REVOCATION, GRADE_BAD, SEAL_REVOKED_CERTIFICATE, "csca_revoked", "the CSCA's certificate was revoked on %s", date_format(date_of_unix(x->issuer->revoked_at), day));
	if (r.entry != NULL && r.entry->revoked_at <= x->in->at + DAY)
		find(x, SEAL_CHECK_REVOCATION, GRADE_BAD, SEAL_REVOKED_CERTIFICATE, "signer_revoked", "the signer's certificate was revoked on %s", date_format(date_of_unix(r.entry->revoked_at), day));
	else if (r.entry != NULL)
		find(x, SEAL_CHECK_REVOCATION, GRADE_WARNING, SEAL_VALID, "signer_revoked_later", "the signer's certificate was revoked on %s, after the moment of inspection", date_format(date_of_unix(r.entry->revoked_at), day));
	else if (r.is_elsewhere)
		find(x, SEAL_CHECK_REVOCATION, GRADE_WARNING, SEAL_VALID, "number_on_other_crl", "the serial number is on the CRL of another CSCA of the State");
	else if (has_crl)
		find(x, SEAL_CHECK_REVOCATION, GRADE_GOOD, SEAL_VALID, "good", "the signer's certificate is not on the CRL");
}

static void
check_document_type(struct examination *x)
{
	const struct cert *c = x->out->signer;
	const char *code = x->out->message.code;

	if (!cert_has(c, EXT_DOCUMENT_TYPES))
		find(x, SEAL_CHECK_DOCUMENT_TYPE, GRADE_GOOD, SEAL_VALID, "good", "the signer's certificate is not limited to types of documents");
	else if (code[0] == '\0')
		find(x, SEAL_CHECK_DOCUMENT_TYPE, GRADE_NOT_CHECKED, SEAL_NOT_CHECKED, "type_unknown", "the document's type is not known, the signer is limited to some");
	else if (!cert_allows_document(c, code))
		find(x, SEAL_CHECK_DOCUMENT_TYPE, GRADE_BAD, SEAL_INVALID_DOCUMENTTYPE, "document_type_not_allowed", "the signer may not sign documents of type %s (Doc 9303-12 7.1.1.6)", code);
	else
		find(x, SEAL_CHECK_DOCUMENT_TYPE, GRADE_GOOD, SEAL_VALID, "good", "the signer may sign type %s", code);
}

/* Characters 3 to 5 of an MRZ, filled up. */
static bool
mrz_names_state(const char *mrz, const char *state)
{
	size_t n = strlen(state);

	return memcmp(mrz + 2, state, n) == 0 && memcmp(mrz + 2 + n, "<<<", 3 - n) == 0;
}

static void
check_message(struct examination *x)
{
	const struct vds_message *m = &x->out->message;
	const struct vds *vds = &x->out->vds;
	struct date today = date_of_unix(x->in->at);
	bool is_good = m->unknown == 0 && m->profile != VDS_UNKNOWN;

	if (m->profile == VDS_UNKNOWN)
		find(x, SEAL_CHECK_MESSAGE, GRADE_WARNING, SEAL_UNKNOWN_FEATURE, "profile_unknown", "definition %02X, category %02X is not known here: what the %u features mean cannot be told",
			vds->definition, vds->category, m->unknown);
	else if (m->unknown > 0)
		find(x, SEAL_CHECK_MESSAGE, GRADE_WARNING, SEAL_UNKNOWN_FEATURE, "feature_unknown", "%u features that a %s does not have", m->unknown, vds_profiles[m->profile].name);
	if (m->mrz[0] != '\0' && !mrz_names_state(m->mrz, vds->state)) {
		find(x, SEAL_CHECK_MESSAGE, GRADE_WARNING, SEAL_VALID, "state_differs", "the header names %s as the issuing State, the MRZ another", vds->state);
		is_good = false;
	}
	if (date_surely_before(vds->signed_on, vds->issued_on)) {
		find(x, SEAL_CHECK_MESSAGE, GRADE_WARNING, SEAL_VALID, "signed_before_issue", "the date of signature is before the date of issue");
		is_good = false;
	}
	if (date_surely_before(today, vds->issued_on) || date_surely_before(today, vds->signed_on)) {
		find(x, SEAL_CHECK_MESSAGE, GRADE_WARNING, SEAL_VALID, "issued_in_future", "the date of issue or signature is still to come");
		is_good = false;
	}
	if (is_good)
		find(x, SEAL_CHECK_MESSAGE, GRADE_GOOD, SEAL_VALID, "good", "%s", vds_profiles[m->profile].name);
}

static void
check_mrz(struct examination *x)
{
	char differing[VDS_MRZ_FIELDS_TEXT];
	struct err err = ERR_INIT;

	if (x->in->mrz.n == 0)
		return;
	if (x->out->message.mrz[0] == '\0')
		find(x, SEAL_CHECK_MRZ, GRADE_NOT_CHECKED, SEAL_NOT_CHECKED, "mrz_absent", "the seal carries no MRZ that could be compared");
	else if (vds_mrz_compare(&x->out->message, x->in->mrz, differing, &err) == -1)
		find(x, SEAL_CHECK_MRZ, GRADE_NOT_CHECKED, SEAL_NOT_CHECKED, "mrz_unread", "%s", err.text);
	else if (differing[0] != '\0')
		find(x, SEAL_CHECK_MRZ, GRADE_BAD, SEAL_MRZ_DIFFERS, "mrz_differs", "another document's seal: %s", differing);
	else
		find(x, SEAL_CHECK_MRZ, GRADE_GOOD, SEAL_VALID, "good", "the printed MRZ is the seal's");
}

void
vdsseal_verify(const struct vdsseal_input *in, struct vdsseal_result *out)
{
	struct examination x = { .in = in, .out = out };
	struct vds_message message;
	struct err err = ERR_INIT;
	struct vds vds;

	*out = (struct vdsseal_result){ .verdict = SEAL_VALID };
	if (in->raw.n == 0) {
		find(&x, SEAL_CHECK_FORMAT, GRADE_BAD, SEAL_READ_ERROR, "unread", "the bar code could not be read");
		return;
	}
	if (vds_decode(in->raw, &vds, &err) == -1 || vds_message_check(&vds, &message, &err) == -1) {
		find(&x, SEAL_CHECK_FORMAT, GRADE_BAD, SEAL_WRONG_FORMAT, "malformed", "%s", err.text);
		return;
	}
	out->vds = vds;
	out->message = message;
	out->is_read = true;
	find(&x, SEAL_CHECK_FORMAT, GRADE_GOOD, SEAL_VALID, "good", "header version %u, %u features", vds.version, vds.nfeature);
	check_message(&x);
	out->signer = choose_signer(in, &out->vds);
	if (out->signer == NULL) {
		find(&x, SEAL_CHECK_SIGNER, GRADE_BAD, SEAL_UNKNOWN_CERTIFICATE, "signer_unknown", "no certificate %s of signer %s was given", vds.reference, vds.signer);
	} else {
		check_signer(&x);
		check_seal_signature(&x);
		check_trust(&x);
		check_validity(&x);
		check_revocation(&x);
		check_document_type(&x);
	}
	check_mrz(&x);
}
