#include "pki/signd/ceremonies.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "pki/rite.h"
#include "registry/base/clock.h"
#include "registry/base/digest.h"
#include "registry/base/log.h"
#include "registry/store/audit.h"
#include "registry/store/ceremony.h"

/* One execution (or the making of its offline request), from the request to the reply. */
struct execution {
	const struct ceremonies *at;
	struct uuid id, officer_id;
	int64_t now;
	bool wants_request;
	struct bytes response; /* import: the file of csca-ceremony; else none */
	/* what the work makes; set anew when the transaction is repeated */
	json_t *result;
	struct buf request;
	/* read in the registry */
	struct ceremony_case c;
	struct ceremony_csca csca, signer;
	struct cert *csca_cert, *key_cert;
	struct revoked_certificate *revoked;
	struct rite_fact_revoked *fact_revoked;
	size_t nrevoked;
	struct rite_facts facts;
	struct rite rite;
	struct rite_outcome outcome;
};

static void
execution_reset(struct execution *e)
{
	json_decref(e->result);
	e->result = NULL;
	buf_clear(&e->request);
	ceremony_case_clear(&e->c);
	ceremony_csca_clear(&e->csca);
	ceremony_csca_clear(&e->signer);
	cert_free(e->csca_cert);
	cert_free(e->key_cert);
	e->csca_cert = e->key_cert = NULL;
	free(e->revoked);
	free(e->fact_revoked);
	e->revoked = NULL;
	e->fact_revoked = NULL;
	e->nrevoked = 0;
	rite_clear(&e->rite);
	rite_outcome_clear(&e->outcome);
	e->facts = (struct rite_facts){ 0 };
}

/* ---- what must hold ---- */

enum { CRL_APART = 48 * 3600,     /* not more often (Doc 9303-12 5.1.4) */
	CSCA_RESTS = 2 * 86400 }; /* a new CSCA key, on the day of its certificate and the next: States are to have it before they meet it */

/* In which states of its key each kind of ceremony is carried out: looked at before the token is touched. */
static const struct {
	enum ceremony_kind kind;
	const char *states[3];
} key_states[] = {
	{ CEREMONY_GENERATE, { "approved" } },
	{ CEREMONY_ROLLOVER, { "approved" } },
	{ CEREMONY_NAME_CHANGE, { "approved" } },
	{ CEREMONY_CERTIFY, { "generated", "active" } },
	{ CEREMONY_ACTIVATE, { "generated" } },
	{ CEREMONY_RETIRE, { "generated", "active" } },
	{ CEREMONY_ERASE, { "retired", "compromised" } },
};

static int
check_key_state(const struct ceremony_case *c, struct err *err)
{
	for (size_t i = 0; i < NELEM(key_states); i++) {
		if (key_states[i].kind != c->kind)
			continue;
		for (size_t k = 0; k < NELEM(key_states[i].states) && key_states[i].states[k] != NULL; k++)
			if (strcmp(key_states[i].states[k], c->key_state) == 0)
				return 0;
		return err_set(err, FAIL_CONFLICT, "key %s is %s, which does not allow: %s", c->key_label, c->key_state, ceremony_kind_names[c->kind]);
	}
	return 0;
}

static int
check_case(const struct execution *e, struct err *err)
{
	const struct ceremony_case *c = &e->c;
	char why[120];

	if (ceremony_case_refusal(c, e->now, why) != NULL)
		return err_set(err, strcmp(c->state, "asked") == 0 || strcmp(c->state, "approved") == 0 ? FAIL_DENIED : FAIL_CONFLICT, "ceremony: %s", why);
	if (check_key_state(c, err) == -1)
		return -1;
	if (c->kind == CEREMONY_ACTIVATE && c->key_certificate.n == 0)
		return err_set(err, FAIL_CONFLICT, "key %s has no certificate yet", c->key_label);
	return 0;
}

/* ---- facts ---- */

