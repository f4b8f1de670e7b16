/*
 * rite.h - what each kind of ceremony does, from its parameters to the order and back; pure: no token, no database, no clock.
 *
 * A ceremony becomes a rite: an order that names everything to be done on the token (a key to generate, certificates to issue, a CRL,
 * a list to sign, a key to destroy).  signd makes the order from the registry; it is carried out (rite_perform) by signd on its own
 * token, or by csca-ceremony on a machine without network from a file, with the very same code.  The outcome is held against the order
 * (rite_check) before it is recorded, wherever it was made.
 *
 * Files are canonical JSON (json.h): the same order always is the same octets, and both sides show its SHA-256.
 *
 * Parameters of a ceremony (JSON object; nothing else may be in it):
 *   generate         {}                                        the key's kind, token and algorithm are in its row
 *   certify          { "document_types": ["P"]?, "document_years": N?, "signer_id": "XX"?, "link": true? }
 *                    seal signers: signer_id, characters 3-4 of their identifier.  A CSCA key: its root certificate by itself; link: by the CSCA
 *                    that is active now.  A rollover is both in one, where both keys are on one token.
 *   activate, retire, erase  {}
 *   crl              { "days": N? }                             until nextUpdate, 1 to 90; 60
 *   revoke           { "cause": "compromise" | "superseded" | "ceased" | "error" }
 *   rollover         { "document_years": N? }
 *   name_change      { "subject": { "organization"?, "organizational_unit"?, "common_name" }, "document_years": N? }
 *   master_list, deviation_list  {}                             the content is the payload
 *   rule             { "ceremony": KIND, "officers": 2..12 } or { "key": KIND, "use_days": N, "max_signatures": N, "lead_days": N }
 */
#ifndef CATENA_PKI_RITE_H
#define CATENA_PKI_RITE_H

#include <jansson.h>

#include "pki/profile.h"
#include "registry/base/json.h"

enum { RITE_CERTIFICATES = 2, /* root and link */
	RITE_FILE_MAX = JSON_MAX_TEXT,
	RITE_DOCUMENT_YEARS = 10,
	RITE_DOCUMENT_YEARS_MAX = 20,
	RITE_CRL_DAYS = 60,
	RITE_NAME = 65 };

/* FAIL_INPUT with a problem for each member that is wrong.  kind: a name of ceremony_kind_names. */
int rite_check_parameters(const char *kind, const json_t *parameters, struct err *err);
/* FAIL_INPUT when no key of that kind (key_kind_names) can be of that algorithm ("P-256", "brainpoolP384r1", "RSA-3072"). */
int rite_check_algorithm(const char *key_kind, const char *algorithm, struct err *err);
/* The profile under which a kind of key is certified.  FAIL_INPUT for kinds that the CSCA does not certify (tls, and a csca: root or link). */
int rite_profile(const char *key_kind, enum profile_name *profile, struct err *err);

/* ---- the order ---- */

struct rite_key {
	char *label, *algorithm;
	struct buf id; /* CKA_ID */
};
struct rite_certificate {
	int profile; /* index into rite_profiles, the names in the file */
	char *country, *organization, *organizational_unit, *common_name;
	struct buf spki; /* subject's key; empty: the key that this rite generates */
	bool is_root;    /* signed by its own key: the one generated, or issuer_label's where that is the subject's */
	bool name_change;
	int64_t not_before, not_after, key_from, key_to;
	json_t *document_types; /* array of texts; NULL: none */
};
struct rite_revoked {
	struct buf serial;
	int64_t at;
};
struct rite_crl {
	int64_t number, previous, this_update, next_update;
	bool name_changed;
	struct json_array revoked; /* struct rite_revoked */
};
struct rite_list {
	int kind; /* 0 master_list, 1 deviation_list */
	struct buf content, signer;
	char *signer_label;
	int64_t at;
};
struct rite {
	int64_t version; /* 1 */
	struct uuid ceremony;
	char *kind;
	int64_t at;
	char *state, *contact;
	json_t *crl_urls; /* array of texts */
	bool has_generate, has_erase, has_crl, has_list;
	struct rite_key generate, erase;
	struct json_array certificates; /* struct rite_certificate, at most RITE_CERTIFICATES */
	struct buf issuer;              /* certificate of the CSCA that signs; empty when it signs nothing but a root */
	char *issuer_label;             /* its key on the token */
	struct rite_crl crl;
	struct rite_list list;
};
void rite_clear(struct rite *rite);

/* What a rite gave; what it did not order is empty. */
struct rite_outcome {
	int64_t version;
	struct uuid ceremony;
	struct buf rite_sha256; /* of the order's octets */
	char *token_label, *token_serial;
	struct buf spki, certificate[RITE_CERTIFICATES], crl, list;
};
void rite_outcome_clear(struct rite_outcome *outcome);

/* ---- from what the registry says to the order ---- */

struct rite_facts {
	struct uuid ceremony;
	const char *kind;
	const json_t *parameters;
	int64_t at;
	const char *state, *country;
	/* the key it is about */
	const char *key_kind, *key_label, *algorithm;
	struct bytes key_id;                /* CKA_ID */
	struct bytes spki;                  /* certify */
	const struct cert *key_certificate; /* link: the root certificate of the CSCA key; NULL none */
	unsigned key_number;                /* which of its kind: goes into commonName */
	unsigned use_days;                  /* of its kind */
	/* the CSCA that signs now; certificate NULL: there is none yet */
	const struct cert *csca;
	const char *csca_label;
	bool csca_name_changed;
	/* crl */
	int64_t crl_number;
	const struct rite_fact_revoked {
		struct bytes serial;
		int64_t at;
	} * revoked;
	size_t nrevoked;
	/* lists */
	struct bytes content, signer, signer_issuer;
	const char *signer_label;
};
/*
 * FAIL_INPUT parameters or facts that do not make a rite, FAIL_CONFLICT no CSCA, or one whose usage period is over.  activate, retire, revoke and rule
 * give a rite that orders nothing of the token.  Fills *rite, which must be zeroed; the caller clears it.
 */
int rite_make(const struct rite_facts *facts, struct rite *rite, struct err *err);

/* ---- files ---- */

int rite_to_text(const struct rite *rite, struct buf *text, struct err *err); /* canonical */
int rite_of_text(struct bytes text, struct rite *rite, struct err *err);
int rite_outcome_to_text(const struct rite_outcome *outcome, struct buf *text, struct err *err);
int rite_outcome_of_text(struct bytes text, struct rite_outcome *outcome, struct err *err);
/* What is about to be signed, for a person: one fact per line. */
int rite_describe(const struct rite *rite, struct buf *text, struct err *err);

/* ---- carrying out and checking ---- */

/*
 * Everything that is ordered, with keys of this session's token.  A key to generate that is there already with this label and identifier
 * is the one of an earlier try and is taken; one to erase that is gone is fine.  *outcome must be zeroed.
 */
int rite_perform(struct token *token, const struct rite *rite, struct bytes text, struct rite_outcome *outcome, struct err *err);
/* The outcome is of this very order and gives what it wants: keys, names, periods, extensions, signatures, CRL.  FAIL_INPUT says what differs. */
int rite_check(const struct rite *rite, struct bytes text, const struct rite_outcome *outcome, struct err *err);

/* An attribute of a Name by its OID, as text; "" when it has none. */
void rite_name_part(struct bytes name, const char *oid, char out[RITE_NAME]);
const char *rite_list_type(int kind); /* eContentType of struct rite_list's kind */

#endif
