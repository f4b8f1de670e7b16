/*
 * An application prepared at home and an appointment, over HTTPS with the real programs: by who is not signed in, with a one-time code; taken over by the
 * desk; cancelled, missed, closed, withdrawn, expired; what is refused to whom, and that nobody learns whether a person exists.
 */
#include <pthread.h>

#include "registry/base/clock.h"
#include "registry/base/uin.h"
#include "tests/service/counter.h"

enum { CODE = 20,
	MOMENT = 21,
	RACERS = 2 };

static char office_1[UUID_TEXT], office_2[UUID_TEXT], tomorrow[DATE_TEXT], nobody[UIN_LEN + 1];

/* Tomorrow at an hour and minutes. */
static const char *
at_time(int hour, int minute)
{
	static char text[4][MOMENT];
	static unsigned next;
	char *out = text[next++ % 4];

	return time_format(date_to_unix(date_add(clock_today(), 0, 1)) + hour * 3600 + minute * 60, out);
}

static int
prepare(const char *uin, const char *kind, const char *why, const char *office, char code[CODE])
{
	char members[300];

	snprintf(members, sizeof(members), "'uin':'%s','document_type':'%s','reason':'%s','office_id':'%s'", uin, kind, why, office);
	tell(NULL, members, "public/prepared-applications");
	snprintf(code, CODE, "%s", said("code"));
	return got.status;
}

static int
book(const char *code, const char *when)
{
	char members[120];

	snprintf(members, sizeof(members), "'code':'%s','starts_at':'%s'", code, when);
	return tell(NULL, members, "public/appointments");
}

static int
by_code(const char *code, const char *what)
{
	char members[60];

	snprintf(members, sizeof(members), "'code':'%s'", code);
	return tell(NULL, members, "public/%s", what);
}

static int
take_over(const char *login, const char *code, const char *uin)
{
	char members[100];

	snprintf(members, sizeof(members), "'code':'%s','uin':'%s'", code, uin);
	return tell(login, members, "prepared-applications/taking-over");
}

static int
open_times(const char *login, const char *office, const char *from, const char *to, int minutes, int desks)
{
	char members[300];

	snprintf(members, sizeof(members), "'office_id':'%s','starts_at':'%s','ends_at':'%s','minutes':%d,'desks':%d", office, from, to, minutes, desks);
	return tell(login, members, "appointment-openings");
}

static size_t
listed(const char *list)
{
	return json_array_size(json_object_get(got.json, list));
}

/* How many desks are free at that time; 0: it is not among them. */
static int
free_at(const char *when)
{
	const json_t *one;
	size_t i;

	look(NULL, "public/appointments?office=%s&day=%s", office_1, tomorrow);
	json_array_foreach (json_object_get(got.json, "times"), i, one)
		if (strcmp(json_string_value(json_object_get(one, "starts_at")), when) == 0)
			return (int)json_integer_value(json_object_get(one, "free"));
	return 0;
}

/* ---- opening ---- */

