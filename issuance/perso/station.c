#include "issuance/perso/station.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "issuance/application/kinds.h"
#include "issuance/perso/chipwriter.h"
#include "issuance/perso/faceimage.h"
#include "issuance/perso/number.h"
#include "registry/base/clock.h"
#include "registry/base/file.h"
#include "registry/store/application.h"
#include "registry/store/booklet.h"

enum { STATION_CLIENTS = 64,
	STATION_SPOILED = 3,    /* chips that fail one after the other before a station stops: it is the reader then, and the next blank would be lost, too */
	STATION_CLOCK = 120,    /* seconds that its clock may differ from the registry's */
	STATION_RECORDS = 30 }; /* seconds in which the database must take that a chip was written */

struct station {
	struct db *db;
	struct seal *seal; /* of portraits */
	uint8_t number_key[NUMBER_KEY_LEN];
	char *state, *authority, *name;
	char *portrait_form; /* NULL: as enrolled */
	char series;
	int years, years_minor;
	struct chip_rules rules;
	/* signd's connections: lent to one batch each, all of them made at the start, connected when first used */
	pthread_mutex_t lock;
	pthread_cond_t returned;
	struct signclient *idle[STATION_CLIENTS];
	unsigned nidle;
	/* chips; NULL: the station writes none.  One at a time, whoever asks. */
	pthread_mutex_t writing;
	struct chipwriter *writer;
	struct chipkeys keys; /* of the document last begun: lost, and its chip can never be written */
	struct uuid keys_of;
	unsigned spoiled;      /* one after the other */
	bool reader_was_clear; /* since a document was last begun the reader was seen without its blank booklet */
};

/* ---- the clock ---- */

static int
work_clock(struct tx *tx, void *arg, struct err *err)
{
	return document_clock(tx, arg, err);
}

/* Documents are dated by our clock: one that is a day off would date them wrong, and expire them wrong. */
static int
clock_agrees(int64_t registry, struct err *err)
{
	int64_t ahead = clock_now() - registry, by = ahead < 0 ? -ahead : ahead;

	if (by <= STATION_CLOCK || clock_is_staged())
		return 0;
	return err_set(err, FAIL_AGAIN, "the station's clock is %lld %s %s the registry's: documents would be dated wrong", (long long)(by >= 7200 ? by / 3600 : by / 60),
		by >= 7200 ? "hours" : "minutes", ahead < 0 ? "behind" : "ahead of");
}

/* ---- a station ---- */

/* Numbers are mixed under a key of their own, so that nobody who knows one key knows the other. */
static int
number_key_derive(const char *key_file, uint8_t key[NUMBER_KEY_LEN], struct err *err)
{
	struct buf octets = BUF_INIT;
	int rc = file_read(key_file, SEAL_KEY_LEN, &octets, err);

	if (rc == 0)
		hmac_sha256(bytes_of(&octets), bytes_str("document numbers"), key);
	buf_wipe(&octets);
	return rc;
}

int
station_new(const struct station_options *options, struct station **station, struct err *err)
{
	unsigned want = options->signd_connections > STATION_CLIENTS ? STATION_CLIENTS : options->signd_connections;
	struct station *s = calloc(1, sizeof(*s));
	struct faceimage_order portrait;
	int64_t registry;

	if (s == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->returned, NULL);
	pthread_mutex_init(&s->writing, NULL);
	s->db = options->db;
	s->series = options->series;
	s->years = options->years;
	s->years_minor = options->years_minor;
	s->rules = chip_rules_usual;
	s->state = strdup(options->state);
	s->authority = strdup(options->authority);
	s->name = strdup(options->name);
	s->portrait_form = options->portrait_form != NULL ? strdup(options->portrait_form) : NULL;
	if (s->state == NULL || s->authority == NULL || s->name == NULL || (options->portrait_form != NULL && s->portrait_form == NULL)) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	if (s->series < 'A' || s->series > 'Z' || s->series == 'I' || s->series == 'O') {
		err_set(err, FAIL_INPUT, "number_prefix: a letter A to Z that is neither I nor O is wanted");
		goto out;
	}
	if (db_run(s->db, DB_READ_COMMITTED, work_clock, &registry, err) == 0 && clock_agrees(registry, err) == -1) {
		err->kind = FAIL_CONFLICT;
		goto out;
	}
	err_clear(err); /* without a database nothing is personalised, but the rest of the program may start */
	if (s->portrait_form != NULL && faceimage_order_parse(s->portrait_form, &portrait, err) == -1)
		goto out;
	if (options->iso39794_from != NULL && chip_rules_parse(options->iso39794_from, &s->rules, err) == -1)
		goto out;
	if (seal_load(options->biometric_key, &s->seal, err) == -1 ||
		number_key_derive(options->biometric_key, s->number_key, err) == -1)
		goto out;
	if (options->chip_reader != NULL && options->chip_reader[0] != '\0' && chipwriter_new(options->chip_reader, options->chip_profile, &s->writer, err) == -1)
		goto out;
	while (s->nidle < want) {
		if (signclient_new(options->signd_socket, &s->idle[s->nidle], err) == -1)
			goto out;
		s->nidle++;
	}
	*station = s;
	return 0;
out:
	station_free(s);
	return -1;
}

