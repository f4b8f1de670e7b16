/* What master lists and deviation lists share: their signature, their signer, their age. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

#include "pki/masterlist.h"
#include "pki/deviation.h"
#include "pki/lint.h"
#include "pki/profile.h"
#include "registry/base/date.h"
#include "registry/base/digest.h"

enum { PATH_MAX_LINKS = 4, /* link certificates between the signer's issuer and an anchor */
	CLOCKS_DIFFER = 24 * 3600 };

const char oid_master_list[] = "2.23.136.1.1.2";
const char oid_deviation_list[] = "2.23.136.1.1.7";
const struct list_kind list_master = { "master list", oid_master_list, oid_eku_master_list, "9303-12 8.2", true, false };
const struct list_kind list_deviation = { "deviation list", oid_deviation_list, oid_eku_deviation_list, "9303-12 9.2", true, true };

void
list_verdict_add(struct list_report *r, enum grade grade, const char *code, const char *clause, const char *fmt, ...)
{
	struct list_verdict *v;
	va_list ap;

	if (grade > r->total)
		r->total = grade;
	if (r->n == LIST_MAX_VERDICTS)
		return; /* the total is right even so */
	v = &r->verdict[r->n++];
	v->grade = grade;
	v->code = code;
	v->clause = clause;
	va_start(ap, fmt);
	vsnprintf(v->text, sizeof(v->text), fmt, ap);
	va_end(ap);
}

const struct list_verdict *
list_verdict_find(const struct list_report *r, const char *code)
{
	for (unsigned i = 0; i < r->n; i++)
		if (strcmp(r->verdict[i].code, code) == 0)
			return &r->verdict[i];
	return NULL;
}

bool
list_is_csca(const struct cert *cert)
{
	if (cert_has(cert, EXT_BASIC_CONSTRAINTS) && !cert->is_ca)
		return false;
	if (cert_has(cert, EXT_KEY_USAGE) && !(cert->key_usage & KU_KEY_CERT_SIGN))
		return false;
	return cert_has(cert, EXT_BASIC_CONSTRAINTS) || cert_has(cert, EXT_KEY_USAGE) || cert->is_self_signed;
}

struct checking {
	const struct cms *cms;
	const struct list_kind *kind;
	const struct list_trust *trust;
	struct list_report *r;
};

/* ---- the SignedData ---- */

static void
check_format(const struct checking *c)
{
	const struct cms *cms = c->cms;
	bool by_ski = cms->sid_ski.n > 0;
	const char *problem = NULL;

	if (cms->is_ber)
		problem = "BER where DER is wanted";
	else if (cms->sigalg->hash_bits != cms->hash_bits)
		problem = "the signature's hash is not digestAlgorithm";
	else if (cms->version != 3)
		problem = "version of the SignedData is not 3";
	else if (cms->signer_version != (by_ski ? 3 : 1))
		problem = "version of the SignerInfo does not go with its sid";
	else if (cms->content_hash_bits != cms->hash_bits)
		problem = "digestAlgorithms is not the signer's digest alone";
	else if (cms->signed_attrs.n > 0 && !cms->attrs_sorted)
		problem = "signedAttrs are not in DER order";
	else if (cms->nother > 0)
		problem = "certificates of another kind are there";
	else if (cms->has_crls)
		problem = "crls are there";
	else if (cms->has_unsigned_attrs)
		problem = "unsignedAttrs are there";
	if (problem != NULL)
		list_verdict_add(c->r, GRADE_WARNING, "format", c->kind->clause, "%s: %s", c->kind->name, problem);
	else
		list_verdict_add(c->r, GRADE_GOOD, "format", c->kind->clause, "SignedData of a %s", c->kind->name);
}

static void
check_algorithm(const struct checking *c)
{
	bool is_weak = c->cms->hash_bits == HASH_SHA1 || c->cms->sigalg->is_weak || (c->r->signer != NULL && c->r->signer->sigalg != NULL && c->r->signer->sigalg->is_weak);

	if (is_weak)
		list_verdict_add(c->r, c->trust->weak_is_warning ? GRADE_WARNING : GRADE_BAD, "algorithm_weak", "9303-12 4.1.6", "signed with SHA-1");
}

