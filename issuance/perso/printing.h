/* printing.h - the handlers of what is printed: a document's sides as pictures or PDF, a batch as one PDF.  Routes: issuance/issued.c. */
#ifndef CATENA_PERSO_PRINTING_H
#define CATENA_PERSO_PRINTING_H

#include "registry/service/route.h"

enum { PRINT_DOCUMENTS_MAX = 200 }; /* of a batch in one PDF: what a printer takes at once, and an answer of a few MB */

route_handler get_data_page, get_batch_print;

#endif
