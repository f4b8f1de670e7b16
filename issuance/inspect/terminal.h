/*
 * terminal.h - the terminal's end of the line to a chip: commands, secure messaging, files.  ISO/IEC 7816-4, Doc 9303-10 3.6, 9303-11.
 *
 * How a command reaches the chip is the transport's: pcsc.h for readers, a software chip in the same process for tests.
 */
#ifndef CATENA_INSPECT_TERMINAL_H
#define CATENA_INSPECT_TERMINAL_H
#include "registry/doc9303/sm.h"

struct transport {
	/* Sends a command, replaces *answer.  FAIL_AGAIN: the chip is gone, or its reader. */
	int (*exchange)(void *to, struct bytes command, struct buf *answer, struct err *err);
	void *to;
};

struct terminal {
	struct transport transport;
	struct sm sm;      /* the session; off before access control */
	uint32_t read_max; /* octets of a file that one command asks for; over 223 needs a reader and a chip with extended lengths */
};
enum { TERMINAL_READ_SHORT = 223, /* what fits a short answer under every cipher */
	TERMINAL_READ_LONG = 32000 };

/* *data (replaced) and *sw of the answer, whatever it is.  -1: no answer, or none that belongs to the session, which is over then. */
int terminal_send(struct terminal *t, const struct apdu *a, struct buf *data, uint16_t *sw, struct err *err);
/* As terminal_send; another status than 9000 is FAIL_DENIED (6982, 6985, 63xx), FAIL_NOT_FOUND (6A82, 6A88) or FAIL_INPUT: "what: 6A80, ...". */
int terminal_command(struct terminal *t, const struct apdu *a, struct buf *data, const char *what, struct err *err);

int terminal_select_application(struct terminal *t, struct err *err);
int terminal_select_master_file(struct terminal *t, struct err *err);
int terminal_select_file(struct terminal *t, uint16_t fid, const char *name, struct err *err);
/* Basic access control with the MRZ information (bac.h); the application is selected. */
int terminal_bac(struct terminal *t, const char *mrz_information, struct err *err);
/* The file's object, by its own length; *out is replaced. */
int terminal_read_file(struct terminal *t, uint16_t fid, const char *name, struct buf *out, struct err *err);
void terminal_end(struct terminal *t); /* forgets the session's keys */

#endif
