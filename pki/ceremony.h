/*
 * ceremony.h - the first key ceremony of a State: its CSCA, document signers, ledger key and UIN secret on one token.
 *
 * Lifetimes follow the documents' (Doc 9303-12 table 4): a document signer's key signs 3 months, its certificate
 * lives until the last document it signed; a CSCA key signs 5 years, its certificate until the last certificate below it.
 */
#ifndef CATENA_PKI_CEREMONY_H
#define CATENA_PKI_CEREMONY_H
#include "pki/profile.h"

enum { CEREMONY_ID_LEN = 16,
	CEREMONY_MAX_SIGNERS = 8 };

struct ceremony_options {
	const char *state;                 /* code in the MRZ: "UTO" */
	const char *country;               /* two letters in certificates: "UT" */
	const char *organization;          /* "Utopia"; NULL none */
	const char *csca_kind;             /* NULL: brainpoolP384r1; as token_key_generate, no "HMAC" */
	const char *signer_kind;           /* NULL: brainpoolP256r1 */
	const char *ledger_kind;           /* NULL: brainpoolP256r1 */
	unsigned signers;                  /* document signers to make; 0: 1 */
	unsigned document_years;           /* longest validity of a document; 0: 10 */
	const char *const *document_types; /* NULL: { "P", "I" } */
	const char *contact;               /* mail or URI for SAN and IAN; NULL none */
	const char *const *crl_urls;       /* NULL: the two of the ICAO PKD for the State */
	const char *prefix;                /* put before the labels, for several on one token; NULL: "" */
	int64_t now;
};

struct ceremony_key {
	char label[TOKEN_LABEL_MAX];
	uint8_t id[CEREMONY_ID_LEN]; /* CKA_ID */
	char kind[32];
	struct buf cert; /* DER; empty for the UIN secret */
};

struct ceremony {
	struct ceremony_key csca, ledger, uin;
	struct ceremony_key signer[CEREMONY_MAX_SIGNERS];
	unsigned nsigner;
};

/*
 * FAIL_CONFLICT when a key of one of the labels ("csca-1", "ds-1".., "ledger-1", "uin-1") is on the token already.  When anything
 * fails, the keys made so far are destroyed: all or nothing.
 */
int ceremony_init(struct token *token, const struct ceremony_options *options, struct ceremony *result, struct err *err);
void ceremony_clear(struct ceremony *c);

#endif
