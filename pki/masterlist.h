/*
 * masterlist.h - CSCA master lists (Doc 9303-12 8): which CSCA certificates a State has seen and found good.
 *
 * A list creates no trust by itself: it says what another State believes.  Whoever imports it decides per certificate.
 */
#ifndef CATENA_PKI_MASTERLIST_H
#define CATENA_PKI_MASTERLIST_H
#include "pki/signedlist.h"

extern const char oid_master_list[];   /* 2.23.136.1.1.2 */
enum { MASTERLIST_MAX_CERTS = 10000 }; /* the largest in circulation has under 1000 */

struct masterlist_member {
	struct bytes der; /* in the list's octets */
	uint8_t sha256[32];
	struct cert *cert; /* NULL: cannot be read, `problem` says why */
	char problem[120];
	bool is_duplicate; /* the same octets stand further in front */
	bool is_csca;      /* a CA certificate, or a self-signed one that does not deny it */
	bool is_root;      /* subject = issuer: the same attributes with the same octets, whatever their string types */
	/* Filled by masterlist_check(): */
	bool is_expired;
	bool is_verified;          /* its signature verifies under `issuer` */
	const struct cert *issuer; /* another member, itself, or an anchor; NULL: none found */
};

struct masterlist {
	struct cms *cms;
	unsigned version; /* 0 */
	struct masterlist_member *member;
	size_t n;
	bool is_sorted;     /* DER order of the SET */
	uint8_t sha256[32]; /* of the whole SignedData */
};

struct masterlist_counts {
	unsigned certificates, unreadable, duplicates, not_csca;
	unsigned countries;    /* different countryNames of subjects, as they are written */
	unsigned states;       /* the same, upper and lower case alike */
	unsigned roots, links; /* subject = issuer, and not */
	unsigned expired;
	unsigned verified;        /* under an issuer of this list or an anchor; roots under themselves */
	unsigned issuer_absent;   /* no certificate with the issuer's key is known: cannot be checked */
	unsigned wrong_signature; /* the key that it names is there, perhaps its own, and did not sign it */
};

/* DER, or BER with indefinite lengths as some send it.  The octets' form; no judgement of signatures.  A member that cannot be read is kept with its problem. */
int masterlist_parse(struct bytes der, struct masterlist **list, struct err *err);
void masterlist_free(struct masterlist *list);
/*
 * All of list_check(), and: order of the SET, duplicates, only CSCA certificates, each certificate under its issuer.  Needs no more
 * than one verification per certificate when key identifiers are right.
 */
void masterlist_check(struct masterlist *list, const struct list_trust *trust, struct list_report *report, struct masterlist_counts *counts);

/* Members of `now` that `before` has not, by their octets: indexes, in order; the caller frees *index.  The reverse gives the removed. */
int masterlist_added(const struct masterlist *now, const struct masterlist *before, size_t **index, size_t *n, struct err *err);

/* ---- issuing ---- */

struct masterlist_order {
	const struct bytes *cert; /* CSCA certificates, DER, in any order, each once */
	size_t n;
	struct bytes csca;    /* the one that issued the signer's certificate: goes into the SignedData beside it */
	int64_t signing_time; /* mandatory */
	bool has_previous;
	int64_t previous_signing_time; /* must be before signing_time */
};

/*
 * Refused (FAIL_INPUT): a signer without the purpose, one that is a CA, not valid at signing_time or not under `csca`; no certificates, one that
 * is no CSCA certificate, one twice.  The result is read back and checked; *der is replaced.
 */
int masterlist_issue(struct session *s, const struct signer *signer, const struct masterlist_order *order, struct buf *der, struct err *err);

#endif
