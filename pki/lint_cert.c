/* A certificate as a whole: what it claims to be, its body, its signature. */
#include <stdio.h>

#include "pki/lint-local.h"

/* The members as they stand: everything below points into the octets. */
struct parts {
	struct bytes version, serial; /* contents octets; version n 0: absent */
	struct tlv inner_algorithm, algorithm, issuer, not_before, not_after, subject, spki;
	struct bytes key_bits; /* of subjectPublicKey */
	bool has_unique_id;
	struct bytes extensions; /* contents of the SEQUENCE */
	bool has_extensions;
};

static int
tail_read(struct der *tbs, struct parts *p, struct err *err)
{
	struct bytes explicit, ignored;
	struct der d;
	int there;

	for (unsigned n = 1; n <= 2; n++) {
		there = der_optional(tbs, DER_CONTEXT(n), &ignored, "unique identifier", err);
		if (there == -1)
			return -1;
		p->has_unique_id |= there == 1;
	}
	there = der_optional(tbs, DER_CONTEXT_CONS(3), &explicit, "extensions", err);
	if (there == -1)
		return -1;
	if (there == 1) {
		d = der_reader(explicit);
		if (der_get(&d, DER_SEQUENCE, &p->extensions, "extensions", err) == -1 || der_end(&d, "extensions", err) == -1)
			return -1;
		p->has_extensions = true;
	}
	return der_end(tbs, "certificate", err);
}

static int
parts_read(struct bytes der, struct parts *p, struct err *err)
{
	struct der d = der_reader(der), top, tbs, version, validity, key;
	struct tlv alg;
	unsigned unused;
	struct bytes signature;

	*p = (struct parts){ .has_unique_id = false };
	if (der_enter(&d, DER_SEQUENCE, &top, "certificate", err) == -1 || der_end(&d, "certificate", err) == -1 ||
		der_enter(&top, DER_SEQUENCE, &tbs, "certificate", err) == -1 ||
		der_next(&top, &p->algorithm, "signatureAlgorithm", err) == -1 ||
		der_get_bits(&top, &signature, &unused, "signatureValue", err) == -1 || der_end(&top, "certificate", err) == -1)
		return -1;
	if (der_peek(&tbs) == DER_CONTEXT_CONS(0) &&
		(der_enter(&tbs, DER_CONTEXT_CONS(0), &version, "version", err) == -1 ||
			der_get(&version, DER_INTEGER, &p->version, "version", err) == -1))
		return -1;
	if (der_get(&tbs, DER_INTEGER, &p->serial, "serialNumber", err) == -1 || der_next(&tbs, &p->inner_algorithm, "signature", err) == -1 ||
		der_next(&tbs, &p->issuer, "issuer", err) == -1 || der_enter(&tbs, DER_SEQUENCE, &validity, "validity", err) == -1 ||
		der_next(&validity, &p->not_before, "notBefore", err) == -1 || der_next(&validity, &p->not_after, "notAfter", err) == -1 ||
		der_end(&validity, "validity", err) == -1 || der_next(&tbs, &p->subject, "subject", err) == -1 ||
		der_next(&tbs, &p->spki, "public key", err) == -1)
		return -1;
	key = der_reader(p->spki.value);
	if (der_next(&key, &alg, "public key", err) == 0 && der_get_bits(&key, &p->key_bits, &unused, "public key", err) == -1)
		p->key_bits = BYTES_NONE;
	return tail_read(&tbs, p, err);
}

/* ---- what it claims to be ---- */

struct claims {
	const struct raw_extensions *x;
	bool names_equal, is_self_signed;
	bool is_under_other; /* verifies under another certificate that was given */
	bool is_vds_subject; /* exactly a country and a common name of two characters */
};

static bool
has_purpose(const struct raw_extensions *x, const char *dotted)
{
	const struct raw_extension *e = raw_extension_find(x, extensions[EXT_EKU].oid);
	struct der d = der_reader(e != NULL ? e->value : BYTES_NONE), seq;
	struct der_out want = DER_OUT_INIT;
	struct err err = ERR_INIT;
	struct tlv tlv;
	bool found = false;

	if (der_enter(&d, DER_SEQUENCE, &seq, "extKeyUsage", &err) == -1)
		return false;
	cert_oid_put(&want, dotted);
	while (!found && der_more(&seq) && der_next(&seq, &tlv, "extKeyUsage", &err) == 0)
		found = bytes_equal(tlv.whole, bytes_of(&want.buf));
	der_out_clear(&want);
	return found;
}