/* False: nothing below this can be said. */
static bool
check_signature(const struct checking *c)
{
	struct err err = ERR_INIT;

	c->r->signer = cms_signer_cert(c->cms);
	if (cms_check_attributes(c->cms, c->kind->content_type, &err) == -1)
		list_verdict_add(c->r, GRADE_BAD, "attributes_wrong", "RFC 5652 11", "%s", err.text);
	if (c->r->signer == NULL) {
		list_verdict_add(c->r, GRADE_BAD, "signer_missing", c->kind->clause, "the signer's certificate is not inside");
		return false;
	}
	snprintf(c->r->country, sizeof(c->r->country), "%s", c->r->signer->country);
	if (cms_check_signature(c->cms, c->r->signer, &err) == -1) {
		list_verdict_add(c->r, GRADE_BAD, "signature_wrong", c->kind->clause, "%s", err.text);
		return false;
	}
	if (c->cms->sid_serial.n > 0 && (!bytes_equal(c->cms->sid_serial, c->r->signer->serial) || !bytes_equal(c->cms->sid_issuer, c->r->signer->issuer)))
		list_verdict_add(c->r, GRADE_WARNING, "sid_differs", "RFC 5652 5.3", "issuer and serial number that name the signer are written otherwise in its certificate");
	if (c->r->total < GRADE_BAD)
		list_verdict_add(c->r, GRADE_GOOD, "signature", NULL, "signed by %s of %s, %s", c->r->signer->subject_cn, c->r->country, c->cms->sigalg->name);
	return true;
}

/* ---- the signer ---- */

static void
check_purpose(const struct checking *c)
{
	const struct cert *signer = c->r->signer;

	if (signer->is_ca || (signer->key_usage & KU_KEY_CERT_SIGN)) {
		list_verdict_add(c->r, GRADE_BAD, "signer_is_csca", c->kind->clause, "signed by a CA itself, not by a signer of %ss", c->kind->name);
		return;
	}
	if (cert_has(signer, EXT_KEY_USAGE) && !(signer->key_usage & KU_DIGITAL_SIGNATURE))
		list_verdict_add(c->r, GRADE_BAD, "signer_key_usage", "9303-12 table 6", "keyUsage of the signer has no digitalSignature");
	if (signer->has_unknown_critical)
		list_verdict_add(c->r, GRADE_BAD, "signer_unknown_critical", "RFC 5280 4.2", "the signer's certificate has a critical extension that is not known or cannot be read");
	if (signer->malformed[0] != '\0')
		list_verdict_add(c->r, GRADE_WARNING, "signer_profile", "9303-12 table 6", "%s", signer->malformed);
	if (signer->has_odd_time)
		list_verdict_add(c->r, GRADE_WARNING, "signer_profile", "9303-12 table 5", "the signer's certificate has GeneralizedTime before 2050");
	if (cert_has_eku(signer, c->kind->eku))
		list_verdict_add(c->r, GRADE_GOOD, "signer_purpose", NULL, "extKeyUsage %s", c->kind->eku);
	else if (!cert_has(signer, EXT_EKU) && c->trust->purpose_is_warning && signer->ndocument_types == 0)
		list_verdict_add(c->r, GRADE_WARNING, "signer_purpose_missing", c->kind->clause, "the signer's certificate has no extKeyUsage");
	else
		list_verdict_add(c->r, GRADE_BAD, "signer_purpose_wrong", c->kind->clause, "extKeyUsage of the signer does not name %ss", c->kind->name);
}

static const struct cert *
anchor_of(const struct list_trust *trust, const struct cert *cert)
{
	struct err err = ERR_INIT;

	for (size_t i = 0; cert->aki.n > 0 && i < trust->nanchor; i++)
		if (bytes_equal(trust->anchor[i]->ski, cert->aki) && list_is_csca(trust->anchor[i]) && cert_verify(cert, trust->anchor[i], &err) == 0)
			return trust->anchor[i];
	for (size_t i = 0; i < trust->nanchor; i++)
		if ((cert->aki.n == 0 || !bytes_equal(trust->anchor[i]->ski, cert->aki)) && strcasecmp(trust->anchor[i]->country, cert->issuer_country) == 0 &&
			list_is_csca(trust->anchor[i]) && cert_verify(cert, trust->anchor[i], &err) == 0)
			return trust->anchor[i];
	return NULL;
}

