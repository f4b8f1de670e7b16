/*
 * The ledger's speed, on a private cluster with fsync on: entries sequenced and hashed per second, and what an inclusion proof
 * costs in a log of 10^5, 10^6 and 10^7 entries.  BENCH_SMALL leaves the last one out.
 *
 * For the proofs the log is filled by COPY, with hashes of numbers; the records asked for are entries with real leaves.
 */
#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>

#include "registry/base/clock.h"
#include "tests/sql/ledger_rig.h"

enum { ENTRIES = 100000,   /* sequenced */
	TRANSACTIONS = 20, /* that wrote them */
	SAMPLES = 1000,    /* records to be proved, at each size */
	COPY_ROWS = 20000 };

static double
seconds_since(uint64_t start)
{
	return (double)(clock_monotonic_ns() - start) / 1e9;
}

static bool
is_wanted(const char *name)
{
	const char *bench = getenv("BENCH");

	return bench == NULL || strcmp(bench, name) == 0;
}

static void
bench_sequence(void)
{
	struct ledger_sequencer *s;
	struct ledger_signer signer = rig_signer();
	struct db *db = rig_db("catena_signer", 1);
	struct err err = ERR_INIT;
	uint64_t start, total = 0;
	bool is_signed;
	double rate;
	char text[160];
	size_t n;

	for (int i = 0; i < TRANSACTIONS; i++) {
		snprintf(text, sizeof(text), "INSERT INTO audit_event (kind, program, officer_id) SELECT 'denied', 'bench', id"
					     " FROM officer, generate_series(1, %d) LIMIT %d",
			ENTRIES / TRANSACTIONS, ENTRIES / TRANSACTIONS);
		sql(text);
	}
	if (ledger_sequencer_new(db, 0, &signer, &s, &err) == -1)
		bail_out("%s", err.text);
	start = clock_monotonic_ns();
	do {
		if (ledger_sequencer_step(s, &n, &err) == -1)
			bail_out("%s", err.text);
		total += n;
	} while (n > 0);
	if (ledger_sequencer_sign_head(s, &is_signed, &err) == -1)
		bail_out("%s", err.text);
	rate = (double)total / seconds_since(start);
	printf("bench ledger_sequence value=%.0f unit=entries/s limit=5000 ratio=%.2f goal=1.0 %s\n", rate, rate / 5000,
		rate >= 5000 ? "ok" : "short");
	fflush(stdout);
	ledger_sequencer_free(s);
	db_close(db);
}

/* ---- a large log ---- */

struct filler {
	struct merkle_tree tree;
	struct buf leaves, nodes; /* binary COPY, waiting */
};

static void
copy_header(struct buf *b)
{
	buf_add(b, "PGCOPY\n\377\r\n\0", 11);
	buf_be(b, 0, 4);
	buf_be(b, 0, 4);
}

static void
copy_hash(struct buf *b, const struct hash *h)
{
	buf_be(b, SHA256_LEN, 4);
	buf_add(b, h->o, SHA256_LEN);
}

static void
copy_leaf(struct buf *b, uint64_t position, const struct hash *h)
{
	buf_be(b, 3, 2);
	buf_be(b, 8, 4);
	buf_be(b, position, 8);
	buf_be(b, 8, 4);
	buf_be(b, position + 1, 8);
	copy_hash(b, h);
}

static void
copy_node(struct buf *b, unsigned level, uint64_t index, const struct hash *h)
{
	buf_be(b, 3, 2);
	buf_be(b, 4, 4);
	buf_be(b, level, 4);
	buf_be(b, 8, 4);
	buf_be(b, index, 8);
	copy_hash(b, h);
}

static void
copy_send(PGconn *pg, const char *begin, struct buf *b)
{
	PGresult *r;

	buf_be(b, 0xffff, 2); /* the trailer */
	r = PQexec(pg, begin);
	if (PQresultStatus(r) != PGRES_COPY_IN)
		bail_out("%s", PQerrorMessage(pg));
	PQclear(r);
	if (b->failed || PQputCopyData(pg, (const char *)b->p, (int)b->n) != 1 || PQputCopyEnd(pg, NULL) != 1)
		bail_out("%s", PQerrorMessage(pg));
	r = PQgetResult(pg);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		bail_out("%s", PQerrorMessage(pg));
	PQclear(r);
	PQclear(PQgetResult(pg));
	buf_cut(b, 0);
	copy_header(b);
}

static void
fill_add(struct filler *f, const struct hash *leaf)
{
	struct merkle_tree *t = &f->tree;
	struct hash carry = *leaf;
	unsigned k = 0;

	copy_leaf(&f->leaves, t->size, leaf);
	for (; (t->size >> k & 1) != 0; k++) {
		merkle_node(&t->peak[k], &carry, &carry);
		if ((k + 1) % 8 == 0)
			copy_node(&f->nodes, k + 1, t->size >> (k + 1), &carry);
	}
	t->peak[k] = carry;
	t->size++;
}

/* The record at a position, and the text of its leaf. */
static void
sample(uint64_t position, struct uuid *record, char text[400])
{
	uint64_t n = htobe64(position);
	char id[UUID_TEXT];

	uuid_derive(record, "bench", BYTES(&n, sizeof(n)));
	snprintf(text, 400, "{\"v\": 1, \"at\": \"2026-01-01T00:00:00.123456+00:00\", \"id\": \"%s\", \"kind\": \"act\", \"links\": {\"kind\": \"birth\","
			    " \"office_id\": \"00000000-0000-7000-8000-000000000001\", \"officer_id\": \"00000000-0000-7000-8000-00000000000a\"},"
			    " \"digest\": \"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae\"}",
		uuid_format(record, id));
}

