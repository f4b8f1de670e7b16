/* The trust store over HTTP: files of other States proposed, seen, accepted; certificates confirmed and distrusted. */
#include <stdlib.h>

#include "pki/certview.h"
#include "pki/lint.h"
#include "pki/pkd.h"
#include "pki/pkid/pkid.h"
#include "pki/pkid/trust.h"
#include "pki/trustimport.h"
#include "pki/trustload.h"
#include "registry/base/clock.h"
#include "registry/base/text.h"

enum { SOURCE_MAX = 200,
	STATEMENT_MIN = 10, /* a word is no statement */
	STATEMENT_MAX = 500 };

/* ---- which certificates a trusted key has signed ---- */

struct trust_cache {
	pthread_mutex_t lock;
	bool is_filled;
	int64_t version;
	json_t *linked; /* SHA-256 in hexadecimal */
};

int
trust_cache_new(struct trust_cache **cache, struct err *err)
{
	struct trust_cache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	pthread_mutex_init(&c->lock, NULL);
	*cache = c;
	return 0;
}

void
trust_cache_free(struct trust_cache *cache)
{
	if (cache == NULL)
		return;
	json_decref(cache->linked);
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

static int
find_linked(struct tx *tx, json_t **linked, struct err *err)
{
	struct truststore *store = NULL;
	json_t *list = json_array();
	char hex[65];

	if (trustload(tx, &store, err) == -1) {
		json_decref(list);
		return -1;
	}
	for (size_t i = 0; i < truststore_count(store); i++)
		if (truststore_at(store, i)->trust == TRUST_LINKED)
			json_array_append_new(list, json_string(certview_sha256(truststore_at(store, i)->cert, hex)));
	truststore_free(store);
	*linked = list;
	return list == NULL ? err_set(err, FAIL_INTERNAL, "out of memory") : 0;
}

/* The caller's reference; of this transaction's snapshot or a later one. */
static int
linked_now(struct tx *tx, const struct request *rq, json_t **linked, struct err *err)
{
	struct trust_cache *c = ((struct pkid *)office_of(rq)->own)->trust;
	json_t *found = NULL;
	int64_t version;
	int rc = 0;

	if (trust_version(tx, &version, err) == -1)
		return -1;
	pthread_mutex_lock(&c->lock);
	if (!c->is_filled || c->version != version) {
		rc = find_linked(tx, &found, err);
		if (rc == 0) {
			json_decref(c->linked);
			c->linked = found;
			c->version = version;
			c->is_filled = true;
		}
	}
	if (rc == 0)
		*linked = json_deep_copy(c->linked);
	pthread_mutex_unlock(&c->lock);
	return rc;
}

/* ---- proposing ---- */

struct proposing {
	struct buf source;
	struct trust_rows rows;
	struct trust_newest *newest;
	size_t nnewest;
	struct truststore *store;
	struct cert **distrusted; /* held, too: known when they come again */
	size_t ndistrusted;
	const struct cert **trusted, **held;
	const struct crl **crl;
	struct trustimport_newest *before;
	struct trustimport *import;
	struct trust_item *item;
	json_t *summary;
};

static void
proposing_clear(struct proposing *p)
{
	buf_clear(&p->source);
	trust_rows_clear(&p->rows);
	free(p->newest);
	truststore_free(p->store);
	for (size_t i = 0; i < p->ndistrusted; i++)
		cert_free(p->distrusted[i]);
	free(p->distrusted);
	free(p->trusted);
	free(p->held);
	free(p->crl);
	free(p->before);
	trustimport_free(p->import);
	free(p->item);
	json_decref(p->summary);
}

static int
read_held(struct tx *tx, void *arg, struct err *err)
{
	struct proposing *p = arg;

	trust_rows_clear(&p->rows); /* a second run */
	free(p->newest);
	p->newest = NULL;
	return trust_rows_read(tx, &p->rows, err) == -1 ? -1 : trust_newest_read(tx, &p->newest, &p->nnewest, err);
}

static enum certfile_kind
kind_of(const char *name)
{
	return strcmp(name, "crl") == 0 ? CERTFILE_CRL : strcmp(name, "master_list") == 0 ? CERTFILE_MASTER_LIST
											  : CERTFILE_DEVIATION_LIST;
}

static const char *
name_of(enum certfile_kind kind)
{
	static const char *const names[] = { [CERTFILE_CERTIFICATE] = "certificate", [CERTFILE_CRL] = "crl", [CERTFILE_MASTER_LIST] = "master_list", [CERTFILE_DEVIATION_LIST] = "deviation_list" };

	return names[kind];
}

/* The store's rows as what trustimport compares with. */
static int
sort_held(struct proposing *p, struct trustimport_held *h, struct err *err)
{
	size_t n;

	if (trustload_rows(&p->rows, &p->store, err) == -1)
		return -1;
	n = truststore_count(p->store);
	p->trusted = calloc(n + 1, sizeof(struct cert *));
	p->held = calloc(n + p->rows.n + 1, sizeof(struct cert *));
	p->distrusted = calloc(p->rows.n + 1, sizeof(struct cert *));
	p->crl = calloc(truststore_crls(p->store) + 1, sizeof(struct crl *));
	p->before = calloc(p->nnewest + 1, sizeof(*p->before));
	if (p->trusted == NULL || p->held == NULL || p->distrusted == NULL || p->crl == NULL || p->before == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const struct trusted *t = truststore_at(p->store, i);

		if (t->trust != TRUST_NONE && !t->is_revoked)
			p->trusted[h->ntrusted++] = t->cert;
		else
			p->held[h->nheld++] = t->cert;
	}
	for (size_t i = 0; i < p->rows.n; i++)
		if (p->rows.row[i].kind == TRUST_ROW_DISTRUSTED) {
			if (cert_parse(bytes_of(&p->rows.row[i].der), &p->distrusted[p->ndistrusted], err) == -1)
				return -1;
			p->held[h->nheld++] = p->distrusted[p->ndistrusted++];
		}
	for (size_t i = 0; i < truststore_crls(p->store); i++)
		if (truststore_crl_at(p->store, i)->state == CRL_USABLE)
			p->crl[h->ncrl++] = truststore_crl_at(p->store, i)->crl;
	for (size_t i = 0; i < p->nnewest; i++) {
		const struct trust_newest *t = &p->newest[i];

		p->before[h->nnewest++] = (struct trustimport_newest){ kind_of(t->kind), t->country, BYTES(t->authority, t->authority_len), t->dated_at,
			t->sha256, t->is_verified };
	}
	h->trusted = p->trusted;
	h->held = p->held;
	h->crl = p->crl;
	h->newest = p->before;
	h->at = clock_now();
	return 0;
}

/* What the lists before had, and these have not. */
static int
read_gone(struct tx *tx, void *arg, struct err *err)
{
	struct trustimport *t = ((struct proposing *)arg)->import;
	size_t before = t->n, n = 0;
	struct trust_member *member = NULL;

	while (before > 0 && strcmp(t->item[before - 1].change, "gone") == 0)
		before--;
	t->n = before; /* a second run */
	for (size_t i = 0; i < t->nlist; i++) {
		if (t->list[i].kind != CERTFILE_MASTER_LIST || t->list[i].is_refused || !t->list[i].has_previous)
			continue;
		if (trust_members(tx, t->list[i].previous_sha256, &member, &n, err) == -1)
			return -1;
		for (size_t k = 0; k < n; k++)
			if (!trustimport_has(t, i, member[k].sha256) &&
				trustimport_gone(t, i, member[k].sha256, member[k].country, member[k].subject, member[k].is_root, err) == -1) {
				free(member);
				return -1;
			}
		free(member);
		member = NULL;
	}
	return 0;
}

static int
make_items(struct proposing *p, struct err *err)
{
	const struct trustimport *t = p->import;

	if ((p->item = calloc(t->n + 1, sizeof(*p->item))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < t->n; i++) {
		const struct trustimport_item *from = &t->item[i];
		struct trust_item *to = &p->item[i];

		*to = (struct trust_item){ .kind = name_of(from->kind), .der = from->kind == CERTFILE_MASTER_LIST ? BYTES_NONE : from->der, .country = from->country, .subject = from->subject, .authority = BYTES(from->authority, from->authority_len), .valid_from = from->valid_from, .valid_to = from->valid_to, .has_valid_to = from->has_valid_to, .is_root = from->is_root, .departures = from->departures, .change = from->change, .place = from->place, .is_in_list = from->list >= 0, .issuer = from->issuer, .is_verified = from->is_verified, .is_taken = from->is_taken, .why = from->why[0] != '\0' ? from->why : NULL };
		memcpy(to->sha256, from->sha256, SHA256_LEN);
		if (to->is_in_list)
			memcpy(to->list_sha256, t->list[from->list].sha256, SHA256_LEN);
	}
	return trustimport_summary(t, &p->summary, err);
}

static int
reply_import(struct tx *tx, const struct uuid *id, bool with_items, int status, struct reply *rp, struct err *err)
{
	json_t *import = NULL;

	return trust_import_read(tx, id, with_items, &import, err) == -1 ? -1 : reply_json(rp, status, import, err);
}

static int
work_propose(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct proposing *p = arg;
	struct trust_proposal proposal = { .officer_id = rq->who.officer_id, .source = buf_cstr(&p->source), .file = rq->body, .summary = p->summary, .item = p->item, .n = p->import->n };

	if (uuid_new(&proposal.id, err) == -1 || trust_propose(tx, &proposal, err) == -1)
		return -1;
	return reply_import(tx, &proposal.id, false, 201, rp, err);
}

static int
source_of(const struct request *rq, struct buf *source, struct err *err)
{
	static const char *const known[] = { "source", NULL };
	const char *given = request_query(rq, "source");
	struct err why = ERR_INIT;

	if (request_query_known(rq, known, err) == -1)
		return -1;
	if (given == NULL)
		return err_problem(err, "?source", "is missing: where the file comes from");
	if (text_clean(bytes_str(given), source, &why) == -1)
		return err_problem(err, "?source", "%s", why.text);
	if (source->n == 0 || text_length(bytes_of(source)) > SOURCE_MAX)
		return err_problem(err, "?source", "1 to %d characters are wanted", SOURCE_MAX);
	return 0;
}

int
post_trust_import(struct request *rq, struct reply *rp, struct err *err)
{
	struct trustimport_held held = { 0 };
	struct proposing p = { .source = BUF_INIT };
	struct db *db = office_of(rq)->db;
	int rc = -1;

	/* Outside the change's transaction: the file takes a while, and what it is compared with only informs the officers. */
	if (source_of(rq, &p.source, err) == 0 && db_run(db, DB_READ_ONLY, read_held, &p, err) == 0 && sort_held(&p, &held, err) == 0 &&
		trustimport_read(rq->body, &held, &p.import, err) == 0 && db_run(db, DB_READ_ONLY, read_gone, &p, err) == 0 && make_items(&p, err) == 0)
		rc = office_change(rq, rp, work_propose, &p, err);
	proposing_clear(&p);
	return rc;
}

/* ---- imports: reading and deciding ---- */

struct listing {
	struct page page;
	const char *state, *country, *standing;
};

static bool
is_one_of(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

static int
work_imports(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct listing *l = arg;
	const struct uuid *before;
	json_t *items = NULL;
	struct uuid id;
	bool more = false;

	(void)rq;
	if (page_before(&l->page, &id, &before, err) == -1 || trust_imports(tx, l->state, before, l->page.limit, &items, &more, err) == -1)
		return -1;
	return reply_items(rp, "trust-imports", items, more, err);
}

int
get_trust_imports(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "state", "limit", "cursor", NULL }, *const states[] = { "proposed", "accepted", "refused", NULL };
	struct listing l = { .state = request_query(rq, "state") };

	if (request_query_known(rq, known, err) == -1 || page_of_request(rq, "trust-imports", &l.page, err) == -1)
		return -1;
	if (l.state != NULL && !is_one_of(l.state, states))
		return err_problem(err, "?state", "proposed, accepted or refused is wanted");
	return office_read(rq, rp, work_imports, &l, err);
}

static int
work_import(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct uuid id;

	(void)arg;
	return request_param_uuid(rq, "id", &id, err) == -1 ? -1 : reply_import(tx, &id, true, 200, rp, err);
}

int
get_trust_import(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_import, NULL, err);
}

struct deciding {
	const char *event;
	char *statement, *fingerprint;
	uint8_t digest[SHA256_LEN];
};

static int
work_decide_import(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct deciding *d = arg;
	struct uuid id;

	if (request_param_uuid(rq, "id", &id, err) == -1 || trust_import_decide(tx, &id, d->event, &rq->who.officer_id, d->statement, err) == -1)
		return -1;
	return reply_import(tx, &id, false, 201, rp, err);
}

int
post_trust_acceptance(struct request *rq, struct reply *rp, struct err *err)
{
	struct deciding d = { .event = "accept" };

	return office_change(rq, rp, work_decide_import, &d, err);
}

static const struct json_field refusal_fields[] = {
	{ "reason", JSON_T_TEXT, offsetof(struct deciding, statement), 0, STATEMENT_MIN, STATEMENT_MAX },
	{ NULL }
};

int
post_trust_refusal(struct request *rq, struct reply *rp, struct err *err)
{
	struct deciding d = { .event = "refuse" };
	int rc = -1;

	if (request_json(rq, refusal_fields, &d, err) == 0)
		rc = office_change(rq, rp, work_decide_import, &d, err);
	json_clear(refusal_fields, &d);
	return rc;
}

/* ---- certificates ---- */

static int
work_certificates(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct listing *l = arg;
	struct trust_filter f = { .country = l->country, .standing = l->standing, .limit = l->page.limit };
	json_t *items = NULL, *linked = NULL;
	struct uuid after;
	bool more = false;
	int rc = -1;

	if (linked_now(tx, rq, &linked, err) == -1)
		return -1;
	f.linked = linked;
	if (page_before(&l->page, &after, &f.after, err) == 0 && trust_certificates(tx, &f, &items, &more, err) == 0)
		rc = reply_items(rp, "trust-certificates", items, more, err);
	json_decref(linked);
	return rc;
}

static bool
is_country(const char *text)
{
	size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return n >= 1 && n <= 3 && text[n] == '\0';
}

int
get_trust_certificates(struct request *rq, struct reply *rp, struct err *err)
{
	static const char *const known[] = { "country", "standing", "limit", "cursor", NULL };
	static const char *const standings[] = { "trusted", "linked", "held", "distrusted", NULL };
	struct listing l = { .country = request_query(rq, "country"), .standing = request_query(rq, "standing") };

	if (request_query_known(rq, known, err) == -1 || page_of_request(rq, "trust-certificates", &l.page, err) == -1)
		return -1;
	if (l.country != NULL && !is_country(l.country))
		return err_problem(err, "?country", "a code of capital letters is wanted");
	if (l.standing != NULL && !is_one_of(l.standing, standings))
		return err_problem(err, "?standing", "trusted, linked, held or distrusted is wanted");
	return office_read(rq, rp, work_certificates, &l, err);
}

/* The row with provenance and decisions, what is in the certificate in words, and what the linter finds. */
static int
reply_certificate(struct tx *tx, const struct request *rq, const struct uuid *id, int status, struct reply *rp, struct err *err)
{
	json_t *linked = NULL, *item = NULL, *view = NULL, *findings = NULL;
	struct lint lint = { 0 };
	struct buf der = BUF_INIT;
	struct cert *cert = NULL;
	int rc = -1;

	if (linked_now(tx, rq, &linked, err) == -1 || trust_certificate_read(tx, id, linked, &item, &der, err) == -1 || cert_parse(bytes_of(&der), &cert, err) == -1 ||
		certview_json(cert, &view, err) == -1 || lint_cert(bytes_of(&der), NULL, &lint, err) == -1 || lint_json(&lint, &findings, err) == -1)
		goto out;
	json_object_set_new(item, "view", view);
	json_object_set(item, "findings", json_object_get(findings, "findings"));
	view = NULL;
	rc = reply_json(rp, status, item, err);
	item = NULL;
out:
	json_decref(linked);
	json_decref(item);
	json_decref(view);
	json_decref(findings);
	lint_clear(&lint);
	cert_free(cert);
	buf_clear(&der);
	return rc;
}

static int
work_certificate(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct uuid id;

	(void)arg;
	return request_param_uuid(rq, "id", &id, err) == -1 ? -1 : reply_certificate(tx, rq, &id, 200, rp, err);
}

int
get_trust_certificate(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_certificate, NULL, err);
}

