#include <stdlib.h>

#include "pki/ber.h"
#include "pki/cms.h"

static const char oid_signed_data[] = "1.2.840.113549.1.7.2", oid_content_type[] = "1.2.840.113549.1.9.3",
		  oid_message_digest[] = "1.2.840.113549.1.9.4", oid_signing_time[] = "1.2.840.113549.1.9.5";

/* ---- signing ---- */

struct signer {
	struct token_key *key;
	struct cert *cert;
	const struct sigalg *sigalg;
	/* What is the same in all signatures, encoded once: */
	struct buf sid; /* issuerAndSerialNumber */
	struct buf digest_alg;
	struct buf sig_alg;
};

void
signer_free(struct signer *s)
{
	if (s == NULL)
		return;
	token_key_free(s->key);
	cert_free(s->cert);
	buf_clear(&s->sid);
	buf_clear(&s->digest_alg);
	buf_clear(&s->sig_alg);
	free(s);
}

const struct cert *
signer_cert(const struct signer *signer)
{
	return signer->cert;
}

struct token_key *
signer_key(const struct signer *signer)
{
	return signer->key;
}

unsigned
signer_hash_bits(const struct signer *signer)
{
	return signer->sigalg->hash_bits;
}

static int
signer_encode(struct signer *s, struct err *err)
{
	struct der_out sid = DER_OUT_INIT, digest = DER_OUT_INIT, sig = DER_OUT_INIT;
	int rc = -1;

	der_open(&sid, DER_SEQUENCE);
	der_raw(&sid, s->cert->issuer);
	der_put(&sid, DER_INTEGER, s->cert->serial);
	der_close(&sid);
	digest_alg_put(&digest, s->sigalg->hash_bits);
	sigalg_put(&sig, s->sigalg);
	if (der_finish(&sid, &s->sid, err) == 0 && der_finish(&digest, &s->digest_alg, err) == 0 &&
		der_finish(&sig, &s->sig_alg, err) == 0)
		rc = 0;
	der_out_clear(&sid);
	der_out_clear(&digest);
	der_out_clear(&sig);
	return rc;
}

int
signer_new(struct token_key *key, struct bytes cert_der, struct signer **signer, struct err *err)
{
	struct signer *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		token_key_free(key);
		return err_set(err, FAIL_INTERNAL, "out of memory");
	}
	s->key = key;
	if (token_key_public(key) == NULL) {
		err_set(err, FAIL_INPUT, "signer: key %s is a secret", token_key_label(key));
		goto fail;
	}
	s->sigalg = token_key_sigalg(key);
	if (cert_parse(cert_der, &s->cert, err) == -1)
		goto fail;
	if (!pubkey_equal(s->cert->key, token_key_public(key))) {
		err_set(err, FAIL_INPUT, "signer: the certificate is not of key %s", token_key_label(key));
		goto fail;
	}
	if (!(s->cert->key_usage & KU_DIGITAL_SIGNATURE)) {
		err_set(err, FAIL_INPUT, "signer: keyUsage of the certificate has no digitalSignature");
		goto fail;
	}
	if (signer_encode(s, err) == -1)
		goto fail;
	*signer = s;
	return 0;
fail:
	signer_free(s);
	return -1;
}

static void
attribute_open(struct der_out *o, const char *oid)
{
	der_open(o, DER_SEQUENCE);
	der_oid(o, oid);
	der_open(o, DER_SET);
}

static void
attribute_close(struct der_out *o)
{
	der_close(o);
	der_close(o);
}

/* SET OF Attribute, tag 31: what is signed. */
static int
put_attributes(const struct signer *signer, const char *content_type, struct bytes content, int64_t signing_time,
	struct buf *attributes, struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	uint8_t digest[64];
	size_t n = digest_of(signer->sigalg->hash_bits, content, digest);

	der_open(&o, DER_SET);
	attribute_open(&o, oid_content_type);
	der_oid(&o, content_type);
	attribute_close(&o);
	if (signing_time != 0) {
		attribute_open(&o, oid_signing_time);
		der_utc_or_generalized(&o, signing_time); /* RFC 5652 11.3 */
		attribute_close(&o);
	}
	attribute_open(&o, oid_message_digest);
	der_put(&o, DER_OCTET_STRING, BYTES(digest, n));
	attribute_close(&o);
	der_close_set_of(&o);
	if (der_finish(&o, attributes, err) == -1) {
		der_out_clear(&o);
		return -1;
	}
	return 0;
}

