#include <stdio.h>

#include "pki/passive-local.h"
#include "pki/profile.h"

static const char *const check_names[CHECKS] = {
	[CHECK_FORMAT] = "format",
	[CHECK_ATTRIBUTES] = "attributes",
	[CHECK_SIGNATURE] = "signature",
	[CHECK_CHAIN] = "chain",
	[CHECK_CSCA_VALIDITY] = "csca_validity",
	[CHECK_CSCA_REVOCATION] = "csca_revocation",
	[CHECK_SIGNER_VALIDITY] = "signer_validity",
	[CHECK_SIGNER_PERIOD] = "signer_period",
	[CHECK_CRL] = "crl",
	[CHECK_REVOCATION] = "revocation",
	[CHECK_COUNTRY] = "country",
	[CHECK_DOCUMENT_TYPE] = "document_type",
	[CHECK_DATA_GROUP] = "data_group",
	[CHECK_COM] = "com",
	[CHECK_ALGORITHM] = "algorithm",
	[CHECK_PROFILE] = "profile",
	[CHECK_DEVIATION] = "deviation",
	[CHECK_CHIP] = "chip",
};

const char *
check_name(enum check check)
{
	return check_names[check];
}

const char *
grade_name(enum grade grade)
{
	static const char *const names[] = { "good", "warning", "not checked", "bad" };

	return grade == GRADE_NOT_APPLICABLE ? "not applicable" : names[grade];
}

void
verdict(struct passive *out, enum check check, unsigned dg, enum grade grade, const char *code, const char *fmt, ...)
{
	struct verdict *v;
	va_list ap;

	if (grade > out->total)
		out->total = grade;
	if (out->n == PASSIVE_MAX_VERDICTS)
		return; /* the total still counts it */
	v = &out->verdict[out->n++];
	*v = (struct verdict){ .check = check, .grade = grade, .dg = dg, .code = code };
	va_start(ap, fmt);
	vsnprintf(v->text, sizeof(v->text), fmt, ap);
	va_end(ap);
}

const struct verdict *
passive_find(const struct passive *result, enum check check, unsigned dg)
{
	const struct verdict *worst = NULL;

	for (unsigned i = 0; i < result->n; i++) {
		const struct verdict *v = &result->verdict[i];

		if (v->check == check && v->dg == dg && (worst == NULL || v->grade > worst->grade))
			worst = v;
	}
	return worst;
}

bool
passive_is_refused(const struct passive *result)
{
	return result->total == GRADE_BAD;
}

