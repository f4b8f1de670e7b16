/* The check of the ledger: everything that can be recomputed from the rows is. */
#include "registry/store/ledger-local.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry/base/clock.h"
#include "registry/base/json.h"

enum { Q_SETTINGS,
	Q_SIZES,
	Q_TABLES,
	Q_COMPARE,
	Q_ORPHANS,
	Q_STRANGE,
	Q_LEAVES,
	Q_NODES,
	Q_NODES_BEYOND,
	Q_HEADS,
	Q_WAITING,
	Q_WAITING_COUNT,
	Q_PARTIES,
	Q_UINS,
	Q_COUNTS,
	Q_FILES,                  /* and the next ones: one for each table of files */
	Q_STATES = Q_FILES + 3 }; /* and the next ones: one for each machine */

enum { PAGE = 4096, /* rows of one query: some MiB with their texts */
	HEADS_PAGE = 256,
	/* A commit gets its moment before it is visible: two that overlap may change places between two scans, not for longer. */
	ORDER_SLACK_US = 60 * 1000000,
	WAITING_MAX_S = 3600 }; /* an entry without a commit moment that waits longer was left out */

#define COMMITTED_US \
	" CASE WHEN current_setting('track_commit_timestamp')::bool AND e.xmin = e.xid::xid" \
	" THEN (extract(epoch FROM pg_xact_commit_timestamp(e.xid::xid)) * 1000000)::bigint END"

#define STATES(machine, table, subject) \
	{ \
		"ledger_check_states_" machine, \
			"SELECT coalesce(d." subject ", s.subject_id), CASE WHEN s.subject_id IS NULL THEN 'removed: the state of this " machine " is missing'" \
			" WHEN d." subject " IS NULL THEN 'inserted: no decision gave this state'" \
			" ELSE 'altered: the state is not that of the last decision' END" \
			" FROM (SELECT DISTINCT ON (" subject ") " subject ", to_state, seq, created_at FROM " table " ORDER BY " subject ", seq DESC) d" \
			" FULL JOIN (SELECT * FROM current_state WHERE machine = '" machine "') s ON s.subject_id = d." subject \
			" WHERE (d.to_state, d.seq, d.created_at) IS DISTINCT FROM (s.state, s.seq, s.changed_at) ORDER BY 1 LIMIT $1::bigint" \
	}

/* Sealed octets are kept beside the row that has their digest, which the ledger holds. */
#define FILES(table, file, key) \
	{ \
		"ledger_check_" file, \
			"SELECT p.id, CASE WHEN f." key " IS NULL THEN 'removed: the file is missing' WHEN p.sealed_sha256 IS NULL" \
			" THEN 'inserted: the row has no file' ELSE 'altered: the sealed octets do not have the digest of the row' END" \
			" FROM " table " p LEFT JOIN " file " f ON f." key " = p.id WHERE sha256(f.sealed) IS DISTINCT FROM p.sealed_sha256::bytea" \
			" ORDER BY p.id LIMIT $1::bigint" \
	}
static const char *const file_tables[] = { "portrait_image", "act_evidence_file", "legacy_image_file" };