static void
put_signer_info(struct der_out *o, const struct signer *signer, bool by_key_identifier, struct bytes attributes, struct bytes signature)
{
	der_open(o, DER_SET);
	der_open(o, DER_SEQUENCE);
	der_uint(o, by_key_identifier ? 3 : 1); /* RFC 5652 5.3 */
	if (by_key_identifier)
		der_put(o, DER_CONTEXT(0), signer->cert->ski);
	else
		der_raw(o, bytes_of(&signer->sid));
	der_raw(o, bytes_of(&signer->digest_alg));
	der_raw(o, attributes);
	der_raw(o, bytes_of(&signer->sig_alg));
	der_put(o, DER_OCTET_STRING, signature);
	der_close(o);
	der_close(o);
}

int
cms_sign_with(struct session *s, const struct signer *signer, const char *content_type, struct bytes content, const struct cms_options *options,
	struct buf *out, struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	struct buf attributes = BUF_INIT, signature = BUF_INIT;
	int rc = -1;

	if (options->by_key_identifier && signer->cert->ski.n == 0)
		return err_set(err, FAIL_INPUT, "signer: its certificate has no subjectKeyIdentifier");
	if (put_attributes(signer, content_type, content, options->signing_time, &attributes, err) == -1 ||
		token_sign(s, signer->key, signer->sigalg, SIGNATURE_DER, bytes_of(&attributes), &signature, err) == -1)
		goto out;
	attributes.p[0] = DER_CONTEXT_CONS(0); /* in its place the SET is [0] IMPLICIT */

	der_open(&o, DER_SEQUENCE); /* ContentInfo */
	der_oid(&o, oid_signed_data);
	der_open(&o, DER_CONTEXT_CONS(0));
	der_open(&o, DER_SEQUENCE); /* SignedData */
	der_uint(&o, 3);            /* eContentType is not id-data */
	der_open(&o, DER_SET);
	der_raw(&o, bytes_of(&signer->digest_alg));
	der_close(&o);
	der_open(&o, DER_SEQUENCE); /* encapContentInfo */
	der_oid(&o, content_type);
	der_open(&o, DER_CONTEXT_CONS(0));
	der_put(&o, DER_OCTET_STRING, content);
	der_close(&o);
	der_close(&o);
	der_open(&o, DER_CONTEXT_CONS(0)); /* certificates */
	der_raw(&o, bytes_of(&signer->cert->der));
	der_raw(&o, options->beside);
	der_close_set_of(&o);
	put_signer_info(&o, signer, options->by_key_identifier, bytes_of(&attributes), bytes_of(&signature));
	der_close(&o);
	der_close(&o);
	der_close(&o);
	rc = der_finish(&o, out, err);
out:
	der_out_clear(&o);
	buf_clear(&attributes);
	buf_clear(&signature);
	return rc;
}

int
cms_sign(struct session *s, const struct signer *signer, const char *content_type, struct bytes content, int64_t signing_time,
	struct buf *out, struct err *err)
{
	const struct cms_options options = { .signing_time = signing_time };

	return cms_sign_with(s, signer, content_type, content, &options, out, err);
}

/* ---- reading ---- */

void
cms_free(struct cms *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < c->ncert; i++)
		cert_free(c->cert[i]);
	buf_clear(&c->der);
	free(c);
}

static int
read_digest_algorithms(struct cms *c, struct der *sd, struct err *err)
{
	struct err unknown = ERR_INIT;
	struct der set;
	struct tlv alg;
	unsigned n = 0, bits = 0;

	if (der_enter(sd, DER_SET, &set, "SignedData digestAlgorithms", err) == -1)
		return -1;
	for (; der_more(&set); n++) {
		if (der_next(&set, &alg, "SignedData digestAlgorithms", err) == -1)
			return -1;
		if (digest_alg_get(alg.whole, &bits, &unknown) == -1)
			bits = 0;
	}
	c->content_hash_bits = n == 1 ? bits : 0;
	return 0;
}

static int
read_content(struct cms *c, struct der *sd, struct err *err)
{
	struct der info, explicit;

	if (der_enter(sd, DER_SEQUENCE, &info, "encapContentInfo", err) == -1 ||
		der_get_oid(&info, c->content_type, sizeof(c->content_type), "eContentType", err) == -1 ||
		der_enter(&info, DER_CONTEXT_CONS(0), &explicit, "eContent", err) == -1 ||
		der_get(&explicit, DER_OCTET_STRING, &c->content, "eContent", err) == -1 ||
		der_end(&explicit, "eContent", err) == -1)
		return -1;
	return der_end(&info, "encapContentInfo", err);
}

