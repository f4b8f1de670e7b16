#include "registry/base/der.h"

#include <assert.h>
#include <stdlib.h>

#include "registry/base/date.h"

/* ---- reading ---- */

/* Tag and length from the front of `in`: *head octets; -1 and why when they are not minimal, definite and inside. */
static int
header(struct bytes in, uint32_t *tag, size_t *head, size_t *length, const char **why)
{
	size_t at = 1, octets;

	*why = "truncated";
	if (in.n < 2)
		return -1;
	*tag = in.p[0];
	if (*tag == 0) { /* the end of indefinite contents, of which there are none */
		*why = "tag 00";
		return -1;
	}
	if ((in.p[0] & 0x1f) == 0x1f) {
		do {
			if (at == in.n)
				return -1;
			if (at == 3) {
				*why = "tag of more than 3 octets";
				return -1;
			}
			*tag = *tag << 8 | in.p[at];
		} while ((in.p[at++] & 0x80) != 0);
		/* ISO/IEC 7816-6 gives out 5F01 to 5F1E in the long form; X.690 8.1.2.4 has it for 31 and more only. */
		if (in.p[1] == 0x80 || (at == 2 && in.p[1] < 0x1f && (in.p[0] & 0xc0) != 0x40)) {
			*why = "tag not minimal";
			return -1;
		}
	}
	if (at == in.n)
		return -1;
	*length = in.p[at++];
	if (*length == 0x80) {
		*why = "indefinite length";
		return -1;
	}
	if (*length > 0x80) {
		octets = *length & 0x7f;
		if (octets > 4) {
			*why = "length of more than 4 octets";
			return -1;
		}
		if (in.n - at < octets)
			return -1;
		*length = 0;
		for (size_t i = 0; i < octets; i++)
			*length = *length << 8 | in.p[at + i];
		if (in.p[at] == 0 || (octets == 1 && *length < 0x80)) {
			*why = "length not minimal";
			return -1;
		}
		at += octets;
	}
	if (in.n - at < *length) {
		*why = "length beyond the end";
		return -1;
	}
	*head = at;
	return 0;
}

uint32_t
der_peek(const struct der *d)
{
	uint32_t tag;
	size_t head, length;
	const char *why;

	return header(d->rest, &tag, &head, &length, &why) == 0 ? tag : 0;
}

int
der_next(struct der *d, struct tlv *tlv, const char *what, struct err *err)
{
	size_t head, length;
	uint32_t tag;
	const char *why;

	if (d->rest.n == 0)
		return err_set(err, FAIL_INPUT, "%s: missing", what);
	if (header(d->rest, &tag, &head, &length, &why) == -1)
		return err_set(err, FAIL_INPUT, "%s: %s (X.690)", what, why);
	tlv->tag = tag;
	tlv->value = BYTES(d->rest.p + head, length);
	tlv->whole = BYTES(d->rest.p, head + length);
	d->rest = BYTES(d->rest.p + head + length, d->rest.n - head - length);
	return 0;
}

int
der_get(struct der *d, uint32_t tag, struct bytes *value, const char *what, struct err *err)
{
	struct der at = *d;
	struct tlv tlv;

	if (der_next(&at, &tlv, what, err) == -1)
		return -1;
	if (tlv.tag != tag)
		return err_set(err, FAIL_INPUT, "%s: tag %02X, %02X is wanted", what, tlv.tag, tag);
	*d = at;
	*value = tlv.value;
	return 0;
}

int
der_enter(struct der *d, uint32_t tag, struct der *inner, const char *what, struct err *err)
{
	struct bytes value = BYTES_NONE;

	if (der_get(d, tag, &value, what, err) == -1)
		return -1;
	*inner = der_reader(value);
	return 0;
}

