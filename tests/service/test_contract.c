/*
 * docs/api against the running services, in both directions: every route is described and every description is a route; whatever a service
 * answers, well or badly asked, is described with that status and holds to its schema; what it takes holds to the schema of the request.
 */
#include <gd.h>
#include <unistd.h>

#include "issuance/application/docstatus.h"
#include "registry/base/clock.h"
#include "registry/service/signin.h"
#include "tests/service/contract.h"
#include "tests/service/schema.h"

static struct buf
picture(void)
{
	gdImagePtr image = gdImageCreateTrueColor(413, 531);
	struct buf out = BUF_INIT;
	int n = 0;
	void *p;

	gdImageFilledRectangle(image, 0, 0, 413, 531, 0xc8d0d8);
	gdImageFilledEllipse(image, 206, 260, 200, 300, 0xd0a080);
	p = gdImageJpegPtr(image, &n, 85);
	buf_add(&out, p, (size_t)n);
	gdFree(p);
	gdImageDestroy(image);
	return out;
}

/* Opened, with portrait: the id. */
static void
begin_enrolment(const char *act, char id[UUID_TEXT])
{
	struct buf jpeg = picture();
	char office[UUID_TEXT];
	json_t *reply = post("enrold", "enrolment_officer.1", "/enrolment/v1/enrolments",
		json_pack("{s:s, s:s}", "office_id", uuid_format(&rig.office[RIG_ENROLMENT], office), "act_number", act));

	keep(reply, "id", id, UUID_TEXT);
	json_decref(reply);
	ok(exchange(at("enrold", "enrolment_officer.1"), "enrold", "POST", path_of("/enrolment/v1/enrolments/%s/portrait", id), true,
		   (struct client_body){ .bytes = bytes_of(&jpeg), .content_type = "image/jpeg" }, NULL) == 201,
		"enrold takes a portrait");
	buf_clear(&jpeg);
}

static void
enrolment_day(struct day *day)
{
	char id[UUID_TEXT], office[UUID_TEXT];
	json_t *reply;

	uuid_format(&rig.office[RIG_ENROLMENT], office);
	begin_enrolment(day->act, id);
	json_decref(post("enrold", "enrolment_officer.1", path_of("/enrolment/v1/enrolments/%s/evidence", id),
		json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "document", "document_type", "driving licence", "document_number", "D-17", "issuer", "UTO",
			"issued_on", "2001-05")));
	json_decref(get("enrold", "enrolment_supervisor.1", path_of("/enrolment/v1/enrolments/%s/portrait", id)));
	json_decref(post("enrold", "enrolment_officer.1", path_of("/enrolment/v1/enrolments/%s/examination", id),
		json_pack("{s:s, s:s, s:s, s:s}", "place_of_birth", "Amaurot", "mrz_primary", "OCONNOR", "mrz_secondary", "ENYA", "mrz_override_reason", "as in the old passport")));
	reply = post("enrold", "enrolment_supervisor.1", path_of("/enrolment/v1/enrolments/%s/verification", id), NULL);
	keep(reply, "uin", day->uin, sizeof(day->uin));
	json_decref(reply);
	json_decref(get("enrold", "auditor.1", path_of("/enrolment/v1/enrolments/%s", id)));
	json_decref(get("enrold", "enrolment_officer.1", path_of("/enrolment/v1/identities/%s", day->uin)));

	begin_enrolment(day->minor_act, id);
	json_decref(post("enrold", "enrolment_officer.1", path_of("/enrolment/v1/enrolments/%s/evidence", id),
		json_pack("{s:s, s:s, s:s}", "kind", "guardian", "guardian_name", "Vera Nemo", "guardian_relation", "mother")));
	json_decref(post("enrold", "enrolment_officer.1", path_of("/enrolment/v1/enrolments/%s/examination", id), json_object()));
	json_decref(post("enrold", "enrolment_supervisor.1", path_of("/enrolment/v1/enrolments/%s/refusal", id), reason()));
	begin_enrolment(day->minor_act, id);
	json_decref(post("enrold", "enrolment_officer.1", path_of("/enrolment/v1/enrolments/%s/cancellation", id), reason()));
	begin_enrolment(day->minor_act, id);
	json_decref(post("enrold", "enrolment_officer.1", path_of("/enrolment/v1/enrolments/%s/evidence", id),
		json_pack("{s:s, s:s, s:s}", "kind", "guardian", "guardian_name", "Vera Nemo", "guardian_relation", "mother")));
	json_decref(post("enrold", "enrolment_officer.1", path_of("/enrolment/v1/enrolments/%s/examination", id), json_object()));
	reply = post("enrold", "enrolment_supervisor.1", path_of("/enrolment/v1/enrolments/%s/verification", id), NULL);
	keep(reply, "uin", day->minor_uin, sizeof(day->minor_uin));
	json_decref(reply);
	json_decref(get("enrold", "enrolment_officer.1", path_of("/enrolment/v1/enrolments?office=%s&limit=2", office)));
}

