/* desk.h - the pages of the civil registry's desk (registry/desk/desk.h is their shell). */
#ifndef CATENA_CIVIL_DESK_DESK_H
#define CATENA_CIVIL_DESK_DESK_H
#include "registry/service/files.h"

extern const struct web_file civil_desk_files[];

#endif
