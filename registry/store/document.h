/*
 * document.h - travel documents: what they are made from, numbers, allocation, decisions.  Database role catena_issuance.
 *
 * A document begins with an approved application: in one transaction the application goes into production, the document's row with
 * the hashes of its data groups is written, and it stands as allocated; signd then signs it (pki/signclient.h) and a decision
 * `personalise` follows.  Nothing but the row and the signature is stored: the files are composed again from the same rows.
 */
#ifndef CATENA_STORE_DOCUMENT_H
#define CATENA_STORE_DOCUMENT_H

#include <jansson.h>

#include "registry/store/db.h"

enum {
	DOCUMENT_NUMBER_MAX = 22, /* characters; most kinds have nine */
	DOCUMENT_BATCH = 100      /* at most in one transaction */
};

/* Everything that a document is made from, or was. */
struct production {
	struct uuid application_id, person_id, identity_version_id, office_id, portrait_id;
	char application_state[24];
	char document_type[3];
	/* of its kind (document_kind): form and code of the MRZ, validity; 0: not of the kind */
	char mrz_form[6], mrz_code[3];
	int years, years_minor, days, number_length;
	bool is_sealed; /* no chip: what signd makes for it is a visible digital seal */
	/* of a visa, as applied for; passport "": the application has no terms */
	char visa_passport[10];
	int visa_entries, visa_stay; /* 0: any number; days, 0: until it ends */
	/* whether the descent stands now; the database asks again when the document is written */
	bool identity_holds, is_deceased, is_stopped;
	/* the holder, as the application's identity version has them; malloc'd, NULL when absent */
	char *uin, *primary_name, *secondary_name, *name_local, *mrz_primary, *mrz_secondary, *place_of_birth;
	char sex; /* F, M, X */
	struct date birth;
	char nationality[4];
	struct buf portrait;        /* sealed (registry/base/seal.h), associated data: the 16 octets of portrait_id */
	struct buf portrait_sha256; /* 32 octets: what the ledger says of the sealed portrait */
	/* the document, when there is one that was not spoiled */
	bool has_document;
	struct uuid document_id;
	char number[DOCUMENT_NUMBER_MAX + 1];
	char document_state[24];
	char issuing_state[4];
	char *authority; /* issuing authority as printed and in DG12 */
	struct date issued_on, expires_on;
	int hash_bits;
	json_t *dg_hashes;     /* {"1": HEX, ...} */
	struct buf sod;        /* EF.SOD or the seal; empty: not signed yet */
	struct uuid signer_id; /* certificate it is signed with; all zero: not signed yet */
	char dg2_standard[6];  /* "19794", "39794"; "": as the day of issue says */
	char *portrait_form;   /* how the portrait was made fit for the chip (faceimage.h); NULL: as it was enrolled */
	/* its chip, when a station writes it: the kind, and the files that hold the public halves of its keys */
	char *chip_profile; /* NULL: no station does */
	struct buf card_access, dg14, dg15;
};
void production_clear(struct production *p);

/*
 * The applications asked for, in that order, for as many as there are (n <= DOCUMENT_BATCH); each application once.  *found: how many.
 * The caller clears out[0..*found).
 */
int productions_read(struct tx *tx, const struct uuid *applications, size_t n, struct production *out, size_t *found, struct err *err);
/* The certificate, DER, that *p was signed or sealed with, appended; nothing when it was not. */
int document_signer(struct tx *tx, const struct production *p, struct buf *der, struct err *err);
/* By the document's number; FAIL_NOT_FOUND. */
int document_read(struct tx *tx, const char *number, struct production *p, struct err *err);