static int
read_certificates(struct cms *c, struct der *sd, struct err *err)
{
	struct bytes set, crls;
	struct der d;
	struct tlv one;
	int there = der_optional(sd, DER_CONTEXT_CONS(0), &set, "SignedData certificates", err);

	if (there == -1)
		return -1;
	d = der_reader(there == 1 ? set : BYTES_NONE);
	while (der_more(&d)) {
		if (der_next(&d, &one, "SignedData certificates", err) == -1)
			return -1;
		if (one.tag != DER_SEQUENCE) {
			c->nother++; /* nobody asks for them */
			continue;
		}
		if (c->ncert == CMS_MAX_CERTS)
			return err_set(err, FAIL_INPUT, "SignedData: more than %d certificates", CMS_MAX_CERTS);
		if (cert_parse_any_key(one.whole, &c->cert[c->ncert], err) == -1)
			return -1;
		c->ncert++;
	}
	there = der_optional(sd, DER_CONTEXT_CONS(1), &crls, "SignedData crls", err);
	c->has_crls = there == 1;
	return there == -1 ? -1 : 0;
}

/* The one value of an attribute that the reader knows. */
static int
read_known_attribute(struct cms *c, const char *oid, struct der values, struct err *err)
{
	if (strcmp(oid, oid_content_type) == 0) {
		if (c->attr_content_type[0] != '\0')
			return err_set(err, FAIL_INPUT, "signedAttrs: contentType twice");
		if (der_get_oid(&values, c->attr_content_type, sizeof(c->attr_content_type), "contentType attribute", err) == -1)
			return -1;
	} else if (strcmp(oid, oid_message_digest) == 0) {
		if (c->attr_digest.n != 0)
			return err_set(err, FAIL_INPUT, "signedAttrs: messageDigest twice");
		if (der_get(&values, DER_OCTET_STRING, &c->attr_digest, "messageDigest attribute", err) == -1)
			return -1;
	} else if (strcmp(oid, oid_signing_time) == 0) {
		if (c->has_signing_time)
			return err_set(err, FAIL_INPUT, "signedAttrs: signingTime twice");
		if (der_get_time(&values, &c->signing_time, "signingTime attribute", err) == -1)
			return -1;
		c->has_signing_time = true;
	} else
		return 0;
	return der_end(&values, "signed attribute", err); /* exactly one value, RFC 5652 11 */
}

static bool
in_order(struct bytes a, struct bytes b)
{
	int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return c < 0 || (c == 0 && a.n <= b.n);
}

static int
read_attributes(struct cms *c, struct err *err)
{
	struct der d = der_reader(c->signed_attrs), attribute, values;
	struct bytes last = BYTES_NONE;
	struct tlv tlv;
	char oid[128];

	c->attrs_sorted = true;
	while (der_more(&d)) {
		if (der_next(&d, &tlv, "signedAttrs", err) == -1)
			return -1;
		if (last.n > 0 && !in_order(last, tlv.whole))
			c->attrs_sorted = false;
		last = tlv.whole;
		attribute = der_reader(tlv.value);
		if (tlv.tag != DER_SEQUENCE)
			return err_set(err, FAIL_INPUT, "signedAttrs: tag %02X where an attribute was wanted", (unsigned)tlv.tag);
		if (der_get_oid(&attribute, oid, sizeof(oid), "signed attribute", err) == -1 ||
			der_enter(&attribute, DER_SET, &values, "signed attribute", err) == -1 ||
			der_end(&attribute, "signed attribute", err) == -1 || read_known_attribute(c, oid, values, err) == -1)
			return -1;
	}
	return 0;
}

static int
read_sid(struct cms *c, struct der *si, struct err *err)
{
	struct der both;
	struct tlv issuer;

	if (der_peek(si) == DER_CONTEXT(0))
		return der_get(si, DER_CONTEXT(0), &c->sid_ski, "SignerInfo sid", err);
	if (der_enter(si, DER_SEQUENCE, &both, "SignerInfo sid", err) == -1 ||
		der_next(&both, &issuer, "SignerInfo sid", err) == -1 ||
		der_get(&both, DER_INTEGER, &c->sid_serial, "SignerInfo sid", err) == -1)
		return -1;
	c->sid_issuer = issuer.whole;
	return der_end(&both, "SignerInfo sid", err);
}

