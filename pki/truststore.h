/*
 * truststore.h - what an inspection trusts: CSCA certificates with where they came from, link certificates, CRLs, deviation lists.
 *
 * In memory and pure: bytes in.  It is filled by one thread, settled once, and from then on only read, by any number of threads.
 * All signatures between its members (links, CRLs, lists) are verified while settling, never during an inspection.
 *
 * What is trusted: a certificate added as an anchor; and every CSCA certificate whose signature verifies under the key of a trusted
 * one of the same State, again and again (link certificates: old key signs new, and where a State issues them new signs old).  That somebody's key has
 * signed a trusted key is no reason to trust the signer: anyone can sign anything.  It only joins them to one CSCA (a `family`) when
 * both are trusted otherwise, so that one CRL serves all keys and names of the CSCA (Doc 9303-12 6.3).
 * Issuers are found by key identifier and signature; names are not compared, because the same CSCA writes its name in several ways.
 */
#ifndef CATENA_PKI_TRUSTSTORE_H
#define CATENA_PKI_TRUSTSTORE_H
#include "pki/crl.h"
#include "pki/deviation.h"

struct truststore;

enum trust {
	TRUST_NONE,   /* in the store, but nothing trusted vouches for it: never used as an issuer */
	TRUST_ANCHOR, /* whoever filled the store decided so */
	TRUST_LINKED, /* signed by a trusted key */
};

struct trusted {
	struct cert *cert;
	enum trust trust;
	char provenance[120];            /* "file csca1.cer", "master list DE 2026-05-28, confirmed by two officers"; for a person */
	const struct trusted *linked_by; /* TRUST_LINKED; an anchor that is a link certificate: whose key signed it, when that is there */
	bool is_broken;                  /* it was given as an anchor, but the anchor that it names has not signed it: TRUST_NONE, or linked by another */
	bool is_verified;                /* self-signed, or signed by a trusted key: an anchor may be trusted without */
	unsigned family;                 /* one number for all keys and names of a CSCA */
	bool is_revoked;                 /* by a verified CRL of its family; with its root, or what linked it, being revoked */
	int64_t revoked_at;
};

enum crl_state {
	CRL_USABLE,
	CRL_ISSUER_UNKNOWN,  /* no trusted CSCA of its State has signed it */
	CRL_SIGNATURE_WRONG, /* it names a trusted key, whose signature it does not bear */
	CRL_NOT_COMPLETE     /* partitioned, delta, or with a critical extension we do not know: says "revoked", never "not revoked" */
};

struct trusted_crl {
	struct crl *crl;
	enum crl_state state;
	const struct trusted *issuer; /* NULL unless the signature is verified */
	char provenance[120];
	uint8_t sha256[32];
};

struct trusted_deviations {
	struct deviationlist *list;
	bool is_verified; /* signed by a deviation list signer under a trusted CSCA */
	char country[4];  /* of the signer */
	char provenance[120];
	char why[160]; /* not verified: a sentence */
};

struct revocation {
	const struct trusted_crl *crl;      /* the newest usable one that had been issued by then, or the oldest; NULL: none */
	const struct crl_entry *entry;      /* revoked, by any verified CRL of the family; NULL: not listed */
	const struct trusted_crl *unusable; /* when there is no `crl`: one of the State that cannot be used; NULL none */
	bool is_elsewhere;                  /* the number is on the CRL of another CSCA of the same State: perhaps this one under another name */
};

int truststore_new(struct truststore **store, struct err *err);
void truststore_free(struct truststore *store);

/*
 * A certificate, PEM or DER.  FAIL_INPUT for what says that it is no CA's, and for a root that its own key has not signed.  The same certificate once more is accepted and changes
 * nothing, but that an anchor makes a candidate an anchor.  `trust` is TRUST_ANCHOR, or TRUST_NONE for a candidate: a link
 * certificate, or a CSCA certificate that nobody has confirmed.
 */
int truststore_add(struct truststore *store, struct bytes pem_or_der, enum trust trust, const char *provenance, struct err *err);
/* Only a CRL or list that cannot be read is an error; what its signature is worth is decided by settling. */
int truststore_add_crl(struct truststore *store, struct bytes pem_or_der, const char *provenance, struct err *err);
int truststore_add_deviations(struct truststore *store, struct bytes der, const char *provenance, struct err *err);
/* Once, when all is in; nothing can be added afterwards. */
int truststore_settle(struct truststore *store, struct err *err);

/* The rest is for a settled store. */

size_t truststore_count(const struct truststore *store);
const struct trusted *truststore_at(const struct truststore *store, size_t i);
size_t truststore_crls(const struct truststore *store);
const struct trusted_crl *truststore_crl_at(const struct truststore *store, size_t i);
size_t truststore_deviation_lists(const struct truststore *store);
const struct trusted_deviations *truststore_deviations_at(const struct truststore *store, size_t i);

/*
 * The trusted CSCA certificate whose key signed `cert`: keys named by its authorityKeyIdentifier first, then, when none of them did, all
 * keys of its State (country of the subject).  Of several certificates of that key one that is valid `at`, a root before a
 * link.  NULL when none; *by_identifier (may be NULL) tells whether the identifier led there.
 */
const struct trusted *truststore_issuer(const struct truststore *store, const struct cert *cert, int64_t at, bool *by_identifier);

/* What is known about the certificate with this serial number (contents octets), issued by `issuer`, at the moment. */
void truststore_revocation(const struct truststore *store, const struct trusted *issuer, struct bytes serial, int64_t at,
	struct revocation *revocation);

bool country_equal(const char *a, const char *b); /* letters of any case; two empty ones are not equal */

#endif
