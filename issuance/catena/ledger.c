/* catena ledger check: everything recomputed from the rows, and each tree head's signature. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/state.h"
#include "pki/cert.h"
#include "registry/base/clock.h"
#include "registry/store/ledger.h"
#include "registry/store/signing.h"

struct check {
	struct db *db;
	struct key_records keys;
	struct uuid cert_id; /* of the certificate below; heads in a row mostly have the same */
	struct cert *cert;
	uint64_t shown_at;
	bool is_terminal;
};

static void
progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	struct check *c = arg;
	uint64_t now = clock_monotonic_ns();

	if (!c->is_terminal || now - c->shown_at < 200000000)
		return;
	c->shown_at = now;
	if (total > 0)
		fprintf(stderr, "\r%-40.40s %llu of %llu", what, (unsigned long long)done, (unsigned long long)total);
	else
		fprintf(stderr, "\r%-40.40s %llu", what, (unsigned long long)done);
	fprintf(stderr, "\033[K");
}

static void
found(void *arg, const struct ledger_finding *f)
{
	const struct check *c = arg;

	if (c->is_terminal)
		fprintf(stderr, "\r\033[K");
	printf("[BAD] %s %s: %s\n", f->table, f->id, f->what);
	fflush(stdout);
}

static int
find_certificate(struct check *c, const struct uuid *id, struct err *err)
{
	if (c->cert != NULL && uuid_equal(&c->cert_id, id))
		return 0;
	cert_free(c->cert);
	c->cert = NULL;
	for (size_t i = 0; i < c->keys.n; i++)
		if (uuid_equal(&c->keys.key[i].certificate_id, id) && c->keys.key[i].kind == KEY_LEDGER) {
			c->cert_id = *id;
			return cert_parse(bytes_of(&c->keys.key[i].der), &c->cert, err);
		}
	return err_set(err, FAIL_INPUT, "the registry has no ledger key with that certificate");
}

/* With the algorithm that the signer takes for this key: the curve's hash; RSA with SHA-256, PSS. */
static int
verify_signature(const struct cert *cert, struct bytes message, struct bytes signature, struct err *err)
{
	const struct pubkey *key = cert->key;
	const struct sigalg *alg =
		key->type == KEY_EC ? sigalg_choose(KEY_EC, key->curve->hash_bits, false) : sigalg_choose(KEY_RSA, 256, true);

	if (alg == NULL)
		return err_set(err, FAIL_INPUT, "the ledger key is of an algorithm that is not known");
	return sigalg_verify(alg, key->evp, message, signature, err);
}

static int
verify(void *arg, const struct ledger_head *head, struct bytes to_be_signed, struct err *err)
{
	struct check *c = arg;
	uint8_t log_id[SHA256_LEN];

	if (find_certificate(c, &head->certificate_id, err) == -1)
		return -1;
	cert_sha256(c->cert, log_id);
	if (memcmp(log_id, head->head.log_id, sizeof(log_id)) != 0)
		return err_set(err, FAIL_INPUT, "the head is of another log");
	return verify_signature(c->cert, to_be_signed, bytes_of(&head->signature), err);
}

static int
work_keys(struct tx *tx, void *arg, struct err *err)
{
	return keys_read(tx, arg, err);
}

static int
report(const struct ledger_counts *n)
{
	printf("%llu rows of %llu tables, %llu entries (%llu wait for their position), %llu leaves, %llu nodes, %llu heads, %llu signatures\n",
		(unsigned long long)n->rows, (unsigned long long)n->tables, (unsigned long long)n->entries, (unsigned long long)n->waiting,
		(unsigned long long)n->leaves, (unsigned long long)n->nodes, (unsigned long long)n->heads, (unsigned long long)n->signatures);
	if (n->findings == 0) {
		printf("verdict: good, every row is what the ledger says it was\n");
		return 0;
	}
	printf("verdict: BAD, %llu findings; the first ones are above\n", (unsigned long long)n->findings);
	return 1;
}

int
ledger_check_command(const struct args *args, struct err *err)
{
	static const struct query *const sets[] = { ledger_check_queries, signing_queries, NULL };
	struct check c = { .is_terminal = isatty(STDERR_FILENO) == 1 };
	struct ledger_checking how = { .progress = progress, .found = found, .verify = verify, .arg = &c };
	struct ledger_counts counts = { 0 };
	struct state state;
	int rc = -1;

	if (state_of_args(args, &state, err) == -1 || state_db(&state, sets, &c.db, err) == -1)
		return -1;
	if (db_run(c.db, DB_READ_ONLY, work_keys, &c.keys, err) == 0 && (rc = ledger_check(c.db, &how, &counts, err)) == 0) {
		if (c.is_terminal)
			fprintf(stderr, "\r\033[K");
		rc = report(&counts);
	}
	cert_free(c.cert);
	key_records_clear(&c.keys);
	db_close(c.db);
	return rc;
}
