/* requisites.h - the handlers of what an application wants besides: consent, interview, designation; and the kinds of documents.  Routes: issuance/issued.c. */
#ifndef CATENA_APPLICATION_REQUISITES_H
#define CATENA_APPLICATION_REQUISITES_H

#include "registry/service/route.h"

route_handler get_document_kinds, post_consent, post_interview, post_designation, post_designation_ending;

#endif
