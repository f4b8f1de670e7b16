/*
 * rite.h - what each kind of ceremony does, from its parameters to the order and back; pure: no token, no database, no clock.
 *
 * A ceremony becomes a rite: an order that names everything to be done on the token (a key to generate, certificates to issue, a CRL,
 * a list to sign, a key to destroy).  signd makes the order from the registry; it is carried out (rite_perform) by signd on its own
 * token, or by csca-ceremony on a machine without network from a file, with the very same code.  The outcome is held against the order
 * (rite_check) before it is recorded, wherever it was made.
 *
 * Files are canonical JSON (json.h): the same order always is the same octets, and both sides show its SHA-256.
 *
 * Parameters of a ceremony (JSON object; nothing else may be in it):
 *   generate         {}                                        the key's kind, token and algorithm are in its row
 *   certify          { "document_types": ["P"]?, "document_years": N?, "signer_id": "XX"? }      seal signers: characters 3-4 of their identifier
 *   activate, retire, erase  {}
 *   crl              { "days": N? }                             until nextUpdate, 1 to 90; 60
 *   revoke           { "cause": "compromise" | "superseded" | "ceased" | "error" }
 *   rollover         { "document_years": N? }
 *   name_change      { "subject": { "organization"?, "organizational_unit"?, "common_name" }, "document_years": N? }
 *   master_list, deviation_list  {}                             the content is the payload
 *   rule             { "ceremony": KIND, "officers": 2..12 } or { "key": KIND, "use_days": N, "max_signatures": N, "lead_days": N }
 */
#ifndef CATENA_PKI_RITE_H
#define CATENA_PKI_RITE_H

#include <jansson.h>

#include "pki/profile.h"
#include "registry/base/uuid.h"

enum { RITE_CERTIFICATES = 2, /* root and link */
	RITE_REVOKED_MAX = 200000,
	RITE_FILE_MAX = 32 << 20 }; /* a request file with a CRL of that many entries */

/* FAIL_INPUT with a problem for each member that is wrong.  kind: a name of ceremony_kind_names. */
int rite_check_parameters(const char *kind, const json_t *parameters, struct err *err);
/* FAIL_INPUT when no key of that kind (key_kind_names) can be of that algorithm ("P-256", "brainpoolP384r1", "RSA-3072"). */
int rite_check_algorithm(const char *key_kind, const char *algorithm, struct err *err);

#endif
