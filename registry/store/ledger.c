/* Reading the ledger: the stored tree, tree heads, proofs. */
#include "registry/store/ledger-local.h"

#include <inttypes.h>
#include <stdlib.h>

enum { Q_GROUPS,
	Q_HEAD_LATEST,
	Q_HEAD_AT,
	Q_HEAD_ADD,
	Q_ENTRY,
	Q_RECORD };

#define HEAD_COLUMNS \
	"SELECT h.size, h.root, extract(epoch FROM h.signed_at)::bigint, h.certificate_id, h.signature, c.sha256" \
	" FROM tree_head h JOIN certificate c ON c.id = h.certificate_id"

const struct query ledger_queries[] = {
	[Q_GROUPS] = { "ledger_groups",
		"SELECT g.level, g.first, x.n, x.last - g.first + 1, x.hashes"
		" FROM unnest($1::int[], $2::bigint[]) g(level, first) CROSS JOIN LATERAL ("
		"  SELECT count(*) AS n, max(l.position) AS last, string_agg(l.hash, ''::bytea ORDER BY l.position) AS hashes"
		"  FROM ledger_leaf l WHERE g.level = 0 AND l.position >= g.first AND l.position < g.first + 256"
		"  UNION ALL"
		"  SELECT count(*), max(n.index), string_agg(n.hash, ''::bytea ORDER BY n.index)"
		"  FROM ledger_node n WHERE n.level = g.level AND n.index >= g.first AND n.index < g.first + 256) x"
		" WHERE x.n > 0" },
	[Q_HEAD_LATEST] = { "ledger_head_latest", HEAD_COLUMNS " ORDER BY h.size DESC LIMIT 1" },
	[Q_HEAD_AT] = { "ledger_head_at", HEAD_COLUMNS " WHERE h.size = $1::bigint" },
	/* a head over leaves that are not there is refused, whatever the program believes */
	[Q_HEAD_ADD] = { "ledger_head_add",
		"INSERT INTO tree_head (size, root, signed_at, certificate_id, signature)"
		" SELECT $1::bigint, $2::bytea, to_timestamp($3::bigint), $4::uuid, $5::bytea"
		" WHERE $1::bigint <= (SELECT max(position) + 1 FROM ledger_leaf)" },
	[Q_ENTRY] = { "ledger_entry_of_record",
		"SELECT e.kind, e.leaf, l.position FROM ledger_entry e LEFT JOIN ledger_leaf l ON l.entry_id = e.id WHERE e.record_id = $1" },
	[Q_RECORD] = { "ledger_record", "SELECT content, salt FROM ledger_record($1, $2)" },
	{ NULL, NULL },
};

int
ledger_row_hash(const struct rows *rows, size_t row, int column, struct hash *out, struct err *err)
{
	struct buf b = BUF_INIT;
	int rc = -1;

	if (row_bytes(rows, row, column, &b, err) == -1)
		goto out;
	if (b.n != sizeof(out->o)) {
		err_set(err, FAIL_INTERNAL, "ledger: a hash of %zu octets", b.n);
		goto out;
	}
	memcpy(out->o, b.p, sizeof(out->o));
	rc = 0;
out:
	buf_clear(&b);
	return rc;
}

/* ---- the stored tree ---- */

void
ledger_nodes_clear(struct ledger_nodes *nodes)
{
	for (size_t i = 0; i < nodes->n; i++)
		free(nodes->group[i]);
	nodes->n = 0;
}

static const struct ledger_group *
group_find(const struct ledger_nodes *nodes, unsigned level, uint64_t first)
{
	for (size_t i = 0; i < nodes->n; i++)
		if (nodes->group[i]->level == level && nodes->group[i]->first == first)
			return nodes->group[i];
	return NULL;
}

/* One more group to ask for, unless it is among them. */
struct wanted {
	size_t n;
	unsigned level[LEDGER_GROUPS];
	uint64_t first[LEDGER_GROUPS];
};

static void
want(struct wanted *w, unsigned level, uint64_t index)
{
	uint64_t first = index & ~(uint64_t)(LEDGER_SPAN - 1);

	for (size_t i = 0; i < w->n; i++)
		if (w->level[i] == level && w->first[i] == first)
			return;
	if (w->n == LEDGER_GROUPS)
		return; /* ledger_nodes_fetch reads it when it comes to it */
	w->level[w->n] = level;
	w->first[w->n++] = first;
}

