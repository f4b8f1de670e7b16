/* handover.h - the handlers of what happens between the office and the holder: fees, delivery, loss, theft, finding.  Routes: issuance/issued.c. */
#ifndef CATENA_APPLICATION_HANDOVER_H
#define CATENA_APPLICATION_HANDOVER_H

#include "registry/service/route.h"

route_handler post_receipt, post_fee_waiver, get_document_portrait, post_delivery, post_report, post_finding;

#endif