static void
test_opening(char opening[UUID_TEXT])
{
	open_times("passport_clerk.1", office_1, at_time(9, 0), at_time(10, 0), 30, 1);
	ok(refused(403, NULL, NULL), "refuses: a clerk opens appointments");
	open_times("passport_supervisor.3", office_1, at_time(9, 0), at_time(10, 0), 30, 1);
	ok(refused(403, NULL, NULL), "refuses: a supervisor of another office");
	open_times("passport_supervisor.1", office_1, "tomorrow at nine, about", at_time(10, 0), 30, 1);
	ok(refused(400, "/starts_at", NULL), "refuses: no moment");
	open_times("passport_supervisor.1", office_1, at_time(9, 0), at_time(9, 20), 30, 1);
	ok(refused(409, NULL, "no room"), "refuses: a time shorter than one appointment");
	open_times("passport_supervisor.1", office_1, at_time(10, 0), at_time(9, 0), 30, 1);
	ok(refused(409, NULL, NULL), "refuses: an end before the beginning");
	open_times("passport_supervisor.1", office_1, at_time(9, 0), at_time(40, 0), 30, 1);
	ok(refused(409, NULL, "a day at a time"), "refuses: two days at once");
	open_times("passport_supervisor.1", office_1, "2020-01-01T09:00:00Z", "2020-01-01T10:00:00Z", 30, 1);
	ok(refused(409, NULL, "coming year"), "refuses: the past");
	open_times("passport_supervisor.1", office_1, "2090-01-01T09:00:00Z", "2090-01-01T10:00:00Z", 30, 1);
	ok(refused(409, NULL, "coming year"), "refuses: what nobody plans");
	open_times("passport_supervisor.1", office_1, at_time(9, 0), at_time(10, 0), 3, 1);
	ok(refused(400, "/minutes", NULL), "refuses: three minutes");
	open_times("passport_supervisor.1", office_1, at_time(9, 0), at_time(10, 0), 30, 0);
	ok(refused(400, "/desks", NULL), "refuses: no desk");
	ok(open_times("passport_supervisor.1", office_1, at_time(9, 0), at_time(10, 10), 30, 1) == 201, "one desk, two times: %s", got.err.text);
	snprintf(opening, UUID_TEXT, "%s", said("id"));
	open_times("passport_supervisor.2", office_1, at_time(9, 30), at_time(11, 0), 30, 1);
	ok(refused(409, NULL, "a part of this time already"), "refuses: the same desks for the same time twice");
	ok(look("passport_clerk.1", "appointment-openings?office=%s&day=%s", office_1, tomorrow) == 200 && listed("openings") == 1, "the office sees what it opened");
	look("passport_clerk.3", "appointment-openings?office=%s&day=%s", office_1, tomorrow);
	ok(refused(403, NULL, NULL), "refuses: another office's");
	ok(look(NULL, "public/appointments?office=%s&day=%s", office_1, tomorrow) == 200 && listed("times") == 2, "anybody sees two free times");
	ok(look(NULL, "public/appointments?office=%s&day=%s&utc_offset=-570", office_1, tomorrow) == 200 && listed("times") == 1, "where the day begins at 09:30 UTC, one of them");
	ok(look("passport_clerk.1", "appointment-openings?office=%s&day=%s&utc_offset=-570", office_1, tomorrow) == 200 && listed("openings") == 0, "the opening itself is of the day before");
	look(NULL, "public/appointments?office=%s&day=%s&utc_offset=900", office_1, tomorrow);
	ok(refused(400, NULL, "utc_offset"), "refuses: a clock that nobody has");
	look(NULL, "public/appointments?office=%s&day=2026-11", office_1);
	ok(refused(400, NULL, "a day is wanted"), "refuses: a month");
	look(NULL, "public/appointments?day=%s", tomorrow);
	ok(refused(400, NULL, "office"), "refuses: of no office");
	ok(look(NULL, "public/passport-offices") == 200 && listed("offices") == 2, "and the passport offices, no others");
}

/* ---- preparing ---- */