/* Under an anchor, or under a link certificate that the list carries and that is. */
static const struct cert *
path_of(const struct checking *c, const struct cert *cert, unsigned depth, const struct cert **via)
{
	const struct cert *anchor = anchor_of(c->trust, cert);
	const struct cert *deeper;
	struct err err = ERR_INIT;

	if (anchor != NULL || depth == PATH_MAX_LINKS)
		return anchor;
	for (unsigned i = 0; i < c->cms->ncert; i++) {
		const struct cert *link = c->cms->cert[i];

		if (link == cert || link == c->r->signer || link->is_self_signed || !list_is_csca(link) || !bytes_equal(link->ski, cert->aki) || link->ski.n == 0 ||
			link->has_unknown_critical || cert_verify(cert, link, &err) == -1)
			continue;
		anchor = path_of(c, link, depth + 1, &deeper);
		if (anchor != NULL) {
			*via = link;
			return anchor;
		}
	}
	return NULL;
}

/* An anchor that is a link certificate: the key that it names must have signed it, when that is there. */
static void
check_anchor(const struct checking *c, const struct cert *anchor)
{
	struct err err = ERR_INIT;
	bool is_named = false;

	if (anchor->is_self_signed)
		return;
	for (size_t i = 0; anchor->aki.n > 0 && i < c->trust->nanchor; i++) {
		const struct cert *issuer = c->trust->anchor[i];

		if (!bytes_equal(issuer->ski, anchor->aki) || strcasecmp(issuer->country, anchor->issuer_country) != 0 || pubkey_equal(issuer->key, anchor->key))
			continue;
		is_named = true;
		if (cert_verify(anchor, issuer, &err) == 0)
			return;
	}
	if (is_named)
		list_verdict_add(c->r, GRADE_BAD, "anchor_broken", "RFC 5280 4.1.1.3", "the link certificate that is to be trusted does not verify under the key it names");
	else
		list_verdict_add(c->r, GRADE_WARNING, "anchor_unverified", "RFC 5280 4.1.1.3", "the CSCA's certificate is trusted as it stands: no other verifies its signature");
}

static void
check_path(const struct checking *c)
{
	struct list_report *r = c->r;
	const struct cert *issuer;

	if (c->trust->nanchor == 0) {
		list_verdict_add(r, GRADE_NOT_CHECKED, "no_anchor", c->kind->clause, "no CSCA certificate was given to trust");
		return;
	}
	r->anchor = path_of(c, r->signer, 0, &r->via);
	if (r->anchor == NULL) {
		list_verdict_add(r, GRADE_BAD, "signer_untrusted", c->kind->clause, "the signer's certificate is under none of the %zu trusted ones", c->trust->nanchor);
		return;
	}
	check_anchor(c, r->anchor);
	issuer = r->via != NULL ? r->via : r->anchor;
	list_verdict_add(r, GRADE_GOOD, "path", NULL, "the signer's certificate is under %s of %s%s", r->anchor->subject_cn, r->anchor->country,
		r->via != NULL ? ", through a link certificate" : "");
	if (strcasecmp(r->signer->country, issuer->country) != 0 || strcasecmp(r->signer->country, r->anchor->country) != 0)
		list_verdict_add(r, GRADE_BAD, "country_differs", "9303-12 table 5", "signer of %s under a CSCA of %s", r->signer->country, r->anchor->country);
	if (c->trust->at > issuer->not_after || c->trust->at < issuer->not_before)
		list_verdict_add(r, GRADE_WARNING, "csca_expired", "9303-12 7.1.1", "the CSCA certificate above the signer is not valid on the day of the check");
	if (issuer->sigalg == NULL || r->signer->sigalg == NULL)
		list_verdict_add(r, GRADE_WARNING, "algorithm_unknown", "9303-12 4.1.6", "a signature algorithm that is not known");
}

/* Nobody signs for what else is carried: only what is itself under an anchor belongs there. */
static void
check_carried(const struct checking *c)
{
	const struct cert *via;
	unsigned strange = 0;

	if (c->r->anchor == NULL)
		return;
	for (unsigned i = 0; i < c->cms->ncert; i++) {
		const struct cert *cert = c->cms->cert[i];
		bool is_anchor = false;

		for (size_t a = 0; a < c->trust->nanchor; a++)
			is_anchor |= bytes_equal(bytes_of(&cert->der), bytes_of(&c->trust->anchor[a]->der));
		if (cert != c->r->signer && !is_anchor && path_of(c, cert, 0, &via) == NULL)
			strange++;
	}
	if (strange > 0)
		list_verdict_add(c->r, GRADE_WARNING, "carried_untrusted", c->kind->clause, "%u certificates beside the signer's are under none of the trusted ones", strange);
}

