/*
 * tap.h - a test program prints the Test Anything Protocol: ok(holds, "what holds"); ... return done_testing();
 */
#ifndef CATENA_TESTS_TAP_H
#define CATENA_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Built with the address sanitizer: some things cannot be tried then. */
#ifdef __SANITIZE_ADDRESS__
enum { IS_SANITIZED = 1 };
/* What fontconfig and pango keep until the process ends. */
__attribute__((weak)) const char *__lsan_default_suppressions(void);
__attribute__((weak)) const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libpango\n";
}
#else
enum { IS_SANITIZED = 0 };
#endif

/* One count, also for a test of several files. */
__attribute__((weak)) int tap_count, tap_failed;

__attribute__((format(printf, 4, 5), unused)) static bool
tap_ok(bool holds, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", holds ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!holds) {
		tap_failed++;
		printf("# failed at %s:%d\n", file, line);
	}
	fflush(stdout);
	return holds;
}
#define ok(holds, ...) tap_ok((holds), __FILE__, __LINE__, __VA_ARGS__)

/* Strings equal, both shown when not. */
__attribute__((unused)) static bool
tap_is(const char *got, const char *want, const char *file, int line, const char *name)
{
	bool same = got != NULL && want != NULL ? strcmp(got, want) == 0 : got == want;

	tap_ok(same, file, line, "%s", name);
	if (!same)
		printf("#    got: %s\n# wanted: %s\n", got != NULL ? got : "(null)", want != NULL ? want : "(null)");
	return same;
}
#define is(got, want, name) tap_is((got), (want), __FILE__, __LINE__, (name))

__attribute__((unused)) static void
skip(const char *name, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++tap_count, name, why);
	fflush(stdout);
}

__attribute__((format(printf, 1, 2), noreturn, unused)) static void
bail_out(const char *fmt, ...)
{
	va_list ap;

	printf("Bail out! ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	exit(1);
}

__attribute__((unused)) static int
done_testing(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed == 0 ? 0 : 1;
}

#endif