static void
apply(const char *uin, char id[UUID_TEXT])
{
	char office[UUID_TEXT];
	json_t *reply = post("issued", "passport_clerk.1", "/issuance/v1/applications",
		json_pack("{s:s, s:s, s:s, s:s}", "uin", uin, "document_type", "PP", "reason", "first", "office_id",
			uuid_format(&rig.office[RIG_PASSPORT], office)));

	keep(reply, "id", id, UUID_TEXT);
	json_decref(reply);
}

static void
produce(const char *application, char number[16])
{
	json_t *reply = post("issued", "passport_personaliser.1", "/issuance/v1/documents", json_pack("{s:[s, s]}", "applications", application, "018f2a00-0000-7000-8000-00000000abcd"));

	keep(json_array_get(json_object_get(reply, "results"), 0), "number", number, 16);
	json_decref(reply);
}

/* Booklets come, are counted twice and brought to the stations; at the end of the day the blanks are counted. */
static void
booklets_day(void)
{
	char office[UUID_TEXT], id[UUID_TEXT];
	json_t *reply;

	uuid_format(&rig.office[RIG_PASSPORT], office);
	reply = post("issued", "passport_personaliser.1", "/issuance/v1/booklets/counts",
		json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:i}", "office_id", office, "event", "receive", "delivery_note", "D 17", "prefix", "UT", "first", 1, "last", 9, "counted", 9));
	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/booklets?office=%s", office)));
	json_decref(post("issued", "passport_qc.1", path_of("/issuance/v1/booklets/counts/%s/confirmation", id), json_pack("{s:i}", "counted", 9)));
	json_decref(post("issued", "passport_personaliser.1", "/issuance/v1/booklets/assignments",
		json_pack("{s:s, s:s, s:i, s:i, s:s}", "office_id", office, "prefix", "UT", "first", 1, "last", 3, "station", "line-2")));
	json_decref(post("issued", "passport_personaliser.1", "/issuance/v1/booklets/UT-0000002/return", NULL));
	json_decref(post("issued", "passport_personaliser.1", "/issuance/v1/booklets/UT-0000003/spoiling", reason()));
	reply = post("issued", "passport_qc.1", "/issuance/v1/booklets/counts",
		json_pack("{s:s, s:s, s:i}", "office_id", office, "event", "balance", "counted", 8 + RIG_BOOKLETS));
	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	reply = post("issued", "passport_personaliser.1", path_of("/issuance/v1/booklets/counts/%s/confirmation", id), json_pack("{s:i}", "counted", 8 + RIG_BOOKLETS));
	ok(json_integer_value(json_object_get(json_array_get(json_object_get(reply, "balances"), 0), "difference")) == 0, "the balance is zero");
	json_decref(reply);
}

/* Without signd no batch ends before it was stopped. */
static void
batches_day(void)
{
	char office[UUID_TEXT], id[UUID_TEXT], state[20] = "";
	struct err err = ERR_INIT;
	json_t *reply;

	rig_kill(&rig, "signd");
	uuid_format(&rig.office[RIG_PASSPORT], office);
	reply = post("issued", "passport_personaliser.1", "/issuance/v1/batches", json_pack("{s:s, s:i}", "office_id", office, "limit", 5));
	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	json_decref(get("issued", "passport_personaliser.1", path_of("/issuance/v1/batches/%s", id)));
	json_decref(get("issued", "passport_personaliser.1", path_of("/issuance/v1/batches?office=%s&limit=1", office)));
	json_decref(post("issued", "passport_personaliser.1", path_of("/issuance/v1/batches/%s/stop", id), reason()));
	json_decref(post("issued", "passport_personaliser.1", path_of("/issuance/v1/batches/%s/resumption", id), NULL));
	if (rig_restart(&rig, "signd", &err) == -1)
		bail_out("%s", err.text);
	for (int i = 0; i < 300 && strcmp(state, "completed") != 0; i++) {
		usleep(100000);
		reply = get("issued", "passport_qc.1", path_of("/issuance/v1/batches/%s", id));
		keep(reply, "state", state, sizeof(state));
		json_decref(reply);
	}
	is(state, "completed", "the batch completes when signd is there again");
	json_decref(get("issued", "passport_qc.1", path_of("/issuance/v1/batches/%s/print?limit=3", id)));
}

static char minor[UUID_TEXT], consented[UUID_TEXT];