static int
work_decide(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct deciding *d = arg;
	struct uuid id;
	char state[16];

	if (request_param_uuid(rq, "id", &id, err) == -1 ||
		trust_certificate_decide(tx, &id, d->event, &rq->who.officer_id, d->statement, d->fingerprint == NULL ? NULL : d->digest, state, err) == -1)
		return -1;
	return reply_json(rp, 201, json_pack("{s:s, s:s}", "id", request_param(rq, "id"), "state", state), err);
}

/* Hexadecimal as it is printed: capitals, colons and spaces do not matter. */
static int
read_fingerprint(const char *text, uint8_t digest[SHA256_LEN], struct err *err)
{
	struct buf hex = BUF_INIT, octets = BUF_INIT;
	struct err why = ERR_INIT;
	int rc = 0;

	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'F')
			buf_u8(&hex, (uint8_t)(*text - 'A' + 'a'));
		else if (*text != ':' && *text != ' ')
			buf_u8(&hex, (uint8_t)*text);
	if (buf_from_hex(&octets, bytes_of(&hex), &why) == -1 || octets.n != SHA256_LEN)
		rc = err_problem(err, "/fingerprint", "SHA-256 of the certificate in hexadecimal is wanted: 64 digits");
	else
		memcpy(digest, octets.p, SHA256_LEN);
	buf_clear(&hex);
	buf_clear(&octets);
	return rc;
}

