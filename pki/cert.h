/*
 * cert.h - reading an X.509 certificate of the travel document PKI, tolerantly: the frame must be DER, what departs from
 * Doc 9303-12 inside it is seen by the caller in the members (issuing is strict, see profile.h).
 */
#ifndef CATENA_PKI_CERT_H
#define CATENA_PKI_CERT_H
#include "pki/pubkey.h"

enum { CERT_MAX = 64 * 1024,
	CERT_DOCUMENT_TYPES = 32 };

enum key_usage { /* bits as RFC 5280 4.2.1.3 counts them */
	KU_DIGITAL_SIGNATURE = 1 << 0,
	KU_NON_REPUDIATION = 1 << 1,
	KU_KEY_ENCIPHERMENT = 1 << 2,
	KU_DATA_ENCIPHERMENT = 1 << 3,
	KU_KEY_AGREEMENT = 1 << 4,
	KU_KEY_CERT_SIGN = 1 << 5,
	KU_CRL_SIGN = 1 << 6
};

enum extension {
	EXT_AKI,
	EXT_SKI,
	EXT_KEY_USAGE,
	EXT_KEY_PERIOD,
	EXT_SAN,
	EXT_IAN,
	EXT_BASIC_CONSTRAINTS,
	EXT_EKU,
	EXT_CRL_POINTS,
	EXT_NAME_CHANGE,
	EXT_DOCUMENT_TYPES,
	EXT_POLICIES,
	EXTENSIONS
};

struct extension_info {
	const char *oid;
	const char *name;
	bool is_critical; /* as Doc 9303-12 table 6 has it */
};
extern const struct extension_info extensions[EXTENSIONS];

struct cert {
	struct buf der;   /* the whole certificate; the `bytes` below point into it */
	struct bytes tbs; /* what is signed */
	struct bytes signature;
	unsigned version;             /* 3 */
	struct bytes issuer, subject; /* Name, encoded */
	struct bytes serial;          /* contents octets of the INTEGER */
	char country[4];              /* of the subject, as it is written; "" when absent */
	char issuer_country[4];
	char subject_cn[65]; /* for messages about certificates, never about persons */
	int64_t not_before, not_after;
	struct pubkey *key;
	char key_problem[96];          /* why the key is KEY_UNUSABLE; "" it is not */
	const struct sigalg *sigalg;   /* NULL: an algorithm we do not know */
	struct sigalg unusual_sigalg;  /* room that `sigalg` may point at */
	bool is_self_signed;           /* subject = issuer and verifies under its own key */
	unsigned present, critical;    /* bits 1 << enum extension */
	struct bytes aki, ski;         /* key identifiers; n 0 when absent */
	unsigned key_usage;            /* enum key_usage */
	bool has_key_from, has_key_to; /* privateKeyUsagePeriod, either end */
	int64_t key_from, key_to;
	bool is_ca;
	int path_len;          /* -1 absent */
	struct bytes eku;      /* the extension's value: SEQUENCE OF OID */
	char subject_state[4]; /* localityName of SAN's directoryName: the code as in the MRZ; "" when absent */
	char issuer_state[4];  /* the same of IAN */
	unsigned ndocument_types;
	char document_type[CERT_DOCUMENT_TYPES][3];
	bool has_unknown_critical; /* an extension marked critical that this reader does not know, or whose value it cannot read: RFC 5280 4.2 */
	bool has_odd_time;         /* validity: GeneralizedTime before 2050 */
	char malformed[96];        /* the first extension whose value cannot be read, and why; "" none */
};

int cert_parse(struct bytes der, struct cert **cert, struct err *err); /* exactly one certificate, DER */
/* As cert_parse; also one whose key is of no kind that we know, which others' security objects may carry: to say so, not to trust it. */
int cert_parse_any_key(struct bytes der, struct cert **cert, struct err *err);
int cert_read(struct bytes pem_or_der, struct cert **cert, struct err *err); /* either, one certificate */
int cert_read_any_key(struct bytes pem_or_der, struct cert **cert, struct err *err);
int cert_dup(const struct cert *cert, struct cert **copy, struct err *err);
void cert_free(struct cert *cert);
/* Whether `issuer`'s key made the signature of `subject`: the mathematics only.  -1 FAIL_INPUT. */
int cert_verify(const struct cert *subject, const struct cert *issuer, struct err *err);
static inline bool
cert_has(const struct cert *cert, enum extension e)
{
	return (cert->present & 1u << e) != 0;
}
static inline bool
cert_critical(const struct cert *cert, enum extension e)
{
	return (cert->critical & 1u << e) != 0;
}
void cert_sha256(const struct cert *cert, uint8_t out[32]);
bool cert_has_eku(const struct cert *cert, const char *oid);
bool cert_only_eku(const struct cert *cert, const char *oid); /* it is the one purpose */
/* extnValue's octets of an extension, as they stand in the certificate; n 0 when it is absent. */
struct bytes cert_extension_value(const struct cert *cert, const char *oid);
/* countryName and commonName of an encoded Name, cut to fit; "" when absent. */
int cert_name_parts(struct bytes name, char country[4], char cn[65], struct err *err);
/* One letter in the list covers all types that begin with it (Doc 9303-12 7.1.1.6); code is the MRZ's first two places. */
bool cert_allows_document(const struct cert *cert, const char code[2]);
/* As der_oid, for arcs of any length: those of the UUID arc 2.25 have 128 bits. */
void cert_oid_put(struct der_out *o, const char *dotted);
int cert_pem(struct bytes der, struct buf *pem, struct err *err);

#endif
