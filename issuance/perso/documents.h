/* documents.h - the handlers of personalisation: batches, reading, quality control.  Routes: issuance/issued.c. */
#ifndef CATENA_PERSO_DOCUMENTS_H
#define CATENA_PERSO_DOCUMENTS_H

#include "registry/service/route.h"

route_handler post_documents, get_documents, get_document, get_document_chip, get_document_chip_portrait, get_document_descent, get_file,
	post_quality_control, post_document_cancellation, post_spoiling;

#endif
