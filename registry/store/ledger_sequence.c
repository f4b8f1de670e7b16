/* The sequencer: positions for committed entries, the tree over them, tree heads. */
#include "registry/store/ledger-local.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "registry/base/clock.h"
#include "registry/base/json.h"

enum { Q_LOCK,
	Q_SCAN_ALL,
	Q_SCAN_NEW,
	Q_SIZE,
	Q_BATCH,
	Q_LEAVES,
	Q_NODES };

enum { QUEUE_MAX = 1 << 18,     /* entries of one scan: 2 MiB of numbers */
	SNAPSHOT_TEXT = 4096 }; /* a longer one (hundreds of open transactions) is not kept: then all is scanned */

/* Entries of earlier commits first; without track_commit_timestamp by transaction number, which is when it began to write. */
#define COMMIT_ORDER \
	" ORDER BY CASE WHEN current_setting('track_commit_timestamp')::bool THEN pg_xact_commit_timestamp(e.xid::xid) END, e.xid, e.id"
#define SCANNED(candidates) \
	"SELECT pg_current_snapshot()::text, (SELECT coalesce(max(position) + 1, 0) FROM ledger_leaf), cardinality(x.found), x.found::text" \
	" FROM (SELECT ARRAY(SELECT e.id FROM " candidates COMMIT_ORDER " LIMIT $1::bigint) AS found OFFSET 0) x"

const struct query ledger_sequence_queries[] = {
	/* held to the end of the transaction; 0x6C6564676572 is "ledger" */
	[Q_LOCK] = { "ledger_lock",
		"SELECT pg_try_advisory_xact_lock(119225965962610), set_config('plan_cache_mode', 'force_custom_plan', true)" },
	/* Whatever has no leaf: at start, and while more waits than one scan takes. */
	[Q_SCAN_ALL] = { "ledger_scan_all",
		SCANNED("ledger_entry e WHERE NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.entry_id = e.id)") },
	/*
	 * After a scan that took everything its snapshot showed, new is what that snapshot did not show: the transactions that were
	 * open in it, and those that began later.  However long one of them stays open, nothing is looked at twice, nor missed.
	 */
	[Q_SCAN_NEW] = { "ledger_scan_new",
		SCANNED("(SELECT id, xid FROM ledger_entry WHERE xid >= pg_snapshot_xmax($2::pg_snapshot)"
			" UNION ALL SELECT id, xid FROM ledger_entry WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip($2::pg_snapshot)))) e") },
	[Q_SIZE] = { "ledger_size", "SELECT coalesce(max(position) + 1, 0) FROM ledger_leaf" },
	[Q_BATCH] = { "ledger_batch",
		"SELECT e.id, e.kind, e.record_id, e.leaf FROM unnest($1::bigint[]) WITH ORDINALITY u(id, n)"
		" JOIN ledger_entry e ON e.id = u.id ORDER BY u.n" },
	[Q_LEAVES] = { "ledger_leaves_add",
		"INSERT INTO ledger_leaf (position, entry_id, hash)"
		" SELECT $1::bigint + u.n - 1, u.id, substr($3::bytea, (u.n::int - 1) * 32 + 1, 32)"
		" FROM unnest($2::bigint[]) WITH ORDINALITY u(id, n)" },
	[Q_NODES] = { "ledger_nodes_add",
		"INSERT INTO ledger_node (level, index, hash)"
		" SELECT u.level, u.index, substr($3::bytea, (u.n::int - 1) * 32 + 1, 32)"
		" FROM unnest($1::int[], $2::bigint[]) WITH ORDINALITY u(level, index, n)" },
	{ NULL, NULL },
};

/* Entries that a scan found, in order; those before `next` have positions. */
struct queue {
	int64_t *id;
	size_t n, next;
};

struct ledger_sequencer {
	struct db *db;
	unsigned batch;
	struct ledger_signer signer;
	bool has_signer;
	bool is_loaded;               /* tree, signed_size and queue are what the database holds; false after any failure */
	struct merkle_tree tree;      /* of the committed leaves */
	uint64_t signed_size;         /* of the newest tree head; 0: none */
	int64_t signed_at;            /* its moment */
	struct queue queue;           /* found and waiting */
	char snapshot[SNAPSHOT_TEXT]; /* all that it shows has a position, or is in the queue; "": scan everything */
};