static void
test_preparing(const char *uin)
{
	char code[CODE], other[CODE], civil[UUID_TEXT], wrong[UIN_LEN + 1], members[300];

	uuid_format(&rig.office[RIG_CIVIL], civil);
	snprintf(wrong, sizeof(wrong), "%s", uin);
	wrong[11] = wrong[11] == '9' ? '0' : (char)(wrong[11] + 1);
	prepare(wrong, "PP", "first", office_1, code);
	ok(refused(400, "/uin", NULL), "refuses: a number with a wrong digit");
	prepare("1", "PP", "first", office_1, code);
	ok(refused(400, "/uin", NULL), "refuses: no number");
	prepare(uin, "XX", "first", office_1, code);
	ok(refused(400, "/document_type", NULL), "refuses: no kind of document");
	prepare(uin, "VA", "first", office_1, code);
	ok(refused(400, "/document_type", NULL), "refuses: a visa, which takes a passport that it goes into");
	prepare(uin, "PP", "because", office_1, code);
	ok(refused(400, "/reason", NULL), "refuses: no reason");
	prepare(uin, "PP", "first", "x", code);
	ok(refused(400, "/office_id", NULL), "refuses: no office");
	prepare(uin, "PP", "first", civil, code);
	ok(refused(409, NULL, "no such passport office"), "refuses: an office that makes no passports");
	snprintf(members, sizeof(members), "'uin':'%s','document_type':'PP','reason':'first','office_id':'%s','name':'Vera'", uin, office_1);
	tell(NULL, members, "public/prepared-applications");
	ok(refused(400, NULL, NULL), "refuses: more of a person than is needed");

	ok(prepare(uin, "PP", "first", office_1, code) == 201 && strlen(code) == CODE - 1, "prepared for somebody: %s", got.err.text);
	ok(prepare(nobody, "PP", "first", office_1, other) == 201 && strlen(other) == CODE - 1, "and for a number that nobody has, with the same answer: %s", got.err.text);
	ok(rig_count(&rig, "SELECT count(*) FROM registry.prepared_application WHERE prepared_application::text LIKE '%%%s%%'", uin) == 0, "the registry does not keep the number");
	snprintf(members, sizeof(members), "{\"uin\":\"%s\",\"document_type\":\"PP\",\"reason\":\"first\",\"office_id\":\"%s\"}", uin, office_1);
	ok(rig_count(&rig, "SELECT count(*) FROM registry.idempotency WHERE body_sha256 = sha256(sha256('POST') || sha256('/issuance/v1/public/prepared-applications') || sha256('%s'))", members) == 0,
		"nor a digest of the request at which it can be guessed");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.idempotency WHERE convert_from(reply, 'UTF8') LIKE '%%%s%%'", code) == 0, "nor the code in any answer");
	ok(by_code(code, "prepared-applications/status") == 200 && strcmp(said("state"), "waiting") == 0 && json_object_get(got.json, "code") == NULL, "it waits");
	by_code("2222-2222-2222-2222", "prepared-applications/status");
	ok(refused(404, NULL, NULL), "refuses: a code that is nobody's");
	by_code("2222-2222-2222-222I", "prepared-applications/status");
	ok(refused(400, "/code", NULL), "refuses: a code with a letter that no code has");
	by_code("2222222222222222222", "prepared-applications/status");
	ok(refused(400, "/code", NULL), "refuses: a code without hyphens");
	by_code("2222", "prepared-applications/status");
	ok(refused(400, "/code", NULL), "refuses: a short code");
	ok(by_code(code, "prepared-applications/withdrawal") == 201 && strcmp(said("state"), "withdrawn") == 0, "withdrawn: %s", got.err.text);
	by_code(code, "prepared-applications/withdrawal");
	ok(refused(404, NULL, NULL), "refuses: to withdraw it twice");
	book(code, at_time(9, 0));
	ok(refused(404, NULL, NULL), "refuses: an appointment for what is withdrawn");
	take_over("passport_clerk.1", code, uin);
	ok(refused(404, NULL, NULL), "refuses: to take it over");
}

/* Repeated with its key, because the answer was lost on its way. */
static void
test_repeated(const char *uin)
{
	json_t *body = json_pack("{s:s, s:s, s:s, s:s}", "uin", uin, "document_type", "PP", "reason", "first", "office_id", office_1);
	char code[2][CODE] = { "", "" };
	struct err err = ERR_INIT;
	struct uuid key;

	if (uuid_new(&key, &err) == -1)
		bail_out("%s", err.text);
	for (int i = 0; i < 2; i++) {
		struct client_answer answer = CLIENT_ANSWER_INIT;
		json_t *said_then = NULL;

		if (client_exchange(client_at(&rig, "issued", NULL), "POST", "/issuance/v1/public/prepared-applications", &key, (struct client_body){ .json = body }, &answer, &err) == -1 ||
			answer.status != 201 || json_read(bytes_of(&answer.body), &said_then, &err) == -1)
			bail_out("%d %s", answer.status, err.text);
		snprintf(code[i], CODE, "%s", text_of(said_then, "code"));
		json_decref(said_then);
		buf_clear(&answer.body);
	}
	ok(code[0][0] != '\0' && strcmp(code[0], code[1]) == 0, "the same request again has the same code");
	json_decref(body);
}