static const struct json_field confirmation_fields[] = {
	{ "how", JSON_T_TEXT, offsetof(struct deciding, statement), 0, STATEMENT_MIN, STATEMENT_MAX },
	{ "fingerprint", JSON_T_TEXT, offsetof(struct deciding, fingerprint), 0, 64, 127 },
	{ NULL }
};

int
post_trust_confirmation(struct request *rq, struct reply *rp, struct err *err)
{
	struct deciding d = { .event = "confirm" };
	int rc = -1;

	if (request_json(rq, confirmation_fields, &d, err) == 0 && read_fingerprint(d.fingerprint, d.digest, err) == 0)
		rc = office_change(rq, rp, work_decide, &d, err);
	json_clear(confirmation_fields, &d);
	return rc;
}

int
post_trust_distrust(struct request *rq, struct reply *rp, struct err *err)
{
	struct deciding d = { .event = "distrust" };
	int rc = -1;

	if (request_json(rq, refusal_fields, &d, err) == 0)
		rc = office_change(rq, rp, work_decide, &d, err);
	json_clear(refusal_fields, &d);
	return rc;
}

/* ---- States ---- */

static int
work_states(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	json_t *states = NULL;

	(void)rq;
	(void)arg;
	return trust_states(tx, &states, err) == -1 ? -1 : reply_page(rp, "trust-states", states, NULL, NULL, err);
}

