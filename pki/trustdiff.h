/*
 * trustdiff.h - what a file of another State would change in the trust store: each thing in it with an outcome and the reason.
 *
 * Pure: it is told what the store holds and what is offered, parses, verifies, and compares.  The same routine answers when a file is
 * brought in, when its changes are shown and when they are accepted, so an officer accepts what was shown.  Nothing that is offered creates
 * trust: a root is ROOT until officers confirm it out of band, LINKED says that a key trusted already has signed it (pki/truststore.h).
 */
#ifndef CATENA_PKI_TRUSTDIFF_H
#define CATENA_PKI_TRUSTDIFF_H
#include "pki/certfile.h"
#include "pki/masterlist.h"
#include "pki/truststore.h"

enum { TRUSTDIFF_CERTIFICATES = 5000 }; /* of CSCAs in one file; all States together have some 700 */

enum offer_outcome {
	OFFER_REFUSED,  /* left out: `why` */
	OFFER_KNOWN,    /* these octets are in the store */
	OFFER_ROOT,     /* a root that is new: two officers confirm it out of band */
	OFFER_LINKED,   /* a new certificate that a trusted key has signed: `why` names it */
	OFFER_UNLINKED, /* a new one that nothing trusted has signed */
	OFFER_NEW,      /* a CRL or list to be held from now on */
	OFFER_OUTCOMES
};
const char *offer_outcome_name(enum offer_outcome outcome); /* "refused" ... */

struct offer {
	enum certfile_kind kind;
	struct bytes der;
	const char *place; /* in the file */
	long list;         /* index of the offer of the list it was in; -1 none */
	/* filled by trustdiff_run(): */
	enum offer_outcome outcome;
	char why[200];
	char country[4]; /* in capitals; "" none */
	char name[65];
	uint8_t sha256[32];
	int64_t at, until;       /* until 0: none */
	struct bytes issuer_key; /* CRLs: authorityKeyIdentifier, in `der` */
	bool is_root, is_expired;
	unsigned errors, warnings;                               /* of the linter, certificates that are new */
	struct masterlist_counts counts;                         /* master lists */
	unsigned entries;                                        /* CRLs, deviation lists */
	unsigned nremoved;                                       /* master lists: certificates of the one held that are not in this one */
	struct { char name[65], country[4]; uint8_t sha256[32]; } *removed;
	struct crl *crl; /* parsed, until trustdiff_free */
};

struct trustdiff;
int trustdiff_new(struct trustdiff **d, struct err *err);
void trustdiff_free(struct trustdiff *d);

/*
 * What the store holds.  state: "trusted" (an anchor), "candidate", "withdrawn" (known and not believed), "held".  Octets are copied.
 */
int trustdiff_hold(struct trustdiff *d, enum certfile_kind kind, struct bytes der, const char *state, const char *provenance, struct err *err);
/* What is offered, in the order of the file; der and place are borrowed until trustdiff_free. */
int trustdiff_offer(struct trustdiff *d, enum certfile_kind kind, struct bytes der, const char *place, long list, struct err *err);
/* All that certfile_read found; certificates of list signers and document signers are left out. */
int trustdiff_offer_file(struct trustdiff *d, const struct certfile *file, struct err *err);
/* Once.  A list that is refused takes what it carries along, unless that was offered beside it as well. */
int trustdiff_run(struct trustdiff *d, int64_t at, struct err *err);

size_t trustdiff_count(const struct trustdiff *d);
const struct offer *trustdiff_at(const struct trustdiff *d, size_t i);

#endif
