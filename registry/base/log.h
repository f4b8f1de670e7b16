/*
 * log.h - one JSON line per event on stderr (or the file of --log): time, level, program, request id, event, members.
 * No personal data: member values are identifiers, counts, codes and error sentences (which carry none, see err.h).
 */
#ifndef CATENA_BASE_LOG_H
#define CATENA_BASE_LOG_H
#include "registry/base/err.h"

enum log_level { LOG_ERROR,
	LOG_WARNING,
	LOG_NOTICE,
	LOG_INFO,
	LOG_DEBUG };

enum log_level log_level_of(const char *name); /* "error" ... "debug", as the option log_level has them; else LOG_INFO */
void log_open(const char *program, enum log_level least);
void log_set_fd(int fd);
/* The request id of this thread, put into each of its lines; "" for none.  Kept by copy (36 characters at most). */
void log_request(const char *id);
const char *log_request_id(void);
/* event: a short fixed word ("request", "listening").  Then pairs: const char *name, const char *value ... ending with NULL. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));
void log_err(enum log_level level, const char *event, const struct err *err);

#endif
