/* fees.h - the handlers of what an application costs: payment, waiver, refund, and their paper.  Routes: issuance/issued.c. */
#ifndef CATENA_APPLICATION_FEES_H
#define CATENA_APPLICATION_FEES_H

#include "registry/service/route.h"

route_handler post_receipt, post_fee_waiver, post_refund, get_receipt_document;

#endif