int
der_optional(struct der *d, uint32_t tag, struct bytes *value, const char *what, struct err *err)
{
	struct der at = *d;
	struct tlv tlv;

	if (d->rest.n == 0)
		return 0;
	if (der_next(&at, &tlv, what, err) == -1)
		return -1;
	if (tlv.tag != tag)
		return 0;
	*d = at;
	*value = tlv.value;
	return 1;
}

int
der_end(const struct der *d, const char *what, struct err *err)
{
	return d->rest.n == 0 ? 0 : err_set(err, FAIL_INPUT, "%s: %zu octets after the last member", what, d->rest.n);
}

int
der_get_uint(struct der *d, uint64_t *value, const char *what, struct err *err)
{
	struct der at = *d;
	struct bytes in;
	uint64_t v = 0;

	if (der_get(&at, DER_INTEGER, &in, what, err) == -1)
		return -1;
	if (in.n == 0)
		return err_set(err, FAIL_INPUT, "%s: INTEGER without contents (X.690 8.3)", what);
	if ((in.p[0] & 0x80) != 0)
		return err_set(err, FAIL_INPUT, "%s: INTEGER is negative", what);
	if (in.n > 1 && in.p[0] == 0 && (in.p[1] & 0x80) == 0)
		return err_set(err, FAIL_INPUT, "%s: INTEGER not minimal (X.690 8.3.2)", what);
	if (in.n > 9 || (in.n == 9 && in.p[0] != 0))
		return err_set(err, FAIL_INPUT, "%s: INTEGER of %zu octets, at most 8 are taken", what, in.n);
	for (size_t i = 0; i < in.n; i++)
		v = v << 8 | in.p[i];
	*d = at;
	*value = v;
	return 0;
}

int
der_get_bool(struct der *d, bool *value, const char *what, struct err *err)
{
	struct der at = *d;
	struct bytes in;

	if (der_get(&at, DER_BOOLEAN, &in, what, err) == -1)
		return -1;
	if (in.n != 1 || (in.p[0] != 0 && in.p[0] != 0xff))
		return err_set(err, FAIL_INPUT, "%s: BOOLEAN is neither 00 nor FF (X.690 11.1)", what);
	*d = at;
	*value = in.p[0] != 0;
	return 0;
}

int
der_get_oid(struct der *d, char *dotted, size_t size, const char *what, struct err *err)
{
	struct der at = *d;
	struct buf text = BUF_INIT;
	struct bytes in;
	uint64_t arc = 0;
	bool first = true;

	if (der_get(&at, DER_OID, &in, what, err) == -1)
		return -1;
	if (in.n == 0 || (in.p[in.n - 1] & 0x80) != 0)
		return err_set(err, FAIL_INPUT, "%s: OBJECT IDENTIFIER ends in the middle (X.690 8.19)", what);
	for (size_t i = 0; i < in.n; i++) {
		if ((arc == 0 && in.p[i] == 0x80) || arc > UINT64_MAX >> 8) {
			buf_clear(&text);
			return err_set(err, FAIL_INPUT, "%s: OBJECT IDENTIFIER with an arc that is %s", what, arc == 0 ? "not minimal" : "too large");
		}
		arc = arc << 7 | (in.p[i] & 0x7f);
		if ((in.p[i] & 0x80) != 0)
			continue;
		if (first)
			buf_printf(&text, "%d.%llu", arc < 40 ? 0 : arc < 80 ? 1
									     : 2,
				(unsigned long long)(arc < 40 ? arc : arc < 80 ? arc - 40
									       : arc - 80));
		else
			buf_printf(&text, ".%llu", (unsigned long long)arc);
		first = false;
		arc = 0;
	}
	if (buf_check(&text, err) == -1)
		return -1;
	if (text.n >= size) {
		buf_clear(&text);
		return err_set(err, FAIL_INPUT, "%s: OBJECT IDENTIFIER of more than %zu characters", what, size - 1);
	}
	memcpy(dotted, text.p, text.n + 1);
	buf_clear(&text);
	*d = at;
	return 0;
}

