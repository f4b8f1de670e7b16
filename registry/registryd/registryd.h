/* registryd.h - what the registry tells of itself: routes below /registry/v1; docs/api/registry.yaml. */
#ifndef CATENA_REGISTRYD_REGISTRYD_H
#define CATENA_REGISTRYD_REGISTRYD_H

#include "registry/office/office.h"

extern const struct route registry_routes[];
extern const struct office_program registry_program;

#endif
