/* SignedData (RFC 5652): what security object, master list and deviation list share.  Doc 9303-10 4.6.2.2, 9303-12 8.1 and 9. */
#include <stdio.h>

#include "pki/deviation.h"
#include "pki/lint-local.h"
#include "pki/masterlist.h"
#include "pki/sod.h"

static const char oid_signed_data[] = "1.2.840.113549.1.7.2";
static const char oid_content_type[] = "1.2.840.113549.1.9.3", oid_message_digest[] = "1.2.840.113549.1.9.4",
		  oid_signing_time[] = "1.2.840.113549.1.9.5";

enum { CERTS_MAX = 32 };

struct signer_parts {
	struct bytes version, sid_issuer, sid_serial, sid_ski, attrs, signature;
	struct tlv digest, algorithm;
	bool has_attrs, has_unsigned;
	unsigned hash_bits;
	const struct sigalg *alg;
	struct sigalg room; /* for `alg` */
};

struct signed_parts {
	enum lint_kind kind;
	struct bytes version, content;
	char content_type[128];
	struct bytes digests; /* contents of the SET */
	struct tlv cert[CERTS_MAX];
	unsigned ncert;
	bool has_crls;
	struct bytes signers; /* contents of the SET */
};

/* ---- the frame ---- */

static int
certificates_read(struct der *sd, struct signed_parts *p, struct err *err)
{
	struct bytes set, crls;
	struct der d;
	struct tlv one;
	int there = der_optional(sd, DER_CONTEXT_CONS(0), &set, "certificates", err);

	if (there == -1)
		return -1;
	d = der_reader(there == 1 ? set : BYTES_NONE);
	while (der_more(&d)) {
		if (der_next(&d, &one, "certificates", err) == -1)
			return -1;
		if (one.tag == DER_SEQUENCE && p->ncert < CERTS_MAX)
			p->cert[p->ncert++] = one;
	}
	there = der_optional(sd, DER_CONTEXT_CONS(1), &crls, "crls", err);
	p->has_crls = there == 1;
	return there == -1 ? -1 : 0;
}

static int
frame_read(struct bytes in, struct signed_parts *p, struct err *err)
{
	struct der d = der_reader(in), info, explicit, sd, content;
	char oid[128];

	*p = (struct signed_parts){ .kind = LINT_SIGNED_DATA };
	if (der_enter(&d, DER_SEQUENCE, &info, "ContentInfo", err) == -1 || der_end(&d, "ContentInfo", err) == -1 ||
		der_get_oid(&info, oid, sizeof(oid), "ContentInfo", err) == -1)
		return -1;
	if (strcmp(oid, oid_signed_data) != 0)
		return err_set(err, FAIL_INPUT, "ContentInfo: %s is not SignedData (RFC 5652 5.1)", oid);
	if (der_enter(&info, DER_CONTEXT_CONS(0), &explicit, "ContentInfo", err) == -1 ||
		der_enter(&explicit, DER_SEQUENCE, &sd, "SignedData", err) == -1 || der_get(&sd, DER_INTEGER, &p->version, "version", err) == -1 ||
		der_get(&sd, DER_SET, &p->digests, "digestAlgorithms", err) == -1 ||
		der_enter(&sd, DER_SEQUENCE, &content, "encapContentInfo", err) == -1 ||
		der_get_oid(&content, p->content_type, sizeof(p->content_type), "eContentType", err) == -1 ||
		der_enter(&content, DER_CONTEXT_CONS(0), &explicit, "eContent", err) == -1 ||
		der_get(&explicit, DER_OCTET_STRING, &p->content, "eContent", err) == -1 || certificates_read(&sd, p, err) == -1 ||
		der_get(&sd, DER_SET, &p->signers, "signerInfos", err) == -1)
		return -1;
	p->kind = strcmp(p->content_type, oid_lds_security_object) == 0 ? LINT_SECURITY_OBJECT
		: strcmp(p->content_type, oid_master_list) == 0         ? LINT_MASTER_LIST
		: strcmp(p->content_type, oid_deviation_list) == 0      ? LINT_DEVIATION_LIST
									: LINT_SIGNED_DATA;
	return der_end(&sd, "SignedData", err);
}

