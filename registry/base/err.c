#include "registry/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
sentence(struct err *err, enum fail kind, const char *fmt, va_list ap)
{
	err->kind = kind;
	err->hint[0] = '\0';
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
}

int
err_set(struct err *err, enum fail kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sentence(err, kind, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_errno(struct err *err, const char *fmt, ...)
{
	int saved = errno;
	size_t n;
	va_list ap;

	va_start(ap, fmt);
	sentence(err, FAIL_INTERNAL, fmt, ap);
	va_end(ap);
	n = strlen(err->text);
	snprintf(err->text + n, sizeof(err->text) - n, ": %s", strerror(saved));
	return -1;
}

void
err_hint(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
}

int
err_prefix(struct err *err, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	size_t n;
	va_list ap;

	memcpy(text, err->text, sizeof(text));
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	n = strlen(err->text);
	snprintf(err->text + n, sizeof(err->text) - n, ": %.*s", (int)(sizeof(text) - 1), text);
	return -1;
}

int
err_problem(struct err *err, const char *pointer, const char *fmt, ...)
{
	struct problem *p;
	va_list ap;

	if (err->nproblem == ERR_PROBLEMS) {
		err->nmore++;
		return -1;
	}
	p = &err->problem[err->nproblem++];
	snprintf(p->pointer, sizeof(p->pointer), "%s", pointer);
	va_start(ap, fmt);
	vsnprintf(p->text, sizeof(p->text), fmt, ap);
	va_end(ap);
	if (err->nproblem == 1)
		err_set(err, FAIL_INPUT, "%s%s%s", p->pointer, *p->pointer != '\0' ? ": " : "", p->text);
	return -1;
}

void
err_clear(struct err *err)
{
	*err = ERR_INIT;
}

const char *
fail_name(enum fail kind)
{
	static const char *const names[] = {
		[FAIL_NONE] = "none",
		[FAIL_INPUT] = "input",
		[FAIL_UNAUTHENTICATED] = "unauthenticated",
		[FAIL_DENIED] = "denied",
		[FAIL_NOT_FOUND] = "not found",
		[FAIL_CONFLICT] = "conflict",
		[FAIL_TOO_LARGE] = "too large",
		[FAIL_AGAIN] = "again",
		[FAIL_INTERNAL] = "internal",
	};

	return (size_t)kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "unknown";
}
