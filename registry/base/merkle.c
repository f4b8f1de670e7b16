#include "registry/base/merkle.h"

#include <assert.h>

static const uint8_t leaf_prefix = 0, node_prefix = 1;

void
merkle_leaf(struct bytes leaf, struct hash *out)
{
	sha256_2(BYTES(&leaf_prefix, 1), leaf, out->o);
}

void
merkle_node(const struct hash *left, const struct hash *right, struct hash *out)
{
	uint8_t both[1 + 2 * SHA256_LEN];

	both[0] = node_prefix;
	memcpy(both + 1, left->o, SHA256_LEN);
	memcpy(both + 1 + SHA256_LEN, right->o, SHA256_LEN);
	sha256(BYTES(both, sizeof(both)), out->o);
}

void
merkle_tree_add(struct merkle_tree *t, const struct hash *leaf_hash)
{
	struct hash carry = *leaf_hash;
	unsigned k = 0;

	for (; (t->size >> k & 1) != 0; k++)
		merkle_node(&t->peak[k], &carry, &carry);
	t->peak[k] = carry;
	t->size++;
}

void
merkle_tree_root(const struct merkle_tree *t, struct hash *out)
{
	struct hash root;
	bool have = false;

	for (unsigned k = 0; k < 64; k++) {
		if ((t->size >> k & 1) == 0)
			continue;
		if (have)
			merkle_node(&t->peak[k], &root, &root);
		else
			root = t->peak[k];
		have = true;
	}
	if (have)
		*out = root;
	else
		sha256(BYTES_NONE, out->o);
}

void
merkle_root(const struct hash *leaves, uint64_t n, struct hash *out)
{
	struct merkle_tree t = MERKLE_TREE_INIT;

	for (uint64_t i = 0; i < n; i++)
		merkle_tree_add(&t, &leaves[i]);
	merkle_tree_root(&t, out);
}

/* The greatest power of two below n (n >= 2): where RFC 9162 splits a tree. */
static unsigned
split_bit(uint64_t n)
{
	unsigned k = 0;

	while ((n - 1) >> k > 1)
		k++;
	return k;
}

/* Root of the leaves [from, from + n): one perfect subtree, or the perfect ones it consists of, joined from the right. */
static int
range_root(uint64_t from, uint64_t n, merkle_fetch *fetch, void *arg, struct hash *out, struct err *err)
{
	struct hash root, left;
	bool have = false;

	for (unsigned k = 0; k < 64; k++) {
		if ((n >> k & 1) == 0)
			continue;
		/* from is a multiple of the largest power of two not above n, so each part is a perfect subtree of the whole tree */
		if (fetch(arg, k, (from + (k == 63 ? 0 : n >> (k + 1) << (k + 1))) >> k, &left, err) == -1)
			return -1;
		if (have)
			merkle_node(&left, &root, &root);
		else
			root = left;
		have = true;
	}
	*out = root;
	return 0;
}

static int
proof_add(struct merkle_proof *p, const struct hash *h, struct err *err)
{
	if (p->n == MERKLE_MAX_PROOF)
		return err_set(err, FAIL_INTERNAL, "Merkle proof: more than %d hashes", MERKLE_MAX_PROOF);
	p->hash[p->n++] = *h;
	return 0;
}

static void
proof_reverse(struct merkle_proof *p)
{
	for (unsigned i = 0; i < p->n / 2; i++) {
		struct hash h = p->hash[i];

		p->hash[i] = p->hash[p->n - 1 - i];
		p->hash[p->n - 1 - i] = h;
	}
}