static int
signer_read(struct bytes set, struct signer_parts *s, struct err *err)
{
	struct der d = der_reader(set), si, both;
	struct tlv issuer;
	struct bytes ignored;
	int there;

	*s = (struct signer_parts){ .has_attrs = false };
	if (der_enter(&d, DER_SEQUENCE, &si, "SignerInfo", err) == -1 || der_get(&si, DER_INTEGER, &s->version, "SignerInfo version", err) == -1)
		return -1;
	if (der_peek(&si) == DER_CONTEXT(0)) {
		if (der_get(&si, DER_CONTEXT(0), &s->sid_ski, "sid", err) == -1)
			return -1;
	} else {
		if (der_enter(&si, DER_SEQUENCE, &both, "sid", err) == -1 || der_next(&both, &issuer, "sid", err) == -1 ||
			der_get(&both, DER_INTEGER, &s->sid_serial, "sid", err) == -1)
			return -1;
		s->sid_issuer = issuer.whole;
	}
	if (der_next(&si, &s->digest, "digestAlgorithm", err) == -1)
		return -1;
	there = der_optional(&si, DER_CONTEXT_CONS(0), &s->attrs, "signedAttrs", err);
	s->has_attrs = there == 1;
	if (there == -1 || der_next(&si, &s->algorithm, "signatureAlgorithm", err) == -1 ||
		der_get(&si, DER_OCTET_STRING, &s->signature, "signature", err) == -1)
		return -1;
	there = der_optional(&si, DER_CONTEXT_CONS(1), &ignored, "unsignedAttrs", err);
	s->has_unsigned = there == 1;
	return there == -1 ? -1 : der_end(&si, "SignerInfo", err);
}

/* ---- digests ---- */

static void
digest_lint(struct lint *l, struct bytes algorithm, const char *what, unsigned *bits)
{
	struct der d = der_reader(algorithm), seq;
	struct err err = ERR_INIT;
	struct tlv tlv;

	*bits = 0;
	if (digest_alg_get(algorithm, bits, &err) == -1) {
		lint_add(l, LINT_ALGORITHM_UNKNOWN, "%s: %s", what, err.text);
		return;
	}
	if (*bits == HASH_SHA1)
		lint_add(l, LINT_HASH_WEAK, "%s: SHA-1, SHA-224 or better is wanted", what);
	if (der_enter(&d, DER_SEQUENCE, &seq, what, &err) == 0 && der_next(&seq, &tlv, what, &err) == 0 && der_more(&seq))
		lint_add(l, LINT_CMS_DIGEST_NULL, "%s: %s with parameters, to be absent", what, digest_name(*bits));
}

static void
digests_lint(struct lint *l, struct bytes set, const struct signer_parts *s)
{
	struct der d = der_reader(set);
	struct err err = ERR_INIT;
	struct tlv alg;
	unsigned bits = 0, n = 0;
	bool found = false;

	for (; der_more(&d); n++) {
		if (der_next(&d, &alg, "digestAlgorithms", &err) == -1) {
			lint_add(l, LINT_UNREADABLE_PART, "%s", err.text);
			return;
		}
		if (digest_alg_get(alg.whole, &bits, &err) == 0)
			found |= bits == s->hash_bits;
	}
	if (!found || n != 1)
		lint_add(l, LINT_CMS_DIGESTS, "digestAlgorithms: %u, %s the signer's", n, found ? "among them" : "and not");
}

/* ---- signed attributes ---- */

struct attributes {
	unsigned ncontent_type, ndigest, ntime;
	char content_type[128];
	struct bytes digest;
	struct tlv time;
};

