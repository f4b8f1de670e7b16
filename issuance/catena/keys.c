#include "issuance/catena/keys.h"

#include <stdio.h>
#include <unistd.h>

#include "pki/ceremony.h"
#include "pki/token.h"
#include "registry/base/clock.h"
#include "registry/base/digest.h"
#include "registry/base/file.h"
#include "registry/base/json.h"
#include "registry/store/audit.h"
#include "registry/store/ceremony.h"
#include "registry/store/signing.h"

enum { PIN_DIGITS = 16,
	PIN_MAX = 256,
	CERTIFICATE_MAX = 64 * 1024,
	CEREMONY_SIGNERS = 1,
	CERTIFICATES = 3 };

static const char token_name[] = "catena";

/* ---- token ---- */

static int
pin_new(struct buf *pin, struct err *err)
{
	for (unsigned n = 0; n < PIN_DIGITS;) {
		uint8_t o;

		if (random_octets(&o, 1, err) == -1)
			return -1;
		if (o >= 250) /* so that every digit is as likely */
			continue;
		buf_u8(pin, (uint8_t)('0' + o % 10));
		n++;
	}
	return buf_check(pin, err);
}

static int
pin_read(const struct state *state, struct buf *pin, struct err *err)
{
	struct conf *conf;
	int rc;

	if (state_conf(state, "signd", &conf, err) == -1)
		return -1;
	rc = file_read(conf_text(conf, "pin_file"), PIN_MAX, pin, err);
	conf_free(conf);
	while (rc == 0 && pin->n > 0 && (pin->p[pin->n - 1] == '\n' || pin->p[pin->n - 1] == '\r'))
		buf_cut(pin, pin->n - 1);
	return rc;
}

/* The library that the token's URI names. */
static int
module_path(const struct state *state, char *path, size_t size, struct err *err)
{
	static const char member[] = "module-path=";
	const char *at;
	struct conf *conf;
	int rc = -1;

	if (state_conf(state, "signd", &conf, err) == -1)
		return -1;
	at = strstr(conf_text(conf, "token"), member);
	if (at == NULL || strlen(at) - strlen(member) >= size)
		err_set(err, FAIL_INPUT, "%s: token: module-path is missing", state->conf_file);
	else
		rc = snprintf(path, size, "%.*s", (int)strcspn(at + strlen(member), "&"), at + strlen(member)) > 0 ? 0 : -1;
	conf_free(conf);
	return rc;
}

static int
softhsm_conf(const struct state *state, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = -1;

	if (state_has(state, "softhsm2.conf"))
		return 0;
	buf_printf(&text, "directories.tokendir = %s/token\nobjectstore.backend = file\nlog.level = ERROR\n", state->dir);
	if (buf_check(&text, err) == 0)
		rc = file_write(state_path(state, "softhsm2.conf"), bytes_of(&text), 0644, err);
	buf_clear(&text);
	return rc;
}

static int
token_make(const struct state *state, const char *module, struct err *err)
{
	struct buf pin = BUF_INIT, so_pin = BUF_INIT;
	int rc = -1;

	/* the PINs are kept before the token has them: a token whose PIN is lost would have to be thrown away */
	if (pin_new(&pin, err) == 0 && pin_new(&so_pin, err) == 0 &&
		file_write(state_path(state, "keys/token.pin.new"), bytes_of(&pin), 0600, err) == 0 &&
		file_write(state_path(state, "keys/token.so-pin"), bytes_of(&so_pin), 0600, err) == 0 &&
		token_init(module, token_name, bytes_of(&so_pin), bytes_of(&pin), err) == 0)
		rc = rename(state_path(state, "keys/token.pin.new"), state_path(state, "keys/token.pin")) == 0 ? 0 : err_errno(err, "keys/token.pin");
	buf_wipe(&pin);
	buf_wipe(&so_pin);
	return rc;
}

int
keys_token_init(const struct state *state, bool *made, struct err *err)
{
	char module[PATH_MAX];

	*made = false;
	if (state_has(state, "keys/token.pin")) {
		state_environment(state);
		return 0;
	}
	if (module_path(state, module, sizeof(module), err) == -1)
		return -1;
	if (strstr(module, "softhsm") == NULL) {
		err_set(err, FAIL_NOT_FOUND, "keys/token.pin is not there, and %.100s is not SoftHSM's", module);
		err_hint(err, "initialise the token \"catena\" with its vendor's tool, write its PIN into keys/token.pin (0600), then repeat");
		return -1;
	}
	if (softhsm_conf(state, err) == -1)
		return -1;
	state_environment(state);
	*made = true;
	return token_make(state, module, err);
}

/* ---- ceremony ---- */

/* The certificates in the order in which they are made, and where each is written; the CSCA's comes last and says that all are. */
static const struct certificate {
	const char *file;
	enum key_kind kind;
} certificates[CERTIFICATES] = {
	{ "pki/ledger-1.crt", KEY_LEDGER },
	{ "pki/ds-1.crt", KEY_DOCUMENT_SIGNER },
	{ "pki/csca.crt", KEY_CSCA },
};

static int
write_certificate(const struct state *state, const char *file, const struct buf *der, struct err *err)
{
	struct buf pem = BUF_INIT;
	int rc = cert_pem(bytes_of(der), &pem, err);

	if (rc == 0)
		rc = file_write(state_path(state, file), bytes_of(&pem), 0644, err);
	buf_clear(&pem);
	return rc;
}