const struct query ledger_check_queries[] = {
	[Q_SETTINGS] = { "ledger_check_settings",
		"SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true),"
		" set_config('plan_cache_mode', 'force_custom_plan', true)" },
	[Q_SIZES] = { "ledger_check_sizes",
		"SELECT (SELECT count(*) FROM ledger_entry), (SELECT coalesce(max(position) + 1, 0) FROM ledger_leaf)" },
	/* whatever says it is ledgered, in the list or by its trigger; and how many of its guards stand */
	[Q_TABLES] = { "ledger_check_tables",
		"SELECT coalesce(t.name, g.name), t.name IS NOT NULL, coalesce(g.guards, 0)"
		" FROM ledgered_table t FULL JOIN (SELECT c.relname::text AS name, count(*) AS guards"
		"  FROM pg_trigger p JOIN pg_class c ON c.oid = p.tgrelid"
		"  WHERE c.relnamespace = 'registry'::regnamespace AND p.tgenabled IN ('O', 'A')"
		"  AND (p.tgname, p.tgfoid) IN (('ledger_append', 'ledger_append'::regproc), ('insert_only', 'refuse_change'::regproc),"
		"   ('no_truncate', 'refuse_change'::regproc))"
		"  GROUP BY c.relname HAVING bool_or(p.tgname = 'ledger_append') OR c.relname IN (SELECT name FROM ledgered_table)) g"
		" ON g.name = t.name ORDER BY 1" },
	[Q_COMPARE] = { "ledger_check_compare", "SELECT checked, last, bad FROM ledger_compare($1, $2::uuid, $3::int)" },
	[Q_ORPHANS] = { "ledger_check_orphans", "SELECT ledger_orphans($1, $2::int)" },
	[Q_STRANGE] = { "ledger_check_strange",
		"SELECT e.id, 'inserted: no table that is ledgered is its kind' FROM ledger_entry e"
		" WHERE NOT EXISTS (SELECT FROM ledgered_table t WHERE t.name = e.kind) ORDER BY e.id LIMIT $1::bigint" },
	[Q_LEAVES] = { "ledger_check_leaves",
		"SELECT l.position, l.entry_id, l.hash, e.leaf, e.kind, e.record_id," COMMITTED_US ", l.xmin"
		" FROM ledger_leaf l LEFT JOIN ledger_entry e ON e.id = l.entry_id"
		" WHERE l.position >= $1::bigint ORDER BY l.position LIMIT $2::bigint" },
	[Q_NODES] = { "ledger_check_nodes", /* those that are complete with leaf $2 - 1 and were not with leaf $1 - 1 */
		"SELECT n.level, n.index, n.hash FROM generate_series(8, 56, 8) v(level) JOIN ledger_node n ON n.level = v.level"
		" AND n.index >= ($1::bigint >> v.level) AND n.index < ($2::bigint >> v.level) ORDER BY n.level, n.index" },
	[Q_NODES_BEYOND] = { "ledger_check_nodes_beyond",
		"SELECT level || '/' || index, 'inserted: the tree is not that large' FROM ledger_node"
		" WHERE level > 56 OR index >= ($2::bigint >> level) ORDER BY level, index LIMIT $1::bigint" },
	[Q_HEADS] = { "ledger_check_heads",
		"SELECT h.size, h.root, extract(epoch FROM h.signed_at)::bigint, h.certificate_id, h.signature,"
		" coalesce(c.sha256, decode(repeat('00', 32), 'hex')), c.id IS NOT NULL"
		" FROM tree_head h LEFT JOIN certificate c ON c.id = h.certificate_id WHERE h.size > $1::bigint ORDER BY h.size LIMIT $2::bigint" },
	[Q_WAITING] = { "ledger_check_waiting",
		"SELECT e.id, e.leaf," COMMITTED_US " FROM ledger_entry e WHERE NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.entry_id = e.id)"
		" AND e.id < (SELECT max(entry_id) FROM ledger_leaf) ORDER BY e.id LIMIT $1::bigint" },
	[Q_WAITING_COUNT] = { "ledger_check_waiting_count",
		"SELECT count(*) FROM ledger_entry e WHERE NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.entry_id = e.id)" },
	/* the persons that an act's content names, under their roles: an informant has one `name` */
	[Q_PARTIES] = { "ledger_check_parties",
		"SELECT coalesce(p.act_version_id, c.id) || ' ' || coalesce(p.role, c.role),"
		" CASE WHEN p.role IS NULL THEN 'removed: the content of the act has this party'"
		" WHEN c.role IS NULL THEN 'inserted: the content of the act has no such party'"
		" ELSE 'altered: it does not say what the content of the act says' END"
		" FROM act_party p FULL JOIN (SELECT v.id, o.key AS role, o.value AS says FROM act_version v CROSS JOIN jsonb_each(v.content) o"
		"  WHERE o.key IN ('child', 'mother', 'father', 'informant', 'deceased', 'spouse_1', 'spouse_2',"
		"  'witness_1', 'witness_2', 'witness_3', 'witness_4', 'adopter_1', 'adopter_2', 'parent', 'person', 'finder') AND jsonb_typeof(o.value) = 'object') c"
		" ON c.id = p.act_version_id AND c.role = p.role"
		" WHERE (p.primary_name, p.secondary_name, p.sex, p.date_of_birth::text) IS DISTINCT FROM (coalesce(says->>'primary_name',"
		"  says->>'name'), says->>'secondary_name', says->>'sex', says->>'date_of_birth')"
		" ORDER BY 1 LIMIT $1::bigint" },
	[Q_UINS] = { "ledger_check_uins",
		"SELECT v.person_id, 'altered: the UIN is not that of the identity' FROM identity_version v"
		" LEFT JOIN person_uin u ON u.person_id = v.person_id WHERE u.uin IS DISTINCT FROM v.uin ORDER BY v.person_id LIMIT $1::bigint" },
	[Q_COUNTS] = { "ledger_check_counts",
		"SELECT (SELECT count(*) FROM act_party), (SELECT count(*) FROM portrait_image) + (SELECT count(*) FROM act_evidence_file)"
		"  + (SELECT count(*) FROM legacy_image_file), (SELECT count(*) FROM current_state),"
		" (SELECT count(*) FROM ledger_node)" },
	[Q_FILES] = FILES("portrait", "portrait_image", "portrait_id"),
	[Q_FILES + 1] = FILES("act_evidence", "act_evidence_file", "evidence_id"),
	[Q_FILES + 2] = FILES("legacy_image", "legacy_image_file", "image_id"),
	[Q_STATES] = STATES("act", "act_decision", "act_id"),
	[Q_STATES + 1] = STATES("enrolment", "enrolment_decision", "enrolment_id"),
	[Q_STATES + 2] = STATES("application", "application_decision", "application_id"),
	[Q_STATES + 3] = STATES("document", "document_decision", "document_id"),
	[Q_STATES + 4] = STATES("key", "key_event", "signing_key_id"),
	[Q_STATES + 5] = STATES("ceremony",
		"(SELECT ceremony_id, to_state, seq, created_at FROM ceremony_decision UNION ALL"
		" SELECT ceremony_id, to_state, seq, created_at FROM ceremony_execution) u",
		"ceremony_id"),
	[Q_STATES + 6] = STATES("trust_import", "trust_import_decision", "import_id"),
	[Q_STATES + 7] = STATES("trust", "trust_decision", "certificate_id"),
	[Q_STATES + 8] = STATES("correction", "act_correction_decision", "correction_id"),
	[Q_STATES + 9] = STATES("notification", "notification_decision", "notification_id"),
	[Q_STATES + 10] = STATES("legacy_act", "legacy_act_decision", "legacy_act_id"),
	[Q_STATES + 11] = STATES("paper", "paper_event", "paper_id"),
	[Q_STATES + 12] = STATES("booklet", "booklet_event", "booklet_id"),
	[Q_STATES + 13] = STATES("batch", "batch_decision", "batch_id"),
	{ NULL, NULL },
};