/* ---- two at once ---- */

struct racer {
	pthread_t thread;
	struct client *client;
	char code[CODE], at[MOMENT];
	int status;
};

static void *
race(void *arg)
{
	struct racer *r = arg;
	struct client_answer answer = CLIENT_ANSWER_INIT;
	struct err err = ERR_INIT;
	json_t *body = json_pack("{s:s, s:s}", "code", r->code, "starts_at", r->at);
	struct uuid key;

	r->status = uuid_new(&key, &err) == -1 || client_exchange(r->client, "POST", "/issuance/v1/public/appointments", &key, (struct client_body){ .json = body }, &answer, &err) == -1 ? -1 : answer.status;
	json_decref(body);
	buf_clear(&answer.body);
	return NULL;
}

static void
test_race(const char *uin)
{
	struct racer racers[RACERS];
	struct err err = ERR_INIT;
	int won = 0, lost = 0;

	for (int i = 0; i < RACERS; i++) {
		if (prepare(uin, "PP", "first", office_1, racers[i].code) != 201 || rig_client_new(&rig, "issued", NULL, &racers[i].client, &err) == -1)
			bail_out("%s %s", got.err.text, err.text);
		snprintf(racers[i].at, MOMENT, "%s", at_time(9, 30));
	}
	for (int i = 0; i < RACERS; i++)
		pthread_create(&racers[i].thread, NULL, race, &racers[i]);
	for (int i = 0; i < RACERS; i++) {
		pthread_join(racers[i].thread, NULL);
		won += racers[i].status == 201;
		lost += racers[i].status == 409;
		client_free(racers[i].client);
	}
	ok(won == 1 && lost == RACERS - 1, "one desk, two who book it at once: one has it (%d, %d)", won, lost);
	for (int i = 0; i < RACERS; i++)
		if (racers[i].status == 201)
			ok(by_code(racers[i].code, "appointments/cancellation") == 201, "and gives it back: %s", got.err.text);
}

/* ---- appointments ---- */

