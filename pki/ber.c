/* BER into DER in one walk; the depth is bounded, and with it the work. */
#include "pki/ber.h"

enum { PIECES_DEPTH = 8 }; /* an octet string in pieces that are in pieces: nobody writes more than one level */

struct head {
	uint32_t tag;
	size_t tag_len; /* octets of the tag */
	bool is_constructed, is_indefinite;
	size_t n; /* of the contents; not for indefinite ones */
};

static int
malformed(struct err *err, const char *what)
{
	return err_set(err, FAIL_INPUT, "BER: %s (X.690 8.1)", what);
}

/* Tag and length; *in goes behind them. */
static int
head_read(struct bytes *in, struct head *h, struct err *err)
{
	struct bytes at = *in;
	size_t octets;

	*h = (struct head){ .tag_len = 1 };
	if (at.n < 2)
		return malformed(err, "cut off");
	h->tag = at.p[0];
	if (h->tag == 0)
		return malformed(err, "an end that nothing began");
	h->is_constructed = (at.p[0] & 0x20) != 0;
	if ((at.p[0] & 0x1F) == 0x1F)
		do {
			if (h->tag_len == 3 || h->tag_len >= at.n)
				return malformed(err, "a tag of more than 3 octets");
			h->tag = h->tag << 8 | at.p[h->tag_len];
		} while ((at.p[h->tag_len++] & 0x80) != 0);
	at = BYTES(at.p + h->tag_len, at.n - h->tag_len);
	if (at.n == 0)
		return malformed(err, "cut off");
	octets = at.p[0] & 0x7F;
	if ((at.p[0] & 0x80) == 0) {
		h->n = at.p[0];
		octets = 0;
	} else if (octets == 0) {
		if (!h->is_constructed)
			return malformed(err, "a primitive object of indefinite length");
		h->is_indefinite = true;
	} else {
		if (octets > 8 || octets >= at.n)
			return malformed(err, "a length of more than 8 octets");
		for (size_t i = 1; i <= octets; i++) {
			if (h->n > SIZE_MAX >> 8)
				return malformed(err, "a length that nothing can have");
			h->n = h->n << 8 | at.p[i];
		}
	}
	at = BYTES(at.p + 1 + octets, at.n - 1 - octets);
	if (!h->is_indefinite && h->n > at.n)
		return malformed(err, "cut off");
	*in = at;
	return 0;
}

/* The two zeros that end an indefinite length. */
static bool
at_end(struct bytes *in)
{
	if (in->n < 2 || in->p[0] != 0 || in->p[1] != 0)
		return false;
	*in = BYTES(in->p + 2, in->n - 2);
	return true;
}

static int one(struct bytes *in, struct der_out *out, unsigned depth, struct err *err);

/* The octets of a string, in pieces or not, appended to `octets`; `in` is behind the head. */
static int
pieces(struct bytes *in, const struct head *h, struct buf *octets, unsigned depth, struct err *err)
{
	struct bytes inside;
	struct head piece;

	if (!h->is_constructed) {
		buf_add(octets, in->p, h->n);
		*in = BYTES(in->p + h->n, in->n - h->n);
		return 0;
	}
	if (depth == PIECES_DEPTH)
		return malformed(err, "an octet string in pieces of pieces");
	inside = h->is_indefinite ? *in : BYTES(in->p, h->n);
	while (h->is_indefinite ? !at_end(&inside) : inside.n > 0) {
		if (head_read(&inside, &piece, err) == -1)
			return -1;
		if ((piece.tag & ~0x20u) != DER_OCTET_STRING)
			return malformed(err, "an octet string in pieces of another kind");
		if (pieces(&inside, &piece, octets, depth + 1, err) == -1)
			return -1;
	}
	*in = h->is_indefinite ? inside : BYTES(in->p + h->n, in->n - h->n);
	return 0;
}

static int
octet_string(struct bytes *in, const struct head *h, struct der_out *out, struct err *err)
{
	struct buf octets = BUF_INIT;
	int rc = pieces(in, h, &octets, 0, err);

	if (rc == 0) {
		der_put(out, DER_OCTET_STRING, bytes_of(&octets));
		rc = buf_check(&octets, err);
	}
	buf_clear(&octets);
	return rc;
}

static int
one(struct bytes *in, struct der_out *out, unsigned depth, struct err *err)
{
	struct bytes inside;
	struct head h;

	if (head_read(in, &h, err) == -1)
		return -1;
	if ((h.tag & ~0x20u) == DER_OCTET_STRING)
		return octet_string(in, &h, out, err);
	if (!h.is_constructed) {
		der_put(out, h.tag, BYTES(in->p, h.n));
		*in = BYTES(in->p + h.n, in->n - h.n);
		return 0;
	}
	if (depth + 1 >= DER_MAX_DEPTH)
		return malformed(err, "nested too deep");
	inside = h.is_indefinite ? *in : BYTES(in->p, h.n);
	der_open(out, h.tag);
	while (h.is_indefinite ? !at_end(&inside) : inside.n > 0)
		if (one(&inside, out, depth + 1, err) == -1)
			return -1;
	der_close(out);
	*in = h.is_indefinite ? inside : BYTES(in->p + h.n, in->n - h.n);
	return 0;
}

int
ber_to_der(struct bytes in, size_t limit, struct buf *der, struct err *err)
{
	struct der_out out = DER_OUT_INIT;
	int rc;

	if (in.n > limit)
		return err_set(err, FAIL_TOO_LARGE, "BER: %zu octets, at most %zu", in.n, limit);
	rc = one(&in, &out, 0, err);
	if (rc == 0 && in.n > 0)
		rc = malformed(err, "something after the object");
	if (rc == -1) {
		out.depth = 0;
		der_out_clear(&out);
		return -1;
	}
	rc = der_finish(&out, der, err);
	der_out_clear(&out);
	return rc;
}
