#include "registry/base/treehead.h"

#include "registry/base/der.h"

enum { TREEHEAD_VERSION = 1 };
#define YEAR_10000 INT64_C(253402300800) /* GeneralizedTime has four digits for the year */
#define YEAR_0     INT64_C(-62167219200)

int
treehead_encode(const struct treehead *head, struct buf *out, struct err *err)
{
	struct der_out der = DER_OUT_INIT;

	if (head->size == 0)
		return err_set(err, FAIL_INPUT, "tree head: an empty tree is not signed");
	if (head->signed_at < YEAR_0 || head->signed_at >= YEAR_10000)
		return err_set(err, FAIL_INPUT, "tree head: the moment of signing has no four-digit year");
	der_open(&der, DER_SEQUENCE);
	der_uint(&der, TREEHEAD_VERSION);
	der_put(&der, DER_OCTET_STRING, BYTES(head->log_id, sizeof(head->log_id)));
	der_uint(&der, head->size);
	der_put(&der, DER_OCTET_STRING, BYTES(head->root.o, sizeof(head->root.o)));
	der_generalized(&der, head->signed_at);
	der_close(&der);
	return der_finish(&der, out, err);
}

static int
get_hash(struct der *d, uint8_t hash[SHA256_LEN], const char *what, struct err *err)
{
	struct bytes octets;

	if (der_get(d, DER_OCTET_STRING, &octets, what, err) == -1)
		return -1;
	if (octets.n != SHA256_LEN)
		return err_set(err, FAIL_INPUT, "%s: %zu octets, wanted %d", what, octets.n, SHA256_LEN);
	memcpy(hash, octets.p, SHA256_LEN);
	return 0;
}

int
treehead_decode(struct bytes encoded, struct treehead *head, struct err *err)
{
	struct der all = der_reader(encoded), d;
	struct treehead h;
	struct buf again = BUF_INIT;
	uint64_t version;
	bool same;

	if (der_enter(&all, DER_SEQUENCE, &d, "tree head", err) == -1 || der_end(&all, "tree head", err) == -1 ||
		der_get_uint(&d, &version, "tree head version", err) == -1)
		return -1;
	if (version != TREEHEAD_VERSION)
		return err_set(err, FAIL_INPUT, "tree head version: %llu, wanted %d", (unsigned long long)version, TREEHEAD_VERSION);
	if (get_hash(&d, h.log_id, "tree head log identifier", err) == -1 || der_get_uint(&d, &h.size, "tree head size", err) == -1 ||
		get_hash(&d, h.root.o, "tree head root", err) == -1)
		return -1;
	if (h.size == 0)
		return err_set(err, FAIL_INPUT, "tree head size: 0, an empty tree is not signed");
	if (der_peek(&d) != DER_GENERALIZED_TIME)
		return err_set(err, FAIL_INPUT, "tree head moment: not a GeneralizedTime");
	if (der_get_time(&d, &h.signed_at, "tree head moment", err) == -1 || der_end(&d, "tree head", err) == -1)
		return -1;
	/* one value, one form: whatever else the reader would let pass is not what was signed */
	if (treehead_encode(&h, &again, err) == -1)
		return -1;
	same = bytes_equal(encoded, bytes_of(&again));
	buf_clear(&again);
	if (!same)
		return err_set(err, FAIL_INPUT, "tree head: not in the form DER prescribes (X.690 clause 11)");
	*head = h;
	return 0;
}
