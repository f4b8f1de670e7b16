/* chance.h - what tests that kill at random points share: settings from the environment, chance that can be repeated, waiting. */
#ifndef CATENA_TESTS_CHANCE_H
#define CATENA_TESTS_CHANCE_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

__attribute__((unused)) static unsigned
setting(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);

	return text != NULL && *text != '\0' ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static uint64_t random_state;

/* splitmix64: the same seed kills the same, at about the same moments. */
__attribute__((unused)) static unsigned
chance(unsigned below)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (unsigned)((z ^ z >> 31) % below);
}

__attribute__((unused)) static void
wait_ms(unsigned ms)
{
	nanosleep(&(struct timespec){ ms / 1000, (long)(ms % 1000) * 1000000 }, NULL);
}

#endif
