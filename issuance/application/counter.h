/* counter.h - the handlers of the application counter: eligibility, taking, deciding, queues.  Routes: issuance/issued.c. */
#ifndef CATENA_APPLICATION_COUNTER_H
#define CATENA_APPLICATION_COUNTER_H

#include "registry/service/route.h"
#include "registry/store/application.h"

route_handler get_eligibility, post_application, get_applications, get_application, post_approval, post_refusal, post_cancellation;

/*
 * Takes an application for the person with this UIN by the officer who calls, after all that entitlement asks (every reason at once, FAIL_CONFLICT at
 * /uin).  *a: office, kind, reason and urgency are given, the rest is filled in.
 */
int counter_take(struct tx *tx, const struct request *rq, const char *uin, struct application_new *a, struct err *err);
int reply_taken(struct reply *rp, const struct application_new *a, struct err *err); /* 201 { id, state } */

#endif
