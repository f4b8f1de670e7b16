/*
 * merkle.h - the hash tree of RFC 9162 section 2.1 with SHA-256.  Pure: no I/O, no allocation but the caller's.
 *   leaf hash  = SHA-256(00 || leaf)          node hash = SHA-256(01 || left || right)      root of nothing = SHA-256("")
 */
#ifndef CATENA_BASE_MERKLE_H
#define CATENA_BASE_MERKLE_H
#include "registry/base/digest.h"

struct hash {
	uint8_t o[SHA256_LEN];
};
enum { MERKLE_MAX_PROOF = 64 };

void merkle_leaf(struct bytes leaf, struct hash *out);
void merkle_node(const struct hash *left, const struct hash *right, struct hash *out);
/* Root over n leaf hashes. */
void merkle_root(const struct hash *leaves, uint64_t n, struct hash *out);

/* A tree that only grows: the roots of its perfect subtrees, largest first.  MERKLE_TREE_INIT is the empty tree. */
struct merkle_tree {
	uint64_t size;
	struct hash peak[64]; /* peak[k]: perfect subtree of 2^k leaves, meaningful where bit k of size is set */
};
#define MERKLE_TREE_INIT ((struct merkle_tree){ 0, { { { 0 } } } })
void merkle_tree_add(struct merkle_tree *t, const struct hash *leaf_hash);
void merkle_tree_root(const struct merkle_tree *t, struct hash *out);

struct merkle_proof {
	unsigned n;
	struct hash hash[MERKLE_MAX_PROOF];
};
/* Perfect subtree roots come from the caller: level 0 are leaf hashes, index counts subtrees of 2^level leaves.  0 or -1. */
typedef int merkle_fetch(void *arg, unsigned level, uint64_t index, struct hash *out, struct err *err);
int merkle_inclusion(uint64_t position, uint64_t size, merkle_fetch *fetch, void *arg, struct merkle_proof *proof, struct err *err);
int merkle_consistency(uint64_t old_size, uint64_t new_size, merkle_fetch *fetch, void *arg, struct merkle_proof *proof, struct err *err);
/* RFC 9162 2.1.3.2 and 2.1.4.2.  True only when the proof has exactly the right length and the roots come out. */
bool merkle_verify_inclusion(const struct hash *leaf_hash, uint64_t position, uint64_t size, const struct merkle_proof *proof, const struct hash *root);
bool merkle_verify_consistency(uint64_t old_size, const struct hash *old_root, uint64_t new_size, const struct hash *new_root, const struct merkle_proof *proof);

#endif
