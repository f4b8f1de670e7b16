/* A good day of the civil registry: every operation of civild is taken once. */
#include "tests/service/acts.h"
#include "tests/service/contract.h"
#include "tests/service/facility.h"

static json_t *
birth(const char *primary, const char *secondary, const char *born)
{
	char office[UUID_TEXT];

	return json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:{s:s, s:s}, s:s, s:{s:i, s:i, s:s}}",
		"office_id", uuid_format(&rig.office[RIG_CIVIL], office), "declared_on", "2020-02-01", "child", "primary_name", primary, "secondary_name",
		secondary, "sex", "F", "date_of_birth", born, "place_of_birth", RIG_PLACE_HOSPITAL, "mother", "primary_name", primary, "secondary_name",
		"Vera", "date_of_birth", "1959-06", "nationality", "UTO", "father", "primary_name", primary, "secondary_name", "Otto", "date_of_birth",
		"1949", "nationality", "UTO", "informant", "name", "Vera", "relation", "mother", "attendant", "midwife", "statistics", "birth_weight_g", 3400,
		"gestation_weeks", 39, "place_kind", "hospital");
}

static json_t *
correction(const char *from, const char *to, int version)
{
	return json_pack("{s:i, s:[{s:s, s:s, s:s}], s:s, s:[{s:s, s:s}]}", "version", version, "changes", "path", "/mother/secondary_name", "from", from, "to", to,
		"legal_basis", "Civil Registration Act, section 12", "evidence", "kind", "affidavit", "reference", "A 17");
}

/* The act is corrected once; two other corrections come to nothing. */
static void
civil_corrections(const char *act)
{
	static const char *const ends[] = { "acceptance", "refusal", "withdrawal" };
	char id[UUID_TEXT];
	json_t *reply;

	for (int i = 0; i < 3; i++) {
		reply = post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/corrections", act), i == 0 ? correction("Vera", "Verena", 1) : correction("Verena", "Vera", 2));
		keep(reply, "id", id, sizeof(id));
		json_decref(reply);
		json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/births/%s/corrections/%s", act, id)));
		json_decref(post("civild", i == 2 ? "civil_registrar.1" : "civil_registrar.2", path_of("/civil/v1/births/%s/corrections/%s/%s", act, id, ends[i]), i == 1 ? reason() : json_object()));
	}
	json_decref(get("civild", "auditor.1", path_of("/civil/v1/births/%s", act)));
}

static void
civil_evidence(const char *act)
{
	static const char pdf[] = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";
	struct buf base64 = BUF_INIT;
	char id[UUID_TEXT];
	json_t *reply;

	buf_base64(&base64, bytes_str(pdf));
	reply = post("civild", "civil_clerk.1", path_of("/civil/v1/births/%s/evidence", act),
		json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "medical_certificate", "reference", "C 5", "issued_on", "2015-04", "media_type", "application/pdf", "file", buf_cstr(&base64)));
	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	exchange(at("civild", "civil_registrar.1"), "civild", "GET", path_of("/civil/v1/births/%s/evidence/%s", act, id), false, CLIENT_NO_BODY, NULL);
	buf_clear(&base64);
}

/* A hospital notifies two births; one is closed. */
static void
civil_notifications(void)
{
	static const char text[] = "{\"kind\":\"birth\",\"place\":\"" RIG_PLACE_HOSPITAL "\",\"reference\":\"R1\",\"content\":{\"child\":{\"sex\":\"F\"}}}";
	struct client *hospital = facility_client(&rig, RIG_PLACE_HOSPITAL);
	json_t *body = json_loads(text, 0, NULL), *reply = NULL;
	char id[UUID_TEXT], office[UUID_TEXT];

	uuid_format(&rig.office[RIG_CIVIL], office);
	ok(exchange(hospital, "civild", "POST", "/civil/v1/notifications", true, (struct client_body){ .json = body }, &reply) == 201, "a hospital notifies a birth");
	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/notifications/%s", id)));
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/notifications/%s/closure", id), reason()));
	json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/notifications/%s", id)));
	json_object_set_new(body, "reference", json_string("R2"));
	exchange(hospital, "civild", "POST", "/civil/v1/notifications", true, (struct client_body){ .json = body }, NULL);
	json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/notifications?office=%s&state=notified", office)));
	json_decref(body);
	client_free(hospital);
}

