/*
 * signedlist.h - what master lists and deviation lists share (Doc 9303-12 8 and 9): SignedData whose signer has a purpose of its own,
 * under a trusted CSCA, with a signing time that only grows.
 *
 * The answer is a list of separately coded verdicts with their clauses.  Departures that break neither signature nor path are warnings.
 */
#ifndef CATENA_PKI_SIGNEDLIST_H
#define CATENA_PKI_SIGNEDLIST_H
#include "pki/cms.h"
#include "pki/crl.h"
#include "pki/grade.h"

enum { LIST_MAX_VERDICTS = 40 };

struct list_verdict {
	enum grade grade;
	const char *code;   /* fixed word for programs: "signature", "signer_untrusted", "older", ... */
	const char *clause; /* "9303-12 8.2"; NULL none */
	char text[200];
};

/* What the verifier is told.  Everything but `at` may be empty. */
struct list_trust {
	const struct cert *const *anchor; /* CSCA and link certificates that are trusted */
	size_t nanchor;
	const struct crl *const *crl; /* for the signer; their own signatures are checked here */
	size_t ncrl;
	int64_t at;               /* the moment of the check */
	bool has_held;            /* a list of the same signing State is held already: */
	int64_t held_at;          /* its signingTime */
	struct bytes held_sha256; /* sha256 of its struct, to know it again; n 0 unknown */
	bool purpose_is_warning;  /* policy: a signer without any extKeyUsage, as some States have it, warns; a document signer could be one */
	bool weak_is_warning;     /* policy: SHA-1 in old lists warns instead of refuses */
};

struct list_report {
	struct list_verdict verdict[LIST_MAX_VERDICTS];
	unsigned n;
	enum grade total;          /* the worst */
	char country[4];           /* of the signer */
	const struct cert *signer; /* inside the list; NULL when it is not there */
	const struct cert *anchor; /* one of list_trust's, the end of the path; NULL none */
	const struct cert *via;    /* the signer's issuer, when it is a link certificate carried by the list; else NULL */
	bool has_signing_time;
	int64_t signing_time;
};

void list_verdict_add(struct list_report *report, enum grade grade, const char *code, const char *clause, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
const struct list_verdict *list_verdict_find(const struct list_report *report, const char *code); /* NULL: none */
static inline bool
list_is_refused(const struct list_report *report)
{
	return report->total == GRADE_BAD;
}

struct list_kind {
	const char *name;         /* "master list" */
	const char *content_type; /* eContentType */
	const char *eku;          /* of the signer */
	const char *clause;
	bool time_is_mandatory;     /* signingTime */
	bool unsigned_is_forbidden; /* unsignedAttrs */
};
extern const struct list_kind list_master, list_deviation;

/* Fills the report: format, attributes, signature, signer's purpose, path, validity, revocation, signing time, age. */
void list_check(const struct cms *cms, const struct list_kind *kind, const struct list_trust *trust, struct list_report *report);
/* Whether it is a CA's: what says that it is none, or says nothing and is not self-signed, is not. */
bool list_is_csca(const struct cert *cert);

struct list_signing {
	struct bytes csca;    /* issuer of the signer's certificate: goes into the SignedData beside it */
	int64_t signing_time; /* mandatory */
	bool has_previous;
	int64_t previous_at; /* signing time of the list before */
};
/*
 * Signs the content.  Refused (FAIL_INPUT): a signer without the purpose, a CA, not valid at the signing time, not under `csca`, no CSCA; a signing
 * time that does not grow.  *der is replaced.
 */
int list_sign(struct session *s, const struct signer *signer, const struct list_kind *kind, struct bytes content, const struct list_signing *signing,
	struct buf *der, struct err *err);

#endif