static void
requisites(const struct day *day, const char *application)
{
	char designation[UUID_TEXT];
	json_t *reply = post("issued", "passport_supervisor.1", path_of("/issuance/v1/persons/%s/designations", day->uin),
		json_pack("{s:s, s:s, s:s}", "document_type", "PO", "reference", "letter 17", "ends_on", "2099-12-31"));

	keep(reply, "id", designation, sizeof(designation));
	json_decref(reply);
	json_decref(post("issued", "passport_supervisor.1", path_of("/issuance/v1/designations/%s/ending", designation), reason()));
	json_decref(post("issued", "passport_approver.1", path_of("/issuance/v1/applications/%s/interviews", application),
		json_pack("{s:s, s:s}", "outcome", "confirmed", "notes", "knew the school and the neighbours")));
	apply(day->minor_uin, minor);
	reply = post("issued", "passport_clerk.1", path_of("/issuance/v1/applications/%s/consents", minor),
		json_pack("{s:s, s:s, s:s}", "guardian_uin", day->uin, "relation", "guardian", "reference", "family court 12/26"));
	keep(reply, "id", consented, sizeof(consented));
	json_decref(reply);
}

/* Half of it is paid, the rest waived. */
static void
fees(const char *application)
{
	json_decref(post("issued", "passport_clerk.1", path_of("/issuance/v1/applications/%s/receipts", application), json_pack("{s:i, s:s}", "amount", 2500, "method", "card")));
	json_decref(post("issued", "passport_supervisor.1", path_of("/issuance/v1/applications/%s/fee-waiver", application), json_pack("{s:s}", "reason", "a victim of the flood")));
}

/* Paid, cancelled, and a part given back. */
static void
refunds(const char *application)
{
	char paid[40], back[40];
	json_t *reply = post("issued", "passport_clerk.1", path_of("/issuance/v1/applications/%s/receipts", application), json_pack("{s:i, s:s}", "amount", 2500, "method", "card"));

	keep(reply, "number", paid, sizeof(paid));
	json_decref(reply);
	json_decref(post("issued", "passport_clerk.1", path_of("/issuance/v1/applications/%s/cancellation", application), reason()));
	reply = post("issued", "passport_supervisor.1", path_of("/issuance/v1/applications/%s/refunds", application),
		json_pack("{s:i, s:s, s:s}", "amount", 1000, "method", "transfer", "reason", "came back the same day"));
	keep(reply, "number", back, sizeof(back));
	json_decref(reply);
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/applications/%s", application)));
	ok(exchange(at("issued", "passport_clerk.1"), "issued", "GET", path_of("/issuance/v1/receipts/%s/document", paid), false, CLIENT_NO_BODY, NULL) == 200, "issued prints a receipt");
	ok(exchange(at("issued", "passport_supervisor.1"), "issued", "GET", path_of("/issuance/v1/receipts/%s/document", back), false, CLIENT_NO_BODY, NULL) == 200, "and a refund");
}

static void
stops_day(const struct day *day)
{
	char id[UUID_TEXT];
	json_t *reply = post("issued", "passport_supervisor.1", path_of("/issuance/v1/persons/%s/stops", day->uin), json_pack("{s:s, s:s}", "kind", "court", "reference", "17 Cs 4/26"));

	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	json_decref(post("issued", "passport_supervisor.2", path_of("/issuance/v1/stops/%s/lifting", id), json_pack("{s:s}", "reference", "17 Cs 9/26")));
	json_decref(get("issued", "passport_approver.1", path_of("/issuance/v1/persons/%s/stops", day->uin)));
}

/* Delivered, lost, given back, stolen, found. */
static void
handover(const char *number)
{
	ok(exchange(at("issued", "passport_delivery.1"), "issued", "GET", path_of("/issuance/v1/documents/%s/portrait", number), false, CLIENT_NO_BODY, NULL) == 200,
		"issued shows the portrait");
	json_decref(post("issued", "passport_delivery.1", path_of("/issuance/v1/documents/%s/delivery", number), json_pack("{s:s, s:b}", "bearer", "holder", "is_likeness", 1)));
	json_decref(post("issued", "passport_clerk.1", path_of("/issuance/v1/documents/%s/reports", number),
		json_pack("{s:s, s:s, s:s, s:s}", "kind", "lost", "reported_by", "holder", "happened_on", "2026-02", "place", "Zenith")));
	json_decref(get("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s", number)));
	json_decref(post("issued", "passport_supervisor.1", path_of("/issuance/v1/documents/%s/findings", number),
		json_pack("{s:s, s:b, s:s}", "found_by", "holder", "is_restored", 1, "notes", "was behind the drawer")));
}

