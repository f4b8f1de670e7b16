/*
 * date.h - a calendar day, month or year of the proleptic Gregorian calendar (ISO 8601-1), with its precision.
 * What is not known is not invented: the precision says how much is.
 */
#ifndef CATENA_BASE_DATE_H
#define CATENA_BASE_DATE_H

#include "registry/base/bytes.h"
#include "registry/base/err.h"

enum date_precision { DATE_UNKNOWN,
	DATE_YEAR,
	DATE_MONTH,
	DATE_DAY };

struct date {
	uint8_t precision; /* enum date_precision */
	uint8_t month;     /* 1..12, 0 when not known */
	uint8_t day;       /* 1..31, 0 when not known */
	uint16_t year;     /* 1..9999, 0 when not known */
};
#define DATE_INIT ((struct date){ DATE_UNKNOWN, 0, 0, 0 })
enum { DATE_TEXT = 11 }; /* "YYYY-MM-DD" and 0 */

/* "YYYY", "YYYY-MM" or "YYYY-MM-DD"; a real calendar day.  -1 FAIL_INPUT; *date untouched. */
int date_parse(struct bytes text, struct date *date, struct err *err);
/* The same three forms, "" when unknown.  Returns out. */
char *date_format(struct date d, char out[DATE_TEXT]);
bool date_valid(struct date d);
int date_days_in_month(int year, int month);
/* -1, 0, 1; only the parts both know are compared, so 1990 and 1990-05-02 are 0 ("may be the same"). */
int date_compare(struct date a, struct date b);
/* True when every day that a can mean lies before every day that b can mean. */
bool date_surely_before(struct date a, struct date b);
/* Whole years from birth to `on`; -1 when birth is unknown.  With partial birth: the least number it can be. */
int date_age(struct date birth, struct date on);
struct date date_of_unix(int64_t unix_time);              /* UTC day */
int64_t date_to_unix(struct date d);                      /* 00:00 UTC of the day; needs DATE_DAY */
struct date date_add(struct date d, int years, int days); /* needs DATE_DAY; 29 February moves to 28 */
/* RFC 3339 "YYYY-MM-DDTHH:MM:SSZ"; out has 21 octets.  Parse also takes fractions and offsets. */
char *time_format(int64_t unix_time, char out[21]);
int time_parse(struct bytes text, int64_t *unix_time, struct err *err);

#endif