int
der_get_bits(struct der *d, struct bytes *octets, unsigned *unused, const char *what, struct err *err)
{
	struct der at = *d;
	struct bytes in;

	if (der_get(&at, DER_BIT_STRING, &in, what, err) == -1)
		return -1;
	if (in.n == 0 || in.p[0] > 7 || (in.n == 1 && in.p[0] != 0))
		return err_set(err, FAIL_INPUT, "%s: BIT STRING with a wrong count of unused bits (X.690 8.6)", what);
	if (in.n > 1 && (in.p[in.n - 1] & ((1u << in.p[0]) - 1)) != 0)
		return err_set(err, FAIL_INPUT, "%s: BIT STRING with unused bits that are not zero (X.690 11.2)", what);
	*unused = in.p[0];
	*octets = BYTES(in.p + 1, in.n - 1);
	*d = at;
	return 0;
}

static int
two_digits(const uint8_t *p)
{
	return p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9' ? -1 : (p[0] - '0') * 10 + (p[1] - '0');
}

int
der_get_time(struct der *d, int64_t *unix_time, const char *what, struct err *err)
{
	struct der at = *d;
	struct tlv tlv;
	struct date day = { .precision = DATE_DAY };
	const uint8_t *p;
	int year, month, mday, hour, minute, second, century = 0;

	if (der_next(&at, &tlv, what, err) == -1)
		return -1;
	p = tlv.value.p;
	if (tlv.tag == DER_GENERALIZED_TIME && tlv.value.n == 15) {
		if ((century = two_digits(p)) == -1)
			goto bad;
		p += 2;
	} else if (tlv.tag != DER_UTC_TIME || tlv.value.n != 13)
		goto bad;
	year = two_digits(p);
	month = two_digits(p + 2);
	mday = two_digits(p + 4);
	hour = two_digits(p + 6);
	minute = two_digits(p + 8);
	second = two_digits(p + 10);
	if (year < 0 || month < 1 || mday < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 ||
		p[12] != 'Z')
		goto bad;
	if (tlv.tag == DER_UTC_TIME)
		century = year < 50 ? 20 : 19; /* RFC 5280 4.1.2.5.1 */
	day.year = (uint16_t)(century * 100 + year);
	day.month = (uint8_t)month;
	day.day = (uint8_t)mday;
	if (!date_valid(day))
		goto bad;
	*unix_time = date_to_unix(day) + hour * 3600 + minute * 60 + second;
	*d = at;
	return 0;
bad:
	return err_set(err, FAIL_INPUT, "%s: neither YYMMDDhhmmssZ as UTCTime nor YYYYMMDDhhmmssZ as GeneralizedTime (RFC 5280 4.1.2.5)", what);
}

/* Constructed ones are walked with a stack of ends instead of recursion. */
int
der_check(struct bytes in, const char *what, struct err *err)
{
	const uint8_t *end[DER_MAX_DEPTH + 1];
	unsigned depth = 0;
	const uint8_t *at = in.p;

	if (in.n == 0)
		return err_set(err, FAIL_INPUT, "%s: empty", what);
	end[0] = in.p + in.n;
	for (;;) {
		uint32_t tag;
		size_t head, length;
		const char *why;
		uint8_t leading;

		while (at == end[depth]) {
			if (depth == 0)
				return 0;
			depth--;
		}
		if (depth == 0 && at != in.p)
			return err_set(err, FAIL_INPUT, "%s: %td octets after the object", what, end[0] - at);
		if (header(BYTES(at, (size_t)(end[depth] - at)), &tag, &head, &length, &why) == -1)
			return err_set(err, FAIL_INPUT, "%s: %s at octet %td (X.690)", what, why, at - in.p);
		leading = *at;
		at += head;
		if ((leading & 0x20) == 0) {
			at += length;
			continue;
		}
		if (depth == DER_MAX_DEPTH)
			return err_set(err, FAIL_INPUT, "%s: nested deeper than %d", what, DER_MAX_DEPTH);
		end[++depth] = at + length;
	}
}