static void
test_appointments(const char *uin, const char *opening)
{
	char mine[CODE], theirs[CODE], id[UUID_TEXT];

	if (prepare(uin, "PP", "first", office_1, mine) != 201 || prepare(uin, "PP", "first", office_1, theirs) != 201)
		bail_out("%s", got.err.text);
	book(mine, at_time(9, 15));
	ok(refused(409, NULL, "no appointment at that time"), "refuses: between two times");
	book(mine, at_time(8, 30));
	ok(refused(409, NULL, "no appointment at that time"), "refuses: before the office opens");
	book(mine, at_time(10, 0));
	ok(refused(409, NULL, "no appointment at that time"), "refuses: the time in which there is no room for a whole one");
	book(mine, "2020-01-01T09:00:00Z");
	ok(refused(409, NULL, NULL), "refuses: the past");
	book(mine, "nine");
	ok(refused(400, "/starts_at", NULL), "refuses: no moment");
	book("2222-2222-2222-2222", at_time(9, 0));
	ok(refused(404, NULL, NULL), "refuses: an appointment without a code");
	by_code(mine, "appointments/cancellation");
	ok(refused(404, NULL, "no appointment"), "refuses: to cancel what is not there");

	ok(book(mine, at_time(9, 0)) == 201 && json_integer_value(json_object_get(got.json, "desk")) == 1, "at nine: %s", got.err.text);
	ok(free_at(at_time(9, 0)) == 0 && free_at(at_time(9, 30)) == 1, "nine is taken for all to see");
	book(theirs, at_time(9, 0));
	ok(refused(409, NULL, "all desks are taken"), "refuses: the same desk for another");
	book(mine, at_time(9, 30));
	ok(refused(409, NULL, "an appointment already"), "refuses: a second one");
	ok(by_code(mine, "prepared-applications/status") == 200 && json_object_get(got.json, "appointment") != NULL, "who has the code sees it");
	ok(look("passport_clerk.1", "appointments?office=%s&day=%s", office_1, tomorrow) == 200 && rig_count(&rig, "SELECT count(*) FROM registry.standing_appointment") == 1, "and the office");
	look("passport_clerk.3", "appointments?office=%s&day=%s", office_1, tomorrow);
	ok(refused(403, NULL, NULL), "refuses: another office");
	ok(by_code(mine, "appointments/cancellation") == 201 && json_object_get(got.json, "appointment") == NULL, "cancelled: %s", got.err.text);
	ok(book(theirs, at_time(9, 0)) == 201, "and the other has it: %s", got.err.text);
	ok(book(mine, at_time(9, 30)) == 201 && by_code(mine, "appointments/cancellation") == 201 && book(mine, at_time(9, 30)) == 201 && by_code(mine, "appointments/cancellation") == 201,
		"a second and a third time: %s", got.err.text);
	book(mine, at_time(9, 30));
	ok(refused(409, NULL, "three appointments"), "refuses: a fourth");

	if (rig_sql(&rig, id, sizeof(id), &got.err, "SELECT id FROM registry.standing_appointment") == -1)
		bail_out("%s", got.err.text);
	tell("passport_clerk.1", NULL, "appointments/%s/absence", id);
	ok(refused(409, NULL, "still to come"), "refuses: absence before the time");
	tell("passport_clerk.3", NULL, "appointments/%s/absence", id);
	ok(refused(403, NULL, NULL), "refuses: absence by another office");
	tell("passport_clerk.1", NULL, "appointments/018f2a00-0000-7000-8000-00000000abcd/absence");
	ok(refused(404, NULL, NULL), "refuses: absence from nothing");

	tell("passport_supervisor.3", "'reason':'the roof fell in'", "appointment-openings/%s/closing", opening);
	ok(refused(403, NULL, NULL), "refuses: closing by another office");
	tell("passport_supervisor.1", "'reason':''", "appointment-openings/%s/closing", opening);
	ok(refused(400, "/reason", NULL), "refuses: closing without a reason");
	ok(tell("passport_supervisor.1", "'reason':'the roof fell in'", "appointment-openings/%s/closing", opening) == 201 && json_integer_value(json_object_get(got.json, "closed")) == 1,
		"closed, with the one that was given: %s", got.err.text);
	tell("passport_supervisor.1", "'reason':'the roof fell in'", "appointment-openings/%s/closing", opening);
	ok(refused(409, NULL, "closed already"), "refuses: to close it twice");
	ok(by_code(theirs, "prepared-applications/status") == 200 && json_object_get(got.json, "appointment") == NULL, "who has the code sees that it is gone");
	book(theirs, at_time(9, 0));
	ok(refused(409, NULL, "no appointment at that time"), "refuses: an appointment of what is closed");
	ok(free_at(at_time(9, 0)) == 0, "nothing is free");
}

/* What was booked for a time that has passed: the rows' own times are set back, which only a superuser with the triggers off can. */
static void
pass(const char *code)
{
	if (rig_sql(&rig, NULL, 0, &got.err, "SET session_replication_role = replica; UPDATE registry.appointment SET starts_at = now() - interval '2 hours'"
					     " WHERE id = (SELECT a.id FROM registry.standing_appointment a JOIN registry.prepared_application p ON p.id = a.prepared_id"
					     " WHERE p.code_sha256 = sha256('%s')); SET session_replication_role = origin",
		    code) == -1)
		bail_out("%s", got.err.text);
}

