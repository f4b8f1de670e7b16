/* desk.h - the pages of the passport office's desk (registry/desk/desk.h is their shell). */
#ifndef CATENA_ISSUANCE_DESK_DESK_H
#define CATENA_ISSUANCE_DESK_DESK_H
#include "registry/service/files.h"

extern const struct web_file issuance_desk_files[];

#endif
