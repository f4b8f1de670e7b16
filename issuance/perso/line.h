/*
 * line.h - the station at work: a thread that takes orders of running batches, a few at a time, personalises them and says what became of each.
 *
 * It remembers nothing: what it held when it was killed it takes up again when it starts, or another station does when the time it was held for has
 * passed.  Both may then work on the same application; station.h says why its document is made once all the same.  An order that cannot be done
 * (the holder died) fails with a sentence and the batch goes on; one that cannot be done now (no blank booklet, signd away) waits.
 */
#ifndef CATENA_PERSO_LINE_H
#define CATENA_PERSO_LINE_H

#include "issuance/perso/station.h"

enum { LINE_ORDERS = 20,    /* taken at once */
	LINE_PAUSE = 500 }; /* ms between two looks when there was nothing to do */

struct line;
/* db and station are borrowed.  seconds: how long orders are held. */
int line_start(struct db *db, struct station *station, unsigned seconds, struct line **line, struct err *err);
/* Finishes what it has in hand. */
void line_stop(struct line *line);

#endif
