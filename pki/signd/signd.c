/*
 * signd - holds the token's PIN and signs: LDS security objects of documents whose descent it has read, and the ledger's tree heads.
 * A unix socket and no web surface.  See pki/signd/policy.h for what it signs, docs/signd.8 for how it is run.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "pki/signd/ceremonies.h"
#include "pki/signd/civilseals.h"
#include "pki/signd/statements.h"
#include "pki/signd/confine.h"
#include "pki/signd/keys.h"
#include "pki/signd/refusals.h"
#include "pki/signd/server.h"
#include "pki/signd/tokenfiles.h"
#include "pki/signmessage.h"
#include "registry/base/clock.h"
#include "registry/base/conf.h"
#include "registry/base/json.h"
#include "registry/base/log.h"
#include "registry/base/uin.h"
#include "registry/service/daemon.h"
#include "registry/store/audit.h"
#include "registry/store/ceremony.h"
#include "registry/store/certificates.h"
#include "registry/store/keys.h"
#include "registry/store/ledger.h"
#include "registry/store/outbox.h"
#include "registry/store/stoplist.h"

enum { KEYS_RELOAD_SECONDS = 60,
	UINS_MAX = 256 };

struct signd {
	struct db *db;
	struct tokens tokens;
	struct refusals *refusals;
	pthread_rwlock_t lock; /* guards keys: read for each request, written when they are loaded again */
	struct keys keys;
	atomic_bool keys_changed;           /* a ceremony was carried out: they are loaded again before the next use */
	const char *state, *country;        /* codes of the State, for certificates */
	struct ledger_sequencer *sequencer; /* with the ledger key of the start: a new ledger key needs a restart */
	struct active_signer ledger;
	pthread_t sequencing;
	bool is_sequencing;
	pthread_t notifying; /* signs notifications, with that same key */
	bool is_notifying;
	atomic_bool stop;
};

static const struct query *const query_sets[] = { signing_queries, keys_signer_queries, ceremony_execution_queries, ledger_queries,
	ledger_sequence_queries, audit_queries, sealing_queries, stoplist_read_queries, stoplist_sign_queries, outbox_sign_queries, NULL };

/* Held for reading or writing.  A clock that was set back counts as time that went by. */
static bool
keys_are_old(const struct signd *d, int64_t now)
{
	if (d->keys.loaded_at == 0 || atomic_load(&d->keys_changed) || now < d->keys.loaded_at || now - d->keys.loaded_at >= KEYS_RELOAD_SECONDS)
		return true;
	for (unsigned i = 0; i < d->keys.ndocument; i++)
		if (!active_signer_may(&d->keys.document[i], now, 1))
			return true;
	return false;
}

/* A signer whose period ends is replaced by its successors without a restart. */
static int
keys_fresh(struct signd *d, struct err *err)
{
	int64_t now = clock_now();
	bool are_old;
	int rc = 0;

	pthread_rwlock_rdlock(&d->lock);
	are_old = keys_are_old(d, now);
	pthread_rwlock_unlock(&d->lock);
	if (!are_old)
		return 0;
	pthread_rwlock_wrlock(&d->lock);
	if (keys_are_old(d, now)) {
		atomic_store(&d->keys_changed, false);
		rc = keys_load(d->db, &d->tokens, now, &d->keys, err);
		if (rc == -1)
			atomic_store(&d->keys_changed, true);
	}
	pthread_rwlock_unlock(&d->lock);
	return rc;
}

static json_t *
answer_sign(struct signd *d, const json_t *request, struct err *err)
{
	struct sign_order *orders = NULL;
	json_t *reply = NULL;
	size_t n = 0;

	if (sign_orders_of_json(request, &orders, &n, err) == -1 || keys_fresh(d, err) == -1)
		goto out;
	pthread_rwlock_rdlock(&d->lock);
	if (policy_sign(d->db, &(struct signers){ keys_next(&d->keys, clock_now(), n), &d->keys.visa, &d->keys.emergency }, orders, n, err) == 0)
		reply = sign_results_to_json(orders, n);
	pthread_rwlock_unlock(&d->lock);
	if (reply != NULL)
		refusals_of_batch(d->refusals, orders, n);
out:
	sign_orders_free(orders, n);
	return reply;
}

static int
next_sequence(struct tx *tx, void *arg, struct err *err)
{
	return signing_next_uin_sequence(tx, arg, err);
}

