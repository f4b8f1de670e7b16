#include "registry/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int
file_read(const char *path, size_t limit, struct buf *out, struct err *err)
{
	struct buf got = BUF_INIT;
	uint8_t chunk[16384];
	ssize_t n;
	int fd, rc = -1;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1) {
		err_errno(err, "%s", path);
		if (errno == ENOENT)
			err->kind = FAIL_NOT_FOUND;
		return -1;
	}
	while ((n = read(fd, chunk, sizeof(chunk))) > 0 || (n == -1 && errno == EINTR)) {
		if (n == -1)
			continue;
		if (got.n + (size_t)n > limit) {
			err_set(err, FAIL_TOO_LARGE, "%s: more than %zu octets", path, limit);
			goto out;
		}
		buf_add(&got, chunk, (size_t)n);
	}
	if (n == -1) {
		err_errno(err, "%s", path);
		goto out;
	}
	if (buf_check(&got, err) == -1)
		goto out;
	buf_bytes(out, bytes_of(&got));
	rc = buf_check(out, err);
out:
	wipe(chunk, sizeof(chunk));
	buf_wipe(&got);
	close(fd);
	return rc;
}

/* The rename is durable only when the folder is. */
static int
sync_folder(const char *path, struct err *err)
{
	char copy[PATH_MAX];
	int fd, rc;

	snprintf(copy, sizeof(copy), "%s", path);
	if ((fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return err_errno(err, "folder of %s", path);
	rc = fsync(fd) == -1 ? err_errno(err, "folder of %s", path) : 0;
	close(fd);
	return rc;
}

int
file_write(const char *path, struct bytes data, int mode, struct err *err)
{
	char beside[PATH_MAX];
	int fd;

	if (snprintf(beside, sizeof(beside), "%s.%ld.new", path, (long)getpid()) >= (int)sizeof(beside))
		return err_set(err, FAIL_INPUT, "%s: the path is too long", path);
	unlink(beside); /* what a killed process left may be open to others; O_EXCL: the new one is ours */
	if ((fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)) == -1)
		return err_errno(err, "%s", beside);
	if (write_full(fd, data.p, data.n, err) == -1)
		goto fail;
	if (fchmod(fd, (mode_t)mode) == -1 || fsync(fd) == -1) {
		err_errno(err, "%s", beside);
		goto fail;
	}
	close(fd);
	if (rename(beside, path) == -1) {
		err_errno(err, "%s", path);
		unlink(beside);
		return -1;
	}
	return sync_folder(path, err);
fail:
	close(fd);
	unlink(beside);
	return -1;
}

static int
mkdir_one(const char *path, int mode, struct err *err)
{
	struct stat st;

	if (mkdir(path, (mode_t)mode) == 0)
		return 0;
	if (errno != EEXIST || stat(path, &st) == -1)
		return err_errno(err, "folder %s", path);
	return S_ISDIR(st.st_mode) ? 0 : err_set(err, FAIL_INPUT, "folder %s: is no folder", path);
}

int
file_mkdir(const char *path, int mode, struct err *err)
{
	char part[PATH_MAX];

	if (*path == '\0')
		return err_set(err, FAIL_INPUT, "folder: the path is empty");
	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return err_set(err, FAIL_INPUT, "%s: the path is too long", path);
	for (char *p = part + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir_one(part, mode, err) == -1)
			return -1;
		*p = '/';
	}
	return mkdir_one(part, mode, err);
}

int
read_full(int fd, void *p, size_t n, struct err *err)
{
	uint8_t *at = p;

	while (n > 0) {
		ssize_t got = read(fd, at, n);

		if (got == 0)
			return err_set(err, FAIL_AGAIN, "the other side closed, %zu octets missing", n);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return err_errno(err, "read");
		at += got;
		n -= (size_t)got;
	}
	return 0;
}

int
write_full(int fd, const void *p, size_t n, struct err *err)
{
	const uint8_t *at = p;

	while (n > 0) {
		ssize_t put = write(fd, at, n);

		if (put == -1 && errno == EINTR)
			continue;
		if (put == -1)
			return err_errno(err, "write");
		at += put;
		n -= (size_t)put;
	}
	return 0;
}
