/*
 * apdu.h - commands to a chip and its answers: ISO/IEC 7816-4 5.1 to 5.3, cases 1 to 4, short and extended lengths.  Pure.
 */
#ifndef CATENA_DOC9303_APDU_H
#define CATENA_DOC9303_APDU_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum {
	APDU_SHORT_DATA = 255,
	APDU_SHORT_LE = 256,
	APDU_LONG_DATA = 65535,
	APDU_LONG_LE = 65536,
	/* what carries a command or an answer: virtual readers count the octets of a message in 16 bits */
	APDU_MAX = 65535
};

/* Status words, ISO/IEC 7816-4 5.6 */
enum {
	SW_OK = 0x9000,
	SW_END_OF_FILE = 0x6282,    /* fewer octets than were asked for */
	SW_AUTHENTICATION = 0x6300, /* the authentication failed */
	SW_MEMORY = 0x6581,         /* writing failed */
	SW_WRONG_LENGTH = 0x6700,
	SW_NO_CHANNEL = 0x6881,         /* only the basic logical channel is there */
	SW_NO_SM = 0x6882,              /* secure messaging not in this form */
	SW_NO_CHAINING = 0x6884,        /* the last command of the chain was expected */
	SW_SECURITY = 0x6982,           /* security status not satisfied */
	SW_NO_REFERENCED_DATA = 0x6984, /* the data referred to cannot be used */
	SW_CONDITIONS = 0x6985,         /* conditions of use not satisfied */
	SW_NO_CURRENT_FILE = 0x6986,
	SW_SM_MISSING = 0x6987, /* expected secure messaging data objects are missing */
	SW_SM_WRONG = 0x6988,   /* incorrect secure messaging data objects */
	SW_WRONG_DATA = 0x6A80,
	SW_FILE_NOT_FOUND = 0x6A82,
	SW_NO_SPACE = 0x6A84, /* not enough memory in the file */
	SW_WRONG_P1P2 = 0x6A86,
	SW_REFERENCE_NOT_FOUND = 0x6A88,
	SW_FILE_EXISTS = 0x6A89,
	SW_WRONG_OFFSET = 0x6B00,
	SW_UNKNOWN_INS = 0x6D00,
	SW_UNKNOWN_CLA = 0x6E00,
	SW_INTERNAL = 0x6F00 /* no precise diagnosis */
};

struct apdu {
	uint8_t cla, ins, p1, p2;
	struct bytes data; /* n 0: none */
	uint32_t le;       /* octets wanted at most, 1..65536; 0: no answer but the status */
	bool is_extended;  /* lengths as they were written; for writing: also where short ones would do */
};

/* One whole command, nothing after it.  -1 FAIL_INPUT; what apdu->data holds points into `octets`. */
int apdu_read(struct bytes octets, struct apdu *apdu, struct err *err);
/* Appended to *out, with extended lengths only where they are needed or asked for.  FAIL_INPUT: more data than an APDU holds. */
int apdu_write(const struct apdu *apdu, struct buf *out, struct err *err);

/* An answer: its data and its status word. */
int apdu_answer_read(struct bytes octets, struct bytes *data, uint16_t *sw, struct err *err);
void apdu_answer_write(struct bytes data, uint16_t sw, struct buf *out); /* appended */
/* "6982, security status not satisfied": for messages.  `room` is filled and returned. */
const char *apdu_status(uint16_t sw, char room[80]);

#endif
