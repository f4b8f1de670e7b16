#include <stdlib.h>

#include "pki/descent-local.h"
#include "registry/base/date.h"
#include "registry/base/json.h"
#include "registry/base/uuid.h"

static int
text_of(const json_t *object, const char *name, const char **text, struct err *err)
{
	if ((*text = json_string_value(json_object_get(object, name))) == NULL)
		return err_set(err, FAIL_INPUT, "bundle: %s is missing or no text", name);
	return 0;
}

static int
number_of(const json_t *object, const char *name, uint64_t *value, struct err *err)
{
	const json_t *number = json_object_get(object, name);

	if (!json_is_integer(number) || json_integer_value(number) < 0)
		return err_set(err, FAIL_INPUT, "bundle: %s is missing or no number", name);
	*value = (uint64_t)json_integer_value(number);
	return 0;
}

static int
base64_of(const json_t *object, const char *name, struct buf *octets, struct err *err)
{
	const char *text;

	if (text_of(object, name, &text, err) == -1)
		return -1;
	if (buf_from_base64(octets, bytes_str(text), err) == -1)
		return err_prefix(err, "bundle: %s", name);
	return 0;
}

static int
hash_of_hex(const char *hex, const char *name, struct hash *hash, struct err *err)
{
	struct buf octets = BUF_INIT;
	int rc = -1;

	if (hex == NULL || buf_from_hex(&octets, bytes_str(hex), err) == -1 || octets.n != sizeof(hash->o))
		err_set(err, FAIL_INPUT, "bundle: %s is not 32 octets of hexadecimal", name);
	else {
		memcpy(hash->o, octets.p, sizeof(hash->o));
		rc = 0;
	}
	buf_clear(&octets);
	return rc;
}

static int
head_read(const json_t *head, struct bundle *b, struct err *err)
{
	const char *root, *signed_at;

	if (number_of(head, "size", &b->size, err) == -1 || text_of(head, "root", &root, err) == -1 ||
		hash_of_hex(root, "root", &b->root, err) == -1 || text_of(head, "signed_at", &signed_at, err) == -1 ||
		time_parse(bytes_str(signed_at), &b->signed_at, err) == -1 ||
		text_of(head, "certificate", &b->head_certificate, err) == -1 ||
		base64_of(head, "signature", &b->head_signature, err) == -1)
		return err_prefix(err, "tree_head");
	return 0;
}

static int
certs_read(const json_t *list, struct bundle *b, struct err *err)
{
	if (!json_is_array(list) || json_array_size(list) > BUNDLE_MAX_CERTS)
		return err_set(err, FAIL_INPUT, "bundle: certificates is no array of at most %d", BUNDLE_MAX_CERTS);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		b->ncert = i + 1;
		if (text_of(item, "id", &b->cert[i].id, err) == -1 || base64_of(item, "der", &b->cert[i].der, err) == -1)
			return err_prefix(err, "certificate %zu", i);
	}
	return 0;
}

static int
proof_read(const json_t *list, struct merkle_proof *proof, struct err *err)
{
	if (!json_is_array(list) || json_array_size(list) > MERKLE_MAX_PROOF)
		return err_set(err, FAIL_INPUT, "bundle: proof is no array of at most %d", MERKLE_MAX_PROOF);
	for (proof->n = 0; proof->n < json_array_size(list); proof->n++)
		if (hash_of_hex(json_string_value(json_array_get(list, proof->n)), "proof", &proof->hash[proof->n], err) == -1)
			return -1;
	return 0;
}

