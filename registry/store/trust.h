/*
 * trust.h - the trust store of PKI officers: files of other States proposed, accepted by another officer, and the certificates in them
 * confirmed out of band by two.  registry/schema/0110-trust.sql holds the rules; what the files say is read by pki/trustimport.h.
 * Writing: role catena_pki.  Reading: also catena_inspection, catena_issuance, catena_reader.
 *
 * Texts for `kind`: "certificate" "crl" "master_list" "deviation_list"; `change`: "new" "known" "gone"; `issuer`: "self" "file" "held" "trusted"
 * "wrong" "absent"; `standing`: "trusted" (two officers), "linked" (a trusted key signed it), "held", "distrusted".
 */
#ifndef CATENA_STORE_TRUST_H
#define CATENA_STORE_TRUST_H

#include <jansson.h>

#include "registry/base/digest.h"
#include "registry/store/db.h"

enum { TRUST_ITEMS_MAX = 12000 }; /* of one proposal: what an officer is shown at once */

/* ---- proposals ---- */

struct trust_item {
	const char *kind;
	struct bytes der; /* n 0: held already (known, gone), or a master list */
	uint8_t sha256[SHA256_LEN];
	const char *country, *subject;
	struct bytes authority;       /* key identifier; n 0 none */
	int64_t valid_from, valid_to; /* valid_to: only with has_valid_to */
	bool has_valid_to;
	bool is_root;
	unsigned departures;
	const char *change, *place;
	bool is_in_list;
	uint8_t list_sha256[SHA256_LEN]; /* with is_in_list */
	const char *issuer;
	bool is_verified, is_taken;
	const char *why; /* NULL none */
};
struct trust_proposal {
	struct uuid id, officer_id;
	const char *source;
	struct bytes file;
	const json_t *summary;
	const struct trust_item *item;
	size_t n;
};
/* The file, its contents and the decision "propose".  FAIL_CONFLICT: the officer is no PKI officer. */
int trust_propose(struct tx *tx, const struct trust_proposal *proposal, struct err *err);
/*
 * event "accept" or "refuse" (with a reason).  Accepting takes over what the proposal says.  FAIL_CONFLICT: by who proposed it, decided already, a
 * list that is older than the one held.
 */
int trust_import_decide(struct tx *tx, const struct uuid *id, const char *event, const struct uuid *officer_id, const char *reason, struct err *err);
/*
 * { id, state, source, officer_id, file_sha256, file_octets, created_at, summary, counts { new, known, gone, left_out }, decisions [ { event, officer_id, reason?,
 *   to_state, created_at } ], items [ { kind, sha256, country, subject, is_root, valid_from, valid_to?, departures, change, place, list_sha256?,
 *   issuer, is_verified, is_taken, why?, certificate_id? } ] }
 */
int trust_import_read(struct tx *tx, const struct uuid *id, bool with_items, json_t **import, struct err *err); /* FAIL_NOT_FOUND */
/* Newest first, without items and decisions; state NULL all; before: the last id of the page before, NULL first. */
int trust_imports(struct tx *tx, const char *state, const struct uuid *before, unsigned limit, json_t **items, bool *more, struct err *err);

/* ---- certificates ---- */

struct trust_filter {
	const char *country;  /* NULL all */
	const char *standing; /* NULL all */
	const json_t *linked; /* array of SHA-256 in hexadecimal: those that a trusted key signed; NULL none known */
	const struct uuid *after;
	unsigned limit;
};
/* { id, sha256, country, subject, is_root, valid_from, valid_to, departures, state, standing, created_at }, by country */
int trust_certificates(struct tx *tx, const struct trust_filter *filter, json_t **items, bool *more, struct err *err);
/*
 * The same with provenance [ { import_id, source, file_sha256, place, list_sha256?, list_country?, list_signed_at?, proposed_by, accepted_by,
 * accepted_at } ] and decisions [ { event, officer_id, statement, to_state, created_at } ]; FAIL_NOT_FOUND.
 */