static int
read_csca(struct tx *tx, struct execution *e, struct err *err)
{
	struct rite_facts *f = &e->facts;

	if (ceremony_csca_read(tx, &e->csca, err) == -1) {
		if (err->kind != FAIL_NOT_FOUND)
			return -1;
		err_clear(err); /* the first CSCA: rite_make says where one is needed */
		return 0;
	}
	if (cert_parse(bytes_of(&e->csca.certificate), &e->csca_cert, err) == -1)
		return err_prefix(err, "CSCA certificate");
	f->csca = e->csca_cert;
	f->csca_label = e->csca.key_label;
	return 0;
}

static int
read_revoked(struct tx *tx, struct execution *e, struct err *err)
{
	struct rite_facts *f = &e->facts;
	char moment[21];
	int64_t last;

	if (ceremony_crl_facts(tx, &f->crl_number, &last, &f->csca_name_changed, &e->revoked, &e->nrevoked, err) == -1)
		return -1;
	if (last != 0 && e->now < last + CRL_APART)
		return err_set(err, FAIL_DENIED, "CRL: the last one is younger than 48 hours, the next may be issued at %s (Doc 9303-12 5.1.4)",
			time_format(last + CRL_APART, moment));
	if ((e->fact_revoked = calloc(e->nrevoked + 1, sizeof(*e->fact_revoked))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < e->nrevoked; i++)
		e->fact_revoked[i] = (struct rite_fact_revoked){ BYTES(e->revoked[i].serial, e->revoked[i].serial_len), e->revoked[i].revoked_at };
	f->revoked = e->fact_revoked;
	f->nrevoked = e->nrevoked;
	return 0;
}

/* The successor of a CSCA key that is at work: linked to it, and known before it is used. */
static int
may_succeed(const struct execution *e, struct err *err)
{
	const struct ceremony_case *c = &e->c;
	char moment[21];

	if (!c->key_has_link)
		return err_set(err, FAIL_CONFLICT, "CSCA key %s: the active one has not certified it by a link certificate yet", c->key_label);
	if (e->now < e->key_cert->not_before + CSCA_RESTS)
		return err_set(err, FAIL_DENIED, "CSCA key %s: is not used in its first two days, from %s on (Doc 9303-12)", c->key_label,
			time_format(e->key_cert->not_before + CSCA_RESTS, moment));
	return 0;
}

static unsigned
number_of_label(const char *label)
{
	const char *dash = strrchr(label, '-');

	return dash == NULL ? 0 : (unsigned)strtoul(dash + 1, NULL, 10);
}

/* Keys of before the ceremonies were given an identifier at random: those are found by their label alone. */
static struct bytes
key_id_of(const struct execution *e)
{
	return e->c.spki.n > 0 || strcmp(e->c.key_state, "approved") == 0 ? BYTES(e->c.signing_key_id.o, sizeof(e->c.signing_key_id.o)) : BYTES_NONE;
}

static int
read_facts(struct tx *tx, struct execution *e, struct err *err)
{
	const struct ceremony_case *c = &e->c;
	struct rite_facts *f = &e->facts;

	*f = (struct rite_facts){
		.ceremony = c->id,
		.kind = ceremony_kind_names[c->kind],
		.parameters = c->parameters,
		.at = e->now,
		.state = e->at->state,
		.country = e->at->country,
		.key_kind = c->key_kind,
		.key_label = c->key_label,
		.algorithm = c->algorithm,
		.key_id = key_id_of(e),
		.spki = bytes_of(&c->spki),
		.key_number = number_of_label(c->key_label),
		.content = bytes_of(&c->payload),
	};
	if (c->key_kind[0] != '\0' && ceremony_use_days(tx, c->key_kind, &f->use_days, err) == -1)
		return -1;
	if (read_csca(tx, e, err) == -1)
		return -1;
	if (c->key_certificate.n > 0 && strcmp(c->key_kind, "csca") == 0) {
		if (cert_parse(bytes_of(&c->key_certificate), &e->key_cert, err) == -1)
			return err_prefix(err, "certificate of %s", c->key_label);
		f->key_certificate = e->key_cert;
	}
	if (c->kind == CEREMONY_ACTIVATE && f->key_certificate != NULL && f->csca != NULL && may_succeed(e, err) == -1)
		return -1;
	if (c->kind == CEREMONY_CRL)
		return read_revoked(tx, e, err);
	if (c->kind == CEREMONY_MASTER_LIST || c->kind == CEREMONY_DEVIATION_LIST) {
		if (ceremony_signer_read(tx, c->kind == CEREMONY_MASTER_LIST ? "master_list_signer" : "deviation_list_signer", e->now, &e->signer, err) == -1) {
			err->kind = err->kind == FAIL_NOT_FOUND ? FAIL_CONFLICT : err->kind;
			return -1;
		}
		f->signer = bytes_of(&e->signer.certificate);
		f->signer_issuer = bytes_of(&e->signer.issuer);
		f->signer_label = e->signer.key_label;
	}
	return 0;
}

/* ---- where it is done ---- */

struct place {
	bool is_offline, is_decided;
	const char *token;
};

static int
place_add(struct place *p, bool is_offline, const char *token, struct err *err)
{
	if (p->is_decided && (p->is_offline != is_offline || strcmp(p->token, token) != 0))
		return err_set(err, FAIL_CONFLICT, "the ceremony needs keys of two tokens, %s and %s", p->token, token);
	*p = (struct place){ is_offline, true, token };
	return 0;
}

/* The one token all of the rite's keys are on. */
static int
place_of(const struct execution *e, struct place *p, struct err *err)
{
	const struct rite *r = &e->rite;
	const struct rite_certificate *c = r->certificates.items;
	bool is_own_root = r->certificates.n == 1 && c[0].is_root;

	*p = (struct place){ .token = "" };
	if ((r->has_generate || r->has_erase || is_own_root) && place_add(p, e->c.key_is_offline, e->c.token_label, err) == -1)
		return -1;
	if (r->issuer_label != NULL && !is_own_root && place_add(p, e->csca.is_offline, e->csca.token_label, err) == -1)
		return -1;
	return r->has_list ? place_add(p, e->signer.is_offline, e->signer.token_label, err) : 0;
}

/* ---- the outcome ---- */

static json_t *
hex_of_sha256(struct bytes in)
{
	uint8_t digest[SHA256_LEN];

	sha256(in, digest);
	return json_hex(BYTES(digest, sizeof(digest)));
}

static int
set(json_t *object, const char *name, json_t *value, struct err *err)
{
	return json_object_set_new(object, name, value) == -1 ? err_set(err, FAIL_INTERNAL, "out of memory") : 0;
}

static json_t *
certificate_result(const struct cert *cert, const struct uuid *id, const char *profile)
{
	char from[21], to[21], text[UUID_TEXT];

	return json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:s}", "id", uuid_format(id, text), "profile", profile, "sha256", hex_of_sha256(bytes_of(&cert->der)),
		"serial", json_hex(cert->serial), "common_name", cert->subject_cn, "not_before", time_format(cert->not_before, from), "not_after",
		time_format(cert->not_after, to));
}

