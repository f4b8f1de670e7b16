/*
 * trustimport.h - a file of another State as a proposal: what is in it, what each part is worth, what it would change in the trust store.
 * Pure: the file, what is held, the moment.  registry/store/trust.h keeps the proposal, officers decide on it.
 *
 * Nothing here trusts anything.  Left out with a reason: what its issuer's key did not sign, and the contents of a list that is refused.  A
 * list whose signer is under none of our trusted certificates is not refused for that: its certificates become candidates like any others,
 * but the list does not count as verified.
 */
#ifndef CATENA_PKI_TRUSTIMPORT_H
#define CATENA_PKI_TRUSTIMPORT_H
#include <jansson.h>

#include "pki/certfile.h"
#include "pki/masterlist.h"

/* What is held; all of it may be empty. */
struct trustimport_newest { /* the newest list or CRL of an issuer */
	enum certfile_kind kind;
	const char *country;    /* in capitals */
	struct bytes authority; /* CRLs: key identifier of the issuer */
	int64_t dated_at;
	const uint8_t *sha256;
	bool is_verified;
};
struct trustimport_held {
	const struct cert *const *trusted; /* CSCA and link certificates that count as trusted */
	size_t ntrusted;
	const struct cert *const *held; /* the others that were taken over */
	size_t nheld;
	const struct crl *const *crl; /* for the signers of lists */
	size_t ncrl;
	const struct trustimport_newest *newest;
	size_t nnewest;
	int64_t at;
};

enum { TRUSTIMPORT_KEY = 64 }; /* octets of a key identifier that are kept */
struct trustimport_item {
	enum certfile_kind kind;
	struct bytes der; /* in the proposal; n 0 with "gone" */
	uint8_t sha256[32];
	char country[4];                    /* in capitals; "" none */
	char subject[72];                   /* common name, in UTF-8 without control characters */
	uint8_t authority[TRUSTIMPORT_KEY]; /* certificate: its key identifier; CRL: that of the key that issued it */
	size_t authority_len;
	int64_t valid_from, valid_to;
	bool has_valid_to;
	bool is_root;
	unsigned departures; /* errors and warnings of the linter */
	const char *change;  /* "new" "known" "gone" */
	char place[160];
	long list;          /* index of trustimport.list; -1 none */
	const char *issuer; /* "self" "file" "held" "trusted" "wrong" "absent" */
	bool is_verified, is_taken;
	char why[200]; /* "" nothing to be said */
};
struct trustimport_list {
	enum certfile_kind kind;
	uint8_t sha256[32];
	struct list_report report;       /* its pointers are NULL */
	struct masterlist_counts counts; /* master lists */
	bool is_refused;
	bool has_previous; /* one of the same State is held */
	uint8_t previous_sha256[32];
};
struct trustimport {
	struct certfile file;
	struct trustimport_item *item;
	size_t n, cap;
	struct trustimport_list *list;
	size_t nlist;
	unsigned certificates, roots, links, departing, verified; /* CSCA and link certificates, each counted once */
	unsigned others;                                          /* certificates that are no CSCA's: signers; not taken over */
};

/* FAIL_INPUT: nothing readable in it, or nothing that belongs into a trust store. */
int trustimport_read(struct bytes file, const struct trustimport_held *held, struct trustimport **import, struct err *err);
void trustimport_free(struct trustimport *import);

/* Whether list i of the proposal holds the certificate: for what is gone since the list before. */
bool trustimport_has(const struct trustimport *import, size_t list, const uint8_t sha256[32]);
/* A member of the list before that list i holds no more. */
int trustimport_gone(struct trustimport *import, size_t list, const uint8_t sha256[32], const char *country, const char *subject, bool is_root,
	struct err *err);
/*
 * { certificates, roots, links, departing, verified, others, crls, lists [ { kind, sha256, country, signed_at?, is_refused, is_verified, verdicts
 *   [ { grade, code, clause?, text } ], counts? } ], unreadable, problems [ { place, text } ] }; the caller's reference
 */
int trustimport_summary(const struct trustimport *import, json_t **summary, struct err *err);

#endif