/* What became of a document. */
struct document_history {
	json_t *decisions;  /* array of { event, officer_id, reason?, from_state, to_state, created_at } */
	json_t *stops;      /* why it is on the stop list now: array of { reason, since } */
	json_t *reports;    /* array of { kind, reported_by, reference?, happened_on?, place?, officer_id, created_at } */
	json_t *deliveries; /* who came for it: array of { bearer, is_likeness, proof?, officer_id, created_at } */
	json_t *transfers;  /* to which office it was sent: array of { office_id, office, reason, officer_id, created_at } */
	json_t *releases;   /* after three came in vain: array of { reason, officer_id, created_at } */
	json_t *officers;   /* the names of all these officers, by id */
};
int document_history(struct tx *tx, const struct uuid *document_id, struct document_history *history, struct err *err);
void document_history_clear(struct document_history *h);
/* How it stands today: { status, since, is_valid, destruction_begun_by? }; status as in the view document_standing. */
int document_standing(struct tx *tx, const struct uuid *document_id, json_t **standing, struct err *err);

/*
 * One page of an office's documents in that state, who waits longest first: { id, number, state, application_id, office_id, document_type, booklet?,
 * changed_at }.  after_at: NULL for the first page, else changed_at and id of the last item.
 */
int document_list(struct tx *tx, const struct uuid *office_id, const char *state, const char *after_at, const struct uuid *after_id, unsigned limit,
	json_t **items, bool *more, struct err *err);

/* The next n values of the sequence; gaps are left by whatever is rolled back, a value never comes twice. */
int document_sequence(struct tx *tx, size_t n, uint64_t *values, struct err *err);

struct allocation {
	struct uuid application_id, document_id;
	char number[DOCUMENT_NUMBER_MAX + 1];
	const char *issuing_state;
	struct date issued_on, expires_on;
	int hash_bits;
	const char *dg_hashes;     /* JSON object, number to hexadecimal */
	const char *dg2_standard;  /* "19794", "39794" */
	const char *portrait_form; /* NULL: as enrolled */
	const char *chip_profile;  /* NULL: no chip is written; then there are no files */
	struct bytes card_access, dg14, dg15;
};
/*
 * Into production: application decisions, documents, document decisions, in one round trip.  All or none: FAIL_CONFLICT when an
 * application is not approved, or the descent of one no longer stands.
 */
int documents_allocate(struct tx *tx, const struct allocation *list, size_t n, const char *authority, const struct uuid *officer_id,
	struct err *err);
/* Decision `personalise` for all that are allocated and signed; others of the list are left alone.  Sent at once; *done counts. */
int documents_personalise(struct tx *tx, const struct uuid *documents, size_t n, const struct uuid *officer_id, size_t *done,
	struct err *err);

/* The chip was written, locked and read back: with this the document is personalised.  Sent at once; FAIL_CONFLICT when the document does not wait for it: it was spoiled meanwhile. */
int document_chip_written(struct tx *tx, const struct uuid *document_id, const char *station, const struct uuid *officer_id, struct err *err);
/* Whether that is recorded already: written; or, when it was not, spoiled. */
int document_chip_ended(struct tx *tx, const struct uuid *document_id, bool was_written, bool *is_recorded, struct err *err);
/* The database's clock, seconds since 1970 UTC. */
int document_clock(struct tx *tx, int64_t *now, struct err *err);
/* What a station says to those who look at it from elsewhere; problem NULL: nothing, it can work.  Sent at once. */
int station_says(struct tx *tx, const char *station, const char *problem, struct err *err);

/* event: pass, spoil, deliver, cancel ...  Queued; FAIL_CONFLICT when it is sent. */
int document_decide(struct tx *tx, const struct uuid *document_id, const char *event, const struct uuid *officer_id, const char *reason,
	struct err *err);
/* Cancels the holder's delivered documents that a new one takes the place of, with outbox rows: those of its family, not those beside it.  Sent at once. */
int documents_supersede(struct tx *tx, const struct uuid *person_id, const struct uuid *document_id, const struct uuid *officer_id,
	struct err *err);
/* Queued: others are told of it after the commit. */
int outbox_add(struct tx *tx, const char *topic, const struct uuid *subject_id, struct err *err);

extern const struct query document_queries[];

#endif