/* Prepared at home, with an appointment, cancelled, made again, closed by the office, missed; taken over; and one that is withdrawn. */
static void
prepared_day(const struct day *day)
{
	char office[UUID_TEXT], from[21], to[21], today[DATE_TEXT], opening[UUID_TEXT], id[UUID_TEXT], code[20];
	struct date tomorrow = date_add(clock_today(), 0, 1);
	struct err err = ERR_INIT;
	json_t *reply;

	uuid_format(&rig.office[RIG_PASSPORT], office);
	date_format(tomorrow, today);
	time_format(date_to_unix(tomorrow) + 9 * 3600, from);
	time_format(date_to_unix(tomorrow) + 10 * 3600, to);
	reply = post("issued", "passport_supervisor.1", "/issuance/v1/appointment-openings",
		json_pack("{s:s, s:s, s:s, s:i, s:i}", "office_id", office, "starts_at", from, "ends_at", to, "minutes", 30, "desks", 2));
	keep(reply, "id", opening, sizeof(opening));
	json_decref(reply);
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/appointment-openings?office=%s&day=%s", office, today)));
	json_decref(get("issued", NULL, "/issuance/v1/public/passport-offices"));
	json_decref(get("issued", NULL, path_of("/issuance/v1/public/appointments?office=%s&day=%s", office, today)));
	for (int i = 0; i < 2; i++) {
		reply = post("issued", NULL, "/issuance/v1/public/prepared-applications",
			json_pack("{s:s, s:s, s:s, s:s, s:b}", "uin", day->uin, "document_type", "PP", "reason", "first", "office_id", office, "is_urgent", 0));
		keep(reply, "code", code, sizeof(code));
		json_decref(reply);
		json_decref(post("issued", NULL, "/issuance/v1/public/appointments", json_pack("{s:s, s:s}", "code", code, "starts_at", from)));
		if (exchange(at("issued", NULL), "issued", "POST", "/issuance/v1/public/prepared-applications/status", false, (struct client_body){ .json = reply = json_pack("{s:s}", "code", code) }, NULL) != 200)
			ok(false, "a prepared application has a state");
		json_decref(reply);
		if (i == 0)
			json_decref(post("issued", NULL, "/issuance/v1/public/prepared-applications/withdrawal", json_pack("{s:s}", "code", code)));
	}
	json_decref(post("issued", NULL, "/issuance/v1/public/appointments/cancellation", json_pack("{s:s}", "code", code)));
	json_decref(post("issued", NULL, "/issuance/v1/public/appointments", json_pack("{s:s, s:s}", "code", code, "starts_at", from)));
	if (rig_sql(&rig, id, sizeof(id), &err, "SET session_replication_role = replica; UPDATE registry.appointment SET starts_at = now() - interval '1 hour' WHERE id ="
						" (SELECT id FROM registry.standing_appointment); SET session_replication_role = origin; SELECT id FROM registry.standing_appointment") == -1)
		bail_out("%s", err.text);
	json_decref(post("issued", "passport_clerk.1", path_of("/issuance/v1/appointments/%s/absence", id), NULL));
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/appointments?office=%s&day=%s", office, today)));
	json_decref(post("issued", "passport_supervisor.1", path_of("/issuance/v1/appointment-openings/%s/closing", opening), reason()));
	reply = post("issued", "passport_clerk.1", "/issuance/v1/prepared-applications/taking-over", json_pack("{s:s, s:s}", "code", code, "uin", day->uin));
	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	json_decref(post("issued", "passport_clerk.1", path_of("/issuance/v1/applications/%s/cancellation", id), reason()));
}

/* The minor's, fetched by the guardian at another office after three were sent away. */
static void
guardian_day(void)
{
	char number[16], office[UUID_TEXT];

	json_decref(post("issued", "passport_supervisor.1", path_of("/issuance/v1/applications/%s/fee-waiver", minor), json_pack("{s:s}", "reason", "a victim of the flood")));
	json_decref(post("issued", "passport_approver.1", path_of("/issuance/v1/applications/%s/approval", minor), NULL));
	produce(minor, number);
	json_decref(post("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s/quality-control", number), NULL));
	for (int i = 1; i <= 3; i += 2) { /* at PAS1, then at PAS2 */
		char login[40];

		snprintf(login, sizeof(login), "passport_delivery.%d", i);
		ok(exchange(at("issued", login), "issued", "GET", path_of("/issuance/v1/documents/%s/portrait", number), false, CLIENT_NO_BODY, NULL) == 200, "issued shows the portrait of a minor");
		ok(exchange(at("issued", login), "issued", "GET", path_of("/issuance/v1/documents/%s/guardians/%s/portrait", number, consented), false, CLIENT_NO_BODY, NULL) == 200, "and of the guardian");
		for (int k = 0; i == 1 && k < 3; k++)
			json_decref(post("issued", login, path_of("/issuance/v1/documents/%s/delivery", number), json_pack("{s:s, s:b, s:s}", "bearer", "guardian", "is_likeness", 0, "consent_id", consented)));
		if (i == 3)
			json_decref(post("issued", login, path_of("/issuance/v1/documents/%s/delivery", number), json_pack("{s:s, s:b, s:s}", "bearer", "guardian", "is_likeness", 1, "proof", "identity card 4")));
		else {
			json_decref(post("issued", "passport_supervisor.1", path_of("/issuance/v1/documents/%s/delivery-release", number), json_pack("{s:s}", "reason", "it was the brother each time")));
			json_decref(post("issued", login, path_of("/issuance/v1/documents/%s/transfer", number),
				json_pack("{s:s, s:s}", "office_id", uuid_format(&rig.office[RIG_PASSPORT_2], office), "reason", "the family moved")));
		}
	}
	json_decref(get("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s", number)));
}