static int
attribute_read(struct der *d, struct attributes *a, struct err *err)
{
	struct der attribute, values;
	char oid[128];

	if (der_enter(d, DER_SEQUENCE, &attribute, "signedAttrs", err) == -1 ||
		der_get_oid(&attribute, oid, sizeof(oid), "signedAttrs", err) == -1 || der_enter(&attribute, DER_SET, &values, "signedAttrs", err) == -1)
		return -1;
	if (strcmp(oid, oid_content_type) == 0) {
		a->ncontent_type++;
		return der_get_oid(&values, a->content_type, sizeof(a->content_type), "contentType attribute", err);
	}
	if (strcmp(oid, oid_message_digest) == 0) {
		a->ndigest++;
		return der_get(&values, DER_OCTET_STRING, &a->digest, "messageDigest attribute", err);
	}
	if (strcmp(oid, oid_signing_time) == 0) {
		a->ntime++;
		return der_next(&values, &a->time, "signingTime attribute", err);
	}
	return 0;
}

static bool
is_before(struct bytes a, struct bytes b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order < 0 || (order == 0 && a.n <= b.n);
}

static void
attributes_lint(struct lint *l, const struct signed_parts *p, const struct signer_parts *s, int64_t *signed_at, bool *has_time)
{
	struct der d = der_reader(s->attrs);
	struct attributes a = { .ntime = 0 };
	struct bytes last = BYTES_NONE;
	struct err err = ERR_INIT;
	uint8_t digest[64];
	bool is_sorted = true;
	size_t n;

	while (der_more(&d)) {
		struct bytes before = d.rest;

		if (attribute_read(&d, &a, &err) == -1) {
			lint_add(l, LINT_UNREADABLE_PART, "%s", err.text);
			return;
		}
		before.n -= d.rest.n;
		is_sorted &= last.n == 0 || is_before(last, before);
		last = before;
	}
	if (!is_sorted)
		lint_add(l, LINT_CMS_ATTRS_ORDER, "signedAttrs: not in the order of DER");
	if (a.ncontent_type != 1 || strcmp(a.content_type, p->content_type) != 0)
		lint_add(l, LINT_CMS_CONTENT_TYPE, "contentType attribute: %s, the content is %s", a.ncontent_type == 0 ? "missing" : a.content_type, p->content_type);
	n = s->hash_bits != 0 ? digest_of(s->hash_bits, p->content, digest) : 0;
	if (a.ndigest != 1 || (n > 0 && !bytes_equal(a.digest, BYTES(digest, n))))
		lint_add(l, LINT_CMS_DIGEST_WRONG, "messageDigest attribute: %s", a.ndigest == 0 ? "missing" : "not the digest of the content");
	if (a.ntime > 0)
		*has_time = lint_time(l, &a.time, "signingTime", signed_at);
	else if (p->kind == LINT_MASTER_LIST || p->kind == LINT_DEVIATION_LIST)
		lint_add(l, LINT_CMS_TIME_ABSENT, "signingTime attribute: missing");
}

/* ---- the signer ---- */

static void
sid_lint(struct lint *l, const struct signed_parts *p, const struct signer_parts *s)
{
	bool is_ski = s->sid_ski.n > 0;

	if (s->version.n != 1 || s->version.p[0] != (is_ski ? 3 : 1))
		lint_add(l, LINT_CMS_SIGNER_VERSION, "SignerInfo: version is not %d, as its sid wants", is_ski ? 3 : 1);
	if (is_ski && p->kind == LINT_SECURITY_OBJECT)
		lint_add(l, LINT_CMS_SID, "sid: subjectKeyIdentifier, issuerAndSerialNumber is recommended");
	if (!is_ski && (p->kind == LINT_MASTER_LIST || p->kind == LINT_DEVIATION_LIST))
		lint_add(l, LINT_CMS_SID, "sid: issuerAndSerialNumber, subjectKeyIdentifier is recommended");
}

static bool
is_named(const struct cert *c, const struct signer_parts *s)
{
	struct bytes a = c->serial, b = s->sid_serial;

	if (s->sid_ski.n > 0)
		return bytes_equal(c->ski, s->sid_ski);
	while (a.n > 1 && a.p[0] == 0)
		a = BYTES(a.p + 1, a.n - 1);
	while (b.n > 1 && b.p[0] == 0)
		b = BYTES(b.p + 1, b.n - 1);
	return bytes_equal(a, b);
}