static json_t *
answer_uins(struct signd *d, const json_t *request, struct err *err)
{
	json_int_t count = json_integer_value(json_object_get(request, "count"));
	json_t *uins = NULL;

	if (count < 1 || count > UINS_MAX) {
		err_set(err, FAIL_INPUT, "count: 1 to %d is wanted", UINS_MAX);
		return NULL;
	}
	if (keys_fresh(d, err) == -1)
		return NULL;
	uins = json_array();
	pthread_rwlock_rdlock(&d->lock);
	for (json_int_t i = 0; i < count; i++) {
		uint64_t sequence;
		char uin[13];

		if (db_run(d->db, DB_READ_COMMITTED, next_sequence, &sequence, err) == -1 ||
			uin_of_sequence(d->keys.uin_key, sequence, uin, err) == -1) {
			pthread_rwlock_unlock(&d->lock);
			json_decref(uins);
			return NULL;
		}
		json_array_append_new(uins, json_string(uin));
	}
	pthread_rwlock_unlock(&d->lock);
	return json_pack("{s:b, s:o}", "ok", 1, "uins", uins);
}

static json_t *
answer_status(struct signd *d, struct err *err)
{
	int64_t last = 0;
	char until[21];
	json_t *reply;

	for (unsigned i = 0; i < d->tokens.n; i++)
		if (token_check(d->tokens.token[i], err) == -1) {
			err_prefix(err, "%s", token_label(d->tokens.token[i]));
			return NULL;
		}
	if (db_ready(d->db, err) == -1 || keys_fresh(d, err) == -1)
		return NULL;
	pthread_rwlock_rdlock(&d->lock);
	for (unsigned i = 0; i < d->keys.ndocument; i++)
		last = d->keys.document[i].use_until > last ? d->keys.document[i].use_until : last;
	reply = json_pack("{s:b, s:s, s:s, s:s, s:i}", "ok", 1, "token", token_label(d->tokens.token[0]), "serial",
		token_serial(d->tokens.token[0]),
		"signer_until", time_format(last, until), "signers", (int)d->keys.ndocument);
	pthread_rwlock_unlock(&d->lock);
	return reply;
}

static json_t *
answer_seal(struct signd *d, const json_t *request, struct err *err)
{
	const char *text = json_string_value(json_object_get(request, "id"));
	struct buf seal = BUF_INIT, hex = BUF_INIT;
	json_t *reply = NULL;
	struct uuid id;

	if (text == NULL || uuid_parse(bytes_str(text), &id, err) == -1) {
		err_set(err, FAIL_INPUT, "id: a UUID is wanted");
		return NULL;
	}
	if (keys_fresh(d, err) == -1)
		return NULL;
	pthread_rwlock_rdlock(&d->lock);
	if (civilseals_seal(d->db, &d->keys.civil, d->state, &id, &seal, err) == 0) {
		buf_hex(&hex, bytes_of(&seal));
		reply = json_pack("{s:b, s:s}", "ok", 1, "seal", buf_cstr(&hex));
	}
	pthread_rwlock_unlock(&d->lock);
	buf_clear(&seal);
	buf_clear(&hex);
	return reply;
}

/* With the ledger's key of the start, as tree heads are. */
static json_t *
answer_stop_list(struct signd *d, const json_t *request, struct err *err)
{
	const json_t *sequence = json_object_get(request, "sequence");
	struct buf cms = BUF_INIT;
	json_t *reply = NULL;

	if (!json_is_integer(sequence))
		err_set(err, FAIL_INPUT, "sequence: the number of an export is wanted");
	else if (statement_stop_list(d->db, &d->ledger, json_integer_value(sequence), &cms, err) == 0)
		reply = json_pack("{s:b, s:o}", "ok", 1, "cms", json_base64(bytes_of(&cms)));
	buf_clear(&cms);
	return reply;
}

static json_t *
answer_ceremony(struct signd *d, const char *op, const json_t *request, struct err *err)
{
	const struct ceremonies at = { d->db, &d->tokens, d->state, d->country };
	json_t *reply = ceremonies_answer(&at, op, request, err);

	atomic_store(&d->keys_changed, true);
	return reply;
}

static bool
is_ceremony(const char *op)
{
	return op != NULL && (strcmp(op, "execute_ceremony") == 0 || strcmp(op, "request_ceremony") == 0 || strcmp(op, "import_ceremony") == 0);
}

