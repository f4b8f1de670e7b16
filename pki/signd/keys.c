#include "pki/signd/keys.h"

#include "registry/base/digest.h"

static int
read_keys(struct tx *tx, void *arg, struct err *err)
{
	return keys_read(tx, arg, err);
}

static int
signer_of_record(struct session *s, const struct key_record *r, struct active_signer *a, struct err *err)
{
	struct token_key *key = NULL;

	if (token_key_find(s, r->key_label, BYTES_NONE, &key, err) == -1 ||
		signer_new(key, bytes_of(&r->der), &a->signer, err) == -1) /* takes the key */
		return err_prefix(err, "%s %s", key_kind_names[r->kind], r->key_label);
	a->certificate_id = r->certificate_id;
	a->use_until = r->use_until;
	return 0;
}

/* The newest of the kind that may sign now: keys_read gives the newest first. */
static int
choose(struct session *s, const struct key_records *records, enum key_kind kind, int64_t now, struct active_signer *a, struct err *err)
{
	for (size_t i = 0; i < records->n; i++) {
		const struct key_record *r = &records->key[i];

		if (r->kind == kind && r->not_before <= now && now < r->use_until)
			return signer_of_record(s, r, a, err);
	}
	return err_set(err, FAIL_AGAIN, "no %s key may sign now: %s", key_kind_names[kind],
		records->n == 0 ? "the registry has no keys, a key ceremony is needed" : "all usage periods have ended");
}

int
keys_load(struct db *db, struct token *token, int64_t now, struct keys *keys, struct err *err)
{
	struct key_records records = { NULL, 0 };
	struct token_key *uin = NULL;
	struct session *s = NULL;
	struct keys found = { 0 };
	int rc = -1;

	if (db_run(db, DB_READ_ONLY, read_keys, &records, err) == -1 || token_borrow(token, &s, err) == -1)
		goto out;
	if (choose(s, &records, KEY_DOCUMENT_SIGNER, now, &found.document, err) == -1 ||
		choose(s, &records, KEY_LEDGER, now, &found.ledger, err) == -1)
		goto out;
	if (token_key_find(s, "uin-1", BYTES_NONE, &uin, err) == -1 ||
		token_hmac(s, uin, bytes_str("catena uin 1"), found.uin_key, err) == -1)
		goto out;
	keys_clear(keys);
	*keys = found;
	found = (struct keys){ 0 };
	rc = 0;
out:
	keys_clear(&found);
	token_key_free(uin);
	token_return(token, s);
	key_records_clear(&records);
	return rc;
}

void
keys_clear(struct keys *keys)
{
	signer_free(keys->document.signer);
	signer_free(keys->ledger.signer);
	wipe(keys, sizeof(*keys));
}
