#include "pki/stopsnapshot.h"

#include <stdio.h>
#include <stdlib.h>

#include "pki/ledgercert.h"
#include "registry/base/date.h"
#include "registry/base/der.h"

enum { VERSION = 1,
	PREFIX = STOP_ENTRY - 1 };
const char oid_stop_snapshot[] = "1.2.840.113549.1.7.1";

static const char *const status_names[] = { NULL, "stolen", "lost", "revoked", "invalid", "stolen_blank" };
enum { STATUSES = 5 };

static void
number_digest(const uint8_t salt[STOP_SALT], const char *number, uint8_t out[PREFIX])
{
	uint8_t digest[SHA256_LEN];

	sha256_2(BYTES(salt, STOP_SALT), bytes_str(number), digest);
	memcpy(out, digest, PREFIX);
}

/* ---- making ---- */

void
stop_entries_init(struct stop_entries *e, const char *state, uint64_t sequence)
{
	uint8_t digest[SHA256_LEN];
	char text[80];

	snprintf(text, sizeof(text), "catena stop list 1 %s %llu", state, (unsigned long long)sequence);
	sha256(bytes_str(text), digest);
	*e = (struct stop_entries){ .body = BUF_INIT };
	memcpy(e->salt, digest, STOP_SALT);
}

int
stop_entries_add(struct stop_entries *e, const char *number, const char *status, struct err *err)
{
	uint8_t entry[STOP_ENTRY];

	number_digest(e->salt, number, entry);
	for (entry[PREFIX] = STATUSES; entry[PREFIX] > 0 && strcmp(status_names[entry[PREFIX]], status) != 0;)
		entry[PREFIX]--;
	if (entry[PREFIX] == 0)
		return err_set(err, FAIL_INTERNAL, "stop list: no such status");
	buf_add(&e->body, entry, sizeof(entry));
	return buf_check(&e->body, err);
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, STOP_ENTRY);
}

/* Of two numbers with one digest, which no State will see, the worse status stays: the lower one. */
int
stop_entries_finish(struct stop_entries *e, struct err *err)
{
	size_t n = e->body.n / STOP_ENTRY, kept = 0;

	if (n > STOP_ENTRIES_MAX)
		return err_set(err, FAIL_TOO_LARGE, "stop list: %zu entries, at most %d", n, STOP_ENTRIES_MAX);
	if (n > 1)
		qsort(e->body.p, n, STOP_ENTRY, compare);
	for (size_t i = 0; i < n; i++) {
		uint8_t *entry = e->body.p + i * STOP_ENTRY;

		if (kept > 0 && memcmp(e->body.p + (kept - 1) * STOP_ENTRY, entry, PREFIX) == 0)
			continue;
		memmove(e->body.p + kept++ * STOP_ENTRY, entry, STOP_ENTRY);
	}
	buf_cut(&e->body, kept * STOP_ENTRY);
	return buf_check(&e->body, err);
}

void
stop_entries_clear(struct stop_entries *e)
{
	buf_clear(&e->body);
}

int
stop_header_encode(const struct stop_header *h, struct buf *out, struct err *err)
{
	struct der_out der = DER_OUT_INIT;

	der_open(&der, DER_SEQUENCE);
	der_uint(&der, VERSION);
	der_str(&der, DER_PRINTABLE_STRING, h->state);
	der_uint(&der, h->sequence);
	der_generalized(&der, h->exported_at);
	der_generalized(&der, h->next_update);
	der_put(&der, DER_OCTET_STRING, BYTES(h->salt, sizeof(h->salt)));
	der_uint(&der, h->count);
	der_put(&der, DER_OCTET_STRING, BYTES(h->entries, sizeof(h->entries)));
	der_close(&der);
	return der_finish(&der, out, err);
}

/* ---- reading ---- */

static int
get_octets(struct der *d, uint8_t *out, size_t n, const char *what, struct err *err)
{
	struct bytes octets;

	if (der_get(d, DER_OCTET_STRING, &octets, what, err) == -1)
		return -1;
	if (octets.n != n)
		return err_set(err, FAIL_INPUT, "%s: %zu octets, wanted %zu", what, octets.n, n);
	memcpy(out, octets.p, n);
	return 0;
}

static int
get_state(struct der *d, char state[4], struct err *err)
{
	struct bytes text;

	if (der_get(d, DER_PRINTABLE_STRING, &text, "stop list snapshot State", err) == -1)
		return -1;
	if (text.n == 0 || text.n > 3)
		return err_set(err, FAIL_INPUT, "stop list snapshot State: wanted 1 to 3 capitals");
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < 'A' || text.p[i] > 'Z')
			return err_set(err, FAIL_INPUT, "stop list snapshot State: wanted 1 to 3 capitals");
	memcpy(state, text.p, text.n);
	state[text.n] = '\0';
	return 0;
}

