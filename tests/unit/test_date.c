/* Dates with a precision, and moments. */
#include "registry/base/date.h"
#include "tests/tap.h"

static struct err err = ERR_INIT;

static struct date
day(const char *text)
{
	struct date d = DATE_INIT;

	if (*text != '\0' && date_parse(bytes_str(text), &d, &err) == -1)
		bail_out("%s", text);
	return d;
}

static const char *const bad[] = { "", "0000", "20", "2026-", "2026-00", "2026-13", "2026-02-29", "2026-04-31", "2026-1-1", "2026-01-00", "20260101",
	"2026-01-01T00:00:00Z", "-2026", "+2026", "2026/01/01", "2026-01-1x", " 2026", "1900-02-29" };
static const char *const good[] = { "0001", "9999-12-31", "2000-02-29", "2024-02-29", "2026-11", "1999" };

static void
test_parse(void)
{
	char text[DATE_TEXT];
	struct date d;

	for (size_t i = 0; i < NELEM(bad); i++)
		ok(date_parse(bytes_str(bad[i]), &d, &err) == -1 && err.kind == FAIL_INPUT, "refuses '%s'", bad[i]);
	for (size_t i = 0; i < NELEM(good); i++)
		ok(strcmp(date_format(day(good[i]), text), good[i]) == 0, "reads and writes %s", good[i]);
	is(date_format(DATE_INIT, text), "", "what is unknown stays empty");
}

static void
test_order(void)
{
	ok(date_compare(day("1990"), day("1990-05-02")) == 0, "a year may be any of its days");
	ok(date_compare(day("1990-04"), day("1990-05-02")) < 0, "April lies before 2 May");
	ok(date_surely_before(day("1989"), day("1990-01")), "1989 lies before January 1990");
	ok(!date_surely_before(day("1990"), day("1990-12-31")), "1990 does not surely lie before its last day");
	ok(!date_surely_before(DATE_INIT, day("1990")), "the unknown is before nothing");
}

static const struct {
	const char *birth, *on;
	int age;
} ages[] = {
	{ "2000-02-29", "2018-02-28", 17 },
	{ "2000-02-29", "2018-03-01", 18 },
	{ "2008-11-21", "2026-11-21", 18 },
	{ "2008-11-22", "2026-11-21", 17 },
	{ "2008-11", "2026-11-21", 17 },
	{ "2008-11", "2026-11-30", 18 },
	/* the month's last day is that of the year of birth */
	{ "2000-02", "2018-02-28", 17 },
	{ "2000-02", "2018-03-01", 18 },
	{ "1999-02", "2020-02-28", 21 },
	{ "1999-02", "2020-02-27", 20 },
	{ "2008-12", "2026-11-30", 17 },
	{ "2008-11-21", "2026-11", 17 },
	{ "2008", "2026", 17 },
	{ "2008", "2026-11-21", 17 },
	{ "2008", "2026-12-31", 18 },
	{ "", "2026-11-21", -1 },
	{ "2027-01-01", "2026-11-21", 0 },
};

static void
test_age(void)
{
	for (size_t i = 0; i < NELEM(ages); i++)
		ok(date_age(day(ages[i].birth), day(ages[i].on)) == ages[i].age, "born %s, on %s: %d", ages[i].birth, ages[i].on, ages[i].age);
}

static void
test_arithmetic(void)
{
	char text[DATE_TEXT];
	bool same = true;

	is(date_format(date_add(day("2024-02-29"), 1, 0), text), "2025-02-28", "a year after 29 February");
	is(date_format(date_add(day("2026-11-21"), 10, -1), text), "2036-11-20", "ten years less a day");
	is(date_format(date_add(day("2026-12-31"), 0, 1), text), "2027-01-01", "over the year's end");
	for (int64_t t = date_to_unix(day("0001-01-01")); t <= date_to_unix(day("9999-12-31")); t += 86400 * 13)
		same = same && date_to_unix(date_of_unix(t)) == t && date_of_unix(t + 86399).day == date_of_unix(t).day;
	ok(same, "days and seconds agree from 0001 to 9999");
	ok(date_to_unix(day("1970-01-01")) == 0 && date_to_unix(day("2000-03-01")) == 951868800, "known days");
}

static const struct {
	const char *text;
	int64_t time; /* -1: refused */
} moments[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "2026-11-21T06:11:38Z", 1795241498 },
	{ "2026-11-21t06:11:38.123456z", 1795241498 },
	{ "2026-11-21T07:11:38+01:00", 1795241498 },
	{ "2026-11-20T22:41:38-07:30", 1795241498 },
	{ "2026-11-21T06:11:38", -1 },
	{ "2026-11-21T06:11Z", -1 },
	{ "2026-11-21 06:11:38Z", -1 },
	{ "2026-11-21T24:00:00Z", -1 },
	{ "2026-11-21T06:60:00Z", -1 },
	{ "2026-11-21T06:11:38.Z", -1 },
	{ "2026-11-21T06:11:38+0100", -1 },
	{ "2026-11-21T06:11:38+24:00", -1 },
	{ "2026-02-29T06:11:38Z", -1 },
	{ "2026-11-21T06:11:38ZZ", -1 },
	{ "", -1 },
};

static void
test_moments(void)
{
	char text[21];

	for (size_t i = 0; i < NELEM(moments); i++) {
		int64_t t = -2;
		int rc = time_parse(bytes_str(moments[i].text), &t, &err);

		ok(moments[i].time == -1 ? rc == -1 : rc == 0 && t == moments[i].time, "%s '%s'", moments[i].time == -1 ? "refuses" : "reads",
			moments[i].text);
	}
	is(time_format(1795241498, text), "2026-11-21T06:11:38Z", "a moment is written in UTC");
}

int
main(void)
{
	test_parse();
	test_order();
	test_age();
	test_arithmetic();
	test_moments();
	return done_testing();
}
