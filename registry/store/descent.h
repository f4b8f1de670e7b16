/*
 * descent.h - the descent bundle of a document, read from the registry (its format: pki/descent.h, which verifies it).
 * Database role catena_reader.
 */
#ifndef CATENA_STORE_DESCENT_H
#define CATENA_STORE_DESCENT_H

#include <jansson.h>

#include "registry/store/db.h"

enum descent_form { DESCENT_UNDISCLOSED,
	DESCENT_DISCLOSED };

/*
 * Every record on the way from the document to its acts with its leaf and inclusion proof in the newest signed tree, EF.SOD and
 * the certificates; with DESCENT_DISCLOSED the contents and salts too.  One snapshot, so run it on DB_READ_ONLY or repeatable read.
 * FAIL_NOT_FOUND no such document; FAIL_CONFLICT it is not signed; FAIL_AGAIN a record is newer than the newest tree head.
 */
int descent_bundle(struct tx *tx, const char *number, enum descent_form form, json_t **bundle, struct uuid *document_id, struct err *err);

extern const struct query descent_queries[];

#endif
