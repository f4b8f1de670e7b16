#include "registry/base/clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int64_t shift;
static const volatile uint8_t *moment; /* the mapped file of "@FILE"; NULL: there is none */
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Mapped once, so that a process that lost its file system still sees the clock move. */
static void
map_moment(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *at;

	if (fd == -1)
		return;
	if (fstat(fd, &st) == 0 && st.st_size >= CLOCK_FILE_LEN &&
		(at = mmap(NULL, CLOCK_FILE_LEN, PROT_READ, MAP_SHARED, fd, 0)) != MAP_FAILED)
		moment = at;
	close(fd);
}

/* -1 while somebody writes. */
static int
read_moment(int64_t *now)
{
	uint8_t text[CLOCK_FILE_LEN], again[CLOCK_FILE_LEN];
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = moment[i];
	for (size_t i = 0; i < sizeof(text); i++)
		again[i] = moment[i];
	return memcmp(text, again, sizeof(text)) != 0 ? -1 : time_parse(BYTES(text, sizeof(text)), now, &err);
}

static void
read_shift(void)
{
	const char *text = getenv("CATENA_NOW");
	struct err err = ERR_INIT;
	int64_t now;

	if (text != NULL && text[0] == '@')
		map_moment(text + 1);
	else if (text != NULL && time_parse(bytes_str(text), &now, &err) == 0)
		shift = now - (int64_t)time(NULL);
}

int64_t
clock_now(void)
{
	int64_t now;

	pthread_once(&once, read_shift);
	for (int i = 0; moment != NULL && i < 1000; i++)
		if (read_moment(&now) == 0)
			return now;
	return (int64_t)time(NULL) + shift;
}

bool
clock_is_staged(void)
{
	pthread_once(&once, read_shift);
	return moment != NULL;
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
