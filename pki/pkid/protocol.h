/*
 * protocol.h - the printed protocol of a key ceremony: what was done, by whom, on which token, with which fingerprints, and a line for each
 * officer to sign by hand.
 */
#ifndef CATENA_PKID_PROTOCOL_H
#define CATENA_PKID_PROTOCOL_H

#include <jansson.h>

#include "registry/base/bytes.h"
#include "registry/base/err.h"

/*
 * A4 PDF, as many pages as it takes, appended to *pdf; the same octets for the same input.  ceremony and officers as ceremony_read and
 * ceremony_officers of registry/store/ceremony.h give them; state: the State's code.
 */
int protocol_pdf(const json_t *ceremony, const json_t *officers, const char *state, struct buf *pdf, struct err *err);

#endif
