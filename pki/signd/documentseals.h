/*
 * documentseals.h - the visible digital seals of documents without chip: visas (MRV-A, MRV-B) and the single-sheet emergency document, Doc 9303-13.
 * signd makes the message from rows of the registry that it has read itself (signing_seals); nobody hands it octets.
 */
#ifndef CATENA_SIGND_DOCUMENTSEALS_H
#define CATENA_SIGND_DOCUMENTSEALS_H

#include <jansson.h>

#include "pki/signd/policy.h"
#include "pki/vdsseal.h"

/* One of the objects of signing_seals as the message of a seal.  *values is kept as long as *vds is used.  FAIL_INPUT names the field, no value. */
int documentseals_message(const json_t *seal, const char *state, struct date issued_on, struct vds *vds, struct buf *values, struct err *err);
/*
 * The seal, by the signer for its kind, which *signer becomes; it stays NULL when none is active (FAIL_AGAIN: a key ceremony is needed).  FAIL_AGAIN with
 * *signer set: its token is away.
 */
int documentseals_make(const struct signers *signers, const json_t *seal, const char *state, struct date issued_on, struct buf *made,
	const struct seal_signer **signer, struct err *err);

#endif
