/* stops.h - the handlers of orders of courts and the alert list.  Routes: issuance/issued.c. */
#ifndef CATENA_APPLICATION_STOPS_H
#define CATENA_APPLICATION_STOPS_H

#include "registry/service/route.h"

route_handler get_stops, post_stop, post_stop_lifting;

#endif
