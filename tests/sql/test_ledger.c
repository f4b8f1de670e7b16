/*
 * The ledger under writers that overlap, abort and stay open, with a sequencer that is killed at random points; and proofs.
 * LEDGER_ROUNDS: how often the sequencer is killed (default 40).
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/sql/ledger_rig.h"

enum { WRITERS = 4,
	MAX_WRITES = 200000 };

/* A transaction, as its writer saw it: `began` before BEGIN was sent, `ended` after COMMIT was answered. */
struct write {
	unsigned began, ended; /* tickets */
	int64_t first, last;   /* entry numbers; 0: it was rolled back */
};
static struct shared {
	atomic_uint ticket, n;
	atomic_bool stop;
	struct write write[MAX_WRITES];
} * shared;

static void
pause_us(long us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

/* One transaction of one to four rows; now and then it stays open for long, or is given up. */
static void
write_once(PGconn *pg, unsigned *seed)
{
	int rows = 1 + rand_r(seed) % 4, what = rand_r(seed) % 100;
	struct write w = { 0 };
	char text[300];
	PGresult *r;

	w.began = atomic_fetch_add(&shared->ticket, 1);
	PQclear(rows_of(pg, "BEGIN"));
	for (int i = 0; i < rows; i++) {
		if (what < 30)
			pause_us(rand_r(seed) % 3000);
		if (what % 7 == 0)
			PQclear(rows_of(pg, "SAVEPOINT s"));
		snprintf(text, sizeof(text), "INSERT INTO registry.audit_event (kind, program, detail) VALUES ('denied', 'test', '%d')", i);
		PQclear(rows_of(pg, text));
		if (what % 14 == 0)
			PQclear(rows_of(pg, "ROLLBACK TO s"));
	}
	r = rows_of(pg, "SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM registry.ledger_entry WHERE xid = pg_current_xact_id_if_assigned()");
	w.first = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
	w.last = strtoll(PQgetvalue(r, 0, 1), NULL, 10);
	PQclear(r);
	if (what < 3)
		pause_us(300000);
	if (what >= 90) {
		w.first = w.last = 0;
		PQclear(rows_of(pg, "ROLLBACK"));
	} else {
		PQclear(rows_of(pg, "COMMIT"));
	}
	w.ended = atomic_fetch_add(&shared->ticket, 1);
	if (w.first != 0 && atomic_load(&shared->n) < MAX_WRITES)
		shared->write[atomic_fetch_add(&shared->n, 1)] = w;
}

static pid_t
start_writer(unsigned seed)
{
	char conninfo[CLUSTER_CONNINFO];
	pid_t pid = fork();
	PGconn *pg;

	if (pid != 0)
		return pid;
	pg = PQconnectdb(cluster_conninfo(&cluster, "catena_owner", conninfo));
	while (!atomic_load(&shared->stop) && atomic_load(&shared->n) < MAX_WRITES)
		write_once(pg, &seed);
	PQfinish(pg);
	_exit(0);
}

/* A process that sequences, in small steps, until it is killed; two of them may be at it. */
static pid_t
start_sequencer(void)
{
	struct ledger_sequencer *s;
	struct ledger_signer signer = rig_signer();
	struct err err = ERR_INIT;
	size_t n;
	bool is_signed;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (ledger_sequencer_new(rig_db("catena_signer", 1), 7, &signer, &s, &err) == -1)
		_exit(1);
	for (;;) {
		if ((ledger_sequencer_step(s, &n, &err) == -1 || ledger_sequencer_sign_head(s, &is_signed, &err) == -1) &&
			err.kind != FAIL_AGAIN) {
			printf("# sequencer: %s\n", err.text);
			fflush(stdout);
			_exit(1);
		}
	}
}

static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return status;
}

static int
sequence_all(struct ledger_sequencer *s)
{
	struct err err = ERR_INIT;
	size_t n;

	do {
		if (ledger_sequencer_step(s, &n, &err) == -1) {
			printf("# %s\n", err.text);
			return -1;
		}
	} while (n > 0);
	return 0;
}

static int
by_ended(const void *a, const void *b)
{
	const struct write *x = a, *y = b;

	return x->ended < y->ended ? -1 : x->ended > y->ended;
}