static void
check_revocation(const struct checking *c)
{
	const struct cert *signer = c->r->signer;
	const struct crl *best = NULL;

	if (c->trust->ncrl == 0 || c->r->anchor == NULL)
		return;
	for (size_t i = 0; i < c->trust->ncrl; i++) {
		const struct crl *crl = c->trust->crl[i];
		const struct crl_entry *entry;

		if (strcasecmp(crl->country, signer->issuer_country) != 0 ||
			(crl_issuer(crl, c->trust->anchor, c->trust->nanchor) == NULL && (c->r->via == NULL || crl_issuer(crl, &c->r->via, 1) == NULL)))
			continue;
		entry = crl_find(crl, signer->serial);
		if (entry != NULL) {
			list_verdict_add(c->r, GRADE_BAD, "signer_revoked", "9303-12 7.1.4", "the signer's certificate is on the CRL of its State");
			return;
		}
		if (crl_is_complete(crl) && (best == NULL || crl_compare_age(best, crl) < 0))
			best = crl;
	}
	if (best == NULL)
		list_verdict_add(c->r, GRADE_NOT_CHECKED, "crl_missing", "9303-12 7.1.4", "no CRL of the signer's State verifies");
	else if (crl_is_stale(best, c->trust->at))
		list_verdict_add(c->r, GRADE_WARNING, "crl_stale", "9303-12 5.1.4", "the signer is not on the CRL of its State, but that is past its nextUpdate");
	else
		list_verdict_add(c->r, GRADE_GOOD, "revocation", NULL, "the signer is not on the CRL of its State");
}

/* ---- time ---- */

static void
check_validity(const struct checking *c)
{
	const struct cert *signer = c->r->signer;
	int64_t signed_at = c->r->has_signing_time ? c->r->signing_time : c->trust->at;

	if (signed_at < signer->not_before || signed_at > signer->not_after)
		list_verdict_add(c->r, GRADE_BAD, "signer_not_valid", "9303-12 7.1.1", "signed outside the validity of the signer's certificate");
	else if (c->trust->at > signer->not_after)
		list_verdict_add(c->r, GRADE_WARNING, "signer_expired", "9303-12 7.1.1", "the signer's certificate has expired since");
	else
		list_verdict_add(c->r, GRADE_GOOD, "signer_validity", NULL, "signed while the signer's certificate was valid");
	if ((signer->has_key_from && signed_at < signer->key_from) || (signer->has_key_to && signed_at > signer->key_to))
		list_verdict_add(c->r, GRADE_WARNING, "signer_period", "9303-12 7.1.1", "signed outside the signer's privateKeyUsagePeriod");
}

static void
check_time(const struct checking *c)
{
	struct list_report *r = c->r;
	const struct list_trust *t = c->trust;
	char mine[21], held[21];

	r->has_signing_time = c->cms->has_signing_time;
	r->signing_time = c->cms->signing_time;
	if (!r->has_signing_time) {
		if (c->kind->time_is_mandatory)
			list_verdict_add(r, GRADE_BAD, "signing_time_missing", c->kind->clause, "signedAttrs have no signingTime");
		return;
	}
	time_format(r->signing_time, mine);
	if (r->signing_time > t->at + CLOCKS_DIFFER)
		list_verdict_add(r, GRADE_BAD, "signing_time_future", c->kind->clause, "signed at %s, later than the check", mine);
	if (!t->has_held)
		return;
	time_format(t->held_at, held);
	if (r->signing_time < t->held_at)
		list_verdict_add(r, GRADE_BAD, "older", c->kind->clause, "signed at %s, older than the list held, of %s", mine, held);
	else if (r->signing_time > t->held_at)
		list_verdict_add(r, GRADE_GOOD, "newer", NULL, "signed at %s, the list held at %s", mine, held);
	else if (t->held_sha256.n == SHA256_LEN) {
		uint8_t digest[SHA256_LEN];

		sha256(bytes_of(&c->cms->der), digest);
		if (bytes_equal(BYTES(digest, sizeof(digest)), t->held_sha256))
			list_verdict_add(r, GRADE_GOOD, "same", NULL, "the very list that is held, of %s", held);
		else
			list_verdict_add(r, GRADE_BAD, "same_time_differs", c->kind->clause, "another list of the same signing time as the one held, %s", held);
	}
}