/* One act of each other kind is declared, about a child of their own. */
static void
civil_kinds(void)
{
	struct act_about about = { .primary = "Reed", .secondary = "Lily", .born = "2015-04-04" };
	char id[UUID_TEXT], number[48], name[16];
	json_t *reply = post("civild", "civil_clerk.1", "/civil/v1/births", birth(about.primary, about.secondary, about.born));

	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	civil_evidence(id);
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/validation", id), json_object()));
	json_decref(post("civild", "civil_supervisor.1", path_of("/civil/v1/births/%s/approval", id), json_object()));
	reply = post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/registration", id), json_object());
	keep(reply, "number", number, sizeof(number));
	json_decref(reply);
	about.birth_number = number;
	civil_corrections(id);
	for (size_t i = 0; act_registers[i] != NULL; i++) {
		bool is_about = strcmp(act_registers[i], "deaths") != 0 && strcmp(act_registers[i], "marriages") != 0;

		snprintf(name, sizeof(name), "Neu%c", (char)('a' + i));
		reply = post("civild", "civil_clerk.1", path_of("/civil/v1/%s", act_registers[i]),
			act_example(act_registers[i], &rig.office[RIG_CIVIL], RIG_PLACE_HOSPITAL, name, is_about ? &about : NULL));
		keep(reply, "id", id, sizeof(id));
		json_decref(reply);
		json_decref(get("civild", "civil_registrar.1", path_of("/civil/v1/%s/%s", act_registers[i], id)));
		json_decref(get("civild", "civil_registrar.1", path_of("/civil/v1/%s/%s/duplicates", act_registers[i], id)));
		uuid_format(&rig.office[RIG_CIVIL], id);
		json_decref(get("civild", "civil_registrar.1", path_of("/civil/v1/%s?office=%s", act_registers[i], id)));
	}
}

/* One entry of a paper register is returned, proposed again and promoted; another is rejected. */
static void
civil_legacy(void)
{
	static const uint8_t scan[] = { 0xff, 0xd8, 0xff, 0xe0, 0, 4, 'J', 'F', 0xff, 0xd9 };
	char office[UUID_TEXT], id[UUID_TEXT], image[UUID_TEXT];
	json_t *reply = NULL, *compared;

	uuid_format(&rig.office[RIG_CIVIL], office);
	for (int i = 0; i < 2; i++) {
		reply = post("civild", "civil_clerk.1", "/civil/v1/legacy-acts",
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s}}", "office_id", office, "kind", "birth", "register", "Births", "volume", "7", "entry",
				i == 0 ? "1" : "2", "grade", "certified_copy", "place", RIG_PLACE_HOSPITAL, "event_on", "1990-05-05", "original", "child", "Moss, Ivy"));
		keep(reply, "id", id, sizeof(id));
		json_decref(reply);
		if (i == 0)
			json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/legacy-acts/%s/refusal", id), reason()));
	}
	ok(exchange(at("civild", "civil_clerk.1"), "civild", "POST", path_of("/civil/v1/legacy-acts/%s/images", id), true,
		   (struct client_body){ .bytes = BYTES(scan, sizeof(scan)), .content_type = "image/jpeg" }, &reply) == 201,
		"civild takes a scan");
	keep(reply, "id", image, sizeof(image));
	json_decref(reply);
	for (int i = 0; i < 2; i++) {
		json_t *says = birth("Moss", "Ivy", "1990-05-05");

		json_object_del(says, "office_id");
		json_object_del(says, "statistics");
		json_object_set_new(says, "declared_on", json_string("1990-05-09"));
		json_decref(post("civild", "civil_clerk.1", path_of("/civil/v1/legacy-acts/%s/proposal", id), says));
		if (i == 0)
			json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/legacy-acts/%s/return", id), reason()));
	}
	reply = get("civild", "civil_registrar.1", path_of("/civil/v1/legacy-acts/%s", id));
	compared = json_deep_copy(json_object_get(reply, "to_compare"));
	json_decref(reply);
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/legacy-acts/%s/promotion", id), json_pack("{s:s, s:o}", "image_id", image, "compared", compared)));
	json_decref(get("civild", "civil_registrar.1", path_of("/civil/v1/legacy-acts/%s", id)));
	exchange(at("civild", "civil_registrar.1"), "civild", "GET", path_of("/civil/v1/legacy-acts/%s/images/%s", id, image), false, CLIENT_NO_BODY, NULL);
	json_decref(get("civild", "auditor.1", path_of("/civil/v1/legacy-acts?office=%s", office)));
	json_decref(get("civild", "civil_clerk.1", "/civil/v1/provenance-grades"));
}