static int
by_began(const void *a, const void *b)
{
	const struct write *x = *(struct write *const *)a, *y = *(struct write *const *)b;

	return x->began < y->began ? -1 : x->began > y->began;
}

/* Positions of all entries, by entry number; -1: none. */
static int64_t *
positions(int64_t *max)
{
	PGresult *r = rows_of(super, "SELECT entry_id, position FROM ledger_leaf ORDER BY entry_id");
	int n = PQntuples(r);
	int64_t *p;

	*max = strtoll(PQgetvalue(r, n - 1, 0), NULL, 10);
	p = malloc((size_t)(*max + 1) * sizeof(*p));
	if (p == NULL)
		bail_out("memory");
	for (int64_t i = 0; i <= *max; i++)
		p[i] = -1;
	for (int i = 0; i < n; i++)
		p[strtoll(PQgetvalue(r, i, 0), NULL, 10)] = strtoll(PQgetvalue(r, i, 1), NULL, 10);
	PQclear(r);
	return p;
}

/* For each transaction that began after another had been acknowledged: all its positions are above all of the other's. */
static void
check_happens_before(void)
{
	unsigned n = atomic_load(&shared->n), ended = 0, wrong = 0, split = 0, pairs = 0;
	int64_t max, *p = positions(&max), highest = -1;
	struct write **began = malloc(n * sizeof(*began));

	if (began == NULL)
		bail_out("memory");
	qsort(shared->write, n, sizeof(shared->write[0]), by_ended);
	for (unsigned i = 0; i < n; i++)
		began[i] = &shared->write[i];
	qsort(began, n, sizeof(*began), by_began);
	for (unsigned i = 0; i < n; i++) {
		for (; shared->write[ended].ended < began[i]->began; ended++, pairs++)
			if (p[shared->write[ended].last] > highest)
				highest = p[shared->write[ended].last];
		wrong += p[began[i]->first] <= highest;
		split += p[began[i]->last] < p[began[i]->first];
	}
	ok(n > 100 && pairs > 100 && wrong == 0, "%u transactions: none lies before one that was acknowledged before it began", n);
	ok(split == 0, "the entries of one transaction are in its order");
	free(began);
	free(p);
}

static void
test_killed(int rounds)
{
	struct ledger_sequencer *s;
	struct ledger_signer signer = rig_signer();
	struct err err = ERR_INIT;
	pid_t writer[WRITERS], sequencer[2];
	unsigned seed = (unsigned)time(NULL);
	char conninfo[CLUSTER_CONNINFO];
	PGconn *open;
	int killed = 0;
	struct db *db;

	printf("# seed %u\n", seed);
	open = PQconnectdb(cluster_conninfo(&cluster, "catena_owner", conninfo));
	PQclear(rows_of(open, "BEGIN; INSERT INTO registry.audit_event (kind, program) VALUES ('denied', 'open')"));
	for (int i = 0; i < WRITERS; i++)
		writer[i] = start_writer(seed + (unsigned)i);
	for (int i = 0; i < rounds; i++) {
		sequencer[0] = start_sequencer();
		sequencer[1] = i % 4 == 0 ? start_sequencer() : 0;
		pause_us(20000 + rand_r(&seed) % 60000);
		for (int k = 0; k < 2; k++)
			if (sequencer[k] != 0) {
				kill(sequencer[k], SIGKILL);
				killed += WIFSIGNALED(wait_for(sequencer[k])) ? 1 : 0;
			}
	}
	atomic_store(&shared->stop, true);
	for (int i = 0; i < WRITERS; i++)
		if (wait_for(writer[i]) != 0)
			bail_out("a writer failed");
	ok(killed == rounds + (rounds + 3) / 4, "%d sequencers ran until they were killed", killed);
	ok(number("SELECT count(*) FROM ledger_leaf") > rounds, "they had sequenced %lld entries",
		(long long)number("SELECT count(*) FROM ledger_leaf"));

	db = rig_db("catena_signer", 1);
	if (ledger_sequencer_new(db, 0, &signer, &s, &err) == -1)
		bail_out("%s", err.text);
	ok(sequence_all(s) == 0, "a new sequencer takes the rest");
	PQclear(rows_of(open, "INSERT INTO registry.audit_event (kind, program) VALUES ('denied', 'open'); COMMIT"));
	PQfinish(open);
	ok(sequence_all(s) == 0, "and a transaction that was open all the time");
	ok(number("SELECT count(*) FROM audit_event a JOIN ledger_entry e ON e.record_id = a.id JOIN ledger_leaf l ON l.entry_id = e.id"
		  " WHERE a.program = 'open' AND l.position >= (SELECT count(*) - 2 FROM ledger_leaf)") == 2,
		"whose entries are the last, though its number is the lowest");
	ok(number("SELECT count(*) FROM ledger_entry e FULL JOIN ledger_leaf l ON l.entry_id = e.id WHERE e.id IS NULL OR l.entry_id IS NULL") == 0,
		"every committed entry has one position, and every position an entry");
	ok(number("SELECT count(*) - 1 - max(position) FROM ledger_leaf") == 0, "positions have no gaps");
	ok(number("SELECT count(*) FROM ledger_entry") == number("SELECT (SELECT count(*) FROM audit_event) + (SELECT count(*) FROM ceremony_rule) + (SELECT count(*) FROM key_rule) + 2"), "every row has an entry");
	check_happens_before();
	ledger_sequencer_free(s);
	db_close(db);
}

