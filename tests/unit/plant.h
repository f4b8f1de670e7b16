/*
 * plant.h - departures planted into good objects: one element of a DER structure is replaced, removed, doubled or added, every length above
 * it is made to fit, and a certificate or CRL is signed again with the specimen State's key.
 *
 * path: numbers of children from 0, or the OID that a child begins with ("2.5.29.19"), or "o" for the object inside an OCTET STRING;
 * joined by '/'; "" the whole.  op: '=' replaced by the octets, '-' removed, 'd' there twice, '<' the octets put before it, '+' put as its
 * last child, 'p' put after it.  octets: hexadecimal, spaces allowed, or "@FILE" of tests/data/utopia.
 */
#ifndef CATENA_TESTS_PLANT_H
#define CATENA_TESTS_PLANT_H
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "tests/unit/pkifix.h"

__attribute__((unused)) static struct buf
plant_octets(const char *octets)
{
	struct buf out = BUF_INIT, hex = BUF_INIT;
	struct err err = ERR_INIT;

	if (octets[0] == '@')
		return fix_file(octets + 1);
	for (; *octets != '\0'; octets++)
		if (*octets != ' ')
			buf_u8(&hex, (uint8_t)*octets);
	if (hex.n > 0 && buf_from_hex(&out, bytes_of(&hex), &err) == -1)
		bail_out("plant: %s", err.text);
	buf_clear(&hex);
	return out;
}

static bool
plant_is_child(const char *name, size_t len, unsigned at, struct bytes child)
{
	struct der d = der_reader(child), seq;
	struct err err = ERR_INIT;
	char oid[128];

	if (memchr(name, '.', len) == NULL)
		return strtoul(name, NULL, 10) == at;
	return der_enter(&d, DER_SEQUENCE, &seq, "plant", &err) == 0 && der_get_oid(&seq, oid, sizeof(oid), "plant", &err) == 0 &&
		strlen(oid) == len && memcmp(oid, name, len) == 0;
}

static void
plant_put(struct tlv *node, char op, struct bytes add, struct buf *out)
{
	switch (op) {
	case '=':
		buf_bytes(out, add);
		break;
	case '-':
		break;
	case 'd':
		buf_bytes(out, node->whole);
		buf_bytes(out, node->whole);
		break;
	case '<':
		buf_bytes(out, add);
		buf_bytes(out, node->whole);
		break;
	case 'p':
		buf_bytes(out, node->whole);
		buf_bytes(out, add);
		break;
	case '+':
		der_header(out, node->tag, node->value.n + add.n);
		buf_bytes(out, node->value);
		buf_bytes(out, add);
		break;
	default:
		bail_out("plant: operation %c", op);
	}
}

static void
plant_walk(struct bytes in, const char *path, char op, struct bytes add, struct buf *out)
{
	struct der d = der_reader(in), children;
	struct err err = ERR_INIT;
	struct buf inner = BUF_INIT;
	struct tlv node, child;
	size_t len = strcspn(path, "/");
	const char *rest = path[len] == '/' ? path + len + 1 : path + len;
	unsigned at = 0, found = 0;

	if (der_next(&d, &node, "plant", &err) == -1)
		bail_out("plant: %s", err.text);
	if (path[0] == '\0') {
		plant_put(&node, op, add, out);
		buf_bytes(out, d.rest);
		return;
	}
	children = der_reader(node.value);
	for (; der_more(&children); at++) {
		if (der_next(&children, &child, "plant", &err) == -1)
			bail_out("plant: %s", err.text);
		if (path[0] == 'o' || plant_is_child(path, len, at, child.whole)) {
			plant_walk(child.whole, rest, op, add, &inner);
			found++;
		} else
			buf_bytes(&inner, child.whole);
	}
	if (found != 1)
		bail_out("plant: %u children %s", found, path);
	der_header(out, node.tag, inner.n);
	buf_bytes(out, bytes_of(&inner));
	buf_clear(&inner);
}

/* ECDSA with SHA-256 over the first element of the outer SEQUENCE; the algorithm stays as it says. */
static void
plant_sign(struct buf *object, const char *key_file)
{
	struct buf pem = fix_file(key_file), out = BUF_INIT;
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct der_out o = DER_OUT_INIT;
	struct der d = der_reader(bytes_of(object)), top;
	struct err err = ERR_INIT;
	struct tlv tbs, alg;
	uint8_t signature[256];
	size_t n = sizeof(signature);

	if (der_enter(&d, DER_SEQUENCE, &top, "plant", &err) == -1 || der_next(&top, &tbs, "plant", &err) == -1 ||
		der_next(&top, &alg, "plant", &err) == -1)
		bail_out("plant: %s", err.text);
	if (key == NULL || EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) != 1 ||
		EVP_DigestSign(ctx, signature, &n, tbs.whole.p, tbs.whole.n) != 1)
		bail_out("plant: cannot sign with %s", key_file);
	der_open(&o, DER_SEQUENCE);
	der_raw(&o, tbs.whole);
	der_raw(&o, alg.whole);
	der_bits(&o, BYTES(signature, n), 0);
	der_close(&o);
	if (der_finish(&o, &out, &err) == -1)
		bail_out("%s", err.text);
	buf_move(object, &out);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	BIO_free(bio);
	buf_clear(&pem);
}

/* In place.  key_file NULL: the signature stays as it was. */
__attribute__((unused)) static void
plant(struct buf *object, const char *path, char op, const char *octets, const char *key_file)
{
	struct buf add = plant_octets(octets), out = BUF_INIT;

	plant_walk(bytes_of(object), path, op, bytes_of(&add), &out);
	buf_move(object, &out);
	if (key_file != NULL)
		plant_sign(object, key_file);
	buf_clear(&add);
}

#endif