/* The rows that wait for the execution's own: certificates, read once, with their identifiers. */
struct issued {
	struct cert *cert[RITE_CERTIFICATES];
	struct certificate_new row[RITE_CERTIFICATES];
	size_t n;
};

static int
read_issued(const struct execution *e, struct issued *is, json_t *list, struct err *err)
{
	const struct rite_certificate *order = e->rite.certificates.items;

	for (size_t i = 0; i < e->rite.certificates.n; i++) {
		struct certificate_new *row = &is->row[i];
		const struct cert *cert;

		if (cert_parse(bytes_of(&e->outcome.certificate[i]), &is->cert[i], err) == -1 || uuid_new(&row->id, err) == -1)
			return -1;
		cert = is->cert[i];
		is->n = i + 1;
		row->signing_key_id = e->c.signing_key_id;
		if (!order[i].is_root)
			row->issuer_id = e->csca.certificate_id;
		row->profile = order[i].is_root ? "root" : strcmp(e->c.key_kind, "csca") == 0 ? "link"
											      : "signer";
		row->der = bytes_of(&cert->der);
		row->serial = cert->serial;
		row->not_before = cert->not_before;
		row->not_after = cert->not_after;
		row->use_until = cert->has_key_to ? cert->key_to : order[i].key_to;
		if (json_array_append_new(list, certificate_result(cert, &row->id, row->profile)) == -1)
			return err_set(err, FAIL_INTERNAL, "out of memory");
	}
	return 0;
}

