/*
 * test_statistics.c - tables of vital events and paper registers at the civil registry's desk, in a real browser: statistics.js plays it.
 * The births are put into the register as they would stand there: few in one district, so that numbers must be held back.
 */
#include "tests/browser/browser.h"

static struct rig rig = RIG_INIT;

/* 600 births of 2025 by the month, more boys, most registered in time; a district with three of them. */
static const char births[] =
	"SET search_path = registry;"
	"INSERT INTO place (code, name, kind, parent_code) VALUES ('UTO.P2', 'Achora Province', 'province', 'UTO'), ('UTO.P2.D1', 'Achora', 'district', 'UTO.P2'),"
	" ('UTO.P2.D2', 'Nolandia', 'district', 'UTO.P2'), ('UTO.P3', 'محافظة أنيدر', 'province', 'UTO');"
	"SET session_replication_role = replica;"
	"CREATE TEMP TABLE born AS SELECT i, gen_random_uuid() AS a, gen_random_uuid() AS v, gen_random_uuid() AS p, d, d + CASE WHEN i % 9 = 0 THEN 100 WHEN i % 31 = 0 THEN 200"
	" ELSE 12 END AS registered_on, CASE WHEN i <= 3 THEN 'UTO.P2.D2' ELSE (ARRAY['UTO.P1.T1.H1', 'UTO.P1.T1', 'UTO.P2.D1', 'UTO.P3'])[1 + i % 4] END AS place"
	" FROM generate_series(1, 600) i, LATERAL (SELECT date '2025-01-01' + (i * i + 7 * i) % 360 AS d) x;"
	"INSERT INTO act (id, kind, office_id, officer_id) SELECT a, 'birth', o.id, f.id FROM born, (SELECT id FROM office WHERE code = 'CIV1') o,"
	" (SELECT id FROM officer LIMIT 1) f;"
	"INSERT INTO act_version (id, act_id, version, officer_id, content) SELECT v, a, 1, f.id, jsonb_build_object('child', jsonb_build_object('date_of_birth', d,"
	" 'place_of_birth', place, 'sex', CASE WHEN i % 40 = 1 THEN 'X' WHEN i % 25 < 12 THEN 'F' ELSE 'M' END), 'mother', jsonb_build_object('date_of_birth',"
	" d - (16 + i * 7 % 27) * 365)) FROM born, (SELECT id FROM officer LIMIT 1) f;"
	"INSERT INTO current_state (subject_id, machine, state, seq, changed_at) SELECT a, 'act', 'registered', 3, registered_on FROM born;"
	"INSERT INTO person (id, officer_id) SELECT p, f.id FROM born, (SELECT id FROM officer LIMIT 1) f;"
	"INSERT INTO act_registration (id, act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id, created_at)"
	" SELECT gen_random_uuid(), a, gen_random_uuid(), v, p, o.id, 'birth', 2025, 100000 + i, 'S-' || i, f.id, registered_on FROM born,"
	" (SELECT id FROM office WHERE code = 'CIV1') o, (SELECT id FROM officer LIMIT 1) f;"
	"SET session_replication_role = origin;"
	"SELECT statistics_item_rebuild();";

static void
estimate(const char *place, const char *sex, int events)
{
	struct client *statistician = NULL;
	struct err err = ERR_INIT;
	struct uuid key;
	json_t *body = json_pack("{s:s, s:i, s:s*, s:s*, s:i, s:s}", "event", "birth", "year", 2025, "place", place, "sex", sex, "events", events, "source", "census 2020"),
	       *answer = NULL;

	if (uuid_new(&key, &err) == -1 || rig_client(&rig, "civild", "statistician.1", &statistician, &err) == -1 ||
		client_json(statistician, "POST", "/civil/v1/statistics/estimates", &key, body, &answer, &err) == -1)
		bail_out("estimate: %s", err.text);
	json_decref(answer);
	json_decref(body);
}

int
main(void)
{
	static const char *const logins[] = { "statistician.2", "civil_clerk.1", "civil_registrar.1", NULL };
	const struct rig_officer *officer = NULL;
	struct err err = ERR_INIT;

	browser_start(&rig);
	if (rig_officer(&rig, "civil_clerk.1", &officer, &err) == -1 || rig_sql(&rig, NULL, 0, &err, "%s", births) == -1)
		bail_out("%s", err.text);
	estimate(NULL, NULL, 720);
	estimate("UTO", "F", 310);
	estimate("UTO", "M", 330);
	estimate("UTO.P1", NULL, 330);
	estimate("UTO.P2", NULL, 190);
	return browser_play(&rig, "statistics.js", logins);
}
