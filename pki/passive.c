#include <stdio.h>
#include <strings.h>

#include "pki/passive.h"
#include "pki/profile.h"
#include "registry/base/date.h"
#include "registry/doc9303/lds.h"
#include "registry/doc9303/states.h"

enum { DAY = 86400 };

static const char *const check_names[CHECKS] = {
	[CHECK_FORMAT] = "format",
	[CHECK_ATTRIBUTES] = "attributes",
	[CHECK_SIGNATURE] = "signature",
	[CHECK_CHAIN] = "chain",
	[CHECK_CSCA_VALIDITY] = "csca_validity",
	[CHECK_SIGNER_VALIDITY] = "signer_validity",
	[CHECK_SIGNER_PERIOD] = "signer_period",
	[CHECK_REVOCATION] = "revocation",
	[CHECK_COUNTRY] = "country",
	[CHECK_DOCUMENT_TYPE] = "document_type",
	[CHECK_DATA_GROUP] = "data_group",
	[CHECK_ALGORITHM] = "algorithm",
	[CHECK_PROFILE] = "profile",
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

	return names[grade];
}

__attribute__((format(printf, 6, 7))) static void
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

/* What the checks hand to each other. */
struct examination {
	const struct passive_input *in;
	struct passive *out;
	const struct sod *sod;
	const struct cert *signer; /* NULL: not in the security object */
	const struct trusted *csca; /* NULL: no anchor signed it */
	bool dg1_is_good;          /* its hash is the signed one */
	char document_code[3];     /* of DG1, when it was read */
	char state[4];
};

static void
check_format(struct examination *x)
{
	const struct cms *cms = x->sod->cms;

	verdict(x->out, CHECK_FORMAT, 0, GRADE_GOOD, "good", "EF.SOD is a signed LDS security object v%u", x->sod->lds.version);
	if (cms->version != 3)
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "signed_data_version", "SignedData: version %u, wanted 3 (RFC 5652 5.1)", cms->version);
	if (cms->signer_version != (cms->sid_ski.n > 0 ? 3u : 1u))
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "signer_version", "SignerInfo: version %u does not fit its sid (RFC 5652 5.3)", cms->signer_version);
	if (cms->has_crls)
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "crls_present", "SignedData: crls are not used in EF.SOD (Doc 9303-10 4.6.2.2)");
	if (!cms->attrs_sorted)
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "attributes_unsorted", "signedAttrs: not in DER order (X.690 11.6)");
	if (cms->hash_bits != (unsigned)x->sod->lds.hash_bits)
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
		verdict(x->out, CHECK_SIGNATURE, 0, GRADE_BAD, "signer_missing", "the document signer's certificate is not in EF.SOD (Doc 9303-10 4.6.2.2)");
	else if (cms_check_signature(x->sod->cms, x->signer, &err) == -1)
		verdict(x->out, CHECK_SIGNATURE, 0, GRADE_BAD, "signature_wrong", "%.190s", err.text);
	else
		verdict(x->out, CHECK_SIGNATURE, 0, GRADE_GOOD, "good", "signed by document signer %s", x->signer->subject_cn);
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
	else if (signer->has_unknown_critical)
		*why = "it has a critical extension we do not know";
	else
		return true;
	return false;
}

