/*
 * Passive authentication of an LDS of 20 kB - a trust store of 600 CSCA certificates, a CRL of 100,000 serial numbers, nothing remembered from one
 * document to the next - against the bare rate of the two ECDSA verifications in it: EF.SOD and the document signer's certificate.  Both
 * take turns in short slices, so that a busy machine slows them alike.  And the import of the German master list with all checks.
 */
#include <pthread.h>

#include <openssl/evp.h>

#include "pki/lint.h"
#include "pki/masterlist.h"
#include "pki/passive.h"
#include "registry/base/clock.h"
#include "registry/base/digest.h"
#include "registry/doc9303/states.h"
#include "tests/unit/pkifix.h"

#define DAY INT64_C(86400)
enum { CSCAS = 600,
	REVOKED = 100000,
	PORTRAIT = 20 * 1000,
	SLICES = 12,
	SLICE_MS = 200,
	THREADS = 2 };

struct world {
	struct truststore *store;
	struct ceremony c;
	struct buf dg[17], sod;
};

/* ---- the trust store ---- */

/* One more root of some State. */
static void
other_csca(struct session *s, unsigned n, const struct state *state, struct truststore *store)
{
	struct cert_order order = {
		.profile = PROFILE_CSCA_ROOT,
		.subject = { state->alpha2, "Government", NULL, "CSCA" },
		.not_before = NOW - DAY,
		.not_after = NOW + 15 * 365 * DAY,
		.key_from = NOW - DAY,
		.key_to = NOW + 5 * 365 * DAY - DAY,
		.state = state->code,
		.contact = "csca@state.example",
		.crl_urls = fix_urls,
	};
	struct token_key *key = NULL;
	struct err err = ERR_INIT;
	struct buf cert = BUF_INIT;
	char label[40];

	snprintf(label, sizeof(label), "other-%u", n);
	if (token_key_generate(s, n % 2 == 0 ? "P-256" : "brainpoolP256r1", label, bytes_str(label), &key, &err) == -1)
		bail_out("%s", err.text);
	order.key = token_key_public(key);
	if (cert_issue(s, key, NULL, &order, &cert, &err) == -1 ||
		truststore_add(store, bytes_of(&cert), TRUST_ANCHOR, "bench", &err) == -1)
		bail_out("%s: %s", state->code, err.text);
	token_key_destroy(s, key, &err); /* a full token is a slow one */
	token_key_free(key);
	buf_clear(&cert);
}

static void
many_cscas(struct session *s, struct truststore *store)
{
	size_t at = 0;

	for (unsigned n = 0; truststore_count(store) < CSCAS; at++) {
		const struct state *state = &states[at % nstates];

		if (state->alpha2[0] != '\0' && strcmp(state->code, "UTO") != 0 && states_of_two_letter(state->alpha2) == state)
			other_csca(s, n++, state, store);
	}
}

static struct buf
big_crl(struct session *s, const struct ceremony *c)
{
	struct crl_revocation *revoked = calloc(REVOKED, sizeof(*revoked));
	uint8_t(*serial)[16] = calloc(REVOKED, 16);
	struct crl_order order = { .number = 1, .this_update = NOW - DAY, .next_update = NOW + 60 * DAY, .revoked = revoked, .nrevoked = REVOKED };
	struct token_key *key = NULL;
	struct cert *csca = NULL;
	struct err err = ERR_INIT;
	struct buf der = BUF_INIT;

	if (random_octets(serial, (size_t)REVOKED * 16, &err) == -1)
		bail_out("%s", err.text);
	for (size_t i = 0; i < REVOKED; i++) {
		serial[i][0] = (uint8_t)(serial[i][0] & 0x3f) | 0x40; /* positive, minimal */
		revoked[i] = (struct crl_revocation){ BYTES(serial[i], 16), NOW - 2 * DAY };
	}
	if (cert_parse(bytes_of(&c->csca.cert), &csca, &err) == -1 || token_key_find(s, c->csca.label, BYTES(c->csca.id, sizeof(c->csca.id)), &key, &err) == -1 ||
		crl_issue(s, key, csca, &order, &der, &err) == -1)
		bail_out("CRL: %s", err.text);
	token_key_free(key);
	cert_free(csca);
	free(revoked);
	free(serial);
	return der;
}