/* Numbers without persons, in three forms; an estimate. */
static void
civil_statistics(void)
{
	static const char *const forms[] = { "birth?year=1980&by=sex", "birth?year=1980&by=attendant&place=UTO", "birth?year=unknown&rows=months&by=timeliness",
		"birth?year=1980&by=month&format=csv", "death?year=2020&basis=registration&by=age&format=sdmx" };

	json_decref(post("civild", "statistician.1", "/civil/v1/statistics/estimates",
		json_pack("{s:s, s:i, s:s, s:s, s:i, s:s}", "event", "birth", "year", 1980, "place", "UTO", "sex", "F", "events", 400, "source", "census of 1990")));
	json_decref(get("civild", "auditor.1", "/civil/v1/statistics/estimates?event=birth&year=1980"));
	for (size_t i = 0; i < NELEM(forms); i++)
		ok(exchange(at("civild", "statistician.1"), "civild", "GET", path_of("/civil/v1/statistics/%s", forms[i]), false, CLIENT_NO_BODY, NULL) == 200, "statistics: %s",
			forms[i]);
	ok(exchange(at("civild", "civil_clerk.1"), "civild", "GET", "/civil/v1/statistics/dictionary", false, CLIENT_NO_BODY, NULL) == 200, "and their dictionary");
}

/* A certificate is issued, printed on a sheet that two officers counted, replaced, revoked; whoever holds it asks. */
static void
civil_certificates(const char *act)
{
	char office[UUID_TEXT], number[2][48], id[UUID_TEXT], code[20];
	struct err err = ERR_INIT;
	json_t *reply;

	uuid_format(&rig.office[RIG_CIVIL], office);
	reply = post("civild", "civil_registrar.1", "/civil/v1/paper/counts",
		json_pack("{s:s, s:s, s:s, s:i, s:i}", "office_id", office, "event", "receive", "prefix", "UT", "first", 1, "last", 9));
	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/paper?office_id=%s", office)));
	json_decref(post("civild", "civil_registrar.2", path_of("/civil/v1/paper/counts/%s/confirmation", id), json_pack("{s:i}", "counted", 9)));
	for (int i = 0; i < 2; i++) {
		json_t *order = json_pack("{s:s, s:s, s:s, s:s}", "office_id", office, "act_number", act, "form", "extract", "language", "fr");

		if (i == 1)
			json_object_set_new(order, "replaces", json_string(number[0]));
		reply = post("civild", "civil_clerk.1", "/civil/v1/certificates", order);
		keep(reply, "number", number[i], sizeof(number[i]));
		json_decref(reply);
		ok(exchange(at("civild", "civil_clerk.1"), "civild", "GET", path_of("/civil/v1/certificates/%s/document", number[i]), false, CLIENT_NO_BODY, NULL) == 200,
			"civild prints a certificate");
		json_decref(post("civild", "civil_clerk.1", path_of("/civil/v1/certificates/%s/paper", number[i]), json_pack("{s:s}", "serial", i == 0 ? "UT-0000001" : "UT-0000002")));
	}
	json_decref(post("civild", "civil_clerk.1", "/civil/v1/paper/sheets/UT-0000001/spoiling", reason()));
	json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/paper?office_id=%s", office)));
	json_decref(get("civild", "auditor.1", path_of("/civil/v1/certificates/%s", number[0])));
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/certificates/%s/revocation", number[1]), reason()));
	json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/certificates?act_number=%s", act)));
	if (rig_sql(&rig, code, sizeof(code), &err, "SELECT code FROM registry.civil_certificate_status WHERE number = '%s'", number[1]) == -1)
		bail_out("%s", err.text);
	json_decref(get("civild", NULL, path_of("/civil/v1/status/%s?code=%s", number[1], code)));
}

