/*
 * der.h - ITU-T X.690 DER and the BER-TLV of ISO/IEC 7816-4 (application tags such as 7F61, 5F1F) in one reader and writer.
 *
 * Only definite lengths, minimal length octets, tag numbers of at most 3 octets.  The reader never looks past its bytes and
 * never allocates; depth is bounded by the caller's own nesting and by der_check().
 * Tags are written as the octets read as a big-endian number: 0x30, 0x5F1F, 0x7F61.
 */
#ifndef CATENA_BASE_DER_H
#define CATENA_BASE_DER_H

#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_UTF8_STRING = 0x0C,
	DER_PRINTABLE_STRING = 0x13,
	DER_IA5_STRING = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31
};
#define DER_CONTEXT(n)      (0x80u | (n)) /* [n] primitive, n < 31 */
#define DER_CONTEXT_CONS(n) (0xA0u | (n)) /* [n] constructed */
enum { DER_MAX_DEPTH = 32 };              /* certificates nest about 12 deep; deeper is an attack */

/* ---- reading ---- */
struct der {
	struct bytes rest; /* what is not read yet */
};
struct tlv {
	uint32_t tag;
	struct bytes value; /* contents octets */
	struct bytes whole; /* tag, length and contents */
};

static inline struct der
der_reader(struct bytes in)
{
	return (struct der){ in };
}
static inline bool
der_more(const struct der *d)
{
	return d->rest.n > 0;
}
uint32_t der_peek(const struct der *d); /* the next tag, or 0 when nothing is left or it is malformed */

/* The next object of any tag.  0; or -1 FAIL_INPUT "what: ..." with d unmoved. `what` names the field for the message. */
int der_next(struct der *d, struct tlv *tlv, const char *what, struct err *err);
/* The next object, which must have this tag; its contents in *value. */
int der_get(struct der *d, uint32_t tag, struct bytes *value, const char *what, struct err *err);
/* As der_get, and *inner reads the contents: for SEQUENCE, SET and other constructed tags. */
int der_enter(struct der *d, uint32_t tag, struct der *inner, const char *what, struct err *err);
/* 1 and *value when the next tag is `tag`, 0 when it is another or nothing is left, -1 on malformed bytes. */
int der_optional(struct der *d, uint32_t tag, struct bytes *value, const char *what, struct err *err);
int der_end(const struct der *d, const char *what, struct err *err); /* -1 when bytes are left */

int der_get_uint(struct der *d, uint64_t *value, const char *what, struct err *err); /* INTEGER 0..2^64-1, minimal */
int der_get_bool(struct der *d, bool *value, const char *what, struct err *err);     /* 00 or FF */
int der_get_oid(struct der *d, char *dotted, size_t size, const char *what, struct err *err);
int der_get_bits(struct der *d, struct bytes *octets, unsigned *unused, const char *what, struct err *err);
int der_get_time(struct der *d, int64_t *unix_time, const char *what, struct err *err); /* UTCTime (1950-2049) or GeneralizedTime, Z */
/* Walks everything below: definite minimal lengths, depth <= DER_MAX_DEPTH, no trailing octets at any level. */
int der_check(struct bytes in, const char *what, struct err *err);

/* ---- writing: into a buf; der_open/der_close nest, DER_MAX_DEPTH deep ---- */
struct der_out {
	struct buf buf;             /* the result when every der_open was closed */
	size_t mark[DER_MAX_DEPTH]; /* where the contents of each open object begin */
	unsigned depth;
};
#define DER_OUT_INIT ((struct der_out){ .buf = BUF_INIT })

void der_open(struct der_out *o, uint32_t tag);
void der_close(struct der_out *o);
void der_put(struct der_out *o, uint32_t tag, struct bytes value); /* primitive */
void der_raw(struct der_out *o, struct bytes encoded);             /* already encoded */
void der_uint(struct der_out *o, uint64_t value);
void der_integer(struct der_out *o, struct bytes magnitude); /* unsigned big endian of any length; made minimal, 00 put before a high bit */
void der_bool(struct der_out *o, bool value);
void der_oid(struct der_out *o, const char *dotted);
void der_null(struct der_out *o);
void der_bits(struct der_out *o, struct bytes octets, unsigned unused);
void der_str(struct der_out *o, uint32_t tag, const char *s);
void der_utc_or_generalized(struct der_out *o, int64_t unix_time); /* RFC 5280 4.1.2.5: UTCTime from 1950 to 2049 */
void der_generalized(struct der_out *o, int64_t unix_time);
void der_close_set_of(struct der_out *o);                            /* der_close that first sorts the elements, X.690 11.6 */
int der_finish(struct der_out *o, struct buf *out, struct err *err); /* moves the result out; -1 on memory; o is empty again */
void der_out_clear(struct der_out *o);
/* The tag and length octets for contents of n octets, appended to b. */
void der_header(struct buf *b, uint32_t tag, size_t n);

#endif
