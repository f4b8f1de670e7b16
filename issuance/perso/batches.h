/* batches.h - the handlers of orders in batches: ordered, stopped, resumed, how far they are.  Routes: issuance/issued.c; who works: line.h. */
#ifndef CATENA_PERSO_BATCHES_H
#define CATENA_PERSO_BATCHES_H

#include "registry/service/route.h"

route_handler post_batch, get_batches, get_batch, post_batch_stop, post_batch_resumption;

#endif
