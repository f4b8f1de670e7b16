/*
 * cardsecurity.h - EF.CardSecurity: SecurityInfos signed by a document signer, for chip authentication mapping and for what is done in
 * the master file.  Doc 9303-10 (8th ed.) 3.11.3, Doc 9303-11 9.2.11: a SignedData of type 0.4.0.127.0.7.3.2.1 with the signer's certificate.
 */
#ifndef CATENA_PKI_CARDSECURITY_H
#define CATENA_PKI_CARDSECURITY_H
#include "pki/cms.h"
#include "registry/doc9303/secinfo.h"

extern const char oid_security_object[]; /* 0.4.0.127.0.7.3.2.1, id-SecurityObject */
enum { CARDSECURITY_MAX = 64 * 1024 };

/* signing_time as in cms_sign.  *file is replaced: the whole file. */
int cardsecurity_build(struct session *s, const struct signer *signer, const struct secinfos *infos, int64_t signing_time, struct buf *file,
	struct err *err);

struct cardsecurity {
	struct cms *cms;
	struct secinfos infos; /* point into the cms */
};
/* Parses without judging signatures: that is cms_verify(cs->cms, oid_security_object, ...).  Octets after the object are padding. */
int cardsecurity_parse(struct bytes file, struct cardsecurity **cs, struct err *err);
void cardsecurity_free(struct cardsecurity *cs);

#endif
