/*
 * Octets as DER: what der_check accepts can be walked to the last octet and written again octet for octet; what a typed reader
 * accepts, the writer of the type gives back; a reader that refuses does not move.
 */
#include <stdlib.h>
#include "registry/base/der.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* Every object in `in`, which der_check has accepted: its depth is bounded. */
static void
copy(struct bytes in, struct der_out *out)
{
	struct err err = ERR_INIT;
	struct tlv tlv;

	for (struct der d = der_reader(in); der_more(&d);) {
		uint32_t tag = der_peek(&d);

		must(der_next(&d, &tlv, "object", &err) == 0 && tlv.tag == tag);
		if ((tlv.whole.p[0] & 0x20) != 0) {
			der_open(out, tlv.tag);
			copy(tlv.value, out);
			der_close(out);
		} else
			der_put(out, tlv.tag, tlv.value);
	}
}

static void
walk(struct bytes in)
{
	struct der_out out = DER_OUT_INIT;
	struct buf again = BUF_INIT;
	struct err err = ERR_INIT;

	if (der_check(in, "object", &err) == 0) {
		copy(in, &out);
		must(der_finish(&out, &again, &err) == 0 && bytes_equal(bytes_of(&again), in));
		buf_clear(&again);
	} else
		must(err.kind == FAIL_INPUT);
}

/* After a typed reader: rc and how far it went; when it accepted, what `out` holds must be what it read. */
static void
same(const struct der *before, const struct der *after, int rc, struct der_out *out)
{
	struct buf again = BUF_INIT;
	struct err err = ERR_INIT;
	size_t n = before->rest.n - after->rest.n;

	if (rc == 0)
		must(der_finish(out, &again, &err) == 0 && bytes_equal(bytes_of(&again), BYTES(before->rest.p, n)));
	else
		must(n == 0);
	der_out_clear(out);
	buf_clear(&again);
}

static void
typed(struct bytes in)
{
	struct der start = der_reader(in), d;
	struct der_out out = DER_OUT_INIT;
	struct err err = ERR_INIT;
	struct bytes octets = BYTES_NONE;
	char dotted[128];
	uint64_t number;
	unsigned unused;
	int64_t time, again;
	bool flag;
	int rc;

	d = start;
	if ((rc = der_get_uint(&d, &number, "number", &err)) == 0)
		der_uint(&out, number);
	same(&start, &d, rc, &out);
	d = start;
	if ((rc = der_get_bool(&d, &flag, "flag", &err)) == 0)
		der_bool(&out, flag);
	same(&start, &d, rc, &out);
	d = start;
	if ((rc = der_get_oid(&d, dotted, sizeof(dotted), "oid", &err)) == 0)
		der_oid(&out, dotted);
	same(&start, &d, rc, &out);
	d = start;
	if ((rc = der_get_bits(&d, &octets, &unused, "bits", &err)) == 0)
		der_bits(&out, octets, unused);
	same(&start, &d, rc, &out);
	/* a year before 2050 may have been GeneralizedTime: the moment, not the octets, comes back */
	d = start;
	if (der_get_time(&d, &time, "time", &err) == 0) {
		struct buf written = BUF_INIT;

		der_utc_or_generalized(&out, time);
		must(der_finish(&out, &written, &err) == 0);
		d = der_reader(bytes_of(&written));
		must(der_get_time(&d, &again, "time", &err) == 0 && again == time && !der_more(&d));
		buf_clear(&written);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct der d = der_reader(BYTES(data, size));
	struct err err = ERR_INIT;
	struct tlv tlv;

	walk(BYTES(data, size));
	typed(BYTES(data, size));
	/* and from the second object on, whatever the first was */
	if (der_next(&d, &tlv, "object", &err) == 0) {
		typed(tlv.value);
		typed(d.rest);
	}
	return 0;
}
