/*
 * ceremony.h - key ceremonies under dual control: asking, deciding, and what signd reads before and writes after it has carried
 * one out.  registry/schema/0100-pki.sql holds the rules: who asks does not approve, nobody approves twice, so many officers as
 * ceremony_rule says, executed once.
 *
 * One PKI officer asks (ceremony_ask); others approve; the one that makes enough turns the ceremony to "approved"; signd carries it
 * out (signclient_ceremony of pki/signclient.h).  States: asked, approved, executed; refused, cancelled.
 */
#ifndef CATENA_STORE_CEREMONY_H
#define CATENA_STORE_CEREMONY_H

#include <jansson.h>

#include "registry/store/db.h"

enum ceremony_kind {
	CEREMONY_FOUNDING,       /* catena init */
	CEREMONY_GENERATE,       /* a new key on its token */
	CEREMONY_CERTIFY,        /* its certificate, by the newest active CSCA (of a first CSCA: by itself) */
	CEREMONY_ACTIVATE,       /* it may sign from now on */
	CEREMONY_CRL,            /* the next CRL, with every revoked certificate */
	CEREMONY_REVOKE,         /* a certificate; for compromise its key, too */
	CEREMONY_RETIRE,         /* it signs no more */
	CEREMONY_ERASE,          /* destroyed on the token */
	CEREMONY_ROLLOVER,       /* a new CSCA key, its root certificate and the link from the active one */
	CEREMONY_NAME_CHANGE,    /* the same under a new name of the CSCA */
	CEREMONY_MASTER_LIST,    /* our master list is signed */
	CEREMONY_DEVIATION_LIST, /* our deviation list is signed */
	CEREMONY_RULE,           /* how many officers a kind of ceremony takes; how long a kind of key is used */
	CEREMONY_KINDS
};
extern const char *const ceremony_kind_names[]; /* NULL-terminated */

/* ---- officers (role catena_pki) ---- */

struct ceremony_new {
	struct uuid id; /* the client's: the same again gives FAIL_CONFLICT */
	struct uuid officer_id;
	enum ceremony_kind kind;
	struct uuid signing_key_id; /* generate, rollover, name_change: of the key to be made, new; certify, activate, retire, erase: which; else zero */
	struct uuid certificate_id; /* revoke: which; else zero */
	const json_t *parameters;   /* pki/rite.h says which there are for the kind; NULL: none */
	struct bytes payload;       /* master_list, deviation_list: DER of the content; else none */
	const char *reason;
	int64_t not_before, not_after; /* when it may be executed; 0: no such limit */
	/* generate, rollover, name_change: the key that is asked for; its label is made here ("document_signer-3") */
	const char *key_kind; /* key_kind_names of signing.h; rollover and name_change: "csca" */
	const char *token_label, *algorithm;
	bool is_offline;
};
/* The ceremony, its decision "ask", and the key as requested.  FAIL_CONFLICT: the officer is no PKI officer, the key is in no state for it. */
int ceremony_ask(struct tx *tx, const struct ceremony_new *c, struct err *err);
/* event: "approve", "refuse", "cancel"; the reason is mandatory but for approve.  *state (may be NULL) is the ceremony's afterwards. */
int ceremony_decide(struct tx *tx, const struct uuid *id, const char *event, const struct uuid *officer_id, const char *reason,
	char state[16], struct err *err);

/*
 * { id, kind, state, officer_id?, signing_key_id?, certificate_id?, parameters, payload_sha256?, reason, not_before?, not_after?,
 *   created_at, officers (how many it takes), agreed (who asked and who approved, those that still may),
 *   key? { kind, state, token_label, key_label, algorithm, is_offline }, decisions [ { event, officer_id, reason?, to_state, created_at } ],
 *   request? { sha256, created_at }, execution? { officer_id?, at, token_label?, token_serial?, result, created_at } }
 * Names of officers are in ceremony_officers.
 */
int ceremony_read(struct tx *tx, const struct uuid *id, json_t **ceremony, struct err *err); /* FAIL_NOT_FOUND */
/* Array of { officer_id, login, name, did: [event...] } of all who took part: for the printed protocol. */
int ceremony_officers(struct tx *tx, const struct uuid *id, json_t **officers, struct err *err);
int ceremony_payload(struct tx *tx, const struct uuid *id, struct buf *payload, struct err *err);
/* Newest first, before (created_at, id) of `before` unless NULL; state NULL all, "pending" asked and approved; kind, key NULL all. */
struct ceremony_filter {
	const char *state, *kind;
	const struct uuid *signing_key_id, *before;
	unsigned limit;
};
int ceremony_list(struct tx *tx, const struct ceremony_filter *filter, json_t **items, bool *more, struct err *err);
/*
 * Approved ceremonies that may be executed at `now` and are not offline, oldest first: for the scheduler.  Those for which the key is not ready
 * yet, or the last CRL too young, wait for their time: signd would refuse them.
 */
int ceremony_ready(struct tx *tx, int64_t now, struct uuid *ids, size_t room, size_t *n, struct err *err);
/* { ceremonies: [ { kind, officers, version } ], keys: [ { kind, use_days, max_signatures, lead_days, version } ] } */
int ceremony_rules(struct tx *tx, json_t **rules, struct err *err);

extern const struct query ceremony_queries[];

