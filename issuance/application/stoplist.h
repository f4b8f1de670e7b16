/* stoplist.h - the handlers of the stop list's exports, for officers and partners' programs.  Routes: issuance/issued.c. */
#ifndef CATENA_APPLICATION_STOPLIST_H
#define CATENA_APPLICATION_STOPLIST_H

#include "registry/service/route.h"

route_handler post_stop_export, get_stop_exports, get_stop_export, get_stop_export_file;

#endif