int
merkle_inclusion(uint64_t position, uint64_t size, merkle_fetch *fetch, void *arg, struct merkle_proof *proof, struct err *err)
{
	struct merkle_proof p = { 0 };
	uint64_t from = 0, n = size;
	struct hash h;

	if (position >= size)
		return err_set(err, FAIL_INPUT, "Merkle proof: position %llu is not below the size %llu", (unsigned long long)position,
			(unsigned long long)size);
	while (n > 1) { /* from the root down; the proof runs the other way */
		uint64_t k = UINT64_C(1) << split_bit(n);
		bool left = position - from < k;

		if (range_root(left ? from + k : from, left ? n - k : k, fetch, arg, &h, err) == -1 || proof_add(&p, &h, err) == -1)
			return -1;
		if (!left)
			from += k;
		n = left ? k : n - k;
	}
	proof_reverse(&p);
	*proof = p;
	return 0;
}

/* SUBPROOF of RFC 9162 2.1.4.1. */
int
merkle_consistency(uint64_t old_size, uint64_t new_size, merkle_fetch *fetch, void *arg, struct merkle_proof *proof, struct err *err)
{
	struct merkle_proof p = { 0 };
	uint64_t from = 0, m = old_size, n = new_size;
	bool is_whole_old = true; /* the subtree looked at is the old tree itself, whose root the verifier has */
	struct hash h;

	if (old_size > new_size)
		return err_set(err, FAIL_INPUT, "Merkle proof: the old size is above the new one");
	if (old_size == 0 || old_size == new_size) {
		proof->n = 0;
		return 0;
	}
	while (m != n) {
		uint64_t k = UINT64_C(1) << split_bit(n);
		bool left = m <= k;

		if (range_root(left ? from + k : from, left ? n - k : k, fetch, arg, &h, err) == -1 || proof_add(&p, &h, err) == -1)
			return -1;
		if (left)
			n = k;
		else {
			from += k;
			m -= k;
			n -= k;
			is_whole_old = false;
		}
	}
	if (!is_whole_old && (range_root(from, m, fetch, arg, &h, err) == -1 || proof_add(&p, &h, err) == -1))
		return -1;
	proof_reverse(&p);
	*proof = p;
	return 0;
}

/* RFC 9162 2.1.3.2. */
bool
merkle_verify_inclusion(const struct hash *leaf_hash, uint64_t position, uint64_t size, const struct merkle_proof *proof,
	const struct hash *root)
{
	uint64_t fn = position, sn;
	struct hash r = *leaf_hash;

	if (position >= size || proof->n > MERKLE_MAX_PROOF)
		return false;
	sn = size - 1;
	for (unsigned i = 0; i < proof->n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn) {
			merkle_node(&proof->hash[i], &r, &r);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else
			merkle_node(&r, &proof->hash[i], &r);
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(r.o, root->o, sizeof(r.o)) == 0;
}

/* RFC 9162 2.1.4.2. */
bool
merkle_verify_consistency(uint64_t old_size, const struct hash *old_root, uint64_t new_size, const struct hash *new_root,
	const struct merkle_proof *proof)
{
	uint64_t fn, sn;
	struct hash fr, sr;
	unsigned i = 0;

	if (old_size > new_size || proof->n > MERKLE_MAX_PROOF)
		return false;
	if (old_size == new_size)
		return proof->n == 0 && memcmp(old_root->o, new_root->o, sizeof(old_root->o)) == 0;
	if (old_size == 0) {
		sha256(BYTES_NONE, fr.o);
		return proof->n == 0 && memcmp(old_root->o, fr.o, sizeof(fr.o)) == 0;
	}
	fn = old_size - 1;
	sn = new_size - 1;
	while ((fn & 1) != 0) {
		fn >>= 1;
		sn >>= 1;
	}
	if (fn == 0) /* the old size is a power of two: the proof leaves its root out */
		fr = sr = *old_root;
	else {
		if (proof->n == 0)
			return false;
		fr = sr = proof->hash[i++];
	}
	for (; i < proof->n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn) {
			merkle_node(&proof->hash[i], &fr, &fr);
			merkle_node(&proof->hash[i], &sr, &sr);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else
			merkle_node(&sr, &proof->hash[i], &sr);
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(fr.o, old_root->o, sizeof(fr.o)) == 0 && memcmp(sr.o, new_root->o, sizeof(sr.o)) == 0;
}
