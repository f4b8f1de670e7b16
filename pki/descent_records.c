/* The tree head, the place of each record in the tree, and the content under each digest. */
#include "pki/descent-local.h"
#include "registry/base/treehead.h"

void
descent_check_head(const struct bundle *b, const struct anchors *anchors, struct report_state *rs)
{
	const struct buf *der = bundle_cert(b, b->head_certificate);
	const struct cert *anchor;
	struct cert *cert = NULL;
	struct buf signed_octets = BUF_INIT;
	struct treehead head = { .size = b->size, .root = b->root, .signed_at = b->signed_at };
	struct err err = ERR_INIT;

	if (der == NULL) {
		finding(rs, "tree-head", DESCENT_BAD, "the ledger signer's certificate is not in the bundle");
		return;
	}
	if (cert_parse(bytes_of(der), &cert, &err) == -1) {
		finding(rs, "tree-head", DESCENT_BAD, "ledger certificate: %s", err.text);
		return;
	}
	if ((anchor = anchors_issuer(anchors, cert)) == NULL)
		finding(rs, "tree-head", DESCENT_BAD, "the ledger certificate is not signed by a trusted CSCA");
	else if (b->signed_at < cert->not_before || b->signed_at > cert->not_after)
		finding(rs, "tree-head", DESCENT_BAD, "the tree head was signed outside the validity of the ledger certificate");
	else if (cert->is_ca || cert->ndocument_types > 0)
		finding(rs, "tree-head", DESCENT_BAD, "the certificate of the tree head is not a ledger certificate");
	else {
		cert_sha256(cert, head.log_id);
		if (treehead_encode(&head, &signed_octets, &err) == -1 || cert->key == NULL ||
			sigalg_verify(sigalg_choose(cert->key->type, cert->key->type == KEY_EC ? cert->key->curve->hash_bits : 256,
					      cert->key->type == KEY_RSA),
				cert->key->evp, bytes_of(&signed_octets), bytes_of(&b->head_signature), &err) == -1)
			finding(rs, "tree-head", DESCENT_BAD, "the signature of the tree head is wrong");
		else
			finding(rs, "tree-head", DESCENT_GOOD, "a tree of %llu records, signed by the ledger key under a trusted CSCA",
				(unsigned long long)b->size);
	}
	buf_clear(&signed_octets);
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

void
descent_check_records(const struct bundle *b, struct report_state *rs)
{
	size_t included = 0, disclosed = 0, closed = 0;

	for (size_t i = 0; i < b->nrecord; i++) {
		const struct record *r = &b->record[i];

		for (size_t k = 0; k < i; k++)
			if (b->record[k].position == r->position || bundle_find(b, r->kind, r->id) != r) {
				finding(rs, "inclusion", DESCENT_BAD, "%s %s: stands in the bundle twice", r->kind, r->id);
				break;
			}
		included += check_leaf(b, r, rs);
		if (r->content == NULL)
			closed++;
		else
			disclosed += check_content(r, rs);
	}
	if (included == b->nrecord)
		finding(rs, "inclusion", DESCENT_GOOD, "all %zu records are in the signed tree", included);
	if (!b->is_disclosed && disclosed == 0)
		finding(rs, "content", DESCENT_NOT_CHECKED, "an undisclosed bundle: %zu records are known by their salted digest", closed);
	else if (closed > 0)
		finding(rs, "content", DESCENT_BAD, "%zu records of a disclosed bundle come without their content", closed);
	else if (disclosed == b->nrecord)
		finding(rs, "content", DESCENT_GOOD, "the content of all %zu records has the digest in the ledger", disclosed);
}
