/* trace.h - descent bundles fetched from registryd and printed as a tree. */
#ifndef CATENA_TRACE_H
#define CATENA_TRACE_H

#include "registry/service/client.h"

/* registry: signed in at registryd; the disclosed form needs an auditor.  Appended to *bundle. */
int trace_fetch(struct client *registry, const char *number, bool disclosed, struct buf *bundle, struct err *err);
int trace_print(const json_t *bundle, struct err *err);

#endif
