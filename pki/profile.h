/*
 * profile.h - issuing certificates by the profiles of Doc 9303-12 table 6, signed on the token.
 *
 * A profile is a const table (profile_table.c): which extension is mandatory, optional or forbidden.  The linter (lint.h) reads the same table.
 * cert_issue writes all mandatory ones, writes optional ones when the order gives what they need, refuses an order that breaks
 * the profile, and hands out nothing in which the linter finds an error or a warning.
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
	PROFILE_LEDGER,           /* ours: signs tree heads; under the CSCA, so that one anchor is enough for an offline verifier */
	PROFILE_CSCA_NAME_CHANGE, /* a link certificate whose issuer is the CSCA's old name */
	PROFILE_VDS_SIGNER,       /* bar code signer: visible digital seals, Doc 9303-13 */
	PROFILE_COMMUNICATION,    /* TLS: SPOC, and our own services */
	PROFILES
};

enum requirement { EXT_FORBIDDEN,
	EXT_OPTIONAL,
	EXT_MANDATORY };

struct profile {
	const char *name;
	unsigned key_usage;             /* these bits must be there ... */
	unsigned key_usage_optional;    /* ... these may, and no others */
	const char *eku;                /* dotted; NULL none */
	unsigned char want[EXTENSIONS]; /* enum requirement */
};
extern const struct profile profiles[PROFILES];
/* Purpose of a ledger certificate: an OID of the UUID arc (2.25), made for this project. */
extern const char oid_eku_ledger[];
extern const char oid_eku_master_list[];
extern const char oid_eku_deviation_list[];
extern const char oid_eku_vds[];
extern const char oid_eku_tls_server[];

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
	const char *contact;               /* mail address, URI or DNS name put beside it; NULL none */
	const char *const *crl_urls;       /* NULL-terminated; http, https or ldap; NULL for the profiles that may do without */
	const char *const *document_types; /* NULL-terminated, "P"; document signers, and as they like bar code signers */
	bool name_change;                  /* PROFILE_CSCA_LINK: becomes PROFILE_CSCA_NAME_CHANGE */
	const char *const *purposes;       /* PROFILE_COMMUNICATION: dotted, NULL-terminated; NULL: a TLS server's */
	unsigned key_usage;                /* PROFILE_COMMUNICATION: optional bits beside digitalSignature */
	unsigned serial_octets;            /* 1..20; 0: 16, and 4 for a bar code signer, whose every seal repeats it */
	const struct sigalg *sigalg;       /* one of the issuer's key; NULL: token_key_sigalg(), which for RSA is PSS */
};

/* When a certificate begins and ends, and its key is used: whole days, by Doc 9303-12 4.3 from the longest validity of a document. */
struct cert_span {
	int64_t not_before, not_after, key_from, key_to;
};
enum { DOCUMENT_YEARS_MAX = 20 };
/* now: any moment of the first day.  issuer: NULL for a root; a link ends with the certificate that it is under. */
int cert_span(enum profile_name profile, int64_t now, unsigned document_years, const struct cert *issuer, struct cert_span *span,
	struct err *err);

/*
 * issuer: the issuing CSCA's certificate, whose key must be issuer_key's; NULL for a root, then issuer_key is also the subject's.
 * IAN is the issuer's SAN.  The serial number is random and positive; that it was never used before is for the registry to say.  The result is
 * read back, verified and linted before it is handed out.
 */
int cert_issue(struct session *s, struct token_key *issuer_key, const struct cert *issuer, const struct cert_order *order,
	struct buf *der, struct err *err);

/* The errors that the linter finds in a certificate, of this profile; FAIL_INPUT with err_problem() for each, its pointer the finding's code. */
int profile_check(enum profile_name profile, const struct cert *cert, struct err *err);

#endif