int
get_trust_states(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_states, NULL, err);
}

/* ---- what we hand on ---- */

/* False: not for the PKD. */
static bool
branch_of(const struct trust_published *p, enum ldif_branch *branch)
{
	static const struct {
		const char *kind;
		enum ldif_branch branch;
	} branches[] = {
		{ "document_signer", LDIF_DSC },
		{ "visa_seal_signer", LDIF_BCSC },
		{ "emergency_seal_signer", LDIF_BCSC },
		{ "civil_seal_signer", LDIF_BCSC },
		{ "crl", LDIF_CRL },
		{ "master_list", LDIF_MASTER_LIST },
		{ "deviation_list", LDIF_DEVIATION_LIST },
	};

	for (size_t i = 0; i < NELEM(branches); i++)
		if (strcmp(p->kind, branches[i].kind) == 0) {
			*branch = branches[i].branch;
			return true;
		}
	return false;
}

static int
work_pkd(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct trust_publications published = { NULL, 0 };
	struct pkd_entry *entry = NULL;
	struct buf ldif = BUF_INIT;
	size_t n = 0;
	int rc = -1;

	(void)rq;
	(void)arg;
	if (trust_published_read(tx, &published, err) == -1)
		return -1;
	if ((entry = calloc(published.n + 1, sizeof(*entry))) == NULL) {
		err_set(err, FAIL_INTERNAL, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < published.n; i++)
		if (branch_of(&published.item[i], &entry[n].branch)) {
			entry[n].der = bytes_of(&published.item[i].der);
			entry[n++].signer = bytes_of(&published.item[i].signer);
		}
	if (pkd_write(entry, n, NULL, &ldif, err) == 0)
		rc = reply_bytes(rp, 200, "text/ldif", bytes_of(&ldif), err);
out:
	free(entry);
	buf_clear(&ldif);
	trust_publications_clear(&published);
	return rc;
}

int
get_trust_pkd(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_pkd, NULL, err);
}

