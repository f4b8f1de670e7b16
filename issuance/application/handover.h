/* handover.h - the handlers of what happens between the office and the holder: delivery, loss, theft, finding.  Routes: issuance/issued.c. */
#ifndef CATENA_APPLICATION_HANDOVER_H
#define CATENA_APPLICATION_HANDOVER_H

#include "registry/service/route.h"

route_handler get_document_portrait, post_delivery, post_report, post_finding;

#endif