int trust_certificate_read(struct tx *tx, const struct uuid *id, const json_t *linked, json_t **item, struct buf *der, struct err *err);
/*
 * event "confirm" (the statement says how, the fingerprint is the one got that way) or "distrust" (why; fingerprint NULL).  The second
 * officer's makes it so.  *state: afterwards, of machine "trust".  FAIL_CONFLICT: another fingerprint, the same officer again.
 */
int trust_certificate_decide(struct tx *tx, const struct uuid *id, const char *event, const struct uuid *officer_id, const char *statement,
	const uint8_t *fingerprint, char state[16], struct err *err);
/*
 * [ { country, certificates, trusted, distrusted, master_list? { sha256, signed_at, age_days, is_verified }, deviation_list? (the same),
 *   crl? { sha256, this_update, next_update?, is_late, is_verified } } ]
 */
int trust_states(struct tx *tx, json_t **states, struct err *err);

/*
 * What waits for a second officer or is late, inserted into `due`, which is in order of due_at (keys_due of keys.h):
 *   import        proposed and not decided, due after a week
 *   confirmation  confirmed by one officer, due after a week
 *   distrust      doubted by one officer, due after a day
 *   foreign_crl   no newer CRL of a State that we trust has come in before the last one's next update
 * { what, kind: "trust", due_at, is_late, detail, import_id?, trust_certificate_id? }
 */
int trust_due(struct tx *tx, int64_t now, json_t *due, struct err *err);

/* ---- what is held, as octets ---- */

enum trust_row_kind { TRUST_ROW_OWN, /* our CSCA's root and link certificates */
	TRUST_ROW_TRUSTED,           /* confirmed by two officers */
	TRUST_ROW_HELD,
	TRUST_ROW_DISTRUSTED,
	TRUST_ROW_CRL, /* the newest of each issuer, ours among them */
	TRUST_ROW_DEVIATION_LIST };
struct trust_row {
	enum trust_row_kind kind;
	uint8_t sha256[SHA256_LEN];
	struct buf der;
	char provenance[120]; /* "master list DE 2026-05-28, confirmed by two officers" */
};
struct trust_rows {
	struct trust_row *row;
	size_t n;
};
/* Everything an inspection needs (pki/trustload.h makes a trust store of it). */
int trust_rows_read(struct tx *tx, struct trust_rows *rows, struct err *err);
void trust_rows_clear(struct trust_rows *rows);
/* A number that changes when trust_rows_read would give something else. */
int trust_version(struct tx *tx, int64_t *version, struct err *err);

/* The newest list held of each State, and what was in it. */
struct trust_newest {
	char kind[16];
	char country[4];
	uint8_t authority[64];
	size_t authority_len;
	int64_t dated_at;
	uint8_t sha256[SHA256_LEN];
	bool is_verified;
};
int trust_newest_read(struct tx *tx, struct trust_newest **newest, size_t *n, struct err *err); /* caller frees */
/* Members of a list as it was taken over: { sha256, country, subject, is_root, ... } as columns for the diff. */
struct trust_member {
	uint8_t sha256[SHA256_LEN];
	char country[4];
	char subject[65];
	bool is_root;
};
int trust_members(struct tx *tx, const uint8_t list_sha256[SHA256_LEN], struct trust_member **members, size_t *n, struct err *err);

/* ---- what we publish ---- */

/* Certificates of our keys and the newest CRL and lists.  kind: of the key (signing.h), or "crl" "master_list" "deviation_list". */
struct trust_published {
	char kind[32], profile[8]; /* "root" "link" "signer"; "" no certificate */
	struct buf der;
	struct buf signer; /* lists: certificate of the signer */
};
struct trust_publications {
	struct trust_published *item;
	size_t n;
};
int trust_published_read(struct tx *tx, struct trust_publications *published, struct err *err);
void trust_publications_clear(struct trust_publications *published);

extern const struct query trust_queries[];     /* pkid */
extern const struct query trust_row_queries[]; /* trust_rows_read, trust_version, trust_newest_read, trust_members, trust_published_read */

#endif
