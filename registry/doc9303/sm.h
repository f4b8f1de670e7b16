/*
 * sm.h - secure messaging between terminal and chip: Doc 9303-11 (8th ed.) 9.8, ISO/IEC 7816-4 clause 10.  Pure.
 *
 * A session counts every command and every answer; each of the four functions advances the counter.  Whoever is told -1 with FAIL_INPUT
 * ends the session (sm_clear): the other side is not who it was.
 */
#ifndef CATENA_DOC9303_SM_H
#define CATENA_DOC9303_SM_H
#include "registry/doc9303/apdu.h"
#include "registry/doc9303/chipkey.h"

struct sm {
	bool is_on;
	enum chip_cipher cipher;
	uint8_t enc[CHIP_KEY_MAX], mac[CHIP_KEY_MAX];
	uint8_t ssc[CHIP_BLOCK_MAX]; /* send sequence counter, as long as a block */
};

/* Starts a session with the keys derived from `secret`; ssc NULL: zeros (all but BAC). */
void sm_start(struct sm *sm, enum chip_cipher cipher, struct bytes secret, const uint8_t *ssc);
void sm_clear(struct sm *sm);

/*
 * Terminal.  sm_wrap: *out is replaced by the protected command.  An answer is asked for with as many octets as there are, extended when `plain`
 * is or when it does not fit.  sm_unwrap: the answer's data (decrypted into *data, replaced) and status; an answer without secure messaging is
 * FAIL_INPUT, its status in the sentence.
 */
int sm_wrap(struct sm *sm, const struct apdu *plain, struct buf *out, struct err *err);
int sm_unwrap(struct sm *sm, struct bytes answer, struct buf *data, uint16_t *sw, struct err *err);

/*
 * Chip.  sm_open: the command inside a protected one; its data point into *room, which is replaced.  On -1 *sw is what to answer.
 * sm_seal: *out is replaced; is_odd: the instruction's, which decides how data stand in the answer.
 */
int sm_open(struct sm *sm, const struct apdu *command, struct apdu *plain, struct buf *room, uint16_t *sw, struct err *err);
int sm_seal(struct sm *sm, bool is_odd, struct bytes data, uint16_t sw, struct buf *out, struct err *err);
/* The most octets of data whose protected answer is at most `le` octets. */
size_t sm_room(const struct sm *sm, uint32_t le);

#endif
