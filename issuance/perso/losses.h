/* losses.h - the handlers of blank booklets that are lost or stolen, as ranges of serials.  Routes: issuance/issued.c. */
#ifndef CATENA_PERSO_LOSSES_H
#define CATENA_PERSO_LOSSES_H

#include "registry/service/route.h"

route_handler post_booklet_loss, post_booklet_loss_confirmation, post_booklet_recovery;

#endif
