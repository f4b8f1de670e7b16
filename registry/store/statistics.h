/* statistics.h - counts of vital events and estimates of their number (registry/schema/0140-statistics.sql).  Numbers only, no person. */
#ifndef CATENA_STORE_STATISTICS_H
#define CATENA_STORE_STATISTICS_H

#include "registry/store/db.h"

/* Texts live while the callback runs. */
struct statistics_place {
	const char *code, *name, *parent; /* parent: "" when none */
};
struct statistics_count {
	const char *dimension;
	const char *place; /* NULL: of the whole country, by month */
	const char *month; /* "01" .. "12", "_U"; "" when it is not counted by month */
	const char *category;
	int64_t events;
};
enum { STATISTICS_YEAR_UNKNOWN = 0 };

/* Statistical places in no order: states, provinces, districts, towns. */
int statistics_places(struct tx *tx, int (*each)(void *arg, const struct statistics_place *place, struct err *err), void *arg, struct err *err);
/* Counts of one event in one year, places not yet summed up.  They are not for showing: see enrolment/civil/vital.h. */
int statistics_counts(struct tx *tx, const char *event, bool by_registration, int year,
	int (*each)(void *arg, const struct statistics_count *count, struct err *err), void *arg, struct err *err);

struct statistics_estimate {
	struct uuid id;
	char *event;
	int64_t year;
	char *place; /* NULL: the whole country */
	char *sex;   /* "F", "M"; NULL: both */
	int64_t events;
	char *source;
};
/* A further estimate; the newest of an event, year, place and sex counts.  A problem at /place when that is no statistical place. */
int statistics_estimate_add(struct tx *tx, const struct statistics_estimate *e, const struct uuid *officer_id, struct err *err);
/* The estimates that count: array of { event, year, place?, sex?, events, source, created_at }.  event NULL: all; year 0: all. */
int statistics_estimates(struct tx *tx, const char *event, int year, json_t **items, struct err *err);

extern const struct query statistics_queries[];

#endif
