/*
 * movedclock.h - a clock that the test moves, for itself and every program it starts afterwards (registry/base/clock.h).  It stands still
 * in between.  clock_make comes first of all, before anything asks for the time.
 */
#ifndef CATENA_TESTS_MOVEDCLOCK_H
#define CATENA_TESTS_MOVEDCLOCK_H

#include <time.h>
#include <unistd.h>

#include "registry/base/clock.h"
#include "tests/tap.h"

static char moved_path[] = "/tmp/catena-clock-XXXXXX";
static int moved_file = -1;

static void
clock_set(int64_t at)
{
	char text[21];

	time_format(at, text);
	if (pwrite(moved_file, text, CLOCK_FILE_LEN, 0) != CLOCK_FILE_LEN)
		bail_out("the clock does not move");
}

static void
clock_remove(void)
{
	if (moved_file != -1)
		unlink(moved_path);
}

/* at 0: now. */
static void
clock_make(int64_t at)
{
	char name[sizeof(moved_path) + 1];

	if ((moved_file = mkstemp(moved_path)) == -1 || atexit(clock_remove) != 0)
		bail_out("no clock");
	snprintf(name, sizeof(name), "@%s", moved_path);
	setenv("CATENA_NOW", name, 1);
	clock_set(at != 0 ? at : (int64_t)time(NULL));
	clock_now();
}

__attribute__((unused)) static void
clock_forward(int days)
{
	clock_set(clock_now() + (int64_t)days * 86400);
}

#endif
