/*
 * prepared.h - applications that were prepared at home, and appointments.  Database role catena_issuance.
 *
 * Of the one-time code the registry keeps the digest, of the person a digest of code and UIN: who has both finds the application.  Free
 * desks, that nothing is given twice and that a code works once are the registry's own (0210-prepared.sql).
 */
#ifndef CATENA_STORE_PREPARED_H
#define CATENA_STORE_PREPARED_H

#include <jansson.h>

#include "registry/store/db.h"

enum { PREPARED_CODE = 20 }; /* "XXXX-XXXX-XXXX-XXXX" and a 0 */

struct prepared {
	struct uuid id, office_id;
	char document_type[3]; /* document_kind.code */
	char reason[16];       /* of the application */
	bool is_urgent;
};
/* For the person with this UIN, whether there is one or not.  FAIL_CONFLICT: no passport office. */
int prepared_add(struct tx *tx, const struct prepared *p, const char *code, const char *uin, struct err *err);
/* What waits under the code; uin NULL: whoever it is for.  FAIL_NOT_FOUND: never was, has ended, or is another person's: which of them is not told. */
int prepared_find(struct tx *tx, const char *code, const char *uin, struct prepared *p, struct err *err);
/* For who has the code: { state, document_type, reason, office_id, is_urgent, expires_at, appointment?: { starts_at, minutes, desk } }; FAIL_NOT_FOUND. */
int prepared_status(struct tx *tx, const char *code, json_t **status, struct err *err);
/* It became the application that the officer took, or, both NULL, was withdrawn; FAIL_CONFLICT: it has ended. */
int prepared_end(struct tx *tx, const struct uuid *prepared_id, const struct uuid *application_id, const struct uuid *officer_id, struct err *err);

int passport_offices_read(struct tx *tx, json_t **list, struct err *err); /* array of { id, code, name } */

/* A day where the clock is `utc_offset` minutes before UTC's. */
struct local_day {
	struct date day; /* DATE_DAY */
	int64_t utc_offset;
};

struct opening_new {
	struct uuid id, office_id, officer_id;
	const char *starts_at, *ends_at; /* RFC 3339 */
	int64_t minutes, desks;
};
int opening_add(struct tx *tx, const struct opening_new *o, struct err *err);
int opening_office(struct tx *tx, const struct uuid *id, struct uuid *office_id, struct err *err); /* FAIL_NOT_FOUND */
/* What is still to come of it is cancelled: *closed appointments.  FAIL_CONFLICT: closed already. */
int opening_close(struct tx *tx, const struct uuid *id, const char *reason, const struct uuid *officer_id, int64_t *closed, struct err *err);
/* Of an office: array of { id, starts_at, ends_at, minutes, desks, given, closed? }. */
int openings_read(struct tx *tx, const struct uuid *office_id, struct local_day day, json_t **list, struct err *err);
/* Array of { starts_at, minutes, free }: times to come of which there is one left. */
int free_times_read(struct tx *tx, const struct uuid *office_id, struct local_day day, json_t **list, struct err *err);

/* At the first free desk; *desk.  FAIL_CONFLICT: no appointment then, all are given, or there is one. */
int appointment_add(struct tx *tx, const struct uuid *id, const struct prepared *p, const char *starts_at, int64_t *desk, struct err *err);
/* The one to come of a prepared application; FAIL_NOT_FOUND. */
int appointment_cancel(struct tx *tx, const struct uuid *prepared_id, struct err *err);
int appointment_office(struct tx *tx, const struct uuid *id, struct uuid *office_id, struct err *err); /* FAIL_NOT_FOUND */
int appointment_miss(struct tx *tx, const struct uuid *id, const struct uuid *officer_id, struct err *err);
/* Of an office: array of { id, starts_at, minutes, desk, state, document_type, reason, is_urgent, application_id? }; state: booked, kept, missed, cancelled, closed. */
int appointments_read(struct tx *tx, const struct uuid *office_id, struct local_day day, json_t **list, struct err *err);

extern const struct query prepared_queries[];

#endif
