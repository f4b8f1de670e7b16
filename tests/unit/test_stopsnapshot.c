/* The snapshot of the stop list: made with a ledger key of a ceremony, under the eyes of openssl(1), asked; and whatever was altered in it is refused. */
#include "pki/ledgercert.h"
#include "pki/profile.h"
#include "pki/stopsnapshot.h"
#include "registry/base/der.h"
#include "tests/unit/pkifix.h"

static struct ceremony keys;
static struct signer *ledger, *document;
static struct token *token;

static struct stop_header
header_of(const struct stop_entries *e)
{
	struct stop_header h = { .state = "UTO", .sequence = 7, .count = e->body.n / STOP_ENTRY, .exported_at = NOW, .next_update = NOW + 86400 };

	memcpy(h.salt, e->salt, sizeof(h.salt));
	sha256(bytes_of(&e->body), h.entries);
	return h;
}

static void
sign(const struct signer *by, const char *oid, struct bytes content, struct bytes body, struct buf *file)
{
	struct session *s = NULL;
	struct err err = ERR_INIT;

	buf_cut(file, 0);
	if (token_borrow(token, &s, &err) == -1 || cms_sign(s, by, oid, content, NOW, file, &err) == -1)
		bail_out("%s", err.text);
	token_return(token, s);
	buf_bytes(file, body);
}

static void
make(const struct stop_header *h, struct bytes body, struct buf *file)
{
	struct buf content = BUF_INIT;
	struct err err = ERR_INIT;

	if (stop_header_encode(h, &content, &err) == -1)
		bail_out("%s", err.text);
	sign(ledger, oid_stop_snapshot, bytes_of(&content), body, file);
	buf_clear(&content);
}

static void
entries_of(unsigned n, struct stop_entries *e)
{
	static const char *const statuses[] = { "stolen", "lost", "revoked", "invalid", "stolen_blank" };
	struct err err = ERR_INIT;
	char number[16];

	stop_entries_init(e, "UTO", 7);
	for (unsigned i = 0; i < n; i++) {
		snprintf(number, sizeof(number), "U%08u", i);
		if (stop_entries_add(e, number, statuses[i % 5], &err) == -1)
			bail_out("%s", err.text);
	}
	if (stop_entries_finish(e, &err) == -1)
		bail_out("%s", err.text);
}

static bool
rejects(struct bytes file, const char *words)
{
	struct stop_snapshot s;
	struct err err = ERR_INIT;

	if (stop_snapshot_parse(file, &s, &err) == 0) {
		stop_snapshot_clear(&s);
		return false;
	}
	if (words == NULL || strstr(err.text, words) != NULL)
		return true;
	printf("# %s\n", err.text);
	return false;
}

static void
test_asked(void)
{
	struct stop_snapshot s;
	struct stop_entries e;
	struct stop_header h;
	struct buf file = BUF_INIT;
	struct cert *csca = NULL;
	struct err err = ERR_INIT;
	unsigned wrong = 0;
	char number[16];

	entries_of(500, &e);
	h = header_of(&e);
	make(&h, bytes_of(&e.body), &file);
	ok(stop_snapshot_parse(bytes_of(&file), &s, &err) == 0 && s.header.count == 500 && s.header.sequence == 7, "five hundred entries are read: %s", err.text);
	for (unsigned i = 0; i < 1000; i++) {
		static const char *const statuses[] = { "stolen", "lost", "revoked", "invalid", "stolen_blank" };
		const char *said;

		snprintf(number, sizeof(number), "U%08u", i);
		said = stop_snapshot_ask(&s, number);
		wrong += i < 500 ? said == NULL || strcmp(said, statuses[i % 5]) != 0 : said != NULL;
	}
	ok(wrong == 0, "each says its status, and five hundred others are not listed");
	ok(stop_snapshot_ask(&s, "") == NULL && stop_snapshot_ask(&s, "u00000001") == NULL, "what is no number is not listed");
	if (cert_parse(bytes_of(&keys.csca.cert), &csca, &err) == -1)
		bail_out("%s", err.text);
	ok(stop_snapshot_trust(&s, csca, &err) == 0, "signed for the registry under the CSCA: %s", err.text);
	ok(stop_snapshot_trust(&s, signer_cert(ledger), &err) == -1, "refuses: another anchor");
	s.header.exported_at += INT64_C(50) * 366 * 86400;
	ok(stop_snapshot_trust(&s, csca, &err) == -1 && strstr(err.text, "outside") != NULL, "refuses: a signature outside the certificate's validity");
	stop_snapshot_clear(&s);

	/* somebody else's reader: the signed part, with the entries behind it in the file */
	if (file_write("stop.bin", bytes_of(&file), 0600, &err) == -1)
		bail_out("%s", err.text);
	ok(system("openssl cms -verify -noverify -binary -inform DER -in stop.bin -out stop.der 2>/dev/null && openssl asn1parse -inform DER -in stop.der"
		  " | grep -q 'PRINTABLESTRING *:UTO'") == 0,
		"openssl cms -verify finds the signature good");
	unlink("stop.bin");
	unlink("stop.der");
	cert_free(csca);
	stop_entries_clear(&e);
	buf_clear(&file);
}

