/*
 * signclient.h - talking to signd over its unix socket.
 *
 * Messages are a 4-octet big-endian length and that many octets of JSON, at most SIGND_MAX_MESSAGE.  One request, one reply, on a
 * connection kept open; calls on one client are serialised by the caller (one client per worker thread, or a pool).
 *   {"op":"status"}                                    -> {"ok":true,"token":..., "certificates":[{"kind","id","not_after"}]}
 *   {"op":"sign_documents","documents":[{"id":UUID,"dgs":{"1":HEX,"2":HEX,...}}, ...]}
 *                                                      -> {"ok":true,"results":[{"id","sod":BASE64} | {"id","problem":{"kind","detail"}}]}
 *   {"op":"new_uins","count":N}                        -> {"ok":true,"uins":["2...", ...]}
 *   {"op":"seal_certificate","id":UUID}                -> {"ok":true,"seal":HEX}       of a civil certificate; the same again when it has one
 *   {"op":"sign_stop_list","sequence":N}               -> {"ok":true,"cms":BASE64}     of the snapshot of a full export; the same again when it has one
 *   {"op":"execute_ceremony","id":UUID,"officer_id":UUID?}
 *                                                      -> {"ok":true,"result":{...}}    also when it was executed before: the same again
 *   {"op":"request_ceremony","id":UUID}                -> {"ok":true,"request":TEXT}   for csca-ceremony, see pki/rite.h
 *   {"op":"import_ceremony","id":UUID,"officer_id":UUID?,"response":TEXT}  -> {"ok":true,"result":{...}}
 *   anything that fails as a whole                     -> {"ok":false,"problem":{"kind","detail"}}
 * signd itself reads each document's descent in the registry, compares the hashes with the row, and records the signature in
 * the transaction in which it makes it: a document already signed gets the same EF.SOD again (invariants 2 and 7).  In the same way
 * it reads a ceremony and its approvals, works on the token and records the outcome.
 */
#ifndef CATENA_PKI_SIGNCLIENT_H
#define CATENA_PKI_SIGNCLIENT_H

#include <jansson.h>

#include "registry/base/bytes.h"
#include "registry/base/err.h"
#include "registry/base/uuid.h"

enum { SIGND_MAX_MESSAGE = 4 << 20,
	SIGND_MAX_BATCH = 256 };

struct signclient;
/* Connects when first used and again when the connection was lost; FAIL_AGAIN with the reason when signd is away. */
int signclient_new(const char *socket_path, struct signclient **client, struct err *err);
void signclient_free(struct signclient *client);

struct sign_order {
	struct uuid document_id;
	unsigned ndg;
	struct {
		int number;
		uint8_t hash[64];
		size_t len;
	} dg[16];
	/* filled by the call */
	struct buf sod; /* EF.SOD, tag 77; the caller clears it */
	struct err err; /* kind FAIL_NONE when this one was signed */
};
/* 0 when the batch was answered (look at each order's err); -1 when signd could not be asked. */
int signclient_documents(struct signclient *client, struct sign_order *orders, size_t n, struct err *err);
int signclient_new_uin(struct signclient *client, char uin[13], struct err *err);
/* The seal of a civil certificate, appended to *seal.  FAIL_AGAIN: signd is away; FAIL_NOT_FOUND: no signer of such seals may sign. */
int signclient_seal(struct signclient *client, const struct uuid *certificate_id, struct buf *seal, struct err *err);
/* The signed part of the snapshot of a full export of the stop list, appended to *cms.  FAIL_AGAIN: signd is away. */
int signclient_stop_list(struct signclient *client, int64_t sequence, struct buf *cms, struct err *err);
/*
 * Carries out an approved ceremony (registry/store/ceremony.h); officer NULL: the scheduler.  Exactly once: a repetition gives the same
 * result.  FAIL_DENIED not enough officers, or not its time; FAIL_CONFLICT refused, cancelled, or the key is in no state for it;
 * FAIL_INPUT its parameters; FAIL_AGAIN token or database away.  *result: caller's reference.
 */
int signclient_ceremony(struct signclient *client, const struct uuid *id, const struct uuid *officer_id, json_t **result, struct err *err);
/* For a key that is offline: the request file for csca-ceremony (always the same octets), and its response. */
int signclient_ceremony_request(struct signclient *client, const struct uuid *id, struct buf *request, struct err *err);
int signclient_ceremony_import(struct signclient *client, const struct uuid *id, const struct uuid *officer_id, struct bytes response,
	json_t **result, struct err *err);
int signclient_status(struct signclient *client, struct buf *json, struct err *err);

#endif
