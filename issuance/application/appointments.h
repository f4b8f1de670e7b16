/* appointments.h - the handlers of when an office gives appointments, and of those it has given.  Routes: issuance/issued.c. */
#ifndef CATENA_APPLICATION_APPOINTMENTS_H
#define CATENA_APPLICATION_APPOINTMENTS_H

#include "registry/service/route.h"

route_handler get_free_times, post_appointment, post_appointment_cancellation;                              /* anybody, with a code */
route_handler post_opening, get_openings, post_opening_closing, get_appointments, post_appointment_absence; /* the office */

#endif
