/*
 * cms.h - the SignedData (RFC 5652) that Doc 9303-10 4.6.2 and 9303-12 8 and 9 share: one content, one signer, signed attributes,
 * the signer's certificate inside.  EF.SOD, master list, deviation list, EF.CardSecurity and our sealed registers are this
 * with another content type.
 */
#ifndef CATENA_PKI_CMS_H
#define CATENA_PKI_CMS_H
#include "pki/cert.h"
#include "pki/token.h"

/* ---- signing ---- */

/*
 * Who signs: a key with its certificate.  Made once, then shared by all threads: what does not change from signature to signature
 * (issuer and serial number, algorithm identifiers, the certificate) is encoded here.
 */
struct signer;
/* The key is taken over, also on failure.  Refuses a certificate of another key or without digitalSignature. */
int signer_new(struct token_key *key, struct bytes cert_der, struct signer **signer, struct err *err);
void signer_free(struct signer *signer);
const struct cert *signer_cert(const struct signer *signer);
struct token_key *signer_key(const struct signer *signer);
unsigned signer_hash_bits(const struct signer *signer);

/* signing_time: seconds of 1970 UTC; 0 leaves the attribute out.  SignedData v3, SignerInfo v1, DER. */
int cms_sign(struct session *s, const struct signer *signer, const char *content_type, struct bytes content, int64_t signing_time,
	struct buf *out, struct err *err);

/* As cms_sign, with what master lists and deviation lists prefer. */
struct cms_options {
	int64_t signing_time;   /* 0 leaves the attribute out */
	bool by_key_identifier; /* sid is the subjectKeyIdentifier, SignerInfo v3; the signer's certificate must have one */
	struct bytes beside;    /* one more certificate for the SignedData; n 0 none */
};
int cms_sign_with(struct session *s, const struct signer *signer, const char *content_type, struct bytes content, const struct cms_options *options,
	struct buf *out, struct err *err);

/* ---- reading ---- */

enum { CMS_MAX = 16 * 1024 * 1024, /* master lists have 1 MB today */
	CMS_MAX_CERTS = 64 };

struct cms {
	struct buf der; /* the `bytes` below point into it */
	bool is_ber;    /* it was sent in BER; `der` is what was made of it */
	unsigned version;
	char content_type[64];
	struct bytes content;             /* eContent's octets */
	unsigned content_hash_bits;       /* digest of the only digestAlgorithm; 0 when there is not exactly one */
	struct cert *cert[CMS_MAX_CERTS]; /* also with keys that cannot be used: see cert_parse_any_key() */
	unsigned ncert;
	unsigned nother; /* certificates of other kinds (attribute certificates and the like), passed over */
	bool has_crls;

	unsigned signer_version;
	struct bytes sid_issuer, sid_serial; /* issuerAndSerialNumber ... */
	struct bytes sid_ski;                /* ... or subjectKeyIdentifier */
	unsigned hash_bits;                  /* 0: a digest we do not know, with which nothing verifies */
	struct bytes signed_attrs;           /* contents of [0]; n 0 when absent */
	bool attrs_sorted;                   /* DER order of the SET; otherwise a departure that still may verify */
	char attr_content_type[64];
	struct bytes attr_digest;
	bool has_signing_time;
	int64_t signing_time;
	const struct sigalg *sigalg;  /* of key type KEY_UNUSABLE when it is unknown */
	struct sigalg unusual_sigalg; /* room that `sigalg` may point at */
	struct bytes signature;
	bool has_unsigned_attrs;
};

/*
 * A ContentInfo of SignedData with exactly one SignerInfo; nothing after it.  Tolerated and visible in the members: other version
 * numbers, NULL parameters, either form of sid, no certificate, attributes out of order, algorithms and keys that we do not know.  -1 FAIL_INPUT.
 */
int cms_parse(struct bytes der, struct cms **cms, struct err *err);
/* As cms_parse; one of indefinite length is made DER first: some States send lists so.  EF.SOD is to be DER, too. */
int cms_parse_any(struct bytes ber_or_der, struct cms **cms, struct err *err);
void cms_free(struct cms *cms);
/* The certificate inside that sid names, by issuer and serial number or key identifier; NULL when it is not there. */
const struct cert *cms_signer_cert(const struct cms *cms);
/* contentType and messageDigest attributes against the content. */
int cms_check_attributes(const struct cms *cms, const char *content_type, struct err *err);
/* The signature over the signed attributes (or the content when there are none). */
int cms_check_signature(const struct cms *cms, const struct cert *signer, struct err *err);
/* Both, and the signer's certificate is inside. */
int cms_verify(const struct cms *cms, const char *content_type, struct err *err);

#endif
