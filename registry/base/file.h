/* file.h - whole files, in and out. */
#ifndef CATENA_BASE_FILE_H
#define CATENA_BASE_FILE_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

/* At most `limit` octets; more is FAIL_TOO_LARGE; no such file is FAIL_NOT_FOUND. */
int file_read(const char *path, size_t limit, struct buf *out, struct err *err);
/* Written beside, fsync'd and renamed: the old file or the whole new one is there.  mode as for open(2). */
int file_write(const char *path, struct bytes data, int mode, struct err *err);
int file_mkdir(const char *path, int mode, struct err *err); /* with parents; existing is fine */
int read_full(int fd, void *p, size_t n, struct err *err);   /* exactly n octets; end of file is FAIL_AGAIN */
int write_full(int fd, const void *p, size_t n, struct err *err);

#endif
