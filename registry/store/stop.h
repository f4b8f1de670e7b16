/*
 * stop.h - why nothing is issued to a person: orders of courts, the alert list.  Database role catena_issuance.
 *
 * Set by one officer, lifted by another by a further row that names it (0060-documents.sql, 0211-refunds.sql).  Those of the registry itself are
 * read here, and neither set nor lifted.
 */
#ifndef CATENA_STORE_STOP_H
#define CATENA_STORE_STOP_H

#include <jansson.h>

#include "registry/store/db.h"

struct stop_new {
	struct uuid id, person_id, officer_id;
	const char *kind; /* court, alert */
	const char *reference;
};
int stop_add(struct tx *tx, const struct stop_new *s, struct err *err); /* FAIL_CONFLICT: it stands already */
/* FAIL_NOT_FOUND: no such stop of a court or the alert list; FAIL_CONFLICT: lifted already, or by who set it. */
int stop_lift(struct tx *tx, const struct uuid *id, const struct uuid *row_id, const char *reference, const struct uuid *officer_id, struct err *err);
/* Newest first: array of { id, kind, reference, officer_id, officer, created_at, lifted?: { reference, officer_id, created_at } }. */
int stops_read(struct tx *tx, const struct uuid *person_id, json_t **list, struct err *err);

extern const struct query stop_queries[];

#endif
