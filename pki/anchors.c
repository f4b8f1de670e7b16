/* Trust anchors, found by key identifier. */
#include <stdlib.h>
#include <strings.h>

#include "pki/passive.h"

struct anchor {
	struct cert *cert;
	uint64_t key; /* of its SKI: the first 8 octets, hash enough because an SKI is one */
};

struct anchors {
	struct anchor *a; /* in order of `key`, roots before link certificates of the same key */
	size_t n, cap;
};

static uint64_t
key_of(struct bytes ski)
{
	uint64_t key = 0;

	for (size_t i = 0; i < 8 && i < ski.n; i++)
		key = key << 8 | ski.p[i];
	return key;
}

int
anchors_new(struct anchors **anchors, struct err *err)
{
	struct anchors *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	*anchors = a;
	return 0;
}

void
anchors_free(struct anchors *anchors)
{
	if (anchors == NULL)
		return;
	for (size_t i = 0; i < anchors->n; i++)
		cert_free(anchors->a[i].cert);
	free(anchors->a);
	free(anchors);
}

size_t
anchors_count(const struct anchors *anchors)
{
	return anchors->n;
}

/* The first place whose key is not below `key`. */
static size_t
place_of(const struct anchors *anchors, uint64_t key)
{
	size_t low = 0, high = anchors->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (anchors->a[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int
anchors_add(struct anchors *anchors, struct bytes pem_or_der, struct err *err)
{
	struct cert *cert = NULL;
	struct anchor *grown;
	size_t at;

	if (cert_read(pem_or_der, &cert, err) == -1)
		return -1;
	/* Some old ones lack basicConstraints or keyUsage; one that says it is no CA, or nothing about it, is refused. */
	if ((cert_has(cert, EXT_BASIC_CONSTRAINTS) && !cert->is_ca) ||
		(cert_has(cert, EXT_KEY_USAGE) && !(cert->key_usage & KU_KEY_CERT_SIGN)) ||
		(!cert_has(cert, EXT_BASIC_CONSTRAINTS) && !cert_has(cert, EXT_KEY_USAGE) && !cert->is_self_signed)) {
		cert_free(cert);
		return err_set(err, FAIL_INPUT, "trust anchor: the certificate is none of a CSCA");
	}
	if (anchors->n == anchors->cap) {
		size_t cap = anchors->cap == 0 ? 16 : anchors->cap * 2;

		grown = realloc(anchors->a, cap * sizeof(*grown));
		if (grown == NULL) {
			cert_free(cert);
			return err_set(err, FAIL_INTERNAL, "out of memory");
		}
		anchors->a = grown;
		anchors->cap = cap;
	}
	at = place_of(anchors, key_of(cert->ski));
	while (!cert->is_self_signed && at < anchors->n && anchors->a[at].key == key_of(cert->ski))
		at++;
	memmove(&anchors->a[at + 1], &anchors->a[at], (anchors->n - at) * sizeof(*anchors->a));
	anchors->a[at] = (struct anchor){ cert, key_of(cert->ski) };
	anchors->n++;
	return 0;
}

static bool
same_country(const struct cert *a, const struct cert *b)
{
	return strcasecmp(a->issuer_country, b->country) == 0;
}

const struct cert *
anchors_issuer(const struct anchors *anchors, const struct cert *cert)
{
	uint64_t key = key_of(cert->aki);
	struct err err = ERR_INIT;

	if (cert->aki.n > 0)
		for (size_t i = place_of(anchors, key); i < anchors->n && anchors->a[i].key == key; i++)
			if (bytes_equal(anchors->a[i].cert->ski, cert->aki) && cert_verify(cert, anchors->a[i].cert, &err) == 0)
				return anchors->a[i].cert;
	/* No key identifier, or a wrong one, as met in the field: every key of the State. */
	for (size_t i = 0; i < anchors->n; i++)
		if (!bytes_equal(anchors->a[i].cert->ski, cert->aki) && same_country(cert, anchors->a[i].cert) &&
			cert_verify(cert, anchors->a[i].cert, &err) == 0)
			return anchors->a[i].cert;
	return NULL;
}
