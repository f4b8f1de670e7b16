/*
 * quota.h - how often an address may do something in a time, for routes where nobody is signed in.  In memory, of this process only: it is forgotten
 * when the program ends, and an address leaves no trace but a keyed digest for that time.
 *
 * Of IPv6 the first 64 bits count, which is what one subscriber has.  The table is of fixed size: when many addresses come at once, the oldest
 * are forgotten first, so that a flood can only make the limit milder and never refuses somebody else.
 */
#ifndef CATENA_SERVICE_QUOTA_H
#define CATENA_SERVICE_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#include "registry/base/err.h"

struct quota;

int quota_new(unsigned most, unsigned seconds, struct quota **quota, struct err *err);
void quota_free(struct quota *quota);
/* peer: a numeric address, IPv4 or IPv6; what is neither counts as one address.  false: it was there so often already, in the `seconds` since it first was. */
bool quota_take(struct quota *quota, const char *peer, int64_t now);

#endif