static void
add_entry(uint64_t position, const struct uuid *record, const char *text)
{
	char id[UUID_TEXT], statement[800];

	snprintf(statement, sizeof(statement), "INSERT INTO ledger_entry (id, kind, record_id, leaf) OVERRIDING SYSTEM VALUE"
					       " VALUES (%" PRIu64 ", 'act', '%s', '%s')",
		position + 1, uuid_format(record, id), text);
	sql(statement);
}

/* Grows the log to `size`, with SAMPLES new records spread over what is new. */
static void
fill(struct filler *f, uint64_t size, struct uuid *records)
{
	uint64_t from = f->tree.size, stride = (size - from) / SAMPLES, n = 0, be, start = clock_monotonic_ns();
	struct hash leaf;
	char text[400];

	sql("BEGIN");
	while (f->tree.size < size) {
		uint64_t position = f->tree.size;

		if ((position - from) % stride == stride / 2 && n < SAMPLES) {
			sample(position, &records[n], text);
			add_entry(position, &records[n++], text);
			merkle_leaf(bytes_str(text), &leaf);
		} else {
			be = htobe64(position);
			sha256(BYTES(&be, sizeof(be)), leaf.o);
		}
		fill_add(f, &leaf);
		if (f->tree.size % COPY_ROWS == 0 || f->tree.size == size) {
			copy_send(super, "COPY ledger_leaf FROM STDIN (FORMAT binary)", &f->leaves);
			copy_send(super, "COPY ledger_node FROM STDIN (FORMAT binary)", &f->nodes);
		}
	}
	sql("COMMIT");
	sql("VACUUM ANALYZE ledger_leaf, ledger_node, ledger_entry");
	sql("CHECKPOINT"); /* what the filling left to be written is no part of a proof */
	printf("# %" PRIu64 " leaves, filled in %.1f s\n", size, seconds_since(start));
	fflush(stdout);
}

struct proving {
	const struct uuid *record;
	uint64_t size;
	struct ledger_proof proof;
};

static int
work_prove(struct tx *tx, void *arg, struct err *err)
{
	struct proving *p = arg;

	return ledger_inclusion(tx, p->record, p->size, &p->proof, err);
}

static int
by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The 95th percentile, in ms, of a proof from the question to the verified answer. */
static double
bench_proofs(struct db *db, const char *name, const struct filler *f, const struct uuid *records)
{
	struct proving p = { .size = f->tree.size, .proof = LEDGER_PROOF_INIT };
	struct hash root, leaf;
	struct err err = ERR_INIT;
	static double ms[SAMPLES];
	uint64_t start;

	merkle_tree_root(&f->tree, &root);
	for (size_t i = 0; i < SAMPLES; i++) {
		p.record = &records[i * 7919 % SAMPLES]; /* here and there */
		start = clock_monotonic_ns();
		if (db_run(db, DB_READ_ONLY, work_prove, &p, &err) == -1)
			bail_out("%s", err.text);
		ms[i] = seconds_since(start) * 1000;
		merkle_leaf(bytes_of(&p.proof.leaf), &leaf);
		if (!merkle_verify_inclusion(&leaf, p.proof.position, p.size, &p.proof.path, &root))
			bail_out("a proof does not hold");
	}
	qsort(ms, SAMPLES, sizeof(ms[0]), by_value);
	printf("# %s: median %.2f ms, 95 of 100 within %.2f ms, longest %.2f ms, %u hashes\n", name, ms[SAMPLES / 2], ms[SAMPLES * 95 / 100],
		ms[SAMPLES - 1], p.proof.path.n);
	printf("bench %s value=%.2f unit=ms limit=5 ratio=%.2f goal=1.0 %s\n", name, ms[SAMPLES * 95 / 100], 5 / ms[SAMPLES * 95 / 100],
		ms[SAMPLES * 95 / 100] < 5 ? "ok" : "short");
	fflush(stdout);
	ledger_proof_clear(&p.proof);
	return ms[SAMPLES / 2];
}

static void
bench_log(void)
{
	static const struct {
		const char *name;
		uint64_t size;
	} sizes[] = { { "ledger_proof_1e5", 100000 }, { "ledger_proof_1e6", 1000000 }, { "ledger_proof_1e7", 10000000 } };
	struct filler f = { .tree = MERKLE_TREE_INIT, .leaves = BUF_INIT, .nodes = BUF_INIT };
	static struct uuid records[SAMPLES];
	struct db *db = rig_db("catena_reader", 1);
	double median, first = 0;

	sql("SET session_replication_role = replica; TRUNCATE ledger_entry, ledger_leaf, ledger_node, tree_head");
	copy_header(&f.leaves);
	copy_header(&f.nodes);
	for (size_t i = 0; i < NELEM(sizes); i++) {
		if (sizes[i].size > 1000000 && getenv("BENCH_SMALL") != NULL)
			break;
		fill(&f, sizes[i].size, records);
		median = bench_proofs(db, sizes[i].name, &f, records);
		if (i == 0)
			first = median;
		else
			printf("# %.0f times the entries: %.2f times the time\n", (double)sizes[i].size / (double)sizes[0].size, median / first);
	}
	buf_clear(&f.leaves);
	buf_clear(&f.nodes);
	db_close(db);
}

int
main(void)
{
	bool proofs = is_wanted("ledger_proof_1e5") || is_wanted("ledger_proof_1e6") || is_wanted("ledger_proof_1e7");

	if (!proofs && !is_wanted("ledger_sequence"))
		return 0;
	cluster.durable = true;
	cluster.set = "max_wal_size=4GB shared_buffers=256MB";
	rig_start();
	if (is_wanted("ledger_sequence"))
		bench_sequence();
	if (proofs)
		bench_log();
	PQfinish(super);
	return 0;
}