static void
issued_clear(struct issued *is)
{
	for (size_t i = 0; i < RITE_CERTIFICATES; i++)
		cert_free(is->cert[i]);
}

/* For the protocol: who can be recognised by it, never a secret. */
static int
make_result(struct execution *e, struct issued *is, struct err *err)
{
	const struct rite *r = &e->rite;
	json_t *result = json_object(), *list;
	char from[21], to[21];
	int rc = 0;

	e->result = result;
	if (e->c.key_label[0] != '\0')
		rc = set(result, "key", json_pack("{s:s, s:s, s:s, s:s}", "kind", e->c.key_kind, "label", e->c.key_label, "algorithm", e->c.algorithm, "token_label", e->c.token_label), err);
	if (rc == 0 && r->has_generate)
		rc = set(result, "public_key_sha256", hex_of_sha256(bytes_of(&e->outcome.spki)), err);
	if (rc == 0 && r->certificates.n > 0) {
		list = json_array();
		rc = set(result, "certificates", list, err);
		if (rc == 0)
			rc = read_issued(e, is, list, err);
	}
	if (rc == 0 && r->has_crl)
		rc = set(result, "crl", json_pack("{s:I, s:o, s:s, s:s, s:I}", "number", (json_int_t)r->crl.number, "sha256", hex_of_sha256(bytes_of(&e->outcome.crl)), "this_update", time_format(r->crl.this_update, from), "next_update", time_format(r->crl.next_update, to), "entries", (json_int_t)r->crl.revoked.n), err);
	if (rc == 0 && r->has_list)
		rc = set(result, "list", json_pack("{s:o, s:s}", "sha256", hex_of_sha256(bytes_of(&e->outcome.list)), "signed_at", time_format(r->list.at, from)), err);
	if (rc == 0 && r->has_erase)
		rc = set(result, "erased", json_string(r->erase.label), err);
	if (rc == 0 && e->request.n > 0)
		rc = set(result, "request_sha256", hex_of_sha256(bytes_of(&e->request)), err);
	return rc;
}

/* ---- recording ---- */

static int
record_revocation(struct tx *tx, struct execution *e, struct err *err)
{
	const char *cause = json_string_value(json_object_get(e->c.parameters, "cause"));
	struct cert *cert = NULL;
	int rc = cert_parse(bytes_of(&e->c.certificate), &cert, err);

	if (rc == 0)
		rc = ceremony_add_revocation(tx, &e->id, &e->c.certificate_id, cert->serial, cause, e->now, err);
	cert_free(cert);
	return rc;
}

static int
record_rule(struct tx *tx, struct execution *e, struct err *err)
{
	const json_t *p = e->c.parameters;
	const char *ceremony = json_string_value(json_object_get(p, "ceremony"));

	return ceremony_add_rule(tx, &e->id, ceremony != NULL ? ceremony : json_string_value(json_object_get(p, "key")),
		ceremony != NULL ? (unsigned)json_integer_value(json_object_get(p, "officers")) : 0, (unsigned)json_integer_value(json_object_get(p, "use_days")),
		json_integer_value(json_object_get(p, "max_signatures")), (unsigned)json_integer_value(json_object_get(p, "lead_days")), err);
}

static int
record(struct tx *tx, struct execution *e, struct issued *is, struct err *err)
{
	const struct rite *r = &e->rite;
	const struct rite_outcome *o = &e->outcome;
	const struct ceremony_execution row = { e->id, e->officer_id, e->now, o->token_label, o->token_serial, e->result };

	if (ceremony_execute(tx, &row, err) == -1)
		return -1;
	if (r->has_generate && ceremony_add_generation(tx, &e->id, &e->c.signing_key_id, bytes_of(&o->spki), err) == -1)
		return -1;
	for (size_t i = 0; i < is->n; i++)
		if (ceremony_add_certificate(tx, &e->id, &is->row[i], err) == -1)
			return -1;
	if (r->has_crl && ceremony_add_crl(tx, &e->id, r->crl.number, &e->csca.certificate_id, bytes_of(&o->crl), r->crl.this_update, r->crl.next_update, r->crl.revoked.n, err) == -1)
		return -1;
	if (r->has_list && ceremony_add_list(tx, &e->id, r->kind, &e->signer.certificate_id, bytes_of(&o->list), r->list.at, err) == -1)
		return -1;
	if (e->c.kind == CEREMONY_REVOKE && record_revocation(tx, e, err) == -1)
		return -1;
	if (e->c.kind == CEREMONY_RULE && record_rule(tx, e, err) == -1)
		return -1;
	return tx_flush(tx, err);
}

