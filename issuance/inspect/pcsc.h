/*
 * pcsc.h - readers of the PC/SC service (pcscd) and the chips in them.
 */
#ifndef CATENA_PCSC_H
#define CATENA_PCSC_H
#include "issuance/inspect/terminal.h"

struct pcsc;
/* The names of all readers, one a line, appended.  FAIL_AGAIN: the service does not run. */
int pcsc_readers(struct buf *names, struct err *err);
/*
 * Connects to the chip in a reader: the one whose name begins with `reader`; NULL: the first reader with a chip in it.  FAIL_AGAIN: no such reader; FAIL_NOT_FOUND: no
 * chip in it.
 */
int pcsc_open(const char *reader, struct pcsc **pcsc, struct err *err);
void pcsc_close(struct pcsc *pcsc); /* resets the chip */
struct transport pcsc_transport(struct pcsc *pcsc);
const char *pcsc_reader(const struct pcsc *pcsc);
struct bytes pcsc_atr(const struct pcsc *pcsc);
/* Whether the chip says in its ATR that it takes extended lengths (ISO/IEC 7816-4 12.1.1.9). */
bool pcsc_is_extended(const struct pcsc *pcsc);

#endif
