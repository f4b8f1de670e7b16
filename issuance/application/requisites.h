/* requisites.h - the handlers of what an application wants besides: consent, interview, designation; and the kinds of documents.  Routes: issuance/issued.c. */
#ifndef CATENA_APPLICATION_REQUISITES_H
#define CATENA_APPLICATION_REQUISITES_H

#include "registry/base/uuid.h"
#include "registry/service/route.h"

struct tx;

route_handler get_document_kinds, post_consent, post_interview, post_designation, post_designation_ending;

/* Whether the caller holds one of the roles for the office of the application; FAIL_NOT_FOUND, FAIL_DENIED. */
int may_add_to_application(struct tx *tx, const struct request *rq, const struct uuid *id, uint64_t roles, struct err *err);

#endif
