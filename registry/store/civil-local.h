/* civil-local.h - what the modules of the civil register share.  Inside registry/store only. */
#ifndef CATENA_STORE_CIVIL_LOCAL_H
#define CATENA_STORE_CIVIL_LOCAL_H
#include "registry/store/civil.h"

#define AT_UTC(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"

/* "{1,2,3}", as bigint[] is written. */
int act_keys_text(const int64_t *key, size_t n, struct buf *out, struct err *err);
/* Queued. */
int act_parties_add(struct tx *tx, const struct uuid *version_id, const struct act_party *party, size_t n, struct err *err);
int act_announce(struct tx *tx, const char *topic, const struct uuid *subject_id, struct err *err);
/* The officer of the transaction sees no such record: FAIL_DENIED when it is another office's, else FAIL_NOT_FOUND with the sentence.  Always -1. */
int civil_unseen(struct tx *tx, const struct uuid *id, const char *what, struct err *err);

#endif
