/*
 * certify.h - certificates from what the registry says: certificate_source (registry/schema/0130-certificates.sql) becomes the fields of a page, and the row of an issued
 * certificate becomes that page again, octet for octet.  Pure.
 */
#ifndef CATENA_CIVIL_CERTIFY_H
#define CATENA_CIVIL_CERTIFY_H

#include "enrolment/civil/certificate.h"
#include "registry/store/certificates.h"

/* Who issues, as printed. */
struct certify_issuer {
	const char *state, *authority, *office;
};
/* The `content` of an issued certificate: { state, authority, office, act_number, registered_at, registered_on, fields }.  NULL: no memory. */
json_t *certify_content(const json_t *source, enum certificate_language language, const struct certify_issuer *issuer);
/* The page of an issued certificate; url: what its status address begins with.  FAIL_INTERNAL: the row is none that certify_content made. */
int certify_pdf(const struct civil_certificate *c, const char *url, struct buf *pdf, struct err *err);

#endif
