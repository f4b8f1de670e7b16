/*
 * kinds.h - the words of applications, and which document codes a passport may bear on a day.  Pure: no database, no clock.
 *
 * What a kind is like - form, validity, entitlement, approver - is data (document_kind, 0190-entitlement.sql); a test holds the codes
 * here against its rows.
 */
#ifndef CATENA_APPLICATION_KINDS_H
#define CATENA_APPLICATION_KINDS_H

#include "registry/base/date.h"

extern const char *const document_type_names[];      /* NULL-terminated: "PP", "PE" ... */
extern const char *const application_reason_names[]; /* NULL-terminated: "first", "renewal" ... */

bool document_is_visa(const char *type);

/* Index in a NULL-terminated list; -1: it is not there. */
int word_find(const char *const *words, const char *word);

/*
 * The first two characters of a machine readable zone, "PP" or "P" (fillers left out), of a document issued and expiring on these days.
 * Doc 9303-4 4.4 (as amended): a passport's second letter, where there is one, is of the list since 2026-01-01 and is obligatory since
 * 2028-01-01; a passport with another code expires before 2038-01-01.  9303-5, 9303-6: A, C or I, the second letter not V, no AI, and AC
 * for crew member certificates only, which we do not issue.  9303-6: PU is the single-sheet emergency document, a TD2.  9303-7: V.
 * form: "TD1", "TD2", "TD3", "MRV-A", "MRV-B".  -1 FAIL_INPUT with the rule.
 */
int document_code_check(const char *form, const char *code, struct date issued_on, struct date expires_on, struct err *err);

#endif
