#include "pki/pin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

struct pin { /* a page of its own */
	size_t n;
	uint8_t o[PIN_MAX + 1]; /* one more than a PIN has: a longer one is seen */
};

static struct pin *
pin_new(struct err *err)
{
	struct pin *pin = mmap(NULL, sizeof(*pin), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pin == MAP_FAILED) {
		err_errno(err, "memory for the PIN");
		return NULL;
	}
	if (mlock(pin, sizeof(*pin)) == -1) {
		err_errno(err, "memory for the PIN cannot be locked");
		munmap(pin, sizeof(*pin));
		return NULL;
	}
	madvise(pin, sizeof(*pin), MADV_DONTDUMP);
	return pin;
}

void
pin_free(struct pin *pin)
{
	if (pin == NULL)
		return;
	wipe(pin, sizeof(*pin));
	munmap(pin, sizeof(*pin));
}

struct bytes
pin_bytes(const struct pin *pin)
{
	return BYTES(pin->o, pin->n);
}

/* One line; no stdio, whose buffers nobody wipes.  *ended: the line ended with the file. */
static int
read_line(int fd, struct pin *pin, bool *ended, struct err *err)
{
	uint8_t o = 0;
	ssize_t got;

	for (pin->n = 0; pin->n <= PIN_MAX;) {
		got = read(fd, &o, 1);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return err_errno(err, "PIN");
		if (got == 0 || o == '\n')
			break;
		pin->o[pin->n++] = o;
	}
	*ended = pin->n <= PIN_MAX && o != '\n';
	wipe(&o, 1);
	if (pin->n > PIN_MAX)
		return err_set(err, FAIL_INPUT, "PIN: more than %d octets", PIN_MAX);
	if (pin->n > 0 && pin->o[pin->n - 1] == '\r')
		pin->n--;
	return pin->n > 0 ? 0 : err_set(err, FAIL_INPUT, "PIN: empty");
}

/* What systemd hands a service: root's, to be written by nobody; the group's bits are the mask of an access list with the service's user. */
static bool
is_credential(const struct stat *st)
{
	return st->st_uid == 0 && (st->st_mode & 0777) == 0440;
}

static int
from_file(const char *path, struct pin *pin, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), rc = -1;
	struct stat st;
	bool ended = false;
	char more;

	if (fd == -1)
		return err_set(err, errno == ENOENT ? FAIL_NOT_FOUND : FAIL_INTERNAL, "PIN file %s: %s", path, strerror(errno));
	if (fstat(fd, &st) == -1)
		err_errno(err, "PIN file %s", path);
	else if (S_ISREG(st.st_mode) && (st.st_mode & 077) != 0 && !is_credential(&st)) {
		err_set(err, FAIL_DENIED, "PIN file %s: others than its owner may read or write it (mode %03o)", path, (unsigned)st.st_mode & 0777);
		err_hint(err, "chmod 600 %s", path);
	} else if (read_line(fd, pin, &ended, err) == -1)
		err_prefix(err, "PIN file %s", path);
	else if (!ended && read(fd, &more, 1) == 1)
		err_set(err, FAIL_INPUT, "PIN file %s: more than one line", path);
	else
		rc = 0;
	close(fd);
	return rc;
}

static int
from_descriptor(const char *number, struct pin *pin, struct err *err)
{
	char *end = NULL;
	long fd = strtol(number, &end, 10);
	bool ended;

	if (*number == '\0' || *end != '\0' || fd < 0 || fd > 1023 || fcntl((int)fd, F_GETFD) == -1)
		return err_set(err, FAIL_INPUT, "PIN source: fd:%.20s is no open descriptor", number);
	return read_line((int)fd, pin, &ended, err);
}

static int
from_terminal(const char *what, struct pin *pin, struct err *err)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY), rc = -1;
	struct termios was, silent;
	bool ended;

	if (tty == -1 || tcgetattr(tty, &was) == -1) {
		err_set(err, FAIL_NOT_FOUND, "PIN: there is no terminal to ask at");
		goto out;
	}
	silent = was;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	dprintf(tty, "%s: ", what);
	if (tcsetattr(tty, TCSAFLUSH, &silent) == -1) {
		err_errno(err, "PIN: the terminal's echo cannot be turned off");
		goto out;
	}
	rc = read_line(tty, pin, &ended, err);
	tcsetattr(tty, TCSAFLUSH, &was);
	dprintf(tty, "\n");
out:
	if (tty != -1)
		close(tty);
	return rc;
}

int
pin_read(const char *source, const char *what, struct pin **out, struct err *err)
{
	struct pin *pin = pin_new(err);
	int rc;

	if (pin == NULL)
		return -1;
	if (strcmp(source, "prompt") == 0)
		rc = from_terminal(what, pin, err);
	else if (strncmp(source, "fd:", 3) == 0)
		rc = from_descriptor(source + 3, pin, err);
	else
		rc = from_file(strncmp(source, "file:", 5) == 0 ? source + 5 : source, pin, err);
	if (rc == -1) {
		pin_free(pin);
		return -1;
	}
	*out = pin;
	return 0;
}