static int
make_keys(const struct state *state, const struct conf *conf, struct token *token, struct err *err)
{
	const struct ceremony_options options = { .state = conf_text(conf, "state"), .country = conf_text(conf, "country"), .signers = CEREMONY_SIGNERS, .now = clock_now() };
	struct ceremony c = { 0 };
	int rc = -1;

	if (ceremony_init(token, &options, &c, err) == -1) {
		if (err->kind == FAIL_CONFLICT)
			err_hint(err, "a ceremony was broken off: empty the folders token and keys/token.pin of the state folder, then repeat");
		return -1;
	}
	if (write_certificate(state, certificates[0].file, &c.ledger.cert, err) == 0 &&
		write_certificate(state, certificates[1].file, &c.signer[0].cert, err) == 0)
		rc = write_certificate(state, certificates[2].file, &c.csca.cert, err);
	ceremony_clear(&c);
	return rc;
}

static int
ceremony(const struct state *state, struct err *err)
{
	struct conf *general = NULL, *signd = NULL;
	struct buf pin = BUF_INIT;
	struct token *token = NULL;
	int rc = -1;

	if (state_conf(state, "catena", &general, err) == 0 && state_conf(state, "signd", &signd, err) == 0 && pin_read(state, &pin, err) == 0 &&
		token_open(conf_text(signd, "token"), bytes_of(&pin), 2, &token, err) == 0)
		rc = make_keys(state, general, token, err);
	if (token != NULL)
		token_close(token);
	buf_wipe(&pin);
	conf_free(signd);
	conf_free(general);
	return rc;
}

/* ---- the registry's rows ---- */

struct rows_work {
	struct cert *cert[CERTIFICATES];
	bool is_there;
};

static const char *
label_of(enum key_kind kind)
{
	return kind == KEY_CSCA ? "csca-1" : kind == KEY_DOCUMENT_SIGNER ? "ds-1"
									 : "ledger-1";
}

static int
add_key(struct tx *tx, const struct rows_work *w, size_t i, const struct uuid *issuer, const struct uuid *ceremony, struct uuid *id, struct err *err)
{
	const struct cert *c = w->cert[i];
	char algorithm[32];
	const enum key_kind kind = certificates[i].kind;
	const struct key_new k = { .kind = kind, .token_label = token_name, .key_label = label_of(kind), .algorithm = algorithm, .der = bytes_of(&c->der), .issuer = issuer, .not_before = c->not_before, .not_after = c->not_after, .use_until = c->has_key_to ? c->key_to : c->not_after, .ceremony = ceremony };

	if (c->key->type == KEY_EC)
		snprintf(algorithm, sizeof(algorithm), "%s", c->key->curve->name);
	else
		snprintf(algorithm, sizeof(algorithm), "RSA-%u", c->key->bits);
	return key_add(tx, &k, id, err);
}

/* What the founding ceremony made, for its protocol. */
static int
found(struct tx *tx, const struct rows_work *w, struct uuid *ceremony, struct err *err)
{
	json_t *list = json_array(), *result = json_pack("{s:o}", "certificates", list);
	uint8_t digest[32];
	int rc = result == NULL ? err_set(err, FAIL_INTERNAL, "out of memory") : 0;

	for (size_t i = 0; i < CERTIFICATES && rc == 0; i++) {
		cert_sha256(w->cert[i], digest);
		if (json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "key", label_of(certificates[i].kind), "common_name", w->cert[i]->subject_cn, "sha256", json_hex(BYTES(digest, sizeof(digest))))) == -1)
			rc = err_set(err, FAIL_INTERNAL, "out of memory");
	}
	if (rc == 0)
		rc = ceremony_found(tx, clock_now(), token_name, NULL, result, ceremony, err);
	json_decref(result);
	return rc;
}

static int
work_rows(struct tx *tx, void *arg, struct err *err)
{
	struct key_records there = { NULL, 0 };
	struct rows_work *w = arg;
	struct uuid csca, ceremony, ignored;

	if (keys_read(tx, &there, err) == -1)
		return -1;
	w->is_there = there.n > 0;
	key_records_clear(&there);
	if (w->is_there)
		return 0;
	if (found(tx, w, &ceremony, err) == -1 || add_key(tx, w, 2, NULL, &ceremony, &csca, err) == -1 || add_key(tx, w, 1, &csca, &ceremony, &ignored, err) == -1 ||
		add_key(tx, w, 0, &csca, &ceremony, &ignored, err) == -1)
		return -1;
	return audit_add(tx, &(struct audit_event){ .kind = "key_ceremony", .program = "catena", .subject_kind = "certificate", .subject_id = &csca, .detail = "csca-1, ds-1, ledger-1, uin-1" }, err);
}

static int
add_rows(const struct state *state, bool *made, struct err *err)
{
	static const struct query *const sets[] = { key_queries, signing_queries, ceremony_founding_queries, audit_queries, NULL };
	struct rows_work w = { { NULL } };
	struct buf pem = BUF_INIT;
	struct db *db = NULL;
	int rc = 0;

	for (size_t i = 0; i < CERTIFICATES && rc == 0; i++) {
		buf_cut(&pem, 0);
		if ((rc = file_read(state_path(state, certificates[i].file), CERTIFICATE_MAX, &pem, err)) == 0)
			rc = cert_read(bytes_of(&pem), &w.cert[i], err);
	}
	if (rc == 0 && (rc = state_db(state, sets, &db, err)) == 0 && (rc = db_run(db, DB_READ_COMMITTED, work_rows, &w, err)) == 0)
		*made = *made || !w.is_there;
	if (db != NULL)
		db_close(db);
	for (size_t i = 0; i < CERTIFICATES; i++)
		cert_free(w.cert[i]);
	buf_clear(&pem);
	return rc;
}

int
keys_ceremony(const struct state *state, bool *made, struct err *err)
{
	*made = false;
	if (!state_has(state, "pki/csca.crt")) {
		*made = true;
		if (ceremony(state, err) == -1)
			return -1;
	}
	return add_rows(state, made, err);
}
