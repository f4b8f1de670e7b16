/*
 * lint.h - the departures of certificates, CRLs, master lists, deviation lists and security objects from Doc 9303-10 and -12.
 *
 * Works on the octets, where the readers (cert.h, cms.h, crl.h) are tolerant.  Every departure is a row of one const table, `lint_rules`: a
 * fixed code for programs, the clause, and the severity; a finding adds a sentence with the details.  Pure: no clock, no I/O.
 *
 * Severity: an error breaks something that the profile says must be; a warning is met so often in the field, or concerns a
 * part that decides nothing, that an inspection system goes on; a notice is a recommendation.  Our own issuing (profile.h)
 * refuses errors and warnings.  Passive authentication shows the errors of others as warnings.
 */
#ifndef CATENA_PKI_LINT_H
#define CATENA_PKI_LINT_H
#include <jansson.h>

#include "pki/profile.h"

enum lint_severity { LINT_NOTICE,
	LINT_WARNING,
	LINT_ERROR }; /* from the best to the worst */

struct lint_rule {
	const char *code;   /* "crldp_absent" */
	const char *clause; /* "9303-12 7.1.1 table 6" */
	enum lint_severity severity;
};
extern const struct lint_rule lint_rules[]; /* ends with code NULL */

struct lint_finding {
	const struct lint_rule *rule;
	enum lint_severity severity; /* the rule's; for a member of a list at most a warning */
	char where[40];              /* part of the file: "" the whole, "signer", "certificate 17" (a list counts from 0) */
	char text[240];              /* lower case, no full stop; names no holder */
};

enum lint_kind { LINT_UNKNOWN, /* none of them: unreadable */
	LINT_CERTIFICATE,
	LINT_CRL,
	LINT_MASTER_LIST,
	LINT_DEVIATION_LIST,
	LINT_SECURITY_OBJECT,
	LINT_SIGNED_DATA }; /* SignedData of another content */

/* Beside enum profile_name: find out from the certificate itself. */
enum { LINT_DETECT = -1 };

struct lint_options {
	const struct cert *const *issuers; /* to verify signatures by: any CSCA and link certificates */
	size_t nissuers;
	int profile;               /* enum profile_name, or LINT_DETECT: for certificates */
	const struct cert *parsed; /* lint_cert: the same certificate, read already; NULL: it is read once more */
	bool is_complete;          /* all certificates of their States are among issuers: a signature by none of them is a warning */
};

struct lint {
	enum lint_kind kind;
	int profile; /* LINT_CERTIFICATE: enum profile_name that it was compared with */
	struct lint_finding *finding;
	size_t n, cap;
	bool failed;        /* memory ran out: findings are missing */
	unsigned members;   /* lists: certificates or deviations in it */
	unsigned departing; /* lists: members with an error or warning */
	/* for the routines below lint_file(), not for callers: */
	const struct lint_options *options;
	char where[40];
	enum lint_severity cap_severity;
};

/*
 * Finds out what the octets are (PEM or DER, EF.SOD with or without its tag 77) and fills *lint.  0, however many findings; -1 FAIL_INPUT when
 * they are unreadable: then the sentence says why and *lint is empty.  options may be NULL.  lint_clear() afterwards, in any case.
 */
int lint_file(struct bytes file, const struct lint_options *options, struct lint *lint, struct err *err);
/* One certificate, DER; kind and profile as above. */
int lint_cert(struct bytes der, const struct lint_options *options, struct lint *lint, struct err *err);
int lint_crl(struct bytes der, const struct lint_options *options, struct lint *lint, struct err *err);
void lint_clear(struct lint *lint);

/* The worst severity into *worst; false when there is no finding. */
bool lint_worst(const struct lint *lint, enum lint_severity *worst);
/* The first finding of the code, NULL none. */
const struct lint_finding *lint_find(const struct lint *lint, const char *code);
/* {"kind", "profile" (certificates), "findings":[{"code","severity","clause","where","text"}]}; the caller's reference. */
int lint_json(const struct lint *lint, json_t **out, struct err *err);
/* The profile that a certificate claims to be of: by basicConstraints, key usage, purposes, names and key identifiers. */
enum profile_name lint_profile_of(const struct cert *cert);
const char *lint_severity_name(enum lint_severity severity); /* "notice" "warning" "error" */
const char *lint_kind_name(enum lint_kind kind);             /* "certificate", "CRL", "master list", ... */

#endif
