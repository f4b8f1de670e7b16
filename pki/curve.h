/*
 * curve.h - the elliptic curves we know, and the two ways a certificate states them.
 *
 * Doc 9303-12 4.1.6.3 wants explicit ECParameters (with cofactor, uncompressed base point) in certificates.  Explicit
 * parameters are an attack surface (CVE-2020-0601: a chosen base point), so they are never computed with: they are compared
 * with a known curve, all of p, a, b, G, n and h, and from then on the known curve is used.  No I/O, no global state.
 */
#ifndef CATENA_PKI_CURVE_H
#define CATENA_PKI_CURVE_H
#include "registry/base/der.h"

struct curve {
	const char *name; /* "P-256", "brainpoolP384r1" */
	const char *oid;
	const char *group;   /* libcrypto's name of the group */
	unsigned order_bits; /* of the base point; a longer digest is cut to it */
	unsigned len;        /* octets of a field element; for all curves here also of the order */
	unsigned hash_bits;  /* SHA-2 our profiles use with it */
	bool is_weak;        /* below 224 bits: Doc 9303-12 4.1.6.3 */
};

const struct curve *curve_by_name(const char *name); /* "P-256" or libcrypto's "prime256v1"; NULL when unknown */
const struct curve *curve_by_oid(const char *oid);
const struct curve *curve_at(size_t i); /* all of them, NULL after the last */

/* Writes SEQUENCE { 1, fieldID, curve, base, order, cofactor }: ECParameters of X9.62, without the optional seed. */
int curve_put_explicit(const struct curve *c, struct der_out *o, struct err *err);
/*
 * The curve of an encoded parameters field: an OID or explicit parameters (seed and cofactor may be there or not, the base
 * point compressed or not).  -1 FAIL_INPUT when it is none we know or the values are another curve's.
 */
int curve_of_parameters(struct bytes parameters, const struct curve **c, bool *is_explicit, struct err *err);

#endif