static enum profile_name
csca_profile(const struct claims *c)
{
	struct bytes aki = raw_aki(c->x), ski = raw_ski(c->x);

	if (c->is_self_signed)
		return PROFILE_CSCA_ROOT;
	if (!c->names_equal)
		return PROFILE_CSCA_NAME_CHANGE;
	return c->is_under_other || (aki.n > 0 && ski.n > 0 && !bytes_equal(aki, ski)) ? PROFILE_CSCA_LINK : PROFILE_CSCA_ROOT;
}

static enum profile_name
signer_profile(const struct claims *c)
{
	static const struct {
		const char *purpose;
		enum profile_name profile;
	} by_purpose[] = {
		{ oid_eku_master_list, PROFILE_MASTER_LIST_SIGNER },
		{ oid_eku_deviation_list, PROFILE_DEVIATION_LIST_SIGNER },
		{ oid_eku_vds, PROFILE_VDS_SIGNER },
		{ oid_eku_ledger, PROFILE_LEDGER },
		{ "1.3.6.1.5.5.7.3.1", PROFILE_COMMUNICATION },
		{ "1.3.6.1.5.5.7.3.2", PROFILE_COMMUNICATION },
		{ "2.23.136.1.1.10.1", PROFILE_COMMUNICATION },
		{ "2.23.136.1.1.10.2", PROFILE_COMMUNICATION },
	};
	unsigned usage = raw_key_usage(c->x);

	for (size_t i = 0; i < NELEM(by_purpose); i++)
		if (has_purpose(c->x, by_purpose[i].purpose))
			return by_purpose[i].profile;
	if (raw_extension_find(c->x, extensions[EXT_KEY_USAGE].oid) == NULL && c->is_vds_subject)
		return PROFILE_VDS_SIGNER;
	if (raw_extension_find(c->x, extensions[EXT_DOCUMENT_TYPES].oid) == NULL && (usage & (KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT)) != 0)
		return PROFILE_COMMUNICATION;
	return PROFILE_DOCUMENT_SIGNER;
}

static enum profile_name
claimed_profile(const struct claims *c)
{
	return raw_is_ca(c->x) || (raw_key_usage(c->x) & KU_KEY_CERT_SIGN) != 0 ? csca_profile(c) : signer_profile(c);
}

/* Also under a name of its own.  Signers whose key identifiers name another key are spared the verification: it is most of the linter's time. */
static bool
is_self_signed(const struct cert *cert)
{
	struct err none = ERR_INIT;

	if (cert->is_self_signed)
		return true;
	if (!cert->is_ca && cert->aki.n > 0 && cert->ski.n > 0 && !bytes_equal(cert->aki, cert->ski))
		return false;
	return cert_verify(cert, cert, &none) == 0;
}

enum profile_name
lint_profile_of(const struct cert *cert)
{
	struct lint scratch = { .options = NULL };
	struct raw_extensions x = { .n = 0 };
	struct claims c = { .x = &x };
	struct name_facts subject;
	struct err err = ERR_INIT;
	struct parts p;
	enum profile_name profile = PROFILE_DOCUMENT_SIGNER;

	if (parts_read(bytes_of(&cert->der), &p, &err) == 0) {
		lint_extensions_read(&scratch, p.extensions, &x);
		lint_name(&scratch, p.subject.whole, "subject", &subject);
		c.names_equal = lint_same_name(cert->subject, cert->issuer);
		c.is_self_signed = is_self_signed(cert);
		c.is_vds_subject = subject.attributes == 2 && subject.countries == 1 && strlen(subject.cn) == 2;
		profile = claimed_profile(&c);
	}
	lint_clear(&scratch);
	return profile;
}

/* ---- the body ---- */

static void
vds_subject(struct lint *l, const struct name_facts *s, struct bytes spki)
{
	struct der d = der_reader(spki), top, alg;
	struct err err = ERR_INIT;
	char oid[128] = "";

	if (s->attributes != 2 || s->countries != 1 || s->cns != 1)
		lint_add(l, LINT_VDS_SUBJECT, "subject: %u attributes, exactly countryName and commonName are wanted", s->attributes);
	if (s->cns > 0 && (!s->is_cn_printable || strlen(s->cn) != 2 || !is_upper_letters(bytes_str(s->cn))))
		lint_add(l, LINT_VDS_CN, "subject: commonName is not two upper-case letters in PrintableString");
	if (der_enter(&d, DER_SEQUENCE, &top, "public key", &err) == 0 && der_enter(&top, DER_SEQUENCE, &alg, "public key", &err) == 0 &&
		der_get_oid(&alg, oid, sizeof(oid), "public key", &err) == 0 && strcmp(oid, "1.2.840.10045.2.1") != 0)
		lint_add(l, LINT_VDS_KEY, "public key: a bar code signer's is an EC key");
}

