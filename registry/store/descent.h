/*
 * descent.h - the descent of a document, read from the registry: the bundle (its format: pki/descent.h, which verifies it), database role catena_reader;
 * and the same records for the eye, which catena_issuance may read, too.
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

/*
 * { records: [{ step, kind, id, at, event?, evidence?, version?, number?, officer_id?, officer?, office?, position? }, oldest first], tree_head? }: the
 * records of the bundle, of a document that is not signed or not in the tree yet, too.  step: birth, enrolment, identity, application, approval,
 * personalisation, quality_control, delivery, afterwards.  position: its place in the tree; it is proved when tree_head.size is greater.  No names of
 * holders; the office of a document is its application's.
 */
int descent_chain(struct tx *tx, const struct uuid *document_id, json_t **chain, struct err *err);

extern const struct query descent_queries[];

#endif
