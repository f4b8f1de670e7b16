/*
 * process.h - programs that catena starts: in a session of their own (Ctrl-C is ours to pass on), output into a log file, and
 * gone when we are.  They are to be started from the main thread: the kernel stops them when the thread ends that started them.
 */
#ifndef CATENA_PROCESS_H
#define CATENA_PROCESS_H

#include <limits.h>
#include <sys/types.h>
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum { PROCESS_ARGS = 40,
	PROCESS_KEEP = 2 };

struct process_plan {
	const char *name;               /* for messages */
	const char *const *argv;        /* argv[0]: the path; ends with NULL */
	const char *log_file;           /* stderr, and stdout unless out is wanted; appended */
	struct bytes input;             /* standard input; empty: /dev/null */
	bool wants_out;                 /* a pipe from its stdout */
	bool as_nobody;                 /* when we are root */
	int stop_signal;                /* what stops it when we are gone */
	const char *keep[PROCESS_KEEP]; /* folders that it gets as descriptors 3 and 4, opened by us; NULL: none */
};

struct process {
	char name[32];
	char log_file[PATH_MAX];
	pid_t pid; /* 0: does not run */
	int out;   /* -1: none */
	int status;
};
#define PROCESS_INIT ((struct process){ .out = -1 })

int process_start(const struct process_plan *plan, struct process *p, struct err *err);
/* Runs it to its end; FAIL_INTERNAL with the last lines of its log as hint unless it exits with 0. */
int process_run(const struct process_plan *plan, struct err *err);
/* Whether it still runs (its status is taken when not). */
bool process_runs(struct process *p);
/* Sends the signal and waits; after `seconds` SIGKILL.  Nothing when it does not run. */
void process_stop(struct process *p, int signal, unsigned seconds);
/* "ended with status 1" or "was ended by signal 9", with the last line of its log; returns -1. */
int process_died(const struct process *p, struct err *err);
/* At most n last lines of a file. */
void file_tail(const char *path, unsigned n, struct buf *out);

#endif