int
ledger_sequencer_new(struct db *db, unsigned batch, const struct ledger_signer *signer, struct ledger_sequencer **out, struct err *err)
{
	struct ledger_sequencer *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return err_errno(err, "ledger sequencer");
	s->db = db;
	s->batch = batch == 0 ? LEDGER_BATCH : batch;
	ledger_sequencer_set_signer(s, signer);
	*out = s;
	return 0;
}

void
ledger_sequencer_free(struct ledger_sequencer *s)
{
	if (s == NULL)
		return;
	free(s->queue.id);
	free(s);
}

void
ledger_sequencer_set_signer(struct ledger_sequencer *s, const struct ledger_signer *signer)
{
	s->has_signer = signer != NULL;
	if (signer != NULL)
		s->signer = *signer;
}

uint64_t
ledger_sequencer_size(const struct ledger_sequencer *s)
{
	return s->tree.size;
}

/* ---- what is signed is looked at ---- */

static bool
is_digest(const json_t *v)
{
	const char *s = json_string_value(v);

	return s != NULL && json_string_length(v) == 2 * SHA256_LEN && strspn(s, "0123456789abcdef") == 2 * SHA256_LEN;
}

static bool
is_moment(const json_t *v)
{
	struct err ignored = ERR_INIT;
	int64_t t;

	return json_is_string(v) && time_parse(BYTES(json_string_value(v), json_string_length(v)), &t, &ignored) == 0;
}

static bool
is_text(const json_t *v, const char *wanted)
{
	return json_is_string(v) && strcmp(json_string_value(v), wanted) == 0;
}

/* The member of the leaf that is not as the trigger writes it; NULL: none. */
static const char *
leaf_defect(json_t *leaf, const char *kind, const char *record_id)
{
	json_t *links = json_object_get(leaf, "links"), *value;
	const char *name;

	if (!json_is_object(leaf))
		return "it is no object";
	if (!json_is_integer(json_object_get(leaf, "v")) || json_integer_value(json_object_get(leaf, "v")) != 1)
		return "v is not 1";
	if (!is_text(json_object_get(leaf, "kind"), kind))
		return "kind is not the entry's";
	if (!is_text(json_object_get(leaf, "id"), record_id))
		return "id is not the entry's record";
	if (!is_moment(json_object_get(leaf, "at")))
		return "at is no moment";
	if (!is_digest(json_object_get(leaf, "digest")))
		return "digest is not 64 hexadecimal digits";
	if (!json_is_object(links))
		return "links is no object";
	json_object_foreach (links, name, value)
		if (!json_is_string(value) && !json_is_integer(value) && !json_is_boolean(value))
			return "a link is neither text, number nor truth value";
	return json_object_size(leaf) == 6 ? NULL : "it has further members";
}

static int
leaf_look(const struct rows *rows, size_t row, struct hash *hash, struct err *err)
{
	struct bytes text = bytes_str(row_text(rows, row, 3));
	struct err why = ERR_INIT;
	const char *defect;
	json_t *leaf;

	if (json_read(text, &leaf, &why) == -1)
		return err_set(err, FAIL_CONFLICT, "ledger entry %" PRId64 ": the leaf is no JSON", row_int(rows, row, 0));
	defect = leaf_defect(leaf, row_text(rows, row, 1), row_text(rows, row, 2));
	json_decref(leaf);
	if (defect != NULL)
		return err_set(err, FAIL_CONFLICT, "ledger entry %" PRId64 ": the leaf is not what the trigger writes, %s", row_int(rows, row, 0),
			defect);
	merkle_leaf(text, hash);
	return 0;
}

/* ---- one step ---- */

/* What a step has worked out; taken over by the sequencer when it is committed. */
struct step {
	struct ledger_sequencer *s;
	bool has_loaded, has_scanned;
	struct merkle_tree tree;
	uint64_t signed_size;
	int64_t signed_at;
	struct queue found;
	char snapshot[SNAPSHOT_TEXT];
	size_t n; /* entries that got positions */
	struct buf ids, hashes;
	struct buf node_levels, node_indexes, node_hashes;
	int nnodes;
};

static void
step_clear(struct step *st)
{
	struct ledger_sequencer *s = st->s;

	free(st->found.id);
	buf_clear(&st->ids);
	buf_clear(&st->hashes);
	buf_clear(&st->node_levels);
	buf_clear(&st->node_indexes);
	buf_clear(&st->node_hashes);
	*st = (struct step){ .s = s };
}

