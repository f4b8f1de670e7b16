/*
 * pin.h - the PIN of a token, from where it is kept into memory that is locked, left out of core files and wiped.  Never from the command
 * line or the environment, which others can read.
 *
 * source:
 *   "PATH" or "file:PATH"  the file's only line; refused (FAIL_DENIED) when group or others may read or write the file
 *   "fd:N"                 the next line of a descriptor that is open already, read octet by octet: several tokens' PINs may follow
 *                          one another, one a line
 *   "prompt"               asked for on the terminal, without echo; FAIL_NOT_FOUND when there is no terminal
 * A PIN has 1 to PIN_MAX octets; the end of the line is no part of it.
 */
#ifndef CATENA_PKI_PIN_H
#define CATENA_PKI_PIN_H

#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum { PIN_MAX = 255 };

struct pin;
/* what: of the prompt, "PIN of token catena".  -1: FAIL_INPUT empty, too long or more than one line. */
int pin_read(const char *source, const char *what, struct pin **pin, struct err *err);
struct bytes pin_bytes(const struct pin *pin);
void pin_free(struct pin *pin); /* wiped */

#endif