/* ---- the document ---- */

static void
make_document(struct session *s, struct world *w)
{
	static const char mrz[] = "PPUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F3604159ZE184226B<<<<<10";
	struct lds_dg12 dg12 = { .authority = BYTES("PASSPORT OFFICE", 15), .issued_on = date_of_unix(NOW) };
	struct signer *signer = fix_signer(s, &w->c.signer[0]);
	struct err err = ERR_INIT;
	uint8_t *face = calloc(1, PORTRAIT);
	struct ldsso lds;

	ldsso_init(&lds, (int)signer_hash_bits(signer));
	if (lds_dg1_write(BYTES(mrz, 88), &w->dg[1], &err) == -1 || lds_dg2_write(BYTES(face, PORTRAIT), &w->dg[2], &err) == -1 ||
		lds_dg12_write(&dg12, &w->dg[12], &err) == -1 || ldsso_add(&lds, 1, bytes_of(&w->dg[1]), &err) == -1 ||
		ldsso_add(&lds, 2, bytes_of(&w->dg[2]), &err) == -1 || ldsso_add(&lds, 12, bytes_of(&w->dg[12]), &err) == -1 ||
		sod_build(s, signer, &lds, NOW, &w->sod, &err) == -1)
		bail_out("%s", err.text);
	signer_free(signer);
	free(face);
}

static void
world_make(struct world *w, struct session *s, struct token *t, const struct ceremony_options *options, const struct truststore *others)
{
	struct err err = ERR_INIT;
	struct buf crl;

	*w = (struct world){ 0 };
	if (ceremony_init(t, options, &w->c, &err) == -1 || truststore_new(&w->store, &err) == -1 ||
		truststore_add(w->store, bytes_of(&w->c.csca.cert), TRUST_ANCHOR, "own", &err) == -1)
		bail_out("%s", err.text);
	for (size_t i = 0; i + 1 < CSCAS; i++)
		if (truststore_add(w->store, bytes_of(&truststore_at(others, i)->cert->der), TRUST_ANCHOR, "others", &err) == -1)
			bail_out("%s", err.text);
	crl = big_crl(s, &w->c);
	if (truststore_add_crl(w->store, bytes_of(&crl), "own", &err) == -1 || truststore_settle(w->store, &err) == -1)
		bail_out("%s", err.text);
	buf_clear(&crl);
	make_document(s, w);
}

static void
world_clear(struct world *w)
{
	truststore_free(w->store);
	ceremony_clear(&w->c);
	for (unsigned i = 0; i < NELEM(w->dg); i++)
		buf_clear(&w->dg[i]);
	buf_clear(&w->sod);
}

/* ---- the two rates ---- */

struct worker {
	const struct world *w;
	const struct sod *sod; /* parsed beforehand: for the bare rate */
	const struct cert *signer, *csca;
	bool is_bare;
	volatile bool *stop;
	unsigned long done;
};

static void
bare_verify(EVP_PKEY_CTX *ctx, struct bytes signature, const uint8_t *digest, size_t n)
{
	if (EVP_PKEY_verify(ctx, signature.p, signature.n, digest, n) != 1)
		bail_out("a signature does not verify");
}

