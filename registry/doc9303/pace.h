/*
 * pace.h - password authenticated connection establishment, both ends: Doc 9303-11 (8th ed.) 4.4 and Appendices G, H, I.
 *
 * All three mappings: generic, integrated, and with chip authentication; over curves and multiplicative groups.  No I/O: what goes over the line is handed out and in,
 * step by step, in this order at both ends:
 *
 *	chip                        terminal
 *	pace_nonce_make   --- z -->  pace_nonce_take
 *	pace_map_take     <-- t ---  pace_map_make      generic: both make and take a public key; integrated: the terminal makes a nonce, the
 *	pace_map_make     --- t -->  pace_map_take      chip answers with nothing
 *	pace_key_take     <-- PK --  pace_key_make
 *	pace_key_make     --- PK ->  pace_key_take
 *	pace_token_take   <-- T ---  pace_token_make
 *	pace_token_make   --- T -->  pace_token_take
 *	pace_chip_make    --- A -->  pace_chip_take     chip authentication mapping only
 *	pace_start                   pace_start
 */
#ifndef CATENA_DOC9303_PACE_H
#define CATENA_DOC9303_PACE_H
#include "registry/doc9303/group.h"
#include "registry/doc9303/secinfo.h"
#include "registry/doc9303/sm.h"

/* Passwords, as MSE:Set AT refers to them. */
enum pace_password { PACE_MRZ = 1,
	PACE_CAN = 2 };

struct pace;
/*
 * protocol: an object identifier of PACE; parameters: the id of standardised domain parameters; secret: the MRZ information (bac.h) or the CAN's digits.
 * FAIL_INPUT: unknown, or they do not go together.
 */
int pace_new(const char *protocol, int parameters, enum pace_password password, struct bytes secret, struct pace **pace, struct err *err);
void pace_free(struct pace *pace); /* wipes; NULL is fine */
/* The source of random octets: random_octets() of digest.h unless the worked examples say otherwise. */
void pace_set_random(struct pace *pace, int (*random)(void *arg, void *p, size_t n, struct err *err), void *arg);
const struct secinfo_protocol *pace_protocol(const struct pace *pace);

/* Each replaces its *out.  Steps out of order are FAIL_CONFLICT. */
int pace_nonce_make(struct pace *pace, struct buf *out, struct err *err);
int pace_nonce_take(struct pace *pace, struct bytes in, struct err *err);
int pace_map_make(struct pace *pace, struct buf *out, struct err *err);
int pace_map_take(struct pace *pace, struct bytes in, struct err *err);
int pace_key_make(struct pace *pace, struct buf *out, struct err *err);
int pace_key_take(struct pace *pace, struct bytes in, struct err *err);
int pace_token_make(struct pace *pace, uint8_t out[CHIP_MAC], struct err *err);
/* -1 FAIL_DENIED: the other side does not know the password. */
int pace_token_take(struct pace *pace, struct bytes in, struct err *err);
/* private_key: the chip's for chip authentication, a number; public_key: its point, which passive authentication vouches for.  FAIL_DENIED: not that chip. */
int pace_chip_make(struct pace *pace, struct bytes private_key, struct buf *out, struct err *err);
int pace_chip_take(struct pace *pace, struct bytes in, struct bytes public_key, struct err *err);
/* The session, once the other side's token was taken. */
int pace_start(const struct pace *pace, struct sm *session, struct err *err);
/* What names the chip in terminal authentication: its ephemeral key, compressed (x, or SHA-1 of the number); appended. */
int pace_chip_name(const struct pace *pace, bool is_chip, struct buf *out, struct err *err);

#endif
