/* delivery.h - the handlers of a document's way into its holder's hand: portraits, delivery, what is held back, another office.  Routes: issuance/issued.c. */
#ifndef CATENA_APPLICATION_DELIVERY_H
#define CATENA_APPLICATION_DELIVERY_H

#include "registry/service/route.h"

route_handler get_document_portrait, get_guardian_portrait, post_delivery, post_delivery_release, post_transfer;

#endif
