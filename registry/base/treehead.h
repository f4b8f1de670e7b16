/*
 * treehead.h - what the ledger key signs: the state of the log.  Pure; signd writes it, the offline verifier reads it.
 *   TreeHead ::= SEQUENCE { version INTEGER (1), logId OCTET STRING (SIZE (32)), size INTEGER (1..MAX),
 *                           root OCTET STRING (SIZE (32)), signedAt GeneralizedTime }
 * DER (X.690); logId is the SHA-256 of the ledger key's certificate, so that a head cannot be shown for another log's.
 * The signature is over exactly these octets.
 */
#ifndef CATENA_BASE_TREEHEAD_H
#define CATENA_BASE_TREEHEAD_H
#include "registry/base/merkle.h"

struct treehead {
	uint8_t log_id[SHA256_LEN];
	uint64_t size; /* leaves, 1.. */
	struct hash root;
	int64_t signed_at; /* seconds since 1970 UTC */
};

/* Appends nothing: replaces *out.  FAIL_INPUT for size 0 or a moment outside the years 0000..9999. */
int treehead_encode(const struct treehead *head, struct buf *out, struct err *err);
/* The whole of `der` must be one tree head, in the one form DER allows; else FAIL_INPUT and *head untouched. */
int treehead_decode(struct bytes der, struct treehead *head, struct err *err);

#endif
