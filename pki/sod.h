/*
 * sod.h - EF.SOD, the document security object: tag 77 around a SignedData of an LDS security object.  Doc 9303-10 4.6.2.
 */
#ifndef CATENA_PKI_SOD_H
#define CATENA_PKI_SOD_H
#include "pki/cms.h"
#include "registry/doc9303/ldsso.h"

extern const char oid_lds_security_object[]; /* 2.23.136.1.1.1 */
enum { SOD_MAX = 64 * 1024 };

/* The hash of the LDS security object should be the signer's (signer_hash_bits).  *sod is replaced. */
int sod_build(struct session *s, const struct signer *signer, const struct ldsso *lds, int64_t signing_time, struct buf *sod,
	struct err *err);

struct sod {
	struct cms *cms;
	struct ldsso lds;
};
/*
 * As far as it can be read: without tag 77, *is_bare; with contents that are no LDS security object, *problem (of `err`) says why, and `lds` is
 * empty.  -1 only when it is no SignedData.
 */
int sod_parse_tolerantly(struct bytes file, struct sod **sod, bool *is_bare, struct err *problem, struct err *err);
/* Parses without judging signatures.  Octets after the 77 object are padding of the file and allowed. */
int sod_parse(struct bytes file, struct sod **sod, struct err *err);
void sod_free(struct sod *sod);

#endif
