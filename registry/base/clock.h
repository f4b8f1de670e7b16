/* clock.h - the only two clocks of the suite.  CATENA_NOW (RFC 3339) in the environment shifts the wall clock, for tests. */
#ifndef CATENA_BASE_CLOCK_H
#define CATENA_BASE_CLOCK_H
#include "registry/base/date.h"

int64_t clock_now(void);           /* wall clock, seconds since 1970 UTC */
struct date clock_today(void);     /* UTC day */
uint64_t clock_monotonic_ns(void); /* never goes back; for durations */

#endif