void
list_check(const struct cms *cms, const struct list_kind *kind, const struct list_trust *trust, struct list_report *report)
{
	struct checking c = { cms, kind, trust, report };

	memset(report, 0, sizeof(*report));
	check_format(&c);
	check_time(&c);
	if (!check_signature(&c))
		return;
	check_algorithm(&c);
	check_purpose(&c);
	check_path(&c);
	check_carried(&c);
	check_validity(&c);
	check_revocation(&c);
}

/* ---- signing ---- */

static int
check_signing(const struct cert *signer, const struct cert *csca, const struct list_kind *kind, const struct list_signing *signing, struct err *err)
{
	if (!csca->is_ca || !(csca->key_usage & KU_KEY_CERT_SIGN))
		return err_set(err, FAIL_INPUT, "%s: the certificate beside the signer's is none of a CSCA", kind->name);
	if (signer->is_ca)
		return err_set(err, FAIL_INPUT, "%s: the signer is a CSCA (Doc %s)", kind->name, kind->clause);
	if (!cert_has_eku(signer, kind->eku))
		return err_set(err, FAIL_INPUT, "%s: extKeyUsage of the signer does not name it (Doc %s)", kind->name, kind->clause);
	if (cert_verify(signer, csca, err) == -1)
		return err_prefix(err, "%s: the signer's certificate under its CSCA", kind->name);
	if (signing->signing_time < signer->not_before || signing->signing_time > signer->not_after)
		return err_set(err, FAIL_INPUT, "%s: signing time outside the validity of the signer's certificate", kind->name);
	if ((signer->has_key_from && signing->signing_time < signer->key_from) || (signer->has_key_to && signing->signing_time > signer->key_to))
		return err_set(err, FAIL_INPUT, "%s: signing time outside the signer's privateKeyUsagePeriod", kind->name);
	if (signing->has_previous && signing->signing_time <= signing->previous_at)
		return err_set(err, FAIL_INPUT, "%s: signing time not after that of the list before (Doc %s)", kind->name, kind->clause);
	return 0;
}

/*
 * The linter's word counts for what is ours: no error and no warning; but what other States put into their certificates is theirs, and
 * a master list passes it on.
 */
static int
lint_result(struct bytes der, const struct cert *csca, const struct list_kind *kind, struct err *err)
{
	static const char member[] = "certificate ";
	const struct lint_options options = { &csca, 1, LINT_DETECT };
	struct lint lint = { .n = 0 };
	int rc = lint_file(der, &options, &lint, err);

	for (size_t i = 0; rc == 0 && i < lint.n; i++)
		if (lint.finding[i].severity >= LINT_WARNING && strncmp(lint.finding[i].where, member, strlen(member)) != 0)
			rc = err_set(err, FAIL_INPUT, "%s: %s%s%s: %s", kind->name, lint.finding[i].where, lint.finding[i].where[0] != '\0' ? ": " : "",
				lint.finding[i].rule->code, lint.finding[i].text);
	if (rc == 0 && lint.failed)
		rc = err_set(err, FAIL_INTERNAL, "out of memory");
	lint_clear(&lint);
	return rc;
}

int
list_sign(struct session *s, const struct signer *signer, const struct list_kind *kind, struct bytes content, const struct list_signing *signing,
	struct buf *der, struct err *err)
{
	struct cms_options options = { .signing_time = signing->signing_time, .beside = signing->csca, .by_key_identifier = signer_cert(signer)->ski.n > 0 };
	struct cert *csca = NULL;
	struct buf out = BUF_INIT;
	int rc = -1;

	if (cert_parse(signing->csca, &csca, err) == -1)
		return -1;
	if (check_signing(signer_cert(signer), csca, kind, signing, err) == 0 && cms_sign_with(s, signer, kind->content_type, content, &options, &out, err) == 0 &&
		lint_result(bytes_of(&out), csca, kind, err) == 0) {
		buf_move(der, &out);
		rc = 0;
	}
	buf_clear(&out);
	cert_free(csca);
	return rc;
}
