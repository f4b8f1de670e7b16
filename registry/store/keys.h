/*
 * keys.h - the key inventory: keys and their lives, certificates, revocations, CRLs, signed lists, what is due, reconciliation.
 * Reading only; roles catena_pki, catena_reader (all of it) and catena_signer.  Lists are JSON arrays, newest first.
 */
#ifndef CATENA_STORE_KEYS_H
#define CATENA_STORE_KEYS_H

#include <jansson.h>

#include "registry/store/db.h"

/*
 * { id, kind, token_label, key_label, algorithm, is_offline, state, changed_at, created_at, certificate_id?, not_before?, not_after?,
 *   use_until?, signatures, max_signatures, use_days }; kind and state NULL: all.
 */
int keys_list(struct tx *tx, const char *kind, const char *state, json_t **keys, struct err *err);
/* The same of one key, with events [ { event, from_state, to_state, at, ceremony_id?, reason?, created_at } ], certificates [ id ], spki_sha256?. */
int keys_get(struct tx *tx, const struct uuid *id, json_t **key, struct err *err); /* FAIL_NOT_FOUND */

struct keys_page {
	const struct uuid *before; /* the last id of the page before; NULL: the first page */
	unsigned limit;
};
/* { id, signing_key_id, kind, profile?, issuer_id?, serial?, sha256, not_before, not_after, use_until, ceremony_id?, revoked? { cause, revoked_at }, created_at } */
int keys_certificates(struct tx *tx, const struct uuid *signing_key_id, const struct keys_page *page, json_t **items, bool *more, struct err *err);
int keys_certificate(struct tx *tx, const struct uuid *id, json_t **item, struct buf *der, struct err *err); /* FAIL_NOT_FOUND */
/* DER of our CSCA certificates, roots and links: the anchors we publish.  Calls back for each, newest first. */
typedef int keys_see_der(void *arg, const char *profile, struct bytes der, struct err *err);
int keys_csca_certificates(struct tx *tx, keys_see_der *see, void *arg, struct err *err);
/* { id, certificate_id, signing_key_id, kind, serial, cause, revoked_at, ceremony_id } */
int keys_revocations(struct tx *tx, const struct keys_page *page, json_t **items, bool *more, struct err *err);

/* { id, number, certificate_id, sha256, this_update, next_update, entries, ceremony_id } */
int keys_crls(struct tx *tx, const struct keys_page *page, json_t **items, bool *more, struct err *err);
struct crl_newest {
	struct uuid id;
	int64_t number, this_update, next_update; /* number 0: none yet */
	int64_t oldest_unlisted;                  /* revoked_at of the first revocation since it; 0: none */
	struct buf der;
};
int keys_crl_newest(struct tx *tx, struct crl_newest *crl, struct err *err);
/* kind: "master_list", "deviation_list"; { id, kind, certificate_id, sha256, signed_at, ceremony_id } */
int keys_lists(struct tx *tx, const char *kind, const struct keys_page *page, json_t **items, bool *more, struct err *err);
int keys_list_newest(struct tx *tx, const char *kind, struct buf *cms, int64_t *signed_at, struct err *err); /* FAIL_NOT_FOUND */

/*
 * What needs an officer, at `now`: [ { what, kind, signing_key_id?, due_at, is_late, detail } ], the soonest first.
 *   successor  an active key ends (period or signatures), and no other active or generated key of the kind outlives it: late from its lead time
 *              on; a key that is only asked for is no successor
 *   signer     no active key of a kind that had one: since the last one ended
 *   certify    a key that is generated and has no certificate: in 7 days
 *   activate   a key that is generated and certified and not active: when the active one ends; a CSCA key after its first two days and,
 *              so that States have 90 days to hear of it, within its lead time
 *   erase      a key that is retired or compromised (of a CSCA: compromised): in 7 days
 *   crl        the next CRL: before next_update, and 48 hours after a revocation
 */
int keys_due(struct tx *tx, int64_t now, json_t **due, struct err *err);
/* [ { alarm, document_id?, certificate_id?, signatures, since } ]; at most `limit`. */
int keys_alarms(struct tx *tx, unsigned limit, json_t **alarms, struct err *err);

extern const struct query keys_queries[];

/* ---- signd (role catena_signer) ---- */

/* Put out of use at its limit; cause "period" or "signatures".  A key that is retired already is left alone. */
int keys_retire(struct tx *tx, const struct uuid *signing_key_id, const char *cause, int64_t at, struct err *err);
int keys_tally(struct tx *tx, const struct uuid *certificate_id, int64_t made, int64_t recorded, int64_t from_at, int64_t to_at, struct err *err);
extern const struct query keys_signer_queries[];

#endif
