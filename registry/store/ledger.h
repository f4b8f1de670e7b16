/*
 * ledger.h - the ledger of registry/schema/0010-ledger.sql (design, invariant 4): sequencing, tree heads, proofs, the check.
 *
 * Writers append entries by trigger and never wait.  One sequencer (in signd) gives committed entries their positions, in
 * commit order, hashes them into the tree of RFC 9162 section 2.1 and has tree heads signed.  All that a step changes is one
 * transaction, so it may be killed at any point; what it keeps in memory is rebuilt from the rows.
 */
#ifndef CATENA_STORE_LEDGER_H
#define CATENA_STORE_LEDGER_H

#include <stdatomic.h>
#include "registry/base/treehead.h"
#include "registry/store/db.h"

enum { LEDGER_BATCH = 4096,         /* entries of one step, unless told otherwise */
	LEDGER_POLL_MS = 100,       /* between two looks for new entries */
	LEDGER_SIGN_EVERY_MS = 1000 /* between two tree heads, while there is something new */
};

/* ---- the sequencer (database role catena_signer) ---- */

/* Signs `to_be_signed` (registry/base/treehead.h) with the ledger key; appends the signature. */
typedef int ledger_sign(void *arg, struct bytes to_be_signed, struct buf *signature, struct err *err);

struct ledger_signer {
	struct uuid certificate_id; /* row of `certificate` of the ledger key */
	uint8_t log_id[SHA256_LEN]; /* SHA-256 of that certificate */
	ledger_sign *sign;
	void *arg;
};

struct ledger_sequencer;
/* batch 0: LEDGER_BATCH.  signer may be NULL: no tree heads.  db is borrowed; nothing is read yet. */
int ledger_sequencer_new(struct db *db, unsigned batch, const struct ledger_signer *signer, struct ledger_sequencer **s, struct err *err);
void ledger_sequencer_free(struct ledger_sequencer *s);
void ledger_sequencer_set_signer(struct ledger_sequencer *s, const struct ledger_signer *signer); /* from the thread that steps */
/*
 * One transaction: positions for at most `batch` entries; *sequenced says how many, 0 when nothing waits.  FAIL_AGAIN when
 * another sequencer is at work; FAIL_CONFLICT when an entry is not what the trigger writes, or when the rows of the tree do
 * not give the root of the newest signed head: then nothing is sequenced until someone has looked.
 */
int ledger_sequencer_step(struct ledger_sequencer *s, size_t *sequenced, struct err *err);
/* Signs a head when the tree has grown past the newest one; *is_signed says whether.  Keeps no pace of its own. */
int ledger_sequencer_sign_head(struct ledger_sequencer *s, bool *is_signed, struct err *err);
uint64_t ledger_sequencer_size(const struct ledger_sequencer *s);

/* Told of a failed step (then the loop waits a second and goes on): whoever runs the loop logs it. */
typedef void ledger_trouble(void *arg, const struct err *err);
/* Steps and signs (at most every LEDGER_SIGN_EVERY_MS) until *stop; a last head is signed before it returns. */
void ledger_sequence_loop(struct ledger_sequencer *s, const atomic_bool *stop, ledger_trouble *trouble, void *arg);

/* ---- tree heads ---- */
struct ledger_head {
	struct treehead head;
	struct uuid certificate_id;
	struct buf signature;
};
#define LEDGER_HEAD_INIT ((struct ledger_head){ .signature = BUF_INIT })
void ledger_head_clear(struct ledger_head *h);
int ledger_head_latest(struct tx *tx, struct ledger_head *h, struct err *err);            /* FAIL_NOT_FOUND: none yet */
int ledger_head_at(struct tx *tx, uint64_t size, struct ledger_head *h, struct err *err); /* of exactly that size */
int ledger_head_add(struct tx *tx, const struct ledger_head *h, struct err *err);         /* queued, tx_later */

/* ---- proofs: two round trips each, whatever the size ---- */
struct ledger_proof {
	struct buf kind, leaf; /* the table's name; the exact octets that are hashed */
	uint64_t position;
	struct merkle_proof path;
};
#define LEDGER_PROOF_INIT ((struct ledger_proof){ .kind = BUF_INIT, .leaf = BUF_INIT })
void ledger_proof_clear(struct ledger_proof *p);
/*
 * That the record is in the tree of `size` leaves.  FAIL_NOT_FOUND: the registry has no such record; FAIL_AGAIN: it has no
 * position below `size` yet, the next head will have it.
 */
int ledger_inclusion(struct tx *tx, const struct uuid *record_id, uint64_t size, struct ledger_proof *proof, struct err *err);
/* That the tree of old_size is the beginning of that of new_size (0 < old_size <= new_size <= leaves; else FAIL_INPUT). */
int ledger_consistency(struct tx *tx, uint64_t old_size, uint64_t new_size, struct merkle_proof *proof, struct err *err);
/* The content and salt of a record as it stands now, for disclosure; the role needs SELECT on its table. */
int ledger_record(struct tx *tx, const char *kind, const struct uuid *record_id, struct buf *content, struct buf *salt, struct err *err);

extern const struct query ledger_queries[];          /* readers and signd */
extern const struct query ledger_sequence_queries[]; /* signd, too */

/* ---- the check (ledger_check.c): everything recomputed from the rows; role catena_owner ---- */
struct ledger_finding {
	const char *table; /* where: "act_version", "ledger_entry", "ledger_leaf", "ledger_node", "tree_head", ... */
	const char *id;    /* key of the row, as text */
	const char *what;  /* "altered: ...", "removed: ...", "inserted: ...", "out of order: ..." */
};
struct ledger_checking {
	void (*progress)(void *arg, const char *what, uint64_t done, uint64_t total); /* may be NULL; total 0: not known */
	void (*found)(void *arg, const struct ledger_finding *finding);               /* each, at most LEDGER_FINDINGS a kind */
	/* 0 when the signature of the head over to_be_signed is that of its certificate's key; NULL: signatures are not checked */
	int (*verify)(void *arg, const struct ledger_head *head, struct bytes to_be_signed, struct err *err);
	void *arg;
};
enum { LEDGER_FINDINGS = 100 }; /* more of one kind say nothing more */
struct ledger_counts {
	uint64_t tables, rows, entries, leaves, waiting, nodes, heads, signatures, states, parties, images;
	uint64_t findings;
};
/* 0 when it could be done, whatever it found; -1 when not.  One repeatable read, read-only transaction; bounded memory. */
int ledger_check(struct db *db, const struct ledger_checking *how, struct ledger_counts *counts, struct err *err);

extern const struct query ledger_check_queries[]; /* catena's */

#endif