static void
test_missed(const char *uin)
{
	char code[CODE], id[UUID_TEXT];

	if (open_times("passport_supervisor.1", office_1, at_time(14, 0), at_time(16, 0), 60, 2) != 201 || prepare(uin, "PP", "first", office_1, code) != 201 || book(code, at_time(14, 0)) != 201)
		bail_out("%s", got.err.text);
	pass(code);
	by_code(code, "appointments/cancellation");
	ok(refused(404, NULL, NULL), "refuses: to cancel what has passed");
	if (rig_sql(&rig, id, sizeof(id), &got.err, "SELECT id FROM registry.standing_appointment") == -1)
		bail_out("%s", got.err.text);
	tell("passport_qc.1", NULL, "appointments/%s/absence", id);
	ok(refused(403, NULL, NULL), "refuses: absence by who checks quality");
	ok(tell("passport_clerk.2", NULL, "appointments/%s/absence", id) == 201 && strcmp(said("state"), "missed") == 0, "nobody came: %s", got.err.text);
	tell("passport_clerk.2", NULL, "appointments/%s/absence", id);
	ok(refused(409, NULL, "ended already"), "refuses: absence twice");
	ok(book(code, at_time(15, 0)) == 201, "another time for who did not come: %s", got.err.text);
	pass(code);
	ok(book(code, at_time(15, 0)) == 201 && rig_count(&rig, "SELECT count(*) FROM registry.appointment_ending WHERE event = 'miss'") == 2, "which they miss as well, and nobody had to say so: %s",
		got.err.text);
	pass(code);
	book(code, at_time(15, 0));
	ok(refused(409, NULL, "three appointments"), "refuses: a fourth");
	ok(by_code(code, "prepared-applications/status") == 200 && strcmp(said("state"), "waiting") == 0, "the code is good without one");
}

/* ---- taken over ---- */

static void
test_taken(const struct day_person *p)
{
	char code[CODE], second[CODE], here[CODE], id[UUID_TEXT];

	if (prepare(p->uin, "PP", "first", office_1, code) != 201 || prepare(p->uin, "PP", "renewal", office_1, second) != 201 || prepare(p->uin, "PP", "first", office_2, here) != 201 ||
		book(code, at_time(14, 0)) != 201)
		bail_out("%s", got.err.text);
	take_over("passport_clerk.1", code, nobody);
	ok(refused(404, NULL, "of this person"), "refuses: the code for another person");
	take_over("passport_approver.1", code, p->uin);
	ok(refused(403, NULL, NULL), "refuses: to an approver");
	take_over("passport_clerk.3", code, p->uin);
	ok(refused(403, NULL, NULL), "refuses: to another office");
	take_over("passport_clerk.1", here, p->uin);
	ok(refused(403, NULL, NULL), "refuses: what is another office's");
	take_over("passport_clerk.1", "2222-2222-2222-2222", p->uin);
	ok(refused(404, NULL, NULL), "refuses: no code");
	take_over("passport_clerk.1", second, p->uin);
	ok(refused(409, "/uin", "no valid document"), "refuses: what the person is not entitled to");
	ok(by_code(second, "prepared-applications/status") == 200 && strcmp(said("state"), "waiting") == 0, "which still waits");
	ok(take_over("passport_clerk.1", code, p->uin) == 201 && strcmp(said("state"), "submitted") == 0, "taken over: %s", got.err.text);
	snprintf(id, sizeof(id), "%s", said("id"));
	take_over("passport_clerk.2", code, p->uin);
	ok(refused(404, NULL, NULL), "refuses: to take it over twice");
	by_code(code, "prepared-applications/withdrawal");
	ok(refused(404, NULL, NULL), "refuses: to withdraw what was taken over");
	book(code, at_time(15, 0));
	ok(refused(404, NULL, NULL), "refuses: an appointment for it");
	ok(by_code(code, "prepared-applications/status") == 200 && strcmp(said("state"), "taken") == 0 && json_object_get(got.json, "appointment") == NULL, "who has the code sees it");
	ok(free_at(at_time(14, 0)) == 2, "the desk is free for others");
	ok(look("passport_approver.1", "applications/%s", id) == 200 && strcmp(said("state"), "submitted") == 0, "it is an application as any other");
	take_over("passport_clerk.3", here, p->uin);
	ok(refused(409, "/uin", "still open"), "refuses: a second application, at another office");
	tell("passport_clerk.1", NULL, "applications/%s/approval", id);
	ok(refused(403, NULL, NULL), "refuses: approval by who took it over");
	ok(tell("passport_approver.1", NULL, "applications/%s/approval", id) == 201, "approved: %s", got.err.text);
}