/* ---- writing ---- */

static void
tag_put(struct buf *b, uint32_t tag)
{
	assert(tag != 0 && tag <= 0xffffff);
	buf_be(b, tag, tag > 0xffff ? 3 : tag > 0xff ? 2
						     : 1);
}

static size_t
length_put(uint8_t out[5], size_t n)
{
	size_t octets = n < 0x80 ? 0 : n < 0x100 ? 1
		: n < 0x10000                    ? 2
		: n < 0x1000000                  ? 3
						 : 4;

	out[0] = octets == 0 ? (uint8_t)n : (uint8_t)(0x80 | octets);
	for (size_t i = 0; i < octets; i++)
		out[1 + i] = (uint8_t)(n >> (8 * (octets - 1 - i)));
	return 1 + octets;
}

void
der_header(struct buf *b, uint32_t tag, size_t n)
{
	uint8_t length[5];

	tag_put(b, tag);
	buf_add(b, length, length_put(length, n));
}

void
der_open(struct der_out *o, uint32_t tag)
{
	assert(o->depth < DER_MAX_DEPTH);
	tag_put(&o->buf, tag);
	o->mark[o->depth++] = o->buf.n;
}

/* The length goes in before the contents, which move up: each octet moves once for each level, and levels are few. */
void
der_close(struct der_out *o)
{
	size_t from, n, octets;
	uint8_t length[5];

	assert(o->depth > 0);
	from = o->mark[--o->depth];
	if (o->buf.failed)
		return;
	n = o->buf.n - from;
	octets = length_put(length, n);
	if (buf_reserve(&o->buf, octets) == NULL)
		return;
	memmove(o->buf.p + from + octets, o->buf.p + from, n);
	memcpy(o->buf.p + from, length, octets);
}

void
der_put(struct der_out *o, uint32_t tag, struct bytes value)
{
	der_header(&o->buf, tag, value.n);
	buf_bytes(&o->buf, value);
}

void
der_raw(struct der_out *o, struct bytes encoded)
{
	buf_bytes(&o->buf, encoded);
}

void
der_integer(struct der_out *o, struct bytes magnitude)
{
	while (magnitude.n > 0 && magnitude.p[0] == 0)
		magnitude = BYTES(magnitude.p + 1, magnitude.n - 1);
	if (magnitude.n == 0 || (magnitude.p[0] & 0x80) != 0) {
		der_header(&o->buf, DER_INTEGER, magnitude.n + 1);
		buf_u8(&o->buf, 0);
		buf_bytes(&o->buf, magnitude);
	} else
		der_put(o, DER_INTEGER, magnitude);
}

void
der_uint(struct der_out *o, uint64_t value)
{
	uint8_t octets[8];

	for (int i = 0; i < 8; i++)
		octets[i] = (uint8_t)(value >> (56 - 8 * i));
	der_integer(o, BYTES(octets, sizeof(octets)));
}

void
der_bool(struct der_out *o, bool value)
{
	uint8_t octet = value ? 0xff : 0;

	der_put(o, DER_BOOLEAN, BYTES(&octet, 1));
}

static void
arc_put(struct buf *b, uint64_t arc)
{
	int shift = 63;

	while (shift > 0 && arc >> shift == 0)
		shift -= 7;
	for (; shift > 0; shift -= 7)
		buf_u8(b, (uint8_t)(0x80 | (arc >> shift & 0x7f)));
	buf_u8(b, (uint8_t)(arc & 0x7f));
}

void
der_oid(struct der_out *o, const char *dotted)
{
	struct buf contents = BUF_INIT;
	char *end;
	uint64_t first = strtoull(dotted, &end, 10), second;

	assert(*end == '.' && first <= 2);
	second = strtoull(end + 1, &end, 10);
	arc_put(&contents, first * 40 + second);
	while (*end != '\0') {
		assert(*end == '.' && end[1] >= '0' && end[1] <= '9');
		arc_put(&contents, strtoull(end + 1, &end, 10));
	}
	der_put(o, DER_OID, bytes_of(&contents));
	o->buf.failed |= contents.failed;
	buf_clear(&contents);
}