/* Adds a leaf, as merkle_tree_add, and notes the roots of subtrees of 2^8, 2^16 ... leaves that it completes. */
static void
step_add(struct step *st, const struct hash *leaf)
{
	struct merkle_tree *t = &st->tree;
	struct hash carry = *leaf;
	unsigned k = 0;

	for (; (t->size >> k & 1) != 0; k++) {
		merkle_node(&t->peak[k], &carry, &carry);
		if ((k + 1) % LEDGER_SPAN_BITS != 0)
			continue;
		buf_printf(&st->node_levels, "%c%u", st->nnodes == 0 ? '{' : ',', k + 1);
		buf_printf(&st->node_indexes, "%c%" PRIu64, st->nnodes == 0 ? '{' : ',', t->size >> (k + 1));
		buf_add(&st->node_hashes, carry.o, sizeof(carry.o));
		st->nnodes++;
	}
	t->peak[k] = carry;
	t->size++;
}

static int
read_size(struct tx *tx, uint64_t *size, struct err *err)
{
	struct rows *rows;

	if (tx_query_one(tx, &ledger_sequence_queries[Q_SIZE], NULL, 0, FAIL_INTERNAL, "ledger: no size", &rows, err) == -1)
		return -1;
	*size = (uint64_t)row_int(rows, 0, 0);
	rows_free(rows);
	return 0;
}

/* The tree as the rows have it.  They must still give the root that was signed last: what was signed is not signed otherwise. */
static int
step_load(struct step *st, struct tx *tx, struct err *err)
{
	struct ledger_nodes nodes = LEDGER_NODES_INIT(tx);
	struct ledger_head head = LEDGER_HEAD_INIT;
	struct merkle_tree signed_tree;
	struct hash root;
	uint64_t size;
	int rc = -1;

	if (read_size(tx, &size, err) == -1 || ledger_nodes_tree(&nodes, size, &st->tree, err) == -1)
		goto out;
	st->signed_size = 0;
	st->signed_at = 0;
	if (ledger_head_latest(tx, &head, err) == -1) {
		if (err->kind != FAIL_NOT_FOUND)
			goto out;
		err_clear(err);
	} else {
		if (head.head.size > size) {
			err_set(err, FAIL_CONFLICT, "ledger: a tree head over %" PRIu64 " leaves is signed, but only %" PRIu64 " are there",
				head.head.size, size);
			goto out;
		}
		if (ledger_nodes_tree(&nodes, head.head.size, &signed_tree, err) == -1)
			goto out;
		merkle_tree_root(&signed_tree, &root);
		if (memcmp(root.o, head.head.root.o, sizeof(root.o)) != 0) {
			err_set(err, FAIL_CONFLICT, "ledger: the leaves do not give the root of the tree head over %" PRIu64 " leaves", head.head.size);
			err_hint(err, "run: catena ledger check");
			goto out;
		}
		st->signed_size = head.head.size;
		st->signed_at = head.head.signed_at;
	}
	st->has_loaded = true;
	rc = 0;
out:
	ledger_head_clear(&head);
	ledger_nodes_clear(&nodes);
	return rc;
}

/* "{1,2,3}" */
static int
queue_parse(const char *text, size_t n, struct queue *q, struct err *err)
{
	char *end;

	q->id = calloc(n, sizeof(*q->id));
	if (q->id == NULL)
		return err_errno(err, "ledger: entries found");
	for (q->n = 0; q->n < n && *text != '\0'; text = end)
		q->id[q->n++] = strtoll(text + 1, &end, 10); /* after the brace or comma */
	q->next = 0;
	return q->n == n ? 0 : err_set(err, FAIL_INTERNAL, "ledger: %zu entries found, %zu wanted", q->n, n);
}

static int
step_scan(struct step *st, struct tx *tx, const char *since, struct err *err)
{
	bool all = since[0] == '\0';
	struct rows *rows = NULL;
	size_t n;
	int rc = -1;

	if (tx_query_one(tx, &ledger_sequence_queries[all ? Q_SCAN_ALL : Q_SCAN_NEW],
		    (const struct arg[]){ arg_int(QUEUE_MAX), arg_text(since) }, all ? 1 : 2, FAIL_INTERNAL, "ledger: no scan", &rows, err) == -1)
		goto out;
	if ((uint64_t)row_int(rows, 0, 1) != st->tree.size) {
		err_set(err, FAIL_AGAIN, "ledger: another sequencer was at work");
		goto out;
	}
	n = (size_t)row_int(rows, 0, 2);
	if (n > 0 && queue_parse(row_text(rows, 0, 3), n, &st->found, err) == -1)
		goto out;
	/* a scan that was cut short says nothing of what its snapshot shows beyond; nor does one that cannot be kept */
	st->snapshot[0] = '\0';
	if (n < QUEUE_MAX && strlen(row_text(rows, 0, 0)) < sizeof(st->snapshot))
		memcpy(st->snapshot, row_text(rows, 0, 0), strlen(row_text(rows, 0, 0)) + 1);
	st->has_scanned = true;
	rc = 0;
out:
	rows_free(rows);
	return rc;
}