/* ---- signd (role catena_signer) ---- */

/* A ceremony as signd has read it itself, with the approvals as they stand in this transaction. */
struct ceremony_case {
	struct uuid id;
	enum ceremony_kind kind;
	char state[16];
	unsigned officers, agreed;
	int64_t not_before, not_after; /* 0: none */
	json_t *parameters;
	struct buf payload;
	struct uuid signing_key_id, certificate_id;
	/* the key it is about; key_state "" when none */
	char key_state[16], key_kind[32], token_label[33], key_label[65], algorithm[32];
	bool key_is_offline;
	struct buf spki;                /* empty when it was not generated by a ceremony */
	struct uuid key_certificate_id; /* its newest certificate that is no link */
	struct buf key_certificate;
	bool key_has_link;           /* a CSCA key: the one before has certified it */
	struct buf certificate;      /* revoke: the one */
	char certificate_serial[43]; /* hex */
	struct buf request;          /* the offline request that was written for it; empty */
	bool was_executed;
	json_t *result; /* of the execution */
};
/* Locks the ceremony for this transaction, so that two executions come one after the other.  FAIL_NOT_FOUND. */
int ceremony_case_read(struct tx *tx, const struct uuid *id, struct ceremony_case *c, struct err *err);
void ceremony_case_clear(struct ceremony_case *c);
/* Why it may not be executed at `now`, as a sentence; NULL when it may. */
const char *ceremony_case_refusal(const struct ceremony_case *c, int64_t now, char why[120]);

/* The newest active CSCA: what signs certificates and CRLs now.  FAIL_NOT_FOUND when there is none. */
struct ceremony_csca {
	struct uuid signing_key_id, certificate_id;
	char token_label[33], key_label[65];
	bool is_offline;
	struct buf certificate;
	struct buf issuer; /* certificate of who issued it; empty for a root */
	int64_t use_until;
};
int ceremony_csca_read(struct tx *tx, struct ceremony_csca *csca, struct err *err);
void ceremony_csca_clear(struct ceremony_csca *csca);
/* The active signer of a list of that kind ("master_list_signer"), its certificate; FAIL_NOT_FOUND. */
int ceremony_signer_read(struct tx *tx, const char *key_kind, int64_t now, struct ceremony_csca *signer, struct err *err);
struct revoked_certificate {
	uint8_t serial[20];
	size_t serial_len;
	int64_t revoked_at;
};
/*
 * All that a CRL names, the number the next one has, thisUpdate of the last one (0: none yet), whether the CSCA ever changed its name;
 * *revoked is malloc'd.
 */
int ceremony_crl_facts(struct tx *tx, int64_t *number, int64_t *last_update, bool *name_changed, struct revoked_certificate **revoked, size_t *n,
	struct err *err);
/* use_days of a kind of key; FAIL_NOT_FOUND. */
int ceremony_use_days(struct tx *tx, const char *key_kind, unsigned *days, struct err *err);

/* Writing: the execution first, then in the same transaction what came of it.  A second execution is FAIL_CONFLICT. */
struct ceremony_execution {
	struct uuid ceremony_id, officer_id; /* officer zero: the scheduler */
	int64_t at;
	const char *token_label, *token_serial;
	const json_t *result;
};
int ceremony_execute(struct tx *tx, const struct ceremony_execution *e, struct err *err);
int ceremony_request_add(struct tx *tx, const struct uuid *id, struct bytes request, struct err *err); /* queued, as those below */
int ceremony_add_generation(struct tx *tx, const struct uuid *ceremony, const struct uuid *signing_key_id, struct bytes spki, struct err *err);
struct certificate_new {
	struct uuid id, signing_key_id, issuer_id; /* issuer zero: self-signed */
	const char *profile;                       /* "root", "link", "signer" */
	struct bytes der, serial;
	int64_t not_before, not_after, use_until;
};
int ceremony_add_certificate(struct tx *tx, const struct uuid *ceremony, const struct certificate_new *c, struct err *err);
int ceremony_add_revocation(struct tx *tx, const struct uuid *ceremony, const struct uuid *certificate_id, struct bytes serial, const char *cause,
	int64_t at, struct err *err);
int ceremony_add_crl(struct tx *tx, const struct uuid *ceremony, int64_t number, const struct uuid *certificate_id, struct bytes der,
	int64_t this_update, int64_t next_update, size_t entries, struct err *err);
int ceremony_add_list(struct tx *tx, const struct uuid *ceremony, const char *kind, const struct uuid *certificate_id, struct bytes cms,
	int64_t signed_at, struct err *err);
/* officers 0: left as it is; else the kind of ceremony.  use_days 0: as it is; else the kind of key. */
int ceremony_add_rule(struct tx *tx, const struct uuid *ceremony, const char *kind, unsigned officers, unsigned use_days, int64_t max_signatures,
	unsigned lead_days, struct err *err);

extern const struct query ceremony_execution_queries[];

/* ---- catena init (the owner) ---- */

/* The founding ceremony: no officers, executed at once.  key_add of signing.h then cites it. */
int ceremony_found(struct tx *tx, int64_t at, const char *token_label, const char *token_serial, const json_t *result, struct uuid *id,
	struct err *err);
extern const struct query ceremony_founding_queries[];

#endif
