/*
 * certview.h - a certificate for a person to read: who, what kind, validity, key usage period, algorithms, extensions in words,
 * fingerprints.  Text for terminals and printed protocols, JSON for the desk.  Pure.
 */
#ifndef CATENA_PKI_CERTVIEW_H
#define CATENA_PKI_CERTVIEW_H
#include <jansson.h>

#include "pki/cert.h"

/*
 * Lines "label: value", appended.  Octets of others are shown in UTF-8, with control characters and bad sequences as \xNN; nothing of
 * it can move a terminal's cursor.
 */
int certview_text(const struct cert *cert, struct buf *out, struct err *err);
/* The same as an object; the caller's reference. */
int certview_json(const struct cert *cert, json_t **out, struct err *err);
/* A Name (RFC 5280) as "C=UT, O=Utopia, CN=CSCA Utopia", in its own order; appended. */
void certview_name(struct bytes name, struct buf *out);
/* Lower-case hexadecimal SHA-256 of the certificate; out has 65 octets. */
char *certview_sha256(const struct cert *cert, char out[65]);

#endif
