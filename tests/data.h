/*
 * data.h - test data that does not travel with the source: files below $CATENA_TEST_DATA.  Where they are absent, tests skip().
 */
#ifndef CATENA_TESTS_DATA_H
#define CATENA_TESTS_DATA_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct data_lines {
	FILE *f;
	char *line; /* the row last read; its fields point into it */
	size_t cap;
};

/* False when there is no test data or no such file. */
__attribute__((unused)) static bool
data_open(struct data_lines *d, const char *name)
{
	const char *top = getenv("CATENA_TEST_DATA");
	char path[PATH_MAX];

	*d = (struct data_lines){ NULL, NULL, 0 };
	if (top == NULL || top[0] == 0)
		return false;
	snprintf(path, sizeof(path), "%s/%s", top, name);
	d->f = fopen(path, "rb");
	return d->f != NULL;
}

/* The fields of the next row that is not empty, between tabs: their number, 0 at the end.  Unused entries are NULL. */
__attribute__((unused)) static int
data_row(struct data_lines *d, char **field, int max)
{
	ssize_t n;
	int count = 0;

	do {
		n = getline(&d->line, &d->cap, d->f);
		if (n <= 0)
			return 0;
		d->line[strcspn(d->line, "\r\n")] = 0;
	} while (d->line[0] == 0);
	for (int i = 0; i < max; i++)
		field[i] = NULL;
	for (char *p = d->line; p != NULL && count < max;) {
		char *tab = strchr(p, '\t');

		if (tab != NULL)
			*tab++ = 0;
		field[count++] = p;
		p = tab;
	}
	return count;
}

__attribute__((unused)) static void
data_close(struct data_lines *d)
{
	if (d->f != NULL)
		fclose(d->f);
	free(d->line);
}

__attribute__((unused)) static uint8_t *
data_slurp(const char *top, const char *name, size_t *n)
{
	char path[PATH_MAX];
	uint8_t *p = NULL;
	FILE *f;
	long size;

	*n = 0;
	if (top == NULL || top[0] == 0)
		return NULL;
	snprintf(path, sizeof(path), "%s/%s", top, name);
	f = fopen(path, "rb");
	if (f == NULL)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0 && (p = malloc((size_t)size + 1)) != NULL) {
		rewind(f);
		*n = fread(p, 1, (size_t)size, f);
	}
	fclose(f);
	return p;
}

/* A whole file, malloc'd, *n its octets; NULL when absent.  Below $CATENA_TEST_DATA, and in the source tree. */
__attribute__((unused)) static uint8_t *
data_file(const char *name, size_t *n)
{
	return data_slurp(getenv("CATENA_TEST_DATA"), name, n);
}

__attribute__((unused)) static uint8_t *
source_file(const char *name, size_t *n)
{
	const char *top = getenv("top_srcdir");

	return data_slurp(top != NULL ? top : ".", name, n);
}

#endif