static bool
same_country(const char *a, const char *b)
{
	for (; *a != '\0' || *b != '\0'; a++, b++)
		if ((*a | 0x20) != (*b | 0x20))
			return false;
	return true;
}

static void
body_lint(struct lint *l, const struct parts *p, struct name_facts *issuer, struct name_facts *subject, struct moments *validity)
{
	struct sigalg room;
	bool has_begin, has_end;

	if (p->version.n != 1 || p->version.p[0] != 2)
		lint_add(l, LINT_VERSION, "version: not 3");
	lint_serial(l, p->serial, "serialNumber");
	if (!bytes_equal(p->algorithm.whole, p->inner_algorithm.whole))
		lint_add(l, LINT_ALGORITHMS_DIFFER, "signature: not equal to signatureAlgorithm");
	lint_sigalg(l, p->algorithm.whole, 0, &room, "signatureAlgorithm");
	lint_name(l, p->issuer.whole, "issuer", issuer);
	lint_name(l, p->subject.whole, "subject", subject);
	/* The letters' case is a departure of its own. */
	if (issuer->countries > 0 && subject->countries > 0 && !same_country(issuer->country, subject->country))
		lint_add(l, LINT_COUNTRY_DIFFERS, "countryName: issuer and subject differ");
	has_begin = lint_time(l, &p->not_before, "notBefore", &validity->not_before);
	has_end = lint_time(l, &p->not_after, "notAfter", &validity->not_after);
	validity->is_known = has_begin && has_end;
	if (validity->is_known && validity->not_before >= validity->not_after)
		lint_add(l, LINT_VALIDITY_INVERTED, "validity: ends before it begins");
	if (p->has_unique_id)
		lint_add(l, LINT_UNIQUE_ID, "certificate: with a unique identifier");
	lint_key(l, p->spki.whole);
}

/* ---- the signature ---- */

static bool
could_issue(const struct cert *issuer, const struct cert *cert)
{
	if (cert->aki.n > 0 && issuer->ski.n > 0)
		return bytes_equal(cert->aki, issuer->ski);
	return bytes_equal(cert->issuer, issuer->subject);
}

static void
issuer_compare(struct lint *l, const struct cert *cert, const struct cert *issuer, int profile)
{
	if (!bytes_equal(cert->issuer, issuer->subject))
		lint_add(l, LINT_ISSUER_NAME, "issuer: written otherwise than the subject of the certificate that signed");
	if (cert->aki.n > 0 && issuer->ski.n > 0 && !bytes_equal(cert->aki, issuer->ski))
		lint_add(l, LINT_AKI_MISMATCH, "authorityKeyIdentifier: not the subjectKeyIdentifier of the certificate that signed");
	if (profile != PROFILE_CSCA_LINK && profile != PROFILE_CSCA_NAME_CHANGE && cert->not_after > issuer->not_after)
		lint_add(l, LINT_VALIDITY_ISSUER, "validity: ends after its issuer's");
}

/* Which of the certificates given signed it; among several of one key the one that lives longest. */
static const struct cert *
issuer_find(const struct lint *l, const struct cert *cert, bool *is_claimed, bool *is_of_country)
{
	const struct cert *found = NULL;
	struct err err = ERR_INIT;

	*is_claimed = *is_of_country = false;
	for (size_t i = 0; i < l->options->nissuers; i++) {
		const struct cert *c = l->options->issuers[i];

		*is_claimed |= could_issue(c, cert);
		*is_of_country |= same_country(c->country, cert->issuer_country);
		if ((could_issue(c, cert) || same_country(c->country, cert->issuer_country)) && cert_verify(cert, c, &err) == 0 &&
			(found == NULL || c->not_after > found->not_after))
			found = c;
	}
	return found;
}