/* What the walk along the leaves knows. */
struct check {
	const struct ledger_checking *how;
	struct ledger_counts counts;
	struct tx *tx;
	uint64_t size;           /* leaves, from the largest position */
	unsigned nfound;         /* of the kind looked at now */
	struct merkle_tree tree; /* over the hashes as they are stored */
	struct rows *heads;      /* the page of heads that the walk is in, and the next of them */
	size_t next_head;
	uint64_t head_size;  /* of the last head looked at */
	int64_t head_at;     /* its moment */
	int64_t latest_us;   /* latest commit met so far; 0: none */
	int64_t previous_us; /* commit of the leaf before, 0: not known */
	char batch[24];      /* transaction that wrote the leaf before */
};

static void
found(struct check *c, const char *table, const char *id, const char *what)
{
	struct ledger_finding f = { table, id, what };

	c->counts.findings++;
	if (c->nfound++ < LEDGER_FINDINGS && c->how->found != NULL)
		c->how->found(c->how->arg, &f);
}

static void
found_at(struct check *c, const char *table, uint64_t number, const char *what)
{
	char id[24];

	snprintf(id, sizeof(id), "%" PRIu64, number);
	found(c, table, id, what);
}

static void
progress(struct check *c, const char *what, uint64_t done, uint64_t total)
{
	if (c->how->progress != NULL)
		c->how->progress(c->how->arg, what, done, total);
}

