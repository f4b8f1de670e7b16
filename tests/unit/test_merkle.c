/* The hash tree of RFC 9162 2.1: the well-known roots of RFC 6962's test data, and a naive reference for every size up to 64. */
#include "registry/base/merkle.h"
#include "tests/tap.h"

enum { SIZES = 64 };
static struct hash leaf[SIZES];

/* The eight leaf inputs of the Certificate Transparency test data and the roots of the trees of 1 to 8 of them. */
static const char *const inputs[] = { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" };
static const char *const roots[] = {
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

/* MTH of RFC 9162 2.1.1, word for word. */
static void
naive_root(const struct hash *h, size_t n, struct hash *out)
{
	struct hash left, right;
	size_t k = 1;

	if (n == 0) {
		sha256(BYTES_NONE, out->o);
		return;
	}
	if (n == 1) {
		*out = h[0];
		return;
	}
	while (k * 2 < n)
		k *= 2;
	naive_root(h, k, &left);
	naive_root(h + k, n - k, &right);
	merkle_node(&left, &right, out);
}

static int
fetch(void *arg, unsigned level, uint64_t index, struct hash *out, struct err *err)
{
	size_t n = *(const size_t *)arg, width = (size_t)1 << level;

	if ((index + 1) * width > n)
		return err_set(err, FAIL_INTERNAL, "asked for a subtree that is not perfect");
	naive_root(leaf + index * width, width, out);
	return 0;
}

static void
test_known_roots(void)
{
	struct hash known[8], root;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < NELEM(inputs); i++) {
		struct buf in = BUF_INIT, hex = BUF_INIT;

		buf_from_hex(&in, bytes_str(inputs[i]), &err);
		merkle_leaf(bytes_of(&in), &known[i]);
		merkle_root(known, i + 1, &root);
		buf_hex(&hex, BYTES(root.o, sizeof(root.o)));
		is(buf_cstr(&hex), roots[i], "root of the first leaves");
		buf_clear(&in);
		buf_clear(&hex);
	}
}

static bool
inclusion_holds(size_t position, size_t n, const struct hash *root)
{
	struct merkle_proof p, bad;
	struct err err = ERR_INIT;

	if (merkle_inclusion(position, n, fetch, &n, &p, &err) == -1 || !merkle_verify_inclusion(&leaf[position], position, n, &p, root))
		return false;
	/* what is not this proof is refused */
	bad = p;
	if (p.n > 0) {
		bad.hash[p.n / 2].o[7] ^= 1;
		if (merkle_verify_inclusion(&leaf[position], position, n, &bad, root))
			return false;
		bad = p;
		bad.n--;
		if (merkle_verify_inclusion(&leaf[position], position, n, &bad, root))
			return false;
	}
	bad = p;
	bad.n++;
	if (merkle_verify_inclusion(&leaf[position], position, n, &bad, root))
		return false;
	return !merkle_verify_inclusion(&leaf[position], position + 1, n, &p, root) &&
		!merkle_verify_inclusion(&leaf[(position + 1) % SIZES], position, n, &p, root) &&
		!merkle_verify_inclusion(&leaf[position], n, n, &p, root);
}

static bool
consistency_holds(size_t m, size_t n, const struct hash *old_root, const struct hash *root)
{
	struct merkle_proof p, bad;
	struct err err = ERR_INIT;

	if (merkle_consistency(m, n, fetch, &n, &p, &err) == -1 || !merkle_verify_consistency(m, old_root, n, root, &p))
		return false;
	if (p.n > 0) {
		bad = p;
		bad.hash[0].o[31] ^= 0x80;
		if (merkle_verify_consistency(m, old_root, n, root, &bad))
			return false;
		bad = p;
		bad.n--;
		if (merkle_verify_consistency(m, old_root, n, root, &bad))
			return false;
	}
	return m == n || (!merkle_verify_consistency(m, root, n, root, &p) && !merkle_verify_consistency(m, old_root, n, old_root, &p));
}

static void
test_all_sizes(void)
{
	struct merkle_tree tree = MERKLE_TREE_INIT;
	struct hash root[SIZES + 1], grown;
	bool same = true, included = true, consistent = true;

	for (size_t i = 0; i < SIZES; i++) {
		uint8_t octet = (uint8_t)i;

		merkle_leaf(BYTES(&octet, 1), &leaf[i]);
	}
	for (size_t n = 0; n <= SIZES; n++)
		naive_root(leaf, n, &root[n]);
	for (size_t n = 0; n <= SIZES; n++) {
		merkle_tree_root(&tree, &grown);
		same = same && memcmp(grown.o, root[n].o, sizeof(grown.o)) == 0;
		merkle_root(leaf, n, &grown);
		same = same && memcmp(grown.o, root[n].o, sizeof(grown.o)) == 0;
		if (n < SIZES)
			merkle_tree_add(&tree, &leaf[n]);
		for (size_t i = 0; i < n; i++)
			included = included && inclusion_holds(i, n, &root[n]);
		for (size_t m = 1; m <= n; m++)
			consistent = consistent && consistency_holds(m, n, &root[m], &root[n]);
	}
	ok(same, "roots of 0 to 64 leaves equal the naive ones");
	ok(included, "every inclusion proof verifies, and nothing else does");
	ok(consistent, "every consistency proof verifies, and nothing else does");
}

static void
test_refused(void)
{
	struct merkle_proof p;
	struct err err = ERR_INIT;
	size_t n = 5;

	ok(merkle_inclusion(5, 5, fetch, &n, &p, &err) == -1 && err.kind == FAIL_INPUT, "no proof for a position beyond the tree");
	ok(merkle_consistency(6, 5, fetch, &n, &p, &err) == -1 && err.kind == FAIL_INPUT, "no proof from a later tree to an earlier one");
}

int
main(void)
{
	test_known_roots();
	test_all_sizes();
	test_refused();
	return done_testing();
}