static int
step_take(struct step *st, struct tx *tx, const struct queue *q, struct err *err)
{
	size_t n = q->n - q->next < st->s->batch ? q->n - q->next : st->s->batch;
	uint64_t from = st->tree.size;
	struct rows *rows = NULL;
	struct hash hash;
	int rc = -1;

	for (size_t i = 0; i < n; i++)
		buf_printf(&st->ids, "%c%" PRId64, i == 0 ? '{' : ',', q->id[q->next + i]);
	buf_str(&st->ids, "}");
	if (buf_check(&st->ids, err) == -1 ||
		tx_query(tx, &ledger_sequence_queries[Q_BATCH], ARGS(arg_text(buf_cstr(&st->ids))), &rows, err) == -1)
		goto out;
	if (rows_count(rows) != n) {
		err_set(err, FAIL_CONFLICT, "ledger: %zu of %zu committed entries are gone", n - rows_count(rows), n);
		goto out;
	}
	for (size_t i = 0; i < n; i++) {
		if (leaf_look(rows, i, &hash, err) == -1)
			goto out;
		buf_add(&st->hashes, hash.o, sizeof(hash.o));
		step_add(st, &hash);
	}
	if (buf_check(&st->hashes, err) == -1 ||
		tx_later(tx, &ledger_sequence_queries[Q_LEAVES],
			ARGS(arg_int((int64_t)from), arg_text(buf_cstr(&st->ids)), arg_bytes(bytes_of(&st->hashes))), (int)n,
			"ledger: not all leaves were written", err) == -1)
		goto out;
	st->n = n;
	rc = 0;
out:
	rows_free(rows);
	return rc;
}

static int
step_nodes(struct step *st, struct tx *tx, struct err *err)
{
	if (st->nnodes == 0)
		return 0;
	buf_str(&st->node_levels, "}");
	buf_str(&st->node_indexes, "}");
	if (buf_check(&st->node_levels, err) == -1 || buf_check(&st->node_indexes, err) == -1 || buf_check(&st->node_hashes, err) == -1)
		return -1;
	return tx_later(tx, &ledger_sequence_queries[Q_NODES],
		ARGS(arg_text(buf_cstr(&st->node_levels)), arg_text(buf_cstr(&st->node_indexes)), arg_bytes(bytes_of(&st->node_hashes))),
		st->nnodes, "ledger: not all nodes were written", err);
}

static int
take_lock(struct tx *tx, struct err *err)
{
	struct rows *rows;
	bool has_lock;

	if (tx_query_one(tx, &ledger_sequence_queries[Q_LOCK], NULL, 0, FAIL_INTERNAL, "ledger: no lock", &rows, err) == -1)
		return -1;
	has_lock = row_bool(rows, 0, 0);
	rows_free(rows);
	return has_lock ? 0 : err_set(err, FAIL_AGAIN, "ledger: another sequencer is at work");
}

/* Read committed: what is looked at after the lock is what the sequencer before us left, as of the statement. */
static int
work_step(struct tx *tx, void *arg, struct err *err)
{
	struct step *st = arg;
	struct ledger_sequencer *s = st->s;
	const struct queue *q = &s->queue;
	uint64_t size;

	step_clear(st); /* the runner may call again */
	if (take_lock(tx, err) == -1)
		return -1;
	if (!s->is_loaded) {
		if (step_load(st, tx, err) == -1 || step_scan(st, tx, "", err) == -1)
			return -1;
		q = &st->found;
	} else {
		st->tree = s->tree;
		if (q->next == q->n) {
			if (step_scan(st, tx, s->snapshot, err) == -1)
				return -1;
			q = &st->found;
		} else {
			if (read_size(tx, &size, err) == -1)
				return -1;
			if (size != st->tree.size)
				return err_set(err, FAIL_AGAIN, "ledger: another sequencer was at work");
		}
	}
	if (q->next == q->n)
		return 0;
	return step_take(st, tx, q, err) == -1 ? -1 : step_nodes(st, tx, err);
}

