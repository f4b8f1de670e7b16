/*
 * eligibility.h - may this person have a passport?  Facts in, reasons out.  Pure: no database, no clock.
 *
 * The database holds most of these rules again when the application and the document are written (0060-documents.sql); here they
 * are told to the officer, all at once, before anything is written.
 */
#ifndef CATENA_APPLICATION_ELIGIBILITY_H
#define CATENA_APPLICATION_ELIGIBILITY_H

#include "registry/store/application.h"

enum application_reason { APPLICATION_FIRST,
	APPLICATION_RENEWAL,
	APPLICATION_REPLACEMENT };
extern const char *const application_reason_names[]; /* NULL-terminated: "first", "renewal", "replacement" */
extern const char *const document_type_names[];      /* NULL-terminated: "PP" */

struct ineligibility {
	const char *code; /* fixed word for programs: "deceased" */
	const char *text; /* a sentence for the officer; names nobody */
};
enum { INELIGIBILITY_MAX = 8 };

/* The reasons why not, into out[0..INELIGIBILITY_MAX); returns how many: 0, the person is eligible. */
size_t eligibility(const struct applicant *who, enum application_reason reason, const char *issuing_state,
	struct ineligibility out[INELIGIBILITY_MAX]);

#endif
