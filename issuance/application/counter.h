/* counter.h - the handlers of the application counter: eligibility, taking, deciding, queues.  Routes: issuance/issued.c. */
#ifndef CATENA_APPLICATION_COUNTER_H
#define CATENA_APPLICATION_COUNTER_H

#include "registry/service/route.h"

route_handler get_eligibility, post_application, get_applications, get_application, post_approval, post_refusal, post_cancellation;

#endif
