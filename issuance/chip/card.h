/*
 * card.h - a software chip: the application of a passport's chip, driven by the octets of commands.  Doc 9303-10 (8th ed.) 3, 9303-11.
 *
 * For tests, training and stations without hardware; keys lie in this process's memory, so it is no security module.  It begins empty: files are
 * created, written and keys put in by commands (chipprofile.h) or by the functions below, which those commands call; card_lock() ends that for good.
 *
 * Reading: the application's files after access control (BAC or PACE) and under secure messaging, DG3 and DG4 after terminal authentication
 * only; EF.CardAccess, EF.ATR/INFO and EF.DIR always; EF.CardSecurity after PACE.  A command without secure messaging, or with a wrong MAC, ends the
 * session.  Commands: card.c has the table.
 */
#ifndef CATENA_CARD_H
#define CATENA_CARD_H
#include "registry/doc9303/apdu.h"

struct card;
enum card_place { CARD_MF,
	CARD_LDS }; /* the master file, the application */
enum {
	CARD_FILES = 32,
	CARD_FILE_MAX = 0xFFFF /* CREATE FILE gives the size in two octets */
};

struct card *card_new(struct err *err);
void card_free(struct card *card); /* wipes */

/* The state of the world outside: whether the chip is in a reader's field.  A chip without power does not answer. */
void card_power(struct card *card, bool is_on);
void card_reset(struct card *card); /* the session is over, what was written stays */
extern const uint8_t card_atr[];
extern const size_t card_atr_len;

/* One command and its answer, which replaces *answer; refusals are answers.  -1 only when memory ran out. */
int card_transmit(struct card *card, struct bytes command, struct buf *answer, struct err *err);

/* Contents.  FAIL_CONFLICT when the chip is locked, FAIL_INPUT when a file is there already or there is no room. */
int card_put_file(struct card *card, enum card_place place, uint16_t fid, struct bytes octets, struct err *err);
int card_set_mrz(struct card *card, const char *number, const char *birth, const char *expiry, struct err *err); /* as in the MRZ, YYMMDD */
void card_lock(struct card *card);
bool card_is_locked(const struct card *card);

#endif