/* The certificates inside; the one that sid names, as a struct cert. */
static struct cert *
certificates_lint(struct lint *l, const struct signed_parts *p, const struct signer_parts *named)
{
	struct cert *signer = NULL;
	bool has_csca = false;
	char where[40];

	for (unsigned i = 0; i < p->ncert; i++) {
		struct cert *cert = NULL;
		struct err err = ERR_INIT;

		if (cert_parse_any_key(p->cert[i].whole, &cert, &err) == -1)
			lint_member(l, p->cert[i].whole, p->ncert == 1 ? "signer" : "inside", LINT_DETECT, LINT_ERROR);
		else {
			bool is_signer = signer == NULL && named != NULL && is_named(cert, named);

			has_csca |= cert->is_ca;
			snprintf(where, sizeof(where), is_signer ? "signer" : "inside %u", i);
			lint_member(l, p->cert[i].whole, where, LINT_DETECT, is_signer ? LINT_ERROR : LINT_WARNING);
			if (is_signer) {
				signer = cert;
				continue;
			}
		}
		cert_free(cert);
	}
	if (signer == NULL)
		lint_add(l, LINT_CMS_SIGNER_ABSENT, "certificates: %u, the signer's is not among them", p->ncert);
	if (!has_csca && p->kind == LINT_MASTER_LIST)
		lint_add(l, LINT_ML_CSCA_ABSENT, "certificates: the CSCA's is not inside");
	return signer;
}

static void
signer_role(struct lint *l, enum lint_kind kind, const struct cert *signer)
{
	if (kind == LINT_MASTER_LIST && (signer->is_ca || !cert_has_eku(signer, oid_eku_master_list)))
		lint_add(l, LINT_ML_SIGNER, "signer: %s", signer->is_ca ? "the CSCA itself, a master list signer is wanted" : "its certificate is not that of a master list signer");
	if (kind == LINT_DEVIATION_LIST && (signer->is_ca || !cert_has_eku(signer, oid_eku_deviation_list)))
		lint_add(l, LINT_DL_SIGNER, "signer: its certificate is not that of a deviation list signer");
	if (kind == LINT_SECURITY_OBJECT && (signer->is_ca || cert_has(signer, EXT_EKU)))
		lint_add(l, LINT_SOD_SIGNER, "signer: its certificate is not that of a document signer");
}

static void
signature_lint(struct lint *l, const struct signed_parts *p, const struct signer_parts *s, const struct cert *signer)
{
	struct buf message = BUF_INIT;
	struct err err = ERR_INIT;
	struct der d = der_reader(s->signature);

	if (s->alg == NULL)
		return;
	if (s->alg->key == KEY_EC && (der_peek(&d) != DER_SEQUENCE || der_check(s->signature, "signature", &err) == -1)) {
		lint_add(l, LINT_CMS_SIGNATURE_FORM, "signature: %zu octets that are no DER SEQUENCE { r, s }", s->signature.n);
		return;
	}
	if (signer == NULL)
		return;
	if (s->has_attrs) {
		der_header(&message, DER_SET, s->attrs.n);
		buf_bytes(&message, s->attrs);
	} else
		buf_bytes(&message, p->content);
	if (buf_check(&message, &err) == 0 && sigalg_verify(s->alg, signer->key->evp, bytes_of(&message), s->signature, &err) == -1 &&
		err.kind == FAIL_INPUT)
		lint_add(l, LINT_SIGNATURE_WRONG, "%s", err.text);
	buf_clear(&message);
}

