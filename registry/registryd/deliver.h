/*
 * deliver.h - registryd tells subscribers what is in the outbox: signed notifications, by POST over HTTPS.
 *
 * At least once: each attempt of one notification to one subscriber has the same Idempotency-Key, and is taken in the database before it is made, so that a
 * registryd that is killed leaves it to be made again.  What fails is tried again after 2, 4, 8 ... seconds, an hour at most, and what was tried ten times
 * is shown as stuck (GET /notifications, metrics) and still tried.
 */
#ifndef CATENA_REGISTRYD_DELIVER_H
#define CATENA_REGISTRYD_DELIVER_H

#include "registry/office/office.h"

struct delivery;
/* A pool of its own, as catena_outbox, and one thread. */
int delivery_start(struct office *office, struct delivery **delivery, struct err *err);
void delivery_stop(struct delivery *delivery); /* after the attempt that is under way; NULL is fine */

#endif
