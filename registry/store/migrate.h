/*
 * migrate.h - brings the database's schema to the version this program was built with.
 *
 * The files registry/schema/NNNN-topic.sql are part of the program.  Each is applied once, in order of number, in a transaction of
 * its own, and recorded in registry.schema_version with its SHA-256.
 */
#ifndef CATENA_STORE_MIGRATE_H
#define CATENA_STORE_MIGRATE_H

#include "registry/base/err.h"

/* Told before each file is applied; may be NULL. */
typedef void migrate_progress(void *arg, int number, const char *name);

/*
 * Connects by conninfo, which must name the owner of the database (catena_owner, who may create roles).  Two at a time wait for
 * each other.  FAIL_CONFLICT when the database is newer than this program, when a file that was applied is not the one that
 * this program knows under its number, or when there is a gap.  On failure the files before the failing one stay applied.
 */
int migrate_run(const char *conninfo, migrate_progress *progress, void *arg, struct err *err);
int migrate_newest(void); /* the number this program needs */

#endif