/* ---- carrying out ---- */

/* A request is some days old when its response comes: what it was made from must still be so. */
static int
check_still_holds(const struct execution *e, struct err *err)
{
	const struct rite *r = &e->rite;

	if (r->issuer.n > 0 && !r->has_list && !bytes_equal(bytes_of(&r->issuer), bytes_of(&e->csca.certificate)))
		return err_set(err, FAIL_CONFLICT, "another CSCA key has become active since the request was made: the ceremony is to be asked again");
	if (r->has_crl && (r->crl.revoked.n != e->nrevoked || r->crl.number != e->facts.crl_number))
		return err_set(err, FAIL_CONFLICT, "certificates were revoked or a CRL issued since the request was made: the ceremony is to be asked again");
	return 0;
}

/* The request that csca-ceremony has, or had: made once, then always the same. */
static int
order_offline(struct tx *tx, struct execution *e, struct err *err)
{
	if (e->c.request.n > 0) {
		buf_bytes(&e->request, bytes_of(&e->c.request));
		rite_clear(&e->rite);
		return buf_check(&e->request, err) == -1 || rite_of_text(bytes_of(&e->request), &e->rite, err) == -1 ? -1 : check_still_holds(e, err);
	}
	if (!e->wants_request)
		return err_set(err, FAIL_CONFLICT, "the ceremony needs the offline token %s: its request goes to csca-ceremony, whose response is imported",
			e->c.token_label[0] != '\0' && e->c.key_is_offline ? e->c.token_label : e->csca.token_label);
	if (rite_to_text(&e->rite, &e->request, err) == -1)
		return -1;
	return ceremony_request_add(tx, &e->id, bytes_of(&e->request), err) == -1 ? -1 : tx_flush(tx, err);
}

static int
take_response(struct execution *e, struct err *err)
{
	if (e->response.n == 0)
		return err_set(err, FAIL_CONFLICT, "the ceremony needs an offline token: the response of csca-ceremony is imported");
	return rite_outcome_of_text(e->response, &e->outcome, err) == -1 ? -1 : rite_check(&e->rite, bytes_of(&e->request), &e->outcome, err);
}

static int
perform_here(struct execution *e, const struct place *place, struct err *err)
{
	struct token *token = tokens_find(e->at->tokens, place->token);
	struct buf text = BUF_INIT;
	int rc = -1;

	if (e->response.n > 0)
		return err_set(err, FAIL_CONFLICT, "the ceremony is carried out by signd on its own token, there is nothing to import");
	if (place->is_decided && token == NULL)
		return err_set(err, FAIL_CONFLICT, "the key is on the token %s, which is none of this signd", place->token);
	if (!place->is_decided)
		return 0; /* the registry's rows are all there is to it */
	if (rite_to_text(&e->rite, &text, err) == 0)
		rc = rite_perform(token, &e->rite, bytes_of(&text), &e->outcome, err);
	buf_clear(&text);
	return rc;
}

static int
carry_out(struct tx *tx, struct execution *e, struct err *err)
{
	struct issued is = { 0 };
	struct place place;
	int rc = -1;

	if (read_facts(tx, e, err) == -1 || rite_make(&e->facts, &e->rite, err) == -1 || place_of(e, &place, err) == -1)
		return -1;
	if (e->wants_request && !place.is_offline)
		return err_set(err, FAIL_CONFLICT, "the ceremony needs no offline token");
	if (place.is_offline && order_offline(tx, e, err) == -1)
		return -1;
	if (e->wants_request)
		return 0;
	if ((place.is_offline ? take_response(e, err) : perform_here(e, &place, err)) == 0 && make_result(e, &is, err) == 0)
		rc = record(tx, e, &is, err);
	issued_clear(&is);
	return rc;
}