static void
test_expired(const char *uin)
{
	char code[CODE];

	if (prepare(uin, "PP", "first", office_1, code) != 201)
		bail_out("%s", got.err.text);
	if (rig_sql(&rig, NULL, 0, &got.err, "SET session_replication_role = replica; UPDATE registry.prepared_application SET created_at = created_at - interval '91 days',"
					     " expires_at = now() WHERE code_sha256 = sha256('%s'); SET session_replication_role = origin",
		    code) == -1)
		bail_out("%s", got.err.text);
	ok(by_code(code, "prepared-applications/status") == 200 && strcmp(said("state"), "expired") == 0, "after 90 days it has expired");
	take_over("passport_clerk.1", code, uin);
	ok(refused(404, NULL, NULL), "refuses: to take it over");
	book(code, at_time(15, 0));
	ok(refused(404, NULL, NULL), "refuses: an appointment");
	by_code(code, "prepared-applications/withdrawal");
	ok(refused(404, NULL, NULL), "refuses: to withdraw it");
}

/* The rest of the hour's allowance; and the offices, whom it does not concern. */
static void
test_flood(const char *uin)
{
	char code[CODE];
	int n = 0;

	while (n < 100 && prepare(uin, "PP", "first", office_1, code) == 201)
		n++;
	ok(refused(429, NULL, "from this address"), "refuses: one application after the other, after %d more", n);
	ok(look(NULL, "public/passport-offices") == 200, "who only looks is not kept out");
}

int
main(void)
{
	struct day_person p = { .portrait = BYTES_NONE };
	char opening[UUID_TEXT];
	struct one act;

	acting_start((const char *[]){ "signd", "civild", "enrold", "issued", NULL });
	if (uin_of_sequence((const uint8_t[UIN_KEY_LEN]){ 17 }, 1, nobody, &got.err) == -1)
		bail_out("%s", got.err.text);
	uuid_format(&rig.office[RIG_PASSPORT], office_1);
	uuid_format(&rig.office[RIG_PASSPORT_2], office_2);
	date_format(date_add(clock_today(), 0, 1), tomorrow);
	register_act("births", birth("Prepared", "Paula", "1991-06-07"), &act);
	p.act_number = act.number;
	enrol(&p);
	test_opening(opening);
	test_preparing(p.uin);
	test_repeated(p.uin);
	test_race(p.uin);
	test_appointments(p.uin, opening);
	test_missed(p.uin);
	test_expired(p.uin);
	test_taken(&p);
	test_flood(p.uin);
	ok(rig_count(&rig, "SELECT count(*) FROM registry.appointment a WHERE NOT EXISTS (SELECT FROM registry.ledger_entry WHERE record_id = a.id)") == 0 &&
			rig_count(&rig, "SELECT count(*) FROM registry.prepared_application a WHERE NOT EXISTS (SELECT FROM registry.ledger_entry WHERE record_id = a.id)") == 0,
		"all of it is in the ledger");
	return acting_stop();
}