/* ---- proofs ---- */

static struct hash *leaves;
static uint64_t nleaves;

static void
read_leaves(void)
{
	PGresult *r = PQexecParams(super, "SELECT hash FROM registry.ledger_leaf ORDER BY position", 0, NULL, NULL, NULL, NULL, 1);

	nleaves = (uint64_t)PQntuples(r);
	leaves = calloc(nleaves, sizeof(*leaves));
	if (leaves == NULL)
		bail_out("memory");
	for (uint64_t i = 0; i < nleaves; i++)
		memcpy(leaves[i].o, PQgetvalue(r, (int)i, 0), SHA256_LEN);
	PQclear(r);
}

struct proving {
	uint64_t old_size, size, position;
	struct uuid record;
	struct ledger_proof proof;
	struct merkle_proof path;
};

static int
work_inclusion(struct tx *tx, void *arg, struct err *err)
{
	struct proving *p = arg;

	return ledger_inclusion(tx, &p->record, p->size, &p->proof, err);
}

static int
work_consistency(struct tx *tx, void *arg, struct err *err)
{
	struct proving *p = arg;

	return ledger_consistency(tx, p->old_size, p->size, &p->path, err);
}

static void
record_at(uint64_t position, struct uuid *record)
{
	struct err err = ERR_INIT;
	char text[200];
	PGresult *r;

	snprintf(text, sizeof(text), "SELECT record_id FROM ledger_leaf l JOIN ledger_entry e ON e.id = l.entry_id WHERE position = %llu",
		(unsigned long long)position);
	r = rows_of(super, text);
	if (uuid_parse(bytes_str(PQgetvalue(r, 0, 0)), record, &err) == -1)
		bail_out("%s", err.text);
	PQclear(r);
}

static bool
prove(struct db *db, uint64_t position, uint64_t size)
{
	struct proving p = { .size = size, .proof = LEDGER_PROOF_INIT };
	struct err err = ERR_INIT;
	struct hash root, leaf;
	bool good = false;

	record_at(position, &p.record);
	merkle_root(leaves, size, &root);
	if (db_run(db, DB_READ_ONLY, work_inclusion, &p, &err) == -1) {
		printf("# %llu of %llu: %s\n", (unsigned long long)position, (unsigned long long)size, err.text);
	} else {
		merkle_leaf(bytes_of(&p.proof.leaf), &leaf);
		good = p.proof.position == position && merkle_verify_inclusion(&leaf, position, size, &p.proof.path, &root);
	}
	ledger_proof_clear(&p.proof);
	return good;
}

static bool
prove_consistent(struct db *db, uint64_t old_size, uint64_t size)
{
	struct proving p = { .old_size = old_size, .size = size };
	struct err err = ERR_INIT;
	struct hash old_root, root;

	merkle_root(leaves, old_size, &old_root);
	merkle_root(leaves, size, &root);
	if (db_run(db, DB_READ_ONLY, work_consistency, &p, &err) == -1) {
		printf("# %llu to %llu: %s\n", (unsigned long long)old_size, (unsigned long long)size, err.text);
		return false;
	}
	return merkle_verify_consistency(old_size, &old_root, size, &root, &p.path);
}