static int
execute(struct tx *tx, void *arg, struct err *err)
{
	struct execution *e = arg;

	execution_reset(e);
	if (ceremony_case_read(tx, &e->id, &e->c, err) == -1)
		return -1;
	if (e->c.was_executed && !e->wants_request) {
		e->result = json_incref(e->c.result);
		return 0;
	}
	if (e->c.was_executed && e->c.request.n > 0) {
		buf_bytes(&e->request, bytes_of(&e->c.request));
		return buf_check(&e->request, err);
	}
	return check_case(e, err) == -1 ? -1 : carry_out(tx, e, err);
}

/* ---- refusals ---- */

/*
 * A scheduler that tries an approved ceremony again and again, because something is still missing, is refused again and again: the ledger
 * gets the same refusal of the same ceremony once an hour.
 */
enum { TOLD = 64,
	TOLD_SECONDS = 3600 };

static bool
was_told(const struct uuid *ceremony, const char *text, int64_t now)
{
	static struct {
		struct uuid id;
		uint8_t digest[SHA256_LEN];
		int64_t at;
	} told[TOLD];
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static unsigned next;
	uint8_t digest[SHA256_LEN];
	bool was = false;

	sha256(bytes_str(text), digest);
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < TOLD && !was; i++)
		was = uuid_equal(&told[i].id, ceremony) && memcmp(told[i].digest, digest, sizeof(digest)) == 0 && now >= told[i].at &&
			now - told[i].at < TOLD_SECONDS;
	if (!was) {
		told[next].id = *ceremony;
		memcpy(told[next].digest, digest, sizeof(digest));
		told[next].at = now;
		next = (next + 1) % TOLD;
	}
	pthread_mutex_unlock(&lock);
	return was;
}

struct refusal {
	const struct execution *e;
	const char *text;
};

static int
record_refusal(struct tx *tx, void *arg, struct err *err)
{
	const struct refusal *r = arg;

	return audit_add(tx, &(struct audit_event){ .kind = "signature_refused", .program = "signd", .officer_id = &r->e->officer_id, .subject_kind = "ceremony", .subject_id = &r->e->id, .detail = r->text }, err);
}

static int
uuid_member(const json_t *request, const char *name, struct uuid *u, struct err *err)
{
	const char *text = json_string_value(json_object_get(request, name));
	struct err why = ERR_INIT;

	return text != NULL && uuid_parse(bytes_str(text), u, &why) == 0 ? 0 : err_set(err, FAIL_INPUT, "%s: a UUID is wanted", name);
}

json_t *
ceremonies_answer(const struct ceremonies *at, const char *op, const json_t *request, struct err *err)
{
	struct execution e = { .at = at, .now = clock_now(), .wants_request = strcmp(op, "request_ceremony") == 0 };
	const char *response = json_string_value(json_object_get(request, "response"));
	struct err unrecorded = ERR_INIT;
	json_t *reply = NULL;

	if (uuid_member(request, "id", &e.id, err) == -1 || (json_object_get(request, "officer_id") != NULL && uuid_member(request, "officer_id", &e.officer_id, err) == -1))
		return NULL;
	if (strcmp(op, "import_ceremony") == 0) {
		if (response == NULL || response[0] == '\0') {
			err_set(err, FAIL_INPUT, "response: a text is wanted");
			return NULL;
		}
		e.response = bytes_str(response);
	}
	if (db_run(at->db, DB_READ_COMMITTED, execute, &e, err) == 0) {
		reply = e.wants_request ? json_pack("{s:b, s:s}", "ok", 1, "request", buf_cstr(&e.request)) : json_pack("{s:b, s:O}", "ok", 1, "result", e.result);
		if (reply == NULL)
			err_set(err, FAIL_INTERNAL, "out of memory");
	} else if (err->kind != FAIL_AGAIN && err->kind != FAIL_INTERNAL && err->kind != FAIL_NOT_FOUND) {
		if (!was_told(&e.id, err->text, e.now) && db_run(at->db, DB_READ_COMMITTED, record_refusal, &(struct refusal){ &e, err->text }, &unrecorded) == -1)
			log_err(LOG_ERROR, "refusal_unrecorded", &unrecorded);
	}
	execution_reset(&e);
	return reply;
}