static void
check_chain(struct examination *x)
{
	const char *why = "";

	if (x->csca == NULL)
		verdict(x->out, CHECK_CHAIN, 0, GRADE_BAD, "signer_untrusted", "the document signer's certificate is not under a trusted CSCA");
	else if (!may_sign_documents(x->signer, &why))
		verdict(x->out, CHECK_CHAIN, 0, GRADE_BAD, "signer_not_for_documents", "the certificate is not a document signer's: %s (Doc 9303-12 table 6)", why);
	else
		verdict(x->out, CHECK_CHAIN, 0, GRADE_GOOD, "good", "the document signer is under %s, %s", x->csca->cert->subject_cn, x->csca->cert->country);
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

/* The date of issue of a DG12 whose hash is good. */
static bool
issue_day(const struct examination *x, int64_t *at)
{
	const struct verdict *dg12 = passive_find(x->out, CHECK_DATA_GROUP, 12);
	struct err err = ERR_INIT;
	struct lds_dg12 dg;
	struct bytes object;
	uint32_t tag;

	if (dg12 == NULL || dg12->grade != GRADE_GOOD || lds_object(x->in->dg[12], &tag, &object, &err) == -1 ||
		lds_dg12_read(object, &dg, &err) == -1 || dg.issued_on.precision != DATE_DAY)
		return false;
	*at = date_to_unix(dg.issued_on);
	return true;
}

/*
 * Signing time is what the signer itself states; a key misused after its time could lie, so "good" here says that the
 * document claims nothing impossible.  Without it a date of issue inside the period will do, one outside proves nothing:
 * documents are dated before or after they are personalised.
 */
static void
check_signer_period(struct examination *x)
{
	const struct cert *c = x->signer;
	int64_t begin = c->has_key_from ? c->key_from : c->not_before, end = c->has_key_to ? c->key_to : c->not_after, at = 0;
	char day[DATE_TEXT];

	if (!x->sod->cms->has_signing_time) {
		if (issue_day(x, &at) && at + DAY > begin && at <= end)
			verdict(x->out, CHECK_SIGNER_PERIOD, 0, GRADE_GOOD, "good", "issued while the private key was in use");
		else
			verdict(x->out, CHECK_SIGNER_PERIOD, 0, GRADE_NOT_CHECKED, "signing_time_unknown", "EF.SOD does not tell when it was signed");
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

/* ---- data groups ---- */

static void
check_data_group(struct examination *x, unsigned number)
{
	const struct ldsso *lds = &x->sod->lds;
	const struct ldsso_dg *want = ldsso_find(lds, number);
	struct bytes file = x->in->dg[number], object;
	struct err err = ERR_INIT;
	uint8_t hash[64];
	uint32_t tag;
	size_t n;

	if (want == NULL && file.n == 0)
		return;
	if (want == NULL) {
		verdict(x->out, CHECK_DATA_GROUP, number, GRADE_BAD, "not_covered", "DG%u is there but EF.SOD does not cover it", number);
		return;
	}
	if (file.n == 0) {
		verdict(x->out, CHECK_DATA_GROUP, number, GRADE_NOT_CHECKED, "not_read", "DG%u was not read", number);
		return;
	}
	if (lds_object(file, &tag, &object, &err) == -1) {
		verdict(x->out, CHECK_DATA_GROUP, number, GRADE_BAD, "malformed", "DG%u: %.180s", number, err.text);
		return;
	}
	if (tag != lds_dg_tag(number)) {
		verdict(x->out, CHECK_DATA_GROUP, number, GRADE_BAD, "malformed", "DG%u has tag %02X, wanted %02X", number, (unsigned)tag, lds_dg_tag(number));
		return;
	}
	n = digest_of((unsigned)lds->hash_bits, object, hash);
	if (n == 0 || memcmp(hash, want->hash, n) != 0) {
		verdict(x->out, CHECK_DATA_GROUP, number, GRADE_BAD, "hash_wrong", "DG%u does not have the hash that was signed", number);
		return;
	}
	verdict(x->out, CHECK_DATA_GROUP, number, GRADE_GOOD, "good", "DG%u has the hash that was signed", number);
}

static void
check_data_groups(struct examination *x)
{
	const struct verdict *dg1;

	for (unsigned number = 1; number <= LDS_DGS; number++)
		check_data_group(x, number);
	for (unsigned number = 1; number <= 2; number++)
		if (ldsso_find(&x->sod->lds, number) == NULL)
			verdict(x->out, CHECK_DATA_GROUP, number, GRADE_BAD, "not_covered", "EF.SOD does not cover DG%u (Doc 9303-10 4.6.2.3)", number);
	dg1 = passive_find(x->out, CHECK_DATA_GROUP, 1);
	x->dg1_is_good = dg1 != NULL && dg1->grade == GRADE_GOOD;
}

static void
check_com(struct examination *x)
{
	struct err err = ERR_INIT;
	struct lds_com com;
	struct bytes object;
	uint32_t tag;

	if (x->in->com.n == 0)
		return;
	if (lds_object(x->in->com, &tag, &object, &err) == -1 || lds_com_read(object, &com, &err) == -1) {
		verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "com_malformed", "%.190s", err.text);
		return;
	}
	for (unsigned number = 1; number <= LDS_DGS; number++) {
		bool listed = memchr(com.dg, (int)number, com.n) != NULL, covered = ldsso_find(&x->sod->lds, number) != NULL;

		if (listed != covered)
			verdict(x->out, CHECK_PROFILE, 0, GRADE_WARNING, "com_differs", "EF.COM %s DG%u, EF.SOD %s it; EF.COM is not signed",
				listed ? "lists" : "does not list", number, covered ? "covers" : "does not cover");
	}
}

/* ---- what DG1 says against what the certificates allow ---- */

static void
read_dg1(struct examination *x)
{
	struct err err = ERR_INIT;
	struct bytes object, mrz;
	uint32_t tag;

	if (x->in->dg[1].n == 0 || lds_object(x->in->dg[1], &tag, &object, &err) == -1 || lds_dg1_read(object, &mrz, &err) == -1)
		return;
	memcpy(x->document_code, mrz.p, 2);
	memcpy(x->state, mrz.p + 2, 3);
	x->state[strcspn(x->state, "<")] = '\0';
}

static bool
same_letters(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

static void
check_country(struct examination *x)
{
	const struct cert *signer = x->signer;
	const char *two = x->state[0] != '\0' ? states_two_letter(x->state) : NULL;
	enum grade good = x->dg1_is_good ? GRADE_GOOD : GRADE_NOT_CHECKED;

	if (x->csca != NULL && !same_letters(signer->country, x->csca->cert->country)) {
		verdict(x->out, CHECK_COUNTRY, 0, GRADE_BAD, "country_differs", "document signer of %s under a CSCA of %s", signer->country, x->csca->cert->country);
		return;
	}
	if (x->state[0] == '\0') {
		verdict(x->out, CHECK_COUNTRY, 0, GRADE_NOT_CHECKED, "dg1_unread", "DG1 was not read, its State is not known");
		return;
	}
	if ((two == NULL || !same_letters(two, signer->country)) && strcmp(x->state, signer->subject_state) != 0) {
		verdict(x->out, CHECK_COUNTRY, 0, GRADE_BAD, "state_differs", "document of %s, document signer of %s", x->state, signer->country);
		return;
	}
	verdict(x->out, CHECK_COUNTRY, 0, good, x->dg1_is_good ? "good" : "dg1_not_good", "document and document signer name %s%s", x->state,
		x->dg1_is_good ? "" : ", but DG1 is not the signed one");
}

static void
check_document_type(struct examination *x)
{
	const struct cert *signer = x->signer;
	char code[3] = { x->document_code[0], x->document_code[1] == '<' ? '\0' : x->document_code[1], '\0' };

	if (x->document_code[0] == '\0')
		verdict(x->out, CHECK_DOCUMENT_TYPE, 0, GRADE_NOT_CHECKED, "dg1_unread", "DG1 was not read, its type is not known");
	else if (!cert_has(signer, EXT_DOCUMENT_TYPES))
		verdict(x->out, CHECK_DOCUMENT_TYPE, 0, GRADE_WARNING, "document_types_absent", "the document signer's certificate lists no document types (Doc 9303-12 table 6)");
	else if (!cert_allows_document(signer, x->document_code))
		verdict(x->out, CHECK_DOCUMENT_TYPE, 0, GRADE_BAD, "document_type_not_allowed", "document of type %s, which the document signer may not sign (Doc 9303-12 7.1.1.6)", code);
	else if (!x->dg1_is_good)
		verdict(x->out, CHECK_DOCUMENT_TYPE, 0, GRADE_NOT_CHECKED, "dg1_not_good", "type %s is allowed, but DG1 is not the signed one", code);
	else
		verdict(x->out, CHECK_DOCUMENT_TYPE, 0, GRADE_GOOD, "good", "the document signer may sign type %s", code);
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
	return key->type == KEY_RSA ? key->bits < 2048 : key->curve->is_weak;
}

static void
check_algorithms(struct examination *x)
{
	unsigned before = x->out->n;

	if (x->sod->lds.hash_bits == LDSSO_SHA1_BITS)
		weak(x, "hash_weak", "data-group hashes", "SHA-1");
	if (x->sod->cms->sigalg->is_weak || x->sod->cms->hash_bits == HASH_SHA1)
		weak(x, "signature_weak", "signature of EF.SOD", "SHA-1");
	if (x->signer != NULL && x->signer->sigalg != NULL && x->signer->sigalg->is_weak)
		weak(x, "certificate_weak", "document signer's certificate", "signed with SHA-1");
	if (x->signer != NULL && key_is_weak(x->signer->key))
		weak(x, "key_weak", "document signer's key", "too short");
	if (x->csca != NULL && key_is_weak(x->csca->cert->key))
		weak(x, "csca_key_weak", "CSCA's key", "too short");
	if (x->out->n == before)
		verdict(x->out, CHECK_ALGORITHM, 0, GRADE_GOOD, "good", "%s over %s", x->sod->cms->sigalg->name, digest_name((unsigned)x->sod->lds.hash_bits));
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
	read_dg1(x);
	check_algorithms(x);
	out->has_signing_time = x->sod->cms->has_signing_time;
	out->signing_time = x->sod->cms->signing_time;
	if (x->signer == NULL) {
		verdict(out, CHECK_CHAIN, 0, GRADE_NOT_CHECKED, "signer_missing", "no document signer's certificate to look at");
		return;
	}
	cert_sha256(x->signer, out->signer_sha256);
	out->has_signer = true;
	check_chain(x);
	if (x->csca != NULL) {
		cert_sha256(x->csca->cert, out->anchor_sha256);
		out->has_anchor = true;
		check_validity(x, CHECK_CSCA_VALIDITY, x->csca->cert, "CSCA", "csca_expired", "csca_not_yet_valid");
	}
	check_validity(x, CHECK_SIGNER_VALIDITY, x->signer, "document signer", "signer_expired", "signer_not_yet_valid");
	check_signer_period(x);
	verdict(out, CHECK_REVOCATION, 0, GRADE_NOT_CHECKED, "crl_missing", "no CRL was given");
	check_country(x);
	check_document_type(x);
	check_profile(x);
}

void
passive_authenticate(const struct passive_input *in, struct passive *out)
{
	struct examination x = { .in = in, .out = out };
	struct err err = ERR_INIT;
	struct sod *sod = NULL;

	*out = (struct passive){ .total = GRADE_GOOD };
	if (sod_parse(in->sod, &sod, &err) == -1) {
		verdict(out, CHECK_FORMAT, 0, GRADE_BAD, "malformed", "%.190s", err.text);
		return;
	}
	x.sod = sod;
	x.signer = cms_signer_cert(sod->cms);
	if (x.signer != NULL)
		x.csca = truststore_issuer(in->store, x.signer, in->at, NULL);
	examine(&x);
	sod_free(sod);
}
