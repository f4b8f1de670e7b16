/*
 * group.h - the groups in which chip and terminal agree on keys: elliptic curves and multiplicative groups.  Doc 9303-11 (8th ed.) 9.5, RFC 5114.
 *
 * PACE computes with a generator of its own, which libcrypto's key agreement does not offer, so this is written over its points and numbers; a curve's and a
 * prime's values are always libcrypto's own.  Elements travel as octets: uncompressed points, or numbers without leading zeros; private keys are numbers below the order.
 * What comes from the other side is checked to be an element of the (sub)group and not its neutral one.
 */
#ifndef CATENA_DOC9303_GROUP_H
#define CATENA_DOC9303_GROUP_H
#include <openssl/types.h>
#include "registry/base/bytes.h"
#include "registry/base/err.h"

struct group;
struct element;

/* The standardised domain parameters with this id (secinfo.h).  FAIL_INPUT: none; not in this libcrypto. */
int group_new(int id, struct group **group, struct err *err);
void group_free(struct group *group);
bool group_is_curve(const struct group *group);
size_t group_order_len(const struct group *group); /* octets of the order */
const BIGNUM *group_prime(const struct group *group);
/* The id of the standardised group with this prime and generator, which a key may state in full; SECINFO_NO_ID: none. */
int group_find_prime(const BIGNUM *p, const BIGNUM *g);

int element_read(const struct group *group, struct bytes octets, struct element **e, struct err *err);
int element_write(const struct group *group, const struct element *e, struct buf *out, struct err *err); /* appended */
/* The shared secret that an element is: its x coordinate, or the number, as long as the prime; appended. */
int element_secret(const struct group *group, const struct element *e, struct buf *out, struct err *err);
/* A public key as terminal authentication names it: x of a point, SHA-1 of a number; appended.  octets: as they travel, read before. */
int element_compress(const struct group *group, struct bytes octets, struct buf *out, struct err *err);
void element_free(struct element *e); /* wipes */

/* base (NULL: the standard generator) times the number.  FAIL_INPUT: the neutral element. */
int element_times(const struct group *group, const struct element *base, struct bytes number, struct element **e, struct err *err);
int element_plus(const struct group *group, const struct element *a, const struct element *b, struct element **e, struct err *err);
/* An element that a field element (below the prime) encodes: Doc 9303-11 4.4.3.3.2, integrated mapping. */
int element_encode(const struct group *group, const BIGNUM *t, struct element **e, struct err *err);

/* A number below the order, not zero, from at least eight octets more than the order has; replaces *out. */
int group_private(const struct group *group, struct bytes random, struct buf *out, struct err *err);
/* a divided by b modulo the order, as long as the order; replaces *out. */
int group_quotient(const struct group *group, struct bytes a, struct bytes b, struct buf *out, struct err *err);

#endif