static void *
run_bare(void *arg)
{
	struct worker *k = arg;
	EVP_PKEY_CTX *of_sod = EVP_PKEY_CTX_new(k->signer->key->evp, NULL), *of_cert = EVP_PKEY_CTX_new(k->csca->key->evp, NULL);
	struct buf attributes = BUF_INIT;
	uint8_t sod_digest[64], cert_digest[64];
	size_t sod_n, cert_n;

	der_header(&attributes, DER_SET, k->sod->cms->signed_attrs.n);
	buf_bytes(&attributes, k->sod->cms->signed_attrs);
	sod_n = digest_of(k->sod->cms->sigalg->hash_bits, bytes_of(&attributes), sod_digest);
	cert_n = digest_of(k->signer->sigalg->hash_bits, k->signer->tbs, cert_digest);
	if (of_sod == NULL || of_cert == NULL || EVP_PKEY_verify_init(of_sod) != 1 || EVP_PKEY_verify_init(of_cert) != 1)
		bail_out("libcrypto cannot verify");
	for (; !*k->stop; k->done++) {
		bare_verify(of_sod, k->sod->cms->signature, sod_digest, sod_n);
		bare_verify(of_cert, k->signer->signature, cert_digest, cert_n);
	}
	EVP_PKEY_CTX_free(of_sod);
	EVP_PKEY_CTX_free(of_cert);
	buf_clear(&attributes);
	return NULL;
}

static void *
run_passive(void *arg)
{
	struct worker *k = arg;
	struct passive_input in = { .sod = bytes_of(&k->w->sod), .store = k->w->store, .at = NOW };
	struct passive *result = calloc(1, sizeof(*result));

	for (unsigned i = 1; i < NELEM(in.dg); i++)
		in.dg[i] = bytes_of(&k->w->dg[i]);
	for (; !*k->stop; k->done++) {
		passive_authenticate(&in, result);
		if (result->total != GRADE_GOOD) {
			for (unsigned i = 0; i < result->n; i++)
				if (result->verdict[i].grade == result->total)
					printf("# %s\n", result->verdict[i].text);
			bail_out("the document is not good");
		}
	}
	free(result);
	return NULL;
}

/* Operations a second of so many threads during one slice. */
static double
slice(const struct worker *as, unsigned threads)
{
	volatile bool stop = false;
	struct worker worker[THREADS];
	pthread_t thread[THREADS];
	uint64_t begun = clock_monotonic_ns();
	unsigned long done = 0;

	for (unsigned i = 0; i < threads; i++) {
		worker[i] = *as;
		worker[i].stop = &stop;
		pthread_create(&thread[i], NULL, as->is_bare ? run_bare : run_passive, &worker[i]);
	}
	usleep(SLICE_MS * 1000);
	stop = true;
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(thread[i], NULL);
		done += worker[i].done;
	}
	return (double)done * 1e9 / (double)(clock_monotonic_ns() - begun);
}

static void
measure(const struct world *w, const char *kind, unsigned threads)
{
	const char *only = getenv("BENCH");
	struct worker bare = { .w = w, .is_bare = true }, full = { .w = w };
	double bare_rate = 0, full_rate = 0;
	struct err err = ERR_INIT;
	struct sod *sod = NULL;
	char name[80];

	snprintf(name, sizeof(name), "passive_%s_%s", kind, threads == 1 ? "one_core" : "two_cores");
	if (only != NULL && strcmp(only, name) != 0)
		return;
	if (sod_parse(bytes_of(&w->sod), &sod, &err) == -1)
		bail_out("%s", err.text);
	bare.sod = sod;
	bare.signer = cms_signer_cert(sod->cms);
	bare.csca = truststore_issuer(w->store, bare.signer, NOW, NULL)->cert;
	slice(&full, threads); /* warm */
	for (unsigned i = 0; i < SLICES; i++) {
		bare_rate += slice(&bare, threads) / SLICES;
		full_rate += slice(&full, threads) / SLICES;
	}
	printf("bench %s value=%.0f unit=documents/s limit=%.0f ratio=%.2f goal=0.5 %s\n", name, full_rate, bare_rate, full_rate / bare_rate,
		full_rate / bare_rate >= 0.5 ? "ok" : "short");
	fflush(stdout);
	sod_free(sod);
}

/* ---- import of a master list ---- */

static bool
list_file(const char *name, struct buf *out)
{
	const char *data = getenv("CATENA_TEST_DATA");
	struct err err = ERR_INIT;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/icao/masterlist/%s", data != NULL ? data : "", name);
	return data != NULL && file_read(path, 8 << 20, out, &err) == 0;
}

