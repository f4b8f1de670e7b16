#include "issuance/application/appointments.h"

#include "issuance/application/prepared.h"
#include "issuance/issued.h"

/* A moment as the database reads it; "/member" is where it stood. */
static int
moment_of(const char *given, const char *pointer, char out[21], struct err *err)
{
	struct err why = ERR_INIT;
	int64_t when;

	if (time_parse(bytes_str(given), &when, &why) == -1)
		return err_problem(err, pointer, "a moment is wanted: 2026-11-21T09:30:00Z (RFC 3339)");
	time_format(when, out);
	return 0;
}

/* ---- the day of an office: for everybody the free times, for officers what is opened and given ---- */

enum { UTC_OFFSET_LEAST = -12 * 60,
	UTC_OFFSET_MOST = 14 * 60 }; /* minutes, of all clocks there are */

struct office_day {
	struct uuid office_id;
	struct local_day day;
	int (*read)(struct tx *tx, const struct uuid *office_id, struct local_day day, json_t **list, struct err *err);
	const char *name;
};

static int
work_day(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct office_day *d = arg;
	json_t *list = NULL;

	(void)rq;
	if (d->read(tx, &d->office_id, d->day, &list, err) == -1)
		return -1;
	return reply_json(rp, 200, json_pack("{s:o}", d->name, list), err);
}

static int
day_of_office(struct request *rq, struct reply *rp, struct office_day d, struct err *err)
{
	static const char *const known[] = { "office", "day", "utc_offset", NULL };
	const char *day = request_query(rq, "day");
	struct err why = ERR_INIT;
	int has_office;

	if (request_query_known(rq, known, err) == -1 || (has_office = request_query_uuid(rq, "office", &d.office_id, err)) == -1 ||
		request_query_int(rq, "utc_offset", UTC_OFFSET_LEAST, UTC_OFFSET_MOST, 0, &d.day.utc_offset, err) == -1)
		return -1;
	if (has_office == 0)
		return err_set(err, FAIL_INPUT, "query parameter office: whose appointments is wanted");
	if (day == NULL || date_parse(bytes_str(day), &d.day.day, &why) == -1 || d.day.day.precision != DATE_DAY)
		return err_set(err, FAIL_INPUT, "query parameter day: a day is wanted");
	if ((rq->route->flags & ROUTE_PUBLIC) == 0 && office_may(rq, ROLES_PASSPORT, &d.office_id, err) == -1)
		return -1;
	return office_read(rq, rp, work_day, &d, err);
}

int
get_free_times(struct request *rq, struct reply *rp, struct err *err)
{
	return day_of_office(rq, rp, (struct office_day){ .read = free_times_read, .name = "times" }, err);
}

int
get_openings(struct request *rq, struct reply *rp, struct err *err)
{
	return day_of_office(rq, rp, (struct office_day){ .read = openings_read, .name = "openings" }, err);
}

int
get_appointments(struct request *rq, struct reply *rp, struct err *err)
{
	return day_of_office(rq, rp, (struct office_day){ .read = appointments_read, .name = "appointments" }, err);
}

/* ---- by who has the code ---- */

struct appointing {
	char *code, *starts_at;
	char at[21];
};
static const struct json_field appointing_fields[] = {
	{ "code", JSON_T_CODE, offsetof(struct appointing, code), 0, PREPARED_CODE - 1, PREPARED_CODE - 1 },
	{ "starts_at", JSON_T_TEXT, offsetof(struct appointing, starts_at), 0, 20, 35 },
	{ NULL }
};
static const struct json_field cancelling_fields[] = {
	{ "code", JSON_T_CODE, offsetof(struct appointing, code), 0, PREPARED_CODE - 1, PREPARED_CODE - 1 },
	{ NULL }
};

static int
work_appoint(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct appointing *a = arg;
	struct prepared p;
	struct uuid id;
	int64_t desk;

	(void)rq;
	if (prepared_find(tx, a->code, NULL, &p, err) == -1 || uuid_new(&id, err) == -1 || appointment_add(tx, &id, &p, a->at, &desk, err) == -1)
		return -1;
	return reply_json(rp, 201, json_pack("{s:s, s:I}", "starts_at", a->at, "desk", (json_int_t)desk), err);
}

int
post_appointment(struct request *rq, struct reply *rp, struct err *err)
{
	struct appointing a = { .code = NULL };
	int rc = -1;

	if (request_json(rq, appointing_fields, &a, err) == -1)
		return -1;
	if (prepared_code_check(a.code, err) == 0 && moment_of(a.starts_at, "/starts_at", a.at, err) == 0)
		rc = office_change(rq, rp, work_appoint, &a, err);
	json_clear(appointing_fields, &a);
	return rc;
}