static json_t *
answer_op(struct signd *arg, const json_t *request, struct err *err)
{
	const char *op = json_string_value(json_object_get(request, "op"));

	if (op != NULL && strcmp(op, "sign_documents") == 0)
		return answer_sign(arg, request, err);
	if (op != NULL && strcmp(op, "new_uins") == 0)
		return answer_uins(arg, request, err);
	if (op != NULL && strcmp(op, "status") == 0)
		return answer_status(arg, err);
	if (op != NULL && strcmp(op, "seal_certificate") == 0)
		return answer_seal(arg, request, err);
	if (op != NULL && strcmp(op, "sign_stop_list") == 0)
		return answer_stop_list(arg, request, err);
	if (is_ceremony(op))
		return answer_ceremony(arg, op, request, err);
	err_set(err, FAIL_INPUT, "op: none of status, sign_documents, new_uins, seal_certificate, sign_stop_list, execute_ceremony, request_ceremony, import_ceremony");
	return NULL;
}

/* What is refused as a whole is an entry of the ledger too; that something is away is no refusal. */
static json_t *
answer(void *arg, const json_t *request, struct err *err)
{
	struct signd *d = arg;
	json_t *reply = answer_op(d, request, err);

	/* refused ceremonies are written by ceremonies.c, each with its number and officer */
	if (reply == NULL && err->kind != FAIL_AGAIN && err->kind != FAIL_INTERNAL &&
		!is_ceremony(json_string_value(json_object_get(request, "op"))))
		refusals_of_request(d->refusals, err);
	return reply;
}

/* ledger.h made the octets of the head from the tree that this process hashed itself: it is known what they are. */
static int
sign_head(void *arg, struct bytes head, struct buf *signature, struct err *err)
{
	struct signd *d = arg;
	struct token_key *key = signer_key(d->ledger.signer);
	struct buf made = BUF_INIT;
	struct session *s = NULL;
	int rc;

	if (clock_now() >= d->ledger.use_until)
		return err_set(err, FAIL_AGAIN, "ledger key: its usage period has ended, a key ceremony is needed");
	if (token_borrow(d->ledger.token, &s, err) == -1)
		return -1;
	if ((rc = token_sign(s, key, token_key_sigalg(key), SIGNATURE_DER, head, &made, err)) == 0)
		buf_bytes(signature, bytes_of(&made));
	token_return(d->ledger.token, s);
	buf_clear(&made);
	return rc == -1 ? -1 : buf_check(signature, err);
}

static void
trouble(void *arg, const struct err *err)
{
	(void)arg;
	log_err(LOG_ERROR, "sequencer", err);
}

static void *
sequence(void *arg)
{
	struct signd *d = arg;

	ledger_sequence_loop(d->sequencer, &d->stop, trouble, d);
	return NULL;
}

/* What is in the way is told once, and again when it is something else. */
static void *
notify(void *arg)
{
	const struct timespec moment = { .tv_nsec = 200 * 1000000L };
	struct signd *d = arg;
	char told[sizeof(((struct err *)NULL)->text)] = "";

	while (!atomic_load(&d->stop)) {
		struct err err = ERR_INIT;
		size_t done = 0;

		if (statement_notifications(d->db, &d->ledger, &done, &err) == -1 && strcmp(told, err.text) != 0)
			log_err(LOG_WARNING, "notifications", &err);
		snprintf(told, sizeof(told), "%s", err.kind == FAIL_NONE ? "" : err.text);
		if (done < STATEMENTS_AT_ONCE)
			nanosleep(&moment, NULL);
	}
	return NULL;
}

static int
sequencer_start(struct signd *d, const struct conf *conf, struct err *err)
{
	struct ledger_signer signer = { .sign = sign_head, .arg = d };

	if (d->keys.ledger.signer == NULL)
		return err_set(err, FAIL_AGAIN, "no ledger key may sign now: a key ceremony is needed");
	d->ledger = d->keys.ledger; /* taken over: keys that are loaded again bring their own */
	d->keys.ledger.signer = NULL;
	signer.certificate_id = d->ledger.certificate_id;
	cert_sha256(signer_cert(d->ledger.signer), signer.log_id);
	if (ledger_sequencer_new(d->db, (unsigned)conf_int(conf, "sequencer_batch"), &signer, &d->sequencer, err) == -1)
		return -1;
	if (pthread_create(&d->sequencing, NULL, sequence, d) != 0)
		return err_errno(err, "sequencer");
	d->is_sequencing = true;
	if (pthread_create(&d->notifying, NULL, notify, d) != 0)
		return err_errno(err, "notifications");
	d->is_notifying = true;
	return 0;
}