static uint64_t
any_size(unsigned *seed)
{
	static const uint64_t edges[] = { 1, 2, 255, 256, 257, 511, 512, 65535, 65536, 65537 };

	return rand_r(seed) % 3 == 0 ? edges[(size_t)rand_r(seed) % NELEM(edges)] : 1 + (uint64_t)rand_r(seed) % nleaves;
}

static void
test_proofs(void)
{
	struct ledger_sequencer *s;
	struct ledger_signer signer = rig_signer();
	struct db *db = rig_db("catena_signer", 1), *reader = rig_db("catena_reader", 1);
	struct proving p = { .size = 1, .proof = LEDGER_PROOF_INIT };
	struct err err = ERR_INIT;
	unsigned seed = 1, good = 0, consistent = 0;
	bool is_signed = false;

	sql("INSERT INTO audit_event (kind, program) SELECT 'denied', 'bulk' FROM generate_series(1, 66000)");
	if (ledger_sequencer_new(db, 0, &signer, &s, &err) == -1)
		bail_out("%s", err.text);
	ok(sequence_all(s) == 0, "66000 entries of one transaction are sequenced");
	ok(ledger_sequencer_sign_head(s, &is_signed, &err) == 0 && is_signed, "a head over them is signed");
	ok(ledger_sequencer_sign_head(s, &is_signed, &err) == 0 && !is_signed, "and not a second time");
	read_leaves();
	ok(nleaves == ledger_sequencer_size(s), "the tree has %llu leaves", (unsigned long long)nleaves);
	for (int i = 0; i < 100; i++) {
		uint64_t size = any_size(&seed), old_size = 1 + (uint64_t)rand_r(&seed) % size;

		good += prove(reader, (uint64_t)rand_r(&seed) % size, size);
		consistent += prove_consistent(reader, old_size, size);
	}
	ok(good == 100, "100 inclusion proofs hold, under trees of any size");
	ok(consistent == 100, "100 consistency proofs hold");
	ok(prove(reader, 0, nleaves) && prove(reader, nleaves - 1, nleaves) && prove(reader, 0, 1), "the first, the last, the only one");
	ok(prove_consistent(reader, nleaves, nleaves), "a tree is consistent with itself");

	record_at(5, &p.record);
	ok(db_run(reader, DB_READ_ONLY, work_inclusion, &p, &err) == -1 && err.kind == FAIL_AGAIN, "a record is not in a tree that ends before it");
	memset(&p.record, 0x42, sizeof(p.record));
	ok(db_run(reader, DB_READ_ONLY, work_inclusion, &p, &err) == -1 && err.kind == FAIL_NOT_FOUND, "an unknown record is in none");
	p.size = nleaves + 1;
	record_at(5, &p.record);
	ok(db_run(reader, DB_READ_ONLY, work_inclusion, &p, &err) == -1, "nothing is proved of a tree larger than ours");
	p.old_size = 0;
	ok(db_run(reader, DB_READ_ONLY, work_consistency, &p, &err) == -1 && err.kind == FAIL_INPUT, "nor with the empty tree");
	p.old_size = nleaves + 2;
	ok(db_run(reader, DB_READ_ONLY, work_consistency, &p, &err) == -1 && err.kind == FAIL_INPUT, "nor backwards");
	ledger_proof_clear(&p.proof);
	free(leaves);
	ledger_sequencer_free(s);
	db_close(reader);
	db_close(db);
}

static void
no_findings(void *arg, const struct ledger_finding *f)
{
	(void)arg;
	printf("# %s %s %s\n", f->table, f->id, f->what);
}

int
main(void)
{
	const char *rounds = getenv("LEDGER_ROUNDS");
	struct ledger_checking how = { .found = no_findings };
	struct ledger_counts counts = { 0 };
	struct err err = ERR_INIT;
	struct db *db;

	rig_start();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		bail_out("mmap");
	test_killed(rounds != NULL ? atoi(rounds) : 40);
	test_proofs();
	db = rig_db("catena_owner", 1);
	ok(ledger_check(db, &how, &counts, &err) == 0, "the check can be done");
	ok(counts.findings == 0 && counts.entries == counts.leaves && counts.heads > 0,
		"the check finds nothing in %llu entries and %llu heads", (unsigned long long)counts.entries, (unsigned long long)counts.heads);
	db_close(db);
	PQfinish(super);
	return done_testing();
}