static int
group_take(struct ledger_nodes *nodes, const struct rows *rows, size_t row, struct err *err)
{
	struct ledger_group *g = NULL;
	struct buf hashes = BUF_INIT;
	int rc = -1;

	if (nodes->n == LEDGER_GROUPS) {
		err_set(err, FAIL_INTERNAL, "ledger: more than %d groups of hashes for one proof", LEDGER_GROUPS);
		goto out;
	}
	if (row_bytes(rows, row, 4, &hashes, err) == -1)
		goto out;
	if (row_int(rows, row, 2) != row_int(rows, row, 3) || hashes.n != (uint64_t)row_int(rows, row, 2) * SHA256_LEN ||
		hashes.n > sizeof(g->hash)) {
		err_set(err, FAIL_INTERNAL, "ledger: hashes are missing at level %" PRId64 " from %" PRId64, row_int(rows, row, 0),
			row_int(rows, row, 1));
		goto out;
	}
	g = malloc(sizeof(*g));
	if (g == NULL) {
		err_errno(err, "ledger");
		goto out;
	}
	g->level = (unsigned)row_int(rows, row, 0);
	g->first = (uint64_t)row_int(rows, row, 1);
	g->n = hashes.n / SHA256_LEN;
	memcpy(g->hash, hashes.p, hashes.n);
	nodes->group[nodes->n++] = g;
	rc = 0;
out:
	buf_clear(&hashes);
	return rc;
}

static int
groups_read(struct ledger_nodes *nodes, const struct wanted *w, struct err *err)
{
	struct buf levels = BUF_INIT, firsts = BUF_INIT;
	struct rows *rows = NULL;
	int rc = -1;

	if (w->n == 0)
		return 0;
	for (size_t i = 0; i < w->n; i++) {
		buf_printf(&levels, "%c%u", i == 0 ? '{' : ',', w->level[i]);
		buf_printf(&firsts, "%c%" PRIu64, i == 0 ? '{' : ',', w->first[i]);
	}
	buf_str(&levels, "}");
	buf_str(&firsts, "}");
	if (buf_check(&levels, err) == -1 || buf_check(&firsts, err) == -1 ||
		tx_query(nodes->tx, &ledger_queries[Q_GROUPS], ARGS(arg_text(buf_cstr(&levels)), arg_text(buf_cstr(&firsts))), &rows, err) == -1)
		goto out;
	for (size_t i = 0; i < rows_count(rows); i++)
		if (group_take(nodes, rows, i, err) == -1)
			goto out;
	rc = 0;
out:
	rows_free(rows);
	buf_clear(&firsts);
	buf_clear(&levels);
	return rc;
}

int
ledger_nodes_load(struct ledger_nodes *nodes, const uint64_t *position, size_t n, uint64_t size, struct err *err)
{
	struct wanted w = { 0 };

	for (unsigned level = 0; level < 64 && size >> level > 0; level += LEDGER_SPAN_BITS) {
		for (size_t i = 0; i < n; i++)
			want(&w, level, position[i] >> level);
		if ((size >> level) % LEDGER_SPAN != 0)
			want(&w, level, size >> level);
	}
	return groups_read(nodes, &w, err);
}

int
ledger_nodes_fetch(void *arg, unsigned level, uint64_t index, struct hash *out, struct err *err)
{
	struct ledger_nodes *nodes = arg;
	unsigned shift = level % LEDGER_SPAN_BITS;
	uint64_t from = index << shift, first = from & ~(uint64_t)(LEDGER_SPAN - 1);
	const struct ledger_group *g = group_find(nodes, level - shift, first);
	struct wanted w = { 1, { level - shift }, { first } };

	if (g == NULL) {
		if (groups_read(nodes, &w, err) == -1)
			return -1;
		g = group_find(nodes, level - shift, first);
	}
	if (g == NULL || g->n < from - first + (UINT64_C(1) << shift))
		return err_set(err, FAIL_INTERNAL, "ledger: the hash at level %u, index %" PRIu64 " is missing", level, index);
	merkle_root(&g->hash[from - first], UINT64_C(1) << shift, out);
	return 0;
}

int
ledger_nodes_tree(struct ledger_nodes *nodes, uint64_t size, struct merkle_tree *tree, struct err *err)
{
	struct merkle_tree t = MERKLE_TREE_INIT;

	if (ledger_nodes_load(nodes, NULL, 0, size, err) == -1)
		return -1;
	for (unsigned k = 0; k < 64; k++)
		if ((size >> k & 1) != 0 && ledger_nodes_fetch(nodes, k, (size >> k) - 1, &t.peak[k], err) == -1)
			return -1;
	t.size = size;
	*tree = t;
	return 0;
}

/* ---- tree heads ---- */

void
ledger_head_clear(struct ledger_head *h)
{
	buf_clear(&h->signature);
	*h = LEDGER_HEAD_INIT;
}

int
ledger_head_row(const struct rows *rows, size_t row, struct ledger_head *h, struct err *err)
{
	struct ledger_head head = LEDGER_HEAD_INIT;
	struct hash log_id;

	head.head.size = (uint64_t)row_int(rows, row, 0);
	head.head.signed_at = row_int(rows, row, 2);
	if (ledger_row_hash(rows, row, 1, &head.head.root, err) == -1 || row_uuid(rows, row, 3, &head.certificate_id, err) == -1 ||
		ledger_row_hash(rows, row, 5, &log_id, err) == -1 || row_bytes(rows, row, 4, &head.signature, err) == -1) {
		buf_clear(&head.signature);
		return -1;
	}
	memcpy(head.head.log_id, log_id.o, sizeof(head.head.log_id));
	ledger_head_clear(h);
	*h = head;
	return 0;
}