/* What was committed is what we know. */
static void
step_adopt(struct step *st)
{
	struct ledger_sequencer *s = st->s;

	if (st->has_loaded) {
		s->signed_size = st->signed_size;
		s->signed_at = st->signed_at;
	}
	if (st->has_scanned) {
		free(s->queue.id);
		s->queue = st->found;
		st->found = (struct queue){ NULL, 0, 0 };
		memcpy(s->snapshot, st->snapshot, sizeof(s->snapshot));
	}
	s->tree = st->tree;
	s->queue.next += st->n;
	s->is_loaded = true;
}

/* Something failed: nothing that is remembered is trusted. */
static void
forget(struct ledger_sequencer *s)
{
	s->is_loaded = false;
	free(s->queue.id);
	s->queue = (struct queue){ NULL, 0, 0 };
	s->snapshot[0] = '\0';
}

int
ledger_sequencer_step(struct ledger_sequencer *s, size_t *sequenced, struct err *err)
{
	struct step *st = calloc(1, sizeof(*st));
	int rc;

	if (st == NULL)
		return err_errno(err, "ledger sequencer");
	st->s = s;
	rc = db_run(s->db, DB_READ_COMMITTED, work_step, st, err);
	if (rc == 0) {
		step_adopt(st);
		*sequenced = st->n;
	} else {
		forget(s);
	}
	step_clear(st);
	free(st);
	return rc;
}

/* ---- tree heads ---- */

static int
work_add_head(struct tx *tx, void *arg, struct err *err)
{
	return ledger_head_add(tx, arg, err);
}

int
ledger_sequencer_sign_head(struct ledger_sequencer *s, bool *is_signed, struct err *err)
{
	struct ledger_head h = LEDGER_HEAD_INIT;
	struct buf to_be_signed = BUF_INIT;
	int64_t now = clock_now();
	int rc = -1;

	*is_signed = false;
	if (!s->is_loaded || !s->has_signer || s->tree.size == s->signed_size)
		return 0;
	memcpy(h.head.log_id, s->signer.log_id, sizeof(h.head.log_id));
	h.head.size = s->tree.size;
	merkle_tree_root(&s->tree, &h.head.root);
	h.head.signed_at = now > s->signed_at ? now : s->signed_at; /* a clock set back does not make a head older than the one before */
	h.certificate_id = s->signer.certificate_id;
	if (treehead_encode(&h.head, &to_be_signed, err) == -1 ||
		s->signer.sign(s->signer.arg, bytes_of(&to_be_signed), &h.signature, err) == -1)
		goto out;
	if (db_run(s->db, DB_READ_COMMITTED, work_add_head, &h, err) == -1) {
		/* another one's head may be there: the next step looks, and tells when it is more than that */
		forget(s);
		if (err->kind == FAIL_CONFLICT)
			err->kind = FAIL_AGAIN;
		goto out;
	}
	s->signed_size = h.head.size;
	s->signed_at = h.head.signed_at;
	*is_signed = true;
	rc = 0;
out:
	ledger_head_clear(&h);
	buf_clear(&to_be_signed);
	return rc;
}

/* ---- the loop ---- */

static void
pause_ms(unsigned ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

static void
pause_unless(const atomic_bool *stop, unsigned ms)
{
	for (; ms > 0 && !atomic_load(stop); ms -= ms < LEDGER_POLL_MS ? ms : LEDGER_POLL_MS)
		pause_ms(ms < LEDGER_POLL_MS ? ms : LEDGER_POLL_MS);
}

void
ledger_sequence_loop(struct ledger_sequencer *s, const atomic_bool *stop, ledger_trouble *trouble, void *arg)
{
	uint64_t next_sign = 0;
	struct err err = ERR_INIT;
	size_t n;
	bool is_signed;

	while (!atomic_load(stop)) {
		bool good = ledger_sequencer_step(s, &n, &err) == 0;

		if (good && clock_monotonic_ns() >= next_sign) {
			good = ledger_sequencer_sign_head(s, &is_signed, &err) == 0;
			if (good && is_signed)
				next_sign = clock_monotonic_ns() + (uint64_t)LEDGER_SIGN_EVERY_MS * 1000000;
		}
		if (!good) {
			if (trouble != NULL)
				trouble(arg, &err);
			err_clear(&err);
			pause_unless(stop, 1000);
		} else if (n == 0) {
			pause_unless(stop, LEDGER_POLL_MS);
		}
	}
	if (ledger_sequencer_sign_head(s, &is_signed, &err) == -1 && trouble != NULL)
		trouble(arg, &err);
}
