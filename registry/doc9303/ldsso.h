/*
 * ldsso.h - LDSSecurityObject, the signed contents of EF.SOD: the hash of each data group.  Doc 9303-10 (8th ed.) 4.6.2.3.
 *
 *	SEQUENCE { version, hashAlgorithm, SEQUENCE (2..16) OF { INTEGER 1..16, OCTET STRING }, ldsVersionInfo OPTIONAL }
 * v0 (LDS 1.7) has no ldsVersionInfo, v1 (LDS 1.8) must have it.
 */
#ifndef CATENA_DOC9303_LDSSO_H
#define CATENA_DOC9303_LDSSO_H
#include "registry/base/digest.h"
#include "registry/doc9303/lds.h"

enum { LDSSO_SHA1_BITS = 160 }; /* old documents only: read, never written; the caller's policy judges */

struct ldsso_dg {
	unsigned number;          /* 1..16 */
	uint8_t hash[DIGEST_MAX]; /* of the whole file object; hash_bits / 8 octets count */
};

struct ldsso {
	unsigned version; /* 0 or 1 */
	int hash_bits;    /* 224, 256, 384, 512; or LDSSO_SHA1_BITS when read */
	unsigned n;
	struct ldsso_dg dg[LDS_DGS]; /* each number once; written ascending, read in the order found */
	char lds_version[5];         /* v1: "0108"; v0: "" */
	char unicode_version[7];     /* v1: "040000"; v0: "" */
};

/* An empty v1 object for LDS 1.8 with Unicode 4.0. */
void ldsso_init(struct ldsso *lds, int hash_bits);
/* Hashes `file` (one whole object) as data group `number`.  -1 FAIL_INPUT: number out of range or there already, tag not its own. */
int ldsso_add(struct ldsso *lds, unsigned number, struct bytes file, struct err *err);
/* DER into *out (replaced).  DG1 and DG2 must be there, each number once; digest AlgorithmIdentifier without NULL. */
int ldsso_write(const struct ldsso *lds, struct buf *out, struct err *err);
/* Exactly one object.  A digest AlgorithmIdentifier with NULL is read too. */
int ldsso_read(struct bytes der, struct ldsso *lds, struct err *err);
const struct ldsso_dg *ldsso_find(const struct ldsso *lds, unsigned number); /* NULL when not covered */

#endif