static void
issuance_day(struct day *day)
{
	char id[UUID_TEXT], office[UUID_TEXT], spoiled[16];
	struct err err = ERR_INIT;

	uuid_format(&rig.office[RIG_PASSPORT], office);
	if (rig_sql(&rig, NULL, 0, &err, "INSERT INTO registry.fee_rule VALUES ('PP', false, 5000, 1000, 'XTS')") == -1)
		bail_out("%s", err.text);
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/persons/%s/eligibility", day->uin)));
	apply(day->uin, id);
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/persons/%s/eligibility?reason=renewal&document_type=PD", day->uin)));
	json_decref(get("issued", "passport_clerk.1", "/issuance/v1/document-kinds"));
	json_decref(post("issued", "passport_clerk.1", path_of("/issuance/v1/applications/%s/cancellation", id), reason()));
	prepared_day(day);
	apply(day->uin, id);
	requisites(day, id);
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/applications/%s", id)));
	json_decref(post("issued", "passport_approver.1", path_of("/issuance/v1/applications/%s/refusal", id), reason()));
	apply(day->uin, id);
	refunds(id);
	stops_day(day);
	apply(day->uin, id);
	fees(id);
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/applications/%s", id)));
	json_decref(post("issued", "passport_approver.1", path_of("/issuance/v1/applications/%s/approval", id), NULL));
	booklets_day();
	batches_day();
	produce(id, spoiled);
	json_decref(post("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s/spoiling", spoiled), reason()));
	produce(id, day->number);
	json_decref(get("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s", day->number)));
	json_decref(get("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s/data-page?dpi=600", day->number)));
	json_decref(get("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s/data-page?form=pdf&side=front", day->number)));
	json_decref(get("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s/files/EF.SOD", day->number)));
	json_decref(get("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s/chip", day->number)));
	json_decref(get("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s/descent", day->number)));
	ok(exchange(at("issued", "passport_qc.1"), "issued", "GET", path_of("/issuance/v1/documents/%s/chip/portrait", day->number), false, CLIENT_NO_BODY, NULL) == 200,
		"issued shows the chip's portrait");
	json_decref(get("issued", "passport_qc.1", path_of("/issuance/v1/documents?office=%s&state=personalised&limit=1", office)));
	json_decref(post("issued", "passport_qc.1", path_of("/issuance/v1/documents/%s/quality-control", day->number), NULL));
	handover(day->number);
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/applications/%s", id)));
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/applications?office=%s&limit=2", office)));
	guardian_day();
}

static void
status_day(const char *number)
{
	char birth[DATE_TEXT], expiry[DATE_TEXT], check[DOCUMENT_CHECK + 1];
	struct date born = DATE_INIT, expires = DATE_INIT;
	struct err err = ERR_INIT;

	if (rig_sql(&rig, birth, sizeof(birth), &err, "SELECT i.date_of_birth FROM document d JOIN identity_version i ON i.id = d.identity_version_id WHERE d.number = '%s'", number) == -1 ||
		rig_sql(&rig, expiry, sizeof(expiry), &err, "SELECT expires_on FROM document WHERE number = '%s'", number) == -1 || date_parse(bytes_str(birth), &born, &err) == -1 ||
		date_parse(bytes_str(expiry), &expires, &err) == -1 || document_check(number, born, expires, check, &err) == -1)
		bail_out("%s", err.text);
	json_decref(get("issued", "inspector.1", path_of("/issuance/v1/status/%s?check=%s", number, check)));
}