/* Read, signature and signer's path, every member under its issuer, every member against the profile, all into a trust store that is settled. */
static size_t
import(struct bytes file, const struct cert *anchor)
{
	struct list_report *report = calloc(1, sizeof(*report));
	struct list_trust trust = { .anchor = &anchor, .nanchor = 1, .at = NOW };
	struct masterlist_counts counts;
	struct masterlist *list = NULL;
	struct truststore *store = NULL;
	struct lint l = { .kind = LINT_UNKNOWN };
	struct err err = ERR_INIT;
	size_t n;

	if (masterlist_parse(file, &list, &err) == -1 || truststore_new(&store, &err) == -1)
		bail_out("%s", err.text);
	masterlist_check(list, &trust, report, &counts);
	if (list_is_refused(report) || counts.wrong_signature > 0 || lint_file(file, NULL, &l, &err) == -1)
		bail_out("the German master list is refused");
	for (size_t i = 0; i < list->n; i++)
		if (list->member[i].is_csca && truststore_add(store, list->member[i].der, TRUST_ANCHOR, "DE", &err) == -1)
			bail_out("%s", err.text);
	if (truststore_settle(store, &err) == -1)
		bail_out("%s", err.text);
	n = truststore_count(store);
	lint_clear(&l);
	truststore_free(store);
	masterlist_free(list);
	free(report);
	return n;
}

static void
measure_import(void)
{
	static const char name[] = "masterlist_import_DE";
	const char *only = getenv("BENCH");
	struct buf file = BUF_INIT, root = BUF_INIT;
	struct err err = ERR_INIT;
	struct cert *anchor = NULL;
	double best = 1e9;
	size_t n = 0;

	if (only != NULL && strcmp(only, name) != 0)
		return;
	if (!list_file("DE_ML_2026-05-28.ml", &file) || !list_file("DE_CSCA07.cer", &root)) {
		printf("# %s: no CATENA_TEST_DATA\n", name);
		buf_clear(&file);
		return;
	}
	if (cert_read(bytes_of(&root), &anchor, &err) == -1)
		bail_out("%s", err.text);
	for (unsigned i = 0; i < 3; i++) {
		uint64_t begun = clock_monotonic_ns();
		double seconds;

		n = import(bytes_of(&file), anchor);
		seconds = (double)(clock_monotonic_ns() - begun) / 1e9;
		best = seconds < best ? seconds : best;
	}
	printf("bench %s value=%.2f unit=s limit=2.00 ratio=%.2f goal=1.0 %s\n", name, best, best / 2, best <= 2 ? "ok" : "short");
	printf("# %zu CSCA certificates\n", n);
	cert_free(anchor);
	buf_clear(&file);
	buf_clear(&root);
}

int
main(void)
{
	static const struct {
		const char *name, *csca, *signer;
	} kinds[] = {
		{ "brainpoolP256r1", "brainpoolP384r1", "brainpoolP256r1" }, /* ours */
		{ "P-256", "P-256", "P-256" },                               /* the fastest: the least time for the rest */
	};
	struct ceremony_options options = fix_options;
	struct truststore *others = NULL;
	struct err err = ERR_INIT;
	struct session *s = NULL;
	struct token *t;

	measure_import();
	if (getenv("BENCH") != NULL && strncmp(getenv("BENCH"), "passive_", 8) != 0)
		return 0;
	if (!softhsm_start()) {
		printf("# passive: SoftHSM is not installed\n");
		return 0;
	}
	t = fix_token(2);
	if (token_borrow(t, &s, &err) == -1 || truststore_new(&others, &err) == -1)
		bail_out("%s", err.text);
	many_cscas(s, others);
	options.now = NOW - 2 * DAY;
	for (size_t i = 0; i < NELEM(kinds); i++) {
		struct world w;

		options.prefix = kinds[i].name;
		options.csca_kind = kinds[i].csca;
		options.signer_kind = kinds[i].signer;
		world_make(&w, s, t, &options, others);
		for (unsigned threads = 1; threads <= THREADS; threads++)
			measure(&w, kinds[i].name, threads);
		world_clear(&w);
	}
	truststore_free(others);
	token_return(t, s);
	token_close(t);
	softhsm_stop();
	return 0;
}
