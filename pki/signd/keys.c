#include "pki/signd/keys.h"

#include "registry/base/digest.h"
#include "registry/base/log.h"
#include "registry/store/keys.h"

static int
signer_on(struct token *token, const struct key_record *r, struct active_signer *a, struct err *err)
{
	struct token_key *key = NULL;
	struct session *s = NULL;
	int rc = -1;

	if (token_borrow(token, &s, err) == 0 && token_key_find(s, r->key_label, BYTES_NONE, &key, err) == 0)
		rc = signer_new(key, bytes_of(&r->der), &a->signer, err); /* takes the key */
	token_return(token, s);
	return rc == -1 ? err_prefix(err, "%s %s", key_kind_names[r->kind], r->key_label) : 0;
}

/* a->signer stays NULL when its token, one of several, is away. */
static int
signer_of_record(const struct tokens *tokens, const struct key_record *r, struct active_signer *a, struct err *err)
{
	struct err why = ERR_INIT;

	a->token = tokens_find(tokens, r->token_label);
	if (signer_on(a->token, r, a, &why) == -1) {
		if (tokens->n == 1 || why.kind != FAIL_AGAIN) {
			*err = why;
			return -1;
		}
		log_err(LOG_ERROR, "key_away", &why);
		return 0;
	}
	a->certificate_id = r->certificate_id;
	a->signing_key_id = r->signing_key_id;
	a->use_until = r->use_until;
	a->signatures = r->signatures;
	a->max_signatures = r->max_signatures;
	return 0;
}

static bool
is_used_up(const struct key_record *r)
{
	return r->kind == KEY_DOCUMENT_SIGNER && r->max_signatures != 0 && r->signatures >= r->max_signatures;
}

static bool
may_sign(const struct key_record *r, enum key_kind kind, const struct tokens *tokens, int64_t now)
{
	return r->kind == kind && strcmp(r->state, "active") == 0 && tokens_find(tokens, r->token_label) != NULL && r->not_before <= now &&
		now < r->use_until && !is_used_up(r);
}

/* Newest first, as keys_read gives them; a key with two certificates is used with its newest. */
static int
choose_documents(const struct tokens *tokens, const struct key_records *records, int64_t now, struct keys *keys, struct err *err)
{
	for (size_t i = 0; i < records->n && keys->ndocument < KEYS_DOCUMENT_SIGNERS; i++) {
		const struct key_record *r = &records->key[i];
		bool is_there = false;

		if (!may_sign(r, KEY_DOCUMENT_SIGNER, tokens, now))
			continue;
		for (unsigned k = 0; k < keys->ndocument; k++)
			is_there = is_there || uuid_equal(&keys->document[k].signing_key_id, &r->signing_key_id);
		if (is_there)
			continue;
		if (signer_of_record(tokens, r, &keys->document[keys->ndocument], err) == -1)
			return -1;
		keys->ndocument += keys->document[keys->ndocument].signer != NULL;
	}
	return 0;
}

static int
choose_ledger(const struct tokens *tokens, const struct key_records *records, int64_t now, struct active_signer *a, struct err *err)
{
	for (size_t i = 0; i < records->n; i++)
		if (may_sign(&records->key[i], KEY_LEDGER, tokens, now))
			return signer_of_record(tokens, &records->key[i], a, err);
	return 0;
}

/* Seals wait when their key is away or wrong, passports do not wait for them. */
static void
choose_seal(const struct tokens *tokens, const struct key_records *records, enum key_kind kind, int64_t now, struct seal_signer *a)
{
	for (size_t i = 0; i < records->n && a->key == NULL; i++) {
		const struct key_record *r = &records->key[i];
		struct session *s = NULL;
		struct err why = ERR_INIT;

		if (!may_sign(r, kind, tokens, now))
			continue;
		a->token = tokens_find(tokens, r->token_label);
		if (cert_parse(bytes_of(&r->der), &a->cert, &why) == 0 && token_borrow(a->token, &s, &why) == 0 &&
			token_key_find(s, r->key_label, BYTES_NONE, &a->key, &why) == 0) {
			a->certificate_id = r->certificate_id;
			a->use_until = r->use_until;
		} else {
			err_prefix(&why, "%s %s", key_kind_names[r->kind], r->key_label);
			log_err(LOG_ERROR, "key_away", &why);
			cert_free(a->cert);
			a->cert = NULL;
		}
		token_return(a->token, s);
	}
}

/* Of the first token that has it. */
static int
derive_uin_key(const struct tokens *tokens, uint8_t uin_key[32], struct err *err)
{
	bool is_away = false;
	int rc = -1;

	for (unsigned i = 0; rc == -1 && i < tokens->n; i++) {
		struct token_key *key = NULL;
		struct session *s = NULL;

		is_away = is_away || err->kind == FAIL_AGAIN;
		err_clear(err);
		if (token_borrow(tokens->token[i], &s, err) == 0 && token_key_find(s, "uin-1", BYTES_NONE, &key, err) == 0)
			rc = token_hmac(s, key, bytes_str("catena uin 1"), uin_key, err);
		token_key_free(key);
		token_return(tokens->token[i], s);
	}
	if (rc == -1 && is_away)
		err->kind = FAIL_AGAIN; /* it may be on the one that is away */
	return rc;
}