static void
stop_list_day(void)
{
	char office[UUID_TEXT], id[UUID_TEXT], sequence[24];
	json_t *reply;

	uuid_format(&rig.office[RIG_PASSPORT], office);
	reply = post("issued", "passport_qc.1", "/issuance/v1/booklets/losses",
		json_pack("{s:s, s:s, s:s, s:i, s:i, s:s, s:s}", "office_id", office, "kind", "stolen", "prefix", "TS", "first", RIG_BOOKLETS - 1, "last", RIG_BOOKLETS, "reference", "P 9/26", "notes",
			"the safe was open"));
	snprintf(id, sizeof(id), "%s", json_string_value(json_object_get(reply, "id")));
	json_decref(reply);
	json_decref(post("issued", "passport_personaliser.1", path_of("/issuance/v1/booklets/losses/%s/confirmation", id), NULL));
	json_decref(post("issued", "passport_personaliser.1", path_of("/issuance/v1/booklets/losses/%s/recovery", id),
		json_pack("{s:i, s:i, s:s}", "first", RIG_BOOKLETS, "last", RIG_BOOKLETS, "notes", "in the other safe")));
	reply = post("issued", "passport_supervisor.1", "/issuance/v1/stop-list/exports", json_object());
	snprintf(sequence, sizeof(sequence), "%lld", (long long)json_integer_value(json_object_get(reply, "sequence")));
	json_decref(reply);
	json_decref(post("issued", "passport_supervisor.1", "/issuance/v1/stop-list/exports", json_pack("{s:i}", "since", atoi(sequence))));
	json_decref(get("issued", "auditor.1", "/issuance/v1/stop-list/exports?limit=1"));
	json_decref(get("issued", "auditor.1", path_of("/issuance/v1/stop-list/exports/%s", sequence)));
	ok(exchange(at("issued", "auditor.1"), "issued", "GET", path_of("/issuance/v1/stop-list/exports/%s/csv", sequence), false, CLIENT_NO_BODY, NULL) == 200, "issued gives an export as CSV");
	ok(exchange(at("issued", "auditor.1"), "issued", "GET", path_of("/issuance/v1/stop-list/exports/%s/snapshot", sequence), false, CLIENT_NO_BODY, NULL) == 200, "as a signed snapshot");
	ok(exchange(at("issued", "auditor.1"), "issued", "GET", path_of("/issuance/v1/stop-list/exports/%s/xml", sequence), false, CLIENT_NO_BODY, NULL) == 200, "and as XML");
}

/* In its holder's hands once more, whatever was decided, and then to its end. */
static void
life_day(const char *number)
{
	struct err err = ERR_INIT;
	const char *why = "a tip of the consulate";

	if (rig_sql(&rig, NULL, 0, &err, "UPDATE current_state SET state = 'delivered' WHERE subject_id = (SELECT id FROM document WHERE number = '%s')", number) == -1)
		bail_out("%s", err.text);
	json_decref(post("issued", "passport_approver.1", path_of("/issuance/v1/documents/%s/suspension", number), json_pack("{s:s}", "reason", why)));
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/documents/%s", number)));
	json_decref(post("issued", "passport_supervisor.1", path_of("/issuance/v1/documents/%s/reinstatement", number), json_pack("{s:s}", "reason", why)));
	json_decref(post("issued", "passport_approver.1", path_of("/issuance/v1/documents/%s/suspension", number), json_pack("{s:s}", "reason", why)));
	json_decref(post("issued", "passport_supervisor.1", path_of("/issuance/v1/documents/%s/revocation", number), json_pack("{s:s, s:s}", "grounds", "fraud", "reason", why)));
	json_decref(post("issued", "passport_clerk.1", path_of("/issuance/v1/documents/%s/destruction", number), json_pack("{s:s}", "notes", "cut into two pieces")));
	json_decref(post("issued", "passport_clerk.2", path_of("/issuance/v1/documents/%s/destruction/witness", number), NULL));
	json_decref(get("issued", "passport_clerk.1", path_of("/issuance/v1/documents/%s", number)));
}

static void
registry_day(const struct day *day)
{
	char record[UUID_TEXT] = "";
	struct err err = ERR_INIT;
	json_t *head;

	for (int i = 0; i < 200 && rig_count(&rig, "SELECT (SELECT count(*) FROM ledger_entry) - coalesce((SELECT max(size) FROM tree_head), 0)") > 0; i++)
		usleep(100000);
	if (rig_sql(&rig, record, sizeof(record), &err, "SELECT id FROM document WHERE number = '%s'", day->number) == -1)
		bail_out("%s", err.text);
	head = get("registryd", "auditor.1", "/registry/v1/ledger/head");
	json_decref(get("registryd", "auditor.1", path_of("/registry/v1/ledger/consistency?from=1&to=%d", (int)json_integer_value(json_object_get(head, "size")))));
	json_decref(head);
	json_decref(get("registryd", "auditor.1", path_of("/registry/v1/ledger/records/%s", record)));
	json_decref(get("registryd", "inspector.1", path_of("/registry/v1/documents/%s/descent", day->number)));
	json_decref(get("registryd", "auditor.1", path_of("/registry/v1/documents/%s/descent?form=disclosed", day->number)));
	if (rig_sql(&rig, NULL, 0, &err, "INSERT INTO subscriber (name, url, topics) VALUES ('nobody', 'https://127.0.0.1:1/', '{document.*}')") == -1)
		bail_out("%s", err.text);
	json_decref(post("issued", "passport_clerk.1", path_of("/issuance/v1/documents/%s/cancellation", day->number), reason()));
	for (int i = 0; i < 100 && rig_count(&rig, "SELECT count(*) FROM outbox_waiting WHERE last_problem IS NOT NULL") == 0; i++)
		usleep(100000);
	json_decref(get("registryd", "auditor.1", "/registry/v1/notifications?limit=1"));
	life_day(day->number);
	stop_list_day();
	status_day(day->number);
}

