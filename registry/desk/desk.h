/* desk.h - the shell of the desks: page, modules, styles, messages (registry/service/files.h).  Its pages are the offices'. */
#ifndef CATENA_DESK_DESK_H
#define CATENA_DESK_DESK_H
#include "registry/service/files.h"

extern const struct web_file desk_files[];

#endif
