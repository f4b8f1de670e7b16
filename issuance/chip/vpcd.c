#include "issuance/chip/vpcd.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "registry/base/file.h"

enum { CONTROL_OFF = 0,
	CONTROL_ON = 1,
	CONTROL_RESET = 2,
	CONTROL_ATR = 4 };

/* The address's socket, by `use` connected or bound. */
static int
open_socket(const char *address, bool is_passive, int (*use)(int fd, const struct sockaddr *to, socklen_t n), int *fd, struct err *err)
{
	const struct addrinfo wanted = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = is_passive ? AI_PASSIVE : 0 };
	const char *colon = strrchr(address, ':');
	struct addrinfo *found = NULL;
	char host[256], port[8];
	int got = -1, failure, one = 1;

	snprintf(host, sizeof(host), "%.*s", (int)(colon != NULL ? (size_t)(colon - address) : strlen(address)), address);
	if (host[0] == '\0')
		snprintf(host, sizeof(host), "127.0.0.1");
	if (colon != NULL && colon[1] != '\0')
		snprintf(port, sizeof(port), "%.7s", colon + 1);
	else
		snprintf(port, sizeof(port), "%d", VPCD_PORT);
	failure = getaddrinfo(host, port, &wanted, &found);
	if (failure != 0)
		return err_set(err, FAIL_INPUT, "%s: %s", address, gai_strerror(failure));
	for (const struct addrinfo *a = found; a != NULL && got == -1; a = a->ai_next) {
		got = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
		if (got == -1)
			continue;
		setsockopt(got, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (use(got, a->ai_addr, a->ai_addrlen) == 0)
			break;
		failure = errno;
		close(got);
		got = -1;
		errno = failure;
	}
	failure = errno;
	freeaddrinfo(found);
	if (got == -1) {
		errno = failure;
		return err_set(err, FAIL_AGAIN, "%s: %s", address, strerror(failure));
	}
	*fd = got;
	return 0;
}

int
vpcd_call(const char *address, int *fd, struct err *err)
{
	return open_socket(address, false, connect, fd, err);
}

int
vpcd_wait(const char *address, int *listener, struct err *err)
{
	int fd;

	if (open_socket(address, true, bind, &fd, err) == -1)
		return -1;
	if (listen(fd, 1) == -1) {
		err_errno(err, "%s", address);
		close(fd);
		return -1;
	}
	*listener = fd;
	return 0;
}

/* 1: fd can be read; 0: stop can. */
static int
wait_for(int fd, int stop, struct err *err)
{
	struct pollfd p[2] = { { .fd = fd, .events = POLLIN }, { .fd = stop, .events = POLLIN } };

	while (poll(p, stop == -1 ? 1 : 2, -1) == -1)
		if (errno != EINTR)
			return err_errno(err, "poll");
	return stop != -1 && p[1].revents != 0 ? 0 : 1;
}

int
vpcd_accept(int listener, int stop, int *fd, struct err *err)
{
	int got, ready = wait_for(listener, stop, err);

	if (ready != 1) {
		*fd = -1;
		return ready;
	}
	got = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (got == -1)
		return err_errno(err, "accept");
	*fd = got;
	return 0;
}

int
vpcd_message(struct card *card, struct bytes message, bool *has_answer, struct buf *answer, struct err *err)
{
	*has_answer = false;
	if (message.n != 1) {
		*has_answer = true;
		return card_transmit(card, message, answer, err);
	}
	switch (message.p[0]) {
	case CONTROL_OFF:
	case CONTROL_ON:
		card_power(card, message.p[0] == CONTROL_ON);
		return 0;
	case CONTROL_RESET:
		card_power(card, true);
		return 0;
	case CONTROL_ATR:
		*has_answer = true;
		buf_wipe(answer);
		buf_add(answer, card_atr, card_atr_len);
		return buf_check(answer, err);
	default:
		return err_set(err, FAIL_INPUT, "virtual reader: unknown control message %02X", message.p[0]);
	}
}

/* 1 when all n octets came, 0 when the other side is gone. */
static int
receive(int fd, void *p, size_t n, struct err *err)
{
	uint8_t *at = p;

	while (n > 0) {
		int one = 1;
		ssize_t got;

		/* the driver sends length and command apart: without this each waits 40 ms for the other's acknowledgement */
		setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
		got = recv(fd, at, n, 0);
		if (got == 0 || (got == -1 && errno == ECONNRESET))
			return 0;
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return err_errno(err, "virtual reader");
		at += got;
		n -= (size_t)got;
	}
	return 1;
}

/* One message answered: 1; 0 when the reader is gone. */
static int
serve_one(struct card *card, int fd, struct err *err)
{
	struct buf message = BUF_INIT, answer = BUF_INIT, out = BUF_INIT;
	uint8_t head[2], *p;
	bool has_answer;
	size_t n;
	int rc = receive(fd, head, sizeof(head), err);

	if (rc != 1)
		return rc;
	n = (size_t)head[0] << 8 | head[1];
	p = buf_reserve(&message, n);
	if (n > 0 && p == NULL) {
		rc = buf_check(&message, err);
		goto out;
	}
	rc = n > 0 ? receive(fd, p, n, err) : 1;
	if (rc != 1 || n == 0)
		goto out;
	rc = -1;
	if (vpcd_message(card, bytes_of(&message), &has_answer, &answer, err) == -1) {
		/* a command to a chip without power: an empty message says that there is none */
		if (err->kind != FAIL_AGAIN)
			goto out;
		err_clear(err);
		has_answer = true;
		buf_wipe(&answer);
	}
	if (has_answer) {
		buf_be(&out, answer.n, 2);
		buf_bytes(&out, bytes_of(&answer));
		if (answer.n > APDU_MAX || buf_check(&out, err) == -1 || write_full(fd, out.p, out.n, err) == -1)
			goto out;
	}
	rc = 1;
out:
	buf_wipe(&message);
	buf_wipe(&answer);
	buf_wipe(&out);
	return rc;
}

int
vpcd_serve(struct card *card, int fd, int stop, struct err *err)
{
	int one = 1, rc;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	do {
		rc = wait_for(fd, stop, err);
		if (rc == 1)
			rc = serve_one(card, fd, err);
	} while (rc == 1);
	card_power(card, false);
	return rc;
}
