/* ledger-local.h - reading the stored tree, for the files of the ledger only. */
#ifndef CATENA_STORE_LEDGER_LOCAL_H
#define CATENA_STORE_LEDGER_LOCAL_H

#include "registry/store/ledger.h"

/*
 * Hashes of the stored tree are read by groups: the up to 256 of one stored level (0, 8, 16 ...) that lie below one node of the
 * next.  The levels between are computed from them.  What was read is kept until ledger_nodes_clear.
 */
enum { LEDGER_SPAN_BITS = 8,
	LEDGER_SPAN = 1 << LEDGER_SPAN_BITS,
	LEDGER_GROUPS = 64 }; /* 8 stored levels at most, of each at most 4 groups wanted */

struct ledger_group {
	unsigned level;
	uint64_t first; /* index of hash[0] in its level */
	size_t n;
	struct hash hash[LEDGER_SPAN];
};

struct ledger_nodes {
	struct tx *tx;
	size_t n;
	struct ledger_group *group[LEDGER_GROUPS];
};
#define LEDGER_NODES_INIT(tx) ((struct ledger_nodes){ (tx), 0, { NULL } })
void ledger_nodes_clear(struct ledger_nodes *nodes);
/*
 * Reads, in one query, the groups on the way from each of the n leaves of `position` to the root, in a tree of `size` leaves,
 * and those of its right edge.
 */
int ledger_nodes_load(struct ledger_nodes *nodes, const uint64_t *position, size_t n, uint64_t size, struct err *err);
/* A merkle_fetch; arg is a struct ledger_nodes.  A group that was not loaded is read now. */
int ledger_nodes_fetch(void *arg, unsigned level, uint64_t index, struct hash *out, struct err *err);
/* The peaks of the tree of `size` leaves. */
int ledger_nodes_tree(struct ledger_nodes *nodes, uint64_t size, struct merkle_tree *tree, struct err *err);

/* The tree head and the signature's certificate from a row of (size, root, signed_at, certificate_id, signature, sha256). */
int ledger_head_row(const struct rows *rows, size_t row, struct ledger_head *h, struct err *err);
int ledger_row_hash(const struct rows *rows, size_t row, int column, struct hash *out, struct err *err);

#endif