static int
read_signer_info(struct cms *c, struct der *sd, struct err *err)
{
	struct der set, si;
	struct tlv alg;
	struct err unknown = ERR_INIT;
	struct bytes unsigned_attrs;
	uint64_t version;
	int there;

	if (der_enter(sd, DER_SET, &set, "signerInfos", err) == -1 ||
		der_enter(&set, DER_SEQUENCE, &si, "SignerInfo", err) == -1)
		return -1;
	if (der_more(&set))
		return err_set(err, FAIL_INPUT, "signerInfos: more than one (Doc 9303-10 4.6.2.2)");
	if (der_get_uint(&si, &version, "SignerInfo version", err) == -1 || read_sid(c, &si, err) == -1 ||
		der_next(&si, &alg, "SignerInfo digestAlgorithm", err) == -1)
		return -1;
	if (digest_alg_get(alg.whole, &c->hash_bits, &unknown) == -1)
		c->hash_bits = 0;
	c->signer_version = version < 100 ? (unsigned)version : 100;
	there = der_optional(&si, DER_CONTEXT_CONS(0), &c->signed_attrs, "signedAttrs", err);
	if (there == -1 || (there == 1 && read_attributes(c, err) == -1))
		return -1;
	if (der_next(&si, &alg, "SignerInfo signatureAlgorithm", err) == -1 ||
		der_get(&si, DER_OCTET_STRING, &c->signature, "SignerInfo signature", err) == -1)
		return -1;
	if (sigalg_get(alg.whole, c->hash_bits, &c->unusual_sigalg, &c->sigalg, &unknown) == -1) {
		c->unusual_sigalg = (struct sigalg){ .name = "an algorithm we do not know", .key = KEY_UNUSABLE, .hash_bits = c->hash_bits };
		c->sigalg = &c->unusual_sigalg;
	}
	there = der_optional(&si, DER_CONTEXT_CONS(1), &unsigned_attrs, "unsignedAttrs", err);
	if (there == -1)
		return -1;
	c->has_unsigned_attrs = there == 1;
	return der_end(&si, "SignerInfo", err);
}

static int
read_content_info(struct cms *c, struct err *err)
{
	struct der d = der_reader(bytes_of(&c->der)), info, explicit, sd;
	uint64_t version;
	char oid[64];

	if (der_enter(&d, DER_SEQUENCE, &info, "ContentInfo", err) == -1 || der_end(&d, "ContentInfo", err) == -1 ||
		der_get_oid(&info, oid, sizeof(oid), "ContentInfo", err) == -1)
		return -1;
	if (strcmp(oid, oid_signed_data) != 0)
		return err_set(err, FAIL_INPUT, "ContentInfo: %s is not SignedData (RFC 5652 5.1)", oid);
	if (der_enter(&info, DER_CONTEXT_CONS(0), &explicit, "ContentInfo", err) == -1 || der_end(&info, "ContentInfo", err) == -1 ||
		der_enter(&explicit, DER_SEQUENCE, &sd, "SignedData", err) == -1 || der_end(&explicit, "ContentInfo", err) == -1 ||
		der_get_uint(&sd, &version, "SignedData version", err) == -1)
		return -1;
	c->version = version < 100 ? (unsigned)version : 100;
	if (read_digest_algorithms(c, &sd, err) == -1 || read_content(c, &sd, err) == -1 ||
		read_certificates(c, &sd, err) == -1 || read_signer_info(c, &sd, err) == -1)
		return -1;
	return der_end(&sd, "SignedData", err);
}

int
cms_parse(struct bytes der, struct cms **cms, struct err *err)
{
	struct cms *c;

	if (der.n > CMS_MAX)
		return err_set(err, FAIL_TOO_LARGE, "SignedData: %zu octets, at most %d", der.n, CMS_MAX);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	buf_bytes(&c->der, der);
	if (buf_check(&c->der, err) == -1 || read_content_info(c, err) == -1) {
		cms_free(c);
		return -1;
	}
	*cms = c;
	return 0;
}

int
cms_parse_any(struct bytes in, struct cms **cms, struct err *err)
{
	struct buf der = BUF_INIT;
	int rc = -1;

	if (!ber_is_indefinite(in))
		return cms_parse(in, cms, err);
	if (ber_to_der(in, CMS_MAX, &der, err) == 0 && cms_parse(bytes_of(&der), cms, err) == 0) {
		(*cms)->is_ber = true;
		rc = 0;
	}
	buf_clear(&der);
	return rc;
}

