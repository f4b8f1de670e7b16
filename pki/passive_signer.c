/* The document signer: under whom, valid, in use when it signed, not revoked. */
#include "pki/passive-local.h"
#include "pki/profile.h"

/* A purpose that Doc 9303-12 gives to other signers, or to our ledger's: critical or not, its holder does not sign documents. */
static bool
has_other_office(const struct cert *signer)
{
	static const char *const offices[] = {
		oid_eku_master_list, oid_eku_deviation_list, oid_eku_vds, oid_eku_ledger,
		"2.23.136.1.1.9.8.1", "2.23.136.1.1.9.8.2", "2.23.136.1.1.9.8.3", /* LDS2: travel stamps, visas, biometrics */
		"2.23.136.1.1.10.1", "2.23.136.1.1.10.2",                         /* SPOC, client and server */
		"2.23.136.1.1.14.2",                                              /* VDS-NC */
	};

	for (size_t i = 0; i < NELEM(offices); i++)
		if (cert_has_eku(signer, offices[i]))
			return true;
	return false;
}

/* A certificate for something else must not sign documents: ledger, lists, seals. */
static bool
may_sign_documents(const struct cert *signer, const char **why)
{
	if (cert_has(signer, EXT_KEY_USAGE) && !(signer->key_usage & KU_DIGITAL_SIGNATURE))
		*why = "keyUsage has no digitalSignature";
	else if (signer->is_ca)
		*why = "it is a CA's";
	else if (cert_has(signer, EXT_EKU) && cert_critical(signer, EXT_EKU))
		*why = "a critical extKeyUsage names another purpose";
	else if (has_other_office(signer))
		*why = "extKeyUsage names another signer's purpose";
	else if (signer->has_unknown_critical)
		*why = "it has a critical extension that we do not know or cannot read";
	else
		return true;
	return false;
}

void
check_chain(struct examination *x)
{
	const char *why = "";

	if (x->csca == NULL)
		verdict(x->out, CHECK_CHAIN, 0, GRADE_BAD, "signer_untrusted", "the document signer's certificate is not under a trusted CSCA");
	else if (!may_sign_documents(x->signer, &why))
		verdict(x->out, CHECK_CHAIN, 0, GRADE_BAD, "signer_not_for_documents", "the certificate is not a document signer's: %s (Doc 9303-12 table 6)", why);
	else
		verdict(x->out, CHECK_CHAIN, 0, GRADE_GOOD, "good", "the document signer is under %s, %s%s", x->csca->cert->subject_cn, x->csca->cert->country,
			x->csca->trust == TRUST_LINKED ? ", trusted by a link" : "");
	if (x->csca != NULL && !x->csca->is_verified)
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "anchor_unverified", "the CSCA's certificate is trusted as it stands: no certificate in the trust store verifies its signature");
	if (x->csca != NULL && !x->is_by_identifier)
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "aki_wrong", "the CSCA was found by trying the State's keys: authorityKeyIdentifier %s (Doc 9303-12 table 6)",
			x->signer->aki.n > 0 ? "names none that signed" : "is absent");
}

static void
check_validity(struct examination *x, enum check check, const struct cert *cert, const char *whose, const char *expired,
	const char *early)
{
	char day[DATE_TEXT];
	int64_t at = x->in->at;

	if (at < cert->not_before)
		verdict(x->out, check, 0, GRADE_BAD, early, "certificate of the %s is valid from %s on", whose, date_format(date_of_unix(cert->not_before), day));
	else if (at > cert->not_after)
		verdict(x->out, check, 0, GRADE_BAD, expired, "certificate of the %s expired on %s", whose, date_format(date_of_unix(cert->not_after), day));
	else
		verdict(x->out, check, 0, GRADE_GOOD, "good", "certificate of the %s is valid until %s", whose, date_format(date_of_unix(cert->not_after), day));
}

void
check_validities(struct examination *x)
{
	if (x->csca != NULL)
		check_validity(x, CHECK_CSCA_VALIDITY, x->csca->cert, "CSCA", "csca_expired", "csca_not_yet_valid");
	check_validity(x, CHECK_SIGNER_VALIDITY, x->signer, "document signer", "signer_expired", "signer_not_yet_valid");
}