static int
header_decode(struct bytes encoded, struct stop_header *header, struct err *err)
{
	struct der all = der_reader(encoded), d;
	struct stop_header h = { .count = 0 };
	struct buf again = BUF_INIT;
	uint64_t version;
	bool same;

	if (der_enter(&all, DER_SEQUENCE, &d, "stop list snapshot", err) == -1 || der_end(&all, "stop list snapshot", err) == -1 ||
		der_get_uint(&d, &version, "stop list snapshot version", err) == -1)
		return -1;
	if (version != VERSION)
		return err_set(err, FAIL_INPUT, "stop list snapshot version: %llu, wanted %d", (unsigned long long)version, VERSION);
	if (get_state(&d, h.state, err) == -1 || der_get_uint(&d, &h.sequence, "stop list snapshot sequence", err) == -1 ||
		der_get_time(&d, &h.exported_at, "stop list snapshot exportedAt", err) == -1 ||
		der_get_time(&d, &h.next_update, "stop list snapshot nextUpdate", err) == -1 ||
		get_octets(&d, h.salt, sizeof(h.salt), "stop list snapshot salt", err) == -1 ||
		der_get_uint(&d, &h.count, "stop list snapshot count", err) == -1 ||
		get_octets(&d, h.entries, sizeof(h.entries), "stop list snapshot entries", err) == -1 || der_end(&d, "stop list snapshot", err) == -1)
		return -1;
	/* one value, one form: whatever else the reader would let pass is not what was signed */
	if (stop_header_encode(&h, &again, err) == -1)
		return -1;
	same = bytes_equal(encoded, bytes_of(&again));
	buf_clear(&again);
	if (!same)
		return err_set(err, FAIL_INPUT, "stop list snapshot: not in the form DER prescribes (X.690 clause 11)");
	*header = h;
	return 0;
}

static int
body_check(const struct stop_header *h, struct bytes body, struct err *err)
{
	uint8_t digest[SHA256_LEN];

	if (h->count > STOP_ENTRIES_MAX || body.n != h->count * STOP_ENTRY)
		return err_set(err, FAIL_INPUT, "stop list snapshot: %zu octets behind the signed part, wanted %llu entries of %d", body.n, (unsigned long long)h->count, STOP_ENTRY);
	sha256(body, digest);
	if (memcmp(digest, h->entries, sizeof(digest)) != 0)
		return err_set(err, FAIL_INPUT, "stop list snapshot: the entries are not those that were signed");
	for (size_t i = 0; i < h->count; i++) {
		const uint8_t *entry = body.p + i * STOP_ENTRY;

		if (entry[PREFIX] < 1 || entry[PREFIX] > STATUSES)
			return err_set(err, FAIL_INPUT, "stop list snapshot: entry %zu has status %u, there is none", i, entry[PREFIX]);
		if (i > 0 && memcmp(entry - STOP_ENTRY, entry, PREFIX) >= 0)
			return err_set(err, FAIL_INPUT, "stop list snapshot: entry %zu is not in order", i);
	}
	return 0;
}

int
stop_snapshot_parse(struct bytes file, struct stop_snapshot *s, struct err *err)
{
	struct stop_snapshot made = { .cms = NULL };
	struct der all = der_reader(file);
	struct tlv tlv;

	if (der_next(&all, &tlv, "stop list snapshot", err) == -1)
		return -1;
	if (tlv.whole.n > STOP_HEADER_MAX)
		return err_set(err, FAIL_INPUT, "stop list snapshot: the signed part has %zu octets, at most %d", tlv.whole.n, STOP_HEADER_MAX);
	if (cms_parse(tlv.whole, &made.cms, err) == -1)
		return -1;
	made.body = all.rest;
	if (cms_verify(made.cms, oid_stop_snapshot, err) == -1 || header_decode(made.cms->content, &made.header, err) == -1 ||
		body_check(&made.header, made.body, err) == -1) {
		cms_free(made.cms);
		return -1;
	}
	*s = made;
	return 0;
}

void
stop_snapshot_clear(struct stop_snapshot *s)
{
	cms_free(s->cms);
	*s = (struct stop_snapshot){ .cms = NULL };
}

int
stop_snapshot_trust(const struct stop_snapshot *s, const struct cert *anchor, struct err *err)
{
	const struct cert *signer = cms_signer_cert(s->cms);
	const char *unfit;

	if (signer == NULL || cert_verify(signer, anchor, err) == -1)
		return err_set(err, FAIL_DENIED, "stop list snapshot: its signer's certificate was not issued by this anchor");
	if ((unfit = ledgercert_unfit(signer, anchor, s->header.exported_at)) != NULL)
		return err_set(err, FAIL_DENIED, "stop list snapshot: its signer's certificate does not speak for the registry: %s", unfit);
	if (anchor->subject_state[0] != '\0' && strcmp(anchor->subject_state, s->header.state) != 0)
		return err_set(err, FAIL_DENIED, "stop list snapshot: it is of %s, the anchor of %s", s->header.state, anchor->subject_state);
	return 0;
}

const char *
stop_snapshot_ask(const struct stop_snapshot *s, const char *number)
{
	size_t low = 0, high = (size_t)s->header.count;
	uint8_t wanted[PREFIX];

	number_digest(s->header.salt, number, wanted);
	while (low < high) {
		size_t at = low + (high - low) / 2;
		const uint8_t *entry = s->body.p + at * STOP_ENTRY;
		int c = memcmp(entry, wanted, PREFIX);

		if (c == 0)
			return status_names[entry[PREFIX]];
		if (c < 0)
			low = at + 1;
		else
			high = at;
	}
	return NULL;
}