/* A query that gives (id, what is wrong) of what is wrong. */
static int
run_list(struct check *c, const struct query *q, const struct arg *args, size_t n, const char *table, struct err *err)
{
	struct rows *rows;

	c->nfound = 0;
	progress(c, table, 0, 0);
	if (tx_query(c->tx, q, args, n, &rows, err) == -1)
		return -1;
	for (size_t i = 0; i < rows_count(rows); i++)
		found(c, table, row_text(rows, i, 0), row_text(rows, i, 1));
	rows_free(rows);
	return 0;
}

/* ---- rows against entries ---- */

/* Lines of a UUID, a space and more; what == NULL: the rest of the line is what is wrong. */
static void
found_lines(struct check *c, const char *table, const char *lines, const char *what)
{
	char id[UUID_TEXT], rest[200];

	while (sscanf(lines, "%36s %199[^\n]", id, rest) == 2) {
		found(c, table, id, what != NULL ? what : rest);
		lines += strcspn(lines, "\n");
		lines += *lines == '\n';
	}
}

static int
check_rows(struct check *c, const char *table, uint64_t total, struct err *err)
{
	char after[UUID_TEXT] = "";
	struct rows *rows;
	int64_t n;

	c->nfound = 0;
	do {
		if (tx_query_one(c->tx, &ledger_check_queries[Q_COMPARE],
			    ARGS(arg_text(table), arg_text(after[0] == '\0' ? NULL : after), arg_int(PAGE)), FAIL_INTERNAL, "ledger: no page", &rows,
			    err) == -1)
			return -1;
		n = row_int(rows, 0, 0);
		c->counts.rows += (uint64_t)n;
		found_lines(c, table, row_text(rows, 0, 2), NULL);
		snprintf(after, sizeof(after), "%s", row_text(rows, 0, 1));
		rows_free(rows);
		progress(c, table, c->counts.rows, total);
	} while (n == PAGE);
	if (tx_query_one(c->tx, &ledger_check_queries[Q_ORPHANS], ARGS(arg_text(table), arg_int(LEDGER_FINDINGS)), FAIL_INTERNAL,
		    "ledger: no answer", &rows, err) == -1)
		return -1;
	found_lines(c, table, row_text(rows, 0, 0), "removed: the ledger has an entry of it, the row is gone");
	rows_free(rows);
	return 0;
}

static int
check_tables(struct check *c, struct err *err)
{
	struct rows *tables;
	int rc = -1;

	if (tx_query(c->tx, &ledger_check_queries[Q_TABLES], NULL, 0, &tables, err) == -1)
		return -1;
	for (size_t i = 0; i < rows_count(tables); i++) {
		const char *name = row_text(tables, i, 0);

		c->nfound = 0;
		if (!row_bool(tables, i, 1)) {
			found(c, "ledgered_table", name, "removed: the table is no longer listed");
			continue;
		}
		if (row_int(tables, i, 2) != 3)
			found(c, "pg_trigger", name, "removed: a trigger that guards the table is missing or disabled");
		c->counts.tables++;
		if (check_rows(c, name, c->counts.entries, err) == -1)
			goto out;
	}
	rc = run_list(c, &ledger_check_queries[Q_STRANGE], ARGS(arg_int(LEDGER_FINDINGS)), "ledger_entry", err);
out:
	rows_free(tables);
	return rc;
}

/* ---- the tree ---- */

struct node {
	unsigned level;
	uint64_t index;
	struct hash hash;
};
enum { PAGE_NODES = PAGE / LEDGER_SPAN + 16 }; /* that a page of leaves can complete */

/* As merkle_tree_add, and the nodes it completes. */
static void
add_leaf(struct merkle_tree *t, const struct hash *leaf, struct node *nodes, size_t *n)
{
	struct hash carry = *leaf;
	unsigned k = 0;

	for (; (t->size >> k & 1) != 0; k++) {
		merkle_node(&t->peak[k], &carry, &carry);
		if ((k + 1) % LEDGER_SPAN_BITS == 0 && *n < PAGE_NODES)
			nodes[(*n)++] = (struct node){ k + 1, t->size >> (k + 1), carry };
	}
	t->peak[k] = carry;
	t->size++;
}