/*
 * No signing time.  As long as the key is in use nothing can have been signed after its time.  Later a date of issue inside the period
 * will do; one after it is odd; one before proves nothing: documents are dated before they are personalised.
 */
static void
check_period_unsigned(struct examination *x, int64_t begin, int64_t end)
{
	int64_t issued = x->issued_on.precision == DATE_DAY ? date_to_unix(x->issued_on) : 0;
	char day[DATE_TEXT];

	if (x->in->at >= begin && x->in->at <= end)
		verdict(x->out, CHECK_SIGNER_PERIOD, 0, GRADE_GOOD, "good", "the private key is in use until %s, so it was not used later", date_format(date_of_unix(end), day));
	else if (issued != 0 && issued + DAY > begin && issued <= end)
		verdict(x->out, CHECK_SIGNER_PERIOD, 0, GRADE_GOOD, "good", "issued, by DG12, while the private key was in use");
	else if (issued != 0 && issued > end)
		verdict(x->out, CHECK_SIGNER_PERIOD, 0, GRADE_WARNING, "issued_after_period", "issued, by DG12, after the private key was in use, until %s (Doc 9303-12 7.1.1)", date_format(date_of_unix(end), day));
	else
		verdict(x->out, CHECK_SIGNER_PERIOD, 0, GRADE_NOT_CHECKED, "signing_time_unknown", "neither EF.SOD nor a date of issue in DG12 tells when it was signed");
}

/*
 * Signing time is what the signer itself states; a key misused after its time could lie, so "good" here says that the
 * document claims nothing impossible.
 */
void
check_signer_period(struct examination *x)
{
	const struct cert *c = x->signer;
	int64_t begin = c->has_key_from ? c->key_from : c->not_before, end = c->has_key_to ? c->key_to : c->not_after, at;
	char day[DATE_TEXT];

	if (!x->sod->cms->has_signing_time) {
		check_period_unsigned(x, begin, end);
		return;
	}
	at = x->sod->cms->signing_time;
	if (at < begin)
		verdict(x->out, CHECK_SIGNER_PERIOD, 0, GRADE_BAD, "signed_before_period", "signed before the private key was in use, from %s on (Doc 9303-12 7.1.1)", date_format(date_of_unix(begin), day));
	else if (at > end)
		verdict(x->out, CHECK_SIGNER_PERIOD, 0, GRADE_BAD, "signed_after_period", "signed after the private key was in use, until %s (Doc 9303-12 7.1.1)", date_format(date_of_unix(end), day));
	else if (at > x->in->at + DAY)
		verdict(x->out, CHECK_SIGNER_PERIOD, 0, GRADE_BAD, "signed_in_future", "signed after the moment of inspection");
	else if (!c->has_key_to)
		verdict(x->out, CHECK_SIGNER_PERIOD, 0, GRADE_WARNING, "period_unknown", "the certificate does not tell until when its key is used (Doc 9303-12 table 6)");
	else
		verdict(x->out, CHECK_SIGNER_PERIOD, 0, GRADE_GOOD, "good", "signed while the private key was in use");
}

/* ---- revocation ---- */

static void
no_crl(struct examination *x, const struct revocation *r)
{
	static const struct {
		const char *code, *text;
	} unusable[] = {
		[CRL_USABLE] = { "crl_missing", "no CRL of the CSCA is in the trust store" },
		[CRL_ISSUER_UNKNOWN] = { "crl_issuer_unknown", "the CRL of the State is not signed by a trusted CSCA" },
		[CRL_SIGNATURE_WRONG] = { "crl_signature_wrong", "the CRL names the CSCA's key, but its signature does not verify" },
		[CRL_NOT_COMPLETE] = { "crl_not_complete", "the CRL is a partial one, or has a critical extension we do not know (Doc 9303-12 table 9)" },
	};
	enum crl_state why = r->unusable != NULL ? r->unusable->state : CRL_USABLE;

	verdict(x->out, CHECK_CRL, 0, GRADE_NOT_CHECKED, unusable[why].code, "%s", unusable[why].text);
}