static void
check_format(struct examination *x)
{
	const struct cms *cms = x->sod->cms;

	if (x->is_bare)
		verdict(x->out, CHECK_FORMAT, 0, GRADE_BAD, "tag_missing", "EF.SOD: a SignedData without tag 77 around it (Doc 9303-10 4.6.2)");
	if (x->lds_problem.kind != FAIL_NONE)
		verdict(x->out, CHECK_FORMAT, 0, GRADE_BAD, "malformed", "%.190s", x->lds_problem.text);
	else if (!x->is_bare)
		verdict(x->out, CHECK_FORMAT, 0, GRADE_GOOD, "good", "EF.SOD is a signed LDS security object v%u", x->sod->lds.version);
	if (cms->is_ber)
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "not_der", "EF.SOD: in BER of indefinite length where DER is wanted (Doc 9303-10 4.6.2)");
	if (cms->version != 3)
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "signed_data_version", "SignedData: version %u, wanted 3 (RFC 5652 5.1)", cms->version);
	if (cms->signer_version != (cms->sid_ski.n > 0 ? 3u : 1u))
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "signer_version", "SignerInfo: version %u does not fit its sid (RFC 5652 5.3)", cms->signer_version);
	if (cms->content_hash_bits != cms->hash_bits)
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "digest_algorithms", "SignedData: digestAlgorithms is not the signer's %s (RFC 5652 5.1)", digest_name(cms->hash_bits));
	if (x->signer != NULL && cms->sid_ski.n == 0 &&
		(!bytes_equal(cms->sid_issuer, x->signer->issuer) || !bytes_equal(cms->sid_serial, x->signer->serial)))
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "sid_differs", "SignerInfo: sid writes issuer or serial number otherwise than the certificate (RFC 5652 10.2.4)");
	if (cms->has_unsigned_attrs)
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "unsigned_attributes", "SignerInfo: unsignedAttrs, which nobody signed (Doc 9303-10 4.6.2.2)");
	if (cms->has_crls)
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "crls_present", "SignedData: crls are not used in EF.SOD (Doc 9303-10 4.6.2.2)");
	if (cms->signed_attrs.n > 0 && !cms->attrs_sorted)
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "attributes_unsorted", "signedAttrs: not in DER order (X.690 11.6)");
	if (x->sod->lds.version == 1 && x->lds_problem.kind == FAIL_NONE && (strcmp(x->sod->lds.lds_version, "0108") != 0 || strcmp(x->sod->lds.unicode_version, "040000") != 0))
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "lds_version_info", "ldsVersionInfo: other versions of LDS or Unicode than v1 stands for (Doc 9303-10 4.6.2.3)");
	if (cms->hash_bits != 0 && cms->sigalg->hash_bits != cms->hash_bits)
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "signature_digest_differs", "SignerInfo: digestAlgorithm is %s, the signature %s (RFC 5652 5.4)",
			digest_name(cms->hash_bits), cms->sigalg->name);
	if (cms->sigalg->is_unusual && cms->sigalg->mask_bits != cms->sigalg->hash_bits)
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "pss_mask_differs", "SignerInfo: %s with a mask by %s (RFC 4055 3.1)", cms->sigalg->name,
			digest_name(cms->sigalg->mask_bits));
	if (x->sod->lds.n > 0 && cms->hash_bits != 0 && cms->hash_bits != (unsigned)x->sod->lds.hash_bits)
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "hashes_differ", "digests: %s over the data groups, %s in the signature",
			digest_name((unsigned)x->sod->lds.hash_bits), digest_name(cms->hash_bits));
}

static void
check_attributes(struct examination *x)
{
	struct err err = ERR_INIT;

	if (cms_check_attributes(x->sod->cms, oid_lds_security_object, &err) == -1)
		verdict(x->out, CHECK_ATTRIBUTES, 0, GRADE_BAD, "attributes_wrong", "%.190s", err.text);
	else
		verdict(x->out, CHECK_ATTRIBUTES, 0, GRADE_GOOD, "good", "signed attributes fit the content");
}

static void
check_signature(struct examination *x)
{
	struct err err = ERR_INIT;

	if (x->signer == NULL)
		verdict(x->out, CHECK_SIGNATURE, 0, GRADE_BAD, "signer_missing", "%s (Doc 9303-10 4.6.2.2)",
			x->sod->cms->ncert > 0 ? "no certificate in EF.SOD is the one that the signature names" : "the document signer's certificate is not in EF.SOD");
	else if (x->signer->key->type == KEY_UNUSABLE)
		verdict(x->out, CHECK_SIGNATURE, 0, GRADE_BAD, "key_unusable", "the document signer's key cannot be used: %.140s", x->signer->key_problem);
	else if (cms_check_signature(x->sod->cms, x->signer, &err) == -1)
		verdict(x->out, CHECK_SIGNATURE, 0, GRADE_BAD, "signature_wrong", "%.190s", err.text);
	else
		verdict(x->out, CHECK_SIGNATURE, 0, GRADE_GOOD, "good", "signed by document signer %s", x->signer->subject_cn);
}

/* ---- algorithms, profile ---- */

static void
weak(struct examination *x, const char *code, const char *what, const char *how)
{
	verdict(x->out, CHECK_ALGORITHM, 0, x->in->weak_is_warning ? GRADE_WARNING : GRADE_BAD, code, "%s: %s (Doc 9303-12 4.1.6)", what, how);
}

static bool
key_is_weak(const struct pubkey *key)
{
	return key->type == KEY_RSA ? key->bits < 2048 : key->type == KEY_EC && key->curve->is_weak;
}

