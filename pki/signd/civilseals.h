/*
 * civilseals.h - signd seals certificates of civil acts: it has itself read the registered act and the certificate's row in the registry, and makes the
 * message from them (design, invariant 2); nobody hands it octets.  Once: the seal is recorded in the transaction in which it is made.
 */
#ifndef CATENA_SIGND_CIVILSEALS_H
#define CATENA_SIGND_CIVILSEALS_H

#include "pki/signd/keys.h"
#include "pki/vdsseal.h"

/*
 * What certificate_to_seal of the registry gave (registry/store/certificates.h), as the message of a seal.  FAIL_DENIED: the act does not hold, or
 * says something else than the certificate was made from; FAIL_INPUT: no seal has this kind.  *values is kept as long as *vds is used.
 */
int civilseals_message(const json_t *found, struct vds *vds, struct buf *values, struct err *err);
/*
 * Appends the seal to *seal: the one it has, or a new one by that key (none that may sign: FAIL_NOT_FOUND).  state: code of the State as in the MRZ.
 */
int civilseals_seal(struct db *db, const struct seal_signer *by, const char *state, const struct uuid *certificate_id, struct buf *seal, struct err *err);

#endif