static void
signature_lint(struct lint *l, const struct cert *cert, const struct claims *c, int profile, bool is_listed)
{
	const struct cert *issuer;
	bool is_claimed, is_of_country;

	if (profile == PROFILE_CSCA_ROOT) {
		if (!c->is_self_signed && cert->sigalg != NULL) /* by an algorithm that we do not know nothing is known */
			lint_add(l, LINT_SIGNATURE_WRONG, "signature: a root's does not verify under its own key");
		if (!c->names_equal)
			lint_add(l, LINT_ROOT_NAMES, "issuer: not the subject, which a root's is");
		if (cert->aki.n > 0 && cert->ski.n > 0 && !bytes_equal(cert->aki, cert->ski))
			lint_add(l, LINT_AKI_MISMATCH, "authorityKeyIdentifier: a root's is not its subjectKeyIdentifier");
		return;
	}
	if ((profile == PROFILE_CSCA_LINK || profile == PROFILE_CSCA_NAME_CHANGE) && c->is_self_signed)
		lint_add(l, LINT_LINK_OWN_KEY, "signature: a link's verifies under its own key");
	if (l->options->nissuers == 0 || cert->sigalg == NULL)
		return;
	issuer = issuer_find(l, cert, &is_claimed, &is_of_country);
	if (issuer != NULL)
		issuer_compare(l, cert, issuer, profile);
	else if (is_claimed)
		lint_add(l, LINT_SIGNATURE_WRONG, "signature: does not verify under the issuer's key");
	else if (is_of_country && l->options->is_complete && !is_listed) /* links in a list are mostly by CSCAs of the past */
		lint_add(l, LINT_SIGNATURE_UNCHECKED, "signature: by none of the State's certificates that were given");
}

/* ---- the whole ---- */

static int
profile_choose(int wanted, const struct claims *c)
{
	if (wanted == LINT_DETECT)
		return (int)claimed_profile(c);
	return wanted == LINT_CSCA ? (int)csca_profile(c) : wanted;
}

int
lint_certificate(struct bytes der, int profile, struct lint *l, struct err *err)
{
	struct raw_extensions x = { .n = 0 };
	struct name_facts issuer, subject;
	struct moments validity = { .is_known = false };
	struct claims c = { .x = &x };
	struct extension_facts facts;
	const struct cert *cert = NULL;
	struct cert *read = NULL;
	struct parts p;
	struct err why = ERR_INIT;
	bool is_claimed, is_of_country, is_listed = profile == LINT_CSCA;
	size_t from = l->n;

	if (der.n > CERT_MAX)
		return err_set(err, FAIL_TOO_LARGE, "certificate: %zu octets, at most %d", der.n, CERT_MAX);
	if (parts_read(der, &p, err) == -1)
		return -1;
	body_lint(l, &p, &issuer, &subject, &validity);
	if (!p.has_extensions)
		lint_add(l, LINT_EXTENSIONS_ABSENT, "extensions: none");
	lint_extensions_read(l, p.extensions, &x);
	c.names_equal = lint_same_name(p.issuer.whole, p.subject.whole);
	c.is_vds_subject = subject.attributes == 2 && subject.countries == 1 && strlen(subject.cn) == 2;
	if (l->options != NULL && l->options->parsed != NULL && l->options->parsed->der.p == der.p)
		cert = l->options->parsed;
	if (cert != NULL || cert_parse(der, &read, &why) == 0) {
		cert = cert != NULL ? cert : read;
		c.is_self_signed = is_self_signed(cert);
		c.is_under_other = !c.is_self_signed && cert->is_ca && issuer_find(l, cert, &is_claimed, &is_of_country) != NULL;
	}
	profile = profile_choose(profile, &c);
	facts = (struct extension_facts){ profile, &validity, subject.country, issuer.country, c.names_equal, c.is_self_signed, p.key_bits };
	lint_extensions(l, &x, &facts);
	if (profile == PROFILE_VDS_SIGNER)
		vds_subject(l, &subject, p.spki.whole);
	if (cert != NULL)
		signature_lint(l, cert, &c, profile, is_listed);
	else
		lint_refused(l, from, &why);
	if (l->kind == LINT_UNKNOWN) {
		l->kind = LINT_CERTIFICATE;
		l->profile = profile;
	}
	cert_free(read);
	return 0;
}

void
lint_member(struct lint *l, struct bytes der, const char *where, int profile, enum lint_severity at_most)
{
	enum lint_severity before_cap = l->cap_severity;
	struct err err = ERR_INIT;
	char before[sizeof(l->where)];

	memcpy(before, l->where, sizeof(before));
	snprintf(l->where, sizeof(l->where), "%s", where);
	if (at_most < l->cap_severity)
		l->cap_severity = at_most;
	if (lint_certificate(der, profile, l, &err) == -1)
		lint_add(l, LINT_UNREADABLE_PART, "%s", err.text);
	memcpy(l->where, before, sizeof(before));
	l->cap_severity = before_cap;
}
