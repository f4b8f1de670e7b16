/*
 * ceremonies.h - signd carries out ceremonies of keys: it has itself read in the registry what was asked and who approved, as it reads a descent
 * before it signs (design, invariant 2), and records the outcome in the transaction in which it looked.
 *
 * Exactly once after any kill: the ceremony's execution is one row, inserted with its outcome; until that commit nothing of the outcome has
 * left this process, but for a key generated or destroyed on the token, which the repetition finds by the key's identifier.
 */
#ifndef CATENA_SIGND_CEREMONIES_H
#define CATENA_SIGND_CEREMONIES_H

#include <jansson.h>

#include "pki/signd/tokens.h"
#include "registry/store/db.h"

struct ceremonies {
	struct db *db;
	const struct tokens *tokens;
	const char *state, *country; /* codes of the State, in the MRZ and in certificates */
};

/* {"op":"execute_ceremony" | "request_ceremony" | "import_ceremony", ...}: the reply, or NULL.  Refusals go into the ledger with their reason. */
json_t *ceremonies_answer(const struct ceremonies *c, const char *op, const json_t *request, struct err *err);

#endif
