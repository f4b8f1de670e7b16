/* life.h - the handlers of what the authority does to a document that was delivered: suspension and what follows it, destruction.  Routes: issuance/issued.c. */
#ifndef CATENA_APPLICATION_LIFE_H
#define CATENA_APPLICATION_LIFE_H

#include "registry/service/route.h"

route_handler post_suspension, post_reinstatement, post_revocation, post_destruction, post_destruction_witness;

#endif