void
civil_day(struct day *day)
{
	char id[UUID_TEXT], twin[UUID_TEXT], office[UUID_TEXT];
	json_t *reply;

	uuid_format(&rig.office[RIG_CIVIL], office);
	reply = post("civild", "civil_clerk.1", "/civil/v1/births", birth("O'Connor", "Enya", "1980-05-17"));
	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/validation", id), json_object()));
	reply = post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/registration", id), NULL);
	keep(reply, "number", day->act, sizeof(day->act));
	json_decref(reply);

	/* the same again: a duplicate, that a second officer finds to be another child */
	reply = post("civild", "civil_clerk.1", "/civil/v1/births", birth("O'Connor", "Enya", "1980-05-17"));
	keep(reply, "id", twin, sizeof(twin));
	ok(json_array_size(json_object_get(reply, "duplicates")) > 0, "a duplicate is shown");
	json_decref(reply);
	json_decref(get("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/duplicates", twin)));
	ok(exchange(at("civild", "civil_registrar.1"), "civild", "POST", path_of("/civil/v1/births/%s/registration", twin), true,
		   (struct client_body){ .content_type = "application/json" }, NULL) == 409,
		"and stops the registration");
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/duplicate-overrides", twin),
		json_pack("{s:s, s:s}", "candidate_id", id, "reason", "twins, says the midwife")));
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/registration", twin), json_object()));
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/annulment", twin), reason()));
	json_decref(get("civild", "auditor.1", path_of("/civil/v1/births/%s", twin)));
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/reinstatement", twin), reason()));

	reply = post("civild", "civil_clerk.1", "/civil/v1/births", birth("Waters", "Maud", "1971"));
	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	json_decref(post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/rejection", id), reason()));
	reply = post("civild", "civil_clerk.1", "/civil/v1/births", birth("Nemo", "Fides", "2016-03-09"));
	keep(reply, "id", id, sizeof(id));
	json_decref(reply);
	reply = post("civild", "civil_registrar.1", path_of("/civil/v1/births/%s/registration", id), json_object());
	keep(reply, "number", day->minor_act, sizeof(day->minor_act));
	json_decref(reply);
	json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/births/%s", id)));
	json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/births?office=%s&limit=2", office)));
	json_decref(get("civild", "civil_clerk.1", path_of("/civil/v1/births?office=%s&state=registered", office)));
	json_decref(get("civild", "auditor.1", path_of("/civil/v1/acts/%s", day->act)));
	json_decref(get("civild", "auditor.1", path_of("/civil/v1/acts?office=%s&name=e", office)));
	json_decref(get("civild", "civil_clerk.1", "/civil/v1/offices"));
	civil_notifications();
	json_decref(get("civild", "civil_clerk.1", "/civil/v1/places?prefix=am"));
	civil_statistics();
	civil_legacy();
	civil_kinds();
	civil_certificates(day->act);
}
