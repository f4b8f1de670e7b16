#include "registry/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "registry/base/bytes.h"
#include "registry/base/clock.h"
#include "registry/base/text.h"

static const char *const names[] = { "error", "warning", "notice", "info", "debug" }; /* of enum log_level */
static const char *program = "catena";
static enum log_level least_level = LOG_INFO;
static int log_fd = STDERR_FILENO;
static _Thread_local char request_id[37];

enum log_level
log_level_of(const char *name)
{
	for (unsigned i = 0; i < NELEM(names); i++)
		if (strcmp(names[i], name) == 0)
			return (enum log_level)i;
	return LOG_INFO;
}

void
log_open(const char *name, enum log_level least)
{
	program = name;
	least_level = least;
}

void
log_set_fd(int fd)
{
	log_fd = fd;
}

void
log_request(const char *id)
{
	snprintf(request_id, sizeof(request_id), "%s", id == NULL ? "" : id);
}

const char *
log_request_id(void)
{
	return request_id;
}

static void
add_string(struct buf *line, const char *s)
{
	struct bytes in = bytes_str(s);
	uint32_t c;
	size_t n;

	buf_u8(line, '"');
	for (; in.n > 0; in = BYTES(in.p + n, in.n - n)) {
		if ((n = text_next(in, &c)) == 0) { /* a sentence may have been cut: the line stays valid JSON */
			n = 1;
			c = 0xfffd;
		}
		if (c == '"' || c == '\\')
			buf_u8(line, '\\');
		if (c < 0x20 || c == 0x7f)
			buf_printf(line, "\\u%04x", (unsigned)c);
		else
			text_put(line, c);
	}
	buf_u8(line, '"');
}

static void
begin(struct buf *line, enum log_level level, const char *event)
{
	char time[21];

	buf_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"program\":", time_format(clock_now(), time), names[level]);
	add_string(line, program);
	if (request_id[0] != '\0') {
		buf_str(line, ",\"request\":");
		add_string(line, request_id);
	}
	buf_str(line, ",\"event\":");
	add_string(line, event);
}

/* One write(2) for one line: lines of several threads and processes do not mix. */
static void
finish(struct buf *line)
{
	buf_str(line, "}\n");
	if (!line->failed && write(log_fd, line->p, line->n) == -1) {
		/* nowhere to say it */
	}
	buf_clear(line);
}

void
log_event(enum log_level level, const char *event, ...)
{
	struct buf line = BUF_INIT;
	const char *name;
	va_list ap;

	if (level > least_level)
		return;
	begin(&line, level, event);
	va_start(ap, event);
	while ((name = va_arg(ap, const char *)) != NULL) {
		const char *value = va_arg(ap, const char *);

		buf_u8(&line, ',');
		add_string(&line, name);
		buf_u8(&line, ':');
		add_string(&line, value != NULL ? value : "");
	}
	va_end(ap);
	finish(&line);
}

void
log_err(enum log_level level, const char *event, const struct err *err)
{
	if (err->hint[0] != '\0')
		log_event(level, event, "kind", fail_name(err->kind), "problem", err->text, "hint", err->hint, NULL);
	else
		log_event(level, event, "kind", fail_name(err->kind), "problem", err->text, NULL);
}
