/*
 * replay.c - main() of a fuzz target in `make check`: runs saved inputs through LLVMFuzzerTestOneInput.
 *
 *	fuzz_NAME [FILE | DIRECTORY ...]        without arguments: $top_srcdir/tests/fuzz/corpus/NAME
 *
 * Each input is run as it is, cut short, and with single octets changed: cheap neighbours that find a parser's off-by-one
 * long before somebody starts the real fuzzer.  An input passes when the target returns; a crash ends the program, and
 * the TAP driver counts the missing result.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <sys/stat.h>

#include "tests/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NEIGHBOURS = 256 }; /* of each sort and input: bounds the time of a large input under the sanitizers */

/* In a block of exactly n octets, so that the address sanitizer sees a read of one octet more. */
static void
run_copy(const uint8_t *data, size_t n, size_t flip_at, uint8_t flip)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);

	if (copy == NULL)
		bail_out("no memory for an input of %zu octets", n);
	if (n > 0)
		memcpy(copy, data, n);
	if (flip != 0)
		copy[flip_at] ^= flip;
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void
run_neighbours(const uint8_t *data, size_t n)
{
	static const uint8_t flips[] = { 0x01, 0x80, 0xff };
	size_t step = n / NEIGHBOURS + 1;

	for (size_t i = 0; i < n; i += step) {
		run_copy(data, i, 0, 0);
		run_copy(data, n, i, flips[(i / step) % sizeof(flips)]);
	}
}

static uint8_t *
read_whole(const char *path, size_t *n)
{
	struct stat st;
	uint8_t *data = NULL;
	FILE *f = fopen(path, "rb");

	if (f == NULL || fstat(fileno(f), &st) == -1)
		goto fail;
	data = malloc((size_t)st.st_size + 1);
	if (data == NULL)
		goto fail;
	*n = fread(data, 1, (size_t)st.st_size, f);
	if (*n != (size_t)st.st_size)
		goto fail;
	fclose(f);
	return data;
fail:
	printf("# %s: %s\n", path, strerror(errno));
	free(data);
	if (f != NULL)
		fclose(f);
	return NULL;
}

static void
run_file(const char *path, const char *name)
{
	size_t n = 0;
	uint8_t *data = read_whole(path, &n);

	if (data == NULL) {
		ok(false, "reads %s", name);
		return;
	}
	run_copy(data, n, 0, 0);
	run_neighbours(data, n);
	free(data);
	ok(true, "survives %s, %zu octets", name, n);
}

static int
visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void
run_directory(const char *dir)
{
	struct dirent **entries = NULL;
	int n = scandir(dir, &entries, visible, alphasort);

	if (n <= 0)
		ok(false, "has saved inputs in %s", dir);
	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		run_file(path, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

static void
run_path(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		run_directory(path);
	else
		run_file(path, path);
}

int
main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir"), *name = strrchr(argv[0], '/');
	char dir[PATH_MAX];

	name = name == NULL ? argv[0] : name + 1;
	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	run_copy((const uint8_t *)"", 0, 0, 0);
	ok(true, "survives no octets at all");
	if (argc < 2) {
		snprintf(dir, sizeof(dir), "%s/tests/fuzz/corpus/%s", top != NULL ? top : ".", name);
		run_directory(dir);
	}
	for (int i = 1; i < argc; i++)
		run_path(argv[i]);
	return done_testing();
}
