/* The clock of "@FILE" stands still until somebody writes another moment. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "registry/base/clock.h"
#include "tests/tap.h"

int
main(void)
{
	char path[] = "/tmp/catena-clock-XXXXXX", name[sizeof(path) + 1], text[21];
	int fd = mkstemp(path);

	if (fd == -1 || write(fd, "2026-12-01T10:00:00Z", CLOCK_FILE_LEN) != CLOCK_FILE_LEN)
		bail_out("no file");
	snprintf(name, sizeof(name), "@%s", path);
	setenv("CATENA_NOW", name, 1);
	is(time_format(clock_now(), text), "2026-12-01T10:00:00Z", "the moment of the file");
	sleep(1);
	is(time_format(clock_now(), text), "2026-12-01T10:00:00Z", "which does not move");
	unlink(path);
	if (pwrite(fd, "2027-03-31T00:00:00Z", CLOCK_FILE_LEN, 0) != CLOCK_FILE_LEN)
		bail_out("no write");
	is(time_format(clock_now(), text), "2027-03-31T00:00:00Z", "until another is written, also when the name is gone");
	ok(clock_today().month == 3 && clock_today().day == 31, "and the day goes with it");
	close(fd);
	return done_testing();
}
