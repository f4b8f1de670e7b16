/* booklets.h - the handlers of the stock of booklets: counts by two officers, stations, spoiling, the balance.  Routes: issuance/issued.c. */
#ifndef CATENA_PERSO_BOOKLETS_H
#define CATENA_PERSO_BOOKLETS_H

#include "registry/service/route.h"

route_handler get_booklets, post_booklet_count, post_booklet_confirmation, post_booklet_assignment, post_booklet_return, post_booklet_spoiling;

#endif