static void
signer_lint(struct lint *l, const struct signed_parts *p, struct signer_parts *s)
{
	int64_t at = 0;
	bool has_time = false;
	struct cert *signer;

	digest_lint(l, s->digest.whole, "digestAlgorithm", &s->hash_bits);
	digests_lint(l, p->digests, s);
	s->alg = lint_sigalg(l, s->algorithm.whole, s->hash_bits, &s->room, "signatureAlgorithm");
	if (s->alg != NULL && s->hash_bits != 0 && s->alg->hash_bits != s->hash_bits)
		lint_add(l, LINT_CMS_SIGNATURE_DIGEST, "signatureAlgorithm: %s, digestAlgorithm is %s", s->alg->name, digest_name(s->hash_bits));
	sid_lint(l, p, s);
	if (!s->has_attrs)
		lint_add(l, LINT_CMS_ATTRS_ABSENT, "signedAttrs: missing");
	else
		attributes_lint(l, p, s, &at, &has_time);
	if (s->has_unsigned && p->kind == LINT_DEVIATION_LIST)
		lint_add(l, LINT_CMS_UNSIGNED, "unsignedAttrs: not allowed");
	signer = certificates_lint(l, p, s);
	if (signer != NULL) {
		signer_role(l, p->kind, signer);
		if (s->sid_issuer.n > 0 && !bytes_equal(s->sid_issuer, signer->issuer))
			lint_add(l, LINT_CMS_SID_ISSUER, "sid: the issuer is written otherwise than in the signer's certificate");
		if (has_time && ((signer->has_key_from && at < signer->key_from) || (signer->has_key_to && at > signer->key_to) || at < signer->not_before || at > signer->not_after))
			lint_add(l, LINT_CMS_SIGNED_OUTSIDE, "signingTime: outside the time in which the signer's key was used");
	}
	signature_lint(l, p, s, signer);
	cert_free(signer);
}

static unsigned
count_members(struct bytes set)
{
	struct der d = der_reader(set);
	struct err err = ERR_INIT;
	struct tlv tlv;
	unsigned n = 0;

	while (der_more(&d) && der_next(&d, &tlv, "signerInfos", &err) == 0)
		n++;
	return n;
}

/* The readers are asked too: what they refuse is an error, whatever rule has overlooked it. */
static void
readers_agree(struct lint *l, struct bytes in, enum lint_kind kind)
{
	struct err err = ERR_INIT;
	struct deviationlist *deviations = NULL;
	struct cms *cms = NULL;
	struct ldsso lds;

	if (cms_parse(in, &cms, &err) == -1 || (kind == LINT_SECURITY_OBJECT && ldsso_read(cms->content, &lds, &err) == -1) ||
		(kind == LINT_DEVIATION_LIST && deviationlist_parse(in, &deviations, &err) == -1))
		lint_refused(l, 0, &err);
	deviationlist_free(deviations);
	cms_free(cms);
}

int
lint_signed_data(struct bytes in, bool has_tag, struct lint *l, struct err *err)
{
	struct signed_parts p;
	struct signer_parts s;
	unsigned nsigners;

	if (in.n > CMS_MAX)
		return err_set(err, FAIL_TOO_LARGE, "SignedData: %zu octets, at most %d", in.n, CMS_MAX);
	if (frame_read(in, &p, err) == -1)
		return -1;
	l->kind = p.kind;
	if (p.kind == LINT_SECURITY_OBJECT && !has_tag)
		lint_add(l, LINT_SOD_TAG, "EF.SOD: SignedData without its tag 77");
	if (p.version.n != 1 || p.version.p[0] != 3)
		lint_add(l, LINT_CMS_VERSION, "SignedData: version is not 3");
	if (p.has_crls)
		lint_add(l, LINT_CMS_CRLS, "SignedData: with crls");
	nsigners = count_members(p.signers);
	if (nsigners != 1)
		lint_add(l, LINT_CMS_SIGNERS, "signerInfos: %u, exactly one is wanted", nsigners);
	s = (struct signer_parts){ .has_attrs = false };
	if (nsigners == 0)
		cert_free(certificates_lint(l, &p, NULL));
	else if (signer_read(p.signers, &s, err) == -1)
		return -1;
	else
		signer_lint(l, &p, &s);
	if (p.kind == LINT_MASTER_LIST)
		lint_master_list(l, p.content);
	else if (p.kind == LINT_DEVIATION_LIST)
		lint_deviation_list(l, p.content);
	else if (p.kind == LINT_SECURITY_OBJECT)
		lint_lds_object(l, p.content, s.hash_bits);
	readers_agree(l, in, p.kind);
	return 0;
}
