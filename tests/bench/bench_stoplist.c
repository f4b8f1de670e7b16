/*
 * A snapshot of the stop list with a million entries: its size, how fast it is made, read with its signature and asked; reading against the SHA-256 of the same
 * octets, which it cannot do without.
 */
#include "pki/stopsnapshot.h"
#include "registry/base/clock.h"
#include "tests/unit/pkifix.h"

enum { ENTRIES = 1000 * 1000,
	ROUNDS = 5,
	ASKED = 1000 * 1000 };

static double
seconds(void)
{
	return (double)clock_monotonic_ns() / 1e9;
}

static void
make(struct stop_entries *e)
{
	struct err err = ERR_INIT;
	char number[16];

	stop_entries_init(e, "UTO", 1);
	for (unsigned i = 0; i < ENTRIES; i++) {
		snprintf(number, sizeof(number), "U%08u", i);
		if (stop_entries_add(e, number, i % 3 == 0 ? "stolen" : "lost", &err) == -1)
			bail_out("%s", err.text);
	}
	if (stop_entries_finish(e, &err) == -1)
		bail_out("%s", err.text);
}

static void
sign(const struct stop_entries *e, struct buf *file)
{
	struct stop_header h = { .state = "UTO", .sequence = 1, .count = ENTRIES, .exported_at = NOW, .next_update = NOW + 86400 };
	struct token *token = fix_token(1);
	struct buf content = BUF_INIT;
	struct ceremony keys = { 0 };
	struct signer *ledger;
	struct session *s = NULL;
	struct err err = ERR_INIT;

	memcpy(h.salt, e->salt, sizeof(h.salt));
	sha256(bytes_of(&e->body), h.entries);
	if (ceremony_init(token, &fix_options, &keys, &err) == -1 || token_borrow(token, &s, &err) == -1 || stop_header_encode(&h, &content, &err) == -1)
		bail_out("%s", err.text);
	ledger = fix_signer(s, &keys.ledger);
	if (cms_sign(s, ledger, oid_stop_snapshot, bytes_of(&content), NOW, file, &err) == -1)
		bail_out("%s", err.text);
	buf_bytes(file, bytes_of(&e->body));
	token_return(token, s);
	signer_free(ledger);
	ceremony_clear(&keys);
	buf_clear(&content);
	token_close(token);
}

static void
bench_read(struct bytes file)
{
	double hashed = 0, read = 0, asked = 0;
	struct err err = ERR_INIT;
	uint8_t digest[SHA256_LEN];

	for (unsigned round = 0; round < ROUNDS; round++) {
		double at = seconds(), rate;
		struct stop_snapshot s;
		unsigned listed = 0;
		char number[16];

		sha256(file, digest);
		rate = 1 / (seconds() - at);
		hashed = rate > hashed ? rate : hashed;
		at = seconds();
		if (stop_snapshot_parse(file, &s, &err) == -1)
			bail_out("%s", err.text);
		rate = 1 / (seconds() - at);
		read = rate > read ? rate : read;
		at = seconds();
		for (unsigned i = 0; i < ASKED; i++) {
			snprintf(number, sizeof(number), "U%08u", 2 * i);
			listed += stop_snapshot_ask(&s, number) != NULL;
		}
		rate = ASKED / (seconds() - at);
		asked = rate > asked ? rate : asked;
		if (listed != ENTRIES / 2)
			bail_out("%u listed", listed);
		stop_snapshot_clear(&s);
	}
	printf("bench stoplist_read value=%.1f unit=snapshots/s limit=%.1f ratio=%.2f goal=0.5 %s\n", read, hashed, read / hashed, read / hashed >= 0.5 ? "ok" : "short");
	printf("bench stoplist_ask value=%.0f unit=numbers/s\n", asked);
}

int
main(void)
{
	struct buf file = BUF_INIT;
	struct stop_entries e;
	double at;

	if (!softhsm_start()) {
		skip("the snapshot of the stop list", "SoftHSM is not installed");
		return done_testing();
	}
	at = seconds();
	make(&e);
	printf("bench stoplist_make value=%.0f unit=entries/s\n", ENTRIES / (seconds() - at));
	sign(&e, &file);
	printf("bench stoplist_size value=%zu unit=octets\n", file.n);
	bench_read(bytes_of(&file));
	stop_entries_clear(&e);
	buf_clear(&file);
	softhsm_stop();
	ok(true, "measured");
	return done_testing();
}
