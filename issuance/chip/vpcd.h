/*
 * vpcd.h - a software chip in a virtual reader: the protocol of vsmartcard's vpcd, a driver of pcscd.
 *
 * Each message is 2 octets of length, big endian, and as many octets.  From the reader a message of one octet is about the contact: 00 power off, 01 power on, 02
 * reset (none is answered), 04 the answer to reset, which is answered with it; every other is a command, answered by its answer.  Either the reader waits and the chip calls (port
 * 35963 for the first reader, the next for the second), or the chip waits and the reader calls.
 */
#ifndef CATENA_VPCD_H
#define CATENA_VPCD_H
#include "issuance/chip/card.h"

enum { VPCD_PORT = 35963 };

/* "HOST:PORT" or "HOST" or ":PORT"; the descriptor of a connected socket.  FAIL_AGAIN: nobody is there (yet). */
int vpcd_call(const char *address, int *fd, struct err *err);
/* A socket that waits on the address, and a call that comes there; stop: a descriptor that ends the waiting when it can be read, *fd -1 then. */
int vpcd_wait(const char *address, int *listener, struct err *err);
int vpcd_accept(int listener, int stop, int *fd, struct err *err);
/* Answers until the other side is gone or `stop` can be read: 0.  -1 FAIL_INPUT: it speaks another protocol. */
int vpcd_serve(struct card *card, int fd, int stop, struct err *err);
/* One message from a reader, for what has no socket: *has_answer says whether *answer is to be sent. */
int vpcd_message(struct card *card, struct bytes message, bool *has_answer, struct buf *answer, struct err *err);

#endif
