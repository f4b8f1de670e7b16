#include "registry/base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

static int64_t shift;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
read_shift(void)
{
	const char *text = getenv("CATENA_NOW");
	struct err err = ERR_INIT;
	int64_t now;

	if (text != NULL && time_parse(bytes_str(text), &now, &err) == 0)
		shift = now - (int64_t)time(NULL);
}

int64_t
clock_now(void)
{
	pthread_once(&once, read_shift);
	return (int64_t)time(NULL) + shift;
}

struct date
clock_today(void)
{
	return date_of_unix(clock_now());
}

uint64_t
clock_monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}