static int
record_read(const json_t *item, struct record *r, struct err *err)
{
	const char *salt;

	if (text_of(item, "kind", &r->kind, err) == -1 || text_of(item, "leaf", &r->leaf, err) == -1 ||
		number_of(item, "position", &r->position, err) == -1 || proof_read(json_object_get(item, "proof"), &r->proof, err) == -1)
		return -1;
	merkle_leaf(bytes_str(r->leaf), &r->leaf_hash);
	if (json_read(bytes_str(r->leaf), &r->leaf_json, err) == -1 || text_of(r->leaf_json, "id", &r->id, err) == -1)
		return err_prefix(err, "leaf");
	r->links = json_object_get(r->leaf_json, "links");
	if (!json_is_object(r->links))
		return err_set(err, FAIL_INPUT, "bundle: a leaf has no links");
	if (json_object_get(item, "content") == NULL)
		return 0;
	if (text_of(item, "content", &r->content, err) == -1 || text_of(item, "salt", &salt, err) == -1 ||
		buf_from_hex(&r->salt, bytes_str(salt), err) == -1 ||
		json_read(bytes_str(r->content), &r->content_json, err) == -1)
		return err_prefix(err, "content");
	return 0;
}

static int
records_read(const json_t *list, struct bundle *b, struct err *err)
{
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n == 0 || n > BUNDLE_MAX_RECORDS)
		return err_set(err, FAIL_INPUT, "bundle: records is no array of 1 to %d", BUNDLE_MAX_RECORDS);
	if ((b->record = calloc(n, sizeof(*b->record))) == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (size_t i = 0; i < n; i++) {
		b->nrecord = i + 1;
		if (record_read(json_array_get(list, i), &b->record[i], err) == -1)
			return err_prefix(err, "record %zu", i);
	}
	return 0;
}

int
bundle_read(struct bytes text, struct bundle *b, struct err *err)
{
	const char *format, *form;

	*b = (struct bundle){ 0 };
	if (text.n > BUNDLE_MAX)
		return err_set(err, FAIL_TOO_LARGE, "bundle: %zu octets, at most %d are read", text.n, BUNDLE_MAX);
	if (json_read(text, &b->json, err) == -1)
		return err_prefix(err, "bundle");
	if (text_of(b->json, "format", &format, err) == -1 || text_of(b->json, "form", &form, err) == -1 ||
		text_of(b->json, "document", &b->document, err) == -1)
		goto fail;
	b->is_disclosed = strcmp(form, "disclosed") == 0;
	if (strcmp(format, "catena-descent-1") != 0 || (!b->is_disclosed && strcmp(form, "undisclosed") != 0)) {
		err_set(err, FAIL_INPUT, "bundle: not the format catena-descent-1, disclosed or undisclosed");
		goto fail;
	}
	if (head_read(json_object_get(b->json, "tree_head"), b, err) == -1 ||
		certs_read(json_object_get(b->json, "certificates"), b, err) == -1 || base64_of(b->json, "sod", &b->sod, err) == -1 ||
		records_read(json_object_get(b->json, "records"), b, err) == -1)
		goto fail;
	return 0;
fail:
	bundle_clear(b);
	return -1;
}

void
bundle_clear(struct bundle *b)
{
	for (size_t i = 0; i < b->nrecord; i++) {
		json_decref(b->record[i].leaf_json);
		json_decref(b->record[i].content_json);
		buf_clear(&b->record[i].salt);
	}
	free(b->record);
	for (size_t i = 0; i < b->ncert; i++)
		buf_clear(&b->cert[i].der);
	buf_clear(&b->head_signature);
	buf_clear(&b->sod);
	json_decref(b->json);
	*b = (struct bundle){ 0 };
}

struct record *
bundle_find(const struct bundle *b, const char *kind, const char *id)
{
	for (size_t i = 0; i < b->nrecord; i++)
		if (strcmp(b->record[i].kind, kind) == 0 && strcmp(b->record[i].id, id) == 0)
			return &b->record[i];
	return NULL;
}

const struct buf *
bundle_cert(const struct bundle *b, const char *id)
{
	for (size_t i = 0; i < b->ncert; i++)
		if (strcmp(b->cert[i].id, id) == 0)
			return &b->cert[i].der;
	return NULL;
}

const char *
record_link(const struct record *r, const char *name)
{
	const char *text = json_string_value(json_object_get(r->links, name));

	return text != NULL ? text : "";
}

const char *
record_content(const struct record *r, const char *name)
{
	const char *text = r->content_json == NULL ? NULL : json_string_value(json_object_get(r->content_json, name));

	return text != NULL ? text : "";
}
