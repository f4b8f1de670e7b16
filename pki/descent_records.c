/* The tree head, the place of each record in the tree, and the content under each digest. */
#include "pki/descent-local.h"
#include "pki/ledgercert.h"
#include "pki/profile.h"
#include "registry/base/date.h"
#include "registry/base/treehead.h"

/* The key that the head is ascribed to must be no document signer's: neither that of the EF.SOD nor of another certificate in the bundle. */
static bool
is_shared_key(const struct bundle *b, const struct cert *ledger)
{
	struct sod *sod = NULL;
	struct err err = ERR_INIT;
	bool shared = false;

	for (size_t i = 0; i < b->ncert && !shared; i++) {
		struct cert *other = NULL;

		if (bytes_equal(bytes_of(&b->cert[i].der), bytes_of(&ledger->der)) || cert_parse(bytes_of(&b->cert[i].der), &other, &err) == -1)
			continue;
		shared = other->key != NULL && pubkey_equal(other->key, ledger->key) && !cert_only_eku(other, oid_eku_ledger);
		cert_free(other);
	}
	if (!shared && sod_parse(bytes_of(&b->sod), &sod, &err) == 0) {
		const struct cert *signer = cms_signer_cert(sod->cms);

		shared = signer != NULL && signer->key != NULL && pubkey_equal(signer->key, ledger->key);
	}
	sod_free(sod);
	return shared;
}

static bool
head_signature_holds(const struct bundle *b, const struct cert *cert)
{
	struct treehead head = { .size = b->size, .root = b->root, .signed_at = b->signed_at };
	struct buf octets = BUF_INIT;
	struct err err = ERR_INIT;
	bool holds;

	cert_sha256(cert, head.log_id);
	holds = treehead_encode(&head, &octets, &err) == 0 &&
		sigalg_verify(sigalg_choose(cert->key->type, cert->key->type == KEY_EC ? cert->key->curve->hash_bits : 256,
				      cert->key->type == KEY_RSA),
			cert->key->evp, bytes_of(&octets), bytes_of(&b->head_signature), &err) == 0;
	buf_clear(&octets);
	return holds;
}

void
descent_check_head(const struct bundle *b, const struct truststore *store, struct report_state *rs)
{
	const struct buf *der = bundle_cert(b, b->head_certificate);
	const struct trusted *csca;
	struct cert *cert = NULL;
	struct err err = ERR_INIT;
	const char *why;
	char at[21];

	if (der == NULL) {
		finding(rs, "tree-head", DESCENT_BAD, "the ledger signer's certificate is not in the bundle");
		return;
	}
	if (cert_parse(bytes_of(der), &cert, &err) == -1) {
		finding(rs, "tree-head", DESCENT_BAD, "ledger certificate: %s", err.text);
		return;
	}
	if ((csca = truststore_issuer(store, cert, b->signed_at, NULL)) == NULL)
		finding(rs, "tree-head", DESCENT_BAD, "the ledger certificate is not signed by a trusted CSCA");
	else if ((why = ledgercert_unfit(cert, csca->cert, b->signed_at)) != NULL)
		finding(rs, "tree-head", DESCENT_BAD, "the certificate of the tree head is not a ledger certificate in use: %s", why);
	else if (is_shared_key(b, cert))
		finding(rs, "tree-head", DESCENT_BAD, "the ledger certificate has the key of a document signer");
	else if (!head_signature_holds(b, cert))
		finding(rs, "tree-head", DESCENT_BAD, "the signature of the tree head is wrong");
	else
		finding(rs, "tree-head", DESCENT_GOOD, "a tree of %llu records at %s, signed by the ledger key under a trusted CSCA",
			(unsigned long long)b->size, time_format(b->signed_at, at));
	cert_free(cert);
}

/* Each link of the leaf stands in the content too, with the same value. */
static const char *
differing_link(const struct record *r)
{
	const char *name;
	json_t *value;

	json_object_foreach (r->links, name, value)
		if (!json_equal(value, json_object_get(r->content_json, name)))
			return name;
	if (!json_equal(json_object_get(r->leaf_json, "id"), json_object_get(r->content_json, "id")))
		return "id";
	if (!json_equal(json_object_get(r->leaf_json, "at"), json_object_get(r->content_json, "created_at")))
		return "created_at";
	return NULL;
}

static bool
check_content(const struct record *r, struct report_state *rs)
{
	const char *want = json_string_value(json_object_get(r->leaf_json, "digest"));
	uint8_t digest[SHA256_LEN];
	struct buf hex = BUF_INIT;
	const char *link;
	bool good = false;

	sha256_2(bytes_of(&r->salt), bytes_str(r->content), digest);
	buf_hex(&hex, BYTES(digest, sizeof(digest)));
	if (want == NULL || strcmp(want, buf_cstr(&hex)) != 0)
		finding(rs, "content", DESCENT_BAD, "%s %s: its content does not have the digest in the ledger", r->kind, r->id);
	else if ((link = differing_link(r)) != NULL)
		finding(rs, "content", DESCENT_BAD, "%s %s: %s differs between leaf and content", r->kind, r->id, link);
	else
		good = true;
	buf_clear(&hex);
	return good;
}

static bool
check_leaf(const struct bundle *b, const struct record *r, struct report_state *rs)
{
	const char *kind = json_string_value(json_object_get(r->leaf_json, "kind"));

	if (json_integer_value(json_object_get(r->leaf_json, "v")) != 1 || kind == NULL || strcmp(kind, r->kind) != 0) {
		finding(rs, "inclusion", DESCENT_BAD, "%s %s: the leaf is of another kind", r->kind, r->id);
		return false;
	}
	if (!merkle_verify_inclusion(&r->leaf_hash, r->position, b->size, &r->proof, &b->root)) {
		finding(rs, "inclusion", DESCENT_BAD, "%s %s: not in the tree at position %llu", r->kind, r->id,
			(unsigned long long)r->position);
		return false;
	}
	return true;
}

/* Positions and identifiers are each unique in an honest tree, whatever the kind. */
static bool
stands_twice(const struct bundle *b, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (b->record[k].position == b->record[i].position || strcmp(b->record[k].id, b->record[i].id) == 0)
			return true;
	return false;
}

void
descent_check_records(const struct bundle *b, struct report_state *rs)
{
	size_t included = 0, disclosed = 0, closed = 0;

	for (size_t i = 0; i < b->nrecord; i++) {
		const struct record *r = &b->record[i];

		if (stands_twice(b, i))
			finding(rs, "inclusion", DESCENT_BAD, "%s %s: stands in the bundle twice", r->kind, r->id);
		included += check_leaf(b, r, rs);
		if (r->content == NULL)
			closed++;
		else
			disclosed += check_content(r, rs);
	}
	if (included == b->nrecord)
		finding(rs, "inclusion", DESCENT_GOOD, "all %zu records are in the signed tree", included);
	if (!b->is_disclosed && closed == b->nrecord)
		finding(rs, "content", DESCENT_NOT_CHECKED,
			"an undisclosed bundle: whose document this is was not shown, %zu records are known by their salted digest", closed);
	else if (!b->is_disclosed)
		finding(rs, "content", DESCENT_BAD, "%zu records of an undisclosed bundle come with content", b->nrecord - closed);
	else if (closed > 0)
		finding(rs, "content", DESCENT_BAD, "%zu records of a disclosed bundle come without their content", closed);
	else if (disclosed == b->nrecord)
		finding(rs, "content", DESCENT_GOOD, "the content of all %zu records has the digest in the ledger", disclosed);
}
