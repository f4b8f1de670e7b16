#include "registry/base/date.h"

#include <stdio.h>

int
date_days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (month < 1 || month > 12)
		return 0;
	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

bool
date_valid(struct date d)
{
	switch (d.precision) {
	case DATE_UNKNOWN:
		return d.year == 0 && d.month == 0 && d.day == 0;
	case DATE_YEAR:
		return d.year >= 1 && d.year <= 9999 && d.month == 0 && d.day == 0;
	case DATE_MONTH:
		return d.year >= 1 && d.year <= 9999 && d.month >= 1 && d.month <= 12 && d.day == 0;
	case DATE_DAY:
		return d.year >= 1 && d.year <= 9999 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
			d.day <= date_days_in_month(d.year, d.month);
	default:
		return false;
	}
}

/* n digits at p, or -1. */
static int
digits(const uint8_t *p, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		value = value * 10 + (p[i] - '0');
	}
	return value;
}

int
date_parse(struct bytes text, struct date *date, struct err *err)
{
	struct date d = DATE_INIT;
	int year, month = 0, day = 0;

	if ((text.n != 4 && text.n != 7 && text.n != 10) || (text.n >= 7 && text.p[4] != '-') || (text.n == 10 && text.p[7] != '-') ||
		(year = digits(text.p, 4)) == -1 || (text.n >= 7 && (month = digits(text.p + 5, 2)) == -1) ||
		(text.n == 10 && (day = digits(text.p + 8, 2)) == -1))
		return err_set(err, FAIL_INPUT, "date: the form is YYYY, YYYY-MM or YYYY-MM-DD (ISO 8601)");
	d.precision = text.n == 4 ? DATE_YEAR : text.n == 7 ? DATE_MONTH
							    : DATE_DAY;
	d.year = (uint16_t)year;
	d.month = (uint8_t)month;
	d.day = (uint8_t)day;
	if (!date_valid(d))
		return err_set(err, FAIL_INPUT, "date: there is no such %s", text.n == 4 ? "year" : text.n == 7 ? "month"
														: "day");
	*date = d;
	return 0;
}

char *
date_format(struct date d, char out[DATE_TEXT])
{
	unsigned year = d.year % 10000u, month = d.month % 100u, day = d.day % 100u;

	out[0] = '\0';
	if (d.precision == DATE_YEAR)
		snprintf(out, DATE_TEXT, "%04u", year);
	else if (d.precision == DATE_MONTH)
		snprintf(out, DATE_TEXT, "%04u-%02u", year, month);
	else if (d.precision == DATE_DAY)
		snprintf(out, DATE_TEXT, "%04u-%02u-%02u", year, month, day);
	return out;
}

static int
sign(int a, int b)
{
	return a < b ? -1 : a > b;
}

int
date_compare(struct date a, struct date b)
{
	int common = a.precision < b.precision ? a.precision : b.precision;
	int c = 0;

	if (common >= DATE_YEAR)
		c = sign(a.year, b.year);
	if (c == 0 && common >= DATE_MONTH)
		c = sign(a.month, b.month);
	if (c == 0 && common >= DATE_DAY)
		c = sign(a.day, b.day);
	return c;
}

bool
date_surely_before(struct date a, struct date b)
{
	return date_compare(a, b) < 0;
}

int
date_age(struct date birth, struct date on)
{
	int years;

	if (birth.precision == DATE_UNKNOWN || on.precision == DATE_UNKNOWN)
		return -1;
	years = on.year - birth.year;
	/* what is not known of the birth may be the last day it can be */
	if (birth.precision == DATE_YEAR)
		years -= on.precision != DATE_DAY || on.month < 12 || on.day < 31;
	else if (on.precision < DATE_MONTH || on.month < birth.month)
		years--;
	else if (on.month == birth.month && on.day < (birth.precision == DATE_MONTH ? date_days_in_month(birth.year, birth.month) : birth.day))
		years--;
	return years < 0 ? 0 : years;
}

/* Days since 1970-01-01 of a Gregorian day, and back: years begin in March, so that the leap day is the last. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t in_era = y - era * 400;
	int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

struct date
date_of_unix(int64_t unix_time)
{
	int64_t days = unix_time / 86400 - (unix_time % 86400 < 0) + 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t in_era = days - era * 146097;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t m = (5 * in_year + 2) / 153;
	int64_t month = m < 10 ? m + 3 : m - 9;

	return (struct date){ DATE_DAY, (uint8_t)month, (uint8_t)(in_year - (153 * m + 2) / 5 + 1),
		(uint16_t)(year + era * 400 + (month <= 2)) };
}

int64_t
date_to_unix(struct date d)
{
	return days_of(d.year, d.month, d.day) * 86400;
}

struct date
date_add(struct date d, int years, int days)
{
	d.year = (uint16_t)(d.year + years);
	if (d.day > date_days_in_month(d.year, d.month))
		d.day = (uint8_t)date_days_in_month(d.year, d.month);
	return date_of_unix(date_to_unix(d) + (int64_t)days * 86400);
}

char *
time_format(int64_t unix_time, char out[21])
{
	struct date d = date_of_unix(unix_time);
	int64_t s = unix_time - date_to_unix(d);

	snprintf(out, 21, "%04u-%02u-%02uT%02u:%02u:%02uZ", d.year % 10000u, d.month % 100u, d.day % 100u, (unsigned)(s / 3600) % 100u,
		(unsigned)(s / 60 % 60), (unsigned)(s % 60));
	return out;
}

int
time_parse(struct bytes text, int64_t *unix_time, struct err *err)
{
	struct date d;
	int hour, minute, second, zone_hour, zone_minute;
	int64_t shift = 0;
	size_t at = 19;

	if (text.n < 20 || date_parse(BYTES(text.p, 10), &d, err) == -1 || (text.p[10] != 'T' && text.p[10] != 't') ||
		text.p[13] != ':' || text.p[16] != ':')
		goto bad;
	hour = digits(text.p + 11, 2);
	minute = digits(text.p + 14, 2);
	second = digits(text.p + 17, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
		goto bad;
	if (text.p[at] == '.') {
		size_t from = ++at;

		while (at < text.n && text.p[at] >= '0' && text.p[at] <= '9')
			at++;
		if (at == from)
			goto bad;
	}
	if (at == text.n)
		goto bad;
	if (text.p[at] == '+' || text.p[at] == '-') {
		if (text.n - at != 6 || text.p[at + 3] != ':' || (zone_hour = digits(text.p + at + 1, 2)) < 0 || zone_hour > 23 ||
			(zone_minute = digits(text.p + at + 4, 2)) < 0 || zone_minute > 59)
			goto bad;
		shift = (zone_hour * 60 + zone_minute) * 60 * (text.p[at] == '-' ? -1 : 1);
	} else if (text.n - at != 1 || (text.p[at] != 'Z' && text.p[at] != 'z'))
		goto bad;
	*unix_time = date_to_unix(d) + hour * 3600 + minute * 60 + second - shift;
	return 0;
bad:
	return err_set(err, FAIL_INPUT, "time: the form is YYYY-MM-DDThh:mm:ssZ (RFC 3339)");
}