static int
node_order(const void *a, const void *b)
{
	const struct node *x = a, *y = b;

	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static int
check_nodes(struct check *c, uint64_t from, struct node *nodes, size_t n, struct err *err)
{
	struct rows *rows;
	struct hash stored;
	size_t at = 0;
	char id[40];

	if (n == 0)
		return 0;
	if (tx_query(c->tx, &ledger_check_queries[Q_NODES], ARGS(arg_int((int64_t)from), arg_int((int64_t)c->tree.size)), &rows, err) == -1)
		return -1;
	qsort(nodes, n, sizeof(*nodes), node_order);
	for (size_t i = 0; i < n; i++) {
		snprintf(id, sizeof(id), "%u/%" PRIu64, nodes[i].level, nodes[i].index);
		if (at == rows_count(rows) || (unsigned)row_int(rows, at, 0) != nodes[i].level || (uint64_t)row_int(rows, at, 1) != nodes[i].index) {
			found(c, "ledger_node", id, "removed: the node is missing");
			continue;
		}
		if (ledger_row_hash(rows, at, 2, &stored, err) == -1) {
			rows_free(rows);
			return -1;
		}
		at++;
		if (memcmp(stored.o, nodes[i].hash.o, sizeof(stored.o)) != 0)
			found(c, "ledger_node", id, "altered: it is not the root of the leaves below it");
	}
	rows_free(rows);
	return 0;
}

static int
check_signature(struct check *c, const struct ledger_head *h, struct err *err)
{
	struct buf to_be_signed = BUF_INIT;
	struct err why = ERR_INIT;
	int rc;

	if (c->how->verify == NULL)
		return 0;
	rc = treehead_encode(&h->head, &to_be_signed, err);
	if (rc == 0) {
		c->counts.signatures++;
		if (c->how->verify(c->how->arg, h, bytes_of(&to_be_signed), &why) == -1)
			found_at(c, "tree_head", h->head.size, "altered: the signature is not that of the ledger key over this head");
	}
	buf_clear(&to_be_signed);
	return rc;
}

static int
check_head(struct check *c, size_t row, struct err *err)
{
	struct ledger_head h = LEDGER_HEAD_INIT;
	struct hash root;
	int rc;

	if (ledger_head_row(c->heads, row, &h, err) == -1)
		return -1;
	c->counts.heads++;
	merkle_tree_root(&c->tree, &root);
	if (h.head.size != c->tree.size)
		found_at(c, "tree_head", h.head.size, "altered: the tree has not so many leaves");
	else if (memcmp(root.o, h.head.root.o, sizeof(root.o)) != 0)
		found_at(c, "tree_head", h.head.size, "altered: the leaves do not give its root");
	if (h.head.signed_at < c->head_at)
		found_at(c, "tree_head", h.head.size, "out of order: signed before the smaller one");
	if (!row_bool(c->heads, row, 6)) {
		found_at(c, "tree_head", h.head.size, "altered: its certificate is not there");
		rc = 0;
	} else {
		rc = check_signature(c, &h, err);
	}
	c->head_at = h.head.signed_at;
	c->head_size = h.head.size;
	ledger_head_clear(&h);
	return rc;
}

static int
heads_page(struct check *c, struct err *err)
{
	rows_free(c->heads);
	c->heads = NULL;
	c->next_head = 0;
	return tx_query(c->tx, &ledger_check_queries[Q_HEADS], ARGS(arg_int((int64_t)c->head_size), arg_int(HEADS_PAGE)), &c->heads, err);
}

/* The heads of exactly the size that the tree has now; at the end: all that are left. */
static int
check_heads(struct check *c, bool is_end, struct err *err)
{
	if (c->heads == NULL && heads_page(c, err) == -1)
		return -1;
	while (c->next_head < rows_count(c->heads)) {
		if (!is_end && (uint64_t)row_int(c->heads, c->next_head, 0) > c->tree.size)
			return 0;
		if (check_head(c, c->next_head++, err) == -1)
			return -1;
		if (c->next_head == HEADS_PAGE && heads_page(c, err) == -1)
			return -1;
	}
	return 0;
}

/* Of one transaction of the sequencer the order is exact; between two, commits that overlapped may have changed places. */
static void
check_order(struct check *c, const struct rows *rows, size_t row)
{
	int64_t us = row_int(rows, row, 6);
	const char *batch = row_text(rows, row, 7);

	if (!row_is_null(rows, row, 6)) {
		if ((strcmp(batch, c->batch) == 0 && us < c->previous_us) || us + ORDER_SLACK_US < c->latest_us)
			found(c, row_text(rows, row, 4), row_text(rows, row, 5), "out of order: what was committed after it has an earlier position");
		if (us > c->latest_us)
			c->latest_us = us;
	}
	c->previous_us = us;
	snprintf(c->batch, sizeof(c->batch), "%s", batch);
}

static int
check_leaf(struct check *c, const struct rows *rows, size_t row, struct hash *stored, struct err *err)
{
	struct hash computed;

	if (ledger_row_hash(rows, row, 2, stored, err) == -1)
		return -1;
	if (row_is_null(rows, row, 3)) {
		found(c, "ledger_entry", row_text(rows, row, 1), "removed: a leaf is there, the entry is not");
		return 0;
	}
	merkle_leaf(bytes_str(row_text(rows, row, 3)), &computed);
	if (memcmp(computed.o, stored->o, sizeof(computed.o)) != 0)
		found(c, "ledger_entry", row_text(rows, row, 1), "altered: the entry and its leaf hash differ");
	check_order(c, rows, row);
	return 0;
}

/* One page of leaves from the position where the tree ends; *n: how many rows there were. */
static int
check_leaves_page(struct check *c, uint64_t *next, size_t *n, struct err *err)
{
	struct node *nodes = malloc(PAGE_NODES * sizeof(*nodes));
	struct rows *rows = NULL;
	struct hash stored;
	uint64_t from = c->tree.size;
	size_t nnodes = 0;
	int rc = -1;

	if (nodes == NULL) {
		err_errno(err, "ledger check");
		goto out;
	}
	if (tx_query(c->tx, &ledger_check_queries[Q_LEAVES], ARGS(arg_int((int64_t)*next), arg_int(PAGE)), &rows, err) == -1)
		goto out;
	for (size_t i = 0; i < rows_count(rows); i++) {
		/* after a gap the tree goes on as if it were none: the heads tell what is meant by that */
		if ((uint64_t)row_int(rows, i, 0) != *next)
			found_at(c, "ledger_leaf", *next, "removed: positions from here have no leaf");
		if (check_leaf(c, rows, i, &stored, err) == -1)
			goto out;
		add_leaf(&c->tree, &stored, nodes, &nnodes);
		*next = (uint64_t)row_int(rows, i, 0) + 1;
		if (check_heads(c, false, err) == -1)
			goto out;
	}
	*n = rows_count(rows);
	c->counts.leaves += *n;
	rc = check_nodes(c, from, nodes, nnodes, err);
out:
	rows_free(rows);
	free(nodes);
	return rc;
}

static int
check_tree(struct check *c, struct err *err)
{
	uint64_t next = 0;
	size_t n;

	c->nfound = 0;
	do {
		if (check_leaves_page(c, &next, &n, err) == -1)
			return -1;
		progress(c, "ledger_leaf", c->counts.leaves, c->size);
	} while (n == PAGE);
	if (check_heads(c, true, err) == -1)
		return -1;
	return run_list(c, &ledger_check_queries[Q_NODES_BEYOND], ARGS(arg_int(LEDGER_FINDINGS), arg_int((int64_t)c->tree.size)),
		"ledger_node", err);
}

/* ---- entries without a position ---- */

/* The moment in a leaf; -1 when there is none. */
static int64_t
leaf_at(const char *leaf)
{
	struct err ignored = ERR_INIT;
	int64_t t = -1;
	json_t *v;

	if (json_read(bytes_str(leaf), &v, &ignored) == -1)
		return -1;
	if (json_is_string(json_object_get(v, "at")) &&
		time_parse(bytes_str(json_string_value(json_object_get(v, "at"))), &t, &ignored) == -1)
		t = -1;
	json_decref(v);
	return t;
}

static int
check_waiting(struct check *c, struct err *err)
{
	struct rows *rows;

	c->nfound = 0;
	if (tx_query_one(c->tx, &ledger_check_queries[Q_WAITING_COUNT], NULL, 0, FAIL_INTERNAL, "ledger: no count", &rows, err) == -1)
		return -1;
	c->counts.waiting = (uint64_t)row_int(rows, 0, 0);
	rows_free(rows);
	if (tx_query(c->tx, &ledger_check_queries[Q_WAITING], ARGS(arg_int(LEDGER_FINDINGS)), &rows, err) == -1)
		return -1;
	for (size_t i = 0; i < rows_count(rows); i++) {
		bool late = row_is_null(rows, i, 2) ? leaf_at(row_text(rows, i, 1)) + WAITING_MAX_S < clock_now() : row_int(rows, i, 2) + ORDER_SLACK_US < c->latest_us;

		if (late)
			found(c, "ledger_entry", row_text(rows, i, 0), "out of order: it has no position, though later ones have");
	}
	rows_free(rows);
	return 0;
}

/* ---- what is kept beside the ledgered rows ---- */

static int
check_beside(struct check *c, struct err *err)
{
	struct rows *rows;

	for (size_t i = Q_STATES; ledger_check_queries[i].name != NULL; i++)
		if (run_list(c, &ledger_check_queries[i], ARGS(arg_int(LEDGER_FINDINGS)), "current_state", err) == -1)
			return -1;
	for (size_t i = 0; i < sizeof(file_tables) / sizeof(file_tables[0]); i++)
		if (run_list(c, &ledger_check_queries[Q_FILES + i], ARGS(arg_int(LEDGER_FINDINGS)), file_tables[i], err) == -1)
			return -1;
	if (run_list(c, &ledger_check_queries[Q_PARTIES], ARGS(arg_int(LEDGER_FINDINGS)), "act_party", err) == -1 ||
		run_list(c, &ledger_check_queries[Q_UINS], ARGS(arg_int(LEDGER_FINDINGS)), "person_uin", err) == -1 ||
		tx_query_one(c->tx, &ledger_check_queries[Q_COUNTS], NULL, 0, FAIL_INTERNAL, "ledger: no counts", &rows, err) == -1)
		return -1;
	c->counts.parties = (uint64_t)row_int(rows, 0, 0);
	c->counts.images = (uint64_t)row_int(rows, 0, 1);
	c->counts.states = (uint64_t)row_int(rows, 0, 2);
	c->counts.nodes = (uint64_t)row_int(rows, 0, 3);
	rows_free(rows);
	return 0;
}

static int
work_check(struct tx *tx, void *arg, struct err *err)
{
	struct check *c = arg;
	const struct ledger_checking *how = c->how;
	struct rows *rows;

	rows_free(c->heads);
	*c = (struct check){ .how = how, .tx = tx }; /* the runner may call again */
	if (tx_later(tx, &ledger_check_queries[Q_SETTINGS], NULL, 0, -1, NULL, err) == -1 ||
		tx_query_one(tx, &ledger_check_queries[Q_SIZES], NULL, 0, FAIL_INTERNAL, "ledger: no sizes", &rows, err) == -1)
		return -1;
	c->counts.entries = (uint64_t)row_int(rows, 0, 0);
	c->size = (uint64_t)row_int(rows, 0, 1);
	rows_free(rows);
	if (check_tables(c, err) == -1 || check_tree(c, err) == -1 || check_waiting(c, err) == -1)
		return -1;
	return check_beside(c, err);
}

int
ledger_check(struct db *db, const struct ledger_checking *how, struct ledger_counts *counts, struct err *err)
{
	struct check *c = calloc(1, sizeof(*c));
	int rc;

	if (c == NULL)
		return err_errno(err, "ledger check");
	c->how = how;
	rc = db_run(db, DB_READ_ONLY, work_check, c, err);
	if (rc == 0)
		*counts = c->counts;
	rows_free(c->heads);
	free(c);
	return rc;
}
