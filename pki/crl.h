/*
 * crl.h - certificate revocation lists (RFC 5280 5, Doc 9303-12 7.1.4): read tolerantly, looked up quickly, issued strictly.
 *
 * As with cert.h, the frame must be DER; what departs from the profile inside it is seen by the caller in the members.
 * No clock, no I/O.
 */
#ifndef CATENA_PKI_CRL_H
#define CATENA_PKI_CRL_H
#include "pki/cert.h"
#include "pki/token.h"

enum { CRL_MAX = 32 * 1024 * 1024, /* some 800,000 entries: no State signs with as many keys */
	CRL_SERIAL_MAX = 64 };     /* octets; 20 are allowed, some have more */

enum crl_extension { /* of the list */
	CRL_AKI = 1 << 0,
	CRL_NUMBER = 1 << 1,
	CRL_IAN = 1 << 2,
	CRL_DELTA = 1 << 3,    /* deltaCRLIndicator */
	CRL_IDP = 1 << 4,      /* issuingDistributionPoint */
	CRL_FRESHEST = 1 << 5, /* freshestCRL */
	CRL_UNKNOWN = 1 << 6
};

enum crl_entry_extension {
	CRL_ENTRY_REASON = 1 << 0,
	CRL_ENTRY_HOLD = 1 << 1,
	CRL_ENTRY_INVALIDITY = 1 << 2,
	CRL_ENTRY_ISSUER = 1 << 3, /* certificateIssuer: an indirect CRL */
	CRL_ENTRY_UNKNOWN = 1 << 4
};

struct crl_entry {
	struct bytes serial; /* contents octets of the INTEGER, without zeros in front */
	int64_t revoked_at;
	uint8_t extensions;   /* enum crl_entry_extension; all of them are forbidden by the profile */
	uint8_t reason;       /* reasonCode, 0 when absent or unreadable */
	bool is_not_minimal;  /* the serial number had superfluous octets */
	bool is_not_positive; /* zero or negative */
	bool is_foreign;      /* an indirect CRL's word about a certificate that another State issued: crl_find() passes it over */
};

struct crl {
	struct buf der;   /* the whole list; the `bytes` below and in the entries point into it */
	struct bytes tbs; /* what is signed */
	struct bytes signature;
	unsigned version;    /* 2; 1 when the member is absent */
	struct bytes issuer; /* Name, encoded */
	char country[4];     /* of the issuer, as it is written; "" when absent */
	char issuer_cn[65];
	int64_t this_update, next_update;
	bool has_next_update;
	const struct sigalg *sigalg;  /* NULL: an algorithm we do not know */
	struct sigalg unusual_sigalg; /* room that `sigalg` may point at */
	unsigned present, critical;   /* enum crl_extension */
	bool has_duplicate;           /* an extension of the list is there twice: the first one counts */
	struct bytes aki;             /* key identifier; n 0 when absent */
	struct bytes number;          /* cRLNumber: contents octets of the INTEGER; n 0 when absent */
	bool has_revoked;             /* revokedCertificates is there, perhaps empty */
	struct crl_entry *entry;      /* in order of length, then octets of the serial number */
	size_t nentry;
	unsigned entry_extensions;       /* of all entries together */
	bool has_unknown_critical_entry; /* an entry extension we do not know is critical: the list is no use for saying "not revoked" */
	size_t ntwice;                   /* serial numbers that are there more than once */
	char malformed[96];              /* the first part whose value cannot be read, and why; "" none */
};

/*
 * Exactly one CRL, DER; nothing after it.  Refused: another frame, two signature algorithms that differ, times or serial numbers
 * that cannot be read.
 */
int crl_parse(struct bytes der, struct crl **crl, struct err *err);
int crl_read(struct bytes pem_or_der, struct crl **crl, struct err *err); /* either, one CRL */
void crl_free(struct crl *crl);

/* Whether `issuer`'s key made the signature: the mathematics only.  -1 FAIL_INPUT. */
int crl_verify(const struct crl *crl, const struct cert *issuer, struct err *err);
/* Whether the certificate may sign CRLs: a CA, with cRLSign where it has keyUsage. */
bool crl_may_sign(const struct cert *issuer);
/*
 * The first of the n certificates that may sign CRLs and whose key signed this one: candidates by key identifier, then all of the
 * same country; names are not compared.  NULL none.
 */
const struct cert *crl_issuer(const struct crl *crl, const struct cert *const *cert, size_t n);

/*
 * The entry of a serial number (contents octets, as in struct cert); NULL: not revoked.  Logarithmic.  What a delta CRL takes off the list
 * (reason removeFromCRL) and what is another State's is not revoked by it.
 */
const struct crl_entry *crl_find(const struct crl *crl, struct bytes serial);
/*
 * Whether the list speaks about all certificates of its State.  A delta CRL or one of a distribution point does not: an absence from
 * it proves nothing.
 */
bool crl_is_complete(const struct crl *crl);
/* After nextUpdate, or, where that is missing, 90 days after thisUpdate (Doc 9303-12 5.1.4). */
bool crl_is_stale(const struct crl *crl, int64_t at);
bool crl_is_early(const struct crl *crl, int64_t at); /* before thisUpdate */
/* -1, 0, 1: cRLNumber, and where one has none thisUpdate. */
int crl_compare_age(const struct crl *a, const struct crl *b);

/* ---- issuing ---- */

enum { CRL_DAYS_MOST = 90, /* Doc 9303-12 5.1.4 */
	CRL_HOURS_LEAST = 48 };

struct crl_revocation {
	struct bytes serial; /* contents octets of the INTEGER */
	int64_t revoked_at;
};

struct crl_order {
	uint64_t number;          /* cRLNumber */
	uint64_t previous_number; /* that of the last CRL: `number` must be greater; 0: this is the first */
	int64_t this_update, next_update;
	const struct crl_revocation *revoked; /* in any order, each once: of all keys and names that this CSCA ever had */
	size_t nrevoked;
	bool name_changed; /* then the issuer's SAN goes into issuerAltName */
};

/*
 * Version 2, extensions authorityKeyIdentifier and cRLNumber (and issuerAltName), no entry extensions, revokedCertificates absent
 * when none.  Refused (FAIL_INPUT): an issuer that is no CSCA or not of this key or not valid at this_update; a next_update less than 48
 * hours or more than 90 days later; a number that does not grow; a serial number twice, not positive or longer than 20 octets; a
 * revocation later than this_update.  The result is read back and verified before it is handed out; *der is replaced.
 */
int crl_issue(struct session *s, struct token_key *issuer_key, const struct cert *issuer, const struct crl_order *order, struct buf *der,
	struct err *err);

#endif