void
der_null(struct der_out *o)
{
	der_put(o, DER_NULL, BYTES_NONE);
}

void
der_bits(struct der_out *o, struct bytes octets, unsigned unused)
{
	assert(unused < 8 && (unused == 0 || octets.n > 0));
	der_header(&o->buf, DER_BIT_STRING, octets.n + 1);
	buf_u8(&o->buf, (uint8_t)unused);
	buf_bytes(&o->buf, octets);
}

void
der_str(struct der_out *o, uint32_t tag, const char *s)
{
	der_put(o, tag, bytes_str(s));
}

static void
time_put(struct der_out *o, uint32_t tag, int64_t unix_time)
{
	struct date d = date_of_unix(unix_time);
	int64_t s = unix_time - date_to_unix(d);
	struct buf text = BUF_INIT;

	if (tag == DER_UTC_TIME)
		buf_printf(&text, "%02u", d.year % 100u);
	else
		buf_printf(&text, "%04u", (unsigned)d.year);
	buf_printf(&text, "%02u%02u%02d%02d%02dZ", (unsigned)d.month, (unsigned)d.day, (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
	der_put(o, tag, bytes_of(&text));
	o->buf.failed |= text.failed;
	buf_clear(&text);
}

void
der_utc_or_generalized(struct der_out *o, int64_t unix_time)
{
	int year = date_of_unix(unix_time).year;

	time_put(o, year >= 1950 && year < 2050 ? DER_UTC_TIME : DER_GENERALIZED_TIME, unix_time);
}

void
der_generalized(struct der_out *o, int64_t unix_time)
{
	time_put(o, DER_GENERALIZED_TIME, unix_time);
}

static int
element_compare(const void *a, const void *b)
{
	const struct bytes *x = a, *y = b;
	size_t n = x->n < y->n ? x->n : y->n;
	int c = memcmp(x->p, y->p, n);

	return c != 0 ? c : x->n < y->n ? -1
					: x->n > y->n;
}

void
der_close_set_of(struct der_out *o)
{
	struct buf sorted = BUF_INIT;
	struct bytes *element = NULL;
	struct tlv tlv;
	struct err err = ERR_INIT;
	size_t n = 0, from;

	assert(o->depth > 0);
	if (o->buf.failed) {
		der_close(o);
		return;
	}
	from = o->mark[o->depth - 1];
	for (struct der d = der_reader(BYTES(o->buf.p + from, o->buf.n - from)); der_more(&d);) {
		struct bytes *grown = realloc(element, (n + 1) * sizeof(*element));

		if (grown == NULL || der_next(&d, &tlv, "SET OF", &err) == -1) {
			free(grown != NULL ? grown : element);
			o->buf.failed = true;
			o->depth--;
			return;
		}
		element = grown;
		element[n++] = tlv.whole;
	}
	if (n > 1)
		qsort(element, n, sizeof(*element), element_compare);
	for (size_t i = 0; i < n; i++)
		buf_bytes(&sorted, element[i]);
	if (sorted.failed)
		o->buf.failed = true;
	else if (sorted.n > 0)
		memcpy(o->buf.p + from, sorted.p, sorted.n);
	buf_clear(&sorted);
	free(element);
	der_close(o);
}

int
der_finish(struct der_out *o, struct buf *out, struct err *err)
{
	assert(o->depth == 0);
	if (buf_check(&o->buf, err) == -1) {
		der_out_clear(o);
		return -1;
	}
	buf_move(out, &o->buf);
	return 0;
}

void
der_out_clear(struct der_out *o)
{
	buf_clear(&o->buf);
	o->depth = 0;
}