static void
test_altered(void)
{
	struct stop_snapshot s;
	struct stop_entries e;
	struct cert *csca = NULL;
	struct stop_header h;
	struct buf file = BUF_INIT, other = BUF_INIT, content = BUF_INIT;
	struct err err = ERR_INIT;
	unsigned let_in = 0;

	entries_of(20, &e);
	h = header_of(&e);
	make(&h, bytes_of(&e.body), &file);
	if (cert_parse(bytes_of(&keys.csca.cert), &csca, &err) == -1)
		bail_out("%s", err.text);
	for (size_t i = 0; i < file.n; i++) {
		file.p[i] ^= 1;
		if (stop_snapshot_parse(bytes_of(&file), &s, &err) == 0) { /* the certificate's own signature is trust's to look at */
			let_in += stop_snapshot_trust(&s, csca, &err) == 0 && (memcmp(&s.header, &h, sizeof(h)) != 0 || !bytes_equal(s.body, bytes_of(&e.body)));
			stop_snapshot_clear(&s);
		}
		file.p[i] ^= 1;
	}
	ok(let_in == 0, "with a bit changed anywhere it is refused, or says the same (%u do not)", let_in);
	for (size_t n = 0; n < file.n; n++)
		if (!rejects(BYTES(file.p, n), NULL))
			bail_out("cut off at %zu and accepted", n);
	ok(true, "refuses: each beginning of it");
	buf_bytes(&other, bytes_of(&file));
	buf_u8(&other, 0);
	ok(rejects(bytes_of(&other), "octets behind the signed part"), "refuses: an octet more");
	ok(rejects(BYTES(e.body.p, e.body.n), NULL) && rejects(BYTES_NONE, NULL) && rejects(bytes_str("CATSTOP"), NULL), "refuses: entries alone, nothing, a text");

	stop_header_encode(&h, &content, &err);
	sign(document, oid_stop_snapshot, bytes_of(&content), bytes_of(&e.body), &other);
	ok(stop_snapshot_parse(bytes_of(&other), &s, &err) == 0 && stop_snapshot_trust(&s, csca, &err) == -1 && strstr(err.text, "speak for") != NULL,
		"refuses: signed by a document signer: %s", err.text);
	stop_snapshot_clear(&s);
	cert_free(csca);
	sign(ledger, "2.23.136.1.1.1", bytes_of(&content), bytes_of(&e.body), &other);
	ok(rejects(bytes_of(&other), NULL), "refuses: another content type");
	buf_u8(&content, 0);
	sign(ledger, oid_stop_snapshot, bytes_of(&content), bytes_of(&e.body), &other);
	ok(rejects(bytes_of(&other), NULL), "refuses: something behind the header");
	h.count = UINT64_MAX / 2;
	make(&h, bytes_of(&e.body), &other);
	ok(rejects(bytes_of(&other), "wanted"), "refuses: a count beyond all numbers");
	h.count = 19;
	make(&h, BYTES(e.body.p, 19 * STOP_ENTRY), &other);
	ok(rejects(bytes_of(&other), "not those that were signed"), "refuses: an entry left out");
	memcpy(e.body.p + STOP_ENTRY, e.body.p, STOP_ENTRY);
	h = header_of(&e);
	make(&h, bytes_of(&e.body), &other);
	ok(rejects(bytes_of(&other), "not in order"), "refuses: one entry twice");
	e.body.p[STOP_ENTRY - 1] = 9;
	h = header_of(&e);
	make(&h, bytes_of(&e.body), &other);
	ok(rejects(bytes_of(&other), "there is none"), "refuses: a status that there is not");
	h = header_of(&e);
	snprintf(h.state, sizeof(h.state), "u");
	make(&h, bytes_of(&e.body), &other);
	ok(rejects(bytes_of(&other), "State"), "refuses: a State in small letters");
	stop_entries_clear(&e);
	buf_clear(&file);
	buf_clear(&other);
	buf_clear(&content);
}

static void
test_made(void)
{
	struct stop_entries a, b;
	struct err err = ERR_INIT;

	entries_of(50, &a);
	entries_of(50, &b);
	ok(bytes_equal(bytes_of(&a.body), bytes_of(&b.body)), "the same again");
	stop_entries_clear(&b);
	stop_entries_init(&b, "UTO", 8);
	ok(memcmp(a.salt, b.salt, STOP_SALT) != 0, "another export has another salt: entries of two cannot be compared");
	ok(stop_entries_add(&b, "U1", "mislaid", &err) == -1 && stop_entries_add(&b, "U1", "", &err) == -1, "refuses: a status that there is not");
	ok(stop_entries_add(&b, "U1", "lost", &err) == 0 && stop_entries_add(&b, "U1", "stolen", &err) == 0 && stop_entries_finish(&b, &err) == 0 && b.body.n == STOP_ENTRY && b.body.p[STOP_ENTRY - 1] == 1,
		"of two the worse stays");
	stop_entries_clear(&a);
	stop_entries_clear(&b);
}

int
main(void)
{
	struct session *s = NULL;
	struct err err = ERR_INIT;

	test_made();
	if (!softhsm_start()) {
		skip("the snapshot of the stop list", "SoftHSM is not installed");
		return done_testing();
	}
	token = fix_token(2);
	if (ceremony_init(token, &fix_options, &keys, &err) == -1 || token_borrow(token, &s, &err) == -1)
		bail_out("%s", err.text);
	ledger = fix_signer(s, &keys.ledger);
	document = fix_signer(s, &keys.signer[0]);
	token_return(token, s);
	test_asked();
	test_altered();
	signer_free(ledger);
	signer_free(document);
	ceremony_clear(&keys);
	token_close(token);
	softhsm_stop();
	return done_testing();
}
