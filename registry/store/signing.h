/*
 * signing.h - what signd reads and writes: the descent of the documents it is asked to sign, the signatures, the keys.
 * Database role catena_signer.
 */
#ifndef CATENA_STORE_SIGNING_H
#define CATENA_STORE_SIGNING_H

#include <jansson.h>

#include "registry/store/db.h"

enum { SIGNING_DGS = 16 };

/* A document as the registry knows it, with its descent as it stands in this transaction. */
struct signing_case {
	struct uuid document_id;
	bool is_known;
	char state[24]; /* of the document */
	char issuing_state[4];
	struct date issued_on;
	int hash_bits;
	unsigned ndg;
	struct {
		int number;
		uint8_t hash[64];
		size_t len;
	} dg[SIGNING_DGS]; /* ascending */
	/* each link of invariant 1, read by joins of its own and not taken from the document row */
	bool application_in_production;
	bool approved_by_another;
	bool identity_is_current; /* the newest version of the person */
	bool enrolment_verified;
	bool evidence_holds; /* a registered act about this person, or an exemption of two officers */
	bool holder_alive;
	bool holder_not_stopped;
	struct buf sod; /* the signature it has already; empty when none */
};
void signing_cases_clear(struct signing_case *cases, size_t n);

/*
 * Fills cases[0..n) in the order of ids (n <= 1024).  What it says stays so until the commit: whoever would spoil, cancel, annul, revoke, stop
 * or register a death waits until then.  Read committed only: a snapshot taken before would be an old one.
 */
int signing_read(struct tx *tx, const struct uuid *ids, size_t n, struct signing_case *cases, struct err *err);
/*
 * What the seals of those among the documents say that have no chip: array of { document_id, form, code, number, expires_on, mrz_primary,
 * mrz_secondary?, nationality, sex, date_of_birth?, passport_number?, entries?, stay_days? } - personal data; caller: json_decref.
 */
int signing_seals(struct tx *tx, const struct uuid *ids, size_t n, json_t **seals, struct err *err);
/* The first link of the descent that does not hold, as a sentence; NULL when all do. */
const char *signing_broken_link(const struct signing_case *c);
struct signing_made {
	struct uuid document_id;
	struct bytes sod;
};
/* Queued, all in one statement; a second signature of a document is FAIL_CONFLICT when it is sent. */
int signing_record(struct tx *tx, const struct signing_made *made, size_t n, const struct uuid *certificate_id, struct err *err);
int signing_next_uin_sequence(struct tx *tx, uint64_t *value, struct err *err);

enum key_kind { KEY_CSCA,
	KEY_DOCUMENT_SIGNER,
	KEY_MASTER_LIST_SIGNER,
	KEY_DEVIATION_LIST_SIGNER,
	KEY_VISA_SEAL_SIGNER,
	KEY_EMERGENCY_SEAL_SIGNER,
	KEY_CIVIL_SEAL_SIGNER,
	KEY_LEDGER,
	KEY_TLS };
extern const char *const key_kind_names[]; /* NULL-terminated */

struct key_record {
	struct uuid certificate_id;
	enum key_kind kind;
	char token_label[33];
	char key_label[65];
	char state[16]; /* of the key, machine "key": only an active one signs */
	int64_t not_before, not_after, use_until;
	int64_t signatures, max_signatures; /* made with it; only counted for document signers */
	struct uuid signing_key_id;
	struct buf der;
};
struct key_records {
	struct key_record *key;
	size_t n;
};
/* Newest first; link certificates are left out. */
int keys_read(struct tx *tx, struct key_records *keys, struct err *err);
void key_records_clear(struct key_records *keys);
/*
 * A key and its certificate, at work at once: of the founding ceremony (ceremony.h).  issuer NULL for a root; the owner only, all others
 * go through a ceremony.
 */
struct key_new {
	enum key_kind kind;
	const char *token_label, *key_label, *algorithm;
	struct bytes der;
	const struct uuid *issuer;
	int64_t not_before, not_after, use_until;
	const struct uuid *ceremony; /* the founding one; NULL none */
};
int key_add(struct tx *tx, const struct key_new *k, struct uuid *certificate_id, struct err *err);

extern const struct query signing_queries[]; /* signd */
extern const struct query key_queries[];     /* key_add */

#endif