static void
check_algorithms(struct examination *x)
{
	unsigned before = x->out->n;

	if (x->sod->lds.hash_bits == LDSSO_SHA1_BITS)
		weak(x, "hash_weak", "data-group hashes", "SHA-1");
	if (x->sod->cms->sigalg->key == KEY_UNUSABLE || x->sod->cms->hash_bits == 0)
		verdict(x->out, CHECK_ALGORITHM, 0, GRADE_BAD, "algorithm_unknown", "EF.SOD is signed with %s (Doc 9303-12 4.1.6)",
			x->sod->cms->hash_bits == 0 ? "a digest that is not permitted" : x->sod->cms->sigalg->name);
	if (x->sod->cms->sigalg->is_weak || x->sod->cms->hash_bits == HASH_SHA1)
		weak(x, "signature_weak", "signature of EF.SOD", "SHA-1");
	if (x->signer != NULL && x->signer->sigalg != NULL && x->signer->sigalg->is_weak)
		weak(x, "certificate_weak", "document signer's certificate", "signed with SHA-1");
	if (x->signer != NULL && key_is_weak(x->signer->key))
		weak(x, "key_weak", "document signer's key", "too short");
	if (x->csca != NULL && key_is_weak(x->csca->cert->key))
		weak(x, "csca_key_weak", "CSCA's key", "too short");
	if (x->out->n == before)
		verdict(x->out, CHECK_ALGORITHM, 0, GRADE_GOOD, "good", "%s over %s", x->sod->cms->sigalg->name,
			x->sod->lds.n > 0 ? digest_name((unsigned)x->sod->lds.hash_bits) : "contents that cannot be read");
}

static void
check_profile(struct examination *x)
{
	struct err err = ERR_INIT;

	if (profile_check(PROFILE_DOCUMENT_SIGNER, x->signer, &err) == 0) {
		if (passive_find(x->out, CHECK_PROFILE, 0) == NULL)
			verdict(x->out, CHECK_PROFILE, 0, GRADE_GOOD, "good", "no departure from the profiles of Doc 9303-10 and -12");
		return;
	}
	for (unsigned i = 0; i < err.nproblem; i++)
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "certificate_profile", "document signer's certificate: %s", err.problem[i].text);
}

static void
examine(struct examination *x)
{
	struct passive *out = x->out;

	check_format(x);
	check_attributes(x);
	check_signature(x);
	check_data_groups(x);
	check_com(x);
	check_algorithms(x);
	out->has_signing_time = x->sod->cms->has_signing_time;
	out->signing_time = x->sod->cms->signing_time;
	if (x->signer == NULL) {
		verdict(out, CHECK_CHAIN, 0, GRADE_NOT_CHECKED, "signer_missing", "no document signer's certificate to look at");
		check_chip(x);
		return;
	}
	cert_sha256(x->signer, out->signer_sha256);
	out->has_signer = true;
	if (x->csca != NULL) {
		cert_sha256(x->csca->cert, out->anchor_sha256);
		out->has_anchor = true;
	}
	check_chain(x);
	check_validities(x);
	check_signer_period(x);
	check_revocation(x);
	check_country(x);
	check_document_type(x);
	check_profile(x);
	check_deviations(x);
	check_chip(x);
}

void
passive_authenticate(const struct passive_input *in, struct passive *out)
{
	struct examination x = { .in = in, .out = out };
	struct err err = ERR_INIT;
	struct sod *sod = NULL;

	out->n = 0; /* the verdicts behind n stay as they are: 20 kB less to clear */
	out->total = GRADE_GOOD;
	out->has_signer = out->has_anchor = out->has_signing_time = false;
	out->signing_time = 0;
	if (sod_parse_tolerantly(in->sod, &sod, &x.is_bare, &x.lds_problem, &err) == -1) {
		verdict(out, CHECK_FORMAT, 0, GRADE_BAD, "unreadable", "%.190s", err.text);
		return;
	}
	x.sod = sod;
	x.signer = cms_signer_cert(sod->cms);
	if (x.signer != NULL && in->store != NULL)
		x.csca = truststore_issuer(in->store, x.signer, in->at, &x.is_by_identifier);
	examine(&x);
	sod_free(sod);
}
