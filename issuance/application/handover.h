/* handover.h - the handlers of what happens to a document in its holder's hands: loss, theft, finding.  Routes: issuance/issued.c. */
#ifndef CATENA_APPLICATION_HANDOVER_H
#define CATENA_APPLICATION_HANDOVER_H

#include "registry/service/route.h"

route_handler post_report, post_finding;

#endif