/* Our CSCA's certificates and all others that we trust, unless they are revoked or have ended. */
static int
work_content(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	struct truststore *store = NULL;
	struct buf content = BUF_INIT;
	int64_t now = clock_now();
	struct bytes *cert;
	size_t n = 0;
	int rc = -1;

	(void)rq;
	(void)arg;
	if (trustload(tx, &store, err) == -1)
		return -1;
	cert = calloc(truststore_count(store) + 1, sizeof(*cert));
	for (size_t i = 0; cert != NULL && i < truststore_count(store); i++) {
		const struct trusted *t = truststore_at(store, i);

		if (t->trust != TRUST_NONE && !t->is_revoked && t->cert->not_after >= now)
			cert[n++] = bytes_of(&t->cert->der);
	}
	if (cert == NULL)
		err_set(err, FAIL_INTERNAL, "out of memory");
	else if (n == 0)
		err_set(err, FAIL_CONFLICT, "there is no CSCA certificate that is trusted and still valid");
	else if (pkd_master_list(cert, n, &content, err) == 0)
		rc = reply_bytes(rp, 200, "application/octet-stream", bytes_of(&content), err);
	free(cert);
	buf_clear(&content);
	truststore_free(store);
	return rc;
}

int
get_trust_master_list_content(struct request *rq, struct reply *rp, struct err *err)
{
	return office_read(rq, rp, work_content, NULL, err);
}