static int
work_cancel(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct appointing *a = arg;
	json_t *status = NULL;
	struct prepared p;

	(void)rq;
	if (prepared_find(tx, a->code, NULL, &p, err) == -1 || appointment_cancel(tx, &p.id, err) == -1 || prepared_status(tx, a->code, &status, err) == -1)
		return -1;
	return reply_json(rp, 201, status, err);
}

int
post_appointment_cancellation(struct request *rq, struct reply *rp, struct err *err)
{
	struct appointing a = { .code = NULL };
	int rc = -1;

	if (request_json(rq, cancelling_fields, &a, err) == -1)
		return -1;
	if (prepared_code_check(a.code, err) == 0)
		rc = office_change(rq, rp, work_cancel, &a, err);
	json_clear(cancelling_fields, &a);
	return rc;
}

/* ---- by the office ---- */

struct opening {
	struct uuid office_id;
	char *starts_at, *ends_at;
	int64_t minutes, desks;
	char from[21], to[21];
};
static const struct json_field opening_fields[] = {
	{ "office_id", JSON_T_UUID, offsetof(struct opening, office_id) },
	{ "starts_at", JSON_T_TEXT, offsetof(struct opening, starts_at), 0, 20, 35 },
	{ "ends_at", JSON_T_TEXT, offsetof(struct opening, ends_at), 0, 20, 35 },
	{ "minutes", JSON_T_INT, offsetof(struct opening, minutes), 0, 5, 240 },
	{ "desks", JSON_T_INT, offsetof(struct opening, desks), 0, 1, 100 },
	{ NULL }
};

static int
work_open(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct opening *o = arg;
	struct opening_new row = { .office_id = o->office_id, .officer_id = rq->who.officer_id, .starts_at = o->from, .ends_at = o->to, .minutes = o->minutes, .desks = o->desks };
	char id[UUID_TEXT];

	if (uuid_new(&row.id, err) == -1 || opening_add(tx, &row, err) == -1)
		return -1;
	return reply_json(rp, 201, json_pack("{s:s}", "id", uuid_format(&row.id, id)), err);
}

int
post_opening(struct request *rq, struct reply *rp, struct err *err)
{
	struct opening o = { .starts_at = NULL };
	int rc = -1;

	if (request_json(rq, opening_fields, &o, err) == -1)
		return -1;
	if (moment_of(o.starts_at, "/starts_at", o.from, err) == 0 && moment_of(o.ends_at, "/ends_at", o.to, err) == 0 &&
		office_may(rq, ROLE_PASSPORT_SUPERVISOR, &o.office_id, err) == 0)
		rc = office_change(rq, rp, work_open, &o, err);
	json_clear(opening_fields, &o);
	return rc;
}

struct closing {
	struct uuid id;
	char *reason;
};
static const struct json_field closing_fields[] = {
	{ "reason", JSON_T_TEXT, offsetof(struct closing, reason), 0, 3, 1000 },
	{ NULL }
};

static int
work_close(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct closing *c = arg;
	struct uuid office_id;
	int64_t closed;

	if (opening_office(tx, &c->id, &office_id, err) == -1 || office_may(rq, ROLE_PASSPORT_SUPERVISOR, &office_id, err) == -1 ||
		opening_close(tx, &c->id, c->reason, &rq->who.officer_id, &closed, err) == -1)
		return -1;
	return reply_json(rp, 201, json_pack("{s:I}", "closed", (json_int_t)closed), err);
}

int
post_opening_closing(struct request *rq, struct reply *rp, struct err *err)
{
	struct closing c = { .reason = NULL };
	int rc;

	if (request_param_uuid(rq, "id", &c.id, err) == -1 || request_json(rq, closing_fields, &c, err) == -1)
		return -1;
	rc = office_change(rq, rp, work_close, &c, err);
	json_clear(closing_fields, &c);
	return rc;
}

static int
work_miss(struct tx *tx, const struct request *rq, void *arg, struct reply *rp, struct err *err)
{
	const struct uuid *id = arg;
	struct uuid office_id;
	char text[UUID_TEXT];

	if (appointment_office(tx, id, &office_id, err) == -1 || office_may(rq, ROLE_PASSPORT_CLERK | ROLE_PASSPORT_SUPERVISOR, &office_id, err) == -1 ||
		appointment_miss(tx, id, &rq->who.officer_id, err) == -1)
		return -1;
	return reply_json(rp, 201, json_pack("{s:s, s:s}", "id", uuid_format(id, text), "state", "missed"), err);
}

int
post_appointment_absence(struct request *rq, struct reply *rp, struct err *err)
{
	struct uuid id;

	if (request_param_uuid(rq, "id", &id, err) == -1)
		return -1;
	return office_change(rq, rp, work_miss, &id, err);
}