void
station_free(struct station *s)
{
	if (s == NULL)
		return;
	while (s->nidle > 0)
		signclient_free(s->idle[--s->nidle]);
	seal_free(s->seal);
	wipe(s->number_key, sizeof(s->number_key));
	free(s->state);
	free(s->authority);
	free(s->name);
	free(s->portrait_form);
	chipwriter_free(s->writer);
	chipkeys_clear(&s->keys);
	pthread_mutex_destroy(&s->writing);
	pthread_cond_destroy(&s->returned);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

const char *
station_state(const struct station *s)
{
	return s->state;
}

const char *
station_name(const struct station *s)
{
	return s->name;
}

size_t
station_at_once(const struct station *s)
{
	return s->writer != NULL ? 1 : DOCUMENT_BATCH;
}

/* The reader is this station's until it is given back with chipwriter_close and the lock. */
static int
chip_take(struct station *s, struct err *err)
{
	pthread_mutex_lock(&s->writing);
	if (s->spoiled >= STATION_SPOILED)
		err_set(err, FAIL_AGAIN, "%u chips failed one after the other: look at the reader, then start the station again", s->spoiled);
	else if (chipwriter_open(s->writer, &s->reader_was_clear, err) == 0)
		return 0;
	pthread_mutex_unlock(&s->writing);
	return -1;
}

static void
chip_give(struct station *s)
{
	chipwriter_close(s->writer);
	pthread_mutex_unlock(&s->writing);
}

int
station_ready(struct station *s, struct err *err)
{
	int64_t registry;

	if (db_run(s->db, DB_READ_COMMITTED, work_clock, &registry, err) == -1 || clock_agrees(registry, err) == -1)
		return -1;
	if (s->writer == NULL)
		return 0;
	if (chip_take(s, err) == -1)
		return -1;
	chip_give(s);
	return 0;
}

static struct signclient *
client_borrow(struct station *s)
{
	struct signclient *c;

	pthread_mutex_lock(&s->lock);
	while (s->nidle == 0)
		pthread_cond_wait(&s->returned, &s->lock);
	c = s->idle[--s->nidle];
	pthread_mutex_unlock(&s->lock);
	return c;
}

static void
client_return(struct station *s, struct signclient *c)
{
	pthread_mutex_lock(&s->lock);
	s->idle[s->nidle++] = c;
	pthread_cond_signal(&s->returned);
	pthread_mutex_unlock(&s->lock);
}

/* ---- composing ---- */

int
station_portrait(const struct station *s, const struct production *p, struct buf *jpeg, struct err *err)
{
	uint8_t digest[SHA256_LEN];

	sha256(bytes_of(&p->portrait), digest);
	if (!bytes_equal(BYTES(digest, sizeof(digest)), bytes_of(&p->portrait_sha256)))
		return err_set(err, FAIL_CONFLICT, "portrait: the sealed image is not the one of its record");
	if (seal_open(s->seal, BYTES(p->portrait_id.o, sizeof(p->portrait_id.o)), bytes_of(&p->portrait), jpeg, err) == 0)
		return 0;
	err->kind = err->kind == FAIL_INPUT ? FAIL_CONFLICT : err->kind;
	return err_prefix(err, "portrait");
}

int
station_compose(const struct station *s, const struct production *p, struct perso_order *order, struct buf *jpeg,
	struct chip_files *files, struct err *err)
{
	if (station_portrait(s, p, jpeg, err) == -1 || order_of_production(p, order, err) == -1 ||
		chip_compose(order, bytes_of(jpeg), &s->rules, files, err) == -1)
		return -1;
	return 0;
}

/* ---- a batch ---- */

struct batch {
	struct station *station;
	const struct uuid *applications;
	size_t n;
	const struct uuid *officer_id;
	struct personalised *results;
	struct date today;
	/* of one run of the transaction */
	struct production *list;
	size_t found;
	bool with_chip;            /* the station's reader is ours */
	struct buf *sod;           /* where EF.SOD is wanted; NULL: nowhere */
	struct sign_order *orders; /* by the place in `applications`; ndg 0: nothing to sign */
};

static size_t
place_of(const struct batch *b, const struct uuid *application)
{
	size_t i = 0;

	while (i + 1 < b->n && !uuid_equal(&b->applications[i], application))
		i++;
	return i;
}

static void
result_is(struct personalised *r, const struct production *p)
{
	r->document_id = p->document_id;
	memcpy(r->number, p->number, sizeof(r->number));
}

static int
may_be_produced(const struct production *p, struct err *err)
{
	if (p->has_document || strcmp(p->application_state, "approved") != 0)
		return err_set(err, FAIL_CONFLICT, "application is %s, which does not allow: produce", p->application_state);
	if (!p->identity_holds)
		return err_set(err, FAIL_CONFLICT, "identity is not the current verified one");
	if (p->is_deceased)
		return err_set(err, FAIL_CONFLICT, "holder is deceased");
	if (p->is_stopped)
		return err_set(err, FAIL_CONFLICT, "issuing to the holder is stopped");
	return 0;
}

/* Composes the files and keeps their hashes: as the order to signd, and as JSON for the row. */
static int
hash_production(struct batch *b, const struct production *p, struct sign_order *order, struct ldsso *lds, struct err *err)
{
	struct chip_files files = CHIP_FILES_INIT;
	struct perso_order data = { 0 };
	struct buf jpeg = BUF_INIT;
	int rc = -1;

	if (station_compose(b->station, p, &data, &jpeg, &files, err) == -1 || chip_hash(&files, p->hash_bits, lds, err) == -1 ||
		(b->with_chip && p->chip_profile != NULL && chipwriter_check(b->station->writer, &files, &b->station->keys, err) == -1))
		goto out;
	order->document_id = p->document_id;
	order->ndg = lds->n;
	for (unsigned i = 0; i < lds->n; i++) {
		order->dg[i].number = (int)lds->dg[i].number;
		order->dg[i].len = (size_t)lds->hash_bits / 8;
		memcpy(order->dg[i].hash, lds->dg[i].hash, order->dg[i].len);
	}
	rc = 0;
out:
	chip_clear(&files);
	buf_wipe(&jpeg);
	order_clear(&data);
	return rc;
}

/* Whether its chip could still be written by us, into the booklet that was in the reader when it got its number; or need not be. */
static bool
has_its_keys(const struct batch *b, const struct production *p)
{
	return p->chip_profile == NULL || (b->with_chip && uuid_equal(&b->station->keys_of, &p->document_id) && !b->station->reader_was_clear);
}

/* A document that is there already: done, or taken up where it was left. */
static void
take_up(struct batch *b, const struct production *p, struct personalised *r, struct sign_order *order)
{
	struct ldsso lds;

	result_is(r, p);
	if (strcmp(p->document_state, "allocated") != 0) {
		r->is_signed = p->sod.n > 0;
		if (!r->is_signed || strcmp(p->document_state, "cancelled") == 0 || strcmp(p->document_state, "revoked") == 0)
			err_set(&r->err, FAIL_CONFLICT, "document is %s", p->document_state);
		r->is_signed = r->err.kind == FAIL_NONE;
		return;
	}
	if (hash_production(b, p, order, &lds, &r->err) == -1 || chip_hashes_agree(&lds, p->dg_hashes, &r->err) == -1)
		order->ndg = 0;
}

/* The keys of its chip, of which the public halves go into the document. */
static int
begin_chip(struct station *s, struct production *p, struct allocation *a, struct err *err)
{
	chipkeys_clear(&s->keys);
	s->keys_of = (struct uuid){ { 0 } };
	if (chipkeys_new(chipwriter_profile(s->writer), &s->keys, err) == -1)
		return -1;
	s->keys_of = p->document_id;
	buf_bytes(&p->card_access, bytes_of(&s->keys.card_access));
	buf_bytes(&p->dg14, bytes_of(&s->keys.dg14));
	buf_bytes(&p->dg15, bytes_of(&s->keys.dg15));
	free(p->chip_profile);
	p->chip_profile = strdup(chipwriter_profile(s->writer)->name);
	if (p->chip_profile == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	*a = (struct allocation){ .chip_profile = p->chip_profile, .card_access = bytes_of(&p->card_access), .dg14 = bytes_of(&p->dg14), .dg15 = bytes_of(&p->dg15) };
	return buf_check(&p->card_access, err) == -1 || buf_check(&p->dg14, err) == -1 ? -1 : buf_check(&p->dg15, err);
}

/* A new document of an approved application, number `sequence`; its row goes into *a, the hashes as JSON into *hashes. */
static int
begin_new(struct batch *b, struct production *p, uint64_t sequence, struct allocation *a, struct sign_order *order, struct buf *hashes,
	struct err *err)
{
	struct station *s = b->station;
	struct ldsso lds;

	*a = (struct allocation){ .chip_profile = NULL };
	if (number_of_sequence(s->number_key, s->series, sequence, (unsigned)p->number_length, p->number, err) == -1 || uuid_new(&p->document_id, err) == -1)
		return -1;
	if (strlen(s->state) >= sizeof(p->issuing_state))
		return err_set(err, FAIL_INTERNAL, "state: a code of one to three letters is wanted");
	memcpy(p->issuing_state, s->state, strlen(s->state) + 1);
	free(p->authority);
	if ((p->authority = strdup(s->authority)) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	p->issued_on = b->today;
	p->expires_on = p->days > 0 ? date_add(b->today, 0, p->days) : order_expiry(p->birth, b->today, p->years > 0 ? p->years : s->years, p->years > 0 ? p->years_minor : s->years_minor);
	if (document_code_check(p->mrz_form, p->mrz_code, p->issued_on, p->expires_on, err) == -1)
		return -1;
	p->hash_bits = ORDER_HASH_BITS;
	if (b->with_chip && !p->is_sealed && begin_chip(s, p, a, err) == -1)
		return -1;
	if (s->portrait_form != NULL && (p->portrait_form = strdup(s->portrait_form)) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	a->portrait_form = p->portrait_form;
	a->dg2_standard = chip_dg2_standard(&s->rules, p->issued_on);
	snprintf(p->dg2_standard, sizeof(p->dg2_standard), "%s", a->dg2_standard);
	if (hash_production(b, p, order, &lds, err) == -1)
		return -1;
	chip_hashes_json(&lds, hashes);
	if (buf_check(hashes, err) == -1)
		return -1;
	a->application_id = p->application_id;
	a->document_id = p->document_id;
	a->issuing_state = s->state;
	a->issued_on = p->issued_on;
	a->expires_on = p->expires_on;
	a->hash_bits = p->hash_bits;
	a->dg_hashes = buf_cstr(hashes);
	memcpy(a->number, p->number, sizeof(a->number));
	return 0;
}

static void
list_clear(struct batch *b)
{
	while (b->found > 0)
		production_clear(&b->list[--b->found]);
}

static void
batch_reset(struct batch *b)
{
	list_clear(b);
	for (size_t i = 0; i < b->n; i++) {
		b->results[i] = (struct personalised){ .application_id = b->applications[i] };
		err_set(&b->results[i].err, FAIL_NOT_FOUND, "there is no such application");
		buf_clear(&b->orders[i].sod);
		b->orders[i] = (struct sign_order){ .ndg = 0 };
	}
}

static int
allocate_new(struct tx *tx, struct batch *b, const size_t *fresh, size_t nfresh, struct err *err)
{
	struct allocation list[DOCUMENT_BATCH];
	struct buf hashes[DOCUMENT_BATCH] = { 0 };
	uint64_t sequence[DOCUMENT_BATCH];
	size_t n = 0;
	int rc = -1;

	if (nfresh == 0)
		return 0;
	if (document_sequence(tx, nfresh, sequence, err) == -1)
		return -1;
	for (size_t k = 0; k < nfresh; k++) {
		struct production *p = &b->list[fresh[k]];
		size_t place = place_of(b, &p->application_id);

		if (begin_new(b, p, sequence[k], &list[n], &b->orders[place], &hashes[k], &b->results[place].err) == -1) {
			b->orders[place].ndg = 0;
			continue;
		}
		result_is(&b->results[place], p);
		n++;
	}
	rc = n == 0 ? 0 : documents_allocate(tx, list, n, b->station->authority, b->officer_id, err);
	for (size_t k = 0; k < nfresh; k++)
		buf_clear(&hashes[k]);
	return rc;
}

/* A blank for each that is to be signed and has none: its number and its booklet are in the registry before anything is written into either. */
static int
take_booklets(struct tx *tx, struct batch *b, struct err *err)
{
	struct uuid documents[DOCUMENT_BATCH];
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		if (b->orders[i].ndg > 0)
			documents[n++] = b->orders[i].document_id;
	return n == 0 ? 0 : booklets_bind(tx, b->station->name, documents, n, b->officer_id, err);
}

/*
 * The blank in the reader is the next one in the registry only if the last that was begun was written, or was seen to be taken out: else chip, page and serial of
 * all that follow would not belong together.
 */
static int
reader_has_the_next(struct tx *tx, struct batch *b, struct err *err)
{
	char serial[BOOKLET_SERIAL_TEXT];
	int rc;

	if (b->station->reader_was_clear || (rc = booklet_to_take_out(tx, b->station->name, serial, err)) == 0)
		return 0;
	if (rc == 1)
		err_set(err, FAIL_AGAIN, "booklet %s, begun and not finished, is to be taken out of the reader; then the next one is put in", serial);
	return -1;
}

/* What is there of the applications, after documents were spoiled whose chips can never be written. */
static int
read_applications(struct tx *tx, struct batch *b, struct err *err)
{
	size_t spoiled = 0;

	if (productions_read(tx, b->applications, b->n, b->list, &b->found, err) == -1)
		return -1;
	for (size_t i = 0; i < b->found; i++) {
		const struct production *p = &b->list[i];

		if (!p->has_document || strcmp(p->document_state, "allocated") != 0 || has_its_keys(b, p))
			continue;
		if (station_spoil(tx, p, b->officer_id, "the station stopped before the chip was written: the keys made for it are lost", err) == -1)
			return -1;
		spoiled++;
	}
	if (spoiled == 0)
		return 0;
	list_clear(b);
	if (b->with_chip) { /* nothing is begun before that is in the registry: what lies in the reader may be the booklet that was spoiled */
		for (size_t i = 0; i < b->n; i++)
			err_set(&b->results[i].err, FAIL_AGAIN, "the document that was begun is spoiled: the application gets another one");
		return 0;
	}
	return productions_read(tx, b->applications, b->n, b->list, &b->found, err);
}

static int
work_allocate(struct tx *tx, void *arg, struct err *err)
{
	struct batch *b = arg;
	size_t fresh[DOCUMENT_BATCH], nfresh = 0;
	int64_t registry;

	batch_reset(b);
	if (document_clock(tx, &registry, err) == -1 || clock_agrees(registry, err) == -1)
		return -1;
	if (read_applications(tx, b, err) == -1)
		return -1;
	for (size_t i = 0; i < b->found; i++) { /* a station with chips: one */
		const struct production *p = &b->list[i];
		size_t place = place_of(b, &p->application_id);
		struct personalised *r = &b->results[place];

		err_clear(&r->err);
		if (p->has_document && strcmp(p->application_state, "approved") != 0)
			take_up(b, p, r, &b->orders[place]);
		else if (may_be_produced(p, &r->err) == 0 && (!b->with_chip || p->is_sealed || reader_has_the_next(tx, b, &r->err) == 0))
			fresh[nfresh++] = i;
	}
	return allocate_new(tx, b, fresh, nfresh, err) == -1 ? -1 : take_booklets(tx, b, err);
}

/* One that fell behind another officer's change refuses the whole transaction: then each is tried alone and answers for itself. */
static int
allocate(struct batch *b, struct err *err)
{
	struct batch one = *b;

	if (db_run(b->station->db, DB_READ_COMMITTED, work_allocate, b, err) == 0)
		return 0;
	if (err->kind != FAIL_CONFLICT || b->n == 1)
		return -1;
	batch_reset(b);
	for (size_t i = 0; i < b->n; i++) {
		struct err why = ERR_INIT;

		one.applications = &b->applications[i];
		one.results = &b->results[i];
		one.orders = &b->orders[i];
		one.found = 0;
		one.n = 1;
		if (db_run(b->station->db, DB_READ_COMMITTED, work_allocate, &one, &why) == -1) {
			if (why.kind != FAIL_CONFLICT) {
				*err = why;
				return -1;
			}
			batch_reset(&one);
			one.results->err = why;
		}
		while (one.found > 0)
			production_clear(&one.list[--one.found]);
	}
	err_clear(err);
	return 0;
}

static int
sign(struct batch *b, struct err *err)
{
	struct sign_order *orders = calloc(b->n, sizeof(*orders));
	size_t place[DOCUMENT_BATCH], n = 0;
	struct signclient *client;
	int rc = 0;

	if (orders == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < b->n; i++)
		if (b->orders[i].ndg > 0 && b->results[i].err.kind == FAIL_NONE) {
			place[n] = i;
			orders[n++] = b->orders[i];
		}
	if (n > 0) {
		client = client_borrow(b->station);
		rc = signclient_documents(client, orders, n, err);
		client_return(b->station, client);
	}
	for (size_t k = 0; k < n; k++) {
		if (rc == 0) {
			b->results[place[k]].err = orders[k].err;
			b->results[place[k]].is_signed = orders[k].err.kind == FAIL_NONE;
			if (b->sod != NULL)
				buf_move(b->sod, &orders[k].sod);
		}
		buf_clear(&orders[k].sod);
	}
	free(orders);
	return rc;
}

/* ---- chips ---- */

int
station_spoil(struct tx *tx, const struct production *p, const struct uuid *officer_id, const char *reason, struct err *err)
{
	if (document_decide(tx, &p->document_id, "spoil", officer_id, reason, err) == -1 || application_decide(tx, &p->application_id, "reproduce", officer_id, NULL, err) == -1)
		return -1;
	return tx_flush(tx, err);
}

/* What became of a chip. */
struct chip_end {
	struct batch *batch;
	const char *reason; /* why its document is spoiled; NULL: it was written */
};

static int
work_chip_end(struct tx *tx, void *arg, struct err *err)
{
	const struct chip_end *e = arg;
	const struct batch *b = e->batch;
	bool is_recorded;

	if (document_chip_ended(tx, &b->list[0].document_id, e->reason == NULL, &is_recorded, err) == -1)
		return -1;
	if (is_recorded) /* the commit was done, and the answer lost */
		return 0;
	if (e->reason != NULL)
		return station_spoil(tx, &b->list[0], b->officer_id, e->reason, err);
	return document_chip_written(tx, &b->list[0].document_id, b->station->name, b->officer_id, err);
}

/* What is on the chip cannot be taken back, so the database is asked again while it is away. */
static int
chip_end(struct batch *b, const char *reason, struct err *err)
{
	struct chip_end e = { b, reason };

	for (unsigned i = 0; db_run(b->station->db, DB_READ_COMMITTED, work_chip_end, &e, err) == -1; i++) {
		if (i == STATION_RECORDS || (err->kind != FAIL_AGAIN && err->kind != FAIL_INTERNAL))
			return -1;
		sleep(1);
	}
	err_clear(err);
	return 0;
}

/* The document is signed and its keys are ours: onto the chip with them. */
static void
write_chip(struct batch *b, struct bytes sod, struct personalised *r)
{
	struct station *s = b->station;
	struct chip_files files = CHIP_FILES_INIT;
	struct perso_order data = { 0 };
	struct buf jpeg = BUF_INIT;
	struct err err = ERR_INIT;
	enum fail kind;

	r->is_signed = false;
	if (station_compose(s, &b->list[0], &data, &jpeg, &files, &r->err) == -1)
		goto out;
	if (chipwriter_write(s->writer, &files, sod, &s->keys, &r->err) == 0) {
		s->spoiled = 0;
		r->is_signed = chip_end(b, NULL, &r->err) == 0;
		if (!r->is_signed) /* it was spoiled by somebody else, or nobody knows of it: a locked chip that is no passport */
			err_prefix(&r->err, "the booklet in the reader is to be taken out");
	} else {
		s->spoiled++;
		kind = r->err.kind == FAIL_INPUT ? FAIL_CONFLICT : FAIL_AGAIN; /* another chip would not take it either; or the next one will */
		if (chip_end(b, r->err.text, &err) == -1)
			r->err = err;
		else
			err_prefix(&r->err, "spoiled with its booklet");
		r->err.kind = kind;
	}
	/* whatever became of it, these keys are of no further use */
	chipkeys_clear(&s->keys);
	s->keys_of = (struct uuid){ { 0 } };
out:
	chip_clear(&files);
	buf_wipe(&jpeg);
	order_clear(&data);
}

static int
run(struct batch *b, struct err *err)
{
	struct buf sod = BUF_INIT;
	int rc = -1;

	b->list = calloc(b->n, sizeof(*b->list));
	b->orders = calloc(b->n, sizeof(*b->orders));
	if (b->with_chip)
		b->sod = &sod;
	if (b->list == NULL || b->orders == NULL)
		err_set(err, FAIL_INTERNAL, "out of memory");
	else if (allocate(b, err) == 0) {
		if (b->with_chip && b->orders[0].ndg > 0)
			b->station->reader_was_clear = false;
		rc = sign(b, err);
	}
	if (rc == 0 && sod.n > 0 && b->results[0].is_signed && b->list[0].chip_profile != NULL)
		write_chip(b, bytes_of(&sod), &b->results[0]);
	list_clear(b);
	free(b->list);
	free(b->orders);
	buf_clear(&sod);
	return rc;
}

/* Whether signd answers: a number and its booklet are not to be taken for keys that could be lost while nobody signs. */
static int
signd_answers(struct station *s, struct err *err)
{
	struct signclient *client = client_borrow(s);
	struct buf json = BUF_INIT;
	int rc = signclient_status(client, &json, err);

	client_return(s, client);
	buf_clear(&json);
	return rc;
}

/* One after the other.  What needs no chip any more is done without one. */
static int
produce_chips(struct batch *b, struct err *err)
{
	struct station *s = b->station;

	for (size_t i = 0; i < b->n; i++) {
		struct batch one = { .station = s, .applications = &b->applications[i], .n = 1, .officer_id = b->officer_id, .results = &b->results[i], .today = b->today, .with_chip = true };
		int rc;

		if (signd_answers(s, err) == -1)
			return -1;
		b->results[i] = (struct personalised){ .application_id = b->applications[i] };
		if (chip_take(s, &b->results[i].err) == -1)
			continue;
		rc = run(&one, err);
		chip_give(s);
		if (rc == -1)
			return -1;
	}
	return 0;
}

int
station_produce(struct station *s, const struct uuid *applications, size_t n, const struct uuid *officer_id, struct personalised *results,
	struct err *err)
{
	struct batch b = { .station = s, .applications = applications, .n = n, .officer_id = officer_id, .results = results, .today = clock_today() };

	if (n == 0 || n > DOCUMENT_BATCH)
		return err_set(err, FAIL_INPUT, "a batch has 1 to %d applications", DOCUMENT_BATCH);
	return s->writer != NULL ? produce_chips(&b, err) : run(&b, err);
}

int
station_conclude(struct tx *tx, const struct personalised *results, size_t n, const struct uuid *officer_id, struct err *err)
{
	struct uuid ids[DOCUMENT_BATCH];
	size_t nids = 0, done;

	for (size_t i = 0; i < n && nids < DOCUMENT_BATCH; i++)
		if (results[i].is_signed)
			ids[nids++] = results[i].document_id;
	return nids == 0 ? 0 : documents_personalise(tx, ids, nids, officer_id, &done, err);
}