static void
sequencer_stop(struct signd *d)
{
	atomic_store(&d->stop, true);
	if (d->is_sequencing)
		pthread_join(d->sequencing, NULL);
	if (d->is_notifying)
		pthread_join(d->notifying, NULL);
	ledger_sequencer_free(d->sequencer);
	signer_free(d->ledger.signer);
}

/* The PINs' files may be root's. */
static int
tokens_start(struct signd *d, const struct conf *conf, struct err *err)
{
	const char *source = conf_text(conf, "pin_source");

	if (strcmp(source, "file") == 0)
		source = conf_text(conf, "pin_file");
	if (tokens_read_pins(&d->tokens, conf_text(conf, "token"), source, err) == -1 || daemon_drop_privileges(conf_text(conf, "user"), err) == -1)
		return -1;
	return tokens_open(&d->tokens, (unsigned)conf_int(conf, "token_sessions"), err);
}

/* After the last thing that needs a file, before the first thread and the first request. */
static int
confine(const struct conf *conf, bool locked, struct err *err)
{
	enum confined_files confined;
	struct buf files = BUF_INIT;
	int rc = -1;

	if (token_files(conf_text(conf, "signd_files"), conf_text(conf, "token"), &files, err) == 0 &&
		confine_process(buf_cstr(&files), &confined, err) == 0) {
		log_event(confined == CONFINED_OPEN ? LOG_WARNING : LOG_NOTICE, "confined", "files", confined_files_names[confined], "memory",
			locked ? "locked" : "secrets_locked", NULL);
		rc = 0;
	}
	buf_clear(&files);
	return rc;
}

static int
run(struct signd *d, const struct conf *conf, struct err *err)
{
	struct signd_server *server = NULL;
	struct db_options db = {
		.conninfo = conf_text(conf, "database"),
		.role = "catena_signer",
		.connections = (unsigned)conf_int(conf, "connections"),
		.wait_ms = 5000,
		.queries = query_sets,
	};
	bool locked;
	int rc = -1;

	d->state = conf_text(conf, "state");
	d->country = conf_text(conf, "country");
	if (confine_memory(conf_text(conf, "user")[0] == '\0', &locked, err) == -1 || tokens_start(d, conf, err) == -1 || db_open(&db, &d->db, err) == -1 || keys_fresh(d, err) == -1 ||
		refusals_new(d->db, &d->refusals, err) == -1 ||
		signd_server_start(conf_text(conf, "signd_socket"), conf_text(conf, "signd_clients"), answer, d, &server, err) == -1 ||
		confine(conf, locked, err) == -1 || sequencer_start(d, conf, err) == -1 || refusals_start(d->refusals, err) == -1 ||
		signd_server_accept(server, err) == -1)
		goto out;
	daemon_ready("signd", conf_text(conf, "signd_socket"));
	daemon_wait(-1);
	daemon_stopping();
	rc = 0;
out:
	signd_server_stop(server);
	refusals_free(d->refusals);
	sequencer_stop(d);
	if (d->db != NULL && keys_tally_all(d->db, &d->keys, clock_now(), err) == -1 && rc == 0)
		log_err(LOG_ERROR, "signatures_uncounted", err);
	keys_clear(&d->keys);
	tokens_close(&d->tokens);
	db_close(d->db);
	return rc;
}

int
main(int argc, char **argv)
{
	struct signd d = { .lock = PTHREAD_RWLOCK_INITIALIZER };
	struct daemon_args args;
	struct conf *conf = NULL;
	struct err err = ERR_INIT;
	int rc = EXIT_FAILURE;

	log_open("signd", LOG_INFO);
	if (daemon_begin("signd", argc, argv, &args, &err) == 0 && conf_load(args.config_file, "signd", &conf, &err) == 0) {
		log_open("signd", log_level_of(conf_text(conf, "log_level")));
		if (run(&d, conf, &err) == 0)
			rc = EXIT_SUCCESS;
	}
	if (rc == EXIT_FAILURE) {
		log_err(LOG_ERROR, "failed", &err);
		fprintf(stderr, "signd: %s\n", err.text);
	}
	conf_free(conf);
	return rc;
}
