/*
 * clock.h - the only two clocks of the suite.
 *
 * For tests, CATENA_NOW in the environment moves the wall clock: an RFC 3339 moment shifts it, and it goes on from there; "@FILE" names a
 * file whose first 20 octets are the moment ("2026-11-21T10:00:00Z").  There the clock stands still, in every program that has the file,
 * until somebody writes another moment over the old one (in place: the file is mapped, not read again by name).
 */
#ifndef CATENA_BASE_CLOCK_H
#define CATENA_BASE_CLOCK_H
#include "registry/base/date.h"

/* The octets for such a file, without a 0 at the end. */
enum { CLOCK_FILE_LEN = 20 };
int64_t clock_now(void);           /* wall clock, seconds since 1970 UTC */
struct date clock_today(void);     /* UTC day */
bool clock_is_staged(void);        /* it stands still in a file: all programs share it, and nobody else does */
uint64_t clock_monotonic_ns(void); /* never goes back; for durations */

#endif