/* Equal as numbers: some write serial numbers with a zero octet too many, in one of the two places. */
static bool
same_serial(struct bytes a, struct bytes b)
{
	while (a.n > 1 && a.p[0] == 0)
		a = BYTES(a.p + 1, a.n - 1);
	while (b.n > 1 && b.p[0] == 0)
		b = BYTES(b.p + 1, b.n - 1);
	return bytes_equal(a, b);
}

const struct cert *
cms_signer_cert(const struct cms *c)
{
	const struct cert *by_serial = NULL;
	unsigned n = 0;

	for (unsigned i = 0; i < c->ncert; i++) {
		const struct cert *cert = c->cert[i];

		if (c->sid_ski.n > 0) {
			if (bytes_equal(cert->ski, c->sid_ski))
				return cert;
			continue;
		}
		if (!same_serial(cert->serial, c->sid_serial))
			continue;
		if (bytes_equal(cert->issuer, c->sid_issuer))
			return cert;
		by_serial = cert;
		n++;
	}
	return n == 1 ? by_serial : NULL; /* the issuer's name is written in several ways by the same CSCA */
}

int
cms_check_attributes(const struct cms *c, const char *content_type, struct err *err)
{
	uint8_t digest[64];
	size_t n;

	if (strcmp(c->content_type, content_type) != 0)
		return err_set(err, FAIL_INPUT, "eContentType: %s, wanted %s", c->content_type, content_type);
	if (c->signed_attrs.n == 0)
		return err_set(err, FAIL_INPUT, "signedAttrs: missing (Doc 9303-10 4.6.2.2)");
	if (strcmp(c->attr_content_type, c->content_type) != 0)
		return err_set(err, FAIL_INPUT, "contentType attribute: %s, wanted %s (RFC 5652 11.1)",
			c->attr_content_type[0] != '\0' ? c->attr_content_type : "missing", c->content_type);
	if (c->attr_digest.n == 0)
		return err_set(err, FAIL_INPUT, "messageDigest attribute: missing (RFC 5652 11.2)");
	n = digest_of(c->hash_bits, c->content, digest);
	if (n == 0)
		return err_set(err, FAIL_INPUT, "digestAlgorithm: none of SHA-1, SHA-224, -256, -384, -512 (Doc 9303-12 4.1.6)");
	if (!bytes_equal(c->attr_digest, BYTES(digest, n)))
		return err_set(err, FAIL_INPUT, "messageDigest attribute: not the %s of the content (RFC 5652 11.2)", digest_name(c->hash_bits));
	return 0;
}

static int
sorted_attributes(const struct cms *c, struct buf *out, struct err *err)
{
	struct der_out o = DER_OUT_INIT;
	struct der d = der_reader(c->signed_attrs);
	struct tlv tlv;

	der_open(&o, DER_SET);
	while (der_more(&d)) {
		if (der_next(&d, &tlv, "signedAttrs", err) == -1) {
			der_out_clear(&o);
			return -1;
		}
		der_raw(&o, tlv.whole);
	}
	der_close_set_of(&o);
	return der_finish(&o, out, err);
}

int
cms_check_signature(const struct cms *c, const struct cert *signer, struct err *err)
{
	struct buf message = BUF_INIT;
	int rc;

	if (c->signed_attrs.n == 0)
		return sigalg_verify(c->sigalg, signer->key->evp, c->content, c->signature, err);
	der_header(&message, DER_SET, c->signed_attrs.n);
	buf_bytes(&message, c->signed_attrs);
	rc = buf_check(&message, err);
	if (rc == 0)
		rc = sigalg_verify(c->sigalg, signer->key->evp, bytes_of(&message), c->signature, err);
	if (rc == -1 && err->kind == FAIL_INPUT && !c->attrs_sorted) {
		/* Signed is the DER encoding, whatever order was sent: RFC 5652 5.4. */
		rc = sorted_attributes(c, &message, err);
		if (rc == 0)
			rc = sigalg_verify(c->sigalg, signer->key->evp, bytes_of(&message), c->signature, err);
	}
	buf_clear(&message);
	return rc;
}

int
cms_verify(const struct cms *c, const char *content_type, struct err *err)
{
	const struct cert *signer = cms_signer_cert(c);

	if (signer == NULL)
		return err_set(err, FAIL_INPUT, "SignedData: the signer's certificate is not inside");
	if (cms_check_attributes(c, content_type, err) == -1)
		return -1;
	return cms_check_signature(c, signer, err);
}
