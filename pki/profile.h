/*
 * profile.h - issuing certificates by the profiles of Doc 9303-12 table 6, signed on the token.
 *
 * A profile is a const table: which extension is mandatory, optional or forbidden, which is critical.  cert_issue writes all
 * mandatory ones, writes optional ones when the order gives what they need, and refuses an order that breaks the profile.
 */
#ifndef CATENA_PKI_PROFILE_H
#define CATENA_PKI_PROFILE_H
#include "pki/cert.h"
#include "pki/token.h"

enum profile_name {
	PROFILE_CSCA_ROOT,
	PROFILE_CSCA_LINK,
	PROFILE_DOCUMENT_SIGNER,
	PROFILE_MASTER_LIST_SIGNER,
	PROFILE_DEVIATION_LIST_SIGNER,
	PROFILE_LEDGER, /* ours: signs tree heads; under the CSCA, so that one anchor is enough for an offline verifier */
	PROFILES
};

enum requirement { EXT_FORBIDDEN,
	EXT_OPTIONAL,
	EXT_MANDATORY };

struct profile {
	const char *name;
	unsigned key_usage;             /* exactly these bits */
	const char *eku;                /* dotted; NULL none */
	unsigned char want[EXTENSIONS]; /* enum requirement */
};
extern const struct profile profiles[PROFILES];
/* Purpose of a ledger certificate: an OID of the UUID arc (2.25), made for this project. */
extern const char oid_eku_ledger[];
extern const char oid_eku_master_list[];
extern const char oid_eku_deviation_list[];

struct cert_name {                                                    /* in this order; NULL is left out; country and common_name are mandatory */
	const char *country;                                          /* two upper-case letters, PrintableString */
	const char *organization, *organizational_unit, *common_name; /* UTF8String, at most 64 characters */
};

struct cert_order {
	enum profile_name profile;
	struct cert_name subject;
	const struct pubkey *key;
	int64_t not_before, not_after;
	int64_t key_from, key_to;          /* private key usage period */
	const char *state;                 /* code as in the MRZ, "UTO": localityName of SAN and, for a root, IAN */
	const char *contact;               /* mail address or URI put beside it; NULL none */
	const char *const *crl_urls;       /* NULL-terminated; http, https or ldap */
	const char *const *document_types; /* NULL-terminated, "P"; document signers only */
	bool name_change;                  /* link certificates: the issuer's old name differs */
};

/*
 * issuer: the issuing CSCA's certificate, whose key must be issuer_key's; NULL for a root, then issuer_key is also the subject's.
 * IAN is the issuer's SAN.  The serial number is 16 random octets, positive.  The result is read back, verified and checked
 * against the profile before it is handed out.
 */
int cert_issue(struct session *s, struct token_key *issuer_key, const struct cert *issuer, const struct cert_order *order,
	struct buf *der, struct err *err);

/* The departures of a certificate from a profile, one sentence each; FAIL_INPUT with err_problem() per departure. */
int profile_check(enum profile_name profile, const struct cert *cert, struct err *err);

#endif
