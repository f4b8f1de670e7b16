/*
 * trustload.h - the registry's trust store as a struct truststore: what passive authentication is handed.
 *
 * In it: our own CSCA certificates and those that two officers have confirmed (anchors), the others that were taken over (candidates: links
 * count when a trusted key signed them), the newest CRL of each issuer and the newest deviation list of each State, ours among them.
 * Not in it: a certificate that two officers have distrusted, and others of the same key unless two officers have confirmed them.
 */
#ifndef CATENA_PKI_TRUSTLOAD_H
#define CATENA_PKI_TRUSTLOAD_H
#include "pki/truststore.h"
#include "registry/store/trust.h"

/* Settled.  The program's queries include trust_row_queries. */
int trustload(struct tx *tx, struct truststore **store, struct err *err);
int trustload_rows(const struct trust_rows *rows, struct truststore **store, struct err *err);

#endif