static int
head_read(struct tx *tx, const struct query *q, const struct arg *args, size_t n, const char *what, struct ledger_head *h, struct err *err)
{
	struct rows *rows = NULL;
	int rc;

	if (tx_query_one(tx, q, args, n, FAIL_NOT_FOUND, what, &rows, err) == -1)
		return -1;
	rc = ledger_head_row(rows, 0, h, err);
	rows_free(rows);
	return rc;
}

int
ledger_head_latest(struct tx *tx, struct ledger_head *h, struct err *err)
{
	return head_read(tx, &ledger_queries[Q_HEAD_LATEST], NULL, 0, "ledger: no tree head is signed yet", h, err);
}

int
ledger_head_at(struct tx *tx, uint64_t size, struct ledger_head *h, struct err *err)
{
	return head_read(tx, &ledger_queries[Q_HEAD_AT], ARGS(arg_int((int64_t)size)), "ledger: no tree head of that size is signed", h, err);
}

int
ledger_head_add(struct tx *tx, const struct ledger_head *h, struct err *err)
{
	return tx_later(tx, &ledger_queries[Q_HEAD_ADD],
		ARGS(arg_int((int64_t)h->head.size), arg_bytes(BYTES(h->head.root.o, SHA256_LEN)), arg_int(h->head.signed_at),
			arg_uuid(&h->certificate_id), arg_bytes(bytes_of(&h->signature))),
		1, "tree head: the registry has fewer leaves", err);
}

/* ---- proofs ---- */

void
ledger_proof_clear(struct ledger_proof *p)
{
	buf_clear(&p->kind);
	buf_clear(&p->leaf);
	*p = LEDGER_PROOF_INIT;
}

int
ledger_inclusion(struct tx *tx, const struct uuid *record_id, uint64_t size, struct ledger_proof *proof, struct err *err)
{
	struct ledger_nodes nodes = LEDGER_NODES_INIT(tx);
	struct ledger_proof p = LEDGER_PROOF_INIT;
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &ledger_queries[Q_ENTRY], ARGS(arg_uuid(record_id)), FAIL_NOT_FOUND, "ledger: no such record", &rows, err) == -1)
		goto out;
	p.position = (uint64_t)row_int(rows, 0, 2);
	if (row_is_null(rows, 0, 2) || p.position >= size) {
		err_set(err, FAIL_AGAIN, "ledger: the record is not under a tree head of %" PRIu64 " leaves yet", size);
		goto out;
	}
	buf_str(&p.kind, row_text(rows, 0, 0));
	buf_str(&p.leaf, row_text(rows, 0, 1));
	if (buf_check(&p.kind, err) == -1 || buf_check(&p.leaf, err) == -1 ||
		ledger_nodes_load(&nodes, &p.position, 1, size, err) == -1 ||
		merkle_inclusion(p.position, size, ledger_nodes_fetch, &nodes, &p.path, err) == -1)
		goto out;
	ledger_proof_clear(proof);
	*proof = p;
	p = LEDGER_PROOF_INIT;
	rc = 0;
out:
	ledger_proof_clear(&p);
	ledger_nodes_clear(&nodes);
	rows_free(rows);
	return rc;
}

int
ledger_consistency(struct tx *tx, uint64_t old_size, uint64_t new_size, struct merkle_proof *proof, struct err *err)
{
	struct ledger_nodes nodes = LEDGER_NODES_INIT(tx);
	uint64_t border[2] = { old_size - 1, old_size };
	int rc = -1;

	if (old_size == 0 || old_size > new_size)
		return err_set(err, FAIL_INPUT, "consistency proof: the sizes must be 0 < old <= new");
	if (ledger_nodes_load(&nodes, border, old_size < new_size ? 2 : 1, new_size, err) == 0)
		rc = merkle_consistency(old_size, new_size, ledger_nodes_fetch, &nodes, proof, err);
	ledger_nodes_clear(&nodes);
	return rc;
}

int
ledger_record(struct tx *tx, const char *kind, const struct uuid *record_id, struct buf *content, struct buf *salt, struct err *err)
{
	struct buf text = BUF_INIT, octets = BUF_INIT;
	struct rows *rows = NULL;
	int rc = -1;

	if (tx_query_one(tx, &ledger_queries[Q_RECORD], ARGS(arg_text(kind), arg_uuid(record_id)), FAIL_NOT_FOUND, "ledger: no such record",
		    &rows, err) == -1)
		goto out;
	if (row_is_null(rows, 0, 0)) {
		err_set(err, FAIL_NOT_FOUND, "ledger: no such record");
		goto out;
	}
	buf_str(&text, row_text(rows, 0, 0));
	if (buf_check(&text, err) == -1 || row_bytes(rows, 0, 1, &octets, err) == -1)
		goto out;
	buf_move(content, &text);
	buf_move(salt, &octets);
	rc = 0;
out:
	rows_free(rows);
	buf_wipe(&text); /* personal data */
	buf_clear(&octets);
	return rc;
}