static void
session_day(const struct office_program *p, unsigned number)
{
	const struct rig_officer *o = NULL;
	struct client *client = NULL;
	struct err err = ERR_INIT;
	char login[40], code[TOTP_DIGITS + 1], path[80];
	json_t *body;

	snprintf(login, sizeof(login), "statistician.%u", number);
	snprintf(path, sizeof(path), "%s/session", p->base_path);
	if (rig_officer(&rig, login, &o, &err) == -1 || rig_client_new(&rig, p->name, NULL, &client, &err) == -1 ||
		totp_code((const char *)o->totp.p, clock_now(), code, &err) == -1)
		bail_out("%s", err.text);
	body = json_pack("{s:s, s:s, s:s}", "login", login, "password", rig_password, "totp", code);
	ok(exchange(client, p->name, "POST", path, false, (struct client_body){ .json = body }, NULL) == 201, "%s signs in", p->name);
	ok(exchange(client, p->name, "POST", path, false, (struct client_body){ .json = body }, NULL) == 401, "but not twice with one code");
	ok(exchange(client, p->name, "GET", path, false, CLIENT_NO_BODY, NULL) == 200, "says who is signed in");
	ok(exchange(client, p->name, "DELETE", path, true, (struct client_body){ .content_type = "application/json" }, NULL) == 204, "and signs out");
	json_decref(body);
	client_free(client);
}

/* ---- bad requests, of every operation ---- */

/* An officer whom the table lets in. */
static const char *
allowed(const struct route *r)
{
	static char login[60];

	for (const struct role_entry *e = role_table; e->name != NULL; e++)
		if ((r->roles & e->role) != 0 && e->role != ROLE_PROGRAM) {
			snprintf(login, sizeof(login), "%s.1", e->name);
			return login;
		}
	return NULL;
}

static void
ask_badly(const struct operation *o)
{
	static const char *const texts[] = { "{", "[]", "null", "\"x\"", "{\"no_such_member\":1}", "{\"reason\":5}", "{\"office_id\":\"x\",\"uin\":[],\"login\":{}}" };
	const struct route *r = o->route;
	const char *program = o->program->name, *login = allowed(r);
	bool changes = (r->flags & ROUTE_CHANGES) != 0, has_body = strcmp(r->method, "POST") == 0;
	struct client_body json = has_body ? (struct client_body){ .bytes = bytes_str("{}"), .content_type = "application/json" } : CLIENT_NO_BODY;
	struct buf large = BUF_INIT;
	char path[300], strange[400];

	if (strcmp(r->pattern, "/session") == 0 && !has_body)
		login = NULL; /* else it would sign an officer of the test out */
	example_path(o->program, r, path, sizeof(path));
	exchange(at(program, NULL), program, r->method, path, changes, json, NULL);
	exchange(at(program, "administrator.1"), program, r->method, path, changes && strcmp(r->method, "DELETE") != 0, json, NULL);
	exchange(at(program, login), program, r->method, path, changes, json, NULL);
	exchange(at(program, login), program, r->method, path, false, json, NULL);
	snprintf(strange, sizeof(strange), "%s?colour=red&limit=-1", path);
	exchange(at(program, login), program, r->method, strange, changes, json, NULL);
	for (size_t i = 0; has_body && i < NELEM(texts); i++)
		exchange(at(program, login), program, r->method, path, changes, (struct client_body){ .bytes = bytes_str(texts[i]), .content_type = "application/json" }, NULL);
	if (has_body) {
		exchange(at(program, login), program, r->method, path, changes, (struct client_body){ .bytes = bytes_str("a=b"), .content_type = "application/x-www-form-urlencoded" }, NULL);
	}
	/* over the limit, but not by so much that the service hangs up */
	if (has_body && (r->flags & ROUTE_PUBLIC) == 0) {
		buf_reserve(&large, (r->flags & ROUTE_RAW_BODY) != 0 ? 9 << 20 : 5 << 20);
		exchange(at(program, login), program, r->method, path, changes, (struct client_body){ .bytes = bytes_of(&large), .content_type = "application/json" }, NULL);
	}
	if (strchr(r->pattern, '{') != NULL) { /* no identifier of any kind */
		size_t n = (size_t)snprintf(strange, sizeof(strange), "%s", o->program->base_path);

		for (const char *s = r->pattern; *s != '\0' && n < sizeof(strange) - 8; s++)
			if (*s == '{') {
				n += (size_t)snprintf(strange + n, sizeof(strange) - n, "%%C3%%A9");
				s += strcspn(s, "}");
			} else
				strange[n++] = *s;
		strange[n] = '\0';
		exchange(at(program, login), program, r->method, strange, changes, json, NULL);
	}
	buf_clear(&large);
}