/* It never changes: what was derived before is good while its token is away. */
static int
uin_key_of(const struct tokens *tokens, const struct keys *before, uint8_t uin_key[32], struct err *err)
{
	if (before->has_uin_key) {
		memcpy(uin_key, before->uin_key, sizeof(before->uin_key));
		return 0;
	}
	return derive_uin_key(tokens, uin_key, err);
}

/* ---- what the registry is told ---- */

struct telling {
	struct key_records *records;
	struct keys *keys;
	const struct tokens *tokens;
	int64_t now;
};

static int
tally(struct tx *tx, const struct keys *keys, int64_t now, struct err *err)
{
	for (unsigned i = 0; i < keys->ndocument; i++) {
		const struct active_signer *a = &keys->document[i];
		int64_t made = atomic_load(&a->made), recorded = atomic_load(&a->recorded);

		if (made + recorded > 0 && keys_tally(tx, &a->certificate_id, made, recorded, keys->loaded_at, now, err) == -1)
			return -1;
	}
	return 0;
}

/* Counts of the time before go first, then the keys are read, then those at their limit are put out of use. */
static int
tell_and_read(struct tx *tx, void *arg, struct err *err)
{
	struct telling *t = arg;

	if (tally(tx, t->keys, t->now, err) == -1 || keys_read(tx, t->records, err) == -1)
		return -1;
	for (size_t i = 0; i < t->records->n; i++) {
		const struct key_record *r = &t->records->key[i];

		if (r->kind != KEY_DOCUMENT_SIGNER || strcmp(r->state, "active") != 0 || tokens_find(t->tokens, r->token_label) == NULL)
			continue;
		if ((t->now >= r->use_until || is_used_up(r)) &&
			keys_retire(tx, &r->signing_key_id, t->now >= r->use_until ? "period" : "signatures", t->now, err) == -1)
			return -1;
	}
	return 0;
}

static int
only_tally(struct tx *tx, void *arg, struct err *err)
{
	const struct telling *t = arg;

	return tally(tx, t->keys, t->now, err);
}

int
keys_tally_all(struct db *db, struct keys *keys, int64_t now, struct err *err)
{
	struct telling t = { .keys = keys, .now = now };

	if (db_run(db, DB_READ_COMMITTED, only_tally, &t, err) == -1)
		return -1;
	for (unsigned i = 0; i < keys->ndocument; i++) {
		keys->document[i].signatures += atomic_exchange(&keys->document[i].made, 0);
		atomic_store(&keys->document[i].recorded, 0);
	}
	keys->loaded_at = now;
	return 0;
}

static void
counters_clear(struct keys *keys)
{
	for (unsigned i = 0; i < keys->ndocument; i++) {
		keys->document[i].signatures += atomic_exchange(&keys->document[i].made, 0);
		atomic_store(&keys->document[i].recorded, 0);
	}
}

int
keys_load(struct db *db, const struct tokens *tokens, int64_t now, struct keys *keys, struct err *err)
{
	struct key_records records = { NULL, 0 };
	struct telling t = { &records, keys, tokens, now };
	struct keys found = { .loaded_at = now };
	int rc = -1;

	if (db_run(db, DB_READ_COMMITTED, tell_and_read, &t, err) == -1)
		goto out;
	counters_clear(keys); /* they are in the registry, also when the token fails us now */
	keys->loaded_at = now;
	if (choose_documents(tokens, &records, now, &found, err) == -1 || choose_ledger(tokens, &records, now, &found.ledger, err) == -1 ||
		uin_key_of(tokens, keys, found.uin_key, err) == -1)
		goto out;
	found.has_uin_key = true;
	choose_seal(tokens, &records, KEY_CIVIL_SEAL_SIGNER, now, &found.civil);
	choose_seal(tokens, &records, KEY_VISA_SEAL_SIGNER, now, &found.visa);
	choose_seal(tokens, &records, KEY_EMERGENCY_SEAL_SIGNER, now, &found.emergency);
	if (found.ndocument == 0)
		log_event(LOG_WARNING, "no_document_signer", "why", "none is active, on a token that is there, within its period and with signatures left", NULL);
	atomic_store(&found.turn, atomic_load(&keys->turn)); /* else each loading would begin with the newest again */
	keys_clear(keys);
	*keys = found;
	found = (struct keys){ 0 };
	rc = 0;
out:
	keys_clear(&found);
	key_records_clear(&records);
	return rc;
}

struct active_signer *
keys_next(struct keys *keys, int64_t now, size_t n)
{
	for (unsigned i = 0; i < keys->ndocument; i++) {
		struct active_signer *a = &keys->document[atomic_fetch_add(&keys->turn, 1) % keys->ndocument];

		if (active_signer_may(a, now, n))
			return a;
	}
	return NULL;
}

void
keys_clear(struct keys *keys)
{
	struct seal_signer *const seals[] = { &keys->civil, &keys->visa, &keys->emergency };

	for (unsigned i = 0; i < keys->ndocument; i++)
		signer_free(keys->document[i].signer);
	signer_free(keys->ledger.signer);
	for (size_t i = 0; i < NELEM(seals); i++) {
		token_key_free(seals[i]->key);
		cert_free(seals[i]->cert);
	}
	wipe(keys, sizeof(*keys));
}
