/*
 * legacy.h - entries of paper registers: imported, proposed, compared with their image, promoted.  Database role catena_civil.
 *
 * That nothing rests on an entry, who may decide, and what a promotion compares and makes is held by the database (0150-legacy.sql).
 */
#ifndef CATENA_STORE_LEGACY_H
#define CATENA_STORE_LEGACY_H

#include "registry/store/civil.h"

extern const struct query legacy_queries[];

struct legacy_new {
	struct uuid id, office_id, officer_id;
	const char *kind, *register_name, *volume, *page, *entry; /* volume, page: "" when the register has none */
	const char *grade;                                        /* of provenance_grade */
	const char *place;                                        /* code; NULL: not known */
	struct date event_on;                                     /* unknown: not known */
	struct bytes original;                                    /* JSON object of texts */
	bool is_unreadable;
};
/* The entry and its decision; queued.  FAIL_CONFLICT when it is sent and the entry is there already. */
int legacy_import(struct tx *tx, const struct legacy_new *entry, struct err *err);

struct legacy_image {
	struct uuid id, legacy_act_id, officer_id;
	const char *media_type;
	struct bytes file, sealed; /* sealed: registry/base/seal.h, associated data: the 16 octets of id */
};
int legacy_image_add(struct tx *tx, const struct legacy_image *image, struct err *err);
/* The file, sealed, and its media type; FAIL_NOT_FOUND. */
int legacy_image_file(struct tx *tx, const struct uuid *legacy_act_id, const struct uuid *image_id, char media_type[32], struct buf *sealed, struct err *err);

struct legacy {
	struct uuid id, office_id, officer_id, proposed_by; /* officer_id imported it; proposed_by: all zero when nobody has */
	char kind[ACT_KIND_TEXT], state[ACT_STATE_TEXT];
	json_t *proposal; /* NULL: none stands */
	/*
	 * { id, office_id, kind, state, register, volume, page, entry, grade, place?, event_on?, original, imported_by, created_at, proposal?, to_compare?, returned?,
	 * act_id?, act_number?, images: [{ id, media_type, size, sha256, created_at }], decisions: [{ event, officer_id, reason?, from_state, to_state,
	 * decided_at }] }
	 */
	json_t *all;
};
void legacy_clear(struct legacy *l);
/* *l must be zeroed; FAIL_NOT_FOUND, FAIL_DENIED when it is of an office that the officer of the transaction does not act for. */
int legacy_read(struct tx *tx, const struct uuid *id, struct legacy *l, struct err *err);
/* One page of an office's entries in the order of their ids; grade, state NULL: all.  Array of { id, kind, state, register, volume, page, entry, grade,
 * event_on?, images }. */
int legacy_list(struct tx *tx, const struct uuid *office_id, const char *grade, const char *state, const struct uuid *after, unsigned limit, json_t **items,
	bool *more, struct err *err);
/* The grades, nearest first: array of { name, may_promote, description }. */
int legacy_grades(struct tx *tx, json_t **items, struct err *err);

/* ---- decisions; queued, FAIL_CONFLICT when they are sent: state, four eyes, grade ---- */

int legacy_propose(struct tx *tx, const struct legacy *l, struct bytes content, const struct uuid *officer_id, struct err *err);
/* event: return, refuse. */
int legacy_decide(struct tx *tx, const struct legacy *l, const char *event, const struct uuid *officer_id, const char *reason, struct err *err);
/* compared: JSON array of pointers; act_id: the ordinary act, declared in this transaction in the name of l->proposed_by. */
int legacy_promote(struct tx *tx, const struct legacy *l, const struct uuid *image_id, struct bytes compared, const struct uuid *act_id,
	const struct uuid *officer_id, struct err *err);

#endif