static void
check_crl(struct examination *x, const struct revocation *r)
{
	const struct crl *crl = r->crl != NULL ? r->crl->crl : NULL;
	char day[DATE_TEXT], due[DATE_TEXT];

	if (crl == NULL) {
		no_crl(x, r);
		return;
	}
	date_format(date_of_unix(crl->this_update), day);
	if (crl->sigalg != NULL && crl->sigalg->is_weak)
		verdict(x->out, CHECK_CRL, 0, GRADE_WARNING, "crl_weak", "the CRL is signed with %s", crl->sigalg->name);
	if (crl_is_early(crl, x->in->at))
		verdict(x->out, CHECK_CRL, 0, GRADE_WARNING, "crl_of_later", "the CRL was issued on %s, after the moment of inspection", day);
	else if (crl_is_stale(crl, x->in->at))
		verdict(x->out, CHECK_CRL, 0, GRADE_WARNING, "crl_stale", "the CRL is of %s, the next one was due on %s", day,
			crl->has_next_update ? date_format(date_of_unix(crl->next_update), due) : "a day it does not tell");
	else if (crl->version != 2 || !crl->has_next_update)
		verdict(x->out, CHECK_CRL, 0, GRADE_WARNING, "crl_profile", "the CRL of %s %s (Doc 9303-12 7.1.4)", day,
			crl->version != 2 ? "is of version 1" : "does not tell when the next one is due");
	else
		verdict(x->out, CHECK_CRL, 0, GRADE_GOOD, "good", "the CRL of %s is signed by the CSCA and of the day", day);
}

/* The certificates above: the CSCA is bad when its root or what linked it was revoked, whoever signed that. */
static void
check_csca_revocation(struct examination *x, const struct revocation *r)
{
	const struct trusted *csca = x->csca;
	char day[DATE_TEXT];

	if (csca->is_revoked && csca->revoked_at <= x->in->at + DAY)
		verdict(x->out, CHECK_CSCA_REVOCATION, 0, GRADE_BAD, "csca_revoked", "the CSCA's certificate was revoked on %s", date_format(date_of_unix(csca->revoked_at), day));
	else if (csca->is_revoked)
		verdict(x->out, CHECK_CSCA_REVOCATION, 0, GRADE_WARNING, "csca_revoked_later", "the CSCA's certificate was revoked on %s, after the moment of inspection", date_format(date_of_unix(csca->revoked_at), day));
	else if (r->crl == NULL)
		verdict(x->out, CHECK_CSCA_REVOCATION, 0, GRADE_NOT_CHECKED, "crl_unusable", "no usable CRL tells whether the CSCA was revoked");
	else
		verdict(x->out, CHECK_CSCA_REVOCATION, 0, GRADE_GOOD, "good", "the CSCA's certificate is not revoked");
}

static void
check_signer_revocation(struct examination *x, const struct revocation *r)
{
	char day[DATE_TEXT];

	if (r->entry != NULL && r->entry->revoked_at <= x->in->at + DAY)
		verdict(x->out, CHECK_REVOCATION, 0, GRADE_BAD, "signer_revoked", "the document signer's certificate was revoked on %s", date_format(date_of_unix(r->entry->revoked_at), day));
	else if (r->entry != NULL)
		verdict(x->out, CHECK_REVOCATION, 0, GRADE_WARNING, "signer_revoked_later", "the document signer's certificate was revoked on %s, after the moment of inspection", date_format(date_of_unix(r->entry->revoked_at), day));
	else if (r->is_elsewhere)
		verdict(x->out, CHECK_REVOCATION, 0, r->crl == NULL ? GRADE_NOT_CHECKED : GRADE_WARNING, "number_on_other_crl", "the serial number is on the CRL of another CSCA of the State");
	else if (r->crl == NULL)
		verdict(x->out, CHECK_REVOCATION, 0, GRADE_NOT_CHECKED, "crl_unusable", "no usable CRL tells whether the document signer was revoked");
	else
		verdict(x->out, CHECK_REVOCATION, 0, GRADE_GOOD, "good", "the document signer's certificate is not on the CRL");
}

void
check_revocation(struct examination *x)
{
	struct revocation r;

	if (x->csca == NULL) { /* whose CRL would it be */
		verdict(x->out, CHECK_REVOCATION, 0, GRADE_NOT_CHECKED, "signer_untrusted", "without a trusted CSCA there is no CRL to ask");
		return;
	}
	truststore_revocation(x->in->store, x->csca, x->signer->serial, x->in->at, &r);
	check_crl(x, &r);
	check_csca_revocation(x, &r);
	check_signer_revocation(x, &r);
}
