/*
 * notification.h - births and deaths as health facilities notify them: incomplete records that a clerk takes up into a declaration (act_new's
 * notification_id), or a registrar closes.  Database role catena_civil; states are held by the database (0123-notifications.sql).
 */
#ifndef CATENA_STORE_NOTIFICATION_H
#define CATENA_STORE_NOTIFICATION_H

#include "registry/store/civil.h"

extern const struct query notification_queries[];

struct notification_place {
	bool exists;
	bool is_of_program;    /* the program notifies for this facility */
	struct uuid office_id; /* that keeps the register of the place; all zero: none does */
};
int notification_place(struct tx *tx, const struct uuid *program_id, const char *place_code, struct notification_place *place, struct err *err);

struct notification_new {
	struct uuid id, program_id, office_id;
	const char *kind, *place_code, *reference;
	struct bytes content; /* JSON */
};
/* expires_on: the day until which it waits.  FAIL_CONFLICT when the program gave that reference before. */
int notification_add(struct tx *tx, const struct notification_new *n, char expires_on[DATE_TEXT], struct err *err);

/*
 * { id, kind, state, office_id, place, reference, content, created_at, expires_on, is_expired, act_id?, reason? }; FAIL_NOT_FOUND.
 * Caller: json_decref.
 */
int notification_read(struct tx *tx, const struct uuid *id, struct uuid *office_id, json_t **value, struct err *err);

/* One page of an office's notifications, those first that expire first; the same without content, office_id, act_id and reason. */
struct notification_filter {
	struct uuid office_id;
	const char *state;     /* NULL: all */
	bool expired;          /* only those that nobody took up in time */
	const char *after_day; /* NULL: from the first on */
	struct uuid after;     /* with after_day */
	unsigned limit;
};
int notification_list(struct tx *tx, const struct notification_filter *filter, json_t **items, bool *more, struct err *err);

/* Queued; FAIL_CONFLICT when it is sent and it is taken up or closed already. */
int notification_close(struct tx *tx, const struct uuid *id, const struct uuid *officer_id, const char *reason, struct err *err);

#endif