/* ---- the validator itself ---- */

static const struct {
	const char *schema, *value;
	bool holds;
} validator[] = {
	{ "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":\"integer\"}},\"additionalProperties\":false}", "{\"a\":1}", true },
	{ "{\"type\":\"object\",\"required\":[\"a\"]}", "{\"b\":1}", false },
	{ "{\"properties\":{\"a\":{\"type\":\"integer\"}}}", "{\"a\":\"1\"}", false },
	{ "{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"b\":1}", false },
	{ "{\"additionalProperties\":{\"type\":\"string\"}}", "{\"b\":1}", false },
	{ "{\"propertyNames\":{\"pattern\":\"^a\"}}", "{\"b\":1}", false },
	{ "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}", "[\"a\",1]", false },
	{ "{\"minItems\":1}", "[]", false },
	{ "{\"maxItems\":1}", "[1,2]", false },
	{ "{\"uniqueItems\":true}", "[1,2,1]", false },
	{ "{\"enum\":[\"a\",\"b\"]}", "\"c\"", false },
	{ "{\"const\":1}", "2", false },
	{ "{\"pattern\":\"^[0-9]{2}$\"}", "\"123\"", false },
	{ "{\"format\":\"uuid\"}", "\"1\"", false },
	{ "{\"format\":\"date\"}", "\"2001-02-30\"", false },
	{ "{\"format\":\"date-time\"}", "\"2001-02-03\"", false },
	{ "{\"format\":\"email\"}", "\"x\"", false },
	{ "{\"minimum\":3}", "2", false },
	{ "{\"maximum\":3}", "4", false },
	{ "{\"minLength\":2}", "\"\xc3\xa9\"", false },
	{ "{\"maxLength\":1}", "\"\xc3\xa9\"", true },
	{ "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}", "null", true },
	{ "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}", "1", false },
	{ "{\"$ref\":\"#/x\"}", "1", false },
	{ "{\"oneOf\":[]}", "1", false }, /* a keyword that is not known */
	{ "{\"requierd\":[\"a\"]}", "{}", false },
};

static void
test_validator(void)
{
	for (size_t i = 0; i < NELEM(validator); i++) {
		json_t *schema = json_loads(validator[i].schema, 0, NULL), *value = json_loads(validator[i].value, JSON_DECODE_ANY, NULL);
		struct err err = ERR_INIT;

		ok(schema != NULL && value != NULL && (schema_check(schema, schema, value, &err) == 0) == validator[i].holds, "%s %s %s", validator[i].value,
			validator[i].holds ? "holds to" : "breaks", validator[i].schema);
		json_decref(schema);
		json_decref(value);
	}
}

/* What anybody may ask, and has nothing to be said with it. */
static bool
has_no_bad(const struct operation *o)
{
	return (o->route->flags & ROUTE_PUBLIC) != 0 && strcmp(o->route->method, "GET") == 0 && json_object_get(o->described, "parameters") == NULL;
}

static void
test_services(void)
{
	struct day day = { "" };

	civil_day(&day);
	enrolment_day(&day);
	issuance_day(&day);
	registry_day(&day);
	pki_day();
	for (size_t i = 0; i < NELEM(office_programs); i++)
		session_day(office_programs[i], (unsigned)i + 21); /* nobody else is these: a code works once */
	for (size_t i = 0; i < noperation; i++)
		ask_badly(&operations[i]);
	ok(broken == 0, "every answer is described and holds to its schema, and so does what was taken (%u do not)", broken);
	for (size_t i = 0; i < noperation; i++)
		ok(operations[i].good && (operations[i].bad || has_no_bad(&operations[i])), "%s: %s %s was asked %s", operations[i].program->name, operations[i].route->method,
			operations[i].route->pattern, operations[i].good ? operations[i].bad ? "well and badly" : "well only" : "never well");
}

int
main(void)
{
	struct err err = ERR_INIT;

	test_validator();
	read_descriptions();
	compare_descriptions();
	if (rig_start(&rig, (const char *const[]){ "signd", "civild", "enrold", "issued", "registryd", "pkid", NULL }, &err) == 0) {
		test_services();
		rig_stop(&rig);
	} else if (err.kind == FAIL_NOT_FOUND)
		skip("the running services", err.text);
	else
		bail_out("%s", err.text);
	free_descriptions();
	return done_testing();
}
