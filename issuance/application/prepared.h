/* prepared.h - the handlers of applications prepared at home, by whom is not known, and of their being taken over.  Routes: issuance/issued.c. */
#ifndef CATENA_APPLICATION_PREPARED_H
#define CATENA_APPLICATION_PREPARED_H

#include "registry/service/route.h"
#include "registry/store/prepared.h"

route_handler get_passport_offices, post_prepared, post_prepared_status, post_prepared_withdrawal, post_taking_over;

struct tx;

/* A code as it is written.  FAIL_INPUT at /code. */
int prepared_code_check(const char *code, struct err *err);

#endif
