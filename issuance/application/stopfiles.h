/*
 * stopfiles.h - the files of an export of the stop list, row by row: CSV, XML (docs/stop-list.md, docs/stop-list.xsd) and the entries of the snapshot
 * (pki/stopsnapshot.h).  The same rows give the same octets.
 */
#ifndef CATENA_APPLICATION_STOPFILES_H
#define CATENA_APPLICATION_STOPFILES_H

#include "pki/stopsnapshot.h"
#include "registry/store/stoplist.h"

struct stop_files {
	const struct stop_export *export;
	struct buf csv, xml;
	struct stop_entries entries;
	int64_t *seconds; /* from report to export of each new entry */
	size_t nseconds, room;
	int64_t listed, withdrawn;
};

void stop_files_init(struct stop_files *f, const struct stop_export *e);
/* For stoplist_each: arg is the stop_files. */
int stop_files_add(const struct stop_row *row, void *arg, struct err *err);
/* Ends the files, sorts the entries, and counts into *e, whose digests are of these files. */
int stop_files_finish(struct stop_files *f, struct stop_export *e, struct err *err);
void stop_files_clear(struct stop_files *f);

#endif
