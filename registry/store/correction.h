/*
 * correction.h - what is attached to acts after their declaration: evidence, and corrections, which are differences against a version.
 * Database role catena_civil.
 *
 * Who may decide, that a version is what its correction said, and that key fields need evidence is held by the database (0121-corrections.sql).
 */
#ifndef CATENA_STORE_CORRECTION_H
#define CATENA_STORE_CORRECTION_H

#include "registry/store/civil.h"

extern const struct query correction_queries[];

/* ---- evidence ---- */

struct act_evidence {
	struct uuid id, act_id, correction_id, officer_id; /* correction_id all zero: of the act itself */
	const char *kind, *reference;
	struct date issued_on;
	const char *media_type; /* NULL: no file */
	struct bytes sealed;    /* the file (registry/base/seal.h), associated data: the 16 octets of id */
};
/* Queued; FAIL_CONFLICT when it is sent and the act or correction is decided. */
int act_evidence_add(struct tx *tx, const struct act_evidence *e, struct err *err);
/* The file, sealed, and its media type; FAIL_NOT_FOUND. */
int act_evidence_file(struct tx *tx, const struct uuid *act_id, const struct uuid *evidence_id, char media_type[32], struct buf *sealed, struct err *err);
/*
 * What is attached to an act: evidence as array of { id, kind, reference, issued_on?, media_type?, correction_id?, officer_id, created_at }, corrections
 * as array of { id, state, is_key, legal_basis, officer_id, created_at }, the acts about it as array of { id, kind, state, number? }, and
 * late_days, 0 when it is not late.
 */
struct act_attached {
	json_t *evidence, *corrections, *about, *officers;
	int late_days;
};
int act_attached_read(struct tx *tx, const struct uuid *act_id, struct act_attached *a, struct err *err);
void act_attached_clear(struct act_attached *a);

/* ---- corrections ---- */

struct correction {
	struct uuid id, act_id, act_version_id, officer_id; /* officer_id: who proposes */
	char state[16];
	bool is_key;
	char created_at[32];
	char *legal_basis;
	json_t *changes;   /* array of { path, from, to } */
	json_t *evidence;  /* as above */
	json_t *decisions; /* array of { event, officer_id, reason?, from_state, to_state, decided_at } */
};
void correction_clear(struct correction *c);
/* The row and its decision `propose`; queued. */
int correction_propose(struct tx *tx, const struct correction *c, struct err *err);
/* *c must be zeroed; FAIL_NOT_FOUND. */
int correction_read(struct tx *tx, const struct uuid *act_id, const struct uuid *id, struct correction *c, struct err *err);
/* event: refuse, withdraw; queued. */
int correction_decide(struct tx *tx, const struct correction *c, const char *event, const struct uuid *officer_id, const char *reason, struct err *err);

struct act_next_version {
	struct bytes content;
	const struct act_party *party;
	size_t nparty;
	const int64_t *key;
	size_t nkey;
};
/* Accepts it: the further version, its parties and keys, and the act's decision `correct`; queued.  *act is moved on to the new version. */
int correction_accept(struct tx *tx, const struct correction *c, struct act *act, const struct act_next_version *next, const struct uuid *officer_id,
	struct err *err);

#endif
