/*
 * actsearch.h - acts of an office by the names of whom they are about, as an officer types.  Database role catena_civil; 0199-names.sql.
 */
#ifndef CATENA_STORE_ACTSEARCH_H
#define CATENA_STORE_ACTSEARCH_H

#include "registry/store/civil.h"

extern const struct query actsearch_queries[];

/*
 * Acts whose child, deceased, person or one of the spouses has, as the newest version says, for each word of `name` a name that begins
 * with it; accents and capitals do not matter.  Sealed acts are not found.  *items: array as act_list, ordered by name, at most `limit`; *more: there are
 * further ones, or so many begin like the rarest word that not all were looked at.
 */
int act_search(struct tx *tx, const struct uuid *office_id, const char *name, unsigned limit, json_t **items, bool *more, struct err *err);

#endif
