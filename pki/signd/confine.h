/*
 * confine.h - what signd can still do once it has started: talk on its sockets, to the database and to the token, and nothing else.
 *
 * System calls (seccomp): what is not on the list fails with EPERM; what only an intruder would call - another program, another process's
 * memory, modules, mounts, other kinds of socket, executable memory - kills the process (SIGSYS).  Every thread, for good.
 *
 * Files: without `files` the calls that open, make, remove or look up a file are not on the list: signd has no file system.  That is
 * the case with an HSM and a database that is reached over a socket or by address.  With `files` the calls are let through, and
 * Landlock keeps them to these paths: below a folder everything may be read, written, made and removed, a file may be read.  A token that is
 * itself made of files (SoftHSM) cannot do without.
 */
#ifndef CATENA_SIGND_CONFINE_H
#define CATENA_SIGND_CONFINE_H

#include <stdbool.h>

#include "registry/base/err.h"

/*
 * Memory: no core file, not readable by a debugger of the same user; as far as RLIMIT_MEMLOCK lets (root: raised) every page, present and
 * future, is locked when it is first used, so that neither PIN nor keys that a software token keeps reach a swap device.
 * *locked: whether all of it is; else only what asks for it is (token.h, pin.h).  Before privileges are dropped; stays_root: they
 * will not be, and root is let past the limit.
 */
int confine_memory(bool stays_root, bool *locked, struct err *err);

enum confined_files { CONFINED_NO_FILES,
	CONFINED_LANDLOCK,
	CONFINED_OPEN }; /* files were asked for and this kernel has no Landlock: nothing keeps the calls to them */
extern const char *const confined_files_names[];

/*
 * files: paths with spaces between, "" none; each must be there.  Before any other thread starts.  -1 FAIL_INTERNAL when the kernel has no
 * seccomp, FAIL_INPUT when a path is not there.
 */
int confine_process(const char *files, enum confined_files *confined, struct err *err);

#endif
